"""SST cases as people read them: what stands, what was known then, and nothing for who may not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from made import KEYS, NOON, TEACHER, ZONE, Clock, a_student, new_ledger, student_id
from spec import enveloped
from strategies import CASES, Step, commands, do, enrolled
from test_projections import a_world, batches, caught_up_is_rebuilt, crash_points

from ledger import entry
from ledger.domain import Destroyed, Recorded, When
from ledger.domain.codes import (
    Answered,
    Channel,
    InputFrom,
    MeetingKind,
    Relation,
    StaffRole,
    Verdict,
)
from ledger.domain.meeting import (
    MEETING,
    AgreeAction,
    Agreed,
    AnswerQuestion,
    Asked,
    Attendee,
    BookInterpreter,
    CancelMeeting,
    Chart,
    CloseCase,
    CompleteAction,
    ConfirmMember,
    CorrectMeeting,
    DestroyText,
    DropAction,
    FollowUp,
    HoldMeeting,
    InviteMember,
    MeetingCommand,
    Person,
    ReassignAction,
    ReceiveInput,
    RequestAssistance,
    RescheduleMeeting,
    ScheduleMeeting,
    Tried,
)
from ledger.domain.staff import STAFF, RecordStaff, StaffIdentity
from ledger.domain.student import STUDENT, MergeStudent
from ledger.projections import Views
from ledger.projections.meetings import MEETINGS, Case, case_of, told
from ledger.reading import Reader, Reading, Window
from ledger.reading.cases import Cases, case, cases, verdicts
from ledger.store import Actor, Ledger

ANA, BO, CLEO = (student_id(number) for number in (1, 2, 3))
HIDDEN = "[not shown to this reader]"
EVERYTHING = Window()
ALDER, OKAFOR = Person(staff="staff-1"), Person(staff="staff-2")
MOTHER = Person(relation=Relation.MOTHER)
few = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])


def at(day: date, hour: int = 8) -> When:
    instant = datetime(day.year, day.month, day.day, hour + 7, tzinfo=UTC)
    return When(at=instant, zone=ZONE)


def sep(day: int) -> date:
    return date(2026, 9, day)


def a_request(student: str = ANA, day: int = 10, concern: str = "Lunch.") -> RequestAssistance:
    """In September, on that day."""
    return RequestAssistance(
        student_id=student, school_id="9", on=sep(day), by=OKAFOR, concern=concern, tried="A seat."
    )


def a_meeting(*tried: Tried, day: int = 17, **more: Any) -> HoldMeeting:
    """A walk-in at which these modifications were looked at."""
    fields: dict[str, Any] = {
        "kind": MeetingKind.INFORMAL,
        "at": at(sep(day)),
        "attended": (Attendee(who=ALDER),),
        "chart": Chart(tried=tried),
    }
    return HoldMeeting(**fields | more)


# One case with everything in it; each text is another, so that each is told from the others.

STORY: tuple[MeetingCommand, ...] = (
    a_request(concern="t-concern").model_copy(update={"tried": "t-tried"}),
    ReceiveInput(
        source=InputFrom.FAMILY, on=sep(11), by=MOTHER, language="Spanish", text="t-input"
    ),
    ScheduleMeeting(
        kind=MeetingKind.INITIAL, at=at(sep(16)), place="room 4", facilitator="staff-1"
    ),
    InviteMember(
        number=1,
        who=MOTHER,
        on=sep(11),
        channel=Channel.PHONE,
        language="Spanish",
        needs_interpreter=True,
    ),
    ConfirmMember(number=1, who=MOTHER, on=sep(14), answer=Answered.COMING),
    BookInterpreter(number=1, on=sep(14), language="Spanish", who="t-interpreter"),
    RescheduleMeeting(number=1, at=at(sep(17)), reason="t-moved"),
    HoldMeeting(
        number=1,
        at=at(sep(17)),
        attended=(Attendee(who=ALDER), Attendee(who=MOTHER, language="Spanish", interpreted=True)),
        chart=Chart(strengths=("t-first",), tried=(Tried(what="t-schedule"),)),
        questions=(Asked(text="t-question", who=(OKAFOR,)),),
        actions=(
            Agreed(what="t-seat", who=(OKAFOR,), start=sep(18), due=sep(21)),
            Agreed(what="t-screen", who=(ALDER, MOTHER), due=sep(30)),
        ),
        follow_up=FollowUp(at=at(date(2026, 10, 15)), facilitator="staff-1"),
    ),
    CorrectMeeting(
        number=1,
        attended=(Attendee(who=MOTHER, channel=Channel.PHONE),),
        chart=Chart(
            strengths=("t-strength",),
            known=("t-known",),
            tried=(Tried(what="t-tried-out", verdict=Verdict.PARTLY, note="t-note"),),
            concerns=("t-worry",),
            strategies=("t-strategy",),
        ),
        reason="t-corrected",
    ),
    AnswerQuestion(number=1, on=sep(22), text="t-answer"),
    CompleteAction(number=1, on=sep(21), note="t-kept"),
    ReassignAction(number=2, who=(OKAFOR,), due=date(2026, 10, 2), reason="t-handed"),
    DropAction(number=2, on=sep(30), reason="t-dropped"),
    AgreeAction(on=sep(30), what="t-call", who=(ALDER,)),
    CompleteAction(number=3, on=sep(30)),
    CancelMeeting(number=2, reason="t-cancelled"),
    CloseCase(on=sep(30), reason="t-closed"),
)
TEXTS = {
    *("t-concern", "t-tried", "t-input", "t-interpreter", "t-moved", "t-first", "t-schedule"),
    *("t-question", "t-seat", "t-screen", "t-strength", "t-known", "t-tried-out", "t-note"),
    *("t-worry", "t-strategy", "t-corrected", "t-answer", "t-kept", "t-handed", "t-dropped"),
    *("t-call", "t-cancelled", "t-closed"),
}


def story(*given: MeetingCommand) -> list[Recorded[Any]]:
    """What these commands become, as the store gives it back."""
    events: list[Any] = []
    for command in given:
        state = MEETING.fold(enveloped(events, "meeting"))
        events += MEETING.decide(command, state)
    return enveloped(events, "meeting")


WHOLE = told("meeting-1", story(*STORY))


# What stands


def test_a_case_is_told_from_beginning_to_end() -> None:
    shown = asdict(WHOLE) | {"meetings": [], "questions": [], "promises": []}
    assert shown == {
        "case_id": "1",
        "student_id": ANA,
        "school_id": "9",
        "requested_on": "2026-09-10",
        "requested_by": {"staff": "staff-2"},
        "concern": "t-concern",
        "tried": "t-tried",
        "recorded_at": "2026-10-14T19:11:00Z",
        "state": "closed",
        "closed_on": "2026-09-30",
        "close_reason": "t-closed",
        "inputs": [
            {
                "source": "family",
                "on": "2026-09-11",
                "by": {"relation": "mother"},
                "language": "Spanish",
                "text": "t-input",
            }
        ],
        "meetings": [],
        "questions": [],
        "promises": [],
        "last_position": 21,
    }


def test_a_meeting_is_told_as_it_was_prepared_moved_held_and_corrected() -> None:
    mother = {"relation": "mother"}
    there = {"language": None, "interpreted": False, "channel": None}
    first, second = map(asdict, WHOLE.meetings)
    assert first == {
        "number": 1,
        "kind": "initial",
        "at": "2026-09-17T15:00:00Z",
        "day": "2026-09-17",
        "place": "room 4",
        "facilitator": "staff-1",
        "recorded_at": "2026-10-14T19:13:00Z",
        "state": "held",
        "members": [
            {
                "who": mother,
                "invited_on": "2026-09-11",
                "channel": "phone",
                "language": "Spanish",
                "needs_interpreter": True,
                "confirmed_on": "2026-09-14",
                "answer": "coming",
            }
        ],
        "interpreter": "t-interpreter",
        "interpreter_language": "Spanish",
        "booked_on": "2026-09-14",
        "attended": [there | {"who": mother, "channel": "phone"}],
        "walk_in": False,
        "chart": {
            "strengths": ["t-strength"],
            "known": ["t-known"],
            "tried": [{"what": "t-tried-out", "verdict": "partly", "note": "t-note"}],
            "concerns": ["t-worry"],
            "strategies": ["t-strategy"],
        },
        "held_recorded_at": "2026-10-14T19:18:00Z",
        "held_version": 13,
        "reason": "",
        "moves": [
            {
                "recorded_at": "2026-10-14T19:17:00Z",
                "was": {"at": "2026-09-16T15:00:00Z", "place": "room 4"},
                "reason": "t-moved",
            }
        ],
        "corrections": [
            {
                "recorded_at": "2026-10-14T19:23:00Z",
                "actor": "staff-1",
                "was": {
                    "attended": [
                        there | {"who": {"staff": "staff-1"}},
                        there | {"who": mother, "language": "Spanish", "interpreted": True},
                    ],
                    "chart": {
                        "strengths": ["t-first"],
                        "known": [],
                        "tried": [{"what": "t-schedule", "verdict": None, "note": ""}],
                        "concerns": [],
                        "strategies": [],
                    },
                },
                "reason": "t-corrected",
            }
        ],
    }
    assert (second["number"], second["kind"], second["state"]) == (2, "follow-up", "cancelled")
    assert (second["day"], second["facilitator"]) == ("2026-10-15", "staff-1")
    assert (second["reason"], second["chart"]) == ("t-cancelled", None)


def test_questions_and_promises_are_told_with_what_became_of_them() -> None:
    assert [asdict(question) for question in WHOLE.questions] == [
        {
            "number": 1,
            "meeting": 1,
            "text": "t-question",
            "who": [{"staff": "staff-2"}],
            "answer": "t-answer",
            "answered_on": "2026-09-22",
        }
    ]
    kept, dropped, between = WHOLE.promises
    assert (kept.state, kept.settled, kept.note) == ("kept", "2026-09-21", "t-kept")
    assert (kept.meeting, kept.agreed_on, kept.due) == (1, "2026-09-17", "2026-09-21")
    assert (dropped.state, dropped.settled, dropped.note) == ("dropped", "2026-09-30", "t-dropped")
    assert (dropped.who, dropped.due) == ([{"staff": "staff-2"}], "2026-10-02")
    assert dropped.handed == [
        {
            "recorded_at": "2026-10-14T19:26:00Z",
            "was": {
                "who": [{"staff": "staff-1"}, {"relation": "mother"}],
                "due": "2026-09-30",
            },
            "reason": "t-handed",
        }
    ]
    assert (between.meeting, between.agreed_on, between.note) == (None, "2026-09-30", "")


def test_a_meeting_that_was_not_set_is_told_once_it_was_held() -> None:
    (only,) = told("meeting-1", story(a_request(), a_meeting())).meetings
    assert (only.state, only.walk_in, only.kind) == ("held", True, "informal")
    assert (only.place, only.facilitator, only.members) == (None, None, [])


def test_a_stored_case_reads_as_it_was_written() -> None:
    (row,) = MEETINGS.rows("meeting-1", story(*STORY))["sst_case"]
    assert case_of(row["card"]) == WHOLE
    assert (row["student_id"], row["state"]) == (ANA, "closed")


def test_a_promise_is_found_by_each_member_of_staff_who_made_it_or_was_handed_it() -> None:
    owners = MEETINGS.rows("meeting-1", story(*STORY[:8]))["promise_owner"]
    assert [(o["number"], o["staff_id"], o["state"]) for o in owners] == [
        (1, "staff-2", "open"),
        (2, "staff-1", "open"),
    ]
    owners = MEETINGS.rows("meeting-1", story(*STORY))["promise_owner"]
    assert [(o["number"], o["staff_id"], o["state"]) for o in owners] == [
        (1, "staff-2", "kept"),
        (2, "staff-2", "dropped"),
        (3, "staff-1", "kept"),
    ]


# In a ledger


@dataclass
class World:
    """A school's ledgers, its views and its clock."""

    record: Ledger
    access: Ledger
    views: Views
    clock: Clock

    def reading(self, *roles: StaffRole) -> Reading:
        known = frozenset(role.value for role in roles or (StaffRole.TEACHER,))
        reader = Reader(Actor("staff-2", "os=reader"), known, "SST meeting")
        return Reading(self.record, self.access, self.views, reader)

    def do(self, number: int, *given: MeetingCommand) -> None:
        for command in given:
            self.record.do(MEETING, CASES[number - 1], command, TEACHER)

    def given(self) -> list[Any]:
        """Every access event, oldest first."""
        return [found.event for page in self.access.since(0) for found in page]  # type: ignore[union-attr]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = Clock()
    record, access = new_ledger(tmp_path, clock=clock), new_ledger(tmp_path, "access", clock)
    views = Views(tmp_path / "views.db", KEYS.derived("views"))
    for number in (1, 2, 3):
        record.do(STUDENT, student_id(number), a_student(number), TEACHER)
    yield World(record, access, views, clock)
    for each in (views, record, access):
        each.close()


