"""An SST case at the desk: asked for, prepared, held in the editor, recapped, kept."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from desk import CLERK, START, Answer, School, as_expected
from icalendar import Calendar
from lxml import html

from ledger.domain.codes import Direction, PlanKind, Relation, Unit
from ledger.domain.plan import (
    PLAN,
    ApprovePlan,
    Design,
    DraftPlan,
    Goal,
    PlanCommand,
    PointCard,
    RecordPoints,
    StartPlan,
)

CARD = PointCard(most=2, periods=tuple("123456"), expectations=("safe", "kind", "ready"))
POINTS = Goal(unit=Unit.PERCENT_OF_POINTS, direction=Direction.AT_LEAST, target=Decimal(80))
NOV_18 = datetime(2026, 11, 18, 20, 14, tzinfo=UTC)  # 12:14 PM at the school

FIRST = """\
there: ruth alder, dana okafor, sam whitlock, mother by phone, interpreter r. soto
strengths: helps younger children
  draws
tried:
  + CICO
  ~ seat by the door (mornings)
  - picture schedule
concerns:
  lunch is loud for her
questions:
  who sits with her at lunch? — okafor
actions:
  okafor — seat by the door — Oct 23 — Oct 26
  whitlock — CICO — Oct 23 — Oct 26
  alder — vision/hearing screen — Nov 6
  mother — homework routine — Nov 19
follow-up: Thu Nov 19 8:00
"""


class Case:
    """Ana's case, told to the desk a line at a time."""

    def __init__(self, desk: School) -> None:
        self.desk = desk

    def __call__(self, line: str, **how: Any) -> str:
        return self.desk.ok(*shlex.split(f"sst {line}"), **how).out

    def fails(self, line: str, **how: Any) -> Answer:
        answer = self.desk(*shlex.split(f"sst {line}"), **how)
        assert answer.code != 0, answer.out
        return answer

    def at(self, day: datetime) -> None:
        self.desk.clock.at = day

    def json(self, line: str) -> dict[str, Any]:
        return self.desk.ok(*shlex.split(f"sst {line}"), "--json").json


@pytest.fixture
def asked(desk: School) -> Case:
    """The request, a month before."""
    case = Case(desk)
    case("request ana rivera --concern 'Lunch is loud for her, and she leaves the line.'")
    return case


@pytest.fixture
def met(asked: Case) -> Case:
    """After the first meeting of October 22, on the day before the second."""
    asked("schedule ana rivera --at 'thu oct 22 8:00' --place 'room 4' --facilitator alder")
    asked("invite ana rivera --who mother --lang es --interpreter --by-way letter")
    asked.at(START + timedelta(days=8))
    asked("hold ana rivera --chart -", stdin=FIRST)
    asked.at(START + timedelta(days=12))
    asked("done ana rivera 1")
    asked("done ana rivera 2")
    asked.at(datetime(2026, 11, 4, 20, tzinfo=UTC))
    asked("reschedule ana rivera --at 'nov 19 8:00' --place 'library'")
    asked("invite ana rivera --who mother --lang es --interpreter")
    asked.at(datetime(2026, 11, 10, 20, tzinfo=UTC))
    asked("confirm ana rivera --who mother")
    asked.at(datetime(2026, 11, 16, 20, tzinfo=UTC))
    asked("input ana rivera --from teacher --by okafor --text 'Calm in class.'")
    for day, place in ((9, "caf"), (10, "caf"), (11, "caf"), (12, "caf"), (13, "play")):
        line = f"log ana rivera --did disrup --where {place} --at '2026-11-{day:02} 12:10'"
        asked.desk.ok(*shlex.split(line))
    asked.at(NOV_18)
    return asked


def editor(desk: School, script: str) -> dict[str, str]:
    """An editor that does this to the form, and nothing else."""
    path = desk.root / "editor"
    path.write_text(
        f"#!{sys.executable}\nimport sys, pathlib\npath = pathlib.Path(sys.argv[-1])\n{script}\n"
    )
    path.chmod(0o700)
    return {"EDITOR": str(path), "VISUAL": ""}


