"""Read models: tables that only ever follow from the ledger, so any may be built again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import sqlcipher3.dbapi2 as driver
from sqlalchemy.pool import NullPool, StaticPool

from ledger.domain import Recorded
from ledger.folder import entries
from ledger.store import Ledger, Unreadable, category_of, sqlite
from ledger.store.errors import StorageError
from ledger.store.place import private

History = Sequence[Recorded[Any]]
Rows = Mapping[str, Sequence[Mapping[str, Any]]]  # table name → its rows
PATIENCE = 0.25  # seconds that a reader waits for somebody else's catch-up
TRIES = 240  # times of that patience while somebody else builds the views from nothing
CHUNK = 400
BEING_BUILT = "The views are being built by somebody else: try again in a moment."


@dataclass(frozen=True)
class Projection:
    """How the events of one stream become rows. Raise `version` and it is built again.

    `rows` is pure: no clock, no database, one stream at a time. Every table has a column `stream`.
    """

    name: str
    version: int
    categories: frozenset[str]
    tables: sa.MetaData
    rows: Callable[[str, History], Rows]


def table(
    name: str, metadata: sa.MetaData, *columns: sa.Column[Any] | sa.Index, index: bool = True
) -> sa.Table:
    """A table of rows that follow from streams, found by stream with this index or its own."""
    return sa.Table(name, metadata, sa.Column("stream", sa.Text, index=index), *columns)


def text(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, **more)


def number(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, **more)


def all_projections() -> list[Projection]:
    """Every projection in this folder."""
    return sorted(entries(__name__, Projection), key=lambda p: p.name)


_books = sa.MetaData()
_state = sa.Table(
    "projection",
    _books,
    text("name", primary_key=True),
    number("version"),
    number("position"),
    text("head"),  # the hash of that position
    text("ledger"),
)
_marks = sa.Table(
    "unreadable", _books, text("projection"), text("stream"), number("position"), text("reason")
)


@dataclass(frozen=True)
class Mark:
    """A stream that a projection could not read; its old rows are kept."""

    projection: str
    stream: str
    position: int
    reason: str


def marks(db: sa.Connection) -> list[Mark]:
    """Streams that could not be read, as this connection sees them."""
    return [Mark(*row) for row in db.execute(sa.select(_marks))]


class Views:
    """The read models of one ledger, in a file of their own or, for a prefix, in memory."""

    def __init__(
        self, path: Path | None, key: bytes | None, projections: Sequence[Projection] = ()
    ):
        self.path = path
        self.projections = list(projections) or all_projections()
        self.reader = _engine(path, key, "BEGIN")
        self.writer = _engine(path, key, "BEGIN IMMEDIATE") if path else self.reader

    def close(self) -> None:
        self.reader.dispose()
        self.writer.dispose()

    def discard(self) -> None:
        """Away with the file: everything in it follows from the ledger."""
        self.close()
        if self.path is not None:
            for end in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + end).unlink(missing_ok=True)

    def catch_up(self, ledger: Ledger) -> int:
        """Bring every projection to the end of the ledger; the position that they stand at.

        When somebody else is at it for longer than a moment: the position that is there. Only
        the first build is waited for, as there is nothing to answer from.
        """
        for _ in range(TRIES):
            head = ledger.head()
            if self._known(ledger) == {(head.position, head.hash.hex())}:
                return head.position
            with _unless_locked():
                return self._caught_up(ledger)
            if (there := self.position(ledger)) >= 0:
                return there
        raise StorageError(BEING_BUILT)

    def _caught_up(self, ledger: Ledger) -> int:
        with self.writer.begin() as db:
            # Asked here: while we waited, somebody else may have gone further.
            head = ledger.head().position
            _books.create_all(db)
            for projection in self.projections:
                self._bring(db, projection, ledger, head)
        return head

    def rebuild(self, ledger: Ledger) -> int:
        """Build every projection again from nothing, in one transaction."""
        with _unless_locked(), self.writer.begin() as db:
            head = ledger.head().position
            _books.create_all(db)
            for projection in self.projections:
                self._begin(db, projection)
            self._build(db, self.projections, ledger, head)
            return head
        raise StorageError(BEING_BUILT)

    def position(self, ledger: Ledger) -> int:
        """How far the read models follow the ledger; -1 when one has to be built."""
        return min((position for position, _ in self._known(ledger)), default=-1)

    def reached(self, db: sa.Connection) -> int:
        """The position of the rows that this connection sees."""
        own = _state.c.name.in_([projection.name for projection in self.projections])
        asked = sa.select(sa.func.min(_state.c.position)).where(own)
        return int(db.execute(asked).scalar_one())

    def _known(self, ledger: Ledger) -> set[tuple[int, str]]:
        """Where the read models stand (position, its hash): one place, or none yet."""
        try:
            with self.reader.connect() as db:
                known = {row.name: row for row in db.execute(sa.select(_state))}
        except sa.exc.DBAPIError as error:
            if "no such table" in str(error):
                return set()
            raise
        own = [(known.get(p.name), p) for p in self.projections]
        if not all(_current(row, projection, ledger) for row, projection in own):
            return set()
        return {(row.position, row.head) for row, _ in own if row is not None}

    def marks(self) -> list[Mark]:
        """Streams that could not be read."""
        with self.reader.connect() as db:
            return marks(db)

    def difference(self, ledger: Ledger) -> list[str]:
        """A sentence for each table whose rows are not those that the ledger gives."""
        fresh = prefix(ledger, self.position(ledger), projections=self.projections)
        with self.reader.connect() as there, fresh.reader.connect() as made:
            return [
                f"table {rows.name} is not what the ledger gives: bledger rebuild"
                for projection in self.projections
                for rows in projection.tables.sorted_tables
                if _rows_of(there, rows) != _rows_of(made, rows)
            ]

    def _bring(self, db: sa.Connection, projection: Projection, ledger: Ledger, head: int) -> None:
        known = db.execute(sa.select(_state).where(_state.c.name == projection.name)).first()
        if known is None or not _current(known, projection, ledger):
            self._begin(db, projection)
            self._build(db, [projection], ledger, head)
            return
        _check_follows(known, ledger, head)
        streams = _touched(ledger, projection, known.position, head)
        # What could not be read then may be read by this release.
        streams = list(dict.fromkeys([*streams, *_marked(db, projection)]))
        for start in range(0, len(streams), CHUNK):
            chunk = streams[start : start + CHUNK]
            _replace(db, projection, ledger, chunk, head)
        _put_down(db, projection, ledger, head)

    def _begin(self, db: sa.Connection, projection: Projection) -> None:
        projection.tables.drop_all(db)
        projection.tables.create_all(db)
        db.execute(sa.delete(_marks).where(_marks.c.projection == projection.name))

    def _build(
        self, db: sa.Connection, projections: Sequence[Projection], ledger: Ledger, head: int
    ) -> None:
        wanted = frozenset[str]().union(*(p.categories for p in projections))
        waiting = [_Waiting(p) for p in projections]
        for stream, rows in groupby(_by_stream(ledger, wanted, head), key=_stream_of):
            history, fault = _decoded(ledger, list(rows))
            for one in waiting:
                if category_of(stream) in one.projection.categories:
                    one.take(db, stream, history, fault, head)
        for one in waiting:
            one.write(db)
            _put_down(db, one.projection, ledger, head)

    def fill(self, ledger: Ledger, streams: Sequence[str], upto: int) -> None:
        """Take these streams in, as they were at position `upto`."""
        with self.writer.begin() as db:
            _books.create_all(db)
            for projection in self.projections:
                projection.tables.create_all(db)
                own = [s for s in streams if category_of(s) in projection.categories]
                _replace(db, projection, ledger, own, upto)
                _put_down(db, projection, ledger, upto)


@contextlib.contextmanager
def _unless_locked() -> Iterator[None]:
    """Go on behind it when somebody else is writing the views."""
    try:
        yield
    except (sa.exc.OperationalError, driver.OperationalError) as error:
        if "locked" not in str(error):
            raise


def prefix(
    ledger: Ledger,
    upto: int,
    streams: Sequence[str] | None = None,
    projections: Sequence[Projection] = (),
) -> Views:
    """The read models as they were at a position: of everything, or of these streams alone."""
    views = Views(None, None, projections)
    if streams is not None:
        views.fill(ledger, streams, upto)
        return views
    with views.writer.begin() as db:
        _books.create_all(db)
        for projection in views.projections:
            views._begin(db, projection)
        views._build(db, views.projections, ledger, upto)
    return views


class _Waiting:
    """Rows of one projection on their way to the database, many at a time."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        self.rows: dict[str, list[Mapping[str, Any]]] = {}
        self.count = 0

    def take(self, db: sa.Connection, stream: str, history: History, fault: str, head: int) -> None:
        made, fault = _made(self.projection, stream, history, fault)
        if fault:
            _mark(db, self.projection, stream, head, fault)
        for name, rows in made.items():
            self.rows.setdefault(name, []).extend(rows)
            self.count += len(rows)
        if self.count > 5_000:
            self.write(db)

    def write(self, db: sa.Connection) -> None:
        _insert(db, self.projection, self.rows)
        self.rows, self.count = {}, 0


