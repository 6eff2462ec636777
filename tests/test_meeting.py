"""An SST case: asked for once, prepared, held, promised, closed; what happened is recordable."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from made import NOON, ZONE, student_id
from pydantic import ValidationError
from spec import Given, given

from ledger.domain import Undo, Undone, When
from ledger.domain.codes import (
    Answered,
    Channel,
    InputFrom,
    MeetingKind,
    Relation,
    Verdict,
)
from ledger.domain.meeting import (
    MEETING,
    ActionAgreed,
    ActionCompleted,
    ActionDropped,
    ActionReassigned,
    AgreeAction,
    Agreed,
    AnswerQuestion,
    Asked,
    AssistanceRequested,
    Attendee,
    BookInterpreter,
    CancelMeeting,
    Case,
    CaseClosed,
    Chart,
    CloseCase,
    CompleteAction,
    ConfirmMember,
    CorrectMeeting,
    DestroyText,
    DropAction,
    FollowUp,
    FollowUpSet,
    HoldMeeting,
    InputReceived,
    InterpreterBooked,
    InviteMember,
    MeetingCancelled,
    MeetingCommand,
    MeetingCorrected,
    MeetingEvent,
    MeetingHeld,
    MeetingRescheduled,
    MeetingScheduled,
    MemberConfirmed,
    MemberInvited,
    Person,
    QuestionAnswered,
    QuestionRaised,
    RaiseQuestion,
    ReassignAction,
    ReceiveInput,
    RequestAssistance,
    RescheduleMeeting,
    ScheduleMeeting,
    SetFollowUp,
    TextDestroyed,
    Tried,
    holding_faults,
)

KINDS = "initial, follow-up, informal, manifestation determination"
Story = Given[MeetingCommand, Case, MeetingEvent]

ANA = student_id(1)
ALDER, OKAFOR = Person(staff="staff-1"), Person(staff="staff-2")
MOTHER, STUDENT = Person(relation=Relation.MOTHER), Person(student=True)
WORKER = Person(role="county social worker")
SEP_10, SEP_12, SEP_17 = date(2026, 9, 10), date(2026, 9, 12), date(2026, 9, 17)
SEP_21, OCT_2, OCT_15 = date(2026, 9, 21), date(2026, 10, 2), date(2026, 10, 15)


def at(day: date, hour: int = 8) -> When:
    """An hour of that day, where the school is."""
    instant = datetime(day.year, day.month, day.day, hour + 7, tzinfo=UTC)
    return When(at=instant, zone=ZONE)


REQUEST = RequestAssistance(
    student_id=ANA, school_id="9", on=SEP_10, by=OKAFOR, concern="Lunch is hard.", tried="A seat."
)
SCHEDULE = ScheduleMeeting(
    kind=MeetingKind.INITIAL, at=at(SEP_17), place="room 4", facilitator="staff-1"
)
INVITE = InviteMember(
    number=1,
    who=MOTHER,
    on=SEP_12,
    channel=Channel.PHONE,
    language="Spanish",
    needs_interpreter=True,
)
CONFIRM = ConfirmMember(number=1, who=MOTHER, on=SEP_12, answer=Answered.COMING)
THERE = (Attendee(who=ALDER), Attendee(who=MOTHER, language="Spanish", interpreted=True))
CHART = Chart(
    strengths=("draws",),
    known=("moved in August",),
    tried=(Tried(what="picture schedule", verdict=Verdict.DID_NOT),),
    concerns=("lunch",),
    strategies=("a seat with an adult",),
)
SEAT = Agreed(what="a seat by the door", who=(OKAFOR,), start=SEP_21, due=OCT_2)
SCREEN = Agreed(what="vision screen", who=(ALDER, MOTHER))
HOLD = HoldMeeting(
    number=1,
    at=at(SEP_17),
    attended=THERE,
    chart=CHART,
    questions=(Asked(text="Who sits with her?", who=(OKAFOR,)),),
    actions=(SEAT, SCREEN),
    follow_up=FollowUp(at=at(OCT_15), place="room 4", facilitator="staff-1"),
)
WALK_IN = HoldMeeting(kind=MeetingKind.INFORMAL, at=at(SEP_12), attended=THERE, chart=CHART)
CLOSE = CloseCase(on=OCT_15, reason="The goal is met.")
DESTROY = DestroyText(version=1, authority="a court", order="12")

OWN: dict[str, Any] = {"student_id": ANA}
REQUESTED = REQUEST.became(AssistanceRequested)
SCHEDULED = SCHEDULE.became(MeetingScheduled, number=1, **OWN)
HELD = HOLD.became(MeetingHeld, kind=MeetingKind.INITIAL, walk_in=False, **OWN)
FOLLOWS: tuple[MeetingEvent, ...] = (
    QuestionRaised(number=1, meeting=1, text="Who sits with her?", who=(OKAFOR,), **OWN),
    ActionAgreed(number=1, meeting=1, **dict(SEAT), **OWN),
    ActionAgreed(number=2, meeting=1, **dict(SCREEN), **OWN),
    FollowUpSet(number=2, at=at(OCT_15), place="room 4", facilitator="staff-1", **OWN),
)


def asked(*events: MeetingEvent) -> Story:
    """A case that somebody asked for, and what followed."""
    return given(MEETING, REQUESTED, *events)


def set_() -> Story:
    """A case with its first meeting set."""
    return asked(SCHEDULED)


def held() -> Story:
    """A case whose first meeting was held, with a question, two promises and a follow-up."""
    return asked(SCHEDULED, HELD, *FOLLOWS)


def kept() -> Story:
    """A case with nothing open any more."""
    return given(
        MEETING,
        *held().history,
        ActionCompleted(number=1, on=SEP_21, **OWN),
        ActionDropped(number=2, on=SEP_21, reason="Done at the clinic.", **OWN),
        MeetingCancelled(number=2, reason="Not needed.", **OWN),
    )


def test_a_case_is_asked_for_prepared_held_and_closed() -> None:
    story = given(MEETING).when(REQUEST).then(REQUESTED)
    receive = ReceiveInput(source=InputFrom.TEACHER, on=SEP_12, by=OKAFOR, text="Loud at noon.")
    story = story.when(receive).then(receive.became(InputReceived, **OWN))
    story = story.when(SCHEDULE).then(SCHEDULED)
    story = story.when(INVITE).then(INVITE.became(MemberInvited, **OWN))
    story = story.when(CONFIRM).then(CONFIRM.became(MemberConfirmed, **OWN))
    book = BookInterpreter(number=1, on=SEP_12, language="Spanish", who="R. Soto")
    story = story.when(book).then(book.became(InterpreterBooked, **OWN))
    story = story.when(HOLD).then(HELD, *FOLLOWS)
    answer = AnswerQuestion(number=1, on=SEP_21, text="Two friends.")
    story = story.when(answer).then(answer.became(QuestionAnswered, **OWN))
    complete = CompleteAction(number=1, on=SEP_21, note="Moved at once.")
    story = story.when(complete).then(complete.became(ActionCompleted, **OWN))
    drop = DropAction(number=2, on=SEP_21, reason="Done at the clinic.")
    story = story.when(drop).then(drop.became(ActionDropped, **OWN))
    again = HoldMeeting(number=2, at=at(OCT_15), attended=THERE, chart=CHART)
    follow_up = {"kind": MeetingKind.FOLLOW_UP, "walk_in": False}
    story = story.when(again).then(again.became(MeetingHeld, **follow_up, **OWN))
    story.when(CLOSE).then(CLOSE.became(CaseClosed, **OWN))


def test_all_of_it_may_be_on_one_day() -> None:
    now = at(SEP_10)
    story = given(MEETING).when(REQUEST).then(REQUESTED)
    for command, kind in (
        (SCHEDULE.model_copy(update={"at": now}), MeetingScheduled),
        (INVITE.model_copy(update={"on": SEP_10}), MemberInvited),
        (CONFIRM.model_copy(update={"on": SEP_10}), MemberConfirmed),
        (BookInterpreter(number=1, on=SEP_10, language="Spanish"), InterpreterBooked),
        (HoldMeeting(number=1, at=now, attended=THERE, chart=CHART), MeetingHeld),
        (RaiseQuestion(meeting=1, text="Why?"), QuestionRaised),
        (AnswerQuestion(number=1, on=SEP_10, text="So."), QuestionAnswered),
        (
            AgreeAction(on=SEP_10, what="Call.", who=(ALDER,), start=SEP_10, due=SEP_10),
            ActionAgreed,
        ),
        (CompleteAction(number=1, on=SEP_10), ActionCompleted),
        (CLOSE.model_copy(update={"on": SEP_10}), CaseClosed),
    ):
        answer = story.when(command)
        assert [type(event) for event in answer.events or ()] == [kind], answer.refusal
        story = answer.then(*answer.events or ())


# Before the request, and after the end

LATER: list[MeetingCommand] = [
    ReceiveInput(source=InputFrom.FAMILY, on=SEP_12),
    SCHEDULE,
    RescheduleMeeting(number=1, at=at(OCT_2)),
    CancelMeeting(number=1, reason="Snow."),
    INVITE,
    CONFIRM,
    BookInterpreter(number=1, on=SEP_12, language="Spanish"),
    HOLD,
    WALK_IN,
    RaiseQuestion(meeting=1, text="Why?"),
    AnswerQuestion(number=1, on=SEP_21, text="So."),
    AgreeAction(on=SEP_21, what="Call.", who=(ALDER,)),
    ReassignAction(number=1, who=(ALDER,)),
    CompleteAction(number=1, on=SEP_21),
    DropAction(number=1, on=SEP_21, reason="No."),
    SetFollowUp(at=at(OCT_2)),
    CLOSE,
]
CORRECT = CorrectMeeting(number=1, attended=THERE, chart=Chart(), reason="Another child's.")
every = pytest.mark.parametrize("command", LATER, ids=lambda command: type(command).__name__)


@every
def test_nothing_comes_before_the_request(command: MeetingCommand) -> None:
    given(MEETING).when(command).refused("no such SST case")


@every
def test_a_closed_case_takes_nothing_new(command: MeetingCommand) -> None:
    story = given(MEETING, *kept().history, CLOSE.became(CaseClosed, **OWN))
    story.when(command).refused("was closed on Oct 15 2026")


def test_the_charts_of_a_closed_case_are_corrected_and_its_texts_destroyed() -> None:
    story = given(MEETING, *kept().history, CLOSE.became(CaseClosed, **OWN))
    story = story.when(CORRECT).then(CORRECT.became(MeetingCorrected, **OWN))
    story.when(DESTROY).then(DESTROY.became(TextDestroyed, **OWN))


def test_a_case_is_asked_for_once() -> None:
    asked().when(REQUEST).refused("was opened on Sep 10 2026 already")


def test_a_request_that_was_taken_back_may_be_made_again() -> None:
    given(MEETING, REQUESTED, Undone(versions=(1,))).when(REQUEST).then(REQUESTED)


def test_what_was_entered_a_moment_ago_is_taken_back_with_all_that_it_became() -> None:
    undo = Undo(versions=(3, 4, 5, 6, 7), logged_at=NOON, now=NOON + timedelta(minutes=9))
    story = held().when(undo).then(Undone(versions=(3, 4, 5, 6, 7)))
    assert story.state == set_().state
    story.when(HOLD).then(HELD, *FOLLOWS)


def test_a_text_is_destroyed_once_even_of_a_case_that_was_taken_back() -> None:
    gone = given(MEETING, REQUESTED, Undone(versions=(1,)))
    story = gone.when(DESTROY).then(DESTROY.became(TextDestroyed, student_id=""))
    story.when(DESTROY).refused("destroyed already")


def test_a_destruction_of_a_case_that_was_taken_back_names_no_student() -> None:
    assert DESTROY.became(TextDestroyed, student_id="").students == frozenset()


# Setting a meeting


def test_meetings_are_numbered_in_the_order_in_which_they_come() -> None:
    another = SCHEDULE.model_copy(update={"at": at(OCT_2)})
    story = set_().when(another).then(another.became(MeetingScheduled, number=2, **OWN))
    third = {"number": 3, "kind": MeetingKind.INFORMAL, "walk_in": True}
    story.when(WALK_IN).then(WALK_IN.became(MeetingHeld, **third, **OWN))


def test_a_meeting_is_not_set_before_its_request() -> None:
    early = SCHEDULE.model_copy(update={"at": at(date(2026, 9, 1))})
    asked().when(early).refused(
        "the meeting of Sep 1 2026 would be before the request of Sep 10 2026"
    )


def test_the_day_of_a_meeting_is_that_of_the_school() -> None:
    evening = SCHEDULE.model_copy(update={"at": at(date(2026, 9, 9), 16)})
    asked().when(evening).refused("the meeting of Sep 9 2026")


def test_two_meetings_are_not_set_for_one_time() -> None:
    set_().when(SCHEDULE).refused("meeting 1 is set for that time already")
    held().when(SetFollowUp(at=at(OCT_15))).refused("meeting 2 is set for that time already")


def test_a_meeting_is_moved() -> None:
    move = RescheduleMeeting(number=1, at=at(OCT_2), reason="Nobody is free.")
    story = set_().when(move).then(move.became(MeetingRescheduled, **OWN))
    story.when(move).refused("set for then and there already")
    elsewhere = RescheduleMeeting(number=1, at=at(OCT_2), place="library")
    story.when(elsewhere).then(elsewhere.became(MeetingRescheduled, **OWN))


def test_a_meeting_is_not_moved_before_its_request_or_onto_another() -> None:
    set_().when(RescheduleMeeting(number=1, at=at(date(2026, 9, 1)))).refused("before the request")
    other = ScheduleMeeting(kind=MeetingKind.INFORMAL, at=at(OCT_2))
    both = asked(SCHEDULED, other.became(MeetingScheduled, number=2, **OWN))
    both.when(RescheduleMeeting(number=1, at=at(OCT_2))).refused("meeting 2 is set for that time")


ABOUT_ONE: list[MeetingCommand] = [
    RescheduleMeeting(number=1, at=at(OCT_2)),
    CancelMeeting(number=1, reason="Snow."),
    INVITE,
    CONFIRM,
    BookInterpreter(number=1, on=SEP_12, language="Spanish"),
    HOLD,
    CORRECT,
    RaiseQuestion(meeting=1, text="Why?"),
    AgreeAction(meeting=1, what="Call.", who=(ALDER,)),
]
about_one = pytest.mark.parametrize("command", ABOUT_ONE, ids=lambda one: type(one).__name__)


@about_one
def test_a_meeting_that_is_not_there_is_named_with_those_that_are(command: MeetingCommand) -> None:
    asked().when(command).refused("there is no meeting 1; those of this case: none")


@about_one
def test_nothing_is_done_with_a_meeting_that_was_cancelled(command: MeetingCommand) -> None:
    cancelled = MeetingCancelled(number=1, reason="Snow.", **OWN)
    story = asked(SCHEDULED, cancelled)
    story.when(command).refused("meeting 1 was cancelled: it had been set for Sep 17 2026")


@pytest.mark.parametrize(
    "command",
    [HOLD, RescheduleMeeting(number=1, at=at(OCT_2)), CancelMeeting(number=1, reason="Snow.")],
    ids=lambda one: type(one).__name__,
)
def test_a_meeting_that_was_held_is_corrected_alone(command: MeetingCommand) -> None:
    held().when(command).refused("meeting 1 was held on Sep 17 2026: correct its chart instead")


@pytest.mark.parametrize(
    "command",
    [
        CORRECT,
        RaiseQuestion(meeting=1, text="Why?"),
        AgreeAction(meeting=1, what="Call.", who=(ALDER,)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_a_meeting_brought_needs_the_meeting(command: MeetingCommand) -> None:
    set_().when(command).refused("still set for Sep 17 2026: first say that it was held")


def test_a_cancelled_meeting_may_be_held_all_the_same_without_its_number() -> None:
    story = asked(SCHEDULED, MeetingCancelled(number=1, reason="Snow.", **OWN))
    walk_in = {"number": 2, "kind": MeetingKind.INFORMAL, "walk_in": True}
    story.when(WALK_IN).then(WALK_IN.became(MeetingHeld, **walk_in, **OWN))


# Who is invited


def test_nobody_is_invited_twice_to_one_meeting() -> None:
    story = asked(SCHEDULED, INVITE.became(MemberInvited, **OWN))
    story.when(INVITE).refused("mother was invited to meeting 1 on Sep 12 2026 already")
    other = INVITE.model_copy(update={"who": WORKER})
    story.when(other).then(other.became(MemberInvited, **OWN))


@pytest.mark.parametrize(
    ("who", "called"),
    [
        (OKAFOR, "this member of staff"),
        (MOTHER, "mother"),
        (STUDENT, "the student"),
        (WORKER, "county social worker"),
    ],
)
def test_who_was_not_invited_is_invited_first(who: Person, called: str) -> None:
    command = CONFIRM.model_copy(update={"who": who})
    set_().when(command).refused(f"{called} was not invited to meeting 1: invite them first")


def test_an_answer_may_change_and_follows_the_invitation() -> None:
    story = asked(SCHEDULED, INVITE.became(MemberInvited, **OWN))
    story = story.when(CONFIRM).then(CONFIRM.became(MemberConfirmed, **OWN))
    changed = CONFIRM.model_copy(update={"answer": Answered.BY_PHONE})
    story.when(changed).then(changed.became(MemberConfirmed, **OWN))
    early = CONFIRM.model_copy(update={"on": SEP_10})
    story.when(early).refused("answered on Sep 10 2026, before being invited on Sep 12 2026")


@pytest.mark.parametrize(
    ("command", "done"),
    [
        (INVITE.model_copy(update={"on": SEP_21, "who": OKAFOR}), "invited"),
        (CONFIRM.model_copy(update={"on": SEP_21}), "answered"),
        (BookInterpreter(number=1, on=SEP_21, language="Spanish"), "booked"),
    ],
)
def test_who_comes_to_a_meeting_is_prepared_before_it(command: MeetingCommand, done: str) -> None:
    story = asked(SCHEDULED, INVITE.became(MemberInvited, **OWN))
    story.when(command).refused(f"{done} on Sep 21 2026, after the meeting of Sep 17 2026")


def test_an_invitation_may_be_recorded_once_the_meeting_was_held() -> None:
    held().when(INVITE).then(INVITE.became(MemberInvited, **OWN))


def test_a_person_is_exactly_one_of_staff_family_student_and_outside() -> None:
    for fields in ({}, {"staff": "staff-1", "student": True}, {"role": ""}):
        with pytest.raises(ValidationError, match="is one of"):
            Person.model_validate(fields)


# The meeting


def test_a_meeting_is_held_at_the_time_at_which_it_was_and_as_what_it_was() -> None:
    command = HoldMeeting(
        number=1, kind=MeetingKind.INFORMAL, at=at(OCT_2), attended=THERE, chart=CHART
    )
    event = command.became(MeetingHeld, **OWN)
    assert (event.kind, event.at) == (MeetingKind.INFORMAL, at(OCT_2))
    story = set_().when(command).then(event)
    early = CompleteAction(number=1, on=SEP_21)
    promised = ActionAgreed(number=1, meeting=1, what="Call.", who=(ALDER,), **OWN)
    story = Given(MEETING, (*story.history, promised))
    story.when(early).refused("kept on Sep 21 2026, before it was agreed on Oct 2 2026")


def test_a_walk_in_says_what_kind_of_meeting_it_was() -> None:
    command = WALK_IN.model_copy(update={"kind": None})
    asked().when(command).refused(f"say what kind of meeting it was: {KINDS}")


def test_a_walk_in_takes_no_number_that_its_follow_up_needs() -> None:
    command = WALK_IN.model_copy(update={"follow_up": FollowUp(at=at(OCT_15))})
    walk_in = {"number": 1, "kind": MeetingKind.INFORMAL, "walk_in": True}
    asked().when(command).then(
        command.became(MeetingHeld, **walk_in, **OWN), FollowUpSet(number=2, at=at(OCT_15), **OWN)
    )


def test_every_fault_of_a_meeting_is_said_at_once() -> None:
    command = HoldMeeting(
        at=at(date(2026, 9, 1)),
        questions=(Asked(text="Who?", who=(OKAFOR, OKAFOR)),),
        actions=(
            Agreed(what="Call."),
            Agreed(what="Screen.", who=(ALDER, ALDER), start=OCT_15, due=OCT_2),
            Agreed(what="Seat.", who=(MOTHER,), due=date(2026, 8, 31)),
        ),
        follow_up=FollowUp(at=at(date(2026, 9, 1), 12)),
    )
    faults = [
        f"say what kind of meeting it was: {KINDS}",
        "held on Sep 1 2026, before the request of Sep 10 2026",
        "say who was there",
        "this member of staff is named twice for question 1",
        "action 1: say who does it",
        "action 2: this member of staff is named twice for it",
        "action 2: due on Oct 2 2026, before its start on Oct 15 2026",
        "action 3: due on Aug 31 2026, before it was agreed on Sep 1 2026",
        "the follow-up of Sep 1 2026 is not after the meeting of Sep 1 2026",
    ]
    assert holding_faults(command, asked().state)[: len(faults)] == faults
    asked().when(command).refused("; ".join(faults))


def test_nobody_is_there_twice() -> None:
    command = HOLD.model_copy(update={"attended": (*THERE, Attendee(who=MOTHER))})
    set_().when(command).refused("mother is named twice among those who were there")
    correct = CORRECT.model_copy(update={"attended": (*THERE, Attendee(who=MOTHER))})
    held().when(correct).refused("mother is named twice")
    held().when(CORRECT.model_copy(update={"attended": ()})).refused("say who was there")


def test_a_follow_up_is_set_for_a_later_day_and_no_other_meetings_time() -> None:
    command = HOLD.model_copy(update={"follow_up": FollowUp(at=at(OCT_2))})
    other = ScheduleMeeting(kind=MeetingKind.INFORMAL, at=at(OCT_2))
    both = asked(SCHEDULED, other.became(MeetingScheduled, number=2, **OWN))
    both.when(command).refused("meeting 2 is set for that time already")


def test_a_follow_up_needs_a_meeting_that_it_follows() -> None:
    later = SetFollowUp(at=at(OCT_2), place="room 4", facilitator="staff-1")
    set_().when(later).refused("no meeting was held yet")
    held().when(later).then(later.became(FollowUpSet, number=3, **OWN))
    held().when(SetFollowUp(at=at(SEP_17, 12))).refused(
        "the follow-up of Sep 17 2026 is not after the meeting of Sep 17 2026"
    )


# Questions and promises


def test_a_question_left_out_of_the_chart_is_raised_later() -> None:
    command = RaiseQuestion(meeting=1, text="Which bus?", who=(ALDER,))
    held().when(command).then(command.became(QuestionRaised, number=2, **OWN))
    twice = RaiseQuestion(meeting=1, text="Which bus?", who=(ALDER, ALDER))
    held().when(twice).refused("named twice")


def test_a_question_is_answered_after_it_was_raised_and_the_last_answer_holds() -> None:
    answer = AnswerQuestion(number=1, on=SEP_21, text="Two friends.")
    better = AnswerQuestion(number=1, on=OCT_2, text="Three.")
    story = held().when(answer).then(answer.became(QuestionAnswered, **OWN))
    story.when(better).then(better.became(QuestionAnswered, **OWN))
    held().when(AnswerQuestion(number=1, on=SEP_12, text="Two.")).refused(
        "answered on Sep 12 2026, before it was raised on Sep 17 2026"
    )
    held().when(AnswerQuestion(number=4, on=SEP_21, text="Two.")).refused(
        "there is no question 4; those of this case: 1"
    )


def test_a_promise_between_meetings_says_when_it_was_made() -> None:
    command = AgreeAction(on=OCT_2, what="Call the clinic.", who=(ALDER,), due=OCT_15)
    held().when(command).then(command.became(ActionAgreed, number=3, **OWN))
    at_it = AgreeAction(meeting=1, what="Call the clinic.", who=(ALDER,))
    held().when(at_it).then(at_it.became(ActionAgreed, number=3, **OWN))
    for fields in ({"on": None}, {"meeting": 1}):
        held().when(command.model_copy(update=fields)).refused("at which meeting")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"on": date(2026, 9, 1)}, "agreed on Sep 1 2026, before the request of Sep 10 2026"),
        ({"due": SEP_21}, "due on Sep 21 2026, before it was agreed on Oct 2 2026"),
        ({"start": OCT_15, "due": OCT_2}, "due on Oct 2 2026, before its start on Oct 15 2026"),
        ({"who": ()}, "say who does it"),
        ({"who": (ALDER, ALDER)}, "this member of staff is named twice for it"),
    ],
)
def test_a_promise_that_cannot_be_kept_is_not_made(fields: dict[str, Any], sentence: str) -> None:
    command = AgreeAction(on=OCT_2, what="Call the clinic.", who=(ALDER,), due=OCT_15)
    held().when(command.model_copy(update=fields)).refused(sentence)


def test_a_promise_goes_over_to_somebody_else_or_to_a_later_day() -> None:
    over = ReassignAction(number=1, who=(ALDER,), reason="On leave.")
    story = held().when(over).then(over.became(ActionReassigned, **OWN))
    story.when(over).refused("promise 1 is theirs already")
    story.when(ReassignAction(number=1, who=(ALDER,), due=OCT_2)).refused("theirs already")
    later = ReassignAction(number=1, who=(ALDER,), due=OCT_15)
    story.when(later).then(later.became(ActionReassigned, **OWN))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"who": ()}, "say who does it now"),
        ({"who": (MOTHER, MOTHER)}, "mother is named twice for it"),
        ({"due": SEP_17}, "due on Sep 17 2026, before its start on Sep 21 2026"),
        ({"number": 5}, "there is no promise 5; those of this case: 1, 2"),
    ],
)
def test_a_promise_is_not_handed_over_to_nobody(fields: dict[str, Any], sentence: str) -> None:
    command = ReassignAction(number=1, who=(ALDER,))
    held().when(command.model_copy(update=fields)).refused(sentence)


@pytest.mark.parametrize(
    "command",
    [
        CompleteAction(number=1, on=OCT_2),
        DropAction(number=1, on=OCT_2, reason="No."),
        ReassignAction(number=1, who=(ALDER,)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_promise_is_settled_once(command: MeetingCommand) -> None:
    complete = CompleteAction(number=1, on=SEP_21)
    story = held().when(complete).then(complete.became(ActionCompleted, **OWN))
    story.when(command).refused("promise 1 was kept on Sep 21 2026 already")


def test_a_promise_is_not_settled_before_it_was_made() -> None:
    held().when(CompleteAction(number=1, on=SEP_12)).refused(
        "kept on Sep 12 2026, before it was agreed on Sep 17 2026"
    )
    held().when(DropAction(number=1, on=SEP_12, reason="No.")).refused(
        "dropped on Sep 12 2026, before it was agreed on Sep 17 2026"
    )


# The end


def test_a_case_is_not_closed_with_open_promises_or_meetings() -> None:
    held().when(CLOSE).refused("promises still open: 1, 2. Keep or drop each first")
    done: list[MeetingEvent] = [
        ActionCompleted(number=number, on=SEP_21, **OWN) for number in (1, 2)
    ]
    Given(MEETING, (*held().history, *done)).when(CLOSE).refused(
        "meetings still set: 2. Hold or cancel each first"
    )


def test_a_case_is_not_closed_before_its_request_or_its_last_meeting() -> None:
    early = CLOSE.model_copy(update={"on": date(2026, 9, 1)})
    asked().when(early).refused("closed on Sep 1 2026, before its request of Sep 10 2026")
    before = CLOSE.model_copy(update={"on": SEP_12})
    kept().when(before).refused("closed on Sep 12 2026, before its last meeting of Sep 17 2026")
    asked().when(CLOSE).then(CLOSE.became(CaseClosed, **OWN))