def writes(desk: School, text: str) -> dict[str, str]:
    """An editor in which somebody writes this behind the form's own names."""
    lines = {line.partition(":")[0]: line for line in re.split(r"\n(?=\w)", text)}
    script = (
        f"new = {lines!r}\n"
        "text = path.read_text()\n"
        "keep = lambda line: new.pop(line.partition(':')[0], line)\n"
        "path.write_text('\\n'.join(map(keep, text.splitlines())) + '\\n')\n"
    )
    return editor(desk, script)


def left_behind(desk: School) -> list[str]:
    """Files in the spool that are no draft."""
    return [
        path.name
        for path in desk.spool.rglob("*")
        if path.is_file() and not re.fullmatch(r"draft-\d+\.bin|ended", path.name)
    ] + [path.name for path in desk.spool.rglob("form-*")]


# The screens


def test_what_a_meeting_lacks_looks_as_it_should(met: Case) -> None:
    told = met("prepare ana rivera")
    assert max(map(len, told.splitlines())) <= 100
    as_expected("sst-prepare", told)
    as_expected("sst-prepare.ascii", met("prepare ana rivera --ascii"))
    as_expected("sst-prepare.json", met("prepare ana rivera --json"))


def test_a_plan_that_runs_stands_beside_what_was_tried(met: Case) -> None:
    desk = met.desk
    with desk.opened() as at:
        student = at.school.find("ana rivera").students[0].student_id
        manager = at.school.actor.id
        first = date(2026, 11, 2)
        days = [date(2026, 11, day) for day in (4, 5, 6, 9, 10, 11, 12, 16, 17)]
        cards = zip(days, ["32", "20", "31", "33", "30", "31", "20", "36", "31"], strict=True)
        commands: list[PlanCommand] = [
            DraftPlan(
                student_id=student,
                school_id="1001",
                kind=PlanKind.CHECK_IN_CHECK_OUT,
                on=first,
                design=Design(behavior="Leaves the line."),
                manager=manager,
                review_on=date(2026, 12, 1),
                goal=POINTS,
                card=CARD,
            ),
            ApprovePlan(student_id=student, on=first, relation=Relation.MOTHER),
            StartPlan(student_id=student, on=first),
            *(RecordPoints(student_id=student, on=on, total=int(sum_)) for on, sum_ in cards),
        ]
        for command in commands:
            at.school.do(PLAN, student, command, again=True)
    assert "Tried       + CICO (7 of 9 days)   ~ seat by the door" in met("prepare ana rivera")
    form = desk.root / "form"
    own = editor(desk, f"pathlib.Path({str(form)!r}).write_text(path.read_text())")
    met.fails("hold ana rivera --meeting 2", terminal=True, env=own)
    assert "~ partly)\n  + CICO\nconcerns:" in form.read_text()


def test_a_case_and_a_list_look_as_they_should(met: Case) -> None:
    as_expected("sst-show", met("show ana rivera"))
    as_expected("sst-list", met("list"))


def test_programs_are_given_no_name(met: Case) -> None:
    for line in ("prepare ana rivera", "list", "done ana rivera 4 --on 'nov 18'"):
        assert not re.search("Ana|Rivera|Okafor|Alder|Soto", met(f"{line} --json"))


def test_the_meeting_is_held_in_the_editor(met: Case) -> None:
    met.at(NOV_18 + timedelta(days=1))
    form = met.desk.root / "form"
    text = """\
strengths: draws
actions:        (who and who — what — from — by)
  okafor — lunch seat with an adult — Nov 20 — Dec 4
follow-up: Thu Dec 17 8:00"""
    own = writes(met.desk, text)
    script = Path(own["EDITOR"])
    script.write_text(script.read_text() + f"pathlib.Path({str(form)!r}).write_text(text)\n")
    told = met("hold ana rivera", terminal=True, env=own)
    as_expected("sst-hold", told)
    as_expected("sst-hold.form", form.read_text())
    assert left_behind(met.desk) == []
    _, second = met.desk.of("MeetingHeld")
    assert second.chart.strengths == ("draws",)
    assert second.attended[1].language == "es"
    assert not second.walk_in


