"""What a roster would do to whom the record knows: looked at before anything is recorded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.domain.student import STUDENT
from ledger.imports import Problem, Roster, RosterStudent
from ledger.imports.linking import Students
from ledger.imports.sheets import Problems
from ledger.store import Ledger

SUSPICIOUS = 0.3  # the share of students whose absence from a file is no accident of theirs …
FROM, FEW, HALF = 10, 4, 0.5  # … from more than so many of them on; of few students, of half
ALIKE = 0.05  # the share of students who look like known ones by no accident
PRESENT = """
CREATE TABLE present (id TEXT PRIMARY KEY, taken INTEGER, own INTEGER) STRICT, WITHOUT ROWID;
"""
DOUBTED = (
    "a student known by number alone may be this one, and the numbers do not say for certain: the "
    "row is taken as another student. See: bledger roster link"
)
Schools = Collection[str] | None


class Incomplete(Exception):
    """The file lacks so many known students that it may not be the whole roster."""


class Unlinked(Exception):
    """Many students of a new source look like known ones, and nobody said that they are."""


@dataclass(frozen=True)
class Known:
    """What the roster's tables tell of who is known: where to look, not what holds."""

    listed: Callable[[str, Schools], Iterable[str]]  # by a source, at these schools or at any
    alike: Callable[[RosterStudent], Collection[str]] | None = None  # asked of a new source alone


@dataclass
class Survey:
    """Who is in a roster, whose history waits for them there, and how many are gone."""

    db: Any
    claims: dict[str, str] = field(default_factory=dict)  # source id → student known by number
    problems: Problems = field(default_factory=Problems)
    count: int = 0
    alike: int = 0
    missing: int = 0
    listed: int = 0

    def add(self, id: str, *, own: bool = True) -> None:
        """A student is in the roster; `own`: under an id of theirs, not under that of a double."""
        new = "INSERT INTO present VALUES (?, 0, ?) ON CONFLICT DO UPDATE SET own = max(own, ?)"
        self.db.execute(new, (id, own, own))

    def has_own(self, id: str) -> bool:
        asked = "SELECT 1 FROM present WHERE id = ? AND own"
        return bool(self.db.execute(asked, (id,)).fetchone())

    def has(self, id: str) -> bool:
        return bool(self.db.execute("SELECT 1 FROM present WHERE id = ?", (id,)).fetchone())

    def take(self, id: str) -> bool:
        """Whether no earlier row of the roster spoke of this student."""
        asked = "UPDATE present SET taken = 1 WHERE id = ? AND taken = 0"
        return bool(self.db.execute(asked, (id,)).rowcount)


def survey(
    db: Any,
    ledger: Ledger,
    roster: Roster,
    source: str,
    known: Known,
    *,
    gone_from: Sequence[str],
    schools: Schools = None,
) -> Survey:
    """Go through a roster once; the students of the sources `gone_from` are looked for in it."""
    found, students = Survey(db), Students(ledger)
    waiting: dict[str, list[RosterStudent]] = {}
    for student in filter(lambda student: student.active, roster.students):
        found.count += 1
        numbers = [number for _, number in student.numbers]
        own = students.waiting(source, student.source_id, numbers)
        for id in own:
            waiting.setdefault(id, []).append(student)
        if not own:
            id = students.own(source, student.source_id)
            shown = students.kept(id)
            found.add(shown, own=id == shown)
            found.alike += _is_alike(students, known, source, student)
    for source_id in roster.unread:
        found.add(students.of_source(source, source_id))
    _claim(found, waiting, students, source)
    for one in gone_from:
        for id in known.listed(one, schools):
            found.listed += 1
            found.missing += not found.has(id) and one in students.state(id).listed
    return found


def _is_alike(students: Students, known: Known, source: str, student: RosterStudent) -> bool:
    """Whether somebody else may be meant, and nobody said who."""
    if known.alike is None or students.is_linked(source, student.source_id):
        return False
    return bool(known.alike(student))


def _claim(
    found: Survey, waiting: dict[str, list[RosterStudent]], students: Students, source: str
) -> None:
    """Whose number one row has, and no other, is the student of that row."""
    rows = [student.source_id for own in waiting.values() for student in own]
    for id, own in waiting.items():
        certain = len(own) == 1 and rows.count(own[0].source_id) == 1
        if certain:
            found.claims[own[0].source_id] = id
            found.add(id)
            continue
        for student in own:
            found.problems.append(Problem(*student.place, "", DOUBTED))
            found.add(students.of_source(source, student.source_id))


def check(found: Survey, roster: Roster, *, withdraw_many: bool, new_source: bool) -> None:
    """Refuse what looks like a mistake, while nothing is recorded."""
    if found.alike >= max(2, ALIKE * found.count) and not new_source:
        raise Unlinked(
            f"{found.alike} of the {found.count} students in this file look like known ones, whom "
            "another source describes. Link them first: bledger roster link --source NAME FILE. "
            "If they are other children, run it again with --new-source. Nothing is recorded."
        )
    if roster.whole and _lacks_many(found) and not withdraw_many:
        raise Incomplete(
            f"{found.missing} of {found.listed} known students are not in this file. Is it the "
            "whole roster? If they all left, run it again with --withdraw-missing. Nothing is "
            "recorded."
        )


def _lacks_many(found: Survey) -> bool:
    """Whether so many are missing that it may not be the whole roster, even of a small school."""
    half = found.listed >= FEW and found.missing > HALF * found.listed
    return half or found.missing > max(FROM, SUSPICIOUS * found.listed)


def listed_in(ledger: Ledger) -> Callable[[str, Schools], Iterator[str]]:
    """Who is listed by a source, from the record itself: slow, and always right."""

    def listed(source: str, schools: Schools) -> Iterator[str]:
        for stream in ledger.streams_of("student"):
            student = STUDENT.fold(ledger.stream(stream))
            if source in student.listed:
                at = student.facts[source].school_id
                if schools is None or at in schools:
                    yield stream.partition("-")[2]

    return listed


__all__ = ["Incomplete", "Known", "Survey", "Unlinked", "check", "listed_in", "survey"]
