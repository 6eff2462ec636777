"""SST cases on the screen: what was recorded, one case, and a list of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ledger.domain.codes import InputFrom, MeetingKind, Relation, Verdict
from ledger.domain.meeting import (
    ActionAgreed,
    ActionCompleted,
    ActionDropped,
    ActionReassigned,
    AssistanceRequested,
    FollowUpSet,
    InputReceived,
    InterpreterBooked,
    MeetingHeld,
    MeetingRescheduled,
    MeetingScheduled,
    MemberConfirmed,
    MemberInvited,
    Person,
    QuestionAnswered,
    QuestionRaised,
)
from ledger.domain.rules import Rules
from ledger.reading.cases import Case, Cases, Meeting, Promise
from ledger.reports import wrapped
from ledger.reports.day import LANGUAGES
from ledger.said import MONTHS, show_day, show_time, show_when
from ledger.written.chart import in_weeks, outside

SIGNS = {None: "·"} | {verdict.value: verdict.sign for verdict in Verdict}
NEXT_SCHEDULE = "  next:  bledger sst schedule {} --at TIME"
NEXT_INVITE = "  next:  bledger sst invite {} --who mother"
Who = Mapping[str, Any] | Person
Staff = Mapping[str, str]


# Words


def name(who: Who, staff: Staff) -> str:
    """The words for somebody at the table: a name of the staff, or what they are."""
    said = who.model_dump(mode="json") if isinstance(who, Person) else who
    if said.get("staff"):
        return staff.get(said["staff"], "somebody who left")
    if said.get("relation"):
        return Relation(said["relation"]).label
    return str(said.get("role") or "the student")


def short(who: Who, staff: Staff) -> str:
    """The same, of the staff the last name alone."""
    said = who.model_dump(mode="json") if isinstance(who, Person) else who
    return name(who, staff).split()[-1] if said.get("staff") else name(who, staff)


def names(people: Iterable[Who], staff: Staff) -> str:
    return " and ".join(short(one, staff) for one in people)


def language(said: str | None) -> str:
    return LANGUAGES.get(said or "", said or "")


def day(said: str | date) -> str:
    """`Sep 17`"""
    at = date.fromisoformat(said) if isinstance(said, str) else said
    return f"{MONTHS[at.month - 1]} {at.day}"


def week_day(at: date) -> str:
    """`Thu Nov 12`"""
    return show_day(at).rpartition(" ")[0]


def local(at: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(at).astimezone(zone)


# What was recorded


def recorded(
    id: str, whose: str, events: Sequence[Any], staff: Staff, zone: ZoneInfo, *, repeated: bool
) -> list[str]:
    """5ba12cd  Ana Rivera · mother invited Sep 30, Spanish"""
    said = "; ".join(one for one in (_said(event, staff, zone) for event in events) if one)
    again = "already recorded: " if repeated else ""
    return wrapped(f"{id}  {whose} · {again}{said}", 9)


def _said(event: Any, staff: Staff, zone: ZoneInfo) -> str:
    """The line of one event, with the people in it."""
    match event:
        case AssistanceRequested():
            return f"SST requested by {name(event.by, staff)}, {day(event.on)}"
        case InputReceived():
            by = f", {name(event.by, staff)}" if event.by else ""
            return f"{event.source.label}'s input of {day(event.on)}{by}"
        case MeetingScheduled() | FollowUpSet() | MeetingRescheduled():
            return _set(event, staff, zone)
        case MemberInvited():
            told = [f"{name(event.who, staff)} invited {day(event.on)}", language(event.language)]
            told += ["needs an interpreter"] if event.needs_interpreter else []
            return ", ".join(filter(None, told))
        case MemberConfirmed():
            return f"{name(event.who, staff)}: {event.answer.label}, {day(event.on)}"
        case InterpreterBooked():
            who = f", {event.who}" if event.who else ""
            return f"interpreter booked: {language(event.language)}{who}"
        case ActionAgreed() | ActionReassigned():
            due = f", by {week_day(event.due)}" if event.due else ""
            what = f", {event.what}" if isinstance(event, ActionAgreed) else ""
            return f"promise {event.number}: {names(event.who, staff)}{what}{due}"
        case ActionCompleted() | ActionDropped() | QuestionAnswered():
            return f"{event}, {day(event.on)}"
        case _:
            return str(event)


def _set(event: Any, staff: Staff, zone: ZoneInfo) -> str:
    kind = event.kind if isinstance(event, MeetingScheduled) else MeetingKind.FOLLOW_UP
    moved = isinstance(event, MeetingRescheduled)
    at = event.at.at.astimezone(zone)
    told = [f"{'moved to' if moved else kind.label} {show_when(at, zone, at)}", event.place or ""]
    leads = getattr(event, "facilitator", None)
    facilitator = f" · facilitator {name({'staff': leads}, staff)}" if leads else ""
    return ", ".join(filter(None, told)) + facilitator


def reminder(at: datetime, held: date, rules: Rules) -> list[str]:
    """What to say of a follow-up outside the weeks that the school goes by."""
    if not rules.on("follow-up"):
        return []
    weeks = rules.number("follow-up", "weeks_from"), rules.number("follow-up", "weeks_to")
    told = outside(at, held, weeks)
    return [f"  {told} ({rules['follow-up'].cite})"] if told else []


def held(id: str, events: Sequence[Any], zone: ZoneInfo, *, repeated: bool) -> str:
    """Held  5ba12cd · 1 action, 0 questions · follow-up Thu Nov 12, 4 weeks"""
    counts = Counter(type(event) for event in events)
    parts = [
        f"{'Already held' if repeated else 'Held'}  {id}",
        f"{counted(counts[ActionAgreed], 'action')}, {counted(counts[QuestionRaised], 'question')}",
    ]
    met = next(event for event in events if isinstance(event, MeetingHeld))
    for event in events:
        if isinstance(event, FollowUpSet):
            on = event.at.at.astimezone(zone).date()
            days = (on - met.at.at.astimezone(zone).date()).days
            shown = week_day(on) if on.year == met.at.at.year else show_day(on)
            parts.append(f"follow-up {shown}, {in_weeks(days)}")
    return " · ".join(parts)


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def next_meeting(case: Case) -> Meeting | None:
    """The next one that is set."""
    set_ = [meeting for meeting in case.meetings if meeting.state == "set"]
    return min(set_, key=lambda meeting: meeting.at, default=None)


def tried(one: Mapping[str, Any], running: Mapping[str, str]) -> str:
    """+ CICO (7 of 9 days), of one line of a chart."""
    own = one["what"].casefold().split()
    figure = next((said for word, said in running.items() if word.casefold() in own), "")
    note = figure or one["note"]
    return f"{SIGNS[one['verdict']]} {one['what']}{f' ({note})' if note else ''}"


# A case, and a list of them


def brief(case: Case) -> dict[str, Any]:
    """A case for programs, without texts."""
    meeting = next_meeting(case)
    return {
        "id": case.case_id,
        "student_id": case.student_id,
        "state": case.state,
        "requested_on": case.requested_on,
        "held": sum(one.state == "held" for one in case.meetings),
        "next": meeting.at if meeting else None,
        "open_promises": [one.number for one in case.promises if one.state == "open"],
        "open_questions": [one.number for one in case.questions if not one.answered_on],
        "closed_on": case.closed_on,
    }


def table(found: Cases, shorts: Mapping[str, str], zone: ZoneInfo) -> list[str]:
    """A line a case: 5ba12cd  Ana Rivera  gr 3  follow-up Thu Oct 15, 8:00 AM · 2 promises open"""
    if not found.cases:
        return ["No case."]
    who = {one.case_id: found.people[one.student_id] for one in found.cases}
    wide = max(len(one.name) for one in who.values())
    told = []
    for one in found.cases:
        child, open_ = who[one.case_id], brief(one)["open_promises"]
        parts = [_stands(one, zone)]
        parts += [f"{counted(len(open_), 'promise')} open"] if open_ else []
        grade = f"gr {child.grade}" if child.grade else ""
        line = f"{shorts[one.case_id]}  {child.name:<{wide}}  {grade:<5} {' · '.join(parts)}"
        told += wrapped(line, 12)
    return told


def _stands(case: Case, zone: ZoneInfo) -> str:
    if case.closed_on:
        return f"closed {day(case.closed_on)}"
    meeting = next_meeting(case)
    if meeting is None:
        return f"asked for {day(case.requested_on)}, no meeting set"
    at = local(meeting.at, zone)
    return f"{MeetingKind(meeting.kind).label} {week_day(at)}, {show_time(at)}"


def case(found: Cases, short_id: str, zone: ZoneInfo) -> list[str]:
    """Everything that stands of one case."""
    [one] = found.cases
    child, staff = found.people[one.student_id], found.staff
    asked = f"asked for {day(one.requested_on)} by {name(one.requested_by, staff)}"
    told = wrapped(f"{short_id}  {child.name} · {asked} · {one.state}", 9)
    told += _texts("concern", [one.concern]) + _texts("tried", [one.tried])
    for said in one.inputs:
        by = f", {short(said['by'], staff)}" if said["by"] else ""
        head = f"input {day(said['on'])}, {InputFrom(said['source']).label}{by}"
        told += wrapped(f"  {head}{': ' if said['text'] else ''}{said['text']}", 6)
    for meeting in sorted(one.meetings, key=lambda meeting: meeting.at):
        told += _meeting(meeting, staff, zone)
    told += [line for promise in one.promises for line in _numbered(promise, staff)]
    for asked_ in one.questions:
        who = f" ({names(asked_.who, staff)})" if asked_.who else ""
        answer = f" → {asked_.answer}" if asked_.answered_on else ""
        told += wrapped(f"  question {asked_.number}{who}: {asked_.text}{answer}", 6)
    if one.closed_on:
        told += wrapped(f"  closed {day(one.closed_on)}: {one.close_reason}", 6)
    return told


def _texts(head: str, lines: Iterable[str]) -> list[str]:
    said = [line for line in lines if line]
    return [w for line in said for w in wrapped(f"  {head}: {line}", 6)]


def _meeting(meeting: Meeting, staff: Staff, zone: ZoneInfo) -> list[str]:
    at = local(meeting.at, zone)
    head = f"{MeetingKind(meeting.kind).label} {show_day(at)}, {show_time(at)}"
    state = {"set": "", "held": ", held"}.get(meeting.state, f", cancelled: {meeting.reason}")
    place = f", {meeting.place}" if meeting.place else ""
    told = wrapped(f"  meeting {meeting.number}  {head}{place}{state}", 6)
    if meeting.attended:
        told += _texts("  there", [", ".join(short(one["who"], staff) for one in meeting.attended)])
    elif meeting.members:
        told += _texts("  invited", [", ".join(short(one.who, staff) for one in meeting.members)])
    chart = meeting.chart or {}
    if "destroyed" in chart:
        return [*told, *wrapped(f"    {chart['destroyed']}", 6)]
    for part in ("strengths", "known"):
        told += _texts(f"  {part}", chart.get(part, ()))
    told += _texts("  tried", ["   ".join(tried(one, {}) for one in chart.get("tried", ()))])
    for part in ("concerns", "strategies"):
        told += _texts(f"  {part}", chart.get(part, ()))
    for change in meeting.corrections:
        who = staff.get(change["actor"], "somebody")
        told += wrapped(f"    corrected by {who}: {change['reason']}", 6)
    return told


def _numbered(promise: Promise, staff: Staff) -> list[str]:
    due = f", by {day(promise.due)}" if promise.due and promise.state == "open" else ""
    end = "" if promise.state == "open" else f", {promise.state} {day(promise.settled or '')}"
    note = f": {promise.note}" if promise.note else ""
    who = names(promise.who, staff)
    return wrapped(f"  promise {promise.number}  {who}: {promise.what}{due}{end}{note}", 6)
