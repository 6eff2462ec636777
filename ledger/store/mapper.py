"""Between a recorded event and its stored row: JSON under a stable name, sealed text apart."""

from __future__ import annotations

import importlib
import json
import re
from datetime import datetime
from functools import cache
from typing import Any

from pydantic_core import to_json

from ledger.domain import Decider, Destroyed, Event, Recorded, Refused
from ledger.domain.upcasts import upcast, version
from ledger.store import sqlite
from ledger.store.errors import Damage
from ledger.store.sealing import CannotOpen, SchoolKeys, seal, unseal
from ledger.store.sqlite import Entry, Row

PAYLOAD_CAP = 64 * 1024
CATEGORIES = frozenset(
    ("incident", "meeting", "student", "staff", "calendar", "forms", "plan", "access")
)
_TOPIC = re.compile(r"([A-Z][A-Za-z]{1,60})\.([1-9][0-9]{0,3})")


class Unreadable(Exception):
    """A stored event that this release cannot read; the message names no content."""

    stream: str = ""


@cache
def decider(category: str) -> Decider[Any, Any, Any]:
    """The one decider of a category; only its own module is imported, and only a known one."""
    if category not in CATEGORIES:
        raise Unreadable(f"streams of kind {category!r} are not known to this release")
    module = importlib.import_module(f"ledger.domain.{category}")
    found: Decider[Any, Any, Any] = getattr(module, category.upper())
    return found


@cache
def kind_of(category: str, topic: str) -> tuple[type[Event], str, int]:
    """(class, name, stored schema version) of a topic: a closed list, never a module path."""
    match = _TOPIC.fullmatch(topic)
    kind = decider(category).kinds.get(match[1]) if match else None
    if match is None or kind is None:
        raise Unreadable(f"events of kind {topic!r} are not known to this release")
    stored = int(match[2])
    if stored > version(category, match[1]):
        raise Unreadable(f"{topic} was written by a newer release: update behavior-ledger")
    return kind, match[1], stored


@cache
def _topic(category: str, kind: type[Event]) -> str:
    return f"{kind.__name__}.{version(category, kind.__name__)}"


def category_of(stream: str) -> str:
    return stream.partition("-")[0]


def place(stream: str, number: int, topic: str) -> bytes:
    """Where a sealed text stands: it opens nowhere else."""
    return f"{stream}\n{number}\n{topic}".encode()


class Mapper:
    """Turns events into rows and back, with the school's keys."""

    def __init__(self, keys: SchoolKeys) -> None:
        self._keys = keys

    def entry(
        self, stream: str, number: int, event: Event, actor: str, assurance: str, **more: Any
    ) -> Entry:
        """The event as it is stored, its text sealed where it has some."""
        topic = _topic(category_of(stream), type(event))
        secret = {n for n in event.sealed_fields() if getattr(event, n) is not None}
        payload = to_json(event, exclude=secret or None, exclude_none=True)
        if len(payload) > PAYLOAD_CAP:
            raise Refused("this entry is larger than 64 KiB: record it as several")
        if secret:
            text = to_json(event, include=secret, exclude_none=True)
            where = place(stream, number, topic)
            data_key, more["sealed"] = seal(text, where)
            more["wrapped"] = self._keys.wrap(data_key, where)
            more["subject"] = event.subject
        return Entry(
            stream,
            number,
            topic,
            payload,
            actor=actor,
            assurance=assurance,
            destroys=event.destroys,
            **more,
        )

    def recorded(self, row: Row, ordered: Destroyed | None = None) -> Recorded[Any]:
        """The event of a stored row; `ordered` stands in for a text that was destroyed."""
        stream, topic = row[sqlite.STREAM], row[sqlite.TOPIC]
        kind, name, stored = kind_of(category_of(stream), topic)
        text = row[sqlite.PAYLOAD]
        if row[sqlite.SEALED] is not None:
            text = _joined(text, self._opened(row, kind, ordered))
        try:
            if stored < version(category_of(stream), name):
                text = json.dumps(upcast(category_of(stream), name, stored, json.loads(text)))
            event = kind.model_validate_json(text)
        except (ValueError, LookupError, TypeError, AttributeError):
            # Without the cause: it may quote the text.
            raise Unreadable(
                f"the event at position {row[sqlite.POSITION]} is no {topic} that this release "
                "can read: update behavior-ledger, or look at it with: bledger verify"
            ) from None
        return Recorded(
            row[sqlite.POSITION],
            stream,
            row[sqlite.VERSION],
            datetime.fromisoformat(row[sqlite.RECORDED_AT]),
            row[sqlite.ACTOR],
            row[sqlite.ASSURANCE],
            event,
        )

    def _opened(self, row: Row, kind: type[Event], ordered: Destroyed | None) -> bytes:
        if ordered is not None:
            gone = ordered.model_dump()
            return json.dumps(dict.fromkeys(_needed(kind), gone)).encode()
        if row[sqlite.WRAPPED] is None:
            raise Damage(
                f"the key of the event at position {row[sqlite.POSITION]} is missing and no order "
                "names it; restore the last backup",
                row[sqlite.POSITION],
            )
        where = place(row[sqlite.STREAM], row[sqlite.VERSION], row[sqlite.TOPIC])
        try:
            return unseal(self._keys.unwrap(row[sqlite.WRAPPED], where), row[sqlite.SEALED], where)
        except CannotOpen as error:
            at = row[sqlite.POSITION]
            raise Damage(f"the sealed text at position {at} does not open", at) from error


def _needed(kind: type[Event]) -> list[str]:
    """Sealed fields that a destroyed text shows as destroyed: those that must be there, or all."""
    required = [n for n in kind.sealed_fields() if kind.model_fields[n].is_required()]
    return required or sorted(kind.sealed_fields())


def _joined(payload: bytes, sealed: bytes) -> bytes:
    """One JSON object of two."""
    if payload == b"{}":
        return sealed
    return payload[:-1] + b"," + sealed[1:]
