"""What is owed after an incident at the made-up school: answers, notice, the pupil's side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ledger.demo import support_words as words
from ledger.demo.contact import contact
from ledger.demo.people import Pupil
from ledger.demo.story import Story
from ledger.demo.world import Happening
from ledger.demo.year import ZONE
from ledger.domain import When
from ledger.domain.codes import Channel, StaffRole
from ledger.domain.due_process import (
    DEFIANCE,
    SUSPENSIONS,
    AnswerReferral,
    Notice,
    PupilAccount,
    ReportEmergency,
    ScheduleIepMeeting,
)
from ledger.domain.incident import INCIDENT, ContactFamily
from ledger.domain.rules import RULES

BINDING = tuple(id for id, rule in RULES.items() if rule.on)
DELAYS = {(1, 2): 60, (3, 4): 25, (7, 9): 9, (0, 0): 6}  # school days to the answer; 0: none yet
OTHERS_ANSWERED, UNHEARD = 0.3, 0.1


def bound(story: Story, child: Pupil, measure: dict[str, Any], when: datetime) -> dict[str, Any]:
    """What an action is held against; before a suspension notice is given and the pupil heard."""
    if measure["action"] not in SUSPENSIONS:
        return {"grade": child.grade, "rules": BINDING}
    world, at = story.world.aside, When(at=when, zone=ZONE)
    said = contact(world, child, when, "", reached=True)
    notice = Notice(
        at=at,
        relation=said.relation,
        channel=Channel.PHONE,
        language=said.language,
        text=world.one(words.CHARGES),
    )
    own: dict[str, Any] = {"grade": child.grade, "rules": BINDING, "notice": notice}
    if world.chance(UNHEARD):
        return own | {"happened": words.NOT_HEARD}
    return own | {"account": PupilAccount(at=at, text=world.one(words.ACCOUNT))}


def answered(story: Story, sent: datetime) -> Iterator[Happening]:
    """The office tells who sent it what was done: mostly in time, seldom late or not yet."""
    world, report = story.world.aside, story.report
    if report.office_to is None:
        return
    codes = {seen.code for person in report.participants for seen in person.behaviors}
    if codes.isdisjoint(DEFIANCE) and not world.chance(OTHERS_ANSWERED):
        return
    soonest, latest = world.pick(DELAYS)
    when = world.later(story.scene.day, soonest, latest) if soonest else None
    if when is not None:
        when = max(when, sent)
        command = AnswerReferral(
            by=report.office_to,
            at=When(at=when, zone=ZONE),
            told=tuple(dict.fromkeys((story.scene.seen_by, world.teacher(story.scene.child)))),
            channel=Channel.IN_PERSON if world.chance(0.6) else Channel.EMAIL,
            text=world.one(words.OFFICE_ANSWER),
        )
        key = f"demo:{story.ref}:answer"
        yield Happening(when, report.office_to, INCIDENT, story.id, key, command)


def after_restraint(story: Story) -> Iterator[Happening]:
    """The family is told and the emergency report written, and an IEP meeting set where one is."""
    world = story.world.aside
    by = world.staff(StaffRole.SPECIALIST)
    child = story.scene.child
    when = world.soon(story.at, 5, 20)
    told = contact(world, child, when, by, reached=True)
    said = ContactFamily(label="P1", **dict(told))
    yield from story.then(said, by, world.soon(when, 1, 5))
    on = story.at.astimezone(ZoneInfo(ZONE)).date()
    report = ReportEmergency(label="P1", on=on, by=by)
    yield from story.then(report, by, world.soon(story.at, 10, 40))
    ahead = story.scene.day.ahead
    if "iep" in child.flags and len(ahead) > 4:
        meeting = ScheduleIepMeeting(label="P1", on=on, for_day=ahead[4])
        yield from story.then(meeting, by, world.soon(story.at, 5, 30))
