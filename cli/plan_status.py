"""`plan status` and `plan show`: where every plan stands, and the days behind its figures."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from cli import Desk, answers, asking, pass_desk, purposed
from cli.plan_accounts import Named, own_of, which
from ledger.domain.codes import PlanKind
from ledger.domain.days import school_year_of
from ledger.finding import Found
from ledger.reading import Window
from ledger.reading.plans import Plan, Plans, plans, standing_of
from ledger.reports import plans as report

RUNNING = ("draft", "approved", "active")


@click.command()
@click.option("--all", "everything", is_flag=True, help="Those that ended, too.")
@click.option("--as-of", metavar="TIME", help="As it was known then.")
@click.option("--position", type=int, metavar="N", help="As it was known at this position.")
@purposed
@answers
@pass_desk
def status(desk: Desk, everything: bool, as_of: str | None, position: int | None) -> None:
    """Show who is on track, off track, without data or waiting, with the figures behind it.

    \b
    Examples:
      bledger plan status
      bledger plan status --as-of "oct 9"
      bledger plan status --all --json
    """
    at, today = then(desk, as_of, position)
    found = plans(desk.school.reading, Window(at), states=None if everything else RUNNING)
    rules, calendar = desk.school.settings.rules, desk.school.calendar
    each = [(plan, standing_of(plan, calendar, rules, today)) for plan in found.plans]
    stood = report.in_order(found, each)
    window = int(rules.number("off-track", "window"))
    fields = {
        **_when(desk, found, today),
        "window": window,
        "plans": [report.fields(plan, standing) for plan, standing in stood],
        "unreadable": found.unreadable,
    }
    lines = report.status(found, stood, _look(desk, found, at, today), window)
    desk.answer("plan-status/1", fields, lines)


@click.command()
@click.argument("student", nargs=-1, required=True, metavar="STUDENT [PLAN]")
@click.option("--all", "every", is_flag=True, help="Every day on which something was recorded.")
@click.option("--as-of", metavar="TIME", help="As it was known then.")
@click.option("--position", type=int, metavar="N", help="As it was known at this position.")
@purposed
@answers
@pass_desk
def show(
    desk: Desk, student: tuple[str, ...], every: bool, as_of: str | None, position: int | None
) -> None:
    """Show a plan of STUDENT: its design, its steps, and every day behind a figure.

    Without the number of a PLAN those that are carried out are shown, or else the last one.

    \b
    Examples:
      bledger plan show ana rivera
      bledger plan show ana rivera 1 --all
      bledger plan show 104233 --as-of "oct 9"
    """
    words, number = _told_apart(student)
    child = asking.student(desk, words)
    at, today = then(desk, as_of, position)
    found = plans(desk.school.reading, Window(at), student_id=child.student_id)
    rules, calendar = desk.school.settings.rules, desk.school.calendar
    stood = [
        (p, standing_of(p, calendar, rules, today))
        for p in _meant(desk, child, found, words, number)
    ]
    look = _look(desk, found, at, today)
    fields = {
        **_when(desk, found, today),
        "plans": [{"standing": report.fields(*one), "plan": one[0]} for one in stood],
    }
    shown = [report.shown(found, *one, look, every=every) for one in stood]
    desk.answer("plan/1", fields, [line for lines in shown for line in lines])


def then(desk: Desk, as_of: str | None, position: int | None) -> tuple[int | None, date]:
    """The position that is asked for, and the day that it was there and then."""
    school = desk.school
    at = asking.position(desk, as_of, position)
    if at is None:
        return None, school.now.date()
    said = school.record.head(at).recorded_at if as_of is None else ""
    moment = asking.edge(desk, said or as_of or "", "end")
    return at, min(moment, school.now).astimezone(school.settings.zone).date()


def _told_apart(words: tuple[str, ...]) -> tuple[tuple[str, ...], int | None]:
    """The student, and the number of a plan when one stands behind."""
    *student, last = words
    if student and last.isdecimal() and len(last) <= 3:
        return tuple(student), int(last)
    return words, None


def _meant(
    desk: Desk, child: Found, found: Plans, words: tuple[str, ...], number: int | None
) -> list[Plan]:
    known = own_of(desk, words, child.student_id, [*found.plans], _account)
    if not known:
        raise asking.NotOne("this student has no plan. Write one: bledger plan draft STUDENT")
    if number is None:
        active = [plan for plan in known if plan.state == "active"]
        return active or _one(desk, child, [*{_account(plan): plan for plan in known}.values()])
    own = [plan for plan in known if plan.number == number]
    if not own:
        numbers = ", ".join(str(plan.number) for plan in known)
        raise asking.NotOne(f"there is no plan {number}; there are: {numbers}")
    return _one(desk, child, own)


def _one(desk: Desk, child: Found, some: list[Plan]) -> list[Plan]:
    """The only one of them; of a child who stood on the roster twice it may have to be asked."""
    if len(some) > 1:
        named = [Named(_account(p), p.number, PlanKind(p.kind), p.state) for p in some]
        raise asking.NotOne(which(desk, child, named))
    return some


def _account(plan: Plan) -> str:
    return plan.stream.partition("-")[2]


def _look(desk: Desk, found: Plans, at: int | None, today: date) -> report.Look:
    year = school_year_of(desk.school.calendar, today)
    known = found.position if at is not None else None
    return report.Look(today, year.name if year.guessed else "", known, desk.ascii)


def _when(desk: Desk, found: Plans, today: date) -> dict[str, Any]:
    guessed = school_year_of(desk.school.calendar, today).guessed
    return {"position": found.position, "today": today, "calendar_known": not guessed}
