"""The spool of one school, as far as its keys are at hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ledger import founding, settings
from ledger.store.errors import Missing, NoSuchDraft, StorageError
from ledger.store.sealing import SchoolKeys
from ledger.store.spool import Draft, Spool, spool_folder


def spool(folder: Path, env: Mapping[str, str]) -> Spool:
    """Where what was typed is kept; it works without the ledger, and without its key."""
    if not (folder / settings.FILE).exists():
        raise Missing(f"there is no ledger in {folder}, so no draft of it")
    said = settings.read(folder)
    public = bytes.fromhex(said.draft_key) if said.draft_key else None
    keys = _keys(said, env)
    return Spool(
        spool_folder(env, said.ledger_id),
        keys.derived("drafts") if keys else None,
        keys.derived(founding.DRAFT_LABEL) if keys else None,
        public,
    )


def _keys(said: settings.Settings, env: Mapping[str, str]) -> SchoolKeys | None:
    try:
        return founding.school_keys(founding.key_file(said.ledger_id, env), said.key_check)
    except StorageError:
        return None


__all__ = ["Draft", "NoSuchDraft", "Spool", "spool"]
