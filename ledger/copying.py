"""Copies of a whole school: backups that expire, archives that are kept, the way back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ledger import founding, settings
from ledger.store import copies
from ledger.store.copies import Made
from ledger.store.place import check_place
from ledger.store.restoring import Restored
from ledger.store.restoring import restore as put_back

if TYPE_CHECKING:
    from ledger.school import School


def backup(school: School, into: Path | None, keep_days: int) -> Made:
    """A backup of both ledgers, keys included, proved whole."""
    return copies.backup(school.folder, school.keys, school.clock(), into=into, keep_days=keep_days)


def archive(school: School, target: Path) -> Made:
    """A copy of both ledgers without keys."""
    return copies.archive(school.folder, school.keys, school.clock(), target)


def restore(
    copy: Path, folder: Path, env: Mapping[str, str], now: datetime, *, force: bool
) -> Restored:
    """Put a backup in the place of what is in the data folder, which may be gone altogether."""
    check_place(folder, env)
    said = settings.read(folder if (folder / settings.FILE).exists() else copy)
    keys = founding.school_keys(founding.key_file(said.ledger_id, env), said.key_check)
    return put_back(copy, folder, keys, now, force=force)


__all__ = ["Made", "Restored", "archive", "backup", "restore"]
