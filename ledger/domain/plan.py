"""One student's behavior plans: drafted, agreed, carried out, checked, adjusted, ended."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Annotated, Literal, assert_never

from pydantic import Field

from ledger.domain import (
    Command,
    Decider,
    Event,
    Refused,
    Sealed,
    SealedOrNot,
    Undo,
    Undone,
    Value,
    Words,
)
from ledger.domain.codes import (
    Channel,
    Decision,
    Direction,
    Function,
    NoData,
    PlanKind,
    Relation,
    Unit,
)
from ledger.domain.particulars import Short

Number = Annotated[int, Field(ge=1, le=999)]
Amount = Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=2)]
Lines = tuple[Words, ...]
PERIODS, EXPECTATIONS, SCALE = 10, 5, 10  # at most, on a card


class PointCard(Value):
    """A check-in/check-out card: periods by expectations, each cell from 0 to `most`."""

    most: Annotated[int, Field(ge=1, le=SCALE)]
    periods: Annotated[tuple[Short, ...], Field(min_length=1, max_length=PERIODS)]
    expectations: Annotated[tuple[Short, ...], Field(min_length=1, max_length=EXPECTATIONS)]

    @property
    def total(self) -> int:
        """The points of a card on which everything went well."""
        return self.most * len(self.periods) * len(self.expectations)


class Goal(Value):
    """What is aimed at: a number, from where, by when, and who measures it."""

    unit: Unit
    direction: Direction
    target: Amount
    baseline: Amount | None = None
    by: date | None = None
    measured_by: str | None = None  # a staff id


class Design(Value):
    """What the plan says in words; a line each where there are several."""

    behavior: Words  # the target behavior, in words that two observers would agree on
    impedes: Words = ""  # why it impedes learning
    measure: Words = ""  # what is counted, for a goal that is not points
    predictors: Lines = ()
    environment: Lines = ()  # what changes around the student, and who changes it
    replacement: Lines = ()
    teaching: Lines = ()  # strategies
    reinforcement: Lines = ()
    reactive: Lines = ()


class Terms(Value):
    """The whole of a plan as it stands from one version on."""

    design: Sealed[Design]
    function: Function | None = None
    goal: Goal
    card: PointCard | None = None
    parts: Annotated[int, Field(ge=1, le=50)] | None = None  # that are delivered on a day
    manager: str  # a staff id
    review_on: date


class OfPlan(Event):
    """An event of one student's plan; the student's id is in it so that it can be read alone."""

    student_id: str
    plan: Number  # which of the student's plans

    @property
    def students(self) -> frozenset[str]:
        return frozenset((self.student_id,))

    @property
    def subject(self) -> str:
        return self.student_id


class PlanDrafted(Terms, OfPlan):
    """A plan was written, and waits for consent."""

    school_id: str
    kind: PlanKind
    on: date

    def __str__(self) -> str:
        return f"{self.kind.label} drafted"


class PlanApproved(OfPlan):
    """The guardian consented, and the team agreed."""

    on: date
    relation: Relation | None = None  # who consented
    channel: Channel | None = None
    language: Annotated[str, Field(max_length=40)] | None = None
    note: SealedOrNot[Words] = None

    def __str__(self) -> str:
        who = f", {self.relation.label}" if self.relation else ""
        return f"plan agreed to{who}"


class PlanStarted(OfPlan):
    """The plan is carried out from this day on."""

    on: date

    def __str__(self) -> str:
        return "plan started"


class PlanRevised(Terms, OfPlan):
    """The plan was changed; this is the whole of it from this day on."""

    version: Annotated[int, Field(ge=2, le=999)]
    on: date
    reason: Sealed[Words]

    def __str__(self) -> str:
        return f"plan revised, version {self.version}"


class ManagerChanged(OfPlan):
    """Somebody else manages the plan from now on."""

    on: date
    manager: str
    reason: SealedOrNot[Words] = None

    def __str__(self) -> str:
        return "plan went over to another case manager"


class ProgressRecorded(OfPlan):
    """The goal was measured on a day; or there is no number, and why."""

    on: date
    value: Amount | None = None
    no_data: NoData | None = None
    by: str | None = None
    note: SealedOrNot[Words] = None
    reason: SealedOrNot[Words] = None  # why it is otherwise than recorded before

    def __str__(self) -> str:
        return (
            f"measured: {self.value}" if self.no_data is None else f"no data: {self.no_data.label}"
        )


class Points(Value):
    """A day's card: a row of cells a period, or the total alone, or why there is none.

    A cell without data is None and never 0; a period without data is an empty row.
    """

    on: date
    rows: tuple[tuple[int | None, ...], ...] = ()
    total: Annotated[int, Field(ge=0)] | None = None  # of the whole card, given alone
    no_data: NoData | None = None
    checked_in: bool | None = None
    checked_out: bool | None = None
    by: str | None = None


class PointsRecorded(Points, OfPlan):
    """A day's card was taken in. `points` of `most` are what counts, None without data."""

    points: Annotated[int, Field(ge=0)] | None = None
    most: Annotated[int, Field(ge=1)] | None = None  # of the cells that have data

    def __str__(self) -> str:
        if self.no_data is not None or self.points is None or self.most is None:
            return f"card: no data ({self.no_data.label if self.no_data else 'not said why'})"
        return f"card {self.points}/{self.most}"


