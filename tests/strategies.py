"""Commands that somebody could give: of every kind, to streams that they fit or do not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from made import NOON, TEACHER, ZONE, a_student, incident_id, student_id
from pydantic import AwareDatetime
from pydantic.fields import FieldInfo
from spec import enveloped

from ledger import entry
from ledger.domain import (
    Command,
    Decider,
    Destroyed,
    Event,
    Refused,
    Undo,
    Value,
    When,
)
from ledger.domain.calendar import CALENDAR, SetSchoolYear
from ledger.domain.codes import Behavior, Level, MeetingKind, Outside, Relation, Role
from ledger.domain.due_process import ChallengeStatement, OfChallenge
from ledger.domain.forms import FORMS, PrintSlips
from ledger.domain.incident import (
    INCIDENT,
    AddParticipant,
    AddStatement,
    DestroyText,
    ImportIncident,
    Incident,
    ReportIncident,
    StatementAdded,
    TakeAction,
)
from ledger.domain.meeting import (
    MEETING,
    AgreeAction,
    Agreed,
    AnswerQuestion,
    Asked,
    Attendee,
    BookInterpreter,
    Case,
    CloseCase,
    CompleteAction,
    ConfirmMember,
    CorrectMeeting,
    DropAction,
    HoldMeeting,
    InviteMember,
    Person,
    RaiseQuestion,
    ReassignAction,
    RequestAssistance,
    RescheduleMeeting,
    ScheduleMeeting,
    SetFollowUp,
)
from ledger.domain.particulars import BehaviorSeen, Days, Participant, PastAction
from ledger.domain.plan import (
    PLAN,
    ApprovePlan,
    CorrectPoints,
    DraftPlan,
    Goal,
    Plans,
    PointCard,
    Points,
    RecordFidelity,
    RecordPoints,
    ReviewPlan,
    StartPlan,
)
from ledger.domain.staff import STAFF, RecordStaff
from ledger.domain.student import STUDENT, DestroyIdentity, RecordStudent, StudentRecorded
from ledger.store import Done, Ledger
from ledger.store.errors import Conflict

Strategy = st.SearchStrategy[Any]
Step = tuple[str, str, Command]  # category, id, command
V = TypeVar("V", bound=Value)

STUDENTS = [student_id(number) for number in (1, 2, 3)]
INCIDENTS = [incident_id(number) for number in (1, 2, 3)]
CASES = [f"{number:08}-0000-4000-9000-000000000000" for number in (1, 2, 3)]
PEOPLE_HERE = ["staff-1", "staff-2"]
LABELS = ["P1", "P1", "P2", "P3", "P9"]
IDS = {
    "incident": INCIDENTS,
    "meeting": CASES,
    "student": STUDENTS,
    "staff": PEOPLE_HERE,
    "calendar": ["9"],
    "forms": ["9"],
    "plan": STUDENTS,
}
DECIDERS: dict[str, Decider[Any, Any, Any]] = {
    "incident": INCIDENT,
    "meeting": MEETING,
    "student": STUDENT,
    "staff": STAFF,
    "calendar": CALENDAR,
    "forms": FORMS,
    "plan": PLAN,
}

# What the parts are drawn from: few of each, so that commands meet.

ZONES = (UTC, timezone(timedelta(hours=-7)), timezone(timedelta(hours=13)))
INSTANTS = st.datetimes(
    NOON.replace(tzinfo=None) - timedelta(days=400),
    NOON.replace(tzinfo=None),
    timezones=st.sampled_from(ZONES),
)
DAYS = st.dates(date(2026, 7, 1), date(2027, 7, 31))
WORDS = st.text(max_size=12) | st.sampled_from(
    ["", "P2 ran to the gate.", '"$5", % and \u202eא', "😀"]
)
STAFF_ID = st.sampled_from(PEOPLE_HERE)
TABLE = (
    Person(staff="staff-1"),
    Person(relation=Relation.MOTHER),
    Person(student=True),
    Person(role="county social worker"),
)
NAMED: dict[str, Strategy] = {
    "label": st.sampled_from(LABELS),
    "student_id": st.sampled_from(STUDENTS),
    "into": st.sampled_from((*INCIDENTS, *STUDENTS)),
    "was": st.sampled_from(STUDENTS),
    "sink": st.sampled_from(("ods", "sis")),
    "number": st.sampled_from((1, 1, 2, 3, 0)),
    "version": st.integers(1, 9),
    "zone": st.sampled_from((ZONE, "UTC", "Pacific/Auckland")),
    "school_id": st.just("9"),
    "source": st.sampled_from(("roster", "state", "by hand")),
    **dict.fromkeys(("flags", "about"), st.sampled_from(("iep", "section-504", "foster"))),
    "instead_of": st.sampled_from(("roster", "state", "by hand")),
    "name": st.sampled_from(("2025-26", "2026-27", "summer")),
    **dict.fromkeys(("by", "to", "reported_by", "recorded_by", "office_to", "homeroom"), STAFF_ID),
}


@st.composite
def people(draw: st.DrawFn) -> tuple[Participant, ...]:
    """Participants as somebody logs them: numbered, each once, a behavior for who is referred."""
    students = draw(st.lists(st.sampled_from(STUDENTS), unique=True, min_size=1, max_size=3))
    roles = st.lists(st.sampled_from(Role), unique=True, min_size=1, max_size=2).map(tuple)
    made: list[Participant] = []
    for n, student in enumerate(students, 1):
        own = (Role.REFERRED,) if n == 1 else draw(roles)
        seen = BehaviorSeen(
            code=draw(st.sampled_from(Behavior)), level=draw(st.sampled_from(Level))
        )
        who: dict[str, Any] = {"student_id": student}
        if n > 1 and draw(st.booleans()):
            who = {"outside": draw(st.sampled_from(Outside))}
        made.append(
            Participant(
                label=f"P{n}", roles=own, behaviors=(seen,) if Role.REFERRED in own else (), **who
            )
        )
    return tuple(made)


@st.composite
def school_years(draw: st.DrawFn) -> SetSchoolYear:
    """A school year that can be, as often as not."""
    first = draw(DAYS)
    length = draw(st.integers(-1, 250))
    off = draw(st.lists(st.integers(0, 250), max_size=3))
    return SetSchoolYear(
        name=draw(NAMED["name"]),
        first_day=first,
        last_day=first + timedelta(days=length),
        no_school=tuple(first + timedelta(days=n) for n in off),
    )


@st.composite
def past(draw: st.DrawFn) -> ImportIncident:
    """An incident as a source may have it: its people, and actions of some of them."""
    taking_part = draw(people())
    labels = [person.label for person in taking_part]
    names = draw(st.lists(st.sampled_from(("10", "11", "12")), unique=True, max_size=3))
    actions = tuple(
        draw(built(PastAction)).model_copy(
            update={"identifier": name, "label": draw(st.sampled_from(labels)), "number": 0}
        )
        for name in names
    )
    fields = {name: draw(values) for name, values in _fields(ImportIncident).items()}
    return ImportIncident.model_validate(
        fields | {"participants": taking_part, "actions": actions, "school_id": "9"}
    )


# Any value, from what its fields say of themselves.


@st.composite
def built(draw: st.DrawFn, model: type[V]) -> V:
    """Any value of this kind that can be built at all."""
    if model in WHOLE:
        whole: V = draw(WHOLE[model])
        return whole
    return model.model_validate({name: draw(values) for name, values in _fields(model).items()})


CARD = PointCard(most=2, periods=("1", "2"), expectations=("safe", "kind", "ready"))
LATE = date(2027, 7, 31)


@st.composite
def plans(draw: st.DrawFn) -> DraftPlan:
    """Mostly a plan as somebody writes it, with a card and days in order."""
    fields = {name: draw(values) for name, values in _fields(DraftPlan).items()}
    if draw(st.integers(0, 4)):
        goal = fields["goal"].model_copy(update={"target": Decimal(80), "baseline": None})
        late = {"goal": goal.model_copy(update={"by": None}), "review_on": LATE, "card": CARD}
        fields |= late
    return DraftPlan.model_validate(fields)


@st.composite
def participants(draw: st.DrawFn) -> tuple[Participant, ...]:
    """Mostly participants as somebody logs them; some that cannot be."""
    if draw(st.integers(0, 4)):
        return draw(people())
    return tuple(draw(st.lists(built(Participant), min_size=1, max_size=2)))


WHOLE: dict[type[Value], Strategy] = {
    SetSchoolYear: school_years(),
    ImportIncident: past(),
    DraftPlan: plans(),
    Person: st.sampled_from(TABLE),
}
FIELDS: dict[tuple[type[Value], str], Strategy] = {
    (Undo, "versions"): st.just(()),
    (DestroyIdentity, "versions"): st.just(()),
    (PrintSlips, "taken"): st.lists(st.integers(95, 130), max_size=4).map(tuple),
    (ReportIncident, "participants"): participants(),
    (Goal, "by"): st.none() | DAYS,
    (RequestAssistance, "on"): st.dates(date(2026, 7, 1), date(2026, 9, 1)),
}


@cache
def _fields(model: type[Value]) -> dict[str, Strategy]:
    return {
        name: FIELDS[model, name] if (model, name) in FIELDS else _field(name, field)
        for name, field in model.model_fields.items()
    }


def _field(name: str, field: FieldInfo) -> Strategy:
    values = _of(field.annotation, list(field.metadata), name)
    if field.is_required():
        return values
    return st.one_of(st.just(field.get_default()), values)


def _of(kind: Any, limits: list[Any], name: str) -> Strategy:
    """Values of an annotation, within what its metadata allows."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind == Days:
        return st.decimals(0, 200, places=2)
    if origin is Annotated:
        return _of(inner[0], [*limits, *_limits(inner[1:])], name)
    if origin in (Union, UnionType):
        # What was destroyed is ordered by a command of its own, never said.
        parts = [part for part in inner if part is not Destroyed]
        return st.one_of(*(_of(part, limits, name) for part in parts))
    if origin is tuple:
        return _tuples(inner, limits, name)
    if isinstance(kind, type) and issubclass(kind, Value):
        return built(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    if name in NAMED and kind is not NoneType:
        least = _limit(limits, "ge", None)
        return NAMED[name] if least is None else NAMED[name].filter(lambda n: n >= least)
    return _plain(kind, limits)


def _limits(metadata: Any) -> list[Any]:
    return [one for m in metadata for one in (m.metadata if isinstance(m, FieldInfo) else [m])]


def _limit(limits: list[Any], name: str, default: Any) -> Any:
    found = [getattr(limit, name) for limit in limits if getattr(limit, name, None) is not None]
    return found[0] if found else default


def _tuples(inner: tuple[Any, ...], limits: list[Any], name: str) -> Strategy:
    if inner[-1] is not Ellipsis:
        return st.tuples(*(_of(part, [], "") for part in inner))
    fewest = _limit(limits, "min_length", 0)
    most = min(_limit(limits, "max_length", 2), fewest + 2)
    return st.lists(_of(inner[0], [], name), min_size=fewest, max_size=most).map(tuple)


def _plain(kind: Any, limits: list[Any]) -> Strategy:
    low, high = _limit(limits, "ge", 0), _limit(limits, "le", 1_000)
    plain: dict[Any, Strategy] = {
        NoneType: st.none(),
        bool: st.booleans(),
        int: st.integers(low, high),
        str: WORDS.filter(lambda text: len(text) >= _limit(limits, "min_length", 0)),
        Decimal: st.decimals(0, 200, places=2),
        datetime: INSTANTS,
        AwareDatetime: INSTANTS,
        date: DAYS,
    }
    return plain[kind] if kind in plain else st.from_type(kind)


# Commands


def kinds(decider: Decider[Any, Any, Any]) -> tuple[type[Command], ...]:
    """Every kind of command that a stream takes."""
    union = get_type_hints(decider.decide)["command"]
    found: tuple[type[Command], ...] = get_args(union) or (union,)
    return found


OFTEN: dict[type[Command], int] = {
    TakeAction: 4,
    AddStatement: 3,
    AddParticipant: 2,
    ChallengeStatement: 2,
}
NEXT: dict[str, tuple[type[Command], ...]] = {  # of a plan; of a meeting
    "draft": (ApprovePlan,),
    "approved": (StartPlan,),
    "active": (RecordPoints, RecordPoints, CorrectPoints, RecordFidelity, ReviewPlan),
    "ended": (DraftPlan,),
    "set": (InviteMember, ConfirmMember, BookInterpreter, RescheduleMeeting, HoldMeeting),
    "held": (
        *(CorrectMeeting, RaiseQuestion, AnswerQuestion, AgreeAction, SetFollowUp),
        *(CompleteAction, ReassignAction, DropAction),
    ),
    "cancelled": (ScheduleMeeting, HoldMeeting, CloseCase),
}
OPENING: dict[str, type[Command]] = {
    "incident": ReportIncident,
    "meeting": RequestAssistance,
    "student": RecordStudent,
    "staff": RecordStaff,
    "calendar": SetSchoolYear,
    "forms": PrintSlips,
    "plan": DraftPlan,
}


def command_of(category: str) -> st.SearchStrategy[Command]:
    """Any command of a stream, what others rest on more often.

    An `Undo` names nothing yet: who plays it says what came last.
    """
    some = [kind for kind in kinds(DECIDERS[category]) for _ in range(OFTEN.get(kind, 1))]
    return st.sampled_from(some).flatmap(built)


class Played:
    """One stream as the store keeps it: its events, and where its last command began."""

    def __init__(self, decider: Decider[Any, Any, Any]) -> None:
        self.decider, self.events = decider, list[Event]()
        self.began = 0

    @property
    def state(self) -> Any:
        return self.decider.fold(enveloped(self.events, self.decider.category))

    def aimed(self, command: Command) -> Command:
        """The command, with the versions that it would name: what came last, what was said."""
        if isinstance(command, Undo):
            last = tuple(range(self.began + 1, len(self.events) + 1))
            done = not last or self.events[-1].undoes or self.events[-1].lasting
            return command.model_copy(update={"versions": () if done else last})
        if isinstance(command, DestroyIdentity):
            return command.model_copy(update={"versions": (1,)})
        return command

    def do(self, command: Command) -> list[Event] | str:
        """The events that the command became, or why it was refused."""
        answer = answered(self.decider, command, self.state)
        if answer and isinstance(answer, list):
            self.began = len(self.events)
            self.events += answer
        return answer


def answered(decider: Decider[Any, Any, Any], command: Command, state: Any) -> list[Event] | str:
    """What a decider answers: events, or its refusal."""
    try:
        return list(decider.decide(command, state))
    except Refused as no:
        return str(no)


@st.composite
def step(draw: st.DrawFn, category: str, id: str, state: Any = None) -> Step:
    """A command to this stream: the one that opens it, or one that mostly fits what is there."""
    if state is None:
        command: Command = draw(built(OPENING[category]))
    else:
        follows = isinstance(state, Plans | Case) and draw(st.integers(0, 2))
        command = draw(_next(state) if follows else command_of(category))
        meant = _meant(command, state) if draw(st.integers(0, 5)) else {}
        aims = {name: draw(st.sampled_from(some)) for name, some in meant.items() if some}
        command = command.model_copy(update=aims)
    own = category in ("student", "plan") and "student_id" in type(command).model_fields
    return category, id, command.model_copy(update={"student_id": id} if own else {})


def _meant(command: Command, state: Any) -> dict[str, list[Any]]:
    """Whom and what a command to an incident, a case or a student's plans can mean."""
    if isinstance(state, Plans):
        return _of_plans(command, state)
    if isinstance(state, Case):
        return _of_case(command, state)
    if not isinstance(state, Incident):
        return {}
    people = [p for p in state.people.values() if p.referred or not isinstance(command, TakeAction)]
    own = state.process.challenges if isinstance(command, OfChallenge) else state.actions
    known: dict[str, list[Any]] = {"label": [p.label for p in people], "number": [*own]}
    return {name: some for name, some in known.items() if name in type(command).model_fields}


def _next(state: Plans | Case) -> Strategy:
    """A command that comes next in one of the plans, or in the case."""
    stages = (
        one.stage
        for one in (state.meetings if isinstance(state, Case) else state.by_number).values()
    )
    own: list[type[Command]] = [kind for stage in stages for kind in NEXT[stage]]
    first: list[type[Command]] = [ScheduleMeeting, HoldMeeting, AgreeAction]
    if isinstance(state, Plans):
        first = [DraftPlan]
    elif not state.student_id:
        first = [RequestAssistance]
    return st.sampled_from(own or first).flatmap(built)


def _of_plans(command: Command, state: Plans) -> dict[str, list[Any]]:
    """Days in order, and a card that has points of its own plan."""
    days = [held.since + timedelta(days=n) for held in state.by_number.values() for n in (0, 1, 3)]
    known: dict[str, list[Any]] = {
        "plan": [None, *state.by_number],
        **dict.fromkeys(("on", "data_from", "data_until"), days),
        "review_on": [LATE],
        "next_review": [LATE],
        "card": [CARD],
        "end": [False],
        "revised": [None],
    }
    if isinstance(command, Points):
        known |= {"rows": [((2, 1, 0), ()), ((2, None, 2), (1, 1, 1))], "total": [None]}
        known |= {"no_data": [None]}
    return {name: some for name, some in known.items() if name in type(command).model_fields}


def _of_case(command: Command, state: Case) -> dict[str, list[Any]]:
    """Days in order, people who were invited, and what was numbered."""
    last = max([state.requested_on, *(met.day for met in state.meetings.values())])
    days = [last + timedelta(days=n) for n in (1, 2, 9)]
    early = isinstance(command, InviteMember | ConfirmMember | BookInterpreter)
    held = [number for number, met in state.meetings.items() if met.stage == "held"]
    raised = (Asked(text="Who sits there?", who=TABLE[:1]),)
    agreed = Agreed(what="A seat by the door.", who=TABLE[:2], due=days[2])
    known: dict[str, list[Any]] = {
        "number": _numbers(command, state),
        "meeting": held if isinstance(command, RaiseQuestion) else [None],
        "on": [state.requested_on] if early else days,
        "at": [When(at=datetime(d.year, d.month, d.day, 15, tzinfo=UTC), zone=ZONE) for d in days],
        "who": [TABLE[0], TABLE[1]] if early else [TABLE[:1], TABLE[1:3]],
        "attended": [(Attendee(who=TABLE[0]), Attendee(who=TABLE[1], interpreted=True))],
        "questions": [raised],
        "actions": [(), (agreed,), (agreed, agreed)],
        "due": [None, days[2]],
        "follow_up": [None],
    }
    if isinstance(command, BookInterpreter):
        known |= {"who": [None]}
    if isinstance(command, HoldMeeting):
        known |= {"kind": [*MeetingKind]}
    return {name: some for name, some in known.items() if name in type(command).model_fields}


def _numbers(command: Command, state: Case) -> list[Any]:
    """What a number can mean: a question, an open promise, or a meeting of the right stage."""
    if isinstance(command, AnswerQuestion):
        return [*state.questions]
    if isinstance(command, CompleteAction | DropAction | ReassignAction):
        return state.open_promises
    stage = "held" if isinstance(command, CorrectMeeting) else "set"
    own = [number for number, met in state.meetings.items() if met.stage == stage]
    return [*own, None] if isinstance(command, HoldMeeting) else own


@st.composite
def commands(draw: st.DrawFn, *categories: str, max_size: int = 12) -> list[Step]:
    """Commands to a few streams of these kinds, or of all; most of the streams are opened first."""
    known = [(kind, id) for kind in categories or DECIDERS for id in IDS[kind]]
    streams = draw(st.lists(st.sampled_from(known), unique=True, min_size=1, max_size=4))
    there = {one: Played(DECIDERS[one[0]]) for one in streams}
    steps = [draw(step(*one)) for one in streams if draw(st.integers(0, 9))]
    for category, id, command in steps:
        there[category, id].do(command)
    for _ in range(draw(st.integers(0, max_size))):
        one = draw(st.sampled_from(streams))
        steps.append(draw(step(*one, there[one].state)))
        there[one].do(there[one].aimed(steps[-1][2]))
    return steps


def enrolled() -> list[Step]:
    """The three students that commands speak of, on the roster."""
    return [("student", student_id(number), a_student(number)) for number in (1, 2, 3)]


def do(ledger: Ledger, step: Step) -> Done[Any] | None:
    """Have a command done as people have it done; None when it is refused."""
    category, id, command = aimed(ledger, step)
    try:
        if isinstance(command, Undo):
            return entry.undo(ledger, TEACHER, ledger.recorder.clock())[0]
        return ledger.do(DECIDERS[category], id, command, TEACHER)
    except (Refused, Conflict):
        return None


def aimed(ledger: Ledger, step: Step) -> Step:
    """The step; an order to destroy names the versions that it means."""
    category, id, command = step
    history = ledger.stream(f"{category}-{id}")
    if isinstance(command, DestroyText):
        said = [r.version for r in history if isinstance(r.event, StatementAdded)]
        meant = said[command.version % len(said)] if said else command.version
        command = command.model_copy(update={"version": meant})
    elif isinstance(command, DestroyIdentity) and not command.versions:
        known = [r for r in history if isinstance(r.event, StudentRecorded)]
        left = tuple(r.version for r in known if not isinstance(r.event.who, Destroyed))
        command = command.model_copy(update={"versions": left})
    return category, id, command
