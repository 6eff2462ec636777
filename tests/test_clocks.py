"""Clocks: by when each duty is owed, in the days that its rule counts, and what is watched."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from made import incident_id, student_id
from spec import given
from test_days import calendars
from test_removals import removal, removals, schools, slow, went_on

from ledger.domain.calendar import CALENDAR, Calendar, HolidaysSet, SchoolYearSet, legal_holidays
from ledger.domain.clocks import CLOCKS, Due, Duty, due, short, span, spans
from ledger.domain.codes import Action
from ledger.domain.days import ONE_DAY, is_school_day, school_year_of
from ledger.domain.removals import Removal, halves
from ledger.domain.rules import RULES, Rules

YEAR = SchoolYearSet(
    name="2026-27",
    first_day=date(2026, 8, 12),
    last_day=date(2027, 6, 11),
    no_school=(
        *(date(2026, 11, n) for n in range(23, 28)),
        *(date(2026, 12, 21) + timedelta(days=n) for n in range(12)),
    ),
)
HOLIDAYS = [HolidaysSet(year=year, closed=legal_holidays(year)) for year in (2026, 2027)]
SCHOOL: Calendar = given(CALENDAR, YEAR, *HOLIDAYS).state
ANA, BO = student_id(1), student_id(2)
STREAM = f"incident-{incident_id(1)}"
OKAFOR, ALDER, TRAN = "staff-1", "staff-2", "staff-3"
REFERRED = {"behaviors": ["disruption"], "by": OKAFOR, "students": [ANA]}


def duty(rule: str, began: date, settled: date | None = None, **more: Any) -> Duty:
    fields: dict[str, Any] = {"stream": STREAM, "ref": "1", "student_id": ANA, "facts": {}}
    return Duty(rule=rule, began=began, settled=settled, **fields | more)


def owed(
    *duties: Duty,
    today: date,
    rules: Rules | None = None,
    calendar: Calendar = SCHOOL,
    rows: Sequence[Removal] = (),
    flags: Mapping[str, Collection[str]] | None = None,
) -> list[Due]:
    known = {ANA: list(rows)} if rows else {}
    return due(duties, known, calendar, rules or Rules(), today, flags=flags or {})


def one(*duties: Duty, today: date, **more: Any) -> Due:
    (line,) = owed(*duties, today=today, **more)
    return line


def without(*ids: str) -> Rules:
    return Rules({id: replace(rule, on=id not in ids) for id, rule in RULES.items()})


def only(id: str, **numbers: float) -> Rules:
    """This rule alone, on, with these of its numbers."""
    own = {id: replace(RULES[id], on=True, numbers={**RULES[id].numbers, **numbers})}
    return Rules({name: replace(rule, on=False) for name, rule in RULES.items()} | own)


# The answer to an office referral: five business days


@pytest.mark.parametrize(
    ("sent", "by", "evidence"),
    [
        (date(2026, 10, 5), date(2026, 10, 13), "5 business days, Oct 12 closed"),
        (date(2026, 11, 19), date(2026, 11, 30), "5 business days, Nov 26–27 closed"),
        (date(2026, 12, 21), date(2026, 12, 29), "5 business days, Dec 25 closed"),
        (date(2026, 9, 14), date(2026, 9, 21), "5 business days"),
    ],
    ids=["a holiday", "thanksgiving", "winter break", "a plain week"],
)
def test_a_referral_is_answered_by_its_fifth_business_day(
    sent: date, by: date, evidence: str
) -> None:
    closed = (*legal_holidays(2026), date(2026, 10, 12))
    columbus = HolidaysSet(year=2026, closed=closed)
    calendar: Calendar = given(CALENDAR, YEAR, columbus).state
    referral = duty("referral-answer", sent, owner=ALDER, facts=REFERRED)
    for settled, today, state, late in (
        (None, by - ONE_DAY, "open", 0),
        (None, by, "today", 0),
        (None, by + ONE_DAY, "late", 1),
        (by, by + ONE_DAY, "done", 0),
        (by + ONE_DAY, by + timedelta(days=30), "done late", 1),
    ):
        line = one(replace(referral, settled=settled), today=today, calendar=calendar)
        assert (line.by, line.state, line.days_late) == (by, state, late)
        assert (line.what, line.owner, line.evidence) == (
            "answer office referral",
            ALDER,
            (evidence,),
        )


def test_days_late_are_counted_in_the_days_of_the_rule() -> None:
    friday = date(2026, 10, 9)
    referral = duty("referral-answer", date(2026, 10, 2), facts=REFERRED)
    line = one(referral, today=date(2026, 10, 13))
    assert (line.by, line.days_late, line.late_in) == (friday, 2, "business days")
    weekend = one(referral, today=date(2026, 10, 10))
    assert (weekend.state, weekend.days_late) == ("late", 1)
    review = duty("plan-review", friday, by=friday, facts={"kind": "check-in-check-out"})
    line = one(review, today=date(2026, 11, 30))
    assert (line.late_in, line.days_late) == ("school days", 30)


# The others that have a day

DATED = [
    ("record-access", {}, date(2026, 11, 30), "show record to parent"),
    ("emergency-told", {}, date(2026, 11, 20), "tell guardian: restraint"),
    ("emergency-report", {}, date(2026, 11, 19), "write emergency report"),
    ("emergency-meeting", {}, date(2026, 11, 21), "schedule IEP meeting"),
    ("determination", {}, date(2026, 12, 10), "manifestation determination"),
    ("decision-told", {}, date(2026, 11, 19), "tell guardian: decision"),
    ("challenge", {"phase": "meeting"}, date(2026, 12, 19), "meet about challenge"),
    ("challenge", {"phase": "hearing"}, date(2026, 12, 19), "hear the appeal"),
    ("follow-up", {}, date(2026, 12, 31), "set SST follow-up"),
]


@pytest.mark.parametrize(("rule", "facts", "by", "what"), DATED, ids=lambda value: str(value))
def test_each_rule_counts_its_own_days(
    rule: str, facts: dict[str, str], by: date, what: str
) -> None:
    thursday = date(2026, 11, 19)
    line = one(duty(rule, thursday, facts=facts), today=thursday, flags={ANA: ["iep"]})
    assert (line.by, line.what, line.cite) == (by, what, RULES[rule].cite)


def test_a_day_that_was_set_is_no_rule_of_its_own() -> None:
    day = date(2026, 10, 16)
    for rule, facts, what in (
        ("plan-review", {"kind": "behavior-intervention-plan"}, "review BIP (IEP)"),
        ("promise", {"words": "vision screen"}, "vision screen"),
        ("follow-up", {"kind": "follow-up"}, "SST follow-up"),
        ("meeting", {"kind": "initial"}, "SST initial"),
        ("interpreter", {"language": "es"}, "book interpreter"),
    ):
        line = one(duty(rule, date(2026, 9, 17), by=day, facts=facts), today=day)
        assert (line.what, line.by, line.state, line.evidence) == (what, day, "today", ())


def test_a_rule_that_is_off_asks_for_nothing() -> None:
    for rule, facts, _, _ in DATED:
        asked = duty(rule, date(2026, 11, 19), facts=facts)
        flags = {ANA: ["iep"]}
        assert not owed(asked, today=date(2026, 12, 1), rules=without(rule), flags=flags)


def test_a_school_counts_by_its_own_numbers() -> None:
    referral = duty("referral-answer", date(2026, 10, 5), facts=REFERRED)
    line = one(referral, today=TODAY, rules=only("referral-answer", business_days=3))
    assert (line.by, line.evidence) == (date(2026, 10, 8), ("3 business days",))


TODAY = date(2026, 10, 14)


def test_an_intervention_plan_that_was_active_makes_an_iep_meeting_needless() -> None:
    used = duty("emergency-meeting", date(2026, 10, 7))
    flags = {ANA: ["iep"]}
    plan = duty("emergency-meeting", date(2026, 9, 1), facts={"plan": True}, stream=f"plan-{ANA}")
    assert len(owed(used, today=TODAY, flags=flags)) == 1
    assert not owed(used, today=TODAY)
    assert not owed(used, plan, today=TODAY, flags=flags)
    for other in (
        replace(plan, settled=date(2026, 10, 6)),
        replace(plan, began=date(2026, 10, 8)),
        replace(plan, student_id=BO),
    ):
        assert len(owed(used, other, today=TODAY, flags=flags)) == 1


def test_a_denial_may_be_appealed_for_a_month_and_then_no_more() -> None:
    denied = duty("challenge", date(2026, 10, 1), facts={"phase": "appeal"})
    line = one(denied, today=date(2026, 10, 31))
    assert (line.state, line.by, line.what) == (
        "watch",
        date(2026, 10, 31),
        "challenge may be appealed",
    )
    assert not owed(denied, today=date(2026, 11, 1))
    assert not owed(replace(denied, settled=date(2026, 10, 9)), today=TODAY)


# Who stands for a child


def test_who_stands_for_a_foster_child_is_notified_of_a_suspension() -> None:
    told = {"social-worker": "2026-10-05"}
    suspended = duty("representatives", date(2026, 10, 5), facts={"told": told})
    assert not owed(suspended, today=TODAY)
    line = one(suspended, today=TODAY, flags={ANA: ["foster"]})
    assert line.facts["whom"] == ["education-rights-holder", "attorney"]
    assert (line.state, line.by) == ("late", date(2026, 10, 5))
    done = one(suspended, today=TODAY, flags={ANA: ["indian-child"]})
    assert (done.state, done.settled) == ("done", date(2026, 10, 5))
    all_three = dict.fromkeys(("education-rights-holder", "attorney"), "2026-10-06") | told
    late = replace(suspended, facts={"told": all_three})
    line = one(late, today=TODAY, flags={ANA: ["foster"]})
    assert (line.state, line.days_late) == ("done late", 1)


# What is watched


def test_repeated_concern_of_staff_is_watched_where_there_is_no_iep() -> None:
    concerns = [
        duty("knowledge", date(2026, 9, n), owner=who, ref=str(n))
        for n, who in ((3, OKAFOR), (9, OKAFOR), (15, ALDER))
    ]
    line = one(*concerns, today=TODAY)
    assert (line.state, line.owner) == ("watch", None)
    assert line.what == "2 staff concerns about a pattern, no IEP"
    assert line.evidence == ("Sep 3 · Sep 15",)
    assert not owed(*concerns, today=TODAY, flags={ANA: ["iep"]})
    assert not owed(*concerns[:2], today=TODAY)
    assert not owed(*concerns, today=date(2027, 9, 10))
    assert not owed(*concerns, today=date(2026, 9, 10))


def test_school_days_without_a_card_are_counted_up_to_yesterday() -> None:
    without_card = duty("no-card", date(2026, 10, 6), facts={"kind": "check-in-check-out"})
    line = one(without_card, today=date(2026, 10, 13))
    assert (line.what, line.evidence, line.by) == ("5 days without a card", ("Oct 6–12",), None)
    assert not owed(without_card, today=date(2026, 10, 12))
    in_break = replace(without_card, began=date(2026, 12, 18))
    assert not owed(in_break, today=date(2027, 1, 4))


def test_a_draft_waits_for_consent_until_there_is_some() -> None:
    draft = duty("consent", date(2026, 10, 6), facts={"kind": "behavior-support-plan"})
    assert one(draft, today=TODAY).what == "BSP waits for consent since Oct 6"
    assert not owed(replace(draft, settled=TODAY), today=TODAY)


def test_teachers_are_told_every_year_where_the_school_goes_by_that() -> None:
    rules = only("teachers-told")
    grave = duty("teachers-told", date(2026, 3, 3))
    assert not owed(grave, today=TODAY)
    assert one(grave, today=TODAY, rules=rules).evidence == ("incident of Mar 3",)
    assert not owed(replace(grave, settled=date(2026, 9, 1)), today=TODAY, rules=rules)
    assert owed(replace(grave, settled=date(2026, 5, 1)), today=TODAY, rules=rules)
    assert not owed(grave, today=date(2029, 3, 4), rules=rules)


# What follows from removals


def lines_of(rule: str, *rows: Removal, today: date = TODAY, **more: Any) -> list[Due]:
    return [line for line in owed(today=today, rows=rows, **more) if line.rule == rule]


def test_removals_are_watched_from_the_fifth_day_and_services_start_after_the_tenth() -> None:
    first = removal(date(2026, 9, 1), days="4", number=1)
    half = removal(date(2026, 9, 10), Action.SENT_HOME_EARLY, "0.5", number=2)
    inside = removal(
        date(2026, 9, 14),
        Action.IN_SCHOOL_SUSPENSION,
        "1",
        number=3,
        **went_on(True, True, True),
    )
    more = removal(date(2026, 9, 21), days="5", number=4)
    last = removal(date(2026, 10, 7), days="1", number=5)
    assert not lines_of("services", first, half, inside)
    (near,) = lines_of("services", first, half, inside, more)
    assert (near.what, near.state) == ("removals 9½ of 10 days", "watch")
    assert near.evidence == (
        "counted      Sep 1 4 · Sep 10 ½ sent home · Sep 21 5",
        "not counted  Sep 14 in school: instruction, services and peers went on",
    )
    (over,) = lines_of("services", first, half, inside, more, last)
    assert (over.what, over.facts["reached"]) == ("removals 10½ days", "2026-10-07")


def test_more_than_ten_days_in_a_row_ask_for_a_determination_of_a_disability() -> None:
    rows = (
        removal(date(2026, 9, 14), days="6", number=1),
        removal(date(2026, 9, 22), days="5", number=2),
    )
    assert not lines_of("determination", *rows)
    flags = {ANA: ["iep"]}
    (line,) = lines_of("determination", *rows, flags=flags)
    assert line.began == date(2026, 9, 22)
    assert line.by == date(2026, 10, 6)
    assert line.evidence == ("11 school days in a row, Sep 14–28", "10 school days")
    assert (line.state, line.ref) == ("late", "1")
    assert not lines_of("determination", rows[0], flags=flags)
    held = duty("determination", date(2026, 10, 6), date(2026, 10, 6), facts={"held": True})
    (done,) = [d for d in owed(held, today=TODAY, rows=rows, flags=flags) if d.rule == held.rule]
    assert (done.state, done.settled) == ("done", date(2026, 10, 6))
    decided = duty("determination", date(2026, 9, 28), stream=f"student-{ANA}")
    (line,) = [d for d in owed(decided, today=TODAY, rows=rows, flags=flags) if d.rule == held.rule]
    assert (line.stream, line.by) == (f"student-{ANA}", date(2026, 10, 12))


def test_a_pattern_is_a_recorded_decision_and_never_a_count() -> None:
    mondays = [date(2026, 8, 17) + timedelta(weeks=n) for n in range(14)]
    series = [
        removal(day, Action.SENT_HOME_EARLY, "0.5", number=n)
        for n, day in enumerate(day for day in mondays if is_school_day(SCHOOL, day))
    ][:11]
    today = date(2026, 11, 12)
    lines = owed(today=today, rows=series, flags={ANA: ["iep"]})
    assert [(line.rule, line.what) for line in lines] == [("services", "removals 5½ of 10 days")]
    decided = duty("determination", today, stream=f"student-{ANA}")
    assert [line.rule for line in owed(decided, today=today, rows=series)] == [
        "determination",
        "services",
    ]


def test_a_suspension_is_watched_while_it_runs() -> None:
    long = removal(date(2026, 10, 12), days="6")
    rows = {line.rule: line for line in owed(today=TODAY, rows=[long])}
    assert rows["consecutive"].what == "suspension of 6 days, 5 at most"
    assert rows["consecutive"].evidence == ("Oct 12–19",)
    assert rows["homework"].evidence == ("suspended Oct 12–19",)
    after = {line.rule for line in owed(today=date(2026, 10, 20), rows=[long])}
    assert not after & {"consecutive", "homework"}
    assert not owed(today=TODAY, rows=[removal(TODAY, days="1")])


def test_days_of_suspension_in_a_year_are_watched_on_their_way_to_twenty() -> None:
    rows = [removal(date(2026, 8 + n, 14), days="5", number=n) for n in range(4)]
    home = removal(date(2026, 9, 2), Action.SENT_HOME_EARLY, "1", number=9)
    assert not lines_of("yearly", *rows[:2], home, today=date(2026, 11, 20))
    (line,) = lines_of("yearly", *rows[:3], home, today=date(2026, 11, 20))
    assert line.what == "suspended 15 of 20 days this year"
    assert line.evidence == ("counted      Aug 14 5 · Sep 14 5 · Oct 14 5",)


def test_every_rule_that_is_a_clock_has_one_here() -> None:
    """Those that are none bind an act when it is recorded, or say how days are counted."""
    of_removals = {"services", "yearly", "consecutive", "homework"}
    no_clocks = {
        "defiance-suspension",
        "defiance-expulsion",
        "attendance-suspension",
        "recess",
        "due-process",
        "other-means",
        "part-days",
        "off-track",
    }
    assert set(RULES) == {*CLOCKS, *of_removals, *no_clocks}


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([date(2026, 10, 6)], "Oct 6"),
        ([date(2026, 10, 6), date(2026, 10, 7)], "Oct 6–7"),
        ([date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 11)], "Oct 31–Nov 1, Nov 11"),
        ([], ""),
    ],
)
def test_days_are_told_in_spans(days: list[date], said: str) -> None:
    assert spans(days) == said
    assert span(TODAY, TODAY) == short(TODAY) == "Oct 14"


# A second implementation of every clock that has a day: one day at a time

COUNTED = {  # rule → how many of which days
    "referral-answer": (5, "business"),
    "record-access": (5, "business"),
    "determination": (10, "school"),
    "emergency-told": (1, "school"),
    "emergency-report": (0, "all"),
    "emergency-meeting": (2, "all"),
    "decision-told": (0, "all"),
    "challenge": (30, "all"),
    "follow-up": (42, "all"),
}
SET = ("promise", "plan-review", "meeting", "interpreter")
FACTS = {
    "challenge": {"phase": "meeting"},
    "plan-review": {"kind": "safety-plan"},
    "meeting": {"kind": "initial"},
    "interpreter": {"language": None},
    "referral-answer": REFERRED,
}


def counts(calendar: Calendar, day: date, kind: str) -> bool:
    closed = any(day in holidays.closed for holidays in calendar.holidays)
    weekend = day.isoweekday() > 5
    if kind == "all":
        return True
    if kind == "business":
        return not weekend and not closed
    return is_school_day(calendar, day)


def slow_line(duty: Duty, calendar: Calendar, today: date) -> tuple[date | None, str, int]:
    """(by, state, days late)."""
    n, kind = COUNTED.get(duty.rule, (0, "school"))
    by = duty.by
    if by is None and duty.rule in COUNTED:
        by = duty.began
        while n:
            by += ONE_DAY
            n -= counts(calendar, by, kind)
    end = duty.settled or today
    late, day = 0, by or end
    while day < end:
        day += ONE_DAY
        late += counts(calendar, day, kind)
    if kind == "business" and by and day > by and not counts(calendar, day, kind):
        late += 1  # a day without business belongs to the next
    if duty.settled:
        return by, "done late" if by and duty.settled > by else "done", late
    if by is None or today < by:
        return by, "open", late
    return by, "today" if today == by else "late", late


dates = st.dates(date(2024, 6, 1), date(2029, 6, 30))


@st.composite
def duties(draw: st.DrawFn) -> Duty:
    """Any duty that has a day, done or not."""
    rule = draw(st.sampled_from((*COUNTED, *SET)))
    began = draw(dates)
    later = st.integers(0, 90).map(lambda n: began + timedelta(days=n))
    by = draw(st.none() | later) if rule == "promise" else draw(later) if rule in SET else None
    return duty(rule, began, draw(st.none() | later), by=by, facts=FACTS.get(rule, {}))


@for_all(calendars(), duties(), st.integers(0, 120))
def test_every_clock_agrees_with_a_count_of_day_after_day(
    calendar: Calendar, asked: Duty, n: int
) -> None:
    today = asked.began + timedelta(days=n)
    line = one(asked, today=today, calendar=calendar, flags={ANA: ["iep"]})
    assert (line.by, line.state, line.days_late) == slow_line(asked, calendar, today)


@for_all(calendars(), duties(), st.integers(0, 120))
def test_what_was_not_late_yesterday_is_due_today_before_it_is_late(
    calendar: Calendar, asked: Duty, n: int
) -> None:
    """A line goes from open to today to late, and never back."""
    order = ["open", "today", "late"]
    days = [asked.began + timedelta(days=k) for k in range(n, n + 8)]
    unsettled = replace(asked, settled=None)
    states = [
        one(unsettled, today=day, calendar=calendar, flags={ANA: ["iep"]}).state for day in days
    ]
    assert [order.index(state) for state in states] == sorted(map(order.index, states))
    assert states.count("today") <= 1


@for_all(schools(), removals(), st.integers(0, 200))
def test_what_is_watched_of_removals_agrees_with_a_slow_count(
    calendar: Calendar, rows: list[Removal], n: int
) -> None:
    today = (rows[0].on if rows else TODAY) + timedelta(days=n)
    total, _, over = slow(rows, calendar, school_year_of(calendar, today))
    lines = [
        line for line in owed(today=today, rows=rows, calendar=calendar) if line.rule == "services"
    ]
    assert bool(lines) == (total >= 5)
    for line in lines:
        half = Decimal(total.numerator) / total.denominator
        of = " of 10" if over is None else ""
        assert line.what == f"removals {halves(half)}{of} days"
        assert line.facts["reached"] == (over.isoformat() if over else None)


@for_all(calendars(), st.lists(duties(), max_size=6), st.integers(0, 60))
def test_the_order_in_which_duties_come_changes_nothing(
    calendar: Calendar, some: list[Duty], n: int
) -> None:
    numbered = [replace(asked, ref=str(k)) for k, asked in enumerate(some)]
    today = TODAY + timedelta(days=n)
    flags = {ANA: ["iep"]}
    lines = owed(*numbered, today=today, calendar=calendar, flags=flags)
    assert owed(*reversed(numbered), today=today, calendar=calendar, flags=flags) == lines
    assert [line.by or date.max for line in lines] == sorted(line.by or date.max for line in lines)
