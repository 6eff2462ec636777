"""Names in what is typed: whose they are is asked, and a placeholder stands in the text instead."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from cli import Desk, asking
from cli.errors import NOT_ALLOWED
from ledger.domain import Recorded
from ledger.domain import standing as of_today
from ledger.domain.codes import Role
from ledger.domain.incident import (
    INCIDENT,
    AddParticipant,
    ClearNames,
    Incident,
    IncidentCommand,
    ReportIncident,
    StatementAdded,
)
from ledger.domain.particulars import BehaviorSeen, Participant
from ledger.finding import Finding, Found, Which

if TYPE_CHECKING:
    from ledger.naming import Mention, Names

OFFERED = 9  # students of one name; a choice is one digit
FLAGGED = 20  # students whom one text may name
YES, NO = frozenset(("", "y", "yes", "s", "si", "sí")), frozenset(("n", "no"))
ROLES = {"v": Role.VICTIM, "w": Role.WITNESS, "r": Role.REFERRED}
CHOICES = "v victim  w witness  r also referred"

HOTLINE = "in Los Angeles County 1-800-540-4000"
INSTEAD = (
    "Not recorded: the text seems to tell {told}.",
    "Nothing of it is kept, and no draft.",
    "A report of abuse or neglect is no pupil record and does not belong in this ledger:",
    "  call the county's child abuse hotline now: {hotline};",
    "  send the written report within 36 hours (Penal Code 11166);",
    "  tell nobody else, and do not investigate or question the child.",
)
DYING = (
    "  do not leave the child alone; have the counselor or the principal come. Crisis line: 988."
)
IN_THE_LINE = "The line itself may stand in your shell's history: remove it there."
OTHERWISE = "It tells of no such thing?  Run it again with --not-a-disclosure"


# What is no matter of this ledger


def heeding(command: Callable[..., None]) -> Callable[..., None]:
    """A text that may tell of abuse stops this command before anything is recorded or kept.

    It stands below `kept_on_failure`, which has read by then what was to be asked for.
    """

    @click.option("--not-a-disclosure", is_flag=True, help="The text tells of no abuse or neglect.")
    @wraps(command)
    def careful(desk: Desk, **said: Any) -> None:
        told = heard(desk, said)
        if told is not None:
            for line in instead(desk, said, told):
                desk.talk(line)
            # Not an error that is kept as a draft, or shown with what led to it.
            raise click.exceptions.Exit(NOT_ALLOWED)
        command(desk, **{k: v for k, v in said.items() if k != "not_a_disclosure"})

    return careful


def heard(desk: Desk, said: Mapping[str, Any]) -> str | None:
    """What the texts seem to tell of abuse, in general words, unless somebody knows better."""
    if said.get("not_a_disclosure"):
        return None
    return next(filter(None, map(told_by, (*desk.typed.values(), *_words(said)))), None)


def told_by(text: str) -> str | None:
    """What one text seems to tell of abuse, in general words."""
    from ledger.naming.disclosure import disclosure

    return disclosure(text) if text else None


def _words(said: Mapping[str, Any]) -> list[str]:
    """Whatever stands in the line, the words of a name as one text."""
    words = [" ".join(one) if _is_words(one) else one for one in said.values()]
    return [one for one in words if isinstance(one, str)]


def _is_words(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(one, str) for one in value)


def instead(desk: Desk, said: Mapping[str, Any], told: str) -> list[str]:
    """What to do with such a text."""
    from ledger.naming.disclosure import DYING as WISH

    hotline = HOTLINE
    with suppress(Exception):  # whatever is wrong with the school's folder, this is said
        hotline = desk.school.settings.child_abuse_hotline or HOTLINE
    lines = [line.format(told=told, hotline=hotline) for line in INSTEAD]
    lines += [DYING] if told == WISH else []
    in_line = any(map(told_by, _words(said)))
    return [*lines, *([IN_THE_LINE] if in_line else []), OTHERWISE]


# Names


@dataclass(frozen=True)
class Named:
    """A report with placeholders in its texts, and the students in it by id."""

    command: ReportIncident
    found: Mapping[str, Found]
    replaced: Mapping[str, str] = field(default_factory=dict, repr=False)  # label → its words
    standing: Mapping[str, str] = field(default_factory=dict, repr=False)  # words → whose


@dataclass
class _Cast:
    """Who takes part, by placeholder, and who was added for a name in a text."""

    desk: Desk
    people: dict[str, Found]
    count: int  # of placeholders given so far
    asks: bool
    added: list[tuple[str, Found, Role]] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)  # words that somebody was asked about
    none: set[str] = field(default_factory=set)  # those of them that name nobody
    replaced: dict[str, dict[str, None]] = field(default_factory=dict)

    def label(self, found: Found) -> str | None:
        ids = {one.student_id: label for label, one in self.people.items()}
        return ids.get(found.student_id)

    def next(self) -> str:
        return f"P{self.count + 1}"

    def add(self, found: Found, role: Role) -> str:
        """The placeholder of a student who takes part from now on."""
        label = self.next()
        self.count += 1
        self.people[label] = found
        self.added.append((label, found, role))
        return label

    def matters(self, mention: Mention) -> bool:
        """Whether it is asked about at all."""
        return True

    def standing(self, names: Names) -> list[Mention]:
        """What stands in a text and may be a name: nobody said that it is none."""
        return [m for m in names.mentions if m.key not in self.none and self.matters(m)]


ANOTHER = "another child"  # in a text about one child, in which nobody has a placeholder


@dataclass
class _Alone(_Cast):
    """Nobody has a placeholder; the names of those whom it is about may stand in it."""

    own: frozenset[str] = frozenset()  # ids

    def label(self, found: Found) -> str | None:
        return ANOTHER

    def matters(self, mention: Mention) -> bool:
        return self.own.isdisjoint(one.student_id for one in mention.students)


def in_report(
    desk: Desk, said: Mapping[str, Any], command: ReportIncident, found: Mapping[str, Found]
) -> Named:
    """A report with placeholders in its texts; whoever is named there and took part is added."""
    if not command.sayings:
        return Named(command, found)
    own = {p.label: found[p.student_id] for p in command.participants if p.student_id}
    cast = _Cast(desk, own, len(command.participants), _asks(desk, said))
    read = _read(cast, [str(saying.text) for saying in command.sayings])
    sayings = tuple(
        saying.model_copy(update=_looked(cast, names))
        for saying, names in zip(command.sayings, read, strict=True)
    )
    behaviors = next((p.behaviors for p in command.participants if p.referred), ())
    added = tuple(_participant(*one, behaviors) for one in cast.added)
    people = {"participants": (*command.participants, *added), "sayings": sayings}
    return Named(
        command.model_copy(update=people),
        {**found, **{one.student_id: one for _, one, _ in cast.added}},
        {label: ", ".join(words) for label, words in cast.replaced.items()},
        _standing(cast, read),
    )


def _looked(cast: _Cast, names: Names) -> dict[str, Any]:
    """What a text becomes: its words with placeholders, and whom they may still name."""
    return {"text": names.text, "may_name": _may_name(cast, [names])}


def _may_name(cast: _Cast, read: Sequence[Names]) -> tuple[str, ...]:
    """Ids of the students whom these texts may name."""
    standing = (mention for names in read for mention in cast.standing(names))
    ids = (one.student_id for mention in standing for one in mention.students)
    return tuple(dict.fromkeys(ids))[:FLAGGED]


def _participant(
    label: str, found: Found, role: Role, behaviors: tuple[BehaviorSeen, ...]
) -> Participant:
    did = behaviors if role is Role.REFERRED else ()
    return Participant(label=label, student_id=found.student_id, roles=(role,), behaviors=did)


def _standing(cast: _Cast, read: Sequence[Names]) -> dict[str, str]:
    """Words that stand in the texts, and who they may name, for the screen."""
    return {m.words: _who(m.students) for names in read for m in cast.standing(names)}


def _who(students: Sequence[Found]) -> str:
    if len(students) > 1:
        return f"{students[0].name} or {len(students) - 1} more"
    return f"{students[0].name}, gr {students[0].grade}" if students[0].grade else students[0].name


def _read(cast: _Cast, texts: Sequence[str]) -> list[Names]:
    """The texts with placeholders, once everything that may be a name was asked about."""
    from ledger.naming import names, put

    while True:
        read = [names(cast.desk.school.roster, text, cast.people) for text in texts]
        for one in (one for found in read for one in found.replaced):
            cast.replaced.setdefault(one.label, {})[one.words] = None
        unsaid = (m for found in read for m in found.mentions if m.key not in cast.asked)
        open_ = filter(cast.matters, unsaid)
        mention = next(open_, None) if cast.asks else None
        if mention is None:
            return read
        cast.asked.add(mention.key)
        label = _ask(cast, mention)
        own = [[m for m in found.mentions if label and m.key == mention.key] for found in read]
        texts = [put(found.text, m, label or "") for found, m in zip(read, own, strict=True)]
        if label:
            cast.replaced.setdefault(label, {})[mention.words] = None


# Questions


def _asks(desk: Desk, said: Mapping[str, Any]) -> bool:
    """Whether there is somebody to be asked."""
    piped = "-" in said.values()
    return sys.stdin.isatty() and not desk.as_json and not piped


def _ask(cast: _Cast, mention: Mention) -> str | None:
    """The placeholder for these words: of whom they name; None when they stay."""
    students = mention.students[:OFFERED]
    for line in _question(cast, mention, students):
        cast.desk.talk(line)
    try:
        answer = _answer(cast.desk, students)
    except EOFError:
        cast.asks = False  # nobody answers any more, so what is left is flagged
        return None
    if answer == ():
        cast.none.add(mention.key)
    if not answer:
        return None
    found, role = answer
    return cast.label(found) or cast.add(found, role)


def _question(cast: _Cast, mention: Mention, students: Sequence[Found]) -> list[str]:
    """What is asked of one student, or which of several."""
    if len(students) > 1:
        more = f"a number, with {CHOICES};  n no, Enter leaves it open"
        rows = asking.candidates(Which("", Finding(tuple(students))))
        return [f"{mention.words}: which student?", *rows, f"  {more}"]
    [one] = students
    label = cast.label(one)
    who = f"{mention.words} = {', '.join((one.name, *_near(cast, one)))}"
    if label is not None:
        return [f"{who} → {label}   [Y]es  n no"]
    return [f"{who} → {cast.next()}, involved   [Y]es  n no  {CHOICES}"]


def _near(cast: _Cast, one: Found) -> list[str]:
    """Where a student is found: grade, and whether it is the class of somebody who takes part."""
    classes = {(f.teacher, f.grade) for f in cast.people.values() if f.teacher}
    room = "same class" if (one.teacher, one.grade) in classes else one.teacher
    return [f"gr {one.grade}"] * bool(one.grade) + [room] * bool(room)


def _answer(desk: Desk, students: Sequence[Found]) -> tuple[Found, Role] | tuple[()] | None:
    """Who it is and in which part; () when it is nobody, None when it was left open."""
    while True:
        said = _prompted().strip().casefold()
        if said in NO:
            return ()
        if len(students) > 1 and not said:
            return None
        chosen = re.fullmatch(r"([1-9]?)\s*([a-zí]*)", said)
        if chosen and (bool(chosen[1]) or len(students) == 1):
            number, word = int(chosen[1] or 1), chosen[2]
            role = Role.INVOLVED if word in YES else ROLES.get(word[:1])
            if role is not None and number <= len(students):
                return students[number - 1], role
        which = "a number" if len(students) > 1 else "Enter for yes"
        desk.talk(f"Type {which}, n for no, or {CHOICES.replace('  ', ', ')}.")


def _prompted() -> str:
    try:
        said = click.prompt("", default="", show_default=False, prompt_suffix="> ", err=True)
    except click.Abort as stopped:
        click.echo(err=True)
        if isinstance(stopped.__context__, EOFError):
            raise EOFError from None
        raise
    return str(said)


# Texts about what is recorded


class Texts:
    """Texts that are written down, and whom they name."""

    def __init__(self, desk: Desk, cast: _Cast) -> None:
        self._desk, self._cast = desk, cast
        self._read: list[Names] = []

    def __call__(self, text: str | None) -> str | None:
        """A text with placeholders, once everything in it that may be a name was asked about."""
        if text is None:
            return None
        names = _read(self._cast, [text])
        self._read += names
        return names[0].text

    @property
    def may_name(self) -> tuple[str, ...]:
        """Ids of the students whom these texts may still name."""
        return _may_name(self._cast, self._read)

    def tell(self) -> None:
        """Say what was replaced, and what stands as it was."""
        for words, who in self._replaced():
            self._desk.talk(f"  {words} → {who} in the text")
        for words, who in _standing(self._cast, self._read).items():
            self._desk.talk(f"  {words} ({who}?) stands in the text: bledger open")

    def _replaced(self) -> list[tuple[str, str]]:
        return [(", ".join(words), label) for label, words in self._cast.replaced.items()]


class Written(Texts):
    """Texts about an incident that is recorded, and whoever has to be added for them."""

    def __init__(self, desk: Desk, said: Mapping[str, Any], id: str) -> None:
        self._id = id
        self._standing = INCIDENT.fold(desk.school.record.stream(f"incident-{id}"))
        super().__init__(desk, _cast(desk, self._standing, asks=_asks(desk, said)))

    def join(self) -> None:
        """Add them; it is called in the transaction of what is written."""
        for label, command in _added(self._cast, self._standing).items():
            done = self._desk.school.do(INCIDENT, self._id, command)
            if label not in str(done.events[0].event).split():
                raise asking.NotOne(f"somebody else became {label} meanwhile: run it again")


def of_one(desk: Desk, said: Mapping[str, Any], student_id: str) -> Texts:
    """Texts about one child without an incident: others in them are another child."""
    return Texts(desk, _Alone(desk, {}, 0, _asks(desk, said), own=frozenset((student_id,))))


def as_told(desk: Desk, id: str) -> Texts:
    """A family's own words: they stay as they are; whoever takes no part is told of and flagged."""
    people = INCIDENT.fold(desk.school.record.stream(f"incident-{id}")).people.values()
    own = frozenset(person.student_id for person in people if person.student_id)
    return Texts(desk, _Alone(desk, {}, 0, False, own=own))


