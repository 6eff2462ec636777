"""What a source tells of an incident: the same value whatever the format of its file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from ledger.domain import When
from ledger.domain.codes import (
    Action,
    LengthDifference,
    Location,
    Motivation,
    Others,
    Outside,
    Role,
    Weapon,
)
from ledger.domain.incident import ImportIncident
from ledger.domain.particulars import (
    BehaviorSeen,
    Origin,
    OriginalLine,
    Participant,
    PastAction,
    unnumbered,
)
from ledger.imports.sheets import Problems

DAYS_CAP = 200
YEARS = range(1950, 2101)
PARTS_CAP = 2_000  # records or rows of one incident
WORDS_CAP = 1_000  # different words that are counted
TOO_MANY = f"one incident has more than {PARTS_CAP:,} of these: what follows of it is left out"


class BadRecord(Exception):
    """This record cannot be taken in: the column or element, and why."""


@dataclass(frozen=True, slots=True)
class Pupil:
    """A student who took part, by the number that the source has for them."""

    number: str
    roles: tuple[Role, ...]
    behaviors: tuple[BehaviorSeen, ...] = ()
    motivation: Motivation | None = None
    minutes_lost: int | None = None


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who is no student of the source."""

    name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done about it with one student; without an identifier it is given one."""

    number: str
    action: Action
    on: date
    identifier: str = ""
    foreign: str | None = None
    days: Decimal | None = None
    minutes: int | None = None
    served: bool = False
    served_days: Decimal | None = None
    difference: LengthDifference | None = None
    line: str = ""  # the source's own record of it


@dataclass(frozen=True, slots=True)
class Line:
    """A record of the source as it came; of a student when there is a number."""

    kind: str
    text: str
    number: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One incident as its source tells it."""

    line: int
    identifier: str
    occurred: When
    school: str = ""  # the source's own number of it; empty: the school of this ledger
    pupils: tuple[Pupil, ...] = ()
    strangers: tuple[Stranger, ...] = ()
    deeds: tuple[Deed, ...] = ()
    location: Location | None = None
    place: str | None = None
    others: Others | None = None
    weapon: Weapon | None = None
    law_enforcement_told: bool | None = None
    reporters: tuple[str, ...] = ()  # numbers or user names of staff
    reporter_name: str = ""
    description: str = ""
    lines: tuple[Line, ...] = ()
    whole: bool = True  # False: part of it could not be read
    astray: str = ""  # what of the file may belong to it, and why nobody can tell


@dataclass(frozen=True, slots=True)
class Stray:
    """A record that belongs to an incident which is not in the file."""

    line: int
    kind: str
    school: str
    identifier: str


class Words(Counter[tuple[str, str]]):
    """How often each set of codes met a word that has none of ours; the first so many words."""

    def met(self, codes: str, word: str) -> None:
        if (codes, word) in self or len(self) < WORDS_CAP:
            self[codes, word] += 1


@dataclass(frozen=True)
class History:
    """All that one file tells; what could not be read is noted while it is gone through."""

    file: str
    kind: str  # of the students' numbers: studentUniqueId, identifier
    incidents: Iterable[Told]  # to be gone through once
    strays: Iterable[Stray]  # and these after it
    problems: Problems
    words: Words
    rows: int
    total: int  # incidents
    unread: Callable[[], Iterator[tuple[str, str]]] = lambda: iter(())  # school, identifier


@dataclass(frozen=True, slots=True)
class Here:
    """What the ledger knows: whose number it is, who is on the staff, which school is this."""

    student: Callable[[str], str]
    staff: Callable[[str], str | None]
    school: str
    numbers: frozenset[str] = frozenset()  # what sources call this school

    def school_of(self, number: str) -> str:
        return self.school if not number or number in self.numbers else number


def command(told: Told, source: str, here: Here) -> ImportIncident:
    """The command that takes it in; raises BadRecord when the ledger cannot hold it."""
    try:
        return _command(told, source, here)
    except ValidationError as error:
        names = {str(part) for one in error.errors(include_input=False) for part in one["loc"]}
        odd = ", ".join(sorted(filter(str.isidentifier, names))) or "something"
        raise BadRecord("", f"{odd} is longer or more than can be kept: it is left out") from None


