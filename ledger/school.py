"""Opens one school's data folder and joins its parts: wiring only, no rule."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ledger import finding, founding, settings
from ledger.domain import Command, Decider, Event
from ledger.founding import ACCESS, LEDGER, VIEWS
from ledger.store import Actor, Done, Ledger, sqlite
from ledger.store.errors import Missing
from ledger.store.place import check_place
from ledger.store.sealing import SchoolKeys

if TYPE_CHECKING:
    from ledger.domain.calendar import Calendar
    from ledger.projections import Views
    from ledger.reading import Reading

C = TypeVar("C", bound=Command)
S = TypeVar("S")
E = TypeVar("E", bound=Event)
NO_LEDGER = "There is no ledger in {}. Set BLEDGER_DATA, restore a backup, or run: bledger init"
system_user = getpass.getuser


def clock() -> datetime:
    """The one clock."""
    return datetime.now(UTC)


class School:
    """One school's folder, opened by one person."""

    def __init__(
        self,
        folder: Path,
        *,
        env: Mapping[str, str] = os.environ,
        now: Callable[[], datetime] = clock,
        purpose: str = "",
    ) -> None:
        self.folder, self.env, self.clock, self.purpose = folder, env, now, purpose
        if not (folder / settings.FILE).exists():
            raise Missing(NO_LEDGER.format(folder))
        check_place(folder, env)
        self.settings = settings.read(folder)

    @cached_property
    def key_file(self) -> Path:
        return founding.key_file(self.settings.ledger_id, self.env)

    @cached_property
    def keys(self) -> SchoolKeys:
        return founding.school_keys(self.key_file, self.settings.key_check)

    @cached_property
    def record(self) -> Ledger:
        return Ledger(self.folder / LEDGER, self.keys, "ledger", self.clock)

    @cached_property
    def access(self) -> Ledger:
        return Ledger(self.folder / ACCESS, self.keys, "access", self.clock)

    @cached_property
    def views(self) -> Views:
        from ledger.projections import Views

        return Views(self.folder / VIEWS, self.keys.derived("views"))

    @cached_property
    def roster(self) -> Any:
        """A plain connection to the roster's tables, for finding people without SQLAlchemy."""
        if not (self.folder / VIEWS).exists():
            self.views.catch_up(self.record)
        return self.open_views()

    def open_views(self) -> Any:
        return sqlite.opened(self.folder / VIEWS, self.keys.derived("views"), durable=False)

    @cached_property
    def reading(self) -> Reading:
        from ledger.reading import Reader, Reading

        reader = Reader(self.actor, self.person.roles, self.purpose)
        return Reading(self.record, self.access, self.views, reader)

    @cached_property
    def calendar(self) -> Calendar:
        """School days, closed days and bells, as far as they were set."""
        from ledger.domain.calendar import CALENDAR

        return CALENDAR.fold(self.record.stream(f"calendar-{self.settings.school_id}"))

    @cached_property
    def user(self) -> str:
        return self.env.get("BLEDGER_USER") or system_user()

    @cached_property
    def person(self) -> finding.Person:
        """The acting person; somebody unknown is refused."""
        return finding.person(self.user, self._looks)

    @cached_property
    def actor(self) -> Actor:
        word = "claimed os" if self.env.get("BLEDGER_USER") else "os"
        return Actor(self.person.staff_id, f"{word}={system_user()}")

    @cached_property
    def staff_names(self) -> dict[str, str]:
        return finding.staff_names(self.roster)

    @cached_property
    def principal(self) -> str | None:
        """Who office referrals go to when nobody is named."""
        return finding.staff_in_role(self.roster, "principal")

    def founder(self, staff_id: str) -> Actor:
        """Who records the first member of staff: that person."""
        return Actor(staff_id, f"os={system_user()}")

    @property
    def now(self) -> datetime:
        """The time in the school's zone."""
        return self.clock().astimezone(self.settings.zone)

    def find(self, words: str) -> finding.Finding:
        """Students whom these words fit."""
        return finding.twice(words, self._looks)

    def _looks(self) -> Any:
        """The roster as it is, and then, for who was not in it, caught up."""
        yield self.roster
        self.views.catch_up(self.record)
        yield self.roster

    def do(self, decider: Decider[C, S, E], id: str, command: C, **how: Any) -> Done[E]:
        """Have a command done by the acting person."""
        return self.record.do(decider, id, command, self.actor, **how)
