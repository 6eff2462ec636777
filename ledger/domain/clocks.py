"""Clocks: what is owed, by whom and by when, from duties, the calendar and today."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from ledger.domain.calendar import SATURDAY, Calendar
from ledger.domain.codes import Action, MeetingKind, PlanKind, Relation
from ledger.domain.days import (
    ONE_DAY,
    add_business_days,
    add_school_days,
    is_business_day,
    is_school_day,
    school_days_between,
    school_year_of,
)
from ledger.domain.due_process import SUSPENSIONS
from ledger.domain.removals import EVER, Counted, Removal, Removals, counted, halves, in_a_row
from ledger.domain.rules import Rule, Rules


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that has to be done from a day on, and when it was; no date is counted here yet."""

    rule: str  # an id of `rules.py`
    stream: str  # where it stands: incident-…, meeting-…, plan-…, student-…
    ref: str  # what it is there: an action's or question's number, a label; empty when there is one
    student_id: str
    began: date  # on the school's calendar
    owner: str | None = None  # a staff id
    owners: tuple[str, ...] = ()  # others beside: staff ids, or words like mother
    by: date | None = None  # the day that was set, where no rule counts it
    at: datetime | None = None  # the instant that was set, for a meeting
    settled: date | None = None  # when it was done
    facts: Mapping[str, Any] = field(default_factory=dict)  # codes and ids that its line shows


@dataclass(frozen=True, slots=True)
class Due:
    """A line of what is owed."""

    rule: str
    cite: str
    what: str  # in words, without a name: answer office referral
    student_id: str
    owner: str | None
    by: date | None
    state: str  # late, today, open, done, done late, watch
    stream: str
    ref: str = ""
    days_late: int = 0  # in the days that the rule counts
    late_in: str = ""  # business days, school days, days
    settled: date | None = None
    at: datetime | None = None
    evidence: tuple[str, ...] = ()  # what it counts, a line each; placeholders, codes and dates
    facts: Mapping[str, Any] = field(default_factory=dict)
    owners: tuple[str, ...] = ()  # others beside the owner
    began: date | None = None


@dataclass(frozen=True)
class _Then:
    """What a clock goes by besides the duty itself."""

    calendar: Calendar
    rules: Rules
    today: date
    flags: Mapping[str, Collection[str]]
    team: str
    duties: Sequence[Duty]
    offices: Mapping[str, str]

    def number(self, rule: str, name: str) -> int:
        return int(self.rules.number(rule, name))

    def flagged(self, student_id: str, *flags: str) -> bool:
        return not frozenset(flags).isdisjoint(self.flags.get(student_id, ()))


NOBODY: Mapping[str, Collection[str]] = {}
NO_OFFICE: Mapping[str, str] = {}


def due(
    duties: Iterable[Duty],
    removals: Mapping[str, Sequence[Removal]],
    calendar: Calendar,
    rules: Rules,
    today: date,
    *,
    flags: Mapping[str, Collection[str]] = NOBODY,
    team: str = "SST",
    offices: Mapping[str, str] = NO_OFFICE,
) -> list[Due]:
    """Every line of what is owed, was owed or is to be watched, by its day.

    Of one student, or of many: all their duties, and all their removals by student. `flags` are
    those that hold today; `offices` says by rule who answers for what nobody is named for.
    """
    own = sorted(duties, key=lambda duty: (duty.rule, duty.stream, duty.ref))
    then = _Then(calendar, rules, today, flags, team, own, offices)
    lines = [
        line
        for rule, some in groupby(own, key=lambda duty: duty.rule)
        if rules.on(rule)
        for line in CLOCKS[rule](list(some), then)
    ]
    for student_id in sorted(removals):
        lines += _of_removals(student_id, removals[student_id], then)
    return sorted(lines, key=_order)


def _order(line: Due) -> tuple[date, str, str, str, str]:
    return line.by or date.max, line.rule, line.student_id, line.stream, line.ref


# A deadline


