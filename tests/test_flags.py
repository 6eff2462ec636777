"""`roster flags`: what holds for a student from which day on, and what a row that is odd costs."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from desk import Answer, School
from hypothesis import given as for_all
from hypothesis import strategies as st

from ledger.imports import history_map
from ledger.imports.flags import flag_of
from ledger.imports.sheets import NO, YES

HEADER = "student_id,effective_on,iep,section_504,english_learner"


def write(desk: School, *rows: str, header: str = HEADER) -> Path:
    path = desk.root / "flags.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def take(desk: School, *rows: str, more: tuple[str, ...] = (), header: str = HEADER) -> Answer:
    return desk("roster", "flags", str(write(desk, *rows, header=header)), *more, "--json")


def shown(desk: School, words: str = "ana rivera") -> str:
    """The line of a timeline that tells the flags."""
    return desk.ok("timeline", words).out.partition("\n\n")[0]


def history(desk: School, words: str = "ana rivera") -> list[tuple[str, str]]:
    facts = desk.ok("roster", "show", words, "--json").json["facts"]
    return [(fact["effective_on"], fact["flags"]) for fact in facts if fact["grade"] is None]


def test_a_flag_of_a_day_that_came_is_shown_and_one_of_next_month_is_not(desk: School) -> None:
    assert take(desk, "104233,2026-08-13,yes,,", "104234,2026-11-13,yes,,").code == 0
    assert "IEP" in shown(desk)
    assert "no IEP or 504 known" in shown(desk, "leo park")
    desk.clock.at = datetime(2026, 11, 14, 19, 0, tzinfo=UTC)
    assert "IEP" in shown(desk, "leo park")


def test_several_days_of_one_student_are_a_history(desk: School) -> None:
    rows = ("104233,2026-10-01,,yes,", "104233,2026-08-13,yes,,", "104233,2026-09-01,,,")
    assert take(desk, *rows).json["appended"] == 3
    assert sorted(history(desk)) == [
        ("2026-08-13", "iep"),
        ("2026-09-01", ""),
        ("2026-10-01", "section-504"),
    ]
    assert "504 plan" in shown(desk)
    assert "IEP" not in shown(desk)


def test_the_same_file_adds_nothing_and_a_corrected_row_is_one_event(desk: School) -> None:
    rows = ["104233,2026-08-13,yes,,", "104234,2026-08-13,,,1"]
    assert take(desk, *rows).json["appended"] == 2
    again = take(desk, *rows).json
    assert (again["appended"], again["unchanged"]) == (0, 2)
    assert take(desk, "104233,2026-08-13,,yes,", rows[1]).json["appended"] == 1
    assert history(desk) == [("2026-08-13", "iep"), ("2026-08-13", "section-504")]
    assert "504 plan" in shown(desk)


def test_a_file_says_nothing_of_flags_that_it_has_no_column_for(desk: School) -> None:
    take(desk, "104233,2026-08-13,yes,,")
    header = "student_id,effective_on,foster"
    take(desk, "104233,2026-09-01,x", header=header)
    assert "foster, IEP" in shown(desk)
    assert take(desk, "104233,2026-08-13,yes,,").json["appended"] == 0
    assert take(desk, "104233,2026-09-01,x", header=header).json["appended"] == 0


def test_a_sink_is_given_every_day_on_which_a_flag_changed(desk: School) -> None:
    take(desk, "104233,2026-08-13,yes,,", "104233,2027-01-04,yes,,yes", "104234,2026-08-13,,,")
    with desk.opened() as at:
        told = at.school.reading.planned("ods").student_flags
    assert sorted(told.values(), key=len) == [
        (("2026-08-13", ()),),
        (("2026-08-13", ("iep",)), ("2027-01-04", ("english-learner", "iep"))),
    ]


def test_a_roster_takes_no_flag_away(desk: School) -> None:
    take(desk, "104233,2026-08-13,yes,,")
    desk.ok("roster", "import", str(desk.root / "oneroster"))
    assert "IEP" in shown(desk)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("999999,2026-08-13,yes,,", "student_id", "no student of the roster"),
        (",2026-08-13,yes,,", "student_id", "no student of the roster"),
        ("104233,,yes,,", "effective_on", "blank or no date"),
        ("104233,13.8.,yes,,", "effective_on", "blank or no date"),
        ("104233,2026-02-30,yes,,", "effective_on", "blank or no date"),
        ("104233,2026-08-13,perhaps,,", "iep", "neither yes nor no"),
        ("104233,2026-08-13,#REF!,,", "iep", "an error of the spreadsheet"),
        ("1.04E+05,2026-08-13,yes,,", "student_id", "that a spreadsheet shortened"),
        ("104233,2026-08-13,yes", "", "3 cells where the header has 5"),
    ],
)
def test_a_row_that_cannot_be_read_is_left_out_and_the_rest_goes_in(
    desk: School, row: str, column: str, reason: str
) -> None:
    told = take(desk, row, "104234,2026-08-13,yes,,")
    assert (told.code, told.json["appended"], told.json["rejected"]) == (1, 1, 1)
    (refused,) = (p for p in told.json["problems"] if p["refused"])
    assert (refused["file"], refused["line"], refused["column"]) == ("flags.csv", 2, column)
    assert reason in refused["reason"]
    assert not any(cell in str(told.json["problems"]) for cell in ("104233", "perhaps"))


def test_rows_that_contradict_each_other_are_told_and_the_first_holds(desk: School) -> None:
    rows = ("104233,2026-08-13,yes,,", "104233,8/13/2026,yes,,", "104233,2026-08-13,,,")
    told = take(desk, *rows).json
    assert (told["appended"], told["rejected"]) == (1, 1)
    assert "line 2 says other flags" in told["problems"][0]["reason"]
    assert history(desk) == [("2026-08-13", "iep")]


@pytest.mark.parametrize("again", ["IEP", "Special Education", "iep"])
def test_of_two_columns_of_one_flag_the_first_is_read_and_it_is_said(
    desk: School, again: str
) -> None:
    told = take(desk, "104233,2026-08-13,yes,no", header=f"student_id,effective_on,iep,{again}")
    assert (told.code, told.json["flags"]) == (0, ["iep"])
    assert history(desk) == [("2026-08-13", "iep")]
    assert any(
        "twice" in one["reason"] or "earlier column" in one["reason"]
        for one in told.json["problems"]
    )


def test_zeros_that_a_spreadsheet_cut_are_recognised(desk: School) -> None:
    files = desk.root / "oneroster" / "users.csv"
    files.write_text(
        files.read_text(encoding="utf-8").replace("104590", "004590"), encoding="utf-8"
    )
    desk.ok("roster", "import", str(files.parent))
    told = take(desk, "4590,2026-08-13,yes,,").json
    assert "zeros in front" in told["problems"][0]["reason"]
    assert take(desk, "004590,2026-08-13,yes,,").code == 0


def test_a_number_of_two_children_asks_for_its_kind(desk: School) -> None:
    users = desk.root / "oneroster" / "users.csv"
    with users.open("a", encoding="utf-8") as file:
        file.write("104233,student,Otis,Vance,org-1,,104999,02,\n")
    desk.ok("roster", "import", str(users.parent))
    assert "several students" in take(desk, "104233,2026-08-13,yes,,").json["problems"][0]["reason"]
    by_kind = take(desk, "104233,2026-08-13,yes,,", more=("--id", "identifier"))
    assert by_kind.json["appended"] == 1
    assert history(desk) == [("2026-08-13", "iep")]


def test_columns_that_are_no_flags_are_passed_over(desk: School) -> None:
    header = "Student ID,Last Name,Effective Date,Special Education,Gifted and Talented,Notes"
    rows = ("104233,Rivera,8/13/2026,Y,TRUE,calls home", "104234,Park,8/13/2026,n,no,calls home")
    told = take(desk, *rows, header=header).json
    assert told["flags"] == ["iep", "gifted-and-talented"]
    assert [(p["column"], p["refused"]) for p in told["problems"]] == [("Notes", False)]
    assert history(desk) == [("2026-08-13", "gifted-and-talented,iep")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_encoding_and_delimiter_of_a_spreadsheet_is_read(
    desk: School, encoding: str, delimiter: str
) -> None:
    path = desk.root / "odd.csv"
    text = f"{HEADER},niño\r\n104233,2026-08-13,sí,,1,\r\n".replace(",", delimiter)
    path.write_bytes(text.encode(encoding))
    told = desk("roster", "flags", str(path), "--json").json
    assert (told["appended"], told["rejected"]) == (1, 0)
    assert history(desk) == [("2026-08-13", "english-learner,iep")]


@pytest.mark.parametrize(
    "header", ["", "student_id,effective_on", "student_id,iep", "iep,effective_on", "a,b,c"]
)
def test_a_file_without_its_columns_is_refused_with_a_sentence(desk: School, header: str) -> None:
    told = take(desk, "104233,2026-08-13", header=header)
    assert (told.code, told.out) == (1, "")
    assert "bledger roster flags --help" in told.err


def test_a_workbook_under_another_name_is_told_how_to_come(desk: School) -> None:
    path = desk.root / "flags.csv"
    with zipfile.ZipFile(path, "w") as workbook:
        workbook.writestr("xl/workbook.xml", "<workbook/>")
    map_ = desk.root / "map.toml"
    map_.write_text(history_map.example(), "utf-8")
    for argv in (
        ("roster", "flags", path),
        ("roster", "import", path),
        ("calendar", "import", path),
        ("import", "incidents", path, "--map", map_),
    ):
        told = desk(*map(str, argv))
        assert (told.code, "is a workbook" in told.err) == (1, True), told.err
        assert "save it as CSV" in told.err


def test_a_file_that_is_not_there_is_told(desk: School) -> None:
    told = desk("roster", "flags", str(desk.root / "none.csv"))
    assert told.code == 1
    assert "none.csv is not there: give the CSV file of flags" in told.err


@for_all(st.text(max_size=60))
def test_a_flag_is_named_by_its_header_or_by_none(header: str) -> None:
    flag = flag_of(header)
    assert not flag or (flag.isascii() and flag == flag.lower() and len(flag) <= 40)


def test_no_word_is_both_yes_and_no() -> None:
    assert not YES & NO
