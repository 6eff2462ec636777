"""The made-up school's years: which days are school days, and when the bells ring."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import chain, count, islice
from zoneinfo import ZoneInfo

from ledger.domain.calendar import (
    AUGUST,
    MONDAY,
    SATURDAY,
    THURSDAY,
    BellSchedule,
    Lunch,
    Period,
    SetHolidays,
    SetSchoolYear,
    legal_holidays,
)
from ledger.domain.codes import DayKind

ZONE = "America/Los_Angeles"
DAYS_A_YEAR = 180
AHEAD = 10  # school days within which everything about one incident is recorded
WEDNESDAY = 2
ONE_DAY = timedelta(days=1)
SUMMER = timedelta(weeks=6)
GRADES = ("TK", "K", "1", "2", "3", "4", "5")

# Bells, in minutes after midnight where they are counted with.
RECESS = "recess"
PERIODS = {
    DayKind.REGULAR: (
        ("1st period", "08:30", "09:20"),
        ("2nd period", "09:20", "10:10"),
        (RECESS, "10:10", "10:30"),
        ("3rd period", "10:30", "11:30"),
        ("4th period", "11:30", "12:50"),
        ("5th period", "12:50", "13:50"),
        ("6th period", "13:50", "14:45"),
    ),
    DayKind.MINIMUM: (
        ("1st period", "08:30", "09:15"),
        ("2nd period", "09:15", "10:10"),
        (RECESS, "10:10", "10:30"),
        ("3rd period", "10:30", "11:30"),
        ("4th period", "11:30", "12:50"),
        ("5th period", "12:50", "13:30"),
    ),
}
LUNCHES = {
    "TK": ("11:30", "12:00"),
    "K": ("11:30", "12:00"),
    "1": ("11:45", "12:15"),
    "2": ("11:45", "12:15"),
    "3": ("12:05", "12:35"),
    "4": ("12:15", "12:45"),
    "5": ("12:15", "12:45"),
}
EATING = 15  # minutes at the table; the rest of lunch is outside
Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """A school day, with the next ones of its year that are told."""

    on: date
    ahead: tuple[date, ...]

    @property
    def kind(self) -> DayKind:
        return _kind(self.on)

    @property
    def ends(self) -> int:
        """The minute at which the last bell rings."""
        return _minute(PERIODS[self.kind][-1][2])


def at(day: date, minute: int) -> datetime:
    """The instant of a day's minute on the school's clock."""
    local = datetime.combine(day, time(*divmod(minute, 60)), ZoneInfo(ZONE))
    return local.astimezone(UTC)


def school_days(start: int, days: int) -> Iterator[SchoolDay]:
    """So many school days from the year's first on, through as many school years as it takes."""
    every = islice(chain.from_iterable(map(days_of, count(start))), days)
    window = deque(islice(every, AHEAD))
    while window:
        window.extend(islice(every, 1))
        today = window.popleft()
        yield SchoolDay(today, tuple(day for day in window if day - today < SUMMER))


@lru_cache(maxsize=4)
def days_of(start: int) -> tuple[date, ...]:
    """The 180 school days of the school year that begins in this calendar year."""
    off = _off(start)
    every = (_first_day(start) + n * ONE_DAY for n in count())
    return tuple(islice((d for d in every if d.weekday() < SATURDAY and d not in off), DAYS_A_YEAR))


def nth_day(start: int, n: int) -> date:
    """The n-th school day from the year's first on."""
    years, rest = divmod(n - 1, DAYS_A_YEAR)
    return days_of(start + years)[rest]


def days_on(day: date, n: int) -> date:
    """The n-th school day after a day, told or not; the day itself when n is 0."""
    if n == 0:
        return day
    start = day.year if day >= _first_day(day.year) else day.year - 1
    ahead = (later for later in chain(days_of(start), days_of(start + 1)) if later > day)
    return next(islice(ahead, n - 1, None))


def latest_year(today: date, days: int) -> int:
    """The latest year from which so many school days are over by today."""
    return next(y for y in count(today.year, -1) if nth_day(y, days) < today)


