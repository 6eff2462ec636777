"""The log beside the file: what was committed to it and would be passed over without a word."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

HEADER, FRAME = 32, 24 + 4096
SALTS = slice(16, 24)  # of the header; a frame has them 8 bytes earlier
ORDER = {b"\x37\x7f\x06\x82": "<", b"\x37\x7f\x06\x83": ">"}  # by the header's first bytes
LOOKS = 3


def log_of(path: Path) -> Path:
    """The log of a database file."""
    return path.with_name(f"{path.name}-wal")


def overlooked(path: Path, seen: Callable[[], int]) -> int:
    """How many frames were committed but lie behind a damaged one; 0 when the log is whole.

    The engine takes a damaged frame for the log's end, so what follows it is lost in silence.
    `seen` asks the engine how many frames there are. A log that another process began anew in
    between is looked at again.
    """
    for _ in range(LOOKS):
        start, written = _written(log_of(path))
        lost = written - seen()
        if lost <= 0:
            return 0
        if _written(log_of(path))[0] == start:
            return lost
    return 0


def _written(log: Path) -> tuple[bytes, int]:
    """(the log's header, the number of its last frame that ends a transaction)."""
    try:
        with log.open("rb") as file:
            start = file.read(HEADER)
            return start, _last_commit(file, start)
    except FileNotFoundError:
        return b"", 0


def _last_commit(file: BinaryIO, start: bytes) -> int:
    # Frames of another salt are of an older log in the same place. The header is on disk before
    # the first frame, so a damaged one is damage; then the first frame says which are its own.
    salts = start[SALTS] if _is_sound(start) else None
    number = last = 0
    while len(frame := file.read(FRAME)) == FRAME:
        number += 1
        salts = salts or frame[8:16]
        if frame[8:16] == salts and frame[4:8] != bytes(4):
            last = number
    return last


def _is_sound(start: bytes) -> bool:
    """Whether the header has the checksum that it says."""
    order = ORDER.get(start[:4])
    if order is None or len(start) < HEADER:
        return False
    one = two = 0
    for first, second in struct.iter_unpack(f"{order}2I", start[:24]):
        one = (one + first + two) % 2**32
        two = (two + second + one) % 2**32
    return (one, two) == struct.unpack(">2I", start[24:])
