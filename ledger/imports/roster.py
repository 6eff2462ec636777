"""A roster into the ledger: what is new or changed becomes an event, the rest nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from ledger.domain import Refused
from ledger.domain.codes import StaffRole
from ledger.domain.staff import STAFF, LeaveStaff, RecordStaff, StaffIdentity
from ledger.domain.student import (
    STUDENT,
    Identity,
    RecordStudent,
    StudentWithdrawn,
    WithdrawStudent,
)
from ledger.imports import Problem, Roster, RosterStaff, RosterStudent
from ledger.imports.batches import batches
from ledger.imports.linking import Students, student_id
from ledger.imports.scratch import scratch
from ledger.imports.sheets import Problems
from ledger.imports.survey import (
    PRESENT,
    Incomplete,
    Known,
    Schools,
    Survey,
    Unlinked,
    check,
    listed_in,
    survey,
)
from ledger.store import Actor, Ledger

TWICE = "an earlier row of this file speaks of the same student: that holds, this one is left out"


@dataclass(frozen=True)
class Taken:
    """What an import did; `kept` are known students who are missing but were not withdrawn."""

    appended: int
    unchanged: int
    withdrawn: int
    problems: tuple[Problem, ...]
    kept: int = 0
    students: int = 0


class StaffKnown(Protocol):
    """The id under which a member of staff is already known, by user name."""

    def __call__(self, username: str) -> str | None: ...


@dataclass
class _Taking:
    """One import on its way: whose word it is, on which day, and what became of it so far."""

    ledger: Ledger
    students: Students
    actor: Actor
    today: date
    source: str
    survey: Survey
    instead_of: str | None = None
    staff: dict[str, str] = field(default_factory=dict)  # our ids by the source's
    appended: int = 0
    unchanged: int = 0

    def count(self, new: int) -> None:
        self.appended, self.unchanged = self.appended + new, self.unchanged + (not new)


def take_in(
    ledger: Ledger,
    roster: Roster,
    actor: Actor,
    *,
    today: date,
    source: str = "oneroster",
    instead_of: str | None = None,
    schools: Schools = None,
    staff_known: StaffKnown = lambda username: None,
    known: Known | None = None,
    withdraw_many: bool = False,
    new_source: bool = False,
    progress: Callable[[int], None] = lambda count: None,
) -> Taken:
    """Record every student and member of staff of a roster; those missing from it are withdrawn.

    The students are gone through twice: before anything is recorded, and to record them. Missing
    is whom this source had, or the one it comes `instead_of`, at these schools or at any.
    """
    known = known or Known(listed_in(ledger))
    sources = [source] if instead_of is None else [source, instead_of]
    with scratch(PRESENT) as db:
        found = survey(db, ledger, roster, source, known, gone_from=sources, schools=schools)
        check(found, roster, withdraw_many=withdraw_many, new_source=new_source)
        taking = _Taking(ledger, Students(ledger), actor, today, source, found, instead_of)
        taking.staff = _staff_ids(ledger, roster.staff, source, staff_known)
        for adults in batches(roster.staff):
            with ledger.batch():
                for adult in adults:
                    taking.count(_record_staff(taking, adult))
        done = 0
        for pupils in batches(s for s in roster.students if s.active):
            with ledger.batch():
                for pupil in pupils:
                    _take(taking, pupil)
            done += len(pupils)
            progress(done)
        withdrawn = 0
        for one in sources if roster.whole else ():
            withdrawn += _withdraw(taking, known.listed(one, schools), one)
    return Taken(
        appended=taking.appended,
        unchanged=taking.unchanged,
        withdrawn=withdrawn,
        problems=(*roster.problems, *_all(found.problems)),
        kept=0 if roster.whole else found.missing,
        students=found.count,
    )


def _all(problems: Problems) -> list[Problem]:
    """The problems, and how many more there are of each file."""
    for file in {problem.file for problem in problems}:
        problems.say_rest(file)
    return problems


def _staff_ids(
    ledger: Ledger, adults: Iterable[RosterStaff], source: str, known: StaffKnown
) -> dict[str, str]:
    """Our ids by the source's. Who founded the ledger is known by user name before any roster."""
    ids: dict[str, str] = {}
    named: set[str] = set()
    for adult in adults:
        id = known(adult.username) if adult.username else None
        if id is None or id in named or not _may_be(ledger, id, adult):
            id = ledger.id_for("staff", f"{source}|{adult.source_id}")
        named.add(id)
        ids[adult.source_id] = id
    return ids


