"""A school's calendar comes in from .ics, CSV and OneRoster: read to the same days, or refused."""

from __future__ import annotations

import codecs
import zipfile
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desk import Answer, School
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.domain.calendar import CALENDAR, Calendar, HolidaysSet, SchoolYearSet
from ledger.domain.codes import DayKind
from ledger.imports import Unreadable
from ledger.imports.calendar_year import Wanted, merge
from ledger.imports.calendars import (
    BOTH,
    CLOCKED,
    NOT_UNDERSTOOD,
    How,
    Mark,
    Said,
    Told,
    Words,
    day_of,
    grades_of,
    read,
    time_of,
)
from ledger.said import Unclear

ZONE = ZoneInfo("America/Los_Angeles")
TODAY = date(2026, 10, 14)
HOW = How(ZONE, TODAY + timedelta(days=1_000))
FIRST, LAST = date(2026, 8, 12), date(2027, 6, 10)
LABOR_DAY, WEDNESDAY = date(2026, 9, 7), date(2026, 9, 2)
ONE_DAY = timedelta(days=1)

Reads = Callable[..., Told]


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    """Reads a file of this text."""

    def reads(text: str | bytes, name: str = "school.ics", how: How = HOW) -> Told:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read(path, how)

    return reads


def ics(*events: str) -> str:
    """A calendar of these events, each given as its lines."""
    whole = (f"BEGIN:VEVENT\nUID:{n}\n{event}\nEND:VEVENT\n" for n, event in enumerate(events))
    return "BEGIN:VCALENDAR\nVERSION:2.0\n" + "".join(whole) + "END:VCALENDAR\n"


def on(day: str, title: str, *more: str) -> str:
    return "\n".join((f"DTSTART;VALUE=DATE:{day}", f"SUMMARY:{title}", *more))


def days(told: Told, mark: Mark) -> list[date]:
    return sorted({day for one in told.said if one.mark is mark for day in one.weekdays})


def no_school(told: Told) -> list[date]:
    return days(told, Mark.NO_SCHOOL)


def minimum(told: Told) -> list[date]:
    return days(told, Mark.MINIMUM)


# What titles mean

N, M, C, F, L = Mark.NO_SCHOOL, Mark.MINIMUM, Mark.CLOSED, Mark.FIRST, Mark.LAST
TITLES: dict[str, set[Mark]] = {
    "Labor Day": {N},
    "NO SCHOOL - Staff Development": {N},
    "No-School: Día festivo": {N},
    "No hay clases": {N},
    "Winter Recess": {N},
    "Presidents’ Day": {N},
    "Presidents' Day Holiday": {N},
    "Pupil-Free Day": {N},
    "Thanksgiving Break (No School)": {N},
    "No School: Winter Break begins": {N},
    "Minimum Day": {M},
    "minimum days": {M},
    "Early Dismissal": {M},
    "Minimum day before Thanksgiving break": {M},
    "Minimum day: staff development": {M},
    "Last Day of School (Minimum Day)": {L, M},
    "First Day of School": {F},
    "District Offices Closed": {C},
    "Legal Holiday: office closed": {C},
    "Holiday - no school, office closed": {N, C},
    # what is not a day without school
    "Holiday Concert": set(),
    "Winter Break Begins": set(),
    "Last day of school before winter break": set(),
    "School resumes after spring break": set(),
    "Breakfast with grandparents": set(),
    "Spring Break Camp": set(),
    "No school bus today": set(),
    "No School for Kindergarten": set(),
    "Early release cancelled": set(),
    "No minimum day today": set(),
    "First day of autumn": set(),
    "Office closed from noon": set(),
    "Picture Day": set(),
    "": set(),
    "💥": set(),
}


@pytest.mark.parametrize("title", TITLES)
def test_a_title_means_what_people_mean_by_it(title: str) -> None:
    marks, why = Words({}).marks(title, whole=True)
    assert marks == TITLES[title]
    assert why == ("" if marks else NOT_UNDERSTOOD)


def test_a_title_that_says_both_is_not_guessed() -> None:
    assert Words({}).marks("No School / Minimum Day", whole=True) == (frozenset(), BOTH)


def test_what_is_free_by_custom_takes_the_whole_day() -> None:
    for title in ("Recess", "Thanksgiving", "Office closed"):
        assert Words({}).marks(title, whole=True)[0]
        assert Words({}).marks(title, whole=False) == (frozenset(), CLOCKED)
    assert Words({}).marks("No school", whole=False)[0] == {N}
    assert Words({}).marks("Minimum day", whole=False)[0] == {M}


def test_a_school_adds_words_of_its_own_and_they_come_first() -> None:
    own = Words({N: ("Ski Week", "", "!"), M: ("grades TK-5 out at noon",)})
    assert own.marks("SKI WEEK begins", whole=True)[0] == {N}
    assert own.marks("Grades TK–5 out at noon", whole=False)[0] == {M}
    assert own.marks("Picture Day", whole=True)[1] == NOT_UNDERSTOOD


# iCalendar


def test_an_end_is_the_day_after(reads: Reads) -> None:
    told = reads(ics(on("20261123", "No school", "DTEND;VALUE=DATE:20261128")))
    assert no_school(told) == [date(2026, 11, day) for day in range(23, 28)]


def test_a_weekend_is_not_taken_out_of_a_year(reads: Reads) -> None:
    told = reads(ics(on("20261218", "Break", "DTEND;VALUE=DATE:20261222")))
    assert no_school(told) == [date(2026, 12, 18), date(2026, 12, 21)]


