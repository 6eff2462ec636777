"""One SST case: a request for help, what was prepared, the meetings, and what was promised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self, assert_never
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from ledger.domain import (
    Command,
    Decider,
    Event,
    Refused,
    Sealed,
    SealedOrNot,
    Undo,
    Undone,
    Value,
    When,
    Words,
)
from ledger.domain.codes import Answered, Channel, InputFrom, MeetingKind, Relation, Verdict
from ledger.domain.particulars import Short

Number = Annotated[int, Field(ge=1, le=999)]
Language = Annotated[str, Field(max_length=40)]
Lines = tuple[Words, ...]


class Person(Value):
    """Somebody at the table or with a task: one of these, and never a name."""

    staff: str | None = None
    relation: Relation | None = None  # to the student
    student: bool = False
    role: Short | None = None  # from outside, as what: county social worker

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(map(bool, (self.staff, self.relation, self.student, self.role))) != 1:
            raise ValueError("is one of: a member of staff, of the family, the student, a role")
        return self

    def __str__(self) -> str:
        """In words that name nobody."""
        if self.staff:
            return "this member of staff"
        return self.relation.label if self.relation else self.role or "the student"

    @property
    def key(self) -> str:
        """What tells them apart in one case: a staff id, a relation, `student`, a role."""
        return self.staff or (self.relation.value if self.relation else self.role) or "student"


class Attendee(Value):
    """Who was there, in which language, and how."""

    who: Person
    language: Language | None = None
    interpreted: bool = False
    channel: Channel | None = None  # None: in person


class Tried(Value):
    """A modification that was tried, and whether it worked."""

    what: Words
    verdict: Verdict | None = None
    note: Words = ""


class Chart(Value):
    """The wall chart but for its questions and actions, which go on; a line each."""

    strengths: Lines = ()
    known: Lines = ()
    tried: tuple[Tried, ...] = ()
    concerns: Lines = ()  # the most urgent first
    strategies: Lines = ()


# Events


class OfCase(Event):
    """An event of one student's case; the student's id is in it so that it can be read alone."""

    student_id: str

    @property
    def students(self) -> frozenset[str]:
        # Of a case whose request was taken back, the student is not known.
        return frozenset(filter(None, (self.student_id,)))

    @property
    def subject(self) -> str:
        return self.student_id


class AssistanceRequested(OfCase):
    """Somebody asked the team for help with a student: the case is open."""

    school_id: str
    on: date
    by: Person
    concern: Sealed[Words]
    tried: SealedOrNot[Words] = None

    def __str__(self) -> str:
        return "SST requested"


class InputReceived(OfCase):
    """Teacher, family or student said beforehand what they see."""

    source: InputFrom
    on: date
    by: Person | None = None
    language: Language | None = None
    text: SealedOrNot[Words] = None

    def __str__(self) -> str:
        return f"{self.source.label}'s input received"


class MeetingScheduled(OfCase):
    """A meeting was set."""

    number: Number
    kind: MeetingKind
    at: When
    place: Short | None = None
    facilitator: str | None = None

    def __str__(self) -> str:
        return f"SST {self.kind.label} scheduled"


class MeetingRescheduled(OfCase):
    """A meeting was moved."""

    number: Number
    at: When
    place: Short | None = None
    reason: SealedOrNot[Words] = None

    def __str__(self) -> str:
        return "SST moved"


class MeetingCancelled(OfCase):
    """A meeting will not be."""

    number: Number
    reason: Sealed[Words]

    def __str__(self) -> str:
        return "SST cancelled"


class MemberInvited(OfCase):
    """Somebody was invited, in which language, and whether they need an interpreter."""

    number: Number
    who: Person
    on: date
    channel: Channel | None = None
    language: Language | None = None
    needs_interpreter: bool = False

    def __str__(self) -> str:
        return "invited to the SST"


class MemberConfirmed(OfCase):
    """Somebody who was invited answered."""

    number: Number
    who: Person
    on: date
    answer: Answered

    def __str__(self) -> str:
        return f"answered the invitation to the SST: {self.answer.label}"


class InterpreterBooked(OfCase):
    """An interpreter will be there."""

    number: Number
    on: date
    language: Language
    who: SealedOrNot[Words] = None

    def __str__(self) -> str:
        return f"interpreter booked: {self.language}"


class MeetingHeld(OfCase):
    """The team met; `walk_in` when it had not been set before."""

    number: Number
    kind: MeetingKind
    at: When
    attended: tuple[Attendee, ...] = ()
    interpreter: SealedOrNot[Words] = None
    walk_in: bool = False
    chart: Sealed[Chart]

    def __str__(self) -> str:
        return f"SST {self.kind.label} held, {len(self.attended)} there"


class MeetingCorrected(OfCase):
    """The chart of a meeting had been written down wrongly; this is the whole of it."""

    number: Number
    attended: tuple[Attendee, ...] = ()
    chart: Sealed[Chart]
    reason: Sealed[Words]

    def __str__(self) -> str:
        return "the chart of the SST corrected"


class QuestionRaised(OfCase):
    """The team wants to know something, and somebody finds out."""

    number: Number  # of the question
    meeting: Number
    text: Sealed[Words]
    who: tuple[Person, ...] = ()

    def __str__(self) -> str:
        return f"question {self.number} raised"


class QuestionAnswered(OfCase):
    """A question of the team was answered."""

    number: Number
    on: date
    text: Sealed[Words]

    def __str__(self) -> str:
        return f"question {self.number} answered"


class ActionAgreed(OfCase):
    """Something was promised: what, by whom, from when, by when."""

    number: Number  # of the action
    meeting: Number | None = None
    on: date | None = None  # when it was agreed; None: at its meeting
    what: Sealed[Words]
    who: Annotated[tuple[Person, ...], Field(min_length=1)]
    start: date | None = None
    due: date | None = None

    def __str__(self) -> str:
        return f"promise {self.number} made"


class ActionReassigned(OfCase):
    """A promise went over to somebody else."""

    number: Number
    who: Annotated[tuple[Person, ...], Field(min_length=1)]
    due: date | None = None  # None: as before
    reason: SealedOrNot[Words] = None

    def __str__(self) -> str:
        return f"promise {self.number} went over to somebody else"


class ActionCompleted(OfCase):
    """A promise was kept."""

    number: Number
    on: date
    note: SealedOrNot[Words] = None

    def __str__(self) -> str:
        return f"promise {self.number} kept"


class ActionDropped(OfCase):
    """A promise is not kept, and why."""

    number: Number
    on: date
    reason: Sealed[Words]

    def __str__(self) -> str:
        return f"promise {self.number} dropped"


class FollowUpSet(OfCase):
    """The team meets again: the meeting of this number is set as a follow-up."""

    number: Number  # of the meeting that it sets
    at: When
    place: Short | None = None
    facilitator: str | None = None

    def __str__(self) -> str:
        return "SST follow-up set"


class CaseClosed(OfCase):
    """The team is done with it, and why."""

    on: date
    reason: Sealed[Words]

    def __str__(self) -> str:
        return "SST case closed"


class TextDestroyed(OfCase):
    """A text of this case was ordered destroyed; its event stays."""

    version: int  # of the event in this stream that holds it
    authority: Short
    order: Short

    @property
    def destroys(self) -> tuple[int, ...]:
        return (self.version,)

    def __str__(self) -> str:
        return f"the text of entry {self.version} destroyed under {self.authority}, {self.order}"


MeetingEvent = (
    AssistanceRequested
    | InputReceived
    | MeetingScheduled
    | MeetingRescheduled
    | MeetingCancelled
    | MemberInvited
    | MemberConfirmed
    | InterpreterBooked
    | MeetingHeld
    | MeetingCorrected
    | QuestionRaised
    | QuestionAnswered
    | ActionAgreed
    | ActionReassigned
    | ActionCompleted
    | ActionDropped
    | FollowUpSet
    | CaseClosed
    | TextDestroyed
    | Undone
)


# State: only what a rule asks.

Stage = Literal["set", "held", "cancelled"]


@dataclass(frozen=True)
class Met:
    """What the rules need to know of one meeting."""

    kind: MeetingKind
    at: datetime
    place: str | None
    day: date  # where the school is
    stage: Stage = "set"
    invited: Mapping[str, date] = field(default_factory=dict)  # by a person's key


@dataclass(frozen=True)
class Promised:
    """What the rules need to know of one promise."""

    agreed_on: date
    who: tuple[Person, ...]
    start: date | None
    due: date | None
    settled: str = ""  # kept or dropped, and when


@dataclass(frozen=True)
class Case:
    """What the rules of a case need to know."""

    student_id: str = ""  # empty: nobody has asked yet
    requested_on: date = date.min
    closed_on: date | None = None
    meetings: Mapping[int, Met] = field(default_factory=dict)
    questions: Mapping[int, date] = field(default_factory=dict)  # number → raised on
    promises: Mapping[int, Promised] = field(default_factory=dict)
    destroyed: frozenset[int] = frozenset()  # versions

    @property
    def open_promises(self) -> list[int]:
        return [number for number, promised in self.promises.items() if not promised.settled]

    @property
    def last_held(self) -> date | None:
        """The day of the last meeting that was."""
        held = (met.day for met in self.meetings.values() if met.stage == "held")
        return max(held, default=None)


def day_of(when: When) -> date:
    """The day of an instant, where the school is."""
    return when.at.astimezone(ZoneInfo(when.zone)).date()


def evolve(case: Case, event: MeetingEvent) -> Case:
    match event:
        case AssistanceRequested():
            return Case(student_id=event.student_id, requested_on=event.on)
        case MeetingScheduled() | FollowUpSet():
            kind = getattr(event, "kind", MeetingKind.FOLLOW_UP)
            met = Met(kind, event.at.at, event.place, day_of(event.at))
            return _met(case, event.number, met)
        case MeetingRescheduled():
            was = case.meetings[event.number]
            place = event.place or was.place
            now = replace(was, at=event.at.at, day=day_of(event.at), place=place)
            return _met(case, event.number, now)
        case MeetingCancelled():
            return _met(case, event.number, replace(case.meetings[event.number], stage="cancelled"))
        case MemberInvited():
            was = case.meetings[event.number]
            invited = {**was.invited, event.who.key: event.on}
            return _met(case, event.number, replace(was, invited=invited))
        case MeetingHeld():
            return _met(case, event.number, _held(case.meetings.get(event.number), event))
        case QuestionRaised():
            raised = case.meetings[event.meeting].day
            return replace(case, questions={**case.questions, event.number: raised})
        case ActionAgreed():
            on = event.on or case.meetings[event.meeting or 0].day
            return _promised(case, event.number, Promised(on, event.who, event.start, event.due))
        case ActionReassigned():
            promised = case.promises[event.number]
            due = event.due or promised.due
            return _promised(case, event.number, replace(promised, who=event.who, due=due))
        case ActionCompleted() | ActionDropped():
            how = "kept" if isinstance(event, ActionCompleted) else "dropped"
            settled = f"{how} on {shown(event.on)}"
            promised = replace(case.promises[event.number], settled=settled)
            return _promised(case, event.number, promised)
        case CaseClosed():
            return replace(case, closed_on=event.on)
        case TextDestroyed():
            return replace(case, destroyed=case.destroyed | {event.version})
        case (
            InputReceived()
            | MemberConfirmed()
            | InterpreterBooked()
            | MeetingCorrected()
            | QuestionAnswered()
            | Undone()
        ):
            return case
        case _:
            assert_never(event)


def _met(case: Case, number: int, met: Met) -> Case:
    return replace(case, meetings={**case.meetings, number: met})


def _held(was: Met | None, event: MeetingHeld) -> Met:
    invited = was.invited if was else {}
    place = was.place if was else None
    return Met(event.kind, event.at.at, place, day_of(event.at), "held", invited)


def _promised(case: Case, number: int, promised: Promised) -> Case:
    return replace(case, promises={**case.promises, number: promised})


def shown(day: date) -> str:
    """`Oct 15 2026`."""
    return f"{day:%b} {day.day} {day.year}"


# Commands and the rules that answer them. The student is said once, in the request.


class RequestAssistance(Command):
    """Ask the team for help with a student: this opens the case."""

    student_id: str
    school_id: str
    on: date
    by: Person
    concern: Words
    tried: Words | None = None


class ReceiveInput(Command):
    """Record what teacher, family or student said beforehand."""

    source: InputFrom
    on: date
    by: Person | None = None
    language: Language | None = None
    text: Words | None = None


class ScheduleMeeting(Command):
    """Set a meeting."""

    kind: MeetingKind
    at: When
    place: Short | None = None
    facilitator: str | None = None


class RescheduleMeeting(Command):
    """Move a meeting."""

    number: Number
    at: When
    place: Short | None = None
    reason: Words | None = None


class CancelMeeting(Command):
    """Say that a meeting will not be."""

    number: Number
    reason: Words


class InviteMember(Command):
    """Invite somebody to a meeting."""

    number: Number
    who: Person
    on: date
    channel: Channel | None = None
    language: Language | None = None
    needs_interpreter: bool = False


class ConfirmMember(Command):
    """Record how somebody answered the invitation; the last answer holds."""

    number: Number
    who: Person
    on: date
    answer: Answered


class BookInterpreter(Command):
    """Record that an interpreter will be there."""

    number: Number
    on: date
    language: Language
    who: Words | None = None


class Asked(Value):
    """A question that the team raised, and who finds out."""

    text: Words
    who: tuple[Person, ...] = ()


class Agreed(Value):
    """A promise that was made."""

    what: Words
    who: tuple[Person, ...] = ()
    start: date | None = None
    due: date | None = None


class FollowUp(Value):
    """When the team meets again."""

    at: When
    place: Short | None = None
    facilitator: str | None = None


class HoldMeeting(Command):
    """Record that the team met: who was there, the chart, and what follows from it."""

    number: Number | None = None  # None: it had not been set
    kind: MeetingKind | None = None  # None: as it was set
    at: When
    attended: tuple[Attendee, ...] = ()
    interpreter: Words | None = None
    chart: Chart = Chart()
    questions: tuple[Asked, ...] = ()
    actions: tuple[Agreed, ...] = ()
    follow_up: FollowUp | None = None


class CorrectMeeting(Command):
    """Say what the chart of a meeting should have held; this is the whole of it."""

    number: Number
    attended: tuple[Attendee, ...] = ()
    chart: Chart
    reason: Words


class RaiseQuestion(Asked, Command):
    """Add a question to those of a meeting."""

    meeting: Number


class AnswerQuestion(Command):
    """Answer a question of the team; the last answer holds."""

    number: Number
    on: date
    text: Words


class AgreeAction(Agreed, Command):
    """Record a promise: one made between meetings, or one left out of a meeting's chart."""

    meeting: Number | None = None
    on: date | None = None  # when no meeting is said


