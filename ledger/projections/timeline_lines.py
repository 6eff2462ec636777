"""The lines of a timeline that no incident's card tells: one a thing that happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from ledger.domain import Destroyed, Event, Recorded, Value, standing
from ledger.domain.contact import Contact
from ledger.domain.due_process import (
    AppealDecided,
    ChallengeAppealed,
    ChallengeDecided,
    ChallengeMet,
    EmergencyReportMade,
    GuardianStatementAttached,
    IepMeetingScheduled,
    NoticeGiven,
    OtherMeansNamed,
    PupilAccountTaken,
    ReferralAnswered,
    StatementChallenged,
    TeachersTold,
)
from ledger.domain.meeting import (
    ActionAgreed,
    ActionCompleted,
    ActionDropped,
    AssistanceRequested,
    CaseClosed,
    FollowUpSet,
    MeetingCancelled,
    MeetingCorrected,
    MeetingHeld,
    MeetingRescheduled,
    MeetingScheduled,
    QuestionRaised,
)
from ledger.domain.plan import (
    ManagerChanged,
    PlanApproved,
    PlanDrafted,
    PlanEnded,
    PlanReviewed,
    PlanRevised,
    PlanStarted,
    PointsRecorded,
    ProgressRecorded,
    TextDestroyed,
)
from ledger.domain.student import (
    ContactMade,
    DeterminationHeld,
    GuardianToldOfDecision,
    NamesFlagged,
    NamesSettled,
    ObservationRecorded,
    PlacementChangeDecided,
    PraiseRecorded,
    RecordRequested,
    RecordShown,
    StudentWithdrawn,
)
from ledger.projections import History
from ledger.projections.meetings import person

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened to a student; `label` says to whom of an incident, None to all."""

    kind: str
    at: datetime
    recorded: Recorded[Any]
    body: Body
    label: str | None = None


# Without an incident


def of_student(history: History) -> Iterator[Line]:
    """Strengths, contacts, observations, decisions on placement, requests for the record."""
    stands = standing(history)
    worded = _worded(stands)
    for recorded in stands:
        event = recorded.event
        match event:
            case PraiseRecorded():
                text = worded.get(recorded.version, event.text)
                yield _seen("praise", event.occurred.at, recorded, text)
            case ContactMade():
                text = worded.get(recorded.version, event.note)
                yield _seen("contact", event.at.at, recorded, text)
            case ObservationRecorded():
                yield _seen("observation", event.began.at, recorded, event.text)
            case StudentWithdrawn():
                yield _seen("roster", _noon(event.effective_on), recorded, None)
            case PlacementChangeDecided() | DeterminationHeld():
                body = _said(event) | {"words": _words(event.reason)}
                yield Line("decision", _noon(event.on), recorded, body)
            case GuardianToldOfDecision():
                yield Line("decision", _noon(event.on), recorded, _said(event))
            case RecordRequested() | RecordShown():
                words = event.about if isinstance(event, RecordRequested) else event.note
                body = _said(event) | {"words": _words(words)}
                yield Line("record", _noon(event.on), recorded, body)
            case _:
                pass  # what is known of the student, and nothing that happened


def _worded(stands: History) -> dict[int, str | Destroyed]:
    """Version of an entry → its words, once they were put so that they name nobody else."""
    flags = {r.event.number: r.version for r in stands if isinstance(r.event, NamesFlagged)}
    settled = (r.event for r in stands if isinstance(r.event, NamesSettled))
    return {flags[e.number] - 1: e.text for e in settled if e.text is not None}


def _seen(kind: str, at: datetime, recorded: Recorded[Any], words: str | Destroyed | None) -> Line:
    event = recorded.event
    body: Body = {"words": _words(words), "by": getattr(event, "by", None)}
    if isinstance(event, Contact) and event.with_whom is not None:
        body["whom"] = str(event.with_whom)
    if isinstance(words, Destroyed):
        body["destroyed"] = str(words)
    return Line(kind, at, recorded, body)


# What an incident owes


