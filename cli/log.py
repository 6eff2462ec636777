"""`log` and `undo`: the daily entry. The append comes first; what is open is listed after it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from cli import Desk, answers, asking, naming, pass_desk, unlisted
from cli.asking import ASK
from cli.drafts import kept_on_failure
from cli.trial import trial
from ledger import entry
from ledger.domain import Recorded, When
from ledger.domain.codes import (
    Behavior,
    Code,
    Injury,
    Level,
    Location,
    Motivation,
    Others,
    Outside,
    Role,
    StatementKind,
    Weapon,
    certain_level,
)
from ledger.domain.due_process import DEFIANCE
from ledger.domain.forms import as_printed
from ledger.domain.incident import ReferredToOffice, ReportIncident
from ledger.domain.particulars import BehaviorSeen, Participant, Saying
from ledger.finding import Found
from ledger.reports import logged

F = TypeVar("F", bound=Callable[..., Any])

SAYINGS = {  # option → kind of statement, and what it means
    "saw": (StatementKind.OBSERVATION, "What was seen, by you or by --by."),
    "told": (StatementKind.REPORTED, "What was told to you, by --by who saw it."),
    "think": (StatementKind.INFERENCE, "What you conclude; kept apart from what was seen."),
}
SHORT = {"saw": ("-s",)}  # what is typed most
PEOPLE = {  # option → role of that person
    "with": (Role.INVOLVED, "Another student who was involved."),
    "victim": (Role.VICTIM, "A student who was hurt or wronged."),
    "witness": (Role.WITNESS, "A student who saw it."),
}


def _text_options(command: F) -> F:
    for name, (_, text) in reversed(SAYINGS.items()):
        option = click.option(
            *(f"--{name}", *SHORT.get(name, ())),
            is_flag=False,
            flag_value=ASK,
            metavar="[TEXT|-]",
            help=text,
        )
        command = option(command)
    return command


def _people_options(command: F) -> F:
    for name, (_, text) in reversed(PEOPLE.items()):
        option = click.option(f"--{name}", f"{name}_", multiple=True, metavar="STUDENT", help=text)
        command = option(command)
    return command


@click.command()
@click.argument("student", nargs=-1)
@click.option(
    "--did", "-d", multiple=True, metavar="BEHAVIOR", help="What was done; may be repeated."
)
@click.option("--minor", "level", flag_value="minor", help="Staff-managed.")
@click.option("--major", "level", flag_value="major", help="Office-managed: sent to the office.")
@click.option("--where", "-w", metavar="PLACE", help="Where; the school's own words work too.")
@click.option(
    "--at", "-a", metavar="TIME", help='When: "10:40", "yesterday lunch", -10m; now if left out.'
)
@_text_options
@_people_options
@click.option(
    "--not-on-roster", multiple=True, metavar="NAME[=ROLE]", help="A child not on the roster yet."
)
@click.option("--outside", multiple=True, metavar="KIND[=ROLE]", help="Somebody not of the school.")
@click.option("--by", metavar="STAFF", help="Who reports it, when it is not you.")
@click.option("--slip", "--form", metavar="NUMBER", help="The paper slip's number; it is a key.")
@click.option("--why", metavar="MOTIVATION", help="What it seemed to be for.")
@click.option("--others", metavar="KIND", help="Who else was there: peers, teacher, substitute …")
@click.option("--injury", metavar="KIND", help="Whether a referred student was hurt.")
@click.option("--weapon", metavar="KIND")
@click.option("--police/--no-police", default=None, help="Whether law enforcement was told.")
@click.option("--period", metavar="NAME", help="The period of the day, as the school calls it.")
@click.option("--lost", type=click.IntRange(0, 10_000), help="Minutes of instruction lost.")
@click.option("--took", type=click.IntRange(0, 10_000), help="Minutes of staff time.")
@click.option("--office/--no-office", default=None, help="Send it to the office, or not.")
@click.option("--to", metavar="STAFF", help="Who of the office answers it; sends it there.")
@click.option(
    "--like", type=click.Choice(["last"]), help="Behavior, place, time and others as in your last."
)
@click.option("--key", metavar="NAME", help="Names this entry, so that a retry is not a second.")
@click.option("--again", is_flag=True, help="It is a second one just like the last.")
@click.option("--allow-future", is_flag=True)
@click.option("--dry-run", is_flag=True, help="Show the events; record nothing.")
@answers
@pass_desk
@kept_on_failure
@naming.heeding
def log(desk: Desk, **said: Any) -> None:
    """Log an incident: only STUDENT and --did are needed, several students joined by `and`.

    Text given in the line can be seen by other users of the machine and is changed by the shell;
    --saw alone asks for it, --saw - reads it from standard input.

    \b
    Examples:
      bledger log ana rivera --did disruption --where cafeteria --at 12:10 --saw
      bledger log mateo cruz and jonah wells --did fighting --by okafor --slip 0147
      bledger log 104233 --did tardy
      bledger log leo park --like last
    """
    named = _command(desk, _as_last(desk, said) if said["like"] else said)
    command = named.command
    school = desk.school
    with trial(desk, said["dry_run"]) as dry, school.record.batch():
        unlisted.record(desk, named.found.values())
        done = entry.report(
            school.record,
            command,
            school.actor,
            now=desk.typed_at or school.clock(),
            key=_key(said),
            again=said["again"],
        )
        dry.show(done)
    if said["dry_run"]:
        return
    id = done.stream.partition("-")[2]
    desk.so_far = f"It is recorded, as {id[:7]}."
    made = logged.Logged(
        school.record.short("incident", id),
        done.events,
        done.repeated,
        named.found,
        school.staff_names,
        replaced=named.replaced,
        standing=named.standing,
        answer_rule=school.settings.rules["referral-answer"],
    )
    if not desk.as_json:
        for line in logged.first(made, school.settings.zone, school.now):
            desk.say(line)
    made = replace(
        made,
        alike=[] if done.repeated else _alike(desk, command, done.stream, again=said["again"]),
        answer_by=_answer_by(desk, command, done.events),
    )
    desk.answer(
        "log/1", _fields(id, made), logged.lines(made, school.settings.zone, _pattern(desk, made))
    )
    unlisted.make_findable(desk, said["not_on_roster"])


def _alike(
    desk: Desk, command: ReportIncident, stream: str, *, again: bool
) -> list[entry.Likeness]:
    """Reports that may be of the same; not the first of them to whoever says it is a second."""
    found = entry.alike(desk.school.record, command, stream)
    return [one for one in found if not again or one.reporter != command.reported_by]


def watched(desk: Desk) -> bool:
    """Whether somebody sits there, who reads more than was asked for and answers questions."""
    return not desk.as_json and sys.stdin is not None and sys.stdin.isatty()


def _pattern(desk: Desk, made: logged.Logged) -> str:
    """What repeats itself with the first referred student; it costs more than the entry itself."""
    children = [p.student_id for p in made.report.participants if p.referred and p.student_id]
    if made.repeated or not children or not watched(desk):
        return ""
    school = desk.school
    try:
        from ledger.reports import patterns

        found = school.reading.pattern(children[0], school.now)
        return patterns.line(found, school.settings.zone)
    except Exception:  # noqa: BLE001 - the incident is recorded, whatever else cannot be read
        return ""


def _as_last(desk: Desk, said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said, and behavior, place, time and others of one's last entry where it was not."""
    from ledger.joining import account

    id = asking.incident(desk, "last")
    last = account(id, desk.school.record.stream(f"incident-{id}"))
    seen = next((p.behaviors for p in last.people.values() if p.referred), ())
    details = last.details
    there = {
        "at": _time_of(last.occurred),
        "where": details.get("place") or _word(details.get("location")),
        "others": _word(details.get("others")),
    }
    own = {name: words for name, words in there.items() if said[name] is None}
    if not said["did"]:
        own |= {"did": tuple(b.code.value for b in seen), "level": said["level"] or _level(seen)}
    return {**said, **own}


