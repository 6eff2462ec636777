"""`calendar`: school days, closed days, minimum days and bells."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import Desk, answers, asking, pass_desk
from cli.errors import RECORDED, Failed
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

if TYPE_CHECKING:
    from ledger.imports.calendar_year import Merged
    from ledger.imports.calendars import Passed, Told

AHEAD = timedelta(days=1_000)  # how far ahead an event that repeats is followed
SHOWN = 30  # problems, and events that were not taken, on a screen


@click.group()
def calendar() -> None:
    """The school year: what counts as a school day, and when the bells ring.

    \b
    Examples:
      bledger calendar set --first 2026-08-12 --last 2027-06-11 --off 2026-11-23..2026-11-27
      bledger calendar import school.ics
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


@calendar.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--year", metavar="YEAR", default="", help="2026-27: when FILE speaks of several.")
@click.option("--first", metavar="DAY", help="The first day of school, whatever FILE says.")
@click.option("--last", metavar="DAY", help="The last day of school, whatever FILE says.")
@click.option(
    "--no-school", multiple=True, metavar="WORD", help="Events with this in their title: no school."
)
@click.option(
    "--minimum", multiple=True, metavar="WORD", help="Events with this in their title: minimum day."
)
@click.option("--dry-run", is_flag=True, help="Say what would change, day by day; record nothing.")
@answers
@pass_desk
def import_(
    desk: Desk,
    path: Path,
    year: str,
    first: str | None,
    last: str | None,
    no_school: tuple[str, ...],
    minimum: tuple[str, ...],
    dry_run: bool,
) -> int:
    """Take in the calendar of a school year. What FILE does not speak of stays as it is set.

    FILE is a calendar that Google, Outlook or Apple exported (.ics), a OneRoster folder or zip, or
    a CSV with the columns date, kind and name; start and end in place of date for stretches. The
    kinds are no-school, minimum, closed (the office), holiday (both), first-day and last-day.
    Bells are rows with kind (regular or minimum), part (period or lunch), name (of the period, or
    the grades), start and end.

    \b
    Examples:
      bledger calendar import school.ics --dry-run
      bledger calendar import school.ics --year 2026-27 --no-school "ski week"
      bledger calendar import days.csv --first 2026-08-12 --last 2027-06-10
      bledger calendar import bells.csv
    """
    from ledger.imports.calendar_year import Wanted, merge
    from ledger.imports.calendars import How, Mark, read

    if not path.exists():
        raise Failed(f"{path} is not there. Give the calendar's file, or the OneRoster folder.")
    school, today = desk.school, desk.school.now.date()
    own = {Mark.NO_SCHOOL: no_school, Mark.MINIMUM: minimum}
    told = read(path, How(school.settings.zone, today + AHEAD, own))
    ends = {Mark.FIRST: first, Mark.LAST: last}
    wanted = Wanted(year, {mark: _day(said) for mark, said in ends.items() if said})
    merged = merge(told, school.calendar, wanted, today)
    if merged.commands and not dry_run:
        with school.record.batch():
            for command in merged.commands:
                school.do(CALENDAR, school.settings.school_id, command, again=True)
        desk.so_far = RECORDED
    desk.answer("calendar-import/1", _fields(told, merged, dry_run), _lines(told, merged, dry_run))
    return 1 if any(problem.refused for problem in merged.problems) else 0


def _fields(told: Told, merged: Merged, dry_run: bool) -> dict[str, Any]:
    year = merged.year
    return {
        "year": year.name,
        "first_day": year.first_day,
        "last_day": year.last_day,
        "dry_run": dry_run,
        "events": 0 if dry_run else len(merged.commands),
        "changes": [asdict(one) for one in merged.changes],
        "bells": merged.bells,
        "problems": [asdict(problem) for problem in merged.problems],
        "not_taken": [asdict(passed) for passed in told.passed],
        "terms": told.terms,
        "of_other_years": merged.elsewhere,
        "outside": merged.outside,
    }


def _lines(told: Told, merged: Merged, dry_run: bool) -> list[str]:
    """What changed day by day, what is wrong, and what was not taken."""
    year = merged.year
    did = "would change" if dry_run else "changed"
    counts = {"days": len(merged.changes), "bells": len(merged.bells)}
    much = ", ".join(f"{what} that {did}: {count}" for what, count in counts.items() if count)
    news = much or "that is set already"
    lines = [f"{year.name}, {show_day(year.first_day)} to {show_day(year.last_day)}: {news}"]
    lines += [f"  {one}" for one in (*merged.changes, *merged.bells)]
    lines += _some([str(problem) for problem in merged.problems], "problems")
    if told.passed:
        lines.append(f"Events not taken: {sum(passed.times for passed in told.passed)}")
        lines += _some([_not_taken(passed) for passed in told.passed], "titles")
    lines += _some([f"Term, not kept: {term}" for term in told.terms], "terms")
    if merged.outside:
        lines.append(f"Days without school outside the school year, not kept: {merged.outside}")
    if merged.elsewhere:
        lines.append(f"Of other school years, not taken: {merged.elsewhere}; see --year")
    return [short for line in lines for short in wrapped(line, 6)]


def _not_taken(passed: Passed) -> str:
    times = f" ({passed.times} times)" if passed.times > 1 else ""
    return f"{passed.title}{times}: {passed.why}"


def _some(lines: list[str], what: str) -> list[str]:
    more = len(lines) - SHOWN
    rest = [f"  … and {more} more {what}: --json lists all"] if more > 0 else []
    return [f"  {line}" for line in lines[:SHOWN]] + rest


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
