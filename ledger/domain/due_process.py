"""What an incident owes to those in it: an answer, notice, the pupil's side, a challenge heard.

The rules that an act may go against, too: what has not happened yet is refused, what has happened
is recorded, and stays flagged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, assert_never

from pydantic import AfterValidator, Field

from ledger.domain import Command, Event, Refused, Sealed, SealedOrNot, Value, When, Words
from ledger.domain.codes import Action, Behavior, Channel, Relation
from ledger.domain.particulars import Measure, Noted, Short
from ledger.domain.rules import RULES

SUSPENSIONS = frozenset((Action.IN_SCHOOL_SUSPENSION, Action.OUT_OF_SCHOOL_SUSPENSION))
DEFIANCE = frozenset((Behavior.DISRUPTION, Behavior.DEFIANCE))
ATTENDANCE = frozenset((Behavior.TARDY, Behavior.TRUANCY, Behavior.SKIP_CLASS))
BEFORE_FIRST = frozenset(("PK", "TK", "K"))  # grades; transitional kindergarten is kindergarten

Language = Annotated[str, Field(max_length=40)]
Staff = Annotated[tuple[str, ...], Field(min_length=1, max_length=60)]  # ids


class Notice(Value):
    """The charges, as somebody who stands for the pupil was told them."""

    at: When
    relation: Relation | None = None
    channel: Channel | None = None
    language: Language | None = None
    text: SealedOrNot[Words] = None

    def __str__(self) -> str:
        who = self.relation.label if self.relation else ""
        how = self.channel.label if self.channel else ""
        return ", ".join(filter(None, ("notice given", who, how, self.language or "")))


class PupilAccount(Value):
    """The pupil's own side of it, or that they were asked and would not say."""

    at: When
    declined: bool = False
    text: SealedOrNot[Words] = None

    def __str__(self) -> str:
        return "the pupil was asked and said nothing" if self.declined else "the pupil's account"


def _spoken(day: date) -> str:
    return f"{day:%a %b} {day.day} {day.year}"


# Events: stored for ever. Change one only together with `upcasts.py`.


class ReferralAnswered(Event):
    """The office answered a referral: who sent it was told what was done, or why nothing was."""

    by: str | None = None
    at: When
    told: tuple[str, ...]  # staff ids
    channel: Channel | None = None
    text: SealedOrNot[Words] = None

    def __str__(self) -> str:
        return "the office's answer to the referral"


class NoticeGiven(Notice, Event):
    """Somebody who stands for the pupil was told what the pupil is charged with."""

    label: str


class PupilAccountTaken(PupilAccount, Event):
    """The pupil told their own side, or was asked for it."""

    label: str


class OtherMeansNamed(Event):
    """What was tried before with this pupil that stands nowhere else in the ledger."""

    label: str
    text: Sealed[Words]

    def __str__(self) -> str:
        return "tried before"


class EmergencyReportMade(Event):
    """The emergency report of a restraint or seclusion was written."""

    label: str
    on: date
    by: str | None = None
    channel: Channel | None = None

    def __str__(self) -> str:
        return f"emergency report of {_spoken(self.on)}"


class IepMeetingScheduled(Event):
    """After a restraint or seclusion, the IEP meeting was scheduled."""

    label: str
    on: date
    for_day: date

    def __str__(self) -> str:
        return f"IEP meeting scheduled for {_spoken(self.for_day)}"


class TeachersTold(Event):
    """The pupil's teachers were told of it."""

    on: date
    told: tuple[str, ...]  # staff ids

    def __str__(self) -> str:
        return f"teachers told, {_spoken(self.on)}"


class StatementChallenged(Event):
    """A family asked for something in this record to be removed or corrected."""

    number: int
    statement: int | None = None  # None: the record as a whole
    label: str | None = None  # whose family it is, where several took part
    on: date
    relation: Relation | None = None
    grounds: Sealed[Words]

    def __str__(self) -> str:
        what = f"statement {self.statement}" if self.statement else "the record"
        return f"challenge {self.number}: of {what}"


class ChallengeMet(Event):
    """The family and the employee who had recorded it met about the challenge."""

    number: int
    on: date

    def __str__(self) -> str:
        return f"challenge {self.number}: met about"