@pytest.mark.parametrize(
    "lines",
    [
        "DTSTART;VALUE=DATE:20260907",
        "DTSTART:20260907",
        "DTSTART;VALUE=DATE:20260907\nDTEND;VALUE=DATE:20260907",
        "DTSTART;VALUE=DATE:20260907\nDURATION:P1D",
        "DTSTART:20260907T000000\nDTEND:20260908T000000",
        "DTSTART:20260907T070000Z\nDTEND:20260908T070000Z",
        "DTSTART:20260907T070000Z\nDURATION:PT24H",
        "DTSTART;TZID=America/New_York:20260907T030000\nDTEND:20260908T070000Z",
        'DTSTART;TZID="Pacific Standard Time":20260907T000000\nDURATION:P1D',
        'DTSTART;X-ODD="a:b;c";TZID=/x.org/2020/America/Los_Angeles:20260907T000000\nDURATION:P1D',
    ],
)
def test_a_whole_day_is_one_however_it_is_written(reads: Reads, lines: str) -> None:
    told = reads(ics(f"{lines}\nSUMMARY:Labor Day"))
    assert no_school(told) == [LABOR_DAY]
    assert not told.problems


@pytest.mark.parametrize(
    ("start", "day"),
    [
        ("DTSTART:20260903T060000Z", WEDNESDAY),  # 11 PM of the day before, here
        ("DTSTART;TZID=Asia/Tokyo:20260903T080000", WEDNESDAY),
        ("DTSTART:20260902T233000", WEDNESDAY),
        ("DTSTART;TZID=America/Los_Angeles:20260902T123000", WEDNESDAY),
    ],
)
def test_a_time_is_of_the_schools_own_day(reads: Reads, start: str, day: date) -> None:
    assert minimum(reads(ics(f"{start}\nSUMMARY:Early release"))) == [day]


def test_a_zone_that_nobody_knows_is_the_schools_and_is_said(reads: Reads) -> None:
    event = "DTSTART;TZID=Customized Time Zone:20260902T233000\nSUMMARY:Early release"
    told = reads(ics(event, event))
    assert minimum(told) == [WEDNESDAY]
    (odd,) = told.problems
    assert "time zone" in odd.reason
    assert (odd.line, odd.column, odd.refused) == (5, "DTSTART", False)


def test_lines_are_unfolded_also_within_a_letter_and_texts_unescaped(reads: Reads) -> None:
    title = "SUMMARY:Día mínimo\\, salida a las 12\\;30\\nGracias".encode()
    folded = title.replace("í".encode(), b"\xc3\r\n \xad")
    text = ics(on("20260902", "@")).encode().replace(b"SUMMARY:@", folded)
    told = reads(text)
    assert {one.name for one in told.said} == {"Día mínimo, salida a las 12;30 Gracias"}
    assert minimum(told) == [WEDNESDAY]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_calendar_of_any_encoding_is_read(reads: Reads, coding: str) -> None:
    told = reads(ics(on("20260902", "Día mínimo")).replace("\n", "\r\n").encode(coding))
    assert minimum(told) == [WEDNESDAY]
    assert [problem.reason[:9] for problem in told.problems] == ["not UTF-8"] * (coding == "cp1252")


def test_an_alarm_within_an_event_has_words_and_times_of_its_own(reads: Reads) -> None:
    alarm = "BEGIN:VALARM\nSUMMARY:Minimum day\nDTSTART:20260903\nEND:VALARM"
    told = reads(ics(f"{alarm}\n{on('20260907', 'Labor Day')}"))
    assert no_school(told) == [LABOR_DAY]
    assert not minimum(told)


def test_what_was_cancelled_is_not_taken(reads: Reads) -> None:
    told = reads(ics(on("20260907", "Labor Day", "STATUS:CANCELLED")))
    assert not told.said
    assert not told.passed


def test_what_is_not_understood_is_listed_once_by_title(reads: Reads) -> None:
    events = [on("20260907", "Picture\x1b[31m Day")] * 3 + ["DTSTART:20260907"]
    told = reads(ics(*events))
    assert [(one.title, one.line, one.times) for one in told.passed] == [
        ("Picture Day", 3, 3),
        ("(no title)", 18, 1),
    ]


# Repetition


def test_an_event_repeats_as_its_rule_says(reads: Reads) -> None:
    rule = "RRULE:FREQ=WEEKLY;BYDAY=WE;UNTIL=20260930"
    told = reads(ics(on("20260902", "Early release", rule, "EXDATE;VALUE=DATE:20260916")))
    assert minimum(told) == [date(2026, 9, day) for day in (2, 9, 23, 30)]


def test_the_end_of_a_rule_and_its_exceptions_are_in_any_zone(reads: Reads) -> None:
    event = """DTSTART;TZID=America/Los_Angeles:20260902T180000
RRULE:FREQ=WEEKLY;UNTIL=20260924T010000Z
EXDATE:20260910T010000Z
RDATE;TZID=America/Los_Angeles:20260904T180000
SUMMARY:Early release"""
    assert minimum(reads(ics(event))) == [date(2026, 9, day) for day in (2, 4, 16, 23)]


def test_an_occurrence_that_was_moved_is_where_it_was_moved_to(reads: Reads) -> None:
    weekly = on("20260902", "Early release", "RRULE:FREQ=WEEKLY;COUNT=3")
    moved = on("20260910", "Early release", "RECURRENCE-ID;VALUE=DATE:20260909")
    gone = on("20260916", "Assembly", "RECURRENCE-ID;VALUE=DATE:20260916")
    text = ics(moved, weekly, gone).replace("UID:1", "UID:0").replace("UID:2", "UID:0")
    assert minimum(reads(text)) == [date(2026, 9, 2), date(2026, 9, 10)]


