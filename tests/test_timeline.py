"""`timeline`: plans, cards, SST meetings and what is owed, as it is and as it was known then."""

from __future__ import annotations

import shlex
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desk import CLERK, School, as_expected
from made import ZONE
from plans import a_draft

from ledger.domain import When
from ledger.domain.codes import Action, Channel, Decision, MeetingKind, NoData, Relation
from ledger.domain.due_process import AnswerReferral, ChallengeStatement, GiveNotice
from ledger.domain.incident import INCIDENT, TakeAction
from ledger.domain.meeting import (
    MEETING,
    Agreed,
    Asked,
    Attendee,
    CancelMeeting,
    Chart,
    CompleteAction,
    FollowUp,
    HoldMeeting,
    Person,
    RequestAssistance,
    ScheduleMeeting,
)
from ledger.domain.plan import (
    PLAN,
    ApprovePlan,
    CorrectPoints,
    EndPlan,
    RecordPoints,
    ReviewPlan,
    StartPlan,
)
from ledger.domain.rules import RULES
from ledger.domain.student import STUDENT, DecidePlacement, RequestRecord, ShowRecord
from ledger.school import School as Opened

CANARY = "canary"
CASE = "5ba1c2d3-0000-4000-8000-000000000001"
BEGAN, REVIEWED, MET = date(2026, 9, 21), date(2026, 10, 15), date(2026, 10, 15)
BINDING = tuple(id for id, rule in RULES.items() if rule.on)


def child(school: Opened, words: str = "ana rivera") -> str:
    (found,) = school.find(words).students
    return found.student_id


def do_plan(desk: School, day: date, kind: type[Any], **more: Any) -> None:
    with desk.opened() as at:
        id = child(at.school)
        at.school.do(PLAN, id, kind(student_id=id, plan=1, on=day, **more))


def carried_out(desk: School, *cards: tuple[date, int | None]) -> None:
    """Ana's plan, and a card for each of these days: its total, or None without data."""
    with desk.opened() as at:
        school, id = at.school, child(at.school)
        school.do(PLAN, id, a_draft(id, school.actor.id, on=BEGAN))
    do_plan(desk, BEGAN, ApprovePlan, relation=Relation.MOTHER, language="es")
    do_plan(desk, BEGAN, StartPlan)
    for day, total in cards:
        no_data = NoData.ABSENT if total is None else None
        do_plan(desk, day, RecordPoints, total=total, no_data=no_data)


def reviewed(desk: School) -> None:
    with desk.opened() as at:
        school, id = at.school, child(at.school)
        command = ReviewPlan(
            student_id=id,
            plan=1,
            on=REVIEWED,
            decision=Decision.CONTINUE,
            why=f"{CANARY} of the review",
            data_from=BEGAN,
            data_until=REVIEWED,
            position=school.record.head().position,
            next_review=date(2026, 11, 6),
        )
        school.do(PLAN, id, command)


WEEK = [(date(2026, 10, day), 30 + day % 4) for day in (5, 6, 7, 8, 9)]
AFTER = [(date(2026, 10, 13), 28), (date(2026, 10, 14), None)]


def local(day: date) -> When:
    """Eight o'clock of a day."""
    at = datetime(day.year, day.month, day.day, 8, tzinfo=ZoneInfo(ZONE))
    return When(at=at, zone=ZONE)


def asked(desk: School) -> None:
    """A case with a meeting that was called off, and one that is set for tomorrow."""
    on = date(2026, 9, 1)
    with desk.opened() as at:
        school, id = at.school, child(at.school)
        request = RequestAssistance(
            student_id=id,
            school_id="1001",
            on=on,
            by=Person(staff=school.actor.id),
            concern=f"{CANARY} of the concern",
        )
        school.do(MEETING, CASE, request)
        for day in (date(2026, 9, 10), MET):
            setting = ScheduleMeeting(kind=MeetingKind.INITIAL, at=local(day), place="room 4")
            school.do(MEETING, CASE, setting)
        school.do(MEETING, CASE, CancelMeeting(number=1, reason=f"{CANARY} of the reason"))