class ChallengeDecided(Event):
    """The challenge was sustained or denied."""

    number: int
    on: date
    sustained: bool
    reason: Sealed[Words]

    def __str__(self) -> str:
        return f"challenge {self.number}: {'sustained' if self.sustained else 'denied'}"


class ChallengeAppealed(Event):
    """The family appealed the denial."""

    number: int
    on: date

    def __str__(self) -> str:
        return f"challenge {self.number}: the denial was appealed"


class AppealDecided(Event):
    """The appeal was decided: the challenge was sustained after all, or stays denied."""

    number: int
    on: date
    sustained: bool
    reason: Sealed[Words]

    def __str__(self) -> str:
        how = "sustained on appeal" if self.sustained else "denied on appeal"
        return f"challenge {self.number}: {how}"


class GuardianStatementAttached(Event):
    """The family's own statement was attached: it is shown with the record always."""

    label: str | None = None  # whose family it is, where several took part
    relation: Relation | None = None
    on: date
    text: Sealed[Words]

    def __str__(self) -> str:
        who = self.relation.label if self.relation else "family"
        return f"statement of the {who} attached"


DueProcessEvent = (
    ReferralAnswered
    | NoticeGiven
    | PupilAccountTaken
    | OtherMeansNamed
    | EmergencyReportMade
    | IepMeetingScheduled
    | TeachersTold
    | StatementChallenged
    | ChallengeMet
    | ChallengeDecided
    | ChallengeAppealed
    | AppealDecided
    | GuardianStatementAttached
)


# State: only what a rule asks.


@dataclass(frozen=True)
class Challenge:
    """Where a challenge stands, and since when."""

    stage: str  # open, met, sustained, denied, appealed, sustained on appeal, denied on appeal
    on: date


@dataclass(frozen=True)
class Process:
    """What was owed and done so far."""

    sent: bool = False  # to the office
    sender: str | None = None
    answered: bool = False
    noticed: frozenset[str] = frozenset()  # labels
    heard: frozenset[str] = frozenset()
    restrained: frozenset[str] = frozenset()
    challenges: Mapping[int, Challenge] = field(default_factory=dict)

    def without(self, label: str) -> Process:
        """The same when it was somebody else: what one was told is not told to another."""
        own = frozenset((label,))
        return replace(self, noticed=self.noticed - own, heard=self.heard - own)

    def restraining(self, label: str) -> Process:
        """The same once this one was restrained or secluded."""
        return replace(self, restrained=self.restrained | {label})


def proceed(process: Process, event: DueProcessEvent) -> Process:
    match event:
        case ReferralAnswered():
            return replace(process, answered=True)
        case NoticeGiven():
            return replace(process, noticed=process.noticed | {event.label})
        case PupilAccountTaken():
            return replace(process, heard=process.heard | {event.label})
        case StatementChallenged():
            return _at(process, event, "open")
        case ChallengeMet():
            return _at(process, event, "met")
        case ChallengeDecided():
            return _at(process, event, "sustained" if event.sustained else "denied")
        case ChallengeAppealed():
            return _at(process, event, "appealed")
        case AppealDecided():
            return _at(
                process, event, "sustained on appeal" if event.sustained else "denied on appeal"
            )
        case (
            OtherMeansNamed()
            | EmergencyReportMade()
            | IepMeetingScheduled()
            | TeachersTold()
            | GuardianStatementAttached()
        ):
            return process
        case _:
            assert_never(event)


Step = StatementChallenged | ChallengeMet | ChallengeDecided | ChallengeAppealed | AppealDecided


def _at(process: Process, event: Step, stage: str) -> Process:
    challenges = {**process.challenges, event.number: Challenge(stage, event.on)}
    return replace(process, challenges=challenges)


# Commands and the rules that answer them.


class AnswerReferral(Noted, Command):
    """Answer an office referral, and say who was told."""

    by: str | None = None
    at: When
    told: Staff
    channel: Channel | None = None
    text: Words | None = None


class GiveNotice(Notice, Noted, Command):
    """Record that the charges were told to somebody who stands for the pupil."""

    label: str


