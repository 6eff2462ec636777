"""Incidents at the made-up school, day by day: most stand, some are voided, some logged twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ledger.demo import words
from ledger.demo.followed import followed
from ledger.demo.scene import Habits, Scene, scene, seen_by
from ledger.demo.story import Story, story
from ledger.demo.world import Happening, World
from ledger.demo.year import SchoolDay
from ledger.domain.codes import Level, StaffRole
from ledger.domain.incident import MergeIncident, VoidIncident

A_DAY = {Level.MINOR: 0.005, Level.MAJOR: 0.002}  # for each pupil
MERGED = 0.5  # the share of those logged twice


def incidents(world: World, habits: Habits, day: SchoolDay) -> Iterator[Happening]:
    """All that is ever told of what happened on this day; not yet in the order of telling."""
    for level, share in A_DAY.items():
        for n in range(1, 1 + world.count(share * len(world.school.pupils))):
            world.majors += level is Level.MAJOR
            one = story(world, scene(world, habits, day, level), f"{day.on}:{level.value}:{n}")
            yield one.told()
            yield from world.pick(FATES)(one)


def _voided(one: Story) -> Iterator[Happening]:
    reason = one.world.one(words.WHY_VOIDED)
    when = one.world.later(one.scene.day, 1, 2)
    yield from one.then(VoidIncident(reason=reason), one.by, when)


def _twice(one: Story) -> Iterator[Happening]:
    """Another adult logs it too, a few minutes off; half of these are found and merged."""
    yield from followed(one)
    world = one.world
    second = story(world, _from_elsewhere(world, one.scene), f"{one.ref}:again")
    yield second.told()
    if world.chance(MERGED):
        command = MergeIncident(into=one.id, reason=world.one(words.SAME))
        when = world.later(one.scene.day, 2, 4)
        yield from second.then(command, world.staff(StaffRole.SPECIALIST), when)


def _from_elsewhere(world: World, first: Scene) -> Scene:
    other = first.seen_by
    while other == first.seen_by:
        other = seen_by(world, first.child, first.spot)
    minute = first.minute + world.rng.randint(-9, 9)
    return replace(first, seen_by=other, minute=minute, other=None, part=None)


FATES: dict[Callable[[Story], Iterator[Happening]], float] = {
    followed: 98,
    _voided: 1,
    _twice: 1,
}
