"""A school's history into the ledger: once each, corrected once, kept as it came, resumable."""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from desk import PUPILS, START, School, write_roster
from histories import (
    COLUMNS,
    MAP,
    ROW,
    action,
    an_incident,
    behavior,
    csv_written,
    incident,
    led_by,
    of,
    outside,
    sheet,
    written,
)
from made import Clock

from ledger.imports import batches, history, history_csv, history_map

SHARED = Path(__file__).parents[2] / "shared" / "data" / "edfi"
SAMPLES = SHARED / "v5.2.0" / "Samples"
SAMPLE, STUDENTS = SAMPLES / "StudentDiscipline.xml", SAMPLES / "Student.xml"
needs_sample = pytest.mark.skipif(
    not SAMPLE.exists(), reason="needs ../shared/data/edfi, which is not here"
)
OPEN_FILES = Path("/proc/self/fd")
EVENTS = ("IncidentImported", "ImportCorrected")


def taken(desk: School, file: Path, *more: str) -> dict[str, Any]:
    answer = desk("import", "incidents", str(file), "--json", *more)
    assert answer.code in (0, 1), answer.err
    assert answer.code == bool(answer.json["rejected"])
    return answer.json


def counts(said: dict[str, Any]) -> tuple[int, int, int]:
    return said["appended"], said["corrected"], said["unchanged"]


def imported(desk: School) -> list[str]:
    """The kinds of the events of history, in order."""
    return [type(event).__name__ for event in desk.of(*EVENTS)]


# Once, and corrected once


def test_a_second_import_appends_nothing(desk: School) -> None:
    path = written(desk.root, *an_incident(1), *an_incident(2))
    assert counts(taken(desk, path)) == (2, 0, 0)
    before = len(desk.events())
    assert counts(taken(desk, path)) == (0, 0, 2)
    assert len(desk.events()) == before


def test_what_is_corrected_at_the_source_is_one_correction(desk: School) -> None:
    records = [*an_incident(1), *an_incident(2)]
    taken(desk, written(desk.root, *records))
    later = [record.replace("10:15:00", "11:15:00", 1) for record in records[:1]] + records[1:]
    assert counts(taken(desk, written(desk.root, *later))) == (0, 1, 1)
    assert imported(desk) == ["IncidentImported"] * 2 + ["ImportCorrected"]
    assert counts(taken(desk, written(desk.root, *later))) == (0, 0, 2)


def test_a_corrected_row_of_a_csv_is_one_correction(desk: School) -> None:
    rows = [(str(n), *ROW[1:]) for n in range(5)]
    path, map_ = csv_written(desk.root, *rows)
    assert counts(taken(desk, path, "--map", str(map_))) == (5, 0, 0)
    rows[3] = (*rows[3][:4], "Harsh Words", *rows[3][5:])
    path.write_text(sheet(rows), "utf-8")
    assert counts(taken(desk, path, "--map", str(map_))) == (0, 1, 4)
    assert imported(desk).count("ImportCorrected") == 1


def test_an_incident_shows_what_its_source_corrected(desk: School) -> None:
    path, map_ = csv_written(desk.root, ROW)
    line = ("import", "incidents", str(path), "--map", str(map_), "--source", "swis")
    desk.ok(*line)
    path.write_text(sheet([(*ROW[:5], "Bus", *ROW[6:])]), "utf-8")
    desk.ok(*line)
    (one,) = desk.incident_cards()
    told = desk.ok("incident", "show", one["id"]).out
    assert "location: cafeteria → bus (as swis says)" in told
    assert '("")' not in told


def test_what_a_later_file_no_longer_has_stays_and_is_counted(desk: School) -> None:
    taken(desk, written(desk.root, *(one for n in range(4) for one in an_incident(n))))
    said = taken(desk, written(desk.root, *an_incident(0)))
    assert (said["missing"], counts(said)) == (3, (0, 0, 1))
    assert len(imported(desk)) == 4


