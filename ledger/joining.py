"""Two accounts of one incident: what makes them one that holds both, each fact once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from ledger.domain import Destroyed, Event, Recorded, Refused, Value, When, standing
from ledger.domain.codes import Role
from ledger.domain.due_process import (
    AnswerReferral,
    AppealChallenge,
    AppealDecided,
    AttachGuardianStatement,
    ChallengeAppealed,
    ChallengeDecided,
    ChallengeMet,
    ChallengeStatement,
    DecideAppeal,
    DecideChallenge,
    EmergencyReportMade,
    GiveNotice,
    GuardianStatementAttached,
    IepMeetingScheduled,
    MeetAboutChallenge,
    NameOtherMeans,
    NoticeGiven,
    OtherMeansNamed,
    PupilAccountTaken,
    ReferralAnswered,
    ReportEmergency,
    ScheduleIepMeeting,
    StatementChallenged,
    TakeAccount,
    TeachersTold,
    TellTeachers,
)
from ledger.domain.incident import (
    INCIDENT,
    ActionCorrected,
    ActionServed,
    ActionTaken,
    ActionVoided,
    AddParticipant,
    AddStatement,
    CircumstancesCorrected,
    ContactFamily,
    CorrectAction,
    CorrectRoles,
    DetailsFilledIn,
    FamilyContacted,
    FillInDetails,
    FlagNames,
    Incident,
    IncidentCommand,
    IncidentMerged,
    IncidentReported,
    MergeIncident,
    NamesCleared,
    NamesFlagged,
    OfSource,
    ParticipantReplaced,
    ReferredToOffice,
    ReferToOffice,
    RestraintOrSeclusionUsed,
    ServeAction,
    StatementAdded,
    TakeAction,
    UseRestraint,
    VoidAction,
)
from ledger.domain.particulars import Details, Measure, OfOne, Participant, Saying

OF_ONE: Mapping[type[Event], type[Any]] = {  # what was told of one student → its command
    NoticeGiven: GiveNotice,
    PupilAccountTaken: TakeAccount,
    OtherMeansNamed: NameOtherMeans,
    EmergencyReportMade: ReportEmergency,
    IepMeetingScheduled: ScheduleIepMeeting,
}
OF_CHALLENGE: Mapping[type[Event], type[Any]] = {
    ChallengeMet: MeetAboutChallenge,
    ChallengeDecided: DecideChallenge,
    ChallengeAppealed: AppealChallenge,
    AppealDecided: DecideAppeal,
}
SHORT = 7
LABEL = re.compile(r"\bP[1-9][0-9]?\b")
NOBODY = "somebody who had no part in it"  # for the placeholder of one who was taken out
TWO_ACCOUNTS = "two accounts of one incident"
Labels = Mapping[str, str]  # placeholder in the one that goes → in the one that stays


@dataclass
class Account:
    """What stands of one incident, as its events told it."""

    id: str
    since: int  # the position of its report
    state: Incident
    occurred: When | None = None
    details: dict[str, Any] = field(default_factory=dict)
    own: dict[str, dict[str, Any]] = field(default_factory=dict)  # label → details of that one
    sayings: dict[int, Saying] = field(default_factory=dict)
    noted: dict[str, None] = field(default_factory=dict)  # ids of students whom notes may name
    actions: dict[int, dict[str, Any]] = field(default_factory=dict)
    served: dict[int, ActionServed] = field(default_factory=dict)
    contacts: list[FamilyContacted] = field(default_factory=list)
    restraints: list[RestraintOrSeclusionUsed] = field(default_factory=list)
    office: ReferredToOffice | None = None
    answered: ReferralAnswered | None = None
    owed: list[Any] = field(default_factory=list)  # notices, accounts … in their order
    challenges: list[Any] = field(default_factory=list)  # and what followed each
    into: str | None = None  # when it was merged

    @property
    def people(self) -> Mapping[str, Participant]:
        return self.state.people

    @property
    def students(self) -> set[str]:
        return {p.student_id for p in self.people.values() if p.student_id}


@dataclass(frozen=True)
class Joining:
    """What joins two accounts: commands with the incident of each, in their order."""

    gone: str
    stays: str
    steps: Sequence[tuple[str, IncidentCommand]]
    differs: Sequence[str]  # what the two say differently; what stays keeps its own


def account(id: str, history: Sequence[Recorded[Any]]) -> Account:
    """What stands of an incident; Refused when there is none."""
    state = INCIDENT.fold(history)
    if not state.reported:
        raise Refused("there is no such incident, or its report was taken back")
    told = Account(id, history[0].position, state)
    for recorded in standing(history):
        _tell(told, recorded.event)
        if recorded.event is told.office:
            told.office = _dated(told.office, recorded.recorded_at, told.occurred)
    return told


def _dated(sent: ReferredToOffice, recorded_at: datetime, at: When | None) -> ReferredToOffice:
    """The referral with its day, whenever it is recorded again: its clock runs from there."""
    day = recorded_at.astimezone(ZoneInfo(at.zone)).date() if at else recorded_at.date()
    return sent.model_copy(update={"on": sent.on or day})


def _tell(told: Account, event: Any) -> None:
    match event:
        case IncidentReported() | OfSource():
            told.occurred, told.details = event.occurred, told.details | _said(event, Details)
            told.own |= {p.label: _said(p, OfOne) for p in event.participants}
        case DetailsFilledIn():
            told.details |= _said(event, Details)
            told.own.setdefault(event.label or "", {}).update(_said(event, OfOne))
        case CircumstancesCorrected():
            told.occurred = event.occurred or told.occurred
            told.details |= _said(event, Details)
        case StatementAdded() if not isinstance(event.text, Destroyed):
            told.sayings[event.number] = Saying(**_fields(event, Saying))
        case NamesFlagged():
            told.noted |= dict.fromkeys(event.may_name)
        case NamesCleared() if event.number == 0:
            told.noted.clear()
        case NamesCleared() if event.number in told.sayings:
            cleared = told.sayings[event.number].model_copy(update={"may_name": ()})
            told.sayings[event.number] = cleared
        case ActionTaken():
            taken: dict[str, Any] = {"label": event.label}
            taken |= {"note": _text(event.note), "threat": event.threat}
            taken |= {"happened": _text(event.happened), "against": event.against}
            told.actions[event.number] = _fields(event, Measure) | taken
        case ActionCorrected() if event.number in told.actions:
            flags = (*told.actions[event.number]["against"], *event.against)
            flagged = {"against": tuple(dict.fromkeys(flags)), "threat": event.threat}
            told.actions[event.number] |= _fields(event, Measure) | flagged
        case ActionServed():
            told.served[event.number] = event
        case ActionVoided():
            told.actions.pop(event.number, None)
        case ParticipantReplaced():  # what was told of one is not told of another
            told.contacts = [one for one in told.contacts if one.label != event.label]
            told.owed = [one for one in told.owed if getattr(one, "label", "") != event.label]
        case FamilyContacted():
            told.contacts.append(event)
        case RestraintOrSeclusionUsed():
            told.restraints.append(event)
        case ReferredToOffice():
            told.office = event
        case ReferralAnswered():
            told.answered = event
        case TeachersTold() | GuardianStatementAttached():
            told.owed.append(event)
        case StatementChallenged():
            told.challenges.append(event)
        case _ if isinstance(event, tuple(OF_CHALLENGE)):
            told.challenges.append(event)
        case _ if isinstance(event, tuple(OF_ONE)):
            told.owed.append(event)
        case IncidentMerged():
            told.into = event.into
        case _:
            pass  # who took part is in the state; what was destroyed stays where it was


def _fields(value: Value, of: type[Value]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in of.model_fields if hasattr(value, name)}


def _said(value: Value, of: type[Value]) -> dict[str, Any]:
    return {name: said for name, said in _fields(value, of).items() if said is not None}


def _text(said: str | Destroyed | None) -> str | None:
    return said if isinstance(said, str) else None


def join(one: Account, other: Account) -> Joining:
    """What makes these one incident: the one recorded first stays, or the one of another system."""
    gone, stays = _which(one, other)
    _check(gone, stays)
    labels = _labels(gone, stays)
    steps: list[IncidentCommand] = [
        *_people(gone, stays, labels),
        *_details(gone, stays, labels),
        *_sayings(gone, stays, labels),
        *_followed(gone, stays, labels),
    ]
    done = f"recorded on {stays.id[:SHORT]}"
    ends: list[IncidentCommand] = [
        *(VoidAction(number=number, reason=done) for number in gone.actions),
        MergeIncident(into=stays.id, reason=TWO_ACCOUNTS),
    ]
    all_steps = [*((stays.id, step) for step in steps), *((gone.id, end) for end in ends)]
    return Joining(gone.id, stays.id, all_steps, [*_differences(gone, stays, labels)])


def _which(one: Account, other: Account) -> tuple[Account, Account]:
    """(the one that goes, the one that stays)."""
    if one.state.past and other.state.past:
        raise Refused("both came from another system: have them made one there")
    if other.state.past or (one.since > other.since and not one.state.past):
        return one, other
    return other, one


def _check(gone: Account, stays: Account) -> None:
    for told in (gone, stays):
        if told.state.settled:
            raise Refused(f"{told.id[:SHORT]} is {told.state.settled}: nothing follows it")
    if gone.students.isdisjoint(stays.students):
        raise Refused(
            "no child takes part in both: look at the ids again. If they are the same all the "
            f"same: bledger incident merge {gone.id[:SHORT]} {stays.id[:SHORT]}"
        )


def _labels(gone: Account, stays: Account) -> dict[str, str]:
    """Who is who; those who took part in one account alone get the next placeholders."""
    known = {_identity(p, stays): label for label, p in stays.people.items()}
    new = (f"P{number}" for number in count(stays.state.labels + 1))
    return {
        label: known.get(_identity(person, gone)) or next(new)
        for label, person in gone.people.items()
    }


def _identity(person: Participant, told: Account) -> tuple[str, str]:
    """A student is their id; somebody from outside the only one of their kind, or themselves."""
    if person.student_id is not None:
        return "student", person.student_id
    kinds = [p.outside for p in told.people.values() if p.outside is person.outside]
    kind = person.outside.value if person.outside else ""
    return ("outside", kind) if len(kinds) == 1 else (told.id, person.label)


def _people(gone: Account, stays: Account, labels: Labels) -> Iterator[IncidentCommand]:
    """Those whom the other account does not have, and what else those were whom it has."""
    for label, person in gone.people.items():
        there = stays.people.get(labels[label])
        if there is None:
            part = {"student_id", "outside", "roles", "behaviors"}
            yield AddParticipant(**{name: getattr(person, name) for name in part})
        elif more := set(person.roles) - set(there.roles):
            yield CorrectRoles(
                label=there.label,
                roles=(*there.roles, *(role for role in person.roles if role in more)),
                behaviors=person.behaviors if Role.REFERRED in more else (),
                reason=TWO_ACCOUNTS,
            )


def _details(gone: Account, stays: Account, labels: Labels) -> Iterator[IncidentCommand]:
    """What the account that stays has not said."""
    said = stays.state.said
    new = {name: value for name, value in gone.details.items() if name not in said}
    if _place_differs(gone, stays):
        new.pop("place", None)
    if new:
        yield FillInDetails(**new)
    for label, own in gone.own.items():
        there = labels.get(label)
        new = {name: value for name, value in own.items() if f"{there}.{name}" not in said}
        if there and new:
            yield FillInDetails(label=there, **new)


def _place_differs(gone: Account, stays: Account) -> bool:
    places = [told.details.get("location") for told in (gone, stays)]
    return None not in places and places[0] is not places[1]


def _sayings(gone: Account, stays: Account, labels: Labels) -> Iterator[IncidentCommand]:
    """Every statement, with the time and place at which its observer was."""
    for saying in gone.sayings.values():
        moved = saying.model_copy(update=_words(saying, labels) | _observation(saying, gone, stays))
        if moved not in stays.sayings.values():
            yield AddStatement(**dict(moved))


def _words(value: Value, labels: Labels) -> dict[str, Any]:
    """The texts with the placeholders that mean the same people in the other account."""
    names = ("observer", "observed_at", "text", "antecedent", "consequence", "note", "with_whom")
    texts = ((name, getattr(value, name, None)) for name in names)
    return {name: relabelled(text, labels) for name, text in texts if isinstance(text, str)}


def relabelled(text: str, labels: Labels) -> str:
    """A text in which every placeholder means who it meant before."""
    return LABEL.sub(lambda found: labels.get(found[0], NOBODY), text)


def _observation(saying: Saying, gone: Account, stays: Account) -> dict[str, Any]:
    """When and where it was observed, where `there and then` would now mean another."""
    other: dict[str, Any] = {}
    if saying.observed is None and _time_differs(gone, stays):
        other["observed"] = gone.occurred
    if saying.observed_at is None and _place_differs(gone, stays):
        other["observed_at"] = gone.details.get("place") or gone.details["location"].label
    return other


def _time_differs(gone: Account, stays: Account) -> bool:
    return (gone.occurred and gone.occurred.at) != (stays.occurred and stays.occurred.at)


def _followed(gone: Account, stays: Account, labels: Labels) -> Iterator[IncidentCommand]:
    """What was done about it, and who was told, in so far as the other does not have it."""
    numbers = count(stays.state.numbered + 1)
    for number, done in gone.actions.items():
        moved = _moved(done, labels)
        same = [n for n, there in stays.actions.items() if _same_action(moved, there)]
        if not same:
            yield TakeAction(**moved)
            yield from _served(gone.served.get(number), next(numbers))
        elif {*moved["against"]} - {*stays.actions[same[0]]["against"]}:
            yield _flagged(same[0], stays.actions[same[0]], moved["against"])
    # A label may be somebody from outside by now: what was told of a student is not of them.
    students = {label: new for label, new in labels.items() if gone.people[label].student_id}
    for contact in gone.contacts:
        yield from _again(contact, ContactFamily, labels, students)
    for used in gone.restraints:
        yield from _again(used, UseRestraint, labels, students)
    if gone.office and not stays.office:
        yield ReferToOffice(to=gone.office.to, by=gone.office.by, on=gone.office.on)
    yield from _owed(gone, labels, students)
    yield from _challenged(gone, stays, labels, students)
    yield from _answered(gone, stays, labels)
    if gone.noted.keys() - stays.noted.keys():
        yield FlagNames(may_name=tuple(gone.noted))


def _owed(gone: Account, labels: Labels, students: Labels) -> Iterator[IncidentCommand]:
    """Who was told, who was heard, what was written, and the family's own statements."""
    for event in gone.owed:
        if isinstance(event, TeachersTold):
            yield TellTeachers(on=event.on, told=event.told)
        elif isinstance(event, GuardianStatementAttached):
            if isinstance(event.text, str):
                text = relabelled(event.text, labels)
                own = students.get(event.label or "")
                yield AttachGuardianStatement(
                    label=own, relation=event.relation, on=event.on, text=text
                )
        elif not isinstance(event, OtherMeansNamed) or isinstance(event.text, str):
            yield from _again(event, OF_ONE[type(event)], labels, students)


