"""What is not said yet of the last incidents: a numbered line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ledger.reading import Card, Student
from ledger.reading.named import Named, Text
from ledger.reports import WIDTH, wrapped
from ledger.reports.timeline import seen
from ledger.said import show_time

SHORT = 7
NOTHING = "Nothing is open."


def lines(cards: Sequence[Card], people: Mapping[str, Student], zone: ZoneInfo) -> list[str]:
    """1  4f1c2aa  Oct 14 12:10 PM  Ana Rivera · disruption      open: why (motivation)"""
    if not cards:
        return [NOTHING]
    told = [_one(n, card, people, zone) for n, card in enumerate(cards, 1)]
    return [part for what, left in told for part in _beside(what, left)]


def texts(named: Named, zone: ZoneInfo) -> list[str]:
    """praise   Oct 14 12:10 PM  Ana Rivera      open: a name in the text"""
    return [part for one in named.texts for part in _beside(*_text(one, named, zone))]


def _text(one: Text, named: Named, zone: ZoneInfo) -> tuple[str, str]:
    who = f"{one.kind:<11}  {_when(one.at, zone)}  {named.people[one.student_id].name}"
    return who, "open: a name in the text"


def _when(at: str, zone: ZoneInfo) -> str:
    local = datetime.fromisoformat(at).astimezone(zone)
    return f"{local:%b} {local.day:>2} {show_time(local):>8}"


def _beside(what: str, left: str) -> list[str]:
    """What is missing beside the incident, or below where both are too long for a line."""
    both = f"{what}   {left}"
    return [both] if len(both) <= WIDTH else [*wrapped(what, 8), *wrapped(f"    {left}", 8)]


def _one(number: int, card: Card, people: Mapping[str, Student], zone: ZoneInfo) -> tuple[str, str]:
    when = _when(card.occurred_at, zone)
    referred = [p for p in card.people.values() if p.referred]
    names = [people[p.student_id].name if p.student_id else p.label for p in referred]
    short = card.incident_id[:SHORT]
    who = f"{number:>2}  {short}  {when}  {', '.join(names)} · {seen(card)}"
    return who, f"open: {' · '.join(card.open)}"
