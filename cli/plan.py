"""`plan`: a student's behavior plans, from the draft to the end."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from cli import Desk, asking, editing
from cli.plan_data import fidelity, progress
from cli.plan_doing import (
    Meant,
    alone,
    form_option,
    meant,
    needed,
    number_at_end,
    of_plan,
    on_option,
    reads,
    record,
    student_words,
    text,
    text_option,
    without_names,
)
from cli.plan_review import review
from cli.plan_status import show, status
from cli.sst_words import coming_day, spoken
from cli.words import FAMILY, Told
from ledger.domain.codes import Channel, Relation
from ledger.domain.plan import (
    ApprovePlan,
    ChangeManager,
    DraftPlan,
    EndPlan,
    RevisePlan,
    StartPlan,
)
from ledger.said import show_day
from ledger.written import plan as form
from ledger.written.lines import Fault

WAITING = ("draft", "approved")


@click.group()
def plan() -> None:
    """Write, agree, carry out, check and end behavior plans; see where each stands.

    A student's name means their one plan that can be meant; its number may follow.

    \b
    Examples:
      bledger plan status
      bledger plan draft ana rivera
      bledger plan show ana rivera
    """


@plan.command()
@click.argument("student", nargs=-1, required=True)
@form_option
@on_option
@of_plan
def draft(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Write a plan for STUDENT: its form opens in your editor. It waits for consent then.

    Everything that is wrong with the form is told at once, and what was written stays as a draft.

    \b
    Examples:
      bledger plan draft ana rivera
      bledger plan draft ana rivera --kind cico --form -
    """
    found = asking.student(desk, student)
    on = asking.day_that_was(desk, said["on"])
    kind = form.kind_of(said["kind"]) if said["kind"] else None
    me = desk.school.staff_names[desk.school.actor.id]
    title = f"Behavior plan of {show_day(on)}."
    made = editing.filled(
        desk,
        "form",
        said["form"],
        lambda: form.new(me, title, kind),
        lambda text: _read(desk, text, on),
    )
    assert made.kind is not None
    alone(desk, found, (found.student_id, made.kind), WAITING)
    command = DraftPlan(
        **made.terms | {"design": without_names(desk, made.design, found.student_id)},
        student_id=found.student_id,
        school_id=desk.school.settings.school_id,
        kind=made.kind,
        on=on,
    )
    line = f"bledger plan approve {found.number or 'STUDENT'} --by mother --how phone"
    waits = f"it waits for consent: {line}"
    record(desk, found.student_id, found, command, said, waits)


def _read(
    desk: Desk, text: str, on: date, sections: tuple[str, ...] = form.DRAFTED
) -> form.Form | list[Fault]:
    made, faults = form.read(text, reads(desk, on), sections)
    return faults if made is None else made


@plan.command(cls=Told, tell=number_at_end)
@student_words
@click.option("--by", metavar="RELATION", help="Who consented: mother, guardian …")
@click.option("--how", metavar="CHANNEL", help="in-person, phone, letter …")
@click.option("--lang", metavar="LANGUAGE")
@text_option("note", "What was said.")
@on_option
@of_plan
def approve(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Record that the guardian consented; without --by, that the team agreed and nobody must.

    \b
    Examples:
      bledger plan approve ana rivera --by mother --how phone --lang es
      bledger plan approve ana rivera 2 --by guardian --on "oct 9" --note -
    """
    own = meant(desk, student, said, ("draft",))
    by = said["by"] and FAMILY.get(said["by"].casefold(), said["by"])
    command = ApprovePlan(
        **own.fields,
        on=asking.day_that_was(desk, said["on"]),
        relation=asking.maybe(desk, by, Relation),
        channel=asking.maybe(desk, said["how"], Channel),
        language=spoken(said["lang"]),
        note=text(desk, own.found.student_id, said, "note"),
    )
    record(desk, own.id, own.found, command, said, f"start it: bledger plan start {own.word}")


@plan.command(cls=Told, tell=number_at_end)
@student_words
@on_option
@of_plan
def start(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Carry a plan out from today on, or from the day that --on says.

    \b
    Examples:
      bledger plan start ana rivera
      bledger plan start ana rivera --on "sep 21"
    """
    own = meant(desk, student, said, ("approved",))
    alone(desk, own.found, (own.id, own.held.kind), ("active",))
    command = StartPlan(**own.fields, on=_from(desk, said["on"], own.held.since))
    record(desk, own.id, own.found, command, said)


def _from(desk: Desk, said: str | None, floor: date) -> date:
    """From when on something holds: today, or a day that may be to come."""
    return coming_day(desk, said, floor) if said else asking.day(desk, None)


@plan.command(cls=Told, tell=number_at_end)
@student_words
@form_option
@click.option("--from", "on", metavar="DAY", help="From when on; today when left out.")
@of_plan
def revise(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Change a plan: it opens in your editor as it stands, and is saved as its next version.

    \b
    Examples:
      bledger plan revise ana rivera
      bledger plan revise ana rivera --from tomorrow
    """
    own = meant(desk, student, said)
    on = _from(desk, said["on"], own.held.revised_on)
    made = editing.filled(
        desk,
        "form",
        said["form"],
        lambda: _as_it_stands(desk, own),
        lambda text: _read(desk, text, on, form.REVISED),
    )
    design = without_names(desk, made.design, own.found.student_id)
    command = RevisePlan(**made.terms | {"design": design}, **own.fields, on=on, reason=made.why)
    record(desk, own.id, own.found, command, said)


def _as_it_stands(desk: Desk, own: Meant) -> str:
    title = f"Plan {own.held.number}, version {own.held.version}."
    return form.again(own.held.terms, desk.school.staff_names, title)


@plan.command(cls=Told, tell=number_at_end)
@student_words
@click.option("--to", metavar="STAFF", required=True, help="Who manages it from now on.")
@text_option("reason", "Why.")
@on_option
@of_plan
def manager(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Give a plan to another case manager.

    \b
    Examples:
      bledger plan manager ana rivera --to lund
      bledger plan manager ana rivera 2 --to lund --reason "class changed"
    """
    own = meant(desk, student, said)
    command = ChangeManager(
        **own.fields,
        on=asking.day_that_was(desk, said["on"]),
        manager=asking.staff(desk, said["to"]),
        reason=text(desk, own.found.student_id, said, "reason"),
    )
    record(desk, own.id, own.found, command, said)


@plan.command(cls=Told, tell=number_at_end)
@student_words
@click.option("--goal-met/--goal-not-met", default=None)
@text_option("why", "Why it ends.")
@on_option
@of_plan
def end(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """End a plan, and say why and whether its goal was met.

    \b
    Examples:
      bledger plan end ana rivera --goal-met --why "four weeks at goal"
      bledger plan end ana rivera --goal-not-met --why -
    """
    own = meant(desk, student, said)
    command = EndPlan(
        **own.fields,
        on=asking.day_that_was(desk, said["on"]),
        reason=needed(desk, own.found.student_id, said, "why"),
        goal_met=said["goal_met"],
    )
    record(desk, own.id, own.found, command, said)


for below in (status, show, progress, fidelity, review):
    plan.add_command(below)
