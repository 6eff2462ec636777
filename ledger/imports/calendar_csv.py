"""A spreadsheet of days, of bells, or of both, saved as CSV.

Days:   date, kind, name      or   start, end, kind, name for stretches.
Bells:  kind, part, name, start, end   where kind is of the day and part is period or lunch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import TypeVar

from ledger.domain.codes import DayKind
from ledger.imports import Unreadable
from ledger.imports.calendars import (
    SPAN_CAP,
    Mark,
    Rung,
    Said,
    Told,
    day_of,
    grades_of,
    shown,
    time_of,
)
from ledger.imports.sheets import BadRow, Columns, Layout, Reading, Row, plain
from ledger.imports.sources import check_text

T = TypeVar("T")
NAME_CAP = 40  # characters of a period's name

COLUMNS = Columns(needed=("kind",), welcome=("date", "start", "end", "name", "part", "grade"))
ALIASES: Mapping[str, str] = {
    alias: column
    for column, aliases in {
        "kind": "type daytype kindofday tipo",
        "date": "day fecha",
        "start": "startdate starttime begin begins from first firstday inicio",
        "end": "enddate endtime ends to until last lastday fin",
        "name": "title event subject summary description nombre",
        "part": "what bell periodorlunch",
        "grade": "grades gradelevel grado",
    }.items()
    for alias in aliases.split()
}
KINDS: Mapping[str, tuple[Mark, ...]] = {
    "noschool": (Mark.NO_SCHOOL,),
    "nostudents": (Mark.NO_SCHOOL,),
    "minimum": (Mark.MINIMUM,),
    "minimumday": (Mark.MINIMUM,),
    "closed": (Mark.CLOSED,),
    "officeclosed": (Mark.CLOSED,),
    "holiday": (Mark.NO_SCHOOL, Mark.CLOSED),
    "firstday": (Mark.FIRST,),
    "firstdayofschool": (Mark.FIRST,),
    "lastday": (Mark.LAST,),
    "lastdayofschool": (Mark.LAST,),
}
BELLS: Mapping[str, DayKind] = {
    "regular": DayKind.REGULAR,
    "regularday": DayKind.REGULAR,
    "minimum": DayKind.MINIMUM,
    "minimumday": DayKind.MINIMUM,
}
DAY_KINDS = "no-school, minimum, closed, holiday, first-day or last-day"


def read(path: Path) -> Told:
    """What the rows of a spreadsheet say of days and bells; raises Unreadable."""
    if not path.is_file():
        raise Unreadable(f"{path} is not a file that can be read")
    check_text(path)
    layout = Layout(
        files={path.name: COLUMNS},
        main=path.name,
        key="",
        aliases=ALIASES,
        caps={},
        remedy="give it the columns date, kind and name; see: bledger calendar import --help",
    )
    reading = Reading(layout, {path.name: lambda: path.open("rb")})
    made = list(chain.from_iterable(reading.each(path.name, _row)))
    return Told(
        path.name,
        tuple(dict.fromkeys(one for one in made if isinstance(one, Said))),
        tuple(one for one in made if isinstance(one, Rung)),
        problems=tuple(reading.problems),
    )


def _row(row: Row) -> Iterable[Said | Rung]:
    return _bells(row) if row["part"] else _days(row)


def _days(row: Row) -> list[Said]:
    """What a row says of its days: once for each thing that its kind means."""
    marks = KINDS.get(plain(row["kind"]))
    if not marks:
        raise BadRow("kind", f"is not {DAY_KINDS}: the row is left out")
    column = "date" if row["date"] else "start"
    first = _cell(row, column, day_of)
    last = _cell(row, "end", day_of) if row["end"] else first
    if last < first:
        raise BadRow("end", f"is before {column}: the row is left out")
    if (last - first).days >= SPAN_CAP:
        raise BadRow("end", f"is more than {SPAN_CAP} days after {column}: the row is left out")
    return [Said(mark, first, last, shown(row["name"]), row.line) for mark in marks]


def _bells(row: Row) -> list[Rung]:
    """A period of a kind of day, or the lunch of each grade that the row names."""
    kind, part = BELLS.get(plain(row["kind"])), plain(row["part"])
    if not kind:
        raise BadRow("kind", "is not regular or minimum: the row is left out")
    if part not in ("period", "lunch"):
        raise BadRow("part", "is not period or lunch: the row is left out")
    lunch = part == "lunch"
    start, end = (_cell(row, column, time_of) for column in ("start", "end"))
    names = grades_of(row["grade"] or row["name"]) if lunch else (row["name"] or row["grade"],)
    if not all(0 < len(name) <= NAME_CAP for name in names):
        raise BadRow("name", f"is blank or longer than {NAME_CAP} characters: the row is left out")
    return [Rung(kind, lunch, name, start, end, row.line) for name in names]


def _cell(row: Row, column: str, read: Callable[[str], T]) -> T:
    if not row[column]:
        raise BadRow(column, "is blank: the row is left out")
    try:
        return read(row[column])
    except ValueError as error:
        raise BadRow(column, f"{error}; the row is left out") from None