def _time_of(occurred: When | None) -> str | None:
    """The words of a time; of `now` or `-10m`, the time that it was."""
    if occurred is None:
        return None
    at = occurred.at.astimezone(ZoneInfo(occurred.zone))
    return at.isoformat() if occurred.relative or occurred.said is None else occurred.said


def _word(code: Code | None) -> str | None:
    return code.value if code else None


def _level(seen: Iterable[BehaviorSeen]) -> str | None:
    """The one level of these behaviors, when somebody had to say it and did."""
    levels = {behavior.level for behavior in seen}
    said = any(certain_level(b.code) is None and not b.assumed for b in seen)
    return levels.pop().value if said and len(levels) == 1 else None


def _answer_by(desk: Desk, command: ReportIncident, events: Iterable[Recorded[Any]]) -> date | None:
    """The day by which an office referral for disruption or defiance has to be answered."""
    codes = {b.code for p in command.participants for b in p.behaviors}
    sent = any(isinstance(r.event, ReferredToOffice) for r in events)
    rules = desk.school.settings.rules
    if not sent or not codes & DEFIANCE or not rules.on("referral-answer"):
        return None
    from ledger.domain.days import add_business_days

    days = int(rules.number("referral-answer", "business_days"))
    return add_business_days(desk.school.calendar, desk.school.now.date(), days)


