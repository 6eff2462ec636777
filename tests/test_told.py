"""What an incident looks like: what stands, what it was before, and what is still open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from made import NOON, ZONE, a_report, incident_id, student_id
from spec import enveloped
from strategies import Played, Step, commands

from ledger.domain import Destroyed, Undone, When
from ledger.domain.codes import (
    Action,
    Behavior,
    LengthDifference,
    Level,
    Location,
    Motivation,
    Role,
    StatementKind,
    Weapon,
)
from ledger.domain.incident import (
    INCIDENT,
    ActionCorrected,
    ActionServed,
    ActionTaken,
    ActionVoided,
    BehaviorCorrected,
    CircumstancesCorrected,
    DetailsFilledIn,
    IncidentEvent,
    IncidentMerged,
    IncidentReported,
    IncidentVoided,
    ParticipantAdded,
    ParticipantRemoved,
    ParticipantReplaced,
    ReferredToOffice,
    RolesCorrected,
    StatementAdded,
)
from ledger.domain.particulars import BehaviorSeen, Participant
from ledger.projections.incidents import INCIDENTS, Card, card_of, told

ANA, BO = student_id(1), student_id(2)
STREAM = f"incident-{incident_id(1)}"
WHY = "the slip was read wrongly"
MINOR = BehaviorSeen(code=Behavior.DISRUPTION, level=Level.MINOR)
MAJOR = BehaviorSeen(code=Behavior.FIGHTING, level=Level.MAJOR)
ASSUMED = MINOR.model_copy(update={"assumed": True})
P1 = Participant(label="P1", student_id=ANA, roles=(Role.REFERRED,), behaviors=(MINOR,))
P2 = Participant(label="P2", student_id=BO, roles=(Role.VICTIM,))


def reported(*people: Participant, **more: Any) -> IncidentReported:
    return a_report(participants=people or (P1,), **more).became(IncidentReported)


def card(*events: IncidentEvent, first: IncidentReported | None = None) -> Card:
    """What is told of an incident after these events."""
    return told(STREAM, enveloped([first or reported(), *events], "incident"))


def taken(number: int = 1) -> ActionTaken:
    day = date(2026, 10, 15)
    return ActionTaken(
        number=number, label="P1", action=Action.SENT_HOME_EARLY, on=day, days=Decimal("1.50")
    )


def change(card: Card) -> tuple[str, str, str, str]:
    """The only correction: (what, what it was, what it is, why)."""
    (one,) = card.changes
    return one.what, one.was, one.now, one.reason


def said(text: str | Destroyed) -> StatementAdded:
    return StatementAdded(kind=StatementKind.OBSERVATION, text=text, number=1)


# Two folds of one history: what the rules know, and what people see.


def agree(state: Any, seen: Card) -> None:
    """Whom, what and whether it stands: the same in both."""
    assert seen.reported == state.reported
    assert (seen.standing != "open") == bool(state.settled)
    people = {p.label: (p.student_id, tuple(p.roles), len(p.behaviors)) for p in values(seen)}
    assert people == {
        p.label: (p.student_id, tuple(role.value for role in p.roles), len(p.behaviors))
        for p in state.people.values()
    }
    assert {number: done.label for number, done in seen.actions.items()} == dict(state.actions)
    assert max((one.number for one in seen.statements), default=0) == state.statements
    for done in seen.actions.values():
        assert done.label in seen.people
        # What a source says has happened is taken in, whomever it was done with.
        assert seen.origin or seen.people[done.label].student_id
        assert seen.origin or seen.people[done.label].referred


def values(seen: Card) -> Sequence[Any]:
    return list(seen.people.values())


@settings(max_examples=100)
@given(steps=commands("incident", max_size=20))
def test_what_people_see_is_what_the_rules_know(steps: list[Step]) -> None:
    played: dict[str, Played] = {}
    for _, id, command in steps:
        stream = played.setdefault(id, Played(INCIDENT))
        stream.do(stream.aimed(command))
        agree(stream.state, told(STREAM, enveloped(stream.events, "incident")))


@settings(max_examples=60)
@given(steps=commands("incident", max_size=20))
def test_a_card_is_read_from_its_row_as_it_was_written(steps: list[Step]) -> None:
    played: dict[str, Played] = {}
    for _, id, command in steps:
        stream = played.setdefault(id, Played(INCIDENT))
        stream.do(stream.aimed(command))
    for stream in played.values():
        history = enveloped(stream.events, "incident")
        for row in INCIDENTS.rows(STREAM, history).get("incident", []):
            assert card_of(row["card"]) == told(STREAM, history)


# What stands


def test_what_is_filled_in_is_as_if_it_had_been_said_at_once() -> None:
    later = card(
        DetailsFilledIn(weapon=Weapon.CLUB, label="P1", motivation=Motivation.AVOID_TASK),
        ParticipantAdded(participant=P2),
    )
    asked = P1.model_copy(update={"motivation": Motivation.AVOID_TASK})
    once = card(first=reported(asked, P2, weapon=Weapon.CLUB))
    assert (later.details, later.people) == (once.details, once.people)


def test_an_action_reads_as_it_was_served() -> None:
    served = ActionServed(
        number=1, days=Decimal("0.50"), difference=LengthDifference.SCHOOL_YEAR_ENDED
    )
    done = card(taken(), served).actions[1]
    assert (done.days, done.served, done.served_days) == ("1.5", True, "0.5")
    assert done.difference == "school-year-ended"
    assert not card(taken()).actions[1].served


def test_a_corrected_action_is_the_new_whole_of_it() -> None:
    right = ActionCorrected(
        number=1, action=Action.RESTITUTION, on=date(2026, 10, 16), minutes=20, reason=WHY
    )
    seen = card(taken(), right)
    done = seen.actions[1]
    assert (done.action, done.on, done.minutes, done.days) == (
        *("restitution", "2026-10-16"),
        *(20, None),
    )
    assert change(seen) == ("action 1", "sent home early", "restitution, 20 min", WHY)


def test_an_action_that_was_never_taken_is_gone() -> None:
    seen = card(taken(), ActionVoided(number=1, reason=WHY))
    assert seen.actions == {}
    assert change(seen) == ("action 1", "sent home early", "never taken", WHY)


def test_a_destroyed_statement_says_under_what() -> None:
    order = Destroyed(under="a court, 12", position=9)
    (one,) = card(said(order)).statements
    assert (one.text, one.destroyed) == (None, "[destroyed under a court, 12]")
    (other,) = card(said("x")).statements
    assert (other.text, other.destroyed) == ("x", None)


@pytest.mark.parametrize(
    ("event", "standing"),
    [(IncidentVoided(reason=WHY), "voided"), (IncidentMerged(into="4f1c2aa"), "merged")],
)
def test_what_does_not_stand_says_so_until_that_is_taken_back(
    event: IncidentEvent, standing: str
) -> None:
    assert card(event).standing == standing
    assert card(event, Undone(versions=(2,))).standing == "open"


def test_a_report_that_was_taken_back_is_not_told() -> None:
    seen = card(Undone(versions=(1,)))
    assert not seen.reported
    assert INCIDENTS.rows(STREAM, enveloped([reported(), Undone(versions=(1,))])) == {}


def test_one_major_behavior_makes_it_major() -> None:
    fighter = P2.model_copy(update={"roles": (Role.REFERRED,), "behaviors": (MAJOR,)})
    assert card().level == "minor"
    both = card(first=reported(P1, fighter))
    assert (both.level, both.behaviors) == ("major", ["disruption", "fighting"])


def test_what_was_sent_to_the_office_says_when_and_to_whom() -> None:
    office = card(ReferredToOffice(to="staff-3")).office
    assert office is not None
    assert (office["to"], office["recorded_at"]) == ("staff-3", "2026-10-14T19:12:00Z")


# What it was before


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            CircumstancesCorrected(location=Location.GYM, slip="14", reason=WHY),
            (
                "circumstances",
                "location: cafeteria, slip: not said",
                "location: gym, slip: 14",
                WHY,
            ),
        ),
        (
            CircumstancesCorrected(
                occurred=When(at=NOON - timedelta(days=1), zone=ZONE), reason=WHY
            ),
            (
                "circumstances",
                "when: 2026-10-14T18:50:00Z",
                "when: 2026-10-13T19:00:00Z",
                WHY,
            ),
        ),
        (
            BehaviorCorrected(label="P1", behaviors=(MAJOR,), reason=WHY),
            ("behavior", "minor disruption", "major fighting", WHY),
        ),
        (
            RolesCorrected(label="P2", roles=(Role.WITNESS, Role.REPORTER), reason=WHY),
            ("role", "victim", "witness, reporter", WHY),
        ),
        (
            ParticipantReplaced(label="P2", student_id=student_id(3), reason=WHY),
            ("participant", "P2", "somebody else", WHY),
        ),
        (
            ParticipantRemoved(label="P2", reason=WHY),
            ("participant", "P2", "had no part in it", WHY),
        ),
    ],
    ids=["place", "time", "behavior", "role", "replaced", "removed"],
)
def test_a_correction_says_what_it_was_what_it_is_and_why(
    event: IncidentEvent, expected: tuple[str, str, str, str]
) -> None:
    seen = card(event, first=reported(P1, P2))
    assert change(seen) == expected
    assert seen.changes[0].actor == "staff-1"
    assert seen.changes[0].recorded_at == "2026-10-14T19:12:00Z"


def test_a_corrected_time_is_the_time() -> None:
    earlier = When(at=NOON - timedelta(days=1), zone=ZONE, day_only=True)
    seen = card(CircumstancesCorrected(occurred=earlier, reason=WHY))
    assert (seen.occurred_at, seen.day_only) == ("2026-10-13T19:00:00Z", True)


def test_a_reason_that_was_destroyed_says_so() -> None:
    order = Destroyed(under="a court, 12", position=9)
    seen = card(CircumstancesCorrected(slip="14", reason=order))
    assert seen.changes[0].reason == "[destroyed under a court, 12]"


# What is open


def test_what_was_not_said_is_open_until_it_is() -> None:
    person = P1.model_copy(update={"behaviors": (ASSUMED,)})
    first = reported(person, location=None)
    everything = [
        "what was seen",
        "place",
        "why (motivation)",
        "what was done",
        "minor or major",
    ]
    answers: list[IncidentEvent] = [
        said("x"),
        DetailsFilledIn(location=Location.GYM),
        DetailsFilledIn(label="P1", motivation=Motivation.UNCLEAR),
        taken(),
        BehaviorCorrected(label="P1", behaviors=(MINOR,), reason=WHY),
    ]
    for number in range(len(everything) + 1):
        assert card(*answers[:number], first=first).open == everything[number:]


def test_what_is_open_of_one_who_is_not_referred_is_nobodys_question() -> None:
    asked = P1.model_copy(update={"motivation": Motivation.UNCLEAR})
    assert "why (motivation)" not in card(first=reported(asked, P2)).open
