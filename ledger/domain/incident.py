"""One behavior incident: reported once, filled in, answered, corrected, never edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from typing import Annotated, Any, assert_never

from pydantic import Field

from ledger.domain import (
    PARTICIPANT_CAP,
    Command,
    Decider,
    Destroyed,
    Event,
    Refused,
    Sealed,
    SealedOrNot,
    Undo,
    Undone,
    When,
    Words,
)
from ledger.domain.codes import (
    Action,
    LengthDifference,
    Level,
    Motivation,
    Outside,
    RestraintKind,
    RestraintReason,
    Role,
)
from ledger.domain.contact import Contact
from ledger.domain.due_process import (
    AgainstRules,
    Bound,
    DueProcessCommand,
    DueProcessEvent,
    Notice,
    NoticeGiven,
    Process,
    PupilAccount,
    PupilAccountTaken,
    answered,
    broken,
    check_account,
    proceed,
)
from ledger.domain.particulars import (
    BehaviorSeen,
    Days,
    Details,
    Measure,
    Minutes,
    Noted,
    OfOne,
    Participant,
    Past,
    PastAction,
    Report,
    Saying,
    Short,
    followed,
    length,
)

# Events: stored for ever. Change one only together with `upcasts.py`.


class IncidentReported(Report, Event):
    """An incident was reported, with what was known then."""

    @property
    def students(self) -> frozenset[str]:
        return frozenset(p.student_id for p in self.participants if p.student_id)

    def __str__(self) -> str:
        seen = [str(b) for p in self.participants for b in p.behaviors]
        return " and ".join(dict.fromkeys(seen))


class StatementAdded(Saying, Event):
    """One statement of one person. `child` is whose text it is, empty when several share it."""

    number: int
    child: str = ""

    @property
    def subject(self) -> str:
        return self.child

    def __str__(self) -> str:
        return f"statement {self.number}, {self.kind.value}"


class NamesFlagged(Event):
    """What was noted with the entry before may name somebody who is not known to take part."""

    may_name: tuple[Short, ...]  # ids of students

    def __str__(self) -> str:
        return "a name may stand in a note"


class NamesCleared(Event):
    """What may be a name in a text names nobody who took part."""

    number: int  # of the statement; 0: what stands in notes

    def __str__(self) -> str:
        what = f"statement {self.number} names" if self.number else "the notes name"
        return f"{what} nobody else"


class DetailsFilledIn(Details, OfOne, Event):
    """What had not been said was said later."""

    label: str | None = None

    def __str__(self) -> str:
        return f"filled in: {', '.join(_said(self))}"


class ParticipantAdded(Event):
    """One more took part."""

    participant: Participant

    @property
    def students(self) -> frozenset[str]:
        return frozenset(filter(None, (self.participant.student_id,)))

    def __str__(self) -> str:
        roles = ", ".join(role.label for role in self.participant.roles)
        return f"{self.participant.label} added: {roles}"


class ParticipantReplaced(Event):
    """It was somebody else: the placeholder stays, the person behind it changes."""

    label: str
    student_id: str | None = None
    outside: Outside | None = None
    reason: Sealed[Words]

    @property
    def students(self) -> frozenset[str]:
        return frozenset(filter(None, (self.student_id,)))

    def __str__(self) -> str:
        return f"{self.label} was somebody else"


class ParticipantRemoved(Event):
    """This person had no part in it."""

    label: str
    reason: Sealed[Words]

    def __str__(self) -> str:
        return f"{self.label} had no part in it"


class RolesCorrected(Event):
    """Somebody's part in it was another."""

    label: str
    roles: tuple[Role, ...]
    behaviors: tuple[BehaviorSeen, ...] = ()  # those that go with being referred
    reason: Sealed[Words]

    def __str__(self) -> str:
        return f"{self.label}: {', '.join(role.label for role in self.roles)}"


class BehaviorCorrected(Event):
    """The behavior was another."""

    label: str
    behaviors: tuple[BehaviorSeen, ...]
    reason: Sealed[Words]

    def __str__(self) -> str:
        return f"{self.label}: {' and '.join(map(str, self.behaviors))}"