class PointsCorrected(PointsRecorded):
    """A day's card had been taken in wrongly; this is the whole of it."""

    reason: Sealed[Words]


class FidelityRecorded(OfPlan):
    """How much of the plan was delivered on a day."""

    on: date
    delivered: Annotated[int, Field(ge=0, le=50)]
    planned: Annotated[int, Field(ge=1, le=50)]
    by: str | None = None
    reason: SealedOrNot[Words] = None  # why it is otherwise than recorded before

    def __str__(self) -> str:
        return f"delivered {self.delivered} of {self.planned} parts"


class PlanReviewed(OfPlan):
    """The team looked at the data of a window and decided; `position` is what it knew then."""

    on: date
    decision: Decision
    why: Sealed[Words]
    data_from: date
    data_until: date
    position: Annotated[int, Field(ge=0)]
    days_with_data: Annotated[int, Field(ge=0)]  # 0: a review without data, shown so
    next_review: date | None = None
    by: tuple[str, ...] = ()

    def __str__(self) -> str:
        data = "" if self.days_with_data else ", no data"
        return f"plan reviewed: {self.decision.label}{data}"


class PlanEnded(OfPlan):
    """The plan is over, and why."""

    on: date
    reason: Sealed[Words]
    goal_met: bool | None = None

    def __str__(self) -> str:
        return "plan ended, goal met" if self.goal_met else "plan ended"


class TextDestroyed(OfPlan):
    """A text of a plan was ordered destroyed; its event stays."""

    version: int  # of the event in this stream that holds it
    authority: Short
    order: Short

    @property
    def destroys(self) -> tuple[int, ...]:
        return (self.version,)

    def __str__(self) -> str:
        return f"the text of entry {self.version} destroyed under {self.authority}, {self.order}"


PlanEvent = (
    PlanDrafted
    | PlanApproved
    | PlanStarted
    | PlanRevised
    | ManagerChanged
    | ProgressRecorded
    | PointsRecorded
    | PointsCorrected
    | FidelityRecorded
    | PlanReviewed
    | PlanEnded
    | TextDestroyed
    | Undone
)


# State: only what a rule asks.

Stage = Literal["draft", "approved", "active", "ended"]


@dataclass(frozen=True)
class Held:
    """What the rules need to know of one plan."""

    number: int
    kind: PlanKind
    terms: Terms  # the last version
    drafted_on: date
    stage: Stage = "draft"
    cards: tuple[tuple[date, PointCard | None], ...] = ()  # of each version, from its day on
    version: int = 1
    approved_on: date | None = None
    started_on: date | None = None
    ended_on: date | None = None
    days: Mapping[date, bool] = field(default_factory=dict)  # cards taken in: with data or not
    measured: Mapping[date, bool] = field(default_factory=dict)
    delivered: frozenset[date] = frozenset()

    def __str__(self) -> str:
        return f"plan {self.number} ({self.kind.short}, {self.stage})"

    @property
    def since(self) -> date:
        """The day of its last step."""
        return self.started_on or self.approved_on or self.drafted_on

    @property
    def revised_on(self) -> date:
        return self.cards[-1][0]

    @property
    def last_day(self) -> date | None:
        """The last day that something was recorded of."""
        return max(chain(self.days, self.measured, self.delivered), default=None)

    def card_on(self, day: date) -> PointCard | None:
        """The card that held on a day."""
        held = [card for since, card in self.cards if since <= day]
        return held[-1] if held else self.cards[0][1]


