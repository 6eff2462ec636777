"""OneRoster 1.1: what its files, columns and words mean to the ledger."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

from ledger.domain.codes import StaffRole
from ledger.imports import (
    Format,
    Roster,
    RosterSchool,
    RosterSession,
    RosterStaff,
    RosterStudent,
    Unreadable,
)
from ledger.imports.sheets import BadRow, Columns, Layout, Reading, Row, plain
from ledger.imports.sources import csv_files

USERS = "users.csv"

# What the format's manual says

# Every other column, `password` too, is passed over.
FILES: Mapping[str, Columns] = {
    "manifest.csv": Columns(("propertyName", "value")),
    "orgs.csv": Columns(("sourcedId",), ("name", "type"), ("status", "identifier")),
    USERS: Columns(
        needed=("sourcedId", "role", "givenName", "familyName"),
        wanted=("orgSourcedIds", "username"),
        welcome=("status", "userIds", "middleName", "preferredGivenName", "identifier", "grades"),
    ),
    "demographics.csv": Columns(("sourcedId",), ("birthDate", "sex"), ("status",)),
    "classes.csv": Columns(("sourcedId",), ("classType",), ("status",)),
    "enrollments.csv": Columns(
        ("classSourcedId", "userSourcedId", "role"), (), ("status", "primary")
    ),
    "academicSessions.csv": Columns(
        ("sourcedId",), ("title", "type", "startDate", "endDate"), ("status",)
    ),
}

# Other spellings of a column, both sides in lower case without spaces and signs.
ALIASES: Mapping[str, str] = {
    alias: column
    for column, aliases in {
        "sourcedid": "sourceid sourcdid soucedid sourcedids usersourcedid usersourceid",
        "givenname": "given givename givennames firstname",
        "familyname": "family famlyname familynames lastname surname",
        "middlename": "middle middlenames",
        "preferredgivenname": "preferredname preferredfirstname",
        "orgsourcedids": "orgsourcedid orgsourceid orgsourceids",
        "role": "roles",
        "grades": "grade gradelevel",
        "birthdate": "birthday dateofbirth dob",
        "sex": "gender",
        "classsourcedid": "classsourceid",
        "usersourcedid": "usersourceid",
        "primary": "isprimary",
        "startdate": "begindate",
    }.items()
    for alias in aliases.split()
}

LAYOUT = Layout(
    files=FILES,
    main=USERS,
    key="sourcedId",
    aliases=ALIASES,
    caps={"sex": 40, "userIds": 4_000, "orgSourcedIds": 4_000},
    remedy="export the roster again as OneRoster 1.1",
)

STATUS = {"": True, "active": True, "inactive": False, "tobedeleted": False}
FAMILY = {"parent", "guardian", "relative"}
# An administrator may be anybody of the office: what they may do here is for the school to say.
OFFICE = "administrator siteadministrator districtadministrator systemadministrator proctor"
STAFF = {role.value.replace("-", ""): role.value for role in StaffRole} | dict.fromkeys(
    OFFICE.split(), StaffRole.OTHER.value
)
GRADES = {
    "0": "K",
    "KG": "K",
    "KINDER": "K",
    "KINDERGARTEN": "K",
    "TRANSITIONAL KINDERGARTEN": "TK",
    "PREK": "PK",
    "PRE-K": "PK",
    "PREKINDERGARTEN": "PK",
}
CLOCK = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)? ?(?:[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?)?"
DATES = (
    re.compile(rf"(?P<y>\d{{4}})-(?P<m>\d{{1,2}})-(?P<d>\d{{1,2}}){CLOCK}", re.ASCII),
    re.compile(rf"(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}})/(?P<y>\d{{4}}){CLOCK}", re.ASCII),
)
SERIAL_DATE = "looks like the number that a spreadsheet makes of a date"
SERIAL = re.compile(r"\d{5}(\.\d*)?", re.ASCII)
GRADE_CAP = 20


def read(path: Path) -> Roster:
    """The roster in a folder or a zip; raises Unreadable when nothing of it can be read."""
    with csv_files(path, FILES) as files:
        reading = Reading(LAYOUT, files)
        if USERS not in reading.files:
            why = "; ".join(f"{problem.file} {problem.reason}" for problem in reading.problems)
            raise Unreadable(f"{path} holds no {USERS} that can be read{why and f' ({why})'}")
        return _roster(reading)


def sniff(path: Path) -> bool:
    """Whether the path is a folder or a zip with a `users.csv`."""
    try:
        with csv_files(path, FILES) as files:
            return USERS in files
    except Unreadable:
        return False


def _roster(reading: Reading) -> Roster:
    manifest = dict(reading.each("manifest.csv", _setting))
    orgs = dict(reading.each("orgs.csv", _org))
    if not orgs:
        reading.note("orgs.csv", 1, "", "names no org: schools are known by their id only")
    counts: Counter[str] = Counter()
    users = list(reading.each(USERS, partial(_user, orgs=orgs, counts=counts)))
    staff = [user for user in users if isinstance(user, RosterStaff)]
    students = [user for user in users if isinstance(user, RosterStudent)]
    _say_odd_schools(reading, orgs, students)
    born = dict(reading.each("demographics.csv", _born))
    rooms = _rooms(reading, {member.source_id for member in staff if member.active})
    sessions = tuple(reading.each("academicSessions.csv", _session))
    unread = reading.refused[USERS]
    return Roster(
        students=tuple(_joined(student, born, rooms) for student in students),
        staff=tuple(staff),
        schools=tuple(org for _, org in orgs.values()),
        sessions=sessions,
        problems=tuple(reading.problems),
        rows=reading.count,
        counts=dict(counts),
        unread=frozenset(unread - {""}),
        whole=bool(students) and "" not in unread and manifest.get("file.users") != "delta",
    )


# From a row to a value


Orgs = Mapping[str, tuple[int, RosterSchool]]  # with the line of each
Born = tuple[date | None, str | None]


def _setting(row: Row) -> tuple[str, str]:
    return row["propertyName"], row["value"].lower()


def _org(row: Row) -> tuple[str, tuple[int, RosterSchool]]:
    kind, active = row["type"].lower(), _active(row)
    org = RosterSchool(row["sourcedId"], row["name"], kind, row["identifier"], active)
    return org.source_id, (row.line, org)


def _user(row: Row, orgs: Orgs, counts: Counter[str]) -> RosterStudent | RosterStaff | None:
    """A student, a member of staff, or nothing for the family, who is only counted."""
    role = plain(row["role"])
    if role != "student" and role not in STAFF and role not in FAMILY:
        raise BadRow("role", "is not a role that is known: the row is left out")
    if role not in FAMILY and not row["givenName"] and not row["familyName"]:
        raise BadRow("givenName", "is blank and familyName too: the row is left out")
    counts[role] += 1
    if role in FAMILY:
        return None
    school = _school_id(row, orgs)
    return _student(row, school) if role == "student" else _staff(row, STAFF[role])


def _student(row: Row, school_id: str | None) -> RosterStudent:
    return RosterStudent(
        source_id=row["sourcedId"],
        given=row["givenName"],
        family=row["familyName"],
        middle=row["middleName"] or None,
        preferred=row["preferredGivenName"] or None,
        numbers=tuple(_numbers(row)),
        grade=_grade(row),
        school_id=school_id,
        homeroom_staff=None,
        birth_date=None,
        sex=None,
        active=_active(row),
    )


def _staff(row: Row, role: str) -> RosterStaff:
    return RosterStaff(
        source_id=row["sourcedId"],
        given=row["givenName"],
        family=row["familyName"],
        username=row["username"],
        roles=(role,),
        active=_active(row),
    )


def _born(row: Row) -> tuple[str, Born]:
    return row["sourcedId"], (_date(row, "birthDate"), row["sex"].lower() or None)


def _session(row: Row) -> RosterSession:
    dates = _date(row, "startDate"), _date(row, "endDate")
    return RosterSession(row["sourcedId"], row["title"], row["type"], *dates, _active(row))


@dataclass
class _Rooms:
    """Who teaches which class, and which class is a student's own: the first that is said."""

    homerooms: Container[str]
    teachers: dict[tuple[str, bool], str] = field(default_factory=dict)  # class, primary
    classes: dict[tuple[str, bool], str] = field(default_factory=dict)  # student, homeroom

    def teacher_of(self, student: str) -> str | None:
        """The teacher of the homeroom, else of the first class; the primary teacher first."""
        rooms = [self.classes.get((student, homeroom), "") for homeroom in (True, False)]
        seats = [(room, primary) for room in rooms for primary in (True, False)]
        return next((self.teachers[seat] for seat in seats if seat in self.teachers), None)


