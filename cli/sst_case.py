"""`sst`: a student's case with the team, from the request to what was promised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from cli import Desk, asking
from cli.asking import ASK
from cli.errors import RECORDED
from cli.sst_doing import (
    F,
    case_of,
    fields,
    meeting_option,
    needed,
    number_option,
    on_option,
    reasoned,
    record,
    text,
    text_option,
    the_meeting,
    today,
    told,
    who_option,
)
from cli.sst_words import (
    Meant,
    coming,
    coming_day,
    maybe_number_at_end,
    meant,
    no_school,
    number_at_end,
    past,
    people,
    person,
    shown,
    spoken,
    to_come,
)
from cli.trial import trial
from cli.words import Told
from ledger.domain.codes import Answered, Channel, InputFrom, MeetingKind
from ledger.domain.meeting import (
    MEETING,
    AgreeAction,
    AnswerQuestion,
    BookInterpreter,
    CancelMeeting,
    Case,
    CloseCase,
    CompleteAction,
    ConfirmMember,
    DropAction,
    InviteMember,
    MeetingCommand,
    RaiseQuestion,
    ReassignAction,
    ReceiveInput,
    RequestAssistance,
    RescheduleMeeting,
    ScheduleMeeting,
    SetFollowUp,
)
from ledger.reading.preparing import open_cases
from ledger.reports import sst as report

# Asking for help


@click.command()
@text_option("concern", "What the concern is.")
@text_option("tried", "What was tried so far.")
@click.option("--by", metavar="WHO", help="Who asks, when it is not you: staff, mother …")
@on_option
@case_of
def request(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Ask the team for help with STUDENT: this opens their case.

    \b
    Examples:
      bledger sst request ana rivera --concern
      bledger sst request 104233 --concern - --by mother --on "oct 2"
    """
    found = asking.student(desk, student)
    school = desk.school
    known = open_cases(school.reading, found.student_id)
    natural = f"{found.student_id}|{school.settings.school_id}"
    id = school.record.id_for("meeting", f"{natural}|{said['key'] or _count(desk, natural)}")
    if known and id not in known and not said["again"]:
        short = school.record.short("meeting", known[0])
        raise click.UsageError(
            f"a case of that student is open already, {short}: add to it, or close it first. "
            "A second one beside it: --again"
        )
    case = Meant(id, Case(student_id=found.student_id), found)
    concern = needed(desk, case, said, "concern")
    command = RequestAssistance(
        student_id=found.student_id,
        school_id=school.settings.school_id,
        on=asking.day_that_was(desk, said["on"]),
        by=person(desk, said["by"] or "me"),
        concern=concern,
        tried=text(desk, case, said, "tried"),
    )
    record(desk, case, command, said, lambda _: [report.NEXT_SCHEDULE.format(shown(desk, case))])


def _count(desk: Desk, natural: str) -> int:
    """How many cases this student had so far, whatever became of them."""
    record = desk.school.record
    ids = (record.id_for("meeting", f"{natural}|{n}") for n in range(1000))
    return next(n for n, id in enumerate(ids) if not record.stream(f"meeting-{id}"))


