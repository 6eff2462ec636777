"""OneRoster 1.1: a roster from a folder of CSV files, or from a zip that holds such a folder."""

from __future__ import annotations

import codecs
import csv
import io
import re
import struct
import zipfile
import zlib
from collections import Counter, deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, TypeVar

from ledger.domain.codes import StaffRole
from ledger.imports import (
    Format,
    Problem,
    Roster,
    RosterSchool,
    RosterSession,
    RosterStaff,
    RosterStudent,
    Unreadable,
)

T = TypeVar("T")
Opener = Callable[[], IO[bytes]]
USERS = "users.csv"

# What the format's manual says


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that are read of one file; every other column, `password` too, is passed over."""

    needed: tuple[str, ...]  # without one of these the file cannot be read
    wanted: tuple[str, ...] = ()  # their absence is a problem
    welcome: tuple[str, ...] = ()  # their absence is not

    @property
    def all(self) -> tuple[str, ...]:
        return self.needed + self.wanted + self.welcome


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
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
LOST = "\ufffd"
FOREIGN = re.compile("[\udc80-\udcff]")  # a byte that is not UTF-8, kept apart

# What is more than this is not a roster
CELL_CAP, CELL_CAPS = 300, {"sex": 40, "userIds": 4_000, "orgSourcedIds": 4_000}
GRADE_CAP = 20
LINE_CAP = 131_072  # also csv's own cap for a field
SPAN_CAP = 20  # lines of one row
MEMBERS_CAP = 200
DIRECTORY_CAP = 1 << 20
SIZE_CAP = 512 << 20
RATIO_CAP, RATIO_FROM = 200, 1 << 20


def read(path: Path) -> Roster:
    """The roster in a folder or a zip; raises Unreadable when nothing of it can be read."""
    with _files(path) as files:
        reading = _Reading(files)
        if USERS not in reading.files:
            why = "; ".join(f"{problem.file} {problem.reason}" for problem in reading.problems)
            raise Unreadable(f"{path} holds no {USERS} that can be read{why and f' ({why})'}")
        return _roster(reading)


def sniff(path: Path) -> bool:
    """Whether the path is a folder or a zip with a `users.csv`."""
    try:
        with _files(path) as files:
            return USERS in files
    except Unreadable:
        return False


def _roster(reading: _Reading) -> Roster:
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


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: its cells by the manual's column names, a missing column being blank."""

    file: str
    line: int
    cells: Mapping[str, str]
    problems: list[Problem]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def note(self, column: str, reason: str, *, refused: bool = False) -> None:
        self.problems.append(Problem(self.file, self.line, column, reason, refused))


class _BadRow(Exception):
    """This row is left out: the column, and why."""


Orgs = Mapping[str, tuple[int, RosterSchool]]  # with the line of each
Born = tuple[date | None, str | None]


def _setting(row: _Row) -> tuple[str, str]:
    return row["propertyName"], row["value"].lower()


def _org(row: _Row) -> tuple[str, tuple[int, RosterSchool]]:
    kind, active = row["type"].lower(), _active(row)
    org = RosterSchool(row["sourcedId"], row["name"], kind, row["identifier"], active)
    return org.source_id, (row.line, org)


def _user(row: _Row, orgs: Orgs, counts: Counter[str]) -> RosterStudent | RosterStaff | None:
    """A student, a member of staff, or nothing for the family, who is only counted."""
    role = _plain(row["role"])
    if role != "student" and role not in STAFF and role not in FAMILY:
        raise _BadRow("role", "is not a role that is known: the row is left out")
    if role not in FAMILY and not row["givenName"] and not row["familyName"]:
        raise _BadRow("givenName", "is blank and familyName too: the row is left out")
    counts[role] += 1
    if role in FAMILY:
        return None
    school = _school_id(row, orgs)
    return _student(row, school) if role == "student" else _staff(row, STAFF[role])


def _student(row: _Row, school_id: str | None) -> RosterStudent:
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


