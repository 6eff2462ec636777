"""What a reading has to look up again lies in a file under a key that no disk ever sees."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir, mkstemp
from typing import Any

from ledger.store import sqlite

BEGINS, ENDS = "bledger-", ".scratch.db"
SETTINGS = (
    "PRAGMA cache_size = -8192",  # KiB
    "PRAGMA temp_store = MEMORY",  # what SQLite puts beside its file is not encrypted
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA locking_mode = EXCLUSIVE",
    "BEGIN",  # and no end: what is kept is kept until the file is gone
)
SEEN = """
CREATE TABLE seen (
    file TEXT, id TEXT, line INTEGER, facts INTEGER, PRIMARY KEY (file, id)
) STRICT, WITHOUT ROWID;
"""


@contextmanager
def scratch(tables: str = "") -> Iterator[Any]:
    """A database with these tables and `seen`; the file goes with its key, whatever happens."""
    _sweep()
    file, name = mkstemp(prefix=BEGINS, suffix=ENDS)
    os.close(file)
    path = Path(name)
    try:
        with closing(sqlite.connect(path, secrets.token_bytes(32))) as db:
            # An open file outlives its name, and a killed process leaves none; Windows waits.
            _remove(path)
            yield from _prepared(db, path, tables)
    finally:
        _remove(path)


def _prepared(db: Any, path: Path, tables: str) -> Iterator[Any]:
    try:
        for statement in (*SETTINGS, *sqlite.statements(SEEN + tables)):
            db.execute(statement)
        yield db
    except db.Error as error:
        raise sqlite.storage_error(error, path) from None


def _sweep() -> None:
    """Remove what a process left that was killed before its file had no name; whose is open stays.

    Another process that has just made its file makes it again as it opens it.
    """
    for left in Path(gettempdir()).glob(f"{BEGINS}*{ENDS}"):
        _remove(left)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


class SeenOnDisk:
    """Which keys a reading has met and what their rows said, in a scratch database."""

    def __init__(self, db: Any) -> None:
        self._db = db

    def first(self, file: str, key: str, line: int, facts: int) -> tuple[int, int]:
        values = (file, key, line, facts)
        if self._db.execute(
            "INSERT INTO seen VALUES (?,?,?,?) ON CONFLICT DO NOTHING", values
        ).rowcount:
            return line, facts
        asked = "SELECT line, facts FROM seen WHERE file = ? AND id = ?"
        found: tuple[int, int] = self._db.execute(asked, (file, key)).fetchone()
        return found

    def forget(self, file: str, key: str) -> None:
        self._db.execute("DELETE FROM seen WHERE file = ? AND id = ?", (file, key))
