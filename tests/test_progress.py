"""Where a plan stands: its figures, and the state that they come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.calendar import Calendar, HolidaysSet, SchoolYearSet
from ledger.domain.codes import Direction, Unit
from ledger.domain.plan import Goal, Stage
from ledger.domain.progress import Day, Series, Standing, standing
from ledger.domain.rules import RULES, Rules

POINTS = Goal(unit=Unit.PERCENT_OF_POINTS, direction=Direction.AT_LEAST, target=Decimal(80))
TIMES = Goal(unit=Unit.TIMES_A_DAY, direction=Direction.AT_MOST, target=Decimal(1))
FIRST, TODAY = date(2026, 9, 21), date(2026, 10, 14)
HOLIDAY = date(2026, 10, 12)
YEAR = SchoolYearSet(
    name="2026-27",
    first_day=date(2026, 8, 13),
    last_day=date(2027, 6, 11),
    no_school=(HOLIDAY,),
)
CALENDAR = Calendar(years=(YEAR,))
RULES_AS_THEY_ARE = Rules()


def with_numbers(id: str, on: bool = True, **numbers: float) -> Rules:
    """The rules, one of them with other numbers, or off."""
    return Rules({**RULES, id: replace(RULES[id], numbers=numbers or RULES[id].numbers, on=on)})


def school_days(first: date = FIRST, last: date = TODAY) -> list[date]:
    """The school days from one day to another, counted by hand."""
    some = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [on for on in some if on.weekday() < 5 and on != HOLIDAY]


def a_day(on: date, said: str, goal: Goal = POINTS) -> Day:
    """A day's points of 36, or its measure; `-` is no data."""
    if said == "-":
        return Day(on, None, goal, no_data="absent")
    return Day(on, Decimal(said), goal, Decimal(36) if goal.unit is POINTS.unit else None)


def series(said: str, goal: Goal = POINTS, **more: Any) -> Series:
    """A plan since September 21 whose last days, to October 13, were these; `.` has no entry."""
    words = said.split()
    days = school_days(last=date(2026, 10, 13))[-len(words) :] if words else []
    told = tuple(a_day(on, one, goal) for on, one in zip(days, words, strict=True) if one != ".")
    fields: dict[str, Any] = {
        "stage": "active",
        "drafted_on": date(2026, 9, 14),
        "approved_on": date(2026, 9, 17),
        "started_on": FIRST,
        "review_on": date(2026, 10, 30),
        "days": told,
    }
    return Series(**fields | more)


def stands(of: Series, today: date = TODAY, rules: Rules = RULES_AS_THEY_ARE) -> Standing:
    return standing(of, CALENDAR, rules, today)


# The figures


def test_percent_is_all_points_of_all_that_could_be_had() -> None:
    """Not the mean of the percents: a short day weighs less."""
    short = Day(date(2026, 10, 13), Decimal(0), POINTS, Decimal(6))
    long = Day(date(2026, 10, 9), Decimal(36), POINTS, Decimal(36))
    assert stands(series("", days=(long, short))).now == Decimal(3600) / 42


def test_a_measure_is_the_mean_of_the_days_with_data() -> None:
    now = stands(series("4 - 1 . 2", TIMES))
    assert (now.now, now.at_goal, now.of) == (Decimal(7) / 3, 1, 3)


def test_no_data_counts_in_nothing() -> None:
    told = stands(series("36 - . 0"))
    assert (told.now, told.at_goal, told.of) == (Decimal(50), 1, 2)
    assert told.trend[-4:] == (Decimal(100), None, None, Decimal(0))
    assert told.met[-4:] == (True, None, None, False)


def test_without_any_data_there_is_no_number() -> None:
    told = stands(series("- - -"))
    assert (told.now, told.at_goal, told.of, told.given) == (None, 0, 0, 0)


