"""Three clocks that are not the same: calendar days, school days, and days the office is open.

A weekend is neither a school day nor a business day. What no calendar says is guessed from the
weekday, which brings a deadline too early rather than too late.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from ledger.domain.calendar import AUGUST, SATURDAY, BellSchedule, Calendar, SchoolYearSet
from ledger.domain.codes import DayKind

ONE_DAY = timedelta(days=1)
NEAR = timedelta(days=90)  # before a school year, its calendar is asked for


@dataclass(frozen=True, slots=True)
class Span:
    """A school year as it holds records, its summer included; `guessed` when no calendar says."""

    name: str
    start: date
    end: date
    guessed: bool


def school_year_of(calendar: Calendar, day: date) -> Span:
    """The one school year a day belongs to, summer included; from August to July as a guess.

    A known year begins in August, or sooner when school does, and lasts until the next, a year at
    most. A guess is cut where a known year stands.
    """
    known = (span for span in _spans(calendar) if span.start <= day <= span.end)
    return next(known, None) or _guess(calendar, day)


def years_to_set(calendar: Calendar, day: date) -> list[Span]:
    """The school year of a day, and the next one once it is near, where no calendar tells of it."""
    years = (school_year_of(calendar, one) for one in (day, day + NEAR))
    return [year for year in dict.fromkeys(years) if year.guessed]


def is_school_day(calendar: Calendar, day: date) -> bool:
    """Whether pupils come."""
    year = _known_year(calendar, day)
    out = day in calendar.no_school or day in calendar.closed or day.weekday() >= SATURDAY
    return not out and (year is None or year.first_day <= day <= year.last_day)


def is_business_day(calendar: Calendar, day: date) -> bool:
    """Whether the office is open: in a break without pupils it mostly is."""
    return day.weekday() < SATURDAY and day not in calendar.closed


def school_days_between(calendar: Calendar, start: date, end: date) -> int:
    """How many school days follow `start`, up to and with `end`."""
    return sum(is_school_day(calendar, day) for day in _days_after(start, until=end))


def add_school_days(calendar: Calendar, start: date, n: int) -> date:
    """The n-th school day after `start`; `start` itself when n is 0."""
    return _nth_after(calendar, start, n, is_school_day)


def add_business_days(calendar: Calendar, start: date, n: int) -> date:
    """The n-th business day after `start`; `start` itself when n is 0."""
    return _nth_after(calendar, start, n, is_business_day)


def day_kind(calendar: Calendar, day: date) -> DayKind | None:
    """What kind of school day it is; None when there is no school."""
    if not is_school_day(calendar, day):
        return None
    year = _known_year(calendar, day)
    return DayKind.MINIMUM if year and day in year.minimum_days else DayKind.REGULAR


def bells(calendar: Calendar, day: date) -> BellSchedule | None:
    """The bells that ring on a day; None when there is no school, or nobody said when they ring."""
    year, kind = _known_year(calendar, day), day_kind(calendar, day)
    return next((s for s in year.schedules if s.kind is kind), None) if year else None


def _known_year(calendar: Calendar, day: date) -> SchoolYearSet | None:
    at = bisect(calendar.starts, day) - 1
    return calendar.years[at] if at >= 0 and day <= _end(calendar, at) else None


def _spans(calendar: Calendar) -> list[Span]:
    return [
        Span(year.name, calendar.starts[at], _end(calendar, at), guessed=False)
        for at, year in enumerate(calendar.years)
    ]


def _end(calendar: Calendar, at: int) -> date:
    """The last day of a year: the eve of the next, or a year after its own start."""
    start = calendar.starts[at]
    a_year_on = date(start.year + 1, start.month, min(start.day, 28))  # no February 29 next year
    at_most = max(calendar.years[at].last_day, a_year_on - ONE_DAY)
    return min([at_most, *(after - ONE_DAY for after in calendar.starts[at + 1 : at + 2])])


def _guess(calendar: Calendar, day: date) -> Span:
    begins = day.year if day.month >= AUGUST else day.year - 1
    start, end = date(begins, AUGUST, 1), date(begins + 1, AUGUST, 1) - ONE_DAY
    known = _spans(calendar)
    start = max([start, *(span.end + ONE_DAY for span in known if span.end < day)])
    end = min([end, *(span.start - ONE_DAY for span in known if span.start > day)])
    return Span(f"{begins}\u2013{(begins + 1) % 100:02}", start, end, guessed=True)


def _days_after(start: date, until: date) -> Iterator[date]:
    return (start + timedelta(days=n) for n in range(1, (until - start).days + 1))


def _nth_after(
    calendar: Calendar, start: date, n: int, counts: Callable[[Calendar, date], bool]
) -> date:
    counted = (day for day in _days_after(start, until=date.max) if counts(calendar, day))
    return next(islice(counted, n - 1, None)) if n else start
