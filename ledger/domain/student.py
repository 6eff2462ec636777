"""One student: as each source described them and since when; praise, contacts, observations."""

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
from ledger.domain.codes import Channel, Location, Positive, Relation
from ledger.domain.contact import Contact
from ledger.domain.particulars import Noted, Short

Name = Annotated[str, Field(max_length=300)]
Source = Annotated[str, Field(max_length=60)]
Flag = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]  # iep, section-504 …
Told = tuple[str, str]  # a source, and its own id of the student
BY_HAND = "by hand"  # the source of whom no roster has yet; its word ends once one has


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
    source: Source
    who: Sealed[Identity]
    grade: Annotated[str, Field(max_length=20)] | None = None
    school_id: str | None = None
    homeroom: str | None = None  # a staff id
    flags: tuple[str, ...] = ()  # as earlier releases kept them; today: FlagsRecorded

    @property
    def source_id(self) -> str | None:
        """The source's own id of the student, where it is known."""
        numbers = self.who.numbers if isinstance(self.who, Identity) else ()
        return dict(numbers).get("sourcedId")


class Flags(Value):
    """What a source says holds for the student from a day on, of the flags that it speaks of."""

    effective_on: date
    source: Source
    flags: tuple[Flag, ...] = ()
    about: tuple[Flag, ...] = ()  # those that hold among them; every other stays as it was


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
    """The student left, as the last source says that still had them."""

    effective_on: date
    source: Source

    def __str__(self) -> str:
        return "left the school"


class StudentUnlisted(OfSource):
    """A source has the student no longer, and another one has."""

    effective_on: date
    source: Source

    def __str__(self) -> str:
        return "no longer on one of the rosters"


class StudentNumbered(OfSource):
    """A source named a student whom no roster knows, by a number alone."""

    source: Source
    who: Sealed[Identity]

    def __str__(self) -> str:
        return "known by a number, not on the roster"


class StudentLinked(OfSource):
    """Somebody found that a source's student is this one; its rows come here from now on."""

    source: Source
    source_id: Sealed[Name]
    instead_of: Source | None = None  # whose word ends once this source speaks of them

    def __str__(self) -> str:
        return "linked with another source"


class StudentMerged(OfSource):
    """This is the same child as another, under whose id everything is shown from now on."""

    into: str

    @property
    def students(self) -> frozenset[str]:
        return frozenset((self.student_id, self.into))

    def __str__(self) -> str:
        return "the same child as another on the roster"


class FlagsRecorded(Flags, OfSource):
    """A source said what holds for the student from this date on."""

    def __str__(self) -> str:
        return f"flags: {', '.join(self.flags) or 'none'}"


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


class NamesFlagged(OfStudent):
    """What was written with the entry before may name another child."""

    number: int
    may_name: tuple[Short, ...]  # ids of students

    def __str__(self) -> str:
        return "a name may stand in the text"


class NamesSettled(OfStudent):
    """What was written names no other child, or does not in the words that stand from here."""

    number: int  # of the flag
    text: SealedOrNot[Words] = None  # None: as it was

    def __str__(self) -> str:
        return "the text names nobody else"


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


class PlacementChangeDecided(OfStudent):
    """It was decided whether a series of removals is a pattern, and so a change of placement."""

    number: int
    on: date
    pattern: bool
    removals: tuple[Short, ...] = ()  # incident id/number of the action
    guardian_told_on: date | None = None
    reason: Sealed[Words]

    def __str__(self) -> str:
        what = "a pattern, a change of placement" if self.pattern else "no pattern"
        return f"removals decided to be {what}"


class GuardianToldOfDecision(OfStudent):
    """Somebody who stands for the student was told of such a decision."""

    number: int  # of the decision
    on: date
    relation: Relation | None = None
    channel: Channel | None = None

    def __str__(self) -> str:
        who = self.relation.label if self.relation else "family"
        how = f", {self.channel.label}" if self.channel else ""
        return f"told of the decision on placement: {who}{how}"


