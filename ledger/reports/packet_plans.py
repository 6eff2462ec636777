"""Where the plans stand, as a packet tells it, and what changed since the last meeting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ledger.domain.codes import (
    Direction,
    NoData,
    PlanKind,
    Unit,
)
from ledger.domain.days import is_school_day
from ledger.domain.plan import Goal
from ledger.domain.progress import Standing
from ledger.reading.packets import Packet
from ledger.reading.plans import Plan, goal_of, series_of, standing_of
from ledger.reports.packet_agreed import (
    promises,
    state_of,
)
from ledger.reports.packet_charts import Chart, Day
from ledger.reports.packet_entries import by_place
from ledger.reports.packet_parts import (
    Row,
    Section,
    Telling,
    each_day,
    is_major,
    last_meeting,
    local,
    own_cards,
    own_entries,
)
from ledger.reports.packet_words import Words

DRAWN = 15  # school days on a chart
LEAST_DAYS = 3  # with data before and after it, for a plan to be compared
FEWEST = 5  # school days before and after a meeting that can be compared


def compared(told: Telling, since: date | None) -> Iterator[Row]:
    """Better, the same or worse than as many school days before; and what is late."""
    if since is None:
        return
    found: dict[str, list[str]] = {"better": [], "same": [], "worse": []}
    for what, was, now, good in (*_pairs(told, since), *_measured(told, since)):
        how = "same" if was == now else "better" if (now > was) is good else "worse"
        figures = told.words.say("from_to", now=rounded(now), was=rounded(was))
        found[how].append(f"{what} {figures}")
    today = told.facts.today
    late = [told.text(p.what) for p in promises(told.facts) if state_of(p, today) == "late"]
    for name, lines in (*found.items(), ("late", late)):
        if lines:
            yield Row(told.words.say(name), " · ".join(lines))


Pair = tuple[str, Decimal, Decimal, bool]  # what, before, after, whether more is better


def _pairs(told: Telling, since: date) -> Iterator[Pair]:
    """Incidents in as many school days before the meeting as after it."""
    before, after = windows(told.facts, since)
    if not before:
        return
    cards = own_cards(told.facts)
    majors = [card for entry, card in own_entries(told.facts) if is_major(entry, card)]
    sets = [(told.words.say("majors"), majors)]
    sets.append((told.words.say("all"), list(cards)))
    sets += [(place, some) for place, some in by_place(told).items() if len(some) > 2][:1]
    for name, some in sets:
        days = [local(told, card.occurred_at).date() for card in some]
        was, now = (sum(day in window for day in days) for window in (before, after))
        if was or now:
            yield name, Decimal(was), Decimal(now), False


def _measured(told: Telling, since: date) -> Iterator[Pair]:
    """The mean of a plan's days before the meeting and after it, where both have enough."""
    before, after = windows(told.facts, since)
    for plan in shown_plans(told.facts):
        goal, days = goal_of(plan), series_of(plan).days
        sets = [
            [d.value for d in days if d.on in some and d.value is not None]
            for some in (before, after)
        ]
        if all(len(values) >= LEAST_DAYS for values in sets):
            was, now = (sum(values, Decimal()) / len(values) for values in sets)
            name = "points" if goal.unit is Unit.PERCENT_OF_POINTS else "measure"
            more = goal.direction is Direction.AT_LEAST
            yield told.words.say(name), Decimal(rounded(was)), Decimal(rounded(now)), more


def windows(facts: Packet, since: date) -> tuple[frozenset[date], frozenset[date]]:
    """As many school days before a meeting as there were after it; empty when too few are known."""
    after = [day for day in each_day(since, facts.today)[1:] if is_school_day(facts.calendar, day)]
    known = [day for day in each_day(facts.since, since) if is_school_day(facts.calendar, day)]
    if len(after) < FEWEST or len(known) < len(after):
        return frozenset(), frozenset()
    return frozenset(known[-len(after) :]), frozenset(after)


