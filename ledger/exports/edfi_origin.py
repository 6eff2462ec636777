"""What came from another system goes out as it came, but for what was changed here since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ledger.edfi import RECORDS
from ledger.exports import Line, Sink
from ledger.exports.desk import Back
from ledger.exports.edfi_desk import EdFiDesk

if TYPE_CHECKING:
    from ledger.reading import SisRecord

# Free text, and names of adults and of persons from outside.
TEXT = frozenset(
    (
        "incidentDescription",
        "reporterName",
        "caseNumber",
        "behaviorDetailedDescription",
        "externalParticipants",
    )
)
FIELDS = {
    record.endpoint: frozenset(part.many or part.field for part in record.parts)
    for record in RECORDS
}
NEWER = {  # a field that earlier Data Standards have no place for → the first that has
    ("studentDisciplineIncidentBehaviorAssociations", "weapons"): "5.2",
}
BROKEN = "the record that it came as is not in the shape of Ed-Fi's: import it again"
LED_TO_IT = "studentDisciplineIncidentBehaviorAssociations"
ASSOCIATION = "studentDisciplineIncidentBehaviorAssociationReference"


def merged(mine: Line, base: Line, original: Line, ours: Iterable[str] = ()) -> Line:
    """Field by field: mine where it is no longer as it was made at first, else the original's."""
    changed = {name for name in {*mine, *base} if mine.get(name) != base.get(name)}
    taken = {name: (mine if name in changed.union(ours) else original) for name in mine | original}
    return {name: of[name] for name, of in taken.items() if of.get(name) is not None}


def as_it_stands(
    desk: EdFiDesk,
    endpoint: str,
    record: SisRecord,
    line_of: Callable[[SisRecord], Line],
    ours: Iterable[str],
) -> Line:
    """The line of a record: what its source has, with what was changed here since.

    `ours` are the fields that are always as this sink has them: whom and what it refers to.
    """
    mine = line_of(record)
    try:
        original = retold(desk, endpoint, record)
    except (KeyError, TypeError, AttributeError):
        raise Back(BROKEN) from None
    if not original:
        return mine
    was = was_of(record)
    base = line_of(replace(record, body={**was})) if was else mine
    return merged(mine, base, original, ours)


def original_of(record: SisRecord) -> Mapping[str, Any]:
    """The record as its source has it; empty when that is no Ed-Fi source, or was destroyed."""
    return (record.body.get("came") or {}).get("line") or {}


def was_of(record: SisRecord) -> Mapping[str, Any]:
    """Our own words for it when it came; empty when we had none, or it was logged here."""
    return (record.body.get("came") or {}).get("was") or {}


def retold(desk: EdFiDesk, endpoint: str, record: SisRecord) -> Line:
    """What may leave of the source's own record, with whom it refers to in this sink's numbers."""
    line = original_of(record)
    fields = {name for name in FIELDS.get(endpoint, ()) if _leaves(desk.sink, endpoint, name)}
    kept = {name: _without_text(desk.sink, line[name]) for name in line if name in fields}
    for name, ours in REFERENCES.items():
        if name in kept:
            kept[name] = ours(desk, record, kept[name])
    return {name: said for name, said in kept.items() if said not in (None, [], {})}


def _leaves(sink: Sink, endpoint: str, name: str) -> bool:
    known = sink.own.standard >= NEWER.get((endpoint, name), "")
    return known and (sink.text or name not in TEXT)


def _without_text(sink: Sink, said: Any) -> Any:
    if isinstance(said, list):
        return [_without_text(sink, one) for one in said]
    if not isinstance(said, dict):
        return said
    return {
        name: _without_text(sink, one)
        for name, one in said.items()
        if sink.text or name not in TEXT
    }


# References inside a record, in the numbers of this sink.


def _staffs(desk: EdFiDesk, record: SisRecord, staffs: Iterable[Line]) -> list[Line]:
    there = [one["staffReference"]["staffUniqueId"] for one in staffs]
    known = [number for one in there if (number := desk.staff_there(one))]
    if not known and (here := desk.staff.known.get(record.body["by"] or "")):
        known = [here]  # nobody knows that number, but who it was is on our staff list
    return [{"staffReference": {"staffUniqueId": number}} for number in known]


def _school(desk: EdFiDesk, _: SisRecord, school: Line) -> Line:
    return {"schoolId": desk.school(str(school["schoolId"]))}


def _led_to_it(desk: EdFiDesk, record: SisRecord, led: Iterable[Line]) -> list[Line]:
    student = desk.students.number(record.student_id)
    keys = [dict(one[ASSOCIATION]) for one in led]
    return [{ASSOCIATION: _key(desk, key) | {"studentUniqueId": student}} for key in keys]


def _key(desk: EdFiDesk, key: Line) -> Line:
    return {
        "behaviorDescriptor": key["behaviorDescriptor"],
        "incidentIdentifier": key["incidentIdentifier"],
        "schoolId": desk.school(str(key["schoolId"])),
    }


REFERENCES: Mapping[str, Callable[[EdFiDesk, SisRecord, Any], Any]] = {
    "staffs": _staffs,
    "assignmentSchoolReference": _school,
    LED_TO_IT: _led_to_it,
}
