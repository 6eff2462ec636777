"""The grid of a day's cards at a terminal: a line a child, each recorded as it is entered."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from cli import Desk
from cli.errors import SOME, sentence
from cli.points_day import BOTH, Day, Line, line_of, recorded
from ledger.domain import Refused
from ledger.domain.plan import RecordFidelity
from ledger.finding import search_key
from ledger.reports import points as report
from ledger.reports.points import Asked
from ledger.said import Unclear
from ledger.written.points import read

if TYPE_CHECKING:
    from cli.desk_prompts import Prompts

NO_TERMINAL = (
    "whose card, and what is on it? For instance: bledger points ana 222 221 112 222 221 222. "
    "The whole grid is filled in at a terminal, or from a file with --from"
)
YES, NO = frozenset(("", "y", "yes", "s", "si", "sí")), frozenset(("n", "no"))
HALVES = ("in", "out")


@dataclass
class Grid:
    """The lines of one sitting: what is asked, and what came of it."""

    day: Day
    asks: Prompts
    table: report.Table
    lines: list[Line] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        return self.day.desk

    def fill(self, found: Sequence[Asked]) -> None:
        """Ask for each card that is not recorded yet; each is recorded as it is entered."""
        shapes = list(dict.fromkeys(one.card for one in found))
        for card in shapes:
            if len(shapes) > 1:
                self.desk.say(report.shape(card))
            self.desk.say(self.table.columns(card))
            for one in (one for one in found if one.card == card):
                self.add(Line(one, one.known) if one.known else self._asked(one))

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.desk.say(line_of(self.table, line))

    def _asked(self, one: Asked) -> Line:
        typed = ""
        while True:
            said = self.asks.row(self.desk.shown(self.table.head(one)), typed)
            if said is None:
                raise Left
            try:
                marks = read(said, one.card, one.held)
                if marks is None:
                    return Line(one, None, "skipped")
                line = recorded(one, self.day.record(one, marks))
            except Unclear as unclear:
                self._say_why(unclear)
                typed = said
                continue
            except Refused as refused:  # somebody else was quicker, or the plan ended meanwhile
                self._say_why(refused)
                return Line(one, None, "skipped")
            self.desk.so_far = SOME
            return line

    def _say_why(self, error: Exception) -> None:
        for line in sentence(error):
            self.desk.say(f"  {line}")

    @property
    def entered(self) -> int:
        return sum(line.sum is not None for line in self.lines)

    # Check-in and check-out

    def check(self) -> None:
        """Ask once for all who were there; who had it not, is said by name."""
        there = [one for one in self.lines if _present(one)]
        count = f"{self._entered()} · " if self.lines else ""
        if not there:
            self.desk.say(count.removesuffix(" · "))
            return
        question = f"{count}check-in and check-out done for {len(there)} of {len(there)} present?"
        less = self._less(there, f"{question}  [Y/n]")
        if less is None:
            return
        for line in there:
            own = line.asked
            done = BOTH - less.get(own.stream_id, 0)
            command = RecordFidelity(
                student_id=own.stream_id,
                plan=own.plan,
                on=self.day.on,
                delivered=done,
                planned=BOTH,
            )
            self.day.do(own, command)
        self.desk.say(_delivered(there, less))

    def _less(self, there: Sequence[Line], question: str) -> dict[str, int] | None:
        """How much of the two was not done, by stream; None when it was left open."""
        while True:
            said = self.asks.ask(question)
            if said is None:
                return None
            if said.casefold() in YES:
                return {}
            if said.casefold() in NO:
                return self._which(there)
            self.desk.say("  Enter for yes, n for no.")

    def _which(self, there: Sequence[Line]) -> dict[str, int] | None:
        """Whose was not done: a name each, with `in` or `out` when it was one of them alone."""
        typed = ""
        while True:
            said = self.asks.ask("which not? (a name; a name and in or out)", typed=typed)
            if not said:
                return None
            try:
                return dict(_missing(there, said))
            except Unclear as unclear:
                self._say_why(unclear)
                typed = said

    def _entered(self) -> str:
        skipped = sum(line.state == "skipped" for line in self.lines)
        whole = len(self.lines)
        if not skipped:
            return f"All {whole} entered"
        return f"{self.entered} of {whole} entered, {skipped} skipped"


class Left(Exception):
    """The grid was left with Ctrl-D."""


def _present(line: Line) -> bool:
    return line.sum is not None and line.sum.points is not None and line.asked.checks


def _missing(there: Sequence[Line], said: str) -> Iterator[tuple[str, int]]:
    """(stream, how much of the two was not done) of each who is named."""
    for part in re.split(r",|\band\b|&", said):
        words = part.split()
        if not words:
            continue
        half = words[-1].casefold() in HALVES and len(words) > 1
        own = _who(there, " ".join(words[:-1] if half else words))
        yield own.asked.stream_id, 1 if half else BOTH


def _who(there: Sequence[Line], said: str) -> Line:
    typed = search_key(said).split()
    fits = [one for one in there if _called(search_key(one.asked.name).split(), typed)]
    if len(fits) != 1:
        names = ", ".join(one.asked.name for one in there)
        raise Unclear(f"Say which of these, by name: {names}")
    return fits[0]


def _called(name: Sequence[str], typed: Sequence[str]) -> bool:
    return bool(typed) and all(any(own.startswith(word) for own in name) for word in typed)


def _delivered(there: Sequence[Line], less: Mapping[str, int]) -> str:
    whole = sum(one.asked.stream_id not in less for one in there)
    return f"check-in and check-out done for {whole} of {len(there)} present"


def ask(day: Day, found: Sequence[Asked]) -> None:
    """Ask for the cards, where somebody is there to be asked."""
    from cli.desk_prompts import HungUp, Locked, Stopped

    desk = day.desk
    if desk.as_json or sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError(NO_TERMINAL)
    if day.said["dry_run"] or day.said["correct"] or day.said["key"]:
        raise click.UsageError("--dry-run, --correct and --key are of one card: say whose, and it")
    asks = desk.asks or _prompts(desk)
    grid = Grid(day, asks, report.Table(found))
    desk.say(report.title(day.on, found))
    for line in (report.HINT, *report.day_note(day.on, day.kind, found)):
        desk.say(line)
    try:
        grid.fill(found)
        grid.check()
    except Left:
        desk.say(_so_far(grid, found))
    except Stopped:
        click.echo()
        desk.say(_so_far(grid, found))
    except (Locked, HungUp) as cut:
        if desk.asks is None and isinstance(cut, Locked):
            asks.clear()
            desk.say("Nobody was here, so the screen is cleared. What was entered is recorded.")
        desk.cut = cut


def _so_far(grid: Grid, found: Sequence[Asked]) -> str:
    """What is recorded when it was left before the end."""
    left = len(found) - len(grid.lines)
    rest = f"; {left} left: bledger points" if left else ""
    return f"{grid.entered} of {len(found)} entered and recorded{rest}"


def _prompts(desk: Desk) -> Prompts:
    from cli.desk_prompts import Plain, prompts
    from cli.desk_watch import Watch

    watch = Watch(desk.school.settings.lock_after, desk.clock)
    if sys.stdout is None or not sys.stdout.isatty():
        return Plain(watch)
    return prompts(watch, desk.env, plain=False, ascii=desk.ascii)
