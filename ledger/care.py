"""Whether a school's ledger is well cared for: what to look at and what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ledger import finding, founding, keeping
from ledger.domain.days import Span, school_year_of, years_to_set
from ledger.drafts import spool
from ledger.said import show_day, show_when
from ledger.store.errors import Damage, StorageError
from ledger.store.place import synced_file_replace
from ledger.store.sqlite import CLOCK_SLACK, versions

if TYPE_CHECKING:
    from ledger.school import School

VERIFIED = "last-verify"  # a file in the data folder: when, and how many events were whole
BACKUPS = "backups"
PAPERS = "papers"  # a folder in it: packets that were printed
OLD_BACKUP = timedelta(days=2)
OLD_VERIFY = timedelta(days=7)
LITTLE_ROOM = 500 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: ok, WARN or BAD, what it says, what to do."""

    state: str
    name: str
    says: str
    do: str = ""


def checks(school: School) -> Iterator[Check]:
    """Everything that is looked at, the ledger first; what cannot be looked at is bad."""
    said: set[str] = set()
    for name, look in LOOKS.items():
        try:
            yield from look(school)
        except (StorageError, Damage) as error:
            if str(error) not in said:
                yield Check("BAD", name, str(error))
            said.add(str(error))


def remember_verified(folder: Path, at: datetime, events: int) -> None:
    """Keep when the ledger was last found whole."""
    said = {"at": at.isoformat(), "events": events}
    synced_file_replace(folder / VERIFIED, json.dumps(said).encode())


def _ledger(school: School) -> Iterator[Check]:
    events = school.record.head().position
    try:
        last = json.loads((school.folder / VERIFIED).read_text(encoding="utf-8"))
        at, whole = datetime.fromisoformat(last["at"]).astimezone(UTC), int(last["events"])
    except (OSError, ValueError, KeyError, TypeError):
        yield Check("WARN", "ledger", f"{events:,} events, never verified", "bledger verify")
        return
    told = f"{events:,} events, whole up to {whole:,}, checked {_told(school, at)}"
    old = school.clock() - at > OLD_VERIFY
    yield Check("WARN" if old else "ok", "ledger", told, "bledger verify" if old else "")


def _engine(_: School) -> Iterator[Check]:
    sqlite, cipher = versions()
    yield Check("ok", "engine", f"SQLite {sqlite}, SQLCipher {cipher}")


def _views(school: School) -> Iterator[Check]:
    reached = school.views.catch_up(school.record)
    marks = {mark.stream for mark in school.views.marks()}
    if marks:
        says = f"{len(marks)} streams cannot be read: {', '.join(sorted(marks)[:3])}"
        yield Check("BAD", "views", says, "bledger verify")
    else:
        yield Check("ok", "views", f"at position {reached:,}")


def _backup(school: School) -> Iterator[Check]:
    manifests = sorted((school.folder / BACKUPS).glob("*/manifest.json"))
    times = [at for at in map(_made_at, manifests) if at is not None]
    if not times:
        yield Check("WARN", "backup", "none yet", "bledger backup")
        return
    old = school.clock() - max(times) > OLD_BACKUP
    told = _told(school, max(times))
    yield Check("WARN" if old else "ok", "backup", told, "bledger backup" if old else "")


def _made_at(manifest: Path) -> datetime | None:
    try:
        made = datetime.fromisoformat(json.loads(manifest.read_text("utf-8"))["created_at"])
        return made.astimezone(UTC)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _calendar(school: School) -> Iterator[Check]:
    today = school.now.date()
    year = school_year_of(school.calendar, today)
    if not year.guessed:
        yield Check("ok", "calendar", f"{year.name}, to {show_day(year.end)}")
    for missing in years_to_set(school.calendar, today):
        says = f"none for {_year(missing, year)}: every school-day clock is a guess"
        yield Check("WARN", "calendar", says, "bledger calendar set")


def _year(missing: Span, year: Span) -> str:
    return "this year" if missing == year else missing.name


def _key(school: School) -> Iterator[Check]:
    day = keeping.confirmed_on(school.folder, school.keys.check)
    if day is None:
        yield Check("WARN", "key", "recovery sheet never confirmed", "bledger key confirm")
    else:
        yield Check("ok", "key", f"recovery sheet confirmed {day}")
    sheet = school.key_file.with_name(founding.SHEET)
    if sheet.exists():
        yield Check("WARN", "sheet", f"still on disk: {sheet}", "print it, then delete it")


def _children(school: School) -> Iterator[Check]:
    waiting = len(finding.unlisted(school.roster))
    if waiting:
        says = f"{waiting} recorded by hand and on no roster yet"
        yield Check("WARN", "children", says, "bledger roster unlisted")


def _drafts(school: School) -> Iterator[Check]:
    waiting = len(spool(school.folder, school.env).list())
    if waiting:
        yield Check("WARN", "drafts", f"{waiting} not recorded yet", "bledger spool")


def old_papers(school: School, days: int | None = None) -> list[Path]:
    """Printed packets older than so many days, or than the school keeps them."""
    keep = timedelta(days=school.settings.papers_days if days is None else days)
    before = (school.clock() - keep).timestamp()
    found = sorted((school.folder / PAPERS).glob("packet-*"))
    return [path for path in found if days == 0 or path.lstat().st_mtime < before]


def _papers(school: School) -> Iterator[Check]:
    old = len(old_papers(school))
    if old:
        says = f"{old} on disk, older than {school.settings.papers_days} days"
        yield Check("WARN", "packets", says, "bledger packet clear")


def _clock(school: School) -> Iterator[Check]:
    last = school.record.head().recorded_at
    if last and school.clock() < datetime.fromisoformat(last) - CLOCK_SLACK:
        at = datetime.fromisoformat(last)
        says = f"behind the last entry of {show_when(at, school.settings.zone, at)}"
        yield Check("BAD", "clock", says, "set this computer's clock")
    else:
        yield Check("ok", "clock", _told(school, school.clock()))


def _room(school: School) -> Iterator[Check]:
    free = shutil.disk_usage(school.folder).free
    told = f"{free / 1024**3:.1f} GiB free"
    yield Check("ok" if free > LITTLE_ROOM else "WARN", "disk", told)


def _told(school: School, at: datetime) -> str:
    return show_when(at, school.settings.zone, school.clock())


LOOKS: Mapping[str, Callable[[School], Iterator[Check]]] = {
    "ledger": _ledger,
    "engine": _engine,
    "views": _views,
    "backup": _backup,
    "calendar": _calendar,
    "key": _key,
    "children": _children,
    "drafts": _drafts,
    "packets": _papers,
    "clock": _clock,
    "disk": _room,
}
