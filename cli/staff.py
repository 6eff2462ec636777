"""`staff`: who works here, in which roles."""

from __future__ import annotations

import click

from cli import Desk, answers, asking, pass_desk
from cli.errors import RECORDED, Failed
from ledger.domain.codes import StaffRole
from ledger.domain.staff import STAFF, LeaveStaff, RecordStaff, SetStaffRoles, StaffIdentity
from ledger.finding import staff_by_username

ROLES = click.Choice([role.value for role in StaffRole])


@click.group()
def staff() -> None:
    """Who works here, in which roles.

    \b
    Examples:
      bledger staff list
      bledger staff add nbrandt "Nadia Brandt" --role principal
    """


@staff.command("list")
@answers
@pass_desk
def list_(desk: Desk) -> None:
    """List the staff.

    \b
    Examples:
      bledger staff list
    """
    people = desk.school.reading.staff()
    fields = {
        "staff": [
            {
                "staff_id": p["staff_id"],
                "name": p["name"],
                "username": p["username"],
                "roles": p["roles"].split(","),
                "active": bool(p["active"]),
            }
            for p in people
        ]
    }
    lines = [
        f"{p['name']:<24} {p['username']:<16} {p['roles']}{'' if p['active'] else '  left'}"
        for p in people
    ]
    desk.answer("staff/1", fields, lines)


@staff.command()
@click.argument("username")
@click.argument("name")
@click.option("--role", "roles", multiple=True, type=ROLES, required=True)
@answers
@pass_desk
def add(desk: Desk, username: str, name: str, roles: tuple[str, ...]) -> None:
    """Add somebody under the user name that they sign in with.

    \b
    Examples:
      bledger staff add nbrandt "Nadia Brandt" --role principal
    """
    school = desk.school
    if staff_by_username(school.roster, username) is not None:
        raise Failed(f"{username} is on the staff list already. See: bledger staff role")
    given, _, family = name.partition(" ")
    command = RecordStaff(
        who=StaffIdentity(given=given, family=family, username=username),
        roles=tuple(StaffRole(role) for role in roles),
        effective_on=school.now.date(),
        source="by hand",
    )
    id = school.record.id_for("staff", f"by hand|{username.casefold()}")
    done = school.do(STAFF, id, command)
    desk.so_far = RECORDED
    school.views.catch_up(school.record)
    fields = {"staff_id": id, "username": username, "repeated": done.repeated}
    desk.answer("staff-add/1", fields, [f"Added  {name}, {', '.join(roles)}, as {username}"])


@staff.command()
@click.argument("who", nargs=-1, required=True)
@click.option("--set", "roles", multiple=True, type=ROLES, required=True)
@answers
@pass_desk
def role(desk: Desk, who: tuple[str, ...], roles: tuple[str, ...]) -> None:
    """Say what somebody does here; it stands whatever the roster says.

    \b
    Examples:
      bledger staff role nadia brandt --set principal --set records-officer
    """
    school, id = desk.school, asking.staff(desk, " ".join(who))
    given = tuple(StaffRole(one) for one in roles)
    command = SetStaffRoles(roles=given, effective_on=school.now.date())
    school.do(STAFF, id, command, again=True)
    desk.so_far = RECORDED
    school.views.catch_up(school.record)
    desk.answer("staff-role/1", {"staff_id": id, "roles": roles}, [f"Now  {', '.join(roles)}"])


@staff.command()
@click.argument("who", nargs=-1, required=True)
@click.option("--on", metavar="DAY", help="Today when left out.")
@answers
@pass_desk
def left(desk: Desk, who: tuple[str, ...], on: str | None) -> None:
    """Say that somebody left.

    \b
    Examples:
      bledger staff left nadia brandt --on 2027-06-11
    """
    school, id = desk.school, asking.staff(desk, " ".join(who))
    day = asking.day(desk, on)
    school.do(STAFF, id, LeaveStaff(effective_on=day), again=True)
    desk.so_far = RECORDED
    school.views.catch_up(school.record)
    desk.answer("staff-left/1", {"staff_id": id, "on": day}, [f"Left  on {day}"])
