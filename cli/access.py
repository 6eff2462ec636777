"""`access`: who read or received a record."""

from __future__ import annotations

from datetime import datetime

import click

from cli import Desk, answers, asking, pass_desk, purposed
from ledger.said import show_time


@click.group()
def access() -> None:
    """Who read or received a record, when and what for.

    \b
    Examples:
      bledger access log leo park
    """


@access.command()
@click.argument("student", nargs=-1, required=True)
@purposed
@answers
@pass_desk
def log(desk: Desk, student: tuple[str, ...]) -> None:
    """List every reading and disclosure of STUDENT's record; this one is the next.

    \b
    Examples:
      bledger access log leo park
    """
    found = asking.student(desk, student)
    lines = desk.school.reading.access_log(found.student_id)
    rows = [
        f"  {_when(desk, line.at)}  {'received' if line.to else 'read':<9} "
        f"{line.to or line.who:<20} {line.what} · {line.purpose}"
        for line in reversed(lines)
    ]
    title = f"{found.name} · who read or received this record"
    fields = {"student_id": found.student_id, "answers": lines}
    desk.answer("access-log/1", fields, [title, *(rows or ["  nobody yet"])])


def _when(desk: Desk, stored: str) -> str:
    at = datetime.fromisoformat(stored).astimezone(desk.school.settings.zone)
    return f"{at:%b} {at.day:>2} {at.year} {show_time(at):>8}"
