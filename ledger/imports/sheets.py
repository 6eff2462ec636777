"""From the bytes of CSV files to rows by column name; what cannot be read is noted by its line."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeVar

from ledger.imports import Problem, Unreadable
from ledger.imports.sources import DAMAGE, Opener, cause

T = TypeVar("T")

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
LOST = "\ufffd"
FOREIGN = re.compile("[\udc80-\udcff]")  # a byte that is not UTF-8, kept apart

# What is more than this is not a cell, a line, a row
CELL_CAP = 300
LINE_CAP = 131_072  # also csv's own cap for a field
SPAN_CAP = 20  # lines of one row

# What a format's manual says


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that are read of one file; every other column is passed over."""

    needed: tuple[str, ...]  # without one of these the file cannot be read
    wanted: tuple[str, ...] = ()  # their absence is a problem
    welcome: tuple[str, ...] = ()  # their absence is not

    @property
    def all(self) -> tuple[str, ...]:
        return self.needed + self.wanted + self.welcome


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of a format and what may stand in them."""

    files: Mapping[str, Columns]
    main: str  # the file without which nothing is read
    key: str  # the column that tells rows apart, in each file that has it
    aliases: Mapping[str, str]  # other spellings of a column, both sides plain
    caps: Mapping[str, int]  # the characters of a cell, by column, where CELL_CAP does not fit
    remedy: str  # what to do when the main file cannot be read


# From lines to rows


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by the manual's column names, a missing column being blank."""

    file: str
    line: int
    cells: Mapping[str, str]
    problems: list[Problem]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def note(self, column: str, reason: str, *, refused: bool = False) -> None:
        self.problems.append(Problem(self.file, self.line, column, reason, refused))


class BadRow(Exception):
    """This row is left out: the column, and why."""


class Reading:
    """One reading of a format's files: their rows, and every problem met on the way."""

    def __init__(self, layout: Layout, files: Mapping[str, Opener | None]) -> None:
        self.layout = layout
        self.problems: list[Problem] = []
        self.refused: dict[str, set[str]] = {file: set() for file in layout.files}
        self.count = 0
        self.files = {file: opener for file, opener in files.items() if opener}
        for file in files.keys() - self.files.keys():
            self.note(file, 1, "", "is a link to a place outside the folder: it was not opened")

    def note(self, file: str, line: int, column: str, reason: str) -> None:
        self.problems.append(Problem(file, line, column, reason))

    def each(self, file: str, make: Callable[[Row], T | None]) -> Iterator[T]:
        """What `make` gives for each row; a row that cannot be read is noted and left out."""
        seen: dict[str, tuple[int, int]] = {}
        for row, fault in self._rows(file):
            self.count += 1
            try:
                _check(row, fault, self.layout)
                made = make(row) if _first(row, self.layout.key, seen) else None
            except BadRow as bad:
                row.note(*bad.args, refused=True)
                self.refused[file].add(_readable(row[self.layout.key]))
                continue
            if made is not None:
                yield made

    def _rows(self, file: str) -> Iterator[tuple[Row, str]]:
        """Each row, with why it cannot be read if it cannot."""
        if file not in self.files:
            return
        records = _records(_Lines(self._lines(file)))
        line, header = next(records, (1, "there is none"))
        places = self._places(file, line, header)
        for line, record in records if places else ():
            cells, fault = ([], record) if isinstance(record, str) else (record, "")
            named = {column: cells[place].strip() for column, place in places.items() if cells}
            yield Row(file, line, named, self.problems), fault

    def _places(self, file: str, line: int, header: list[str] | str) -> dict[str, int]:
        """Where each column stands; empty when a needed one is missing."""
        if isinstance(header, str):
            self._lose(file, line, "", f"the header: {header}")
            return {}
        columns, places = self.layout.files[file], dict[str, int]()
        for place, column in enumerate(self._known(cell, columns) for cell in header):
            if column in places:
                self.note(file, line, column, "stands twice in the header: the first is read")
            elif column:
                places[column] = place
        for column in columns.wanted:
            if column not in places:
                self.note(file, line, column, "is missing in the header: read as blank")
        lost = [column for column in columns.needed if column not in places]
        if lost:
            gone = "is missing in the header: the file is not read"
            self._lose(file, line, ", ".join(lost), gone)
        return {} if lost else places

    def _known(self, cell: str, columns: Columns) -> str:
        """The column that a header's cell means, or empty."""
        known = {plain(column): column for column in columns.all}
        word = plain(cell)
        return known.get(word) or known.get(self.layout.aliases.get(word, ""), "")

    def _lose(self, file: str, line: int, column: str, reason: str) -> None:
        """One file is lost: a problem, or the end when it is the main one."""
        problem = Problem(file, line, column, reason, refused=True)
        if file == self.layout.main:
            raise Unreadable(f"{problem}; {self.layout.remedy}")
        self.problems.append(problem)

    def _lines(self, file: str) -> Iterator[tuple[int, str]]:
        """Physical lines with their numbers; a line over the cap ends there, the rest is passed."""
        told = False
        try:
            with _text(self.files[file]) as text:
                pieces = iter(partial(text.readline, LINE_CAP + 1), "")
                for number, line in enumerate(pieces, start=1):
                    end = line
                    while len(end) > LINE_CAP and not end.endswith(("\r", "\n")):
                        end = text.readline(LINE_CAP + 1)
                    if foreign := FOREIGN.search(line):
                        line = line.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
                    if foreign and not told:
                        told = True
                        odd = f"not UTF-8, read as Windows-1252: line {number} and others like it"
                        self.note(file, 1, "", odd)
                    yield number, line
        except DAMAGE as error:
            raise Unreadable(f"{file} is damaged or cannot be read: {cause(error)}") from None


