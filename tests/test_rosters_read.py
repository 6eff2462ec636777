"""Rosters of either version and of any school's making: what is read, what is refused, and why."""

from __future__ import annotations

import csv
import io
import os
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.imports import HeldRoster, RosterStudent, Unreadable, sources
from ledger.imports.oneroster import opened, read, schools_in
from ledger.imports.oneroster_orgs import Wanted
from ledger.imports.oneroster_words import ALIASES, FILES
from ledger.imports.scratch import scratch
from ledger.imports.sheets import LIKE, PROBLEMS_CAP, plain, spoilt
from ledger.store.errors import Full

TODAY = date(2026, 11, 23)
USERS = "sourcedId,status,username,givenName,familyName,grades,identifier"
PIA = "s1,,pia.o,Pia,Ottway,03,104233"
LEV = "s2,,lev.m,Lev,Munster,KG,104234"
BEA = "t1,,b.quill,Bea,Quill,,77"
ROLES = "sourcedId,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId"
ORGS = """sourcedId,name,type,identifier,parentSourcedId
d1,Elm District,district,D,
o1,Elm School,school,0001,d1
o2,Oak School,school,0002,d1
m1,Elm Music,department,M,o1
"""


def lines(header: str, *rows: str) -> str:
    return "\n".join((header, *rows)) + "\n"


def written(folder: Path, **files: str | bytes) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        data = text if isinstance(text, bytes) else text.encode()
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def held(path: Path, schools: Wanted = None) -> HeldRoster:
    """What is given while the roster is open, and all that is said of it."""
    with opened(path, schools, today=TODAY) as roster:
        told = dict(vars(roster))
        told |= {"students": tuple(roster.students), "staff": tuple(roster.staff)}
        return HeldRoster(**told)


def ids(roster: HeldRoster) -> list[str]:
    return [student.source_id for student in roster.students]


def told(roster: HeldRoster) -> list[tuple[str, int, str]]:
    return [(problem.file, problem.line, problem.column) for problem in roster.problems]


Reads = Callable[..., HeldRoster]


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    """Reads a 1.2 roster of these roles, and of Pia, Lev and Bea unless there are other users."""

    def reads(
        *roles: str,
        users: Iterable[str] = (PIA, LEV, BEA),
        header: str = USERS,
        schools: Wanted = None,
        **others: str,
    ) -> HeldRoster:
        files = {"users": lines(header, *users), "roles": lines(ROLES, *roles), "orgs": ORGS}
        return held(written(tmp_path / "roster", **files | others), schools)

    return reads


PUPILS = ("r1,s1,primary,student,,,o1", "r2,s2,primary,student,,,o2")
TEACHES = "r3,t1,primary,teacher,,,o1"


# OneRoster 1.2


def test_a_roster_of_1_2_has_its_roles_and_schools_in_another_file(reads: Reads) -> None:
    roster = reads(*PUPILS, TEACHES)
    assert [(s.source_id, s.school_id, s.grade) for s in roster.students] == [
        ("s1", "o1", "3"),
        ("s2", "o2", "K"),
    ]
    (bea,) = roster.staff
    assert (bea.roles, bea.school_ids, bea.active) == (("teacher",), ("o1",), True)
    assert (roster.problems, roster.whole) == ((), True)
    assert roster.counts == {"student": 2, "teacher": 1}


def test_both_versions_of_one_roster_say_the_same(tmp_path: Path, reads: Reads) -> None:
    new = reads(*PUPILS, TEACHES)
    rows = (
        f"{row},{org},{role}"
        for row, org, role in (
            (PIA, "o1", "student"),
            (LEV, "o2", "student"),
            (BEA, "o1", "teacher"),
        )
    )
    users = lines(f"{USERS},orgSourcedIds,role", *rows)
    old = held(written(tmp_path / "old", users=users, orgs=ORGS))
    assert (new.students, new.staff, new.schools) == (old.students, old.staff, old.schools)


def test_preferred_names_and_the_master_number_are_read(reads: Reads) -> None:
    head = "preferredGivenName,preferredMiddleName,preferredFamilyName,pronouns,password"
    header = f"{USERS},{head},userMasterIdentifier"
    roster = reads(PUPILS[0], users=(f"{PIA},Pip,Em,Ott,she,hunter2,M-9",), header=header)
    (pia,) = roster.students
    assert (pia.given, pia.preferred, pia.family) == ("Pia", "Pip", "Ottway")
    assert ("userMasterIdentifier", "M-9") in pia.numbers
    assert "hunter2" not in repr(roster)


def test_all_roles_of_a_member_of_staff_come_in_the_words_of_the_ledger(reads: Reads) -> None:
    said = ("principal", "counselor", "siteAdministrator", "Teacher", "aide")
    roles = [f"r{n},t1,secondary,{role},,,o{1 + n % 2}" for n, role in enumerate(said)]
    (bea,) = reads(*PUPILS, *roles).staff
    assert bea.roles == ("principal", "counselor", "other", "teacher", "aide")
    assert bea.school_ids == ("o1", "o2")


def test_the_school_of_the_primary_role_is_the_students(reads: Reads) -> None:
    roster = reads("r1,s1,secondary,student,,,o1", "r2,s1,primary,student,,,o2", PUPILS[1])
    assert roster.students[0].school_id == "o2"