def test_a_recap_is_for_the_staff_or_for_the_family_in_its_language(met: Case) -> None:
    for name, more in {"": "", ".guardian.en": "--copy guardian"}.items():
        as_expected(f"sst-recap{name}", unhashed(met(f"recap ana rivera {more}")))
    told = met("recap ana rivera --copy guardian --lang es")
    as_expected("sst-recap.guardian.es", unhashed(told))
    page = met.desk.root / "recap.html"
    met(f"recap ana rivera --copy guardian --lang es --out {page}")
    found = html.fromstring(page.read_bytes().decode())
    assert found.get("lang") == "es"
    assert "madre" in [*found.itertext()]
    assert page.stat().st_mode & 0o777 == 0o600
    assert met.fails(f"recap ana rivera --out {page}").code == 1  # it is there already


def unhashed(told: str) -> str:
    """Ids are made anew at every school, and with them the hash of its last row."""
    return re.sub(r"(?:head|cabeza) [0-9a-f]{8}", "head …", told)


def test_a_recap_of_one_position_is_the_same_bytes_later(met: Case) -> None:
    with met.desk.opened() as opened:
        at = opened.school.record.head().position
    pages = [met.desk.root / name for name in ("one.html", "two.html")]
    for page in pages:
        met(f"recap ana rivera --position {at} --out {page}")
        met("action ana rivera --who okafor --what 'another seat' --meeting 1")
    one, two = (page.read_bytes() for page in pages)
    assert one == two
    assert f"position {at} · head" in one.decode()
    assert "was not known then" in met.fails("recap ana rivera --position 1").err


def test_a_calendar_file_has_initials_and_no_name(met: Case) -> None:
    files = [met.desk.root / name for name in ("one.ics", "two.ics")]
    for path in files:
        met(f"calendar ana rivera --out {path}")
    one, two = (path.read_bytes() for path in files)
    assert one == two
    as_expected("sst-calendar", one.decode().replace("\r\n", "\n"))
    [event] = Calendar.from_ical(one).walk("VEVENT")
    assert str(event["SUMMARY"]).startswith("SST · A.R. · ")
    assert event.decoded("dtstart") == datetime(2026, 11, 19, 16, tzinfo=UTC)
    assert str(event.decoded("dtstart").tzinfo) == "America/Los_Angeles"
    assert not re.search("ana|rivera|okafor|mother", one.decode(), re.IGNORECASE)
    moved = met.desk.root / "three.ics"
    met("reschedule ana rivera --at 'nov 20 8:00'")
    met(f"calendar ana rivera --out {moved}")
    [after] = Calendar.from_ical(moved.read_bytes()).walk("VEVENT")
    assert (str(after["UID"]), str(after["SEQUENCE"])) == (str(event["UID"]), "2")
    earlier = met.desk.root / "four.ics"
    met(f"calendar ana rivera --as-of 'nov 17' --out {earlier}")
    assert earlier.read_bytes() == one


def test_no_place_with_a_name_goes_into_a_calendar(asked: Case) -> None:
    asked("schedule ana rivera --at 'oct 22 8:00' --place 'with Leo Park'")
    path = asked.desk.root / "one.ics"
    asked(f"calendar ana rivera --out {path}")
    assert b"Leo" not in path.read_bytes()


# What was known then


def test_what_was_known_the_day_before_is_shown_as_it_was(met: Case) -> None:
    before = met("prepare ana rivera")
    met.at(NOV_18 + timedelta(hours=20))
    met("interpreter ana rivera --lang es --name 'R. Soto'")
    met("done ana rivera 3")
    assert met("prepare ana rivera") != before
    assert met("prepare ana rivera --as-of 'nov 18'") == before


def test_a_reading_is_on_the_access_log(met: Case) -> None:
    before = len(met.desk.answers())
    for line in ("prepare ana rivera", "show ana rivera", "list", "recap ana rivera"):
        met(line)
    assert len(met.desk.answers()) == before + 4


# What people type


def test_a_case_is_meant_by_its_student_or_by_the_beginning_of_its_id(asked: Case) -> None:
    id = asked.json("list")["cases"][0]["id"]
    assert asked("show ana rivera") == asked(f"show {id[:7]}") == asked(f"show {id}")
    assert "No SST case of that student is open" in asked.fails("show leo park").err


