"""Who did what at the made-up school, where, when, and who saw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ledger.demo.people import Pupil
from ledger.demo.world import World
from ledger.demo.year import SchoolDay, at, period_at, stretches
from ledger.domain.codes import Behavior, Level, Location, Motivation, Role, StaffRole

HABIT = 0.6  # the share of a frequent child's incidents that follow the child's own pattern
OTHERS = 0.25  # the share of incidents with a second child, fights not counted
WITH_COMPANION = 0.7  # where the child has one
TO_THE_MINUTE = 0.4  # the others are said in steps of five minutes


@dataclass(frozen=True, slots=True)
class Spot:
    """A place, and the part of the day in which things happen there."""

    location: Location
    stretch: str

    @property
    def shared(self) -> bool:
        """Whether children of several classes are there together."""
        return self.location is not Location.CLASSROOM


SPOTS = {
    Spot(Location.CLASSROOM, "lesson"): 46,
    Spot(Location.PLAYGROUND, "recess"): 15,
    Spot(Location.PLAYGROUND, "after lunch"): 10,
    Spot(Location.CAFETERIA, "lunch"): 13,
    Spot(Location.HALLWAY_BREEZEWAY, "passing"): 7,
    Spot(Location.RESTROOM, "lesson"): 3,
    Spot(Location.LIBRARY, "lesson"): 2,
    Spot(Location.GYM, "lesson"): 2,
    Spot(Location.BUS_LOADING_ZONE, "leaving"): 2,
}
LUNCH = Spot(Location.CAFETERIA, "lunch")
RECESS = Spot(Location.PLAYGROUND, "recess")

IN_CLASS = {
    Behavior.DISRUPTION: 34,
    Behavior.DEFIANCE: 26,
    Behavior.DISRESPECT: 15,
    Behavior.PROPERTY_MISUSE: 8,
    Behavior.INAPPROPRIATE_LANGUAGE: 6,
    Behavior.PHYSICAL_CONTACT: 6,
    Behavior.TECHNOLOGY_VIOLATION: 3,
    Behavior.TARDY: 1,
    Behavior.DRESS_CODE: 0.5,
    Behavior.OTHER: 0.5,
}
OUT_OF_CLASS = {
    Behavior.PHYSICAL_CONTACT: 38,
    Behavior.DISRUPTION: 20,
    Behavior.INAPPROPRIATE_LANGUAGE: 12,
    Behavior.DEFIANCE: 12,
    Behavior.DISRESPECT: 9,
    Behavior.PROPERTY_MISUSE: 8,
    Behavior.OTHER: 1,
}
MAJORS = {
    Behavior.PHYSICAL_AGGRESSION: 32,
    Behavior.DEFIANCE: 11,
    Behavior.DISRUPTION: 11,
    Behavior.ABUSIVE_LANGUAGE: 11,
    Behavior.FIGHTING: 10,
    Behavior.BULLYING: 6,
    Behavior.PROPERTY_DAMAGE: 5,
    Behavior.INAPPROPRIATE_LOCATION: 5,
    Behavior.HARASSMENT: 4,
    Behavior.FORGERY_THEFT_PLAGIARISM: 3,
    Behavior.LYING_CHEATING: 1.5,
    Behavior.WEAPONS: 0.3,
    Behavior.OTHER: 0.2,
}
MOTIVATIONS = {
    Motivation.PEER_ATTENTION: 32,
    Motivation.AVOID_TASK: 24,
    Motivation.ADULT_ATTENTION: 15,
    Motivation.OBTAIN_ITEM_OR_ACTIVITY: 14,
    Motivation.AVOID_PEER: 4,
    Motivation.AVOID_ADULT: 2,
    Motivation.REVENGE: 3,
    Motivation.UNCLEAR: 6,
}
ROLES = {Role.VICTIM: 46, Role.INVOLVED: 30, Role.WITNESS: 14, Role.REFERRED: 10}
IN_A_FIGHT = {Role.REFERRED: 80, Role.VICTIM: 20}
ON_DUTY = {
    StaffRole.AIDE: 55,
    StaffRole.TEACHER: 25,
    StaffRole.SPECIALIST: 15,
    StaffRole.PRINCIPAL: 5,
}


@dataclass(frozen=True, slots=True)
class Habit:
    """What a frequent child's incidents have in common."""

    spot: Spot
    codes: Mapping[Level, Behavior]
    motivation: Motivation
    companion: Pupil | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """One incident as it was, before anybody wrote it down."""

    day: SchoolDay
    level: Level
    child: Pupil
    spot: Spot
    code: Behavior
    motivation: Motivation
    minute: int
    seen_by: str  # our id of a member of staff
    other: Pupil | None = None
    part: Role | None = None  # the other's

    @property
    def when(self) -> datetime:
        return at(self.day.on, self.minute)

    @property
    def period(self) -> str | None:
        return period_at(self.day.kind, self.minute)