@dataclass(frozen=True)
class Plans:
    """The plans of one student, by number."""

    student_id: str = ""
    by_number: Mapping[int, Held] = field(default_factory=dict)
    destroyed: frozenset[int] = frozenset()  # versions of the stream


def _terms(said: Terms) -> Terms:
    return Terms.model_construct(**{name: getattr(said, name) for name in Terms.model_fields})


def evolve(plans: Plans, event: PlanEvent) -> Plans:
    if isinstance(event, Undone):
        return plans
    if isinstance(event, TextDestroyed):
        return replace(plans, destroyed=plans.destroyed | {event.version})
    if isinstance(event, PlanDrafted):
        new = Held(event.plan, event.kind, _terms(event), event.on, cards=((event.on, event.card),))
        return _with(replace(plans, student_id=event.student_id), new)
    held = plans.by_number.get(event.plan)
    return _with(plans, _follow(held, event)) if held else plans


def _with(plans: Plans, held: Held) -> Plans:
    return replace(plans, by_number={**plans.by_number, held.number: held})


OfHeld = (
    PlanApproved
    | PlanStarted
    | PlanRevised
    | ManagerChanged
    | ProgressRecorded
    | PointsRecorded
    | PointsCorrected
    | FidelityRecorded
    | PlanReviewed
    | PlanEnded
)


def _follow(held: Held, event: OfHeld) -> Held:
    """One plan after what happened to it."""
    match event:
        case PlanApproved():
            return replace(held, stage="approved", approved_on=event.on)
        case PlanStarted():
            return replace(held, stage="active", started_on=event.on)
        case PlanRevised():
            cards = (*held.cards, (event.on, event.card))
            return replace(held, terms=_terms(event), cards=cards, version=event.version)
        case ManagerChanged():
            return replace(held, terms=held.terms.model_copy(update={"manager": event.manager}))
        case ProgressRecorded():
            return replace(held, measured={**held.measured, event.on: event.no_data is None})
        case PointsRecorded():
            return replace(held, days={**held.days, event.on: event.no_data is None})
        case FidelityRecorded():
            return replace(held, delivered=held.delivered | {event.on})
        case PlanReviewed():
            review_on = event.next_review or held.terms.review_on
            return replace(held, terms=held.terms.model_copy(update={"review_on": review_on}))
        case PlanEnded():
            return replace(held, stage="ended", ended_on=event.on)
        case _:
            assert_never(event)


# Commands and the rules that answer them.


class ForPlan(Command):
    """What is wanted of one plan of a student; without a number, of the only one that fits."""

    student_id: str
    plan: Number | None = None


class DraftPlan(Terms, Command):
    """Write a plan; it waits for consent."""

    student_id: str
    school_id: str
    kind: PlanKind
    on: date


class ApprovePlan(ForPlan):
    """Record that the guardian consented, or that the school needs no consent for it."""

    on: date
    relation: Relation | None = None
    channel: Channel | None = None
    language: Annotated[str, Field(max_length=40)] | None = None
    note: Words | None = None


class StartPlan(ForPlan):
    """Carry it out from this day on."""

    on: date


class RevisePlan(Terms, ForPlan):
    """Change the plan: this is the whole of it from this day on."""

    on: date
    reason: Words


class ChangeManager(ForPlan):
    """Give the plan to another case manager."""

    on: date
    manager: str
    reason: Words | None = None


class RecordProgress(ForPlan):
    """Record a measure of the goal, or why there is none; again for a day only with a reason."""

    on: date
    value: Amount | None = None
    no_data: NoData | None = None
    by: str | None = None
    note: Words | None = None
    reason: Words | None = None


