"""Plans on the screen: who is on track and who is not, and every day behind a plan's figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Any

from ledger.domain.codes import (
    Channel,
    Decision,
    Direction,
    Function,
    NoData,
    PlanKind,
    Relation,
    Unit,
)
from ledger.domain.plan import Goal, PointCard
from ledger.domain.progress import Day, Standing, State
from ledger.reading.plans import Plan, Plans, goal_of, series_of
from ledger.reports import WIDTH, wrapped
from ledger.said import MONTHS, WEEKDAYS, show_day
from ledger.written.plan import card_said, goal_said

BARS, DIGITS = "▁▂▃▄▅▆▇█", "12345678"
DOT = "·"
SIGNS = {Direction.AT_LEAST: ">=", Direction.AT_MOST: "<="}  # as wide as a console shows them
DELIVERY_FIRST = "look at the delivery first"
FEW = 2  # a plan was given on few days when on less than one of this many
LEVELS = 4  # below the goal, and as many at or above it
GROUPS: dict[State, str] = {
    "on track": "ON TRACK",
    "off track": "OFF TRACK",
    "no recent data": "NO RECENT DATA",
    "review overdue": "REVIEW OVERDUE",
    "draft": "DRAFT",
    "approved": "AGREED, NOT STARTED",
    "ended": "ENDED",
}
PERCENTS = (Unit.PERCENT, Unit.PERCENT_OF_POINTS)
NO_CALENDAR = "No calendar for {}: school days are guessed from the weekday.   bledger calendar set"
TEXTS = ("behavior", "impedes", "measure")
LISTS = ("predictors", "environment", "replacement", "teaching", "reinforcement", "reactive")


@dataclass(frozen=True, slots=True)
class Look:
    """What the screens are shown for: the day, the words for the trend, what is missing."""

    today: date
    year: str  # the school year, when no calendar tells of it; or empty
    known: int | None = None  # the position that was asked for
    ascii: bool = False


Stood = list[tuple[Plan, Standing]]


# Of everybody


def status(found: Plans, stood: Stood, look: Look, window: int) -> list[str]:
    """Plans that are in order, in groups by where they stand."""
    told = [*_title(stood, look, window), *_missing(look)]
    if not stood:
        none = "No plan is drafted or carried out.   bledger plan draft STUDENT"
        return [*told, none, *_unreadable(found)]
    wide = _widths(found, stood)
    told.append(_heading(wide, window))
    for state, own in groupby(stood, lambda one: one[1].state):
        told.append(GROUPS[state])
        for plan, standing in own:
            told += _line(found, plan, standing, look, wide, window)
    dot = "." if look.ascii else DOT
    told.append(f"{dot} no data      the days behind a figure: bledger plan show STUDENT")
    return [*told, *_unreadable(found)]


def _unreadable(found: Plans) -> list[str]:
    count = len(found.unreadable)
    who = "one student" if count == 1 else f"{count} students"
    return [f"The plans of {who} cannot be read and may be missing: bledger doctor"] * bool(count)


def in_order(found: Plans, stood: Stood) -> Stood:
    """By where they stand, and then by name."""
    groups = [*GROUPS]

    def place(one: tuple[Plan, Standing]) -> tuple[int, str, str, int]:
        name = found.people[one[0].student_id].name.casefold()
        return groups.index(one[1].state), name, one[0].student_id, one[0].number

    return sorted(stood, key=place)


def _title(stood: Stood, look: Look, window: int) -> list[str]:
    stages = Counter(_stage(standing.state) for _, standing in stood)
    counts = [f"{stages[name]} {name}" for name in ("active", "draft", "agreed", "ended")]
    some = [count for count in counts if not count.startswith("0 ")]
    ends = [s.until for _, s in stood if s.until and s.state != "ended"]
    right = f"last {window} school days, to {_short(max(ends))}" if ends else ""
    left = f"Plans · {show_day(look.today)} · {', '.join(some) or 'none'}"
    known = [] if look.known is None else [f"as known at position {look.known:,}"]
    gap = " " * max(2, WIDTH - len(left) - len(right))
    return [f"{left}{gap}{right}".rstrip(), *known]


def _stage(state: State) -> str:
    return {"draft": "draft", "approved": "agreed", "ended": "ended"}.get(state, "active")


def _missing(look: Look) -> list[str]:
    return [NO_CALENDAR.format(look.year)] if look.year else []


@dataclass(frozen=True, slots=True)
class _Widths:
    name: int
    kind: int


def _widths(found: Plans, stood: Stood) -> _Widths:
    names = [len(found.people[plan.student_id].name) for plan, _ in stood]
    kinds = [len(PlanKind(plan.kind).short) for plan, _ in stood]
    return _Widths(max(13, *names), max(9, *kinds))


def _heading(wide: _Widths, window: int) -> str:
    before = " " * (2 + wide.name + 2 + 6 + wide.kind + 2)
    trend = "trend".ljust(max(window, 5))
    return f"{before}{'now':<5}  {'goal':<5}  {'at goal':<8}  {trend}  given  review  manager"


def _line(
    found: Plans, plan: Plan, standing: Standing, look: Look, wide: _Widths, window: int
) -> Iterator[str]:
    student = found.people[plan.student_id]
    kind = PlanKind(plan.kind).short.ljust(wide.kind)
    who = f"  {student.name:<{wide.name}}  {_grade(student.grade):<6}{kind}  "
    if standing.state in ("draft", "approved", "ended"):
        yield from wrapped(f"{who}{_not_active(plan, standing, look)}", len(who))
        return
    below = " " * (2 + wide.name + 2)
    yield from wrapped(f"{who}{_figures(found, plan, standing, look, window)}", len(below))
    for more in _evidence(plan, standing):
        yield from wrapped(f"{below}{more}", len(below))


def _grade(grade: str) -> str:
    return f"gr {grade}" if grade else ""


def _not_active(plan: Plan, standing: Standing, look: Look) -> str:
    if standing.state == "draft":
        return f"waits for the guardian's consent since {_near(standing.since, look)}"
    if standing.state == "approved":
        starts = _day(plan.started_on)
        when = f"starts {_near(starts, look)}" if starts else "not started"
        return f"agreed {_near(standing.since, look)}, {when}"
    met = {True: ", goal met", False: ", goal not met", None: ""}[plan.goal_met]
    return f"ended {_near(standing.since, look)}{met}"


def _figures(found: Plans, plan: Plan, standing: Standing, look: Look, window: int) -> str:
    goal, silent = goal_of(plan), standing.state == "no recent data"
    now = "–" if standing.now is None or silent else amount(standing.now, goal.unit, goal)
    at_goal = "–" if silent or not standing.of else f"{standing.at_goal} of {standing.of}"
    trend = sparkline(standing, goal, ascii=look.ascii).ljust(max(window, 5))
    given = f"{standing.given}/{standing.planned}"
    review = _padded(date.fromisoformat(plan.review_on))
    manager = _manager(plan.manager, found.staff)
    target = _target(goal, look)
    return f"{now:<5}  {target:<5}  {at_goal:<8}  {trend}  {given:>5}  {review}  {manager}"


def _evidence(plan: Plan, standing: Standing) -> Iterator[str]:
    """What stands behind a state, and what a number counts that is no percent."""
    if standing.state == "on track" and not _met(standing.now, goal_of(plan)):
        row = f"below goal on {standing.of - standing.at_goal} of {standing.of}"
        few = FEW * standing.given < standing.planned
        given = f" · given on {standing.given} of {standing.planned} days"
        yield f"{row}{f'{given}: {DELIVERY_FIRST}' if few else ''}"
    if standing.state == "off track":
        every = standing.given == standing.planned
        look = "look at the plan itself" if every else DELIVERY_FIRST
        row = f"{standing.in_a_row_below} days in a row below"
        yield f"{row} · given on {standing.given} of {standing.planned} days: {look}"
    goal, design = goal_of(plan), plan.terms["design"]
    if goal.unit not in PERCENTS:
        measure = design["measure"] if isinstance(design, Mapping) else ""
        was = "" if goal.baseline is None else f" (was {amount(goal.baseline, goal.unit)})"
        yield ", ".join(filter(None, (measure, f"{goal.unit.label}{was}")))


def sparkline(standing: Standing, goal: Goal, *, ascii: bool = False) -> str:
    """A letter a day: the upper four are above the goal or, for one of at least, at it."""
    signs, none = (DIGITS, ".") if ascii else (BARS, DOT)
    known = [value for value in standing.trend if value is not None]
    top = Decimal(100) if goal.unit in PERCENTS else max(known, default=Decimal())
    return "".join(none if v is None else signs[_level(v, goal, top)] for v in standing.trend)


def _level(value: Decimal, goal: Goal, top: Decimal) -> int:
    upper = value >= goal.target if goal.direction is Direction.AT_LEAST else value > goal.target
    if not upper:
        return _part(value, goal.target)
    return LEVELS + _part(value - goal.target, top - goal.target)


def _part(value: Decimal, whole: Decimal) -> int:
    """Which quarter of the whole a value is in; the whole itself is in the last one."""
    return min(LEVELS - 1, int(LEVELS * value / whole)) if whole > 0 else LEVELS - 1


def amount(value: Decimal, unit: Unit, goal: Goal | None = None) -> str:
    """84 % of a percent, 1.6 of what is counted; half up, but never to the goal's other side."""
    percent = unit in PERCENTS
    step = Decimal(1) if percent else Decimal("0.1")
    shown = value.quantize(step, ROUND_HALF_UP)
    if goal is not None and _met(shown, goal) is not _met(value, goal):
        away = ROUND_FLOOR if value < goal.target else ROUND_CEILING
        shown = value.quantize(step / 10, away)
    return f"{shown} %" if percent else str(shown)