def test_a_rule_without_an_end_ends(reads: Reads) -> None:
    told = reads(ics(on("20260907", "Labor Day", "RRULE:FREQ=YEARLY;BYMONTH=9;BYDAY=1MO")))
    assert no_school(told) == [LABOR_DAY, date(2027, 9, 6), date(2028, 9, 4)]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=HOURLY;INTERVAL=24",
        "FREQ=DAILY;BYMINUTE=1,2",
        "FREQ=SOMETIMES",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;COUNT=x",
        "FREQ=YEARLY;BYDAY=60MO",
        "FREQ=WEEKLY;UNTIL=never",
        "FREQ",
        "",
    ],
)
def test_a_rule_that_cannot_be_followed_costs_its_event_only(reads: Reads, rule: str) -> None:
    told = reads(ics(on("20260902", "Early release", f"RRULE:{rule}"), on("20260907", "Labor Day")))
    assert no_school(told) == [LABOR_DAY]
    (bad,) = told.problems
    assert (bad.line, bad.column, bad.refused) == (7, "RRULE", True)


def test_rules_that_never_come_are_not_followed_for_ever(reads: Reads) -> None:
    never = on("20260902", "Early release", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    told = reads(ics(*[on("20260902", "Early release", "RRULE:FREQ=DAILY;COUNT=1")] * 201, never))
    assert {"is one of more than 200" in problem.reason for problem in told.problems} == {True}


@given(
    st.dates(date(2026, 8, 1), date(2027, 6, 1)),
    st.integers(1, 4),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 80),
    st.sampled_from(["whole", "floating", "utc", "zone"]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_weekly_rule_gives_the_days_that_one_counts_by_hand(
    reads: Reads, start: date, every: int, weekdays: set[int], length: int, form: str
) -> None:
    end = start + timedelta(days=length)
    monday = start - timedelta(days=start.weekday())
    by_hand = {
        day
        for n in range(length + 1)
        if (day := start + timedelta(days=n)).weekday() in weekdays
        and (day - monday).days // 7 % every == 0
    }
    names = ",".join(("MO", "TU", "WE", "TH", "FR", "SA", "SU")[n] for n in sorted(weekdays))
    begins, until = {
        "whole": (f";VALUE=DATE:{start:%Y%m%d}", f"{end:%Y%m%d}"),
        "floating": (f":{start:%Y%m%d}T123000", f"{end:%Y%m%d}T235959"),
        "utc": (f":{start:%Y%m%d}T203000Z", f"{end:%Y%m%d}T235959Z"),
        "zone": (f";TZID=America/Los_Angeles:{start:%Y%m%d}T123000", f"{end:%Y%m%d}T220000Z"),
    }[form]
    rule = f"RRULE:FREQ=WEEKLY;INTERVAL={every};BYDAY={names};UNTIL={until}"
    told = reads(ics(f"DTSTART{begins}\nSUMMARY:Early release\n{rule}"))
    assert minimum(told) == sorted(day for day in by_hand | {start} if day.weekday() < 5)


# What is wrong with a calendar


BAD_EVENTS = {
    "no start": ("SUMMARY:Labor Day", 3, "DTSTART"),
    "no such day": (on("20260931", "Labor Day"), 5, "DTSTART"),
    "no day at all": (on("tomorrow", "Labor Day"), 5, "DTSTART"),
    "no day of this age": (on("00010101", "Labor Day"), 5, "DTSTART"),
    "no such time": ("DTSTART:20260907T250000\nSUMMARY:Early release", 5, "DTSTART"),
    "no such end": (on("20260907", "Labor Day", "DTEND:x"), 7, "DTEND"),
    "an end before it begins": (on("20260907", "Labor Day", "DTEND:20260820"), 7, "DTEND"),
    "no such length": (on("20260907", "Labor Day", "DURATION:long"), 7, "DURATION"),
    "a life": (on("20260907", "Break", "DTEND:20990907"), 5, "DTEND"),
    "no such exception": (on("20260907", "Labor Day", "EXDATE:x"), 7, "EXDATE"),
}


@pytest.mark.parametrize("case", BAD_EVENTS)
def test_a_bad_event_is_named_by_its_line_and_the_rest_goes_in(reads: Reads, case: str) -> None:
    event, line, column = BAD_EVENTS[case]
    told = reads(ics(event, on("20261111", "Veterans Day")))
    assert no_school(told) == [date(2026, 11, 11)]
    (bad,) = told.problems
    assert (bad.file, bad.column, bad.refused) == ("school.ics", column, True)
    assert bad.line in (line, line - 1, 3)


def test_a_calendar_that_was_cut_off_is_read_up_to_the_cut(reads: Reads) -> None:
    whole = ics(on("20260907", "Labor Day"), on("20261111", "Veterans Day"))
    told = reads(whole[: whole.index("20261111")])
    assert no_school(told) == [LABOR_DAY]
    assert [("cut off" in bad.reason, bad.refused) for bad in told.problems] == [(True, True)]


def test_an_event_that_does_not_end_costs_itself_only(reads: Reads) -> None:
    whole = ics(on("20260907", "Labor Day"), on("20261111", "Veterans Day"))
    told = reads(whole.replace("END:VEVENT\n", "", 1))
    assert no_school(told) == [date(2026, 11, 11)]
    assert [bad.line for bad in told.problems] == [3]


@pytest.mark.parametrize("text", ["", "hello", "<html>", "\0" * 99, "BEGIN:VCARD\nEND:VCARD\n"])
def test_what_is_no_calendar_is_told(reads: Reads, text: str) -> None:
    with pytest.raises(Unreadable, match="is no calendar"):
        reads(text)


def test_a_huge_calendar_is_read_without_holding_it(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "huge.ics"
    attached = "ATTACH;ENCODING=BASE64:" + "\n ".join(["A" * 70] * 400)
    with path.open("w") as file:
        file.write("BEGIN:VCALENDAR\n")
        for _ in range(200):
            file.write(f"BEGIN:VEVENT\n{on('20260907', 'Labor Day')}\n{attached}\nEND:VEVENT\n")
        file.write("X-LONG:" + "x" * 5_000_000 + "\nEND:VCALENDAR\n")
    tracemalloc.start()
    told = read(path, HOW)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert no_school(told) == [LABOR_DAY]
    assert path.stat().st_size > 10_000_000
    assert peak < 3_000_000


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_anywhere_is_a_problem_and_never_a_crash(reads: Reads, data: st.DataObject) -> None:
    rule = "RRULE:FREQ=WEEKLY;BYDAY=WE;UNTIL=20260930"
    more = "DTSTART;TZID=America/Los_Angeles:20260902T123000\nDURATION:PT1H\nSUMMARY:Minimum day"
    text = ics(on("20260902", "Early release", rule, "EXDATE:20260909"), more).encode()
    at = data.draw(st.integers(20, len(text) - 1))
    junk = data.draw(st.binary(max_size=6) | st.sampled_from([b"\n", b";", b":", b",", b"9", b"T"]))
    length = data.draw(st.integers(0, 4))
    reads(text[:at] + junk + text[at + length :])


# CSV


def test_a_spreadsheet_says_the_same_in_its_words(reads: Reads) -> None:
    told = reads(
        "Kind;Start Date;End Date;Event\n"
        "First day;8/12/2026;;\nLAST-DAY;2027-06-10;;\nHoliday;9/7/26;;Labor Day\n"
        "no school;2026-11-23;2026-11-27;Thanksgiving\nMinimum Day;2026-11-20;;\n"
        "office closed;2026-12-24T00:00:00;;\n",
        "days.csv",
    )
    assert not told.problems
    assert (days(told, F), days(told, L)) == ([FIRST], [LAST])
    assert days(told, C) == [LABOR_DAY, date(2026, 12, 24)]
    assert no_school(told) == [LABOR_DAY, *(date(2026, 11, day) for day in range(23, 28))]
    assert minimum(told) == [date(2026, 11, 20)]


BAD_ROWS = {
    "2026-02-30,,minimum": ("date", "does not exist"),
    "46246,,minimum": ("date", "number that a spreadsheet makes"),
    ",,minimum": ("start", "blank"),
    "soon,,minimum": ("date", "is no day"),
    "20260-09-01,,minimum": ("date", "is no day"),
    "0026-09-01,,minimum": ("date", "in the year 26"),
    "2026-09-01,2026-08-31,minimum": ("end", "is before date"),
    "2026-09-01,2029-08-31,break": ("kind", "is not no-school, minimum"),
    "2026-09-01,2029-08-31,no-school": ("end", "more than 400 days"),
}


@pytest.mark.parametrize("row", BAD_ROWS)
def test_a_bad_row_is_named_and_the_rest_goes_in(reads: Reads, row: str) -> None:
    told = reads(f"date,end,kind\n{row}\n2026-09-02,,minimum\n", "days.csv")
    assert minimum(told) == [WEDNESDAY]
    (bad,) = told.problems
    column, reason = BAD_ROWS[row]
    assert (bad.line, bad.column, bad.refused) == (2, column, True)
    assert reason in bad.reason


def test_a_spreadsheet_without_kinds_is_told_what_it_needs(reads: Reads) -> None:
    for text in ("date,name\n2026-09-07,Labor Day\n", "", "PK\x03\x04\x00\x00"):
        with pytest.raises(Unreadable, match=r"kind|header|is a zip"):
            reads(text, "days.csv")


@pytest.mark.parametrize("name", ["days.xlsx", "days.PDF"])
def test_a_workbook_is_told_how_to_come(reads: Reads, name: str) -> None:
    with pytest.raises(Unreadable, match="save it as CSV"):
        reads("PK", name)


def test_lunch_comes_in_by_grade_and_periods_by_name(reads: Reads) -> None:
    told = reads(
        "kind,part,name,grade,start,end\nregular,lunch,,TK/K,11:15,11:55 AM\n"
        "regular,lunch,1-2,,11.45,12:25 pm\nminimum,lunch,,,11:00,11:30\n"
        "regular,period,recess,,10:00,10:15\n",
        "bells.csv",
    )
    assert [(r.kind, r.lunch, r.name, r.start, r.end) for r in told.bells] == [
        (DayKind.REGULAR, True, "TK", time(11, 15), time(11, 55)),
        (DayKind.REGULAR, True, "K", time(11, 15), time(11, 55)),
        (DayKind.REGULAR, True, "1", time(11, 45), time(12, 25)),
        (DayKind.REGULAR, True, "2", time(11, 45), time(12, 25)),
        (DayKind.MINIMUM, True, "*", time(11), time(11, 30)),
        (DayKind.REGULAR, False, "recess", time(10), time(10, 15)),
    ]


BAD_BELLS = {
    "fast,lunch,K,11:00,11:30": "kind",
    "regular,supper,K,11:00,11:30": "part",
    "regular,lunch,K,noon,12:30": "start",
    "regular,lunch,K,11:00,": "end",
    "regular,lunch,K,13:00 PM,13:30": "start",
    "regular,lunch,K,0:30 PM,13:30": "start",
    "regular,lunch,K,11:75,13:30": "start",
    "regular,period,,11:00,11:30": "name",
    f"regular,period,{'x' * 41},11:00,11:30": "name",
}


@pytest.mark.parametrize("row", BAD_BELLS)
def test_a_bad_bell_is_named_and_the_rest_rings(reads: Reads, row: str) -> None:
    told = reads(f"kind,part,name,start,end\n{row}\nregular,lunch,,12:00,12:30\n", "bells.csv")
    assert [rung.name for rung in told.bells] == ["*"]
    assert [(bad.line, bad.column) for bad in told.problems] == [(2, BAD_BELLS[row])]


@pytest.mark.parametrize(
    ("cell", "grades"),
    [
        ("3", ("3",)),
        ("03", ("3",)),
        ("KG", ("K",)),
        ("Kindergarten", ("K",)),
        ("Pre-K", ("PK",)),
        ("TK, K & 1", ("TK", "K", "1")),
        ("K-2", ("K", "1", "2")),
        ("Grades 1 to 3", ("1", "2", "3")),
        ("4th grade", ("4",)),
        ("all", ("*",)),
        ("5-3", ("5-3",)),
    ],
)
def test_grades_are_read_as_schools_write_them(cell: str, grades: tuple[str, ...]) -> None:
    assert grades_of(cell) == grades


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)), st.times())
def test_days_and_times_are_read_in_every_usual_spelling(day: date, at: time) -> None:
    for form in ("{0:%Y-%m-%d}", "{0:%Y}-{0.month}-{0.day}", "{0.month}/{0.day}/{0:%Y}"):
        assert day_of(form.format(day)) == day
    plain = time(at.hour, at.minute)
    for form in ("{0:%H:%M}", "{0:%H:%M}:00", "{0:%I:%M %p}", "{0:%I:%M}{1}.m."):
        assert time_of(form.format(plain, "ap"[plain.hour > 11])) == plain


