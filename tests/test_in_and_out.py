"""A school's history in, from the system that had it, and out again to another: nothing changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk import START, School
from lxml import etree
from made import Clock

SHARED = Path(__file__).parents[2] / "shared" / "data" / "edfi"
SAMPLES = SHARED / "v5.2.0" / "Samples"
SCHEMA = SHARED / "v5.2.0" / "Schemas" / "Bulk" / "Interchange-StudentDiscipline.xsd"
HISTORY, STUDENTS = SAMPLES / "StudentDiscipline.xml", SAMPLES / "Student.xml"
pytestmark = pytest.mark.skipif(
    not HISTORY.exists(), reason="needs ../shared/data/edfi, which is not here"
)

SINKS = """
[ids.state]
school = 1
student = "studentUniqueId"
staff = "staffUniqueId"

[sink.state]
kind = "edfi"
standard = "5.2"
namespace = "uri://oakhill.example"
text = true

[ids.paper]
school = 1
student = "studentUniqueId"
staff = "staffUniqueId"

[sink.paper]
kind = "edfi-xml"
standard = "5.2"
namespace = "uri://oakhill.example"
text = true
"""


@pytest.fixture
def school(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> School:
    """A founded school without a roster, with two sinks beside the one that the history is of."""
    at = School(tmp_path, Clock(START), capsys, monkeypatch)
    me = ("--me", "Sam Whitlock", "--role", "specialist")
    at.ok("init", "--name", "Tannery Hill", "--school-id", "1001", *me)
    settings = at.folder / "school.toml"
    own = settings.read_text("utf-8").replace('"identifier"', '"studentUniqueId"')
    settings.write_text(own + SINKS, "utf-8")
    return at


def imported(school: School, *more: str) -> dict[str, Any]:
    answer = school("import", "incidents", str(HISTORY), "--source", "ods", "--json", *more)
    assert answer.code == 0, answer.err
    return answer.json


def said(tree: Any, element: str) -> list[str]:
    """The text of every element of a name."""
    return [one.text or "" for one in tree.iter("{*}" + element)]


def timelines(school: School) -> Iterator[dict[str, Any]]:
    """The timeline of every student of the file, asked for by number."""
    tree = etree.parse(HISTORY)
    for number in sorted({*said(tree, "StudentUniqueId")}):
        yield school.ok("timeline", number, "--all", "--purpose", "test", "--json").json


def called(school: School, student_id: str) -> str:
    (found,) = school.ok("roster", "find", student_id, "--json").json["students"]
    name: str = found["name"]
    return name


def sent(school: School, sink: str) -> Path:
    """The folder of what goes to this sink."""
    return Path(school.ok("export", "run", sink, "--json").json["folder"])


def lines(folder: Path) -> dict[str, list[Any]]:
    return {
        path.stem: [json.loads(line) for line in path.read_text("ascii").splitlines()]
        for path in sorted((folder / "send").glob("*.jsonl"))
    }


# The interchange, without what does not matter: order of records, spelling of references.


TRUTHS = {"1": "true", "0": "false"}


def _name(element: Any) -> str:
    return str(etree.QName(element).localname)


def canonical(element: Any, named: dict[str, Any]) -> Any:
    """An element as (name, its text or its parts); a `ref` becomes what it refers to."""
    if element.get("ref"):
        return _name(element), (named[str(element.get("ref"))],)
    parts = tuple(canonical(child, named) for child in element if isinstance(child.tag, str))
    text = (element.text or "").strip()
    # An xs:boolean has two spellings of each value; identifiers of one digit are of other elements.
    truth = TRUTHS.get(text, text) if _name(element).endswith("Indicator") else text
    return _name(element), parts or truth


def records(path: Path) -> Counter[Any]:
    """Every record of an interchange, however often."""
    root = etree.parse(path).getroot()
    named: dict[str, Any] = {}
    for incident in root:
        if incident.get("id"):
            parts = {_name(part): canonical(part, {}) for part in incident}
            identity = parts["IncidentIdentifier"], parts["SchoolReference"]
            named[str(incident.get("id"))] = ("DisciplineIncidentIdentity", identity)
    return Counter(canonical(one, named) for one in root if isinstance(one.tag, str))


def test_the_samples_history_is_on_timelines_without_a_roster(school: School) -> None:
    assert imported(school)["appended"] == 21
    found = [entry for timeline in timelines(school) for entry in timeline["entries"]]
    cards = {entry["id"]: entry["incident"] for entry in found if entry["kind"] == "incident"}
    people = [person for card in cards.values() for person in card["people"].values()]
    assert len(cards) == 21
    assert sum(len(p["behaviors"]) for p in people) == 21
    assert sum(p["student_id"] is not None and "witness" in p["roles"] for p in people) == 2
    assert sum(p["outside"] is not None for p in people) == 7
    assert sum(len(card["actions"]) for card in cards.values()) == 25
    assert len({card["school_id"] for card in cards.values()}) == 3


def test_the_samples_students_give_the_names_and_no_second_child(school: School) -> None:
    imported(school)
    children = [timeline["student_id"] for timeline in timelines(school)]
    answer = school("roster", "import", str(STUDENTS), "--source", "ods", "--json")
    assert answer.code == 0, answer.err
    assert [timeline["student_id"] for timeline in timelines(school)] == children
    tree = etree.parse(STUDENTS)
    names = {*said(tree, "LastSurname")}
    assert all(called(school, child).rpartition(" ")[2] in names for child in children)
    there = len([*tree.iter("{*}Student")])
    found = school.ok("roster", "import", str(STUDENTS), "--source", "ods", "--json").json
    assert (found["appended"], found["unchanged"]) == (0, there)


def test_a_second_import_appends_nothing(school: School) -> None:
    imported(school)
    events = len(school.events())
    assert imported(school)["appended"] == 0
    assert len(school.events()) == events


def test_nothing_goes_back_to_where_it_came_from(school: School) -> None:
    imported(school)
    assert lines(sent(school, "ods")) == {}


def test_another_sink_gets_the_same_records_field_by_field(school: School) -> None:
    imported(school)
    folder = sent(school, "paper")
    (file,) = (folder / "send").glob("*.xml")
    assert records(file) == records(HISTORY)
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(etree.parse(file))


def test_the_same_records_in_the_shape_of_the_api(school: School) -> None:
    imported(school)
    there = lines(sent(school, "state"))
    assert {endpoint: len(found) for endpoint, found in there.items()} == {
        "disciplineIncidents": 21,
        "studentDisciplineIncidentBehaviorAssociations": 21,
        "studentDisciplineIncidentNonOffenderAssociations": 2,
        "staffDisciplineIncidentAssociations": 21,
        "disciplineActions": 25,
    }


def test_an_adopted_incident_goes_where_it_came_from(school: School) -> None:
    imported(school)
    first = next(timelines(school))["entries"][0]["id"]
    school.ok("incident", "adopt", first, "--sink", "ods")
    assert len(lines(sent(school, "ods"))["disciplineIncidents"]) == 1


def test_without_consent_no_text_and_no_adults_name_leaves(school: School) -> None:
    imported(school)
    settings = school.folder / "school.toml"
    settings.write_text(settings.read_text("utf-8").replace("text = true", "text = false"), "utf-8")
    written = json.dumps(lines(sent(school, "state")))
    tree = etree.parse(HISTORY)
    for element in ("ReporterName", "FirstName", "LastSurname", "BehaviorDetailedDescription"):
        for text in said(tree, element):
            assert text not in written
