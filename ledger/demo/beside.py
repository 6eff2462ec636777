"""What stands without an incident at the made-up school: praise, contacts, observations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from ledger.demo import words
from ledger.demo.contact import contact
from ledger.demo.scene import SPOTS, seen_by
from ledger.demo.world import Happening, World
from ledger.demo.year import ZONE, SchoolDay, at, stretches
from ledger.domain import When
from ledger.domain.codes import Positive, StaffRole
from ledger.domain.student import (
    STUDENT,
    MakeContact,
    RecordObservation,
    RecordPraise,
)

PRAISED_FREQUENT = 0.25  # the share of praise that the frequent children have
WATCHED = tuple(spot for spot in SPOTS if spot.location in words.WATCHED)
POSITIVES = {
    Positive.HELPING: 30,
    Positive.KINDNESS: 25,
    Positive.PERSISTENCE: 17,
    Positive.SELF_REGULATION: 15,
    Positive.GOAL_MET: 11,
    Positive.OTHER: 2,
}


def beside(world: World, day: SchoolDay) -> Iterator[Happening]:
    """Everything of this day that stands without an incident."""
    for (name, tell), share in A_DAY.items():
        for n in range(1, 1 + world.count(share * len(world.school.pupils))):
            yield tell(world, day, f"demo:{day.on}:{name}:{n}")


def _praise(world: World, day: SchoolDay, key: str) -> Happening:
    """A strength that somebody saw, noted within a quarter of an hour."""
    child = world.child(day.on, of_frequent=PRAISED_FREQUENT)
    spot = world.pick(SPOTS)
    first, end = world.one(stretches(day.kind, child.grade)[spot.stretch])
    when, code = at(day.on, world.rng.randrange(first, end)), world.pick(POSITIVES)
    by = seen_by(world, child, spot)
    command = RecordPraise(
        student_id=world.student(child),
        occurred=When(at=when, zone=ZONE),
        code=code,
        by=by,
        text=world.one(words.PRAISED[code]) if world.chance(0.6) else None,
    )
    return _told(world.soon(when, 0, 15), by, key, command)


def _contact(world: World, day: SchoolDay, key: str) -> Happening:
    """The teacher or the specialist calls after school."""
    child = world.child(day.on)
    by = world.teacher(child) if world.chance(0.6) else world.staff(StaffRole.SPECIALIST)
    when = at(day.on, day.ends + world.rng.randint(5, 60))
    said = contact(world, child, when, by)
    command = MakeContact(student_id=world.student(child), **dict(said))
    return _told(world.soon(when, 1, 10), by, key, command)


def _observation(world: World, day: SchoolDay, key: str) -> Happening:
    """The specialist watches one of the frequent children, and writes it down at once."""
    child, by = world.child(day.on, of_frequent=1), world.staff(StaffRole.SPECIALIST)
    spot, minutes = world.one(WATCHED), world.rng.randint(15, 40)
    first, end = world.one(stretches(day.kind, child.grade)[spot.stretch])
    began = at(day.on, world.rng.randrange(first, end))
    command = RecordObservation(
        student_id=world.student(child),
        began=When(at=began, zone=ZONE),
        minutes=minutes,
        location=spot.location,
        by=by,
        count=world.rng.randint(0, 12),
        text=world.one(words.WATCHED[spot.location]),
        antecedent=world.one(words.BEFORE),
        consequence=world.one(words.AFTER),
    )
    return _told(world.soon(began, minutes, minutes + 30), by, key, command)


def _told(
    when: datetime, by: str, key: str, command: RecordPraise | MakeContact | RecordObservation
) -> Happening:
    return Happening(when, by, STUDENT, command.student_id, key, command)


A_DAY: dict[tuple[str, Callable[[World, SchoolDay, str], Happening]], float] = {  # for each pupil
    ("praise", _praise): 0.007,
    ("contact", _contact): 0.001,
    ("observation", _observation): 0.0002,
}