def _challenged(
    gone: Account, stays: Account, labels: Labels, students: Labels
) -> Iterator[IncidentCommand]:
    """The family's challenges and what followed them, under the numbers that they have there."""
    statements, before = _numbers(gone, stays, labels), len(stays.state.process.challenges)
    for event in gone.challenges:
        fields = dict(event)
        for name in event.sealed_fields():
            fields[name] = relabelled(str(fields[name]), labels)
        if isinstance(event, StatementChallenged):
            fields["statement"] = statements.get(event.statement)
            fields["label"] = students.get(event.label or "")
            del fields["number"]
            yield ChallengeStatement(**fields)
        else:
            yield OF_CHALLENGE[type(event)](**fields | {"number": before + event.number})


def _numbers(gone: Account, stays: Account, labels: Labels) -> dict[int | None, int]:
    """The numbers of statements in the one that goes → in the one that stays."""
    there = {saying: number for number, saying in stays.sayings.items()}
    new = count(stays.state.statements + 1)
    found: dict[int | None, int] = {}
    for number, saying in gone.sayings.items():
        moved = saying.model_copy(update=_words(saying, labels) | _observation(saying, gone, stays))
        found[number] = there[moved] if moved in there else next(new)
    return found


def _answered(gone: Account, stays: Account, labels: Labels) -> Iterator[IncidentCommand]:
    """The office's answer, unless the other account has its own or its sender was not told."""
    event, sent = gone.answered, stays.office or gone.office
    if event is None or sent is None or stays.answered or sent.by not in (None, *event.told):
        return
    text = relabelled(event.text, labels) if isinstance(event.text, str) else None
    done = gone.actions or stays.actions
    yield AnswerReferral(
        by=event.by,
        at=event.at,
        told=event.told,
        channel=event.channel,
        text=text or (None if done else TWO_ACCOUNTS),
    )


