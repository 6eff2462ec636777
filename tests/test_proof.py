"""Whatever is changed, cut off or put back is found, and where it is, is said."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import (
    TEACHER,
    an_order,
    by_hand,
    enrol,
    fill,
    incident_id,
    new_ledger,
    open_ledger,
    report,
    student_id,
)

from ledger.domain.incident import INCIDENT
from ledger.domain.student import STUDENT, DestroyIdentity
from ledger.store import Ledger, sqlite
from ledger.store.chain import genesis, link, relink
from ledger.store.checkpoint import Checkpoint, checkpoint, parse
from ledger.store.errors import Damage
from ledger.store.proof import MOST, Finding, Verdict, verify
from ledger.store.wal import log_of

SEED = 20_261_014
FLIPS = 500
EVENT_RULES = ("event_no_update", "event_no_delete")


def verdict(path: Path) -> Verdict:
    """What is said of this file, however badly it opens."""
    try:
        ledger = open_ledger(path)
    except Damage as error:
        return Verdict(Checkpoint("", 0, "", ""), (Finding(None, str(error)),))
    try:
        return verify(ledger)
    finally:
        ledger.close()


def a_file(folder: Path) -> Path:
    """A closed ledger of a few hundred events, with free pages in it."""
    ledger = new_ledger(folder)
    fill(ledger, students=40, incidents=160)
    db = ledger.recorder.db
    db.execute("CREATE TABLE gone AS SELECT payload FROM event")
    db.execute("DROP TABLE gone")
    assert db.execute("PRAGMA freelist_count").fetchone()[0] > 3
    ledger.close()
    return folder / "ledger.db"


def put(path: Path, content: bytes) -> None:
    """The file as after a copy: nothing beside it."""
    path.write_bytes(content)
    for beside in (log_of(path), path.with_name(f"{path.name}-shm")):
        beside.unlink(missing_ok=True)


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


# Bits.


def test_every_flipped_bit_of_the_file_is_found(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    content, pick = path.read_bytes(), random.Random(SEED)
    print(f"seed {SEED}, {len(content) // 4096} pages")
    first_page = [pick.randrange(4096 * 8) for _ in range(FLIPS // 10)]
    bits = first_page + [pick.randrange(len(content) * 8) for _ in range(FLIPS - len(first_page))]
    missed = []
    for bit in bits:
        put(path, flipped(content, bit))
        if verdict(path).whole:
            missed.append(bit)
    assert missed == []
    put(path, content)
    assert verdict(path).whole


def test_where_rows_cannot_be_read_any_more_is_told_exactly(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    content, told = path.read_bytes(), set[int]()
    before = "SELECT hash, payload, sealed FROM event WHERE position < ?"
    for page in range(4096, len(content), 4096):
        put(path, flipped(content, page * 8))
        for finding in verdict(path).damage:
            if "cannot be read" in str(finding) and (finding.position or 0) > 1:
                with closing(open_ledger(path)) as ledger:
                    rows = ledger.recorder.db.execute(before, (finding.position,)).fetchall()
                assert len(rows) + 1 == finding.position
                told.add(finding.position)
    assert len(told) > 10


def test_the_chain_alone_misses_some_flips(tmp_path: Path) -> None:
    """The negative control: without the engine's own check of every page this would not hold."""
    path = a_file(tmp_path)
    content, pick = path.read_bytes(), random.Random(SEED)
    missed = 0
    for _ in range(60):
        put(path, flipped(content, pick.randrange(4096 * 8, len(content) * 8)))
        try:
            ledger = open_ledger(path)
        except Damage:
            continue
        missed += chain_is_whole(ledger)
        ledger.close()
    assert missed


def chain_is_whole(ledger: Ledger) -> bool:
    previous = genesis(ledger.id)
    try:
        for row in ledger.recorder.rows("1"):
            if link(previous, row[: sqlite.HASH]) != row[sqlite.HASH]:
                return False
            previous = row[sqlite.HASH]
    except Damage:
        return False
    return True


