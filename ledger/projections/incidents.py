"""Incidents as they stand today, and what each of them held before it was corrected."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, assert_never
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ledger.domain import Destroyed, Event, Recorded, Undone, When, standing
from ledger.domain.codes import Action, Level, Location, Others, Role, StatementKind, Weapon
from ledger.domain.due_process import (
    AppealDecided,
    ChallengeAppealed,
    ChallengeDecided,
    ChallengeMet,
    DueProcessEvent,
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
from ledger.domain.incident import (
    ActionCorrected,
    ActionServed,
    ActionTaken,
    ActionVoided,
    BehaviorCorrected,
    CircumstancesCorrected,
    DetailsFilledIn,
    FamilyContacted,
    ImportCorrected,
    IncidentAdopted,
    IncidentEvent,
    IncidentImported,
    IncidentMerged,
    IncidentReported,
    IncidentVoided,
    NamesCleared,
    NamesFlagged,
    OfSource,
    ParticipantAdded,
    ParticipantRemoved,
    ParticipantReplaced,
    ReferredToOffice,
    RestraintOrSeclusionUsed,
    RolesCorrected,
    StatementAdded,
    TextDestroyed,
)
from ledger.domain.particulars import (
    BehaviorSeen,
    Details,
    Measure,
    OfOne,
    Participant,
    Past,
    PastAction,
    followed,
)
from ledger.projections import History, Projection, Rows, number, table, text
from ledger.said import show_day, show_time


@dataclass
class Person:
    """A participant as the incident knows them today."""

    label: str
    student_id: str | None
    outside: str | None
    roles: list[str]
    behaviors: list[dict[str, Any]] = field(default_factory=list)
    motivation: str | None = None
    injury: str | None = None
    minutes_lost: int | None = None
    name: str | None = None  # of an outside person, as a source gave it

    @property
    def referred(self) -> bool:
        return Role.REFERRED.value in self.roles


@dataclass
class Said:
    """One statement; `text` is None when an order destroyed it, and `destroyed` says under what."""

    number: int
    kind: str
    verb: str
    observer: str | None
    observed: str | None
    observed_at: str | None
    recorded_at: str
    version: int
    text: str | None
    antecedent: str | None = None
    consequence: str | None = None
    minutes: int | None = None
    intensity: int | None = None
    destroyed: str | None = None
    may_name: list[str] = field(default_factory=list)  # ids of students whom the text may name


@dataclass
class Doing:
    """One action taken, as it stands and as it was served."""

    number: int
    label: str
    action: str
    on: str
    minutes: int | None
    days: str | None
    by: str | None
    recorded_at: str
    instruction_went_on: bool | None = None
    services_went_on: bool | None = None
    peers_went_on: bool | None = None
    served: bool = False
    served_minutes: int | None = None
    served_days: str | None = None
    difference: str | None = None
    note: str | None = None
    identifier: str | None = None  # at its source
    foreign: str | None = None  # the source's word for it
    threat: bool = False
    happened: str | None = None  # why it was done all the same
    against: list[str] = field(default_factory=list)  # ids of rules, for ever


@dataclass
class Change:
    """One correction: what it was, what it is, why, and who said so when."""

    recorded_at: str
    actor: str
    what: str
    was: str
    now: str
    reason: str
    label: str | None = None


@dataclass
class Card:
    """Everything that stands of one incident."""

    incident_id: str
    reported: bool = False
    standing: str = "open"  # open, voided, merged
    merged_into: str | None = None
    void_reason: str | None = None
    occurred_at: str = ""
    zone: str = ""
    day_only: bool = False
    school_id: str = ""
    recorded_at: str = ""
    reported_by: str | None = None
    recorded_by: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    statements: list[Said] = field(default_factory=list)
    notes_name: list[list[str]] = field(default_factory=list)  # whom each note may name
    actions: dict[int, Doing] = field(default_factory=dict)
    contacts: list[dict[str, Any]] = field(default_factory=list)
    restraints: list[dict[str, Any]] = field(default_factory=list)
    office: dict[str, Any] | None = None
    changes: list[Change] = field(default_factory=list)
    version: int = 0
    origin: dict[str, Any] | None = None  # source, school, identifier there, sinks that adopted it
    reporter: str | None = None  # by the name that a source gave
    # What was owed to those in it, each as its event says it.
    notices: list[dict[str, Any]] = field(default_factory=list)
    accounts: list[dict[str, Any]] = field(default_factory=list)
    means: list[dict[str, Any]] = field(default_factory=list)
    emergency: list[dict[str, Any]] = field(default_factory=list)  # reports, IEP meetings
    teachers_told: list[dict[str, Any]] = field(default_factory=list)
    challenges: list[dict[str, Any]] = field(default_factory=list)  # and met, decided, appeal …
    attached: list[dict[str, Any]] = field(default_factory=list)

    @property
    def referral(self) -> dict[str, Any] | None:
        """The office referral: to, by, on, and how it was answered, if it was."""
        return self.office

    @property
    def owed(self) -> list[dict[str, Any]]:
        """All that was said of what is owed, wherever it is kept."""
        steps = [step for told in self.challenges for step in told.values()]
        answered = [(self.office or {}).get("answered")]
        own = (*self.notices, *self.accounts, *self.means, *self.challenges, *self.attached)
        return [told for told in (*own, *steps, *answered) if isinstance(told, dict)]

    @property
    def level(self) -> str:
        """major when any behavior is; nothing stands without one."""
        levels = {b["level"] for p in self.people.values() for b in p.behaviors}
        return Level.MAJOR.value if Level.MAJOR.value in levels else Level.MINOR.value

    @property
    def open(self) -> list[str]:
        """What has not been said yet; nobody is asked about what came from elsewhere."""
        if self.origin is not None:
            return []
        referred = [p for p in self.people.values() if p.referred]
        missing = {
            "what was seen": not self.statements,
            "place": "location" not in self.details,
            "why (motivation)": any(p.motivation is None for p in referred),
            "what was done": not self.actions,
            "minor or major": any(b.get("assumed") for p in referred for b in p.behaviors),
            "a name in the text": self.names_stand,
        }
        return [name for name, is_open in missing.items() if is_open]

    @property
    def names_stand(self) -> bool:
        """Whether a text or a note may name somebody who is not known to take part."""
        said = [one.may_name for one in self.statements if not one.destroyed]
        taking_part = {person.student_id for person in self.people.values()}
        return any(ids and not taking_part & {*ids} for ids in (*said, *self.notes_name))

    @property
    def seen(self) -> list[dict[str, Any]]:
        """All behaviors, in the order of the participants."""
        return [behavior for person in self.people.values() for behavior in person.behaviors]

    @property
    def behaviors(self) -> list[str]:
        """Codes of all behaviors, each once, in the order of the participants."""
        return list(dict.fromkeys(behavior["code"] for behavior in self.seen))


def told(stream: str, history: Iterable[Recorded[Any]]) -> Card:
    """One incident, from the events that stand."""
    card = Card(stream.partition("-")[2])
    past: OfSource | None = None
    for recorded in standing(history):
        if isinstance(recorded.event, OfSource):
            _follow(card, recorded, past, recorded.event)
            past = recorded.event
        else:
            _tell(card, recorded, recorded.event)
        card.version = recorded.version
    _bind(card)
    return card


def _bind(card: Card) -> None:
    """What was done for one student stays theirs, whoever has their placeholder by now."""
    labels = {p.student_id: p.label for p in card.people.values() if p.student_id}
    for made in (*card.contacts, *card.emergency):
        made["label"] = labels.get(made.pop("student_id"), "")


def _tell(card: Card, recorded: Recorded[Any], event: IncidentEvent) -> None:
    if isinstance(event, DueProcessEvent):
        _owe(card, recorded, event)
        return
    match event:
        case IncidentReported():
            _report(card, recorded, event)
        case StatementAdded():
            card.statements.append(_said(recorded, event))
        case NamesFlagged():
            card.notes_name.append([*event.may_name])
        case NamesCleared():
            for said in card.statements:
                said.may_name = [] if said.number == event.number else said.may_name
            card.notes_name = card.notes_name if event.number else []
        case DetailsFilledIn():
            card.details |= _given(event, Details)
            for name, value in _given(event, OfOne).items():
                setattr(card.people[event.label or ""], name, value)
        case ParticipantAdded():
            card.people[event.participant.label] = _person(event.participant)
        case (
            ParticipantReplaced()
            | ParticipantRemoved()
            | RolesCorrected()
            | BehaviorCorrected()
            | CircumstancesCorrected()
        ):
            _correct(card, recorded, event)
        case ActionTaken():
            card.actions[event.number] = _doing(recorded, event)
        case ActionServed():
            done = card.actions[event.number]
            done.served, done.served_minutes = True, event.minutes
            done.served_days = _decimal(event.days)
            done.difference = event.difference.value if event.difference else None
        case ActionCorrected() | ActionVoided():
            _correct_action(card, recorded, event)
        case FamilyContacted():
            made = {"recorded_at": _iso(recorded.recorded_at)} | _json(event)
            card.contacts.append(made | _whose(card, event.label))
        case ReferredToOffice():
            card.office = _sent(card, recorded, event)
        case RestraintOrSeclusionUsed():
            card.restraints.append({"number": len(card.restraints) + 1} | _json(event))
        case IncidentMerged():
            card.standing, card.merged_into = "merged", event.into
        case IncidentVoided():
            card.standing, card.void_reason = "voided", _words(event.reason)
        case IncidentAdopted():
            card.origin = {**(card.origin or {}), "adopted": [*_adopted(card), event.sink]}
        case IncidentImported() | ImportCorrected():
            raise AssertionError("followed before")
        case TextDestroyed() | Undone():
            pass  # the statement itself says that it was destroyed; what was undone is not told
        case _:
            assert_never(event)


def _sent(card: Card, recorded: Recorded[Any], event: ReferredToOffice) -> dict[str, Any]:
    day = event.on or recorded.recorded_at.astimezone(ZoneInfo(card.zone)).date()
    told = {"recorded_at": _iso(recorded.recorded_at)} | _json(event)
    return told | {"on": day.isoformat(), "answered": None}


def _owe(card: Card, recorded: Recorded[Any], event: DueProcessEvent) -> None:
    """What was done for the rights of those in it, and when that was recorded."""
    said = {"recorded_at": _iso(recorded.recorded_at), "actor": recorded.actor} | _json(event)
    said |= {name: _words(getattr(event, name)) for name in event.sealed_fields() if name in said}
    match event:
        case ReferralAnswered():
            card.office = {**(card.office or {}), "answered": said}
        case NoticeGiven():
            card.notices.append(said)
        case PupilAccountTaken():
            card.accounts.append(said)
        case OtherMeansNamed():
            card.means.append(said)
        case EmergencyReportMade():
            card.emergency.append({"kind": "report"} | said | _whose(card, event.label))
        case IepMeetingScheduled():
            card.emergency.append({"kind": "meeting"} | said | _whose(card, event.label))
        case TeachersTold():
            card.teachers_told.append(said)
        case StatementChallenged():
            card.challenges.append(said)
        case ChallengeMet() | ChallengeDecided() | ChallengeAppealed() | AppealDecided():
            card.challenges[event.number - 1][STEPS[type(event)]] = said
        case GuardianStatementAttached():
            card.attached.append(said)
        case _:
            assert_never(event)


def _whose(card: Card, label: str) -> dict[str, Any]:
    """The student who has this placeholder now."""
    person = card.people.get(label)
    return {"student_id": person.student_id if person else None}


STEPS: dict[type[Event], str] = {  # what followed a challenge → under which name it is kept there
    ChallengeMet: "met",
    ChallengeDecided: "decided",
    ChallengeAppealed: "appealed",
    AppealDecided: "appeal",
}


def _report(card: Card, recorded: Recorded[Any], event: IncidentReported) -> None:
    card.reported = True
    card.occurred_at, card.zone = _iso(event.occurred.at), event.occurred.zone
    card.day_only, card.school_id = event.occurred.day_only, event.school_id
    card.recorded_at = _iso(recorded.recorded_at)
    card.reported_by, card.recorded_by = event.reported_by, event.recorded_by
    card.details = _given(event, Details)
    card.people = {p.label: _person(p) for p in event.participants}


def _follow(card: Card, recorded: Recorded[Any], was: OfSource | None, event: OfSource) -> None:
    """What a source says, and then only what it says otherwise than before."""
    if was is None:
        card.reported, card.recorded_at = True, _iso(recorded.recorded_at)
        card.origin = event.origin.model_dump(mode="json") | {"adopted": []}
    else:
        now = f"{_differences(card, was, event)} (as {event.origin.source} says)"
        card.changes.append(_change(recorded, "its source", "", now, ""))
    if was is None or was.occurred != event.occurred:
        card.occurred_at, card.zone = _iso(event.occurred.at), event.occurred.zone
        card.day_only = event.occurred.day_only
    card.school_id, card.reporter = event.school_id, event.line_of("reporter")
    if was is None or was.reported_by != event.reported_by:
        card.reported_by = event.reported_by
    before = {} if was is None else _given(was, Details)
    card.details = followed(card.details, before, _given(event, Details), lambda value: value)
    _follow_people(card, was, event)
    card.statements = [said for said in card.statements if said.number] + _described(
        recorded, event
    )


def _follow_people(card: Card, was: OfSource | None, event: OfSource) -> None:
    recorded_at = card.recorded_at
    actions = {done.number: done for done in event.actions}
    actions_before = {done.number: done for done in was.actions} if was else {}
    card.actions = followed(
        card.actions, actions_before, actions, lambda done: _done_there(done, recorded_at)
    )
    people = {p.label: p for p in event.participants}
    people_before = {p.label: p for p in was.participants} if was else {}
    standing = {done.label for done in card.actions.values()}
    card.people = followed(card.people, people_before, people, _person, standing)
    outside = [p for p in card.people.values() if p.label in people and p.outside]
    for n, person in enumerate(outside, 1):
        person.name = event.line_of("outside", str(n))


def _done_there(done: PastAction, recorded_at: str) -> Doing:
    return Doing(
        number=done.number,
        label=done.label,
        recorded_at=recorded_at,
        served=done.served,
        served_minutes=done.served_minutes,
        served_days=_decimal(done.served_days),
        difference=done.difference.value if done.difference else None,
        identifier=done.identifier,
        foreign=done.foreign,
        **_measure(done),
    )


def _described(recorded: Recorded[Any], event: OfSource) -> list[Said]:
    """What the source tells of it, as a statement of nobody here."""
    if event.description is None:
        return []
    gone = event.description if isinstance(event.description, Destroyed) else None
    return [
        Said(
            number=0,
            kind=StatementKind.REPORTED.value,
            verb=StatementKind.REPORTED.verb,
            observer=event.origin.source,
            observed=None,
            observed_at=None,
            recorded_at=_iso(recorded.recorded_at),
            version=recorded.version,
            text=None if isinstance(event.description, Destroyed) else event.description,
            destroyed=str(gone) if gone else None,
        )
    ]


WORDS = {"occurred": "when", "participants": "who and what", "actions": "what was done"}
CODES = {"location": Location, "others": Others, "weapon": Weapon}


def _differences(card: Card, was: OfSource, now: OfSource) -> str:
    """Which parts its source has otherwise now; details and time as they stood here and are now."""
    names = [name for name in Past.model_fields if getattr(was, name) != getattr(now, name)]
    told = [_difference(card, name, now) for name in names if name != "original"]
    return ", ".join(told or ["its own record"])


def _difference(card: Card, name: str, now: OfSource) -> str:
    said = WORDS.get(name, name.replace("_", " "))
    if name == "occurred":
        stood = datetime.fromisoformat(card.occurred_at)
        before = _spoken(stood, card.zone, card.day_only)
        after = _spoken(now.occurred.at, now.occurred.zone, now.occurred.day_only)
    elif name in Details.model_fields:
        before, after = _detail(name, card.details.get(name)), _detail(name, getattr(now, name))
    else:
        return said
    return f"{said}: {after}" if before == after else f"{said}: {before} → {after}"


def _spoken(at: datetime, zone: str, day_only: bool) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return show_day(local) if day_only else f"{show_day(local)}, {show_time(local)}"


def _detail(name: str, value: Any) -> str:
    """A detail in words, from its code or as it came."""
    if value is None:
        return "not said"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return CODES[name](value).label if name in CODES else str(value)


def _adopted(card: Card) -> list[str]:
    return card.origin["adopted"] if card.origin else []


def _person(participant: Participant) -> Person:
    return Person(
        label=participant.label,
        student_id=participant.student_id,
        outside=participant.outside.value if participant.outside else None,
        roles=[role.value for role in participant.roles],
        behaviors=_seen(participant.behaviors),
        motivation=participant.motivation.value if participant.motivation else None,
        injury=participant.injury.value if participant.injury else None,
        minutes_lost=participant.minutes_lost,
    )


def _seen(behaviors: Iterable[BehaviorSeen]) -> list[dict[str, Any]]:
    return [
        {"code": b.code.value, "level": b.level.value, "assumed": b.assumed}
        | ({"foreign": b.foreign} if b.foreign else {})
        for b in behaviors
    ]


def _said(recorded: Recorded[Any], event: StatementAdded) -> Said:
    gone = event.text if isinstance(event.text, Destroyed) else None
    return Said(
        number=event.number,
        kind=event.kind.value,
        verb=event.kind.verb,
        observer=event.observer,
        observed=_iso(event.observed.at) if event.observed else None,
        observed_at=event.observed_at if isinstance(event.observed_at, str) else None,
        recorded_at=_iso(recorded.recorded_at),
        version=recorded.version,
        text=None if isinstance(event.text, Destroyed) else event.text,
        antecedent=event.antecedent if isinstance(event.antecedent, str) else None,
        consequence=event.consequence if isinstance(event.consequence, str) else None,
        minutes=event.minutes,
        intensity=event.intensity,
        destroyed=str(gone) if gone else None,
        may_name=[*event.may_name],
    )


def _doing(recorded: Recorded[Any], event: ActionTaken) -> Doing:
    return Doing(
        number=event.number,
        label=event.label,
        recorded_at=_iso(recorded.recorded_at),
        note=_words(event.note) or None,
        threat=event.threat,
        happened=_words(event.happened) or None,
        against=[*event.against],
        **_measure(event),
    )


def _measure(event: Measure) -> dict[str, Any]:
    return {
        "action": event.action.value,
        "on": event.on.isoformat(),
        "minutes": event.minutes,
        "days": _decimal(event.days),
        "by": event.by,
        "instruction_went_on": event.instruction_went_on,
        "services_went_on": event.services_went_on,
        "peers_went_on": event.peers_went_on,
    }


Correction = (
    ParticipantReplaced
    | ParticipantRemoved
    | RolesCorrected
    | BehaviorCorrected
    | CircumstancesCorrected
)


def _correct(card: Card, recorded: Recorded[Any], event: Correction) -> None:
    match event:
        case CircumstancesCorrected():
            changed = _given(event, Details)
            was = {name: card.details.get(name) for name in changed}
            card.details |= changed
            if event.occurred is not None:
                was, changed = was | {"when": card.occurred_at}, changed | _when(event.occurred)
                card.occurred_at, card.zone = _iso(event.occurred.at), event.occurred.zone
                card.day_only = event.occurred.day_only
            _note(card, recorded, event, "circumstances", _line(was), _line(changed))
        case BehaviorCorrected():
            person = card.people[event.label]
            was_codes, person.behaviors = _codes(person.behaviors), _seen(event.behaviors)
            now_codes = _codes(person.behaviors)
            if was_codes != now_codes:  # that it is as was assumed corrects nothing
                _note(card, recorded, event, "behavior", was_codes, now_codes)
        case RolesCorrected():
            person = card.people[event.label]
            before, person.roles = ", ".join(person.roles), [r.value for r in event.roles]
            person.behaviors = _seen(event.behaviors)
            _note(card, recorded, event, "role", before, ", ".join(person.roles))
        case ParticipantReplaced():
            _forget_told(card, event.label)
            person = card.people[event.label]
            person.student_id = event.student_id
            person.outside = event.outside.value if event.outside else None
            _note(card, recorded, event, "participant", event.label, "somebody else")
        case ParticipantRemoved():
            del card.people[event.label]
            _note(card, recorded, event, "participant", event.label, "had no part in it")
        case _:
            assert_never(event)


def _forget_told(card: Card, label: str) -> None:
    """What one was told and said is not of whom they turned out to be."""
    card.notices = [told for told in card.notices if told["label"] != label]
    card.accounts = [told for told in card.accounts if told["label"] != label]
    card.means = [told for told in card.means if told["label"] != label]


def _correct_action(
    card: Card, recorded: Recorded[Any], event: ActionCorrected | ActionVoided
) -> None:
    old = card.actions[event.number]
    was = Action(old.action).label
    if isinstance(event, ActionVoided):
        del card.actions[event.number]
        now = "never taken"
    else:
        corrected = Doing(**(asdict(old) | _measure(event)))
        corrected.threat = event.threat
        corrected.against = [*dict.fromkeys((*old.against, *event.against))]
        card.actions[event.number] = corrected
        now = str(event)
    card.changes.append(_change(recorded, f"action {event.number}", was, now, event.reason))


def _note(
    card: Card, recorded: Recorded[Any], event: Correction, what: str, was: str, now: str
) -> None:
    change = _change(recorded, what, was, now, event.reason)
    change.label = getattr(event, "label", None)
    card.changes.append(change)


def _change(
    recorded: Recorded[Any], what: str, was: str, now: str, reason: str | Destroyed
) -> Change:
    at = _iso(recorded.recorded_at)
    return Change(at, recorded.actor, what, was, now, _words(reason))


def _codes(behaviors: list[dict[str, Any]]) -> str:
    return ", ".join(f"{b['level']} {b['code'].replace('-', ' ')}" for b in behaviors)


def _line(fields: dict[str, Any]) -> str:
    named = ((k.replace("_", " "), "not said" if v is None else v) for k, v in fields.items())
    return ", ".join(f"{name}: {value}" for name, value in named)


def _when(when: When) -> dict[str, Any]:
    return {"when": _iso(when.at)}


def _given(event: Details | OfOne, of: type[Details] | type[OfOne]) -> dict[str, Any]:
    return event.model_dump(mode="json", include=set(of.model_fields), exclude_none=True)


def _json(event: Any) -> dict[str, Any]:
    dumped: dict[str, Any] = event.model_dump(mode="json", exclude_none=True)
    return dumped


def _words(text: str | Destroyed | None) -> str:
    return "" if text is None else str(text)


def _decimal(days: Any) -> str | None:
    return None if days is None else f"{days.normalize():f}"


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


_tables = sa.MetaData()
table(
    "incident",
    _tables,
    text("incident_id", primary_key=True),
    text("occurred_at", index=True),
    text("recorded_at"),
    text("standing"),
    text("level"),
    text("location"),
    text("slip"),
    text("reported_by"),
    text("recorded_by"),
    text("merged_into", index=True),
    text("source"),  # where it was before, and of which school there
    text("source_school"),
    number("is_open"),
    text("card"),
    sa.Index("incident_source", "source", "source_school"),
)
table(
    "participant",
    _tables,
    text("incident_id"),
    text("label"),
    text("student_id", index=True),
    number("referred"),
    text("behaviors"),
)


def _rows(stream: str, history: History) -> Rows:
    card = told(stream, history)
    if not card.reported:
        return {}
    incident = {
        "stream": stream,
        "incident_id": card.incident_id,
        "occurred_at": card.occurred_at,
        "recorded_at": card.recorded_at,
        "standing": card.standing,
        "level": card.level,
        "location": card.details.get("location"),
        "slip": card.details.get("slip"),
        "reported_by": card.reported_by,
        "recorded_by": card.recorded_by,
        "merged_into": card.merged_into,
        "source": card.origin["source"] if card.origin else None,
        "source_school": card.origin["school"] if card.origin else None,
        "is_open": int(bool(card.open)),
        "card": json.dumps(card, default=vars, ensure_ascii=False, separators=(",", ":")),
    }
    people = [
        {
            "stream": stream,
            "incident_id": card.incident_id,
            "label": person.label,
            "student_id": person.student_id,
            "referred": int(person.referred),
            "behaviors": ",".join(b["code"] for b in person.behaviors),
        }
        for person in card.people.values()
    ]
    return {"incident": [incident], "participant": people}


INCIDENTS = Projection("incidents", 7, frozenset({"incident"}), _tables, _rows)


def card_of(stored: str) -> Card:
    """The card that a row keeps."""
    fields = json.loads(stored)
    fields["people"] = {label: Person(**p) for label, p in fields["people"].items()}
    fields["statements"] = [Said(**s) for s in fields["statements"]]
    fields["actions"] = {int(n): Doing(**a) for n, a in fields["actions"].items()}
    fields["changes"] = [Change(**c) for c in fields["changes"]]
    return Card(**fields)