@dataclass(frozen=True, slots=True)
class _Days:
    """Days of one clock: the n-th after a day, and how many lie between two."""

    name: str
    after: Callable[[Calendar, date, int], date]
    between: Callable[[Calendar, date, date], int]
    counts: Callable[[Calendar, date], bool] | None = None  # whether it counts a weekday at all


def _later(_: Calendar, start: date, n: int) -> date:
    return start + timedelta(days=n)


def _weeks_later(_: Calendar, start: date, n: int) -> date:
    return start + timedelta(weeks=n)


def _between(_: Calendar, start: date, end: date) -> int:
    return max(0, (end - start).days)


def _business_days_between(calendar: Calendar, start: date, end: date) -> int:
    """How many follow `start` until `end`; an end on a day without one belongs to the next."""
    begun = end > start and not is_business_day(calendar, end)
    return begun + sum(is_business_day(calendar, day) for day in _after(start, end))


def _after(start: date, end: date) -> list[date]:
    """The days that follow `start`, up to and with `end`."""
    return [start + n * ONE_DAY for n in range(1, (end - start).days + 1)]


SCHOOL = _Days("school days", add_school_days, school_days_between, is_school_day)
COUNTS = {  # a number of a rule → the days that it is of
    "business_days": _Days(
        "business days", add_business_days, _business_days_between, is_business_day
    ),
    "school_days": SCHOOL,
    "days": _Days("days", _later, _between),
    "weeks_to": _Days("days", _weeks_later, _between),
}


def _counts(rule: Rule) -> tuple[int | None, _Days]:
    """How many of which days a rule gives; a day that somebody set is late in school days."""
    known = (
        (int(rule.numbers[name]), days) for name, days in COUNTS.items() if name in rule.numbers
    )
    return next(known, (None, SCHOOL))


def _line(duty: Duty, what: str, then: _Then) -> Due:
    """A duty with the day that was set or that its rule counts, and whether that was kept."""
    rule = then.rules[duty.rule]
    n, days = _counts(rule)
    by = duty.by
    if by is None and n is not None:
        by = days.after(then.calendar, duty.began, n)
    end = duty.settled or then.today
    late = days.between(then.calendar, by, end) if by is not None and end > by else 0
    return Due(
        rule=duty.rule,
        cite=rule.cite,
        what=what,
        student_id=duty.student_id,
        owner=duty.owner,
        by=by,
        state=_state(by, duty.settled, then.today),
        stream=duty.stream,
        ref=duty.ref,
        days_late=late,
        late_in=days.name if late else "",
        settled=duty.settled,
        at=duty.at,
        evidence=() if duty.by or by is None else _counted_days(duty.began, by, n, days, then),
        facts=duty.facts,
        owners=duty.owners,
        began=duty.began,
    )


def _state(by: date | None, settled: date | None, today: date) -> str:
    if settled is not None:
        return "done" if by is None or settled <= by else "done late"
    if by is None or today < by:
        return "open"
    return "today" if today == by else "late"


def _counted_days(
    began: date, by: date, n: int | None, days: _Days, then: _Then
) -> tuple[str, ...]:
    """5 business days, Oct 12 closed"""
    if not n or days.counts is None:
        return ()
    weekdays = (day for day in _after(began, by) if day.weekday() < SATURDAY)
    out = [day for day in weekdays if not days.counts(then.calendar, day)]
    told = f"{n} {days.name if n > 1 else days.name.removesuffix('s')}"
    if not out:
        return (told,)
    return (
        f"{told}, no school {spans(out)}" if days is SCHOOL else f"{told}, {spans(out)} closed",
    )


def _watched(duty: Duty, what: str, then: _Then, *evidence: str, state: str = "watch") -> Due:
    """A line without a day."""
    undated = {"by": None, "days_late": 0, "late_in": "", "state": state, "evidence": evidence}
    return replace(_line(duty, what, then), **undated)  # type: ignore[arg-type]  # see Due


def short(day: date) -> str:
    """Oct 6"""
    return f"{day:%b} {day.day}"


