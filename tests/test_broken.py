"""What was found broken once, each by its smallest example."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from made import (
    KEYS,
    NOON,
    TEACHER,
    ZONE,
    a_report,
    by_hand,
    enrol,
    fill,
    incident_id,
    new_ledger,
    report,
    student_id,
)
from pydantic import ValidationError

from cli import Desk, run
from ledger import care, entry, proving
from ledger.domain import When
from ledger.domain.codes import ContactOutcome, StaffRole
from ledger.domain.contact import Contact
from ledger.domain.incident import INCIDENT, MergeIncident
from ledger.domain.staff import STAFF, LeaveStaff, RecordStaff, StaffIdentity
from ledger.exports import edfi
from ledger.imports import Roster, RosterStaff, RosterStudent
from ledger.imports.roster import Incomplete, take_in
from ledger.projections import Views
from ledger.reading import Reader, Reading, Window
from ledger.school import School
from ledger.store import Actor, Ledger
from ledger.store.errors import StorageError
from ledger.store.proof import verify
from ledger.store.sqlite import Entry, Row

AUGUST = date(2026, 8, 3)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A young school: made up, never verified, never backed up."""
    folder = tmp_path_factory.mktemp("young")
    env = {
        "BLEDGER_DATA": str(folder / "data"),
        "BLEDGER_KEY_FILE": str(folder / "school.key"),
        "BLEDGER_USER": "specialist",
    }
    assert run(["demo", "--students", "60", "--days", "2"], Desk(env, lambda: NOON)) == 0
    opened = School(folder / "data", env=env, now=lambda: NOON, purpose="test")
    yield opened
    opened.views.close()


def test_a_school_that_was_never_verified_or_backed_up_is_looked_at_to_the_end(
    school: School,
) -> None:
    said = {check.name: check.state for check in care.checks(school)}
    assert len(said) == len(list(care.checks(school))), "one answer each"
    assert (said["ledger"], said["backup"]) == ("WARN", "WARN")
    assert "disk" in said


# Rosters, year after year.


def pupil(number: int) -> RosterStudent:
    who: dict[str, Any] = {"given": "Bo", "family": f"Marsh{number}", "numbers": ()}
    none: dict[str, Any] = dict.fromkeys(
        ("middle", "preferred", "grade", "school_id", "homeroom_staff", "birth_date", "sex")
    )
    return RosterStudent(source_id=f"s{number}", active=True, **who, **none)


def adult(source_id: str, username: str, given: str = "Esi", active: bool = True) -> RosterStaff:
    return RosterStaff(source_id, given, source_id, username, ("teacher",), active)


def roster(*adults: RosterStaff, pupils: range = range(1)) -> Roster:
    students = tuple(pupil(number) for number in pupils)
    return Roster(students, adults, (), (), (), 0, {}, frozenset(), whole=True)


def by_username(ledger: Ledger, username: str) -> str | None:
    """As the staff list finds them, who left too."""
    for stream in ledger.streams_of("staff"):
        who = STAFF.fold(ledger.stream(stream)).who
        if isinstance(who, StaffIdentity) and who.username == username:
            return stream.partition("-")[2]
    return None


def take(ledger: Ledger, said: Roster, on: date = AUGUST) -> int:
    known = {a.username: by_username(ledger, a.username) for a in said.staff}
    return take_in(ledger, said, TEACHER, today=on, staff_known=lambda name: known[name]).appended