def met(desk: School) -> None:
    """Two days later, the meeting was held, and one of its promises kept."""
    desk.clock.pass_(days=2)
    with desk.opened() as at:
        school, me = at.school, Person(staff=at.school.actor.id)
        mother = Attendee(who=Person(relation=Relation.MOTHER), channel=Channel.PHONE)
        promise = Agreed(what=f"{CANARY} of the promise", who=(me,), due=MET)
        other = Agreed(what=f"{CANARY} of another", who=(me,), due=date(2026, 10, 20))
        command = HoldMeeting(
            number=2,
            at=local(MET),
            attended=(mother, Attendee(who=me)),
            chart=Chart(strengths=(f"{CANARY} of the chart",)),
            questions=(Asked(text=f"{CANARY} of the question"),),
            actions=(promise, other, Agreed(what="homework", who=(mother.who,))),
            follow_up=FollowUp(at=local(date(2026, 11, 12))),
        )
        school.do(MEETING, CASE, command)
        school.do(MEETING, CASE, CompleteAction(number=2, on=MET))


def owed(desk: School) -> str:
    """A referral of two that was answered, with a notice to one, and an act against a rule."""
    line = "log ana rivera and leo --did defiance --major --where play --at 9:00"
    desk.ok(*shlex.split(line))
    desk.ok("log", "ana", "rivera", "--did", "fight", "--where", "play", "--at", "9:30")
    fight, id = (card["id"] for card in desk.incident_cards()[:2])
    with desk.opened() as at:
        school = at.school
        when = When(at=school.now, zone=ZONE)
        me = school.actor.id
        answer = AnswerReferral(by=me, at=when, told=(me,), text=f"{CANARY} of the answer")
        school.do(INCIDENT, id, answer)
        notice = GiveNotice(label="P1", at=when, relation=Relation.MOTHER, text=f"{CANARY} told")
        school.do(INCIDENT, id, notice)
        challenge = ChallengeStatement(on=school.now.date(), grounds=f"{CANARY} of the grounds")
        school.do(INCIDENT, fight, challenge)
        act = TakeAction(
            label="P1",
            action=Action.OUT_OF_SCHOOL_SUSPENSION,
            on=school.now.date(),
            days=Decimal(1),
            grade="3",
            rules=BINDING,
            happened=f"{CANARY} of the act",
        )
        school.do(INCIDENT, fight, act)
    return str(id)


def told_of(desk: School) -> None:
    """Decisions and requests that stand without an incident."""
    with desk.opened() as at:
        school = at.school
        id, today = child(school), school.now.date()
        reason = f"{CANARY} of the decision"
        decided = DecidePlacement(student_id=id, on=today, pattern=True, reason=reason)
        school.do(STUDENT, id, decided)
        asks = RequestRecord(student_id=id, on=today, relation=Relation.FATHER, about=CANARY)
        school.do(STUDENT, id, asks)
        school.do(STUDENT, id, ShowRecord(student_id=id, on=today, note=CANARY))


@pytest.fixture
def everything(desk: School) -> School:
    """A school whose Ana has one of everything on her timeline."""
    carried_out(desk, *WEEK, *AFTER)
    do_plan(desk, date(2026, 10, 14), CorrectPoints, no_data=NoData.NO_CARD, reason=CANARY)
    asked(desk)
    met(desk)
    reviewed(desk)
    owed(desk)
    told_of(desk)
    return desk


def test_a_timeline_of_everything_looks_as_it_should(everything: School) -> None:
    told = everything.ok("timeline", "ana", "rivera")
    assert max(map(len, told.out.splitlines())) <= 100
    as_expected("timeline.everything", told.out)
    assert everything.ok("timeline", "ana", "rivera", "--ascii").out.isascii()


def test_the_day_before_a_review_shows_what_was_known_then(desk: School) -> None:
    carried_out(desk, *WEEK)
    known = len(desk.events())
    desk.clock.pass_(days=1)
    reviewed(desk)
    do_plan(desk, REVIEWED, EndPlan, reason="moved away")
    now = desk.ok("timeline", "ana rivera").out
    assert "reviewed: continue" in now
    assert "NOW" not in now  # the plan ended
    for then in (("--as-of", "oct 14"), ("--position", str(known))):
        before = desk.ok("timeline", "ana rivera", *then).out
        assert "reviewed" not in before
        assert "ended" not in before
        assert "CICO since Sep 21, on track: 87 % of points (goal 80), 5 of 5 days" in before
        assert "review Fri Oct 16" in before
        assert desk.ok("timeline", "ana rivera", *then, "--json").json["plans"][0]["of"] == 5


def test_a_case_is_shown_as_it_was_known_then(desk: School) -> None:
    asked(desk)
    met(desk)
    now = desk.ok("timeline", "ana rivera").out
    assert "SST follow-up Thu Nov 12, 8:00 AM · promises open: 2, one late" in now
    before = desk.ok("timeline", "ana rivera", "--as-of", "oct 14").out
    assert "SST initial tomorrow 8:00 AM" in before
    assert "promises" not in before
    assert "there" not in before


