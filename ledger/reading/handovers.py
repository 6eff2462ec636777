"""All that a handover rests on, and what a member of staff still answers for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from ledger.domain.calendar import Calendar
from ledger.domain.clocks import Duty
from ledger.domain.removals import Removal
from ledger.domain.staff import STAFF as RULES
from ledger.projections import marks
from ledger.projections.roster import STAFF
from ledger.reading import (
    Reading,
    Student,
    Window,
    _incident,
    _named,
    _Same,
    _staff,
    _students,
)
from ledger.reading.cases import Case, Meeting, Promise, Question, cases_in, masked
from ledger.reading.duties import _masked as masked_duty
from ledger.reading.duties import duties_in, removals_in
from ledger.reading.packets import _calendar
from ledger.reading.plans import Plan, plans_in
from ledger.reading.plans import _masked as masked_plan

RUNNING = ("draft", "approved", "active")


@dataclass(frozen=True, slots=True)
class Referral:
    """An office referral that nobody has answered yet."""

    incident_id: str
    to: str | None  # a staff id
    by: str | None
    on: str
    students: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Owned:
    """What one member of staff still answers for."""

    staff_id: str
    plans: tuple[Plan, ...] = ()  # that they manage
    promises: tuple[tuple[Case, Promise], ...] = ()
    goals: tuple[Plan, ...] = ()  # that they measure
    referrals: tuple[Referral, ...] = ()  # to answer
    meetings: tuple[tuple[Case, Meeting], ...] = ()  # that are set, and that they lead
    questions: tuple[tuple[Case, Question], ...] = ()  # to find out

    def __bool__(self) -> bool:
        rest = (*self.goals, *self.referrals, *self.meetings, *self.questions)
        return bool(self.plans or self.promises or rest)

    @property
    def students(self) -> list[str]:
        """Of whom it is, each once."""
        whose = [plan.student_id for plan in (*self.plans, *self.goals)]
        whose += [case.student_id for case, _ in (*self.promises, *self.meetings, *self.questions)]
        whose += [id for referral in self.referrals for id in referral.students]
        return list(dict.fromkeys(whose))


@dataclass(frozen=True, slots=True)
class Belongings:
    """What somebody still answers for, with the people in it."""

    owned: Owned
    people: dict[str, Student]
    staff: dict[str, str]  # staff id → name
    position: int


@dataclass(frozen=True, slots=True)
class Handover:
    """What the record holds for whoever takes over, as known at one position."""

    position: int
    head: str  # hash of its row, hex
    calendar: Calendar
    plans: tuple[Plan, ...]
    cases: tuple[Case, ...]  # the last request first
    duties: tuple[Duty, ...]
    removals: dict[str, list[Removal]]
    referrals: tuple[Referral, ...]
    left: dict[str, date | None]  # staff who left → the day
    people: dict[str, Student]
    staff: dict[str, str]  # staff id → name
    unreadable: tuple[str, ...] = ()

    @property
    def orphaned(self) -> list[Owned]:
        """What staff who left still own, by their name."""
        names = sorted(self.left, key=lambda id: (self.staff.get(id, ""), id))
        return [own for id in names if (own := self.of(id))]

    def of(self, staff_id: str) -> Owned:
        return _owned(staff_id, self.plans, self.cases, self.referrals)


def handover(reading: Reading, window: Window, school_id: str, today: date) -> Handover:
    """Everything that goes on, as one reading of all whose record it rests on."""
    with reading.opened(window.position) as (db, position):
        same = _Same(db)
        plans = tuple(masked_plan(reading, plan) for plan in plans_in(db, same))
        cases = tuple(masked(reading, case) for case in cases_in(db, same))
        duties = duties_in(db, same)
        removals, referrals = removals_in(db, same), _referrals(db, same)
        involved = [
            *(plan.student_id for plan in plans),
            *(case.student_id for case in cases),
            *(id for duty in duties for id in duty.facts.get("students", [duty.student_id])),
            *removals,
            *(id for referral in referrals for id in referral.students),
        ]
        students = list(dict.fromkeys(involved))
        answer = Handover(
            position=position,
            head=reading.record.head(position).hash.hex(),
            calendar=_calendar(reading, school_id, position),
            plans=plans,
            cases=cases,
            duties=tuple(masked_duty(reading, duty) for duty in duties),
            removals=removals,
            referrals=referrals,
            left=_left(reading, db, position),
            people=_students(db, students, today.isoformat()),
            staff=_staff(db),
            unreadable=_named(marks(db)),
        )
    return reading.give("handover", answer, students, position, purpose="handover")


def owned_by(reading: Reading, staff_id: str) -> Belongings:
    """What this member of staff still answers for."""
    with reading.opened() as (db, position):
        same = _Same(db)
        plans = [masked_plan(reading, plan) for plan in plans_in(db, same, states=RUNNING)]
        cases = [masked(reading, case) for case in cases_in(db, same, only_open=True)]
        owned = _owned(staff_id, plans, cases, _referrals(db, same))
        people = _students(db, owned.students, reading._today)
        answer = Belongings(owned, people, _staff(db), position)
    return reading.give("what is handed over", answer, owned.students, position)


def _owned(
    staff_id: str, plans: Sequence[Plan], cases: Sequence[Case], referrals: Iterable[Referral]
) -> Owned:
    running = [plan for plan in plans if plan.state in RUNNING]
    return Owned(
        staff_id,
        plans=tuple(plan for plan in running if plan.manager == staff_id),
        promises=tuple(
            (case, promise)
            for case in cases
            for promise in case.promises
            if promise.state == "open" and _among(staff_id, promise.who)
        ),
        goals=tuple(p for p in running if p.terms["goal"]["measured_by"] == staff_id),
        referrals=tuple(referral for referral in referrals if referral.to == staff_id),
        meetings=tuple(
            (case, meeting)
            for case in cases
            for meeting in case.meetings
            if meeting.state == "set" and meeting.facilitator == staff_id
        ),
        questions=tuple(
            (case, question)
            for case in cases
            for question in case.questions
            if case.state == "open"
            and question.answered_on is None
            and _among(staff_id, question.who)
        ),
    )


def _among(staff_id: str, who: Iterable[dict[str, object]]) -> bool:
    return any(person.get("staff") == staff_id for person in who)


def _referrals(db: sa.Connection, same: _Same) -> tuple[Referral, ...]:
    """Office referrals without an answer, the first first."""
    office = sa.func.json_type(_incident.c.card, "$.office")
    asked = sa.select(_incident.c.card).where(office == "object", _incident.c.standing == "open")
    order = _incident.c.occurred_at, _incident.c.incident_id
    return tuple(_waiting(same, db.execute(asked.order_by(*order)).scalars()))


def _waiting(same: _Same, cards: Iterable[str]) -> Iterator[Referral]:
    for card in map(same.card, cards):
        sent = card.referral
        if sent is not None and sent["answered"] is None and "on" in sent:
            referred = (p.student_id for p in card.people.values() if p.referred and p.student_id)
            yield Referral(
                card.incident_id, sent.get("to"), sent.get("by"), sent["on"], tuple(referred)
            )


def _left(reading: Reading, db: sa.Connection, position: int) -> dict[str, date | None]:
    """Staff who are not here any more, and since when."""
    asked = sa.select(STAFF.c.stream, STAFF.c.staff_id).where(STAFF.c.active == 0)
    found: dict[str, date | None] = {}
    for row in db.execute(asked):
        told = (r for r in reading.record.stream(row.stream) if r.position <= position)
        found[row.staff_id] = RULES.fold(told).left_on
    return found


__all__ = [
    "Belongings",
    "Case",
    "Duty",
    "Handover",
    "Meeting",
    "Owned",
    "Plan",
    "Promise",
    "Question",
    "Referral",
    "Removal",
    "handover",
    "owned_by",
]