class DeterminationHeld(OfStudent):
    """The team met on whether the behavior was a manifestation of the disability."""

    number: int | None = None  # of the decision; None: none was recorded, as for ten in a row
    on: date
    manifestation: bool
    meeting: Short | None = None  # the id of an SST case
    reason: Sealed[Words]

    def __str__(self) -> str:
        found = "a manifestation" if self.manifestation else "no manifestation"
        return f"manifestation determination: {found} of the disability"


class RecordRequested(OfStudent):
    """Somebody with the right to it asked to see the student's record."""

    number: int
    on: date
    relation: Relation
    channel: Channel | None = None
    about: SealedOrNot[Words] = None

    def __str__(self) -> str:
        how = f", {self.channel.label}" if self.channel else ""
        return f"record asked for: {self.relation.label}{how}"


class RecordShown(OfStudent):
    """They were shown what they had asked for."""

    number: int  # of the request
    on: date
    how: Channel | None = None
    note: SealedOrNot[Words] = None

    def __str__(self) -> str:
        return f"record shown{f', {self.how.label}' if self.how else ''}"


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
    | StudentUnlisted
    | StudentNumbered
    | StudentLinked
    | StudentMerged
    | FlagsRecorded
    | PraiseRecorded
    | ContactMade
    | NamesFlagged
    | NamesSettled
    | ObservationRecorded
    | PlacementChangeDecided
    | GuardianToldOfDecision
    | DeterminationHeld
    | RecordRequested
    | RecordShown
    | IdentityDestroyed
    | Undone
)
DueEvent = (
    PlacementChangeDecided
    | GuardianToldOfDecision
    | DeterminationHeld
    | RecordRequested
    | RecordShown
)


# State


@dataclass(frozen=True)
class Due:
    """Decisions on placement and requests for the record, by number, and which are answered."""

    decided: Mapping[int, PlacementChangeDecided] = field(default_factory=dict)
    told: frozenset[GuardianToldOfDecision] = frozenset()
    determined: frozenset[int] = frozenset()
    requested: Mapping[int, date] = field(default_factory=dict)
    shown: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Student:
    """What the rules of a student need to know."""

    facts: Mapping[str, Facts] = field(default_factory=dict)  # by source, the latest
    listed: frozenset[str] = frozenset()  # the sources that have the student
    known: bool = False
    linked: frozenset[Told] = frozenset()
    instead: Mapping[str, str] = field(default_factory=dict)  # a source → the one it ends
    merged_into: str | None = None
    flags: Mapping[tuple[str, date, str], bool] = field(default_factory=dict)
    due: Due = Due()
    flagged: int = 0
    naming: frozenset[int] = frozenset()  # flags on texts that nobody has settled

    @property
    def here(self) -> bool:
        """Whether any source still has the student."""
        return bool(self.listed)

    def retired(self, source: str) -> bool:
        """Whether another source speaks of the student in this one's place."""
        if source == BY_HAND and self.facts.keys() - {BY_HAND}:
            return True
        return any(old == source and new in self.listed for new, old in self.instead.items())


def evolve(student: Student, event: StudentEvent) -> Student:
    match event:
        case StudentRecorded():
            return _described(student, event)
        case StudentWithdrawn() | StudentUnlisted():
            return replace(student, listed=student.listed - {event.source})
        case StudentNumbered():
            return replace(student, known=True)
        case StudentLinked():
            return _linked(student, event)
        case StudentMerged():
            return replace(student, listed=frozenset(), merged_into=event.into)
        case FlagsRecorded():
            return replace(student, flags={**student.flags, **_said(event)})
        case PraiseRecorded() | ContactMade() | ObservationRecorded():
            return student
        case NamesFlagged():
            naming = student.naming | {event.number}
            return replace(student, flagged=max(student.flagged, event.number), naming=naming)
        case NamesSettled():
            return replace(student, naming=student.naming - {event.number})
        case IdentityDestroyed() | Undone():
            return student
        case _:
            return replace(student, due=_followed(student.due, event))


