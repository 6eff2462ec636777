"""Plays what happens at the made-up school into a ledger, as if it were recorded at its time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Protocol, TypeVar

from ledger.demo.roster import SOURCE
from ledger.demo.world import Happening, Ids
from ledger.domain import Command, Decider
from ledger.domain.plan import ReviewPlan

A = TypeVar("A")
A_contra = TypeVar("A_contra", contravariant=True)


class Record(Protocol[A_contra]):
    """The ledger that is handed in: the demo opens none."""

    def id_for(self, category: str, natural: str) -> str: ...

    def batch(self) -> AbstractContextManager[None]: ...

    def position_at(self, at: datetime) -> int: ...

    def do(
        self,
        decider: Decider[Any, Any, Any],
        id: str,
        command: Any,
        actor: A_contra,
        *,
        key: str | None,
    ) -> Any: ...


@dataclass
class Hand:
    """A clock that shows what it is set to."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


def ids_of(record: Record[Any]) -> Ids:
    """The ids that this ledger gives to the demo's people, as an import of its roster does."""
    return Ids(
        student=lambda source_id: record.id_for("student", f"{SOURCE}|{source_id}"),
        staff=lambda source_id: record.id_for("staff", f"{SOURCE}|{source_id}"),
        incident=lambda key: record.id_for("incident", key),
        meeting=lambda key: record.id_for("meeting", key),
    )


def play(
    record: Record[A],
    told: Iterable[Happening],
    hand: Hand,
    actor: Callable[[str], A],
    batch: int = 1_000,
) -> int:
    """How many events it became; what was played before becomes none.

    `hand` is the clock with which the ledger was opened, `actor` makes one of a staff id.
    """
    return sum(_play(record, some, hand, actor) for some in _batches(told, batch))


def _batches(told: Iterable[Happening], size: int) -> Iterator[list[Happening]]:
    every = iter(told)
    while some := list(islice(every, size)):
        yield some


def _play(record: Record[A], some: list[Happening], hand: Hand, actor: Callable[[str], A]) -> int:
    count = 0
    with record.batch():
        for one in some:
            hand.now = one.recorded_at
            command = _as_known(record, one)
            done = record.do(one.decider, one.id, command, actor(one.by), key=one.key)
            count += 0 if done.repeated else len(done.events)
    return count


def _as_known(record: Record[A], one: Happening) -> Command:
    """A review rests on what was recorded before it, up to a second ago."""
    if not isinstance(one.command, ReviewPlan):
        return one.command
    known = record.position_at(one.recorded_at - timedelta(seconds=1))
    return one.command.model_copy(update={"position": known})
