"""What repeats itself with a student is told under an entry, when it is often enough."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from desk import CLERK, School
from hypothesis import given
from hypothesis import strategies as st
from made import ZONE

from ledger.domain.codes import Location
from ledger.reading import Episode, Pattern, Student
from ledger.reports import patterns

AT_SCHOOL = ZoneInfo(ZONE)
LEO, MATEO = (
    Student(id, name, "", "", "", "", True) for id, name in (("l", "Leo"), ("m", "Mateo"))
)
PEOPLE = {one.student_id: one for one in (LEO, MATEO)}


def episode(
    clock: str = "12:10", where: str | None = "cafeteria", *others: str, own: str | None = None
) -> Episode:
    """An incident of a day in October, at this time of the school's day."""
    hour, minute = map(int, clock.split(":"))
    at = datetime(2026, 10, 8, hour, minute, tzinfo=AT_SCHOOL).astimezone(UTC).isoformat()
    return Episode("id", at, False, where, own, others)


def told(*episodes: Episode, this_month: int | None = None) -> str:
    count = len(episodes) if this_month is None else this_month
    return patterns.line(Pattern("ana", count, episodes, PEOPLE), AT_SCHOOL)


def test_place_time_and_peer_are_told_as_the_look_says() -> None:
    lunch = [episode(clock, "cafeteria", "l") for clock in ("12:10", "12:18", "12:12")]
    elsewhere = [episode("12:15", "cafeteria"), episode("9:00", "classroom", "m")]
    assert told(*lunch, *elsewhere) == (
        "5th this month · 4 of 5 in the cafeteria, 12:10–12:18 · 3 of 5 with Leo"
    )


@pytest.mark.parametrize(
    ("episodes", "line"),
    [
        ([], ""),
        ([episode()], "1st this month"),
        ([episode()] * 2, "2nd this month"),
        ([episode()] * 3, "3rd this month · 3 of 3 in the cafeteria, 12:10"),
        ([episode()] * 3 + [episode("9:00", "gym")] * 3, "6th this month"),
        ([episode("12:10", None)] * 3, "3rd this month · 3 of 3 at 12:10"),
        ([episode("9:00", "other")] * 3, "3rd this month · 3 of 3 at 9:00"),
        ([episode(where="playground")] * 3, "3rd this month · 3 of 3 on the playground, 12:10"),
        (
            [episode(at, "gym") for at in ("8:30", "10:00", "14:30")],
            "3rd this month · 3 of 3 in the gym",
        ),
        (
            [episode(at, "gym") for at in ("8:30", "14:05", "14:20", "14:30")],
            "4th this month · 4 of 4 in the gym · 3 of 4 at 2:05–2:30",
        ),
        (
            [episode(own="room-12")] * 3,
            "3rd this month · 3 of 3 at room-12, 12:10",
        ),
    ],
)
def test_only_what_happened_three_times_and_mostly_is_told(
    episodes: list[Episode], line: str
) -> None:
    assert told(*episodes) == line


def test_what_is_not_all_of_this_month_says_so() -> None:
    assert told(*[episode()] * 5, this_month=1) == (
        "1st this month · 5 of the last 5 in the cafeteria, 12:10"
    )
    assert told(*[episode()] * 3, this_month=0) == "3 of the last 3 in the cafeteria, 12:10"


def test_a_day_without_a_time_is_at_no_time() -> None:
    day = episode("0:00", "gym")
    whole = Episode(day.incident_id, day.occurred_at, True, day.location, None, ())
    assert told(whole, whole, whole) == "3rd this month · 3 of 3 in the gym"


EPISODES = st.lists(
    st.builds(
        Episode,
        st.just("id"),
        st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(  # noqa: DTZ001
            lambda at: at.replace(tzinfo=UTC).isoformat()
        ),
        st.booleans(),
        st.sampled_from([None, *(code.value for code in Location)]),
        st.sampled_from([None, "room-12", "lunch-tables"]),
        st.sampled_from([(), ("l",), ("l", "m")]),
    ),
    max_size=9,
)


