"""One kept stored row of every version of every event: what was written once is read for ever.

A changed event keeps its old row and gets a new one: python -m tests.test_golden --write
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledger.domain import (
    Decider,
    Destroyed,
    Event,
    Undone,
    When,
    due_process,
    meeting,
    plan,
    student,
    upcasts,
)
from ledger.domain.access import ACCESS, RecordDisclosed, RecordViewed
from ledger.domain.calendar import (
    CALENDAR,
    BellSchedule,
    HolidaysSet,
    Lunch,
    Period,
    SchoolYearSet,
)
from ledger.domain.codes import (
    Action,
    Answered,
    Behavior,
    Channel,
    ContactOutcome,
    DayKind,
    Decision,
    Direction,
    Function,
    Injury,
    InputFrom,
    LengthDifference,
    Level,
    Location,
    MeetingKind,
    Motivation,
    NoData,
    Others,
    Outside,
    PlanKind,
    Positive,
    Relation,
    RestraintKind,
    RestraintReason,
    Role,
    StaffRole,
    StatementKind,
    Unit,
    Verdict,
    Weapon,
)
from ledger.domain.forms import FORMS, SlipsPrinted
from ledger.domain.incident import (
    INCIDENT,
    ActionCorrected,
    ActionServed,
    ActionTaken,
    ActionVoided,
    BehaviorCorrected,
    CircumstancesCorrected,
    DetailsFilledIn,
    FamilyContacted,
    ImportCorrected,
    IncidentAdopted,
    IncidentImported,
    IncidentMerged,
    IncidentReported,
    IncidentVoided,
    NamesCleared,
    NamesFlagged,
    ParticipantAdded,
    ParticipantRemoved,
    ParticipantReplaced,
    ReferredToOffice,
    RestraintOrSeclusionUsed,
    RolesCorrected,
    StatementAdded,
    TextDestroyed,
)
from ledger.domain.particulars import BehaviorSeen, Origin, OriginalLine, Participant, PastAction
from ledger.domain.staff import STAFF, StaffIdentity, StaffLeft, StaffRecorded, StaffRolesSet
from ledger.domain.student import (
    STUDENT,
    ContactMade,
    DeterminationHeld,
    FlagsRecorded,
    GuardianToldOfDecision,
    Identity,
    IdentityDestroyed,
    ObservationRecorded,
    PlacementChangeDecided,
    PraiseRecorded,
    RecordRequested,
    RecordShown,
    StudentLinked,
    StudentMerged,
    StudentNumbered,
    StudentRecorded,
    StudentUnlisted,
    StudentWithdrawn,
)
from ledger.store import Unreadable, sqlite
from ledger.store.errors import Damage
from ledger.store.mapper import Mapper, _topic, kind_of, place
from ledger.store.sealing import SchoolKeys, seal, unseal

GOLDEN = Path(__file__).parent / "golden"
DECIDERS: list[Decider[Any, Any, Any]] = [
    ACCESS,
    CALENDAR,
    FORMS,
    INCIDENT,
    meeting.MEETING,
    plan.PLAN,
    STAFF,
    STUDENT,
]
KEYS = SchoolKeys(bytes(32))
MAPPER = Mapper(KEYS)
ORDER = Destroyed(under="a court, 12", position=9)

# What is kept: every field of every event said, in invented words.

AT = When(
    at=datetime(2026, 10, 14, 19, 10, 30, 250_000, tzinfo=UTC),
    zone="America/Los_Angeles",
    said="today 12:10",
    day_only=True,
)
DAY = date(2026, 10, 14)
ANA, BO, CLEO = (f"00000000-0000-4000-8000-{number:012}" for number in (1, 2, 3))
OTHER = "4f1c2aa0-0000-4000-8000-000000000000"
WHY = "The slip said “P2”, not P1: it was read wrongly.\nSee 😀 \u202eא."
PUSHED = BehaviorSeen(
    code=Behavior.PHYSICAL_AGGRESSION, level=Level.MAJOR, assumed=True, foreign="PA-2"
)
REFERRED = Participant(
    label="P1",
    student_id=ANA,
    roles=(Role.REFERRED, Role.VICTIM),
    behaviors=(PUSHED,),
    motivation=Motivation.OBTAIN_ITEM_OR_ACTIVITY,
    injury=Injury.NEEDED_CARE,
    minutes_lost=25,
)
VISITOR = Participant(label="P2", outside=Outside.VISITOR, roles=(Role.WITNESS,))
DETAILS: dict[str, Any] = {
    "location": Location.BUS_LOADING_ZONE,
    "place": "the north gate",
    "period": "3rd period",
    "others": Others.SUBSTITUTE,
    "weapon": Weapon.OTHER_OBJECT,
    "law_enforcement_told": False,
    "slip": "0147",
    "staff_minutes": 15,
}
MEASURE: dict[str, Any] = {
    "action": Action.IN_SCHOOL_SUSPENSION,
    "on": DAY,
    "minutes": 30,
    "days": Decimal("0.50"),
    "by": "staff-2",
    "instruction_went_on": True,
    "services_went_on": False,
    "peers_went_on": True,
}
CONTACT: dict[str, Any] = {
    "at": AT,
    "outcome": ContactOutcome.VOICEMAIL,
    "channel": Channel.PHONE,
    "relation": Relation.GRANDPARENT,
    "language": "es",
    "interpreted": True,
    "by": "staff-1",
    "with_whom": "Esi Okoro",
    "interpreter": "R. Soto",
    "note": "Will call back on Friday.",
}
IDENTITY = Identity(
    given="Ana María",
    family="Rivera Ødegaard",
    middle="Sol",
    preferred="Annie",
    birth_date=date(2018, 2, 28),
    sex="F",
    numbers=(("sourcedId", "s-1"), ("identifier", "104233")),
)
ANSWER: dict[str, Any] = {
    "what": "timeline",
    "purpose": "SST meeting",
    "subjects": (ANA,),
    "records": (f"incident-{OTHER}",),
    "position": 41,
    "digest": "9f86d081884c7d65",
}
STATEMENT: dict[str, Any] = {
    "kind": StatementKind.ABC,
    "observer": "staff-1",
    "observed": AT,
    "observed_at": "the north gate",
    "minutes": 4,
    "intensity": 3,
    "text": WHY,
    "antecedent": "Told to line up.",
    "consequence": "Sat down with an adult.",
    "may_name": (BO,),
}
TERMS: dict[str, Any] = {
    "design": plan.Design(
        behavior="Leaves the seat without asking, more than 2 m.",
        impedes="Misses the start of each task.",
        measure="times out of the seat",
        predictors=("writing", "a substitute"),
        environment=("A seat by the door.",),
        replacement=("Shows the break card.",),
        teaching=("Practise the card in the morning.",),
        reinforcement=("Chooses the line leader.",),
        reactive=("A quiet word; no audience.",),
    ),
    "function": Function.ESCAPE_ACTIVITY,
    "goal": plan.Goal(
        unit=Unit.PERCENT_OF_POINTS,
        direction=Direction.AT_LEAST,
        target=Decimal("80.50"),
        baseline=Decimal(41),
        by=date(2027, 1, 29),
        measured_by="staff-3",
    ),
    "card": plan.PointCard(most=2, periods=("1", "Math"), expectations=("safe", "kind")),
    "parts": 5,
    "manager": "staff-2",
    "review_on": date(2026, 10, 30),
}
POINTS: dict[str, Any] = {
    "on": DAY,
    "rows": ((2, None), ()),
    "total": 2,
    "no_data": NoData.OTHER,
    "checked_in": True,
    "checked_out": False,
    "by": "staff-2",
    "points": 2,
    "most": 2,
}
MOTHER = meeting.Person(relation=Relation.MOTHER)
CHART = meeting.Chart(
    strengths=("Helps younger children.",),
    known=("Moved in August.",),
    tried=(meeting.Tried(what="picture schedule", verdict=Verdict.PARTLY, note="Mornings."),),
    concerns=("Lunch.", "Reading."),
    strategies=("A seat with an adult.",),
)
THERE = (
    meeting.Attendee(who=meeting.Person(staff="staff-1")),
    meeting.Attendee(who=MOTHER, language="Spanish", interpreted=True, channel=Channel.PHONE),
    meeting.Attendee(who=meeting.Person(student=True)),
    meeting.Attendee(who=meeting.Person(role="county social worker")),
)
OF_CASE: dict[str, Any] = {"student_id": ANA, "number": 1}
OF_PLAN: dict[str, Any] = {"student_id": ANA, "plan": 1}
PAST: dict[str, Any] = {
    **DETAILS,
    "occurred": AT,
    "school_id": "9",
    "participants": (REFERRED, VISITOR),
    "reported_by": "staff-1",
    "recorded_by": "staff-2",
    "origin": Origin(source="sis", school="255901001", identifier="10"),
    "actions": (
        PastAction(
            **MEASURE,
            number=1,
            label="P1",
            identifier="18",
            foreign="Expulsion",
            served=True,
            served_minutes=20,
            served_days=Decimal("0.25"),
            difference=LengthDifference.OTHER,
        ),
    ),
    "description": WHY,
    "original": (OriginalLine(kind="incident", line='{"incidentIdentifier": "10"}'),),
}
DUE_PROCESS: tuple[due_process.DueProcessEvent, ...] = (
    due_process.ReferralAnswered(
        by="staff-3", at=AT, told=("staff-1",), channel=Channel.IN_PERSON, text=WHY
    ),
    due_process.NoticeGiven(
        label="P1",
        at=AT,
        relation=Relation.EDUCATION_RIGHTS_HOLDER,
        channel=Channel.PHONE,
        language="Spanish",
        text=WHY,
    ),
    due_process.PupilAccountTaken(label="P1", at=AT, declined=True, text=WHY),
    due_process.OtherMeansNamed(label="P1", text=WHY),
    due_process.EmergencyReportMade(label="P1", on=DAY, by="staff-1", channel=Channel.LETTER),
    due_process.IepMeetingScheduled(label="P1", on=DAY, for_day=date(2026, 10, 16)),
    due_process.TeachersTold(on=DAY, told=("staff-1",)),
    due_process.StatementChallenged(
        number=1, statement=2, label="P2", on=DAY, relation=Relation.FATHER, grounds=WHY
    ),
    due_process.ChallengeMet(number=1, on=DAY),
    due_process.ChallengeDecided(number=1, on=DAY, sustained=False, reason=WHY),
    due_process.ChallengeAppealed(number=1, on=DAY),
    due_process.AppealDecided(number=1, on=DAY, sustained=True, reason=WHY),
    due_process.GuardianStatementAttached(label="P1", relation=Relation.MOTHER, on=DAY, text=WHY),
)
ORDERED: dict[str, Any] = {"authority": "records officer", "order": "2026-12"}
EXAMPLES: dict[str, tuple[Event, ...]] = {
    "access": (
        RecordViewed(**ANSWER),
        RecordDisclosed(**ANSWER, to="district"),
    ),
    "calendar": (
        SchoolYearSet(
            name="2026-27",
            first_day=date(2026, 8, 13),
            last_day=date(2027, 6, 4),
            no_school=(date(2026, 9, 7),),
            minimum_days=(date(2026, 9, 9),),
            schedules=(
                BellSchedule(
                    kind=DayKind.MINIMUM,
                    periods=(Period(name="1st period", start=time(8, 30), end=time(9, 15)),),
                    lunches=(Lunch(grade="TK", start=time(11, 30), end=time(12)),),
                ),
            ),
        ),
        HolidaysSet(year=2026, closed=(date(2026, 11, 26), date(2026, 11, 27))),
    ),
    "forms": (SlipsPrinted(first=101, last=130),),
    "incident": (
        IncidentReported(
            **DETAILS,
            occurred=AT,
            school_id="9",
            participants=(REFERRED, VISITOR),
            reported_by="staff-1",
            recorded_by="staff-2",
        ),
        StatementAdded(**STATEMENT, number=2, child=ANA),
        NamesFlagged(may_name=(BO,)),
        NamesCleared(number=2),
        DetailsFilledIn(
            **DETAILS, motivation=Motivation.UNCLEAR, injury=Injury.NONE, minutes_lost=5, label="P1"
        ),
        ParticipantAdded(participant=VISITOR),
        ParticipantReplaced(label="P1", student_id=BO, outside=Outside.PARENT, reason=WHY),
        ParticipantRemoved(label="P2", reason=WHY),
        RolesCorrected(label="P1", roles=(Role.REFERRED,), behaviors=(PUSHED,), reason=WHY),
        BehaviorCorrected(label="P1", behaviors=(PUSHED,), reason=WHY),
        CircumstancesCorrected(**DETAILS, occurred=AT, reason=WHY),
        ActionTaken(
            **MEASURE,
            number=1,
            label="P1",
            note=WHY,
            threat=True,
            happened=WHY,
            against=("due-process", "recess"),
        ),
        ActionServed(number=1, minutes=20, days=Decimal("0.25"), difference=LengthDifference.OTHER),
        ActionCorrected(**MEASURE, number=1, reason=WHY, threat=True, against=("recess",)),
        ActionVoided(number=1, reason=WHY),
        FamilyContacted(**CONTACT, label="P1"),
        ReferredToOffice(to="staff-3", by="staff-1", on=DAY),
        RestraintOrSeclusionUsed(
            label="P1",
            kind=RestraintKind.RESTRAINT_AND_SECLUSION,
            began=AT,
            minutes=2,
            reasons=(RestraintReason.HARM_TO_OTHERS,),
            by=("staff-1", "staff-2"),
            note=WHY,
        ),
        IncidentMerged(into=OTHER, reason=WHY),
        IncidentVoided(reason=WHY),
        IncidentImported(**PAST),
        ImportCorrected(**PAST),
        IncidentAdopted(sink="ods"),
        TextDestroyed(version=3, **ORDERED),
        Undone(versions=(1, 2)),
        *DUE_PROCESS,
    ),
    "meeting": (
        meeting.AssistanceRequested(
            student_id=ANA, school_id="9", on=DAY, by=MOTHER, concern=WHY, tried="A seat."
        ),
        meeting.InputReceived(
            student_id=ANA,
            source=InputFrom.FAMILY,
            on=DAY,
            by=MOTHER,
            language="Spanish",
            text=WHY,
        ),
        meeting.MeetingScheduled(
            **OF_CASE, kind=MeetingKind.INITIAL, at=AT, place="room 4", facilitator="staff-1"
        ),
        meeting.MeetingRescheduled(**OF_CASE, at=AT, place="room 5", reason=WHY),
        meeting.MeetingCancelled(**OF_CASE, reason=WHY),
        meeting.MemberInvited(
            **OF_CASE,
            who=MOTHER,
            on=DAY,
            channel=Channel.LETTER,
            language="Spanish",
            needs_interpreter=True,
        ),
        meeting.MemberConfirmed(**OF_CASE, who=MOTHER, on=DAY, answer=Answered.BY_PHONE),
        meeting.InterpreterBooked(**OF_CASE, on=DAY, language="Spanish", who="R. Soto"),
        meeting.MeetingHeld(
            **OF_CASE,
            kind=MeetingKind.MANIFESTATION_DETERMINATION,
            at=AT,
            attended=THERE,
            interpreter="R. Soto",
            walk_in=True,
            chart=CHART,
        ),
        meeting.MeetingCorrected(**OF_CASE, attended=THERE, chart=CHART, reason=WHY),
        meeting.QuestionRaised(**OF_CASE, meeting=1, text=WHY, who=(MOTHER,)),
        meeting.QuestionAnswered(**OF_CASE, on=DAY, text=WHY),
        meeting.ActionAgreed(
            **OF_CASE,
            meeting=1,
            on=DAY,
            what="A seat by the door.",
            who=(MOTHER,),
            start=DAY,
            due=date(2026, 10, 30),
        ),
        meeting.ActionReassigned(**OF_CASE, who=(MOTHER,), due=DAY, reason=WHY),
        meeting.ActionCompleted(**OF_CASE, on=DAY, note=WHY),
        meeting.ActionDropped(**OF_CASE, on=DAY, reason=WHY),
        meeting.FollowUpSet(**OF_CASE, at=AT, place="room 4", facilitator="staff-1"),
        meeting.CaseClosed(student_id=ANA, on=DAY, reason=WHY),
        meeting.TextDestroyed(student_id=ANA, version=3, **ORDERED),
        Undone(versions=(2, 3)),
    ),
    "plan": (
        plan.PlanDrafted(
            **TERMS, **OF_PLAN, school_id="9", kind=PlanKind.BEHAVIOR_INTERVENTION_PLAN, on=DAY
        ),
        plan.PlanApproved(
            **OF_PLAN,
            on=DAY,
            relation=Relation.EDUCATION_RIGHTS_HOLDER,
            channel=Channel.VIDEO,
            language="es",
            note=WHY,
        ),
        plan.PlanStarted(**OF_PLAN, on=DAY),
        plan.PlanRevised(**TERMS, **OF_PLAN, version=2, on=DAY, reason=WHY),
        plan.ManagerChanged(**OF_PLAN, on=DAY, manager="staff-3", reason=WHY),
        plan.ProgressRecorded(
            **OF_PLAN,
            on=DAY,
            value=Decimal("3.50"),
            no_data=NoData.NOT_PARTICIPATING,
            by="staff-2",
            note=WHY,
            reason=WHY,
        ),
        plan.PointsRecorded(**POINTS, **OF_PLAN),
        plan.PointsCorrected(**POINTS, **OF_PLAN, reason=WHY),
        plan.FidelityRecorded(**OF_PLAN, on=DAY, delivered=4, planned=5, by="staff-2", reason=WHY),
        plan.PlanReviewed(
            **OF_PLAN,
            on=DAY,
            decision=Decision.INTENSIFY,
            why=WHY,
            data_from=date(2026, 9, 28),
            data_until=DAY,
            position=48_112,
            days_with_data=9,
            next_review=date(2026, 11, 13),
            by=("staff-1", "staff-2"),
        ),
        plan.PlanEnded(**OF_PLAN, on=DAY, reason=WHY, goal_met=False),
        plan.TextDestroyed(**OF_PLAN, version=3, **ORDERED),
        Undone(versions=(1, 2)),
    ),
    "staff": (
        StaffRecorded(
            who=StaffIdentity(
                given="Marlo",
                family="Quist",
                username="mquist",
                source_id="t-14",
                numbers=(("identifier", "4411"),),
            ),
            roles=(StaffRole.TEACHER, StaffRole.SPECIALIST),
            effective_on=DAY,
            source="roster",
        ),
        StaffRolesSet(roles=(StaffRole.CLERK,), effective_on=DAY),
        StaffLeft(effective_on=DAY, by_hand=True),
    ),
    "student": (
        StudentRecorded(
            student_id=ANA,
            effective_on=DAY,
            source="roster",
            who=IDENTITY,
            grade="TK",
            school_id="9",
            homeroom="staff-1",
            flags=("iep", "english-learner"),
        ),
        StudentWithdrawn(student_id=ANA, effective_on=DAY, source="roster"),
        StudentUnlisted(student_id=ANA, effective_on=DAY, source="roster"),
        StudentNumbered(
            student_id=ANA,
            source="old system",
            who=Identity(given="", family="", numbers=(("studentUniqueId", "9900417"),)),
        ),
        StudentLinked(
            student_id=ANA, source="new system", source_id="s-88", instead_of="old system"
        ),
        StudentMerged(student_id=ANA, into=BO),
        FlagsRecorded(
            student_id=ANA,
            effective_on=DAY,
            source="flags",
            flags=("iep",),
            about=("english-learner", "iep"),
        ),
        PraiseRecorded(
            student_id=ANA, occurred=AT, code=Positive.SELF_REGULATION, by="staff-1", text=WHY
        ),
        ContactMade(**CONTACT, student_id=ANA, about=OTHER),
        student.NamesFlagged(student_id=ANA, number=1, may_name=(BO,)),
        student.NamesSettled(student_id=ANA, number=1, text=WHY),
        ObservationRecorded(
            student_id=ANA,
            began=AT,
            minutes=20,
            location=Location.CLASSROOM,
            by="staff-1",
            count=3,
            text=WHY,
            antecedent="Writing began.",
            consequence="A walk.",
        ),
        PlacementChangeDecided(
            student_id=ANA,
            number=1,
            on=DAY,
            pattern=True,
            removals=(f"{OTHER}/2",),
            guardian_told_on=DAY,
            reason=WHY,
        ),
        GuardianToldOfDecision(
            student_id=ANA,
            number=1,
            on=DAY,
            relation=Relation.EDUCATION_RIGHTS_HOLDER,
            channel=Channel.LETTER,
        ),
        DeterminationHeld(
            student_id=ANA, number=1, on=DAY, manifestation=True, meeting=OTHER, reason=WHY
        ),
        RecordRequested(
            student_id=ANA,
            number=1,
            on=DAY,
            relation=Relation.FATHER,
            channel=Channel.EMAIL,
            about=WHY,
        ),
        RecordShown(student_id=ANA, number=1, on=DAY, how=Channel.IN_PERSON, note=WHY),
        IdentityDestroyed(student_id=ANA, versions=(1, 3), **ORDERED),
        Undone(versions=(4,)),
    ),
}


# Keeping


def due() -> Iterator[tuple[str, str, int]]:
    """(category, event, version) of every row that must be kept."""
    for decider in DECIDERS:
        for name in decider.kinds:
            for stored in range(1, upcasts.version(decider.category, name) + 1):
                yield decider.category, name, stored


def kept(category: str, name: str, stored: int) -> Path:
    return GOLDEN / f"{category}.{name}.{stored}.json"


def missing() -> list[str]:
    """Names of the rows that must be kept and are not: there is no writing an old one any more."""
    return [path.name for path in (kept(*one) for one in due()) if not path.exists()]


def write_missing() -> list[str]:
    """Keep a row of today's version of every event that has none."""
    GOLDEN.mkdir(exist_ok=True)
    written = []
    for category, events in EXAMPLES.items():
        for event in events:
            path = kept(
                category, type(event).__name__, upcasts.version(category, event_name(event))
            )
            if not path.exists():
                row = as_kept(category, event)
                path.write_text(json.dumps(row, ensure_ascii=False, indent=1) + "\n", "utf-8")
                written.append(path.name)
    return written