def test_the_figures_are_of_the_last_ten_school_days() -> None:
    told = stands(series("0 0 0 36 36 36 36 36 36 36 36 36 36"))
    assert (told.now, told.at_goal, told.of) == (Decimal(100), 10, 10)
    assert told.days == tuple(school_days(last=date(2026, 10, 13))[-10:])
    assert HOLIDAY not in told.days
    three = stands(series("0 36 36 36"), rules=with_numbers("off-track", days=3, window=3))
    assert (three.of, len(three.trend)) == (3, 3)


def test_a_plan_that_began_lately_has_fewer_days() -> None:
    began = date(2026, 10, 8)
    told = stands(series("36 36 36", started_on=began))
    assert (told.planned, told.days[0]) == (3, began)
    assert stands(series("", started_on=TODAY)).planned == 0
    assert stands(series("", started_on=TODAY)).state == "on track"


def test_today_counts_once_something_is_recorded_of_it() -> None:
    before = stands(series("36 36 36"))
    assert before.until == date(2026, 10, 13)
    for recorded in ("0", "-"):
        days = (*series("36 36 36").days, a_day(TODAY, recorded))
        assert stands(series("", days=days)).until == TODAY
    assert stands(series("36", delivered={TODAY: True})).until == TODAY


def test_what_is_recorded_of_a_day_without_school_is_in_no_figure() -> None:
    saturday = a_day(date(2026, 10, 10), "0")
    assert stands(series("", days=(saturday,))).of == 0


def test_the_goal_of_a_day_is_the_one_that_held_then() -> None:
    low = POINTS.model_copy(update={"target": Decimal(50)})
    first, last = a_day(date(2026, 10, 9), "20", low), a_day(date(2026, 10, 13), "20")
    assert stands(series("", days=(first, last))).met[-2:] == (True, False)


@pytest.mark.parametrize(
    ("goal", "said", "met"),
    [(POINTS, "28.8", True), (POINTS, "28.7", False), (TIMES, "1", True), (TIMES, "1.1", False)],
)
def test_the_goal_itself_is_met_and_what_just_misses_it_is_not(
    goal: Goal, said: str, met: bool
) -> None:
    assert a_day(FIRST, said, goal).met is met


def test_a_third_of_the_points_meets_a_goal_of_a_third_no_sooner() -> None:
    """Compared as they are: 100/3 has no end."""
    third = POINTS.model_copy(update={"target": Decimal("33.33")})
    assert Day(FIRST, Decimal(12), third, Decimal(36)).met
    above = POINTS.model_copy(update={"target": Decimal("33.34")})
    assert not Day(FIRST, Decimal(12), above, Decimal(36)).met


# Delivery


def test_a_day_was_given_when_there_is_a_number_unless_somebody_said_otherwise() -> None:
    days = school_days(last=date(2026, 10, 13))
    said = {days[-2]: True, days[-4]: False}
    told = stands(series("36 36 . -", delivered=said))
    assert (told.given, told.planned) == (2, 10)


# States


def test_a_plan_waits_until_it_starts() -> None:
    waiting = series("", stage="draft", started_on=None, approved_on=None)
    assert stands(waiting) == Standing("draft", date(2026, 9, 14))
    agreed = replace(waiting, approved_on=date(2026, 9, 17), stage="approved")
    assert stands(agreed) == Standing("approved", date(2026, 9, 17))
    assert stands(replace(agreed, started_on=date(2026, 10, 15), stage="active")).state == (
        "approved"
    )
    withdrawn = replace(waiting, stage="ended", ended_on=date(2026, 9, 20))
    assert stands(withdrawn) == Standing("ended", date(2026, 9, 20))


def test_more_than_three_days_in_a_row_below_the_goal_are_off_track() -> None:
    assert stands(series("36 0 0 0")).state == "on track"
    four = stands(series("36 0 0 0 0"))
    assert (four.state, four.in_a_row_below, four.in_a_row_at) == ("off track", 4, 0)
    assert stands(series("36 0 0 0 0 29")).state == "on track"
    assert stands(series("0 0 0"), rules=with_numbers("off-track", days=2, window=10)).state == (
        "off track"
    )
    assert stands(series("0 0 0 0"), rules=with_numbers("off-track", on=False)).state == "on track"


