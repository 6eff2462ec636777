"""What goes out: a format turns an extract into lines for one sink, and touches nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ledger.reading import Extract

Line = dict[str, Any]  # one record as the sink takes it


class BadSink(Exception):
    """A sink's settings cannot be followed. The message names the key, for who wrote them."""


class Unwritable(Exception):
    """Nothing can be written there. The message is for the person at the keyboard."""


@dataclass(frozen=True, slots=True)
class Sink:
    """A system that takes records in: what it is, what it calls people, and what it wants."""

    name: str
    kind: str
    standard: str
    namespace: str  # of the school's own words, uri://…
    school_id: int  # the sink's number of this school
    student: str  # the kind of roster number that the sink knows students by
    staff: str
    descriptors: str  # local: the school's words, made there first; core: the sink's own
    levels: frozenset[str]  # of behaviors: minor, major
    actions: frozenset[str]  # codes
    since: date | None  # incidents of this day or later


@dataclass(frozen=True, slots=True)
class Held:
    """One record that stays here until what holds it back is mended; the reason names nobody."""

    record: str  # its kind and the short id of its incident
    incident_id: str
    student_id: str | None
    reason: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that a sink should hold, as known at one position, in the order in which it is sent."""

    resources: Mapping[str, tuple[Line, ...]]  # endpoint → records by key; no endpoint is empty
    held: tuple[Held, ...]
    not_carried: Mapping[str, int]  # kind → records that the sink's settings do not ask for
    beside: Mapping[str, str]  # file name → text of what the sink's own client wants to read

    @property
    def counts(self) -> dict[str, int]:
        return {endpoint: len(lines) for endpoint, lines in self.resources.items()}


@dataclass(frozen=True, slots=True)
class Format:
    """One format that goes out."""

    name: str
    sink_from: Callable[[str, Any, Mapping[str, Any]], Sink]  # raises BadSink
    wanted: Callable[[Extract, Sink], Wanted]