def test_a_student_has_one_open_case_unless_somebody_says_so(asked: Case) -> None:
    refused = asked.fails("request ana rivera --concern again")
    assert (refused.code, "is open already" in refused.err) == (2, True)
    asked("request ana rivera --concern 'another matter' --again")
    assert "2 SST cases of that student are open" in asked.fails("show ana rivera").err
    assert len(asked.desk.of("AssistanceRequested")) == 2


def test_a_request_with_a_key_is_recorded_once(desk: School) -> None:
    case = Case(desk)
    for _ in range(2):
        case("request ana rivera --concern 'so it is' --key k1")
    assert len(desk.of("AssistanceRequested")) == 1


def test_a_promise_goes_over_and_is_dropped(met: Case) -> None:
    met("action ana rivera 3 --who tran --due 'dec 4' --reason 'Ruth is away'")
    met("action ana rivera --who whitlock --what 'ask the nurse' --due friday")
    met("drop ana rivera 4 --reason 'the family does it anyway'")
    [handed] = met.desk.of("ActionReassigned")
    assert (handed.number, handed.due) == (3, date(2026, 12, 4))
    assert met.desk.of("ActionAgreed")[-1].due == date(2026, 11, 20)
    [dropped] = met.desk.of("ActionDropped")
    assert dropped.number == 4


def test_a_question_is_raised_and_answered(met: Case) -> None:
    met("question ana rivera --text 'does she sleep?' --who mother")
    met("answer ana rivera 2 --text 'yes, nine hours'")
    assert "open question: who sits with her at lunch?" in met("prepare ana rivera")
    met("answer ana rivera 1 --text 'nobody on Tuesdays'")
    assert "open question" not in met("prepare ana rivera")


def test_a_case_is_closed_when_nothing_is_open(met: Case) -> None:
    assert "Promises still open: 3, 4" in met.fails("close ana rivera --reason done").err
    met("drop ana rivera 3 --reason no")
    met("done ana rivera 4")
    met("cancel ana rivera --reason 'goals met'")
    met("close ana rivera --reason 'goals met'")
    assert met.json("list")["cases"] == []
    assert met.json("list ana rivera --all")["cases"][0]["closed_on"] == "2026-11-18"


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("wednesday 16:00", (2026, 10, 14)),
        ("monday 8:00", (2026, 10, 19)),
        ("oct 22 8:00", (2026, 10, 22)),
        ("jan 12 8:00", (2027, 1, 12)),
        ("jun 4 8:00", (2027, 6, 4)),
        ("6/4 8:00", (2027, 6, 4)),
        ("tomorrow 8:00", (2026, 10, 15)),
        ("2026-10-15 08:00", (2026, 10, 15)),
    ],
)
def test_days_to_come_are_the_next_that_the_words_can_mean(
    asked: Case, said: str, day: tuple[int, int, int]
) -> None:
    asked(f"schedule ana rivera --at '{said}'")
    [meeting] = asked.desk.of("MeetingScheduled")
    local = meeting.at.at - timedelta(hours=8)
    assert (local.year, local.month, local.day) == day


@pytest.mark.parametrize("line", ["schedule", "follow-up", "reschedule"])
def test_a_meeting_on_a_day_without_school_is_set_and_that_is_said(met: Case, line: str) -> None:
    assert "No school on Sun Nov 22" in met(f"{line} ana rivera --at 'nov 22 8:00'")
    assert "No school" not in met(f"{line} ana rivera --at 'nov 23 8:00'")


def test_a_meeting_that_had_been_set_may_be_recorded_later_and_that_is_said(met: Case) -> None:
    assert "Thu Oct 15 2026 is past" in met("schedule ana rivera --at '2026-10-15 08:00'")


@pytest.mark.parametrize("line", ["follow-up", "reschedule"])
@pytest.mark.parametrize("at", ["2026-10-15 08:00", "yesterday 8:00", "today 0:01"])
def test_no_meeting_is_moved_to_what_is_past(met: Case, line: str, at: str) -> None:
    before = len(met.desk.events())
    told = met.fails(f"{line} ana rivera --at '{at}'").err
    assert "is past: say a time to come" in told
    assert len(met.desk.events()) == before


def test_a_follow_up_outside_the_weeks_is_a_reminder_and_no_refusal(met: Case) -> None:
    told = met("follow-up ana rivera --at 'jan 21 8:00'")
    assert "13 weeks after the meeting; the rule is 3 to 6 weeks" in told