def test_an_incident_of_a_day_to_come_is_said(desk: School) -> None:
    days = ("2026-10-15", "2027-10-14")
    records = [incident(str(n), day=day) for n, day in enumerate(days)]
    path = written(desk.root, *records)
    for more in (("--dry-run",), ()):
        said = taken(desk, path, *more)
        assert [one["reason"] for one in said["problems"] if "still to come" in one["reason"]]
        assert (said["odd"], said["rejected"]) == (1, 0)
    assert counts(said) == (2, 0, 0)


def test_students_who_were_found_the_same_correct_no_incident(desk: School) -> None:
    path = written(desk.root, *an_incident(1, "104233"), *an_incident(2), *an_incident(3, "104234"))
    taken(desk, path)
    desk.ok("roster", "link", "900101", "--same-as", "104233", "--yes")
    desk.ok("roster", "link", "104234", "--same-as", "104233", "--yes")
    assert counts(taken(desk, path)) == (0, 0, 3)
    later = path.read_text("utf-8").replace("10:15:00", "11:15:00")
    path.write_text(later, "utf-8")
    assert counts(taken(desk, path)) == (0, 3, 0)
    assert counts(taken(desk, path)) == (0, 0, 3)
    (shown,) = desk.ok("roster", "find", "104233", "--json").json["students"]
    listed = desk.ok("incident", "list", "104233", "--json").json["incidents"]
    assert len(listed) == 3
    assert all(shown["student_id"] in str(one) for one in listed)


def test_two_sources_count_for_themselves(desk: School) -> None:
    path = written(desk.root, *an_incident(1))
    assert counts(taken(desk, path, "--source", "aspen")) == (1, 0, 0)
    assert counts(taken(desk, path, "--source", "genesis")) == (1, 0, 0)
    assert len({event.origin.source for event in desk.of(*EVENTS)}) == 2


def test_an_identifier_of_another_incident_is_refused(desk: School) -> None:
    taken(desk, written(desk.root, incident("1"), behavior("104233", of("1"))))
    other = [incident("1", day="2026-09-09"), behavior("104234", of("1"), "School Violation")]
    said = taken(desk, written(desk.root, *other))
    assert counts(said) == (0, 0, 0)
    assert "this number is another incident's already" in said["problems"][0]["reason"]
    same_day = [incident("1"), behavior("104234", of("1"), "School Violation")]
    assert counts(taken(desk, written(desk.root, *same_day))) == (0, 1, 0)


def test_a_damaged_file_takes_nothing_away(desk: School) -> None:
    path = written(desk.root, *an_incident(1), *an_incident(2), *an_incident(3))
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b"<DisciplineAction>")])
    first = taken(desk, path)
    assert counts(first) == (3, 0, 0)
    path.write_bytes(whole)
    assert counts(taken(desk, path)) == (0, 1, 2)  # the action that was missing
    path.write_bytes(whole[: whole.rindex(b"<StudentDisciplineIncidentBehaviorAssociation>")])
    said = taken(desk, path)
    assert counts(said) == (0, 0, 2)
    assert (said["kept"], said["missing"], said["rejected"]) == (1, 0, 1)
    assert len(desk.of("ImportCorrected")) == 1


def test_a_row_that_cannot_be_read_takes_nothing_away(desk: School) -> None:
    rows = [ROW, (*ROW[:3], "104234", *ROW[4:])]
    path, map_ = csv_written(desk.root, *rows)
    taken(desk, path, "--map", str(map_))
    path.write_text(sheet([rows[0], (rows[1][0], "x", *rows[1][2:])]), "utf-8")
    said = taken(desk, path, "--map", str(map_))
    assert (counts(said), said["kept"], said["missing"]) == ((0, 0, 0), 1, 0)


