"""A backup brings everything back, an archive opens no sealed text, and both prove themselves."""

from __future__ import annotations

import json
import random
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from made import (
    KEYS,
    NAMESPACE,
    NOON,
    TEACHER,
    an_order,
    by_hand,
    fill,
    incident_id,
    new_ledger,
    open_ledger,
    report,
)

from ledger.domain.access import ACCESS, ViewRecord
from ledger.domain.incident import INCIDENT
from ledger.store import Unreadable, sqlite
from ledger.store.checkpoint import checkpoint, parse
from ledger.store.copies import archive, backup, check, manifest_of, open_copy, verify_file
from ledger.store.errors import Conflict, Damage, Full, Missing, StorageError, WrongKey
from ledger.store.proof import verify
from ledger.store.restoring import restore
from ledger.store.sealing import SchoolKeys
from ledger.store.wal import log_of

SEED = 20_261_014
SAID = "What was seen."
PARTS = ["access.db", "checkpoint.txt", "ledger.db", "manifest.json", "school.toml"]
EVENT_RULES = ("event_no_update", "event_no_delete")


class Place:
    """A data folder with both ledgers open, as they are while people work."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.record, self.access = new_ledger(folder), new_ledger(folder, "access")
        (folder / "school.toml").write_text(f'[ledger]\nid = "{self.record.id}"\n')
        fill(self.record, students=5, incidents=10)
        self.look()

    def look(self) -> None:
        seen = ViewRecord(what="timeline", purpose="school work", position=1)
        self.access.do(ACCESS, "2026-10", seen, TEACHER, again=True)

    def close(self) -> None:
        self.record.close()
        self.access.close()

    def backup(self, days: float = 0) -> Path:
        return backup(self.folder, KEYS, NOON + timedelta(days=days)).folder


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path / "data")
    yield made
    made.close()


def listing(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Everything in a folder, byte for byte, and when it was written."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in files
    }


# Backups.


def test_a_backup_holds_what_was_recorded_a_moment_ago_in_plain_files(place: Place) -> None:
    assert log_of(place.record.recorder.path).stat().st_size > 0
    copy = place.backup()
    assert sorted(path.name for path in copy.iterdir()) == PARTS
    with closing(open_copy(copy / "ledger.db", KEYS)) as ledger:
        assert ledger.head() == place.record.head()
        named = f"incident-{incident_id(1)}"
        assert ledger.stream(named) == place.record.stream(named)
    kept = parse((copy / "checkpoint.txt").read_text())
    assert kept == [checkpoint(place.record), checkpoint(place.access)]


def test_a_backup_says_what_it_is(place: Place) -> None:
    manifest = manifest_of(place.backup())
    assert manifest.kind == "backup"
    assert manifest.created_at == NOON.isoformat()
    assert manifest.position == place.record.head().position
    assert manifest.known(place.access.id) == checkpoint(place.access)
    assert manifest.key_check == KEYS.check


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_may_read_a_copy(place: Place) -> None:
    copy = place.backup()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in copy.iterdir()} == {0o600}


def test_two_backups_of_one_second_have_two_names(place: Place) -> None:
    assert place.backup().name == "2026-10-14T190000Z"
    assert place.backup().name == "2026-10-14T190000Z-2"


def test_a_backup_of_a_damaged_ledger_is_not_kept(place: Place) -> None:
    older = place.backup()
    by_hand(
        place.record,
        "UPDATE event SET actor = 'staff-2' WHERE position = 7",
        without=EVENT_RULES,
    )
    with pytest.raises(Damage, match="not whole, so it was not kept") as told:
        place.backup(days=100)
    assert told.value.position == 7
    assert [path.name for path in (place.folder / "backups").iterdir()] == [older.name]


def test_backups_expire_but_never_the_newest(place: Place) -> None:
    into = place.folder / "backups"
    names = [place.backup(days=day).name for day in (0, 10, 29)]
    made = backup(place.folder, KEYS, NOON + timedelta(days=31))
    assert made.expired == (names[0],)
    assert sorted(path.name for path in into.iterdir()) == [*names[1:], made.folder.name]
    far = backup(place.folder, KEYS, NOON + timedelta(days=400), keep_days=0)
    assert [path.name for path in into.iterdir()] == [far.folder.name]
    again = backup(place.folder, KEYS, NOON, keep_days=30)
    assert far.folder.exists(), "a clock that went back lets nothing go"
    assert again.expired == ()


def test_what_is_not_a_backup_is_left_alone(place: Place) -> None:
    theirs = place.folder / "backups" / "before the move"
    theirs.mkdir(parents=True)
    (theirs / "ledger.db").write_bytes(b"theirs")
    place.backup()
    place.backup(days=400)
    assert (theirs / "ledger.db").read_bytes() == b"theirs"


def test_what_a_killed_backup_left_goes_after_a_day(place: Place) -> None:
    left = place.folder / "backups" / ".2026-10-14T180000Z.part"
    left.mkdir(parents=True)
    place.backup(days=0.5)
    assert left.exists(), "it may be somebody's who is still at it"
    place.backup(days=2)
    assert not left.exists()


def test_every_flipped_bit_of_a_backup_is_found(place: Place) -> None:
    copy, pick = place.backup(), random.Random(SEED)
    print(f"seed {SEED}")
    for name in PARTS:
        content = (copy / name).read_bytes()
        for _ in range(60):
            bit = pick.randrange(len(content) * 8)
            changed = bytearray(content)
            changed[bit // 8] ^= 1 << bit % 8
            (copy / name).write_bytes(changed)
            assert check(copy, KEYS).damage, (name, bit)
        (copy / name).write_bytes(content)
    assert not check(copy, KEYS).damage


@pytest.mark.parametrize("name", PARTS[:-2])
def test_a_part_that_is_missing_is_named(name: str, place: Place) -> None:
    copy = place.backup()
    (copy / name).unlink()
    assert any(name in str(finding) for finding in check(copy, KEYS).damage)


def test_a_backup_is_checked_against_checkpoints_kept_elsewhere(place: Place) -> None:
    copy = place.backup()
    report(place.record, 77)
    later = checkpoint(place.record)
    (finding,) = check(copy, KEYS, against=[later]).damage
    assert str(later.position) in str(finding)


def test_a_backup_that_the_disk_has_no_room_for_says_so_and_leaves_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite.connect

    def little(path: Path, key: bytes, **how: Any) -> Any:
        db = connect(path, key, **how)
        if ".part" in str(path):
            db.execute("PRAGMA max_page_count = 3")
        return db

    monkeypatch.setattr("ledger.store.copies.sqlite.connect", little)
    with pytest.raises(Full, match="is full"):
        archive(place.folder, KEYS, NOON, place.folder / "kept")
    assert not (place.folder / "kept").exists()
    assert not (place.folder / ".kept.part").exists()


def test_a_backup_needs_the_settings(place: Place) -> None:
    (place.folder / "school.toml").unlink()
    with pytest.raises(Missing):
        place.backup()
    assert list((place.folder / "backups").iterdir()) == []


# Archives.


def test_an_archive_holds_every_row_and_no_key(place: Place, tmp_path: Path) -> None:
    target = tmp_path / "2026-27"
    made = archive(place.folder, KEYS, NOON, target)
    assert sorted(path.name for path in target.iterdir()) == PARTS
    checked = check(target, KEYS)
    assert not checked.damage
    assert all(verdict.keyless for verdict in checked.verdicts.values())
    assert checked.verdicts["ledger.db"].checkpoint == checkpoint(place.record)
    assert made.manifest.kind == "archive"
    with closing(open_copy(target / "ledger.db", KEYS)) as ledger:
        assert ledger.recorder.db.execute("SELECT COUNT(*) FROM key").fetchone() == (0,)


def test_no_sealed_text_is_read_from_an_archive_and_the_rest_is(
    place: Place, tmp_path: Path
) -> None:
    archive(place.folder, KEYS, NOON, tmp_path / "kept")
    sealed = {row[0] for row in place.record.recorder.rows("sealed IS NOT NULL")}
    with closing(open_copy(tmp_path / "kept" / "ledger.db", KEYS)) as ledger:
        (events,) = ledger.since(0)
    unread = {n for n, event in enumerate(events, 1) if isinstance(event, Unreadable)}
    assert unread == sealed


def test_an_archive_with_a_key_in_it_is_damaged(place: Place, tmp_path: Path) -> None:
    archive(place.folder, KEYS, NOON, tmp_path / "kept")
    with closing(open_ledger(tmp_path / "kept" / "ledger.db")) as ledger:
        ledger.recorder.db.execute("INSERT INTO key VALUES (1, '', x'00', NULL)")
    said = verify_file(tmp_path / "kept" / "ledger.db", KEYS)
    assert [finding.position for finding in said.damage] == [1]


def test_an_archive_in_the_place_of_the_ledger_is_no_ledger(place: Place, tmp_path: Path) -> None:
    archive(place.folder, KEYS, NOON, tmp_path / "kept")
    with closing(open_ledger(tmp_path / "kept" / "ledger.db")) as ledger:
        assert "is an archive" in str(verify(ledger).damage[0])
    with pytest.raises(StorageError, match="is an archive: it holds no keys"):
        restore(tmp_path / "kept", tmp_path / "new", KEYS, NOON)


def test_an_archive_takes_no_place_that_is_taken(place: Place, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="is there already"):
        archive(place.folder, KEYS, NOON, tmp_path)


# Checking leaves no trace.


def test_nothing_is_written_beside_a_copy_that_is_checked(place: Place) -> None:
    copy = place.backup()
    before = listing(copy)
    copy.chmod(0o500)
    assert not check(copy, KEYS).damage
    assert verify_file(copy / "access.db", KEYS, full=True).whole
    copy.chmod(0o700)
    assert listing(copy) == before


def test_a_log_beside_a_copy_is_told_because_the_file_alone_is_not_everything(
    place: Place, tmp_path: Path
) -> None:
    path = place.record.recorder.path
    (tmp_path / "ledger.db").write_bytes(path.read_bytes())
    (tmp_path / "ledger.db-wal").write_bytes(log_of(path).read_bytes())
    said = verify_file(tmp_path / "ledger.db", KEYS)
    assert "ledger.db-wal holds entries" in str(said.damage[0])


def test_a_copy_of_another_school_does_not_open_and_says_so(place: Place) -> None:
    stranger = SchoolKeys(bytes(32))
    with pytest.raises(Damage, match="damaged, or of another school"):
        verify_file(place.backup() / "ledger.db", stranger)


def test_a_folder_that_holds_no_copy_is_named(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="holds no backup"):
        check(tmp_path, KEYS)


# The way back.


def test_a_backup_brings_everything_back_to_a_new_computer(place: Place, tmp_path: Path) -> None:
    copy, head = place.backup(), place.record.head()
    told = restore(copy, tmp_path / "new", KEYS, NOON)
    assert (told.position, told.kept, told.replaced) == (head.position, (), None)
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == [
        "access.db",
        "ledger.db",
        "school.toml",
    ]
    with closing(open_ledger(tmp_path / "new" / "ledger.db")) as ledger:
        assert ledger.head() == head
        report(ledger, 77, SAID)
        assert verify(ledger, against=[checkpoint(place.record)], full=True).whole
        assert ledger.recorder.db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_is_replaced_is_set_aside_with_all_that_was_in_it(place: Place) -> None:
    copy = place.backup()
    report(place.record, 77)
    head = place.record.head()
    (place.folder / "views.db").write_bytes(b"follows")
    place.close()
    told = restore(copy, place.folder, KEYS, NOON, force=True)
    assert told.replaced is not None
    assert told.kept == ("access.db",)
    assert not (place.folder / "views.db").exists()
    with closing(open_ledger(told.replaced / "ledger.db")) as old:
        assert old.head() == head
    with closing(open_ledger(place.folder / "ledger.db")) as new:
        assert new.head().position == head.position - 1


def test_a_record_that_knows_more_is_not_replaced_unasked(place: Place) -> None:
    copy = place.backup()
    report(place.record, 77)
    place.close()
    before = listing(place.folder)
    with pytest.raises(Conflict, match="reaches position 21, this backup only 20"):
        restore(copy, place.folder, KEYS, NOON)
    assert listing(place.folder).keys() == before.keys()


def test_a_damaged_record_is_replaced_and_the_access_ledger_goes_on(place: Place) -> None:
    copy, head = place.backup(), place.record.head()
    place.look()
    seen = place.access.head()
    place.close()
    content = (place.folder / "ledger.db").read_bytes()
    for page in range(0, len(content), 4096):
        broken = bytearray(content)
        broken[page + 100] ^= 1
        (place.folder / "ledger.db").write_bytes(broken)
        assert restore(copy, place.folder, KEYS, NOON).kept == ("access.db",)
        with closing(open_ledger(place.folder / "ledger.db")) as record:
            assert record.head() == head
    with closing(open_ledger(place.folder / "access.db", "access")) as access:
        assert access.head() == seen


def test_an_access_ledger_that_is_not_whole_is_replaced(place: Place) -> None:
    copy = place.backup()
    by_hand(place.access, "UPDATE event SET actor = 'staff-2'", without=EVENT_RULES)
    place.close()
    assert restore(copy, place.folder, KEYS, NOON).kept == ()
    with closing(open_ledger(place.folder / "access.db", "access")) as access:
        assert verify(access).whole


def test_nothing_is_replaced_while_somebody_has_it_open(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.store.restoring.PATIENCE", 50)
    copy = place.backup()
    before = place.record.head()
    with pytest.raises(StorageError, match="in use by another program"):
        restore(copy, place.folder, KEYS, NOON)
    assert place.record.head() == before
    report(place.record, 77)
    assert verify(place.record).whole


def test_another_school_is_never_overwritten(place: Place, tmp_path: Path) -> None:
    copy = place.backup()
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "school.toml").write_text('[ledger]\nid = "another"\n')
    with pytest.raises(Conflict, match="another school"):
        restore(copy, theirs, KEYS, NOON, force=True)
    (theirs / "school.toml").unlink()
    sqlite.create(theirs / "ledger.db", KEYS.derived("ledger"), "another", NAMESPACE, NOON)
    with pytest.raises(Conflict, match="another school"):
        restore(copy, theirs, KEYS, NOON, force=True)


def test_a_backup_of_another_key_is_not_restored(place: Place, tmp_path: Path) -> None:
    with pytest.raises(WrongKey, match="another school key"):
        restore(place.backup(), tmp_path / "new", SchoolKeys(bytes(32)), NOON)
    assert not (tmp_path / "new").exists()


def test_a_damaged_backup_is_not_restored(place: Place, tmp_path: Path) -> None:
    copy = place.backup()
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"]["ledger.db"] = "0" * 64
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(Damage):
        restore(copy, tmp_path / "new", KEYS, NOON)
    assert not (tmp_path / "new").exists()


class Killed(BaseException):
    """The process ends here, and nothing of it runs any more."""


def test_a_restore_that_was_killed_at_any_step_is_run_again(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, head = place.backup(), place.record.head()
    place.close()
    rename, steps = Path.rename, [0]

    def renamed(self: Path, target: Path) -> Path:
        if steps[0] == 0:
            raise Killed
        steps[0] -= 1
        return rename(self, target)

    for kill_at in range(8):
        steps[0] = kill_at
        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", renamed)
            try:
                restore(copy, place.folder, KEYS, NOON)
                killed = False
            except Killed:
                killed = True
        if killed:
            restore(copy, place.folder, KEYS, NOON)
        with closing(open_ledger(place.folder / "ledger.db")) as ledger:
            assert ledger.head() == head
            assert verify(ledger).whole
        assert not (place.folder / ".restoring").exists()
    assert not killed


def test_a_destroyed_text_is_in_no_later_backup(place: Place) -> None:
    place.record.do(INCIDENT, incident_id(1), an_order(), TEACHER)
    with closing(open_copy(place.backup() / "ledger.db", KEYS)) as ledger:
        rows = ledger.recorder.of_stream(f"incident-{incident_id(1)}")
        assert rows[1][sqlite.WRAPPED] is None
        assert "[destroyed" in str(ledger.stream(f"incident-{incident_id(1)}")[1].event.text)
