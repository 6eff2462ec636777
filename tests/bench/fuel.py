"""What is measured with: ledgers full of what happens at the made-up school."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from made import KEYS, new_ledger

from ledger import demo
from ledger.demo import Hand, Happening
from ledger.domain.incident import ReportIncident
from ledger.projections import Views
from ledger.store import Actor, Ledger
from ledger.store.sqlite import CACHE, connect

FIRST_YEAR, DAYS = 2016, 1_500
PUPILS = 320  # for 10,000 events: about 900 school days of them
EVENT = (
    "CREATE TABLE event (position INTEGER PRIMARY KEY, stream, version, topic, recorded_at, actor, "
    "assurance, command_key, fingerprint, payload, sealed, hash)"
)
INSERT = "INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
COLUMNS = 12  # of a stored row; the rest is its key


@dataclass
class Filled:
    """A ledger of the made-up school, with the views beside it and all that is still to happen."""

    ledger: Ledger
    views: Views
    coming: Iterator[Happening]
    hand: Hand

    @property
    def events(self) -> int:
        return self.ledger.head().position

    def next(self) -> None:
        """Let the next thing happen, in a transaction of its own."""
        self._play(1)

    def until(self, events: int) -> None:
        """Let things happen until there are about so many events."""
        while self.events < events:
            self._play(min(1_000, 1 + (events - self.events) // 2))

    def _play(self, count: int) -> None:
        demo.play(self.ledger, islice(self.coming, count), self.hand, _actor)


def _actor(id: str) -> Actor:
    return Actor(id, "os=bench")


def filled(folder: Path, events: int, until: int | None = None) -> Filled:
    """A new ledger with about so many events, of a school that is as large as they want.

    `until`: only so many of them.
    """
    folder.mkdir(parents=True)
    told = _school(events)
    hand = Hand(told.opens)
    ledger = new_ledger(folder, clock=hand)
    ids = demo.ids_of(ledger)
    coming = chain(demo.roster(told, ids), demo.happenings(told, ids))
    full = Filled(ledger, Views(folder / "views.db", KEYS.derived("views")), coming, hand)
    full.until(events if until is None else until)
    return full


def _school(events: int) -> demo.DemoSchool:
    return demo.school(1, max(PUPILS, PUPILS * events // 10_000), DAYS, FIRST_YEAR)


def reports(count: int, *, sealed: bool) -> list[ReportIncident]:
    """So many reports of minor incidents: one event each, or two, the second a sealed statement."""
    told = _school(8 * count)
    ids = demo.Ids(*[_as_it_is] * 4)
    every = (happening.command for happening in demo.happenings(told, ids))
    fit = (c for c in every if isinstance(c, ReportIncident) and bool(c.sayings) == sealed)
    return [c.model_copy(update={"office": False}) for c in islice(fit, count)]


def _as_it_is(id: str) -> str:
    return id.ljust(36, "-")  # as long as an id


class Bare:
    """The same bytes in a table with nothing to it: same engine, same key, same pragmas."""

    def __init__(self, path: Path) -> None:
        self.db = connect(path, KEYS.derived("ledger"))
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute(CACHE)
        self.db.execute(EVENT)

    def insert(self, rows: list[tuple[object, ...]]) -> None:
        """These rows, in one transaction."""
        if len(rows) == 1:
            self.db.execute(INSERT, rows[0])
            return
        self.db.execute("BEGIN IMMEDIATE")
        self.db.executemany(INSERT, rows)
        self.db.execute("COMMIT")
