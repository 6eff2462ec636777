"""A contact with a family: an attempt or a conversation, whatever it was about."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ledger.domain import SealedOrNot, Value, When, Words
from ledger.domain.codes import Channel, ContactOutcome, Relation


class Contact(Value):
    """What was tried, who was reached, in which language, and what was said."""

    at: When
    outcome: ContactOutcome
    channel: Channel | None = None
    relation: Relation | None = None
    language: Annotated[str, Field(max_length=40)] | None = None  # a word or two, in clear
    interpreted: bool | None = None
    by: str | None = None
    with_whom: SealedOrNot[Words] = None
    interpreter: SealedOrNot[Words] = None
    note: SealedOrNot[Words] = None

    def __str__(self) -> str:
        who = self.relation.label if self.relation else "family"
        how = f", {self.channel.label}" if self.channel else ""
        language = f", {self.language}" if self.language else ""
        return f"contact: {who}, {self.outcome.label}{how}{language}"
