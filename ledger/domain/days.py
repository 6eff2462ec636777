"""Three clocks that are not the same: calendar days, school days, and days the office is open.

A weekend is neither a school day nor a business day. What no calendar says is guessed from the
weekday, which brings a deadline too early rather than too late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from ledger.domain.calendar import SATURDAY, BellSchedule, Calendar, SchoolYearSet
from ledger.domain.codes import DayKind

ONE_DAY = timedelta(days=1)
A_YEAR = timedelta(days=365)
AUGUST = 8


@dataclass(frozen=True, slots=True)
class Span:
    """A school year as it holds records, its summer included; `guessed` when no calendar says."""

    name: str
    start: date
    end: date
    guessed: bool


def school_year_of(calendar: Calendar, day: date) -> Span:
    """The one school year a day belongs to: it lasts until the next begins, a year at most.

    A day of no known year is given one from August to July, cut where a known one stands.
    """
    year = _known_year(calendar, day)
    return _span(calendar, year) if year else _guess(calendar, day)


def is_school_day(calendar: Calendar, day: date) -> bool:
    """Whether pupils come."""
    year = _known_year(calendar, day)
    out = day in calendar.no_school or day in calendar.closed or day.weekday() >= SATURDAY
    return not out and (year is None or day <= year.last_day)


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
    """The last year to begin by that day, unless it is over for good."""
    begun = [year for year in calendar.years if year.first_day <= day]
    return begun[-1] if begun and day <= _eve_of_next(calendar, begun[-1]) else None


def _eve_of_next(calendar: Calendar, year: SchoolYearSet) -> date:
    at_most = max(year.last_day, year.first_day + A_YEAR - ONE_DAY)
    later = (other.first_day for other in calendar.years if other.first_day > year.first_day)
    return min(at_most, min(later, default=date.max) - ONE_DAY)


def _span(calendar: Calendar, year: SchoolYearSet) -> Span:
    return Span(year.name, year.first_day, _eve_of_next(calendar, year), guessed=False)


def _guess(calendar: Calendar, day: date) -> Span:
    begins = day.year if day.month >= AUGUST else day.year - 1
    start, end = date(begins, AUGUST, 1), date(begins + 1, AUGUST, 1) - ONE_DAY
    known = [_span(calendar, year) for year in calendar.years]
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
