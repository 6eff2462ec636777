"""Copies: backups, which hold the keys and expire; archives, which hold none; both proved."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from ledger.disk import sync_folder
from ledger.store import Ledger, sqlite
from ledger.store.checkpoint import Checkpoint, checkpoint, parse
from ledger.store.errors import Damage, Missing, StorageError
from ledger.store.place import as_storage_error, private, synced_file_replace
from ledger.store.proof import KEYLESS, Finding, Progress, Verdict, verify
from ledger.store.sealing import SchoolKeys

RECORD, ACCESS = "ledger.db", "access.db"
# Access first: of whatever it names, the record that is copied after it knows at least as much.
LABELS = {ACCESS: "access", RECORD: "ledger"}
SETTINGS, CHECKPOINT, MANIFEST = "school.toml", "checkpoint.txt", "manifest.json"
BACKUP, ARCHIVE = "backup", "archive"
KEEP_DAYS = 30
FORGOTTEN = timedelta(days=1)  # after which a half-made copy is nobody's work any more
_STAMP = "%Y-%m-%dT%H%M%SZ"
_NAME = re.compile(r"\.?(\d{4}-\d\d-\d\dT\d{6}Z)(-\d+)?(\.part)?")
_NEVER_OPENS = (
    "{} does not open: it is damaged, or of another school. Take another copy of it, or set "
    "BLEDGER_KEY_FILE to its school's key."
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a copy says of itself."""

    kind: str
    created_at: str
    ledger_id: str
    key_check: str
    checkpoints: tuple[str, ...]
    files: Mapping[str, str]  # name → SHA-256

    @property
    def position(self) -> int:
        """How far the record in it reaches."""
        return self.known(self.ledger_id).position

    def known(self, ledger_id: str) -> Checkpoint:
        """The end of a ledger in it."""
        return next(c for c in parse("\n".join(self.checkpoints)) if c.ledger_id == ledger_id)


