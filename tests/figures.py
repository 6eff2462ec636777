"""Every figure of `due`, `plan status`, `points` and `packet` again, slowly, from the raw events.

Nothing of the product is imported. An event is known by the name of its type and by its fields;
the rules' numbers are written out; days are counted one after another.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Los_Angeles")
ONE, HALF, WHOLE = timedelta(days=1), Fraction(1, 2), Fraction(1)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

# The rules' numbers
ANSWER_BUSINESS_DAYS = RECORD_BUSINESS_DAYS = 5
CHALLENGE_DAYS = 30
DETERMINATION_SCHOOL_DAYS = DAYS_IN_A_ROW = 10
GUARDIAN_SCHOOL_DAYS = 1
IEP_MEETING_DAYS = 2
FOLLOW_UP_WEEKS = 6
NO_CARD_SCHOOL_DAYS = 5
DAYS_IN_A_ROW_BELOW = 3
WINDOW, DRAWN = 10, 15
PARTS_DELIVERED = Fraction(8, 10)
SERVICES_DAYS, SERVICES_WATCHED = 10, 5
SUSPENDED_AT_ONCE, SUSPENDED_A_YEAR, SUSPENDED_WATCHED, HOMEWORK_DAYS = 5, 20, 15, 2
DAY_MINUTES = 240
CONCERNS, CONCERN_DAYS = 2, 365

DEFIANT = ("disruption", "defiance")
SUSPENSIONS = ("in-school-suspension", "out-of-school-suspension")
REMOVALS = {
    "out-of-school-suspension": "",
    "in-school-suspension": "in school",
    "sent-home-early": "sent home",
    "removal-from-class": "out of class",
    "alternative-placement": "alternative placement",
}
NOT_REMOVALS = {
    "bus-suspension": "bus: counts only where the bus is in the IEP",
    "saturday-school": "Saturday school: no school day",
    "expulsion-recommendation": "expulsion recommended: removes nobody until it is decided",
}
STANDS_FOR = {
    "foster": ("education-rights-holder", "attorney", "social-worker"),
    "indian-child": ("social-worker",),
}


# Days


class Days:
    """The school's calendar, a day at a time."""

    def __init__(self, events: Iterable[Any]) -> None:
        self.years: dict[str, Any] = {}
        self.closed: dict[int, Any] = {}
        for event in (r.event for r in events):
            if name(event) == "SchoolYearSet":
                self.years[event.name] = event
            if name(event) == "HolidaysSet":
                self.closed[event.year] = event.closed

    def begins(self, year: Any) -> date:
        first: date = year.first_day
        return min(first, date(first.year, 8, 1))

    def year(self, day: date) -> Any:
        """The school year that a day is in, or nothing."""
        begun = [year for year in self.years.values() if self.begins(year) <= day]
        last = max(begun, key=lambda year: year.first_day, default=None)
        return last if last and day < add_year(self.begins(last)) else None

    def office(self, day: date) -> bool:
        return day.isoweekday() <= 5 and not any(day in days for days in self.closed.values())

    def school(self, day: date) -> bool:
        year = self.year(day)
        if not self.office(day) or any(day in y.no_school for y in self.years.values()):
            return False
        return year is None or year.first_day <= day <= year.last_day

    def nth(self, start: date, n: int, counts: Callable[[date], bool]) -> date:
        day = start
        while n:
            day += ONE
            n -= counts(day)
        return day

    def count(self, start: date, end: date, counts: Callable[[date], bool]) -> int:
        """How many count of those that follow `start`, with `end`."""
        found, day = 0, start
        while day < end:
            day += ONE
            found += counts(day)
        return found

    def school_days(self, first: date, last: date) -> list[date]:
        days, day = [], first
        while day <= last:
            days += [day] if self.school(day) else []
            day += ONE
        return days

    def minutes(self, day: date) -> int | None:
        """How long the school day is, from the first bell to the last."""
        year = self.year(day)
        kind = "minimum" if year and day in year.minimum_days else "regular"
        for schedule in year.schedules if year else ():
            if schedule.kind.value == kind and schedule.periods:
                first = min(period.start for period in schedule.periods)
                last = max(period.end for period in schedule.periods)
                return int((last.hour - first.hour) * 60 + last.minute - first.minute)
        return None


def add_year(day: date) -> date:
    return day.replace(year=day.year + 1)


def every_day(_: date) -> bool:
    return True


# Values


def name(event: Any) -> str:
    return type(event).__name__


def code(value: Any) -> Any:
    return getattr(value, "value", value)


