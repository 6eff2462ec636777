"""The short verbs of a day: a few words each, told apart by what they mean, and nothing twice."""

from __future__ import annotations

import re
import shlex
from typing import Any

import histories
import pytest
from desk import PRINCIPAL, TEACHER, School, as_expected
from hypothesis import given
from hypothesis import strategies as st

from ledger import entry, joining
from ledger.domain.codes import Action, Behavior, ContactOutcome, Level, Relation
from ledger.domain.incident import INCIDENT, OfSource
from ledger.store import sqlite

ANA = "log ana rivera --did disrup --where caf --at 12:10"


def do(desk: School, line: str, **how: Any) -> str:
    """Run a line that has to work, and give what it says."""
    return desk.ok(*shlex.split(line), **how).out


def logged(desk: School, line: str = ANA, **how: Any) -> str:
    """Log an incident and give its id."""
    id: str = desk.ok(*shlex.split(line), "--json", **how).json["id"]
    return id


def card(desk: School, id: str) -> dict[str, Any]:
    shown: dict[str, Any] = desk.ok("incident", "show", id, "--json").json["incident"]
    return shown


# A child who turned out to be another


def test_a_call_stays_with_the_family_that_was_called(desk: School) -> None:
    id = logged(desk)
    do(desk, "call ana reached mother")
    other = f"incident participant {id} mateo cruz --replace P1 --reason 'the other child'"
    told = do(desk, other)
    assert "of the other child, not of this one: contact: mother, reached" in told
    assert [held["label"] for held in card(desk, id)["contacts"]] == [""]
    assert "(of a child who had no part in it) " in do(desk, f"incident show {id}")
    assert "mother" not in do(desk, "timeline mateo")
    do(desk, "call mateo no-answer father")
    assert [held["label"] for held in card(desk, id)["contacts"]] == ["", "P1"]
    do(desk, f"incident participant {id} ana rivera --replace P1 --reason 'her after all'")
    assert [held["label"] for held in card(desk, id)["contacts"]] == ["P1", ""]


def test_a_restraint_goes_with_the_child_and_its_report_does_not(desk: School) -> None:
    id = logged(desk)
    do(desk, f"incident restraint {id} seclusion --minutes 2")
    do(desk, f"incident emergency-report {id}")
    do(desk, f"incident participant {id} mateo cruz --replace P1 --reason 'the other child'")
    shown = card(desk, id)
    assert [held["label"] for held in shown["restraints"]] == ["P1"]
    assert [held["label"] for held in shown["emergency"]] == [""]
    assert "Mateo Cruz" in do(desk, "due --all")


def test_a_call_to_another_family_is_not_carried_over_to_the_same_incident(desk: School) -> None:
    id = logged(desk, "log mateo cruz --did disrup --at 12:10 --with leo")
    other = logged(desk, f"{ANA} --with leo --by okafor")
    do(desk, f"call ana reached mother --about {other}")
    do(desk, f"incident participant {other} mateo cruz --replace P1 --reason 'the other child'")
    do(desk, f"same {id} {other}")
    assert card(desk, id)["contacts"] == []


# The shapes of the screens

SCREENS = {
    "act": "act last conference 10m --why peer",
    "act.open": "act leo park restitution",
    "call": "call ana rivera reached mother --lang es --interp tran --name 'Elena Rivera'",
    "call.attempt": "call leo park no-answer father --about none",
    "praise": "praise ana rivera helping --saw 'Walked a kindergartner to class.'",
    "open": "open",
    "undo": "undo",
}


@pytest.fixture
def morning(desk: School) -> School:
    """The desk after a few entries."""
    do(desk, "praise ana rivera kindness --at 'sep 8 9:00'")
    do(desk, "log leo park --did tardy --at 8:10 --minor --why unclear --where other")
    do(desk, "call leo park voicemail --about none --at 'mon 15:00'")
    do(desk, f"{ANA} --with leo --minor --saw 'Threw a tray after P2 took the seat.'")
    return desk


def test_the_short_verbs_look_as_they_should(morning: School) -> None:
    for name, line in SCREENS.items():
        told = do(morning, line)
        assert max(map(len, told.splitlines())) <= 100
        as_expected(name, told)


