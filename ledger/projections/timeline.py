"""Everything that happened around a student, each entry under the time it happened."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from ledger.projections import History, Projection, Rows, number, table, text
from ledger.projections.incidents import told
from ledger.projections.timeline_lines import Line, of_case, of_plans, of_process, of_student
from ledger.store import category_of

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
    match category_of(stream):
        case "incident":
            return _of_incident(stream, history)
        case "meeting":
            return _of_one(stream, of_case(history))
        case "plan":
            return _of_one(stream, of_plans(history))
        case _:
            return _of_one(stream, of_student(history))


def _of_incident(stream: str, history: History) -> Rows:
    card = told(stream, history)
    if not card.reported:
        return {}
    last = max(r.position for r in history)
    at, recorded_at = card.occurred_at, card.recorded_at
    entries = [_entry(stream, 0, "incident", at, recorded_at, last, level=card.level)]
    people = [(p.label, p.student_id) for p in card.people.values() if p.student_id]
    links = _links(entries[0], people)
    for seq, change in enumerate(card.changes, 1):
        at = change.recorded_at
        entry = _entry(stream, seq, "fixed", at, at, last, actor=change.actor, body=asdict(change))
        entries.append(entry)
        links += _links(entry, people)
    for seq, line in enumerate(of_process(history), 1 + len(card.changes)):
        entry = _of_line(stream, seq, line)
        entries.append(entry)
        links += _links(entry, [who for who in people if line.label in (None, who[0])])
    return {"timeline": entries, "timeline_of": links}


def _of_one(stream: str, lines: Iterable[Line]) -> Rows:
    """Rows of a stream that tells of one student."""
    entries, links = [], []
    for line in lines:
        entry = _of_line(stream, line.recorded.version, line)
        student = line.recorded.event.student_id
        if student:
            entries.append(entry)
            links += _links(entry, [(None, student)])
    return {"timeline": entries, "timeline_of": links}


def _links(entry: dict[str, Any], people: Iterable[tuple[str | None, str]]) -> list[dict[str, Any]]:
    own = {name: entry[name] for name in ("stream", "seq", "occurred_at")}
    return [own | {"student_id": student_id, "label": label} for label, student_id in people]


def _of_line(stream: str, seq: int, line: Line) -> dict[str, Any]:
    recorded = line.recorded
    return _entry(
        stream,
        seq,
        line.kind,
        _iso(line.at),
        _iso(recorded.recorded_at),
        recorded.position,
        actor=recorded.actor,
        line=str(recorded.event),
        body=line.body,
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


_OF = frozenset({"incident", "meeting", "plan", "student"})
TIMELINE = Projection("timeline", 5, _OF, _tables, _rows)
