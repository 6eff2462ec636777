"""The daily entry: recorded once however often it is sent, taken back at once or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from made import (
    NOON,
    TEACHER,
    ZONE,
    Clock,
    a_report,
    a_student,
    an_action,
    an_order,
    enrol,
    new_ledger,
    student_id,
)

from ledger import entry
from ledger.domain import Refused, When
from ledger.domain.codes import Behavior, Level, Location, Positive
from ledger.domain.incident import INCIDENT, ReportIncident, VoidIncident
from ledger.domain.student import STUDENT, RecordPraise
from ledger.store import Actor, Done, Ledger
from ledger.store.errors import Conflict

COLLEAGUE = Actor("staff-2", "claimed os=colleague")
VOID = VoidIncident(reason="it was another day")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def record(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    ledger = new_ledger(tmp_path, clock=clock)
    yield ledger
    ledger.close()


def log(record: Ledger, command: ReportIncident | None = None, **how: Any) -> Done[Any]:
    """Log a report as the teacher does, or as `by` does."""
    actor = how.pop("by", TEACHER)
    now = record.recorder.clock()
    return entry.report(record, command or a_report(), actor, now=now, **how)


def undo(record: Ledger, by: Actor = TEACHER) -> Done[Any]:
    return entry.undo(record, by, record.recorder.clock())[0]


def follow(record: Ledger, done: Done[Any], command: Any, by: Actor = TEACHER) -> Done[Any]:
    """Have a command done to the incident that was logged."""
    return record.do(INCIDENT, done.stream.partition("-")[2], command, by)


# Once


@pytest.mark.parametrize("how", [{}, {"key": "slip:0147"}])
def test_the_same_report_is_recorded_once(record: Ledger, how: dict[str, Any]) -> None:
    first = log(record, **how)
    again = log(record, **how)
    assert again.repeated
    assert again.events == first.events
    assert record.head().position == len(first.events)


def test_the_same_report_of_another_person_is_another(record: Ledger) -> None:
    assert log(record).stream != log(record, by=COLLEAGUE).stream


def test_a_true_second_is_recorded_when_somebody_says_so(record: Ledger) -> None:
    streams = {log(record, again=again).stream for again in (False, True, True)}
    assert len(streams) == 3


def test_a_key_for_something_else_is_a_conflict(record: Ledger) -> None:
    log(record, key="slip:0147")
    with pytest.raises(Conflict, match="slip 0147 is already recorded"):
        log(record, a_report(student=2), key="slip:0147")


def test_a_key_that_another_command_has_is_a_conflict(record: Ledger) -> None:
    first = log(record)
    id = first.stream.partition("-")[2]
    record.do(INCIDENT, id, an_action(), TEACHER, key="key:x")
    with pytest.raises(Conflict):
        log(record, a_report(student=2), key="key:x")


@pytest.mark.parametrize("said", ["now", "-10m", "10 minutes ago"])
def test_a_relative_time_is_the_same_for_five_minutes(
    record: Ledger, clock: Clock, said: str
) -> None:
    def report() -> ReportIncident:
        return a_report(occurred=When(at=clock(), zone=ZONE, said=said))

    first = log(record, report())
    clock.pass_(minutes=4)
    assert log(record, report()).stream == first.stream
    clock.pass_(minutes=11)
    assert log(record, report()).stream != first.stream


def test_a_time_by_the_clock_is_never_another(record: Ledger, clock: Clock) -> None:
    first = log(record)
    clock.pass_(days=3)
    assert log(record).stream == first.stream


@pytest.mark.parametrize("how", [{}, {"key": "slip:0147"}])
def test_what_was_taken_back_can_be_logged_again(record: Ledger, how: dict[str, Any]) -> None:
    first = log(record, **how)
    undo(record)
    second = log(record, **how)
    assert not second.repeated
    assert second.stream != first.stream
    assert log(record, **how).events == second.events


def test_a_slip_that_was_taken_back_can_be_logged_rightly(record: Ledger) -> None:
    log(record, key="slip:0147")
    undo(record)
    right = log(record, a_report(student=2), key="slip:0147")
    assert right.events[0].event.students == {student_id(2)}
    with pytest.raises(Conflict):
        log(record, key="slip:0147")


def test_a_voided_slip_is_not_recorded_a_second_time(record: Ledger) -> None:
    first = log(record, key="slip:0147")
    follow(record, first, VOID)
    assert log(record, key="slip:0147").repeated


def test_the_words_of_a_voided_report_are_a_new_report(record: Ledger) -> None:
    first = log(record)
    follow(record, first, VOID)
    assert not log(record).repeated


# Taken back


def test_the_whole_last_entry_is_taken_back(record: Ledger) -> None:
    first = log(record)
    assert undo(record).events[0].event.versions == (1,)
    assert INCIDENT.fold(record.stream(first.stream)) == INCIDENT.initial
    assert record.head().position == 2


def test_only_the_last_command_is_taken_back(record: Ledger) -> None:
    first = log(record)
    follow(record, first, an_action())
    undo(record)
    state = INCIDENT.fold(record.stream(first.stream))
    assert (state.reported, dict(state.actions)) == (True, {})


def test_nothing_is_taken_back_twice(record: Ledger) -> None:
    with pytest.raises(Refused, match="logged nothing lately"):
        undo(record)
    log(record)
    undo(record)
    with pytest.raises(Refused, match="taken back already"):
        undo(record)


def test_what_was_logged_before_it_is_named_with_what_takes_it_away(record: Ledger) -> None:
    voided, first = log(record, a_report(slip="1")), log(record, a_report(slip="2"))
    follow(record, voided, VOID)
    log(record, a_report(slip="3"))
    undo(record)
    short = first.stream.partition("-")[2][:7]
    with pytest.raises(Refused, match=f"bledger incident void {short} --reason TEXT"):
        undo(record)


def test_nobody_takes_back_what_somebody_else_logged(record: Ledger) -> None:
    log(record)
    with pytest.raises(Refused, match="logged nothing lately"):
        undo(record, COLLEAGUE)


def test_what_somebody_went_on_from_is_not_taken_back(record: Ledger) -> None:
    first = log(record)
    follow(record, first, an_action(), COLLEAGUE)
    with pytest.raises(Conflict, match="changed meanwhile"):
        undo(record)


def test_after_ten_minutes_it_stays(record: Ledger, clock: Clock) -> None:
    log(record)
    clock.pass_(minutes=10, seconds=1)
    with pytest.raises(Refused, match="older than 10 minutes"):
        undo(record)


def test_praise_is_taken_back_too(record: Ledger) -> None:
    enrol(record, 1)
    at = When(at=NOON, zone=ZONE)
    praise = RecordPraise(student_id=student_id(1), occurred=at, code=Positive.HELPING)
    record.do(STUDENT, student_id(1), praise, TEACHER)
    assert undo(record).events[0].event.versions == (2,)


def test_a_destruction_is_never_taken_back(record: Ledger) -> None:
    first = log(record, a_report(said="P1 threw a tray."))
    follow(record, first, an_order())
    with pytest.raises(Refused, match="never taken back: the text of entry 2 destroyed under"):
        undo(record)


def test_what_a_roster_said_is_never_taken_back(record: Ledger) -> None:
    """Undo is for what was typed: after an import it would take one child off the roster."""
    enrol(record, 1)
    with pytest.raises(Refused, match="never taken back: on the roster"):
        undo(record)
    assert STUDENT.fold(record.stream(f"student-{student_id(1)}")).here


# Alike


def seen(code: Behavior) -> dict[str, Any]:
    person = a_report().participants[0]
    behavior = person.behaviors[0].model_copy(update={"code": code, "level": Level.MINOR})
    return {"participants": (person.model_copy(update={"behaviors": (behavior,)}),)}


ALIKE: dict[str, dict[str, Any]] = {
    "the same place": seen(Behavior.DEFIANCE),
    "the same behavior": {"location": Location.GYM},
    "a quarter of an hour later": {
        "occurred": When(at=NOON + timedelta(minutes=5), zone=ZONE),
    },
}
UNLIKE: dict[str, dict[str, Any]] = {
    "another child": {"participants": a_report(student=2).participants},
    "another hour": {"occurred": When(at=NOON + timedelta(minutes=6), zone=ZONE)},
    "another place and behavior": {"location": Location.GYM, **seen(Behavior.DEFIANCE)},
}


@pytest.mark.parametrize("fields", ALIKE.values(), ids=list(ALIKE))
def test_a_report_by_somebody_else_may_be_of_the_same_incident(
    record: Ledger, fields: dict[str, Any]
) -> None:
    first = log(record, a_report(reported_by="staff-1"))
    command = a_report(reported_by="staff-2", **fields)
    second = log(record, command, by=COLLEAGUE)
    found = entry.alike(record, command, second.stream)
    assert [one.incident_id for one in found] == [first.stream.partition("-")[2]]
    assert found[0].reporter == "staff-1"


@pytest.mark.parametrize("fields", UNLIKE.values(), ids=list(UNLIKE))
def test_other_reports_are_not_offered(record: Ledger, fields: dict[str, Any]) -> None:
    log(record, a_report(reported_by="staff-1"))
    command = a_report(reported_by="staff-2", **fields)
    assert entry.alike(record, command, log(record, command, by=COLLEAGUE).stream) == []


@pytest.mark.parametrize(
    ("minutes", "fields", "offered"),
    [(5, {}, True), (6, {}, False), (0, seen(Behavior.DEFIANCE), False)],
    ids=["soon after", "later", "another behavior"],
)
def test_ones_own_report_is_offered_when_it_is_of_the_same_behavior_within_five_minutes(
    record: Ledger, minutes: int, fields: dict[str, Any], offered: bool
) -> None:
    first = log(record, a_report(reported_by="staff-1"))
    at = When(at=a_report().occurred.at + timedelta(minutes=minutes), zone=ZONE)
    own = a_report(reported_by="staff-1", occurred=at, slip="2", **fields)
    found = [one.incident_id for one in entry.alike(record, own, log(record, own).stream)]
    assert found == [first.stream.partition("-")[2]] * offered


def test_what_does_not_stand_is_not_offered(record: Ledger) -> None:
    log(record, a_report(reported_by="staff-1"))
    undo(record)
    second = log(record, a_report(reported_by="staff-1", slip="2"))
    follow(record, second, VOID)
    other = a_report(reported_by="staff-2")
    assert entry.alike(record, other, log(record, other, by=COLLEAGUE).stream) == []


def test_what_somebody_else_did_meanwhile_is_not_in_the_way(record: Ledger) -> None:
    first = log(record)
    record.do(STUDENT, student_id(1), a_student(1), COLLEAGUE)
    assert undo(record).stream == first.stream
