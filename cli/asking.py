"""What people type at a command, as the values that the ledger takes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, TypeVar

import click

from cli import Desk
from cli.words import SAID
from ledger.domain import TEXT_CAP, When, standing
from ledger.domain.codes import Code, current
from ledger.domain.incident import INCIDENT, IncidentMerged
from ledger.finding import Found, NoSuch, Which, one
from ledger.said import (
    Bells,
    NotYet,
    Unclear,
    clean,
    match_code,
    parse_as_of,
    parse_when,
    show_day,
    split_students,
)

CodeT = TypeVar("CodeT", bound=Code)
ASK = "\0ask"  # an option that stands there without its value
STDIN_CAP = 1_000_000


def code(desk: Desk, said: str, of: type[CodeT]) -> CodeT:
    """A code by its value, a unique beginning of it, or the school's own word."""
    return match_code(said, current(of), {**SAID, **desk.school.settings.words})


def maybe(desk: Desk, said: str | None, of: type[CodeT]) -> CodeT | None:
    return None if said is None else code(desk, said, of)


def student(desk: Desk, words: str | Sequence[str]) -> Found:
    """The one student whom these words fit; otherwise nobody is picked."""
    said = words if isinstance(words, str) else " ".join(words)
    return one(desk.school.find(said), said)


def students(desk: Desk, words: Sequence[str]) -> list[Found]:
    return [student(desk, said) for said in split_students(words)]


def staff(desk: Desk, words: str, *, gone: bool = False) -> str:
    """The id of the one member of staff whom these words fit; `gone`: or else of who left."""
    from ledger.finding import staff_named

    found = staff_named(desk.school.roster, words)
    if gone and not found:
        found = staff_named(desk.school.roster, words, active=False)
    if len(found) != 1:
        fit = f"{len(found)} of the staff fit" if found else "nobody on the staff is called"
        raise NotOne(f"{fit} {_quoted(words)}. See: bledger staff list")
    return found[0]


def when(desk: Desk, said: str | None, *, future: bool = False) -> When:
    """An instant, from what was typed; nothing typed is now."""
    now, zone = _now(desk), desk.school.settings.zone
    if said is None:
        return When(at=now.replace(second=0, microsecond=0), zone=zone.key, said="now")
    try:
        at = parse_when(said, now, zone, partial(_bells, desk), allow_future=future)
    except NotYet as error:
        raise Unclear(f"{str(error)[:-1]}{_or_to_come()}.") from None
    return When(at=at, zone=zone.key, said=said)


def _or_to_come() -> str:
    """How the command that is running takes a time to come, if it does."""
    running = click.get_current_context(silent=True)
    takes = running and any(one.name == "allow_future" for one in running.command.params)
    return ", or add --allow-future" if takes else ""


def _now(desk: Desk) -> datetime:
    """When the words were typed: of a draft, when it was written."""
    return (desk.typed_at or desk.clock()).astimezone(desk.school.settings.zone)


def day(desk: Desk, said: str | None) -> date:
    """A day, from what was typed; nothing typed is today."""
    now = _now(desk)
    if said is None:
        return now.date()
    return parse_as_of(said, now, desk.school.settings.zone, edge="start").date()


def day_that_was(desk: Desk, said: str | None) -> date:
    """The same of a day on which something happened: it has come."""
    on = day(desk, said)
    if on > day(desk, None):
        raise Unclear(f"{show_day(on)} has not come yet. Say on which day it was.")
    return on


def position(desk: Desk, as_of: str | None, number: int | None) -> int | None:
    """The position that --as-of or --position names."""
    if number is not None:
        head = desk.school.record.head().position
        if not 0 <= number <= head:
            raise Unclear(f"there is no position {number}: the ledger ends at {head}")
        return number
    if as_of is None:
        return None
    return desk.school.record.position_at(edge(desk, as_of, "end"))


def edge(desk: Desk, said: str, side: Any) -> datetime:
    return parse_as_of(said, desk.school.now, desk.school.settings.zone, edge=side)


def text(desk: Desk, value: str | None, option: str) -> str | None:
    """What was said: in the line, on standard input (-), or at a prompt; None when it was blank."""
    if value in (ASK, "-"):
        if option not in desk.typed:
            desk.typed[option] = _stdin(option) if value == "-" else _prompted(option)
        value = desk.typed[option]
    if value is not None and len(value) > TEXT_CAP:
        raise BadText(
            option,
            f"the text of --{option.replace('_', '-')} has {len(value):,} characters, and "
            f"{TEXT_CAP:,} is the most that is taken: make it shorter, or two statements",
        )
    return value if value and value.strip() else None


def _prompted(option: str) -> str:
    if not sys.stdin.isatty():
        name = option.replace("_", "-")
        raise click.UsageError(f"--{name} has no text. Give it, or - to read it from stdin.")
    try:
        # The default lets Enter alone leave it open.
        asked = option.replace("_", " ")
        said = click.prompt(asked, default="", show_default=False, prompt_suffix=": ", err=True)
    except click.Abort:
        click.echo(err=True)
        raise
    return str(said)