def test_of_two_primary_schools_the_users_own_row_decides(tmp_path: Path) -> None:
    users = lines(f"{USERS},primaryOrgSourcedId", f"{PIA},o2")
    roles = lines(ROLES, "r1,s1,primary,student,,,o1", "r2,s1,primary,student,,,o2")
    roster = held(written(tmp_path / "r", users=users, roles=roles, orgs=ORGS))
    assert roster.students[0].school_id == "o2"


@pytest.mark.parametrize(
    ("roles", "student", "staff"),
    [
        (("primary,student", "secondary,aide"), True, False),
        (("secondary,student", "primary,aide"), False, True),
        (("primary,student", "primary,aide"), False, True),
        (("primary,parent", "secondary,teacher"), False, True),
        (("primary,guardian", "secondary,student"), True, False),
        (("primary,parent", "secondary,relative"), False, False),
    ],
)
def test_of_roles_of_several_kinds_the_primary_one_decides(
    reads: Reads, roles: tuple[str, ...], student: bool, staff: bool
) -> None:
    roster = reads(*(f"r{n},s1,{role},,,o1" for n, role in enumerate(roles)), PUPILS[1])
    assert ("s1" in ids(roster)) is student
    assert ("s1" in [member.source_id for member in roster.staff]) is staff


@pytest.mark.parametrize(
    ("dates", "holds"),
    [
        ((",", ""), True),
        (("2026-08-01,", "2027-06-30"), True),
        (("2026-11-23,", "2026-11-23"), True),
        (("2025-08-01,", "2026-06-30"), False),
        (("2027-08-01,", ""), False),
        (("1/05/2023,", "05-JAN-2024"), False),
    ],
)
def test_a_role_counts_on_the_days_that_it_is_for(
    reads: Reads, dates: tuple[str, str], holds: bool
) -> None:
    begins, ends = dates[0].rstrip(","), dates[1]
    roster = reads(f"r1,s1,primary,student,{begins},{ends},o1", PUPILS[1])
    assert [student.active for student in roster.students] == [holds, True]


def test_a_role_that_is_over_does_not_hide_the_one_that_is_not(reads: Reads) -> None:
    roster = reads(
        "r1,s1,primary,student,2025-08-01,2026-06-30,o2", "r2,s1,primary,student,,,o1", PUPILS[1]
    )
    assert (roster.students[0].school_id, roster.students[0].active) == ("o1", True)


def test_a_role_to_be_deleted_is_over(reads: Reads) -> None:
    roles = lines(f"status,{ROLES}", f"tobedeleted,{PUPILS[0]}", f"active,{PUPILS[1]}")
    assert [s.active for s in reads(roles=roles).students] == [False, True]


def test_without_a_day_every_role_counts(tmp_path: Path) -> None:
    roles = lines(ROLES, "r1,s1,primary,student,2001-01-01,2001-01-02,o1")
    path = written(tmp_path / "r", users=lines(USERS, PIA), roles=roles, orgs=ORGS)
    assert read(path).students[0].active


def test_a_role_that_nobody_knows_is_named_and_its_user_is_not_forgotten(reads: Reads) -> None:
    roster = reads(*PUPILS, "r3,t1,primary,ext:nurse,,,o1")
    assert told(roster) == [("roles.csv", 4, "role"), ("users.csv", 4, "")]
    assert (roster.unread, roster.whole) == (frozenset({"t1"}), True)


def test_a_damaged_row_of_roles_makes_the_roster_not_whole(reads: Reads) -> None:
    roster = reads(PUPILS[0], "r2,s2,primary,stu\x1bdent,,,o2")
    assert told(roster)[0] == ("roles.csv", 3, "role")
    assert (ids(roster), roster.whole) == (["s1"], False)


def test_who_is_not_in_roles_may_say_their_role_themselves(tmp_path: Path) -> None:
    users = lines(f"{USERS},role,orgSourcedIds", f"{PIA},teacher,o2", f"{LEV},student,o2")
    roles = lines(ROLES, "r1,s1,primary,student,,,o1")
    roster = held(written(tmp_path / "r", users=users, roles=roles, orgs=ORGS))
    assert [(s.source_id, s.school_id) for s in roster.students] == [("s1", "o1"), ("s2", "o2")]


def test_1_2_without_its_roles_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"users.csv line 1, role: .*roles\.csv"):
        held(written(tmp_path / "r", users=lines(USERS, PIA), orgs=ORGS))


@pytest.mark.parametrize(("version", "odd"), [("1.1", False), ("1.2", False), ("2.0", True)])
def test_a_version_that_nobody_knows_is_said(reads: Reads, version: str, odd: bool) -> None:
    manifest = f"propertyName,value\noneroster.version,{version}\nfile.users,bulk\n"
    roster = reads(*PUPILS, TEACHES, manifest=manifest)
    assert told(roster) == ([("manifest.csv", 1, "oneroster.version")] if odd else [])


@pytest.mark.parametrize("file", ["users", "roles"])
def test_a_delta_of_either_file_is_not_whole(reads: Reads, file: str) -> None:
    manifest = f"propertyName,value\nfile.{file},delta\n"
    assert not reads(*PUPILS, TEACHES, manifest=manifest).whole


# Orgs


def test_a_user_of_a_department_belongs_to_the_school_above_it(reads: Reads) -> None:
    roster = reads(PUPILS[0].replace("o1", "m1"), PUPILS[1], TEACHES.replace("o1", "m1"))
    assert roster.students[0].school_id == "o1"
    assert roster.staff[0].school_ids == ("o1",)
    assert roster.problems == ()


