"""Proof: everything read and checked again, against one hash of each payload."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from bench.fuel import filled
from bench.measuring import Measured, in_turns
from ledger.store import sqlite
from ledger.store.proof import verify

EVENTS, TURNS = 100_000, 7


def verified(folder: Path) -> Measured:
    """A whole `verify`, pages and rules included, against hashes of what is in memory already."""
    full = filled(folder / "school", EVENTS)
    payloads = [row[sqlite.PAYLOAD] for page in full.ledger.rows_since(0) for row in page]
    assert verify(full.ledger).whole
    return in_turns(
        lambda: verify(full.ledger),
        lambda: [sha256(payload).digest() for payload in payloads],
        TURNS,
        f"{len(payloads):,} events, {sum(map(len, payloads)) // len(payloads)} bytes a payload",
    )
