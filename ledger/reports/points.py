"""The cards of a day, a line a child: what was typed, the sum, the goal, and days in a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from ledger.domain.codes import DayKind, Direction, NoData, PlanKind, Unit
from ledger.domain.plan import Goal, PointCard
from ledger.said import show_day
from ledger.written.points import Marks, period, shown

HINT = "a row, a total, or  a absent · n no card · x not participating · s skip"
MET, MISSED = "\u2713", "\u2717"
CELL, APART = 3, 2  # letters of a period at least, and between two
FEWEST = 2  # days that are told as days in a row


@dataclass(frozen=True)
class Asked:
    """One plan whose card is due: whose it is, and what is known of it."""

    stream_id: str  # of the stream that the plan is told in
    student_id: str
    name: str = field(repr=False)
    grade: str
    plan: int
    kind: PlanKind
    card: PointCard
    goal: Goal
    held: tuple[bool, ...]  # which periods there are on this day
    before: tuple[bool | None, ...] = ()  # earlier days, the last first: at goal, None without data
    known: Sum | None = None  # the card as it is recorded
    checks: bool = False  # whether check-in and check-out are what is still to be asked


@dataclass(frozen=True)
class Sum:
    """A card that is recorded."""

    marks: Marks
    points: int | None = None
    most: int | None = None
    checks: Mapping[str, bool | None] = field(default_factory=dict)

    @property
    def percent(self) -> Decimal | None:
        if self.points is None or not self.most:
            return None
        return Decimal(100 * self.points) / self.most


def at_goal(goal: Goal, points: int | None, most: int | None) -> bool | None:
    """Whether a day's points meet the goal; None without data, or when it is no goal in points."""
    if points is None or not most or goal.unit is not Unit.PERCENT_OF_POINTS:
        return None
    own, wanted = 100 * points, goal.target * most
    return own >= wanted if goal.direction is Direction.AT_LEAST else own <= wanted


def in_a_row(days: Iterable[bool | None]) -> int:
    """How many days with data, the last first, are at goal without one that is not."""
    count = 0
    for met in (met for met in days if met is not None):
        if not met:
            break
        count += 1
    return count


# The lines


class Table:
    """Columns wide enough for these children and their cards."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self.name = max((len(one.name) for one in asked), default=0)
        self.grade = max((len(_grade(one)) for one in asked), default=0)
        each = [CELL, *(_width(one.card) for one in asked)]
        self.cell = max(each)
        self.count = max((len(one.card.periods) for one in asked), default=0)

    @property
    def row(self) -> int:
        """Letters of all cells of a line."""
        return self.count * (self.cell + APART) - APART

    def head(self, one: Asked) -> str:
        """What stands before a card."""
        return f"{one.name:<{self.name}}   {_grade(one):<{self.grade}}   :"

    def columns(self, card: PointCard) -> str:
        """The line above the cards of this shape."""
        start = " " * (self.name + self.grade + 8)
        own = (" " * APART).join(f"{name[: self.cell]:>{self.cell}}" for name in card.periods)
        return f"{start}{own:<{self.row}}{'sum':>8}{'%':>6}{'goal':>7}"

    def line(self, one: Asked, made: Sum | None, more: str = "") -> str:
        """One child with what was typed; None: the card was skipped."""
        if made is None:
            return f"{self.head(one)} {'s':<{self.row}}{'–':>8}{'–':>6}        skipped"
        row = (" " * APART).join(cell.center(self.cell) for cell in shown(made.marks, one.card))
        row = row if made.marks.rows else shown(made.marks, one.card)[0]
        told = " · ".join(filter(None, (_note(one, made), more)))
        start = f"{self.head(one)} {row:<{self.row}}"
        return f"{start}{_figures(one.goal, made)}  {told}".rstrip()


def _grade(one: Asked) -> str:
    return f"gr {one.grade}" if one.grade else ""


def _width(card: PointCard) -> int:
    """Letters of a period's marks at most."""
    each = len(card.expectations)
    return each if card.most <= 9 else each * len(str(card.most)) + each - 1


def _figures(goal: Goal, made: Sum) -> str:
    """Sum, per cent and goal."""
    if made.percent is None:
        return f"{'–':>8}{'–':>6}      "
    aim = f"{goal.target.normalize():f}" if goal.unit is Unit.PERCENT_OF_POINTS else ""
    met = at_goal(goal, made.points, made.most)
    sign = {True: MET, False: MISSED, None: " "}[met]
    said = f"{made.points}/{made.most}"
    return f"{said:>8}{_percent(goal, made):>6}{aim:>6}  {sign}"


def _percent(goal: Goal, made: Sum) -> str:
    """A whole number, unless that would seem to be on the other side of the goal."""
    exact = made.percent or Decimal(0)
    whole = exact.quantize(Decimal(1), ROUND_HALF_UP)
    met = at_goal(goal, made.points, made.most)
    seems = at_goal(goal, int(whole), 100)
    if met is seems:
        return str(whole)
    return str(
        exact.quantize(Decimal("0.1"), ROUND_FLOOR if exact < goal.target else ROUND_CEILING)
    )


def _note(one: Asked, made: Sum) -> str:
    if made.marks.no_data is not None:
        return f"{_reason(made.marks.no_data)}, not counted"
    if made.marks.total is not None:
        return _row(one, made, "total only")
    empty = [n for n, row in enumerate(made.marks.rows) if not row]
    if empty:
        return _row(one, made, f"{_listed([period(one.card, n) for n in empty])}: no data")
    return _row(one, made, "")


def _row(one: Asked, made: Sum, note: str) -> str:
    """How many days in a row the goal is met, and what else is to be said."""
    days = in_a_row((at_goal(one.goal, made.points, made.most), *one.before))
    run = f"{days} days in a row" if days >= FEWEST else ""
    return " · ".join(filter(None, (run if not note else "", note)))


def _reason(reason: NoData) -> str:
    return "no data" if reason is NoData.OTHER else reason.label


def _listed(names: Sequence[str]) -> str:
    """`period 4`, `periods 4, 5`, `Math, Reading`."""
    if len(names) > 1 and all(name.startswith("period ") for name in names):
        return "periods " + ", ".join(name.removeprefix("period ") for name in names)
    return ", ".join(names)


# Above and below


def title(on: date, asked: Sequence[Asked]) -> str:
    """`Cards for Wed Oct 14 2026 · 4 students · 6 periods × 3, 0–2`."""
    count = f"{len(asked)} student{'s' if len(asked) != 1 else ''}"
    shapes = {shape(one.card) for one in asked}
    return " · ".join([f"Cards for {show_day(on)}", count, *(shapes if len(shapes) == 1 else ())])


def shape(card: PointCard) -> str:
    """`6 periods × 3, 0–2`."""
    periods, each = len(card.periods), len(card.expectations)
    word = "period" if periods == 1 else "periods"
    return f"{periods} {word} × {each}, 0–{card.most}"


def day_note(on: date, kind: DayKind | None, asked: Sequence[Asked]) -> list[str]:
    """What is to be known of the day: no school, or fewer periods."""
    if kind is None:
        return [f"No school on {show_day(on)}: what you enter is recorded all the same."]
    if kind is not DayKind.MINIMUM:
        return []
    gone = dict.fromkeys(
        period(one.card, n) for one in asked for n, own in enumerate(one.held) if not own
    )
    less = f": {_listed([*gone])} not held, leave them out" if gone else ""
    return [f"Minimum day{less or ': - for a period that was not held'}. It is no data, never 0."]
