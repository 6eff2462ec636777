"""`sst prepare`: the night before a meeting, what is ready, promised, tried and new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from ledger.domain.codes import InputFrom, Location, MeetingKind, PlanKind, Verdict
from ledger.reading import Card
from ledger.reading.cases import Case, Meeting, Promise
from ledger.reading.plans import Plan
from ledger.reading.preparing import Prepared, last_held
from ledger.reports import wrapped
from ledger.reports.patterns import SILENT, WHERE
from ledger.reports.sst import (
    Staff,
    counted,
    day,
    language,
    local,
    name,
    names,
    next_meeting,
    short,
    tried,
)
from ledger.said import clean, show_when

HALF = 56  # where the right column of what is done and what is missing begins
DONE, MISSING, OPEN, LEFT = "✓", "✗", "·", "–"
ORDER = (Verdict.WORKED.value, Verdict.PARTLY.value, Verdict.DID_NOT.value, None)


# What a meeting lacks


@dataclass(frozen=True, slots=True)
class Point:
    """Something that is ready for a meeting, or is not."""

    done: bool
    what: str  # a code for programs
    line: str


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


def tried_so_far(case: Case, running: Mapping[str, str]) -> list[str]:
    """+ CICO (7 of 9 days); ~ seat by the door (mornings); and what runs beside the last chart."""
    charts = [m for m in case.meetings if m.chart is not None]
    last = max(charts, key=lambda meeting: meeting.at, default=None)
    found = [dict(one) for one in (last.chart or {}).get("tried", [])] if last else []
    known = " ".join(one["what"].casefold() for one in found).split()
    found += [
        {"what": w, "verdict": None, "note": ""} for w in running if w.casefold() not in known
    ]
    found.sort(key=lambda one: ORDER.index(one["verdict"]))
    return [tried(one, running) for one in found]


# What is new


def places(cards: Iterable[Card]) -> Counter[str]:
    """How often at which place; a place that nobody said is not counted."""
    return Counter(filter(None, map(_place, cards)))


def _place(card: Card) -> str:
    """at room-12, as the school calls it; in the cafeteria"""
    own, said = card.details.get("place"), card.details.get("location")
    if own or said in (None, *SILENT):
        return f"at {own}" if own else ""
    return WHERE.get(said) or f"in the {Location(said).label}"


def _new(prepared: Prepared) -> str:
    """5 incidents, 4 in the cafeteria · open question: who sits with her at lunch?"""
    count = len(prepared.incidents)
    most = places(prepared.incidents).most_common(1)
    where = f", {most[0][1]} {most[0][0]}" if most and most[0][1] > 1 else ""
    parts = [counted(count, "incident") + where if count else "no incident"]
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
    if found := tried_so_far(case, running):
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
        "places": dict(Counter(str(c.details.get("location")) for c in prepared.incidents)),
        "open_questions": [q.number for q in case.questions if not q.answered_on],
        "position": prepared.position,
    }
