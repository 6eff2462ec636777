"""What is owed as lines of text: late, this week, to watch; and ahead and done when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from ledger.domain.calendar import SATURDAY, Calendar
from ledger.domain.clocks import Due, short
from ledger.domain.codes import Action, Behavior, Relation, RestraintKind
from ledger.domain.days import day_kind, school_year_of
from ledger.reading import Student
from ledger.reports import WIDTH, wrapped
from ledger.reports.day import LANGUAGES
from ledger.said import show_day, show_time

WHAT, OWNER, WHOM = 14, 40, 54  # columns
BESIDE = 73  # where a command stands beside a line
OWN_RULES = frozenset(
    ("promise", "plan-review", "follow-up", "meeting", "interpreter", "no-card", "consent")
)
NO_CALENDAR = "No calendar for {}: every school day below is a guess. bledger calendar import FILE"
FLAGS = {"iep": "IEP", "section-504": "504"}


@dataclass(frozen=True)
class Desk:
    """What lines are shown with: the day, the calendar, and what people and records are called."""

    today: date
    calendar: Calendar
    zone: ZoneInfo
    people: Mapping[str, Student]
    staff: Mapping[str, str]
    team: str
    short: Callable[[str], str]  # a stream's id, as short as it is understood
    word: Callable[[Student], str]  # a student, as a command takes them


@dataclass(frozen=True)
class Groups:
    """Lines by how soon they are owed."""

    late: tuple[Due, ...]
    week: tuple[Due, ...]
    watch: tuple[Due, ...]
    ahead: tuple[Due, ...]
    done: tuple[Due, ...]


def grouped(lines: Sequence[Due], today: date) -> Groups:
    """This week ends on Sunday; on a weekend it is the coming one, too."""
    left = SATURDAY + 1 - today.weekday()
    sunday = today + timedelta(days=left if today.weekday() < SATURDAY else left + 7)
    open_ = [line for line in lines if line.state in ("open", "today")]
    soon = [line for line in open_ if line.by is None or line.by <= sunday]
    return Groups(
        late=tuple(line for line in lines if line.state == "late"),
        week=tuple(soon),
        watch=tuple(sorted((line for line in lines if line.state == "watch"), key=_gravity)),
        ahead=tuple(line for line in open_ if line.by is not None and line.by > sunday),
        done=tuple(line for line in lines if line.state in ("done", "done late")),
    )


GRAVE = ("services", "determination", "yearly", "consecutive", "homework", "knowledge", "challenge")


def _gravity(line: Due) -> tuple[int, float]:
    """What is watched by law stands first, days of removal before all and the most days first."""
    place = GRAVE.index(line.rule) if line.rule in GRAVE else len(GRAVE)
    return place, -float(line.facts.get("total") or 0)


def screen(groups: Groups, desk: Desk, to_complete: int, hints: str, everything: bool) -> list[str]:
    """The whole of it; `hints` at the end of the title say what else there is."""
    told = [*_no_calendar(desk), _title(groups, desk, to_complete, hints)]
    for title, lines in (("LATE", groups.late), ("THIS WEEK", groups.week)):
        told += _section(title, (part for line in lines for part in _owed(line, desk)))
    watched = [part for line in groups.watch for part in _watched(line, desk)]
    told += _section("WATCH", iter([*watched, *_to_complete(to_complete)]))
    if everything:
        told += _section("AHEAD", (part for line in groups.ahead for part in _owed(line, desk)))
        told += _section("DONE", (part for line in groups.done for part in _owed(line, desk)))
    return told if len(told) > 1 + len(_no_calendar(desk)) else [*told, "Nothing is owed."]


def _section(title: str, lines: Iterator[str]) -> list[str]:
    told = [*lines]
    return [title, *told] if told else []


def _no_calendar(desk: Desk) -> list[str]:
    year = school_year_of(desk.calendar, desk.today)
    return [NO_CALENDAR.format(year.name)] if year.guessed else []


def _title(groups: Groups, desk: Desk, to_complete: int, hints: str) -> str:
    counts = (
        (len(groups.late), "late"),
        (len(groups.week), "this week"),
        (len(groups.watch) + bool(to_complete), "to watch"),
    )
    day = (show_day(desk.today), kind_of_day(desk.calendar, desk.today))
    left = " · ".join((*day, *(f"{n} {what}" for n, what in counts)))
    return f"{left}{' ' * max(2, WIDTH - len(left) - len(hints))}{hints}".rstrip()


def kind_of_day(calendar: Calendar, day: date) -> str:
    kind = day_kind(calendar, day)
    if kind is not None:
        return f"{kind.label} day"
    closed = day in calendar.closed and day.weekday() < SATURDAY
    return "no school, office closed" if closed else "no school"


# A line with a day


def _owed(line: Due, desk: Desk) -> Iterator[str]:
    """The day, what, whose it is, and of whom; what it counts and the next command follow."""
    told = f"  {_day(line.by, desk.today):<{WHAT - 4}}  {_what(line, desk)}"
    owner = f"{_owner(line, desk):<{WHOM - OWNER - 2}}"
    parts, below = _told_of(line, desk)
    head = f"{told:<{OWNER - 2}}  {owner}  "
    if len(told) > OWNER - 2:
        yield from wrapped(told, WHAT)
        head = f"{'':{OWNER}}{owner}  "
    hint = _hint(line, desk)
    first, *more = _packed(head, parts)
    if line.state != "late":
        fits = not more and len(first) < BESIDE and BESIDE + len(hint) <= WIDTH
        yield from (f"{first:<{BESIDE}}{hint}".rstrip() if fits else first, *more)
        return
    yield from (first, *more)
    for part in filter(None, (*below, hint)):
        yield from wrapped(f"{'':{OWNER}}{part}", OWNER + 2)


def _packed(head: str, parts: Sequence[str]) -> list[str]:
    """The parts beside the head, and below it where they do not fit."""
    lines = [head]
    for n, part in enumerate(parts):
        joined = f"{lines[-1]}{' · ' if n else ''}{part}"
        if n and len(joined) > WIDTH:
            lines.append(f"{'':{WHOM}}{part}")
        else:
            lines[-1] = joined
    return [one for line in lines for one in wrapped(line, WHOM)]


def _told_of(line: Due, desk: Desk) -> tuple[list[str], list[str]]:
    """(beside the student, in a line below): what is late shows what it counts."""
    cite = "" if line.rule in OWN_RULES else line.cite
    parts = [_students(line, desk), _detail(line, desk)]
    if line.state == "late" and cite:
        counted = " · ".join((*line.evidence, cite))
        return [*filter(None, parts)], [counted]
    own = _lateness(line, desk) if line.state in ("late", "done", "done late") else cite
    return [*filter(None, (*parts, own))], []


def _lateness(line: Due, desk: Desk) -> str:
    """2 school days late; when it was done"""
    n, of = line.days_late, line.late_in
    late = f"{n} {of.removesuffix('s') if n == 1 else of} late" if n else ""
    if line.settled is None:
        return late if line.rule in ("plan-review", "follow-up", "meeting") else ""
    how = "dropped" if line.facts.get("state") == "dropped" else "done"
    return ", ".join(filter(None, (f"{how} {_short(line.settled, desk.today)}", late)))


def _day(day: date | None, today: date) -> str:
    if day is None:
        return "–"
    return f"{day:%b} {day.day:>2} {day:%a}" if day.year == today.year else _short(day, today)


def _short(day: date, today: date) -> str:
    """Oct 5, with its year when that is another."""
    return short(day) if day.year == today.year else f"{short(day)} {day.year}"


def _what(line: Due, desk: Desk) -> str:
    if line.at is not None and line.rule != "interpreter":
        return f"{line.what}, {show_time(line.at.astimezone(desk.zone))}"
    return line.what


def _owner(line: Due, desk: Desk) -> str:
    """By name, or what they are to the student: mother."""
    known = [one for one in (line.owner, *line.owners) if one]
    return desk.staff.get(known[0], known[0].replace("-", " ")) if known else "–"


def _students(line: Due, desk: Desk) -> str:
    ids = line.facts.get("students", [line.student_id])
    return ", ".join(desk.people[id].name for id in ids)


def _detail(line: Due, desk: Desk) -> str:
    """What more is said of it, by its rule."""
    return DETAILS[line.rule](line, desk) if line.rule in DETAILS else ""


def _of_referral(line: Due, desk: Desk) -> str:
    what = ", ".join(Behavior(code).label for code in line.facts["behaviors"])
    by = line.facts["by"]
    who = f"by {desk.staff.get(by, by)} " if by else ""
    return f"{what}, {who}{_began(line, desk)}"


def _began(line: Due, desk: Desk) -> str:
    return _short(line.began, desk.today) if line.began else ""


def _of_promise(line: Due, desk: Desk) -> str:
    where = f"at the {desk.team} of " if line.facts["meeting"] else ""
    return f"promised {where}{_began(line, desk)}"


def _of_restraint(line: Due, desk: Desk) -> str:
    return f"{RestraintKind(line.facts['kind']).label}, {_began(line, desk)}"


def _of_notice(line: Due, desk: Desk) -> str:
    action = line.facts.get("action")
    what = Action(action).label if action else "decision on placement"
    whom = ", ".join(Relation(one).label for one in line.facts["whom"])
    return f"{whom} · {what}, {_began(line, desk)}"


def _of_determination(line: Due, desk: Desk) -> str:
    in_a_row = line.facts.get("in_a_row")
    return f"{in_a_row} days in a row" if in_a_row else f"decided {_began(line, desk)}"


DETAILS: Mapping[str, Callable[[Due, Desk], str]] = {
    "referral-answer": _of_referral,
    "record-access": lambda line, desk: f"asked {_began(line, desk)}",
    "promise": _of_promise,
    "emergency-told": _of_restraint,
    "emergency-report": _of_restraint,
    "emergency-meeting": _of_restraint,
    "representatives": _of_notice,
    "decision-told": lambda line, desk: f"decided {_began(line, desk)}",
    "determination": _of_determination,
    "challenge": lambda line, desk: f"challenge {line.facts['number']}, {_began(line, desk)}",
    "follow-up": lambda line, desk: "" if line.at else f"last met {_began(line, desk)}",
    "interpreter": lambda line, _: LANGUAGES.get(line.facts["language"], ""),
    "no-card": lambda line, _: line.evidence[0],
}


# What to type next


def _hint(line: Due, desk: Desk) -> str:
    """The command that goes on from it, where there is one; what is done needs none."""
    if line.settled is not None or line.rule not in HINTS:
        return ""
    return f"bledger {HINTS[line.rule](line, desk)}"


def _answer(line: Due, desk: Desk) -> str:
    by = desk.staff.get(line.facts["by"] or "", "")
    told = f" --told {by.split()[-1].casefold()}" if by else ""
    return f"answer {desk.short(line.stream)}{told}"


def _whom(line: Due, desk: Desk) -> str:
    return desk.word(desk.people[line.student_id])


def _of_student(words: str) -> Callable[[Due, Desk], str]:
    return lambda line, desk: f"{words} {_whom(line, desk)}"


def _of_incident(words: str) -> Callable[[Due, Desk], str]:
    """A command of an incident, with the placeholder of whom it is about."""

    def hint(line: Due, desk: Desk) -> str:
        label = line.facts.get("label") or ""
        told = words.format(id=desk.short(line.stream), label=label)
        return f"incident {told}"

    return hint


def _notify(line: Due, desk: Desk) -> str:
    whom = line.facts["whom"][0]
    if "decision" in line.facts:
        return f"placement told {_whom(line, desk)} --whom {whom}"
    return f"incident notice {desk.short(line.stream)} {whom}"


CHALLENGED = {"meeting": "met", "appeal": "appeal", "hearing": "appeal-decided"}


def _challenge(line: Due, desk: Desk) -> str:
    number = f"--challenge {line.facts['number']}"
    return f"incident {CHALLENGED[line.facts['phase']]} {desk.short(line.stream)} {number}"


HINTS: Mapping[str, Callable[[Due, Desk], str]] = {
    "referral-answer": _answer,
    "follow-up": _of_student("sst prepare"),
    "meeting": _of_student("sst prepare"),
    "interpreter": _of_student("sst prepare"),
    "plan-review": _of_student("plan review"),
    "record-access": _of_student("records shown"),
    "determination": _of_student("placement determined"),
    "decision-told": _of_student("placement told"),
    "emergency-told": _of_incident("contact {id} reached --who {label}"),
    "emergency-report": _of_incident("emergency-report {id} --who {label}"),
    "emergency-meeting": _of_incident("iep-meeting {id} --who {label} --for DAY"),
    "representatives": _notify,
    "challenge": _challenge,
}


# What is to be watched


def _watched(line: Due, desk: Desk) -> Iterator[str]:
    """What, of whom, and on what it rests; what it counts stands below."""
    student = desk.people[line.student_id]
    if line.rule == "services":
        right = f"{_services(line, student)} · {line.cite}"
        yield from _in_columns(f"{line.what:<24}", f"{_flagged(student):<26}", right)
        for part in line.evidence:
            yield from wrapped(f"     {part}", 18)
        return
    cite = "" if line.rule in OWN_RULES else line.cite
    title = "knowledge   " if line.rule == "knowledge" else ""
    until = f"until {_short(line.by, desk.today)}" if line.by else ""
    right = " · ".join(filter(None, (until, cite)))
    yield from _in_columns(f"{title}{line.what}  ", f"{student.name:<15}", right)
    if line.rule != "knowledge":
        yield from (part for told in line.evidence for part in wrapped(f"     {told}", 18))


def _in_columns(*parts: str) -> list[str]:
    return wrapped(f"  {' '.join(parts)}".rstrip(), 5)


def _flagged(student: Student) -> str:
    """Priya Nair (IEP)"""
    known = [FLAGS[flag] for flag in student.flags if flag in FLAGS]
    return f"{student.name} ({known[0]})" if known else student.name


def _services(line: Due, student: Student) -> str:
    day, reached = line.facts["day"], line.facts["reached"]
    if "iep" not in student.flags:
        return f"no IEP: day {day} asks for no services"
    if reached:
        return f"services since {short(date.fromisoformat(reached))}"
    return f"day {day} starts services"


def _to_complete(count: int) -> list[str]:
    if not count:
        return []
    lack = "incident lacks" if count == 1 else "incidents lack"
    told = f"  to complete {count} of your {lack} motivation or action"
    return [f"{told:<{BESIDE}}bledger open"]