def _moved(done: Mapping[str, Any], labels: Labels) -> dict[str, Any]:
    texts = {name: done[name] and relabelled(done[name], labels) for name in ("note", "happened")}
    return {**done, "label": labels[done["label"]]} | texts


def _flagged(number: int, done: Mapping[str, Any], rules: tuple[str, ...]) -> CorrectAction:
    """The same action, with the rules that the other account has it recorded against."""
    own = {name: done[name] for name in (*Measure.model_fields, "threat")}
    return CorrectAction(number=number, reason=TWO_ACCOUNTS, against=rules, **own)


def _same_action(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    names = ("label", "action", "on", "minutes", "days")
    return all(one[name] == other[name] for name in names)


def _served(event: ActionServed | None, number: int) -> Iterator[IncidentCommand]:
    if event is not None:
        yield ServeAction(
            number=number, minutes=event.minutes, days=event.days, difference=event.difference
        )


def _again(
    event: Event,
    command: type[Any],
    labels: Labels,
    students: Labels,
) -> Iterator[IncidentCommand]:
    """The same of the same student, unless that one was found to have had no part in it."""
    label = getattr(event, "label", "")
    if label in students:
        fields = _fields(event, command) | _words(event, labels) | {"label": labels[label]}
        left: dict[str, Any] = {
            n: None if isinstance(said, Destroyed) else said for n, said in fields.items()
        }
        yield command(**left)


def _differences(gone: Account, stays: Account, labels: Labels) -> Iterator[str]:
    """What the two say differently, in words."""
    if _time_differs(gone, stays):
        yield "time"
    if _place_differs(gone, stays):
        yield "place"
    for label, person in gone.people.items():
        there = stays.people.get(labels[label])
        both = there is not None and person.referred and there.referred
        if both and _codes(person) != _codes(there):
            yield f"behavior of {labels[label]}"
    for name in sorted(gone.details.keys() & stays.details.keys() - {"location", "place"}):
        if gone.details[name] != stays.details[name]:
            yield name.replace("_", " ")


def _codes(person: Participant | None) -> set[Any]:
    return {(seen.code, seen.level) for seen in person.behaviors} if person else set()


def related(one: Account, other: Account) -> bool:
    """Whether one of them was found the same as the other already."""
    return one.into == other.id or other.into == one.id