def _rooms(reading: Reading, staff: Container[str]) -> _Rooms:
    kinds = dict(reading.each("classes.csv", lambda row: (row["sourcedId"], _kind(row))))
    rooms = _Rooms({room for room, kind in kinds.items() if kind == "homeroom"})
    for row in reading.each("enrollments.csv", lambda row: row):
        room, user, role = row["classSourcedId"], row["userSourcedId"], row["role"].lower()
        if not _active(row) or kinds.get(room) == "closed":
            continue
        if role == "teacher" and user in staff:
            rooms.teachers.setdefault((room, row["primary"].lower() == "true"), user)
        elif role == "student":
            rooms.classes.setdefault((user, room in rooms.homerooms), room)
    return rooms


def _kind(row: Row) -> str:
    return row["classType"].lower() if _active(row) else "closed"


def _joined(student: RosterStudent, born: Mapping[str, Born], rooms: _Rooms) -> RosterStudent:
    birth_date, sex = born.get(student.source_id, (None, None))
    teacher = rooms.teacher_of(student.source_id)
    return replace(student, birth_date=birth_date, sex=sex, homeroom_staff=teacher)


def _say_odd_schools(reading: Reading, orgs: Orgs, students: Iterable[RosterStudent]) -> None:
    used = dict.fromkeys(student.school_id or "" for student in students)
    for line, org in [orgs[school] for school in used if school in orgs]:
        if org.type != "school":
            odd = f"org {org.source_id} is a {org.type or 'org without a type'}, not a school"
            reading.note("orgs.csv", line, "type", f"{odd}: taken as the school")


