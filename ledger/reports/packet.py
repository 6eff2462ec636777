"""The papers of one SST meeting as plain data: a copy for the team, the principal or the family.

Nothing here knows today: an equal position of the record gives an equal sheet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ledger.domain.codes import (
    MeetingKind,
    Positive,
)
from ledger.finding import Db
from ledger.reading.cases import Meeting
from ledger.reading.packets import Entry, Packet
from ledger.reading.plans import Plan, standing_of
from ledger.reports.packet_agreed import (
    clocks,
    contacts,
    family,
    owed,
    promised,
    promises,
    removed,
    rights,
    state_of,
    tried,
)
from ledger.reports.packet_entries import entries, happened
from ledger.reports.packet_family import Names, whose
from ledger.reports.packet_parts import (
    Row,
    Section,
    Sheet,
    Telling,
    behaviors,
    is_major,
    last_meeting,
    local,
    next_meeting,
    own_entries,
)
from ledger.reports.packet_plans import compared, drawn, plans, rounded, shown_plans
from ledger.said import clean

WALL = ("strengths", "known", "tried", "concerns", "questions", "strategies")
STEPS, SIGNATURES = 6, 6  # lines of the wall chart for actions, and for who is there


def names_on(facts: Packet, book: Db) -> Names:
    """Whose names a family's copy may show, and whose it may not."""
    adults = [*facts.staff.values(), facts.student.teacher]
    return whose(book, facts.ids, facts.people, adults)


def sheet(told: Telling, *, school: str, team: str, reader: str, copies: int = 1) -> Sheet:
    """The paper of these facts; `reader` is who prints it."""
    facts, words = told.facts, told.words
    heading = words.of("title", words.copy)
    return Sheet(
        lang=words.lang,
        copy=words.copy,
        title=words.of(
            "title", "packet", copy=heading, student=clean(facts.student.name), school=clean(school)
        ),
        school=" · ".join((clean(school), words.top("team") if team == "SST" else clean(team))),
        heading=heading,
        student=_student(told),
        meeting=_meeting(told),
        confidential="" if words.plain else words.of("title", "confidential"),
        warning=words.top("unreadable") if facts.unreadable else "",
        sections=tuple(_sections(told)),
        after_halves="entries",
        wall=dict(words.table["wall"]) | {"title": words.section("wall")},
        foots=tuple(_foot(told, n, copies, reader) for n in range(1, copies + 1)),
    )


def _student(told: Telling) -> str:
    who, words = told.facts.student, told.words
    grade = words.top("grade", grade=who.grade) if who.grade else ""
    number = "" if words.plain else who.number
    return clean(" · ".join(filter(None, (who.name, grade, who.teacher, number))))


def _foot(told: Telling, n: int, copies: int, reader: str) -> str:
    facts, words = told.facts, told.words
    head = " ".join((facts.head[:4], facts.head[4:8]))
    return words.top(
        "foot_family" if words.plain else "foot",
        when=words.when(facts.recorded_at),
        position=f"{facts.position:,}",
        head=head,
        copy=n,
        copies=copies,
        reader=reader,
    )


def _meeting(told: Telling) -> str:
    """The meeting that comes next."""
    coming = next_meeting(told.facts)
    if coming is None:
        return told.words.top("no_meeting")
    when = told.words.when(local(told, coming.at))
    return told.words.top("meeting", when=when, kind=_kind(told, coming))


def _kind(told: Telling, meeting: Meeting) -> str:
    """follow-up 1"""
    kind = MeetingKind(meeting.kind)
    said = told.words.table["meetingkind"].get(kind.value, kind.label)
    before = [m for case in told.facts.cases for m in case.meetings if m.state == "held"]
    return str(said).replace("{number}", str(len(before)))


def _sections(told: Telling) -> Iterator[Section]:
    yield _part(told, "strengths", rows=_strengths(told))
    since = last_meeting(told.facts)
    changed = tuple(compared(told, since))
    if since is not None and changed:
        title = told.words.section("since", day=told.words.short(since))
        yield _part(told, "since", rows=changed, title=title)
    yield plans(told)
    yield happened(told)
    yield entries(told)
    yield _part(told, "tried", rows=tuple(tried(told)), none="none_tried")
    yield _part(told, "promised", rows=tuple(promised(told)), none="none_promised")
    yield _part(told, "family", rows=tuple(family(told)), none="no_contact")
    yield _part(told, "clocks", rows=tuple(clocks(told)))
    if told.words.plain:
        yield rights(told)


def _part(
    told: Telling, name: str, *, rows: Sequence[Row], title: str = "", none: str = ""
) -> Section:
    without = (Row("", told.words.say(none)),) if none and not rows else ()
    return Section(name, title or told.words.section(name), rows=(*rows, *without))


def _strengths(told: Telling) -> tuple[Row, ...]:
    """What was praised, the most often first, and what the last meeting said."""
    kinds = Counter(_praised(e) for e in told.facts.entries if e.kind == "praise")
    said = [_noted(told, kind, count) for kind, count in kinds.most_common()]
    said += [told.text(line) for line in _last_chart(told.facts).get("strengths", ())]
    return (Row("", " · ".join(said) or told.words.say("no_strengths")),)


def _praised(entry: Entry) -> Positive:
    return Positive(entry.line.removeprefix("strength: ").replace(" ", "-"))


def _noted(told: Telling, kind: Positive, count: int) -> str:
    what = told.words.code(kind)
    return told.words.say("note" if count == 1 else "notes", what=what, count=count)


def _last_chart(facts: Packet) -> dict[str, Any]:
    held = [m for case in facts.cases for m in case.meetings if m.chart is not None]
    return (max(held, key=lambda m: m.at).chart or {}) if held else {}


def figures(told: Telling) -> dict[str, Any]:
    """What was counted, by codes; no text and no name."""
    facts, own = told.facts, own_entries(told.facts)
    people = [card.people[entry.label or ""] for entry, card in own]
    lost = [person.minutes_lost for person in people]
    return {
        "since": facts.since,
        "incidents": len(own),
        "major": sum(is_major(entry, card) for entry, card in own),
        "places": Counter(card.details.get("location") or "not said" for _, card in own),
        "behaviors": Counter(b.value for entry, card in own for b in behaviors(entry, card)),
        "motivations": Counter(person.motivation or "not said" for person in people),
        "minutes_lost": sum(one for one in lost if one is not None),
        "minutes_not_said": lost.count(None),
        "removed_days": f"{removed(told).normalize():f}",
        "praise": sum(entry.kind == "praise" for entry in facts.entries),
        "contacts": len([*contacts(told)]),
        "promises": Counter(state_of(p, facts.today) for p in promises(facts)),
        "plans": [_figures_of(told, plan) for plan in shown_plans(facts)],
        "owed": [(line.rule, line.by, line.state) for line in owed(told)],
    }


def _figures_of(told: Telling, plan: Plan) -> dict[str, Any]:
    standing = standing_of(plan, told.facts.calendar, told.rules, told.facts.today)
    return {
        "plan": plan.number,
        "kind": plan.kind,
        "state": standing.state,
        "now": None if standing.now is None else rounded(standing.now),
        "at_goal": standing.at_goal,
        "of": standing.of,
        "days": [day.shown if day.value is not None else None for day in drawn(told, plan)],
    }
