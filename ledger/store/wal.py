"""The log beside the file: what was committed to it and would be passed over without a word.

The engine takes the first frame that does not carry the right checksum for the log's end, which a
process that died while writing leaves behind. After a flipped bit everything that follows is lost
in silence, so here the rest of the log is looked at.

Never open the file itself or its `-shm` here: to close it again would drop every lock that this
process has on it (POSIX), and another process would then take the ledger for nobody's.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from pathlib import Path

HEADER, FRAME_HEADER, PAGE = 32, 24, 4096
FRAME = FRAME_HEADER + PAGE
ORDER = {b"\x37\x7f\x06\x82": "<", b"\x37\x7f\x06\x83": ">"}  # by the log's first bytes
LOOKS = 5


def log_of(path: Path) -> Path:
    """The log of a database file."""
    return path.with_name(f"{path.name}-wal")


def overlooked(path: Path, known: Callable[[], int | None]) -> int:
    """How many frames, a commit the last, lie behind a damaged one; 0 when none is lost.

    `known` asks the engine how many frames there are; None when it is busy. Needs no lock: while
    others write, it is looked again until nothing moved in between.
    """
    for _ in range(LOOKS):
        before = known()
        lost = 0 if before is None else _behind(log_of(path), before)
        if before is not None and (lost == 0 or known() == before):
            return lost
    return 0


def _behind(log: Path, known: int) -> int:
    if not log.exists():
        return 0
    with log.open("rb") as file:
        start = file.read(HEADER)
        file.seek(max(known - 1, 0) * FRAME, 1)
        last = file.read(FRAME)[:FRAME_HEADER] if known else start[8:]
        frames = [f for f in iter(lambda: file.read(FRAME), b"") if len(f) == FRAME]
    if not frames or _goes_on(start, last[16:24], frames):
        return 0
    # Frames of another salt are of an older log in the same place. The header is on disk before
    # the first frame, so a damaged one is damage; then the first frame says which are its own.
    salts = start[16:24] if _is_sound(start) else frames[0][8:16]
    own = (n for n, frame in enumerate(frames, 1) if frame[8:16] == salts and _commits(frame))
    return max(own, default=0)


def _goes_on(start: bytes, checksum: bytes, frames: Sequence[bytes]) -> bool:
    """Whether a whole transaction follows, which somebody was not yet done with telling."""
    if not _is_sound(start):
        return False
    for frame in frames:
        checksum = _sum(start, frame[:8] + frame[FRAME_HEADER:], checksum)
        if frame[8:FRAME_HEADER] != start[16:24] + checksum:
            return False
        if _commits(frame):
            return True
    return False


def _commits(frame: bytes) -> bool:
    return frame[4:8] != bytes(4)


def _is_sound(start: bytes) -> bool:
    """Whether the log's header has the checksum that it says."""
    return start[:4] in ORDER and _sum(start, start[:24], bytes(8)) == start[24:]


def _sum(start: bytes, data: bytes, before: bytes) -> bytes:
    """The log's checksum of 8-byte words, going on from the one before."""
    one, two = struct.unpack(">2I", before)
    for first, second in struct.iter_unpack(f"{ORDER[start[:4]]}2I", data):
        one = (one + first + two) % 2**32
        two = (two + second + one) % 2**32
    return struct.pack(">2I", one, two)
