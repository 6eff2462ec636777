"""What an Ed-Fi sink should hold: valid against the published schemas, and complete."""

from __future__ import annotations

import json
import os
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import made
import pytest
import sis
import yaml
from hypothesis import given, settings
from lxml import etree

from ledger.domain.codes import Action, Behavior, Code, LengthDifference, Location, Weapon
from ledger.domain.incident import INCIDENT
from ledger.exports import BadSink, Line, Sink
from ledger.exports.edfi import (
    EDFI,
    LIGHTBEAM,
    NO_IEP,
    SECLUSION,
    Made,
    records,
)
from ledger.exports.edfi_cases import ENDPOINT_OF
from ledger.exports.edfi_keys import ENDPOINTS, key_of
from ledger.exports.edfi_words import PLACELESS, WORDS
from ledger.exports.writing import write_run
from ledger.folder import entry
from ledger.projections import Views
from ledger.reading import Extract, Reader, Reading

PUBLISHED = Path(__file__).parents[2] / "shared" / "data" / "edfi"
EXPECTED = Path(__file__).parent / "expected" / "edfi"
BEHAVIORS = "studentDisciplineIncidentBehaviorAssociations"
OTHERS = "studentDisciplineIncidentNonOffenderAssociations"
STAFF = "staffDisciplineIncidentAssociations"
TOO_LONG = "the identifier on the roster is longer than 32 characters"
needs_schemas = pytest.mark.skipif(
    not PUBLISHED.exists(), reason="Ed-Fi's published schemas are not in ../shared/data/edfi"
)


# Ed-Fi's own schemas and descriptors.


@cache
def _component(file: str, name: str) -> dict[str, Any]:
    """One schema, cut out of a file of two megabytes by its indentation."""
    text = _text(file)
    found = re.search(rf"^    {name}:\n((?:      .*\n|\n)*)", text, re.MULTILINE)
    assert found, f"{file} has no {name}"
    loaded: dict[str, Any] = yaml.load(found[1], Loader=yaml.CSafeLoader)
    return loaded


@cache
def _text(file: str) -> str:
    return (PUBLISHED / file).read_text(encoding="utf-8")


