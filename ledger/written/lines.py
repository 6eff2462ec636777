"""A form as people write it: named parts with lines under them, and where each word stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

HEAD = re.compile(r"\s*([^\W\d_][\w -]{0,30}?)[ \t]*:")
DASH = re.compile(r"(?:(?<=\s)|^)(?:-{1,3}|[\u2010-\u2013\u2212])(?=\s|$)|[\u2014\u2015]")
BULLET = re.compile(r"(?:[-*\u2022\u00b7]|\d{1,2}[.)])\s+")
SIGNS = "+-~*\u2022\u00b7\u2010\u2011\u2012\u2013\u2014\u2015\u2212"  # that a line may begin with
MARK = "#!"  # before what the program itself wrote on top
PLAIN = "\\"  # before a line that is text, however it looks


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a form, and where; line 0 is the whole of it."""

    line: int
    column: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}" if self.line else self.reason


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a form, and where they stand; both counted from 1."""

    line: int
    column: int
    text: str

    def fault(self, reason: str) -> Fault:
        return Fault(self.line, self.column, reason)

    def cut(self, start: int, end: int | None = None) -> Piece:
        """A part of it, without the blanks around it."""
        part = self.text[start:end]
        bare = part.lstrip()
        return Piece(self.line, self.column + start + len(part) - len(bare), bare.rstrip())

    def split(self, at: re.Pattern[str]) -> list[Piece]:
        """The pieces between what this pattern finds."""
        ends = [(found.start(), found.end()) for found in at.finditer(self.text)]
        starts = [0, *(end for _, end in ends)]
        return [self.cut(a, b) for a, b in zip(starts, [*(a for a, _ in ends), None], strict=True)]

    def without(self, at: re.Pattern[str]) -> Piece:
        """The rest behind what this pattern finds at its beginning."""
        found = at.match(self.text)
        return self.cut(found.end()) if found else self


@dataclass(frozen=True, slots=True)
class Part:
    """The lines under one name, the words on the line of the name first."""

    name: str
    head: Piece
    lines: tuple[Piece, ...]


def parts(text: str, hints: Mapping[str, str]) -> tuple[dict[str, Part], list[Fault]]:
    """The parts of a form by name, and what stands in it that is of none.

    `hints`: every part that there is, with what the empty form says beside its name. A line that
    begins with # is left out; one that begins with a backslash is text whatever follows.
    """
    found: dict[str, tuple[Piece, list[Piece]]] = {}
    faults: list[Fault] = []
    own: list[Piece] | None = None
    lost = False
    for piece in _lines(text):
        name = _name(piece, hints)
        if name is None:
            if own is None and not lost:
                faults.append(piece.fault(f"this stands in no part. {_known(hints)}"))
            elif own is not None:
                own.append(piece)
        elif name not in hints:
            faults.append(piece.fault(f'there is no part "{name}". {_near(name, hints)}'))
            own, lost = None, True  # its lines are not told of one by one
        elif name in found:
            faults.append(piece.fault(f'a second part "{name}": put it into the first'))
            own, lost = None, True
        else:
            found[name] = piece, (own := [])
            own += _beside(piece, hints[name])
    made = {name: Part(name, head, _plain(lines)) for name, (head, lines) in found.items()}
    return made, faults


def _lines(text: str) -> Iterator[Piece]:
    for number, line in enumerate(re.split(r"\r\n|[\r\n]", text.removeprefix("\ufeff")), 1):
        piece = Piece(number, 1, line)
        if line.strip() and not line.lstrip().startswith("#"):
            yield piece if line[0].isspace() else piece.cut(0)


def _name(piece: Piece, hints: Mapping[str, str]) -> str | None:
    """The name that a line begins with: of a part, or one word before a colon at its very start."""
    found = HEAD.match(piece.text)
    if found is None:
        return None
    name = _called(found)
    behind = piece.text[found.end() : found.end() + 1]
    at_start = not piece.text[0].isspace() and " " not in found[1] and not behind.strip()
    return name if name in hints or at_start else None


def _called(head: re.Match[str]) -> str:
    return "-".join(head[1].casefold().split())


def _beside(head: Piece, hint: str) -> list[Piece]:
    """What stands on the line of the name, but for what the empty form says there."""
    rest = head.cut(head.text.index(":") + 1)
    if hint and " ".join(rest.text.split()).startswith(" ".join(hint.split())):
        rest = rest.cut(rest.text.index(hint[-1]) + 1)
    return [rest] if rest.text else []


def _plain(lines: list[Piece]) -> tuple[Piece, ...]:
    """Lines without the blanks around them; what a backslash stands before is text."""
    return tuple(piece.cut(0) for piece in lines)


def _known(hints: Mapping[str, str]) -> str:
    return f"There are {', '.join(hints)}; text goes under one of them, further in"


def _near(name: str, hints: Mapping[str, str]) -> str:
    near = get_close_matches(name, hints, n=1)
    return f"Did you mean {near[0]}?" if near else _known(hints)


def words(piece: Piece) -> str:
    """The text of a line, without what makes it plain."""
    return piece.text.removeprefix(PLAIN)


def line_of(text: str, hints: Mapping[str, str]) -> str:
    """A text as one line of a form of these parts that is read as that text again."""
    said = " ".join(text.split())
    head = HEAD.match(said)
    numbered = BULLET.match(said) is not None or said[:1] in SIGNS
    looks = (head is not None and _called(head) in hints) or numbered
    return f"{PLAIN}{said}" if looks or said.startswith(("#", PLAIN)) else said


def marked(text: str, faults: list[Fault]) -> str:
    """The text with what is wrong on top, its lines numbered as they stand below that."""
    below = len(faults)
    told = [Fault(f.line and f.line + below, f.column, f.reason) for f in faults]
    return "".join(f"{MARK} {fault}\n" for fault in told) + text


def unmarked(text: str) -> str:
    """The text without what the program wrote on top."""
    return re.sub(rf"(?m)^[ \t]*{MARK}.*\n?", "", text.removeprefix("\ufeff"))
