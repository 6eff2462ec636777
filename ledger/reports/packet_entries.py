"""What happened, as a packet tells it: figures, and the last entries with what each rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from ledger.domain.codes import (
    Action,
    Location,
    Motivation,
    Relation,
    RestraintKind,
    Role,
)
from ledger.domain.days import is_school_day, school_year_of
from ledger.reading.packets import Card, Entry, Packet
from ledger.reports.packet_family import PLACEHOLDER, Cast
from ledger.reports.packet_parts import (
    SEPARATED,
    SHORT,
    Item,
    Line,
    Row,
    Section,
    Telling,
    behaviors,
    cast_of,
    each_day,
    is_own,
    last_meeting,
    local,
    own_cards,
    own_entries,
)
from ledger.reports.packet_words import GUARDIAN
from ledger.said import clean

LAST = {"team": 6, "principal": 10, GUARDIAN: 12}  # entries on a copy
NEAR = timedelta(minutes=30)  # within which things happen at one time of day


def happened(told: Telling) -> Section:
    facts, words = told.facts, told.words
    own = own_entries(facts)
    name = "no_incidents" if not own else "one_incident" if len(own) == 1 else "incidents"
    period = words.say(
        "period",
        first=words.short(first_day(facts)),
        last=words.short(facts.today),
        count=words.say(name, count=len(own)),
    )
    rows = tuple(_counts(told, own)) if own else ()
    return Section("happened", words.section("happened"), note=period, rows=rows, half=True)


def first_day(facts: Packet) -> date:
    """The first school day that the papers tell of; a guessed year begins as it is guessed."""
    if school_year_of(facts.calendar, facts.since).guessed:
        return facts.since
    days = each_day(facts.since, facts.today)
    return next((day for day in days if is_school_day(facts.calendar, day)), facts.since)


def _counts(told: Telling, own: Sequence[tuple[Entry, Card]]) -> Iterator[Row]:
    words = told.words
    places = {place: len(cards) for place, cards in by_place(told).items()}
    yield Row(words.say("place"), _ranked(places))
    yield Row(words.say("time"), _times(told, [card for _, card in own]))
    seen = Counter(words.code(b) for entry, card in own for b in behaviors(entry, card))
    yield Row(words.say("what"), _ranked(seen))
    if not words.plain:
        yield Row(words.say("why"), _why(told, own))
    yield Row(words.say("lost"), _lost(told, own))


def _ranked(counts: dict[str, int]) -> str:
    """cafeteria 4 · classroom 2"""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return SEPARATED.join(f"{name}\u00a0{count}" for name, count in ordered)


def by_place(told: Telling) -> dict[str, list[Card]]:
    found: dict[str, list[Card]] = {}
    for card in own_cards(told.facts):
        found.setdefault(_place(told, card), []).append(card)
    return dict(sorted(found.items(), key=lambda one: (-len(one[1]), one[0])))


def _place(told: Telling, card: Card) -> str:
    """The school's own word, which is the team's, or the code's."""
    place, code = card.details.get("place"), card.details.get("location")
    if code is None:
        return told.words.say("place_not_said")
    plain = told.words.plain or told.words.lang != "en"
    return told.words.code(Location(code)) if plain or not place else clean(place)


