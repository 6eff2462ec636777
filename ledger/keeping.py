"""Keeping a school's key safe: its sheet, the proof that the sheet is right, bringing it back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ledger import founding, settings
from ledger.store.errors import Missing, StorageError, WrongKey
from ledger.store.place import private, synced_file_replace
from ledger.store.recovery import read_sheet, sheet
from ledger.store.sealing import SchoolKeys

if TYPE_CHECKING:
    from ledger.school import School

CONFIRMED = "key-confirmed"  # a file in the data folder: the day, and which key it was


def write_sheet(school: School, out: Path | None) -> Path:
    """The recovery sheet as a file to print."""
    path = out or school.key_file.with_name(founding.SHEET)
    said = school.settings
    page = sheet(school.keys.root, said.ledger_id, said.name, school.now.date().isoformat())
    synced_file_replace(path, page.encode())
    private(path)
    return path


def confirm(school: School, text: str) -> None:
    """Prove that a sheet holds the school's key, and remember the day."""
    if SchoolKeys(read_sheet(text)).check != school.settings.key_check:
        raise WrongKey("This sheet is of another key. Print a new one: bledger key sheet")
    said = f"{school.now.date().isoformat()} {school.settings.key_check}\n"
    synced_file_replace(school.folder / CONFIRMED, said.encode())


def confirmed_on(folder: Path, check: str) -> str | None:
    """The day on which the sheet of this key was last proved right."""
    try:
        day, _, key = (folder / CONFIRMED).read_text(encoding="ascii").strip().partition(" ")
    except (OSError, UnicodeDecodeError):
        return None
    return day if key == check else None


def restore_key(folder: Path, env: Mapping[str, str], text: str) -> Path:
    """Write the key that a sheet holds to where it is looked for; only if it is this school's."""
    if not (folder / settings.FILE).exists():
        raise Missing(f"There is no ledger in {folder}. Set BLEDGER_DATA to the data folder first.")
    said = settings.read(folder)
    root = read_sheet(text)
    if SchoolKeys(root).check != said.key_check:
        raise WrongKey("This sheet is of another school's key. Look for the sheet of this school.")
    path = founding.key_file(said.ledger_id, env)
    if path.exists() and not _is_empty_or_wrong(path, said.key_check):
        raise StorageError(f"The right key is there already: {path}. Nothing was changed.")
    founding.write_key(path, root)
    return path


def _is_empty_or_wrong(path: Path, check: str) -> bool:
    try:
        return SchoolKeys(founding.read_key(path)).check != check
    except StorageError:
        return True