# The same calendar in both forms

KINDS = {N: "No school", M: "Minimum day", C: "Office closed"}
Entry = tuple[Mark, date, int]
entries = st.lists(
    st.tuples(st.sampled_from(list(KINDS)), st.dates(FIRST, LAST - ONE_DAY), st.integers(1, 12)),
    max_size=20,
)


def as_csv(told: Iterable[Entry], draw: Callable[..., int]) -> bytes:
    columns = [["kind"], ["start", "date"], ["end", "End Date"], ["name", "Title"]]
    order = sorted(range(4), key=lambda _: draw(99))
    header = [columns[n][draw(len(columns[n]))] for n in order]
    comma, end = ",;\t"[draw(3)], ("\n", "\r\n")[draw(2)]
    rows = [header]
    for mark, first, length in told:
        last = first + timedelta(days=length - 1)
        form = ("%Y-%m-%d", "%m/%d/%Y")[draw(2)]
        ends = "" if length == 1 and draw(2) else f"{last:{form}}"
        cells = [mark.value, f"{first:{form}}", ends, f"“{mark}” día"]
        rows.append([cells[n] for n in order])
    text = end.join(comma.join(f'"{cell}"' for cell in row) for row in rows)
    return text.encode(("utf-8", "utf-8-sig", "utf-16", "cp1252")[draw(4)])


