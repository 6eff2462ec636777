"""A child's autumn, told through commands, as papers show it; every name in it is invented."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from desk import School
from made import ZONE

from ledger.domain import When
from ledger.domain.codes import (
    Action,
    Answered,
    Behavior,
    Channel,
    ContactOutcome,
    Direction,
    Level,
    Location,
    MeetingKind,
    Motivation,
    NoData,
    PlanKind,
    Positive,
    Relation,
    Role,
    StatementKind,
    Unit,
    Verdict,
)
from ledger.domain.incident import (
    INCIDENT,
    CorrectBehavior,
    ReportIncident,
    TakeAction,
)
from ledger.domain.meeting import (
    MEETING,
    Agreed,
    Attendee,
    Chart,
    CompleteAction,
    ConfirmMember,
    FollowUp,
    HoldMeeting,
    InviteMember,
    Person,
    RequestAssistance,
    Tried,
)
from ledger.domain.particulars import BehaviorSeen, Participant, Saying
from ledger.domain.plan import (
    PLAN,
    ApprovePlan,
    Design,
    DraftPlan,
    Goal,
    PointCard,
    RecordPoints,
    StartPlan,
)
from ledger.domain.student import STUDENT, MakeContact, RecordPraise

AT_SCHOOL = ZoneInfo(ZONE)
CARD = PointCard(
    most=2, periods=("1", "2", "3", "4", "5", "6"), expectations=("safe", "kind", "ready")
)
POINTS = (28, 31, 33, None, 29, 32, 24, 30, 34, 31, 32)
Said = tuple[StatementKind, str, str]  # kind, who, text


def when(month: int, day: int, hour: int = 12, minute: int = 0) -> When:
    at = datetime(2026, month, day, hour, minute, tzinfo=AT_SCHOOL)
    return When(at=at, zone=ZONE)


class Story:
    """Tells it at a school, in the order in which it happened."""

    def __init__(self, at: School) -> None:
        self.at = at
        with at.opened() as desk:
            school = desk.school
            names = {found.name: found for found in _everybody(school)}
            self.ids = {name: found.student_id for name, found in names.items()}
            self.staff = {name: id for id, name in school.staff_names.items()}
            self.school_id = school.settings.school_id

    def do(self, decider: Any, id: str, *commands: Any) -> None:
        """Have the specialist do it, each a second after the other."""
        with self.at.opened() as desk:
            for command in commands:
                self.at.clock.pass_(seconds=1)
                desk.school.do(decider, id, command, again=True)

    def incident(
        self,
        id: str,
        at: When,
        who: str,
        *others: str,
        did: Behavior = Behavior.DISRUPTION,
        where: Location = Location.CAFETERIA,
        said: tuple[Said, ...] = (),
        level: Level = Level.MINOR,
        why: Motivation | None = None,
        lost: int | None = None,
    ) -> str:
        people = [
            Participant(
                label="P1",
                student_id=self.ids[who],
                roles=(Role.REFERRED,),
                behaviors=(BehaviorSeen(code=did, level=level),),
                motivation=why,
                minutes_lost=lost,
            ),
            *(
                Participant(label=f"P{n}", student_id=self.ids[name], roles=(Role.INVOLVED,))
                for n, name in enumerate(others, 2)
            ),
        ]
        command = ReportIncident(
            occurred=at,
            school_id=self.school_id,
            reported_by=self.staff["Sam Whitlock"],
            recorded_by=self.staff["Sam Whitlock"],
            participants=tuple(people),
            sayings=tuple(self.saying(*one, at) for one in said),
            location=where,
        )
        self.do(INCIDENT, id, command)
        return id

    def saying(self, kind: StatementKind, who: str, text: str, at: When) -> Saying:
        return Saying(kind=kind, observer=self.staff[who], observed=at, text=text)

    def autumn(self) -> None:
        """Seven incidents, a case with a meeting held and one set, a plan with eleven cards."""
        self.calendar()
        self.incidents()
        self.case()
        self.plan()
        self.beside()

    def calendar(self) -> None:
        self.at.ok("calendar", "set", "--first", "2026-08-12", "--last", "2027-06-11")

    def incidents(self) -> None:
        saw, told, thinks = (
            StatementKind.OBSERVATION,
            StatementKind.REPORTED,
            StatementKind.INFERENCE,
        )
        room, yard = Location.CLASSROOM, Location.PLAYGROUND
        peer, task = Motivation.PEER_ATTENTION, Motivation.AVOID_TASK
        ana = "Ana Rivera"
        self.incident(
            _id(1),
            when(8, 27, 9, 5),
            ana,
            where=room,
            why=task,
            lost=40,
            said=((saw, "Dana Okafor", "Tore the worksheet in two."),),
        )
        self.incident(
            _id(2),
            when(9, 3, 12, 12),
            ana,
            "Leo Park",
            why=peer,
            lost=20,
            said=((saw, "Sam Whitlock", "Shouted at P2 and would not sit down."),),
        )
        self.incident(
            _id(3),
            when(9, 10, 10, 20),
            ana,
            "Jonah Wells",
            where=yard,
            lost=140,
            did=Behavior.PHYSICAL_AGGRESSION,
            level=Level.MAJOR,
            said=((saw, "Per Lund", "Kicked P2 twice after a ball game."),),
        )
        self.incident(
            _id(4),
            when(9, 24, 12, 18),
            ana,
            where=room,
            why=task,
            lost=15,
            did=Behavior.DEFIANCE,
            said=((saw, "Dana Okafor", "Put her head down."),),
        )
        self.incident(
            _id(5),
            when(10, 2, 12, 10),
            ana,
            "Leo Park",
            did=Behavior.PROPERTY_MISUSE,
            why=peer,
            lost=15,
            said=((saw, "Sam Whitlock", "Spilled milk over P2's bag."),),
        )
        self.incident(
            _id(6),
            when(10, 9, 12, 15),
            ana,
            "Leo Park",
            "Mateo Cruz",
            lost=10,
            said=(
                (told, "Dana Okafor", "P1 pushed P2 in the line, P3 laughed."),
                (thinks, "Sam Whitlock", "She wanted the seat beside the window."),
            ),
        )
        self.incident(
            _id(7),
            when(10, 14, 12, 10),
            ana,
            "Leo Park",
            why=peer,
            said=((saw, "Sam Whitlock", "Threw a tray after P2 took the seat."),),
        )
        home = TakeAction(
            label="P1",
            action=Action.SENT_HOME_EARLY,
            on=date(2026, 9, 10),
            days=Decimal("0.5"),
            happened="There was no time.",
        )
        self.do(INCIDENT, _id(3), home)
        talk = TakeAction(
            label="P1", action=Action.CONFERENCE_WITH_STUDENT, minutes=10, on=date(2026, 10, 14)
        )
        self.do(INCIDENT, _id(7), talk)
        pushed = (BehaviorSeen(code=Behavior.PHYSICAL_CONTACT, level=Level.MINOR),)
        self.do(
            INCIDENT,
            _id(6),
            CorrectBehavior(label="P1", behaviors=pushed, reason="pushed, not noise"),
        )

    def case(self) -> None:
        mother, okafor = Person(relation=Relation.MOTHER), Person(staff=self.staff["Dana Okafor"])
        alder, me = Person(staff=self.staff["Ruth Alder"]), Person(staff=self.staff["Sam Whitlock"])
        asked = RequestAssistance(
            student_id=self.ids["Ana Rivera"],
            school_id=self.school_id,
            on=date(2026, 9, 8),
            by=okafor,
            concern="Lunch is hard for her.",
        )
        chart = Chart(
            strengths=("draws", "asks for help since September"),
            known=("new at this school",),
            tried=(
                Tried(what="seat by the door", verdict=Verdict.PARTLY, note="mornings only"),
                Tried(what="picture schedule", verdict=Verdict.DID_NOT),
                Tried(what="breakfast with Leo", verdict=Verdict.WORKED),
            ),
            concerns=("lunch",),
        )
        held = HoldMeeting(
            kind=MeetingKind.INITIAL,
            at=when(9, 17, 8),
            attended=(Attendee(who=alder), Attendee(who=mother, channel=Channel.PHONE)),
            chart=chart,
            actions=(
                Agreed(what="seat by the door", who=(okafor,), due=date(2026, 9, 21)),
                Agreed(what="check-in/check-out", who=(me,), due=date(2026, 9, 21)),
                Agreed(what="vision and hearing screen", who=(alder,), due=date(2026, 10, 2)),
                Agreed(what="homework routine", who=(mother,), due=date(2026, 10, 15)),
            ),
            follow_up=FollowUp(
                at=when(10, 15, 8), place="room 4", facilitator=self.staff["Ruth Alder"]
            ),
        )
        invited = InviteMember(
            number=2,
            who=mother,
            on=date(2026, 9, 30),
            channel=Channel.LETTER,
            language="Spanish",
            needs_interpreter=True,
        )
        coming = ConfirmMember(number=2, who=mother, on=date(2026, 10, 6), answer=Answered.COMING)
        done = [CompleteAction(number=n, on=date(2026, 9, 21)) for n in (1, 2)]
        self.do(MEETING, _id(50), asked, held, *done, invited, coming)

    def plan(self) -> None:
        ana = self.ids["Ana Rivera"]
        goal = Goal(unit=Unit.PERCENT_OF_POINTS, direction=Direction.AT_LEAST, target=Decimal(80))
        draft = DraftPlan(
            student_id=ana,
            school_id=self.school_id,
            kind=PlanKind.CHECK_IN_CHECK_OUT,
            on=date(2026, 9, 17),
            design=Design(behavior="stays in her seat"),
            goal=goal,
            card=CARD,
            manager=self.staff["Sam Whitlock"],
            review_on=date(2026, 10, 16),
        )
        agreed = ApprovePlan(student_id=ana, on=date(2026, 9, 17), relation=Relation.MOTHER)
        days = [
            date(2026, 9, 28),
            date(2026, 9, 29),
            date(2026, 9, 30),
            date(2026, 10, 1),
            date(2026, 10, 2),
            date(2026, 10, 5),
            date(2026, 10, 6),
            date(2026, 10, 7),
            date(2026, 10, 8),
            date(2026, 10, 9),
            date(2026, 10, 13),
        ]
        cards = [
            RecordPoints(student_id=ana, on=day, total=points)
            if points is not None
            else RecordPoints(student_id=ana, on=day, no_data=NoData.ABSENT)
            for day, points in zip(days, POINTS, strict=True)
        ]
        self.do(PLAN, ana, draft, agreed, StartPlan(student_id=ana, on=date(2026, 9, 21)), *cards)

    def beside(self) -> None:
        ana = self.ids["Ana Rivera"]
        kind = [
            RecordPraise(
                student_id=ana,
                occurred=when(9, 8 + n, 9),
                code=Positive.HELPING,
                by=self.staff["Dana Okafor"],
            )
            for n in range(3)
        ]
        kind.append(
            RecordPraise(student_id=ana, occurred=when(10, 1, 9), code=Positive.PERSISTENCE)
        )
        calls = [
            MakeContact(
                student_id=ana,
                at=when(9, 10, 13),
                outcome=ContactOutcome.REACHED,
                channel=Channel.PHONE,
                relation=Relation.MOTHER,
                language="Spanish",
            ),
            MakeContact(student_id=ana, at=when(10, 9, 15), outcome=ContactOutcome.VOICEMAIL),
        ]
        self.do(STUDENT, ana, *kind, *calls)


def _id(n: int) -> str:
    return f"{n:08x}-0000-4000-8000-000000000000"


def _everybody(school: Any) -> list[Any]:
    from ledger import finding

    school.views.catch_up(school.record)
    return finding.everyone(school.roster)
