"""A roster into the ledger: what is new or changed becomes an event, the rest nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from ledger.domain import C, Decider, E, Refused, S
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

DOUBLE = (
    "is of a student who was found the same as another one of this roster: what the other row says "
    "holds, here and wherever it is so again"
)
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
    dry: bool = False  # only look what would be recorded
    doubles: int = 0
    appended: int = 0
    unchanged: int = 0

    def count(self, new: int) -> None:
        self.appended, self.unchanged = self.appended + new, self.unchanged + (not new)

    def do(self, decider: Decider[C, S, E], id: str, command: C) -> Sequence[E]:
        """The events that a command gives: recorded, unless it is only looked at."""
        if self.dry:
            stream = f"{decider.category}-{id}"
            return decider.decide(command, decider.fold(self.ledger.stream(stream)))
        done = self.ledger.do(decider, id, command, self.actor, again=True)
        return [recorded.event for recorded in done.events]

    def link(self, source_id: str, id: str, instead_of: str | None = None) -> int:
        if self.dry:
            return int(not self.students.is_linked(self.source, source_id) or bool(instead_of))
        return self.students.link(self.source, source_id, id, self.actor, instead_of)


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
    dry: bool = False,
    progress: Callable[[int], None] = lambda count: None,
) -> Taken:
    """Record every student and member of staff of a roster; those missing from it are withdrawn.

    The students are gone through twice: before anything is recorded, and to record them. Missing
    is whom this source had, or the one it comes `instead_of`, at these schools or at any. With
    `dry` all is looked at and counted, and nothing is recorded.
    """
    known = known or Known(listed_in(ledger))
    sources = [source] if instead_of is None else [source, instead_of]
    with scratch(PRESENT) as db:
        found = survey(db, ledger, roster, source, known, gone_from=sources, schools=schools)
        check(found, roster, withdraw_many=withdraw_many, new_source=new_source)
        taking = _Taking(ledger, Students(ledger), actor, today, source, found, instead_of, dry=dry)
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
    command = RecordStaff(
        who=who, roles=roles, effective_on=taking.today, source=taking.source, listed=True
    )
    try:
        return len(taking.do(STAFF, id, command))
    except Refused:  # they leave on a day that is still to come: until then nothing else is taken
        return 0


def _leave(taking: _Taking, adult: RosterStaff, id: str) -> int:
    """Who was on the staff and is no longer has left; nobody shuts themselves out."""
    staff = STAFF.fold(taking.ledger.stream(f"staff-{id}"))
    theirs = isinstance(staff.who, StaffIdentity) and staff.who.source_id == adult.source_id
    if not theirs or staff.left_on is not None or id == taking.actor.id:
        return 0
    command = LeaveStaff(effective_on=taking.today)
    return len(taking.do(STAFF, id, command))


def _take(taking: _Taking, pupil: RosterStudent) -> None:
    """Record one row, or say why not."""
    claimed, students = taking.survey.claims.get(pupil.source_id), taking.students
    own = claimed or students.own(taking.source, pupil.source_id)
    id = claimed or students.kept(own)
    if id != own and (taking.survey.has_own(id) or not taking.survey.take(id)):
        return _say_double(taking, pupil)
    if id == own and not taking.survey.take(id):
        taking.survey.problems.append(Problem(*pupil.place, "sourcedId", TWICE, refused=True))
        return None
    try:
        new = taking.link(pupil.source_id, id) if claimed else 0
        new += _return(taking, pupil, id)
        taking.count(new + _record(taking, pupil, id))
    except Refused as no:
        taking.survey.problems.append(Problem(*pupil.place, "sourcedId", str(no), refused=True))
    return None


def _say_double(taking: _Taking, pupil: RosterStudent) -> None:
    """Once, not every night for every child who was found the same as another."""
    if not taking.doubles:
        taking.survey.problems.append(Problem(*pupil.place, "sourcedId", DOUBLE))
    taking.doubles += 1


def _return(taking: _Taking, pupil: RosterStudent, id: str) -> int:
    """Go back to a source of which another had taken the place, when it takes that one's."""
    came, students = taking.instead_of, taking.students
    if came is None or students.state(id).instead.get(came) != taking.source:
        return 0
    return taking.link(pupil.source_id, id, came)


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
    return len(taking.do(STUDENT, id, command))


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
                events = taking.do(STUDENT, id, command)
                taking.appended += len(events)
                count += any(isinstance(event, StudentWithdrawn) for event in events)
    return count


def _is_past(taking: _Taking, id: str, source: str) -> bool:
    """Whether a source's word for a student is of the past; a row that was left out ends none."""
    if not taking.survey.has(id):
        return True
    return source != taking.source and taking.source in taking.students.state(id).listed


__all__ = ["Incomplete", "Known", "Taken", "Unlinked", "identity", "student_id", "take_in"]
