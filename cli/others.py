"""Names of other children in the texts of one student: asked about, and put away."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from cli import Desk
from ledger.finding import same_as

if TYPE_CHECKING:
    from ledger.naming import Mention

SOMEBODY = "another student"
NO = frozenset(("n", "no"))


def put_away(desk: Desk, texts: Sequence[str], student_id: str) -> list[str]:
    """The texts, in which `another student` stands for whoever else of the roster is named.

    At a terminal each name is asked about; elsewhere names stay, and are told of. The names of
    the student whose texts these are stay, and so do those of the staff.
    """
    asks = sys.stdin is not None and sys.stdin.isatty() and not desk.as_json
    own = {student_id, *same_as(desk.school.roster, student_id)}
    answers: dict[str, bool] = {}
    return [_put(desk, text, own, answers, asks) for text in texts]


def _put(desk: Desk, text: str, own: set[str], answers: dict[str, bool], asks: bool) -> str:
    from ledger.naming import names, put

    found = [m for m in names(desk.school.roster, text, {}).mentions if _other(m, own)]
    for mention in found:
        if mention.key not in answers:
            answers[mention.key] = _asked(desk, mention) if asks else _told(desk, mention)
    return put(text, [m for m in found if answers[m.key]], SOMEBODY)


def _other(mention: Mention, own: set[str]) -> bool:
    return not any(one.student_id in own for one in mention.students)


def _told(desk: Desk, mention: Mention) -> bool:
    desk.talk(f"  {mention.words} ({_who(mention)}?) stands in the text")
    return False


def _asked(desk: Desk, mention: Mention) -> bool:
    desk.talk(f"{mention.words} = {_who(mention)} → {SOMEBODY}   [Y]es  n no, it names nobody")
    said = click.prompt("", default="", show_default=False, prompt_suffix="> ", err=True)
    return str(said).strip().casefold() not in NO


def _who(mention: Mention) -> str:
    first, *more = mention.students
    if more:
        return f"{first.name} or {len(more)} more"
    return f"{first.name}, gr {first.grade}" if first.grade else first.name
