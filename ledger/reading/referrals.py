"""Which office referrals of one student wait for their answer; ids, and nothing of them."""

from __future__ import annotations

from ledger.reading import Reading, _Same, _with


def waiting(reading: Reading, student_id: str) -> list[str]:
    """Ids of the incidents, the last first, that were sent to the office and not answered."""
    with reading.opened() as (db, _):
        same = _Same(db)
        own, *_others = ids = same.all(student_id)
        cards = [same.card(text) for text in db.execute(_with(ids)).scalars()]
    return [
        card.incident_id
        for card in cards
        if card.referral is not None
        and card.referral["answered"] is None
        and any(p.referred and p.student_id == own for p in card.people.values())
    ]
