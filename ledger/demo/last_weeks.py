"""What the screens show as open: told of a few known children, counted back from the last day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ledger.demo import support_words as words
from ledger.demo.owed import BINDING
from ledger.demo.people import Pupil
from ledger.demo.scene import RECESS, Scene, Spot
from ledger.demo.story import Story
from ledger.demo.world import Happening, World
from ledger.demo.year import DAYS_A_YEAR, ZONE, SchoolDay, at, days_on
from ledger.domain import Command, When
from ledger.domain.codes import (
    Action,
    Behavior,
    Channel,
    ContactOutcome,
    Level,
    Location,
    Motivation,
    Relation,
    RestraintKind,
    RestraintReason,
    StaffRole,
)
from ledger.domain.due_process import (
    SUSPENSIONS,
    AnswerReferral,
    ChallengeStatement,
    DecideChallenge,
    MeetAboutChallenge,
    Notice,
    PupilAccount,
)
from ledger.domain.incident import INCIDENT, ContactFamily, TakeAction, UseRestraint
from ledger.domain.student import STUDENT, DecidePlacement, RequestRecord, ShowRecord

FEWEST = 60  # school days that have to be told
CLASS = Spot(Location.CLASSROOM, "lesson")
TEN = 10 * 60
FIGHT = Behavior.PHYSICAL_AGGRESSION


def tells_stories(days: int) -> bool:
    """Whether the screens' stories fit: in a longer time the years before would be without any."""
    return FEWEST <= days <= DAYS_A_YEAR


class LastWeeks:
    """Day by day, what is told of them; nothing where their stories do not fit."""

    def __init__(self, world: World) -> None:
        self.world, self.school = world, world.school
        self.by_name = {f"{p.given} {p.family}": p for p in self.school.pupils}
        self.steps = 0
        self.stories: dict[str, Story] = {}
        self.removals: dict[str, list[str]] = {}
        self.away: dict[Pupil, set[date]] = {}  # suspended from the next day on
        self.tells = tells_stories(self.school.days)

    def on(self, day: SchoolDay, left: int) -> Iterator[Happening]:
        """What is told on this day; so many are told after it."""
        for tell, name, more in TOLD.get(left, ()) if self.tells else ():
            yield from tell(self, day, self.by_name[name], **more)

    # The parts of it

    def said(self, story: Story, command: Any, by: str, minutes: int) -> Happening:
        """Something about an incident, so many minutes after it or, on a later day, after 8."""
        self.steps += 1
        story.at = story.at + timedelta(minutes=minutes)
        key = f"demo:weeks:{self.steps}"
        return Happening(story.at, by, INCIDENT, story.id, key, command)

    def of_student(self, day: SchoolDay, child: Pupil, command: Command) -> Happening:
        self.steps += 1
        by = self.world.staff(StaffRole.CLERK)
        when = at(day.on, 9 * 60 + self.steps % 60)
        id = self.world.student(child)
        return Happening(when, by, STUDENT, id, f"demo:weeks:{self.steps}", command)

    def incident(
        self, day: SchoolDay, child: Pupil, code: Behavior, spot: Spot
    ) -> tuple[Story, Happening]:
        """A major, sent to the office, told at once."""
        seen_by = self.world.teacher(child)
        scene = Scene(day, Level.MAJOR, child, spot, code, Motivation.AVOID_TASK, TEN + 15, seen_by)
        self.steps += 1
        story = Story(self.world, scene, f"weeks:{self.steps}", seen_by, at(day.on, TEN + 25), None)
        self.stories[f"{child.given} {child.family}"] = story
        return story, story.told()

    @property
    def principal(self) -> str:
        return self.world.staff(StaffRole.PRINCIPAL)

    @property
    def specialist(self) -> str:
        return self.world.staff(StaffRole.SPECIALIST)


Tell = Callable[..., Iterator[Happening]]


def _referred(
    weeks: LastWeeks, day: SchoolDay, child: Pupil, *, code: Behavior, answered: bool = False
) -> Iterator[Happening]:
    """A referral to the office, answered the same day or not at all."""
    story, told = weeks.incident(day, child, code, CLASS)
    yield told
    if answered:
        principal = weeks.principal
        told_to = (weeks.world.teacher(child),)
        when = When(at=story.at + timedelta(minutes=60), zone=ZONE)
        text = words.OFFICE_ANSWER[0]
        command = AnswerReferral(by=principal, at=when, told=told_to, text=text)
        yield weeks.said(story, command, principal, 61)


def _removed(
    weeks: LastWeeks, day: SchoolDay, child: Pupil, *, action: Action, length: str, on: bool = False
) -> Iterator[Happening]:
    """An aggression that is answered with a removal; `on`: instruction and all went on."""
    story, told = weeks.incident(day, child, FIGHT, RECESS)
    yield told
    principal, when = weeks.principal, When(at=story.at + timedelta(minutes=20), zone=ZONE)
    heard: dict[str, Any] = {}
    if action in SUSPENSIONS:
        text = words.CHARGES[0]
        mother = Relation.MOTHER
        heard["notice"] = Notice(at=when, relation=mother, channel=Channel.PHONE, text=text)
        heard["account"] = PupilAccount(at=when, text=words.ACCOUNT[0])
    command = TakeAction(
        label="P1",
        action=action,
        on=day.on,
        days=Decimal(length),
        by=principal,
        instruction_went_on=on,
        services_went_on=on,
        peers_went_on=on,
        grade=child.grade,
        rules=BINDING,
        **heard,
    )
    if action is OUT:
        after = (days_on(day.on, n) for n in range(1, int(Decimal(length))))
        weeks.away.setdefault(child, set()).update(after)
    weeks.removals.setdefault(child.source_id, []).append(f"{story.id}/1")
    yield weeks.said(story, command, principal, 25)