def test_a_school_comes_before_a_district(reads: Reads) -> None:
    roster = reads("r1,t1,primary,teacher,,,d1", "r2,t1,secondary,teacher,,,o2", *PUPILS)
    assert roster.staff[0].school_ids == ("o2", "d1")


CIRCLES = """sourcedId,name,type,parentSourcedId
a,A,department,b
b,B,department,c
c,C,department,a
e,E,department,e
f,F,department,a
o1,Elm School,school,f
x,X,department,gone
"""


def test_circles_and_missing_parents_are_named_and_survived(reads: Reads) -> None:
    roster = reads(
        PUPILS[0].replace("o1", "a"), PUPILS[1].replace("o2", "x"), orgs=CIRCLES, users=(PIA, LEV)
    )
    column = "parentSourcedId"
    assert [where for where in told(roster) if where[2] == column] == [
        ("orgs.csv", 8, column),
        ("orgs.csv", 4, column),
        ("orgs.csv", 5, column),
    ]
    assert [s.school_id for s in roster.students] == ["a", "x"]
    assert {school.source_id: school.parent_id for school in roster.schools} == {
        "a": "b",
        "b": "c",
        "c": None,
        "e": None,
        "f": "a",
        "o1": "f",
        "x": None,
    }


@given(st.dictionaries(st.integers(0, 7), st.integers(0, 8), max_size=8))
@settings(max_examples=100, deadline=None)
def test_any_parents_are_a_tree(parents: dict[int, int]) -> None:
    rows = (
        f"o{org},Org,{'school' if org < 3 else 'department'},o{parents[org]}" for org in parents
    )
    files = {"orgs": lines("sourcedId,name,type,parentSourcedId", *rows)}
    files["users"] = lines(f"{USERS},orgSourcedIds,role", f"{PIA},o7,student")
    with tempfile.TemporaryDirectory() as folder:
        roster = held(written(Path(folder), **files))
    above = {school.source_id: school.parent_id for school in roster.schools}
    for org in above:
        steps, here = 0, org
        while (parent := above[here]) is not None:
            steps, here = steps + 1, parent
            assert steps <= len(above)
    cut = {id for id in above if above[id] is None and int(id[1:]) in parents}
    noted = {p.line for p in roster.problems if p.column == "parentSourcedId"}
    assert noted == {2 + list(above).index(id) for id in cut}


def test_a_very_deep_tree_is_read_at_once(reads: Reads) -> None:
    deep = lines(
        "sourcedId,name,type,parentSourcedId",
        "o1,Elm School,school,",
        "n0,N,department,o1",
        *(f"n{n},N,department,n{n - 1}" for n in range(1, 20_000)),
    )
    roster = reads("r1,s1,primary,student,,,n19999", users=(PIA,), orgs=deep)
    assert roster.students[0].school_id == "o1"


# Which schools


@pytest.mark.parametrize("word", ["o1", "O1", "0001", "elm school", " Elm School "])
def test_a_school_is_chosen_by_id_identifier_or_name(reads: Reads, word: str) -> None:
    roster = reads(*PUPILS, TEACHES, schools=frozenset({word}))
    assert (ids(roster), len(roster.staff)) == (["s1"], 1)
    assert roster.counts == {"student": 1, "teacher": 1}
    assert not reads(*PUPILS, TEACHES, schools={"o2"}).staff


def test_several_schools_may_be_chosen(reads: Reads) -> None:
    assert ids(reads(*PUPILS, TEACHES, schools={"Elm School", "0002"})) == ["s1", "s2"]


def test_a_student_of_two_schools_comes_with_the_one_that_is_chosen(reads: Reads) -> None:
    roles = (*PUPILS, "r4,s1,secondary,student,,,o2")
    assert [s.school_id for s in reads(*roles, schools={"o2"}).students] == ["o2", "o2"]
    assert [s.school_id for s in reads(*roles, schools={"o1"}).students] == ["o1"]


@pytest.mark.parametrize("word", ["Ash School", "", "d1", "s1"])
def test_an_unknown_school_lists_those_that_there_are(reads: Reads, word: str) -> None:
    with pytest.raises(Unreadable) as why:
        reads(*PUPILS, schools={word})
    assert str(why.value).endswith("there is Elm School (o1), Oak School (o2)")


def test_a_name_of_two_schools_asks_for_the_id(reads: Reads) -> None:
    twice = ORGS.replace("Oak", "Elm")
    with pytest.raises(Unreadable, match="2 schools of the roster are called elm school"):
        reads(*PUPILS, orgs=twice, schools={"elm school"})
    assert ids(reads(*PUPILS, orgs=twice, schools={"o2"})) == ["s2"]


def test_a_long_list_of_schools_is_cut_short(reads: Reads) -> None:
    many = lines("sourcedId,name,type", *(f"o{n},School {n},school" for n in range(50)))
    with pytest.raises(Unreadable, match="and 30 more"):
        reads(*PUPILS, orgs=many, schools={"none"})


def test_nothing_can_be_chosen_of_a_roster_without_schools(tmp_path: Path) -> None:
    path = written(tmp_path / "r", users=lines(USERS, PIA), roles=lines(ROLES, PUPILS[0]))
    with pytest.raises(Unreadable, match="names no school"):
        held(path, {"o1"})