def test_a_day_without_data_neither_breaks_a_row_nor_counts_in_it() -> None:
    told = stands(series("36 0 - 0 . . 0 - 0"))
    assert (told.state, told.in_a_row_below) == ("off track", 4)


def test_a_row_may_be_longer_than_the_window() -> None:
    told = stands(series("0 0 0 0 0"), rules=with_numbers("off-track", days=3, window=2))
    assert (told.state, told.of, told.in_a_row_below) == ("off track", 2, 5)


def test_below_the_goal_is_above_it_where_less_is_better() -> None:
    assert stands(series("4 4 4 4", TIMES)).state == "off track"
    assert stands(series("0 1 0 1", TIMES)).in_a_row_at == 4


def test_five_school_days_without_data_are_no_recent_data() -> None:
    assert stands(series("36 - . . -")).state == "on track"
    assert stands(series("36 - . . - .")).state == "no recent data"
    assert stands(series("36 - . . - ."), rules=with_numbers("no-card", on=False)).state == (
        "on track"
    )
    new = series("", started_on=date(2026, 10, 7))
    assert stands(new).state == "on track"
    assert stands(new, today=date(2026, 10, 15)).state == "no recent data"


def test_a_review_is_overdue_from_the_day_after() -> None:
    due = series("36", review_on=TODAY)
    assert stands(due).state == "on track"
    assert stands(due, today=date(2026, 10, 15)).state == "review overdue"
    off = with_numbers("plan-review", on=False)
    assert stands(due, today=date(2026, 10, 15), rules=off).state == "on track"


def test_the_first_state_that_holds_is_told() -> None:
    everything = series("0 0 0 0 . . . . .", review_on=date(2026, 10, 1))
    assert stands(everything).state == "review overdue"
    assert stands(replace(everything, review_on=TODAY)).state == "no recent data"
    assert stands(replace(everything, stage="ended", ended_on=TODAY)).state == "ended"


def test_an_ended_plan_keeps_the_figures_of_its_last_days() -> None:
    end = date(2026, 10, 9)
    told = stands(series("36 36 36", stage="ended", ended_on=end), today=date(2027, 3, 1))
    assert (told.state, told.since, told.until, told.of) == ("ended", end, end, 2)


def test_a_guessed_calendar_is_said() -> None:
    assert not stands(series("36")).guessed
    assert standing(series("36"), Calendar(), RULES_AS_THEY_ARE, TODAY).guessed


# The same, slowly and obviously


def slowly(of: Series, closed: frozenset[date], today: date) -> dict[str, Any]:
    """Where a plan stands, from the rule as people say it, a day at a time."""
    state = "ended" if of.ended_on else "approved" if of.approved_on else "draft"
    if of.started_on is None or of.started_on > today:
        return {"state": state}
    recorded = {day.on: day for day in of.days}
    end = today
    if today not in recorded and today not in of.delivered:
        end = today - timedelta(days=1)
    if of.ended_on and of.ended_on < end:
        end = of.ended_on
    days, on = [], of.started_on
    while on <= end:
        if on.weekday() not in (5, 6) and on not in closed:
            days.append(on)
        on += timedelta(days=1)
    points, most, numbers, at_goal, given = Fraction(), Fraction(), [], 0, 0
    for on in days[-10:]:
        day = recorded.get(on)
        has = day is not None and day.amount is not None
        given += of.delivered.get(on, has)
        if day is not None and day.amount is not None:
            numbers.append(day)
            points += Fraction(day.amount)
            most += Fraction(day.of or 1)
            at_goal += meets(day)
    row = 0
    for on in reversed(days):
        day = recorded.get(on)
        if day is None or day.amount is None:
            continue
        if meets(day):
            break
        row += 1
    silent = len(days) >= 5 and all(
        on not in recorded or recorded[on].amount is None for on in days[-5:]
    )
    if of.ended_on:
        state = "ended"
    elif of.review_on < today:
        state = "review overdue"
    elif silent:
        state = "no recent data"
    else:
        state = "off track" if row > 3 else "on track"
    scale = 100 if numbers and numbers[0].of is not None else 1
    now = scale * points / most if numbers else None
    return {
        "state": state,
        "now": now,
        "at_goal": at_goal,
        "of": len(numbers),
        "given": given,
        "planned": len(days[-10:]),
        "in_a_row_below": row,
        "days": tuple(days[-10:]),
    }


