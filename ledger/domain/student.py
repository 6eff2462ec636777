"""One student: as the roster described them and since when; praise, contacts, observations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, assert_never

from pydantic import Field

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
from ledger.domain.codes import Location, Positive
from ledger.domain.contact import Contact

Name = Annotated[str, Field(max_length=300)]


class Identity(Value):
    """Who the student is: the names and numbers that a source knows them by."""

    given: Name
    family: Name
    middle: Name | None = None
    preferred: Name | None = None
    birth_date: date | None = None
    sex: Annotated[str, Field(max_length=40)] | None = None
    numbers: tuple[tuple[str, str], ...] = ()  # (what kind of number, the number)

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.preferred or self.given, self.family)))


class Facts(Value):
    """Facts of a student that hold from a date, until others are recorded."""

    effective_on: date
    source: Annotated[str, Field(max_length=60)]
    who: Sealed[Identity]
    grade: Annotated[str, Field(max_length=20)] | None = None
    school_id: str | None = None
    homeroom: str | None = None  # a staff id
    flags: tuple[str, ...] = ()  # iep, section-504, english-learner …


# Events


class OfStudent(Event):
    """An event of one student; the student's id is in it so that it can be read on its own."""

    student_id: str

    @property
    def students(self) -> frozenset[str]:
        return frozenset((self.student_id,))

    @property
    def subject(self) -> str:
        return self.student_id


class OfSource(OfStudent):
    """What a source said is changed by what it says next, and taken back by nobody."""

    @property
    def lasting(self) -> bool:
        return True


class StudentRecorded(Facts, OfSource):
    """A source described the student so, from this date on."""

    def __str__(self) -> str:
        return f"on the roster, grade {self.grade or 'not said'}"


class StudentWithdrawn(OfSource):
    """The student left, as a source says."""

    effective_on: date
    source: Annotated[str, Field(max_length=60)]

    def __str__(self) -> str:
        return "left the school"


class PraiseRecorded(OfStudent):
    """A strength that somebody saw. It never leaves as discipline."""

    occurred: When
    code: Positive
    by: str | None = None
    text: SealedOrNot[Words] = None

    def __str__(self) -> str:
        return f"strength: {self.code.label}"


class ContactMade(Contact, OfStudent):
    """The family was contacted, or it was tried, without an incident."""

    about: str | None = None  # an incident, plan or meeting id


class ObservationRecorded(OfStudent):
    """An observation session (ABC), with or without an incident."""

    began: When
    minutes: Annotated[int, Field(ge=0, le=1_440)] | None = None
    location: Location | None = None
    by: str | None = None
    count: Annotated[int, Field(ge=0)] | None = None
    text: Sealed[Words]
    antecedent: SealedOrNot[Words] = None
    consequence: SealedOrNot[Words] = None

    def __str__(self) -> str:
        lasted = f", {self.minutes} min" if self.minutes is not None else ""
        return f"observation{lasted}"


class IdentityDestroyed(OfStudent):
    """Facts that identified the student were ordered destroyed."""

    versions: tuple[int, ...]
    authority: Name
    order: Name

    @property
    def destroys(self) -> tuple[int, ...]:
        return self.versions

    def __str__(self) -> str:
        return f"identity destroyed under {self.authority}, {self.order}"


StudentEvent = (
    StudentRecorded
    | StudentWithdrawn
    | PraiseRecorded
    | ContactMade
    | ObservationRecorded
    | IdentityDestroyed
    | Undone
)


# State


@dataclass(frozen=True)
class Student:
    """What the rules of a student need to know."""

    facts: Mapping[str, Facts] = field(default_factory=dict)  # by source, the latest
    here: bool = False
    known: bool = False


def evolve(student: Student, event: StudentEvent) -> Student:
    match event:
        case StudentRecorded():
            shared = {name: getattr(event, name) for name in Facts.model_fields}
            facts = {**student.facts, event.source: Facts.model_construct(**shared)}
            return Student(facts=facts, here=True, known=True)
        case StudentWithdrawn():
            return replace(student, here=False)
        case PraiseRecorded() | ContactMade() | ObservationRecorded():
            return student
        case IdentityDestroyed() | Undone():
            return student
        case _:
            assert_never(event)


# Commands


class RecordStudent(Facts, Command):
    """Record the student as a source describes them."""

    student_id: str


class WithdrawStudent(Command):
    """Record that the student left."""

    student_id: str
    effective_on: date
    source: Annotated[str, Field(max_length=60)]


class RecordPraise(Command):
    """Record a strength that somebody saw."""

    student_id: str
    occurred: When
    code: Positive
    by: str | None = None
    text: Words | None = None


class MakeContact(Contact, Command):
    """Record a contact with the family."""

    student_id: str
    about: str | None = None


class RecordObservation(Command):
    """Record an observation session."""

    student_id: str
    began: When
    minutes: Annotated[int, Field(ge=0, le=1_440)] | None = None
    location: Location | None = None
    by: str | None = None
    count: Annotated[int, Field(ge=0)] | None = None
    text: Words
    antecedent: Words | None = None
    consequence: Words | None = None


class DestroyIdentity(Command):
    """Order the facts that identify the student destroyed."""

    student_id: str
    versions: tuple[int, ...]
    authority: Name
    order: Name


StudentCommand = (
    RecordStudent
    | WithdrawStudent
    | RecordPraise
    | MakeContact
    | RecordObservation
    | DestroyIdentity
    | Undo
)


def _unchanged(command: RecordStudent, student: Student) -> bool:
    """Whether the source says nothing new; the date alone is nothing new."""
    last = student.facts.get(command.source)
    names = [name for name in Facts.model_fields if name != "effective_on"]
    return (
        last is not None
        and student.here
        and all(getattr(command, n) == getattr(last, n) for n in names)
    )


def decide(command: StudentCommand, student: Student) -> list[StudentEvent]:
    match command:
        case RecordStudent():
            return [] if _unchanged(command, student) else [command.became(StudentRecorded)]
        case WithdrawStudent():
            theirs = student.here and command.source in student.facts
            return [command.became(StudentWithdrawn)] if theirs else []
        case Undo():
            return [*command.taken_back()]
        case _ if not student.known:
            raise Refused("this student is not on the roster: import the roster first")
        case RecordPraise():
            return [command.became(PraiseRecorded)]
        case MakeContact():
            return [command.became(ContactMade)]
        case RecordObservation():
            return [command.became(ObservationRecorded)]
        case DestroyIdentity():
            if not command.versions:
                raise Refused("no event is named: say which hold the facts to destroy")
            versions = tuple(sorted(set(command.versions)))
            return [command.became(IdentityDestroyed, versions=versions)]
        case _:
            assert_never(command)


STUDENT = Decider("student", Student(), decide, evolve, StudentEvent)
