"""What was done with one plan, as it is said after an entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from ledger.domain import Undone
from ledger.domain.codes import Unit
from ledger.domain.plan import (
    FidelityRecorded,
    Held,
    ManagerChanged,
    PlanApproved,
    PlanDrafted,
    PlanEnded,
    PlanEvent,
    PlanReviewed,
    PlanRevised,
    PlanStarted,
    PointsRecorded,
    ProgressRecorded,
    TextDestroyed,
)
from ledger.reports import wrapped
from ledger.reports.day import LANGUAGES
from ledger.said import show_day
from ledger.written.plan import goal_said

OfDay = (
    PlanDrafted
    | PlanApproved
    | PlanStarted
    | PlanRevised
    | ManagerChanged
    | ProgressRecorded
    | PointsRecorded
    | FidelityRecorded
    | PlanReviewed
    | PlanEnded
)


def recorded(
    name: str, held: Held, events: Iterable[PlanEvent], staff: Mapping[str, str], *, repeated: bool
) -> list[str]:
    """`plan 1 (CICO)  Ana Rivera · Wed Oct 14 2026 · agreed to by mother, phone, Spanish`."""
    head = f"plan {held.number} ({held.kind.short})  {name}"
    again = " · already recorded" if repeated else ""
    told = [" · ".join(_told(event, held, staff)) for event in events]
    return wrapped(f"{head}{again} · {told[0]}", 4) + [
        line for one in told[1:] for line in wrapped(f"  {one}", 4)
    ]


def _told(event: PlanEvent, held: Held, staff: Mapping[str, str]) -> Iterator[str]:
    match event:
        case TextDestroyed() | Undone():
            yield str(event)
        case _:
            yield show_day(event.on)
            yield from _said(event, held, staff)


def _said(event: OfDay, held: Held, staff: Mapping[str, str]) -> Iterator[str]:
    match event:
        case PlanDrafted() | PlanRevised():
            what = "drafted" if isinstance(event, PlanDrafted) else f"version {event.version}"
            yield f"{what}: {goal_said(event.goal, staff)}"
            yield f"review {show_day(event.review_on)}"
        case PlanApproved():
            yield _approved(event)
        case ManagerChanged():
            yield f"now with {staff.get(event.manager, event.manager)}"
        case ProgressRecorded():
            yield _measured(event, held)
        case FidelityRecorded():
            yield f"{event.delivered} of {event.planned} parts delivered"
        case PlanReviewed():
            yield from _reviewed(event)
        case PlanEnded():
            met = {True: "goal met", False: "goal not met", None: ""}[event.goal_met]
            yield ", ".join(filter(None, ("ended", met)))
        case _:
            yield str(event)


def _approved(event: PlanApproved) -> str:
    who = f"agreed to by {event.relation.label}" if event.relation else "agreed to"
    how = event.channel.label if event.channel else ""
    language = LANGUAGES.get(event.language or "", event.language or "")
    return ", ".join(filter(None, (who, how, language)))


UNITS = {
    Unit.TIMES_A_DAY: " times",
    Unit.MINUTES_A_DAY: " min",
    Unit.PERCENT: " %",
    Unit.PERCENT_OF_POINTS: " %",
    Unit.RATING: "",
}


def _measured(event: ProgressRecorded, held: Held) -> str:
    if event.value is None:
        return f"no data: {event.no_data.label if event.no_data else 'not said why'}"
    goal = held.terms.goal
    aim = f"goal {goal.direction.sign} {goal.target.normalize():f}"
    return f"measured {event.value.normalize():f}{UNITS[goal.unit]}, {aim}"


def _reviewed(event: PlanReviewed) -> Iterator[str]:
    yield f"reviewed: {event.decision.label}"
    days = event.days_with_data
    data = f"{days} day{'s' if days != 1 else ''} with data" if days else "no data"
    yield f"{_short(event.data_from)} to {_short(event.data_until)}, {data}"
    yield f"as known at position {event.position:,}"
    if event.next_review:
        yield f"next review {show_day(event.next_review)}"


def _short(day: date) -> str:
    return f"{day:%b} {day.day}"
