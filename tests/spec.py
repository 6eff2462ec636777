"""given / when / then for deciders, on events with real envelopes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from ledger.domain import Command, Decider, Event, Recorded, Refused

C = TypeVar("C", bound=Command)
S = TypeVar("S")
E = TypeVar("E", bound=Event)

START = datetime(2026, 10, 14, 19, 10, tzinfo=UTC)


def enveloped(events: Iterable[E], category: str = "test") -> list[Recorded[E]]:
    """The events of one stream as the store gives them back: version 1 on, a minute apart."""
    return [
        Recorded(
            position=version,
            stream=f"{category}-1",
            version=version,
            recorded_at=START + timedelta(minutes=version),
            actor="staff-1",
            assurance="claimed",
            event=event,
        )
        for version, event in enumerate(events, start=1)
    ]


def assert_storable(decider: Decider[Any, Any, Any], event: Event) -> None:
    """The stream knows the event by name, and it survives its own JSON."""
    kind = decider.kinds[type(event).__name__]
    assert kind.model_validate_json(event.model_dump_json()) == event


@dataclass(frozen=True)
class Answer(Generic[C, S, E]):
    """What a decider said: events, or a refusal."""

    given: Given[C, S, E]
    events: list[E] | None
    refusal: str

    def then(self, *expected: E) -> Given[C, S, E]:
        """Exactly these events; gives the story so far, to go on with another `.when`."""
        assert self.events is not None, f"refused: {self.refusal}"
        assert self.events == list(expected)
        for event in self.events:
            assert_storable(self.given.decider, event)
            assert str(event)
        return Given(self.given.decider, (*self.given.history, *self.events))

    def refused(self, part: str) -> None:
        """The domain said no, with a sentence that holds these words."""
        assert self.events is None, f"not refused: {self.events}"
        assert part in self.refusal, self.refusal


@dataclass(frozen=True)
class Given(Generic[C, S, E]):
    """What had happened on one stream."""

    decider: Decider[C, S, E]
    history: tuple[E, ...]

    @property
    def state(self) -> S:
        """Where the history leads."""
        return self.decider.fold(enveloped(self.history, self.decider.category))

    def when(self, command: C) -> Answer[C, S, E]:
        """Someone wants this done."""
        try:
            return Answer(self, self.decider.decide(command, self.state), "")
        except Refused as no:
            return Answer(self, None, str(no))


def given(decider: Decider[C, S, E], *events: E) -> Given[C, S, E]:
    """A stream on which these events have happened."""
    return Given(decider, events)
