"""Knows when a desk was left alone: too long without a key, or the computer slept."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

LOOK = 1.0  # seconds between two looks
SLEPT = 30.0  # between two looks: then nothing ran meanwhile


class Watch:
    """`due()` is asked every second while the desk waits for somebody."""

    def __init__(
        self,
        minutes: float,
        clock: Callable[[], datetime],
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit, self._clock, self._ticks = minutes * 60, clock, ticks
        self.touched()

    def touched(self) -> None:
        """Somebody is there."""
        self._last = self._ticks()
        self._look()

    def due(self) -> bool:
        """Whether it is time to lock."""
        # Of these two only the wall clock goes on in a suspended computer, or both do.
        before, wall = self._seen, self._wall
        self._look()
        slept = max(self._seen - before, (self._wall - wall) / timedelta(seconds=1))
        return slept > SLEPT or self._seen - self._last >= self.limit

    def _look(self) -> None:
        self._seen, self._wall = self._ticks(), self._clock()