def ids(answer: Cases) -> list[str]:
    return [found.case_id for found in answer.cases]


def one(answer: Cases | None) -> Case:
    assert answer is not None
    (found,) = answer.cases
    return found


@few
@for_all(steps=commands("meeting", "student", "staff"), when=batches, crashes=crash_points)
def test_cases_caught_up_in_any_batches_are_the_rebuild(
    steps: list[Step], when: list[bool], crashes: list[int]
) -> None:
    caught_up_is_rebuilt(steps, when, crashes)


@few
@for_all(steps=commands("meeting", max_size=10))
def test_as_known_then_is_what_the_record_held_then(steps: list[Step]) -> None:
    with a_world(*enrolled()) as (record, views):
        seen = set[int]()
        for step in steps:
            do(record, step)
            seen.add(record.head().position)
        with closing(new_ledger(Path(views.path or "").parent, "access")) as access:
            reader = Reader(TEACHER, frozenset(), "SST meeting")
            reading = Reading(record, access, views, reader)
            for position in seen:
                answer = cases(reading, Window(position=position))
                assert sorted(map(repr, answer.cases)) == held_by(record, position)
                assert answer.position == position
                for found in answer.cases:
                    alone = case(reading, Window(position=position), found.case_id[:9])
                    assert one(alone) == found
                    own = cases(reading, Window(position=position), student_id=found.student_id)
                    assert found in own.cases


