"""What an incident asks of a student information system: coded facts, one row a record."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from ledger.domain.codes import Role
from ledger.projections import History, Projection, Rows, number, table, text
from ledger.projections.incidents import Card, Doing, Person, told

Record = tuple[str, str | None, str, dict[str, Any]]  # kind, student, level, body
_tables = sa.MetaData()
table(
    "sis_record",
    _tables,
    text("kind"),  # incident, behavior, non-offender, action
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
    records: list[Record] = [("incident", None, card.level, _incident(card))]
    for person in card.people.values():
        records += [
            ("behavior", person.student_id, seen["level"], _behavior(person, seen))
            for seen in person.behaviors
            if person.student_id
        ]
    records += [
        ("non-offender", person.student_id, card.level, {"roles": person.roles})
        for person in card.people.values()
        if person.student_id and not person.behaviors
    ]
    for done in card.actions.values():
        actor = card.people.get(done.label)
        if actor is not None and actor.student_id:
            records.append(("action", actor.student_id, card.level, _action(card, done, actor)))
    return {"sis_record": [_row(stream, card, position, record) for record in records]}


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
        "behaviors": card.behaviors,
    }


def _behavior(person: Person, seen: dict[str, Any]) -> dict[str, Any]:
    others = [role for role in person.roles if role != Role.REFERRED.value]
    return {"code": seen["code"], "level": seen["level"], "label": person.label, "also": others}


def _action(card: Card, done: Doing, person: Person) -> dict[str, Any]:
    return {
        "number": done.number,
        "action": done.action,
        "on": done.on,
        "days": done.days,
        "minutes": done.minutes,
        "served_days": done.served_days,
        "served_minutes": done.served_minutes,
        "served": done.served,
        "difference": done.difference,
        "by": done.by,
        "school_id": card.school_id,
        "behaviors": [b["code"] for b in person.behaviors],
    }


SIS_RECORDS = Projection("sis_records", 1, frozenset({"incident"}), _tables, _rows)
