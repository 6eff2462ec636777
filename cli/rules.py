"""The rules that bind an act: which this school goes by, and what to type when one says no."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import click

from cli import Desk, asking
from cli.asking import ASK
from cli.words import notice_parts
from ledger.domain import Refused, standing
from ledger.domain.due_process import SUSPENSIONS, AgainstRules, Notice, PupilAccount
from ledger.domain.incident import INCIDENT
from ledger.domain.student import StudentRecorded
from ledger.finding import Found
from ledger.reports import due_process as report

TEXTS = ("--note", "--happened", "--pupil-says")  # options whose words are not shown again


class NotAllowed(Refused):
    """A rule says no; the lines say which, and what to type instead."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(lines[0])
        self.lines = lines


def bound_options(command: Any) -> Any:
    """Options of an act that a rule may be against."""
    for option in (
        click.option("--threat", is_flag=True, help="Recess: an immediate threat to safety."),
        click.option(
            *("--happened", "happened"),
            is_flag=False,
            flag_value=ASK,
            metavar="[REASON|-]",
            help="It has happened, against a rule: why. It stays flagged.",
        ),
        click.option(
            *("--notice", "notice"),
            is_flag=False,
            flag_value="now",
            metavar="[TIME] [HOW] [WHO]",
            help='The charges were told: "11:00 phone mother".',
        ),
        click.option(
            *("--pupil-says", "pupil_says"),
            is_flag=False,
            flag_value=ASK,
            metavar="[TEXT|-]",
            help="The pupil's own account.",
        ),
        click.option("--pupil-silent", is_flag=True, help="The pupil was asked and said nothing."),
    ):
        command = option(command)
    return command


def bound(desk: Desk, student_id: str | None, on: date) -> dict[str, Any]:
    """What the rules ask of an act with this student on a day."""
    rules = desk.school.settings.rules
    return {
        "grade": _grade(desk, student_id, on) if student_id else None,
        "rules": tuple(id for id in rules.by_id if rules.on(id)),
        "through_grade": int(rules.number("defiance-suspension", "through_grade")),
        "most_days": int(rules.number("consecutive", "days")),
    }


def _grade(desk: Desk, student_id: str, on: date) -> str | None:
    """The grade that they were in on that day, as far as the roster has said it."""
    history = standing(desk.school.record.stream(f"student-{student_id}"))
    said = [r.event for r in history if isinstance(r.event, StudentRecorded) and r.event.grade]
    then = [e for e in said if e.effective_on <= on] or said[:1]
    return max(then, key=lambda e: e.effective_on).grade if then else None


def process(
    desk: Desk, said: Mapping[str, Any], placed: Callable[[str | None], str | None]
) -> dict[str, Any]:
    """What was said of notice, the pupil's account and what has happened, for the command.

    `placed` puts placeholders for names into a text.
    """
    text = placed(asking.text(desk, said["pupil_says"], "pupil_says"))
    told = said["notice"] is not None
    heard = text is not None or said["pupil_silent"]
    return {
        "threat": said["threat"],
        "happened": placed(asking.text(desk, said["happened"], "happened")),
        "notice": Notice(**notice(desk, said["notice"])) if told else None,
        "account": _account(desk, text, said["pupil_silent"]) if heard else None,
    }


def _account(desk: Desk, text: str | None, silent: bool) -> PupilAccount:
    return PupilAccount(at=asking.when(desk, None), text=text, declined=silent)


def notice(desk: Desk, said: str) -> dict[str, Any]:
    """When, how and whom the charges were told, from words such as `11:00 phone mother`."""
    when, channel, relation = notice_parts(said)
    at = asking.when(desk, when or None)
    return {"at": at, "channel": channel, "relation": relation}


@dataclass(frozen=True)
class Act:
    """An act that somebody wants recorded, with what it takes to say why it is not."""

    incident_id: str
    label: str
    name: str
    student_id: str | None
    command: Any
    instead: Sequence[str]  # words of the line that records something else


@contextmanager
def told(desk: Desk, act: Act) -> Iterator[None]:
    """What goes against a rule is refused with the rule, and with what to type instead."""
    try:
        yield
    except AgainstRules as against:
        raise NotAllowed(_lines(desk, act, against.rules)) from None


def _lines(desk: Desk, act: Act, against: Sequence[str]) -> list[str]:
    rules = desk.school.settings.rules
    history = desk.school.record.stream(f"incident-{act.incident_id}")
    done = INCIDENT.fold(history).process
    shown = report.Done(
        notice=act.label in done.noticed or act.command.notice is not None,
        account=act.label in done.heard or act.command.account is not None,
    )
    lines = report.refused([rules[id] for id in against], shown, act.name)
    lines += before(desk, act)
    return [*lines, *report.instead(against, shown, _typed(desk.argv), act.instead)]


def before(desk: Desk, act: Act) -> list[str]:
    """What was tried before a suspension, as the ledger holds it; nothing for another act."""
    rules = desk.school.settings.rules
    if act.command.action not in SUSPENSIONS or not rules.on("other-means"):
        return []
    if act.student_id is None:
        return []
    from ledger.reading.tried import tried

    found = tried(desk.school.reading, act.student_id, desk.school.settings.zone)
    return report.tried_before(found, rules["other-means"], act.incident_id, act.label)


def homework(desk: Desk, act: Act) -> list[str]:
    """What a long suspension brings with it."""
    rules = desk.school.settings.rules
    least = rules.number("homework", "days")
    days = act.command.days or 0
    if act.command.action not in SUSPENSIONS or not rules.on("homework") or days < least:
        return []
    return [f"  homework is given for {least} days or more ({rules['homework'].cite})"]


def _typed(argv: Sequence[str]) -> str:
    """The line as it was typed, without texts: they are asked for again."""
    words: list[str] = []
    in_text = False
    for word in argv:
        if in_text and not word.startswith("--"):
            continue
        name = word.partition("=")[0]
        in_text = name in TEXTS and "=" not in word
        words.append(name if name in TEXTS else word)
    return shlex.join(["bledger", *words])


def name_of(found: Sequence[Found], label: str) -> str:
    """A student's given name as people say it; the placeholder when nobody knows it."""
    return found[0].name.split()[0] if found and found[0].name.split() else label