class CircumstancesCorrected(Details, Event):
    """Time, place or another circumstance had been written wrongly."""

    occurred: When | None = None
    reason: Sealed[Words]

    def __str__(self) -> str:
        return f"corrected: {', '.join(_said(self))}"


class ActionTaken(Measure, Event):
    """Something was done about it with one participant; `against` which rules, for ever."""

    number: int
    label: str
    note: SealedOrNot[Words] = None
    threat: bool = False  # to physical safety, immediate
    happened: SealedOrNot[Words] = None  # why it was done all the same
    against: tuple[Short, ...] = ()  # ids of rules


class ActionServed(Event):
    """What was really served of an action, and why it differs."""

    number: int
    minutes: Minutes | None = None
    days: Days | None = None
    difference: LengthDifference | None = None

    def __str__(self) -> str:
        how_long = length(self.minutes, self.days) or "in full"
        why = f" ({self.difference.label})" if self.difference else ""
        return f"action {self.number} served: {how_long}{why}"


class ActionCorrected(Measure, Event):
    """An action had been written wrongly; this is the whole of it as it was."""

    number: int
    reason: Sealed[Words]
    threat: bool = False
    against: tuple[Short, ...] = ()  # ids of rules


class ActionVoided(Event):
    """An action that was recorded was never taken."""

    number: int
    reason: Sealed[Words]

    def __str__(self) -> str:
        return f"action {self.number} was never taken"


class FamilyContacted(Contact, Event):
    """The family of one participant was contacted about this incident, or it was tried."""

    label: str


class ReferredToOffice(Event):
    """The incident was sent to an administrator: an office referral."""

    to: str | None = None
    by: str | None = None
    on: date | None = None  # None: the day on which it was recorded

    def __str__(self) -> str:
        return "sent to the office"


class RestraintOrSeclusionUsed(Event):
    """A participant was restrained or secluded."""

    label: str
    kind: RestraintKind
    began: When
    minutes: Minutes | None = None
    reasons: tuple[RestraintReason, ...] = ()
    by: tuple[str, ...] = ()
    note: SealedOrNot[Words] = None

    def __str__(self) -> str:
        lasted = f", {self.minutes} min" if self.minutes is not None else ""
        return f"{self.kind.label}{lasted}"


class IncidentMerged(Event):
    """This is the same incident as another one, which stays."""

    into: str
    reason: SealedOrNot[Words] = None

    def __str__(self) -> str:
        return f"the same incident as {self.into[:7]}"


class IncidentVoided(Event):
    """This did not happen, or not to these people."""

    reason: Sealed[Words]

    def __str__(self) -> str:
        return "voided"


class OfSource(Past, Event):
    """What a source said is changed by what it says next, and taken back by nobody."""

    @property
    def lasting(self) -> bool:
        return True

    @property
    def students(self) -> frozenset[str]:
        return frozenset(p.student_id for p in self.participants if p.student_id)

    @property
    def subject(self) -> str:
        return _only_child(self.participants)


class IncidentImported(OfSource):
    """An incident came in from the system that had it first; this is the whole of it."""

    def __str__(self) -> str:
        return f"imported from {self.origin}"


class ImportCorrected(OfSource):
    """The source has it otherwise now; this is the whole of it."""

    def __str__(self) -> str:
        return f"corrected at its source, {self.origin}"


class IncidentAdopted(Event):
    """From now on the ledger keeps this record at the system that it came from, too."""

    sink: Short

    def __str__(self) -> str:
        return f"kept at {self.sink} from here"


class TextDestroyed(Event):
    """A text was ordered destroyed: a statement, a reason or a note; its event stays."""

    version: int  # of the event in this stream that holds it
    authority: Short
    order: Short

    @property
    def destroys(self) -> tuple[int, ...]:
        return (self.version,)

    def __str__(self) -> str:
        return f"the text of entry {self.version} destroyed under {self.authority}, {self.order}"


