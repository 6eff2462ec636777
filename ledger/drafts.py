"""The spool of one school, as far as its keys are at hand."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger import founding, settings
from ledger.store.errors import Damage, Missing, NoSuchDraft, StorageError, WrongKey
from ledger.store.place import as_storage_error, synced_file_replace
from ledger.store.sealing import SchoolKeys
from ledger.store.spool import Draft, Spool, TakenIn, spool_folder

LARGEST = 256 * 1024 * 1024  # bytes of a file of drafts; thousands of them are far smaller


@dataclass(frozen=True, slots=True)
class Carried:
    """Which drafts went into a file, and which files of the folder are no drafts."""

    numbers: tuple[int, ...]
    left: tuple[int, ...]


def spool(folder: Path, env: Mapping[str, str]) -> Spool:
    """Where what was typed is kept; it works without the ledger, and without its key."""
    said = _settings(folder)
    public = bytes.fromhex(said.draft_key) if said.draft_key else None
    keys = _keys(said, env)
    return Spool(
        spool_folder(env, said.ledger_id),
        keys.derived("drafts") if keys else None,
        keys.derived(founding.DRAFT_LABEL) if keys else None,
        public,
    )


def carry_out(folder: Path, env: Mapping[str, str], path: Path) -> Carried:
    """Write all drafts to one sealed file, which must be new; none waits, and none is written."""
    kept, ledger_id = spool(folder, env), _settings(folder).ledger_id
    packed, numbers = kept.packed(ledger_id)
    left = [number for number, _ in kept.list() if number not in numbers]
    if numbers:
        _write_new(path, packed)
    return Carried(tuple(numbers), tuple(left))


def _write_new(path: Path, packed: bytes) -> None:
    """The file as it has to be read again: what it holds may soon be nowhere else."""
    if os.path.lexists(path):
        raise StorageError(f"{path} is there already: choose another name")
    synced_file_replace(path, packed)
    if path.read_bytes() != packed:
        raise StorageError(f"{path} is not as it was written: choose another disk")


def carry_in(folder: Path, env: Mapping[str, str], path: Path) -> TakenIn:
    """Keep the drafts that such a file holds; what was here before adds nothing."""
    try:
        with path.open("rb") as file:
            packed = file.read(LARGEST)
        return spool(folder, env).take_in(packed, _settings(folder).ledger_id)
    except OSError as error:
        raise as_storage_error(error, str(path)) from None
    except (Damage, WrongKey) as error:
        raise type(error)(f"{path} cannot be imported: {error}") from None


def _settings(folder: Path) -> settings.Settings:
    if not (folder / settings.FILE).exists():
        raise Missing(f"there is no ledger in {folder}, so no draft of it")
    return settings.read(folder)


def _keys(said: settings.Settings, env: Mapping[str, str]) -> SchoolKeys | None:
    try:
        return founding.school_keys(founding.key_file(said.ledger_id, env), said.key_check)
    except StorageError:
        return None


__all__ = ["Carried", "Draft", "NoSuchDraft", "Spool", "TakenIn", "carry_in", "carry_out", "spool"]