def event_name(event: Event) -> str:
    return type(event).__name__


def as_kept(category: str, event: Event) -> dict[str, Any]:
    """The row that the store would write today, its sealed text opened."""
    entry = MAPPER.entry(f"{category}-1", 1, event, "staff-1", "os=tester")
    sealed = None
    if entry.sealed is not None and entry.wrapped is not None:
        where = place(f"{category}-1", 1, entry.topic)
        sealed = json.loads(unseal(KEYS.unwrap(entry.wrapped, where), entry.sealed, where))
    return {"topic": entry.topic, "payload": json.loads(entry.state), "sealed": sealed}


def stored_row(category: str, kept: dict[str, Any]) -> sqlite.Row:
    """A row of the store with what was kept in it."""
    stream, topic, sealed, wrapped = f"{category}-1", kept["topic"], None, None
    if kept["sealed"] is not None:
        where = place(stream, 1, topic)
        data_key, sealed = seal(json.dumps(kept["sealed"]).encode(), where)
        wrapped = KEYS.wrap(data_key, where)
    payload = json.dumps(kept["payload"]).encode()
    at = "2026-10-14T19:10:00.000000Z"
    envelope = (7, stream, 1, topic, at, "staff-1", "os=tester", None, None)
    return (*envelope, payload, sealed, bytes(32), wrapped, None)


