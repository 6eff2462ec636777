"""What follows an incident at the made-up school: what was done, said later, and put right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ledger.demo import words
from ledger.demo.contact import contact
from ledger.demo.corrected import corrected
from ledger.demo.owed import after_restraint, answered, bound
from ledger.demo.people import Pupil
from ledger.demo.story import Story
from ledger.demo.world import Happening
from ledger.demo.year import ZONE
from ledger.domain import When
from ledger.domain.codes import (
    REMOVALS,
    Action,
    Behavior,
    ContactOutcome,
    LengthDifference,
    Level,
    RestraintKind,
    RestraintReason,
    StaffRole,
    StatementKind,
)
from ledger.domain.contact import Contact
from ledger.domain.incident import (
    AddStatement,
    ContactFamily,
    FillInDetails,
    ServeAction,
    TakeAction,
    UseRestraint,
)

ANSWERED, ANSWERED_AGAIN, FILLED, STATED, SERVED = 0.7, 0.15, 0.35, 0.08, 0.35
CALLED = {Level.MINOR: 0.12, Level.MAJOR: 0.7}
RESTRAINT_EVERY = 400  # majors

# Ed Code 49056 keeps recess, 48901.1 keeps K-5 from suspension for disruption or defiance: the
# made-up school denies no recess and suspends for harm only.
ANSWERS: Mapping[Level, Mapping[Action, float]] = {
    Level.MINOR: {
        Action.CONFERENCE_WITH_STUDENT: 44,
        Action.LOSS_OF_PRIVILEGE: 14,
        Action.GUARDIAN_CONTACT: 11,
        Action.TIME_OUT_OR_DETENTION: 9,
        Action.RESTITUTION: 7,
        Action.INDIVIDUALIZED_INSTRUCTION: 6,
        Action.RESTORATIVE_CONFERENCE: 5,
        Action.COUNSELING_REFERRAL: 2,
        Action.NO_ACTION: 2,
    },
    Level.MAJOR: {
        Action.TIME_IN_OFFICE: 30,
        Action.CONFERENCE_WITH_STUDENT: 18,
        Action.GUARDIAN_CONTACT: 14,
        Action.REMOVAL_FROM_CLASS: 13,
        Action.RESTORATIVE_CONFERENCE: 10,
        Action.COUNSELING_REFERRAL: 5,
        Action.RESTITUTION: 4,
        Action.SENT_HOME_EARLY: 4,
        Action.SST_REQUEST: 2,
    },
}
FOR_HARM = {
    Action.OUT_OF_SCHOOL_SUSPENSION: 12,
    Action.IN_SCHOOL_SUSPENSION: 10,
    Action.SENT_HOME_EARLY: 6,
}
PHYSICAL = (Behavior.PHYSICAL_AGGRESSION, Behavior.FIGHTING)
HARM = (*PHYSICAL, Behavior.WEAPONS)
MINUTES = {
    Action.CONFERENCE_WITH_STUDENT: (5, 20),
    Action.TIME_OUT_OR_DETENTION: (5, 20),
    Action.LOSS_OF_PRIVILEGE: (10, 30),
    Action.RESTORATIVE_CONFERENCE: (15, 40),
    Action.TIME_IN_OFFICE: (15, 60),
    Action.REMOVAL_FROM_CLASS: (15, 60),
}
DAYS = {
    Action.SENT_HOME_EARLY: ("0.5",),
    Action.IN_SCHOOL_SUSPENSION: ("0.5", "1"),
    Action.OUT_OF_SCHOOL_SUSPENSION: ("0.5", "1", "1", "2", "3"),
}
SHORTER = {
    LengthDifference.TERM_MODIFIED_BY_MUTUAL_AGREEMENT: 50,
    LengthDifference.COMPLETED_TERM_REQUIREMENTS_SOONER_THAN_EXPECTED: 35,
    LengthDifference.TERM_DECREASED_DUE_TO_HEALTH_RELATED_CIRCUMSTANCES: 15,
}
LATER_KINDS = {StatementKind.REPORTED: 50, StatementKind.OBSERVATION: 50}


def followed(story: Story) -> Iterator[Happening]:
    """Everything that follows, in the order of time."""
    sent = story.at
    for step in (_answered, _held, _called, _filled, _stated, _served, corrected):
        yield from step(story)
    yield from answered(story, sent)


# What was done


def _answered(story: Story) -> Iterator[Happening]:
    if not story.world.chance(ANSWERED):
        return
    for label, child in story.referred:
        yield from _act(story, label, child)
    if story.scene.level is Level.MAJOR and story.world.chance(ANSWERED_AGAIN):
        yield from _act(story, "P1", story.scene.child)


def _act(story: Story, label: str, child: Pupil) -> Iterator[Happening]:
    """The adult in class answers a minor on the spot, the office a major in its own time."""
    world, minor = story.world, story.scene.level is Level.MINOR
    office = StaffRole.PRINCIPAL if world.chance(0.7) else StaffRole.SPECIALIST
    by = story.scene.seen_by if minor else world.staff(office)
    when = max(story.at, world.soon(story.at, *((1, 6) if minor else (5, 60))))
    on = story.scene.day.on if minor else when.astimezone(ZoneInfo(ZONE)).date()
    note = world.one(words.DONE) if world.chance(0.2) else None
    measure = _measure(story, child)
    command = TakeAction(
        label=label,
        on=on,
        by=by,
        note=note,
        **measure,
        **bound(story, child, measure, when),
    )
    story.taken.append(command)
    yield from story.then(command, by, when)


def _measure(story: Story, child: Pupil) -> dict[str, Any]:
    """An action, how long, and of a removal, what went on meanwhile."""
    world, scene = story.world, story.scene
    harm = FOR_HARM if scene.level is Level.MAJOR and scene.code in HARM else {}
    action = world.pick({**ANSWERS[scene.level], **harm})
    inside = action is Action.IN_SCHOOL_SUSPENSION
    removal = action in REMOVALS
    return {
        "action": action,
        "minutes": world.rng.randint(*MINUTES[action]) if action in MINUTES else None,
        "days": Decimal(world.one(DAYS[action])) if action in DAYS else None,
        "instruction_went_on": inside if removal else None,
        "services_went_on": inside if removal and "iep" in child.flags else None,
        "peers_went_on": inside and world.chance(0.4) if removal else None,
    }


def _served(story: Story) -> Iterator[Happening]:
    for number, action in enumerate(story.taken, 1):
        if (action.minutes or action.days) and story.world.chance(SERVED):
            command = _as_served(story, number, action)
            when = story.world.later(story.scene.day, 2, 6)
            yield from story.then(command, story.world.staff(StaffRole.SPECIALIST), when)


def _as_served(story: Story, number: int, action: TakeAction) -> ServeAction:
    """In full, or shorter for a reason."""
    minutes, days, why = action.minutes, action.days, LengthDifference.NO_DIFFERENCE
    if story.world.chance(0.4):
        why = story.world.pick(SHORTER)
        minutes, days = minutes and minutes * 2 // 3, days and days / 2
    return ServeAction(number=number, minutes=minutes, days=days, difference=why)


def _held(story: Story) -> Iterator[Happening]:
    """A restraint: seldom, and only where somebody was in danger."""
    world, scene = story.world, story.scene
    if scene.code not in PHYSICAL or world.majors < world.restraint_at:
        return
    world.restraint_at += RESTRAINT_EVERY
    command = UseRestraint(
        label="P1",
        kind=RestraintKind.PHYSICAL_RESTRAINT,
        began=When(at=scene.when + timedelta(minutes=1), zone=ZONE),
        minutes=world.rng.randint(1, 6),
        reasons=(RestraintReason.HARM_TO_OTHERS,),
        by=tuple(dict.fromkeys((world.staff(StaffRole.SPECIALIST), scene.seen_by))),
        note=world.one(words.HELD),
    )
    yield from story.then(command, world.staff(StaffRole.SPECIALIST), world.soon(story.at, 5, 40))
    yield from after_restraint(story)


def _called(story: Story) -> Iterator[Happening]:
    """A call home, and another try the next day when nobody was there."""
    world, scene = story.world, story.scene
    asked = any(action.action is Action.GUARDIAN_CONTACT for action in story.taken)
    if not asked and not world.chance(CALLED[scene.level]):
        return
    minor = scene.level is Level.MINOR
    by = scene.seen_by if minor else world.staff(StaffRole.PRINCIPAL)
    when = world.soon(story.at, 5, 45)
    first = contact(world, scene.child, when, by)
    yield from story.then(_about(first), by, world.soon(when, 1, 10))
    again = world.later(scene.day, 2, 3)
    if first.outcome is not ContactOutcome.REACHED and again and world.chance(0.5):
        second = contact(world, scene.child, again, by, reached=True)
        yield from story.then(_about(second), by, again)


def _about(made: Contact) -> ContactFamily:
    return ContactFamily(label="P1", **dict(made))


# What was said later


def _filled(story: Story) -> Iterator[Happening]:
    world, scene, report = story.world, story.scene, story.report
    why = report.participants[0].motivation is None and world.chance(FILLED)
    where = report.location is None and world.chance(FILLED)
    if why or where:
        command = FillInDetails(
            label="P1" if why else None,
            motivation=scene.motivation if why else None,
            location=scene.spot.location if where else None,
        )
        yield from story.then(command, story.by, world.later(scene.day, 1, 3))


def _stated(story: Story) -> Iterator[Happening]:
    world, scene = story.world, story.scene
    if world.chance(STATED):
        by = world.staff(StaffRole.SPECIALIST)
        kind = world.pick(LATER_KINDS)
        command = AddStatement(kind=kind, observer=by, text=world.one(words.LATER))
        yield from story.then(command, by, world.later(scene.day, 1, 4))