class RecordPoints(Points, ForPlan):
    """Take in a day's card."""


class CorrectPoints(Points, ForPlan):
    """Say what a day's card really was; this is the whole of it."""

    reason: Words


class RecordFidelity(ForPlan):
    """Record how much of the plan was delivered; again for a day only with a reason."""

    on: date
    delivered: Annotated[int, Field(ge=0, le=50)]
    planned: Annotated[int, Field(ge=1, le=50)] | None = None  # None: the plan's own parts
    by: str | None = None
    reason: Words | None = None


class ReviewPlan(ForPlan):
    """Look at the data of a window and decide; the plan as revised, or its end, may come with it.

    The days with data are counted here. `next_review` is left out when the plan ends or when
    the revised plan has it.
    """

    on: date
    decision: Decision
    why: Words
    data_from: date
    data_until: date
    position: Annotated[int, Field(ge=0)]
    next_review: date | None = None
    by: tuple[str, ...] = ()
    revised: Terms | None = None
    end: bool = False
    goal_met: bool | None = None  # when it ends


class EndPlan(ForPlan):
    """End the plan, and say why."""

    on: date
    reason: Words
    goal_met: bool | None = None


class DestroyText(ForPlan):
    """Order a text destroyed, under a named authority, whatever became of its plan."""

    version: Annotated[int, Field(ge=1)]
    authority: Short
    order: Short


PlanCommand = (
    DraftPlan
    | ApprovePlan
    | StartPlan
    | RevisePlan
    | ChangeManager
    | RecordProgress
    | RecordPoints
    | CorrectPoints
    | RecordFidelity
    | ReviewPlan
    | EndPlan
    | DestroyText
    | Undo
)


def decide(command: PlanCommand, plans: Plans) -> list[PlanEvent]:
    if isinstance(command, Undo):
        return [*command.taken_back()]
    if plans.student_id not in ("", command.student_id):
        raise Refused("these are the plans of another student")
    if isinstance(command, DraftPlan):
        return _draft(command, plans)
    return _answer(command, plans)


def _answer(
    command: ApprovePlan
    | StartPlan
    | RevisePlan
    | ChangeManager
    | RecordProgress
    | RecordPoints
    | CorrectPoints
    | RecordFidelity
    | ReviewPlan
    | EndPlan
    | DestroyText,
    plans: Plans,
) -> list[PlanEvent]:
    match command:
        case ApprovePlan():
            return _approve(command, _meant(command, plans, _is_draft))
        case StartPlan():
            return _start(command, plans)
        case RevisePlan():
            return _revise(command, _meant(command, plans, _goes_on))
        case ChangeManager():
            return _change_manager(command, _meant(command, plans, _goes_on))
        case RecordProgress():
            return _record_progress(command, _meant(command, plans, _is_measured))
        case RecordPoints() | CorrectPoints():
            return _take_in(command, plans)
        case RecordFidelity():
            return _record_fidelity(command, _meant(command, plans, _is_active))
        case ReviewPlan():
            return _review(command, _meant(command, plans, _is_active))
        case EndPlan():
            return _end(command, _meant(command, plans, _goes_on))
        case DestroyText():
            return _destroy(command, plans)
        case _:
            assert_never(command)


# Which plan is meant


def _is_draft(held: Held) -> bool:
    return held.stage == "draft"


def _is_approved(held: Held) -> bool:
    return held.stage == "approved"


def _is_active(held: Held) -> bool:
    return held.stage == "active"


def _is_measured(held: Held) -> bool:
    return _is_active(held) and held.terms.goal.unit is not Unit.PERCENT_OF_POINTS


def _goes_on(held: Held) -> bool:
    return held.stage != "ended"


def _any(held: Held) -> bool:
    return True


def _meant(command: ForPlan, plans: Plans, fits: Callable[[Held], bool]) -> Held:
    """The plan of this number, or the only one that fits."""
    known = [*plans.by_number.values()]
    if not known:
        raise Refused("this student has no plan: draft one first")
    if command.plan is not None:
        return _numbered(command.plan, plans)
    fitting = [held for held in known if fits(held)]
    if len(fitting) == 1 or len(known) == 1:
        return (fitting or known)[0]
    if fitting:
        raise Refused(f"which plan? {_listed(fitting)}: say its number with --plan")
    raise Refused(f"none of the plans is one for this: {_listed(known)}")


