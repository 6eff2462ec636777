"""What `incident` records of due process: referral, notice, the pupil's side, challenges."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any, TypeVar

import click

from cli import Desk, asking, naming, pass_desk, rules
from cli.answer import clocked, told_staff
from cli.asking import ASK
from cli.drafts import kept_on_failure
from cli.incident import _do, _people, follows, incident
from ledger.domain.codes import Channel, Relation
from ledger.domain.days import add_business_days
from ledger.domain.due_process import (
    AppealChallenge,
    AttachGuardianStatement,
    ChallengeStatement,
    DecideAppeal,
    DecideChallenge,
    GiveNotice,
    MeetAboutChallenge,
    NameOtherMeans,
    ReportEmergency,
    ScheduleIepMeeting,
    TakeAccount,
    TellTeachers,
)
from ledger.domain.incident import ReferToOffice
from ledger.said import Unclear, show_day

__all__ = ["incident"]


F = TypeVar("F", bound=Callable[..., Any])


def _text(name: str, words: str) -> Callable[[F], F]:
    return click.option(f"--{name}", is_flag=False, flag_value=ASK, metavar="[TEXT|-]", help=words)


who = click.option("--who", metavar="WHO", help="Whom, when several are referred: P1 or a name.")
on_day = click.option("--on", metavar="DAY", help="Today when left out.")
family = click.option("--who", metavar="WHO", help="Whose family, when several took part.")
whose = click.option("--from", "relation", metavar="RELATION", help="mother, father, guardian …")
numbered = click.option(
    "--challenge", "number", type=int, default=1, show_default=True, metavar="N"
)


def _label(desk: Desk, id: str, said: dict[str, Any]) -> str:
    return asking.label(desk, _people(desk, id), said["who"])


def _whose_family(desk: Desk, id: str, said: dict[str, Any]) -> str | None:
    """The participant whose family it is: the only student, or the one who was said."""
    people = _people(desk, id)
    students = [label for label, person in people.items() if person.student_id]
    if said["who"] or len(students) < 2:
        return asking.label(desk, people, said["who"] or next(iter(students), None))
    listed = ", ".join(students)
    raise asking.NotOne(f"Several families may be meant, of {listed}. Say which with --who.")


def _words(desk: Desk, texts: naming.Texts, said: dict[str, Any], name: str) -> str:
    """A text that has to be there, in the line, on standard input or at a prompt."""
    text = asking.text(desk, said[name] or ASK, name)
    if not text:
        raise click.UsageError(f"nothing was said: --{name} TEXT")
    return texts(text) or ""


def _within(desk: Desk, rule: str, what: str, by: date) -> list[str]:
    """The line that says by when the next step is due, if the school goes by that rule."""
    known = desk.school.settings.rules
    return [f"  {what} by {_day(by)} ({known[rule].cite})"] if known.on(rule) else []


def _day(day: date) -> str:
    return show_day(day).rsplit(" ", 1)[0]


@incident.command()
@click.argument("id")
@click.option("--to", metavar="STAFF", help="Who answers it; the principal when left out.")
@click.option("--by", metavar="STAFF", help="Who sends it, when it is not you.")
@click.option("--on", metavar="DAY", help="The day it was sent; today when left out.")
@follows
@pass_desk
@kept_on_failure
def refer(desk: Desk, id: str, **said: Any) -> None:
    """Send an incident to the office, when it was not sent at once.

    \b
    Examples:
      bledger incident refer last
      bledger incident refer 61aa0f3 --to alder --by okafor --on "oct 5"
    """
    whole, school = asking.incident(desk, id), desk.school
    on = asking.day_that_was(desk, said["on"])
    command = ReferToOffice(
        to=asking.staff(desk, said["to"]) if said["to"] else school.principal,
        by=asking.staff(desk, said["by"]) if said["by"] else school.actor.id,
        on=on,
    )
    days = int(school.settings.rules.number("referral-answer", "business_days"))
    by = add_business_days(school.calendar, on, days)
    more = _within(desk, "referral-answer", "answer it", by) if clocked(desk, whole) else []
    _do(desk, whole, command, said, more=more)


@incident.command()
@click.argument("id")
@click.argument("told", nargs=-1, metavar="[TIME] [HOW] [WHO]")
@who
@click.option("--lang", metavar="LANGUAGE")
@_text("text", "What the pupil is charged with, in words.")
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def notice(desk: Desk, id: str, told: tuple[str, ...], **said: Any) -> None:
    """Record that the charges were told to who stands for the pupil: when, how, whom.

    \b
    Examples:
      bledger incident notice 7c1e09b 11:00 phone mother --who mateo
      bledger incident notice last in person education-rights-holder --lang es
    """
    whole = asking.incident(desk, id)
    written = naming.Written(desk, said, whole)
    command = GiveNotice(
        label=_label(desk, whole, said),
        language=said["lang"],
        text=written(asking.text(desk, said["text"], "text")),
        may_name=written.may_name,
        **rules.notice(desk, " ".join(told)),
    )
    _do(desk, whole, command, said, written.join)
    written.tell()


@incident.command()
@click.argument("id")
@who
@_text("says", "The pupil's own words.")
@click.option("--silent", is_flag=True, help="The pupil was asked and said nothing.")
@click.option("--at", metavar="TIME", help="When; now if left out.")
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def account(desk: Desk, id: str, **said: Any) -> None:
    """Record the pupil's own account, or that they were asked and said nothing.

    \b
    Examples:
      bledger incident account 7c1e09b --who mateo --says
      bledger incident account last --silent
    """
    if said["silent"] and said["says"] is not None:
        raise click.UsageError("the pupil either said something or would not: say one of both")
    whole = asking.incident(desk, id)
    written = naming.Written(desk, said, whole)
    command = TakeAccount(
        label=_label(desk, whole, said),
        at=asking.when(desk, said["at"]),
        declined=said["silent"],
        text=None if said["silent"] else _words(desk, written, said, "says"),
        may_name=written.may_name,
    )
    _do(desk, whole, command, said, written.join)
    written.tell()


@incident.command()
@click.argument("id")
@who
@_text("text", "What was tried, and when.")
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def means(desk: Desk, id: str, **said: Any) -> None:
    """Record what was tried before with a pupil that stands nowhere else in the ledger.

    \b
    Examples:
      bledger incident means last --who mateo --text
    """
    whole = asking.incident(desk, id)
    written = naming.Written(desk, said, whole)
    command = NameOtherMeans(
        label=_label(desk, whole, said),
        text=_words(desk, written, said, "text"),
        may_name=written.may_name,
    )
    _do(desk, whole, command, said, written.join)
    written.tell()


@incident.command("emergency-report")
@click.argument("id")
@who
@on_day
@click.option("--by", metavar="STAFF", help="Who wrote it, when it was not you.")
@click.option("--how", metavar="CHANNEL", help="How it was sent: letter, email …")
@follows
@pass_desk
@kept_on_failure
def emergency_report(desk: Desk, id: str, **said: Any) -> None:
    """Record that the emergency report of a restraint or seclusion was written.

    \b
    Examples:
      bledger incident emergency-report last --who mateo
    """
    whole = asking.incident(desk, id)
    command = ReportEmergency(
        label=_label(desk, whole, said),
        on=asking.day_that_was(desk, said["on"]),
        by=asking.staff(desk, said["by"]) if said["by"] else desk.school.actor.id,
        channel=asking.maybe(desk, said["how"], Channel),
    )
    _do(desk, whole, command, said)


@incident.command("iep-meeting")
@click.argument("id")
@who
@click.option("--for", "for_day", required=True, metavar="DAY", help="The day of the meeting.")
@on_day
@follows
@pass_desk
@kept_on_failure
def iep_meeting(desk: Desk, id: str, **said: Any) -> None:
    """Record that the IEP meeting after a restraint or seclusion was scheduled.

    \b
    Examples:
      bledger incident iep-meeting last --who mateo --for 2026-10-16
    """
    whole = asking.incident(desk, id)
    command = ScheduleIepMeeting(
        label=_label(desk, whole, said),
        on=asking.day_that_was(desk, said["on"]),
        for_day=_coming(desk, said["for_day"]),
    )
    _do(desk, whole, command, said)


def _coming(desk: Desk, said: str) -> date:
    """A day that may be ahead, with a time or without."""
    at = None
    with suppress(Unclear):
        at = asking.when(desk, said, future=True)
    at = at or asking.when(desk, f"{said} 12:00", future=True)
    return at.at.astimezone(desk.school.settings.zone).date()


@incident.command("teachers-told")
@click.argument("id")
@click.option("--told", multiple=True, required=True, metavar="STAFF [and …]")
@on_day
@follows
@pass_desk
@kept_on_failure
def teachers_told(desk: Desk, id: str, told: tuple[str, ...], **said: Any) -> None:
    """Record that the pupil's teachers were told of it.

    \b
    Examples:
      bledger incident teachers-told last --told "okafor and haddad"
    """
    whole = asking.incident(desk, id)
    command = TellTeachers(on=asking.day_that_was(desk, said["on"]), told=told_staff(desk, told))
    _do(desk, whole, command, said)


@incident.command()
@click.argument("id")
@click.option("--statement", type=int, metavar="N", help="Which one; else the record as a whole.")
@family
@whose
@on_day
@_text("grounds", "Why it should not stand.")
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def challenge(desk: Desk, id: str, **said: Any) -> None:
    """Record that a family challenges a record, or one statement of it.

    \b
    Examples:
      bledger incident challenge 4f1c2aa --statement 1 --from mother --grounds
    """
    whole, on = asking.incident(desk, id), asking.day_that_was(desk, said["on"])
    written = naming.Written(desk, said, whole)
    command = ChallengeStatement(
        statement=said["statement"],
        label=_whose_family(desk, whole, said),
        on=on,
        relation=asking.maybe(desk, said["relation"], Relation),
        grounds=_words(desk, written, said, "grounds"),
        may_name=written.may_name,
    )
    more = _within(desk, "challenge", "meet about it", on + _days(desk))
    _do(desk, whole, command, said, written.join, more)
    written.tell()


def _days(desk: Desk) -> timedelta:
    return timedelta(days=desk.school.settings.rules.number("challenge", "days"))


@incident.command()
@click.argument("id")
@numbered
@on_day
@follows
@pass_desk
@kept_on_failure
def met(desk: Desk, id: str, number: int, **said: Any) -> None:
    """Record that the family and the employee who had recorded it met about a challenge.

    \b
    Examples:
      bledger incident met 4f1c2aa
    """
    whole = asking.incident(desk, id)
    command = MeetAboutChallenge(number=number, on=asking.day_that_was(desk, said["on"]))
    _do(desk, whole, command, said)


_verdict = click.option(
    "--sustained/--denied", "sustained", default=None, help="How it was decided."
)


def _decided(desk: Desk, written: naming.Written, said: dict[str, Any]) -> dict[str, Any]:
    if said["sustained"] is None:
        raise click.UsageError("how was it decided? --sustained or --denied")
    return {
        "sustained": said["sustained"],
        "on": asking.day_that_was(desk, said["on"]),
        "reason": _words(desk, written, said, "reason"),
        "may_name": written.may_name,
    }


@incident.command()
@click.argument("id")
@numbered
@_verdict
@on_day
@_text("reason", "Why.")
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def decide(desk: Desk, id: str, number: int, **said: Any) -> None:
    """Sustain or deny a challenge; what is sustained is corrected or destroyed next.

    \b
    Examples:
      bledger incident decide 4f1c2aa --denied --reason -
    """
    whole = asking.incident(desk, id)
    written = naming.Written(desk, said, whole)
    fields = _decided(desk, written, said)
    denied = not fields["sustained"]
    by = fields["on"] + _days(desk)
    more = _within(desk, "challenge", "the family may appeal", by) if denied else []
    _do(desk, whole, DecideChallenge(number=number, **fields), said, written.join, more)
    written.tell()


@incident.command()
@click.argument("id")
@numbered
@on_day
@follows
@pass_desk
@kept_on_failure
def appeal(desk: Desk, id: str, number: int, **said: Any) -> None:
    """Record that the family appeals the denial of a challenge.

    \b
    Examples:
      bledger incident appeal 4f1c2aa
    """
    whole, on = asking.incident(desk, id), asking.day_that_was(desk, said["on"])
    more = _within(desk, "challenge", "hear it", on + _days(desk))
    _do(desk, whole, AppealChallenge(number=number, on=on), said, more=more)


@incident.command("appeal-decided")
@click.argument("id")
@numbered
@_verdict
@on_day
@_text("reason", "Why.")
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def appeal_decided(desk: Desk, id: str, number: int, **said: Any) -> None:
    """Record how an appeal was decided.

    \b
    Examples:
      bledger incident appeal-decided 4f1c2aa --sustained --reason -
    """
    whole = asking.incident(desk, id)
    written = naming.Written(desk, said, whole)
    command = DecideAppeal(number=number, **_decided(desk, written, said))
    _do(desk, whole, command, said, written.join)
    written.tell()


@incident.command()
@click.argument("id")
@family
@whose
@on_day
@_text("text", "The statement, in the family's own words.")
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def attach(desk: Desk, id: str, **said: Any) -> None:
    """Attach the family's own statement: it is shown with the record always.

    \b
    Examples:
      bledger incident attach 4f1c2aa --from mother --text -
    """
    whole = asking.incident(desk, id)
    told = naming.as_told(desk, whole)
    command = AttachGuardianStatement(
        label=_whose_family(desk, whole, said),
        relation=asking.maybe(desk, said["relation"], Relation),
        on=asking.day_that_was(desk, said["on"]),
        text=_words(desk, told, said, "text"),
        may_name=told.may_name,
    )
    _do(desk, whole, command, said)
    told.tell()
