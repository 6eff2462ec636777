"""A school's calendar as files tell it: what they say of which days, and what words mean that."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from ledger.domain.calendar import EVERY_GRADE, SATURDAY
from ledger.domain.codes import DayKind
from ledger.imports import Problem, Unreadable
from ledger.said import clean

SPAN_CAP = 400  # days of one stretch, as of the longest school year
TITLE_CAP = 80
YEARS = range(1900, 3000)


class Mark(StrEnum):
    """What a calendar says of a day."""

    NO_SCHOOL = "no-school"
    MINIMUM = "minimum"
    CLOSED = "closed"
    FIRST = "first-day"
    LAST = "last-day"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a file says of a stretch of days, and on which line."""

    mark: Mark
    first: date
    last: date
    name: str
    line: int

    @property
    def weekdays(self) -> Iterator[date]:
        """Its days without weekends: there is no school then anyway."""
        days = (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))
        return (day for day in days if day.weekday() < SATURDAY)


@dataclass(frozen=True, slots=True)
class Rung:
    """One stretch of a kind of day: a period by its name, or the lunch of a grade."""

    kind: DayKind
    lunch: bool
    name: str  # the period's name, or the grade, `*` for every other
    start: time
    end: time
    line: int


@dataclass(frozen=True, slots=True)
class Passed:
    """Events of one title that were not taken, why, and the line of the first."""

    title: str
    why: str
    line: int
    times: int