def _numbered(number: int, plans: Plans) -> Held:
    if number not in plans.by_number:
        raise Refused(f"there is no plan {number}; there are: {_listed(plans.by_number.values())}")
    return plans.by_number[number]


def _listed(some: Iterable[Held]) -> str:
    return ", ".join(map(str, some))


# Its steps


def _draft(command: DraftPlan, plans: Plans) -> list[PlanEvent]:
    """While one is carried out the next of its kind can be written; it starts when that ended."""
    waiting = [held for held in plans.by_number.values() if held.stage in ("draft", "approved")]
    same = [held for held in waiting if held.kind is command.kind]
    if same:
        raise Refused(f"{same[0]} is written already: revise it, or end it first")
    _check_terms(command, command.on)
    return [command.became(PlanDrafted, plan=max(plans.by_number, default=0) + 1)]


def _check_terms(terms: Terms, on: date) -> None:
    _in_order("the plan", on, "its review", terms.review_on)
    goal = terms.goal
    if goal.by is not None:
        _in_order("the plan", on, "the day of its goal", goal.by)
    if goal.unit is Unit.PERCENT_OF_POINTS and terms.card is None:
        raise Refused("a goal in % of points needs a card: its periods, expectations and scale")
    if goal.unit in PERCENTS and max(goal.target, goal.baseline or 0) > 100:
        raise Refused("a goal in percent is at most 100: set its target and its baseline so")


PERCENTS = (Unit.PERCENT, Unit.PERCENT_OF_POINTS)


def _in_order(first: str, on: date, then: str, later: date) -> None:
    if later < on:
        raise Refused(f"{then}, {_day(later)}, is before {first}, {_day(on)}")


def _day(day: date) -> str:
    return f"{day:%b} {day.day} {day.year}"


def _approve(command: ApprovePlan, held: Held) -> list[PlanEvent]:
    _check_open(held)
    if held.approved_on is not None:
        raise Refused(f"consent to {held} was recorded already, of {_day(held.approved_on)}")
    _in_order("its draft", held.drafted_on, "the consent", command.on)
    return [command.became(PlanApproved, plan=held.number)]


def _start(command: StartPlan, plans: Plans) -> list[PlanEvent]:
    held = _meant(command, plans, _is_approved)
    _check_open(held)
    if held.approved_on is None:
        raise Refused(f"{held} waits for consent: record it first, with plan approve")
    if held.started_on is not None:
        raise Refused(f"{held} was started already, on {_day(held.started_on)}")
    others = [one for one in plans.by_number.values() if _is_active(one) and one.kind is held.kind]
    if others:
        raise Refused(f"{others[0]} is carried out: end it first, one of a kind at a time")
    _in_order("the consent", held.since, "the start", command.on)
    return [command.became(PlanStarted, plan=held.number)]


def _check_open(held: Held) -> None:
    if held.ended_on is not None:
        raise Refused(f"{held} ended on {_day(held.ended_on)}: nothing follows it")


def _revise(command: RevisePlan, held: Held) -> list[PlanEvent]:
    _check_revision(command, held, command.on)
    return [command.became(PlanRevised, plan=held.number, version=held.version + 1)]


def _check_revision(terms: Terms, held: Held, on: date) -> None:
    """Cards that were taken in stay on the card that they were made for."""
    _check_open(held)
    _in_order(f"version {held.version}", held.revised_on, "the revision", on)
    _check_terms(terms, on)
    if _terms(terms) == held.terms:
        raise Refused(f"nothing is different from version {held.version} of {held}")
    since = [day for day in held.days if day >= on]
    if since and terms.card != held.terms.card:
        raise Refused(
            f"a card of {_day(max(since))} was taken in as the card is: "
            "let the other card hold from the day after"
        )


