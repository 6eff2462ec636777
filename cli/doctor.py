"""`doctor`: whether everything is as it should be, a line each, with what to do."""

from __future__ import annotations

from typing import Any

import click

from cli import Desk, answers, pass_desk
from ledger.care import Check, checks
from ledger.reports import wrapped

BESIDE = 70  # where it says what to do


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
    lines = [line for check in found for line in _lines(check)]
    fields: dict[str, Any] = {"checks": found, "ok": all(c.state == "ok" for c in found)}
    desk.answer("doctor/1", fields, lines)
    return 1 if any(check.state == "BAD" for check in found) else 0


def _lines(check: Check) -> list[str]:
    """What was found, and beside it what to do; below it when there is no room."""
    found = f"{check.state:<5} {check.name:<11} {check.says}"
    if len(found) < BESIDE:
        return [f"{found:<{BESIDE}} {check.do}".rstrip()]
    return [*wrapped(found, 18), *([f"{'':18}{check.do}"] if check.do else [])]