class TakeAccount(PupilAccount, Noted, Command):
    """Record the pupil's own side of it."""

    label: str


class NameOtherMeans(Noted, Command):
    """Record what was tried before that stands nowhere else in the ledger."""

    label: str
    text: Words


class ReportEmergency(Command):
    """Record that the emergency report was written."""

    label: str
    on: date
    by: str | None = None
    channel: Channel | None = None


class ScheduleIepMeeting(Command):
    """Record that the IEP meeting after it was scheduled."""

    label: str
    on: date
    for_day: date


class TellTeachers(Command):
    """Record that the pupil's teachers were told of it."""

    on: date
    told: Staff


class ChallengeStatement(Noted, Command):
    """Record that a family challenges the record, or one statement of it."""

    statement: int | None = None
    label: str | None = None
    on: date
    relation: Relation | None = None
    grounds: Words


class MeetAboutChallenge(Command):
    """Record that the family and the employee met about a challenge."""

    number: int
    on: date


class DecideChallenge(Noted, Command):
    """Sustain or deny a challenge."""

    number: int
    on: date
    sustained: bool
    reason: Words


class AppealChallenge(Command):
    """Record that the family appeals a denial."""

    number: int
    on: date


class DecideAppeal(Noted, Command):
    """Sustain or deny a challenge on appeal."""

    number: int
    on: date
    sustained: bool
    reason: Words


class AttachGuardianStatement(Noted, Command):
    """Attach the family's own statement."""

    label: str | None = None
    relation: Relation | None = None
    on: date
    text: Words


OfOnePupil = GiveNotice | TakeAccount | NameOtherMeans
AfterRestraint = ReportEmergency | ScheduleIepMeeting
OfChallenge = MeetAboutChallenge | DecideChallenge | AppealChallenge | DecideAppeal
DueProcessCommand = (
    AnswerReferral
    | OfOnePupil
    | AfterRestraint
    | TellTeachers
    | ChallengeStatement
    | OfChallenge
    | AttachGuardianStatement
)


def answered(
    command: DueProcessCommand, process: Process, *, actions: int, statements: int
) -> list[DueProcessEvent]:
    """What follows, or why it cannot; of an incident with so many actions and statements."""
    match command:
        case AnswerReferral():
            return _answer(command, process, actions)
        case GiveNotice():
            return [command.became(NoticeGiven)]
        case TakeAccount():
            check_account(command)
            return [command.became(PupilAccountTaken)]
        case NameOtherMeans():
            return [command.became(OtherMeansNamed)]
        case ReportEmergency() | ScheduleIepMeeting():
            return _after_restraint(command, process)
        case TellTeachers():
            return [command.became(TeachersTold)]
        case ChallengeStatement():
            if command.statement is not None and not 1 <= command.statement <= statements:
                raise Refused(f"there is no statement {command.statement} to be challenged")
            return [command.became(StatementChallenged, number=len(process.challenges) + 1)]
        case MeetAboutChallenge() | DecideChallenge() | AppealChallenge() | DecideAppeal():
            return _of_challenge(command, process)
        case AttachGuardianStatement():
            return [command.became(GuardianStatementAttached)]
        case _:
            assert_never(command)


def _answer(command: AnswerReferral, process: Process, actions: int) -> list[DueProcessEvent]:
    if not process.sent:
        raise Refused("this was not sent to the office: there is no referral to answer")
    if process.answered:
        raise Refused("this referral is answered already")
    # EC 48901.1(d)(2): documented, and told to whoever sent it.
    if process.sender is not None and process.sender not in command.told:
        raise Refused("whoever sent it to the office is to be told, too: name them with --told")
    if not actions and command.text is None:
        raise Refused(
            "nothing is documented as done: record it with act first, or say why nothing was "
            "done with --nothing-done"
        )
    return [command.became(ReferralAnswered)]


def check_account(account: PupilAccount) -> None:
    """Refused when it cannot be."""
    if account.declined and account.text is not None:
        raise Refused("the pupil either said something or would not: say one of both")


