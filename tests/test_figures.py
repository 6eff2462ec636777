"""Every figure of `due`, `plan status`, `points` and `packet` of a made-up school, again."""

from __future__ import annotations

import ast
import io
import json
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import figures
import pytest
from desk import PRINCIPAL, School, close
from figures import ONE, ZONE, Figures, Owed, local
from lxml import html
from papers import Story, when
from plans import EIGHTY, a_draft, carry_out

from cli import Desk, run
from ledger.domain import Recorded, clocks, progress, removals
from ledger.domain.codes import Action, Behavior, ContactOutcome, Level, Role
from ledger.domain.days import school_year_of
from ledger.domain.incident import (
    INCIDENT,
    AddParticipant,
    ContactFamily,
    ReplaceParticipant,
    TakeAction,
)
from ledger.domain.particulars import BehaviorSeen
from ledger.domain.plan import PLAN, ApprovePlan, EndPlan, RecordPoints, RevisePlan, Terms
from ledger.domain.student import STUDENT, Flags, RecordFlags
from ledger.reading import Window
from ledger.reading.duties import owed
from ledger.reports import packet, packet_agreed, packet_plans
from ledger.reports import points as cards

MADE = datetime(2026, 11, 23, 17, tzinfo=ZONE)  # the Monday after the last day of the story
FRIDAY = datetime(2026, 11, 20, 17, tzinfo=ZONE)


@dataclass
class Demo:
    """The made-up school behind the command line, at a time and as known then."""

    folder: Path
    now: datetime = MADE
    asked: tuple[str, ...] = ()

    def __call__(self, *argv: str) -> dict[str, Any]:
        """The answer of one line, for programs."""
        out, err = io.StringIO(), io.StringIO()
        with self.opened() as at, redirect_stdout(out), redirect_stderr(err):
            assert run([*argv, "--json"], at) == 0, err.getvalue()
        told: dict[str, Any] = json.loads(out.getvalue())
        return told

    def env(self) -> dict[str, str]:
        return {
            "BLEDGER_DATA": str(self.folder / "data"),
            "BLEDGER_KEY_FILE": str(self.folder / "school.key"),
            "BLEDGER_SPOOL": str(self.folder / "spool"),
            "BLEDGER_USER": "principal",
        }

    @contextmanager
    def opened(self) -> Iterator[Desk]:
        at = Desk(self.env(), lambda: self.now)
        yield at
        close(at)

    def events(self) -> list[Recorded[Any]]:
        with self.opened() as at:
            every = [one for page in at.school.record.since(0) for one in page]
        return [one for one in every if isinstance(one, Recorded)]

    def figures(self) -> Figures:
        """The slow count of what was known then, by the calendar of now."""
        every = self.events()
        position, today = then(self, every)
        return Figures([r for r in every if r.position <= position], today, every)


