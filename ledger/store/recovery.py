"""The recovery sheet: the school key on paper, so that losing a file does not lose the record."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: nothing here is read as another
MEANT = str.maketrans("OIL", "011")
KEY_BYTES = 32
# Characters of 5 bits: the key, its check, a line's check. One slip in a million passes a line's
# check; the whole's then stops all but one in a million million of those.
KEY, WHOLE, CHECK, GROUP = 52, 8, 4, 4
LINES = 5
LINE = (KEY + WHOLE) // LINES

LABELLED = re.compile(r"^\W*line\s*([1-9])\b\W*(.*)$", re.IGNORECASE | re.MULTILINE)
NUMBERED = re.compile(r"^\W*([1-9])[.:)]?\s+")

PAGE = """\
RECOVERY SHEET

School    {school}
Ledger    {ledger_id}
Made on   {day}

These five lines are the school's key to its behavior ledger.

{lines}

What it is    With these lines and a copy of the data folder everything in the
              ledger can be read. Without them, a lost or broken key file means
              that nobody can read it, ever.
Keep it       On paper, locked away, apart from the computer: in the office safe,
              with a second copy at the district. Not in a mail, a photo or a
              cloud folder. Once it is printed, delete this file.
Check it      bledger key confirm      (type the lines from the paper)
Use it        bledger key restore      (the same, on a computer without the key)

Capital or small letters and spaces do not matter. There is no letter I, L, O or U:
what looks like one is the digit 1 or 0, or a V. The last four characters of each
line are its check, so a slip is found and its line is named.
"""


class BadSheet(ValueError):
    """The lines are not those of a recovery sheet; `line` is the number of the wrong one."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.line = line


def sheet(root: bytes, ledger_id: str, school: str, day: str) -> str:
    """The page to print: the 32-byte key as five lines that can be typed, and what to do."""
    spelled = _spelled(int.from_bytes(root, "big") << 4, KEY) + _digest(root, WHOLE)
    parts = (spelled[start : start + LINE] for start in range(0, len(spelled), LINE))
    lines = (f"    Line {n}:  {_grouped(part, n)}" for n, part in enumerate(parts, 1))
    return PAGE.format(
        lines="\n".join(lines), school=_printable(school), ledger_id=ledger_id, day=day
    )


def read_sheet(text: str) -> bytes:
    """The key from a typed or pasted sheet, or from its five lines alone; BadSheet names a line."""
    spelled = "".join(_checked(line, number) for number, line in enumerate(_lines(text), 1))
    value = _value(spelled[:KEY])
    root = (value >> 4).to_bytes(KEY_BYTES, "big")
    if value & 0b1111 or spelled[KEY:] != _digest(root, WHOLE):
        raise BadSheet(
            "each line of the recovery sheet is right but they do not belong together: "
            "type all five from one sheet"
        )
    return root


def _lines(text: str) -> Iterable[str]:
    labelled = [(int(number), line) for number, line in LABELLED.findall(text)]
    return _by_label(labelled) if labelled else _by_order(text)


def _by_label(labelled: list[tuple[int, str]]) -> Iterable[str]:
    said = {number: {_plain(line) for n, line in labelled if n == number} for number, _ in labelled}
    for number in range(1, LINES + 1):
        if len(said.get(number, ())) != 1:
            times = "missing" if number not in said else "there twice, with different characters"
            raise BadSheet(f"line {number} of the recovery sheet is {times}: type it once", number)
        yield from said[number]


def _by_order(text: str) -> Iterable[str]:
    lines = [NUMBERED.sub("", line) for line in text.splitlines() if line.strip()]
    if len(lines) != LINES:  # typed in one go, or broken elsewhere
        run = _plain("".join(lines))
        lines = [run[start : start + LINE + CHECK] for start in range(0, len(run), LINE + CHECK)]
    if len(lines) != LINES:
        raise BadSheet(
            f"a recovery sheet has {LINES} lines of {LINE + CHECK} characters: type all of them"
        )
    return map(_plain, lines)


def _plain(line: str) -> str:
    return re.sub(r"[\s-]", "", line).upper().translate(MEANT)


def _checked(line: str, number: int) -> str:
    """A line's characters of the key, when its check agrees."""
    where = f"line {number} of the recovery sheet"
    if not set(line) <= set(ALPHABET):
        raise BadSheet(f"{where} has a character that no sheet has: compare it again", number)
    if len(line) != LINE + CHECK:
        raise BadSheet(f"{where} has {len(line)} characters, not {LINE + CHECK}", number)
    if line[LINE:] != _line_check(line[:LINE], number):
        raise BadSheet(f"{where} has a slip in it: compare it again, letter by letter", number)
    return line[:LINE]


def _grouped(part: str, number: int) -> str:
    groups = [part[start : start + GROUP] for start in range(0, LINE, GROUP)]
    return " ".join([*groups, "", _line_check(part, number)])


def _line_check(part: str, number: int) -> str:
    return _digest(f"{number}{part}".encode("ascii"), CHECK)


def _digest(data: bytes, characters: int) -> str:
    """The first characters of SHA-256."""
    number = int.from_bytes(hashlib.sha256(data).digest(), "big")
    return _spelled(number >> (256 - 5 * characters), characters)


def _spelled(number: int, characters: int) -> str:
    return "".join(ALPHABET[number >> 5 * at & 31] for at in reversed(range(characters)))


def _value(spelled: str) -> int:
    value = 0
    for character in spelled:
        value = value << 5 | ALPHABET.index(character)
    return value


def _printable(text: str) -> str:
    """On one line, so that no school's name can pass for a line of the key."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