def as_ics(told: Iterable[Entry], draw: Callable[..., int]) -> bytes:
    events = [_event(*one, draw) for one in told]
    lines = ics(*(event for event in events)).splitlines()
    width = 20 + draw(50)
    folded = (f"{line[:width]}\n {line[width:]}" if len(line) > width else line for line in lines)
    text = "\n".join(folded) + "\n"
    coding = ("utf-8", "utf-8-sig", "utf-16", "cp1252")[draw(4)]
    return text.replace("\n", ("\n", "\r\n")[draw(2)]).encode(coding)


def _event(mark: Mark, first: date, length: int, draw: Callable[..., int]) -> str:
    after = first + timedelta(days=length)
    utc = [datetime.combine(day, time(), ZONE).astimezone(UTC) for day in (first, after)]
    when = (
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}\nDTEND;VALUE=DATE:{after:%Y%m%d}",
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}\nDURATION:P{length}D",
        f"DTSTART:{first:%Y%m%d}T000000\nDTEND:{after:%Y%m%d}T000000",
        f"DTSTART:{utc[0]:%Y%m%dT%H%M%SZ}\nDTEND:{utc[1]:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}\nRRULE:FREQ=DAILY;COUNT={length}",
    )[draw(5)]
    title = f"SUMMARY;LANGUAGE=en:{KINDS[mark]}\\, día"
    return "\n".join((when, title, "DESCRIPTION:Holiday break") if draw(2) else (title, when))


