"""Which student a source means: its own id, a number, what a person linked, who is the same."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from desk import PRINCIPAL, PUPILS, School, write_roster
from made import TEACHER, a_student, enrol, new_ledger, student_id

from ledger.domain import Refused
from ledger.domain.student import STUDENT, RecordStudent, StudentNumbered
from ledger.imports.linking import REMEMBERED, Students
from ledger.store import Ledger, sqlite

NUMBER = "605266"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(new_ledger(tmp_path)) as ledger:
        yield ledger


def number(students: Students, said: str = NUMBER, source: str = "old slips") -> str:
    return students.of_number(said, "studentUniqueId", source, actor=TEACHER)


# Ids, as the record itself says


def test_a_sources_student_has_one_id_that_follows_from_its_own(ledger: Ledger) -> None:
    students = Students(ledger)
    assert students.of_source("a", "1") == students.of_source("a", "1")
    assert len({students.of_source(s, i) for s in "ab" for i in ("1", "2", "b|1")}) == 6


def test_a_linked_student_is_the_known_one_from_then_on(ledger: Ledger) -> None:
    enrol(ledger, 1)
    students = Students(ledger)
    before = students.of_source("new", "n-1")
    assert students.link("new", "n-1", student_id(1), TEACHER, "roster") == 1
    assert students.link("new", "n-1", student_id(1), TEACHER, "roster") == 0
    assert students.of_source("new", "n-1") == student_id(1) != before
    with pytest.raises(Refused, match="linked with another"):
        students.link("new", "n-1", student_id(2), TEACHER)


def test_a_number_is_one_student_whoever_says_it_and_is_recorded_once(ledger: Ledger) -> None:
    ids = {
        number(students, said, source)
        for students in (Students(ledger), Students(ledger))
        for said in ("ab12", " AB12 ", "Ab12")
        for source in ("old slips", "another")
    }
    assert len(ids) == 1
    (event,) = [r.event for page in ledger.since(0) for r in page if not isinstance(r, Exception)]
    assert isinstance(event, StudentNumbered)


def test_the_rosters_student_has_the_number_before_anybody_else(ledger: Ledger) -> None:
    known = Students(ledger, {"7": student_id(1)}.get)
    assert number(known, "7") == student_id(1)
    assert ledger.head().position == 0
    other = number(known, "8")
    # A number that was recorded stays with its student, whatever a roster says later.
    assert number(Students(ledger, {"8": student_id(1)}.get), "8") == other


def test_only_so_many_answers_are_kept_at_hand(ledger: Ledger) -> None:
    students = Students(ledger, lambda number: student_id(1))
    for n in range(REMEMBERED + 10):
        number(students, str(n))
    assert len(students._known) == REMEMBERED


def test_what_was_answered_in_a_batch_that_failed_can_be_forgotten(ledger: Ledger) -> None:
    students = Students(ledger)
    with contextlib.suppress(ZeroDivisionError), ledger.batch():
        number(students)
        raise ZeroDivisionError
    students.forget()
    number(students)
    assert ledger.head().position == 1


def test_no_number_and_no_id_of_a_source_is_in_the_clear(ledger: Ledger) -> None:
    students = Students(ledger)
    id = number(students)
    students.link("new", "n-4711", id, TEACHER)
    kept = ledger.recorder.db.execute("SELECT stream, command_key, payload FROM event").fetchall()
    assert len(kept) == 2
    assert not any(word in repr(kept) for word in (NUMBER, "n-4711"))


# Two that are one


def recorded(ledger: Ledger, n: int, source: str, **more: object) -> None:
    command = a_student(n, source=source, **more)
    ledger.do(STUDENT, student_id(n), command, TEACHER)


def test_what_a_source_says_of_a_double_is_said_of_the_kept_one(ledger: Ledger) -> None:
    students = Students(ledger)
    recorded(ledger, 1, "a")
    double = students.of_source("b", "b-9")
    facts = dict(a_student(1, source="b", grade="4")) | {"student_id": double}
    ledger.do(STUDENT, double, RecordStudent(**facts), TEACHER)
    assert students.merge(double, student_id(1), TEACHER) == 2
    assert students.of_source("b", "b-9") == student_id(1)
    kept = students.state(student_id(1))
    assert (sorted(kept.listed), kept.facts["b"].grade) == (["a", "b"], "4")
    assert not students.state(double).here
    assert students.merge(double, student_id(1), TEACHER) == 0


def test_a_merge_in_a_circle_or_into_another_is_refused(ledger: Ledger) -> None:
    students = Students(ledger)
    for n in (1, 2, 3):
        enrol(ledger, n)
    students.merge(student_id(1), student_id(2), TEACHER)
    before = ledger.head()
    with pytest.raises(Refused, match="itself the same as another"):
        students.merge(student_id(2), student_id(1), TEACHER)
    with pytest.raises(Refused, match="the same as another already"):
        students.merge(student_id(1), student_id(3), TEACHER)
    with pytest.raises(Refused, match="one student already"):
        students.merge(student_id(3), student_id(3), TEACHER)
    assert ledger.head() == before


def test_who_was_a_double_of_the_double_goes_with_it(ledger: Ledger) -> None:
    students = Students(ledger)
    for n in (1, 2, 3):
        enrol(ledger, n)
    students.merge(student_id(1), student_id(2), TEACHER)
    students.merge(student_id(2), student_id(3), TEACHER, [student_id(1)])
    assert {students.kept(student_id(n)) for n in (1, 2, 3)} == {student_id(3)}


# On the screen

MOVED = [("q" + id[1:], *rest) for id, *rest in PUPILS]  # the same children, other ids


def new_sis(desk: School, pupils: object = None, name: str = "new") -> str:
    found = [tuple(one) for one in (MOVED if pupils is None else pupils)]  # type: ignore[attr-defined]
    return str(write_roster(desk.root / name, found))


def test_a_new_source_of_known_children_is_refused_until_somebody_links_them(desk: School) -> None:
    file, before = new_sis(desk), len(desk.events())
    refused = desk("roster", "import", file, "--source", "new")
    assert refused.code == 4
    assert "12 of the 12 students in this file look like known ones" in refused.err
    assert len(desk.events()) == before
    listed = desk.ok("roster", "link", file, "--source", "new")
    assert listed.out.startswith("12 look like known students, 12 of them for sure:")
    assert "Ana Rivera gr 3  =  Ana Rivera gr 3 104233  (same number, family name, given name)" in (
        listed.out
    )
    assert len(desk.events()) == before
    line = ("roster", "link", file, "--source", "new", "--instead-of", "oneroster", "--all-sure")
    assert desk.ok(*line).out == "12 linked. Now: bledger roster import\n"
    assert "Nobody in this file looks" in desk.ok(*line).out
    done = desk("roster", "import", file, "--source", "new", "--json").json
    assert (done["appended"], done["withdrawn"]) == (12, 0)
    assert len(desk.of("StudentRecorded")) == 24
    assert {e.student_id for e in desk.of("StudentRecorded")} == {
        e.student_id for e in desk.of("StudentLinked")
    }
    for source in ("new", "oneroster"):
        folder = file if source == "new" else str(desk.root / "oneroster")
        assert desk("roster", "import", folder, "--source", source, "--json").json["appended"] == 0
    found = desk.ok("roster", "find", "ana", "rivera", "--json").json["students"]
    assert [one["active"] for one in found] == [True]


def test_other_children_of_a_new_source_are_taken_when_somebody_says_so(desk: School) -> None:
    done = desk("roster", "import", new_sis(desk), "--source", "other", "--new-source", "--json")
    assert done.json["appended"] == 12
    assert len(desk.ok("roster", "find", "ana", "rivera", "--json").json["students"]) == 2


def test_a_few_are_linked_by_their_numbers(desk: School) -> None:
    file = new_sis(desk)
    one = desk.ok("roster", "link", file, "--source", "new", "--yes", "2", "4", "--json").json
    assert one["linked"] == 2
    rest = desk.ok("roster", "link", file, "--source", "new", "--json").json["proposals"]
    assert [p["number"] for p in rest] == [*range(1, 11)]
    for wrong in ("99", "0"):
        answer = desk("roster", "link", file, "--source", "new", "--yes", wrong)
        assert (answer.code, answer.err) == (
            2,
            f"Number {wrong} is not one student that could be linked.\n",
        )
    assert desk("roster", "link", file, "--source", "new", "--yes").code == 2
    assert desk("roster", "link", file).code == 2


def test_who_fits_several_or_by_number_alone_is_never_sure(desk: School) -> None:
    strangers = [
        ("104233", "Otis", "Vance", "9001", "03", ""),  # another's number, and no more
        ("q-x", "Anna", "Riviera", "104234", "05", ""),  # the numbers of one, the name of another
        ("q-y", "Leo", "Park", "104871", "05", ""),
    ]
    found = desk.ok("roster", "link", new_sis(desk, strangers), "--source", "new", "--json").json
    assert [p["sure"] for p in found["proposals"]] == [False] * 3
    done = desk.ok("roster", "link", new_sis(desk, strangers), "--source", "new", "--all-sure")
    assert "0 of them for sure" in done.out
    assert not desk.of("StudentLinked")


def test_an_id_that_is_used_again_is_another_child_when_a_person_says_so(desk: School) -> None:
    born = "sourcedId,birthDate,sex\np-ana,{},female\n"
    files = desk.root / "oneroster"
    (files / "demographics.csv").write_text(born.format("2017-03-04"), encoding="utf-8")
    desk.ok("roster", "import", str(files))
    desk.ok("log", "ana rivera", "--did", "tardy")
    again = [("p-ana", "Cleo", "Marsh", "104900", "K", ""), *PUPILS[1:]]
    write_roster(files, again)
    (files / "demographics.csv").write_text(born.format("2021-05-06"), encoding="utf-8")
    refused = desk("roster", "import", str(files))
    assert refused.code == 1
    assert "users.csv line 7, sourcedId: this id was another student's" in refused.out
    assert not any(word in refused.out for word in ("Cleo", "Ana", "p-ana"))
    listed = desk.ok("roster", "link", str(files), "--source", "oneroster")
    assert "1? Cleo Marsh gr K  =  –  (this id was another student's" in listed.out
    desk.ok("roster", "link", str(files), "--source", "oneroster", "--yes", "1")
    done = desk.ok("roster", "import", str(files), "--json").json
    assert (done["rejected"], done["withdrawn"]) == (0, 1)
    ana, cleo = (
        desk.ok("roster", "find", name, "--json").json["students"]
        for name in ("ana rivera", "cleo")
    )
    assert (ana[0]["active"], cleo[0]["active"]) == (False, True)
    assert "tardy" in desk.ok("timeline", "ana rivera").out
    assert "tardy" not in desk.ok("timeline", "cleo marsh").out
    assert desk.ok("roster", "import", str(files), "--json").json["appended"] == 0


def test_two_known_students_become_one_everywhere(desk: School) -> None:
    desk.ok("log", "leo park", "--did", "tardy")
    desk.ok("log", "ana rivera", "--did", "disruption", "--saw", "A pencil flew.")
    ana, leo = (
        desk.ok("roster", "find", name, "--json").json["students"][0]["student_id"]
        for name in ("ana rivera", "leo park")
    )
    line = ("roster", "link", "leo", "park", "--same-as", "ana rivera")
    asked = desk(*line)
    assert (asked.code, "say --yes" in asked.err) == (2, True)
    assert not desk.of("StudentMerged")
    assert desk(*line, stdin="n\n", terminal=True).code == 130
    assert desk.ok(*line, stdin="y\n", terminal=True).out.startswith("One student now:")
    shown = desk.ok("timeline", "ana rivera", "--json")
    assert "tardy" in shown.out
    assert "disruption" in shown.out
    assert leo not in shown.out
    for words in ("leo park", "104234", leo):
        found = desk.ok("roster", "find", words, "--json").json["students"]
        assert [one["student_id"] for one in found] == [ana]
    assert len(desk.incident_cards()) == 2
    told = desk.ok("export", "plan", "ods", "--json")
    assert leo not in told.out
    log = desk.ok("access", "log", "ana rivera", user=PRINCIPAL).out
    assert log.count("timeline") == 1
    desk.ok("verify", "--full")
    before = desk.ok("timeline", "ana rivera", "--json").out
    desk.ok("rebuild")
    assert desk.ok("timeline", "ana rivera", "--json").out == before
    assert "one student already" in desk(*line, "--yes").err


def test_an_earlier_look_shows_the_two_as_they_were(desk: School) -> None:
    desk.ok("log", "leo park", "--did", "tardy")
    position = len(desk.events())
    desk.ok("roster", "link", "leo park", "--same-as", "ana rivera", "--yes")
    assert "tardy" in desk.ok("timeline", "ana rivera").out
    assert "tardy" not in desk.ok("timeline", "ana rivera", "--position", str(position)).out


def test_a_merged_child_is_imported_without_a_double_and_leaves_once(desk: School) -> None:
    desk.ok("roster", "link", "leo park", "--same-as", "ana rivera", "--yes")
    files = desk.root / "oneroster"
    told = desk.ok("roster", "import", str(files), "--json").json
    assert (told["appended"], told["withdrawn"]) == (0, 0)
    assert [(p["reason"].partition(":")[0], p["refused"]) for p in told["problems"]] == [
        ("is of a student who was found the same as another one of this roster", False)
    ]
    write_roster(files, PUPILS[2:])
    assert desk.ok("roster", "import", str(files), "--json").json["withdrawn"] == 1
    assert desk.ok("roster", "import", str(files), "--json").json["appended"] == 0


# Known by a number, and then by name


def known_by_number(desk: School, said: str = NUMBER) -> str:
    with desk.opened() as at:
        students = Students(at.school.record)
        return students.of_number(said, "studentUniqueId", "old slips", actor=at.school.actor)


def test_a_student_known_by_number_is_found_and_shown_as_such(desk: School) -> None:
    known_by_number(desk)
    found = desk.ok("roster", "find", NUMBER, "--json").json["students"]
    assert [(one["name"], one["active"]) for one in found] == [
        (f"student {NUMBER} (not on the roster)", False)
    ]
    assert "left" not in desk.ok("roster", "find", NUMBER).out
    assert "not on the roster" in desk.ok("timeline", NUMBER, "--all", "--purpose", "test").out
    assert desk.ok("roster", "import", str(desk.root / "oneroster"), "--json").json["appended"] == 0


def test_a_roster_gives_the_name_to_whom_a_number_was_known(desk: School) -> None:
    id = known_by_number(desk)
    files = desk.root / "oneroster"
    write_roster(files, [*PUPILS, ("p-new", "Otis", "Vance", NUMBER, "02", "")])
    done = desk.ok("roster", "import", str(files), "--json").json
    assert (done["appended"], done["students"]) == (2, 13)
    found = desk.ok("roster", "find", "otis", "--json").json["students"]
    assert [(one["student_id"], one["number"], one["active"]) for one in found] == [
        (id, NUMBER, True)
    ]
    assert desk.ok("roster", "import", str(files), "--json").json["appended"] == 0


@pytest.mark.parametrize("order", [1, -1])
def test_a_double_that_the_system_still_lists_is_noted_once_and_refused_never(
    desk: School, order: int
) -> None:
    files = desk.root / "oneroster"
    doubles = [(f"p-{n}", "Ana", f"Rivers{n}", f"77{n}", "05", "") for n in range(2)]
    rows = [*PUPILS, *doubles][::order]
    desk.ok("roster", "import", str(write_roster(files, rows)))
    for one in doubles:
        desk.ok("roster", "link", one[3], "--same-as", "104233", "--yes")
    for _ in range(2):
        done = desk.ok("roster", "import", str(files), "--json").json
        assert (done["appended"], done["rejected"], done["odd"]) == (0, 0, 1)
        assert "the same as another one of this roster" in done["problems"][0]["reason"]
    kept = next(one for one in PUPILS if one[3] == "104233")
    changed = [(*one[:4], "09", *one[5:]) if one == kept else one for one in rows]
    assert (
        desk.ok("roster", "import", str(write_roster(files, changed)), "--json").json["appended"]
        == 1
    )  # what the kept one's own row says holds, wherever it stands
    assert " gr 9 " in desk.ok("roster", "find", "104233").out
    alone = [one for one in rows if one != kept]
    done = desk.ok("roster", "import", str(write_roster(files, alone)), "--json").json
    assert (done["withdrawn"], done["rejected"], done["odd"]) == (0, 0, 1)


def test_two_rows_with_the_number_leave_the_history_to_a_person(desk: School) -> None:
    id = known_by_number(desk)
    files = desk.root / "oneroster"
    twins = [("p-x", "Otis", "Vance", NUMBER, "02", ""), (NUMBER, "Iris", "Vance", "77", "02", "")]
    write_roster(files, [*PUPILS, *twins])
    done = desk.ok("roster", "import", str(files), "--json").json
    assert done["appended"] == 2
    assert [(p["line"], p["refused"]) for p in done["problems"]] == [(19, False), (20, False)]
    assert not [e for e in desk.of("StudentRecorded") if e.student_id == id]
    desk.ok("roster", "link", id, "--same-as", "otis vance", "--yes")
    assert [one["name"] for one in desk.ok("roster", "find", id, "--json").json["students"]] == [
        "Otis Vance"
    ]


def test_a_change_of_system_by_import_alone_leaves_nobody_behind(desk: School) -> None:
    file = new_sis(desk, MOVED[:10])
    desk.ok("roster", "link", file, "--source", "new", "--all-sure")
    line = ("roster", "import", file, "--source", "new", "--instead-of", "oneroster", "--json")
    done = desk.ok(*line).json
    assert (done["withdrawn"], len(desk.of("StudentUnlisted"))) == (2, 10)
    assert desk.ok(*line).json["appended"] == 0
    write_roster(Path(file), MOVED[:9])
    assert desk.ok("roster", "import", file, "--source", "new", "--json").json["withdrawn"] == 1


def test_who_went_to_another_system_may_go_back_and_is_told_how(desk: School) -> None:
    new, old = new_sis(desk), str(write_roster(desk.root / "old", PUPILS))
    to = ("--source", "new", "--instead-of", "oneroster")
    desk.ok("roster", "link", new, *to, "--all-sure")
    desk.ok("roster", "import", new, *to)
    write_roster(Path(old), [(*one[:4], "09", *one[5:]) for one in PUPILS])
    stays = desk.ok("roster", "import", old)
    assert "To go back to it, name that one with --instead-of" in stays.out
    desk.ok("roster", "import", old, "--instead-of", "new")
    assert " gr 9 " in desk.ok("roster", "find", "104233").out
    assert desk.ok("roster", "import", old, "--json").json["appended"] == 0
    assert "has taken the place" in desk.ok("roster", "import", new, "--source", "new").out


@pytest.mark.parametrize(
    ("name", "says"), [("onerooster", "Known are: oneroster"), ("new", "name two sources")]
)
def test_whose_place_is_taken_is_another_known_source(desk: School, name: str, says: str) -> None:
    for verb in ("import", "link"):
        said = desk("roster", verb, new_sis(desk), "--source", "new", "--instead-of", name)
        assert (said.code, says in said.err) == (2, True)


def test_the_summary_says_how_many_left(desk: School) -> None:
    files = str(write_roster(desk.root / "fewer", PUPILS[2:]))
    assert "2 left: no roster has them any longer" in desk.ok("roster", "import", files).out


def test_the_keys_of_links_are_in_no_view_and_the_ledger_still_verifies(desk: School) -> None:
    known_by_number(desk)
    desk.ok("roster", "find", NUMBER)
    desk.ok("verify", "--full")
    with desk.opened() as at:
        db = sqlite.opened(desk.folder / "ledger.db", at.school.keys.derived("ledger"))
        keys = [key for (key,) in db.execute("SELECT command_key FROM event")]
        db.close()
    assert not any(NUMBER in key for key in keys if key)
