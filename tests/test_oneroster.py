"""A OneRoster roster is read to the same values whatever its dialect, or refused row by row."""

from __future__ import annotations

import csv
import io
import random
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.codes import StaffRole
from ledger.imports import HeldRoster, Problem, RosterStudent, Unreadable
from ledger.imports.oneroster import ONEROSTER, read

FIXTURE = (
    Path(__file__).parents[2] / "shared/data/oneroster/oneroster-1.1-moodle-fixture.zip"
).resolve()
HEADER = "sourcedId,status,orgSourcedIds,role,username,userIds,givenName,familyName,grades,password"
PIA = "s1,,o1,student,pia.o,{LDAP:12},Pia,Ottway,03,hunter2"
LEV = "s2,active,o1,student,lev.m,,Lev,Munster,KG,hunter2"
TEACHER = "t1,active,o1,teacher,b.quill,,Bea,Quill,,hunter2"
ORGS = "sourcedId,name,type\no1,Elm School,school\n"

Files = Mapping[str, str | bytes]


def users(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


def encoded(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def in_folder(folder: Path, files: Files) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(encoded(text))
    return folder


def in_zip(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, encoded(text))
    return path


Reads = Callable[..., HeldRoster]


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    """Reads a roster of these users, one school, and other files by name."""

    def reads(*rows: str, header: str = HEADER, **others: str | bytes) -> HeldRoster:
        files = {"orgs.csv": ORGS, "users.csv": users(*rows, header=header)}
        more = {f"{name}.csv": text for name, text in others.items()}
        return read(in_folder(tmp_path / "roster", files | more))

    return reads


def ids(roster: HeldRoster) -> list[str]:
    return [student.source_id for student in roster.students]


# What a roster says


@pytest.mark.skipif(not FIXTURE.exists(), reason="../shared/data/oneroster is not here")
def test_the_published_fixture_is_read_with_its_odd_rows_reported() -> None:
    roster = read(FIXTURE)
    assert ids(roster) == ["usr-222-66778899", "usr-222-1234561232", "usr-222-567891"]
    assert [member.source_id for member in roster.staff] == ["usr-222-123456", "usr-222-987654"]
    assert roster.counts == {"student": 3, "teacher": 2, "parent": 1}
    assert all(student.active for student in roster.students)
    assert roster.students[0].numbers[-1] == ("userIds:LDAP", "12")
    assert [student.grade for student in roster.students] == ["12", "12", "11"]
    # their homeroom is to be deleted, so the other class gives the teacher
    assert [s.homeroom_staff for s in roster.students] == [None, "usr-222-123456", None]
    assert [session.active for session in roster.sessions] == [False, True, False, True, True]
    assert roster.sessions[0].start == date(2022, 10, 2)
    assert roster.problems == (
        Problem("orgs.csv", 2, "parentSourcedId", "names an org that is not here: left out"),
        Problem(
            "orgs.csv",
            2,
            "type",
            "org org-sch-222-456 is a department, not a school: taken as the school",
        ),
    )
    assert roster.rows == 37
    assert roster.whole
    assert "Password1-" not in repr(roster)


def test_a_student_is_read_with_everything_that_the_files_say(reads: Reads) -> None:
    roster = reads(
        TEACHER,
        "s1,active,o1,Student,pia.o,{LDAP:12},Pia,Ottway,03,hunter2,May,Pip,104233",
        header=HEADER + ",middleName,preferredGivenName,identifier",
        demographics="sourcedId,birthDate,sex\ns1,2017-05-01,Female\n",
        classes="sourcedId,classType\nc1,scheduled\nc2,homeroom\n",
        enrollments="classSourcedId,userSourcedId,role,primary\nc2,t1,teacher,true\n"
        "c1,s1,student,\nc2,s1,student,\n",
    )
    # the teacher's row is too short for this header
    assert [str(p) for p in roster.problems] == [
        "users.csv line 2: 10 cells where the header has 13: the row is left out"
    ]
    assert roster.students == (
        RosterStudent(
            source_id="s1",
            given="Pia",
            family="Ottway",
            middle="May",
            preferred="Pip",
            numbers=(("identifier", "104233"), ("username", "pia.o"), ("userIds:LDAP", "12")),
            grade="3",
            school_id="o1",
            homeroom_staff=None,
            birth_date=date(2017, 5, 1),
            sex="female",
            active=True,
        ),
    )


@pytest.mark.parametrize(
    ("enrollments", "teacher"),
    [
        ("c1,t1,teacher,\nc1,s1,student,", "t1"),
        ("c1,s1,student,\nc1,t1,teacher,", "t1"),
        ("c1,t1,teacher,\nc2,t2,teacher,\nc1,s1,student,\nc2,s1,student,", "t2"),
        ("c1,t1,teacher,false\nc1,t2,teacher,TRUE\nc1,s1,student,", "t2"),
        ("c1,t1,teacher,\nc1,s1,student,\nc2,s1,student,", "t1"),
        ("c3,t1,teacher,\nc3,s1,student,", None),
        ("c1,t3,teacher,\nc1,s1,student,", None),
        ("c1,t9,teacher,\nc1,s1,student,", None),
        ("c1,s2,teacher,\nc1,s1,student,", None),
    ],
    ids=(
        "the first class",
        "students before teachers",
        "the homeroom before the first class",
        "the primary teacher",
        "a homeroom without a teacher",
        "a class to be deleted",
        "a teacher who left",
        "a teacher who is not in the roster",
        "a student who teaches",
    ),
)
def test_the_homeroom_teacher_follows_from_classes_and_enrollments(
    reads: Reads, enrollments: str, teacher: str | None
) -> None:
    roster = reads(
        PIA,
        LEV,
        TEACHER,
        TEACHER.replace("t1", "t2"),
        TEACHER.replace("t1,active", "t3,inactive"),
        classes="sourcedId,status,classType\nc1,,scheduled\nc2,,homeroom\nc3,tobedeleted,homeroom",
        enrollments=f"classSourcedId,userSourcedId,role,primary\n{enrollments}\n",
    )
    assert roster.problems == ()
    assert [student.homeroom_staff for student in roster.students] == [teacher, None]


def test_an_enrollment_that_ended_gives_no_teacher(reads: Reads) -> None:
    lines = "classSourcedId,userSourcedId,role,status\nc1,t1,teacher,\nc1,s1,student,inactive\n"
    assert reads(PIA, TEACHER, enrollments=lines).students[0].homeroom_staff is None


def test_families_are_counted_and_not_kept(reads: Reads) -> None:
    family = [
        PIA.replace("s1", f"p{n}").replace("student", role)
        for n, role in enumerate(("Parent", "guardian", "RELATIVE"))
    ]
    roster = reads(PIA, *family)
    assert ids(roster) == ["s1"]
    assert roster.counts == {"student": 1, "parent": 1, "guardian": 1, "relative": 1}
    assert (roster.staff, roster.problems) == ((), ())


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ("AIDE", "aide"),
        ("administrator", "other"),
        ("siteAdministrator", "other"),
        ("proctor", "other"),
        ("Records Officer", "records-officer"),
        *((role.value, role.value) for role in StaffRole),
    ],
)
def test_a_role_of_the_roster_becomes_a_role_of_the_ledger(
    reads: Reads, said: str, role: str
) -> None:
    assert reads(TEACHER.replace("teacher", said)).staff[0].roles == (role,)


