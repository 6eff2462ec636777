"""The wall chart of an SST meeting as text: a form for the editor, and what was written into it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, TypeVar

from ledger.domain import TEXT_CAP
from ledger.domain.codes import Channel, Verdict, current
from ledger.domain.meeting import Agreed, Asked, Attendee, Chart, Person, Tried
from ledger.said import MONTHS, Unclear, show_day
from ledger.written.lines import (
    BULLET,
    DASH,
    Fault,
    Part,
    Piece,
    line_of,
    parts,
    words,
)

T = TypeVar("T")
Read = Callable[[str], T]  # raises Unclear, with the sentence for the person who wrote it

HINTS = {  # part → what the empty form says beside it
    "there": "",
    "strengths": "",
    "known": "",
    "tried": "(+ worked   - did not   ~ partly)",
    "concerns": "(most urgent first)",
    "questions": "(question — who finds out)",
    "strategies": "",
    "actions": "(who and who — what — from — by)",
    "follow-up": "",
}
NO_NOTES: Mapping[str, Sequence[str]] = {}
PLACE = 16  # where what the form says beside a name begins
SIGNS = {
    "+": Verdict.WORKED,
    "~": Verdict.PARTLY,
    **dict.fromkeys("-\u2010\u2011\u2012\u2013\u2014\u2212", Verdict.DID_NOT),
}
INTERPRETER = re.compile(r"(?i)(?:interpreter|int[eé]rprete)\b[ \t]*:?[ \t]*")
NOTE = re.compile(r"(?<=\S)[ \t]*\(([^()]*)\)$")
BY_WAY = re.compile(r"(?i)\s+(?:by|on|over|via|in)(?: the)?\s+([a-z-]+(?: message)?)$")
COMMA = re.compile(r"[,;](?![^()]*\))")
AND = re.compile(r"(?i)\s+(?:and|y|e|&)\s+|\s*[,;&]\s*")
EDGE_WORDS = re.compile(r"(?i)(?:from|since|starting|start|by|until|til|till|due)\b[ \t]*:?[ \t]*")
FROM = re.compile(r"(?i)(?:from|since|start)")
ORDER = "Write who — what — from — by"
FIELDS = 4
MOST = 200  # lines of one part


class Reads(Protocol):
    """How the words of a form become people and times."""

    def person(self, said: str) -> Person: ...
    def day(self, said: str) -> date: ...
    def due(self, said: str) -> date: ...
    def when(self, said: str) -> datetime: ...
    def language(self, said: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Written:
    """What a chart says; a time is in the school's zone."""

    there: tuple[Attendee, ...] = ()
    interpreter: str = ""
    chart: Chart = field(default_factory=Chart)
    questions: tuple[Asked, ...] = ()
    actions: tuple[Agreed, ...] = ()
    follow_up: datetime | None = None
    follow_up_said: str = ""


# The form


def form(
    title: str,
    said: Written,
    name: Callable[[Person], str],
    notes: Mapping[str, Sequence[str]] = NO_NOTES,
) -> str:
    """The text for the editor; `name` gives the words that a person is written with.

    `notes`: what is told under a part, and not read again.
    """
    chart = said.chart
    there = [_attendee(one, name) for one in said.there]
    there += [f"interpreter {line_of(said.interpreter, {})}"] if said.interpreter else []
    lines: dict[str, Iterable[str]] = {
        "strengths": map(_line, chart.strengths),
        "known": map(_line, chart.known),
        "tried": map(_tried_line, chart.tried),
        "concerns": map(_line, chart.concerns),
        "questions": (_question_line(q, name) for q in said.questions),
        "strategies": map(_line, chart.strategies),
        "actions": (_action_line(one, name) for one in said.actions),
    }
    beside = {"there": ", ".join(there), "follow-up": _shown(said.follow_up)}
    text = [f"# {' '.join(title.split())}.   One line each; lines with # are ignored."]
    for part, hint in HINTS.items():
        indent = " " * (PLACE - len(part) - 1) + hint if hint else f" {beside.get(part, '')}"
        text += [f"{part}:{indent}".rstrip(), *(f"  {line}" for line in lines.get(part, ()))]
        text += [f"  # {' '.join(note.split())}" for note in notes.get(part, ())]
    return "\n".join(text) + "\n"


