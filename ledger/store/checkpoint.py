"""A checkpoint: what a ledger came down to at a position, on one plain line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.store import Ledger
from ledger.store.errors import Damage

_LINE = re.compile(
    r"bledger-checkpoint 1 ([A-Za-z0-9-]{1,80}) (0|[1-9][0-9]{0,17}) ([0-9a-f]{64}) "
    r"(-|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)"
)
_ACCESS = "-access"  # how the id of a school's access ledger ends


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The hash of everything as far as a position; kept elsewhere, it convicts any later change."""

    ledger_id: str
    position: int
    hash: str
    recorded_at: str  # empty before the first event

    def line(self) -> str:
        """`bledger-checkpoint 1 <ledger id> <position> <hash> <recorded_at>`."""
        at = self.recorded_at or "-"
        return f"bledger-checkpoint 1 {self.ledger_id} {self.position} {self.hash} {at}"

    @property
    def school(self) -> str:
        """What the record and the access ledger of one school have in common."""
        return self.ledger_id.removesuffix(_ACCESS)


def checkpoint(ledger: Ledger, upto: int | None = None) -> Checkpoint:
    """What the ledger comes down to now, or as far as position `upto`."""
    head = ledger.head(upto)
    return Checkpoint(ledger.id, head.position, head.hash.hex(), head.recorded_at)


def parse(text: str) -> list[Checkpoint]:
    """The checkpoints of a file, one a line; Damage names a line that is none."""
    lines = text.removesuffix("\n").split("\n")
    return [_parsed(number, line.removesuffix("\r")) for number, line in enumerate(lines, 1)]


def _parsed(number: int, line: str) -> Checkpoint:
    match = _LINE.fullmatch(line)
    if match is None:
        raise Damage(
            f"line {number} of the checkpoint file is no checkpoint: it was changed or cut off. "
            "Take another copy of it."
        )
    id, position, hash, at = match.groups()
    return Checkpoint(id, int(position), hash, "" if at == "-" else at)