def _staff(row: _Row, role: str) -> RosterStaff:
    return RosterStaff(
        source_id=row["sourcedId"],
        given=row["givenName"],
        family=row["familyName"],
        username=row["username"],
        roles=(role,),
        active=_active(row),
    )


def _born(row: _Row) -> tuple[str, Born]:
    return row["sourcedId"], (_date(row, "birthDate"), row["sex"].lower() or None)


def _session(row: _Row) -> RosterSession:
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


def _rooms(reading: _Reading, staff: Container[str]) -> _Rooms:
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


def _kind(row: _Row) -> str:
    return row["classType"].lower() if _active(row) else "closed"


def _joined(student: RosterStudent, born: Mapping[str, Born], rooms: _Rooms) -> RosterStudent:
    birth_date, sex = born.get(student.source_id, (None, None))
    teacher = rooms.teacher_of(student.source_id)
    return replace(student, birth_date=birth_date, sex=sex, homeroom_staff=teacher)


def _say_odd_schools(reading: _Reading, orgs: Orgs, students: Iterable[RosterStudent]) -> None:
    used = dict.fromkeys(student.school_id or "" for student in students)
    for line, org in [orgs[school] for school in used if school in orgs]:
        if org.type != "school":
            odd = f"org {org.source_id} is a {org.type or 'org without a type'}, not a school"
            reading.note("orgs.csv", line, "type", f"{odd}: taken as the school")


# From a cell to a value


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _active(row: _Row) -> bool:
    status = row["status"].lower()
    if status not in STATUS:
        row.note("status", "is not active, inactive or tobedeleted: read as active")
    return STATUS.get(status, True)


def _school_id(row: _Row, orgs: Orgs) -> str | None:
    """The school among the row's orgs, else the first of them."""
    ids = list(filter(None, map(str.strip, row["orgSourcedIds"].split(","))))
    if orgs and not orgs.keys() >= set(ids):
        row.note("orgSourcedIds", "names an org that is not in orgs.csv: kept as it came")
    schools = [org for org in ids if org in orgs and orgs[org][1].type == "school"]
    return next(iter(schools + ids), None)


def _numbers(row: _Row) -> Iterator[tuple[str, str]]:
    """What the student is numbered by: identifier, username, and each of `{type:id},{type:id}`."""
    yield from ((column, row[column]) for column in ("identifier", "username") if row[column])
    for part in filter(str.strip, re.split(r"[{}\[\],]", row["userIds"])):
        kind, _, number = (side.strip() for side in part.partition(":"))
        if kind and number:
            yield f"userIds:{kind}", number
        else:
            row.note("userIds", "is not in the form {type:id}: that number is left out")


def _grade(row: _Row) -> str | None:
    """The first grade of the cell in the ledger's words; what is not known stays as it came."""
    grade = row["grades"].strip("[]").split(",")[0].strip()
    word = grade.upper()
    if word.isascii() and word.isdigit():
        word = grade = word.lstrip("0") or "0"
    if len(grade) > GRADE_CAP:
        row.note("grades", f"is longer than {GRADE_CAP} characters: the grade is left out")
        return None
    return GRADES.get(word) or (word if word in ("PK", "TK", "K") else grade) or None


def _date(row: _Row, column: str) -> date | None:
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


# From lines to rows


