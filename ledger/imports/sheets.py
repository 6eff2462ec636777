"""From the bytes of CSV files to rows by column name; what cannot be read is noted by its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol, TypeVar

from rapidfuzz.distance import OSA

from ledger.imports import Problem, Unreadable
from ledger.imports.records import SPAN_CAP, Lines, numbered, records, until_said
from ledger.imports.sources import DAMAGE, Opener, cause

T = TypeVar("T")

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
LOST = "\ufffd"

CELL_CAP = 300  # characters: what is more is not a cell
PROBLEMS_CAP = 10_000  # problems that are listed, refused keys that are remembered
PACE = 10_000  # rows
LIKE = 8  # letters of a header's word from which one wrong letter is understood
ZEROS = 6  # that a spreadsheet may have taken from the front of a number
YES = frozenset(("1", "true", "yes", "y", "t", "x", "si", "sí"))
NO = frozenset(("0", "false", "no", "n", "f"))

DELIMITERS = (",", ";", "\t", "|")

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
    ids: frozenset[str] = frozenset()  # columns of identifiers, where no number is meant
    vital: frozenset[str] = frozenset()  # columns whose spoilt cell costs the row


# What is remembered of a reading


class Rest(Problem):
    """How many problems of a file are not listed."""


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """File by file and line by line; at the end what is not listed."""
    problems = tuple(problems)
    files = {file: n for n, file in enumerate(dict.fromkeys(one.file for one in problems))}
    return tuple(sorted(problems, key=lambda p: (isinstance(p, Rest), files[p.file], p.line)))


class Problems(list[Problem]):
    """The first problems, each once; of those that follow, how many each file has."""

    def __init__(self) -> None:
        super().__init__()
        self._told: set[Problem] = set()
        self._more: dict[tuple[str, bool], int] = {}

    def append(self, problem: Problem) -> None:
        if problem in self._told:
            return None
        if len(self) < PROBLEMS_CAP:
            self._told.add(problem)
            return super().append(problem)
        kind = problem.file, problem.refused
        self._more[kind] = self._more.get(kind, 0) + 1
        return None

    def say_rest(self, file: str) -> None:
        odd, refused = (self._more.pop((file, left_out), 0) for left_out in (False, True))
        if odd or refused:
            rest = f"{odd + refused:,} more problems are not listed, {refused:,} rows among them"
            why = f"{rest} are left out"
            super().append(Rest(file, 1, "", why, refused=refused > 0))


class Seen(Protocol):
    """The keys that were met in each file."""

    def first(self, file: str, key: str, line: int, facts: int) -> tuple[int, int]:
        """The line and the facts with which the key was met first: these, if it is new."""

    def forget(self, file: str, key: str) -> None:
        """The row of this key was not taken after all."""


class SeenInMemory:
    """For files of which the keys fit into memory."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], tuple[int, int]] = {}

    def first(self, file: str, key: str, line: int, facts: int) -> tuple[int, int]:
        return self._seen.setdefault((file, key), (line, facts))

    def forget(self, file: str, key: str) -> None:
        self._seen.pop((file, key), None)


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

    def __init__(
        self,
        layout: Layout,
        files: Mapping[str, Opener | None],
        seen: Seen | None = None,
        progress: Callable[[int], None] = lambda rows: None,
    ) -> None:
        self.layout = layout
        self.progress = progress  # told of the rows so far, every PACE of them
        self.problems = Problems()
        self.refused: dict[str, set[str]] = {file: set() for file in layout.files}
        self.count = 0
        self.seen = seen or SeenInMemory()
        self.files = {file: opener for file, opener in files.items() if opener}
        self.headers: dict[str, frozenset[str]] = {}  # the columns that each header has
        for file in files.keys() - self.files.keys():
            self.note(file, 1, "", "is a link to a place outside the folder: it was not opened")

    def note(self, file: str, line: int, column: str, reason: str) -> None:
        self.problems.append(Problem(file, line, column, reason))

    def all_problems(self) -> tuple[Problem, ...]:
        """Every problem, or for each file how many more there are than are listed."""
        for file in self.layout.files:
            self.problems.say_rest(file)
        return tuple(self.problems)

    def each(self, file: str, make: Callable[[Row], T | None]) -> Iterator[T]:
        """What `make` gives for each row; a row that cannot be read is noted and left out."""
        for row, fault in self._rows(file):
            self.count += 1
            if self.count % PACE == 0:
                self.progress(self.count)
            try:
                made = self._made(row, fault, make)
            except BadRow as bad:
                row.note(*bad.args, refused=True)
                self._refuse(row)
                continue
            if made is not None:
                yield made
        self.problems.say_rest(file)

    def _made(self, row: Row, fault: str, make: Callable[[Row], T | None]) -> T | None:
        """What `make` gives for a sound row of a new key; a key counts only if its row is used."""
        sound = _sound(row, fault, self.layout)
        key = sound[self.layout.key]
        if not self._first(sound, key):
            return None
        try:
            return make(sound)
        except BadRow:
            self.seen.forget(row.file, key)
            raise

    def _first(self, row: Row, key: str) -> bool:
        """Whether the row's key is new; raises when an earlier row says something else of it."""
        if self.layout.key not in row.cells:
            return True
        facts = hash(tuple(row.cells.items()))
        line, before = self.seen.first(row.file, key, row.line, facts)
        if before != facts:
            odd = f"same {self.layout.key} on line {line} with other facts: that holds"
            raise BadRow(self.layout.key, odd)
        return line == row.line

    def _refuse(self, row: Row) -> None:
        """Remember whose row was left out."""
        refused = self.refused[row.file]
        refused.add(readable(row[self.layout.key]) if len(refused) < PROBLEMS_CAP else "")

    def _rows(self, file: str) -> Iterator[tuple[Row, str]]:
        """Each row, with why it cannot be read if it cannot."""
        if file not in self.files:
            return
        lines = Lines(self._lines(file))
        delimiter = self._delimiter(lines, self.layout.files[file])
        line, header = next(records(lines, delimiter), (1, "there is none"))
        places = self._places(file, line, header)
        below = records(lines, delimiter, len(header), places.values())
        for line, record in below if places else ():
            cells, fault = ([], record) if isinstance(record, str) else (record, "")
            named = {column: cells[place].strip() for column, place in places.items() if cells}
            yield Row(file, line, named, self.problems), fault

    def _delimiter(self, lines: Lines, columns: Columns) -> str:
        """What stands between cells: the one that makes most columns of the header."""
        above = list(islice(until_said(lines), SPAN_CAP))
        lines.back(above[-1:])
        header = above[-1][1] if above else ""

        def known(delimiter: str) -> int:
            cells = header.replace('"', "").split(delimiter)
            return sum(bool(self._known(cell, columns)) for cell in cells)

        return max(DELIMITERS, key=known)

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
        for column, place in self._alike(header, columns, places):
            self.note(file, line, column, "is not spelled so in the header, but almost: read as it")
            places[column] = place
        for column in columns.wanted:
            if column not in places:
                self.note(file, line, column, "is missing in the header: read as blank")
        self.headers[file] = frozenset(places)
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

    def _alike(
        self, header: list[str], columns: Columns, places: Mapping[str, int]
    ) -> list[tuple[str, int]]:
        """Columns that are missing, where one cell of the header is one letter from their name."""
        words = {n: word for n, word in enumerate(map(plain, header)) if word.isalpha()}
        alike = {
            column: [n for n, word in words.items() if _one_letter_off(plain(column), word)]
            for column in columns.all
            if column not in places
        }
        known = set(places.values())
        return [
            (column, found[0])
            for column, found in alike.items()
            if len(found) == 1 and found[0] not in known
        ]

    def _lose(self, file: str, line: int, column: str, reason: str) -> None:
        """One file is lost: a problem, or the end when it is the main one."""
        problem = Problem(file, line, column, reason, refused=True)
        if file == self.layout.main:
            raise Unreadable(f"{problem}; {self.layout.remedy}")
        self.problems.append(problem)

    def _lines(self, file: str) -> Iterator[tuple[int, str]]:
        told = False
        try:
            for number, line, foreign in numbered(self.files[file]):
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