def plans(told: Telling) -> Section:
    rows: list[Row] = []
    charts: list[Chart] = []
    for plan in shown_plans(told.facts):
        standing = standing_of(plan, told.facts.calendar, told.rules, told.facts.today)
        rows += _plan(told, plan, standing)
        charts += _chart(told, plan)
    none = () if rows else (Row("", told.words.say("no_plan")),)
    title = told.words.section("plan")
    return Section("plan", title, rows=(*rows, *none), charts=tuple(charts), half=True)


def shown_plans(facts: Packet) -> list[Plan]:
    """Those that run or wait, and those that ended since the papers begin; the last first."""
    since = (last_meeting(facts) or facts.since).isoformat()
    return [
        plan
        for plan in reversed(facts.plans)
        if plan.state != "ended" or (plan.ended_on or "") >= since
    ]


def _plan(told: Telling, plan: Plan, standing: Standing) -> Iterator[Row]:
    words = told.words
    day, name = {
        "draft": (plan.drafted_on, "plan_draft"),
        "approved": (plan.approved_on, "plan_approved"),
        "active": (plan.started_on, "plan_since"),
        "ended": (plan.ended_on, "plan_ended"),
    }[plan.state]
    kind = words.code(PlanKind(plan.kind))
    state = "" if words.plain else words.word("standing", standing.state)
    yield Row(state, words.say(name, kind=kind, day=words.short(date.fromisoformat(day or ""))))
    goal = goal_of(plan)
    said = [words.say("goal_is", target=_aim(words, goal))]
    if standing.now is not None:
        said.append(words.say("now_is", now=_amount(words, goal, standing.now)))
        said.append(words.say("at_goal", at=standing.at_goal, of=standing.of))
    yield Row("", _sentences(words, said))


def _sentences(words: Words, said: Sequence[str]) -> str:
    return " ".join(said) if words.plain else " · ".join(said)


def _aim(words: Words, goal: Goal) -> str:
    """at least 80 % of the points"""
    return words.of("direction", goal.direction.value, value=_amount(words, goal, goal.target))


def _amount(words: Words, goal: Goal, value: Decimal) -> str:
    shown = rounded(value)
    said = words.of("unit", goal.unit.value, value=shown)
    return said.replace("1 veces", "1 vez") if shown == "1" else said


def rounded(value: Decimal) -> str:
    """84, or 1.6 where a tenth says something; half up, as on the screens."""
    whole = value.quantize(Decimal(1) if value >= 10 else Decimal("0.1"), ROUND_HALF_UP)
    return f"{whole.normalize():f}"


def _chart(told: Telling, plan: Plan) -> Iterator[Chart]:
    """The last school days of a plan that was ever carried out."""
    if plan.started_on is None:
        return
    words, goal, days = told.words, goal_of(plan), drawn(told, plan)
    percent = goal.unit.value.startswith("percent")
    told_days = [day for day in days if day.value is not None]
    if not days:
        return
    kind = words.code(PlanKind(plan.kind))
    each = (f"{day.label} {day.shown}" for day in days)
    goal_says = f"{words.say('goal')} {rounded(goal.target)}"
    says = f"{goal_says}. {'; '.join(each)}." if told_days else words.say("no_days")
    yield Chart(
        kind,
        says,
        goal.target,
        goal_says,
        words.say("no_data"),
        days,
        percent,
        words.table["say"]["of"],
    )


def drawn(told: Telling, plan: Plan) -> list[Day]:
    """The school days of the chart; those without data are gaps, with their reason."""
    facts, series = told.facts, series_of(plan)
    known = {day.on: day for day in series.days}
    first = series.started_on or facts.today
    last = min(filter(None, (facts.today, series.ended_on)))
    days = [day for day in each_day(first, last) if is_school_day(facts.calendar, day)]
    if days and days[-1] == facts.today and facts.today not in known:
        days.pop()
    return [_day(told, day, known.get(day)) for day in days[-DRAWN:]]


def _day(told: Telling, on: date, known: Any) -> Day:
    label = told.words.tiny(on)
    if known is None or known.amount is None:
        code = known.no_data if known else None
        why = told.words.code(NoData(code)) if code else told.words.say("no_data")
        return Day(label, None, why)
    shown = f"{known.amount.normalize():f}"
    return Day(label, known.value, f"{shown}/{known.of.normalize():f}" if known.of else shown)
