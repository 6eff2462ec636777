"""What is put right at the made-up school: another behavior, time or place, or another child."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ledger.demo import words
from ledger.demo.scene import SPOTS, behaviors
from ledger.demo.story import Story, seen
from ledger.demo.world import Happening
from ledger.demo.year import ZONE, at
from ledger.domain import When
from ledger.domain.codes import Role
from ledger.domain.incident import (
    CorrectBehavior,
    CorrectCircumstances,
    IncidentCommand,
    RemoveParticipant,
    ReplaceParticipant,
)

CORRECTED = 0.03


def corrected(story: Story) -> Iterator[Happening]:
    """A correction, by who recorded it, some days later; mostly there is none."""
    if story.world.chance(CORRECTED):
        what = story.world.pick(_possible(story))
        yield from story.then(what(story), story.by, story.world.later(story.scene.day, 1, 4))


def _possible(story: Story) -> Mapping[Callable[[Story], IncidentCommand], float]:
    """What can have been wrong, and how often it is."""
    beside = story.scene.other is not None and story.scene.part is not Role.REFERRED
    said_where = story.report.location is not None
    weights = ((_code, 40), (_time, 20), (_place, 10 * said_where))
    return dict((*weights, (_replaced, 30 * beside), (_removed, 25 * beside)))


def _code(story: Story) -> CorrectBehavior:
    world, scene = story.world, story.scene
    recorded = {b.code for b in story.report.participants[0].behaviors}
    others = {c: w for c, w in behaviors(scene.level, scene.spot).items() if c not in recorded}
    right = seen(world, world.pick(others), scene.level)
    reason = world.one(words.WHY_FIXED)
    return CorrectBehavior(label="P1", behaviors=(right,), reason=reason)


def _time(story: Story) -> CorrectCircumstances:
    """It was somewhat earlier."""
    world, scene = story.world, story.scene
    earlier = at(scene.day.on, scene.minute - world.rng.randint(5, 25))
    reason = world.one(words.WHY_MOVED)
    return CorrectCircumstances(occurred=When(at=earlier, zone=ZONE), reason=reason)


def _place(story: Story) -> CorrectCircumstances:
    world = story.world
    recorded = story.scene.spot.location
    others = {s.location: w for s, w in SPOTS.items() if s.location is not recorded}
    reason = world.one(words.WHY_FIXED)
    return CorrectCircumstances(location=world.pick(others), reason=reason)


def _replaced(story: Story) -> ReplaceParticipant:
    world, scene = story.world, story.scene
    taking_part = (scene.child, scene.other)
    day = scene.day.on
    right = scene.child
    while right in taking_part:
        right = world.mate(scene.child, day, outside=True)
    student = world.student(right)
    return ReplaceParticipant(label="P2", student_id=student, reason=world.one(words.WHO_ELSE))


def _removed(story: Story) -> RemoveParticipant:
    return RemoveParticipant(label="P2", reason=story.world.one(words.WHO_ELSE))