def plain(text: str) -> str:
    """A word in lower case without spaces and signs: how spellings are compared."""
    return "".join(filter(str.isalnum, text.lower()))


def _check(row: Row, fault: str, layout: Layout) -> None:
    """Raises when a cell of the row cannot be kept as it came."""
    if fault:
        raise BadRow("", fault)
    if layout.key in row.cells and not _readable(row[layout.key]):
        raise BadRow(layout.key, "is blank or cannot be read: the row is left out")
    for column, cell in row.cells.items():
        cap = layout.caps.get(column, CELL_CAP)
        if len(cell) > cap:
            raise BadRow(column, f"is longer than {cap} characters: the row is left out")
        if CONTROL.search(cell):
            raise BadRow(column, "holds a control character: the row is left out")
        if LOST in cell:
            row.note(column, "lost a character on its way here: correct it at its source")


def _readable(key: str) -> str:
    """The key as it came, or empty when it cannot be the one that was meant."""
    odd = LOST in key or CONTROL.search(key) or len(key) > CELL_CAP
    return "" if odd else key


def _first(row: Row, key: str, seen: dict[str, tuple[int, int]]) -> bool:
    """Whether the row's key is new; raises when an earlier row says something else of it."""
    if key not in row.cells:
        return True
    facts = hash(tuple(row.cells.items()))
    line, before = seen.setdefault(row[key], (row.line, facts))
    if before != facts:
        raise BadRow(key, f"same {key} on line {line} with other facts: that holds")
    return line == row.line


class _Lines:
    """Numbered lines that can be given back."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._back: deque[tuple[int, str]] = deque()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        return self._back.popleft() if self._back else next(self._lines)

    def back(self, lines: list[tuple[int, str]]) -> None:
        self._back.extendleft(reversed(lines))


def _records(lines: _Lines) -> Iterator[tuple[int, list[str] | str]]:
    """Each record and its first line; for one that cannot be read, why.

    The lines below an unreadable record are read again, each for itself: an open quote costs one
    row, not the file.
    """
    width = 0
    while True:
        held, cells = _record(lines)
        if not held:
            return
        if not isinstance(cells, str):
            if not any(map(str.strip, cells)):
                continue
            width = width or len(cells)
            cells = BAD_QUOTES if _swallows(held, width) else _fitting(cells, width)
        if isinstance(cells, str):
            lines.back(held[1:])
        yield held[0][0], cells


def _record(lines: _Lines) -> tuple[list[tuple[int, str]], list[str] | str]:
    """The lines of the next record, and its cells or why they cannot be read."""
    held: list[tuple[int, str]] = []

    def feed() -> Iterator[str]:
        for numbered in islice(lines, SPAN_CAP + 1):
            held.append(numbered)
            yield numbered[1]

    try:
        cells = next(csv.reader(feed(), strict=True, skipinitialspace=True), [])
    except csv.Error as error:
        return held, next(why for words, why in CSV_ERRORS.items() if words in str(error))
    return held, TOO_LONG if any(len(line) > LINE_CAP for _, line in held) else cells


BAD_QUOTES = "the quotes of this row do not match: the row is left out"
TOO_LONG = f"holds more than {LINE_CAP} characters: the row is left out"
CSV_ERRORS = {  # a part of what csv says → what we say; the last fits all
    "field larger": TOO_LONG,
    "unexpected end": "a quote opens in this row and does not close: the row is left out",
    "": BAD_QUOTES,
}


def _swallows(held: list[tuple[int, str]], width: int) -> bool:
    """Whether a quoted cell runs over the end of its row, into lines that are rows themselves."""
    (_, first), *below = held
    rows = (next(csv.reader([line]), []) for _, line in below)
    return first.count(",") >= width - 1 and any(len(cells) == width for cells in rows)


def _fitting(cells: list[str], width: int) -> list[str] | str:
    """The cells, as many as the header has; blank ones too many are dropped."""
    if any("\0" in cell for cell in cells):
        return "holds a NUL character: the row is left out"
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    odd = f"{len(cells)} cells where the header has {width}: the row is left out"
    return cells if len(cells) == width else odd


@contextmanager
def _text(opener: Opener) -> Iterator[io.TextIOWrapper]:
    """The file as text: UTF-16 if it says so, else UTF-8, bytes that are not being kept apart."""
    with opener() as start:
        wide = start.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    encoding, errors = ("utf-16", "replace") if wide else ("utf-8-sig", "surrogateescape")
    with io.TextIOWrapper(opener(), encoding, errors, newline="") as text:
        yield text
