"""`plan status` and `plan show`: what is on the screen, and what it rests on."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from desk import CLERK, School, as_expected
from hypothesis import example, given
from hypothesis import strategies as st
from made import TEACHER

from ledger.domain.codes import (
    Decision,
    Direction,
    NoData,
    PlanKind,
    Relation,
    Unit,
)
from ledger.domain.plan import (
    PLAN,
    ApprovePlan,
    ChangeManager,
    CorrectPoints,
    Design,
    DestroyText,
    DraftPlan,
    EndPlan,
    Goal,
    PlanCommand,
    PointCard,
    RecordFidelity,
    RecordPoints,
    RecordProgress,
    ReviewPlan,
    StartPlan,
    Terms,
)
from ledger.domain.progress import Standing
from ledger.reports.plans import amount, sparkline
from ledger.store.sqlite import Entry

CARD = PointCard(most=2, periods=tuple("123456"), expectations=("safe", "kind", "ready"))
POINTS = Goal(unit=Unit.PERCENT_OF_POINTS, direction=Direction.AT_LEAST, target=Decimal(80))
HITS = Goal(
    unit=Unit.TIMES_A_DAY, direction=Direction.AT_MOST, target=Decimal(1), baseline=Decimal(4)
)
HANDS = "Hits or pushes another child with an open hand."
YEAR = ("--first", "2026-08-13", "--last", "2027-06-11", "--off", "2026-10-12")
FIRST, LAST = date(2026, 9, 21), date(2026, 10, 13)


def school_days(first: date, last: date) -> list[date]:
    """Weekdays but the holiday of October 12."""
    some = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [on for on in some if on.weekday() < 5 and on != date(2026, 10, 12)]


DAYS = school_days(FIRST, LAST)


class Scene:
    """Plans at the school, told to its ledger."""

    def __init__(self, desk: School) -> None:
        self.desk = desk
        with desk.opened() as at:
            self.staff = {name: id for id, name in at.school.staff_names.items()}

    def id(self, words: str) -> str:
        with self.desk.opened() as at:
            return at.school.find(words).students[0].student_id

    def do(self, student_id: str, *commands: PlanCommand) -> None:
        with self.desk.opened() as at, at.school.record.batch():
            for command in commands:
                at.school.record.do(PLAN, student_id, command, TEACHER, again=True)

    def terms(self, review: date, manager: str, goal: Goal = POINTS, **more: Any) -> dict[str, Any]:
        card = CARD if goal.unit is Unit.PERCENT_OF_POINTS else None
        design = {"design": Design(behavior="Leaves the group without asking.")}
        managed = {"manager": self.staff[manager], "review_on": review}
        return {**design, **managed, "goal": goal, "card": card} | more

    def started(
        self, words: str, kind: PlanKind, first: date = FIRST, **terms: Any
    ) -> tuple[str, list[PlanCommand]]:
        """A student's plan, and what it takes until it is carried out."""
        id = self.id(words)
        before = first - timedelta(days=4)
        return id, [
            DraftPlan(student_id=id, school_id="1001", kind=kind, on=before, **self.terms(**terms)),
            ApprovePlan(student_id=id, on=before, relation=Relation.MOTHER),
            StartPlan(student_id=id, on=first),
        ]

    def cards(self, words: str, totals: str, review: date, manager: str) -> None:
        """A check-in/check-out plan, and its last days: a total each, or a for absent."""
        id, steps = self.started(words, PlanKind.CHECK_IN_CHECK_OUT, review=review, manager=manager)
        last = totals.split()
        told = [
            RecordPoints(student_id=id, on=on, no_data=NoData.ABSENT)
            if said == "a"
            else RecordPoints(student_id=id, on=on, total=int(said))
            for on, said in zip(DAYS[-len(last) :], last, strict=True)
            if said != "-"
        ]
        self.do(id, *steps, *told)

    def measures(self, words: str, kind: PlanKind, said: str, **terms: Any) -> None:
        """A plan with a measure a day; - is a day on which nothing was said."""
        id, steps = self.started(words, kind, **terms)
        last = said.split()
        told = [
            RecordProgress(student_id=id, on=on, value=Decimal(value))
            for on, value in zip(DAYS[-len(last) :], last, strict=True)
            if value != "-"
        ]
        self.do(id, *steps, *told)