def read(category: str, kept: dict[str, Any], ordered: Destroyed | None = None) -> Event:
    event: Event = MAPPER.recorded(stored_row(category, kept), ordered).event
    return event


ROWS = [
    (path.name.partition(".")[0], json.loads(path.read_text("utf-8")))
    for path in sorted(GOLDEN.glob("*.json"))
]
every_row = pytest.mark.parametrize(
    ("category", "kept"), ROWS, ids=[f"{category}.{row['topic']}" for category, row in ROWS]
)


# Reading what was kept


def test_every_version_of_every_event_is_kept() -> None:
    assert missing() == []


def test_nothing_is_kept_under_a_wrong_name() -> None:
    names = {path.name for path in GOLDEN.iterdir()}
    assert names == {f"{category}.{row['topic']}.json" for category, row in ROWS}
    assert names == {kept(*one).name for one in due()}


def test_every_event_has_one_example() -> None:
    for decider in DECIDERS:
        assert [event_name(e) for e in EXAMPLES[decider.category]] == list(decider.kinds)


def test_an_example_leaves_no_field_out() -> None:
    """A field that is in no kept row could be renamed and nobody would notice."""
    unsaid = [
        f"{event_name(event)}.{name}"
        for events in EXAMPLES.values()
        for event in events
        for name in type(event).model_fields
        if getattr(event, name) is None
    ]
    assert unsaid == []


