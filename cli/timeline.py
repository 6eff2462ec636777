"""`timeline`: what the record holds about one student."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import click

from cli import Desk, answers, asking, pass_desk, purposed
from cli.plan_status import then
from ledger.domain.days import school_year_of
from ledger.domain.removals import counted
from ledger.reading import Window
from ledger.reading.plans import standing_of
from ledger.reading.timelines import Case, Plan, Standing, of_student
from ledger.reports import plans
from ledger.reports import timeline as report
from ledger.reports.sst import next_meeting
from ledger.reports.timeline_now import Then, is_late

SHOWN = 25  # entries on a screen, unless all are asked for
KINDS = (
    "incident",
    "fixed",
    "praise",
    "contact",
    "observation",
    "sst",
    "plan",
    "card",
    "referral",
    "process",
    "decision",
    "record",
    "roster",
)


@click.command()
@click.argument("student", nargs=-1, required=True)
@click.option("--as-of", metavar="TIME", help="As it was known then.")
@click.option("--position", type=int, metavar="N", help="As it was known at this position.")
@click.option("--until", metavar="TIME", help="What had happened by then.")
@click.option("--since", metavar="TIME", help="What happened from then on.")
@click.option(
    "--all", "everything", is_flag=True, help="Older than last year too; needs --purpose."
)
@click.option(
    "--all-entries",
    is_flag=True,
    help="Every entry of the time, not the last 25, and each card by itself.",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="KIND",
    type=click.Choice(KINDS),
    help=f"Of this kind alone, or several: {', '.join(KINDS)}.",
)
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
    at, today = then(desk, as_of, position)
    window = Window(
        position=at,
        since=_since(desk, since, everything),
        until=asking.iso(desk, until, "end"),
        kinds=frozenset(kinds),
    )
    answer = of_student(desk.school.reading, found.student_id, window)
    look = _then(desk, today)
    lines = report.lines(
        answer,
        look,
        shown=None if all_entries else SHOWN,
        year=school_year_of(look.calendar, today).name,
        kinds=kinds,
        now=until is None,
    )
    reader = ", ".join(sorted(desk.school.person.roles)) or "staff"
    whose = f"{answer.timeline.student.given or 'the student'}'s"
    closing = f"Read as {reader}; this reading is on {whose} access log."
    desk.answer("timeline/1", _fields(answer, window, look), [*lines, closing])


def _then(desk: Desk, today: date) -> Then:
    """Now, or the end of the day that is asked about."""
    school = desk.school
    now = school.now
    if today != now.date():
        now = datetime.combine(today, time(23, 59), tzinfo=school.settings.zone)
    return Then(now, school.calendar, school.settings.rules, school.settings.team)


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


def _fields(standing: Standing, window: Window, look: Then) -> dict[str, Any]:
    """Ids and codes; a student's name is not in it, the words of statements are."""
    answer = standing.timeline
    year = school_year_of(look.calendar, look.today)
    removals = counted(standing.removals, look.calendar, look.rules, year, look.today)
    return {
        "student_id": answer.student.student_id,
        "position": answer.position,
        "since": window.since,
        "until": window.until,
        "earlier": answer.earlier,
        "today": look.today,
        "plans": [_plan(plan, look) for plan in standing.plans],
        "cases": [_case(case, look) for case in standing.cases],
        "removed_days": removals.total,
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


def _plan(plan: Plan, look: Then) -> dict[str, Any]:
    stands = standing_of(plan, look.calendar, look.rules, look.today)
    return plans.fields(plan, stands)


def _case(case: Case, look: Then) -> dict[str, Any]:
    meeting = next_meeting(case)
    promises = [one for one in case.promises if one.state == "open"]
    return {
        "case_id": case.case_id,
        "state": case.state,
        "next_meeting": None if meeting is None else meeting.at,
        "promises_open": len(promises),
        "promises_late": sum(is_late(one, look.today) for one in promises),
    }