def _followed(due: Due, event: DueEvent) -> Due:
    match event:
        case PlacementChangeDecided():
            return replace(due, decided={**due.decided, event.number: event})
        case GuardianToldOfDecision():
            return replace(due, told=due.told | {event})
        case DeterminationHeld():
            return replace(due, determined=due.determined | {event.number or 0})
        case RecordRequested():
            return replace(due, requested={**due.requested, event.number: event.on})
        case RecordShown():
            return replace(due, shown=due.shown | {event.number})
        case _:
            assert_never(event)


def _described(student: Student, event: StudentRecorded) -> Student:
    shared = {name: getattr(event, name) for name in Facts.model_fields}
    facts = {**student.facts, event.source: Facts.model_construct(**shared)}
    listed = student.listed - {student.instead.get(event.source), BY_HAND} | {event.source}
    return replace(student, facts=facts, listed=listed, known=True)


def _said(flags: Flags) -> dict[tuple[str, date, str], bool]:
    """Whether each flag holds, by the source and from the day on."""
    return {(flags.source, flags.effective_on, f): f in flags.flags for f in flags.about}


def _linked(student: Student, event: StudentLinked) -> Student:
    told = {(event.source, str(event.source_id))}
    instead = dict(student.instead)
    if event.instead_of:
        instead[event.source] = event.instead_of
        if instead.get(event.instead_of) == event.source:  # back to the one before
            del instead[event.instead_of]
    return replace(student, linked=student.linked | told, instead=instead)


# Commands


class RecordStudent(Facts, Command):
    """Record the student as a source describes them."""

    student_id: str


class WithdrawStudent(Command):
    """Record that a source has the student no longer."""

    student_id: str
    effective_on: date
    source: Source


class NumberStudent(Command):
    """Record a student of whom a source gives a number alone."""

    student_id: str
    source: Source
    who: Identity


class LinkStudent(Command):
    """Record that a source's student is this one."""

    student_id: str
    source: Source
    source_id: Name
    instead_of: Source | None = None


class MergeStudent(Command):
    """Record that this is the same child as another."""

    student_id: str
    into: str
    was: str | None = None  # as whom it is shown today, when that one is merged too


class RecordFlags(Flags, Command):
    """Record what a source says holds for the student from a date on."""

    student_id: str


class RecordPraise(Noted, Command):
    """Record a strength that somebody saw."""

    student_id: str
    occurred: When
    code: Positive
    by: str | None = None
    text: Words | None = None


class MakeContact(Contact, Noted, Command):
    """Record a contact with the family."""

    student_id: str
    about: str | None = None


class SettleNames(Command):
    """Say that a text names no other child, or give the words that name none."""

    student_id: str
    number: int
    text: Words | None = None


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


class DecidePlacement(Command):
    """Record whether a series of removals is a pattern, and so a change of placement."""

    student_id: str
    on: date
    pattern: bool
    removals: tuple[Short, ...] = ()
    guardian_told_on: date | None = None
    reason: Words


class TellOfDecision(Command):
    """Record that somebody was told of a decision on placement; the last one when none is named."""

    student_id: str
    number: int | None = None
    on: date
    relation: Relation | None = None
    channel: Channel | None = None


class HoldDetermination(Command):
    """Record a manifestation determination; of the last decision that waits for one, if any."""

    student_id: str
    number: int | None = None
    on: date
    manifestation: bool
    meeting: Short | None = None
    reason: Words


class RequestRecord(Command):
    """Record that somebody asked to see the record."""

    student_id: str
    on: date
    relation: Relation
    channel: Channel | None = None
    about: Words | None = None


class ShowRecord(Command):
    """Record that it was shown; for the request that waits longest when none is named."""

    student_id: str
    number: int | None = None
    on: date
    how: Channel | None = None
    note: Words | None = None


class DestroyIdentity(Command):
    """Order the facts that identify the student destroyed."""

    student_id: str
    versions: tuple[int, ...]
    authority: Name
    order: Name


