"""Growing: what somebody waits for in a large ledger, against the same in a small one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from made import TEACHER, a_report, an_action, enrol, new_ledger, report, student_id

from bench.fuel import Filled, filled
from bench.measuring import Measured, in_turns, timed
from ledger.domain.incident import INCIDENT, ReportIncident, TakeAction
from ledger.reading import Reader, Reading, Window
from ledger.store import Ledger

SMALL = 10_000
CHILD, ENTRIES = 2, 40
CHANGES, NIGHTS, LOOKS = 500, 9, 200


@dataclass
class Grown:
    """A school's ledger with one child in it that is the same in all of them."""

    full: Filled
    access: Ledger
    day: int = 0

    @property
    def reading(self) -> Reading:
        return Reading(
            self.full.ledger, self.access, self.full.views, Reader(TEACHER, frozenset(), "bench")
        )

    def look(self) -> None:
        """The child's whole timeline, with its access event."""
        answer = self.reading.timeline(student_id(CHILD), Window())
        assert len(answer.entries) == ENTRIES

    def night(self) -> float:
        """Seconds that the views took to take in a day: reports, and answers to yesterday's."""
        self.day += 1
        with self.full.ledger.batch():
            for number in range(CHANGES // 2):
                self._do(self.day, number, a_report(said="What was seen." if number % 2 else None))
                if self.day > 1:
                    self._do(self.day - 1, number, an_action())
        return timed(lambda: self.full.views.catch_up(self.full.ledger))

    def _do(self, day: int, number: int, command: ReportIncident | TakeAction) -> None:
        ledger = self.full.ledger
        ledger.do(INCIDENT, ledger.id_for("incident", f"{day} {number}"), command, TEACHER)


def timeline(folder: Path, events: int) -> Measured:
    """One child's timeline, access event included, in a ledger of so many events."""
    large, small = _grown(folder.parent, events), _grown(folder.parent, SMALL)
    return in_turns(large.look, small.look, LOOKS, _about(large, small, f"{ENTRIES} entries"))


def catch_up(folder: Path, events: int) -> Measured:
    """Taking in the changes of a day, in a ledger of so many events."""
    large, small = _grown(folder.parent, events), _grown(folder.parent, SMALL)
    took = [(large.night(), small.night()) for _ in range(NIGHTS + 1)][1:]
    about = _about(large, small, "catch-up only: the delivery plan is a later release")
    return Measured([a for a, _ in took], [b for _, b in took], about)


def _about(large: Grown, small: Grown, more: str) -> str:
    return f"{large.full.events:,} against {small.full.events:,} events; {more}"


@cache
def _grown(folder: Path, events: int) -> Grown:
    """A ledger of so many events; the child's incidents are as far apart as they can be."""
    own = folder / f"grown-{events}"
    full = filled(own, events, until=1)
    enrol(full.ledger, CHILD)
    for number in range(1, ENTRIES + 1):
        full.until(number * events // ENTRIES)
        report(full.ledger, number, student=CHILD)
    full.views.catch_up(full.ledger)
    return Grown(full, new_ledger(own, "access", full.hand))