def test_a_walk_in_is_held_without_having_been_set(asked: Case) -> None:
    asked(
        "hold ana rivera --kind informal --chart -", stdin="there: okafor, father\nknown: moved\n"
    )
    [held] = asked.desk.of("MeetingHeld")
    assert (held.walk_in, held.kind.value) == (True, "informal")


def test_nobody_is_guessed(asked: Case) -> None:
    asked("schedule ana rivera --at 'oct 22 8:00'")
    refused = asked.fails("invite ana rivera --who nobody")
    assert (refused.code, "nobody on the staff is called" in refused.err.lower()) == (2, True)
    asked("invite ana rivera --who 'outside county social worker' --who student --who me")
    assert [event.who.key for event in asked.desk.of("MemberInvited")][:2] == [
        "county social worker",
        "student",
    ]


def test_a_meeting_is_not_held_before_its_day_unless_somebody_says_so(met: Case) -> None:
    refused = met.fails("hold ana rivera --chart -", stdin="there: okafor")
    assert (refused.code, "--meeting 2" in refused.err) == (2, True)
    met("hold ana rivera --chart - --kind informal", stdin="there: okafor")
    assert met.desk.of("MeetingHeld")[-1].walk_in
    met("hold ana rivera --chart - --meeting 2", stdin="there: okafor")
    assert not met.desk.of("MeetingHeld")[-1].walk_in


# The chart that was written down wrongly


def test_a_chart_is_corrected_as_it_stands(met: Case) -> None:
    own = editor(met.desk, "path.write_text(path.read_text().replace('- picture', '+ picture'))")
    met("correct ana rivera --reason 'it did work'", terminal=True, env=own)
    [corrected] = met.desk.of("MeetingCorrected")
    [held] = met.desk.of("MeetingHeld")
    assert [one.verdict.value for one in corrected.chart.tried] == ["worked", "partly", "worked"]
    assert corrected.attended == held.attended
    wrong = editor(met.desk, "path.write_text(path.read_text() + 'follow-up: Dec 12 8:00')")
    assert met.fails("correct ana rivera --reason so", terminal=True, env=wrong).code == 2


# What goes wrong in the editor


def drafts(desk: School) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.ok("spool", "--json").json["drafts"]
    return found


BAD = "there: bob, okafor\nactions:\n  okafor — a seat — Octt\nfollow-up: Sep 1 8:00\n"


def test_every_fault_is_told_at_once_and_the_chart_comes_back(asked: Case) -> None:
    desk = asked.desk
    refused = asked.fails("hold ana rivera", terminal=True, env=writes(desk, BAD))
    assert refused.code == 2
    assert refused.err.count("line ") == 3
    assert "bledger spool 1" in refused.err
    assert [d["number"] for d in drafts(desk)] == [1]
    assert left_behind(desk) == []
    seen = desk.root / "seen"
    again = f"text = path.read_text()\npathlib.Path({str(seen)!r}).write_text(text)\n"
    mend = "text = text.replace('bob, ', '').replace('Octt', 'Nov 2')\n"
    mend += "path.write_text(text.replace('Sep 1', 'Nov 12'))"
    desk.ok("spool", "1", terminal=True, env=editor(desk, again + mend))
    marks = [line for line in seen.read_text().splitlines() if line.startswith("#!")]
    lines = seen.read_text().splitlines()
    assert len(marks) == 3
    for mark in marks:
        number, words = re.fullmatch(r"#! line (\d+): (.+)", mark).groups()  # type: ignore[union-attr]
        assert lines[int(number) - 1].strip()
        assert words
    [held] = desk.of("MeetingHeld")
    assert [one.who.staff is not None for one in held.attended] == [True]
    assert drafts(desk) == []


def test_a_chart_that_is_still_wrong_is_kept_as_it_is_now(asked: Case) -> None:
    desk = asked.desk
    asked.fails("hold ana rivera", terminal=True, env=writes(desk, BAD))
    mend = editor(desk, "path.write_text(path.read_text().replace('bob, ', ''))")
    told = desk("spool", "1", terminal=True, env=mend)
    assert told.err.count("line ") == 2
    [kept] = drafts(desk)
    shown = desk.ok("spool").out
    assert "Octt" in shown
    assert "bob" not in shown
    assert "#!" not in shown
    assert f"spool {kept['number']}" in told.err


