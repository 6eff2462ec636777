"""The made-up school while it is told: what chance says, and who is meant by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any, TypeVar

from ledger.demo.people import Adult, DemoSchool, Pupil
from ledger.demo.year import SchoolDay, at
from ledger.domain import Command, Decider
from ledger.domain.codes import StaffRole

T = TypeVar("T")
OF_FREQUENT = 0.5  # the share of incidents that the frequent children have


@dataclass(frozen=True, slots=True)
class Happening:
    """A command, by whom and when it was given, and the key under which it is given once."""

    recorded_at: datetime
    by: str  # our id of a member of staff
    decider: Decider[Any, Any, Any]
    id: str
    key: str
    command: Command


@dataclass(frozen=True, slots=True)
class Ids:
    """How a ledger calls the people of the roster; an incident or SST case by its natural key."""

    student: Callable[[str], str]
    staff: Callable[[str], str]
    incident: Callable[[str], str]
    meeting: Callable[[str], str]


class World:
    """One telling: its one source of chance, and what the telling has to remember."""

    def __init__(self, school: DemoSchool, ids: Ids, chance: str = "told") -> None:
        self.school, self.ids = school, ids
        self.rng = Random(f"{school.seed} {chance}")
        self.slips = 0
        self.majors = 0
        self.restraint_at = 20  # majors, after which the next dangerous one ends in a restraint

    @cached_property
    def aside(self) -> World:
        """The same with a chance of its own: what is told beside changes nothing else."""
        return World(self.school, self.ids, "aside")

    # Chance

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def one(self, among: Sequence[T]) -> T:
        return self.rng.choice(among)

    def pick(self, weights: Mapping[T, float]) -> T:
        """One of them, the heavier the likelier."""
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def count(self, mean: float) -> int:
        """How often something happens that happens independently, so often on average."""
        times, waited = 0, self.rng.expovariate(1)
        while waited < mean:
            times, waited = times + 1, waited + self.rng.expovariate(1)
        return times

    # Who

    @cached_property
    def _weights(self) -> list[float]:
        return [1 / (1 + 0.1 * rank) for rank in range(len(self.school.frequent))]

    def child(self, day: date, of_frequent: float = OF_FREQUENT) -> Pupil:
        """A child who is here; the frequent ones have their own share."""
        if self.chance(of_frequent):
            place = self.rng.choices(self.school.frequent, self._weights)[0]
            return self.school.pupils[place]
        return self._here(range(len(self.school.pupils)), day)

    def mate(self, child: Pupil, day: date, *, outside: bool) -> Pupil:
        """Another child: of the same grade outside, else of the same class."""
        school = self.school
        near = school.grades[child.grade] if outside else school.rooms[child.homeroom]
        return self._here(near, day, child)

    def _here(self, places: range, day: date, but: Pupil | None = None) -> Pupil:
        while True:
            found = self.school.pupils[self.one(places)]
            if found is not but and found.here_on(day):
                return found

    @cached_property
    def _by_role(self) -> Mapping[StaffRole, tuple[Adult, ...]]:
        return {role: self.school.having(role) for role in StaffRole}

    def staff(self, role: StaffRole) -> str:
        """Our id of somebody of that role."""
        return self.ids.staff(self.one(self._by_role[role]).source_id)

    def teacher(self, child: Pupil) -> str:
        """Our id of the child's own teacher."""
        return self.ids.staff(child.homeroom)

    def student(self, child: Pupil) -> str:
        """Our id of the child."""
        return self.ids.student(child.source_id)

    # When

    def later(self, day: SchoolDay, soonest: int, latest: int) -> datetime | None:
        """In office hours, so many school days on; None when that is no longer told."""
        n, minute = self.rng.randint(soonest, latest), self.rng.randint(8 * 60, 15 * 60 + 30)
        return at(day.ahead[n - 1], minute) if n <= len(day.ahead) else None

    def soon(self, after: datetime, least: int, most: int) -> datetime:
        """Some minutes and seconds later."""
        return after + timedelta(seconds=self.rng.randint(60 * least, 60 * most))
