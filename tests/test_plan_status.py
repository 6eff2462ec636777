"""`plan status` and `plan show`: what is on the screen, and what it rests on."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from desk import School, as_expected
from made import TEACHER

from ledger.domain.codes import (
    Direction,
    NoData,
    PlanKind,
    Relation,
    Unit,
)
from ledger.domain.plan import (
    PLAN,
    ApprovePlan,
    Design,
    DraftPlan,
    Goal,
    PlanCommand,
    PointCard,
    RecordPoints,
    RecordProgress,
    StartPlan,
)

CARD = PointCard(most=2, periods=tuple("123456"), expectations=("safe", "kind", "ready"))
POINTS = Goal(unit=Unit.PERCENT_OF_POINTS, direction=Direction.AT_LEAST, target=Decimal(80))
HITS = Goal(
    unit=Unit.TIMES_A_DAY, direction=Direction.AT_MOST, target=Decimal(1), baseline=Decimal(4)
)
HANDS = "Hits or pushes another child with an open hand."
FIRST, LAST = date(2026, 9, 21), date(2026, 10, 13)


def school_days(first: date, last: date) -> list[date]:
    """Weekdays but the holiday of October 12."""
    some = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [on for on in some if on.weekday() < 5 and on != date(2026, 10, 12)]


DAYS = school_days(FIRST, LAST)


class Scene:
    """Plans at the school, told to its ledger."""

    def __init__(self, desk: School) -> None:
        self.desk = desk
        with desk.opened() as at:
            self.staff = {name: id for id, name in at.school.staff_names.items()}

    def id(self, words: str) -> str:
        with self.desk.opened() as at:
            return at.school.find(words).students[0].student_id

    def do(self, student_id: str, *commands: PlanCommand) -> None:
        with self.desk.opened() as at, at.school.record.batch():
            for command in commands:
                at.school.record.do(PLAN, student_id, command, TEACHER, again=True)

    def terms(self, review: date, manager: str, goal: Goal = POINTS, **more: Any) -> dict[str, Any]:
        card = CARD if goal.unit is Unit.PERCENT_OF_POINTS else None
        design = {"design": Design(behavior="Leaves the group without asking.")}
        managed = {"manager": self.staff[manager], "review_on": review}
        return {**design, **managed, "goal": goal, "card": card} | more

    def started(
        self, words: str, kind: PlanKind, first: date = FIRST, **terms: Any
    ) -> tuple[str, list[PlanCommand]]:
        """A student's plan, and what it takes until it is carried out."""
        id = self.id(words)
        before = first - timedelta(days=4)
        return id, [
            DraftPlan(student_id=id, school_id="1001", kind=kind, on=before, **self.terms(**terms)),
            ApprovePlan(student_id=id, on=before, relation=Relation.MOTHER),
            StartPlan(student_id=id, on=first),
        ]

    def cards(self, words: str, totals: str, review: date, manager: str) -> None:
        """A check-in/check-out plan, and its last days: a total each, or a for absent."""
        id, steps = self.started(words, PlanKind.CHECK_IN_CHECK_OUT, review=review, manager=manager)
        last = totals.split()
        told = [
            RecordPoints(student_id=id, on=on, no_data=NoData.ABSENT)
            if said == "a"
            else RecordPoints(student_id=id, on=on, total=int(said))
            for on, said in zip(DAYS[-len(last) :], last, strict=True)
            if said != "-"
        ]
        self.do(id, *steps, *told)

    def measures(self, words: str, kind: PlanKind, said: str, **terms: Any) -> None:
        """A plan with a measure a day; - is a day on which nothing was said."""
        id, steps = self.started(words, kind, **terms)
        last = said.split()
        told = [
            RecordProgress(student_id=id, on=on, value=Decimal(value))
            for on, value in zip(DAYS[-len(last) :], last, strict=True)
            if value != "-"
        ]
        self.do(id, *steps, *told)


@pytest.fixture
def scene(desk: School) -> Scene:
    """Seven plans on October 14, some of which go well."""
    year = ("--first", "2026-08-13", "--last", "2027-06-11", "--off", "2026-10-12")
    desk.ok("calendar", "set", *year)
    scene = Scene(desk)
    whitlock, lund = "Sam Whitlock", "Per Lund"
    scene.cards("ana rivera", "28 31 33 a 29 31 25 30 36 31", date(2026, 10, 16), whitlock)
    scene.cards("104305", "31 31 33 30 31 31 33 24 36 31", date(2026, 10, 30), lund)
    scene.cards("mateo", "20 17 33 - - - 21 17 16 18", date(2026, 10, 19), whitlock)
    scene.cards("jonah", "29 30 26 29 30 a a a a a", date(2026, 10, 26), lund)
    percent = Goal(unit=Unit.PERCENT, direction=Direction.AT_LEAST, target=Decimal(70))
    scene.measures(
        "suryani",
        PlanKind.BEHAVIOR_INTERVENTION_PLAN,
        "60 72 73 80 - 71 82 90 - 65",
        goal=percent,
        review=date(2026, 11, 2),
        manager=whitlock,
    )
    scene.measures(
        "soren",
        PlanKind.BEHAVIOR_SUPPORT_PLAN,
        "4 3 2 1.5 1.5 1 1.5 1 - 1",
        goal=HITS,
        design=Design(behavior=HANDS, measure="hands to self"),
        review=date(2026, 10, 9),
        manager=whitlock,
    )
    leo = scene.id("leo")
    own = scene.terms(review=date(2026, 11, 30), manager=whitlock, goal=HITS)
    drafted = DraftPlan(
        student_id=leo,
        school_id="1001",
        kind=PlanKind.BEHAVIOR_SUPPORT_PLAN,
        on=date(2026, 10, 6),
        **own,
    )
    scene.do(leo, drafted)
    return scene


def test_the_status_of_plans_looks_as_it_should(scene: Scene) -> None:
    for name, line in {
        "plan.status": "plan status",
        "plan.status.ascii": "plan status --ascii",
        "plan.status.json": "plan status --json",
        "plan.show": "plan show ana rivera",
        "plan.show.ascii": "plan show soren 1 --ascii",
    }.items():
        told = scene.desk.ok(*line.split()).out
        assert "json" in name or max(map(len, told.splitlines())) <= 100
        as_expected(name, told)
