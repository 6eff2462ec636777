"""A made-up district, written as its systems would write it; every name in it is invented."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

GIVEN = ("Ana", "Bo", "Cleo", "Dov", "Esi", "Finn", "Gia", "Hope", "Ivo", "June", "Kai", "Lior")
FAMILY = ("Rivera", "Lindqvist", "Okoro", "Marsh", "Tam", "Ødegaard", "Vance", "Wells", "Yilmaz")
BEHAVIORS = ("Disruption", "Defiance", "Fighting", "Tardy", "Disrespect", "Robbery")
PLACES = ("Classroom", "Playground", "Cafeteria", "Bus", "Stage")
FIRST = date(2021, 8, 12)
SCHOOL_OF = 600  # students a school has


def write_roster(folder: Path, students: int, *, version: str = "1.1") -> Path:
    """A district's OneRoster folder: schools, staff, homerooms, enrollments, demographics."""
    folder.mkdir(parents=True)
    schools = -(-students // SCHOOL_OF)
    rooms = range(-(-students // 25))
    _write(folder, "manifest", "propertyName value", [("oneroster.version", version)])
    _write(
        folder,
        "orgs",
        "sourcedId status name type identifier parentSourcedId",
        [
            ("d-1", "active", "Valley District", "district", "1", ""),
            *(
                (f"s-{n}", "active", f"School {n}", "school", f"{n:04}", "d-1")
                for n in range(schools)
            ),
        ],
    )
    _write(
        folder,
        "users",
        "sourcedId status role givenName familyName orgSourcedIds username identifier grades",
        _users(students, len(rooms)),
    )
    _write(
        folder,
        "demographics",
        "sourcedId status birthDate sex",
        ((f"p-{n}", "active", _born(n), "female") for n in range(students)),
    )
    _write(
        folder,
        "classes",
        "sourcedId status classType",
        ((f"c-{n}", "active", "homeroom") for n in rooms),
    )
    _write(
        folder,
        "enrollments",
        "sourcedId status classSourcedId userSourcedId role primary",
        _enrollments(students, len(rooms)),
    )
    return folder


def _users(students: int, rooms: int) -> Iterator[tuple[Any, ...]]:
    for n in range(rooms):
        school = f"s-{n * 25 // SCHOOL_OF}"
        yield f"a-{n}", "active", "teacher", *_name(n + 7), school, f"teacher{n}", "", ""
    for n in range(students):
        school, grade = f"s-{n // SCHOOL_OF}", "KG" if n % 6 == 0 else f"{n % 6:02}"
        yield f"p-{n}", "active", "student", *_name(n), school, "", f"{600_000 + n}", grade


def _enrollments(students: int, rooms: int) -> Iterator[tuple[Any, ...]]:
    for n in range(rooms):
        yield f"e-a-{n}", "active", f"c-{n}", f"a-{n}", "teacher", "true"
    for n in range(students):
        yield f"e-p-{n}", "active", f"c-{n // 25}", f"p-{n}", "student", "false"


def _name(number: int) -> tuple[str, str]:
    return GIVEN[number % len(GIVEN)], FAMILY[number // len(GIVEN) % len(FAMILY)]


def _born(number: int) -> str:
    return (date(2013, 1, 1) + timedelta(days=number % 2_000)).isoformat()


HISTORY_MAP = """
[file]
date = "%m/%d/%Y"
time = "%H:%M"
numbers = "identifier"

[columns]
identifier = "Referral ID"
school = "School"
date = "Date"
time = "Time"
student = "Student ID"
behavior = "Behavior"
location = "Location"
action = "Action"
action_days = "Days"
description = "Notes"

[codes.action]
"Conference" = "conference-with-student"
"""
HISTORY = "Referral ID,School,Date,Time,Student ID,Behavior,Location,Action,Days,Notes"


def write_history(path: Path, rows: int, students: int, *, seed: int = 3) -> Path:
    """A district's referrals of some years, one row each, as an old system would export them."""
    draw = Random(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(HISTORY.split(","))
        for n in range(rows):
            student = draw.randrange(students)
            day = FIRST + timedelta(days=n * 1_400 // rows)
            table.writerow(
                (
                    f"R-{n}",
                    f"s-{student // SCHOOL_OF}",
                    f"{day:%m/%d/%Y}",
                    f"{8 + n % 7}:{n % 60:02}",
                    600_000 + student,
                    draw.choice(BEHAVIORS),
                    draw.choice(PLACES),
                    draw.choice(("Conference", "In-School Suspension", "")),
                    draw.choice(("", "1", "0.5")),
                    "Was asked to wait and did not.",
                )
            )
    return path


def _write(folder: Path, name: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(columns.split())
        table.writerows(rows)
