"""`answer`: what the office did about a referral, and that whoever sent it was told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import click

from cli import Desk, asking, naming, pass_desk
from cli.asking import ASK
from cli.day import BEGINNING
from cli.drafts import kept_on_failure
from cli.errors import RECORDED
from cli.incident import follows
from cli.trial import trial
from ledger.domain import standing
from ledger.domain.codes import Channel
from ledger.domain.due_process import DEFIANCE, AnswerReferral, ReferralAnswered
from ledger.domain.incident import INCIDENT, ReferredToOffice
from ledger.reports import due_process as report

RULE = "referral-answer"


@click.command()
@click.argument("incident", nargs=-1, metavar="[ID|last|STUDENT]")
@click.option(
    "--told", multiple=True, required=True, metavar="STAFF [and …]", help="Who was told of it."
)
@click.option(
    "--text", is_flag=False, flag_value=ASK, metavar="[TEXT|-]", help="What was done, in words."
)
@click.option(
    "--nothing-done",
    is_flag=False,
    flag_value=ASK,
    metavar="[REASON|-]",
    help="Nothing was done: why.",
)
@click.option("--how", metavar="CHANNEL", help="How they were told: in-person, email …")
@click.option("--at", metavar="TIME", help="When; now if left out.")
@click.option("--by", metavar="STAFF", help="Who answered, when it was not you.")
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def answer(desk: Desk, incident: tuple[str, ...], told: tuple[str, ...], **said: Any) -> None:
    """Answer an office referral: what was done stands in the record, and who sent it was told.

    A student's name means the one referral of theirs that waits; nothing means the last incident
    that you logged.

    \b
    Examples:
      bledger answer 61aa0f3 --told okafor
      bledger answer mateo cruz --told okafor and haddad --how in-person
      bledger answer last --told okafor --nothing-done -
    """
    words, more = _parted(incident)
    id = _meant(desk, words)
    if said["text"] is not None and said["nothing_done"] is not None:
        raise click.UsageError("either --text says what was done, or --nothing-done why not")
    option = "text" if said["nothing_done"] is None else "nothing_done"
    written = naming.Written(desk, said, id)
    command = AnswerReferral(
        by=asking.staff(desk, said["by"]) if said["by"] else desk.school.actor.id,
        at=asking.when(desk, said["at"]),
        told=told_staff(desk, (*told, *more)),
        channel=asking.maybe(desk, said["how"], Channel),
        text=written(asking.text(desk, said[option], option)),
        may_name=written.may_name,
    )
    school, key = desk.school, f"key:{said['key']}" if said["key"] else None
    with trial(desk, said["dry_run"]) as dry, school.record.batch():
        written.join()
        done = school.do(INCIDENT, id, command, key=key, again=said["again"])
        dry.show(done)
    if not said["dry_run"]:
        desk.so_far = RECORDED
        _tell(desk, id, done)
    written.tell()


def _parted(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """(what is answered, who else was told): `--told okafor and haddad` leaves the rest here."""
    own, *more = " ".join(words).split(" and ") if "and" in words else [" ".join(words)]
    first = own.split()
    if first[:1] == ["and"]:
        return [], [" ".join(first[1:]), *more]
    return first, more


def told_staff(desk: Desk, words: Sequence[str]) -> tuple[str, ...]:
    names = [name for said in words for name in said.split(" and ") if name.strip()]
    return tuple(dict.fromkeys(asking.staff(desk, name.strip()) for name in names))


def _meant(desk: Desk, words: Sequence[str]) -> str:
    """The incident whose referral is answered."""
    if not words or words == ["last"]:
        return asking.incident(desk, "last")
    first = words[0].lower()
    if BEGINNING.fullmatch(first) and desk.school.record.begins("incident", first):
        return asking.incident(desk, first)
    from ledger.reading.referrals import waiting

    found = waiting(desk.school.reading, asking.student(desk, words).student_id)
    if len(found) != 1:
        ids = ", ".join(desk.school.record.short("incident", id) for id in found)
        many = f"several referrals of that student wait: {ids}. Give the id of one"
        raise asking.NotOne(many if found else "no referral of that student waits for an answer")
    return found[0]


def _tell(desk: Desk, id: str, done: Any) -> None:
    school = desk.school
    event = next(r.event for r in done.events if isinstance(r.event, ReferralAnswered))
    zone, rules = school.settings.zone, school.settings.rules
    names = " and ".join(school.staff_names.get(one, "a member of staff") for one in event.told)
    word = "already recorded: " if done.repeated else ""
    lines = [f"{school.record.short('incident', id)}  {word}answered · told {names}"]
    fields: dict[str, Any] = {
        "id": id,
        "repeated": done.repeated,
        "position": done.events[-1].position,
        "told": [*event.told],
        "answered_on": event.at.at.astimezone(zone).date(),
    }
    if rules.on(RULE) and clocked(desk, id):
        most = int(rules.number(RULE, "business_days"))
        sent = sent_on(desk, id)
        how = report.answering(school.calendar, sent, fields["answered_on"], most)
        lines += report.answered(how)
        fields |= {
            "sent_on": sent,
            "business_day": how.number,
            "of": how.most,
            "late": how.late,
            "calendar_missing": how.guessed,
        }
    desk.answer("answer/1", fields, lines)


def clocked(desk: Desk, id: str) -> bool:
    """Whether somebody is referred for disruption or defiance: the law's own clock."""
    people = INCIDENT.fold(desk.school.record.stream(f"incident-{id}")).people
    return any(b.code in DEFIANCE for p in people.values() for b in p.behaviors)


def sent_on(desk: Desk, id: str) -> date:
    """The day on which an incident was sent to the office, the last time."""
    zone = desk.school.settings.zone
    sent = [
        r.event.on or r.recorded_at.astimezone(zone).date()
        for r in standing(desk.school.record.stream(f"incident-{id}"))
        if isinstance(r.event, ReferredToOffice)
    ]
    return sent[-1]
