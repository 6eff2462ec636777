"""`plan review`: what the data say, what the team decides, and when it looks again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import click

from cli import Desk, asking, editing
from cli.asking import ASK
from cli.plan_doing import (
    Meant,
    form_option,
    meant,
    needed,
    number_at_end,
    of_plan,
    on_option,
    reads,
    record,
    student_words,
    text_option,
    without_names,
)
from cli.sst_words import coming_day
from cli.words import Told
from ledger.domain.codes import Decision
from ledger.domain.plan import ReviewPlan, Terms
from ledger.reading import Window
from ledger.reading.plans import Plan, plans
from ledger.written import plan as form
from ledger.written.lines import Fault

CHANGES = (Decision.MODIFY, Decision.INTENSIFY, Decision.FADE)
ONE_DAY = timedelta(days=1)


@click.command(cls=Told, tell=number_at_end)
@student_words
@click.option("--decide", is_flag=False, flag_value=ASK, metavar="DECISION", help="continue …")
@text_option("why", "On what it rests.")
@click.option("--next", "next_", metavar="DAY", help="When the team looks again.")
@click.option("--from", "since", metavar="DAY", help="The first day looked at; since the last one.")
@click.option("--until", metavar="DAY", help="The last day looked at; today when left out.")
@click.option("--with", "team", multiple=True, metavar="STAFF", help="Who decided, besides you.")
@click.option("--goal-met/--goal-not-met", default=None, help="When it is discontinued.")
@form_option
@on_option
@of_plan
def review(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Review a plan: continue, modify, intensify, fade, discontinue or refer.

    The days that were looked at and what the ledger knew then are recorded with it; a review
    without data says so. To modify opens the plan in the editor; to discontinue ends it.

    \b
    Examples:
      bledger plan review ana rivera --decide continue --why --next "nov 20"
      bledger plan review ana rivera --decide modify --why -
      bledger plan review ana rivera --decide discontinue --goal-met --why "a month at goal"
    """
    plan = meant(desk, student, said, ("active",))
    on = asking.day_that_was(desk, said["on"])
    found, position = _looked_at(desk, plan)
    decision = _decision(desk, said["decide"])
    why = needed(desk, plan.found.student_id, said, "why")
    until = asking.day(desk, said["until"]) if said["until"] else on
    revised = _revised(desk, plan, decision, said, on)
    ends = decision is Decision.DISCONTINUE
    command = ReviewPlan(
        **plan.fields,
        on=on,
        decision=decision,
        why=why,
        data_from=asking.day(desk, said["since"]) if said["since"] else _since(found, until),
        data_until=until,
        position=position,
        next_review=None if ends or revised else _next(desk, said, on),
        by=_team(desk, said),
        revised=revised,
        end=ends,
        goal_met=said["goal_met"] if ends else None,
    )
    more = (
        []
        if revised or decision not in CHANGES
        else [f"the plan stands as it was: bledger plan revise {plan.word}"]
    )
    record(desk, plan.id, plan.found, command, said, *more)


def _decision(desk: Desk, said: str | None) -> Decision:
    given = _asked(desk, said, "decide")
    if not given:
        raise click.UsageError(f"what is decided? One of {', '.join(d.value for d in Decision)}")
    return asking.code(desk, given, Decision)


def _asked(desk: Desk, said: str | None, option: str) -> str | None:
    """What was said in the line, in a draft or at a prompt; None when nobody is there to ask."""
    there = option in desk.typed or editing.at_terminal(desk)
    return asking.text(desk, said or ASK, option) if there or said not in (None, ASK) else None


def _looked_at(desk: Desk, plan: Meant) -> tuple[Plan, int]:
    """The plan with its data, and at which position of the record; the reading is logged."""
    found = plans(desk.school.reading, Window(), student_id=plan.found.student_id)
    stream = f"plan-{plan.id}"
    own = [one for one in found.plans if (one.stream, one.number) == (stream, plan.held.number)]
    return own[0], found.position


def _since(plan: Plan, until: date) -> date:
    """The day after the last review's data, or that of the start."""
    begun = date.fromisoformat(plan.started_on) if plan.started_on else until
    seen = [date.fromisoformat(one["data_until"]) + ONE_DAY for one in plan.reviews]
    return min(until, max([begun, *seen]))


def _next(desk: Desk, said: Mapping[str, Any], on: date) -> date:
    given = _asked(desk, said["next_"], "next")
    if not given:
        raise click.UsageError("when does the team look again? Say it with --next")
    return coming_day(desk, given, on)


def _team(desk: Desk, said: Mapping[str, Any]) -> tuple[str, ...]:
    named = [asking.staff(desk, words) for words in said["team"]]
    return tuple(dict.fromkeys((desk.school.actor.id, *named)))


def _revised(
    desk: Desk, plan: Meant, decision: Decision, said: Mapping[str, Any], on: date
) -> Terms | None:
    """The plan as it is from now on; None when it stays."""
    given = said["form"] is not None or "form" in desk.typed
    asks = decision is Decision.MODIFY and editing.at_terminal(desk)
    if decision not in CHANGES or not (given or asks):
        return None
    terms = plan.held.terms
    if said["next_"]:
        terms = terms.model_copy(update={"review_on": coming_day(desk, said["next_"], on)})
    names = desk.school.staff_names

    def read(text: str) -> form.Form | list[Fault]:
        made, faults = form.read(text, reads(desk, on), form.REVIEWED)
        return faults if made is None else made

    made = editing.filled(
        desk, "form", said["form"], lambda: form.again(terms, names, "Plan.", form.REVIEWED), read
    )
    design = without_names(desk, made.design, plan.found.student_id)
    return Terms(**made.terms | {"design": design})