class ReassignAction(Command):
    """Hand a promise over to somebody else."""

    number: Number
    who: tuple[Person, ...] = ()
    due: date | None = None
    reason: Words | None = None


class CompleteAction(Command):
    """Record that a promise was kept."""

    number: Number
    on: date
    note: Words | None = None


class DropAction(Command):
    """Say that a promise is not kept, and why."""

    number: Number
    on: date
    reason: Words


class SetFollowUp(FollowUp, Command):
    """Set when the team meets again."""


class CloseCase(Command):
    """Say that the team is done with it, and why."""

    on: date
    reason: Words


class DestroyText(Command):
    """Order a text destroyed, under a named authority, whatever became of its case."""

    version: Annotated[int, Field(ge=1)]
    authority: Short
    order: Short


MeetingCommand = (
    RequestAssistance
    | ReceiveInput
    | ScheduleMeeting
    | RescheduleMeeting
    | CancelMeeting
    | InviteMember
    | ConfirmMember
    | BookInterpreter
    | HoldMeeting
    | CorrectMeeting
    | RaiseQuestion
    | AnswerQuestion
    | AgreeAction
    | ReassignAction
    | CompleteAction
    | DropAction
    | SetFollowUp
    | CloseCase
    | DestroyText
    | Undo
)


def decide(command: MeetingCommand, case: Case) -> list[MeetingEvent]:
    if isinstance(command, DestroyText):
        return _destroy(command, case)
    if isinstance(command, RequestAssistance):
        if case.student_id:
            raise Refused(f"this case was opened on {shown(case.requested_on)} already")
        return [command.became(AssistanceRequested)]
    if not case.student_id:
        raise Refused("there is no such SST case, or its request was taken back")
    if case.closed_on and not isinstance(command, CorrectMeeting | Undo):
        raise Refused(
            f"this case was closed on {shown(case.closed_on)}: only its charts are corrected; "
            "for anything new, request help again"
        )
    return _answer(command, case)