def truth(cell: str) -> bool | None:
    """Yes or no; None when the cell says neither."""
    word = cell.casefold()
    return True if word in YES else False if word in NO else None


def lost_zeros(number: str, known: Callable[[str], object]) -> bool:
    """Whether a number that nobody has is known with zeros in front."""
    longer = ("0" * n + number for n in range(1, ZEROS + 1))
    return number.isdecimal() and any(map(known, longer))


def _one_letter_off(column: str, word: str) -> bool:
    return len(column) >= LIKE and OSA.distance(column, word, score_cutoff=1) == 1


ERROR = re.compile(r"#(N/A|#+|[A-ZÀ-Þ][A-ZÀ-Þ0-9/_]*[!?])")
SHORTENED = re.compile(r"\d([.,]\d+)?E\+\d{1,3}", re.IGNORECASE | re.ASCII)


def spoilt(cell: str, *, is_id: bool) -> str:
    """What a spreadsheet did to the cell, as the end of a sentence; empty when nothing is seen."""
    if ERROR.fullmatch(cell):
        return "is an error of the spreadsheet that it was saved from"
    if is_id and SHORTENED.fullmatch(cell):
        return "is a number that a spreadsheet shortened (such as 1.04E+05)"
    return ""


def _sound(row: Row, fault: str, layout: Layout) -> Row:
    """The row without what a spreadsheet spoilt; raises when a cell cannot be kept as it came."""
    if fault:
        raise BadRow("", fault)
    if layout.key in row.cells and not readable(row[layout.key]):
        odd = spoilt(row[layout.key], is_id=True) or "is blank or cannot be read"
        raise BadRow(layout.key, f"{odd}: the row is left out")
    text = "".join(row.cells.values())
    if len(text) > CELL_CAP or not text.isprintable() or LOST in text:
        _check(row, layout)
    return _mended(row, layout) if "#" in text or "+" in text else row


def _check(row: Row, layout: Layout) -> None:
    for column, cell in row.cells.items():
        cap = layout.caps.get(column, CELL_CAP)
        if len(cell) > cap:
            raise BadRow(column, f"is longer than {cap} characters: the row is left out")
        if CONTROL.search(cell):
            raise BadRow(column, "holds a control character: the row is left out")
        if LOST in cell:
            row.note(column, "lost a character on its way here: correct it at its source")


def _mended(row: Row, layout: Layout) -> Row:
    """The row with spoilt cells read as blank; raises when one of them is needed."""
    odd = {column: spoilt(cell, is_id=column in layout.ids) for column, cell in row.cells.items()}
    for column in filter(odd.get, odd):
        if column in layout.vital.union(layout.files[row.file].needed):
            raise BadRow(column, f"{odd[column]}: the row is left out")
        row.note(column, f"{odd[column]}: read as blank")
    kept = {column: "" if odd[column] else cell for column, cell in row.cells.items()}
    return replace(row, cells=kept)


def readable(key: str) -> str:
    """The key as it came, or empty when it cannot be the one that was meant."""
    odd = LOST in key or CONTROL.search(key) or len(key) > CELL_CAP or spoilt(key, is_id=True)
    return "" if odd else key
