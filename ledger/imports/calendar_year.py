"""What a file says beside what is set: one school year, merged, and what that changes by day.

An import changes only what it speaks of. What cannot be is a problem of its line; the rest goes in.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from pydantic import ValidationError

from ledger.domain import Refused
from ledger.domain.calendar import (
    CALENDAR,
    BellSchedule,
    Calendar,
    CalendarCommand,
    Lunch,
    Period,
    SchoolYear,
    SetHolidays,
    SetSchoolYear,
    legal_holidays,
    spoken,
)
from ledger.domain.codes import DayKind
from ledger.domain.days import school_year_of
from ledger.imports import Problem
from ledger.imports.calendars import Mark, Rung, Said, Told, shown
from ledger.said import Unclear, show_time

NEAR = timedelta(days=100)  # what is said of a year's end is not further from what was
JUNE, JULY = 6, 7
LEGAL = "legal holiday in California"
END_OF = {Mark.FIRST: "first", Mark.LAST: "last"}
DECIDES = (Mark.MINIMUM, Mark.CLOSED, Mark.NO_SCHOOL, Mark.LAST, Mark.FIRST)  # the later holds


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for beside the file: which school year, and its ends."""

    year: str = ""
    ends: Mapping[Mark, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What a day is from now on, what it was, and the file's word for it."""

    day: date
    now: str
    was: str
    name: str

    def __str__(self) -> str:
        before = f" (was: {self.was})" if self.was else ""
        return f"{spoken(self.day)}  {self.now}{before}  {self.name}".rstrip()


@dataclass(frozen=True)
class Merged:
    """What there is to do, what it changes, and what could not be taken."""

    year: SchoolYear
    commands: tuple[CalendarCommand, ...]
    changes: tuple[Change, ...]
    bells: tuple[str, ...]  # what rings otherwise than before
    problems: tuple[Problem, ...]
    elsewhere: int  # how much the file says of other school years
    outside: int  # days without school that lie before the first day or after the last


def merge(told: Told, calendar: Calendar, wanted: Wanted, today: date) -> Merged:
    """One school year of a file beside what is set.

    Raises Unclear when it is not clear which year or where it ends, Refused when it cannot be.
    """
    name = _chosen(told, calendar, wanted, today)
    known = next((year for year in calendar.years if year.name == name), None)
    first, last = (_end(told, calendar, wanted, name, mark, known) for mark in END_OF)
    CALENDAR.decide(SetSchoolYear(name=name, first_day=first, last_day=last), calendar)
    mine = [one for one in told.said if _touches(one, calendar, name, first, last)]
    days = _Days(told.file, first, last, mine)
    begun = () if known else range(first.year, last.year + 1)
    holidays = _holidays(calendar, days.of[Mark.CLOSED], begun)
    closed = calendar.closed.union(*(one.closed for one in holidays))
    year = _with_bells(told, days.joined(name, known, closed), calendar, days.problems)
    commands, after = _news([year, *holidays], calendar)
    return Merged(
        year=year,
        commands=commands,
        changes=tuple(_changes(calendar, after, name, days.names)),
        bells=tuple(_rung_otherwise(known.schedules if known else (), year.schedules)),
        problems=(*told.problems, *days.problems),
        elsewhere=len(told.said) - len(mine),
        outside=days.outside,
    )


# Which school year


def _chosen(told: Told, calendar: Calendar, wanted: Wanted, today: date) -> str:
    """The name of the one year that is meant."""
    spoken_of: dict[str, set[Mark]] = defaultdict(set)
    for one in told.said:
        spoken_of[_year_of(calendar, one.mark, one.first)].add(one.mark)
    if wanted.year:
        return _asked(wanted, {*spoken_of, *(year.name for year in calendar.years)})
    for mark, day in wanted.ends.items():
        return _year_of(calendar, mark, day)
    for tier in _tiers(spoken_of, calendar, today):
        if len(tier) == 1:
            return tier[0]
        if tier:
            many = _listed(tier)
            raise Unclear(f"{told.file} speaks of {many}: say which with --year {_plain(tier[0])}")
    raise Unclear(
        f"{told.file} names no school year: say which with --year 2026-27, or set one first: "
        "bledger calendar set --first … --last …"
    )


def _tiers(
    spoken_of: Mapping[str, Collection[Mark]], calendar: Calendar, today: date
) -> Iterator[list[str]]:
    """The years that may be meant, those of which most is said before the others."""
    ends = {name: len(END_OF.keys() & marks) for name, marks in spoken_of.items()}
    known = {year.name for year in calendar.years}
    now = school_year_of(calendar, today)
    yield sorted(name for name, count in ends.items() if count == 2)
    yield sorted(name for name, count in ends.items() if count == 1)
    yield sorted(name for name in spoken_of if name in known)
    yield sorted(spoken_of)
    yield [] if now.guessed else [now.name]
    yield sorted(known)


def _year_of(calendar: Calendar, mark: Mark, day: date) -> str:
    """The school year that a file's word of this day is about."""
    if mark not in END_OF:
        return school_year_of(calendar, day).name
    for year in calendar.years:
        if abs((year.first_day if mark is Mark.FIRST else year.last_day) - day) <= NEAR:
            return year.name
    this = day.month >= JUNE if mark is Mark.FIRST else day.month > JULY
    return _named(day.year if this else day.year - 1)


def _named(begins: int) -> str:
    return f"{begins}–{(begins + 1) % 100:02}"


def _plain(name: str) -> str:
    return name.replace("–", "-")


def _asked(wanted: Wanted, names: Collection[str]) -> str:
    """The year of this name: 2026-27, 2026–2027, 2026, or as the school calls it."""
    begins = re.match(r"\s*(\d{4})(?!\d)", wanted.year)
    meant = _named(int(begins[1])) if begins else wanted.year
    same = _plain(meant), _plain(wanted.year)
    found = [name for name in sorted(names) if _plain(name) in same]
    if found or (begins and len(wanted.ends) == len(END_OF)):
        return found[0] if found else meant
    there = f"there is {_listed(names)}" if names else "say --first and --last too"
    raise Unclear(f"nothing is said of the school year {shown(wanted.year)}: {there}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _end(
    told: Told,
    calendar: Calendar,
    wanted: Wanted,
    name: str,
    mark: Mark,
    known: SchoolYear | None,
) -> date:
    """The first or last day of the year: as it was asked for, as the file says, or as it is set."""
    if mark in wanted.ends:
        return wanted.ends[mark]
    said = {
        one.first: one.line
        for one in told.said
        if one.mark is mark and _year_of(calendar, mark, one.first) == name
    }
    before = (known.first_day if mark is Mark.FIRST else known.last_day) if known else None
    if before is not None and (not said or before in said):
        return before
    if len(said) == 1:
        return min(said)
    raise Unclear(_question(told.file, name, END_OF[mark], said))


def _question(file: str, name: str, end: str, said: Mapping[date, int]) -> str:
    """What to ask when a file says no end of a year, or several."""
    if not said:
        return f"{file} does not say the {end} day of school of {name}: say it with --{end} DAY"
    days = ", ".join(f"{spoken(day)} (line {line})" for day, line in sorted(said.items()))
    many = f"{file} gives {len(said)} {end} days of school of {name}: {days}"
    return f"{many}; say which with --{end} {min(said)}"


def _touches(one: Said, calendar: Calendar, name: str, first: date, last: date) -> bool:
    inside = one.first <= last and first <= one.last
    return _year_of(calendar, one.mark, one.first) == name or (inside and one.mark not in END_OF)


# Its days


class _Days:
    """What a file says of one year's days, and which of it cannot be."""

    def __init__(self, file: str, first: date, last: date, said: Iterable[Said]) -> None:
        self.file, self.first, self.last = file, first, last
        self.of: dict[Mark, dict[date, Said]] = {mark: {} for mark in Mark}
        self.problems: list[Problem] = []
        for one in said:
            days = list(one.weekdays)
            if not days and one.mark is Mark.MINIMUM:
                self._refuse(one.line, f"the minimum day {spoken(one.first)} is on a weekend")
            for day in days:
                self.of[one.mark].setdefault(day, one)
        self.times = Counter(one.line for one in self.of[Mark.MINIMUM].values())
        self.outside = sum(not self._in(day) for day in self.of[Mark.NO_SCHOOL])

    @property
    def names(self) -> dict[date, str]:
        """What each day is called: by what decided over it, whatever else falls on it."""
        named: dict[date, str] = {}
        for mark in DECIDES:
            named |= {day: one.name for day, one in self.of[mark].items() if one.name}
        return named

    def joined(
        self, name: str, known: SchoolYear | None, closed: Collection[date]
    ) -> SetSchoolYear:
        """The year with what was set of it, where the file does not say otherwise."""
        off = self._taken(Mark.NO_SCHOOL, self._why_school)
        off_before = set(filter(self._in, known.no_school if known else ()))
        why_not = partial(self._why_not_minimum, off, off_before, closed)
        minimum = self._taken(Mark.MINIMUM, why_not)
        minimum_before = filter(self._in, known.minimum_days if known else ())
        return SetSchoolYear(
            name=name,
            first_day=self.first,
            last_day=self.last,
            no_school=tuple(sorted((off | off_before) - minimum)),
            minimum_days=tuple(sorted(minimum.union(minimum_before) - off)),
            schedules=known.schedules if known else (),
        )

    def _taken(self, mark: Mark, why_not: Callable[[date], str]) -> set[date]:
        """The days of a mark that can be; of the others, a problem for each line and reason.

        A line of which other days are taken is not refused: early release every week meets breaks.
        """
        bad: dict[tuple[int, str], list[date]] = defaultdict(list)
        lines: dict[date, int] = {}
        for day, one in self.of[mark].items():
            if why := why_not(day):
                bad[one.line, why].append(day)
            else:
                lines[day] = one.line
        for (line, why), days in bad.items():
            more = f" (and {len(days) - 1} more)" if len(days) > 1 else ""
            self._refuse(line, f"{spoken(days[0])}{more} {why}", line not in lines.values())
        return {day for day in lines if self._in(day)}

    def _why_school(self, day: date) -> str:
        ends = {self.first: "first", self.last: "last"}
        return f"is the {ends[day]} day of school: that holds" if day in ends else ""

    def _why_not_minimum(
        self,
        off: Collection[date],
        off_before: Collection[date],
        closed: Collection[date],
        day: date,
    ) -> str:
        if not self._in(day):
            return "is not between the first and last day of school: left out"
        if day in off:
            line = self.of[Mark.NO_SCHOOL][day].line
            return f"is a minimum day and, on line {line}, without school: no school holds"
        if day in off_before and self.times[self.of[Mark.MINIMUM][day].line] > 1:
            return "is one of several minimum days here, and set as without school: that stays"
        return "is no minimum day, as the office is closed: left out" if day in closed else ""

    def _in(self, day: date) -> bool:
        return self.first <= day <= self.last

    def _refuse(self, line: int, reason: str, refused: bool = True) -> None:
        self.problems.append(Problem(self.file, line, "", reason, refused))


def _holidays(
    calendar: Calendar, closed: Iterable[date], years: Iterable[int]
) -> list[SetHolidays]:
    """The closed days of each calendar year; of one never set, the legal holidays as well."""
    known = {said.year: said.closed for said in calendar.holidays}
    closed = set(closed)
    return [
        SetHolidays(year=year, closed=tuple(sorted({*before, *_in_year(closed, year)})))
        for year in sorted({*years, *(day.year for day in closed)})
        for before in (known.get(year, legal_holidays(year)),)
    ]


def _in_year(days: Iterable[date], year: int) -> Iterator[date]:
    return (day for day in days if day.year == year)


# Its bells


def _with_bells(
    told: Told, year: SetSchoolYear, calendar: Calendar, problems: list[Problem]
) -> SetSchoolYear:
    """The year with the bells of a file: all periods of a kind of day, and lunch grade by grade."""
    schedules = {schedule.kind: schedule for schedule in year.schedules}
    for kind in dict.fromkeys(rung.kind for rung in told.bells):
        new = BellSchedule(kind=kind)
        for rung in sorted((r for r in told.bells if r.kind is kind), key=lambda r: r.start):
            try:
                more = _with(new, rung)
                CALENDAR.decide(year.model_copy(update={"schedules": (more,)}), calendar)
                new = more
            except (Refused, ValidationError) as error:
                why = str(error) if isinstance(error, Refused) else "there are too many of them"
                odd = f"{why}; the row is left out"
                problems.append(Problem(told.file, rung.line, "", odd, refused=True))
        schedules[kind] = _over(schedules.get(kind, new), new)
    in_order = tuple(schedules[kind] for kind in DayKind if kind in schedules)
    return year.model_copy(update={"schedules": in_order})


def _with(bells: BellSchedule, rung: Rung) -> BellSchedule:
    times = {"start": rung.start, "end": rung.end}
    periods, lunches = bells.periods, bells.lunches
    if rung.lunch:
        lunches = (*lunches, Lunch(grade=rung.name, **times))
    else:
        periods = (*periods, Period(name=rung.name, **times))
    return BellSchedule(kind=bells.kind, periods=periods, lunches=lunches)


def _over(before: BellSchedule, new: BellSchedule) -> BellSchedule:
    """What a file says over what was set."""
    grades = {lunch.grade for lunch in new.lunches}
    kept = (lunch for lunch in before.lunches if lunch.grade not in grades)
    return BellSchedule(
        kind=new.kind,
        periods=new.periods or before.periods,
        lunches=tuple(sorted((*kept, *new.lunches), key=lambda lunch: (lunch.start, lunch.grade))),
    )


def _rung_otherwise(before: Iterable[BellSchedule], after: Iterable[BellSchedule]) -> Iterator[str]:
    was, now = _rings(before), _rings(after)
    yield from (ring for ring in now if ring not in was)
    yield from (f"{ring}: no longer" for ring in was if ring not in now)


def _rings(schedules: Iterable[BellSchedule]) -> list[str]:
    return [
        f"{bells.kind.label} day  {part}  {show_time(part.start)} to {show_time(part.end)}"
        for bells in schedules
        for part in (*bells.periods, *bells.lunches)
    ]


# What it changes


def _news(
    commands: Iterable[CalendarCommand], calendar: Calendar
) -> tuple[tuple[CalendarCommand, ...], Calendar]:
    """The commands that say something new, and the calendar after them."""
    new = []
    for command in commands:
        events = CALENDAR.decide(command, calendar)
        for event in events:
            calendar = CALENDAR.evolve(calendar, event)
        new += [command] * bool(events)
    return tuple(new), calendar


def _changes(
    before: Calendar, after: Calendar, name: str, names: Mapping[date, str]
) -> Iterator[Change]:
    """Every day that is said to be otherwise than before."""
    was, now = _told(before, name), _told(after, name)
    for day in sorted(was.keys() | now.keys()):
        if was.get(day) != now.get(day):
            legal = LEGAL if day in legal_holidays(day.year) else ""
            is_now = now.get(day) or "as any other day"
            yield Change(day, is_now, was.get(day, ""), names.get(day) or legal)


def _told(calendar: Calendar, name: str) -> dict[date, str]:
    """What is said of each day that is not as the others."""
    said: dict[date, list[str]] = defaultdict(list)
    for year in calendar.years:
        if year.name == name:
            said[year.first_day].append("first day of school")
            said[year.last_day].append("last day of school")
            for what, days in (("no school", year.no_school), ("minimum day", year.minimum_days)):
                for day in days:
                    said[day].append(what)
    for day in calendar.closed:
        said[day].append("office closed")
    return {day: ", ".join(what) for day, what in said.items()}
