"""`timeline`: what the record holds about one student."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import click

from cli import Desk, answers, asking, pass_desk, purposed
from ledger.domain.days import school_year_of
from ledger.reading import Timeline, Window
from ledger.reports import timeline as report

SHOWN = 25  # entries on a screen, unless all are asked for
KINDS = ("incident", "fixed", "praise", "contact", "observation", "roster")


@click.command()
@click.argument("student", nargs=-1, required=True)
@click.option("--as-of", metavar="TIME", help="As it was known then.")
@click.option("--position", type=int, metavar="N", help="As it was known at this position.")
@click.option("--until", metavar="TIME", help="What had happened by then.")
@click.option("--since", metavar="TIME", help="What happened from then on.")
@click.option(
    "--all", "everything", is_flag=True, help="Older than last year too; needs --purpose."
)
@click.option("--all-entries", is_flag=True, help="Every entry of the time, not the last 25.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS))
@purposed
@answers
@pass_desk
def timeline(
    desk: Desk,
    student: tuple[str, ...],
    as_of: str | None,
    position: int | None,
    until: str | None,
    since: str | None,
    everything: bool,
    all_entries: bool,
    kinds: tuple[str, ...],
) -> None:
    """Show what the record holds about STUDENT: this school year and the last one.

    \b
    Examples:
      bledger timeline ana rivera
      bledger timeline 104233 --as-of "yesterday 17:00"
      bledger timeline ana rivera --all --purpose "SST meeting"
    """
    if everything and desk.purpose == "school work":
        raise click.UsageError("older records are shown for a purpose: say it with --purpose TEXT")
    found = asking.student(desk, student)
    window = Window(
        position=asking.position(desk, as_of, position),
        since=_since(desk, since, everything),
        until=asking.iso(desk, until, "end"),
        kinds=frozenset(kinds),
    )
    answer = desk.school.reading.timeline(found.student_id, window)
    shown = None if all_entries else SHOWN
    year = school_year_of(desk.school.calendar, desk.school.now.date()).name
    zone = desk.school.settings.zone
    lines = report.lines(answer, zone, shown=shown, year=year, kinds=kinds)
    reader = ", ".join(sorted(desk.school.person.roles)) or "staff"
    whose = f"{answer.student.given or 'the student'}'s"
    closing = f"Read as {reader}; this reading is on {whose} access log."
    desk.answer("timeline/1", _fields(answer, window), [*lines, closing])


def _since(desk: Desk, said: str | None, everything: bool) -> str | None:
    """A clean slate: this school year and the last, unless more is asked for."""
    if everything:
        return None
    if said:
        return asking.iso(desk, said, "start")
    school = desk.school
    this = school_year_of(school.calendar, school.now.date())
    last = school_year_of(school.calendar, this.start - timedelta(days=1))
    return _iso(datetime.combine(last.start, time(), tzinfo=school.settings.zone))


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _fields(answer: Timeline, window: Window) -> dict[str, Any]:
    """Ids and codes; a student's name is not in it, the words of statements are."""
    return {
        "student_id": answer.student.student_id,
        "position": answer.position,
        "since": window.since,
        "until": window.until,
        "earlier": answer.earlier,
        "entries": [
            {
                "kind": entry.kind,
                "id": entry.id,
                "occurred_at": entry.occurred_at,
                "recorded_at": entry.recorded_at,
                "label": entry.label,
                "line": entry.line,
                "body": entry.body,
                "incident": entry.card,
            }
            for entry in answer.entries
        ],
        "unreadable": answer.unreadable,
    }
