"""`import`: a school's history in, from Ed-Fi's XML or a mapped CSV."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from cli import Desk, answers, pass_desk
from cli.errors import RECORDED, Failed
from cli.taking_in import REPORT, Bar, Watch, counts, listed, report_at, speed, wrong
from ledger.imports import edfi_discipline, history_csv, history_map
from ledger.imports.history import (
    Roster,
    TakenIn,
    Taking,
    known_of,
    numbered_only,
    staff_with,
    survey,
    take_in,
)
from ledger.imports.incidents import Here, History
from ledger.imports.linking import Students
from ledger.imports.sheets import in_order

FEW = 3  # different words that a small file may have
WORDS = 20  # words without a code on a screen
FOLLOWED = 10_000  # incidents after which the views follow: at once they would be too many


@click.group("import")
def import_() -> None:
    """History in, from the system that had it first.

    \b
    Examples:
      bledger import incidents StudentDiscipline.xml --source ods
      bledger import incidents referrals.csv --map map.toml
      bledger import example
    """


globals()["import"] = import_  # by its word on the command line, which is Python's own


@import_.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "map_", type=click.Path(path_type=Path), help="What a CSV's columns mean.")
@click.option("--source", metavar="NAME", help="A name for the system that it is from.")
@click.option("--school", "schools", multiple=True, metavar="NUMBER", help="Of this school alone.")
@click.option("--all-schools", is_flag=True, help="Of every school in the file, as without.")
@click.option("--dry-run", is_flag=True, help="Read it and say what is wrong; record nothing.")
@REPORT
@answers
@pass_desk
def incidents(
    desk: Desk,
    file: Path,
    map_: Path | None,
    source: str | None,
    schools: tuple[str, ...],
    all_schools: bool,
    dry_run: bool,
    report: Path | None,
) -> int:
    """Take in incidents of an earlier system, once each; what it corrects since is a correction.

    \b
    Examples:
      bledger import incidents StudentDiscipline.xml --source ods
      bledger import incidents referrals.csv --map map.toml --source swis --dry-run
    """
    if not file.exists():
        raise Failed(f"{file} is not there. Give the XML or CSV file.")
    if source and len(source) > 60:
        raise click.UsageError("--source is longer than 60 characters")
    if schools and all_schools:
        raise click.UsageError("choose --school or --all-schools, not both")
    watch, bar = Watch(), Bar(desk, "incidents", file.stat().st_size)
    with report_at(report, file) as write:
        with bar, _opened(desk, file, map_, bar) as history:
            name = source or (history_csv.SOURCE if map_ else edfi_discipline.SOURCE)
            taken, numbers = _taken(desk, history, name, schools, bar, dry_run=dry_run)
        problems = in_order(taken.problems)
        write(problems)
    fields = _fields(desk, history, taken, name, schools)
    fields |= {**numbers, "words": _words_of(history), **wrong(problems), **watch.fields()}
    lines = [*_lines(fields, taken, dry_run=dry_run), *listed(problems, report)]
    lines += speed(history.rows, "rows", fields)
    desk.answer("import-incidents/1", fields, lines)
    return 1 if fields["rejected"] else 0


@contextmanager
def _opened(desk: Desk, file: Path, map_: Path | None, bar: Bar) -> Iterator[History]:
    zone = desk.school.settings.zone
    if map_ is None:
        if file.suffix.lower() in (".csv", ".txt", ".tsv"):
            raise click.UsageError(
                "a CSV needs --map, a file that says what its columns mean. An example: "
                "bledger import example"
            )
        with edfi_discipline.opened(file, zone, bar.read) as history:
            yield history
    else:
        with history_csv.opened(file, history_map.read(map_), zone, bar.read) as history:
            yield history


def _taken(
    desk: Desk,
    history: History,
    source: str,
    schools: tuple[str, ...],
    bar: Bar,
    *,
    dry_run: bool,
) -> tuple[TakenIn, dict[str, int]]:
    """(what became of it, how many students are known by a number alone, or seem to be)."""
    school = desk.school
    school.views.catch_up(school.record)
    db = school.roster
    roster = Roster(db)
    students = Students(school.record, roster)
    here = Here(
        student=lambda number: students.of_number(number, history.kind, source, actor=school.actor),
        staff=lambda number: staff_with(db, number),
        school=school.settings.school_id,
        numbers=_own_numbers(desk),
    )
    taking = Taking(
        school.record, school.actor, source, here, school.now, schools or None, students.kept
    )
    if dry_run:
        return survey(taking, history, roster), _numbers(roster)
    known = known_of(db, source, schools or None)

    def progress(done: int) -> None:
        bar.record(done, history.total)
        if done % FOLLOWED == 0:
            school.views.catch_up(school.record)

    taken = take_in(taking, history, students, known=known, progress=progress)
    desk.so_far = RECORDED
    school.views.catch_up(school.record)
    return taken, _numbers(roster)


def _numbers(roster: Roster) -> dict[str, int]:
    return {"numbered_only": numbered_only(roster.db), "shortened": len(roster.shortened)}


def _own_numbers(desk: Desk) -> frozenset[str]:
    """What this school is called: by itself and by each sink."""
    settings = desk.school.settings
    sinks = (str(ids["school"]) for ids in settings.ids.values() if "school" in ids)
    return frozenset((settings.school_id, *sinks))


def _fields(
    desk: Desk, history: History, taken: TakenIn, source: str, schools: tuple[str, ...]
) -> dict[str, Any]:
    return {
        "source": source,
        "is_sink": source in desk.school.settings.sinks,
        "schools": list(schools),
        "rows": history.rows,
        "incidents": taken.read,
        "appended": taken.appended,
        "corrected": taken.corrected,
        "unchanged": taken.unchanged,
        "kept": taken.kept,
        "waiting": taken.waiting,
        "elsewhere": taken.elsewhere,
        "missing": taken.missing,
    }


def _words_of(history: History) -> list[dict[str, Any]]:
    """Words without a code; none of a column that has another word in most rows: it is no code's.

    What a wrong map takes for a code may be whose row it is.
    """
    distinct = Counter(codes for codes, _ in history.words)
    wrong = {codes for codes, n in distinct.items() if n >= FEW and 2 * n > history.rows}
    counts: Counter[tuple[str, str]] = Counter()
    for (codes, word), count in history.words.items():
        counts[codes, "" if codes in wrong else word] += count
    return [
        {"codes": codes, "word": word, "count": count}
        for (codes, word), count in sorted(counts.items())
    ]


def _lines(fields: dict[str, Any], taken: TakenIn, *, dry_run: bool) -> list[str]:
    done = f"{fields['appended']} {'would be read' if dry_run else 'appended'}"
    if not dry_run:
        done += f", {fields['corrected']} corrected, {fields['unchanged']} unchanged"
    return [counts(fields, done), *_said(fields, taken)]


AS_IT_IS = {  # how many known incidents were left as before, and why
    "missing": ("known incident is", "known incidents are", "not in this file: left as before"),
    "kept": ("known incident is", "known incidents are", "read in part only: left as before"),
    "waiting": (
        "known incident was changed and is",
        "known incidents were changed and are",
        "left as before: a row without a number may belong to it. Mend that row",
    ),
}


def _said(fields: dict[str, Any], taken: TakenIn) -> Iterator[str]:
    """What a person is to know of it, where there is anything."""
    if of := ", ".join(fields["schools"]):
        yield f"  of school {of}"
    elif len(taken.at) > 1:
        yield f"  of all {len(taken.at)} schools in the file: --school chooses one"
    if fields["elsewhere"]:
        yield f"  {fields['elsewhere']} of other schools: passed over"
    for name, (one, several, why) in AS_IT_IS.items():
        if count := fields[name]:
            yield f"  {count:,} {one if count == 1 else several} {why}"
    if fields["numbered_only"]:
        yield (
            f"  {_are(fields['numbered_only'], 'student')} known by number only: a roster that "
            "has them gives their names"
        )
    if fields["shortened"]:
        yield (
            f"  {_are(fields['shortened'], 'number')} on the roster with zeros in front, and not "
            "as here: a spreadsheet may have saved this file. Export it again"
        )
    yield from _words(fields["words"])
    if fields["appended"] and not fields["is_sink"]:
        yield (
            f"  {fields['source']} is no sink in school.toml: these records go to every sink that "
            "wants them. If they came from one, import them with --source and its name, and they "
            "never go back to it"
        )


def _are(count: int, what: str) -> str:
    return f"{count} {what} is" if count == 1 else f"{count:,} {what}s are"


def _words(words: list[dict[str, Any]]) -> Iterator[str]:
    for one in (one for one in words if not one["word"]):
        yield (
            f"  most rows have a word of their own for {one['codes']}, and none has a code: is it "
            "the right column?"
        )
    if words := [one for one in words if one["word"]]:
        told = [f"{one['word']} ({one['codes']}, {one['count']})" for one in words[:WORDS]]
        more = f" and {len(words) - WORDS} more" if len(words) > WORDS else ""
        yield f"  words that have no code here, kept as they came: {', '.join(told)}{more}"


@import_.command()
@answers
@pass_desk
def example(desk: Desk) -> None:
    """Print a map for a CSV of referrals, with what each line means.

    \b
    Examples:
      bledger import example
    """
    text = history_map.example()
    desk.answer("import-example/1", {"map": text}, text.splitlines())
