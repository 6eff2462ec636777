"""What people type, as values; and times and texts as they are shown again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import product
from typing import Any, Literal, Protocol, TypeVar, overload
from zoneinfo import ZoneInfo

SAID_CAP = 80  # characters that a time, a length or a code may take
SHOWN_CAP = 40  # characters of them that are said back


class Unclear(Exception):
    """What was typed has no one meaning; the message is for the person who typed it.

    `hints` are words that would do; `guess` is the one that was nearly typed.
    """

    def __init__(self, message: str, hints: Iterable[str] = (), guess: str | None = None) -> None:
        super().__init__(message)
        self.hints = tuple(hints)
        self.guess = guess


class NotYet(Unclear):
    """A time that has not come."""


# Times


@dataclass(frozen=True, slots=True)
class Bells:
    """The bells of one day: periods as (name, start, end), lunch by grade, `*` every other."""

    periods: tuple[tuple[str, time, time], ...] = ()
    lunch: Mapping[str, tuple[time, time]] = field(default_factory=dict)


BellsOf = Bells | Callable[[date], Bells | None] | None
Clock = Callable[[date, Sequence[str]], time | None]  # a time of day, in words

EVERY_GRADE = "*"
SLACK = timedelta(minutes=2)  # by which two clocks may differ
HALF_YEAR = timedelta(days=183)  # a year that was not said is guessed no further back
YEARS = range(2000, 2200)
SCHOOL_YEAR_STARTS = (8, 1)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
EXAMPLES = ("10:40", "-10m", "yesterday lunch", "monday 9:15", "2026-11-20 09:05")

FILLERS = frozenset(
    ("at", "on", "the", "of", "during", "a", "las", "la", "el", "los", "de", "del"),
)
NOW = frozenset(("now", "ahora"))
LAST = frozenset(("last", "pasado"))
RELATIVE_DAYS = {
    "today": 0,
    "hoy": 0,
    "yesterday": -1,
    "ayer": -1,
    "day before yesterday": -2,
    "anteayer": -2,
    "tomorrow": 1,
    "manana": 1,
}
WEEKDAY_WORDS = {
    word: number
    for number, words in enumerate(
        (
            "mon monday lunes",
            "tue tues tuesday martes",
            "wed weds wednesday miercoles",
            "thu thur thurs thursday jueves",
            "fri friday viernes",
            "sat saturday sabado",
            "sun sunday domingo",
        )
    )
    for word in words.split()
}
MONTH_WORDS = {
    word: number
    for number, words in enumerate(
        (
            "jan january enero",
            "feb february febrero",
            "mar march marzo",
            "apr april abril",
            "may mayo",
            "jun june junio",
            "jul july julio",
            "aug august agosto",
            "sep sept september septiembre",
            "oct october octubre",
            "nov november noviembre",
            "dec december diciembre",
        ),
        start=1,
    )
    for word in words.split()
}
ORDINALS = {
    word: str(number)
    for number, word in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"), start=1
    )
}
NOON = frozenset(("noon", "midday", "mediodia"))
LUNCH = frozenset(("lunch", "lunchtime", "almuerzo"))

# Compiled when first used: all at once would cost 5 ms at every start.
STAMP = r"(?i)\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?(Z|[+-]\d\d:?\d\d))?"
AGO = r"[-\u2212\u2013] ?(.+)|(.+) ago"
CLOCK = r"(\d{1,2})(?:[:.h]?(\d\d)(?::(\d\d))?)? ?(?:([ap])\.? ?m\.?)?"
NAKED_HOUR = r"(?<![\d:.])[1-6][:.h]\d\d(?![\d:.]| ?[ap]\.? ?m)"
ISO_DAY = r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
US_DAY = r"(\d{1,2})[/-](\d{1,2})(?:[/-](\d\d)|[/ -]((?:19|20|21)\d\d))?"
DAY_NUMBER = r"(\d{1,2})(?:st|nd|rd|th)?"
YEAR = r"(?:19|20|21)\d\d"
PERIOD = (
    r"(?:period|per|p|periodo) ?(\d{1,2})|(\d{1,2})(?:st|nd|rd|th)? (?:period|per|periodo)"
    r"|(\d{1,2})(?:st|nd|rd|th)"
)


def parse_when(
    said: str,
    now: datetime,
    zone: ZoneInfo,
    bells: BellsOf,
    *,
    allow_future: bool = False,
    grade: str = EVERY_GRADE,
) -> datetime:
    """The instant that somebody typed, in the school's zone; Unclear when there is not one.

    Without am or pm it is the time inside the school day (7:00 to 17:59). A weekday is the latest
    one past. A date without a year is the nearest one. A lunch is that of `grade`. `bells` are of
    every day alike, or looked up by day.
    """
    now = now.astimezone(zone)
    words = _words(said)
    if not words:
        raise _not_a_time(said)
    at = _stamp(said, zone) or _from_now(words, now)
    if at is None:
        readings = _readings(words, now, bells, grade)
        at = (
            _instant(_likeliest(readings, now, allow_future), zone)
            if readings
            else _by_dateparser(said, now, zone)
        )
    return _allowed(at, now, zone, allow_future)


def parse_as_of(
    said: str, now: datetime, zone: ZoneInfo, *, edge: Literal["start", "end"] = "end"
) -> datetime:
    """The instant that --since (start) or --until and --as-of (end) mean, in the school's zone.

    A day is its first or last moment; a year is the school year that begins in it: `2025` is
    Aug 1 2025, or the end of Jul 31 2026. The future is allowed.
    """
    now = now.astimezone(zone)
    words = _words(said)
    if len(words) == 1 and re.fullmatch(YEAR, words[0]):
        year = _in_years(int(words[0]), said)
        start = date(year, *SCHOOL_YEAR_STARTS)
        return _edge(start, start.replace(year=year + 1) - timedelta(days=1), zone, edge)
    days = _days(words, now.date())
    if not words or not days:
        return parse_when(said, now, zone, None, allow_future=True)
    day = next((d for d in days if d <= now.date()), days[0])
    _in_years(day.year, said)
    return _edge(day, day, zone, edge)


def show_when(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`Wed Oct 14 2026, 12:10 PM`; what is due on the day after `now` says so."""
    local = at.astimezone(zone)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    ahead = "tomorrow " if local.date() == tomorrow else ""
    return f"{ahead}{show_day(local)}, {show_time(local)}"


