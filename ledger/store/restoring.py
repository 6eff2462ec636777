"""The way back: a backup takes the place of what is there, which is set aside and never deleted."""

from __future__ import annotations

import contextlib
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlcipher3.dbapi2 as driver

from ledger.disk import sync_folder
from ledger.store import Ledger, sqlite
from ledger.store.copies import (
    ACCESS,
    BACKUP,
    LABELS,
    RECORD,
    SETTINGS,
    Manifest,
    check,
    digest_of,
    free_name,
    manifest_of,
    on_disk,
    synced_copy,
)
from ledger.store.errors import Conflict, Damage, StorageError, WrongKey
from ledger.store.place import private, synced_file_replace
from ledger.store.proof import verify
from ledger.store.sealing import SchoolKeys

PATIENCE = 2_000  # milliseconds to wait for somebody who has the ledger open
BESIDE = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Restored:
    """How far the record reaches now, what was left as it was, and where the rest was set aside."""

    position: int
    kept: tuple[str, ...]
    replaced: Path | None


def restore(
    copy: Path, folder: Path, keys: SchoolKeys, now: datetime, *, force: bool = False
) -> Restored:
    """Put a backup, proved whole, in the place of what is in the data folder.

    A record that knows more than the backup is only replaced by `force`. An access ledger that is
    whole and goes on from the backup's stays. Killed at any moment, it is simply run again.
    """
    manifest = _restorable(copy, keys)
    kept = _kept(folder, keys, manifest)
    _refuse(folder, keys, manifest, force)
    names = [name for name in LABELS if name not in kept]
    with on_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        private(folder)
        coming = folder / ".restoring"
        _bring(copy, coming, names, manifest)
        for name in names:
            _free(folder / name, keys.derived(LABELS[name]))
        replaced = _set_aside(folder, names, now)
        for name in names:
            (coming / name).rename(folder / name)
        sync_folder(folder)
        if not (folder / SETTINGS).exists():
            synced_file_replace(folder / SETTINGS, (copy / SETTINGS).read_bytes())
        shutil.rmtree(coming)
    return Restored(manifest.position, kept, replaced)


def _restorable(copy: Path, keys: SchoolKeys) -> Manifest:
    manifest = manifest_of(copy)
    if manifest.kind != BACKUP:
        raise StorageError(f"{copy} is an archive: it holds no keys. Name a backup instead.")
    if manifest.key_check != keys.check:
        raise WrongKey(
            f"{copy} is of another school key. Set BLEDGER_KEY_FILE to its own, or bring that back "
            "from the recovery sheet: bledger key restore"
        )
    if damage := check(copy, keys).damage:
        raise Damage(f"This backup is not whole: {damage[0]}. Name another one.")
    return manifest


# What is there already.


def _refuse(folder: Path, keys: SchoolKeys, manifest: Manifest, force: bool) -> None:
    for id in filter(None, (_settled_id(folder), _id(folder / RECORD, keys))):
        if id != manifest.ledger_id:
            raise Conflict(f"{folder} holds another school's ledger. Name a folder of its own.")
    there, known = _position(folder / RECORD, keys), manifest.position
    if there > known and not force:
        raise Conflict(
            f"The ledger in {folder} reaches position {there:,}, this backup only {known:,}: what "
            f"is after {known:,} would be set aside. To do that all the same, add --force."
        )


def _settled_id(folder: Path) -> str | None:
    try:
        said = tomllib.loads((folder / SETTINGS).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    id: str | None = said.get("ledger", {}).get("id")
    return id


def _id(path: Path, keys: SchoolKeys) -> str | None:
    with _there(path, keys) as ledger:
        return ledger.id if ledger else None


def _position(path: Path, keys: SchoolKeys) -> int:
    try:
        with _there(path, keys) as ledger:
            return ledger.head().position if ledger else 0
    except (Damage, StorageError):
        return 0


@contextlib.contextmanager
def _there(path: Path, keys: SchoolKeys) -> Iterator[Ledger | None]:
    """The ledger that is in place, as far as it opens."""
    try:
        ledger = Ledger(path, keys, LABELS[path.name], _no_clock)
    except (Damage, StorageError):
        yield None
        return
    with contextlib.closing(ledger):
        yield ledger


def _no_clock() -> datetime:
    raise AssertionError("nothing is recorded while restoring")


def _kept(folder: Path, keys: SchoolKeys, manifest: Manifest) -> tuple[str, ...]:
    """The access ledger, when it is whole and knows all that the backup's knows."""
    with _there(folder / ACCESS, keys) as ledger:
        if ledger and verify(ledger, against=[manifest.known(ledger.id)]).whole:
            return (ACCESS,)
    return ()


# The exchange.


def _bring(copy: Path, coming: Path, names: list[str], manifest: Manifest) -> None:
    """The files on the same disk as the data folder, as the manifest says they are."""
    shutil.rmtree(coming, ignore_errors=True)
    coming.mkdir()
    private(coming)
    for name in names:
        synced_copy(copy / name, coming / name)
        if digest_of(coming / name) != manifest.files[name]:
            raise Damage(f"{copy / name} could not be read twice alike. Name another backup.")
    sync_folder(coming)


def _free(path: Path, key: bytes) -> None:
    """StorageError when another process has this file open, whose entries would be set aside."""
    if not path.exists():
        return
    with contextlib.suppress(Damage), contextlib.closing(sqlite.opened(path, key)) as db:
        db.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        try:
            # Only who is alone can leave the log, which puts all that is in it into the file.
            db.execute("PRAGMA journal_mode = DELETE")
            db.execute("PRAGMA journal_mode = WAL")
        except driver.Error as error:
            raise sqlite.storage_error(error, path) from error


def _set_aside(folder: Path, names: list[str], now: datetime) -> Path | None:
    """Where the old files are now; nothing is left that a new one could take for its own log."""
    for end in BESIDE:
        (folder / f"{sqlite.VIEWS}{end}").unlink(missing_ok=True)
    old = [p for name in names for end in BESIDE if (p := folder / f"{name}{end}").exists()]
    if not old:
        return None
    aside = free_name(folder, now, "replaced-")
    aside.mkdir()
    private(aside)
    for path in old:
        path.rename(aside / path.name)
    sync_folder(aside)
    sync_folder(folder)
    return aside