def held_by(record: Ledger, position: int) -> list[str]:
    """Every case as the record held it then, but for the texts that were destroyed since."""
    histories = {name: record.stream(name, position) for name in record.streams_of("meeting")}
    every = [told(name, history) for name, history in histories.items() if history]
    return sorted(repr(found) for found in every if found.student_id)


def test_the_last_request_is_first_and_each_student_has_their_own(world: World) -> None:
    world.do(1, a_request(ANA, 10))
    world.do(2, a_request(BO, 12))
    world.do(3, a_request(ANA, 14))
    reading = world.reading()
    assert ids(cases(reading, EVERYTHING)) == [CASES[2], CASES[1], CASES[0]]
    of_ana = cases(reading, EVERYTHING, student_id=ANA)
    assert ids(of_ana) == [CASES[2], CASES[0]]
    assert {one.name for one in of_ana.people.values()} == {"Bo Lindqvist"}
    assert ids(cases(reading, EVERYTHING, student_id=CLEO)) == []


def test_cases_are_asked_for_by_being_open_and_by_who_promised(world: World) -> None:
    world.do(1, *STORY)
    world.do(2, a_request(BO), a_meeting(actions=(Agreed(what="Call.", who=(OKAFOR,)),)))
    world.do(3, a_request(CLEO))
    reading = world.reading()
    assert ids(cases(reading, EVERYTHING, only_open=True)) == [CASES[1], CASES[2]]
    assert ids(cases(reading, EVERYTHING, owner="staff-2")) == [CASES[1]]
    world.do(2, CompleteAction(number=1, on=sep(21)))
    assert ids(cases(reading, EVERYTHING, owner="staff-2")) == []


