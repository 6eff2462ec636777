"""Plans of a child who stood on the roster twice: which account has which, and one of a kind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple, TypeVar

from cli import Desk
from ledger.domain import Refused
from ledger.domain.codes import PlanKind
from ledger.domain.plan import Held
from ledger.finding import Found

T = TypeVar("T")


class Named(NamedTuple):
    """What tells one plan of a child from the others."""

    account: str  # the student id whose stream has it
    number: int
    kind: PlanKind
    stage: str = ""


def numbers(desk: Desk, student_id: str) -> dict[str, list[str]]:
    """Id of each account of this child → its roster numbers."""
    told = "SELECT stream, key FROM student_key WHERE kind = 'number' AND student_id = ?"
    found: dict[str, list[str]] = {}
    for stream, key in desk.school.roster.execute(told, [student_id]):
        found.setdefault(stream.partition("-")[2], []).append(key)
    return found


def own_of(
    desk: Desk, words: Sequence[str], student_id: str, some: list[T], account: Callable[[T], str]
) -> list[T]:
    """Those of the account whose number was typed; all when it is no number, or has none."""
    typed = " ".join(words).strip().casefold()
    named = {id for id, keys in numbers(desk, student_id).items() if typed in keys}
    return [one for one in some if account(one) in named] or some


def number_of(desk: Desk, found: Found, account: str) -> str:
    """The roster number of one account of this child, or nothing."""
    if account == found.student_id:
        return found.number or ""
    return next(iter(numbers(desk, found.student_id).get(account, ())), "")


def which(desk: Desk, found: Found, some: Collection[Named]) -> str:
    """The question which of these plans is meant, and how to say it."""
    several = len({one.account for one in some}) > 1
    listed = ", ".join(_named(desk, found, one, several) for one in some)
    by_number = len({one.number for one in some}) == len(some)
    by_kind = len({one.kind for one in some}) == len(some)
    ways = ["--plan NUMBER"] * by_number + ["--kind"] * by_kind
    how = f"say {', or '.join(ways)}" if ways else "name the student by that number"
    return f"which plan? {listed}: {how}"


def _named(desk: Desk, found: Found, one: Named, several: bool) -> str:
    number = number_of(desk, found, one.account) if several else ""
    of = f" of {number}" if number else ""
    return f"plan {one.number}{of} ({', '.join(filter(None, (one.kind.short, one.stage)))})"


def one_of_a_kind(
    desk: Desk,
    found: Found,
    held: Iterable[tuple[str, Held]],
    own: tuple[str, PlanKind],
    stages: Collection[str],
) -> None:
    """Refused when another account of the child has a plan of the kind in one of these stages."""
    account, kind = own
    for other, plan in held:
        if other != account and plan.kind is kind and plan.stage in stages:
            named = _named(desk, found, Named(other, plan.number, kind, plan.stage), True)
            raise Refused(
                f"{named} is the same child's: revise it, or end it first, one of a kind at a time"
            )
