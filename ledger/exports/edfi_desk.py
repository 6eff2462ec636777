"""What an Ed-Fi sink calls our codes, beside what it calls people and schools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.exports import CodeMap, Sink
from ledger.exports.desk import Back, Desk, numbers
from ledger.exports.edfi_settings import EdFi
from ledger.exports.edfi_words import CORE, OURS, SETS, WORDS

if TYPE_CHECKING:
    from ledger.reading import Extract


def found(own: EdFi, of: str, code: str) -> str | None:
    """The descriptor of a code of ours; None when the set has no word for it."""
    if code not in WORDS[of]:
        return None
    if of in OURS and own.descriptors == "local":
        return f"{own.namespace}/{of}Descriptor#{code}"
    return f"{CORE}/{of}Descriptor#{WORDS[of][code]}"


def words(sink: Sink) -> CodeMap:
    """Every code of ours, set by set, beside the descriptor that the sink takes it as."""
    return {
        of: {code.value: found(sink.own, of, code.value) for code in codes}
        for of, codes in SETS.items()
    }


@dataclass(frozen=True)
class EdFiDesk(Desk):
    """Everything that must be looked up to write a record for an Ed-Fi sink."""

    def word(self, of: str, code: str) -> str:
        """The descriptor of a code of ours; Back when the set has no word for it."""
        if word := found(self.sink.own, of, code):
            return word
        raise Back(f'"{code}" has no Ed-Fi word')

    def word_if_said(self, of: str, code: str | None) -> str | None:
        return None if code is None else self.word(of, code)


def desk_of(extract: Extract, sink: Sink) -> EdFiDesk:
    return EdFiDesk(
        sink,
        numbers(extract.student_numbers, sink.student),
        numbers(extract.staff_numbers, sink.staff),
    )
