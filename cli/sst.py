"""`sst`: a student's case with the team, from the request to what became of it."""

from __future__ import annotations

import click

from cli import sst_case, sst_chart, sst_shown


@click.group()
def sst() -> None:
    """A student's case with the team: request, prepare, hold the meeting, keep what was promised.

    A student's name means their open case; ID is the beginning of a case's id.

    \b
    Examples:
      bledger sst request ana rivera --concern -
      bledger sst prepare ana rivera
      bledger sst hold ana rivera
      bledger sst done ana rivera 2
    """


for command in (*sst_case.COMMANDS, *sst_chart.COMMANDS, *sst_shown.COMMANDS):
    sst.add_command(command)
