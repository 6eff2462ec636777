"""A destruction done to the end: ordered, out of the views, out of every file."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from ledger.domain import Command, Decider, Event, Refused
from ledger.domain.incident import INCIDENT, DestroyStatement, StatementAdded
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


def forget_statement(
    school: School, incident_id: str, number: int, *, authority: str, order: str
) -> Forgotten:
    """Have the text of one statement destroyed, under a named authority and order."""
    history = school.record.stream(f"incident-{incident_id}")
    versions = {r.event.number: r.version for r in history if isinstance(r.event, StatementAdded)}
    if number not in versions:
        raise Refused(f"there is no statement {number} in this incident")
    command = DestroyStatement(
        number=number, version=versions[number], authority=authority, order=order
    )
    return forget(school, INCIDENT, incident_id, command)


def finish(school: School) -> bool:
    """Take destroyed texts out of the views, and their keys out of every log."""
    school.views.catch_up(school.record)
    with contextlib.closing(school.open_views()) as views:
        return finish_destruction(school.record.recorder.db, views)
