"""Writing: one command in a transaction of its own, and an import in batches."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from made import TEACHER, new_ledger

from bench.fuel import COLUMNS, Bare, reports
from bench.measuring import Measured, in_turns
from ledger.domain.incident import INCIDENT, ReportIncident
from ledger.store import Ledger

SINGLE, IMPORTED, BATCH = 2_000, 10_000, 1_000


def one_event(folder: Path) -> Measured:
    return _single(folder, sealed=False)


def one_statement(folder: Path) -> Measured:
    return _single(folder, sealed=True)


def import_clear(folder: Path) -> Measured:
    return _imported(folder, sealed=False)


def import_sealed(folder: Path) -> Measured:
    return _imported(folder, sealed=True)


def _single(folder: Path, *, sealed: bool) -> Measured:
    commands = list(enumerate(reports(SINGLE + 1, sealed=sealed)))
    return _against_bare(folder, [[one] for one in commands], 1 + sealed)


def _do(ledger: Ledger, number: int, command: ReportIncident) -> None:
    key = f"slip:{number}"
    ledger.do(INCIDENT, ledger.id_for("incident", key), command, TEACHER, key=key)


def _imported(folder: Path, *, sealed: bool) -> Measured:
    commands = iter(enumerate(reports(IMPORTED + BATCH, sealed=sealed)))
    batches = list(iter(lambda: list(islice(commands, BATCH)), []))
    return _against_bare(folder, batches, 1 + sealed)


def _against_bare(
    folder: Path, batches: list[list[tuple[int, ReportIncident]]], each: int
) -> Measured:
    """Batches recorded in a ledger, and the same rows inserted in a bare table."""

    def write(ledger: Ledger, batch: list[tuple[int, ReportIncident]]) -> None:
        if len(batch) == 1:
            _do(ledger, *batch[0])
            return
        with ledger.batch():
            for number, command in batch:
                _do(ledger, number, command)

    first = _new(folder / "first")
    for batch in batches:
        write(first, batch)
    rows = (row[:COLUMNS] for page in first.rows_since(0) for row in page)
    ledger, ours = _new(folder / "ledger"), iter(batches)
    bare = Bare(folder / "bare.db")
    same = [list(islice(rows, each * len(batch))) for batch in batches]
    size = sum(len(row[9]) + len(row[10] or b"") for some in same for row in some)
    other = iter(same)
    return in_turns(
        lambda: write(ledger, next(ours)),
        lambda: bare.insert(next(other)),
        len(batches) - 1,
        f"{size // sum(map(len, batches))} bytes a command",
    )


def _new(folder: Path) -> Ledger:
    folder.mkdir()
    return new_ledger(folder)
