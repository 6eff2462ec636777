"""`points --from`: every card of a file that can be taken in, and each row that cannot, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import click

from cli import Desk
from cli.errors import FAILED, SOME
from cli.points_day import Day, asked, recorded
from cli.taking_in import counts, listed, report_at, wrong
from ledger.domain import Refused
from ledger.imports import cards
from ledger.imports.sheets import BadRow, Row, in_order
from ledger.reading import Window
from ledger.reading.plans import Plan, Plans, plans
from ledger.reports.points import Asked

LEFT_OUT = "the row is left out"


class _Back(Exception):
    """Leaves the transaction without committing it."""


@dataclass
class Taking:
    """One file being taken in."""

    desk: Desk
    said: Mapping[str, Any]
    found: Plans
    done: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("appended", "corrected", "unchanged"), 0)
    )

    def row(self, row: Row) -> bool:
        """One card; BadRow when it cannot be recorded."""
        on = cards.day(row)
        if on > self.desk.school.now.date():
            raise BadRow("date", f"has not come yet: {LEFT_OUT}")
        day = Day(self.desk, on, self.said)
        plan = self._plan(row, day)
        one = asked(day, plan, self.found.people[plan.student_id])
        marks = cards.marks(row, one.card, one.held)
        checks = {f"checked_{name}": cards.checked(row, name) for name in ("in", "out")}
        try:
            self.done[self._recorded(day, one, marks, checks)] += 1
        except Refused as refused:
            raise BadRow("", f"{refused}: {LEFT_OUT}") from None
        return True

    def _recorded(self, day: Day, one: Asked, marks: Any, checks: dict[str, Any]) -> str:
        """What became of a card."""
        if day.stands(one, marks, checks):
            return "unchanged"
        reason = self.said["reason"] if one.known else None
        made = recorded(one, day.record(one, marks, reason, **checks))
        return {"recorded": "appended"}.get(made.state, made.state)

    def _plan(self, row: Row, day: Day) -> Plan:
        """The one plan with a card of the student whom a row means by a number or an id."""
        said = row["student"]
        if not any(letter.isdigit() for letter in said):
            raise BadRow("student", f"is no number of a student: {LEFT_OUT}")
        who = self.desk.school.find(said)
        if len(who.students) != 1 or who.near:
            raise BadRow("student", f"is no number of one student here: {LEFT_OUT}")
        id = who.students[0].student_id
        due = [plan for plan in self.found.plans if plan.student_id == id and day.fits(plan)]
        if len(due) != 1:
            why = f"has {len(due)} plans: say --kind" if due else "has no plan"
            raise BadRow("student", f"{why} with a card on that day: {LEFT_OUT}")
        return due[0]


def take_in(desk: Desk, student: Sequence[str], said: Mapping[str, Any]) -> None:
    """Record what a file holds; FAILED when a row was left out."""
    if student or said["card"] or said["on"]:
        raise click.UsageError("a file says whose cards they are and of which days")
    path = said["file"]
    taking = Taking(desk, {**said, "key": None}, plans(desk.school.reading, Window()))
    sheet = cards.opened(path, _periods(taking.found))
    with report_at(said["report"], path) as write:
        with _kept(desk, dry=said["dry_run"]):
            for _ in sheet.each(path.name, taking.row):
                pass
        problems = in_order(sheet.all_problems())
        write(problems)
    fields = {"rows": sheet.count, **taking.done, **wrong(problems)}
    _tell(desk, fields, listed(problems, said["report"]), dry=said["dry_run"])
    if fields["rejected"]:
        raise click.exceptions.Exit(FAILED)


def _periods(found: Plans) -> Iterator[str]:
    """What cards call their periods."""
    for plan in found.plans:
        for version in plan.versions:
            yield from (version["terms"].get("card") or {}).get("periods", ())


@contextmanager
def _kept(desk: Desk, *, dry: bool) -> Iterator[None]:
    """All of it at once; nothing of a trial."""
    with suppress(_Back), desk.school.record.batch():
        yield
        if dry:
            raise _Back
    if not dry:
        desk.so_far = SOME


def _tell(desk: Desk, fields: dict[str, Any], problems: list[str], *, dry: bool) -> None:
    done = f"{fields['appended']} {'would be appended' if dry else 'appended'}"
    done += f", {fields['corrected']} corrected, {fields['unchanged']} unchanged"
    desk.answer("points-from/1", fields, [counts(fields, done), *problems])