def _answer(command: MeetingCommand, case: Case) -> list[MeetingEvent]:
    own: dict[str, Any] = {"student_id": case.student_id}
    match command:
        case ReceiveInput():
            return [command.became(InputReceived, **own)]
        case ScheduleMeeting():
            number = _set(command.at, case)
            return [command.became(MeetingScheduled, number=number, **own)]
        case RescheduleMeeting():
            _check_moved(command, case)
            return [command.became(MeetingRescheduled, **own)]
        case CancelMeeting():
            _meeting(command.number, case, "set")
            return [command.became(MeetingCancelled, **own)]
        case InviteMember():
            _check_invited(command, case)
            return [command.became(MemberInvited, **own)]
        case ConfirmMember():
            _check_confirmed(command, case)
            return [command.became(MemberConfirmed, **own)]
        case BookInterpreter():
            _before_it(command.on, "booked", _meeting(command.number, case, "set", "held"))
            return [command.became(InterpreterBooked, **own)]
        case HoldMeeting():
            return _hold(command, case)
        case CorrectMeeting():
            _meeting(command.number, case, "held")
            _refuse(_faults_of_people(command.attended))
            return [command.became(MeetingCorrected, **own)]
        case RaiseQuestion():
            _meeting(command.meeting, case, "held")
            _refuse(_twice(command.who, "for the question"))
            return [command.became(QuestionRaised, number=_next(case.questions), **own)]
        case AnswerQuestion():
            _check_answered(command, case)
            return [command.became(QuestionAnswered, **own)]
        case AgreeAction():
            _check_agreed(command, case)
            return [command.became(ActionAgreed, number=_next(case.promises), **own)]
        case ReassignAction():
            _check_reassigned(command, case)
            return [command.became(ActionReassigned, **own)]
        case CompleteAction():
            _settle(command.number, command.on, "kept", case)
            return [command.became(ActionCompleted, **own)]
        case DropAction():
            _settle(command.number, command.on, "dropped", case)
            return [command.became(ActionDropped, **own)]
        case SetFollowUp():
            return [_follow_up(command, case)]
        case CloseCase():
            _check_closed(command, case)
            return [command.became(CaseClosed, **own)]
        case Undo():
            return [*command.taken_back()]
        case RequestAssistance() | DestroyText():
            raise AssertionError("answered before")
        case _:
            assert_never(command)


