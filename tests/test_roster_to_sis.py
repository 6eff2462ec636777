"""The whole way on real files: a published roster in, an incident logged, Ed-Fi lines out."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from desk import School
from test_edfi import core_descriptors, descriptors, needs_schemas, validator

from ledger.store import sqlite

FIXTURE = Path(__file__).parents[2] / "shared/data/oneroster/oneroster-1.1-moodle-fixture.zip"
needs_fixture = pytest.mark.skipif(
    not FIXTURE.exists(), reason="the OneRoster fixture is not in ../shared/data/oneroster"
)


@pytest.fixture
def empty(desk: School) -> School:
    """A school of its own, with nobody in it but the person who made it."""
    desk.env["BLEDGER_DATA"] = str(desk.root / "other" / "data")
    desk.env["BLEDGER_KEY_FILE"] = str(desk.root / "other" / "school.key")
    desk.ok("init", "--name", "Oakhill", "--school-id", "255901", "--me", "Sam Whitlock")
    return desk


def users() -> list[dict[str, str]]:
    with zipfile.ZipFile(FIXTURE) as archive:
        return list(csv.DictReader(io.StringIO(archive.read("users.csv").decode())))


@needs_fixture
def test_the_published_roster_comes_in_once_with_its_odd_rows_told(empty: School) -> None:
    first = empty("roster", "import", str(FIXTURE), "--json").json
    people = [user for user in users() if user["role"] in ("student", "teacher")]
    assert first["appended"] == len(people)
    odd = [(p["file"], p["column"]) for p in first["problems"]]
    assert odd == [("orgs.csv", "parentSourcedId"), ("orgs.csv", "type")]
    before = empty.events()
    told = empty("roster", "import", str(FIXTURE))
    assert told.out.startswith(f"0 appended, {len(people)} unchanged")
    assert "orgs.csv line 2, type: " in told.out
    assert empty.events() == before


@needs_fixture
def test_a_password_of_the_roster_is_nowhere(empty: School) -> None:
    passwords = {user["password"] for user in users()} - {""}
    assert passwords
    for form in ((), ("--json",)):
        answer = empty("roster", "import", str(FIXTURE), *form)
        assert not any(word in answer.out + answer.err for word in passwords)
    for number in (user["identifier"] for user in users() if user["role"] == "student"):
        empty.ok("log", number, "--did", "tardy")
        empty.ok("timeline", number)
    folder = Path(empty.env["BLEDGER_DATA"])
    with empty.opened() as at:
        for name in ("ledger", "access", "views"):
            db = sqlite.opened(folder / f"{name}.db", at.school.keys.derived(name))
            tables = [t for (t,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
            dump = repr([db.execute(f"SELECT * FROM {table}").fetchall() for table in tables])
            db.close()
            assert len(dump) > 1_000
            assert not any(word in dump for word in passwords)
    # The sealed columns are told by their events.
    assert not any(word in repr(r.event) for r in empty.events() for word in passwords)


@needs_fixture
@needs_schemas
def test_what_is_logged_on_its_students_goes_out_as_valid_lines(empty: School) -> None:
    empty("roster", "import", str(FIXTURE))
    one, two, *_ = (user["identifier"] for user in users() if user["role"] == "student")
    line = f"log {one} and {two} --did fight --where play --at 10:15 --by john.doe --saw -"
    empty.ok(*line.split(), stdin="They hit.")
    empty.ok("incident", "act", "last", "in-school", "1d", "--who", "P1", "--happened", "so")
    empty.ok(*f"log {one} --did disrup --where caf --at 12:10 --minor".split())
    run = empty.ok("export", "run", "ods", "--out", str(empty.root / "out"), "--json").json
    assert run["new"]
    (held,) = run["held"]  # who logs here has no number of the roster yet
    assert held["endpoint"] == "staffDisciplineIncidentAssociations"
    sent = sorted(Path(run["folder"]).glob("send/*.jsonl"))
    assert {path.stem for path in sent} == set(run["counts"])
    for path in sent:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) == run["counts"][path.stem]
        for line in lines:
            validator(path.stem).validate(json.loads(line))
            assert "They hit" not in line
            for word in descriptors(json.loads(line)):
                assert word in core_descriptors() or word.startswith("uri://oakhill.example/")
    again = empty.ok("export", "run", "ods", "--out", str(empty.root / "out"), "--json").json
    assert not again["new"]
    assert "Equals the ledger" in empty.ok("export", "status").out
