"""Names in what is typed: whose they are is asked, and a placeholder stands in the text instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import click

from cli import Desk
from ledger.domain.incident import AddStatement, ReportIncident
from ledger.finding import Found


@dataclass(frozen=True)
class Named:
    """A report with placeholders in its texts, and the students in it by id."""

    command: ReportIncident
    found: Mapping[str, Found]
    replaced: Mapping[str, str] = field(default_factory=dict)  # label → the words it replaced


@dataclass(frozen=True)
class NamedInStatement:
    """A statement with placeholders in its text, and whoever has to be added for that."""

    command: AddStatement

    def join(self) -> None:
        """Add them; it is called in the transaction of the statement."""

    def tell(self, desk: Desk) -> None:
        """Say what was replaced, and what stands as it was."""


def heeding(command: Callable[..., None]) -> Callable[..., None]:
    """A text that may tell of abuse stops this command before anything is recorded or kept."""

    @click.option("--not-a-disclosure", is_flag=True, help="The text tells of no abuse or neglect.")
    @wraps(command)
    def careful(desk: Desk, *, not_a_disclosure: bool, **said: Any) -> None:
        command(desk, **said)

    return careful


def in_report(
    desk: Desk, said: Mapping[str, Any], command: ReportIncident, found: Mapping[str, Found]
) -> Named:
    """A report with placeholders in its texts; whoever is named there and took part is added."""
    return Named(command, found)


def in_statement(
    desk: Desk, said: Mapping[str, Any], id: str, command: AddStatement
) -> NamedInStatement:
    """The same of a statement about an incident that is recorded."""
    return NamedInStatement(command)
