"""What the domain is made of: values, events, commands, and what turns one into the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Any, Generic, TypeVar, get_args

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

TEXT_CAP = 20_000
PARTICIPANT_CAP = 50


class Value(BaseModel):
    """An immutable value; an unknown field is an error, never ignored; no error shows a field."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True
    )


class Destroyed(Value):
    """What is left of a sealed text after its key was destroyed: who ordered it, and where."""

    under: str
    position: int

    def __str__(self) -> str:
        return f"[destroyed under {self.under}]"


class _Sealed:
    """Marks a field whose content is stored only as ciphertext."""


SEALED = _Sealed()
T = TypeVar("T")
Words = Annotated[str, Field(max_length=TEXT_CAP)]
Sealed = Annotated[T | Destroyed, SEALED]
SealedOrNot = Annotated[T | Destroyed | None, SEALED]  # sealed when it was said at all


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("before year 1 or after year 9999") from error


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]  # one spelling, so that texts sort


_NOW = ("now", "ahora")
_MINUS = ("-", "\u2212", "\u2013")  # also as a phone or a word processor writes it


class When(Value):
    """An instant, the school's zone, and the words that somebody typed for it."""

    at: Instant
    zone: str
    said: Annotated[str, Field(max_length=80)] | None = None
    day_only: bool = False  # the source gave a date without a time

    @property
    def relative(self) -> bool:
        """Whether the same words mean another instant a minute later."""
        said = (self.said or "").casefold().strip(" .")
        return said in _NOW or said.startswith(_MINUS) or said.endswith(" ago")


class Event(Value):
    """What happened, in the past tense. Its `str` is its line on a timeline."""

    @property
    def destroys(self) -> tuple[int, ...]:
        """Versions of this stream whose sealed text this event orders destroyed."""
        return ()

    @property
    def undoes(self) -> tuple[int, ...]:
        """Versions of this stream that this event takes back."""
        return ()

    @property
    def lasting(self) -> bool:
        """Whether it is never taken back: a destroyed text does not return."""
        return bool(self.destroys)

    @property
    def students(self) -> frozenset[str]:
        """Ids of the students this event speaks of."""
        return frozenset()

    @property
    def subject(self) -> str:
        """Whose text is sealed here: the student's id, or empty when it is not one student's."""
        return ""

    @classmethod
    @cache
    def sealed_fields(cls) -> frozenset[str]:
        """Names of the fields that are stored only as ciphertext."""
        fields = cls.model_fields.items()
        return frozenset(name for name, field in fields if SEALED in field.metadata)


EventT = TypeVar("EventT", bound=Event)


class Command(Value):
    """What someone wants done, in the imperative."""

    def became(self, event: type[EventT], **more: Any) -> EventT:
        """The event that says it was done, in the same words."""
        names = _shared(type(self), event)
        fields = {name: value for name, value in self.__dict__.items() if name in names}
        return event.model_validate(fields | more)


@cache
def _shared(command: type[Command], event: type[Event]) -> frozenset[str]:
    return frozenset(command.model_fields) & frozenset(event.model_fields)


class Refused(Exception):
    """The domain says no. The message is for the person at the keyboard."""


UNDO_WINDOW = timedelta(minutes=10)


class Undo(Command):
    """Take back what its author logged a moment ago."""

    versions: tuple[int, ...]
    logged_at: datetime
    now: datetime

    def taken_back(self) -> list[Undone]:
        """The event that does it, while the entry is still fresh."""
        if self.now - self.logged_at > UNDO_WINDOW:
            raise Refused("that is older than 10 minutes: correct or void it, with a reason")
        return [Undone(versions=self.versions)]


class Undone(Event):
    """The author took back what was logged a moment ago."""

    versions: tuple[int, ...]

    @property
    def undoes(self) -> tuple[int, ...]:
        return self.versions

    def __str__(self) -> str:
        return "taken back by its author"


@dataclass(frozen=True, slots=True)
class Recorded(Generic[EventT]):
    """An event with its envelope: where and when it was stored, and on whose word."""

    position: int
    stream: str
    version: int
    recorded_at: datetime
    actor: str
    assurance: str
    event: EventT


C = TypeVar("C", bound=Command)
S = TypeVar("S")
E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Decider(Generic[C, S, E]):
    """One kind of stream: its name, where it starts, what it allows, how it changes."""

    category: str
    initial: S
    decide: Callable[[C, S], list[E]]
    evolve: Callable[[S, E], S]
    events: Any  # the union of the stream's event types
    remembers: bool = True  # False: no rule asks for the past, so it is not read

    def fold(self, history: Iterable[Recorded[E]]) -> S:
        """The state after the events that stand."""
        state = self.initial
        for recorded in standing(history):
            state = self.evolve(state, recorded.event)
        return state

    @property
    def kinds(self) -> Mapping[str, type[E]]:
        """The closed list of this stream's events, by stored name."""
        return {kind.__name__: kind for kind in get_args(self.events) or (self.events,)}


def standing(history: Iterable[Recorded[E]]) -> list[Recorded[E]]:
    """The history without what was taken back."""
    history = list(history)
    undone = {version for r in history for version in r.event.undoes}
    return [r for r in history if r.version not in undone and not r.event.undoes]
