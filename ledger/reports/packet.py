"""The papers of one SST meeting as plain data: a copy for the team, the principal or the family.

Nothing here knows today: an equal position of the record gives an equal sheet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ledger.domain.clocks import Due, due
from ledger.domain.codes import (
    Action,
    Answered,
    Behavior,
    ContactOutcome,
    Location,
    MeetingKind,
    Motivation,
    NoData,
    PlanKind,
    Positive,
    Relation,
    RestraintKind,
    Role,
    Verdict,
)
from ledger.domain.days import is_school_day, school_year_of
from ledger.domain.plan import Goal
from ledger.domain.progress import Standing
from ledger.domain.removals import counted, halves
from ledger.domain.rules import Rules
from ledger.finding import Db
from ledger.reading.cases import Case, Meeting, Promise
from ledger.reading.packets import Card, Entry, Packet
from ledger.reading.plans import Plan, goal_of, series_of, standing_of
from ledger.reports.packet_charts import Chart, Day
from ledger.reports.packet_family import NOBODY, PLACEHOLDER, Cast, Names, masked, whose
from ledger.reports.packet_words import GUARDIAN, Words, fill
from ledger.said import clean

SHORT = 7
LAST = {"team": 6, "principal": 10, GUARDIAN: 12}  # entries on a copy
DRAWN = 15  # school days on a chart
FEWEST = 5  # school days before and after a meeting that can be compared
NEAR = timedelta(minutes=30)  # within which things happen at one time of day
SEPARATED = "\u00a0· "
SIGNS = {"kept": "✓", "late": "✗", "open": "·", "dropped": "–"}
WALL = ("strengths", "known", "tried", "concerns", "questions", "strategies")
STEPS, SIGNATURES = 6, 6  # lines of the wall chart for actions, and for who is there


@dataclass(frozen=True)
class Line:
    """A line of an entry; `mark` says on what it rests, `kind` how it is set."""

    mark: str
    text: str
    kind: str = ""  # saw, told, thinks, note


@dataclass(frozen=True)
class Item:
    """One entry: when and where, and what is said of it."""

    head: str
    lines: tuple[Line, ...] = ()
    ref: str = field(default="", compare=False)  # the entry that it is of, never printed


@dataclass(frozen=True)
class Row:
    """A figure or a fact, with what it is of."""

    label: str
    text: str
    ref: str = field(default="", compare=False)


@dataclass(frozen=True)
class Section:
    """One part of the paper; `half` stands beside the next one that is half."""

    name: str
    title: str
    note: str = ""
    rows: tuple[Row, ...] = ()
    items: tuple[Item, ...] = ()
    charts: tuple[Chart, ...] = ()
    half: bool = False


@dataclass(frozen=True)
class Sheet:
    """All that is on one packet, in the order in which it is read."""

    lang: str
    copy: str
    title: str
    school: str
    heading: str
    student: str
    meeting: str
    confidential: str
    warning: str
    sections: tuple[Section, ...]
    after_halves: str  # the part below those that stand side by side
    wall: dict[str, str]
    foots: tuple[str, ...]  # of each copy


@dataclass(frozen=True)
class Telling:
    """What is told, to whom, in whose words, and what has to be kept out."""

    facts: Packet
    words: Words
    rules: Rules
    names: Names  # whose may stand on the paper, and whose may not
    conclusions: bool = False

    @property
    def child(self) -> str:
        return self.facts.student.given or self.facts.student.name

    def text(self, said: str | None, cast: Cast = NOBODY) -> str:
        """A text of somebody, as the reader of this copy may see it."""
        if not said:
            return ""
        return clean(masked(said, cast, self.child, self.words, self.names))

    def staff(self, id: str | None) -> str:
        """A member of staff, by name for a family and by family name for the team."""
        name = self.facts.staff.get(id or "", "")
        if not name:
            return self.words.top("somebody")
        return name if self.words.plain else name.split()[-1]

    def who(self, people: Iterable[dict[str, Any]]) -> str:
        """Who promised or finds out: staff by name, the family by relation."""
        return f" {self.words.say('and')} ".join(map(self._one, people))

    def _one(self, who: dict[str, Any]) -> str:
        if "staff" in who:
            return self.staff(who["staff"])
        if "relation" in who:
            return self.words.code(Relation(who["relation"]))
        return self.text(who.get("role")) or self.child


def names_on(facts: Packet, book: Db) -> Names:
    """Whose names a family's copy may show, and whose it may not."""
    return whose(book, facts.ids, facts.people, facts.staff.values())


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


