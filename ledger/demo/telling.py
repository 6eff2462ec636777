"""All that happens at the made-up school, in the order in which it is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from heapq import heappop, heappush
from itertools import chain, count

from ledger.demo.beside import beside
from ledger.demo.incidents import incidents
from ledger.demo.interventions import Supports
from ledger.demo.last_weeks import tells_stories
from ledger.demo.people import DemoSchool
from ledger.demo.roster import duties, flags, moves
from ledger.demo.scene import habits
from ledger.demo.world import Happening, Ids, World
from ledger.demo.year import SchoolDay, at, calendar, days_of, opens, school_days
from ledger.domain.calendar import CALENDAR
from ledger.domain.codes import StaffRole

# For each pupil, as measured; tests hold them to that.
EVENTS_OF_A_PUPIL = 1.42  # on the roster, with flags and adults
EVENTS_A_DAY = 0.0345
OF_HELP_A_DAY = 0.027  # of SST cases and plans, from the day on which they come to be
HELP_FROM = 20  # school days
OF_STORIES = 330  # of the children that the screens show, where they are told


def happenings(school: DemoSchool, ids: Ids) -> Iterator[Happening]:
    """Everything but the first roster; only what still waits to be told is kept meanwhile."""
    waiting: list[tuple[datetime, int, Happening]] = []
    number = count()
    for day, told in _days(school, ids):
        while waiting and waiting[0][0] < at(day.on, 0):
            yield heappop(waiting)[2]
        for happening in told:
            heappush(waiting, (happening.recorded_at, next(number), happening))
    while waiting:
        yield heappop(waiting)[2]


def _days(school: DemoSchool, ids: Ids) -> Iterator[tuple[SchoolDay, Iterator[Happening]]]:
    """Each school day with all that is ever told of it."""
    world = World(school, ids)
    supports = Supports(World(school, ids, "supports"))
    patterns, moving = habits(world), moves(school, ids)
    opening = chain(duties(school, ids), flags(school, ids))
    for day in school_days(school.year, school.days):
        new_year = _calendar(world, day)
        own = (
            incidents(world, patterns, day),
            beside(world, day),
            supports.on(day),
            moving.get(day.on, ()),
        )
        yield day, chain(new_year, opening, *own)


def _calendar(world: World, day: SchoolDay) -> Iterator[Happening]:
    """On the first day of a school year: what the office said of it on the Monday before."""
    year, school = day.on.year, world.school
    if day.on == days_of(year)[0]:
        by = world.staff(StaffRole.CLERK)
        for n, command in enumerate(calendar(year, first=year == school.year), 1):
            key = f"demo:calendar:{year}:{n}"
            yield Happening(opens(year), by, CALENDAR, school.school_id, key, command)


def events_estimate(students: int, days: int) -> int:
    """About how many events the roster and so many school days make."""
    helped = max(0, days - HELP_FROM) * OF_HELP_A_DAY
    stories = OF_STORIES if tells_stories(days) else 0
    return round(students * (EVENTS_OF_A_PUPIL + days * EVENTS_A_DAY + helped)) + stories