def _line(text: str) -> str:
    return line_of(text, HINTS)


def _field(text: str) -> str:
    """A text that stands between dashes, so without one of its own."""
    if DASH.search(text):
        text = re.sub(r"\s*,\s*,\s*", ", ", DASH.sub(", ", text))
    return line_of(text, HINTS)


def _attendee(one: Attendee, name: Callable[[Person], str]) -> str:
    how = [one.channel.label if one.channel else "", one.language or ""]
    how += ["interpreted"] if one.interpreted else []
    said = ", ".join(filter(None, how))
    return f"{name(one.who)} ({said})" if said else name(one.who)


def _tried_line(one: Tried) -> str:
    sign = f"{one.verdict.sign} " if one.verdict else ""
    return f"{sign}{_line(one.what)}{f' ({one.note})' if one.note else ''}"


def _question_line(one: Asked, name: Callable[[Person], str]) -> str:
    """With its dash where what stands in brackets at its end could be who finds out."""
    text, who = _field(one.text), _names(one.who, name)
    return _joined(text, who) if who or not NOTE.search(text) else f"{text} —"


def _action_line(one: Agreed, name: Callable[[Person], str]) -> str:
    edges = (("from", one.start), ("by", one.due))
    ends = [f"{word} {_day(day)}" for word, day in edges if day]
    return _joined(_names(one.who, name), _field(one.what), *ends)


def _names(who: Iterable[Person], name: Callable[[Person], str]) -> str:
    return " and ".join(map(name, who))


def _joined(*fields: str) -> str:
    return " — ".join(filter(None, fields))


def _day(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day} {day.year}"


def _shown(at: datetime | None) -> str:
    """A time as it is read again: before seven it says that it is in the morning."""
    if at is None:
        return ""
    early = " AM" if at.hour < 7 else ""
    return f"{show_day(at)} {at.hour % 12 or 12 if early else at.hour}:{at.minute:02}{early}"


# What was written into it


def read(text: str, reads: Reads, held: date) -> Written | list[Fault]:
    """What the form says of a meeting of this day, or everything that is wrong with it at once."""
    found, faults = parts(text, HINTS)
    sheet = _Sheet(reads, held, found, faults)
    there, interpreter = sheet.there()
    chart = Chart(
        strengths=sheet.texts("strengths"),
        known=sheet.texts("known"),
        tried=tuple(map(sheet.tried, sheet.lines("tried"))),
        concerns=sheet.texts("concerns"),
        strategies=sheet.texts("strategies"),
    )
    questions = tuple(map(sheet.question, sheet.lines("questions")))
    actions = tuple(filter(None, map(sheet.action, sheet.lines("actions"))))
    said = sheet.beside("follow-up")
    at = sheet.follow_up(said) if said else None
    if faults:
        return sorted(faults, key=lambda fault: (fault.line, fault.column))
    return Written(there, interpreter, chart, questions, actions, at, said.text if said else "")