IncidentEvent = (
    IncidentReported
    | StatementAdded
    | NamesFlagged
    | NamesCleared
    | DetailsFilledIn
    | ParticipantAdded
    | ParticipantReplaced
    | ParticipantRemoved
    | RolesCorrected
    | BehaviorCorrected
    | CircumstancesCorrected
    | ActionTaken
    | ActionServed
    | ActionCorrected
    | ActionVoided
    | FamilyContacted
    | ReferredToOffice
    | RestraintOrSeclusionUsed
    | IncidentMerged
    | IncidentVoided
    | IncidentImported
    | ImportCorrected
    | IncidentAdopted
    | TextDestroyed
    | Undone
    | DueProcessEvent
)


# State: only what a rule asks.


@dataclass(frozen=True)
class Incident:
    """What the rules of an incident need to know."""

    reported: bool = False
    settled: str = ""  # why nothing follows: voided, merged
    people: Mapping[str, Participant] = field(default_factory=dict)
    labels: int = 0
    said: frozenset[str] = frozenset()
    statements: int = 0
    naming: frozenset[int] = frozenset()  # statements in which a name may stand; 0: notes
    destroyed: frozenset[int] = frozenset()  # versions
    actions: Mapping[int, str] = field(default_factory=dict)  # number → label, those that stand
    numbered: int = 0
    past: OfSource | None = None  # what its source said last
    gone: bool = False  # a text that its source had sent was ordered destroyed
    adopted: frozenset[str] = frozenset()  # sinks
    process: Process = field(default_factory=Process)

    @property
    def only_child(self) -> str:
        """The id of the only referred student, whose text a statement then is."""
        return _only_child(self.people.values())


def _only_child(people: Iterable[Participant]) -> str:
    referred = [p.student_id or "" for p in people if p.referred]
    return referred[0] if len(referred) == 1 else ""


def _said(details: Details | OfOne) -> list[str]:
    """Names of the details that were said."""
    names = [*Details.model_fields, *OfOne.model_fields, "occurred"]
    return [name for name in names if getattr(details, name, None) is not None]


def _keys(details: Details | OfOne, label: str | None = None) -> frozenset[str]:
    own = OfOne.model_fields
    return frozenset(f"{label}.{n}" if label and n in own else n for n in _said(details))


def _of_person(participant: Participant) -> frozenset[str]:
    return frozenset(
        f"{participant.label}.{name}"
        for name in OfOne.model_fields
        if getattr(participant, name) is not None
    )


def _with(incident: Incident, person: Participant) -> Incident:
    return replace(incident, people={**incident.people, person.label: person})


def evolve(incident: Incident, event: IncidentEvent) -> Incident:
    if isinstance(event, DueProcessEvent):
        return replace(incident, process=proceed(incident.process, event))
    match event:
        case IncidentReported():
            said = _keys(event).union(*map(_of_person, event.participants))
            return Incident(
                reported=True,
                people={p.label: p for p in event.participants},
                labels=len(event.participants),
                said=said,
            )
        case StatementAdded():
            naming = incident.naming | ({event.number} if event.may_name else frozenset())
            number = max(incident.statements, event.number)
            return replace(incident, statements=number, naming=naming)
        case NamesFlagged():
            return replace(incident, naming=incident.naming | {0})
        case NamesCleared():
            return replace(incident, naming=incident.naming - {event.number})
        case TextDestroyed():
            return replace(incident, destroyed=incident.destroyed | {event.version})
        case DetailsFilledIn():
            return replace(incident, said=incident.said | _keys(event, event.label))
        case ParticipantAdded():
            said = incident.said | _of_person(event.participant)
            added = _with(incident, event.participant)
            return replace(added, labels=incident.labels + 1, said=said)
        case ParticipantReplaced():
            new = {"student_id": event.student_id, "outside": event.outside}
            other = _with(incident, incident.people[event.label].model_copy(update=new))
            return replace(other, process=incident.process.without(event.label))
        case ParticipantRemoved():
            left = {k: p for k, p in incident.people.items() if k != event.label}
            return replace(incident, people=left)
        case RolesCorrected():
            person = incident.people[event.label]
            part = {"roles": event.roles, "behaviors": event.behaviors}
            return _with(incident, person.model_copy(update=part))
        case BehaviorCorrected():
            person = incident.people[event.label]
            return _with(incident, person.model_copy(update={"behaviors": event.behaviors}))
        case CircumstancesCorrected():
            return replace(incident, said=incident.said | _keys(event))
        case ActionTaken():
            actions = {**incident.actions, event.number: event.label}
            return replace(incident, actions=actions, numbered=max(incident.numbered, event.number))
        case ActionVoided():
            left_actions = {n: a for n, a in incident.actions.items() if n != event.number}
            return replace(incident, actions=left_actions)
        case IncidentMerged():
            return replace(incident, settled=f"the same as {event.into[:7]}")
        case IncidentVoided():
            return replace(incident, settled="voided")
        case IncidentImported() | ImportCorrected():
            return _follow(incident, event)
        case IncidentAdopted():
            return replace(incident, adopted=incident.adopted | {event.sink})
        case ReferredToOffice():
            process = replace(incident.process, sent=True, sender=event.by, answered=False)
            return replace(incident, process=process)
        case RestraintOrSeclusionUsed():
            return replace(incident, process=incident.process.restraining(event.label))
        case ActionServed() | ActionCorrected() | FamilyContacted() | Undone():
            return incident
        case _:
            assert_never(event)


