"""Who is helped at the made-up school, and how it goes: SST cases with their behavior plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.demo.helped import Arc, Help, Helped
from ledger.demo.last_weeks import LastWeeks, tells_stories
from ledger.demo.people import Pupil
from ledger.demo.sst import case
from ledger.demo.world import Happening, World
from ledger.demo.year import SchoolDay
from ledger.domain.codes import PlanKind, Relation, StaffRole

FIRST, CHANCE, REST = 8, 0.02, 40  # school days until anybody asks; a day; until asked again
ARCS = {
    Arc(0.55, 0.9, 25): 40,  # gets better
    Arc(0.6, 0.68): 25,  # stays about the same
    Arc(0.8, 0.9): 15,  # well from the start
    Arc(0.5, 0.5, given=0.35): 12,  # hardly ever carried out
    Arc(0.7, 0.45): 8,  # gets worse
}
KINDS = {
    PlanKind.CHECK_IN_CHECK_OUT: 50,
    PlanKind.BEHAVIOR_SUPPORT_PLAN: 25,
    PlanKind.BEHAVIOR_CONTRACT: 15,
    PlanKind.SAFETY_PLAN: 10,
}
_MATEO = {9: 0.3, 8: 0.1, 7: 0.97, 6: None, 5: None, 4: None, 3: 0.2, 2: 0.1, 1: 0.1, 0: 0.25}
# The stories that the screens show, each counted back from the last day that is told.
STORIES: Mapping[str, Help] = {
    "Ana Rivera": Help(
        PlanKind.CHECK_IN_CHECK_OUT,
        Arc(0.72, 0.86, 12, given=0.93),
        begins=38,
        moves=False,
        lead=12,
        starts=1,
        review=28,
        follow_up=26,
        ends=False,
        late=True,
        relation=Relation.MOTHER,
    ),
    "Mateo Cruz": Help(
        PlanKind.CHECK_IN_CHECK_OUT,
        Arc(0.5, 0.45, given=0.5, by_day=_MATEO),
        begins=50,
        moves=False,
        review=45,
        ends=False,
    ),
    "Jonah Wells": Help(
        PlanKind.CHECK_IN_CHECK_OUT,
        Arc(0.72, 0.72),
        begins=48,
        moves=False,
        review=40,
        silent=6,
        manager=StaffRole.TEACHER,
        ends=False,
    ),
    "Søren Ørsted": Help(
        PlanKind.BEHAVIOR_SUPPORT_PLAN,
        Arc(0.5, 0.78, 30, given=0.75),
        begins=56,
        moves=False,
        review=35,
        overdue=30,
        ends=False,
    ),
    "Bea Novak": Help(
        PlanKind.CHECK_IN_CHECK_OUT,
        Arc(0.8, 0.88),
        begins=52,
        moves=True,
        review=50,
        manager=StaffRole.TEACHER,
        ends=False,
    ),
    "Priya Nair": Help(
        PlanKind.BEHAVIOR_INTERVENTION_PLAN,
        Arc(0.58, 0.72, 20, given=0.85),
        begins=54,
        moves=False,
        review=50,
        ends=False,
    ),
    "Leo Park": Help(
        PlanKind.BEHAVIOR_SUPPORT_PLAN,
        Arc(0.6, 0.6),
        begins=30,
        moves=False,
        lead=12,
        starts=10,
        consent=None,
    ),
}


class Supports:
    """Everybody who is helped, day by day."""

    def __init__(self, world: World) -> None:
        self.world = world
        school = world.school
        self.days = school.days
        self.last_weeks = LastWeeks(World(school, world.ids, "last weeks"))
        self.nth = 0
        self.going_on: list[Helped] = []
        self.count = 0
        self.plans: dict[Pupil, int] = {}  # that were drafted for each
        by_name = {f"{p.given} {p.family}": p for p in school.pupils}
        self.stories = {by_name[name]: help for name, help in STORIES.items()}
        if not tells_stories(school.days):
            self.stories = {}
        self.others = [school.pupils[place] for place in school.frequent]
        self.others = [child for child in self.others if child not in self.stories]
        self.free_from = dict.fromkeys(self.others, FIRST)

    def on(self, day: SchoolDay) -> Iterator[Happening]:
        """All that is said of them on this day."""
        self.nth += 1
        left = self.days - self.nth
        yield from self.last_weeks.on(day, left)
        self.going_on += [*self._scripted(left), *self._asked()]
        for helped in list(self.going_on):
            yield from helped.live(day, left)
            if not helped.courses:
                self.going_on.remove(helped)
                self.free_from[helped.child] = self.nth + REST

    def _scripted(self, left: int) -> Iterator[Helped]:
        for child, help in self.stories.items():
            if help.begins == left:
                yield self._begun(child, help)

    def _asked(self) -> Iterator[Helped]:
        """Somebody asks for help with a child who is in many incidents."""
        busy = {helped.child for helped in self.going_on}
        for child in self.others:
            free = child not in busy and self.nth > self.free_from[child]
            if free and self.world.chance(CHANCE):
                yield self._begun(child, self._help(child))

    def _begun(self, child: Pupil, help: Help) -> Helped:
        self.count += 1
        away = self.last_weeks.away.setdefault(child, set())
        helped = Helped(self.world, child, help, f"{self.count}", away)
        helped.plans = self.plans.get(child, 0)
        self.plans[child] = helped.plans + (help.starts is not None)
        helped.courses.append(case(helped))
        return helped

    def _help(self, child: Pupil) -> Help:
        world = self.world
        kind = world.pick(KINDS)
        if "iep" in child.flags and kind is PlanKind.BEHAVIOR_SUPPORT_PLAN:
            kind = PlanKind.BEHAVIOR_INTERVENTION_PLAN
        return Help(
            kind=kind,
            arc=world.pick(ARCS),
            lead=world.rng.randint(10, 20),
            starts=None if world.chance(0.15) else world.rng.randint(1, 6),
            consent=None if world.chance(0.07) else world.pick({1: 30, 2: 30, 4: 20, 9: 20}),
            review=world.rng.randint(18, 28),
            follow_up=world.rng.randint(18, 28),
            manager=world.pick({StaffRole.SPECIALIST: 60, StaffRole.TEACHER: 40}),
            late=world.chance(0.1),
            prepared=world.chance(0.85),
        )
