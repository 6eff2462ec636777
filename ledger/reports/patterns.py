"""What repeats itself with a student, in one line: how often, where and when, and with whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from ledger.domain.codes import Location
from ledger.reading import Episode, Pattern
from ledger.said import show_time

LEAST = 3  # times that anything must have happened to be told
SPAN = 30  # minutes within which times of day are one time
SHARED = 60  # and within which those at one place are told beside it
SILENT = (Location.OTHER.value, Location.UNKNOWN.value)  # places that say nothing
WHERE = {
    Location.PLAYGROUND.value: "on the playground",
    Location.BUS.value: "on the bus",
    Location.BUS_LOADING_ZONE.value: "at the bus loading zone",
    Location.SPECIAL_EVENT_ASSEMBLY_FIELD_TRIP.value: "at a special event, assembly or field trip",
    Location.OFF_CAMPUS.value: "off campus",
}


def line(pattern: Pattern, zone: ZoneInfo) -> str:
    """5th this month · 4 of 5 in the cafeteria, 12:10–12:18 · 3 of 5 with Leo Park; or nothing."""
    count = f"{ordinal(pattern.this_month)} this month" if pattern.this_month else ""
    return " · ".join(filter(None, (count, *_where_and_when(pattern, zone), _with(pattern))))


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th … 11th … 21st"""
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _where_and_when(pattern: Pattern, zone: ZoneInfo) -> Iterator[str]:
    """The place with its time of day, or each by itself."""
    episodes = pattern.episodes
    place = _most((_place(one) for one in episodes), len(episodes))
    there = [one for one in episodes if _place(one) == place]
    if place:
        times = _times(there, zone)
        shared = times and times[-1] - times[0] <= SHARED
        yield f"{_of(len(there), pattern)} {place}{f', {_range(times)}' if shared else ''}"
        if shared:
            return
    together = _together(_times(episodes, zone))
    if _telling(len(together), len(episodes)):
        yield f"{_of(len(together), pattern)} at {_range(together)}"


def _place(episode: Episode) -> str:
    """in the cafeteria; at room-12, as the school calls it"""
    if episode.place:
        return f"at {episode.place}"
    if episode.location is None or episode.location in SILENT:
        return ""
    return WHERE.get(episode.location) or f"in the {Location(episode.location).label}"


def _with(pattern: Pattern) -> str:
    others = [id for one in pattern.episodes for id in one.others]
    other = _most(others, len(pattern.episodes))
    return f"{_of(others.count(other), pattern)} with {pattern.people[other].name}" if other else ""


def _most(found: Iterable[str], of: int) -> str:
    """What was there most often, if that is often enough to be told; otherwise nothing."""
    ((most, times),) = Counter(filter(None, found)).most_common(1) or [("", 0)]
    return most if _telling(times, of) else ""


def _telling(times: int, of: int) -> bool:
    return times >= LEAST and 2 * times > of


def _of(times: int, pattern: Pattern) -> str:
    """4 of 5; of the last 5, when these are not all of this month."""
    count = len(pattern.episodes)
    return f"{times} of {count}" if pattern.this_month == count else f"{times} of the last {count}"


def _times(episodes: Iterable[Episode], zone: ZoneInfo) -> list[int]:
    """Minutes of the day, in order."""
    told = (one.occurred_at for one in episodes if not one.day_only)
    local = (datetime.fromisoformat(at).astimezone(zone) for at in told)
    return sorted(60 * at.hour + at.minute for at in local)


def _together(times: Sequence[int]) -> list[int]:
    """The most that lie within the span."""
    each = ([at for at in times if first <= at <= first + SPAN] for first in times)
    return max(each, key=len, default=[])


def _range(times: Sequence[int]) -> str:
    """12:10–12:18, or one time when they are the same."""
    first, last = (_clock(minutes) for minutes in (times[0], times[-1]))
    return first if first == last else f"{first}–{last}"


def _clock(minutes: int) -> str:
    return show_time(time(minutes // 60, minutes % 60)).rpartition(" ")[0]