@every_row
def test_a_kept_row_reads_as_the_event_that_it_was(category: str, kept: dict[str, Any]) -> None:
    event = read(category, kept)
    assert str(event)
    if kept["topic"] == _topic(category, type(event)):
        assert as_kept(category, event) == kept
    else:
        assert read(category, as_kept(category, event)) == event


@every_row
def test_no_sealed_field_is_in_the_clear(category: str, kept: dict[str, Any]) -> None:
    event = read(category, kept)
    assert not event.sealed_fields() & kept["payload"].keys()
    assert not (kept["sealed"] or {}).keys() & kept["payload"].keys()


@every_row
def test_a_kept_row_reads_when_its_text_is_destroyed(category: str, kept: dict[str, Any]) -> None:
    if kept["sealed"] is None:
        return
    event = read(category, kept, ORDER)
    left = [getattr(event, name) for name in event.sealed_fields()]
    assert ORDER in left
    assert set(left) <= {ORDER, None}


@every_row
def test_a_field_that_nobody_knows_is_not_ignored(category: str, kept: dict[str, Any]) -> None:
    row = kept | {"payload": kept["payload"] | {"mood": "canary-7f3a"}}
    with pytest.raises(Unreadable, match="position 7") as caught:
        read(category, row)
    assert "canary" not in str(caught.value)


