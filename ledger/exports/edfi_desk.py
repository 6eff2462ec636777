"""What an Ed-Fi sink calls students, staff and codes, and why it cannot be told of some of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ledger.exports import Sink
from ledger.exports.edfi_words import CORE, OURS, WORDS


class Back(Exception):
    """This record stays here; the message is the reason, and names nobody."""


@dataclass(frozen=True)
class Numbers:
    """What the sink calls people: their number, or why there is none that can be sent."""

    known: Mapping[str, str]
    lacking: Mapping[str, str]

    def number(self, id: str | None) -> str:
        if number := self.known.get(id or ""):
            return number
        raise Back(self.lacking.get(id or "", "not on the roster yet"))


NUMBER_LAWS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda number: not number, "no {} on the roster"),
    (lambda number: len(number) > 32, "the {} on the roster is longer than 32 characters"),
    (
        lambda number: not number.isprintable() or any(map(str.isspace, number)),
        "the {} on the roster has a blank or an unprintable character in it",
    ),
)
SHARED = "the {} on the roster is somebody else's too"


def numbers(roster: Mapping[str, Mapping[str, str]], kind: str) -> Numbers:
    said = {id: numbers.get(kind, "") for id, numbers in roster.items()}
    # Some servers compare without case: two children would become one there.
    uses = Counter(number.casefold() for number in said.values())
    why = {id: _why_not(number, uses[number.casefold()]) for id, number in said.items()}
    return Numbers(
        known={id: number for id, number in said.items() if not why[id]},
        lacking={id: reason.format(kind) for id, reason in why.items() if reason},
    )


def _why_not(number: str, uses: int) -> str:
    broken = [reason for law, reason in NUMBER_LAWS if law(number)]
    return next(iter(broken), SHARED if uses > 1 else "")


@dataclass(frozen=True)
class Desk:
    """Everything that must be looked up to write a record for this sink."""

    sink: Sink
    students: Numbers
    staff: Numbers

    def word(self, of: str, code: str) -> str:
        """The descriptor of a code of ours; Back when the set has no word for it."""
        if code not in WORDS[of]:
            raise Back(f'"{code}" has no Ed-Fi word')
        if of in OURS and self.sink.descriptors == "local":
            return f"{self.sink.namespace}/{of}Descriptor#{code}"
        return f"{CORE}/{of}Descriptor#{WORDS[of][code]}"

    def word_if_said(self, of: str, code: str | None) -> str | None:
        return None if code is None else self.word(of, code)
