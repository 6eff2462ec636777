"""`roster link`: two sources speak of one child, or two students are one; a person says so."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import Desk, answers, asking, pass_desk
from cli.errors import RECORDED, Failed
from cli.roster_file import check_instead, format_of, of_file, opened
from ledger.finding import Found, same_as
from ledger.said import Unclear

if TYPE_CHECKING:
    from ledger.imports import Roster
    from ledger.imports.linking import Students
    from ledger.imports.proposing import Proposal


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="FILE | STUDENT")
@of_file
@click.option("--same-as", metavar="OTHER", help="The student under whom all is shown.")
@click.option(
    "--yes", is_flag=False, flag_value="", metavar="[N …]", help="Record these, or this one."
)
@click.option("--all-sure", is_flag=True, help="Record all that are sure.")
@answers
@pass_desk
def link(
    desk: Desk,
    words: tuple[str, ...],
    source: str | None,
    instead_of: str | None,
    form: str | None,
    same_as: str | None,
    yes: str | None,
    all_sure: bool,
) -> int:
    """Say that two sources speak of one child, or that two students are one.

    With a FILE, the students of a source that look like known ones are listed and nothing is
    recorded; --yes and --all-sure record. Import the file afterwards.

    \b
    Examples:
      bledger roster link new-sis.zip --source aspen --instead-of oneroster
      bledger roster link new-sis.zip --source aspen --all-sure
      bledger roster link new-sis.zip --source aspen --yes 3 5 8
      bledger roster link ana rivera --same-as 104233
    """
    if same_as is not None:
        return _merge(desk, (*words, *filter(None, [yes])), same_as, sure=yes is not None)
    if source is None:
        raise click.UsageError(
            "say whose file it is with --source, or --same-as OTHER of a student"
        )
    check_instead(desk, source, instead_of)
    path, *more = words
    wanted = _wanted([*filter(None, [yes]), *more]) if yes is not None or more else frozenset()
    form = format_of(Path(path), form)
    with opened(desk, Path(path), form) as read:
        return _link(desk, read, source, instead_of, wanted, all_sure)


def _wanted(words: Sequence[str]) -> frozenset[int]:
    """The numbers of proposals that were said yes to."""
    parts = [part for word in words for part in word.split(",") if part]
    if not parts or not all(part.isdecimal() for part in parts):
        raise click.UsageError("say which with their numbers, as in --yes 3 5")
    return frozenset(map(int, parts))


def _link(
    desk: Desk,
    read: Roster,
    source: str,
    instead_of: str | None,
    wanted: frozenset[int],
    all_sure: bool,
) -> int:
    from ledger.imports.linking import Students
    from ledger.imports.proposing import proposals

    school = desk.school
    school.views.catch_up(school.record)
    students = Students(school.record)
    found = proposals(school.roster, students, read.students, source)
    chosen = [p for n, p in enumerate(found, 1) if n in wanted or (all_sure and p.sure)]
    unclear = [n for n in sorted(wanted) if not _is_clear(found, n)]
    if unclear:
        raise Unclear(f"number {unclear[0]} is not one student that could be linked")
    with school.record.batch():
        linked = sum(_linked(desk, students, one, source, instead_of) for one in chosen)
    if linked:
        desk.so_far = RECORDED
        school.views.catch_up(school.record)
    fields = {
        "linked": linked,
        "proposals": [] if linked else [_proposal(n, p) for n, p in enumerate(found, 1)],
    }
    desk.answer("roster-link/1", fields, _told(found, linked))
    return 0


def _is_clear(found: Sequence[Proposal], number: int) -> bool:
    """Whether this number is of a proposal, and of one student."""
    one = found[number - 1] if 0 < number <= len(found) else None
    return one is not None and (one.reused or one.one is not None)


def _linked(
    desk: Desk, students: Students, proposal: Proposal, source: str, instead_of: str | None
) -> int:
    actor = desk.school.actor
    if proposal.one is None:
        return int(students.split(source, proposal.source_id, actor) > 0)
    id = proposal.one
    return int(students.link(source, proposal.source_id, id, actor, instead_of) > 0)


def _proposal(number: int, proposal: Proposal) -> dict[str, Any]:
    return {
        "number": number,
        "sure": proposal.sure,
        "why": proposal.why,
        "students": [known.student_id for known in proposal.known],
    }


def _told(found: Sequence[Proposal], linked: int) -> list[str]:
    if linked:
        return [f"{linked} linked. Now: bledger roster import"]
    if not found:
        return ["Nobody in this file looks like a known student who is not linked yet."]
    sure = sum(one.sure for one in found)
    lines = [f"{len(found)} look like known students, {sure} of them for sure:"]
    for n, one in enumerate(found, 1):
        known = " or ".join(f"{k.name} gr {k.grade} {k.number}" for k in one.known)
        mark = "" if one.sure else "?"
        lines.append(f"{n:>4}{mark:1} {one.name} gr {one.grade}  =  {known or '–'}  ({one.why})")
    return [*lines, "Nothing is recorded. Say --all-sure, or --yes with their numbers."]


def _merge(desk: Desk, words: Sequence[str], other: str, *, sure: bool) -> int:
    """Have STUDENT shown as OTHER from now on."""
    from ledger.imports.linking import Students

    double, kept = asking.student(desk, words), asking.student(desk, other)
    if double.student_id == kept.student_id:
        raise Failed("These are one student already.")
    lines = [f"{line_of(double)}", "  is the same child as", f"{line_of(kept)}"]
    if not sure:
        if not sys.stdin.isatty():
            raise click.UsageError("two students become one for good: say --yes if they are")
        for line in lines:
            desk.talk(line)
        click.confirm("One child for good?", abort=True, err=True)
    school = desk.school
    others = same_as(school.roster, double.student_id)
    ids = double.student_id, kept.student_id
    appended = Students(school.record).merge(*ids, school.actor, others)
    desk.so_far = RECORDED
    school.views.catch_up(school.record)
    fields = {"student_id": kept.student_id, "was": double.student_id, "appended": appended}
    desk.answer("roster-merge/1", fields, ["One student now:", *lines])
    return 0


def line_of(student: Found) -> str:
    left = "  left" if student.left else ""
    grade = f"gr {student.grade}" if student.grade else ""
    told = f"{student.name:<24} {grade:<6} {student.teacher:<12} {student.number}{left}"
    return told.rstrip()