def _stdin(option: str) -> str:
    """The words on standard input, byte for byte but for the line end that the shell adds."""
    raw = sys.stdin.buffer.read(STDIN_CAP + 1)
    if len(raw) > STDIN_CAP:
        raise BadText(option, "what came on standard input is no statement: it is over a megabyte")
    try:
        said = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadText(
            option, "what came on standard input is not UTF-8 text; save it as UTF-8"
        ) from None
    return said.removesuffix("\n").removesuffix("\r")


class BadText(Unclear):
    """A text that cannot be taken; `option` says which."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(message)
        self.option = option


def _bells(desk: Desk, day: date) -> Bells | None:
    """The bells of a day; the calendar is looked into only when the words ask for one."""
    from ledger.domain.days import bells

    schedule = bells(desk.school.calendar, day)
    if schedule is None:
        return None
    return Bells(
        periods=tuple((p.name, p.start, p.end) for p in schedule.periods),
        lunch={lunch.grade: (lunch.start, lunch.end) for lunch in schedule.lunches},
    )


def incident(desk: Desk, said: str) -> str:
    """The id of the incident that this begins, or of the last one that the person logged."""
    record = desk.school.record
    if said == "last":
        return _last(desk)
    found = record.begins("incident", said.lower()) if len(said) >= 4 else []
    if len(found) != 1:
        how = f"{len(found)} incidents begin" if found else "no incident begins"
        raise NotOne(f"{how} with {_quoted(said)}. See: bledger incident list")
    return found[0]


def _last(desk: Desk) -> str:
    """The last incident that the person logged or added to, and that was not taken back."""
    record = desk.school.record
    for id in _lately(desk):
        if INCIDENT.fold(record.stream(f"incident-{id}")).reported:
            return _as_it_stands(desk, id)
    raise NotOne("you have logged no incident lately: give its id")


def _as_it_stands(desk: Desk, id: str) -> str:
    """The incident itself, or the one that it was found the same as."""
    events = standing(desk.school.record.stream(f"incident-{id}"))
    into = [r.event.into for r in events if isinstance(r.event, IncidentMerged)]
    return _as_it_stands(desk, into[-1]) if into else id


def _lately(desk: Desk) -> Iterable[str]:
    """Ids of the incidents that the person added to, the last first; of a draft, the last then."""
    record, me, then = desk.school.record, desk.school.actor.id, desk.typed_at
    ids = record.last_streams(me, "incident")
    if then is None:
        return ids
    own = {id: [r for r in record.stream(f"incident-{id}") if r.actor == me] for id in ids}
    known = {id: [r.position for r in own[id] if r.recorded_at <= then] for id in own}
    return sorted(filter(known.get, known), key=lambda id: max(known[id]), reverse=True)


class NotOne(NoSuch):
    """Nothing fits, or several do; the message says what."""

    def __init__(self, message: str) -> None:
        Exception.__init__(self, message)

    def __str__(self) -> str:
        return str(self.args[0])


def label(desk: Desk, people: Mapping[str, Any], said: str | None) -> str:
    """The placeholder of one participant: by itself, by name, or the only referred one."""
    if said is None:
        referred = [name for name, person in people.items() if person.referred]
        if len(referred) != 1:
            raise NotOne(f"Several are referred: {', '.join(referred)}. Say which with --who.")
        return referred[0]
    if said.upper() in people:
        return said.upper()
    found = student(desk, said)
    for name, person in people.items():
        if person.student_id == found.student_id:
            return name
    raise NotOne("That student takes no part in this incident.")


def which(desk: Desk, error: Which) -> list[str]:
    """The question, and the students who fit; a program is given their ids."""
    if desk.as_json:
        names = ("student_id", "grade", "teacher")
        students = [{name: getattr(one, name) for name in names} for one in error.candidates]
        desk.answer("which/1", {"draft": desk.kept, "students": students})
        return [str(error)]
    kept = f"Nothing is recorded yet; what you typed is kept as draft {desk.kept}."
    asked = str(error) if desk.kept is None else f"Which student? {kept}"
    return [asked, *candidates(error)]


def candidates(error: Which) -> list[str]:
    """The students who fit, numbered for a choice."""
    rows = [(f.name, f.grade and f"gr {f.grade}", f.teacher, f.number) for f in error.candidates]
    wide = [max((len(row[n]) for row in rows), default=0) for n in range(4)]
    return [
        f"{n:>3}  " + "  ".join(part.ljust(w) for part, w in zip(row, wide, strict=True)).rstrip()
        for n, row in enumerate(rows, 1)
    ]


def _quoted(said: str) -> str:
    return f'"{clean(said)[:40]}"'


def iso(desk: Desk, said: str | None, side: Any) -> str | None:
    """An edge of time as the record keeps times, or None when it was not said."""
    if said is None:
        return None
    return edge(desk, said, side).astimezone(UTC).isoformat().replace("+00:00", "Z")