def then(demo: Demo, every: Sequence[Recorded[Any]]) -> tuple[int, date]:
    """The position and the day that are asked about, by the days on which it was recorded."""
    match demo.asked:
        case ("--as-of", said):
            day = date.fromisoformat(said)
            return max(r.position for r in every if local(r.recorded_at) <= day), day
        case ("--position", said):
            return int(said), local(every[int(said) - 1].recorded_at)
        case _:
            return every[-1].position, demo.now.date()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The school, made once."""
    demo = Demo(tmp_path_factory.mktemp("figures"))
    demo("demo")
    return demo


@pytest.fixture
def school(made: Demo, tmp_path: Path) -> Demo:
    """A copy of it, as no clock goes back at one school."""
    shutil.copytree(made.folder, tmp_path, dirs_exist_ok=True)
    return replace(made, folder=tmp_path)


VIEWS: dict[str, tuple[datetime, tuple[str, ...]]] = {
    "the last day": (FRIDAY, ()),
    "a day without school": (MADE, ()),
    "a Saturday": (FRIDAY + ONE, ()),
    "weeks later": (MADE + timedelta(weeks=3), ()),
    "as of November": (MADE, ("--as-of", "2026-11-12")),
    "as of October": (MADE, ("--as-of", "2026-10-16")),
    "as of September": (MADE, ("--as-of", "2026-09-08")),
    "at a position": (MADE, ("--position", "1400")),
}


@pytest.fixture(params=VIEWS)
def demo(school: Demo, request: pytest.FixtureRequest) -> Demo:
    now, asked = VIEWS[request.param]
    return replace(school, now=now, asked=asked)


# Due


def due_of(demo: Demo) -> tuple[Any, Any]:
    """What `due --all` says, and the slow count of it."""
    told = demo("due", "--all", *demo.asked)
    again = demo.figures()
    assert told["day"] == again.today.isoformat()
    groups = ("late", "this_week", "watch", "ahead", "done")
    said = sorted((group, *as_told(line)) for group in groups for line in told[group])
    lines = sorted((again.group(line), *as_counted(line)) for line in again.due)
    me = again_staff(demo)
    return [told["to_complete"], *said], [again.to_complete(me), *lines]


def again_staff(demo: Demo) -> str:
    with demo.opened() as at:
        return str(at.school.actor.id)


def as_told(line: dict[str, Any]) -> tuple[str, ...]:
    """A line of the answer, as texts that can be sorted."""
    late, more = line["days_late"], ()
    names = ("rule", "stream", "ref", "student_id", "owner", "by", "state")
    said = {name: line[name] for name in names}
    if line["rule"] == "no-card":
        late = int(line["what"].split()[0])
    if line["rule"] == "knowledge":
        said |= {"stream": "", "ref": ""}
        late = len(line["facts"]["concerns"])
    if line["rule"] == "services":
        more = services(line)
    told = (*said.values(), late, line["late_in"], line["settled"], tuple(line["owners"]), more)
    return tuple(map(str, told))


def services(line: dict[str, Any]) -> tuple[Any, ...]:
    facts = line["facts"]
    told = {row[:13].strip(): tuple(row[13:].split(" · ")) for row in line["evidence"]}
    return (
        *(str(Fraction(facts["total"])), str(facts["reached"]), facts["in_a_row"]),
        *(told.get("counted", ()), told.get("not counted", ())),
    )


def as_counted(line: Owed) -> tuple[str, ...]:
    more = line.more
    if more:
        more = (str(more[0]), str(more[1]), *more[2:])
    own = (line.rule, line.stream, line.ref, line.student, line.owner, line.by, line.state)
    told = (*own, line.late, line.late_in, line.settled, line.owners, more)
    return tuple(map(str, told))


def test_every_line_of_due_is_counted_again(demo: Demo) -> None:
    told, again = due_of(demo)
    assert told == again


# Removals, of every student


def removals_of(demo: Demo) -> tuple[Any, Any]:
    """The product's own count of every student's removals, and the slow one."""
    told = demo("due", *demo.asked)
    today = date.fromisoformat(told["day"])
    again = demo.figures()
    counted = {}
    with demo.opened() as at:
        found = owed(at.school.reading, Window(position=told["position"]), today)
        calendar, rules = at.school.calendar, at.school.settings.rules
        year = school_year_of(calendar, today)
        for student, rows in found.removals.items():
            one = removals.counted(rows, calendar, rules, year, today)
            lines = [
                (x.removal.incident_id, x.removal.number, Fraction(x.days), x.covers, x.why)
                for x in one.lines
            ]
            counted[student] = (lines, Fraction(one.total), one.longest_run, one.reached)
    slow = {
        student: (
            [(x.incident, x.number, x.total, tuple(x.days), x.why) for x in one.lines],
            one.total,
            one.longest,
            one.over,
        )
        for student, one in again.removals().items()
    }
    return counted, slow


def test_every_students_days_of_removal_are_counted_again(demo: Demo) -> None:
    told, again = removals_of(demo)
    assert told == again


# Plans


def plans_of(demo: Demo) -> tuple[Any, Any]:
    told = demo("plan", "status", "--all", *demo.asked)
    again = demo.figures()
    assert told["today"] == again.today.isoformat()
    said = [standing(plan) for plan in told["plans"]]
    key = by_plan
    return sorted(said, key=key), sorted(again.plan_status(ended=True), key=key)


def by_plan(told: dict[str, Any]) -> tuple[str, int]:
    return told["student_id"], told["plan"]


def standing(plan: dict[str, Any]) -> dict[str, Any]:
    days = [(day["on"], day["value"], day["met"]) for day in plan["days"]]
    goal = plan["goal"]["unit"], Fraction(plan["goal"]["target"])
    return plan | {"days": days, "goal": goal}


def test_where_every_plan_stands_is_counted_again(demo: Demo) -> None:
    told, again = plans_of(demo)
    assert told == again


# Cards of a day

LATEST = date(2026, 11, 20)
EACH_DAY = [LATEST - n * ONE for n in range(80)]


def cards_of(demo: Demo, days: Sequence[date] = EACH_DAY) -> tuple[Any, Any]:
    """The day's cards of every day of the autumn, or of some."""
    again = Figures(demo.events(), LATEST)
    said, slow = {}, {}
    for day in days:
        found = again.points(day)
        if found:
            told = demo("points", "--list", "--on", day.isoformat())
            said[day] = sorted((card(one) for one in told["cards"]), key=by_plan)
            slow[day] = sorted(found, key=by_plan)
    return said, slow