# Meetings


def _meeting(told: Telling) -> str:
    """The meeting that comes next."""
    coming = next_meeting(told.facts)
    if coming is None:
        return told.words.top("no_meeting")
    when = told.words.when(_local(told, coming.at))
    return told.words.top("meeting", when=when, kind=_kind(told, coming))


def next_meeting(facts: Packet) -> Meeting | None:
    """The first that is set and has not been."""
    day = facts.today.isoformat()
    coming = [m for case in facts.cases for m in case.meetings if m.state == "set" and m.day >= day]
    return min(coming, key=lambda meeting: meeting.at, default=None)


def _kind(told: Telling, meeting: Meeting) -> str:
    """follow-up 1"""
    kind = MeetingKind(meeting.kind)
    said = told.words.table["meetingkind"].get(kind.value, kind.label)
    before = [m for case in told.facts.cases for m in case.meetings if m.state == "held"]
    return str(said).replace("{number}", str(len(before)))


def last_meeting(facts: Packet) -> date | None:
    """The day of the last one that was held."""
    held = [m.day for case in facts.cases for m in case.meetings if m.state == "held"]
    return date.fromisoformat(max(held)) if held else None


def _local(told: Telling, stored: str) -> datetime:
    return datetime.fromisoformat(stored).astimezone(told.facts.recorded_at.tzinfo)


# The parts, in their order


def _sections(told: Telling) -> Iterator[Section]:
    yield _part(told, "strengths", rows=_strengths(told))
    since = last_meeting(told.facts)
    compared = tuple(_compared(told, since))
    if since is not None and compared:
        title = told.words.section("since", day=told.words.short(since))
        yield _part(told, "since", rows=compared, title=title)
    yield _plans(told)
    yield _happened(told)
    yield _entries(told)
    yield _part(told, "tried", rows=tuple(_tried(told)), none="none_tried")
    yield _part(told, "promised", rows=tuple(_promised(told)), none="none_promised")
    yield _part(told, "family", rows=tuple(_family(told)), none="no_contact")
    yield _part(told, "clocks", rows=tuple(_clocks(told)))
    if told.words.plain:
        yield _rights(told)


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


# What changed


def _compared(told: Telling, since: date | None) -> Iterator[Row]:
    """Better, the same or worse than as many school days before; and what is late."""
    if since is None:
        return
    found: dict[str, list[str]] = {"better": [], "same": [], "worse": []}
    for name, before, after, figures in _pairs(told, since):
        how = "same" if before == after else "better" if after < before else "worse"
        found[how].append(f"{name} {figures}")
    late = [
        told.text(p.what) for p in promises(told.facts) if state_of(p, told.facts.today) == "late"
    ]
    for name, lines in (*found.items(), ("late", late)):
        if lines:
            yield Row(told.words.say(name), " · ".join(lines))


def _pairs(told: Telling, since: date) -> Iterator[tuple[str, Decimal, Decimal, str]]:
    """What was counted in as many school days before the meeting as after it; less is better."""
    before, after = windows(told.facts, since)
    if not before:
        return
    cards = own_cards(told.facts)
    sets = [(told.words.say("majors"), [c for c in cards if c.level == "major"])]
    sets.append((told.words.say("all"), list(cards)))
    sets += [(place, some) for place, some in _by_place(told).items() if len(some) > 2][:1]
    for name, some in sets:
        days = [_local(told, card.occurred_at).date() for card in some]
        was, now = (sum(day in window for day in days) for window in (before, after))
        if was or now:
            yield name, Decimal(was), Decimal(now), told.words.say("from_to", now=now, was=was)


