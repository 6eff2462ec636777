"""Who of a roster's users is a student, who is of the staff, and of which school."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from ledger.imports import RosterStaff, RosterStudent
from ledger.imports.oneroster_joins import Joins, Role
from ledger.imports.oneroster_orgs import Orgs
from ledger.imports.oneroster_words import (
    FAMILY,
    STAFF,
    STUDENT,
    USERS,
    active,
    day,
    grade,
    ids,
    numbers,
    word,
)
from ledger.imports.sheets import BadRow, Reading, Row

UNKNOWN_ORG = "names an org that is not in orgs.csv: kept as it came"


class Users:
    """Reads users one after the other, each for itself, and sums up what is odd of them all."""

    def __init__(self, joins: Joins, orgs: Orgs, asked: frozenset[str] | None) -> None:
        self._joins, self._orgs, self._asked = joins, orgs, asked
        self.counts: Counter[str] = Counter()
        self._schools: dict[str, None] = {}  # of students, as they are met
        self._lengths = {column: Lengths() for column in ("sourcedId", "identifier")}

    def read(self, row: Row) -> RosterStudent | RosterStaff | None:
        """A student, a member of staff, or nothing for who is of the family or not asked for."""
        theirs = deciding(self._roles(row))
        role = theirs[0]
        if role.word in FAMILY:
            self.counts[role.word] += 1
            return None
        if not row["givenName"] and not row["familyName"]:
            raise BadRow("givenName", "is blank and familyName too: the row is left out")
        schools = self._of_those_asked(row, self._school_ids(row, theirs))
        if schools is None:
            return None
        self.counts[role.word] += 1
        here = active(row) and role.now
        if role.word == STUDENT:
            return self._student(row, next(iter(schools), None), here)
        return _staff(row, theirs, schools, here)

    def _roles(self, row: Row) -> list[Role]:
        """What roles.csv says, else what the row itself does."""
        if found := self._joins.roles_of(row["sourcedId"]):
            return found
        own = word(row, "role")
        if not own and "role" not in row.cells:
            raise BadRow("", "has no role in roles.csv that is known: the row is left out")
        if not is_known(own):
            raise BadRow("role", "is not a role that is known: the row is left out")
        orgs = ids(row, "orgSourcedIds")
        if self._orgs.all and own not in FAMILY and not self._orgs.all.keys() >= set(orgs):
            row.note("orgSourcedIds", UNKNOWN_ORG)
        return [Role(own, org, lead=True, now=True) for org in orgs or [""]]

    def _school_ids(self, row: Row, roles: Iterable[Role]) -> tuple[str, ...]:
        """The schools of these roles: a real school before a district, the main one first."""
        main = row["primaryOrgSourcedId"]
        by_id = {id: self._orgs.school_of.get(id, id) for id in (main, *(r.org for r in roles))}
        leads = {by_id[role.org] for role in roles if role.lead}
        at = dict.fromkeys(by_id[role.org] for role in roles if role.org) or {by_id[main]: None}

        def rank(school: str) -> tuple[bool, ...]:
            return not self._orgs.is_school(school), school not in leads, school != by_id[main]

        return tuple(sorted(filter(None, at), key=rank))

    def _of_those_asked(self, row: Row, schools: tuple[str, ...]) -> tuple[str, ...] | None:
        """The schools that were asked for; None for a user of others."""
        if self._asked is None:
            return schools
        if not any(school in self._orgs.all for school in schools):
            odd = "names no school that is known, and one was asked for: the row is left out"
            raise BadRow("orgSourcedIds", odd)
        return tuple(school for school in schools if school in self._asked) or None

    def _student(self, row: Row, school: str | None, here: bool) -> RosterStudent:
        if school and school in self._orgs.all:
            self._schools[school] = None
        for column, lengths in self._lengths.items():
            lengths.see(row[column], row.line)
        return RosterStudent(
            source_id=row["sourcedId"],
            given=row["givenName"],
            family=row["familyName"],
            middle=row["middleName"] or None,
            preferred=row["preferredGivenName"] or None,
            numbers=tuple(numbers(row)),
            grade=grade(row),
            school_id=school,
            homeroom_staff=None,
            birth_date=None,
            sex=None,
            active=here,
            place=(USERS, row.line),
        )

    def say_what_is_odd(self, reading: Reading) -> None:
        for column, lengths in self._lengths.items():
            if line := lengths.first_short:
                odd = "this number and others are shorter than most, which begin with 0"
                reading.note(USERS, line, column, f"{odd}: a spreadsheet may have cut their zeros")
        for id in self._schools:
            if not self._orgs.is_school(id):
                kind = self._orgs.all[id].type or "org without a type"
                odd = f"org {id} is a {kind}, not a school: taken as the school"
                reading.note("orgs.csv", self._orgs.lines[id], "type", odd)


def deciding(roles: list[Role]) -> list[Role]:
    """Of a user's roles those that hold now, of one kind, the first one first.

    Who is of the family is that only if nothing else; a primary role decides between a student
    and the staff, and without one the staff.
    """
    held = [role for role in roles if role.now] or roles
    held = sorted(held, key=lambda r: (r.word in FAMILY, not r.lead, r.word == STUDENT))
    kinds = [_kind(role.word) for role in held]
    return [role for role, kind in zip(held, kinds, strict=True) if kind == kinds[0]]


def is_known(role: str) -> bool:
    return role == STUDENT or role in STAFF or role in FAMILY


def _kind(role: str) -> str:
    return role if role == STUDENT else "family" if role in FAMILY else "staff"


def _staff(row: Row, roles: Iterable[Role], schools: tuple[str, ...], here: bool) -> RosterStaff:
    return RosterStaff(
        source_id=row["sourcedId"],
        given=row["givenName"],
        family=row["familyName"],
        username=row["username"],
        roles=tuple(dict.fromkeys(STAFF[role.word] for role in roles)),
        active=here,
        school_ids=schools,
        numbers=tuple((kind, number) for kind, number in numbers(row) if kind != "username"),
    )


def role_of(row: Row, orgs: Orgs, today: date | None) -> tuple[str, int, Role] | None:
    """(user, line, role) of a row of roles.csv; no role for a word that nobody knows here."""
    said, org = word(row, "role"), row["orgSourcedId"]
    if not row["userSourcedId"]:
        raise BadRow("userSourcedId", "is blank: the row is left out")
    if not is_known(said):
        row.note("role", "is not a role that is known: that role is left out")
        return None
    if org and orgs.all and org not in orgs.all:
        row.note("orgSourcedId", UNKNOWN_ORG)
    lead = word(row, "roleType") != "secondary"
    return row["userSourcedId"], row.line, Role(said, org, lead, _holds(row, today))


def _holds(row: Row, today: date | None) -> bool:
    begins, ends = day(row, "beginDate"), day(row, "endDate")
    on = today is None or ((begins or today) <= today <= (ends or today))
    return active(row) and on


class Lengths:
    """How long the numbers of a column are, and which of them begin with 0."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self._zeros: Counter[int] = Counter()
        self._lines: dict[int, int] = {}  # the first of each length

    def see(self, number: str, line: int) -> None:
        if number.isascii() and number.isdigit():
            length = len(number)
            self._counts[length] += 1
            self._zeros[length] += number[0] == "0"
            self._lines.setdefault(length, line)

    @property
    def first_short(self) -> int:
        """The line of the first number that may have lost zeros; 0 if none seems to."""
        if not self._counts:
            return 0
        usual, count = self._counts.most_common(1)[0]
        odd = [n for n in self._counts if n < usual and not self._zeros[n]]
        most = 2 * count > self._counts.total() and 2 * self._zeros[usual] > count
        return min((self._lines[n] for n in odd), default=0) if most else 0
