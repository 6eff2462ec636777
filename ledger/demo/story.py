"""How an incident at the made-up school is first written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from ledger.demo import words
from ledger.demo.people import Pupil
from ledger.demo.scene import Scene, behaviors
from ledger.demo.world import Happening, World
from ledger.demo.year import ZONE, at
from ledger.domain import When
from ledger.domain.codes import (
    Behavior,
    Injury,
    Level,
    Others,
    Role,
    StaffRole,
    StatementKind,
    Weapon,
    certain_level,
)
from ledger.domain.incident import INCIDENT, IncidentCommand, ReportIncident, TakeAction
from ledger.domain.particulars import BehaviorSeen, Participant, Saying

BY_ANOTHER = 0.10  # the share that is recorded by another than who reports it
ON_SLIPS = {True: 0.9, False: 0.067}  # by whether another records it; 15 % together
STATED = 0.6
LAGS = {"soon": 50, "after school": 33, "next morning": 17}
STATEMENTS = {
    StatementKind.OBSERVATION: 78,
    StatementKind.REPORTED: 14,
    StatementKind.INFERENCE: 5,
    StatementKind.ABC: 3,
}
INJURIES = {None: 70, Injury.NONE: 12, Injury.MINOR: 14, Injury.NEEDED_CARE: 4}
LOST = {Level.MINOR: (0.15, 3, 10), Level.MAJOR: (0.6, 10, 60)}  # share, minutes from, to
TOOK = {Level.MINOR: (0.1, 5, 15), Level.MAJOR: (0.5, 15, 60)}
LOCATION_SAID, MOTIVATION_SAID, OTHERS_SAID, PERIOD_SAID = 0.95, 0.5, 0.4, 0.15


@dataclass
class Story:
    """One incident while it is told: what was written down of it so far, and until when."""

    world: World
    scene: Scene
    ref: str
    by: str  # our id of who records it
    at: datetime
    slip: str | None
    report: ReportIncident = field(init=False)
    taken: list[TakeAction] = field(default_factory=list)
    steps: int = 0

    def __post_init__(self) -> None:
        self.report = _report(self.world, self.scene, self.by, self.slip, self.at)

    @property
    def key(self) -> str:
        """The slip's number names the incident, as it does at the desk."""
        return f"slip:{self.slip}" if self.slip else f"demo:{self.ref}"

    @property
    def id(self) -> str:
        return self.world.ids.incident(self.key)

    @property
    def referred(self) -> Iterator[tuple[str, Pupil]]:
        """Label and child of each who is referred."""
        yield "P1", self.scene.child
        if self.scene.other and self.scene.part is Role.REFERRED:
            yield "P2", self.scene.other

    def told(self) -> Happening:
        """The report."""
        return Happening(self.at, self.by, INCIDENT, self.id, self.key, self.report)

    def then(self, command: IncidentCommand, by: str, when: datetime | None) -> Iterator[Happening]:
        """What follows, not before what was told already; nothing when it is no longer told."""
        if when is None:
            return
        self.at, self.steps = max(self.at, when), self.steps + 1
        key = f"demo:{self.ref}:{self.steps}"
        yield Happening(self.at, by, INCIDENT, self.id, key, command)


def story(world: World, scene: Scene, ref: str) -> Story:
    """The incident as somebody first writes it down."""
    another = world.chance(BY_ANOTHER)
    slip = _next_slip(world) if world.chance(ON_SLIPS[another]) else None
    by = _another(world, scene.seen_by) if another else scene.seen_by
    return Story(world, scene, ref, by, _recorded_at(world, scene), slip)


def _next_slip(world: World) -> str:
    world.slips += 1
    return f"{world.slips:04}"


def _another(world: World, reporter: str) -> str:
    """The specialist records what others report; what she reports herself, the clerk."""
    specialist = world.staff(StaffRole.SPECIALIST)
    return specialist if specialist != reporter else world.staff(StaffRole.CLERK)


def _recorded_at(world: World, scene: Scene) -> datetime:
    day, lag = scene.day, world.pick(LAGS)
    evening = at(day.on, max(day.ends, scene.minute) + 5 + world.rng.randrange(75))
    morning = at(day.ahead[0], 7 * 60 + 45 + world.rng.randrange(40)) if day.ahead else evening
    soon = world.soon(scene.when, 1, 25)
    return {"soon": soon, "after school": evening, "next morning": morning}[lag]