@given(entries, st.data())
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_calendar_is_read_to_the_same_days_as_csv_and_as_ics(
    reads: Reads, told: list[Entry], data: st.DataObject
) -> None:
    def draw(n: int) -> int:
        return data.draw(st.integers(0, n - 1))

    sheet, events = reads(as_csv(told, draw), "days.csv"), reads(as_ics(told, draw))
    for mark in KINDS:
        assert days(sheet, mark) == days(events, mark)
        assert days(sheet, mark) == sorted(
            {
                day
                for kind, first, length in told
                for n in range(length)
                if kind is mark and (day := first + timedelta(days=n)).weekday() < 5
            }
        )
    assert not [bad for bad in (*sheet.problems, *events.problems) if bad.refused]
    ends = Wanted(ends={F: FIRST, L: LAST})
    one, other = (merge(source, Calendar(), ends, TODAY) for source in (sheet, events))
    assert one.commands == other.commands
    plain = [[(c.day, c.now, c.was) for c in merged.changes] for merged in (one, other)]
    assert plain[0] == plain[1]


# OneRoster

SESSIONS = """sourcedId,status,title,type,startDate,endDate
y1,active,2026-2027,schoolYear,2026-08-12,2027-06-10
t1,active,Trimester 1,term,2026-08-12,2026-11-06
y0,tobedeleted,2025-2026,schoolYear,2025-08-13,2026-06-11
"""


def test_the_sessions_of_a_roster_give_a_years_ends_and_its_terms(tmp_path: Path) -> None:
    (tmp_path / "academicSessions.csv").write_text(SESSIONS)
    told = read(tmp_path, HOW)
    assert (days(told, F), days(told, L)) == ([FIRST], [LAST])
    assert told.terms == ("Trimester 1: Wed Aug 12 2026 to Fri Nov 6 2026",)
    assert [(p.line, p.column, p.refused) for p in told.problems] == [(2, "endDate", False)]
    with zipfile.ZipFile(tmp_path / "roster.zip", "w") as archive:
        archive.writestr("academicSessions.csv", SESSIONS)
    assert read(tmp_path / "roster.zip", HOW) == told


FIXTURE = (
    Path(__file__).parents[2] / "shared/data/oneroster/oneroster-1.1-moodle-fixture.zip"
).resolve()


@pytest.mark.skipif(not FIXTURE.exists(), reason="../shared/data/oneroster is not here")
def test_the_published_fixture_gives_a_year_of_school() -> None:
    told = read(FIXTURE, HOW)
    year = merge(told, Calendar(), Wanted(), TODAY).year
    assert year.first_day < year.last_day


def test_sessions_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    other = (
        "y1b,active,x,schoolYear,2026-08-19,2027-06-10\nt9,active,x,term,2024-08-12,2024-09-12\n"
    )
    (tmp_path / "academicSessions.csv").write_text(SESSIONS + other)
    told = read(tmp_path, HOW)
    assert (6, "lies in no school year of this file") in [(p.line, p.reason) for p in told.problems]
    with pytest.raises(Unclear, match=r"2 first days .*\(line 2\).*\(line 5\)"):
        merge(told, Calendar(), Wanted(), TODAY)


def test_a_session_that_cannot_be_is_named(tmp_path: Path) -> None:
    bad = "y2,active,x,schoolYear,2027-08-12,2027-08-11\ny3,active,x,schoolYear,soon,2027-08-11\n"
    more = "y4,active,x,schoolYear,2026-08-12,2036-08-11\n"
    (tmp_path / "academicSessions.csv").write_text(SESSIONS + bad + more)
    refused = [problem for problem in read(tmp_path, HOW).problems if problem.refused]
    assert [(bad.line, bad.column) for bad in refused] == [
        (5, "endDate"),
        (6, "startDate"),
        (7, "endDate"),
    ]


def test_a_folder_without_sessions_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"holds no academicSessions\.csv"):
        read(tmp_path, HOW)


# Beside what is set

YEAR = SchoolYearSet(
    name="2026–27",
    first_day=FIRST,
    last_day=LAST,
    no_school=(LABOR_DAY, date(2026, 11, 25)),
    minimum_days=(date(2026, 11, 20),),
)
SET = Calendar(
    (YEAR,), (HolidaysSet(year=2026, closed=(LABOR_DAY,)), HolidaysSet(year=2027, closed=()))
)


def said(mark: Mark, first: date, last: date | None = None, line: int = 2) -> Said:
    return Said(mark, first, last or first, "", line)


def told_of(*marks: Said) -> Told:
    return Told("days.csv", marks)


def after(calendar: Calendar, *marks: Said, **wanted: date) -> Calendar:
    """The calendar once a file that says this was taken in."""
    ends = {Mark(f"{name}-day"): day for name, day in wanted.items()}
    for command in merge(told_of(*marks), calendar, Wanted(ends=ends), TODAY).commands:
        for event in CALENDAR.decide(command, calendar):
            calendar = CALENDAR.evolve(calendar, event)
    return calendar


def test_an_import_changes_only_what_it_speaks_of() -> None:
    calendar = after(SET, said(M, WEDNESDAY), said(C, date(2026, 12, 24)))
    (year,) = calendar.years
    assert year.no_school == YEAR.no_school
    assert year.minimum_days == (WEDNESDAY, *YEAR.minimum_days)
    assert (year.first_day, year.last_day) == (FIRST, LAST)
    assert calendar.closed == {LABOR_DAY, date(2026, 12, 24)}


def test_a_file_says_otherwise_of_a_day_and_it_is_otherwise() -> None:
    (year,) = after(SET, said(M, date(2026, 11, 25)), said(N, date(2026, 11, 20))).years
    assert year.minimum_days == (date(2026, 11, 25),)
    assert year.no_school == (LABOR_DAY, date(2026, 11, 20))