def show_day(day: date) -> str:
    """`Wed Oct 14 2026`, of a day or of an instant in its own zone."""
    return f"{WEEKDAYS[day.weekday()]} {MONTHS[day.month - 1]} {day.day} {day.year}"


def show_time(at: datetime | time) -> str:
    """`12:10 PM`, in its own zone."""
    return f"{at.hour % 12 or 12}:{at.minute:02} {'AM' if at.hour < 12 else 'PM'}"


def _words(said: str) -> list[str]:
    """Lower case, without accents, commas and words that say nothing."""
    if len(said) > SAID_CAP:
        raise Unclear(f"{_quoted(said)} is too long for a time. Say it like {_any_of(EXAMPLES)}.")
    return _telling(said)


def _telling(text: str) -> list[str]:
    return [word for word in _plain(text).split() if word not in FILLERS]


def _plain(said: str) -> str:
    bare = unicodedata.normalize("NFKD", said)
    return "".join(c for c in bare if not unicodedata.combining(c)).casefold().replace(",", " ")


def _quoted(said: str) -> str:
    return f'"{" ".join(clean(said[:SHOWN_CAP]).split())}{"…" if len(said) > SHOWN_CAP else ""}"'


def _any_of(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _stamp(said: str, zone: ZoneInfo) -> datetime | None:
    """A machine's full time, which is exact: 01:05 is at night."""
    text = said.strip()
    if not re.fullmatch(STAMP, text):
        return None
    _in_years(int(text[:4]), said)
    try:
        day, clock = text[:10], text[11:].upper().replace(" ", "")
        at = datetime.fromisoformat(f"{day}T{clock}")
    except ValueError:
        raise _impossible(said) from None
    return _instant(at, zone) if at.tzinfo is None else at.astimezone(zone)


def _from_now(words: list[str], now: datetime) -> datetime | None:
    """`now`, `-10m`, `-1h30`, `10 minutes ago`."""
    if len(words) == 1 and words[0] in NOW:
        return now
    match = re.fullmatch(AGO, " ".join(words))
    length = match and _length(match[1] or match[2])
    if not length or length.minutes is None:
        return None
    # In UTC: ten minutes are ten minutes, also on the night when the clocks change.
    ago = now.astimezone(UTC) - timedelta(minutes=length.minutes)
    return ago.astimezone(now.tzinfo)


def _readings(words: list[str], now: datetime, bells: BellsOf, grade: str) -> list[datetime]:
    """What a day and a time of day can mean, in either order; local times, the likeliest first."""
    today = now.date()
    if words and _days(words, today):
        raise Unclear(
            f"{_quoted(' '.join(words))} is a day. Say the time too, like 10:40 or lunch."
        )
    trouble = None
    # By the clock first: the bells may have to be looked up.
    clocks: tuple[Clock, ...] = (_by_clock, partial(_by_bells, bells, grade))
    for clock, (first, second) in product(clocks, _splits(words)):
        try:
            times = [(day, clock(day, second)) for day in _days(first, today)]
        except Unclear as error:
            trouble = error  # another split may still make sense of it
            continue
        if readings := [datetime.combine(day, at) for day, at in times if at]:
            return readings
    if trouble:
        raise trouble
    return []


def _splits(words: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Every way to part words into a day and a time of day, in either order."""
    for cut in range(len(words)):
        yield words[:cut], words[cut:]
        if cut:
            yield words[cut:], words[:cut]


def _likeliest(readings: list[datetime], now: datetime, allow_future: bool) -> datetime:
    """The first that has happened, and not so long ago that its year would have been said."""
    local = now.replace(tzinfo=None)
    if allow_future:
        return readings[0]
    past = (r for r in readings if local - HALF_YEAR < r <= local + SLACK)
    return next(past, readings[0])


def _days(words: Sequence[str], today: date) -> tuple[date, ...]:
    """The days that words can mean, the likeliest first; no words are today."""
    text = " ".join(words)
    if not words:
        return (today,)
    if text in RELATIVE_DAYS:
        return (today + timedelta(days=RELATIVE_DAYS[text]),)
    return _weekday(words, today) or _date(text, today) or _named_date(words, today)


def _weekday(words: Sequence[str], today: date) -> tuple[date, ...]:
    names = [WEEKDAY_WORDS[word] for word in words if word in WEEKDAY_WORDS]
    rest = [word for word in words if word not in WEEKDAY_WORDS]
    if len(names) != 1:
        return ()
    back = timedelta(days=(today.weekday() - names[0]) % 7)
    week = timedelta(days=7)
    if not rest:
        return (today - back, today - back - week)
    if len(rest) == 1 and rest[0] in LAST:
        return (today - (back or week),)
    return _on_weekday(names[0], _date(" ".join(rest), today) or _named_date(rest, today))


def _on_weekday(number: int, days: tuple[date, ...]) -> tuple[date, ...]:
    right = tuple(day for day in days if day.weekday() == number)
    if days and not right:
        raise Unclear(f"That day is a {show_day(days[0])}. Say the date or the weekday, not both.")
    return right


def _date(text: str, today: date) -> tuple[date, ...]:
    """A date in figures: year first, or month first."""
    if match := re.fullmatch(ISO_DAY, text):
        return _dates(text, int(match[2]), int(match[3]), int(match[1]), today)
    if match := re.fullmatch(US_DAY, text):
        year = match[4] or (match[3] and f"20{match[3]}")
        return _dates(text, int(match[1]), int(match[2]), int(year) if year else None, today)
    return ()


def _named_date(words: Sequence[str], today: date) -> tuple[date, ...]:
    """A date with the month's name: `oct 9`, `9 oct 2026`."""
    year = int(words[2]) if len(words) == 3 and re.fullmatch(YEAR, words[2]) else None
    if len(words) != (2 if year is None else 3):
        return ()
    for name, number in ((words[0], words[1]), (words[1], words[0])):
        match = re.fullmatch(DAY_NUMBER, number)
        if name in MONTH_WORDS and match:
            return _dates(" ".join(words), MONTH_WORDS[name], int(match[1]), year, today)
    return ()


def _dates(text: str, month: int, day: int, year: int | None, today: date) -> tuple[date, ...]:
    """The dates that exist, the nearest to today first."""
    years = (today.year, today.year - 1, today.year + 1) if year is None else (year,)
    found = [_real(y, month, day) for y in years]
    dates = sorted((d for d in found if d), key=lambda d: abs(d - today))
    if not dates:
        raise Unclear(f"There is no day {_quoted(text)}. Write it as month/day or as 2026-11-20.")
    return tuple(dates)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _by_clock(_: date, words: Sequence[str]) -> time | None:
    text = " ".join(words)
    if text in NOON:
        return time(12)
    match = re.fullmatch(CLOCK, text)
    if match is None or not (match[2] or match[4]):
        return None
    return _of_day(text, int(match[1]), int(match[2] or 0), int(match[3] or 0), match[4])


def _by_bells(bells: BellsOf, grade: str, day: date, words: Sequence[str]) -> time | None:
    known = bells(day) if callable(bells) else bells
    return _lunch(known, grade) if " ".join(words) in LUNCH else _period(words, known)


def _of_day(text: str, hour: int, minute: int, second: int, half: str | None) -> time:
    if half and not 1 <= hour <= 12:
        raise _impossible(text)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif 1 <= hour <= 6:
        hour += 12
    try:
        return time(hour, minute, second)
    except ValueError:
        raise _impossible(text) from None


def _lunch(bells: Bells | None, grade: str) -> time:
    """When lunch begins, if the bells say one time for it."""
    lunch = bells.lunch if bells else {}
    if one := lunch.get(grade) or lunch.get(EVERY_GRADE):
        return one[0]
    named = [start for name, start, _ in bells.periods if name.casefold() in LUNCH] if bells else []
    starts = sorted({start for start, _ in lunch.values()} or named)
    if len(starts) == 1 and grade == EVERY_GRADE:
        return starts[0]
    shown = _any_of([show_time(start) for start in starts]) if starts else ""
    why = f"is at {shown}" if shown else "is not in the bell schedule of that day"
    raise Unclear(f"Lunch {why}. Say the time itself, like 12:10.", map(show_time, starts))


def _period(words: Sequence[str], bells: Bells | None) -> time | None:
    """When the period of this name or number begins; None when it is no period's name."""
    periods = bells.periods if bells else ()
    number = _number(words)
    fit = [start for name, start, _ in periods if _names(words, number, _telling(name))]
    if len(fit) == 1:
        return fit[0]
    names = [name for name, _, _ in periods]
    if fit or number or any(set(words) <= set(_telling(name)) for name in names):
        known = f"There are {', '.join(names)}." if names else "The bells of that day are not set."
        raise Unclear(
            f"{_quoted(' '.join(words))} is not one period of that day. {known} "
            "Name one of them, or say the time itself.",
            names,
        )
    return None


def _names(words: Sequence[str], number: str | None, name: list[str]) -> bool:
    own = name[0] if len(name) == 1 and name[0].isdigit() else _number(name)
    return number == own if number else name == list(words) and not own


def _number(words: Sequence[str]) -> str | None:
    """The number in `period 3`, `2nd period`, `second period`, `p2`."""
    match = re.fullmatch(PERIOD, " ".join(ORDINALS.get(word, word) for word in words))
    return match[match.lastindex or 0] if match else None


def _by_dateparser(said: str, now: datetime, zone: ZoneInfo) -> datetime:
    """What the table above does not know, in English and Spanish; no part of a date is guessed."""
    from dateparser.date import DateDataParser  # type: ignore[import-untyped]  # no stubs

    text = " ".join(said.casefold().split())
    parser = DateDataParser(
        languages=["en", "es"],
        settings={
            "PREFER_DATES_FROM": "past",
            "DATE_ORDER": "MDY",
            "RELATIVE_BASE": now.replace(tzinfo=None),
            "RETURN_TIME_AS_PERIOD": True,
            "REQUIRE_PARTS": ["year", "month", "day"],
        },
    )
    try:
        found = parser.get_date_data(text)
    except (ValueError, OverflowError):
        raise _not_a_time(said) from None
    if found.date_obj is None or found.period != "time":
        raise _not_a_time(said)
    at: datetime = found.date_obj
    late = timedelta(hours=12 if re.search(NAKED_HOUR, text) else 0)
    return at.astimezone(zone) if at.tzinfo else _instant(at + late, zone)


def _instant(at: datetime, zone: ZoneInfo) -> datetime:
    """A local time as an instant; the first of two, Unclear when clocks jump over it."""
    _in_years(at.year, show_day(at))
    there = at.replace(tzinfo=zone, fold=0)
    if there.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != at.replace(fold=0):
        raise Unclear(
            f"There was no {show_time(at)} on {show_day(at)}: the clocks went forward. "
            "Say the time that they showed."
        )
    return there


def _allowed(at: datetime, now: datetime, zone: ZoneInfo, allow_future: bool) -> datetime:
    _in_years(at.year, show_day(at))
    if at > now + SLACK and not allow_future:
        raise NotYet(f"{_capital(show_when(at, zone, now))} has not come yet. Say when it was.")
    return at


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _edge(first: date, last: date, zone: ZoneInfo, edge: Literal["start", "end"]) -> datetime:
    """The first or the last moment of a stretch of days."""
    day = first if edge == "start" else last + timedelta(days=1)
    # By way of UTC: where clocks change at midnight, a day begins at 1:00.
    start = datetime.combine(day, time(), zone).astimezone(UTC)
    return (start - timedelta(microseconds=edge == "end")).astimezone(zone)


def _in_years(year: int, said: str) -> int:
    if year not in YEARS:
        raise Unclear(
            f"{_quoted(said)} is not in the years {YEARS[0]} to {YEARS[-1]}. Check the year."
        )
    return year


def _impossible(said: str) -> Unclear:
    return Unclear(f"There is no time {_quoted(said)}. Say it like {_any_of(EXAMPLES)}.", EXAMPLES)


def _not_a_time(said: str) -> Unclear:
    return Unclear(f"{_quoted(said)} is not a time. Say it like {_any_of(EXAMPLES)}.", EXAMPLES)


# Lengths


@dataclass(frozen=True, slots=True)
class Length:
    """How long something took: in minutes, or in school days."""

    minutes: int | None = None
    days: Decimal | None = None


LENGTHS = ("10m", "1h30", "0.5d", "2d", "half day")
MOST_MINUTES = 24 * 60
MOST_DAYS = 366
NUMBER = r"(\d{1,6}(?:\.\d{1,2})?|\.\d{1,2})"
HALF_A = r"(?:half|medi[ao])(?: an?)? ?(?=[dh])"
DAYS = rf"{NUMBER} ?d(?:ays?|ias?)?"
HOURS = rf"{NUMBER} ?h(?:rs?|ours?|oras?)?"
MINUTES = r"(\d{1,6}) ?m(?:in(?:s|utes?|utos?)?)?"
BOTH = r"(\d{1,4}) ?h(?:rs?|ours?|oras?)? ?(?:and )?([0-5]?\d)(?: ?m(?:in(?:s|utes?|utos?)?)?)?"


def parse_length(said: str) -> Length:
    """A length as people type it: `10m`, `1h30`, `0.5d`, `half day`; Unclear when it is none."""
    found = _length(said) if len(said) <= SAID_CAP else None
    if found is None:
        raise Unclear(f"{_quoted(said)} is not a length. Say it like {_any_of(LENGTHS)}.", LENGTHS)
    return found


def _length(said: str) -> Length | None:
    # Before accents are taken off: that makes 1/2 of ½, and 81/2 of 8½.
    halved = re.sub(r"(\d*)½", r"\1.5", said)
    text = re.sub(HALF_A, "0.5", _plain(halved.replace(",", ".")).strip())
    if match := re.fullmatch(DAYS, text):
        days = Decimal(match[1])
        return Length(days=days) if 0 < days <= MOST_DAYS else None
    minutes = _minutes(text)
    if minutes is None or minutes != int(minutes) or not 0 < minutes <= MOST_MINUTES:
        return None
    return Length(minutes=int(minutes))


def _minutes(text: str) -> Decimal | None:
    if match := re.fullmatch(HOURS, text):
        return Decimal(match[1]) * 60
    if match := re.fullmatch(BOTH, text):
        return Decimal(match[1]) * 60 + Decimal(match[2])
    match = re.fullmatch(MINUTES, text)
    return Decimal(match[1]) if match else None


# Codes


class Coded(Protocol):
    """A member of a code set, as far as words need it."""

    @property
    def value(self) -> str: ...


T = TypeVar("T")
C = TypeVar("C", bound=Coded)
NO_WORDS: Mapping[str, str] = {}
NEAR = 70  # of 100: how like a code a word must be to be offered
OFFERED = 3
GUESSABLE = 4  # letters below which one slip is too much of the word


@overload
def match_code(said: str, choices: Mapping[str, T], own_words: Mapping[str, str] = ...) -> T: ...
@overload
def match_code(said: str, choices: Iterable[C], own_words: Mapping[str, str] = ...) -> C: ...
def match_code(
    said: str,
    choices: Mapping[str, Any] | Iterable[Any],
    own_words: Mapping[str, str] = NO_WORDS,
) -> Any:
    """The one code that was typed: whole, as the school's own word, or by a beginning of its parts.

    What fits several, or was only nearly typed, is never taken: Unclear, with what would do.
    """
    if isinstance(choices, Mapping):
        return _matched(said, choices, own_words, "word")
    members = tuple(choices)
    return _matched(said, {m.value: m for m in members}, own_words, _set_name(members))


def _matched(said: str, choices: Mapping[str, T], own_words: Mapping[str, str], what: str) -> T:
    codes = {_key(code): code for code in choices}
    own = {_key(word): code for word, code in own_words.items() if code in choices}
    typed = _key(said)
    if exact := codes.get(typed) or own.get(typed):
        return choices[exact]
    fit = _beginning(typed, codes)
    if len(fit) == 1:
        return choices[fit[0]]
    if fit:
        raise Unclear(f"{_quoted(said)} fits {_both(fit)}. Type more of the {what} you mean.", fit)
    raise _no_such_code(said, typed, codes | own, what)


def _key(word: str) -> str:
    """The words of a code, joined by dashes."""
    return re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", word).casefold()).strip("-")


def _beginning(typed: str, codes: Mapping[str, str]) -> list[str]:
    """Codes that begin so; if there is none, codes whose parts begin so, in order."""
    parts = [part for part in typed.split("-") if part]
    if not parts:
        return []
    split = {code: key.split("-") for key, code in codes.items()}
    first = [c for c, own in split.items() if _each_begins(parts, own[: len(parts)])]
    return first or [code for code, own in split.items() if _each_begins(parts, own)]


def _each_begins(parts: Sequence[str], own: Sequence[str]) -> bool:
    left = iter(own)
    return all(any(word.startswith(part) for word in left) for part in parts)


def _no_such_code(said: str, typed: str, words: Mapping[str, str], what: str) -> Unclear:
    """What to say of a word that no code begins with: the nearest, or all there are."""
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import OSA

    near = process.extract(typed, list(words), scorer=fuzz.WRatio, score_cutoff=NEAR, limit=OFFERED)
    hints = list(dict.fromkeys(words[word] for word, _, _ in near))
    slips = {code for word, code in words.items() if OSA.distance(typed, word) <= 1}
    guess = slips.pop() if len(slips) == 1 and len(typed) >= GUESSABLE else None
    if hints:
        ask = f"Did you mean {_any_of(hints)}?"
        return Unclear(f"There is no {what} {_quoted(said)}. {ask}", hints, guess)
    known = list(dict.fromkeys(words.values()))
    return Unclear(f"There is no {what} {_quoted(said)}. There are {', '.join(known)}.", known)


def _both(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


CALLED = {"Positive": "strength"}  # code set → the school's word, where its name says less


def _set_name(members: Sequence[object]) -> str:
    """`contact outcome`, of the members of ContactOutcome."""
    name = type(members[0]).__name__ if members else "word"
    return CALLED.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


# Texts

JOINERS = "\u200c\u200d"
ESCAPES = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colour, cursor
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS …
    r"|\x1b[ -/]*[0-~]"
)
BREAKS = r"\r\n?"
BLANKS = "[\t\v\f\x1c-\x1f\x85\u2028\u2029]"
# A joiner means something in emoji and between letters of scripts from Hebrew on.
MEANING = "[\u0590-\u200b\u200e-\U0010ffff]"
LOOSE = rf"(?<!{MEANING})[{JOINERS}]|[{JOINERS}](?!{MEANING})"


def clean(text: str) -> str:
    """A text that is safe to print: nothing in it moves the cursor, hides or turns around.

    Line ends, letters of every script, accents and emoji stay. What is stored is never altered.
    """
    if text.isprintable():
        return text
    text = re.sub(BLANKS, " ", re.sub(BREAKS, "\n", re.sub(ESCAPES, "", text)))
    return re.sub(LOOSE, "", "".join(map(_shown, text)))


def _shown(letter: str) -> str:
    match unicodedata.category(letter):
        case "Cs":
            return "\N{REPLACEMENT CHARACTER}"
        case "Cc" | "Cf" if letter not in "\n" + JOINERS:
            return ""
    return letter


def split_students(words: Sequence[str]) -> list[str]:
    """The students among words, which `and` or `&` joins."""
    found: list[list[str]] = [[]]
    for word in " ".join(words).split():
        if word.casefold() in ("and", "&"):
            found.append([])
        else:
            found[-1].append(word)
    return [" ".join(one) for one in found if one]