def _next(numbered: Mapping[int, object]) -> int:
    return max(numbered, default=0) + 1


def _refuse(faults: Iterable[str]) -> None:
    """All that is wrong, at once."""
    found = list(faults)
    if found:
        raise Refused("; ".join(found))


# When and where


def _set(at: When, case: Case) -> int:
    """The number of the meeting that is set for then."""
    _refuse(_unfit(at, case))
    return _next(case.meetings)


def _unfit(at: When, case: Case) -> Iterator[str]:
    """Why no meeting can be set for then."""
    if (day := day_of(at)) < case.requested_on:
        yield (
            f"the meeting of {shown(day)} would be before the request of {shown(case.requested_on)}"
        )
    taken = [n for n, met in case.meetings.items() if met.stage == "set" and met.at == at.at]
    if taken:
        yield f"meeting {taken[0]} is set for that time already"


def _meeting(number: int, case: Case, *stages: Stage) -> Met:
    """The meeting of this number, in one of these stages."""
    met = case.meetings.get(number)
    if met is None:
        known = ", ".join(map(str, case.meetings)) or "none"
        raise Refused(f"there is no meeting {number}; those of this case: {known}")
    if met.stage not in stages:
        raise Refused(f"meeting {number} {_STANDS[met.stage]} {shown(met.day)}{_HINTS[met.stage]}")
    return met


