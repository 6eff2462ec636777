"""What a handover tells, as plain data, and what its parts are told with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from ledger.domain.clocks import Due, due
from ledger.domain.codes import PlanKind
from ledger.domain.days import ONE_DAY, Span, school_year_of
from ledger.domain.progress import Standing
from ledger.domain.rules import Rules
from ledger.reading import Student
from ledger.reading.handovers import RUNNING, Handover, Plan
from ledger.reading.plans import standing_of
from ledger.reports.due import OWN_RULES

EARLY = 60  # days of a school year in which the one before is looked at, too


@dataclass(frozen=True)
class Row:
    """A line: what stands before it, what it says, what goes on below it, and what to do."""

    lead: str
    text: str
    below: tuple[str, ...] = ()
    do: str = ""


@dataclass(frozen=True)
class Section:
    """One part, in the order in which it is read; without rows it says what it has none of."""

    title: str
    rows: tuple[Row, ...]
    none: str = ""


@dataclass(frozen=True)
class Paper:
    """All that is handed over."""

    title: str
    heading: str
    beside: str
    sections: tuple[Section, ...]
    foot: str


@dataclass(frozen=True)
class Care:
    """Something about the folder, the key or the copies: ok, WARN or BAD, and what to do."""

    state: str
    name: str
    says: str
    do: str


@dataclass(frozen=True)
class Telling:
    """What is told, of which day, by whose rules."""

    facts: Handover
    today: date
    rules: Rules
    team: str
    short: Callable[[str, str], str]  # (category, id) → as short as it is understood

    @cached_property
    def lines(self) -> list[Due]:
        """Every line of what is owed that is not done."""
        flags = {id: student.flags for id, student in self.facts.people.items()}
        found = due(
            self.facts.duties,
            self.facts.removals,
            self.facts.calendar,
            self.rules,
            self.today,
            flags=flags,
            team=self.team,
        )
        return [line for line in found if line.settled is None]

    @cached_property
    def running(self) -> list[tuple[Plan, Standing]]:
        """The plans that go on, by the name of the student, and where they stand."""
        plans = [plan for plan in self.facts.plans if plan.state in RUNNING]
        found = [(plan, self.standing(plan)) for plan in plans]
        return sorted(found, key=lambda one: (self.name(one[0].student_id), one[0].number))

    @property
    def years(self) -> list[Span]:
        """This school year, and early in it the one before."""
        this = school_year_of(self.facts.calendar, self.today)
        early = (self.today - this.start).days < EARLY
        return [this, *([school_year_of(self.facts.calendar, this.start - ONE_DAY)] * early)]

    def standing(self, plan: Plan) -> Standing:
        return standing_of(plan, self.facts.calendar, self.rules, self.today)

    def student(self, id: str) -> Student:
        return self.facts.people[id]

    def name(self, id: str) -> str:
        return self.facts.people[id].name

    def named(self, ids: Iterable[str]) -> str:
        return ", ".join(map(self.name, ids))

    def word(self, id: str) -> str:
        """A student as a command takes them."""
        return self.student(id).number or id

    def last_name(self, id: str | None) -> str:
        """A member of staff by the last name, where nobody else has it."""
        staff: Mapping[str, str] = self.facts.staff
        name = staff.get(id or "", "nobody")
        last = name.rpartition(" ")[2]
        return last if sum(one.rpartition(" ")[2] == last for one in staff.values()) == 1 else name

    def day(self, said: date | str | None) -> str:
        """Oct 5, with its year when that is another."""
        if said is None:
            return ""
        on = date.fromisoformat(said) if isinstance(said, str) else said
        return f"{on:%b} {on.day}" + ("" if on.year == self.today.year else f" {on.year}")


def is_legal(line: Due) -> bool:
    """Whether a law or the charter sets it, and not the school itself."""
    return line.rule not in OWN_RULES


def kind(plan: Plan) -> str:
    return PlanKind(plan.kind).short


def stands(standing: Standing) -> str:
    """on track, 9 of 10 days at goal"""
    figured = standing.of and standing.state != "no recent data"
    figure = f", {standing.at_goal} of {standing.of} days at goal" if figured else ""
    return f"{standing.state}{figure}"


def grade(student: Student) -> str:
    return f"gr {student.grade}" if student.grade else ""


def cut(text: str, most: int) -> str:
    """A text on one line, no longer than this."""
    plain = " ".join(text.split())
    return plain if len(plain) <= most else f"{plain[: most - 1].rstrip()}…"


def some(rows: list[Row], most: int, do: str, what: str = "") -> tuple[Row, ...]:
    """The first of them, and how to see the others."""
    left = len(rows) - most
    says = f"{what}: {left} more" if what else f"and {left} more"
    last = [Row("", says, do=do)] if left > 0 else []
    return (*rows[:most], *last)
