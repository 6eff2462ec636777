"""OneRoster's manual, 1.1 and 1.2: its files, columns and words, and what they mean here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

from ledger.domain.codes import StaffRole
from ledger.imports.sheets import SHORTENED, Columns, Layout, Row, plain, truth

USERS, ROLES, ORGS = "users.csv", "roles.csv", "orgs.csv"

NAMED = ("sourcedId", "givenName", "familyName")
WELCOME = (
    *("status", "userIds", "middleName", "preferredGivenName", "identifier", "grades"),
    "userMasterIdentifier",
)

# Every other column, `password` too, is passed over.
FILES: Mapping[str, Columns] = {
    "manifest.csv": Columns(("propertyName", "value")),
    ORGS: Columns(("sourcedId",), ("name", "type"), ("status", "identifier", "parentSourcedId")),
    USERS: Columns((*NAMED, "role"), ("orgSourcedIds", "username"), WELCOME),
    ROLES: Columns(
        ("userSourcedId", "role"), ("orgSourcedId",), ("status", "roleType", "beginDate", "endDate")
    ),
    "demographics.csv": Columns(("sourcedId",), ("birthDate", "sex"), ("status",)),
    "classes.csv": Columns(("sourcedId",), ("classType",), ("status",)),
    "enrollments.csv": Columns(
        ("classSourcedId", "userSourcedId", "role"), (), ("status", "primary", "endDate")
    ),
    "academicSessions.csv": Columns(
        ("sourcedId",), ("title", "type", "startDate", "endDate"), ("status",)
    ),
}
# With a roles.csv, what users.csv says of roles and orgs is only for who is not in it.
WITH_ROLES = Columns(
    NAMED, ("username",), (*WELCOME, "role", "orgSourcedIds", "primaryOrgSourcedId")
)

# Other spellings of a column, both sides in lower case without spaces and signs.
ALIASES: Mapping[str, str] = {
    alias: column
    for column, aliases in {
        "sourcedid": "sourceid sourcdid soucedid sourcedids usersourcedid usersourceid",
        "givenname": "given givename givennames firstname",
        "familyname": "family famlyname familynames lastname surname",
        "middlename": "middle middlenames",
        "preferredgivenname": "preferredname preferredfirstname",
        "orgsourcedids": "orgsourcedid orgsourceid orgsourceids",
        "role": "roles",
        "grades": "grade gradelevel",
        "birthdate": "birthday dateofbirth dob",
        "sex": "gender",
        "classsourcedid": "classsourceid",
        "usersourcedid": "usersourceid",
        "primary": "isprimary",
        "startdate": "begindate",
        "begindate": "startdate",
    }.items()
    for alias in aliases.split()
}

LAYOUT = Layout(
    files=FILES,
    main=USERS,
    key="sourcedId",
    aliases=ALIASES,
    caps={"sex": 40, "userIds": 4_000, "orgSourcedIds": 4_000},
    remedy="export the roster again as OneRoster 1.1, or as 1.2 with its roles.csv",
    ids=frozenset(
        (
            *("identifier", "userMasterIdentifier", "parentSourcedId", "primaryOrgSourcedId"),
            *("orgSourcedIds", "orgSourcedId", "userSourcedId", "classSourcedId"),
        )
    ),
)
LAYOUT_WITH_ROLES = replace(LAYOUT, files={**FILES, USERS: WITH_ROLES})

# Words

VERSIONS = ("", "1.0", "1.1", "1.2")
STATUS = {"": True, "active": True, "inactive": False, "tobedeleted": False}
STUDENT = "student"
FAMILY = {"parent", "guardian", "relative"}
# An administrator may be anybody of the office: what they may do here is for the school to say.
OFFICE = "administrator siteadministrator districtadministrator systemadministrator proctor"
STAFF = {role.value.replace("-", ""): role.value for role in StaffRole} | dict.fromkeys(
    OFFICE.split(), StaffRole.OTHER.value
)
GRADES = {
    "0": "K",
    "KG": "K",
    "KINDER": "K",
    "KINDERGARTEN": "K",
    "TRANSITIONAL KINDERGARTEN": "TK",
    "PREK": "PK",
    "PRE-K": "PK",
    "PREKINDERGARTEN": "PK",
}
GRADE_CAP = 20

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
MONTH = "|".join(MONTHS)
CLOCK = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)? ?(?:[AP]M)?(?:Z|[+-]\d{2}:?\d{2})?)?"
DATES = tuple(
    re.compile(form + CLOCK, re.ASCII | re.IGNORECASE)
    for form in (
        r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})",
        r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})",
        rf"(?P<d>\d{{1,2}})[- ](?P<m>{MONTH})[- ](?P<y>\d{{4}})",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
    )
)
SERIAL_DATE = "looks like the number that a spreadsheet makes of a date"
SERIAL = re.compile(r"\d{5}(\.\d*)?", re.ASCII)
DATED_GRADE = re.compile(
    rf"\d{{1,2}}[- ]({MONTH})|({MONTH})[- ]\d{{1,2}}", re.ASCII | re.IGNORECASE
)


# From a cell to a value


def active(row: Row) -> bool:
    status = row["status"].lower()
    if status not in STATUS:
        row.note("status", "is not active, inactive or tobedeleted: read as active")
    return STATUS.get(status, True)


def yes(row: Row, column: str) -> bool:
    return truth(row[column]) is True


def ids(row: Row, column: str) -> list[str]:
    """The ids of a cell that may hold several."""
    return list(filter(None, map(str.strip, row[column].split(","))))


def numbers(row: Row) -> Iterator[tuple[str, str]]:
    """What the student is numbered by: each column, and each of `{type:id},{type:id}`."""
    columns = ("identifier", "username", "userMasterIdentifier")
    yield from ((column, row[column]) for column in columns if row[column])
    for part in filter(str.strip, re.split(r"[{}\[\],]", row["userIds"])):
        kind, _, number = (side.strip() for side in part.partition(":"))
        if SHORTENED.fullmatch(number):
            row.note("userIds", "holds a number that a spreadsheet shortened: it is left out")
        elif kind and number:
            yield f"userIds:{kind}", number
        else:
            row.note("userIds", "is not in the form {type:id}: that number is left out")


def grade(row: Row) -> str | None:
    """The first grade of the cell in the ledger's words; what is not known stays as it came."""
    said = row["grades"].strip("[]").split(",")[0].strip()
    word = said.upper()
    if word.isascii() and word.isdigit():
        word = said = word.lstrip("0") or "0"
    if odd := _odd_grade(said):
        row.note("grades", f"{odd}: the grade is left out")
        return None
    return GRADES.get(word) or (word if word in ("PK", "TK", "K") else said) or None


def _odd_grade(said: str) -> str:
    if DATED_GRADE.fullmatch(said) or any(form.fullmatch(said) for form in DATES):
        return "is a date, as a spreadsheet makes of grades such as 4-5"
    return f"is longer than {GRADE_CAP} characters" if len(said) > GRADE_CAP else ""


def day(row: Row, column: str) -> date | None:
    """The day that the cell says; 1/05/2023 is January 5, as in the United States."""
    if not row[column]:
        return None
    said = _day(row[column])
    if isinstance(said, date):
        return said
    row.note(column, f"{said}: left out")
    return None


@lru_cache(maxsize=4_096)  # a roster has few days and many cells
def _day(text: str) -> date | str:
    """The day, or why it is none."""
    found = next(filter(None, (form.fullmatch(text) for form in DATES)), None)
    if not found:
        return SERIAL_DATE if SERIAL.fullmatch(text) else "is not a date"
    try:
        return date(int(found["y"]), _month(found["m"]), int(found["d"]))
    except ValueError:
        return "is a day that does not exist"


def _month(text: str) -> int:
    return int(text) if text.isdigit() else MONTHS.index(text.upper()) + 1


def word(row: Row, column: str) -> str:
    return plain(row[column])