# From a cell to a value


def _active(row: Row) -> bool:
    status = row["status"].lower()
    if status not in STATUS:
        row.note("status", "is not active, inactive or tobedeleted: read as active")
    return STATUS.get(status, True)


def _school_id(row: Row, orgs: Orgs) -> str | None:
    """The school among the row's orgs, else the first of them."""
    ids = list(filter(None, map(str.strip, row["orgSourcedIds"].split(","))))
    if orgs and not orgs.keys() >= set(ids):
        row.note("orgSourcedIds", "names an org that is not in orgs.csv: kept as it came")
    schools = [org for org in ids if org in orgs and orgs[org][1].type == "school"]
    return next(iter(schools + ids), None)


def _numbers(row: Row) -> Iterator[tuple[str, str]]:
    """What the student is numbered by: identifier, username, and each of `{type:id},{type:id}`."""
    yield from ((column, row[column]) for column in ("identifier", "username") if row[column])
    for part in filter(str.strip, re.split(r"[{}\[\],]", row["userIds"])):
        kind, _, number = (side.strip() for side in part.partition(":"))
        if kind and number:
            yield f"userIds:{kind}", number
        else:
            row.note("userIds", "is not in the form {type:id}: that number is left out")


def _grade(row: Row) -> str | None:
    """The first grade of the cell in the ledger's words; what is not known stays as it came."""
    grade = row["grades"].strip("[]").split(",")[0].strip()
    word = grade.upper()
    if word.isascii() and word.isdigit():
        word = grade = word.lstrip("0") or "0"
    if len(grade) > GRADE_CAP:
        row.note("grades", f"is longer than {GRADE_CAP} characters: the grade is left out")
        return None
    return GRADES.get(word) or (word if word in ("PK", "TK", "K") else grade) or None


def _date(row: Row, column: str) -> date | None:
    """The day that the cell says; 1/05/2023 is January 5, as in the United States."""
    text = row[column]
    found = next(filter(None, (form.fullmatch(text) for form in DATES)), None)
    try:
        if found:
            return date(*(int(found[part]) for part in "ymd"))
        if text:
            odd = SERIAL_DATE if SERIAL.fullmatch(text) else "is not a date"
            row.note(column, f"{odd}: left out")
    except ValueError:
        row.note(column, "is a day that does not exist: left out")
    return None


ONEROSTER = Format("oneroster", read, sniff)