def windows(facts: Packet, since: date) -> tuple[frozenset[date], frozenset[date]]:
    """As many school days before a meeting as there were after it; empty when too few are known."""
    after = [day for day in _days(since, facts.today)[1:] if is_school_day(facts.calendar, day)]
    known = [day for day in _days(facts.since, since) if is_school_day(facts.calendar, day)]
    if len(after) < FEWEST or len(known) < len(after):
        return frozenset(), frozenset()
    return frozenset(known[-len(after) :]), frozenset(after)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


# Plans


def _plans(told: Telling) -> Section:
    rows: list[Row] = []
    charts: list[Chart] = []
    for plan in shown_plans(told.facts):
        standing = standing_of(plan, told.facts.calendar, told.rules, told.facts.today)
        rows += _plan(told, plan, standing)
        charts += _chart(told, plan)
    none = () if rows else (Row("", told.words.say("no_plan")),)
    title = told.words.section("plan")
    return Section("plan", title, rows=(*rows, *none), charts=tuple(charts), half=True)


def shown_plans(facts: Packet) -> list[Plan]:
    """Those that run or wait, and those that ended since the papers begin; the last first."""
    since = (last_meeting(facts) or facts.since).isoformat()
    return [
        plan
        for plan in reversed(facts.plans)
        if plan.state != "ended" or (plan.ended_on or "") >= since
    ]


def _plan(told: Telling, plan: Plan, standing: Standing) -> Iterator[Row]:
    words = told.words
    day, name = {
        "draft": (plan.drafted_on, "plan_draft"),
        "approved": (plan.approved_on, "plan_approved"),
        "active": (plan.started_on, "plan_since"),
        "ended": (plan.ended_on, "plan_ended"),
    }[plan.state]
    kind = words.code(PlanKind(plan.kind))
    state = "" if words.plain else words.word("standing", standing.state)
    yield Row(state, words.say(name, kind=kind, day=words.short(date.fromisoformat(day or ""))))
    goal = goal_of(plan)
    said = [words.say("goal_is", target=_aim(words, goal))]
    if standing.now is not None:
        said.append(words.say("now_is", now=_amount(words, goal, standing.now)))
        said.append(words.say("at_goal", at=standing.at_goal, of=standing.of))
    yield Row("", _sentences(words, said))


def _sentences(words: Words, said: Sequence[str]) -> str:
    return " ".join(said) if words.plain else " · ".join(said)


def _aim(words: Words, goal: Goal) -> str:
    """at least 80 % of the points"""
    return words.of("direction", goal.direction.value, value=_amount(words, goal, goal.target))


def _amount(words: Words, goal: Goal, value: Decimal) -> str:
    return words.of("unit", goal.unit.value, value=_rounded(value))


def _rounded(value: Decimal) -> str:
    """84, or 1.6 where a tenth says something."""
    whole = value.quantize(Decimal(1)) if value >= 10 else value.quantize(Decimal("0.1"))
    return f"{whole.normalize():f}"


def _chart(told: Telling, plan: Plan) -> Iterator[Chart]:
    """The last school days of a plan that was ever carried out."""
    if plan.started_on is None:
        return
    words, goal, days = told.words, goal_of(plan), drawn(told, plan)
    percent = goal.unit.value.startswith("percent")
    told_days = [day for day in days if day.value is not None]
    if not days:
        return
    kind = words.code(PlanKind(plan.kind))
    each = (f"{day.label} {day.shown}" for day in days)
    goal_says = f"{words.say('goal')} {_rounded(goal.target)}"
    says = f"{goal_says}. {'; '.join(each)}." if told_days else words.say("no_days")
    yield Chart(
        kind,
        says,
        goal.target,
        goal_says,
        words.say("no_data"),
        days,
        percent,
        words.table["say"]["of"],
    )