def spans(days: Sequence[date]) -> str:
    """Oct 6–9, Oct 13"""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and found[-1][1] + ONE_DAY == day:
            found[-1] = found[-1][0], day
        else:
            found.append((day, day))
    return ", ".join(span(*both) for both in found)


def span(first: date, last: date) -> str:
    """Oct 6–13"""
    if first == last:
        return short(first)
    return f"{short(first)}–{last.day if first.month == last.month else short(last)}"


# What each rule asks of its duties

Clock = Callable[[Sequence[Duty], _Then], Iterator[Due]]


def _dated(what: str | Callable[[Duty, _Then], str]) -> Clock:
    """The clock of duties that have a day each."""

    def clock(duties: Sequence[Duty], then: _Then) -> Iterator[Due]:
        for duty in duties:
            yield _line(duty, what if isinstance(what, str) else what(duty, then), then)

    return clock


def _meeting(duty: Duty, then: _Then) -> str:
    kind = duty.facts.get("kind")
    return f"{then.team} {MeetingKind(kind).label}" if kind else f"set {then.team} follow-up"


def _review(duty: Duty, _: _Then) -> str:
    return f"review {PlanKind(duty.facts['kind']).short}"


def _promise(duty: Duty, _: _Then) -> str:
    return str(duty.facts.get("words") or "promise")


def _emergency_meeting(duties: Sequence[Duty], then: _Then) -> Iterator[Due]:
    """Of a student with an IEP for whom no intervention plan was active on that day."""
    plans = [duty for duty in duties if duty.facts.get("plan")]
    for duty in duties:
        planned = any(_holds(plan, duty) for plan in plans)
        if duty not in plans and not planned and then.flagged(duty.student_id, "iep"):
            yield _line(duty, "schedule IEP meeting", then)


def _holds(plan: Duty, duty: Duty) -> bool:
    until = plan.settled or date.max
    return plan.student_id == duty.student_id and plan.began <= duty.began <= until


# Who stands for a child beside the family, by the flag that says why.
REPRESENTATIVES = {
    "foster": (Relation.EDUCATION_RIGHTS_HOLDER, Relation.ATTORNEY, Relation.SOCIAL_WORKER),
    "indian-child": (Relation.SOCIAL_WORKER,),
}


def _representatives(duties: Sequence[Duty], then: _Then) -> Iterator[Due]:
    """The notice of a suspension or decision, to everybody who stands for the child."""
    for duty in duties:
        flags = (who for f, who in REPRESENTATIVES.items() if then.flagged(duty.student_id, f))
        needed = list(dict.fromkeys(one for who in flags for one in who))
        told: Mapping[str, str] = duty.facts["told"]
        left = [one.value for one in needed if one.value not in told]
        if needed:
            days = [date.fromisoformat(told[one.value]) for one in needed if one.value in told]
            settled = None if left else max(days)
            facts = {**duty.facts, "whom": left or [one.value for one in needed]}
            whole = replace(duty, settled=settled, facts=facts)
            yield _line(whole, "notify representatives", then)


PHASES = {
    "meeting": "meet about challenge",
    "appeal": "challenge may be appealed",
    "hearing": "hear the appeal",
}


def _challenged(duties: Sequence[Duty], then: _Then) -> Iterator[Due]:
    """A meeting, and after an appeal a hearing; between them the family may appeal, or not."""
    for duty in duties:
        line = _line(duty, PHASES[duty.facts["phase"]], then)
        if duty.facts["phase"] != "appeal":
            yield line
        elif line.state in ("open", "today"):
            yield replace(line, state="watch")


def _no_card(duties: Sequence[Duty], then: _Then) -> Iterator[Due]:
    """So many school days up to yesterday without a card."""
    for duty in duties:
        before = _after(duty.began - ONE_DAY, then.today - ONE_DAY)
        days = [day for day in before if is_school_day(then.calendar, day)]
        if len(days) >= then.number("no-card", "school_days"):
            what = f"{len(days)} days without a card"
            yield _watched(duty, what, then, span(days[0], days[-1]), state="open")


