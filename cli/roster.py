"""`roster`: students in from the SIS's files, found by any number or name, linked by a person."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import Desk, answers, asking, pass_desk, purposed
from cli.errors import RECORDED, SOME, Failed
from ledger.finding import (
    Found,
    any_source,
    having,
    is_source,
    like,
    listed_by,
    numbered,
    same_as,
    sources_of,
    staff_by_username,
    unlisted,
)
from ledger.said import Unclear

if TYPE_CHECKING:
    from ledger.imports import Problem, Roster, RosterSchool
    from ledger.imports.flags import Taken as FlagsTaken
    from ledger.imports.linking import Students
    from ledger.imports.proposing import Proposal
    from ledger.imports.roster import Known, Taken

SHOWN = 30  # problems on a screen
LARGE = 10_000  # students from which on the summary says how long it took
BAR_FROM = 2_000  # students from which on a bar shows how far it is
FORMATS = {"oneroster": "oneroster", "edfi": "edfi_students"}  # its name → who reads it


@click.group()
def roster() -> None:
    """Students and staff, as the SIS describes them.

    \b
    Examples:
      bledger roster import oneroster.zip
      bledger roster find rivera
    """


def of_file(command: Any) -> Any:
    """The options that say what a roster's file is."""
    for option in (
        click.option("--source", metavar="NAME", help="A name for where it is from."),
        click.option("--instead-of", metavar="NAME", help="The source that it takes the place of."),
        click.option("--format", "form", type=click.Choice([*FORMATS]), help="If it is not seen."),
    ):
        command = option(command)
    return command


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
@click.option("--report", type=click.Path(path_type=Path), help="All problems, as a CSV file.")
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
    form = _format(path, form)
    source = source or form
    _check_instead(desk, source, instead_of)
    choice = _Choice(desk, schools, all_schools)
    began = desk.clock()
    with _opened(desk, path, form, choice) as read:
        if dry_run:
            students = sum(1 for one in read.students if one.active)
            return _say(desk, _dry(read, students), report, dry_run=True)
        taken = _take_in(
            desk,
            read,
            source=source,
            instead_of=instead_of,
            schools=choice.ids,
            withdraw_many=withdraw_missing,
            new_source=new_source,
        )
    desk.so_far = RECORDED
    # `log` finds students in these tables; they are there before this answers.
    desk.school.views.catch_up(desk.school.record)
    seconds = (desk.clock() - began).total_seconds()
    db = desk.school.roster
    replaced = bool(taken.students) and not any(True for _ in listed_by(db, source))
    by_hand = len(unlisted(db))
    return _say(desk, taken, report, seconds=seconds, replaced=replaced, by_hand=by_hand)


def _check_instead(desk: Desk, source: str, instead_of: str | None) -> None:
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


def _format(path: Path, said: str | None) -> str:
    if not path.exists():
        raise Failed(f"{path} is not there. Give the OneRoster folder or zip, or the Ed-Fi file.")
    return said or ("edfi" if path.suffix.lower() == ".xml" else "oneroster")


def _opened(
    desk: Desk, path: Path, form: str, schools: Any = None
) -> AbstractContextManager[Roster]:
    """The roster in the file; only the module that reads this format is imported."""
    reader = import_module(f"ledger.imports.{FORMATS[form]}")
    opened: AbstractContextManager[Roster] = reader.opened(
        path, schools, today=desk.school.now.date()
    )
    return opened


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


