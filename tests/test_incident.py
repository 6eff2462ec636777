"""One incident: reported, filled in, corrected, answered, taken back, settled, destroyed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from made import NOON, ZONE, a_report, a_saying, an_action, an_order, incident_id, student_id
from pydantic import ValidationError
from spec import Given, given
from strategies import kinds

from ledger.domain import PARTICIPANT_CAP, TEXT_CAP, Destroyed, Undo, Undone, When
from ledger.domain.codes import (
    Action,
    Behavior,
    ContactOutcome,
    Injury,
    LengthDifference,
    Level,
    Location,
    Motivation,
    Outside,
    Relation,
    RestraintKind,
    Role,
    StatementKind,
    Weapon,
)
from ledger.domain.due_process import (
    AnswerReferral,
    AppealChallenge,
    AttachGuardianStatement,
    ChallengeAppealed,
    ChallengeDecided,
    ChallengeStatement,
    DecideAppeal,
    DecideChallenge,
    GiveNotice,
    MeetAboutChallenge,
    NameOtherMeans,
    ReportEmergency,
    ScheduleIepMeeting,
    StatementChallenged,
    TakeAccount,
    TellTeachers,
)
from ledger.domain.incident import (
    INCIDENT,
    ActionCorrected,
    ActionServed,
    ActionTaken,
    ActionVoided,
    AddParticipant,
    AddStatement,
    AdoptIncident,
    BehaviorCorrected,
    CircumstancesCorrected,
    ClearNames,
    ContactFamily,
    CorrectAction,
    CorrectBehavior,
    CorrectCircumstances,
    CorrectRoles,
    DestroyText,
    DetailsFilledIn,
    FamilyContacted,
    FillInDetails,
    FlagNames,
    ImportIncident,
    Incident,
    IncidentCommand,
    IncidentEvent,
    IncidentMerged,
    IncidentReported,
    IncidentVoided,
    MergeIncident,
    NamesCleared,
    NamesFlagged,
    ParticipantAdded,
    ParticipantRemoved,
    ParticipantReplaced,
    ReferredToOffice,
    ReferToOffice,
    RemoveParticipant,
    ReplaceParticipant,
    ReportIncident,
    RestraintOrSeclusionUsed,
    RolesCorrected,
    ServeAction,
    StatementAdded,
    TakeAction,
    TextDestroyed,
    UseRestraint,
    VoidAction,
    VoidIncident,
)
from ledger.domain.particulars import BehaviorSeen, Participant

Story = Given[IncidentCommand, Incident, IncidentEvent]

ANA, BO, CLEO = (student_id(number) for number in (1, 2, 3))
OTHER = incident_id(2)
MINOR = BehaviorSeen(code=Behavior.DISRUPTION, level=Level.MINOR)
MAJOR = BehaviorSeen(code=Behavior.FIGHTING, level=Level.MAJOR)
TODAY = NOON.date()
WHY = "the slip was read wrongly"
VOID = VoidIncident(reason=WHY)
MERGE = MergeIncident(into=OTHER)


def name_of(value: object) -> str:
    return type(value).__name__


def somebody(
    label: str, student: str | None, *roles: Role, did: tuple[BehaviorSeen, ...] = (), **more: Any
) -> Participant:
    return Participant(label=label, student_id=student, roles=roles, behaviors=did, **more)


P1 = somebody("P1", ANA, Role.REFERRED, did=(MINOR,))
P2 = somebody("P2", BO, Role.VICTIM)
VISITOR = somebody("P2", None, Role.WITNESS, outside=Outside.VISITOR)
FIGHTER = somebody("P2", BO, Role.REFERRED, did=(MAJOR,))


def reported(*people: Participant, **more: Any) -> IncidentReported:
    command = a_report(participants=people or (P1,), **more)
    return command.became(IncidentReported)


def saying(
    text: str, number: int = 1, child: str = ANA, kind: StatementKind = StatementKind.OBSERVATION
) -> StatementAdded:
    return StatementAdded(kind=kind, text=text, number=number, child=child)


def statement(text: str, kind: StatementKind = StatementKind.OBSERVATION) -> AddStatement:
    return AddStatement(kind=kind, text=text)


def one(*events: IncidentEvent) -> Story:
    """An incident of one referred student, and what followed."""
    return given(INCIDENT, reported(), *events)


def two(*events: IncidentEvent) -> Story:
    """An incident with a referred student and a victim, and what followed."""
    return given(INCIDENT, reported(P1, P2), *events)


def taken(action: Action = Action.CONFERENCE_WITH_STUDENT, number: int = 1) -> ActionTaken:
    return an_action(action).became(ActionTaken, number=number)


# Reporting


def test_a_student_and_a_behavior_are_enough() -> None:
    command = ReportIncident(occurred=When(at=NOON, zone=ZONE), school_id="9", participants=(P1,))
    given(INCIDENT).when(command).then(command.became(IncidentReported))


def test_what_was_not_said_is_stored_as_not_said() -> None:
    command = ReportIncident(occurred=When(at=NOON, zone=ZONE), school_id="9", participants=(P1,))
    stored = command.became(IncidentReported)
    assert (stored.location, stored.weapon, stored.law_enforcement_told) == (None, None, None)
    assert given(INCIDENT, stored).state.said == {"occurred"}


def test_each_saying_is_a_numbered_statement_of_its_own() -> None:
    first, second = a_saying("P1 threw a tray."), a_saying("It was loud.")
    given(INCIDENT).when(a_report(sayings=(first, second))).then(
        reported(), saying("P1 threw a tray."), saying("It was loud.", number=2)
    )


def test_a_major_goes_to_the_office_in_the_same_append() -> None:
    people = (somebody("P1", ANA, Role.REFERRED, did=(MAJOR,)),)
    command = a_report(participants=people, reported_by="staff-1", office_to="staff-2")
    given(INCIDENT).when(command).then(
        command.became(IncidentReported), ReferredToOffice(to="staff-2", by="staff-1")
    )


@pytest.mark.parametrize(
    ("did", "office", "sent"),
    [(MINOR, None, False), (MAJOR, None, True), (MINOR, True, True), (MAJOR, False, False)],
)
def test_the_office_is_told_of_a_major_unless_somebody_said_otherwise(
    did: BehaviorSeen, office: bool | None, sent: bool
) -> None:
    people = (somebody("P1", ANA, Role.REFERRED, did=(did,)),)
    more = (ReferredToOffice(),) if sent else ()
    command = a_report(participants=people, office=office)
    given(INCIDENT).when(command).then(reported(*people), *more)


def test_an_incident_is_reported_once() -> None:
    one().when(a_report()).refused("already reported")


@pytest.mark.parametrize(
    ("people", "why"),
    [
        ((P2,), "numbered P1, P2"),
        ((P1, somebody("P3", BO, Role.VICTIM)), "numbered P1, P2"),
        ((P1, somebody("P2", ANA, Role.WITNESS)), "named twice"),
        ((somebody("P1", ANA, Role.VICTIM),), "nobody is referred"),
        ((P1, somebody("P2", None, Role.VICTIM)), "P2 is either a student or an outside person"),
        (
            (P1, somebody("P2", BO, Role.VICTIM, outside=Outside.VISITOR)),
            "P2 is either a student or an outside person",
        ),
        ((somebody("P1", ANA, Role.REFERRED),), "P1 is referred for no behavior"),
        ((P1, somebody("P2", BO, Role.VICTIM, did=(MINOR,))), "P2 has a behavior but is not"),
        (
            (somebody("P1", ANA, Role.REFERRED, did=(MINOR, MINOR)),),
            "a behavior of P1 is named twice",
        ),
    ],
)
def test_a_report_that_cannot_be_is_refused(people: tuple[Participant, ...], why: str) -> None:
    given(INCIDENT).when(a_report(participants=people)).refused(why)


def test_two_outside_people_are_two_people() -> None:
    third = VISITOR.model_copy(update={"label": "P3"})
    command = a_report(participants=(P1, VISITOR, third))
    given(INCIDENT).when(command).then(reported(P1, VISITOR, third))


def test_a_report_has_somebody_in_it_and_not_a_crowd() -> None:
    crowd = [somebody(f"P{n}", student_id(n), Role.INVOLVED) for n in range(1, 52)]
    for people in ([], crowd):
        with pytest.raises(ValidationError):
            a_report(participants=tuple(people))


def test_a_text_over_the_cap_is_no_statement() -> None:
    one().when(statement("x" * TEXT_CAP)).then(saying("x" * TEXT_CAP))
    with pytest.raises(ValidationError):
        statement("x" * (TEXT_CAP + 1))


def test_an_error_about_a_field_does_not_show_what_was_in_it() -> None:
    with pytest.raises(ValidationError) as caught:
        statement("canary " * 4_000)
    assert "canary" not in str(caught.value)


def test_the_same_instant_is_stored_in_one_spelling_whatever_the_zone() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=-7)))
    assert When(at=there, zone=ZONE) == When(at=NOON, zone=ZONE)
    assert When(at=there, zone=ZONE).at.tzinfo is UTC


@pytest.mark.parametrize(
    "at", [NOON.replace(tzinfo=None), datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))]
)
def test_a_time_that_is_no_instant_is_none(at: datetime) -> None:
    with pytest.raises(ValidationError):
        When(at=at, zone=ZONE)


# An incident that is not there


AFTERWARDS: list[IncidentCommand] = [
    statement("It was loud."),
    FlagNames(may_name=(CLEO,)),
    ClearNames(number=1),
    FillInDetails(slip="14"),
    AddParticipant(student_id=CLEO, roles=(Role.WITNESS,)),
    ReplaceParticipant(label="P1", student_id=CLEO, reason=WHY),
    RemoveParticipant(label="P2", reason=WHY),
    CorrectRoles(label="P2", roles=(Role.WITNESS,), reason=WHY),
    CorrectBehavior(label="P1", behaviors=(MAJOR,), reason=WHY),
    CorrectCircumstances(location=Location.GYM, reason=WHY),
    an_action(),
    ServeAction(number=1, minutes=10),
    CorrectAction(number=1, action=Action.RESTITUTION, on=TODAY, reason=WHY),
    VoidAction(number=1, reason=WHY),
    ContactFamily(label="P1", at=When(at=NOON, zone=ZONE), outcome=ContactOutcome.REACHED),
    ReferToOffice(),
    UseRestraint(
        label="P1", kind=RestraintKind.SECLUSION, began=When(at=NOON, zone=ZONE), minutes=4
    ),
    AnswerReferral(at=When(at=NOON, zone=ZONE), told=("staff-1",), text="P1 was spoken to."),
    GiveNotice(label="P1", at=When(at=NOON, zone=ZONE), relation=Relation.MOTHER),
    TakeAccount(label="P1", at=When(at=NOON, zone=ZONE), text="P1 did not mean it."),
    NameOtherMeans(label="P1", text="A seat by the door, last year."),
    ReportEmergency(label="P1", on=TODAY),
    ScheduleIepMeeting(label="P1", on=TODAY, for_day=TODAY),
    TellTeachers(on=TODAY, told=("staff-1",)),
    ChallengeStatement(on=TODAY, grounds="Nobody saw it."),
    MeetAboutChallenge(number=1, on=TODAY),
    DecideChallenge(number=1, on=TODAY, sustained=False, reason=WHY),
    AppealChallenge(number=1, on=TODAY),
    DecideAppeal(number=1, on=TODAY, sustained=True, reason=WHY),
    AttachGuardianStatement(on=TODAY, text="It was not like that."),
    MERGE,
    VOID,
]
UNDO_NOTHING = Undo(versions=(1,), logged_at=NOON, now=NOON)


def test_every_command_that_follows_a_report_is_listed() -> None:
    listed = {type(command) for command in AFTERWARDS}
    assert listed == set(kinds(INCIDENT)) - {
        ReportIncident,
        ImportIncident,  # these two of another system: see test_imported.py
        AdoptIncident,
        DestroyText,
        Undo,
    }


@pytest.mark.parametrize("command", [*AFTERWARDS, UNDO_NOTHING], ids=name_of)
def test_nothing_is_done_to_an_incident_that_is_not_there(command: IncidentCommand) -> None:
    given(INCIDENT).when(command).refused("no such incident")


@pytest.mark.parametrize("command", [*AFTERWARDS, UNDO_NOTHING], ids=name_of)
def test_nothing_is_done_to_a_report_that_was_taken_back(command: IncidentCommand) -> None:
    back = given(INCIDENT, reported(P1, P2), saying("x"), Undone(versions=(1, 2)))
    back.when(command).refused("no such incident, or its report was taken back")


def test_a_text_of_a_report_that_was_taken_back_can_be_destroyed() -> None:
    back = given(INCIDENT, reported(P1, P2), saying("x"), Undone(versions=(1, 2)))
    back.when(an_order()).then(
        TextDestroyed(version=2, authority="records officer", order="12")
    ).when(an_order()).refused("entry 2 is destroyed already")


@pytest.mark.parametrize("command", AFTERWARDS, ids=name_of)
def test_every_command_is_accepted_by_an_incident_that_it_fits(command: IncidentCommand) -> None:
    assert two(*before(command)).when(command).events


def before(command: IncidentCommand) -> tuple[IncidentEvent, ...]:
    """What there has to be first."""
    challenged = StatementChallenged(number=1, on=TODAY, grounds="Nobody saw it.")
    denied = ChallengeDecided(number=1, on=TODAY, sustained=False, reason=WHY)
    match command:
        case ClearNames():
            return (saying("Leo sang.").model_copy(update={"may_name": (CLEO,)}),)
        case ServeAction() | CorrectAction() | VoidAction():
            return (taken(),)
        case AnswerReferral():
            return (ReferredToOffice(by="staff-1"),)
        case ReportEmergency() | ScheduleIepMeeting():
            at = When(at=NOON, zone=ZONE)
            return (RestraintOrSeclusionUsed(label="P1", kind=RestraintKind.SECLUSION, began=at),)
        case MeetAboutChallenge() | DecideChallenge():
            return (challenged,)
        case AppealChallenge():
            return (challenged, denied)
        case DecideAppeal():
            return (challenged, denied, ChallengeAppealed(number=1, on=TODAY))
        case _:
            return ()


@pytest.mark.parametrize("command", AFTERWARDS, ids=name_of)
@pytest.mark.parametrize(
    ("settled", "why"),
    [(IncidentVoided(reason=WHY), "voided"), (IncidentMerged(into=OTHER), "the same as 0000000")],
)
def test_nothing_follows_a_voided_or_merged_incident(
    command: IncidentCommand, settled: IncidentEvent, why: str
) -> None:
    two(taken(), settled).when(command).refused(f"this incident is {why}: nothing follows it")


# Statements


def test_statements_are_numbered_in_their_order() -> None:
    one().when(statement("First.")).then(saying("First.")).when(statement("Second.")).then(
        saying("Second.", number=2)
    )


def test_a_name_in_a_text_is_asked_about_until_it_is_cleared() -> None:
    naming = saying("Leo sang.").model_copy(update={"may_name": (CLEO,)})
    clear = ClearNames(number=1)
    cleared = two(naming).when(clear).then(NamesCleared(number=1))
    cleared.when(clear).refused("no name is asked about in statement 1")
    two(saying("It was loud.")).when(clear).refused("no name is asked about")


@pytest.mark.parametrize(
    "command",
    [
        an_action(),
        ContactFamily(label="P1", at=When(at=NOON, zone=ZONE), outcome=ContactOutcome.REACHED),
        UseRestraint(label="P1", kind=RestraintKind.SECLUSION, began=When(at=NOON, zone=ZONE)),
        FlagNames(),
    ],
    ids=name_of,
)
def test_a_name_in_a_note_is_asked_about_until_it_is_cleared(command: IncidentCommand) -> None:
    flagged = NamesFlagged(may_name=(CLEO,))
    noted = two().when(command.model_copy(update={"may_name": (CLEO,)}))
    assert (noted.events or [])[-1] == flagged
    assert flagged not in (two().when(command).events or [])
    clear = ClearNames(number=0)
    two(flagged).when(clear).then(NamesCleared(number=0)).when(clear).refused("in the notes")


def test_a_statement_is_the_text_of_the_only_referred_child() -> None:
    added = two().when(statement("x")).then(saying("x", child=ANA))
    assert added.history[-1].subject == ANA


def test_a_statement_that_two_referred_children_share_is_nobodys_alone() -> None:
    both = given(INCIDENT, reported(P1, FIGHTER))
    both.when(statement("x")).then(saying("x", child=""))
    shared = a_report(participants=(P1, FIGHTER), sayings=(a_saying("x"),), office=False)
    given(INCIDENT).when(shared).then(reported(P1, FIGHTER), saying("x", child=""))


def test_a_statement_about_a_referred_outsider_is_no_childs() -> None:
    visitor = somebody("P1", None, Role.REFERRED, did=(MINOR,), outside=Outside.VISITOR)
    given(INCIDENT, reported(visitor)).when(statement("x")).then(saying("x", child=""))


def test_a_statement_is_of_whoever_is_referred_when_it_is_made() -> None:
    replaced = ParticipantReplaced(label="P1", student_id=CLEO, reason=WHY)
    one(replaced).when(statement("x")).then(saying("x", child=CLEO))
    referred = RolesCorrected(label="P2", roles=(Role.REFERRED,), behaviors=(MAJOR,), reason=WHY)
    two(referred).when(statement("x")).then(saying("x", child=""))


def test_a_statement_is_destroyed_once_and_its_event_stays() -> None:
    gone = TextDestroyed(version=2, authority="records officer", order="12")
    after = one(saying("x")).when(an_order()).then(gone)
    assert gone.destroys == (2,)
    after.when(an_order()).refused("entry 2 is destroyed already")


def test_a_statement_of_a_voided_incident_can_be_destroyed() -> None:
    gone = TextDestroyed(version=2, authority="records officer", order="12")
    one(saying("x"), IncidentVoided(reason=WHY)).when(an_order()).then(gone)


def test_a_statement_after_a_destroyed_one_has_the_next_number() -> None:
    gone = TextDestroyed(version=2, authority="records officer", order="12")
    text = Destroyed(under="records officer, 12", position=3)
    destroyed = saying("x").model_copy(update={"text": text})
    one(destroyed, gone).when(statement("y")).then(saying("y", number=2))


# Details


def test_what_was_left_open_is_filled_in_once() -> None:
    fill = FillInDetails(weapon=Weapon.CLUB, law_enforcement_told=False)
    filled = one().when(fill).then(fill.became(DetailsFilledIn))
    filled.when(fill).refused("already said: law_enforcement_told, weapon. Correct it instead")
    one().when(FillInDetails(location=Location.GYM)).refused("already said: location")


def test_a_detail_of_one_person_is_said_for_each_once() -> None:
    fill = FillInDetails(label="P1", motivation=Motivation.AVOID_TASK)
    other = FillInDetails(label="P2", motivation=Motivation.UNCLEAR)
    filled = two().when(fill).then(fill.became(DetailsFilledIn))
    filled.when(fill).refused("already said: P1.motivation")
    filled.when(other).then(other.became(DetailsFilledIn))


def test_a_detail_that_the_report_or_an_addition_gave_is_said_already() -> None:
    hurt = P1.model_copy(update={"injury": Injury.MINOR})
    fill = FillInDetails(label="P1", injury=Injury.NONE)
    given(INCIDENT, reported(hurt)).when(fill).refused("already said: P1.injury")
    added = ParticipantAdded(participant=P2.model_copy(update={"injury": Injury.MINOR}))
    fill = FillInDetails(label="P2", injury=Injury.NONE)
    one(added).when(fill).refused("already said: P2.injury")


def test_what_was_filled_in_by_a_correction_is_said() -> None:
    corrected = CircumstancesCorrected(weapon=Weapon.CLUB, reason=WHY)
    one(corrected).when(FillInDetails(weapon=Weapon.KNIFE)).refused("already said: weapon")


def test_nothing_said_fills_nothing_in() -> None:
    one().when(FillInDetails()).refused("nothing is filled in")
    one().when(FillInDetails(label="P1")).refused("nothing is filled in")


def test_a_detail_of_one_person_says_whose_it_is() -> None:
    fill = FillInDetails(minutes_lost=5)
    two().when(fill).refused("say whose: P1, P2")
    nobody = FillInDetails(label="P3", minutes_lost=5)
    two().when(nobody).refused("P3 takes no part in this incident; P1, P2 do")
    two().when(FillInDetails(label="P3", slip="14")).refused("P3 takes no part")


# Who took part


def test_somebody_more_took_part() -> None:
    add = AddParticipant(student_id=BO, roles=(Role.VICTIM,))
    one().when(add).then(ParticipantAdded(participant=P2)).when(add).refused(
        "this student takes part already, as P2"
    )


def test_a_placeholder_is_never_given_again() -> None:
    removed = ParticipantRemoved(label="P2", reason=WHY)
    third = somebody("P3", CLEO, Role.WITNESS)
    two(removed).when(AddParticipant(student_id=CLEO, roles=(Role.WITNESS,))).then(
        ParticipantAdded(participant=third)
    )


def test_who_is_added_is_checked_like_who_was_reported() -> None:
    nobody = AddParticipant(roles=(Role.WITNESS,))
    one().when(nobody).refused("P2 is either a student or an outside person")
    idle = AddParticipant(student_id=BO, roles=(Role.REFERRED,))
    one().when(idle).refused("P2 is referred for no behavior")
    with pytest.raises(ValidationError):
        AddParticipant(student_id=BO, roles=())


def test_at_most_fifty_ever_take_part() -> None:
    crowd = [somebody(f"P{n}", student_id(n), Role.INVOLVED) for n in range(2, 51)]
    full = given(INCIDENT, reported(P1, *crowd), ParticipantRemoved(label="P50", reason=WHY))
    more = AddParticipant(student_id=student_id(60), roles=(Role.WITNESS,))
    full.when(more).refused(f"at most {PARTICIPANT_CAP}")


def test_it_was_somebody_else() -> None:
    command = ReplaceParticipant(label="P1", student_id=CLEO, reason=WHY)
    after = two().when(command).then(command.became(ParticipantReplaced))
    assert after.state.people["P1"].student_id == CLEO
    assert after.state.people["P1"].behaviors == (MINOR,)
    after.when(command).refused("this student takes part already, as P1")


def test_who_it_was_instead_is_one_person_who_is_not_there_yet() -> None:
    two().when(ReplaceParticipant(label="P1", reason=WHY)).refused("P1 becomes either a student")
    both = ReplaceParticipant(label="P1", student_id=CLEO, outside=Outside.PARENT, reason=WHY)
    two().when(both).refused("P1 becomes either a student")
    there = ReplaceParticipant(label="P1", student_id=BO, reason=WHY)
    two().when(there).refused("takes part already, as P2")
    nobody = ReplaceParticipant(label="P3", student_id=CLEO, reason=WHY)
    two().when(nobody).refused("P3 takes no part in this incident; P1, P2 do")


def test_a_student_who_was_replaced_may_take_part_otherwise() -> None:
    replaced = ParticipantReplaced(label="P1", student_id=CLEO, reason=WHY)
    again = somebody("P2", ANA, Role.WITNESS)
    one(replaced).when(AddParticipant(student_id=ANA, roles=(Role.WITNESS,))).then(
        ParticipantAdded(participant=again)
    )


def test_somebody_had_no_part_in_it() -> None:
    command = RemoveParticipant(label="P2", reason=WHY)
    after = two().when(command).then(command.became(ParticipantRemoved))
    after.when(command).refused("P2 takes no part in this incident; P1 do")


def test_somebody_referred_is_always_left() -> None:
    two().when(RemoveParticipant(label="P1", reason=WHY)).refused("void the incident instead")
    victim = CorrectRoles(label="P1", roles=(Role.VICTIM,), reason=WHY)
    two().when(victim).refused("void the incident instead")
    both = given(INCIDENT, reported(P1, FIGHTER))
    removed = ParticipantRemoved(label="P1", reason=WHY)
    both.when(RemoveParticipant(label="P1", reason=WHY)).then(removed)


@pytest.mark.parametrize(
    "command",
    [
        RemoveParticipant(label="P1", reason=WHY),
        CorrectRoles(label="P1", roles=(Role.VICTIM,), reason=WHY),
        ReplaceParticipant(label="P1", outside=Outside.VISITOR, reason=WHY),
    ],
    ids=name_of,
)
def test_who_an_action_was_taken_with_stays_a_referred_student(command: IncidentCommand) -> None:
    both = given(INCIDENT, reported(P1, FIGHTER), taken())
    both.when(command).refused("an action with P1 stands: void that action first")
    voided = given(INCIDENT, *both.history, ActionVoided(number=1, reason=WHY))
    assert voided.when(command).events


def test_roles_are_corrected_and_the_behaviors_go_with_being_referred() -> None:
    both = given(INCIDENT, reported(P1, FIGHTER))
    victim = CorrectRoles(label="P1", roles=(Role.VICTIM,), reason=WHY)
    after = both.when(victim).then(RolesCorrected(label="P1", roles=(Role.VICTIM,), reason=WHY))
    back = CorrectRoles(label="P1", roles=(Role.REFERRED,), reason=WHY)
    after.when(back).refused("P1 is referred for no behavior")
    again = back.model_copy(update={"behaviors": (MAJOR,)})
    after.when(again).then(
        RolesCorrected(label="P1", roles=(Role.REFERRED,), behaviors=(MAJOR,), reason=WHY)
    )


def test_who_is_still_referred_keeps_their_behaviors() -> None:
    command = CorrectRoles(label="P1", roles=(Role.REFERRED, Role.VICTIM), reason=WHY)
    one().when(command).then(
        RolesCorrected(label="P1", roles=command.roles, behaviors=(MINOR,), reason=WHY)
    )


def test_a_correction_says_something_else_than_the_record() -> None:
    same = CorrectRoles(label="P1", roles=(Role.REFERRED,), reason=WHY)
    one().when(same).refused("that is what is recorded already")
    same_behavior = CorrectBehavior(label="P1", behaviors=(MINOR,), reason=WHY)
    one().when(same_behavior).refused("that is what is recorded already")
    one().when(CorrectCircumstances(reason=WHY)).refused("nothing is corrected")


def test_the_behavior_is_corrected_of_who_is_referred() -> None:
    command = CorrectBehavior(label="P1", behaviors=(MAJOR,), reason=WHY)
    after = two().when(command).then(command.became(BehaviorCorrected))
    after.when(command).refused("that is what is recorded already")
    victim = CorrectBehavior(label="P2", behaviors=(MAJOR,), reason=WHY)
    two().when(victim).refused("P2 has a behavior but is not referred")
    twice = CorrectBehavior(label="P1", behaviors=(MAJOR, MAJOR), reason=WHY)
    two().when(twice).refused("a behavior of P1 is named twice")
    nobody = CorrectBehavior(label="P9", behaviors=(MAJOR,), reason=WHY)
    two().when(nobody).refused("P9 takes no part")


def test_time_and_place_are_corrected() -> None:
    sooner = When(at=NOON - timedelta(hours=2), zone=ZONE)
    command = CorrectCircumstances(occurred=sooner, location=Location.GYM, reason=WHY)
    one().when(command).then(command.became(CircumstancesCorrected))


# What was done


def test_actions_are_numbered_and_a_number_is_never_given_again() -> None:
    second = taken(number=2)
    after = one().when(an_action()).then(taken()).when(an_action()).then(second)
    voided = after.when(VoidAction(number=2, reason=WHY)).then(ActionVoided(number=2, reason=WHY))
    voided.when(an_action()).then(taken(number=3))


def test_an_action_answers_a_referred_student() -> None:
    victim = TakeAction(label="P2", action=Action.RESTITUTION, on=TODAY)
    two().when(victim).refused("P2 is not referred")
    given(INCIDENT, reported(P1, VISITOR)).when(victim).refused("P2 is not a student")
    nobody = TakeAction(label="P3", action=Action.RESTITUTION, on=TODAY)
    two().when(nobody).refused("P3 takes no part")


@pytest.mark.parametrize(
    "command",
    [
        TakeAction(label="P1", action=Action.RESTITUTION, on=TODAY, minutes=5, days=Decimal("0.5")),
        ServeAction(number=1, minutes=5, days=Decimal("0.5")),
        CorrectAction(
            number=1,
            action=Action.RESTITUTION,
            on=TODAY,
            minutes=5,
            days=Decimal("0.5"),
            reason=WHY,
        ),
    ],
    ids=name_of,
)
def test_a_length_is_in_minutes_or_in_days(command: IncidentCommand) -> None:
    one(taken()).when(command).refused("in minutes or in days, not both")


@pytest.mark.parametrize(
    "command",
    [
        ServeAction(number=2),
        CorrectAction(number=2, action=Action.RESTITUTION, on=TODAY, reason=WHY),
        VoidAction(number=2, reason=WHY),
    ],
    ids=name_of,
)
def test_an_action_that_does_not_stand_is_neither_served_nor_corrected_nor_voided(
    command: IncidentCommand,
) -> None:
    one().when(command).refused("there is no action 2; those that stand: none")
    one(taken()).when(command).refused("there is no action 2; those that stand: 1")
    voided = one(taken(), taken(number=2), ActionVoided(number=2, reason=WHY))
    voided.when(command).refused("there is no action 2; those that stand: 1")


def test_an_action_is_served_and_corrected() -> None:
    serve = ServeAction(
        number=1, days=Decimal("1.5"), difference=LengthDifference.SCHOOL_YEAR_ENDED
    )
    correct = CorrectAction(
        number=1, action=Action.RESTITUTION, on=date(2026, 10, 13), minutes=20, reason=WHY
    )
    one(taken()).when(serve).then(serve.became(ActionServed)).when(correct).then(
        correct.became(ActionCorrected)
    )


@pytest.mark.parametrize(
    ("length", "said"),
    [
        ({"days": Decimal("1.50")}, "1.5 days"),
        ({"days": Decimal("1.00")}, "1 day"),
        ({"days": Decimal("0.5")}, "0.5 day"),
        ({"days": Decimal(0)}, "0 days"),
        ({"days": Decimal(100)}, "100 days"),
        ({"minutes": 0}, "0 min"),
        ({}, ""),
    ],
)
def test_a_length_reads_as_people_say_it(length: dict[str, Any], said: str) -> None:
    assert str(ActionServed(number=1, **length)) == f"action 1 served: {said or 'in full'}"
    done = ActionTaken(number=1, label="P1", action=Action.RESTITUTION, on=TODAY, **length)
    assert str(done) == (f"restitution, {said}" if said else "restitution")


def test_a_family_is_contacted_about_a_student() -> None:
    def contact(label: str) -> ContactFamily:
        at = When(at=NOON, zone=ZONE)
        return ContactFamily(label=label, at=at, outcome=ContactOutcome.VOICEMAIL, note="Called.")

    two().when(contact("P2")).then(contact("P2").became(FamilyContacted))
    given(INCIDENT, reported(P1, VISITOR)).when(contact("P2")).refused("P2 is not a student")
    two().when(contact("P3")).refused("P3 takes no part")


def test_a_restraint_is_of_a_student() -> None:
    def held(label: str) -> UseRestraint:
        began = When(at=NOON, zone=ZONE)
        kind = RestraintKind.PHYSICAL_RESTRAINT
        return UseRestraint(label=label, kind=kind, began=began, note="P1 was held.")

    one().when(held("P1")).then(held("P1").became(RestraintOrSeclusionUsed))
    given(INCIDENT, reported(P1, VISITOR)).when(held("P2")).refused("P2 is not a student")


def test_a_minor_can_be_sent_to_the_office_later() -> None:
    one().when(ReferToOffice(to="staff-2")).then(ReferredToOffice(to="staff-2"))


# Settling, and taking back


def test_an_incident_is_voided_with_a_reason() -> None:
    one().when(VOID).then(IncidentVoided(reason=WHY)).when(VOID).refused("nothing follows it")


def test_an_incident_is_merged_into_the_one_that_stays() -> None:
    one().when(MERGE).then(IncidentMerged(into=OTHER)).when(MERGE).refused("nothing follows it")


def test_an_incident_with_actions_is_not_merged_away() -> None:
    one(taken(), taken(number=2)).when(MERGE).refused("actions that stand here: 1, 2")
    one(taken(), ActionVoided(number=1, reason=WHY)).when(MERGE).then(IncidentMerged(into=OTHER))


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=10)])
def test_the_last_entry_is_taken_back_within_ten_minutes(late: timedelta) -> None:
    undo = Undo(versions=(1,), logged_at=NOON, now=NOON + late)
    after = one().when(undo).then(Undone(versions=(1,)))
    assert after.state == INCIDENT.initial


def test_after_ten_minutes_it_is_corrected_or_voided() -> None:
    late = NOON + timedelta(minutes=10, microseconds=1)
    undo = Undo(versions=(1,), logged_at=NOON, now=late)
    one().when(undo).refused("older than 10 minutes: correct or void it, with a reason")


@pytest.mark.parametrize("settled", [VOID, MERGE], ids=name_of)
def test_voiding_and_merging_can_be_taken_back(settled: IncidentCommand) -> None:
    events = one().when(settled).events or []
    undo = Undo(versions=(2,), logged_at=NOON, now=NOON)
    back = one(*events).when(undo).then(Undone(versions=(2,)))
    assert back.state == one().state
    assert back.when(statement("x")).events


def test_what_was_taken_back_leaves_no_trace_in_the_rules() -> None:
    fill = FillInDetails(slip="14")
    back = one(fill.became(DetailsFilledIn), saying("x"), taken(), Undone(versions=(2, 3, 4)))
    assert back.state == one().state
    again = back.when(fill).then(fill.became(DetailsFilledIn))
    again.when(statement("y")).then(saying("y", number=1))


def test_an_incident_that_was_taken_back_can_be_reported_again() -> None:
    one(Undone(versions=(1,))).when(a_report()).then(reported())


# What an event says


def test_an_event_names_the_students_that_it_speaks_of() -> None:
    assert reported(P1, P2, VISITOR.model_copy(update={"label": "P3"})).students == {ANA, BO}
    assert ParticipantAdded(participant=P2).students == {BO}
    assert ParticipantAdded(participant=VISITOR).students == frozenset()
    assert ParticipantReplaced(label="P1", student_id=CLEO, reason=WHY).students == {CLEO}


def test_no_line_on_a_timeline_holds_a_sealed_word() -> None:
    canary = "canary-7f3a"
    told: list[IncidentEvent] = [
        saying(canary),
        ParticipantReplaced(label="P1", student_id=CLEO, reason=canary),
        ParticipantRemoved(label="P1", reason=canary),
        RolesCorrected(label="P1", roles=(Role.VICTIM,), reason=canary),
        BehaviorCorrected(label="P1", behaviors=(MINOR,), reason=canary),
        CircumstancesCorrected(slip="14", reason=canary),
        taken().model_copy(update={"note": canary}),
        ActionCorrected(number=1, action=Action.RESTITUTION, on=TODAY, reason=canary),
        ActionVoided(number=1, reason=canary),
        IncidentMerged(into=OTHER, reason=canary),
        IncidentVoided(reason=canary),
    ]
    assert not [event for event in told if canary in str(event)]
