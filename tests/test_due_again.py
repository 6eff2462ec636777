"""Every line of `due` on a made-up school, counted again from the raw events, slowly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desk import School, close

from cli import Desk, run
from ledger.domain import When

ONE = timedelta(days=1)
DEFIANT = {"disruption", "defiance"}
OPEN_DAYS = {"referral-answer": 5, "record-access": 5}
LOOKED_AT = frozenset(
    (
        *OPEN_DAYS,
        *("promise", "meeting", "follow-up", "plan-review", "consent", "no-card"),
        *("emergency-told", "emergency-report", "services"),
    )
)
Line = tuple[str, str, str, str, str | None, int]  # rule, stream, ref, state, by, days late


class Slow:
    """What is owed, from lists of events and nothing else."""

    def __init__(self, events: list[Any], today: date) -> None:
        self.today = today
        undone = {(r.stream, v) for r in events for v in r.event.undoes}
        standing = [r for r in events if (r.stream, r.version) not in undone]
        self.streams: dict[str, list[Any]] = defaultdict(list)
        for recorded in standing:
            self.streams[recorded.stream].append(recorded)
        self.years = [r.event for r in standing if type(r.event).__name__ == "SchoolYearSet"]
        self.closed = {
            day
            for r in standing
            if type(r.event).__name__ == "HolidaysSet"
            for day in r.event.closed
        }

    def open(self, day: date) -> bool:
        return day.isoweekday() <= 5 and day not in self.closed

    def school(self, day: date) -> bool:
        inside = [y for y in self.years if y.first_day <= day <= y.last_day]
        return self.open(day) and bool(inside) and day not in inside[0].no_school

    def nth(self, start: date, n: int, counts: Any) -> date:
        day = start
        while n:
            day += ONE
            n -= counts(day)
        return day

    def state(self, by: date | None, settled: date | None, counts: Any) -> tuple[str, int]:
        end, late = settled or self.today, 0
        day = by or end
        while day < end:
            day += ONE
            late += counts(day)
        if counts == self.open and by and end > by and not counts(end):
            late += 1  # a day without business belongs to the next
        if settled:
            return ("done late" if by and settled > by else "done"), late
        if by is None or by > self.today:
            return "open", late
        return ("today" if by == self.today else "late"), late

    def line(
        self, rule: str, stream: str, ref: object, by: date | None, done: date | None, counts: Any
    ) -> Line:
        state, late = self.state(by, done, counts)
        return rule, stream, str(ref), state, by.isoformat() if by else None, late

    def lines(self) -> Iterator[Line]:
        for stream, events in self.streams.items():
            kind = stream.partition("-")[0]
            yield from getattr(self, kind, self.nothing)(stream, events)
        yield from self.removals()

    def nothing(self, stream: str, events: list[Any]) -> Iterator[Line]:
        return iter(())

    def incident(self, stream: str, events: list[Any]) -> Iterator[Line]:
        people, sent, answered = self.people(events), None, None
        if not people:
            return
        for r in events:
            name = type(r.event).__name__
            if name == "ReferredToOffice":
                sent, answered = r.event.on or local(r.recorded_at, ZONE), None
            if name == "ReferralAnswered":
                answered = day_of(r.event.at)
        defiant = any(
            b.code.value in DEFIANT for p in people.values() if p.referred for b in p.behaviors
        )
        if sent and defiant:
            by = self.nth(sent, 5, self.open)
            yield self.line("referral-answer", stream, "", by, answered, self.open)
        used = [r.event for r in events if type(r.event).__name__ == "RestraintOrSeclusionUsed"]
        for number, one in enumerate(used, 1):
            day = day_of(one.began)
            told = [
                day_of(r.event.at)
                for r in events
                if type(r.event).__name__ == "FamilyContacted"
                and r.event.label == one.label
                and r.event.outcome.value == "reached"
                and r.event.at.at >= one.began.at
            ]
            by = self.nth(day, 1, self.school)
            done = min(told, default=None)
            yield self.line("emergency-told", stream, number, by, done, self.school)
            made = [
                r.event.on
                for r in events
                if type(r.event).__name__ == "EmergencyReportMade"
                and r.event.label == one.label
                and r.event.on >= day
            ]
            done = min(made, default=None)
            yield self.line("emergency-report", stream, number, day, done, lambda _: True)

    def people(self, events: list[Any]) -> dict[str, Any]:
        """Participants by label as they stand; none when it did not happen."""
        people: dict[str, Any] = {}
        for event in (r.event for r in events):
            match type(event).__name__:
                case "IncidentReported" | "IncidentImported" | "ImportCorrected":
                    people = {p.label: p for p in event.participants}
                case "ParticipantAdded":
                    people[event.participant.label] = event.participant
                case "ParticipantRemoved":
                    people.pop(event.label)
                case "ParticipantReplaced":
                    new = {"student_id": event.student_id, "outside": event.outside}
                    people[event.label] = people[event.label].model_copy(update=new)
                case "BehaviorCorrected":
                    new = {"behaviors": event.behaviors}
                    people[event.label] = people[event.label].model_copy(update=new)
                case "RolesCorrected":
                    new = {"behaviors": event.behaviors, "roles": event.roles}
                    people[event.label] = people[event.label].model_copy(update=new)
                case "IncidentVoided" | "IncidentMerged":
                    return {}
                case _:
                    pass
        return people

    def meeting(self, stream: str, events: list[Any]) -> Iterator[Line]:
        due: dict[int, date | None] = {}
        kept: dict[int, date] = {}
        met: dict[int, tuple[str, When]] = {}
        held: dict[int, bool] = {}
        walked_in: set[int] = set()
        closed = False
        for event in (r.event for r in events):
            match type(event).__name__:
                case "ActionAgreed":
                    due[event.number] = event.due
                case "ActionReassigned":
                    due[event.number] = event.due or due[event.number]
                case "ActionCompleted" | "ActionDropped":
                    kept[event.number] = event.on
                case "MeetingScheduled":
                    met[event.number] = event.kind.value, event.at
                case "FollowUpSet":
                    met[event.number] = "follow-up", event.at
                case "MeetingRescheduled":
                    met[event.number] = met[event.number][0], event.at
                case "MeetingCancelled":
                    met.pop(event.number)
                case "MeetingHeld":
                    met[event.number] = event.kind.value, event.at
                    held[event.number] = True
                    walked_in |= {event.number} if event.walk_in else set()
                case "CaseClosed":
                    closed = True
                case _:
                    pass
        for number, by in due.items():
            yield self.line("promise", stream, number, by, kept.get(number), self.school)
        for number, (kind, at) in met.items():
            rule, day = ("follow-up" if kind == "follow-up" else "meeting"), day_of(at)
            if number not in walked_in:
                counts = self.school if rule == "meeting" else lambda _: True
                done = day if number in held else None
                yield self.line(rule, stream, number, day, done, counts)
        if held and not closed and len(held) == len(met):
            last = max(day_of(met[number][1]) for number in held)
            yield self.line(
                "follow-up", stream, "", last + timedelta(weeks=6), None, lambda _: True
            )

    def plan(self, stream: str, events: list[Any]) -> Iterator[Line]:
        for number in sorted({r.event.plan for r in events if hasattr(r.event, "plan")}):
            own = [r.event for r in events if getattr(r.event, "plan", None) == number]
            yield from self.one_plan(stream, number, own)

    def one_plan(self, stream: str, number: int, events: list[Any]) -> Iterator[Line]:
        named = {type(event).__name__: event for event in events}
        review, reviews, card = date.min, 0, None
        for event in events:
            if hasattr(event, "review_on"):
                review, card = event.review_on, event.card
            if type(event).__name__ == "PlanReviewed":
                reviews += 1
                ref = f"{number} review {reviews}"
                yield self.line("plan-review", stream, ref, review, event.on, self.school)
                review = event.next_review or review
        if "PlanApproved" not in named and "PlanEnded" not in named:
            yield "consent", stream, str(number), "watch", None, 0
        if "PlanStarted" not in named or "PlanEnded" in named:
            return
        yield self.line("plan-review", stream, number, review, None, self.school)
        told = [
            event.on
            for event in events
            if type(event).__name__ in ("PointsRecorded", "PointsCorrected")
        ]
        none = {
            e.on for e in events if getattr(e, "no_data", None) and e.no_data.value == "no-card"
        }
        day = max([named["PlanStarted"].on - ONE, *(on for on in told if on not in none)])
        missing = 0
        while day < self.today - ONE:
            day += ONE
            missing += self.school(day)
        if card and missing >= 5:
            yield "no-card", stream, str(number), "open", None, missing

    def student(self, stream: str, events: list[Any]) -> Iterator[Line]:
        asked = [r.event for r in events if type(r.event).__name__ == "RecordRequested"]
        shown = {
            r.event.number: r.event.on for r in events if type(r.event).__name__ == "RecordShown"
        }
        for event in asked:
            by = self.nth(event.on, 5, self.open)
            done = shown.get(event.number)
            yield self.line("record-access", stream, event.number, by, done, self.open)

    def removals(self) -> Iterator[Line]:
        """Students on their way to ten days of removal: (services, student, total)."""
        days: dict[str, dict[date, Fraction]] = defaultdict(dict)
        for stream, events in self.streams.items():
            people = self.people(events) if stream.startswith("incident-") else {}
            for taken, length in self.taken(events) if people else ():
                student = people[taken.label].student_id
                for day, part in self.covered(taken, length):
                    known = days[student].get(day, Fraction(0))
                    days[student][day] = min(Fraction(1), known + part)
        for student, own in days.items():
            total = sum(own.values())
            if total >= 5:
                yield "services", student, "", "watch", None, int(total * 2)

    def taken(self, events: list[Any]) -> Iterator[tuple[Any, tuple[Any, Any]]]:
        """Actions as they stand, with their length as served, or else as given."""
        actions: dict[int, Any] = {}
        served: dict[int, tuple[Any, Any]] = {}
        for event in (r.event for r in events):
            match type(event).__name__:
                case "ActionTaken":
                    actions[event.number] = event
                case "ActionCorrected":
                    label = actions[event.number].label
                    actions[event.number] = event.model_copy()
                    object.__setattr__(actions[event.number], "label", label)
                case "ActionVoided":
                    actions.pop(event.number)
                case "ActionServed" if event.days is not None or event.minutes is not None:
                    served[event.number] = event.days, event.minutes
                case _:
                    pass
        for number, event in actions.items():
            yield event, served.get(number, (event.days, event.minutes))

    def covered(self, taken: Any, length: tuple[Any, Any]) -> Iterator[tuple[date, Fraction]]:
        action = taken.action.value
        if action not in (
            *("removal-from-class", "sent-home-early", "in-school-suspension"),
            *("out-of-school-suspension", "alternative-placement"),
        ):
            return
        went_on = (taken.instruction_went_on, taken.services_went_on, taken.peers_went_on)
        if action in ("removal-from-class", "in-school-suspension") and all(went_on):
            return
        day = taken.on if self.school(taken.on) else self.nth(taken.on, 1, self.school)
        days, minutes = length
        left = Fraction(1)
        if days is not None:
            left = Fraction(days)
        elif minutes is not None:
            left = Fraction(minutes, self.length(day))
        while left > 0:
            yield day, Fraction(1, 2) if left <= Fraction(1, 2) else Fraction(1)
            left, day = left - 1, self.nth(day, 1, self.school)

    def length(self, day: date) -> int:
        """Minutes of that school day, by its bells."""
        year = next(y for y in self.years if y.first_day <= day <= y.last_day)
        kind = "minimum" if day in year.minimum_days else "regular"
        rings = [s for s in year.schedules if s.kind.value == kind]
        if not rings or not rings[0].periods:
            return 240
        first, last = rings[0].periods[0].start, rings[0].periods[-1].end
        return int(last.hour * 60 + last.minute - first.hour * 60 - first.minute)


ZONE = "America/Los_Angeles"


def day_of(when: When) -> date:
    return local(when.at, when.zone)


def local(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def as_counted(line: dict[str, Any]) -> Line:
    """A line of the answer, as the slow script has it."""
    rule = line["rule"]
    if rule == "services":
        half_days = int(Fraction(line["facts"]["total"]) * 2)
        return rule, line["student_id"], "", "watch", None, half_days
    n = int(line["what"].split()[0]) if rule == "no-card" else line["days_late"]
    return rule, line["stream"], line["ref"], line["state"], line["by"], n


@pytest.fixture
def demo(desk: School, monkeypatch: pytest.MonkeyPatch) -> School:
    """The made-up school, at its principal's desk."""
    new = desk.root / "demo"
    env = {
        "BLEDGER_DATA": str(new / "data"),
        "BLEDGER_KEY_FILE": str(new / "school.key"),
        "BLEDGER_USER": "principal",
    }
    at = Desk(desk.env | env, desk.clock)
    assert run(["demo", "--students", "200", "--days", "70"], at) == 0
    close(at)
    desk.env |= env
    return desk


def test_every_line_on_a_made_up_school_is_counted_again_from_its_events(
    demo: School, capsys: pytest.CaptureFixture[str]
) -> None:
    events = demo.events()
    last = max(r.recorded_at for r in events)
    seen: set[str] = set()
    for back in (0, 9, 30):
        day = local(last, ZONE) - timedelta(days=back)
        told = demo.ok("due", "--all", "--json", "--as-of", day.isoformat()).json
        shown = [line for group in told.values() if isinstance(group, list) for line in group]
        counted = sorted(as_counted(one) for one in shown if one["rule"] in LOOKED_AT)
        known = [r for r in events if r.position <= told["position"]]
        again = Slow(known, day).lines()
        assert counted == sorted(again, key=lambda line: line[:4])
        seen |= {line[0] for line in counted}
    assert seen == LOOKED_AT