@dataclass(frozen=True)
class Told:
    """All that one file says of the school's calendar, and all that could not be read of it."""

    file: str
    said: tuple[Said, ...] = ()
    bells: tuple[Rung, ...] = ()
    passed: tuple[Passed, ...] = ()
    terms: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class How:
    """How a file is read: the school's zone, its own words, and how far repeating events go."""

    zone: ZoneInfo
    until: date
    own: Mapping[Mark, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def words(self) -> Words:
        return Words(self.own)


OTHERS = (".xlsx", ".xls", ".ods", ".numbers", ".pdf", ".docx", ".doc")


def read(path: Path, how: How) -> Told:
    """What a file or folder says of the calendar; raises Unreadable when it is no calendar."""
    if path.is_dir() or path.suffix.lower() == ".zip":
        from ledger.imports import calendar_sessions

        return calendar_sessions.read(path)
    if path.suffix.lower() in OTHERS:
        raise Unreadable(
            f"{path} is not read here: save it as CSV, or export it as iCalendar (.ics)"
        )
    from ledger.imports import calendar_csv, calendar_ics

    if calendar_ics.sniff(path):
        return calendar_ics.read(path, how)
    if path.suffix.lower() in (".ics", ".ical", ".ifb"):
        raise Unreadable(
            f"{path} is no calendar: it does not begin with BEGIN:VCALENDAR; export it again as "
            "iCalendar (.ics)"
        )
    return calendar_csv.read(path)


# What the titles of events mean. Spellings are those of `_plain`; a word fits with an s behind it.

# What is said outright holds, whatever else the title says.
OUTRIGHT: Mapping[Mark, tuple[str, ...]] = {
    Mark.NO_SCHOOL: (
        "no school",
        "no class",
        "no classes",
        "no student",
        "school closed",
        "school is closed",
        "schools are closed",
        "pupil free",
        "student free",
        "non student day",
        "non pupil day",
        "non instructional day",
        "non school day",
        "student holiday",
        "school holiday",
        "no hay clases",
        "no hay escuela",
        "sin clases",
    ),
    Mark.MINIMUM: (
        "minimum day",
        "min day",
        "early dismissal",
        "early release",
        "early out",
        "shortened day",
        "short day",
        "half day",
        "dia minimo",
        "salida temprana",
    ),
    Mark.CLOSED: (
        "office closed",
        "office is closed",
        "offices closed",
        "offices are closed",
        "district closed",
        "legal holiday",
        "federal holiday",
        "state holiday",
        "oficina cerrada",
        "oficinas cerradas",
    ),
}

# The year's ends, and what is free of school by custom: not beside a word of DOUBTS.
ENDS: Mapping[Mark, tuple[str, ...]] = {
    Mark.FIRST: (
        "first day of school",
        "1st day of school",
        "first student day",
        "first day of class",
        "first day of classes",
        "first day of instruction",
        "first day for student",
        "school year begins",
        "primer dia de clases",
        "primer dia de escuela",
    ),
    Mark.LAST: (
        "last day of school",
        "last student day",
        "last day of class",
        "last day of classes",
        "last day of instruction",
        "last day for student",
        "school year ends",
        "ultimo dia de clases",
        "ultimo dia de escuela",
    ),
}
OCCASIONS: tuple[str, ...] = (
    "holiday",
    "break",
    "recess",
    "vacation",
    "vacaciones",
    "receso",
    "dia festivo",
    "staff development",
    "professional development",
    "teacher work day",
    "teacher workday",
    "staff work day",
    "in service",
    "inservice",
    "labor day",
    "veterans day",
    "thanksgiving",
    "christmas",
    "new years day",
    "martin luther king",
    "mlk day",
    "mlk jr day",
    "presidents day",
    "washingtons birthday",
    "lincolns birthday",
    "lincoln day",
    "memorial day",
    "juneteenth",
    "independence day",
    "fourth of july",
    "4th of july",
)
DOUBTS: tuple[str, ...] = (
    # when, beside it
    *("before", "after", "until", "begin", "beginning", "start", "starting", "end", "ending"),
    *(
        "resume",
        "return",
        "back",
        "eve",
        "week",
        "month",
        "semester",
        "trimester",
        "quarter",
        "antes",
        "despues",
        "regreso",
    ),
    # what is done at it
    *("concert", "party", "parties", "feast", "lunch", "luncheon", "potluck", "dinner"),
    *("program", "performance", "show", "sing along", "assembly", "parade", "play", "movie"),
    *("camp", "club", "fair", "festival", "craft", "market", "sale", "shop", "drive", "food"),
    *("gram", "card", "packet", "homework", "raffle", "spirit", "pajama", "meeting", "duty"),
    *("due", "deadline", "reminder", "registration", "orientation", "summer school", "esy"),
    "celebration",
)
# It is said of some only, or not at all.
DENIED: tuple[str, ...] = (
    *("only", "kindergarten", "preschool", "pre k", "tk", "grade", "middle school"),
    *("high school", "secondary", "senior", "cancelled", "canceled", "postponed"),
    *("no minimum", "not a minimum", "no early", "no school bus", "no school buses"),
    *("no school lunch", "no school lunches", "no school meal", "no school uniform"),
    *("no class part", "no class parties", "no class pictures", "closed at", "closed from"),
    *("closed until", "closed for lunch"),
)
NOT_UNDERSTOOD = "not understood"
BOTH = "says both a minimum day and no school"
CLOCKED = "has a time of day"


class Words:
    """What titles mean at one school: the tables above, and its own words before them."""

    def __init__(self, own: Mapping[Mark, tuple[str, ...]]) -> None:
        plain = {mark: [*filter(None, map(_plain, words))] for mark, words in own.items()}
        self._own = {mark: _any(words) for mark, words in plain.items() if words}
        self._outright = {mark: _any(words) for mark, words in OUTRIGHT.items()}
        self._ends = {mark: _any(words) for mark, words in ENDS.items()}
        self._custom = {Mark.NO_SCHOOL: _any(OCCASIONS)}
        self._doubts, self._denied = _any(DOUBTS), _any(DENIED)

    def marks(self, title: str, *, whole: bool) -> tuple[frozenset[Mark], str]:
        """What an event of this title says of its days, or why it says nothing.

        `whole`: it takes whole days. What is free by custom is then only; recess has its time.
        """
        said = _plain(title)
        found = _found(self._own, said)
        if not found and not self._denied.search(said):
            found = self._meant(said)
        if {Mark.NO_SCHOOL, Mark.MINIMUM} <= found:
            return frozenset(), BOTH
        if not whole and (found == {Mark.CLOSED} or (found and not self._clear(said))):
            return frozenset(), CLOCKED
        return (found, "") if found else (found, NOT_UNDERSTOOD)

    def _meant(self, said: str) -> frozenset[Mark]:
        outright = _found(self._outright, said)
        if self._doubts.search(said):
            return outright
        return outright | _found(self._ends, said) or _found(self._custom, said)

    def _clear(self, said: str) -> bool:
        return any(_found(table, said) for table in (self._own, self._outright, self._ends))


def _found(table: Mapping[Mark, re.Pattern[str]], said: str) -> frozenset[Mark]:
    return frozenset(mark for mark, words in table.items() if words.search(said))


def _any(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})s?\b")


