"""`due`: what is owed, by whom and by when: late, this week, and what is to be watched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click

from cli import Desk, answers, asking, pass_desk, purposed
from ledger.domain.clocks import Due
from ledger.domain.clocks import due as of_clocks
from ledger.domain.days import school_year_of
from ledger.reading import Student, Window
from ledger.reading.duties import Owed, owed
from ledger.reports import due as report

PLAIN = re.compile(r"[\w-]+( [\w-]+)*")  # words that no shell changes


@click.command()
@click.argument("more", nargs=-1, metavar="")
@click.option("--me", "mine", is_flag=True, help="Only what you owe.")
@click.option("--all", "everything", is_flag=True, help="What is further ahead, and what was done.")
@click.option("--student", metavar="WORDS…", help="Of one student.")
@click.option("--as-of", metavar="TIME", help="As it was known and owed on that day.")
@click.option("--position", type=int, metavar="N", help="As it was known at this position.")
@purposed
@answers
@pass_desk
def due(
    desk: Desk,
    more: tuple[str, ...],
    mine: bool,
    everything: bool,
    student: str | None,
    as_of: str | None,
    position: int | None,
) -> None:
    """Show what is owed, by whom and by when; each line with what it counts.

    LATE is past its day, THIS WEEK is owed by Sunday, WATCH has no day or comes near a limit. It
    reminds and records; it is no legal advice.

    \b
    Examples:
      bledger due
      bledger due --me
      bledger due --student ana rivera --all
      bledger due --as-of "oct 9"
    """
    words = " ".join(filter(None, (student, *more)))
    found = asking.student(desk, words) if words else None
    window = Window(position=asking.position(desk, as_of, position))
    today = _today(desk, as_of, position)
    whose = found.student_id if found else None
    answer = owed(desk.school.reading, window, today, student_id=whose)
    lines = _lines(desk, answer, today, desk.school.actor.id if mine else None)
    groups = report.grouped(lines, today)
    to_complete = 0 if found else answer.to_complete
    screen = report.screen(
        groups,
        _looks(desk, answer, today),
        to_complete,
        "   ".join(["mine: --me"] * (not mine) + ["ahead: --all"] * (not everything)),
        everything,
    )
    if as_of is not None or position is not None:
        screen.append(f"As known at position {answer.position:,}.")
    desk.answer("due/1", _fields(desk, answer, groups, today, everything), screen)


def _today(desk: Desk, as_of: str | None, position: int | None) -> date:
    """The day that is asked about: today, that of the words, or that of the position."""
    school = desk.school
    if as_of is not None and position is None:
        return asking.edge(desk, as_of, "end").date()
    if position:
        at = datetime.fromisoformat(school.record.head(position).recorded_at)
        return at.astimezone(school.settings.zone).date()
    return school.now.date()


def _lines(desk: Desk, answer: Owed, today: date, me: str | None) -> list[Due]:
    """Every line, or this person's; what was done, of this school year."""
    settings, calendar = desk.school.settings, desk.school.calendar
    lines = of_clocks(
        answer.duties,
        answer.removals,
        calendar,
        settings.rules,
        today,
        flags=answer.flags,
        team=settings.team,
        offices=answer.offices,
    )
    year = school_year_of(calendar, today)
    lines = [line for line in lines if line.settled is None or line.settled >= year.start]
    return [line for line in lines if me is None or me in (line.owner, *line.owners)]


def _looks(desk: Desk, answer: Owed, today: date) -> report.Desk:
    school = desk.school
    return report.Desk(
        today=today,
        calendar=school.calendar,
        zone=school.settings.zone,
        people=answer.people,
        staff=answer.staff,
        team=school.settings.team,
        short=lambda stream: school.record.short(*_parted(stream)),
        word=lambda student: _word(desk, student),
    )


def _parted(stream: str) -> tuple[str, str]:
    category, _, id = stream.partition("-")
    return category, id


def _word(desk: Desk, student: Student) -> str:
    """The shortest words that mean this student and nobody else: ana, ana rivera, 104233."""
    for words in (student.given.casefold(), student.name.casefold()):
        if PLAIN.fullmatch(words) and _means(desk, words, student):
            return words
    return student.number or student.student_id


def _means(desk: Desk, words: str, student: Student) -> bool:
    found = desk.school.find(words).students
    return [one.student_id for one in found] == [student.student_id]


def _fields(
    desk: Desk, answer: Owed, groups: report.Groups, today: date, everything: bool
) -> dict[str, Any]:
    """Ids, days and figures; no name is in it."""
    calendar = desk.school.calendar
    shown: dict[str, Sequence[Due]] = {
        "late": groups.late,
        "this_week": groups.week,
        "watch": groups.watch,
    }
    if everything:
        shown |= {"ahead": groups.ahead, "done": groups.done}
    return {
        "day": today,
        "kind_of_day": report.kind_of_day(calendar, today),
        "calendar_known": not school_year_of(calendar, today).guessed,
        "position": answer.position,
        "to_complete": answer.to_complete,
        **{name: [asdict(line) for line in lines] for name, lines in shown.items()},
        "unreadable": answer.unreadable,
    }
