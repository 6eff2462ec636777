"""Finds a student by any number or name; never guesses."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, Protocol

from ledger.said import Unclear, clean

LIMIT = 20
ALL = -1
NEAR = 80  # of 100: how like a name the words must be to be offered
TOKEN_CAP = 60  # words of a name that are looked at; a roster's longest has fewer
AFTER = "\x7f"  # sorts after every letter and digit of a key
DROPPED = re.compile(r"['`.]")
PARTING = re.compile(r"[^0-9a-z]+")
BY_NUMBER = "(not on the roster)"  # ends the name of who is known by hand or a number alone
OUR_ID = re.compile(r"[0-9a-f][0-9a-f-]{6,35}")
FIELDS = "student_id, name, grade, teacher, number, active"


class Db(Protocol):
    """A plain connection, as sqlite3 and sqlcipher3 have them."""

    def execute(self, sql: str, parameters: Sequence[str | int] = ..., /) -> Iterable[Any]: ...


@dataclass(frozen=True, slots=True)
class Found:
    """A student as the roster shows them; no traceback shows whose it is."""

    student_id: str
    name: str = field(repr=False)
    grade: str
    teacher: str
    number: str = field(repr=False)
    active: bool

    @property
    def left(self) -> bool:
        """Whether they were on a roster once and are no longer."""
        return not self.active and not self.name.endswith(BY_NUMBER)

    @property
    def room(self) -> str:
        """Grade and teacher, as far as they are known."""
        return " ".join(filter(None, (f"gr {self.grade}" if self.grade else "", self.teacher)))

    @property
    def unlisted(self) -> bool:
        """Whether somebody here recorded them by hand, and no roster has them yet."""
        return self.active and self.name.endswith(BY_NUMBER)


@dataclass(frozen=True, slots=True)
class Finding:
    """The students whom words fit, active ones first.

    `near`: none fits exactly, so none of these may be taken. `more`: there are others besides.
    """

    students: tuple[Found, ...]
    near: bool = False
    more: bool = False


class NoSuch(Exception):
    """No student fits."""

    def __init__(self, said: str) -> None:
        super().__init__(
            "No student here fits. Type any part of the name, or any number of theirs."
        )
        self.said = said


class Which(Exception):
    """Several students fit, or one only nearly; `candidates` are for the screen alone."""

    def __init__(self, said: str, finding: Finding) -> None:
        count = f"{len(finding.students)}{' and more' if finding.more else ''}"
        how = f"none fits exactly, {count} near" if finding.near else f"{count} fit"
        # Neither the words nor the candidates: an exception's text may end up in a log.
        super().__init__(f"Which student? {how[0].upper()}{how[1:]}. Type more, or a number.")
        self.said, self.candidates = said, finding.students


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the staff, as far as signing in needs them."""

    staff_id: str
    roles: frozenset[str]
    active: bool


def search_key(name: str) -> str:
    """A name in plain lower-case letters: accents, apostrophes and dots gone, hyphens a space."""
    # NFC, so that both spellings of an accented letter have one key.
    plain = unicodedata.normalize("NFC", name)
    if not plain.isascii():
        from anyascii import anyascii

        plain = anyascii(plain)
    return PARTING.sub(" ", DROPPED.sub("", plain.casefold())).strip()


def born_key(birth_date: date, family: str) -> str:
    """What a child of this family name and birth date is found by."""
    return f"{birth_date.isoformat()} {search_key(family)}"


def with_number(db: Db, number: str) -> str | None:
    """The id of the only student who has this number, of any kind."""
    found = having(db, "number", number.casefold())
    return found[0] if len(found) == 1 else None


def having(db: Db, kind: str, key: str) -> list[str]:
    """Ids of the students with this key (number, name or born); a few are enough to know."""
    sql = "SELECT DISTINCT student_id FROM student_key WHERE kind = ? AND key = ? LIMIT ?"
    return [id for (id,) in db.execute(sql, [kind, _storable(key), LIMIT])]


