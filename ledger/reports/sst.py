"""SST cases on the screen: what was recorded, what a meeting lacks, what was agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from ledger.domain.codes import InputFrom, Location, MeetingKind, PlanKind, Relation, Verdict
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
from ledger.reading import Card
from ledger.reading.cases import Case, Meeting, Promise
from ledger.reading.plans import Plan
from ledger.reading.preparing import Prepared, last_held
from ledger.reports import wrapped
from ledger.reports.day import LANGUAGES
from ledger.said import MONTHS, clean, show_day, show_when
from ledger.written.chart import in_weeks, outside

HALF = 56  # where the right column of what is done and what is missing begins
DONE, MISSING, OPEN, LEFT = "✓", "✗", "·", "–"
SIGNS = {None: "·"} | {verdict.value: verdict.sign for verdict in Verdict}
ORDER = (Verdict.WORKED.value, Verdict.PARTLY.value, Verdict.DID_NOT.value, None)
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
        f"{_count(counts[ActionAgreed], 'action')}, {_count(counts[QuestionRaised], 'question')}",
    ]
    met = next(event for event in events if isinstance(event, MeetingHeld))
    for event in events:
        if isinstance(event, FollowUpSet):
            on = event.at.at.astimezone(zone).date()
            days = (on - met.at.at.astimezone(zone).date()).days
            parts.append(f"follow-up {week_day(on)}, {in_weeks(days)}")
    return " · ".join(parts)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


# What a meeting lacks


@dataclass(frozen=True, slots=True)
class Point:
    """Something that is ready for a meeting, or is not."""

    done: bool
    what: str  # a code for programs
    line: str


def next_meeting(case: Case) -> Meeting | None:
    """The next one that is set."""
    set_ = [meeting for meeting in case.meetings if meeting.state == "set"]
    return min(set_, key=lambda meeting: meeting.at, default=None)


def readiness(case: Case, meeting: Meeting, staff: Staff) -> list[Point]:
    """What was done for a meeting and what is missing, in the order in which it is done."""
    return [
        *_members(meeting, staff),
        *_interpreter(meeting),
        *_inputs(case, meeting, staff),
        *([] if meeting.facilitator else [Point(False, "facilitator", "nobody leads it yet")]),
        *([] if meeting.place else [Point(False, "place", "no place yet")]),
    ]


def _members(meeting: Meeting, staff: Staff) -> Iterator[Point]:
    if not any(member.who.get("relation") for member in meeting.members):
        yield Point(False, "family-invited", "family not invited yet")
    for member in meeting.members:
        who = short(member.who, staff)
        how = f" in {language(member.language)}" if member.language else ""
        invited = f"{who} invited {day(member.invited_on or meeting.at[:10])}{how}"
        if member.confirmed_on is None:
            yield Point(False, "answered", f"{invited}, no answer yet")
        elif member.answer == "not-coming":
            yield Point(False, "coming", f"{invited}, is not coming")
        else:
            by = ", by phone" if member.answer == "by-phone" else ""
            yield Point(True, "confirmed", f"{invited}, confirmed {day(member.confirmed_on)}{by}")


def _interpreter(meeting: Meeting) -> Iterator[Point]:
    if meeting.booked_on is not None:
        named = f", {meeting.interpreter}" if meeting.interpreter else ""
        told = f"interpreter booked {day(meeting.booked_on)}{named}"
        yield Point(True, "interpreter", told)
    elif any(member.needs_interpreter for member in meeting.members):
        yield Point(False, "interpreter", "interpreter not booked")


def _inputs(case: Case, meeting: Meeting, staff: Staff) -> Iterator[Point]:
    """Of teacher, family and student, since the last meeting."""
    since = (last_held(case) or "")[:10]
    got = [said for said in case.inputs if said["on"] >= since]
    for source in (InputFrom.TEACHER, InputFrom.FAMILY, InputFrom.STUDENT):
        own = [said for said in got if said["source"] == source.value]
        for said in own:
            who = short(said["by"], staff) if said["by"] else source.label
            told = f"{who}'s input returned {day(said['on'])}"
            yield Point(True, f"{source.value}-input", told)
        if not own:
            yield Point(False, f"{source.value}-input", _not_asked(source, meeting, staff))


def _not_asked(source: InputFrom, meeting: Meeting, staff: Staff) -> str:
    if source is InputFrom.TEACHER:
        return "teacher's input not returned yet"
    if source is InputFrom.STUDENT:
        return "student's own view not asked yet"
    family = (short(m.who, staff) for m in meeting.members if m.who.get("relation"))
    return f"{next(family, 'family')}'s concerns not asked yet"


# What was promised


def is_late(promise: Promise, today: date) -> bool:
    return promise.state == "open" and promise.due is not None and promise.due < today.isoformat()


def promised(case: Case) -> list[Promise]:
    """The promises of the last meeting and since, and what is still open of those before."""
    met = [meeting for meeting in case.meetings if meeting.state == "held"]
    last = max(met, key=lambda meeting: meeting.at, default=None)
    since = last.day if last else ""
    return [one for one in case.promises if one.state == "open" or one.agreed_on >= since]


def _promise(promise: Promise, staff: Staff, today: date, wide: tuple[int, int]) -> str:
    """✓ Okafor    seat by the door     done Sep 21"""
    sign = {"kept": DONE, "dropped": LEFT}.get(promise.state) or (
        MISSING if is_late(promise, today) else OPEN
    )
    who = names(promise.who, staff).ljust(wide[0])
    what, end = clean(promise.what).replace("\n", " "), _end(promise, today)
    if promise.state == "open":
        return f"{sign} {who}  {what}{f', {end}' if end else ''}"
    return f"{sign} {who}  {what.ljust(wide[1])}  {end}"


def _end(promise: Promise, today: date) -> str:
    """done Sep 21; dropped Oct 2; when it is due: Oct 2, tomorrow."""
    if promise.state != "open":
        late = promise.due and promise.settled and promise.settled > promise.due
        word = "done" if promise.state == "kept" else "dropped"
        on = day(promise.settled or promise.agreed_on)
        return f"{word} {on}{', late' if late and word == 'done' else ''}"
    if promise.due is None:
        return ""
    days = (date.fromisoformat(promise.due) - today).days
    return {0: "today", 1: "tomorrow"}.get(days) or day(promise.due)


def _promises(case: Case, staff: Staff, today: date) -> list[str]:
    """Kept ones on the left, open and dropped ones on the right."""
    found = promised(case)
    kept = [one for one in found if one.state == "kept"]
    open_ = [one for one in found if one.state != "kept"]
    return _columns(_aligned(kept, staff, today), _aligned(open_, staff, today))


def _aligned(found: Sequence[Promise], staff: Staff, today: date) -> list[str]:
    who = max((len(names(one.who, staff)) for one in found), default=0)
    what = max((len(one.what) for one in found if one.state != "open"), default=0)
    return [_promise(one, staff, today, (who, what)) for one in found]


def _columns(left: Sequence[str], right: Sequence[str]) -> list[str]:
    """Side by side; one below the other when they are too wide for that, or one is empty."""
    wide = max(map(len, left), default=0) > HALF - 2 or max(map(len, right), default=0) > 42
    if wide or not (left and right):
        return [line for one in (*left, *right) for line in wrapped(f"  {one}", 6)]
    pairs = zip_longest(left, right, fillvalue="")
    return [f"  {a:<{HALF}}{b}".rstrip() for a, b in pairs]


# What was tried


def figures(running: Mapping[str, tuple[int, int]]) -> dict[str, str]:
    """7 of 9 days, by the letters that staff say for a running plan."""
    return {
        w: f"{at} of {days} days" if days else "no data yet" for w, (at, days) in running.items()
    }


def plan_word(plan: Plan) -> str:
    """The letters that staff say for it: CICO."""
    return PlanKind(plan.kind).short.partition(" ")[0]


def tried(case: Case, running: Mapping[str, str]) -> list[str]:
    """+ CICO (7 of 9 days); ~ seat by the door (mornings); and what runs beside the last chart."""
    charts = [m for m in case.meetings if m.chart is not None]
    last = max(charts, key=lambda meeting: meeting.at, default=None)
    found = [dict(one) for one in (last.chart or {}).get("tried", [])] if last else []
    known = " ".join(one["what"].casefold() for one in found).split()
    found += [
        {"what": w, "verdict": None, "note": ""} for w in running if w.casefold() not in known
    ]
    found.sort(key=lambda one: ORDER.index(one["verdict"]))
    return [_tried(one, running) for one in found]


def _tried(one: Mapping[str, Any], running: Mapping[str, str]) -> str:
    own = one["what"].casefold().split()
    figure = next((said for word, said in running.items() if word.casefold() in own), "")
    note = figure or one["note"]
    return f"{SIGNS[one['verdict']]} {one['what']}{f' ({note})' if note else ''}"


# What is new


def places(cards: Iterable[Card]) -> Counter[str]:
    """How often at which place; a place that nobody said is not counted."""
    return Counter(filter(None, map(_place, cards)))


def _place(card: Card) -> str:
    own = card.details.get("place")
    said = card.details.get("location")
    silent = (None, Location.OTHER.value, Location.UNKNOWN.value)
    return str(own) if own else "" if said in silent else Location(said).label


def _new(prepared: Prepared) -> str:
    """5 incidents, 4 in the cafeteria · open question: who sits with her at lunch?"""
    count = len(prepared.incidents)
    most = places(prepared.incidents).most_common(1)
    where = f", {most[0][1]} at {most[0][0]}" if most and most[0][1] > 1 else ""
    parts = [_count(count, "incident") + where if count else "no incident"]
    open_ = [one.text for one in prepared.case.questions if not one.answered_on]
    if open_:
        parts.append(f"open question{'s' * (len(open_) > 1)}: {'; '.join(open_)}")
    return " · ".join(parts)


# The screen of `sst prepare`


def prepare(
    prepared: Prepared,
    running: Mapping[str, str],
    *,
    team: str,
    call: str,
    zone: ZoneInfo,
    now: datetime,
) -> list[str]:
    """The night before: what is ready, what was promised, what was tried, what is new."""
    case, staff, meeting = prepared.case, prepared.staff, next_meeting(prepared.case)
    told = wrapped(title(prepared.student.name, case, meeting, staff, team, zone, now), 4)
    if meeting is not None:
        points = readiness(case, meeting, staff)
        ready = [f"{DONE} {point.line}" for point in points if point.done]
        missing = [f"{MISSING} {point.line}" for point in points if not point.done]
        told += _columns(ready, missing)
    else:
        told.append(f"  {MISSING} no meeting is set     bledger sst schedule {call} --at TIME")
    if lines := _promises(case, staff, now.date()):
        on = last_held(case)
        told += [f"Promised on {day(local(on, zone).date())}" if on else "Promised", *lines]
    if found := tried(case, running):
        told += wrapped(f"Tried       {'   '.join(found)}", 12)
    told += wrapped(
        f"New since   {_new(prepared)}" if last_held(case) else _asked(case, prepared), 12
    )
    print_ = f"Print       bledger packet {call} --open"
    told.append(f"{print_:<50} bledger packet {call} --copy guardian --lang es")
    return [*told, f"Chart       bledger sst hold {call}"]


def _asked(case: Case, prepared: Prepared) -> str:
    """Before the first meeting: what the concern is, and what happened so far."""
    return f"Asked       {day(case.requested_on)}: {case.concern} · {_new(prepared)}"


def title(
    whose: str,
    case: Case,
    meeting: Meeting | None,
    staff: Staff,
    team: str,
    zone: ZoneInfo,
    now: datetime,
) -> str:
    """SST follow-up · Ana Rivera · tomorrow Thu Oct 15 2026, 8:00 AM, room 4 · facilitator …"""
    if meeting is None:
        return f"{team} · {whose} · asked for on {day(case.requested_on)}"
    parts = [f"{team} {MeetingKind(meeting.kind).label}", whose]
    at = local(meeting.at, zone)
    parts.append(", ".join(filter(None, (show_when(at, zone, now), meeting.place))))
    if meeting.facilitator:
        parts.append(f"facilitator {name({'staff': meeting.facilitator}, staff)}")
    return " · ".join(parts)


def prepared_fields(
    prepared: Prepared, running: Mapping[str, tuple[int, int]], today: date
) -> dict[str, Any]:
    """The same for programs: ids, codes and numbers."""
    case, meeting = prepared.case, next_meeting(prepared.case)
    points = readiness(case, meeting, prepared.staff) if meeting else []
    found = promised(case)
    return {
        "id": case.case_id,
        "student_id": case.student_id,
        "meeting": meeting and {"number": meeting.number, "kind": meeting.kind, "at": meeting.at},
        "ready": [point.what for point in points if point.done],
        "missing": [point.what for point in points if not point.done],
        "promises": [
            {"number": p.number, "state": p.state, "due": p.due, "late": is_late(p, today)}
            for p in found
        ],
        "plans": {word: {"at_goal": at, "of": days} for word, (at, days) in running.items()},
        "incidents": len(prepared.incidents),
        "places": dict(places(prepared.incidents)),
        "open_questions": [q.number for q in case.questions if not q.answered_on],
        "position": prepared.position,
    }
