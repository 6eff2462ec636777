"""`doctor`: whether everything is as it should be, a line each, with what to do."""

from __future__ import annotations

from typing import Any

import click

from cli import Desk, answers, pass_desk
from ledger.care import Check, checks


@click.command()
@answers
@pass_desk
def doctor(desk: Desk) -> int:
    """Check ledger, engine, backups, calendar, key and folder; exit 1 when something is wrong.

    \b
    Examples:
      bledger doctor
    """
    found = list(checks(desk.school))
    lines = [_line(check) for check in found]
    fields: dict[str, Any] = {"checks": found, "ok": all(c.state == "ok" for c in found)}
    desk.answer("doctor/1", fields, lines)
    return 1 if any(check.state == "BAD" for check in found) else 0


def _line(check: Check) -> str:
    left = f"{check.state:<5} {check.name:<11} {check.says}"
    return f"{left:<70} {check.do}".rstrip()