def _met(value: Decimal | None, goal: Goal) -> bool:
    """Whether a figure is at the goal; none at all is not below it."""
    if value is None:
        return True
    return value >= goal.target if goal.direction is Direction.AT_LEAST else value <= goal.target


def _target(goal: Goal, look: Look) -> str:
    """80 %, ≤ 1: what is aimed at, with its sign where more is not better."""
    number = f"{goal.target.normalize():f}"
    said = f"{number} %" if goal.unit in PERCENTS else number
    plain = goal.unit in PERCENTS and goal.direction is Direction.AT_LEAST
    sign = SIGNS[goal.direction] if look.ascii else goal.direction.sign
    return said if plain else f"{sign} {said}"


def _manager(id: str, staff: Mapping[str, str]) -> str:
    """The last name, where nobody else of the staff has it."""
    name = staff.get(id, id)
    last = name.rpartition(" ")[2]
    return last if sum(one.rpartition(" ")[2] == last for one in staff.values()) == 1 else name


# Of one


def shown(found: Plans, plan: Plan, standing: Standing, look: Look, *, every: bool) -> list[str]:
    """One plan: its figures, design and steps, and the days behind the figures, or every day."""
    told = [*_head(found, plan, standing, look), *_missing(look), *_design(found, plan)]
    told += ["STEPS", *(line for on, line in _steps(found, plan) for line in _step(on, line))]
    return [*told, *_days(plan, standing, every=every)]


