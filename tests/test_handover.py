"""`handover` and `staff left`: what whoever takes over is told, and what goes over to whom."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from desk import CLERK, School, as_expected
from made import incident_id
from plans import a_draft
from test_due import HERE, OCT_28, autumn, of, staff
from test_due import at as at_day

import cli.staff
from ledger.domain.codes import Decision, MeetingKind, Relation, Verdict
from ledger.domain.days import years_to_set
from ledger.domain.meeting import (
    MEETING,
    AgreeAction,
    Attendee,
    Chart,
    HoldMeeting,
    Person,
    RequestAssistance,
    Tried,
)
from ledger.domain.plan import PLAN, ApprovePlan, ReviewPlan, StartPlan
from ledger.reports.handover_needs import REASONS

__all__ = ["autumn"]  # the school of what is owed
CASE, LAST = incident_id(950), datetime(2027, 8, 9, 9, 0, tzinfo=HERE)


def worked(desk: School, what: str = "a seat by the door") -> None:
    """Søren's case, in which one thing worked, and Mateo's plan, whose goal was met."""
    with desk.opened() as at:
        school, soren, mateo = at.school, of(at, "soren"), of(at, "mateo")
        okafor, me = Person(staff=staff(at, "Dana Okafor")), school.actor.id
        tried = (
            Tried(what=what, verdict=Verdict.WORKED),
            Tried(what="Picture schedule.", verdict=Verdict.DID_NOT),
        )
        when = date(2026, 10, 1)
        asked = RequestAssistance(
            student_id=soren, school_id="1001", on=when, by=okafor, concern="Loud."
        )
        school.do(MEETING, CASE, asked)
        chart = Chart(tried=tried)
        held = HoldMeeting(
            kind=MeetingKind.INITIAL,
            at=at_day(when),
            attended=(Attendee(who=okafor),),
            chart=chart,
        )
        school.do(MEETING, CASE, held)
        mother_too = (okafor, Person(relation=Relation.MOTHER))
        for number, who in enumerate((mother_too, (okafor, Person(staff=me))), 1):
            due = date(2026, 11, number + 1)
            promise = AgreeAction(what=f"walk {number}", who=who, due=due, meeting=1)
            school.do(MEETING, CASE, promise)
        own: dict[str, Any] = {"student_id": mateo, "plan": 1, "on": date(2026, 9, 21)}
        manager = staff(at, "Dana Okafor")
        school.do(PLAN, mateo, a_draft(mateo, manager))
        school.do(PLAN, mateo, ApprovePlan(**own))
        school.do(PLAN, mateo, StartPlan(**own))


def ended(desk: School) -> None:
    """Jonah's plan is reviewed, and ends with its goal met."""
    with desk.opened() as at:
        jonah = of(at, "jonah")
        review = ReviewPlan(
            student_id=jonah,
            plan=1,
            on=date(2026, 10, 26),
            decision=Decision.DISCONTINUE,
            why="He asks for help by himself.",
            data_from=date(2026, 9, 21),
            data_until=date(2026, 10, 23),
            position=1,
            end=True,
            goal_met=True,
        )
        at.school.do(PLAN, jonah, review)


@pytest.fixture
def lived(autumn: School) -> School:
    """The school on October 28: with what worked, and a teacher about to leave."""
    autumn.clock.at = datetime(2026, 10, 26, 15, 0, tzinfo=HERE).astimezone(UTC)
    worked(autumn)
    ended(autumn)
    autumn.clock.at = OCT_28.astimezone(UTC)
    return autumn


# The screen


def test_a_handover_looks_as_it_should(lived: School) -> None:
    lived.ok("staff", "left", "okafor", "--on", "oct 27")
    for name, more in {"handover": (), "handover.ascii": ("--ascii",)}.items():
        told = lived.ok("handover", "--to", "Nadia Brandt", *more).out
        assert max(map(len, told.splitlines())) <= 100
        assert told.isascii() == bool(more)
        as_expected(name, re.sub(r"[0-9a-f]{16}|/\S+key|[\d.]+ GiB", "…", told))


