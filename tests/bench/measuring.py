"""Two things done in turns, so that whatever else the machine does happens to both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter

Doing = Callable[[], object]


@dataclass(frozen=True)
class Measured:
    """Seconds that both took, turn by turn; one of ours does the work of `each` of the other."""

    ours: list[float]
    other: list[float]
    about: str = ""
    each: float = 1.0

    @property
    def typical(self) -> tuple[float, float]:
        """The medians, in seconds: of ours, and of as much work of the other."""
        return median(self.ours), median(self.other) * self.each

    @property
    def ratio(self) -> float:
        ours, other = self.typical
        return ours / other

    @property
    def spread(self) -> tuple[float, float]:
        """The middle half of the turns' own ratios; of a few turns, all of them."""
        turns = [a / b / self.each for a, b in zip(self.ours, self.other, strict=True)]
        if len(turns) < 4:
            return min(turns), max(turns)
        low, _, high = quantiles(turns, n=4)
        return low, high


def in_turns(ours: Doing, other: Doing, turns: int, about: str = "") -> Measured:
    """Both, so many times, one after the other; a first turn is not counted."""
    took = [(timed(ours), timed(other)) for _ in range(turns + 1)][1:]
    return Measured([a for a, _ in took], [b for _, b in took], about)


def timed(doing: Doing) -> float:
    start = perf_counter()
    doing()
    return perf_counter() - start