def of_process(history: History) -> Iterator[Line]:
    """The office's answer, and what was told to, said by and decided for those in it."""
    for recorded in standing(history):
        event = recorded.event
        match event:
            case ReferralAnswered():
                body = _said(event) | {"words": _words(event.text)}
                yield Line("referral", event.at.at, recorded, body)
            case NoticeGiven() | PupilAccountTaken():
                body = _said(event) | {"words": _words(event.text)}
                yield Line("process", event.at.at, recorded, body, event.label)
            case OtherMeansNamed():
                body = {"words": _words(event.text)}
                yield Line("process", recorded.recorded_at, recorded, body, event.label)
            case EmergencyReportMade() | IepMeetingScheduled():
                yield Line("process", _noon(event.on), recorded, _said(event), event.label)
            case TeachersTold() | ChallengeMet() | ChallengeAppealed():
                yield Line("process", _noon(event.on), recorded, _said(event))
            case ChallengeDecided() | AppealDecided():
                body = _said(event) | {"words": _words(event.reason)}
                yield Line("process", _noon(event.on), recorded, body)
            case StatementChallenged():
                body = _said(event) | {"words": _words(event.grounds)}
                yield Line("process", _noon(event.on), recorded, body, event.label)
            case GuardianStatementAttached():
                body = _said(event) | {"words": _words(event.text)}
                yield Line("process", _noon(event.on), recorded, body, event.label)
            case _:
                pass  # its card tells it


# An SST case


def of_case(history: History) -> Iterator[Line]:
    """Requested, set, moved, cancelled, held, put right, promises kept or not, closed."""
    told = standing(history)
    body: Body
    promised = {r.event.number: r.event for r in told if isinstance(r.event, ActionAgreed)}
    for recorded in told:
        event = recorded.event
        match event:
            case AssistanceRequested():
                body = {"by": person(event.by), "words": _words(event.concern)}
                yield _sst("requested", _noon(event.on), recorded, body)
            case MeetingScheduled() | FollowUpSet():
                if not _with_held(recorded, told):
                    kind = getattr(event, "kind", None)
                    body = {"at": _iso(event.at.at), "place": event.place}
                    body["meeting"] = kind.value if kind else "follow-up"
                    yield _sst("set", recorded.recorded_at, recorded, body)
            case MeetingRescheduled():
                body = {"at": _iso(event.at.at), "words": _words(event.reason)}
                yield _sst("moved", recorded.recorded_at, recorded, body)
            case MeetingCancelled():
                words = {"words": _words(event.reason)}
                yield _sst("cancelled", recorded.recorded_at, recorded, words)
            case MeetingHeld():
                yield _sst("held", event.at.at, recorded, _held(event, recorded, told))
            case MeetingCorrected():
                words = {"words": _words(event.reason)}
                yield _sst("corrected", recorded.recorded_at, recorded, words)
            case ActionCompleted() | ActionDropped():
                kept = isinstance(event, ActionCompleted)
                agreed = promised[event.number]
                body = {
                    "who": [person(who) for who in agreed.who],
                    "due": agreed.due.isoformat() if agreed.due else None,
                    "words": _words(agreed.what),
                }
                yield _sst("kept" if kept else "dropped", _noon(event.on), recorded, body)
            case CaseClosed():
                words = {"words": _words(event.reason)}
                yield _sst("closed", _noon(event.on), recorded, words)
            case _:
                pass  # what was prepared and asked: its case shows it


def _sst(what: str, at: datetime, recorded: Recorded[Any], body: Body) -> Line:
    number = getattr(recorded.event, "number", None)
    return Line("sst", at, recorded, {"what": what, "number": number} | body)


def _with_held(recorded: Recorded[Any], told: Iterable[Recorded[Any]]) -> bool:
    """Whether it was set at a meeting, in one and the same entry."""
    held = (r for r in told if isinstance(r.event, MeetingHeld))
    return any(_together(r, recorded) for r in held)


def _together(held: Recorded[Any], other: Recorded[Any]) -> bool:
    return held.recorded_at == other.recorded_at and held.version < other.version