@pytest.mark.parametrize(
    ("said", "grade"),
    [
        *(("TK", "TK"), ("tk", "TK"), ("KG", "K"), ("K", "K"), ("0", "K"), ("00", "K")),
        *(("PK", "PK"), ("09", "9"), ("12", "12"), ("", None), ('"04,05"', "4")),
        *(("Ungraded", "Ungraded"), ("IT", "IT"), ("x" * 21, None)),
    ],
)
def test_a_grade_is_said_in_the_words_of_the_ledger(
    reads: Reads, said: str, grade: str | None
) -> None:
    assert reads(PIA.replace("03", said)).students[0].grade == grade


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("{LDAP:12}", [("LDAP", "12")]),
        ('"{LDAP:12},{LTI:15},{Fed:a:b}"', [("LDAP", "12"), ("LTI", "15"), ("Fed", "a:b")]),
        ("LDAP:12", [("LDAP", "12")]),
        ('"[{LDAP:12}, {LTI : 15}]"', [("LDAP", "12"), ("LTI", "15")]),
        ("", []),
        ("12", []),
    ],
)
def test_user_ids_become_numbers_with_their_kind(
    reads: Reads, said: str, numbers: list[tuple[str, str]]
) -> None:
    roster = reads(PIA.replace("{LDAP:12}", said))
    assert list(roster.students[0].numbers[1:]) == [(f"userIds:{k}", n) for k, n in numbers]
    assert [p.column for p in roster.problems] == (["userIds"] if said == "12" else [])


