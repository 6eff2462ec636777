"""`spool`: drafts of what could not be recorded, finished with one line."""

from __future__ import annotations

from typing import Any

import click

from cli import Desk, answers, pass_desk
from cli.log import log
from ledger import drafts
from ledger.finding import Finding, Which
from ledger.said import split_students

OVERRIDES = ("did", "where", "at", "by", "slip", "level")


@click.command()
@click.argument("number", type=click.IntRange(1), required=False)
@click.option(
    "--student", metavar="N|WORDS", help="Which of those that fit: its number, or a name."
)
@click.option("--did", multiple=True, metavar="BEHAVIOR")
@click.option("--where", metavar="PLACE")
@click.option("--at", metavar="TIME")
@click.option("--by", metavar="STAFF")
@click.option("--slip", metavar="NUMBER")
@click.option("--minor", "level", flag_value="minor")
@click.option("--major", "level", flag_value="major")
@click.option("--drop", is_flag=True, help="Throw the draft away.")
@answers
@pass_desk
def spool(desk: Desk, number: int | None, student: str | None, drop: bool, **changed: Any) -> None:
    """List the drafts, or finish draft NUMBER: with another word where one did not fit.

    \b
    Examples:
      bledger spool
      bledger spool 1 --student 2
      bledger spool 2 --did disruption
      bledger spool 3 --drop
    """
    kept = drafts.spool(desk.folder, desk.env)
    if number is None:
        _list(desk, kept)
    elif drop:
        kept.drop(number)
        desk.answer("spool-drop/1", {"dropped": number}, [f"Draft {number} is gone."])
    else:
        draft = kept.get(number)
        desk.draft = number
        _finish(desk, draft, student, changed)
        kept.drop(number)


def _list(desk: Desk, kept: drafts.Spool) -> None:
    found = kept.list()
    fields = {
        "drafts": [
            {"number": n, "written_at": d.written_at, "reason": d.reason} if d else {"number": n}
            for n, d in found
        ]
    }
    lines = [
        f"{n:>3}  {d.written_at[:16]}  {' '.join(d.argv[:6])}  ({d.reason})"
        if d
        else f"{n:>3}  does not open"
        for n, d in found
    ]
    desk.answer("spool/1", fields, lines or ["No draft waits."])


def _finish(desk: Desk, draft: drafts.Draft, student: str | None, changed: dict[str, Any]) -> None:
    """Run the draft's line again, as it was typed but for what is said now."""
    desk.argv = draft.argv
    with log.make_context("log", list(draft.argv[1:]), obj=desk) as ctx:
        ctx.params |= draft.texts
        ctx.params |= {name: value for name, value in changed.items() if value}
        if student is not None:
            ctx.params["student"] = _chosen(desk, ctx.params["student"], student)
        log.invoke(ctx)


def _chosen(desk: Desk, words: tuple[str, ...], student: str) -> tuple[str, ...]:
    """The draft's students, the first unclear one replaced by the choice."""
    named = split_students(words)
    for n, said in enumerate(named):
        found = desk.school.find(said)
        if len(found.students) != 1 or found.near:
            named[n] = _pick(found, said, student)
            break
    return tuple(" and ".join(named).split())


def _pick(found: Finding, said: str, student: str) -> str:
    if not student.isdecimal() or len(student) > 2:
        return student
    if not 1 <= int(student) <= len(found.students):
        raise Which(said, found)
    return found.students[int(student) - 1].student_id