def test_a_case_is_found_by_a_beginning_that_is_its_own(world: World) -> None:
    world.do(1, a_request())
    world.do(2, a_request(BO))
    reading = world.reading()
    assert one(case(reading, EVERYTHING, CASES[1][:8])).student_id == BO
    assert case(reading, EVERYTHING, "0000000") is None
    assert case(reading, EVERYTHING, "7") is None
    assert len(world.given()) == 1


def test_a_case_that_was_taken_back_is_not_there_and_was_there_then(world: World) -> None:
    world.do(1, a_request())
    position = world.record.head().position
    entry.undo(world.record, TEACHER, NOON)
    reading = world.reading()
    assert ids(cases(reading, EVERYTHING)) == []
    assert ids(cases(reading, Window(position=position), student_id=ANA)) == [CASES[0]]


def test_what_a_meeting_became_is_taken_back_as_one(world: World) -> None:
    world.do(1, *STORY[:8])
    entry.undo(world.record, TEACHER, NOON)
    found = one(cases(world.reading(), EVERYTHING))
    assert [meeting.state for meeting in found.meetings] == ["set"]
    assert (found.questions, found.promises) == ([], [])


def test_a_child_who_was_two_has_the_cases_of_both(world: World) -> None:
    world.do(1, a_request(ANA))
    world.do(2, a_request(BO, 12))
    before = world.record.head().position
    world.record.do(STUDENT, BO, MergeStudent(student_id=BO, into=ANA), TEACHER)
    reading = world.reading()
    for asked in (ANA, BO):
        answer = cases(reading, EVERYTHING, student_id=asked)
        assert ids(answer) == [CASES[1], CASES[0]]
        assert {found.student_id for found in answer.cases} == {*answer.people} == {ANA}
    earlier = cases(reading, Window(position=before), student_id=BO)
    assert [found.student_id for found in earlier.cases] == [BO]


