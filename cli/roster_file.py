"""A roster's file on the command line: what format it is, whose it is, and how it is opened."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import Desk
from cli.errors import Failed
from ledger.finding import sources_of

if TYPE_CHECKING:
    from ledger.imports import Roster

FORMATS = {"oneroster": "oneroster", "edfi": "edfi_students"}  # its name → who reads it


def of_file(command: Any) -> Any:
    """The options that say what a roster's file is."""
    for option in (
        click.option("--source", metavar="NAME", help="A name for where it is from."),
        click.option("--instead-of", metavar="NAME", help="The source that it takes the place of."),
        click.option("--format", "form", type=click.Choice([*FORMATS]), help="If it is not seen."),
    ):
        command = option(command)
    return command


def check_instead(desk: Desk, source: str, instead_of: str | None) -> None:
    """A source takes the place of another one that is known."""
    if instead_of is None:
        return
    if instead_of == source:
        raise click.UsageError(f"--source and --instead-of are both {source}: name two sources")
    school = desk.school
    school.views.catch_up(school.record)
    known = sources_of(school.roster)
    if instead_of not in known:
        raise click.UsageError(
            f"no roster came from {instead_of}. Known are: {', '.join(known) or 'none so far'}"
        )


def format_of(path: Path, said: str | None) -> str:
    if not path.exists():
        raise Failed(f"{path} is not there. Give the OneRoster folder or zip, or the Ed-Fi file.")
    return said or ("edfi" if path.suffix.lower() == ".xml" else "oneroster")


def size_of(path: Path) -> int:
    """The bytes of an XML file, of which a reader says how far it is; else it says rows."""
    return path.stat().st_size if path.suffix.lower() == ".xml" else 0


def opened(
    desk: Desk,
    path: Path,
    form: str,
    schools: Any = None,
    progress: Callable[[int], None] = lambda count: None,
) -> AbstractContextManager[Roster]:
    """The roster in the file; only the module that reads this format is imported."""
    reader = import_module(f"ledger.imports.{FORMATS[form]}")
    found: AbstractContextManager[Roster] = reader.opened(
        path, schools, today=desk.school.now.date(), progress=progress
    )
    return found
