"""`points`: the day's point cards, the whole caseload in one grid, one child, or a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from cli import Desk, asking, naming, others, pass_desk
from cli.asking import ASK
from cli.drafts import kept_on_failure
from cli.errors import RECORDED
from cli.incident import follows
from cli.plan_accounts import Named, which
from cli.points_day import Day, Line, recorded, tell
from cli.taking_in import REPORT
from cli.trial import trial
from cli.words import Told
from ledger.reports import points as report
from ledger.reports.points import Asked
from ledger.written.points import read, reason_of

CARD = re.compile(r"[\d.\-\u2010-\u2015\u2212]")  # how a word of a card begins


def card_at_end(params: dict[str, Any]) -> None:
    """A card at the end of the words: from the first that begins as one, or a reason."""
    words = list(params["student"])
    starts = (n for n, word in enumerate(words) if n and CARD.match(word))
    at = next(starts, None) or next(
        (len(words) - n for n in (2, 1) if len(words) > n and _reason(words[-n:])), len(words)
    )
    if params["card"] is None and words[at:]:
        params["card"] = " ".join(words[at:])
        params["student"] = tuple(words[:at])


def _reason(words: Sequence[str]) -> bool:
    return len(words[0]) != 2 and reason_of(" ".join(words)) is not None


@click.command(cls=Told, tell=card_at_end)
@click.argument("student", nargs=-1, metavar="[STUDENT [CARD]]")
@click.option("--from", "file", type=click.Path(path_type=Path), help="A file of cards, as CSV.")
@click.option("--on", metavar="DAY", help="Today when left out.")
@click.option("--mine", is_flag=True, help="Only of plans that you manage.")
@click.option("--list", "only_list", is_flag=True, help="Show the day's cards, and ask for none.")
@click.option("--kind", metavar="KIND", help="Of several plans: cico, bsp …")
@click.option("--plan", "number", type=click.IntRange(1), help="Of several plans: its number.")
@click.option("--checked-in/--not-checked-in", default=None, help="Whether check-in was done.")
@click.option("--checked-out/--not-checked-out", default=None, help="Whether check-out was done.")
@click.option("--by", metavar="STAFF", help="Who filled it in, when that is known.")
@click.option("--correct", is_flag=True, help="It was taken in wrongly: this is the whole of it.")
@click.option("--reason", is_flag=False, flag_value=ASK, metavar="[TEXT|-]", help="With --correct.")
@click.option("--card", metavar="CARD", help="The same as the words.")
@REPORT
@follows
@pass_desk
@kept_on_failure
@naming.heeding
def points(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Take in point cards: of the whole caseload, line by line; of one child; or from a file.

    CARD is a row of marks (222 221 112 222 221 222; the spaces may be left out, - is a period
    without data), a total (31), or a for absent, n for no card, x for not participating.

    \b
    Examples:
      bledger points
      bledger points ana 222 221 112 222 221 222
      bledger points ana a --on "oct 13"
      bledger points ana 31 --on "oct 13" --correct --reason "added up wrongly"
      bledger points --from cards.csv
    """
    if said["correct"]:
        said["reason"] = asking.text(desk, said["reason"] or ASK, "reason")
    if said["correct"] != bool(said["reason"]):
        raise click.UsageError("--correct and --reason go together")
    if said["file"] is not None:
        from cli.points_file import take_in

        take_in(desk, student, said)
        return
    on = asking.day_that_was(desk, said["on"])
    day = Day(desk, on, said)
    asked = day.of(student)
    if said["card"] is not None:
        _one(day, student, asked, said["card"])
    elif said["only_list"]:
        tell(day, [Line(one, one.known) for one in asked])
    else:
        from cli.points_grid import ask

        ask(day, asked)


def _one(day: Day, student: Sequence[str], found: Sequence[Asked], card: str) -> None:
    if len(found) > 1:
        named = [Named(one.stream_id, one.plan, one.kind) for one in found]
        child = asking.student(day.desk, student)
        raise asking.NotOne(which(day.desk, child, named))
    (one,) = found
    marks = read(card, one.card, one.held)
    if marks is None:
        raise click.UsageError(f"there is no card in that: {report.HINT}")
    if day.stands(one, marks, _checks(day.said)):
        tell(day, [Line(one, one.known, "unchanged")])
        return
    with trial(day.desk, day.said["dry_run"]) as dry, day.desk.school.record.batch():
        done = day.record(one, marks, _why(day.desk, one, day.said["reason"]))
        dry.show(done)
    if not day.said["dry_run"]:
        day.desk.so_far = RECORDED
        tell(day, [recorded(one, done)])


def _why(desk: Desk, one: Asked, reason: str | None) -> str | None:
    """The reason, without the names of other children."""
    return reason and others.put_away(desk, [reason], one.student_id)[0]


def _checks(said: Mapping[str, Any]) -> dict[str, bool | None]:
    return {name: said[name] for name in ("checked_in", "checked_out")}