def _restrained(weeks: LastWeeks, day: SchoolDay, child: Pupil) -> Iterator[Happening]:
    """A restraint of which the family was told; its report is still to be written."""
    story, told = weeks.incident(day, child, FIGHT, RECESS)
    yield told
    began = When(at=at(day.on, TEN + 16), zone=ZONE)
    by, called = weeks.specialist, When(at=story.at + timedelta(minutes=30), zone=ZONE)
    command = UseRestraint(
        label="P1",
        kind=RestraintKind.PHYSICAL_RESTRAINT,
        began=began,
        minutes=2,
        reasons=(RestraintReason.HARM_TO_OTHERS,),
        by=(by,),
        note=words.HELD,
    )
    yield weeks.said(story, command, by, 10)
    reached = ContactFamily(
        label="P1",
        at=called,
        outcome=ContactOutcome.REACHED,
        channel=Channel.PHONE,
        relation=Relation.MOTHER,
        by=by,
    )
    yield weeks.said(story, reached, by, 25)


def _challenged(weeks: LastWeeks, day: SchoolDay, child: Pupil, *, n: int) -> Iterator[Happening]:
    """The family asks for something in the last report to be corrected."""
    command = ChallengeStatement(on=day.on, relation=Relation.FATHER, grounds=words.GROUNDS[n])
    yield _later(weeks, day, child, command)


def _decided(weeks: LastWeeks, day: SchoolDay, child: Pupil) -> Iterator[Happening]:
    """They met about it, and it was denied."""
    yield _later(weeks, day, child, MeetAboutChallenge(number=1, on=day.on))
    reason = words.DECIDED[0]
    decided = DecideChallenge(number=1, on=day.on, sustained=False, reason=reason)
    yield _later(weeks, day, child, decided)


def _later(weeks: LastWeeks, day: SchoolDay, child: Pupil, command: Command) -> Happening:
    story = weeks.stories[f"{child.given} {child.family}"]
    story.at = max(story.at, at(day.on, 13 * 60))
    return weeks.said(story, command, weeks.principal, 5)


def _pattern(weeks: LastWeeks, day: SchoolDay, child: Pupil) -> Iterator[Happening]:
    command = DecidePlacement(
        student_id=weeks.world.student(child),
        on=day.on,
        pattern=True,
        removals=tuple(weeks.removals[child.source_id]),
        guardian_told_on=day.on,
        reason=words.SERIES,
    )
    yield weeks.of_student(day, child, command)


def _asked(weeks: LastWeeks, day: SchoolDay, child: Pupil) -> Iterator[Happening]:
    command = RequestRecord(
        student_id=weeks.world.student(child),
        on=day.on,
        relation=Relation.FATHER,
        channel=Channel.EMAIL,
        about=words.ASKED_FOR[0],
    )
    yield weeks.of_student(day, child, command)


def _shown(weeks: LastWeeks, day: SchoolDay, child: Pupil) -> Iterator[Happening]:
    own = weeks.world.student(child)
    note = words.SHOWN[0]
    command = ShowRecord(student_id=own, on=day.on, how=Channel.IN_PERSON, note=note)
    yield weeks.of_student(day, child, command)


OUT = Action.OUT_OF_SCHOOL_SUSPENSION
DISRUPTION, DEFIANCE = Behavior.DISRUPTION, Behavior.DEFIANCE
# School days before the last told one → what is told of whom.
TOLD: Mapping[int, tuple[tuple[Tell, str, Mapping[str, Any]], ...]] = {
    52: ((_removed, "Priya Nair", {"action": OUT, "length": "2"}),),
    45: (
        (_removed, "Priya Nair", {"action": OUT, "length": "2"}),
        (_removed, "Kai Smith-Okonkwo", {"action": OUT, "length": "3"}),
    ),
    38: (
        (
            _removed,
            "Priya Nair",
            {"action": Action.IN_SCHOOL_SUSPENSION, "length": "1", "on": True},
        ),
    ),
    36: ((_removed, "Kai Smith-Okonkwo", {"action": OUT, "length": "3"}),),
    32: ((_removed, "Priya Nair", {"action": OUT, "length": "2"}),),
    28: ((_referred, "Jonah Wells", {"code": DEFIANCE, "answered": True}),),
    24: (
        (_removed, "Kai Smith-Okonkwo", {"action": OUT, "length": "3"}),
        (_removed, "Priya Nair", {"action": OUT, "length": "2"}),
    ),
    21: ((_challenged, "Priya Nair", {"n": 0}),),
    19: ((_challenged, "Jonah Wells", {"n": 1}),),
    14: ((_asked, "Íñigo Muñoz", {}),),
    12: ((_asked, "Leo Park", {}), (_decided, "Priya Nair", {})),
    9: ((_shown, "Leo Park", {}),),
    8: (
        (_removed, "Kai Smith-Okonkwo", {"action": OUT, "length": "2"}),
        (_removed, "Priya Nair", {"action": Action.SENT_HOME_EARLY, "length": "0.5"}),
    ),
    7: ((_referred, "Mateo Cruz", {"code": DISRUPTION}),),
    5: ((_pattern, "Kai Smith-Okonkwo", {}),),
    3: ((_removed, "Hope Alvarado", {"action": OUT, "length": "1"}),),
    2: ((_asked, "Leo Park", {}), (_referred, "Bea Novak", {"code": DEFIANCE})),
    1: ((_restrained, "Kai Smith-Okonkwo", {}),),
}
