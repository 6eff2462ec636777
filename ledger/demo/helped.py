"""One child who is helped, while it is told: what is said on which day, and what the team knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledger.demo.contact import RELATIONS
from ledger.demo.people import Pupil
from ledger.demo.world import Happening, World
from ledger.demo.year import ZONE, SchoolDay, at
from ledger.domain import Command, Decider, When
from ledger.domain.codes import PlanKind, Relation, StaffRole
from ledger.domain.meeting import Person

Course = Iterator[None]  # one step a school day
AFTER_SCHOOL = 15 * 60 + 5


@dataclass(frozen=True, slots=True)
class Arc:
    """How a plan goes: the share of good moments at first and later, and how it is delivered."""

    first: float
    last: float
    over: int = 30  # school days from the one to the other
    given: float = 0.95  # the share of days on which a card comes back
    by_day: Mapping[int, float | None] = field(default_factory=dict, hash=False)  # days to the end

    def good(self, nth: int) -> float:
        """The share of good moments on the nth day."""
        return self.first + (self.last - self.first) * min(1, nth / self.over)


@dataclass(frozen=True, slots=True)
class Help:
    """How a child's case and plan go, in school days; None is not told any more."""

    kind: PlanKind
    arc: Arc
    begins: int = 0  # school days before the last told one; 0: by chance
    lead: int = 12  # from the request to the meeting
    starts: int | None = 3  # from the meeting to the plan; None: there is none
    consent: int | None = 2  # from the draft to the guardian's yes
    review: int = 25  # from the draft to the review
    overdue: int = 0  # days that the review is late
    follow_up: int = 25  # from the meeting to the next one
    manager: StaffRole = StaffRole.SPECIALIST
    silent: int = 0  # days before the last told one from which on no card is typed
    ends: bool = True  # whether a plan that reached its goal ends
    late: bool = False  # whether the office's promise is still open
    moves: bool | None = None  # whether its first meeting is moved; None: by chance
    prepared: bool = True  # whether anybody asks beforehand what each sees
    relation: Relation | None = None  # who comes of the family; None: by chance


@dataclass
class Helped:
    """A child, the day that is told, and what was said of it so far."""

    world: World
    child: Pupil
    help: Help
    ref: str
    away: Collection[date] = ()  # days on which the child is suspended
    day: SchoolDay = field(init=False)
    told: list[Happening] = field(default_factory=list)
    courses: list[Course] = field(default_factory=list)
    steps: int = 0
    minute: int = 0
    plans: int = 0  # that were drafted for this child, ever
    given: tuple[int, int] = (0, 0)  # days at the goal, of days with data, of the running plan
    running: str = ""  # short name of the plan that is carried out
    over: bool = False  # the plan ended, or there is none
    left: int = 0  # school days that are told after this one

    def __post_init__(self) -> None:
        self.over = self.help.starts is None
        self.relation = self.help.relation or self.world.pick(RELATIONS)
        self.language = self.child.language if self.child.language != "en" else None

    @property
    def student(self) -> str:
        return self.world.student(self.child)

    @property
    def teacher(self) -> str:
        return self.world.teacher(self.child)

    @property
    def specialist(self) -> str:
        return self.world.staff(StaffRole.SPECIALIST)

    @property
    def principal(self) -> str:
        return self.world.staff(StaffRole.PRINCIPAL)

    @property
    def manager(self) -> str:
        own = self.help.manager is StaffRole.TEACHER
        return self.teacher if own else self.specialist

    def live(self, day: SchoolDay, left: int) -> list[Happening]:
        """What is said on this day, in the order of time; so many are told after it."""
        self.day, self.left, self.told, self.minute = day, left, [], 0
        for course in list(self.courses):
            if next(course, self) is self:  # it is over
                self.courses.remove(course)
        return self.told

    def say(
        self,
        decider: Decider[Any, Any, Any],
        id: str,
        command: Command,
        by: str,
        minute: int = AFTER_SCHOOL,
    ) -> None:
        """Somebody records something today, some minutes after what was recorded before."""
        self.steps += 1
        self.minute = max(self.minute + self.world.rng.randint(1, 4), minute)
        key = f"demo:help:{self.ref}:{self.steps}"
        when = at(self.day.on, self.minute)
        self.told.append(Happening(when, by, decider, id, key, command))

    def when(self, minute: int, day: date | None = None) -> When:
        return When(at=at(day or self.day.on, minute), zone=ZONE)


def days(n: int) -> Course:
    """So many school days go by."""
    for _ in range(n):
        yield


def staff(id: str) -> Person:
    return Person(staff=id)


def family(relation: Relation) -> Person:
    return Person(relation=relation)
