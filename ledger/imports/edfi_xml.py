"""Ed-Fi's XML as a stream of records; what no school writes is refused before it does harm."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.parsers import expat

from ledger.imports import Problem, Unreadable
from ledger.imports.sheets import Problems
from ledger.imports.sources import cause, check_file

Progress = Callable[[int], None]  # bytes that were read so far

# What is more than this was not written by a student information system
DEPTH_CAP = 30
ATTRIBUTES_CAP = 20
NAME_CAP = 200
ELEMENTS_CAP = 5_000  # of one record
TEXT_CAP = 100_000  # characters of one record
TOKEN_CAP = 1 << 20  # bytes of one tag, comment or the like
CHUNK = 1 << 16

NAMESPACE = re.compile(r"http://ed-fi\.org/5\.\d{1,3}(\.\d{1,3})?")
TOO_LARGE = "holds more than a record can: it is left out"
DOCTYPE = (
    "declares a document type or an entity, which no file of a student information system does and "
    "which may do harm. Nothing of it is read: export it again without"
)
DAMAGE = {  # expat's word → ours; the last fits all
    expat.errors.XML_ERROR_NO_ELEMENTS: "the file ends before its interchange does",
    expat.errors.XML_ERROR_UNCLOSED_TOKEN: "the file ends in the middle of a record",
    expat.errors.XML_ERROR_TAG_MISMATCH: "an element is closed that is not open there",
    expat.errors.XML_ERROR_PARTIAL_CHAR: "the file ends in the middle of a letter",
    expat.errors.XML_ERROR_INCORRECT_ENCODING: "the file is of another encoding than it says",
    expat.errors.XML_ERROR_UNKNOWN_ENCODING: "the file says an encoding that is not known",
    expat.errors.XML_ERROR_UNDEFINED_ENTITY: "an entity is used that nobody declared",
    expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: "something follows the end of the interchange",
    "": "what stands there is not XML, or of another encoding than the file says",
}


@dataclass(slots=True)
class Element:
    """One element: its name without the namespace, its text, and what is inside."""

    name: str
    line: int = 0
    id: str = ""
    ref: str = ""
    text: str = ""
    children: list[Element] = field(default_factory=list)
    broken: str = ""  # why the record cannot be taken

    def first(self, name: str) -> Element | None:
        return next((child for child in self.children if child.name == name), None)

    def word(self, *names: str) -> str:
        """The text of the first element on this way down; empty when there is none."""
        found: Element | None = self
        for name in names:
            found = found.first(name) if found else None
        return found.text if found else ""


class _Stop(Exception):
    """The file is no longer read from here on: why."""


class Interchange:
    """One reading of a file: its records in order, and whether it was read to its end."""

    def __init__(
        self,
        path: Path,
        root: str,
        problems: Problems,
        progress: Progress = lambda count: None,
    ) -> None:
        self.path, self.root, self.problems, self.progress = path, root, problems, progress
        self.whole = True
        self._depth = self._elements = self._letters = 0
        self._namespace = ""
        self._open: list[Element] = []
        self._done: list[Element] = []
        self._parser = self._new_parser()

    def __iter__(self) -> Iterator[Element]:
        """The records; raises Unreadable when the file is no interchange of this kind."""
        check_file(self.path, "XML file")
        try:
            with self.path.open("rb") as file:
                yield from self._records(file)
        except OSError as error:
            raise Unreadable(f"{self.path} cannot be read: {cause(error)}") from None

    def _records(self, file: IO[bytes]) -> Iterator[Element]:
        fed = 0
        while True:
            chunk = file.read(CHUNK)
            fed += len(chunk)
            stopped = self._parsed(chunk, fed)
            yield from self._taken()
            if stopped:
                return self._end(stopped)
            if not chunk:
                return None
            self.progress(fed)

    def _parsed(self, chunk: bytes, fed: int) -> str:
        """Why reading stops in this piece; empty when it goes on."""
        try:
            self._parser.Parse(chunk, not chunk)
            if fed - self._parser.CurrentByteIndex > TOKEN_CAP + CHUNK:
                raise _Stop("one tag or comment does not end for a million letters")
        except expat.ExpatError as error:
            word = expat.errors.messages.get(error.code, "")
            return DAMAGE.get(word, DAMAGE[""])
        except (LookupError, ValueError):  # from Python's own codecs, for an encoding that is said
            return DAMAGE[expat.errors.XML_ERROR_UNKNOWN_ENCODING]
        except _Stop as stop:
            return str(stop)
        return ""

    def _taken(self) -> list[Element]:
        done, self._done = self._done, []
        return done

    def _end(self, why: str) -> None:
        line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        if not self._namespace:
            where = f"line {line}, column {column}"
            raise Unreadable(f"{self.path} is no XML that can be read: {where}: {why}")
        self.whole = False
        told = f"column {column}: {why}. What follows is missing: export the file again"
        self.problems.append(Problem(self.path.name, line, "", told, refused=True))

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self._text
        for refused in ("StartDoctypeDeclHandler", "EntityDeclHandler", "ExternalEntityRefHandler"):
            setattr(parser, refused, self._refuse)
        return parser

    def _refuse(self, *declared: object) -> None:
        raise Unreadable(f"{self.path} {DOCTYPE}")

    def _start(self, name: str, attributes: list[str]) -> None:
        self._depth += 1
        if self._depth > DEPTH_CAP:
            raise _Stop(f"elements lie more than {DEPTH_CAP} deep in each other")
        if len(attributes) > 2 * ATTRIBUTES_CAP or len(name) > NAME_CAP:
            raise _Stop("an element has more attributes, or a longer name, than any of Ed-Fi's")
        if self._depth == 1:
            return self._begin(name)
        self._open_element(name, attributes)
        return None

    def _begin(self, name: str) -> None:
        namespace, _, local = name.rpartition(" ")
        if local != self.root:
            told = local if local.isascii() and len(local) <= 60 else "something else"
            raise Unreadable(f"{self.path} is of the kind {told}: {self.root} is needed here")
        if not NAMESPACE.fullmatch(namespace):
            raise Unreadable(
                f"{self.path} is not of Ed-Fi's Data Standard 5: its namespace is to be "
                "http://ed-fi.org/5.x. Export it as Data Standard 5"
            )
        self._namespace = namespace

    def _open_element(self, name: str, attributes: list[str]) -> None:
        namespace, _, local = name.rpartition(" ")
        element = Element(local if namespace == self._namespace else name)
        if attributes:
            said = dict(zip(attributes[::2], attributes[1::2], strict=True))
            element.id, element.ref = said.get("id", ""), said.get("ref", "")
        if not self._open:
            element.line = self._parser.CurrentLineNumber
            self._elements = self._letters = 0
        else:
            self._elements += 1
            if self._elements <= ELEMENTS_CAP:
                self._open[-1].children.append(element)
        self._open.append(element)

    def _text(self, text: str) -> None:
        if self._open:
            self._letters += len(text)
            if self._letters <= TEXT_CAP:
                self._open[-1].text += text

    def _close(self, name: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        element = self._open.pop()
        element.text = element.text.strip()
        if not self._open:
            if self._elements > ELEMENTS_CAP or self._letters > TEXT_CAP:
                element.broken, element.children = TOO_LARGE, []
            self._done.append(element)


def root_of(path: Path) -> str:
    """The name of the file's outermost element; empty when it is no XML or declares entities."""
    found: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, attributes: object) -> None:
        found.append(name.rpartition(" ")[2])
        raise _Stop

    def refuse(*declared: object) -> None:
        raise _Stop

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        with path.open("rb") as file:
            parser.Parse(file.read(CHUNK), False)
    except (OSError, LookupError, ValueError, expat.ExpatError, _Stop):
        pass
    return found[0] if found else ""
