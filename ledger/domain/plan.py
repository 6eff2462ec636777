"""One student's behavior plans: drafted, agreed, carried out, checked, adjusted, ended."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from ledger.domain import Event, Sealed, SealedOrNot, Undone, Value, Words
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
