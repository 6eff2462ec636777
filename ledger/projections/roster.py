"""Who the students and the staff are, by any name or number, and since when it holds."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from ledger.domain import Destroyed, Recorded, standing
from ledger.domain.staff import StaffIdentity, StaffLeft, StaffRecorded, StaffRolesSet
from ledger.domain.student import Identity, StudentRecorded, StudentWithdrawn
from ledger.finding import search_key
from ledger.projections import History, Projection, Rows, number, table, text

NUMBER_KINDS = ("identifier", "sourcedId")  # the first that is there is shown

_tables = sa.MetaData()
table(
    "pupil",
    _tables,
    text("student_id", primary_key=True),
    text("name"),
    text("given"),
    text("family"),
    text("grade"),
    text("homeroom"),
    text("number"),
    number("active"),
    text("birth_date"),
    text("sex"),
    text("school_id"),
    text("flags"),
    text("numbers"),
)
table("student_key", _tables, text("student_id"), text("kind"), text("key", index=True))
table(
    "student_fact",
    _tables,
    text("student_id", index=True),
    text("effective_on"),
    text("source"),
    text("grade"),
    text("school_id"),
    text("flags"),
    number("position"),
)
table(
    "staff",
    _tables,
    text("staff_id", primary_key=True),
    text("name"),
    text("given"),
    text("family"),
    text("username", index=True),
    text("source_id"),
    text("roles"),
    number("active"),
)
# The teacher's name is of another stream, so it is joined when it is read.
_VIEW = """
CREATE VIEW IF NOT EXISTS student AS SELECT pupil.*, COALESCE(staff.family, '') AS teacher
FROM pupil LEFT JOIN staff ON staff.staff_id = pupil.homeroom
"""


@sa.event.listens_for(_tables, "after_create")
def _join(_: sa.MetaData, db: sa.Connection, **more: Any) -> None:
    db.exec_driver_sql(_VIEW)


@sa.event.listens_for(_tables, "before_drop")
def _part(_: sa.MetaData, db: sa.Connection, **more: Any) -> None:
    db.exec_driver_sql("DROP VIEW IF EXISTS student")


STUDENT = sa.table(
    "student",
    *(sa.column(name) for name in (*(c.name for c in _tables.tables["pupil"].columns), "teacher")),
)
STAFF = _tables.tables["staff"]
FACTS = _tables.tables["student_fact"]


def _rows(stream: str, history: History) -> Rows:
    events = standing(history)
    return _staff(stream, events) if stream.startswith("staff-") else _student(stream, events)


def _student(stream: str, events: list[Recorded[Any]]) -> Rows:
    recorded = [r for r in events if isinstance(r.event, StudentRecorded)]
    if not recorded:
        return {}
    facts: StudentRecorded = recorded[-1].event
    last = [r.event for r in events if isinstance(r.event, StudentRecorded | StudentWithdrawn)]
    who = facts.who if isinstance(facts.who, Identity) else None
    pupil = {
        "stream": stream,
        "student_id": facts.student_id,
        "name": who.name if who else str(facts.who),
        "given": (who.preferred or who.given) if who else "",
        "family": who.family if who else "",
        "grade": facts.grade or "",
        "homeroom": facts.homeroom,
        "number": _shown_number(who),
        "active": int(isinstance(last[-1], StudentRecorded)),
        "birth_date": who.birth_date.isoformat() if who and who.birth_date else None,
        "sex": who.sex if who else None,
        "school_id": facts.school_id,
        "flags": ",".join(facts.flags),
        "numbers": json.dumps(who.numbers if who else [], ensure_ascii=False),
    }
    return {
        "pupil": [pupil],
        "student_key": _keys(stream, facts.student_id, [r.event.who for r in recorded]),
        "student_fact": [_fact(stream, r) for r in recorded],
    }


def _shown_number(who: Identity | None) -> str:
    numbers = dict(who.numbers) if who else {}
    return next((numbers[kind] for kind in NUMBER_KINDS if numbers.get(kind)), "")


def _keys(
    stream: str, student_id: str, identities: list[Identity | Destroyed]
) -> list[dict[str, Any]]:
    known = [who for who in identities if isinstance(who, Identity)]
    numbers = {value.casefold() for who in known for _, value in who.numbers} | {student_id}
    names = {
        token
        for who in known
        for name in (who.given, who.middle, who.family, who.preferred)
        for token in search_key(name or "").split()
    }
    keys = [("number", n) for n in sorted(numbers)] + [("name", n) for n in sorted(names)]
    return [
        {"stream": stream, "student_id": student_id, "kind": kind, "key": key} for kind, key in keys
    ]


def _fact(stream: str, recorded: Recorded[StudentRecorded]) -> dict[str, Any]:
    event = recorded.event
    return {
        "stream": stream,
        "student_id": event.student_id,
        "effective_on": event.effective_on.isoformat(),
        "source": event.source,
        "grade": event.grade,
        "school_id": event.school_id,
        "flags": ",".join(event.flags),
        "position": recorded.position,
    }


def _staff(stream: str, events: list[Recorded[Any]]) -> Rows:
    recorded = [r.event for r in events if isinstance(r.event, StaffRecorded)]
    if not recorded:
        return {}
    roles = [r.event.roles for r in events if isinstance(r.event, StaffRecorded | StaffRolesSet)]
    last = [r.event for r in events if isinstance(r.event, StaffRecorded | StaffLeft)]
    said = recorded[-1].who
    who = StaffIdentity(given=str(said)) if isinstance(said, Destroyed) else said
    row = {
        "stream": stream,
        "staff_id": stream.partition("-")[2],
        "name": " ".join(filter(None, (who.given, who.family))),
        "given": who.given,
        "family": who.family,
        "username": who.username.casefold(),
        "source_id": who.source_id,
        "roles": ",".join(role.value for role in roles[-1]),
        "active": int(not isinstance(last[-1], StaffLeft)),
    }
    return {"staff": [row]}


ROSTER = Projection("roster", 1, frozenset({"student", "staff"}), _tables, _rows)