def _held(event: MeetingHeld, recorded: Recorded[Any], told: Iterable[Recorded[Any]]) -> Body:
    beside = [r.event for r in told if _together(recorded, r)]
    following = (e.at.at for e in beside if isinstance(e, FollowUpSet))
    family = [
        {"relation": there.who.relation.value, "channel": _code(there.channel)}
        for there in event.attended
        if there.who.relation
    ]
    return {
        "meeting": event.kind.value,
        "walk_in": event.walk_in,
        "there": len(event.attended),
        "family": family,
        "promises": sum(isinstance(one, ActionAgreed) for one in beside),
        "questions": sum(isinstance(one, QuestionRaised) for one in beside),
        "follow_up": next(map(_iso, following), None),
    }


# Behavior plans


def of_plans(history: History) -> Iterator[Line]:
    """The steps of each plan, and what was counted of it on each day, as it stands."""
    kinds: dict[int, str] = {}
    units: dict[int, str] = {}
    last = _last_of_a_day(history)
    for recorded in standing(history):
        event = recorded.event
        if isinstance(event, PlanDrafted):
            kinds[event.plan] = event.kind.value
        if isinstance(event, PlanDrafted | PlanRevised):
            units[event.plan] = event.goal.unit.value
        if isinstance(event, TextDestroyed) or event.plan not in kinds:
            continue
        own = {"plan": event.plan, "kind": kinds[event.plan]}
        if type(event) in STEPS:
            body = own | {"what": STEPS[type(event)]} | _step(event)
            yield Line("plan", _noon(event.on), recorded, body)
        elif last.get((event.plan, event.on)) == recorded.version:
            body = own | _counted(event, units[event.plan])
            yield Line("card", _noon(event.on), recorded, body)


STEPS: dict[type[Event], str] = {
    PlanDrafted: "drafted",
    PlanApproved: "approved",
    PlanStarted: "started",
    PlanRevised: "revised",
    ManagerChanged: "handed over",
    PlanReviewed: "reviewed",
    PlanEnded: "ended",
}


def _last_of_a_day(history: History) -> dict[tuple[int, date], int]:
    """Which version holds of what was counted of a plan on a day."""
    return {
        (r.event.plan, r.event.on): r.version
        for r in standing(history)
        if isinstance(r.event, PointsRecorded | ProgressRecorded)
    }


def _counted(event: PointsRecorded | ProgressRecorded, unit: str) -> Body:
    no_data = {"no_data": _code(event.no_data)}
    if isinstance(event, PointsRecorded):
        return no_data | {"points": event.points, "most": event.most}
    value = None if event.value is None else str(event.value)
    return no_data | {"value": value, "unit": unit, "words": _words(event.note)}


def _step(event: Event) -> Body:
    match event:
        case PlanDrafted():
            return {"goal": _said(event.goal)}
        case PlanApproved():
            return _said(event) | {"words": _words(event.note)}
        case PlanRevised():
            words = {"words": _words(event.reason)}
            return {"version": event.version, "goal": _said(event.goal)} | words
        case ManagerChanged():
            return {"manager": event.manager, "words": _words(event.reason)}
        case PlanReviewed():
            return _said(event) | {"words": _words(event.why)}
        case PlanEnded():
            return {"goal_met": event.goal_met, "words": _words(event.reason)}
        case _:
            return {}


# In the words of a row


def _said(said: Value) -> Body:
    """What it says in codes, days and ids; no text that is sealed, nor of whom it is."""
    sealed = said.sealed_fields() if isinstance(said, Event) else frozenset[str]()
    without = {"student_id", "plan", *sealed}
    return said.model_dump(mode="json", exclude=without, exclude_none=True)


def _words(text: str | Destroyed | None) -> str | None:
    return None if text is None else str(text)


def _code(code: Any) -> str | None:
    return code.value if code else None


def _noon(day: date) -> datetime:
    """A day without a time: noon in UTC is that day at every school of the country."""
    return datetime.combine(day, time(12), tzinfo=UTC)


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
