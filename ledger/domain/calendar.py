"""One school's calendar: its school years with their bells, and the days its office is closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Annotated, assert_never

from pydantic import Field

from ledger.domain import Command, Decider, Event, Refused, Value
from ledger.domain.codes import DayKind

LONGEST_YEAR = 400  # days
EVERY_GRADE = "*"
AUGUST = 8
Name = Annotated[str, Field(min_length=1, max_length=40)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
Days = Annotated[tuple[Day, ...], Field(max_length=LONGEST_YEAR)]
MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6


# What a calendar is made of.


class Stretch(Value):
    """A stretch of a day, in local time."""

    start: time
    end: time


class Period(Stretch):
    """A stretch of the day under the name that the school calls it by."""

    name: Name

    def __str__(self) -> str:
        return self.name


class Lunch(Stretch):
    """When a grade eats, or everybody."""

    grade: Name = EVERY_GRADE

    def __str__(self) -> str:
        return "lunch" if self.grade == EVERY_GRADE else f"lunch of grade {self.grade}"


class BellSchedule(Value):
    """The bells of one kind of day."""

    kind: DayKind
    periods: Annotated[tuple[Period, ...], Field(max_length=40)] = ()
    lunches: Annotated[tuple[Lunch, ...], Field(max_length=40)] = ()

    def lunch_of(self, grade: str) -> Lunch | None:
        """When this grade eats: its own lunch, or everybody's."""
        by_grade = {lunch.grade: lunch for lunch in self.lunches}
        return by_grade.get(grade) or by_grade.get(EVERY_GRADE)


class SchoolYear(Value):
    """A school year: its first and last day, and the days between that are not as the others."""

    name: Name
    first_day: Day
    last_day: Day
    no_school: Days = ()
    minimum_days: Days = ()
    schedules: tuple[BellSchedule, ...] = ()


class Holidays(Value):
    """The days of a calendar year on which the office is closed; winter break is mostly open."""

    year: Annotated[int, Field(ge=1900, le=2999)]
    closed: Days


# Events


class SchoolYearSet(SchoolYear, Event):
    """The school said when a school year runs and which bells ring."""

    def __str__(self) -> str:
        return (
            f"school year {self.name}: {spoken(self.first_day)} to {spoken(self.last_day)}, "
            f"days without school: {len(self.no_school)}, minimum days: {len(self.minimum_days)}"
        )


class HolidaysSet(Holidays, Event):
    """The school said on which days of a calendar year its office is closed."""

    def __str__(self) -> str:
        return f"office closed in {self.year}: {', '.join(map(spoken, self.closed)) or 'never'}"


CalendarEvent = SchoolYearSet | HolidaysSet


def spoken(day: date) -> str:
    """A day as people here write it, with its weekday."""
    return f"{day:%a %b} {day.day} {day.year}"


# State: all of it is asked by the clocks in `days.py`.


@dataclass(frozen=True)
class Calendar:
    """What the school has said so far, in the order of the days it is about."""

    years: tuple[SchoolYearSet, ...] = ()
    holidays: tuple[HolidaysSet, ...] = ()

    @cached_property
    def starts(self) -> tuple[date, ...]:
        """The day from which each year holds what happens: August 1, or sooner when school is."""
        august = (min(y.first_day, date(y.first_day.year, AUGUST, 1)) for y in self.years)
        free = (date.min, *(year.last_day + timedelta(days=1) for year in self.years))
        return tuple(map(max, august, free))

    @cached_property
    def closed(self) -> frozenset[date]:
        """Every day on which the office is closed."""
        return frozenset(day for holidays in self.holidays for day in holidays.closed)

    @cached_property
    def no_school(self) -> frozenset[date]:
        """Every day that was taken out of a school year."""
        return frozenset(day for year in self.years for day in year.no_school)


def evolve(calendar: Calendar, event: CalendarEvent) -> Calendar:
    """What is said again about a year replaces what was said before."""
    match event:
        case SchoolYearSet():
            others = (year for year in calendar.years if year.name != event.name)
            years = sorted((*others, event), key=lambda year: year.first_day)
            return replace(calendar, years=tuple(years))
        case HolidaysSet():
            rest = (said for said in calendar.holidays if said.year != event.year)
            holidays = sorted((*rest, event), key=lambda said: said.year)
            return replace(calendar, holidays=tuple(holidays))
        case _:
            assert_never(event)


# Commands


class SetSchoolYear(SchoolYear, Command):
    """Say when a school year runs."""


class SetHolidays(Holidays, Command):
    """Say on which days of a calendar year the office is closed."""


CalendarCommand = SetSchoolYear | SetHolidays


