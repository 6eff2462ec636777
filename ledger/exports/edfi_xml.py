"""Ed-Fi's XML interchange: the same records as over its API, in one file for a bulk load."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from ledger.edfi import INTERCHANGE, NAMESPACES, RECORDS, Part
from ledger.exports import BadSink, Format, Held, Line, Sink, Wanted, in_order
from ledger.exports.edfi import records
from ledger.exports.edfi_desk import words
from ledger.exports.edfi_settings import edfi_sink

if TYPE_CHECKING:
    from ledger.reading import Extract

FILE = "send/StudentDiscipline.xml"
STANDARD = "5.2"
ELSEWHERE = frozenset({"restraint"})  # in no discipline interchange
BROKEN = "XML cannot write a character of it, or of what it belongs to"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
BLANKS = {"\r": "&#13;"}  # a reader takes a bare one for a line end
# What XML 1.0 has no way to write, escaped or not.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# The file cannot bring words of our own along, so what is not said otherwise is Ed-Fi's.
DEFAULTS = {"standard": STANDARD, "descriptors": "core"}

Key = tuple[str, int]  # of an incident at the sink: its identifier and its school's number


def sink_from(name: str, table: Any, ids: Mapping[str, Any], own_school: str, folder: Path) -> Sink:
    """An Ed-Fi sink that is given a file. BadSink names the key to mend."""
    said = {**DEFAULTS, **table} if isinstance(table, Mapping) else table
    sink = edfi_sink("edfi-xml", name, said, ids, own_school)
    if sink.own.standard not in NAMESPACES:
        raise BadSink(
            f"[sink.{name}] standard: the XML of Data Standard {sink.own.standard} is not written. "
            f'Write standard = "{STANDARD}", or kind = "edfi" for files that go over its API.'
        )
    system = f"Ed-Fi XML {sink.own.standard}"
    return replace(sink, system=system, kinds=sink.kinds - ELSEWHERE)


def wanted(extract: Extract, sink: Sink) -> Wanted:
    """What the sink should hold of this extract, as one interchange file."""
    made = records(extract, sink)
    written = elements(made.resources)
    broken = {key for one in written if UNWRITABLE.search(one.text) for key in one.incidents}
    kept = [one for one in written if broken.isdisjoint(one.incidents)]
    back = [_held(one) for one in written if not broken.isdisjoint(one.incidents)]
    apart = {record.endpoint for record in RECORDS}
    other = Counter({to: len(of) for to, of in made.resources.items() if to not in apart})
    return Wanted(
        files={FILE: interchange(kept, NAMESPACES[sink.own.standard])} if kept else {},
        counts=dict(Counter(one.endpoint for one in kept)),
        held=in_order([*made.held, *back]),
        not_carried=dict(sorted((other + Counter(made.not_carried)).items())),
    )


@dataclass(frozen=True, slots=True)
class Element:
    """One record as it stands in the file, and the incidents that it is or refers to."""

    endpoint: str
    text: str
    incidents: frozenset[Key]


def elements(resources: Mapping[str, Sequence[Line]]) -> list[Element]:
    """The records that an interchange carries, in its order."""
    return [
        Element(
            record.endpoint,
            "\n".join(_around(record.element, _parts(record.parts, line))),
            frozenset(_incidents(line)),
        )
        for record in RECORDS
        for line in resources.get(record.endpoint, ())
    ]


def interchange(written: Iterable[Element], namespace: str) -> bytes:
    """One file with these records, of which there is at least one."""
    inside = "".join(f"{one.text}\n" for one in written)
    return f'{HEAD}<{INTERCHANGE} xmlns="{namespace}">\n{inside}</{INTERCHANGE}>\n'.encode()


def _held(one: Element) -> Held:
    identifier = min(one.incidents)[0]
    what = one.endpoint.removesuffix("s")
    return Held(f"{what} of {identifier[:7]}", identifier, None, BROKEN, one.endpoint)


def _incidents(said: Any) -> Iterator[Key]:
    if isinstance(said, dict):
        if "incidentIdentifier" in said:
            school = said.get("schoolReference", said)
            yield said["incidentIdentifier"], school["schoolId"]
        said = list(said.values())
    if isinstance(said, list):
        for part in said:
            yield from _incidents(part)


# One record, element by element.


def _parts(parts: Sequence[Part], line: Line) -> Iterator[str]:
    for part in parts:
        for owner in line.get(part.many, ()) if part.many else (line,):
            yield from _part(part, owner)


def _part(part: Part, owner: Line) -> Iterator[str]:
    """The element of a part, nothing when its owner does not say it."""
    said = owner.get(part.field) if part.field else owner
    if said is None:
        return
    if not part.parts:
        yield f"<{part.element}>{_text(said, part.kind)}</{part.element}>"
        return
    within = _parts(part.parts, said)
    inside = _around(part.identity, within) if part.identity else within
    yield from _around(part.element, inside)


def _around(element: str, inside: Iterator[str]) -> Iterator[str]:
    yield f"<{element}>"
    for line in inside:
        yield f"  {line}"
    yield f"</{element}>"


def _text(value: Any, kind: str) -> str:
    if kind == "truth":
        return "true" if value else "false"
    if kind == "number":
        return f"{Decimal(str(value)):f}"
    return escape(str(value), BLANKS)


EDFI_XML = Format("edfi-xml", sink_from, wanted, words)
