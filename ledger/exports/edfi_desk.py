"""What an Ed-Fi sink calls our codes, beside what it calls people and schools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ledger.exports import CodeMap, Line, Sink
from ledger.exports.desk import Back, Desk, numbers
from ledger.exports.edfi_settings import EdFi
from ledger.exports.edfi_words import DESCRIPTOR, OURS, SETS, WORDS, uri

if TYPE_CHECKING:
    from ledger.reading import Extract

THERE = "staffUniqueId"  # the kind of number that an Ed-Fi source knows staff by
LENGTHS = {
    "incidentIdentifier": 36,
    "disciplineActionIdentifier": 36,
    "studentUniqueId": 32,
    "staffUniqueId": 32,
    "incidentDescription": 1024,
    "behaviorDetailedDescription": 1024,
    "reporterName": 75,
    "firstName": 75,
    "lastSurname": 75,
    "caseNumber": 20,
}


def found(own: EdFi, of: str, code: str) -> str | None:
    """The descriptor of a code of ours; None when the set has no word for it."""
    if word := own.core.get(of, {}).get(code):
        return uri(of, word)
    if code not in WORDS[of]:
        return None
    if of in OURS and own.descriptors == "local":
        return f"{own.namespace}/{of}Descriptor#{code}"
    return uri(of, WORDS[of][code])


def words(sink: Sink) -> CodeMap:
    """Every code of ours, set by set, beside the descriptor that the sink takes it as."""
    return {
        of: {code.value: found(sink.own, of, code.value) for code in codes}
        for of, codes in SETS.items()
    }


class Wordless(str):
    """A code that this sink has no word for, in the place of one: see `settled`."""

    __slots__ = ()


@dataclass(frozen=True)
class EdFiDesk(Desk):
    """Everything that must be looked up to write a record for an Ed-Fi sink."""

    staff_ids: Mapping[str, str] = field(default_factory=dict)  # a number of theirs → our id

    def word(self, of: str, code: str) -> str:
        """The descriptor of a code of ours; Wordless when the set has no word for it."""
        return found(self.sink.own, of, code) or Wordless(code)

    def word_if_said(self, of: str, code: str | None) -> str | None:
        return None if code is None else self.word(of, code)

    def has(self, of: str, code: str) -> bool:
        return found(self.sink.own, of, code) is not None

    def staff_there(self, number: str) -> str | None:
        """The sink's number of a member of staff whom an Ed-Fi source knows by this one."""
        same = number if self.sink.staff == THERE else None  # one kind of number: it is the same
        return self.staff.known.get(self.staff_ids.get(number, ""), same)


def desk_of(extract: Extract, sink: Sink) -> EdFiDesk:
    staff = extract.staff_numbers
    return EdFiDesk(
        sink,
        numbers(extract.student_numbers, sink.student),
        numbers(staff, sink.staff),
        _by_number(staff),
    )


def _by_number(staff: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Our ids by every number that is one person's alone."""
    whose = [(number, id) for id, known in staff.items() for number in {*known.values()} if number]
    uses = Counter(number for number, _ in whose)
    return {number: id for number, id in whose if uses[number] == 1}


def settled(line: Line) -> Line:
    """The line, when the sink can take every value in it; else Back with the reason."""
    for name, value in _leaves("", line):
        if isinstance(value, Wordless):
            raise Back(f'"{value}" has no Ed-Fi word')
        longest = LENGTHS.get(name) or DESCRIPTOR
        if isinstance(value, str) and len(value) > longest:
            raise Back(f"its {name} is longer than {longest} characters")
    return line


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(key, part)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(name, part)
    else:
        yield name, value
