"""The iCalendar files (RFC 5545) that Google, Outlook and Apple export, read line by line.

Only what tells the days of an event is read: its title, when it is, and how it repeats. A file of
any size is read in little memory, and one that was cut off up to the cut.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice, takewhile
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from ledger.imports import Problem, Unreadable
from ledger.imports.calendars import (
    NOT_UNDERSTOOD,
    SPAN_CAP,
    How,
    Passed,
    Said,
    Told,
    checked_day,
    shown,
)
from ledger.imports.sheets import Problems
from ledger.imports.sources import DAMAGE, cause

BEGIN = b"BEGIN:VCALENDAR"
ONE_DAY, MIDNIGHT, UTC_ZONE = timedelta(days=1), time(), ZoneInfo("UTC")

# What is more than this is not of a school's calendar
LINE_CAP = 65_536
TIMES_CAP = 2_000  # occurrences of one event
RULES_CAP = 200  # repeating events; a rule that never comes costs seconds
TITLES_CAP = 10_000  # titles that are listed

KEPT = {
    *("UID", "SUMMARY", "STATUS", "DTSTART", "DTEND", "DURATION"),
    *("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"),
}
LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[^=:;"]+=(?:"[^"]*"|[^";:]*))*):(.*)', re.DOTALL)
ZONE = re.compile(r';TZID=(?:"([^"]*)"|([^";:]*))', re.IGNORECASE)
STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?", re.ASCII)
LENGTH = re.compile(
    r"\+?P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:\d{1,6}S)?)?", re.ASCII
)
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
OUTLOOKS_ZONES = {  # the names that Windows gives to zones of this country
    "Pacific Standard Time": "America/Los_Angeles",
    "US Mountain Standard Time": "America/Phoenix",
    "Mountain Standard Time": "America/Denver",
    "Central Standard Time": "America/Chicago",
    "Eastern Standard Time": "America/New_York",
    "Alaskan Standard Time": "America/Anchorage",
    "Hawaiian Standard Time": "Pacific/Honolulu",
}


def sniff(path: Path) -> bool:
    """Whether the file begins as a calendar does, in whatever encoding."""
    try:
        with _bytes(path) as lines:
            first = next(filter(None, (line.strip() for line in islice(lines, 20))), b"")
    except DAMAGE as error:
        raise Unreadable(f"{path} cannot be read: {cause(error)}") from None
    return first.upper().startswith(BEGIN)


def read(path: Path, how: How) -> Told:
    """What the events of a calendar say of days; what is not understood is listed."""
    reading = _Reading(path.name, how)
    try:
        with _bytes(path) as lines:
            for event in _events(reading, _properties(reading, lines)):
                reading.take(event)
    except DAMAGE as error:
        raise Unreadable(f"{path} is damaged or cannot be read: {cause(error)}") from None
    return reading.told()


# From bytes to properties


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    zone: str
    value: str
    line: int


@contextmanager
def _bytes(path: Path) -> Iterator[Iterator[bytes]]:
    """The physical lines, in UTF-8 when the file is UTF-16; a longer one comes in pieces."""
    with path.open("rb") as file:
        start = file.read(3)
        file.seek(3 if start == codecs.BOM_UTF8 else 0)
        yield _wide(file) if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else _in(file)


def _in(file: IO[bytes]) -> Iterator[bytes]:
    return iter(partial(file.readline, LINE_CAP), b"")


def _wide(file: IO[bytes]) -> Iterator[bytes]:
    text = io.TextIOWrapper(file, "utf-16", "replace", newline="")
    return (line.encode() for line in iter(partial(text.readline, LINE_CAP), ""))


def _unfolded(lines: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines as they were before they were folded, with the number of their first.

    They are joined as bytes: some programs fold in the middle of a letter.
    """
    first, held = 0, b""
    for number, line in enumerate(lines, start=1):
        bare = line.rstrip(b"\r\n")
        if bare[:1] in (b" ", b"\t") and first:
            held = (held + bare[1:])[:LINE_CAP]
            continue
        if first:
            yield first, held
        first, held = number, bare
    if first:
        yield first, held


def _properties(reading: _Reading, lines: Iterator[bytes]) -> Iterator[_Property]:
    """Where components begin and end, and the properties that are read."""
    for number, raw in _unfolded(lines):
        name = re.split(rb"[:;]", raw, maxsplit=1)[0].decode("ascii", "replace").upper()
        if name not in KEPT and name not in ("BEGIN", "END"):
            continue
        found = LINE.fullmatch(reading.text(raw, number))
        if found:
            zone = ZONE.search(found[2])
            named = (zone[1] or zone[2] or "") if zone else ""
            yield _Property(name, named, found[3].strip(), number)
        else:
            reading.note(number, name, "is not in the form of a calendar's line: passed over")


@dataclass(slots=True)
class _Event:
    line: int
    properties: list[_Property] = field(default_factory=list)

    def all(self, name: str) -> list[_Property]:
        return [one for one in self.properties if one.name == name]

    def get(self, name: str) -> _Property | None:
        return next(iter(self.all(name)), None)

    def text(self, name: str) -> str:
        found = self.get(name)
        return found.value if found else ""

    @property
    def title(self) -> str:
        return _plain_text(self.text("SUMMARY")).strip()


