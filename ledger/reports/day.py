"""What is on the screen after `act`, `call` and `praise`: what was recorded, and of whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ledger.domain.codes import ContactOutcome, Motivation
from ledger.domain.contact import Contact
from ledger.domain.incident import ActionTaken
from ledger.domain.student import PraiseRecorded
from ledger.finding import Found
from ledger.reports import wrapped
from ledger.reports.patterns import ordinal
from ledger.said import show_time, show_when

TRIED = {ContactOutcome.NO_ANSWER: "attempt"}  # outcome → how it is called, if not by its label
LANGUAGES = {
    "ar": "Arabic",
    "en": "English",
    "es": "Spanish",
    "fa": "Farsi",
    "hi": "Hindi",
    "hmn": "Hmong",
    "hy": "Armenian",
    "ja": "Japanese",
    "km": "Khmer",
    "ko": "Korean",
    "pa": "Punjabi",
    "ru": "Russian",
    "tl": "Tagalog",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
SECOND = "Nothing was added; if it happened a second time: --again"
NEVER_SENT = "never sent anywhere as discipline"


def acted(
    short: str,
    name: str,
    taken: ActionTaken,
    why: Motivation | None,
    left: Sequence[str] | None,
    *,
    against: str = "",
    repeated: bool,
) -> list[str]:
    """4f1c2aa  Ana Rivera · conference with student, 10 min · why: peer attention · nothing open"""
    parts = [f"{short}  {name}", *_already(repeated), str(taken), *filter(None, [against])]
    parts += [f"why: {why.label}"] if why else []
    if left is not None:
        parts.append(f"open: {', '.join(left)}" if left else "nothing open")
    return [*wrapped(" · ".join(parts), 9), *_again(repeated)]


def called(
    short: str,
    found: Found,
    contact: Contact,
    tried: int | None,
    about: str | None,
    *,
    zone: ZoneInfo,
    now: datetime,
    chosen: bool,
    repeated: bool,
) -> list[str]:
    """Recorded  91d3f60   reached Elena Rivera (mother) · Spanish, interpreter R. Soto · 3:10 PM"""
    parts = [_outcome(contact), _language(contact), _when(contact, tried, zone, now)]
    word = "Already recorded" if repeated else "Recorded"
    told = wrapped(f"{word}  {short}   {' · '.join(filter(None, parts))}", 8)
    told += [f"  {_child(found)}", *_again(repeated)]
    if about is not None:
        same_day = contact.at.at.astimezone(zone).date() == now.date()
        which = "" if chosen else f", {'today' if same_day else 'that day'}'s incident"
        hint = "" if chosen else "        Not about it?  bledger undo, then --about none | ID"
        told.append(f"  about {about}{which}.{hint}")
    return told


def _outcome(contact: Contact) -> str:
    """reached Elena Rivera (mother); attempt · father"""
    relation = contact.relation.label if contact.relation else ""
    name = str(contact.with_whom) if contact.with_whom is not None else ""
    who = f"{name} ({relation})" if name and relation else name or relation
    if contact.outcome is ContactOutcome.REACHED:
        return f"reached {who or 'the family'}"
    return " · ".join(filter(None, (TRIED.get(contact.outcome, contact.outcome.label), who)))


def _language(contact: Contact) -> str:
    language = LANGUAGES.get(contact.language or "", contact.language or "")
    named = f"interpreter {contact.interpreter}" if contact.interpreter is not None else ""
    interpreted = named or ("interpreted" if contact.interpreted else "")
    return ", ".join(filter(None, (language, interpreted)))


def _when(contact: Contact, tried: int | None, zone: ZoneInfo, now: datetime) -> str:
    """When somebody was reached; of an attempt, which of this week it is."""
    if contact.outcome is not ContactOutcome.REACHED and tried:
        return f"{ordinal(tried)} this week"
    at = contact.at.at.astimezone(zone)
    return show_time(at) if at.date() == now.date() else show_when(at, zone, now)


def praised(
    short: str,
    found: Found,
    praise: PraiseRecorded,
    seen: Sequence[datetime],
    zone: ZoneInfo,
    *,
    repeated: bool,
) -> list[str]:
    """Recorded  0d55a1e   strength: helping · 7th since Sep 8 · never sent anywhere …"""
    word = "Already recorded" if repeated else "Recorded"
    parts = [str(praise), _count(seen, zone), NEVER_SENT]
    told = wrapped(f"{word}  {short}   {' · '.join(filter(None, parts))}", 8)
    return [*told, f"  {_child(found)}", *_again(repeated)]


def _count(seen: Sequence[datetime], zone: ZoneInfo) -> str:
    if len(seen) < 2:
        return "1st this year" if seen else ""
    first = seen[0].astimezone(zone)
    return f"{ordinal(len(seen))} since {first:%b} {first.day}"


def _child(found: Found) -> str:
    return f"{found.name}   {found.room}".rstrip()


def _again(repeated: bool) -> list[str]:
    return [f"  {SECOND}"] if repeated else []


def _already(repeated: bool) -> list[str]:
    return ["already recorded"] if repeated else []
