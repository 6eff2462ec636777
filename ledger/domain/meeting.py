"""One SST case: a request for help, what was prepared, the meetings, and what was promised."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from ledger.domain import (
    Event,
    Sealed,
    SealedOrNot,
    Undone,
    Value,
    When,
    Words,
)
from ledger.domain.codes import Answered, Channel, InputFrom, MeetingKind, Relation, Verdict
from ledger.domain.particulars import Short

Number = Annotated[int, Field(ge=1, le=999)]
Lines = tuple[Words, ...]


class Person(Value):
    """Somebody at the table or with a task: one of these, and never a name."""

    staff: str | None = None
    relation: Relation | None = None  # to the student
    student: bool = False
    role: Short | None = None  # from outside, as what: county social worker

    @property
    def key(self) -> str:
        """What tells them apart in one case: a staff id, a relation, `student`, a role."""
        return self.staff or (self.relation.value if self.relation else self.role) or "student"


class Attendee(Value):
    """Who was there, in which language, and how."""

    who: Person
    language: Annotated[str, Field(max_length=40)] | None = None
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
        return frozenset((self.student_id,))

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
    language: Annotated[str, Field(max_length=40)] | None = None
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
    language: Annotated[str, Field(max_length=40)] | None = None
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
    language: Annotated[str, Field(max_length=40)]
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
