"""What a cell of a sheet can say: the fields of an incident, of its behaviors, of its actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from ledger.domain.codes import (
    Action,
    Behavior,
    Code,
    LengthDifference,
    Level,
    Location,
    Motivation,
    Weapon,
)
from ledger.exports.desk import Desk, local
from ledger.exports.spreadsheet_cells import DAY, MOMENT, TIME, Directives

if TYPE_CHECKING:
    from ledger.reading import SisRecord

SHORT = 7  # characters of an incident's id, as the screens show it
Value = str | datetime | None  # None: it was not said


@dataclass(frozen=True)
class Set:
    """A set of codes of ours: its name, and what people read for each code."""

    name: str
    labels: Mapping[str, str]


def _set(codes: type[Code]) -> Set:
    return Set(codes.__name__, {code.value: code.label for code in codes})


BEHAVIORS, ACTIONS = _set(Behavior), _set(Action)
YES, NO = "yes", "no"
YES_OR_NO = Set("YesOrNo", {YES: YES, NO: NO})


@dataclass(frozen=True)
class Row:
    """What one line is about: one record of the sheet's kind, with what belongs to it."""

    main: SisRecord
    incident: SisRecord
    behaviors: tuple[SisRecord, ...]
    actions: tuple[SisRecord, ...]
    staff: tuple[SisRecord, ...] = ()

    def __iter__(self) -> Iterator[SisRecord]:
        yield self.incident
        for kind in (self.behaviors, self.actions, self.staff):
            yield from kind

    @property
    def students(self) -> list[str]:
        """Each student that the line is about, once."""
        there = (record.student_id for record in (*self.behaviors, *self.actions))
        return list(dict.fromkeys(id for id in there if id))


@dataclass(frozen=True)
class Field:
    """One thing that can be said, as many times as the line has it."""

    values: Callable[[Desk, Row], Sequence[Value]]
    about: str  # the kind of record that it reads, or student
    codes: Set | None = None
    form: str = ""  # of a day or a time: how it is written when the map does not say
    known: Directives = field(default_factory=dict)  # what its format may hold
    number: bool = False  # written with the sheet's decimal mark
    text: bool = False  # free text: it leaves only where the sink's settings say so


def _incident(key: str, **more: Any) -> Field:
    return Field(lambda _, row: [row.incident.body.get(key)], "incident", **more)


def _behavior(read: Callable[[SisRecord], Value], **more: Any) -> Field:
    """Of the behaviors of a line, each value once."""

    def values(_: Desk, row: Row) -> Sequence[Value]:
        return list(dict.fromkeys(map(read, row.behaviors)))

    return Field(values, "behavior", **more)


def _action(read: Callable[[Mapping[str, Any]], Any], **more: Any) -> Field:
    """Of the actions of a line, one value each: what stands in two columns stands side by side."""
    return Field(lambda _, row: [_text(read(done.body)) for done in row.actions], "action", **more)


def _text(value: Any) -> Value:
    if value is None or isinstance(value, datetime):
        return value
    return _yes(value) if isinstance(value, bool) else str(value)


def _yes(value: bool | None) -> str | None:
    return None if value is None else YES if value else NO


def _word(body: Mapping[str, Any], key: str, codes: Set) -> str:
    """The source's own word where one came with the record, else ours."""
    return str(body.get("foreign") or codes.labels.get(body[key], body[key]))


def _identifier(record: SisRecord) -> str:
    """The number that it came with, or our own."""
    came: Mapping[str, Any] = record.body.get("came") or {}
    return came.get("identifier") or record.incident_id


def _moment(record: SisRecord) -> datetime | None:
    return None if record.body["day_only"] else local(record)


def _day(body: Mapping[str, Any]) -> datetime:
    return datetime.combine(datetime.fromisoformat(body["on"]), time())


def _member(desk: Desk, id: str | None) -> str | None:
    """The number of a member of staff; whom the sink does not know goes unsaid."""
    return desk.staff.known.get(id or "")


def _one(read: Callable[[SisRecord], Value], **more: Any) -> Field:
    return Field(lambda _, row: [read(row.incident)], "incident", **more)


FIELDS: Mapping[str, Field] = {
    "incident.id": _one(lambda incident: incident.incident_id),
    "incident.short_id": _one(lambda incident: incident.incident_id[:SHORT]),
    "incident.identifier": _one(_identifier),
    "incident.date": _one(local, form="%Y-%m-%d", known=DAY),
    "incident.time": _one(_moment, form="%H:%M", known=TIME),
    "incident.moment": _one(_moment, form="%Y-%m-%dT%H:%M", known=MOMENT),
    "incident.level": _one(lambda incident: incident.level, codes=_set(Level)),
    "incident.location": _incident("location", codes=_set(Location)),
    "incident.place": _incident("place", text=True),
    "incident.weapon": _incident("weapon", codes=_set(Weapon)),
    "incident.law_enforcement": _one(
        lambda incident: _yes(incident.body["law_enforcement_told"]), codes=YES_OR_NO
    ),
    "school": Field(
        lambda desk, row: [str(desk.school(row.incident.body["school_id"]))], "incident"
    ),
    "reporter.number": Field(
        lambda desk, row: [_member(desk, row.incident.body["reported_by"])], "staff"
    ),
    "student.number": Field(
        lambda desk, row: [desk.students.number(id) for id in row.students], "student"
    ),
    "behavior.code": _behavior(lambda seen: seen.body["code"], codes=BEHAVIORS),
    "behavior.word": _behavior(lambda seen: _word(seen.body, "code", BEHAVIORS), text=True),
    "behavior.level": _behavior(lambda seen: seen.body["level"], codes=_set(Level)),
    "behavior.motivation": _behavior(
        lambda seen: seen.body.get("motivation"), codes=_set(Motivation)
    ),
    "action.number": _action(lambda body: body["number"]),
    "action.code": _action(lambda body: body["action"], codes=ACTIONS),
    "action.word": _action(lambda body: _word(body, "action", ACTIONS), text=True),
    "action.date": _action(_day, form="%Y-%m-%d", known=DAY),
    "action.days": _action(lambda body: body["days"], number=True),
    "action.minutes": _action(lambda body: body["minutes"]),
    "action.served": _action(lambda body: body["served"], codes=YES_OR_NO),
    "action.served_days": _action(lambda body: body["served_days"], number=True),
    "action.difference": _action(lambda body: body["difference"], codes=_set(LengthDifference)),
    "action.by": Field(
        lambda desk, row: [_member(desk, done.body["by"]) for done in row.actions], "action"
    ),
}