@pytest.mark.parametrize(
    ("status", "active"),
    [("", True), ("Active", True), ("tobedeleted", False), ("INACTIVE", False), ("odd", True)],
)
def test_a_blank_status_is_active(reads: Reads, status: str, active: bool) -> None:
    roster = reads(LEV.replace("active", status))
    assert roster.students[0].active is active
    assert [p.column for p in roster.problems] == (["status"] if status == "odd" else [])


def test_of_several_orgs_the_school_is_the_students(reads: Reads) -> None:
    orgs = "sourcedId,name,type\nd1,Elm District,district\no1,Elm School,School\n"
    roster = reads(PIA.replace("o1", '"d1,o1"'), orgs=orgs)
    assert roster.students[0].school_id == "o1"
    assert roster.problems == ()


def test_a_district_in_place_of_a_school_is_said_once(reads: Reads) -> None:
    roster = reads(PIA, LEV, orgs="sourcedId,name,type\no1,Elm District,district\n")
    assert [str(problem) for problem in roster.problems] == [
        "orgs.csv line 2, type: org o1 is a district, not a school: taken as the school"
    ]


def test_an_unknown_org_is_said_and_the_student_is_kept(reads: Reads) -> None:
    roster = reads(PIA, LEV.replace("o1", "o9"))
    assert [student.school_id for student in roster.students] == ["o1", "o9"]
    assert [(p.line, p.column) for p in roster.problems] == [(3, "orgSourcedIds")]


def test_without_orgs_one_problem_is_said_and_not_one_a_student(tmp_path: Path) -> None:
    roster = read(in_folder(tmp_path / "roster", {"users.csv": users(PIA, LEV)}))
    assert [p.file for p in roster.problems] == ["orgs.csv"]
    assert [student.school_id for student in roster.students] == ["o1", "o1"]


# Who is absent


def test_a_roster_without_damage_is_whole(reads: Reads) -> None:
    roster = reads(PIA, manifest="propertyName,value\nfile.users,bulk\n")
    assert (roster.whole, roster.unread) == (True, frozenset())


def test_a_delta_is_not_whole(reads: Reads) -> None:
    assert not reads(PIA, manifest="propertyName,value\nfile.users,Delta\n").whole


def test_a_roster_without_a_student_is_not_whole(reads: Reads) -> None:
    assert not reads(TEACHER).whole


def test_a_student_whose_row_is_refused_is_named_as_unread(reads: Reads) -> None:
    roster = reads(PIA, LEV.replace("Munster", "Mun\x1bster"))
    assert (roster.whole, roster.unread) == (True, frozenset({"s2"}))


@pytest.mark.parametrize("row", ["s2,active", LEV.replace("s2", ""), LEV.replace("s2", "s\x01")])
def test_a_row_without_a_readable_id_makes_the_roster_not_whole(reads: Reads, row: str) -> None:
    roster = reads(PIA, row)
    assert (roster.whole, roster.unread, ids(roster)) == (False, frozenset(), ["s1"])


# Headers


@pytest.mark.parametrize(
    "header",
    [
        "\ufeff" + HEADER,
        "\ufeff\ufeff" + HEADER,
        HEADER.upper(),
        HEADER.replace(",", " , "),
        HEADER.replace("sourcedId,", '"sourceId",').replace("givenName", "given_name"),
        HEADER.replace("givenName", "First Name").replace("familyName", "lastName"),
        HEADER.replace("orgSourcedIds", "OrgSourcedID").replace("grades", "grade"),
        "\n\n" + HEADER,
    ],
)
def test_a_header_is_understood_in_other_spellings(reads: Reads, header: str) -> None:
    roster = reads(PIA, header=header)
    assert roster.problems == ()
    (student,) = roster.students
    assert (student.given, student.family, student.grade) == ("Pia", "Ottway", "3")
    assert student.school_id == "o1"