SUMS = ("student_id", "plan", "points", "most", "percent", "goal", "at_goal", "no_data")


def card(told: dict[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in (*SUMS, "days_in_a_row")}


def test_the_sums_of_every_days_cards_are_counted_again(school: Demo) -> None:
    told, again = cards_of(replace(school, now=FRIDAY))
    assert told == again
    assert sum(one["points"] is not None for day in told.values() for one in day) > 90


# The packet

AS_KNOWN = ("the last day", "as of November", "at a position")


def packets_of(demo: Demo, most: int | None = None) -> tuple[Any, Any]:
    """The figures of the papers of every child with a plan, a case or a removal, or of some."""
    every = demo.events()
    said: dict[str, Any] = {}
    slow: dict[str, Any] = {}
    position, today = then(demo, every)
    day = local(every[position - 1].recorded_at)
    assert day <= today
    again = Figures([r for r in every if r.position <= position], day, every)
    for student in again.children()[:most]:
        told = demo("packet", student, *demo.asked)
        assert told["position"] == position
        figures, paper = as_figures(told["figures"]), html.parse(told["path"])
        counted = again.packet(student)
        more = {"times": times(paper), "series": series(paper)}
        count = {"times": again.times(student), "series": drawn(counted["plans"])}
        said |= {f"{student} {name}": value for name, value in (figures | more).items()}
        slow |= {f"{student} {name}": value for name, value in (counted | count).items()}
    return said, slow


def as_figures(told: dict[str, Any]) -> dict[str, Any]:
    owed = Counter((rule, by, state) for rule, by, state in told["owed"])
    return told | {"owed": owed}


CLOCK = r"(\d+):(\d+)(?: ([AP]M))?"
TIMES = re.compile(rf"{CLOCK}(?:–{CLOCK})? (\d+)(?: · other (\d+))?(?: · (\d+) not said)?")


def times(paper: Any) -> tuple[int, ...] | None:
    """(first minute, last minute, how many, other times, not said), as the paper prints it."""
    rows = {row.findtext("dt"): row.findtext("dd") for row in paper.iter("div")}
    found = TIMES.fullmatch(rows.get("time") or "")
    if found is None:
        return None
    *first, hour, minute, half, most, other, unsaid = found.groups()
    last = (hour, minute, half) if hour else tuple(first)
    start = (first[0], first[1], first[2] or last[2])
    return (clock(*start), clock(*last), int(most), int(other or 0), int(unsaid or 0))


def clock(hour: str, minute: str, half: str) -> int:
    return (int(hour) % 12 + 12 * (half == "PM")) * 60 + int(minute)


def series(paper: Any) -> list[list[str]]:
    """The days of each plan's chart, as its table has them."""
    rows = [figure.findall(".//tr")[1] for figure in paper.iter("figure")]
    return [[cell.text or "" for cell in row if cell.get("class") != "of"] for row in rows]


def drawn(plans: list[dict[str, Any]]) -> list[list[str]]:
    return [table(plan["days"]) for plan in plans if plan["days"]]


def table(days: list[str | None]) -> list[str]:
    """What all are of is said once, at the end of the row; where it differs, beside each."""
    told = [day or "–" for day in days]
    of = {day.partition("/")[2] for day in told if day != "–"}
    return [day.partition("/")[0] for day in told] if len(of) == 1 else told


@pytest.mark.parametrize("demo", AS_KNOWN, indirect=True)
def test_the_figures_of_every_packet_are_counted_again(demo: Demo) -> None:
    told, again = packets_of(demo)
    assert differing(told, again) == {}
    assert told == again


def differing(told: dict[str, Any], again: dict[str, Any]) -> dict[str, Any]:
    """What is not the same, to be read."""
    names = {*told, *again}
    pairs = {n: (told.get(n), again.get(n)) for n in sorted(names)}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


# What no made-up school has by chance


@dataclass
class Beside(Demo):
    """The same questions at the small school of the other tests."""

    at: School | None = None

    def env(self) -> dict[str, str]:
        assert self.at is not None
        return self.at.env | {"BLEDGER_USER": PRINCIPAL}


SUSPENDED = Action.OUT_OF_SCHOOL_SUSPENSION
REMOVED: tuple[tuple[tuple[int, int], dict[str, Any]], ...] = (
    ((9, 8), {"action": Action.SENT_HOME_EARLY, "days": Decimal("0.5")}),
    ((9, 8), {"action": Action.SENT_HOME_EARLY, "minutes": 30}),  # the other half of that day
    ((9, 8), {"action": SUSPENDED, "days": 1}),  # nothing of it is left
    ((9, 13), {"action": SUSPENDED, "days": Decimal("1.5")}),  # a Sunday
    ((9, 16), {"action": Action.REMOVAL_FROM_CLASS, "minutes": 130}),
    ((9, 17), {"action": Action.IN_SCHOOL_SUSPENSION, "days": 2, "instruction_went_on": True}),
    ((9, 21), {"action": Action.SATURDAY_SCHOOL}),
    ((9, 22), {"action": SUSPENDED}),  # length not said
    ((9, 24), {"action": SUSPENDED, "days": 12}),  # more than ten in a row
    ((10, 13), {"action": SUSPENDED, "days": 4}),  # some days of it are still to come
)


@pytest.fixture
def hard(desk: School) -> Beside:
    """Removals of every kind, a plan that was made harder, one that ended, one not started."""
    story = Story(desk)
    story.autumn()
    ana, leo, mateo = (story.ids[n] for n in ("Ana Rivera", "Leo Park", "Mateo Cruz"))
    goal = EIGHTY.model_copy(update={"target": Decimal(89)})
    revised = a_draft(ana, story.staff["Sam Whitlock"], goal=goal, review_on=NOVEMBER)
    words = {name: getattr(revised, name) for name in Terms.model_fields}
    story.do(PLAN, ana, RevisePlan(student_id=ana, on=OCTOBER, reason="too low", **words))
    for n, (day, how) in enumerate(REMOVED, 100):
        id = story.incident(f"{n:08}-0000-4000-8000-000000000000", when(*day), "Leo Park")
        measure = {"label": "P1", "on": date(2026, *day), "happened": "It was so."} | how
        story.do(INCIDENT, id, TakeAction.model_validate(measure))
    flags = Flags(effective_on=AUGUST, source="roster", flags=SOME, about=SOME)
    story.do(STUDENT, leo, RecordFlags(student_id=leo, **dict(flags)))
    fight = story.incident("f" * 8 + "-0000-4000-8000-000000000000", when(10, 13), "Ana Rivera")
    major = (BehaviorSeen(code=Behavior.FIGHTING, level=Level.MAJOR),)
    other = AddParticipant(student_id=mateo, roles=(Role.REFERRED,), behaviors=major)
    called = ContactFamily(label="P2", at=when(10, 13, 14), outcome=ContactOutcome.REACHED)
    was = ReplaceParticipant(label="P2", student_id=leo, reason="another child")
    story.do(INCIDENT, fight, other, called, was)
    carry_out(desk, "mateo cruz", "leo park", "søren ørsted")
    five_of_eight: Any = ((2, 2, 1), (0, None, None), (), (), (), ())
    for on in (date(2026, 10, 12), date(2026, 10, 13)):
        for id in (mateo, leo):
            story.do(PLAN, id, RecordPoints(student_id=id, on=on, rows=five_of_eight))
    end = EndPlan(student_id=leo, on=date(2026, 10, 14), reason="moved", goal_met=False)
    story.do(PLAN, leo, end, a_draft(leo, story.staff["Dana Okafor"], on=date(2026, 10, 14)))
    story.do(PLAN, leo, ApprovePlan(student_id=leo, plan=2, on=date(2026, 10, 14)))
    return Beside(desk.root, desk.clock(), at=desk)


AUGUST, OCTOBER, NOVEMBER = date(2026, 8, 12), date(2026, 10, 8), date(2026, 11, 20)
SOME = ("iep", "foster")
DAYS_LATER = (0, 1, 5, 12, 90)


@pytest.mark.parametrize("days", DAYS_LATER)
def test_what_is_hard_to_count_is_counted_again(hard: Beside, days: int) -> None:
    demo = replace(hard, now=hard.now + timedelta(days=days))
    for compared in (due_of, removals_of, plans_of):
        told, again = compared(demo)
        assert told == again, compared.__name__


def test_what_is_hard_to_count_is_counted_again_on_cards_and_papers(hard: Beside) -> None:
    told, again = cards_of(hard, [date(2026, 10, 14) - n * ONE for n in range(24)])
    assert told == again
    told, again = packets_of(hard)
    assert differing(told, again) == {}


# A count that is off by one is found


def _one_more(amount: Any) -> Any:
    return lambda *args, **more: amount(*args, **more) + 1


def _business_days(patch: pytest.MonkeyPatch) -> None:
    days = clocks.COUNTS["business_days"]
    later = replace(days, after=lambda calendar, start, n: days.after(calendar, start, n + 1))
    patch.setitem(clocks.COUNTS, "business_days", later)


def _half_is_most(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(removals, "HALF", removals.WHOLE)


def _passed_at_ten(patch: pytest.MonkeyPatch) -> None:
    passed = removals._passed
    patch.setattr(removals, "_passed", lambda days, most: passed(days, most - 1))


def _window_of_nine(patch: pytest.MonkeyPatch) -> None:
    last = progress._last
    patch.setattr(progress, "_last", lambda days, n: last(days, n - 1))


def _days_in_a_row(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(progress, "_in_a_row", _one_more(progress._in_a_row))


def _cards_in_a_row(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cards, "in_a_row", _one_more(cards.in_a_row))


def _one_point_more(patch: pytest.MonkeyPatch) -> None:
    met = cards.at_goal

    def at_goal(goal: Any, points: int | None, most: int | None) -> bool | None:
        return met(goal, None if points is None else points + 1, most)

    patch.setattr(cards, "at_goal", at_goal)


def _fourteen_days_drawn(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(packet_plans, "DRAWN", packet_plans.DRAWN - 1)


def _a_contact_less(patch: pytest.MonkeyPatch) -> None:
    contacts = packet_agreed.contacts
    patch.setattr(packet, "contacts", lambda told: [*contacts(told)][1:])


Compared = Callable[[Demo], tuple[Any, Any]]
FAULTS: list[tuple[Callable[[pytest.MonkeyPatch], None], Compared]] = [
    (_business_days, due_of),
    (_half_is_most, removals_of),
    (_passed_at_ten, removals_of),
    (_window_of_nine, plans_of),
    (_days_in_a_row, plans_of),
    (_cards_in_a_row, lambda demo: cards_of(demo, EACH_DAY[:3])),
    (_one_point_more, lambda demo: cards_of(demo, EACH_DAY[:20])),
    (_fourteen_days_drawn, lambda demo: packets_of(demo, 6)),
    (_a_contact_less, lambda demo: packets_of(demo, 6)),
]


@pytest.mark.parametrize(("fault", "compared"), FAULTS, ids=[f.__name__ for f, _ in FAULTS])
def test_a_count_that_is_off_by_one_is_found(
    school: Demo,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[pytest.MonkeyPatch], None],
    compared: Compared,
) -> None:
    demo = replace(school, now=FRIDAY)
    told, again = compared(demo)
    assert told == again
    fault(monkeypatch)
    told, again = compared(demo)
    assert told != again


# The slow count is another one, and it counts something


def test_the_slow_count_imports_nothing_of_the_product() -> None:
    tree = ast.parse(Path(figures.__file__).read_text(encoding="utf-8"))
    plain = [a.name for one in ast.walk(tree) if isinstance(one, ast.Import) for a in one.names]
    parts = [one.module or "" for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)]
    assert {name.split(".")[0] for name in (*plain, *parts)} <= sys.stdlib_module_names


RULES = {
    *("challenge", "consent", "decision-told", "determination", "emergency-meeting"),
    *("emergency-report", "emergency-told", "follow-up", "homework", "interpreter", "knowledge"),
    *("meeting", "no-card", "plan-review", "promise", "record-access", "referral-answer"),
    *("representatives", "services"),
}
STATES = {"draft", "on track", "off track", "no recent data", "review overdue"}


def test_the_school_has_what_is_counted(school: Demo) -> None:
    every = [replace(school, now=now, asked=asked).figures() for now, asked in VIEWS.values()]
    lines = [line for one in every for line in one.due]
    states = {plan["state"] for one in every for plan in one.plan_status(ended=True)}
    assert {line.rule for line in lines} >= RULES
    assert {line.state for line in lines} == {
        *("late", "today", "open", "watch", "done", "done late")
    }
    assert states >= STATES
    assert len(lines) > 500
