"""All that the papers of one SST meeting rest on: one answer at one position of the record."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ledger.domain import Refused, standing
from ledger.domain.calendar import CALENDAR, Calendar
from ledger.domain.clocks import Duty
from ledger.domain.days import school_year_of
from ledger.domain.removals import Removal
from ledger.domain.student import ContactMade
from ledger.finding import Db
from ledger.projections import marks
from ledger.projections.roster import STAFF, STUDENT
from ledger.reading import (
    Card,
    Entry,
    Reading,
    Student,
    Window,
    _entries,
    _ids,
    _named,
    _Same,
    _staff,
    _students,
    cases,
    plans,
)
from ledger.reading.cases import Case, Meeting, Promise
from ledger.reading.duties import duties_in, removals_in
from ledger.reading.plans import Plan
from ledger.store.sealing import digest

_BOOK = "student_id name given family grade teacher number active"
_KEYS = "student_id kind key"


@dataclass(frozen=True, slots=True)
class Whose:
    """Where the school is, for whom the papers are, and what its clocks go by."""

    school_id: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Contact:
    """That the family was called, and how it ended; no word of what was said."""

    on: date
    outcome: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Packet:
    """One student's papers: what the record held at a position, and nothing of today's clock."""

    student: Student
    ids: tuple[str, ...]  # every id of the child, the one that is shown first
    position: int
    head: str  # hash of its row, hex
    recorded_at: datetime  # of its row, in the school's zone: what the papers are as of
    since: date  # the first day that they tell of
    calendar: Calendar
    entries: tuple[Entry, ...]  # the last first
    cases: tuple[Case, ...]  # the last request first
    plans: tuple[Plan, ...]  # by number
    contacts: tuple[Contact, ...]  # with the family, without an incident; the first first
    duties: tuple[Duty, ...]
    removals: tuple[Removal, ...]
    people: dict[str, Student]  # the other students in them
    staff: dict[str, str]
    principal: str  # by name, or empty
    unreadable: tuple[str, ...] = ()

    @property
    def today(self) -> date:
        """The day that the papers are as of."""
        return self.recorded_at.date()


def packet(
    reading: Reading, student_id: str, window: Window, whose: Whose, copy: str
) -> tuple[Packet, Db]:
    """What the papers rest on, and everybody's names at that position, to keep them out."""

    def streams() -> list[str]:
        own = reading._streams_of(student_id)
        sst, behavior = cases._streams(reading, student_id), plans._streams(reading, student_id)
        return list(dict.fromkeys([*own, *sst, *(behavior or ()), *_everybody(reading)]))

    with reading.opened(window.position, streams) as (db, position):
        same = _Same(db)
        ids = same.all(student_id)
        if not _known(db, ids[0]):
            raise Refused("that student was not known then: ask for a later time or position")
        head = reading.record.head(position)
        at = datetime.fromisoformat(head.recorded_at).astimezone(whose.zone)
        calendar = _calendar(reading, whose.school_id, position)
        own_cases = [cases.masked(reading, case) for case in cases.cases_in(db, same, ids)]
        since = min([school_year_of(calendar, at.date()).start, *_held(own_cases)])
        entries = tuple(
            reading._masked(one) for one in _entries(db, ids, Window(since=_start(since, whose)))
        )
        others = [id for id in _ids(e.card for e in entries if e.card) if id not in ids]
        students = _students(db, [ids[0], *others], at.date().isoformat())
        answer = Packet(
            student=students.pop(ids[0]),
            ids=tuple(ids),
            position=position,
            head=head.hash.hex(),
            recorded_at=at,
            since=since,
            calendar=calendar,
            entries=entries,
            cases=tuple(own_cases),
            plans=tuple(plans._masked(reading, plan) for plan in plans.plans_in(db, same, ids)),
            contacts=tuple(_contacts(reading, ids, position, since, whose.zone)),
            duties=tuple(duties_in(db, same, ids)),
            removals=tuple(removals_in(db, same, ids).get(ids[0], ())),
            people=students,
            staff=_staff(db),
            principal=_principal(db),
            unreadable=_named(marks(db)),
        )
        book = _book(db)
    subjects = dict.fromkeys([ids[0], *others])
    return reading.give(f"packet, {copy} copy", answer, subjects, position), book


def handed_over(
    reading: Reading, given: Packet, to: str, paper: bytes, what: str = "packet"
) -> None:
    """Record that somebody outside the school receives this paper."""
    reading.give(what, digest(paper), [given.ids[0]], given.position, to=to)


def _contacts(
    reading: Reading, ids: Iterable[str], position: int, since: date, zone: ZoneInfo
) -> list[Contact]:
    known: list[Contact] = []
    for id in ids:
        told = (r for r in reading.record.stream(f"student-{id}") if r.position <= position)
        made = [r.event for r in standing(told) if isinstance(r.event, ContactMade)]
        days = [event.at.at.astimezone(zone).date() for event in made]
        known += [
            Contact(on, event.outcome.value, event.language)
            for on, event in zip(days, made, strict=True)
            if on >= since
        ]
    return sorted(known, key=lambda one: (one.on, one.outcome, one.language or ""))


def _held(known: Iterable[Case]) -> list[date]:
    """The day of the last meeting that was held, if there was one."""
    days = [date.fromisoformat(m.day) for case in known for m in case.meetings if m.state == "held"]
    return [max(days)] if days else []


def _everybody(reading: Reading) -> list[str]:
    """The streams of all students: their names are kept out of what a family is given."""
    with reading.views.reader.connect() as db:
        return list(db.execute(sa.text("SELECT DISTINCT stream FROM student_key")).scalars())


def _calendar(reading: Reading, school_id: str, position: int) -> Calendar:
    stream = reading.record.stream(f"calendar-{school_id}")
    return CALENDAR.fold(r for r in stream if r.position <= position)


def _start(day: date, whose: Whose) -> str:
    at = datetime.combine(day, time(), tzinfo=whose.zone)
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _known(db: sa.Connection, student_id: str) -> bool:
    asked = sa.select(STUDENT.c.student_id).where(STUDENT.c.student_id == student_id)
    return db.execute(asked).first() is not None


def _principal(db: sa.Connection) -> str:
    asked = sa.select(STAFF.c.name, STAFF.c.roles).where(STAFF.c.active == 1).order_by(STAFF.c.name)
    return next((r.name for r in db.execute(asked) if "principal" in r.roles.split(",")), "")


def _book(db: sa.Connection) -> Db:
    """Everybody's names and numbers, in memory, as naming asks for them."""
    book = sqlite3.connect(":memory:")
    students = sa.select(*(STUDENT.c[name] for name in _BOOK.split()))
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in _KEYS.split()]
    keys: sa.Select[Any] = sa.select(*columns).select_from(sa.table("student_key"))
    _fill(book, "student", _BOOK, db.execute(students))
    _fill(book, "student_key", _KEYS, db.execute(keys))
    book.execute("CREATE INDEX by_key ON student_key (key)")
    return book


def _fill(
    book: sqlite3.Connection, table: str, columns: str, rows: Iterable[Sequence[Any]]
) -> None:
    names = columns.split()
    book.execute(f"CREATE TABLE {table} ({', '.join(names)})")
    marks = ", ".join("?" * len(names))
    book.executemany(f"INSERT INTO {table} VALUES ({marks})", map(tuple, rows))  # noqa: S608


__all__ = [
    "Card",
    "Case",
    "Contact",
    "Entry",
    "Meeting",
    "Packet",
    "Plan",
    "Promise",
    "Whose",
    "handed_over",
    "packet",
]
