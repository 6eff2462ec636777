"""Files as they should lie on a disk: whole, synced, and open to nobody else. Raises OSError."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path


def private(path: Path) -> None:
    """Only this user may open it (0700, 0600); in a group's folder (2770) only the group (0660)."""
    if sys.platform == "win32":
        return  # what is made in a user's profile is that user's already
    mode = _private_mode(path)
    if stat.S_IMODE(path.stat().st_mode) != mode:
        path.chmod(mode)  # only its owner can, so not when it is right already


def _private_mode(path: Path) -> int:
    if path.is_dir():
        return 0o2770 if _is_group_folder(path) or _is_group_folder(path.parent) else 0o700
    return 0o660 if _is_group_folder(path.parent) else 0o600


def _is_group_folder(folder: Path) -> bool:
    mode = folder.stat().st_mode
    return bool(mode & stat.S_ISGID and mode & stat.S_IWGRP and not mode & stat.S_IRWXO)


def write_synced(path: Path, data: bytes) -> None:
    """A new file, on disk before this returns; one that is there already is an error."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        private(path)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """The names in a folder are on disk."""
    if sys.platform == "win32":
        return  # a folder cannot be synced there
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