def test_the_letters_of_every_console_are_enough(morning: School) -> None:
    for name, line in SCREENS.items():
        told = do(morning, f"{line} --ascii")
        assert told.isascii()
        as_expected(f"{name}.ascii", told)


def test_programs_are_given_ids_and_no_name(morning: School) -> None:
    for name, line in SCREENS.items():
        told = do(morning, f"{line} --json")
        assert not re.search("Ana|Rivera|Leo|Park|Elena|kindergartner|tray", told)
        as_expected(f"{name}.json", told)


# What was done


@pytest.mark.parametrize(
    ("words", "action", "minutes", "days"),
    [
        ("conference", Action.CONFERENCE_WITH_STUDENT, None, None),
        ("last conf 10m", Action.CONFERENCE_WITH_STUDENT, 10, None),
        ("last in school 0.5d --happened so", Action.IN_SCHOOL_SUSPENSION, None, "0.5"),
        ("last in-school half day --happened so", Action.IN_SCHOOL_SUSPENSION, None, "0.5"),
        ("recess 1h --threat", Action.LOSS_OF_RECESS, 60, None),
        ("ana rivera no action", Action.NO_ACTION, None, None),
        ("Ana Rivera RESTITUTION", Action.RESTITUTION, None, None),
        ("104233 restitution", Action.RESTITUTION, None, None),
        ("last P1 time out 5 min", Action.TIME_OUT_OR_DETENTION, 5, None),
        ("last --action conf --length 10m", Action.CONFERENCE_WITH_STUDENT, 10, None),
        ("{id} conference", Action.CONFERENCE_WITH_STUDENT, None, None),
        ("{short} ana conference", Action.CONFERENCE_WITH_STUDENT, None, None),
    ],
)
def test_words_are_told_apart_by_what_they_mean(
    desk: School, words: str, action: Action, minutes: int | None, days: str | None
) -> None:
    id = logged(desk, f"{ANA} --with leo")
    do(desk, f"act {words.format(id=id, short=id[:7])}")
    (taken,) = desk.of("ActionTaken")
    shown = None if taken.days is None else str(taken.days.normalize())
    assert (taken.label, taken.action, taken.minutes, shown) == ("P1", action, minutes, days)


def test_the_name_after_an_id_says_with_whom(desk: School) -> None:
    id = logged(desk, "log mateo cruz and jonah wells --did fight")
    do(desk, f"act {id[:7]} jonah time-in-office 20m")
    do(desk, f"act {id[:7]} restitution --who mateo")
    assert [taken.label for taken in desk.of("ActionTaken")] == ["P2", "P1"]
    refused = desk("act", id[:7], "restitution")
    assert (refused.code, refused.out) == (3, "")
    assert "P1, P2" in refused.err


def test_a_name_means_the_latest_incident_of_which_something_is_open(desk: School) -> None:
    older = logged(desk, "log ana rivera --did tardy --at 8:00", user=TEACHER)
    whole = "--minor --why peer --saw 'He ran.' --where gym"
    latest = logged(desk, f"log ana rivera --did tardy --at 9:00 {whole}", user=TEACHER)
    logged(desk, "log leo --did tardy --at 10:00 --victim ana")
    assert do(desk, "act ana rivera conference").startswith(latest[:7])
    assert do(desk, "act ana rivera restitution").startswith(older[:7])


def test_of_whom_nothing_is_open_the_latest_of_today_is_meant(desk: School) -> None:
    id = logged(desk, f"{ANA} --minor --why peer --saw 'He ran.'")
    do(desk, "act ana rivera conference")
    assert do(desk, "act ana rivera restitution").startswith(id[:7])
    desk.clock.pass_(days=1)
    assert desk("act", "ana", "rivera", "recess").code == 3


def test_whose_incidents_are_all_said_is_told_to_give_an_id(desk: School) -> None:
    refused = desk("act", "leo", "park", "conference")
    assert (refused.code, refused.out) == (3, "")
    assert "give the id" in refused.err


def test_why_and_what_was_done_are_one_entry_and_taken_back_as_one(desk: School) -> None:
    id = logged(desk, f"{ANA} --minor --saw 'He ran.'")
    assert "nothing open" in do(desk, "act last conference --why peer")
    do(desk, "undo")
    shown = card(desk, id)
    assert (shown["actions"], shown["people"]["P1"]["motivation"]) == ({}, None)


