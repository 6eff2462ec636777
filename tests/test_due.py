"""`due`: what is owed on one Wednesday of a small school, line by line, and who may see it."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desk import CLERK, PRINCIPAL, School, as_expected
from hypothesis import given as for_all
from hypothesis import strategies as st
from made import ZONE, a_report, incident_id
from plans import a_draft
from spec import enveloped

from ledger.domain import When
from ledger.domain.codes import (
    Action,
    Behavior,
    Channel,
    ContactOutcome,
    Direction,
    Level,
    MeetingKind,
    NoData,
    PlanKind,
    Relation,
    RestraintKind,
    Unit,
)
from ledger.domain.due_process import (
    EmergencyReportMade,
    IepMeetingScheduled,
    ReferralAnswered,
)
from ledger.domain.incident import (
    ActionServed,
    ActionTaken,
    FamilyContacted,
    IncidentReported,
    IncidentVoided,
    ReferredToOffice,
    RestraintOrSeclusionUsed,
)
from ledger.domain.meeting import (
    MEETING,
    Agreed,
    Attendee,
    FollowUp,
    HoldMeeting,
    InviteMember,
    Person,
    RequestAssistance,
)
from ledger.domain.plan import PLAN, ApprovePlan, Goal, RecordPoints, StartPlan
from ledger.projections.duties import DUTIES, duty_of, removal_of

HERE = ZoneInfo(ZONE)
OCT_28 = datetime(2026, 10, 28, 10, 0, tzinfo=HERE)
FLAGS = "student_id,effective_on,iep,foster\n104301,2026-08-13,yes,no\n104304,2026-08-13,no,yes\n"
AUTUMN = """
calendar set --first 2026-08-12 --last 2027-06-11 --off 2026-10-19 --closed 2026-10-19
roster flags {flags}
"""
OCT_16 = """
log mateo --did disrup --where class --at 'oct 16 9:00' --by okafor --office
log inigo --did fight --where play --at 'sep 4 9:00'
act last suspension 1d --on 'sep 4' --happened Yes.
log inigo --did fight --where play --at 'sep 18 9:00'
act last suspension 2d --on 'sep 18' --happened Yes.
log inigo --did fight --where play --at 'sep 23 9:00'
act last in-school 1d --on 'sep 23' --instruction --services --peers --happened Yes.
log inigo --did fight --where play --at 'sep 29 9:00'
act last suspension 2d --on 'sep 29' --happened Yes.
log inigo --did fight --where play --at 'oct 6 9:00'
act last suspension 2d --on 'oct 6' --happened Yes.
log inigo --did fight --where play --at 'oct 8 9:00'
act last suspension 1d --on 'oct 8' --happened Yes.
log inigo --did fight --where play --at 'oct 13 9:00'
act last sent-home 0.5d --on 'oct 13'
"""
OCT_23 = "records request leo --by father\n"


def play(desk: School, lines: str) -> None:
    for line in filter(None, lines.splitlines()):
        desk.ok(*shlex.split(line))


def at(day: date, hour: int = 8) -> When:
    return When(at=datetime.combine(day, time(hour), HERE), zone=ZONE)


def staff(desk: Any, name: str) -> str:
    return next(str(id) for id, known in desk.school.staff_names.items() if known == name)


def of(desk: Any, words: str) -> str:
    (found,) = desk.school.find(words).students
    return str(found.student_id)


def sst(desk: Any) -> None:
    """The case of Ana: what was promised on September 17, and when the team meets again."""
    ana, alder = of(desk, "ana rivera"), staff(desk, "Ruth Alder")
    school, case = desk.school, incident_id(900)
    mother = Person(relation=Relation.MOTHER)
    for command in (
        RequestAssistance(
            student_id=ana,
            school_id="1001",
            on=date(2026, 9, 8),
            by=Person(staff=staff(desk, "Dana Okafor")),
            concern="Lunch.",
        ),
        HoldMeeting(
            kind=MeetingKind.INITIAL,
            at=at(date(2026, 9, 17)),
            attended=(Attendee(who=mother),),
            actions=(
                Agreed(
                    what="vision/hearing screen", who=(Person(staff=alder),), due=date(2026, 10, 2)
                ),
                Agreed(what="homework routine", who=(mother,), due=date(2026, 11, 20)),
            ),
            follow_up=FollowUp(at=at(date(2026, 10, 29)), facilitator=alder),
        ),
        InviteMember(
            number=2, who=mother, on=date(2026, 9, 30), language="es", needs_interpreter=True
        ),
    ):
        school.do(MEETING, case, command)
    for n, name in enumerate(("Dana Okafor", "Ilse Haddad", "Per Lund"), 1):
        mateo = of(desk, "mateo")
        request = RequestAssistance(
            student_id=mateo,
            school_id="1001",
            on=date(2026, 9, 20 + n),
            by=Person(staff=staff(desk, name)),
            concern="Noise.",
        )
        school.do(MEETING, incident_id(910 + n), request)


def plans(desk: Any) -> None:
    """A card that is reviewed this week, one that nobody filled in, a plan late, a draft."""
    school, me = desk.school, desk.school.actor.id
    lund = staff(desk, "Per Lund")
    goal = Goal(unit=Unit.TIMES_A_DAY, direction=Direction.AT_MOST, target=Decimal(1))
    bsp: dict[str, Any] = {"kind": PlanKind.BEHAVIOR_SUPPORT_PLAN, "goal": goal, "card": None}
    for words, manager, review, more in (
        ("ana rivera", me, date(2026, 10, 30), {}),
        ("jonah", lund, date(2026, 11, 20), {}),
        ("soren", me, date(2026, 10, 23), bsp),
    ):
        id = of(desk, words)
        own: dict[str, Any] = {"student_id": id, "plan": 1, "on": date(2026, 9, 21)}
        school.do(PLAN, id, a_draft(id, manager, review_on=review, **more))
        school.do(PLAN, id, ApprovePlan(**own, relation=Relation.MOTHER))
        school.do(PLAN, id, StartPlan(**own))
    for words, last in (("ana rivera", date(2026, 10, 27)), ("jonah", date(2026, 10, 20))):
        id = of(desk, words)
        card = RecordPoints(student_id=id, plan=1, on=last, no_data=NoData.ABSENT)
        school.do(PLAN, id, card)
    leo = of(desk, "leo")
    school.do(PLAN, leo, a_draft(leo, me, on=date(2026, 10, 6), **bsp))


@pytest.fixture
def autumn(desk: School) -> School:
    """The school on October 28, with what its autumn left to be done."""
    flags = desk.root / "flags.csv"
    flags.write_text(FLAGS, encoding="utf-8")
    play(desk, AUTUMN.format(flags=flags))
    desk.clock.at = datetime(2026, 10, 16, 10, 0, tzinfo=HERE).astimezone(UTC)
    play(desk, OCT_16)
    desk.clock.at = datetime(2026, 10, 23, 10, 0, tzinfo=HERE).astimezone(UTC)
    play(desk, OCT_23)
    with desk.opened() as opened:
        sst(opened)
        plans(opened)
    desk.clock.at = OCT_28.astimezone(UTC)
    return desk


# The screen


def test_what_is_owed_looks_as_it_should(autumn: School) -> None:
    for name, line in {
        "due": "due",
        "due.all": "due --all",
        "due.me": "due --me",
        "due.student": "due --student ana rivera --all",
        "due.ascii": "due --ascii",
    }.items():
        told = autumn.ok(*line.split()).out
        assert max(map(len, told.splitlines())) <= 100
        as_expected(name, told)


def test_a_program_is_given_ids_and_figures_and_no_name(autumn: School) -> None:
    told = autumn.ok("due", "--all", "--json")
    as_expected("due.json", re.sub(r'"(stream|student_id)": "[^"]+"', r'"\1": "…"', told.out))
    for name in ("Ana", "Rivera", "Mateo", "Okafor", "Alder", "Leo"):
        assert name not in told.out
    assert (len(told.json["late"]), len(told.json["watch"])) == (3, 3)


def test_everything_that_is_owed_to_one_student_is_owed_to_nobody_else(autumn: School) -> None:
    whole = autumn.ok("due", "--all", "--json").json
    with autumn.opened() as opened:
        ana = of(opened, "ana rivera")
    own = autumn.ok("due", "--all", "--student", "ana", "rivera", "--json").json
    for group in ("late", "this_week", "watch", "ahead", "done"):
        assert own[group] == [line for line in whole[group] if line["student_id"] == ana]


def test_mine_is_what_i_owe(autumn: School) -> None:
    told = autumn.ok("due", "--me", "--all", user=PRINCIPAL).out
    assert "answer office referral" in told
    assert "Whitlock" not in told


def test_an_earlier_day_is_shown_as_it_was_known_and_owed_then(autumn: School) -> None:
    then = autumn.ok("due", "--as-of", "oct 16").out
    assert then.startswith("Fri Oct 16 2026 · regular day · 0 late · 0 this week")
    assert "answer office referral" not in then
    ahead = autumn.ok("due", "--as-of", "oct 16", "--all").out
    assert "Oct 26 Mon  answer office referral" in ahead
    assert "show record to parent" not in ahead
    events = [r for r in autumn.events() if type(r.event).__name__ == "RecordRequested"]
    known = autumn.ok("due", "--position", str(events[0].position), "--all").out
    assert known.startswith("Fri Oct 23 2026")
    assert "show record to parent" in known
    assert "SST" not in known
    before = autumn.ok("due", "--position", str(events[0].position - 1), "--all").out
    assert "show record to parent" not in before


def test_a_missing_calendar_is_said_on_top(desk: School) -> None:
    desk.ok("log", "mateo", "--did", "disrup", "--where", "class", "--at", "12:00", "--office")
    first, title, *_ = desk.ok("due").out.splitlines()
    assert first == (
        "No calendar for 2026–27: every school day below is a guess. bledger calendar import FILE"
    )
    assert title.startswith("Wed Oct 14 2026 · regular day")
    assert desk.ok("due", "--json").json["calendar_known"] is False
    desk.ok("calendar", "set", "--first", "2026-08-12", "--last", "2027-06-11")
    assert "No calendar" not in desk.ok("due").out


def test_nothing_owed_is_said(desk: School) -> None:
    desk.ok("calendar", "set", "--first", "2026-08-12", "--last", "2027-06-11")
    assert desk.ok("due").out.splitlines()[1:] == ["Nothing is owed."]
    desk.clock.at += timedelta(days=3)
    assert "no school · 0 late" in desk.ok("due").out


def test_an_answered_referral_is_done_in_time_or_late(autumn: School) -> None:
    id = next(c["id"] for c in autumn.incident_cards() if c["level"] == "minor")
    autumn.ok("act", id, "conference", "10m")
    autumn.ok("answer", id, "--told", "okafor", user=PRINCIPAL)
    assert "answer office referral" not in autumn.ok("due").out
    done = autumn.ok("due", "--all").out.partition("DONE")[2]
    line = next(line for line in done.splitlines() if "answer office referral" in line)
    assert "Oct 26 Mon" in line
    assert "done Oct 28, 2 business days late" in done


def test_a_clerk_reads_no_words_of_a_promise(autumn: School) -> None:
    told = autumn.ok("due", user=CLERK)
    assert "vision" not in told.out
    assert "vision" not in autumn.ok("due", "--json", user=CLERK).out
    assert "vision" in autumn.ok("due").out


def test_one_look_at_what_is_owed_is_one_access_event(autumn: School) -> None:
    before = len(autumn.answers())
    autumn.ok("due", "--purpose", "Monday round")
    (given_out,) = autumn.answers()[before:]
    assert (given_out.event.what, str(given_out.event.purpose)) == ("what is owed", "Monday round")
    with autumn.opened() as opened:
        for words in ("ana rivera", "mateo", "leo", "soren", "jonah", "inigo"):
            assert of(opened, words) in given_out.event.students


def test_what_follows_a_child_who_was_two_is_shown_once(autumn: School) -> None:
    autumn.ok("log", "--not-on-roster", "Kai Moss", "--did", "tardy", "--at", "9:00")
    autumn.ok("records", "request", "kai moss", "--by", "mother")
    autumn.ok("roster", "link", "kai moss", "--same-as", "ana rivera", "--yes")
    told = autumn.ok("due", "--student", "ana rivera", "--all").out
    assert "show record to parent" in told
    assert "Kai" not in told


# What a family asked to see, and what was decided on removals


def test_a_request_is_answered_with_its_day_and_shown_once(desk: School) -> None:
    desk.ok("calendar", "set", "--first", "2026-08-12", "--last", "2027-06-11")
    asked = desk.ok("records", "request", "leo", "--by", "dad", "--on", "oct 8", "--about", "All.")
    assert asked.out.splitlines() == [
        "Leo Park · record asked for: father",
        "  show it by Thu Oct 15 2026 · 5 business days, EC 49069.7",
        "  bledger records shown leo",
    ]
    again = desk.ok("records", "request", "leo", "--by", "dad", "--on", "oct 8", "--about", "All.")
    assert "(recorded already)" in again.out
    shown = desk.ok("records", "shown", "leo", "--how", "in-person", "--json").json
    assert (shown["number"], shown["events"]) == (1, ["RecordShown"])
    second = desk("records", "shown", "leo", "--how", "letter")
    assert second.code == 4
    assert "was answered already" in second.err


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("records request leo --by neighbor", "neighbor"),
        ("records request leo --by father --on 2026-10-20", "has not come yet"),
        ("records shown leo", "nobody has asked for it"),
        ("records shown leo --number 3", "nobody has asked for it"),
        ("placement told leo", "no such decision on placement"),
        ("placement decide leo --pattern --reason ' '", "it needs words: --reason"),
        (
            "placement decide leo --no-pattern --on 'oct 5' --guardian-told 'oct 1' --reason So.",
            "before",
        ),
        ("placement determined leo --manifestation --case 1234567 --reason So.", "no SST case"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence_and_nothing_is_recorded(
    desk: School, line: str, says: str
) -> None:
    before = len(desk.events())
    answer = desk(*shlex.split(line))
    assert answer.code in (2, 3, 4, 5)
    assert says.casefold() in answer.err.casefold()
    assert "Traceback" not in answer.err
    assert len(desk.events()) == before


def test_a_decision_names_the_removals_it_rests_on_and_starts_the_clock(autumn: School) -> None:
    told = autumn.ok(
        *("placement", "decide", "inigo", "--pattern", "--reason", "All in the yard."),
    )
    assert "manifestation determination by Thu Nov 12 2026 · 10 school days" in told.out
    assert "the guardian is told the same day, 34 CFR 300.530(h)" in told.out
    (decided,) = autumn.of("PlacementChangeDecided")
    assert len(decided.removals) == 6
    due = autumn.ok("due", "--student", "inigo").out
    assert "Oct 28 Wed  tell guardian: decision" in due
    autumn.ok("placement", "told", "inigo", "--whom", "mother", "--how", "phone")
    autumn.ok("placement", "determined", "inigo", "--no-manifestation", "--reason", "It was not.")
    after = autumn.ok("due", "--student", "inigo").out
    assert "decision" not in after
    assert "determination" not in after
    done = autumn.ok("due", "--student", "inigo", "--all").out.partition("DONE")[2]
    assert "manifestation determination" in done


def test_nothing_is_recorded_in_a_dry_run(desk: School) -> None:
    before = len(desk.events())
    told = desk.ok("records", "request", "leo", "--by", "mother", "--dry-run").out
    assert "would append  RecordRequested: record asked for: mother" in told
    assert len(desk.events()) == before


# Rows: what the record holds becomes duties, on the days of the school's own zone

STREAM = f"incident-{incident_id(1)}"


def rows(*events: Any) -> tuple[list[Any], list[Any]]:
    """(duties, removals) of one incident, logged in these events."""
    made = DUTIES.rows(STREAM, enveloped([REPORTED, *events], "incident"))
    return (
        [duty_of(row["body"]) for row in made["duty"]],
        [removal_of(row["body"]) for row in made["removal"]],
    )


REPORTED = a_report(1).became(IncidentReported)
ZONES = st.sampled_from((ZONE, "UTC", "Pacific/Auckland", "America/St_Johns", "Asia/Kolkata"))
INSTANTS = st.datetimes(
    datetime.fromisoformat("2026-03-01"),
    datetime.fromisoformat("2027-04-30"),
    timezones=st.just(UTC),
)  # over both changes of the clocks


def when(instant: datetime, zone: str) -> When:
    return When(at=instant, zone=zone)


@for_all(INSTANTS, ZONES, st.integers(-300, 300), st.integers(0, 3000))
def test_a_restraint_is_told_of_on_the_days_of_its_own_zone(
    began: datetime, zone: str, before: int, minutes: int
) -> None:
    """What was told before it is none of it; days are counted where the clocks hang."""
    used = RestraintOrSeclusionUsed(
        label="P1", kind=RestraintKind.SECLUSION, began=when(began, zone)
    )
    calls = [began + timedelta(minutes=before), began + timedelta(minutes=minutes)]
    contacts = [
        FamilyContacted(label="P1", at=when(call, zone), outcome=ContactOutcome.REACHED)
        for call in calls
    ]
    missed = FamilyContacted(label="P1", at=when(began, zone), outcome=ContactOutcome.VOICEMAIL)
    duties, _ = rows(used, missed, *contacts)
    told = next(duty for duty in duties if duty.rule == "emergency-told")
    first = min(call for call in calls if call >= began)
    local = ZoneInfo(zone)
    assert told.began == began.astimezone(local).date()
    assert told.settled == first.astimezone(local).date()


@for_all(INSTANTS, ZONES, st.integers(0, 20_000))
def test_a_referral_is_answered_on_the_day_of_its_own_zone(
    instant: datetime, zone: str, minutes: int
) -> None:
    sent = instant.astimezone(ZoneInfo(zone)).date()
    answered = instant + timedelta(minutes=minutes)
    duties, _ = rows(
        ReferredToOffice(to="staff-2", by="staff-1", on=sent),
        ReferralAnswered(at=when(answered, zone), told=("staff-1",)),
    )
    (referral,) = [duty for duty in duties if duty.rule == "referral-answer"]
    assert (referral.began, referral.settled) == (
        sent,
        answered.astimezone(ZoneInfo(zone)).date(),
    )
    assert (referral.owner, referral.facts["by"]) == ("staff-2", "staff-1")


def test_only_disruption_and_defiance_are_answered_by_law() -> None:
    fight = a_report(1).participants[0]
    behavior = fight.behaviors[0].model_copy(update={"code": Behavior.TARDY, "level": Level.MINOR})
    other = REPORTED.model_copy(
        update={"participants": (fight.model_copy(update={"behaviors": (behavior,)}),)}
    )
    sent = ReferredToOffice(to="staff-2", by="staff-1")
    made = DUTIES.rows(STREAM, enveloped([other, sent], "incident"))
    assert not made["duty"]


def test_what_followed_a_restraint_settles_each_of_its_duties() -> None:
    day = date(2026, 10, 14)
    used = RestraintOrSeclusionUsed(
        label="P1", kind=RestraintKind.PHYSICAL_RESTRAINT, began=at(day, 10)
    )
    open_, _ = rows(used)
    assert {duty.rule: duty.settled for duty in open_} == dict.fromkeys(
        ("emergency-told", "emergency-report", "emergency-meeting")
    )
    followed, _ = rows(
        used,
        EmergencyReportMade(label="P1", on=day, channel=Channel.EMAIL),
        IepMeetingScheduled(label="P1", on=day + timedelta(days=1), for_day=day),
    )
    settled = {duty.rule: duty.settled for duty in followed}
    assert settled["emergency-report"] == day
    assert settled["emergency-meeting"] == day + timedelta(days=1)


def test_a_removal_is_as_long_as_it_was_served() -> None:
    day = date(2026, 10, 14)
    given_out = ActionTaken(
        number=1,
        label="P1",
        action=Action.OUT_OF_SCHOOL_SUSPENSION,
        on=day,
        days=Decimal(3),
        against=("due-process",),
    )
    _, (as_given,) = rows(given_out)
    assert (as_given.days, as_given.happened, as_given.defiance_alone) == (3, True, True)
    _, (less,) = rows(given_out, ActionServed(number=1, days=Decimal("1.5")))
    assert less.days == Decimal("1.5")
    _, (in_full,) = rows(given_out, ActionServed(number=1))
    assert in_full.days == 3
    _, (none,) = rows(given_out, ActionServed(number=1, minutes=0))
    assert (none.days, none.minutes) == (None, 0)


def test_nothing_is_owed_or_counted_of_what_did_not_happen() -> None:
    taken = ActionTaken(number=1, label="P1", action=Action.SENT_HOME_EARLY, on=date(2026, 10, 14))
    sent = ReferredToOffice(to="staff-2", by="staff-1")
    assert all(rows(sent, taken))
    assert rows(sent, taken, IncidentVoided(reason="The wrong child.")) == ([], [])