def test_a_program_is_given_ids_codes_and_words_of_strategies_and_no_name(lived: School) -> None:
    lived.ok("staff", "left", "okafor")
    told = lived.ok("handover", "--json")
    for name in ("Ana", "Rivera", "Mateo", "Okafor", "Alder", "Ørsted"):
        assert name not in told.out
    with lived.opened() as at:
        mateo, soren, jonah = (of(at, words) for words in ("mateo", "soren", "jonah"))
    assert told.json["children"][0]["student_id"] == mateo  # whose referral is late
    (one,) = told.json["left"]
    assert one["plans"] == [{"student_id": mateo, "plan": 1}]
    assert one["promises"] == [{"case_id": CASE, "number": n} for n in (1, 2)]
    (cico,) = [k for k in told.json["learned"]["kinds"] if k["what"] == "check-in-check-out"]
    assert (cico["plans"], cico["met"], cico["not_met"], cico["running"]) == (3, 1, 0, 2)
    assert cico["reviews"] == [[jonah, 1, "2026-10-26"]]
    tallies = {one["what"]: one for one in told.json["learned"]["modifications"]}
    assert tallies["a seat by the door"]["worked"] == 1
    assert tallies["Picture schedule."]["did_not"] == 1
    assert told.json["restore_drill"] is None
    assert soren in [child["student_id"] for child in told.json["children"]]


def test_the_gravest_reason_puts_a_child_first(lived: School) -> None:
    order = [*REASONS]
    children = lived.ok("handover", "--json").json["children"]
    places = [min(map(order.index, child["reasons"])) for child in children]
    assert places == sorted(places)
    assert all(child["reasons"] == sorted(child["reasons"], key=order.index) for child in children)


def test_what_worked_is_cited_and_what_is_not_recorded_is_said(lived: School) -> None:
    told = lived.ok("handover").out
    assert re.search(r"worked: a seat by the door \(sst [0-9a-f]{7} meeting 1\)", told)
    assert re.search(r"CICO: 3 children, goal met by 1 of 1 that ended, 2 running · reviews", told)
    assert "restore drill: not recorded" in told
    assert "last backup: none yet" in told
    assert "what worked: not recorded" in told
    lived.ok("backup")
    told = lived.ok("handover").out
    assert "last backup: " in told
    assert "backup: none yet" not in told


def test_an_earlier_day_is_told_as_it_was_known_then(lived: School) -> None:
    now = lived.ok("handover").out
    assert "a seat by the door" in now
    events = [r for r in lived.events() if type(r.event).__name__ == "RecordRequested"]
    before = lived.ok("handover", "--position", str(events[0].position)).out
    assert before.startswith("HANDOVER · Tannery Hill · Fri Oct 23 2026")
    assert "seat by the door" not in before
    assert "show record to parent · Leo Park" in before
    assert "recovery sheet never confirmed (today)" in before
    none = lived.ok("handover", "--position", str(events[0].position - 1)).out
    assert "OWED TO FAMILIES   nothing" in none
    assert lived.ok("handover", "--as-of", "oct 23").out.startswith("HANDOVER · Tannery Hill")


def test_a_handover_is_one_reading_of_all_whose_record_it_rests_on(lived: School) -> None:
    before = len(lived.answers())
    children = lived.ok("handover", "--json").json["children"]
    (read,) = lived.answers()[before:]
    assert (read.event.what, read.event.purpose) == ("handover", "handover")
    assert {child["student_id"] for child in children} <= read.event.students
    assert "handover" in lived.ok("access", "log", "mateo").out


def test_who_sees_no_words_is_given_no_handover(lived: School) -> None:
    before = len(lived.answers())
    told = lived("handover", user=CLERK)
    assert (told.code, told.out) == (4, "")
    assert "ask the specialist or the principal" in told.err
    assert len(lived.answers()) == before


