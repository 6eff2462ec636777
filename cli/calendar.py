"""`calendar`: school days, closed days, minimum days and bells."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import click

from cli import Desk, answers, asking, pass_desk
from cli.errors import RECORDED
from ledger.domain.calendar import (
    CALENDAR,
    BellSchedule,
    Lunch,
    Period,
    SchoolYear,
    SetHolidays,
    SetSchoolYear,
    legal_holidays,
)
from ledger.domain.codes import DayKind
from ledger.domain.days import day_kind, is_business_day, school_year_of
from ledger.reports import wrapped
from ledger.said import Unclear, show_day


@click.group()
def calendar() -> None:
    """The school year: what counts as a school day, and when the bells ring.

    \b
    Examples:
      bledger calendar set --first 2026-08-12 --last 2027-06-11 --off 2026-11-23..2026-11-27
      bledger calendar show
    """


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Unclear(f"{said!r} is no day. Write it as 2026-08-12.") from None


def _days(said: tuple[str, ...]) -> tuple[date, ...]:
    """Days and stretches of days: 2026-11-11, 2026-11-23..2026-11-27."""
    found: set[date] = set()
    for one in said:
        first, _, last = one.partition("..")
        start, end = _day(first), _day(last or first)
        found |= {date.fromordinal(n) for n in range(start.toordinal(), end.toordinal() + 1)}
    return tuple(sorted(found))


def _stretch(said: str) -> tuple[str, time, time]:
    """recess=10:15-10:30"""
    try:
        name, _, clock = said.partition("=")
        start, _, end = clock.partition("-")
        return name, time.fromisoformat(start.zfill(5)), time.fromisoformat(end.zfill(5))
    except ValueError:
        raise Unclear(f"{said!r} is no period. Write it as recess=10:15-10:30.") from None


@calendar.command("set")
@click.option("--first", metavar="DAY", required=True, help="The first day of school.")
@click.option("--last", metavar="DAY", required=True, help="The last day of school.")
@click.option("--name", help="2026–27 when left out.")
@click.option("--off", multiple=True, metavar="DAY[..DAY]", help="No school.")
@click.option("--minimum", multiple=True, metavar="DAY[..DAY]", help="Minimum days.")
@click.option("--period", "periods", multiple=True, metavar="NAME=FROM-TO")
@click.option(
    "--lunch", "lunches", multiple=True, metavar="GRADE=FROM-TO", help="* for all grades."
)
@click.option(
    "--closed", multiple=True, metavar="DAY", help="Office closed too; legal holidays are."
)
@answers
@pass_desk
def set_(
    desk: Desk,
    first: str,
    last: str,
    name: str | None,
    off: tuple[str, ...],
    minimum: tuple[str, ...],
    periods: tuple[str, ...],
    lunches: tuple[str, ...],
    closed: tuple[str, ...],
) -> None:
    """Set a school year; the office is closed on the legal holidays of California.

    \b
    Examples:
      bledger calendar set --first 2026-08-12 --last 2027-06-11 --off 2026-11-23..2026-11-27
      bledger calendar set --first 2026-08-12 --last 2027-06-11 --lunch "*=12:00-12:45"
    """
    school = desk.school
    start, end = _day(first), _day(last)
    bells = BellSchedule(
        kind=DayKind.REGULAR,
        periods=tuple(Period(name=n, start=a, end=b) for n, a, b in map(_stretch, periods)),
        lunches=tuple(Lunch(grade=n, start=a, end=b) for n, a, b in map(_stretch, lunches)),
    )
    command = SetSchoolYear(
        name=name or f"{start.year}–{end.year % 100:02}",
        first_day=start,
        last_day=end,
        no_school=_days(off),
        minimum_days=_days(minimum),
        schedules=(bells,) if periods or lunches else (),
    )
    id = school.settings.school_id
    with school.record.batch():
        done = [school.do(CALENDAR, id, command, again=True)]
        for year in range(start.year, end.year + 1):
            extra = {day for day in _days(closed) if day.year == year}
            days = tuple(sorted(extra.union(legal_holidays(year))))
            done.append(school.do(CALENDAR, id, SetHolidays(year=year, closed=days), again=True))
    desk.so_far = RECORDED
    told = [line for one in done for r in one.events for line in wrapped(f"Set  {r.event}", 5)]
    fields = {"events": sum(len(one.events) for one in done), "year": command.name}
    desk.answer("calendar-set/1", fields, told or ["That is set already."])


@calendar.command()
@click.argument("day", required=False)
@answers
@pass_desk
def show(desk: Desk, day: str | None) -> None:
    """Show what kind of day DAY is, and the school years that are set.

    \b
    Examples:
      bledger calendar show
      bledger calendar show 2026-11-11
    """
    school = desk.school
    at, known = asking.day(desk, day), school.calendar
    year, kind = school_year_of(known, at), day_kind(known, at)
    fields: dict[str, Any] = {
        "day": at,
        "kind": kind.value if kind else None,
        "business_day": is_business_day(known, at),
        "school_year": {"start": year.start, "end": year.end, "guessed": year.guessed},
        "years": [
            y.model_dump(mode="json", include=set(SchoolYear.model_fields)) for y in known.years
        ],
    }
    what = f"{kind.label} day" if kind else "no school"
    guess = "  (no calendar for this year: a guess)" if year.guessed else ""
    lines = [f"{show_day(at)}  {what}{guess}", *(f"  {y}" for y in known.years)]
    desk.answer("calendar/1", fields, lines)
