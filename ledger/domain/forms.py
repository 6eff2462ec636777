"""The paper forms of a school: which numbers were given out, so that none is given out twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Annotated

from pydantic import Field

from ledger.domain import Command, Decider, Event, Refused

FIRST = 101  # the number of a school's first slip
MOST = 1_000  # slips of one print
Number = Annotated[int, Field(ge=1)]
Range = tuple[int, int]  # the first and the last


def spelled(number: int) -> str:
    """A slip's number as it is printed and typed."""
    return f"{number:04}"


def number_of(said: str) -> int | None:
    """The number that somebody typed or wrote for a slip, if it is one."""
    digits = said.strip().removeprefix("#").strip()
    fits = digits.isascii() and digits.isdecimal() and len(digits) <= 6
    return int(digits) or None if fits else None


def as_printed(said: str) -> str:
    """What somebody typed for a slip, as it is printed when they left out the zeros before it."""
    digits = said.strip().removeprefix("#").strip()
    return digits.zfill(4) if number_of(digits) else said


def span(first: int, last: int) -> str:
    """The slips from one to another."""
    return spelled(first) if first == last else f"{spelled(first)}–{spelled(last)}"


# Events


class SlipsPrinted(Event):
    """Referral slips with these numbers were given out, whatever became of the paper."""

    first: Number
    last: Number

    @property
    def lasting(self) -> bool:
        return True

    def __str__(self) -> str:
        return f"slips printed: {span(self.first, self.last)}"


# State


@dataclass(frozen=True)
class Forms:
    """What the rules of the forms need to know."""

    printed: tuple[Range, ...] = ()

    @property
    def next(self) -> int:
        """The first number that no earlier print can have."""
        return max((last for _, last in self.printed), default=FIRST - 1) + 1

    def of(self, numbers: range) -> list[int]:
        """Those of these numbers that were printed; refused when none was."""
        found = [n for n in numbers if any(first <= n <= last for first, last in self.printed)]
        if not found:
            which = span(numbers[0], numbers[-1])
            raise Refused(f"slip {which} was never printed: it cannot be printed again")
        return found


def evolve(forms: Forms, event: SlipsPrinted) -> Forms:
    return Forms((*forms.printed, (event.first, event.last)))


# Commands


class PrintSlips(Command):
    """Give out so many new numbers; `taken` are those that slips written by hand have."""

    count: Annotated[int, Field(ge=1, le=MOST)]
    taken: tuple[int, ...] = ()


def decide(command: PrintSlips, forms: Forms) -> list[SlipsPrinted]:
    taken = frozenset(command.taken)
    numbers = (n for n in count(forms.next) if n not in taken)
    free = (next(numbers) for _ in range(command.count))
    return [SlipsPrinted(first=first, last=last) for first, last in _ranges(free)]


def _ranges(numbers: Iterator[int]) -> Iterator[Range]:
    """Ascending numbers as ranges without a gap."""
    first = last = next(numbers)
    for number in numbers:
        if number != last + 1:
            yield first, last
            first = number
        last = number
    yield first, last


FORMS = Decider("forms", Forms(), decide, evolve, SlipsPrinted)