def _change_manager(command: ChangeManager, held: Held) -> list[PlanEvent]:
    _check_open(held)
    _in_order("the plan", held.drafted_on, "the change", command.on)
    if command.manager == held.terms.manager:
        raise Refused(f"they manage {held} already")
    return [command.became(ManagerChanged, plan=held.number)]


# What is done and measured


def _check_day(held: Held, on: date) -> None:
    """Only while the plan is carried out; what is typed in late may be of an ended plan."""
    if held.started_on is None:
        _check_open(held)
        raise Refused(f"{held} has not started: approve and start it first")
    _in_order(f"the start of {held}", held.started_on, "this day", on)
    if held.ended_on is not None:
        _in_order("this day", on, f"the end of {held}", held.ended_on)


def _check_again(on: date, known: Container[date], what: str, reason: str | None) -> None:
    if on in known and reason is None:
        raise Refused(f"{what} of {_day(on)} is recorded already: say why it is otherwise")
    if on not in known and reason is not None:
        raise Refused(f"nothing is recorded of {_day(on)} that a reason could correct")


def _record_progress(command: RecordProgress, held: Held) -> list[PlanEvent]:
    _check_day(held, command.on)
    unit = held.terms.goal.unit
    if unit is Unit.PERCENT_OF_POINTS:
        raise Refused(f"the goal of {held} is points of its card: take in the card instead")
    if (command.value is None) == (command.no_data is None):
        raise Refused("say either the number or why there is none")
    if unit in PERCENTS and (command.value or 0) > 100:
        raise Refused(f"{command.value} is above 100 percent")
    _check_again(command.on, held.measured, "a measure", command.reason)
    return [command.became(ProgressRecorded, plan=held.number)]


def _record_fidelity(command: RecordFidelity, held: Held) -> list[PlanEvent]:
    _check_day(held, command.on)
    planned = command.planned or held.terms.parts
    if planned is None:
        raise Refused(f"{held} does not say its parts: say how many were planned that day")
    if command.delivered > planned:
        raise Refused(f"{command.delivered} parts delivered are more than the {planned} planned")
    _check_again(command.on, held.delivered, "the delivery", command.reason)
    return [command.became(FidelityRecorded, plan=held.number, planned=planned)]


def _take_in(command: RecordPoints | CorrectPoints, plans: Plans) -> list[PlanEvent]:
    held = _meant(command, plans, lambda one: _has_card(one, command.on))
    _check_day(held, command.on)
    card = held.card_on(command.on)
    if card is None:
        raise Refused(f"{held} has no card: record a measure of its goal instead")
    points, most = _counted(command, card)
    counts = {"plan": held.number, "points": points, "most": most}
    known = command.on in held.days
    if isinstance(command, CorrectPoints):
        if not known:
            raise Refused(f"no card of {_day(command.on)} was taken in that could be corrected")
        return [command.became(PointsCorrected, **counts)]
    if known:
        raise Refused(
            f"the card of {_day(command.on)} was taken in already: correct it, with a reason"
        )
    return [command.became(PointsRecorded, **counts)]


def _has_card(held: Held, on: date) -> bool:
    """Whether a card of this day can be one of this plan."""
    carried_out = held.started_on is not None and held.started_on <= on <= (held.ended_on or on)
    return carried_out and held.card_on(on) is not None


def _counted(said: Points, card: PointCard) -> tuple[int | None, int | None]:
    """(points, most that they could be) of what has data; a cell without counts in neither."""
    if said.no_data is not None:
        if said.rows or said.total is not None:
            raise Refused(f"{said.no_data.label} goes with no points: say one or the other")
        return None, None
    if said.rows and said.total is not None:
        raise Refused("say the rows or the total alone, not both")
    if said.total is not None:
        if said.total > card.total:
            raise Refused(f"the total {said.total} is above the card's {card.total}")
        return said.total, card.total
    _check_rows(said.rows, card)
    cells = [cell for row in said.rows for cell in row if cell is not None]
    if not cells:
        raise Refused("no cell has a number: say why there is no data, such as absent or no card")
    return sum(cells), len(cells) * card.most


def _check_rows(rows: tuple[tuple[int | None, ...], ...], card: PointCard) -> None:
    if rows and len(rows) != len(card.periods):
        raise Refused(f"the card has {len(card.periods)} periods, and here are {len(rows)}")
    for row, period in zip(rows, _named("period", card.periods), strict=False):
        _check_row(row, period, card)