@dataclass(frozen=True, slots=True)
class Look:
    """A student as somebody compares them with another; no traceback shows whose it is."""

    student_id: str
    name: str = field(repr=False)
    given: str = field(repr=False)
    family: str = field(repr=False)
    grade: str
    number: str = field(repr=False)
    birth_date: str | None = field(repr=False)
    numbers: frozenset[str] = field(repr=False)
    sources: tuple[str, ...]  # that ever described them


def look(db: Db, student_id: str) -> Look | None:
    """One student, to be compared."""
    sql = "SELECT name, given, family, grade, number, birth_date FROM student WHERE student_id = ?"
    row = next(iter(db.execute(sql, [student_id])), None)
    if row is None:
        return None
    name, given, family, grade, number, born = row
    keys = "SELECT key FROM student_key WHERE stream = ? AND kind = 'number'"
    numbers = frozenset(key for (key,) in db.execute(keys, [f"student-{student_id}"]))
    told = "SELECT source FROM student_source WHERE student_id = ? ORDER BY source"
    sources = tuple(source for (source,) in db.execute(told, [student_id]))
    return Look(student_id, name, given, family, grade, number, born, numbers, sources)


def listed_by(db: Db, source: str, schools: Collection[str] | None = None) -> Iterable[str]:
    """Ids of the students whom this source has, at these schools or at any, one at a time."""
    sql = "SELECT student_id, school_id FROM student_source WHERE source = ? AND here = 1"
    rows = db.execute(sql, [source])
    return (id for id, school in rows if schools is None or school in schools)


def is_source(db: Db, source: str) -> bool:
    """Whether this source ever described a student."""
    sql = "SELECT 1 FROM student_source WHERE source = ? LIMIT 1"
    return any(True for _ in db.execute(sql, [source]))


def sources_of(db: Db) -> list[str]:
    """The sources that ever described a student."""
    sql = "SELECT DISTINCT source FROM student_source ORDER BY source"
    return [source for (source,) in db.execute(sql, [])]


def any_source(db: Db) -> bool:
    """Whether any source has a student."""
    return any(True for _ in db.execute("SELECT 1 FROM student_source WHERE here = 1 LIMIT 1"))


def numbered(db: Db, number: str, kind: str) -> list[str]:
    """Ids of the students who have this number of this kind."""
    sql = "SELECT numbers FROM student WHERE student_id = ?"
    fit: list[str] = []
    for id in having(db, "number", number.casefold()):
        rows = [json.loads(numbers) for (numbers,) in db.execute(sql, [id])]
        if any([kind, number] in own for own in rows):
            fit.append(id)
    return fit


def same_as(db: Db, student_id: str) -> list[str]:
    """Ids of the students who were found to be this one."""
    sql = "SELECT student_id FROM student_same WHERE same_as = ? ORDER BY student_id"
    return [id for (id,) in db.execute(sql, [student_id])]


def find(db: Db, said: str, *, limit: int = LIMIT) -> Finding:
    """The students with this number, or else whose names have every word or its beginning.

    Whole words outrank beginnings, and active students those who left. When nobody fits, those
    with a like name are `near`.
    """
    said = _storable(said)
    rows = _by_number(db, said.casefold(), limit + 1)
    if not rows:
        rows = _by_name(db, search_key(said).split(), limit + 1)
    near = not rows
    if near:
        rows = _by_likeness(db, search_key(said), limit + 1)
    students = tuple(map(_found, rows))
    return Finding(students[:limit], near, more=len(students) > limit)


def called(db: Db, said: str) -> list[Found]:
    """Students who have every one of these words as a whole name, those who left too."""
    typed = search_key(_storable(said)).split()[:TOKEN_CAP]
    return [_found(row) for row in _having(db, typed, "", LIMIT)] if typed else []


def unlisted(db: Db) -> list[Found]:
    """The children whom somebody recorded by hand, and no roster has yet."""
    return [_found(row) for row in _rows(db, "active AND name LIKE ?", [f"%{BY_NUMBER}"], ALL)]