TEXTS = ("description", "original")  # of a source, sealed
LABELS = 99  # P1 … P99


def _follow(incident: Incident, event: OfSource) -> Incident:
    """The incident as its source has it now; what was corrected here alone stays so."""
    was_people, was_actions = _by_name(incident.past)
    people, actions = _by_name(event)
    standing = followed(incident.actions, was_actions, actions, lambda done: done.label)
    return replace(
        incident,
        reported=True,
        past=event,
        gone=incident.gone or any(isinstance(getattr(event, text), Destroyed) for text in TEXTS),
        people=followed(
            incident.people, was_people, people, lambda person: person, {*standing.values()}
        ),
        actions=standing,
        labels=max(incident.labels, 0, *(int(label[1:]) for label in people)),
        numbered=max(incident.numbered, 0, *actions),
        said=incident.said | _keys(event).union(*map(_of_person, event.participants)),
    )


def _by_name(past: Past | None) -> tuple[dict[str, Participant], dict[int, PastAction]]:
    """Participants by label, actions by number."""
    if past is None:
        return {}, {}
    return {p.label: p for p in past.participants}, {done.number: done for done in past.actions}


# Commands and the rules that answer them.


class ReportIncident(Report, Command):
    """Log an incident, with the statements made about it; a major goes to the office."""

    sayings: tuple[Saying, ...] = ()
    office: bool | None = None  # None: when a behavior is major
    office_to: str | None = None


class AddStatement(Saying, Command):
    """Add what one person saw, was told or concluded."""


class FlagNames(Noted, Command):
    """Say whom notes may name that were carried over from another account."""


class ClearNames(Command):
    """Say that what may be a name in a statement's text, or in notes, names nobody else."""

    number: int


class FillInDetails(Details, OfOne, Command):
    """Say what had not been said."""

    label: str | None = None


class AddParticipant(Command):
    """Add somebody who took part."""

    student_id: str | None = None
    outside: Outside | None = None
    roles: tuple[Role, ...] = Field(min_length=1)
    behaviors: tuple[BehaviorSeen, ...] = ()


class ReplaceParticipant(Command):
    """Say that it was somebody else."""

    label: str
    student_id: str | None = None
    outside: Outside | None = None
    reason: Words


class RemoveParticipant(Command):
    """Say that this person had no part in it."""

    label: str
    reason: Words


class CorrectRoles(Command):
    """Say what somebody's part in it was."""

    label: str
    roles: tuple[Role, ...] = Field(min_length=1)
    behaviors: tuple[BehaviorSeen, ...] = ()  # empty: those recorded so far, if still referred
    reason: Words


class CorrectBehavior(Command):
    """Say what the behavior was."""

    label: str
    behaviors: tuple[BehaviorSeen, ...] = Field(min_length=1)
    reason: Words


class CorrectCircumstances(Details, Command):
    """Say when, where or how it was."""

    occurred: When | None = None
    reason: Words


class TakeAction(Bound, Noted, Command):
    """Record what was done about it, and with it what the behavior seemed to be for.

    What goes against a rule that is on is refused, unless it has `happened`.
    """

    label: str
    note: Words | None = None
    motivation: Motivation | None = None
    notice: Notice | None = None
    account: PupilAccount | None = None
    happened: Words | None = None  # why it was done all the same


