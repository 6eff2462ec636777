"""Behavior plans: from the draft to the end, and what is refused on the way."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from made import student_id
from pydantic import ValidationError
from spec import START, Given

from ledger.domain import UNDO_WINDOW, Undo, Undone
from ledger.domain.codes import Decision, Direction, NoData, PlanKind, Relation, Unit
from ledger.domain.plan import (
    PLAN,
    ApprovePlan,
    ChangeManager,
    CorrectPoints,
    Design,
    DestroyText,
    DraftPlan,
    EndPlan,
    FidelityRecorded,
    Goal,
    ManagerChanged,
    PlanApproved,
    PlanDrafted,
    PlanEnded,
    PlanEvent,
    PlanReviewed,
    PlanRevised,
    PlanStarted,
    PointCard,
    PointsCorrected,
    PointsRecorded,
    ProgressRecorded,
    RecordFidelity,
    RecordPoints,
    RecordProgress,
    ReviewPlan,
    RevisePlan,
    StartPlan,
    Terms,
    TextDestroyed,
)

ANA, BO = student_id(1), student_id(2)
WHY = "The team agreed."
CARD = PointCard(most=2, periods=("1", "2", "Math"), expectations=("safe", "kind"))
POINTS = Goal(unit=Unit.PERCENT_OF_POINTS, direction=Direction.AT_LEAST, target=Decimal(80))
TIMES = Goal(unit=Unit.TIMES_A_DAY, direction=Direction.AT_MOST, target=Decimal(1))
TERMS: dict[str, Any] = {
    "design": Design(behavior="Leaves the group without asking."),
    "goal": POINTS,
    "card": CARD,
    "parts": 5,
    "manager": "staff-1",
    "review_on": date(2026, 10, 30),
}
CICO, BSP = PlanKind.CHECK_IN_CHECK_OUT, PlanKind.BEHAVIOR_SUPPORT_PLAN


def on(month: int, day: int) -> date:
    return date(2026, month, day)


DRAFTED, AGREED, FIRST, TODAY = on(9, 14), on(9, 17), on(9, 21), on(10, 14)


def given(*events: PlanEvent) -> Given[Any, Any, PlanEvent]:
    return Given(PLAN, events)


def drafted(plan: int = 1, kind: PlanKind = CICO, **more: Any) -> PlanDrafted:
    own = {"student_id": ANA, "plan": plan, "school_id": "9", "kind": kind, "on": DRAFTED}
    return PlanDrafted(**TERMS | own | more)


def approved(plan: int = 1, day: date = AGREED) -> PlanApproved:
    return PlanApproved(student_id=ANA, plan=plan, on=day, relation=Relation.MOTHER)


def started(plan: int = 1, kind: PlanKind = CICO, **more: Any) -> tuple[PlanEvent, ...]:
    """A plan that is carried out since September 21."""
    first = PlanStarted(student_id=ANA, plan=plan, on=FIRST)
    return drafted(plan, kind, **more), approved(plan), first


def ended(plan: int = 1, day: date = TODAY) -> PlanEnded:
    return PlanEnded(student_id=ANA, plan=plan, on=day, reason=WHY)


def card(day: date = TODAY, plan: int = 1, points: int | None = 9) -> PointsRecorded:
    why = NoData.ABSENT if points is None else None
    most = None if points is None else 12
    return PointsRecorded(
        student_id=ANA, plan=plan, on=day, total=points, no_data=why, points=points, most=most
    )


def draft(kind: PlanKind = CICO, **more: Any) -> DraftPlan:
    own = {"student_id": ANA, "school_id": "9", "kind": kind, "on": DRAFTED}
    return DraftPlan(**TERMS | own | more)


def take_in(day: date = TODAY, plan: int | None = None, **said: Any) -> RecordPoints:
    return RecordPoints(student_id=ANA, plan=plan, on=day, **said)


def review(**more: Any) -> ReviewPlan:
    fields: dict[str, Any] = {
        "student_id": ANA,
        "on": TODAY,
        "decision": Decision.CONTINUE,
        "why": WHY,
        "data_from": FIRST,
        "data_until": on(10, 13),
        "position": 41,
        "next_review": on(11, 13),
    }
    return ReviewPlan(**fields | more)


# Its steps


def test_a_plan_goes_from_the_draft_to_the_end() -> None:
    story = given().when(draft()).then(drafted())
    story = story.when(ApprovePlan(student_id=ANA, on=AGREED, relation=Relation.MOTHER)).then(
        approved()
    )
    first = PlanStarted(student_id=ANA, plan=1, on=FIRST)
    story = story.when(StartPlan(student_id=ANA, on=FIRST)).then(first)
    story = story.when(take_in(total=9)).then(card())
    reviewed = story.when(review(next_review=on(11, 13)))
    assert reviewed.events is not None
    story = reviewed.then(*reviewed.events)
    end = EndPlan(student_id=ANA, on=on(12, 4), reason=WHY, goal_met=True)
    story.when(end).then(end.became(PlanEnded, plan=1))


def test_nothing_starts_without_consent() -> None:
    start = StartPlan(student_id=ANA, on=FIRST)
    given(drafted()).when(start).refused("waits for consent: record it first, with plan approve")
    given(drafted(), approved()).when(start).then(PlanStarted(student_id=ANA, plan=1, on=FIRST))


def test_consent_may_be_recorded_as_not_needed() -> None:
    said = ApprovePlan(student_id=ANA, on=AGREED, note="A contract in class needs no consent.")
    given(drafted()).when(said).then(said.became(PlanApproved, plan=1))


@pytest.mark.parametrize(
    ("events", "command", "says"),
    [
        (started(), ApprovePlan(student_id=ANA, on=TODAY), "was recorded already, of Sep 17 2026"),
        (started(), StartPlan(student_id=ANA, on=TODAY), "started already, on Sep 21 2026"),
        ((drafted(),), review(), "has not started: there is nothing to review"),
        ((drafted(),), take_in(total=1), "has not started: approve and start it first"),
        ((), take_in(total=1), "this student has no plan: draft one first"),
        ((drafted(), ended()), StartPlan(student_id=ANA, on=TODAY), "ended on Oct 14 2026"),
        ((*started(), ended()), review(), "ended on Oct 14 2026: nothing follows it"),
        ((*started(), ended()), EndPlan(student_id=ANA, on=TODAY, reason=WHY), "nothing follows"),
        (started(), draft(student_id=BO), "the plans of another student"),
        (started(), take_in(plan=4, total=1), "there is no plan 4; there are: plan 1 (CICO, act"),
    ],
)
def test_a_step_that_does_not_fit_is_refused(
    events: tuple[PlanEvent, ...], command: Any, says: str
) -> None:
    given(*events).when(command).refused(says)


@pytest.mark.parametrize(
    ("events", "command", "says"),
    [
        ((), draft(review_on=on(9, 1)), "its review, Sep 1 2026, is before the plan, Sep 14 2026"),
        (
            (),
            draft(goal=POINTS.model_copy(update={"by": on(9, 2)})),
            "the day of its goal, Sep 2 2026, is before the plan, Sep 14 2026",
        ),
        (
            (drafted(),),
            ApprovePlan(student_id=ANA, on=on(9, 1)),
            "the consent, Sep 1 2026, is before its draft, Sep 14 2026",
        ),
        (
            (drafted(), approved()),
            StartPlan(student_id=ANA, on=DRAFTED),
            "the start, Sep 14 2026, is before the consent, Sep 17 2026",
        ),
        (
            started(),
            EndPlan(student_id=ANA, on=on(9, 18), reason=WHY),
            "its end, Sep 18 2026, is before the last step of plan 1 (CICO, active), Sep 21 2026",
        ),
        (
            (*started(), card()),
            EndPlan(student_id=ANA, on=on(10, 9), reason=WHY),
            "its end, Oct 9 2026, is before the last day with a record, Oct 14 2026",
        ),
        (
            started(),
            review(data_until=on(9, 1)),
            "the end, Sep 1 2026, is before the start of its data, Sep 21 2026",
        ),
        (
            started(),
            review(data_until=on(10, 15)),
            "the review, Oct 14 2026, is before the end of its data, Oct 15 2026",
        ),
        (
            started(),
            review(next_review=on(10, 1)),
            "the next one, Oct 1 2026, is before this review, Oct 14 2026",
        ),
        (
            started(),
            ChangeManager(student_id=ANA, on=on(9, 1), manager="staff-2"),
            "the change, Sep 1 2026, is before the plan, Sep 14 2026",
        ),
    ],
)
def test_days_out_of_order_are_refused_and_both_are_named(
    events: tuple[PlanEvent, ...], command: Any, says: str
) -> None:
    given(*events).when(command).refused(says)


# One of a kind


def test_one_plan_of_a_kind_is_carried_out_at_a_time() -> None:
    later = PlanStarted(student_id=ANA, plan=2, on=TODAY)
    start = StartPlan(student_id=ANA, on=TODAY)
    waiting = given(*started(), drafted(2), approved(2))
    waiting.when(start).refused("plan 1 (CICO, active) is carried out: end it first")
    given(*waiting.history, ended()).when(start).then(later)


def test_the_next_plan_of_a_kind_is_written_while_one_is_carried_out() -> None:
    given(*started()).when(draft()).then(drafted(2))
    twice = given(*started(), drafted(2)).when(draft())
    twice.refused("plan 2 (CICO, draft) is written already: revise it, or end it first")
    given(drafted(), approved()).when(draft()).refused("plan 1 (CICO, approved) is written")
    given(drafted(), ended()).when(draft()).then(drafted(2))


def test_plans_of_other_kinds_stand_beside_each_other() -> None:
    both = given(*started(), drafted(2, BSP), approved(2))
    both.when(StartPlan(student_id=ANA, on=TODAY)).then(
        PlanStarted(student_id=ANA, plan=2, on=TODAY)
    )


def test_which_plan_is_meant_is_asked_when_several_fit() -> None:
    two = given(*started(), *started(2, BSP))
    says = "which plan? plan 1 (CICO, active), plan 2 (BSP, active): say its number with --plan"
    two.when(take_in(total=9)).refused(says)
    two.when(take_in(plan=2, total=9)).then(card(plan=2))
    one_has_a_card = given(*started(), *started(2, BSP, goal=TIMES, card=None))
    one_has_a_card.when(take_in(total=9)).then(card())
    none = given(drafted(), drafted(2, BSP)).when(take_in(total=9))
    none.refused("none of the plans is one for this: plan 1 (CICO, draft), plan 2 (BSP, draft)")


# What is written in it


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"card": None}, "a goal in % of points needs a card"),
        ({"goal": POINTS.model_copy(update={"target": Decimal(101)})}, "at most 100"),
        ({"goal": POINTS.model_copy(update={"baseline": Decimal(101)})}, "at most 100"),
    ],
)
def test_terms_that_cannot_be_carried_out_are_refused(terms: dict[str, Any], says: str) -> None:
    given().when(draft(**terms)).refused(says)
    fresh = RevisePlan(student_id=ANA, on=TODAY, reason=WHY, **TERMS | terms)
    given(*started()).when(fresh).refused(says)


def test_a_revision_is_the_next_version_of_the_whole() -> None:
    revise = RevisePlan(student_id=ANA, on=TODAY, reason=WHY, **TERMS | {"parts": 4})
    second = revise.became(PlanRevised, plan=1, version=2)
    story = given(*started()).when(revise).then(second)
    story.when(revise).refused("nothing is different from version 2 of plan 1 (CICO, active)")
    back = RevisePlan(student_id=ANA, on=FIRST, reason=WHY, **TERMS)
    story.when(back).refused("the revision, Sep 21 2026, is before version 2, Oct 14 2026")


def test_a_card_that_was_taken_in_stays_on_the_card_that_it_was_made_for() -> None:
    wider = PointCard(most=4, periods=("1",), expectations=("safe",))
    terms = TERMS | {"card": wider}
    taken = given(*started(), card())
    taken.when(RevisePlan(student_id=ANA, on=TODAY, reason=WHY, **terms)).refused(
        "a card of Oct 14 2026 was taken in as the card is: let the other card hold from the day"
    )
    revise = RevisePlan(student_id=ANA, on=on(10, 15), reason=WHY, **terms)
    story = taken.when(revise).then(revise.became(PlanRevised, plan=1, version=2))
    story.when(take_in(on(10, 13), total=12)).then(card(on(10, 13), points=12))
    story.when(take_in(on(10, 15), total=12)).refused("the total 12 is above the card's 4")


def test_a_plan_goes_over_to_somebody_else_once() -> None:
    change = ChangeManager(student_id=ANA, on=TODAY, manager="staff-2")
    story = given(*started()).when(change).then(change.became(ManagerChanged, plan=1))
    story.when(change).refused("they manage plan 1 (CICO, active) already")


# A day's card


def test_a_card_is_counted_from_the_cells_that_have_data() -> None:
    said = take_in(rows=((2, 1), (), (None, 2)))
    answer = given(*started()).when(said)
    answer.then(said.became(PointsRecorded, plan=1, points=5, most=6))


def test_a_total_alone_is_of_the_whole_card() -> None:
    given(*started()).when(take_in(total=12)).then(card(points=12))
    given(*started()).when(take_in(total=0)).then(card(points=0))


def test_no_data_is_never_zero() -> None:
    absent = take_in(no_data=NoData.ABSENT)
    given(*started()).when(absent).then(card(points=None))
    assert str(card(points=None)) == "card: no data (absent)"


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"rows": ((2, 2), (2, 2), (3, 2))}, "period 3 (Math), safe: 3 is above the card's 2"),
        ({"rows": ((2, 2), (2, 7), (1, 2))}, "period 2, kind: 7 is above the card's 2"),
        ({"rows": ((2, -1), (2, 2), (1, 2))}, "period 1, kind: -1 is below 0"),
        ({"rows": ((2, 2), (2, 2))}, "the card has 3 periods, and here are 2"),
        ({"rows": ((2, 2), (2,), (2, 2))}, "period 2: the card has 2 cells, here are 1"),
        ({"total": 13}, "the total 13 is above the card's 12"),
        ({"rows": ((2, 2), (), ()), "total": 4}, "say the rows or the total alone, not both"),
        ({"total": 4, "no_data": NoData.ABSENT}, "absent goes with no points"),
        ({"rows": ((2, 2), (), ()), "no_data": NoData.OTHER}, "other goes with no points"),
        ({"rows": ((None, None), (), ())}, "no cell has a number: say why there is no data"),
        ({}, "no cell has a number: say why there is no data"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(said: dict[str, Any], says: str) -> None:
    given(*started()).when(take_in(**said)).refused(says)
    correct = CorrectPoints(student_id=ANA, on=TODAY, reason=WHY, **said)
    given(*started(), card()).when(correct).refused(says)


def test_a_day_has_one_card_which_is_corrected_with_a_reason() -> None:
    taken = given(*started(), card())
    taken.when(take_in(total=10)).refused("was taken in already: correct it, with a reason")
    correct = CorrectPoints(student_id=ANA, on=TODAY, total=10, reason=WHY)
    again = taken.when(correct).then(correct.became(PointsCorrected, plan=1, points=10, most=12))
    again.when(correct).then(correct.became(PointsCorrected, plan=1, points=10, most=12))
    given(*started()).when(correct).refused("no card of Oct 14 2026 was taken in")


def test_a_card_is_of_a_day_on_which_the_plan_was_carried_out() -> None:
    before, after = on(9, 18), on(10, 15)
    story = given(*started(), ended())
    story.when(take_in(before, total=9)).refused(
        "this day, Sep 18 2026, is before the start of plan 1 (CICO, ended), Sep 21 2026"
    )
    story.when(take_in(after, total=9)).refused(
        "the end of plan 1 (CICO, ended), Oct 14 2026, is before this day, Oct 15 2026"
    )
    story.when(take_in(TODAY, total=9)).then(card())


def test_a_plan_without_a_card_takes_none() -> None:
    measured = given(*started(goal=TIMES, card=None))
    measured.when(take_in(total=9)).refused("has no card: record a measure of its goal instead")


# Measures and delivery


def progress(**said: Any) -> RecordProgress:
    return RecordProgress(student_id=ANA, on=TODAY, **said)


def test_a_measure_is_a_number_or_why_there_is_none() -> None:
    plan = given(*started(goal=TIMES, card=None))
    for said in (progress(value=0), progress(no_data=NoData.ABSENT)):
        plan.when(said).then(said.became(ProgressRecorded, plan=1))
    for said in (progress(), progress(value=1, no_data=NoData.ABSENT)):
        plan.when(said).refused("say either the number or why there is none")


def test_a_measure_is_of_the_goal() -> None:
    given(*started()).when(progress(value=80)).refused("take in the card instead")
    percent = Goal(unit=Unit.PERCENT, direction=Direction.AT_LEAST, target=Decimal(80))
    given(*started(goal=percent)).when(progress(value=101)).refused("101 is above 100 percent")


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (
            ProgressRecorded(student_id=ANA, plan=1, on=TODAY, value=Decimal(3)),
            progress(value=2),
        ),
        (
            FidelityRecorded(student_id=ANA, plan=1, on=TODAY, delivered=4, planned=5),
            RecordFidelity(student_id=ANA, on=TODAY, delivered=5),
        ),
    ],
)
def test_what_is_recorded_of_a_day_changes_only_with_a_reason(first: PlanEvent, again: Any) -> None:
    plan = given(*started(goal=TIMES), first)
    plan.when(again).refused("of Oct 14 2026 is recorded already: say why it is otherwise")
    with_reason = again.model_copy(update={"reason": WHY})
    assert plan.when(with_reason).events
    given(*started(goal=TIMES)).when(with_reason).refused("nothing is recorded of Oct 14 2026")


def test_what_was_delivered_is_of_the_parts_that_were_planned() -> None:
    plan = given(*started())
    said = RecordFidelity(student_id=ANA, on=TODAY, delivered=4)
    plan.when(said).then(said.became(FidelityRecorded, plan=1, planned=5))
    fewer = RecordFidelity(student_id=ANA, on=TODAY, delivered=4, planned=3)
    plan.when(fewer).refused("4 parts delivered are more than the 3 planned")
    given(*started(parts=None)).when(said).refused("does not say its parts")


# Reviews


def test_a_review_counts_the_days_with_data_of_its_window() -> None:
    plan = given(*started(), card(on(9, 21)), card(on(10, 1), points=None), card(on(10, 14)))
    says = {"plan": 1, "days_with_data": 1}
    plan.when(review()).then(review().became(PlanReviewed, **says))
    later = review(data_until=TODAY)
    plan.when(later).then(later.became(PlanReviewed, **says | {"days_with_data": 2}))


def test_a_review_may_rest_on_no_data_and_says_so() -> None:
    reviewed = review().became(PlanReviewed, plan=1, days_with_data=0)
    given(*started()).when(review()).then(reviewed)
    assert str(reviewed) == "plan reviewed: continue, no data"


def test_a_review_that_modifies_brings_the_next_version_with_it() -> None:
    terms = Terms(**TERMS | {"parts": 4, "review_on": on(11, 20)})
    modify = review(decision=Decision.MODIFY, revised=terms, next_review=None)
    own: dict[str, Any] = {"version": 2, "on": TODAY, "reason": WHY}
    given(*started()).when(modify).then(
        modify.became(PlanReviewed, plan=1, days_with_data=0, next_review=on(11, 20)),
        PlanRevised(student_id=ANA, plan=1, **dict(terms), **own),
    )


def test_a_review_that_discontinues_may_end_the_plan() -> None:
    stop = review(decision=Decision.DISCONTINUE, end=True, next_review=None, goal_met=True)
    given(*started()).when(stop).then(
        stop.became(PlanReviewed, plan=1, days_with_data=0),
        PlanEnded(student_id=ANA, plan=1, on=TODAY, reason=WHY, goal_met=True),
    )


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"next_review": None}, "say when the plan is reviewed next"),
        ({"end": True}, "continue does not end a plan: discontinue does"),
        ({"end": True, "decision": Decision.DISCONTINUE}, "neither revised nor reviewed again"),
        ({"revised": Terms(**TERMS | {"parts": 4})}, "continue changes nothing in a plan"),
        (
            {"revised": Terms(**TERMS | {"parts": 4}), "decision": Decision.FADE},
            "the revised plan is reviewed on Oct 30 2026: say one day of both",
        ),
        (
            {"revised": Terms(**TERMS), "decision": Decision.FADE, "next_review": None},
            "nothing is different from version 1",
        ),
    ],
)
def test_a_review_whose_parts_contradict_each_other_is_refused(
    more: dict[str, Any], says: str
) -> None:
    given(*started()).when(review(**more)).refused(says)


# What is taken back and destroyed


def test_what_its_author_logged_is_taken_back_while_it_is_fresh() -> None:
    back = Undo(versions=(4,), logged_at=START, now=START + timedelta(minutes=9))
    story = given(*started(), card()).when(back).then(Undone(versions=(4,)))
    story.when(take_in(total=9)).then(card())
    late = back.model_copy(update={"now": START + UNDO_WINDOW + timedelta(seconds=1)})
    given(*started(), card()).when(late).refused("older than 10 minutes")


def test_a_text_is_destroyed_once_whatever_became_of_its_plan() -> None:
    order = DestroyText(student_id=ANA, version=1, authority="records officer", order="12")
    story = given(*started(), ended()).when(order).then(order.became(TextDestroyed, plan=1))
    story.when(order).refused("the text of entry 1 is destroyed already")


@pytest.mark.parametrize(
    "fields",
    [
        {"periods": ()},
        {"periods": tuple("1234567890x")},
        {"expectations": tuple("123456")},
        {"most": 0},
        {"most": 11},
    ],
)
def test_a_card_has_one_to_ten_periods_and_one_to_five_expectations(
    fields: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError):
        PointCard.model_validate(dict(CARD) | fields)
