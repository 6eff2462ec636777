"""A flags CSV: what holds for a student from a day on, as special education and the office say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from ledger.domain.student import STUDENT, RecordFlags
from ledger.imports import Problem, Unreadable
from ledger.imports.batches import batches
from ledger.imports.oneroster_words import day
from ledger.imports.scratch import SeenOnDisk, scratch
from ledger.imports.sheets import BadRow, Columns, Layout, Reading, Row, lost_zeros, plain, truth
from ledger.imports.sources import check_file
from ledger.store import Actor, Ledger

FLAG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
WORDS = {  # a header in plain letters → the flag; every other one is named by its header
    "iep": "iep",
    "specialeducation": "iep",
    "section504": "section-504",
    "504": "section-504",
    "englishlearner": "english-learner",
    "el": "english-learner",
    "ell": "english-learner",
    "foster": "foster",
    "fosteryouth": "foster",
    "homeless": "homeless",
    "indianchild": "indian-child",
}
NUMBER, SINCE = "student_id", "effective_on"
ALIASES = {
    **dict.fromkeys(("student", "studentnumber", "sourcedid", "identifier"), plain(NUMBER)),
    **dict.fromkeys(("effectivedate", "effective", "since", "from"), plain(SINCE)),
}
PERSONAL = frozenset(  # no flag, whatever stands in it
    (
        *("name", "studentname", "firstname", "lastname", "givenname", "familyname", "middlename"),
        *("grade", "gradelevel", "sex", "gender", "birthdate", "dateofbirth", "dob"),
        *("school", "schoolid"),
    )
)
REMEDY = "see: bledger roster flags --help"
UNKNOWN = "no student of the roster has this number: the row is left out"
ZEROS = (
    "no student has this number, and one has it with zeros in front, which a spreadsheet may have "
    "cut: the row is left out"
)
SEVERAL = "several students have this number: say which kind it is with --id; the row is left out"
NO_FLAG = "does not hold yes and no: it is no flag, and passed over"
TWICE = "is of a flag that an earlier column is of too: the earlier one is read"
NEITHER = "is neither yes nor no: the row is left out"

WithNumber = Callable[[str], list[str]]  # ids of the students who have a number


@dataclass(frozen=True, slots=True)
class Flagged:
    """One row: whose it is, and what holds from that day on."""

    student_id: str
    effective_on: date
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """What an import of flags did; `about` are the flags that the file speaks of."""

    appended: int
    unchanged: int
    about: tuple[str, ...]
    problems: tuple[Problem, ...]


def take_in(
    ledger: Ledger,
    path: Path,
    actor: Actor,
    *,
    source: str,
    with_number: WithNumber,
    progress: Callable[[int], None] = lambda count: None,
) -> Taken:
    """Record what a file says of each student's flags; raises Unreadable when nothing is read."""
    check_file(path, "CSV file of flags")
    about, odd = _flags(path)
    appended = unchanged = 0
    with scratch() as db:
        reading = _reading(path, tuple(about))
        rows = reading.each(path.name, partial(_row, about, with_number, SeenOnDisk(db)))
        for batch in batches(rows):
            with ledger.batch():
                for row in batch:
                    new = _record(ledger, row, tuple(about.values()), source, actor)
                    appended, unchanged = appended + new, unchanged + (not new)
            progress(appended + unchanged)
    return Taken(appended, unchanged, tuple(about.values()), (*odd, *reading.all_problems()))


def _record(ledger: Ledger, row: Flagged, about: tuple[str, ...], source: str, actor: Actor) -> int:
    command = RecordFlags(
        student_id=row.student_id,
        effective_on=row.effective_on,
        source=source,
        flags=row.flags,
        about=about,
    )
    return len(ledger.do(STUDENT, row.student_id, command, actor, again=True).events)


def _row(
    about: dict[str, str], with_number: WithNumber, seen: SeenOnDisk, row: Row
) -> Flagged | None:
    """What one row says; nothing when an earlier one said the same."""
    id = _student(with_number, row[NUMBER])
    since = day(row, SINCE)
    if since is None:
        raise BadRow(SINCE, "is blank or no date: the row is left out")
    for column in about:
        if row[column] and truth(row[column]) is None:
            raise BadRow(column, NEITHER)
    flags = tuple(flag for column, flag in about.items() if truth(row[column]))
    line, before = seen.first(row.file, f"{id} {since}", row.line, hash(flags))
    if before != hash(flags):
        raise BadRow("", f"line {line} says other flags of the same student and day: that holds")
    return Flagged(id, since, flags) if line == row.line else None


def _student(with_number: WithNumber, number: str) -> str:
    found = with_number(number) if number else []
    if len(found) == 1:
        return found[0]
    if found:
        raise BadRow(NUMBER, SEVERAL)
    raise BadRow(NUMBER, ZEROS if lost_zeros(number, with_number) else UNKNOWN)


# Which columns are flags


def _flags(path: Path) -> tuple[dict[str, str], list[Problem]]:
    """(the flag of each column that is one, what was odd of the others)."""
    headers = _Headers(path)
    columns = [column for column in headers.named if headers.is_flag(column)]
    first = {headers.named[column]: column for column in reversed(columns)}
    if not first:
        raise Unreadable(f"{path.name} has no column of a flag, such as iep: {REMEDY}")
    odd = [(column, NO_FLAG) for column in headers.named if column not in columns]
    odd += [(column, TWICE) for column in columns if first[headers.named[column]] != column]
    about = {first[flag]: flag for flag in dict.fromkeys(map(headers.named.__getitem__, columns))}
    return about, [Problem(path.name, 1, column, why) for column, why in odd]


class _Headers(Reading):
    """The first look at a file: every column that could be a flag, and what stands in it."""

    def __init__(self, path: Path) -> None:
        self.named: dict[str, str] = {}
        super().__init__(_layout(path, ()), {path.name: lambda: path.open("rb")})
        self._cells: dict[str, Counter[bool]] = {}
        for row in self.each(path.name, lambda row: row):
            for column in self.named:
                if told := row[column]:
                    self._cells.setdefault(column, Counter())[truth(told) is not None] += 1

    def is_flag(self, column: str) -> bool:
        """Whether the column is a known one, or holds yes and no for the most part."""
        cells = self._cells.get(column, Counter[bool]())
        return plain(column) in WORDS or cells[True] > cells[False]

    def _known(self, cell: str, columns: Columns) -> str:
        known, cell = super()._known(cell, columns), cell.strip()
        flag = known or flag_of(cell)
        if not known and flag:
            self.named[cell] = flag
        return known or (cell if flag else "")


def flag_of(header: str) -> str:
    """The flag that a column is named after; empty when it can be none."""
    word = plain(header)
    if not word or word in PERSONAL:
        return ""
    flag = WORDS.get(word) or re.sub(r"[ _]+", "-", header.strip().lower())
    return flag if FLAG.fullmatch(flag) else ""


def _reading(path: Path, columns: tuple[str, ...]) -> Reading:
    return Reading(_layout(path, columns), {path.name: lambda: path.open("rb")})


def _layout(path: Path, columns: tuple[str, ...]) -> Layout:
    """A spoilt cell of a needed column costs the row: it is not read as `no`."""
    return Layout(
        files={path.name: Columns((NUMBER, SINCE, *columns))},
        main=path.name,
        key="",
        aliases=ALIASES,
        caps={},
        remedy=REMEDY,
        ids=frozenset((NUMBER,)),
    )
