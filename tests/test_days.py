"""School days, business days, calendar days: the laws of three clocks."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from spec import given

from ledger.domain.calendar import (
    CALENDAR,
    BellSchedule,
    Calendar,
    HolidaysSet,
    Period,
    SchoolYearSet,
    legal_holidays,
)
from ledger.domain.codes import DayKind
from ledger.domain.days import (
    Span,
    add_business_days,
    add_school_days,
    bells,
    day_kind,
    is_business_day,
    is_school_day,
    school_days_between,
    school_year_of,
)

ONE_DAY = timedelta(days=1)
NO_CALENDAR = Calendar()
REGULAR = BellSchedule(
    kind=DayKind.REGULAR, periods=(Period(name="1st", start=time(8), end=time(9)),)
)
BREAK = tuple(date(2026, 12, 21) + timedelta(days=n) for n in range(12))
YEAR = SchoolYearSet(
    name="2026-27",
    first_day=date(2026, 8, 12),
    last_day=date(2027, 6, 11),
    no_school=(date(2026, 9, 7), *(date(2026, 11, n) for n in range(23, 28)), *BREAK),
    minimum_days=(date(2026, 11, 20),),
    schedules=(REGULAR,),
)
SCHOOL = given(
    CALENDAR,
    YEAR,
    HolidaysSet(year=2026, closed=legal_holidays(2026)),
    HolidaysSet(year=2027, closed=legal_holidays(2027)),
).state

dates = st.dates(date(2024, 1, 1), date(2029, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Up to three school years that do not overlap, with days off, and holidays of some years."""
    events: list[Any] = []
    free_from = draw(dates)
    for number in range(draw(st.integers(0, 3))):
        first = free_from + timedelta(days=draw(st.integers(0, 400)))
        last = first + timedelta(days=draw(st.integers(1, 399)))
        inside = st.lists(st.dates(first, last), max_size=40).map(tuple)
        events.append(
            SchoolYearSet(
                name=f"year {number}", first_day=first, last_day=last, no_school=draw(inside)
            )
        )
        free_from = last + ONE_DAY
    for year in draw(st.sets(st.integers(2024, 2031), max_size=3)):
        in_year = st.lists(st.dates(date(year, 1, 1), date(year, 12, 31)), max_size=60).map(tuple)
        events.append(HolidaysSet(year=year, closed=draw(in_year)))
    return given(CALENDAR, *draw(st.permutations(events))).state


# A second implementation of the business-day clock, from the events, one day at a time.


def office_is_open(calendar: Calendar, day: date) -> bool:
    closed = [d for holidays in calendar.holidays for d in holidays.closed]
    return f"{day:%w}" not in ("0", "6") and closed.count(day) == 0


def slow_business_days(calendar: Calendar, start: date, n: int) -> date:
    day = start
    while n > 0:
        day += ONE_DAY
        n -= office_is_open(calendar, day)
    return day


@for_all(calendars(), dates, st.integers(0, 60))
def test_business_days_agree_with_a_day_by_day_count(
    calendar: Calendar, start: date, n: int
) -> None:
    assert add_business_days(calendar, start, n) == slow_business_days(calendar, start, n)


@for_all(calendars(), dates, st.integers(0, 30), st.integers(0, 30))
def test_business_days_add_up(calendar: Calendar, start: date, m: int, n: int) -> None:
    in_two_steps = add_business_days(calendar, add_business_days(calendar, start, m), n)
    assert in_two_steps == add_business_days(calendar, start, m + n)


@for_all(calendars(), dates, st.integers(1, 60))
def test_the_nth_school_day_is_a_school_day_and_n_school_days_later(
    calendar: Calendar, start: date, n: int
) -> None:
    due = add_school_days(calendar, start, n)
    assert is_school_day(calendar, due)
    assert school_days_between(calendar, start, due) == n


@for_all(calendars(), dates, dates, dates)
def test_school_days_between_add_up(calendar: Calendar, a: date, b: date, c: date) -> None:
    first, middle, last = sorted((a, b, c))
    parts = [(first, middle), (middle, last)]
    counts = [school_days_between(calendar, *part) for part in parts]
    assert sum(counts) == school_days_between(calendar, first, last)


@for_all(calendars(), dates)
def test_weekends_and_closed_days_are_neither(calendar: Calendar, day: date) -> None:
    if day.weekday() > 4 or day in calendar.closed:
        assert not is_school_day(calendar, day)
        assert not is_business_day(calendar, day)


@for_all(calendars(), dates)
def test_a_school_day_of_a_known_year_is_between_its_first_and_last(
    calendar: Calendar, day: date
) -> None:
    year = school_year_of(calendar, day)
    if is_school_day(calendar, day) and not year.guessed:
        assert any(y.first_day <= day <= y.last_day for y in calendar.years if y.name == year.name)


@for_all(calendars(), dates)
def test_there_is_a_kind_of_day_exactly_on_school_days(calendar: Calendar, day: date) -> None:
    assert (day_kind(calendar, day) is not None) == is_school_day(calendar, day)


@for_all(calendars(), dates)
def test_every_day_belongs_to_exactly_one_school_year(calendar: Calendar, day: date) -> None:
    year = school_year_of(calendar, day)
    assert year.start <= day <= year.end
    assert school_year_of(calendar, year.start) == year == school_year_of(calendar, year.end)
    assert school_year_of(calendar, year.end + ONE_DAY).start == year.end + ONE_DAY
    assert school_year_of(calendar, year.start - ONE_DAY).end == year.start - ONE_DAY


