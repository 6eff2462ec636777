"""Proof: every page and row is read again, each row bound to the one before it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from typing import Any

import sqlcipher3.dbapi2 as driver

from ledger.domain import Event
from ledger.store import Head, Ledger, Unreadable, sqlite
from ledger.store.chain import genesis, relink
from ledger.store.checkpoint import Checkpoint, checkpoint, parse
from ledger.store.errors import Damage, StorageError
from ledger.store.mapper import kind_of, place
from ledger.store.sealing import CannotOpen
from ledger.store.sqlite import (
    HASH,
    POSITION,
    RECORDED_AT,
    SEALED,
    STREAM,
    TOPIC,
    VERSION,
    Row,
)
from ledger.store.wal import log_of, overlooked

MOST = 50  # findings that are told
PAGE = 1_000
KEYLESS = 1  # `user_version` of an archive, which holds no keys by design
Progress = Callable[[int, int], None]  # (rows read, rows there are)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written, and where, when that is known."""

    position: int | None
    says: str

    def __str__(self) -> str:
        return self.says


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many events there are, what they come down to, and what is damaged."""

    checkpoint: Checkpoint
    damage: tuple[Finding, ...]
    keyless: bool = False  # an archive: no sealed text can be read from it

    @property
    def events(self) -> int:
        return self.checkpoint.position

    @property
    def head(self) -> str:
        return self.checkpoint.hash

    @property
    def whole(self) -> bool:
        return not self.damage


def verify(
    ledger: Ledger,
    *,
    against: Sequence[Checkpoint] = (),
    full: bool = False,
    progress: Progress | None = None,
) -> Verdict:
    """Read everything again: pages, rows, chain, keys and rules, and compare with checkpoints.

    `full` also walks every index and opens every sealed text. Damage is told, never raised.
    """
    rows, about = _Rows(ledger, {one.position for one in against}), list[Finding]()
    try:
        about += _of_log(ledger)
        with ThreadPoolExecutor(1) as beside:
            pages = beside.submit(_of_pages, ledger)
            about += _read(ledger, rows, progress)
            about += (bad := pages.result())
        if rows.to_the_end and not bad:
            about += _of_the_rest(ledger, rows, full)
    except driver.Error as error:
        about.append(Finding(None, str(sqlite.storage_error(error, ledger.recorder.path))))
    except (Damage, StorageError) as error:
        about.append(Finding(None, str(error)))
    found = [*rows.found, *_of_checkpoints(rows, against), *about]
    head = Checkpoint(ledger.id, rows.head.position, rows.head.hash.hex(), rows.head.recorded_at)
    return Verdict(head, tuple(found[:MOST]), rows.keyless)


# The file: its log, its pages, its tables and the rules that guard them.


def _of_log(ledger: Ledger) -> Iterator[Finding]:
    """Entries that stand in the log only, and that nobody would read."""
    path, log = ledger.recorder.path, log_of(ledger.recorder.path)
    if ledger.recorder.read_only:
        if log.exists() and log.stat().st_size:
            yield Finding(None, f"{log.name} holds entries that {path.name} alone is without")
        return
    if lost := overlooked(path, lambda: _moved(ledger.recorder.db)[0]):
        yield Finding(None, f"{log.name} is damaged: its last {lost} pages would be passed over")


def _moved(db: Any) -> tuple[int | None, bool]:
    """Move what is in the log into the file, where its pages are proved.

    How many pages it has, None when somebody else is at it; and whether all of them were moved.
    """
    busy, there, moved = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return None if busy else max(there, 0), not busy and there == moved


def _of_pages(ledger: Ledger) -> list[Finding]:
    """Pages, used or free, that do not hold what was written."""
    db = ledger.recorder.another()
    try:
        bad = _failing(db)
        # A page that another process was just writing is whole when looked at again.
        still = _failing(db) if bad else []
    finally:
        db.close()
    return [Finding(None, f"{ledger.recorder.path.name}: {says}") for says in bad if says in still]


def _failing(db: Any) -> list[str]:
    try:
        said = [str(says) for (says,) in db.execute("PRAGMA cipher_integrity_check")]
    except driver.Error as error:
        return [f"pages cannot be read ({error})"]
    return [says.replace("HMAC verification failed for", "damage on") for says in said]


def _read(ledger: Ledger, rows: _Rows, progress: Progress | None) -> Iterator[Finding]:
    """What stands in the tables as of one moment, whatever is appended meanwhile."""
    db = ledger.recorder.another()
    try:
        db.execute("BEGIN")
        yield from _of_rules(db)
        rows.keyless = yield from _is_archive(db, ledger)
        db.text_factory = bytes
        rows.read(db, progress)
    except driver.Error as error:
        rows.stop(error)
    finally:
        db.close()


def _of_the_rest(ledger: Ledger, rows: _Rows, full: bool) -> Iterator[Finding]:
    """What only makes sense once every page and row could be read."""
    yield from rows.of_orders()
    db = ledger.recorder.db
    stays = not ledger.recorder.read_only and not _moved(db)[1]
    if full or stays:  # what has to stay in the log is proved by reading it
        yield from _of_indexes(db)
    if full and not rows.keyless:
        yield from _of_texts(ledger)


def _is_archive(db: Any, ledger: Ledger) -> Generator[Finding, None, bool]:
    marked = bool(db.execute("PRAGMA user_version").fetchone()[0] == KEYLESS)
    if marked and not ledger.recorder.read_only:
        yield Finding(None, f"{ledger.recorder.path.name} is an archive: it holds no keys")
    return marked


_NAMED = "SELECT name, sql FROM sqlite_master"


def _of_rules(db: Any) -> Iterator[Finding]:
    """Tables, indexes and triggers that are not those of every ledger."""
    there, made = dict(db.execute(_NAMED).fetchall()), _made()
    for name in sorted(there.keys() | made.keys()):
        if name not in there:
            yield Finding(None, f"{name}, which guards the ledger, was taken away")
        elif there[name] != made.get(name):
            yield Finding(None, f"{name} was {'changed' if name in made else 'added'} by hand")
    if "ledger" in there and db.execute("SELECT COUNT(*) FROM ledger").fetchone()[0] != 1:
        yield Finding(None, "the ledger has another identity beside its own")


@cache
def _made() -> dict[str, str]:
    db = sqlite.connect(":memory:", None)
    for statement in sqlite.statements(sqlite.TABLES + sqlite.TRIGGERS):
        db.execute(statement)
    return dict(db.execute(_NAMED).fetchall())


def _of_indexes(db: Any) -> Iterator[Finding]:
    for (says,) in db.execute(f"PRAGMA integrity_check({MOST})").fetchall():
        yield from (Finding(None, line) for line in says.splitlines() if line != "ok")


# The rows.

_CHANGED = "what is recorded at position {} was changed"
_UNFOLLOWED = "an entry is missing before position {} in its stream"
_BACK = "position {} is dated before the one before it"
_MISSING = "positions {} to {} are missing"
_UNREADABLE = "what is recorded from position {} on cannot be read ({})"
_NO_KEY = "the key of the text at position {} is gone and no order names it"
_OTHER_KEY = "the key of the text at position {} is not the one that was made for it"
_STRAY = "there is a key at position {} that belongs to no text"
_NO_ORDER = "the key of the text at position {} is destroyed, but position {} does not order it"
_NOT_DONE = "position {} orders a text destroyed whose key is still there"


class _Rows:
    """Every row, once, in order of position: what is not as it was written, and the last one."""

    def __init__(self, ledger: Ledger, wanted: Collection[int]) -> None:
        self.ledger, self.keyless, self.to_the_end = ledger, False, True
        self.found: list[Finding] = []
        self.head = Head(0, genesis(ledger.id), "")
        self.wanted, self.marks = wanted, {0: self.head}  # rows at wanted positions
        self._versions: dict[bytes, int] = {}
        self._may_order: dict[tuple[bytes, bytes], bool] = {}  # by category and topic
        self._orders: list[int] = []
        self._destroyed: dict[tuple[str, int], tuple[int, int]] = {}  # → (position, order)
        self._keys: Iterator[tuple[int, bytes | None, int | None]] = iter(())
        self._next_key: tuple[int, bytes | None, int | None] | None = None

    def read(self, db: Any, progress: Progress | None) -> None:
        total = db.execute("SELECT MAX(position) FROM event").fetchone()[0] or 0
        self._keys = iter(db.execute(sqlite.EVERY_KEY))
        self._next_key = next(self._keys, None)
        cursor = iter(db.execute(sqlite.EVERY_EVENT))
        for first in cursor:
            self._page(chain((first,), islice(cursor, PAGE - 1)))
            if progress:
                progress(self.head.position, total)
        self._pass_strays(sys.maxsize)

    def stop(self, error: Exception) -> None:
        """What follows cannot be read."""
        self.to_the_end = False
        self._say(_UNREADABLE, self.head.position + 1, error)

    def _say(self, what: str, position: int, more: object = None) -> None:
        if len(self.found) < MOST:
            self.found.append(Finding(position, what.format(position, more)))

    def _page(self, rows: Iterable[Row]) -> None:
        # Long, and no call for a whole row: this is where the time goes.
        last, previous, before = self.head.position, self.head.hash, self.head.recorded_at.encode()
        versions, kinds = self._versions, self._may_order
        try:
            for row in rows:
                position, stream, version, at = (
                    row[POSITION],
                    row[STREAM],
                    row[VERSION],
                    row[RECORDED_AT],
                )
                if position != last + 1:
                    self._say(_MISSING, last + 1, position - 1)
                if relink(previous, row) != row[HASH]:
                    self._say(_CHANGED, position)
                if version != versions.get(stream, 0) + 1:
                    self._say(_UNFOLLOWED, position)
                if at < before:
                    self._say(_BACK, position)
                kind = (stream.partition(b"-")[0], row[TOPIC])
                if kind not in kinds:
                    kinds[kind] = self._orders_destruction(position, *kind)
                if kinds[kind]:
                    self._orders.append(position)
                if row[SEALED] is not None and not self.keyless:
                    self._key(row)
                versions[stream] = version
                last, previous, before = position, row[HASH], at
                if position in self.wanted:
                    self.marks[position] = Head(position, previous, _text(before))
        finally:  # when the next row cannot be read, this is where the readable ones end
            self.head = Head(last, previous, _text(before))

    def _orders_destruction(self, position: int, category: bytes, topic: bytes) -> bool:
        """Whether events of this kind may order a text destroyed."""
        try:
            kind, _, _ = kind_of(_text(category), _text(topic))
        except Unreadable as error:
            self._say("position {}: {}", position, error)
            return False
        return kind.destroys is not Event.destroys

    # Keys: each sealed text has the one that was made for it, or an order that says why not.

    def _key(self, row: Row) -> None:
        position = row[POSITION]
        self._pass_strays(position)
        if self._next_key is None or self._next_key[0] != position:
            self._say(_NO_KEY, position)
            return
        _, wrapped, by = self._next_key
        self._next_key = next(self._keys, None)
        if wrapped is None and by is None:
            self._say(_NO_KEY, position)
        elif wrapped is None and by is not None:
            self._destroyed[_text(row[STREAM]), row[VERSION]] = (position, by)
        elif by is not None or not self._opens(row, wrapped or b""):
            self._say(_OTHER_KEY, position)

    def _opens(self, row: Row, wrapped: bytes) -> bool:
        where = place(_text(row[STREAM]), row[VERSION], _text(row[TOPIC]))
        try:
            self.ledger.keys.unwrap(wrapped, where)
        except CannotOpen:
            return False
        return True

    def _pass_strays(self, position: int) -> None:
        """Keys before this position that belong to no sealed text; in an archive none does."""
        while self._next_key is not None and self._next_key[0] < position:
            self._say(_STRAY, self._next_key[0])
            self._next_key = next(self._keys, None)

    def of_orders(self) -> Iterator[Finding]:
        """Destroyed keys that no order names, and orders that were not carried out."""
        if self.keyless:
            return
        ordered = dict(self._ordered())
        for text, (position, by) in self._destroyed.items():
            if ordered.pop(text, None) != by:
                yield Finding(position, _NO_ORDER.format(position, by))
        for by in ordered.values():
            yield Finding(by, _NOT_DONE.format(by))

    def _ordered(self) -> Iterator[tuple[tuple[str, int], int]]:
        for position in self._orders:
            row = self.ledger.recorder.rows("event.position = ?", (position,))
            for order in self.ledger.decoded(row):
                if not isinstance(order, Unreadable):
                    yield from (((order.stream, v), position) for v in order.event.destroys)


def _text(column: bytes) -> str:
    return column.decode("utf-8", "replace")  # by hand, anything can stand there


def _of_texts(ledger: Ledger) -> Iterator[Finding]:
    """Events that do not read, and keys that stand under another student."""
    subjects = dict(ledger.recorder.db.execute("SELECT position, subject FROM key").fetchall())
    for rows in ledger.rows_since(0):
        for row, event in zip(rows, ledger.decoded(rows), strict=True):
            position = row[POSITION]
            if isinstance(event, Unreadable):
                yield Finding(position, f"the event at {event}")
            elif subjects.get(position, event.event.subject) != event.event.subject:
                yield Finding(position, f"the key at position {position} names another student")


# Checkpoints.


def _of_checkpoints(rows: _Rows, against: Sequence[Checkpoint]) -> Iterator[Finding]:
    own = Checkpoint(rows.ledger.id, 0, "", "")
    for one in against:
        if one.school != own.school:
            yield Finding(None, f"a checkpoint is of another ledger, {one.ledger_id}")
        elif one.ledger_id == own.ledger_id:
            yield from _of_checkpoint(rows, one)


def _of_checkpoint(rows: _Rows, one: Checkpoint) -> Iterator[Finding]:
    there, last = rows.marks.get(one.position), rows.head.position
    if there is None and rows.to_the_end:
        knew = f"but a checkpoint knew position {one.position}, of {one.recorded_at}"
        yield Finding(last + 1, f"the ledger ends at position {last}, {knew}: its end was lost")
    elif there is not None and (there.hash.hex(), there.recorded_at) != (one.hash, one.recorded_at):
        says = (
            f"position {one.position} is not what a checkpoint of it says: the past was rewritten"
        )
        yield Finding(one.position, says)


__all__ = ["Checkpoint", "Finding", "Verdict", "checkpoint", "parse", "verify"]
