"""The table: what is measured, against what, at most how much, and how it is shown."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import growing, proving, starting, viewing, writing
from bench.machine import described
from bench.measuring import Measured, timed


@dataclass(frozen=True)
class Row:
    """One line of the table, and its bar: at most so many times the other's time."""

    what: str
    against: str
    most: float
    measure: Callable[[Path], Measured]


def _grown(events: int) -> tuple[Row, ...]:
    large = f"{events:,} events"
    return (
        Row(
            f"timeline of one student, {large}",
            "10,000 events",
            1.3,
            partial(growing.timeline, events=events),
        ),
        Row(
            f"catch-up of 500 changes, {large}",
            "10,000 events",
            1.5,
            partial(growing.catch_up, events=events),
        ),
    )


ROWS = (
    Row("whole do, one durable event", "bare insert", 2.5, writing.one_event),
    Row("whole do, one sealed statement", "bare insert", 3.0, writing.one_statement),
    Row("import of 10,000 incidents, clear", "bare executemany", 5.0, writing.import_clear),
    Row("import of 10,000 incidents, sealed", "bare executemany", 8.0, writing.import_sealed),
    Row("rebuild of all views", "bare select + executemany", 4.0, viewing.rebuild),
    Row("rebuild of all views", "one transaction an event", 1 / 15, viewing.one_by_one),
    Row("verify", "one SHA-256 a payload", 12.0, proving.verified),
    Row("bledger log, the process", "its imports + one model", 1.6, starting.process),
)
QUICK, MILLION = 100_000, 1_000_000  # the bars are of a million; the rest is a quick look
HEAD = ("", "against", "ratio", "spread", "at most", "", "ours", "other")
SHAPE = "{:<46}{:<27}{:>7}  {:>13}  {:>8}  {:<7}{:>9}{:>9}   {}"


def run(argv: Sequence[str]) -> int:
    """Measure and print; 1 only when a bar is missed and --strict was said."""
    asked = _parser().parse_args(argv)
    rows = (*ROWS, *_grown(MILLION if asked.million else QUICK))
    wanted = [row for n, row in enumerate(rows, 1) if not asked.only or n in asked.only]
    for line in (*described(), "", SHAPE.format(*HEAD, "").rstrip()):
        print(line, flush=True)
    with tempfile.TemporaryDirectory(prefix="bledger-bench-") as folder:
        missed = [
            row.what for n, row in enumerate(wanted, 1) if not _shown(row, Path(folder, str(n)))
        ]
    for line in _told(missed, million=asked.million):
        print(line)
    return int(asked.strict and bool(missed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--million", action="store_true", help="the rows of a million events too")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a bar is missed")
    parser.add_argument("--only", type=int, nargs="+", metavar="ROW", help="these rows, from 1")
    return parser


def _shown(row: Row, folder: Path) -> bool:
    """Measure and print one row; whether it is within its bar."""
    folder.mkdir()
    found: list[Measured] = []
    seconds = timed(lambda: found.append(row.measure(folder)))
    measured = found[0]
    held = measured.ratio <= row.most
    cells = (_times(measured.ratio), "–".join(map(_times, measured.spread)), _times(row.most))
    ours, other = map(_length, measured.typical)
    about = f"{measured.about} [{len(measured.ours)} turns, {seconds:.0f} s]"
    shown = (row.what, row.against, *cells, "ok" if held else "MISSED", ours, other, about)
    print(SHAPE.format(*shown), flush=True)
    return held


def _times(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio > 0.2 else f"1/{1 / ratio:.0f}"


def _length(seconds: float) -> str:
    """A time in the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds / 1e-6:.0f} µs"


def _told(missed: Sequence[str], *, million: bool) -> Iterator[str]:
    yield ""
    yield "Ratios of medians; spread: the middle half of the single turns' ratios."
    if not million:
        yield "The last two are a quick look: their bars are of 1,000,000 events (--million)."
    yield f"Missed: {'; '.join(missed)}" if missed else "Every bar is held."