class ServeAction(Command):
    """Record what was really served of an action."""

    number: int
    minutes: Minutes | None = None
    days: Days | None = None
    difference: LengthDifference | None = None


class CorrectAction(Bound, Command):
    """Say what the action was; it was done, so what goes against a rule is recorded as such."""

    number: int
    reason: Words


class VoidAction(Command):
    """Say that an action was never taken."""

    number: int
    reason: Words


class ContactFamily(Contact, Noted, Command):
    """Record a contact with a participant's family about this incident."""

    label: str


class ReferToOffice(Command):
    """Send the incident to an administrator."""

    to: str | None = None
    by: str | None = None
    on: date | None = None


class UseRestraint(Noted, Command):
    """Record that somebody was restrained or secluded."""

    label: str
    kind: RestraintKind
    began: When
    minutes: Minutes | None = None
    reasons: tuple[RestraintReason, ...] = ()
    by: tuple[str, ...] = ()
    note: Words | None = None


class MergeIncident(Command):
    """Say that this is the same incident as another one."""

    into: str
    reason: Words | None = None


class VoidIncident(Command):
    """Say that this did not happen, or not to these people."""

    reason: Words


class ImportIncident(Past, Command):
    """Take in an incident as a source has it; what the source says again adds nothing."""


class AdoptIncident(Command):
    """Keep an imported record at the system that it came from, from now on."""

    sink: Short


class DestroyText(Command):
    """Order a text destroyed, under a named authority, whatever became of its incident."""

    version: Annotated[int, Field(ge=1)]
    authority: Short
    order: Short


IncidentCommand = (
    ReportIncident
    | AddStatement
    | FlagNames
    | ClearNames
    | FillInDetails
    | AddParticipant
    | ReplaceParticipant
    | RemoveParticipant
    | CorrectRoles
    | CorrectBehavior
    | CorrectCircumstances
    | TakeAction
    | ServeAction
    | CorrectAction
    | VoidAction
    | ContactFamily
    | ReferToOffice
    | UseRestraint
    | MergeIncident
    | VoidIncident
    | ImportIncident
    | AdoptIncident
    | DestroyText
    | Undo
    | DueProcessCommand
)


def report(command: ReportIncident) -> list[IncidentEvent]:
    """The events of a first report, or why it cannot stand."""
    _check_people(command.participants)
    referred = [p.student_id or "" for p in command.participants if p.referred]
    child = referred[0] if len(referred) == 1 else ""
    events: list[IncidentEvent] = [command.became(IncidentReported)]
    for number, saying in enumerate(command.sayings, 1):
        events.append(StatementAdded(**dict(saying), number=number, child=child))
    major = any(b.level is Level.MAJOR for p in command.participants for b in p.behaviors)
    if command.office or (command.office is None and major):
        events.append(ReferredToOffice(to=command.office_to, by=command.reported_by))
    return events


def _check_people(people: tuple[Participant, ...]) -> None:
    if [p.label for p in people] != [f"P{n}" for n in range(1, len(people) + 1)]:
        raise Refused("participants are numbered P1, P2 … in their order")
    students = [p.student_id for p in people if p.student_id]
    if len(set(students)) < len(students):
        raise Refused("somebody is named twice: give one person all their roles at once")
    if not any(p.referred for p in people):
        raise Refused("nobody is referred: name at least one student whose behavior this was")
    for person in people:
        _check_person(person)


def _check_person(person: Participant) -> None:
    if (person.student_id is None) == (person.outside is None):
        raise Refused(f"{person.label} is either a student or an outside person")
    if person.referred and not person.behaviors:
        raise Refused(f"{person.label} is referred for no behavior: say which with --did")
    if person.behaviors and not person.referred:
        raise Refused(f"{person.label} has a behavior but is not referred")
    if len({b.code for b in person.behaviors}) < len(person.behaviors):
        raise Refused(f"a behavior of {person.label} is named twice")