def _report(
    world: World, scene: Scene, by: str, slip: str | None, recorded_at: datetime
) -> ReportIncident:
    major = scene.level is Level.MAJOR
    weapon = Weapon.OTHER_SHARP if scene.code is Behavior.WEAPONS else None
    return ReportIncident(
        occurred=When(at=scene.when, zone=ZONE, said=_said(scene, recorded_at)),
        school_id=world.school.school_id,
        participants=tuple(_participants(world, scene)),
        reported_by=scene.seen_by,
        recorded_by=by,
        location=scene.spot.location if world.chance(LOCATION_SAID) else None,
        period=scene.period if world.chance(PERIOD_SAID) else None,
        others=_others(world, scene) if world.chance(OTHERS_SAID) else None,
        weapon=weapon,
        law_enforcement_told=False if weapon else None,
        slip=slip,
        staff_minutes=_minutes(world, *TOOK[scene.level]),
        sayings=(_saying(world, scene, by),) if world.chance(STATED) else (),
        office_to=world.staff(StaffRole.PRINCIPAL) if major else None,
    )


def _said(scene: Scene, recorded_at: datetime) -> str:
    """How people type a time: 1:10 is the one inside the school day."""
    zone = ZoneInfo(ZONE)
    then, now = scene.when.astimezone(zone), recorded_at.astimezone(zone)
    clock = f"{(then.hour - 1) % 12 + 1}:{then:%M}"
    return clock if then.date() == now.date() else f"{then:%a} {clock}".lower()


def _participants(world: World, scene: Scene) -> Iterator[Participant]:
    said = world.chance(MOTIVATION_SAID)
    yield Participant(
        label="P1",
        student_id=world.student(scene.child),
        roles=(Role.REFERRED,),
        behaviors=tuple(_behaviors(world, scene)),
        motivation=scene.motivation if said else None,
        minutes_lost=_minutes(world, *LOST[scene.level]),
    )
    if scene.other and scene.part:
        referred = scene.part is Role.REFERRED
        yield Participant(
            label="P2",
            student_id=world.student(scene.other),
            roles=(scene.part,),
            behaviors=(seen(world, scene.code, scene.level),) if referred else (),
            injury=world.pick(INJURIES) if scene.part is Role.VICTIM else None,
        )


def _behaviors(world: World, scene: Scene) -> Iterator[BehaviorSeen]:
    """What was done; seldom a second behavior on top of it."""
    yield seen(world, scene.code, scene.level)
    more = world.pick(behaviors(scene.level, scene.spot))
    if world.chance(0.06) and more is not scene.code:
        yield seen(world, more, scene.level)


def seen(world: World, code: Behavior, level: Level) -> BehaviorSeen:
    """A behavior; one on both lists is mostly logged without saying that it is a minor one."""
    unsaid = level is Level.MINOR and certain_level(code) is None
    return BehaviorSeen(code=code, level=level, assumed=unsaid and world.chance(0.7))


def _others(world: World, scene: Scene) -> Others:
    return Others.PEERS if scene.other or world.chance(0.4) else Others.NONE


def _minutes(world: World, share: float, least: int, most: int) -> int | None:
    return world.rng.randint(least, most) if world.chance(share) else None


def _saying(world: World, scene: Scene, by: str) -> Saying:
    kind = world.pick(STATEMENTS)
    concluded, abc = kind is StatementKind.INFERENCE, kind is StatementKind.ABC
    where = scene.spot.location
    text = words.observed(world.rng, scene.code, where, two=scene.other is not None)
    told = world.one(words.TOLD) if kind is StatementKind.REPORTED else ""
    return Saying(
        kind=kind,
        observer=by if concluded else scene.seen_by,
        text=world.one(words.CONCLUDED) if concluded else told + text,
        antecedent=world.one(words.BEFORE) if abc else None,
        consequence=world.one(words.AFTER) if abc else None,
        minutes=world.rng.randint(1, 20) if abc else None,
        intensity=world.rng.randint(1, 5) if abc else None,
    )
