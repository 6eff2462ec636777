"""`sst prepare`, `recap`, `calendar`, `show` and `list`: what a case is looked at for."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from cli import Desk, answers, asking, pass_desk, purposed
from cli.errors import Failed
from cli.sst_chart import standings
from cli.sst_doing import meeting_option
from cli.sst_family import kept_out
from cli.sst_words import Meant, meant, shown
from ledger import disk
from ledger.reading import Window
from ledger.reading.cases import Case, Meeting, cases
from ledger.reading.cases import case as one_case
from ledger.reading.preparing import Prepared, prepared
from ledger.reports import invitation
from ledger.reports import recap as paper
from ledger.reports import sst as report
from ledger.reports import sst_prepare as preparing

whose = click.argument("student", nargs=-1, metavar="[STUDENT|ID]")
as_of_option = click.option("--as-of", metavar="TIME", help="As it was known then.")
position_option = click.option("--position", type=int, metavar="N", help="As known there.")


@click.command()
@whose
@as_of_option
@position_option
@purposed
@answers
@pass_desk
def prepare(desk: Desk, student: tuple[str, ...], as_of: str | None, position: int | None) -> None:
    """Show what the next meeting lacks, and what was promised and not done.

    \b
    Examples:
      bledger sst prepare ana rivera
      bledger sst prepare ana rivera --as-of "oct 13"
    """
    case = meant(desk, student)
    at = asking.position(desk, as_of, position)
    found = _prepared(desk, case, at)
    school = desk.school
    now = school.now if at is None else _then(desk, as_of, found.position)
    states = standings(desk, found, now.date())
    running = {word: (one.at_goal, one.of) for word, one in states.items()}
    lines = preparing.prepare(
        found,
        preparing.figures(running),
        team=school.settings.team,
        call=shown(desk, case),
        zone=school.settings.zone,
        now=now,
    )
    fields = preparing.prepared_fields(found, running, now.date())
    desk.answer("sst-prepare/1", fields, lines)


def _prepared(desk: Desk, case: Meant, position: int | None) -> Prepared:
    window = Window(position=position)
    found = prepared(desk.school.reading, window, case.id, case.case.student_id)
    if found is None:
        raise asking.NotOne("that SST case was not known then, or its request was taken back")
    return found


def _then(desk: Desk, as_of: str | None, position: int) -> datetime:
    """The moment that was said, or that of the last entry at a position."""
    said = asking.edge(desk, as_of, "end") if as_of else None
    at = said or datetime.fromisoformat(desk.school.record.head(position).recorded_at)
    return at.astimezone(desk.school.settings.zone)


# What a meeting came to


@click.command()
@whose
@click.option("--copy", type=click.Choice(paper.COPIES), default=paper.STAFF, show_default=True)
@click.option("--lang", type=click.Choice(paper.LANGUAGES), default="en", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE.html", help="A page to print."
)
@click.option("--to", "receiver", metavar="WHOM", default="family", help="Who of the family.")
@meeting_option
@as_of_option
@position_option
@purposed
@answers
@pass_desk
def recap(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Say what the last meeting came to: for the staff, or for the family in its language.

    The family's copy names no other child, and is recorded as given to them. The team's own words
    stand as they were written.

    \b
    Examples:
      bledger sst recap ana rivera
      bledger sst recap ana rivera --copy guardian --lang es --out recap.html
    """
    out = said["out"]
    _check_new(out, ".html")
    case = meant(desk, student)
    found = _prepared(desk, case, asking.position(desk, said["as_of"], said["position"]))
    meeting = _met(found.case, said["meeting"])
    school = desk.school
    try:
        words = paper.words(said["lang"], school.folder)
    except paper.BadWords as error:
        raise Failed(str(error)) from None
    family = said["copy"] == paper.GUARDIAN
    kept = kept_out(desk, found, words) if family else None
    whose = paper.Whose(
        school=school.settings.name,
        team=school.settings.team,
        student=found.student.name,
        given=found.student.given or found.student.name,
        zone=school.settings.zone,
        staff=found.staff,
        hide=kept.hide if kept else lambda text, _: text,
    )
    made = paper.recap(found.case, meeting, whose, copy=said["copy"], words=words)
    made = replace(made, known=_known(desk, found.position, said["lang"]))
    if kept:
        kept.give(paper.html(made), said["receiver"])
    if said["lang"] != "en":
        desk.talk("The team's own words stand as they were written: have them translated.")
    if out is not None:
        _write(out, paper.html(made))
    fields = {
        "id": found.case.case_id,
        "meeting": meeting.number,
        "copy": said["copy"],
        "lang": said["lang"],
        "path": str(out) if out else None,
        "position": found.position,
    }
    desk.answer("sst-recap/1", fields, [f"Written: {out}"] if out else paper.lines(made))


