"""`records` and `placement`: what a family asked to see; what was decided on removals."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import click

from cli import Desk, asking, naming, others, pass_desk
from cli.asking import ASK
from cli.drafts import kept_on_failure
from cli.errors import RECORDED
from cli.incident import follows
from cli.trial import trial
from cli.words import FAMILY
from ledger.domain.codes import Channel, Relation, current
from ledger.domain.days import add_business_days, add_school_days, school_year_of
from ledger.domain.removals import counted
from ledger.domain.student import (
    STUDENT,
    DecidePlacement,
    HoldDetermination,
    RequestRecord,
    ShowRecord,
    StudentCommand,
    TellOfDecision,
)
from ledger.finding import Found
from ledger.reading import Window
from ledger.reading.duties import owed
from ledger.said import match_code, show_day

F = TypeVar("F", bound=Callable[..., Any])

# What all of them do


def _of_student(command: Callable[..., None]) -> Callable[..., None]:
    """Options and manners of a command that adds to a student's own record."""
    careful = follows(pass_desk(kept_on_failure(naming.heeding(command))))
    on = click.option("--on", "--at", "on", metavar="DAY", help="Today when left out.")
    return click.argument("student", nargs=-1, required=True, metavar="STUDENT")(on(careful))


def _text(name: str, text: str) -> Callable[[F], F]:
    """An option with a text: in the line, asked for, or from standard input."""
    return click.option(f"--{name}", is_flag=False, flag_value=ASK, metavar="[TEXT|-]", help=text)


def _number(text: str) -> Callable[[F], F]:
    return click.option("--number", type=click.IntRange(1, 999), metavar="N", help=text)


_how = click.option("--how", metavar="CHANNEL", help="phone, in-person, letter …")
_reason = _text("reason", "Why; asked for when left out, - reads it.")


def _relation(said: str) -> Relation:
    return match_code(said, current(Relation), FAMILY)


def _words(desk: Desk, found: Found, said: Mapping[str, Any], name: str) -> str | None:
    """What was said, without the names of other children."""
    text = asking.text(desk, said[name], name)
    return text and others.put_away(desk, [text], found.student_id)[0]


def _needed(desk: Desk, found: Found, said: Mapping[str, Any], name: str) -> str:
    """A text that has to be said; it is asked for when its option was left out."""
    text = _words(desk, found, {name: said[name] or ASK}, name)
    if text is None:
        raise click.UsageError(f"it needs words: --{name} TEXT")
    return text


def _record(
    desk: Desk,
    schema: str,
    found: Found,
    command: StudentCommand,
    said: Mapping[str, Any],
    follow: Callable[[Any], list[str]],
) -> None:
    """Have it done, and say so; `follow`: what the event asks for next."""
    school = desk.school
    key = f"key:{said['key']}" if said["key"] else None
    with trial(desk, said["dry_run"]) as dry, school.record.batch():
        done = school.do(STUDENT, found.student_id, command, key=key, again=said["again"])
        dry.show(done)
    if said["dry_run"]:
        return
    desk.so_far = RECORDED
    events: list[Any] = [recorded.event for recorded in done.events]
    told = [f"{found.name} · {event}" for event in events] or [f"{found.name} · recorded already"]
    told[0] += " (recorded already)" if done.repeated and events else ""
    fields = {
        "student_id": found.student_id,
        "repeated": done.repeated or not events,
        "position": done.events[-1].position if events else None,
        "events": [type(event).__name__ for event in events],
        "number": events[-1].number if events else None,
    }
    desk.answer(schema, fields, [*told, *(line for event in events for line in follow(event))])


def _whose(student: Sequence[str]) -> str:
    """The student as they were typed."""
    return shlex.join(student)


def _nothing(_: Any) -> list[str]:
    return []


# What a family asked to see


@click.group()
def records() -> None:
    """A family's right to see the record: what was asked for, and when it was shown.

    \b
    Examples:
      bledger records request leo park --by father
      bledger records shown leo park
    """