def _head(found: Plans, plan: Plan, standing: Standing, look: Look) -> Iterator[str]:
    student, kind = found.people[plan.student_id], PlanKind(plan.kind)
    grade = f"{_grade(student.grade)} {student.teacher}".strip()
    parts = (student.name, grade, f"{kind.label}, plan {plan.number}", standing.state)
    left, right = " · ".join(filter(None, parts)), f"as known at position {found.position:,}"
    yield from wrapped(f"{left}{' ' * max(2, WIDTH - len(left) - len(right))}{right}", 4)
    if standing.state in ("draft", "approved", "ended"):
        yield f"  {_not_active(plan, standing, look)}"
        why = f": {plan.end_reason}" if plan.end_reason else ""
        yield from wrapped(f"  because{why}", 4) if why else ()
    if standing.planned:
        yield from _summary(plan, standing, look)
    review = show_day(date.fromisoformat(plan.review_on))
    yield f"  review {review} · manager {found.staff.get(plan.manager, plan.manager)}"


def _summary(plan: Plan, standing: Standing, look: Look) -> Iterator[str]:
    """85 % (goal 80 %) · 7 of 9 days at goal, 3 in a row · given on 9 of 10 school days"""
    goal = goal_of(plan)
    now = "no data" if standing.now is None else amount(standing.now, goal.unit, goal)
    row = standing.in_a_row_below or standing.in_a_row_at
    streak = f", {row} in a row {'below' if standing.in_a_row_below else 'at it'}" if row else ""
    parts = (
        f"{now} (goal {_target(goal, look)})",
        f"{standing.at_goal} of {standing.of} {_days_word(standing.of)} at goal{streak}",
        f"given on {standing.given} of {standing.planned} school days",
    )
    yield from wrapped(f"  {' · '.join(parts)}", 4)
    trend = sparkline(standing, goal, ascii=look.ascii)
    yield f"  {trend}   {_short(standing.days[0])} to {_short(standing.days[-1])}"


