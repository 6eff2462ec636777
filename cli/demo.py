"""`demo`: a made-up school to try everything on."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from cli import Desk, answers, pass_desk
from cli.init import found
from ledger import demo as made_up
from ledger.demo import DemoSchool, Hand, Ids
from ledger.domain.staff import STAFF, RecordStaff, StaffIdentity
from ledger.imports import oneroster
from ledger.imports.roster import take_in
from ledger.school import School

FIRST = "principal"  # who makes the made-up school's ledger


@click.command()
@click.option("--students", type=click.IntRange(60, 200_000), default=320, show_default=True)
@click.option("--days", type=click.IntRange(1, 20_000), default=69, show_default=True)
@click.option("--seed", type=int, default=280, show_default=True)
@answers
@pass_desk
def demo(desk: Desk, students: int, days: int, seed: int) -> None:
    """Fill the new folder that BLEDGER_DATA names with a made-up school.

    The same numbers give the same school. Its OneRoster files are written beside the folder. Its
    users are specialist, principal, teacher and clerk: set BLEDGER_USER to one of them.

    \b
    Examples:
      bledger demo
      bledger demo --students 2000 --days 180
    """
    year = made_up.latest_year(desk.clock().date(), days)
    told = made_up.school(seed, students, days, year)
    hand = Hand(told.opens)
    founded = found(Desk(desk.env, hand), name=told.name, school_id=told.school_id, zone=told.zone)
    school = School(desk.folder, env=desk.env | {"BLEDGER_USER": FIRST}, now=hand)
    files = desk.folder.with_name(f"{desk.folder.name}-oneroster")
    ids = made_up.ids_of(school.record)
    _first(school, told, ids)
    _write(told, files, told.first_day)
    _take_in(school, files)
    estimate = made_up.events_estimate(students, days)
    happenings = _shown(made_up.happenings(told, ids), estimate)
    made_up.play(school.record, happenings, hand, school.founder)
    _write(told, files, told.last_day)
    school.views.catch_up(school.record)
    events = school.record.head().position
    fields = {
        "folder": str(desk.folder),
        "oneroster": str(files),
        "key_file": str(founded.key_file),
        "students": len(told.pupils),
        "events": events,
        "from": told.first_day,
        "to": told.last_day,
    }
    size = f"{len(told.pupils)} students, {events:,} events"
    lines = [
        f"{told.name}, made up: {size}, {told.first_day} to {told.last_day}",
        f"  data       {desk.folder}",
        f"  OneRoster  {files}",
        "  users      specialist, principal, teacher, clerk   (BLEDGER_USER)",
        "Try: bledger timeline ana rivera",
    ]
    desk.answer("demo/1", fields, lines)


def _first(school: School, told: DemoSchool, ids: Ids) -> None:
    """The first member of staff, who takes the rest in."""
    adult = next(adult for adult in told.adults if adult.username == FIRST)
    who = StaffIdentity(
        given=adult.given,
        family=adult.family,
        username=adult.username,
        source_id=adult.source_id,
    )
    command = RecordStaff(
        who=who, roles=(adult.role,), effective_on=school.now.date(), source="oneroster"
    )
    id = ids.staff(adult.source_id)
    school.record.do(STAFF, id, command, school.founder(id))
    school.views.catch_up(school.record)


def _take_in(school: School, files: Path) -> None:
    """The roster, as any other."""
    take_in(school.record, oneroster.read(files), school.actor, today=school.now.date())
    school.views.catch_up(school.record)


def _write(told: DemoSchool, files: Path, on: date) -> None:
    """The roster of a day, as OneRoster files."""
    files.mkdir(mode=0o700, exist_ok=True)
    for name, text in made_up.oneroster(told, on).items():
        (files / name).write_text(text, encoding="utf-8", newline="")


def _shown(told: Iterable[Any], estimate: int) -> Iterator[Any]:
    """What happens, with a count on the screen when it takes long."""
    if not sys.stderr.isatty() or estimate < 20_000:
        yield from told
        return
    with click.progressbar(told, length=estimate, file=sys.stderr) as bar:
        yield from bar
