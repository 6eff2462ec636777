"""A day's point card as it is typed: a row of marks, a total, or why there is none.

`222 221 112 222 221 222` or the same without spaces; `-` for a period without data, and `-` or `.`
for one mark; `31` or `31/36`; `a`, `n`, `x`; Enter skips. A card whose marks go beyond 9 takes a
comma between marks, `10,9,8 7,10,10`. What has as many digits as the card has marks is the marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ledger.domain.codes import NoData
from ledger.domain.plan import PointCard
from ledger.said import Unclear

Cell = int | None
Row = tuple[Cell, ...]  # empty: the period has no data

DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-") | {ord("\u00b7"): "."}
NONE = frozenset(("-", "."))  # instead of a mark
SKIPPED = frozenset(("", "s", "skip"))
LETTERS = {"a": NoData.ABSENT, "n": NoData.NO_CARD, "x": NoData.NOT_PARTICIPATING}
DIGIT = 9  # what one digit can say at most
LEAST = 2  # letters by which a reason is known
TOTAL = re.compile(r"(\d{1,4}) ?/ ?(\d{1,4})", re.ASCII)
MARK = re.compile(r"\d{1,3}", re.ASCII)
NEITHER = (
    "that is no card: type its marks, a total, a for absent, n for no card, "
    "x for not participating, or Enter to skip"
)
NO_MARKS = "no period has a mark: type a, n or x, which says why"


class Misread(Unclear):
    """A row that is no card; every fault of it, none with what was typed."""

    def __init__(self, *faults: str) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Marks:
    """What a card says of one day."""

    rows: tuple[Row, ...] = ()
    total: int | None = None
    no_data: NoData | None = None


def read(typed: str, card: PointCard, held: Sequence[bool] = ()) -> Marks | None:
    """The marks that were typed; None when the card was skipped, Misread when it is none.

    `held`: which periods there were that day; the others may be left out of a row.
    """
    text = " ".join(typed.translate(DASHES).split())
    if text.casefold() in SKIPPED:
        return None
    if reason := reason_of(text):
        return Marks(no_data=reason)
    if any(letter.isalpha() for letter in text):
        raise Misread(NEITHER)
    total = _total(text, card)
    return Marks(rows=_rows(text.split(), card, held)) if total is None else Marks(total=total)


def reason_of(text: str) -> NoData | None:
    """Why there is no card, by its letter, its word or a unique beginning of that."""
    word = "-".join(text.casefold().replace("-", " ").split())
    if word in LETTERS:
        return LETTERS[word]
    found = [reason for reason in NoData if reason.value.startswith(word)]
    return found[0] if len(found) == 1 and len(word) >= LEAST else None


def shown(marks: Marks, card: PointCard) -> list[str]:
    """The periods of a card as they are typed; one word when it is no row."""
    if marks.no_data is not None:
        return [letter_of(marks.no_data)]
    if marks.total is not None:
        return [str(marks.total)]
    between = "" if card.most <= DIGIT else ","
    return [between.join(map(_shown, row)) or "-" for row in marks.rows]


def letter_of(reason: NoData) -> str:
    """The letter of a reason, or its word when it has none."""
    return next((letter for letter, own in LETTERS.items() if own is reason), reason.value)


def _shown(cell: Cell) -> str:
    return "." if cell is None else str(cell)


def period(card: PointCard, number: int) -> str:
    """What the period of this place is called: `period 3`, or by its own name."""
    name = card.periods[number]
    return f"period {name}" if name.isdecimal() else name


# A total


def _total(text: str, card: PointCard) -> int | None:
    """The total that was typed; None when it is a row."""
    if parts := TOTAL.fullmatch(text):
        if int(parts[2]) != card.total:
            raise Misread(
                f"the whole card is {card.total} points: type a total of those, or the marks with "
                "- for a period without data"
            )
        return _checked(int(parts[1]), card)
    return _checked(int(text), card) if _is_total(text, card) else None


def _is_total(text: str, card: PointCard) -> bool:
    """Whether a number can be a total; as many digits as there are marks are the marks."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(card.total)):
        return False
    return len(_marks(text, card)) != len(card.periods) * len(card.expectations)


def _checked(total: int, card: PointCard) -> int:
    if total > card.total:
        raise Misread(f"that is more than the {card.total} points of this card")
    return total


# A row


def _rows(words: Sequence[str], card: PointCard, held: Sequence[bool]) -> tuple[Row, ...]:
    faults: list[str] = []
    parts = _parts([_marks(word, card) for word in words], card, held)
    rows = tuple(_row(part, card, n, faults) for n, part in enumerate(parts))
    if faults:
        raise Misread(*faults)
    if not any(rows):
        raise Misread(NO_MARKS)
    return rows


def _marks(word: str, card: PointCard) -> list[str]:
    """The marks of one word."""
    if "," in word:
        return word.split(",")
    return list(word) if card.most <= DIGIT else [word]


def _parts(words: list[list[str]], card: PointCard, held: Sequence[bool]) -> list[list[str]]:
    """The marks period by period: as the words part them, or as many as the card has."""
    every = [True] * len(card.periods)
    for there in (every, held or every):
        found = _parted(words, sum(there), len(card.expectations))
        if found is not None:
            left = iter(found)
            return [next(left) if own else ["-"] for own in there]
    raise Misread(_count(words, card))


def _parted(words: list[list[str]], periods: int, each: int) -> list[list[str]] | None:
    if len(words) == periods:
        return words
    # A dash alone is a period among words, and a mark among marks.
    apart = all(len(word) == 1 for word in words)
    if not apart and any(len(word) == 1 and word[0] in NONE for word in words):
        return None
    marks = [mark for word in words for mark in word]
    starts = range(0, len(marks), each)
    return [marks[n : n + each] for n in starts] if len(marks) == periods * each else None


def _count(words: list[list[str]], card: PointCard) -> str:
    """What to say when there are too many or too few."""
    periods, each = len(card.periods), len(card.expectations)
    typed, whole = sum(map(len, words)), periods * each
    has = f"{whole} marks, {periods} × {each}" if each > 1 else f"{_many(periods, 'mark')}"
    apart = f", or {_many(len(words), 'period')}" if len(words) > 1 and each > 1 else ""
    return f"this card has {has}; typed are {typed}{apart}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _row(part: list[str], card: PointCard, number: int, faults: list[str]) -> Row:
    """The marks of one period; empty when it has none."""
    if len(part) == 1 and part[0] in NONE:
        return ()
    if len(part) != len(card.expectations):
        names = ", ".join(card.expectations)
        one = f"{period(card, number)} has {_many(len(part), 'mark')}, not"
        faults.append(f"{one} {len(card.expectations)} ({names})")
        return ()
    faults += _faults(part, card, number)
    row = tuple(int(mark) if MARK.fullmatch(mark) else None for mark in part)
    return row if any(cell is not None for cell in row) else ()


def _faults(part: list[str], card: PointCard, number: int) -> Iterator[str]:
    """Marks that this card does not have, by period and expectation."""
    for mark, expectation in zip(part, card.expectations, strict=True):
        if mark not in NONE and not (MARK.fullmatch(mark) and int(mark) <= card.most):
            why = f"more than {card.most}" if MARK.fullmatch(mark) else "no mark"
            yield f"{period(card, number)}, {expectation}: {why}, 0 to {card.most} is possible"
