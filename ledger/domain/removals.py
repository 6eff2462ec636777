"""Days of removal: what is counted, what is not and why, and which days run on in a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate, islice

from ledger.domain.calendar import Calendar
from ledger.domain.codes import Action
from ledger.domain.days import Span, add_school_days, bells, is_school_day
from ledger.domain.rules import Rules

NONE, HALF, WHOLE = Decimal(0), Decimal("0.5"), Decimal(1)
EVER = Span("ever", date.min, date.max, guessed=False)


@dataclass(frozen=True, slots=True)
class Removal:
    """An action that may have removed a student from instruction, as it stands in the record."""

    incident_id: str
    number: int  # of the action in its incident
    student_id: str
    action: str  # an action code's value
    on: date  # its first day
    days: Decimal | None = None  # as served, or else as given
    minutes: int | None = None
    instruction_went_on: bool | None = None
    services_went_on: bool | None = None
    peers_went_on: bool | None = None
    defiance_alone: bool = False  # every behavior of the student in it is disruption or defiance
    happened: bool = False  # it was recorded against a rule, and is flagged


@dataclass(frozen=True, slots=True)
class Counted:
    """A removal, how many days of it count, on which school days, and why so."""

    removal: Removal
    days: Decimal  # 0: not counted
    covers: tuple[date, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Removals:
    """All removals of one student in one school year."""

    student_id: str
    lines: tuple[Counted, ...]  # in the order of their days
    total: Decimal
    longest_run: int  # school days in a row
    runs_from: date | None  # the first day of that run
    reached: date | None  # the day on which the total went over ten

    @property
    def counted(self) -> tuple[Counted, ...]:
        return tuple(line for line in self.lines if line.days)

    @property
    def not_counted(self) -> tuple[Counted, ...]:
        return tuple(line for line in self.lines if not line.days)


def counted(
    rows: Iterable[Removal], calendar: Calendar, rules: Rules, year: Span, today: date
) -> Removals:
    """The removals of one student as far as their days are in this school year.

    Days that were given and are still to come count, too. A school day counts once, however many
    removals took of it; a row of days may run on from the year before.
    """
    each = list(_each(rows, calendar, rules))
    taken: dict[date, Decimal] = {}
    for one in each:
        for day, part in one.parts.items():
            taken[day] = taken.get(day, NONE) + part
    own = {day: taken[day] for day in sorted(taken) if taken[day] and _in(year, day)}
    rows_of_days = in_a_row([day for day, part in taken.items() if part], calendar)
    run = max((r for r in rows_of_days if any(_in(year, day) for day in r)), key=len, default=())
    return Removals(
        student_id=each[0].removal.student_id if each else "",
        lines=tuple(line for one in each for line in _within(one, year, today)),
        total=sum(own.values(), NONE),
        longest_run=len(run),
        runs_from=run[0] if run else None,
        reached=_passed(own, Decimal(str(rules.number("services", "days")))),
    )


def in_a_row(days: Iterable[date], calendar: Calendar) -> list[tuple[date, ...]]:
    """Days as rows of school days of which none is left out."""
    rows: list[list[date]] = []
    for day in sorted(days):
        if rows and add_school_days(calendar, rows[-1][-1], 1) == day:
            rows[-1].append(day)
        else:
            rows.append([day])
    return [tuple(row) for row in rows]


def halves(days: Decimal) -> str:
    """8½, as people write it."""
    whole, part = divmod(days, WHOLE)
    half = "½" if part == HALF else ""
    return f"{whole:f}{half}" if whole or not half else half


def _passed(days: Mapping[date, Decimal], most: Decimal) -> date | None:
    """The day on which the sum goes over it."""
    sums = zip(days, accumulate(days.values()), strict=True)
    return next((day for day, total in sums if total > most), None)


def _in(year: Span, day: date) -> bool:
    return year.start <= day <= year.end


# How one removal is counted

WORDS = {
    Action.OUT_OF_SCHOOL_SUSPENSION: "",
    Action.IN_SCHOOL_SUSPENSION: "in school",
    Action.SENT_HOME_EARLY: "sent home",
    Action.REMOVAL_FROM_CLASS: "out of class",
    Action.ALTERNATIVE_PLACEMENT: "alternative placement",
}
WENT_ON = frozenset((Action.IN_SCHOOL_SUSPENSION, Action.REMOVAL_FROM_CLASS))  # may have
# A person decides on these: see REMOVALS.
NO_REMOVALS = {
    Action.BUS_SUSPENSION: "bus: counts only where the bus is in the IEP",
    Action.SATURDAY_SCHOOL: "Saturday school: no school day",
    Action.EXPULSION_RECOMMENDATION: "expulsion recommended: removes nobody until it is decided",
}
TRACKED = frozenset((*WORDS, *NO_REMOVALS))


@dataclass(frozen=True, slots=True)
class _One:
    """A removal, what counts of each of its school days, and why."""

    removal: Removal
    parts: Mapping[date, Decimal]
    why: tuple[str, ...]


def _each(rows: Iterable[Removal], calendar: Calendar, rules: Rules) -> Iterator[_One]:
    """The removals by their days; of a school day no more counts than earlier ones left of it."""
    left: dict[date, Decimal] = {}
    for removal in sorted(rows, key=lambda row: (row.on, row.incident_id, row.number)):
        one = _alone(removal, calendar, rules)
        parts = {day: min(part, left.get(day, WHOLE)) for day, part in one.parts.items()}
        left |= {day: left.get(day, WHOLE) - part for day, part in parts.items()}
        once = [f"{_short(day)} counts once" for day in parts if parts[day] < one.parts[day]]
        yield _One(removal, parts, (*one.why, *once))


def _alone(removal: Removal, calendar: Calendar, rules: Rules) -> _One:
    action = Action(removal.action)
    first = _first_day(calendar, removal.on)
    if action in NO_REMOVALS:
        return _One(removal, {first: NONE}, (NO_REMOVALS[action],))
    parts, said = _length(removal, calendar, rules)
    if not parts:
        return _One(removal, {first: NONE}, (_words(WORDS[action], "none of it was served"),))
    counts, meanwhile = _meanwhile(removal, action)
    days = _from(calendar, first, len(parts))
    moved = "" if first == removal.on else f"no school on {_short(removal.on)}"
    why = (_words(WORDS[action], meanwhile), *(said if counts else ()), moved)
    given = {day: part if counts else NONE for day, part in zip(days, parts, strict=True)}
    return _One(removal, given, tuple(filter(None, why)))


def _words(what: str, more: str) -> str:
    return f"{what}: {more}" if what and more else what or more


def _meanwhile(removal: Removal, action: Action) -> tuple[bool, str]:
    """(whether it counts, what went on meanwhile); what nobody said did not go on."""
    if action not in WENT_ON:
        return True, ""
    went_on = {
        "instruction": removal.instruction_went_on,
        "services": removal.services_went_on,
        "peers": removal.peers_went_on,
    }
    if all(went_on.values()):
        return False, "instruction, services and peers went on"
    without = [name for name, known in went_on.items() if known is False]
    unsaid = [name for name, known in went_on.items() if known is None]
    told = (f"without {_listed(without)}" if without else "", _not_said(unsaid))
    return True, ", ".join(filter(None, told))


def _not_said(names: Sequence[str]) -> str:
    return f"not said whether {_listed(names)} went on" if names else ""


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _length(
    removal: Removal, calendar: Calendar, rules: Rules
) -> tuple[list[Decimal], Sequence[str]]:
    """(what each day of it counts, what was not said): days as served, minutes of a school day."""
    if removal.days is not None:
        return _parts(removal.days, WHOLE, rules), ()
    if removal.minutes is None:
        return [WHOLE], ("length not said, counted as 1",)
    length = _minutes_of(calendar, _first_day(calendar, removal.on))
    guess = Decimal(str(rules.number("part-days", "day_minutes")))
    guessed = () if length else (f"{removal.minutes} min of a day whose bells are not known",)
    return _parts(Decimal(removal.minutes), length or guess, rules), guessed


def _parts(length: Decimal, of: Decimal, rules: Rules) -> list[Decimal]:
    """Whole days, and the part that is left as half a day or a whole one."""
    whole, rest = divmod(length, of)
    most = Decimal(str(rules.number("part-days", "half_to_percent")))
    is_half = rules.on("part-days") and rest * 100 <= most * of
    part = HALF if is_half else WHOLE
    return [WHOLE] * int(whole) + [part] * bool(rest)


def _minutes_of(calendar: Calendar, day: date) -> Decimal | None:
    """How long a school day is by its bells: from the first to the last."""
    schedule = bells(calendar, day)
    if schedule is None or not schedule.periods:
        return None
    begins = min(period.start for period in schedule.periods)
    ends = max(period.end for period in schedule.periods)
    return Decimal((_at(ends) - _at(begins)) // timedelta(minutes=1))


def _at(clock: time) -> datetime:
    return datetime.combine(date.min, clock)


def _first_day(calendar: Calendar, on: date) -> date:
    """The day itself, or else the next school day."""
    return on if is_school_day(calendar, on) else add_school_days(calendar, on, 1)


def _from(calendar: Calendar, first: date, n: int) -> list[date]:
    """So many school days, the first of them this one."""
    return list(islice(_onward(calendar, first), n))


def _onward(calendar: Calendar, day: date) -> Iterator[date]:
    while True:
        yield day
        day = add_school_days(calendar, day, 1)


def _within(one: _One, year: Span, today: date) -> Iterator[Counted]:
    """The line of a removal in a school year, if any of its days is in it."""
    parts = {day: part for day, part in one.parts.items() if _in(year, day)}
    if not parts:
        return
    days = sum(parts.values(), NONE)
    ahead = sum((part for day, part in parts.items() if day > today), NONE)
    elsewhere = len(one.parts) - len(parts)
    more = (
        f"{elsewhere} of its days in another year" if elsewhere and days else "",
        f"{halves(ahead)} still to come" if ahead else "",
    )
    yield Counted(one.removal, days, tuple(parts), ", ".join(filter(None, (*one.why, *more))))


def _short(day: date) -> str:
    return f"{day:%b} {day.day}"
