"""What people type about an SST case: whose it is, who does something, which day to come."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import click

from cli import Desk, asking
from cli.words import FAMILY
from ledger.domain import When
from ledger.domain.codes import Relation, current
from ledger.domain.days import day_kind
from ledger.domain.meeting import MEETING, Case, Met, Person
from ledger.finding import Found, staff_named
from ledger.reading.preparing import open_cases
from ledger.reports.day import LANGUAGES
from ledger.said import MONTHS, WEEKDAYS, Unclear, parse_when, show_day

BEGINNING = re.compile("[0-9a-f][0-9a-f-]{2,35}")
OUTSIDE = re.compile(r"(?i)(?:outside|role|de fuera)\b[ \t]*:?[ \t]*(.+)")
STUDENT = frozenset(("student", "the student", "pupil", "child", "estudiante", "alumno", "alumna"))
SPANISH = {
    "madre": "mother",
    "mamá": "mother",
    "padre": "father",
    "papá": "father",
    "abuela": "grandparent",
    "abuelo": "grandparent",
    "tutor": "guardian",
    "tutora": "guardian",
}
NUMBER = re.compile("[1-9][0-9]{0,2}")
ROLE_CAP = 60
SPOKEN = {name.casefold(): code for code, name in LANGUAGES.items()} | {
    "español": "es",
    "espanol": "es",
    "inglés": "en",
    "ingles": "en",
}
DAY_ONLY = re.compile(r"[^\W\d_]{3,}|\d[/-]\d")  # a weekday, a month, a date in figures
FARTHEST = timedelta(days=300)  # a date without a year beyond that is one that is past
BACK = re.compile(r"(?i)yesterday|today|ago|now|last|ayer|hoy|ahora|pasado|\d{4}-\d")


@dataclass(frozen=True)
class Meant:
    """One case, as its rules know it, and whose it is."""

    id: str
    case: Case
    found: Found | None

    @property
    def name(self) -> str:
        return self.found.name if self.found else "a student"


def meant(desk: Desk, words: Sequence[str]) -> Meant:
    """The case that this is the beginning of, or the open case of this student."""
    if not words:
        raise click.UsageError("whose case? Name the student, or give the beginning of its id")
    record = desk.school.record
    first = words[0].lower()
    if len(words) == 1 and BEGINNING.fullmatch(first) and (ids := record.begins("meeting", first)):
        return _one(desk, ids, f"begin with {first}")
    found = asking.student(desk, words)
    ids = open_cases(desk.school.reading, found.student_id)
    if not ids:
        raise asking.NotOne(
            "no SST case of that student is open. Open one: bledger sst request STUDENT"
        )
    return _one(desk, ids, "of that student are open")


def _one(desk: Desk, ids: Sequence[str], how: str) -> Meant:
    record = desk.school.record
    if len(ids) > 1:
        shown = ", ".join(record.short("meeting", id) for id in ids)
        raise asking.NotOne(f"{len(ids)} SST cases {how}: {shown}. Give the one that you mean")
    case = MEETING.fold(record.stream(f"meeting-{ids[0]}"))
    found = desk.school.find(case.student_id).students if case.student_id else ()
    return Meant(ids[0], case, found[0] if len(found) == 1 else None)


def meeting_number(meant: Meant, said: int | None, stage: str, now: datetime) -> int | None:
    """The meeting of this number; or the next one set, the last one held; None when none is."""
    if said is not None:
        return said
    fit = {n: met for n, met in meant.case.meetings.items() if met.stage == stage}
    if stage == "held":
        return max(fit, key=lambda n: fit[n].at, default=None)
    return min(fit, key=partial(_nearness, fit, now), default=None)


def _nearness(met: dict[int, Met], now: datetime, number: int) -> timedelta:
    return abs(met[number].at - now)


def number_at_end(params: dict[str, Any]) -> None:
    """The number of a promise or a question behind the student, unless its option says it."""
    maybe_number_at_end(params)
    if params["number"] is None:
        raise click.UsageError("which one? Give its number behind the student: ana rivera 2")


def maybe_number_at_end(params: dict[str, Any]) -> None:
    """The same of one that may be left out."""
    words = list(params["student"])
    if params["number"] is None and len(words) > 1 and NUMBER.fullmatch(words[-1]):
        params["number"] = int(words.pop())
    params["student"] = tuple(words)


def person(desk: Desk, said: str) -> Person:
    """Who is meant: of the staff by name, of the family by what they are, somebody from outside."""
    words = " ".join(said.split())
    key = words.casefold()
    if key in STUDENT:
        return Person(student=True)
    if key == "me":
        return Person(staff=desk.school.actor.id)
    with suppress(KeyError):
        return Person(relation=_relations()[FAMILY.get(key) or SPANISH.get(key) or key])
    if outside := OUTSIDE.fullmatch(words):
        return Person(role=_role(outside[1]))
    known = staff_named(desk.school.roster, words)
    if len(known) == 1:
        return Person(staff=known[0])
    how = f"{len(known)} of the staff fit" if known else "nobody on the staff is called"
    raise Unclear(
        f'{how} "{words[:40]}". The family by what they are: mother, father, guardian …; '
        "anybody else so: outside county social worker"
    )


def _role(said: str) -> str:
    if len(said) > ROLE_CAP:
        raise Unclear(f"say in at most {ROLE_CAP} letters what somebody from outside is")
    return said


def _relations() -> dict[str, Relation]:
    spelled = {relation.value: relation for relation in current(Relation)}
    return spelled | {relation.label: relation for relation in current(Relation)}


def people(desk: Desk, said: Iterable[str]) -> tuple[Person, ...]:
    """Several, each in an option of their own or joined by `and`."""
    each = [one for words in said for one in re.split(r"(?i)\s+and\s+|\s*[,&]\s*", words) if one]
    return tuple(dict.fromkeys(person(desk, one) for one in each))


def language(said: str) -> str | None:
    """The code of a language that this program has a word for; None when it has none."""
    key = said.strip().casefold()
    return key if key in LANGUAGES else SPOKEN.get(key)


def spoken(said: str | None) -> str | None:
    """A language as it is stored: its code, or the word for one that has none here."""
    return said and (language(said) or said.strip())


def coming(desk: Desk, said: str, floor: date) -> When:
    """An instant to come: of days that the words can mean, the first on or after `floor`."""
    zone = desk.school.settings.zone
    return When(at=_coming(desk, said, floor), zone=zone.key, said=said)


def to_come(desk: Desk, said: str) -> When:
    """The instant that a meeting is moved to; Unclear when it is past."""
    when = coming(desk, said, asking.day(desk, None))
    if told := past(desk, when):
        raise Unclear(
            f"{told[0].strip()}: say a time to come. One that was held without having been set: "
            "bledger sst hold STUDENT --at TIME"
        )
    return when


def past(desk: Desk, when: When) -> list[str]:
    """A reminder, where a time is past."""
    if when.at >= (desk.typed_at or desk.clock()):
        return []
    return [f"  {show_day(when.at.astimezone(desk.school.settings.zone))} is past"]


def no_school(desk: Desk, when: When) -> list[str]:
    """A reminder, where a meeting is set for a day without school."""
    day = when.at.astimezone(desk.school.settings.zone).date()
    if day_kind(desk.school.calendar, day) is not None:
        return []
    return [f"  No school on {WEEKDAYS[day.weekday()]} {MONTHS[day.month - 1]} {day.day}"]


def coming_day(desk: Desk, said: str, floor: date = date.min) -> date:
    """The same of a day; without a floor the nearest."""
    try:
        return _coming(desk, f"{said} 12:00", floor).date()
    except Unclear:
        raise Unclear(
            f'"{said[:40]}" is not a day. Write it like Oct 30, friday or 2026-10-30'
        ) from None


def shown(desk: Desk, case: Meant) -> str:
    """The word that finds this case again in a line: the given name, or the case's own id."""
    given = case.name.split()[0].casefold()
    if case.found and len(desk.school.find(given).students) == 1:
        return given
    return desk.school.record.short("meeting", case.id)


def _coming(desk: Desk, said: str, floor: date) -> datetime:
    zone = desk.school.settings.zone
    now = (desk.typed_at or desk.clock()).astimezone(zone)
    at = parse_when(said, now, zone, None, allow_future=True)
    if at.date() >= floor or not DAY_ONLY.search(said) or BACK.search(said):
        return at
    # A weekday is looked for in the week that begins there, a date in the year.
    for ahead in (timedelta(days=6), timedelta(days=182)):
        then = datetime.combine(floor + ahead, time(23, 59), zone)
        later = parse_when(said, then, zone, None, allow_future=True)
        if floor <= later.date() < floor + FARTHEST:
            return later
    return at
