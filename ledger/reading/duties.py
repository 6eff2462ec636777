"""What is owed: duties and removals, of everybody or one student, today or as known then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import sqlalchemy as sa

from ledger.domain.clocks import Duty
from ledger.domain.codes import StaffRole
from ledger.domain.removals import Removal
from ledger.projections import marks
from ledger.projections.duties import DUTIES, duty_of, removal_of
from ledger.projections.roster import STAFF
from ledger.reading import (
    _HIDDEN,
    Reading,
    Student,
    Window,
    _incident,
    _named,
    _Same,
    _staff,
    _students,
)

_duty = DUTIES.tables.tables["duty"]
_removal = DUTIES.tables.tables["removal"]

# Whose a duty is that nobody was named for: the first of these roles that somebody has.
_OFFICE = (StaffRole.PRINCIPAL,)
_RECORDS = (StaffRole.RECORDS_OFFICER, StaffRole.CLERK, StaffRole.PRINCIPAL)
OWNERS: Mapping[str, tuple[StaffRole, ...]] = {
    "referral-answer": _OFFICE,
    "determination": _OFFICE,
    "decision-told": _OFFICE,
    "emergency-told": _OFFICE,
    "emergency-report": _OFFICE,
    "emergency-meeting": _OFFICE,
    "representatives": _OFFICE,
    "record-access": _RECORDS,
    "challenge": _RECORDS,
    "follow-up": _OFFICE,
    "meeting": _OFFICE,
    "interpreter": _OFFICE,
}


@dataclass(frozen=True, slots=True)
class Owed:
    """Duties and removals as they stand, with the people in them."""

    duties: tuple[Duty, ...]
    removals: dict[str, list[Removal]]  # student id → in the order of their days
    people: dict[str, Student]  # their flags as of the day
    staff: dict[str, str]  # staff id → name
    position: int
    to_complete: int = 0  # incidents that the reader logged and that lack something
    offices: Mapping[str, str] = field(default_factory=dict)  # a rule → whose, if nobody is named
    unreadable: tuple[str, ...] = ()

    @property
    def flags(self) -> dict[str, tuple[str, ...]]:
        """What holds for each student on the day that was asked about."""
        return {id: student.flags for id, student in self.people.items()}


def owed(reading: Reading, window: Window, today: date, *, student_id: str | None = None) -> Owed:
    """Every duty and removal, or those of one student; `today` is whose flags are looked at."""

    def streams() -> list[str] | None:
        return None if student_id is None else reading._streams_of(student_id)

    with reading.opened(window.position, streams) as (db, position):
        same = _Same(db)
        ids = None if student_id is None else same.all(student_id)
        duties, removals = duties_in(db, same, ids), removals_in(db, same, ids)
        involved = [id for duty in duties for id in _whose(duty)]
        people = list(dict.fromkeys([*removals, *involved]))
        answer = Owed(
            duties=tuple(_masked(reading, duty) for duty in duties),
            removals=removals,
            people=_students(db, people, today.isoformat()),
            staff=_staff(db),
            position=position,
            to_complete=0 if student_id else _to_complete(db, reading.reader.actor.id),
            offices=_owners(db),
            unreadable=_named(marks(db)),
        )
    return reading.give("what is owed", answer, people, position)


def duties_in(db: sa.Connection, same: _Same, ids: Iterable[str] | None = None) -> list[Duty]:
    """Duties of these students or of all, as this connection sees them, each with its owner."""
    asked = sa.select(_duty.c.stream, _duty.c.rule, _duty.c.ref, _duty.c.body)
    if ids is not None:
        asked = asked.where(_duty.c.student_id.in_([*ids]))
    rows = {(row.stream, row.rule, row.ref): row.body for row in db.execute(asked)}
    owners = _owners(db)
    return [_kept(same, owners, duty_of(rows[key])) for key in sorted(rows)]


def removals_in(
    db: sa.Connection, same: _Same, ids: Iterable[str] | None = None
) -> dict[str, list[Removal]]:
    """Removals by student, of these or of all, as this connection sees them."""
    order = (_removal.c.first_day, _removal.c.incident_id, _removal.c.number)
    asked = sa.select(_removal.c.body).order_by(*order)
    if ids is not None:
        asked = asked.where(_removal.c.student_id.in_([*ids]))
    found: dict[str, list[Removal]] = {}
    for removal in map(removal_of, db.execute(asked).scalars()):
        kept = replace(removal, student_id=same.kept(removal.student_id))
        found.setdefault(kept.student_id, []).append(kept)
    return found


def _kept(same: _Same, owners: Mapping[str, str], duty: Duty) -> Duty:
    """The duty of the student as shown today, and of somebody where nobody was named."""
    facts = dict(duty.facts)
    if "students" in facts:
        facts["students"] = [same.kept(id) for id in facts["students"]]
    return replace(
        duty,
        student_id=same.kept(duty.student_id),
        owner=duty.owner or owners.get(duty.rule),
        facts=facts,
    )


def _whose(duty: Duty) -> list[str]:
    return list(duty.facts.get("students", [duty.student_id]))


def _owners(db: sa.Connection) -> dict[str, str]:
    """A staff id for each rule, of who has the role for it; nobody when no one has it."""
    by_role: dict[str, str] = {}
    asked = sa.select(STAFF.c.staff_id, STAFF.c.roles).where(STAFF.c.active == 1)
    for row in db.execute(asked.order_by(STAFF.c.name, STAFF.c.staff_id)):
        for role in row.roles.split(","):
            by_role.setdefault(role, row.staff_id)
    found = {
        rule: next((by_role[r.value] for r in roles if r.value in by_role), None)
        for rule, roles in OWNERS.items()
    }
    return {rule: owner for rule, owner in found.items() if owner}


def _to_complete(db: sa.Connection, me: str) -> int:
    """How many incidents that this member of staff logged lack something; a count alone."""
    columns = _incident.c
    mine = sa.or_(columns.reported_by == me, columns.recorded_by == me)
    asked = sa.select(sa.func.count()).where(mine, columns.is_open == 1, columns.standing == "open")
    return int(db.execute(asked).scalar_one())


def _masked(reading: Reading, duty: Duty) -> Duty:
    """The duty, without the words of a promise for a reader who does not see them."""
    if reading.reader.sees_words or not duty.facts.get("words"):
        return duty
    return replace(duty, facts={**duty.facts, "words": _HIDDEN})


__all__ = ["Owed", "duties_in", "owed", "removals_in"]