@dataclass(frozen=True, slots=True)
class Made:
    """A copy that was made and proved whole, and older backups that it let go."""

    folder: Path
    manifest: Manifest
    expired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a copy: a verdict a ledger, and all that is damaged."""

    manifest: Manifest | None
    verdicts: Mapping[str, Verdict]
    damage: tuple[Finding, ...]


# Making one.


def backup(
    folder: Path,
    keys: SchoolKeys,
    now: datetime,
    *,
    into: Path | None = None,
    keep_days: int = KEEP_DAYS,
) -> Made:
    """Copy both ledgers, keys included, into a folder of its own; let go of expired backups."""
    into = into or folder / "backups"
    made = _made(folder, keys, now, free_name(into, now), BACKUP)
    return Made(made.folder, made.manifest, tuple(_expire(into, now, keep_days)))


def archive(folder: Path, keys: SchoolKeys, now: datetime, target: Path) -> Made:
    """Copy both ledgers without any key, to be kept for years: no sealed text opens from it."""
    if target.exists():
        raise StorageError(f"{target} is there already. Name a folder that is not.")
    return _made(folder, keys, now, target, ARCHIVE)


def free_name(into: Path, now: datetime, start: str = "") -> Path:
    """A folder that is not there yet, named after the moment."""
    name = into / f"{start}{now.astimezone(UTC).strftime(_STAMP)}"
    numbered = (name.with_name(f"{name.name}-{n}") for n in count(2))
    return name if not name.exists() else next(one for one in numbered if not one.exists())


def _made(folder: Path, keys: SchoolKeys, now: datetime, target: Path, kind: str) -> Made:
    """The copy under its final name: there only when it was proved whole."""
    part = target.with_name(f".{target.name}.part")
    try:
        with on_disk(target):
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            private(part)
            manifest = _filled(folder, keys, now, part, kind)
            _prove(part, keys)
            sync_folder(part)
            part.rename(target)
            sync_folder(target.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Made(target, manifest)


def _filled(folder: Path, keys: SchoolKeys, now: datetime, part: Path, kind: str) -> Manifest:
    heads = []
    for name, label in LABELS.items():
        _COPIED[kind](folder / name, part / name, keys.derived(label))
        private(part / name)
        with contextlib.closing(open_copy(part / name, keys)) as ledger:
            heads.append(checkpoint(ledger))
    synced_file_replace(part / SETTINGS, (folder / SETTINGS).read_bytes())
    lines = tuple(head.line() for head in reversed(heads))
    synced_file_replace(part / CHECKPOINT, "".join(f"{line}\n" for line in lines).encode())
    files = {path.name: digest_of(path) for path in sorted(part.iterdir())}
    manifest = Manifest(kind, now.isoformat(), heads[-1].ledger_id, keys.check, lines, files)
    synced_file_replace(part / MANIFEST, _text(manifest))
    return manifest


def _prove(part: Path, keys: SchoolKeys) -> None:
    if damage := check(part, keys).damage:
        raise Damage(
            f"The copy is not whole, so it was not kept: {damage[0]}. Run: bledger verify",
            damage[0].position,
        )


def _with_keys(source: Path, target: Path, key: bytes) -> None:
    """A file of the same key and content, as of one moment, log included."""
    with _both(source, target, key) as (here, there):
        here.backup(there)


def _without_keys(source: Path, target: Path, key: bytes) -> None:
    """A file of the same rows but for the keys, which never touch it."""
    with _both(source, target, key) as (here, there):
        here.close()
        for statement in sqlite.statements(sqlite.TABLES):
            there.execute(statement)
        there.execute("ATTACH ? AS source KEY ?", (str(source), f"x'{key.hex()}'"))
        there.execute("BEGIN")
        there.execute("INSERT INTO main.ledger SELECT * FROM source.ledger")
        there.execute("INSERT INTO main.event SELECT * FROM source.event ORDER BY position")
        for statement in sqlite.statements(sqlite.TRIGGERS):
            there.execute(statement)
        there.execute(f"PRAGMA main.user_version = {KEYLESS}")
        there.execute("COMMIT")


_COPIED = {BACKUP: _with_keys, ARCHIVE: _without_keys}


@contextlib.contextmanager
def _both(source: Path, target: Path, key: bytes) -> Iterator[tuple[Any, Any]]:
    with (
        contextlib.closing(sqlite.opened(source, key)) as here,
        contextlib.closing(sqlite.connect(target, key)) as there,
    ):
        try:
            yield here, there
        except driver.Error as error:
            raise sqlite.storage_error(error, target.parent.with_name(target.name)) from error


def _expire(into: Path, now: datetime, keep_days: int) -> Iterator[str]:
    """Let go of backups past their days, never of the newest; their names."""
    names = sorted(path.name for path in into.iterdir() if _NAME.fullmatch(path.name))
    whole = [name for name in names if not name.startswith(".")]
    for name in whole[:-1]:
        if _made_at(name) < now - timedelta(days=keep_days):
            with on_disk(into / name):
                (into / name).rename(into / f".{name}.part")  # never half a backup under its name
            shutil.rmtree(into / f".{name}.part", ignore_errors=True)
            yield name
    for name in set(names) - set(whole):
        if _made_at(name) < now - FORGOTTEN:
            shutil.rmtree(into / name, ignore_errors=True)


def _made_at(name: str) -> datetime:
    match = _NAME.fullmatch(name)
    assert match is not None
    return datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)


# Checking one; nothing is written beside it, so it may be on a disk that cannot be written.


def open_copy(path: Path, keys: SchoolKeys) -> Ledger:
    """A copy of either ledger, to read only; it need not have its own name."""
    for label in LABELS.values():
        with contextlib.suppress(Damage):
            return Ledger(path, keys, label, _no_clock, read_only=True)
    raise Damage(_NEVER_OPENS.format(path))


def _no_clock() -> datetime:
    raise AssertionError("nothing is recorded in a copy")


def verify_file(
    path: Path,
    keys: SchoolKeys,
    *,
    against: Sequence[Checkpoint] = (),
    full: bool = False,
    progress: Progress | None = None,
) -> Verdict:
    """What is to be said of one file of a copy."""
    with contextlib.closing(open_copy(path, keys)) as ledger:
        return verify(ledger, against=against, full=full, progress=progress)


def check(copy: Path, keys: SchoolKeys, *, against: Sequence[Checkpoint] = ()) -> Checked:
    """Everything in the folder of a backup or archive: no byte may be another."""
    try:
        manifest = manifest_of(copy)
        kept = [*against, *parse("\n".join(manifest.checkpoints))]
    except Damage as error:
        return Checked(None, {}, (Finding(None, str(error)),))
    verdicts, found = dict[str, Verdict](), list(_other_files(copy, manifest))
    for name in LABELS:
        try:
            verdicts[name] = verify_file(copy / name, keys, against=kept)
            found += verdicts[name].damage
        except (Damage, StorageError) as error:
            found.append(Finding(None, str(error)))
    return Checked(manifest, verdicts, tuple(found))


def _other_files(copy: Path, manifest: Manifest) -> Iterator[Finding]:
    for name, digest in manifest.files.items():
        path = copy / name
        if not path.exists():
            yield Finding(None, f"{path} is missing")
        elif digest_of(path) != digest:
            yield Finding(None, f"{path} is not as it was written")


def manifest_of(copy: Path) -> Manifest:
    """What the copy in this folder says of itself; Damage when that was changed."""
    path = copy / MANIFEST
    if not path.exists():
        raise Missing(f"{copy} holds no backup. Name the folder of one, as in backups/.")
    try:
        text = path.read_bytes()
        said = json.loads(text)
        said.pop("digest")
        manifest = Manifest(**said | {"checkpoints": tuple(said["checkpoints"])})
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Damage(f"{path} is damaged. Take another backup.") from None
    if _text(manifest) != text:
        raise Damage(f"{path} is damaged. Take another backup.")
    return manifest


def _text(manifest: Manifest) -> bytes:
    """The manifest as it is written, closed by a digest of the rest."""
    fields = asdict(manifest)
    digest = hashlib.sha256(json.dumps(fields).encode()).hexdigest()
    return f"{json.dumps(fields | {'digest': digest}, indent=1)}\n".encode()


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def synced_copy(source: Path, target: Path) -> None:
    """The same bytes under another name, on disk."""
    shutil.copyfile(source, target)
    private(target)
    with target.open("rb+") as file:
        os.fsync(file.fileno())


@contextlib.contextmanager
def on_disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise as_storage_error(error, str(path)) from error
