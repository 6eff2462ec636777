"""Views: all of them built again, against the bare rows and against one event at a time."""

from __future__ import annotations

from operator import itemgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from made import KEYS

from bench.fuel import Filled, filled
from bench.measuring import Measured, in_turns, timed
from ledger.projections import Views
from ledger.store.sqlite import CACHE, connect

EVENTS, TURNS, SINGLE = 100_000, 5, 200
STORED = "SELECT * FROM event LEFT JOIN key ON key.position = event.position"


def rebuild(folder: Path) -> Measured:
    """All views of a ledger, against selecting its rows and inserting the views' rows."""
    full = filled(folder / "school", EVENTS)
    full.views.rebuild(full.ledger)
    bare = _Bare(folder / "bare.db", full.views)
    return in_turns(
        lambda: full.views.rebuild(full.ledger),
        lambda: bare.copy(full.ledger.recorder.db),
        TURNS,
        f"{full.events:,} events, {bare.count:,} rows",
    )


def one_by_one(folder: Path) -> Measured:
    """All views of a ledger, against bringing them up to date after each of its events."""
    full = filled(folder / "school", EVENTS)
    took = [(timed(lambda: full.views.rebuild(full.ledger)), _single(full)) for _ in range(TURNS)]
    return Measured(
        [a for a, _ in took],
        [b for _, b in took],
        f"{full.events:,} events; one by one: {TURNS * SINGLE:,} of them, scaled",
        full.events / SINGLE,
    )


def _single(full: Filled) -> float:
    """Seconds that some single events took, without recording them."""
    took, start = 0.0, full.events
    while full.events < start + SINGLE:
        full.next()
        took += timed(lambda: full.views.catch_up(full.ledger))
    return took * SINGLE / (full.events - start)


class _Bare:
    """The same tables with the same indexes, and the rows that belong into them at hand."""

    def __init__(self, path: Path, views: Views) -> None:
        self.db = connect(path, KEYS.derived("views"))
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute(CACHE)
        with views.reader.connect() as db:
            self.made = _statements(db)
            tables = [name for name, kind, _ in self.made if kind == "table"]
            self.rows = {name: _rows(db, name) for name in tables}
        self.count = sum(map(len, self.rows.values()))

    def copy(self, source: Any) -> None:
        """Read every row of the ledger; write every row of the views, in one transaction."""
        source.execute(STORED).fetchall()
        self.db.execute("BEGIN IMMEDIATE")
        for name in self.rows:
            self.db.execute(f"DROP TABLE IF EXISTS {name}")
        for _, _, sql in self.made:
            self.db.execute(sql)
        for name, rows in filter(itemgetter(1), self.rows.items()):
            marks = ",".join("?" * len(rows[0]))
            self.db.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        self.db.execute("COMMIT")


def _statements(db: sa.Connection) -> list[tuple[str, str, str]]:
    """(name, kind, SQL) of the tables, and then of their indexes."""
    kept = "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL AND type = '{}'"
    return [
        (row.name, row.type, row.sql)
        for kind in ("table", "index")
        for row in db.exec_driver_sql(kept.format(kind))
    ]


def _rows(db: sa.Connection, name: str) -> list[Any]:
    return [tuple(row) for row in db.exec_driver_sql(f"SELECT * FROM {name} ORDER BY rowid")]