_STANDS: dict[Stage, str] = {
    "set": "is still set for",
    "held": "was held on",
    "cancelled": "was cancelled: it had been set for",
}
_HINTS: dict[Stage, str] = {
    "set": ": first say that it was held",
    "held": ": correct its chart instead",
    "cancelled": "; set a new one, or hold one without a number",
}


def _check_moved(command: RescheduleMeeting, case: Case) -> None:
    met = _meeting(command.number, case, "set")
    if met.at == command.at.at and command.place in (None, met.place):
        raise Refused(f"meeting {command.number} is set for then and there already")
    others = {n: other for n, other in case.meetings.items() if n != command.number}
    _refuse(_unfit(command.at, replace(case, meetings=others)))


# Who


def _check_invited(command: InviteMember, case: Case) -> None:
    met = _meeting(command.number, case, "set", "held")
    if command.who.key in met.invited:
        on = shown(met.invited[command.who.key])
        raise Refused(f"{command.who} was invited to meeting {command.number} on {on} already")
    _before_it(command.on, "invited", met)


def _check_confirmed(command: ConfirmMember, case: Case) -> None:
    met = _meeting(command.number, case, "set", "held")
    invited_on = met.invited.get(command.who.key)
    if invited_on is None:
        raise Refused(
            f"{command.who} was not invited to meeting {command.number}: invite them first"
        )
    if command.on < invited_on:
        raise Refused(
            f"answered on {shown(command.on)}, before being invited on {shown(invited_on)}"
        )
    _before_it(command.on, "answered", met)


