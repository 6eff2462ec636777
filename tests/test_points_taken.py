"""The day's cards at the command line: one child, the grid, a file, and what each refuses."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from desk import CLERK, TEACHER, School, as_expected
from plans import SIX, carry_out

from cli import points_day
from ledger.domain.codes import PlanKind
from ledger.domain.plan import PointCard

ROW = ("222", "221", "112", "222", "221", "222")
CALENDAR = """\
date,kind
2026-08-12,first-day
2027-06-11,last-day
2026-10-12,no-school
2026-10-14,minimum
"""
BELLS = "kind,part,name,start,end\n" + "".join(
    f"{kind},period,Period {n},{8 + n}:00,{8 + n}:40\n"
    for kind, count in (("regular", 6), ("minimum", 4))
    for n in range(1, count + 1)
)
FOUR = ("ana rivera", "104305", "jonah", "mateo")
TYPED = "31\na\n211 101 002 - 111 122\n\n"


@pytest.fixture
def four(desk: School) -> School:
    """Four children with a card; the first had three days at goal."""
    carry_out(desk, *FOUR)
    for day, points in (("oct 8", "20"), ("oct 9", "32"), ("oct 12", "33"), ("oct 13", "29")):
        desk.ok("points", "ana", "rivera", points, "--on", day)
    return desk


# The screens


@pytest.mark.parametrize("form", [(), ("--ascii",), ("--json",)])
def test_the_grid_looks_as_it_was_drawn(four: School, form: tuple[str, ...]) -> None:
    four.ok("points", "ana", "rivera", *ROW)
    filled = four.ok("points", "--ascii", stdin=TYPED, terminal=True)
    assert "All 4 entered" in filled.out
    told = four.ok("points", "--list", *form)
    assert max(map(len, told.out.splitlines())) <= 100 or form == ("--json",)
    as_expected(f"points{''.join(form).replace('--', '.')}", told.out)


def test_one_child_is_told_with_the_sum_the_goal_and_the_days_in_a_row(four: School) -> None:
    as_expected("points.one", four.ok("points", "ana", "rivera", *ROW).out)


# One child


def test_the_same_card_again_is_recorded_once_and_another_one_is_refused(four: School) -> None:
    four.ok("points", "ana", "rivera", *ROW)
    again = four.ok("points", "ana", "rivera", "222221112222221222")
    assert "already recorded" in again.out
    other = four("points", "ana", "rivera", "30")
    assert (other.code, other.out) == (4, "")
    assert "correct it, with a reason" in other.err
    assert len(four.of("PointsRecorded")) == 5


def test_a_card_that_was_taken_in_wrongly_is_corrected_with_its_reason(four: School) -> None:
    four.ok("points", "ana", "rivera", *ROW)
    fixed = four.ok("points", "ana", "rivera", "30", "--correct", "--reason", "added up wrongly")
    assert "30/36" in fixed.out
    assert "corrected" in fixed.out
    (event,) = four.of("PointsCorrected")
    assert (event.points, str(event.reason)) == (30, "added up wrongly")
    assert "30/36" in four.ok("points", "--list").out


def test_a_correction_without_a_reason_asks_for_it(four: School) -> None:
    four.ok("points", "ana", "rivera", *ROW)
    four.ok("points", "ana", "rivera", "30", "--correct", stdin="added up\n", terminal=True)
    assert [str(event.reason) for event in four.of("PointsCorrected")] == ["added up"]
    alone = four("points", "ana", "rivera", "30", "--reason", "why not")
    assert (alone.code, "go together" in alone.err) == (2, True)


def test_check_in_and_check_out_stand_on_the_card_that_says_them(four: School) -> None:
    four.ok("points", "ana", "rivera", *ROW, "--checked-in", "--not-checked-out")
    card = four.of("PointsRecorded")[-1]
    assert (card.checked_in, card.checked_out) == (True, False)


def test_a_trial_records_nothing(four: School) -> None:
    before = len(four.events())
    told = four.ok("points", "ana", "rivera", *ROW, "--dry-run")
    assert "PointsRecorded" in told.out
    assert len(four.events()) == before


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("ana", "rivera", "222", "231", *ROW[2:]), 2, "Period 2, kind: more than 2"),
        (("ana", "rivera", "222", "221"), 2, "typed are 6, or 2 periods"),
        (("ana", "rivera", "40"), 2, "more than the 36 points"),
        (("leo", "31"), 4, "No plan with a card is carried out on Oct 14 2026"),
        (("ana", "rivera", "31", "--on", "tomorrow"), 2, "has not come yet"),
        (("ana", "rivera", "31", "--on", "sep 18"), 4, "No plan with a card"),
        (("zzz", "31"), 3, "No student here fits"),
        ((), 2, "whole grid is filled in at a terminal"),
        (("ana", "rivera"), 2, "Whose card, and what is on it?"),
        (("--json",), 2, "whole grid is filled in at a terminal"),
    ],
)
def test_what_cannot_be_taken_in_is_told_and_nothing_is_recorded(
    four: School, words: Sequence[str], code: int, says: str
) -> None:
    before = len(four.events())
    answer = four("points", *words)
    assert (answer.code, answer.out) == (code, "")
    assert says in answer.err
    assert len(four.events()) == before


def test_of_two_children_of_one_name_neither_is_taken_and_the_card_is_kept(four: School) -> None:
    asked = four("points", "bea", *ROW)
    assert asked.code == 3
    assert "kept as draft 1" in asked.err
    four.ok("spool", "1", "--student", "104305")
    assert four.of("PointsRecorded")[-1].points == 32


def test_of_two_plans_with_a_card_one_has_to_be_named(four: School) -> None:
    carry_out(four, "ana rivera", kind=PlanKind.BEHAVIOR_CONTRACT)
    asked = four("points", "ana", "rivera", "31")
    assert asked.code == 3
    assert "plan 1 (CICO), plan 2 (contract)" in asked.err
    four.ok("points", "ana", "rivera", "31", "--kind", "contract")
    four.ok("points", "ana", "rivera", "30", "--plan", "1")
    assert [(card.plan, card.points) for card in four.of("PointsRecorded")[-2:]] == [
        (2, 31),
        (1, 30),
    ]


# The grid


def test_a_card_that_somebody_else_took_in_meanwhile_is_told_and_passed_over(
    four: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    stood = points_day.asked

    def before(*args: Any) -> Any:
        return replace(stood(*args), known=None)

    four.ok("points", "ana", "rivera", *ROW)
    monkeypatch.setattr(points_day, "asked", before)
    told = four.ok("points", stdin="31\na\na\na\n", terminal=True)
    assert "was taken in already" in told.out
    assert "3 of 4 entered, 1 skipped" in told.out


def test_a_grid_skips_what_is_recorded_and_asks_for_the_rest(four: School) -> None:
    four.ok("points", "ana", "rivera", *ROW)
    first = four.ok("points", stdin="s\n\n31\nn\nana, mateo out\n", terminal=True)
    assert "2 of 4 entered, 2 skipped" in first.out
    assert "done for 0 of 2" in first.out
    assert [(one.delivered, one.planned) for one in four.of("FidelityRecorded")] == [(0, 2), (1, 2)]
    second = four.ok("points", stdin="a\nn\n", terminal=True)
    assert "All 4 entered" in second.out
    assert len(four.of("FidelityRecorded")) == 2


def test_only_the_plans_that_one_manages_are_asked_with_mine(four: School) -> None:
    carry_out(four, "leo", user=TEACHER)
    assert "5 students" in four.ok("points", "--list").out
    assert "4 students" in four.ok("points", "--list", "--mine").out
    assert "1 student " in four.ok("points", "--list", "--mine", user=TEACHER).out


def test_cards_of_another_shape_stand_under_their_own_head(four: School) -> None:
    small = PointCard(most=4, periods=("Reading", "Math"), expectations=("kind", "safe"))
    carry_out(four, "leo", card=small)
    shown = four.ok("points", "--list").out
    assert "6 periods × 3, 0–2\n" in shown
    assert "2 periods × 2, 0–4\n" in shown
    four.ok("points", "leo", "34", "4-")
    assert "11/12" in four.ok("points", "--list").out


def test_a_minimum_day_and_a_day_without_school_are_said_and_refuse_nothing(four: School) -> None:
    for name, text in (("days", CALENDAR), ("bells", BELLS)):
        (four.root / f"{name}.csv").write_text(text)
    four.ok("calendar", "import", str(four.root / "days.csv"))
    four.ok("calendar", "import", str(four.root / "bells.csv"))
    told = four.ok("points", "mateo", "222", "221", "112", "222")
    assert "Minimum day: periods 5, 6 not held, leave them out. It is no data, never 0." in told.out
    card = four.of("PointsRecorded")[-1]
    assert (card.points, card.most, card.rows[4:]) == (21, 24, ((), ()))
    out = four.ok("points", "mateo", "31", "--on", "oct 12")
    assert "No school on Mon Oct 12 2026" in out.out


def test_a_clerk_takes_in_cards_and_each_child_that_is_shown_is_on_the_access_log(
    four: School,
) -> None:
    four.ok("points", "mateo", "31", user=CLERK)
    four.ok("points", "--list", user=CLERK)
    last = four.answers()[-1].event
    assert len(last.students) == 4


# A file


def sheet(desk: School, *rows: Sequence[str], head: Sequence[str] = ()) -> Path:
    path = desk.root / "cards.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(head or ("student", "date", *SIX.periods, "total", "reason", "in", "out"))
        table.writerows(rows)
    return path


BLANK = ("",) * 6
GOOD = (
    ("104233", "10/14/2026", *ROW, "", "", "yes", "yes"),
    ("104590", "2026-10-14", *BLANK, "", "absent", "", ""),
    ("104512", "2026-10-13", "211", "101", "002", "", "111", "122", "", "", "", ""),
    ("104512", "2026-10-14", *BLANK, "31", "", "", ""),
)
BAD = (
    (
        ("104233", "2026-10-13", "222", "231", *ROW[2:], "", "", "", ""),
        "line 6, 2: Period|period 2",
    ),
    (("104234", "2026-10-14", *BLANK, "31", "", "", ""), "line 7, student: has no plan"),
    (("999999", "2026-10-14", *BLANK, "31", "", "", ""), "line 8, student: is no number of one"),
    (("Ana Rivera", "2026-10-14", *BLANK, "31", "", "", ""), "line 9, student: is no number of a"),
    (("104512", "someday", *BLANK, "31", "", "", ""), "line 10, date: is no day"),
    (("104512", "2026-12-24", *BLANK, "31", "", "", ""), "line 11, date: has not come yet"),
    (("104512", "2026-10-09", *BLANK, "37", "", "", ""), "line 12, total: that is more than"),
    (("104512", "2026-10-09", *BLANK, "31", "absent", "", ""), "line 13, reason: says both total"),
    (("104512", "2026-10-09", *BLANK, "", "", "", ""), "line 14: has neither marks"),
    (("104512", "2026-10-09", *BLANK, "", "sick", "", ""), "line 15, reason: is none of absent"),
    (("104512", "2026-10-14", *BLANK, "30", "", "", ""), "line 16: the card of Oct 14 2026 was"),
    (("104512", "2026-10-09", *BLANK, "30", "", "maybe", ""), "line 17, in: is neither yes nor no"),
)


def test_a_file_is_taken_in_and_a_second_time_appends_nothing(four: School) -> None:
    path = str(sheet(four, *GOOD))
    first = four.ok("points", "--from", path)
    assert first.out == "4 appended, 0 corrected, 0 unchanged, 0 left out, 0 odd\n"
    cards = four.of("PointsRecorded")[-4:]
    assert [card.points for card in cards] == [32, None, 16, 31]
    assert (cards[0].checked_in, cards[0].checked_out) == (True, True)
    before = len(four.events())
    second = four.ok("points", "--from", path, "--json").json
    assert (second["appended"], second["unchanged"], second["rejected"]) == (0, 4, 0)
    assert len(four.events()) == before


def test_every_bad_row_is_named_and_the_rest_goes_in(four: School) -> None:
    path = sheet(four, *GOOD, *(row for row, _ in BAD))
    told = four("points", "--from", str(path))
    assert told.code == 1
    assert told.out.startswith(f"4 appended, 0 corrected, 0 unchanged, {len(BAD)} left out")
    lines = told.out.splitlines()[1:]
    for line, (row, says) in zip(lines, BAD, strict=True):
        assert any(one in line for one in says.split("|")), line
        assert row[0] not in line
    report = four.root / "problems.csv"
    four("points", "--from", str(path), "--report", str(report))
    assert len(report.read_text(encoding="utf-8").splitlines()) == len(BAD) + 1


def test_a_trial_of_a_file_says_what_would_be_and_records_nothing(four: School) -> None:
    before = len(four.events())
    told = four.ok("points", "--from", str(sheet(four, *GOOD)), "--dry-run")
    assert told.out.startswith("4 would be appended")
    assert len(four.events()) == before


def test_a_file_corrects_what_it_says_otherwise_with_a_reason(four: School) -> None:
    four.ok("points", "mateo", "30")
    path = str(sheet(four, *GOOD))
    told = four.ok("points", "--from", path, "--correct", "--reason", "scanned again")
    assert told.out.startswith("3 appended, 1 corrected, 0 unchanged")


def test_periods_may_be_called_as_the_screen_calls_them(four: School) -> None:
    head = ("student", "date", "1st", "2nd", "3rd", "4th", "5th", "6th", "note")
    path = sheet(four, ("104233", "2026-10-14", *ROW, "sunny"), head=head)
    assert four.ok("points", "--from", str(path)).out.startswith("1 appended")
    assert four.of("PointsRecorded")[-1].points == 32


def test_periods_may_be_called_by_their_own_names(desk: School) -> None:
    small = PointCard(most=2, periods=("Reading", "Math"), expectations=("kind", "safe", "ready"))
    carry_out(desk, "leo", card=small)
    path = sheet(
        desk, ("104234", "10/14/2026", "222", "-"), head=("Student ID", "Day", "Reading", "Math")
    )
    desk.ok("points", "--from", str(path))
    assert desk.of("PointsRecorded")[-1].rows == ((2, 2, 2), ())


def test_a_file_that_is_none_is_told(four: School) -> None:
    gone = four("points", "--from", str(four.root / "gone.csv"))
    assert gone.code == 1
    assert "gone.csv is not a file" in gone.err
    other = four("points", "--from", str(sheet(four, ("a", "b"), head=("x", "y"))))
    assert other.code == 1
    assert "student, date" in other.err
