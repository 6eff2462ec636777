"""The hash chain: each row is bound to all rows before it, with every column of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

Column = str | int | bytes | None


def genesis(ledger_id: str) -> bytes:
    """What the first row is bound to."""
    return hashlib.sha256(ledger_id.encode()).digest()


def link(previous: bytes, columns: Sequence[Column]) -> bytes:
    """SHA-256 of the previous hash and of every column as 8-byte length and bytes.

    Text is UTF-8, numbers are decimal text, NULL has length 0.
    """
    parts = [previous]
    for column in columns:
        if column is None:
            parts.append(b"\0\0\0\0\0\0\0\0")
            continue
        raw = column if isinstance(column, bytes) else str(column).encode()
        parts.append(len(raw).to_bytes(8, "big"))
        parts.append(raw)
    return hashlib.sha256(b"".join(parts)).digest()