def _command(told: Told, source: str, here: Here) -> ImportIncident:
    pupils = _each_once(told.pupils, here)
    ids = {number: id for id, (_, numbers) in pupils.items() for number in numbers}
    labels = {id: f"P{n}" for n, id in enumerate(pupils, 1)}
    reporters = [id for id in map(here.staff, told.reporters) if id]
    deeds = _identified(told, ids)
    return ImportIncident(
        origin=Origin(source=source, school=told.school, identifier=told.identifier),
        occurred=told.occurred,
        school_id=here.school_of(told.school),
        participants=(
            *(_participant(labels[id], id, pupil) for id, (pupil, _) in pupils.items()),
            *(
                Participant(label=f"P{n}", outside=Outside.UNKNOWN, roles=one.roles)
                for n, one in enumerate(told.strangers, len(pupils) + 1)
            ),
        ),
        actions=tuple(_action(deed, name, labels[ids[deed.number]]) for name, deed in deeds),
        location=told.location,
        place=told.place,
        others=told.others,
        weapon=told.weapon,
        law_enforcement_told=told.law_enforcement_told,
        reported_by=next(iter(reporters), None),
        description=told.description or None,
        original=_original(told, ids, deeds) or None,
    )


def _each_once(pupils: Iterable[Pupil], here: Here) -> dict[str, tuple[Pupil, tuple[str, ...]]]:
    """Our ids in one order for one set of people; two numbers of one child are one of them."""
    found: dict[str, tuple[Pupil, tuple[str, ...]]] = {}
    for pupil in sorted(pupils, key=lambda one: (Role.REFERRED not in one.roles, one.number)):
        id = here.student(pupil.number)
        before, numbers = found.get(id, (pupil, ()))
        found[id] = joined(before, pupil), (*numbers, pupil.number)
    return found


def joined(one: Pupil, more: Pupil) -> Pupil:
    """One student's part in an incident, told in two places."""
    return Pupil(
        one.number,
        tuple(dict.fromkeys((*one.roles, *more.roles))),
        tuple(dict.fromkeys((*one.behaviors, *more.behaviors))),
        one.motivation or more.motivation,
        more.minutes_lost if one.minutes_lost is None else one.minutes_lost,
    )


def _participant(label: str, id: str, pupil: Pupil) -> Participant:
    return Participant(
        label=label,
        student_id=id,
        roles=pupil.roles,
        behaviors=pupil.behaviors,
        motivation=pupil.motivation,
        minutes_lost=pupil.minutes_lost,
    )


def _identified(told: Told, ids: Mapping[str, str]) -> list[tuple[str, Deed]]:
    """The deeds, each under an identifier of its own within the incident."""
    used: Counter[str] = Counter()
    named = []
    for deed in sorted(told.deeds, key=lambda one: (one.on, one.number)):
        name = deed.identifier or unnumbered(ids[deed.number], deed.foreign or deed.action.value)
        used[name] += 1
        named.append((name if used[name] == 1 else f"{name} ({used[name]})", deed))
    return sorted(named, key=lambda one: one[0])


def _action(deed: Deed, identifier: str, label: str) -> PastAction:
    return PastAction(
        label=label,
        identifier=identifier,
        action=deed.action,
        foreign=deed.foreign,
        on=deed.on,
        days=deed.days,
        minutes=deed.minutes,
        served=deed.served,
        served_days=deed.served_days,
        difference=deed.difference,
    )


def _original(
    told: Told, ids: Mapping[str, str], deeds: Iterable[tuple[str, Deed]]
) -> tuple[OriginalLine, ...]:
    lines = [
        *((one.kind, _whose(one, ids), one.text) for one in told.lines),
        *(("action", identifier, deed.line) for identifier, deed in deeds),
        *(("outside", str(n), one.name) for n, one in enumerate(told.strangers, 1)),
        ("reporter", "", told.reporter_name),
    ]
    return tuple(
        OriginalLine(kind=kind, of=of, line=text) for kind, of, text in sorted(lines) if text
    )


def _whose(line: Line, ids: Mapping[str, str]) -> str:
    return "|".join(filter(None, (ids[line.number] if line.number else "", line.of)))


def days(text: str) -> Decimal | None:
    """A number of days as it is said; None when it is none that can be kept."""
    try:
        said = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    if not said.is_finite() or not 0 <= said <= DAYS_CAP:
        return None
    return said.quantize(Decimal("0.01"))


def plausible(day: date) -> bool:
    """Whether a school's record may be of this day."""
    return day.year in YEARS


def compact(value: Any) -> str:
    """JSON of one spelling: what is the same is the same text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
