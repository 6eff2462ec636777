"""The door for reads: no answer without its access event, no text for who may not see it."""

from __future__ import annotations

import contextlib
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from made import (
    KEYS,
    NOON,
    TEACHER,
    ZONE,
    Clock,
    a_report,
    a_saying,
    a_student,
    an_action,
    an_order,
    fill,
    incident_id,
    new_ledger,
    report,
    student_id,
)

from ledger import entry
from ledger.domain import Recorded, When
from ledger.domain.access import RecordDisclosed, RecordViewed
from ledger.domain.codes import (
    Action,
    Behavior,
    ContactOutcome,
    Level,
    Location,
    Outside,
    Positive,
    RestraintKind,
    Role,
    StaffRole,
    StatementKind,
)
from ledger.domain.incident import (
    INCIDENT,
    AddStatement,
    ContactFamily,
    CorrectAction,
    CorrectBehavior,
    CorrectCircumstances,
    CorrectRoles,
    IncidentCommand,
    MergeIncident,
    RemoveParticipant,
    ReplaceParticipant,
    TakeAction,
    UseRestraint,
    VoidAction,
    VoidIncident,
)
from ledger.domain.particulars import BehaviorSeen, Participant
from ledger.domain.staff import STAFF, RecordStaff, StaffIdentity
from ledger.domain.student import STUDENT, MakeContact, RecordObservation, RecordPraise
from ledger.projections import Views
from ledger.reading import Incidents, IncidentView, Reader, Reading, Timeline, Window
from ledger.store import Actor, Ledger
from ledger.store.errors import StorageError
from ledger.store.sqlite import Entry

ANA, BO, CLEO = (student_id(number) for number in (1, 2, 3))
CANARY = "canary-7f3a"
TODAY = NOON.date()
HIDDEN = "[not shown to this reader]"
AT = When(at=NOON, zone=ZONE)
EVERYTHING = Window()
READER = Actor("staff-2", "os=reader")


@dataclass
class World:
    """A school's ledgers, its views and its clock."""

    folder: Path
    record: Ledger
    access: Ledger
    views: Views
    clock: Clock

    def reading(self, *roles: StaffRole, purpose: str = "SST meeting") -> Reading:
        known = frozenset(role.value for role in roles or (StaffRole.TEACHER,))
        return Reading(self.record, self.access, self.views, Reader(READER, known, purpose))

    def do(self, number: int, *commands: IncidentCommand) -> None:
        for command in commands:
            self.record.do(INCIDENT, incident_id(number), command, TEACHER)

    def given(self) -> list[Recorded[Any]]:
        """Every access event, oldest first."""
        return [found for page in self.access.since(0) for found in page]  # type: ignore[misc]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = Clock()
    record = new_ledger(tmp_path, clock=clock)
    access = new_ledger(tmp_path, "access", clock)
    views = Views(tmp_path / "views.db", KEYS.derived("views"))
    for number in (1, 2, 3):
        record.do(STUDENT, student_id(number), a_student(number), TEACHER)
    yield World(tmp_path, record, access, views, clock)
    views.close()
    record.close()
    access.close()


MINOR = BehaviorSeen(code=Behavior.DISRUPTION, level=Level.MINOR)
MAJOR = BehaviorSeen(code=Behavior.FIGHTING, level=Level.MAJOR)
FIGHT = (
    Participant(label="P1", student_id=ANA, roles=(Role.REFERRED,), behaviors=(MINOR,)),
    Participant(label="P2", student_id=BO, roles=(Role.VICTIM,)),
    Participant(label="P3", student_id=CLEO, roles=(Role.WITNESS,)),
)


