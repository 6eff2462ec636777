"""Contacts with families at the made-up school."""

from __future__ import annotations

from datetime import datetime

from ledger.demo.names import GUARDIANS
from ledger.demo.people import Pupil
from ledger.demo.words import CALLED_HOME
from ledger.demo.world import World
from ledger.demo.year import ZONE
from ledger.domain import When
from ledger.domain.codes import Channel, ContactOutcome, Relation
from ledger.domain.contact import Contact

OUTCOMES = {
    ContactOutcome.REACHED: 60,
    ContactOutcome.VOICEMAIL: 18,
    ContactOutcome.NO_ANSWER: 12,
    ContactOutcome.MESSAGE_LEFT: 8,
    ContactOutcome.WRONG_NUMBER: 2,
}
CHANNELS = {
    Channel.PHONE: 70,
    Channel.IN_PERSON: 12,
    Channel.TEXT_MESSAGE: 10,
    Channel.EMAIL: 5,
    Channel.APP: 3,
}
RELATIONS = {
    Relation.MOTHER: 50,
    Relation.FATHER: 25,
    Relation.GRANDPARENT: 10,
    Relation.GUARDIAN: 8,
    Relation.FOSTER_PARENT: 3,
    Relation.SIBLING_ADULT: 4,
}


def contact(
    world: World, child: Pupil, when: datetime, by: str, *, reached: bool = False
) -> Contact:
    """A contact with the child's family, or an attempt."""
    outcome = ContactOutcome.REACHED if reached else world.pick(OUTCOMES)
    spoke = outcome is ContactOutcome.REACHED
    other_language = spoke and child.language != "en"
    return Contact(
        at=When(at=when, zone=ZONE),
        outcome=outcome,
        channel=world.pick(CHANNELS),
        relation=world.pick(RELATIONS) if spoke or world.chance(0.5) else None,
        language=child.language if other_language else None,
        interpreted=world.chance(0.6) if other_language else None,
        by=by,
        with_whom=_guardian(child) if spoke and world.chance(0.4) else None,
        note=world.one(CALLED_HOME) if spoke and world.chance(0.7) else None,
    )


def _guardian(child: Pupil) -> str:
    """A grown-up of the child's family, always the same one."""
    given = GUARDIANS[int(child.number) % len(GUARDIANS)]
    return " ".join(filter(None, (given, child.family)))
