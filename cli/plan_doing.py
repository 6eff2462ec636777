"""What the commands of `plan` share: which plan is meant, having it done, and saying so."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import click

from cli import Desk, asking, naming, others, pass_desk
from cli.asking import ASK
from cli.drafts import kept_on_failure
from cli.errors import RECORDED
from cli.incident import follows
from cli.plan_accounts import Named, number_of, one_of_a_kind, own_of, which
from cli.sst_words import coming_day
from cli.trial import trial
from ledger.domain.codes import PlanKind
from ledger.domain.plan import PLAN, Design, Held, PlanCommand
from ledger.finding import Found, same_as
from ledger.reports import plan as report
from ledger.said import Unclear
from ledger.written.plan import Reads, kind_of

F = TypeVar("F", bound=Callable[..., Any])
RUNNING = ("draft", "approved", "active")


# Options


def of_plan(command: Callable[..., None]) -> Callable[..., None]:
    """Options and manners of a command about one plan."""
    careful = follows(pass_desk(kept_on_failure(naming.heeding(command))))
    for option in (
        click.option("--plan", "number", type=click.IntRange(1, 999), metavar="N"),
        click.option("--kind", metavar="KIND", help="Of several plans: cico, bsp …"),
    ):
        careful = option(careful)
    return careful


student_words = click.argument("student", nargs=-1, required=True, metavar="STUDENT [PLAN]")
on_option = click.option("--on", metavar="DAY", help="Today when left out.")
form_option = click.option("--form", metavar="TEXT|-", help="The form; the editor if left out.")


def text_option(name: str, text: str) -> Callable[[F], F]:
    """An option with a text: in the line, asked for, or from standard input."""
    more = f"{text} Asked for when left empty, - reads it."
    return click.option(f"--{name}", is_flag=False, flag_value=ASK, metavar="[TEXT|-]", help=more)


def number_at_end(params: dict[str, Any]) -> None:
    """The number of a plan behind the student, unless its option says it."""
    words = list(params["student"])
    last = words[-1] if len(words) > 1 else ""
    if params["number"] is None and last.isdecimal() and 0 < int(last) <= 999:
        params["number"] = int(words.pop())
    params["student"] = tuple(words)


# Which plan


@dataclass(frozen=True)
class Meant:
    """One plan, as its rules know it, and whose it is; `id` is of the stream that has it."""

    id: str
    held: Held
    found: Found
    number: str = ""  # of the account on the roster that has it

    @property
    def word(self) -> str:
        """What names the student in a line to copy."""
        return self.number or self.found.number or "STUDENT"

    @property
    def fields(self) -> dict[str, Any]:
        """What every command of this plan says."""
        return {"student_id": self.id, "plan": self.held.number}


def meant(
    desk: Desk, words: Sequence[str], said: Mapping[str, Any], stages: Collection[str] = RUNNING
) -> Meant:
    """The one plan of this student that can be meant; NotOne when there are several, or none."""
    found = asking.student(desk, words)
    every = [
        Meant(id, held, found, number_of(desk, found, id)) for id, held in plans_of(desk, found)
    ]
    known = own_of(desk, words, found.student_id, every, lambda one: one.id)
    if not known:
        raise asking.NotOne("that student has no plan. Write one: bledger plan draft STUDENT")
    own = [one for one in known if _is(one.held, said)]
    fit = [one for one in own if one.held.stage in stages] or (own if len(own) == 1 else [])
    if len(fit) == 1:
        return fit[0]
    if fit:
        named = [Named(one.id, one.held.number, one.held.kind, one.held.stage) for one in fit]
        raise asking.NotOne(which(desk, found, named))
    raise asking.NotOne(f"none of that student's plans is one for this: {_listed(known)}")


def plans_of(desk: Desk, found: Found) -> list[tuple[str, Held]]:
    """A student's plans under every id of theirs: (id of the stream, plan)."""
    record, ids = (
        desk.school.record,
        [found.student_id, *same_as(desk.school.roster, found.student_id)],
    )
    streams = [(id, PLAN.fold(record.stream(f"plan-{id}"))) for id in ids]
    return [(id, held) for id, plans in streams for held in plans.by_number.values()]


def alone(desk: Desk, found: Found, own: tuple[str, PlanKind], stages: Collection[str]) -> None:
    """Refused when the same child has such a plan under another id, which no stream can see."""
    one_of_a_kind(desk, found, plans_of(desk, found), own, stages)


def _is(held: Held, said: Mapping[str, Any]) -> bool:
    if said["number"] is not None and held.number != said["number"]:
        return False
    return said["kind"] is None or held.kind is kind_of(said["kind"])


def _listed(some: Sequence[Meant]) -> str:
    return ", ".join(str(one.held) for one in some)


# What people type


def reads(desk: Desk, floor: date) -> Reads:
    """How a form's days and staff are read; a day is the first on or after `floor`."""
    return Reads(
        day=lambda said: coming_day(desk, said, floor), staff=lambda said: _staff(desk, said)
    )


def _staff(desk: Desk, said: str) -> str:
    try:
        return asking.staff(desk, said)
    except asking.NotOne as error:
        raise Unclear(str(error)) from None


def text(desk: Desk, student_id: str, said: Mapping[str, Any], name: str) -> str | None:
    """A text without the names of other children."""
    given = asking.text(desk, said[name], name)
    return given and others.put_away(desk, [given], student_id)[0]


def needed(desk: Desk, student_id: str, said: Mapping[str, Any], name: str) -> str:
    """A text that has to be said; it is asked for when its option was left out."""
    given = text(desk, student_id, {name: said[name] or ASK}, name)
    if given is None:
        raise click.UsageError(f"it needs words: --{name} TEXT")
    return given


def without_names(desk: Desk, design: Design, student_id: str) -> Design:
    """The plan's texts without the names of other children."""
    fields = design.model_dump()
    each = [
        (name, n, one)
        for name, value in fields.items()
        for n, one in enumerate((value,) if isinstance(value, str) else value)
    ]
    put = others.put_away(desk, [one for _, _, one in each], student_id)
    for (name, n, _), one in zip(each, put, strict=True):
        own = fields[name]
        fields[name] = one if isinstance(own, str) else (*own[:n], one, *own[n + 1 :])
    return Design(**fields)


# Having it done


def do(desk: Desk, id: str, command: PlanCommand, said: Mapping[str, Any]) -> Any:
    """Have it done; what was done, or None when it was a trial."""
    school = desk.school
    key = f"key:{said['key']}" if said["key"] else None
    with trial(desk, said["dry_run"]) as dry, school.record.batch():
        done = school.do(PLAN, id, command, key=key, again=said["again"])
        dry.show(done)
    if said["dry_run"]:
        return None
    desk.so_far = RECORDED
    return done


def record(
    desk: Desk, id: str, found: Found, command: PlanCommand, said: Mapping[str, Any], *more: str
) -> None:
    """Have it done, and say so; `more`: how to go on."""
    done = do(desk, id, command, said)
    if done is None:
        return
    events = [r.event for r in done.events]
    number = events[0].plan
    held = PLAN.fold(desk.school.record.stream(f"plan-{id}")).by_number[number]
    fields = {
        "student_id": found.student_id,
        "plan": number,
        "kind": held.kind.value,
        "state": held.stage,
        "repeated": done.repeated,
        "position": done.events[-1].position,
        "events": [type(event).__name__ for event in events],
    }
    names = desk.school.staff_names
    lines = report.recorded(found.name, held, events, names, repeated=done.repeated)
    desk.answer("plan-event/1", fields, [*lines, *(f"  {line}" for line in more)])