def _plain_text(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


CUT = "the file ends before its calendar does: it was cut off, export it again"
OPEN = "an event begins and does not end: it is left out"


def _events(reading: _Reading, properties: Iterator[_Property]) -> Iterator[_Event]:
    """The events; what is nested in them, as alarms are, has titles and times of its own."""
    event: _Event | None = None
    inside: list[str] = []
    last = _Property("", "", "", 1)
    for last in properties:
        part = last.value.upper()
        if (last.name, part) == ("BEGIN", "VEVENT"):
            if event:
                reading.note(event.line, "", OPEN, refused=True)
            event, inside = _Event(last.line), []
        elif (last.name, part) == ("END", "VEVENT") and event:
            yield event
            event = None
        elif event and last.name == "BEGIN":
            inside.append(part)
        elif event and last.name == "END":
            inside = inside[:-1]
        elif event and not inside:
            event.properties.append(last)
    if event or (last.name, last.value.upper()) != ("END", "VCALENDAR"):
        reading.note(last.line, "", CUT, refused=True)


# From properties to days


@dataclass(frozen=True, slots=True)
class _Moment:
    """A time as it stands there, in its own zone if it has one, or a whole day."""

    wall: datetime
    zone: ZoneInfo | None
    whole: bool

    def local(self, zone: ZoneInfo, wall: datetime | None = None) -> datetime:
        """It, or another time of its zone, at the school."""
        at = wall or self.wall
        return (
            at.replace(tzinfo=self.zone).astimezone(zone).replace(tzinfo=None) if self.zone else at
        )


class _Bad(Exception):
    """This event cannot be taken: the property, and why."""


class _Reading:
    """One reading of one file: what was understood so far, and what was not."""

    def __init__(self, file: str, how: How) -> None:
        self.file, self.how = file, how
        self.problems = Problems()
        self.passed: dict[tuple[str, str], list[int]] = {}  # the first line, and how many
        self.taken: list[tuple[str, Said]] = []  # with the event's UID
        self.moved: set[tuple[str, date]] = set()  # occurrences that an event of their own tells
        self.rules = 0
        self.odd: set[str] = set()

    def told(self) -> Told:
        self.problems.say_rest(self.file)
        said = (one for uid, one in self.taken if (uid, one.first) not in self.moved)
        return Told(
            self.file,
            tuple(dict.fromkeys(said)),
            passed=tuple(Passed(*one, *count) for one, count in self.passed.items()),
            problems=tuple(self.problems),
        )

    def note(self, line: int, column: str, reason: str, *, refused: bool = False) -> None:
        self.problems.append(Problem(self.file, line, column, reason, refused))

    def once(self, odd: str, line: int, column: str, reason: str) -> None:
        if odd not in self.odd:
            self.odd.add(odd)
            self.note(line, column, reason)

    def text(self, raw: bytes, line: int) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            odd = f"not UTF-8, read as Windows-1252: line {line} and others like it"
            self.once("encoding", 1, "", odd)
            return raw.decode("cp1252", "replace")

    def take(self, event: _Event) -> None:
        """What an event says of its days; a bad one is noted."""
        moved = event.get("RECURRENCE-ID")
        try:
            if moved and event.text("UID"):
                was = self._moment(moved).local(self.how.zone).date()
                self.moved.add((event.text("UID"), was))
            if event.text("STATUS").upper() != "CANCELLED":
                self._take(event, f"{event.text('UID')} moved" if moved else event.text("UID"))
        except _Bad as bad:
            line, column, reason = bad.args
            self.note(line, column, f"{reason}: the event is left out", refused=True)

    def _take(self, event: _Event, uid: str) -> None:
        title, words = event.title, self.how.words
        marks, why = words.marks(title, whole=True)
        if marks:
            start, length = self._when(event)
            marks, why = words.marks(title, whole=self._whole(start, length))
        if not marks:
            self._pass(event, why)
            return
        spans = (self._days(start, wall, length) for wall in self._walls(event, start))
        for first, last in dict.fromkeys(spans):
            for mark in sorted(marks):
                self.taken.append((uid, Said(mark, first, last, shown(title), event.line)))

    def _pass(self, event: _Event, why: str) -> None:
        title = shown(event.title) or "(no title)"
        if (title, why) not in self.passed and len(self.passed) >= TITLES_CAP:
            title, why = "(other titles)", NOT_UNDERSTOOD
        self.passed.setdefault((title, why), [event.line, 0])[1] += 1

    def _when(self, event: _Event) -> tuple[_Moment, timedelta]:
        """When an event begins, and how long it takes."""
        begins = event.get("DTSTART")
        if not begins:
            raise _Bad(event.line, "DTSTART", "is missing")
        start = self._moment(begins)
        length = self._length(event, start)
        if length.days > SPAN_CAP:
            raise _Bad(begins.line, "DTEND", f"is more than {SPAN_CAP} days after its start")
        return start, length

    def _length(self, event: _Event, start: _Moment) -> timedelta:
        if end := event.get("DTEND"):
            length = self._moment(end).local(start.zone or self.how.zone) - start.wall
            if length < timedelta():
                raise _Bad(end.line, "DTEND", "is before its start")
            return length
        long = event.get("DURATION")
        if long is None:
            return ONE_DAY * start.whole
        found = LENGTH.fullmatch(long.value)
        if not found:
            raise _Bad(long.line, "DURATION", "is not a length of time")
        weeks, days, hours, minutes = (int(part or 0) for part in found.groups())
        return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)

    def _whole(self, start: _Moment, length: timedelta) -> bool:
        """Whether it takes whole days of the school."""
        ends = (
            start.local(self.how.zone, wall).time() for wall in (start.wall, start.wall + length)
        )
        return start.whole or (bool(length) and {*ends} == {MIDNIGHT})

    def _days(self, start: _Moment, wall: datetime, length: timedelta) -> tuple[date, date]:
        """Its first and last day at the school; its end is the first moment after."""
        first, end = (start.local(self.how.zone, at) for at in (wall, wall + length))
        return first.date(), max(first, end - timedelta(microseconds=1)).date()

    def _moment(self, said: _Property, value: str = "") -> _Moment:
        found = STAMP.fullmatch(value or said.value)
        if not found:
            raise _Bad(said.line, said.name, "is not a day or time of a calendar")
        try:
            day = checked_day(int(found[1]), int(found[2]), int(found[3]))
        except ValueError as error:
            raise _Bad(said.line, said.name, str(error)) from None
        if found[4] is None:
            return _Moment(datetime.combine(day, MIDNIGHT), None, whole=True)
        hour, minute = int(found[4]), int(found[5])
        if hour > 23 or minute > 59:
            raise _Bad(said.line, said.name, "is a time that does not exist")
        zone = UTC_ZONE if found[7] else self._zone(said)
        return _Moment(datetime.combine(day, time(hour, minute)), zone, whole=False)

    def _zone(self, said: _Property) -> ZoneInfo | None:
        """The zone of a time; times without one, and of one that is not known, are the school's."""
        if not said.zone:
            return None
        name = OUTLOOKS_ZONES.get(said.zone, said.zone)
        for known in (name, "/".join(name.split("/")[-2:])):
            try:
                return ZoneInfo(known)
            except (KeyError, OSError, ValueError):
                continue
        odd = "names a time zone that is not known: its times are read as the school's own"
        self.once(said.zone, said.line, said.name, odd)
        return None

    # Repetition

    def _walls(self, event: _Event, start: _Moment) -> list[datetime]:
        """When each of its occurrences begins, in its own zone."""
        walls = {start.wall}
        for rule in event.all("RRULE"):
            walls |= self._repeated(rule, start)
        for more in event.all("RDATE"):
            walls |= {datetime.combine(d, start.wall.time()) for d in self._dates(more, start)}
        out = {day for less in event.all("EXDATE") for day in self._dates(less, start)}
        return sorted(wall for wall in walls if wall.date() not in out)

    def _dates(self, said: _Property, start: _Moment) -> Iterator[date]:
        """The days of a list, where the event is."""
        for value in filter(None, said.value.split(",")):
            at = self._moment(said, value.partition("/")[0])
            yield at.local(start.zone or self.how.zone).date()

    def _repeated(self, rule: _Property, start: _Moment) -> set[datetime]:
        from dateutil.rrule import rrulestr  # loaded when an event repeats

        until = datetime.combine(self.how.until, MIDNIGHT)
        self.rules += 1
        if self.rules > RULES_CAP:
            raise _Bad(rule.line, "RRULE", f"is one of more than {RULES_CAP} in this file")
        try:
            every = rrulestr(self._checked(rule, start), dtstart=start.wall)
            found = list(islice(takewhile(until.__ge__, every), TIMES_CAP + 1))
        except (ValueError, TypeError, IndexError, OverflowError):
            raise _Bad(rule.line, "RRULE", "is not a rule that can be followed") from None
        if len(found) > TIMES_CAP:
            raise _Bad(rule.line, "RRULE", f"gives more than {TIMES_CAP} days")
        return set(found)

    def _checked(self, rule: _Property, start: _Moment) -> str:
        """The rule with its end as it is at the event's own zone."""
        parts = dict(part.partition("=")[::2] for part in rule.value.upper().split(";") if part)
        if parts.get("FREQ") not in FREQUENCIES or any(map(parts.get, ("BYHOUR", "BYMINUTE"))):
            raise ValueError("more often than daily")
        if "UNTIL" in parts:
            end = self._moment(rule, parts["UNTIL"])
            wall = end.local(start.zone or self.how.zone)
            last = datetime.combine(wall.date(), time(23, 59, 59)) if end.whole else wall
            parts["UNTIL"] = f"{last:%Y%m%dT%H%M%S}"
        return ";".join(f"{name}={value}" for name, value in parts.items())