def test_an_answer_is_preceded_by_one_access_event(everything: School) -> None:
    before = len(everything.answers())
    everything.ok("timeline", "ana rivera")
    (event,) = everything.answers()[before:]
    assert event.event.what == "timeline"


def test_a_clerk_sees_what_was_done_and_none_of_its_words(everything: School) -> None:
    shown = everything.ok("timeline", "ana rivera", "--json")
    assert CANARY in shown.out
    for flags in ((), ("--json",), ("--as-of", "now"), ("--position", "20", "--json")):
        told = everything.ok("timeline", "ana rivera", *flags, user=CLERK).out
        assert CANARY not in told
    hidden = everything.ok("timeline", "ana rivera", "--json", user=CLERK).json
    kinds = {entry["kind"] for entry in hidden["entries"]}
    assert kinds >= {"sst", "plan", "card", "referral", "process", "decision", "record"}
    assert [e["body"]["what"] for e in hidden["entries"] if e["kind"] == "plan"] == [
        "reviewed",
        "started",
        "approved",
        "drafted",
    ]


def test_what_was_told_of_one_child_is_on_no_other_timeline(desk: School) -> None:
    id = owed(desk)
    own, other = (
        desk.ok("timeline", name, "--json").json["entries"] for name in ("ana rivera", "leo")
    )
    process = [entry for entry in own if entry["kind"] == "process" and entry["id"] == id]
    assert [entry["line"] for entry in process] == ["notice given, mother"]
    assert [entry["kind"] for entry in other] == ["referral", "incident"]
    assert f"{CANARY} told" not in desk.ok("timeline", "leo").out


def test_each_kind_can_be_asked_for_alone(everything: School) -> None:
    entries = everything.ok("timeline", "ana rivera", "--json").json["entries"]
    for kind in {entry["kind"] for entry in entries}:
        own = everything.ok("timeline", "ana rivera", "--kind", kind, "--json").json["entries"]
        assert {entry["kind"] for entry in own} == {kind}
        assert len(own) == sum(entry["kind"] == kind for entry in entries)
    cards = everything.ok("timeline", "ana rivera", "--kind", "card").out
    assert "NOW" not in cards
    assert "COUNTS" not in cards


def test_a_corrected_card_is_shown_once_as_it_really_was(everything: School) -> None:
    entries = everything.ok("timeline", "ana rivera", "--kind", "card", "--json").json["entries"]
    days = [entry["occurred_at"][:10] for entry in entries]
    assert days == [f"2026-10-{day:02}" for day in (14, 13, 9, 8, 7, 6, 5)]
    assert entries[0]["body"]["no_data"] == "no-card"


def test_many_cards_push_no_incident_off_the_screen(desk: School) -> None:
    desk.ok("log", "ana rivera", "--did", "fight", "--where", "play", "--at", "oct 1 10:20")
    days = (BEGAN + timedelta(days=n) for n in range(24))
    carried_out(desk, *((day, 30) for day in days if day.weekday() < 5))
    for n in range(25):
        day = f"oct {2 + n // 4} {9 + n % 4}:00"
        desk.ok("praise", "ana rivera", "helping", "--at", day)
    short = desk.ok("timeline", "ana rivera").out
    assert "fighting" not in short  # 25 entries came later, cards not counted
    whole = desk.ok("timeline", "ana rivera", "--all-entries").out
    assert "fighting" in whole
    assert whole.count("30/36  83 %") == 18
    desk.ok("log", "ana rivera", "--did", "fight", "--where", "play", "--at", "oct 12 10:20")
    assert "fighting" in desk.ok("timeline", "ana rivera").out


def test_days_in_a_row_with_a_card_alone_are_one_line(desk: School) -> None:
    carried_out(desk, *WEEK, (date(2026, 10, 13), None))
    told = desk.ok("timeline", "ana rivera").out
    assert "Oct  5–13          card   6 days: 86 % 89 % 92 % 83 % 86 % –" in told
    assert "Oct  9 Fri" not in told
    assert "Oct  9 Fri" in desk.ok("timeline", "ana rivera", "--kind", "card").out


def test_what_was_done_against_a_rule_is_flagged_and_the_removed_day_counted(desk: School) -> None:
    owed(desk)
    told = desk.ok("timeline", "ana rivera").out
    flag = "! out-of-school suspension recorded against EC 47605(c)(5)(J)"
    assert flag in told
    assert "removed 1 day" in told
    assert flag not in desk.ok("timeline", "leo").out
    assert desk.ok("timeline", "ana rivera", "--json").json["removed_days"] == "1"