Habits = Mapping[str, Habit]  # by the child's source id
KNOWN = {  # spot, minor, major, with whom
    "Ana Rivera": (LUNCH, Behavior.DISRUPTION, Behavior.PHYSICAL_AGGRESSION, "Leo Park"),
    "Mateo Cruz": (RECESS, Behavior.PHYSICAL_CONTACT, Behavior.FIGHTING, "Jonah Wells"),
}


def habits(world: World) -> Habits:
    """The patterns of the frequent children: those that the screens show, the others drawn."""
    pupils = world.school.pupils
    by_name = {f"{pupil.given} {pupil.family}": pupil for pupil in pupils}
    found = {pupils[place].source_id: _habit(world) for place in world.school.frequent}
    for name, (spot, minor, major, companion) in KNOWN.items():
        codes = {Level.MINOR: minor, Level.MAJOR: major}
        habit = Habit(spot, codes, Motivation.PEER_ATTENTION, by_name[companion])
        found[by_name[name].source_id] = habit
    return found


def _habit(world: World) -> Habit:
    spot = world.pick(SPOTS)
    codes = {level: world.pick(behaviors(level, spot)) for level in Level}
    return Habit(spot, codes, world.pick(MOTIVATIONS))


def behaviors(level: Level, spot: Spot) -> Mapping[Behavior, float]:
    """What is done there, and how often."""
    if level is Level.MAJOR:
        return MAJORS
    return OUT_OF_CLASS if spot.shared else IN_CLASS


def scene(world: World, habits: Habits, day: SchoolDay, level: Level) -> Scene:
    """An incident of this level on this day."""
    child = world.child(day.on)
    habit = habits.get(child.source_id)
    if habit is None or not world.chance(HABIT):
        habit = _habit(world)
    other, part = _other(world, child, habit, day, habit.codes[level])
    return Scene(
        day=day,
        level=level,
        child=child,
        spot=habit.spot,
        code=habit.codes[level],
        motivation=habit.motivation,
        minute=_minute(world, child, habit.spot, day),
        seen_by=seen_by(world, child, habit.spot),
        other=other,
        part=part,
    )


def _other(
    world: World, child: Pupil, habit: Habit, day: SchoolDay, code: Behavior
) -> tuple[Pupil | None, Role | None]:
    """Who else took part, and how; nobody fights alone."""
    companion = habit.companion if world.chance(WITH_COMPANION) else None
    fight = code is Behavior.FIGHTING
    if not (fight or companion or world.chance(OTHERS)):
        return None, None
    other = companion or world.mate(child, day.on, outside=habit.spot.shared)
    return other, world.pick(IN_A_FIGHT if fight else ROLES)


def _minute(world: World, child: Pupil, spot: Spot, day: SchoolDay) -> int:
    """A minute of that part of the child's day; most people say it in steps of five."""
    first, end = world.one(stretches(day.kind, child.grade)[spot.stretch])
    minute = world.rng.randrange(first, end)
    rounded = minute - minute % 5
    return minute if world.chance(TO_THE_MINUTE) or rounded < first else rounded


def seen_by(world: World, child: Pupil, spot: Spot) -> str:
    """Our id of who saw it: in class mostly the teacher, elsewhere who is on duty."""
    if not spot.shared and world.chance(0.85):
        return world.teacher(child)
    return world.staff(world.pick(ON_DUTY))