@pytest.mark.parametrize(
    "odd", [("", *ROW[1:]), ("1.04E+05", *ROW[1:]), ("#REF!", *ROW[1:]), ("1\x01", *ROW[1:])]
)
def test_a_row_without_a_number_keeps_what_it_may_belong_to_until_it_is_mended(
    desk: School, odd: tuple[str, ...]
) -> None:
    rows = [(str(n), *ROW[1:]) for n in range(1, 5)]
    path, map_ = csv_written(desk.root, *rows)
    taken(desk, path, "--map", str(map_))
    rows[1] = (*rows[1][:4], "Harsh Words", *rows[1][5:])
    rows[2] = (*rows[2][:2], "12:20 PM", *rows[2][3:])
    path.write_text(sheet([*rows, odd]), "utf-8")
    said = taken(desk, path, "--map", str(map_))
    assert (counts(said), said["waiting"], said["kept"], said["rejected"]) == ((0, 1, 2), 1, 0, 1)
    assert said["missing"] == 0
    (why,) = [one for one in said["problems"] if one["line"] == 3]
    assert why["reason"] == history_csv.ASTRAY
    assert not why["refused"]
    left_out = [one for one in said["problems"] if one["line"] == 6]
    assert [one["refused"] for one in left_out] == [True]  # one cell is told once
    shown = desk("import", "incidents", str(path), "--map", str(map_)).out
    assert "1 known incident was changed and is left as before: a row without a number" in shown
    path.write_text(sheet(rows), "utf-8")
    assert counts(taken(desk, path, "--map", str(map_))) == (0, 1, 3)


def test_a_row_that_is_left_out_is_missing_of_its_own_incident_alone(desk: School) -> None:
    rows = [(str(n), *ROW[1:]) for n in range(1, 4)]
    path, map_ = csv_written(desk.root, *rows)
    taken(desk, path, "--map", str(map_))
    rows[0] = (*rows[0][:1], "#######", *rows[0][2:])
    rows[1] = (*rows[1][:4], "Harsh Words", *rows[1][5:])
    path.write_text(sheet(rows), "utf-8")
    said = taken(desk, path, "--map", str(map_))
    assert (counts(said), said["waiting"], said["kept"], said["missing"]) == ((0, 1, 1), 0, 0, 0)
    assert [(one["line"], one["column"]) for one in said["problems"]] == [(2, "Date")]


