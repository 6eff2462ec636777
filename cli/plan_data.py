"""`plan progress` and `plan fidelity`: what was measured on a day, and what was delivered."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import click

from cli import Desk, asking
from cli.plan_doing import meant, of_plan, on_option, record, text, text_option
from cli.words import Told
from ledger.domain.codes import NoData
from ledger.domain.plan import RecordFidelity, RecordProgress
from ledger.written.points import reason_of

AMOUNT = re.compile(r"\d{1,6}(?:\.\d{1,2})?", re.ASCII)
PARTS = re.compile(r"(\d{1,2})(?: ?/ ?(\d{1,2}))?", re.ASCII)
ACTIVE = ("active",)
MOST = 3  # words of a reason

SHAPES = {  # option → what people type for it
    "value": "a number, or why there is none: absent, no-card …",
    "delivered": "how much was delivered: 4/5",
}


def at_end(name: str, fits: Callable[[str], object]) -> Callable[[dict[str, Any]], None]:
    """What takes the last words that fit, unless the option says them."""

    def tell(params: dict[str, Any]) -> None:
        words = list(params["student"])
        sizes = range(min(MOST, len(words) - 1), 0, -1)
        size = next((n for n in sizes if fits(" ".join(words[-n:]))), 0)
        if params[name] is None and size:
            params[name] = " ".join(words[-size:])
            params["student"] = tuple(words[:-size])
        if params[name] is None:
            raise click.UsageError(f"which {name}? Behind the student stands {SHAPES[name]}")

    return tell


def _is_value(said: str) -> bool:
    return AMOUNT.fullmatch(said) is not None or _reason(said) is not None


def _reason(said: str) -> NoData | None:
    return reason_of(said) if said.isascii() else None


words = click.argument("student", nargs=-1, required=True, metavar="STUDENT VALUE")
parts_words = click.argument("student", nargs=-1, required=True, metavar="STUDENT PARTS")
reason_option = text_option("reason", "Why it is otherwise than recorded before.")


@click.command(cls=Told, tell=at_end("value", _is_value))
@words
@click.option("--value", metavar="VALUE", help="The same as the word.")
@click.option("--by", metavar="STAFF", help="Who measured it, when it was not you.")
@text_option("note", "What else is to be known of that day.")
@reason_option
@on_option
@of_plan
def progress(desk: Desk, student: tuple[str, ...], value: str, **said: Any) -> None:
    """Record a measure of the goal: VALUE is a number, or why there is none.

    absent, no-school, not-participating, no-card and other say why; no data never counts as 0.

    \b
    Examples:
      bledger plan progress ana rivera 3
      bledger plan progress ana rivera 3.5 --on "oct 13"
      bledger plan progress ana rivera absent
      bledger plan progress ana rivera 2 --on "oct 13" --reason "counted one twice"
    """
    plan = meant(desk, student, said, ACTIVE)
    number = AMOUNT.fullmatch(value)
    none = None if number else _reason(value)
    if number is None and none is None:
        known = ", ".join(reason.value for reason in NoData)
        raise click.UsageError(f"VALUE is a number, or one of {known}")
    command = RecordProgress(
        **plan.fields,
        on=asking.day_that_was(desk, said["on"]),
        value=Decimal(value) if number else None,
        no_data=none,
        by=asking.staff(desk, said["by"]) if said["by"] else desk.school.actor.id,
        note=text(desk, plan.found.student_id, said, "note"),
        reason=text(desk, plan.found.student_id, said, "reason"),
    )
    record(desk, plan.id, plan.found, command, said)


@click.command(cls=Told, tell=at_end("delivered", PARTS.fullmatch))
@parts_words
@click.option("--delivered", metavar="PARTS", help="The same as the word.")
@click.option("--by", metavar="STAFF", help="Who looked, when it was not you.")
@reason_option
@on_option
@of_plan
def fidelity(desk: Desk, student: tuple[str, ...], delivered: str, **said: Any) -> None:
    """Record how much of the plan was delivered: PARTS is 4/5, or 4 of the plan's own parts.

    \b
    Examples:
      bledger plan fidelity ana rivera 4/5
      bledger plan fidelity ana rivera 2 --on "oct 13"
    """
    plan = meant(desk, student, said, ACTIVE)
    found = PARTS.fullmatch(delivered)
    if found is None:
        raise click.UsageError("PARTS is what was delivered of what was planned, as in 4/5")
    command = RecordFidelity(
        **plan.fields,
        on=asking.day_that_was(desk, said["on"]),
        delivered=int(found[1]),
        planned=int(found[2]) if found[2] else None,
        by=asking.staff(desk, said["by"]) if said["by"] else desk.school.actor.id,
        reason=text(desk, plan.found.student_id, said, "reason"),
    )
    record(desk, plan.id, plan.found, command, said)