@pytest.mark.parametrize("column", ["sourcedId", "role", "givenName", "familyName"])
def test_users_without_a_needed_column_are_unreadable(reads: Reads, column: str) -> None:
    with pytest.raises(Unreadable, match=f"users.csv line 1, {column}: is missing"):
        reads(PIA, header=HEADER.replace(column, "other"))


def test_users_without_a_wanted_column_are_read_with_one_problem(reads: Reads) -> None:
    roster = reads(PIA, LEV, header=HEADER.replace("username", "other"))
    assert ids(roster) == ["s1", "s2"]
    assert [(p.line, p.column) for p in roster.problems] == [(1, "username")]


def test_another_file_without_a_needed_column_is_one_problem(reads: Reads) -> None:
    roster = reads(PIA, demographics="birthDate,sex\n2017-05-01,male\n")
    assert [(p.file, p.line, p.column) for p in roster.problems] == [
        ("demographics.csv", 1, "sourcedId")
    ]
    assert roster.students[0].birth_date is None


def test_of_a_doubled_column_the_first_is_read(reads: Reads) -> None:
    roster = reads(PIA + ",Mallory", header=HEADER + ",givenName")
    assert roster.students[0].given == "Pia"
    assert [(p.line, p.column) for p in roster.problems] == [(1, "givenName")]


# Rows


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (LEV.rsplit(",", 1)[0], ""),
        (LEV + ",more", ""),
        (LEV.replace("s2", " "), "sourcedId"),
        (LEV.replace("Lev,Munster", " ,"), "givenName"),
        (LEV.replace("student", "pupil"), "role"),
        (LEV.replace("student", ""), "role"),
        (LEV.replace("Lev", "L\0ev"), ""),
        (LEV.replace("hunter2", "\0"), ""),
        (LEV.replace("Lev", "L\x1b[31mev"), "givenName"),
        (LEV.replace("Munster", '"Mun\nster"'), "familyName"),
        (LEV.replace("Munster", "M" * 301), "familyName"),
        (LEV.replace("Munster", "M" * 140_000), ""),
        (LEV.replace("hunter2", '"' + "x" * 100_000 + "\n" + "x" * 100_000 + '"'), ""),
        (LEV.replace("Munster", '"Mun"ster'), ""),
        (LEV.replace("Munster", '"Munster'), ""),
    ],
    ids=range(15),
)
def test_a_bad_row_is_named_by_line_and_the_rest_is_read(
    reads: Reads, row: str, column: str
) -> None:
    after = TEACHER.replace("Bea", '"Bea\n"')
    roster = reads(PIA, row, PIA.replace("s1", "s3"), after, PIA.replace("s1", "s4"))
    assert {"s1", "s3", "s4"} == set(ids(roster))
    assert (roster.problems[0].line, roster.problems[0].column) == (3, column)
    assert "Munster" not in str(roster.problems)
    lines = [p.line for p in roster.problems]
    assert lines == sorted(lines)


def test_blank_lines_and_blank_cells_too_many_are_no_problem(reads: Reads) -> None:
    roster = reads("", ",,,", PIA + ", ,", "  ", LEV)
    assert (ids(roster), roster.problems) == (["s1", "s2"], ())


@pytest.mark.parametrize("name", ["Lev,", ",Munster"])
def test_a_name_of_one_word_is_a_name(reads: Reads, name: str) -> None:
    roster = reads(LEV.replace("Lev,Munster", name))
    assert (ids(roster), roster.problems) == (["s2"], ())


@pytest.mark.parametrize(
    "name",
    [
        "Zoë",
        "Zoe\u0308",
        "עֲדִי",
        "نور\u200f",
        "张伟",
        "O'Hara-Ünal",
        "🦉",
        "=1+1",
        "N" * 300,
        "Will",
    ],
)
def test_names_are_kept_as_they_came(reads: Reads, name: str) -> None:
    roster = reads(PIA.replace("Pia", name))
    assert (roster.students[0].given, roster.problems) == (name, ())


def test_quotes_in_quotes_are_read(reads: Reads) -> None:
    roster = reads(PIA.replace("Pia", '"Pia ""Pip"", May"'))
    assert roster.students[0].given == 'Pia "Pip", May'


def test_the_same_row_twice_is_one_student(reads: Reads) -> None:
    roster = reads(PIA, LEV, PIA)
    assert (ids(roster), roster.problems) == (["s1", "s2"], ())


