"""Behavior plans: a student's, or the whole caseload, today or as known at a position."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from ledger.projections.plans import PLANS, CardDay, Plan, plan_of
from ledger.reading import _HIDDEN, Reading, Student, Window, _cover, _Same, _staff
from ledger.reading import _students as students_in

_plan = PLANS.tables.tables["plan"]


@dataclass(frozen=True, slots=True)
class Plans:
    """Plans with the people in them; by student, and by number."""

    plans: tuple[Plan, ...]
    people: dict[str, Student]
    staff: dict[str, str]
    position: int


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
            students_in(db, ids, reading._today),
            _staff(db),
            position,
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


__all__ = ["CardDay", "Plan", "Plans", "plans", "plans_in"]
