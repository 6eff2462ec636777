"""Who the students and the staff are, by any name or number, and since when it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from ledger.domain import Destroyed, Recorded, standing
from ledger.domain.staff import StaffIdentity, StaffLeft, StaffRecorded, StaffRolesSet
from ledger.domain.student import (
    BY_HAND,
    Facts,
    FlagsRecorded,
    Identity,
    Student,
    StudentNumbered,
    StudentRecorded,
)
from ledger.domain.student import STUDENT as RULES
from ledger.finding import BY_NUMBER, born_key, search_key
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
    text("numbers"),
)
# What a student is found by: kind is number, name or born (birth date and family name).
table("student_key", _tables, text("student_id"), text("kind"), text("key", index=True))
# Which sources ever described a student, and which of them still do.
table(
    "student_source",
    _tables,
    text("student_id", index=True),
    text("source"),
    text("school_id"),
    number("here"),
    sa.Index("student_source_source", "source", "student_id"),
)
table(
    "student_flag",
    _tables,
    text("student_id", index=True),
    text("source"),
    text("effective_on"),
    text("flag"),
    number("holds"),
    number("position"),
)
# Ids under which nothing is shown, as the child is another one too.
table("student_same", _tables, text("student_id", primary_key=True), text("same_as", index=True))
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
    text("numbers"),
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
FLAGS = _tables.tables["student_flag"]
SAME = _tables.tables["student_same"]


def _rows(stream: str, history: History) -> Rows:
    events = standing(history)
    return _staff(stream, events) if stream.startswith("staff-") else _student(stream, events)


def _student(stream: str, events: list[Recorded[Any]]) -> Rows:
    told = [r for r in events if isinstance(r.event, StudentRecorded | StudentNumbered)]
    student = RULES.fold(events)
    own = stream.partition("-")[2]
    shown = student.merged_into or own
    recorded = [r for r in told if isinstance(r.event, StudentRecorded)]
    rows: dict[str, Any] = {
        "student_key": _keys(stream, own, shown, [r.event.who for r in told]) if told else [],
        "student_fact": [_fact(stream, shown, r) for r in recorded],
        "student_flag": list(_flags(stream, shown, events)),
    }
    if student.merged_into is not None:
        return rows | {"student_same": [{"stream": stream, "student_id": own, "same_as": shown}]}
    return rows | {
        "pupil": [_pupil(stream, own, student, told)] if told else [],
        "student_source": [
            _source(stream, own, source, student) for source in student.facts if source != BY_HAND
        ],
    }


def _source(stream: str, id: str, source: str, student: Student) -> dict[str, Any]:
    return {
        "stream": stream,
        "student_id": id,
        "source": source,
        "school_id": student.facts[source].school_id,
        "here": int(source in student.listed),
    }


def _pupil(stream: str, id: str, student: Student, told: list[Recorded[Any]]) -> dict[str, Any]:
    """The student as the source describes them that spoke last, of those that still have them."""
    facts = _in_order(student, told)
    people = [fact.who for fact in facts] or [r.event.who for r in told]
    who = people[0] if isinstance(people[0], Identity) else None
    known = [one for one in people if isinstance(one, Identity)]
    numbered = [r.event.who for r in told if isinstance(r.event, StudentNumbered)]
    numbers = _numbers([*known, *(one for one in numbered if isinstance(one, Identity))])
    born = next((one.birth_date for one in known if one.birth_date), None)
    return {
        "stream": stream,
        "student_id": id,
        "name": _name(who, numbers, student) if who else str(people[0]),
        "given": (who.preferred or who.given) if who else "",
        "family": who.family if who else "",
        "grade": next((fact.grade for fact in facts if fact.grade), ""),
        "homeroom": next((fact.homeroom for fact in facts if fact.homeroom), None),
        "number": _shown_number(numbers),
        "active": int(student.here),
        "birth_date": born.isoformat() if born else None,
        "sex": next((one.sex for one in known if one.sex), None),
        "school_id": next((fact.school_id for fact in facts if fact.school_id), None),
        "numbers": json.dumps(list(numbers.items()), ensure_ascii=False),
    }


def _in_order(student: Student, told: list[Recorded[Any]]) -> list[Facts]:
    """What the sources say, the last first; of those that have the student, if one has."""
    sources = [r.event.source for r in reversed(told) if isinstance(r.event, StudentRecorded)]
    order = list(dict.fromkeys(sources))
    listed = [source for source in order if source in student.listed]
    return [student.facts[source] for source in listed or order]


def _numbers(people: list[Identity]) -> dict[str, str]:
    """A number of each kind; the first that says one says which."""
    return {kind: value for who in reversed(people) for kind, value in who.numbers}


def _name(who: Identity, numbers: dict[str, str], student: Student) -> str:
    if who.name and student.listed != {BY_HAND}:
        return who.name
    return f"{who.name or f'student {_shown_number(numbers)}'} {BY_NUMBER}"


def _shown_number(numbers: dict[str, str]) -> str:
    kinds = (*NUMBER_KINDS, *numbers)
    return next((numbers[kind] for kind in kinds if numbers.get(kind)), "")


def _keys(
    stream: str, own: str, shown: str, identities: list[Identity | Destroyed]
) -> list[dict[str, Any]]:
    known = [who for who in identities if isinstance(who, Identity)]
    numbers = {value.casefold() for who in known for _, value in who.numbers} | {own}
    names = {
        token
        for who in known
        for name in (who.given, who.middle, who.family, who.preferred)
        for token in search_key(name or "").split()
    }
    born = {born_key(who.birth_date, who.family) for who in known if who.birth_date}
    found = {"number": numbers, "name": names, "born": born}
    return [
        {"stream": stream, "student_id": shown, "kind": kind, "key": key}
        for kind, keys in found.items()
        for key in sorted(keys)
    ]


def _flags(stream: str, shown: str, events: list[Recorded[Any]]) -> Iterator[dict[str, Any]]:
    """Whether each flag holds that a source speaks of; a roster of those that it ever told."""
    about: dict[str, set[str]] = {}
    for r in events:
        if isinstance(r.event, StudentRecorded):
            about.setdefault(r.event.source, set()).update(r.event.flags)
    for r in events:
        if isinstance(r.event, StudentRecorded | FlagsRecorded):
            told = getattr(r.event, "about", None)
            for flag in sorted(about.get(r.event.source, ()) if told is None else told):
                yield {
                    "stream": stream,
                    "student_id": shown,
                    "source": r.event.source,
                    "effective_on": r.event.effective_on.isoformat(),
                    "flag": flag,
                    "holds": int(flag in r.event.flags),
                    "position": r.position,
                }


def _fact(stream: str, shown: str, recorded: Recorded[StudentRecorded]) -> dict[str, Any]:
    event = recorded.event
    return {
        "stream": stream,
        "student_id": shown,
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
        "numbers": json.dumps(who.numbers, ensure_ascii=False),
        "roles": ",".join(role.value for role in roles[-1]),
        "active": int(not isinstance(last[-1], StaffLeft)),
    }
    return {"staff": [row]}


ROSTER = Projection("roster", 3, frozenset({"student", "staff"}), _tables, _rows)