def everyone(db: Db) -> list[Found]:
    """Every student who is here, by name."""
    return [_found(row) for row in _rows(db, "active = 1", [], ALL)]


def like(db: Db, student: Found, *, limit: int = 3) -> list[Found]:
    """Who of a roster has a name like this child's, the likest first."""
    name = search_key(student.name.removesuffix(BY_NUMBER))
    near = map(_found, _by_likeness(db, name, LIMIT))
    return [one for one in near if not one.name.endswith(BY_NUMBER)][:limit]


def one(finding: Finding, said: str) -> Found:
    """The only student who fits; Unclear, NoSuch or Which when there is not exactly one."""
    if not said.strip():
        raise Unclear("Which student? Type any part of the name, or any number of theirs.")
    if not finding.students:
        raise NoSuch(said)
    if finding.near or len(finding.students) > 1:
        raise Which(said, finding)
    return finding.students[0]


def twice(said: str, looks: Callable[[], Iterable[Db]]) -> Finding:
    """What the first of these rosters finds for certain, or else the last finds at all."""
    finding = Finding(())
    for db in looks():
        finding = find(db, said)
        if finding.students and not finding.near:
            break
    return finding


def staff_by_username(db: Db, username: str) -> Person | None:
    """Who signs in so, also after they left."""
    sql = "SELECT staff_id, roles, active FROM staff WHERE username = ? ORDER BY active DESC"
    rows = db.execute(sql, [_storable(username).casefold()])
    people = (
        Person(id, frozenset(filter(None, roles.split(","))), bool(a)) for id, roles, a in rows
    )
    return next(people, None)


def person(username: str, looks: Callable[[], Iterable[Db]]) -> Person:
    """Who acts under this user name; Refused when nobody on the staff does."""
    for db in looks():
        found = staff_by_username(db, username)
        if found and found.active:
            return found
    from ledger.domain import Refused  # pydantic, which looking for students does without

    raise Refused(
        f"{clean(username)} is not on the staff list. Set BLEDGER_USER to your own user name, or "
        "have yourself added: bledger staff add"
    )


def staff_named(db: Db, said: str, *, active: bool = True) -> list[str]:
    """Ids of the staff whom these words fit: a user name, or every word a name or its beginning.

    Of those who are here, or else of those who left.
    """
    known = staff_by_username(db, said.strip())
    if known and known.active == active:
        return [known.staff_id]
    typed = search_key(said).split()
    of = "SELECT staff_id, name FROM staff WHERE active = ? ORDER BY name, staff_id"
    rows = db.execute(of, (int(active),))
    names = [(id, Counter(search_key(name).split())) for id, name in rows if typed]
    whole = [id for id, own in names if _each_its_own(typed, own, "")]
    return whole or [id for id, own in names if _each_its_own(typed, own, AFTER)]


def _storable(said: str) -> str:
    """Without the halves of characters that SQLite cannot take."""
    return said.encode("utf-8", "replace").decode().strip()


def _by_number(db: Db, said: str, limit: int) -> list[Any]:
    """Whoever has this number of any kind, or whose id, and nobody else's, begins so."""
    keyed = "SELECT student_id FROM student_key WHERE kind = 'number' AND key = ?"
    rows = _rows(db, f"student_id IN ({keyed})", [said], limit)
    if rows or not OUR_ID.fullmatch(said):
        return rows
    return _rows(db, "student_id BETWEEN ? AND ?", [said, said + AFTER], limit)


def _by_name(db: Db, typed: list[str], limit: int) -> list[Any]:
    """Whoever has all the words as whole names, or else as beginnings."""
    if not typed or len(typed) > TOKEN_CAP:
        return []
    whole = _having(db, typed, "", limit)
    if active := [row for row in whole if row[-1]]:
        return active
    begun = _having(db, typed, AFTER, limit)
    # One who left is called exactly so, and one who is here only begins so: both, to be asked.
    here = [row for row in begun if row[-1] or row in whole]
    return here or begun


