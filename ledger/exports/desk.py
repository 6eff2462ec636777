"""What a sink calls students, staff and schools, and why it cannot be told of some of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.exports import Held, Sink

if TYPE_CHECKING:
    from ledger.reading import Extract, SisRecord

UNREADABLE = "its events cannot be read: run bledger doctor"
OWN = {"behavior": "code", "action": "number", "restraint": "number"}  # what parts it from others


class Back(Exception):
    """This record stays here; the message is the reason, and names nobody."""


@dataclass(frozen=True)
class Numbers:
    """What the sink calls people: their number, or why there is none that can be sent."""

    known: Mapping[str, str]
    lacking: Mapping[str, str]

    def number(self, id: str | None) -> str:
        if number := self.known.get(id or ""):
            return number
        raise Back(self.lacking.get(id or "", "not on the roster yet"))


NUMBER_LAWS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda number: not number, "no {} on the roster"),
    (lambda number: len(number) > 32, "the {} on the roster is longer than 32 characters"),
    (
        lambda number: not number.isprintable() or any(map(str.isspace, number)),
        "the {} on the roster has a blank or an unprintable character in it",
    ),
)
NOBODY = "nobody on the roster has a {}: see [ids.NAME] in school.toml"
SHARED = "the {} on the roster is somebody else's too"


def numbers(roster: Mapping[str, Mapping[str, str]], kind: str) -> Numbers:
    said = {id: numbers.get(kind, "") for id, numbers in roster.items()}
    # Some servers compare without case: two children would become one there.
    uses = Counter(number.casefold() for number in said.values())
    if said and not any(said.values()):
        return Numbers({}, dict.fromkeys(said, NOBODY.format(kind)))
    why = {id: _why_not(number, uses[number.casefold()]) for id, number in said.items()}
    return Numbers(
        known={id: number for id, number in said.items() if not why[id]},
        lacking={id: reason.format(kind) for id, reason in why.items() if reason},
    )


def _why_not(number: str, uses: int) -> str:
    broken = [reason for law, reason in NUMBER_LAWS if law(number)]
    return next(iter(broken), SHARED if uses > 1 else "")


@dataclass(frozen=True)
class Desk:
    """Everything that must be looked up to write a record for this sink."""

    sink: Sink
    students: Numbers
    staff: Numbers

    def school(self, id: str) -> int:
        """The sink's number of this school; Back when it has none."""
        if number := self.sink.school(id):
            return number
        raise Back(f"its school has no number here: add it to [ids.{self.sink.name}.schools]")


def local(record: SisRecord) -> datetime:
    """When it happened, in the school's zone."""
    at = datetime.fromisoformat(record.body.get("occurred_at", record.occurred_at))
    try:
        return at.astimezone(ZoneInfo(record.body["zone"]))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Back("its time zone is not known on this computer") from None


def held(record: SisRecord, why: object, endpoint: str = "") -> Held:
    """This record, held back or warned of, under a name that names nobody."""
    own = OWN.get(record.kind)
    what = f"{record.kind} {record.body[own]} of" if own else record.kind
    name = f"{what} {record.incident_id[:7]}"
    return Held(name, record.incident_id, record.student_id, str(why), endpoint)


def unreadable(extract: Extract) -> list[Held]:
    """The streams that nobody could read: what they hold is not in the extract."""
    split = (stream.partition("-") for stream in extract.unreadable)
    return [Held(f"{kind} {id[:7]}", id, None, UNREADABLE, "") for kind, _, id in split]