def _plain(title: str) -> str:
    """In small letters without accents and apostrophes, one space between words."""
    bare = unicodedata.normalize("NFKD", title[:1_000]).casefold()
    bare = "".join(c for c in bare if not unicodedata.combining(c) and c not in "'\u2019\u2018`")
    return " ".join(re.findall(r"[^\W_]+", bare))


def shown(title: str) -> str:
    """A title as it may stand in an answer: one line, not too long."""
    text = " ".join(clean(title[:1_000]).split())
    return text if len(text) <= TITLE_CAP else f"{text[: TITLE_CAP - 1]}…"


# From words to days and times


DATES = (
    re.compile(r"(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})", re.ASCII),
    re.compile(r"(?P<m>\d{1,2})[-/](?P<d>\d{1,2})[-/](?P<y>\d{4}|\d\d)", re.ASCII),
)
MIDNIGHT = re.compile(r"[T ](?:0?0:00(?::00)?(?:\.0+)?Z?|12:00(?::00)? ?AM)$")
CLOCK = re.compile(r"(\d{1,2})[:.](\d\d)(?::00)?\s*(?:([ap])\.?\s*m\.?)?", re.ASCII | re.IGNORECASE)
SERIAL = re.compile(r"\d{5}(\.\d*)?", re.ASCII)
SERIAL_DATE = "looks like the number that a spreadsheet makes of a date: format it as a date"


def day_of(text: str) -> date:
    """The day that a cell says; 8/12/2026 is August 12. Raises ValueError with the reason."""
    text = MIDNIGHT.sub("", text)
    found = next(filter(None, (form.fullmatch(text) for form in DATES)), None)
    if not found:
        odd = SERIAL_DATE if SERIAL.fullmatch(text) else "is no day; write it as 2026-08-12"
        raise ValueError(odd)
    year = int(found["y"]) + (2000 if len(found["y"]) == 2 else 0)
    return checked_day(year, int(found["m"]), int(found["d"]))


def checked_day(year: int, month: int, day: int) -> date:
    """A day of this age; raises ValueError with the reason."""
    if year not in YEARS:
        raise ValueError(f"is in the year {year}: check it")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("is a day that does not exist") from None


def time_of(text: str) -> time:
    """The time of day that a cell says: 8:15, 13:05, 1:05 PM. Raises ValueError with the reason."""
    found = CLOCK.fullmatch(text)
    hour = int(found[1]) if found else 99
    half = (found[3] or "").lower() if found else ""
    if not found or hour > (12 if half else 23) or int(found[2]) > 59 or (half and not hour):
        raise ValueError("is no time; write it as 8:15 or 13:05")
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    return time(hour, int(found[2]))


GRADES = ("PK", "TK", "K", *map(str, range(1, 13)))
GRADE_WORDS = {
    **dict.fromkeys(("KG", "KINDER", "KINDERGARTEN", "0"), "K"),
    **dict.fromkeys(("PREK", "PRE-K", "PRESCHOOL"), "PK"),
    **dict.fromkeys(("", "*", "ALL", "EVERYBODY", "EVERYONE"), EVERY_GRADE),
}
RANGE = re.compile(r"(.+?)\s*(?:-|–|\bTO\b)\s*(.+)")


def grades_of(text: str) -> tuple[str, ...]:
    """The grades of a cell: `3`, `03`, `KG`, `1-3`, `TK, K`; all of them are `*`."""
    parts = re.split(r"[,;/&+]|\bAND\b", text.upper())
    return tuple(dict.fromkeys(grade for part in parts for grade in _grades(part.strip())))


def _grades(part: str) -> tuple[str, ...]:
    between = RANGE.fullmatch(part)
    if between and part not in GRADE_WORDS:
        first, last = (_grade(side) for side in between.groups())
        if first in GRADES and last in GRADES[GRADES.index(first) :]:
            return GRADES[GRADES.index(first) : GRADES.index(last) + 1]
    return (_grade(part),)


def _grade(word: str) -> str:
    word = re.sub(r"^GRADES?\s+|(?<=\d)(ST|ND|RD|TH)?(\s+GRADE)?$", "", word)
    word = word.lstrip("0") or "0" if word.isdigit() and word.isascii() else word
    return GRADE_WORDS.get(word, word)
