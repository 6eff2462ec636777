"""The cards of one day: of which plans there are some, how one is recorded, how all are told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cli import Desk, asking
from cli.plan_accounts import own_of
from ledger.domain import Refused
from ledger.domain.calendar import Calendar
from ledger.domain.codes import DayKind, NoData, PlanKind
from ledger.domain.days import bells, day_kind
from ledger.domain.plan import PLAN, CorrectPoints, Goal, PointCard, PointsRecorded, RecordPoints
from ledger.finding import search_key
from ledger.reading import Window
from ledger.reading.plans import CardDay, Plan, plans
from ledger.reports import points as report
from ledger.reports.points import Asked, Sum
from ledger.written.plan import kind_of
from ledger.written.points import Marks

NOBODY = "no plan with a card is carried out on {}. See: bledger plan status"
BOTH = 2  # check-in and check-out
AROUND = range(1, 15)  # days within which a regular day is looked for


class Day:
    """The plans with a card that are carried out on a day, and what stands of their cards."""

    def __init__(self, desk: Desk, on: date, said: Mapping[str, Any]) -> None:
        self.desk, self.on, self.said = desk, on, said

    def of(self, words: Sequence[str]) -> list[Asked]:
        """Those of one student, or of all; one refuses when there is none."""
        student = asking.student(self.desk, words).student_id if words else None
        found = plans(self.desk.school.reading, Window(), student_id=student)
        asked = [one for plan in found.plans if (one := self._asked(plan, found.people))]
        if not asked:
            raise Refused(NOBODY.format(f"{self.on:%b} {self.on.day} {self.on.year}"))
        if student:
            asked = own_of(self.desk, words, student, asked, lambda one: one.stream_id)
        return sorted(asked, key=lambda one: (search_key(one.name), one.plan))

    def _asked(self, plan: Plan, people: Mapping[str, Any]) -> Asked | None:
        return asked(self, plan, people[plan.student_id]) if self.fits(plan) else None

    def fits(self, plan: Plan) -> bool:
        said = self.said
        return (
            carried_out(plan, self.on)
            and (not said["mine"] or plan.manager == self.desk.school.actor.id)
            and said["number"] in (None, plan.number)
            and (said["kind"] is None or PlanKind(plan.kind) is kind_of(said["kind"]))
        )

    @property
    def calendar(self) -> Calendar:
        return self.desk.school.calendar

    @property
    def kind(self) -> DayKind | None:
        return day_kind(self.calendar, self.on)

    def record(self, one: Asked, marks: Marks, reason: str | None = None, **more: Any) -> Any:
        """Have a card recorded; what was done."""
        said = self.said
        by = asking.staff(self.desk, said["by"]) if said["by"] else None
        fields = {
            "student_id": one.stream_id,
            "plan": one.plan,
            "on": self.on,
            "rows": marks.rows,
            "total": marks.total,
            "no_data": marks.no_data,
            "checked_in": said["checked_in"],
            "checked_out": said["checked_out"],
            "by": by,
        } | more
        command = CorrectPoints(**fields, reason=reason) if reason else RecordPoints(**fields)
        return self.do(one, command)

    def stands(self, one: Asked, marks: Marks, checks: Mapping[str, Any]) -> bool:
        """Whether just this is recorded already."""
        known = one.known
        if known is None or known.marks != marks:
            return False
        return all(said in (None, known.checks.get(name)) for name, said in checks.items())

    def do(self, one: Asked, command: Any) -> Any:
        key = f"key:{self.said['key']}" if self.said["key"] else None
        again = self.said["again"]
        return self.desk.school.do(PLAN, one.stream_id, command, key=key, again=again)


def carried_out(plan: Plan, on: date) -> bool:
    """Whether a plan has a card for this day."""
    day = on.isoformat()
    began = plan.started_on is not None and plan.started_on <= day <= (plan.ended_on or day)
    return began and plan.version_on(day)["terms"].get("card") is not None


def asked(day: Day, plan: Plan, student: Any) -> Asked:
    """A plan as the grid asks for its card."""
    on = day.on.isoformat()
    terms = plan.version_on(on)["terms"]
    card, goal = PointCard.model_validate(terms["card"]), Goal.model_validate(terms["goal"])
    known = next((one for one in plan.days if one.on == on), None)
    earlier = [one for one in reversed(plan.days) if one.on < on]
    return Asked(
        stream_id=plan.stream.partition("-")[2],
        student_id=plan.student_id,
        name=student.name,
        grade=student.grade,
        plan=plan.number,
        kind=PlanKind(plan.kind),
        card=card,
        goal=goal,
        held=held(day.calendar, card, day.on),
        before=tuple(_met(plan, one) for one in earlier),
        known=_sum(known) if known else None,
        checks=_asks_checks(plan, on),
    )


def _met(plan: Plan, day: CardDay) -> bool | None:
    """Whether a day met the goal that held on it."""
    goal = Goal.model_validate(plan.version_on(day.on)["terms"]["goal"])
    return report.at_goal(goal, day.points, day.most)


def _asks_checks(plan: Plan, on: str) -> bool:
    """Whether check-in and check-out are what the plan delivers, and nothing is said of them."""
    own = plan.kind == PlanKind.CHECK_IN_CHECK_OUT.value
    known = any(one["on"] == on for one in plan.fidelity)
    return own and not known and plan.version_on(on)["terms"].get("parts") in (None, BOTH)


def _sum(day: CardDay) -> Sum:
    reason = NoData(day.no_data) if day.no_data else None
    rows = tuple(tuple(row) for row in day.rows)
    checks = {"checked_in": day.checked_in, "checked_out": day.checked_out}
    return Sum(Marks(rows, day.total, reason), day.points, day.most, checks)


def held(calendar: Calendar, card: PointCard, on: date) -> tuple[bool, ...]:
    """Which periods of a card there are on a day, as far as the bells tell."""
    rung = bells(calendar, on)
    if day_kind(calendar, on) is not DayKind.MINIMUM or rung is None:
        return (True,) * len(card.periods)
    near = (on + timedelta(days=sign * n) for n in AROUND for sign in (-1, 1))
    regular = next((d for d in near if day_kind(calendar, d) is DayKind.REGULAR), on)
    usual, there = (_names(bells(calendar, d)) for d in (regular, on))
    return tuple(_name(name) in there or _name(name) not in usual for name in card.periods)


def _names(rung: Any) -> set[str]:
    return {_name(one.name) for one in rung.periods} if rung else set()


def _name(name: str) -> str:
    """A period's number, or its name."""
    digits = re.sub(r"\D", "", name)
    return digits or name.casefold().strip()


