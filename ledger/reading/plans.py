"""Behavior plans: a student's, or the whole caseload, today or as known at a position."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from ledger.domain.calendar import Calendar
from ledger.domain.codes import Unit
from ledger.domain.plan import Goal
from ledger.domain.progress import DELIVERED, Day, Series, Standing, standing
from ledger.domain.rules import Rules
from ledger.projections import marks
from ledger.projections.plans import PLANS, CardDay, Plan, plan_of
from ledger.reading import (
    _HIDDEN,
    Reading,
    Student,
    Window,
    _cover,
    _named,
    _Same,
    _staff,
    _students,
)

_plan = PLANS.tables.tables["plan"]


@dataclass(frozen=True, slots=True)
class Plans:
    """Plans with the people in them; by student, and by number."""

    plans: tuple[Plan, ...]
    people: dict[str, Student]
    staff: dict[str, str]  # staff id → name
    position: int
    unreadable: tuple[str, ...] = ()  # streams of plans that may be missing


def plans(
    reading: Reading,
    window: Window,
    *,
    student_id: str | None = None,
    states: Collection[str] | None = None,
) -> Plans:
    """The plans of everybody, or of one student, that are in one of these states, or in any."""
    with reading.opened(window.position, lambda: _streams(reading, student_id)) as (db, position):
        same = _Same(db)
        own = None if student_id is None else same.all(student_id)
        found = plans_in(db, same, own, states)
        ids = list(dict.fromkeys(plan.student_id for plan in found))
        answer = Plans(
            tuple(_masked(reading, plan) for plan in found),
            _students(db, ids, reading._today),
            _staff(db),
            position,
            _unreadable(db, own),
        )
    asked = ids if student_id is None else [same.kept(student_id)]
    return reading.give("plans", answer, asked, position)


def plans_in(
    db: sa.Connection,
    same: _Same,
    ids: Iterable[str] | None = None,
    states: Collection[str] | None = None,
) -> list[Plan]:
    """The plans that this connection sees, unmasked; for who stores the access event."""
    asked = sa.select(_plan.c.card).order_by(_plan.c.student_id, _plan.c.number)
    if ids is not None:
        asked = asked.where(_plan.c.student_id.in_([*ids]))
    if states is not None:
        asked = asked.where(_plan.c.state.in_([*states]))
    found = [plan_of(card) for card in db.execute(asked).scalars()]
    for plan in found:
        plan.student_id = same.kept(plan.student_id)
    return found


def _streams(reading: Reading, student_id: str | None) -> list[str] | None:
    """What an earlier answer about one student can rest on; None stands for everything."""
    if student_id is None:
        return None
    streams = reading._streams_of(student_id)
    own = [f"plan-{id}" for kind, _, id in (s.partition("-") for s in streams) if kind == "student"]
    return list(dict.fromkeys([*streams, *own]))


def _unreadable(db: sa.Connection, ids: Iterable[str] | None) -> tuple[str, ...]:
    """Streams that could not be read: of anybody, or of one student."""
    plans = (stream for stream in _named(marks(db)) if stream.startswith("plan-"))
    own = None if ids is None else {f"plan-{id}" for id in ids}
    return tuple(stream for stream in plans if own is None or stream in own)


_WORDS = ("note", "reason", "why")


def _masked(reading: Reading, plan: Plan) -> Plan:
    """The plan, without its words for a reader who does not see them."""
    if reading.reader.sees_words:
        return plan
    for version in plan.versions:
        version["terms"]["design"] = _HIDDEN
    held = (*plan.versions, *plan.progress, *plan.fidelity, *plan.reviews, *plan.managers)
    for said in (*held, plan.approval):
        said |= {name: _HIDDEN for name in _WORDS if said.get(name)}
    for day in plan.days:
        _cover(day, "corrected")
    _cover(plan, "end_reason")
    return plan


# Where a plan stands


def standing_of(plan: Plan, calendar: Calendar, rules: Rules, today: date) -> Standing:
    """Where it stands on this day: its figures over the last school days, and their state."""
    return standing(series_of(plan), calendar, rules, today)


def goal_of(plan: Plan) -> Goal:
    """The goal that holds."""
    return Goal.model_validate(plan.terms["goal"])


def _goal_on(plan: Plan) -> Callable[[str], Goal]:
    """The goal that held on a day, if it counted what today's goal counts; or else today's."""
    now = goal_of(plan)
    goals = [Goal.model_validate(version["terms"]["goal"]) for version in plan.versions]
    since = [version["from"] for version in plan.versions]
    held = [goal if goal.unit is now.unit else now for goal in goals]
    return lambda day: held[max(bisect(since, day) - 1, 0)]


def series_of(plan: Plan) -> Series:
    """What was recorded of its goal, by day: points of cards, or measures."""
    goal_on = _goal_on(plan)
    by_points = goal_of(plan).unit is Unit.PERCENT_OF_POINTS
    return Series(
        stage=plan.state,
        drafted_on=date.fromisoformat(plan.drafted_on),
        review_on=date.fromisoformat(plan.review_on),
        approved_on=_day(plan.approved_on),
        started_on=_day(plan.started_on),
        ended_on=_day(plan.ended_on),
        days=_cards(plan, goal_on) if by_points else _measures(plan, goal_on),
        delivered=_delivered(plan),
    )


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _cards(plan: Plan, goal_on: Callable[[str], Goal]) -> tuple[Day, ...]:
    return tuple(
        Day(
            on=date.fromisoformat(card.on),
            amount=None if card.points is None else Decimal(card.points),
            goal=goal_on(card.on),
            of=None if card.most is None else Decimal(card.most),
            no_data=card.no_data,
        )
        for card in plan.days
    )


def _measures(plan: Plan, goal_on: Callable[[str], Goal]) -> tuple[Day, ...]:
    """The measures in the unit of today's goal; those of another say nothing about it."""
    unit = plan.terms["goal"]["unit"]
    return tuple(
        Day(
            on=date.fromisoformat(one["on"]),
            amount=None if one["value"] is None else Decimal(one["value"]),
            goal=goal_on(one["on"]),
            no_data=one["no_data"],
        )
        for one in plan.progress
        if plan.version_on(one["on"])["terms"]["goal"]["unit"] == unit
    )


def _delivered(plan: Plan) -> dict[date, bool]:
    """Whether it was carried out, of each day on which its parts or check-in and -out were said."""
    checked = {
        card.on: bool(card.checked_in and card.checked_out)
        for card in plan.days
        if False in (card.checked_in, card.checked_out) or (card.checked_in and card.checked_out)
    }
    parts = {one["on"]: one["delivered"] >= DELIVERED * one["planned"] for one in plan.fidelity}
    return {date.fromisoformat(on): given for on, given in (checked | parts).items()}


__all__ = [
    "CardDay",
    "Plan",
    "Plans",
    "Standing",
    "goal_of",
    "plans",
    "plans_in",
    "series_of",
    "standing_of",
]
