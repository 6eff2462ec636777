"""From the bytes of a CSV file to records of cells, each with the number of its first line."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice

from ledger.imports.sources import Opener

BREAK = re.compile(r"[\r\n]")
FOREIGN = re.compile("[\udc80-\udcff]")  # a byte that is not UTF-8, kept apart
SEP = re.compile(r'\ufeff*"?sep=.?"?\s*', re.IGNORECASE)  # a spreadsheet's line above the header
WORD = re.compile(r"[^\W_]")

# What is more than this is not a line, a row
LINE_CAP = 131_072  # characters; also csv's own cap for a field
SPAN_CAP = 20  # lines of one row

Numbered = tuple[int, str]


# From bytes to lines


def numbered(opener: Opener) -> Iterator[tuple[int, str, bool]]:
    """(number, line, whether it is not UTF-8); a line ends at the cap, and its rest is passed."""
    with _text(opener) as text:
        pieces = iter(partial(text.readline, LINE_CAP + 1), "")
        for number, line in enumerate(pieces, start=1):
            end = line
            while len(end) > LINE_CAP and not end.endswith(("\r", "\n")):
                end = text.readline(LINE_CAP + 1)
            foreign = not line.isascii() and FOREIGN.search(line) is not None
            yield number, _western(line) if foreign else line, foreign


def _western(line: str) -> str:
    return line.encode("utf-8", "surrogateescape").decode("cp1252", "replace")


@contextmanager
def _text(opener: Opener) -> Iterator[io.TextIOWrapper]:
    """The file as text: UTF-16 if it says so, else UTF-8, bytes that are not being kept apart."""
    with opener() as start:
        encoding, errors = _encoding(start.read(4))
    with io.TextIOWrapper(opener(), encoding, errors, newline="") as text:
        yield text


def _encoding(start: bytes) -> tuple[str, str]:
    """UTF-16 by its mark, or by the zeros in the first two letters; else UTF-8."""
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16", "replace"
    zeros = [byte == 0 for byte in start]
    if zeros in ([False, True] * 2, [True, False] * 2):
        return "utf-16-be" if zeros[0] else "utf-16-le", "replace"
    return "utf-8-sig", "surrogateescape"


class Lines:
    """Numbered lines that can be given back."""

    def __init__(self, lines: Iterator[Numbered]) -> None:
        self._lines = lines
        self._back: deque[Numbered] = deque()

    def __iter__(self) -> Iterator[Numbered]:
        return self

    def __next__(self) -> Numbered:
        return self._back.popleft() if self._back else next(self._lines)

    def back(self, lines: list[Numbered]) -> None:
        self._back.extendleft(reversed(lines))


def until_said(lines: Lines) -> Iterator[Numbered]:
    """The lines up to the first that says something to a person."""
    for line in lines:
        yield line
        if WORD.search(line[1]) and not SEP.fullmatch(line[1]):
            return


# From lines to records


def records(
    lines: Lines, delimiter: str, width: int = 0, read: Collection[int] = ()
) -> Iterator[tuple[int, list[str] | str]]:
    """Each record and its first line; for one that cannot be read, why.

    The lines below an unreadable record are read again, each for itself: an open quote costs one
    row, not the file. `width` is that of the header, `read` are the places of cells that matter.
    """
    while True:
        held, cells = _record(lines, delimiter)
        if not held:
            return
        if not isinstance(cells, str):
            if not any(map(str.strip, cells)):
                continue
            width = width or len(cells)
            swallows = len(held) > 1 and _swallows(held, cells, width, delimiter, read)
            cells = BAD_QUOTES if swallows else _fitting(cells, width)
        if isinstance(cells, str):
            lines.back(held[1:])
        yield held[0][0], cells


def _record(lines: Lines, delimiter: str) -> tuple[list[Numbered], list[str] | str]:
    """The lines of the next record, and its cells or why they cannot be read."""
    held = list(islice(lines, 1))
    if held and '"' not in held[0][1] and len(held[0][1]) <= LINE_CAP:
        return held, held[0][1].rstrip("\r\n").split(delimiter)
    lines.back(held)
    return _quoted(lines, delimiter)


def _quoted(lines: Lines, delimiter: str) -> tuple[list[Numbered], list[str] | str]:
    held: list[Numbered] = []

    def feed() -> Iterator[str]:
        for line in islice(lines, SPAN_CAP + 1):
            held.append(line)
            yield line[1]

    try:
        cells = next(
            csv.reader(feed(), delimiter=delimiter, strict=True, skipinitialspace=True), []
        )
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


def _swallows(
    held: list[Numbered], cells: list[str], width: int, delimiter: str, read: Collection[int]
) -> bool:
    """Whether a quoted cell runs over the end of its row, into lines that are rows themselves."""
    (_, first), *below = held
    rows = (next(csv.reader([line], delimiter=delimiter), []) for _, line in below)
    odd = first.count(delimiter) >= width - 1 or any(map(BREAK.search, _at(cells, read)))
    return odd and any(len(row) == width for row in rows)


def _at(cells: list[str], places: Collection[int]) -> list[str]:
    return [cell for place, cell in enumerate(cells) if place in places]


def _fitting(cells: list[str], width: int) -> list[str] | str:
    """The cells, as many as the header has; blank ones too many are dropped."""
    if "\0" in "".join(cells):
        return "holds a NUL character: the row is left out"
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    odd = f"{len(cells)} cells where the header has {width}: the row is left out"
    return cells if len(cells) == width else odd
