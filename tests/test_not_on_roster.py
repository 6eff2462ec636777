"""A child whom the roster does not have yet is recorded at once, and is one child later."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from desk import PUPILS, SPECIALIST, START, School, write_roster
from made import a_student, student_id
from spec import given

from ledger.domain.student import (
    BY_HAND,
    STUDENT,
    Identity,
    RecordStudent,
    StudentRecorded,
    WithdrawStudent,
)

KAI = ("log", "--not-on-roster", "Kai Moreno", "--did", "disruption")
PUPIL = ("p-kai", "Kai", "Moreno", "104999", "03", "c-okafor")
SEEN = "Ran out of the tannenbaum room."


def people(desk: School) -> list[tuple[str, str]]:
    """(role, student's id) of the last incident."""
    report = desk.of("IncidentReported")[-1]
    return [(p.roles[0].value, p.student_id) for p in report.participants]


def by_hand(desk: School) -> list[StudentRecorded]:
    return [event for event in desk.of("StudentRecorded") if event.source == BY_HAND]


def found(desk: School, words: str) -> list[str]:
    students = desk("roster", "find", words, "--json").json["students"]
    return [student["name"] for student in students]


def enrolled(desk: School, *pupils: tuple[str, ...]) -> str:
    """Have the roster with these pupils besides come in; what is said of it."""
    files = write_roster(desk.root / "later", (*PUPILS, *pupils))
    return desk.ok("roster", "import", str(files)).out


def test_the_child_is_recorded_with_the_incident_and_shown_as_on_no_roster(desk: School) -> None:
    before = len(desk.events())
    told = desk.ok(*KAI, "--saw", "-", stdin=SEEN).out
    assert re.search(r"P1  Kai Moreno \(not on the roster\) +referred", told)
    kinds = [type(r.event).__name__ for r in desk.events()[before:]]
    assert kinds == ["StudentRecorded", "IncidentReported", "StatementAdded"]
    (child,) = by_hand(desk)
    assert people(desk) == [("referred", child.student_id)]
    assert isinstance(child.who, Identity)
    assert (child.who.given, child.who.family, child.grade) == ("Kai", "Moreno", None)
    assert SEEN in desk.ok("timeline", "kai", "moreno").out


def test_it_is_one_transaction(desk: School, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger import entry

    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    events = len(desk.events())
    with monkeypatch.context() as broken:
        broken.setattr(entry, "report", fails)
        assert desk(*KAI).code == 8
    assert len(desk.events()) == events
    desk.ok("spool", "1")
    assert len(by_hand(desk)) == 1


def test_a_trial_records_nobody(desk: School) -> None:
    events = len(desk.events())
    assert "IncidentReported" in desk.ok(*KAI, "--dry-run").out
    assert len(desk.events()) == events


def test_no_name_is_in_the_clear_in_any_file(desk: School, tmp_path: Path) -> None:
    desk.ok("log", "--not-on-roster", "Kai Tannenbaum", "--did", "tardy")
    desk.ok("timeline", "kai")
    for path in filter(Path.is_file, tmp_path.rglob("*")):
        assert b"tannenbaum" not in path.read_bytes().lower(), path


# Who is meant


@pytest.mark.parametrize("again", ["Kai Moreno", "kai moreno", " KAI  MORENO ", "Kái Moreno"])
def test_the_same_name_later_is_the_same_child(desk: School, again: str) -> None:
    desk.ok(*KAI)
    desk.ok("log", "--not-on-roster", again, "--did", "tardy")
    assert len(by_hand(desk)) == 1
    assert len({id for _, id in people(desk)} | {by_hand(desk)[0].student_id}) == 1


def test_the_same_line_twice_is_recorded_once(desk: School) -> None:
    desk.ok(*KAI, "--at", "12:05")
    events = len(desk.events())
    assert "Already recorded" in desk.ok(*KAI, "--at", "12:05").out
    assert len(desk.events()) == events


def test_by_name_alone_the_child_is_found_from_then_on(desk: School) -> None:
    desk.ok(*KAI)
    desk.ok("log", "kai", "moreno", "--did", "tardy")
    desk.ok("log", "ana rivera", "--with", "kai", "--did", "tardy")
    assert people(desk)[1] == ("involved", by_hand(desk)[0].student_id)


@pytest.mark.parametrize(
    ("line", "roles"),
    [
        (("--not-on-roster", "Kai Moreno"), ["referred"]),
        (("--not-on-roster", "Kai Moreno", "--not-on-roster", "Lo Quist"), ["referred"] * 2),
        (("leo", "--not-on-roster", "Kai Moreno"), ["referred", "involved"]),
        (("leo", "--not-on-roster", "Kai Moreno=victim"), ["referred", "victim"]),
        (("leo", "--not-on-roster", "Kai Moreno=ref"), ["referred", "referred"]),
        (("--with", "leo", "--not-on-roster", "Kai Moreno"), ["involved", "referred"]),
    ],
)
def test_the_role_is_said_or_follows_from_who_else_is_named(
    desk: School, line: tuple[str, ...], roles: list[str]
) -> None:
    desk.ok("log", *line, "--did", "disruption")
    assert [role for role, _ in people(desk)] == roles


@pytest.mark.parametrize("said", ["Leo Park", "leo park", "Leo", "Novak"])
def test_whom_the_roster_seems_to_have_is_asked_about(desk: School, said: str) -> None:
    asked = desk("log", "--not-on-roster", said, "--did", "tardy")
    assert asked.code == 3
    assert "Finish it:  bledger spool 1 --student 1" in asked.err
    assert by_hand(desk) == []
    desk.ok("spool", "1", "--student", "1")
    assert by_hand(desk) == []
    assert [role for role, _ in people(desk)] == ["referred"]


def test_who_is_chosen_has_the_role_that_was_said(desk: School) -> None:
    assert (
        desk("log", "ana rivera", "--not-on-roster", "Leo Park=victim", "--did", "tardy").code == 3
    )
    desk.ok("spool", "1", "--student", "1")
    assert [role for role, _ in people(desk)] == ["referred", "victim"]


def test_a_part_of_a_name_that_was_written_by_hand_is_asked_about(desk: School) -> None:
    desk.ok(*KAI)
    asked = desk("log", "--not-on-roster", "Kai", "--did", "tardy")
    assert asked.code == 3
    assert "Kai Moreno (not on the roster)" in asked.err


def test_another_child_of_the_name_has_a_word_that_tells_them_apart(desk: School) -> None:
    desk.ok("log", "--not-on-roster", "Leo Park kindergarten", "--did", "tardy")
    assert found(desk, "leo park") == ["Leo Park", "Leo Park kindergarten (not on the roster)"]
    assert desk("log", "leo park", "--did", "tardy").code == 3


@pytest.mark.parametrize("said", ["", " ", "=victim", "...", "\u202e"])
def test_without_a_name_it_is_told(desk: School, said: str) -> None:
    answer = desk("log", f"--not-on-roster={said}", "--did", "tardy")
    assert (answer.code, "needs a name" in answer.err) == (2, True), answer.err
    assert by_hand(desk) == []


@pytest.mark.parametrize(("said", "code"), [("x" * 301, 2), ("Kai =", 0), ("Kai=nobody", 2)])
def test_an_odd_name_or_role_is_told_in_a_sentence(desk: School, said: str, code: int) -> None:
    answer = desk("log", "--not-on-roster", said, "--did", "tardy")
    assert answer.code == code, answer.err
    assert "x" * 60 not in answer.err.partition("kept as draft")[0]


def test_nobody_at_all_is_told_and_kept(desk: School) -> None:
    answer = desk("log", "--did", "tardy")
    assert (answer.code, "Which student?" in answer.err) == (2, True)
    desk.ok("spool", "1", "--student", "leo")
    assert [role for role, _ in people(desk)] == ["referred"]


@pytest.mark.parametrize("name", ["李小龙", "Nuñez-O'Brien", "Ѕофия", "Mononymous"])
def test_any_name_is_found_as_it_was_written(desk: School, name: str) -> None:
    for _ in range(2):
        desk.ok("log", "--not-on-roster", name, "--did", "tardy", "--again")
    assert len(by_hand(desk)) == 1
    assert found(desk, name) == [f"{name} (not on the roster)"]


def test_two_desks_at_once_record_one_child(desk: School) -> None:
    from cli import unlisted

    with desk.opened() as one, desk.opened(SPECIALIST) as two:
        children = [unlisted.child(at, "Kai Moreno") for at in (one, two)]
        for at, child in zip((one, two), children, strict=True):
            unlisted.record(at, [child])
    assert len(by_hand(desk)) == 1


# Taken back, corrected


def test_what_was_taken_back_leaves_the_child_to_be_used_again(desk: School) -> None:
    desk.ok(*KAI)
    assert "disruption" in desk.ok("undo").out
    desk.ok(*KAI)
    assert len(by_hand(desk)) == 1


# When the roster has them


def test_an_import_and_doctor_count_who_is_on_no_roster(desk: School) -> None:
    assert "no roster" not in enrolled(desk)
    assert "children" not in desk("doctor").out
    desk.ok(*KAI)
    desk.ok("log", "--not-on-roster", "Lo Quist", "--did", "tardy")
    assert "2 recorded by hand and on no roster yet" in enrolled(desk, PUPIL)
    assert "2 recorded by hand and on no roster yet" in desk("doctor").out
    assert "Kai" not in desk("doctor").out


def test_who_is_on_no_roster_is_listed_with_who_they_may_be(desk: School) -> None:
    assert desk.ok("roster", "unlisted").out == "0 children are on no roster.\n"
    desk.ok(*KAI)
    enrolled(desk, PUPIL)
    told = desk.ok("roster", "unlisted").out
    assert "1 child is on no roster:" in told
    assert "maybe  Kai Moreno" in told
    line = next(line for line in told.splitlines() if "--same-as" in line)
    desk.ok(*line.split()[1:], "--yes")
    assert desk.ok("roster", "unlisted", "--json").json["students"] == []


def linked(desk: School) -> None:
    desk.ok(*KAI, "--saw", "-", stdin=SEEN)
    enrolled(desk, PUPIL)
    id = by_hand(desk)[0].student_id
    desk.ok("roster", "link", id, "--same-as", "104999", "--yes")


def test_once_linked_everything_is_shown_under_the_rosters_child(desk: School) -> None:
    linked(desk)
    assert found(desk, "kai") == ["Kai Moreno"]
    told = desk.ok("timeline", "104999").out
    assert told.startswith("Kai Moreno · gr 3 Okafor · 104999")
    assert SEEN in told
    assert "not on the roster" not in told


def test_a_child_who_was_linked_is_called_as_the_roster_says(desk: School) -> None:
    desk.ok("log", "--not-on-roster", "Kay Morena", "--did", "tardy")
    enrolled(desk, PUPIL)
    desk.ok("roster", "link", "kay morena", "--same-as", "104999", "--yes")
    assert found(desk, "104999") == found(desk, "morena") == ["Kai Moreno"]
    asked = desk("log", "--not-on-roster", "Kay Morena", "--did", "tardy")
    assert asked.code == 3  # the roster has them now


def test_the_other_way_round_it_is_the_same_child_too(desk: School) -> None:
    desk.ok(*KAI)
    enrolled(desk, PUPIL)
    id = by_hand(desk)[0].student_id
    desk.ok("roster", "link", "104999", "--same-as", id, "--yes")
    assert found(desk, "kai") == ["Kai Moreno"]
    enrolled(desk, PUPIL)
    assert found(desk, "kai") == ["Kai Moreno"]


def test_a_linked_child_leaves_with_the_roster(desk: School) -> None:
    linked(desk)
    desk.ok("roster", "import", str(write_roster(desk.root / "gone")))
    (student,) = desk.ok("roster", "find", "kai", "--json").json["students"]
    assert not student["active"]


def test_a_new_roster_is_not_taken_for_one_that_knows_these_children(desk: School) -> None:
    """A school that began by hand imports its first roster as any other does."""
    desk.ok(*KAI)
    assert "1 recorded by hand" in enrolled(desk, PUPIL)
    assert sorted(found(desk, "kai")) == ["Kai Moreno", "Kai Moreno (not on the roster)"]


# What leaves


def test_such_a_child_is_held_back_from_the_sis_with_the_reason(desk: School) -> None:
    desk.ok(*KAI)
    told = desk.ok("export", "plan", "ods").out
    assert "no identifier on the roster" in told
    linked(desk)
    assert "no identifier on the roster" not in desk.ok("export", "plan", "ods").out


# The rules


def test_a_rosters_word_ends_what_was_written_by_hand() -> None:
    hand = RecordStudent(
        student_id=student_id(1),
        source=BY_HAND,
        effective_on=START.date(),
        who=Identity(given="Kai", family="Moreno"),
    )
    roster = a_student(1)
    story = given(STUDENT).when(hand).then(hand.became(StudentRecorded))
    story = story.when(roster).then(roster.became(StudentRecorded))
    assert story.state.listed == {"roster"}
    story.when(hand).then()
    later = START.date() + timedelta(days=1)
    gone = WithdrawStudent(student_id=student_id(1), effective_on=later, source="roster")
    answer = story.when(gone)
    assert [type(e).__name__ for e in answer.events or []] == ["StudentWithdrawn"]
