"""Which streams ever spoke of a student: what an answer about an earlier day has to look at."""

from __future__ import annotations

import sqlalchemy as sa

from ledger.projections import History, Projection, Rows, table, text

_tables = sa.MetaData()
table("concerns", _tables, text("student_id", index=True))


def _rows(stream: str, history: History) -> Rows:
    students = frozenset[str]().union(*(r.event.students for r in history))
    return {"concerns": [{"stream": stream, "student_id": one} for one in sorted(students)]}


_OF = frozenset({"incident", "meeting", "plan", "student"})
CONCERNS = Projection("concerns", 2, _OF, _tables, _rows)