def test_one_id_with_other_facts_keeps_the_first_and_is_said(reads: Reads) -> None:
    roster = reads(PIA, LEV, PIA.replace("Pia", "Ida"))
    assert [student.given for student in roster.students] == ["Pia", "Lev"]
    assert [(p.line, p.reason) for p in roster.problems] == [
        (4, "same sourcedId on line 2 with other facts: that holds")
    ]


def test_line_numbers_are_those_of_the_file(reads: Reads) -> None:
    noted = PIA.replace("hunter2", '"three\nlines\nhere"')
    roster = reads(noted, "", LEV.replace("student", "pupil"))
    assert [problem.line for problem in roster.problems] == [6]


@pytest.mark.parametrize("below", [3, 19, 20, 21, 22, 100])
def test_a_quote_that_never_closes_costs_one_row(reads: Reads, below: int) -> None:
    rows = [PIA.replace("s1", f"s{n}") for n in range(below)]
    roster = reads(LEV.replace("Lev", '"Lev'), *rows)
    assert ids(roster) == [f"s{n}" for n in range(below)]
    assert [(p.file, p.line) for p in roster.problems] == [("users.csv", 2)]
    assert not roster.whole


def test_a_quote_that_closes_rows_later_costs_one_row(reads: Reads) -> None:
    rows = [PIA, LEV.replace("KG", '"01,02"'), LEV.replace("s2", "s3")]
    roster = reads(PIA.replace("s1,", '"s0,'), *rows)
    assert ids(roster) == ["s1", "s2", "s3"]
    assert [problem.line for problem in roster.problems] == [2]


# Dates


@pytest.mark.parametrize(
    "said",
    [
        *("2023-05-01", "2023-5-1", "5/1/2023", "05/01/2023", "2023-05-01T18:25:43.511Z"),
        *("2023-05-01 00:00:00", "2023-05-01T18:25+02:00", "5/1/2023 0:00", "5/1/2023 1:00 PM"),
    ],
)
def test_a_date_is_read_in_each_of_its_spellings(reads: Reads, said: str) -> None:
    roster = reads(PIA, demographics=f"sourcedId,birthDate,sex\ns1,{said},\n")
    assert (roster.students[0].birth_date, roster.problems) == (date(2023, 5, 1), ())


@pytest.mark.parametrize(
    ("said", "why"),
    [
        *((day, "does not exist") for day in ("2023-02-29", "13/1/2023", "0000-01-01")),
        *((day, "spreadsheet") for day in ("45047", "45047.5")),
        *((day, "is not a date") for day in ("May 1", "1/5/23", "\u0662023-05-01", "2023-05-01 x")),
    ],
)
def test_a_date_that_is_none_is_said_and_left_out(reads: Reads, said: str, why: str) -> None:
    roster = reads(PIA, demographics=f"sourcedId,birthDate,sex\ns1,{said},female\n")
    (problem,) = roster.problems
    assert (problem.file, problem.line, problem.column) == ("demographics.csv", 2, "birthDate")
    assert why in problem.reason
    assert (roster.students[0].birth_date, roster.students[0].sex) == (None, "female")


def test_a_blank_date_is_no_problem(reads: Reads) -> None:
    roster = reads(PIA, demographics="sourcedId,birthDate,sex\ns1,,\n")
    assert (roster.students[0].birth_date, roster.problems) == (None, ())


@given(day=st.dates(), us=st.booleans())
@settings(max_examples=30, deadline=None)
def test_any_date_is_read_back(day: date, us: bool) -> None:
    said = f"{day.month}/{day.day}/{day.year:04}" if us else day.isoformat()
    with tempfile.TemporaryDirectory() as folder:
        demographics = f"sourcedId,birthDate,sex\ns1,{said},\n"
        files = {"users.csv": users(PIA), "demographics.csv": demographics}
        assert read(in_folder(Path(folder), files)).students[0].birth_date == day


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_encodings_are_read_without_a_word(tmp_path: Path, encoding: str) -> None:
    text = users(PIA.replace("Pia", "Zoë")).encode(encoding)
    roster = read(in_folder(tmp_path / "roster", {"users.csv": text, "orgs.csv": ORGS}))
    assert (roster.students[0].given, roster.problems) == ("Zoë", ())


