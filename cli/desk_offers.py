"""What the desk offers while somebody types: students, codes, the school's own words, commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cli import COMMANDS, Desk
from ledger.domain.codes import Behavior, Code, Location, certain_level, current
from ledger.finding import Db, Found, everyone, find, search_key
from ledger.said import clean

MOST = 12
JOINERS = ("and", "&")
STUDENTS = frozenset(("--with", "--victim", "--witness"))  # options whose value is a student


@dataclass(frozen=True, slots=True)
class Offer:
    """Words to take instead of the last letters typed, and what stands beside them."""

    text: str
    letters: int  # that it takes the place of
    shown: str
    beside: str = ""


Offers = Callable[[str], Iterable[Offer]]


def nothing(_: str) -> Iterable[Offer]:
    return ()


class Students:
    """The students who are here, as they were when the desk last looked."""

    def __init__(self, db: Db) -> None:
        self.db = db
        self.known = [(search_key(one.name), one) for one in everyone(self.db)]

    def like(self, typed: str) -> Iterator[Offer]:
        """Those with these letters in the name or number: where a word begins so, first."""
        words = search_key(typed).split()
        if words:
            ranked = [(rank, one) for key, one in self.known if (rank := _rank(words, key, one))]
            for _, one in sorted(ranked, key=lambda found: found[0])[:MOST]:
                beside = clean(f"gr {one.grade}  {one.teacher}  {one.number}")
                yield Offer(self._words(one), len(typed), clean(one.name), beside)

    def _words(self, one: Found) -> str:
        """What finds this student and nobody else."""
        for words in (clean(one.name), one.number):
            found = find(self.db, words, limit=2).students if words else ()
            alone = [s.student_id for s in found] == [one.student_id]
            if alone and not {*words.casefold().split()} & {*JOINERS}:
                return words
        return one.student_id


def _rank(words: list[str], key: str, one: Found) -> int:
    """1 where every word begins one of the name's, 2 where it is somewhere, 0 where it is not."""
    own = [*key.split(), one.number.casefold()]
    if all(any(part.startswith(word) for part in own) for word in words):
        return 1
    return 2 if all(any(word in part for part in own) for word in words) else 0


def of_line(students: Students) -> Offers:
    """At the prompt of the desk: the student whose name is being typed, or a command."""

    def offers(typed: str) -> Iterator[Offer]:
        words = [(found.start(), found[0]) for found in re.finditer(r"\S+", typed)]
        each = ([*students.like(typed[start:])] for start in _names_in(words))
        yield from next(filter(None, each), ())
        if len(words) == 1:
            yield from _commands(typed)

    return offers


def _commands(typed: str) -> Iterator[Offer]:
    fit = (name for name in COMMANDS if name.startswith(typed))
    yield from (Offer(name, len(typed), name, "command") for name in fit)


def _names_in(words: list[tuple[int, str]]) -> Iterator[int]:
    """Where the name that stands last may begin; after a command, a word later each time."""
    first = int(bool(words) and words[0][1] in COMMANDS)
    for place, (_, word) in enumerate(words):
        if word in JOINERS or word in STUDENTS:
            first = place + 1
        elif word.startswith("-"):
            first = len(words)
    starts = [start for start, _ in words[first:]]
    yield from starts if words and words[0][1] in COMMANDS else starts[:1]


def of_codes(desk: Desk, codes: type[Code], *, several: bool = False) -> Offers:
    """The codes of a set and the school's own words for them."""
    known = {code.value: code for code in current(codes)}
    own = desk.school.settings.words
    words = {**known, **{w: known[c] for w, c in own.items() if c in known}}

    def offers(typed: str) -> Iterator[Offer]:
        last = typed.rpartition(",")[2].lstrip() if several else typed
        for word, code in words.items():
            if any(part.startswith(last.casefold()) for part in (word, *word.split("-"))):
                yield Offer(word, len(last), word, _beside(word, code))

    return offers


def _beside(word: str, code: Code) -> str:
    if isinstance(code, Behavior):
        level = certain_level(code)
        return level.value if level else "minor or major"
    return code.label if code.label != word and isinstance(code, Location) else ""
