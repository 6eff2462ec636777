"""One student: as each source describes them, gone and back; praise, contacts, observations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from made import NOON, ZONE, a_student, incident_id, student_id
from pydantic import ValidationError
from spec import Given, given
from strategies import kinds

from ledger.domain import Undo, Undone, When
from ledger.domain.codes import Channel, ContactOutcome, Positive, Relation
from ledger.domain.student import (
    STUDENT,
    ContactMade,
    DecidePlacement,
    DestroyIdentity,
    DeterminationHeld,
    FlagsRecorded,
    GuardianToldOfDecision,
    HoldDetermination,
    Identity,
    IdentityDestroyed,
    LinkStudent,
    MakeContact,
    MergeStudent,
    NamesFlagged,
    NamesSettled,
    NumberStudent,
    ObservationRecorded,
    PlacementChangeDecided,
    PraiseRecorded,
    RecordFlags,
    RecordObservation,
    RecordPraise,
    RecordRequested,
    RecordShown,
    RecordStudent,
    RequestRecord,
    SettleNames,
    ShowRecord,
    Student,
    StudentCommand,
    StudentEvent,
    StudentLinked,
    StudentMerged,
    StudentNumbered,
    StudentRecorded,
    StudentUnlisted,
    StudentWithdrawn,
    TellOfDecision,
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
DECIDE = DecidePlacement(
    student_id=ANA,
    on=OCTOBER,
    pattern=True,
    removals=(f"{incident_id(1)}/1",),
    reason="All five were in the lunch line.",
)
DECIDED = DECIDE.became(PlacementChangeDecided, number=1)
TELL = TellOfDecision(
    student_id=ANA, on=OCTOBER, relation=Relation.ATTORNEY, channel=Channel.LETTER
)
HOLD = HoldDetermination(
    student_id=ANA, on=JANUARY, manifestation=False, reason="The noise was not the trigger."
)
REQUEST = RequestRecord(
    student_id=ANA, on=OCTOBER, relation=Relation.MOTHER, about="What happened at lunch."
)
SHOW = ShowRecord(student_id=ANA, on=OCTOBER, how=Channel.IN_PERSON, note="She read all of it.")
IN_TURN: list[StudentCommand] = [DECIDE, TELL, HOLD, REQUEST, SHOW]
NUMBERED = NumberStudent(
    student_id=ANA,
    source="old slips",
    who=Identity(given="", family="", numbers=(("local", "605266"),)),
)
LINK = LinkStudent(student_id=ANA, source="new", source_id="n-1", instead_of="roster")
MERGE = MergeStudent(student_id=ANA, into=student_id(2))
FLAGS = RecordFlags(
    student_id=ANA,
    effective_on=OCTOBER,
    source="flags",
    flags=("iep",),
    about=("iep", "foster"),
)


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
    other = record(source="state", grade="4")
    both = here().when(other).then(recorded(source="state", grade="4"))
    both.when(record()).then()
    both.when(other).then()


def test_a_student_who_left_is_back_with_the_same_facts() -> None:
    gone = here().when(withdraw()).then(withdrawn())
    gone.when(record(effective_on=JANUARY)).then(recorded(effective_on=JANUARY))


def test_a_student_leaves_once() -> None:
    here().when(withdraw()).then(withdrawn()).when(withdraw(on=JANUARY)).then()


def test_a_source_withdraws_only_whom_it_described() -> None:
    here().when(withdraw("state")).then()
    given(STUDENT).when(withdraw()).then()


def unlisted(source: str) -> StudentUnlisted:
    return withdraw(source).became(StudentUnlisted)


def test_a_student_leaves_when_the_last_source_has_them_no_longer() -> None:
    both = here(recorded(source="state"))
    one = both.when(withdraw()).then(unlisted("roster"))
    assert one.state.here
    gone = one.when(withdraw("state")).then(withdrawn("state"))
    assert not gone.state.here
    gone.when(record(source="state")).then(recorded(source="state"))


@for_all(st.lists(st.tuples(st.sampled_from("AB"), st.booleans()), max_size=12))
def test_two_sources_that_say_the_same_every_day_add_nothing(days: list[tuple[str, bool]]) -> None:
    """Whatever they said before: what each said last, it says again for nothing."""
    story, last = given(STUDENT), dict(days)
    for source, has in [*days, *last.items()]:
        command = record(source=source) if has else withdraw(source)
        answer = story.when(command)
        story = answer.then(*(answer.events or []))
        story.when(command).then()
    for source, has in last.items():
        story.when(record(source=source) if has else withdraw(source)).then()
    assert story.state.here == any(last.values())


OTHER_CHILD = Identity(given="Cleo", family="Okoro", birth_date=date(2016, 5, 2))
BO = Identity(given="Bo", family="Lindqvist", birth_date=date(2018, 1, 2))


@pytest.mark.parametrize(
    ("before", "said", "refused"),
    [
        (BO, OTHER_CHILD, True),
        (BO, OTHER_CHILD.model_copy(update={"birth_date": BO.birth_date}), False),
        (BO, OTHER_CHILD.model_copy(update={"family": "LINDQVIST"}), False),
        (BO, OTHER_CHILD.model_copy(update={"preferred": "Bo"}), False),
        (BO, OTHER_CHILD.model_copy(update={"birth_date": None}), False),
        (
            BO.model_copy(update={"numbers": (("sourcedId", "1"), ("local", "7"))}),
            Identity(given="Cleo", family="Okoro", numbers=(("sourcedId", "1"), ("local", "8"))),
            True,
        ),
        (
            BO.model_copy(update={"numbers": (("sourcedId", "1"), ("local", "7"))}),
            Identity(given="Cleo", family="Okoro", numbers=(("sourcedId", "1"), ("local", "7"))),
            False,
        ),
    ],
)
def test_an_id_that_is_used_again_for_another_child_renames_nobody(
    before: Identity, said: Identity, refused: bool
) -> None:
    known = given(STUDENT, recorded(who=before)).when(record(who=said))
    if refused:
        known.refused("this id was another student's")
    else:
        known.then(recorded(who=said))


def test_a_user_name_that_is_the_id_again_makes_no_two_children_one() -> None:
    before, said = (
        one.model_copy(
            update={
                "birth_date": None,
                "numbers": (("sourcedId", "1"), ("username", "1"), ("identifier", number)),
            }
        )
        for one, number in ((BO, "3001"), (OTHER_CHILD, "3777"))
    )
    story = given(STUDENT, recorded(who=before)).when(record(who=said))
    story.refused("this id was another student's")


def test_who_is_known_by_a_number_alone_is_not_here_and_may_be_spoken_of() -> None:
    story = given(STUDENT).when(NUMBERED).then(NUMBERED.became(StudentNumbered))
    assert not story.state.here
    story.when(NUMBERED).then()
    story.when(PRAISE).then(PRAISE.became(PraiseRecorded))
    story.when(record()).then(recorded())
    here().when(NUMBERED).then()


def test_a_source_that_comes_instead_of_another_ends_its_word_when_it_speaks() -> None:
    linked = here().when(LINK).then(LINK.became(StudentLinked))
    linked.when(LINK).then()
    assert linked.state.here
    new = recorded(source="new")
    moved = linked.when(record(source="new")).then(new)
    moved.when(record(grade="4")).then()
    moved.when(withdraw()).then()
    moved.when(withdraw("new")).then(withdrawn("new"))


def test_one_may_go_back_to_the_source_before() -> None:
    back = LinkStudent(
        student_id=LINK.student_id, source="sis", source_id="s-1", instead_of=LINK.source
    )
    moved = here().when(LINK).then(LINK.became(StudentLinked)).when(record(source=LINK.source))
    returned = moved.then(recorded(source=LINK.source)).when(back).then(back.became(StudentLinked))
    returned.when(back).then()
    returned.when(record(source=back.source)).then(recorded(source=back.source))


def test_no_source_takes_the_place_of_itself() -> None:
    here().when(LINK.model_copy(update={"instead_of": LINK.source})).refused("not of itself")


def test_who_was_merged_is_merged_once_and_never_into_themselves() -> None:
    merged = here().when(MERGE).then(MERGE.became(StudentMerged))
    assert not merged.state.here
    merged.when(MERGE).then()
    again = MERGE.model_copy(update={"into": student_id(3)})
    merged.when(again).refused("the same as another already")
    moved = again.model_copy(update={"was": student_id(2)})
    merged.when(moved).then(moved.became(StudentMerged))
    here().when(MERGE.model_copy(update={"into": ANA})).refused("one student already")
    for command in (record(grade="4"), LINK):
        merged.when(command).refused("the same child as another")


def test_a_merge_speaks_of_both() -> None:
    assert MERGE.became(StudentMerged).students == {ANA, student_id(2)}


def test_flags_are_kept_by_the_day_and_only_those_that_are_spoken_of() -> None:
    said = FLAGS.became(FlagsRecorded, about=("foster", "iep"))
    once = here().when(FLAGS).then(said)
    once.when(FLAGS).then()
    more = FLAGS.model_copy(update={"flags": ("homeless",), "about": ("homeless",)})
    both = once.when(more).then(more.became(FlagsRecorded))
    both.when(FLAGS).then()
    both.when(more).then()
    later = FLAGS.model_copy(update={"effective_on": JANUARY, "flags": ()})
    both.when(later).then(later.became(FlagsRecorded, about=("foster", "iep")))
    corrected = FLAGS.model_copy(update={"flags": ("foster", "iep")})
    both.when(corrected).then(
        corrected.became(FlagsRecorded, flags=("foster", "iep"), about=("foster", "iep"))
    )


@pytest.mark.parametrize("flag", ["IEP", "", "has iep", "x" * 41, "-iep", "naïve", "iep,foster"])
def test_a_flag_is_a_short_plain_word(flag: str) -> None:
    with pytest.raises(ValidationError):
        FLAGS.model_validate(dict(FLAGS) | {"flags": (flag,)})


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


@pytest.mark.parametrize(
    "command", [*STANDING_ALONE, *IN_TURN, DESTROY, MERGE, FLAGS], ids=lambda c: type(c).__name__
)
def test_nothing_is_recorded_of_a_student_whom_nobody_knows(command: StudentCommand) -> None:
    given(STUDENT).when(command).refused("not on the roster: import the roster first")
    back = given(STUDENT, recorded(), Undone(versions=(1,)))
    back.when(command).refused("not on the roster")


SETTLE = SettleNames(student_id=ANA, number=1, text="Helped another child.")


@pytest.mark.parametrize("command", STANDING_ALONE[:2], ids=lambda c: type(c).__name__)
def test_a_name_in_a_text_is_asked_about_until_it_is_settled(command: StudentCommand) -> None:
    other = student_id(2)
    events = here().when(command.model_copy(update={"may_name": (other,)})).events or []
    assert events[1:] == [NamesFlagged(student_id=ANA, number=1, may_name=(other,))]
    here().when(SETTLE).refused("no name is asked about in this text")
    settled = here(*events).when(SETTLE).then(SETTLE.became(NamesSettled))
    settled.when(SETTLE).refused("no name is asked about in this text")


def test_every_kind_of_command_is_looked_at_here() -> None:
    here = (SETTLE, DESTROY, record(), withdraw(), NUMBERED, LINK, MERGE, FLAGS)
    looked_at = {type(c) for c in (*STANDING_ALONE, *IN_TURN, *here)}
    assert looked_at | {Undo} == set(kinds(STUDENT))


def held(number: int | None = 1) -> DeterminationHeld:
    return HOLD.became(DeterminationHeld, number=number)


def test_a_determination_follows_a_decision_that_removals_are_a_pattern_once() -> None:
    decided = here().when(DECIDE).then(DECIDED)
    decided.when(DECIDE).then()
    after = decided.when(HOLD).then(held())
    after.when(HOLD.model_copy(update={"number": 1})).refused("is recorded already")
    decided.when(HOLD.model_copy(update={"number": 2})).refused("no such decision on placement")
    decided.when(HOLD.model_copy(update={"on": date(2026, 9, 30)})).refused("before the decision")


def test_a_determination_without_a_decision_is_recorded_as_it_was() -> None:
    """More than ten days in a row are a change of placement that nobody has to decide on."""
    here().when(HOLD).then(held(None))
    none = DECIDED.model_copy(update={"pattern": False})
    here(none).when(HOLD).then(held(None))
    here(none).when(HOLD.model_copy(update={"number": 1})).refused("there is no pattern")


def test_decisions_are_numbered_and_the_last_that_waits_is_answered() -> None:
    later = DECIDE.model_copy(update={"on": JANUARY})
    both = here(DECIDED).when(later).then(later.became(PlacementChangeDecided, number=2))
    once = both.when(HOLD).then(held(2))
    once.when(HOLD).then(held(1))


def test_everybody_who_stands_for_a_student_can_be_told_of_a_decision() -> None:
    here().when(TELL).refused("no such decision on placement")
    letter = TELL.became(GuardianToldOfDecision, number=1)
    told = here(DECIDED).when(TELL).then(letter)
    told.when(TELL).then()
    other = TELL.model_copy(update={"relation": Relation.SOCIAL_WORKER})
    told.when(other).then(other.became(GuardianToldOfDecision, number=1))
    told.when(TELL.model_copy(update={"on": date(2026, 9, 1)})).refused("before the decision")


def test_no_guardian_is_told_of_a_decision_before_it_is_made() -> None:
    early = DECIDE.model_copy(update={"guardian_told_on": date(2026, 9, 30)})
    here().when(early).refused("before the decision of 2026-10-01")


def test_a_record_is_shown_once_for_each_request_the_oldest_first() -> None:
    here().when(SHOW).refused("nobody has asked for it")
    asked = here().when(REQUEST).then(REQUEST.became(RecordRequested, number=1))
    twice = asked.when(REQUEST).then(REQUEST.became(RecordRequested, number=2))
    shown = twice.when(SHOW).then(SHOW.became(RecordShown, number=1))
    both = shown.when(SHOW).then(SHOW.became(RecordShown, number=2))
    both.when(SHOW).refused("was answered already")
    twice.when(SHOW.model_copy(update={"number": 3})).refused("nobody has asked for it")
    twice.when(SHOW.model_copy(update={"on": date(2026, 9, 1)})).refused("before the request")


def test_a_decision_that_was_taken_back_is_followed_by_nothing() -> None:
    back = given(STUDENT, recorded(), DECIDED, Undone(versions=(2,)))
    back.when(TELL).refused("no such decision")
    back.when(DECIDE).then(DECIDED)


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
        DECIDED,
        TELL.became(GuardianToldOfDecision, number=1),
        held(),
        REQUEST.became(RecordRequested, number=1),
        SHOW.became(RecordShown, number=1),
    ]
    lines = " ".join(map(str, events))
    hidden = (
        "Bo",
        "Lindqvist",
        "chairs",
        "Glad",
        "Cleo",
        "Marsh",
        "seat",
        "Writing",
        "lunch",
        "noise",
    )
    assert not [word for word in hidden if word in lines]
