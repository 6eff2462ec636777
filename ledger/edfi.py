"""Ed-Fi's discipline records: the elements of the XML interchange and the JSON fields they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

NAMESPACES: Mapping[str, str] = {"5.2": "http://ed-fi.org/5.2.0"}  # Data Standard → of its XML
INTERCHANGE = "InterchangeStudentDiscipline"


@dataclass(frozen=True, slots=True)
class Part:
    """One element of a record, and where the API's JSON has what it says.

    A leaf holds a `kind` of value at `field`: text, descriptor, date, time, number, whole, truth.
    With `parts`, an object at `field`, or the one that it stands in when there is no `field`.
    With `many`, a list of that name; each entry is an object that holds one such part.
    With `identity`, an element of that name is around the parts: it is a reference.
    """

    element: str
    field: str = ""
    kind: str = "text"
    parts: tuple[Part, ...] = ()
    identity: str = ""
    many: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One kind of record: its element, where the API takes it, and its parts in order."""

    element: str
    endpoint: str
    parts: tuple[Part, ...]


def _reference(field: str, of: str, *parts: Part, element: str = "") -> Part:
    """What another record is known by; what that refers to in turn stands flat beside it."""
    named = element or f"{of}Reference"
    return Part(named, field, parts=parts, identity=f"{of}Identity")


def _descriptor(name: str) -> Part:
    return Part(name, f"{name[0].lower()}{name[1:]}Descriptor", "descriptor")


def _each(part: Part, many: str) -> Part:
    return replace(part, many=many)


SCHOOL_ID = Part("SchoolId", "schoolId", "whole")
STUDENT_ID = Part("StudentUniqueId", "studentUniqueId")
INCIDENT_ID = Part("IncidentIdentifier", "incidentIdentifier")
BEHAVIOR = _descriptor("Behavior")
DETAILED = Part("BehaviorDetailedDescription", "behaviorDetailedDescription")
PARTICIPATION = _descriptor("DisciplineIncidentParticipationCode")
PARTICIPATIONS = _each(PARTICIPATION, "disciplineIncidentParticipationCodes")
WEAPONS = _each(_descriptor("Weapon"), "weapons")

SCHOOL = _reference("schoolReference", "School", SCHOOL_ID)
STUDENT = _reference("studentReference", "Student", STUDENT_ID)
STAFF = _reference("staffReference", "Staff", Part("StaffUniqueId", "staffUniqueId"))
INCIDENT = _reference(
    "disciplineIncidentReference", "DisciplineIncident", INCIDENT_ID, replace(SCHOOL, field="")
)
ASSOCIATION = _reference(
    "studentDisciplineIncidentBehaviorAssociationReference",
    "StudentDisciplineIncidentBehaviorAssociation",
    replace(STUDENT, field=""),
    replace(INCIDENT, field=""),
    BEHAVIOR,
)

RECORDS: tuple[Record, ...] = (  # in the order in which a file has them
    Record(
        "DisciplineIncident",
        "disciplineIncidents",
        (
            INCIDENT_ID,
            Part("IncidentDate", "incidentDate", "date"),
            Part("IncidentTime", "incidentTime", "time"),
            _descriptor("IncidentLocation"),
            Part("IncidentDescription", "incidentDescription"),
            _descriptor("ReporterDescription"),
            Part("ReporterName", "reporterName"),
            Part("Behavior", parts=(DETAILED, BEHAVIOR), many="behaviors"),
            WEAPONS,
            Part("ReportedToLawEnforcement", "reportedToLawEnforcement", "truth"),
            Part("CaseNumber", "caseNumber"),
            Part("IncidentCost", "incidentCost", "number"),
            SCHOOL,
            Part(
                "DisciplineIncidentExternalParticipant",
                parts=(
                    Part("FirstName", "firstName"),
                    Part("LastSurname", "lastSurname"),
                    PARTICIPATION,
                ),
                many="externalParticipants",
            ),
        ),
    ),
    Record(
        "StudentDisciplineIncidentBehaviorAssociation",
        "studentDisciplineIncidentBehaviorAssociations",
        (STUDENT, INCIDENT, BEHAVIOR, DETAILED, PARTICIPATIONS, WEAPONS),
    ),
    Record(
        "StudentDisciplineIncidentNonOffenderAssociation",
        "studentDisciplineIncidentNonOffenderAssociations",
        (STUDENT, INCIDENT, PARTICIPATIONS),
    ),
    Record(
        "StaffDisciplineIncidentAssociation",
        "staffDisciplineIncidentAssociations",
        (STAFF, INCIDENT, PARTICIPATIONS),
    ),
    Record(
        "DisciplineAction",
        "disciplineActions",
        (
            Part("DisciplineActionIdentifier", "disciplineActionIdentifier"),
            _each(_descriptor("Discipline"), "disciplines"),
            Part("DisciplineDate", "disciplineDate", "date"),
            Part("DisciplineActionLength", "disciplineActionLength", "number"),
            Part("ActualDisciplineActionLength", "actualDisciplineActionLength", "number"),
            _descriptor("DisciplineActionLengthDifferenceReason"),
            Part("RelatedToZeroTolerancePolicy", "relatedToZeroTolerancePolicy", "truth"),
            STUDENT,
            _each(STAFF, "staffs"),
            _reference(
                "responsibilitySchoolReference",
                "School",
                SCHOOL_ID,
                element="ResponsibilitySchoolReference",
            ),
            _reference(
                "assignmentSchoolReference",
                "School",
                SCHOOL_ID,
                element="AssignmentSchoolReference",
            ),
            Part("IEPPlacementMeetingIndicator", "iepPlacementMeetingIndicator", "truth"),
            _each(ASSOCIATION, "studentDisciplineIncidentBehaviorAssociations"),
        ),
    ),
)
