"""`plan`: a student's behavior plans, from the draft to the end."""

from __future__ import annotations

import click

from cli.plan_status import show, status


@click.group()
def plan() -> None:
    """Write, agree, carry out, check and end behavior plans; see where each stands.

    \b
    Examples:
      bledger plan status
      bledger plan show ana rivera
    """


plan.add_command(status)
plan.add_command(show)
