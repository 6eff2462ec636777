"""`--dry-run`: the events that would be appended, and nothing appended."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from cli import Desk
from ledger.domain import Recorded


class _Back(Exception):
    """Leaves the transaction without committing it."""


class Trial:
    """Whether this is only a trial, and what would have been appended."""

    def __init__(self, desk: Desk, dry: bool) -> None:
        self.desk, self.dry = desk, dry

    def show(self, done: Any) -> None:
        """Show the events and take them back, when it is a trial."""
        if not self.dry:
            return
        events = [] if done.repeated else [_event(r) for r in done.events]
        lines = [f"would append  {e['event']}: {e['line']}" for e in events]
        self.desk.answer("dry-run/1", {"events": events}, lines or ["would append nothing"])
        raise _Back


def _event(recorded: Recorded[Any]) -> dict[str, Any]:
    """An event without the text that it seals."""
    event = recorded.event
    hidden = set(event.sealed_fields())
    fields = event.model_dump(mode="json", exclude=hidden, exclude_none=True)
    return {"event": type(event).__name__, "line": str(event), "fields": fields}


@contextlib.contextmanager
def trial(desk: Desk, dry: bool) -> Iterator[Trial]:
    """One transaction when it is a trial, so that all of it can be left."""
    if not dry:
        yield Trial(desk, dry)
        return
    with contextlib.suppress(_Back), desk.school.record.batch():
        yield Trial(desk, dry)