def local(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def short(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}"


def rounded(value: Fraction, digits: int) -> str:
    """Half up, with so many digits."""
    n = int(value * 10**digits + HALF)
    whole, part = divmod(n, 10**digits)
    return f"{whole}.{part:0{digits}}" if digits else str(n)


def plain(value: Fraction) -> str:
    """1, 1.5"""
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"


def halves(days: Fraction) -> str:
    whole, rest = divmod(days, 1)
    return f"{whole or ''}½" if rest else str(whole)


def person(who: Any) -> str:
    """A staff id, a relation, a role, or student."""
    return str(who.staff or code(who.relation) or who.role or "student")


# An incident as it stands


@dataclass
class Incident:
    id: str
    at: datetime = datetime(1, 1, 1, tzinfo=UTC)
    timed: bool = False
    stands: bool = False
    details: dict[str, Any] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    actions: dict[int, dict[str, Any]] = field(default_factory=dict)
    contacts: list[tuple[str, Any]] = field(default_factory=list)  # by who it was then
    notices: list[Any] = field(default_factory=list)
    restraints: list[Any] = field(default_factory=list)
    emergency: list[tuple[str, Any]] = field(default_factory=list)
    statements: int = 0
    naming: list[tuple[int, Any]] = field(default_factory=list)  # of a statement, 0 of a note
    challenges: dict[int, dict[str, Any]] = field(default_factory=dict)
    office: dict[str, Any] = field(default_factory=dict)
    who: set[str] = field(default_factory=set)  # reported or recorded it

    @property
    def day(self) -> date:
        return local(self.at)

    def of(self, student: str) -> list[tuple[str, dict[str, Any]]]:
        return [(k, p) for k, p in self.people.items() if p["student"] == student]

    def referred(self) -> list[dict[str, Any]]:
        return [p for p in self.people.values() if p["student"] and "referred" in p["roles"]]


OF_ONE = ("motivation", "injury", "minutes_lost")
OF_ALL = ("location", "place", "period", "others", "weapon", "law_enforcement_told", "slip")
MEASURE = (
    *("action", "on", "minutes", "days", "by"),
    *("instruction_went_on", "services_went_on", "peers_went_on"),
)


def taken_part(p: Any) -> dict[str, Any]:
    return {
        "student": p.student_id,
        "roles": [code(role) for role in p.roles],
        "seen": p.behaviors,
        **{part: code(getattr(p, part)) for part in OF_ONE},
    }


def incident_of(stream: str, events: Sequence[Any]) -> Incident:
    one = Incident(stream.partition("-")[2])
    for r in events:
        tell_incident(one, r, r.event)
    return one


def tell_incident(one: Incident, r: Any, e: Any) -> None:
    said = {part: code(getattr(e, part, None)) for part in OF_ALL}
    match name(e):
        case "IncidentReported":
            one.stands, one.at, one.timed = True, e.occurred.at, not e.occurred.day_only
            one.people = {p.label: taken_part(p) for p in e.participants}
            one.who = {e.reported_by, e.recorded_by}
            one.details = {k: v for k, v in said.items() if v is not None}
        case "IncidentVoided" | "IncidentMerged":
            one.stands = False
        case "DetailsFilledIn" | "CircumstancesCorrected":
            one.details |= {k: v for k, v in said.items() if v is not None}
            for part in OF_ONE:
                if getattr(e, part, None) is not None:
                    one.people[e.label][part] = code(getattr(e, part))
            if getattr(e, "occurred", None):
                one.at, one.timed = e.occurred.at, not e.occurred.day_only
        case "ParticipantAdded":
            one.people[e.participant.label] = taken_part(e.participant)
        case "ParticipantRemoved":
            one.people.pop(e.label)
        case "ParticipantReplaced":
            one.people[e.label]["student"] = e.student_id
            one.notices = [n for n in one.notices if n.label != e.label]
        case "RolesCorrected":
            one.people[e.label] |= {"roles": [code(x) for x in e.roles], "seen": e.behaviors}
        case "BehaviorCorrected":
            one.people[e.label]["seen"] = e.behaviors
        case "ActionTaken":
            one.actions[e.number] = {k: code(getattr(e, k)) for k in MEASURE} | {"label": e.label}
        case "ActionCorrected":
            one.actions[e.number] |= {k: code(getattr(e, k)) for k in MEASURE}
        case "ActionServed":
            if e.days is not None or e.minutes is not None:
                one.actions[e.number]["served"] = {"days": e.days, "minutes": e.minutes}
        case "ActionVoided":
            one.actions.pop(e.number)
        case "FamilyContacted":
            one.contacts.append((one.people[e.label]["student"], e))
        case "ReferredToOffice":
            one.office = {"to": e.to, "on": e.on or local(r.recorded_at), "answered": None}
        case "ReferralAnswered":
            one.office["answered"] = local(e.at.at)
        case "NoticeGiven":
            one.notices.append(e)
        case "RestraintOrSeclusionUsed":
            one.restraints.append(e)
        case "EmergencyReportMade" | "IepMeetingScheduled":
            one.emergency.append((one.people[e.label]["student"], e))
        case "StatementAdded":
            one.statements += 1
            one.naming.append((e.number, e.may_name))
        case "NamesFlagged":
            one.naming.append((0, e.may_name))
        case "NamesCleared":
            one.naming = [said for said in one.naming if said[0] != e.number]
        case "StatementChallenged":
            one.challenges[e.number] = {"asked": e}
        case "ChallengeMet" | "ChallengeDecided" | "ChallengeAppealed" | "AppealDecided":
            one.challenges[e.number][name(e)] = e
        case _:
            pass


def lacks(one: Incident) -> bool:
    """Whether something is still to be said of it."""
    referred = [p for p in one.people.values() if "referred" in p["roles"]]
    here = {p["student"] for p in one.people.values()}
    return bool(
        not one.statements
        or "location" not in one.details
        or not one.actions
        or any(p["motivation"] is None for p in referred)
        or any(b.assumed for p in referred for b in p["seen"])
        or any(ids and not here & {*ids} for _, ids in one.naming)
    )


# A plan as it stands


@dataclass
class Plan:
    stream: str
    student: str
    number: int
    kind: str
    versions: list[tuple[date, Any]]
    drafted: date
    manager: str
    review: date
    approved: date | None = None
    started: date | None = None
    ended: date | None = None
    cards: dict[date, Any] = field(default_factory=dict)
    measures: dict[date, Any] = field(default_factory=dict)
    parts: dict[date, Any] = field(default_factory=dict)
    reviewed: list[tuple[date, date]] = field(default_factory=list)  # set for, held on

    @property
    def terms(self) -> Any:
        return self.versions[-1][1]

    def on(self, day: date) -> Any:
        """The terms that held on a day."""
        held = [terms for since, terms in self.versions if since <= day]
        return held[-1] if held else self.versions[0][1]


def plans_of(stream: str, events: Sequence[Any]) -> list[Plan]:
    plans: dict[int, Plan] = {}
    for e in (r.event for r in events):
        if name(e) == "PlanDrafted":
            first = [(e.on, e)]
            plans[e.plan] = Plan(
                stream, e.student_id, e.plan, code(e.kind), first, e.on, e.manager, e.review_on
            )
        elif getattr(e, "plan", None) in plans:
            tell_plan(plans[e.plan], e)
    return [*plans.values()]


def tell_plan(plan: Plan, e: Any) -> None:
    match name(e):
        case "PlanApproved":
            plan.approved = e.on
        case "PlanStarted":
            plan.started = e.on
        case "PlanRevised":
            plan.versions.append((e.on, e))
            plan.manager, plan.review = e.manager, e.review_on
        case "ManagerChanged":
            plan.manager = e.manager
        case "ProgressRecorded":
            plan.measures[e.on] = e
        case "PointsRecorded" | "PointsCorrected":
            plan.cards[e.on] = e
        case "FidelityRecorded":
            plan.parts[e.on] = e
        case "PlanReviewed":
            plan.reviewed.append((plan.review, e.on))
            plan.review = e.next_review or plan.review
        case "PlanEnded":
            plan.ended = e.on
        case _:
            pass


def points_of(card: Any, terms: Any) -> tuple[int, int] | None:
    """(points, most that they could be), from the marks alone; None is no data, never 0."""
    if card.no_data is not None:
        return None
    if card.total is not None:
        return card.total, terms.card.most * len(terms.card.periods) * len(terms.card.expectations)
    cells = [cell for row in card.rows for cell in row if cell is not None]
    return sum(cells), terms.card.most * len(cells)


def meets(value: Fraction, goal: Any) -> bool:
    target = Fraction(goal.target)
    return value >= target if code(goal.direction) == "at-least" else value <= target


def values_of(plan: Plan) -> dict[date, tuple[Fraction, Fraction] | None]:
    """(amount, of) by day, of what today's goal counts; a measure is of 1."""
    unit = code(plan.terms.goal.unit)
    if unit == "percent-of-points":
        pairs = {day: points_of(card, plan.on(day)) for day, card in plan.cards.items()}
        return {d: (Fraction(p[0]), Fraction(p[1])) if p else None for d, p in pairs.items()}
    own = {d: m for d, m in plan.measures.items() if code(plan.on(d).goal.unit) == unit}
    return {
        d: None if m.value is None else (Fraction(m.value), Fraction(1)) for d, m in own.items()
    }


def value_on(plan: Plan, day: date) -> Fraction | None:
    pair = values_of(plan).get(day)
    if pair is None:
        return None
    percent = code(plan.terms.goal.unit) == "percent-of-points"
    return (100 if percent else 1) * pair[0] / pair[1]


def met_on(plan: Plan, day: date) -> bool | None:
    """Whether the goal was met that held on the day, when it counted the same."""
    value, then, now = value_on(plan, day), plan.on(day).goal, plan.terms.goal
    goal = then if then.unit == now.unit else now
    return None if value is None else meets(value, goal)


def delivered_on(plan: Plan, day: date) -> bool:
    if day in plan.parts:
        said = plan.parts[day]
        return Fraction(said.delivered, said.planned) >= PARTS_DELIVERED
    card = plan.cards.get(day)
    if card is not None and (card.checked_in is False or card.checked_out is False):
        return False
    if card is not None and card.checked_in and card.checked_out:
        return True
    return value_on(plan, day) is not None


def said_on(plan: Plan, day: date) -> bool:
    """Whether anything of the goal or of its delivery was recorded of a day."""
    card = plan.cards.get(day)
    checks = card and (
        False in (card.checked_in, card.checked_out) or (card.checked_in and card.checked_out)
    )
    return day in values_of(plan) or day in plan.parts or bool(checks)


def run_at_end(told: Sequence[bool], which: bool) -> int:
    n = 0
    while n < len(told) and told[-1 - n] is which:
        n += 1
    return n


# The whole record


class Figures:
    """All figures of a school on a day, from what was recorded until then."""

    def __init__(self, events: Sequence[Any], today: date, calendar: Sequence[Any] = ()) -> None:
        self.today, self.days = today, Days(calendar or events)
        undone = {(r.stream, version) for r in events for version in r.event.undoes}
        self.streams: dict[str, list[Any]] = defaultdict(list)
        for r in events:
            if (r.stream, r.version) not in undone and not r.event.undoes:
                self.streams[r.stream].append(r)
        self.incidents = [incident_of(s, e) for s, e in self.streams.items() if is_a(s, "incident")]
        self.plans = [p for s, e in self.streams.items() if is_a(s, "plan") for p in plans_of(s, e)]

    # People

    def flags(self, student: str) -> set[str]:
        """What holds for the student today, as said last."""
        told = [r for r in self.streams[f"student-{student}"] if name(r.event) == "FlagsRecorded"]
        held: set[str] = set()
        for r in sorted(told, key=lambda r: (r.event.effective_on, r.position)):
            if r.event.effective_on <= self.today:
                held = (held - {*r.event.about}) | {*r.event.flags}
        return held

    def staff_in(self, *roles: str) -> str | None:
        """The first by name in the first of these roles that somebody has."""
        known: list[tuple[str, str, set[str]]] = []
        for stream, events in self.streams.items():
            if is_a(stream, "staff") and name(events[-1].event) != "StaffLeft":
                who = [r.event.who for r in events if name(r.event) == "StaffRecorded"][-1]
                own = [r.event.roles for r in events if hasattr(r.event, "roles")][-1]
                id = stream.partition("-")[2]
                known.append((f"{who.given} {who.family}", id, {code(role) for role in own}))
        for role in roles:
            for _, id, own_roles in sorted(known):
                if role in own_roles:
                    return id
        return None

    # Plans

    def plan_status(self, *, ended: bool = False) -> list[dict[str, Any]]:
        return [self.standing(plan) for plan in self.plans if ended or plan.ended is None]

    def standing(self, plan: Plan) -> dict[str, Any]:
        told: dict[str, Any] = {
            "student_id": plan.student,
            "plan": plan.number,
            "kind": plan.kind,
            "manager": plan.manager,
            "review_on": plan.review.isoformat(),
            "goal": (code(plan.terms.goal.unit), Fraction(plan.terms.goal.target)),
        }
        if plan.started is None or plan.started > self.today:
            state = "ended" if plan.ended else "approved" if plan.approved else "draft"
            since = plan.ended or plan.approved or plan.drafted
            empty: dict[str, Any] = {
                "now": None,
                "at_goal": 0,
                "of": 0,
                "given": 0,
                "planned": 0,
                "days": [],
            }
            row = {"in_a_row_below": 0, "in_a_row_at": 0}
            return told | empty | row | {"state": state, "since": since.isoformat()}
        days = self.plan_days(plan)
        window = days[-WINDOW:]
        with_data = [day for day in window if value_on(plan, day) is not None]
        all_met = [met for met in (met_on(plan, day) for day in days) if met is not None]
        below = run_at_end(all_met, False)
        return told | {
            "state": self.state(plan, days, below),
            "since": (plan.ended or plan.started).isoformat(),
            "now": self.now(plan, with_data),
            "at_goal": sum(met_on(plan, day) is True for day in with_data),
            "of": len(with_data),
            "given": sum(delivered_on(plan, day) for day in window),
            "planned": len(window),
            "in_a_row_below": below,
            "in_a_row_at": run_at_end(all_met, True),
            "days": [self.shown(plan, day) for day in window],
        }

    def plan_days(self, plan: Plan) -> list[date]:
        """The school days that count: today only when something was recorded of it."""
        last = self.today if said_on(plan, self.today) else self.today - ONE
        last = min(last, plan.ended) if plan.ended else last
        return self.days.school_days(plan.started or last, last)

    def now(self, plan: Plan, days: Sequence[date]) -> str | None:
        if not days:
            return None
        pairs = [pair for day in days if (pair := values_of(plan)[day]) is not None]
        percent = code(plan.terms.goal.unit) == "percent-of-points"
        amount, of = sum(a for a, _ in pairs), sum(o for _, o in pairs)
        return rounded((100 if percent else 1) * Fraction(amount) / of, 2)

    def shown(self, plan: Plan, day: date) -> tuple[str, str | None, bool | None]:
        value = value_on(plan, day)
        return (
            day.isoformat(),
            None if value is None else rounded(value, 2),
            met_on(plan, day),
        )

    def state(self, plan: Plan, days: Sequence[date], below: int) -> str:
        last = days[-NO_CARD_SCHOOL_DAYS:]
        silent = len(last) == NO_CARD_SCHOOL_DAYS and all(value_on(plan, d) is None for d in last)
        if plan.ended:
            return "ended"
        if plan.review < self.today:
            return "review overdue"
        if silent:
            return "no recent data"
        return "off track" if below > DAYS_IN_A_ROW_BELOW else "on track"

    # Cards of a day

    def points(self, on: date) -> list[dict[str, Any]]:
        """The card of each plan that had one on the day, as it was taken in."""
        return [self.card(plan, on) for plan in self.plans if self.has_card(plan, on)]

    def has_card(self, plan: Plan, on: date) -> bool:
        runs = plan.started is not None and plan.started <= on <= (plan.ended or on)
        return runs and plan.on(on).card is not None

    def card(self, plan: Plan, on: date) -> dict[str, Any]:
        goal, card = plan.on(on).goal, plan.cards.get(on)
        sums = points_of(card, plan.on(on)) if card else None
        by_points = code(goal.unit) == "percent-of-points"
        percent = Fraction(100 * sums[0], sums[1]) if sums else None
        met = meets(percent, goal) if percent is not None and by_points else None
        told = {
            "student_id": plan.student,
            "plan": plan.number,
            "points": sums[0] if sums else None,
            "most": sums[1] if sums else None,
            "percent": None if percent is None else float(rounded(percent, 1)),
            "goal": float(goal.target),
            "at_goal": met,
            "no_data": code(card.no_data) if card else None,
            "days_in_a_row": None,
        }
        if card:
            before = [self.card_met(plan, day) for day in sorted(plan.cards) if day <= on]
            told["days_in_a_row"] = run_at_end([m for m in before if m is not None], True)
        return told

    def card_met(self, plan: Plan, day: date) -> bool | None:
        goal, sums = plan.on(day).goal, points_of(plan.cards[day], plan.on(day))
        if sums is None or code(goal.unit) != "percent-of-points":
            return None
        return meets(Fraction(100 * sums[0], sums[1]), goal)

    # Removals

    def removals(self) -> dict[str, Removed]:
        """What every student was removed for this school year."""
        found: dict[str, list[tuple[date, str, int, dict[str, Any]]]] = defaultdict(list)
        for one in self.incidents:
            for number, action in one.actions.items() if one.stands else ():
                person = one.people.get(action["label"])
                tracked = action["action"] in (*REMOVALS, *NOT_REMOVALS)
                if person and person["student"] and tracked:
                    found[person["student"]].append((action["on"], one.id, number, action))
        return {student: self.removed(sorted(own)) for student, own in found.items()}

    def removed(self, rows: Sequence[tuple[date, str, int, dict[str, Any]]]) -> Removed:
        taken: dict[date, Fraction] = {}
        lines = []
        for on, incident, number, action in rows:
            first = on if self.days.school(on) else self.days.nth(on, 1, self.days.school)
            parts, why = self.parts(first, action)
            counts: dict[date, Fraction] = {}
            once: list[str] = []
            day = first
            for part in parts or [Fraction(0)]:
                left = WHOLE - taken.get(day, Fraction(0))
                counts[day] = min(part, left)
                once += [f"{short(day)} counts once"] if counts[day] < part else []
                taken[day] = taken.get(day, Fraction(0)) + counts[day]
                day = self.days.nth(day, 1, self.days.school)
            ahead = sum((part for d, part in counts.items() if d > self.today), Fraction(0))
            why += [f"no school on {short(on)}"] if first != on and parts else []
            why += [*once, *([f"{halves(ahead)} still to come"] if ahead else [])]
            line = Line(
                incident, number, action["action"], on, counts, ", ".join(filter(None, why))
            )
            lines.append(line)
        return Removed(lines, {d: n for d, n in sorted(taken.items()) if n}, self.days)

    def parts(self, first: date, action: dict[str, Any]) -> tuple[list[Fraction], list[str]]:
        """(what each of its days counts, why)"""
        kind, length = action["action"], action.get("served", action)
        if kind in NOT_REMOVALS:
            return [], [NOT_REMOVALS[kind]]
        where, went_on = REMOVALS[kind], {}
        if kind in ("in-school-suspension", "removal-from-class"):
            for part in ("instruction", "services", "peers"):
                went_on[part] = action[f"{part}_went_on"]
        why, unsaid = "", ""
        if length["days"] is not None:
            left = Fraction(length["days"])
        elif length["minutes"] is not None:
            minutes = self.days.minutes(first)
            left = Fraction(length["minutes"], minutes or DAY_MINUTES)
            unsaid = (
                "" if minutes else f"{length['minutes']} min of a day whose bells are not known"
            )
        else:
            left, unsaid = WHOLE, "length not said, counted as 1"
        parts = []
        while left > 0:
            parts.append(HALF if left <= HALF else WHOLE)
            left -= 1
        if not parts:
            return [], [": ".join(filter(None, (where, "none of it was served")))]
        if went_on and all(went_on.values()):
            why = "instruction, services and peers went on"
            return [Fraction(0)] * len(parts), [f"{where}: {why}"]
        if went_on:
            no = [part for part, known in went_on.items() if known is False]
            unknown = [part for part, known in went_on.items() if known is None]
            told = [f"without {listed(no)}"] if no else []
            told += [f"not said whether {listed(unknown)} went on"] if unknown else []
            why = ", ".join(told)
        return parts, [": ".join(filter(None, (where, why))), unsaid]

    # What is owed

    @cached_property
    def due(self) -> list[Owed]:
        """Every line of `due --all`, in no order."""
        year = self.days.year(self.today)
        begins = self.days.begins(year)
        own = [*self.of_incidents(), *self.of_cases(), *self.of_plans(), *self.of_students()]
        own += [*self.knowledge(), *self.of_removals(), *self.in_a_row()]
        return [line for line in own if line.settled is None or line.settled >= begins]

    def line(
        self,
        rule: str,
        stream: str,
        ref: object,
        student: str,
        owner: str | None,
        by: date,
        settled: date | None,
        late_in: str,
        owners: Sequence[str] = (),
    ) -> Owed:
        counts = {
            "business days": self.days.office,
            "school days": self.days.school,
            "days": every_day,
        }[late_in]
        end = settled or self.today
        late = self.days.count(by, end, counts)
        if late_in == "business days" and end > by and not counts(end):
            late += 1  # a day without business belongs to the next
        if settled:
            state = "done late" if settled > by else "done"
        else:
            state = "open" if by > self.today else "today" if by == self.today else "late"
        return Owed(
            *(rule, stream, str(ref), student, owner, by, state, late, late_in if late else ""),
            settled,
            tuple(owners),
        )

    def of_incidents(self) -> Iterator[Owed]:
        office = self.staff_in("principal")
        for one in self.incidents:
            if not one.stands:
                continue
            stream = f"incident-{one.id}"
            defiant = [p for p in one.referred() if any(code(b.code) in DEFIANT for b in p["seen"])]
            if one.office and defiant:
                sent = one.office["on"]
                yield self.line(
                    *("referral-answer", stream, "", defiant[0]["student"]),
                    one.office["to"] or office,
                    self.days.nth(sent, ANSWER_BUSINESS_DAYS, self.days.office),
                    one.office["answered"],
                    "business days",
                )
            for number, used in enumerate(one.restraints, 1):
                yield from self.restrained(one, stream, number, used, office)
            for number, challenge in one.challenges.items():
                yield from self.challenged(one, stream, number, challenge)
            for number, action in one.actions.items():
                yield from self.represented(one, stream, number, action, office)

    def restrained(
        self, one: Incident, stream: str, number: int, used: Any, office: str | None
    ) -> Iterator[Owed]:
        student, day = one.people[used.label]["student"], local(used.began.at)
        told = [
            local(call.at.at)
            for whose, call in one.contacts
            if whose == student and code(call.outcome) == "reached" and call.at.at >= used.began.at
        ]
        after = [e for whose, e in one.emergency if whose == student and e.on >= day]
        made = [e.on for e in after if name(e) == "EmergencyReportMade"]
        met = [e.on for e in after if name(e) == "IepMeetingScheduled"]
        by = self.days.nth(day, GUARDIAN_SCHOOL_DAYS, self.days.school)
        first = (stream, number, student, office)
        yield self.line("emergency-told", *first, by, min(told, default=None), "school days")
        yield self.line("emergency-report", *first, day, min(made, default=None), "days")
        planned = any(
            plan.student == student
            and plan.kind == "behavior-intervention-plan"
            and plan.started is not None
            and plan.started <= day <= (plan.ended or date.max)
            for plan in self.plans
        )
        if "iep" in self.flags(student) and not planned:
            by = day + timedelta(days=IEP_MEETING_DAYS)
            yield self.line("emergency-meeting", *first, by, min(met, default=None), "days")

    def challenged(
        self, one: Incident, stream: str, number: int, steps: dict[str, Any]
    ) -> Iterator[Owed]:
        owner = self.staff_in("records-officer", "clerk", "principal")
        student = one.referred()[0]["student"]
        month = timedelta(days=CHALLENGE_DAYS)
        on = {step: e.on for step, e in steps.items()}
        first = [on[step] for step in ("ChallengeMet", "ChallengeDecided") if step in on]
        own = (stream, student, owner)

        def phase(what: str, began: date, settled: date | None) -> Owed:
            ref = f"{number} {what}"
            return self.line(
                "challenge", stream, ref, student, owner, began + month, settled, "days"
            )

        yield phase("meeting", on["asked"], min(first, default=None))
        denied = "ChallengeDecided" in on and not steps["ChallengeDecided"].sustained
        if (
            denied
            and "ChallengeAppealed" not in on
            and self.today <= on["ChallengeDecided"] + month
        ):
            by = on["ChallengeDecided"] + month
            yield Owed("challenge", stream, f"{number} appeal", *own[1:], by, "watch", 0, "", None)
        if "ChallengeAppealed" in on:
            yield phase("hearing", on["ChallengeAppealed"], on.get("AppealDecided"))

    def represented(
        self, one: Incident, stream: str, number: int, action: dict[str, Any], office: str | None
    ) -> Iterator[Owed]:
        person = one.people.get(action["label"])
        if person is None or person not in one.referred():
            return
        if action["action"] in (*SUSPENSIONS, "expulsion-recommendation"):
            told: dict[str, date] = {}
            for notice in one.notices:
                if notice.label == action["label"] and notice.relation:
                    told.setdefault(code(notice.relation), local(notice.at.at))
            student = person["student"]
            yield from self.notices(stream, number, student, action["on"], told, office)

    def notices(
        self,
        stream: str,
        ref: object,
        student: str,
        on: date,
        told: dict[str, date],
        office: str | None,
    ) -> Iterator[Owed]:
        """To everybody who stands for a foster or Indian child."""
        needed = [
            who for flag, some in STANDS_FOR.items() if flag in self.flags(student) for who in some
        ]
        if needed:
            left = [who for who in needed if who not in told]
            settled = None if left else max(told[who] for who in needed)
            yield self.line("representatives", stream, ref, student, office, on, settled, "days")

    def of_cases(self) -> Iterator[Owed]:
        for stream, events in self.streams.items():
            if is_a(stream, "meeting"):
                yield from self.of_case(stream, events)

    def of_case(self, stream: str, events: Sequence[Any]) -> Iterator[Owed]:
        case = case_of(events)
        office = self.staff_in("principal")
        for number, promise in case.promises.items():
            yield self.promised(stream, case, number, promise)
        for number, met in case.meetings.items():
            if not met["walk_in"] and met["state"] != "cancelled":
                yield from self.met(stream, case, number, met, office)
        held = [m for m in case.meetings.values() if m["state"] == "held"]
        coming = [m for m in case.meetings.values() if m["state"] == "set"]
        if held and not coming and not case.closed:
            last = max(held, key=lambda m: m["at"])
            by = local(last["at"]) + timedelta(weeks=FOLLOW_UP_WEEKS)
            owner = last["facilitator"] or office
            yield self.line("follow-up", stream, "", case.student, owner, by, None, "days")

    def promised(self, stream: str, case: SstCase, number: int, promise: dict[str, Any]) -> Owed:
        people = [person(who) for who in promise["who"]]
        staff = [person(who) for who in promise["who"] if who.staff]
        owner, due, settled = staff[0] if staff else None, promise["due"], promise["settled"]
        others = (*staff[1:], *(who for who in people if who not in staff))
        own = ("promise", stream, str(number), case.student, owner)
        if due is None:
            return Owed(*own, None, "done" if settled else "open", 0, "", settled, others)
        return self.line(*own, due, settled, "school days", others)

    def met(
        self, stream: str, case: SstCase, number: int, met: dict[str, Any], office: str | None
    ) -> Iterator[Owed]:
        day, was_held = local(met["at"]), met["state"] == "held"
        own = (stream, number, case.student, met["facilitator"] or office, day)
        settled = day if was_held else None
        if met["kind"] == "follow-up":
            yield self.line("follow-up", *own, settled, "days")
        else:
            yield self.line("meeting", *own, settled, "school days")
        if met["interpreter"] and not (was_held and met["booked"] is None):
            yield self.line("interpreter", *own, met["booked"], "school days")

    def of_plans(self) -> Iterator[Owed]:
        for plan in self.plans:
            own = (plan.student, plan.manager)
            number = str(plan.number)
            if plan.approved is None and plan.ended is None:
                yield Owed("consent", plan.stream, number, *own, None, "watch", 0, "", None)
            if plan.started is None:
                continue
            for n, (by, on) in enumerate(plan.reviewed, 1):
                ref = f"{number} review {n}"
                yield self.line("plan-review", plan.stream, ref, *own, by, on, "school days")
            if plan.ended is None:
                yield self.line(
                    "plan-review", plan.stream, number, *own, plan.review, None, "school days"
                )
                yield from self.without_cards(plan)

    def without_cards(self, plan: Plan) -> Iterator[Owed]:
        told = [d for d, card in plan.cards.items() if code(card.no_data) != "no-card"]
        first = max([plan.started or self.today, *(day + ONE for day in told)])
        missing = len(self.days.school_days(first, self.today - ONE))
        if plan.terms.card is not None and missing >= NO_CARD_SCHOOL_DAYS:
            own = (plan.stream, str(plan.number), plan.student, plan.manager)
            yield Owed("no-card", *own, None, "open", missing, "", None)

    def of_students(self) -> Iterator[Owed]:
        office = self.staff_in("principal")
        records = self.staff_in("records-officer", "clerk", "principal")
        for stream, events in self.streams.items():
            if not is_a(stream, "student"):
                continue
            student, said = stream.partition("-")[2], [r.event for r in events]
            for e in said:
                if name(e) == "RecordRequested":
                    by = self.days.nth(e.on, RECORD_BUSINESS_DAYS, self.days.office)
                    done = [x.on for x in said if name(x) == "RecordShown" and x.number == e.number]
                    own = ("record-access", stream, e.number, student, records)
                    yield self.line(*own, by, min(done, default=None), "business days")
                if name(e) == "PlacementChangeDecided" and e.pattern:
                    yield from self.decided(stream, student, e, said, office)

    def decided(
        self, stream: str, student: str, e: Any, said: Sequence[Any], office: str | None
    ) -> Iterator[Owed]:
        own = [x for x in said if getattr(x, "number", None) == e.number]
        held = [x.on for x in own if name(x) == "DeterminationHeld"]
        told = [x for x in own if name(x) == "GuardianToldOfDecision"]
        family = [x.on for x in told if code(x.relation) not in ("attorney", "social-worker")]
        family += [e.guardian_told_on] if e.guardian_told_on else []
        first = (stream, e.number, student, office)
        by = self.days.nth(e.on, DETERMINATION_SCHOOL_DAYS, self.days.school)
        yield self.line("determination", *first, by, min(held, default=None), "school days")
        yield self.line("decision-told", *first, e.on, min(family, default=None), "days")
        days: dict[str, date] = {}
        for x in told:
            days.setdefault(code(x.relation), x.on)
        yield from self.notices(stream, e.number, student, e.on, days, office)

    def knowledge(self) -> Iterator[Owed]:
        """Students without an IEP about whom several of the staff were concerned in a year."""
        concerns: dict[str, dict[str, list[date]]] = defaultdict(lambda: defaultdict(list))
        for stream, events in self.streams.items():
            if is_a(stream, "meeting"):
                student = case_of(events).student
                for e in (r.event for r in events):
                    asked = name(e) == "AssistanceRequested"
                    said = name(e) == "InputReceived" and code(e.source) == "teacher"
                    if (asked or said) and e.by and e.by.staff:
                        concerns[student][e.by.staff].append(e.on)
        for one in self.incidents:
            for action in one.actions.values() if one.stands else ():
                person = one.people.get(action["label"])
                if action["action"] == "sst-request" and action["by"] and person in one.referred():
                    concerns[person["student"]][action["by"]].append(action["on"])
        since = self.today - timedelta(days=CONCERN_DAYS)
        for student, by_staff in concerns.items():
            lately = [
                who for who, days in by_staff.items() if any(since < d <= self.today for d in days)
            ]
            if len(lately) >= CONCERNS and "iep" not in self.flags(student):
                yield Owed("knowledge", "", "", student, None, None, "watch", len(lately), "", None)

    def of_removals(self) -> Iterator[Owed]:
        for student, removed in self.removals().items():
            year = self.days.year(self.today)
            this = [
                line for line in removed.lines if any(self.days.year(d) is year for d in line.days)
            ]
            counted = [line for line in removed.lines if line.total]
            if removed.total >= SERVICES_WATCHED:
                yield self.watched("services", student, this[-1], removed)
            suspended = [line for line in counted if line.action in SUSPENSIONS]
            total = sum((line.total for line in suspended), Fraction(0))
            if total >= SUSPENDED_WATCHED:
                yield self.watched("yearly", student, suspended[-1], removed)
            for line in suspended:
                first, last = min(line.days), max(line.days)
                if line.total > SUSPENDED_AT_ONCE and self.today <= last:
                    yield self.watched("consecutive", student, line, removed)
                if line.total >= HOMEWORK_DAYS and first <= self.today <= last:
                    yield self.watched("homework", student, line, removed)

    def in_a_row(self) -> Iterator[Owed]:
        """More than ten school days in a row ask for a determination by themselves."""
        for student, removed in self.removals().items():
            if not {"iep", "section-504"} & self.flags(student):
                continue
            said = [r.event for r in self.streams[f"student-{student}"]]
            decided = [e.on for e in said if name(e) == "PlacementChangeDecided" and e.pattern]
            held = [e.on for e in said if name(e) == "DeterminationHeld" and e.number is None]
            for row in removed.rows:
                if len(row) > DAYS_IN_A_ROW and not any(on >= row[0] for on in decided):
                    [over, *_] = [
                        x for x in removed.lines if x.total and row[DAYS_IN_A_ROW] in x.days
                    ]
                    done = [on for on in held if on >= over.on]
                    by = self.days.nth(over.on, DETERMINATION_SCHOOL_DAYS, self.days.school)
                    stream = f"incident-{over.incident}"
                    yield self.line(
                        *("determination", stream, over.number, student),
                        self.staff_in("principal"),
                        by,
                        min(done, default=None),
                        "school days",
                    )

    def watched(self, rule: str, student: str, line: Line, removed: Removed) -> Owed:
        more: tuple[Any, ...] = ()
        if rule == "services":
            told = [f"{short(min(x.days))} {x.said}" for x in removed.lines if x.total]
            left = [f"{short(min(x.days))} {x.said}" for x in removed.lines if not x.total]
            more = (removed.total, removed.over, removed.longest, tuple(told), tuple(left))
        own = (f"incident-{line.incident}", str(line.number), student)
        return Owed(rule, *own, None, None, "watch", 0, "", None, more=more)

    def group(self, line: Owed) -> str:
        """Under which heading it stands."""
        if line.settled:
            return "done"
        if line.state in ("late", "watch"):
            return line.state
        sunday = self.today
        while sunday.isoweekday() != 7 or (
            self.today.isoweekday() > 5 and sunday <= self.today + ONE
        ):
            sunday += ONE
        return "this_week" if line.by is None or line.by <= sunday else "ahead"

    def to_complete(self, me: str) -> int:
        """How many incidents of this member of staff lack something."""
        return sum(one.stands and me in one.who and lacks(one) for one in self.incidents)

    # The packet

    def children(self) -> list[str]:
        """Everybody who has a plan, a case or a removal."""
        cases = [case_of(e).student for s, e in self.streams.items() if is_a(s, "meeting")]
        return sorted({*cases, *self.removals(), *(plan.student for plan in self.plans)})

    def packet(self, student: str) -> dict[str, Any]:
        """The figures of one student's papers."""
        cases = self.cases(student)
        held = sorted(
            (m["at"] for c in cases for m in c.meetings.values() if m["state"] == "held"),
        )
        begins = self.days.begins(self.days.year(self.today))
        since = min([begins, *(local(at) for at in held[-1:])])
        own = [
            (one, label, p)
            for one in self.incidents
            for label, p in one.of(student)
            if one.day >= since
        ]
        mine = [(one, p) for one, _, p in own if one.stands and "referred" in p["roles"]]
        lost = [p["minutes_lost"] for _, p in mine]
        said = [r.event for r in self.streams[f"student-{student}"]]
        praise = [e for e in said if name(e) == "PraiseRecorded" and local(e.occurred.at) >= since]
        calls = [e for e in said if name(e) == "ContactMade" and local(e.at.at) >= since]
        own_calls = [c for one, _, _ in own for whose, c in one.contacts if whose == student]
        removed = self.removals().get(student)
        return {
            "since": since.isoformat(),
            "incidents": len(mine),
            "major": sum(any(code(b.level) == "major" for b in p["seen"]) for _, p in mine),
            "places": Counter(one.details.get("location") or "not said" for one, _ in mine),
            "behaviors": Counter(code(b.code) for _, p in mine for b in p["seen"]),
            "motivations": Counter(p["motivation"] or "not said" for _, p in mine),
            "minutes_lost": sum(minutes for minutes in lost if minutes is not None),
            "minutes_not_said": lost.count(None),
            "removed_days": plain(removed.total if removed else Fraction(0)),
            "praise": len(praise),
            "contacts": len(calls) + len(own_calls),
            "promises": Counter(self.promises(cases, [local(at) for at in held], since)),
            "plans": [self.drawn(plan) for plan in self.on_paper(student, held, since)],
            "owed": Counter(
                (line.rule, line.by.isoformat() if line.by else None, line.state)
                for line in self.due
                if line.student == student and not line.settled
            ),
        }

    def cases(self, student: str) -> list[SstCase]:
        every = [case_of(e) for s, e in self.streams.items() if is_a(s, "meeting")]
        return [case for case in every if case.student == student]

    def promises(
        self, cases: Sequence[SstCase], held: Sequence[date], since: date
    ) -> Iterator[str]:
        """Of each that is open, or was settled since the meeting before the last."""
        first = held[-2:][0] if held else since
        for promise in (p for case in cases for p in case.promises.values()):
            if promise["settled"] and promise["settled"] >= first:
                yield promise["how"]
            if not promise["settled"]:
                late = promise["due"] and promise["due"] < self.today
                yield "late" if late else "open"

    def on_paper(self, student: str, held: Sequence[datetime], since: date) -> list[Plan]:
        after = local(held[-1]) if held else since
        own = [plan for plan in self.plans if plan.student == student]
        shown = [plan for plan in own if plan.ended is None or plan.ended >= after]
        return sorted(shown, key=lambda plan: -plan.number)

    def drawn(self, plan: Plan) -> dict[str, Any]:
        """A plan with its last fifteen school days, as on its chart."""
        stands = self.standing(plan)
        days: list[date] = []
        if plan.started and plan.started <= self.today:
            last = min(self.today, plan.ended or self.today)
            days = self.days.school_days(plan.started, last)
            if days and days[-1] == self.today and self.today not in values_of(plan):
                days.pop()
        now = stands["now"]
        return {
            "plan": plan.number,
            "kind": plan.kind,
            "state": stands["state"],
            "now": None if now is None else on_paper(self.exact_now(plan)),
            "at_goal": stands["at_goal"],
            "of": stands["of"],
            "days": [self.drawn_day(plan, day) for day in days[-DRAWN:]],
        }

    def exact_now(self, plan: Plan) -> Fraction:
        pairs = [values_of(plan).get(day) for day in self.plan_days(plan)[-WINDOW:]]
        amount = sum(pair[0] for pair in pairs if pair)
        of = sum(pair[1] for pair in pairs if pair)
        percent = code(plan.terms.goal.unit) == "percent-of-points"
        return (100 if percent else 1) * Fraction(amount) / Fraction(of)

    def drawn_day(self, plan: Plan, day: date) -> str | None:
        pair = values_of(plan).get(day)
        if pair is None:
            return None
        if code(plan.terms.goal.unit) == "percent-of-points":
            return f"{pair[0]}/{pair[1]}"
        return plain(pair[0])

    def times(self, student: str) -> tuple[int, int, int, int, int] | None:
        """(first minute, last minute, how many, other times, not said) of the fullest half hour."""
        since = date.fromisoformat(self.packet(student)["since"])
        mine = [
            one
            for one in self.incidents
            for _, p in one.of(student)
            if one.stands and one.day >= since and "referred" in p["roles"]
        ]
        at = [one.at.astimezone(ZONE) for one in mine if one.timed]
        minutes = sorted(t.hour * 60 + t.minute for t in at)
        best: list[int] = []
        for first in minutes:
            near = [m for m in minutes if first <= m <= first + 30]
            best = near if len(near) > len(best) else best
        if len(best) < 2:
            return None
        untimed = len(mine) - len(minutes)
        return best[0], best[-1], len(best), len(minutes) - len(best), untimed


@dataclass(frozen=True)
class Owed:
    """A line of what is owed."""

    rule: str
    stream: str
    ref: str
    student: str
    owner: str | None
    by: date | None
    state: str
    late: int  # or how many days without a card, how many concerns
    late_in: str
    settled: date | None
    owners: tuple[str, ...] = ()
    more: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Line:
    """A removal: what counts of each of its days, and why."""

    incident: str
    number: int
    action: str
    on: date
    days: dict[date, Fraction]
    why: str

    @property
    def total(self) -> Fraction:
        return sum(self.days.values(), Fraction(0))

    @property
    def said(self) -> str:
        return " ".join(filter(None, (halves(self.total) if self.total else "", self.why)))


@dataclass(frozen=True)
class Removed:
    """All of one student's."""

    lines: list[Line]
    taken: dict[date, Fraction]
    days: Days

    @property
    def total(self) -> Fraction:
        return sum(self.taken.values(), Fraction(0))

    @property
    def rows(self) -> list[list[date]]:
        """School days in a row."""
        rows: list[list[date]] = []
        for day in self.taken:
            if rows and self.days.nth(rows[-1][-1], 1, self.days.school) == day:
                rows[-1].append(day)
            else:
                rows.append([day])
        return rows

    @property
    def longest(self) -> int:
        return max((len(row) for row in self.rows), default=0)

    @property
    def over(self) -> date | None:
        """The day on which the sum went over ten."""
        total = Fraction(0)
        for day, part in self.taken.items():
            total += part
            if total > SERVICES_DAYS:
                return day
        return None


@dataclass
class SstCase:
    """One case: its meetings and promises."""

    student: str = ""
    closed: bool = False
    meetings: dict[int, dict[str, Any]] = field(default_factory=dict)
    promises: dict[int, dict[str, Any]] = field(default_factory=dict)


def case_of(events: Sequence[Any]) -> SstCase:
    case = SstCase()
    for e in (r.event for r in events):
        tell_case(case, e)
    return case


def tell_case(case: SstCase, e: Any) -> None:
    new = {"state": "set", "walk_in": False, "interpreter": False, "booked": None}
    match name(e):
        case "AssistanceRequested":
            case.student = e.student_id
        case "MeetingScheduled":
            own = {"kind": code(e.kind), "at": e.at.at, "facilitator": e.facilitator}
            case.meetings[e.number] = new | own
        case "FollowUpSet":
            own = {"kind": "follow-up", "at": e.at.at, "facilitator": e.facilitator}
            case.meetings[e.number] = new | own
        case "MeetingRescheduled":
            case.meetings[e.number]["at"] = e.at.at
        case "MeetingCancelled":
            case.meetings[e.number]["state"] = "cancelled"
        case "MeetingHeld":
            was = case.meetings.get(e.number, new | {"facilitator": None})
            own = {"kind": code(e.kind), "at": e.at.at, "state": "held", "walk_in": e.walk_in}
            case.meetings[e.number] = was | own
        case "MemberInvited":
            case.meetings[e.number]["interpreter"] |= e.needs_interpreter
        case "InterpreterBooked":
            case.meetings[e.number]["booked"] = e.on
        case "ActionAgreed":
            case.promises[e.number] = {"who": e.who, "due": e.due, "settled": None, "how": "open"}
        case "ActionReassigned":
            case.promises[e.number]["who"] = e.who
            case.promises[e.number]["due"] = e.due or case.promises[e.number]["due"]
        case "ActionCompleted":
            case.promises[e.number] |= {"settled": e.on, "how": "kept"}
        case "ActionDropped":
            case.promises[e.number] |= {"settled": e.on, "how": "dropped"}
        case "CaseClosed":
            case.closed = True
        case _:
            pass


def is_a(stream: str, kind: str) -> bool:
    return stream.startswith(f"{kind}-")


def listed(words: Sequence[str]) -> str:
    """instruction, services and peers"""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def on_paper(value: Fraction) -> str:
    """84, or 1.6 where a tenth says something."""
    said = rounded(value, 0 if value >= 10 else 1)
    return said.removesuffix(".0")
