"""The school's calendar: what can be set, what is refused, and California's holidays."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import ValidationError
from spec import given

from ledger.domain.calendar import (
    CALENDAR,
    BellSchedule,
    HolidaysSet,
    Lunch,
    Period,
    SchoolYearSet,
    SetHolidays,
    SetSchoolYear,
    legal_holidays,
)
from ledger.domain.codes import DayKind

FIRST, LAST = date(2026, 8, 12), date(2027, 6, 11)
LABOR_DAY, FALL_MINIMUM = date(2026, 9, 7), date(2026, 11, 20)


def at(hour: int, minute: int = 0) -> time:
    return time(hour, minute)


REGULAR = BellSchedule(
    kind=DayKind.REGULAR,
    periods=(
        Period(name="1st period", start=at(8, 15), end=at(9)),
        Period(name="2nd period", start=at(9), end=at(9, 45)),
    ),
    lunches=(
        Lunch(start=at(12), end=at(12, 40)),
        Lunch(grade="K", start=at(11, 30), end=at(12)),
    ),
)
FACTS: dict[str, Any] = {
    "name": "2026-27",
    "first_day": FIRST,
    "last_day": LAST,
    "no_school": (LABOR_DAY,),
    "minimum_days": (FALL_MINIMUM,),
    "schedules": (REGULAR,),
}
YEAR = SchoolYearSet(**FACTS)
SET = SetSchoolYear(**FACTS)


def year_with(**more: Any) -> SetSchoolYear:
    return SetSchoolYear(**(FACTS | more))


def bells_with(*periods: Period, lunches: tuple[Lunch, ...] = ()) -> SetSchoolYear:
    schedule = BellSchedule(kind=DayKind.REGULAR, periods=periods, lunches=lunches)
    return year_with(schedules=(schedule,))


# Setting


def test_a_school_year_is_set_once_however_often_it_is_said() -> None:
    given(CALENDAR).when(SET).then(YEAR).when(SET).then()


def test_days_are_kept_in_order_and_once() -> None:
    day = date(2026, 11, 25)
    said = year_with(no_school=(day, LABOR_DAY, day))
    kept = YEAR.model_copy(update={"no_school": (LABOR_DAY, day)})
    given(CALENDAR).when(said).then(kept).when(said).then()


def test_a_year_said_again_under_its_name_replaces_what_was_said() -> None:
    longer = YEAR.model_copy(update={"last_day": date(2027, 6, 18)})
    after = given(CALENDAR, YEAR).when(year_with(last_day=longer.last_day)).then(longer)
    assert after.state.years == (longer,)


def test_years_stand_in_the_order_of_their_days() -> None:
    next_year = SchoolYearSet(
        name="1st year", first_day=date(2027, 8, 11), last_day=date(2028, 6, 9)
    )
    assert given(CALENDAR, next_year, YEAR).state.years == (YEAR, next_year)
    assert given(CALENDAR, YEAR, next_year).state.years == (YEAR, next_year)


def test_holidays_are_set_once_and_replaced_by_calendar_year() -> None:
    christmas, eve = date(2026, 12, 25), date(2026, 12, 24)
    said = SetHolidays(year=2026, closed=(christmas, eve, eve))
    first = HolidaysSet(year=2026, closed=(eve, christmas))
    later = HolidaysSet(year=2026, closed=(christmas,))
    story = given(CALENDAR).when(said).then(first).when(said).then()
    story = story.when(SetHolidays(year=2026, closed=(christmas,))).then(later)
    assert story.state.closed == {christmas}
    story.when(SetHolidays(year=2027, closed=())).then(HolidaysSet(year=2027, closed=()))


def test_the_legal_holidays_of_any_year_can_be_set() -> None:
    for year in range(2020, 2040):
        closed = legal_holidays(year)
        said = SetHolidays(year=year, closed=closed)
        given(CALENDAR).when(said).then(HolidaysSet(year=year, closed=closed))


def test_a_calendar_event_is_a_sentence() -> None:
    assert str(YEAR) == (
        "school year 2026-27: Wed Aug 12 2026 to Fri Jun 11 2027, "
        "days without school: 1, minimum days: 1"
    )
    closed = HolidaysSet(year=2026, closed=(LABOR_DAY,))
    assert str(closed) == "office closed in 2026: Mon Sep 7 2026"
    assert str(HolidaysSet(year=2026, closed=())) == "office closed in 2026: never"


# Refusing


REFUSED = {
    "a last day before the first": (
        year_with(first_day=LAST, last_day=FIRST),
        "the last day (Wed Aug 12 2026) must come after the first (Fri Jun 11 2027)",
    ),
    "a year of one day": (year_with(last_day=FIRST), "must come after the first"),
    "a year of more than 400 days": (
        year_with(last_day=FIRST + timedelta(days=400)),
        "2026-27 is 401 days long, at most 400",
    ),
    "a day without school outside the year": (
        year_with(no_school=(LAST + timedelta(days=1),)),
        "Sat Jun 12 2027 is not in 2026-27",
    ),
    "a minimum day outside the year": (
        year_with(minimum_days=(FIRST - timedelta(days=1),)),
        "Tue Aug 11 2026 is not in 2026-27",
    ),
    "a minimum day without school": (
        year_with(minimum_days=(LABOR_DAY,)),
        "Mon Sep 7 2026 is both a minimum day and a day without school",
    ),
    "a minimum day on a weekend": (
        year_with(minimum_days=(date(2026, 11, 21),)),
        "the minimum day Sat Nov 21 2026 is on a weekend",
    ),
    "two schedules of one kind": (
        year_with(schedules=(REGULAR, REGULAR)),
        "a regular day's schedule is given 2 times",
    ),
    "a period that ends before it begins": (
        bells_with(Period(name="1st period", start=at(9), end=at(8))),
        "on a regular day 1st period must end after it begins (09:00)",
    ),
    "periods out of order": (
        bells_with(*reversed(REGULAR.periods)),
        "1st period begins at 08:15, before 2nd period ends (09:45)",
    ),
    "periods that overlap": (
        bells_with(
            Period(name="1st period", start=at(8), end=at(9)),
            Period(name="2nd period", start=at(8, 59), end=at(10)),
        ),
        "2nd period begins at 08:59, before 1st period ends (09:00)",
    ),
    "two periods of one name": (
        bells_with(
            Period(name="recess", start=at(10), end=at(11)),
            Period(name="recess", start=at(13), end=at(14)),
        ),
        "on a regular day recess is given 2 times",
    ),
    "a lunch that ends before it begins": (
        bells_with(lunches=(Lunch(grade="2", start=at(12), end=at(12)),)),
        "lunch of grade 2 must end after it begins (12:00)",
    ),
    "two lunches for everybody": (
        bells_with(lunches=REGULAR.lunches[:1] * 2),
        "on a regular day lunch is given 2 times",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_year_that_cannot_be_is_refused(case: str) -> None:
    command, sentence = REFUSED[case]
    given(CALENDAR).when(command).refused(sentence)


def test_a_year_of_exactly_400_days_is_accepted() -> None:
    last = FIRST + timedelta(days=399)
    given(CALENDAR).when(year_with(last_day=last)).then(YEAR.model_copy(update={"last_day": last}))


def test_two_school_years_do_not_overlap() -> None:
    other = year_with(name="2027-28", first_day=LAST, last_day=date(2028, 6, 9))
    free = {"no_school": (), "minimum_days": ()}
    given(CALENDAR, YEAR).when(other.model_copy(update=free)).refused("overlaps with 2026-27")
    before = free | {"first_day": date(2025, 8, 13), "last_day": FIRST}
    given(CALENDAR, YEAR).when(other.model_copy(update=before)).refused("overlaps with 2026-27")
    day_after = free | {"first_day": LAST + timedelta(days=1)}
    begun = SchoolYearSet(**(dict(other) | day_after))
    given(CALENDAR, YEAR).when(other.model_copy(update=day_after)).then(begun)


def test_a_holiday_of_another_calendar_year_is_refused() -> None:
    said = SetHolidays(year=2026, closed=(date(2027, 1, 1),))
    given(CALENDAR).when(said).refused("Fri Jan 1 2027 is not in 2026")


def test_a_year_out_of_this_age_is_an_error() -> None:
    with pytest.raises(ValidationError):
        year_with(first_day=date(1, 1, 1))
    with pytest.raises(ValidationError):
        SetHolidays(year=9999, closed=())


# Lunch


def test_a_grade_eats_at_its_own_lunch_or_at_everybodys() -> None:
    everybody, kindergarten = REGULAR.lunches
    assert REGULAR.lunch_of("K") == kindergarten
    assert REGULAR.lunch_of("4") == everybody
    assert BellSchedule(kind=DayKind.MINIMUM).lunch_of("4") is None


# Legal holidays


def test_the_legal_holidays_of_2026() -> None:
    assert legal_holidays(2026) == (
        date(2026, 1, 1),
        date(2026, 1, 19),
        date(2026, 2, 16),
        date(2026, 5, 25),
        date(2026, 6, 19),
        date(2026, 7, 3),  # July 4 is a Saturday
        LABOR_DAY,
        date(2026, 11, 11),
        date(2026, 11, 26),
        date(2026, 11, 27),
        date(2026, 12, 25),
    )


def test_new_year_on_a_saturday_is_observed_in_the_year_before() -> None:
    assert legal_holidays(2021)[-1] == date(2021, 12, 31)
    assert legal_holidays(2022)[0] == date(2022, 1, 17)


def test_new_year_on_a_sunday_is_observed_on_the_monday() -> None:
    assert legal_holidays(2023)[0] == date(2023, 1, 2)


@for_all(st.integers(1900, 2998))
def test_legal_holidays_are_weekdays_of_their_year_and_none_is_lost_between_years(
    year: int,
) -> None:
    both = (*legal_holidays(year), *legal_holidays(year + 1))
    assert list(both) == sorted(set(both))
    assert all(day.weekday() < 5 for day in both)
    assert {day.year for day in legal_holidays(year)} == {year}
    for month, day in ((7, 4), (11, 11), (12, 25), (6, 19)):
        assert any(abs((kept - date(year, month, day)).days) <= 1 for kept in both)
    assert any(abs((kept - date(year + 1, 1, 1)).days) <= 1 for kept in both)


@for_all(st.integers(1900, 2999))
def test_thanksgiving_is_the_fourth_thursday_and_the_day_after_is_free(year: int) -> None:
    thursdays = [d for n in range(1, 31) if (d := date(year, 11, n)).weekday() == 3]
    assert {thursdays[3], thursdays[3] + timedelta(days=1)} <= set(legal_holidays(year))


@for_all(st.integers(1900, 2999))
def test_memorial_day_is_the_last_monday_of_may(year: int) -> None:
    mondays = [d for n in range(1, 32) if (d := date(year, 5, n)).weekday() == 0]
    assert [d for d in legal_holidays(year) if d.month == 5] == mondays[-1:]