def _may_be(ledger: Ledger, id: str, adult: RosterStaff) -> bool:
    """Whether no roster knows this member of staff as somebody else: user names are used again."""
    who = STAFF.fold(ledger.stream(f"staff-{id}")).who
    return isinstance(who, StaffIdentity) and who.source_id in ("", adult.source_id)


def _record_staff(taking: _Taking, adult: RosterStaff) -> int:
    id = taking.staff[adult.source_id]
    if not adult.active:
        return _leave(taking, adult, id)
    who = StaffIdentity(
        given=adult.given,
        family=adult.family,
        username=adult.username,
        source_id=adult.source_id,
        numbers=adult.numbers,
    )
    roles = tuple(StaffRole(role) for role in adult.roles) or (StaffRole.OTHER,)
    command = RecordStaff(who=who, roles=roles, effective_on=taking.today, source=taking.source)
    try:
        return len(taking.ledger.do(STAFF, id, command, taking.actor, again=True).events)
    except Refused:  # they leave on a day that is still to come: until then nothing else is taken
        return 0


def _leave(taking: _Taking, adult: RosterStaff, id: str) -> int:
    """Who was on the staff and is no longer has left; nobody shuts themselves out."""
    ledger, actor = taking.ledger, taking.actor
    staff = STAFF.fold(ledger.stream(f"staff-{id}"))
    theirs = isinstance(staff.who, StaffIdentity) and staff.who.source_id == adult.source_id
    if not theirs or staff.left_on is not None or id == actor.id:
        return 0
    command = LeaveStaff(effective_on=taking.today)
    return len(ledger.do(STAFF, id, command, actor, again=True).events)


def _take(taking: _Taking, pupil: RosterStudent) -> None:
    """Record one row, or say why not."""
    id = taking.survey.claims.get(pupil.source_id)
    new = 0
    if id is not None:
        new = taking.students.link(taking.source, pupil.source_id, id, taking.actor)
    else:
        id = taking.students.of_source(taking.source, pupil.source_id)
    if not taking.survey.take(id):
        taking.survey.problems.append(Problem(*pupil.place, "sourcedId", TWICE, refused=True))
        return
    try:
        new += _return(taking, pupil, id)
        taking.count(new + _record(taking, pupil, id))
    except Refused as no:
        taking.survey.problems.append(Problem(*pupil.place, "sourcedId", str(no), refused=True))


def _return(taking: _Taking, pupil: RosterStudent, id: str) -> int:
    """Go back to a source of which another had taken the place, when it takes that one's."""
    came, students = taking.instead_of, taking.students
    if came is None or students.state(id).instead.get(came) != taking.source:
        return 0
    return students.link(taking.source, pupil.source_id, id, taking.actor, came)


def _record(taking: _Taking, pupil: RosterStudent, id: str) -> int:
    command = RecordStudent(
        student_id=id,
        effective_on=taking.today,
        source=taking.source,
        who=identity(pupil),
        grade=pupil.grade,
        school_id=pupil.school_id,
        homeroom=taking.staff.get(pupil.homeroom_staff or ""),
    )
    return len(taking.ledger.do(STUDENT, id, command, taking.actor, again=True).events)


def identity(student: RosterStudent) -> Identity:
    """Who a row of a roster describes."""
    return Identity(
        given=student.given,
        family=student.family,
        middle=student.middle,
        preferred=student.preferred,
        birth_date=student.birth_date,
        sex=student.sex,
        numbers=(("sourcedId", student.source_id), *student.numbers),
    )


def _withdraw(taking: _Taking, listed: Iterable[str], source: str) -> int:
    """Take back a source's word for whom it had and the roster has not; how many left so.

    When the roster comes in its place, also for whom the roster has.
    """
    count = 0
    for ids in batches(id for id in listed if _is_past(taking, id, source)):
        with taking.ledger.batch():
            for id in ids:
                command = WithdrawStudent(student_id=id, effective_on=taking.today, source=source)
                done = taking.ledger.do(STUDENT, id, command, taking.actor, again=True)
                taking.appended += len(done.events)
                count += any(isinstance(r.event, StudentWithdrawn) for r in done.events)
    return count


def _is_past(taking: _Taking, id: str, source: str) -> bool:
    """Whether a source's word for a student is of the past; a row that was left out ends none."""
    if not taking.survey.has(id):
        return True
    return source != taking.source and taking.source in taking.students.state(id).listed


__all__ = ["Incomplete", "Known", "Taken", "Unlinked", "identity", "student_id", "take_in"]
