"""`open`: what nobody has said yet of what was logged, filled in one answer after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import click

from cli import Desk, answers, asking, naming, pass_desk, purposed, run
from cli.log import watched
from ledger.domain import Recorded, standing
from ledger.domain.codes import Level, current
from ledger.domain.incident import INCIDENT, CorrectBehavior
from ledger.domain.student import STUDENT, NamesFlagged, SettleNames
from ledger.reading import Card, Window
from ledger.reading.named import Text, named
from ledger.reports import unfinished as report
from ledger.said import Unclear, match_code

SAID_LATER = "said later"


@click.command("open")
@click.argument("id", required=False)
@click.option("--all", "everybody", is_flag=True, help="Everybody's, not only yours.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@purposed
@answers
@pass_desk
def open_(desk: Desk, id: str | None, everybody: bool, limit: int) -> None:
    """List what is not said yet of the incidents that you logged, or of ID.

    On a terminal each question is asked, one after the other: Enter leaves it open, Ctrl-C the
    rest. Elsewhere: bledger act, bledger incident fill | statement | correct.

    \b
    Examples:
      bledger open
      bledger open 4f1c2aa
      bledger open --all --json
    """
    cards, people = _found(desk, id, everybody, limit)
    fields = {"incidents": [{"id": card.incident_id, "open": card.open} for card in cards]}
    by = None if everybody else desk.school.actor.id
    texts = None if id else named(desk.school.reading, by=by, limit=limit)
    zone = desk.school.settings.zone
    fields["texts"] = [asdict(text) for text in texts.texts] if texts else []
    left = report.texts(texts, zone) if texts else []
    desk.answer(
        "open/1",
        fields,
        [*(report.lines(cards, people, zone) if cards else []), *left] or [report.NOTHING],
    )
    if watched(desk):
        _fill_in(desk, cards, texts.texts if texts else ())


globals()["open"] = open_  # by its word on the command line, which is Python's own


def _found(
    desk: Desk, id: str | None, everybody: bool, limit: int
) -> tuple[Sequence[Card], dict[str, Any]]:
    """The incidents that are open, and the students in them."""
    reading = desk.school.reading
    if id is not None:
        view = reading.incident(asking.incident(desk, id), Window())
        if view is None:
            raise asking.NotOne(f"incident {id} was taken back")
        return [view.card] if view.card.open and view.card.standing == "open" else [], view.people
    by = None if everybody else desk.school.actor.id
    found = reading.incidents(Window(), by=by, only_open=True, limit=limit)
    return found.cards, found.people


# Filling in


@dataclass(frozen=True)
class Question:
    """One question, and the command line that its answer becomes."""

    asked: str
    argv: Sequence[str]
    option: str = ""  # that takes the answer; empty: its words follow
    text: str = ""  # the text that the answer is
    more: Sequence[str] = field(default_factory=tuple)


def _questions(card: Card) -> Iterator[Question]:
    """What is open of one incident, as questions; a level is asked by itself."""
    id, left = card.incident_id, card.open
    referred = [p for p in card.people.values() if p.referred]
    if "what was seen" in left:
        yield Question("saw?", ("incident", "statement", id, "--saw"), text="saw")
    if "place" in left:
        yield Question("where?", ("incident", "fill", id), "--where")
    for person in referred:
        who, name = (f"--who={person.label}",), f"{person.label} " * (len(referred) > 1)
        if person.motivation is None:
            yield Question(f"{name}why?", ("incident", "fill", id), "--why", more=who)
        if "what was done" in left:
            yield Question(f"{name}what was done?", ("act", id), more=who)


def _fill_in(desk: Desk, cards: Sequence[Card], texts: Sequence[Text]) -> None:
    """Ask what is open; what is answered is recorded at once."""
    try:
        for number, card in enumerate(cards, 1):
            if len(cards) > 1:
                desk.talk(f"{number}  {card.incident_id[:7]}")
            _ask_levels(desk, card)
            for question in _questions(card):
                _ask(desk, question)
            _settle_names(desk, card)
        for text in texts:
            _settle_text(desk, text)
    except click.Abort:
        desk.talk("")
        desk.talk("The rest stays open.")


def _ask(desk: Desk, question: Question) -> None:
    """Ask until the answer is recorded or left."""
    while said := _prompted(question.asked):
        if not question.text and (told := naming.told_by(said)):
            for line in naming.instead(desk, {}, told):
                desk.talk(line)
            return
        seat = _seat(desk)
        if question.text:
            seat.typed[question.text] = said
            argv = question.argv
        elif question.option:
            argv = (*question.argv, f"{question.option}={said}", *question.more)
        else:
            argv = (*question.argv, *said.split(), *question.more)
        if run(argv, seat) == 0 or question.text:
            return


def _seat(desk: Desk) -> Desk:
    """The desk of one command, at the school that is open already."""
    seat = Desk(desk.env, desk._now)
    seat.ascii, seat.__dict__["school"] = desk.ascii, desk.school
    return seat


def _prompted(asked: str) -> str:
    said = click.prompt(asked, default="", show_default=False, prompt_suffix=" ", err=True)
    return str(said).strip()


def _ask_levels(desk: Desk, card: Card) -> None:
    """Ask minor or major of every behavior of which nobody said it."""
    id = card.incident_id
    for label, person in INCIDENT.fold(desk.school.record.stream(f"incident-{id}")).people.items():
        seen = list(person.behaviors)
        for place, behavior in enumerate(seen):
            if behavior.assumed and (level := _level(desk, f"{label} {behavior.code.label}:")):
                seen[place] = behavior.model_copy(update={"level": level, "assumed": False})
        if tuple(seen) != person.behaviors:
            command = CorrectBehavior(label=label, behaviors=tuple(seen), reason=SAID_LATER)
            done = desk.school.do(INCIDENT, id, command)
            short = desk.school.record.short("incident", id)
            desk.say(f"{short}  {'; '.join(str(r.event) for r in done.events)}")


def _settle_names(desk: Desk, card: Card) -> None:
    """Ask whom the names mean that stand in the texts."""
    if "a name in the text" not in card.open:
        return
    commands, school = naming.settled(desk, card.incident_id), desk.school
    with school.record.batch():
        done = [school.do(INCIDENT, card.incident_id, command) for command in commands]
    for event in (r.event for one in done for r in one.events):
        desk.say(f"{school.record.short('incident', card.incident_id)}  {event}")


def _settle_text(desk: Desk, text: Text) -> None:
    """Ask whom the names mean that stand in praise, or in the note of a call."""
    id = text.student_id
    written = _flagged(desk.school.record.stream(f"student-{id}"), text.number)
    words = naming.renamed(desk, written, id)
    if words is not None:
        new = None if words == written else words
        command = SettleNames(student_id=id, number=text.number, text=new)
        done = desk.school.do(STUDENT, id, command)
        short = desk.school.record.short("student", text.student_id)
        desk.say(f"{short}  {'; '.join(str(r.event) for r in done.events)}")


def _flagged(history: Sequence[Recorded[Any]], number: int) -> str:
    """The text that this flag stands on: that of the entry before it."""
    stands = standing(history)
    flags = {r.event.number: r.version for r in stands if isinstance(r.event, NamesFlagged)}
    events = (r.event for r in stands if r.version == flags.get(number, 0) - 1)
    texts = [getattr(event, name, None) for event in events for name in ("text", "note")]
    return next((text for text in texts if isinstance(text, str)), "")


def _level(desk: Desk, what: str) -> Level | None:
    while said := _prompted(f"{what} minor or major?"):
        try:
            return match_code(said, current(Level))
        except Unclear as unclear:
            desk.talk(str(unclear))
    return None