def told(world: World) -> int:
    """Everything that may be written about one child, a canary in every text; how many texts."""
    texts = (f"{CANARY}-{number}" for number in range(100))
    world.record.do(
        INCIDENT,
        incident_id(1),
        a_report(participants=FIGHT, sayings=(a_saying(next(texts)),)),
        TEACHER,
    )
    world.do(
        1,
        AddStatement(
            kind=StatementKind.ABC,
            text=next(texts),
            antecedent=next(texts),
            consequence=next(texts),
        ),
        CorrectCircumstances(location=Location.GYM, reason=next(texts)),
        CorrectBehavior(label="P1", behaviors=(MAJOR,), reason=next(texts)),
        CorrectRoles(label="P2", roles=(Role.INVOLVED,), reason=next(texts)),
        ReplaceParticipant(label="P2", outside=Outside.VISITOR, reason=next(texts)),
        RemoveParticipant(label="P3", reason=next(texts)),
        TakeAction(label="P1", action=Action.RESTITUTION, on=TODAY, note=next(texts)),
        CorrectAction(number=1, action=Action.SENT_HOME_EARLY, on=TODAY, reason=next(texts)),
        an_action(),
        VoidAction(number=2, reason=next(texts)),
        ContactFamily(
            label="P1",
            at=AT,
            outcome=ContactOutcome.REACHED,
            with_whom=next(texts),
            note=next(texts),
        ),
        UseRestraint(label="P1", kind=RestraintKind.SECLUSION, began=AT, note=next(texts)),
        VoidIncident(reason=next(texts)),
    )
    for command in (
        RecordPraise(student_id=ANA, occurred=AT, code=Positive.HELPING, text=next(texts)),
        MakeContact(
            student_id=ANA,
            at=AT,
            outcome=ContactOutcome.REACHED,
            with_whom=next(texts),
            note=next(texts),
        ),
        RecordObservation(student_id=ANA, began=AT, text=next(texts), antecedent=next(texts)),
    ):
        world.record.do(STUDENT, ANA, command, TEACHER)
    return int(next(texts).rpartition("-")[2])


# Every answer of the door, as somebody would ask for it.

ANSWERS: dict[str, Callable[[Reading], Any]] = {
    "timeline": lambda reading: reading.timeline(ANA, EVERYTHING),
    "incident": lambda reading: reading.incident(incident_id(1), EVERYTHING),
    "incidents": lambda reading: reading.incidents(EVERYTHING, limit=50),
    "extract": lambda reading: reading.extract("edfi", to="district"),
    "planned": lambda reading: reading.planned("edfi"),
    "access_log": lambda reading: reading.access_log(ANA),
    "facts": lambda reading: reading.facts(ANA),
    "pattern": lambda reading: reading.pattern(ANA, NOON),
}
EARLIER: dict[str, Callable[[Reading], Any]] = {
    "timeline": lambda reading: reading.timeline(ANA, Window(position=6)),
    "incident": lambda reading: reading.incident(incident_id(1), Window(position=6)),
    "incidents": lambda reading: reading.incidents(Window(position=6), limit=50),
    "extract": lambda reading: reading.extract("edfi", to="district", position=6),
    "planned": lambda reading: reading.planned("edfi", position=6),
}
ID_OR_COUNT = {"latest", "left_open", "attempts", "praised"}  # for whoever makes an entry
THE_DOOR = {"opened", "give"}  # what every answer goes through
NO_RECORD = {"staff", "checkpoint_line", "beside_incidents"} | ID_OR_COUNT
every_answer = pytest.mark.parametrize("answer", ANSWERS.values(), ids=list(ANSWERS))
every_ask = pytest.mark.parametrize(
    "answer",
    [*ANSWERS.values(), *EARLIER.values()],
    ids=[*ANSWERS, *(f"{name} as of then" for name in EARLIER)],
)


def test_every_method_of_the_door_is_listed_here() -> None:
    public = {
        name
        for name, _ in inspect.getmembers(Reading, inspect.isfunction)
        if not name.startswith("_")
    }
    assert public - THE_DOOR == ANSWERS.keys() | NO_RECORD


# No answer without an access event


@every_ask
def test_an_answer_is_preceded_by_one_access_event(
    world: World, answer: Callable[[Reading], Any]
) -> None:
    told(world)
    assert answer(world.reading()) is not None
    assert len(world.given()) == 1
    assert world.given()[0].actor == READER.id
    assert world.given()[0].assurance == READER.assurance


@pytest.mark.parametrize(
    ("name", "what", "students"),
    [
        ("timeline", "timeline", {ANA}),
        ("incident", "incident", {ANA}),
        ("incidents", "incidents", {ANA, BO, CLEO}),
        ("extract", "export edfi", {BO}),
        ("planned", "export plan edfi", {BO}),
        ("access_log", "access log", {ANA}),
        ("facts", "roster facts", {ANA}),
    ],
)
def test_an_access_event_says_who_was_given_what_about_whom_and_why(
    world: World, name: str, what: str, students: set[str]
) -> None:
    told(world)
    report(world.record, 2)
    report(world.record, 3)
    world.do(3, VoidIncident(reason="another day"))
    ANSWERS[name](world.reading(purpose="a parent asked"))
    event = world.given()[0].event
    assert (event.what, event.purpose, event.students) == (what, "a parent asked", students)
    assert event.position == world.record.head().position
    assert re.fullmatch("[0-9a-f]{32}", event.digest)
    kind = RecordDisclosed if name == "extract" else RecordViewed
    assert type(event) is kind