def test_as_known_then_has_the_people_as_they_were_then(world: World) -> None:
    who = StaffIdentity(given="Dana", family="Okafor", username="dana")
    staff = RecordStaff(who=who, roles=(StaffRole.TEACHER,), effective_on=sep(1), source="roster")
    world.record.do(STAFF, "staff-2", staff, TEACHER)
    world.do(1, a_request())
    position = world.record.head().position
    world.record.do(STUDENT, ANA, a_student(1, effective_on=sep(20), grade="4"), TEACHER)
    then = cases(world.reading(), Window(position=position), student_id=ANA)
    assert (then.people[ANA].grade, then.staff) == ("3", {"staff-2": "Dana Okafor"})
    assert cases(world.reading(), EVERYTHING).people[ANA].grade == "4"


# Who is shown what


def test_an_answer_is_preceded_by_one_access_event_about_its_students(world: World) -> None:
    world.do(1, a_request())
    world.do(2, a_request(BO))
    reading = world.reading()
    cases(reading, EVERYTHING)
    cases(reading, EVERYTHING, student_id=CLEO)
    cases(reading, Window(position=world.record.head().position - 1), student_id=ANA)
    case(reading, EVERYTHING, CASES[0])
    given = [(event.what, event.purpose, event.students) for event in world.given()]
    assert given == [
        ("SST cases", "SST meeting", {ANA, BO}),
        ("SST cases", "SST meeting", {CLEO}),
        ("SST cases", "SST meeting", {ANA}),
        ("SST case", "SST meeting", {ANA}),
    ]


def texts(answer: Cases) -> set[str]:
    """The made-up texts in an answer, wherever they are."""
    return {text for text in TEXTS if f"'{text}'" in repr(answer)}


@pytest.mark.parametrize("role", [StaffRole.CLERK, StaffRole.AUDITOR])
def test_no_text_of_a_case_is_shown_to_who_sees_no_words(world: World, role: StaffRole) -> None:
    world.do(1, *STORY)
    assert texts(cases(world.reading(), EVERYTHING)) == TEXTS
    for reach in (EVERYTHING, Window(position=world.record.head().position - 1)):
        for answer in (
            cases(world.reading(role), reach),
            case(world.reading(role), reach, CASES[0]),
        ):
            assert answer is not None
            assert texts(answer) == set()
            assert repr(answer).count(HIDDEN) >= len(TEXTS) - 2  # what was not so yet
    shown = one(cases(world.reading(role), EVERYTHING))
    assert (shown.state, shown.promises[0].state) == ("closed", "kept")
    assert (shown.meetings[0].chart or {})["tried"][0]["verdict"] == "partly"