@every_row
def test_a_row_of_a_newer_release_is_not_guessed_at(category: str, kept: dict[str, Any]) -> None:
    name = kept["topic"].partition(".")[0]
    newer = upcasts.version(category, name) + 1
    with pytest.raises(Unreadable, match="newer release"):
        read(category, kept | {"topic": f"{name}.{newer}"})


@pytest.mark.parametrize(
    "payload", [b"", b"null", b"[]", b'{"a"', b"\xff\xfe", b'{"versions": "all"}']
)
def test_a_payload_that_is_not_the_event_is_unreadable(payload: bytes) -> None:
    row = list(stored_row("incident", as_kept("incident", Undone(versions=(1,)))))
    row[sqlite.PAYLOAD] = payload
    with pytest.raises(Unreadable, match="position 7"):
        MAPPER.recorded(tuple(row))


@pytest.mark.parametrize(
    "topic",
    [
        "antigravity:Event",
        "antigravity.1",
        "os.path:join",
        "ledger.domain.incident:IncidentVoided",
        "Undone",
        "Undone.0",
        "Undone.01",
        "Undone.1.1",
        "Undone.-1",
        "Undone.99999",
        "undone.1",
        "Undone.1\n",
        " Undone.1",
        "StaffLeft.1",
        "Event.1",
        "",
    ],
)
def test_a_topic_that_is_not_of_the_stream_is_unreadable(topic: str) -> None:
    row: dict[str, Any] = {"topic": topic, "payload": {"versions": []}, "sealed": None}
    with pytest.raises(Unreadable):
        read("incident", row)


