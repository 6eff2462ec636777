"""What the store says when it cannot go on: one sentence for the person at the keyboard."""

from __future__ import annotations


class StorageError(Exception):
    """The ledger cannot be written or opened here and now (exit 8)."""


class Missing(StorageError):
    """The data folder, the ledger or the school key is not there."""


class Full(StorageError):
    """The disk has no room left."""


class ReadOnly(StorageError):
    """The disk, folder or file does not let this user write."""


class Older(StorageError):
    """An earlier release wrote this ledger; it has to be brought up to date first."""


class Newer(StorageError):
    """A later release wrote this ledger; this one must not touch it."""


class WrongKey(StorageError):
    """The school key at hand does not open this."""


class BadPlace(StorageError):
    """A network or synced folder, where a ledger breaks."""


class ClockBehind(StorageError):
    """This computer's clock is behind the ledger's last entry."""


class NotKept(StorageError):
    """What was typed could not be kept as a draft either; the line has to be run again."""


class Damage(Exception):
    """The ledger is not as it was written (exit 6); `position` says where, when it is known."""

    def __init__(self, sentence: str, position: int | None = None) -> None:
        super().__init__(sentence)
        self.position = position


class Conflict(Exception):
    """Changed meanwhile, or the same key for something else (exit 5)."""


class NoSuchDraft(LookupError):
    """No draft has this number (exit 3)."""
