"""The embedded recorder: one SQLCipher file, appended to under one write lock, read as a prefix."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlcipher3.dbapi2 as driver
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
)

from ledger.store.chain import genesis, link
from ledger.store.errors import (
    ClockBehind,
    Damage,
    Full,
    Missing,
    Newer,
    Older,
    ReadOnly,
    StorageError,
)

SCHEMA = 1
VIEWS = "views.db"  # follows from the rest, so it is built again and not restored
BUSY_SECONDS = 60.0
CACHE = "PRAGMA cache_size = -65536"  # KiB at most; a page that is read twice is decrypted twice
OLDEST_SQLITE = (3, 51, 3)  # earlier ones can corrupt a WAL file that two processes write
CLOCK_SLACK = timedelta(minutes=5)

TABLES = """
CREATE TABLE ledger (
    id TEXT PRIMARY KEY, schema INTEGER NOT NULL, namespace TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE TABLE event (
    position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL,
    topic TEXT NOT NULL, recorded_at TEXT NOT NULL, actor TEXT NOT NULL, assurance TEXT NOT NULL,
    command_key TEXT UNIQUE, fingerprint BLOB, payload BLOB NOT NULL, sealed BLOB,
    hash BLOB NOT NULL, UNIQUE (stream, version)
) STRICT;
CREATE TABLE key (
    position INTEGER PRIMARY KEY, subject TEXT NOT NULL, wrapped BLOB, destroyed_by INTEGER
) STRICT;
CREATE INDEX key_subject ON key (subject) WHERE subject <> '';
"""

TRIGGERS = """
CREATE TRIGGER event_no_update BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
CREATE TRIGGER event_next BEFORE INSERT ON event
    WHEN NEW.position <> COALESCE((SELECT MAX(position) FROM event), 0) + 1
    BEGIN SELECT RAISE(ABORT, 'a position is the next one'); END;
CREATE TRIGGER event_no_replace BEFORE INSERT ON event
    WHEN EXISTS (SELECT 1 FROM event WHERE stream = NEW.stream AND version = NEW.version)
      OR EXISTS (SELECT 1 FROM event WHERE command_key = NEW.command_key)
    BEGIN SELECT RAISE(ABORT, 'an event is never replaced'); END;
CREATE TRIGGER key_no_delete BEFORE DELETE ON key
    BEGIN SELECT RAISE(ABORT, 'a key row is never deleted'); END;
CREATE TRIGGER key_no_replace BEFORE INSERT ON key
    WHEN EXISTS (SELECT 1 FROM key WHERE position = NEW.position)
    BEGIN SELECT RAISE(ABORT, 'a key is never replaced'); END;
CREATE TRIGGER key_only_destroyed BEFORE UPDATE ON key
    WHEN NEW.wrapped IS NOT NULL OR NEW.destroyed_by IS NULL OR OLD.wrapped IS NULL
      OR NEW.position <> OLD.position OR NEW.subject <> OLD.subject
    BEGIN SELECT RAISE(ABORT, 'a key is only ever destroyed'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger keeps its identity'); END;
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger keeps its identity'); END;
"""

COLUMNS = (
    "position, stream, version, topic, recorded_at, actor, assurance, command_key, fingerprint, "
    "payload, sealed, hash"
)
_INSERT = f"INSERT INTO event ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
_INSERT_KEY = "INSERT INTO key (position, subject, wrapped, destroyed_by) VALUES (?,?,?,NULL)"
_DESTROY = """
UPDATE key SET wrapped = NULL, destroyed_by = ? WHERE wrapped IS NOT NULL AND position =
    (SELECT position FROM event WHERE stream = ? AND version = ?)
"""
_ROW = (
    "SELECT event.position, stream, version, topic, recorded_at, actor, assurance, command_key, "
    "fingerprint, payload, sealed, hash, wrapped, destroyed_by "
    "FROM event LEFT JOIN key ON key.position = event.position"
)
EVERY_EVENT = f"SELECT {COLUMNS} FROM event ORDER BY position"
EVERY_KEY = "SELECT position, wrapped, destroyed_by FROM key ORDER BY position"

Row = tuple[Any, ...]  # the columns of `_ROW`, in that order
POSITION, STREAM, VERSION, TOPIC, RECORDED_AT, ACTOR, ASSURANCE = range(7)
COMMAND_KEY, FINGERPRINT, PAYLOAD, SEALED, HASH, WRAPPED, DESTROYED_BY = range(7, 14)


@dataclass(frozen=True)
class Entry(StoredEvent):
    """A stored event with its envelope, before it has a position."""

    actor: str = ""
    assurance: str = ""
    command_key: str | None = None
    fingerprint: bytes | None = None
    sealed: bytes | None = None
    subject: str = ""
    wrapped: bytes | None = None
    destroys: tuple[int, ...] = ()


def stamp(at: datetime) -> str:
    """An instant as it is stored: ISO 8601, UTC, microseconds."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def storage_error(error: Exception, path: Path) -> StorageError | Damage:
    """What the engine says, as a sentence for the person."""
    said = str(error).lower()
    if "disk is full" in said:
        return Full(f"The disk of {path.parent} is full. Free some space, then run it again.")
    if "readonly" in said or "read-only" in said:
        return ReadOnly(f"{path} cannot be written. Make the folder writable, then run it again.")
    if "unable to open" in said:
        return Missing(f"{path} cannot be opened. Is the data folder there, and yours to open?")
    if "locked" in said:
        return StorageError(f"{path.name} is in use by another program for too long; try again.")
    if "malformed" in said or "not a database" in said or "corrupt" in said:
        cure = "Run: bledger rebuild" if path.name == VIEWS else "Restore the last backup."
        return Damage(f"{path.name} is damaged: {error}. {cure}")
    return StorageError(f"{path.name} could not be used: {error}.")


def connect(path: Path | str, key: bytes | None, *, uri: bool = False) -> Any:
    """An open connection to an encrypted file, or to a private database in memory."""
    if driver.sqlite_version_info < OLDEST_SQLITE:
        raise StorageError(f"SQLite {driver.sqlite_version} can damage files; 3.51.3 is needed.")
    db = driver.connect(
        str(path), isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS, uri=uri
    )
    if key is not None:
        db.execute("PRAGMA cipher_log_level = NONE")
        db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return db


def versions() -> tuple[str, str]:
    """(SQLite, SQLCipher)"""
    db = connect(":memory:", None)
    cipher = str(db.execute("PRAGMA cipher_version").fetchone()[0]).partition(" ")[0]
    db.close()
    return driver.sqlite_version, cipher


def opened(path: Path, key: bytes, *, durable: bool = True, read_only: bool = False) -> Any:
    """A connection whose key was proved by reading; every later error is about the disk."""
    if not path.exists():
        raise Missing(
            f"{path} is missing. Set BLEDGER_DATA, restore a backup, or run bledger init."
        )
    if path.stat().st_size == 0:
        raise storage_error(Exception("it is empty and not a database"), path)
    db = connect(
        f"{path.absolute().as_uri()}?mode=ro&immutable=1" if read_only else path, key, uri=read_only
    )
    try:
        db.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        db.execute(CACHE)
        if not read_only:
            db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    except driver.Error as error:
        db.close()
        raise storage_error(error, path) from error
    return db


def create(path: Path, key: bytes, ledger_id: str, namespace: str, now: datetime) -> None:
    """A new, empty ledger file; refuses to touch one that is there."""
    if path.exists():
        raise StorageError(f"{path} is there already; a new ledger wants a new folder.")
    db = connect(path, key)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("BEGIN IMMEDIATE")
        for statement in statements(TABLES + TRIGGERS):
            db.execute(statement)
        row = (ledger_id, SCHEMA, namespace, stamp(now))
        db.execute("INSERT INTO ledger (id, schema, namespace, created_at) VALUES (?,?,?,?)", row)
        db.execute("COMMIT")
    except driver.Error as error:
        raise storage_error(error, path) from error
    finally:
        db.close()


def statements(script: str) -> Iterator[str]:
    """The single statements of an SQL script."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if driver.complete_statement(statement):
            yield statement
            statement = ""


class SQLiteRecorder(ApplicationRecorder):
    """Appends and reads stored events behind the library's recorder interface."""

    def __init__(
        self, path: Path, key: bytes, clock: Callable[[], datetime], *, read_only: bool = False
    ) -> None:
        self.path, self.clock = path, clock
        self.read_only = read_only
        self._lock = threading.RLock()  # one connection, whichever thread asks
        self.another = partial(opened, path, key, read_only=read_only)  # a further connection
        self.db = self.another()
        self._head: tuple[int, bytes, str] | None = None  # while a transaction holds the lock
        self._broken = False  # whether a part of the transaction failed half-way
        self._waiting: list[Row] = []
        self._waiting_for: set[str] = set()  # streams and command keys among them
        self._keys: list[Row] = []
        self.id, self.namespace = self._identity()

    def _identity(self) -> tuple[str, str]:
        try:
            found = self.db.execute("SELECT id, schema, namespace FROM ledger").fetchone()
        except driver.Error as error:
            raise storage_error(error, self.path) from error
        if found is None:
            raise Damage(f"{self.path.name} has lost its identity. Restore the last backup.")
        if found[1] > SCHEMA:
            raise Newer(
                f"{self.path.name} was written by a newer release (schema {found[1]}, this one "
                f"knows {SCHEMA}). Update behavior-ledger, then run it again."
            )
        if found[1] < SCHEMA:
            raise Older(
                f"{self.path.name} was written by an older release (schema {found[1]}). "
                "This one cannot read that format: open it with the release that wrote it."
            )
        return found[0], found[2]

    def close(self) -> None:
        self.db.close()

    # Writing: one transaction for a whole command, or for a batch of commands.

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the write lock; commit at the end, or leave nothing. Inside one, it is the same."""
        with self._lock:
            if self._head is not None:
                with self._inside():
                    yield
                return
            try:
                self.db.execute("BEGIN IMMEDIATE")
                self._head, self._broken = self._read_head(), False
                yield
                self._check_unbroken()
                self.flush()
                self.db.execute("COMMIT")
            except driver.IntegrityError as error:
                raise IntegrityError(error) from error
            except driver.Error as error:
                raise storage_error(error, self.path) from error
            finally:
                self._leave()

    @contextlib.contextmanager
    def _inside(self) -> Iterator[None]:
        """A part that failed after its first append takes the whole batch with it."""
        before = self._head
        try:
            yield
        except BaseException:
            self._broken = self._broken or self._head != before
            raise

    def _check_unbroken(self) -> None:
        if self._broken:
            raise StorageError("A part of this batch failed half-way: nothing of it is recorded.")

    def _leave(self) -> None:
        self._head, self._waiting, self._keys, self._waiting_for = None, [], [], set()
        if self.db.in_transaction:
            with contextlib.suppress(driver.Error):
                self.db.execute("ROLLBACK")

    def _read_head(self) -> tuple[int, bytes, str]:
        found = self.db.execute(
            "SELECT position, hash, recorded_at FROM event ORDER BY position DESC LIMIT 1"
        ).fetchone()
        return found or (0, genesis(self.id), "")

    def now(self) -> str:
        """The time of the next event: never before the last one's."""
        assert self._head is not None
        last, now = self._head[2], self.clock()
        if last and now < datetime.fromisoformat(last) - CLOCK_SLACK:
            raise ClockBehind(
                f"This computer's clock says {stamp(now)[:16]}Z, but the ledger's last entry is of "
                f"{last[:16]}Z. Set the clock right, then run it again."
            )
        return max(last, stamp(now))

    def append(self, entries: Sequence[Entry]) -> list[Row]:
        """Put entries at the next positions, chained; inside `transaction` only."""
        assert self._head is not None
        position, previous, _ = self._head
        recorded_at, rows = self.now(), []
        for entry in entries:
            position, stream = position + 1, str(entry.originator_id)
            columns = (
                position,
                stream,
                entry.originator_version,
                entry.topic,
                recorded_at,
                entry.actor,
                entry.assurance,
                entry.command_key,
                entry.fingerprint,
                entry.state,
                entry.sealed,
            )
            previous = link(previous, columns)
            self._waiting.append((*columns, previous))
            self._waiting_for.add(stream)
            if entry.command_key is not None:
                self._waiting_for.add(entry.command_key)
            rows.append((*columns, previous, entry.wrapped, None))
            if entry.wrapped is not None:
                self._keys.append((position, entry.subject, entry.wrapped))
            self._head = (position, previous, recorded_at)
            for version in entry.destroys:
                self._destroy(position, stream, version)
        return rows

    def _destroy(self, by: int, stream: str, version: int) -> None:
        self.flush()
        if self.db.execute(_DESTROY, (by, stream, version)).rowcount != 1:
            raise Damage(f"event {version} of {stream} has no key to destroy")

    def has_key(self, stream: str, version: int) -> bool:
        """Whether an event has a text that can still be read, and so destroyed."""
        asked = "stream = ? AND version = ?"
        return any(r[WRAPPED] is not None for r in self.rows(asked, (stream, version)))

    def flush(self) -> None:
        """Send what waits to the database; still inside the transaction."""
        if self._waiting:
            self.db.executemany(_INSERT, self._waiting)
            self._waiting, self._waiting_for = [], set()
        if self._keys:
            self.db.executemany(_INSERT_KEY, self._keys)
            self._keys = []

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        entries = [e if isinstance(e, Entry) else Entry(**vars(e)) for e in stored_events]
        with self.transaction():
            return [row[POSITION] for row in self.append(entries)]

    # Reading: every reader sees a prefix.

    def rows(
        self, where: str, values: Sequence[Any] = (), rest: str = "", about: Sequence[str] = ()
    ) -> list[Row]:
        """Stored rows with their keys, in order of position unless `rest` says otherwise.

        `about` are the streams and command keys that are asked for, if it is only these.
        """
        order = rest or "ORDER BY event.position"
        with self._lock:
            if not about or not self._waiting_for.isdisjoint(about):
                self.flush()
            try:
                found = self.db.execute(f"{_ROW} WHERE {where} {order}", values).fetchall()
            except driver.Error as error:
                raise storage_error(error, self.path) from error
        return list(found)

    def streams(self, where: str, values: Sequence[Any]) -> list[str]:
        """Names of streams, in the order of their first row among those that fit."""
        asked = f"SELECT stream FROM event WHERE {where} GROUP BY stream ORDER BY MIN(position)"
        with self._lock:
            self.flush()
            return [name for (name,) in self.db.execute(asked, values)]

    def by_stream(self, category: str, upto: int) -> Iterator[Row]:
        """Rows of all streams of a category, stream by stream, on a cursor of its own."""
        where = "stream >= ? AND stream < ? AND event.position <= ? ORDER BY stream, version"
        # `-` sorts right before `.`: the names that begin with the category.
        yield from self.db.execute(f"{_ROW} WHERE {where}", (f"{category}-", f"{category}.", upto))

    def of_stream(self, stream: str, upto: int | None = None) -> list[Row]:
        """A stream's rows, oldest first, as far as position `upto`."""
        if upto is None:
            return self.rows("stream = ?", (stream,), "ORDER BY version", about=(stream,))
        return self.rows("stream = ? AND event.position <= ?", (stream, upto), "ORDER BY version")

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        where, values = "stream = ?", [str(originator_id)]
        bounds = [("version > ?", gt), ("version <= ?", lte)]
        where += "".join(f" AND {text}" for text, value in bounds if value is not None)
        numbers = [value for _, value in bounds if value is not None]
        rest = f"ORDER BY version {'DESC' if desc else 'ASC'} LIMIT ?"
        every = -1 if limit is None else limit
        return [
            StoredEvent(
                _as_given(originator_id, row[STREAM]), row[VERSION], row[TOPIC], row[PAYLOAD]
            )
            for row in self.rows(where, [*values, *numbers, every], rest)
        ]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = (start or 0) - (1 if inclusive_of_start and start else 0)
        where, values = "event.position > ?", [after]
        if stop is not None:
            where, values = f"{where} AND event.position <= ?", [*values, stop]
        if topics:
            where += f" AND topic IN ({','.join('?' * len(topics))})"
        rows = self.rows(where, [*values, *topics, limit], "ORDER BY event.position LIMIT ?")
        return [
            Notification(_uuid_or_text(r[STREAM]), r[VERSION], r[TOPIC], r[PAYLOAD], r[POSITION])
            for r in rows
        ]

    def max_notification_id(self) -> int | None:
        with self._lock:
            found: int | None = self.db.execute("SELECT MAX(position) FROM event").fetchone()[0]
        return found

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        raise NotImplementedError("readers of this recorder pull: see Ledger.since")


def _as_given(asked: UUID | str, stored: str) -> UUID | str:
    return stored if isinstance(asked, str) else asked


def _uuid_or_text(stream: str) -> UUID | str:
    try:
        return UUID(stream)
    except ValueError:
        return stream
