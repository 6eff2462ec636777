"""A student's timeline as lines of text: strengths first, then counts, then what happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ledger.domain.codes import Action, Behavior, Location, Motivation
from ledger.domain.particulars import Origin
from ledger.reading import Card, Entry, Timeline
from ledger.reports import WIDTH, wrapped
from ledger.said import show_time

SHORT = 7
FLAGS = {"iep": "IEP", "section-504": "504 plan"}


def lines(
    timeline: Timeline,
    zone: ZoneInfo,
    *,
    shown: int | None,
    year: str,
    kinds: Collection[str] = (),
) -> list[str]:
    """The timeline on the screen; at most `shown` entries, all when None, of these kinds, or all.

    What was not asked for is not summed up either.
    """
    told = wrapped(_title(timeline, year), 4)
    told += _strengths(timeline, zone) if not kinds or "praise" in kinds else []
    told += _counts(timeline) if not kinds or "incident" in kinds else []
    told.append("")
    entries = timeline.entries if shown is None else timeline.entries[:shown]
    day, in_year = "", year
    for entry in entries:
        at = _local(entry.occurred_at, zone)
        if str(at.year) not in in_year:
            told.append(str(at.year))
        in_year = str(at.year)
        today = f"{at:%b} {at.day:>2} {at:%a}"
        for n, line in enumerate(_entry(entry, timeline, zone)):
            first = today if n == 0 and today != day else ""
            told += wrapped(f"{first:<10}  {line}".rstrip())
        day = today
    return [*told, *_rest(timeline, len(entries)), *_unreadable(timeline)]


def _title(timeline: Timeline, year: str) -> str:
    student = timeline.student
    plans = ", ".join(FLAGS.get(flag, flag.replace("-", " ")) for flag in student.flags)
    grade = f"gr {student.grade} {student.teacher}".rstrip() if student.grade else ""
    parts = (student.name, grade, student.number, plans or "no IEP or 504 known")
    known = f"{year}, as known at position {timeline.position:,}"
    left = " · ".join(filter(None, parts))
    behind = "  (somebody is still adding to it)" if timeline.behind else ""
    return f"{left}{' ' * max(2, WIDTH - len(left) - len(known))}{known}{behind}"


def _strengths(timeline: Timeline, zone: ZoneInfo) -> list[str]:
    praise = [e for e in timeline.entries if e.kind == "praise"]
    if not praise:
        return ["STRENGTHS  none noted yet"]
    kinds = Counter(e.line.removeprefix("strength: ") for e in praise)
    often = " · ".join(kind for kind, _ in kinds.most_common(3))
    since = _local(praise[-1].occurred_at, zone)
    notes = "note" if len(praise) == 1 else "notes"
    return [f"STRENGTHS  {often} · {len(praise)} praise {notes} since {since:%b} {since.day}"]


def _counts(timeline: Timeline) -> list[str]:
    """Incidents in which this student was referred; those that do not stand are not counted."""
    cards = [e.card for e in timeline.entries if e.card and e.kind == "incident"]
    own = [c for c in cards if c.standing == "open" and _is_referred(c, timeline)]
    levels = Counter(card.level for card in own)
    if not own:
        return ["COUNTS     no incident in this time"]
    lost = [_lost(card, timeline) for card in own]
    minutes = sum(one for one in lost if one is not None)
    unsaid = f", {lost.count(None)} not said" if None in lost else ""
    word = "incident" if len(own) == 1 else "incidents"
    kinds = ", ".join(f"{levels[level]} {level}" for level in ("minor", "major") if levels[level])
    total = f"{minutes // 60} h {minutes % 60:02}"
    return [f"COUNTS     {len(own)} {word}: {kinds} · instruction lost {total}{unsaid}"]


def _is_referred(card: Card, timeline: Timeline) -> bool:
    own = timeline.student.student_id
    return any(p.student_id == own and p.referred for p in card.people.values())


def _lost(card: Card, timeline: Timeline) -> int | None:
    own = timeline.student.student_id
    return next(p.minutes_lost for p in card.people.values() if p.student_id == own)


def _entry(entry: Entry, timeline: Timeline, zone: ZoneInfo) -> Iterator[str]:
    match entry.kind:
        case "incident" if entry.card is not None:
            yield from _incident(entry, entry.card, timeline, zone)
        case "fixed":
            yield from _fixed(entry, timeline)
        case _:
            yield from _other(entry, timeline, zone)


def _incident(entry: Entry, card: Card, timeline: Timeline, zone: ZoneInfo) -> Iterator[str]:
    at = "" if card.day_only else _clock(_local(entry.occurred_at, zone))
    level = "MAJOR" if card.level == "major" else card.level
    what = seen(card)
    others = [p.label for p in card.people.values() if p.label != entry.label]
    parts = (what, _place(card), _own_part(card, entry), f"with {', '.join(others)}" * bool(others))
    line = f"{at:>5}  {level:<6} {' · '.join(filter(None, parts))}"
    if card.standing == "voided":
        line = f"{at:>5}  {'VOIDED':<6} {' · '.join(filter(None, parts))}: {card.void_reason}"
    if card.standing == "merged":
        line = f"{at:>5}  {'same':<6} as {(card.merged_into or '')[:SHORT]}"
    yield _with_id(line, entry.id)
    if card.standing == "open":
        yield from (f"{'':14}{more}" for more in _details(card, entry.label, timeline))


def _own_part(card: Card, entry: Entry) -> str:
    """What this student was in it, when not referred."""
    person = card.people.get(entry.label or "")
    return "" if person is None or person.referred else f"as {', '.join(person.roles)}"


def _place(card: Card) -> str:
    place, code = card.details.get("place"), card.details.get("location")
    return place or (Location(code).label if code else "place not said")


def _details(card: Card, own: str | None, timeline: Timeline) -> Iterator[str]:
    """What was said of it, and what was done with this participant alone."""
    for said in card.statements:
        yield _statement(said, timeline)
    person = card.people.get(own or "")
    if person is not None and person.motivation:
        yield f"why: {Motivation(person.motivation).label}"
    done = [doing(action) for action in card.actions.values() if action.label == own]
    if done:
        yield f"done: {' · '.join(done)}"
    yield from (restrained(used) for used in card.restraints if used["label"] == own)
    for contact in card.contacts:
        if contact["label"] == own:
            note = f": {contact['note']}" if contact.get("note") else ""
            yield f"contact: {contacted(contact)}{note}"
    if card.office:
        yield f"sent to the office: {_name(card.office.get('to'), timeline)}"
    if card.origin:
        yield origin(card)


def _statement(said: Any, timeline: Timeline) -> str:
    who = _name(said.observer, timeline)
    if said.destroyed:
        return f"statement {said.number}: {said.destroyed}"
    if not said.number:
        return f"{who} says: {said.text}"
    if said.kind == "reported":
        return f"told by {who}, who saw it: {said.text}"
    return f"{said.verb} {who}: {said.text}"


def seen(card: Card) -> str:
    """disruption, other (State Offense)"""
    each = [_called(Behavior(one["code"]).label, one.get("foreign")) for one in card.seen]
    return ", ".join(dict.fromkeys(each)) or "no behavior named"


def _called(label: str, foreign: str | None) -> str:
    """Our word, with that of the source it came from."""
    return f"{label} ({foreign})" if foreign else label


def origin(card: Card) -> str:
    """from sis: 10 of school 255901001, kept there from here"""
    if card.origin is None:
        return ""
    sinks = ", ".join(card.origin["adopted"])
    adopted = f", kept at {sinks} from here" if sinks else ""
    return f"from {Origin.model_construct(**card.origin)}{adopted}"


def doing(done: Any) -> str:
    """in-school suspension, 2 days (served 1 day)"""
    what = _called(Action(done.action).label, done.foreign)
    told = ", ".join(filter(None, (what, _length(done.minutes, done.days))))
    if not done.served:
        return told
    served = f"served {_length(done.served_minutes, done.served_days)}".strip()
    return f"{told} ({served})"


def _length(minutes: int | None, days: str | None) -> str:
    if days is not None:
        return f"{days} {'day' if 0 < float(days) <= 1 else 'days'}"
    return f"{minutes} min" if minutes is not None else ""


def restrained(used: dict[str, Any]) -> str:
    minutes = f", {used['minutes']} min" if "minutes" in used else ""
    return f"{used['kind'].replace('-', ' ').upper()} of {used['label']}{minutes}"


def contacted(contact: dict[str, Any]) -> str:
    whom = contact.get("with_whom") or contact.get("relation", "family")
    language = f", {contact['language']}" if "language" in contact else ""
    return f"{whom}, {contact['outcome'].replace('-', ' ')}{language}"


def _fixed(entry: Entry, timeline: Timeline) -> Iterator[str]:
    body = entry.body
    who = _name(entry.actor, timeline)
    change = f"{body['was']} → {body['now']}" if body["was"] else body["now"]
    reason = f' ("{body["reason"]}")' if body["reason"] else ""
    yield f"{'':>5}  {'fixed':<6} {entry.id[:SHORT]}, {who}: {change}{reason}"


def _other(entry: Entry, timeline: Timeline, zone: ZoneInfo) -> Iterator[str]:
    at = _clock(_local(entry.occurred_at, zone)) if entry.kind != "roster" else ""
    line = entry.line.removeprefix("contact: ").removeprefix("strength: ")
    who = entry.body.get("by")
    by = f" · {_name(who, timeline)}" if who else ""
    words = entry.body.get("words")
    kind = {"contact": "call", "observation": "watch"}.get(entry.kind, entry.kind)
    yield f"{at:>5}  {kind:<6} {line}{by}"
    if words:
        yield f"{'':14}{words}"


def _with_id(line: str, id: str) -> str:
    return f"{line}{' ' * max(2, WIDTH - 12 - SHORT - len(line))}{id[:SHORT]}"


def _name(id: str | None, timeline: Timeline) -> str:
    """A member of staff by name, a participant by placeholder."""
    return timeline.staff.get(id or "", id or "somebody")


def _rest(timeline: Timeline, shown: int) -> list[str]:
    more = len(timeline.entries) - shown
    told = f"{more} more in this time: --all-entries" if more > 0 else ""
    older = f"{timeline.earlier} earlier: --since, or --all --purpose" if timeline.earlier else ""
    return list(filter(None, ("      ".join(filter(None, (told, older))),)))


def _unreadable(timeline: Timeline) -> Sequence[str]:
    if not timeline.unreadable:
        return ()
    return (
        f"{len(timeline.unreadable)} streams cannot be read and may be missing: bledger doctor",
    )


def _local(stored: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(stored).astimezone(zone)


def _clock(at: datetime) -> str:
    """12:10, and 3:05 PM only where the school day does not say which."""
    return show_time(at).removesuffix(" PM").removesuffix(" AM")