def test_what_leaves_the_school_is_a_disclosure_to_somebody(world: World) -> None:
    world.reading().extract("edfi", to="district")
    assert world.given()[0].event.to == "district"


@pytest.mark.parametrize("name", ["timeline", "incident", "incidents"])
def test_every_student_in_an_answer_is_in_its_access_event(world: World, name: str) -> None:
    world.record.do(INCIDENT, incident_id(1), a_report(participants=FIGHT), TEACHER)
    answer = ANSWERS[name](world.reading())
    shown = {id for id in (ANA, BO, CLEO) if id in repr(answer)}
    assert world.given()[0].event.students == shown == {ANA, BO, CLEO}


def test_an_incident_of_nobody_on_the_roster_is_named_itself(world: World) -> None:
    visitor = FIGHT[0].model_copy(update={"student_id": None, "outside": Outside.VISITOR})
    world.record.do(INCIDENT, incident_id(1), a_report(participants=(visitor,)), TEACHER)
    for name in ("incident", "incidents"):
        ANSWERS[name](world.reading())
    events = [recorded.event for recorded in world.given()]
    assert {(event.subjects, event.records) for event in events} == {
        ((), (f"incident-{incident_id(1)}",))
    }


def test_an_answer_about_very_many_is_several_events_at_once(tmp_path: Path) -> None:
    """A row holds 64 KiB, and 1,700 ids are more."""
    record, access = new_ledger(tmp_path), new_ledger(tmp_path, "access")
    fill(record, 1_700, 1_700)
    views = Views(tmp_path / "views.db", KEYS.derived("views"))
    reader = Reader(READER, frozenset({"clerk"}), "nightly")
    extract = Reading(record, access, views, reader).extract("edfi", to="district")
    events = [found.event for page in access.since(0) for found in page]  # type: ignore[union-attr]
    assert len(events) == 2
    assert len(frozenset[str]().union(*(event.students for event in events))) == 1_700
    assert {event.position for event in events} == {extract.position}
    for each in (views, record, access):
        each.close()


def read_only(world: World) -> None:
    world.access.recorder.db.execute("PRAGMA query_only = 1")


def full(world: World) -> None:
    """No further page, and what was left of the last one is used up."""
    pages = world.access.recorder.db.execute("PRAGMA page_count").fetchone()[0]
    world.access.recorder.db.execute(f"PRAGMA max_page_count = {pages}")
    with contextlib.suppress(StorageError):
        while True:
            world.reading(purpose="x").planned("x")


def clock_behind(world: World) -> None:
    world.reading().facts(ANA)
    world.clock.pass_(days=-1)


@every_ask
@pytest.mark.parametrize("fault", [full, read_only, clock_behind], ids=lambda f: f.__name__)
def test_what_cannot_be_logged_is_not_answered(
    world: World, fault: Callable[[World], None], answer: Callable[[Reading], Any]
) -> None:
    told(world)
    world.views.catch_up(world.record)
    fault(world)
    with pytest.raises(StorageError):
        answer(world.reading())


