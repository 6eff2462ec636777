"""`packet`: the papers of an SST meeting, for the team, the principal or the family."""

from __future__ import annotations

import hashlib
import os
import webbrowser
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from cli import Desk, answers, asking, pass_desk, purposed
from cli.errors import Failed
from ledger import disk
from ledger.care import PAPERS, old_papers
from ledger.domain import Refused
from ledger.reading import Window
from ledger.reading.packets import Whose, handed_over
from ledger.reading.packets import packet as facts_of
from ledger.reports import packet as report
from ledger.reports import packet_family as family
from ledger.reports import packet_paper as paper
from ledger.reports import packet_parts as parts
from ledger.reports import packet_words as wording

MAKERS = {".html": paper.html, ".pdf": paper.pdf}
MOST_COPIES = 30


@dataclass(frozen=True)
class Made:
    """A paper that may leave, and what it shows."""

    told: parts.Telling
    data: bytes
    read_first: tuple[str, ...] = ()  # entries that tell somebody's sex, kin, class or grade


class Copy(click.Choice[str]):
    """Whose copy it is; the guardian's may be called the family's."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return super().convert(wording.GUARDIAN if value == "family" else value, param, ctx)


class Packet(click.Command):
    """The command, but for its one word `clear` alone, which is a command of its own."""

    @property
    def commands(self) -> dict[str, click.Command]:
        return {"clear": clear}

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        words = [word for word in args if not word.startswith("-")]
        if args[:1] == ["clear"] and words == ["clear"]:
            return clear.make_context(f"{info_name} clear", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(cls=Packet)
@click.argument("student", nargs=-1, required=True)
@click.option("--copy", type=Copy(wording.COPIES), default="team", show_default=True)
@click.option("--lang", type=click.Choice(wording.LANGUAGES), default="en", show_default=True)
@click.option("--as-of", metavar="TIME", help="As it was known then.")
@click.option("--position", type=int, metavar="N", help="As it was known at this position.")
@click.option("--pdf", "as_pdf", is_flag=True, help="A PDF instead of a web page.")
@click.option("--out", type=click.Path(path_type=Path), help="FILE.html or FILE.pdf.")
@click.option("--open", "and_open", is_flag=True, help="Open it in the browser, to be printed.")
@click.option("--copies", type=click.IntRange(1, MOST_COPIES), default=1, help="Numbered copies.")
@click.option("--conclusions", is_flag=True, help="With what somebody concluded and did not see.")
@click.option("--to", "receiver", metavar="WHOM", default="family", help="Who of the family.")
@purposed
@answers
@pass_desk
def packet(
    desk: Desk,
    student: tuple[str, ...],
    copy: str,
    lang: str,
    as_of: str | None,
    position: int | None,
    as_pdf: bool,
    out: Path | None,
    and_open: bool,
    copies: int,
    conclusions: bool,
    receiver: str,
) -> None:
    """Make the papers of STUDENT's SST meeting: what is known, and a blank wall chart.

    A web page that any browser prints, or a PDF; the same position of the record gives the same
    paper. The family's copy names no other child, and is recorded as given to them. Papers lie in
    the data folder for the days that school.toml says; then remove them: bledger packet clear

    \b
    Examples:
      bledger packet ana rivera --open
      bledger packet ana --copy guardian --lang es --pdf
      bledger packet ana --as-of "yesterday 17:00" --out ana.html
      bledger packet clear
    """
    check_out(out, as_pdf)
    found = asking.student(desk, student)
    made = _made(
        desk,
        found.student_id,
        copy,
        lang,
        asking.position(desk, as_of, position),
        make=MAKERS[".pdf" if as_pdf or (out and out.suffix.lower() == ".pdf") else ".html"],
        copies=copies,
        conclusions=conclusions,
    )
    facts = made.told.facts
    if copy == wording.GUARDIAN:
        handed_over(desk.school.reading, facts, receiver, made.data)
    path = out or _papers(desk) / _name(facts, copy, lang, as_pdf)
    _write(path, made.data, desk.clock().timestamp(), again=out is None)
    _tell(desk, made, path, copy, lang)
    if and_open:
        _open(desk, path)


def check_out(out: Path | None, as_pdf: bool) -> None:
    """Whatever is wrong with it is said before anything is read."""
    if out is not None:
        if out.suffix.lower() not in MAKERS or (as_pdf and out.suffix.lower() != ".pdf"):
            raise click.UsageError("--out is a web page or a PDF: name it FILE.html or FILE.pdf")
        if os.path.lexists(out):
            raise Failed(f"{out} is there already: choose another name.")
        if not out.parent.is_dir():
            raise Failed(f"There is no folder {out.parent}: make it, or choose another.")
    if as_pdf or (out is not None and out.suffix.lower() == ".pdf"):
        try:
            paper.typesetter()
        except paper.NoTypesetter as error:
            raise Failed(str(error)) from None


def _made(
    desk: Desk,
    student_id: str,
    copy: str,
    lang: str,
    position: int | None,
    *,
    make: Any,
    copies: int,
    conclusions: bool,
) -> Made:
    school = desk.school
    if not school.reading.reader.sees_words:
        raise Refused("a packet holds what people said: ask the specialist or the principal for it")
    table, remarks = wording.catalogue(school.folder)
    for remark in remarks:
        desk.talk(remark)
    said = school.settings
    whose = Whose(said.school_id, said.zone)
    facts, book = facts_of(school.reading, student_id, Window(position=position), whose, copy)
    names = report.names_on(facts, book)
    words = wording.words(table, lang, copy)
    told = parts.Telling(facts, words, said.rules, names, conclusions)
    reader = school.staff_names.get(school.actor.id, school.actor.id)
    sheet = report.sheet(told, school=said.name, team=said.team, reader=reader, copies=copies)
    try:
        data = make(sheet)
        if copy == wording.GUARDIAN:
            _check(sheet, data, names, family.printed(words, said.name, said.team))
    except paper.NoTypesetter as error:
        raise Failed(str(error)) from None
    return Made(told, data, _described(sheet) if copy == wording.GUARDIAN else ())


def _described(sheet: parts.Sheet) -> tuple[str, ...]:
    """Where words that no search can judge may tell who another child is."""
    items = [item for section in sheet.sections for item in section.items if item.ref]
    said = ((item.ref, " ".join(line.text for line in item.lines)) for item in items)
    return tuple(ref.split()[-1] for ref, text in said if family.DESCRIBED.search(text))


def _check(sheet: parts.Sheet, data: bytes, names: family.Names, printed: frozenset[str]) -> None:
    """Nothing leaves for one family that shows who another child is."""
    texts = [family.text_of(paper.html(sheet))]
    if data.startswith(b"%PDF"):
        texts.append(paper.text_of_pdf(data))
    if any(family.leaks(text, names, printed) for text in texts):
        raise Refused(_found(sheet, names, printed))


def _found(sheet: parts.Sheet, names: family.Names, printed: frozenset[str]) -> str:
    """Which entry to mend, without a word of it."""
    why = "the family's copy is not written: it would show who another child is"
    for section in sheet.sections:
        told: list[parts.Item | parts.Row] = [*section.items, *section.rows]
        for part in told:
            if part.ref and family.leaks(parts.text_of(part), names, printed):
                return f"{why}, in {part.ref.split()[-1]}. Look at it: bledger {part.ref}"
        if any(family.leaks(parts.text_of(p), names, printed) for p in section.rows):
            return f'{why}, under "{section.title}". Correct it there, then print again'
    return f"{why}, in the words of the paper itself. Look at {wording.FILE} in the data folder"


def _papers(desk: Desk) -> Path:
    """The folder that papers lie in, open to nobody else."""
    folder = desk.school.folder / PAPERS
    folder.mkdir(mode=0o700, exist_ok=True)
    disk.private(folder)
    return folder


def _name(facts: Any, copy: str, lang: str, as_pdf: bool) -> str:
    """A file's name, by case and position and never by the child's."""
    of = facts.cases[0].case_id if facts.cases else facts.ids[0]
    end = "pdf" if as_pdf else "html"
    return f"packet-{of[: parts.SHORT]}-{facts.position}-{copy}-{lang}.{end}"


def _write(path: Path, data: bytes, at: float, *, again: bool) -> None:
    """The file is whole under its name, or not there; one of ours may be printed again."""
    part = path.with_name(f".{path.name}.part")
    if again:
        part.unlink(missing_ok=True)
    elif os.path.lexists(path):
        raise Failed(f"{path} is there already: choose another name.")
    try:
        disk.write_synced(part, data)
        os.utime(part, (at, at))
        os.replace(part, path)
        disk.sync_folder(path.parent)
    finally:
        with suppress(OSError):
            part.unlink()


def _tell(desk: Desk, made: Made, path: Path, copy: str, lang: str) -> None:
    facts, school = made.told.facts, desk.school
    fields = {
        "student_id": facts.ids[0],
        "copy": copy,
        "lang": lang,
        "position": facts.position,
        "head": facts.head,
        "as_of": facts.recorded_at,
        "path": str(path),
        "sha256": hashlib.sha256(made.data).hexdigest(),
        "figures": report.figures(made.told),
        "read_first": made.read_first,
    }
    whose = f"{facts.student.given or 'the student'}'s"
    english = wording.words(wording.catalogue(school.folder)[0], "en", copy)
    lines = [
        f"{english.of('title', copy)}, position {facts.position:,}: {path}",
        f"  as of {english.when(facts.recorded_at)}; this reading is on {whose} access log",
    ]
    if copy == wording.GUARDIAN:
        lines.append("  searched for other children's names and numbers: none is in it")
        if made.read_first:
            lines.append("  a sex, class or grade is told of: read these before it leaves")
            lines += [f"    bledger incident show {id}" for id in made.read_first]
    old = len(old_papers(school))
    if old:
        many = "paper is" if old == 1 else "papers are"
        lines.append(
            f"  {old} {many} older than {school.settings.papers_days} days:  bledger packet clear"
        )
    desk.answer("packet/1", fields, lines)


def _open(desk: Desk, path: Path) -> None:
    if not webbrowser.open(path.resolve().as_uri()):
        desk.talk(f"No browser could be opened. Open the file yourself: {path}")


@click.command()
@click.option("--all", "everything", is_flag=True, help="Papers of any age.")
@answers
@pass_desk
def clear(desk: Desk, everything: bool) -> None:
    """Remove papers that are older than the days that school.toml keeps them.

    \b
    Examples:
      bledger packet clear
      bledger packet clear --all
    """
    there = old_papers(desk.school, days=0)
    gone = there if everything else old_papers(desk.school)
    for path in gone:
        path.unlink(missing_ok=True)
    kept = len(there) - len(gone)
    more = f"; {kept} not yet {desk.school.settings.papers_days} days old" if kept else ""
    said = {0: "No paper", 1: "1 paper"}.get(len(gone), f"{len(gone)} papers")
    fields = {"removed": len(gone), "kept": kept}
    desk.answer("packet-clear/1", fields, [f"{said} removed{more}."])
