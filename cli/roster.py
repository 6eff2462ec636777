"""`roster`: students in from the SIS's files, found by any number or name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from cli import Desk, answers, asking, pass_desk, purposed
from cli.errors import RECORDED, SOME, Failed
from ledger.finding import Found, staff_by_username
from ledger.imports import Problem, oneroster
from ledger.imports.roster import Taken, take_in

SHOWN = 30  # problems on a screen


@click.group()
def roster() -> None:
    """Students and staff, as the SIS describes them.

    \b
    Examples:
      bledger roster import oneroster.zip
      bledger roster find rivera
    """


@roster.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--source", default="oneroster", show_default=True, help="A name for where it is from."
)
@click.option("--withdraw-missing", is_flag=True, help="Even when many known students are missing.")
@click.option(
    "--dry-run", is_flag=True, help="Read the files and say what is wrong; record nothing."
)
@answers
@pass_desk
def import_(desk: Desk, path: Path, source: str, withdraw_missing: bool, dry_run: bool) -> int:
    """Take in a OneRoster 1.1 folder or zip. What is not new adds nothing; bad rows are listed.

    \b
    Examples:
      bledger roster import oneroster.zip
      bledger roster import ./oneroster --json
    """
    if not path.exists():
        raise Failed(f"{path} is not there. Give the OneRoster folder or zip.")
    read = oneroster.read(path)
    if dry_run:
        return _say(desk, Taken(0, 0, 0, tuple(read.problems)), len(read.students), dry_run)
    school = desk.school
    taken = take_in(
        school.record,
        read,
        school.actor,
        today=school.now.date(),
        source=source,
        staff_known=lambda username: _known(desk, username),
        withdraw_many=withdraw_missing,
        progress=lambda count: _progress(desk, count, len(read.students)),
    )
    desk.so_far = RECORDED
    # `log` finds students in these tables; they are there before this answers.
    school.views.catch_up(school.record)
    return _say(desk, taken, len(read.students), dry_run)


def _known(desk: Desk, username: str) -> str | None:
    found = staff_by_username(desk.school.roster, username)
    return found.staff_id if found else None


def _progress(desk: Desk, count: int, total: int) -> None:
    desk.so_far = SOME
    if sys.stderr.isatty() and total > 2_000:
        click.echo(f"\r{count:,} of {total:,} students", nl=False, err=True)


def _say(desk: Desk, taken: Taken, read: int, dry_run: bool) -> int:
    refused = [problem for problem in taken.problems if problem.refused]
    fields = {
        "appended": taken.appended,
        "unchanged": taken.unchanged,
        "withdrawn": taken.withdrawn,
        "rejected": len(refused),
        "problems": [_problem(p) for p in taken.problems],
        "students": read,
    }
    did = "would be read" if dry_run else "appended"
    count = read if dry_run else taken.appended
    odd = len(taken.problems) - len(refused)
    lines = [f"{count} {did}, {taken.unchanged} unchanged, {len(refused)} left out, {odd} odd"]
    lines += [f"  {problem}" for problem in taken.problems[:SHOWN]]
    if len(taken.problems) > SHOWN:
        lines.append(f"  … and {len(taken.problems) - SHOWN} more: --json lists all")
    if taken.kept:
        lines.append(
            f"  {taken.kept} known students are missing; none is withdrawn, as this is not the "
            "whole roster"
        )
    desk.answer("roster-import/1", fields, lines)
    return 1 if refused else 0


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        name: getattr(problem, name) for name in ("file", "line", "column", "reason", "refused")
    }


@roster.command()
@click.argument("words", nargs=-1, required=True)
@answers
@pass_desk
def find(desk: Desk, words: tuple[str, ...]) -> int:
    """List the students whom WORDS fit: any number, or any part of any name.

    \b
    Examples:
      bledger roster find rivera
      bledger roster find 104233 --json
    """
    found = desk.school.find(" ".join(words))
    lines = [_line(student) for student in found.students] or ["Nobody fits."]
    if found.near and found.students:
        lines.insert(0, "Nobody fits exactly; these are near:")
    fields = {"students": [_fields(s) for s in found.students], "near": found.near}
    desk.answer("roster-find/1", fields, lines)
    return 0 if found.students else 3


@roster.command()
@click.argument("student", nargs=-1, required=True)
@purposed
@answers
@pass_desk
def show(desk: Desk, student: tuple[str, ...]) -> None:
    """Show what the roster says of one student, and since when it holds.

    \b
    Examples:
      bledger roster show ana rivera
    """
    found = asking.student(desk, student)
    facts = desk.school.reading.facts(found.student_id)
    fields = {"student": _fields(found), "facts": facts}
    lines = [_line(found)]
    lines += [
        f"  from {fact['effective_on']}  grade {fact['grade']}  {fact['flags'] or 'no flags'}"
        f"  ({fact['source']})"
        for fact in facts
    ]
    desk.answer("roster-show/1", fields, lines)


def _line(student: Found) -> str:
    left = "" if student.active else "  left"
    return f"{student.name:<24} gr {student.grade:<3} {student.teacher:<12} {student.number}{left}"


def _fields(student: Found) -> dict[str, Any]:
    names = ("student_id", "name", "grade", "teacher", "number", "active")
    return {name: getattr(student, name) for name in names}