def test_a_motivation_that_was_said_already_is_not_said_again(desk: School) -> None:
    do(desk, f"{ANA} --why peer")
    refused = desk("act", "last", "conference", "--why", "adult")
    assert refused.code == 4
    assert desk.of("ActionTaken", "DetailsFilledIn") == []


def test_the_same_action_twice_is_recorded_once(desk: School) -> None:
    do(desk, ANA)
    do(desk, "act last conference 10m")
    assert "already recorded" in do(desk, "act last conference 10m")
    do(desk, "act last conference 10m --again")
    assert len(desk.of("ActionTaken")) == 2


@pytest.mark.parametrize("line", ["act", "act last", "act last 10m", "act ana", "praise ana"])
def test_words_without_a_code_are_a_wrong_usage(desk: School, line: str) -> None:
    do(desk, ANA)
    refused = desk(*line.split())
    assert (refused.code, refused.out) == (2, "")
    assert desk.of("ActionTaken", "PraiseRecorded") == []


@pytest.mark.parametrize("line", ["act last", "act last 10m"])
def test_last_is_no_action_that_could_be_misspelt(desk: School, line: str) -> None:
    do(desk, ANA)
    assert "What was done? For instance" in desk(*line.split()).err


# Who was called


@pytest.mark.parametrize(
    ("words", "outcome", "relation"),
    [
        ("leo park reached", ContactOutcome.REACHED, None),
        ("leo park reached mom", ContactOutcome.REACHED, Relation.MOTHER),
        ("leo park no answer", ContactOutcome.NO_ANSWER, None),
        ("leo park no-answer dad", ContactOutcome.NO_ANSWER, Relation.FATHER),
        ("leo park voicemail foster parent", ContactOutcome.VOICEMAIL, Relation.FOSTER_PARENT),
        ("104234 message left guardian", ContactOutcome.MESSAGE_LEFT, Relation.GUARDIAN),
        ("leo wrong number --whom grandma", ContactOutcome.WRONG_NUMBER, Relation.GRANDPARENT),
        ("leo --outcome declined", ContactOutcome.DECLINED, None),
    ],
)
def test_a_call_is_told_in_a_few_words(
    desk: School, words: str, outcome: ContactOutcome, relation: Relation | None
) -> None:
    do(desk, f"call {words}")
    (made,) = desk.of("ContactMade")
    assert (made.outcome, made.relation) == (outcome, relation)


def test_a_call_is_about_the_incident_of_its_day_and_of_no_other(desk: School) -> None:
    do(desk, "log ana rivera --did tardy --at 'oct 13 9:00'")
    today = logged(desk)
    assert desk.ok("call", "ana", "rivera", "reached", "--json").json["about"] == today
    for more in ("--about none", "--at 'oct 12 15:00'"):
        line = shlex.split(f"call ana rivera reached {more} --json")
        assert desk.ok(*line).json["about"] is None
    assert len(desk.of("FamilyContacted")) == 1
    assert len(desk.of("ContactMade")) == 2


def test_the_family_of_a_victim_is_called_about_the_incident_too(desk: School) -> None:
    do(desk, f"{ANA} --victim leo")
    do(desk, "call leo reached father")
    (contacted,) = desk.of("FamilyContacted")
    assert contacted.label == "P2"


def test_a_call_is_about_no_incident_of_another_child(desk: School) -> None:
    id = logged(desk)
    refused = desk("call", "mateo", "cruz", "reached", "--about", id[:7])
    assert (refused.code, refused.out) == (3, "")
    assert desk.of("FamilyContacted", "ContactMade") == []


def test_attempts_of_this_week_are_counted_wherever_they_stand(desk: School) -> None:
    do(desk, "call ana rivera no-answer --at 'oct 9 15:00'")  # of last week
    do(desk, "call ana rivera voicemail --at 'oct 13 15:00'")
    do(desk, ANA)
    assert "2nd this week" in do(desk, "call ana rivera no-answer")
    do(desk, "call ana rivera reached")
    do(desk, "undo")
    desk.clock.pass_(hours=1)
    assert "3rd this week" in do(desk, "call ana rivera no-answer")
    assert "1st this week" in do(desk, "call leo no-answer")


