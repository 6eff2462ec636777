"""What the commands of `sst` share: whose case, having it done, and saying so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

import click

from cli import Desk, asking, naming, others, pass_desk
from cli.asking import ASK
from cli.drafts import kept_on_failure
from cli.errors import RECORDED
from cli.incident import follows
from cli.sst_words import Meant, meeting_number
from cli.trial import trial
from ledger.domain.meeting import MEETING, MeetingCommand
from ledger.reports import sst as report

F = TypeVar("F", bound=Callable[..., Any])
WHOSE = "[STUDENT|ID]"


def case_of(command: Callable[..., None]) -> Callable[..., None]:
    """Options and manners of a command that adds to a case."""
    careful = follows(pass_desk(kept_on_failure(naming.heeding(command))))
    return click.argument("student", nargs=-1, metavar=WHOSE)(careful)


def text_option(name: str, text: str) -> Callable[[F], F]:
    """An option with a text: in the line, asked for, or from standard input."""
    more = f"{text} Asked for when left empty, - reads it."
    return click.option(f"--{name}", is_flag=False, flag_value=ASK, metavar="[TEXT|-]", help=more)


reasoned = text_option("reason", "Why.")
meeting_option = click.option(
    "--meeting", type=click.IntRange(1, 999), metavar="N", help="Which one, when several are set."
)
number_option = click.option(
    "--number", type=click.IntRange(1, 999), metavar="N", help="The same as the word."
)
on_option = click.option("--on", metavar="DAY", help="Today when left out.")
who_option = click.option(
    "--who",
    multiple=True,
    required=True,
    metavar="WHO",
    help='Of the staff by name; mother, father …; student; "outside social worker".',
)


def do(desk: Desk, case: Meant, command: MeetingCommand, said: Mapping[str, Any]) -> Any:
    """Have it done; what was done, or None when it was a trial."""
    school = desk.school
    key = f"key:{said['key']}" if said["key"] else None
    with trial(desk, said["dry_run"]) as dry, school.record.batch():
        done = school.do(MEETING, case.id, command, key=key, again=said["again"])
        dry.show(done)
    if said["dry_run"]:
        return None
    desk.so_far = RECORDED
    return done


def record(
    desk: Desk,
    case: Meant,
    command: MeetingCommand,
    said: Mapping[str, Any],
    more: Callable[[Any], list[str]] = lambda _: [],
) -> None:
    """Have it done, and say so; `more`: what else to say of the events."""
    done = do(desk, case, command, said)
    if done is not None:
        events = [r.event for r in done.events]
        desk.answer("sst-event/1", fields(case, done), told(desk, case, done) + more(events))


def fields(case: Meant, done: Any) -> dict[str, Any]:
    return {
        "id": case.id,
        "repeated": done.repeated,
        "position": done.events[-1].position,
        "events": [type(r.event).__name__ for r in done.events],
        "numbers": [getattr(r.event, "number", None) for r in done.events],
    }


def told(desk: Desk, case: Meant, done: Any) -> list[str]:
    """5ba12cd  Ana Rivera · mother invited Sep 30, Spanish"""
    school = desk.school
    return report.recorded(
        school.record.short("meeting", case.id),
        case.name,
        [r.event for r in done.events],
        school.staff_names,
        school.settings.zone,
        repeated=done.repeated,
    )


def text(desk: Desk, case: Meant, said: Mapping[str, Any], name: str) -> str | None:
    """A text without the names of other children."""
    given = asking.text(desk, said[name], name)
    student = case.case.student_id
    return given and others.put_away(desk, [given], student)[0]


def needed(desk: Desk, case: Meant, said: Mapping[str, Any], name: str) -> str:
    """A text that has to be said; it is asked for when its option was left out."""
    asked = {name: said[name] or ASK}
    given = text(desk, case, asked, name)
    if given is None:
        raise click.UsageError(f"it needs words: --{name} TEXT")
    return given


def the_meeting(desk: Desk, case: Meant, said: int | None, stage: str = "set") -> int:
    """The meeting that is meant; NotOne when there is none."""
    number = meeting_number(case, said, stage, desk.school.clock())
    if number is None:
        how = {"set": "no meeting is set", "held": "no meeting was held"}[stage]
        raise asking.NotOne(f"{how} in this case. Set one: bledger sst schedule STUDENT --at TIME")
    return number


def today(desk: Desk) -> date:
    return asking.day(desk, None)