def _strict(file: str, schema: Any) -> Any:
    """The schema with its references filled in, and no field allowed that it does not name."""
    if isinstance(schema, list):
        return [_strict(file, part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _strict(file, _component(file, schema["$ref"].rpartition("/")[2]))
    closed = {"additionalProperties": False} if "properties" in schema else {}
    return {key: _strict(file, part) for key, part in schema.items()} | closed


@cache
def validator(endpoint: str) -> jsonschema.Draft7Validator:
    descriptor = endpoint.endswith("Descriptors")
    file = "descriptor-api-5.0.yaml" if descriptor else "resources-ds-5.0.yaml"
    schema = _strict(file, _component(file, f"edFi_{endpoint.removesuffix('s')}"))
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())


@cache
def core_descriptors() -> frozenset[str]:
    """Every descriptor of the published files."""
    found = set()
    for file in (PUBLISHED / "v5.2.0" / "Descriptors").glob("*.xml"):
        for one in etree.parse(str(file)).getroot():
            said = {etree.QName(part).localname: part.text for part in one}
            found.add(f"{said['Namespace']}#{said['CodeValue']}")
    return frozenset(found)


def descriptors(value: Any) -> Iterator[str]:
    """Every descriptor in a line, however deep."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key.endswith("Descriptor"):
                yield part
            else:
                yield from descriptors(part)
    elif isinstance(value, list):
        for part in value:
            yield from descriptors(part)


def assert_valid(wanted: Made) -> None:
    for endpoint, lines in wanted.resources.items():
        for line in lines:
            validator(endpoint).validate(line)
            for word in descriptors(line):
                local = word.startswith("uri://oakhill.example/")
                assert local or word in core_descriptors(), word


def lines(wanted: Made, endpoint: str) -> tuple[Line, ...]:
    return wanted.resources.get(endpoint, ())


def reference(line: Line) -> str:
    """The key of an association as an action refers to it."""
    key = {
        "behaviorDescriptor": line["behaviorDescriptor"],
        **line["disciplineIncidentReference"],
        **line["studentReference"],
    }
    return json.dumps(key, sort_keys=True)


def why(wanted: Made) -> dict[str, str]:
    return {held.record: held.reason for held in wanted.held}


# Laws of any extract.


@needs_schemas
@given(sis.extracts(), sis.sinks())
@settings(deadline=None)
def test_every_line_is_valid_against_the_published_schemas(extract: Extract, sink: Sink) -> None:
    assert_valid(records(extract, sink))


@given(sis.extracts(), sis.sinks())
@settings(deadline=None)
def test_the_order_of_the_records_changes_nothing(extract: Extract, sink: Sink) -> None:
    shuffled = list(extract.records)
    random.Random(7).shuffle(shuffled)
    backwards = replace(
        extract,
        records=shuffled,
        student_numbers=dict(reversed(extract.student_numbers.items())),
    )
    assert records(backwards, sink) == records(extract, sink)


@given(sis.extracts(), sis.sinks())
@settings(deadline=None)
def test_every_record_goes_or_is_held_back_or_was_not_asked_for(
    extract: Extract, sink: Sink
) -> None:
    wanted = records(extract, sink)
    held = Counter(held.endpoint for held in wanted.held)
    left = Counter(wanted.not_carried)
    left["restraint"] += left.pop(SECLUSION, 0) + left.pop(NO_IEP, 0)
    left["non-offender"] += left.pop("non-offender who was involved", 0)
    kinds = Counter(record.kind for record in extract.records)
    for kind, endpoint in ENDPOINT_OF.items():
        there = kinds[kind] - held[endpoint] - left[kind]
        sent = len(lines(wanted, endpoint))
        if endpoint != BEHAVIORS:
            assert sent == there, kind
        assert sent <= there
        assert bool(sent) == bool(there)
        if sink.own.descriptors == "local":
            assert sent == there  # no two codes are one word there


@given(sis.extracts(), sis.sinks())
@settings(deadline=None)
def test_what_a_record_refers_to_is_sent_before_it(extract: Extract, sink: Sink) -> None:
    wanted = records(extract, sink)
    assert list(wanted.resources) == [e for e in ENDPOINTS if e in wanted.resources]
    incidents = {line["incidentIdentifier"] for line in lines(wanted, "disciplineIncidents")}
    seen = lines(wanted, BEHAVIORS)
    for endpoint in (BEHAVIORS, OTHERS, STAFF):
        refer = {
            line["disciplineIncidentReference"]["incidentIdentifier"]
            for line in lines(wanted, endpoint)
        }
        assert refer <= incidents
    if "behavior" in sink.kinds:
        assert incidents == {s["disciplineIncidentReference"]["incidentIdentifier"] for s in seen}
    associations = {reference(line) for line in seen}
    for done in lines(wanted, "disciplineActions"):
        led = [
            next(iter(r.values())) for r in done["studentDisciplineIncidentBehaviorAssociations"]
        ]
        assert led
        assert {json.dumps(key, sort_keys=True) for key in led} <= associations
        assert {key["studentUniqueId"] for key in led} == {
            done["studentReference"]["studentUniqueId"]
        }


@given(sis.extracts(), sis.sinks())
@settings(deadline=None)
def test_just_the_local_words_that_are_used_are_made_at_the_sink(
    extract: Extract, sink: Any
) -> None:
    wanted = records(extract, sink)
    used = {word for of in wanted.resources.values() for line in of for word in descriptors(line)}
    made = [
        f"{line['namespace']}#{line['codeValue']}"
        for endpoint in ("behaviorDescriptors", "disciplineDescriptors")
        for line in lines(wanted, endpoint)
    ]
    assert sorted(made) == sorted(w for w in used if w.startswith("uri://oakhill.example/"))


@given(sis.extracts(), sis.sinks())
@settings(deadline=None)
def test_a_key_stands_once_and_the_lines_are_in_its_order(extract: Extract, sink: Sink) -> None:
    for endpoint, found in records(extract, sink).resources.items():
        keys = [key_of(endpoint, line) for line in found]
        assert keys
        assert keys == sorted(set(keys))


@given(sis.extracts(), sis.sinks())
@settings(deadline=None)
def test_two_children_never_become_one_at_the_sink(extract: Extract, sink: Sink) -> None:
    wanted = records(extract, sink)
    numbers = {line["studentReference"]["studentUniqueId"] for line in lines(wanted, BEHAVIORS)}
    for number in numbers:
        who = [
            n for n in extract.student_numbers.values() if n["identifier"].lower() == number.lower()
        ]
        assert len(who) == 1


# One week, read by eye.


def test_the_week_is_written_as_expected(tmp_path: Path) -> None:
    for words in ("local", "core"):
        sink = sis.sink(words, descriptors=words)
        week = sis.week()
        line = "5f6d1c0a 48090 " + "ab" * 32
        run = write_run(tmp_path / words, EDFI.wanted(week, sink), week, sink, line)
        if os.environ.get("EXPECTED") == "write":
            for path in files(run.folder):
                (EXPECTED / words / path).parent.mkdir(parents=True, exist_ok=True)
                (EXPECTED / words / path).write_bytes((run.folder / path).read_bytes())
        assert files(run.folder) == files(EXPECTED / words)
        for path, data in files(run.folder).items():
            assert data == files(EXPECTED / words)[path], f"{words}/{path} differs"


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@needs_schemas
def test_the_week_is_valid_in_both_words() -> None:
    for words in ("local", "core"):
        assert_valid(records(sis.week(), sis.sink(descriptors=words)))


@needs_schemas
def test_a_line_with_a_field_or_a_word_too_many_is_found() -> None:
    wanted = records(sis.week(), sis.sink())
    (line, *_) = lines(wanted, "disciplineIncidents")
    for wrong in (
        {"narrative": "x"},
        {"incidentDate": "yesterday"},
        {"incidentIdentifier": "1" * 37},
    ):
        with pytest.raises(jsonschema.ValidationError):
            validator("disciplineIncidents").validate(line | wrong)
    bad = line | {"incidentLocationDescriptor": "uri://ed-fi.org/IncidentLocationDescriptor#Moon"}
    with pytest.raises(AssertionError, match="Moon"):
        assert_valid(replace(wanted, resources={"disciplineIncidents": (bad,)}))


def test_each_thing_that_stays_here_says_why() -> None:
    assert why(records(sis.week(), sis.sink())) == {
        "behavior disruption of 88fd210": "not on the roster yet",
        "action 3 of 88fd210": "not decided yet: it goes when the action that was taken is known",
        "action 4 of 88fd210": "not on the roster yet",
        "behavior disruption of 231c0d5": TOO_LONG,
        "incident c0ffee0": "every student who is referred in it is held back",
        "behavior tardy of c0ffee0": TOO_LONG,
        "action 1 of c0ffee0": TOO_LONG,
    }


def test_codes_of_a_child_that_map_to_one_word_are_one_record_with_all_parts() -> None:
    seen = lines(records(sis.week(), sis.sink(descriptors="core")), BEHAVIORS)
    (cleo,) = [s for s in seen if s["studentReference"]["studentUniqueId"] == "104590"]
    assert cleo["behaviorDescriptor"] == "uri://ed-fi.org/BehaviorDescriptor#School Code of Conduct"
    parts = [word.partition("#")[2] for word in descriptors(cleo)]
    assert parts == ["School Code of Conduct", "Perpetrator", "Reporter"]


def test_a_grouped_record_is_kept_while_either_code_stands() -> None:
    week, core = sis.week(), sis.sink(descriptors="core")
    one_less = replace(week, records=[r for r in week.records if r.body.get("code") != "bullying"])
    ana = [s for s in lines(records(week, core), BEHAVIORS) if "104233" in json.dumps(s)]
    assert len(ana) == 1
    assert ana[0] in lines(records(one_less, core), BEHAVIORS)


def test_time_and_day_are_those_of_the_school() -> None:
    found = {
        line["incidentIdentifier"]: (line["incidentDate"], line.get("incidentTime"))
        for line in lines(records(with_everybody(), sis.sink()), "disciplineIncidents")
    }
    assert found == {
        sis.FIGHT: ("2026-10-14", "12:10:00"),
        sis.LUNCH: ("2026-10-14", "23:59:30"),
        sis.HALL: ("2026-10-13", None),  # a day without a time
    }


def with_everybody() -> Extract:
    """The week, with a sound number for every child."""
    numbers = {sis.NEW: {"identifier": "104700"}, sis.LONG: {"identifier": "104701"}}
    return replace(sis.week(), student_numbers=sis.NUMBERS | numbers)


def test_only_school_days_are_a_length() -> None:
    whole = sis.incident(sis.FIGHT, "2026-10-14T19:10:00Z")
    seen = sis.behavior(whole, sis.ANA, "fighting")

    def lengths(**more: Any) -> tuple[Any, Any]:
        done = sis.action(whole, sis.ANA, 1, "in-school-suspension", "2026-10-15", **more)
        (line,) = lines(records(sis.extract([whole, seen, done]), sis.sink()), "disciplineActions")
        return line.get("disciplineActionLength"), line.get("actualDisciplineActionLength")

    assert lengths(minutes=30) == (None, None)
    assert lengths(days="2") == (2, None)
    assert lengths(days="0.25", served=True) == (0.25, 0.25)
    assert lengths(days="2", served=True, served_days="1") == (2, 1)
    assert lengths(days="2", served=True, served_minutes=90) == (2, None)


def test_a_sink_that_wants_majors_is_not_told_of_minors() -> None:
    wanted = records(with_everybody(), sis.sink(levels=["major"]))
    assert {line["incidentIdentifier"] for line in lines(wanted, "disciplineIncidents")} == {
        sis.FIGHT
    }
    assert "104700" not in json.dumps(wanted.resources)
    assert wanted.not_carried == {"incident": 2, "behavior": 5, "action": 3}


def test_a_sink_is_told_of_what_happened_since_its_day_and_of_the_actions_it_asks_for() -> None:
    wanted = records(
        with_everybody(), sis.sink(since=date(2026, 10, 14), actions=["in-school-suspension"])
    )
    assert len(lines(wanted, "disciplineIncidents")) == 2
    assert len(lines(wanted, "disciplineActions")) == 1


def test_an_action_with_a_child_who_did_nothing_stays_here() -> None:
    whole = sis.incident(sis.FIGHT, "2026-10-14T19:10:00Z")
    asked = sis.action(whole, sis.BO, 1, "conference-with-student", "2026-10-14", behaviors=[])
    wanted = records(
        sis.extract([whole, sis.behavior(whole, sis.ANA, "fighting"), asked]), sis.sink()
    )
    assert why(wanted) == {
        "action 1 of 88fd210": "no behavior of this student stands in the incident"
    }


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({}, "no identifier on the roster"),
        ({"identifier": ""}, "no identifier on the roster"),
        ({"identifier": "1" * 33}, TOO_LONG),
        (
            {"identifier": "10 42"},
            "the identifier on the roster has a blank or an unprintable character in it",
        ),
        ({"identifier": "104512"}, "the identifier on the roster is somebody else's too"),
    ],
)
def test_who_has_no_sound_number_is_held_back(numbers: dict[str, str], reason: str) -> None:
    wanted = records(
        replace(sis.week(), student_numbers=sis.NUMBERS | {sis.NEW: numbers}), sis.sink()
    )
    assert why(wanted)["behavior disruption of 88fd210"] == reason


def test_an_incident_in_an_unknown_zone_is_held_back_with_all_its_records() -> None:
    whole = sis.incident(sis.FIGHT, "2026-10-14T19:10:00Z", zone="No/Such")
    done = sis.action(whole, sis.ANA, 1, "no-action", "2026-10-14")
    wanted = records(
        sis.extract([whole, sis.behavior(whole, sis.ANA, "fighting"), done]), sis.sink()
    )
    assert not wanted.resources
    assert Counter(why(wanted).values()) == {
        "its time zone is not known on this computer": 1,
        "its incident is held back": 2,
    }


def test_a_code_without_a_word_is_held_back_by_its_name() -> None:
    whole = sis.incident(sis.FIGHT, "2026-10-14T19:10:00Z")
    seen = [sis.behavior(whole, sis.ANA, code) for code in ("lunch-tables", "fighting")]
    wanted = records(sis.extract([whole, *seen]), sis.sink())
    assert why(wanted) == {"behavior lunch-tables of 88fd210": '"lunch-tables" has no Ed-Fi word'}
    assert len(lines(wanted, BEHAVIORS)) == 1


def test_a_stream_that_cannot_be_read_is_named_among_what_is_held_back() -> None:
    wanted = records(sis.extract([], unreadable=(f"incident-{sis.HALL}",)), sis.sink())
    assert why(wanted) == {"incident c0ffee0": "its events cannot be read: run bledger doctor"}


def test_a_kind_of_record_that_ed_fi_is_not_sent_is_counted() -> None:
    praise = replace(sis.incident(sis.FIGHT, "2026-10-14T19:10:00Z"), kind="praise")
    assert records(sis.extract([praise]), sis.sink()).not_carried == {"praise": 1}


@needs_schemas
def test_what_was_recorded_comes_out_valid_and_without_a_name_or_a_narrative(
    tmp_path: Path,
) -> None:
    record, access = made.new_ledger(tmp_path), made.new_ledger(tmp_path, "access")
    made.enrol(record, 1)
    made.report(record, 1, "CANARY saw it")
    made.report(record, 2)  # its student is not on the roster
    record.do(INCIDENT, made.incident_id(1), made.an_action(), made.TEACHER)
    reader = Reader(made.TEACHER, frozenset({"clerk"}), "export")
    reading = Reading(record, access, Views(None, None), reader)
    extract = reading.extract("ods", "the district")
    sink = replace(sis.sink(), student="local")  # as the made-up roster numbers them
    wanted = records(extract, sink)
    assert_valid(wanted)
    assert {to: len(found) for to, found in wanted.resources.items()} == {
        "behaviorDescriptors": 1,
        "disciplineDescriptors": 1,
        "disciplineIncidents": 1,
        BEHAVIORS: 1,
        "disciplineActions": 1,
    }
    assert "not on the roster yet" in why(wanted).values()
    run = write_run(tmp_path / "ods", EDFI.wanted(extract, sink), extract, sink, "checkpoint")
    everything = b"".join(files(run.folder).values()).decode()
    for word in ("CANARY", *made.GIVEN, *made.FAMILY):
        assert not re.search(rf"\b{word}\b", everything, re.IGNORECASE), word


# The maps.


@pytest.mark.parametrize(
    ("of", "codes", "wordless"),
    [
        ("Behavior", Behavior, set()),
        ("Discipline", Action, {"action-pending"}),
        ("IncidentLocation", Location, PLACELESS),
        ("Weapon", Weapon, set()),
        ("DisciplineActionLengthDifferenceReason", LengthDifference, set()),
    ],
)
def test_every_code_has_a_word_but_those_that_are_named(
    of: str, codes: type[Code], wordless: set[str]
) -> None:
    assert {code.value for code in codes} - set(WORDS[of]) == wordless


@needs_schemas
def test_every_word_of_the_maps_is_published() -> None:
    words = {f"uri://ed-fi.org/{of}Descriptor#{w}" for of, to in WORDS.items() for w in to.values()}
    assert words <= core_descriptors()


def test_every_own_word_fits_a_descriptor() -> None:
    for codeset in (Behavior, Action):
        assert all(len(code.value) <= 50 and len(code.label) <= 75 for code in codeset)


# Lightbeam's settings.


def test_lightbeam_finds_in_its_file_what_it_asks_for_and_no_secret() -> None:
    said = yaml.safe_load(LIGHTBEAM)
    assert said["data_dir"].endswith("/")
    assert said["namespace"] == "ed-fi"
    assert said["connection"]["verify_ssl"] is True
    assert "state_dir" not in said
    api = said["edfi_api"]
    assert all(
        re.fullmatch(r"\$\{[A-Z_]+\}", api[key])
        for key in ("base_url", "client_id", "client_secret")
    )


# The settings.

TABLE = {"kind": "edfi", "standard": "5.0", "namespace": "uri://oakhill.example"}
IDS = {"ods": {"school": 255901, "student": "identifier", "staff": "sourcedId"}}


def test_the_format_is_found_by_its_name() -> None:
    assert entry("ledger.exports", "edfi", type(EDFI)) is EDFI


def test_a_sink_is_as_its_settings_say() -> None:
    found = sink_from(TABLE | {"levels": ["major"], "actions": "removals"}, IDS)
    assert found.own.namespace == "uri://oakhill.example"
    assert (found.school("oakhill"), found.student) == (255901, "identifier")
    assert found.levels == {"major"}
    assert "out-of-school-suspension" in found.actions
    assert "bus-suspension" not in found.actions
    assert found.own.descriptors == "local"


def sink_from(table: Any, ids: Any, name: str = "ods") -> Sink:
    return EDFI.sink_from(name, table, ids, "oakhill", sis.NOWHERE)


def without(table: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in table.items() if k != key}


@pytest.mark.parametrize("standard", ["3.3", "4.0"])
def test_a_standard_with_short_identifiers_is_refused_by_name(standard: str) -> None:
    with pytest.raises(BadSink, match=rf"Data Standard {standard} takes identifiers of 20"):
        sink_from(TABLE | {"standard": standard}, IDS)


@pytest.mark.parametrize(
    ("table", "ids", "part"),
    [
        (3, IDS, r"[sink.ods] is a table"),
        (TABLE, {"ods": 3}, r"[ids.ods] is a table"),
        (TABLE | {"client_secret": "hush"}, IDS, "[sink.ods] client_secret is not known"),
        (without(TABLE, "kind"), IDS, "[sink.ods] needs kind"),
        (without(TABLE, "namespace"), IDS, "[sink.ods] needs namespace"),
        (TABLE, {}, "[ids.ods] needs school"),
        (TABLE | {"kind": "csv"}, IDS, "[sink.ods] kind cannot be followed"),
        (TABLE | {"standard": 5.0}, IDS, 'standard = "5.0"'),
        (TABLE | {"standard": ["5.0"]}, IDS, 'standard = "5.0"'),
        (TABLE | {"standard": "7.0"}, IDS, 'standard = "5.0"'),
        (TABLE | {"namespace": "oakhill"}, IDS, "namespace = "),
        (TABLE | {"namespace": "uri://oakhill.example/"}, IDS, "namespace = "),
        (TABLE | {"namespace": "uri://ed-fi.org"}, IDS, "not Ed-Fi's"),
        (TABLE | {"namespace": "uri://oak hill"}, IDS, "namespace = "),
        (TABLE | {"descriptors": "state"}, IDS, "descriptors = "),
        (TABLE | {"levels": "major"}, IDS, "levels = "),
        (TABLE | {"levels": []}, IDS, "levels = "),
        (TABLE | {"levels": [["major"]]}, IDS, "levels = "),
        (TABLE | {"actions": ["detention"]}, IDS, "actions = "),
        (TABLE | {"actions": {"all": True}}, IDS, "actions = "),
        (TABLE | {"since": "2026-08-12"}, IDS, "since = "),
        (TABLE, {"ods": {"school": "255901"}}, "school = "),
        (TABLE, {"ods": {"school": True}}, "school = "),
        (TABLE, {"ods": {"school": 0}}, "school = "),
        (TABLE, {"ods": {"school": 1, "student": "of a name"}}, "student = "),
        (TABLE, {"ods": {"school": 1, "staff": "two words"}}, "staff = "),
    ],
)
def test_what_cannot_be_followed_is_named_with_its_key(table: Any, ids: Any, part: str) -> None:
    with pytest.raises(BadSink, match=re.escape(part)) as no:
        sink_from(table, ids)
    assert "hush" not in str(no.value)


@pytest.mark.parametrize("name", ["", "../up", "a/b", "ODS", "run 1"])
def test_a_sink_whose_name_is_no_folder_is_refused(name: str) -> None:
    with pytest.raises(BadSink, match="small letters"):
        sink_from(TABLE, {name: {"school": 1}}, name)
