"""How a sheet is written: days, times, cells and lines, and what cannot be written as it asks."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.exports.desk import Back

ENCODINGS = {"utf-8": "utf-8", "utf-8-bom": "utf-8-sig", "windows-1252": "cp1252"}
LINE_ENDS = {"lf": "\n", "crlf": "\r\n"}
QUOTINGS = ("minimal", "all", "none")

# Of strftime what is the same on every system and in every language; %-m is not everywhere there.
Directives = Mapping[str, Callable[[datetime], str]]
DAY: Directives = {
    "%Y": lambda at: f"{at.year:04}",
    "%y": lambda at: f"{at.year % 100:02}",
    "%m": lambda at: f"{at.month:02}",
    "%-m": lambda at: str(at.month),
    "%d": lambda at: f"{at.day:02}",
    "%-d": lambda at: str(at.day),
}
TIME: Directives = {
    "%H": lambda at: f"{at.hour:02}",
    "%-H": lambda at: str(at.hour),
    "%I": lambda at: f"{at.hour % 12 or 12:02}",
    "%-I": lambda at: str(at.hour % 12 or 12),
    "%M": lambda at: f"{at.minute:02}",
    "%S": lambda at: f"{at.second:02}",
    "%p": lambda at: "AM" if at.hour < 12 else "PM",
}
MOMENT: Directives = {**DAY, **TIME}
FORMULA = frozenset("=+-@")


def parts_of(form: str) -> list[str]:
    """A format cut into directives, `%-d` among them, and single characters."""
    parts, rest = [], form
    while rest:
        length = 1 if rest[0] != "%" else 3 if rest[1:2] == "-" else 2
        parts.append(rest[:length])
        rest = rest[length:]
    return parts


def shown(at: datetime, form: str) -> str:
    """This moment in a format whose directives are all known."""
    return "".join(MOMENT[part](at) if part in MOMENT else part for part in parts_of(form))


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the lines of one file are written, and for whom."""

    delimiter: str
    quoting: str
    line_end: str
    encoding: str  # as Python calls it
    people: bool  # a person opens it in a spreadsheet; otherwise a machine reads it


def would_run(cell: str) -> bool:
    """Whether a spreadsheet may take this for a formula; blanks and full-width forms count."""
    first = next((c for c in cell if unicodedata.category(c)[0] not in "ZC"), "")
    return cell[:1] in {"\t", "\r", "\n", "\0"} or unicodedata.normalize("NFKC", first) in FORMULA


def cell(text: str, dialect: Dialect, longest: int | None = None) -> str:
    """The cell as it will be read back; Back with the reason when it cannot be written so."""
    if would_run(text):
        if not dialect.people:
            raise Back("a spreadsheet would run it")
        text = f"'{text}"
    if longest is not None and len(text) > longest:
        raise Back(f"it is longer than {longest} characters")
    return fitting(text, dialect)


def fitting(text: str, dialect: Dialect) -> str:
    """The same text; Back with the reason when no line of this dialect can hold it."""
    if not _encodable(text, dialect.encoding):
        raise Back(f"{_named(dialect.encoding)} cannot write a character of it")
    if dialect.quoting == "none" and _special(text, dialect):
        raise Back("it holds the delimiter, a quote or a line end, and nothing is quoted")
    return text


def written(lines: Iterable[Sequence[str]], dialect: Dialect) -> bytes:
    """The bytes of a file with these lines of cells."""
    return "".join(_line(cells, dialect) for cells in lines).encode(dialect.encoding)


def _line(cells: Sequence[str], dialect: Dialect) -> str:
    alone = len(cells) == 1  # an only cell that is empty would leave an empty line
    quoted = (_quoted(text, dialect, alone) for text in cells)
    return dialect.delimiter.join(quoted) + dialect.line_end


def _quoted(text: str, dialect: Dialect, alone: bool) -> str:
    blank = text != text.strip() or (alone and not text)
    needed = {"all": True, "none": False, "minimal": blank or _special(text, dialect)}
    return '"' + text.replace('"', '""') + '"' if needed[dialect.quoting] else text


def _special(text: str, dialect: Dialect) -> bool:
    return any(mark in text for mark in (dialect.delimiter, '"', "\r", "\n"))


def _encodable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _named(encoding: str) -> str:
    return next(name for name, python in ENCODINGS.items() if python == encoding)