@for_all(calendars())
def test_a_known_year_holds_its_first_and_last_day(calendar: Calendar) -> None:
    for year in calendar.years:
        for day in (year.first_day, year.last_day):
            span = school_year_of(calendar, day)
            assert (span.name, span.guessed) == (year.name, False)


# One school, in words


@pytest.mark.parametrize(
    ("day", "school", "business"),
    [
        (date(2026, 8, 11), False, True),  # the day before school begins
        (date(2026, 8, 12), True, True),
        (date(2026, 9, 7), False, False),  # Labor Day
        (date(2026, 10, 17), False, False),  # a Saturday
        (date(2026, 11, 23), False, True),  # Thanksgiving week, office open
        (date(2026, 11, 26), False, False),
        (date(2026, 12, 22), False, True),  # winter break, office open
        (date(2026, 12, 25), False, False),
        (date(2027, 1, 18), False, False),  # closed, though nobody said "no school"
        (date(2027, 6, 11), True, True),
        (date(2027, 6, 14), False, True),  # summer
    ],
)
def test_the_three_clocks_differ(day: date, school: bool, business: bool) -> None:
    assert is_school_day(SCHOOL, day) is school
    assert is_business_day(SCHOOL, day) is business


def test_five_business_days_run_through_winter_break_but_not_through_christmas() -> None:
    assert add_business_days(SCHOOL, date(2026, 12, 18), 5) == date(2026, 12, 28)
    assert add_school_days(SCHOOL, date(2026, 12, 18), 5) == date(2027, 1, 8)


def test_five_business_days_skip_thanksgiving() -> None:
    assert add_business_days(SCHOOL, date(2026, 11, 23), 5) == date(2026, 12, 2)


def test_nothing_lies_between_a_day_and_the_days_before_it() -> None:
    assert school_days_between(SCHOOL, date(2026, 10, 14), date(2026, 10, 14)) == 0
    assert school_days_between(SCHOOL, date(2026, 10, 14), date(2026, 10, 1)) == 0
    assert school_days_between(SCHOOL, date(2026, 10, 9), date(2026, 10, 14)) == 3


def test_a_minimum_day_is_told_from_a_regular_one() -> None:
    assert day_kind(SCHOOL, date(2026, 11, 20)) is DayKind.MINIMUM
    assert day_kind(SCHOOL, date(2026, 11, 19)) is DayKind.REGULAR
    assert day_kind(SCHOOL, date(2026, 11, 26)) is None


def test_bells_ring_on_school_days_for_which_a_schedule_was_given() -> None:
    assert bells(SCHOOL, date(2026, 11, 19)) == REGULAR
    assert bells(SCHOOL, date(2026, 11, 20)) is None  # no minimum-day schedule was given
    assert bells(SCHOOL, date(2026, 11, 26)) is None
    assert bells(NO_CALENDAR, date(2026, 11, 19)) is None


def test_summer_belongs_to_the_year_that_ended() -> None:
    span = Span("2026-27", date(2026, 8, 1), date(2027, 7, 31), guessed=False)
    for day in (date(2026, 8, 1), date(2026, 10, 14), date(2027, 7, 31)):
        assert school_year_of(SCHOOL, day) == span
    assert school_year_of(SCHOOL, date(2027, 8, 1)).guessed


def test_a_year_that_begins_in_july_begins_then() -> None:
    early = SchoolYearSet(name="2027-28", first_day=date(2027, 7, 26), last_day=date(2028, 6, 2))
    calendar = given(CALENDAR, YEAR, early).state
    assert school_year_of(calendar, date(2027, 7, 25)).name == "2026-27"
    assert school_year_of(calendar, date(2027, 7, 26)).name == "2027-28"


def test_a_year_that_begins_on_the_29th_of_february_ends() -> None:
    odd = SchoolYearSet(name="odd", first_day=date(2028, 2, 29), last_day=date(2028, 6, 2))
    calendar = given(CALENDAR, odd).state
    assert school_year_of(calendar, date(2029, 2, 27)).name == "odd"
    assert school_year_of(calendar, date(2029, 2, 28)).guessed


def test_without_a_calendar_a_school_year_runs_from_august_to_july_and_says_it_is_a_guess() -> None:
    year = Span("2026\u201327", date(2026, 8, 1), date(2027, 7, 31), guessed=True)
    assert school_year_of(NO_CALENDAR, date(2026, 8, 1)) == year
    assert school_year_of(NO_CALENDAR, date(2027, 7, 31)) == year
    assert school_year_of(NO_CALENDAR, date(2099, 12, 1)).name == "2099\u201300"


def test_without_a_calendar_every_weekday_is_taken_for_a_school_day() -> None:
    assert is_school_day(NO_CALENDAR, date(2026, 12, 25))
    assert is_business_day(NO_CALENDAR, date(2026, 12, 25))
    assert day_kind(NO_CALENDAR, date(2026, 12, 25)) is DayKind.REGULAR


@for_all(calendars(), dates, st.integers(0, 30))
def test_a_guess_is_never_late(calendar: Calendar, start: date, n: int) -> None:
    for clock in (add_school_days, add_business_days):
        assert clock(NO_CALENDAR, start, n) <= clock(calendar, start, n)
