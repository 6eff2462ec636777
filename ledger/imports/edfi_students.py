"""Ed-Fi's InterchangeStudent: who the students are, without a school."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ledger.imports import Format, HeldRoster, Problem, Roster, RosterStudent
from ledger.imports.edfi_codes import word_of
from ledger.imports.edfi_xml import Element, Interchange, Progress, root_of
from ledger.imports.incidents import BadRecord, compact, plausible
from ledger.imports.scratch import SeenOnDisk, scratch
from ledger.imports.sheets import CELL_CAP, CONTROL, LOST, Problems

INTERCHANGE, STUDENT, PERSON = "InterchangeStudent", "Student", "Person"
NUMBER = "studentUniqueId"
ID_CAP = 32  # letters of a StudentUniqueId
CODES = (  # where other numbers may stand: the element, and what of it says the kind
    ("StudentIdentificationCode", "StudentIdentificationSystem"),
    ("PersonalIdentificationDocument", "IdentificationDocumentUse"),
)
TABLES = "CREATE TABLE pupil (n INTEGER PRIMARY KEY, said TEXT) STRICT;"


@contextmanager
def opened(
    path: Path,
    schools: Collection[str] | None = None,
    *,
    today: date | None = None,
    progress: Progress = lambda count: None,
) -> Iterator[Roster]:
    """The students in an XML file, gone through from a scratch file.

    The interchange names no school: `schools` choose nothing, and every student is of none.
    """
    with scratch(TABLES) as db:
        reading = _Reading(path, db)
        reading.read(progress)
        yield reading.roster()


def read(path: Path) -> HeldRoster:
    """All the students in memory; raises Unreadable when nothing of it can be read."""
    with opened(path) as roster:
        return HeldRoster(**dict(vars(roster)) | {"students": tuple(roster.students)})


def sniff(path: Path) -> bool:
    """Whether the file is this interchange."""
    return path.is_file() and root_of(path) == INTERCHANGE


@dataclass
class _Reading:
    """Students in a scratch database, in the order of the file."""

    path: Path
    db: Any
    problems: Problems = field(default_factory=Problems)
    rows: int = 0
    count: int = 0
    unread: set[str] = field(default_factory=set)
    whole: bool = True

    def note(self, line: int, column: str, reason: str, *, refused: bool = False) -> None:
        self.problems.append(Problem(self.path.name, line, column, reason, refused))

    def read(self, progress: Progress) -> None:
        interchange = Interchange(self.path, INTERCHANGE, self.problems, progress)
        seen = SeenOnDisk(self.db)
        for element in interchange:
            self.rows += 1
            try:
                self._keep(element, seen)
            except BadRecord as bad:
                self.note(element.line, *bad.args, refused=True)
                self._unread(element)
        self.whole = self.whole and interchange.whole

    def _keep(self, element: Element, seen: SeenOnDisk) -> None:
        if element.name == PERSON:
            return
        if element.name != STUDENT:
            raise BadRecord("", "is no record of this interchange: it is left out")
        if element.broken:
            raise BadRecord(STUDENT, element.broken)
        student = _fields(self._student(element))
        said, told = compact(student), hash(compact(student | {"place": None}))
        id = element.word("StudentUniqueId")
        line, facts = seen.first(STUDENT, id, element.line, told)
        if facts != told:
            odd = f"same StudentUniqueId on line {line} with other facts: that holds"
            raise BadRecord("StudentUniqueId", odd)
        if line == element.line:
            self.db.execute("INSERT INTO pupil (said) VALUES (?)", [said])
            self.count += 1

    def _unread(self, element: Element) -> None:
        """Who is in the file and could not be taken; when nobody knows who, it is not whole."""
        id = element.word("StudentUniqueId")
        if 0 < len(id) <= ID_CAP:
            self.unread.add(id)
        self.whole = self.whole and (0 < len(id) <= ID_CAP or element.name != STUDENT)

    def _student(self, element: Element) -> RosterStudent:
        id = element.word("StudentUniqueId")
        if not id or len(id) > ID_CAP or LOST in id or CONTROL.search(id):
            raise BadRecord("StudentUniqueId", "cannot be read: the student is left out")
        name = element.first("Name") or Element("Name")
        given, family = self._name(name, "FirstName"), self._name(name, "LastSurname")
        if not given and not family:
            raise BadRecord("Name", "is blank: the student is left out")
        return RosterStudent(
            source_id=id,
            given=given,
            family=family,
            middle=self._name(name, "MiddleName") or None,
            preferred=self._name(name, "PreferredFirstName") or None,
            numbers=tuple(dict.fromkeys(((NUMBER, id), *_numbers(element, name)))),
            grade=None,
            school_id=None,
            homeroom_staff=None,
            birth_date=self._born(element),
            sex=word_of(element.word("BirthData", "BirthSex")).lower()[:40] or None,
            active=True,
            place=(self.path.name, element.line),
        )

    def _name(self, name: Element, column: str) -> str:
        text = CONTROL.sub(" ", name.word(column))
        if len(text) > CELL_CAP:
            raise BadRecord(column, f"is longer than {CELL_CAP} characters: it is left out")
        return text

    def _born(self, element: Element) -> date | None:
        text = element.word("BirthData", "BirthDate")
        try:
            born = date.fromisoformat(text[:10]) if text else None
        except ValueError:
            born = None
        good = born is not None and plausible(born)
        if text and not good:
            self.note(element.line, "BirthDate", "is not a day that can be: left out")
        return born if good else None

    def roster(self) -> Roster:
        return Roster(
            students=_Students(self.db),
            staff=(),
            schools=(),
            sessions=(),
            problems=tuple(self.problems),
            rows=self.rows,
            counts={"student": self.count},
            unread=frozenset(self.unread),
            whole=self.whole and self.count > 0,
        )


def _numbers(element: Element, name: Element) -> Iterator[tuple[str, str]]:
    """Every other number that a student is known by, with its kind."""
    for child in (*element.children, *name.children):
        for code, system in CODES:
            number = child.word("IdentificationCode")
            number = number or child.word("IssuerDocumentIdentificationCode")
            if child.name == code and 0 < len(number) <= 60 and not CONTROL.search(number):
                yield word_of(child.word(system))[:60] or code, number


class _Students:
    """The students of a scratch database, as often as they are asked for."""

    def __init__(self, db: Any) -> None:
        self._db = db

    def __iter__(self) -> Iterator[RosterStudent]:
        for (said,) in self._db.execute("SELECT said FROM pupil ORDER BY n"):
            fields = json.loads(said)
            born = fields["birth_date"]
            fields["birth_date"] = date.fromisoformat(born) if born else None
            fields |= {"numbers": tuple(map(tuple, fields["numbers"]))}
            fields |= {"place": tuple(fields["place"])}
            yield RosterStudent(**fields)


def _fields(student: RosterStudent) -> dict[str, Any]:
    born = student.birth_date
    return asdict(student) | {"birth_date": born.isoformat() if born else None}


EDFI_STUDENTS = Format("edfi", read, sniff)
