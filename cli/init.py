"""`init`: a new school's folder."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import click

from cli import Desk, answers, pass_desk
from ledger import founding, settings
from ledger.domain.codes import StaffRole
from ledger.domain.staff import STAFF, RecordStaff, StaffIdentity
from ledger.school import School, system_user


@click.command()
@click.option("--name", default="My School", show_default=True, help="The school's name.")
@click.option("--school-id", default="1", show_default=True, help="The school's own number.")
@click.option("--zone", default="America/Los_Angeles", show_default=True, help="Its time zone.")
@click.option("--me", metavar="NAME", help="Your name; the first member of staff is you.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in StaffRole]),
    default=StaffRole.PRINCIPAL.value,
    show_default=True,
    help="What you do at the school.",
)
@answers
@pass_desk
def init(desk: Desk, name: str, school_id: str, zone: str, me: str | None, role: str) -> None:
    """Make a new ledger in the folder that BLEDGER_DATA names.

    Its key is written outside that folder, where BLEDGER_KEY_FILE says, with a recovery sheet to
    print and lock away. The person who runs it becomes the first member of staff.

    \b
    Examples:
      bledger init --name "Oakhill Elementary" --me "Ruth Alder"
    """
    user = desk.env.get("BLEDGER_USER") or system_user()
    who = _identity(user, me or user)
    founded = _begun(desk) or found(desk, name=name, school_id=school_id, zone=zone)
    enrol(desk.school, who, StaffRole(role))
    fields = {
        "folder": str(founded.folder),
        "key_file": str(founded.key_file),
        "recovery_sheet": str(founded.sheet),
        "ledger_id": founded.ledger_id,
        "user": user,
    }
    lines = [
        f"A new ledger for {name} in {founded.folder}",
        f"  key     {founded.key_file}",
        f"  sheet   {founded.sheet}",
        "          Print it, lock it away, delete the file; then: bledger key confirm",
        f"  you     {user}, {role}",
        "Next: bledger roster import FOLDER-OR-ZIP",
    ]
    desk.answer("init/1", fields, lines)


def _begun(desk: Desk) -> founding.Founded | None:
    """A folder whose making was cut off before anybody was in it."""
    if not (desk.folder / settings.FILE).exists() or desk.school.record.head().position:
        return None
    school = desk.school
    sheet = school.key_file.with_name(founding.SHEET)
    return founding.Founded(desk.folder, school.key_file, sheet, school.settings.ledger_id)


def found(desk: Desk, *, namespace: uuid.UUID | None = None, **said: Any) -> founding.Founded:
    """A new folder where a ledger may live."""
    key_file = desk.env.get("BLEDGER_KEY_FILE")
    path = Path(key_file) if key_file else None
    return founding.found(
        desk.folder, path, env=desk.env, now=desk.clock(), namespace=namespace, **said
    )


def _identity(user: str, name: str) -> StaffIdentity:
    """The first member of staff; known to be one before anything is made."""
    given, _, family = name.strip().partition(" ")
    if not given:
        raise click.UsageError("--me has no name. Give yours, as in --me 'Ruth Alder'")
    return StaffIdentity(given=given, family=family.strip(), username=user)


def enrol(school: School, who: StaffIdentity, role: StaffRole) -> None:
    """Make somebody a member of staff, by the system's own word; nobody else is there yet."""
    command = RecordStaff(who=who, roles=(role,), effective_on=school.now.date(), source="init")
    id = school.record.id_for("staff", f"init|{who.username}")
    school.record.do(STAFF, id, command, school.founder(id))
    school.views.catch_up(school.record)
