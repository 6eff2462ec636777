"""What a packet is made of: its parts as plain data, and what is told in whose words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from ledger.domain.codes import (
    Behavior,
    Level,
    Relation,
)
from ledger.domain.rules import Rules
from ledger.reading.cases import Case, Meeting
from ledger.reading.packets import Card, Entry, Packet
from ledger.reports.packet_charts import Chart
from ledger.reports.packet_family import NOBODY, Cast, Names, masked
from ledger.reports.packet_words import Words
from ledger.said import clean

SHORT = 7
SEPARATED = "\u00a0· "


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
    ref: str = field(default="", compare=False)  # what shows where it is from; never printed


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


def local(told: Telling, stored: str) -> datetime:
    return datetime.fromisoformat(stored).astimezone(told.facts.recorded_at.tzinfo)


def next_meeting(facts: Packet) -> Meeting | None:
    """The first that is set and has not been."""
    day = facts.today.isoformat()
    coming = [m for case in facts.cases for m in case.meetings if m.state == "set" and m.day >= day]
    return min(coming, key=lambda meeting: meeting.at, default=None)


def last_meeting(facts: Packet) -> date | None:
    """The day of the last one that was held."""
    held = [m.day for case in facts.cases for m in case.meetings if m.state == "held"]
    return date.fromisoformat(max(held)) if held else None


def each_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def own_cards(facts: Packet) -> tuple[Card, ...]:
    """The incidents that stand and in which the student was referred, the last first."""
    return tuple(e.card for e in facts.entries if e.card and is_own(e))


def own_entries(facts: Packet) -> list[tuple[Entry, Card]]:
    return [(entry, entry.card) for entry in facts.entries if entry.card and is_own(entry)]


def is_own(entry: Entry) -> bool:
    card = entry.card
    if entry.kind != "incident" or card is None or card.standing != "open":
        return False
    person = card.people.get(entry.label or "")
    return person is not None and person.referred


def behaviors(entry: Entry, card: Card) -> list[Behavior]:
    person = card.people[entry.label or ""]
    return [Behavior(seen["code"]) for seen in person.behaviors]


def is_major(entry: Entry, card: Card) -> bool:
    """Whether what this student did was major, whatever the others did."""
    seen = card.people[entry.label or ""].behaviors
    return any(one["level"] == Level.MAJOR.value for one in seen)


def cast_of(entry: Entry, card: Card) -> Cast:
    """Who takes part, by placeholder."""
    return Cast(entry.label, {p.label: p.student_id for p in card.people.values()})


def held(facts: Packet) -> list[tuple[Case, Meeting]]:
    """Every meeting that was held, the first first."""
    held = [(case, m) for case in facts.cases for m in case.meetings if m.chart is not None]
    return sorted(held, key=lambda one: one[1].at)


def text_of(part: Item | Row) -> str:
    """All that a part says."""
    if isinstance(part, Row):
        return f"{part.label}\n{part.text}"
    return "\n".join([part.head, *(f"{line.mark}\n{line.text}" for line in part.lines)])
