"""The lines of a timeline that are no incident: meetings, plans, cards, answers, decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ledger.domain.codes import (
    Channel,
    Decision,
    MeetingKind,
    NoData,
    PlanKind,
    Relation,
    Unit,
)
from ledger.domain.plan import Goal
from ledger.reading import Entry
from ledger.reports.plans import PERCENTS, amount
from ledger.reports.sst import day, local, names, week_day
from ledger.said import show_time

Body = Mapping[str, Any]
SHORT = 7
NOON = "T12:00:00Z"  # how a day without a time is stored


@dataclass(frozen=True, slots=True)
class Told:
    """One entry: the word of its kind, what it says, its id, and what stands below it."""

    kind: str
    line: str
    id: str = ""
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What the lines call things by."""

    staff: Mapping[str, str]
    zone: ZoneInfo
    team: str = "SST"

    def of(self, id: str | None) -> str:
        return self.staff.get(id or "", id or "somebody")


def timed(entry: Entry) -> bool:
    """Whether it was at a time, and not on a day or when it was recorded."""
    recorded = entry.kind == "sst" and entry.body["what"] != "held"
    return not recorded and not entry.occurred_at.endswith(NOON)


def told(entry: Entry, known: Names) -> Told:
    """What a line of one of these kinds says."""
    return KINDS[entry.kind](entry, known)


# An SST case


def _sst(entry: Entry, known: Names) -> Told:
    body, id = entry.body, f"{known.team.lower()} {entry.id[:SHORT]}"
    line = SST[body["what"]](body, known)
    words = body.get("words")
    if body["what"] in ("kept", "dropped"):
        return Told(known.team, f"{line}: {words}", id)
    return Told(known.team, line, id, (words,) if words else ())


def _requested(body: Body, known: Names) -> str:
    return f"asked for by {names([body['by']], known.staff)}"


def _was_set(body: Body, known: Names) -> str:
    place = f", {body['place']}" if body.get("place") else ""
    return f"{MeetingKind(body['meeting']).label} set for {_at(body['at'], known)}{place}"


def _held(body: Body, known: Names) -> str:
    family = (_came(one) for one in body["family"])
    parts = (
        f"{MeetingKind(body['meeting']).label}{', walk-in' if body['walk_in'] else ''}",
        ", ".join((f"{body['there']} there", *family)),
        _count(body["promises"], "promise"),
        _count(body["questions"], "question"),
        f"follow-up {day(local(body['follow_up'], known.zone).date())}" * bool(body["follow_up"]),
    )
    return " · ".join(filter(None, parts))


def _came(one: Body) -> str:
    how = f" by {Channel(one['channel']).label}" if one["channel"] else ""
    return f"{Relation(one['relation']).label}{how}"


def _kept(body: Body, known: Names) -> str:
    return f"{names(body['who'], known.staff)} kept a promise"


def _dropped(body: Body, known: Names) -> str:
    return f"{names(body['who'], known.staff)}: a promise was dropped"


SST: Mapping[str, Callable[[Body, Names], str]] = {
    "requested": _requested,
    "set": _was_set,
    "moved": lambda body, known: f"moved to {_at(body['at'], known)}",
    "cancelled": lambda body, known: "cancelled",
    "held": _held,
    "corrected": lambda body, known: "the chart was corrected",
    "kept": _kept,
    "dropped": _dropped,
    "closed": lambda body, known: "case closed",
}


# A plan and its cards


def _plan(entry: Entry, known: Names) -> Told:
    body = entry.body
    kind = PlanKind(body["kind"])
    line = f"{kind.label} {PLAN[body['what']](body, known)}"
    return Told("plan", line, f"plan {body['plan']}", _words(body))


def _goal(body: Body) -> str:
    """80 %, or at most 1 times a day"""
    goal = Goal.model_validate(body["goal"])
    target = f"{goal.target.normalize():f}"
    if goal.unit in PERCENTS:
        return f"goal {target} %"
    return f"goal {goal.direction.sign} {target} {goal.unit.label}"


def _agreed(body: Body, known: Names) -> str:
    who = f", {Relation(body['relation']).label}" if body.get("relation") else ""
    language = f" ({body['language']})" if body.get("language") else ""
    return f"agreed to{who}{language}"


def _reviewed(body: Body, known: Names) -> str:
    days = body["days_with_data"]
    data = _count(days, "day") + " with data" if days else "NO DATA"
    then = body.get("next_review")
    again = f" · next {week_day(date.fromisoformat(then))}" if then else ""
    return f"reviewed: {Decision(body['decision']).label} · {data}{again}"


def _ended(body: Body, known: Names) -> str:
    met = {True: ", goal met", False: ", goal not met"}.get(body["goal_met"], "")
    return f"ended{met}"


PLAN: Mapping[str, Callable[[Body, Names], str]] = {
    "drafted": lambda body, known: f"drafted, {_goal(body)}",
    "approved": _agreed,
    "started": lambda body, known: "started",
    "revised": lambda body, known: f"revised, version {body['version']}, {_goal(body)}",
    "handed over": lambda body, known: f"went over to {known.of(body['manager'])}",
    "reviewed": _reviewed,
    "ended": _ended,
}


def _card(entry: Entry, known: Names) -> Told:
    return Told("card", counted(entry.body))


def counted(body: Body) -> str:
    """32/36  89 %, or 2.0 times a day, or why there is no number."""
    if body["no_data"]:
        return f"no data: {NoData(body['no_data']).label}"
    if "points" in body:
        return f"{body['points']}/{body['most']}  {short(body)}"
    unit = Unit(body["unit"])
    return short(body) if unit in PERCENTS else f"{short(body)} {unit.label}"


def short(body: Body) -> str:
    """89 %, or 2.0, or a dash without data."""
    if body["no_data"]:
        return "\u2013"
    if "points" in body:
        return amount(Decimal(100 * body["points"]) / body["most"], Unit.PERCENT)
    return amount(Decimal(body["value"]), Unit(body["unit"]))


# What an incident owes, what was decided, who asked for the record


def _answer(entry: Entry, known: Names) -> Told:
    body = entry.body
    how = f", {Channel(body['channel']).label}" if body.get("channel") else ""
    whom = " and ".join(map(known.of, body["told"]))
    return Told("answer", f"{whom} told{how}", entry.id[:SHORT], _words(body))


def _owed(entry: Entry, known: Names) -> Told:
    return Told("rights", entry.line, entry.id[:SHORT], _words(entry.body))


def _decided(entry: Entry, known: Names) -> Told:
    return Told("rights", entry.line, "", _words(entry.body))


def _asked_for(entry: Entry, known: Names) -> Told:
    return Told("record", entry.line.removeprefix("record "), "", _words(entry.body))


KINDS: Mapping[str, Callable[[Entry, Names], Told]] = {
    "sst": _sst,
    "plan": _plan,
    "card": _card,
    "referral": _answer,
    "process": _owed,
    "decision": _decided,
    "record": _asked_for,
}


def _words(body: Body) -> tuple[str, ...]:
    return (body["words"],) if body.get("words") else ()


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}" if number else ""


def _at(stored: str, known: Names) -> str:
    at = datetime.fromisoformat(stored).astimezone(known.zone)
    return f"{week_day(at.date())}, {show_time(at)}"