def test_several_minimum_days_at_once_make_no_school_day_of_a_break() -> None:
    several = said(M, date(2026, 11, 23), date(2026, 11, 25))
    merged = merge(told_of(several), SET, Wanted(), TODAY)
    assert merged.year.no_school == YEAR.no_school
    assert ["that stays" in problem.reason for problem in merged.problems] == [True]


def test_no_school_wins_over_a_minimum_day_and_it_is_said() -> None:
    day = date(2026, 11, 24)
    file = told_of(said(M, day, line=2), said(N, day, line=3))
    merged = merge(file, SET, Wanted(), TODAY)
    assert day in merged.year.no_school
    assert day not in merged.year.minimum_days
    (both,) = merged.problems
    assert (both.line, both.refused) == (2, True)
    assert "on line 3, without school: no school holds" in both.reason


@pytest.mark.parametrize("order", [1, -1])
def test_a_day_is_called_by_what_decided_over_it(order: int) -> None:
    day = date(2026, 11, 11)
    early = Said(M, day, day, "Early Release Wednesday", 2)
    free = Said(N, day, day, "Veterans Day", 3)
    merged = merge(told_of(*(early, free)[::order]), SET, Wanted(), TODAY)
    (one,) = [change for change in merged.changes if change.day == day]
    assert (one.now.partition(",")[0], one.name) == ("no school", "Veterans Day")


def test_early_release_every_week_meets_breaks_and_is_still_good() -> None:
    weeks = [said(M, WEDNESDAY + timedelta(weeks=n), line=9) for n in range(60)]
    merged = merge(
        told_of(*weeks, said(N, date(2026, 12, 21), date(2027, 1, 1))), SET, Wanted(), TODAY
    )
    assert len(merged.year.minimum_days) == 40 - 2 + 1
    assert {problem.refused for problem in merged.problems} == {False}
    assert [problem.reason.partition(" (and")[0][:3] for problem in merged.problems] == ["Wed"] * 3


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        (said(M, date(2027, 7, 7)), "not between the first and last day"),
        (said(M, date(2026, 9, 5)), "is on a weekend"),
        (said(M, LABOR_DAY), "the office is closed"),
        (said(N, FIRST), "is the first day of school: that holds"),
    ],
)
def test_a_day_that_cannot_be_is_named_and_left_out(mark: Said, says: str) -> None:
    merged = merge(told_of(mark), SET, Wanted(), TODAY)
    assert not merged.commands
    (bad,) = merged.problems
    assert says in bad.reason
    assert bad.refused


def test_days_without_school_in_summer_are_not_kept() -> None:
    merged = merge(told_of(said(N, date(2027, 6, 14), date(2027, 6, 18))), SET, Wanted(), TODAY)
    assert (merged.commands, merged.problems, merged.outside) == ((), (), 5)


def test_days_outside_a_year_that_became_shorter_go() -> None:
    (year,) = after(SET, said(L, date(2026, 11, 19))).years
    assert (year.no_school, year.minimum_days) == ((LABOR_DAY,), ())


def test_a_new_year_starts_with_the_legal_holidays_and_a_known_one_keeps_its_own() -> None:
    begun = after(Calendar(), said(F, FIRST), said(L, LAST))
    assert {date(2026, 11, 26), date(2027, 1, 1)} <= begun.closed
    assert after(SET, said(M, WEDNESDAY)).closed == SET.closed
    assert not after(Calendar((YEAR,)), said(M, WEDNESDAY)).closed


def test_which_year_is_meant_is_asked_when_a_file_speaks_of_several() -> None:
    two = [said(F, FIRST), said(L, LAST), said(F, date(2025, 8, 13)), said(L, date(2026, 6, 11))]
    with pytest.raises(Unclear, match="2025–26, 2026–27: say which with --year 2025-26"):
        merge(told_of(*two), Calendar(), Wanted(), TODAY)
    for name in ("2026-27", "2026–2027", "2026/27", " 2026 "):
        merged = merge(told_of(*two), Calendar(), Wanted(name), TODAY)
        assert (merged.year.name, merged.year.first_day) == ("2026–27", FIRST)
        assert merged.elsewhere == 2
    for unknown in ("2029-30", "soon"):
        with pytest.raises(Unclear, match="nothing is said of the school year"):
            merge(told_of(*two), Calendar(), Wanted(unknown), TODAY)


def test_the_first_day_of_the_year_after_does_not_make_two_years_of_one() -> None:
    file = told_of(said(F, FIRST), said(L, LAST), said(F, date(2027, 8, 11)))
    assert merge(file, Calendar(), Wanted(), TODAY).year.name == "2026–27"


def test_ends_that_nobody_said_are_asked_for() -> None:
    with pytest.raises(Unclear, match=r"does not say the last day of school of 2026–27.*--last"):
        after(Calendar(), said(F, FIRST))
    (year,) = after(Calendar(), said(F, FIRST), last=LAST).years
    assert (year.first_day, year.last_day) == (FIRST, LAST)


def test_two_first_days_are_a_question_unless_one_is_set() -> None:
    two = (said(F, FIRST, line=3), said(F, FIRST + 7 * ONE_DAY, line=5), said(L, LAST))
    with pytest.raises(Unclear, match=r"2 first days .*\(line 3\).*\(line 5\).*--first 2026-08-12"):
        after(Calendar(), *two)
    assert after(Calendar(), *two, first=FIRST).years[0].first_day == FIRST
    assert after(SET, *two) == SET


