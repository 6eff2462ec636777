"""The particulars of an incident: who took part, where it was, what was said and done."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import Field

from ledger.domain import (
    PARTICIPANT_CAP,
    Sealed,
    SealedOrNot,
    Value,
    When,
    Words,
)
from ledger.domain.codes import (
    Action,
    Behavior,
    Injury,
    LengthDifference,
    Level,
    Location,
    Motivation,
    Others,
    Outside,
    Role,
    StatementKind,
    Weapon,
)

Short = Annotated[str, Field(max_length=60)]
Minutes = Annotated[int, Field(ge=0, le=10_000)]
Days = Annotated[Decimal, Field(ge=0, le=200, decimal_places=2)]


class BehaviorSeen(Value):
    """A behavior and who manages it; `assumed` when nobody said whether it was minor or major."""

    code: Behavior
    level: Level
    assumed: bool = False
    foreign: Short | None = None

    def __str__(self) -> str:
        return f"{self.level.value} {self.code.label}"


class Participant(Value):
    """Someone who took part, under a placeholder that texts use instead of a name."""

    label: Annotated[str, Field(pattern=r"^P[1-9][0-9]?$")]
    student_id: str | None = None
    outside: Outside | None = None
    roles: tuple[Role, ...] = Field(min_length=1)
    behaviors: tuple[BehaviorSeen, ...] = ()
    motivation: Motivation | None = None
    injury: Injury | None = None
    minutes_lost: Minutes | None = None

    @property
    def referred(self) -> bool:
        return Role.REFERRED in self.roles


class Details(Value):
    """What may be left unsaid at first: None is stored as not said."""

    location: Location | None = None
    place: Short | None = None  # the school's own word for it
    period: Short | None = None
    others: Others | None = None
    weapon: Weapon | None = None
    law_enforcement_told: bool | None = None
    slip: Short | None = None
    staff_minutes: Minutes | None = None


class OfOne(Value):
    """Details of one participant."""

    motivation: Motivation | None = None
    injury: Injury | None = None
    minutes_lost: Minutes | None = None


class Report(Details):
    """What is known when an incident is reported; only a student and a behavior are needed."""

    occurred: When
    school_id: str
    participants: tuple[Participant, ...] = Field(min_length=1, max_length=PARTICIPANT_CAP)
    reported_by: str | None = None
    recorded_by: str | None = None


class Saying(Value):
    """What a named person saw, was told or concluded, with the observation's time and place."""

    kind: StatementKind
    observer: str | None = None  # a staff id or a participant's label
    observed: When | None = None
    observed_at: SealedOrNot[Short] = None
    minutes: Minutes | None = None
    intensity: Annotated[int, Field(ge=1, le=5)] | None = None
    text: Sealed[Words]
    antecedent: SealedOrNot[Words] = None
    consequence: SealedOrNot[Words] = None
    may_name: tuple[Short, ...] = ()  # ids of students whose names may stand in the text


class Noted(Value):
    """Something that is said with notes beside it, in which a name may stand."""

    may_name: tuple[Short, ...] = ()  # ids of students, as of a saying


class Measure(Value):
    """What was done about it, for how long, and what went on meanwhile."""

    action: Action
    on: date
    minutes: Minutes | None = None
    days: Days | None = None
    by: str | None = None
    instruction_went_on: bool | None = None
    services_went_on: bool | None = None
    peers_went_on: bool | None = None

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.action.label, length(self.minutes, self.days))))


def length(minutes: int | None, days: Decimal | None) -> str:
    """How long, in words; empty when it was not said."""
    if days is not None:
        return f"{days.normalize():f} {'day' if 0 < days <= 1 else 'days'}"
    return f"{minutes} min" if minutes is not None else ""


# An incident of a source: an earlier system of the school's, or one that it keeps beside this.


class Origin(Value):
    """Where a record was first: the source, and what that calls it."""

    source: Short
    school: Short = ""
    identifier: Annotated[str, Field(max_length=120)]

    def __str__(self) -> str:
        school = f" of school {self.school}" if self.school else ""
        return f"{self.source}: {self.identifier}{school}"


class PastAction(Measure):
    """An action as a source has it; `number` is the stream's own, 0 until it has given one."""

    number: int = 0
    label: str
    identifier: Annotated[str, Field(max_length=120)]
    foreign: Short | None = None
    served: bool = False
    served_minutes: Minutes | None = None
    served_days: Days | None = None
    difference: LengthDifference | None = None


def unnumbered(student_id: str, word: str) -> str:
    """What tells an action apart that its source gives no number; it means nothing elsewhere."""
    return f"{student_id[:8]} {word}"


def number_there(identifier: str | None) -> str | None:
    """The number that its source has for an action; None when it was logged here or has none."""
    return None if re.match(r"[0-9a-f]{8} ", identifier or "") else identifier


class OriginalLine(Value):
    """One record of the source as it came, in JSON, and whose it is: see `Past.line_of`."""

    kind: str  # incident, behavior, non-offender, staff, action; a name: outside, reporter
    of: str = ""
    line: Words


Original = tuple[OriginalLine, ...]


class Past(Report):
    """The whole of an incident as a source has it; what fits no code of ours is kept beside it."""

    origin: Origin
    participants: Annotated[tuple[Participant, ...], Field(max_length=PARTICIPANT_CAP)] = ()
    actions: Annotated[tuple[PastAction, ...], Field(max_length=200)] = ()
    description: SealedOrNot[Words] = None
    original: SealedOrNot[Original] = None

    def line_of(self, kind: str, of: str = "") -> str | None:
        """The source's own record of this kind: of a student's id and `|word` of a behavior, of an
        action's identifier, of the n-th outside person, or the only one."""
        lines = self.original if isinstance(self.original, tuple) else ()
        return next((one.line for one in lines if (one.kind, one.of) == (kind, of)), None)


K = TypeVar("K")
W = TypeVar("W")
V = TypeVar("V")


def followed(
    here: Mapping[K, V],
    was: Mapping[K, W],
    now: Mapping[K, W],
    make: Callable[[W], V],
    needed: Container[K] = (),
) -> dict[K, V]:
    """What stands here once its source went from `was` to `now`: only what changed there.

    What is `needed` here stays, though the source dropped it.
    """
    changed = {key: make(value) for key, value in now.items() if was.get(key) != value}
    dropped = {key for key in was if key not in now and key not in needed}
    return {key: value for key, value in here.items() if key not in dropped} | changed