def _known(desk: Desk, position: int, lang: str) -> str:
    """As of when, position and hash: where the paper stands in the record."""
    head = desk.school.record.head(position)
    at = datetime.fromisoformat(head.recorded_at).astimezone(desk.school.settings.zone)
    values = {"when": f"{at:%Y-%m-%d %H:%M}", "position": position, "head": head.hash.hex()[:8]}
    return paper.KNOWN[lang].format(**values)


def _met(case: Case, number: int | None) -> Meeting:
    """The meeting of this number, or the last one, that was held."""
    held = [m for m in case.meetings if m.state == "held" and number in (None, m.number)]
    if not held:
        raise asking.NotOne("no such meeting of this case was held yet")
    return max(held, key=lambda meeting: meeting.at)


# A file for calendars


@click.command()
@whose
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, metavar="FILE.ics", help="Where to."
)
@meeting_option
@as_of_option
@position_option
@purposed
@answers
@pass_desk
def calendar(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Write the next meeting as a calendar file: initials and the case's id, never a name.

    \b
    Examples:
      bledger sst calendar ana rivera --out sst.ics
    """
    out = said["out"]
    _check_new(out, ".ics")
    case = meant(desk, student)
    found = _prepared(desk, case, asking.position(desk, said["as_of"], said["position"]))
    meeting = _set(found.case, said["meeting"])
    school = desk.school
    to = invitation.Invitation(
        case_id=case.id,
        short_id=school.record.short("meeting", case.id),
        team=school.settings.team,
        initials=invitation.initials(found.student.name),
    )
    _write(out, invitation.ics(_nameless(desk, meeting), to, school.settings.zone))
    fields = {"id": case.id, "meeting": meeting.number, "path": str(out)}
    desk.answer("sst-calendar/1", fields | {"position": found.position}, [f"Written: {out}"])


def _set(case: Case, number: int | None) -> Meeting:
    if number is not None:
        found = [one for one in case.meetings if one.number == number]
    else:
        found = [one for one in [report.next_meeting(case)] if one]
    if not found:
        raise asking.NotOne("no such meeting of this case is set: bledger sst schedule")
    return found[0]


def _nameless(desk: Desk, meeting: Meeting) -> Meeting:
    """Without a place that may name a child."""
    from ledger.naming import names

    named = meeting.place and names(desk.school.roster, meeting.place, {}).mentions
    return replace(meeting, place=None) if named else meeting


def _check_new(path: Path | None, suffix: str) -> None:
    """Whatever is wrong with a file is said before anything is read."""
    if path is None:
        return
    if path.suffix.lower() != suffix:
        raise click.UsageError(f"--out is a file that ends in {suffix}")
    if os.path.lexists(path):
        raise Failed(f"{path} is there already: choose another name.")
    if not path.parent.is_dir():
        raise Failed(f"There is no folder {path.parent}: make it, or choose another.")


def _write(path: Path, data: bytes) -> None:
    """The file is whole, or not there; only its owner may open it."""
    try:
        disk.write_synced(path, data)
    except OSError:
        path.unlink(missing_ok=True)
        raise


# Looking at cases


@click.command()
@whose
@as_of_option
@position_option
@purposed
@answers
@pass_desk
def show(desk: Desk, student: tuple[str, ...], as_of: str | None, position: int | None) -> None:
    """Show everything that stands of one case.

    \b
    Examples:
      bledger sst show ana rivera
      bledger sst show 5ba12cd --as-of "oct 1"
    """
    case = meant(desk, student)
    window = Window(position=asking.position(desk, as_of, position))
    found = one_case(desk.school.reading, window, case.id)
    if found is None:
        raise asking.NotOne("that SST case was not known then, or its request was taken back")
    fields = {"case": found.cases[0], "position": found.position}
    short = desk.school.record.short("meeting", case.id)
    desk.answer("sst-case/1", fields, report.case(found, short, desk.school.settings.zone))


@click.command("list")
@click.argument("student", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Closed cases too.")
@click.option("--mine", is_flag=True, help="With an open promise of yours.")
@as_of_option
@position_option
@purposed
@answers
@pass_desk
def list_(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """List the cases that are open, the last request first: all, or STUDENT's.

    \b
    Examples:
      bledger sst list
      bledger sst list ana rivera --all
    """
    window = Window(position=asking.position(desk, said["as_of"], said["position"]))
    found = cases(
        desk.school.reading,
        window,
        student_id=asking.student(desk, student).student_id if student else None,
        only_open=not said["everything"],
        owner=desk.school.actor.id if said["mine"] else None,
    )
    fields = {"cases": [report.brief(one) for one in found.cases], "position": found.position}
    shorts = {one.case_id: desk.school.record.short("meeting", one.case_id) for one in found.cases}
    lines = report.table(found, shorts, desk.school.settings.zone)
    desk.answer("sst-cases/1", fields, lines)


COMMANDS = (prepare, recap, calendar, show, list_)
