"""Made-up behavior plans for tests, as they stand before the first card."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from desk import School

from ledger.domain.codes import Direction, PlanKind, Relation, Unit
from ledger.domain.plan import (
    PLAN,
    ApprovePlan,
    Design,
    DraftPlan,
    Goal,
    PointCard,
    StartPlan,
)

FORM = """\
kind: cico
behavior: Leaves the seat without asking.
function: escape-activity
predictors:
  long seat work
goal: at least 80 % of points, from 55, by Dec 18, measured by whitlock
card: 0-2; periods: 1-6; expectations: safe, kind, ready
manager: whitlock
review: nov 20
"""
REVISED = "why: The goal was too low.\n" + FORM.removeprefix("kind: cico\n").replace("80", "85")
COUNTED = FORM.replace("kind: cico", "kind: bsp").replace(
    "at least 80 % of points, from 55", "at most 1 times a day, from 4"
)
BEGAN = date(2026, 9, 21)
SIX = PointCard(
    most=2, periods=("1", "2", "3", "4", "5", "6"), expectations=("safe", "kind", "ready")
)
EIGHTY = Goal(unit=Unit.PERCENT_OF_POINTS, direction=Direction.AT_LEAST, target=Decimal(80))
LEAVES = Design(behavior="Leaves the seat without asking.")


def a_draft(student_id: str, manager: str, **more: Any) -> DraftPlan:
    """A check-in/check-out plan with a card of six periods by three."""
    fields: dict[str, Any] = {
        "student_id": student_id,
        "school_id": "1001",
        "kind": PlanKind.CHECK_IN_CHECK_OUT,
        "on": BEGAN,
        "design": LEAVES,
        "goal": EIGHTY,
        "card": SIX,
        "manager": manager,
        "review_on": date(2026, 10, 16),
    }
    return DraftPlan(**fields | more)


def carry_out(desk: School, *students: str, user: str | None = None, **more: Any) -> list[str]:
    """Have a plan drafted, agreed to and started for each; the ids of the students."""
    ids = []
    with desk.opened(**({"user": user} if user else {})) as at:
        school = at.school
        for words in students:
            (found,) = school.find(words).students
            id = found.student_id
            school.do(PLAN, id, a_draft(id, school.actor.id, **more))
            number = len(PLAN.fold(school.record.stream(f"plan-{id}")).by_number)
            own: dict[str, Any] = {"student_id": id, "plan": number, "on": BEGAN}
            school.do(PLAN, id, ApprovePlan(**own, relation=Relation.MOTHER))
            school.do(PLAN, id, StartPlan(**own))
            ids.append(id)
    return ids