@pytest.mark.parametrize("category", ["codes", "upcasts", "os", "", "../incident", "__init__"])
def test_a_stream_of_a_kind_that_is_no_stream_is_unreadable(category: str) -> None:
    with pytest.raises(Unreadable, match="not known to this release"):
        read(category, {"topic": "Undone.1", "payload": {"versions": []}, "sealed": None})


def test_no_row_has_a_module_imported_that_it_names() -> None:
    """In a process of its own: what is imported is imported once."""
    asked = """
import sys
from ledger.store.mapper import Unreadable, kind_of
for category, topic in [("this", "Undone.1"), ("antigravity", "this.1"), ("student", "this:s")]:
    try:
        kind_of(category, topic)
    except Unreadable:
        continue
    sys.exit("a row was read that is none")
found = {"this", "antigravity"} & set(sys.modules)
sys.exit(f"imported: {found}" if found else 0)
"""
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", asked], cwd=root, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_sealed_text_that_was_moved_does_not_open() -> None:
    row = list(stored_row("incident", as_kept("incident", IncidentVoided(reason=WHY))))
    row[sqlite.VERSION] = 2
    with pytest.raises(Damage, match="does not open"):
        MAPPER.recorded(tuple(row))


# Upcasts, on steps that are there for a test alone.


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, tuple[upcasts.Step, ...]]]:
    """The steps of upcasts, to add some to; what the store remembers of versions is forgotten."""
    added: dict[str, tuple[upcasts.Step, ...]] = {}
    monkeypatch.setattr(upcasts, "STEPS", added)
    kind_of.cache_clear()
    _topic.cache_clear()
    yield added
    kind_of.cache_clear()
    _topic.cache_clear()


