"""What is typed means one thing or is refused with a sentence; what is shown is safe to print."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from ledger.domain.codes import Action, Behavior, Location, current
from ledger.said import (
    Bells,
    Length,
    Unclear,
    clean,
    match_code,
    parse_as_of,
    parse_length,
    parse_when,
    show_day,
    show_time,
    show_when,
    split_students,
)

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 10, 14, 14, 14, 30, tzinfo=ZONE)  # a Wednesday
BEFORE = datetime(2026, 10, 14, 21, 14, tzinfo=UTC)  # half a minute before
BELLS = Bells(
    periods=(
        ("Period 1", time(8, 30), time(9, 20)),
        ("Period 2", time(9, 20), time(10, 10)),
        ("Recess", time(10, 10), time(10, 30)),
        ("3", time(10, 30), time(11, 20)),
        ("Afternoon recess", time(13, 30), time(13, 45)),
    ),
    lunch={"*": (time(11, 50), time(12, 30)), "TK": (time(11, 10), time(11, 40))},
)


def when(said: str, now: datetime = NOW, *, allow_future: bool = False) -> str:
    at = parse_when(said, now, ZONE, BELLS, allow_future=allow_future)
    assert at.tzinfo is ZONE
    return at.isoformat(timespec="minutes")


def refusal(said: str, now: datetime = NOW) -> str:
    with pytest.raises(Unclear) as refused:
        parse_when(said, now, ZONE, BELLS)
    return str(refused.value)


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("now", "2026-10-14T14:14"),
        ("-10m", "2026-10-14T14:04"),
        ("-1h", "2026-10-14T13:14"),
        ("-1h30", "2026-10-14T12:44"),
        ("10 minutes ago", "2026-10-14T14:04"),
        ("10:40", "2026-10-14T10:40"),
        ("1040", "2026-10-14T10:40"),
        ("1210", "2026-10-14T12:10"),
        ("105", "2026-10-14T13:05"),
        ("7:30", "2026-10-14T07:30"),
        ("10:40am", "2026-10-14T10:40"),
        ("1:05 a.m.", "2026-10-14T01:05"),
        ("2 PM", "2026-10-14T14:00"),
        ("0:30", "2026-10-14T00:30"),
        ("today 10:40", "2026-10-14T10:40"),
        ("yesterday 12:10", "2026-10-13T12:10"),
        ("12:10 yesterday", "2026-10-13T12:10"),
        ("yesterday at noon", "2026-10-13T12:00"),
        ("day before yesterday 1:05", "2026-10-12T13:05"),
        ("yesterday lunch", "2026-10-13T11:50"),
        ("lunch", "2026-10-14T11:50"),
        ("monday 9:15", "2026-10-12T09:15"),
        ("wednesday 9:15", "2026-10-14T09:15"),
        ("wednesday 3pm", "2026-10-07T15:00"),
        ("last wednesday 9:15", "2026-10-07T09:15"),
        ("last friday 2:30pm", "2026-10-09T14:30"),
        ("2nd period", "2026-10-14T09:20"),
        ("second period", "2026-10-14T09:20"),
        ("period 3", "2026-10-14T10:30"),
        ("monday p1", "2026-10-12T08:30"),
        ("recess", "2026-10-14T10:10"),
        ("afternoon recess yesterday", "2026-10-13T13:30"),
        ("2026-10-09T09:05", "2026-10-09T09:05"),
        ("2026-10-09 09:05", "2026-10-09T09:05"),
        ("2026-10-09T01:05", "2026-10-09T01:05"),
        ("2026-10-09 1:05", "2026-10-09T13:05"),
        ("2026-10-09T09:05Z", "2026-10-09T02:05"),
        ("2026-10-09 09:05:10 +02:00", "2026-10-09T00:05"),
        ("10/9 10:40", "2026-10-09T10:40"),
        ("10/9/2026 10:40", "2026-10-09T10:40"),
        ("10/9/26 10:40", "2026-10-09T10:40"),
        ("oct 9 10:40", "2026-10-09T10:40"),
        ("9 oct 2026 10:40", "2026-10-09T10:40"),
        ("feb 29 2024 10:40", "2024-02-29T10:40"),
        ("Fri Oct 9 2026, 12:10 PM", "2026-10-09T12:10"),
        ("ayer a las 12:10", "2026-10-13T12:10"),
        ("el miércoles pasado a las 9:15", "2026-10-07T09:15"),
        ("9 de octubre 10:40", "2026-10-09T10:40"),
        ("hace 10 minutos", "2026-10-14T14:04"),
        ("an hour ago", "2026-10-14T13:14"),
        ("3 weeks ago 1:05", "2026-09-23T13:05"),
    ],
)
def test_a_time_is_read_as_a_school_says_it(said: str, at: str) -> None:
    assert when(said)[:16] == at


@pytest.mark.parametrize(
    "said",
    [
        "13:75", "25:00", "99:99", "13:40pm", "0:30am", "2026-02-30 10:40", "2026-10-09T24:61",
        "14/10 10:40", "feb 30 10:40", "oct 32 10:40", "Thu Oct 9 2026, 12:10 PM",
    ],
)  # fmt: skip
def test_a_time_that_does_not_exist_is_refused(said: str) -> None:
    assert refusal(said).startswith(("There is no ", "That day is a Fri Oct 9 2026."))


@pytest.mark.parametrize(
    "said",
    [
        "", " ", "asdf", "9", "yesterday 9", "1", "12", "10:40 may", "oct 10:40", "2:30 2nd",
        "10:40 10:50", "yesterday afternoon", "monday tuesday 10:40", "-10", "-2d", "2 days ago",
        "12:10 monday lunch", "10:40 x", "x" * 500, "\x00", "ana rivera", "10:40\ud800",
    ],
)  # fmt: skip
def test_no_part_of_a_time_is_guessed(said: str) -> None:
    assert refusal(said)


@pytest.mark.parametrize("said", ["2026-10-09", "10/9", "monday", "oct 9 2026", "yesterday"])
def test_a_day_without_a_time_asks_for_the_time(said: str) -> None:
    assert refusal(said) == f'"{said}" is a day. Say the time too, like 10:40 or lunch.'


def test_the_future_is_refused_by_its_name_and_allowed_by_its_flag() -> None:
    said = "2026-11-20T09:05"
    assert refusal(said).startswith("Fri Nov 20 2026, 9:05 AM has not come yet.")
    assert when(said, allow_future=True)[:16] == said
    assert when("wednesday 3pm", allow_future=True)[:16] == "2026-10-14T15:00"


def test_two_clocks_may_differ_by_two_minutes() -> None:
    assert when("14:16")[:16] == "2026-10-14T14:16"
    assert refusal("14:17").startswith("Wed Oct 14 2026, 2:17 PM has not come yet.")


def test_a_date_without_a_year_is_the_nearest_and_never_a_year_ago_by_a_slip() -> None:
    assert refusal("10/15 10:40").startswith("Tomorrow Thu Oct 15 2026, 10:40 AM")
    assert when("12/20 10:40", datetime(2027, 1, 5, 12, tzinfo=ZONE))[:10] == "2026-12-20"


@pytest.mark.parametrize("said", ["1999-12-31 10:00", "12/31/1999 10:00", "0001-01-01T00:00Z"])
def test_before_the_year_2000_is_refused(said: str) -> None:
    assert "is not in the years 2000 to 2199" in refusal(said)


@pytest.mark.parametrize("said", ["2026-03-08 02:30", "3/8/2026 2:30am", "2026-03-08T02:00"])
def test_a_time_that_the_clocks_jumped_over_is_refused(said: str) -> None:
    assert "on Sun Mar 8 2026: the clocks went forward" in refusal(said)


def test_of_two_times_in_autumn_the_first_is_meant() -> None:
    at = parse_when("2025-11-02 01:30", NOW, ZONE, None)
    assert at.astimezone(UTC) == datetime(2025, 11, 2, 8, 30, tzinfo=UTC)


def test_ten_minutes_ago_is_ten_minutes_on_every_night() -> None:
    now = datetime(2026, 3, 8, 3, 5, tzinfo=ZONE)
    assert now.astimezone(UTC) - parse_when("-10m", now, ZONE, None) == timedelta(minutes=10)


def test_the_bells_are_those_of_the_day_that_is_meant() -> None:
    minimum = Bells(lunch={"*": (time(11, 0), time(11, 30))})
    at = parse_when("yesterday lunch", NOW, ZONE, lambda d: minimum if d.day == 13 else BELLS)
    assert show_time(at) == "11:00 AM"


def test_bells_are_not_looked_up_for_a_time_by_the_clock() -> None:
    for said in ("10:40", "monday 9:15", "last friday 2:30pm", "oct 9 2026 10:40", "-10m", "now"):
        parse_when(said, NOW, ZONE, lambda _: pytest.fail("looked up"))


def test_lunch_is_that_of_the_grade() -> None:
    assert show_time(parse_when("lunch", NOW, ZONE, BELLS, grade="TK")) == "11:10 AM"
    assert show_time(parse_when("lunch", NOW, ZONE, BELLS, grade="3")) == "11:50 AM"


def test_lunch_may_be_a_period() -> None:
    bells = Bells(periods=(("Lunch", time(12, 5), time(12, 45)),))
    assert show_time(parse_when("lunch", NOW, ZONE, bells)) == "12:05 PM"


def test_lunch_at_two_times_is_asked() -> None:
    bells = Bells(lunch={"1": (time(11), time(12)), "5": (time(12), time(13))})
    with pytest.raises(Unclear, match=r"Lunch is at 11:00 AM or 12:00 PM\.") as refused:
        parse_when("lunch", NOW, ZONE, bells)
    assert refused.value.hints == ("11:00 AM", "12:00 PM")


@pytest.mark.parametrize("said", ["lunch", "period 3", "monday 2nd period"])
def test_without_bells_a_period_is_asked_for_its_time(said: str) -> None:
    with pytest.raises(Unclear, match="the time itself"):
        parse_when(said, NOW, ZONE, None)


def test_a_period_that_does_not_ring_lists_those_that_do() -> None:
    with pytest.raises(Unclear) as refused:
        parse_when("period 9", NOW, ZONE, BELLS)
    assert refused.value.hints == tuple(name for name, _, _ in BELLS.periods)


@for_all(st.times(min_value=time(7), max_value=time(17, 59)))
def test_without_am_or_pm_it_is_the_time_inside_the_school_day(clock: time) -> None:
    hour = clock.hour % 12 or 12
    for said in (f"{hour}:{clock.minute:02}", f"{hour}{clock.minute:02}"):
        at = parse_when(f"yesterday {said}", NOW, ZONE, None)
        assert (at.hour, at.minute) == (clock.hour, clock.minute)


@for_all(
    st.integers(0, 14_000_000).map(
        lambda minutes: (BEFORE - timedelta(minutes=minutes)).astimezone(ZONE)
    )
)
def test_what_is_shown_is_read_back(at: datetime) -> None:
    read = parse_when(show_when(at, ZONE, NOW), NOW, ZONE, None)
    assert read.replace(fold=0) == at.replace(fold=0)


PHRASES = """last monday oct 9 32 2026 10:40 75 pm yesterday lunch period 2 - 1h ago feb 30 p3 now
    2026-02-30 13:99 and half 11/31 mañana el a""".split()  # noqa: SIM905


@settings(max_examples=300)
@for_all(
    st.one_of(
        st.text(max_size=30),
        st.text("0123456789:-/ apmTZ+.,", max_size=20),
        st.lists(
            st.sampled_from(PHRASES),
            max_size=5,
        ).map(" ".join),
    )
)
@example("1" * 80)
@example("-" + "9" * 70 + "m")
def test_whatever_is_typed_is_an_instant_or_a_sentence(said: str) -> None:
    try:
        at = parse_when(said, NOW, ZONE, BELLS)
    except Unclear as refused:
        assert str(refused).endswith(".")  # noqa: PT017
        assert clean(str(refused)) == str(refused)  # noqa: PT017
    else:
        assert at.tzinfo is ZONE
        assert at.year >= 2000
        assert at <= NOW + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("2025", "2025-08-01T00:00:00-07:00", "2026-07-31T23:59:59.999999-07:00"),
        ("oct 9", "2026-10-09T00:00:00-07:00", "2026-10-09T23:59:59.999999-07:00"),
        ("11/20", "2025-11-20T00:00:00-08:00", "2025-11-20T23:59:59.999999-08:00"),
        ("today", "2026-10-14T00:00:00-07:00", "2026-10-14T23:59:59.999999-07:00"),
        ("2026-03-08", "2026-03-08T00:00:00-08:00", "2026-03-08T23:59:59.999999-07:00"),
        ("2027-01-02", "2027-01-02T00:00:00-08:00", "2027-01-02T23:59:59.999999-08:00"),
        ("yesterday 10:40", "2026-10-13T10:40:00-07:00", "2026-10-13T10:40:00-07:00"),
    ],
)
def test_an_edge_of_time_is_the_first_or_last_moment_of_a_day(
    said: str, start: str, end: str
) -> None:
    edges: tuple[tuple[Literal["start", "end"], str], ...] = (("start", start), ("end", end))
    for edge, at in edges:
        assert parse_as_of(said, NOW, ZONE, edge=edge).isoformat() == at


@pytest.mark.parametrize("said", ["", "feb 30", "1999", "1999-01-01", "soon", "x" * 99])
def test_an_edge_of_time_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(Unclear):
        parse_as_of(said, NOW, ZONE)


def test_a_day_begins_also_where_the_clocks_change_at_midnight() -> None:
    havana = ZoneInfo("America/Havana")
    at = parse_as_of("2026-03-08", NOW, havana, edge="start")
    assert at.isoformat() == "2026-03-08T01:00:00-04:00"


def test_a_time_is_shown_with_its_weekday_in_english_everywhere() -> None:
    at = datetime(2026, 10, 14, 19, 10, tzinfo=UTC)
    assert show_when(at, ZONE, NOW) == "Wed Oct 14 2026, 12:10 PM"
    assert show_when(at + timedelta(hours=20), ZONE, NOW) == "tomorrow Thu Oct 15 2026, 8:10 AM"
    assert show_day(date(2026, 2, 1)) == "Sun Feb 1 2026"
    assert [show_time(time(h, 5)) for h in (0, 9, 12, 23)] == [
        "12:05 AM", "9:05 AM", "12:05 PM", "11:05 PM",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "length"),
    [
        ("10m", Length(minutes=10)),
        ("10 min", Length(minutes=10)),
        ("90 minutos", Length(minutes=90)),
        ("1h", Length(minutes=60)),
        ("1h30", Length(minutes=90)),
        ("1 hour and 30 minutes", Length(minutes=90)),
        ("1.5h", Length(minutes=90)),
        ("half an hour", Length(minutes=30)),
        ("0.5d", Length(days=Decimal("0.5"))),
        ("0,5 d", Length(days=Decimal("0.5"))),
        ("½ day", Length(days=Decimal("0.5"))),
        ("1½ days", Length(days=Decimal("1.5"))),
        ("Half Day", Length(days=Decimal("0.5"))),
        ("medio día", Length(days=Decimal("0.5"))),
        ("2d", Length(days=Decimal(2))),
    ],
)
def test_a_length_is_minutes_or_school_days(said: str, length: Length) -> None:
    assert parse_length(said) == length


@pytest.mark.parametrize(
    "said",
    ["", "10", "0m", "0d", "-1d", "1h90", "1:30", "0.3m", "367d", "25h", "9" * 90 + "m", "2d 3h"],
)
def test_what_is_no_length_is_refused(said: str) -> None:
    with pytest.raises(Unclear, match="is not a length"):
        parse_length(said)


OWN = {"tray": "property-misuse", "Lunch Room": "cafeteria", "gone": "no-longer-a-code"}


def test_every_code_is_found_by_itself() -> None:
    for codeset in (Behavior, Location, Action):
        for code in current(codeset):
            assert match_code(code.value, current(codeset), OWN) is code
            assert match_code(code.value.upper().replace("-", " "), current(codeset)) is code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("disrup", Behavior.DISRUPTION),
        ("fight", Behavior.FIGHTING),
        ("phys con", Behavior.PHYSICAL_CONTACT),
        ("theft", Behavior.FORGERY_THEFT_PLAGIARISM),
        ("Tray", Behavior.PROPERTY_MISUSE),
    ],
)
def test_a_unique_beginning_or_an_own_word_is_enough(said: str, code: Behavior) -> None:
    assert match_code(said, current(Behavior), OWN) is code


def test_the_beginning_of_the_whole_outranks_that_of_a_later_part() -> None:
    assert match_code("conference", current(Action)) is Action.CONFERENCE_WITH_STUDENT


def test_an_own_word_of_another_code_set_does_not_count() -> None:
    assert match_code("lunch-room", current(Location), OWN) is Location.CAFETERIA
    with pytest.raises(Unclear, match='There is no behavior "lunch room"'):
        match_code("lunch room", current(Behavior), OWN)


def test_a_beginning_of_several_lists_them() -> None:
    with pytest.raises(Unclear) as refused:
        match_code("phys", current(Behavior))
    assert refused.value.hints == ("physical-contact", "physical-aggression")
    assert refused.value.guess is None


@pytest.mark.parametrize("said", ["disrupton", "disrpution", "disruptionn", "DISRUPTOIN"])
def test_one_slip_is_offered_and_never_taken(said: str) -> None:
    with pytest.raises(Unclear, match=r"Did you mean disruption\?") as refused:
        match_code(said, current(Behavior))
    assert refused.value.guess == "disruption"


@pytest.mark.parametrize("said", ["", "-", "xyz", "e" * 50_000, "\x1b[31m", "\ud800"])
def test_a_word_that_is_like_no_code_lists_them_all(said: str) -> None:
    with pytest.raises(Unclear) as refused:
        match_code(said, current(Location))
    assert refused.value.hints == tuple(code.value for code in current(Location))
    assert clean(str(refused.value)) == str(refused.value)


def test_choices_may_be_any_words() -> None:
    assert match_code("maj", {"minor": 1, "major": 2}) == 2
    with pytest.raises(Unclear, match="Type more of the word you mean"):
        match_code("m", {"minor": 1, "major": 2})


@for_all(st.sampled_from(current(Behavior)), st.integers(1, 30))
def test_a_beginning_is_taken_when_it_is_of_one_code_alone(code: Behavior, length: int) -> None:
    typed = code.value[:length].rstrip("-")
    fit = [c for c in current(Behavior) if c.value.startswith(typed)]
    if len(fit) == 1 or typed == code.value:
        assert match_code(typed, current(Behavior)) is code
        return
    with pytest.raises(Unclear, match="Type more of the behavior you mean") as refused:
        match_code(typed, current(Behavior))
    assert refused.value.hints == tuple(c.value for c in fit)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07ok", "ok"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jgone", "gone"),
        ("\x1b]0;never ends", "0;never ends"),
        ("a\x00b\x07", "ab"),
        ("a\tb\r\nc\rd", "a b\nc\nd"),
        ("a\u2028b\x85c", "a b c"),
        ("\u202eevil\u2066\u200b\ufeff", "evil"),
        ("1\xad2\U000e0041", "12"),
        ("a\u200db\u200c", "ab"),
        ("\ud83d half", "\N{REPLACEMENT CHARACTER} half"),
    ],
)
def test_what_moves_hides_or_turns_around_is_not_printed(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Zoë e\u0301 Søren Ørsted Nuñez",
        "ליאור כהן",
        "ليلى حسن",
        "می\u200cخواهم",  # noqa: RUF001
        "👩\u200d👩\u200d👧 👩🏽\u200d⚕️ ❤️\u200d🔥",
        "क्\u200dष",
        "李小龍\nline $5 % `x` 'y' \"z\"",
    ],
)
def test_letters_accents_and_emoji_are_printed_as_they_are(text: str) -> None:
    assert clean(text) == text


PIECES = st.sampled_from(
    [
        "\x1b",
        "[",
        "]",
        "0;",
        "\x07",
        "\\",
        "\x9b",
        "m",
        "\u200d",
        "\u200c",
        "ع",
        "👩",
        "a",
        "\r",
        "\n",
    ]
)


@for_all(st.one_of(st.text(), st.lists(PIECES | st.characters(categories=["Cc", "Cf", "Cs", "Lu"]))
                   .map("".join)))  # fmt: skip
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    shown = clean(text)
    left = {c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert left <= set("\n\u200c\u200d")
    assert clean(shown) == shown


@for_all(st.text(st.characters(categories=["L", "M", "N", "P", "S"])))
def test_printable_text_is_untouched(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("words", "students"),
    [
        (["mateo", "cruz", "and", "jonah", "wells"], ["mateo cruz", "jonah wells"]),
        (["mateo cruz", "AND", "jonah wells"], ["mateo cruz", "jonah wells"]),
        (["mateo cruz & jonah wells"], ["mateo cruz", "jonah wells"]),
        (["andy", "sand", "&", "hope"], ["andy sand", "hope"]),
        (["and", "ana"], ["ana"]),
        ([], []),
    ],
)
def test_and_joins_students(words: list[str], students: list[str]) -> None:
    assert split_students(words) == students


HEAVY = ["rapidfuzz", "anyascii", "dateparser", "pydantic", "sqlalchemy"]
COMMON = """
import sys
from datetime import datetime, time
from zoneinfo import ZoneInfo
from ledger.said import *
from ledger.said import Bells
zone = ZoneInfo("America/Los_Angeles")
now = datetime(2026, 10, 14, 14, 14, tzinfo=zone)
bells = Bells(lunch={"*": (time(11, 50), time(12, 30))})
for said in ("now", "-10m", "1210", "yesterday lunch", "monday 9:15", "2026-10-09T09:05"):
    parse_when(said, now, zone, bells)
match_code("caf", {"cafeteria": 1})
parse_length("10m")
clean("\\x1b[0m")
print(*(name for name in %r if name in sys.modules))
"""


def test_common_words_are_read_without_a_heavy_library() -> None:
    root = Path(__file__).parent.parent
    ran = subprocess.run(
        [sys.executable, "-c", COMMON % HEAVY], cwd=root, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == []
