"""`act`, `call` and `praise`: what was done, who was called, what went well, in a few words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple

import click

from cli import Desk, asking, naming, pass_desk, rules
from cli.asking import ASK
from cli.drafts import kept_on_failure
from cli.errors import RECORDED
from cli.incident import contact_fields, contact_options, follows
from cli.trial import trial
from cli.words import FAMILY, Told, action_and_length, outcome_and_relation, strength_of
from ledger.domain import When
from ledger.domain.codes import Action, Motivation, Positive
from ledger.domain.contact import Contact
from ledger.domain.days import school_year_of
from ledger.domain.incident import INCIDENT, ActionTaken, ContactFamily, TakeAction
from ledger.domain.particulars import Participant
from ledger.domain.student import STUDENT, MakeContact, PraiseRecorded, RecordPraise
from ledger.finding import Found, same_as, staff_named
from ledger.reading import Window
from ledger.reports import day as report
from ledger.reports.due_process import against as report_against
from ledger.said import parse_length

BEGINNING = re.compile("[0-9a-f][0-9a-f-]{3,35}")
SAME_LINE = timedelta(minutes=5)  # in which the same words of now are the same entry


# What all of them do


def _do(
    desk: Desk,
    decider: Any,
    id: str,
    command: Any,
    said: Mapping[str, Any],
    before: Callable[[], None] = lambda: None,
) -> Any:
    """Have it done, after `before` in one transaction; what was done, None when it was a trial."""
    school = desk.school
    key = f"key:{said['key']}" if said["key"] else None
    with trial(desk, said["dry_run"]) as dry, school.record.batch():
        again = said["again"] or _later(desk, f"{decider.category}-{id}", command)
        before()
        done = school.do(decider, id, command, key=key, again=again)
        dry.show(done)
    if said["dry_run"]:
        return None
    desk.so_far = RECORDED
    return done


def _later(desk: Desk, stream: str, command: Any) -> bool:
    """Whether the same words mean another time by now: `now` does, a few minutes later."""
    whens = [value for value in dict(command).values() if isinstance(value, When)]
    last = desk.school.record.stream(stream)[-1:]
    now = desk.typed_at or desk.school.clock()
    return any(w.relative for w in whens) and all(now - r.recorded_at > SAME_LINE for r in last)


def _fields(id: str, done: Any) -> dict[str, Any]:
    return {
        "id": id,
        "repeated": done.repeated,
        "position": done.events[-1].position,
        "events": [type(r.event).__name__ for r in done.events],
    }


# What was done


class Meant(NamedTuple):
    """The incident that somebody means, and whom in it."""

    id: str
    label: str
    person: Participant


@click.command(cls=Told, tell=action_and_length)
@click.argument("student", nargs=-1, metavar="[ID|last|STUDENT] ACTION [LENGTH]")
@click.option("--who", metavar="WHO", help="With whom, when several are referred: P1 or a name.")
@click.option("--why", metavar="MOTIVATION", help="What the behavior seemed to be for.")
@click.option("--on", metavar="DAY", help="Today when left out.")
@click.option("--by", metavar="STAFF", help="Who took it, when it is not you.")
@click.option("--note", is_flag=False, flag_value=ASK, metavar="[TEXT|-]")
@click.option("--instruction/--no-instruction", default=None, help="In school: lessons went on.")
@click.option("--services/--no-services", default=None, help="In school: IEP services went on.")
@click.option("--peers/--no-peers", default=None, help="In school: with peers as before.")
@click.option("--action", metavar="ACTION", help="The same as the word.")
@click.option("--length", metavar="LENGTH", help="The same as the word.")
@rules.bound_options
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def act(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Record what was done about it: ACTION, and how long (10m, 0.5d).

    A student's name means their latest incident of which something is not said yet, or else that
    of today; no name and no id means the last that you logged. The name of one who took part may
    follow an id. `suspension` means out of school.

    What goes against a rule of school.toml is refused before it happens; what has happened is
    recorded with --happened, and stays flagged.

    \b
    Examples:
      bledger act last conference 10m --why peer
      bledger act ana rivera restitution
      bledger act 7c1e09b mateo time-in-office 20m
      bledger act 7c1e09b mateo suspension 0.5d --notice "11:00 phone" --pupil-says
    """
    meant = _meant(desk, student, said["who"])
    length = parse_length(said["length"]) if said["length"] else None
    on = asking.day(desk, said["on"])
    written = naming.Written(desk, said, meant.id)
    notes: dict[str, Any] = {"note": written(asking.text(desk, said["note"], "note"))}
    notes |= rules.process(desk, said, written)
    command = TakeAction(
        label=meant.label,
        action=asking.code(desk, said["action"], Action),
        on=on,
        minutes=length.minutes if length else None,
        days=length.days if length else None,
        by=asking.staff(desk, said["by"]) if said["by"] else desk.school.actor.id,
        instruction_went_on=said["instruction"],
        services_went_on=said["services"],
        peers_went_on=said["peers"],
        may_name=written.may_name,
        motivation=asking.maybe(desk, said["why"], Motivation),
        **rules.bound(desk, meant.person.student_id, on),
        **notes,
    )
    found = desk.school.find(meant.person.student_id or "").students
    name = rules.name_of(found, meant.label)
    instead = ("act", *student)
    act = rules.Act(meant.id, meant.label, name, meant.person.student_id, command, instead)
    with rules.told(desk, act):
        done = _do(desk, INCIDENT, meant.id, command, said, written.join)
    if done is not None:
        written.tell()
        _tell_action(desk, meant, done, [*rules.before(desk, act), *rules.homework(desk, act)])


def _meant(desk: Desk, words: Sequence[str], who: str | None) -> Meant:
    """What `last`, the beginning of an id with a name or without, or a student's name means."""
    school, rest = desk.school, " ".join(words[1:])
    if not words or words[0] == "last":
        return _with(desk, asking.incident(desk, "last"), who or rest)
    first = words[0].lower()
    if BEGINNING.fullmatch(first) and school.record.begins("incident", first):
        return _with(desk, asking.incident(desk, first), who or rest)
    found = asking.student(desk, words)
    today = Window(since=_iso(_day(desk, school.now)[0]))
    id = school.reading.latest(found.student_id, Window(), only_open=True)
    id = id or school.reading.latest(found.student_id, today)
    if id is None:
        raise asking.NotOne(
            "nothing is open of that student's incidents: give the id of the one that you mean. "
            "See: bledger incident list"
        )
    return _with(desk, id, who) if who else _of(desk, id, found)


def _with(desk: Desk, id: str, who: str | None) -> Meant:
    people = INCIDENT.fold(desk.school.record.stream(f"incident-{id}")).people
    label = asking.label(desk, people, who or None)
    return Meant(id, label, people[label])


def _of(desk: Desk, id: str, found: Found) -> Meant:
    """The participant who is this student, under whichever id."""
    people = INCIDENT.fold(desk.school.record.stream(f"incident-{id}")).people
    ids = {found.student_id, *same_as(desk.school.roster, found.student_id)}
    for label, person in people.items():
        if person.student_id in ids:
            return Meant(id, label, person)
    raise asking.NotOne("That student takes no part in this incident.")


def _tell_action(desk: Desk, meant: Meant, done: Any, reminders: Sequence[str]) -> None:
    school = desk.school
    left: list[str] | None = None
    with suppress(Exception):  # it is recorded, whatever else cannot be read
        left = school.reading.left_open(meant.id)
    taken = next(r.event for r in done.events if isinstance(r.event, ActionTaken))
    why = [r.event.motivation for r in done.events if getattr(r.event, "motivation", None)]
    line = report.acted(
        school.record.short("incident", meant.id),
        _name(desk, meant),
        taken,
        why[0] if why else None,
        left,
        against=report_against(taken.against, school.settings.rules.by_id),
        repeated=done.repeated,
    )
    about: dict[str, Any] = {"label": meant.label, "student_id": meant.person.student_id}
    about |= {"open": left, "against": [*taken.against]}
    desk.answer("act/1", _fields(meant.id, done) | about, [*line, *reminders])


def _name(desk: Desk, meant: Meant) -> str:
    """Who it is, as the roster shows them; the placeholder when it does not."""
    found = desk.school.find(meant.person.student_id or "").students
    return found[0].name if found else meant.label


# Who was called


@click.command(cls=Told, tell=outcome_and_relation)
@click.argument("student", nargs=-1, required=True, metavar="STUDENT OUTCOME [WHO]")
@contact_options
@click.option("--interp", metavar="NAME", help="Who interpreted.")
@click.option("--about", metavar="none|ID", help="The incident; today's when left out.")
@click.option("--outcome", metavar="OUTCOME", help="The same as the word.")
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def call(desk: Desk, student: tuple[str, ...], outcome: str, **said: Any) -> None:
    """Record a call home, or that it was tried: OUTCOME is reached, no-answer, voicemail …

    It is about the student's incident of that day, if there is one.

    \b
    Examples:
      bledger call ana rivera reached mother --lang es --interp soto --note
      bledger call leo park no-answer
      bledger call ana rivera voicemail father --about none
    """
    found = asking.student(desk, student)
    said["whom"] = FAMILY.get((said["whom"] or "").casefold(), said["whom"])
    contact = contact_fields(desk, outcome, said)
    if said["interp"]:
        contact |= {"interpreted": True, "interpreter": _interpreter(desk, said["interp"])}
    meant = _about(desk, found, said["about"], contact["at"])
    if meant is not None:
        written = naming.Written(desk, said, meant.id)
        contact |= {"note": written(contact["note"]), "may_name": written.may_name}
        command: Any = ContactFamily(label=meant.label, **contact)
        done = _do(desk, INCIDENT, meant.id, command, said, written.join)
        written.tell()
    else:
        texts = naming.of_one(desk, said, found.student_id)
        contact |= {"note": texts(contact["note"]), "may_name": texts.may_name}
        command = MakeContact(student_id=found.student_id, **contact)
        done = _do(desk, STUDENT, found.student_id, command, said)
        texts.tell()
    if done is not None:
        _tell_call(desk, found, meant, done, chosen=said["about"] is not None)


def _interpreter(desk: Desk, said: str) -> str:
    """A member of staff by name, or somebody else as they were typed."""
    known = staff_named(desk.school.roster, said)
    return desk.school.staff_names[known[0]] if len(known) == 1 else said


def _about(desk: Desk, found: Found, said: str | None, at: When) -> Meant | None:
    """The incident that a call is about: the one that was said, or that of its day."""
    if said == "none":
        return None
    if said is not None:
        return _of(desk, asking.incident(desk, said), found)
    begins, ends = _day(desk, at.at)
    window = Window(since=_iso(begins), until=_iso(ends))
    id = desk.school.reading.latest(found.student_id, window)
    return None if id is None else _of(desk, id, found)


def _day(desk: Desk, at: datetime) -> tuple[datetime, datetime]:
    """The first moment of a day, and of the next."""
    zone = desk.school.settings.zone
    day = at.astimezone(zone).date()
    begins, ends = (datetime.combine(d, time(), zone) for d in (day, day + timedelta(days=1)))
    return begins, ends


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _tell_call(desk: Desk, found: Found, meant: Meant | None, done: Any, *, chosen: bool) -> None:
    school = desk.school
    event = next(r.event for r in done.events if isinstance(r.event, Contact))
    begins, _ = _day(desk, event.at.at)
    tried: int | None = None
    with suppress(Exception):  # it is recorded, whatever else cannot be read
        week = begins - timedelta(days=begins.weekday())
        tried = school.reading.attempts(found.student_id, week)
    category, _, id = done.stream.partition("-")
    fields = _fields(id, done) | {
        "student_id": found.student_id,
        "outcome": event.outcome.value,
        "about": meant.id if meant else None,
        "attempts_this_week": tried,
    }
    about = school.record.short("incident", meant.id) if meant else None
    lines = report.called(
        school.record.short(category, id),
        found,
        event,
        tried,
        about,
        zone=school.settings.zone,
        now=school.now,
        chosen=chosen,
        repeated=done.repeated,
    )
    desk.answer("call/1", fields, lines)


# What went well


@click.command(cls=Told, tell=strength_of)
@click.argument("student", nargs=-1, required=True, metavar="STUDENT STRENGTH")
@click.option("--saw", is_flag=False, flag_value=ASK, metavar="[TEXT|-]", help="What was seen.")
@click.option("--by", metavar="STAFF", help="Who saw it, when it was not you.")
@click.option("--at", metavar="TIME", help="When; now if left out.")
@click.option("--strength", metavar="STRENGTH", help="The same as the word.")
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def praise(desk: Desk, student: tuple[str, ...], strength: str, **said: Any) -> None:
    """Record a strength: kindness, persistence, self-regulation, helping, goal-met or other.

    It stands at the top of the timeline, and is never sent anywhere as discipline.

    \b
    Examples:
      bledger praise ana rivera helping --saw
      bledger praise 104233 goal-met
    """
    found = asking.student(desk, student)
    texts = naming.of_one(desk, said, found.student_id)
    command = RecordPraise(
        student_id=found.student_id,
        occurred=asking.when(desk, said["at"]),
        code=asking.code(desk, strength, Positive),
        by=asking.staff(desk, said["by"]) if said["by"] else desk.school.actor.id,
        text=texts(asking.text(desk, said["saw"], "saw")),
        may_name=texts.may_name,
    )
    done = _do(desk, STUDENT, found.student_id, command, said)
    if done is not None:
        texts.tell()
        _tell_praise(desk, found, done)


def _tell_praise(desk: Desk, found: Found, done: Any) -> None:
    school = desk.school
    event = next(r.event for r in done.events if isinstance(r.event, PraiseRecorded))
    year = school_year_of(school.calendar, school.now.date())
    since = datetime.combine(year.start, time(), school.settings.zone)
    seen: list[datetime] = []
    with suppress(Exception):  # it is recorded, whatever else cannot be read
        seen = school.reading.praised(found.student_id, since)
    fields = _fields(found.student_id, done) | {"code": event.code.value, "this_year": len(seen)}
    short = school.record.short("student", found.student_id)
    lines = report.praised(short, found, event, seen, school.settings.zone, repeated=done.repeated)
    desk.answer("praise/1", fields, lines)