def why_to_words(fields: dict[str, Any]) -> dict[str, Any]:
    return {"words" if name == "why" else name: value for name, value in fields.items()}


def words_to_reason(fields: dict[str, Any]) -> dict[str, Any]:
    return {"reason" if name == "words" else name: value for name, value in fields.items()}


def voided(stored: int, **sealed: str) -> dict[str, Any]:
    return {"topic": f"IncidentVoided.{stored}", "payload": {}, "sealed": sealed}


def test_an_old_row_is_read_in_todays_shape(steps: dict[str, tuple[upcasts.Step, ...]]) -> None:
    steps["incident.IncidentVoided"] = (words_to_reason,)
    assert read("incident", voided(1, words=WHY)) == IncidentVoided(reason=WHY)
    assert read("incident", voided(2, reason=WHY)) == IncidentVoided(reason=WHY)
    with pytest.raises(Unreadable, match="newer release"):
        read("incident", voided(3, reason=WHY))


def test_steps_follow_each_other_from_the_version_of_the_row(
    steps: dict[str, tuple[upcasts.Step, ...]],
) -> None:
    steps["incident.IncidentVoided"] = (why_to_words, words_to_reason)
    said = [voided(1, why=WHY), voided(2, words=WHY), voided(3, reason=WHY)]
    assert [read("incident", row) for row in said] == [IncidentVoided(reason=WHY)] * 3
    with pytest.raises(Unreadable):
        read("incident", voided(3, why=WHY))


