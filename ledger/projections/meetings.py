"""SST cases as they stand today: who was asked and came, the charts, what was promised."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, assert_never

import sqlalchemy as sa

from ledger.domain import Destroyed, Recorded, Undone, standing
from ledger.domain.codes import MeetingKind
from ledger.domain.meeting import (
    ActionAgreed,
    ActionCompleted,
    ActionDropped,
    ActionReassigned,
    AssistanceRequested,
    Attendee,
    CaseClosed,
    Chart,
    FollowUpSet,
    InputReceived,
    InterpreterBooked,
    MeetingCancelled,
    MeetingCorrected,
    MeetingEvent,
    MeetingHeld,
    MeetingRescheduled,
    MeetingScheduled,
    MemberConfirmed,
    MemberInvited,
    Person,
    QuestionAnswered,
    QuestionRaised,
    TextDestroyed,
    day_of,
)
from ledger.projections import History, Projection, Rows, number, table, text


@dataclass
class Promise:
    """Something that was promised, by whom, and what became of it."""

    number: int
    meeting: int | None
    what: str
    who: list[dict[str, Any]]
    start: str | None
    due: str | None
    agreed_on: str
    recorded_at: str
    state: str = "open"  # open, kept, dropped
    settled: str | None = None  # the day of that
    note: str = ""  # how it was kept, why it was dropped
    handed: list[dict[str, Any]] = field(default_factory=list)  # recorded_at, who, due before; why


@dataclass
class Question:
    """What the team wants to know, and who finds out; its last answer."""

    number: int
    meeting: int
    text: str
    who: list[dict[str, Any]]
    answer: str = ""
    answered_on: str | None = None


@dataclass
class Member:
    """Somebody who was invited, and what they answered last."""

    who: dict[str, Any]
    invited_on: str | None
    channel: str | None
    language: str | None
    needs_interpreter: bool
    confirmed_on: str | None = None
    answer: str | None = None


@dataclass
class Meeting:
    """One meeting: set, moved, held or cancelled."""

    number: int
    kind: str
    at: str  # ISO 8601, UTC
    day: str  # where the school is
    place: str | None
    facilitator: str | None
    recorded_at: str
    state: str = "set"  # set, held, cancelled
    members: list[Member] = field(default_factory=list)
    interpreter: str = ""  # who
    interpreter_language: str | None = None
    booked_on: str | None = None
    attended: list[dict[str, Any]] = field(default_factory=list)  # Attendee as JSON
    walk_in: bool = False
    chart: dict[str, Any] | None = None  # Chart as JSON; and `destroyed`, under what, if it was
    held_recorded_at: str | None = None
    held_version: int | None = None  # of the event that holds the chart
    reason: str = ""  # why it was cancelled
    moves: list[dict[str, Any]] = field(default_factory=list)  # recorded_at, was, why
    corrections: list[dict[str, Any]] = field(default_factory=list)  # recorded_at, actor, was, why


@dataclass
class Case:
    """Everything that stands of one SST case."""

    case_id: str
    student_id: str = ""
    school_id: str = ""
    requested_on: str = ""
    requested_by: dict[str, Any] = field(default_factory=dict)
    concern: str = ""
    tried: str = ""
    recorded_at: str = ""
    state: str = "open"  # open, closed
    closed_on: str | None = None
    close_reason: str = ""
    inputs: list[dict[str, Any]] = field(default_factory=list)  # source, on, by, language, text
    meetings: list[Meeting] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    last_position: int = 0

    def meeting(self, number: int) -> Meeting:
        return next(meeting for meeting in self.meetings if meeting.number == number)

    def promise(self, number: int) -> Promise:
        return next(promise for promise in self.promises if promise.number == number)

    def question(self, number: int) -> Question:
        return next(question for question in self.questions if question.number == number)


def told(stream: str, history: Sequence[Recorded[Any]]) -> Case:
    """One case, from the events that stand."""
    last = max((recorded.position for recorded in history), default=0)
    case = Case(stream.partition("-")[2], last_position=last)
    for recorded in standing(history):
        _tell(case, recorded, recorded.event)
    return case


def _tell(case: Case, recorded: Recorded[Any], event: MeetingEvent) -> None:
    match event:
        case AssistanceRequested():
            _open(case, recorded, event)
        case InputReceived():
            _input(case, event)
        case MeetingScheduled() | FollowUpSet():
            case.meetings.append(_set(recorded, event))
        case MeetingRescheduled():
            _move(case.meeting(event.number), recorded, event)
        case MeetingCancelled():
            meeting = case.meeting(event.number)
            meeting.state, meeting.reason = "cancelled", _words(event.reason)
        case MemberInvited():
            case.meeting(event.number).members.append(_member(event))
        case MemberConfirmed():
            _confirm(case.meeting(event.number), event)
        case InterpreterBooked():
            meeting = case.meeting(event.number)
            meeting.interpreter_language = event.language
            meeting.interpreter, meeting.booked_on = _words(event.who), event.on.isoformat()
        case MeetingHeld():
            _hold(case, recorded, event)
        case MeetingCorrected():
            _correct(case.meeting(event.number), recorded, event)
        case QuestionRaised():
            case.questions.append(_question(event))
        case QuestionAnswered():
            question = case.question(event.number)
            question.answer, question.answered_on = _words(event.text), event.on.isoformat()
        case ActionAgreed():
            case.promises.append(_promise(case, recorded, event))
        case ActionReassigned():
            _hand_over(case.promise(event.number), recorded, event)
        case ActionCompleted() | ActionDropped():
            _settle(case.promise(event.number), event)
        case CaseClosed():
            case.state, case.closed_on = "closed", event.on.isoformat()
            case.close_reason = _words(event.reason)
        case TextDestroyed() | Undone():
            pass  # the text itself says that it was destroyed; what was undone is not told
        case _:
            assert_never(event)


def _open(case: Case, recorded: Recorded[Any], event: AssistanceRequested) -> None:
    case.student_id, case.school_id = event.student_id, event.school_id
    case.requested_on, case.requested_by = event.on.isoformat(), person(event.by)
    case.concern, case.tried = _words(event.concern), _words(event.tried)
    case.recorded_at = _iso(recorded.recorded_at)


def _input(case: Case, event: InputReceived) -> None:
    said = {
        "source": event.source.value,
        "on": event.on.isoformat(),
        "by": person(event.by) if event.by else None,
        "language": event.language,
        "text": _words(event.text),
    }
    case.inputs.append(said)


def _set(recorded: Recorded[Any], event: MeetingScheduled | FollowUpSet | MeetingHeld) -> Meeting:
    kind = MeetingKind.FOLLOW_UP if isinstance(event, FollowUpSet) else event.kind
    return Meeting(
        number=event.number,
        kind=kind.value,
        at=_iso(event.at.at),
        day=day_of(event.at).isoformat(),
        place=None if isinstance(event, MeetingHeld) else event.place,
        facilitator=None if isinstance(event, MeetingHeld) else event.facilitator,
        recorded_at=_iso(recorded.recorded_at),
    )


def _move(meeting: Meeting, recorded: Recorded[Any], event: MeetingRescheduled) -> None:
    move = {
        "recorded_at": _iso(recorded.recorded_at),
        "was": {"at": meeting.at, "place": meeting.place},
        "reason": _words(event.reason),
    }
    meeting.moves.append(move)
    meeting.at, meeting.day = _iso(event.at.at), day_of(event.at).isoformat()
    meeting.place = event.place or meeting.place


def _member(event: MemberInvited) -> Member:
    return Member(
        who=person(event.who),
        invited_on=event.on.isoformat(),
        channel=event.channel.value if event.channel else None,
        language=event.language,
        needs_interpreter=event.needs_interpreter,
    )


def _confirm(meeting: Meeting, event: MemberConfirmed) -> None:
    who = person(event.who)
    member = next(member for member in meeting.members if member.who == who)
    member.confirmed_on, member.answer = event.on.isoformat(), event.answer.value


def _hold(case: Case, recorded: Recorded[Any], event: MeetingHeld) -> None:
    if event.walk_in:
        case.meetings.append(_set(recorded, event))
    meeting = case.meeting(event.number)
    meeting.state, meeting.walk_in, meeting.kind = "held", event.walk_in, event.kind.value
    meeting.at, meeting.day = _iso(event.at.at), day_of(event.at).isoformat()
    meeting.held_recorded_at, meeting.held_version = _iso(recorded.recorded_at), recorded.version
    meeting.interpreter = _words(event.interpreter) or meeting.interpreter
    meeting.attended, meeting.chart = _there(event.attended), _chart(event.chart)


def _correct(meeting: Meeting, recorded: Recorded[Any], event: MeetingCorrected) -> None:
    correction = {
        "recorded_at": _iso(recorded.recorded_at),
        "actor": recorded.actor,
        "was": {"attended": meeting.attended, "chart": meeting.chart},
        "reason": _words(event.reason),
    }
    meeting.corrections.append(correction)
    meeting.attended, meeting.chart = _there(event.attended), _chart(event.chart)
    meeting.held_version = recorded.version


def _chart(chart: Chart | Destroyed) -> dict[str, Any]:
    """All of its lists, empty when it was destroyed."""
    if isinstance(chart, Destroyed):
        return Chart().model_dump(mode="json") | {"destroyed": str(chart)}
    return chart.model_dump(mode="json")


def _question(event: QuestionRaised) -> Question:
    people = [person(who) for who in event.who]
    return Question(event.number, event.meeting, _words(event.text), people)


def _promise(case: Case, recorded: Recorded[Any], event: ActionAgreed) -> Promise:
    return Promise(
        number=event.number,
        meeting=event.meeting,
        what=_words(event.what),
        who=[person(who) for who in event.who],
        start=_day(event.start),
        due=_day(event.due),
        agreed_on=_day(event.on) or case.meeting(event.meeting or 0).day,
        recorded_at=_iso(recorded.recorded_at),
    )


def _hand_over(promise: Promise, recorded: Recorded[Any], event: ActionReassigned) -> None:
    before = {
        "recorded_at": _iso(recorded.recorded_at),
        "was": {"who": promise.who, "due": promise.due},
        "reason": _words(event.reason),
    }
    promise.handed.append(before)
    promise.who = [person(who) for who in event.who]
    promise.due = _day(event.due) or promise.due


def _settle(promise: Promise, event: ActionCompleted | ActionDropped) -> None:
    kept = isinstance(event, ActionCompleted)
    promise.state, promise.settled = "kept" if kept else "dropped", event.on.isoformat()
    promise.note = _words(event.note if isinstance(event, ActionCompleted) else event.reason)


def person(who: Person) -> dict[str, Any]:
    """Who it is, in the one word that says it: {"relation": "mother"}."""
    return who.model_dump(mode="json", exclude_defaults=True)


def _there(attended: Iterable[Attendee]) -> list[dict[str, Any]]:
    return [there.model_dump(mode="json") | {"who": person(there.who)} for there in attended]


def _words(text: str | Destroyed | None) -> str:
    return "" if text is None else str(text)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


_tables = sa.MetaData()
table(
    "sst_case",
    _tables,
    text("case_id", primary_key=True),
    text("student_id", index=True),
    text("state"),
    text("requested_on"),
    text("card"),
)
table(
    "promise_owner",  # each of the staff who made a promise, or were handed it
    _tables,
    text("case_id"),
    number("number"),
    text("staff_id", index=True),
    text("state"),
)


def _rows(stream: str, history: History) -> Rows:
    case = told(stream, history)
    if not case.student_id:
        return {}
    row = {
        "stream": stream,
        "case_id": case.case_id,
        "student_id": case.student_id,
        "state": case.state,
        "requested_on": case.requested_on,
        "card": json.dumps(case, default=vars, ensure_ascii=False, separators=(",", ":")),
    }
    owners = [
        {
            "stream": stream,
            "case_id": case.case_id,
            "number": promise.number,
            "staff_id": who["staff"],
            "state": promise.state,
        }
        for promise in case.promises
        for who in promise.who
        if "staff" in who
    ]
    return {"sst_case": [row], "promise_owner": owners}


MEETINGS = Projection("meetings", 1, frozenset({"meeting"}), _tables, _rows)


def case_of(stored: str) -> Case:
    """The case that a row keeps."""
    fields = json.loads(stored)
    fields["meetings"] = [_meeting_of(meeting) for meeting in fields["meetings"]]
    fields["questions"] = [Question(**question) for question in fields["questions"]]
    fields["promises"] = [Promise(**promise) for promise in fields["promises"]]
    return Case(**fields)


def _meeting_of(fields: dict[str, Any]) -> Meeting:
    members = [Member(**member) for member in fields["members"]]
    return Meeting(**(fields | {"members": members}))