def decide(command: IncidentCommand, incident: Incident) -> list[IncidentEvent]:
    if isinstance(command, DestroyText):
        return _destroy(command, incident)
    if isinstance(command, ReportIncident):
        if incident.reported:
            raise Refused("this incident is already reported")
        return report(command)
    if isinstance(command, ImportIncident):
        return _import(command, incident)
    if not incident.reported:
        raise Refused("there is no such incident, or its report was taken back")
    if incident.settled and not isinstance(command, Undo):
        raise Refused(f"this incident is {incident.settled}: nothing follows it")
    return [*_answer(command, incident), *_flagged(command)]


def _flagged(command: IncidentCommand) -> list[IncidentEvent]:
    """What keeps in mind that a note of this command may name somebody."""
    named = isinstance(command, Noted) and bool(command.may_name)
    return [command.became(NamesFlagged)] if named else []


def _answer(command: IncidentCommand, incident: Incident) -> list[IncidentEvent]:
    if isinstance(command, DueProcessCommand):
        return _proceed(command, incident)
    match command:
        case AddStatement():
            number, child = incident.statements + 1, incident.only_child
            return [command.became(StatementAdded, number=number, child=child)]
        case FlagNames():
            return []  # nothing but the flag itself
        case ClearNames():
            if command.number not in incident.naming:
                where = f"statement {command.number}" if command.number else "the notes"
                raise Refused(f"no name is asked about in {where}")
            return [command.became(NamesCleared)]
        case FillInDetails():
            return _fill_in(command, incident)
        case AddParticipant():
            return _add(command, incident)
        case ReplaceParticipant():
            return _replace(command, incident)
        case RemoveParticipant():
            return _remove(command, incident)
        case CorrectRoles() | CorrectBehavior():
            return _correct(command, incident)
        case CorrectCircumstances():
            if not _said(command):
                raise Refused("nothing is corrected: say what was different")
            return [command.became(CircumstancesCorrected)]
        case TakeAction():
            return _take(command, incident)
        case ServeAction():
            _action(command.number, incident)
            _checklength(command)
            return [command.became(ActionServed)]
        case CorrectAction():
            _action(command.number, incident)
            _checklength(command)
            against = _broken(command, incident.actions[command.number], incident)
            return [command.became(ActionCorrected, against=_both(command.against, against))]
        case VoidAction():
            _action(command.number, incident)
            return [command.became(ActionVoided)]
        case ContactFamily():
            _student(command.label, incident)
            return [command.became(FamilyContacted)]
        case ReferToOffice():
            return [command.became(ReferredToOffice)]
        case UseRestraint():
            _student(command.label, incident)
            return [command.became(RestraintOrSeclusionUsed)]
        case MergeIncident():
            return _merge(command, incident)
        case VoidIncident():
            return [command.became(IncidentVoided)]
        case AdoptIncident():
            return _adopt(command, incident)
        case Undo():
            return [*command.taken_back()]
        case ReportIncident() | ImportIncident() | DestroyText():
            raise AssertionError("answered before")
        case _:
            assert_never(command)


def _person(label: str, incident: Incident) -> Participant:
    if label not in incident.people:
        known = ", ".join(incident.people)
        raise Refused(f"{label} takes no part in this incident; {known} do")
    return incident.people[label]


def _student(label: str, incident: Incident) -> Participant:
    person = _person(label, incident)
    if person.student_id is None:
        raise Refused(f"{label} is not a student of this school")
    return person


def _action(number: int, incident: Incident) -> None:
    if number not in incident.actions:
        known = ", ".join(map(str, incident.actions)) or "none"
        raise Refused(f"there is no action {number}; those that stand: {known}")


def _fill_in(command: FillInDetails, incident: Incident) -> list[IncidentEvent]:
    own = [name for name in OfOne.model_fields if getattr(command, name) is not None]
    if own and command.label is None:
        raise Refused(f"say whose: {', '.join(incident.people)}")
    if command.label is not None:
        _person(command.label, incident)
    if not _said(command):
        raise Refused("nothing is filled in: say what was left open")
    again = sorted(_keys(command, command.label) & incident.said)
    if again:
        raise Refused(f"already said: {', '.join(again)}. Correct it instead, with a reason")
    return [command.became(DetailsFilledIn)]