def test_an_interpreter_of_the_staff_has_a_name_and_any_other_is_as_typed(desk: School) -> None:
    for who in ("tran", "R. Soto"):
        do(desk, f"call leo reached --lang es --interp '{who}' --again")
    assert [made.interpreter for made in desk.of("ContactMade")] == ["Kim Tran", "R. Soto"]
    assert all(made.interpreted for made in desk.of("ContactMade"))


@pytest.mark.parametrize("line", ["call leo no-answer", "praise leo helping"])
def test_the_same_words_are_one_entry_now_and_another_later(desk: School, line: str) -> None:
    do(desk, line)
    desk.clock.pass_(minutes=4)
    assert do(desk, line).startswith("Already recorded")
    desk.clock.pass_(hours=2)
    assert do(desk, line).startswith("Recorded")
    assert len(desk.of("ContactMade", "PraiseRecorded")) == 2


# What went well


def test_praise_is_counted_since_the_first_of_this_year(desk: School) -> None:
    assert "1st this year" in do(desk, "praise ana rivera helping --at 'sep 8 9:00'")
    do(desk, "praise ana rivera kind --at 'sep 9 9:00'")
    do(desk, "undo")
    told = do(desk, "praise ana rivera self reg")
    assert "strength: self-regulation · 2nd since Sep 8 · never sent anywhere" in told
    assert "STRENGTHS  self-regulation" in do(desk, "timeline ana rivera")


# Texts


@pytest.mark.parametrize(
    "line",
    ["act nobody conference --note", "call nobody reached --note", "praise nobody help --saw"],
)
def test_a_text_is_kept_when_the_line_cannot_go_on(desk: School, line: str) -> None:
    do(desk, ANA)
    stopped = desk(*line.split(), "-", stdin="Quetzal.")
    assert (stopped.code, stopped.out) == (3, "")
    assert "draft 1" in stopped.err
    do(desk, "spool 1 --student 'ana rivera'")
    events = desk.of("ActionTaken", "FamilyContacted", "PraiseRecorded")
    assert [getattr(e, "note", None) or getattr(e, "text", None) for e in events] == ["Quetzal."]


@pytest.mark.parametrize(
    "line", ["act last conference --note -", "call leo reached --note -", "praise leo help --saw -"]
)
def test_a_text_that_may_tell_of_abuse_is_recorded_nowhere(desk: School, line: str) -> None:
    do(desk, ANA)
    before = len(desk.events())
    stopped = desk(*line.split(), stdin="She says his dad hits him every night.")
    assert (stopped.code, stopped.out) == (4, "")
    assert "child abuse hotline" in stopped.err
    assert len(desk.events()) == before
    assert do(desk, "spool") == "No draft waits.\n"
    told = "She says his dad hits him every night."
    do(desk, f"{line} --not-a-disclosure", stdin=told)


