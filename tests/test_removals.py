"""Days of removal: a written example, line by line, and the laws of counting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from made import incident_id, student_id
from spec import given
from test_days import calendars

from ledger.domain.calendar import (
    CALENDAR,
    BellSchedule,
    Calendar,
    HolidaysSet,
    Period,
    SchoolYearSet,
    legal_holidays,
)
from ledger.domain.codes import REMOVALS, Action, DayKind
from ledger.domain.days import ONE_DAY, Span, bells, is_school_day, school_year_of
from ledger.domain.removals import (
    EVER,
    NO_REMOVALS,
    TRACKED,
    Counted,
    Removal,
    Removals,
    counted,
    halves,
)
from ledger.domain.rules import RULES, Rules

HALF = Decimal("0.5")
REGULAR = BellSchedule(
    kind=DayKind.REGULAR,
    periods=(
        Period(name="1st", start=time(8), end=time(11)),
        Period(name="2nd", start=time(11), end=time(14)),
    ),
)
MINIMUM = BellSchedule(
    kind=DayKind.MINIMUM, periods=(Period(name="1st", start=time(8), end=time(12)),)
)
YEAR = SchoolYearSet(
    name="2026-27",
    first_day=date(2026, 8, 12),
    last_day=date(2027, 6, 11),
    no_school=(date(2026, 9, 7), *(date(2026, 11, n) for n in range(23, 28))),
    minimum_days=(date(2026, 10, 21),),
    schedules=(REGULAR, MINIMUM),
)
NEXT_YEAR = YEAR.model_copy(
    update={
        "name": "2027-28",
        "first_day": date(2027, 8, 11),
        "last_day": date(2028, 6, 9),
        "no_school": (),
        "minimum_days": (),
    }
)
OCT_12 = HolidaysSet(year=2026, closed=(*legal_holidays(2026), date(2026, 10, 12)))
SCHOOL = given(CALENDAR, YEAR, OCT_12).state
RULES_HERE = Rules()
TODAY = date(2026, 10, 30)
THIS_YEAR = school_year_of(SCHOOL, TODAY)


def removal(
    on: date,
    action: Action = Action.OUT_OF_SCHOOL_SUSPENSION,
    days: str | None = None,
    number: int = 1,
    **more: Any,
) -> Removal:
    length = None if days is None else Decimal(days)
    return Removal(
        incident_id=incident_id(number),
        number=1,
        student_id=student_id(1),
        action=action.value,
        on=on,
        days=length,
        **more,
    )


def went_on(instruction: bool | None, services: bool | None, peers: bool | None) -> dict[str, Any]:
    names = ("instruction_went_on", "services_went_on", "peers_went_on")
    return dict(zip(names, (instruction, services, peers), strict=True))


def count(
    *rows: Removal, calendar: Calendar = SCHOOL, rules: Rules = RULES_HERE, today: date = TODAY
) -> Removals:
    return counted(rows, calendar, rules, school_year_of(calendar, today), today)


def told(line: Counted) -> tuple[str, str, str]:
    """(its first day, how many count, why) as a screen says it."""
    return f"{line.covers[0]:%b %-d}", halves(line.days), line.why


# The written example: one autumn of one student

HOME, IN, OUT = Action.SENT_HOME_EARLY, Action.IN_SCHOOL_SUSPENSION, Action.REMOVAL_FROM_CLASS
AUTUMN = (
    removal(date(2026, 9, 4), days="1"),
    removal(date(2026, 9, 18), days="2"),
    removal(date(2026, 9, 23), IN, "1", **went_on(True, True, True)),
    removal(date(2026, 9, 29), IN, "2", **went_on(False, True, None)),
    removal(date(2026, 10, 2), IN, "1", **went_on(None, None, None)),
    removal(date(2026, 10, 6), HOME, minutes=180),
    removal(date(2026, 10, 7), HOME, minutes=181),
    removal(date(2026, 10, 8), HOME),
    removal(date(2026, 10, 9), days="1.5"),
    removal(date(2026, 10, 14), OUT, minutes=45, **went_on(False, None, False)),
    removal(date(2026, 10, 15), Action.BUS_SUSPENSION, "3"),
    removal(date(2026, 10, 17), Action.SATURDAY_SCHOOL, "1"),
    removal(date(2026, 10, 21), HOME, minutes=121),
    removal(date(2026, 10, 22), Action.ALTERNATIVE_PLACEMENT, "1", **went_on(True, True, True)),
    removal(date(2026, 10, 23), Action.EXPULSION_RECOMMENDATION),
)


def test_each_removal_of_an_autumn_is_counted_and_says_why() -> None:
    found = count(*AUTUMN)
    assert [told(line) for line in found.lines] == [
        ("Sep 4", "1", ""),
        ("Sep 18", "2", ""),
        ("Sep 23", "0", "in school: instruction, services and peers went on"),
        ("Sep 29", "2", "in school: without instruction, not said whether peers went on"),
        (
            "Oct 2",
            "1",
            "in school: not said whether instruction, services and peers went on",
        ),
        ("Oct 6", "½", "sent home"),  # 3 of 6 hours
        ("Oct 7", "1", "sent home"),  # a minute more
        ("Oct 8", "1", "sent home, length not said, counted as 1"),
        ("Oct 9", "1½", ""),
        (
            "Oct 14",
            "½",
            "out of class: without instruction and peers, not said whether services went on",
        ),
        ("Oct 15", "0", "bus: counts only where the bus is in the IEP"),
        ("Oct 19", "0", "Saturday school: no school day"),
        ("Oct 21", "1", "sent home"),  # of a minimum day of 4 hours
        ("Oct 22", "1", "alternative placement"),
        (
            "Oct 23",
            "0",
            "expulsion recommended: removes nobody until it is decided",
        ),
    ]
    assert found.total == Decimal("12.5") == sum(line.days for line in found.counted)
    assert found.reached == date(2026, 10, 14)
    assert len(found.not_counted) == 4


def test_days_go_on_over_weekends_and_closed_days() -> None:
    (line,) = count(removal(date(2026, 10, 9), days="3")).lines
    assert line.covers == (date(2026, 10, 9), date(2026, 10, 13), date(2026, 10, 14))
    (moved,) = count(removal(date(2026, 10, 12), days="1")).lines
    assert (moved.covers, moved.why) == ((date(2026, 10, 13),), "no school on Oct 12")


def test_eleven_days_in_a_row_are_a_run_across_actions_and_weekends() -> None:
    found = count(
        removal(date(2026, 9, 28), days="5"),
        removal(date(2026, 10, 5), IN, "5"),
        removal(date(2026, 10, 13), HOME, "0.5"),
    )
    assert (found.longest_run, found.runs_from) == (11, date(2026, 9, 28))
    assert (found.total, found.reached) == (Decimal("10.5"), date(2026, 10, 13))


def test_a_day_at_school_ends_a_run() -> None:
    found = count(removal(date(2026, 9, 28), days="5"), removal(date(2026, 10, 6), days="5"))
    assert (found.longest_run, found.total, found.reached) == (5, Decimal(10), None)


def test_a_series_of_eleven_half_days_is_five_and_a_half_and_no_run() -> None:
    """Whether it is a pattern is for people to decide: the ledger counts days."""
    mondays = [date(2026, 8, 17) + timedelta(weeks=n) for n in range(12)]
    series = [removal(day, HOME, "0.5") for day in mondays if is_school_day(SCHOOL, day)][:11]
    found = count(*series)
    assert len(series) >= 9
    assert found.total == HALF * len(series)
    assert (found.longest_run, found.reached) == (1, None)


def test_eleven_half_days_in_a_row_are_a_run_of_days_removed_in_part() -> None:
    days = [date(2026, 9, 8) + timedelta(days=n) for n in range(15)]
    found = count(*(removal(d, HOME, "0.5") for d in days if is_school_day(SCHOOL, d)))
    assert (found.total, found.longest_run) == (Decimal("5.5"), 11)


def test_a_school_day_counts_once() -> None:
    day = date(2026, 10, 6)
    found = count(removal(day, HOME, number=1), removal(day, days="2", number=2))
    assert [told(line)[1:] for line in found.lines] == [
        ("1", "sent home, length not said, counted as 1"),
        ("1", "Oct 6 counts once"),
    ]
    twice = count(removal(day, HOME, "0.5", number=1), removal(day, OUT, "0.5", number=2))
    assert twice.total == 1
    assert twice.longest_run == 1


def test_what_was_not_served_does_not_count() -> None:
    day = date(2026, 10, 6)
    for nothing in (removal(day, days="0"), removal(day, minutes=0)):
        (line,) = count(nothing).lines
        assert told(line)[1:] == ("0", "none of it was served")


def test_days_to_come_count_and_say_so() -> None:
    (line,) = count(removal(date(2026, 10, 29), days="4")).lines
    assert told(line)[1:] == ("4", "2 still to come")


def test_a_removal_over_the_summer_is_of_two_years() -> None:
    calendar: Calendar = given(CALENDAR, YEAR, NEXT_YEAR, OCT_12).state
    rows = [removal(date(2027, 6, 10), days="5"), removal(date(2027, 8, 16), days="8")]
    this, after = (
        counted(rows, calendar, RULES_HERE, school_year_of(calendar, day), day)
        for day in (YEAR.last_day, NEXT_YEAR.first_day)
    )
    assert [told(line) for line in this.lines] == [("Jun 10", "2", "3 of its days in another year")]
    assert [told(line)[:2] for line in after.lines] == [("Aug 11", "3"), ("Aug 16", "8")]
    assert [halves(year.total) for year in (this, after)] == ["2", "11"]
    assert this.longest_run == after.longest_run == 13
    assert (this.reached, after.reached) == (None, date(2027, 8, 25))


def test_without_bells_the_shortest_day_there_is_stands_for_the_day_and_is_said() -> None:
    calendar: Calendar = given(CALENDAR, YEAR.model_copy(update={"schedules": ()})).state
    rows = [removal(date(2026, 10, n), HOME, minutes=m) for n, m in ((6, 120), (7, 121))]
    found = count(*rows, calendar=calendar)
    assert [line.days for line in found.lines] == [HALF, 1]
    assert found.lines[0].why == "sent home, 120 min of a day whose bells are not known"


def test_a_school_may_count_every_part_of_a_day_as_a_day_or_part_days_otherwise() -> None:
    part = RULES["part-days"]
    whole, strict = (
        Rules({**RULES, "part-days": changed})
        for changed in (
            replace(part, on=False),
            replace(part, numbers={**part.numbers, "half_to_percent": 25}),
        )
    )
    rows = [removal(date(2026, 10, 6), HOME, "0.5"), removal(date(2026, 10, 7), HOME, "0.25")]
    assert [line.days for line in count(*rows, rules=whole).lines] == [1, 1]
    assert [line.days for line in count(*rows, rules=strict).lines] == [1, HALF]


def test_every_action_that_removes_is_told_of_and_no_other_counts() -> None:
    assert TRACKED >= REMOVALS
    assert not REMOVALS & NO_REMOVALS.keys()
    for action in TRACKED:
        (line,) = count(removal(date(2026, 10, 6), action, "1")).lines
        assert bool(line.days) == (action in REMOVALS)


@pytest.mark.parametrize(
    ("days", "said"), [("8.5", "8½"), ("0.5", "½"), ("0", "0"), ("10", "10"), ("20.0", "20")]
)
def test_half_days_are_written_as_people_write_them(days: str, said: str) -> None:
    assert halves(Decimal(days)) == said


def test_nothing_removed_is_nothing_counted() -> None:
    assert count() == Removals("", (), Decimal(0), 0, None, None)


# A second implementation: one day at a time, in fractions, with no table


def slow(rows: list[Removal], calendar: Calendar, year: Span) -> tuple[Fraction, int, date | None]:
    """(days in the year, the longest run that touches it, the day over ten)."""
    removed: dict[date, Fraction] = {}
    for row in sorted(rows, key=lambda r: (r.on, r.incident_id, r.number)):
        action = Action(row.action)
        if action in (
            Action.BUS_SUSPENSION,
            Action.SATURDAY_SCHOOL,
            Action.EXPULSION_RECOMMENDATION,
        ):
            continue
        if (
            action in (Action.IN_SCHOOL_SUSPENSION, Action.REMOVAL_FROM_CLASS)
            and row.instruction_went_on
            and row.services_went_on
            and row.peers_went_on
        ):
            continue
        day = row.on
        while not is_school_day(calendar, day):
            day += ONE_DAY
        if row.days is not None:
            left = Fraction(row.days)
        elif row.minutes is not None:
            rings = bells(calendar, day)
            minutes = 240
            if rings is not None and rings.periods:
                first, last = rings.periods[0].start, rings.periods[-1].end
                minutes = last.hour * 60 + last.minute - first.hour * 60 - first.minute
            left = Fraction(row.minutes, minutes)
        else:
            left = Fraction(1)
        while left > 0:
            part = Fraction(1, 2) if left <= Fraction(1, 2) else Fraction(1)
            removed[day] = min(Fraction(1), removed.get(day, Fraction(0)) + part)
            left -= 1
            day += ONE_DAY
            while not is_school_day(calendar, day):
                day += ONE_DAY
    total, over = Fraction(0), None
    for day in sorted(removed):
        if year.start <= day <= year.end:
            total += removed[day]
            if total > 10 and over is None:
                over = day
    longest = 0
    for start in removed:
        length, touches, day = 0, False, start
        while day in removed or not is_school_day(calendar, day):
            if day in removed:
                length += 1
                touches = touches or year.start <= day <= year.end
            day += ONE_DAY
        if touches:
            longest = max(longest, length)
    return total, longest, over


BELLS = st.sampled_from(((), (REGULAR,), (REGULAR, MINIMUM), (MINIMUM,)))


@st.composite
def schools(draw: st.DrawFn) -> Calendar:
    """Any calendar, with bells or without."""
    calendar = draw(calendars())
    years = tuple(y.model_copy(update={"schedules": draw(BELLS)}) for y in calendar.years)
    return Calendar(years, calendar.holidays)


MAYBE = st.sampled_from((True, True, False, None))
LENGTHS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"days": st.decimals(0, 12, places=2)}),
    st.fixed_dictionaries({"minutes": st.integers(0, 900)}),
    st.just({}),
)


@st.composite
def removals(draw: st.DrawFn) -> list[Removal]:
    """Up to a dozen removals of one student within some months."""
    start = draw(st.dates(date(2025, 1, 1), date(2028, 6, 30)))
    rows: list[Removal] = []
    for n in range(draw(st.integers(0, 12))):
        base = removal(
            start + timedelta(days=draw(st.integers(0, 90))),
            draw(st.sampled_from(sorted(TRACKED, key=lambda a: a.value))),
            number=n,
            **went_on(draw(MAYBE), draw(MAYBE), draw(MAYBE)),
        )
        rows.append(replace(base, **draw(LENGTHS)))
    return rows


@for_all(schools(), removals(), st.integers(0, 200))
def test_counts_agree_with_a_slow_count(calendar: Calendar, rows: list[Removal], n: int) -> None:
    today = (rows[0].on if rows else TODAY) + timedelta(days=n)
    year = school_year_of(calendar, today)
    found = counted(rows, calendar, RULES_HERE, year, today)
    total, longest, over = slow(rows, calendar, year)
    assert (Fraction(found.total), found.longest_run, found.reached) == (total, longest, over)


@for_all(schools(), removals())
def test_every_day_of_a_removal_is_in_exactly_one_year(
    calendar: Calendar, rows: list[Removal]
) -> None:
    ever = counted(rows, calendar, RULES_HERE, EVER, TODAY)
    days = {day for line in ever.lines for day in line.covers}
    years = {school_year_of(calendar, day).start: school_year_of(calendar, day) for day in days}
    by_year = [counted(rows, calendar, RULES_HERE, year, TODAY) for year in years.values()]
    assert sum(found.total for found in by_year) == ever.total
    assert sum(len(line.covers) for found in by_year for line in found.lines) == sum(
        len(line.covers) for line in ever.lines
    )


@for_all(schools(), removals())
def test_days_are_whole_or_half_and_only_school_days(
    calendar: Calendar, rows: list[Removal]
) -> None:
    found = counted(rows, calendar, RULES_HERE, EVER, TODAY)
    assert len(found.lines) == len(rows)
    for line in found.lines:
        assert line.days % HALF == 0
        assert line.days <= len(line.covers)
        assert all(is_school_day(calendar, day) for day in line.covers)
        assert bool(line.days) or line.why
