"""What goes out: a format turns an extract into files for one sink, and touches nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.folder import entry

if TYPE_CHECKING:
    from ledger.reading import Extract

Line = dict[str, Any]  # one record as the sink takes it
CodeMap = Mapping[str, Mapping[str, str | None]]  # set → our code → the sink's word for it
KINDS = ("incident", "behavior", "non-offender", "staff", "action", "restraint")


class BadSink(Exception):
    """A sink's settings cannot be followed. The message names the key, for who wrote them."""


class Unwritable(Exception):
    """Nothing can be written there. The message is for the person at the keyboard."""


@dataclass(frozen=True, slots=True)
class Sink:
    """A system that takes records in: what it is, what it calls people, and what it wants."""

    name: str
    kind: str  # name of the format
    system: str  # what people call it: Ed-Fi DS 5.0
    student: str  # the kind of roster number that the sink knows students by
    staff: str
    schools: Mapping[str, int]  # our id of a school, or its source's → the sink's number of it
    levels: frozenset[str]  # of behaviors: minor, major
    actions: frozenset[str]  # codes
    kinds: frozenset[str]  # of records: of KINDS, those that the format carries
    since: date | None = None  # incidents of this day or later
    origins: frozenset[str] = frozenset()  # sources whose records are this sink's own
    text: bool = False  # whether free text and names of adults and outside persons leave
    preflight: tuple[str, ...] = ()  # whose rules are looked at before
    rules: Mapping[str, Any] = field(default_factory=dict)  # of each of them: what it asks
    own: Any = None  # what only this format asks

    def school(self, id: str) -> int | None:
        """The sink's number of a school; a number of its source goes as it is."""
        if id in self.schools:
            return self.schools[id]
        number = int(id) if id.isascii() and id.isdecimal() and len(id) < 19 else 0
        return number or None


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
    """All that a sink should hold, as known at one position."""

    files: Mapping[str, bytes]  # path inside the run → bytes
    counts: Mapping[str, int]  # what → records, in the order in which they are sent
    held: tuple[Held, ...] = ()
    not_carried: Mapping[str, int] = field(default_factory=dict)  # kind → not asked for
    warnings: tuple[Held, ...] = ()  # a rule of the sink's owner warns; nothing is held back


@dataclass(frozen=True, slots=True)
class Format:
    """One format that goes out; its name is the `kind` of its sinks."""

    name: str
    # name, [sink.NAME], the whole of [ids], this school's id, the data folder; raises BadSink
    sink_from: Callable[[str, Any, Mapping[str, Any], str, Path], Sink]
    wanted: Callable[[Extract, Sink], Wanted]
    words: Callable[[Sink], CodeMap]


@dataclass(frozen=True, slots=True)
class Preflight:
    """Rules of somebody who reads what the sink sends on: they warn and hold nothing back."""

    name: str
    settings_from: Callable[[str, Any], Any]  # [sink.NAME.<its name>] and that table, or {}
    warnings: Callable[[Extract, Sink], Iterable[Held]]


def prepared(form: Format, extract: Extract, sink: Sink) -> Wanted:
    """What the sink should hold, and what the rules that it asks for warn of."""
    rules = [entry("ledger.exports", name, Preflight) for name in sink.preflight]
    warned = {one for rule in rules for one in rule.warnings(extract, sink)}
    return replace(form.wanted(extract, sink), warnings=in_order(warned))


def in_order(held: Iterable[Held]) -> tuple[Held, ...]:
    return tuple(sorted(held, key=lambda h: (h.incident_id, h.endpoint, h.record, h.reason)))