class _Reading:
    """One reading of a roster: its rows, and every problem met on the way."""

    def __init__(self, files: Mapping[str, Opener | None]) -> None:
        self.problems: list[Problem] = []
        self.refused: dict[str, set[str]] = {file: set() for file in FILES}
        self.count = 0
        self.files = {file: opener for file, opener in files.items() if opener}
        for file in files.keys() - self.files.keys():
            self.note(file, 1, "", "is a link to a place outside the folder: it was not opened")

    def note(self, file: str, line: int, column: str, reason: str) -> None:
        self.problems.append(Problem(file, line, column, reason))

    def each(self, file: str, make: Callable[[_Row], T | None]) -> Iterator[T]:
        """What `make` gives for each row; a row that cannot be read is noted and left out."""
        seen: dict[str, tuple[int, int]] = {}
        for row, fault in self._rows(file):
            self.count += 1
            try:
                _check(row, fault)
                made = make(row) if _first(row, seen) else None
            except _BadRow as bad:
                row.note(*bad.args, refused=True)
                self.refused[file].add(_readable(row["sourcedId"]))
                continue
            if made is not None:
                yield made

    def _rows(self, file: str) -> Iterator[tuple[_Row, str]]:
        """Each row, with why it cannot be read if it cannot."""
        if file not in self.files:
            return
        records = _records(_Lines(self._lines(file)))
        line, header = next(records, (1, "there is none"))
        places = self._places(file, line, header)
        for line, record in records if places else ():
            cells, fault = ([], record) if isinstance(record, str) else (record, "")
            named = {column: cells[place].strip() for column, place in places.items() if cells}
            yield _Row(file, line, named, self.problems), fault

    def _places(self, file: str, line: int, header: list[str] | str) -> dict[str, int]:
        """Where each column stands; empty when a needed one is missing."""
        if isinstance(header, str):
            self._lose(file, line, "", f"the header: {header}")
            return {}
        columns, places = FILES[file], dict[str, int]()
        for place, column in enumerate(_known(cell, columns) for cell in header):
            if column in places:
                self.note(file, line, column, "stands twice in the header: the first is read")
            elif column:
                places[column] = place
        for column in columns.wanted:
            if column not in places:
                self.note(file, line, column, "is missing in the header: read as blank")
        lost = [column for column in columns.needed if column not in places]
        if lost:
            gone = "is missing in the header: the file is not read"
            self._lose(file, line, ", ".join(lost), gone)
        return {} if lost else places

    def _lose(self, file: str, line: int, column: str, reason: str) -> None:
        """One file is lost: a problem, or the end when it is the users."""
        problem = Problem(file, line, column, reason, refused=True)
        if file == USERS:
            raise Unreadable(f"{problem}; export the roster again as OneRoster 1.1")
        self.problems.append(problem)

    def _lines(self, file: str) -> Iterator[tuple[int, str]]:
        """Physical lines with their numbers; a line over the cap ends there, the rest is passed."""
        told = False
        try:
            with _text(self.files[file]) as text:
                pieces = iter(partial(text.readline, LINE_CAP + 1), "")
                for number, line in enumerate(pieces, start=1):
                    end = line
                    while len(end) > LINE_CAP and not end.endswith(("\r", "\n")):
                        end = text.readline(LINE_CAP + 1)
                    if foreign := FOREIGN.search(line):
                        line = line.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
                    if foreign and not told:
                        told = True
                        odd = f"not UTF-8, read as Windows-1252: line {number} and others like it"
                        self.note(file, 1, "", odd)
                    yield number, line
        except DAMAGE as error:
            raise Unreadable(f"{file} is damaged or cannot be read: {_reason(error)}") from None


def _known(cell: str, columns: Columns) -> str:
    """The column that a header's cell means, or empty."""
    known = {_plain(column): column for column in columns.all}
    word = _plain(cell)
    return known.get(word) or known.get(ALIASES.get(word, ""), "")


def _check(row: _Row, fault: str) -> None:
    """Raises when a cell of the row cannot be kept as it came."""
    if fault:
        raise _BadRow("", fault)
    if "sourcedId" in row.cells and not _readable(row["sourcedId"]):
        raise _BadRow("sourcedId", "is blank or cannot be read: the row is left out")
    for column, cell in row.cells.items():
        cap = CELL_CAPS.get(column, CELL_CAP)
        if len(cell) > cap:
            raise _BadRow(column, f"is longer than {cap} characters: the row is left out")
        if CONTROL.search(cell):
            raise _BadRow(column, "holds a control character: the row is left out")
        if LOST in cell:
            row.note(column, "lost a character on its way here: correct it at its source")


