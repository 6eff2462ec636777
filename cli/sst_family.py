"""What a family's recap keeps out: other children, in the team's words and in the whole page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cli import Desk
from ledger.domain import Refused
from ledger.reading import Window
from ledger.reading.packets import Packet, Whose, handed_over
from ledger.reading.packets import packet as facts_of
from ledger.reading.preparing import Prepared
from ledger.reports import packet as papers
from ledger.reports import packet_family as family
from ledger.reports.packet_words import GUARDIAN, Words

FOUND = (
    "the family's copy is not written: it would show who another child is. Correct the chart, "
    "then ask again: bledger sst correct"
)


@dataclass(frozen=True)
class KeptOut:
    """Whose names one family may read, and in whose words it is told of the others."""

    desk: Desk
    facts: Packet
    words: Words
    names: family.Names

    def hide(self, text: str, other: str) -> str:
        """The text as this family may read it; `other` stands in the words already."""
        return family.masked(text, family.NOBODY, "", self.words, self.names)

    def give(self, page: bytes, to: str) -> None:
        """Search the whole page, then record that the family gets it."""
        said = self.desk.school.settings
        printed = family.printed(self.words, said.name, said.team)
        if family.leaks(family.text_of(page), self.names, printed):
            raise Refused(FOUND)
        handed_over(self.desk.school.reading, self.facts, to, page, "recap of an SST meeting")


def kept_out(desk: Desk, found: Prepared, words: Mapping[str, Any]) -> KeptOut:
    """For a recap in these words; refused for who may not read what people said."""
    school, said = desk.school, desk.school.settings
    if not school.reading.reader.sees_words:
        raise Refused(
            "a family's recap holds what people said: ask the specialist or the principal for it"
        )
    whose = Whose(said.school_id, said.zone)
    facts, book = facts_of(
        school.reading, found.case.student_id, Window(position=found.position), whose, "recap"
    )
    told = Words(words["lang"], GUARDIAN, {**words, "others": [words["another"]]})
    return KeptOut(desk, facts, told, papers.names_on(facts, book))
