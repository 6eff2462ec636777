"""Point cards as hands type them: a real terminal, its keys counted, cut off, closed and locked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from desk import School
from plans import carry_out

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is of Unix", allow_module_level=True)

from test_desk_keys import MARK, Terminal, terminal

SIX_BY_THREE, TYPED = 25, "222221112222221222\r"
EIGHT = ("ana rivera", "104306", "jonah", "mateo", "leo", "suryani", "104303", "soren")
IN_ORDER = ("Ana", "Bea", "Jonah", "Leo", "Mateo", "Søren", "Suryani", "Will")
CHECKS = "[Y/n]"


@contextmanager
def grid(desk: School, *argv: str, **env: str) -> Iterator[Terminal]:
    """`bledger points` on a terminal of its own."""
    opened = Terminal(desk, "points", *argv, **env)
    try:
        yield opened
    finally:
        opened.process.kill()
        opened.process.wait()


def test_a_card_of_six_by_three_takes_at_most_twenty_five_keystrokes(desk: School) -> None:
    carry_out(desk, "ana rivera")
    with grid(desk) as at:
        at.until("Ana Rivera   gr 3   :")
        shown = at.answer(TYPED, CHECKS)
        assert at.keys == 19
        at.type("\r")
        assert at.end("") == 0
    assert "222  221  112  222  221  222   32/36    89    80  ✓" in shown
    (card,) = desk.of("PointsRecorded")
    assert (card.points, card.most) == (32, 36)


@pytest.mark.parametrize("typed", ["222 221 112 222 221 222\r", "222221 112222 221222\r", TYPED])
def test_the_spaces_may_stand_there_or_not(desk: School, typed: str) -> None:
    carry_out(desk, "ana rivera")
    with grid(desk) as at:
        at.until("gr 3   :")
        at.answer(typed, "32/36", CHECKS)
        assert at.keys <= SIX_BY_THREE


def test_eight_cards_with_absences_and_one_without_data_in_one_grid(desk: School) -> None:
    carry_out(desk, *EIGHT)
    rows = (
        TYPED,
        "31\r",
        "a\r",
        TYPED,
        "222221---222221222\r",
        "n\r",
        "a\r",
        "222 221 - 222 2.1 222\r",
    )
    with grid(desk) as at:
        at.until("8 students")
        for name, row in zip(IN_ORDER, rows, strict=True):
            at.until(name, ":")
            at.type(row)
        at.until("All 8 entered", "5 of 5 present?", CHECKS)
        at.type("\r")
        at.until("done for 5 of 5")
        keys = at.keys
        assert at.end("") == 0
    assert keys == sum(map(len, rows)) + 1 <= 8 * SIX_BY_THREE
    cards = desk.of("PointsRecorded")
    assert [card.points for card in cards] == [32, 31, None, 32, 28, None, None, 26]
    assert [card.most for card in cards] == [36, 36, None, 36, 30, None, None, 28]
    assert [c.no_data.value for c in cards if c.no_data] == ["absent", "no-card", "absent"]
    assert [(one.delivered, one.planned) for one in desk.of("FidelityRecorded")] == [(2, 2)] * 5


def test_a_wrong_line_is_asked_again_with_what_was_typed_and_the_reason(desk: School) -> None:
    carry_out(desk, "ana rivera")
    with grid(desk) as at:
        at.until("gr 3   :")
        at.answer("222221113222221222\r", "Period 3, ready: more than 2", "222221113222221222")
        at.type("\x15" + TYPED)
        at.until("32/36", CHECKS)
        at.type("\r")
        assert at.end("") == 0
    assert len(desk.of("PointsRecorded")) == 1


@pytest.mark.parametrize("keys", ["\x03", "\x04"])
def test_what_was_entered_stays_when_the_grid_is_left(desk: School, keys: str) -> None:
    carry_out(desk, "ana rivera", "jonah", "mateo")
    with grid(desk) as at:
        at.until("Ana", ":")
        at.answer(TYPED, "Jonah", ":")
        at.answer("31\r", "Mateo", ":")
        if keys == "\x03":
            at.answer("2221", "2221")
        at.answer(keys, "2 of 3 entered and recorded; 1 left: bledger points")
        at.end("")
    assert [card.points for card in desk.of("PointsRecorded")] == [32, 31]
    assert not desk.of("FidelityRecorded")
    with grid(desk) as at:
        shown = at.until("Mateo", ":")
        assert "32/36" in shown
        assert "31/36" in shown
        at.answer("a\r", "All 3 entered", "2 of 2 present?")


def test_a_terminal_that_is_closed_loses_no_line_that_was_entered(desk: School) -> None:
    carry_out(desk, "ana rivera", "jonah")
    with grid(desk) as at:
        at.until("Ana", ":")
        at.answer(TYPED, "Jonah", ":")
        at.hang_up()
    assert len(desk.of("PointsRecorded")) == 1


@pytest.mark.parametrize("argv", [(), ("--plain",)])
def test_at_the_desk_it_needs_no_word_before_it(desk: School, argv: tuple[str, ...]) -> None:
    carry_out(desk, "ana rivera", "jonah")
    mark = ">" if argv else MARK
    with terminal(desk, *argv) as at:
        at.answer("points\r", "Ana Rivera", ":")
        at.answer(TYPED, "32/36", "Jonah", ":")
        at.answer("x\r", "not participating, not counted", CHECKS)
        at.answer("n\r", "which not?")
        at.answer("ana out\r", "done for 0 of 1", mark)
        at.answer("points jonah a\r", "taken in already", mark)
        assert at.end() == 0
    assert [card.points for card in desk.of("PointsRecorded")] == [32, None]
    assert [(one.delivered, one.planned) for one in desk.of("FidelityRecorded")] == [(1, 2)]


def test_a_desk_that_locks_in_the_middle_keeps_what_was_entered(desk: School) -> None:
    carry_out(desk, "ana rivera", "jonah")
    with terminal(desk) as at:
        at.answer("points\r", "Ana Rivera", ":")
        at.answer(TYPED, "32/36", "Jonah", ":")
        at.skip.touch()
        shown = at.until("Locked. Enter to go on as Sam Whitlock.")
        assert "Jonah" not in shown.partition("Locked")[2]
        at.skip.unlink()
        at.answer("\r", "? help", MARK)
        at.answer("points\r", "32/36", "Jonah", ":")
        at.answer("\x03", "1 of 2 entered", MARK)
        assert at.end() == 0
    assert len(desk.of("PointsRecorded")) == 1


def test_a_grid_that_is_left_alone_clears_its_screen(desk: School) -> None:
    carry_out(desk, "ana rivera", "jonah")
    with grid(desk) as at:
        at.until("Ana", ":")
        at.answer(TYPED, "32/36", "Jonah", ":")
        at.skip.touch()
        at.until("the screen is cleared. What was entered is recorded")
        assert "\x1b[2J" in at.all
        at.end("")
    assert len(desk.of("PointsRecorded")) == 1


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_a_plain_terminal_is_sent_no_escapes(desk: School, env: dict[str, str]) -> None:
    carry_out(desk, "ana rivera")
    with grid(desk, **env) as at:
        at.until(":")
        at.answer(TYPED, "32/36", CHECKS)
        at.type("\r")
        assert at.end("") == 0
    assert "\x1b" not in at.all