def test_bytes_that_are_not_utf_8_are_read_as_windows_1252_and_said_once(tmp_path: Path) -> None:
    rows = (PIA.replace("Pia", "Zoë"), LEV.replace("Lev", "José"))
    text = users(*rows).encode("cp1252")
    roster = read(in_folder(tmp_path / "roster", {"users.csv": text, "orgs.csv": ORGS}))
    assert [student.given for student in roster.students] == ["Zoë", "José"]
    assert [str(problem) for problem in roster.problems] == [
        "users.csv line 1: not UTF-8, read as Windows-1252: line 2 and others like it"
    ]


def test_one_wrong_byte_does_not_spell_the_other_names_anew(tmp_path: Path) -> None:
    text = users(PIA.replace("Pia", "Zoë"), LEV).encode() + LEV.replace("s2", "s3").encode()
    roster = read(in_folder(tmp_path / "roster", {"users.csv": text.replace(b"Lev", b"L\xe9v")}))
    assert [student.given for student in roster.students] == ["Zoë", "Lév", "Lév"]


def test_a_byte_of_no_encoding_is_said_with_its_cell(tmp_path: Path) -> None:
    text = users(PIA).encode().replace(b"Pia", b"P\x81ia")
    roster = read(in_folder(tmp_path / "roster", {"users.csv": text, "orgs.csv": ORGS}))
    assert [(p.line, p.column) for p in roster.problems] == [(1, ""), (2, "givenName")]
    assert ids(roster) == ["s1"]


# Folders and zips


def test_a_folder_a_zip_and_a_zip_of_a_folder_say_the_same(tmp_path: Path) -> None:
    files = {"orgs.csv": ORGS, "Users.CSV": users(PIA, LEV, TEACHER)}
    mac: Files = {"__MACOSX/elm/._Users.CSV": b"\0\5\x16\7", "elm/notes.txt": "none"}
    nested: Files = {**{f"elm/{name}": text for name, text in files.items()}, **mac}
    rosters = [
        read(in_folder(tmp_path / "roster", files)),
        read(in_zip(tmp_path / "roster.zip", files)),
        read(in_zip(tmp_path / "nested.zip", nested)),
    ]
    assert ids(rosters[0]) == ["s1", "s2"]
    assert rosters[0] == rosters[1] == rosters[2]


@pytest.mark.parametrize(
    "name", ["../users.csv", "a/../../x.csv", "/etc/x.csv", "C:x.csv", "a\\x.csv", "x.csv\0.txt"]
)
def test_a_zip_with_a_path_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    path = in_zip(tmp_path / "roster.zip", {"users.csv": users(PIA), "zzzz": "x"})
    odd = zipfile.ZipInfo("zzzz")
    odd.filename = name
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(odd, "x")
    with pytest.raises(Unreadable, match="leads outside"):
        read(path)


def test_a_zip_with_too_many_files_is_refused(tmp_path: Path) -> None:
    files = {"users.csv": users(PIA)} | {f"{n}.txt": "" for n in range(200)}
    with pytest.raises(Unreadable, match="more than 200 files"):
        read(in_zip(tmp_path / "roster.zip", files))


def test_a_zip_with_an_endless_list_of_files_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = in_zip(tmp_path / "roster.zip", {f"{n:090}": "" for n in range(9_000)})
    with pytest.raises(Unreadable, match="list of files is too long"):
        read(path)


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    bomb: Files = {"users.csv": users(PIA), "orgs.csv": b"\n" * (2 << 20)}
    with pytest.raises(Unreadable, match="200 times"):
        read(in_zip(tmp_path / "roster.zip", bomb))


