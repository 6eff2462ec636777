"""A CSV of referrals, as a map says what it means: rows of one identifier are one incident."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property, lru_cache
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from ledger.domain import When
from ledger.domain.codes import (
    Action,
    Behavior,
    Code,
    CodeT,
    Level,
    Location,
    Motivation,
    Others,
    Role,
    Weapon,
    certain_level,
)
from ledger.domain.particulars import BehaviorSeen
from ledger.imports.edfi_xml import Progress
from ledger.imports.history_map import NEEDED, BadMap, HistoryMap, spelt
from ledger.imports.incidents import (
    PARTS_CAP,
    TOO_MANY,
    Deed,
    History,
    Line,
    Pupil,
    Stranger,
    Told,
    Words,
    compact,
    days,
    joined,
    plausible,
)
from ledger.imports.scratch import scratch
from ledger.imports.sheets import BadRow, Columns, Layout, Reading, Row, readable, truth
from ledger.imports.sources import Opener, check_file

SOURCE = "csv"
ASTRAY = (
    "a row of this file has no number and may belong to it: it is left as it was until that row is "
    "mended"
)
SHORT = 60
IDENTIFIER_CAP, NUMBER_CAP, NAME_CAP, NOTES_CAP = 100, 60, 200, 20_000
MINUTES_CAP = 10_000
NOON = time(12)
ISO_DATES, CLOCKS = ("%Y-%m-%d",), ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p")
OF_INCIDENT = (  # told in every row of an incident, and to be the same in all of them
    "date",
    "time",
    "location",
    "others",
    "weapon",
    "law_enforcement",
    "reporter",
    "reporter_name",
    "description",
)
TABLES = """
CREATE TABLE incident (
    n INTEGER PRIMARY KEY, school TEXT, identifier TEXT, broken INTEGER, part INTEGER DEFAULT 0,
    UNIQUE (school, identifier)
) STRICT;
CREATE TABLE line (incident INTEGER, n INTEGER, cells TEXT, PRIMARY KEY (incident, n))
    STRICT, WITHOUT ROWID;
