"""Behavior plans as they stand today: every version, every day's card, every measure and review."""

from __future__ import annotations

import json
from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, assert_never

import sqlalchemy as sa

from ledger.domain import Destroyed, Recorded, Undone, standing
from ledger.domain.plan import (
    FidelityRecorded,
    ManagerChanged,
    PlanApproved,
    PlanDrafted,
    PlanEnded,
    PlanEvent,
    PlanReviewed,
    PlanRevised,
    PlanStarted,
    Points,
    PointsCorrected,
    PointsRecorded,
    ProgressRecorded,
    Stage,
    Terms,
    TextDestroyed,
)
from ledger.projections import History, Projection, Rows, number, table, text


@dataclass
class CardDay:
    """One day's card as it stands; `points` of `most` are None on a day without data."""

    on: str
    points: int | None
    most: int | None
    no_data: str | None
    rows: list[list[int | None]]
    checked_in: bool | None
    checked_out: bool | None
    by: str | None
    recorded_at: str
    version: int  # of the plan's terms on that day
    total: int | None = None  # when it was given alone
    corrected: str | None = None  # the reason, when it had been taken in wrongly


@dataclass
class Plan:
    """Everything that stands of one plan; texts that were destroyed say so."""

    student_id: str
    number: int
    kind: str
    state: Stage
    school_id: str
    versions: list[dict[str, Any]]  # version, from, terms, reason, recorded_at; the last one holds
    manager: str
    review_on: str
    drafted_on: str
    recorded_at: str
    last_position: int
    stream: str  # that it is told in: of a child who was merged, by the other id
    approved_on: str | None = None
    approval: dict[str, Any] = field(default_factory=dict)
    started_on: str | None = None
    ended_on: str | None = None
    end_reason: str = ""
    goal_met: bool | None = None
    days: list[CardDay] = field(default_factory=list)  # by day
    progress: list[dict[str, Any]] = field(default_factory=list)  # on, value, no_data, by, note
    fidelity: list[dict[str, Any]] = field(default_factory=list)  # on, delivered, planned, by
    reviews: list[dict[str, Any]] = field(default_factory=list)  # the event's fields
    managers: list[dict[str, Any]] = field(default_factory=list)  # on, manager, reason

    @property
    def terms(self) -> dict[str, Any]:
        """The terms of its last version."""
        terms: dict[str, Any] = self.versions[-1]["terms"]
        return terms

    def version_on(self, day: str) -> dict[str, Any]:
        """The version that held on a day; the first, before it."""
        at = bisect([version["from"] for version in self.versions], day)
        return self.versions[max(at - 1, 0)]


def told(history: Iterable[Recorded[Any]]) -> list[Plan]:
    """The plans of one stream, from the events that stand."""
    plans: dict[int, Plan] = {}
    for recorded in standing(history):
        if isinstance(recorded.event, PlanDrafted):
            plans[recorded.event.plan] = _drafted(recorded, recorded.event)
        elif recorded.event.plan in plans:
            _tell(plans[recorded.event.plan], recorded, recorded.event)
            plans[recorded.event.plan].last_position = recorded.position
    return [*plans.values()]


def _drafted(recorded: Recorded[Any], event: PlanDrafted) -> Plan:
    return Plan(
        student_id=event.student_id,
        number=event.plan,
        kind=event.kind.value,
        state="draft",
        school_id=event.school_id,
        versions=[_version(1, recorded, event)],
        manager=event.manager,
        review_on=event.review_on.isoformat(),
        drafted_on=event.on.isoformat(),
        recorded_at=_iso(recorded.recorded_at),
        last_position=recorded.position,
        stream=recorded.stream,
    )


def _version(
    number: int, recorded: Recorded[Any], event: PlanDrafted | PlanRevised
) -> dict[str, Any]:
    return {
        "version": number,
        "from": event.on.isoformat(),
        "terms": _terms(event),
        "reason": _words(event.reason) if isinstance(event, PlanRevised) else "",
        "recorded_at": _iso(recorded.recorded_at),
    }