def _having(db: Db, typed: list[str], after: str, limit: int) -> list[Any]:
    """Students with a name for every word: equal to it, or beginning with it."""
    ranges = [(token, token + after) for token in dict.fromkeys(typed)]
    each = "SELECT student_id FROM student_key WHERE kind = 'name' AND key BETWEEN ? AND ?"
    where = f"student_id IN ({' INTERSECT '.join([each] * len(ranges))})"
    bounds = [bound for pair in ranges for bound in pair]
    if not _overlapping(typed):
        return _rows(db, where, bounds, limit)
    rows = _rows(db, where, bounds, ALL)
    names = _names(db, ranges, {row[0]: row[1] for row in rows})
    return [row for row in rows if _each_its_own(typed, names[row[0]], after)][:limit]


def _overlapping(typed: list[str]) -> bool:
    """Whether one name could stand for two of the words, as Ana would for `ana a`."""
    ordered = sorted(typed)
    return any(b.startswith(a) for a, b in pairwise(ordered))


def _names(db: Db, ranges: list[tuple[str, str]], shown: dict[str, str]) -> dict[str, Counter[str]]:
    """The names of these students that the words could mean, as often as a student has them."""
    found = {id: Counter(search_key(name).split()) for id, name in shown.items()}
    sql = "SELECT student_id, key FROM student_key WHERE kind = 'name' AND key BETWEEN ? AND ?"
    for bounds in ranges:
        for id, key in db.execute(sql, bounds):
            if id in found:
                found[id] |= Counter([key])
    return found


def _each_its_own(typed: list[str], names: Counter[str], after: str) -> bool:
    """Whether every word has a name to itself."""
    left = list(names.elements())
    # The longest first: what it fits its beginnings fit too, so no choice is ever regretted.
    for word in sorted(typed, key=len, reverse=True):
        fit = next((name for name in left if word <= name <= word + after), None)
        if fit is None:
            return False
        left.remove(fit)
    return True


def _by_likeness(db: Db, key: str, limit: int) -> list[Any]:
    """Students with a name like this, the likest first."""
    if not key:
        return []
    from rapidfuzz import fuzz, process

    # A name that was destroyed left no keys, only the words that say so.
    named = "SELECT student_id FROM student_key WHERE kind = 'name'"
    rows = _rows(db, f"student_id IN ({named})", [], ALL)
    keys = {row[1]: search_key(row[1]) for row in rows}
    near = process.extract(key, keys, scorer=fuzz.WRatio, score_cutoff=NEAR, limit=None)
    rank = {name: place for place, (_, _, name) in enumerate(near)}
    like = [row for row in rows if row[1] in rank]
    here = [row for row in like if row[-1]] or like
    return sorted(here, key=lambda row: (rank[row[1]], row[0]))[:limit]


def _found(row: Any) -> Found:
    student_id, name, grade, teacher, number, active = row
    return Found(student_id, name, grade, teacher, number, bool(active))


def _rows(db: Db, where: str, values: Sequence[str], limit: int) -> list[Any]:
    """Students, active ones first; `where` is of this file, and every value is bound."""
    sql = f"SELECT {FIELDS} FROM student WHERE {where} "  # noqa: S608
    order = "ORDER BY active DESC, name, student_id LIMIT ?"
    return list(db.execute(sql + order, [*values, limit]))


def slips(db: Db) -> list[str]:
    """The numbers of the paper slips that incidents came from, as they were typed."""
    return [slip for (slip,) in db.execute("SELECT DISTINCT slip FROM incident", []) if slip]


def staff_names(db: Db) -> dict[str, str]:
    """The staff's names by id."""
    return dict(iter(db.execute("SELECT staff_id, name FROM staff")))


def staff_in_role(db: Db, role: str) -> str | None:
    """The id of somebody who is here in this role, if there is one."""
    asked = "SELECT staff_id, roles FROM staff WHERE active = 1 ORDER BY name"
    found = (id for id, roles in db.execute(asked) if role in roles.split(","))
    return next(found, None)
