"""Who read or received what, when and why: one event for each answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, assert_never

from pydantic import Field

from ledger.domain import Command, Decider, Event, Sealed, Value

Line = Annotated[str, Field(max_length=400)]


class Answer(Value):
    """One answer from the record: what was asked, about whom, and a digest of what was given."""

    what: Line  # the kind of answer: timeline, incident, export …
    purpose: Sealed[Line]
    subjects: tuple[str, ...] = ()  # student ids
    records: tuple[str, ...] = ()  # streams, when the answer names no student
    position: int  # of the record, up to which was read
    digest: str = ""


class RecordViewed(Answer, Event):
    """Somebody of the school read this."""

    @property
    def students(self) -> frozenset[str]:
        return frozenset(self.subjects)

    def __str__(self) -> str:
        return f"read {self.what}"


class RecordDisclosed(Answer, Event):
    """Somebody outside the school, or a system of theirs, received this."""

    to: Line

    @property
    def students(self) -> frozenset[str]:
        return frozenset(self.subjects)

    def __str__(self) -> str:
        return f"{self.to} received {self.what}"


AccessEvent = RecordViewed | RecordDisclosed


@dataclass(frozen=True)
class Access:
    """No rule asks for what was read before."""


class ViewRecord(Answer, Command):
    """Answer somebody of the school."""


class DiscloseRecord(Answer, Command):
    """Answer somebody outside."""

    to: Line


AccessCommand = ViewRecord | DiscloseRecord


def evolve(access: Access, event: AccessEvent) -> Access:
    return access


def decide(command: AccessCommand, access: Access) -> list[AccessEvent]:
    match command:
        case ViewRecord():
            return [command.became(RecordViewed)]
        case DiscloseRecord():
            return [command.became(RecordDisclosed)]
        case _:
            assert_never(command)


ACCESS = Decider("access", Access(), decide, evolve, AccessEvent, remembers=False)