def _after_restraint(command: AfterRestraint, process: Process) -> list[DueProcessEvent]:
    if command.label not in process.restrained:
        raise Refused(f"no restraint or seclusion of {command.label} is recorded here")
    if isinstance(command, ReportEmergency):
        return [command.became(EmergencyReportMade)]
    if command.for_day < command.on:
        raise Refused("the meeting cannot be scheduled for a day before the scheduling")
    return [command.became(IepMeetingScheduled)]


AFTER: Mapping[type[OfChallenge], tuple[str, ...]] = {  # command → stages that it may follow
    MeetAboutChallenge: ("open",),
    DecideChallenge: ("open", "met"),
    AppealChallenge: ("denied",),
    DecideAppeal: ("appealed",),
}


def _of_challenge(command: OfChallenge, process: Process) -> list[DueProcessEvent]:
    there = process.challenges.get(command.number)
    if there is None:
        known = ", ".join(map(str, process.challenges)) or "none"
        raise Refused(f"there is no challenge {command.number}; those that there are: {known}")
    if there.stage not in AFTER[type(command)]:
        raise Refused(f"challenge {command.number} is {there.stage}: this does not follow")
    if command.on < there.on:
        raise Refused(
            f"challenge {command.number} is {there.stage} since {_spoken(there.on)}: not before"
        )
    match command:
        case MeetAboutChallenge():
            return [command.became(ChallengeMet)]
        case DecideChallenge():
            return [command.became(ChallengeDecided)]
        case AppealChallenge():
            return [command.became(ChallengeAppealed)]
        case DecideAppeal():
            return [command.became(AppealDecided)]
        case _:
            assert_never(command)


# The rules that an act may go against.


def _in_order(ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(ids)))


class Bound(Measure):
    """An act, with what the rules that bind it ask: the grade then, and which rules are on."""

    threat: bool = False  # to physical safety, immediate
    grade: Short | None = None
    rules: Annotated[tuple[str, ...], AfterValidator(_in_order)] = ()  # ids of those that are on
    through_grade: int = int(RULES["defiance-suspension"].numbers["through_grade"])
    most_days: int = int(RULES["consecutive"].numbers["days"])
    against: tuple[Short, ...] = ()  # ids of rules that another account has it recorded against


class AgainstRules(Refused):
    """It would go against these rules; if it has happened, it is recorded with its reason."""

    def __init__(self, rules: tuple[str, ...]) -> None:
        said = "; ".join(f"{RULES[id].says} ({RULES[id].cite})" for id in rules)
        super().__init__(f"{said}. If it has happened, say so with its reason: --happened")
        self.rules = rules


def broken(act: Bound, behaviors: frozenset[Behavior], *, heard: bool) -> tuple[str, ...]:
    """Ids of the rules that are on and that this act goes against.

    `behaviors` are all of the pupil's here; `heard` says whether notice was given and the pupil's
    own account taken.
    """
    suspension = act.action in SUSPENSIONS
    found = {
        **dict.fromkeys(_barred(act, behaviors), True),
        "recess": act.action is Action.LOSS_OF_RECESS and not act.threat,
        "due-process": suspension and not heard,
        "consecutive": suspension and (act.days or Decimal(0)) > act.most_days,
    }
    return tuple(id for id, goes_against in found.items() if goes_against and id in act.rules)


def _barred(act: Bound, behaviors: frozenset[Behavior]) -> list[str]:
    """The rules by which none of the behaviors is a ground for this act."""
    grounds = {id: barred for id, barred in _not_grounds(act).items() if id in act.rules}
    if not behaviors or not behaviors <= frozenset().union(*grounds.values()):
        return []
    return [id for id, barred in grounds.items() if behaviors & barred]


def _not_grounds(act: Bound) -> dict[str, frozenset[Behavior]]:
    if act.action is Action.EXPULSION_RECOMMENDATION:
        return {"defiance-expulsion": DEFIANCE}
    if act.action not in SUSPENSIONS:
        return {}
    young = {"defiance-suspension": DEFIANCE} if _up_to(act.through_grade, act.grade) else {}
    return young | {"attendance-suspension": ATTENDANCE}


def _up_to(most: int, grade: str | None) -> bool:
    """Whether a grade is this one or below; one that nobody knows is not."""
    if grade in BEFORE_FIRST:
        return True
    return grade is not None and grade.isdecimal() and int(grade) <= most
