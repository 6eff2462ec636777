"""Who is at the made-up school: its pupils in their classes, and its adults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import islice
from random import Random

from ledger.demo.known import FLAGGED, FREQUENTLY, KNOWN, OF_GRADE, OFFICE
from ledger.demo.names import FIRST, TEACHERS, Named, drawn
from ledger.demo.year import GRADES, ZONE, days_of, nth_day, opens
from ledger.domain.codes import StaffRole

NAME, SCHOOL_ID = "Oakhill Elementary", "1"
FEWEST = 60
SEED = 280  # with it the school that is told by default has one of everything
CLASS = 26
FREQUENT = 0.05  # this share of the children has half of the incidents
MOVING = 0.01  # this share arrives while the time is told, and as many leave
AIDES_PER = 110  # pupils


@dataclass(frozen=True, slots=True)
class Pupil:
    """A made-up child; `arrives` and `leaves` are said of those who come late or go early."""

    source_id: str
    number: str
    state_id: str
    given: str
    family: str
    middle: str | None
    preferred: str | None
    grade: str
    homeroom: str  # a teacher's source id
    birth_date: date
    sex: str
    language: str  # the family's
    flags: tuple[str, ...] = ()
    arrives: date | None = None
    leaves: date | None = None

    def here_on(self, day: date) -> bool:
        """Whether the child is on the roster that day."""
        come = self.arrives is None or self.arrives <= day
        return come and (self.leaves is None or day < self.leaves)


@dataclass(frozen=True, slots=True)
class Adult:
    """A made-up member of staff."""

    source_id: str
    username: str
    given: str
    family: str
    role: StaffRole


@dataclass(frozen=True)
class DemoSchool:
    """A made-up school and the time that is told of it."""

    seed: int
    year: int  # in which its first school year begins
    days: int  # school days that are told
    pupils: tuple[Pupil, ...]  # class by class
    adults: tuple[Adult, ...]
    frequent: tuple[int, ...]  # places in `pupils`, those with the most incidents first
    name: str = NAME
    school_id: str = SCHOOL_ID
    zone: str = ZONE

    @property
    def first_day(self) -> date:
        return days_of(self.year)[0]

    @property
    def last_day(self) -> date:
        """The last school day that is told."""
        return nth_day(self.year, self.days)

    @property
    def opens(self) -> datetime:
        """When the roster is taken in, before the first day."""
        return opens(self.year)

    @cached_property
    def rooms(self) -> Mapping[str, range]:
        """Places in `pupils` of each class, by its teacher's source id."""
        return {key: range(*where) for key, where in _stretches([p.homeroom for p in self.pupils])}

    @cached_property
    def grades(self) -> Mapping[str, range]:
        """Places in `pupils` of each grade."""
        return {key: range(*where) for key, where in _stretches([p.grade for p in self.pupils])}

    def having(self, role: StaffRole) -> tuple[Adult, ...]:
        """The adults of a role."""
        return tuple(adult for adult in self.adults if adult.role is role)