def _made(projection: Projection, stream: str, history: History, fault: str) -> tuple[Rows, str]:
    """(rows, why there are none)."""
    if fault:
        return {}, fault
    try:
        return projection.rows(stream, history), ""
    except Exception as error:  # noqa: BLE001 - one bad stream must not stop the others
        return {}, f"its rows could not be made: {type(error).__name__}"


def _decoded(ledger: Ledger, rows: Sequence[sqlite.Row]) -> tuple[History, str]:
    """(the events, or why one of them cannot be read)."""
    history: list[Recorded[Any]] = []
    for found in ledger.decoded(rows):
        if isinstance(found, Unreadable):
            return [], str(found)
        history.append(found)
    return history, ""


def _replace(
    db: sa.Connection, projection: Projection, ledger: Ledger, streams: Sequence[str], upto: int
) -> None:
    """The rows of these streams, made anew; those of one that cannot be read stay."""
    waiting = _Waiting(projection)
    fresh: list[str] = []
    for stream in streams:
        history, fault = _decoded(ledger, ledger.recorder.of_stream(stream, upto))
        made, fault = _made(projection, stream, history, fault)
        if fault:
            _unmark(db, projection, [stream])
            _mark(db, projection, stream, upto, fault)
            continue
        fresh.append(stream)
        for name, own in made.items():
            waiting.rows.setdefault(name, []).extend(own)
    for rows in projection.tables.sorted_tables:
        for start in range(0, len(fresh), CHUNK):
            db.execute(sa.delete(rows).where(rows.c.stream.in_(fresh[start : start + CHUNK])))
    _unmark(db, projection, fresh)
    waiting.write(db)


