"""Everything that happened around a student, each entry under the time it happened."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import Any

import sqlalchemy as sa

from ledger.domain import Destroyed, Recorded, standing
from ledger.domain.contact import Contact
from ledger.domain.student import (
    ContactMade,
    ObservationRecorded,
    PraiseRecorded,
    StudentWithdrawn,
)
from ledger.projections import History, Projection, Rows, number, table, text
from ledger.projections.incidents import Card, told

_tables = sa.MetaData()
table(
    "timeline",
    _tables,
    number("seq"),
    text("kind"),
    text("level"),
    text("occurred_at"),
    text("recorded_at"),
    number("position"),
    text("actor"),
    text("line"),
    text("body"),
    sa.Index("timeline_entry", "stream", "seq"),
    index=False,
)
table(
    "timeline_of",
    _tables,
    number("seq"),
    text("student_id"),
    text("label"),
    text("occurred_at"),
    sa.Index("timeline_of_student", "student_id", "occurred_at"),
)


def _rows(stream: str, history: History) -> Rows:
    if stream.startswith("incident-"):
        return _of_incident(stream, history)
    return _of_student(stream, history)


def _of_incident(stream: str, history: History) -> Rows:
    card = told(stream, history)
    if not card.reported:
        return {}
    last = max(r.position for r in history)
    entries = [
        _entry(stream, 0, "incident", card.occurred_at, card.recorded_at, last, level=card.level)
    ]
    for seq, change in enumerate(card.changes, 1):
        at = change.recorded_at
        entry = _entry(stream, seq, "fixed", at, at, last, actor=change.actor, body=asdict(change))
        entries.append(entry)
    people = _people(card)
    return {
        "timeline": entries,
        "timeline_of": [
            {
                "stream": stream,
                "seq": entry["seq"],
                "student_id": student_id,
                "label": label,
                "occurred_at": entry["occurred_at"],
            }
            for entry in entries
            for label, student_id in people
        ],
    }


def _people(card: Card) -> list[tuple[str, str]]:
    return [(p.label, p.student_id) for p in card.people.values() if p.student_id]


def _of_student(stream: str, history: History) -> Rows:
    entries, links = [], []
    for recorded in standing(history):
        entry = _own(stream, recorded)
        if entry is not None:
            entries.append(entry)
            links.append(
                {
                    "stream": stream,
                    "seq": entry["seq"],
                    "student_id": recorded.event.student_id,
                    "label": None,
                    "occurred_at": entry["occurred_at"],
                }
            )
    return {"timeline": entries, "timeline_of": links}


def _own(stream: str, recorded: Recorded[Any]) -> dict[str, Any] | None:
    """The entry of what stands without an incident, if the event is one."""
    event = recorded.event
    match event:
        case PraiseRecorded():
            kind, at, words = "praise", event.occurred.at, event.text
        case ContactMade():
            kind, at, words = "contact", event.at.at, event.note
        case ObservationRecorded():
            kind, at, words = "observation", event.began.at, event.text
        case StudentWithdrawn():
            noon = datetime.combine(event.effective_on, time(12), tzinfo=UTC)
            kind, at, words = "roster", noon, None
        case _:
            return None
    body = {"words": None if words is None else str(words), "by": getattr(event, "by", None)}
    if isinstance(event, Contact) and event.with_whom is not None:
        body["whom"] = str(event.with_whom)
    if isinstance(words, Destroyed):
        body["destroyed"] = str(words)
    return _entry(
        stream,
        recorded.version,
        kind,
        _iso(at),
        _iso(recorded.recorded_at),
        recorded.position,
        actor=recorded.actor,
        line=str(event),
        body=body,
    )


def _entry(
    stream: str,
    seq: int,
    kind: str,
    occurred_at: str,
    recorded_at: str,
    position: int,
    *,
    level: str | None = None,
    actor: str = "",
    line: str = "",
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "stream": stream,
        "seq": seq,
        "kind": kind,
        "level": level,
        "occurred_at": occurred_at,
        "recorded_at": recorded_at,
        "position": position,
        "actor": actor,
        "line": line,
        "body": json.dumps(body, ensure_ascii=False) if body else None,
    }


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


TIMELINE = Projection("timeline", 4, frozenset({"incident", "student"}), _tables, _rows)
