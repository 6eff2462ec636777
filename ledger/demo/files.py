"""The made-up school's roster as OneRoster 1.1 files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ledger.demo.people import Adult, DemoSchool, Pupil
from ledger.demo.year import DAYS_A_YEAR, days_of
from ledger.domain.codes import StaffRole

Row = dict[str, str]

# OneRoster 1.1 knows no specialist, principal or clerk: the school gives them their roles itself.
ROLES = {StaffRole.TEACHER: "teacher", StaffRole.AIDE: "aide"}
OFFICE = "administrator"
GRADES = {"TK": "TK", "K": "KG"} | {str(n): f"{n:02}" for n in range(1, 6)}

COLUMNS = {
    "manifest.csv": "propertyName,value",
    "orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
    "academicSessions.csv": "sourcedId,status,dateLastModified,title,type,startDate,endDate,"
    "parentSourcedId,schoolYear",
    "courses.csv": "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,"
    "orgSourcedId,subjects,subjectCodes",
    "classes.csv": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,"
    "classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods",
    # the last column is not of 1.1, but many systems add it
    "users.csv": "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,"
    "userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,"
    "password,preferredGivenName",
    "demographics.csv": "sourcedId,status,dateLastModified,birthDate,sex,"
    "americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,"
    "nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,"
    "hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,"
    "publicSchoolResidenceStatus",
    "enrollments.csv": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,"
    "userSourcedId,role,primary,beginDate,endDate",
}
MANIFEST = {
    "manifest.version": "1.0",
    "oneroster.version": "1.1",
    "file.academicSessions": "bulk",
    "file.categories": "absent",
    "file.classes": "bulk",
    "file.classResources": "absent",
    "file.courses": "bulk",
    "file.courseResources": "absent",
    "file.demographics": "bulk",
    "file.enrollments": "bulk",
    "file.lineItems": "absent",
    "file.orgs": "bulk",
    "file.resources": "absent",
    "file.results": "absent",
    "file.users": "bulk",
    "source.systemName": "Made-up roster",
    "source.systemCode": "demo",
}


def oneroster(school: DemoSchool, on: date | None = None) -> dict[str, str]:
    """OneRoster 1.1 files by name, as they would be on a day; the last that is told unless said."""
    on = on or school.last_day
    here = [pupil for pupil in school.pupils if pupil.here_on(on)]
    year = on.year if on >= days_of(on.year)[0] else on.year - 1
    rows: dict[str, Iterable[Row]] = {
        "manifest.csv": ({"propertyName": name, "value": said} for name, said in MANIFEST.items()),
        "orgs.csv": [_org(school)],
        "academicSessions.csv": _sessions(year),
        "courses.csv": (_course(school, grade, year) for grade in school.grades),
        "classes.csv": (_class(school, room, year) for room in school.rooms),
        "users.csv": _users(school, here),
        "demographics.csv": map(_demographics, here),
        "enrollments.csv": _enrollments(school, here),
    }
    return {file: _sheet(columns, rows[file]) for file, columns in COLUMNS.items()}


def _sheet(columns: str, rows: Iterable[Row]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns.split(","), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _org(school: DemoSchool) -> Row:
    id = school.school_id
    return {"sourcedId": id, "name": school.name, "type": "school", "identifier": id}


def _sessions(year: int) -> Iterator[Row]:
    days, half = days_of(year), DAYS_A_YEAR // 2
    whole = f"year-{year}"
    yield _session(whole, f"{year}–{(year + 1) % 100:02}", "schoolYear", days, "")
    yield _session(f"fall-{year}", "Fall", "term", days[:half], whole)
    yield _session(f"spring-{year}", "Spring", "term", days[half:], whole)


def _session(id: str, title: str, kind: str, days: Sequence[date], parent: str) -> Row:
    return {
        "sourcedId": id,
        "title": title,
        "type": kind,
        "startDate": days[0].isoformat(),
        "endDate": days[-1].isoformat(),
        "parentSourcedId": parent,
        "schoolYear": id.partition("-")[2],
    }


def _course(school: DemoSchool, grade: str, year: int) -> Row:
    return {
        "sourcedId": f"course-{grade}",
        "schoolYearSourcedId": f"year-{year}",
        "title": f"Grade {grade}",
        "courseCode": grade,
        "grades": GRADES[grade],
        "orgSourcedId": school.school_id,
    }


def _class(school: DemoSchool, room: str, year: int) -> Row:
    grade = school.pupils[school.rooms[room][0]].grade
    return {
        "sourcedId": f"class-{room}",
        "title": f"Grade {grade}, room {room}",
        "grades": GRADES[grade],
        "courseSourcedId": f"course-{grade}",
        "classCode": room,
        "classType": "homeroom",
        "schoolSourcedId": school.school_id,
        "termSourcedIds": f"fall-{year},spring-{year}",
    }


def _users(school: DemoSchool, here: Iterable[Pupil]) -> Iterator[Row]:
    yield from (_adult_row(adult) | _at(school) for adult in school.adults)
    yield from (_pupil_row(pupil) | _at(school) for pupil in here)


def _at(school: DemoSchool) -> Row:
    return {"enabledUser": "true", "orgSourcedIds": school.school_id}


def _adult_row(adult: Adult) -> Row:
    return {
        "sourcedId": adult.source_id,
        "role": ROLES.get(adult.role, OFFICE),
        "username": adult.username,
        "givenName": adult.given,
        "familyName": adult.family,
    }


def _pupil_row(pupil: Pupil) -> Row:
    return {
        "sourcedId": pupil.source_id,
        "role": "student",
        "username": pupil.source_id,
        "userIds": f"{{state:{pupil.state_id}}}",
        "givenName": pupil.given,
        "familyName": pupil.family,
        "middleName": pupil.middle or "",
        "identifier": pupil.number,
        "grades": GRADES[pupil.grade],
        "preferredGivenName": pupil.preferred or "",
    }


def _demographics(pupil: Pupil) -> Row:
    born = pupil.birth_date.isoformat()
    return {"sourcedId": pupil.source_id, "birthDate": born, "sex": pupil.sex}


def _enrollments(school: DemoSchool, here: Iterable[Pupil]) -> Iterator[Row]:
    for room in school.rooms:
        yield _enrollment(school, room, room, "teacher") | {"primary": "true"}
    for pupil in here:
        yield _enrollment(school, pupil.homeroom, pupil.source_id, "student")


def _enrollment(school: DemoSchool, room: str, user: str, role: str) -> Row:
    return {
        "sourcedId": f"{room}-{user}",
        "classSourcedId": f"class-{room}",
        "schoolSourcedId": school.school_id,
        "userSourcedId": user,
        "role": role,
    }