@pytest.mark.parametrize(
    "line", ["act last conference", "call ana rivera no-answer", "praise leo help"]
)
def test_what_is_recorded_stands_though_nothing_can_be_read_afterwards(
    desk: School, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(desk, ANA)

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("left_open", "attempts", "praised"):
        monkeypatch.setattr(f"ledger.reading.Reading.{name}", fail)
    assert do(desk, line)


# What is open


def test_open_lists_ones_own_and_with_all_everybodys(desk: School) -> None:
    mine, theirs = logged(desk), logged(desk, "log leo --did fight", user=TEACHER)
    by_me = logged(desk, "log mateo --did fight --by alder", user=TEACHER)

    def ids(*line: str, **how: Any) -> set[str]:
        return {one["id"] for one in desk.ok("open", *line, "--json", **how).json["incidents"]}

    assert ids() == {mine}
    assert ids(user=TEACHER) == {theirs, by_me}
    assert ids(user=PRINCIPAL) == {by_me}
    assert ids("--all") == {mine, theirs, by_me}
    assert ids(theirs[:7]) == {theirs}


def test_nothing_is_open_when_everything_was_said(desk: School) -> None:
    do(desk, f"{ANA} --minor --why peer --saw 'He ran.'")
    do(desk, "act last conference")
    assert do(desk, "open") == do(desk, "open last") == "Nothing is open.\n"


def test_on_a_terminal_open_asks_one_question_after_the_other(desk: School) -> None:
    id = logged(desk, "log ana rivera --did disrup")
    answers = "minor\nThrew a tray.\ncaf\npeer\nconference 10m\n"
    do(desk, "open", stdin=answers, terminal=True)
    shown = card(desk, id)
    assert shown["details"]["location"] == "cafeteria"
    assert shown["statements"][0]["text"] == "Threw a tray."
    assert shown["people"]["P1"]["motivation"] == "peer-attention"
    assert shown["actions"]["1"]["minutes"] == 10
    assert do(desk, "open") == "Nothing is open.\n"
    (corrected,) = desk.of("BehaviorCorrected")
    assert corrected.reason == "said later"
    assert [(b.code, b.level, b.assumed) for b in corrected.behaviors] == [
        (Behavior.DISRUPTION, Level.MINOR, False)
    ]
    assert "fixed" not in do(desk, "timeline ana rivera") + do(desk, "incident show last")


def test_a_level_that_is_said_later_may_be_the_other(desk: School) -> None:
    id = logged(desk, "log ana rivera --did disrup --did fight")
    do(desk, "open", stdin="maj\n", terminal=True)
    levels = {b["code"]: b["level"] for b in card(desk, id)["people"]["P1"]["behaviors"]}
    assert levels == {"disruption": "major", "fighting": "major"}
    assert "fixed" in do(desk, "timeline ana rivera")


def test_enter_leaves_a_question_open_and_ctrl_c_all_others(desk: School) -> None:
    id = logged(desk, "log ana rivera --did tardy")
    answer = desk("open", stdin="\n\n\n\n\n", terminal=True)
    assert (answer.code, len(desk.of("IncidentReported", "DetailsFilledIn"))) == (0, 1)
    stopped = desk("open", stdin="minor\n", stops=True)
    assert stopped.code == 0
    assert "The rest stays open." in stopped.err
    left = ["what was seen", "place", "why (motivation)", "what was done"]
    assert desk.ok("open", id, "--json").json["incidents"][0]["open"] == left


def test_a_wrong_answer_is_told_and_asked_again(desk: School) -> None:
    id = logged(desk, f"{ANA} --minor --saw 'He ran.' --why peer")
    answer = desk("open", stdin="conferense\nconference\n", terminal=True)
    assert answer.code == 0
    assert "Did you mean conference-with-student" in answer.err
    assert card(desk, id)["actions"]["1"]["action"] == "conference-with-student"


def test_of_several_who_are_referred_each_is_asked_about(desk: School) -> None:
    id = logged(desk, "log mateo cruz and jonah wells --did fight --where gym --saw 'Both hit.'")
    do(desk, "open", stdin="peer\nconference\nadult\nrestitution\n", terminal=True)
    shown = card(desk, id)
    assert {label: p["motivation"] for label, p in shown["people"].items()} == {
        "P1": "peer-attention",
        "P2": "adult-attention",
    }
    assert [a["label"] for a in shown["actions"].values()] == ["P1", "P2"]


def test_a_name_in_a_text_is_settled_by_open(desk: School) -> None:
    id = logged(desk, f"{ANA} --minor --why peer --saw 'Mateo left.'")
    do(desk, "act last conference")
    do(desk, "open", stdin="n\n", terminal=True)
    assert [type(e).__name__ for e in desk.of("NamesCleared")] == ["NamesCleared"]
    assert do(desk, f"open {id}") == "Nothing is open.\n"


def test_a_text_typed_at_open_that_cannot_be_recorded_is_kept(
    desk: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(desk, f"{ANA} --minor --why peer")
    do(desk, "act last conference")

    append = sqlite.SQLiteRecorder.append

    def full(recorder: sqlite.SQLiteRecorder, entries: Any) -> Any:
        if recorder.path.name == "ledger.db":
            raise OSError(28, "No space left on device")
        return append(recorder, entries)

    with monkeypatch.context() as patch:
        patch.setattr(sqlite.SQLiteRecorder, "append", full)
        stopped = desk("open", stdin="He ran away.\n", terminal=True)
    assert "kept as draft 1" in stopped.err
    do(desk, "spool 1")
    assert desk.texts() == ["He ran away."]


# Two reports of one incident


def two(desk: School, more: str = "", other: str = "") -> tuple[str, str]:
    """(the one recorded first, the other by somebody else)."""
    first = logged(desk, f"{ANA} --with leo --saw 'P2 took the seat of P1.' {more}")
    line = "log ana rivera --did disrup --where caf --at 12:08 --by okafor --with mateo --with leo"
    second = logged(desk, f"{line} --saw 'P3 sat down, P2 laughed, P1 left.' {other}")
    return first, second


def test_two_reports_become_one_incident_with_both_statements(desk: School) -> None:
    first, second = two(desk)
    as_expected("same", do(desk, f"same {second[:7]} {first[:7]}"))
    shown = card(desk, first)
    assert [s["text"] for s in shown["statements"]] == [
        "P2 took the seat of P1.",
        "P2 sat down, P3 laughed, P1 left.",
    ]
    assert shown["statements"][1]["observed"] == "2026-10-14T19:08:00Z"
    names = {label: p["student_id"] for label, p in shown["people"].items()}
    assert list(names) == ["P1", "P2", "P3"]
    assert card(desk, second)["merged_into"] == first
    assert desk.incident_cards()[0]["standing"] == "open"


def test_the_one_recorded_first_stays_whichever_is_named_first(desk: School) -> None:
    first, second = two(desk)
    assert desk.ok("same", first, second, "--json").json["stays"] == first


def test_one_id_is_enough_where_one_other_may_be_the_same(desk: School) -> None:
    first, second = two(desk)
    assert desk.ok("same", "last", "--json").json["ids"] == [second, first]
    alone = logged(desk, "log soren --did tardy")
    assert desk("same", alone[:7]).code == 3


def test_what_was_done_about_either_is_kept_once(desk: School) -> None:
    first, second = two(desk, other="--major --why peer --lost 10")
    do(desk, f"act {first[:7]} conference 10m")
    do(desk, f"act {second[:7]} conference 10m")
    do(desk, f"act {second[:7]} in-school 1d --note 'P2 saw it.' --happened so")
    do(desk, f"incident served {second[:7]} 0.5d --action 2")
    do(desk, f"call leo reached --about {second[:7]}")
    do(desk, f"incident restraint {second[:7]} seclusion --minutes 2 --who P1")
    do(desk, f"same {first[:7]} {second[:7]}")
    shown = card(desk, first)
    done = {a["action"]: a for a in shown["actions"].values()}
    assert list(done) == ["conference-with-student", "in-school-suspension"]
    assert done["in-school-suspension"]["served_days"] == "0.5"
    assert done["in-school-suspension"]["note"] == "P3 saw it."
    assert [c["label"] for c in shown["contacts"]] == ["P2"]
    assert [r["kind"] for r in shown["restraints"]] == ["seclusion"]
    assert shown["office"] is not None
    assert shown["people"]["P1"]["motivation"] == "peer-attention"
    assert shown["people"]["P1"]["minutes_lost"] == 10
    assert card(desk, second)["actions"] == {}


def test_roles_are_united_and_behaviors_stay(desk: School) -> None:
    first = logged(desk, "log ana rivera --did disrup --with leo --at 12:10")
    line = "log leo park and ana rivera --did defiance --victim 'ana rivera' --at 12:10 --by okafor"
    second = logged(desk, line)
    told = do(desk, f"same {first[:7]} {second[:7]}")
    people = card(desk, first)["people"]
    assert people["P1"]["roles"] == ["referred", "victim"]
    assert people["P2"]["roles"] == ["involved", "referred"]
    assert [b["code"] for b in people["P1"]["behaviors"]] == ["disruption"]
    assert [b["code"] for b in people["P2"]["behaviors"]] == ["defiance"]
    assert "says otherwise: behavior of P1" in told


def test_a_place_that_only_one_names_is_taken_over(desk: School) -> None:
    first = logged(desk, "log ana rivera --did disrup --at 12:10")
    second = logged(desk, "log ana rivera --did disrup --at 12:10 --by okafor --where gym --took 5")
    do(desk, f"same {first[:7]} {second[:7]}")
    details = card(desk, first)["details"]
    assert (details["location"], details["staff_minutes"]) == ("gym", 5)


def test_reports_without_a_child_in_common_are_not_made_one(desk: School) -> None:
    first, second = logged(desk), logged(desk, "log mateo --did tardy")
    refused = desk("same", first, second)
    assert (refused.code, refused.out) == (4, "")
    assert "No child takes part in both" in refused.err


def test_the_same_twice_is_said_and_nothing_is_added(desk: School) -> None:
    first, second = two(desk)
    do(desk, f"same {first[:7]} {second[:7]}")
    before = len(desk.events())
    assert "one incident already" in do(desk, f"same {second[:7]} {first[:7]}")
    assert len(desk.events()) == before


def test_a_call_about_one_who_was_nobody_of_this_school_is_in_nobodys_way(desk: School) -> None:
    first, second = two(desk)
    do(desk, f"call mateo reached mother --about {second[:7]}")
    changed = "--replace P2 --outside visitor --reason 'a cousin'"
    do(desk, f"incident participant {second[:7]} {changed}")
    do(desk, f"same {second[:7]} {first[:7]}")
    shown = card(desk, first)
    assert (shown["contacts"], shown["people"]["P3"]["outside"]) == ([], "visitor")


def test_the_last_is_the_one_that_stays(desk: School) -> None:
    first, second = two(desk)
    do(desk, f"same {second[:7]} {first[:7]}")
    assert do(desk, "act last conference 10m").startswith(first[:7])


def test_one_that_does_not_stand_is_the_same_as_none(desk: School) -> None:
    first, second = two(desk)
    do(desk, f"incident void {second[:7]} --reason 'another day'")
    refused = desk("same", first, second)
    assert refused.code == 4
    assert "voided" in refused.err


def test_a_trial_shows_what_would_be_recorded_and_records_nothing(desk: School) -> None:
    first, second = two(desk)
    before = len(desk.events())
    told = do(desk, f"same {first[:7]} {second[:7]} --dry-run")
    assert "would append  IncidentMerged" in told
    assert len(desk.events()) == before


def test_joining_is_whole_or_not_at_all(desk: School, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = two(desk)
    before = len(desk.events())
    decide = INCIDENT.decide

    def stop(command: Any, state: Any) -> Any:
        if type(command).__name__ == "MergeIncident":
            raise KeyboardInterrupt
        return decide(command, state)

    with monkeypatch.context() as patch:
        patch.setitem(INCIDENT.__dict__, "decide", stop)
        assert desk("same", first, second).code == 130
    assert len(desk.events()) == before


def test_an_imported_incident_stays_whichever_was_recorded_first(desk: School) -> None:
    mine = logged(desk)
    file = histories.written(desk.root, *histories.an_incident())
    do(desk, f"import incidents {file} --source sis")
    imported = next(r for r in desk.events() if isinstance(r.event, OfSource))
    theirs = imported.stream.partition("-")[2]
    ids = {p.student_id for p in imported.event.participants}
    with desk.opened() as at:
        first, second = (
            joining.account(id, at.school.record.stream(f"incident-{id}")) for id in (mine, theirs)
        )
    if ids & first.students:
        assert joining.join(first, second).stays == joining.join(second, first).stays == theirs


LABELS = [f"P{number}" for number in range(1, 12)]
TEXTS = st.lists(st.sampled_from([*LABELS, "P0", "P100", "xP1", "left.", "'s", "P1's"])).map(
    " ".join
)


@given(TEXTS, st.permutations(LABELS))
def test_placeholders_mean_the_same_people_after_any_renumbering(
    text: str, others: list[str]
) -> None:
    there = dict(zip(LABELS, others, strict=True))
    back = {new: old for old, new in there.items()}
    assert joining.relabelled(joining.relabelled(text, there), back) == text


def test_the_placeholder_of_one_who_had_no_part_means_nobody_else() -> None:
    assert joining.relabelled("P1 hit P12.", {"P1": "P2"}) == (
        "P2 hit somebody who had no part in it."
    )


# Logging


def test_the_first_line_is_there_before_anything_else_is_looked_at(
    desk: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "alike", stop)
    stopped = desk(*shlex.split(ANA))
    assert stopped.code == 130
    assert stopped.out.startswith("Recorded")
    assert "Stopped. It is recorded, as " in stopped.err


def test_like_last_takes_what_was_of_the_scene_and_nothing_of_the_child(desk: School) -> None:
    do(desk, f"{ANA} --others peers --why peer --saw 'P1 ran.' --with mateo --major --lost 5")
    do(desk, "act last conference")
    do(desk, "log leo park --like last")
    first, second = desk.of("IncidentReported")
    for name in ("occurred", "location", "others"):
        assert getattr(second, name) == getattr(first, name)
    (leo,) = second.participants
    assert leo.behaviors == first.participants[0].behaviors
    assert (leo.motivation, leo.minutes_lost, second.staff_minutes) == (None, None, None)
    assert len(desk.texts()) == 1


def test_like_last_gives_way_to_what_is_said(desk: School) -> None:
    do(desk, "log ana rivera --did disrup --minor --where caf --at -10m")
    desk.clock.pass_(minutes=3)
    do(desk, "log leo park --like last")
    do(desk, "log mateo cruz --like last --did fight --where gym --at 11:00")
    first, second, third = desk.of("IncidentReported")
    assert second.occurred.at == first.occurred.at
    assert third.location is not first.location
    assert third.occurred.at != first.occurred.at
    assert str(third.participants[0].behaviors[0]) == "major fighting"


def test_like_last_takes_it_as_it_was_corrected(desk: School) -> None:
    do(desk, ANA)
    do(desk, "incident correct last --did physical-contact --reason 'pushed'")
    do(desk, "incident correct last --where gym --reason 'not there'")
    told = do(desk, "log leo park --like last")
    assert "physical contact · gym" in told


def test_like_last_without_a_last_says_so(desk: School) -> None:
    stopped = desk("log", "leo", "--like", "last")
    assert (stopped.code, stopped.out) == (3, "")


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        ("log leo --did disrup --where caf --at -10m", "cafeteria · Wed Oct 14 2026, 12:04 PM"),
        ("log leo and mateo cruz --did fight", "P2  Mateo Cruz"),
        ("log leo --did fight --by okafor", "reported by Dana Okafor"),
        ("log leo --did fight --slip 0147", "slip 0147"),
        ("log leo --did fight", "MAJOR (office-managed) fighting"),
        ("log leo --did property-mis", "minor (staff-managed) property misuse"),
        ("log leo --did disrup", "Open: what was seen · place · minor or major"),
        ("log leo --did disrup --minor --saw x --where gym", "bledger act last conference --why"),
    ],
)
def test_short_words_are_enough(desk: School, line: str, holds: str) -> None:
    assert holds in do(desk, line)


@pytest.mark.parametrize("who", ["leo", "leo park"])
def test_the_likely_double_is_told_with_the_line_that_joins_them(desk: School, who: str) -> None:
    first = logged(desk, f"log {who} --did disrup --at 12:10")
    told = do(desk, f"log {who} --did disrup --at 12:08 --by okafor")
    line = re.search(r"Maybe the same as (\w+) .* bledger (same .*)$", told, re.MULTILINE)
    assert line is not None
    assert line[1] == first[:7]
    do(desk, line[2])
    assert [one["standing"] for one in desk.incident_cards()].count("merged") == 1


@pytest.mark.parametrize("line", ["act last conference --note -", "call ana reached --note -"])
def test_who_takes_part_is_no_name_in_a_note(desk: School, line: str) -> None:
    do(desk, f"{ANA} --with leo")
    answer = desk.ok(*line.replace("ana", "104233").split(), stdin="Ana will sit with Leo.")
    (event,) = desk.of("ActionTaken", "FamilyContacted")
    assert event.note == "P1 will sit with P2."
    assert "Leo → P2 in the text" in answer.err


def test_anothers_draft_about_their_last_is_not_about_mine(desk: School) -> None:
    do(desk, ANA)
    do(desk, "log leo --did fight", user=TEACHER)
    stopped = desk("act", "last", "P9", "conference", "--note", "-", stdin="So.", user=TEACHER)
    assert "draft 1" in stopped.err
    refused = desk("spool", "1")
    assert (refused.code, desk.of("ActionTaken")) == (3, [])


def test_two_accounts_that_became_one_are_not_parted_by_undo(desk: School) -> None:
    """What was carried over would stand twice."""
    first, second = two(desk)
    do(desk, f"same {first[:7]} {second[:7]}")
    refused = desk("undo")
    assert refused.code == 4
    assert "accounts were made one" in refused.err


def test_a_bare_merge_is_taken_back(desk: School) -> None:
    first, second = two(desk)
    desk.clock.pass_(minutes=1)
    desk.ok("incident", "merge", second[:7], first[:7])
    desk.ok("undo")
    assert [one["standing"] for one in desk.incident_cards()] == ["open", "open"]
