"""`incident`: what is known of one, and what follows its report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import click

from cli import Desk, answers, asking, naming, pass_desk, purposed, rules
from cli.asking import ASK
from cli.drafts import kept_on_failure
from cli.errors import RECORDED
from cli.log import SAYINGS, behaviors, place
from cli.trial import trial
from ledger.domain import standing
from ledger.domain.codes import (
    Action,
    Channel,
    ContactOutcome,
    Injury,
    LengthDifference,
    Motivation,
    Others,
    Outside,
    Relation,
    RestraintKind,
    RestraintReason,
    Role,
    Weapon,
)
from ledger.domain.days import add_school_days
from ledger.domain.due_process import EmergencyReportMade, NoticeGiven, PupilAccountTaken
from ledger.domain.incident import (
    INCIDENT,
    ActionCorrected,
    ActionTaken,
    AddParticipant,
    AddStatement,
    AdoptIncident,
    ContactFamily,
    CorrectAction,
    CorrectBehavior,
    CorrectCircumstances,
    CorrectRoles,
    FamilyContacted,
    FillInDetails,
    IncidentCommand,
    MergeIncident,
    OfSource,
    RemoveParticipant,
    ReplaceParticipant,
    ServeAction,
    TakeAction,
    UseRestraint,
    VoidAction,
    VoidIncident,
)
from ledger.domain.particulars import Measure
from ledger.reading import Window
from ledger.reports import incident as report
from ledger.reports import wrapped
from ledger.said import parse_length, show_day

F = TypeVar("F", bound=Callable[..., Any])
# What was done with one child or family stays theirs when it was somebody else.
STAYING = FamilyContacted | NoticeGiven | PupilAccountTaken | EmergencyReportMade


def follows(command: F) -> F:
    """Options of every command that adds to an incident."""
    for option in (
        click.option("--dry-run", is_flag=True, help="Show the events; record nothing."),
        click.option("--again", is_flag=True, help="It is a second one just like the last."),
        click.option("--key", metavar="NAME", help="Names this, so that a retry is no second."),
    ):
        command = option(command)
    return answers(command)


def reasoned(command: F) -> F:
    """A correction says why."""
    text = "Why; asked for when left out, - reads it."
    option = click.option("--reason", is_flag=False, flag_value=ASK, metavar="[TEXT|-]", help=text)
    return option(command)


@click.group()
def incident() -> None:
    """Look at an incident, add to it, correct it. ID is its beginning, or `last`.

    \b
    Examples:
      bledger incident show 4f1c2aa
      bledger incident act last conference 10m
      bledger incident correct last --did physical-contact --reason "pushed, not noise"
    """


def _do(
    desk: Desk,
    id: str,
    command: IncidentCommand,
    said: dict[str, Any],
    check: Callable[[], None] = lambda: None,
    more: Sequence[str] = (),
) -> None:
    """Have it done, if `check` has nothing against it in the same transaction, and say so."""
    school = desk.school
    key = f"key:{said['key']}" if said["key"] else None
    with trial(desk, said["dry_run"]) as dry:
        with school.record.batch():
            check()
            done = school.do(INCIDENT, id, command, key=key, again=said["again"])
        dry.show(done)
    if said["dry_run"]:
        return
    desk.so_far = RECORDED
    short = school.record.short("incident", id)
    fields = {
        "id": id,
        "repeated": done.repeated,
        "position": done.events[-1].position if done.events else None,
        "events": [type(r.event).__name__ for r in done.events],
    }
    word = "already recorded: " if done.repeated else ""
    lines = [f"{short}  {word}{'; '.join(str(r.event) for r in done.events)}"]
    desk.answer("incident-event/1", fields, [*lines, *more])


def _people(desk: Desk, id: str) -> dict[str, Any]:
    """The participants, for resolving who is meant; nothing of them is shown."""
    school = desk.school
    return dict(INCIDENT.fold(school.record.stream(f"incident-{id}")).people)


def _why(desk: Desk, reason: str | None) -> str:
    said = asking.text(desk, reason or ASK, "reason")
    if not said or not said.strip():
        raise click.UsageError("a correction needs its reason: --reason TEXT")
    return said


def _length(said: str | None) -> dict[str, Any]:
    if said is None:
        return {}
    length = parse_length(said)
    return {"minutes": length.minutes, "days": length.days}


@incident.command()
@click.argument("id")
@click.option("--as-of", metavar="TIME", help="As it was known then.")
@click.option("--position", type=int, metavar="N", help="As it was known at this position.")
@purposed
@answers
@pass_desk
def show(desk: Desk, id: str, as_of: str | None, position: int | None) -> None:
    """Show everything that stands of one incident, and what was corrected.

    \b
    Examples:
      bledger incident show last
      bledger incident show 4f1c2aa --as-of "yesterday 17:00"
    """
    whole = asking.incident(desk, id)
    at = asking.position(desk, as_of, position)
    view = desk.school.reading.incident(whole, Window(position=at))
    if view is None:
        raise asking.NotOne(f"incident {id} was not known then, or was taken back")
    fields = {"incident": view.card, "same": view.same, "position": view.position}
    settings = desk.school.settings
    desk.answer("incident/1", fields, report.lines(view, settings.zone, settings.rules))


@incident.command("list")
@click.argument("student", nargs=-1)
@click.option("--open", "only_open", is_flag=True, help="Those of which something is not said yet.")
@click.option("--since", metavar="TIME")
@click.option("--until", metavar="TIME")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@purposed
@answers
@pass_desk
def list_(
    desk: Desk,
    student: tuple[str, ...],
    only_open: bool,
    since: str | None,
    until: str | None,
    limit: int,
) -> None:
    """List incidents, the last first: all, or STUDENT's.

    \b
    Examples:
      bledger incident list ana rivera --open
      bledger incident list --since "oct 1" --limit 100
    """
    window = Window(since=asking.iso(desk, since, "start"), until=asking.iso(desk, until, "end"))
    own = asking.student(desk, student).student_id if student else None
    found = desk.school.reading.incidents(window, student_id=own, only_open=only_open, limit=limit)
    fields = {"incidents": [report.brief(card) for card in found.cards], "position": found.position}
    desk.answer("incidents/1", fields, report.table(found, desk.school.settings.zone))


@incident.command()
@click.argument("id")
@click.option("--saw", is_flag=False, flag_value=ASK, metavar="[TEXT|-]", help=SAYINGS["saw"][1])
@click.option("--told", is_flag=False, flag_value=ASK, metavar="[TEXT|-]", help=SAYINGS["told"][1])
@click.option(
    "--think", is_flag=False, flag_value=ASK, metavar="[TEXT|-]", help=SAYINGS["think"][1]
)
@click.option("--by", metavar="STAFF", help="Whose statement it is, when it is not yours.")
@click.option("--pupil", metavar="WHO", help="The participant whose statement it is.")
@click.option("--at", metavar="TIME", help="When it was observed, when not there and then.")
@click.option("--where", metavar="PLACE", help="Where it was observed from.")
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def statement(desk: Desk, id: str, **said: Any) -> None:
    """Add what one person saw, was told or concluded.

    \b
    Examples:
      bledger incident statement last --saw
      bledger incident statement 4f1c2aa --told - --by okafor
    """
    whole = asking.incident(desk, id)
    given = [name for name in SAYINGS if said[name] is not None]
    if len(given) != 1:
        raise click.UsageError("one statement at a time: --saw, --told or --think")
    observer = asking.staff(desk, said["by"]) if said["by"] else desk.school.actor.id
    if said["pupil"]:
        observer = asking.label(desk, _people(desk, whole), said["pupil"])
    text = asking.text(desk, said[given[0]], given[0])
    if not text or not text.strip():
        raise click.UsageError("the statement is empty")
    written = naming.Written(desk, said, whole)
    command = AddStatement(
        kind=SAYINGS[given[0]][0],
        observer=observer,
        observed=asking.when(desk, said["at"]) if said["at"] else None,
        observed_at=said["where"],
        text=written(text) or "",
        may_name=written.may_name,
    )
    _do(desk, whole, command, said, written.join)
    written.tell()


@incident.command()
@click.argument("id")
@click.option("--where", metavar="PLACE")
@click.option("--why", metavar="MOTIVATION", help="What it seemed to be for.")
@click.option("--injury", metavar="KIND")
@click.option("--lost", type=click.IntRange(0, 10_000), help="Minutes of instruction lost.")
@click.option("--took", type=click.IntRange(0, 10_000), help="Minutes of staff time.")
@click.option("--others", metavar="KIND")
@click.option("--weapon", metavar="KIND")
@click.option("--period", metavar="NAME")
@click.option("--slip", metavar="NUMBER")
@click.option("--police/--no-police", default=None)
@click.option("--who", metavar="WHO", help="Of whom, when several are referred: P1 or a name.")
@follows
@pass_desk
@kept_on_failure
def fill(desk: Desk, id: str, **said: Any) -> None:
    """Say what had not been said: why, where, how long.

    \b
    Examples:
      bledger incident fill last --why peer-attention --lost 15
      bledger incident fill 4f1c2aa --who P2 --injury none
    """
    whole = asking.incident(desk, id)
    own = any(said[name] is not None for name in ("why", "injury", "lost"))
    people = _people(desk, whole) if own else {}
    command = FillInDetails(
        label=asking.label(desk, people, said["who"]) if own else None,
        motivation=asking.maybe(desk, said["why"], Motivation),
        injury=asking.maybe(desk, said["injury"], Injury),
        minutes_lost=said["lost"],
        **_circumstances(desk, said),
    )
    _do(desk, whole, command, said)


def _circumstances(desk: Desk, said: dict[str, Any]) -> dict[str, Any]:
    location, own_word = place(desk, said["where"])
    return {
        "location": location,
        "place": own_word,
        "others": asking.maybe(desk, said["others"], Others),
        "weapon": asking.maybe(desk, said["weapon"], Weapon),
        "period": said["period"],
        "slip": said["slip"],
        "staff_minutes": said["took"],
        "law_enforcement_told": said["police"],
    }


@incident.command()
@click.argument("id")
@click.argument("student", nargs=-1)
@click.option("--outside", metavar="KIND", help="Somebody not of the school.")
@click.option("--as", "roles", multiple=True, metavar="ROLE", help="victim, witness, involved …")
@click.option("--did", multiple=True, metavar="BEHAVIOR", help="When referred: for what.")
@click.option("--minor", "level", flag_value="minor")
@click.option("--major", "level", flag_value="major")
@click.option("--replace", metavar="P#", help="It was this person, not who stands there.")
@click.option("--remove", metavar="P#", help="This person had no part in it.")
@click.option("--role-of", metavar="P#", help="Correct what this person's part was, to --as.")
@reasoned
@follows
@pass_desk
@kept_on_failure
def participant(desk: Desk, id: str, student: tuple[str, ...], **said: Any) -> None:
    """Add a participant, or say with a reason that it was somebody else, or nobody.

    \b
    Examples:
      bledger incident participant last leo park --as victim
      bledger incident participant last leo park --replace P2 --reason "the other Leo"
      bledger incident participant last --role-of P2 --as witness --reason "only watched"
    """
    whole, more = asking.incident(desk, id), list[str]()
    command: IncidentCommand
    roles = tuple(asking.code(desk, role, Role) for role in said["roles"])
    if said["remove"]:
        command = RemoveParticipant(label=said["remove"].upper(), reason=_why(desk, said["reason"]))
    elif said["role_of"]:
        command = CorrectRoles(
            label=said["role_of"].upper(),
            roles=roles,
            behaviors=behaviors(desk, said["did"], said["level"]),
            reason=_why(desk, said["reason"]),
        )
    elif said["replace"]:
        who, label = _who(desk, student, said), said["replace"].upper()
        command = ReplaceParticipant(label=label, reason=_why(desk, said["reason"]), **who)
        more = _staying(desk, whole, label)
    else:
        command = AddParticipant(
            **_who(desk, student, said),
            roles=roles or ((Role.REFERRED,) if said["did"] else (Role.INVOLVED,)),
            behaviors=behaviors(desk, said["did"], said["level"]),
        )
    _do(desk, whole, command, said, more=more)


def _staying(desk: Desk, id: str, label: str) -> list[str]:
    """What does not go over to another child: whose family was called, who was told and heard."""
    history = standing(desk.school.record.stream(f"incident-{id}"))
    told = [r.event for r in history if isinstance(r.event, STAYING) and r.event.label == label]
    if not told:
        return []
    stays = "; ".join(dict.fromkeys(map(str, told)))
    return wrapped(f"  of the other child, not of this one: {stays}", 6)


def _who(desk: Desk, student: tuple[str, ...], said: dict[str, Any]) -> dict[str, Any]:
    if said["outside"]:
        return {"outside": asking.code(desk, said["outside"], Outside)}
    if not student:
        raise click.UsageError("who? Give a student, or --outside KIND")
    return {"student_id": asking.student(desk, student).student_id}


@incident.command()
@click.argument("id")
@click.option("--did", multiple=True, metavar="BEHAVIOR", help="What it was; all of it.")
@click.option("--minor", "level", flag_value="minor")
@click.option("--major", "level", flag_value="major")
@click.option("--who", metavar="WHO", help="Whose behavior, when several are referred.")
@click.option("--at", metavar="TIME", help="When it was.")
@click.option("--where", metavar="PLACE", help="Where it was.")
@click.option("--others", metavar="KIND")
@click.option("--weapon", metavar="KIND")
@click.option("--period", metavar="NAME")
@click.option("--slip", metavar="NUMBER")
@click.option("--took", type=click.IntRange(0, 10_000), help="Minutes of staff time.")
@click.option("--police/--no-police", default=None)
@click.option("--action", "number", type=int, metavar="N", help="Which action was another.")
@click.option("--to", "action", metavar="ACTION [with --action]", help="What the action was.")
@click.option("--length", metavar="10m|2d", help="With --action: how long.")
@click.option("--on", metavar="DAY", help="With --action: when.")
@click.option("--never", is_flag=True, help="With --action: it was never taken.")
@reasoned
@follows
@pass_desk
@kept_on_failure
def correct(desk: Desk, id: str, **said: Any) -> None:
    """Correct an incident; what stood before stays in the ledger, with the reason.

    \b
    Examples:
      bledger incident correct last --did physical-contact --reason "pushed, not noise"
      bledger incident correct 4f1c2aa --at "yesterday 12:10" --where playground --reason -
      bledger incident correct 4f1c2aa --action 1 --to in-school --length 1d --reason "typo"
    """
    whole = asking.incident(desk, id)
    if sum((said["number"] is not None, bool(said["did"]))) > 1:
        raise click.UsageError("one correction at a time: the behavior or an action")
    _do(desk, whole, _correction(desk, whole, said), said)


def _correction(desk: Desk, whole: str, said: dict[str, Any]) -> IncidentCommand:
    if said["number"] is not None:
        return _action_correction(desk, whole, said)
    if said["did"]:
        return CorrectBehavior(
            label=asking.label(desk, _people(desk, whole), said["who"]),
            behaviors=behaviors(desk, said["did"], said["level"]),
            reason=_why(desk, said["reason"]),
        )
    circumstances = _circumstances(desk, said)
    if not said["at"] and all(value is None for value in circumstances.values()):
        raise click.UsageError("what was different? --did, --at, --where, --action …")
    return CorrectCircumstances(
        occurred=asking.when(desk, said["at"]) if said["at"] else None,
        reason=_why(desk, said["reason"]),
        **circumstances,
    )


def _action_correction(desk: Desk, id: str, said: dict[str, Any]) -> IncidentCommand:
    """What was not said to be different is as it stood: its day is part of its key at an SIS."""
    if said["never"]:
        return VoidAction(number=said["number"], reason=_why(desk, said["reason"]))
    other: dict[str, Any] = _length(said["length"])
    if said["action"]:
        other["action"] = asking.code(desk, said["action"], Action)
    if said["on"]:
        other["on"] = asking.day(desk, said["on"])
    if not other:
        raise click.UsageError("what was it? --to ACTION, --length, --on, or --never")
    unknown: dict[str, Any] = {"action": Action.OTHER, "on": asking.day(desk, None)}  # is refused
    now = (_stood(desk, id, said["number"]) or unknown) | other
    return CorrectAction(
        number=said["number"],
        reason=_why(desk, said["reason"]),
        **now,
        **rules.bound(desk, _student_of(desk, id, said["number"]), now["on"]),
    )


def _student_of(desk: Desk, id: str, number: int) -> str | None:
    """With whom an action was taken."""
    state = INCIDENT.fold(desk.school.record.stream(f"incident-{id}"))
    person = state.people.get(state.actions.get(number, ""))
    return person.student_id if person else None


def _stood(desk: Desk, id: str, number: int) -> dict[str, Any]:
    """An action as it stands, as it was recorded here or as its source had it last."""
    stood: Measure | None = None
    there: Measure | None = None
    for recorded in standing(desk.school.record.stream(f"incident-{id}")):
        event = recorded.event
        if isinstance(event, ActionTaken | ActionCorrected) and event.number == number:
            stood = event
        elif isinstance(event, OfSource):
            now = next((done for done in event.actions if done.number == number), None)
            stood, there = (stood if now == there else now), now
    return {name: getattr(stood, name) for name in Measure.model_fields} if stood else {}


@incident.command()
@click.argument("id")
@click.argument("action")
@click.argument("length", required=False)
@click.option("--who", metavar="WHO", help="With whom, when several are referred.")
@click.option("--on", metavar="DAY", help="Today when left out.")
@click.option("--by", metavar="STAFF", help="Who took it, when it is not you.")
@click.option("--note", is_flag=False, flag_value=ASK, metavar="[TEXT|-]")
@click.option("--instruction/--no-instruction", default=None, help="In school: lessons went on.")
@click.option("--services/--no-services", default=None, help="In school: IEP services went on.")
@click.option("--peers/--no-peers", default=None, help="In school: with peers as before.")
@rules.bound_options
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def act(desk: Desk, id: str, action: str, length: str | None, **said: Any) -> None:
    """Record what was done about it: ACTION, and how long (10m, 0.5d).

    \b
    Examples:
      bledger incident act last conference 10m
      bledger incident act 7c1e09b out-of-school 1d --who mateo --notice now --pupil-says
    """
    whole = asking.incident(desk, id)
    people = _people(desk, whole)
    label, on = asking.label(desk, people, said["who"]), asking.day(desk, said["on"])
    student_id = people[label].student_id
    written = naming.Written(desk, said, whole)
    notes: dict[str, Any] = {"note": written(asking.text(desk, said["note"], "note"))}
    notes |= rules.process(desk, said, written)
    command = TakeAction(
        label=label,
        action=asking.code(desk, action, Action),
        on=on,
        by=asking.staff(desk, said["by"]) if said["by"] else desk.school.actor.id,
        instruction_went_on=said["instruction"],
        services_went_on=said["services"],
        peers_went_on=said["peers"],
        may_name=written.may_name,
        **_length(length),
        **rules.bound(desk, student_id, on),
        **notes,
    )
    name = rules.name_of(desk.school.find(student_id or "").students, label)
    meant = rules.Act(whole, label, name, student_id, command, ("incident", "act", id))
    with rules.told(desk, meant):
        _do(desk, whole, command, said, written.join)
    written.tell()


@incident.command()
@click.argument("id")
@click.argument("length", required=False)
@click.option("--action", "number", type=int, default=1, show_default=True, metavar="N")
@click.option("--because", metavar="WHY", help="Why it differs from what was assigned.")
@follows
@pass_desk
@kept_on_failure
def served(desk: Desk, id: str, length: str | None, number: int, **said: Any) -> None:
    """Record what was really served of an action: LENGTH, or all of it.

    \b
    Examples:
      bledger incident served 7c1e09b 0.5d --action 1
      bledger incident served last
    """
    whole = asking.incident(desk, id)
    command = ServeAction(
        number=number,
        difference=asking.maybe(desk, said["because"], LengthDifference),
        **_length(length),
    )
    _do(desk, whole, command, said)


def contact_options(command: F) -> F:
    """Options of a contact with a family."""
    for option in (
        click.option("--note", is_flag=False, flag_value=ASK, metavar="[TEXT|-]"),
        click.option("--at", metavar="TIME"),
        click.option("--by", metavar="STAFF", help="Who called, when it was not you."),
        click.option("--interpreted/--not-interpreted", default=None),
        click.option("--lang", metavar="LANGUAGE"),
        click.option("--how", metavar="CHANNEL", help="phone, in-person, email …"),
        click.option("--name", is_flag=False, flag_value=ASK, metavar="[NAME|-]"),
        click.option("--whom", metavar="RELATION", help="mother, father, guardian …"),
    ):
        command = option(command)
    return command


def contact_fields(desk: Desk, outcome: str, said: dict[str, Any]) -> dict[str, Any]:
    """A contact, from what was typed."""
    return {
        "at": asking.when(desk, said["at"]),
        "outcome": asking.code(desk, outcome, ContactOutcome),
        "channel": asking.maybe(desk, said["how"], Channel),
        "relation": asking.maybe(desk, said["whom"], Relation),
        "language": said["lang"],
        "interpreted": said["interpreted"],
        "by": asking.staff(desk, said["by"]) if said["by"] else desk.school.actor.id,
        "with_whom": asking.text(desk, said["name"], "name"),
        "note": asking.text(desk, said["note"], "note"),
    }


@incident.command()
@click.argument("id")
@click.argument("outcome")
@click.option("--who", metavar="WHO", help="Whose family, when several are referred.")
@contact_options
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def contact(desk: Desk, id: str, outcome: str, who: str | None, **said: Any) -> None:
    """Record that a family was contacted about it, or that it was tried.

    \b
    Examples:
      bledger incident contact last reached --whom mother --lang es --note
      bledger incident contact last no-answer --whom father
    """
    whole = asking.incident(desk, id)
    label = asking.label(desk, _people(desk, whole), who)
    written, fields = naming.Written(desk, said, whole), contact_fields(desk, outcome, said)
    fields |= {"note": written(fields["note"]), "may_name": written.may_name}
    _do(desk, whole, ContactFamily(label=label, **fields), said, written.join)
    written.tell()


@incident.command()
@click.argument("id")
@click.argument("kind")
@click.option("--who", metavar="WHO", help="Who was restrained, when several are referred.")
@click.option("--at", metavar="TIME", help="When it began.")
@click.option("--minutes", type=click.IntRange(0, 1_440))
@click.option("--because", multiple=True, metavar="REASON", help="harm-to-others, harm-to-self …")
@click.option("--by", multiple=True, metavar="STAFF", help="Who held or secluded; may be repeated.")
@click.option("--note", is_flag=False, flag_value=ASK, metavar="[TEXT|-]")
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def restraint(desk: Desk, id: str, kind: str, **said: Any) -> None:
    """Record that a participant was restrained or secluded.

    \b
    Examples:
      bledger incident restraint last physical-restraint --minutes 2 --because harm-to-others --note
    """
    whole = asking.incident(desk, id)
    written = naming.Written(desk, said, whole)
    command = UseRestraint(
        label=asking.label(desk, _people(desk, whole), said["who"]),
        kind=asking.code(desk, kind, RestraintKind),
        began=asking.when(desk, said["at"]),
        minutes=said["minutes"],
        reasons=tuple(asking.code(desk, one, RestraintReason) for one in said["because"]),
        by=tuple(asking.staff(desk, one) for one in said["by"]) or (desk.school.actor.id,),
        note=written(asking.text(desk, said["note"], "note")),
        may_name=written.may_name,
    )
    _do(desk, whole, command, said, written.join, more=_after_restraint(desk, command))
    written.tell()


def _after_restraint(desk: Desk, command: UseRestraint) -> list[str]:
    """Who has to be told of it, by when, and what has to be written."""
    school = desk.school
    known = school.settings.rules
    day = command.began.at.astimezone(school.settings.zone).date()
    told = add_school_days(school.calendar, day, int(known.number("emergency-told", "school_days")))
    meeting = day + timedelta(days=known.number("emergency-meeting", "days"))
    steps = {
        "emergency-told": f"tell the guardian by {show_day(told)}",
        "emergency-report": f"write the emergency report on {show_day(day)}",
        "emergency-meeting": (
            f"with an IEP and no intervention plan: schedule the meeting by {show_day(meeting)}"
        ),
    }
    return [f"  {step} ({known[id].cite})" for id, step in steps.items() if known.on(id)]


@incident.command()
@click.argument("id")
@reasoned
@follows
@pass_desk
@kept_on_failure
def void(desk: Desk, id: str, **said: Any) -> None:
    """Say that this did not happen, or not to these people; it stays in the ledger, voided.

    \b
    Examples:
      bledger incident void 4f1c2aa --reason "entered for the wrong child"
    """
    whole = asking.incident(desk, id)
    _do(desk, whole, VoidIncident(reason=_why(desk, said["reason"])), said)


@incident.command()
@click.argument("id")
@click.argument("into")
@click.option("--reason", is_flag=False, flag_value=ASK, metavar="[TEXT|-]")
@follows
@pass_desk
@kept_on_failure
def merge(desk: Desk, id: str, into: str, **said: Any) -> None:
    """Say that incident ID is the same as INTO, which stays.

    \b
    Examples:
      bledger incident merge b20d771 4f1c2aa
    """
    whole, other = asking.incident(desk, id), asking.incident(desk, into)
    if whole == other:
        raise click.UsageError("an incident is not another one than itself")
    reason = asking.text(desk, said["reason"], "reason")

    def check() -> None:
        standing = INCIDENT.fold(desk.school.record.stream(f"incident-{other}"))
        if not standing.reported or standing.settled:
            raise asking.NotOne(f"{into} does not stand itself: {standing.settled}")

    _do(desk, whole, MergeIncident(into=other, reason=reason), said, check)


@incident.command()
@click.argument("id")
@click.option("--sink", required=True, metavar="NAME", help="Where it came from.")
@follows
@pass_desk
@kept_on_failure
def adopt(desk: Desk, id: str, sink: str, **said: Any) -> None:
    """Keep an imported incident at the sink that it came from, from now on.

    What was imported is not sent back to where it came from, unless it is adopted.

    \b
    Examples:
      bledger incident adopt 4f1c2aa --sink ods
    """
    if sink not in desk.school.settings.sinks:
        known = ", ".join(desk.school.settings.sinks) or "none is set in school.toml"
        raise click.UsageError(f"there is no sink {sink!r}; there are: {known}")
    _do(desk, asking.incident(desk, id), AdoptIncident(sink=sink), said)
