"""An incident is told: one question after the other, then `log`, then what is still open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cli import COMMANDS, Desk, asking, naming, run
from cli.desk_lines import named, says, split
from cli.desk_offers import Offers, nothing, of_codes
from cli.desk_prompts import CutOff, Prompts, Stopped
from ledger.domain.codes import (
    Action,
    Behavior,
    Code,
    Level,
    Location,
    Motivation,
    certain_level,
    current,
)
from ledger.finding import Finding, Found, NoSuch, Which, one
from ledger.said import Unclear, show_time, split_students

SAID_AT_ONCE = "minor or major was said right after the entry"


LEAVE = ("quit", "exit")
KNOWN_BETTER = "--not-a-disclosure"


class Disclosed(Exception):
    """An answer seems to tell of abuse: nothing of it is recorded, kept or said again."""

    def __init__(self, told: str) -> None:
        super().__init__()
        self.told = told


def listen(words: Sequence[str], said: str | None) -> None:
    """Disclosed when an answer tells of abuse, unless the line says that it tells of none."""
    told = None if KNOWN_BETTER in words else naming.told_by(said or "")
    if told is not None:
        raise Disclosed(told)


def nowhere() -> None:
    """Keeps nothing of what was said."""


@dataclass
class Entry:
    """What was said so far: the words of the command, and the texts that go beside them."""

    words: list[str]
    texts: dict[str, str] = field(default_factory=dict)
    kept: Callable[[], None] = nowhere  # called whenever more was said
    draft: int | None = None  # what was said so far is kept under this number

    def says(self, name: str, text: str) -> None:
        """A text that goes beside the words."""
        self.texts[name] = text
        self.kept()

    @property
    def worth_keeping(self) -> bool:
        return bool(self.texts) or "did" in says(self.words)

    @property
    def argv(self) -> tuple[str, ...]:
        asked = [f"--{name}" for name in self.texts if name not in says(self.words)]
        return (*self.words, *asked)


@dataclass(frozen=True)
class Question:
    """One question before the append: its option, what it wants, how it is read and shown."""

    option: str
    asked: str
    wants: str
    read: Callable[[Desk, str], str]
    codes: type[Code] | None = None


def _behaviors(desk: Desk, said: str) -> str:
    words = [word.strip() for word in said.split(",") if word.strip()]
    return ", ".join(asking.code(desk, word, Behavior).label for word in words)


def _place(desk: Desk, said: str) -> str:
    return asking.code(desk, said, Location).label


def _time(desk: Desk, said: str) -> str:
    at, now = asking.when(desk, said).at.astimezone(desk.school.settings.zone), desk.school.now
    return show_time(at) if at.date() == now.date() else f"{at:%a %b} {at.day}, {show_time(at)}"


DID = Question("did", "did?", "a behavior", _behaviors, Behavior)
WHERE = Question("where", "where?", "a place", _place, Location)
AT = Question("at", "when?", "a time", _time)
BEFORE = (DID, WHERE, AT)
TEXTS = ("saw", "told", "think")
ENOUGH = frozenset(("did", "like"))  # with one of them a line says what is needed


def complete(words: Sequence[str]) -> bool:
    """Whether a line names a behavior, so that it is recorded as it stands."""
    return not ENOUGH.isdisjoint(says(words))


def people(desk: Desk, prompts: Prompts, words: list[str]) -> tuple[list[str], str] | None:
    """(the words with each student in them certain, their names); None when it was left."""
    about, shown = named(words), []
    if "not_on_roster" in says(words):
        return words, " ".join(about)
    if not about:
        one(Finding(()), "")  # says whom to name
    sure = []
    for said in split_students(about):
        who = _one(desk, prompts, words, said)
        if who is None:
            return None
        sure.append(who[0])
        shown.append(who[1].name)
    return [*" and ".join(sure).split(), *words[len(about) :]], " and ".join(shown)


def _one(desk: Desk, prompts: Prompts, words: Sequence[str], said: str) -> tuple[str, Found] | None:
    """(the words that mean one student, the student), asked for as often as it takes."""
    while True:
        found = desk.school.find(said)
        if len(found.students) == 1 and not found.near:
            return said, found.students[0]
        if not found.students:
            raise NoSuch(said)
        picked = _picked(desk, prompts, said, found)
        if picked is None or isinstance(picked, Found):
            return None if picked is None else (picked.student_id, picked)
        listen(words, picked)
        said = picked


def _picked(desk: Desk, prompts: Prompts, said: str, found: Finding) -> Found | str | None:
    """One of those who fit, or other words; None when it was left."""
    error, most = Which(said, found), len(found.students)
    for line in (str(error), *asking.candidates(error)):
        desk.say(line)
    while typed := prompts.ask("which?"):
        if not (typed.isdecimal() and len(typed) < 3):
            return typed
        if 1 <= int(typed) <= most:
            return found.students[int(typed) - 1]
        desk.say(
            f"There is no {typed} in the list: a number from 1 to {most}, or more of the name."
        )
    return None


def ask(desk: Desk, prompts: Prompts, entry: Entry, who: str) -> bool:
    """Ask what the line left open before the append; False when the person left it."""
    before = who
    for question in BEFORE:
        if question.option in says(entry.words):
            continue
        shown = _answer(desk, prompts, entry, question, before)
        if shown is None:
            return False
        before += f"   {question.asked} {shown}" if shown else ""
    if says(entry.words).isdisjoint(TEXTS):
        said = _text(prompts, entry, "saw", before)
        if said:
            entry.says("saw", said)
    return True


def ask_texts(prompts: Prompts, entry: Entry, asked: Sequence[str]) -> None:
    """Ask for the texts that a line leaves to be asked for."""
    for name in asked:
        entry.says(name, _text(prompts, entry, name, "") or "")


def _text(prompts: Prompts, entry: Entry, name: str, before: str) -> str | None:
    try:
        return prompts.text(f"{name}?", before=before)
    except CutOff as cut:
        if cut.typed:
            entry.texts[name] = cut.typed
        raise


def _answer(
    desk: Desk, prompts: Prompts, entry: Entry, question: Question, before: str
) -> str | None:
    """The answer as it is shown, empty when it is left open; None when the entry is left."""
    offers = of_codes(desk, question.codes, several=True) if question.codes else nothing
    typed, asked, now = "", question.asked, f"{desk.school.now:%H:%M}"
    if question is AT:
        desk.typed_at = desk.clock()  # what was shown is what is recorded
        asked += f" [{now}]"
    while True:
        said = _said(prompts, entry, question, asked, offers, typed, before)
        listen(entry.words, said)
        if not said:
            if question is not DID:
                return now if question is AT else ""
            if said is None:
                return None
            desk.say("What was done is needed: a word, or the beginning of one. Ctrl-C leaves it.")
            continue
        try:
            shown = question.read(desk, said)
        except Unclear as unclear:
            desk.say(_wrong(desk, said, question, unclear))
            typed = said
            continue
        _add(entry, question, said)
        return shown


def _said(
    prompts: Prompts,
    entry: Entry,
    question: Question,
    asked: str,
    offers: Offers,
    typed: str,
    before: str,
) -> str | None:
    try:
        return prompts.ask(asked, offers, typed=typed, before=before)
    except CutOff as cut:
        if cut.typed and (question is DID or entry.worth_keeping):
            _add(entry, question, cut.typed)
        raise


def _add(entry: Entry, question: Question, said: str) -> None:
    each = said.split(",") if question is DID else [said]
    # With = what begins with a dash, as -10m does, is no option.
    entry.words += [f"--{question.option}={one.strip()}" for one in each if one.strip()]
    entry.kept()


def _wrong(desk: Desk, said: str, question: Question, unclear: Unclear) -> str:
    """What to say of an answer that does not fit; whether it would have fitted another."""
    for other in BEFORE:
        if other is not question and _fits(desk, other, said):
            return f"That is {other.wants}, and {question.asked} asks for {question.wants}."
    return _of_command(said) or _sentence(unclear)


def _of_command(said: str) -> str:
    """What to say of a command where an answer is wanted; empty of anything else."""
    word = said.partition(" ")[0]
    known = word in COMMANDS or said in LEAVE
    return f"{word} is a command: Ctrl-C leaves the questions, then type it." if known else ""


def _fits(desk: Desk, question: Question, said: str) -> bool:
    try:
        question.read(desk, said)
    except Unclear:
        return False
    return True


def _sentence(unclear: Unclear) -> str:
    from cli.errors import sentence

    return "\n".join(sentence(unclear))


# What is open after the append


@dataclass(frozen=True)
class Open:
    """One question after the append: how `log` calls it, and the command that answers it."""

    open: str
    asked: str
    codes: type[Code]
    argv: Callable[[str, str, Sequence[Behavior]], list[str]]
    texts: dict[str, str] = field(default_factory=dict)


def _why(id: str, said: str, _: Sequence[Behavior]) -> list[str]:
    return ["incident", "fill", id, f"--why={said}"]


def _done(id: str, said: str, _: Sequence[Behavior]) -> list[str]:
    return ["act", id, *split(said)]


def _level(id: str, said: str, did: Sequence[Behavior]) -> list[str]:
    level = next((one for one in current(Level) if one.value.startswith(said.casefold())), None)
    if level is None or len(said) < 2:
        raise Unclear("Say minor or major; Enter leaves it open.")
    words = [f"--did={code.value}" for code in did]
    return ["incident", "correct", id, *words, f"--{level.value}", "--reason"]


AFTER = (
    Open("why", "why?", Motivation, _why),
    Open("what was done", "what was done?", Action, _done),
    Open("minor or major", "minor or major?", Level, _level, {"reason": SAID_AT_ONCE}),
)


def ask_open(new_seat: Callable[[], Any], prompts: Prompts, fields: dict[str, Any]) -> None:
    """Offer what an entry left open; Enter leaves it, Ctrl-C all of it."""
    seat = new_seat()
    try:
        for question, person in _questions(seat, fields):
            _offer(new_seat, prompts, fields, question, person)
    except Stopped:
        seat.say("It is recorded; the rest stays open.")


def _questions(desk: Desk, fields: dict[str, Any]) -> Iterator[tuple[Open, dict[str, Any]]]:
    referred = [one for one in fields["participants"] if "referred" in one["roles"]]
    for question in AFTER:
        is_open = any(str(phrase).startswith(question.open) for phrase in fields["open"])
        # One level is said of all behaviors, so it is asked where all of them may have either.
        if is_open and (question.codes is not Level or all(map(_both, _did(fields)))):
            yield from ((question, person) for person in referred)


def _did(fields: dict[str, Any]) -> list[Behavior]:
    return [Behavior(value) for value in dict.fromkeys(fields["behaviors"])]


def _both(code: Behavior) -> bool:
    """Whether it is on the minor and the major list."""
    return certain_level(code) is None


def _offer(
    new_seat: Callable[[], Any],
    prompts: Prompts,
    fields: dict[str, Any],
    question: Open,
    person: dict[str, Any],
) -> None:
    """Ask until it is answered or left."""
    several = sum("referred" in one["roles"] for one in fields["participants"]) > 1
    asked = f"{person['label']} {question.asked}" if several else question.asked
    typed = ""
    while True:
        seat = new_seat()
        said = prompts.ask(asked, of_codes(seat, question.codes), typed=typed)
        listen((), said)
        if not said:
            return
        if command := _of_command(said):
            seat.say(command)
            typed = ""
            continue
        typed = said
        try:
            argv = question.argv(fields["id"], said, _did(fields))
        except Unclear as unclear:
            seat.say(_sentence(unclear))
            continue
        seat.typed = dict(question.texts)
        if run([*argv, *([f"--who={person['label']}"] if several else [])], seat) == 0:
            return