def test_who_is_asked_sees_the_schools_and_may_take_all(reads: Reads) -> None:
    seen: list[str] = []

    def all_of(schools: Iterable[object]) -> None:
        seen.extend(str(getattr(school, "name", "")) for school in schools)

    assert ids(reads(*PUPILS, TEACHES, schools=all_of)) == ["s1", "s2"]
    assert seen == ["Elm School", "Oak School"]
    assert ids(reads(*PUPILS, TEACHES, schools=lambda schools: {schools[1].name})) == ["s2"]


def test_who_is_of_no_known_school_is_refused_when_one_is_chosen(reads: Reads) -> None:
    roster = reads(PUPILS[0], PUPILS[1].replace("o2", "o9"), TEACHES, schools={"o1"})
    assert (ids(roster), roster.unread) == (["s1"], frozenset({"s2"}))
    assert [(p.file, p.line) for p in roster.problems if p.refused] == [("users.csv", 3)]


def test_the_schools_are_listed_without_reading_the_users(tmp_path: Path) -> None:
    path = written(tmp_path / "r", orgs=ORGS + "o3,Old School,school,3,\n", users=b"\0")
    assert [school.name for school in schools_in(path)] == [
        "Elm School",
        "Oak School",
        "Old School",
    ]
    assert schools_in(written(tmp_path / "none", users=b"\0")) == ()


# Dialects


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
@pytest.mark.parametrize("above", ["", "\n\n", "sep={}\n", '"sep={}"\r\n', "\ufeffsep={}\n"])
def test_another_delimiter_is_seen_in_the_header(reads: Reads, delimiter: str, above: str) -> None:
    rows = csv.reader([USERS, PIA.replace("Pia", '"Pia, ""Pip""; May | é"'), LEV])
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    header, *users = (above.format(delimiter) + out.getvalue()).splitlines()
    roster = reads(*PUPILS, header=header, users=users)
    assert [s.given for s in roster.students] == ['Pia, "Pip"; May | \u00e9', "Lev"]
    assert roster.problems == ()


def test_a_delimiter_in_a_name_is_not_the_delimiter(reads: Reads) -> None:
    row = PIA.replace(",", ";").replace("Pia", "P,i,a,a,a,a,a,a")
    roster = reads(PUPILS[0], header=USERS.replace(",", ";"), users=(row,))
    assert roster.students[0].given == "P,i,a,a,a,a,a,a"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_any_encoding_and_line_end_is_read(tmp_path: Path, encoding: str, end: str) -> None:
    text = lines(USERS, PIA.replace("Pia", "Zoë"), LEV).replace("\n", end)
    path = written(tmp_path / "r", users=text.encode(encoding), roles=lines(ROLES, *PUPILS))
    assert [student.given for student in held(path).students] == ["Zoë", "Lev"]


@pytest.mark.parametrize("spelled", ["givenNme", "givneName", "givenNamee", "givenNamo"])
def test_one_wrong_letter_in_the_header_is_understood_and_said(reads: Reads, spelled: str) -> None:
    roster = reads(*PUPILS, TEACHES, header=USERS.replace("givenName", spelled))
    assert [s.given for s in roster.students] == ["Pia", "Lev"]
    assert told(roster) == [("users.csv", 1, "givenName")]
    assert spelled not in str(roster.problems)


def test_a_column_that_two_words_nearly_spell_is_missing(reads: Reads) -> None:
    header = USERS.replace("givenName,familyName", "givenNamo,givenNama")
    with pytest.raises(Unreadable, match="givenName, familyName: is missing"):
        reads(*PUPILS, header=header)


@pytest.mark.parametrize("yes", ["true", "TRUE", "1", "Yes", "Y"])
def test_a_primary_teacher_is_said_in_many_ways(reads: Reads, yes: str) -> None:
    enrollments = lines(
        "classSourcedId,userSourcedId,role,primary",
        "c1,t2,teacher,no",
        f"c1,t1,teacher,{yes}",
        "c1,s1,Student,",
    )
    roster = reads(
        *PUPILS,
        TEACHES,
        TEACHES.replace("t1", "t2"),
        users=(PIA, LEV, BEA, BEA.replace("t1", "t2")),
        enrollments=enrollments,
    )
    assert roster.students[0].homeroom_staff == "t1"


@pytest.mark.parametrize(
    "said",
    ["05-JAN-2023", "5-Jan-2023", "5 jan 2023", "1/05/2023", "20230105", "05-Jan-2023 00:00"],
)
def test_a_birthday_is_read_in_each_spelling(reads: Reads, said: str) -> None:
    roster = reads(*PUPILS, TEACHES, demographics=lines("sourcedId,birthDate,sex", f"s1,{said},"))
    assert (roster.students[0].birth_date, roster.problems) == (date(2023, 1, 5), ())


# What a spreadsheet does