def _stretches(keys: Sequence[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each key with where it begins and ends; equal keys stand together."""
    starts = [n for n, key in enumerate(keys) if n == 0 or keys[n - 1] != key]
    for start, end in zip(starts, [*starts[1:], len(keys)], strict=True):
        yield keys[start], (start, end)


def school(seed: int = SEED, students: int = 320, days: int = 69, year: int = 2026) -> DemoSchool:
    """The same school for the same numbers: so many pupils, told for so many school days."""
    if students < FEWEST:
        raise ValueError(f"the made-up school has at least {FEWEST} pupils, not {students}")
    rng = Random(f"{seed} people")
    sizes = _sizes(students)
    adults = (*_office(), *_aides(students), *_teachers(sizes))
    homerooms = [a.source_id for a in adults if a.role is StaffRole.TEACHER]
    pupils = list(_pupils(rng, sizes, homerooms, year))
    frequent = _frequent(rng, pupils)
    for place, moved in _moved(rng, pupils, set(frequent), year, days):
        pupils[place] = moved
    return DemoSchool(seed, year, days, tuple(pupils), adults, frequent)


def _sizes(students: int) -> dict[str, int]:
    """Pupils by grade; transitional kindergarten is small."""
    small = students // 16
    each, rest = divmod(students - small, len(GRADES) - 1)
    return {grade: small if n == 0 else each + (n <= rest) for n, grade in enumerate(GRADES)}


def _rooms(size: int) -> int:
    return -(-size // CLASS)


def _office() -> Iterator[Adult]:
    for n, (username, given, family, role) in enumerate(OFFICE, 1101):
        yield Adult(str(n), username, given, family, role)


def _aides(students: int) -> Iterator[Adult]:
    for n in range(1 + students // AIDES_PER):
        given, family = FIRST[-1 - n % len(FIRST)], TEACHERS[-1 - n % len(TEACHERS)]
        yield Adult(str(2101 + n), f"aide{n + 1}", given, family, StaffRole.AIDE)


def _teachers(sizes: Mapping[str, int]) -> Iterator[Adult]:
    rooms = [(grade, room) for grade, size in sizes.items() for room in range(_rooms(size))]
    for n, (grade, room) in enumerate(rooms):
        given, family = FIRST[n % len(FIRST)], TEACHERS[n % len(TEACHERS)]
        known = OF_GRADE.get(grade) if room == 0 else None
        username, given, family = known or (f"{given[0]}.{family}{n}".lower(), given, family)
        yield Adult(str(10_001 + n), username, given, family, StaffRole.TEACHER)


def _pupils(
    rng: Random, sizes: Mapping[str, int], homerooms: Sequence[str], year: int
) -> Iterator[Pupil]:
    """Pupils class by class; those who are known by name are in the first class of their grade."""
    numbers, state = _numbers(rng, sum(sizes.values()))
    names = _names(rng)
    rooms = iter(homerooms)
    for grade, size in sizes.items():
        known = [(_known(*who), number) for *who, number in KNOWN[grade]]
        known += [(next(names), "") for _ in range(size - len(known))]
        own = [next(rooms) for _ in range(_rooms(size))]
        for n, (who, number) in enumerate(known):
            number = number or next(numbers)
            room = own[n * len(own) // size]
            yield _pupil(rng, who, number, next(state), grade, room, year)


def _known(given: str, family: str, sex: str, language: str) -> Named:
    return Named(given, family, None, None, sex, language)


def _numbers(rng: Random, students: int) -> tuple[Iterator[str], Iterator[str]]:
    """Local numbers of six digits and state numbers of ten, each given once."""
    taken = {number for known in KNOWN.values() for *_, number in known}
    span = range(104_000, max(105_000, 104_000 + 2 * students))
    local = (str(n) for n in rng.sample(span, len(span)))
    state = rng.sample(range(10**9, 10**10), students)
    return (n for n in local if n not in taken), map(str, state)


def _names(rng: Random) -> Iterator[Named]:
    """Drawn names, hardly ever the same one twice while there are others."""
    used = {f"{given} {family}" for known in KNOWN.values() for given, family, *_ in known}
    every = drawn(rng)
    while True:
        some = list(islice(every, 6))
        new = (name for name in some if f"{name.given} {name.family}" not in used)
        name = next(new, some[0])
        used.add(f"{name.given} {name.family}")
        yield name


def _pupil(
    rng: Random, who: Named, number: str, state: str, grade: str, room: str, year: int
) -> Pupil:
    return Pupil(
        source_id=f"p{number}",
        number=number,
        state_id=state,
        given=who.given,
        family=who.family,
        middle=who.middle,
        preferred=who.preferred,
        grade=grade,
        homeroom=room,
        birth_date=_born(rng, grade, year),
        sex=who.sex,
        language=who.language,
        flags=_flags(rng, who),
    )


def _born(rng: Random, grade: str, year: int) -> date:
    """Four years old by September 1 in transitional kindergarten, a year more in each grade."""
    youngest = date(year - 4 - GRADES.index(grade), 9, 1)
    return youngest - timedelta(days=rng.randrange(365))


def _flags(rng: Random, who: Named) -> tuple[str, ...]:
    learner = who.language != "en" and rng.random() < 0.55
    need = rng.choices(("iep", "section-504", ""), (13, 3, 84))[0]
    drawn_flags = (need, "english-learner" if learner else "")
    return FLAGGED.get(f"{who.given} {who.family}", tuple(filter(None, drawn_flags)))


def _frequent(rng: Random, pupils: Sequence[Pupil]) -> tuple[int, ...]:
    places = {f"{pupil.given} {pupil.family}": n for n, pupil in enumerate(pupils)}
    known = [places[name] for name in FREQUENTLY]
    count = max(1, round(FREQUENT * len(pupils)))
    others = [n for n in rng.sample(range(len(pupils)), count) if n not in known]
    return tuple((known + others)[:count])


def _moved(
    rng: Random, pupils: Sequence[Pupil], staying: set[int], year: int, days: int
) -> Iterator[tuple[int, Pupil]]:
    """Some who arrive on a school day after the first, and as many who leave on one."""
    free = [n for n, pupil in enumerate(pupils) if n not in staying and _is_free(pupil)]
    count = max(2, round(MOVING * len(pupils)))
    for turn, place in enumerate(rng.sample(free, 2 * count)):
        pupil, day = pupils[place], nth_day(year, rng.randint(2, max(2, days)))
        yield place, replace(pupil, leaves=day) if turn % 2 else replace(pupil, arrives=day)


def _is_free(pupil: Pupil) -> bool:
    """Nobody looks for this child by name, and the class is not so small that it would empty."""
    known = any((pupil.given, pupil.family) == known[:2] for known in KNOWN[pupil.grade])
    return pupil.grade != "TK" and not known
