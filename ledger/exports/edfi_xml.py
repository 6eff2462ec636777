"""Ed-Fi's XML interchange: the same records as over its API, in one file for a bulk load."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from ledger.edfi import INTERCHANGE, RECORDS, Part
from ledger.exports import Line

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
BLANKS = {"\r": "&#13;"}  # a reader takes a bare one for a line end
# What XML 1.0 has no way to write, escaped or not.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def interchange(resources: Mapping[str, Sequence[Line]], namespace: str) -> bytes:
    """One file with these records, endpoint by endpoint; at least one of them has a record."""
    lines = [f'<{INTERCHANGE} xmlns="{namespace}">']
    for record in RECORDS:
        for line in resources.get(record.endpoint, ()):
            lines += _around(record.element, _parts(record.parts, line))
    return (HEAD + "\n".join([*lines, f"</{INTERCHANGE}>"]) + "\n").encode()


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
