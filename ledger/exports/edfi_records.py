"""How Ed-Fi writes one incident, one behavior of one child, one action, one descriptor."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ledger.domain.codes import Role
from ledger.exports import Line
from ledger.exports.desk import Back, local
from ledger.exports.edfi_desk import EdFiDesk
from ledger.exports.edfi_origin import ASSOCIATION, original_of
from ledger.exports.edfi_words import OURS, PLACELESS

if TYPE_CHECKING:
    from ledger.reading import SisRecord

OWN_IDS = uuid.UUID("5d0a4a54-6f0e-5c53-9a37-2f4d6f6b8a11")  # the sinks' keys follow from it
PARTICIPATION = "DisciplineIncidentParticipationCode"
DIFFERENCE = "DisciplineActionLengthDifferenceReason"
REASON = "RestraintEventReason"


def incident_line(desk: EdFiDesk, record: SisRecord, behaviors: Iterable[str]) -> Line:
    body, at = record.body, local(record)
    reporter = "staff" if body["reported_by"] else None
    return _said(
        incidentIdentifier=identifier_of(record),
        incidentDate=at.date().isoformat(),
        incidentTime=None if body["day_only"] else at.strftime("%H:%M:%S"),
        schoolReference=_school(desk, record),
        behaviors=_each("Behavior", behaviors),
        incidentLocationDescriptor=_place(desk, body["location"]),
        reporterDescriptionDescriptor=desk.word_if_said("ReporterDescription", reporter),
        reportedToLawEnforcement=body["law_enforcement_told"],
        weapons=_each("Weapon", filter(None, [desk.word_if_said("Weapon", body["weapon"])])),
    )


def _place(desk: EdFiDesk, location: str | None) -> str | None:
    if location in PLACELESS and not desk.has("IncidentLocation", location or ""):
        return None
    return desk.word_if_said("IncidentLocation", location)


def reference_to(desk: EdFiDesk, incident: SisRecord) -> Line:
    """How the records of an incident refer to it."""
    return {"incidentIdentifier": identifier_of(incident), **_school(desk, incident)}


def behavior_line(desk: EdFiDesk, incident: Line, record: SisRecord) -> Line:
    """A behavior of one child, with the child's parts in the `incident` that it refers to."""
    return _said(
        behaviorDescriptor=desk.word("Behavior", record.body["code"]),
        disciplineIncidentReference=incident,
        studentReference=_student(desk, record),
        disciplineIncidentParticipationCodes=_parts(
            desk, [Role.REFERRED.value, *record.body["also"]]
        ),
    )


def other_line(desk: EdFiDesk, incident: Line, record: SisRecord) -> Line:
    return _said(
        disciplineIncidentReference=incident,
        studentReference=_student(desk, record),
        disciplineIncidentParticipationCodes=_parts(desk, record.body["roles"]),
    )


def staff_line(desk: EdFiDesk, incident: Line, record: SisRecord) -> Line:
    there = record.body.get("there")
    number = desk.staff_there(there) if there else desk.staff.number(record.body["staff_id"])
    if not number:
        raise Back("not on the staff list")
    return _said(
        disciplineIncidentReference=incident,
        staffReference={"staffUniqueId": number},
        disciplineIncidentParticipationCodes=_parts(desk, record.body["roles"]),
    )


def _parts(desk: EdFiDesk, roles: Iterable[str]) -> list[Line] | None:
    """The participation codes of a person; Ed-Fi has none for who was merely involved."""
    involved = Role.INVOLVED.value
    told = {role for role in roles if role != involved or desk.has(PARTICIPATION, involved)}
    return _each(PARTICIPATION, {desk.word(PARTICIPATION, role) for role in told})


def association_key(line: Line) -> Line:
    """How an action refers to the behavior that led to it."""
    return {
        "behaviorDescriptor": line["behaviorDescriptor"],
        **line["disciplineIncidentReference"],
        **line["studentReference"],
    }


def action_line(desk: EdFiDesk, record: SisRecord, led_to_it: Iterable[Line]) -> Line:
    """An action, with the `association_key` of each behavior that led to it."""
    body, staff = record.body, desk.staff.known.get(record.body["by"] or "")
    return _said(
        disciplineActionIdentifier=_action_id(record),
        disciplineDate=body["on"],
        disciplines=_each("Discipline", [desk.word("Discipline", body["action"])]),
        disciplineActionLength=_days(body["days"]),
        actualDisciplineActionLength=_served(body),
        disciplineActionLengthDifferenceReasonDescriptor=desk.word_if_said(
            DIFFERENCE, body["difference"]
        ),
        responsibilitySchoolReference=_school(desk, record),
        staffs=[{"staffReference": {"staffUniqueId": staff}}] if staff else None,
        studentReference=_student(desk, record),
        studentDisciplineIncidentBehaviorAssociations=[{ASSOCIATION: key} for key in led_to_it]
        or None,
    )


def restraint_line(desk: EdFiDesk, record: SisRecord) -> Line:
    reasons = [desk.word(REASON, reason) for reason in record.body["reasons"]]
    return _said(
        restraintEventIdentifier=_own_id(record, "restraint"),
        eventDate=day_of(record).isoformat(),
        schoolReference=_school(desk, record),
        studentReference=_student(desk, record),
        reasons=_each(REASON, reasons),
    )


def day_of(restraint: SisRecord) -> date:
    """The day of a restraint, in the school's zone."""
    body = restraint.body
    return local(replace(restraint, body=body | {"occurred_at": body["began"]})).date()


def identifier_of(incident: SisRecord) -> str:
    """What its source calls an incident, or our id of one that was logged here."""
    came = incident.body.get("came") or {}
    there: str | None = original_of(incident).get("incidentIdentifier") or came.get("identifier")
    return there or incident.incident_id


def _school(desk: EdFiDesk, record: SisRecord) -> Line:
    return {"schoolId": desk.school(record.body["school_id"])}


def _student(desk: EdFiDesk, record: SisRecord) -> Line:
    return {"studentUniqueId": desk.students.number(record.student_id)}


def descriptor_line(word: str) -> tuple[str, Line]:
    """A word of the school's own, and the endpoint that makes it at the sink."""
    namespace, _, code = word.partition("#")
    of = namespace.rpartition("/")[2]
    labels = {known.value: known.label for known in OURS[of.removesuffix("Descriptor")]}
    line = {"namespace": namespace, "codeValue": code, "shortDescription": labels.get(code, code)}
    return f"{_small(of)}s", line


def words_of(line: Line) -> Iterable[str]:
    """The descriptors of a line that may be the school's own words."""
    used = [line.get("behaviorDescriptor")]
    used += [one["behaviorDescriptor"] for one in line.get("behaviors", ())]
    used += [one["disciplineDescriptor"] for one in line.get("disciplines", ())]
    return filter(None, used)


def _action_id(record: SisRecord) -> str:
    there: str | None = original_of(record).get("disciplineActionIdentifier") or record.body.get(
        "identifier"
    )
    return there or _own_id(record, "action")


def _own_id(record: SisRecord, kind: str) -> str:
    return str(uuid.uuid5(OWN_IDS, f"{record.incident_id} {kind} {record.body['number']}"))


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
