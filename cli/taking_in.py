"""Taking in a file: how far it is, what was wrong with it, how long it took and in what memory."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from cli import Desk
from cli.errors import SOME

if TYPE_CHECKING:
    from ledger.imports import Problem

SHOWN = 30  # problems on a screen
MANY = 10_000  # rows from which speed and memory are told
REPORT = click.option(
    "--report", type=click.Path(path_type=Path), help="Write every problem here, as a CSV file."
)


# What was wrong


def wrong(problems: Sequence[Problem]) -> dict[str, Any]:
    """What was left out, what was odd, and each of it: fields of an answer."""
    left_out = sum(problem.refused for problem in problems)
    return {
        "rejected": left_out,
        "odd": len(problems) - left_out,
        "problems": [asdict(problem) for problem in problems],
    }


def counts(fields: dict[str, Any], done: str) -> str:
    """The first line of an answer."""
    return f"{done}, {fields['rejected']} left out, {fields['odd']} odd"


def listed(problems: Sequence[Problem], report: Path | None) -> list[str]:
    """The first problems, and where the others are."""
    lines = [f"  {problem}" for problem in problems[:SHOWN]]
    if len(problems) > SHOWN:
        where = report or "--json lists all, --report FILE writes them"
        lines.append(f"  … and {len(problems) - SHOWN} more: {where}")
    return lines


@contextmanager
def report_at(path: Path | None, of: Path) -> Iterator[Callable[[Sequence[Problem]], None]]:
    """What writes every problem as a row of a sheet, opened before anything `of` is recorded."""
    if path is None:
        yield lambda problems: None
        return
    _check_place(path, of)
    with path.open("w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file)
        sheet.writerow(("file", "line", "column", "reason", "left out"))

        def write(problems: Sequence[Problem]) -> None:
            for one in problems:
                left_out = "yes" if one.refused else "no"
                sheet.writerow((one.file, one.line, one.column, one.reason, left_out))

        yield write


def _check_place(path: Path, of: Path) -> None:
    if path.is_dir():
        raise click.UsageError(f"--report {path} is a folder: name a file in it")
    if not path.parent.is_dir():
        raise click.UsageError(f"--report {path}: there is no folder {path.parent}. Make it first")
    if path.exists() and (path.samefile(of) or of.resolve() in path.resolve().parents):
        raise click.UsageError(f"--report {path} is what is taken in: name another file")


# What it took


class Watch:
    """How long it took."""

    def __init__(self) -> None:
        self._began = monotonic()

    def fields(self) -> dict[str, Any]:
        return {"seconds": round(monotonic() - self._began, 1), "peak_mib": _peak_mib()}


def speed(count: int, what: str, fields: dict[str, Any]) -> list[str]:
    """How fast so many were taken in and in what memory, where they are many."""
    if count <= MANY:
        return []
    seconds, peak = fields["seconds"], fields["peak_mib"]
    memory = f", {peak:,} MiB of memory at most" if peak else ""
    rate = count / max(seconds, 0.1)
    return [f"  {count:,} {what} in {seconds:,.0f} s, {rate:,.0f} a second{memory}"]


def _peak_mib() -> int:
    """The most memory that this process had at once; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak >> (20 if sys.platform == "darwin" else 10)


# How far it is


class Bar:
    """How far it is, on a terminal: what was read, then what was recorded."""

    def __init__(self, desk: Desk, what: str, size: int = 0) -> None:
        self._desk, self._what, self._size, self._shown = desk, what, size, ""

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._shown:
            click.echo("", err=True)

    def read(self, count: int) -> None:
        """So many bytes of the file, or rows where its size says nothing."""
        part = f"{100 * count // self._size} %" if self._size else f"{count:,} rows"
        self._show(f"read {part}")

    def record(self, count: int, total: int | None = None) -> None:
        self._desk.so_far = SOME
        of = "" if total is None else f" of {total:,}"
        self._show(f"recorded {count:,}{of} {self._what}")

    def _show(self, told: str) -> None:
        if told != self._shown and sys.stderr.isatty():
            self._shown = told
            click.echo(f"\r{told:<50}", nl=False, err=True)
