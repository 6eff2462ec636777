"""The school years of a OneRoster folder or zip: its `academicSessions.csv`, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ledger.domain.calendar import spoken
from ledger.imports import Unreadable
from ledger.imports.calendars import SPAN_CAP, Mark, Said, Told, day_of, shown
from ledger.imports.sheets import BadRow, Columns, Layout, Reading, Row, plain
from ledger.imports.sources import csv_files

SESSIONS = "academicSessions.csv"
FILES: Mapping[str, Columns] = {
    SESSIONS: Columns(("type", "startDate", "endDate"), (), ("sourcedId", "status", "title")),
}
LAYOUT = Layout(
    files=FILES,
    main=SESSIONS,
    key="sourcedId",
    aliases={"begindate": "startdate", "sourceid": "sourcedid", "sessiontype": "type"},
    caps={},
    remedy="export the sessions again as OneRoster",
)
GONE = ("inactive", "tobedeleted")
END_COUNTS = (
    "OneRoster lets this day be the first after the year, and not every SIS does: it is taken as "
    "the last day of school; if it is not, say --last"
)


@dataclass(frozen=True, slots=True)
class _Session:
    kind: str
    title: str
    start: date
    end: date
    line: int


def read(path: Path) -> Told:
    """The first and last day of each school year, and the terms; raises Unreadable."""
    with csv_files(path, FILES) as files:
        reading = Reading(LAYOUT, files)
        if SESSIONS not in reading.files:
            raise Unreadable(f"{path} holds no {SESSIONS} that can be read")
        sessions = list(reading.each(SESSIONS, _session))
    years = [session for session in sessions if session.kind == "schoolyear"]
    terms = [session for session in sessions if session.kind != "schoolyear"]
    for year in years:
        reading.note(SESSIONS, year.line, "endDate", END_COUNTS)
    for term in terms:
        if not any(year.start <= term.start and term.end <= year.end for year in years):
            reading.note(SESSIONS, term.line, "", "lies in no school year of this file")
    return Told(
        SESSIONS,
        tuple(said for year in years for said in _ends(year)),
        terms=tuple(map(_term, terms)),
        problems=tuple(reading.problems),
    )


def _session(row: Row) -> _Session | None:
    if row["status"].lower() in GONE:
        return None
    start, end = (_day(row, column) for column in ("startDate", "endDate"))
    if end <= start:
        raise BadRow("endDate", "is not after startDate: the row is left out")
    if (end - start).days >= SPAN_CAP:
        raise BadRow("endDate", f"is more than {SPAN_CAP} days after it starts: left out")
    return _Session(plain(row["type"]), shown(row["title"]), start, end, row.line)


def _day(row: Row, column: str) -> date:
    try:
        return day_of(row[column])
    except ValueError as error:
        raise BadRow(column, f"{error}; the row is left out") from None


def _ends(year: _Session) -> tuple[Said, Said]:
    return (
        Said(Mark.FIRST, year.start, year.start, year.title, year.line),
        Said(Mark.LAST, year.end, year.end, year.title, year.line),
    )


def _term(session: _Session) -> str:
    return f"{session.title or session.kind}: {spoken(session.start)} to {spoken(session.end)}"