StudentCommand = (
    RecordStudent
    | WithdrawStudent
    | NumberStudent
    | LinkStudent
    | MergeStudent
    | RecordFlags
    | RecordPraise
    | MakeContact
    | SettleNames
    | RecordObservation
    | DecidePlacement
    | TellOfDecision
    | HoldDetermination
    | RequestRecord
    | ShowRecord
    | DestroyIdentity
    | Undo
)


REUSED = (
    "this id was another student's: the names and the birth date are all others. Correct it at its "
    "source, or have it taken as another child: bledger roster link"
)


def _unchanged(command: RecordStudent, student: Student) -> bool:
    """Whether the source says nothing new; the date alone is nothing new."""
    last = student.facts.get(command.source)
    names = [name for name in Facts.model_fields if name != "effective_on"]
    return (
        last is not None
        and command.source in student.listed
        and all(getattr(command, n) == getattr(last, n) for n in names)
    )


def another(said: Facts, before: Facts) -> bool:
    """Whether these are two children: other names, and another birth date or no number in common.

    When neither birth dates nor numbers tell, they are one.
    """
    now, then = said.who, before.who
    if not (isinstance(now, Identity) and isinstance(then, Identity)):
        return False
    if _givens(now) & _givens(then) or now.family.casefold() == then.family.casefold():
        return False
    if now.birth_date and then.birth_date:
        return now.birth_date != then.birth_date
    return bool(_others(now) and _others(then)) and _others(now).isdisjoint(_others(then))


def _givens(who: Identity) -> set[str]:
    return {name.casefold() for name in (who.given, who.preferred) if name}


def _others(who: Identity) -> set[str]:
    """The numbers besides the source's own id, also where that is a user name too."""
    return {number for _, number in who.numbers} - {dict(who.numbers).get("sourcedId")}


def _record(command: RecordStudent, student: Student) -> list[StudentEvent]:
    if _unchanged(command, student) or student.retired(command.source):
        return []
    if student.merged_into is not None:
        raise Refused("this is the same child as another: record it there")
    last = student.facts.get(command.source)
    if last is not None and another(command, last):
        raise Refused(REUSED)
    return [command.became(StudentRecorded)]


def _withdraw(command: WithdrawStudent, student: Student) -> list[StudentEvent]:
    if command.source not in student.listed:
        return []
    if student.listed == {command.source}:
        return [command.became(StudentWithdrawn)]
    return [command.became(StudentUnlisted)]


def _link(command: LinkStudent, student: Student) -> list[StudentEvent]:
    ends = command.instead_of in (None, student.instead.get(command.source))
    if ends and (command.source, command.source_id) in student.linked:
        return []
    if command.instead_of == command.source:
        raise Refused("a source takes the place of another one, not of itself")
    if student.merged_into is not None:
        raise Refused("this is the same child as another: link it there")
    return [command.became(StudentLinked)]


def _merge(command: MergeStudent, student: Student) -> list[StudentEvent]:
    if command.into == student.merged_into:
        return []
    if command.into == command.student_id:
        raise Refused("these are one student already")
    if student.merged_into not in (None, command.was):
        raise Refused("this student was found to be the same as another already")
    return [command.became(StudentMerged)]


def _flag(command: RecordFlags, student: Student) -> list[StudentEvent]:
    flags = tuple(sorted(set(command.flags)))
    about = tuple(sorted({*command.about, *flags}))
    event = command.became(FlagsRecorded, flags=flags, about=about)
    return [event] if _said(event).items() - student.flags.items() else []


# What is due: a decision on placement is followed by a determination, a request by the record.


def _decide_placement(command: DecidePlacement, due: Due) -> list[StudentEvent]:
    if command.guardian_told_on is not None:
        _check_after(command.guardian_told_on, command.on, "the decision")
    number = max(due.decided, default=0) + 1
    decided = command.became(PlacementChangeDecided, number=number)
    last = due.decided.get(number - 1)
    again = last is not None and last.model_copy(update={"number": number}) == decided
    return [] if again else [decided]


