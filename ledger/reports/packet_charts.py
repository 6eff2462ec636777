"""A plan's days as a picture: dots, a goal line, gaps where there is no data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from itertools import groupby

WIDE, HIGH = 340, 122  # of the picture, in points
LEFT, RIGHT, TOP, BOTTOM = 30, 44, 10, 24  # around the field
FONT = "Libertinus Serif, Georgia, Times New Roman, serif"
INK, GREY, PALE, BLUE = "#111111", "#666666", "#e4e4e0", "#1f4e8c"


@dataclass(frozen=True)
class Day:
    """One day on the chart; without a value it is a gap, and `shown` says why."""

    label: str
    value: Decimal | None
    shown: str  # 28/36, or the reason why there is none

    @property
    def amount(self) -> str:
        """As in the table, where all are of the same."""
        return "–" if self.value is None else self.shown.partition("/")[0]


@dataclass(frozen=True)
class Chart:
    """What a chart shows, in words and as a table too."""

    title: str
    says: str  # the same in a sentence, for who does not see it
    goal: Decimal
    goal_says: str
    no_data: str
    days: Sequence[Day]
    percent: bool
    of: str  # of {most}

    @property
    def of_says(self) -> str:
        """of 36, when every day is of as many points; else empty."""
        most = self._of()
        return self.of.replace("{most}", most.pop()) if len(most) == 1 and "" not in most else ""

    @property
    def cells(self) -> list[str]:
        """The table's row of figures."""
        short = len(self._of()) <= 1
        return [day.amount if short or day.value is None else day.shown for day in self.days]

    def _of(self) -> set[str]:
        return {day.shown.partition("/")[2] for day in self.days if day.value is not None}

    @property
    def svg(self) -> str:
        """The picture; its title and its sentence are in it."""
        top = self._top()
        marks = "".join(
            (*self._gaps(), *self._scale(top), *self._line(top), *self._dots(top), *self._labels())
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" '
            f'width="{WIDE}" height="{HIGH}" role="img" font-family="{FONT}" font-size="8">'
            f"<title>{escape(self.title)}</title><desc>{escape(self.says)}</desc>{marks}</svg>"
        )

    def _top(self) -> Decimal:
        """The highest number of the scale."""
        if self.percent:
            return Decimal(100)
        most = max([self.goal, *(day.value for day in self.days if day.value is not None)])
        return max(most * Decimal("1.2"), Decimal(1))

    def _x(self, n: int) -> float:
        step = (WIDE - LEFT - RIGHT) / max(len(self.days), 1)
        return LEFT + step * (n + 0.5)

    def _y(self, value: Decimal, top: Decimal) -> float:
        return HIGH - BOTTOM - float(value / top) * (HIGH - TOP - BOTTOM)

    def _scale(self, top: Decimal) -> Iterator[str]:
        foot, right = HIGH - BOTTOM, WIDE - RIGHT
        yield f'<path d="M{LEFT} {TOP}V{foot}H{right}" fill="none" stroke="{GREY}"/>'
        for value in (Decimal(0), top / 2, top):
            at = self._y(value, top) + 2.5
            yield _text(LEFT - 4, at, _number(value), "end", GREY)
        goal = self._y(min(self.goal, top), top)
        yield f'<path d="M{LEFT} {goal:.1f}H{right}" stroke="{INK}" stroke-dasharray="4 3"/>'
        yield _text(right + 4, goal + 2.5, self.goal_says, "start", INK)

    def _line(self, top: Decimal) -> Iterator[str]:
        """A line between days that follow each other with data; none over a gap."""
        numbered = enumerate(self.days)
        for there, run in groupby(numbered, key=lambda one: one[1].value is not None):
            points = [(n, day.value) for n, day in run if day.value is not None]
            if there and len(points) > 1:
                path = " ".join(
                    f"{self._x(n):.1f},{self._y(value, top):.1f}" for n, value in points
                )
                yield f'<polyline points="{path}" fill="none" stroke="{BLUE}" stroke-width="1.2"/>'

    def _dots(self, top: Decimal) -> Iterator[str]:
        for n, day in enumerate(self.days):
            if day.value is not None:
                x, y = self._x(n), self._y(day.value, top)
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{BLUE}"/>'

    def _gaps(self) -> Iterator[str]:
        """A grey field for each day without data, which is no zero."""
        wide = (WIDE - LEFT - RIGHT) / max(len(self.days), 1)
        for n, day in enumerate(self.days):
            if day.value is None:
                yield _field(self._x(n) - wide / 2, TOP, wide, HIGH - TOP - BOTTOM)

    def _labels(self) -> Iterator[str]:
        """The first, the last and every few days between; days without data have their dot."""
        every = max(1, -(-len(self.days) // 5))
        for n, day in enumerate(self.days):
            if n % every == 0:
                yield _text(self._x(n), HIGH - BOTTOM + 11, day.label, "middle", GREY)
        if any(day.value is None for day in self.days):
            yield _field(LEFT, HIGH - 8, 7, 7)
            yield _text(LEFT + 10, HIGH - 2, self.no_data, "start", GREY)


def _text(x: float, y: float, said: str, anchor: str, ink: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{ink}">{escape(said)}</text>'
    )


def _field(x: float, y: float, wide: float, high: float) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{PALE}"/>'


def _number(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.1')).normalize():f}"
