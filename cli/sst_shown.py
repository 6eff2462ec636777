"""`sst prepare`, `recap`, `calendar`, `show` and `list`: what a case is looked at for."""

from __future__ import annotations

from typing import Any

import click

from cli import Desk, answers, asking, pass_desk, purposed
from cli.sst_chart import standings
from cli.sst_words import Meant, meant, shown
from ledger.reading import Window
from ledger.reading.preparing import Prepared, prepared
from ledger.reports import sst as report

whose = click.argument("student", nargs=-1, metavar="[STUDENT|ID]")
as_of_option = click.option("--as-of", metavar="TIME", help="As it was known then.")
position_option = click.option("--position", type=int, metavar="N", help="As known there.")


@click.command()
@whose
@as_of_option
@position_option
@purposed
@answers
@pass_desk
def prepare(desk: Desk, student: tuple[str, ...], as_of: str | None, position: int | None) -> None:
    """Show what the next meeting lacks, and what was promised and not done.

    \b
    Examples:
      bledger sst prepare ana rivera
      bledger sst prepare ana rivera --as-of "oct 13"
    """
    case = meant(desk, student)
    at = asking.position(desk, as_of, position)
    found = _prepared(desk, case, at)
    school = desk.school
    now = school.now if at is None else _then(desk, found.position)
    states = standings(desk, found, now.date())
    running = {word: (one.at_goal, one.of) for word, one in states.items()}
    lines = report.prepare(
        found,
        report.figures(running),
        team=school.settings.team,
        call=shown(desk, case),
        zone=school.settings.zone,
        now=now,
    )
    fields = report.prepared_fields(found, running, now.date())
    desk.answer("sst-prepare/1", fields, lines)


def _prepared(desk: Desk, case: Meant, position: int | None) -> Prepared:
    window = Window(position=position)
    found = prepared(desk.school.reading, window, case.id, case.case.student_id)
    if found is None:
        raise asking.NotOne("that SST case was not known then, or its request was taken back")
    return found


def _then(desk: Desk, position: int) -> Any:
    from datetime import datetime

    at = datetime.fromisoformat(desk.school.record.head(position).recorded_at)
    return at.astimezone(desk.school.settings.zone)


COMMANDS = (prepare,)
