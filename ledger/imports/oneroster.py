"""A OneRoster roster, 1.1 or 1.2: from a folder or a zip to students and staff, once each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from ledger.imports import (
    Format,
    HeldRoster,
    Roster,
    RosterSchool,
    RosterSession,
    RosterStaff,
    RosterStudent,
    Unreadable,
)
from ledger.imports.oneroster_joins import TABLES, Joins
from ledger.imports.oneroster_orgs import Wanted, chosen, read_orgs
from ledger.imports.oneroster_users import Users, role_of
from ledger.imports.oneroster_words import (
    FILES,
    LAYOUT,
    LAYOUT_WITH_ROLES,
    ORGS,
    ROLES,
    STUDENT,
    USERS,
    VERSIONS,
    active,
    day,
    word,
    yes,
)
from ledger.imports.scratch import SeenOnDisk, scratch
from ledger.imports.sheets import Reading, Row
from ledger.imports.sources import csv_files


@contextmanager
def opened(
    path: Path,
    schools: Wanted = None,
    *,
    today: date | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> Iterator[Roster]:
    """The roster in a folder or a zip, whose users are gone through from a scratch file.

    All files are read before anything is given, so that what cannot be read raises Unreadable
    while nothing is taken yet. Memory does not grow with the roster. `schools` names those that
    are asked for; roles that `today` does not fall into are not counted. `progress` is told
    how many rows are read.
    """
    with csv_files(path, FILES) as files, scratch(TABLES) as db:
        layout = LAYOUT_WITH_ROLES if files.get(ROLES) else LAYOUT
        reading = Reading(layout, files, SeenOnDisk(db), progress)
        if USERS not in reading.files:
            why = "; ".join(f"{problem.file} {problem.reason}" for problem in reading.problems)
            raise Unreadable(
                f"{path} holds no {USERS} that can be read{why and f' ({why})'}: export the roster "
                "again as OneRoster CSV, and give the folder or zip that its files are in"
            )
        yield _roster(reading, Joins(db), schools, today)


def read(path: Path) -> HeldRoster:
    """The whole roster in memory; raises Unreadable when nothing of it can be read."""
    with opened(path) as roster:
        fields = dict(vars(roster)) | {
            "students": tuple(roster.students),
            "staff": tuple(roster.staff),
        }
        return HeldRoster(**fields)


def schools_in(path: Path) -> tuple[RosterSchool, ...]:
    """The schools that a roster names, without reading more of it."""
    with csv_files(path, (ORGS,)) as files:
        return read_orgs(Reading(replace(LAYOUT, main=ORGS), files)).schools


def sniff(path: Path) -> bool:
    """Whether the path is a folder or a zip with a `users.csv`."""
    try:
        with csv_files(path, FILES) as files:
            return USERS in files
    except Unreadable:
        return False


def _roster(reading: Reading, joins: Joins, schools: Wanted, today: date | None) -> Roster:
    manifest = _manifest(reading)
    orgs = read_orgs(reading)
    if not orgs.all:
        reading.note(ORGS, 1, "", "names no org: schools are known by their id only")
    users = Users(joins, orgs, chosen(orgs, schools))
    for role in reading.each(ROLES, partial(role_of, orgs=orgs, today=today)):
        joins.add_role(*role)
    found: Iterator[RosterStudent | RosterStaff] = reading.each(USERS, users.read)
    for user in found:
        joins.add(user)
    users.say_what_is_odd(reading)
    _read_births(reading, joins)
    _read_rooms(reading, joins, today)
    for file in joins.of_nobody():
        reading.note(file, 1, "", "names no student of users.csv: were their ids changed?")
    sessions = tuple(reading.each("academicSessions.csv", _session))
    unread = reading.refused[USERS]
    sound = "" not in unread and not reading.refused[ROLES]
    delta = "delta" in (manifest.get("file.users"), manifest.get("file.roles"))
    return Roster(
        students=joins.students,
        staff=joins.staff,
        schools=tuple(orgs.all.values()),
        sessions=sessions,
        problems=reading.all_problems(),
        rows=reading.count,
        counts=dict(users.counts),
        unread=frozenset(unread - {""}),
        whole=users.counts[STUDENT] > 0 and sound and not delta,
    )


def _manifest(reading: Reading) -> dict[str, str]:
    said = dict(
        reading.each("manifest.csv", lambda row: (row["propertyName"], row["value"].lower()))
    )
    if said.get("oneroster.version", "") not in VERSIONS:
        reading.note("manifest.csv", 1, "oneroster.version", "is not 1.1 or 1.2: read as if it was")
    return said


def _read_births(reading: Reading, joins: Joins) -> None:
    for row in reading.each("demographics.csv", lambda row: row):
        joins.add_born(row["sourcedId"], day(row, "birthDate"), row["sex"].lower() or None)


def _read_rooms(reading: Reading, joins: Joins, today: date | None) -> None:
    """Who teaches which class, and which class is a student's own."""
    for row in reading.each("classes.csv", lambda row: row):
        joins.add_room(row["sourcedId"], word(row, "classType") if active(row) else "closed")
    for row in reading.each("enrollments.csv", lambda row: row if active(row) else None):
        if today and (day(row, "endDate") or today) < today:
            continue
        room, user, role = row["classSourcedId"], row["userSourcedId"], word(row, "role")
        if role == "teacher":
            joins.add_teacher(room, user, yes(row, "primary"))
        elif role == STUDENT:
            joins.add_seat(room, user)


def _session(row: Row) -> RosterSession:
    dates = day(row, "startDate"), day(row, "endDate")
    return RosterSession(row["sourcedId"], row["title"], row["type"], *dates, active(row))


ONEROSTER = Format("oneroster", read, sniff)