def _before_it(on: date, done: str, met: Met) -> None:
    if on > met.day:
        raise Refused(f"{done} on {shown(on)}, after the meeting of {shown(met.day)}")


def _twice(people: Iterable[Person], where: str) -> Iterator[str]:
    seen = set[str]()
    for person in people:
        if person.key in seen:
            yield f"{person} is named twice {where}"
        seen.add(person.key)


# The meeting itself


def holding_faults(command: HoldMeeting, case: Case) -> list[str]:
    """Everything that keeps a meeting from being recorded so, a sentence each."""
    return [
        *_faults_of_time(command, case),
        *_faults_of_people(command.attended),
        *_faults_of_lines(command),
        *_faults_of_follow_up(command, case),
    ]


def _faults_of_time(command: HoldMeeting, case: Case) -> Iterator[str]:
    if command.number is not None:
        try:
            _meeting(command.number, case, "set")
        except Refused as no:
            yield str(no)
    elif command.kind is None:
        kinds = ", ".join(kind.label for kind in MeetingKind)
        yield f"say what kind of meeting it was: {kinds}"
    if (day := day_of(command.at)) < case.requested_on:
        yield f"held on {shown(day)}, before the request of {shown(case.requested_on)}"


def _faults_of_people(attended: tuple[Attendee, ...]) -> Iterator[str]:
    if not attended:
        yield "say who was there"
    yield from _twice((there.who for there in attended), "among those who were there")


def _faults_of_lines(command: HoldMeeting) -> Iterator[str]:
    met_on = day_of(command.at)
    for n, asked in enumerate(command.questions, 1):
        yield from _twice(asked.who, f"for question {n}")
    for n, agreed in enumerate(command.actions, 1):
        for fault in _faults_of_promise(agreed, met_on):
            yield f"action {n}: {fault}"


def _faults_of_follow_up(command: HoldMeeting, case: Case) -> Iterator[str]:
    if command.follow_up is None:
        return
    day, met_on = day_of(command.follow_up.at), day_of(command.at)
    if day <= met_on:
        yield f"the follow-up of {shown(day)} is not after the meeting of {shown(met_on)}"
    others = {n: met for n, met in case.meetings.items() if n != command.number}
    yield from _unfit(command.follow_up.at, replace(case, meetings=others))


def _hold(command: HoldMeeting, case: Case) -> list[MeetingEvent]:
    _refuse(holding_faults(command, case))
    own: dict[str, Any] = {"student_id": case.student_id}
    number = command.number or _next(case.meetings)
    kind = command.kind or case.meetings[number].kind
    walk_in = command.number is None
    held = command.became(MeetingHeld, number=number, kind=kind, walk_in=walk_in, **own)
    events: list[MeetingEvent] = [held]
    for n, asked in enumerate(command.questions, _next(case.questions)):
        events.append(QuestionRaised(number=n, meeting=number, **dict(asked), **own))
    for n, agreed in enumerate(command.actions, _next(case.promises)):
        events.append(ActionAgreed(number=n, meeting=number, **dict(agreed), **own))
    if command.follow_up is not None:
        following = max(number + 1, _next(case.meetings))
        events.append(FollowUpSet(number=following, **dict(command.follow_up), **own))
    return events


