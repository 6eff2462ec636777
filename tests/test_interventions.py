"""One child's autumn from the first referral to the end of a plan, as staff type it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from desk import PRINCIPAL, School

ZONE = ZoneInfo("America/Los_Angeles")
MORNING, VETERANS = 8, date(2026, 11, 11)
CHART = """\
there: ruth alder, dana okafor, mother
strengths:
  draws
known:
  new in class since August
tried:
  ~ seat by the door (mornings only)
concerns:
  lunch
questions:
  who sits with her at lunch? — okafor
strategies:
  check-in/check-out
actions:
  okafor — lunch seat with an adult — Oct 23 — Nov 6
  whitlock and mother — homework routine — — Nov 13
follow-up: Thu Nov 19 8:00
"""
FORM = """\
kind: cico
behavior: Leaves the seat without asking.
teaching:
  practise asking for a break
goal: at least 80 % of points, from 55, by Fri Dec 18 2026, measured by whitlock
card: 0-2; periods: 1-6; expectations: safe, kind, ready
manager: whitlock
review: Fri Nov 13 2026
"""


@pytest.fixture
def school(desk: School) -> School:
    """The school with its calendar: Thanksgiving closes the office, winter break does not."""
    desk.ok(
        *("calendar", "set", "--first", "2026-08-12", "--last", "2027-06-11"),
        *("--off", "2026-11-23..2026-11-27", "--off", "2026-12-21..2027-01-08"),
    )
    return desk


def at(school: School, day: date, hour: int = MORNING) -> School:
    """The same school on that day."""
    school.clock.at = datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)
    return school


def referred(school: School, student: str, day: date) -> str:
    told = at(school, day, 13).ok(
        *("log", *student.split(), "--did", "disruption", "--major", "--where", "class", "--json")
    )
    id = str(told.json["id"])
    school.ok("act", id, "conference", "10m")
    return id


# The office's answer


@pytest.mark.parametrize(
    ("sent", "answered", "says"),
    [
        (date(2026, 11, 20), date(2026, 12, 1), "business day 5 of 5"),  # Thanksgiving is closed
        (date(2026, 12, 18), date(2026, 12, 28), "business day 5 of 5"),  # the break is not
    ],
)
def test_a_referral_answered_on_the_fifth_business_day_is_in_time_and_on_the_sixth_late(
    school: School, sent: date, answered: date, says: str
) -> None:
    id, late = referred(school, "ana rivera", sent), referred(school, "leo park", sent)
    told = at(school, answered).ok("answer", id, "--told", "whitlock", user=PRINCIPAL)
    assert says in told.out
    assert "in time" in told.out
    owed = school.ok("due").out
    assert "Leo Park" in owed
    assert "Ana Rivera" not in owed
    told = at(school, answered + timedelta(days=1)).ok(
        "answer", late, "--told", "whitlock", user=PRINCIPAL
    )
    assert "1 business day late" in told.out
    done = school.ok("due", "--all").out
    assert "1 business day late" in done
    assert "answer Sam Whitlock told" in school.ok("timeline", "leo", "park").out


# The case and the plan


@pytest.fixture
def met(school: School) -> School:
    """A case that was requested, prepared, held and recapped."""
    at(school, date(2026, 10, 15)).ok(
        "sst", "request", "ana", "rivera", "--concern", "-", stdin="Out of her seat."
    )
    when = ("--at", "oct 22 8:00", "--place", "room 4", "--facilitator", "alder")
    school.ok("sst", "schedule", "ana", "rivera", *when)
    school.ok("sst", "invite", "ana", "rivera", "--who", "mother", "--lang", "es", "--interpreter")
    at(school, date(2026, 10, 19)).ok(
        "sst", "confirm", "ana", "rivera", "--who", "mother", "--answer", "coming"
    )
    prepared = at(school, date(2026, 10, 21), 15).ok("sst", "prepare", "ana", "rivera").out
    assert "interpreter not booked" in prepared
    school.ok("sst", "interpreter", "ana", "rivera", "--lang", "es")
    at(school, date(2026, 10, 22), 9).ok(
        "sst", "hold", "ana", "rivera", "--chart", "-", stdin=CHART
    )
    spanish = school.ok("sst", "recap", "ana", "rivera", "--copy", "guardian", "--lang", "es").out
    assert "lunch seat with an adult" in spanish
    return school


def school_days(first: date, last: date) -> Iterator[date]:
    days = ((first + timedelta(days=n)) for n in range((last - first).days + 1))
    return (day for day in days if day.weekday() < 5 and day != VETERANS)


@pytest.fixture
def reviewed(met: School) -> School:
    """A plan of three weeks of cards, and a review on November 13 that modified it."""
    at(met, date(2026, 10, 22), 10).ok("plan", "draft", "ana", "rivera", "--form", "-", stdin=FORM)
    at(met, date(2026, 10, 23)).ok("plan", "approve", "ana", "rivera", "--by", "mother")
    met.ok("plan", "start", "ana", "rivera")
    for n, day in enumerate(school_days(date(2026, 10, 23), date(2026, 11, 12))):
        card = "a" if n == 4 else ("222 221 112 222 221 222" if n % 3 else "211 101 002 - 111 122")
        at(met, day, 15).ok("points", "ana", "rivera", *card.split())
    changed = FORM.replace("teaching:", "teaching:\n  a seat with an adult")
    changed = changed.replace("Nov 13 2026", "Nov 20 2026").replace("kind: cico\n", "")
    at(met, date(2026, 11, 13), 15).ok(
        *("plan", "review", "ana", "rivera", "--decide", "modify", "--why", "lunch stays hard"),
        *("--next", "nov 20", "--form", "-"),
        stdin=changed,
    )
    return met


BEFORE = ("--as-of", "nov 12 2026")
SHOWS: dict[str, Callable[[School, tuple[str, ...]], str]] = {
    "timeline": lambda school, when: school.ok("timeline", "ana", "rivera", *when).out,
    "plan status": lambda school, when: school.ok("plan", "status", *when).out,
    "due": lambda school, when: school.ok("due", "--all", *when).out,
    "packet": lambda school, when: paper(school, when),
}


def paper(school: School, when: tuple[str, ...]) -> str:
    out = school.root / f"packet-{len([*school.root.glob('packet-*')])}.html"
    school.ok("packet", "ana", "rivera", "--out", str(out), *when, user=PRINCIPAL)
    return out.read_text(encoding="utf-8")


@pytest.mark.parametrize("screen", SHOWS)
def test_the_day_before_a_review_shows_what_was_known_then(reviewed: School, screen: str) -> None:
    show = SHOWS[screen]
    at(reviewed, date(2026, 11, 16))
    with reviewed.opened() as desk:
        then = desk.school.record.position_at(datetime(2026, 11, 12, 23, 59, tzinfo=ZONE))
    now, before = show(reviewed, ()), show(reviewed, BEFORE)
    assert now != before
    known = show(reviewed, ("--position", str(then)))
    at(reviewed, date(2026, 12, 1))
    assert show(reviewed, BEFORE) == before  # whatever is known since
    assert show(reviewed, ("--position", str(then))) == known


def test_a_plan_goes_from_its_draft_to_its_end(reviewed: School) -> None:
    told = [type(r.event).__name__ for r in reviewed.events() if r.stream.startswith("plan-")]
    assert told[:3] == ["PlanDrafted", "PlanApproved", "PlanStarted"]
    assert told.count("PointsRecorded") == 14
    assert told[-2:] == ["PlanReviewed", "PlanRevised"]
    cited = reviewed.of("PlanReviewed")[-1]
    assert cited.days_with_data == 13
    assert (cited.data_from, cited.position > 0) == (date(2026, 10, 23), True)
    at(reviewed, date(2026, 12, 18), 15).ok(
        *("plan", "end", "ana", "rivera", "--goal-met", "--why", "four weeks at goal")
    )
    assert "ended" in reviewed.ok("plan", "status", "--all").out.casefold()
    assert "ended, goal met" in reviewed.ok("timeline", "ana", "rivera").out


def test_a_packet_printed_twice_at_one_position_is_equal(reviewed: School) -> None:
    at(reviewed, date(2026, 11, 16))
    with reviewed.opened() as desk:
        here = str(desk.school.record.head().position)
    first = paper(reviewed, ("--position", here))
    at(reviewed, date(2026, 11, 30)).ok("praise", "leo", "park", "helping")
    assert paper(reviewed, ("--position", here)) == first
