"""Where a plan stands: its figures over the last school days, and what they come to.

Everything is exact; who shows a figure rounds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Literal

from ledger.domain.calendar import Calendar
from ledger.domain.codes import Direction
from ledger.domain.days import ONE_DAY, is_school_day, school_year_of
from ledger.domain.plan import Goal, Stage
from ledger.domain.rules import Rules

State = Literal[
    "draft", "approved", "on track", "off track", "no recent data", "review overdue", "ended"
]
DELIVERED = Decimal("0.8")  # of its parts: the usual bar for a plan that was carried out that day


@dataclass(frozen=True, slots=True)
class Day:
    """What was counted on a day; an amount of None is no data, and never 0."""

    on: date
    amount: Decimal | None
    goal: Goal  # that held on that day
    of: Decimal | None = None  # the most that the points could be; None for a measure
    no_data: str | None = None  # the reason

    @property
    def value(self) -> Decimal | None:
        """The measure, or the percent of the points."""
        if self.amount is None or self.of is None:
            return self.amount
        return 100 * self.amount / self.of

    @property
    def met(self) -> bool | None:
        """Whether the goal was met; None without data."""
        if self.amount is None:
            return None
        # Multiplied out: a quotient may not be exact.
        scale = Decimal(100) if self.of is not None else Decimal(1)
        reached, target = scale * self.amount, self.goal.target * (self.of or 1)
        return reached >= target if self.goal.direction is Direction.AT_LEAST else reached <= target


@dataclass(frozen=True, slots=True)
class Series:
    """All that was recorded of a plan's goal, by day, and on which days it was delivered."""

    stage: Stage
    drafted_on: date
    review_on: date
    approved_on: date | None = None
    started_on: date | None = None
    ended_on: date | None = None
    days: tuple[Day, ...] = ()
    delivered: Mapping[date, bool] = field(default_factory=dict)  # of days on which it was said


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a plan stands on a day, and the figures behind it."""

    state: State
    since: date  # of its last step: drafted, approved, started, ended
    now: Decimal | None = None  # percent of all points, or mean of the measures, in the window
    at_goal: int = 0
    of: int = 0  # days with data in the window
    days: tuple[date, ...] = ()  # the school days of the window
    trend: tuple[Decimal | None, ...] = ()  # of each of these days; None is no data
    met: tuple[bool | None, ...] = ()
    given: int = 0
    planned: int = 0
    in_a_row_below: int = 0  # days with data, up to the last one
    in_a_row_at: int = 0
    guessed: bool = False  # no calendar says which days are school days

    @property
    def until(self) -> date | None:
        return self.days[-1] if self.days else None


def standing(series: Series, calendar: Calendar, rules: Rules, today: date) -> Standing:
    """Where the plan stands on this day."""
    if series.started_on is None or series.started_on > today:
        since = series.ended_on or series.approved_on or series.drafted_on
        return Standing(_not_started(series), since)
    end = _end(series, today)
    school_days = [*_school_days(calendar, series.started_on, end)]
    by_day = {day.on: day for day in series.days}
    told = [by_day[on] for on in school_days if on in by_day and by_day[on].amount is not None]
    window = tuple(_last(school_days, int(rules.number("off-track", "window"))))
    shown = [by_day.get(on) for on in window]
    counted = [day for day in told if day.on in {*window}]
    below, at = _in_a_row(told, met=False), _in_a_row(told, met=True)
    return Standing(
        state=_state(series, rules, today, school_days, told, below),
        since=series.ended_on or series.started_on,
        now=_now(counted),
        at_goal=sum(day.met is True for day in counted),
        of=len(counted),
        days=window,
        trend=tuple(day.value if day else None for day in shown),
        met=tuple(day.met if day else None for day in shown),
        given=sum(_given(on, by_day, series.delivered) for on in window),
        planned=len(window),
        in_a_row_below=below,
        in_a_row_at=at,
        guessed=school_year_of(calendar, end).guessed,
    )


def _not_started(series: Series) -> State:
    if series.ended_on is not None:
        return "ended"
    return "draft" if series.approved_on is None else "approved"


def _end(series: Series, today: date) -> date:
    """The last day that counts: today when something was recorded of it, or else yesterday."""
    known = {day.on for day in series.days} | {*series.delivered}
    last = today if today in known else today - ONE_DAY
    return min(last, series.ended_on) if series.ended_on else last


def _school_days(calendar: Calendar, first: date, last: date) -> Iterator[date]:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return (day for day in days if is_school_day(calendar, day))


def _last(days: list[date], n: int) -> list[date]:
    return days[max(len(days) - n, 0) :]


def _state(
    series: Series,
    rules: Rules,
    today: date,
    school_days: list[date],
    told: list[Day],
    below: int,
) -> State:
    """The first of these that holds."""
    patience = int(rules.number("no-card", "school_days"))
    recent = {*_last(school_days, patience)}
    silent = len(recent) == patience and recent.isdisjoint(day.on for day in told)
    if series.ended_on is not None:
        return "ended"
    if rules.on("plan-review") and series.review_on < today:
        return "review overdue"
    if rules.on("no-card") and silent:
        return "no recent data"
    off = rules.on("off-track") and below > rules.number("off-track", "days")
    return "off track" if off else "on track"


def _in_a_row(told: list[Day], met: bool) -> int:
    """How many of the last days with data were all at the goal, or all below it."""
    return sum(1 for _ in takewhile(lambda day: day.met is met, reversed(told)))


def _now(counted: list[Day]) -> Decimal | None:
    """Percent of all points that could be had, or the mean of the measures."""
    amounts = [day.amount for day in counted if day.amount is not None]
    if not amounts:
        return None
    most = sum((day.of for day in counted if day.of is not None), Decimal())
    return 100 * sum(amounts) / most if most else Decimal(sum(amounts)) / len(amounts)


def _given(on: date, by_day: Mapping[date, Day], delivered: Mapping[date, bool]) -> bool:
    """What was said of the delivery; where nothing was, whether there is a number."""
    day = by_day.get(on)
    return delivered.get(on, day is not None and day.amount is not None)
