"""How a behavior plan at the made-up school goes: agreed, carried out, checked, adjusted, ended."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ledger.demo import support_words as words
from ledger.demo.helped import Course, Helped, days
from ledger.demo.year import PERIODS, RECESS, days_on
from ledger.domain.codes import Channel, DayKind, Decision, Direction, NoData, PlanKind, Unit
from ledger.domain.plan import (
    PLAN,
    ApprovePlan,
    CorrectPoints,
    DraftPlan,
    EndPlan,
    Goal,
    PlanCommand,
    PointCard,
    RecordFidelity,
    RecordPoints,
    RecordProgress,
    ReviewPlan,
    StartPlan,
    Terms,
)

MOST = 2
LESSONS = tuple(name for name, *_ in PERIODS[DayKind.REGULAR] if name != RECESS)
CARD = PointCard(most=MOST, periods=LESSONS, expectations=words.EXPECTATIONS)
PARTS = {PlanKind.BEHAVIOR_SUPPORT_PLAN: 4, PlanKind.BEHAVIOR_INTERVENTION_PLAN: 5}
ABSENT, AWAY, TOTAL, GAP, WRONG = 0.04, 0.01, 0.12, 0.06, 0.03
CHECKED = (0.97, 0.94)  # the shares of days with a check-in, with a check-out
GOOD, POOR = 0.7, 0.35  # of the days at the goal
NEXT, SOON = 20, 12  # school days to the next review
COUNTED_ON = (1, 4)  # weekdays on which a contract is counted
WAITS = 35  # school days for a consent that never comes


class Planned:
    """One plan while it is told."""

    def __init__(self, helped: Helped) -> None:
        self.helped, self.world = helped, helped.world
        self.kind = helped.help.kind
        self.nth = self.good = self.poor = 0
        self.behavior = self.world.one(words.BEHAVIOR[self.kind])
        self.function = self.world.pick(words.FUNCTIONS)
        self.ended = False

    def say(self, command: PlanCommand, by: str) -> None:
        self.helped.say(PLAN, self.helped.student, command, by)

    @property
    def own(self) -> dict[str, Any]:
        helped = self.helped
        return {"student_id": helped.student, "plan": self.number, "on": helped.day.on}

    def whole(self) -> Course:
        """The plan, a step a school day."""
        helped, help = self.helped, self.helped.help
        yield from days(help.starts or 0)
        self._draft()
        if help.consent is None:
            yield from days(WAITS)
            self.say(EndPlan(**self.own, reason=words.NOT_AGREED), helped.specialist)
            helped.over = True
            return
        yield from days(help.consent)
        self._approve()
        yield
        self.say(StartPlan.model_validate(self.own), helped.manager)
        helped.running, helped.given = self.kind.short, (0, 0)
        self.since = helped.day.on
        while not self.ended:
            self._day()
            if helped.day.on >= self.reviewed:
                self._review()
            yield
        helped.over, helped.running = True, ""

    def _draft(self) -> None:
        helped = self.helped
        helped.plans += 1
        self.number = helped.plans
        terms = self._terms(days_on(helped.day.on, helped.help.review))
        command = DraftPlan(
            **dict(terms),
            student_id=helped.student,
            school_id=self.world.school.school_id,
            kind=self.kind,
            on=helped.day.on,
        )
        self.say(command, helped.specialist)

    def _terms(self, review_on: date, *, again: bool = False) -> Terms:
        unit, direction, target, baseline = words.AIMS[self.kind]
        self.reviewed = days_on(review_on, self.helped.help.overdue or self._overdue())
        return Terms(
            design=words.design(self.kind, self.behavior, again=again),
            function=self.function,
            goal=Goal(
                unit=unit,
                direction=direction,
                target=Decimal(target),
                baseline=Decimal(baseline),
                measured_by=self.helped.manager,
            ),
            card=CARD if unit is Unit.PERCENT_OF_POINTS else None,
            parts=PARTS.get(self.kind),
            manager=self.helped.manager,
            review_on=review_on,
        )

    def _overdue(self) -> int:
        """School days that a review comes late: mostly none."""
        return self.world.rng.randint(1, 4) if self.world.chance(0.15) else 0

    def _approve(self) -> None:
        helped, world = self.helped, self.world
        command = ApprovePlan(
            **self.own,
            relation=helped.relation,
            channel=Channel.PHONE if world.chance(0.4) else Channel.IN_PERSON,
            language=helped.language,
            note=world.one(words.AGREED) or None,
        )
        self.say(command, helped.specialist)

    # Do

    def _day(self) -> None:
        """What was counted today; of a contract, twice a week."""
        helped, world = self.helped, self.world
        self.nth += 1
        if helped.left < helped.help.silent:
            return
        good = helped.help.arc.by_day.get(helped.left, self._good())
        if self.card:
            self._card(good)
        elif self.kind is not PlanKind.BEHAVIOR_CONTRACT or helped.day.on.weekday() in COUNTED_ON:
            self._measure(good)
        parts = PARTS.get(self.kind)
        if parts and good is not None and world.chance(0.3):
            delivered = sum(world.chance(0.85) for _ in range(parts))
            self.say(RecordFidelity(**self.own, delivered=delivered, by=helped.teacher), self.by)

    @property
    def card(self) -> bool:
        return words.AIMS[self.kind][0] is Unit.PERCENT_OF_POINTS

    @property
    def by(self) -> str:
        """Who types it in."""
        return self.helped.specialist

    def _good(self) -> float | None:
        """The share of good moments today; None when nothing came back."""
        arc, world = self.helped.help.arc, self.world
        given = world.chance(arc.given)
        return arc.good(self.nth) + world.rng.uniform(-0.12, 0.12) if given else None

    def _card(self, good: float | None) -> None:
        world = self.world
        if self.helped.day.on in self.helped.away:
            self.say(self._none(NoData.ABSENT), self.by)
        elif world.chance(ABSENT + AWAY) and self.helped.left > 10:
            why = NoData.ABSENT if world.chance(ABSENT / (ABSENT + AWAY)) else None
            self.say(self._none(why or NoData.NOT_PARTICIPATING), self.by)
        elif good is None:
            self.say(self._none(NoData.NO_CARD), self.by)
        else:
            rows = self._rows(good)
            self._counts(100 * sum(map(sum, rows)) / (MOST * sum(map(len, rows))))
            self.say(self._points(rows), self.by)
            if world.chance(WRONG) and all(rows):
                right = (tuple(reversed(rows[0])), *rows[1:])
                reason = "one row was read upside down"
                self.say(CorrectPoints(**self.own, rows=right, reason=reason), self.by)

    def _none(self, why: NoData) -> RecordPoints:
        return RecordPoints(**self.own, no_data=why, checked_in=False, checked_out=False)

    def _rows(self, good: float) -> tuple[tuple[int, ...], ...]:
        """A row a period; on a minimum day there is no last one, and now and then one is empty."""
        world = self.world
        rows = [tuple(self._cell(good) for _ in CARD.expectations) for _ in CARD.periods]
        if self.helped.day.kind is DayKind.MINIMUM:
            rows[-1] = ()
        elif world.chance(GAP):
            rows[world.rng.randrange(1, len(rows))] = ()
        return tuple(rows)

    def _cell(self, good: float) -> int:
        world = self.world
        return MOST if world.chance(good) else int(world.chance(0.45))

    def _points(self, rows: tuple[tuple[int, ...], ...]) -> RecordPoints:
        world = self.world
        alone = all(rows) and world.chance(TOTAL)
        seldom = min(1, self.helped.help.arc.given + 0.1)  # where cards are lost, so are check-ins
        return RecordPoints(
            **self.own,
            rows=() if alone else rows,
            total=sum(map(sum, rows)) if alone else None,
            checked_in=world.chance(CHECKED[0] * seldom),
            checked_out=world.chance(CHECKED[1] * seldom),
            by=self.helped.teacher,
        )

    def _measure(self, good: float | None) -> None:
        world = self.world
        if good is None:
            return
        if world.chance(ABSENT):
            absent = RecordProgress(**self.own, no_data=NoData.ABSENT, by=self.helped.teacher)
            self.say(absent, self.by)
            return
        unit, _, _, baseline = words.AIMS[self.kind]
        most = 100 if unit is Unit.PERCENT else 2 * baseline
        share = min(1.0, max(0.0, good if unit is Unit.PERCENT else 1 - good))
        value = sum(world.chance(share) for _ in range(20)) * most // 20
        self._counts(value)
        measured = RecordProgress(**self.own, value=Decimal(value), by=self.helped.teacher)
        self.say(measured, self.by)

    def _counts(self, value: float) -> None:
        """Whether it was a day at the goal, for the review and the next meeting."""
        _, direction, target, _ = words.AIMS[self.kind]
        met = value >= target if direction is Direction.AT_LEAST else value <= target
        at_goal, of = self.helped.given
        self.helped.given = (at_goal + met, of + 1)

    # Check and adjust

    def _review(self) -> None:
        """What the data say: go on, change it, carry out less, or end it."""
        at_goal, of = self.helped.given
        share = at_goal / of if of else None
        if share is None:
            self._decide(Decision.CONTINUE, words.CHECKED[2])
        elif share >= GOOD:
            self._went_well()
        elif share <= POOR and self.poor:
            self._give_up()
        else:
            self._change(share)
        self.since, self.helped.given = self.helped.day.on, (0, 0)

    def _went_well(self) -> None:
        self.good += 1
        if not self.helped.help.ends or self.good == 1:
            self._decide(Decision.CONTINUE, words.CHECKED[0])
        elif self.good == 2:
            self._decide(Decision.FADE, words.CHECKED[0], SOON)
        else:
            end = EndPlan(**self.own, reason=words.GOAL_MET, goal_met=True)
            self.say(end, self.helped.manager)
            self.ended = True

    def _change(self, share: float) -> None:
        """Once it is modified; after that it goes on as it is."""
        if self.poor:
            self._decide(Decision.CONTINUE, words.CHECKED[1])
            return
        self.poor += 1
        terms = self._terms(days_on(self.helped.day.on, NEXT), again=True)
        why = words.CHECKED[1] if share > POOR else words.CHECKED[3]
        self._say_review(Decision.MODIFY, f"{why} {words.REVISED[0]}", revised=terms)

    def _give_up(self) -> None:
        self._say_review(Decision.DISCONTINUE, words.GOAL_NOT_MET, end=True, goal_met=False)
        self.ended = True

    def _decide(self, decision: Decision, why: str, n: int = NEXT) -> None:
        following = days_on(self.helped.day.on, n)
        self.reviewed = days_on(following, self._overdue())
        self._say_review(decision, why, next_review=following)

    def _say_review(self, decision: Decision, why: str, **more: Any) -> None:
        """The position that it rests on is known when it is recorded."""
        helped = self.helped
        command = ReviewPlan(
            **self.own,
            decision=decision,
            why=why,
            data_from=self.since,
            data_until=helped.day.on,
            position=0,
            by=tuple(dict.fromkeys((helped.manager, helped.teacher))),
            **more,
        )
        self.say(command, helped.manager)


def plan(helped: Helped) -> Course:
    """One plan, a step a school day."""
    return Planned(helped).whole()