def _insert(db: sa.Connection, projection: Projection, rows: Mapping[str, Sequence[Any]]) -> None:
    for name, some in rows.items():
        if some:
            columns = [column.name for column in projection.tables.tables[name].columns]
            marks = ", ".join(f":{column}" for column in columns)
            # Straight to the driver: the same rows, at a fraction of the time.
            db.exec_driver_sql(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", some)


def _unmark(db: sa.Connection, projection: Projection, streams: Sequence[str]) -> None:
    if db.execute(sa.select(sa.exists(sa.select(_marks)))).scalar():
        same = (_marks.c.projection == projection.name) & _marks.c.stream.in_(streams)
        db.execute(sa.delete(_marks).where(same))


def _mark(db: sa.Connection, projection: Projection, stream: str, at: int, why: str) -> None:
    row = {"projection": projection.name, "stream": stream, "position": at, "reason": why}
    db.execute(sa.insert(_marks), row)


def _put_down(db: sa.Connection, projection: Projection, ledger: Ledger, position: int) -> None:
    db.execute(sa.delete(_state).where(_state.c.name == projection.name))
    row = {
        "name": projection.name,
        "version": projection.version,
        "position": position,
        "head": ledger.head(position).hash.hex(),
        "ledger": ledger.id,
    }
    db.execute(sa.insert(_state), row)


def _check_follows(known: Any, ledger: Ledger, head: int) -> None:
    """Refuse views of what the ledger no longer holds."""
    if known.position > head or known.head != ledger.head(known.position).hash.hex():
        raise StorageError(
            f"The views are at position {known.position}, the ledger at {head}, and they do not "
            "fit: an older backup was restored. Run: bledger rebuild"
        )


def _current(known: Any, projection: Projection, ledger: Ledger) -> bool:
    return known is not None and known.version == projection.version and known.ledger == ledger.id


def _touched(ledger: Ledger, projection: Projection, after: int, upto: int) -> list[str]:
    """Streams of this projection that an event after `after` belongs to, in that order."""
    streams = ledger.streams_since(after, upto)
    return [s for s in streams if category_of(s) in projection.categories]


def _marked(db: sa.Connection, projection: Projection) -> list[str]:
    asked = sa.select(_marks.c.stream).where(_marks.c.projection == projection.name)
    return list(db.execute(asked).scalars())


def _by_stream(ledger: Ledger, categories: Iterable[str], upto: int) -> Iterator[sqlite.Row]:
    for category in sorted(categories):
        yield from ledger.rows_by_stream(category, upto)


def _stream_of(row: sqlite.Row) -> str:
    return str(row[sqlite.STREAM])


def _engine(path: Path | None, key: bytes | None, begin: str) -> sa.Engine:
    def connection() -> Any:
        if path is None:
            return sqlite.connect(":memory:", None)
        new = not path.exists()
        db = sqlite.connect(path, key)
        if new:
            private(path)  # before its log is there, which is then open to the same people
        db.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")  # what is lost here is built again
        db.execute(sqlite.CACHE)
        if begin == "BEGIN":
            db.execute("PRAGMA query_only = 1")
        return db

    engine = sa.create_engine(
        "sqlite://",
        creator=connection,
        module=driver,
        poolclass=NullPool if path else StaticPool,
        hide_parameters=True,
    )

    @sa.event.listens_for(engine, "handle_error")
    def _told(context: sa.engine.ExceptionContext) -> None:
        """What the engine says, as a sentence; what this module answers itself stays."""
        said = str(context.original_exception)
        ours = "locked" in said or "no such table" in said
        if path and not ours and isinstance(context.original_exception, driver.Error):
            raise sqlite.storage_error(Exception(said), path) from None

    # Without this, a SELECT begins no transaction and two processes count the same events twice.
    @sa.event.listens_for(engine, "begin")
    def _begin(db: sa.Connection) -> None:
        db.exec_driver_sql(begin)

    return engine


def _rows_of(db: sa.Connection, rows: sa.Table) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in db.execute(sa.select(rows))), key=repr)
