"""`key`: the school's key, its recovery sheet, and bringing it back."""

from __future__ import annotations

import sys
from itertools import takewhile
from pathlib import Path

import click

from cli import Desk, answers, pass_desk
from cli.errors import Failed
from ledger import keeping


@click.group()
def key() -> None:
    """The school's key: whoever has it and the data folder can read everything.

    \b
    Examples:
      bledger key sheet
      bledger key confirm
      bledger key restore recovery-sheet.txt
    """


@key.command()
@click.option("--out", type=click.Path(path_type=Path), help="Where; beside the key if left out.")
@answers
@pass_desk
def sheet(desk: Desk, out: Path | None) -> None:
    """Write the recovery sheet: print it, lock it away, delete the file.

    \b
    Examples:
      bledger key sheet
      bledger key sheet --out sheet.txt
    """
    path = keeping.write_sheet(desk.school, out)
    desk.answer(
        "key-sheet/1", {"sheet": str(path)}, [f"Written  {path}. Print it, delete the file."]
    )


@key.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
@answers
@pass_desk
def confirm(desk: Desk, path: Path | None) -> None:
    """Check that the printed sheet gives the school's key: type its lines, or give a file.

    \b
    Examples:
      bledger key confirm
      bledger key confirm sheet.txt
    """
    keeping.confirm(desk.school, _sheet(path))
    desk.answer("key-confirm/1", {"confirmed": True}, ["The sheet is right. Lock it away."])


@key.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
@answers
@pass_desk
def restore(desk: Desk, path: Path | None) -> None:
    """Bring the key back from the recovery sheet: type its lines, or give a file.

    \b
    Examples:
      bledger key restore
      bledger key restore sheet.txt
    """
    written = keeping.restore_key(desk.folder, desk.env, _sheet(path))
    desk.answer("key-restore/1", {"key_file": str(written)}, [f"The key is back  {written}"])


def _sheet(path: Path | None) -> str:
    if path is None:
        if not sys.stdin.isatty():
            return sys.stdin.buffer.read().decode("utf-8", "replace")
        click.echo("Type the lines of the sheet; an empty line ends it.", err=True)
        return "".join(takewhile(str.strip, sys.stdin))
    if not path.is_file():
        raise Failed(f"{path} is not there. Give the file of the sheet, or type its lines.")
    return path.read_text(encoding="utf-8", errors="replace")
