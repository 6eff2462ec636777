"""Made-up histories in Ed-Fi's XML and as CSV; every name and number in them is invented."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

CORE = "uri://ed-fi.org"
SCHOOL = 255901


def tag(name: str, *inside: str, **attributes: str) -> str:
    said = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{said}>{''.join(inside)}</{name}>"


def descriptor(name: str, word: str, of: str = CORE) -> str:
    return tag(name, f"{of}/{name}Descriptor#{word}")


def school(number: int = SCHOOL, element: str = "SchoolReference") -> str:
    return tag(element, tag("SchoolIdentity", tag("SchoolId", str(number))))


def student(number: str) -> str:
    return tag("StudentReference", tag("StudentIdentity", tag("StudentUniqueId", number)))


def of(identifier: str = "", ref: str = "", number: int = SCHOOL) -> str:
    """A reference to an incident: by an id in the file, or by what it is known by."""
    if ref:
        return f'<DisciplineIncidentReference ref="{ref}"/>'
    identity = tag("IncidentIdentifier", identifier) + school(number)
    return tag("DisciplineIncidentReference", tag("DisciplineIncidentIdentity", identity))


def parts(*words: str) -> str:
    return "".join(descriptor("DisciplineIncidentParticipationCode", word) for word in words)


def incident(
    identifier: str = "1",
    *more: str,
    day: str = "2026-03-02",
    at: str = "10:15:00",
    place: str = "Classroom",
    number: int = SCHOOL,
    id: str = "",
) -> str:
    inside = [
        tag("IncidentIdentifier", identifier),
        tag("IncidentDate", day),
        tag("IncidentTime", at) if at else "",
        descriptor("IncidentLocation", place) if place else "",
        *more,
        school(number),
    ]
    return tag("DisciplineIncident", *inside, **({"id": id} if id else {}))


def outside(given: str, family: str, word: str = "Witness") -> str:
    name = tag("FirstName", given), tag("LastSurname", family)
    return tag("DisciplineIncidentExternalParticipant", *name, parts(word))


def behavior(
    pupil: str,
    reference: str,
    word: str = "State Offense",
    *more: str,
    source: str = CORE,
    id: str = "",
) -> str:
    return tag(
        "StudentDisciplineIncidentBehaviorAssociation",
        student(pupil),
        reference,
        descriptor("Behavior", word, source),
        *more,
        **({"id": id} if id else {}),
    )


def beside(pupil: str, reference: str, *words: str) -> str:
    name = "StudentDisciplineIncidentNonOffenderAssociation"
    return tag(name, student(pupil), reference, parts(*words))


def adult(number: str, reference: str, *words: str) -> str:
    who = tag("StaffReference", tag("StaffIdentity", tag("StaffUniqueId", number)))
    return tag("StaffDisciplineIncidentAssociation", who, reference, parts(*words))


def led_by(pupil: str, reference: str, word: str = "State Offense") -> str:
    name = "StudentDisciplineIncidentBehaviorAssociation"
    inside = student(pupil) + reference + descriptor("Behavior", word)
    return tag(f"{name}Reference", tag(f"{name}Identity", inside))


def action(
    identifier: str,
    pupil: str,
    *references: str,
    word: str = "In School Suspension",
    day: str = "2026-03-03",
    length: str = "2",
    actual: str = "",
) -> str:
    return tag(
        "DisciplineAction",
        tag("DisciplineActionIdentifier", identifier),
        descriptor("Discipline", word),
        tag("DisciplineDate", day),
        tag("DisciplineActionLength", length) if length else "",
        tag("ActualDisciplineActionLength", actual) if actual else "",
        student(pupil),
        school(element="ResponsibilitySchoolReference"),
        *references,
    )


def interchange(
    *records: str, root: str = "InterchangeStudentDiscipline", of: str = "http://ed-fi.org/5.2.0"
) -> str:
    lines = "\n".join(records)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{of}">\n{lines}\n</{root}>\n'


def written(folder: Path, *records: str, name: str = "history.xml", **how: str) -> Path:
    """A file of these records."""
    path = folder / name
    path.write_text(interchange(*records, **how), "utf-8")
    return path


def an_incident(n: int = 1, pupil: str = "900101", day: str = "2026-03-02") -> list[str]:
    """An incident with a student, somebody beside, an adult and what was done."""
    by = of(str(n))
    return [
        incident(str(n), outside("Orla", "Quint"), day=day),
        behavior(pupil, by),
        beside("900199", by, "Witness"),
        adult("S-7", by, "Reporter"),
        action(f"A{n}", pupil, led_by(pupil, by), day=day),
    ]


COLUMNS = ("Referral ID", "Date", "Time", "Student ID", "Problem Behavior", "Location", "Action")
MAP = """
[file]
date = "%m/%d/%Y"
time = "%I:%M %p"

[columns]
identifier = "Referral ID"
date = "Date"
time = "Time"
student = "Student ID"
behavior = "Problem Behavior"
location = "Location"
action = "Action"

[codes.behavior]
"M-Disruption" = "minor disruption"
"Harsh Words" = "abusive-language"

[codes.location]
"Caf" = "cafeteria"
"""
ROW = ("1", "10/14/2026", "12:10 PM", "104233", "M-Disruption", "Caf", "time-in-office")


def sheet(rows: Iterable[Iterable[str]], columns: Iterable[str] = COLUMNS) -> str:
    return "".join(f"{','.join(row)}\n" for row in (columns, *rows))


def csv_written(folder: Path, *rows: Iterable[str], map_: str = MAP) -> tuple[Path, Path]:
    """A CSV of these rows, and its map."""
    path, said = folder / "referrals.csv", folder / "map.toml"
    path.write_text(sheet(rows or (ROW,)), "utf-8")
    said.write_text(map_, "utf-8")
    return path, said