def test_a_draft_without_a_terminal_tells_its_faults_again(asked: Case) -> None:
    asked.fails("hold ana rivera --chart -", stdin=BAD)
    again = asked.desk("spool", "1")
    assert (again.code, again.err.count("line ")) == (2, 3)
    assert len(drafts(asked.desk)) == 1


@pytest.mark.parametrize(
    ("script", "told", "kept"),
    [
        ("sys.exit(3)", "ended with an error (3)", 0),
        ("path.write_text('')", "came back empty", 0),
        ("path.unlink()", "came back empty", 0),
        ("pass", "came back as it was", 0),
        ("path.write_text('there: okafor\\nknown: much\\n'); sys.exit(1)", "ended with", 1),
        ("path.write_bytes(b'known: ni\\xf1o\\n'); sys.exit(1)", "ended with", 1),
        ("(path.parent / 'copy~').write_text('x'); path.write_text('')", "empty", 0),
    ],
)
def test_an_editor_that_fails_loses_nothing_and_records_nothing(
    asked: Case, script: str, told: str, kept: int
) -> None:
    before = len(asked.desk.events())
    failed = asked.fails("hold ana rivera", terminal=True, env=editor(asked.desk, script))
    assert failed.code == 1
    assert told in failed.err
    assert len(drafts(asked.desk)) == kept
    assert ("kept as draft 1" in failed.err) == bool(kept)
    assert len(asked.desk.events()) == before
    assert left_behind(asked.desk) == []


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_terminal_that_is_closed_loses_nothing_and_leaves_nothing(asked: Case, name: str) -> None:
    script = (
        "import os, signal, time\n"
        "path.write_text('there: okafor\\nknown: much\\n')\n"
        f"os.kill(os.getppid(), signal.{name})\n"
        "time.sleep(5)\n"
    )
    stopped = asked.fails("hold ana rivera", terminal=True, env=editor(asked.desk, script))
    assert (stopped.code, "kept as draft 1" in stopped.err) == (130, True)
    assert left_behind(asked.desk) == []
    asked.desk.ok("spool", "1")
    assert asked.desk.of("MeetingHeld")[0].chart.known == ("much",)


def test_ctrl_c_is_the_editors(asked: Case) -> None:
    script = (
        "import os, signal\n"
        "os.kill(os.getppid(), signal.SIGINT)\n"
        "path.write_text('there: okafor\\n')\n"
    )
    asked("hold ana rivera", terminal=True, env=editor(asked.desk, script))
    assert len(asked.desk.of("MeetingHeld")) == 1


def test_what_a_stopped_computer_left_is_told(asked: Case) -> None:
    with asked.desk.opened() as at:
        kept = asked.desk.spool / at.school.settings.ledger_id / "form-x"
    kept.mkdir(parents=True)
    own = writes(asked.desk, "there: okafor")
    told = asked.desk.ok("sst", "hold", "ana", "rivera", terminal=True, env=own)
    assert f"{kept} holds what somebody wrote" in told.err


@pytest.mark.parametrize("command", ["/nowhere/vi", "'unmatched"])
def test_an_editor_that_is_not_there_is_told(asked: Case, command: str) -> None:
    failed = asked.fails("hold ana rivera", terminal=True, env={"EDITOR": command})
    assert (failed.code, "editor" in failed.err.lower()) == (1, True)
    assert left_behind(asked.desk) == []


def test_no_editor_is_started_without_a_terminal(asked: Case) -> None:
    own = editor(asked.desk, "path.write_text('never')")
    refused = asked.fails("hold ana rivera", env=own)
    assert (refused.code, "--chart -" in refused.err) == (2, True)


def test_nobody_else_can_open_the_form_while_it_is_written(asked: Case) -> None:
    modes = asked.desk.root / "modes"
    script = (
        "import os, stat\n"
        "of = [stat.S_IMODE(os.stat(p).st_mode) for p in (path, path.parent)]\n"
        f"pathlib.Path({str(modes)!r}).write_text(repr(of))\n"
    )
    asked.fails("hold ana rivera", terminal=True, env=editor(asked.desk, script))
    assert json.loads(modes.read_text()) == [0o600, 0o700]
    assert str(asked.desk.spool) not in os.environ.get("TMPDIR", "")


