"""`handover`: what whoever takes over has to know, from the record alone."""

from __future__ import annotations

import os
from pathlib import Path

import click

from cli import Desk, answers, pass_desk
from cli.errors import Failed
from cli.plan_status import then
from ledger import disk
from ledger.care import checks
from ledger.domain import Refused
from ledger.reading import Window
from ledger.reading.handovers import handover as facts_of
from ledger.reports import handover as report
from ledger.reports import handover_paper as paper
from ledger.reports.handover_told import Care, Paper, Telling

MAKERS = {".html": paper.html, ".pdf": paper.pdf}


@click.command()
@click.option("--to", "receiver", metavar="NAME", default="", help="Who takes over.")
@click.option("--as-of", metavar="TIME", help="As it was known then.")
@click.option("--position", type=int, metavar="N", help="As it was known at this position.")
@click.option("--out", type=click.Path(path_type=Path), help="FILE.html or FILE.pdf, for paper.")
@answers
@pass_desk
def handover(
    desk: Desk, receiver: str, as_of: str | None, position: int | None, out: Path | None
) -> None:
    """Show what whoever takes over has to know: the children first, then all that goes on.

    Everything is from the record; what is not recorded is said so. It is a reading of the record
    of every child in it.

    \b
    Examples:
      bledger handover --to "Nadia Brandt"
      bledger handover --out handover.pdf
      bledger handover --as-of "jun 11"
    """
    _check_out(out)
    school = desk.school
    if not school.reading.reader.sees_words:
        raise Refused("a handover holds what people said: ask the specialist or the principal")
    at, today = then(desk, as_of, position)
    said = school.settings
    facts = facts_of(school.reading, Window(position=at), said.school_id, today)
    told = Telling(facts, today, said.rules, said.team, school.record.short)
    care = [Care(one.state, one.name, one.says, one.do) for one in checks(school)]
    reader = school.staff_names.get(school.actor.id, school.actor.id)
    made = report.paper(
        told, care, school=said.name, to=receiver.strip(), reader=reader, earlier=at is not None
    )
    fields = report.fields(told, care) | {"to": receiver or None, "path": str(out) if out else None}
    lines = report.lines(made)
    if out is not None:
        _write(out, made)
        lines = [f"Handover, position {facts.position:,}: {out}"]
    desk.answer("handover/1", fields, lines)


def _check_out(out: Path | None) -> None:
    """Whatever is wrong with it is said before anything is read."""
    if out is None:
        return
    if out.suffix.lower() not in MAKERS:
        raise click.UsageError("--out is a web page or a PDF: name it FILE.html or FILE.pdf")
    if os.path.lexists(out):
        raise Failed(f"{out} is there already: choose another name.")
    if not out.parent.is_dir():
        raise Failed(f"There is no folder {out.parent}: make it, or choose another.")
    if out.suffix.lower() == ".pdf":
        try:
            paper.typesetter()
        except paper.NoTypesetter as error:
            raise Failed(str(error)) from None


def _write(out: Path, made: Paper) -> None:
    try:
        data = MAKERS[out.suffix.lower()](made)
    except paper.NoTypesetter as error:
        raise Failed(str(error)) from None
    disk.write_synced(out, data)