def meets(day: Day) -> bool:
    assert day.amount is not None
    value = Fraction(day.amount)
    if day.of is not None:
        value = value / Fraction(day.of) * 100
    target = Fraction(day.goal.target)
    return value >= target if day.goal.direction is Direction.AT_LEAST else value <= target


AROUND = st.dates(date(2026, 9, 1), date(2026, 11, 30))


@st.composite
def any_series(draw: st.DrawFn) -> Series:
    """A plan with any days on record, school days or not, in order."""
    direction = draw(st.sampled_from(Direction))
    unit = draw(st.sampled_from((Unit.PERCENT_OF_POINTS, Unit.TIMES_A_DAY)))
    target = draw(st.decimals(0, 100 if unit is POINTS.unit else 6, places=1))
    goal = Goal(unit=unit, direction=direction, target=target)
    some = draw(st.lists(AROUND, unique=True, max_size=40))
    days = [draw(any_day(on, goal)) for on in sorted(some)]
    stage: Stage = draw(st.sampled_from(("draft", "approved", "active", "active", "ended")))
    drafted = date(2026, 9, 1)
    started = draw(AROUND) if stage in ("active", "ended") else None
    ended = None
    if stage == "ended":
        ended = (started or drafted) + timedelta(days=draw(st.integers(0, 60)))
    return Series(
        stage=stage,
        drafted_on=drafted,
        review_on=draw(AROUND),
        approved_on=None if stage == "draft" else drafted,
        started_on=started,
        ended_on=ended,
        days=tuple(days),
        delivered=draw(st.dictionaries(AROUND, st.booleans(), max_size=10)),
    )


@st.composite
def any_day(draw: st.DrawFn, on: date, goal: Goal) -> Day:
    if draw(st.integers(0, 3)) == 0:
        return Day(on, None, goal, no_data="absent")
    if goal.unit is Unit.PERCENT_OF_POINTS:
        most = draw(st.integers(1, 60))
        return Day(on, Decimal(draw(st.integers(0, most))), goal, Decimal(most))
    return Day(on, draw(st.decimals(0, 8, places=1)), goal)


@settings(max_examples=300, deadline=None)
@given(
    of=any_series(),
    off=st.lists(AROUND, unique=True, max_size=12),
    shut=st.lists(AROUND, unique=True, max_size=4),
    today=AROUND,
)
def test_a_standing_is_what_a_slow_count_by_hand_comes_to(
    of: Series, off: list[date], shut: list[date], today: date
) -> None:
    year = YEAR.model_copy(update={"no_school": tuple(off)})
    calendar = Calendar(years=(year,), holidays=(HolidaysSet(year=2026, closed=tuple(shut)),))
    told = standing(of, calendar, RULES_AS_THEY_ARE, today)
    expected = slowly(of, frozenset(off) | frozenset(shut), today)
    now = expected.pop("now", None)
    assert {name: getattr(told, name) for name in expected} == expected
    assert (told.now is None) == (now is None)
    if now is not None and told.now is not None:
        assert abs(Fraction(told.now) - now) < Fraction(1, 10**20)
    assert len(told.trend) == len(told.met) == len(told.days)