def patched(path: Path, at: int, value: bytes) -> Path:
    """The zip with other bytes in the list entry of its last file."""
    data = bytearray(path.read_bytes())
    place = data.rindex(b"PK\x01\x02") + at
    data[place : place + len(value)] = value
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("at", "value", "why"),
    [
        (8, b"\x01\x00", "is encrypted"),
        (10, b"\x0c\x00", "packed in an unusual way"),
        (20, b"\xff\xff\xff\x7f\xff\xff\xff\x7f", "more than 512 MiB"),
        (16, b"\0\0\0\0", "users.csv is damaged"),
    ],
    ids=("encrypted", "bzip2", "too large", "wrong checksum"),
)
def test_a_zip_that_cannot_be_read_safely_says_why(
    tmp_path: Path, at: int, value: bytes, why: str
) -> None:
    path = in_zip(tmp_path / "roster.zip", {"users.csv": users(PIA)})
    with pytest.raises(Unreadable, match=why):
        read(patched(path, at, value))


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (("a/users.csv", "b/orgs.csv"), "several folders"),
        (("users.csv", "USERS.csv"), "users.csv twice"),
        (("pupils.csv",), "holds no users.csv"),
        ((), "holds no users.csv"),
    ],
)
def test_a_zip_without_one_users_file_is_refused(
    tmp_path: Path, names: tuple[str, ...], why: str
) -> None:
    with pytest.raises(Unreadable, match=why):
        read(in_zip(tmp_path / "roster.zip", dict.fromkeys(names, users(PIA))))


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = in_folder(tmp_path / "outside", {"users.csv": users(PIA), "orgs.csv": ORGS})
    folder = in_folder(tmp_path / "roster", {"real.csv": users(LEV)})
    (folder / "orgs.csv").symlink_to(outside / "orgs.csv")
    (folder / "users.csv").symlink_to(folder / "real.csv")
    roster = read(folder)
    assert (ids(roster), roster.schools) == (["s2"], ())
    assert roster.problems[0].file == "orgs.csv"
    assert "outside the folder" in roster.problems[0].reason
    (folder / "users.csv").unlink()
    (folder / "users.csv").symlink_to(outside / "users.csv")
    with pytest.raises(Unreadable, match="outside the folder"):
        read(folder)


@pytest.mark.parametrize("text", [b"", b"\n\n", b"\xff\xfe", b"PK\x03\x04", b"\0" * 40, b'"a\n'])
def test_what_is_no_roster_is_unreadable_in_one_sentence(tmp_path: Path, text: bytes) -> None:
    lone = tmp_path / "users.csv"
    lone.write_bytes(text)
    for path in (lone, tmp_path, tmp_path / "nothing"):
        with pytest.raises(Unreadable) as told:
            read(path)
        assert len(str(told.value).splitlines()) == 1


def test_a_folder_that_may_not_be_read_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(Unreadable, match="cannot be read: Permission denied"):
        read(tmp_path)


def test_a_roster_is_recognised_without_reading_it(tmp_path: Path) -> None:
    path = in_zip(tmp_path / "roster.zip", {"users.csv": b"\0"})
    assert ONEROSTER.name == "oneroster"
    assert ONEROSTER.sniff(path)
    assert not ONEROSTER.sniff(tmp_path)
    assert not ONEROSTER.sniff(tmp_path / "nothing")


# Laws

LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffd")
NAMES = st.text(LETTERS, min_size=1, max_size=40).filter(lambda name: name == name.strip())
NUMBERS = st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True)
CANARY = "Qwyzzel"


@st.composite
def children(draw: st.DrawFn) -> dict[str, str]:
    return {
        "givenName": draw(NAMES),
        "familyName": draw(NAMES),
        "middleName": draw(NAMES | st.just("")),
        "identifier": draw(NUMBERS | st.just("")),
        "grades": draw(st.sampled_from(["K", "1", "2", "TK"])),
        "status": draw(st.sampled_from(["", "active", "tobedeleted"])),
        "extra": draw(NAMES | st.just("two\nlines")),
        "password": CANARY,
        "role": draw(st.sampled_from(["student", "Student"])),
        "orgSourcedIds": "o1",
        "username": draw(NUMBERS),
    }


def facts(roster: HeldRoster) -> list[tuple[object, ...]]:
    return [
        (s.source_id, s.given, s.family, s.middle or "", dict(s.numbers), s.grade, s.active)
        for s in roster.students
    ]


def said(number: int, child: Mapping[str, str]) -> tuple[object, ...]:
    numbers = {kind: child[kind] for kind in ("identifier", "username") if child[kind]}
    named = (child["givenName"], child["familyName"], child["middleName"])
    return (f"s{number}", *named, numbers, child["grades"], child["status"] != "tobedeleted")


