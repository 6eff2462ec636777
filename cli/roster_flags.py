"""`roster flags`: what holds for students from a day on, from a CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cli import Desk, answers, pass_desk
from cli.errors import RECORDED
from cli.taking_in import REPORT, Bar, counts, listed, report_at, wrong
from ledger.finding import having, numbered


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--id", "kind", metavar="KIND", help="The kind of number that student_id is.")
@click.option(
    "--source", default="flags", show_default=True, metavar="NAME", help="Where it is from."
)
@REPORT
@answers
@pass_desk
def flags(desk: Desk, path: Path, kind: str | None, source: str, report: Path | None) -> int:
    """Take in a CSV of flags: student_id, effective_on, then iep, english_learner and others.

    A cell is yes or no (1, true, x; blank is no); a column of another name is a flag of its own.
    What a row says holds from its day on; other flags stay as they were.

    \b
    Examples:
      bledger roster flags special-education.csv
      bledger roster flags flags.csv --id userIds:state
    """
    from ledger.imports.flags import take_in
    from ledger.imports.sheets import in_order
    from ledger.imports.sources import check_file

    check_file(path, "CSV file of flags")
    school = desk.school
    school.views.catch_up(school.record)
    db = school.roster
    with report_at(report, path) as write:
        with Bar(desk, "rows") as bar:
            taken = take_in(
                school.record,
                path,
                school.actor,
                source=source,
                with_number=lambda number: _with_number(db, number, kind),
                progress=bar.record,
            )
        desk.so_far = RECORDED
        school.views.catch_up(school.record)
        problems = in_order(taken.problems)
        write(problems)
    fields = {
        "appended": taken.appended,
        "unchanged": taken.unchanged,
        "flags": taken.about,
        **wrong(problems),
    }
    done = f"{taken.appended} appended, {taken.unchanged} unchanged"
    lines = [counts(fields, done), f"  flags: {', '.join(taken.about)}", *listed(problems, report)]
    desk.answer("roster-flags/1", fields, lines)
    return 1 if fields["rejected"] else 0


def _with_number(db: Any, number: str, kind: str | None) -> list[str]:
    if kind is None:
        return having(db, "number", number.casefold())
    return numbered(db, number, kind)
