"""Which praise and calls may name another child, and whose they are; none of their words."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ledger.projections.named import NAMED
from ledger.reading import Reading, Student, _students

_named = NAMED.tables.tables["named"]


@dataclass(frozen=True, slots=True)
class Text:
    """One text; `number` is that of its flag in the student's stream, `at` when it was written."""

    student_id: str
    number: int
    kind: str  # praise, call
    at: str


@dataclass(frozen=True, slots=True)
class Named:
    """The texts, the last first, with the students whom they are about."""

    texts: tuple[Text, ...]
    people: dict[str, Student]
    position: int


def named(reading: Reading, *, by: str | None = None, limit: int) -> Named:
    """All of them, or those that one member of staff wrote; that there is none is no reading."""
    columns = (_named.c[name] for name in Text.__dataclass_fields__)
    asked = sa.select(*columns).order_by(_named.c.at.desc()).limit(limit)
    if by is not None:
        asked = asked.where(_named.c.actor == by)
    with reading.opened() as (db, position):
        texts = tuple(Text(*row) for row in db.execute(asked))
        ids = list(dict.fromkeys(text.student_id for text in texts))
        answer = Named(texts, _students(db, ids, reading._today), position)
    if not texts:
        return answer
    return reading.give("texts that may name a child", answer, ids, position)
