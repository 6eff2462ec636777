"""What an incident asks of a student information system: coded facts, one row a record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from ledger.domain.codes import Role
from ledger.domain.incident import OfSource
from ledger.domain.particulars import number_there
from ledger.projections import History, Projection, Rows, number, table, text
from ledger.projections.incidents import Card, Doing, Person, told

Record = tuple[str, str | None, str, dict[str, Any]]  # kind, student, level, body
_tables = sa.MetaData()
table(
    "sis_record",
    _tables,
    text("kind"),  # incident, behavior, non-offender, action, staff, restraint
    text("incident_id"),
    text("student_id"),
    text("level"),
    text("occurred_at", index=True),
    number("position"),
    text("body"),
)


def _rows(stream: str, history: History) -> Rows:
    card = told(stream, history)
    if not card.reported or card.standing != "open":
        return {}
    position = max(r.position for r in history)
    own = [*_records(card)]
    past = [r for r in history if isinstance(r.event, OfSource)]
    records = own if not past else _with_origin(card, own, told(stream, past[-1:]), past[-1].event)
    return {"sis_record": [_row(stream, card, position, record) for record in records]}


def _records(card: Card) -> Iterator[Record]:
    yield "incident", None, card.level, _incident(card)
    for person in card.people.values():
        if person.student_id:
            yield from _of_person(card, person)
    for done in card.actions.values():
        actor = card.people.get(done.label)
        if actor is not None and actor.student_id:
            yield "action", actor.student_id, card.level, _action(card, done, actor)
    if card.reported_by:
        yield "staff", None, card.level, _staff(card, card.reported_by)
    for used in card.restraints:
        held = card.people.get(used["label"])
        if held is not None and held.student_id:
            yield "restraint", held.student_id, card.level, _restraint(card, used)


def _of_person(card: Card, person: Person) -> Iterator[Record]:
    for seen in person.behaviors:
        yield "behavior", person.student_id, seen["level"], _behavior(card, person, seen)
    beside = _beside(card, person)
    if beside["roles"] or not person.behaviors:  # also for sinks that are not sent the behavior
        yield "non-offender", person.student_id, card.level, beside


# What came from elsewhere says so, with its source's own line and what we made of that line then.


def _with_origin(
    card: Card, records: Iterable[Record], as_imported: Card, past: OfSource
) -> list[Record]:
    was = {_name(record): record for record in _records(as_imported)}
    now = {_name(record): record for record in records}
    for record in _only_there(card, past):
        now.setdefault(_name(record), record)
    if any(kind == "staff" and record[3]["there"] for (kind, _), record in now.items()):
        now.pop(("staff", card.reported_by or ""), None)  # the source's own line says who reported
    return [
        (*one[:3], one[3] | {"came": _came(card, past, one, was.get(name))})
        for name, one in now.items()
    ]


def _only_there(card: Card, past: OfSource) -> Iterator[Record]:
    """What the source says and no record of ours: a staff member, a part beside being referred."""
    here = {person.student_id: person for person in card.people.values() if person.student_id}
    lines = past.original if isinstance(past.original, tuple) else ()
    for one in lines:
        if one.kind == "staff":
            yield "staff", None, card.level, _staff(card, None, one.of)
        if one.kind == "non-offender" and one.of in here:
            yield "non-offender", one.of, card.level, _beside(card, here[one.of])


def _name(record: Record) -> tuple[str, str | None]:
    """What makes a record of an incident the same one before and after a correction."""
    kind, student, _, body = record
    own: dict[str, Callable[[], str | None]] = {
        "behavior": lambda: f"{body['label']}|{body['code']}|{body['foreign'] or ''}",
        "action": lambda: str(body["number"]),  # its identifier may be the number of another
        "staff": lambda: body["staff_id"] or body["there"],
        "restraint": lambda: str(body["number"]),
    }
    return kind, own[kind]() if kind in own else student


def _came(card: Card, past: OfSource, now: Record, was: Record | None) -> dict[str, Any]:
    line = past.line_of(now[0], _whose(was or now))
    return {
        **(card.origin or {}),
        "line": json.loads(line) if line else {},
        "was": None if was is None else was[3],
    }


def _whose(record: Record) -> str:
    """Which line of the source a record is: see `Past.line_of`."""
    kind, student, _, body = record
    own: dict[str, Callable[[], str | None]] = {
        "behavior": lambda: f"{student}|{_word(body)}",
        "action": lambda: body["identifier"],
        "staff": lambda: body["there"],
    }
    return (own[kind]() if kind in own else student) or ""


def _row(stream: str, card: Card, position: int, record: Record) -> dict[str, Any]:
    kind, student_id, level, body = record
    return {
        "stream": stream,
        "kind": kind,
        "incident_id": card.incident_id,
        "student_id": student_id,
        "level": level,
        "occurred_at": card.occurred_at,
        "position": position,
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    }


def _incident(card: Card) -> dict[str, Any]:
    return {
        "school_id": card.school_id,
        "occurred_at": card.occurred_at,
        "zone": card.zone,
        "day_only": card.day_only,
        "location": card.details.get("location"),
        "place": card.details.get("place"),
        "weapon": card.details.get("weapon"),
        "law_enforcement_told": card.details.get("law_enforcement_told"),
        "reported_by": card.reported_by,
        "behaviors": list(dict.fromkeys(map(_word, card.seen))),
    }


def _behavior(card: Card, person: Person, seen: dict[str, Any]) -> dict[str, Any]:
    others = [role for role in person.roles if role != Role.REFERRED.value]
    return {
        "code": seen["code"],
        "level": seen["level"],
        "foreign": seen.get("foreign"),
        "label": person.label,
        "also": others,
        "motivation": person.motivation,
        "school_id": card.school_id,
    }


def _word(seen: dict[str, Any]) -> str:
    """A behavior as its source calls it, or our code: two words of a source may be one code."""
    return seen.get("foreign") or str(seen["code"])


def _beside(card: Card, person: Person) -> dict[str, Any]:
    roles = [role for role in person.roles if role != Role.REFERRED.value]
    return {"roles": roles, "school_id": card.school_id}


def _staff(card: Card, staff_id: str | None, there: str = "") -> dict[str, Any]:
    """The reporter, by our id, or by the number that a source has for them."""
    roles = [Role.REPORTER.value]
    return {"staff_id": staff_id, "there": there, "roles": roles, "school_id": card.school_id}


def _restraint(card: Card, used: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": used["number"],
        "kind": used["kind"],
        "began": used["began"]["at"],
        "zone": used["began"]["zone"],
        "minutes": used.get("minutes"),
        "reasons": used.get("reasons", []),
        "by": used.get("by", []),
        "school_id": card.school_id,
    }


def _action(card: Card, done: Doing, person: Person) -> dict[str, Any]:
    return {
        "number": done.number,
        "identifier": number_there(done.identifier),
        "action": done.action,
        "foreign": done.foreign,
        "on": done.on,
        "days": done.days,
        "minutes": done.minutes,
        "served_days": done.served_days,
        "served_minutes": done.served_minutes,
        "served": done.served,
        "difference": done.difference,
        "instruction_went_on": done.instruction_went_on,
        "by": done.by,
        "school_id": card.school_id,
        "behaviors": [_word(seen) for seen in person.behaviors],
    }


SIS_RECORDS = Projection("sis_records", 5, frozenset({"incident"}), _tables, _rows)
