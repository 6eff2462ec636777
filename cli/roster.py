"""`roster`: students in from the SIS's files, found by any number or name, linked by a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import Desk, answers, asking, pass_desk, purposed
from cli.errors import RECORDED
from cli.roster_file import check_instead, format_of, of_file, opened, size_of
from cli.roster_flags import flags
from cli.roster_link import line_of, link
from cli.taking_in import (
    REPORT,
    SHOWN,
    Bar,
    Watch,
    counts,
    listed,
    report_at,
    speed,
    wrong,
)
from ledger.finding import (
    Found,
    any_source,
    is_source,
    like,
    listed_by,
    staff_by_username,
    unlisted,
)
from ledger.said import Unclear

if TYPE_CHECKING:
    from ledger.imports import Roster, RosterSchool
    from ledger.imports.roster import Taken
    from ledger.imports.survey import Known


@click.group()
def roster() -> None:
    """Students and staff, as the SIS describes them.

    \b
    Examples:
      bledger roster import oneroster.zip
      bledger roster find rivera
    """


roster.add_command(link)
roster.add_command(flags)


@roster.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--school", "schools", multiple=True, metavar="X", help="Of several: this one.")
@click.option("--all-schools", is_flag=True, help="Of several: all of them.")
@of_file
@click.option("--new-source", is_flag=True, help="They are other children than those known.")
@click.option("--withdraw-missing", is_flag=True, help="Even when many known students are missing.")
@click.option(
    "--dry-run", is_flag=True, help="Read the files and say what is wrong; record nothing."
)
@REPORT
@answers
@pass_desk
def import_(
    desk: Desk,
    path: Path,
    schools: tuple[str, ...],
    all_schools: bool,
    source: str | None,
    instead_of: str | None,
    form: str | None,
    new_source: bool,
    withdraw_missing: bool,
    dry_run: bool,
    report: Path | None,
) -> int:
    """Take in a OneRoster folder or zip (1.1, 1.2), or students of Ed-Fi (XML).

    What is not new adds nothing; rows that cannot be taken are listed, and the rest goes in.

    \b
    Examples:
      bledger roster import oneroster.zip
      bledger roster import district.zip --school "Cedar Grove"
      bledger roster import new-sis.zip --source aspen --instead-of oneroster
    """
    from ledger.imports.sheets import in_order

    form = format_of(path, form)
    source = source or form
    check_instead(desk, source, instead_of)
    choice = _Choice(desk, schools, all_schools)
    watch, bar = Watch(), Bar(desk, "students", size_of(path))
    with report_at(report, path) as write:
        with bar, opened(desk, path, form, choice, progress=bar.read) as read:
            taken = _take_in(
                desk,
                read,
                bar,
                source=source,
                instead_of=instead_of,
                schools=choice.ids,
                withdraw_many=withdraw_missing,
                new_source=new_source,
                dry=dry_run,
            )
        if not dry_run:
            desk.so_far = RECORDED
            # `log` finds students in these tables; they are there before this answers.
            desk.school.views.catch_up(desk.school.record)
        problems = in_order(taken.problems)
        write(problems)
    by_hand = len(unlisted(desk.school.roster))
    fields = _counted(taken, by_hand, dry_run) | wrong(problems) | watch.fields()
    lines = [_summary(taken, fields, dry_run), *listed(problems, report)]
    lines += _notes(taken, by_hand, dry_run, _is_replaced(desk, taken, source))
    lines += speed(taken.students, "students", fields)
    desk.answer("roster-import/1", fields, lines)
    return 1 if fields["rejected"] else 0


class _Choice:
    """Which schools of a roster are asked for, once it is known which there are."""

    def __init__(self, desk: Desk, words: tuple[str, ...], every: bool) -> None:
        if words and every:
            raise click.UsageError("--school and --all-schools are two things: give one of them")
        self.desk, self.words, self.every = desk, words, every
        self.ids: frozenset[str] | None = None

    def __call__(self, schools: Sequence[RosterSchool]) -> Sequence[str] | None:
        if self.every or (len(schools) < 2 and not self.words):
            return None
        words = self.words or self._own(schools)
        known = [_called(schools, word) for word in words]
        self.ids = frozenset(id for id in known if id)
        return [id or word for id, word in zip(known, words, strict=True)]

    def _own(self, schools: Sequence[RosterSchool]) -> tuple[str, ...]:
        """The school of this ledger, if it is one of them."""
        own = self.desk.school.settings.school_id
        if _called(schools, own):
            return (own,)
        listed = ", ".join(f"{school.name} ({school.source_id})" for school in schools[:SHOWN])
        raise Unclear(
            f"the roster is of {len(schools)} schools: {listed}. Choose with --school, more than "
            "once if need be, or take --all-schools"
        )


def _called(schools: Sequence[RosterSchool], word: str) -> str | None:
    """The id of the one school that is called so."""
    asked = word.strip().casefold()
    by_id = [s.source_id for s in schools if s.source_id.casefold() == asked]
    named = [s.source_id for s in schools if asked in (s.identifier.casefold(), s.name.casefold())]
    fit = by_id or named
    return fit[0] if len(fit) == 1 else None


def _take_in(desk: Desk, read: Roster, bar: Bar, **how: Any) -> Taken:
    from ledger.imports.roster import take_in

    school = desk.school
    school.views.catch_up(school.record)
    total = read.counts.get("student", 0)
    return take_in(
        school.record,
        read,
        school.actor,
        today=school.now.date(),
        staff_known=lambda username: _known(desk, username),
        known=_known_students(desk, how["source"]),
        progress=lambda done: None if how["dry"] else bar.record(done, total),
        **how,
    )


def _known(desk: Desk, username: str) -> str | None:
    found = staff_by_username(desk.school.roster, username)
    return found.staff_id if found else None


def _known_students(desk: Desk, source: str) -> Known:
    """Where an import looks; a source that was never seen is compared with the others."""
    from ledger.imports.proposing import alike
    from ledger.imports.survey import Known

    db = desk.school.roster
    new = any_source(db) and not is_source(db, source)
    return Known(partial(listed_by, db), partial(alike, db) if new else None)


def _is_replaced(desk: Desk, taken: Taken, source: str) -> bool:
    """Whether another source has taken the place of this one."""
    return bool(taken.students) and not any(True for _ in listed_by(desk.school.roster, source))


def _counted(taken: Taken, by_hand: int, dry_run: bool) -> dict[str, Any]:
    """What was recorded; of a dry run, what would be."""
    return {
        "dry_run": dry_run,
        "appended": taken.appended,
        "unchanged": taken.unchanged,
        "withdrawn": taken.withdrawn,
        "students": taken.students,
        "unlisted": by_hand,
    }


def _summary(taken: Taken, fields: dict[str, Any], dry_run: bool) -> str:
    done = f"{taken.appended} appended"
    if dry_run:
        done = f"{taken.students} read, {taken.appended} would be appended"
    return counts(fields, f"{done}, {taken.unchanged} unchanged")


def _notes(taken: Taken, by_hand: int, dry_run: bool, replaced: bool) -> Iterator[str]:
    """What a person is to know of it, where there is anything."""
    if taken.withdrawn:
        left = "would leave" if dry_run else "left"
        yield f"  {taken.withdrawn} {left}: no roster has them any longer"
    if replaced and not dry_run:
        yield (
            "  another source has taken the place of this one: its students are left as they were. "
            "To go back to it, name that one with --instead-of"
        )
    if taken.kept:
        yield (
            f"  {taken.kept} known students are missing; none is withdrawn, as this is not the "
            "whole roster"
        )
    if by_hand:
        yield f"  {by_hand} recorded by hand and on no roster yet: bledger roster unlisted"


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
    lines = [line_of(student) for student in found.students] or ["Nobody fits."]
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
    lines = [line_of(found)]
    lines += [f"  from {fact['effective_on']}  {_said(fact)}  ({fact['source']})" for fact in facts]
    desk.answer("roster-show/1", fields, lines)


@roster.command("unlisted")
@answers
@pass_desk
def unlisted_(desk: Desk) -> None:
    """List the children recorded by hand whom no roster has yet, and who they may be.

    \b
    Examples:
      bledger roster unlisted
    """
    school = desk.school
    school.views.catch_up(school.record)
    found = {child: like(school.roster, child) for child in unlisted(school.roster)}
    fields = [
        {"student_id": child.student_id, "candidates": [one.student_id for one in some]}
        for child, some in found.items()
    ]
    are = "child is" if len(found) == 1 else "children are"
    lines = [f"{len(found)} {are} on no roster{':' if found else '.'}"]
    lines += [line for child, some in found.items() for line in _maybe(child, some)]
    desk.answer("roster-unlisted/1", {"students": fields}, lines)


def _maybe(child: Found, some: Sequence[Found]) -> Iterator[str]:
    """A child, and below it who it may be, with the line that says so."""
    yield f"  {child.name}"
    for one in some:
        yield f"    maybe  {line_of(one)}"
        link = f"bledger roster link {child.student_id[:8]} --same-as"
        yield f"           {link} {one.number or one.student_id}"


def _said(fact: dict[str, Any]) -> str:
    """Whether the grade or the flags: no source says both."""
    flags = fact["flags"].replace(",", ", ")
    if fact["grade"] is None:
        return flags or "no flags"
    return f"grade {fact['grade']}{flags and '  '}{flags}"


def _fields(student: Found) -> dict[str, Any]:
    names = ("student_id", "name", "grade", "teacher", "number", "active")
    return {name: getattr(student, name) for name in names}