def test_who_left_years_ago_is_missing_from_no_roster(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    for year in range(8):
        take(ledger, roster(pupils=range(year * 17, year * 17 + 100)), AUGUST.replace(2026 + year))
    with pytest.raises(Incomplete, match="100 of 100"):
        take(ledger, roster(pupils=range(900, 1000)))


def test_two_of_the_staff_with_one_user_name_stay_two(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    said = roster(adult("a", "same"), adult("b", "same"))
    assert [take(ledger, said) for _ in range(3)] == [3, 0, 0]


def test_a_user_name_that_is_given_to_somebody_new_is_not_who_had_it(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    take(ledger, roster(adult("old", "esi")))
    take(ledger, roster(adult("new", "esi")))
    assert len(ledger.streams_of("staff")) == 2


def test_who_founded_the_ledger_is_the_one_of_the_roster(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    who = StaffIdentity(given="Esi", username="esi")
    roles = (StaffRole.TEACHER,)
    founder = RecordStaff(who=who, roles=roles, effective_on=AUGUST, source="by hand")
    ledger.do(STAFF, "founder", founder, TEACHER)
    assert [take(ledger, roster(adult("a", "esi"), adult("b", "esi"))) for _ in "12"] == [3, 0]
    assert len(ledger.streams_of("staff")) == 2


def test_who_is_on_the_roster_as_gone_has_left(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    take(ledger, roster(adult("a", "esi")))
    gone = roster(adult("a", "esi", active=False))
    assert [take(ledger, gone, AUGUST + timedelta(days=n)) for n in (1, 2)] == [1, 0]
    assert take(ledger, roster(adult("a", "esi")), AUGUST + timedelta(days=3)) == 1


def test_one_who_is_leaving_stops_no_roster(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    take(ledger, roster(adult("a", "esi")))
    leaving = LeaveStaff(effective_on=AUGUST + timedelta(days=90))
    ledger.do(STAFF, by_username(ledger, "esi") or "", leaving, TEACHER)
    assert take(ledger, roster(adult("a", "esi", given="Eva"), adult("b", "bo"))) == 1


# Views that somebody else is busy with.


def views_in(folder: Path) -> Views:
    return Views(folder / "views.db", KEYS.derived("views"))


def test_the_first_build_is_waited_for(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    report(ledger, 1)
    with (
        contextlib.closing(views_in(tmp_path)) as mine,
        contextlib.closing(views_in(tmp_path)) as theirs,
    ):
        building = theirs.writer.connect()
        begun = building.begin()
        with ThreadPoolExecutor(1) as beside:
            waiting = beside.submit(mine.catch_up, ledger)
            time.sleep(0.6)
            assert not waiting.done()
            begun.rollback()
            building.close()
            assert waiting.result(10) == 1


def test_a_rebuild_beside_another_is_refused_with_a_sentence(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    with (
        contextlib.closing(views_in(tmp_path)) as mine,
        contextlib.closing(views_in(tmp_path)) as theirs,
        theirs.writer.begin(),
        pytest.raises(StorageError, match="by somebody else"),
    ):
        mine.rebuild(ledger)


# The same line twice.


@pytest.mark.parametrize("said", ["ahora", "Now", " now", "\u221210m", "10 minutes Ago"])
def test_however_a_relative_time_is_spelled_the_line_is_one(tmp_path: Path, said: str) -> None:
    ledger = new_ledger(tmp_path)
    for minutes in (0, 1):
        now = NOON + timedelta(minutes=minutes)
        command = a_report(1, occurred=When(at=now, zone=ZONE, said=said))
        entry.report(ledger, command, TEACHER, now=now)
    assert ledger.head().position == 1


def test_an_incident_that_cannot_be_read_stops_nobody_from_logging_theirs(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    theirs = entry.report(ledger, a_report(1), TEACHER, now=NOON).stream
    with ledger.recorder.transaction():
        ledger.recorder.append([Entry(theirs, 2, "IncidentExploded.1", b"{}")])
    mine = a_report(1, reported_by="staff-2")
    done = entry.report(ledger, mine, Actor("staff-2", "claimed os=office"), now=NOON)
    (other,) = entry.alike(ledger, mine, done.stream)
    assert f"incident-{other.incident_id}" == theirs


# What somebody with the key changes.


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER sqlitely AFTER INSERT ON event BEGIN SELECT 1; END",
        "INSERT INTO ledger VALUES ('another', 1, 'space', '')",
    ],
)
def test_what_is_put_beside_the_rules_is_found(tmp_path: Path, statement: str) -> None:
    ledger = new_ledger(tmp_path)
    report(ledger, 1)
    by_hand(ledger, statement)
    assert not verify(ledger).whole


# Whom what is open to.


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such modes")
@pytest.mark.parametrize(("folder", "file"), [(0o700, 0o600), (0o2770, 0o660)])
def test_the_views_are_as_private_as_the_ledger(tmp_path: Path, folder: int, file: int) -> None:
    tmp_path.chmod(folder)
    ledger = new_ledger(tmp_path)
    report(ledger, 1)
    with contextlib.closing(views_in(tmp_path)) as views:
        views.catch_up(ledger)
        with views.reader.connect():
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("views.db*")}
    assert set(modes.values()) == {file}, modes


def test_a_language_is_no_place_for_a_narrative() -> None:
    said = When(at=NOON, zone=ZONE)
    with pytest.raises(ValidationError):
        Contact(at=said, outcome=ContactOutcome.REACHED, language="x" * 41)


# Answers.


def reading_in(folder: Path, ledger: Ledger) -> Reading:
    reader = Reader(TEACHER, frozenset({"teacher"}), "test")
    return Reading(ledger, new_ledger(folder, "access"), views_in(folder), reader)


def test_what_cannot_be_read_any_more_does_not_go_out_as_it_once_was(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    reading = reading_in(tmp_path, ledger)
    report(ledger, 1)
    report(ledger, 2)
    assert len(reading.planned("ods").records) == 4
    with ledger.recorder.transaction():
        stream = f"incident-{incident_id(1)}"
        ledger.recorder.append([Entry(stream, 2, "IncidentExploded.1", b"{}")])
    live = reading.planned("ods")
    reading.views.rebuild(ledger)
    assert len(live.records) == 2
    assert live == reading.planned("ods")


def test_an_earlier_look_at_an_incident_does_not_read_every_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = new_ledger(tmp_path)
    reading = reading_in(tmp_path, ledger)
    fill(ledger, students=3, incidents=9)
    ledger.do(INCIDENT, incident_id(6), MergeIncident(into=incident_id(0)), TEACHER)
    then = ledger.head().position
    report(ledger, 77)
    looked: list[str] = []
    of_stream = ledger.recorder.of_stream

    def noted(name: str, upto: int | None = None) -> list[Row]:
        looked.append(name)
        return of_stream(name, upto)

    monkeypatch.setattr(ledger.recorder, "of_stream", noted)
    reading.views.catch_up(ledger)
    looked.clear()
    seen = reading.incident(incident_id(0), Window(position=then))
    assert seen is not None
    assert (seen.position, seen.same) == (then, (incident_id(6),))
    assert seen.people[student_id(0)].name == "Ana Rivera"
    assert f"incident-{incident_id(1)}" not in looked


def _half_way(ledger: Ledger) -> None:
    with ledger.batch():
        report(ledger, 1)
        with contextlib.suppress(RuntimeError), ledger.batch():
            report(ledger, 2)
            raise RuntimeError


def test_a_batch_of_which_a_part_failed_half_way_records_nothing(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    enrol(ledger, 1)
    before = ledger.head()
    with pytest.raises(StorageError, match="failed half-way"):
        _half_way(ledger)
    assert ledger.head() == before
    report(ledger, 3)
    assert ledger.head().position == before.position + 1


def test_who_was_not_referred_goes_beside_the_incident_or_is_held_back(school: School) -> None:
    line = ["log", "ana rivera", "--did", "disruption", "--victim", "leo"]
    assert run(line, Desk(dict(school.env), lambda: NOON)) == 0
    extract = school.reading.extract("ods", "ods")
    others = [record for record in extract.records if record.kind == "non-offender"]
    said = school.settings
    sink = edfi.EDFI.sink_from("ods", said.sinks["ods"], said.ids, said.school_id, school.folder)
    assert others
    made = edfi.records(extract, sink)
    endpoint = "studentDisciplineIncidentNonOffenderAssociations"
    held = [one for one in made.held if one.endpoint == endpoint]
    assert len(made.resources.get(endpoint, ())) + len(held) == len(others)


def test_a_namespace_that_was_rewritten_is_found(school: School) -> None:
    db = school.record.recorder.db
    (rule,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'ledger_no_update'").fetchone()
    db.execute("DROP TRIGGER ledger_no_update")
    db.execute("UPDATE ledger SET namespace = ?", (student_id(9),))
    db.execute(rule)
    again = School(school.folder, env=school.env, now=lambda: NOON, purpose="test")
    assert not all(proof.verdict.whole for proof in proving.of_school(again, None))