def renamed(desk: Desk, text: str, student_id: str) -> str | None:
    """Ask about the names in a text about one child; its words then, None while one is left."""
    cast = _Alone(desk, {}, 0, True, own=frozenset((student_id,)))
    [names] = _read(cast, [text])
    return None if cast.standing(names) else names.text


# What is noted with an event that is no statement.
NOTES = ("note", "happened", "text", "grounds", "reason")


def settled(desk: Desk, id: str) -> list[IncidentCommand]:
    """Ask about the names that stand in the texts of an incident; what the answers come to."""
    history = desk.school.record.stream(f"incident-{id}")
    standing = INCIDENT.fold(history)
    texts = [one for one in _texts(history) if one[0] in standing.naming]
    cast = _cast(desk, standing, asks=True)
    read = _read(cast, [text for _, text in texts])
    stand = {n for (n, _), names in zip(texts, read, strict=True) if cast.standing(names)}
    clear = [ClearNames(number=number) for number in sorted(standing.naming - stand)]
    return [*_added(cast, standing).values(), *clear]


def _texts(history: Sequence[Recorded[Any]]) -> Iterator[tuple[int, str]]:
    """(the number of a statement, or 0 of a note; its text), of all that stands."""
    for event in (recorded.event for recorded in of_today(history)):
        names = ("text",) if isinstance(event, StatementAdded) else NOTES
        number = event.number if isinstance(event, StatementAdded) else 0
        texts = (getattr(event, name, None) for name in names)
        yield from ((number, text) for text in texts if isinstance(text, str))


def _cast(desk: Desk, incident: Incident, *, asks: bool) -> _Cast:
    """Who takes part in an incident that is recorded."""
    ids = {label: p.student_id for label, p in incident.people.items() if p.student_id}
    people = {label: one for label, id in ids.items() for one in desk.school.find(id).students}
    return _Cast(desk, people, incident.labels, asks)


def _added(cast: _Cast, incident: Incident) -> dict[str, AddParticipant]:
    """The commands that add them, by the placeholders that they will have."""
    behaviors = next((p.behaviors for p in incident.people.values() if p.referred), ())
    return {
        label: AddParticipant(
            student_id=found.student_id,
            roles=(role,),
            behaviors=behaviors if role is Role.REFERRED else (),
        )
        for label, found, role in cast.added
    }
