"""What the record holds as tried with one student before they are suspended: EC 48900.5."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ledger.domain.codes import Action, PlanKind
from ledger.projections.incidents import Card
from ledger.projections.meetings import Case
from ledger.projections.plans import Plan
from ledger.reading import Reading, _Same, _with
from ledger.reading.cases import cases_in
from ledger.reading.plans import plans_in

MEANS = (  # actions that are other means of correction, in the order of the law's list
    Action.CONFERENCE_WITH_STUDENT,
    Action.GUARDIAN_CONTACT,
    Action.COUNSELING_REFERRAL,
    Action.RESTORATIVE_CONFERENCE,
    Action.RESTITUTION,
    Action.INDIVIDUALIZED_INSTRUCTION,
    Action.COMMUNITY_SERVICE,
)


@dataclass(frozen=True, slots=True)
class Tried:
    """Other means than suspension, with their days; codes, dates and what somebody named."""

    actions: dict[str, tuple[str, ...]]  # an action code → its days, the first first
    meetings: tuple[str, ...]  # days of SST meetings that were held
    plans: tuple[tuple[str, str], ...]  # (kind, since) of plans that were carried out
    named: tuple[str, ...]  # in words, as they stand in no other place

    def __bool__(self) -> bool:
        return bool(self.actions or self.meetings or self.plans or self.named)


def tried(reading: Reading, student_id: str, zone: ZoneInfo) -> Tried:
    """What was tried with this student so far, for whoever is about to record a suspension."""
    with reading.opened() as (db, position):
        same = _Same(db)
        own, *_ = ids = same.all(student_id)
        cards = [reading._hidden(same.card(text)) for text in db.execute(_with(ids)).scalars()]
        answer = Tried(
            actions=_actions(cards, own),
            meetings=_meetings(cases_in(db, same, ids), zone),
            plans=_plans(plans_in(db, same, ids)),
            named=tuple(said["text"] for card in cards for said in _of(card, own)),
        )
    return reading.give("tried before", answer, [own], position, purpose="entry")


def _actions(cards: list[Card], own: str) -> dict[str, tuple[str, ...]]:
    done = [a for card in cards for a in card.actions.values() if a.label in _labels(card, own)]
    days = {
        means.value: tuple(sorted({a.on for a in done if a.action == means.value}))
        for means in MEANS
    }
    return {action: on for action, on in days.items() if on}


def _of(card: Card, own: str) -> list[dict[str, str]]:
    return [said for said in card.means if said["label"] in _labels(card, own)]


def _labels(card: Card, own: str) -> set[str]:
    return {person.label for person in card.people.values() if person.student_id == own}


def _meetings(cases: list[Case], zone: ZoneInfo) -> tuple[str, ...]:
    held = (meeting for case in cases for meeting in case.meetings if meeting.state == "held")
    days = (datetime.fromisoformat(meeting.at).astimezone(zone).date() for meeting in held)
    return tuple(sorted(day.isoformat() for day in days))


def _plans(plans: list[Plan]) -> tuple[tuple[str, str], ...]:
    return tuple((PlanKind(p.kind).short, p.started_on) for p in plans if p.started_on)
