"""A roster into the ledger: what is new or changed becomes an event, the rest nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ledger.domain import Refused
from ledger.domain.codes import StaffRole
from ledger.domain.staff import STAFF, LeaveStaff, RecordStaff, StaffIdentity
from ledger.domain.student import STUDENT, Identity, RecordStudent, WithdrawStudent
from ledger.imports import Problem, Roster, RosterStaff, RosterStudent
from ledger.store import Actor, Ledger

SUSPICIOUS = 0.3  # the share of students whose absence from a file is no accident of theirs
BATCH = 1_000


class Incomplete(Exception):
    """The file lacks so many known students that it may not be the whole roster."""


@dataclass(frozen=True)
class Taken:
    """What an import did; `kept` are known students who are missing but were not withdrawn."""

    appended: int
    unchanged: int
    withdrawn: int
    problems: tuple[Problem, ...]
    kept: int = 0


class Known(Protocol):
    """The id under which a member of staff is already known, by user name."""

    def __call__(self, username: str) -> str | None: ...


def student_id(ledger: Ledger, source: str, source_id: str) -> str:
    """Our id of a source's student: it follows from the source's own."""
    return ledger.id_for("student", f"{source}|{source_id}")


def take_in(
    ledger: Ledger,
    roster: Roster,
    actor: Actor,
    *,
    today: date,
    source: str = "oneroster",
    staff_known: Known = lambda username: None,
    withdraw_many: bool = False,
    progress: Callable[[int], None] = lambda count: None,
) -> Taken:
    """Record every student and member of staff of a roster; those missing from it are withdrawn."""
    staff = _staff_ids(ledger, roster.staff, source, staff_known)
    appended = unchanged = 0
    for start in range(0, len(roster.staff), BATCH):
        with ledger.batch():
            for adult in roster.staff[start : start + BATCH]:
                new = _record_staff(ledger, adult, staff[adult.source_id], actor, today, source)
                appended, unchanged = appended + new, unchanged + (not new)
    here = [s for s in roster.students if s.active]
    present = [*(s.source_id for s in here), *roster.unread]
    ids = {student_id(ledger, source, source_id) for source_id in present}
    gone, kept = _missing(ledger, roster, ids, withdraw_many)
    for start in range(0, len(here), BATCH):
        with ledger.batch():
            for student in here[start : start + BATCH]:
                new = _record(ledger, student, staff, actor, today, source)
                appended, unchanged = appended + new, unchanged + (not new)
        progress(start)
    withdrawn = _withdraw(ledger, gone, actor, today, source)
    return Taken(appended + withdrawn, unchanged, withdrawn, tuple(roster.problems), kept)


def _staff_ids(
    ledger: Ledger, adults: Iterable[RosterStaff], source: str, known: Known
) -> dict[str, str]:
    """Our ids by the source's. Who founded the ledger is known by user name before any roster."""
    ids: dict[str, str] = {}
    for adult in adults:
        by_name = known(adult.username) if adult.username else None
        if by_name is None or by_name in ids.values() or not _may_be(ledger, by_name, adult):
            by_name = ledger.id_for("staff", f"{source}|{adult.source_id}")
        ids[adult.source_id] = by_name
    return ids


def _may_be(ledger: Ledger, id: str, adult: RosterStaff) -> bool:
    """Whether no roster knows this member of staff as somebody else: user names are used again."""
    who = STAFF.fold(ledger.stream(f"staff-{id}")).who
    return isinstance(who, StaffIdentity) and who.source_id in ("", adult.source_id)


def _record_staff(
    ledger: Ledger, adult: RosterStaff, id: str, actor: Actor, today: date, source: str
) -> int:
    if not adult.active:
        return _leave(ledger, adult, id, actor, today)
    who = StaffIdentity(
        given=adult.given,
        family=adult.family,
        username=adult.username,
        source_id=adult.source_id,
    )
    roles = tuple(StaffRole(role) for role in adult.roles) or (StaffRole.OTHER,)
    command = RecordStaff(who=who, roles=roles, effective_on=today, source=source)
    try:
        return len(ledger.do(STAFF, id, command, actor, again=True).events)
    except Refused:  # they leave on a day that is still to come: until then nothing else is taken
        return 0


def _leave(ledger: Ledger, adult: RosterStaff, id: str, actor: Actor, today: date) -> int:
    """Who was on the staff and is no longer has left; nobody shuts themselves out."""
    staff = STAFF.fold(ledger.stream(f"staff-{id}"))
    theirs = isinstance(staff.who, StaffIdentity) and staff.who.source_id == adult.source_id
    if not theirs or staff.left_on is not None or id == actor.id:
        return 0
    return len(ledger.do(STAFF, id, LeaveStaff(effective_on=today), actor, again=True).events)


def _record(
    ledger: Ledger,
    student: RosterStudent,
    staff: dict[str, str],
    actor: Actor,
    today: date,
    source: str,
) -> int:
    id = student_id(ledger, source, student.source_id)
    command = RecordStudent(
        student_id=id,
        effective_on=today,
        source=source,
        who=_identity(student),
        grade=student.grade,
        school_id=student.school_id,
        homeroom=staff.get(student.homeroom_staff or ""),
    )
    return len(ledger.do(STUDENT, id, command, actor, again=True).events)


def _identity(student: RosterStudent) -> Identity:
    return Identity(
        given=student.given,
        family=student.family,
        middle=student.middle,
        preferred=student.preferred,
        birth_date=student.birth_date,
        sex=student.sex,
        numbers=(("sourcedId", student.source_id), *student.numbers),
    )


def _missing(
    ledger: Ledger, roster: Roster, ids: set[str], withdraw_many: bool
) -> tuple[list[str], int]:
    """(students to withdraw, known students who stay although the file lacks them)."""
    known = {s.partition("-")[2] for s in ledger.streams_of("student")}
    missing = sorted(id for id in known - ids if _is_here(ledger, id))
    here = len(known & ids) + len(missing)
    if not roster.whole:
        return [], len(missing)
    if len(missing) > max(10, SUSPICIOUS * here) and not withdraw_many:
        raise Incomplete(
            f"{len(missing)} of {here} known students are not in this file. Is it the whole "
            "roster? If they all left, run it again with --withdraw-missing. Nothing is recorded."
        )
    return missing, 0


def _is_here(ledger: Ledger, id: str) -> bool:
    """Whether a student has not left already: who left years ago is missing from no roster."""
    return STUDENT.fold(ledger.stream(f"student-{id}")).here


def _withdraw(ledger: Ledger, ids: Iterable[str], actor: Actor, today: date, source: str) -> int:
    count = 0
    with ledger.batch():
        for id in ids:
            command = WithdrawStudent(student_id=id, effective_on=today, source=source)
            count += len(ledger.do(STUDENT, id, command, actor, again=True).events)
    return count


__all__ = ["Incomplete", "Taken", "student_id", "take_in"]
