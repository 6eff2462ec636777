"""Made-up extracts and sinks; every id and number in them is invented."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from ledger.domain.codes import (
    Action,
    Behavior,
    Code,
    LengthDifference,
    Level,
    Location,
    RestraintKind,
    RestraintReason,
    Role,
    Weapon,
)
from ledger.exports import KINDS, Sink
from ledger.exports.edfi import EDFI
from ledger.reading import Extract, SisRecord

NOWHERE = Path("no-data-folder")  # of a format that reads none
LOS_ANGELES = "America/Los_Angeles"
FIGHT = "88fd210a-1111-4a59-9d43-3f0c6a1b2e77"
LUNCH = "231c0d5e-2222-4a59-9d43-3f0c6a1b2e77"
HALL = "c0ffee00-3333-4a59-9d43-3f0c6a1b2e77"
ANA, BO, CLEO, NEW, LONG = "student-a", "student-b", "student-c", "student-new", "student-long"
TEACHER, AIDE = "staff-t", "staff-a"
NUMBERS = {
    ANA: {"identifier": "104233", "sourcedId": "src-a"},
    BO: {"identifier": "104512", "sourcedId": "src-b"},
    CLEO: {"identifier": "104590", "sourcedId": "src-c"},
    LONG: {"identifier": "9" * 33, "sourcedId": "src-l"},
}
STAFF = {
    TEACHER: {"username": "tlow", "sourcedId": "T-18"},
    AIDE: {"username": "", "sourcedId": ""},
}


def sink(name: str = "ods", *, school: int = 255901, **more: Any) -> Sink:
    """An Ed-Fi sink as school.toml says it."""
    table = {"kind": "edfi", "standard": "5.0", "namespace": "uri://oakhill.example"}
    return EDFI.sink_from(name, table | more, {name: {"school": school}}, "oakhill", NOWHERE)


def incident(id: str, at: str, level: str = "major", **more: Any) -> SisRecord:
    body = {
        "school_id": "oakhill",
        "occurred_at": at,
        "zone": LOS_ANGELES,
        "day_only": False,
        "location": None,
        "place": None,
        "weapon": None,
        "law_enforcement_told": None,
        "reported_by": None,
        "behaviors": [],
    }
    return SisRecord("incident", id, None, level, at, body | more)


def behavior(of: SisRecord, student: str, code: str, level: str = "major", *also: str) -> SisRecord:
    body = {"code": code, "level": level, "label": "P1", "also": list(also), "foreign": None}
    return SisRecord("behavior", of.incident_id, student, level, of.occurred_at, body)


def other(of: SisRecord, student: str, *roles: str) -> SisRecord:
    body = {"roles": list(roles), "school_id": of.body["school_id"]}
    return SisRecord("non-offender", of.incident_id, student, of.level, of.occurred_at, body)


def reporter(of: SisRecord, staff: str | None, there: str = "") -> SisRecord:
    body = {"staff_id": staff, "there": there, "roles": ["reporter"]}
    return SisRecord("staff", of.incident_id, None, of.level, of.occurred_at, body)


def restraint(
    of: SisRecord, student: str, kind: str = "physical-restraint", **more: Any
) -> SisRecord:
    body = {
        "number": 1,
        "kind": kind,
        "began": of.occurred_at,
        "zone": of.body["zone"],
        "minutes": 4,
        "reasons": ["harm-to-others"],
        "by": [],
        "school_id": of.body["school_id"],
    }
    return SisRecord("restraint", of.incident_id, student, of.level, of.occurred_at, body | more)


def came(record: SisRecord, line: dict[str, Any], source: str = "sis", **now: Any) -> SisRecord:
    """A record that a source had first as this line, and what was changed here since."""
    origin = {"source": source, "school": "", "identifier": "18", "adopted": []}
    body = record.body | now | {"came": origin | {"line": line, "was": record.body}}
    return replace(record, body=body)


def adopted(record: SisRecord, by: str) -> SisRecord:
    return replace(record, body=record.body | {"came": record.body["came"] | {"adopted": [by]}})


def action(of: SisRecord, student: str, number: int, code: str, on: str, **more: Any) -> SisRecord:
    body = {
        "number": number,
        "identifier": None,
        "action": code,
        "foreign": None,
        "on": on,
        "days": None,
        "minutes": None,
        "served_days": None,
        "served_minutes": None,
        "served": False,
        "difference": None,
        "by": None,
        "school_id": of.body["school_id"],
        "behaviors": ["disruption"],
    }
    return SisRecord("action", of.incident_id, student, of.level, of.occurred_at, body | more)


def extract(records: Iterable[SisRecord], **more: Any) -> Extract:
    fields: dict[str, Any] = {
        "ledger_id": "5f6d1c0a-4b1e-4a59-9d43-3f0c6a1b2e77",
        "position": 48_090,
        "head": "ab" * 32,
        "recorded_at": "2026-10-15T09:06:00Z",
        "student_numbers": NUMBERS,
        "staff_numbers": STAFF,
    }
    return Extract(records=list(records), **(fields | more))


def week() -> Extract:
    """One week with everything that the mapping must decide about."""
    fight = incident(
        FIGHT,
        "2026-10-14T19:10:00Z",
        location="playground",
        weapon="club",
        law_enforcement_told=False,
        reported_by=TEACHER,
    )
    lunch = incident(LUNCH, "2026-10-15T06:59:30Z", "minor", location="other")  # the 14th here
    hall = incident(
        HALL, "2026-10-13T07:00:00Z", "minor", location="hallway-breezeway", day_only=True
    )
    return extract(
        [
            fight,
            behavior(fight, ANA, "fighting", "major", "victim"),
            behavior(fight, ANA, "bullying", "major", "victim"),
            behavior(fight, BO, "fighting", "major", "involved"),
            behavior(fight, NEW, "disruption", "minor"),
            action(fight, ANA, 1, "out-of-school-suspension", "2026-10-15", days="1.5", by=TEACHER),
            action(
                fight,
                BO,
                2,
                "in-school-suspension",
                "2026-10-15",
                days="2",
                served=True,
                served_days="1",
                difference="term-modified-by-mutual-agreement",
                by=AIDE,
            ),
            action(fight, BO, 3, "action-pending", "2026-10-16"),
            action(fight, NEW, 4, "loss-of-recess", "2026-10-16", minutes=15),
            lunch,
            behavior(lunch, CLEO, "disrespect", "minor", "reporter"),
            behavior(lunch, CLEO, "disruption", "minor", "reporter"),
            behavior(lunch, LONG, "disruption", "minor"),
            action(lunch, CLEO, 1, "loss-of-recess", "2026-10-15", minutes=15, served=True),
            hall,
            behavior(hall, LONG, "tardy", "minor"),
            action(hall, LONG, 1, "conference-with-student", "2026-10-13"),
        ]
    )


# Any extract that the record can give: incidents with children, behaviors, actions.

ids = st.uuids(version=4).map(str)
days = st.none() | st.decimals(0, 200, places=2).map(lambda d: f"{d.normalize():f}")
instants = st.integers(1_754_000_000, 1_814_000_000).map(
    lambda second: datetime.fromtimestamp(second, UTC).isoformat().replace("+00:00", "Z")
)
NUMBER = st.sampled_from(
    ["1", "a1", "A1", "", "9" * 32, "9" * 33, "1 2", "\u0661", "ñ", "3", "4", "5"]
)
CHILDREN = ("c1", "c2", "c3", "c4")
FLAGS = st.sampled_from([(("2020-08-01", ("iep",)),), (("2020-08-01", ("section-504",)),), ()])
DAYS = st.dates(date(2025, 8, 1), date(2027, 7, 1)).map(date.isoformat)


def codes(*sets: type[Code]) -> st.SearchStrategy[str]:
    return st.sampled_from([code.value for codeset in sets for code in codeset])


@st.composite
def cases(draw: st.DrawFn) -> list[SisRecord]:
    at = draw(instants)
    whole = incident(
        draw(ids),
        at,
        zone=draw(st.sampled_from([LOS_ANGELES, "UTC", "Asia/Kathmandu", "No/Such"])),
        day_only=draw(st.booleans()),
        location=draw(st.none() | codes(Location)),
        weapon=draw(st.none() | codes(Weapon)),
        law_enforcement_told=draw(st.none() | st.booleans()),
        reported_by=draw(st.none() | st.sampled_from([*STAFF, "staff-unknown"])),
    )
    records = [whole]
    if whole.body["reported_by"]:
        records.append(reporter(whole, whole.body["reported_by"]))
    for child in draw(st.lists(st.sampled_from(CHILDREN), unique=True)):
        also = draw(
            st.lists(codes(Role).filter(lambda r: r != "referred"), max_size=2, unique=True)
        )
        seen = draw(st.lists(codes(Behavior), max_size=3, unique=True))
        records += [behavior(whole, child, code, draw(codes(Level)), *also) for code in seen]
        if not seen:
            records.append(other(whole, child, *also))
        for number in range(draw(st.integers(0, 1))):
            kind, reasons = draw(codes(RestraintKind)), draw(st.lists(codes(RestraintReason)))
            held = restraint(whole, child, kind, reasons=[*{*reasons}], number=number)
            records.append(held)
        for number in range(draw(st.integers(0, 2))):
            done = action(
                whole,
                child,
                draw(st.just(len(records) + number)),
                draw(codes(Action)),
                draw(DAYS),
                days=draw(days),
                minutes=draw(st.none() | st.integers(0, 10_000)),
                served=draw(st.booleans()),
                served_days=draw(days),
                difference=draw(st.none() | codes(LengthDifference)),
                by=draw(st.none() | st.sampled_from([*STAFF, "staff-unknown"])),
                behaviors=seen,
            )
            records.append(done)
    return records


@st.composite
def extracts(draw: st.DrawFn) -> Extract:
    found = draw(st.lists(cases(), max_size=4, unique_by=lambda case: UUID(case[0].incident_id)))
    on_roster = draw(st.dictionaries(st.sampled_from(CHILDREN), NUMBER))
    return extract(
        [record for case in found for record in case],
        student_numbers={child: {"identifier": number} for child, number in on_roster.items()},
        student_flags=draw(st.dictionaries(st.sampled_from(CHILDREN), FLAGS)),
        unreadable=draw(st.sampled_from([(), (f"incident-{HALL}",)])),
    )


@st.composite
def sinks(draw: st.DrawFn) -> Sink:
    return sink(
        standard=draw(st.sampled_from(["5.0", "5.2", "6.0"])),
        descriptors=draw(st.sampled_from(["local", "core"])),
        levels=draw(st.sampled_from([["minor"], ["major"], ["minor", "major"]])),
        actions=draw(st.sampled_from(["all", "removals", ["bus-suspension", "no-action"]])),
        since=draw(st.dates(date(2025, 8, 1), date(2027, 7, 1))),
        kinds=draw(st.sampled_from([[*KINDS], ["incident"], ["incident", "staff", "restraint"]])),
    )
