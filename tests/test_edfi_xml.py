"""Ed-Fi's XML interchange: the same records as over its API, valid against the published XSD."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sis
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from ledger.edfi import INTERCHANGE, NAMESPACES, RECORDS, Part, Record
from ledger.exports import BadSink, Line, Sink
from ledger.exports.edfi import records
from ledger.exports.edfi_xml import BROKEN, EDFI_XML, FILE, elements, interchange
from ledger.imports import edfi_discipline
from ledger.reading import Extract

PUBLISHED = Path(__file__).parents[2] / "shared" / "data" / "edfi"
BULK = PUBLISHED / "v5.2.0" / "Schemas" / "Bulk"
SAMPLE = PUBLISHED / "v5.2.0" / "Samples" / "StudentDiscipline.xml"
XSD = "{http://www.w3.org/2001/XMLSchema}"
NAMESPACE = NAMESPACES["5.2"]
needs_schemas = pytest.mark.skipif(
    not PUBLISHED.exists(), reason="Ed-Fi's published schemas are not in ../shared/data/edfi"
)

KINDS: Mapping[str, Callable[[str], Any]] = {
    "whole": int,
    "number": Decimal,
    "truth": lambda said: said in ("true", "1"),
}
Resources = dict[str, list[Line]]


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(BULK / "Interchange-StudentDiscipline.xsd")))


def assert_valid(written: bytes) -> None:
    schema().assertValid(etree.fromstring(written))


def whole(resources: Mapping[str, Sequence[Line]]) -> bytes:
    return interchange(elements(resources), NAMESPACE)


# A reader of its own, by the same table: what was written is read back.


def read(written: bytes) -> Resources:
    found: Resources = {}
    for element in etree.fromstring(written):
        (record,) = (r for r in RECORDS if r.element == etree.QName(element).localname)
        found.setdefault(record.endpoint, []).append(line_of(record.parts, element))
    return found


def line_of(parts: Sequence[Part], owner: etree._Element) -> Line:
    line: Line = {}
    for part in parts:
        for element in owner.findall(f"{{{NAMESPACE}}}{part.element}"):
            place(line, part, value_of(part, element))
    return line


def place(line: Line, part: Part, value: Any) -> None:
    said = {part.field: value} if part.field else value
    if part.many:
        line.setdefault(part.many, []).append(said)
    else:
        line |= said


def value_of(part: Part, element: etree._Element) -> Any:
    if part.parts:
        within = element[0] if part.identity else element
        return line_of(part.parts, within)
    text = element.text or ""
    return KINDS.get(part.kind, str)(text)


# The table says what the schemas say.


@cache
def core() -> dict[str, etree._Element]:
    types = etree.parse(str(BULK / "Ed-Fi-Core.xsd")).getroot()
    return {name: one for one in types if (name := one.get("name"))}


def elements_of(type_name: str) -> list[tuple[str, str, bool]]:
    """The elements of a type in order: name, type, and whether there can be many."""
    found = core()[type_name].iter(f"{XSD}element")
    return [
        (one.get("name", ""), one.get("type", ""), one.get("maxOccurs", "1") != "1")
        for one in found
    ]


def pairs(parts: Sequence[Part], type_name: str) -> Iterator[tuple[Part, tuple[str, str, bool]]]:
    """Each part with the element that the schema has in its place, however deep."""
    there = elements_of(type_name)
    assert [part.element for part in parts] == [name for name, _, _ in there]
    for part, element in zip(parts, there, strict=True):
        yield part, element
        if part.parts:
            inside = f"{part.identity}Type" if part.identity else element[1]
            yield from pairs(part.parts, inside)


@needs_schemas
@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.element)
def test_every_element_stands_where_the_schema_has_it(record: Record) -> None:
    simple = {"xs:date": "date", "xs:time": "time", "xs:boolean": "truth", "xs:long": "whole"}
    for part, (_, kind, many) in pairs(record.parts, record.element):
        assert bool(part.many) == many, part
        if part.parts:
            continue
        if kind.endswith("DescriptorReferenceType"):
            assert part.kind == "descriptor"
        else:
            assert part.kind == simple.get(kind, part.kind), part
            assert (part.kind == "number") == (kind in ("Currency", "DisciplineActionLength"))


@cache
def api() -> dict[str, Any]:
    text = (PUBLISHED / "resources-ds-5.0.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)["components"]["schemas"]
    return found


def properties(of: dict[str, Any]) -> dict[str, Any]:
    """The fields of an object, of what it refers to, or of what it is a list of."""
    of = of.get("items", of)
    found: dict[str, Any] = api()[of["$ref"].rpartition("/")[2]]["properties"]
    return found


def unnamed(parts: Sequence[Part], fields: dict[str, Any]) -> Iterator[str]:
    """The JSON fields of these parts that the API does not have."""
    for part in parts:
        if part.many and part.many not in fields:
            yield part.many
            continue
        within = properties(fields[part.many]) if part.many else fields
        if part.field and part.field not in within:
            yield part.field
        elif part.parts:
            yield from unnamed(part.parts, properties(within[part.field]) if part.field else within)


@needs_schemas
@pytest.mark.slow
@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.element)
def test_every_field_is_one_of_the_api(record: Record) -> None:
    name = f"edFi_{record.endpoint.removesuffix('s')}"
    later = {"weapons"} if "BehaviorAssociation" in record.element else set()  # since 5.2
    assert set(unnamed(record.parts, api()[name]["properties"])) == later


# What is written is valid, and says what was said.

printable = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)
texts = st.builds(
    lambda said, end: said.replace("\ufffe", "").replace("\uffff", "") + end,
    printable,
    st.sampled_from(["", "<&>\"']]>", "a\r\nb\tc", "\U0001f600"]),
)
WHOLE = st.integers(1, 2**63 - 1)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "descriptor": st.sampled_from(["uri://ed-fi.org/BehaviorDescriptor#Other", "uri://x/A#b & c"]),
    "date": st.dates().map(str),
    "time": st.times().map(lambda at: at.strftime("%H:%M:%S")),
    "number": st.decimals(0, 200, places=2).map(float),
    "whole": WHOLE,
    "truth": st.booleans(),
    "text": texts.map(lambda said: said[:20]),
}
NEEDED = {
    "Behavior",
    "Discipline",
    "DisciplineActionIdentifier",
    "DisciplineDate",
    "DisciplineIncidentParticipationCode",
    "DisciplineIncidentReference",
    "IncidentDate",
    "IncidentIdentifier",
    "ResponsibilitySchoolReference",
    "SchoolReference",
    "StaffReference",
    "StudentReference",
}


def lines_of(parts: Sequence[Part], *, whole: bool = True) -> st.SearchStrategy[Line]:
    """Any object with these parts, or, unless `whole`, with those of them that are needed."""

    def merged(chosen: Sequence[list[Any]]) -> Line:
        line: Line = {}
        for part, values in zip(parts, chosen, strict=True):
            for value in values:
                place(line, part, value)
        return line

    def values(part: Part) -> st.SearchStrategy[list[Any]]:
        value = lines_of(part.parts) if part.parts else VALUES[part.kind]
        least = 1 if whole or part.element in NEEDED else 0
        return st.lists(value, min_size=least, max_size=2 if part.many else 1)

    return st.tuples(*map(values, parts)).map(merged)


all_resources = st.fixed_dictionaries(
    {},
    optional={r.endpoint: st.lists(lines_of(r.parts, whole=False), min_size=1) for r in RECORDS},
).filter(bool)


@needs_schemas
@given(all_resources)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_record_is_valid_and_is_read_back_as_it_was(resources: Resources) -> None:
    written = whole(resources)
    assert_valid(written)
    plain = {at: [exact(line) for line in lines] for at, lines in read(written).items()}
    assert plain == {at: [exact(line) for line in lines] for at, lines in resources.items()}


def exact(value: Any) -> Any:
    """The same with every number that is not whole as a float."""
    if isinstance(value, dict):
        return {key: exact(part) for key, part in value.items()}
    if isinstance(value, list):
        return [exact(part) for part in value]
    return float(value) if isinstance(value, Decimal) else value


@needs_schemas
def test_the_published_sample_is_read_and_written_without_a_loss() -> None:
    sample = etree.parse(str(SAMPLE)).getroot()
    for element in sample.iter(f"{{{NAMESPACE}}}DisciplineIncidentReference"):
        if name := element.get("ref"):
            del element.attrib["ref"]
            (incident,) = sample.iterfind(f"*[@id='{name}']")
            identity = etree.SubElement(element, f"{{{NAMESPACE}}}DisciplineIncidentIdentity")
            identity.extend([deepcopy(incident[0]), deepcopy(school_of(incident))])
    resources = read(etree.tostring(sample))
    assert {at: len(lines) for at, lines in resources.items()} == {
        "disciplineIncidents": 21,
        "studentDisciplineIncidentBehaviorAssociations": 21,
        "studentDisciplineIncidentNonOffenderAssociations": 2,
        "staffDisciplineIncidentAssociations": 21,
        "disciplineActions": 25,
    }
    written = whole(resources)
    assert_valid(written)
    assert read(written) == resources
    assert words_of(etree.fromstring(written)) == words_of(sample)


def school_of(incident: etree._Element) -> etree._Element:
    (school,) = incident.findall(f"{{{NAMESPACE}}}SchoolReference")
    return school


def words_of(root: etree._Element) -> Counter[tuple[str, str]]:
    """Every element with a text of its own."""
    said = ((str(one.tag), (one.text or "").strip()) for one in root.iter())
    one_way = {"0": "false", "1": "true"}
    return Counter(
        (tag, one_way.get(text, text) if tag.endswith("Indicator") else text)
        for tag, text in said
        if text
    )


def test_what_is_not_said_has_no_element() -> None:
    line = {
        "incidentIdentifier": "1",
        "incidentDate": "2026-10-14",
        "schoolReference": {"schoolId": 255901},
    }
    written = whole({"disciplineIncidents": [line]}).decode()
    assert written == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{INTERCHANGE} xmlns="http://ed-fi.org/5.2.0">\n'
        "<DisciplineIncident>\n"
        "  <IncidentIdentifier>1</IncidentIdentifier>\n"
        "  <IncidentDate>2026-10-14</IncidentDate>\n"
        "  <SchoolReference>\n"
        "    <SchoolIdentity>\n"
        "      <SchoolId>255901</SchoolId>\n"
        "    </SchoolIdentity>\n"
        "  </SchoolReference>\n"
        "</DisciplineIncident>\n"
        f"</{INTERCHANGE}>\n"
    )


# The file of a sink.

TABLE = {"kind": "edfi-xml", "namespace": "uri://oakhill.example"}
IDS = {"bulk": {"school": 255901}}


def a_sink(**more: Any) -> Sink:
    return EDFI_XML.sink_from("bulk", TABLE | more, IDS, "oakhill", sis.NOWHERE)


@needs_schemas
@given(sis.extracts(), st.sampled_from(["core", "local"]))
@settings(deadline=None)
def test_the_file_of_any_extract_is_valid_and_says_what_the_api_is_told(
    extract: Extract, descriptors: str
) -> None:
    sink = a_sink(descriptors=descriptors)
    wanted, told = EDFI_XML.wanted(extract, sink), records(extract, sink)
    assert wanted.held == told.held
    own_words = {to: lines for to, lines in told.resources.items() if to.endswith("Descriptors")}
    lines = {to: list(of) for to, of in told.resources.items() if to not in own_words}
    assert {to: wanted.not_carried[to] for to in own_words} == {
        to: len(words) for to, words in own_words.items()
    }
    assert wanted.counts == {to: len(of) for to, of in lines.items()}
    assert list(wanted.files) == ([FILE] if lines else [])
    for written in wanted.files.values():
        assert_valid(written)
        back = read(written)
        assert {to: [exact(line) for line in of] for to, of in back.items()} == {
            to: [exact(line) for line in of] for to, of in lines.items()
        }


def test_the_week_goes_out_in_one_file() -> None:
    wanted = EDFI_XML.wanted(sis.week(), a_sink(descriptors="core"))
    assert list(wanted.files) == [FILE]
    assert wanted.files == EDFI_XML.wanted(sis.week(), a_sink(descriptors="core")).files
    assert wanted.counts["disciplineIncidents"] == 2


@given(sis.extracts())
@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_goes_out_is_what_the_import_takes_in(tmp_path: Path, extract: Extract) -> None:
    """Line by line, in any order; that a record is of an incident says where it stands."""
    sink = a_sink(descriptors="core")
    told = records(extract, sink).resources
    for name, written in EDFI_XML.wanted(extract, sink).files.items():
        path = tmp_path / Path(name).name
        path.write_bytes(written)
        with edfi_discipline.opened(path, ZoneInfo(sis.LOS_ANGELES)) as history:
            incidents = list(history.incidents)
            assert not [*history.strays]
            assert not history.problems
        kept = [line.text for incident in incidents for line in incident.lines]
        kept += [done.line for incident in incidents for done in incident.deeds]
        sent = [exact(line) for lines in told.values() for line in lines]
        back = [exact(json.loads(line)) for line in kept]
        assert sorted(map(in_order, back)) == sorted(map(in_order, sent))


def in_order(line: Any) -> str:
    return json.dumps(line, sort_keys=True, default=float)


def test_restraints_are_not_in_this_interchange() -> None:
    restraint = sis.incident(sis.FIGHT, "2026-10-14T19:10:00Z")
    body = {"number": 1, "kind": "seclusion", "school_id": "oakhill"}
    held = replace(restraint, kind="restraint", student_id=sis.ANA, body=body)
    wanted = EDFI_XML.wanted(sis.extract([*sis.week().records, held]), a_sink())
    assert wanted.not_carried["restraint"] == 1
    assert not any(one.record.startswith("restraint") for one in wanted.held)


def test_what_xml_cannot_write_holds_back_its_incident_and_all_that_refers_to_it() -> None:
    line = {"incidentIdentifier": "7", "incidentDescription": "a\x0bb"}
    records = list(sis.week().records)
    came: dict[str, Any] = {
        "source": "old",
        "identifier": "7",
        "adopted": [],
        "line": line,
        "was": None,
    }
    fight = [r for r in records if r.incident_id == sis.FIGHT and r.kind == "incident"]
    broken = [replace(r, body=r.body | {"came": came | {"was": r.body}}) for r in fight]
    rest = [r for r in records if r not in fight]
    wanted = EDFI_XML.wanted(sis.extract([*broken, *rest]), a_sink(text=True))
    (written,) = wanted.files.values()
    assert b"\x0b" not in written
    back = [one for one in wanted.held if one.reason == BROKEN]
    assert {one.endpoint for one in back} >= {"disciplineIncidents", "disciplineActions"}
    assert not any("a\x0bb" in one.reason for one in back)
    references = {
        one.text for one in etree.fromstring(written).iter(f"{{{NAMESPACE}}}IncidentIdentifier")
    }
    assert references == {sis.LUNCH}


@pytest.mark.parametrize("standard", ["5.0", "5.1", "6.0"])
def test_a_standard_whose_xml_is_not_known_is_refused_by_name(standard: str) -> None:
    with pytest.raises(BadSink, match=f"the XML of Data Standard {standard} is not written"):
        a_sink(standard=standard)
    with pytest.raises(BadSink, match=r"Data Standard 3.3 takes identifiers of 20"):
        a_sink(standard="3.3")


def test_a_sink_is_as_its_settings_say() -> None:
    assert a_sink().system == "Ed-Fi XML 5.2"
    assert a_sink(standard="5.2") == a_sink()
    with pytest.raises(BadSink, match=r"\[sink.bulk\] is a table"):
        EDFI_XML.sink_from("bulk", 3, IDS, "oakhill", sis.NOWHERE)
    with pytest.raises(BadSink, match=r"\[sink.bulk\] kind cannot be followed"):
        a_sink(kind="edfi")