# Texts


def test_a_text_that_tells_of_abuse_is_neither_recorded_nor_kept(asked: Case) -> None:
    told = "her stepfather hits her with a belt"
    for how in ({"stdin": f"there: okafor\nknown: {told}\n"},):
        refused = asked.fails("hold ana rivera --chart -", **how)
        assert (refused.code, "hotline" in refused.err) == (4, True)
    own = writes(asked.desk, f"there: okafor\nknown: {told}\n")
    refused = asked.fails("hold ana rivera", terminal=True, stdin="n\n", env=own)
    assert (refused.code, "hotline" in refused.err) == (4, True)
    assert asked.fails(f"input ana rivera --from student --text '{told}'").code == 4
    assert drafts(asked.desk) == []
    assert not asked.desk.of("MeetingHeld", "InputReceived")


def test_what_tells_of_abuse_may_be_taken_out_of_a_chart(asked: Case) -> None:
    script = (
        "text = path.read_text()\n"
        "told = 'known: her stepfather hits her with a belt'\n"
        "path.write_text(text.replace(told, 'known:') if told in text\n"
        "                else f'there: okafor\\n{told}\\nstrengths: draws\\n')\n"
    )
    asked("hold ana rivera", terminal=True, stdin="y\n", env=editor(asked.desk, script))
    [held] = asked.desk.of("MeetingHeld")
    assert (held.chart.known, held.chart.strengths) == ((), ("draws",))


def test_another_childs_name_is_asked_about_or_told_of(asked: Case) -> None:
    text = "there: okafor\nknown: sits with Leo Park\n"
    asked("hold ana rivera --chart -", stdin=text)
    [held] = asked.desk.of("MeetingHeld")
    assert held.chart.known == ("sits with Leo Park",)  # nobody could be asked
    family = asked("recap ana rivera --copy guardian")
    assert "Leo" not in family
    asked("hold ana rivera", terminal=True, stdin="\n", env=writes(asked.desk, text))
    assert asked.desk.of("MeetingHeld")[1].chart.known == ("sits with another student",)


def test_no_copy_for_a_family_names_another_child(met: Case) -> None:
    met("question ana rivera --text 'is Leo Park the one at lunch?' --who okafor")
    met("action ana rivera --who okafor --what 'seat beside Mateo Cruz' --meeting 1 --due 'dec 4'")
    for lang, other in (("en", "another student"), ("es", "otro estudiante")):
        told = met(f"recap ana rivera --copy guardian --lang {lang}")
        assert not re.search("Leo|Park|Mateo|Cruz", told)
        assert told.count(other) == 2


def test_a_recap_for_a_family_is_searched_and_recorded_as_given_to_them(met: Case) -> None:
    met("action ana rivera --who okafor --what 'seat apart from 104234' --meeting 1")
    told = met("recap ana rivera --copy guardian --to mother")
    assert "seat apart from another student" in told
    assert "recap of an SST meeting" in met.desk.ok("access", "log", "ana", "rivera").out
    met("recap ana rivera")
    assert "for the family" not in met.fails("recap ana rivera --copy guardian", user=CLERK).out
    own = met.desk.folder / "sst.toml"
    own.write_text('[en.guardian]\nthere = "With Leo Park"\n')
    assert "who another child is" in met.fails("recap ana rivera --copy guardian").err


def test_a_school_has_its_own_words_for_a_recap(met: Case) -> None:
    own = met.desk.folder / "sst.toml"
    own.write_text('[en.guardian]\nthere = "At the table"\n')
    assert "At the table" in met("recap ana rivera --copy guardian")
    own.write_text('[en.guardian]\nthre = "x"\n')
    assert "thre is not known" in met.fails("recap ana rivera --copy guardian").err


def test_whoever_sees_no_words_is_shown_none(met: Case) -> None:
    told = met("show ana rivera", user=CLERK)
    assert "loud" not in told
    assert "[not shown to this reader]" in told
