"""A plan's form: what is written is read again as it was, and every fault is told at once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.codes import Direction, Function, PlanKind, Unit
from ledger.domain.plan import Design, Goal, PointCard, Terms
from ledger.said import Unclear, show_day
from ledger.written.plan import DRAFTED, REVISED, Reads, again, new, read

STAFF = {"staff-1": "Sam Whitlock", "staff-2": "Per Lund"}
DAYS = {
    show_day(date(2026, 8, 1) + timedelta(n)): date(2026, 8, 1) + timedelta(n) for n in range(400)
}


def day(said: str) -> date:
    if said not in DAYS:
        raise Unclear("that is no day")
    return DAYS[said]


def staff(said: str) -> str:
    ids = [id for id, name in STAFF.items() if said.casefold() in name.casefold()]
    if len(ids) != 1:
        raise Unclear("nobody on the staff is called so")
    return ids[0]


READS = Reads(day, staff)
FILLED = """\
kind: cico
behavior: Leaves the seat without asking.
impedes:
  Misses what is said
  to the class.
function: escape-activity
predictors:
  long seat work
  - after recess
goal: at least 80 % of points, from 55, by Fri Dec 18 2026, measured by whitlock
card: 0-2; periods: 1-6; expectations: safe, kind, ready
parts: 2
manager: lund
review: Fri Nov 20 2026
"""

text = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=30).filter(
    lambda said: bool(said.split())
)
spaced = text.map(lambda said: " ".join(said.split()))
lists = st.lists(spaced, max_size=3).map(tuple)
amounts = st.decimals(0, 100, places=2)
names = st.lists(
    st.text("abcdefg ", min_size=1, max_size=8).map(str.strip).filter(bool),
    min_size=1,
    max_size=5,
    unique=True,
).map(tuple)
days = st.sampled_from([*DAYS.values()])
people = st.sampled_from([*STAFF])
terms = st.builds(
    Terms,
    design=st.builds(
        Design,
        behavior=spaced,
        impedes=st.just("") | spaced,
        measure=st.just("") | spaced,
        predictors=lists,
        environment=lists,
        replacement=lists,
        teaching=lists,
        reinforcement=lists,
        reactive=lists,
    ),
    function=st.none() | st.sampled_from(Function),
    goal=st.builds(
        Goal,
        unit=st.sampled_from(Unit),
        direction=st.sampled_from(Direction),
        target=amounts,
        baseline=st.none() | amounts,
        by=st.none() | days,
        measured_by=st.none() | people,
    ),
    card=st.builds(PointCard, most=st.integers(1, 10), periods=names, expectations=names),
    parts=st.none() | st.integers(1, 50),
    manager=people,
    review_on=days,
)


@given(terms, spaced)
def test_a_form_is_read_as_the_plan_that_it_was_written_of(plan: Terms, why: str) -> None:
    written = again(plan, STAFF, "plan").replace("why: (why the plan is changed)", f"why: {why}")
    form, faults = read(written, READS, REVISED)
    assert not faults
    assert form is not None
    assert form.terms == dict(plan)
    assert form.why == why


@given(st.text(max_size=300))
def test_whatever_stands_in_a_form_it_is_read_or_its_faults_are_told(typed: str) -> None:
    form, faults = read(typed, READS)
    assert (form is None) == bool(faults)


@given(st.sets(st.integers(0, len(FILLED.splitlines()) - 1)), st.booleans())
def test_a_form_without_some_of_its_lines_tells_what_is_missing(
    gone: set[int], revises: bool
) -> None:
    kept = [line for n, line in enumerate(FILLED.splitlines()) if n not in gone]
    form, faults = read("\n".join(kept), READS, REVISED if revises else DRAFTED)
    assert (form is None) == bool(faults)


def test_a_filled_form_says_all_of_a_plan() -> None:
    form, faults = read(FILLED, READS)
    assert not faults
    assert form is not None
    assert form.kind is PlanKind.CHECK_IN_CHECK_OUT
    assert form.design.impedes == "Misses what is said to the class."
    assert form.design.predictors == ("long seat work", "after recess")
    assert form.goal == Goal(
        unit=Unit.PERCENT_OF_POINTS,
        direction=Direction.AT_LEAST,
        target=Decimal(80),
        baseline=Decimal(55),
        by=date(2026, 12, 18),
        measured_by="staff-1",
    )
    assert form.card == PointCard(
        most=2, periods=("1", "2", "3", "4", "5", "6"), expectations=("safe", "kind", "ready")
    )
    assert (form.parts, form.manager, form.review_on) == (2, "staff-2", date(2026, 11, 20))


def test_the_empty_form_says_what_is_missing_and_nothing_else() -> None:
    form, faults = read(new("Sam Whitlock", "New plan."), READS)
    assert form is None
    assert [fault.reason for fault in faults] == [
        "which kind of plan is it? BSP, BIP, CICO, contract or safety",
        "the target behavior is not said",
        "the goal is not said: at least 80 % of points, from 55, by Dec 18",
        "the day of the next review is not said",
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("kind: sico", "kind: There is no plan kind"),
        ("function: fun", "function: There is no function"),
        ("goal: 80 % of points", "goal: say the goal as"),
        ("goal: at least 180 % of points", "goal: a goal in per cent is 100 at most"),
        ("goal: at least 80 apples", "goal: a goal is counted in one of"),
        ("goal: at least 80 % of points, soon", "goal: say the goal as"),
        ("goal: at least 80 % of points, by noday", "goal: that is no day"),
        ("card: 0-12; periods: 1; expectations: kind", "card: its scale is 0-1 to 0-10"),
        ("card: 0-2; periods: 1-11; expectations: kind", "card: it has 1 to 10 periods"),
        ("card: 0-2; periods: 1, 1; expectations: kind", "card: its periods have short names"),
        ("card: 0-2; periods: 1", "card: it has 1 to 5 expectations"),
        ("card: none", "card: say the card as"),
        ("parts: many", "parts: say a number from 1 to 50"),
        ("manager: nobody", "manager: nobody on the staff is called so"),
        ("review: someday", "review: that is no day"),
        ("hope: much", 'there is no part "hope"'),
    ],
)
def test_a_line_that_cannot_be_is_told_where_it_stands(line: str, reason: str) -> None:
    name = line.partition(":")[0]
    lines = [line if own.startswith(f"{name}:") else own for own in FILLED.splitlines()]
    lines += [line] if line not in lines else []
    form, faults = read("\n".join(lines), READS)
    assert form is None
    (fault,) = faults
    assert fault.line == lines.index(line) + 1
    assert fault.reason.startswith(reason)


def test_every_fault_is_told_at_once_in_the_order_of_the_lines() -> None:
    typed = FILLED.replace("kind: cico", "kind: sico").replace("parts: 2", "parts: x")
    _, faults = read(typed.replace("review: Fri Nov 20 2026", "review:"), READS)
    assert [fault.line for fault in faults] == [1, 12, 14]


def test_a_goal_in_points_needs_a_card() -> None:
    typed = "\n".join(line for line in FILLED.splitlines() if not line.startswith("card:"))
    _, faults = read(typed, READS)
    assert [str(fault) for fault in faults] == [
        "line 10: the goal is counted in points, so the plan needs a card"
    ]
