"""The particulars of an incident: who took part, where it was, what was said and done."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

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