def _consent(duties: Sequence[Duty], then: _Then) -> Iterator[Due]:
    for duty in duties:
        what = f"{PlanKind(duty.facts['kind']).short} waits for consent since {short(duty.began)}"
        if duty.settled is None:
            yield _watched(duty, what, then)


def _knowledge(duties: Sequence[Duty], then: _Then) -> Iterator[Due]:
    """So many of the staff who asked for help with a student who has no IEP."""
    since = then.today - timedelta(days=then.number("knowledge", "days"))
    lately = sorted(duties, key=lambda duty: duty.began, reverse=True)
    lately = [duty for duty in lately if since < duty.began <= then.today and duty.owner]
    for student_id in dict.fromkeys(duty.student_id for duty in lately):
        first = {duty.owner: duty for duty in lately if duty.student_id == student_id}
        told = sorted(first.values(), key=lambda duty: duty.began)
        if len(told) >= then.number("knowledge", "concerns") and not then.flagged(
            student_id, "iep"
        ):
            what = f"{len(told)} staff concerns about a pattern, no IEP"
            by = [{"by": duty.owner, "on": duty.began.isoformat()} for duty in told]
            line = _watched(told[-1], what, then, " · ".join(short(d.began) for d in told))
            yield replace(line, owner=None, facts={"concerns": by})


def _teachers(duties: Sequence[Duty], then: _Then) -> Iterator[Due]:
    """Of the grave incidents of the last years, those that no teacher was told of this year."""
    first = then.today - timedelta(days=365 * then.number("teachers-told", "years"))
    year = school_year_of(then.calendar, then.today)
    for duty in duties:
        told = duty.settled is not None and duty.settled >= year.start
        if duty.began >= first and not told:
            yield _watched(duty, "tell the teachers", then, f"incident of {short(duty.began)}")


def _determination(duties: Sequence[Duty], then: _Then) -> Iterator[Due]:
    """After each decision; that one was held beside is looked at with the days in a row."""
    for duty in duties:
        if not duty.facts.get("held"):
            yield _line(duty, DETERMINATION, then)


DETERMINATION = "manifestation determination"
CLOCKS: Mapping[str, Clock] = {
    "referral-answer": _dated("answer office referral"),
    "determination": _determination,
    "decision-told": _dated("tell guardian: decision"),
    "knowledge": _knowledge,
    "emergency-told": _dated("tell guardian: restraint"),
    "emergency-report": _dated("write emergency report"),
    "emergency-meeting": _emergency_meeting,
    "representatives": _representatives,
    "record-access": _dated("show record to parent"),
    "challenge": _challenged,
    "teachers-told": _teachers,
    "follow-up": _dated(_meeting),
    "meeting": _dated(_meeting),
    "interpreter": _dated("book interpreter"),
    "promise": _dated(_promise),
    "plan-review": _dated(_review),
    "no-card": _no_card,
    "consent": _consent,
}


# What follows from removals


def _of_removals(student_id: str, rows: Sequence[Removal], then: _Then) -> Iterator[Due]:
    year = school_year_of(then.calendar, then.today)
    ever = counted(rows, then.calendar, then.rules, EVER, then.today)
    this = counted(rows, then.calendar, then.rules, year, then.today)
    for clock, removals in OF_REMOVALS:
        yield from clock(student_id, this if removals == "this year" else ever, then)


def _services(student_id: str, removals: Removals, then: _Then) -> Iterator[Due]:
    """Days of removal on their way to the number after which services are owed, and beyond."""
    if not then.rules.on("services") or removals.total < then.number("services", "watch_from"):
        return
    most = then.number("services", "days")
    of = f" of {most}" if removals.reached is None else ""
    evidence = [
        _told("counted      ", removals.counted),
        _told("not counted  ", removals.not_counted),
    ]
    facts = {
        "total": str(removals.total),
        "day": most + 1,
        "reached": removals.reached.isoformat() if removals.reached else None,
        "in_a_row": removals.longest_run,
    }
    duty = _duty("services", student_id, removals.lines[-1], then, facts=facts)
    what = f"removals {halves(removals.total)}{of} days"
    yield _watched(duty, what, then, *filter(None, evidence))