def test_a_flip_in_the_log_beside_the_file_is_found_or_loses_nothing(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    fill(ledger, students=5, incidents=5)
    ledger.recorder.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for number in range(5, 10):
        report(ledger, number, "What was seen.")
    position, path = ledger.head().position, ledger.recorder.path
    content, log = path.read_bytes(), log_of(path).read_bytes()
    ledger.close()
    pick, lost, found = random.Random(SEED), 0, 0
    for _ in range(150):
        bit = pick.randrange(len(log) * 8)
        put(path, content)
        log_of(path).write_bytes(flipped(log, bit))
        said = verdict(path)
        found += not said.whole
        last_head = len(log) - 4096 - 24 <= bit // 8 < len(log) - 4096
        lost += said.whole and said.events < position and not last_head
    assert found > 100
    assert lost == 0


def test_a_log_of_a_killed_process_is_no_damage(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    fill(ledger, students=5, incidents=5)
    path = ledger.recorder.path
    content, log = path.read_bytes(), log_of(path).read_bytes()
    position = ledger.head().position
    ledger.close()
    for cut in (0, 1, 32, 100, 32 + 4120, len(log) - 1, len(log)):
        put(path, content)
        log_of(path).write_bytes(log[:cut])
        said = verdict(path)
        assert said.whole
        assert said.events == (position if cut == len(log) else 0)


def test_what_has_to_stay_in_the_log_is_proved_there(tmp_path: Path) -> None:
    ledger, reader = new_ledger(tmp_path), open_ledger(tmp_path / "ledger.db")
    reader.recorder.db.execute("BEGIN")
    reader.recorder.rows("1")
    fill(ledger, students=20, incidents=20)
    assert log_of(ledger.recorder.path).stat().st_size > 0
    assert verify(ledger).whole
    log = bytearray(log_of(ledger.recorder.path).read_bytes())
    for start in range(32, len(log), 24 + 4096):
        log[start + 24 + 200] ^= 1
    log_of(ledger.recorder.path).write_bytes(log)
    ledger.recorder.db.execute("PRAGMA shrink_memory")
    assert not verify(ledger).whole


# Rows changed by somebody who has the key.

BY_HAND = {
    "position": "UPDATE event SET position = 99999 WHERE position = 30",
    "stream": "UPDATE event SET stream = 'incident-x' WHERE position = 30",
    "version": "UPDATE event SET version = 9 WHERE position = 30",
    "topic": "UPDATE event SET topic = 'IncidentVoided.1' WHERE position = 30",
    "recorded_at": "UPDATE event SET recorded_at = '2027-01-01T00' WHERE position = 30",
    "actor": "UPDATE event SET actor = 'staff-2' WHERE position = 30",
    "assurance": "UPDATE event SET assurance = 'os=principal' WHERE position = 30",
    "command_key": "UPDATE event SET command_key = 'other' WHERE position = 30",
    "fingerprint": "UPDATE event SET fingerprint = x'00' WHERE position = 30",
    "payload": "UPDATE event SET payload = CAST('{}' AS BLOB) WHERE position = 30",
    "sealed": "UPDATE event SET sealed = x'00' WHERE position = 30",
    "hash": "UPDATE event SET hash = x'00' WHERE position = 30",
    "gone": "DELETE FROM event WHERE position = 30",
    "no text": "UPDATE event SET stream = CAST(x'ff' AS TEXT), topic = CAST(x'fe' AS TEXT) "
    "WHERE position = 30",
}


@pytest.mark.parametrize("column", BY_HAND)
def test_a_row_changed_by_hand_is_found_at_its_position(column: str, tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    fill(ledger, students=20, incidents=20)
    by_hand(ledger, BY_HAND[column], without=EVENT_RULES)
    said = verify(ledger)
    assert 30 in {finding.position for finding in said.damage}
    assert all("30" in str(f) or "31" in str(f) or f.position != 30 for f in said.damage)


def test_another_identity_is_found_at_the_first_position(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    fill(ledger, students=5, incidents=5)
    by_hand(ledger, "UPDATE ledger SET id = 'another'", without=("ledger_no_update",))
    ledger.close()
    (finding,) = verify(open_ledger(tmp_path / "ledger.db")).damage
    assert finding.position == 1


def test_time_that_goes_back_is_found(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    fill(ledger, students=20, incidents=20)
    rewrite(ledger, 30, "recorded_at", "2025-01-01T00:00:00.000000Z")
    assert [str(f) for f in verify(ledger).damage] == [
        "position 30 is dated before the one before it"
    ]


def rewrite(ledger: Ledger, position: int, column: str, value: str) -> None:
    """Change a row and make the whole chain after it anew, as a dishonest owner can."""
    by_hand(
        ledger,
        f"UPDATE event SET {column} = '{value}' WHERE position = {position}",
        *_rechained(ledger, position, column, value),
        without=EVENT_RULES,
    )


def _rechained(ledger: Ledger, position: int, column: str, value: str) -> list[str]:
    names = sqlite.COLUMNS.split(", ")
    previous, made = genesis(ledger.id), []
    for row in ledger.recorder.rows("1"):
        columns = list(row[: sqlite.HASH])
        if columns[0] == position:
            columns[names.index(column)] = value
        previous = link(previous, columns)
        made.append(f"UPDATE event SET hash = x'{previous.hex()}' WHERE position = {row[0]}")
    return made


def test_a_rewritten_history_is_found_against_a_checkpoint_only(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    fill(ledger, students=20, incidents=20)
    older, kept = checkpoint(ledger, 25), checkpoint(ledger)
    rewrite(ledger, 30, "actor", "staff-2")
    assert verify(ledger).whole
    assert verify(ledger, against=[older]).whole
    (finding,) = verify(ledger, against=[older, kept]).damage
    assert finding.position == kept.position
    assert "rewritten" in str(finding)


def test_a_lost_tail_is_found_against_a_checkpoint_only(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    fill(ledger, students=20, incidents=20)
    kept = checkpoint(ledger)
    cut = "DELETE FROM {} WHERE position > 25"
    rules = ("event_no_delete", "key_no_delete")
    by_hand(ledger, cut.format("event"), cut.format("key"), without=rules)
    assert verify(ledger).whole
    (finding,) = verify(ledger, against=[kept]).damage
    assert finding.position == 26
    assert str(kept.position) in str(finding)


def test_an_old_copy_put_back_is_found_against_a_checkpoint_only(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    fill(ledger, students=5, incidents=5)
    path = ledger.recorder.path
    ledger.close()
    old = path.read_bytes()
    ledger = open_ledger(path)
    report(ledger, 77)
    kept = checkpoint(ledger)
    assert verify(ledger, against=[kept]).whole
    ledger.close()
    put(path, old)
    ledger = open_ledger(path)
    assert verify(ledger).whole
    assert not verify(ledger, against=[kept]).whole


def test_an_index_that_hides_an_entry_is_found_by_the_full_proof(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    fill(ledger, students=5, incidents=5)
    (made,) = ledger.recorder.db.execute(
        "SELECT sql FROM sqlite_master WHERE name = 'key_subject'"
    ).fetchone()
    by_hand(
        ledger,
        "DROP INDEX key_subject",
        f"{made} AND subject <> '{student_id(1)}'",
        "PRAGMA writable_schema = ON",
        f"""UPDATE sqlite_master SET sql = "{made}" WHERE name = 'key_subject'""",
        "PRAGMA writable_schema = RESET",
    )
    assert verify(ledger).whole
    assert not verify(ledger, full=True).whole


@pytest.mark.parametrize("name", ["event_no_update", "key_no_delete", "key_subject"])
def test_a_guard_taken_away_is_found(name: str, tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    ledger.recorder.db.execute(f"DROP {'INDEX' if name == 'key_subject' else 'TRIGGER'} {name}")
    assert [str(f) for f in verify(ledger).damage] == [
        f"{name}, which guards the ledger, was taken away"
    ]


def test_a_guard_that_was_changed_or_added_is_found(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    weak = "CREATE TRIGGER {} BEFORE UPDATE ON event BEGIN SELECT 1; END"
    ledger.recorder.db.execute("DROP TRIGGER event_no_update")
    ledger.recorder.db.execute(weak.format("event_no_update"))
    ledger.recorder.db.execute(weak.format("another"))
    assert [str(f) for f in verify(ledger).damage] == [
        "another was added by hand",
        "event_no_update was changed by hand",
    ]


def test_an_event_of_an_unknown_kind_is_named(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    fill(ledger, students=20, incidents=20)
    rewrite(ledger, 20, "topic", "os.system")
    (finding,) = (f for f in verify(ledger).damage if "not known" in str(f))
    assert finding.position == 20


def test_no_more_is_told_than_a_person_reads(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    fill(ledger, students=50, incidents=50)
    by_hand(ledger, "UPDATE event SET actor = 'staff-2'", without=EVENT_RULES)
    said = verify(ledger)
    assert len(said.damage) == MOST
    assert said.events == ledger.head().position


# Keys.


def a_told_incident(ledger: Ledger) -> int:
    """The position of a statement, whose version is 2."""
    enrol(ledger, 1)
    return report(ledger, 1, "What was seen.").events[-1].position


def test_a_text_destroyed_by_its_order_is_no_damage(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    a_told_incident(ledger)
    ledger.do(INCIDENT, incident_id(1), an_order(), TEACHER)
    order = DestroyIdentity(student_id=student_id(1), versions=(1,), authority="court", order="7")
    ledger.do(STUDENT, student_id(1), order, TEACHER)
    assert verify(ledger, full=True).whole


KEYS_BY_HAND = {
    "deleted": "DELETE FROM key WHERE position = {0}",
    "emptied": "UPDATE key SET wrapped = NULL WHERE position = {0}",
    "destroyed by no order": "UPDATE key SET wrapped = NULL, destroyed_by = 1 WHERE position = {0}",
    "destroyed by nothing": "UPDATE key SET wrapped = NULL, destroyed_by = 99 WHERE position = {0}",
    "there and destroyed": "UPDATE key SET destroyed_by = 1 WHERE position = {0}",
    "another's": "UPDATE key SET wrapped = (SELECT wrapped FROM key WHERE position = 1) "
    "WHERE position = {0}",
}
KEY_RULES = ("key_no_delete", "key_only_destroyed", "key_no_replace")


@pytest.mark.parametrize("how", KEYS_BY_HAND)
def test_a_key_changed_by_hand_is_found_at_its_position(how: str, tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    position = a_told_incident(ledger)
    by_hand(ledger, KEYS_BY_HAND[how].format(position), without=KEY_RULES)
    (finding,) = verify(ledger).damage
    assert finding.position == position
    assert str(position) in str(finding)


def test_a_key_without_a_text_is_found(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    a_told_incident(ledger)
    by_hand(ledger, "INSERT INTO key VALUES (2, '', x'00', NULL), (99, '', NULL, NULL)")
    assert [f.position for f in verify(ledger).damage] == [2, 99]


def test_a_destroyed_key_put_back_is_found_at_its_order(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    position = a_told_incident(ledger)
    ask = f"SELECT hex(wrapped) FROM key WHERE position = {position}"
    (wrapped,) = ledger.recorder.db.execute(ask).fetchone()
    done = ledger.do(INCIDENT, incident_id(1), an_order(), TEACHER)
    back = f"UPDATE key SET wrapped = x'{wrapped}', destroyed_by = NULL WHERE position = {position}"
    by_hand(ledger, back, without=KEY_RULES)
    assert [f.position for f in verify(ledger).damage] == [done.events[0].position]


def test_a_key_put_under_another_student_is_found_by_the_full_proof(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    position = a_told_incident(ledger)
    away = f"UPDATE key SET subject = 'somebody' WHERE position = {position}"
    by_hand(ledger, away, without=KEY_RULES)
    assert [f.position for f in verify(ledger, full=True).damage] == [position]


def test_sealed_rows_that_were_swapped_do_not_open(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    enrol(ledger, 1)
    enrol(ledger, 2)
    one, two = (ledger.recorder.rows("event.position = ?", (n,))[0] for n in (1, 2))
    swap = "UPDATE event SET sealed = x'{}' WHERE position = {}"
    swap_key = "UPDATE key SET wrapped = x'{}' WHERE position = {}"
    by_hand(
        ledger,
        swap.format(one[sqlite.SEALED].hex(), 2),
        swap.format(two[sqlite.SEALED].hex(), 1),
        swap_key.format(one[sqlite.WRAPPED].hex(), 2),
        swap_key.format(two[sqlite.WRAPPED].hex(), 1),
        without=EVENT_RULES + KEY_RULES,
    )
    for number in (1, 2):
        with pytest.raises(Damage, match=f"position {number} does not open"):
            ledger.stream(f"student-{student_id(number)}")
    assert {f.position for f in verify(ledger).damage} == {1, 2}


# Checkpoints.


def test_a_checkpoint_is_one_plain_line(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    assert parse(checkpoint(ledger).line()) == [checkpoint(ledger)]
    report(ledger, 1)
    one = checkpoint(ledger)
    assert one.line() == (
        f"bledger-checkpoint 1 {ledger.id} 1 {ledger.head().hash.hex()} 2026-10-14T19:00:00.000000Z"
    )
    assert parse(f"{one.line()}\n{one.line()}\r\n") == [one, one]
    assert verify(ledger).checkpoint == one


def test_every_flipped_bit_of_a_checkpoint_is_found(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    fill(ledger, students=5, incidents=5)
    content = f"{checkpoint(ledger, 4).line()}\n{checkpoint(ledger).line()}\n".encode()
    for bit in range(len(content) * 8):
        text = flipped(content, bit).decode("utf-8", "replace")
        try:
            kept = parse(text)
        except Damage:
            continue
        assert not verify(ledger, against=kept).whole, bit


def test_a_checkpoint_of_another_ledger_is_damage_and_of_the_sister_ledger_is_not(
    tmp_path: Path,
) -> None:
    record, access = new_ledger(tmp_path), new_ledger(tmp_path, "access")
    both = [checkpoint(record), checkpoint(access)]
    assert verify(record, against=both).whole
    assert verify(access, against=both).whole
    stranger = Checkpoint("0" * 36, 0, "0" * 64, "")
    assert "another ledger" in str(verify(record, against=[stranger]).damage[0])


@pytest.mark.parametrize("text", ["", "\n", "bledger-checkpoint", "some words\n"])
def test_a_line_that_is_no_checkpoint_is_named(text: str) -> None:
    with pytest.raises(Damage, match="line 1 of the checkpoint file"):
        parse(text)


# The chain.

columns = st.tuples(
    *(st.integers(1, 10**9), st.text(), st.integers(1, 10**6), st.text(), st.text(), st.text()),
    *(st.text(), st.none() | st.text(), st.none() | st.binary(), st.binary()),
    st.none() | st.binary(),
)


@given(columns, st.binary(min_size=32, max_size=32))
def test_a_row_is_chained_alike_when_written_and_when_proved(
    written: tuple[str | int | bytes | None, ...], previous: bytes
) -> None:
    read = tuple(c.encode() if isinstance(c, str) else c for c in written)
    assert link(previous, written) == relink(previous, (*read, b"hash", None, None))


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    fill(ledger, students=5, incidents=5)
    told: list[tuple[int, int]] = []
    verify(ledger, progress=lambda done, total: told.append((done, total)))
    last = ledger.head().position
    assert told[-1] == (last, last)


def test_a_proof_sees_one_moment_while_others_append(tmp_path: Path) -> None:
    ledger, other = new_ledger(tmp_path), open_ledger(tmp_path / "ledger.db")
    fill(ledger, students=5, incidents=5)
    before = ledger.head().position

    def meanwhile(done: int, total: int) -> None:
        report(other, 50 + done)

    said = verify(ledger, progress=meanwhile)
    assert said.whole
    assert said.events == before
    assert verify(ledger).events == before + 1