def _key(said: Mapping[str, Any]) -> str | None:
    if said["key"]:
        return f"key:{said['key']}"
    return f"slip:{_slip(said)}" if said["slip"] else None


def _slip(said: Mapping[str, Any]) -> str | None:
    return as_printed(said["slip"]) if said["slip"] else said["slip"]


def _command(desk: Desk, said: Mapping[str, Any]) -> naming.Named:
    """The command, and who is named in it."""
    people, found = _people(desk, said)
    reporter = asking.staff(desk, said["by"]) if said["by"] else None
    location, own_word = place(desk, said["where"])
    command = ReportIncident(
        occurred=asking.when(desk, said["at"], future=said["allow_future"]),
        school_id=desk.school.settings.school_id,
        participants=people,
        reported_by=reporter or desk.school.actor.id,
        recorded_by=desk.school.actor.id,
        location=location,
        place=own_word,
        period=said["period"],
        others=asking.maybe(desk, said["others"], Others),
        weapon=asking.maybe(desk, said["weapon"], Weapon),
        law_enforcement_told=said["police"],
        slip=_slip(said),
        staff_minutes=said["took"],
        sayings=_sayings(desk, said, reporter),
        office=True if said["office"] is None and said["to"] else said["office"],
        office_to=_office(desk, said),
    )
    return naming.in_report(desk, said, command, found)


def place(desk: Desk, said: str | None) -> tuple[Location | None, str | None]:
    """The code of a place, and the school's own word for it when that was said."""
    if said is None:
        return None, None
    own = said.casefold() in {word.casefold() for word in desk.school.settings.words}
    return asking.code(desk, said, Location), said.casefold() if own else None


def _office(desk: Desk, said: Mapping[str, Any]) -> str | None:
    if said["to"]:
        return asking.staff(desk, said["to"])
    return None if said["office"] is False else desk.school.principal


def _sayings(desk: Desk, said: Mapping[str, Any], reporter: str | None) -> tuple[Saying, ...]:
    made = []
    for name, (kind, _) in SAYINGS.items():
        text = asking.text(desk, said[name], name)
        if text:
            own = name == "think" or reporter is None
            observer = desk.school.actor.id if own else reporter
            made.append(Saying(kind=kind, observer=observer, text=text))
    return tuple(made)