def _add(command: AddParticipant, incident: Incident) -> list[IncidentEvent]:
    if incident.labels >= PARTICIPANT_CAP:
        raise Refused(f"at most {PARTICIPANT_CAP} take part in one incident")
    person = Participant(label=f"P{incident.labels + 1}", **dict(command))
    _check_person(person)
    _check_new(person.student_id, incident)
    return [ParticipantAdded(participant=person)]


def _check_new(student_id: str | None, incident: Incident) -> None:
    taken = {p.student_id: label for label, p in incident.people.items()}
    if student_id and student_id in taken:
        raise Refused(f"this student takes part already, as {taken[student_id]}")


def _replace(command: ReplaceParticipant, incident: Incident) -> list[IncidentEvent]:
    if (command.student_id is None) == (command.outside is None):
        raise Refused(f"{command.label} becomes either a student or an outside person")
    _person(command.label, incident)
    _check_new(command.student_id, incident)
    if command.student_id is None:
        _check_no_action(command.label, incident)
    return [command.became(ParticipantReplaced)]


def _remove(command: RemoveParticipant, incident: Incident) -> list[IncidentEvent]:
    person = _person(command.label, incident)
    others = [p for p in incident.people.values() if p.referred and p.label != command.label]
    if person.referred and not others:
        raise Refused("nobody referred would be left: void the incident instead")
    _check_no_action(command.label, incident)
    return [command.became(ParticipantRemoved)]


def _check_no_action(label: str, incident: Incident) -> None:
    """An action answers a referred student: while one stands, that is who they are."""
    if label in incident.actions.values():
        raise Refused(f"an action with {label} stands: void that action first")


def _correct(command: CorrectRoles | CorrectBehavior, incident: Incident) -> list[IncidentEvent]:
    person = _person(command.label, incident)
    roles = command.roles if isinstance(command, CorrectRoles) else person.roles
    behaviors = command.behaviors or (person.behaviors if Role.REFERRED in roles else ())
    corrected = person.model_copy(update={"roles": roles, "behaviors": behaviors})
    _check_person(corrected)
    if (set(person.roles), person.behaviors) == (set(roles), behaviors):
        raise Refused("that is what is recorded already")
    if isinstance(command, CorrectBehavior):
        return [command.became(BehaviorCorrected)]
    if not any(p.referred for p in _with(incident, corrected).people.values()):
        raise Refused("nobody referred would be left: void the incident instead")
    if not corrected.referred:
        _check_no_action(command.label, incident)
    return [command.became(RolesCorrected, behaviors=behaviors)]


def _take(command: TakeAction, incident: Incident) -> list[IncidentEvent]:
    person = _student(command.label, incident)
    if not person.referred:
        raise Refused(f"{command.label} is not referred: an action answers a referred student")
    _checklength(command)
    if command.threat and command.action is not Action.LOSS_OF_RECESS:
        raise Refused("an immediate threat is said of a recess that is denied, of nothing else")
    told = _told_before(command)
    now = replace(incident, process=_proceeded(incident.process, told))
    against = _broken(command, command.label, now)
    if against and command.happened is None:
        raise AgainstRules(against)
    both = _both(command.against, against)
    taken = command.became(ActionTaken, number=incident.numbered + 1, against=both)
    if command.motivation is None:
        return [*told, taken]
    why = FillInDetails(label=command.label, motivation=command.motivation)
    return [*told, taken, *_fill_in(why, incident)]


def _both(some: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*some, *more)))


def _told_before(command: TakeAction) -> list[DueProcessEvent]:
    """The notice and the pupil's account that are said together with what was done."""
    told: list[DueProcessEvent] = []
    if command.notice is not None:
        told.append(NoticeGiven(label=command.label, **dict(command.notice)))
    if command.account is not None:
        check_account(command.account)
        told.append(PupilAccountTaken(label=command.label, **dict(command.account)))
    return told


def _proceeded(process: Process, told: Iterable[DueProcessEvent]) -> Process:
    for event in told:
        process = proceed(process, event)
    return process


def _broken(act: Bound, label: str, incident: Incident) -> tuple[str, ...]:
    """Ids of the rules that this act with this participant goes against."""
    person, process = incident.people.get(label), incident.process
    behaviors = frozenset(seen.code for seen in person.behaviors) if person else frozenset()
    return broken(act, behaviors, heard=label in process.noticed & process.heard)