def test_a_year_of_the_schools_own_name_is_known_by_its_days() -> None:
    named = YEAR.model_copy(update={"name": "Year of the heron"})
    (year,) = after(Calendar((named,)), said(F, FIRST + ONE_DAY), said(M, WEDNESDAY)).years
    assert (year.name, year.first_day) == ("Year of the heron", FIRST + ONE_DAY)


@given(entries)
@settings(max_examples=60)
def test_the_same_file_again_adds_nothing(told: list[Entry]) -> None:
    file = [said(mark, first, first + timedelta(days=length - 1)) for mark, first, length in told]
    once = after(SET, *file, said(L, LAST))
    assert after(once, *file, said(L, LAST)) == once
    assert not merge(told_of(*file, said(L, LAST)), once, Wanted(), TODAY).changes


# At the desk

DAYS = "date,kind,name\n2026-08-12,first-day,\n2027-06-10,last-day,\n2026-09-07,no-school,Labor\n"


def take_in(desk: School, text: str, *more: str, name: str = "days.csv") -> Answer:
    path = desk.root / name
    path.write_text(text)
    return desk("calendar", "import", str(path), *more)


def test_a_dry_run_says_it_day_by_day_and_records_nothing(desk: School) -> None:
    dry = take_in(desk, DAYS, "--dry-run")
    assert dry.code == 0
    assert "  Mon Sep 7 2026  no school, office closed  Labor\n" in dry.out
    assert not desk.ok("calendar", "show", "--json").json["years"]
    assert take_in(desk, DAYS, "--json").json["events"] == 3
    shown = desk.ok("calendar", "show", "2026-09-07", "--json").json
    assert (shown["kind"], shown["business_day"]) == (None, False)
    again = take_in(desk, DAYS)
    assert (again.code, "that is set already" in again.out) == (0, True)
    assert take_in(desk, DAYS, "--json").json["events"] == 0


def test_bad_rows_are_told_and_the_rest_is_recorded(desk: School) -> None:
    answer = take_in(desk, DAYS + "2026-13-01,minimum,\n2026-11-20,minimum,\n")
    assert answer.code == 1
    assert "days.csv line 5, date: is a day that does not exist" in answer.out
    assert desk.ok("calendar", "show", "2026-11-20", "--json").json["kind"] == "minimum"


def test_titles_that_were_not_taken_are_listed_and_a_word_takes_them(desk: School) -> None:
    text = ics(on("20270216", "Ski Week"), on("20261016", "Picture Day"), on("20261016", "Recess"))
    ends = ("--first", "2026-08-12", "--last", "2027-06-10")
    told = take_in(desk, text, *ends, name="school.ics").out
    assert "Events not taken: 2\n  Ski Week: not understood\n" in told
    told = take_in(desk, text, "--no-school", "ski week", name="school.ics").out
    assert "Tue Feb 16 2027  no school  Ski Week" in told


def test_lunch_by_grade_is_what_log_understands(desk: School) -> None:
    take_in(desk, DAYS)
    bells = "kind,part,grade,start,end\nregular,lunch,3,11:00,11:40\nregular,lunch,,12:00,12:40\n"
    answer = take_in(desk, bells, name="bells.csv")
    assert answer.code == 0, answer.err
    assert "regular day  lunch of grade 3  11:00 AM to 11:40 AM" in answer.out
    changed = "kind,part,grade,start,end\nregular,lunch,3,11:10,11:50\nregular,lunch,4,9:00,8:00\n"
    answer = take_in(desk, changed, name="bells.csv")
    assert answer.code == 1
    assert "bells.csv line 3: on a regular day lunch of grade 4 must end after" in answer.out
    years = desk.ok("calendar", "show", "--json").json["years"]
    lunches = years[0]["schedules"][0]["lunches"]
    assert [(lunch["grade"], lunch["start"]) for lunch in lunches] == [
        ("3", "11:10:00"),
        ("*", "12:00:00"),
    ]


WRONG = {
    "nothing there": ((), None, 1, "is not there"),
    "no calendar": ((), "hello", 1, "is no calendar"),
    "no ends": ((), ics(on("20260907", "Labor Day")), 2, "does not say the first day"),
    "no such day": (("--first", "soon"), ics(), 2, "is no day"),
    "no such year": (("--year", "2031"), ics(), 2, "is said of the school year 2031"),
    "no year at all": ((), ics(), 2, "names no school year"),
    "an end out of this age": (
        ("--first", "2026-08-12", "--last", "9999-12-31"),
        ics(),
        2,
        "Last day is more than 2999",
    ),
    "a year without end": (
        ("--first", "1950-08-12", "--last", "2027-06-10"),
        ics(),
        4,
        "at most 400",
    ),
    "ends in the wrong order": (
        ("--first", "2027-06-10", "--last", "2026-08-12"),
        ics(),
        4,
        "must come after the first",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_taken_in_is_one_sentence(desk: School, case: str) -> None:
    more, text, code, says = WRONG[case]
    path = desk.root / "school.ics"
    if text is not None:
        path.write_text(text)
    answer = desk("calendar", "import", str(path), *more)
    assert (answer.code, answer.out) == (code, "")
    assert says in answer.err
    assert not desk.ok("calendar", "show", "--json").json["years"]


def test_a_spreadsheet_of_any_unicode_is_read(reads: Reads) -> None:
    told = reads(codecs.BOM_UTF16_LE + DAYS.encode("utf-16-le"), "days.csv")
    assert no_school(told) == [LABOR_DAY]