def _check_row(row: tuple[int | None, ...], period: str, card: PointCard) -> None:
    if row and len(row) != len(card.expectations):
        raise Refused(f"{period}: the card has {len(card.expectations)} cells, here are {len(row)}")
    for cell, expectation in zip(row, card.expectations, strict=False):
        if cell is not None and not 0 <= cell <= card.most:
            side = f"above the card's {card.most}" if cell > 0 else "below 0"
            raise Refused(f"{period}, {expectation}: {cell} is {side}")


def _named(word: str, names: tuple[str, ...]) -> list[str]:
    """period 3, or period 3 (Math) where it has a name."""
    return [
        f"{word} {n}" if name == str(n) else f"{word} {n} ({name})"
        for n, name in enumerate(names, 1)
    ]


# Checked and adjusted


def _review(command: ReviewPlan, held: Held) -> list[PlanEvent]:
    _check_open(held)
    if held.started_on is None:
        raise Refused(f"{held} has not started: there is nothing to review")
    _check_window(command, held.started_on)
    events = _decided(command, held)
    next_review = command.revised.review_on if command.revised else command.next_review
    known = {**held.measured, **{day: True for day, has in held.days.items() if has}}
    counted = (command.data_from <= day <= command.data_until for day, has in known.items() if has)
    own = {"plan": held.number, "days_with_data": sum(counted), "next_review": next_review}
    return [command.became(PlanReviewed, **own), *events]


def _check_window(command: ReviewPlan, started_on: date) -> None:
    _in_order("the start of its data", command.data_from, "the end", command.data_until)
    _in_order("the end of its data", command.data_until, "the review", command.on)
    _in_order("the start of the plan", started_on, "the review", command.on)
    if command.next_review is not None:
        _in_order("this review", command.on, "the next one", command.next_review)


def _decided(command: ReviewPlan, held: Held) -> list[PlanEvent]:
    """What follows from the decision: another version, the end, or nothing yet."""
    if command.end:
        return _discontinue(command, held)
    if command.revised is not None:
        return _adjust(command, command.revised, held)
    if command.next_review is None:
        raise Refused("say when the plan is reviewed next")
    return []


def _discontinue(command: ReviewPlan, held: Held) -> list[PlanEvent]:
    if command.decision is not Decision.DISCONTINUE:
        raise Refused(f"{command.decision.label} does not end a plan: discontinue does")
    if command.revised is not None or command.next_review is not None:
        raise Refused("the plan ends: it is neither revised nor reviewed again")
    _check_end(command.on, held)
    return [command.became(PlanEnded, plan=held.number, reason=command.why)]


def _adjust(command: ReviewPlan, revised: Terms, held: Held) -> list[PlanEvent]:
    if command.decision in (Decision.CONTINUE, Decision.DISCONTINUE):
        raise Refused(f"{command.decision.label} changes nothing in a plan: modify does")
    if command.next_review not in (None, revised.review_on):
        raise Refused(
            f"the revised plan is reviewed on {_day(revised.review_on)}: say one day of both"
        )
    _check_revision(revised, held, command.on)
    own = {"plan": held.number, "version": held.version + 1, "reason": command.why}
    return [command.became(PlanRevised, **dict(revised), **own)]


def _end(command: EndPlan, held: Held) -> list[PlanEvent]:
    _check_open(held)
    _check_end(command.on, held)
    return [command.became(PlanEnded, plan=held.number)]


def _check_end(on: date, held: Held) -> None:
    _in_order(f"the last step of {held}", held.since, "its end", on)
    if held.last_day is not None:
        _in_order("the last day with a record", held.last_day, "its end", on)


def _destroy(command: DestroyText, plans: Plans) -> list[PlanEvent]:
    held = _meant(command, plans, _any)
    if command.version in plans.destroyed:
        raise Refused(f"the text of entry {command.version} is destroyed already")
    return [command.became(TextDestroyed, plan=held.number)]


PLAN = Decider("plan", Plans(), decide, evolve, PlanEvent)