# A line of the answer


@dataclass(frozen=True)
class Line:
    """One child's line of an answer; no sum: skipped, or not entered yet."""

    asked: Asked
    sum: Sum | None
    state: str = "known"  # known, recorded, corrected, unchanged, skipped
    more: str = ""


def recorded(one: Asked, done: Any) -> Line:
    event = done.events[-1].event
    assert isinstance(event, PointsRecorded)
    marks = Marks(event.rows, event.total, event.no_data)
    state = "corrected" if type(event) is not PointsRecorded else "recorded"
    return Line(one, Sum(marks, event.points, event.most), "unchanged" if done.repeated else state)


WORDS = {"corrected": "corrected", "unchanged": "already recorded", "known": ""}


def tell(day: Day, lines: Sequence[Line], more: Sequence[str] = ()) -> None:
    found = [line.asked for line in lines]
    table = report.Table(found)
    shapes = list(dict.fromkeys(one.card for one in found))
    told = [report.title(day.on, found), *report.day_note(day.on, day.kind, found)]
    for card in shapes:
        told += [report.shape(card)] if len(shapes) > 1 else []
        told.append(table.columns(card))
        told += [line_of(table, line) for line in lines if line.asked.card == card]
    day.desk.answer("points/1", _fields(day, lines), [*told, *more])


def line_of(table: report.Table, line: Line) -> str:
    if line.sum is None and line.state == "known":
        return table.head(line.asked)
    return table.line(line.asked, line.sum, line.more or WORDS.get(line.state, ""))


def _fields(day: Day, lines: Sequence[Line]) -> dict[str, Any]:
    return {
        "on": day.on,
        "day": day.kind.value if day.kind else None,
        "cards": [_card(line) for line in lines],
    }


def _card(line: Line) -> dict[str, Any]:
    one, made = line.asked, line.sum
    met = report.at_goal(one.goal, made.points, made.most) if made else None
    marks = made.marks if made else Marks()
    return {
        "student_id": one.student_id,
        "plan": one.plan,
        "kind": one.kind.value,
        "state": line.state if made or line.state == "skipped" else "open",
        "rows": marks.rows,
        "total": marks.total,
        "no_data": marks.no_data,
        "points": made.points if made else None,
        "most": made.most if made else None,
        "percent": round(float(made.percent), 1) if made and made.percent is not None else None,
        "goal": float(one.goal.target),
        "at_goal": met,
        "days_in_a_row": report.in_a_row((met, *one.before)) if made else None,
    }
