"""Days of removal: what is counted, what is not and why, and which days run on in a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Removal:
    """An action that may have removed a student from instruction, as it stands in the record."""

    incident_id: str
    number: int  # of the action in its incident
    student_id: str
    action: str  # an action code's value
    on: date  # its first day
    days: Decimal | None = None  # as served, or else as given
    minutes: int | None = None
    instruction_went_on: bool | None = None
    services_went_on: bool | None = None
    peers_went_on: bool | None = None
    defiance_alone: bool = False  # every behavior of the student in it is disruption or defiance
    happened: bool = False  # it was recorded against a rule, and is flagged


@dataclass(frozen=True, slots=True)
class Counted:
    """A removal, how many days of it count, on which school days, and why so."""

    removal: Removal
    days: Decimal  # 0: not counted
    covers: tuple[date, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Removals:
    """All removals of one student in one school year."""

    student_id: str
    lines: tuple[Counted, ...]  # in the order of their days
    total: Decimal
    longest_run: int  # school days in a row
    runs_from: date | None  # the first day of that run
    reached: date | None  # the day on which the total went over ten

    @property
    def counted(self) -> tuple[Counted, ...]:
        return tuple(line for line in self.lines if line.days)

    @property
    def not_counted(self) -> tuple[Counted, ...]:
        return tuple(line for line in self.lines if not line.days)
