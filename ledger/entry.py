"""Entry: a report is recorded once however often it is sent, and can be taken back at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from ledger.domain import Recorded, Refused, Undo
from ledger.domain.incident import (
    INCIDENT,
    IncidentEvent,
    IncidentMerged,
    IncidentReported,
    ReportIncident,
)
from ledger.store import Actor, Done, Ledger, Unreadable
from ledger.store.errors import Damage
from ledger.store.mapper import category_of, decider

SAME_LINE = 300  # seconds in which the same words with a relative time are the same entry
LOOK_BACK = 200  # reports that are looked through for the same incident
NEAR = timedelta(minutes=15)
TWICE = timedelta(minutes=5)  # in which one person logs one incident twice
AT_ONCE = timedelta(seconds=1)  # within which the steps of one command are recorded


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another report that may be of the same incident: id, time and reporter only."""

    incident_id: str
    occurred_at: datetime
    reporter: str


def report(
    record: Ledger,
    command: ReportIncident,
    actor: Actor,
    *,
    now: datetime,
    key: str | None = None,
    again: bool = False,
) -> Done[IncidentEvent]:
    """Record an incident; the same report again is the same incident, unless `again`.

    `key` names it: a retry's key or a paper slip's number, free again once its report was taken
    back. Without one its own words name it, for as long as the incident stands.
    """
    names = _own_names(record, command, actor, now) if key is None else _numbered(key)
    # Inside one transaction, so that two that race see each other.
    with record.batch():
        for name in names:
            id = record.id_for("incident", name)
            if not record.known(name) or not _passed(record, f"incident-{id}", key, again):
                return record.do(INCIDENT, id, command, actor, key=name)
    raise AssertionError("names do not end")


def _own_names(
    record: Ledger, command: ReportIncident, actor: Actor, now: datetime
) -> Iterator[str]:
    """Keys that the same words may be known by, the likeliest first."""
    own = f"auto:{record.fingerprint(command, actor)}"
    if command.occurred.relative:
        bucket = int(now.timestamp()) // SAME_LINE
        before = f"{own}:{bucket - 1}"
        if record.known(before):
            yield before
        own = f"{own}:{bucket}"
    yield from _numbered(own)


def _numbered(name: str) -> Iterator[str]:
    yield name
    for number in count(2):
        yield f"{name} ({number})"


def _passed(record: Ledger, stream: str, key: str | None, again: bool) -> bool:
    """Whether what is recorded under a name leaves the report to another name."""
    if key is None:
        return again or not _stands(record, stream)
    history = record.stream(stream)
    return bool(history) and not INCIDENT.fold(history).reported


def _stands(record: Ledger, stream: str) -> bool:
    state = INCIDENT.fold(record.stream(stream))
    return state.reported and not state.settled


def _may_stand(record: Ledger, stream: str) -> bool:
    """The same of another incident; one that cannot be read stops nobody from logging theirs."""
    try:
        return _stands(record, stream)
    except (Unreadable, Damage):
        return True


def alike(
    record: Ledger, command: ReportIncident | IncidentReported, stream: str
) -> list[Likeness]:
    """Reports of the same child, near in time, and in place or behavior.

    By somebody else; or nearer still, of the same behavior, by the same person.
    """
    found = []
    for other in record.last_of_topic("IncidentReported", LOOK_BACK):
        if (
            other.stream != stream
            and _alike(command, other.event)
            and _may_stand(record, other.stream)
        ):
            reporter = other.event.reported_by or other.actor
            id = other.stream.partition("-")[2]
            found.append(Likeness(id, other.event.occurred.at, reporter))
    return found


def _alike(command: ReportIncident | IncidentReported, other: IncidentReported) -> bool:
    apart = abs(command.occurred.at - other.occurred.at)
    if apart > NEAR or not _referred(command) & _referred(other):
        return False
    if (command.reported_by or command.recorded_by) == (other.reported_by or other.recorded_by):
        return apart <= TWICE and bool(_codes(command) & _codes(other))
    same_place = command.location is not None and command.location is other.location
    return same_place or bool(_codes(command) & _codes(other))


def _referred(report: ReportIncident | IncidentReported) -> set[str]:
    return {p.student_id for p in report.participants if p.referred and p.student_id}


def _codes(report: ReportIncident | IncidentReported) -> set[Any]:
    return {b.code for p in report.participants for b in p.behaviors}


def undo(record: Ledger, actor: Actor, now: datetime) -> tuple[Done[Any], list[Recorded[Any]]]:
    """Take back the last thing that this person logged, within ten minutes: (done, what it was)."""
    last = _last_entry(record, actor)
    stream = last[0].stream
    command = Undo(versions=tuple(r.version for r in last), logged_at=last[0].recorded_at, now=now)
    kind, id = decider(category_of(stream)), stream.partition("-")[2]
    # What was appended meanwhile may rest on it.
    return record.do(kind, id, command, actor, expected=last[-1].version), last


def _last_entry(record: Ledger, actor: Actor) -> list[Recorded[Any]]:
    last = record.last_command(actor.id, ("incident", "meeting", "plan", "student"))
    if not last:
        raise Refused("you have logged nothing lately that could be taken back")
    if last[0].event.undoes:
        raise Refused(f"the last thing you logged is taken back already. {_before(record, last)}")
    if any(r.event.lasting for r in last):
        raise Refused(f"this is never taken back: {last[-1].event}")
    if any(_joined(record, r) for r in last):
        raise Refused("two accounts were made one: correct or void what is wrong in it instead")
    return last


def _before(record: Ledger, undone: list[Recorded[Any]]) -> str:
    """What to do about what was logged before that: it is not taken back any more."""
    actor, stream = undone[0].actor, undone[0].stream
    ids = (id for id in record.last_streams(actor, "incident") if f"incident-{id}" != stream)
    earlier = next((id for id in ids if _may_stand(record, f"incident-{id}")), None)
    if earlier is None:
        return "What was before it is corrected with a reason: bledger incident correct"
    short = record.short("incident", earlier)
    return f"Before it you logged {short}: bledger incident void {short} --reason TEXT"


def _joined(record: Ledger, merged: Recorded[Any]) -> bool:
    """Whether what this merge left behind had just been carried over to where it went."""
    if not isinstance(merged.event, IncidentMerged):
        return False
    there = record.stream(f"incident-{merged.event.into}")
    return any(
        r.actor == merged.actor and abs(r.recorded_at - merged.recorded_at) < AT_ONCE
        for r in there
        if not isinstance(r.event, IncidentReported)
    )