@pytest.fixture
def scene(desk: School) -> Scene:
    """Seven plans on October 14, some of which go well."""
    desk.ok("calendar", "set", *YEAR)
    scene = Scene(desk)
    whitlock, lund = "Sam Whitlock", "Per Lund"
    scene.cards("ana rivera", "28 31 33 a 29 31 25 30 36 31", date(2026, 10, 16), whitlock)
    scene.cards("104305", "31 31 33 30 31 31 33 24 36 31", date(2026, 10, 30), lund)
    scene.cards("mateo", "20 17 33 - - - 21 17 16 18", date(2026, 10, 19), whitlock)
    scene.cards("jonah", "29 30 26 29 30 a a a a a", date(2026, 10, 26), lund)
    percent = Goal(unit=Unit.PERCENT, direction=Direction.AT_LEAST, target=Decimal(70))
    scene.measures(
        "suryani",
        PlanKind.BEHAVIOR_INTERVENTION_PLAN,
        "60 72 73 80 - 71 82 90 - 65",
        goal=percent,
        review=date(2026, 11, 2),
        manager=whitlock,
    )
    scene.measures(
        "soren",
        PlanKind.BEHAVIOR_SUPPORT_PLAN,
        "4 3 2 1.5 1.5 1 1.5 1 - 1",
        goal=HITS,
        design=Design(behavior=HANDS, measure="hands to self"),
        review=date(2026, 10, 9),
        manager=whitlock,
    )
    leo = scene.id("leo")
    own = scene.terms(review=date(2026, 11, 30), manager=whitlock, goal=HITS)
    drafted = DraftPlan(
        student_id=leo,
        school_id="1001",
        kind=PlanKind.BEHAVIOR_SUPPORT_PLAN,
        on=date(2026, 10, 6),
        **own,
    )
    scene.do(leo, drafted)
    return scene


def test_the_status_of_plans_looks_as_it_should(scene: Scene) -> None:
    for name, line in {
        "plan.status": "plan status",
        "plan.status.ascii": "plan status --ascii",
        "plan.status.json": "plan status --json",
        "plan.show": "plan show ana rivera",
        "plan.show.ascii": "plan show soren 1 --ascii",
    }.items():
        told = scene.desk.ok(*line.split()).out
        assert "json" in name or max(map(len, told.splitlines())) <= 100
        as_expected(name, told)


@pytest.fixture
def told(scene: Scene) -> Scene:
    """Ana's plan with everything that can happen to one."""
    ana = scene.id("ana rivera")
    own = scene.terms(review=date(2026, 11, 6), manager="Sam Whitlock", parts=4)
    scene.do(
        ana,
        CorrectPoints(
            student_id=ana, on=date(2026, 10, 8), no_data=NoData.NO_CARD, reason="Not her card."
        ),
        RecordFidelity(student_id=ana, on=date(2026, 10, 9), delivered=3, planned=5),
        ReviewPlan(
            student_id=ana,
            on=date(2026, 10, 14),
            decision=Decision.MODIFY,
            why="The afternoons are hard.",
            data_from=FIRST,
            data_until=LAST,
            position=60,
            by=(scene.staff["Sam Whitlock"], scene.staff["Ruth Alder"]),
            revised=Terms(**own),
        ),
        RecordPoints(
            student_id=ana,
            on=date(2026, 10, 14),
            rows=((2, 2, 1), (2, 2, 2), (), (2, None, 2), (2, 2, 2), (1, 2, 2)),
            checked_in=True,
            checked_out=False,
        ),
        ChangeManager(student_id=ana, on=date(2026, 10, 14), manager=scene.staff["Per Lund"]),
    )
    return scene


def test_a_plan_shows_its_steps_and_every_day_behind_its_figures(told: Scene) -> None:
    shown = told.desk.ok("plan", "show", "ana", "rivera").out
    as_expected("plan.show.told", shown)
    assert max(map(len, shown.splitlines())) <= 100