@given(
    pupils=st.lists(children(), min_size=1, max_size=5),
    shuffle=st.randoms(use_true_random=False),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    zipped=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_a_roster_in_any_dialect_is_read_to_the_same_students(
    pupils: list[dict[str, str]],
    shuffle: random.Random,
    quoting: int,
    ends: str,
    encoding: str,
    zipped: bool,
) -> None:
    columns = ["sourcedId", *pupils[0]]
    shuffle.shuffle(columns)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, quoting=quoting, lineterminator=ends)  # type: ignore[arg-type]  # any of csv's constants
    writer.writeheader()
    for n, pupil in enumerate(pupils):
        extra = pupil["extra"].replace("\n", ends)  # csv quotes its own line ends only
        writer.writerow(pupil | {"sourcedId": f"s{n}", "extra": extra})
    files: Files = {"users.csv": text.getvalue().encode(encoding), "orgs.csv": ORGS}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        roster = read(in_zip(place / "r.zip", files) if zipped else in_folder(place, files))
    assert roster.problems == ()
    assert facts(roster) == [said(n, pupil) for n, pupil in enumerate(pupils)]
    assert CANARY not in repr(roster)


DAMAGE = st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"\x1b", b"\xff", b"", b"\xe9", b" "])


HITS = st.tuples(st.integers(10, 30), st.integers(0, 7), st.sampled_from([0, 1, -1]), DAMAGE)


@given(st.lists(HITS, min_size=1, max_size=6))
@settings(max_examples=500, deadline=None)
def test_damage_costs_its_own_rows_and_no_name_is_told(
    hits: list[tuple[int, int, int, bytes]],
) -> None:
    rows = [
        f"s{n},active,o1,student,user{n},,{CANARY}{n},{CANARY}son,03,{CANARY}" for n in range(40)
    ]
    lines = users(*rows).encode().splitlines()
    for number, cell, place, damage in hits:
        cells = lines[number + 1].split(b",")
        at = place % len(cells[cell % len(cells)] or b"-")
        cells[cell % len(cells)] = damage.join(
            (cells[cell % len(cells)][:at], cells[cell % len(cells)][at + 1 :])
        )
        lines[number + 1] = b",".join(cells)
    with tempfile.TemporaryDirectory() as folder:
        files: Files = {"users.csv": b"\n".join(lines), "orgs.csv": ORGS}
        roster = read(in_folder(Path(folder), files))
    assert {f"s{n}" for n in range(40)} - {f"s{hit[0]}" for hit in hits} <= set(ids(roster))
    assert CANARY not in "".join(map(str, roster.problems))


def test_a_quote_that_runs_over_a_broken_line_does_not_swallow_the_row_below(reads: Reads) -> None:
    broken = PIA.replace("s1", "s0").replace("{LDAP:12},Pia", '",\nia')
    closed = LEV.replace("lev.m,,", 'lev.m,",')
    roster = reads(broken, PIA, closed, LEV.replace("s2", "s3"))
    assert ids(roster) == ["s1", "s3"]
    assert [problem.line for problem in roster.problems] == [2, 3, 5]


def test_two_quotes_in_one_column_do_not_swallow_the_rows_between(reads: Reads) -> None:
    opened, closed = LEV.replace("hunter2", '"hunter2'), LEV.replace("hunter2", 'hunter2"')
    rows = (opened.replace("s2", "s0"), PIA, LEV, closed.replace("s2", "s3"))
    roster = reads(*rows, PIA.replace("s1", "s4"))
    assert ids(roster) == ["s1", "s2", "s3", "s4"]
    assert [problem.line for problem in roster.problems] == [2]


def outcome(path: Path) -> HeldRoster | str:
    try:
        return read(path)
    except Unreadable as told:
        return str(told)


@given(st.binary(max_size=400), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_roster_or_one_sentence(text: bytes, headed: bool) -> None:
    data = users().encode() + text if headed else text
    with tempfile.TemporaryDirectory() as folder:
        files: Files = {"users.csv": data, "classes.csv": text}
        told = outcome(in_folder(Path(folder), files))
    assert isinstance(told, HeldRoster) or len(told.splitlines()) == 1


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_a_damaged_zip_is_the_same_roster_or_one_sentence(
    hits: list[tuple[int, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = in_zip(Path(folder) / "r.zip", {"users.csv": users(PIA, LEV), "orgs.csv": ORGS})
        data = bytearray(path.read_bytes())
        for at, byte in hits:
            data[at % len(data)] = byte
        path.write_bytes(data)
        told = outcome(path)
    assert isinstance(told, str) or ids(told) == ["s1", "s2"]