def _readable(source_id: str) -> str:
    """The id as it came, or empty when it cannot be the one that was meant."""
    odd = LOST in source_id or CONTROL.search(source_id) or len(source_id) > CELL_CAP
    return "" if odd else source_id


def _first(row: _Row, seen: dict[str, tuple[int, int]]) -> bool:
    """Whether the row's id is new; raises when an earlier row says something else of it."""
    if "sourcedId" not in row.cells:
        return True
    facts = hash(tuple(row.cells.items()))
    line, before = seen.setdefault(row["sourcedId"], (row.line, facts))
    if before != facts:
        raise _BadRow("sourcedId", f"same sourcedId on line {line} with other facts: that holds")
    return line == row.line


class _Lines:
    """Numbered lines that can be given back."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._back: deque[tuple[int, str]] = deque()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        return self._back.popleft() if self._back else next(self._lines)

    def back(self, lines: list[tuple[int, str]]) -> None:
        self._back.extendleft(reversed(lines))


def _records(lines: _Lines) -> Iterator[tuple[int, list[str] | str]]:
    """Each record and its first line; for one that cannot be read, why.

    The lines below an unreadable record are read again, each for itself: an open quote costs one
    row, not the file.
    """
    width = 0
    while True:
        held, cells = _record(lines)
        if not held:
            return
        if not isinstance(cells, str):
            if not any(map(str.strip, cells)):
                continue
            width = width or len(cells)
            cells = BAD_QUOTES if _swallows(held, width) else _fitting(cells, width)
        if isinstance(cells, str):
            lines.back(held[1:])
        yield held[0][0], cells


def _record(lines: _Lines) -> tuple[list[tuple[int, str]], list[str] | str]:
    """The lines of the next record, and its cells or why they cannot be read."""
    held: list[tuple[int, str]] = []

    def feed() -> Iterator[str]:
        for numbered in islice(lines, SPAN_CAP + 1):
            held.append(numbered)
            yield numbered[1]

    try:
        cells = next(csv.reader(feed(), strict=True, skipinitialspace=True), [])
    except csv.Error as error:
        return held, next(why for words, why in CSV_ERRORS.items() if words in str(error))
    return held, TOO_LONG if any(len(line) > LINE_CAP for _, line in held) else cells


BAD_QUOTES = "the quotes of this row do not match: the row is left out"
TOO_LONG = f"holds more than {LINE_CAP} characters: the row is left out"
CSV_ERRORS = {  # a part of what csv says → what we say; the last fits all
    "field larger": TOO_LONG,
    "unexpected end": "a quote opens in this row and does not close: the row is left out",
    "": BAD_QUOTES,
}


def _swallows(held: list[tuple[int, str]], width: int) -> bool:
    """Whether a quoted cell runs over the end of its row, into lines that are rows themselves."""
    (_, first), *below = held
    rows = (next(csv.reader([line]), []) for _, line in below)
    return first.count(",") >= width - 1 and any(len(cells) == width for cells in rows)


def _fitting(cells: list[str], width: int) -> list[str] | str:
    """The cells, as many as the header has; blank ones too many are dropped."""
    if any("\0" in cell for cell in cells):
        return "holds a NUL character: the row is left out"
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    odd = f"{len(cells)} cells where the header has {width}: the row is left out"
    return cells if len(cells) == width else odd


@contextmanager
def _text(opener: Opener) -> Iterator[io.TextIOWrapper]:
    """The file as text: UTF-16 if it says so, else UTF-8, bytes that are not being kept apart."""
    with opener() as start:
        wide = start.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    encoding, errors = ("utf-16", "replace") if wide else ("utf-8-sig", "surrogateescape")
    with io.TextIOWrapper(opener(), encoding, errors, newline="") as text:
        yield text


# Where the files are

DAMAGE = (
    OSError,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
OUTSIDE = re.compile(r"^/|\\|\0|^[A-Za-z]:|(^|/)\.\.(/|$)")
Members = list[zipfile.ZipInfo]

MEMBER_LAWS: tuple[tuple[Callable[[zipfile.ZipInfo], object], str], ...] = (
    (lambda one: OUTSIDE.search(one.orig_filename), "it holds a path that leads outside"),
    (lambda one: one.flag_bits & 0x41, "it is encrypted: unpack it and import the folder"),
    (
        lambda one: one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED),
        "it is packed in an unusual way: unpack it and import the folder",
    ),
    (
        lambda one: one.file_size > max(RATIO_FROM, RATIO_CAP * one.compress_size),
        f"it holds a file that unpacks to more than {RATIO_CAP} times its size",
    ),
)
ZIP_LAWS: tuple[tuple[Callable[[Members], object], str], ...] = (
    (lambda all_: len(all_) > MEMBERS_CAP, f"it holds more than {MEMBERS_CAP} files"),
    (
        lambda all_: sum(one.file_size for one in all_) > SIZE_CAP,
        f"it would unpack to more than {SIZE_CAP >> 20} MiB",
    ),
    (
        lambda all_: len({folder for folder, _ in _sheets(all_)}) > 1,
        "its CSV files lie in several folders: put them into one",
    ),
)


class _Wary(io.FileIO):
    """A file that refuses one huge read: zipfile reads a zip's list of members in one piece."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > DIRECTORY_CAP:
            raise zipfile.BadZipFile("its list of files is too long")
        return super().read(-1 if size is None else size) or b""