def test_a_destroyed_text_is_shown_as_such_and_by_whose_order(world: World) -> None:
    world.do(1, *STORY[:8])
    gone = "[destroyed under a court, 12]"
    history = world.record.stream(f"meeting-{CASES[0]}")
    for recorded in history:
        if any(getattr(recorded.event, name) for name in recorded.event.sealed_fields()):
            order = DestroyText(version=recorded.version, authority="a court", order="12")
            world.do(1, order)
    for role in (StaffRole.TEACHER, StaffRole.CLERK):
        found = one(cases(world.reading(role), EVERYTHING))
        assert texts(cases(world.reading(role), EVERYTHING)) == set()
        chart = found.meetings[0].chart or {}
        assert (chart["destroyed"], chart["strengths"], chart["tried"]) == (gone, [], [])
    found = one(cases(world.reading(), EVERYTHING))
    assert (found.concern, found.tried, found.inputs[0]["text"]) == (gone, "", gone)
    assert {found.questions[0].text, *(p.what for p in found.promises)} == {gone}
    assert found.meetings[0].moves[0]["reason"] == gone


def test_a_destroyed_chart_may_be_written_anew_and_its_first_words_stay_gone() -> None:
    events = [recorded.event for recorded in story(*STORY[:9])]
    ordered = Destroyed(under="a court, 12", position=9)
    held = next(n for n, event in enumerate(events) if type(event).__name__ == "MeetingHeld")
    events[held] = events[held].model_copy(update={"chart": ordered})
    (meeting, _) = told("meeting-1", enveloped(events, "meeting")).meetings
    assert (meeting.chart or {})["strengths"] == ["t-strength"]
    assert meeting.corrections[0]["was"]["chart"]["destroyed"] == str(ordered)


# What worked


def looked_at(*meetings: HoldMeeting, number: int = 1) -> Case:
    """A case in which these meetings were held."""
    found = told(f"meeting-{number}", story(a_request(), *meetings))
    assert json.loads(json.dumps(asdict(found)))
    return found


def tried(what: str, verdict: Verdict | None = None) -> Tried:
    return Tried(what=what, verdict=verdict)


def test_what_was_tried_is_counted_however_it_is_written_and_cited() -> None:
    first = looked_at(a_meeting(tried("Picture  schedule.", Verdict.DID_NOT), tried("CICO")))
    second = looked_at(a_meeting(tried("picture schedule", Verdict.WORKED)), number=2)
    third = looked_at(a_meeting(tried("PICTURE SCHEDULE", Verdict.PARTLY)), number=3)
    schedule, points = verdicts([third, second, first])
    assert schedule.what == "Picture  schedule."
    assert (schedule.tried, schedule.worked, schedule.partly, schedule.did_not) == (3, 1, 1, 1)
    assert schedule.cited == [("1", 1), ("2", 1), ("3", 1)]
    assert (points.what, points.tried, points.unsaid, points.cited) == ("CICO", 1, 1, [("1", 1)])


def test_one_child_counts_once_with_the_last_verdict() -> None:
    child = looked_at(
        a_meeting(tried("CICO", Verdict.DID_NOT)),
        a_meeting(tried("CICO", Verdict.WORKED), day=24),
        a_meeting(tried("CICO"), day=30),
    )
    (only,) = verdicts([child])
    assert (only.tried, only.worked) == (1, 1)
    assert only.cited == [("1", 1), ("1", 2), ("1", 3)]


def test_the_order_of_meetings_is_that_of_their_days() -> None:
    late_entry = looked_at(
        a_meeting(tried("CICO", Verdict.WORKED), day=24),
        a_meeting(tried("CICO", Verdict.DID_NOT), day=17),
    )
    (only,) = verdicts([late_entry])
    assert (only.worked, only.did_not, only.cited) == (1, 0, [("1", 2), ("1", 1)])


def test_nothing_is_learned_from_a_chart_that_was_destroyed_or_a_meeting_that_was_not() -> None:
    assert verdicts([]) == []
    set_only = told("meeting-1", story(*STORY[:7]))
    assert verdicts([set_only]) == []