def _told(title: str, lines: Sequence[Counted]) -> str:
    """counted      Sep 4 1 · Oct 13 ½ sent home"""
    days = (halves(line.days) if line.days else "" for line in lines)
    each = (
        " ".join(filter(None, (short(line.covers[0]), n, line.why)))
        for line, n in zip(lines, days, strict=True)
    )
    return f"{title}{' · '.join(each)}" if lines else ""


def _in_a_row(student_id: str, removals: Removals, then: _Then) -> Iterator[Due]:
    """More than so many school days in a row are a change of placement by themselves."""
    most = then.number("determination", "in_a_row")
    if not then.rules.on("determination") or not then.flagged(student_id, "iep", "section-504"):
        return
    days = dict.fromkeys(day for line in removals.counted for day in line.covers)
    made = [d for d in then.duties if (d.rule, d.student_id) == ("determination", student_id)]
    for row in in_a_row(days, then.calendar):
        decided = any(duty.began >= row[0] and not duty.facts.get("held") for duty in made)
        if len(row) > most and not decided:
            over = next(line for line in removals.counted if row[most] in line.covers)
            facts = {"in_a_row": len(row), "from": row[0].isoformat()}
            duty = _duty("determination", student_id, over, then, facts=facts)
            duty = replace(duty, owner=then.offices.get(duty.rule))
            held = (d.began for d in made if d.facts.get("held") and d.began >= duty.began)
            line = _line(replace(duty, settled=min(held, default=None)), DETERMINATION, then)
            told = f"{len(row)} school days in a row, {span(row[0], row[-1])}"
            yield replace(line, evidence=(told, *line.evidence))


def _suspensions(removals: Removals) -> list[Counted]:
    return [line for line in removals.counted if Action(line.removal.action) in SUSPENSIONS]


def _consecutive(student_id: str, removals: Removals, then: _Then) -> Iterator[Due]:
    most = then.number("consecutive", "days")
    for line in _suspensions(removals) if then.rules.on("consecutive") else ():
        if line.days > most and then.today <= line.covers[-1]:
            what = f"suspension of {halves(line.days)} days, {most} at most"
            duty = _duty("consecutive", student_id, line, then)
            yield _watched(duty, what, then, span(line.covers[0], line.covers[-1]))


def _yearly(student_id: str, removals: Removals, then: _Then) -> Iterator[Due]:
    lines = _suspensions(removals) if then.rules.on("yearly") else []
    total = sum((line.days for line in lines), Decimal(0))
    if lines and total >= then.number("yearly", "watch_from"):
        what = f"suspended {halves(total)} of {then.number('yearly', 'days')} days this year"
        duty = _duty("yearly", student_id, lines[-1], then, facts={"total": str(total)})
        yield _watched(duty, what, then, _told("counted      ", lines))


def _homework(student_id: str, removals: Removals, then: _Then) -> Iterator[Due]:
    least = then.number("homework", "days")
    for line in _suspensions(removals) if then.rules.on("homework") else ():
        if line.days >= least and line.covers[0] <= then.today <= line.covers[-1]:
            duty = _duty("homework", student_id, line, then)
            until = f"suspended {span(line.covers[0], line.covers[-1])}"
            yield _watched(duty, "homework during suspension", then, until)


def _duty(
    rule: str, student_id: str, line: Counted, then: _Then, facts: Mapping[str, Any] | None = None
) -> Duty:
    """What follows from a removal, as a duty that stands with its action."""
    removal = line.removal
    stream = f"incident-{removal.incident_id}"
    return Duty(rule, stream, str(removal.number), student_id, removal.on, facts=facts or {})


OF_REMOVALS: tuple[tuple[Callable[[str, Removals, _Then], Iterator[Due]], str], ...] = (
    (_services, "this year"),
    (_yearly, "this year"),
    (_in_a_row, "ever"),
    (_consecutive, "ever"),
    (_homework, "ever"),
)