@records.command()
@click.option("--by", required=True, metavar="RELATION", help="Who asked: mother, guardian …")
@_how
@_text("about", "What they want to see; everything when left out.")
@_of_student
def request(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Record that somebody who may asked to see the record of STUDENT.

    \b
    Examples:
      bledger records request leo park --by father --on "oct 8"
      bledger records request 104234 --by mother --how phone --about
    """
    found = asking.student(desk, student)
    command = RequestRecord(
        student_id=found.student_id,
        on=asking.day_that_was(desk, said["on"]),
        relation=_relation(said["by"]),
        channel=asking.maybe(desk, said["how"], Channel),
        about=_words(desk, found, said, "about"),
    )

    def show_by(event: Any) -> list[str]:
        rules = desk.school.settings.rules
        if not rules.on("record-access"):
            return []
        days = int(rules.number("record-access", "business_days"))
        by = add_business_days(desk.school.calendar, event.on, days)
        why = f"{days} business days, {rules['record-access'].cite}"
        return [
            f"  show it by {show_day(by)} · {why}",
            f"  bledger records shown {_whose(student)}",
        ]

    _record(desk, "records-request/1", found, command, said, show_by)


@records.command()
@_how
@_text("note", "What was shown, to whom.")
@_number("Which request, when several wait; the oldest when left out.")
@_of_student
def shown(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Record that the record of STUDENT was shown to who had asked.

    \b
    Examples:
      bledger records shown leo park
      bledger records shown 104234 --how in-person --note
    """
    found = asking.student(desk, student)
    command = ShowRecord(
        student_id=found.student_id,
        number=said["number"],
        on=asking.day_that_was(desk, said["on"]),
        how=asking.maybe(desk, said["how"], Channel),
        note=_words(desk, found, said, "note"),
    )
    _record(desk, "records-shown/1", found, command, said, _nothing)


# What was decided on removals


@click.group()
def placement() -> None:
    """Decisions on whether removals are a pattern, and what follows from one.

    The ledger counts days; whether a series is a pattern is for people to decide.

    \b
    Examples:
      bledger placement decide mateo cruz --pattern --reason
      bledger placement determined mateo cruz --manifestation --reason
    """


@placement.command()
@click.option("--pattern/--no-pattern", required=True, help="What was decided.")
@click.option("--guardian-told", metavar="DAY", help="When the guardian was told of it.")
@_reason
@_of_student
def decide(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Record whether the removals of STUDENT are a pattern, and so a change of placement.

    The removals that were counted in that school year up to then are named with it.

    \b
    Examples:
      bledger placement decide mateo cruz --pattern --reason "all at lunch, within three weeks"
      bledger placement decide 104512 --no-pattern --on "oct 9" --reason -
    """
    found = asking.student(desk, student)
    on = asking.day_that_was(desk, said["on"])
    told = said["guardian_told"]
    command = DecidePlacement(
        student_id=found.student_id,
        on=on,
        pattern=said["pattern"],
        removals=_removals(desk, found, on),
        guardian_told_on=asking.day_that_was(desk, told) if told else None,
        reason=_needed(desk, found, said, "reason"),
    )

    def follows_by(event: Any) -> list[str]:
        rules = desk.school.settings.rules
        if not event.pattern or not rules.on("determination"):
            return []
        days = int(rules.number("determination", "school_days"))
        by = add_school_days(desk.school.calendar, event.on, days)
        why = f"{days} school days, {rules['determination'].cite}"
        lines = [f"  manifestation determination by {show_day(by)} · {why}"]
        if event.guardian_told_on is None and rules.on("decision-told"):
            cite = rules["decision-told"].cite
            lines += [
                f"  the guardian is told the same day, {cite}",
                f"  bledger placement told {_whose(student)}",
            ]
        return lines

    _record(desk, "placement-decide/1", found, command, said, follows_by)


def _removals(desk: Desk, found: Found, on: date) -> tuple[str, ...]:
    """What was counted of this student in the school year up to this day: incident/action."""
    school = desk.school
    answer = owed(school.reading, Window(), on, student_id=found.student_id)
    rows = [row for some in answer.removals.values() for row in some if row.on <= on]
    year = school_year_of(school.calendar, on)
    lines = counted(rows, school.calendar, school.settings.rules, year, on).counted
    return tuple(f"{line.removal.incident_id}/{line.removal.number}" for line in lines)


@placement.command()
@click.option("--whom", metavar="RELATION", help="Who was told: mother, attorney …")
@_how
@_number("Which decision; the last when left out.")
@_of_student
def told(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Record that the guardian, or who else stands for STUDENT, was told of a decision.

    \b
    Examples:
      bledger placement told mateo cruz --whom mother --how phone
      bledger placement told mateo cruz --whom social-worker
    """
    found = asking.student(desk, student)
    command = TellOfDecision(
        student_id=found.student_id,
        number=said["number"],
        on=asking.day_that_was(desk, said["on"]),
        relation=_relation(said["whom"]) if said["whom"] else None,
        channel=asking.maybe(desk, said["how"], Channel),
    )
    _record(desk, "placement-told/1", found, command, said, _nothing)


@placement.command()
@click.option("--manifestation/--no-manifestation", required=True, help="What the team found.")
@click.option("--case", metavar="ID", help="The SST case in which it was held.")
@_number("After which decision; the last that waits when left out.")
@_reason
@_of_student
def determined(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Record a manifestation determination of STUDENT: what the team found, and why.

    \b
    Examples:
      bledger placement determined mateo cruz --manifestation --reason "the noise sets it off"
      bledger placement determined 104512 --no-manifestation --on "oct 20" --reason -
    """
    found = asking.student(desk, student)
    command = HoldDetermination(
        student_id=found.student_id,
        number=said["number"],
        on=asking.day_that_was(desk, said["on"]),
        manifestation=said["manifestation"],
        meeting=_case(desk, said["case"]) if said["case"] else None,
        reason=_needed(desk, found, said, "reason"),
    )
    _record(desk, "placement-determined/1", found, command, said, _nothing)


def _case(desk: Desk, said: str) -> str:
    """The id of the SST case that this begins."""
    ids = desk.school.record.begins("meeting", said.lower())
    if len(ids) != 1:
        raise asking.NotOne("no SST case begins so, or several do: give more of its id")
    return ids[0]