def drawn(told: Telling, plan: Plan) -> list[Day]:
    """The school days of the chart; those without data are gaps, with their reason."""
    facts, series = told.facts, series_of(plan)
    known = {day.on: day for day in series.days}
    first = series.started_on or facts.today
    last = min(filter(None, (facts.today, series.ended_on)))
    days = [day for day in _days(first, last) if is_school_day(facts.calendar, day)]
    if days and days[-1] == facts.today and facts.today not in known:
        days.pop()
    return [_day(told, day, known.get(day)) for day in days[-DRAWN:]]


def _day(told: Telling, on: date, known: Any) -> Day:
    label = told.words.tiny(on)
    if known is None or known.amount is None:
        code = known.no_data if known else None
        why = told.words.code(NoData(code)) if code else told.words.say("no_data")
        return Day(label, None, why)
    shown = f"{known.amount.normalize():f}"
    return Day(label, known.value, f"{shown}/{known.of.normalize():f}" if known.of else shown)


# What happened


def own_cards(facts: Packet) -> tuple[Card, ...]:
    """The incidents that stand and in which the student was referred, the last first."""
    return tuple(e.card for e in facts.entries if e.card and _is_own(e))


def _is_own(entry: Entry) -> bool:
    card = entry.card
    if entry.kind != "incident" or card is None or card.standing != "open":
        return False
    person = card.people.get(entry.label or "")
    return person is not None and person.referred


def _own_entries(facts: Packet) -> list[tuple[Entry, Card]]:
    return [(entry, entry.card) for entry in facts.entries if entry.card and _is_own(entry)]


def _happened(told: Telling) -> Section:
    facts, words = told.facts, told.words
    own = _own_entries(facts)
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
    days = _days(facts.since, facts.today)
    return next((day for day in days if is_school_day(facts.calendar, day)), facts.since)


def _counts(told: Telling, own: Sequence[tuple[Entry, Card]]) -> Iterator[Row]:
    words = told.words
    places = {place: len(cards) for place, cards in _by_place(told).items()}
    yield Row(words.say("place"), _ranked(places))
    yield Row(words.say("time"), _times(told, [card for _, card in own]))
    seen = Counter(words.code(b) for entry, card in own for b in _behaviors(entry, card))
    yield Row(words.say("what"), _ranked(seen))
    if not words.plain:
        yield Row(words.say("why"), _why(told, own))
    yield Row(words.say("lost"), _lost(told, own))


def _ranked(counts: dict[str, int]) -> str:
    """cafeteria 4 · classroom 2"""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return SEPARATED.join(f"{name}\u00a0{count}" for name, count in ordered)


def _by_place(told: Telling) -> dict[str, list[Card]]:
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


def _behaviors(entry: Entry, card: Card) -> list[Behavior]:
    person = card.people[entry.label or ""]
    return [Behavior(seen["code"]) for seen in person.behaviors]


