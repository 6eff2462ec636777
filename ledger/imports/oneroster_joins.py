"""What one row of a roster needs of the other files, kept where it does not fill the memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from ledger.imports import RosterStaff, RosterStudent
from ledger.imports.oneroster_words import USERS

T = TypeVar("T")

TABLES = """
CREATE TABLE role (
    user TEXT, line INTEGER, word TEXT, org TEXT, lead INTEGER, now INTEGER,
    PRIMARY KEY (user, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE staff (
    place INTEGER PRIMARY KEY, id TEXT UNIQUE, given TEXT, family TEXT, username TEXT, roles TEXT,
    active INTEGER, schools TEXT
) STRICT;
CREATE TABLE student (
    line INTEGER PRIMARY KEY, id TEXT, given TEXT, family TEXT, middle TEXT, preferred TEXT,
    numbers TEXT, grade TEXT, school TEXT, active INTEGER
) STRICT;
CREATE TABLE born (id TEXT PRIMARY KEY, birth TEXT, sex TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE room (id TEXT PRIMARY KEY, kind TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE teacher (
    room TEXT, lead INTEGER, staff TEXT, PRIMARY KEY (room, lead)
) STRICT, WITHOUT ROWID;
CREATE TABLE seat (
    student TEXT, homeroom INTEGER, room TEXT, PRIMARY KEY (student, homeroom)
) STRICT, WITHOUT ROWID;
"""

ADD_ROLE = "INSERT INTO role VALUES (?,?,?,?,?,?)"
ADD_STAFF = "INSERT INTO staff VALUES (NULL,?,?,?,?,?,?,?)"
ADD_STUDENT = "INSERT INTO student VALUES (?,?,?,?,?,?,?,?,?,?)"
ADD_BORN = "INSERT INTO born VALUES (?,?,?)"
ADD_ROOM = "INSERT INTO room VALUES (?,?)"
# Of several that fit, the first that is said is kept.
ADD_TEACHER = """
INSERT OR IGNORE INTO teacher SELECT :room, :lead, id FROM staff
WHERE id = :user AND active
    AND NOT EXISTS (SELECT 1 FROM room WHERE room.id = :room AND kind = 'closed')
"""
ADD_SEAT = """
INSERT OR IGNORE INTO seat
SELECT :user, kind = 'homeroom', :room
FROM (SELECT COALESCE((SELECT kind FROM room WHERE id = :room), '') AS kind)
WHERE kind <> 'closed'
"""
OF_NOBODY = """
SELECT 'demographics.csv' WHERE EXISTS (SELECT 1 FROM born) AND EXISTS (SELECT 1 FROM student)
    AND NOT EXISTS (SELECT 1 FROM student JOIN born USING (id))
UNION ALL
SELECT 'enrollments.csv' WHERE EXISTS (SELECT 1 FROM seat) AND EXISTS (SELECT 1 FROM student)
    AND NOT EXISTS (SELECT 1 FROM student JOIN seat ON seat.student = student.id)
"""
ROLES_OF = "SELECT word, org, lead, now FROM role WHERE user = ? ORDER BY line"
EVERY_STAFF = "SELECT id, given, family, username, roles, active, schools FROM staff ORDER BY place"
# The teacher of the homeroom, else of the first class; the primary teacher first.
EVERY_STUDENT = """
SELECT student.id, given, family, middle, preferred, numbers, grade, school,
    (SELECT staff FROM seat JOIN teacher USING (room) WHERE seat.student = student.id
     ORDER BY homeroom DESC, lead DESC LIMIT 1),
    birth, sex, active, line
FROM student LEFT JOIN born ON born.id = student.id ORDER BY line
"""


STAFF_COLUMNS = ("source_id", "given", "family", "username", "roles", "active", "school_ids")
STUDENT_COLUMNS = (
    *("source_id", "given", "family", "middle", "preferred"),
    *("numbers", "grade", "school_id", "active"),
)


@dataclass(frozen=True, slots=True)
class Role:
    """What a user is at one org."""

    word: str  # plain
    org: str  # an id, or empty
    lead: bool  # the primary role of the user there
    now: bool


@dataclass(frozen=True)
class Stored(Generic[T]):
    """What was kept, read anew from the scratch file each time it is gone through."""

    db: Any
    asked: str
    make: Callable[..., T]

    def __iter__(self) -> Iterator[T]:
        return (self.make(*row) for row in self.db.execute(self.asked))


class Joins:
    """The scratch tables of one reading."""

    def __init__(self, db: Any) -> None:
        self._do = db.execute
        self.staff: Iterable[RosterStaff] = Stored(db, EVERY_STAFF, _staff)
        self.students: Iterable[RosterStudent] = Stored(db, EVERY_STUDENT, _student)

    def add_role(self, user: str, line: int, role: Role) -> None:
        self._do(ADD_ROLE, (user, line, role.word, role.org, role.lead, role.now))

    def roles_of(self, user: str) -> list[Role]:
        found = self._do(ROLES_OF, (user,))
        return [Role(word, org, bool(lead), bool(now)) for word, org, lead, now in found]

    def add(self, user: RosterStaff | RosterStudent) -> None:
        if isinstance(user, RosterStaff):
            self._do(ADD_STAFF, _columns(user, STAFF_COLUMNS))
        else:
            self._do(ADD_STUDENT, (user.place[1], *_columns(user, STUDENT_COLUMNS)))

    def add_born(self, student: str, birth: date | None, sex: str | None) -> None:
        self._do(ADD_BORN, (student, birth and birth.isoformat(), sex))

    def add_room(self, id: str, kind: str) -> None:
        self._do(ADD_ROOM, (id, kind))

    def add_teacher(self, room: str, user: str, lead: bool) -> None:
        self._do(ADD_TEACHER, {"room": room, "user": user, "lead": lead})

    def add_seat(self, room: str, user: str) -> None:
        self._do(ADD_SEAT, {"room": room, "user": user})

    def of_nobody(self) -> list[str]:
        """Files that tell of students, but of none that there is."""
        return [file for (file,) in self._do(OF_NOBODY)]


def _columns(user: RosterStaff | RosterStudent, names: tuple[str, ...]) -> list[Any]:
    """The values as SQLite takes them: a tuple as JSON."""
    values = (getattr(user, name) for name in names)
    return [json.dumps(value) if isinstance(value, tuple) else value for value in values]


def _staff(
    id: str, given: str, family: str, username: str, roles: str, active: int, schools: str
) -> RosterStaff:
    told = tuple(json.loads(roles)), bool(active), tuple(json.loads(schools))
    return RosterStaff(id, given, family, username, *told)


def _student(*row: Any) -> RosterStudent:
    *names, numbers, grade, school, teacher, birth, sex, active, line = row
    source_id, given, family, middle, preferred = names
    return RosterStudent(
        source_id=source_id,
        given=given,
        family=family,
        middle=middle,
        preferred=preferred,
        numbers=tuple((kind, number) for kind, number in json.loads(numbers)),
        grade=grade,
        school_id=school,
        homeroom_staff=teacher,
        birth_date=birth and date.fromisoformat(birth),
        sex=sex,
        active=bool(active),
        place=(USERS, line),
    )