def opens(start: int) -> datetime:
    """When the office takes in the year's roster and calendar: Monday morning before school."""
    return at(_first_day(start) - 2 * ONE_DAY, 9 * 60)


def calendar(start: int, *, first: bool) -> Iterator[SetSchoolYear | SetHolidays]:
    """What the school says of one year; of a calendar year that an earlier one said, nothing."""
    days = days_of(start)
    span = [days[0] + n * ONE_DAY for n in range((days[-1] - days[0]).days)]
    kept = frozenset(days)
    yield SetSchoolYear(
        name=f"{start}–{(start + 1) % 100:02}",
        first_day=days[0],
        last_day=days[-1],
        no_school=tuple(d for d in span if d.weekday() < SATURDAY and d not in kept),
        minimum_days=tuple(d for d in days if _kind(d) is DayKind.MINIMUM),
        schedules=tuple(map(_schedule, PERIODS)),
    )
    for year in (start, start + 1) if first else (start + 1,):
        closed = sorted({*legal_holidays(year), _nth(MONDAY, year, 10, 2)})
        yield SetHolidays(year=year, closed=tuple(closed))


def _first_day(start: int) -> date:
    return _nth(WEDNESDAY, start, AUGUST, 2)


def _off(start: int) -> frozenset[date]:
    """Weekdays without pupils: holidays, breaks, and two days on which only adults come."""
    presidents = _nth(MONDAY, start + 1, 2, 3)
    breaks = (
        _week_of(_nth(THURSDAY, start, 11, 4)),
        _week_of(date(start, 12, 24), weeks=3),
        _week_of(presidents),
        _week_of(_nth(MONDAY, start + 1, 4, 1)),
    )
    lincoln, october = presidents - 3 * ONE_DAY, _nth(MONDAY, start, 10, 2)
    adults = (_nth(MONDAY, start, 11, 1), _nth(MONDAY, start + 1, 3, 2))
    holidays = (*legal_holidays(start), *legal_holidays(start + 1), lincoln, october)
    return frozenset(chain(holidays, adults, *breaks))


def _nth(weekday: int, year: int, month: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7, weeks=nth - 1)


def _week_of(day: date, weeks: int = 1) -> list[date]:
    monday = day - day.weekday() * ONE_DAY
    return [monday + n * ONE_DAY for n in range(7 * weeks)]


def _kind(day: date) -> DayKind:
    return DayKind.MINIMUM if day.weekday() == WEDNESDAY else DayKind.REGULAR


def _schedule(kind: DayKind) -> BellSchedule:
    clock = time.fromisoformat
    periods = (Period(name=n, start=clock(a), end=clock(b)) for n, a, b in PERIODS[kind])
    lunches = (Lunch(grade=g, start=clock(a), end=clock(b)) for g, (a, b) in LUNCHES.items())
    return BellSchedule(kind=kind, periods=tuple(periods), lunches=tuple(lunches))


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def period_at(kind: DayKind, minute: int) -> str | None:
    """What the school calls this minute; None before the first bell and after the last."""
    spans = ((name, _minute(a), _minute(b)) for name, a, b in PERIODS[kind])
    return next((name for name, start, end in spans if start <= minute < end), None)


@cache
def stretches(kind: DayKind, grade: str) -> Mapping[str, tuple[Stretch, ...]]:
    """The parts of a day of this grade, by what goes on in them."""
    eats, back = map(_minute, LUNCHES[grade])
    bells = [(name, _minute(a), _minute(b)) for name, a, b in PERIODS[kind]]
    lessons = [(a, b) for name, a, b in bells if name != RECESS]
    taught = [p for a, b in lessons for p in ((a, min(b, eats)), (max(a, back), b)) if p[0] < p[1]]
    return {
        "lesson": tuple(dict.fromkeys(taught)),
        "recess": tuple((a, b) for name, a, b in bells if name == RECESS),
        "lunch": ((eats + 3, eats + EATING),),
        "after lunch": ((eats + EATING, back),),
        "passing": tuple((a - 2, a + 3) for _, a, _ in bells[1:]),
        "leaving": ((bells[-1][2], bells[-1][2] + 12),),
    }