def _follow_up(command: SetFollowUp, case: Case) -> FollowUpSet:
    if case.last_held is None:
        raise Refused("no meeting was held yet that another could follow: schedule one")
    if (day := day_of(command.at)) <= case.last_held:
        raise Refused(
            f"the follow-up of {shown(day)} is not after the meeting of {shown(case.last_held)}"
        )
    number = _set(command.at, case)
    return command.became(FollowUpSet, number=number, student_id=case.student_id)


# Questions and promises


def _check_answered(command: AnswerQuestion, case: Case) -> None:
    raised_on = case.questions.get(command.number)
    if raised_on is None:
        known = ", ".join(map(str, case.questions)) or "none"
        raise Refused(f"there is no question {command.number}; those of this case: {known}")
    if command.on < raised_on:
        raise Refused(
            f"answered on {shown(command.on)}, before it was raised on {shown(raised_on)}"
        )


def _check_agreed(command: AgreeAction, case: Case) -> None:
    if (command.meeting is None) == (command.on is None):
        raise Refused("say either at which meeting it was agreed or on which day")
    agreed_on = command.on or _meeting(command.meeting or 0, case, "held").day
    if agreed_on < case.requested_on:
        raise Refused(
            f"agreed on {shown(agreed_on)}, before the request of {shown(case.requested_on)}"
        )
    _refuse(_faults_of_promise(command, agreed_on))


def _faults_of_promise(agreed: Agreed, agreed_on: date) -> Iterator[str]:
    if not agreed.who:
        yield "say who does it"
    yield from _twice(agreed.who, "for it")
    yield from _too_early(agreed.due, agreed.start, agreed_on)


def _too_early(due: date | None, start: date | None, agreed_on: date) -> Iterator[str]:
    if due is None:
        return
    if start is not None and due < start:
        yield f"due on {shown(due)}, before its start on {shown(start)}"
    if due < agreed_on:
        yield f"due on {shown(due)}, before it was agreed on {shown(agreed_on)}"


def _open(number: int, case: Case) -> Promised:
    promised = case.promises.get(number)
    if promised is None:
        known = ", ".join(map(str, case.promises)) or "none"
        raise Refused(f"there is no promise {number}; those of this case: {known}")
    if promised.settled:
        raise Refused(f"promise {number} was {promised.settled} already")
    return promised


def _check_reassigned(command: ReassignAction, case: Case) -> None:
    promised = _open(command.number, case)
    if not command.who:
        raise Refused("say who does it now")
    _refuse(_twice(command.who, "for it"))
    _refuse(_too_early(command.due, promised.start, promised.agreed_on))
    same = {who.key for who in command.who} == {who.key for who in promised.who}
    if same and command.due in (None, promised.due):
        raise Refused(f"promise {command.number} is theirs already")


def _settle(number: int, on: date, how: str, case: Case) -> None:
    agreed_on = _open(number, case).agreed_on
    if on < agreed_on:
        raise Refused(f"{how} on {shown(on)}, before it was agreed on {shown(agreed_on)}")


# The end


def _check_closed(command: CloseCase, case: Case) -> None:
    last = max(case.last_held or case.requested_on, case.requested_on)
    if command.on < last:
        what = "its request" if case.last_held is None else "its last meeting"
        raise Refused(f"closed on {shown(command.on)}, before {what} of {shown(last)}")
    if case.open_promises:
        raise Refused(
            f"promises still open: {_listed(case.open_promises)}. Keep or drop each first"
        )
    still_set = [number for number, met in case.meetings.items() if met.stage == "set"]
    if still_set:
        raise Refused(f"meetings still set: {_listed(still_set)}. Hold or cancel each first")


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _destroy(command: DestroyText, case: Case) -> list[MeetingEvent]:
    if command.version in case.destroyed:
        raise Refused(f"the text of entry {command.version} is destroyed already")
    return [command.became(TextDestroyed, student_id=case.student_id)]


MEETING = Decider("meeting", Case(), decide, evolve, MeetingEvent)