def _days_word(n: int) -> str:
    return "day" if n == 1 else "days"


def _design(found: Plans, plan: Plan) -> Iterator[str]:
    last = plan.versions[-1]
    yield f"DESIGN  version {last['version']}, from {show_day(date.fromisoformat(last['from']))}"
    for name, value in _said(found, plan.terms):
        yield from wrapped(f"  {name:<14}{value}", 16)


def _said(found: Plans, terms: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each part of the terms that says something, with its name."""
    design = terms["design"]
    if not isinstance(design, Mapping):
        yield "design", str(design)
        design = dict.fromkeys(TEXTS, "") | dict.fromkeys(LISTS, ())
    yield from ((name, design[name]) for name in TEXTS if design[name])
    if terms["function"]:
        yield "function", Function(terms["function"]).label
    yield from ((name, " · ".join(design[name])) for name in LISTS if design[name])
    yield "goal", goal_said(Goal.model_validate(terms["goal"]), found.staff)
    if terms["card"]:
        yield "card", card_said(PointCard.model_validate(terms["card"]))
    if terms["parts"]:
        yield "parts", f"{terms['parts']} a day"


def _steps(found: Plans, plan: Plan) -> list[tuple[str, str]]:
    """(day, what happened), the first first."""
    steps = [(plan.drafted_on, "drafted")]
    if plan.approved_on:
        steps.append((plan.approved_on, _approval(plan.approval)))
    if plan.started_on:
        steps.append((plan.started_on, "started"))
    steps += [(one["on"], _review(found, one)) for one in plan.reviews]
    steps += [(one["from"], _version(plan, one)) for one in plan.versions[1:]]
    steps += [(one["on"], _went_over(found, one)) for one in plan.managers]
    if plan.ended_on:
        steps.append((plan.ended_on, "ended"))
    return sorted(steps, key=lambda step: step[0])


def _step(on: str, line: str) -> list[str]:
    return wrapped(f"  {show_day(date.fromisoformat(on)):<16}  {line}", 20)


def _approval(said: Mapping[str, Any]) -> str:
    who = Relation(said["relation"]).label if said["relation"] else "no guardian named"
    how = Channel(said["channel"]).label if said["channel"] else ""
    told = ", ".join(filter(None, ("agreed to", who, how, said["language"])))
    return f"{told}: {said['note']}" if said["note"] else told


def _went_over(found: Plans, said: Mapping[str, Any]) -> str:
    told = f"went over to {found.staff.get(said['manager'], said['manager'])}"
    return f"{told}: {said['reason']}" if said["reason"] else told


def _review(found: Plans, said: Mapping[str, Any]) -> str:
    """modify: why · data Sep 21 to Oct 15, 9 days with data, position 48,001 · next Nov 6"""
    days = said["days_with_data"]
    data = f"{days} {_days_word(days)} with data" if days else "NO DATA"
    since, until = (_short(date.fromisoformat(said[name])) for name in ("data_from", "data_until"))
    parts = [
        f"reviewed: {Decision(said['decision']).label}: {said['why']}",
        f"data {since} to {until}, {data}, at position {said['position']:,}",
        f"next {_short(date.fromisoformat(said['next_review']))}" if said["next_review"] else "",
        f"by {', '.join(found.staff.get(id, id) for id in said['by'])}" if said["by"] else "",
    ]
    return " · ".join(filter(None, parts))


def _version(plan: Plan, version: Mapping[str, Any]) -> str:
    was, now = plan.versions[version["version"] - 2]["terms"], version["terms"]
    names = [name.replace("_on", "") for name in now if now[name] != was[name]]
    told = f"version {version['version']} ({', '.join(names)})"
    said = {(review["on"], review["why"]) for review in plan.reviews}
    return told if (version["from"], version["reason"]) in said else f"{told}: {version['reason']}"


def _days(plan: Plan, standing: Standing, *, every: bool) -> Iterator[str]:
    """A line a day: of the window, or of every day on which something was recorded, too."""
    series = {day.on: day for day in series_of(plan).days}
    window = {*standing.days}
    shown = sorted({*window, *series} if every else window, reverse=True)
    if shown:
        yield f"DAYS    {'every one' if every else 'the school days behind the figures'}"
    cards = {card.on: card for card in plan.days}
    parts = {one["on"]: one for one in plan.fidelity}
    by_points = goal_of(plan).unit is Unit.PERCENT_OF_POINTS
    for on in shown:
        key = on.isoformat()
        more = [_checked(cards[key]) if key in cards else "", _delivered(parts.get(key))]
        beside = "" if on in window else "not in the figures" if standing.days else ""
        line = f"  {_weekday(on)}  {_told(series.get(on), by_points)}"
        yield from wrapped(" · ".join(filter(None, (line, *more, beside))), 14)
    if not every and {*series} - window:
        yield f"  {len({*series} - window)} more: --all"


def _told(day: Day | None, by_points: bool) -> str:
    """31/36   86 %  at goal"""
    points = f"{day.amount}/{day.of}" if day and day.amount is not None and by_points else ""
    before = f"{points:<7}" if by_points else ""
    if day is None:
        return f"{before}{'–':>5}  nothing recorded"
    if day.value is None:
        why = NoData(day.no_data).label if day.no_data else "no reason said"
        return f"{before}{'–':>5}  no data: {why}"
    met = "at goal" if day.met else "below"
    return f"{before}{amount(day.value, day.goal.unit, day.goal):>5}  {met}"


def _checked(card: Any) -> str:
    """Check-in and check-out, where it was said."""
    said = {"check-in": card.checked_in, "check-out": card.checked_out}
    done = [name for name, value in said.items() if value]
    missed = [f"no {name}" for name, value in said.items() if value is False]
    corrected = [f"corrected: {card.corrected}"] if card.corrected else []
    return ", ".join([*done, *missed, *corrected])


def _delivered(said: Mapping[str, Any] | None) -> str:
    return f"{said['delivered']} of {said['planned']} parts delivered" if said else ""


# Days


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _short(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}"


def _padded(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day:>2}"


def _near(day: date, look: Look) -> str:
    """Oct 6, and the year where it is another."""
    return _short(day) if day.year == look.today.year else f"{_short(day)} {day.year}"


def _weekday(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day:>2} {WEEKDAYS[day.weekday()]}"


# For programs


def fields(plan: Plan, standing: Standing) -> dict[str, Any]:
    """A plan's standing as codes and numbers; none of its words."""
    goal = goal_of(plan)
    return {
        "student_id": plan.student_id,
        "plan": plan.number,
        "kind": plan.kind,
        "state": standing.state,
        "since": standing.since,
        "manager": plan.manager,
        "review_on": plan.review_on,
        "goal": goal.model_dump(mode="json"),
        "now": _exact(standing.now),
        "at_goal": standing.at_goal,
        "of": standing.of,
        "given": standing.given,
        "planned": standing.planned,
        "in_a_row_below": standing.in_a_row_below,
        "in_a_row_at": standing.in_a_row_at,
        "days": [*_as_days(standing)],
    }


def _as_days(standing: Standing) -> Iterable[dict[str, Any]]:
    for on, value, met in zip(standing.days, standing.trend, standing.met, strict=True):
        yield {"on": on, "value": _exact(value), "met": met}


def _exact(value: Decimal | None) -> str | None:
    """To the hundredth, half up."""
    return None if value is None else str(value.quantize(Decimal("0.01"), ROUND_HALF_UP))
