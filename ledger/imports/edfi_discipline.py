"""Ed-Fi's InterchangeStudentDiscipline: incidents with all that refers to them, in any order."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ledger.domain import When
from ledger.domain.codes import Location, Role
from ledger.domain.particulars import BehaviorSeen
from ledger.edfi import INTERCHANGE, RECORDS, Part
from ledger.imports import Problem, edfi_codes
from ledger.imports.edfi_xml import Element, Interchange, Progress, root_of
from ledger.imports.incidents import (
    PARTS_CAP,
    TOO_MANY,
    BadRecord,
    Deed,
    History,
    Line,
    Pupil,
    Stranger,
    Stray,
    Told,
    Words,
    compact,
    days,
    joined,
    plausible,
)
from ledger.imports.scratch import scratch
from ledger.imports.sheets import CONTROL, LOST, Problems

SOURCE = "edfi"
NUMBERS = "studentUniqueId"  # what the students' numbers are called here
INCIDENT, BEHAVIOR, BESIDE, STAFF, ACTION = (record.element for record in RECORDS)
PARTS: Mapping[str, tuple[Part, ...]] = {record.element: record.parts for record in RECORDS}
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T[\d:.]+)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)
WHOLE = re.compile(r"\d{1,18}", re.ASCII)
TRUTHS = {"true": True, "1": True, "false": False, "0": False}
NOON = time(12)

TABLES = """
CREATE TABLE record (
    n INTEGER PRIMARY KEY, kind TEXT, key TEXT, line INTEGER, body TEXT
) STRICT;
CREATE UNIQUE INDEX record_key ON record (key) WHERE key IS NOT NULL;
CREATE TABLE named (id TEXT PRIMARY KEY, n INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE belongs (key TEXT, n INTEGER, PRIMARY KEY (key, n)) STRICT, WITHOUT ROWID;
CREATE TABLE unread (key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
"""
Body = dict[str, Any]


@contextmanager
def opened(
    path: Path, zone: ZoneInfo, progress: Progress = lambda count: None
) -> Iterator[History]:
    """The history in an XML file; raises Unreadable when it is none that can be read."""
    with scratch(TABLES) as db:
        reading = _Reading(path, zone, db)
        reading.read(progress)
        yield reading.history()


def sniff(path: Path) -> bool:
    """Whether the file is this interchange."""
    return path.is_file() and root_of(path) == INTERCHANGE


# From an element to the fields that the API has for it


def _object(element: Element, parts: Iterable[Part], odd: Callable[[str, str], None]) -> Body:
    """What an element says, in the names of the API; `@X` is a reference by an id in the file."""
    said: Body = {}
    for part in parts:
        for child in (one for one in element.children if one.name == part.element):
            value = _part(child, part, odd)
            if value is None:
                continue
            if part.many:
                said.setdefault(part.many, []).append({part.field: value} if part.field else value)
            elif part.field:
                said.setdefault(part.field, value)
            else:
                said |= value
    return said


def _part(child: Element, part: Part, odd: Callable[[str, str], None]) -> Any:
    if not part.parts:
        return _value(child, part.kind, odd)
    if not part.identity:
        return _object(child, part.parts, odd)
    inner = child.first(part.identity)
    said = _object(inner, part.parts, odd) if inner else {}
    return said | ({f"@{part.element}": child.ref} if child.ref else {})


def _value(element: Element, kind: str, odd: Callable[[str, str], None]) -> Any:
    text = element.text
    if not text:
        return None
    if kind in ("text", "descriptor"):
        return _text(element.name, text, odd)
    read = READERS[kind](text)
    if read is None:
        odd(element.name, f"is not {KINDS[kind]}: left out")
    return read


def _text(name: str, text: str, odd: Callable[[str, str], None]) -> str:
    if LOST in text:
        odd(name, "lost a character on its way here: correct it at its source")
    return CONTROL.sub(" ", text) if name != "IncidentDescription" else text


def _day(text: str) -> str | None:
    found = DAY.fullmatch(text)
    try:
        return found[1] if found and plausible(date.fromisoformat(found[1])) else None
    except ValueError:
        return None


def _time(text: str) -> str | None:
    try:
        return time.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _number(text: str) -> int | float | None:
    if not NUMBER.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)


def _whole(text: str) -> int | None:
    return int(text) if WHOLE.fullmatch(text) else None


READERS: Mapping[str, Callable[[str], Any]] = {
    "date": _day,
    "time": _time,
    "number": _number,
    "whole": _whole,
    "truth": lambda text: TRUTHS.get(text.lower()),
}
KINDS = {
    "date": "a day that can be",
    "time": "a time",
    "number": "a number",
    "whole": "a whole number",
    "truth": "true or false",
}


def _leaves(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        yield part.element
        yield from _leaves(part.parts)


KNOWN = {kind: frozenset(_leaves(parts)) for kind, parts in PARTS.items()}


# Which incident a record belongs to


def _key(body: Body) -> str | None:
    """The incident that these fields name."""
    identifier, school = body.get("incidentIdentifier"), body.get("schoolId")
    return None if not identifier or school is None else f"{school}|{identifier}"


def _of_incident(body: Body) -> Body:
    """The fields by which an incident is known."""
    school = body.get("schoolReference", {}).get("schoolId")
    return {"incidentIdentifier": body.get("incidentIdentifier"), "schoolId": school}


def _references(kind: str, body: Body) -> list[Body]:
    """The references to incidents in a record, as they stand in its body."""
    if kind == ACTION:
        many = body.get("studentDisciplineIncidentBehaviorAssociations", [])
        return [next(iter(one.values())) for one in many]
    found = body.get("disciplineIncidentReference")
    return [found] if found else []


# A reading of one file


@dataclass
class _Reading:
    """Records in a scratch database, by the incident that they belong to."""

    path: Path
    zone: ZoneInfo
    db: Any
    problems: Problems = field(default_factory=Problems)
    words: Words = field(default_factory=Words)
    rows: int = 0
    whole: bool = True
    _unknown: set[str] = field(default_factory=set)

    def note(self, line: int, column: str, reason: str, *, refused: bool = False) -> None:
        self.problems.append(Problem(self.path.name, line, column, reason, refused))

    # First: every record by itself

    def read(self, progress: Progress) -> None:
        interchange = Interchange(self.path, INTERCHANGE, self.problems, progress)
        for element in interchange:
            self.rows += 1
            try:
                self._keep(element)
            except BadRecord as bad:
                self.note(element.line, *bad.args, refused=True)
        self.whole = self.whole and interchange.whole
        self._join()
        self._join_unread()

    def _keep(self, element: Element) -> None:
        kind = element.name
        if kind not in PARTS:
            raise BadRecord("", "is no record of this interchange: it is left out")
        if element.broken:
            self.whole = False
            raise BadRecord(kind, element.broken)
        self._say_unknown(element, kind)
        odd: list[tuple[str, str]] = []
        body = _object(element, PARTS[kind], lambda name, why: odd.append((name, why)))
        key = _key(_of_incident(body)) if kind == INCIDENT else None
        missing = [name for name, has in NEEDED[kind].items() if not has(body)]
        for name, why in odd:
            if name not in missing:
                self.note(element.line, f"{kind}/{name}", why)
        if missing:
            self._unread(kind, body, key)
            raise BadRecord(kind, f"{' and '.join(missing)} cannot be read: it is left out")
        if key is None or self._first(element, key, body):
            self._insert(element, kind, key, body)

    def _first(self, element: Element, key: str, body: Body) -> bool:
        """Whether it is the first incident of this key; another one that says otherwise is bad."""
        before = self.db.execute("SELECT line, body FROM record WHERE key = ?", [key]).fetchone()
        if before and before[1] != compact(body):
            self.note(
                element.line,
                INCIDENT,
                f"the same incident stands on line {before[0]} with other facts: that holds",
                refused=True,
            )
        return before is None

    def _insert(self, element: Element, kind: str, key: str | None, body: Body) -> None:
        values = (kind, key, element.line, compact(body))
        found = self.db.execute(
            "INSERT INTO record (kind, key, line, body) VALUES (?,?,?,?) RETURNING n", values
        ).fetchone()
        if element.id:
            named = (element.id[:200], found[0])
            self.db.execute("INSERT OR IGNORE INTO named VALUES (?,?)", named)

    def _unread(self, kind: str, body: Body, key: str | None) -> None:
        """An incident of which a part cannot be read is not whole."""
        references = [] if kind == INCIDENT else _references(kind, body)
        keys = [key, *map(_key, references)]
        keys += [f"@{id}" for one in references for name, id in one.items() if name[0] == "@"]
        for one in filter(None, keys):
            self.db.execute("INSERT OR IGNORE INTO unread VALUES (?)", [one])
        self.whole = self.whole and (kind == INCIDENT or any(keys))

    def _say_unknown(self, element: Element, kind: str) -> None:
        """Elements that no table knows are said once each."""
        waiting = list(element.children)
        while waiting:
            child = waiting.pop()
            waiting += child.children
            name = f"{kind}/{child.name.rpartition(' ')[2]}"
            known = child.name in KNOWN[kind] or child.name.endswith("Identity")
            if not known and name not in self._unknown and len(self._unknown) < 100:
                self._unknown.add(name)
                self.note(element.line, name, "is not read, here and where it stands again")

    # Then: which belongs to which, once all are there

    def _join(self) -> None:
        asked = "SELECT n, kind, body FROM record WHERE kind <> ?"
        for n, kind, text in self.db.execute(asked, [INCIDENT]):
            keys = {_key(one) for one in _references(kind, self._resolved(kind, text))}
            for key in keys:
                self.db.execute("INSERT OR IGNORE INTO belongs VALUES (?,?)", (key or "", n))
            if not keys:
                self.db.execute("INSERT OR IGNORE INTO belongs VALUES ('',?)", [n])

    def _join_unread(self) -> None:
        asked = "SELECT key FROM unread WHERE key >= '@' AND key < 'A'"
        for (id,) in self.db.execute(asked).fetchall():
            key = _key(self._meant(id[1:]))
            self.whole = self.whole and key is not None
            self.db.execute("INSERT OR IGNORE INTO unread VALUES (?)", [key or ""])

    def _resolved(self, kind: str, text: str) -> Body:
        """A record whose references by ids in the file are replaced by what those stand for."""
        body: Body = json.loads(text)
        for reference in [*_references(kind, body)]:
            for name in [name for name in reference if name.startswith("@")]:
                for field_, value in self._meant(reference.pop(name)).items():
                    reference.setdefault(field_, value)
        return body

    def _meant(self, id: str) -> Body:
        """What the record of this id in the file is known by."""
        asked = "SELECT kind, body FROM named JOIN record USING (n) WHERE id = ?"
        found = self.db.execute(asked, [id[:200]]).fetchone()
        if not found:
            return {}
        kind, body = found[0], json.loads(found[1])
        if kind == INCIDENT:
            return _of_incident(body)
        reference = next(iter(_references(kind, body)), {})
        of = self._meant(reference.get("@DisciplineIncidentReference", "")) | reference
        said: Body = body.get("studentReference", {}) | of
        return said | {"behaviorDescriptor": body.get("behaviorDescriptor")}

    # Last: incident by incident

    def history(self) -> History:
        asked = "SELECT count(*) FROM record WHERE kind = ?"
        (total,) = self.db.execute(asked, [INCIDENT]).fetchone()
        return History(
            file=self.path.name,
            kind=NUMBERS,
            incidents=self._incidents(),
            strays=self._strays(),
            problems=self.problems,
            words=self.words,
            rows=self.rows,
            total=total,
        )

    def _incidents(self) -> Iterator[Told]:
        asked = "SELECT key, line, body FROM record WHERE kind = ? ORDER BY n"
        for key, line, body in self.db.execute(asked, [INCIDENT]):
            yield _Incident(self, key, line, json.loads(body)).told()

    def parts(self, key: str) -> Iterator[tuple[str, int, Body]]:
        asked = (
            "SELECT kind, line, body FROM belongs JOIN record USING (n) "
            "WHERE belongs.key = ? ORDER BY n LIMIT ?"
        )
        found = self.db.execute(asked, [key, PARTS_CAP + 1]).fetchall()
        if len(found) > PARTS_CAP:
            self.note(found[-1][1], found[-1][0], TOO_MANY, refused=True)
            self.db.execute("INSERT OR IGNORE INTO unread VALUES (?)", [key])
        for kind, line, body in found[:PARTS_CAP]:
            yield kind, line, self._resolved(kind, body)

    def is_whole(self, key: str) -> bool:
        asked = "SELECT 1 FROM unread WHERE key = ?"
        return self.whole and self.db.execute(asked, [key]).fetchone() is None

    def _strays(self) -> Iterator[Stray]:
        asked = (
            "SELECT line, kind, belongs.key FROM belongs JOIN record USING (n) "
            "WHERE NOT EXISTS (SELECT 1 FROM record AS r WHERE r.key = belongs.key) ORDER BY n"
        )
        for line, kind, key in self.db.execute(asked):
            school, _, identifier = key.partition("|")
            yield Stray(line, kind, school, identifier)


def _has(*way: str) -> Callable[[Body], bool]:
    def has(body: Body) -> bool:
        found: Any = body
        for name in way:
            found = found.get(name) if isinstance(found, dict) else None
        return found is not None

    return has


_STUDENT = {"StudentUniqueId": _has("studentReference", "studentUniqueId")}
NEEDED: Mapping[str, Mapping[str, Callable[[Body], bool]]] = {
    INCIDENT: {
        "IncidentIdentifier": _has("incidentIdentifier"),
        "SchoolId": _has("schoolReference", "schoolId"),
        "IncidentDate": _has("incidentDate"),
    },
    BEHAVIOR: {**_STUDENT, "Behavior": _has("behaviorDescriptor")},
    BESIDE: _STUDENT,
    STAFF: {"StaffUniqueId": _has("staffReference", "staffUniqueId")},
    ACTION: {
        **_STUDENT,
        "DisciplineActionIdentifier": _has("disciplineActionIdentifier"),
        "DisciplineDate": _has("disciplineDate"),
        "Discipline": _has("disciplines"),
    },
}


# From an incident's records to a value


@dataclass
class _Incident:
    """One incident and what belongs to it."""

    reading: _Reading
    key: str
    line: int
    body: Body
    pupils: dict[str, Pupil] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    lines: dict[tuple[str, str, str], str] = field(default_factory=dict)
    reporters: list[str] = field(default_factory=list)
    weapons: list[str] = field(default_factory=list)

    def told(self) -> Told:
        body = self.body
        self.lines["incident", "", ""] = compact(body)
        self._weapons(body)
        for kind, line, part in self.reading.parts(self.key):
            BELONGING[kind](self, line, part)
        for deed in self.deeds:
            self._take_part(deed.number)
        strangers = tuple(map(_stranger, body.get("externalParticipants", [])))
        location, place = self._location()
        return Told(
            line=self.line,
            identifier=body["incidentIdentifier"],
            school=str(body["schoolReference"]["schoolId"]),
            occurred=_when(body, self.reading.zone),
            pupils=tuple(self.pupils.values()),
            strangers=strangers,
            deeds=tuple(self.deeds),
            location=location,
            place=place,
            weapon=edfi_codes.weapon(self.weapons[0]) if self.weapons else None,
            law_enforcement_told=body.get("reportedToLawEnforcement"),
            reporters=tuple(sorted(self.reporters)),
            reporter_name=body.get("reporterName", ""),
            description=body.get("incidentDescription", ""),
            lines=tuple(
                Line(kind, text, number, of) for (kind, number, of), text in self.lines.items()
            ),
            whole=self.reading.is_whole(self.key),
        )

    def behavior(self, line: int, body: Body) -> None:
        number = body["studentReference"]["studentUniqueId"]
        word = edfi_codes.word_of(body["behaviorDescriptor"])
        code, level, assumed, foreign = edfi_codes.behavior(word)
        if foreign:
            self.reading.words.met("behavior", foreign)
        if self._keep_line("behavior", line, body, number, foreign or code.value):
            seen = BehaviorSeen(code=code, level=level, assumed=assumed, foreign=foreign)
            roles = dict.fromkeys((Role.REFERRED, *_roles(body)))
            self._add(Pupil(number, tuple(roles), (seen,)))
            self._weapons(body)

    def beside(self, line: int, body: Body) -> None:
        number = body["studentReference"]["studentUniqueId"]
        if self._keep_line("non-offender", line, body, number):
            roles = [role for role in _roles(body) if role is not Role.REFERRED]
            self._add(Pupil(number, tuple(roles) or (Role.INVOLVED,)))

    def staff(self, line: int, body: Body) -> None:
        number = body["staffReference"]["staffUniqueId"]
        if self._keep_line("staff", line, body, "", number) and Role.REPORTER in _roles(body):
            self.reporters.append(number)

    def action(self, line: int, body: Body) -> None:
        word = edfi_codes.word_of(body["disciplines"][0].get("disciplineDescriptor", ""))
        code, foreign = edfi_codes.action(word)
        if foreign:
            self.reading.words.met("action", foreign)
        served = body.get("actualDisciplineActionLength")
        reason = body.get("disciplineActionLengthDifferenceReasonDescriptor")
        deed = Deed(
            number=body["studentReference"]["studentUniqueId"],
            action=code,
            on=date.fromisoformat(body["disciplineDate"]),
            identifier=body["disciplineActionIdentifier"],
            foreign=foreign,
            days=self._days(line, body.get("disciplineActionLength")),
            served=served is not None,
            served_days=self._days(line, served),
            difference=edfi_codes.difference(edfi_codes.word_of(reason)) if reason else None,
            line=compact(body),
        )
        if deed not in self.deeds:
            self.deeds.append(deed)

    def _days(self, line: int, said: float | None) -> Any:
        read = None if said is None else days(str(said))
        if said is not None and read is None:
            self.reading.note(line, ACTION, "is longer than can be kept: its length is left out")
        return read

    def _keep_line(self, kind: str, line: int, body: Body, number: str, of: str = "") -> bool:
        """Whether it is the first of its key; a second one that says otherwise is named."""
        if "disciplineIncidentReference" in body:
            body["disciplineIncidentReference"] = _of_incident(self.body)
        text = compact(body)
        before = self.lines.setdefault((kind, number, of), text)
        if before is not text and before != text:
            odd = "the same is told twice of one incident, with other facts: the first holds"
            self.reading.note(line, kind, odd, refused=True)
        return before is text

    def _add(self, pupil: Pupil) -> None:
        before = self.pupils.get(pupil.number)
        self.pupils[pupil.number] = joined(before, pupil) if before else pupil

    def _take_part(self, number: str) -> None:
        """A student with whom something was done took part, whatever else the file says."""
        if number not in self.pupils:
            self._add(Pupil(number, (Role.INVOLVED,)))
            odd = "an action is with a student of whom it tells no part: taken as involved"
            self.reading.note(self.line, INCIDENT, odd)

    def _weapons(self, body: Body) -> None:
        found = (one.get("weaponDescriptor", "") for one in body.get("weapons", []))
        self.weapons += map(edfi_codes.word_of, found)

    def _location(self) -> tuple[Location | None, str | None]:
        word = edfi_codes.word_of(self.body.get("incidentLocationDescriptor", ""))
        if not word:
            return None, None
        code, place = edfi_codes.location(word)
        if code is Location.OTHER and place:
            self.reading.words.met("location", place)
        return code, place


BELONGING: Mapping[str, Callable[[_Incident, int, Body], None]] = {
    BEHAVIOR: _Incident.behavior,
    BESIDE: _Incident.beside,
    STAFF: _Incident.staff,
    ACTION: _Incident.action,
}


def _roles(body: Body) -> list[Role]:
    """The parts that somebody had in it; a word that is none of ours is in the original alone."""
    name = "disciplineIncidentParticipationCodeDescriptor"
    many = body.get("disciplineIncidentParticipationCodes", [body])
    words = (edfi_codes.word_of(one.get(name, "")) for one in many)
    return [edfi_codes.ROLES[word] for word in words if word in edfi_codes.ROLES]


def _stranger(body: Body) -> Stranger:
    names = (body.get("firstName", ""), body.get("lastSurname", ""))
    return Stranger(" ".join(filter(None, names)), tuple(_roles(body)) or (Role.INVOLVED,))


def _when(body: Body, zone: ZoneInfo) -> When:
    """The instant in the school's zone; a day without a time is that day's noon."""
    said = body.get("incidentTime")
    clock = time.fromisoformat(said) if said else NOON
    at = datetime.combine(date.fromisoformat(body["incidentDate"]), clock)
    local = at if at.tzinfo else at.replace(tzinfo=zone)
    return When(at=local, zone=zone.key, day_only=said is None)
