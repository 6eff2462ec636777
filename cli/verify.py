"""`verify`, `rebuild`, `checkpoint`: proof that nothing was lost or changed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from cli import Desk, answers, pass_desk
from cli.errors import DAMAGED, Failed
from ledger import care, proving


@click.command()
@click.option(
    "--against", type=click.Path(path_type=Path), help="A checkpoint file kept elsewhere."
)
@click.option("--file", "copy", type=click.Path(path_type=Path), help="Check this copy instead.")
@click.option("--full", is_flag=True, help="Rebuild the views too, and compare; open every text.")
@answers
@pass_desk
def verify(desk: Desk, against: Path | None, copy: Path | None, full: bool) -> int:
    """Read every event again and prove that none was lost or changed; exit 6 on any damage.

    \b
    Examples:
      bledger verify
      bledger verify --against /mnt/usb/checkpoint.txt
      bledger verify --file backups/2026-10-14T0207/ledger.db
    """
    known = _text(against)
    if copy is not None:
        found = proving.of_copy(desk.school, copy, known)
    else:
        found = proving.of_school(desk.school, known, full=full, progress=_progress)
    whole = all(proof.verdict.whole for proof in found)
    if whole and copy is None:
        care.remember_verified(desk.school.folder, desk.clock(), found[0].verdict.events)
    lines = [line for proof in found for line in proof.lines()]
    damage = [
        {"ledger": proof.name, "position": fault.position, "says": fault.says}
        for proof in found
        for fault in proof.verdict.damage
    ]
    fields: dict[str, Any] = {
        "events": found[0].verdict.events,
        "head": found[0].verdict.head,
        "damage": damage,
        "ledgers": {proof.name: proof.verdict.checkpoint.line() for proof in found},
    }
    desk.answer("verify/1", fields, lines)
    return 0 if whole else DAMAGED


def _text(path: Path | None) -> str | None:
    if path is None:
        return None
    if not path.is_file():
        raise Failed(f"{path} is not there. Give a checkpoint file.")
    return path.read_text(encoding="utf-8", errors="replace")


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty() and total > 50_000:
        click.echo(f"\r{done:,} of {total:,} events", nl=done >= total, err=True)


@click.command()
@answers
@pass_desk
def rebuild(desk: Desk) -> None:
    """Build every view again from the ledger; readers see the old ones until it is done.

    \b
    Examples:
      bledger rebuild
    """
    position = proving.rebuild(desk.school)
    lines = [f"Rebuilt  every view, to position {position:,}"]
    desk.answer("rebuild/1", {"position": position}, lines)


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="A file, best on another disk.")
@answers
@pass_desk
def checkpoint(desk: Desk, out: Path | None) -> None:
    """Print what the ledgers come down to: keep it elsewhere, it convicts any later change.

    \b
    Examples:
      bledger checkpoint --out /mnt/usb/checkpoint.txt
    """
    lines = proving.checkpoint_lines(desk.school)
    if out is not None:
        proving.write_checkpoint(out, lines)
    desk.answer("checkpoint/1", {"checkpoints": lines, "file": str(out) if out else None}, lines)