def test_an_answer_is_not_there_before_its_event(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(world)
    seen: list[str] = []

    def refuse(*_: Any, **__: Any) -> None:
        seen.append("asked")
        raise StorageError("no room")

    monkeypatch.setattr(world.access, "do", refuse)
    for answer in ANSWERS.values():
        with pytest.raises(StorageError, match="no room"):
            answer(world.reading())
    assert seen == ["asked"] * len(ANSWERS)


def test_no_event_is_stored_when_there_is_no_answer(world: World) -> None:
    assert world.reading().incident("ffffffff", EVERYTHING) is None
    report(world.record, 1)
    report(world.record, 2)
    assert world.reading().incident("0000000", EVERYTHING) is None
    assert world.given() == []


def test_the_staff_list_reads_no_record(world: World) -> None:
    world.record.do(STAFF, "staff-1", a_teacher(), TEACHER)
    reading = world.reading()
    assert [one["name"] for one in reading.staff()] == ["Marlo Quist"]
    assert world.given() == []


def a_teacher() -> RecordStaff:
    who = StaffIdentity(given="Marlo", family="Quist", username="mquist")
    return RecordStaff(who=who, roles=(StaffRole.TEACHER,), effective_on=TODAY, source="roster")


def test_the_log_of_accesses_shows_every_reading_and_is_a_reading(world: World) -> None:
    world.record.do(STAFF, READER.id, a_teacher(), TEACHER)
    report(world.record, 1)
    for name in ("timeline", "extract"):
        ANSWERS[name](world.reading(purpose="a parent asked"))
    world.reading().timeline(BO, EVERYTHING)
    log = world.reading().access_log(ANA)
    said = [(line.who, line.what, line.purpose, line.to) for line in log]
    assert said == [
        ("Marlo Quist", "timeline", "a parent asked", None),
        ("Marlo Quist", "export edfi", "a parent asked", "district"),
    ]
    assert [line.what for line in world.reading().access_log(ANA)][-1] == "access log"


def test_reading_the_same_twice_is_two_readings(world: World) -> None:
    for _ in range(2):
        world.reading().timeline(ANA, EVERYTHING)
    first, second = world.given()
    assert first.event == second.event
    assert first.position != second.position


def test_access_events_move_no_position_of_the_record(world: World) -> None:
    before = world.record.head()
    world.reading().timeline(ANA, EVERYTHING)
    assert world.record.head() == before


# Who sees what


@every_ask
@pytest.mark.parametrize(
    "roles", [(StaffRole.CLERK,), (StaffRole.AUDITOR,), (StaffRole.CLERK, StaffRole.AUDITOR)]
)
def test_a_clerk_sees_no_narrative(
    world: World, roles: tuple[StaffRole, ...], answer: Callable[[Reading], Any]
) -> None:
    told(world)
    assert CANARY not in repr(answer(world.reading(*roles)))


@pytest.mark.parametrize("roles", [(StaffRole.TEACHER,), (StaffRole.CLERK, StaffRole.TEACHER)])
def test_a_teacher_sees_every_narrative(world: World, roles: tuple[StaffRole, ...]) -> None:
    count = told(world)
    shown = repr(world.reading(*roles).timeline(ANA, EVERYTHING))
    unseen = [n for n in range(count) if not re.search(rf"{CANARY}-{n}\b", shown)]
    # What preceded an observation is on no timeline yet; all else is.
    assert unseen == [count - 1]


@pytest.mark.parametrize("roles", [(StaffRole.CLERK,), (StaffRole.SPECIALIST,)])
@pytest.mark.parametrize("name", ["extract", "planned"])
def test_what_a_sink_is_given_holds_no_narrative_and_no_name(
    world: World, name: str, roles: tuple[StaffRole, ...]
) -> None:
    told(world)
    report(world.record, 2, CANARY)
    given = repr(ANSWERS[name](world.reading(*roles)))
    assert BO in given
    names = [word for who in map(a_student, (1, 2, 3)) for word in _names(who)]
    assert not [word for word in (CANARY, *names) if word in given]


def _names(recorded: Any) -> tuple[str, str]:
    return recorded.who.given, recorded.who.family


def test_what_was_not_written_is_not_said_to_be_hidden(world: World) -> None:
    report(world.record, 1, CANARY)
    world.do(1, an_action())
    shown = world.reading(StaffRole.CLERK).incident(incident_id(1), EVERYTHING)
    assert shown is not None
    said, done = shown.card.statements[0], shown.card.actions[1]
    assert (said.text, said.antecedent, said.consequence) == (HIDDEN, None, None)
    assert (done.note, shown.card.void_reason) == (None, None)
    world.do(1, an_order())
    shown = world.reading(StaffRole.CLERK).incident(incident_id(1), EVERYTHING)
    assert shown is not None
    assert shown.card.statements[0].text is None
    assert shown.card.statements[0].destroyed


# What is destroyed


def stored(db: Any) -> str:
    """Everything that a database holds, in its tables."""
    names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return repr([db.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names])


def test_a_destroyed_statement_says_under_what_and_is_nowhere(world: World) -> None:
    report(world.record, 1, CANARY)
    report(world.record, 2, f"another {CANARY}")
    known = world.record.head().position
    assert CANARY in repr(world.reading().timeline(ANA, EVERYTHING))
    world.do(1, an_order())
    world.views.catch_up(world.record)
    for window in (EVERYTHING, Window(position=known)):
        for shown in (
            world.reading().timeline(ANA, window),
            world.reading().incident(incident_id(1), window),
        ):
            assert CANARY not in repr(shown)
            assert "[destroyed under records officer, 12]" in repr(shown)
    with world.views.reader.connect() as db:
        views = stored(db.connection.dbapi_connection)
    # The other statement stays, once, and nothing but it.
    assert (views.count(CANARY), views.count(f"another {CANARY}")) == (1, 1)
    assert CANARY not in stored(world.record.recorder.db)


# Which part of the record


def at(**before: float) -> When:
    return When(at=NOON - timedelta(**before), zone=ZONE)


def iso(when: When) -> str:
    return when.at.isoformat().replace("+00:00", "Z")


def times(timeline: Timeline) -> list[str]:
    return [entry.occurred_at for entry in timeline.entries]


def test_a_window_shows_what_happened_in_it_and_counts_what_came_before(world: World) -> None:
    years = [at(days=800), at(days=400), at(days=40), at(minutes=4)]
    for number, occurred in enumerate(years, 1):
        command = a_report(1, occurred=occurred)
        world.record.do(INCIDENT, incident_id(number), command, TEACHER)
    whole = world.reading().timeline(ANA, EVERYTHING)
    assert times(whole) == [iso(one) for one in reversed(years)]
    assert whole.earlier == 0
    for cut in range(4):
        clean = world.reading().timeline(ANA, Window(since=iso(years[cut])))
        assert times(clean) == times(whole)[: 4 - cut]
        assert clean.earlier == cut
        before = world.reading().timeline(ANA, Window(until=iso(years[cut])))
        assert times(before) == times(whole)[4 - cut :]


def test_the_same_window_bounds_the_list_of_incidents(world: World) -> None:
    for number, days in enumerate((300, 20, 1), 1):
        command = a_report(number, occurred=at(days=days))
        world.record.do(INCIDENT, incident_id(number), command, TEACHER)
    reading = world.reading()
    window = Window(since=iso(at(days=20)), until=iso(at(days=1)))
    found = reading.incidents(window, limit=50)
    assert [card.incident_id for card in found.cards] == [incident_id(2)]
    latest = reading.incidents(EVERYTHING, limit=2)
    assert [card.incident_id for card in latest.cards] == [incident_id(3), incident_id(2)]
    own = reading.incidents(EVERYTHING, student_id=ANA, limit=50)
    assert [card.incident_id for card in own.cards] == [incident_id(1)]


def test_times_sort_by_the_instant_whatever_zone_they_were_typed_in(world: World) -> None:
    for number, hours in enumerate((3, 2, 1), 1):
        zone = ZoneInfo(("Pacific/Auckland", "UTC", ZONE)[number - 1])
        occurred = When(at=(NOON - timedelta(hours=hours)).astimezone(zone), zone=zone.key)
        command = a_report(1, occurred=occurred)
        world.record.do(INCIDENT, incident_id(number), command, TEACHER)
    timeline = world.reading().timeline(ANA, EVERYTHING)
    assert [entry.id for entry in timeline.entries] == [incident_id(n) for n in (3, 2, 1)]
    assert all(entry.occurred_at.endswith("Z") for entry in timeline.entries)


def test_a_window_shows_only_the_kinds_that_were_asked_for(world: World) -> None:
    told(world)
    kinds = {entry.kind for entry in world.reading().timeline(ANA, EVERYTHING).entries}
    assert kinds == {"incident", "fixed", "praise", "contact", "observation"}
    for kind in kinds:
        shown = world.reading().timeline(ANA, Window(kinds=frozenset({kind}))).entries
        assert {entry.kind for entry in shown} == {kind}


def test_what_does_not_stand_is_shown_and_marked(world: World) -> None:
    for number in (1, 2, 3, 4):
        report(world.record, number, student=1)
    world.do(1, VoidIncident(reason="another day"))
    world.do(2, MergeIncident(into=incident_id(3)))
    shown = world.reading().timeline(ANA, EVERYTHING).entries
    standing = {entry.id: entry.card.standing for entry in shown if entry.card}
    assert standing == {
        incident_id(1): "voided",
        incident_id(2): "merged",
        incident_id(3): "open",
        incident_id(4): "open",
    }
    stays = world.reading().incident(incident_id(3), EVERYTHING)
    assert stays is not None
    assert stays.same == (incident_id(2),)
    left = world.reading().incidents(EVERYTHING, only_open=True, limit=50)
    assert {card.incident_id for card in left.cards} == {incident_id(3), incident_id(4)}
    sent = world.reading().planned("edfi").records
    assert {one.incident_id for one in sent} == {incident_id(3), incident_id(4)}


def test_an_incident_leaves_the_timeline_of_who_was_not_there(world: World) -> None:
    report(world.record, 1)
    known = world.record.head().position
    assert world.reading().timeline(ANA, EVERYTHING).entries
    world.do(1, ReplaceParticipant(label="P1", student_id=BO, reason="it was the other one"))
    assert world.reading().timeline(ANA, EVERYTHING).entries == ()
    assert world.reading().timeline(BO, EVERYTHING).entries
    assert world.reading().timeline(ANA, Window(position=known)).entries
    assert world.reading().timeline(BO, Window(position=known)).entries == ()


def test_an_earlier_timeline_is_what_was_answered_then(world: World) -> None:
    answered: list[Timeline] = []
    for number in (1, 2, 3):
        report(world.record, number, f"{CANARY}-{number}", student=1)
        answered.append(world.reading().timeline(ANA, EVERYTHING))
        world.clock.pass_(hours=1)
        world.do(number, an_action(), VoidIncident(reason="another day"))
        answered.append(world.reading().timeline(ANA, EVERYTHING))
    for before in answered:
        window = Window(position=before.position)
        assert world.reading().timeline(ANA, window) == before
    digests: dict[int, set[str]] = {}
    for recorded in world.given():
        digests.setdefault(recorded.event.position, set()).add(recorded.event.digest)
    assert {len(same) for same in digests.values()} == {1}


def test_what_was_taken_back_since_is_in_an_earlier_timeline(world: World) -> None:
    report(world.record, 1)
    before = world.reading().timeline(ANA, EVERYTHING)
    entry.undo(world.record, TEACHER, world.clock())
    assert world.reading().timeline(ANA, EVERYTHING).entries == ()
    assert world.reading().timeline(ANA, Window(position=before.position)) == before


def test_an_answer_says_the_position_of_what_is_in_it(world: World) -> None:
    """Another process carries the views on right after we did."""
    report(world.record, 1)
    ours = world.views.catch_up
    theirs = Views(world.folder / "views.db", KEYS.derived("views"))
    numbers = iter(range(2, 50))

    def meanwhile(ledger: Ledger) -> int:
        reached = ours(ledger)
        report(ledger, next(numbers), student=1)
        theirs.catch_up(ledger)
        return reached

    world.views.catch_up = meanwhile  # type: ignore[method-assign]
    extract = world.reading().planned("edfi")
    assert extract.position == world.record.head().position
    assert extract.head == world.record.head().hash.hex()
    assert len({one.incident_id for one in extract.records}) == 2
    known = world.record.head().position
    then = world.reading().planned("edfi", position=known)
    assert (then.position, then.records) == (known, extract.records)
    theirs.close()


def test_a_reader_is_told_that_somebody_else_is_still_catching_up(world: World) -> None:
    report(world.record, 1)
    assert not world.reading().timeline(ANA, EVERYTHING).behind
    theirs = Views(world.folder / "views.db", KEYS.derived("views"))
    with theirs.writer.begin():
        report(world.record, 2, student=1)
        late = world.reading().timeline(ANA, EVERYTHING)
    assert late.behind
    assert len(late.entries) == 1
    assert late.position == world.record.head().position - 1
    assert not world.reading().timeline(ANA, EVERYTHING).behind
    theirs.close()


def test_a_stream_that_cannot_be_read_is_named_now_and_then(world: World) -> None:
    for number in (1, 2):
        report(world.record, number, student=1)
    stream, known = f"incident-{incident_id(1)}", world.record.head().position + 1
    with world.record.recorder.transaction():
        world.record.recorder.append([Entry(stream, 2, "IncidentExploded.1", b"{}")])
    report(world.record, 3, student=1)
    # Built from nothing, nobody knows any more whom the stream speaks of.
    world.views.rebuild(world.record)
    for window in (EVERYTHING, Window(position=known)):
        assert world.reading().timeline(ANA, window).unreadable == (stream,)
    assert world.reading().planned("edfi").unreadable == (stream,)
    assert world.reading().planned("edfi", position=known).unreadable == (stream,)
    assert world.reading().planned("edfi", position=known - 1).unreadable == ()


def test_an_incident_is_found_by_a_beginning_that_only_it_has(world: World) -> None:
    report(world.record, 1)
    report(world.record, 2)
    found = world.reading().incident("00000001", EVERYTHING)
    assert isinstance(found, IncidentView)
    assert found.card.incident_id == incident_id(1)
    assert set(found.people) == {ANA}
    assert isinstance(world.reading().incidents(EVERYTHING, limit=5), Incidents)