def test_in_august_last_year_is_still_told_and_the_calendar_asked_for(lived: School) -> None:
    lived.clock.at = LAST.astimezone(UTC)
    told = lived.ok("handover").out
    assert "calendar 2027–28 is missing: every school-day clock is a guess" in told
    assert re.search(r"removed \S+ of 10 days in 2026–27", told)
    assert "in 2027–28" not in told
    days = re.findall(r"^  (Aug \d+) ", told.partition("CHILDREN")[0], re.MULTILINE)
    assert days[:5] == ["Aug 9", "Aug 10", "Aug 11", "Aug 12", "Aug 13"]


# On paper


def paper(desk: School, name: str, *more: str) -> bytes:
    path = desk.root / name
    told = desk.ok("handover", "--out", str(path), *more)
    assert str(path) in told.out
    assert path.stat().st_mode & 0o077 == 0
    return path.read_bytes()


def test_the_page_has_no_script_and_takes_no_word_for_markup(autumn: School) -> None:
    worked(autumn, what="<script>alert(1)</script> & a seat")
    page = paper(autumn, "one.html", "--to", "<b>Nadia</b>").decode()
    assert "<script" not in page
    assert "<b>Nadia" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; a seat" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "CHILDREN WHO NEED YOU BEFORE THE FIRST BELL" in page
    assert page.encode() == paper(autumn, "two.html", "--to", "<b>Nadia</b>")


def test_the_pdf_is_tagged_and_two_pages_at_most(lived: School) -> None:
    pytest.importorskip("typst", reason="the extra `pdf` is not installed")
    pikepdf = pytest.importorskip("pikepdf")
    made = paper(lived, "one.pdf", "--to", "#eval(Nadia)")
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.pages) <= 2
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == "en"
        assert b"pdfuaid:part" in bytes(pdf.Root.Metadata.read_bytes())
    assert made == paper(lived, "two.pdf", "--to", "#eval(Nadia)")


def test_the_made_up_school_is_handed_over_on_two_pages(desk: School) -> None:
    pytest.importorskip("typst", reason="the extra `pdf` is not installed")
    pikepdf = pytest.importorskip("pikepdf")
    new = {name: str(desk.root / "new" / name) for name in ("data", "school.key")}
    env = {"BLEDGER_DATA": new["data"], "BLEDGER_KEY_FILE": new["school.key"]}
    desk.clock.at = datetime(2026, 11, 23, 18, tzinfo=UTC)
    desk.ok("demo", "--students", "200", env=env)
    out = desk.root / "handover.pdf"
    desk.ok("handover", "--out", str(out), user="principal", env=env)
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) <= 2


@pytest.mark.parametrize(("name", "why"), [("one.txt", "FILE.html or FILE.pdf"), ("x/y.pdf", "no")])
def test_where_no_paper_can_be_written_nothing_is_read(desk: School, name: str, why: str) -> None:
    before = len(desk.answers())
    told = desk("handover", "--out", str(desk.root / name))
    assert told.code in (1, 2)
    assert why in told.err
    assert len(desk.answers()) == before


def test_a_paper_that_is_there_is_not_overwritten(desk: School) -> None:
    there = desk.root / "one.html"
    there.write_text("mine")
    assert "there already" in desk("handover", "--out", str(there)).err
    assert Path(there).read_text() == "mine"


# Who leaves, and who takes over


def test_who_leaves_is_told_of_what_is_still_theirs(lived: School) -> None:
    told = lived.ok("staff", "left", "okafor", "--on", "oct 27").out
    as_expected("staff.left", told)
    assert "Still theirs: 1 plan and 2 promises" in told
    assert "--reassign WHOM" in told


def test_all_of_it_goes_over_at_once_and_again_nothing_does(lived: School) -> None:
    before = len(lived.events())
    told = lived.ok("staff", "left", "okafor", "--on", "oct 27", "--reassign", "whitlock")
    as_expected("staff.left.reassigned", told.out)
    new = [type(r.event).__name__ for r in lived.events()[before:]]
    assert new == ["StaffLeft", "ManagerChanged", "ActionReassigned", "ActionReassigned"]
    changed, one, two = (r.event for r in lived.events()[before + 1 :])
    with lived.opened() as at:
        me = at.school.actor.id
    assert changed.manager == me
    assert [who.key for who in one.who] == [
        Person(staff=me).key,
        Person(relation=Relation.MOTHER).key,
    ]
    assert [who.key for who in two.who] == [Person(staff=me).key]  # who had promised it as well
    assert "left the school on 2026-10-27" in str(changed.reason)
    assert "PROMISES WHOSE OWNERS LEFT   none" in lived.ok("handover").out
    again = lived.ok("staff", "left", "okafor", "--reassign", "whitlock").out
    assert "nothing was left" in again
    assert len(lived.events()) == before + 4


