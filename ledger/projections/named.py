"""Texts of a student's own stream in which another child may be named, until that is settled."""

from __future__ import annotations

from datetime import UTC

import sqlalchemy as sa

from ledger.domain import standing
from ledger.domain.student import NamesFlagged, NamesSettled, PraiseRecorded
from ledger.projections import History, Projection, Rows, number, table, text

_tables = sa.MetaData()
table(
    "named", _tables, number("number"), text("student_id"), text("kind"), text("at"), text("actor")
)


def _rows(stream: str, history: History) -> Rows:
    stands = standing(history)
    settled = {r.event.number for r in stands if isinstance(r.event, NamesSettled)}
    of = {recorded.version: recorded.event for recorded in stands}
    return {
        "named": [
            {
                "stream": stream,
                "number": r.event.number,
                "student_id": r.event.student_id,
                "kind": "praise" if isinstance(of.get(r.version - 1), PraiseRecorded) else "call",
                "at": r.recorded_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                "actor": r.actor,
            }
            for r in stands
            if isinstance(r.event, NamesFlagged) and r.event.number not in settled
        ]
    }


NAMED = Projection("named", 1, frozenset({"student"}), _tables, _rows)