@given(EPISODES, st.integers(0, 9))
def test_nothing_is_said_more_often_than_it_happened(episodes: list[Episode], month: int) -> None:
    line = told(*episodes, this_month=month)
    shares = [part for part in line.split(" · ") if " of " in part and part[0].isdigit()]
    for share in shares:
        times, words = share.split(" of ", 1)
        of = int(words.removeprefix("the last ").split()[0])
        assert patterns.LEAST <= int(times) <= of == len(episodes)
        assert 2 * int(times) > of


@pytest.mark.parametrize(
    ("number", "word"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th")]
)
def test_numbers_have_their_endings(number: int, word: str) -> None:
    assert patterns.ordinal(number) == word
    assert patterns.ordinal(number + 100) == f"1{number:02}{word.lstrip('0123456789')}"


# At an entry


def log(desk: School, *more: str, who: str = "ana rivera") -> str:
    line = ("log", *who.split(), "--did", "disrup", *more)
    return desk.ok(*line, terminal=True).out


def line_of(shown: str) -> str:
    """The line between what was recorded and what is open."""
    return next((line.strip() for line in shown.splitlines() if "this month" in line), "")


def test_an_entry_is_followed_by_what_repeats_itself(desk: School) -> None:
    for day, at in enumerate(("12:10", "12:18", "12:12", "12:15"), 5):
        log(desk, "--where", "caf", "--at", f"oct {day} {at}", "--with", "leo")
    shown = log(desk, "--where", "gym", "--at", "9:00")
    assert line_of(shown) == (
        "5th this month · 4 of 5 in the cafeteria, 12:10–12:18 · 4 of 5 with Leo Park"
    )


def test_last_months_are_looked_at_when_there_are_few_of_this(desk: School) -> None:
    for day in (21, 22, 23):
        log(desk, "--where", "caf", "--at", f"sep {day} 12:10")
    assert line_of(log(desk, "--where", "caf", "--at", "12:10")) == (
        "1st this month · 4 of the last 4 in the cafeteria, 12:10"
    )


def test_only_what_stands_and_in_which_the_student_was_referred_is_counted(desk: School) -> None:
    log(desk, "--at", "oct 5 9:00")
    desk.ok("incident", "void", "last", "--reason", "another child")
    log(desk, "--at", "oct 6 9:00")
    desk.ok("undo")
    log(desk, "--at", "oct 7 9:00", "--victim", "ana rivera", who="leo")
    log(desk, "--at", "oct 8 9:00")
    assert line_of(log(desk)) == "2nd this month"


def test_who_was_found_to_be_the_same_child_is_counted_as_one(desk: School) -> None:
    log(desk, "--at", "oct 5 9:00", who="anna riviera")
    desk.ok("roster", "link", "anna", "riviera", "--same-as", "ana rivera", "--yes")
    assert line_of(log(desk)) == "2nd this month"


def test_it_is_one_access_event_with_its_own_purpose(desk: School) -> None:
    log(desk, "--with", "leo")
    (answer,) = (r.event for r in desk.answers())
    assert (answer.what, answer.purpose) == ("pattern", "entry")
    assert len(answer.subjects) == 2


def test_a_program_and_a_pipe_are_told_nothing_and_read_nothing(desk: School) -> None:
    for how in ({"terminal": True}, {}):
        more = ["--json"] if how else []
        assert "this month" not in desk.ok("log", "leo", "--did", "tardy", *more, **how).out
    assert desk.answers() == []


def test_a_clerk_is_told_too_since_it_holds_no_words(desk: School) -> None:
    line = ("log", "ana", "rivera", "--did", "tardy")
    assert line_of(desk.ok(*line, terminal=True, user=CLERK).out) == "1st this month"


def test_an_entry_stands_when_the_access_log_cannot_be_written(desk: School) -> None:
    (desk.folder / "access.db").unlink()
    shown = log(desk)
    assert shown.startswith("Recorded")
    assert "this month" not in shown
    assert desk("timeline", "ana", "rivera").code == 8


def test_an_incident_of_a_year_ago_is_let_rest(desk: School) -> None:
    for at in ("9:00", "9:05", "9:10"):
        log(desk, "--where", "gym", "--at", f"2025-10-01 {at}")
    assert line_of(log(desk, "--where", "gym", "--at", "9:00")) == "1st this month"
