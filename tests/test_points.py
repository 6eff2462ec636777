"""A point card: what it means, what is wrong with it, and that nothing counts as 0."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.codes import Direction, NoData, PlanKind, Unit
from ledger.domain.plan import Goal, PointCard
from ledger.domain.progress import Day
from ledger.reports.points import Asked, Sum, Table, at_goal, in_a_row
from ledger.written.points import Marks, Misread, read, reason_of, shown

SIX = ("1", "2", "3", "4", "5", "6")
CARD = PointCard(most=2, periods=SIX, expectations=("safe", "kind", "ready"))
MORNING = PointCard(most=4, periods=("Reading", "Math"), expectations=("kind",))
TENS = PointCard(most=10, periods=("1", "2"), expectations=("safe", "kind"))
WHOLE = (
    "the whole card is 36 points: type a total of those, or the marks with - for a period "
    "without data"
)
ROW = ((2, 2, 2), (2, 2, 1), (1, 1, 2), (2, 2, 2), (2, 2, 1), (2, 2, 2))

cards = st.builds(
    lambda most, periods, each: PointCard(
        most=most,
        periods=tuple(map(str, range(1, periods + 1))),
        expectations=tuple(f"e{n}" for n in range(1, each + 1)),
    ),
    st.integers(1, 10),
    st.integers(1, 10),
    st.integers(1, 5),
)


@st.composite
def filled(draw: st.DrawFn) -> tuple[PointCard, Marks]:
    """A card, and a row on it with at least one mark."""
    card = draw(cards)
    cell = st.none() | st.integers(0, card.most)
    row = st.tuples(*[cell] * len(card.expectations)).map(
        lambda own: own if any(one is not None for one in own) else ()
    )
    rows = draw(st.tuples(*[row] * len(card.periods)).filter(any))
    return card, Marks(rows=rows)


@given(filled())
def test_a_row_that_is_shown_is_read_back_as_it_was(one: tuple[PointCard, Marks]) -> None:
    card, marks = one
    assert read(" ".join(shown(marks, card)), card) == marks


@given(filled())
def test_spaces_between_marks_say_nothing(one: tuple[PointCard, Marks]) -> None:
    card, marks = one
    cells = [cell for row in marks.rows for cell in row or (None,) * len(card.expectations)]
    apart = " ".join("." if cell is None else str(cell) for cell in cells)
    assert read(apart, card) == marks
    if card.most <= 9 and len(cells) > len(str(card.total)):
        assert read(apart.replace(" ", ""), card) == marks


@given(cards, st.integers(0, 600))
def test_a_total_with_its_whole_is_always_a_total(card: PointCard, points: int) -> None:
    typed = f"{points}/{card.total}"
    if points <= card.total:
        assert read(typed, card) == Marks(total=points)
    else:
        with pytest.raises(Misread):
            read(typed, card)


@given(cards, st.text(max_size=60))
def test_whatever_is_typed_is_a_card_a_skip_or_a_sentence(card: PointCard, typed: str) -> None:
    marks = None
    try:
        marks = read(typed, card)
    except Misread as misread:
        told = str(misread)
    else:
        told = "read"
    assert told
    assert told.isprintable()
    if marks is not None and marks.rows:
        assert len(marks.rows) == len(card.periods)
        assert {len(row) for row in marks.rows} <= {0, len(card.expectations)}
        cells = [cell for row in marks.rows for cell in row if cell is not None]
        assert cells
        assert 0 <= min(cells) <= max(cells) <= card.most


@pytest.mark.parametrize(
    ("typed", "marks"),
    [
        ("222 221 112 222 221 222", Marks(rows=ROW)),
        ("222221112222221222", Marks(rows=ROW)),
        ("222221112 222221222", Marks(rows=ROW)),
        ("222 221 112 - 221 222", Marks(rows=(*ROW[:3], (), *ROW[4:]))),
        ("222 221 112 – 221 222", Marks(rows=(*ROW[:3], (), *ROW[4:]))),
        ("222 221 112 --- 221 222", Marks(rows=(*ROW[:3], (), *ROW[4:]))),
        ("2.2 221 112 222 221 22-", Marks(rows=((2, None, 2), *ROW[1:5], (2, 2, None)))),
        ("31", Marks(total=31)),
        ("31/36", Marks(total=31)),
        ("0", Marks(total=0)),
        ("a", Marks(no_data=NoData.ABSENT)),
        ("A", Marks(no_data=NoData.ABSENT)),
        ("n", Marks(no_data=NoData.NO_CARD)),
        ("x", Marks(no_data=NoData.NOT_PARTICIPATING)),
        ("no school", Marks(no_data=NoData.NO_SCHOOL)),
        ("s", None),
        ("", None),
    ],
)
def test_what_may_be_typed_on_a_card_of_six_by_three(typed: str, marks: Marks | None) -> None:
    assert read(typed, CARD) == marks


@pytest.mark.parametrize(
    ("typed", "faults"),
    [
        ("222 231 112 222 221 222", ["period 2, kind: more than 2, 0 to 2 is possible"]),
        (
            "223 22 112 222 221 222",
            [
                "period 1, ready: more than 2, 0 to 2 is possible",
                "period 2 has 2 marks, not 3 (safe, kind, ready)",
            ],
        ),
        ("222 221 112", ["this card has 18 marks, 6 × 3; typed are 9, or 3 periods"]),
        ("222", ["this card has 18 marks, 6 × 3; typed are 3"]),
        ("37", ["that is more than the 36 points of this card"]),
        ("16/30", [WHOLE]),
        ("- - - - - -", ["no period has a mark: type a, n or x, which says why"]),
        ("2+2 221 112 222 221 222", ["period 1, kind: no mark, 0 to 2 is possible"]),
    ],
)
def test_every_fault_of_a_row_is_told_with_its_period_and_expectation(
    typed: str, faults: list[str]
) -> None:
    with pytest.raises(Misread) as raised:
        read(typed, CARD)
    assert list(raised.value.faults) == faults


def test_as_many_digits_as_there_are_marks_are_the_marks() -> None:
    assert read("34", MORNING) == Marks(rows=((3,), (4,)))
    assert read("7/8", MORNING) == Marks(total=7)
    assert read("7", MORNING) == Marks(total=7)


def test_a_period_is_called_by_its_own_name() -> None:
    with pytest.raises(Misread, match="Math, kind: more than 4"):
        read("3 5", MORNING)


def test_marks_beyond_nine_stand_apart() -> None:
    assert read("10,9 8,10", TENS) == read("10 9 8 10", TENS) == Marks(rows=((10, 9), (8, 10)))
    assert read("10,. -", TENS) == Marks(rows=((10, None), ()))
    assert read("31", TENS) == Marks(total=31)
    with pytest.raises(Misread, match="period 1, kind: more than 10"):
        read("10,11 8,10", TENS)


def test_periods_that_were_not_held_may_be_left_out_and_are_no_data() -> None:
    held = (True, True, True, True, False, False)
    wanted = Marks(rows=(*ROW[:4], (), ()))
    assert read("222 221 112 222", CARD, held) == wanted
    assert read("222221112222", CARD, held) == wanted
    assert read("222 221 112 222 - -", CARD, held) == wanted
    assert read("222 221 112 222 221 222", CARD, held) == Marks(rows=ROW)


def test_a_reason_is_known_by_its_word_and_a_beginning_that_fits_no_other() -> None:
    assert reason_of("abs") is NoData.ABSENT
    assert reason_of("no-card") is NoData.NO_CARD
    assert reason_of("Not participating") is NoData.NOT_PARTICIPATING
    assert reason_of("no") is None


# The figures

goals = st.builds(
    Goal,
    unit=st.just(Unit.PERCENT_OF_POINTS),
    direction=st.sampled_from(Direction),
    target=st.decimals(0, 100, places=1),
)
sums = st.integers(1, 500).flatmap(lambda most: st.tuples(st.integers(0, most), st.just(most)))


@given(goals, sums)
def test_a_day_meets_its_goal_exactly_when_the_fraction_does(
    goal: Goal, made: tuple[int, int]
) -> None:
    points, most = made
    part, wanted = Fraction(100 * points, most), Fraction(goal.target)
    met = part >= wanted if goal.direction is Direction.AT_LEAST else part <= wanted
    assert at_goal(goal, points, most) is met
    day = Day(date(2026, 10, 14), Decimal(points), goal, Decimal(most))
    assert day.met is met


@given(goals, sums)
def test_a_percent_is_never_shown_on_the_other_side_of_the_goal(
    goal: Goal, made: tuple[int, int]
) -> None:
    points, most = made
    one = Asked("s", "s", "A Child", "3", 1, PlanKind.CHECK_IN_CHECK_OUT, CARD, goal, (True,) * 6)
    line = Table([one]).line(one, Sum(Marks(total=points), points, most))
    shown = Fraction(line.split(f"{points}/{most}")[1].split()[0])
    part, wanted = Fraction(100 * points, most), Fraction(goal.target)
    assert abs(shown - part) <= Fraction(1, 2)
    if abs(part - wanted) >= Fraction(1, 10):
        assert (shown >= wanted) is (part >= wanted) or shown == wanted


@given(st.lists(st.none() | st.booleans()))
def test_days_in_a_row_are_counted_over_days_with_data_alone(days: list[bool | None]) -> None:
    told = [met for met in days if met is not None]
    wanted = next((n for n, met in enumerate(told) if not met), len(told))
    assert in_a_row(days) == wanted