def _terms(event: Terms) -> dict[str, Any]:
    """The terms as JSON; a design that was destroyed is the sentence that says so."""
    terms: dict[str, Any] = event.model_dump(mode="json", include=set(Terms.model_fields))
    gone = event.design if isinstance(event.design, Destroyed) else None
    return terms | ({"design": str(gone)} if gone else {})


def _tell(plan: Plan, recorded: Recorded[Any], event: PlanEvent) -> None:
    match event:
        case PlanApproved():
            plan.state, plan.approved_on = "approved", event.on.isoformat()
            plan.approval = _fields(event)
        case PlanStarted():
            plan.state, plan.started_on = "active", event.on.isoformat()
        case PlanRevised():
            plan.versions.append(_version(event.version, recorded, event))
            plan.manager, plan.review_on = event.manager, event.review_on.isoformat()
        case ManagerChanged():
            plan.manager = event.manager
            plan.managers.append(_fields(event))
        case ProgressRecorded():
            plan.progress = _by_day(plan.progress, _recorded(recorded, event))
        case PointsRecorded():
            _take_in(plan, recorded, event)
        case FidelityRecorded():
            plan.fidelity = _by_day(plan.fidelity, _recorded(recorded, event))
        case PlanReviewed():
            plan.reviews.append(_recorded(recorded, event))
            plan.review_on = event.next_review.isoformat() if event.next_review else plan.review_on
        case PlanEnded():
            plan.state, plan.ended_on = "ended", event.on.isoformat()
            plan.end_reason, plan.goal_met = _words(event.reason), event.goal_met
        case TextDestroyed():
            pass  # the text itself says that it was destroyed
        case PlanDrafted() | Undone():
            raise AssertionError("told before")
        case _:
            assert_never(event)


def _take_in(plan: Plan, recorded: Recorded[Any], event: PointsRecorded) -> None:
    on = event.on.isoformat()
    card = CardDay(
        **event.model_dump(mode="json", include={*Points.model_fields, "points", "most"}),
        recorded_at=_iso(recorded.recorded_at),
        version=plan.version_on(on)["version"],
        corrected=_words(event.reason) if isinstance(event, PointsCorrected) else None,
    )
    others = [day for day in plan.days if day.on != on]
    plan.days = sorted([*others, card], key=lambda day: day.on)


def _by_day(known: list[dict[str, Any]], new: dict[str, Any]) -> list[dict[str, Any]]:
    """What holds of each day: of one that was recorded again, the last."""
    others = [one for one in known if one["on"] != new["on"]]
    return sorted([*others, new], key=lambda one: str(one["on"]))


def _recorded(recorded: Recorded[Any], event: PlanEvent) -> dict[str, Any]:
    return _fields(event) | {"recorded_at": _iso(recorded.recorded_at)}


def _fields(event: PlanEvent) -> dict[str, Any]:
    """What an event says, without whose plan it is of; a destroyed text is its sentence."""
    fields: dict[str, Any] = event.model_dump(mode="json", exclude={"student_id", "plan"})
    gone = {name for name in event.sealed_fields() if isinstance(getattr(event, name), Destroyed)}
    return fields | {name: str(getattr(event, name)) for name in gone}


def _words(text: str | Destroyed | None) -> str:
    return "" if text is None else str(text)


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


_tables = sa.MetaData()
table(
    "plan",
    _tables,
    text("student_id", index=True),
    number("number"),
    text("kind"),
    text("state", index=True),
    text("manager"),
    text("review_on"),
    text("card"),
)


def _rows(stream: str, history: History) -> Rows:
    plans = [
        {
            "stream": stream,
            "student_id": plan.student_id,
            "number": plan.number,
            "kind": plan.kind,
            "state": plan.state,
            "manager": plan.manager,
            "review_on": plan.review_on,
            "card": json.dumps(plan, default=vars, ensure_ascii=False, separators=(",", ":")),
        }
        for plan in told(history)
    ]
    return {"plan": plans}


PLANS = Projection("plans", 1, frozenset({"plan"}), _tables, _rows)


def plan_of(stored: str) -> Plan:
    """The plan that a row keeps."""
    fields = json.loads(stored)
    fields["days"] = [CardDay(**day) for day in fields["days"]]
    return Plan(**fields)