def test_what_is_written_today_bears_todays_version(
    steps: dict[str, tuple[upcasts.Step, ...]],
) -> None:
    steps["incident.IncidentVoided"] = (why_to_words, words_to_reason)
    assert as_kept("incident", IncidentVoided(reason=WHY)) == voided(3, reason=WHY)
    other = as_kept("incident", ActionVoided(number=1, reason=WHY))
    assert other["topic"] == "ActionVoided.1"


def test_an_old_row_whose_text_was_destroyed_is_read_too(
    steps: dict[str, tuple[upcasts.Step, ...]],
) -> None:
    steps["incident.IncidentVoided"] = (why_to_words, words_to_reason)
    for stored in (1, 2, 3):
        event = read("incident", voided(stored, why=WHY), ORDER)
        assert event == IncidentVoided(reason=ORDER)


def test_a_step_that_fails_makes_a_row_unreadable_and_nothing_else(
    steps: dict[str, tuple[upcasts.Step, ...]],
) -> None:
    steps["incident.IncidentVoided"] = (lambda fields: {"reason": fields["gone"]},)
    with pytest.raises(Unreadable, match="position 7"):
        read("incident", voided(1, reason=WHY))


def test_a_step_without_its_kept_rows_is_found(
    steps: dict[str, tuple[upcasts.Step, ...]],
) -> None:
    assert missing() == []
    steps["incident.IncidentVoided"] = (why_to_words, words_to_reason)
    assert missing() == ["incident.IncidentVoided.2.json", "incident.IncidentVoided.3.json"]


if __name__ == "__main__" and sys.argv[1:] == ["--write"]:
    print("\n".join(write_missing()) or "nothing was missing")
