"""`staff`: who works here, in which roles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import click

from cli import Desk, answers, asking, pass_desk
from cli.errors import RECORDED, Failed
from ledger.domain.codes import StaffRole
from ledger.domain.meeting import MEETING, Person, ReassignAction
from ledger.domain.plan import PLAN, ChangeManager
from ledger.domain.staff import STAFF, LeaveStaff, RecordStaff, SetStaffRoles, StaffIdentity
from ledger.finding import staff_by_username
from ledger.reading.handovers import Belongings, Case, Owned, Plan, owned_by
from ledger.reports import staff_left as report

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
@click.option("--reassign", metavar="WHOM", help="Who takes their plans and promises over.")
@answers
@pass_desk
def left(desk: Desk, who: tuple[str, ...], on: str | None, reassign: str | None) -> None:
    """Say that somebody left, and who takes over; without that, list what is still theirs.

    Said again it hands over what is left.

    \b
    Examples:
      bledger staff left nadia brandt --on 2027-06-11
      bledger staff left nadia brandt --reassign okafor
    """
    school, id = desk.school, asking.staff(desk, " ".join(who), gone=True)
    day = _left_on(desk, id, on)
    to = _successor(desk, id, reassign) if reassign else None
    found = owned_by(school.reading, id)
    with school.record.batch():
        school.do(STAFF, id, LeaveStaff(effective_on=day, by_hand=True), again=True)
        if to:
            _hand_over(desk, found.owned, to, f"who had it left the school on {day}")
    desk.so_far = RECORDED
    school.views.catch_up(school.record)
    gone = replace(found.owned, plans=(), promises=()) if to else found.owned
    handed = replace(found.owned, goals=(), referrals=(), meetings=(), questions=())
    _tell_left(
        desk,
        {"staff_id": id, "on": day, "reassigned_to": to},
        replace(found, owned=handed) if to else None,
        replace(found, owned=gone),
    )


@staff.command()
@click.argument("who", nargs=-1, required=True)
@click.option("--on", metavar="DAY", help="Today when left out.")
@answers
@pass_desk
def back(desk: Desk, who: tuple[str, ...], on: str | None) -> None:
    """Say that somebody who left works here again, in the roles that the roster gave them.

    \b
    Examples:
      bledger staff back nadia brandt
    """
    school, id = desk.school, asking.staff(desk, " ".join(who), gone=True)
    last = STAFF.fold(school.record.stream(f"staff-{id}"))
    if last.left_on is None:
        raise Failed("they have not left: see bledger staff list")
    if not isinstance(last.who, StaffIdentity):
        raise Failed("their name is destroyed: record them anew with bledger staff add")
    command = RecordStaff(
        who=last.who, roles=last.told, effective_on=asking.day(desk, on), source="by hand"
    )
    school.do(STAFF, id, command, again=True)
    desk.so_far = RECORDED
    school.views.catch_up(school.record)
    roles = [role.value for role in last.told]
    desk.answer("staff-back/1", {"staff_id": id, "roles": roles}, [f"Back  {', '.join(roles)}"])


def _left_on(desk: Desk, id: str, on: str | None) -> date:
    """The day that is said, or that was said before."""
    known = STAFF.fold(desk.school.record.stream(f"staff-{id}")).left_on
    return known if on is None and known is not None else asking.day(desk, on)


def _successor(desk: Desk, id: str, words: str) -> str:
    """Who takes over: somebody else, who is here."""
    to = asking.staff(desk, words)
    if to == id:
        raise Failed("whoever leaves cannot take over: name somebody else with --reassign")
    return to


def _hand_over(desk: Desk, owned: Owned, to: str, reason: str) -> None:
    """Every plan and promise, in the transaction that is open."""
    school, today = desk.school, asking.day(desk, None)
    for plan in owned.plans:
        id = plan.stream.partition("-")[2]
        change = ChangeManager(student_id=id, plan=plan.number, on=today, manager=to, reason=reason)
        school.do(PLAN, id, change, again=True)
    for case, promise in owned.promises:
        now = [{"staff": to} if one.get("staff") == owned.staff_id else one for one in promise.who]
        people = tuple(dict.fromkeys(Person.model_validate(one) for one in now))
        change_of_hands = ReassignAction(number=promise.number, who=people, reason=reason)
        school.do(MEETING, case.case_id, change_of_hands, again=True)


def _tell_left(
    desk: Desk, fields: dict[str, Any], handed: Belongings | None, still: Belongings
) -> None:
    """That they left, what went over, and what is left with the command for it."""
    school = desk.school
    look = report.Look(school.settings.team, school.record.short)
    lines = [f"Left  on {fields['on']}"]
    if handed is not None:
        name = school.staff_names.get(fields["reassigned_to"], "")
        lines.append(f"To {name}: {report.counted(handed.owned) or 'nothing was left'}")
        lines += report.lines(handed, look, handed=True)
    if still.owned:
        lines.append(f"Still theirs: {report.counted(still.owned)}")
        lines += report.lines(still, look)
    if handed is None and (still.owned.plans or still.owned.promises):
        word = report.word_for(still.staff[fields["staff_id"]])
        lines.append(f"Hand plans and promises over: bledger staff left {word} --reassign WHOM")
    fields |= {"handed": _ids(handed.owned) if handed else None, "still": _ids(still.owned)}
    desk.answer("staff-left/1", fields, lines)


def _ids(owned: Owned) -> dict[str, list[dict[str, Any]]]:
    """Ids and numbers; no name is in it, and no word."""

    def of_plans(plans: Iterable[Plan]) -> list[dict[str, Any]]:
        return [{"student_id": plan.student_id, "plan": plan.number} for plan in plans]

    def of_cases(pairs: Iterable[tuple[Case, Any]]) -> list[dict[str, Any]]:
        return [{"case_id": case.case_id, "number": one.number} for case, one in pairs]

    return {
        "plans": of_plans(owned.plans),
        "promises": of_cases(owned.promises),
        "goals": of_plans(owned.goals),
        "referrals": [{"incident_id": one.incident_id} for one in owned.referrals],
        "meetings": of_cases(owned.meetings),
        "questions": of_cases(owned.questions),
    }
