"""A file of point cards, from a scanner or a form: a row a child and day.

`student` (a number or an id) and `date`; then the marks in a column a period (`1` … or the period's
own name), or `total`, or `reason`; and `in` and `out` for check-in and check-out (yes or no).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from ledger.domain.codes import NoData
from ledger.domain.plan import PERIODS, PointCard
from ledger.imports import Unreadable
from ledger.imports.calendars import day_of
from ledger.imports.sheets import BadRow, Columns, Layout, Reading, Row, plain, truth
from ledger.imports.sources import check_text
from ledger.written.points import DASHES, Marks, Misread, period, read, reason_of

LEFT_OUT = "the row is left out"
NUMBERS = tuple(str(n) for n in range(1, PERIODS + 1))
ALIASES = {
    alias: column
    for column, aliases in {
        "student": "studentid studentnumber number id pupil estudiante alumno",
        "date": "day on fecha",
        "total": "points sum totalpoints",
        "reason": "nodata why absent motivo",
        "in": "checkin checkedin",
        "out": "checkout checkedout",
    }.items()
    for alias in aliases.split()
}
ALIASES |= {f"{word}{n}": n for n in NUMBERS for word in ("p", "per", "period", "periodo")}
ALIASES |= {f"{n}{end}": n for n in NUMBERS for end in ("st", "nd", "rd", "th")}  # as on screen


def opened(path: Path, periods: Iterable[str]) -> Reading:
    """The rows of such a file; `periods` are the names that cards give theirs."""
    if not path.is_file():
        raise Unreadable(f"{path} is not a file that can be read")
    check_text(path)
    known = {plain(name) for name in (*NUMBERS, *ALIASES)}
    named = (name for name in dict.fromkeys(periods) if plain(name) not in known)
    more = ("total", "reason", "in", "out", *NUMBERS, *named)
    layout = Layout(
        files={path.name: Columns(needed=("student", "date"), welcome=more)},
        main=path.name,
        key="",
        aliases=ALIASES,
        caps={},
        remedy="give it the columns student and date, and one a period, total or reason",
        ids=frozenset(("student",)),
        vital=frozenset(more),
    )
    return Reading(layout, {path.name: lambda: path.open("rb")})


def day(row: Row) -> date:
    """The day of a row; BadRow when it says none."""
    if not row["date"]:
        raise BadRow("date", f"is blank: {LEFT_OUT}")
    try:
        return day_of(row["date"])
    except ValueError as error:
        raise BadRow("date", f"{error}; {LEFT_OUT}") from None


def marks(row: Row, card: PointCard, held: Sequence[bool]) -> Marks:
    """What a row says on this card; BadRow when it says nothing, two things, or what cannot be."""
    cells = {column: row[column] for column in _columns(row, card)}
    told = [name for name in ("total", "reason") if row[name]]
    told += [column for column, cell in cells.items() if cell][:1]
    if len(told) != 1:
        why = f"says both {' and '.join(told)}" if told else "has neither marks, total nor reason"
        raise BadRow(told[-1] if told else "", f"{why}: {LEFT_OUT}")
    if row["reason"]:
        return Marks(no_data=_reason(row))
    if row["total"]:
        return _read(row["total"] if "/" in row["total"] else f"{row['total']}/{card.total}", card)
    return _row(cells, card, held)


def _columns(row: Row, card: PointCard) -> list[str]:
    """The column of each period: by its own name, or else by its place."""
    named = {plain(column): column for column in row.cells}
    own = [
        named.get(plain(name)) or named.get(plain(ALIASES.get(plain(name), "")))
        for name in card.periods
    ]
    if all(own):
        return [column for column in own if column]
    return [*NUMBERS[: len(card.periods)]]


def _reason(row: Row) -> NoData:
    reason = reason_of(row["reason"])
    if reason is None:
        known = ", ".join(reason.label for reason in NoData)
        raise BadRow("reason", f"is none of {known}: {LEFT_OUT}")
    return reason


def _row(cells: dict[str, str], card: PointCard, held: Sequence[bool]) -> Marks:
    """The marks period by period, so that a fault is told with its column."""
    rows = []
    for number, (column, cell) in enumerate(cells.items()):
        one = card.model_copy(update={"periods": card.periods[number : number + 1]})
        try:
            made = (
                read(" ".join(cell.split()), one) if cell.translate(DASHES).strip(" -.") else None
            )
        except Misread as misread:
            raise BadRow(column, f"{misread}; {LEFT_OUT}") from None
        if made is not None and not made.rows:
            raise BadRow(column, f"{period(card, number)} has no marks as the card has: {LEFT_OUT}")
        rows.append(made.rows[0] if made else ())
    return Marks(rows=tuple(rows))


def _read(typed: str, card: PointCard) -> Marks:
    try:
        made = read(typed, card)
    except Misread as misread:
        raise BadRow("total", f"{misread}; {LEFT_OUT}") from None
    if made is None or made.total is None:
        raise BadRow("total", f"is no number of points: {LEFT_OUT}")
    return made


def checked(row: Row, column: str) -> bool | None:
    """Whether it was done; None when nothing is said."""
    said = truth(row[column]) if row[column] else None
    if row[column] and said is None:
        raise BadRow(column, f"is neither yes nor no: {LEFT_OUT}")
    return said