def _times(told: Telling, cards: Sequence[Card]) -> str:
    """12:10–12:18 4 · other 3: the time of day at which most happened, when several did."""
    words = told.words
    timed = [local(told, card.occurred_at) for card in cards if not card.day_only]
    unsaid = len(cards) - len(timed)
    minutes = sorted(at.hour * 60 + at.minute for at in timed)
    most = max(
        ([m for m in minutes if 0 <= m - first <= NEAR.seconds // 60] for first in minutes),
        key=len,
        default=[],
    )
    said = []
    if len(most) > 1:
        said.append(f"{_clock(told, most[0], most[-1])} {len(most)}")
        said += [words.say("other_times", count=len(minutes) - len(most))] * (
            len(minutes) > len(most)
        )
    elif minutes:
        said.append(words.say("no_time"))
    said += [words.say("not_said", count=unsaid)] * bool(unsaid)
    return " · ".join(said)


def _clock(told: Telling, first: int, last: int) -> str:
    """12:10–12:18 PM"""
    day = told.facts.recorded_at
    start, end = (day.replace(hour=m // 60, minute=m % 60) for m in (first, last))
    if first == last:
        return told.words.time(start)
    half = (start.hour < 12) != (end.hour < 12)
    return f"{told.words.time(start, half=half)}–{told.words.time(end)}"


def _why(told: Telling, own: Sequence[tuple[Entry, Card]]) -> str:
    known = [card.people[entry.label or ""].motivation for entry, card in own]
    counts = Counter(told.words.code(Motivation(code)) for code in known if code)
    unsaid = known.count(None)
    more = [told.words.say("not_said", count=unsaid)] if unsaid else []
    return " · ".join(filter(None, (_ranked(counts), *more)))


def _lost(told: Telling, own: Sequence[tuple[Entry, Card]]) -> str:
    lost = [card.people[entry.label or ""].minutes_lost for entry, card in own]
    unsaid = lost.count(None)
    if unsaid == len(lost):
        return told.words.say("not_said", count=unsaid) if unsaid else ""
    total = sum(one for one in lost if one is not None)
    said = told.words.say("hours", hours=total // 60, minutes=f"{total % 60:02}")
    return f"{said}, {told.words.say('not_said', count=unsaid)}" if unsaid else said


def entries(told: Telling) -> Section:
    words, facts = told.words, told.facts
    all_ = [
        e for e in facts.entries if e.card and e.kind == "incident" and e.card.standing == "open"
    ]
    after = (last_meeting(facts) or facts.since).isoformat()
    recent = [e for e in all_ if local(told, e.occurred_at).date().isoformat() >= after] or all_
    listed = recent[: LAST[words.copy]]
    items = [_item(told, entry, entry.card) for entry in listed if entry.card]
    more = len(all_) - len(listed)
    if more:
        said = words.say("more_entries", count=more, day=words.short(first_day(facts)))
        items.append(Item("", (Line("", said, "note"),)))
    note = words.say("entries_note_family" if words.plain else "entries_note")
    return Section("entries", words.section("entries"), note=note, items=tuple(items))


def _item(told: Telling, entry: Entry, card: Card) -> Item:
    lines = [*_said(told, entry, card), *_kept_beside(told, entry, card)]
    return Item(_head(told, entry, card), tuple(lines), ref=f"incident show {entry.id[:SHORT]}")


def _head(told: Telling, entry: Entry, card: Card) -> str:
    words = told.words
    at = local(told, entry.occurred_at)
    day = words.day(at) if words.plain else words.short(at)
    when = (
        day
        if card.day_only
        else f"{day}, {words.time(at)}"
        if words.plain
        else f"{day} {words.time(at)}"
    )
    what = ", ".join(dict.fromkeys(words.code(b) for b in behaviors(entry, card)))
    others = len(card.people) - 1
    with_ = words.top("with_one") if others == 1 else words.top("with_more", count=others)
    part = "" if is_own(entry) else words.say("part", roles=_roles(told, entry, card))
    return " · ".join(filter(None, (when, _place(told, card), what, part, with_ if others else "")))


def _roles(told: Telling, entry: Entry, card: Card) -> str:
    roles = card.people[entry.label or ""].roles if entry.label in card.people else []
    return ", ".join(told.words.code(Role(role)) for role in roles)


def _said(told: Telling, entry: Entry, card: Card) -> Iterator[Line]:
    """What was seen; what was told or concluded only where it may stand, and marked."""
    lines = [line for said in card.statements for line in _statement(told, entry, card, said)]
    yield from lines
    if not lines:
        seen = [
            said.observer for said in card.statements if said.kind == "reported" and said.number
        ]
        staff = [id for id in seen if id in told.facts.staff]
        who = told.staff(staff[0] if staff else card.reported_by or card.recorded_by)
        yield Line("", told.words.say("no_statement", who=who), "note")


def _statement(told: Telling, entry: Entry, card: Card, said: Any) -> Iterator[Line]:
    words, cast = told.words, cast_of(entry, card)
    name = {"observation": "saw", "abc": "watched", "reported": "told", "inference": "thinks"}[
        said.kind
    ]
    if not _may_stand(told, name, said, cast, referred=is_own(entry)):
        return
    who = _observer(told, said, cast)
    mark = words.say(name if said.number else "origin", who=who)
    text = words.say("destroyed") if said.destroyed else told.text(said.text, cast)
    if name == "watched":
        parts = ((words.say("before"), said.antecedent), (words.say("after"), said.consequence))
        text = " ".join(
            (text, *(f"({label}: {told.text(more, cast)})" for label, more in parts if more))
        )
    yield Line(mark, text, name)
    yield from (
        line for one in card.challenges for line in _challenge(told, entry, card, one, said.number)
    )


def _observer(told: Telling, said: Any, cast: Cast) -> str:
    """A member of staff, somebody who took part, or the source that it came from."""
    if said.observer in cast.people:
        return told.text(said.observer, cast)
    return told.staff(said.observer) if said.number else clean(said.observer or "")


def _may_stand(told: Telling, kind: str, said: Any, cast: Cast, *, referred: bool) -> bool:
    """For a family what was seen of their child; conclusions where they are asked for."""
    if told.words.plain:
        seen = kind in ("saw", "watched") and bool(said.number)
        return seen and _is_about(said.text or "", cast, referred=referred)
    return kind != "thinks" or told.conclusions or told.words.copy == "principal"


def _is_about(text: str, cast: Cast, *, referred: bool) -> bool:
    """Whether it tells of the child; what names nobody first tells of who was referred."""
    named = PLACEHOLDER.findall(text)
    if cast.own in named:
        return True
    begins = PLACEHOLDER.match(text.lstrip())
    return referred and begins is None


def _challenge(
    told: Telling, entry: Entry, card: Card, one: dict[str, Any], number: int | None
) -> Iterator[Line]:
    """That a family challenged this statement, and what came of it."""
    if one.get("statement") != number:
        return
    words = told.words
    decided = one.get("appeal") or one.get("decided")
    name = "challenged"
    if decided:
        name = "challenge_sustained" if decided["sustained"] else "challenge_denied"
    on = words.short(date.fromisoformat((decided or one)["on"]))
    asked = words.short(date.fromisoformat(one["on"]))
    yield Line(
        "", words.say(name, who=_relation(told, entry, card, one), day=asked, decided=on), "flag"
    )


def _relation(told: Telling, entry: Entry, card: Card, said: dict[str, Any]) -> str:
    """Who of the family; where several families are in it, no family is told which other."""
    others = told.words.plain and len(card.people) > 1 and said.get("label") != entry.label
    relation = None if others else said.get("relation")
    return told.words.code(Relation(relation)) if relation else told.words.say("a_family")


def _kept_beside(told: Telling, entry: Entry, card: Card) -> Iterator[Line]:
    """What stands with the entry: the family's own words, what was done, what was corrected."""
    for one in card.challenges:
        yield from _challenge(told, entry, card, one, None)
    for one in card.attached:
        yield from _attached(told, entry, card, one)
    done = [_done(told, action) for action in card.actions.values() if action.label == entry.label]
    done += [_restrained(told, used) for used in card.restraints if used["label"] == entry.label]
    if done:
        yield Line(told.words.say("done"), " · ".join(done), "note")
    changes = [c for c in card.changes if c.label in (None, entry.label)]
    yield from _corrections(told, changes)


def _attached(told: Telling, entry: Entry, card: Card, said: dict[str, Any]) -> Iterator[Line]:
    """The family's statement; a family is shown none that may be another's."""
    of = said.get("label")
    if told.words.plain and (of != entry.label if of else len(card.people) > 1):
        yield Line("", told.words.say("attached_other"), "flag")
        return
    day = told.words.short(date.fromisoformat(said["on"]))
    mark = told.words.say("attached", who=_relation(told, entry, card, said), day=day)
    yield Line(mark, told.text(said["text"], cast_of(entry, card)), "family")


def _done(told: Telling, action: Any) -> str:
    said = told.words.code(Action(action.action))
    days, minutes = action.served_days or action.days, action.served_minutes or action.minutes
    length = told.words.say("days", count=days) if days else f"{minutes} min" if minutes else ""
    against = [told.rules[id].cite for id in action.against if id in told.rules.by_id]
    flag = told.words.say("happened_flag", rules=", ".join(against)) if against else ""
    return ", ".join(filter(None, (said, length, flag)))


def _restrained(told: Telling, used: dict[str, Any]) -> str:
    what, minutes = told.words.code(RestraintKind(used["kind"])), used.get("minutes")
    name = "restrained_unsaid" if minutes is None else "restrained"
    return told.words.say(name, what=what, minutes=minutes)


def _corrections(told: Telling, changes: Sequence[Any]) -> Iterator[Line]:
    words = told.words
    for change in changes:
        day = words.short(local(told, change.recorded_at))
        if words.plain or words.lang != "en":
            yield Line("", words.say("corrected_family", day=day), "flag")
            continue
        name = "corrected" if change.was else "corrected_new"
        yield Line("", words.say(name, day=day, now=change.now, was=change.was), "flag")
