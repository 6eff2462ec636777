"""When a destroyed text is gone: its key is in no file any more, the logs included."""

from __future__ import annotations

from typing import Any

import sqlcipher3.dbapi2 as driver

from ledger.store.sqlite import BUSY_SECONDS

TRIES = 5
PATIENCE = 200  # milliseconds a try


def finish_destruction(*databases: Any) -> bool:
    """Empty the log of each open database; False while somebody's reading keeps one from it.

    Until then a destroyed key, or a text that was shown, can still be in a log. The views have to
    be caught up before they are given here.
    """
    done = [_emptied(db) for db in databases]  # each, even when one cannot be
    return all(done)


def _emptied(db: Any) -> bool:
    db.execute(f"PRAGMA busy_timeout = {PATIENCE}")
    try:
        return any(_empties(db) for _ in range(TRIES))
    finally:
        db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")


def _empties(db: Any) -> bool:
    try:
        busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except driver.OperationalError:  # another connection of this process holds it
        return False
    return not busy
