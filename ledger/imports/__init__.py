"""What comes in: a reader turns a file or folder into values and problems, and touches nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")


class Unreadable(Exception):
    """Nothing can be read. The message is for the person at the keyboard."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one place; the reason never quotes a name or a cell of a person's row."""

    file: str
    line: int  # physical, the first line of the row
    column: str  # empty: the whole row, or the whole file
    reason: str
    refused: bool = False  # the row, or the file, was left out

    def __str__(self) -> str:
        column = f", {self.column}" if self.column else ""
        return f"{self.file} line {self.line}{column}: {self.reason}"


@dataclass(frozen=True, slots=True)
class RosterStudent:
    """A student as the roster describes them."""

    source_id: str
    given: str
    family: str
    middle: str | None
    preferred: str | None
    numbers: tuple[tuple[str, str], ...]  # ("identifier", "104233"), ("userIds:LDAP", "12")
    grade: str | None  # PK, TK, K, 1 … 12, or what the roster says
    school_id: str | None
    homeroom_staff: str | None  # source_id of an active teacher
    birth_date: date | None
    sex: str | None
    active: bool
    place: tuple[str, int] = field(default=("", 0), compare=False)  # file and line of the row


@dataclass(frozen=True, slots=True)
class RosterStaff:
    """A member of staff as the roster describes them."""

    source_id: str
    given: str
    family: str
    username: str
    roles: tuple[str, ...]  # in the ledger's words
    active: bool
    school_ids: tuple[str, ...] = ()  # the first is the one they mostly work at
    numbers: tuple[tuple[str, str], ...] = ()  # as of a student


@dataclass(frozen=True, slots=True)
class RosterSchool:
    """An org of the roster: mostly a school, sometimes a department or a district."""

    source_id: str
    name: str
    type: str
    identifier: str
    active: bool
    parent_id: str | None = None  # an org of the same roster, and never one below


@dataclass(frozen=True, slots=True)
class RosterSession:
    """A school year, term or grading period of the roster."""

    source_id: str
    title: str
    type: str
    start: date | None
    end: date | None
    active: bool


@dataclass(frozen=True)
class Roster:
    """All that one roster says, and all that could not be read of it."""

    students: Iterable[RosterStudent]  # in the order of the file
    staff: Iterable[RosterStaff]
    schools: tuple[RosterSchool, ...]
    sessions: tuple[RosterSession, ...]
    problems: tuple[Problem, ...]  # the first of them, and for each file how many more there are
    rows: int  # of all files, without headers and blank lines
    counts: Mapping[str, int]  # users by role; families are counted and not kept
    unread: frozenset[str]  # source ids of users who are in the roster and could not be taken
    whole: bool  # False: a delta, or rows without a readable id; who is absent may not have left


@dataclass(frozen=True)
class HeldRoster(Roster):
    """A roster that is in memory as a whole."""

    students: tuple[RosterStudent, ...]
    staff: tuple[RosterStaff, ...]


@dataclass(frozen=True)
class Format(Generic[T]):
    """One format that comes in."""

    name: str
    read: Callable[[Path], T]  # raises Unreadable
    sniff: Callable[[Path], bool]  # whether the path looks like this format