def _take_in(desk: Desk, read: Roster, **how: Any) -> Taken:
    from ledger.imports.roster import take_in

    school = desk.school
    school.views.catch_up(school.record)
    known = _known_students(desk, how["source"])
    with _bar(desk, "students", read.counts.get("student", 0)) as progress:
        return take_in(
            school.record,
            read,
            school.actor,
            today=school.now.date(),
            staff_known=lambda username: _known(desk, username),
            known=known,
            progress=progress,
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


@contextmanager
def _bar(desk: Desk, what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal; what is counted is recorded."""
    hidden = not sys.stderr.isatty() or total < BAR_FROM
    label = f"{total:,} {what}"
    with click.progressbar(length=total, label=label, file=sys.stderr, hidden=hidden) as bar:

        def to(count: int) -> None:
            desk.so_far = SOME
            bar.update(count - bar.pos)

        yield to


def _dry(read: Roster, students: int) -> Taken:
    from ledger.imports.roster import Taken

    return Taken(0, 0, 0, tuple(read.problems), students=students)


def _say(
    desk: Desk,
    taken: Taken,
    report: Path | None,
    *,
    dry_run: bool = False,
    seconds: float = 0,
    replaced: bool = False,
    by_hand: int = 0,
) -> int:
    refused = [problem for problem in taken.problems if problem.refused]
    fields: dict[str, Any] = {
        "appended": taken.appended,
        "unchanged": taken.unchanged,
        "withdrawn": taken.withdrawn,
        "rejected": len(refused),
        "problems": [_problem(p) for p in taken.problems],
        "students": taken.students,
        "unlisted": by_hand,
    }
    did = "would be read" if dry_run else "appended"
    count = taken.students if dry_run else taken.appended
    odd = len(taken.problems) - len(refused)
    lines = [f"{count} {did}, {taken.unchanged} unchanged, {len(refused)} left out, {odd} odd"]
    lines += _listed(taken.problems, report)
    if taken.withdrawn:
        lines.append(f"  {taken.withdrawn} left: no roster has them any longer")
    if replaced:
        lines.append(
            "  another source has taken the place of this one: its students are left as they were. "
            "To go back to it, name that one with --instead-of"
        )
    if taken.kept:
        lines.append(
            f"  {taken.kept} known students are missing; none is withdrawn, as this is not the "
            "whole roster"
        )
    if by_hand:
        lines.append(f"  {by_hand} recorded by hand and on no roster yet: bledger roster unlisted")
    if taken.students > LARGE and not dry_run:
        lines.append(f"  {_speed(taken.students, seconds)}")
        fields |= {"seconds": round(seconds, 1), "peak_mb": _peak_mb()}
    desk.answer("roster-import/1", fields, lines)
    return 1 if refused else 0


def _listed(problems: Sequence[Problem], report: Path | None) -> list[str]:
    """The first problems; all of them are in the report, if one is asked for."""
    if report is not None:
        with report.open("w", encoding="utf-8", newline="") as file:
            rows = csv.DictWriter(file, PROBLEM)
            rows.writeheader()
            rows.writerows(map(_problem, problems))
    lines = [f"  {problem}" for problem in problems[:SHOWN]]
    if len(problems) > SHOWN:
        where = report or "--json lists all, --report FILE keeps them"
        lines.append(f"  … and {len(problems) - SHOWN} more: {where}")
    return lines


PROBLEM = ("file", "line", "column", "reason", "refused")


def _problem(problem: Problem) -> dict[str, Any]:
    return {name: getattr(problem, name) for name in PROBLEM}


def _speed(count: int, seconds: float) -> str:
    peak = _peak_mb()
    memory = f", {peak:,} MB of memory at most" if peak else ""
    return (
        f"{count:,} students in {seconds:,.0f} s, {count / max(seconds, 1):,.0f} a second{memory}"
    )


def _peak_mb() -> int:
    """The most memory that this process ever had; 0 where nobody counts it."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1 << 20 if sys.platform == "darwin" else 1 << 10)


@roster.command()
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
    _check_instead(desk, source, instead_of)
    path, *more = words
    wanted = _wanted([*filter(None, [yes]), *more]) if yes is not None or more else frozenset()
    form = _format(Path(path), form)
    with _opened(desk, Path(path), form) as read:
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
    lines = [f"{_line(double)}", "  is the same child as", f"{_line(kept)}"]
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


@roster.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--id", "kind", metavar="KIND", help="The kind of number that student_id is.")
@click.option(
    "--source", default="flags", show_default=True, metavar="NAME", help="Where it is from."
)
@click.option("--report", type=click.Path(path_type=Path), help="All problems, as a CSV file.")
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

    school = desk.school
    school.views.catch_up(school.record)
    db = school.roster
    with _bar(desk, "flags", 0) as progress:
        taken = take_in(
            school.record,
            path,
            school.actor,
            source=source,
            with_number=lambda number: _with_number(db, number, kind),
            progress=progress,
        )
    desk.so_far = RECORDED
    school.views.catch_up(school.record)
    return _say_flags(desk, taken, report)


def _with_number(db: Any, number: str, kind: str | None) -> list[str]:
    if kind is None:
        return having(db, "number", number.casefold())
    return numbered(db, number, kind)


def _say_flags(desk: Desk, taken: FlagsTaken, report: Path | None) -> int:
    refused = [problem for problem in taken.problems if problem.refused]
    fields = {
        "appended": taken.appended,
        "unchanged": taken.unchanged,
        "rejected": len(refused),
        "flags": taken.about,
        "problems": [_problem(p) for p in taken.problems],
    }
    odd = len(taken.problems) - len(refused)
    done = f"{taken.appended} appended, {taken.unchanged} unchanged"
    lines = [
        f"{done}, {len(refused)} left out, {odd} odd",
        f"  flags: {', '.join(taken.about)}",
        *_listed(taken.problems, report),
    ]
    desk.answer("roster-flags/1", fields, lines)
    return 1 if refused else 0


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
        yield f"    maybe  {_line(one)}"
        link = f"bledger roster link {child.student_id[:8]} --same-as"
        yield f"           {link} {one.number or one.student_id}"


def _said(fact: dict[str, Any]) -> str:
    """Whether the grade or the flags: no source says both."""
    flags = fact["flags"].replace(",", ", ")
    if fact["grade"] is None:
        return flags or "no flags"
    return f"grade {fact['grade']}{flags and '  '}{flags}"


def _line(student: Found) -> str:
    left = "  left" if student.left else ""
    grade = f"gr {student.grade}" if student.grade else ""
    told = f"{student.name:<24} {grade:<6} {student.teacher:<12} {student.number}{left}"
    return told.rstrip()


def _fields(student: Found) -> dict[str, Any]:
    names = ("student_id", "name", "grade", "teacher", "number", "active")
    return {name: getattr(student, name) for name in names}