def _times(told: Telling, cards: Sequence[Card]) -> str:
    """12:10–12:18 4 · other 3: the time of day at which most happened, when several did."""
    words = told.words
    timed = [_local(told, card.occurred_at) for card in cards if not card.day_only]
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
    total = sum(one for one in lost if one is not None)
    said = told.words.say("hours", hours=total // 60, minutes=f"{total % 60:02}")
    unsaid = lost.count(None)
    return f"{said}, {told.words.say('not_said', count=unsaid)}" if unsaid else said


# The entries


def _entries(told: Telling) -> Section:
    words, facts = told.words, told.facts
    all_ = [
        e for e in facts.entries if e.card and e.kind == "incident" and e.card.standing == "open"
    ]
    after = (last_meeting(facts) or facts.since).isoformat()
    recent = [e for e in all_ if _local(told, e.occurred_at).date().isoformat() >= after] or all_
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
    return Item(_head(told, entry, card), tuple(lines), ref=entry.id[:SHORT])


def cast_of(entry: Entry, card: Card) -> Cast:
    """Who takes part, by placeholder."""
    return Cast(entry.label, {p.label: p.student_id for p in card.people.values()})


def _head(told: Telling, entry: Entry, card: Card) -> str:
    words = told.words
    at = _local(told, entry.occurred_at)
    day = words.day(at) if words.plain else words.short(at)
    when = (
        day
        if card.day_only
        else f"{day}, {words.time(at)}"
        if words.plain
        else f"{day} {words.time(at)}"
    )
    what = ", ".join(dict.fromkeys(words.code(b) for b in _behaviors(entry, card)))
    others = len(card.people) - 1
    with_ = words.top("with_one") if others == 1 else words.top("with_more", count=others)
    part = "" if _is_own(entry) else words.say("part", roles=_roles(told, entry, card))
    return " · ".join(filter(None, (when, _place(told, card), what, part, with_ if others else "")))


def _roles(told: Telling, entry: Entry, card: Card) -> str:
    roles = card.people[entry.label or ""].roles if entry.label in card.people else []
    return ", ".join(told.words.code(Role(role)) for role in roles)


def _said(told: Telling, entry: Entry, card: Card) -> Iterator[Line]:
    """What was seen; what was told or concluded only where it may stand, and marked."""
    lines = [line for said in card.statements for line in _statement(told, entry, card, said)]
    yield from lines
    if not lines:
        who = told.staff(card.reported_by or card.recorded_by)
        yield Line("", told.words.say("no_statement", who=who), "note")


def _statement(told: Telling, entry: Entry, card: Card, said: Any) -> Iterator[Line]:
    words, cast = told.words, cast_of(entry, card)
    name = {"observation": "saw", "abc": "watched", "reported": "told", "inference": "thinks"}[
        said.kind
    ]
    if not _may_stand(told, name, said, cast, referred=_is_own(entry)):
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
        line for one in card.challenges for line in _challenge(told, card, one, said.number)
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
    told: Telling, card: Card, one: dict[str, Any], number: int | None
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
    yield Line("", words.say(name, who=_relation(told, card, one), day=asked, decided=on), "flag")


def _relation(told: Telling, card: Card, said: dict[str, Any]) -> str:
    """Who of the family; where several families are in it, no family is told which other."""
    others = told.words.plain and len(card.people) > 1
    relation = None if others else said.get("relation")
    return told.words.code(Relation(relation)) if relation else told.words.say("a_family")


def _kept_beside(told: Telling, entry: Entry, card: Card) -> Iterator[Line]:
    """What stands with the entry: the family's own words, what was done, what was corrected."""
    for one in card.challenges:
        yield from _challenge(told, card, one, None)
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
    mark = told.words.say("attached", who=_relation(told, card, said), day=day)
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
        day = words.short(_local(told, change.recorded_at))
        if words.plain or words.lang != "en":
            yield Line("", words.say("corrected_family", day=day), "flag")
            continue
        name = "corrected" if change.was else "corrected_new"
        yield Line("", words.say(name, day=day, now=change.now, was=change.was), "flag")


# What was tried and promised


def _tried(told: Telling) -> Iterator[Row]:
    """Each modification once, with its last verdict: what worked first."""
    last: dict[str, tuple[dict[str, Any], str]] = {}
    for case, meeting in _held(told.facts):
        for tried in (meeting.chart or {}).get("tried", ()):
            key = " ".join(tried["what"].casefold().split())
            before = last.get(key, ({}, ""))[0]
            said = tried | {"verdict": tried["verdict"] or before.get("verdict")}
            last[key] = said, case.case_id[:SHORT]
    order = [*(verdict.value for verdict in Verdict), None]
    for tried, ref in sorted(last.values(), key=lambda one: order.index(one[0]["verdict"])):
        verdict = Verdict(tried["verdict"]) if tried["verdict"] else None
        note = told.text(tried["note"])
        text = f"{told.text(tried['what'])}{f' ({note})' if note else ''}"
        yield Row(_verdict(told, verdict), text, ref)


def _verdict(told: Telling, verdict: Verdict | None) -> str:
    if verdict is None:
        return "·"
    return told.words.word("verdict", verdict.value) if told.words.plain else verdict.sign


def _held(facts: Packet) -> list[tuple[Case, Meeting]]:
    """Every meeting that was held, the first first."""
    held = [(case, m) for case in facts.cases for m in case.meetings if m.chart is not None]
    return sorted(held, key=lambda one: one[1].at)


def promises(facts: Packet) -> list[Promise]:
    """Those that are open, and those that were settled since the meeting before the last."""
    days = [meeting.day for _, meeting in _held(facts)][-2:]
    since = days[0] if days else facts.since.isoformat()
    every = [promise for case in reversed(facts.cases) for promise in case.promises]
    return [p for p in every if p.state == "open" or (p.settled or "") >= since]


def state_of(promise: Promise, today: date) -> str:
    """kept, dropped, late or open, on this day."""
    late = promise.state == "open" and promise.due and promise.due < today.isoformat()
    return "late" if late else promise.state


def _promised(told: Telling) -> Iterator[Row]:
    for promise in promises(told.facts):
        state = state_of(promise, told.facts.today)
        day = told.words.short(date.fromisoformat(promise.due)) if promise.due else ""
        due = f" ({told.words.say('by', day=day)})" if day and state in ("late", "open") else ""
        text = f"{told.who(promise.who)}: {told.text(promise.what)}{due}"
        names = {"kept": "kept", "late": "is_late", "open": "open", "dropped": "dropped"}
        sign = told.words.say(names[state]) if told.words.plain else SIGNS[state]
        yield Row(sign, text)


# The family, and what comes next


def _family(told: Telling) -> Iterator[Row]:
    """Every contact and invitation since the papers begin, by day."""
    said = sorted((*_contacts(told), *_invited(told)))
    if told.words.plain:
        yield from (Row(told.words.short(day), text) for day, text in said)
    elif said:
        yield Row("", " · ".join(f"{told.words.short(day)} {text}" for day, text in said))


def _contacts(told: Telling) -> Iterator[tuple[date, str]]:
    for contact in told.facts.contacts:
        yield contact.on, _reached(told, contact.outcome, contact.language)
    for entry in told.facts.entries:
        for one in entry.card.contacts if entry.card and entry.kind == "incident" else ():
            if one["label"] == entry.label:
                on = _local(told, one["at"]["at"]).date()
                yield on, _reached(told, one["outcome"], one.get("language"))


def _reached(told: Telling, outcome: str, language: str | None) -> str:
    said = told.words.code(ContactOutcome(outcome))
    return f"{said}, {told.words.word('language', clean(language))}" if language else said


def _invited(told: Telling) -> Iterator[tuple[date, str]]:
    for case in told.facts.cases:
        for meeting in case.meetings:
            for member in meeting.members:
                if "relation" in member.who:
                    yield from _answers(told, member)


def _answers(told: Telling, member: Any) -> Iterator[tuple[date, str]]:
    who = told.words.code(Relation(member.who["relation"]))
    if member.invited_on:
        yield date.fromisoformat(member.invited_on), told.words.say("was_invited", who=who)
    if member.confirmed_on and member.answer:
        answer = told.words.code(Answered(member.answer))
        yield date.fromisoformat(member.confirmed_on), f"{who}: {answer}"


def _clocks(told: Telling) -> Iterator[Row]:
    """Days of removal, and what is owed; promises stand above."""
    yield Row("", _removed(told))
    if told.words.plain:
        yield from _coming(told)
        return
    for line in owed(told):
        if line.rule not in APART and not _is_set(line):
            yield Row("", _owed(told, line))


APART = frozenset(("promise", "services", "no-card"))  # told elsewhere on the paper


def _is_set(line: Due) -> bool:
    """Whether it is a meeting that is set, which stands at the head of the paper."""
    return line.rule in ("follow-up", "meeting") and bool(line.facts.get("kind"))


def owed(told: Telling) -> list[Due]:
    """What is late, owed or to be watched, by its day."""
    facts = told.facts
    removals = {facts.ids[0]: facts.removals} if facts.removals else {}
    flags = {facts.ids[0]: facts.student.flags}
    lines = due(facts.duties, removals, facts.calendar, told.rules, facts.today, flags=flags)
    return [line for line in lines if not line.state.startswith("done")]


def _owed(told: Telling, line: Due) -> str:
    """answer office referral Oct 13, late"""
    what = told.words.word("rule", line.rule) if told.words.lang != "en" else line.what
    if line.by is None:
        return what
    name = "due_late" if line.state == "late" else "due"
    return told.words.say(name, what=what, day=told.words.short(line.by))


def removed(told: Telling) -> Decimal:
    """Days of removal of this school year, as they count."""
    facts = told.facts
    year = school_year_of(facts.calendar, facts.today)
    return counted(facts.removals, facts.calendar, told.rules, year, facts.today).total


def _removed(told: Telling) -> str:
    days = removed(told)
    most = int(told.rules.number("services", "days"))
    name = {Decimal(0): "removed_none", Decimal(1): "removed_one"}.get(days, "removed")
    if days == Decimal("0.5"):
        name = "removed_half"
    return told.words.say(name, days=halves(days), most=most)


def _coming(told: Telling) -> Iterator[Row]:
    """What a family waits for."""
    coming = next_meeting(told.facts)
    if coming is not None:
        when = told.words.when(_local(told, coming.at))
        yield Row("", told.words.say("meeting_family", when=when))
    for line in owed(told):
        said = told.words.table["family_rule"].get(line.rule)
        if said and line.by is not None:
            yield Row("", fill(said, {"day": told.words.day(line.by)}))


def _rights(told: Telling) -> Section:
    """What a family can do, whom to call and by when."""
    words, rules = told.words, told.rules
    coming = next_meeting(told.facts)
    name = "by_when" if coming else "no_deadline"
    day = words.day(_local(told, coming.at)) if coming else ""
    principal = told.facts.principal
    lines = (
        words.of(
            "family_rights", "whole", business_days=_count(rules, "record-access", "business_days")
        ),
        words.of("family_rights", "correct", days=_count(rules, "challenge", "days")),
        words.of("family_rights", "add"),
        words.of(
            "family_rights", "call" if principal else "call_nobody", principal=clean(principal)
        ),
        words.of("family_rights", name, day=day),
        words.of("family_rights", "as_written"),
    )
    rows = tuple(Row("", line) for line in lines if line)
    return Section("rights", words.section("rights"), rows=rows)


def _count(rules: Rules, id: str, name: str) -> int:
    return int(rules.number(id, name))


# The figures, for programs


def figures(told: Telling) -> dict[str, Any]:
    """What was counted, by codes; no text and no name."""
    facts, own = told.facts, _own_entries(told.facts)
    people = [card.people[entry.label or ""] for entry, card in own]
    lost = [person.minutes_lost for person in people]
    return {
        "since": facts.since,
        "incidents": len(own),
        "major": sum(card.level == "major" for _, card in own),
        "places": Counter(card.details.get("location") or "not said" for _, card in own),
        "behaviors": Counter(b.value for entry, card in own for b in _behaviors(entry, card)),
        "motivations": Counter(person.motivation or "not said" for person in people),
        "minutes_lost": sum(one for one in lost if one is not None),
        "minutes_not_said": lost.count(None),
        "removed_days": str(removed(told)),
        "praise": sum(entry.kind == "praise" for entry in facts.entries),
        "contacts": len([*_contacts(told)]),
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
        "now": None if standing.now is None else _rounded(standing.now),
        "at_goal": standing.at_goal,
        "of": standing.of,
        "days": [day.shown if day.value is not None else None for day in drawn(told, plan)],
    }


def text_of(part: Item | Row) -> str:
    """All that a part says."""
    if isinstance(part, Row):
        return f"{part.label}\n{part.text}"
    return "\n".join([part.head, *(f"{line.mark}\n{line.text}" for line in part.lines)])
