"""The hash chain: each row is bound to all rows before it, with every column of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

Column = str | int | bytes | None


def genesis(ledger_id: str) -> bytes:
    """What the first row is bound to."""
    return hashlib.sha256(ledger_id.encode()).digest()


class _Lengths(dict[int, bytes]):
    """Lengths as 8 bytes, each made once."""

    def __missing__(self, number: int) -> bytes:
        self[number] = made = number.to_bytes(8, "big")
        return made


_LENGTH = _Lengths()


def link(previous: bytes, columns: Sequence[Column]) -> bytes:
    """SHA-256 of the previous hash and of every column as 8-byte length and bytes.

    Text is UTF-8, numbers are decimal text, NULL has length 0.
    """
    parts = [previous]
    for column in columns:
        raw = column if isinstance(column, bytes) else _text(column)
        parts += _LENGTH[len(raw)], raw
    return hashlib.sha256(b"".join(parts)).digest()


def _text(column: str | int | None) -> bytes:
    return b"" if column is None else str(column).encode()


def relink(previous: bytes, row: Sequence[Any]) -> bytes:
    """`link` of a stored row whose texts were read as bytes; written out for the sake of speed."""
    size = _LENGTH
    position, stream, version, topic, at, actor, assurance, key, print_, payload, sealed = row[:11]
    position, version = b"%d" % position, b"%d" % version
    key, print_, sealed = key or b"", print_ or b"", sealed or b""
    # fmt: off
    parts = (
        previous, size[len(position)], position, size[len(stream)], stream, size[len(version)],
        version, size[len(topic)], topic, size[len(at)], at, size[len(actor)], actor,
        size[len(assurance)], assurance, size[len(key)], key, size[len(print_)], print_,
        size[len(payload)], payload, size[len(sealed)], sealed,
    )
    # fmt: on
    return hashlib.sha256(b"".join(parts)).digest()