def _tell_of_decision(command: TellOfDecision, due: Due) -> list[StudentEvent]:
    decision = _decision(command.number or max(due.decided, default=0), due)
    _check_after(command.on, decision.on, "the decision")
    told = command.became(GuardianToldOfDecision, number=decision.number)
    return [] if told in due.told else [told]


def _hold_determination(command: HoldDetermination, due: Due) -> list[StudentEvent]:
    waiting = [n for n, made in due.decided.items() if made.pattern and n not in due.determined]
    number = command.number or max(waiting, default=None)
    if number is None:
        return [command.became(DeterminationHeld)]
    decision = _decision(number, due)
    if not decision.pattern:
        raise Refused(f"decision {number} was that there is no pattern: nothing follows from it")
    if number in due.determined:
        raise Refused(f"the determination after decision {number} is recorded already")
    _check_after(command.on, decision.on, "the decision")
    return [command.became(DeterminationHeld, number=number)]


def _decision(number: int, due: Due) -> PlacementChangeDecided:
    if number not in due.decided:
        raise Refused("no such decision on placement: bledger placement decide STUDENT")
    return due.decided[number]


def _request_record(command: RequestRecord, due: Due) -> list[StudentEvent]:
    return [command.became(RecordRequested, number=max(due.requested, default=0) + 1)]


def _show_record(command: ShowRecord, due: Due) -> list[StudentEvent]:
    waiting = [number for number in due.requested if number not in due.shown]
    number = command.number or min(waiting, default=max(due.requested, default=0))
    if number not in due.requested:
        raise Refused("nobody has asked for it: bledger records request STUDENT --by mother")
    if number in due.shown:
        raise Refused(f"request {number} was answered already: the record was shown")
    _check_after(command.on, due.requested[number], "the request")
    return [command.became(RecordShown, number=number)]


def _check_after(day: date, earlier: date, what: str) -> None:
    if day < earlier:
        raise Refused(f"{day} is before {what} of {earlier}: check the day")


def decide(command: StudentCommand, student: Student) -> list[StudentEvent]:
    match command:
        case RecordStudent():
            return _record(command, student)
        case WithdrawStudent():
            return _withdraw(command, student)
        case NumberStudent():
            return [] if student.known else [command.became(StudentNumbered)]
        case LinkStudent():
            return _link(command, student)
        case Undo():
            return [*command.taken_back()]
        case _ if not student.known:
            raise Refused("this student is not on the roster: import the roster first")
        case MergeStudent():
            return _merge(command, student)
        case RecordFlags():
            return _flag(command, student)
        case RecordPraise():
            return [command.became(PraiseRecorded), *_flagged(command, student)]
        case MakeContact():
            return [command.became(ContactMade), *_flagged(command, student)]
        case SettleNames():
            if command.number not in student.naming:
                raise Refused("no name is asked about in this text")
            return [command.became(NamesSettled)]
        case RecordObservation():
            return [command.became(ObservationRecorded)]
        case DecidePlacement():
            return _decide_placement(command, student.due)
        case TellOfDecision():
            return _tell_of_decision(command, student.due)
        case HoldDetermination():
            return _hold_determination(command, student.due)
        case RequestRecord():
            return _request_record(command, student.due)
        case ShowRecord():
            return _show_record(command, student.due)
        case DestroyIdentity():
            if not command.versions:
                raise Refused("no event is named: say which hold the facts to destroy")
            versions = tuple(sorted(set(command.versions)))
            return [command.became(IdentityDestroyed, versions=versions)]
        case _:
            assert_never(command)


def _flagged(command: RecordPraise | MakeContact, student: Student) -> list[StudentEvent]:
    """What keeps in mind that the text of this may name another child."""
    if not command.may_name:
        return []
    return [command.became(NamesFlagged, number=student.flagged + 1)]


STUDENT = Decider("student", Student(), decide, evolve, StudentEvent)