"""


@contextmanager
def opened(
    path: Path, map_: HistoryMap, zone: ZoneInfo, progress: Progress = lambda count: None
) -> Iterator[History]:
    """The history in a CSV file; raises Unreadable when it cannot be read, BadMap when unmapped."""
    check_file(path, "CSV file")
    with scratch(TABLES) as db:
        reading = _Reading(path, map_, map_.zone or zone, db)
        reading.read(progress)
        yield reading.history()


class _Counted(io.RawIOBase):
    """A file that tells how much of it was read, in UTF-8 whatever encoding it is in."""

    def __init__(self, file: IO[bytes], encoding: str | None, progress: Progress) -> None:
        self._file, self._progress, self._count = file, progress, 0
        self._text = io.TextIOWrapper(file, encoding, "replace", newline="") if encoding else None
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            text = self._text
            self._left = text.read(1 << 16).encode() if text else self._file.read(1 << 16)
            self._count += len(self._left)
            self._progress(self._count)
        piece = self._left[: len(buffer)]
        self._left = self._left[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()


# A reading of one file


class _Sheet(Reading):
    """The rows of the file; each that is left out is told of."""

    def __init__(
        self, layout: Layout, files: Mapping[str, Opener | None], left_out: Callable[[Row], None]
    ) -> None:
        super().__init__(layout, files)
        self._left_out = left_out

    def _refuse(self, row: Row) -> None:
        self._left_out(row)


@dataclass
class _Reading:
    """Rows in a scratch database, by the incident that they are of."""

    path: Path
    map: HistoryMap
    zone: ZoneInfo
    db: Any
    words: Words = field(default_factory=Words)
    checked: bool = False
    whole: bool = True

    @cached_property
    def sheet(self) -> Reading:
        opener = {self.path.name: lambda: self._open(lambda count: None)}
        return _Sheet(self._layout(), opener, self._left_out)

    def _layout(self) -> Layout:
        columns = self.map.columns
        ids = ("identifier", "student", "school", "reporter", "action_identifier")
        return Layout(
            files={self.path.name: Columns((), (), tuple(columns.values()))},
            main=self.path.name,
            key="",  # a row has none of its own
            aliases={},
            caps={columns[name]: NOTES_CAP for name in ("description",) if name in columns},
            remedy="export it again as CSV",
            ids=frozenset(columns[name] for name in ids if name in columns),
            vital=frozenset(columns[name] for name in NEEDED),
        )

    def _open(self, progress: Progress) -> IO[bytes]:
        raw = _Counted(self.path.open("rb"), self.map.encoding, progress)
        return io.BufferedReader(raw)

    # First: every row to its incident

    def read(self, progress: Progress) -> None:
        self.sheet.files[self.path.name] = lambda: self._open(progress)
        for row in self.sheet.each(self.path.name, self._checked):
            self._keep(row)
        if not self.checked:
            self._check_columns()

    def _checked(self, row: Row) -> Row:
        if not self.checked:
            self._check_columns()
        if not self.cell(row, "identifier"):
            raise BadRow(self.map.columns["identifier"], "is blank: the row is left out")
        if len(self.cell(row, "identifier")) > IDENTIFIER_CAP:
            raise BadRow(self.map.columns["identifier"], "is too long: the row is left out")
        return row

    def _check_columns(self) -> None:
        there = self.sheet.headers[self.path.name]
        lost = [f"{key} = {name!r}" for key, name in self.map.columns.items() if name not in there]
        if lost:
            raise BadMap(
                f"{self.map.path}: [columns] {', '.join(lost)}: {self.path.name} has no such "
                "column. Spell it as in the file's first line, or take it out of the map"
            )
        self.checked = True

    def cell(self, row: Row, name: str) -> str:
        return row[self.map.columns[name]] if name in self.map.columns else ""

    def _keep(self, row: Row) -> None:
        n = self._incident(self.cell(row, "school"), self.cell(row, "identifier"))
        cells = {name: self.cell(row, name) for name in self.map.columns}
        self.db.execute("INSERT INTO line VALUES (?,?,?)", (n, row.line, compact(cells)))

    def _left_out(self, row: Row) -> None:
        """Remember of which incident a row is missing; of any, when nobody can tell."""
        identifier = readable(self.cell(row, "identifier"))
        if not 0 < len(identifier) <= IDENTIFIER_CAP:
            self.whole = False
            return
        n = self._incident(self.cell(row, "school"), identifier)
        self.db.execute("UPDATE incident SET part = 1 WHERE n = ?", [n])

    def _incident(self, school: str, identifier: str) -> int:
        values = (school, identifier)
        asked = "SELECT n FROM incident WHERE school = ? AND identifier = ?"
        found = self.db.execute(asked, values).fetchone()
        if found is None:
            new = "INSERT INTO incident (school, identifier, broken) VALUES (?,?,0) RETURNING n"
            found = self.db.execute(new, values).fetchone()
        return int(found[0])

    # Then: incident by incident

    def history(self) -> History:
        ((total,),) = self.db.execute("SELECT count(DISTINCT incident) FROM line").fetchall()
        return History(
            file=self.path.name,
            kind=self.map.numbers,
            incidents=self._incidents(),
            strays=(),
            problems=self.sheet.problems,
            words=self.words,
            rows=self.sheet.count,
            total=total,
            unread=self._unread,
        )

    def _incidents(self) -> Iterator[Told]:
        asked = (
            "SELECT incident.n, school, identifier, part, line.n, cells FROM incident "
            "JOIN line ON line.incident = incident.n ORDER BY incident.n, line.n"
        )
        rows = self.db.execute(asked)
        for (n, school, identifier, part), lines in groupby(rows, itemgetter(0, 1, 2, 3)):
            incident = _Incident(self, school, identifier, whole=not part)
            for *_, line, cells in islice(lines, PARTS_CAP):
                incident.add(line, json.loads(cells))
            for *_, line, _ in islice(lines, 1):
                self.note(line, "identifier", TOO_MANY, refused=True)
                incident.whole = False
            told = incident.told()
            if told is None:
                self.db.execute("UPDATE incident SET broken = 1 WHERE n = ?", [n])
            else:
                yield told

    def _unread(self) -> Iterator[tuple[str, str]]:
        """Incidents of which no row could be taken."""
        asked = (
            "SELECT school, identifier FROM incident WHERE broken "
            "OR NOT EXISTS (SELECT 1 FROM line WHERE line.incident = incident.n)"
        )
        yield from self.db.execute(asked)

    def note(self, line: int, name: str, reason: str, *, refused: bool = False) -> None:
        column = self.map.columns.get(name, "")
        Row(self.path.name, line, {}, self.sheet.problems).note(column, reason, refused=refused)

    # Words

    def code(self, name: str, kind: type[CodeT], word: str, other: CodeT) -> CodeT:
        """Our code of their word; a word that has none is counted."""
        found = self._meant(name, word)
        first = found[0] if found else other
        assert isinstance(first, kind)
        return first

    def _meant(self, name: str, word: str) -> tuple[Code, ...]:
        found = self.map.codes[name].get(spelt(word), ())
        if not found:
            self.words.met(name, word[:SHORT])
        return found

    def behavior(self, word: str, level: Level | None) -> BehaviorSeen:
        found = self._meant("behavior", word)
        code = found[0] if found else Behavior.OTHER
        assert isinstance(code, Behavior)
        said = level or next((one for one in found if isinstance(one, Level)), None)
        sure = said or certain_level(code)
        return BehaviorSeen(
            code=code,
            level=sure or Level.MINOR,
            assumed=sure is None,
            foreign=word[:SHORT] if code is Behavior.OTHER and spelt(word) != "other" else None,
        )


# From rows to an incident


@dataclass
class _Incident:
    """One incident: what its first row tells of it, and the part of each row's student."""

    reading: _Reading
    school: str
    identifier: str
    first: tuple[int, Mapping[str, str], When] | None = None
    pupils: dict[str, Pupil] = field(default_factory=dict)
    strangers: list[Stranger] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    lines: dict[tuple[str, str], str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    whole: bool = True

    def add(self, line: int, cells: Mapping[str, str]) -> None:
        """Take in a row, or note why it is left out."""
        text = compact(cells)
        if text in self.seen:
            return
        self.seen.add(text)
        try:
            self._add(line, cells, text)
        except BadRow as bad:
            self.reading.note(line, *bad.args, refused=True)
            self.whole = False

    def _add(self, line: int, cells: Mapping[str, str], text: str) -> None:
        number, name = cells.get("student", ""), cells.get("outside", "")
        if not number and not name:
            raise BadRow("student", "is blank: the row is left out")
        if len(number) > NUMBER_CAP or len(name) > NAME_CAP:
            raise BadRow("student", "is too long: the row is left out")
        told = _Row(self.reading, line, cells)
        when = told.when()
        pupil, deeds = told.pupil(number), told.deeds(number, when)
        self._tell(line, cells, when)
        if not number:
            self.strangers.append(Stranger(name, pupil.roles))
            return
        before = self.pupils.get(number)
        self.pupils[number] = joined(before, pupil) if before else pupil
        self.deeds += [deed for deed in deeds if deed not in self.deeds]
        self.lines[number, str(sum(one == number for one, _ in self.lines) or "")] = text

    def _tell(self, line: int, cells: Mapping[str, str], when: When) -> None:
        if self.first is None:
            self.first = line, cells, when
            return
        at, before, _ = self.first
        for name in OF_INCIDENT:
            if cells.get(name, "") not in ("", before.get(name, "")):
                odd = f"is not what line {at} says of the same incident: that holds"
                self.reading.note(line, name, odd)

    def told(self) -> Told | None:
        """The incident; None when no row of it could be taken."""
        if self.first is None:
            return None
        line, cells, when = self.first
        row = _Row(self.reading, line, cells)
        location, place = row.location()
        return Told(
            line=line,
            identifier=self.identifier,
            school=self.school,
            occurred=when,
            pupils=tuple(self.pupils.values()),
            strangers=tuple(self.strangers),
            deeds=tuple(self.deeds),
            location=location,
            place=place,
            others=row.coded("others", Others, Others.OTHER),
            weapon=row.coded("weapon", Weapon, Weapon.OTHER),
            law_enforcement_told=row.truth("law_enforcement"),
            reporters=tuple(filter(None, (cells.get("reporter", ""),))),
            reporter_name=cells.get("reporter_name") or cells.get("reporter", ""),
            description=cells.get("description", ""),
            lines=tuple(Line("row", text, number, of) for (number, of), text in self.lines.items()),
            whole=self.whole,
            astray="" if self.reading.whole else ASTRAY,
        )


@dataclass(frozen=True)
class _Row:
    """One row by our names of its columns."""

    reading: _Reading
    line: int
    cells: Mapping[str, str]

    def words(self, name: str) -> list[str]:
        """The words of a cell that may hold several."""
        parts = self.cells.get(name, "").split(self.reading.map.separator)
        return [word for word in map(str.strip, parts) if word]

    def coded(self, name: str, kind: type[CodeT], other: CodeT) -> CodeT | None:
        word = self.cells.get(name, "")
        return self.reading.code(name, kind, word, other) if word else None

    def truth(self, name: str) -> bool | None:
        said = truth(word := self.cells.get(name, ""))
        if word and said is None:
            self.reading.note(self.line, name, "is not yes or no: left out")
        return said

    def count(self, name: str) -> int | None:
        """A whole number of minutes."""
        text = self.cells.get(name, "")
        number = days(text) if len(text) < 10 else None
        if text and (number is None or number != int(number)):
            self.reading.note(self.line, name, "is no number of minutes: left out")
            return None
        return int(number) if number is not None else None

    def when(self) -> When:
        zone, clock = self.reading.zone, self.cells.get("time", "")
        at = _time(clock, self.reading.map.times)
        if clock and at is None:
            self.reading.note(self.line, "time", "is not a time: the row is of a day")
        day = self.day("date", self.cells.get("date", ""))
        if day is None:
            raise BadRow("date", f"{self._odd_day('date')}: the row is left out")
        local = datetime.combine(day, at or NOON, tzinfo=zone)
        return When(at=local, zone=zone.key, day_only=at is None)

    def day(self, name: str, text: str) -> date | None:
        found = _day(text, self.reading.map.dates)
        return found if found and plausible(found) else None

    def _odd_day(self, name: str) -> str:
        text = self.cells.get(name, "")
        if text.partition(".")[0].isdecimal() and len(text.partition(".")[0]) == 5:
            return "looks like the number that a spreadsheet makes of a date"
        return "is not a day in the form that the map says" if text else "is blank"

    def location(self) -> tuple[Location | None, str | None]:
        word = self.cells.get("location", "")
        if not word:
            return None, None
        code = self.reading.code("location", Location, word, Location.OTHER)
        kept = code is Location.OTHER and spelt(word) != "other"
        return code, word[:SHORT] if kept else None

    def pupil(self, number: str) -> Pupil:
        level = self.coded("level", Level, Level.MINOR)
        seen = [self.reading.behavior(word, level) for word in self.words("behavior")]
        roles = self._roles(seen)
        if not seen and number and Role.REFERRED in roles:
            self.reading.note(self.line, "behavior", "is blank: taken as other")
            seen = [BehaviorSeen(code=Behavior.OTHER, level=level or Level.MINOR, assumed=True)]
        return Pupil(
            number=number,
            roles=roles,
            behaviors=tuple(seen if number else ()),
            motivation=self.coded("motivation", Motivation, Motivation.OTHER),
            minutes_lost=self.count("minutes_lost"),
        )

    def _roles(self, seen: list[BehaviorSeen]) -> tuple[Role, ...]:
        """What the row says; a student with a behavior is referred, as is one without a word."""
        code, student = self.reading.code, self.cells.get("student", "")
        said = [code("role", Role, word, Role.INVOLVED) for word in self.words("role")]
        if student and (seen or not said):
            said = [Role.REFERRED, *said]
        return tuple(dict.fromkeys(said)) or (Role.INVOLVED,)

    def deeds(self, number: str, when: When) -> list[Deed]:
        words = self.words("action")
        if words and not number:
            self.reading.note(self.line, "action", "is of somebody who is no student: left out")
            return []
        return [self._deed(number, when, word, n, len(words)) for n, word in enumerate(words)]

    def _deed(self, number: str, when: When, word: str, n: int, of: int) -> Deed:
        code = self.reading.code("action", Action, word, Action.OTHER)
        said = self._beside(n, of)
        on = self.day("action_date", said["action_date"])
        if said["action_date"] and on is None:
            self.reading.note(self.line, "action_date", "is not a day: the incident's is taken")
        served = self._days("served_days", said["served_days"])
        difference = said["difference"]
        meant = self.reading.map.codes["difference"].get(spelt(difference), ())
        return Deed(
            number=number,
            action=code,
            on=on or when.at.astimezone(self.reading.zone).date(),
            identifier=said["action_identifier"][:IDENTIFIER_CAP],
            foreign=word[:SHORT] if code is Action.OTHER and spelt(word) != "other" else None,
            days=self._days("action_days", said["action_days"]),
            minutes=None if said["action_days"] else self.minutes(said["action_minutes"]),
            served=served is not None,
            served_days=served,
            difference=next(iter(meant), None),  # type: ignore[arg-type]
        )

    def _beside(self, n: int, of: int) -> dict[str, str]:
        """What stands beside the n-th action: its own part of each cell, or the one for all."""
        names = ("action_identifier", "action_date", "action_days", "action_minutes")
        said = {}
        for name in (*names, "served_days", "difference"):
            parts = self.words(name)
            if len(parts) not in (0, 1, of):
                self.reading.note(self.line, name, "are not as many as the actions: left out")
                parts = []
            own = parts[n] if len(parts) == of else next(iter(parts), "")
            said[name] = own
        return said

    def _days(self, name: str, text: str) -> Any:
        found = days(text) if text else None
        if text and found is None:
            self.reading.note(self.line, name, "is no number of days that can be: left out")
        return found

    def minutes(self, text: str) -> int | None:
        if text and not (text.isdecimal() and int(text) <= MINUTES_CAP):
            self.reading.note(self.line, "action_minutes", "is no number of minutes: left out")
            return None
        return int(text) if text else None


@lru_cache(4_096)
def _day(text: str, forms: tuple[str, ...]) -> date | None:
    return next((found.date() for found in _parsed(text, (*forms, *ISO_DATES))), None)


@lru_cache(4_096)
def _time(text: str, forms: tuple[str, ...]) -> time | None:
    return next((found.time() for found in _parsed(text, (*forms, *CLOCKS))), None)


def _parsed(text: str, forms: tuple[str, ...]) -> Iterator[datetime]:
    for form in forms:
        try:
            yield datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the school's
        except ValueError:
            continue
