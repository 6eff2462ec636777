"""A command is recorded whole, once, at the next position, and never changed afterwards."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as driver
from eventsourcing.persistence import IntegrityError
from eventsourcing.tests.persistence import ApplicationRecorderTestCase
from hypothesis import given, settings
from hypothesis import strategies as st
from made import (
    ID,
    KEYS,
    NAMESPACE,
    NOON,
    TEACHER,
    Clock,
    a_report,
    a_saying,
    a_student,
    an_action,
    fill,
    incident_id,
    new_ledger,
    open_ledger,
    report,
    student_id,
)

from ledger.domain import Refused, When
from ledger.domain.incident import INCIDENT, AddStatement, VoidIncident
from ledger.domain.student import STUDENT, Identity
from ledger.store import Actor, Ledger, Unreadable, sqlite
from ledger.store.errors import ClockBehind, Conflict, Damage, Missing, Newer, Older, StorageError
from ledger.store.mapper import PAYLOAD_CAP, kind_of
from ledger.store.proof import verify
from ledger.store.sealing import SchoolKeys

STREAM = f"incident-{incident_id(1)}"
OTHER = Actor("staff-2", "claimed os=office")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return new_ledger(tmp_path)


# The library's own promises of a recorder.


class TestRecorder(ApplicationRecorderTestCase[sqlite.SQLiteRecorder]):
    """The shipped conformance test of recorders."""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def create_recorder(self) -> sqlite.SQLiteRecorder:
        path = self.folder / "ledger.db"
        if not path.exists():
            sqlite.create(path, KEYS.derived("ledger"), ID, NAMESPACE, NOON)
        return sqlite.SQLiteRecorder(path, KEYS.derived("ledger"), Clock())


# One command.


def test_a_command_becomes_its_events_at_the_next_positions(ledger: Ledger) -> None:
    done = report(ledger, 1, "What was seen.")
    assert [(r.position, r.version) for r in done.events] == [(1, 1), (2, 2)]
    assert not done.repeated
    assert ledger.stream(STREAM) == done.events
    assert report(ledger, 2).events[0].position == 3


def test_what_comes_back_is_what_was_said(ledger: Ledger) -> None:
    marks = "\u202e\u05e2\u05d1\u202c \u0000\t\r\n \u00e9 e\u0301 \U0001f469\u200d\U0001f467"
    said = f"  $5 % 'q' \"q\" {marks} " + "x" * 10_000
    done = report(ledger, 1, said)
    assert ledger.stream(STREAM)[1].event.text == said == done.events[1].event.text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=5))
def test_any_text_comes_back_byte_for_byte(tmp_path_factory: Any, texts: list[str]) -> None:
    ledger = new_ledger(tmp_path_factory.mktemp("any"))
    command = a_report(1).model_copy(update={"sayings": tuple(map(a_saying, texts))})
    ledger.do(INCIDENT, incident_id(1), command, TEACHER)
    assert [r.event.text for r in ledger.stream(STREAM)[1:]] == texts
    assert verify(ledger, full=True).whole
    ledger.close()


def test_who_did_it_and_when_stand_on_every_row(ledger: Ledger) -> None:
    for recorded in report(ledger, 1, "What was seen.").events:
        assert (recorded.actor, recorded.assurance) == (TEACHER.id, TEACHER.assurance)
        assert recorded.recorded_at == NOON


def test_a_refused_command_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(Refused):
        ledger.do(INCIDENT, incident_id(1), VoidIncident(reason="mistake"), TEACHER)
    assert ledger.head().position == 0


def test_a_fault_leaves_nothing_and_the_next_command_works(ledger: Ledger) -> None:
    def faulty() -> None:
        with ledger.batch():
            report(ledger, 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        faulty()
    assert ledger.head().position == 0
    assert report(ledger, 1).events[0].position == 1


def test_a_batch_is_stored_whole_or_not_at_all(ledger: Ledger) -> None:
    def two(last: int) -> None:
        with ledger.batch():
            report(ledger, 1, "What was seen.")
            ledger.do(INCIDENT, incident_id(last), VoidIncident(reason="mistake"), TEACHER)

    with pytest.raises(Refused):
        two(last=9)
    assert ledger.head().position == 0
    two(last=1)
    assert ledger.head().position == 3
    assert verify(ledger).whole


def test_commands_of_a_batch_see_each_other(ledger: Ledger) -> None:
    with ledger.batch():
        report(ledger, 1)
        ledger.do(INCIDENT, incident_id(1), an_action(), TEACHER)
        ledger.do(INCIDENT, incident_id(1), VoidIncident(reason="mistake"), TEACHER)
        with pytest.raises(Refused, match="voided"):
            ledger.do(INCIDENT, incident_id(1), an_action(), TEACHER, again=True)
    assert ledger.head().position == 3


def test_an_entry_larger_than_a_row_may_be_is_refused(ledger: Ledger) -> None:
    people = a_report(1).participants[0]
    crowd = tuple(
        people.model_copy(update={"label": f"P{n}", "student_id": f"{n:02}" + "s" * 2_000})
        for n in range(1, 51)
    )
    assert len(crowd) * 2_000 > PAYLOAD_CAP
    with pytest.raises(Refused, match="64 KiB"):
        ledger.do(INCIDENT, incident_id(1), a_report(1, participants=crowd), TEACHER)
    assert ledger.head().position == 0


# Never twice.


def test_the_same_key_gives_the_first_answer(ledger: Ledger) -> None:
    first = report(ledger, 1, "What was seen.", key="slip:1")
    report(ledger, 2)
    again = report(ledger, 1, "What was seen.", key="slip:1")
    assert again.repeated
    assert again.events == first.events
    assert ledger.head().position == 3


def test_the_same_key_finds_its_command_on_whatever_stream_it_was(ledger: Ledger) -> None:
    first = ledger.do(INCIDENT, incident_id(1), a_report(1), TEACHER, key="slip:1")
    again = ledger.do(INCIDENT, incident_id(2), a_report(1), TEACHER, key="slip:1")
    assert again.repeated
    assert again.stream == first.stream


def test_the_same_key_for_something_else_is_a_conflict(ledger: Ledger) -> None:
    report(ledger, 1, key="slip:1")
    with pytest.raises(Conflict, match="slip 1 is already recorded as 0000000, for something else"):
        report(ledger, 1, "What was seen.", key="slip:1")
    with pytest.raises(Conflict):
        ledger.do(INCIDENT, incident_id(1), a_report(1), OTHER, key="slip:1")
    assert ledger.head().position == 1


def test_the_same_key_in_one_batch_is_one_command(ledger: Ledger) -> None:
    with ledger.batch():
        report(ledger, 1, key="slip:1")
        assert report(ledger, 1, key="slip:1").repeated
    assert ledger.head().position == 1


def test_the_same_line_twice_is_one_command_and_with_again_two(ledger: Ledger) -> None:
    report(ledger, 1)
    say = AddStatement(**dict(a_saying("What was seen.")))
    first = ledger.do(INCIDENT, incident_id(1), say, TEACHER)
    assert ledger.do(INCIDENT, incident_id(1), say, TEACHER).repeated
    assert ledger.head().position == 2
    second = ledger.do(INCIDENT, incident_id(1), say, TEACHER, again=True)
    assert not second.repeated
    assert [r.position for r in (*first.events, *second.events)] == [2, 3]


def test_somebody_else_who_says_the_same_is_heard(ledger: Ledger) -> None:
    report(ledger, 1)
    say = AddStatement(**dict(a_saying("What was seen.")))
    ledger.do(INCIDENT, incident_id(1), say, TEACHER)
    assert not ledger.do(INCIDENT, incident_id(1), say, OTHER).repeated


def test_the_same_words_after_something_else_are_said_anew(ledger: Ledger) -> None:
    report(ledger, 1)
    say = AddStatement(**dict(a_saying("What was seen.")))
    ledger.do(INCIDENT, incident_id(1), say, TEACHER)
    ledger.do(INCIDENT, incident_id(1), an_action(), TEACHER)
    assert not ledger.do(INCIDENT, incident_id(1), say, TEACHER).repeated


def test_the_time_of_a_relative_word_does_not_make_another_command(ledger: Ledger) -> None:
    def at(minute: int, said: str) -> Any:
        when = When(at=NOON.replace(minute=minute), zone="UTC", said=said)
        return a_report(1, occurred=when)

    ledger.do(INCIDENT, incident_id(1), at(1, "now"), TEACHER, key="slip:1")
    assert ledger.do(INCIDENT, incident_id(1), at(2, "now"), TEACHER, key="slip:1").repeated
    with pytest.raises(Conflict):
        ledger.do(INCIDENT, incident_id(1), at(2, "12:02"), TEACHER, key="slip:1")


def test_a_fingerprint_confirms_no_guess_without_the_schools_key(tmp_path: Path) -> None:
    command, other = a_report(1, "What was seen."), SchoolKeys(bytes(32))
    sqlite.create(tmp_path / "other.db", other.derived("ledger"), ID, NAMESPACE, NOON)
    theirs = Ledger(tmp_path / "other.db", other, "ledger", Clock())
    ours = new_ledger(tmp_path)
    prints = set()
    for ledger in (ours, theirs):
        ledger.do(INCIDENT, incident_id(1), command, TEACHER, key="slip:1")
        prints.add(ledger.recorder.rows("1")[0][sqlite.FINGERPRINT])
    assert len(prints) == 2


def test_an_answer_to_what_somebody_saw_needs_it_unchanged(ledger: Ledger) -> None:
    report(ledger, 1)
    ledger.do(INCIDENT, incident_id(1), an_action(), TEACHER, expected=1)
    with pytest.raises(Conflict, match="changed meanwhile"):
        ledger.do(INCIDENT, incident_id(1), VoidIncident(reason="no"), TEACHER, expected=1)
    assert ledger.head().position == 2


# Never changed: the tables themselves refuse, whoever asks.

REST = "payload, sealed, hash FROM event WHERE position = 1"
SIGNED = "topic, recorded_at, actor, assurance"
FORBIDDEN = {
    "an update": "UPDATE event SET actor = 'x' WHERE position = 2",
    "an update that replaces": "UPDATE OR REPLACE event SET version = 2 WHERE position = 1",
    "a delete": "DELETE FROM event WHERE position = 2",
    "the same position": f"INSERT OR REPLACE INTO event SELECT 2, 'x-1', 1, {SIGNED}, 'k', "
    f"NULL, {REST}",
    "the same version": f"INSERT OR REPLACE INTO event SELECT 4, stream, version, {SIGNED}, 'k', "
    f"NULL, {REST}",
    "the same command": f"INSERT OR REPLACE INTO event SELECT 4, 'x-1', 1, {SIGNED}, command_key, "
    f"NULL, {REST}",
    "a hole": f"INSERT INTO event SELECT 9, 'x-1', 1, {SIGNED}, 'k', NULL, {REST}",
    "a deleted key": "DELETE FROM key WHERE position = 2",
    "another key": "UPDATE key SET wrapped = x'00' WHERE position = 2",
    "no key and no order": "UPDATE key SET wrapped = NULL WHERE position = 2",
    "a replaced key": "INSERT OR REPLACE INTO key VALUES (2, '', x'00', NULL)",
    "a key of another": "UPDATE key SET subject = 'x', wrapped = NULL, destroyed_by = 3",
    "no ledger": "DELETE FROM ledger",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_tables_refuse(what: str, ledger: Ledger) -> None:
    report(ledger, 1, "What was seen.")
    report(ledger, 2)
    before = ledger.recorder.rows("1")
    with pytest.raises(driver.IntegrityError):
        ledger.recorder.db.execute(FORBIDDEN[what])
    assert ledger.recorder.rows("1") == before
    assert verify(ledger).whole


def test_a_version_that_is_taken_is_refused(ledger: Ledger) -> None:
    report(ledger, 1)
    entry = ledger.mapper.entry(STREAM, 1, ledger.stream(STREAM)[0].event, "a", "b")
    with pytest.raises(IntegrityError):
        ledger.recorder.insert_events([entry])
    assert ledger.head().position == 1


# Time.


def test_a_clock_a_little_behind_stands_still(tmp_path: Path) -> None:
    clock = Clock()
    ledger = new_ledger(tmp_path, clock=clock)
    report(ledger, 1)
    clock.pass_(minutes=-4)
    assert report(ledger, 2).events[0].recorded_at == NOON
    clock.pass_(minutes=5)
    assert report(ledger, 3).events[0].recorded_at > NOON


def test_a_clock_far_behind_is_refused_with_both_times(tmp_path: Path) -> None:
    clock = Clock()
    ledger = new_ledger(tmp_path, clock=clock)
    report(ledger, 1)
    clock.pass_(minutes=-6)
    with pytest.raises(ClockBehind, match=r"2026-10-14T18:54Z.*2026-10-14T19:00Z"):
        report(ledger, 2)
    assert ledger.head().position == 1


def test_what_was_known_at_a_time_is_a_prefix(tmp_path: Path) -> None:
    clock = Clock()
    ledger = new_ledger(tmp_path, clock=clock)
    for number in range(5):
        report(ledger, number)
        clock.pass_(hours=1)
    assert ledger.position_at(NOON) == 1
    assert ledger.position_at(NOON.replace(hour=20, minute=59)) == 2
    assert ledger.position_at(NOON.replace(year=2025)) == 0
    assert ledger.position_at(NOON.replace(year=2027)) == 5


# Reading.


def test_readers_see_every_position_once_and_in_order(ledger: Ledger) -> None:
    fill(ledger, students=40, incidents=1_500)
    read = [r.position for page in ledger.since(0) for r in page if not isinstance(r, Unreadable)]
    assert read == list(range(1, ledger.head().position + 1))
    part = [r for page in ledger.since(1_000, upto=1_003) for r in page]
    assert len(part) == 3


def test_a_ledger_is_read_by_another_process_handle_as_it_is_written(tmp_path: Path) -> None:
    writer = new_ledger(tmp_path)
    reader = open_ledger(tmp_path / "ledger.db")
    report(writer, 1)
    assert reader.head() == writer.head()
    with writer.batch():
        report(writer, 2)
        assert reader.head().position == 1
    assert reader.head().position == 2


def test_a_kind_that_is_not_known_imports_nothing(ledger: Ledger) -> None:
    before = set(sys.modules)
    for category, topic in [
        ("incident", "os.system"),
        ("incident", "Nothing.1"),
        ("incident", "IncidentReported.2"),
        ("incident", "ReportIncident.1"),
        ("antigravity", "Anything.1"),
        ("codes", "Behavior.1"),
        ("", "IncidentReported.1"),
    ]:
        with pytest.raises(Unreadable):
            kind_of(category, topic)
    assert set(sys.modules) == before


def test_an_event_of_an_unknown_kind_is_read_as_unreadable_and_the_rest_as_ever(
    ledger: Ledger,
) -> None:
    report(ledger, 1)
    with ledger.batch():
        ledger.recorder.append([sqlite.Entry("incident-x", 1, "this.1", b"{}")])
    report(ledger, 2)
    (page,) = ledger.since(0)
    assert [isinstance(r, Unreadable) for r in page] == [False, True, False]


# Opening.


def resaid(path: Path, schema: int) -> None:
    db = sqlite.opened(path, KEYS.derived("ledger"))
    db.execute("DROP TRIGGER ledger_no_update")
    db.execute(f"UPDATE ledger SET schema = {schema}")
    db.close()


@pytest.mark.parametrize(("schema", "kind"), [(2, Newer), (0, Older)])
def test_a_ledger_of_another_release_is_left_alone(
    schema: int, kind: type[StorageError], tmp_path: Path
) -> None:
    new_ledger(tmp_path).close()
    resaid(tmp_path / "ledger.db", schema)
    with pytest.raises(kind, match="release"):
        open_ledger(tmp_path / "ledger.db")


def test_a_missing_an_empty_and_a_strange_file_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with pytest.raises(Missing, match="is missing"):
        open_ledger(path)
    path.write_bytes(b"")
    with pytest.raises(Damage, match="empty"):
        open_ledger(path)
    path.write_bytes(b"SQLite format 3\0" + bytes(5_000))
    with pytest.raises(Damage, match="not a database"):
        open_ledger(path)


def test_a_new_ledger_is_not_put_in_the_place_of_another(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="there already"):
        new_ledger(tmp_path)


def test_an_acknowledged_event_was_on_disk(ledger: Ledger) -> None:
    assert ledger.recorder.db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert ledger.recorder.db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


# What is sealed.

CANARY = "Zebedee Quagmire-Vondersloot"


def test_no_column_outside_ciphertext_holds_a_name_or_a_narrative(ledger: Ledger) -> None:
    who = Identity(given=CANARY, family=CANARY, middle=CANARY, numbers=(("local", CANARY),))
    ledger.do(STUDENT, student_id(1), a_student(1, who=who), TEACHER)
    report(ledger, 1, f"Then {CANARY} threw a chair.")
    ledger.do(INCIDENT, incident_id(1), VoidIncident(reason=CANARY), TEACHER)
    db = ledger.recorder.db
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert set(names) == {"ledger", "event", "key"}
    words = [word.encode() for word in (CANARY, *CANARY.replace("-", " ").split(), "chair")]
    for name in names:
        for row in db.execute(f"SELECT * FROM {name}").fetchall():
            held = b"\n".join(c if isinstance(c, bytes) else str(c).encode() for c in row)
            assert not any(word in held for word in words)
    assert ledger.stream(f"student-{student_id(1)}")[0].event.who == who


def test_the_file_and_its_log_are_ciphertext_through_and_through(ledger: Ledger) -> None:
    report(ledger, 1, CANARY)
    for path in ledger.recorder.path.parent.iterdir():
        content = path.read_bytes()
        assert b"SQLite format" not in content
        assert b"IncidentReported" not in content
        assert CANARY.encode() not in content


def test_what_was_not_said_is_not_stored(ledger: Ledger) -> None:
    report(ledger, 1)
    row = ledger.recorder.rows("1")[0]
    assert row[sqlite.SEALED] is None
    assert row[sqlite.WRAPPED] is None
    assert None not in json.loads(row[sqlite.PAYLOAD]).values()


def test_a_key_is_never_used_for_two_texts(ledger: Ledger) -> None:
    fill(ledger, students=30, incidents=30)
    rows = ledger.recorder.rows("sealed IS NOT NULL")
    assert len({row[sqlite.WRAPPED] for row in rows}) == len(rows)
    assert len({row[sqlite.SEALED] for row in rows}) == len(rows)


def test_the_schools_keys_are_in_no_repr() -> None:
    assert KEYS.root.hex() not in repr(KEYS)
    assert repr(KEYS.root) not in repr(KEYS)
