"""What goes on with a student on the day of a timeline: plans, the next SST, promises, removals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ledger.domain.calendar import Calendar
from ledger.domain.codes import Direction, MeetingKind, PlanKind
from ledger.domain.days import school_year_of
from ledger.domain.plan import Goal
from ledger.domain.progress import Standing
from ledger.domain.removals import Removal, counted, halves
from ledger.domain.rules import Rules
from ledger.reading.cases import Case, Meeting, Promise
from ledger.reading.plans import Plan, goal_of, standing_of
from ledger.reports import wrapped
from ledger.reports.plans import PERCENTS, amount
from ledger.reports.sst import day, local, next_meeting, week_day
from ledger.said import show_time


@dataclass(frozen=True, slots=True)
class Then:
    """The day that a timeline is known on, and what its clocks go by."""

    now: datetime  # in the school's zone; what is known then is counted on its day
    calendar: Calendar
    rules: Rules
    team: str = "SST"

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def zone(self) -> ZoneInfo:
        zone = self.now.tzinfo
        assert isinstance(zone, ZoneInfo)
        return zone


def lines(plans: Iterable[Plan], cases: Sequence[Case], then: Then) -> list[str]:
    """A line for each plan that goes on, and one for the SST; nothing when there is neither."""
    told = [_plan(plan, then) for plan in plans if plan.state != "ended"]
    told += [*_sst(cases, then)]
    names = ["NOW", *[""] * len(told)]
    return [
        line
        for title, one in zip(names, told, strict=False)
        for line in wrapped(f"{title:<11}{one}", 13)
    ]


def _plan(plan: Plan, then: Then) -> str:
    standing = standing_of(plan, then.calendar, then.rules, then.today)
    short = PlanKind(plan.kind).short
    if standing.state == "draft":
        return f"{short} drafted {day(plan.drafted_on)}, waits for the guardian's consent"
    if standing.state == "approved":
        return f"{short} agreed {day(plan.approved_on or plan.drafted_on)}, not started"
    review = f"review {week_day(date.fromisoformat(plan.review_on))}"
    known = f"{short} since {day(standing.since)}, {standing.state}"
    return f"{known}{_figures(standing, goal_of(plan))} · {review}"


def _figures(standing: Standing, goal: Goal) -> str:
    """85 % of points (goal 80), 8 of 9 days; nothing without data."""
    if standing.now is None:
        return ""
    unit = goal.unit.label.removeprefix("% ") if goal.unit in PERCENTS else goal.unit.label
    sign = "" if goal.direction is Direction.AT_LEAST else f"{goal.direction.sign} "
    target = f"{goal.target.normalize():f}"
    days = f"{standing.at_goal} of {standing.of} {'day' if standing.of == 1 else 'days'}"
    return f": {amount(standing.now, goal.unit)} {unit} (goal {sign}{target}), {days}"


def _sst(cases: Sequence[Case], then: Then) -> Iterator[str]:
    """What the team does next, and what was promised and is open still."""
    going_on = [case for case in cases if case.state == "open"]
    parts = [_next(case, then) for case in going_on]
    promises = [one for case in cases for one in case.promises if one.state == "open"]
    late = sum(is_late(one, then.today) for one in promises)
    if promises:
        some = {0: "", 1: ", one late"}.get(late, f", {late} late")
        parts.append(f"promises open: {len(promises)}{some}")
    if any(parts):
        yield " · ".join(filter(None, parts))


def _next(case: Case, then: Then) -> str:
    meeting = next_meeting(case)
    if meeting is not None:
        return _set(meeting, then)
    held = any(one.state == "held" for one in case.meetings)
    asked = f"{then.team} asked for {day(case.requested_on)}, not set yet"
    return "" if held else asked


def _set(meeting: Meeting, then: Then) -> str:
    """SST follow-up tomorrow 8:00 AM"""
    kind, at = MeetingKind(meeting.kind).label, local(meeting.at, then.zone)
    near = {0: "today", 1: "tomorrow"}.get((at.date() - then.today).days)
    when = f"{near} {show_time(at)}" if near else f"{week_day(at.date())}, {show_time(at)}"
    over = at < then.now - timedelta(hours=12)
    return f"{then.team} {kind} {'was set for ' if over else ''}{when}"


def is_late(promise: Promise, today: date) -> bool:
    """Whether it is open and its day is over."""
    return promise.state == "open" and promise.due is not None and promise.due < today.isoformat()


def removed(removals: Sequence[Removal], then: Then) -> str:
    """removed ½ day: what counts of this school year; empty when nothing does."""
    year = school_year_of(then.calendar, then.today)
    total = counted(removals, then.calendar, then.rules, year, then.today).total
    return f"removed {halves(total)} {'day' if 0 < total <= 1 else 'days'}" if total else ""
