"""A student's timeline as lines of text: strengths first, then counts, then what happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from ledger.domain.codes import Action, Behavior, Location, Motivation
from ledger.domain.particulars import Origin
from ledger.reading import Card, Entry, Timeline
from ledger.reading.timelines import Standing
from ledger.reports import WIDTH, timeline_lines, timeline_now, wrapped
from ledger.reports.due_process import against
from ledger.reports.timeline_now import Then
from ledger.said import show_time

SHORT = 7
FOLDED = 3  # days in a row with a card and nothing else that are one line
FLAGS = {"iep": "IEP", "section-504": "504 plan"}


def lines(
    standing: Standing,
    then: Then,
    *,
    shown: int | None,
    year: str,
    kinds: Collection[str] = (),
    now: bool = True,
) -> list[str]:
    """The timeline on the screen; at most `shown` entries, all when None, of these kinds, or all.

    Cards are not counted among them. What was not asked for is not summed up either.
    """
    timeline, zone = standing.timeline, then.zone
    told = wrapped(_title(timeline, year), 4)
    told += _strengths(timeline, zone) if not kinds or "praise" in kinds else []
    going_on = now and (not kinds or not {"sst", "plan"}.isdisjoint(kinds))
    told += timeline_now.lines(standing.plans, standing.cases, then) if going_on else []
    removed = timeline_now.removed(standing.removals, then)
    told += _counts(timeline, removed) if not kinds or "incident" in kinds else []
    entries = _first(timeline.entries, shown)
    folded = shown is not None and "card" not in kinds
    told += ["", *_days(entries, timeline, then, year, folded=folded)]
    left = sum(e.kind != "card" for e in timeline.entries[len(entries) :])
    return [*told, *_rest(timeline, left), *_unreadable(timeline)]


def _first(entries: Sequence[Entry], shown: int | None) -> Sequence[Entry]:
    """So many entries beside the cards, and the cards of their days."""
    if shown is None:
        return entries
    places = [n for n, entry in enumerate(entries) if entry.kind != "card"]
    if len(places) <= shown:
        return entries
    return entries[: places[shown]]


def _days(
    entries: Sequence[Entry], timeline: Timeline, then: Then, year: str, *, folded: bool
) -> Iterator[str]:
    """The entries day by day; the first line of a day has its name."""
    day, in_year = "", year
    for some in _runs(entries, then.zone) if folded else ([entry] for entry in entries):
        first, last = (_local(one.occurred_at, then.zone) for one in (some[0], some[-1]))
        if str(first.year) not in in_year:
            yield str(first.year)
        in_year = str(first.year)
        today = f"{first:%b} {first.day:>2} {first:%a}" if len(some) == 1 else _span(last, first)
        told = _entry(some[0], timeline, then) if len(some) == 1 else iter([_cards(some)])
        for n, line in enumerate(told):
            named = today if n == 0 and today != day else ""
            yield from wrapped(f"{named:<10}  {line}".rstrip())
        day = today


def _runs(entries: Sequence[Entry], zone: ZoneInfo) -> Iterator[list[Entry]]:
    """Each entry by itself, but days in a row of which there is a card alone together."""
    by_day = [
        list(own) for _, own in groupby(entries, lambda e: _local(e.occurred_at, zone).date())
    ]
    for alone, days in groupby(by_day, lambda own: len(own) == 1 and own[0].kind == "card"):
        some = [one for own in days for one in own]
        yield from [some] if alone and len(some) >= FOLDED else ([one] for one in some)


def _span(first: datetime, last: datetime) -> str:
    """Oct 6\u201313, or the month alone where the days are of two."""
    if first.month == last.month:
        return f"{first:%b} {first.day:>2}\u2013{last.day}"
    return f"{first:%b %-d}\u2013{last:%b}"


def _cards(entries: Sequence[Entry]) -> str:
    """card   8 days: 78 % 92 % – …"""
    said = [timeline_lines.short(entry.body) for entry in reversed(entries)]
    return f"{'':>5}  {'card':<6} {len(entries)} days: {' '.join(said)}"


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


def _counts(timeline: Timeline, removed: str = "") -> list[str]:
    """Incidents in which this student was referred; those that do not stand are not counted."""
    cards = [e.card for e in timeline.entries if e.card and e.kind == "incident"]
    own = [c for c in cards if c.standing == "open" and _is_referred(c, timeline)]
    levels = Counter(card.level for card in own)
    if not own:
        return [" · ".join(filter(None, ("COUNTS     no incident in this time", removed)))]
    lost = [_lost(card, timeline) for card in own]
    minutes = sum(one for one in lost if one is not None)
    unsaid = f", {lost.count(None)} not said" if None in lost else ""
    word = "incident" if len(own) == 1 else "incidents"
    kinds = ", ".join(f"{levels[level]} {level}" for level in ("minor", "major") if levels[level])
    total = f"{minutes // 60} h {minutes % 60:02}"
    lost_words = f"instruction lost {total}{unsaid}"
    parts = (f"{len(own)} {word}: {kinds}", removed, lost_words)
    return [f"COUNTS     {' · '.join(filter(None, parts))}"]


def _is_referred(card: Card, timeline: Timeline) -> bool:
    own = timeline.student.student_id
    return any(p.student_id == own and p.referred for p in card.people.values())


def _lost(card: Card, timeline: Timeline) -> int | None:
    own = timeline.student.student_id
    return next(p.minutes_lost for p in card.people.values() if p.student_id == own)


def _entry(entry: Entry, timeline: Timeline, then: Then) -> Iterator[str]:
    zone = then.zone
    match entry.kind:
        case "incident" if entry.card is not None:
            yield from _incident(entry, entry.card, timeline, then)
        case "fixed":
            yield from _fixed(entry, timeline)
        case kind if kind in timeline_lines.KINDS:
            yield from _told(entry, timeline, then)
        case _:
            yield from _other(entry, timeline, zone)


def _told(entry: Entry, timeline: Timeline, then: Then) -> Iterator[str]:
    known = timeline_lines.Names(timeline.staff, then.zone, then.team)
    told = timeline_lines.told(entry, known)
    at = _clock(_local(entry.occurred_at, then.zone)) if timeline_lines.timed(entry) else ""
    line = f"{at:>5}  {told.kind:<6} {told.line}"
    yield _with_id(line, told.id) if told.id else line
    yield from (f"{'':14}{more}" for more in told.below)


def _incident(entry: Entry, card: Card, timeline: Timeline, then: Then) -> Iterator[str]:
    at = "" if card.day_only else _clock(_local(entry.occurred_at, then.zone))
    level = "MAJOR" if card.level == "major" else card.level
    what = seen(card)
    others = [p.label for p in card.people.values() if p.label != entry.label]
    parts = (what, _place(card), _own_part(card, entry), f"with {', '.join(others)}" * bool(others))
    line = f"{at:>5}  {level:<6} {' · '.join(filter(None, parts))}"
    if card.standing == "voided":
        line = f"{at:>5}  {'VOIDED':<6} {' · '.join(filter(None, parts))}: {card.void_reason}"
    if card.standing == "merged":
        line = f"{at:>5}  {'same':<6} as {(card.merged_into or '')[:SHORT]}"
    yield _with_id(line, entry.id[:SHORT])
    if card.standing == "open":
        details = _details(card, entry.label, timeline, then)
        yield from (f"{'':14}{more}" for more in details)


def _own_part(card: Card, entry: Entry) -> str:
    """What this student was in it, when not referred."""
    person = card.people.get(entry.label or "")
    return "" if person is None or person.referred else f"as {', '.join(person.roles)}"


def _place(card: Card) -> str:
    place, code = card.details.get("place"), card.details.get("location")
    return place or (Location(code).label if code else "place not said")


def _details(card: Card, own: str | None, timeline: Timeline, then: Then) -> Iterator[str]:
    """What was said of it, and what was done with this participant alone."""
    for said in card.statements:
        yield _statement(said, timeline)
    person = card.people.get(own or "")
    if person is not None and person.motivation:
        yield f"why: {Motivation(person.motivation).label}"
    done = [doing(action) for action in card.actions.values() if action.label == own]
    if done:
        yield f"done: {' · '.join(done)}"
    yield from _flagged(card, own, then)
    yield from (restrained(used) for used in card.restraints if used["label"] == own)
    for contact in card.contacts:
        if contact["label"] == own:
            note = f": {contact['note']}" if contact.get("note") else ""
            yield f"contact: {contacted(contact)}{note}"
    if card.office:
        yield f"sent to the office: {_name(card.office.get('to'), timeline)}"
    if card.origin:
        yield origin(card)


def _flagged(card: Card, own: str | None, then: Then) -> Iterator[str]:
    """What was done against a rule, which one, and why: shown for ever."""
    for done in card.actions.values():
        if done.label == own and done.against:
            why = f": {done.happened}" if done.happened else ""
            flag = against(done.against, then.rules.by_id)
            yield f"! {Action(done.action).label} {flag}{why}"


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
    """The id at the end of the first line; what does not fit before it goes on below."""
    room = WIDTH - 12 - len(id) - 2
    if len(line) > room and (cut := line.rfind(" ", 14, room)) > 0:
        return f"{_with_id(line[:cut], id)}\n{line[cut + 1 :]}"
    return f"{line}{' ' * max(2, WIDTH - 12 - len(id) - len(line))}{id}"


def _name(id: str | None, timeline: Timeline) -> str:
    """A member of staff by name, a participant by placeholder."""
    return timeline.staff.get(id or "", id or "somebody")


def _rest(timeline: Timeline, more: int) -> list[str]:
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
