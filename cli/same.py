"""`same`: what two adults told of one incident becomes one incident with two statements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from cli import Desk, asking, pass_desk
from cli.errors import RECORDED
from cli.incident import follows
from cli.trial import trial
from ledger import entry, joining
from ledger.domain.incident import INCIDENT, IncidentReported
from ledger.reports import wrapped


@click.command()
@click.argument("id")
@click.argument("other", metavar="[ID]", required=False)
@follows
@pass_desk
def same(desk: Desk, id: str, other: str | None, **said: Any) -> None:
    """Make two reports of the same incident one, which holds what both of them say.

    One ID is enough where only one other report may be of the same.

    The one that was recorded first stays. It gets the other's statements, with their observers,
    who else took part, what it had not said, and what was done; where both say something, it
    keeps its own. The other is merged into it and can still be looked at.

    \b
    Examples:
      bledger same b20d771 4f1c2aa
      bledger same last --dry-run
    """
    first_id = asking.incident(desk, id)
    ids = [first_id, asking.incident(desk, other) if other else _alike(desk, first_id)]
    if ids[0] == ids[1]:
        raise click.UsageError("an incident is not another one than itself")
    school = desk.school
    with trial(desk, said["dry_run"]) as dry, school.record.batch():
        first, second = (_account(desk, id) for id in ids)
        if joining.related(first, second):
            _tell_again(desk, ids)
            return
        joined = joining.join(first, second)
        done = [school.do(INCIDENT, id, step, again=True) for id, step in joined.steps]
        dry.show(replace(done[0], events=[r for one in done for r in one.events]))
    if not said["dry_run"]:
        desk.so_far = RECORDED
        _tell(desk, joined, done)


def _alike(desk: Desk, id: str) -> str:
    """The only other report that may be of the same incident."""
    record, stream = desk.school.record, f"incident-{id}"
    reports = (r.event for r in record.stream(stream) if isinstance(r.event, IncidentReported))
    found = [like.incident_id for report in reports for like in entry.alike(record, report, stream)]
    if len(found) != 1:
        how = f"{len(found)} reports" if found else "no other report"
        raise asking.NotOne(f"{how} may be of the same: give both ids")
    return found[0]


def _account(desk: Desk, id: str) -> joining.Account:
    return joining.account(id, desk.school.record.stream(f"incident-{id}"))


def _tell_again(desk: Desk, ids: list[str]) -> None:
    shown = [desk.school.record.short("incident", id) for id in ids]
    fields = {"repeated": True, "ids": ids, "events": []}
    desk.answer("same/1", fields, [f"{shown[0]} and {shown[1]} are one incident already."])


def _tell(desk: Desk, joined: joining.Joining, done: list[Any]) -> None:
    record = desk.school.record
    stays, gone = (record.short("incident", id) for id in (joined.stays, joined.gone))
    events = [r for one in done for r in one.events]
    fields = {
        "repeated": False,
        "ids": [joined.gone, joined.stays],
        "stays": joined.stays,
        "gone": joined.gone,
        "events": [type(r.event).__name__ for r in events],
        "differs": list(joined.differs),
        "position": events[-1].position,
    }
    own = f"incident-{joined.stays}"
    added = "; ".join(str(r.event) for r in events if r.stream == own)
    lines = [
        f"{stays} stays; {gone} is the same incident.",
        f"  it has now: {added or 'as before'}",
    ]
    if joined.differs:
        lines.append(f"  {gone} says otherwise: {', '.join(joined.differs)}. {stays} keeps its own")
        lines.append(f"  to change that: bledger incident correct {stays}")
    lines.append(f"  as it was told first: bledger incident show {gone}")
    desk.answer("same/1", fields, [part for line in lines for part in wrapped(line, 6)])