def _proceed(command: DueProcessCommand, incident: Incident) -> list[IncidentEvent]:
    label = getattr(command, "label", None)
    if label is not None:
        _student(label, incident)
    actions, statements = len(incident.actions), incident.statements
    return [*answered(command, incident.process, actions=actions, statements=statements)]


def _checklength(command: TakeAction | ServeAction | CorrectAction) -> None:
    if command.minutes is not None and command.days is not None:
        raise Refused("say the length in minutes or in days, not both")


def _merge(command: MergeIncident, incident: Incident) -> list[IncidentEvent]:
    if incident.actions:
        # Its actions would leave the SIS with it.
        standing = ", ".join(map(str, incident.actions))
        raise Refused(
            f"actions that stand here: {standing}. Record them on the other one and void them "
            "here, or merge the other way round"
        )
    return [command.became(IncidentMerged)]


def _import(command: ImportIncident, incident: Incident) -> list[IncidentEvent]:
    _check_past(command, incident)
    if incident.past is None:
        if incident.reported:
            raise Refused("this incident was logged here, it is of no source")
        return [command.became(IncidentImported, **_named(command, Incident()))]
    now = command.became(ImportCorrected, **_named(command, incident), **_gone(incident))
    if dict(now) == dict(incident.past) | _gone(incident):
        return []
    if incident.settled:
        raise Refused(f"it was changed at its source, and here it is {incident.settled}")
    return [now]


def _check_past(command: ImportIncident, incident: Incident) -> None:
    """Whatever happened can be taken in; only what contradicts itself cannot."""
    labels = [person.label for person in command.participants]
    students = [person.student_id for person in command.participants if person.student_id]
    if len(set(labels)) < len(labels) or len(set(students)) < len(students):
        raise Refused("somebody is named twice: give one person all their roles at once")
    if not {done.label for done in command.actions} <= {*labels}:
        raise Refused("an action is of nobody who took part")
    if len({done.identifier for done in command.actions}) < len(command.actions):
        raise Refused("an action is named twice")
    if incident.labels + len(labels) > LABELS:
        raise Refused(f"more than {LABELS} people were named in it by now")


def _named(command: ImportIncident, incident: Incident) -> dict[str, Any]:
    """Its people and actions by the labels and numbers that they have here, the new ones next."""
    own, done_before = _by_name(incident.past)
    labels = dict(zip(_identities(own.values()), own, strict=True))
    new_labels = (f"P{n}" for n in count(incident.labels + 1))
    label = {
        person.label: labels.get(identity) or next(new_labels)
        for person, identity in zip(
            command.participants, _identities(command.participants), strict=True
        )
    }
    numbers = {done.identifier: number for number, done in done_before.items()}
    new_numbers = count(incident.numbered + 1)
    return {
        "participants": tuple(
            person.model_copy(update={"label": label[person.label]})
            for person in command.participants
        ),
        "actions": tuple(
            done.model_copy(
                update={
                    "label": label.get(done.label, done.label),
                    "number": numbers.get(done.identifier) or next(new_numbers),
                }
            )
            for done in command.actions
        ),
    }


def _identities(people: Iterable[Participant]) -> list[str]:
    """What tells people of one source apart: the student's id, or being the n-th from outside."""
    outside = count(1)
    return [person.student_id or f"outside {next(outside)}" for person in people]


def _gone(incident: Incident) -> dict[str, None]:
    """A text that was destroyed does not come back with the next import."""
    return dict.fromkeys(TEXTS) if incident.gone else {}


def _adopt(command: AdoptIncident, incident: Incident) -> list[IncidentEvent]:
    if incident.past is None:
        raise Refused("it was logged here: it goes to every sink that wants it")
    if command.sink in incident.adopted:
        raise Refused(f"it is kept at {command.sink} already")
    return [command.became(IncidentAdopted)]


def _destroy(command: DestroyText, incident: Incident) -> list[IncidentEvent]:
    if command.version in incident.destroyed:
        raise Refused(f"the text of entry {command.version} is destroyed already")
    return [command.became(TextDestroyed)]


INCIDENT = Decider("incident", Incident(), decide, evolve, IncidentEvent)
