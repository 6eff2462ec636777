"""A meeting as a calendar file: the team, initials and the case's id; never a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ledger.reading.cases import Meeting

LASTS = timedelta(hours=1)
MADE_BY = "-//behavior-ledger//sst//EN"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What stands in the file."""

    case_id: str
    short_id: str
    team: str
    initials: str


def initials(name: str) -> str:
    """A.R., of Ana Rivera."""
    return "".join(f"{part[0].upper()}." for part in name.split() if part[0].isalpha())


def _years(at: datetime) -> tuple[date, date]:
    """Whose clock changes the file tells."""
    return date(at.year - 1, 1, 1), date(at.year + 1, 12, 31)


def ics(meeting: Meeting, to: Invitation, zone: ZoneInfo) -> bytes:
    """The file of one meeting; the same bytes for the same meeting, and a new one moves it."""
    from icalendar import Calendar, Event

    starts = datetime.fromisoformat(meeting.at).astimezone(zone)
    changed = meeting.moves[-1]["recorded_at"] if meeting.moves else meeting.recorded_at
    event = Event()
    event.add("uid", f"{to.case_id}-{meeting.number}@bledger")
    event.add("dtstamp", datetime.fromisoformat(changed).replace(microsecond=0))
    event.add("sequence", len(meeting.moves) + (meeting.state == "cancelled"))
    event.add("summary", f"{to.team} · {to.initials} · {to.short_id}")
    event.add("dtstart", starts)
    event.add("dtend", starts + LASTS)
    if meeting.place:
        event.add("location", meeting.place)
    event.add("status", "CANCELLED" if meeting.state == "cancelled" else "CONFIRMED")
    event.add("class", "CONFIDENTIAL")
    calendar = Calendar()
    calendar.add("prodid", MADE_BY)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones(*_years(starts))
    made: bytes = calendar.to_ical()
    return made
