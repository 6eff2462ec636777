"""The ledger: do a command in one transaction, read a stream, read on from a position."""

from __future__ import annotations

import contextlib
import json
import uuid
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args

from pydantic_core import to_json

from ledger.domain import Command, Decider, Destroyed, Event, Recorded, Refused, Value, When
from ledger.store import sqlite
from ledger.store.chain import genesis
from ledger.store.errors import Conflict
from ledger.store.mapper import Mapper, Unreadable, category_of
from ledger.store.sealing import SchoolKeys
from ledger.store.sqlite import Row, SQLiteRecorder, stamp

PAGE = 1_000
C = TypeVar("C", bound=Command)
S = TypeVar("S")
E = TypeVar("E", bound=Event)
ValueT = TypeVar("ValueT", bound=Value)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, and on whose word we know that."""

    id: str
    assurance: str


@dataclass(frozen=True, slots=True)
class Done(Generic[E]):
    """What a command became; `repeated` when it had been recorded before."""

    stream: str
    events: list[Recorded[E]]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The last position and its hash: what the whole ledger comes down to."""

    position: int
    hash: bytes
    recorded_at: str


class Ledger:
    """Append-only streams of recorded events, in one total order, in one file."""

    def __init__(
        self,
        path: Path,
        keys: SchoolKeys,
        label: str,
        clock: Callable[[], datetime],
        *,
        read_only: bool = False,
    ) -> None:
        self.recorder = SQLiteRecorder(path, keys.derived(label), clock, read_only=read_only)
        self.id, self.namespace = self.recorder.id, uuid.UUID(self.recorder.namespace)
        self.keys, self.mapper = keys, Mapper(keys)

    def close(self) -> None:
        self.recorder.close()

    # Writing

    def batch(self) -> contextlib.AbstractContextManager[None]:
        """One transaction for all commands inside: all of them are stored, or none."""
        return self.recorder.transaction()

    def id_for(self, category: str, natural: str) -> str:
        """An id that follows from what is known outside: the same words, the same stream."""
        return str(uuid.uuid5(self.namespace, f"{category}|{natural}"))

    def do(
        self,
        decider: Decider[C, S, E],
        id: str,
        command: C,
        actor: Actor,
        *,
        key: str | None = None,
        again: bool = False,
        expected: int | None = None,
    ) -> Done[E]:
        """Read the stream, let the domain decide, append what it decided: all or nothing.

        `key` names the command: with it, the same command is recorded once and another one is a
        Conflict. Without it, the same command right after itself is recorded once, unless `again`.
        `expected` is the version that somebody looked at; another one is a Conflict.
        """
        stream = f"{decider.category}-{id}"
        with self.recorder.transaction():
            past, first = self._past(stream if decider.remembers else "", key)
            if key is not None and first is not None:
                return self._same(first, command, actor, key)
            count = len(past) if decider.remembers else self._length(stream)
            if key is None and not again and (seen := self._repeats(past, command, actor)):
                return Done(stream, [self._recorded(row) for row in seen], repeated=True)
            if expected is not None and expected != count:
                raise Conflict("this was changed meanwhile: look at it again, then decide")
            state = decider.fold(map(self._recorded, past))
            decided = decider.decide(command, state)
            return self._append(stream, count, decided, command, actor, key)

    def _append(
        self,
        stream: str,
        count: int,
        events: list[E],
        command: Command,
        actor: Actor,
        key: str | None,
    ) -> Done[E]:
        self._check_destroyable(stream, events)
        identity = _identity(command, actor, stream if key is None else "")
        name, print_ = key or self._auto_key(identity, count), self.keys.fingerprint(identity)
        entries = [
            self.mapper.entry(
                stream,
                count + n,
                event,
                actor.id,
                actor.assurance,
                **({"command_key": name, "fingerprint": print_} if n == 1 else {}),
            )
            for n, event in enumerate(events, 1)
        ]
        rows = self.recorder.append(entries)
        return Done(
            stream,
            [
                Recorded(
                    row[sqlite.POSITION],
                    stream,
                    row[sqlite.VERSION],
                    datetime.fromisoformat(row[sqlite.RECORDED_AT]),
                    actor.id,
                    actor.assurance,
                    event,
                )
                for row, event in zip(rows, events, strict=True)
            ],
        )

    def _check_destroyable(self, stream: str, events: list[E]) -> None:
        for version in (version for event in events for version in event.destroys):
            if not self.recorder.has_key(stream, version):
                raise Refused(f"entry {version} has no text that could be destroyed")

    def _auto_key(self, identity: bytes, count: int) -> str:
        """The key of a command without one: who said what, when the stream was this long."""
        return f"auto:{self.keys.fingerprint(identity + str(count).encode()).hex()[:32]}"

    def _past(self, stream: str, key: str | None) -> tuple[list[Row], Row | None]:
        """(the rows of a stream, the first row of the command of a key), asked for at once."""
        about = (stream, key or "")
        found = self.recorder.rows("stream = ? OR command_key = ?", about, about=about)
        first = (row for row in found if key is not None and row[sqlite.COMMAND_KEY] == key)
        return [row for row in found if row[sqlite.STREAM] == stream], next(first, None)

    def _keyed(self, key: str) -> Row | None:
        return self._past("", key)[1]

    def _length(self, stream: str) -> int:
        last = "ORDER BY version DESC LIMIT 1"
        found = self.recorder.rows("stream = ?", (stream,), last, about=(stream,))
        return int(found[0][sqlite.VERSION]) if found else 0

    def _repeats(self, past: list[Row], command: Command, actor: Actor) -> list[Row]:
        """The rows of the stream's last command, if it was this very one."""
        last = next((n for n in range(len(past) - 1, -1, -1) if past[n][sqlite.COMMAND_KEY]), None)
        if last is None:
            return []
        name = self._auto_key(_identity(command, actor, past[last][sqlite.STREAM]), last)
        return past[last:] if past[last][sqlite.COMMAND_KEY] == name else []

    def _same(self, first: Row, command: Command, actor: Actor, key: str) -> Done[E]:
        if first[sqlite.FINGERPRINT] != self.keys.fingerprint(_identity(command, actor, "")):
            told, id = key.replace(":", " ", 1), first[sqlite.STREAM].partition("-")[2]
            raise Conflict(
                f"{told} is already recorded as {id[:7]}, for something else. "
                "Give this one its own."
            )
        rows = self._command_of(first)
        return Done(first[sqlite.STREAM], [self._recorded(row) for row in rows], repeated=True)

    # Reading

    def stream(self, name: str, upto: int | None = None) -> list[Recorded[Any]]:
        """A stream's events, oldest first, as far as position `upto`."""
        return [self._recorded(row) for row in self.recorder.of_stream(name, upto)]

    def since(
        self, position: int, upto: int | None = None
    ) -> Iterator[list[Recorded[Any] | Unreadable]]:
        """Pages of events after `position`; one that cannot be read is an `Unreadable`."""
        for rows in self.rows_since(position, upto):
            yield self.decoded(rows)

    def decoded(self, rows: Iterable[Row]) -> list[Recorded[Any] | Unreadable]:
        """The events of stored rows; one that cannot be read is an `Unreadable`."""
        return [self._or_unreadable(row) for row in rows]

    def streams_since(self, position: int, upto: int) -> list[str]:
        """Names of the streams that were appended to in between, each once, in that order."""
        where = "position > ? AND position <= ?"
        return self.recorder.streams(where, (position, upto))

    def streams_of(self, category: str) -> list[str]:
        """Names of all streams of a category."""
        return self.recorder.streams("stream >= ? AND stream < ?", (f"{category}-", f"{category}."))

    def rows_by_stream(self, category: str, upto: int) -> Iterator[Row]:
        """Stored rows of all streams of a category, stream by stream, each oldest first."""
        return self.recorder.by_stream(category, upto)

    def rows_since(self, position: int, upto: int | None = None) -> Iterator[list[Row]]:
        """Pages of stored rows after `position`."""
        last = upto if upto is not None else self.head().position
        while position < last:
            page = self.recorder.rows(
                "event.position > ? AND event.position <= ?",
                (position, min(last, position + PAGE)),
            )
            yield page
            position += PAGE

    def _or_unreadable(self, row: Row) -> Recorded[Any] | Unreadable:
        try:
            return self._recorded(row)
        except Exception as error:  # noqa: BLE001 - whatever it is, the reader goes on and says so
            found = Unreadable(f"position {row[sqlite.POSITION]}: {type(error).__name__}")
            found.stream = row[sqlite.STREAM]
            return found

    def _recorded(self, row: Row) -> Recorded[Any]:
        by = row[sqlite.DESTROYED_BY]
        return self.mapper.recorded(row, self._order(by) if by is not None else None)

    def _order(self, position: int) -> Destroyed:
        """What ordered a destruction, in the words of its event."""
        row = self.recorder.rows("event.position = ?", (position,))[0]
        payload = json.loads(row[sqlite.PAYLOAD])
        under = f"{payload.get('authority', '')}, {payload.get('order', '')}"
        return Destroyed(under=under, position=position)

    def head(self, upto: int | None = None) -> Head:
        """The last row, or the last one as far as position `upto`."""
        where, values = ("1", ()) if upto is None else ("event.position <= ?", (upto,))
        found = self.recorder.rows(where, values, "ORDER BY event.position DESC LIMIT 1")
        if not found:
            return Head(0, genesis(self.id), "")
        row = found[0]
        return Head(row[sqlite.POSITION], row[sqlite.HASH], row[sqlite.RECORDED_AT])

    def position_at(self, at: datetime) -> int:
        """The last position recorded by that time: what was known then is a prefix."""

        def recorded_at(position: int) -> str:
            row = self.recorder.rows("event.position = ?", (position,))[0]
            return str(row[sqlite.RECORDED_AT])

        return bisect_right(range(1, self.head().position + 1), stamp(at), key=recorded_at)

    def last_command(self, actor: str, categories: Iterable[str]) -> list[Recorded[Any]]:
        """The events of the last command that this person gave to streams of these kinds."""
        first = next(self._commands_of(actor, categories), None)
        return [] if first is None else [self._recorded(row) for row in self._command_of(first)]

    def last_streams(self, actor: str, category: str) -> Iterator[str]:
        """Ids of the streams that this person appended to, the last first."""
        rows = self._commands_of(actor, (category,))
        return (
            stream.partition("-")[2] for stream in dict.fromkeys(r[sqlite.STREAM] for r in rows)
        )

    def _commands_of(self, actor: str, categories: Iterable[str]) -> Iterator[Row]:
        """First rows of this person's commands among the last events, newest first."""
        wanted = tuple(f"{category}-" for category in categories)
        rows = self.recorder.rows("1", (), f"ORDER BY event.position DESC LIMIT {PAGE}")
        for row in rows:
            own = row[sqlite.ACTOR] == actor and row[sqlite.COMMAND_KEY] is not None
            if own and row[sqlite.STREAM].startswith(wanted):
                yield row

    def _command_of(self, first: Row) -> list[Row]:
        """The rows of the command whose first row this is."""
        stream, start = first[sqlite.STREAM], first[sqlite.VERSION]
        rows = [r for r in self.recorder.of_stream(stream) if r[sqlite.VERSION] >= start]
        end = next((n for n, r in enumerate(rows[1:], 1) if r[sqlite.COMMAND_KEY]), len(rows))
        return rows[:end]

    def last_of_topic(self, name: str, count: int) -> list[Recorded[Any]]:
        """The last events of a name, newest first, among the last few thousand."""
        floor = self.head().position - 10 * count
        where, most = "event.position > ? AND topic >= ? AND topic < ?", f"LIMIT {count}"
        rows = self.recorder.rows(
            where, (floor, f"{name}.", f"{name}/"), f"ORDER BY event.position DESC {most}"
        )
        return [found for found in self.decoded(rows) if not isinstance(found, Unreadable)]

    def begins(self, category: str, start: str) -> list[str]:
        """Ids of the streams of a category that begin so; at most a few."""
        low = f"{category}-{start}"
        return [
            name.partition("-")[2]
            for name in self.recorder.streams(
                "stream >= ? AND stream < ? AND version = 1", (low, f"{low}~")
            )
        ]

    def short(self, category: str, id: str) -> str:
        """The shortest beginning of an id that is its own, 7 characters or more."""
        size = 7
        while size < len(id) and len(self.begins(category, id[:size])) > 1:
            size += 1
        return id[:size]

    def known(self, key: str) -> bool:
        """Whether a command of this key was recorded."""
        return self._keyed(key) is not None

    def stream_of_key(self, key: str) -> str | None:
        """The stream that the command of this key was recorded in."""
        first = self._keyed(key)
        return None if first is None else str(first[sqlite.STREAM])

    def keys_begin(self, start: str) -> bool:
        """Whether the key of any command begins so."""
        asked = "command_key >= ? AND command_key < ?"
        return bool(self.recorder.rows(asked, (start, f"{start}~"), "LIMIT 1"))

    def fingerprint(self, command: Command, actor: Actor) -> str:
        """What tells this command of this person from every other; nobody can guess from it."""
        return self.keys.fingerprint(_identity(command, actor, "")).hex()[:32]


