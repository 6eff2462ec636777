"""What has to be done and when it was, and every removal: what the clocks count from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ledger.domain import Event, Recorded, standing
from ledger.domain.clocks import Duty
from ledger.domain.codes import (
    Action,
    Behavior,
    ContactOutcome,
    InputFrom,
    Level,
    MeetingKind,
    NoData,
    PlanKind,
    Relation,
)
from ledger.domain.due_process import DEFIANCE, SUSPENSIONS
from ledger.domain.plan import PlanReviewed, Terms
from ledger.domain.removals import TRACKED, Removal
from ledger.domain.student import (
    DeterminationHeld,
    GuardianToldOfDecision,
    OfStudent,
    PlacementChangeDecided,
    RecordRequested,
    RecordShown,
)
from ledger.projections import History, Projection, Rows, number, table, text
from ledger.projections import incidents as of_incidents
from ledger.projections import meetings as of_meetings
from ledger.projections import plans as of_plans
from ledger.projections.incidents import Card, Doing, Person
from ledger.projections.meetings import Case, Meeting
from ledger.projections.plans import Plan

TOLD_OF = SUSPENSIONS | {Action.EXPULSION_RECOMMENDATION}  # representatives get these notices, too
BESIDE_THE_FAMILY = frozenset((Relation.ATTORNEY, Relation.SOCIAL_WORKER))
# Of the offenses of EC 48900, those that one can read off a behavior.
GRAVE = frozenset(
    {
        Behavior.ABUSIVE_LANGUAGE,
        Behavior.ALCOHOL,
        Behavior.ARSON,
        Behavior.BOMB_THREAT,
        Behavior.BULLYING,
        Behavior.COMBUSTIBLES,
        Behavior.DRUGS,
        Behavior.FIGHTING,
        Behavior.FORGERY_THEFT_PLAGIARISM,
        Behavior.HARASSMENT,
        Behavior.PHYSICAL_AGGRESSION,
        Behavior.PROPERTY_DAMAGE,
        Behavior.WEAPONS,
    }
)


# An incident: the referral, what follows a restraint or a suspension, a challenge.


def _of_incident(card: Card) -> Iterator[Duty]:
    if not card.reported or card.standing != "open":
        return
    stream = f"incident-{card.incident_id}"
    yield from _referral(card, stream)
    for used in card.restraints:
        yield from _restrained(card, stream, used)
    for challenge in card.challenges:
        yield from _challenged(card, stream, challenge)
    for person in _referred(card):
        for done in card.actions.values():
            if done.label == person.label:
                yield from _done(card, stream, person, done)
        yield from _grave(card, stream, person)


def _referred(card: Card) -> list[Person]:
    return [person for person in card.people.values() if person.referred and person.student_id]


def _referral(card: Card, stream: str) -> Iterator[Duty]:
    """An office referral for disruption or defiance, whatever else was done beside it."""
    defiant = [p for p in _referred(card) if not _codes(p).isdisjoint(DEFIANCE)]
    if card.office is None or not defiant:
        return
    answered = card.office["answered"]
    seen = dict.fromkeys(b["code"] for p in defiant for b in p.behaviors)
    facts = {
        "behaviors": [code for code in seen if Behavior(code) in DEFIANCE],
        "by": card.office.get("by"),
        "students": [person.student_id for person in defiant],
    }
    yield Duty(
        rule="referral-answer",
        stream=stream,
        ref="",
        student_id=_id(defiant[0]),
        began=_date(card.office["on"]),
        owner=card.office.get("to"),
        settled=_local(answered["at"], card) if answered else None,
        facts=facts,
    )


def _codes(person: Person) -> frozenset[Behavior]:
    return frozenset(Behavior(seen["code"]) for seen in person.behaviors)


def _id(person: Person) -> str:
    return person.student_id or ""


def _restrained(card: Card, stream: str, used: Mapping[str, Any]) -> Iterator[Duty]:
    person = card.people.get(used["label"])
    if person is None or person.student_id is None:
        return
    label, day = used["label"], _local(used["began"], card)
    reached = (
        _local(contact["at"], card)
        for contact in card.contacts
        if contact["label"] == label
        and contact["outcome"] == ContactOutcome.REACHED.value
        and _at(contact["at"]) >= _at(used["began"])
    )
    after = [one for one in card.emergency if one["label"] == label and _date(one["on"]) >= day]
    settled = {
        "emergency-told": min(reached, default=None),
        "emergency-report": _first(after, "report"),
        "emergency-meeting": _first(after, "meeting"),
    }
    for rule, on in settled.items():
        yield Duty(
            rule=rule,
            stream=stream,
            ref=str(used["number"]),
            student_id=person.student_id,
            began=day,
            settled=on,
            facts={"label": label, "kind": used["kind"]},
        )


def _first(after: Iterable[Mapping[str, Any]], kind: str) -> date | None:
    return min((_date(one["on"]) for one in after if one["kind"] == kind), default=None)


def _challenged(card: Card, stream: str, challenge: Mapping[str, Any]) -> Iterator[Duty]:
    """What a challenge asks for next; each phase is over with what followed it."""
    on = {
        name: _date(challenge[name]["on"])
        for name in ("met", "decided", "appealed", "appeal")
        if name in challenge
    }
    first = [day for name, day in on.items() if name in ("met", "decided")]
    phases = [("meeting", _date(challenge["on"]), min(first, default=None))]
    if "decided" in on and not challenge["decided"]["sustained"]:
        phases.append(("appeal", on["decided"], on.get("appealed")))
    if "appealed" in on:
        phases.append(("hearing", on["appealed"], on.get("appeal")))
    whose = _referred(card) or [p for p in card.people.values() if p.student_id]
    for phase, began, settled in phases if whose else ():
        yield Duty(
            rule="challenge",
            stream=stream,
            ref=f"{challenge['number']} {phase}",
            student_id=_id(whose[0]),
            began=began,
            settled=settled,
            facts={
                "phase": phase,
                "number": challenge["number"],
                "students": [_id(person) for person in whose],
            },
        )


def _done(card: Card, stream: str, person: Person, done: Doing) -> Iterator[Duty]:
    action = Action(done.action)
    if action in TOLD_OF:
        told = {
            notice["relation"]: _local(notice["at"], card).isoformat()
            for notice in reversed(card.notices)
            if notice["label"] == person.label and "relation" in notice
        }
        facts: dict[str, Any] = {"told": told, "action": done.action}
        began = _date(done.on)
        yield Duty(
            "representatives", stream, str(done.number), _id(person), began, None, facts=facts
        )
    if action is Action.SST_REQUEST and done.by:
        yield Duty("knowledge", stream, str(done.number), _id(person), _date(done.on), done.by)


def _grave(card: Card, stream: str, person: Person) -> Iterator[Duty]:
    major = [b for b in person.behaviors if b["level"] == Level.MAJOR.value]
    if any(Behavior(seen["code"]) in GRAVE for seen in major):
        settled = max((_date(told["on"]) for told in card.teachers_told), default=None)
        day = datetime.fromisoformat(card.occurred_at).astimezone(ZoneInfo(card.zone)).date()
        yield Duty("teachers-told", stream, person.label, _id(person), day, settled=settled)


def _removals(card: Card) -> Iterator[Removal]:
    """Every action of this incident that may be a removal, as it was served."""
    if not card.reported or card.standing != "open":
        return
    people = {person.label: person for person in card.people.values()}
    for done in card.actions.values():
        person = people.get(done.label)
        if person is not None and person.student_id and Action(done.action) in TRACKED:
            yield _removal(card, person, done)


def _removal(card: Card, person: Person, done: Doing) -> Removal:
    said = done.served and (done.served_days is not None or done.served_minutes is not None)
    days = done.served_days if said else done.days
    return Removal(
        incident_id=card.incident_id,
        number=done.number,
        student_id=_id(person),
        action=done.action,
        on=_date(done.on),
        days=None if days is None else Decimal(days),
        minutes=done.served_minutes if said else done.minutes,
        instruction_went_on=done.instruction_went_on,
        services_went_on=done.services_went_on,
        peers_went_on=done.peers_went_on,
        defiance_alone=_codes(person) <= DEFIANCE and bool(person.behaviors),
        happened=bool(done.against),
    )


# An SST case: its meetings, what was promised, and who of the staff was concerned.


def _of_case(case: Case, zone: ZoneInfo) -> Iterator[Duty]:
    stream = f"meeting-{case.case_id}"
    for meeting in case.meetings:
        yield from _met(case, stream, meeting, zone)
    yield from _next_meeting(case, stream, zone)
    for promise in case.promises:
        owner, *others = _owners(promise.who)
        agreed = promise.agreed_on or _day(promise.recorded_at, zone).isoformat()
        yield Duty(
            rule="promise",
            stream=stream,
            ref=str(promise.number),
            student_id=case.student_id,
            began=_date(agreed),
            owner=owner,
            owners=tuple(filter(None, others)),
            by=_maybe(promise.due),
            settled=_maybe(promise.settled),
            facts={
                "words": promise.what,
                "meeting": promise.meeting,
                "state": promise.state,
            },
        )
    concerned = [(case.requested_on, case.requested_by)]
    concerned += [
        (said["on"], said["by"] or {})
        for said in case.inputs
        if said["source"] == InputFrom.TEACHER.value
    ]
    for n, (on, by) in enumerate(concerned):
        if "staff" in by:
            yield Duty("knowledge", stream, str(n), case.student_id, _date(on), by["staff"])


def _owners(who: Iterable[Mapping[str, Any]]) -> list[str | None]:
    """A member of staff first, or nobody; then the others: staff ids, or what they are."""
    staff = [person["staff"] for person in who if "staff" in person]
    others = [
        "student" if person.get("student") else person.get("relation") or person.get("role")
        for person in who
        if "staff" not in person
    ]
    return [*(staff or [None]), *others]


def _met(case: Case, stream: str, meeting: Meeting, zone: ZoneInfo) -> Iterator[Duty]:
    if meeting.state == "cancelled" or meeting.walk_in:
        return
    follow_up = meeting.kind == MeetingKind.FOLLOW_UP.value
    at = datetime.fromisoformat(meeting.at)
    day, held = at.astimezone(zone).date(), meeting.state == "held"
    common: dict[str, Any] = {
        "stream": stream,
        "ref": str(meeting.number),
        "student_id": case.student_id,
        "began": _day(meeting.recorded_at, zone),
        "owner": meeting.facilitator,
        "by": day,
        "at": at,
    }
    yield Duty(
        rule="follow-up" if follow_up else "meeting",
        settled=day if held else None,
        facts={"kind": meeting.kind, "place": meeting.place},
        **common,
    )
    needing = [member for member in meeting.members if member.needs_interpreter]
    if needing and not (held and meeting.booked_on is None):
        language = next((member.language for member in needing if member.language), None)
        yield Duty(
            rule="interpreter",
            settled=_maybe(meeting.booked_on),
            facts={"language": language},
            **common,
        )


def _next_meeting(case: Case, stream: str, zone: ZoneInfo) -> Iterator[Duty]:
    """A case that is open after its last meeting wants a day for the next."""
    held = [m for m in case.meetings if m.state == "held"]
    if case.state == "open" and held and not any(m.state == "set" for m in case.meetings):
        last = max(held, key=lambda meeting: meeting.at)
        day = _day(last.at, zone)
        facts = {"after": last.number}
        yield Duty("follow-up", stream, "", case.student_id, day, last.facilitator, facts=facts)


# A plan: consent, cards, reviews; an intervention plan makes an IEP meeting needless.


def _of_plan(plan: Plan, events: Sequence[Event]) -> Iterator[Duty]:
    common: dict[str, Any] = {
        "stream": plan.stream,
        "student_id": plan.student_id,
        "owner": plan.manager,
    }
    facts = {"kind": plan.kind}
    ref = str(plan.number)
    if plan.state != "ended" or plan.approved_on:
        began, settled = _date(plan.drafted_on), _maybe(plan.approved_on)
        yield Duty("consent", ref=ref, began=began, settled=settled, facts=facts, **common)
    if plan.started_on is None:
        return
    started = _date(plan.started_on)
    for n, (by, settled) in enumerate(_reviews(plan, events), 1):
        yield Duty(
            "plan-review",
            ref=f"{ref} review {n}",
            began=started,
            by=by,
            settled=settled,
            facts=facts,
            **common,
        )
    if plan.state == "active":
        by = _date(plan.review_on)
        yield Duty("plan-review", ref=ref, began=started, by=by, facts=facts, **common)
        if plan.terms["card"]:
            yield Duty("no-card", ref=ref, began=_uncarded(plan, started), facts=facts, **common)
    if plan.kind == PlanKind.BEHAVIOR_INTERVENTION_PLAN.value:
        ended, a_plan = _maybe(plan.ended_on), facts | {"plan": True}
        yield Duty(
            "emergency-meeting", ref=ref, began=started, settled=ended, facts=a_plan, **common
        )


def _reviews(plan: Plan, events: Iterable[Event]) -> Iterator[tuple[date, date]]:
    """(the day that had been set, the day on which it was) of each review that was held."""
    by = date.min
    for event in events:
        if getattr(event, "plan", None) == plan.number:
            if isinstance(event, PlanReviewed):
                yield by, event.on
                by = event.next_review or by
            elif isinstance(event, Terms):
                by = event.review_on


def _uncarded(plan: Plan, started: date) -> date:
    """The day after the last card, or after the last day of which was said why there is none."""
    told = [_date(day.on) for day in plan.days if day.no_data != NoData.NO_CARD.value]
    return max([started, *(day + timedelta(days=1) for day in told)])


# A student's own stream: decisions on placement, requests to see the record.


def _of_student(stream: str, history: Iterable[Recorded[Any]]) -> Iterator[Duty]:
    """Each kind of event beside those that follow it; an undone event is followed by nothing."""
    events = [r.event for r in standing(history)]
    for event in events:
        follow = FOLLOWED.get(type(event))
        if follow is not None:
            yield from follow(stream, event, events)


def _decided(stream: str, event: PlacementChangeDecided, events: Iterable[Event]) -> Iterator[Duty]:
    if not event.pattern:
        return
    common: dict[str, Any] = {
        "stream": stream,
        "ref": str(event.number),
        "student_id": event.student_id,
        "began": event.on,
    }
    own = [e for e in events if getattr(e, "number", None) == event.number]
    held = (e.on for e in own if isinstance(e, DeterminationHeld))
    yield Duty("determination", settled=min(held, default=None), **common)
    told = [e for e in own if isinstance(e, GuardianToldOfDecision)]
    family = [e.on for e in told if e.relation not in BESIDE_THE_FAMILY]
    family += [event.guardian_told_on] if event.guardian_told_on else []
    yield Duty("decision-told", settled=min(family, default=None), **common)
    days = {e.relation.value: e.on.isoformat() for e in reversed(told) if e.relation}
    yield Duty("representatives", facts={"told": days, "decision": event.number}, **common)


def _held(stream: str, event: DeterminationHeld, _: Iterable[Event]) -> Iterator[Duty]:
    """One that answers no decision; it may answer days in a row."""
    if event.number is None:
        on, facts = event.on, {"held": True}
        yield Duty(
            "determination",
            stream,
            f"held {on}",
            event.student_id,
            on,
            settled=on,
            facts=facts,
        )


def _requested(stream: str, event: RecordRequested, events: Iterable[Event]) -> Iterator[Duty]:
    shown = (e.on for e in events if isinstance(e, RecordShown) and e.number == event.number)
    yield Duty(
        rule="record-access",
        stream=stream,
        ref=str(event.number),
        student_id=event.student_id,
        began=event.on,
        settled=min(shown, default=None),
        facts={"relation": event.relation.value},
    )


FOLLOWED: dict[type[OfStudent], Callable[..., Iterator[Duty]]] = {
    PlacementChangeDecided: _decided,
    DeterminationHeld: _held,
    RecordRequested: _requested,
}


# Days


def _date(stored: str) -> date:
    return date.fromisoformat(stored)


def _maybe(stored: str | None) -> date | None:
    return None if stored is None else date.fromisoformat(stored)


def _at(when: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(when["at"])


def _local(when: Mapping[str, Any], card: Card) -> date:
    """The day of an instant where it was."""
    return _at(when).astimezone(ZoneInfo(when.get("zone") or card.zone)).date()


def _day(stored: str, zone: ZoneInfo) -> date:
    return datetime.fromisoformat(stored).astimezone(zone).date()


def _zone(history: History) -> ZoneInfo:
    """Where the school is, as the instants that were said last have it."""
    said = (getattr(recorded.event, "at", None) for recorded in reversed(history))
    return ZoneInfo(next((when.zone for when in said if when is not None), "UTC"))


# Rows

_tables = sa.MetaData()
table(
    "duty",
    _tables,
    text("rule"),
    text("ref"),
    text("student_id", index=True),
    number("is_settled"),
    text("body"),
)
table(
    "removal",
    _tables,
    text("incident_id"),
    number("number"),
    text("student_id", index=True),
    text("first_day"),
    text("body"),
)


def _rows(stream: str, history: History) -> Rows:
    duties: list[Duty] = []
    removals: list[Removal] = []
    match stream.partition("-")[0]:
        case "incident":
            card = of_incidents.told(stream, history)
            duties, removals = [*_of_incident(card)], [*_removals(card)]
        case "meeting":
            duties = [*_of_case(of_meetings.told(stream, history), _zone(history))]
        case "plan":
            events = [recorded.event for recorded in standing(history)]
            duties = [d for plan in of_plans.told(history) for d in _of_plan(plan, events)]
        case _:
            duties = [*_of_student(stream, history)]
    return {
        "duty": [row for duty in duties for row in _duty_rows(duty)],
        "removal": [_removal_row(stream, removal) for removal in removals],
    }


def _duty_rows(duty: Duty) -> Iterator[dict[str, Any]]:
    """One for every student in it, so that each of them finds it."""
    body = json.dumps(asdict(duty), default=_plain, ensure_ascii=False, separators=(",", ":"))
    for student_id in duty.facts.get("students", [duty.student_id]):
        yield {
            "stream": duty.stream,
            "rule": duty.rule,
            "ref": duty.ref,
            "student_id": student_id,
            "is_settled": int(duty.settled is not None),
            "body": body,
        }


def _removal_row(stream: str, removal: Removal) -> dict[str, Any]:
    return {
        "stream": stream,
        "incident_id": removal.incident_id,
        "number": removal.number,
        "student_id": removal.student_id,
        "first_day": removal.on.isoformat(),
        "body": json.dumps(asdict(removal), default=_plain, separators=(",", ":")),
    }


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


_OF = frozenset({"incident", "meeting", "plan", "student"})
DUTIES = Projection("duties", 1, _OF, _tables, _rows)


def duty_of(stored: str) -> Duty:
    """The duty that a row keeps."""
    said = json.loads(stored)
    days = {name: _maybe(said[name]) for name in ("began", "by", "settled")}
    at = datetime.fromisoformat(said["at"]) if said["at"] else None
    return Duty(**said | days | {"at": at, "owners": tuple(said["owners"])})


def removal_of(stored: str) -> Removal:
    """The removal that a row keeps."""
    said = json.loads(stored)
    days = None if said["days"] is None else Decimal(said["days"])
    return Removal(**said | {"on": _date(said["on"]), "days": days})
