"""`backup`, `restore`, `archive`: copies that were proved whole, and the way back."""

from __future__ import annotations

from pathlib import Path

import click

from cli import Desk, answers, pass_desk
from cli.errors import Failed
from ledger import copying


@click.command()
@click.option(
    "--into", type=click.Path(path_type=Path), help="Where; in the data folder if left out."
)
@click.option("--keep-days", type=click.IntRange(1, 3650), default=30, show_default=True)
@answers
@pass_desk
def backup(desk: Desk, into: Path | None, keep_days: int) -> None:
    """Copy both ledgers while they are in use; the copy is proved whole before it counts.

    Backups hold the keys of sealed texts, so they expire: that makes a destruction final.

    \b
    Examples:
      bledger backup
      bledger backup --into /mnt/usb/ledger
    """
    made = copying.backup(desk.school, into, keep_days)
    fields = {
        "folder": str(made.folder),
        "position": made.manifest.position,
        "expired": made.expired,
    }
    lines = [f"Backed up  to position {made.manifest.position:,}, whole: {made.folder}"]
    lines += [f"  let go of {name}, past its {keep_days} days" for name in made.expired]
    desk.answer("backup/1", fields, lines)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--force", is_flag=True, help="Even when the ledger there knows more than the backup."
)
@answers
@pass_desk
def restore(desk: Desk, path: Path, force: bool) -> None:
    """Put the backup in PATH in the place of the ledger; the present one is set aside.

    \b
    Examples:
      bledger restore backups/20261014T020700Z
    """
    if not path.is_dir():
        raise Failed(f"{path} is not there. Name the folder of a backup, as in backups/.")
    done = copying.restore(path, desk.folder, desk.env, desk.clock(), force=force)
    fields = {
        "position": done.position,
        "kept": done.kept,
        "replaced": str(done.replaced) if done.replaced else None,
    }
    lines = [f"Restored  to position {done.position:,}"]
    lines += [f"  {name} stays: it is whole and knows more" for name in done.kept]
    if done.replaced:
        lines.append(f"  what was there is in {done.replaced}")
    desk.answer("restore/1", fields, [*lines, "Now: bledger verify"])


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@answers
@pass_desk
def archive(desk: Desk, path: Path) -> None:
    """Copy both ledgers without any key into the new folder PATH: it can be verified for ever.

    \b
    Examples:
      bledger archive /mnt/archive/2026-27
    """
    made = copying.archive(desk.school, path)
    fields = {"folder": str(made.folder), "position": made.manifest.position}
    lines = [f"Archived  to position {made.manifest.position:,}, without keys: {made.folder}"]
    desk.answer("archive/1", fields, lines)
