"""Ed-Fi's InterchangeStudent: who the students are, and that they are those of the history."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from desk import School
from histories import an_incident, tag, written
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.imports import HeldRoster, Unreadable, edfi_discipline, edfi_students

SHARED = Path(__file__).parents[2] / "shared" / "data" / "edfi"
SAMPLE = SHARED / "v5.2.0" / "Samples" / "Student.xml"
ROOT = "InterchangeStudent"


def student(
    number: str = "900101",
    given: str = "Orla",
    family: str = "Quint",
    *more: str,
    born: str = "2016-05-04",
    beside: str = "",
) -> str:
    name = tag("Name", tag("FirstName", given), tag("LastSurname", family), *more)
    birth = tag("BirthData", tag("BirthDate", born) if born else "")
    return tag("Student", tag("StudentUniqueId", number), name, birth, beside)


def students(folder: Path, *records: str) -> Path:
    return written(folder, *records, name="students.xml", root=ROOT)


def read(folder: Path, *records: str) -> HeldRoster:
    return edfi_students.read(students(folder, *records))


def test_a_student_is_read_with_what_the_file_says(tmp_path: Path) -> None:
    document = tag(
        "PersonalIdentificationDocument",
        tag("IdentificationDocumentUse", "uri://ed-fi.org/X#Passport"),
        tag("IssuerDocumentIdentificationCode", "N-55"),
    )
    record = tag(
        "Student",
        tag("StudentUniqueId", "900101"),
        tag(
            "Name",
            tag("FirstName", "Orla"),
            tag("MiddleName", "Bea"),
            tag("LastSurname", "Quint"),
            tag("PreferredFirstName", "Ori"),
            document,
        ),
        tag("BirthData", tag("BirthDate", "2016-05-04"), tag("BirthSex", "uri://x/S#Female")),
    )
    roster = read(tmp_path, record)
    (one,) = roster.students
    assert (one.source_id, one.given, one.middle, one.family) == ("900101", "Orla", "Bea", "Quint")
    assert (one.preferred, one.birth_date, one.sex) == ("Ori", date(2016, 5, 4), "female")
    assert one.numbers == (("studentUniqueId", "900101"), ("Passport", "N-55"))
    assert (one.school_id, one.grade, one.active) == (None, None, True)
    assert one.place == ("students.xml", 3)
    assert (roster.whole, roster.problems, roster.staff, roster.rows) == (True, (), (), 1)


def test_people_beside_the_students_are_passed_over(tmp_path: Path) -> None:
    roster = read(tmp_path, tag("Person", tag("PersonId", "9")), student())
    assert (len(roster.students), roster.problems) == (1, ())


@pytest.mark.parametrize(
    ("record", "says", "whole"),
    [
        (student(""), "StudentUniqueId: cannot be read", False),
        (student("9" * 33), "StudentUniqueId: cannot be read", False),
        (student("900102", "", ""), "Name: is blank", True),
        (student("900102", "O" * 301), "FirstName: is longer than 300", True),
        (student("900101", "Ida"), "same StudentUniqueId on line 3 with other facts", True),
        (tag("Staff"), "is no record of this interchange", True),
        (tag("Student", tag("Name", "x" * 200_000)), "holds more than a record can", False),
    ],
)
def test_a_student_who_cannot_be_read_is_named_and_the_rest_goes_in(
    tmp_path: Path, record: str, says: str, whole: bool
) -> None:
    roster = read(tmp_path, student(), record, student("900109"))
    assert [one.source_id for one in roster.students] == ["900101", "900109"]
    (problem,) = roster.problems
    assert (problem.line, problem.refused) == (4, True)
    assert says in str(problem)
    assert not [word for word in ("Orla", "Quint", "Ida", "900101") if word in str(problem)]
    assert roster.whole is whole


@pytest.mark.parametrize("born", ["2016-02-30", "soon", "0001-01-01"])
def test_a_birth_date_that_cannot_be_is_left_out(tmp_path: Path, born: str) -> None:
    roster = read(tmp_path, student(born=born))
    assert roster.students[0].birth_date is None
    assert [problem.refused for problem in roster.problems] == [False]


def test_the_same_student_twice_is_one(tmp_path: Path) -> None:
    assert len(read(tmp_path, student(), student()).students) == 1


def test_a_file_that_is_cut_is_not_the_whole_roster(tmp_path: Path) -> None:
    path = students(tmp_path, *(student(str(n)) for n in range(900, 910)))
    path.write_bytes(path.read_bytes()[:-100])
    roster = edfi_students.read(path)
    assert (len(roster.students), roster.whole) == (9, False)


def test_another_interchange_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, *an_incident())
    assert (edfi_students.sniff(path), edfi_discipline.sniff(path)) == (False, True)
    with pytest.raises(Unreadable, match="of the kind InterchangeStudentDiscipline"):
        edfi_students.read(path)
    assert edfi_students.sniff(students(tmp_path, student()))
    assert not edfi_students.sniff(tmp_path)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_damage_raises_anything_of_its_own(tmp_path: Path, data: st.DataObject) -> None:
    path = students(tmp_path, *(student(str(n)) for n in range(900, 906)))
    content = bytearray(path.read_bytes())
    places = data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4))
    for place in places:
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content))
    try:
        roster = edfi_students.read(path)
    except Unreadable:
        return
    assert len(roster.students) >= path.read_bytes()[: min(places)].count(b"</Student>")


def test_those_of_the_history_get_their_names(desk: School) -> None:
    desk.ok("import", "incidents", str(written(desk.root, *an_incident(1))))
    before = desk.ok("roster", "find", "900101", "--json").json["students"][0]["student_id"]
    desk.ok("roster", "import", str(students(desk.root, student())), "--source", "edfi")
    (after,) = desk.ok("roster", "find", "orla", "quint", "--json").json["students"]
    assert after["student_id"] == before


@pytest.mark.skipif(not SAMPLE.exists(), reason="needs ../shared/data/edfi, which is not here")
def test_the_sample_is_read_whole() -> None:
    roster = edfi_students.read(SAMPLE)
    assert (len(roster.students), roster.problems, roster.whole) == (960, (), True)
    assert len({one.source_id for one in roster.students}) == 960
    assert sum(one.preferred is not None for one in roster.students) == 18
    assert sum(one.sex is not None for one in roster.students) == 3