def test_what_was_known_before_a_review_is_shown_as_it_was_known_then(told: Scene) -> None:
    desk = told.desk
    review = next(r for r in desk.events() if type(r.event).__name__ == "PlanReviewed")
    now = desk.ok("plan", "show", "ana", "rivera").out
    before = desk.ok("plan", "show", "ana", "rivera", "--position", str(review.position - 1)).out
    assert "reviewed: modify" in now
    assert "reviewed" not in before
    assert "version 1" in before
    first = next(r for r in desk.events() if type(r.event).__name__ == "PlanDrafted")
    status = desk.ok("plan", "status", "--position", str(first.position)).out
    assert "1 draft" in status
    assert f"as known at position {first.position}" in status
    assert "REVIEW OVERDUE" not in status
    none = desk.ok("plan", "status", "--as-of", "oct 1").out
    assert "Plans · Thu Oct 1 2026 · none" in none


def test_an_ended_plan_is_shown_when_all_are_asked_for(told: Scene) -> None:
    soren = told.id("soren")
    end = EndPlan(
        student_id=soren, on=date(2026, 10, 14), reason="He asks for help.", goal_met=True
    )
    told.do(soren, end)
    assert "Ørsted" not in told.desk.ok("plan", "status").out
    shown = told.desk.ok("plan", "status", "--all").out
    assert "ENDED" in shown
    assert "ended Oct 14, goal met" in shown
    assert "because: He asks for help." in told.desk.ok("plan", "show", "soren").out


def test_a_reader_who_sees_no_words_is_shown_the_codes_alone(told: Scene) -> None:
    for form in ((), ("--json",)):
        shown = told.desk.ok("plan", "show", "ana", "rivera", *form, user=CLERK).out
        for words in ("Leaves the group", "afternoons", "Not her card"):
            assert words not in shown
        assert "[not shown to this reader]" in shown
        assert "modify" in shown
    assert "hands to self" not in told.desk.ok("plan", "status", user=CLERK).out


def test_every_reading_of_a_plan_is_on_the_access_log(scene: Scene) -> None:
    scene.desk.ok("plan", "status", "--purpose", "caseload")
    viewed = scene.desk.answers()[-1].event
    assert (viewed.what, str(viewed.purpose), len(viewed.subjects)) == ("plans", "caseload", 7)
    scene.desk.ok("plan", "show", "mateo")
    assert scene.desk.answers()[-1].event.subjects == (scene.id("mateo"),)


def test_the_plans_of_a_child_who_was_two_are_shown_as_one_childs(scene: Scene) -> None:
    scene.desk.ok("roster", "link", "104512", "--same-as", "leo", "--yes")
    shown = scene.desk.ok("plan", "show", "leo", "--json").json["plans"]
    assert {one["plan"]["student_id"] for one in shown} == {scene.id("leo")}
    names = scene.desk.ok("plan", "status").out
    assert names.count("Leo Park") == 2
    assert "Mateo" not in names


def test_a_missing_calendar_is_said_on_top(desk: School) -> None:
    scene = Scene(desk)
    scene.cards("leo", "30 30", date(2026, 10, 30), "Sam Whitlock")
    for line in ("plan status", "plan show leo"):
        assert "No calendar for 2026–27: school days are guessed" in desk.ok(*line.split()).out
    assert desk.ok("plan", "status", "--json").json["calendar_known"] is False


def test_a_school_without_plans_is_told_how_to_begin(desk: School) -> None:
    assert "bledger plan draft STUDENT" in desk.ok("plan", "status").out
    refused = desk("plan", "show", "leo")
    assert (refused.code, refused.out) == (3, "")
    assert "This student has no plan. Write one: bledger plan draft STUDENT" in refused.err


def test_a_plan_that_is_not_there_is_told_from_those_that_are(scene: Scene) -> None:
    refused = scene.desk("plan", "show", "leo", "2")
    assert (refused.code, refused.out) == (3, "")
    assert "There is no plan 2; there are: 1." in refused.err
    assert "DRAFT" in scene.desk.ok("plan", "status").out
    assert "plan 1 · draft" in scene.desk.ok("plan", "show", "leo", "1").out


