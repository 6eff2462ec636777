"""What is on the screen after an entry: what was recorded, of whom, what is open, how to undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ledger.domain import UNDO_WINDOW, Recorded
from ledger.domain.codes import Level
from ledger.domain.incident import IncidentEvent, IncidentReported, ReferredToOffice, StatementAdded
from ledger.domain.particulars import Participant
from ledger.domain.rules import RULES, Rule
from ledger.entry import Likeness
from ledger.finding import Found
from ledger.reports import beside, wrapped
from ledger.said import show_day, show_time, show_when

OFFICE_WORDS = {Level.MAJOR: "MAJOR", Level.MINOR: "minor"}


@dataclass(frozen=True)
class Logged:
    """What an entry became, with what is needed to show it."""

    id: str
    events: Sequence[Recorded[IncidentEvent]]
    repeated: bool
    people: Mapping[str, Found]  # student id → as the roster shows them
    staff: Mapping[str, str]  # staff id → name
    alike: Sequence[Likeness] = ()
    answer_by: date | None = None  # when the office has to answer, if a law says so …
    answer_rule: Rule = RULES["referral-answer"]  # … this one
    replaced: Mapping[str, str] = field(default_factory=dict)  # label → words of the texts
    standing: Mapping[str, str] = field(default_factory=dict)  # words of a text → who it may be

    @property
    def report(self) -> IncidentReported:
        first = self.events[0].event
        assert isinstance(first, IncidentReported)
        return first

    @property
    def level(self) -> Level:
        levels = {b.level for p in self.report.participants for b in p.behaviors}
        return Level.MAJOR if Level.MAJOR in levels else Level.MINOR

    @property
    def statements(self) -> list[StatementAdded]:
        return [r.event for r in self.events if isinstance(r.event, StatementAdded)]

    @property
    def office(self) -> ReferredToOffice | None:
        found = (r.event for r in self.events if isinstance(r.event, ReferredToOffice))
        return next(found, None)

    @property
    def open(self) -> list[str]:
        """What has not been said yet, the most useful first."""
        referred = [p for p in self.report.participants if p.referred]
        questions = {
            "what was seen": not self.statements,
            "place": self.report.location is None,
            "minor or major": any(b.assumed for p in referred for b in p.behaviors),
            "why (motivation)": any(p.motivation is None for p in referred),
            "what was done": True,
            "a name in the text": bool(self.standing),
        }
        return [question for question, is_open in questions.items() if is_open]


def first(logged: Logged, zone: ZoneInfo, now: datetime) -> list[str]:
    """What is on the screen at once: that it is recorded, as what."""
    if logged.repeated:
        return [f"Already recorded as {logged.id}. {_again(logged)}"]
    return wrapped(f"Recorded  {logged.id}   {_headline(logged, zone, now)}", 8)


def lines(logged: Logged, zone: ZoneInfo, pattern: str) -> list[str]:
    """Who and what stands in it, then what the ledger knows, then what is open."""
    if logged.repeated:
        return []
    told = [*_people(logged), *_said(logged, zone), *_standing(logged)]
    told += filter(None, (_paper(logged), _office(logged)))
    shown = [part for line in told for part in wrapped(f"  {line}", 8)]
    known = wrapped(f"  {pattern}", 4) if pattern else []
    return [*shown, "", *known, *_same(logged, zone), *_next(logged, zone)]


def _standing(logged: Logged) -> list[str]:
    return [
        f"{words} ({who}?) stands in the text: bledger open"
        for words, who in logged.standing.items()
    ]


def _again(logged: Logged) -> str:
    if logged.report.slip:
        return "Nothing was added."
    return "Nothing was added; if it happened a second time: --again"


def _headline(logged: Logged, zone: ZoneInfo, now: datetime) -> str:
    report, level = logged.report, logged.level
    codes = dict.fromkeys(b.code.label for p in report.participants for b in p.behaviors)
    place = report.place or (report.location.label if report.location else "place not said")
    when = show_when(report.occurred.at.astimezone(zone), zone, now)
    return f"{OFFICE_WORDS[level]} ({level.managed}) {', '.join(codes)} · {place} · {when}"


def _people(logged: Logged) -> list[str]:
    rows = [_person(p, logged) for p in logged.report.participants]
    name, of = (max(len(row[n]) for row in rows) for n in (1, 2))
    shown = [f"{row[0]:<3} {row[1]:<{name}}   {row[2]:<{of}}   {row[3]}" for row in rows]
    wide = max(map(len, shown))
    return [
        f"{line:<{wide}}   {_replaced(row[0], logged)}".rstrip()
        for line, row in zip(shown, rows, strict=True)
    ]


def _replaced(label: str, logged: Logged) -> str:
    words = logged.replaced.get(label)
    return f"{words} → {label} in the text" if words else ""


def _person(person: Participant, logged: Logged) -> tuple[str, str, str, str]:
    roles = ", ".join(role.label for role in person.roles)
    if person.student_id is None:
        outside = person.outside.label if person.outside else "somebody"
        return person.label, outside, "outside the school", roles
    found = logged.people[person.student_id]
    return person.label, found.name, found.room, roles


def _said(logged: Logged, zone: ZoneInfo) -> list[str]:
    return [f"{s.kind.verb} {_observer(s, logged)}: {_one_line(s.text)}" for s in logged.statements]


def _observer(statement: StatementAdded, logged: Logged) -> str:
    who = logged.staff.get(statement.observer or "", statement.observer or "somebody")
    where = statement.observed_at or "there"
    return f"{who}, {where} and then" if statement.observed is None else f"{who}, {where}"


def _one_line(text: object) -> str:
    """A long text is shown by its beginning; what is stored is whole."""
    said = " ".join(str(text).split())
    return said if len(said) <= 400 else f"{said[:400]}… ({len(str(text)):,} characters)"


def _paper(logged: Logged) -> str:
    report, staff = logged.report, logged.staff
    parts = [f"slip {report.slip}" if report.slip else ""]
    if report.reported_by and report.reported_by != report.recorded_by:
        parts.append(f"reported by {staff.get(report.reported_by, 'a member of staff')}")
        parts.append(f"recorded by {staff.get(report.recorded_by or '', 'a member of staff')}")
    return " · ".join(filter(None, parts))


def _office(logged: Logged) -> str:
    if logged.office is None:
        return ""
    who = logged.staff.get(logged.office.to or "", "nobody named")
    if logged.answer_by is None:
        return f"Sent to the office: {who}"
    by = show_day(logged.answer_by).rsplit(" ", 1)[0]
    days, cite = logged.answer_rule.numbers["business_days"], logged.answer_rule.cite
    return f"Sent to the office: {who} answers by {by} · {days} business days, {cite}"


def _same(logged: Logged, zone: ZoneInfo) -> list[str]:
    return [line for other in logged.alike for line in _one_same(other, logged, zone)]


def _one_same(other: Likeness, logged: Logged, zone: ZoneInfo) -> list[str]:
    short, at = other.incident_id[:7], show_time(other.occurred_at.astimezone(zone))
    report = logged.report
    own = other.reporter == report.reported_by == report.recorded_by
    who = "yours" if own else logged.staff.get(other.reporter, "a member of staff")
    maybe = f"  Maybe the same as {short} ({at}, {who})."
    return beside(maybe, f"bledger same {logged.id} {short}")


def _next(logged: Logged, zone: ZoneInfo) -> list[str]:
    until = logged.events[0].recorded_at.astimezone(zone) + UNDO_WINDOW
    return [
        *beside(f"  Open: {' · '.join(logged.open)}", _goes_on(logged)),
        f"  Wrong? bledger undo, until {show_time(until)}",
    ]


def _goes_on(logged: Logged) -> str:
    """The command that says what is open: one line when it is about one child, else all of it."""
    referred = [p for p in logged.report.participants if p.referred]
    simple = len(referred) == 1 and "minor or major" not in logged.open
    if not simple:
        return "bledger open"
    why = " --why peer" if "why (motivation)" in logged.open else ""
    return f"bledger act last conference{why}"