@dataclass
class _Sheet:
    """The parts of one form, and what is wrong with them so far."""

    reads: Reads
    held: date
    parts: Mapping[str, Part]
    faults: list[Fault]

    def lines(self, name: str) -> Sequence[Piece]:
        """The lines of a part, without what they are listed with."""
        part = self.parts.get(name)
        found = part.lines if part else ()
        if len(found) > MOST:
            self.faults.append(found[MOST].fault(f"more than {MOST} lines under {name}"))
            return ()
        bare = (piece if name == "tried" else piece.without(BULLET) for piece in found)
        return [piece for piece in bare if self.fits(piece)]

    def fits(self, piece: Piece) -> bool:
        if len(piece.text) <= TEXT_CAP:
            return bool(piece.text)
        self.faults.append(piece.fault(f"a line has at most {TEXT_CAP:,} letters"))
        return False

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(filter(None, map(words, self.lines(name))))

    def beside(self, name: str) -> Piece | None:
        """The one line of a part that has only one."""
        lines = self.lines(name)
        self.faults += [piece.fault(f"{name} is one line") for piece in lines[1:]]
        return lines[0] if lines else None

    def got(self, piece: Piece, reads: Read[T]) -> T | None:
        """What the words mean; when they mean nothing, that is told."""
        try:
            return reads(words(piece))
        except Unclear as error:
            self.faults.append(piece.fault(_ended(str(error))))
            return None

    def tried(self, piece: Piece) -> Tried:
        verdict = SIGNS.get(piece.text[:1])
        rest = piece.cut(1) if verdict else piece.without(BULLET)
        if not words(rest):
            self.faults.append(piece.fault("what was tried? Write it behind the sign"))
        note = NOTE.search(rest.text)
        what = rest.cut(0, note.start()) if note else rest
        return Tried(what=words(what), verdict=verdict, note=note[1].strip() if note else "")

    def people(self, piece: Piece) -> tuple[Person, ...]:
        each = [self.got(one, self.reads.person) for one in piece.split(AND) if one.text]
        return tuple(dict.fromkeys(filter(None, each)))

    def there(self) -> tuple[tuple[Attendee, ...], str]:
        """(who was there, who interpreted)."""
        attended: dict[str, Attendee] = {}
        interpreters: list[str] = []
        each = [one for line in self.lines("there") for one in line.split(COMMA) if one.text]
        for piece in each:
            named = piece.without(INTERPRETER)
            if named is not piece:
                interpreters.append(words(named))
                continue
            one = self.attendee(piece)
            if one and one.who.key in attended:
                self.faults.append(piece.fault(f'"{_short(piece)}" stands there twice'))
            elif one:
                attended[one.who.key] = one
        return tuple(attended.values()), ", ".join(filter(None, interpreters))

    def attendee(self, piece: Piece) -> Attendee | None:
        """`mother`, `mother by phone`, `mother (phone, Spanish, interpreted)`."""
        note, way = NOTE.search(piece.text), BY_WAY.search(piece.text)
        found = note or way
        who = self.got(piece.cut(0, found.start()) if found else piece, self.reads.person)
        how = piece.cut(found.start(1), found.end(1)).split(COMMA) if found else []
        named = dict(pair for one in how if one.text for pair in self.how(one))
        return Attendee.model_validate({"who": who} | named) if who else None

    def how(self, piece: Piece) -> list[tuple[str, object]]:
        """The fields that one word about somebody's being there comes to."""
        said = piece.text.casefold()
        if said == "interpreted":
            return [("interpreted", True)]
        for channel in current(Channel):
            if said in (channel.value, channel.label):
                return [("channel", None if channel is Channel.IN_PERSON else channel)]
        language = self.reads.language(piece.text)
        if language is None:
            ways = ", ".join(channel.label for channel in current(Channel))
            self.faults.append(
                piece.fault(
                    f'"{_short(piece)}" is no language and no way to be there. '
                    f"Write a language, interpreted, or one of: {ways}"
                )
            )
            return []
        return [("language", language)]

    def question(self, piece: Piece) -> Asked:
        """`what they want to know — who and who`, or of the staff `what … (who)`."""
        dashes = [*DASH.finditer(piece.text)]
        if not dashes:
            return self.bracketed(piece)
        text, last = piece.cut(0, dashes[-1].start()), piece.cut(dashes[-1].end())
        if not words(text):
            self.faults.append(piece.fault("what is the question? Write it first, then who"))
        known = len(self.faults)
        who = self.people(last) if last.text else ()
        if len(self.faults) > known and self.is_person(text):
            self.faults[known:] = [piece.fault("the question comes first, then who finds out")]
        return Asked(text=words(text), who=who)

    def bracketed(self, piece: Piece) -> Asked:
        """A question without a dash: brackets that name only staff say who finds out."""
        note = NOTE.search(piece.text)
        who = self.quiet(piece.cut(note.start(1), note.end(1))) if note else ()
        if note and who and all(one.staff for one in who):
            return Asked(text=words(piece.cut(0, note.start())), who=who)
        return Asked(text=words(piece))

    def is_person(self, piece: Piece) -> bool:
        return bool(self.quiet(piece))

    def quiet(self, piece: Piece) -> tuple[Person, ...]:
        """The people that the words mean; none, and no fault, when one means nobody."""
        sheet = _Sheet(self.reads, self.held, {}, [])
        found = sheet.people(piece)
        return () if sheet.faults else found

    def action(self, piece: Piece) -> Agreed | None:
        """`who and who — what — from — by`; one date alone is that by which it is done."""
        who, *rest = piece.split(DASH)
        if not rest:
            self.faults.append(piece.fault(f"who does it, and what? {ORDER}"))
            return None
        if len(rest) >= FIELDS:
            more = f"{len(rest) + 1} fields where there are {FIELDS}. {ORDER}; for a dash in the "
            self.faults.append(rest[FIELDS - 1].fault(f"{more}text put a comma"))
            return None
        what, *ends = rest
        people = self.who_does(who, what)
        if not words(what):
            self.faults.append(piece.fault(f"what is promised? {ORDER}"))
        start, due = self.ends(ends)
        if start and due and due < start:
            self.faults.append(ends[-1].fault("it ends before it starts"))
        elif due and due < self.held:
            self.faults.append(ends[-1].fault(f"{show_day(due)} was before the meeting"))
        return Agreed(what=words(what), who=people, start=start, due=due)

    def who_does(self, who: Piece, what: Piece) -> tuple[Person, ...]:
        if not who.text:
            self.faults.append(who.fault(f"who does it? {ORDER}"))
            return ()
        known = len(self.faults)
        people = self.people(who)
        if len(self.faults) > known and what.text and self.is_person(what):
            self.faults[known:] = [who.fault(f"who comes first. {ORDER}")]
        return people

    def ends(self, ends: Sequence[Piece]) -> tuple[date | None, date | None]:
        """(from, by)."""
        starts = len(ends) == 2 or (bool(ends) and FROM.match(ends[0].text) is not None)
        start = ends[0] if starts else None
        due = ends[-1] if ends and not (starts and len(ends) == 1) else None
        return self.edge(start, self.reads.day), self.edge(due, self.reads.due)

    def edge(self, piece: Piece | None, reads: Read[date]) -> date | None:
        return self.got(piece.without(EDGE_WORDS), reads) if piece and piece.text else None

    def follow_up(self, piece: Piece) -> datetime | None:
        at = self.got(piece, self.reads.when)
        if at is not None and at.date() <= self.held:
            told = f"{show_day(at)} is not after the meeting of {show_day(self.held)}"
            self.faults.append(piece.fault(told))
        return at


def _short(piece: Piece) -> str:
    return piece.text if len(piece.text) <= 40 else f"{piece.text[:39]}…"


def _ended(text: str) -> str:
    return text.removesuffix(".")


def outside(at: datetime, held: date, weeks: tuple[float, float]) -> str:
    """What to say of a follow-up that is sooner or later than the school's rule has it."""
    days = (at.date() - held).days
    early, late = weeks
    if early * 7 <= days <= late * 7:
        return ""
    return f"{in_weeks(days)} after the meeting; the rule is {early:g} to {late:g} weeks"


def in_weeks(days: int) -> str:
    """`4 weeks`, or days when it is not a whole number of them."""
    if days % 7 or not days:
        return f"{days} day{'' if days == 1 else 's'}"
    return f"{days // 7} week{'' if days == 7 else 's'}"
