"""A new school's folder: the key outside it, the settings, two empty ledgers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ledger import settings
from ledger.store import sqlite
from ledger.store.errors import Missing, ReadOnly, StorageError, WrongKey
from ledger.store.place import check_place, private, synced_file_replace
from ledger.store.recovery import sheet
from ledger.store.sealing import ROOT_BYTES, SchoolKeys, new_root

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

LEDGER, ACCESS, VIEWS = "ledger.db", "access.db", "views.db"
SHEET = "recovery-sheet.txt"
DRAFT_LABEL = "drafts without the key"


@dataclass(frozen=True)
class Founded:
    """Where the new school's parts are."""

    folder: Path
    key_file: Path
    sheet: Path
    ledger_id: str


def found(
    folder: Path,
    key_file: Path | None,
    *,
    name: str,
    school_id: str,
    zone: str,
    env: Mapping[str, str],
    now: datetime,
    namespace: uuid.UUID | None = None,
) -> Founded:
    """Make the folder of a new school; nothing that is there already is touched."""
    check_place(folder, env)
    settings.zone(zone, "--zone")
    if folder.exists() and any(folder.iterdir()):
        raise StorageError(f"{folder} is not empty. A new ledger wants a new folder.")
    ledger_id, root = str(uuid.uuid4()), new_root()
    key_file = key_file or default_key_file(ledger_id)
    if key_file.exists():
        root = read_key(key_file)
    if folder.resolve() in key_file.resolve().parents:
        raise StorageError(
            f"The key {key_file} may not lie in the data folder: whoever copies one has both. "
            "Set BLEDGER_KEY_FILE to a place outside it."
        )
    keys = SchoolKeys(root)
    make_folder(folder)
    private(folder)
    if not key_file.exists():
        write_key(key_file, root)
    space = str(namespace or uuid.uuid4())
    sqlite.create(folder / LEDGER, keys.derived("ledger"), ledger_id, space, now)
    sqlite.create(folder / ACCESS, keys.derived("access"), f"{ledger_id}-access", space, now)
    said = settings.write(
        name=name,
        school_id=school_id,
        zone=zone,
        ledger_id=ledger_id,
        key_check=keys.check,
        draft_key=draft_public(keys).hex(),
    )
    day = now.date().isoformat()
    page = key_file.with_name(SHEET)
    synced_file_replace(page, sheet(root, ledger_id, name, day).encode())
    # Last: a folder with settings is a founded one.
    synced_file_replace(folder / settings.FILE, said.encode())
    for path in (folder / LEDGER, folder / ACCESS, folder / settings.FILE, page):
        private(path)
    return Founded(folder, key_file, page, ledger_id)


def make_folder(folder: Path) -> None:
    """A folder for this user alone; one that is there already may be others' too, and stays so."""
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            private(folder)
    except OSError as error:
        raise ReadOnly(f"{folder} cannot be made: {error.strerror}.") from None


def default_key_file(ledger_id: str) -> Path:
    """Where a school's key lies when nothing else is said: with the user's settings."""
    from platformdirs import user_config_path

    return user_config_path("bledger") / f"{ledger_id}.key"


def key_file(ledger_id: str, env: Mapping[str, str]) -> Path:
    """Where the school's key is looked for."""
    said = env.get("BLEDGER_KEY_FILE")
    return Path(said) if said else default_key_file(ledger_id)


def school_keys(path: Path, check: str) -> SchoolKeys:
    """The school's keys, proved to be its own."""
    keys = SchoolKeys(read_key(path))
    if keys.check != check:
        raise WrongKey(
            f"{path} is not this school's key. Set BLEDGER_KEY_FILE to the right one, or bring it "
            "back from the recovery sheet: bledger key restore"
        )
    return keys


def write_key(path: Path, root: bytes) -> None:
    make_folder(path.parent)
    synced_file_replace(path, root.hex().encode() + b"\n")
    private(path)


def read_key(path: Path) -> bytes:
    """The school's root key; a sentence when it is not there or is no key."""
    try:
        root = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise Missing(
            f"The school's key {path} is missing. Set BLEDGER_KEY_FILE, or bring it back from the "
            "recovery sheet: bledger key restore"
        ) from None
    except PermissionError:
        raise ReadOnly(f"The school's key {path} is not yours to read.") from None
    except (ValueError, OSError):
        root = b""
    if len(root) != ROOT_BYTES:
        raise WrongKey(f"{path} holds no school key. Bring it back: bledger key restore")
    return root


def draft_private(keys: SchoolKeys) -> X25519PrivateKey:
    """The key that opens drafts which were kept when the school's key was not there."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return X25519PrivateKey.from_private_bytes(keys.derived(DRAFT_LABEL))


def draft_public(keys: SchoolKeys) -> bytes:
    return draft_private(keys).public_key().public_bytes_raw()
