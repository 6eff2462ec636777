"""The made-up school's roster as an import records it, and what changes in it later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from ledger.demo.files import ROLES
from ledger.demo.people import Adult, DemoSchool, Pupil
from ledger.demo.world import Happening, Ids
from ledger.demo.year import at
from ledger.domain.codes import StaffRole
from ledger.domain.staff import STAFF, RecordStaff, SetStaffRoles, StaffIdentity
from ledger.domain.student import (
    STUDENT,
    Identity,
    RecordFlags,
    RecordStudent,
    WithdrawStudent,
)

SOURCE, FLAGS = "oneroster", "flags"


def roster(school: DemoSchool, ids: Ids) -> Iterator[Happening]:
    """What an import of the first day's files records."""
    clerk, when, day = _clerk(school, ids), school.opens, school.first_day
    for adult in school.adults:
        id = ids.staff(adult.source_id)
        recorded = _as_staff(adult, day)
        yield Happening(when, clerk, STAFF, id, f"demo:roster:{adult.source_id}", recorded)
    for pupil in school.pupils:
        if pupil.here_on(day):
            yield _enrolled(school, ids, pupil, when, day)


def _clerk(school: DemoSchool, ids: Ids) -> str:
    return ids.staff(school.having(StaffRole.CLERK)[0].source_id)


def _as_staff(adult: Adult, day: date) -> RecordStaff:
    role = adult.role if adult.role in ROLES else StaffRole.OTHER
    who = StaffIdentity(
        given=adult.given,
        family=adult.family,
        username=adult.username,
        source_id=adult.source_id,
    )
    return RecordStaff(who=who, roles=(role,), effective_on=day, source=SOURCE)


def _enrolled(school: DemoSchool, ids: Ids, pupil: Pupil, when: datetime, day: date) -> Happening:
    student = ids.student(pupil.source_id)
    command = RecordStudent(
        student_id=student,
        effective_on=day,
        source=SOURCE,
        who=_identity(pupil),
        grade=pupil.grade,
        school_id=school.school_id,
        homeroom=ids.staff(pupil.homeroom),
    )
    key = f"demo:{SOURCE}:{pupil.source_id}"
    return Happening(when, _clerk(school, ids), STUDENT, student, key, command)


def _flagged(school: DemoSchool, ids: Ids, pupil: Pupil, when: datetime, day: date) -> Happening:
    student = ids.student(pupil.source_id)
    about = {"flags": pupil.flags, "about": pupil.flags}
    command = RecordFlags(student_id=student, effective_on=day, source=FLAGS, **about)
    key = f"demo:{FLAGS}:{pupil.source_id}"
    return Happening(when, _clerk(school, ids), STUDENT, student, key, command)


def _identity(pupil: Pupil) -> Identity:
    return Identity(
        given=pupil.given,
        family=pupil.family,
        middle=pupil.middle,
        preferred=pupil.preferred,
        birth_date=pupil.birth_date,
        sex=pupil.sex,
        numbers=(
            ("sourcedId", pupil.source_id),
            ("identifier", pupil.number),
            ("username", pupil.source_id),
            ("userIds:state", pupil.state_id),
        ),
    )


# What the roster files do not say, and what changes later


def duties(school: DemoSchool, ids: Ids) -> Iterator[Happening]:
    """The roles that OneRoster has no word for, given by the principal."""
    by = ids.staff(school.having(StaffRole.PRINCIPAL)[0].source_id)
    when = school.opens + timedelta(minutes=10)
    for adult in school.adults:
        if adult.role not in ROLES:
            command = SetStaffRoles(roles=(adult.role,), effective_on=school.first_day)
            id = ids.staff(adult.source_id)
            yield Happening(when, by, STAFF, id, f"demo:duties:{adult.source_id}", command)


def flags(school: DemoSchool, ids: Ids) -> Iterator[Happening]:
    """Special education, Section 504 and English learners of the first day."""
    when, day = school.opens + timedelta(hours=1), school.first_day
    for pupil in school.pupils:
        if pupil.flags and pupil.here_on(day):
            yield _flagged(school, ids, pupil, when, day)


def moves(school: DemoSchool, ids: Ids) -> dict[date, list[Happening]]:
    """Who arrives and who leaves while the time is told, by the day."""
    by_day: dict[date, list[Happening]] = {}
    for pupil in school.pupils:
        for day, move in ((pupil.arrives, _arrival), (pupil.leaves, _leaving)):
            if day:
                by_day.setdefault(day, []).extend(move(school, ids, pupil, day))
    return by_day


def _arrival(school: DemoSchool, ids: Ids, pupil: Pupil, day: date) -> Iterator[Happening]:
    when = at(day, 8 * 60)
    yield _enrolled(school, ids, pupil, when, day)
    if pupil.flags:
        yield _flagged(school, ids, pupil, when, day)


def _leaving(school: DemoSchool, ids: Ids, pupil: Pupil, day: date) -> Iterator[Happening]:
    student, clerk = ids.student(pupil.source_id), _clerk(school, ids)
    command = WithdrawStudent(student_id=student, effective_on=day, source=SOURCE)
    key = f"demo:left:{pupil.source_id}"
    yield Happening(at(day, 8 * 60), clerk, STUDENT, student, key, command)