@click.command("input")
@click.option("--from", "source", required=True, metavar="teacher|family|student|other")
@click.option("--by", metavar="WHO", help="Who: staff by name, mother …")
@click.option("--lang", metavar="LANGUAGE")
@text_option("text", "What they said.")
@on_option
@case_of
def input_(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Record what teacher, family or student said beforehand.

    \b
    Examples:
      bledger sst input ana rivera --from teacher --by okafor --text -
      bledger sst input ana rivera --from family --by mother --lang es
    """
    case = meant(desk, student)
    command = ReceiveInput(
        source=asking.code(desk, said["source"], InputFrom),
        on=asking.day_that_was(desk, said["on"]),
        by=person(desk, said["by"]) if said["by"] else None,
        language=spoken(said["lang"]),
        text=text(desk, case, said, "text"),
    )
    record(desk, case, command, said)


# Setting a meeting


def placed(command: F) -> F:
    """Options of a time and a place to come."""
    for option in (
        click.option("--place", metavar="TEXT", help="Where: room 4."),
        click.option("--at", required=True, metavar="TIME", help='When: "thu oct 15 8:00".'),
    ):
        command = option(command)
    return command


def led(command: F) -> F:
    return click.option("--facilitator", metavar="STAFF", help="Who leads it.")(command)


@click.command()
@placed
@led
@click.option("--kind", metavar="KIND", help="initial, follow-up, informal, manifestation …")
@case_of
def schedule(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Set a meeting: initial when the case had none, or else a follow-up.

    \b
    Examples:
      bledger sst schedule ana rivera --at "thu oct 15 8:00" --place "room 4" --facilitator alder
    """
    case = meant(desk, student)
    kind = MeetingKind.FOLLOW_UP if case.case.last_held else MeetingKind.INITIAL
    command = ScheduleMeeting(
        kind=asking.maybe(desk, said["kind"], MeetingKind) or kind,
        at=coming(desk, said["at"], today(desk)),  # or past, with who had been invited to it
        **_where(desk, said),
    )
    more = [*past(desk, command.at), *no_school(desk, command.at)]
    more += [report.NEXT_INVITE.format(shown(desk, case))]
    record(desk, case, command, said, lambda _: more)


def _where(desk: Desk, said: Mapping[str, Any]) -> dict[str, Any]:
    leads = said["facilitator"]
    return {
        "place": said["place"],
        "facilitator": asking.staff(desk, leads) if leads else None,
    }


@click.command("follow-up")
@placed
@led
@case_of
def follow_up(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Set when the team meets again.

    \b
    Examples:
      bledger sst follow-up ana rivera --at "nov 12 8:00"
    """
    case = meant(desk, student)
    command = SetFollowUp(at=to_come(desk, said["at"]), **_where(desk, said))
    more = [*no_school(desk, command.at), *_reminder(desk, case, command)]
    record(desk, case, command, said, lambda _: more)


def _reminder(desk: Desk, case: Meant, command: SetFollowUp) -> list[str]:
    held = case.case.last_held
    zone, rules = desk.school.settings.zone, desk.school.settings.rules
    at = command.at.at.astimezone(zone)
    return report.reminder(at, held, rules) if held else []


@click.command()
@placed
@meeting_option
@reasoned
@case_of
def reschedule(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Move a meeting.

    \b
    Examples:
      bledger sst reschedule ana rivera --at "fri oct 16 8:00"
    """
    case = meant(desk, student)
    command = RescheduleMeeting(
        number=the_meeting(desk, case, said["meeting"]),
        at=to_come(desk, said["at"]),
        place=said["place"],
        reason=text(desk, case, said, "reason"),
    )
    record(desk, case, command, said, lambda _: no_school(desk, command.at))


@click.command()
@meeting_option
@reasoned
@case_of
def cancel(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Say that a meeting will not be.

    \b
    Examples:
      bledger sst cancel ana rivera --reason "the family moved"
    """
    case = meant(desk, student)
    number = the_meeting(desk, case, said["meeting"])
    command = CancelMeeting(number=number, reason=needed(desk, case, said, "reason"))
    record(desk, case, command, said)


@click.command()
@who_option
@meeting_option
@click.option("--by-way", "channel", metavar="WAY", help="phone, letter, email, in-person …")
@click.option("--lang", metavar="LANGUAGE", help="In which language: es, Spanish.")
@click.option("--interpreter", is_flag=True, help="They need one.")
@on_option
@case_of
def invite(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Record that somebody was invited to the next meeting.

    \b
    Examples:
      bledger sst invite ana rivera --who mother --lang es --interpreter --by-way letter
      bledger sst invite ana rivera --who okafor --who "outside county social worker"
    """
    case = meant(desk, student)
    number = the_meeting(desk, case, said["meeting"])
    commands = [
        InviteMember(
            number=number,
            who=one,
            on=asking.day_that_was(desk, said["on"]),
            channel=asking.maybe(desk, said["channel"], Channel),
            language=spoken(said["lang"]),
            needs_interpreter=said["interpreter"],
        )
        for one in people(desk, said["who"])
    ]
    _each(desk, case, commands, said)


def _each(desk: Desk, case: Meant, commands: list[Any], said: Mapping[str, Any]) -> None:
    """All of them or none, and one answer."""
    school = desk.school
    made = []
    with trial(desk, said["dry_run"]) as dry, school.record.batch():
        for n, command in enumerate(commands):
            key = f"key:{said['key']}|{n}" if said["key"] else None
            made.append(school.do(MEETING, case.id, command, key=key, again=said["again"]))
        one = made[0]
        one.events[:] = [r for done in made for r in done.events]
        dry.show(one)
    if not said["dry_run"]:
        desk.so_far = RECORDED
        desk.answer("sst-event/1", fields(case, one), told(desk, case, one))


@click.command()
@who_option
@meeting_option
@click.option("--answer", default="coming", show_default=True, metavar="coming|by-phone|not-coming")
@on_option
@case_of
def confirm(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Record how somebody answered the invitation.

    \b
    Examples:
      bledger sst confirm ana rivera --who mother
      bledger sst confirm ana rivera --who mother --answer by-phone --on "oct 6"
    """
    case = meant(desk, student)
    number = the_meeting(desk, case, said["meeting"])
    answer = asking.code(desk, said["answer"], Answered)
    on = asking.day_that_was(desk, said["on"])
    commands = [
        ConfirmMember(number=number, who=one, on=on, answer=answer)
        for one in people(desk, said["who"])
    ]
    _each(desk, case, commands, said)


@click.command()
@click.option("--lang", required=True, metavar="LANGUAGE")
@click.option("--name", metavar="NAME", help="Who interprets.")
@meeting_option
@on_option
@case_of
def interpreter(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Record that an interpreter is booked for the next meeting.

    \b
    Examples:
      bledger sst interpreter ana rivera --lang es --name "R. Soto"
    """
    case = meant(desk, student)
    command = BookInterpreter(
        number=the_meeting(desk, case, said["meeting"]),
        on=asking.day_that_was(desk, said["on"]),
        language=spoken(said["lang"]) or "",
        who=said["name"],
    )
    record(desk, case, command, said)


# What was promised, and what the team wants to know


@click.command(cls=Told, tell=maybe_number_at_end)
@number_option
@who_option
@click.option("--what", is_flag=False, flag_value=ASK, metavar="[TEXT|-]", help="What is done.")
@click.option("--from", "start", metavar="DAY", help="From when.")
@click.option("--due", metavar="DAY", help="By when.")
@text_option("reason", "Why somebody else does it now.")
@click.option("--meeting", type=click.IntRange(1, 999), metavar="N", help="Where it was agreed.")
@on_option
@case_of
def action(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Add a promise between meetings; with its NUMBER, hand one over to somebody else.

    \b
    Examples:
      bledger sst action ana rivera --who okafor --what "seat by the door" --due "oct 30"
      bledger sst action ana rivera 2 --who alder --due "nov 6"
    """
    case = meant(desk, student)
    who = people(desk, said["who"])
    on = asking.day_that_was(desk, said["on"])
    due = coming_day(desk, said["due"], on) if said["due"] else None
    command: MeetingCommand
    if said["number"] is not None:
        reason = text(desk, case, said, "reason")
        command = ReassignAction(number=said["number"], who=who, due=due, reason=reason)
    else:
        command = AgreeAction(
            what=needed(desk, case, said, "what"),
            who=who,
            start=coming_day(desk, said["start"], on) if said["start"] else None,
            due=due,
            meeting=said["meeting"],
            on=None if said["meeting"] else on,
        )
    record(desk, case, command, said)


@click.command(cls=Told, tell=number_at_end)
@number_option
@text_option("note", "How.")
@on_option
@case_of
def done(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Record that promise NUMBER was kept.

    \b
    Examples:
      bledger sst done ana rivera 2
      bledger sst done 5ba12cd 2 --on "sep 21" --note -
    """
    case = meant(desk, student)
    command = CompleteAction(
        number=said["number"],
        on=asking.day_that_was(desk, said["on"]),
        note=text(desk, case, said, "note"),
    )
    record(desk, case, command, said)


@click.command(cls=Told, tell=number_at_end)
@number_option
@reasoned
@on_option
@case_of
def drop(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Say that promise NUMBER is not kept, and why.

    \b
    Examples:
      bledger sst drop ana rivera 3 --reason "the screen is no longer needed"
    """
    case = meant(desk, student)
    command = DropAction(
        number=said["number"],
        on=asking.day_that_was(desk, said["on"]),
        reason=needed(desk, case, said, "reason"),
    )
    record(desk, case, command, said)


@click.command(cls=Told, tell=number_at_end)
@number_option
@text_option("text", "The answer.")
@on_option
@case_of
def answer(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Answer question NUMBER of the team.

    \b
    Examples:
      bledger sst answer ana rivera 1 --text "she sits alone on Tuesdays"
    """
    case = meant(desk, student)
    command = AnswerQuestion(
        number=said["number"],
        on=asking.day_that_was(desk, said["on"]),
        text=needed(desk, case, said, "text"),
    )
    record(desk, case, command, said)


@click.command()
@text_option("text", "The question.")
@click.option("--who", multiple=True, metavar="WHO", help="Who finds out.")
@meeting_option
@case_of
def question(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Add a question to those of the last meeting.

    \b
    Examples:
      bledger sst question ana rivera --text "who sits with her at lunch?" --who okafor
    """
    case = meant(desk, student)
    command = RaiseQuestion(
        meeting=the_meeting(desk, case, said["meeting"], "held"),
        text=needed(desk, case, said, "text"),
        who=people(desk, said["who"]),
    )
    record(desk, case, command, said)


@click.command()
@reasoned
@on_option
@case_of
def close(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Say that the team is done with it, and why.

    \b
    Examples:
      bledger sst close ana rivera --reason "goals met"
    """
    case = meant(desk, student)
    command = CloseCase(
        on=asking.day_that_was(desk, said["on"]), reason=needed(desk, case, said, "reason")
    )
    record(desk, case, command, said)


COMMANDS = (
    request,
    input_,
    schedule,
    follow_up,
    reschedule,
    cancel,
    invite,
    confirm,
    interpreter,
    action,
    done,
    drop,
    answer,
    question,
    close,
)