def test_what_came_to_them_since_goes_over_the_next_time(lived: School) -> None:
    lived.ok("staff", "left", "okafor", "--on", "oct 27")
    before = len(lived.events())
    told = lived.ok("staff", "left", "okafor", "--reassign", "lund", "--json").json
    assert (told["on"], len(told["handed"]["promises"])) == ("2026-10-27", 2)
    new = [type(r.event).__name__ for r in lived.events()[before:]]
    assert new == ["ManagerChanged", "ActionReassigned", "ActionReassigned"]


def test_where_one_part_fails_nothing_goes_over_and_nobody_left(
    lived: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> Any:
        raise OSError("no")

    before = len(lived.events())
    monkeypatch.setattr(cli.staff, "ReassignAction", broken)
    assert lived("staff", "left", "okafor", "--reassign", "whitlock").code != 0
    assert len(lived.events()) == before


@pytest.mark.parametrize(("whom", "why"), [("okafor", "somebody else"), ("lund", "Nobody")])
def test_who_is_not_here_takes_nothing_over(lived: School, whom: str, why: str) -> None:
    lived.ok("staff", "left", "lund")
    before = len(lived.events())
    told = lived("staff", "left", "okafor", "--reassign", whom)
    assert told.code != 0
    assert why in told.err
    assert len(lived.events()) == before


def test_nobody_is_sent_to_somebody_who_left(lived: School) -> None:
    assert "ask Whitlock" in lived.ok("handover").out
    lived.ok("staff", "left", "whitlock", user="ralder")
    lived.ok("staff", "left", "lund", user="ralder")
    told = lived.ok("handover", user="ralder").out
    assert not re.search(r"ask (Whitlock|Lund)", told)


def test_promises_whose_owners_left_are_listed_with_what_to_type(lived: School) -> None:
    lived.ok("staff", "left", "okafor", "--on", "oct 27")
    told = lived.ok("handover").out
    assert "of the staff 1 left; they still own 1 plan and 2 promises" in told
    assert "bledger staff left dana okafor --reassign WHOM" in told
    part = told.partition("PROMISES WHOSE OWNERS LEFT")[2].partition("\nPLANS")[0]
    assert re.findall(r"walk \d", part) == ["walk 1", "walk 2"]
    assert "(left)" in told.partition("\nPLANS")[2]


# The doctor


@pytest.mark.parametrize(
    ("day", "missing"),
    [(date(2026, 11, 2), []), (date(2027, 6, 1), ["2027–28"]), (date(2027, 9, 1), ["2027–28"])],
)
def test_the_next_calendar_is_asked_for_once_its_year_is_near(
    autumn: School, day: date, missing: list[str]
) -> None:
    with autumn.opened() as at:
        assert [year.name for year in years_to_set(at.school.calendar, day)] == missing
    autumn.clock.at = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    told = autumn.ok("doctor").out
    assert bool(re.search(r"^WARN +calendar", told, re.MULTILINE)) == bool(missing)
    if day < date(2027, 8, 1):
        assert re.search(r"^ok +calendar +2026–27", told, re.MULTILINE)


def test_nothing_at_all_is_said_to_be_nothing(desk: School) -> None:
    desk.clock.at += timedelta(days=1)
    told = desk.ok("handover").out
    for line in (
        "CHILDREN WHO NEED YOU BEFORE THE FIRST BELL   none, by what is recorded",
        "OWED TO FAMILIES   nothing",
        "PLANS   none goes on",
        "WHAT WE LEARNED   no plan or modification is recorded",
    ):
        assert line in told
