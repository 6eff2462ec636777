"""`forms`: paper for those who write by hand, with numbers that are given out once."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import count as count_from
from pathlib import Path
from typing import Any

import click

from cli import Desk, answers, pass_desk
from cli.errors import Failed
from ledger import disk
from ledger.domain.forms import FORMS, MOST, PrintSlips, number_of, span, spelled
from ledger.finding import slips as slips_by_hand
from ledger.reports import slips as paper

MAKERS = {".html": paper.html, ".pdf": paper.pdf}


class Numbers(click.ParamType[range]):
    """0147, or 0101-0130."""

    name = "number"

    def convert(self, value: Any, param: Any, ctx: Any) -> range:
        first, _, last = str(value).replace("–", "-").partition("-")
        ends = number_of(first), number_of(last or first)
        if ends[0] is None or ends[1] is None:
            self.fail("say a slip's number, as in 0147, or the first and the last: 0101-0130")
        numbers = range(ends[0], ends[1] + 1)
        if not 0 < len(numbers) <= MOST:
            self.fail(f"say the lower number first, and at most {MOST:,} slips")
        return numbers


@click.group()
def forms() -> None:
    """Paper forms, to be written on by hand and typed in later.

    \b
    Examples:
      bledger forms slips
    """


@forms.command()
@click.option("--count", type=click.IntRange(1, MOST), default=30, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="FILE.html or FILE.pdf.")
@click.option("--lang", type=click.Choice(paper.LANGUAGES), default="en", show_default=True)
@click.option("--reprint", type=Numbers(), metavar="NUMBER", help="Print 0147 again, or 0101-0130.")
@answers
@pass_desk
def slips(desk: Desk, count: int, out: Path | None, lang: str, reprint: range | None) -> None:
    """Make referral slips to print, four to a page; no number is given out twice.

    A web page that any browser prints, or a PDF. What is written on slip 0147 is typed in with
    `log --slip 0147`, and a slip that is typed in twice is recorded once.

    \b
    Examples:
      bledger forms slips
      bledger forms slips --count 60 --out slips.pdf --lang es
      bledger forms slips --reprint 0147
    """
    make = _maker(out)
    numbers = _given_out(desk, count) if reprint is None else _printed(desk).of(reprint)
    path = out or Path(f"slips-{_range(numbers)}.html")
    said = desk.school.settings
    sheet = paper.sheet(numbers, school=said.name, own_words=said.words, lang=lang)
    _write(path, make(sheet))
    desk.after.clear()
    pages = -(-len(numbers) // paper.TO_A_PAGE)
    on = f"{pages} page{'s' if pages > 1 else ''}"
    lines = [
        f"Slips {paper.listed(numbers)}, {len(numbers)} on {on}: {path}",
        f"  type one in:  bledger log … --slip {spelled(numbers[0])}",
    ]
    fields = {"path": str(path), "numbers": [*map(spelled, numbers)], "again": bool(reprint)}
    desk.answer("forms-slips/1", fields, lines)


def _maker(out: Path | None) -> Any:
    """What makes such a file; whatever is wrong with it is said before numbers are given out."""
    if out is None:
        return paper.html
    if out.suffix.lower() not in MAKERS:
        raise click.UsageError("--out is a web page or a PDF: name it FILE.html or FILE.pdf")
    if os.path.lexists(out):
        raise Failed(f"{out} is there already: choose another name.")
    if not out.parent.is_dir():
        raise Failed(f"There is no folder {out.parent}: make it, or choose another.")
    if out.suffix.lower() == ".pdf":
        _check_typesetter()
    return MAKERS[out.suffix.lower()]


def _check_typesetter() -> None:
    try:
        paper.typesetter()
    except paper.NoTypesetter as error:
        raise Failed(str(error)) from None


def _given_out(desk: Desk, count: int) -> list[int]:
    """New numbers; they are recorded as given out before a file has them."""
    school = desk.school
    school.views.catch_up(school.record)
    by_hand = {number_of(slip) for slip in slips_by_hand(school.roster)}
    with school.record.batch():
        taken = _taken(desk, count, by_hand)
        command = PrintSlips(count=count, taken=taken)
        done = school.do(FORMS, school.settings.school_id, command, again=True)
    given = [n for r in done.events for n in range(r.event.first, r.event.last + 1)]
    desk.so_far = f"The numbers {paper.listed(given)} are given out."
    desk.after = [f"Print them:  bledger forms slips --reprint {_range(given)} --out FILE.html"]
    return given


def _taken(desk: Desk, count: int, by_hand: set[int | None]) -> tuple[int, ...]:
    """Which of the next numbers are of slips that were typed in and never printed here."""
    taken: list[int] = []
    first = _printed(desk).next
    for number in count_from(first):
        if number - first - len(taken) == count:
            return tuple(taken)
        if number in by_hand or _is_typed(desk, number):
            taken.append(number)
    raise AssertionError("numbers do not end")


def _is_typed(desk: Desk, number: int) -> bool:
    """Whether a report was ever recorded under this slip, even if it was taken back."""
    return any(desk.school.record.known(f"slip:{said}") for said in {spelled(number), str(number)})


def _printed(desk: Desk) -> Any:
    return FORMS.fold(desk.school.record.stream(f"forms-{desk.school.settings.school_id}"))


def _range(numbers: list[int]) -> str:
    return span(numbers[0], numbers[-1]).replace("–", "-")


def _write(path: Path, data: bytes) -> None:
    """The file is whole under its name, or not there."""
    part = path.with_name(f".{path.name}.part")
    if os.path.lexists(path):
        raise Failed(f"{path} is there already: choose another name.")
    try:
        disk.write_synced(part, data)
        os.replace(part, path)
        disk.sync_folder(path.parent)
    finally:
        with suppress(OSError):
            part.unlink()
