"""One student: as each source describes them, gone and back; praise, contacts, observations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from made import NOON, ZONE, a_student, student_id
from pydantic import ValidationError
from spec import Given, given
from strategies import kinds

from ledger.domain import Undo, Undone, When
from ledger.domain.codes import ContactOutcome, Positive, Relation
from ledger.domain.student import (
    STUDENT,
    ContactMade,
    DestroyIdentity,
    Identity,
    IdentityDestroyed,
    MakeContact,
    ObservationRecorded,
    PraiseRecorded,
    RecordObservation,
    RecordPraise,
    RecordStudent,
    Student,
    StudentCommand,
    StudentEvent,
    StudentRecorded,
    StudentWithdrawn,
    WithdrawStudent,
)

Story = Given[StudentCommand, Student, StudentEvent]

ANA = student_id(1)
OCTOBER, JANUARY = date(2026, 10, 1), date(2027, 1, 4)
AT = When(at=NOON, zone=ZONE)
PRAISE = RecordPraise(student_id=ANA, occurred=AT, code=Positive.HELPING, text="Carried chairs.")
CONTACT = MakeContact(
    student_id=ANA, at=AT, outcome=ContactOutcome.REACHED, relation=Relation.GUARDIAN, note="Glad."
)
OBSERVATION = RecordObservation(
    student_id=ANA, began=AT, minutes=20, count=3, text="Left the seat.", antecedent="Writing."
)
DESTROY = DestroyIdentity(student_id=ANA, versions=(1,), authority="a court", order="12")
STANDING_ALONE: list[StudentCommand] = [PRAISE, CONTACT, OBSERVATION]


def record(**more: Any) -> RecordStudent:
    return a_student(1, **more)


def recorded(**more: Any) -> StudentRecorded:
    return record(**more).became(StudentRecorded)


def withdraw(source: str = "roster", on: date = OCTOBER) -> WithdrawStudent:
    return WithdrawStudent(student_id=ANA, effective_on=on, source=source)


def withdrawn(source: str = "roster", on: date = OCTOBER) -> StudentWithdrawn:
    return withdraw(source, on).became(StudentWithdrawn)


def here(*events: StudentEvent) -> Story:
    """A student of the roster, and what followed."""
    return given(STUDENT, recorded(), *events)


def test_the_same_facts_again_add_nothing_on_whatever_day() -> None:
    once = given(STUDENT).when(record()).then(recorded())
    once.when(record()).then()
    once.when(record(effective_on=JANUARY)).then()


@pytest.mark.parametrize(
    "changed",
    [
        {"grade": "4"},
        {"homeroom": "staff-2"},
        {"school_id": "10"},
        {"flags": ("iep",)},
        {"who": Identity(given="Bo", family="Lindqvist-Marsh")},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_fact_that_changed_is_recorded_from_its_day_on(changed: dict[str, Any]) -> None:
    command = record(effective_on=JANUARY, **changed)
    here().when(command).then(recorded(effective_on=JANUARY, **changed)).when(command).then()


def test_each_source_has_its_own_facts() -> None:
    other = record(source="by hand", grade="4")
    both = here().when(other).then(recorded(source="by hand", grade="4"))
    both.when(record()).then()
    both.when(other).then()


def test_a_student_who_left_is_back_with_the_same_facts() -> None:
    gone = here().when(withdraw()).then(withdrawn())
    gone.when(record(effective_on=JANUARY)).then(recorded(effective_on=JANUARY))


def test_a_student_leaves_once() -> None:
    here().when(withdraw()).then(withdrawn()).when(withdraw(on=JANUARY)).then()


def test_a_source_withdraws_only_whom_it_described() -> None:
    here().when(withdraw("by hand")).then()
    given(STUDENT).when(withdraw()).then()


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (PRAISE, PRAISE.became(PraiseRecorded)),
        (CONTACT, CONTACT.became(ContactMade)),
        (OBSERVATION, OBSERVATION.became(ObservationRecorded)),
    ],
    ids=["praise", "contact", "observation"],
)
def test_what_stands_without_an_incident_is_recorded_in_the_same_words(
    command: StudentCommand, event: StudentEvent
) -> None:
    here().when(command).then(event)
    here(withdrawn()).when(command).then(event)


@pytest.mark.parametrize("command", [*STANDING_ALONE, DESTROY], ids=lambda c: type(c).__name__)
def test_nothing_is_recorded_of_a_student_whom_nobody_knows(command: StudentCommand) -> None:
    given(STUDENT).when(command).refused("not on the roster: import the roster first")
    back = given(STUDENT, recorded(), Undone(versions=(1,)))
    back.when(command).refused("not on the roster")


def test_every_kind_of_command_is_looked_at_here() -> None:
    looked_at = {type(c) for c in (*STANDING_ALONE, DESTROY, record(), withdraw())}
    assert looked_at | {Undo} == set(kinds(STUDENT))


def test_what_was_logged_is_taken_back_within_ten_minutes() -> None:
    undo = Undo(versions=(2,), logged_at=NOON, now=NOON + timedelta(minutes=10))
    praised = here(PRAISE.became(PraiseRecorded))
    back = praised.when(undo).then(Undone(versions=(2,)))
    assert back.state == here().state
    late = undo.model_copy(update={"now": NOON + timedelta(minutes=11)})
    praised.when(late).refused("older than 10 minutes")


def test_an_identity_is_destroyed_by_an_order_that_names_its_events() -> None:
    gone = IdentityDestroyed(student_id=ANA, versions=(1,), authority="a court", order="12")
    here().when(DESTROY).then(gone)
    assert gone.destroys == (1,)


def test_an_order_to_destroy_names_each_event_once() -> None:
    twice = DESTROY.model_copy(update={"versions": (3, 1, 3)})
    here().when(twice).then(DESTROY.became(IdentityDestroyed, versions=(1, 3)))
    nothing = DESTROY.model_copy(update={"versions": ()})
    here().when(nothing).refused("no event is named")


def test_every_event_is_about_its_student_and_sealed_as_theirs() -> None:
    events: list[StudentEvent] = [recorded(), withdrawn(), PRAISE.became(PraiseRecorded)]
    assert [(e.students, e.subject) for e in events] == [(frozenset((ANA,)), ANA)] * 3


def test_the_preferred_name_is_the_name() -> None:
    who = Identity(given="Esi", family="Okoro", preferred="Essie")
    assert who.name == "Essie Okoro"
    assert Identity(given="Esi", family="").name == "Esi"


def test_a_session_has_a_length_and_a_count_that_can_be() -> None:
    for wrong in ({"minutes": -1}, {"minutes": 1_441}, {"count": -1}):
        with pytest.raises(ValidationError):
            OBSERVATION.model_validate(dict(OBSERVATION) | wrong)


def test_no_line_on_a_timeline_holds_a_name_or_a_narrative() -> None:
    events: list[StudentEvent] = [
        recorded(),
        PRAISE.became(PraiseRecorded),
        CONTACT.became(ContactMade, with_whom="Cleo Marsh"),
        OBSERVATION.became(ObservationRecorded),
    ]
    lines = " ".join(map(str, events))
    hidden = ("Bo", "Lindqvist", "chairs", "Glad", "Cleo", "Marsh", "seat", "Writing")
    assert not [word for word in hidden if word in lines]