def test_a_design_that_was_destroyed_says_so(scene: Scene) -> None:
    soren = scene.id("soren")
    scene.do(soren, DestroyText(student_id=soren, version=1, authority="a court", order="12"))
    assert "[destroyed under a court, 12]" in scene.desk.ok("plan", "show", "soren").out
    status = scene.desk.ok("plan", "status").out
    assert "times a day (was 4.0)" in status
    assert "hands to self" not in status


def test_the_upper_half_of_the_trend_is_at_the_goal_or_above() -> None:
    on = FIRST
    tall = Standing("on track", on, trend=tuple(map(Decimal, (0, 20, 40, 79, 80, 90, 100))))
    assert sparkline(tall, POINTS) == "▁▂▃▄▅▇█"
    assert sparkline(tall, POINTS, ascii=True) == "1234578"
    few = Standing("on track", on, trend=(Decimal(0), None, Decimal(1), Decimal(2), Decimal(5)))
    assert sparkline(few, HITS) == "▁·▄▆█"
    nothing = Goal(unit=Unit.TIMES_A_DAY, direction=Direction.AT_MOST, target=Decimal(0))
    none = Standing("on track", on, trend=(Decimal(0), Decimal(0)))
    assert sparkline(none, nothing) == "▄▄"


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        ("84.5", Unit.PERCENT, "85 %"),
        ("84.4999", Unit.PERCENT_OF_POINTS, "84 %"),
        ("1.25", Unit.TIMES_A_DAY, "1.3"),
        ("0", Unit.RATING, "0.0"),
    ],
)
def test_figures_are_rounded_half_up_where_they_are_shown(
    value: str, unit: Unit, shown: str
) -> None:
    assert amount(Decimal(value), unit) == shown


@given(
    st.decimals(0, 100, places=4),
    st.decimals(0, 100, places=1),
    st.sampled_from(Direction),
    st.sampled_from([Unit.PERCENT, Unit.TIMES_A_DAY]),
)
@example(Decimal("79.6"), Decimal(80), Direction.AT_LEAST, Unit.PERCENT)
@example(Decimal("79.98"), Decimal(80), Direction.AT_LEAST, Unit.PERCENT)
def test_a_figure_never_looks_to_be_on_the_other_side_of_its_goal(
    value: Decimal, target: Decimal, direction: Direction, unit: Unit
) -> None:
    goal = Goal(unit=unit, direction=direction, target=target)
    shown = Decimal(amount(value, unit, goal).removesuffix(" %"))
    if direction is Direction.AT_LEAST:
        assert (shown >= target) is (value >= target)
    else:
        assert (shown <= target) is (value <= target)


@pytest.mark.parametrize(
    ("totals", "says"),
    [
        ("28 28 29 28 28 28 29 28 27 29", "below goal on 7 of 10"),
        (
            "a a a a a a 28 28 28 29",
            "below goal on 3 of 4 · given on 4 of 10 days: look at the delivery first",
        ),
    ],
)
def test_a_plan_that_is_on_track_and_below_its_goal_says_so(
    desk: School, totals: str, says: str
) -> None:
    desk.ok("calendar", "set", *YEAR)
    scene = Scene(desk)
    scene.cards("leo", totals, date(2026, 11, 20), "Sam Whitlock")
    lines = desk.ok("plan", "status").out.splitlines()
    (at,) = (n for n, line in enumerate(lines) if "Leo Park" in line)
    assert lines[at + 1].strip() == says


def test_plans_that_cannot_be_read_are_said_to_be_missing(scene: Scene) -> None:
    stream = f"plan-{scene.id('leo')}"
    with scene.desk.opened() as at, at.school.record.recorder.transaction():
        at.school.record.recorder.append([Entry(stream, 2, "PlanExploded.1", b"{}")])
    scene.desk.ok("rebuild")
    told = scene.desk.ok("plan", "status")
    assert "The plans of one student cannot be read and may be missing: bledger doctor" in told.out
    assert scene.desk.ok("plan", "status", "--json").json["unreadable"] == [stream]
