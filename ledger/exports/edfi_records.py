"""How Ed-Fi writes one incident, one behavior of one child, one action, one descriptor."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ledger.domain.codes import Role
from ledger.exports import Line
from ledger.exports.desk import local
from ledger.exports.edfi_desk import EdFiDesk
from ledger.exports.edfi_words import OURS, PLACELESS

if TYPE_CHECKING:
    from ledger.reading import SisRecord

ACTION_IDS = uuid.UUID("5d0a4a54-6f0e-5c53-9a37-2f4d6f6b8a11")  # the sinks' keys follow from it
PARTICIPATION = "DisciplineIncidentParticipationCode"
DIFFERENCE = "DisciplineActionLengthDifferenceReason"


def incident_line(desk: EdFiDesk, record: SisRecord, behaviors: Iterable[str]) -> Line:
    body, at = record.body, local(record)
    place = None if body["location"] in PLACELESS else body["location"]
    reporter = "staff" if body["reported_by"] else None
    return _said(
        incidentIdentifier=record.incident_id,
        incidentDate=at.date().isoformat(),
        incidentTime=None if body["day_only"] else at.strftime("%H:%M:%S"),
        schoolReference={"schoolId": desk.school(body["school_id"])},
        behaviors=_each("Behavior", behaviors),
        incidentLocationDescriptor=desk.word_if_said("IncidentLocation", place),
        reporterDescriptionDescriptor=desk.word_if_said("ReporterDescription", reporter),
        reportedToLawEnforcement=body["law_enforcement_told"],
        weapons=_each("Weapon", filter(None, [desk.word_if_said("Weapon", body["weapon"])])),
    )


def association_line(desk: EdFiDesk, key: Mapping[str, Any], parts: Iterable[str]) -> Line:
    """A behavior of one child, of this `association_key`, with the child's parts in it."""
    return _said(
        behaviorDescriptor=key["behaviorDescriptor"],
        disciplineIncidentReference={k: key[k] for k in ("incidentIdentifier", "schoolId")},
        studentReference={"studentUniqueId": key["studentUniqueId"]},
        disciplineIncidentParticipationCodes=_each(PARTICIPATION, parts),
    )


def association_key(desk: EdFiDesk, incident: SisRecord, child: str | None, behavior: str) -> Line:
    return {
        "behaviorDescriptor": behavior,
        "incidentIdentifier": incident.incident_id,
        "schoolId": desk.school(incident.body["school_id"]),
        "studentUniqueId": desk.students.number(child),
    }


def parts_of(desk: EdFiDesk, seen: SisRecord) -> set[str]:
    """The participation codes of a child; Ed-Fi has none for who was merely involved."""
    parts = {Role.REFERRED.value, *seen.body["also"]} - {Role.INVOLVED.value}
    return {desk.word(PARTICIPATION, part) for part in parts}


def action_line(desk: EdFiDesk, record: SisRecord, led_to_it: Iterable[Line]) -> Line:
    """An action, with the `association_key` of each behavior that led to it."""
    body, staff = record.body, desk.staff.known.get(record.body["by"] or "")
    reference = "studentDisciplineIncidentBehaviorAssociationReference"
    return _said(
        disciplineActionIdentifier=_action_id(record),
        disciplineDate=body["on"],
        disciplines=_each("Discipline", [desk.word("Discipline", body["action"])]),
        disciplineActionLength=_days(body["days"]),
        actualDisciplineActionLength=_served(body),
        disciplineActionLengthDifferenceReasonDescriptor=desk.word_if_said(
            DIFFERENCE, body["difference"]
        ),
        responsibilitySchoolReference={"schoolId": desk.school(body["school_id"])},
        staffs=[{"staffReference": {"staffUniqueId": staff}}] if staff else None,
        studentReference={"studentUniqueId": desk.students.number(record.student_id)},
        studentDisciplineIncidentBehaviorAssociations=[{reference: key} for key in led_to_it],
    )


def descriptor_line(word: str) -> tuple[str, Line]:
    """A word of the school's own, and the endpoint that makes it at the sink."""
    namespace, _, code = word.partition("#")
    of = namespace.rpartition("/")[2]
    label = OURS[of.removesuffix("Descriptor")](code).label
    line = {"namespace": namespace, "codeValue": code, "shortDescription": label}
    return f"{_small(of)}s", line


def words_of(line: Line) -> Iterable[str]:
    """The descriptors of a line that may be the school's own words."""
    used = [line.get("behaviorDescriptor")]
    used += [one["disciplineDescriptor"] for one in line.get("disciplines", ())]
    return filter(None, used)


def _action_id(record: SisRecord) -> str:
    return str(uuid.uuid5(ACTION_IDS, f"{record.incident_id} action {record.body['number']}"))


def _served(body: Mapping[str, Any]) -> int | float | None:
    """School days really served; who served in full served what was assigned."""
    in_full = body["served"] and body["served_days"] is None and body["served_minutes"] is None
    return _days(body["days"] if in_full else body["served_days"])


def _days(days: str | None) -> int | float | None:
    """School days, two decimals at most; minutes are no school days."""
    if days is None:
        return None
    exact = Decimal(days)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _each(of: str, words: Iterable[str]) -> list[Line] | None:
    """Ed-Fi's way to write a list of descriptors of one set."""
    return [{f"{_small(of)}Descriptor": word} for word in sorted(words)] or None


def _small(name: str) -> str:
    return name[0].lower() + name[1:]


def _said(**fields: Any) -> Line:
    """A record without what was not said."""
    return {name: value for name, value in fields.items() if value is not None}