@contextmanager
def _files(path: Path) -> Iterator[dict[str, Opener | None]]:
    """The format's files by their name, each to be opened; None for a link that leads outside."""
    if path.is_dir():
        yield _in_folder(path)
    elif path.is_file():
        with _zip(path) as archive:
            yield _in_zip(path, archive)
    else:
        raise Unreadable(f"{path}: there is no such folder or zip file")


def _in_folder(path: Path) -> dict[str, Opener | None]:
    try:
        inside, files = path.resolve(), [entry for entry in path.iterdir() if entry.is_file()]
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {_reason(error)}") from None
    here = {file: file.resolve().is_relative_to(inside) for file in files}
    return _by_name(path, ((f.name, partial(_open, f) if here[f] else None) for f in files))


def _open(file: Path) -> IO[bytes]:
    return file.open("rb")


@contextmanager
def _zip(path: Path) -> Iterator[zipfile.ZipFile]:
    with ExitStack() as stack:
        try:
            archive = zipfile.ZipFile(stack.enter_context(_Wary(path)))
        except DAMAGE as error:
            odd = f"{path} is not a folder, nor a zip that can be read: {_reason(error)}"
            raise Unreadable(odd) from None
        yield stack.enter_context(archive)


def _in_zip(path: Path, archive: zipfile.ZipFile) -> dict[str, Opener | None]:
    members = archive.infolist()
    broken = [why for law, why in MEMBER_LAWS if any(map(law, members))]
    broken += [why for law, why in ZIP_LAWS if law(members)]
    if broken:
        raise Unreadable(f"{path} was not opened: {broken[0]}")
    sheets = [member for _, member in _sheets(members)]
    named = ((one.filename.rpartition("/")[2], partial(archive.open, one)) for one in sheets)
    return _by_name(path, named)


def _sheets(members: Members) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """The CSV files with their folders, without the hidden ones that a Mac adds."""
    for member in members:
        folder, _, name = member.filename.rpartition("/")
        if name.lower().endswith(".csv") and not name.startswith("."):
            yield folder, member


def _by_name(path: Path, found: Iterable[tuple[str, Opener | None]]) -> dict[str, Opener | None]:
    names = {file.lower(): file for file in FILES}
    files: dict[str, Opener | None] = {}
    for name, opener in found:
        file = names.get(name.lower())
        if file in files:
            raise Unreadable(f"{path} holds {file} twice: leave one")
        if file:
            files[file] = opener
    return files


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__


ONEROSTER = Format("oneroster", read, sniff)