def test_what_was_recorded_before_a_kill_is_there_the_next_time(
    desk: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(desk.root, *(one for n in range(30) for one in an_incident(n)))
    monkeypatch.setattr(batches, "BATCH", 10)
    record, left = history._record, [25]

    def killed(*what: Any) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        record(*what)

    monkeypatch.setattr(history, "_record", killed)
    answer = desk("import", "incidents", str(path))
    assert answer.code == 130
    assert "run it again for the rest" in answer.err
    assert len(imported(desk)) == 20
    monkeypatch.setattr(history, "_record", record)
    assert counts(taken(desk, path)) == (10, 0, 20)


# Who, where, when


def test_students_of_the_roster_are_found_by_any_number(desk: School) -> None:
    path, map_ = csv_written(desk.root, ROW, ("2", *ROW[1:3], "p-leo", *ROW[4:]))
    assert taken(desk, path, "--map", str(map_))["numbered_only"] == 0
    assert "harsh" not in desk.ok("timeline", "ana", "rivera").out
    assert "disruption" in desk.ok("timeline", "ana", "rivera").out
    assert "disruption" in desk.ok("timeline", "leo").out


def test_a_student_of_no_roster_is_known_by_the_number(desk: School) -> None:
    path, map_ = csv_written(desk.root, (*ROW[:3], "990001", *ROW[4:]))
    assert taken(desk, path, "--map", str(map_))["numbered_only"] == 1
    assert "disruption" in desk.ok("timeline", "990001").out


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_number_that_lost_its_zeros_is_said(desk: School, more: tuple[str, ...]) -> None:
    number = (*PUPILS[0][:3], "000417", *PUPILS[0][4:])
    desk.ok("roster", "import", str(write_roster(desk.root / "zeros", [number, *PUPILS[1:]])))
    path, map_ = csv_written(desk.root, (*ROW[:3], "417", *ROW[4:]), ("2", *ROW[1:]))
    assert taken(desk, path, "--map", str(map_), *more)["shortened"] == 1
    told = desk.ok("import", "incidents", str(path), "--map", str(map_), "--dry-run").out
    assert ("1 number is on the roster with zeros in front" in told) == bool(more)


def test_a_reporter_of_the_staff_is_known_and_another_keeps_the_name(desk: School) -> None:
    map_ = MAP.replace("[codes.behavior]", '[codes.location]\n"x" = "bus"\n[codes.behavior]', 1)
    map_ = MAP.replace('student = "Student ID"', 'student = "Student ID"\nreporter = "Action"')
    map_ = map_.replace('action = "Action"\n', "")
    rows = [(*ROW[:6], "dokafor"), ("2", *ROW[1:6], "Bram Oosting")]
    path, said = csv_written(desk.root, *rows, map_=map_)
    taken(desk, path, "--map", str(said))
    first, second = desk.of("IncidentImported")
    assert first.reported_by
    assert (second.reported_by, second.line_of("reporter")) == (None, "Bram Oosting")


def test_the_schools_own_number_is_its_id_and_others_stay(desk: School) -> None:
    records = [
        incident("1", number=1001),
        behavior("104233", of("1", number=1001)),
        incident("2", number=77),
        behavior("104233", of("2", number=77)),
    ]
    taken(desk, written(desk.root, *records))
    assert [event.school_id for event in desk.of("IncidentImported")] == ["1001", "77"]


def test_one_school_of_several_is_chosen(desk: School) -> None:
    records = [
        *(incident(str(n), number=n) for n in (1001, 77, 78)),
        *(behavior("104233", of(str(n), number=n)) for n in (1001, 77, 78)),
        behavior("104233", of("9", number=78)),
    ]
    path = written(desk.root, *records)
    said = taken(desk, path, "--school", "77")
    assert (counts(said), said["elsewhere"], said["rejected"]) == ((1, 0, 0), 2, 0)
    assert counts(taken(desk, path, "--all-schools"))[0] == 2
    answer = desk("import", "incidents", str(path), "--school", "77", "--all-schools")
    assert answer.code == 2


# What is told


def test_what_belongs_to_no_incident_of_the_file_says_whether_it_is_known(desk: School) -> None:
    taken(desk, written(desk.root, incident("1"), behavior("104233", of("1"))))
    late = [action("A", "104233", led_by("104233", of(n))) for n in ("1", "2")]
    said = taken(desk, written(desk.root, *late, incident("3")))
    first, second = (problem["reason"] for problem in said["problems"])
    assert "which is known from this source and stays as it was" in first
    assert "nor known here" in second
    assert said["rejected"] == 2
    assert counts(said) == (1, 0, 0)


def test_a_dry_run_records_nothing(desk: School) -> None:
    before = len(desk.events())
    path = written(desk.root, *an_incident(1), incident("2", day="x"))
    said = taken(desk, path, "--dry-run")
    assert (said["appended"], said["rejected"]) == (1, 1)
    assert len(desk.events()) == before


def test_the_report_holds_every_problem(desk: School) -> None:
    path = written(desk.root, *(incident(str(n), day="x") for n in range(50)), incident("99"))
    answer = desk("import", "incidents", str(path), "--report", str(desk.root / "report.csv"))
    assert answer.code == 1
    assert f"… and 20 more: {desk.root / 'report.csv'}" in answer.out
    with (desk.root / "report.csv").open(encoding="utf-8") as file:
        rows = [*csv.DictReader(file)]
    assert [row["line"] for row in rows] == [str(n) for n in range(3, 53)]


def test_the_summary_says_what_a_person_is_to_know(desk: School) -> None:
    path = written(desk.root, *an_incident(1), incident("2", place="Roof"))
    told = desk.ok("import", "incidents", str(path)).out
    assert told.startswith("2 appended, 0 corrected, 0 unchanged, 0 left out, 0 odd\n")
    for line in (
        "2 students are known by number only: a roster that has them gives their names",
        "kept as they came: State Offense (behavior, 1), Roof (location, 1)",
        "edfi is no sink in school.toml: these records go to every sink that wants them",
    ):
        assert line in told
    assert "--school" not in told  # the file names one school
    again = desk.ok("import", "incidents", str(path)).out
    assert "no sink" not in again  # nothing was appended
    other = desk.ok("import", "incidents", str(path), "--source", "ods").out
    assert "no sink" not in other


def test_several_schools_of_a_file_are_counted(desk: School) -> None:
    columns = (*COLUMNS, "School")
    rows = [("1", *ROW[1:], "2001"), ("2", *ROW[1:], "2002")]
    path, map_ = csv_written(
        desk.root, map_=MAP.replace('action = "Action"', 'action = "Action"\nschool = "School"')
    )
    path.write_text(sheet(rows, columns), "utf-8")
    told = desk.ok("import", "incidents", str(path), "--map", str(map_)).out
    assert "of all 2 schools in the file: --school chooses one" in told


@pytest.mark.parametrize(
    ("report", "why"),
    [
        ("none/report.csv", "there is no folder"),
        (".", "is a folder: name a file in it"),
        ("referrals.csv", "is what is taken in: name another file"),
    ],
)
def test_a_report_that_cannot_be_written_is_said_before_anything_is_recorded(
    desk: School, report: str, why: str
) -> None:
    before, rows = len(desk.events()), (("", *ROW[1:]), ROW)
    path, map_ = csv_written(desk.root, *rows)
    files = desk.root / "oneroster"
    flags = desk.root / "flags.csv"
    flags.write_text("student_id,effective_on,iep\n104233,2026-10-01,1\n", "utf-8")
    known = desk.root / report
    own = {path: path, files: files / "users.csv", flags: flags}
    for argv in (
        ("import", "incidents", path, "--map", map_),
        ("roster", "import", files),
        ("roster", "flags", flags),
    ):
        at = own[Path(argv[2])] if report == "referrals.csv" else known
        was = at.read_bytes() if at.is_file() else b""
        told = desk(*map(str, argv), "--report", str(at))
        assert (told.code, len(desk.events())) == (2, before), told.err
        assert why in told.err
        assert not at.is_file() or at.read_bytes() == was


def test_problems_are_told_line_by_line_and_each_cell_once(desk: School) -> None:
    columns = (*COLUMNS, "Minutes")
    rows = [
        ("1", *ROW[1:6], "time-in-office; time-in-office", "x"),
        ("", *ROW[1:], ""),
        ("3", "x", *ROW[2:], ""),
    ]
    said = MAP.replace('action = "Action"', 'action = "Action"\naction_minutes = "Minutes"')
    path, map_ = csv_written(desk.root, map_=said)
    path.write_text(sheet(rows, columns), "utf-8")
    told = taken(desk, path, "--map", str(map_))
    assert [(one["line"], one["column"]) for one in told["problems"]] == [
        (2, "Minutes"),
        (3, "Referral ID"),
        (4, "Date"),
    ]


def test_a_wrong_column_shows_no_cell_of_a_childs_row(desk: School) -> None:
    pupils = [f"90010{n}" for n in range(4)]
    rows = [(str(n), *ROW[1:3], pupil, *ROW[4:]) for n, pupil in enumerate(pupils)]
    swapped = MAP.replace('"Student ID"', '"?"').replace('"Problem Behavior"', '"Student ID"')
    path, map_ = csv_written(desk.root, *rows, map_=swapped.replace('"?"', '"Problem Behavior"'))
    for more in ((), ("--json",)):
        told = desk("import", "incidents", str(path), "--map", str(map_), "--dry-run", *more)
        assert not [pupil for pupil in pupils if pupil in told.out + told.err]
    told = desk("import", "incidents", str(path), "--map", str(map_), "--dry-run")
    assert "a word of their own for behavior, and none has a code" in told.out


def test_the_printed_example_is_a_map(desk: School) -> None:
    path = desk.root / "printed.toml"
    path.write_text(desk.ok("import", "example").out, "utf-8")
    assert history_map.read(path).columns["identifier"] == "Referral ID"


def test_a_terminal_shows_how_far_it_is(desk: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    shown = desk.ok("import", "incidents", str(written(desk.root, *an_incident()))).err
    assert "read 100 %" in shown
    assert "recorded 1 of 1 incidents" in shown


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        (("none.xml",), 1, "none.xml is not there"),
        (("referrals.csv",), 2, "a CSV needs --map"),
        (("referrals.csv", "--map", "none.toml"), 2, "none.toml cannot be read"),
        (("map.toml",), 1, "is no XML that can be read"),
        (("history.xml", "--source", "x" * 61), 2, "--source is longer than 60 characters"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    desk: School, argv: tuple[str, ...], code: int, says: str
) -> None:
    csv_written(desk.root)
    written(desk.root, *an_incident())
    words = [str(desk.root / word) if "." in word else word for word in argv]
    answer = desk("import", "incidents", *words)
    assert answer.code == code
    assert says.casefold() in answer.err.casefold()
    assert answer.err.count("\n") <= 2


def test_an_incident_that_the_ledger_cannot_hold_is_named(desk: School) -> None:
    crowd = [outside(f"Orla{n}", "Quint") for n in range(60)]
    said = taken(
        desk, written(desk.root, incident("1", *crowd), incident("2" * 200), incident("3"))
    )
    assert counts(said) == (1, 0, 0)
    assert [problem["refused"] for problem in said["problems"]] == [True, True]
    assert "Orla" not in json.dumps(said)


def test_what_was_voided_here_and_changed_there_is_said(desk: School) -> None:
    path = written(desk.root, incident("1"), behavior("104233", of("1")))
    taken(desk, path)
    (card,) = desk.incident_cards()
    desk.ok("incident", "void", card["id"], "--reason", "entered twice")
    assert counts(taken(desk, path)) == (0, 0, 1)
    path = written(desk.root, incident("1", at="11:00:00"), behavior("104233", of("1")))
    said = taken(desk, path)
    assert "changed at its source" in said["problems"][0]["reason"]


@pytest.mark.skipif(not OPEN_FILES.exists(), reason="needs /proc, which is not here")
def test_nothing_of_the_file_lies_in_clear_on_the_disk(
    desk: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(desk.root, *(one for n in range(300) for one in an_incident(n)))
    looked: list[str] = []
    record = history._record

    def look(*what: Any) -> None:
        for file in OPEN_FILES.iterdir():
            if file.is_symlink() and (name := os.readlink(file)).partition(" ")[0].endswith(".db"):
                looked.append(name)
                assert b"Quint" not in file.read_bytes()
        monkeypatch.setattr(history, "_record", record)
        record(*what)

    monkeypatch.setattr(history, "_record", look)
    taken(desk, path)
    assert any("scratch.db" in name for name in looked)


# The sample


@pytest.fixture
def bare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> School:
    return _founded(tmp_path, capsys, monkeypatch)


def _founded(root: Path, capsys: Any, monkeypatch: Any) -> School:
    """A new school without a roster."""
    root.mkdir(exist_ok=True)
    at = School(root, Clock(START), capsys, monkeypatch)
    me = ("--me", "Sam Whitlock", "--role", "specialist")
    at.ok("init", "--name", "Tannery Hill", "--school-id", "1001", *me)
    return at


def numbers() -> list[str]:
    text = SAMPLE.read_text("utf-8")
    return sorted({*re.findall(r"<StudentUniqueId>(\d+)<", text)})


def timeline(desk: School, number: str) -> str:
    return desk.ok("timeline", number, "--all", "--purpose", "test").out


@needs_sample
def test_the_sample_is_on_the_timelines_without_a_roster(bare: School) -> None:
    said = taken(bare, SAMPLE)
    assert (counts(said), said["problems"]) == ((21, 0, 0), [])
    events = bare.of("IncidentImported")
    people = [person for event in events for person in event.participants]
    lines = Counter(line.kind for event in events for line in event.original)
    assert lines["behavior"] + lines["non-offender"] == 23
    assert sum(person.outside is not None for person in people) == 7 == lines["outside"]
    assert sum(len(event.actions) for event in events) == 25 == lines["action"]
    assert {event.school_id for event in events} == {"255901001", "255901044", "255901107"}
    assert all("from edfi" in timeline(bare, number) for number in numbers())


@needs_sample
def test_a_second_import_of_the_sample_appends_nothing(bare: School) -> None:
    taken(bare, SAMPLE)
    bare.ok("roster", "import", str(STUDENTS), "--source", "edfi")
    before = len(bare.events())
    assert counts(taken(bare, SAMPLE)) == (0, 0, 21)
    bare.ok("roster", "import", str(STUDENTS), "--source", "edfi")
    assert len(bare.events()) == before


@needs_sample
@pytest.mark.parametrize("source", ["edfi", "another"])
def test_the_samples_students_come_to_the_same_children(bare: School, source: str) -> None:
    assert taken(bare, SAMPLE)["numbered_only"] == len(numbers())
    bare.ok("roster", "import", str(STUDENTS), "--source", source)
    for number in numbers():
        assert "not on the roster" not in timeline(bare, number)
        assert "from edfi" in timeline(bare, number)
    assert taken(bare, SAMPLE)["numbered_only"] == 0


SAMPLE_MAP = """
[columns]
identifier = "id"
school = "school"
date = "date"
time = "time"
student = "student"
outside = "outside"
role = "role"
behavior = "behavior"
location = "location"
weapon = "weapon"
law_enforcement = "police"
action = "action"
action_identifier = "action_id"
action_date = "action_date"
action_days = "action_days"
served_days = "served"
difference = "difference"
reporter_name = "reporter"

[file]
numbers = "studentUniqueId"

[codes.behavior]
"State Offense" = "major other"
"School Violation" = "major other"
"School Code of Conduct" = "minor other"
"other" = "minor other"

[codes.location]
"Parking lot" = "parking-lot"
"School bus" = "bus"
"Library/media center" = "library"
"Cafeteria area" = "cafeteria"
"Administrative offices area" = "office"
"Athletic field or playground" = "playground"

[codes.weapon]
"Handgun" = "firearm"
"""


def as_csv(desk: School, folder: Path) -> tuple[Path, Path]:
    """The sample's history as rows, made from what its events hold: one a part, one an action."""
    columns = re.findall(r'= "(\w+)"$', SAMPLE_MAP.partition("[file]")[0], re.MULTILINE)
    rows = [row for event in desk.of("IncidentImported") for row in _rows(event)]
    path, map_ = folder / "sample.csv", folder / "sample.toml"
    map_.write_text(SAMPLE_MAP, "utf-8")
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, columns, restval="")
        table.writeheader()
        table.writerows(rows)
    return path, map_


def _rows(event: Any) -> list[dict[str, str]]:
    said = json.loads(event.line_of("incident"))
    word = said["incidentLocationDescriptor"].partition("#")[2]
    beside = {
        "id": event.origin.identifier,
        "school": event.origin.school,
        "date": said["incidentDate"],
        "time": said["incidentTime"],
        "location": word if event.place else event.location.value,
        "weapon": event.weapon.value if event.weapon else "",
        "police": str(event.law_enforcement_told),
        "reporter": event.line_of("reporter"),
    }
    rows, strangers = [], 0
    for person in event.participants:
        own = beside | {"role": ";".join(role.value for role in person.roles)}
        if person.student_id is None:
            strangers += 1
            rows.append(own | {"outside": event.line_of("outside", str(strangers))})
            continue
        own["behavior"] = ";".join(b.foreign or "other" for b in person.behaviors)
        own["student"] = _number(event, person.student_id)
        deeds = [done for done in event.actions if done.label == person.label]
        rows += [own | _deed(done) for done in deeds] or [own]
    return rows


def _number(event: Any, student_id: str) -> str:
    line = next(one.line for one in event.original if one.of.startswith(student_id))
    return str(json.loads(line)["studentReference"]["studentUniqueId"])


def _deed(done: Any) -> dict[str, str]:
    return {
        "action": done.foreign or done.action.value,
        "action_id": re.sub(r" \(\d+\)$", "", done.identifier),
        "action_date": done.on.isoformat(),
        "action_days": str(done.days),
        "served": str(done.served_days),
        "difference": done.difference.value,
    }


@needs_sample
def test_the_same_history_as_csv_and_as_xml_gives_the_same_timelines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    xml = _founded(tmp_path / "xml", capsys, monkeypatch)
    taken(xml, SAMPLE, "--source", "sis")
    path, map_ = as_csv(xml, tmp_path)
    other = _founded(tmp_path / "csv", capsys, monkeypatch)
    said = taken(other, path, "--map", str(map_), "--source", "sis")
    assert (counts(said), said["problems"]) == ((21, 0, 0), [])
    for number in numbers():
        assert _shown(timeline(other, number)) == _shown(timeline(xml, number))


def _shown(told: str) -> str:
    """A timeline without our ids and what they are sorted by."""
    return re.sub(r" +[0-9a-f]{7}$|position \d+", "", told, flags=re.MULTILINE)