def _identity(command: Command, actor: Actor, stream: str) -> bytes:
    """What makes two commands the same: who, where and what; a relative time is not part of it."""
    fields = _without_relative(command)
    return f"{actor.id}\n{stream}\n{type(command).__name__}\n".encode() + fields


def _without_relative(command: Command) -> bytes:
    return to_json(_timeless(command), exclude_none=True)


def _timeless(value: ValueT) -> ValueT:
    """The same with every relative time at one instant, in the values that it holds, too."""
    if isinstance(value, When):
        return value.model_copy(update={"at": _EPOCH}) if value.relative else value
    held = {name: getattr(value, name) for name in _values(type(value))}
    same = {name: _timeless(one) for name, one in held.items() if isinstance(one, Value)}
    return value.model_copy(update=same) if same else value


@cache
def _values(kind: type[Value]) -> tuple[str, ...]:
    """Names of the fields that hold a value, such as a time."""
    fields = ((n, (f.annotation, *get_args(f.annotation))) for n, f in kind.model_fields.items())
    return tuple(n for n, types in fields if any(map(_is_value, types)))


def _is_value(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Value) and kind is not Destroyed


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def natural_key(parts: Iterable[str]) -> str:
    """A key made of words known outside, kept apart so that `a|bc` is not `ab|c`."""
    return "|".join(f"{len(part)}:{part}" for part in parts)


__all__ = ["Actor", "Done", "Head", "Ledger", "Unreadable", "category_of", "natural_key"]