def _people(
    desk: Desk, said: Mapping[str, Any]
) -> tuple[tuple[Participant, ...], dict[str, Found]]:
    """Participants P1, P2 … in their order; one person has all their roles at once."""
    roles: dict[str, list[Role]] = {}
    found: dict[str, Found] = {}
    named = [(one, Role.REFERRED) for one in asking.students(desk, said["student"])]
    for option, (role, _) in PEOPLE.items():
        named += [(asking.student(desk, words), role) for words in said[f"{option}_"]]
    named += unlisted.named(desk, said)
    for one, role in named:
        found[one.student_id] = one
        roles.setdefault(one.student_id, []).append(role)
    people: list[dict[str, Any]] = [
        {"student_id": id, "roles": tuple(dict.fromkeys(own))} for id, own in roles.items()
    ]
    people += [_outside(desk, words) for words in said["outside"]]
    of_referred = {
        "behaviors": _behaviors(desk, said),
        "motivation": asking.maybe(desk, said["why"], Motivation),
        "injury": asking.maybe(desk, said["injury"], Injury),
        "minutes_lost": said["lost"],
    }
    return tuple(
        Participant(
            label=f"P{n}", **person, **(of_referred if Role.REFERRED in person["roles"] else {})
        )
        for n, person in enumerate(people, 1)
    ), found


def _outside(desk: Desk, words: str) -> dict[str, Any]:
    kind, _, role = words.partition("=")
    roles = (asking.code(desk, role, Role) if role else Role.INVOLVED,)
    return {"outside": asking.code(desk, kind, Outside), "roles": roles}


def _behaviors(desk: Desk, said: Mapping[str, Any]) -> tuple[BehaviorSeen, ...]:
    if not said["did"]:
        raise click.UsageError("what was done? Say it with --did, for instance --did disruption")
    return behaviors(desk, said["did"], said["level"])


def behaviors(desk: Desk, words: Iterable[str], level: str | None) -> tuple[BehaviorSeen, ...]:
    """Behaviors by their words; one on both lists is minor, as assumed, when nobody said which."""
    codes = dict.fromkeys(asking.code(desk, word, Behavior) for word in words)
    return tuple(_seen(code, level) for code in codes)


def _seen(code: Behavior, level: str | None) -> BehaviorSeen:
    if level is not None:
        return BehaviorSeen(code=code, level=Level(level))
    certain = certain_level(code)
    return BehaviorSeen(code=code, level=certain or Level.MINOR, assumed=certain is None)


def _fields(id: str, made: logged.Logged) -> dict[str, Any]:
    return {
        "id": id,
        "short_id": made.id,
        "position": made.events[0].position,
        "events": [r.position for r in made.events],
        "repeated": made.repeated,
        "level": made.level.value,
        "behaviors": [b.code.value for p in made.report.participants for b in p.behaviors],
        "occurred_at": made.report.occurred.at,
        "participants": [
            {"label": p.label, "student_id": p.student_id, "roles": [r.value for r in p.roles]}
            for p in made.report.participants
        ],
        "sent_to_office": made.office is not None,
        "replaced": list(made.replaced),
        "may_name": list(dict.fromkeys(id for s in made.statements for id in s.may_name)),
        "maybe_same_as": [other.incident_id for other in made.alike],
        "open": made.open,
    }


@click.command()
@answers
@pass_desk
def undo(desk: Desk) -> None:
    """Take back the last thing that you logged, within ten minutes.

    \b
    Examples:
      bledger undo
    """
    school = desk.school
    done, last = entry.undo(school.record, school.actor, school.clock())
    desk.so_far = "It is taken back."
    category, _, id = done.stream.partition("-")
    short = school.record.short(category, id)
    fields = {
        "id": id,
        "position": done.events[0].position,
        "taken_back": [type(r.event).__name__ for r in last],
    }
    what = "; ".join(str(r.event) for r in last)
    lines = [f"Taken back  {short}  {what}", "  It stays in the ledger, as taken back."]
    desk.answer("undo/1", fields, lines)