ERRORS = ("#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "########")


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_of_a_spreadsheet_is_no_value(reads: Reads, error: str) -> None:
    roster = reads(*PUPILS, TEACHES, users=(PIA.replace("104233", error), LEV, BEA))
    assert told(roster) == [("users.csv", 2, "identifier")]
    assert roster.students[0].numbers == (("username", "pia.o"),)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize(("cell", "column"), [("s2", "sourcedId"), ("Lev", "givenName")])
def test_a_row_whose_needed_cell_is_an_error_is_refused(
    reads: Reads, error: str, cell: str, column: str
) -> None:
    roster = reads(*PUPILS, TEACHES, users=(PIA, LEV.replace(f"{cell},", f"{error},", 1), BEA))
    assert (ids(roster), told(roster)) == (["s1"], [("users.csv", 3, column)])
    assert roster.problems[0].refused


def test_an_id_that_a_spreadsheet_shortened_is_no_id(reads: Reads) -> None:
    roster = reads(*PUPILS, users=(PIA.replace("104233", "1.04E+05"), LEV.replace("s2", "2E+15")))
    assert told(roster) == [("users.csv", 2, "identifier"), ("users.csv", 3, "sourcedId")]
    assert roster.students[0].numbers == (("username", "pia.o"),)
    assert not roster.whole
    assert "1.04E+05" in roster.problems[0].reason  # an example, whatever the cell says
    assert "2E+15" not in str(roster.problems)


@pytest.mark.parametrize("given", ["2E5", "1E-3", "Fox+1", "#9", "# Ana", "#1!"])
def test_what_only_looks_odd_is_kept(reads: Reads, given: str) -> None:
    roster = reads(*PUPILS, TEACHES, users=(PIA.replace("Pia", given), LEV, BEA))
    assert (roster.students[0].given, roster.problems) == (given, ())


def numbered(*numbers: str) -> list[str]:
    return [f"s{n},,u{n},Pia,Ottway,03,{number}" for n, number in enumerate(numbers)]


def with_numbers(reads: Reads, *numbers: str) -> HeldRoster:
    roles = (f"r{n},s{n},primary,student,,,o1" for n in range(len(numbers)))
    return reads(*roles, users=numbered(*numbers))


def test_numbers_that_lost_their_zeros_are_said_once_and_not_repaired(reads: Reads) -> None:
    roster = with_numbers(reads, "001234", "001235", "001236", "1237", "1238", "012399")
    assert told(roster) == [("users.csv", 5, "identifier")]
    assert dict(roster.students[3].numbers)["identifier"] == "1237"
    assert "1237" not in str(roster.problems)


@pytest.mark.parametrize(
    "numbers",
    [
        ("001234", "001235", "001236"),
        ("1234", "1235", "99"),
        ("001234", "001235", "0036", "0037"),
        ("a12", "b13", "7"),
        ("",),
    ],
    ids=("none is short", "none begins with 0", "short ones have theirs", "words", "none"),
)
def test_numbers_of_other_lengths_are_no_damage(reads: Reads, numbers: tuple[str, ...]) -> None:
    assert with_numbers(reads, *numbers).problems == ()


@pytest.mark.parametrize("grade", ["5-Apr", "05-APR", "Apr-05", "4/5/2023", "2023-04-05"])
def test_a_date_is_no_grade(reads: Reads, grade: str) -> None:
    roster = reads(*PUPILS, TEACHES, users=(PIA.replace("03", grade), LEV, BEA))
    assert (roster.students[0].grade, told(roster)) == (None, [("users.csv", 2, "grades")])


# Rows that contradict each other


def test_an_id_that_is_used_for_another_child_stays_with_the_first(reads: Reads) -> None:
    other = "s1,,ida.r,Ida,Rowan,05,104299"
    roster = reads(*PUPILS, TEACHES, users=(PIA, LEV, BEA, other))
    assert [s.given for s in roster.students] == ["Pia", "Lev"]
    (problem,) = roster.problems
    assert (problem.line, problem.column, problem.refused) == (5, "sourcedId", True)
    assert "line 2" in problem.reason
    assert "Ida" not in str(problem)


def test_a_row_that_was_refused_does_not_stand_before_a_good_one(reads: Reads) -> None:
    blank = PIA.replace("Pia,Ottway", ",")
    roster = reads(*PUPILS, TEACHES, users=(blank, PIA, LEV, BEA))
    assert ids(roster) == ["s1", "s2"]
    assert told(roster) == [("users.csv", 2, "givenName")]


def test_two_birthdays_of_one_child_are_said(reads: Reads) -> None:
    births = lines("sourcedId,birthDate,sex", "s1,2017-05-01,", "s1,2017-05-02,")
    roster = reads(*PUPILS, TEACHES, demographics=births)
    assert roster.students[0].birth_date == date(2017, 5, 1)
    assert told(roster) == [("demographics.csv", 3, "sourcedId")]


# Large rosters


def test_of_very_many_problems_the_first_are_listed_and_the_rest_counted(reads: Reads) -> None:
    bad = [f"s{n},,u,,,03,1" for n in range(PROBLEMS_CAP + 50)]
    roster = reads(*PUPILS, users=(PIA, *bad, "t,,\x01,,,,"), orgs="")
    assert len(roster.problems) == PROBLEMS_CAP + 1
    assert roster.problems[-1].file == "users.csv"
    assert roster.problems[-1].reason.startswith("53 more problems")
    assert roster.problems[-1].refused
    assert len(roster.unread) <= PROBLEMS_CAP
    assert not roster.whole


def test_users_are_given_as_often_as_they_are_asked_for(tmp_path: Path) -> None:
    files = {"users": lines(USERS, PIA, LEV, BEA), "roles": lines(ROLES, *PUPILS, TEACHES)}
    with opened(written(tmp_path / "r", **files)) as roster:
        assert list(roster.students) == list(roster.students) != []
        assert list(zip(roster.students, roster.staff, strict=False))


def test_nothing_is_given_of_a_roster_that_breaks_off(tmp_path: Path) -> None:
    path = tmp_path / "r.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("users.csv", lines(f"{USERS},orgSourcedIds,role", f"{PIA},o1,student"))
        archive.writestr("orgs.csv", ORGS)
        archive.writestr(
            "enrollments.csv", "classSourcedId,userSourcedId,role\n" + "c,s1,student\n"
        )
    data = bytearray(path.read_bytes())
    data[data.rindex(b"c,s1,student") + 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(Unreadable, match=r"enrollments.csv is damaged"), opened(path):
        pytest.fail("it was opened")


def test_the_rows_that_are_read_are_told_on_the_way(tmp_path: Path) -> None:
    births = lines("sourcedId,birthDate,sex", *(f"x{n},," for n in range(25_000)))
    path = written(tmp_path / "r", users=lines(f"{USERS},orgSourcedIds,role"), demographics=births)
    said: list[int] = []
    with opened(path, progress=said.append) as roster:
        assert (said, roster.rows) == ([10_000, 20_000], 25_000)


class Enough(Exception):
    """Ends a reading half-way."""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc shows an open file here")
def test_what_is_kept_beside_the_memory_is_unreadable_and_has_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def half_way() -> None:
        with scratch("CREATE TABLE told (name TEXT) STRICT;") as db:
            for n in range(200_000):
                db.execute("INSERT INTO told VALUES (?)", (f"{CANARY} the {n}th of her name",))
            db.execute("SELECT name FROM told ORDER BY name DESC").fetchone()
            assert list(tmp_path.iterdir()) == []  # so nothing is left of a killed process
            mine = [fd for fd in Path("/proc/self/fd").iterdir() if str(tmp_path) in _target(fd)]
            data = b"".join(fd.read_bytes() for fd in mine)
            assert len(data) > 500_000
            assert CANARY.encode() not in data
            assert b"SQLite format" not in data
            raise Enough

    with pytest.raises(Enough):
        half_way()


def test_what_a_killed_process_left_goes_with_the_next_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, other = tmp_path / "bledger-a1b2.scratch.db", tmp_path / "bledger-backup"
    left.write_bytes(b"")
    other.mkdir()
    with scratch(), scratch():
        assert [*tmp_path.iterdir()] == [other]
    assert [*tmp_path.iterdir()] == [other]


def _target(link: Path) -> str:
    return os.readlink(link) if link.is_symlink() else ""


def test_a_full_disk_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def fill() -> None:
        with scratch("CREATE TABLE told (name TEXT) STRICT;") as db:
            db.execute("PRAGMA max_page_count = 20")
            for n in range(10_000):
                db.execute("INSERT INTO told VALUES (?)", (f"{n:0100}",))

    with pytest.raises(Full, match="is full"):
        fill()
    assert list(tmp_path.iterdir()) == []


MEASURE = """
import resource, sys
from pathlib import Path
from ledger.imports.oneroster import opened
with opened(Path(sys.argv[1])) as roster:
    count = sum(1 for each in (roster.staff, roster.students) for _ in each)
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak(folder: Path, students: int) -> int:
    """The memory, in KiB, in which a roster of so many students is read."""
    numbers = range(students)
    seats = "classSourcedId,userSourcedId,role"
    path = written(
        folder / f"{students}",
        users=lines(USERS, *(f"id-{n:08},,u{n},Pia{n},Ottway{n},03,{n}" for n in numbers)),
        roles=lines(ROLES, *(f"r{n},id-{n:08},primary,student,,,o1" for n in numbers)),
        orgs=ORGS,
        demographics=lines("sourcedId,birthDate,sex", *(f"id-{n:08},2017-01-01," for n in numbers)),
        enrollments=lines(seats, *(f"c{n % 99},id-{n:08},student" for n in numbers)),
    )
    command = [sys.executable, "-c", MEASURE, str(path)]
    home = Path(__file__).parents[1]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=home)
    count, kib = map(int, done.stdout.split())
    assert count == students
    return kib if sys.platform != "darwin" else kib // 1024


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no getrusage")
def test_memory_does_not_grow_with_the_roster(tmp_path: Path) -> None:
    assert peak(tmp_path, 30_000) < peak(tmp_path, 300) + 16 * 1024


# A roster of any make and with any damage

CANARY = "Qwyzzel"
LATIN = st.text("abcdefgzABCXYZ éëñüßÖ'-.", min_size=1, max_size=20)
ANY = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffd"),
    min_size=1,
    max_size=20,
)
NUMBER = st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True)
BIRTHDAYS = st.dates(date(2010, 1, 1), date(2022, 12, 31))
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
SPELLED_DAYS: tuple[Callable[[date], str], ...] = (
    date.isoformat,
    lambda day: f"{day.month}/{day.day}/{day.year}",
    lambda day: f"{day:%d-%b-%Y}".upper(),
    lambda day: f"{day.isoformat()}T00:00:00.000Z",
)


@dataclass(frozen=True)
class Dialect:
    """How a roster is written down."""

    chance: random.Random
    new: bool  # OneRoster 1.2
    delimiter: str
    encoding: str
    end: str
    quoting: Literal[0, 1]
    spell_day: Callable[[date], str]
    zipped: bool
    without: frozenset[str]  # columns of users.csv
    doubled: str  # a column of users.csv that stands there twice

    def header(self, file: str, column: str) -> str:
        """The column in one of the spellings that are understood."""
        known = {plain(other) for other in FILES[file].all} - {plain(column)}
        aliases = [a for a, c in ALIASES.items() if c == plain(column) and a not in known]
        if len(plain(column)) > LIKE and plain(column) not in ALIASES and "ourced" not in column:
            aliases.append(column[:4] + column[5:])
        spellings = [column, column, column.upper(), f" {column} ", f"{column[:3]}_{column[3:]}"]
        return self.chance.choice(spellings + aliases)

    def file(self, name: str, rows: list[dict[str, str]], spoil: Spoil) -> bytes:
        columns = self.chance.sample(list(rows[0]), len(rows[0]))
        spelled = {c: self.header(name, c) if c in FILES[name].all else c for c in columns}
        if self.doubled in columns and name == "users.csv":
            columns, spelled[self.doubled] = [*columns, self.doubled], self.doubled
        text = io.StringIO(newline="")
        writer = csv.writer(
            text, delimiter=self.delimiter, quoting=self.quoting, lineterminator=self.end
        )
        writer.writerow([spelled[column] for column in columns])
        for row in rows:
            cells = [row[column] for column in columns[: len(row)]]
            second = [CANARY] * (len(columns) - len(row))  # the first of two columns is read
            writer.writerows(spoil(cells + second, columns))
        return text.getvalue().encode(self.encoding)


Spoil = Callable[[list[str], list[str]], list[list[str]]]


@dataclass(frozen=True)
class Pupil:
    """A child as the test makes them, and what happens to their row."""

    names: tuple[str, str, str, str]  # given, family, middle, preferred
    identifier: str
    grade: str
    status: str
    school: str
    born: date
    damage: str = field(default="")


DIALECTS = st.builds(
    Dialect,
    chance=st.randoms(use_true_random=False),
    new=st.booleans(),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(ENCODINGS),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from((0, 1)),
    spell_day=st.sampled_from(SPELLED_DAYS),
    zipped=st.booleans(),
    without=st.frozensets(st.sampled_from(("identifier", "grades", "middleName", "status"))),
    doubled=st.sampled_from(("", "givenName", "sourcedId", "identifier")),
)
HARMLESS = ("", "", "", "twice", "no middle name", "no grade", "a wrong birthday")
REFUSED = ("no id", "no name", "cut", "a control character", "too many cells", "#N/A")


def pupils(names: st.SearchStrategy[str]) -> st.SearchStrategy[list[Pupil]]:
    name = names.map(str.strip).filter(lambda text: text and not spoilt(text, is_id=False))
    child = st.builds(
        Pupil,
        names=st.tuples(name, name, name, name),
        identifier=NUMBER,
        grade=st.sampled_from(["K", "1", "2", "TK"]),
        status=st.sampled_from(["", "active", "tobedeleted"]),
        school=st.sampled_from(["o1", "o2", "m1"]),
        born=BIRTHDAYS,
        damage=st.sampled_from(HARMLESS + REFUSED),
    )
    return st.lists(child, min_size=1, max_size=6)


def user_row(n: int, child: Pupil, dialect: Dialect) -> dict[str, str]:
    given, family, middle, preferred = child.names
    row = {"sourcedId": f"s{n}", "status": child.status, "username": f"u{n}", "givenName": given}
    row |= {"familyName": family, "middleName": middle, "preferredGivenName": preferred}
    row |= {"identifier": child.identifier, "grades": child.grade, "password": CANARY}
    if not dialect.new:
        row |= {"orgSourcedIds": child.school, "role": "student"}
    return {column: cell for column, cell in row.items() if column not in dialect.without}


def spoilt_row(damage: str) -> Spoil:
    def spoil(cells: list[str], columns: list[str]) -> list[list[str]]:
        def put(**values: str) -> list[str]:
            return [values.get(c, cell) for c, cell in zip(columns, cells, strict=True)]

        rows = {
            "twice": [cells, cells],
            "no middle name": [put(middleName="")],
            "no grade": [put(grades=" ")],
            "no id": [put(sourcedId="")],
            "no name": [put(givenName="", familyName=" ")],
            "cut": [cells[:-1]],
            "a control character": [put(username="u\x1b[0m")],
            "too many cells": [[*cells, CANARY]],
            "#N/A": [put(familyName="#N/A")],
        }
        return rows.get(damage, [cells])

    return spoil


def expected(n: int, child: Pupil, without: frozenset[str]) -> RosterStudent | None:
    if child.damage in REFUSED:
        return None
    given, family, middle, preferred = child.names
    numbers = (("identifier", child.identifier), ("username", f"u{n}"))
    no_middle = "middleName" in without or child.damage == "no middle name"
    no_grade = "grades" in without or child.damage == "no grade"
    return RosterStudent(
        source_id=f"s{n}",
        given=given,
        family=family,
        middle=None if no_middle else middle,
        preferred=preferred,
        numbers=tuple(pair for pair in numbers if pair[0] not in without),
        grade=None if no_grade else child.grade,
        school_id="o1" if child.school == "m1" else child.school,
        homeroom_staff=None,
        birth_date=None if child.damage == "a wrong birthday" else child.born,
        sex="female",
        active="status" in without or child.status != "tobedeleted",
    )


def files_of(children: list[Pupil], dialect: Dialect) -> tuple[dict[str, bytes], set[int]]:
    """The files, and the lines of the rows of users.csv that nobody can read."""
    bad: set[int] = set()
    line = 1
    users = [user_row(n, child, dialect) for n, child in enumerate(children)]
    damage = iter(children)

    def spoil(cells: list[str], columns: list[str]) -> list[list[str]]:
        nonlocal line
        child = next(damage)
        if child.damage in REFUSED:
            bad.add(line + 1)
        rows = spoilt_row(child.damage)(cells, columns)
        line += len(rows)
        return rows

    def sound(cells: list[str], columns: list[str]) -> list[list[str]]:
        return [cells]

    births = [
        {
            "sourcedId": f"s{n}",
            "birthDate": "32.13." if c.damage == "a wrong birthday" else dialect.spell_day(c.born),
            "sex": "Female",
        }
        for n, c in enumerate(children)
    ]
    roles = [
        {
            "userSourcedId": f"s{n}",
            "roleType": "primary",
            "role": "Student",
            "orgSourcedId": c.school,
        }
        for n, c in enumerate(children)
    ]
    files = {
        "users.csv": dialect.file("users.csv", users, spoil),
        "demographics.csv": dialect.file("demographics.csv", births, sound),
        "orgs.csv": ORGS.encode(),
    }
    if dialect.new:
        files["roles.csv"] = dialect.file("roles.csv", roles, sound)
    return files, bad


def read_back(files: Mapping[str, bytes], zipped: bool) -> HeldRoster:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        for name, data in files.items():
            (path / name).write_bytes(data)
        if zipped:
            with zipfile.ZipFile(path / "r.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for name in files:
                    archive.write(path / name, name)
            path = path / "r.zip"
        return held(path)


@given(data=st.data(), dialect=DIALECTS)
@settings(max_examples=300, deadline=None)
def test_any_roster_is_read_to_the_same_students_or_refused_row_by_row(
    data: st.DataObject, dialect: Dialect
) -> None:
    names = LATIN if dialect.encoding == "cp1252" else ANY
    children = data.draw(pupils(names))
    files, bad = files_of(children, dialect)
    roster = read_back(files, dialect.zipped)
    wanted = [expected(n, child, dialect.without) for n, child in enumerate(children)]
    assert list(roster.students) == [child for child in wanted if child is not None]
    assert {p.line for p in roster.problems if p.refused} == bad
    assert all(p.file == "users.csv" for p in roster.problems if p.refused)
    wrong = [n + 2 for n, child in enumerate(children) if child.damage == "a wrong birthday"]
    births = [p for p in roster.problems if p.column == "birthDate" and p.line > 1]
    assert [(p.file, p.line) for p in births] == [("demographics.csv", line) for line in wrong]
    assert CANARY not in repr(roster)


def test_a_problem_says_where_and_nothing_of_whom(reads: Reads) -> None:
    roster = reads(
        *PUPILS, users=(PIA, LEV.replace("Lev,Munster", f'"{CANARY}\n{CANARY}",{CANARY}'))
    )
    assert told(roster)[0] == ("users.csv", 3, "givenName")
    assert CANARY not in str(roster.problems)


def test_only_what_is_read_of_a_zip_counts_for_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "SIZE_CAP", 2_000)
    files = {"users.csv": lines(f"{USERS},orgSourcedIds,role", f"{PIA},o1,student").encode()}
    grades = {"results.csv": b"sourcedId,score\n" * 200}
    assert ids(read_back(files | grades, zipped=True)) == ["s1"]
    with pytest.raises(Unreadable, match="more than 0 MiB"):
        read_back(files | {"enrollments.csv": b"x" * 2_000}, zipped=True)


ENROLLED = "classSourcedId,userSourcedId,role,primary,endDate"


@pytest.mark.parametrize(
    ("ends", "teacher"), [("", "t1"), ("2026-11-23", "t1"), ("10/30/2026", "t2")]
)
def test_an_enrollment_that_is_over_gives_no_teacher(reads: Reads, ends: str, teacher: str) -> None:
    seats = (f"c1,s1,student,,{ends}", "c2,s1,student,,", "c1,t1,teacher,,", "c2,t2,teacher,,")
    users = (PIA, LEV, BEA, BEA.replace("t1", "t2"))
    second = TEACHES.replace("r3,t1", "r4,t2")
    roster = reads(*PUPILS, TEACHES, second, users=users, enrollments=lines(ENROLLED, *seats))
    assert (roster.students[0].homeroom_staff, roster.problems) == (teacher, ())


@pytest.mark.parametrize(
    ("file", "header", "row"),
    [
        ("demographics", "sourcedId,birthDate,sex", "{},2017-05-01,male"),
        ("enrollments", ENROLLED, "c1,{},student,,"),
    ],
)
def test_a_file_of_which_no_id_is_a_students_is_said(
    reads: Reads, file: str, header: str, row: str
) -> None:
    others = {file: lines(header, row.format("0001"), row.format("0002"))}
    assert told(reads(*PUPILS, TEACHES, **others)) == [(f"{file}.csv", 1, "")]
    assert reads(*PUPILS, TEACHES, **{file: lines(header, row.format("s1"))}).problems == ()
    assert reads(TEACHES, users=(BEA,), **others).problems == ()


OTHERS = ("orgs", "roles", "demographics", "classes", "enrollments", "academicSessions", "manifest")


@given(st.sampled_from(OTHERS), st.binary(max_size=200), st.booleans())
@settings(max_examples=300, deadline=None)
def test_damage_in_another_file_costs_no_student(file: str, data: bytes, headed: bool) -> None:
    header = ",".join(FILES[f"{file}.csv"].all).encode() + b"\n" if headed else b""
    users = lines(f"{USERS},orgSourcedIds,role", f"{PIA},o1,student", f"{LEV},o2,student")
    files = {"orgs.csv": ORGS.encode(), "users.csv": users.encode()}
    roster = read_back(files | {f"{file}.csv": header + data}, zipped=False)
    assert [(s.source_id, s.given) for s in roster.students] == [("s1", "Pia"), ("s2", "Lev")]