def decide(command: CalendarCommand, calendar: Calendar) -> list[CalendarEvent]:
    """A year that can be, or a refusal; nothing when it was said before."""
    said: CalendarEvent
    match command:
        case SetSchoolYear():
            _refuse_first(_faults_of_year(command, calendar))
            said = command.became(
                SchoolYearSet,
                no_school=_in_order(command.no_school),
                minimum_days=_in_order(command.minimum_days),
            )
        case SetHolidays():
            _refuse_first(_faults_of_holidays(command))
            said = command.became(HolidaysSet, closed=_in_order(command.closed))
        case _:
            assert_never(command)
    return [] if said in (*calendar.years, *calendar.holidays) else [said]


def _refuse_first(faults: Iterator[str]) -> None:
    for fault in faults:
        raise Refused(fault)


def _in_order(days: tuple[date, ...]) -> tuple[date, ...]:
    return tuple(sorted(set(days)))


def _faults_of_year(year: SchoolYear, calendar: Calendar) -> Iterator[str]:
    yield from _faults_of_span(year)
    yield from _faults_of_days(year)
    yield from _faults_beside(year, calendar)
    yield from _twice(f"a {schedule.kind.label} day's schedule" for schedule in year.schedules)
    for schedule in year.schedules:
        yield from _faults_of_bells(schedule)


def _faults_beside(year: SchoolYear, calendar: Calendar) -> Iterator[str]:
    for other in calendar.years:
        if other.name != year.name and _overlap(year, other):
            yield (
                f"{year.name} overlaps with {other.name} ({spoken(other.first_day)} to "
                f"{spoken(other.last_day)}): set that one first, or use its name to change it"
            )


def _overlap(one: SchoolYear, other: SchoolYear) -> bool:
    return one.first_day <= other.last_day and other.first_day <= one.last_day


def _faults_of_span(year: SchoolYear) -> Iterator[str]:
    if year.last_day <= year.first_day:
        yield (
            f"the last day ({spoken(year.last_day)}) must come after the first "
            f"({spoken(year.first_day)})"
        )
    length = (year.last_day - year.first_day).days + 1
    if length > LONGEST_YEAR:
        yield f"{year.name} is {length} days long, at most {LONGEST_YEAR}: check its last day"


def _faults_of_days(year: SchoolYear) -> Iterator[str]:
    for day in (*year.no_school, *year.minimum_days):
        if not year.first_day <= day <= year.last_day:
            yield f"{spoken(day)} is not in {year.name}: it must be between its first and last day"
    for day in year.minimum_days:
        if day in year.no_school:
            yield f"{spoken(day)} is both a minimum day and a day without school: keep one"
        if day.weekday() >= SATURDAY:
            yield f"the minimum day {spoken(day)} is on a weekend: check its date"


def _faults_of_bells(schedule: BellSchedule) -> Iterator[str]:
    on = f"on a {schedule.kind.label} day"
    parts: tuple[Stretch, ...] = (*schedule.periods, *schedule.lunches)
    for part in parts:
        if part.end <= part.start:
            yield f"{on} {part} must end after it begins ({part.start:%H:%M})"
    for before, after in pairwise(schedule.periods):
        if after.start < before.end:
            yield (
                f"{on} {after} begins at {after.start:%H:%M}, before {before} ends "
                f"({before.end:%H:%M}): give the periods in their order"
            )
    yield from _twice(f"{on} {part}" for part in parts)


def _twice(names: Iterable[str]) -> Iterator[str]:
    for name, times in Counter(names).items():
        if times > 1:
            yield f"{name} is given {times} times: give it once"


def _faults_of_holidays(holidays: Holidays) -> Iterator[str]:
    for day in holidays.closed:
        if day.year != holidays.year:
            yield f"{spoken(day)} is not in {holidays.year}: set each calendar year by itself"


CALENDAR = Decider("calendar", Calendar(), decide, evolve, CalendarEvent)


# Legal holidays, to start from: Ed Code 37220, with Juneteenth and the day after Thanksgiving, on
# which offices are closed too. Lincoln Day (the Monday or Friday of the week of February 12) is
# for each school to place; Cesar Chavez Day and Native American Day are for it to agree on.

FIXED = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))
NTH_WEEKDAY = ((1, MONDAY, 3), (2, MONDAY, 3), (9, MONDAY, 1), (11, THURSDAY, 4))


def legal_holidays(year: int) -> tuple[date, ...]:
    """The weekdays of a calendar year on which California's public offices observe a holiday."""
    fixed = [_observed(date(y, month, day)) for y in (year, year + 1) for month, day in FIXED]
    nth = [_nth_weekday(year, *rule) for rule in NTH_WEEKDAY]
    memorial_day = _nth_weekday(year, 6, MONDAY, 1) - timedelta(weeks=1)
    after_thanksgiving = nth[-1] + timedelta(days=1)
    days = (*fixed, *nth, memorial_day, after_thanksgiving)
    # New Year on a Saturday is observed in the year before: both its own and the next are looked at
    return tuple(sorted(day for day in days if day.year == year))


def _observed(day: date) -> date:
    """The Friday before a Saturday, the Monday after a Sunday."""
    return day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7, weeks=nth - 1)
