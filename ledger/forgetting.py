"""A destruction done to the end: ordered, out of the views, out of every file."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from ledger.domain import Command, Decider, Event
from ledger.store import Done
from ledger.store.destroying import finish_destruction

if TYPE_CHECKING:
    from ledger.school import School

C = TypeVar("C", bound=Command)
S = TypeVar("S")
E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was ordered, and whether the text is gone from every file yet."""

    done: Done[Any]
    gone: bool


def forget(school: School, decider: Decider[C, S, E], id: str, order: C) -> Forgotten:
    """Order a text destroyed and carry it out; not `gone` while a reader holds a file's log.

    Then it is carried on by `finish`, once the reader is done.
    """
    return Forgotten(school.do(decider, id, order), finish(school))


def finish(school: School) -> bool:
    """Take destroyed texts out of the views, and their keys out of every log."""
    school.views.catch_up(school.record)
    with contextlib.closing(school.open_views()) as views:
        return finish_destruction(school.record.recorder.db, views)
