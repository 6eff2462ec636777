"""Several sinks in one school.toml, each with its own ids, words and filters."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sis
from desk import School
from hypothesis import given, settings
from test_edfi import OTHERS, STAFF, assert_valid, core_descriptors, lines, needs_schemas, why

from ledger.exports import KINDS, BadSink, Held, Sink, prepared
from ledger.exports.asked import asked
from ledger.exports.edfi import EDFI, records
from ledger.exports.edfi_words import SETS, known
from ledger.exports.writing import check, write_run
from ledger.reading import Extract, SisRecord

BEHAVIORS = "studentDisciplineIncidentBehaviorAssociations"
RESTRAINTS = "restraintEvents"
AT = "2026-10-14T19:10:00Z"
IEP = {sis.ANA: (("2026-08-12", ("iep",)),)}


def whole(**more: Any) -> Extract:
    """A fight with everything that Ed-Fi has a place for."""
    fight = sis.incident(sis.FIGHT, AT, reported_by=sis.TEACHER, behaviors=["fighting"])
    found = [
        fight,
        sis.behavior(fight, sis.ANA, "fighting"),
        sis.other(fight, sis.BO, "victim", "involved"),
        sis.reporter(fight, sis.TEACHER),
        sis.action(fight, sis.ANA, 1, "no-action", "2026-10-15", behaviors=["fighting"]),
        sis.restraint(fight, sis.ANA),
    ]
    return sis.extract(found, **({"student_flags": IEP} | more))


def sent(extract: Extract, sink: Sink) -> list[str]:
    own = ("behaviorDescriptors", "disciplineDescriptors")
    return [endpoint for endpoint in records(extract, sink).resources if endpoint not in own]


ALL = [
    "disciplineIncidents",
    BEHAVIORS,
    OTHERS,
    STAFF,
    "disciplineActions",
    RESTRAINTS,
]


# The other resources.


@needs_schemas
def test_staff_others_and_restraints_are_valid_and_in_order() -> None:
    made = records(whole(), sis.sink())
    assert_valid(made)
    assert sent(whole(), sis.sink()) == ALL
    (other,) = lines(made, OTHERS)
    assert other["studentReference"] == {"studentUniqueId": "104512"}
    assert [*other["disciplineIncidentParticipationCodes"][0].values()] == [
        "uri://ed-fi.org/DisciplineIncidentParticipationCodeDescriptor#Victim"
    ]
    (staff,) = lines(made, STAFF)
    assert staff["staffReference"] == {"staffUniqueId": "T-18"}
    (held,) = lines(made, RESTRAINTS)
    assert held["eventDate"] == "2026-10-14"
    assert [*held["reasons"][0].values()] == [
        "uri://ed-fi.org/RestraintEventReasonDescriptor#Imminent Serious Physical Harm To Others"
    ]


def test_who_was_referred_too_is_not_sent_as_a_bystander() -> None:
    extract = whole()
    also = sis.other(extract.records[0], sis.ANA, "victim")
    made = records(replace(extract, records=[*extract.records, also]), sis.sink())
    assert len(lines(made, OTHERS)) == 1
    assert made.not_carried == {}


def test_who_was_referred_for_what_the_sink_is_not_sent_is_still_a_victim() -> None:
    fight = sis.incident(sis.FIGHT, AT)
    found = [
        fight,
        sis.behavior(fight, sis.ANA, "arson"),
        sis.behavior(fight, sis.BO, "disrespect", "minor", "victim"),
        sis.other(fight, sis.BO, "victim"),
    ]
    extract = sis.extract(found)
    assert len(lines(records(extract, sis.sink(levels=["major"])), OTHERS)) == 1
    assert len(lines(records(extract, sis.sink()), OTHERS)) == 0


def test_a_part_without_a_word_is_not_carried_unless_the_sink_has_one() -> None:
    fight = sis.incident(sis.FIGHT, AT)
    found = [fight, sis.behavior(fight, sis.ANA, "arson"), sis.other(fight, sis.BO, "involved")]
    extract = sis.extract(found)
    made = records(extract, sis.sink())
    assert (why(made), made.not_carried) == ({}, {"non-offender who was involved": 1})
    own = "uri://state.example/DisciplineIncidentParticipationCodeDescriptor#Involved"
    said = {"DisciplineIncidentParticipationCode": {"involved": own}}
    (line,) = lines(records(extract, sis.sink(core=said)), OTHERS)
    assert [*line["disciplineIncidentParticipationCodes"][0].values()] == [own]


def test_a_reporter_without_a_number_is_held_back_and_nothing_else() -> None:
    made = records(whole(staff_numbers={sis.TEACHER: {}}), sis.sink())
    nobody = "nobody on the roster has a sourcedId: see [ids.NAME] in school.toml"
    assert why(made) == {"staff 88fd210": nobody}
    made = records(whole(staff_numbers={}), sis.sink())
    assert why(made) == {"staff 88fd210": "not on the roster yet"}


@pytest.mark.parametrize(
    ("history", "goes"),
    [
        ((("2026-10-14", ("iep",)),), True),
        ((("2026-10-15", ("iep",)),), False),
        ((("2026-08-12", ("iep",)), ("2026-10-14", ("section-504",))), False),
        ((("2026-08-12", ()), ("2026-10-01", ("english-learner", "iep"))), True),
        ((), False),
    ],
)
def test_a_restraint_goes_only_with_an_iep_on_that_day(history: Any, goes: bool) -> None:
    made = records(whole(student_flags={sis.ANA: history}), sis.sink())
    assert len(lines(made, RESTRAINTS)) == goes
    left = {} if goes else {"restraint of a student without an IEP": 1}
    assert made.not_carried == left


def test_the_day_of_a_restraint_is_the_schools() -> None:
    fight = sis.incident(sis.FIGHT, "2026-10-15T06:30:00Z")  # the 14th here
    held = sis.restraint(fight, sis.ANA)
    found = [fight, sis.behavior(fight, sis.ANA, "fighting"), held]
    flags = {sis.ANA: (("2026-08-12", ("iep",)), ("2026-10-15", ()))}
    (line,) = lines(records(sis.extract(found, student_flags=flags), sis.sink()), RESTRAINTS)
    assert line["eventDate"] == "2026-10-14"


def test_seclusion_has_no_place_in_ed_fi() -> None:
    extract = whole()
    alone = sis.restraint(extract.records[0], sis.ANA, "seclusion", number=2)
    made = records(replace(extract, records=[*extract.records, alone]), sis.sink())
    assert made.not_carried == {"seclusion": 1}
    assert len(lines(made, RESTRAINTS)) == 1


# What a sink asks for: each filter lets something pass and something not.


@pytest.mark.parametrize(
    ("settings", "passes", "stays"),
    [
        ({}, ALL, {}),
        ({"levels": ["major"]}, ALL, {}),
        ({"levels": ["minor"]}, [], dict.fromkeys(KINDS, 1)),
        ({"since": date(2026, 10, 14)}, ALL, {}),
        ({"since": date(2026, 10, 15)}, [], dict.fromkeys(KINDS, 1)),
        ({"actions": ["no-action"]}, ALL, {}),
        ({"actions": "removals"}, [e for e in ALL if e != "disciplineActions"], {"action": 1}),
        ({"kinds": [*KINDS]}, ALL, {}),
        (
            {"kinds": ["incident", "behavior"]},
            ["disciplineIncidents", BEHAVIORS],
            {"action": 1, "non-offender": 1, "restraint": 1, "staff": 1},
        ),
        (
            {"kinds": ["restraint"]},
            [RESTRAINTS],
            {"action": 1, "behavior": 1, "incident": 1, "non-offender": 1, "staff": 1},
        ),
    ],
)
def test_each_filter_lets_pass_what_it_names_and_counts_the_rest(
    settings: dict[str, Any], passes: list[str], stays: dict[str, int]
) -> None:
    sink = sis.sink(**settings)
    assert sent(whole(), sink) == passes
    assert records(whole(), sink).not_carried == stays


@given(sis.extracts(), sis.sinks())
@settings(deadline=None)
def test_what_is_asked_for_and_what_is_not_are_all_records(extract: Extract, sink: Sink) -> None:
    found = asked(extract, sink)
    kept = sum(1 for case in found.cases for record in case if record.kind in sink.kinds)
    assert kept + sum(found.not_carried.values()) == len(extract.records)


# Ids of a sink.


def one_at(school: str) -> Extract:
    fight = sis.incident(sis.FIGHT, AT, school_id=school)
    return sis.extract([fight, sis.behavior(fight, sis.ANA, "fighting")])


@pytest.mark.parametrize(
    ("school", "number"),
    [("oakhill", 255901), ("255901044", 44), ("255901107", 255901107), ("007", 7)],
)
def test_a_school_is_told_in_the_sinks_number(school: str, number: int) -> None:
    ids = {"school": 255901, "schools": {"255901044": 44}}
    sink = EDFI.sink_from("ods", TABLE, {"ods": ids}, "oakhill", sis.NOWHERE)
    (line,) = lines(records(one_at(school), sink), "disciplineIncidents")
    assert line["schoolReference"] == {"schoolId": number}
    (seen,) = lines(records(one_at(school), sink), BEHAVIORS)
    assert seen["disciplineIncidentReference"]["schoolId"] == number


@pytest.mark.parametrize("school", ["birchway", "", "0", "٣", "-1", "1.5", "9" * 19])
def test_a_school_without_a_number_is_held_back_with_what_to_do(school: str) -> None:
    reasons = why(records(one_at(school), sis.sink()))
    assert reasons["incident 88fd210"] == (
        "its school has no number here: add it to [ids.ods.schools]"
    )


@pytest.mark.parametrize("kind", ["studentUniqueId", "sourcedId", "username", "userIds:sis"])
def test_any_number_of_the_roster_can_be_the_students(kind: str) -> None:
    ids = {"school": 1, "student": kind}
    sink = EDFI.sink_from("ods", TABLE, {"ods": ids}, "oakhill", sis.NOWHERE)
    extract = replace(one_at("oakhill"), student_numbers={sis.ANA: {kind: "X-7"}})
    (line,) = lines(records(extract, sink), BEHAVIORS)
    assert line["studentReference"] == {"studentUniqueId": "X-7"}


# Words of a sink.

TABLE = {"kind": "edfi", "namespace": "uri://oakhill.example"}


def with_core(of: str, words: Any, **more: Any) -> Sink:
    return sis.sink(core={of: words}, descriptors="core", **more)


def test_a_sink_can_have_words_of_its_own() -> None:
    own = "uri://state.example/BehaviorDescriptor#F1"
    sink = with_core("Behavior", {"fighting": own, "bullying": "Other"})
    made = records(sis.week(), sink)
    words = {seen["behaviorDescriptor"] for seen in lines(made, BEHAVIORS)}
    assert {own, "uri://ed-fi.org/BehaviorDescriptor#Other"} <= words
    assert "behaviorDescriptors" not in made.resources  # they are made by who owns them


def test_two_codes_with_one_word_are_one_record() -> None:
    apart = [s for s in lines(records(sis.week(), sis.sink()), BEHAVIORS) if "104233" in str(s)]
    sink = with_core("Behavior", {"fighting": "Other", "bullying": "Other"})
    one = [s for s in lines(records(sis.week(), sink), BEHAVIORS) if "104233" in str(s)]
    assert (len(apart), len(one)) == (2, 1)


def test_a_place_without_a_word_can_be_given_one() -> None:
    lunch = sis.incident(sis.LUNCH, AT, location="other")
    extract = sis.extract([lunch, sis.behavior(lunch, sis.ANA, "arson")])
    (bare,) = lines(records(extract, sis.sink()), "disciplineIncidents")
    assert "incidentLocationDescriptor" not in bare
    sink = sis.sink(core={"IncidentLocation": {"other": "On campus"}})
    (line,) = lines(records(extract, sink), "disciplineIncidents")
    assert line["incidentLocationDescriptor"].endswith("IncidentLocationDescriptor#On campus")


@pytest.mark.parametrize(
    ("core", "part"),
    [
        ({"Behaviour": {}}, "[sink.ods.core] Behaviour is not known; it may say Behavior,"),
        ({"Behavior": {"fightin": "Other"}}, "[sink.ods.core.Behavior] fightin is not known"),
        ({"Behavior": {"fighting": ""}}, 'fighting = "uri://…/BehaviorDescriptor#a word"'),
        ({"Behavior": {"fighting": "State Ofense"}}, "Other, School Code of Conduct, School Viol"),
        ({"Behavior": {"fighting": 7}}, "[sink.ods.core.Behavior] fighting cannot be followed"),
        ({"Behavior": {"fighting": "a" * 51}}, "fighting cannot be followed"),
        ({"Behavior": {"fighting": "a#b"}}, "fighting cannot be followed"),
        ({"Behavior": {"fighting": "uri://x/DisciplineDescriptor#b"}}, "BehaviorDescriptor#a word"),
        ({"Behavior": {"fighting": "uri://x/BehaviorDescriptor#"}}, "cannot be followed"),
        ({"Behavior": {"fighting": "uri://x/BehaviorDescriptor#" + "b" * 300}}, "cannot be"),
        ({"Behavior": 3}, "[sink.ods.core.Behavior] is a table"),
        (3, "[sink.ods] core cannot be followed"),
    ],
)
def test_a_word_that_cannot_be_is_named(core: Any, part: str) -> None:
    with pytest.raises(BadSink, match=re.escape(part)):
        sis.sink(core=core, descriptors="core")


@needs_schemas
@pytest.mark.parametrize("of", sorted(SETS))
def test_each_word_that_ed_fi_has_can_be_said(of: str) -> None:
    begins = f"uri://ed-fi.org/{of}Descriptor#"
    published = (word for word in core_descriptors() if word.startswith(begins))
    assert known(of) == sorted(word.removeprefix(begins) for word in published)


def test_words_of_the_sink_are_not_set_beside_our_own() -> None:
    with pytest.raises(BadSink, match='is for descriptors = "core"; here our own words go out'):
        sis.sink(core={"Behavior": {"fighting": "Other"}})


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"kinds": ["incidents"]}, "kinds = a list of some of incident, behavior"),
        ({"kinds": ["behavior"]}, '"behavior" refers to "incident", so add "incident"'),
        ({"kinds": ["incident", "action"]}, '"action" refers to "behavior"'),
        ({"origins": "sis"}, "origins = "),
        ({"origins": [3]}, "origins = "),
        ({"text": "yes"}, "text = true or false"),
        ({"text": 1}, "text = true or false"),
        ({"preflight": ["edfi"]}, "preflight = "),
        ({"preflight": ["nowhere"]}, "preflight = "),
        ({"preflight": "calpads"}, "preflight = "),
        ({"secret": "hush"}, "[sink.ods] secret is not known"),
    ],
)
def test_a_setting_that_cannot_be_followed_is_named(settings: Any, part: str) -> None:
    with pytest.raises(BadSink, match=re.escape(part)):
        sis.sink(**settings)


@pytest.mark.parametrize(
    ("ids", "part"),
    [
        ({"school": 1, "schools": {"2": "2"}}, "below [ids.NAME.schools]"),
        ({"school": 1, "schools": {"2": 0}}, "below [ids.NAME.schools]"),
        ({"school": 1, "schools": 3}, "below [ids.NAME.schools]"),
        ({"school": 1, "scholls": {}}, "[ids.ods] scholls is not known"),
        ({"school": 1, "staff": 3}, 'staff = "sourcedId", "username", "identifier"'),
    ],
)
def test_ids_that_cannot_be_followed_are_named(ids: Any, part: str) -> None:
    with pytest.raises(BadSink, match=re.escape(part)):
        EDFI.sink_from("ods", TABLE, {"ods": ids}, "oakhill", sis.NOWHERE)


# Warnings.


def _warning(record: SisRecord) -> Held:
    return Held(record.kind, record.incident_id, record.student_id, "SIRS0489: no duration", "")


def test_a_warning_holds_nothing_back_and_stands_in_the_run(tmp_path: Path) -> None:
    extract, sink = whole(), sis.sink()
    warnings = tuple(map(_warning, extract.records))
    wanted = replace(EDFI.wanted(extract, sink), warnings=warnings)
    run = write_run(tmp_path, wanted, extract, sink, "line")
    assert run.manifest["warnings"] == 6
    listed = json.loads((run.folder / "warnings.json").read_bytes())
    assert Counter(one["reason"] for one in listed) == {"SIRS0489: no duration": 6}
    assert check(run) == []


def test_a_rule_that_is_looked_at_before_changes_nothing_that_goes() -> None:
    extract, sink = whole(), sis.sink(preflight=["calpads"])
    plain, wanted = EDFI.wanted(extract, sink), prepared(EDFI, extract, sink)
    assert (wanted.files, wanted.counts, wanted.held) == (plain.files, plain.counts, plain.held)
    assert len(set(wanted.warnings)) == len(wanted.warnings)


def test_a_sink_without_rules_has_no_warning() -> None:
    assert prepared(EDFI, whole(), sis.sink()).warnings == ()


# Several sinks at the desk.

SINKS = """
[ids.county]
school = 12
student = "sourcedId"

[ids.county.schools]
"255901044" = 44

[sink.county]
kind = "edfi"
standard = "6.0"
namespace = "uri://county.example"
descriptors = "core"
levels = ["major"]
kinds = ["incident", "behavior"]

[sink.county.core.Behavior]
fighting = "State Offense"
"""


@pytest.fixture
def two(desk: School) -> School:
    path = desk.folder / "school.toml"
    path.write_text(path.read_text("utf-8") + SINKS, "utf-8")
    desk.ok("log", "ana rivera", "--did", "fighting")
    desk.ok("log", "leo", "--did", "tardy")
    return desk


def test_two_sinks_are_told_each_its_own(two: School) -> None:
    ods = two.ok("export", "plan", "ods", "--json").json
    county = two.ok("export", "plan", "county", "--json").json
    assert ods["counts"]["disciplineIncidents"] == 2
    assert county["counts"] == {"disciplineIncidents": 1, BEHAVIORS: 1}
    assert county["not_carried"] == {"behavior": 1, "incident": 1, "staff": 2}
    folder = Path(two.ok("export", "run", "county", "--json").json["folder"])
    (line,) = (folder / "send" / f"{BEHAVIORS}.jsonl").read_text().splitlines()
    assert json.loads(line)["behaviorDescriptor"].endswith("#State Offense")


def test_the_status_of_all_sinks_is_one_look(two: School) -> None:
    two.ok("export", "run", "county")
    told = two.ok("export", "status").out
    assert re.search(r"^ods +Ed-Fi DS 5.0 · no run yet", told, re.MULTILINE)
    assert re.search(r"^county +Ed-Fi DS 6.0 · run 1", told, re.MULTILINE)
    assert "Not carried by this sink: behavior 1, incident 1, staff 2" in told
    found = two.ok("export", "status", "--json").json["sinks"]
    assert {sink["sink"]: sink["system"] for sink in found} == {
        "ods": "Ed-Fi DS 5.0",
        "county": "Ed-Fi DS 6.0",
    }
    looks = two.ok("access", "log", "ana rivera").out.count("export plan ods, county")
    assert looks == 2


def test_a_sink_that_cannot_be_followed_hides_no_other(two: School) -> None:
    path = two.folder / "school.toml"
    path.write_text(path.read_text("utf-8").replace('"6.0"', '"3.3"'), "utf-8")
    answer = two("export", "status")
    assert answer.code == 1
    assert "Data Standard 3.3 takes identifiers of 20 characters" in " ".join(answer.out.split())
    assert re.search(r"^ods +Ed-Fi DS 5.0 · no run yet", answer.out, re.MULTILINE)
    assert two("export", "plan", "county").code != 0


def test_a_kind_that_no_format_writes_is_named_with_those_that_are(two: School) -> None:
    path = two.folder / "school.toml"
    path.write_text(path.read_text("utf-8").replace('kind = "edfi"', 'kind = "fax"'), "utf-8")
    answer = two("export", "plan", "county")
    assert answer.code != 0
    assert "'fax' is no format that this release writes; it may be" in " ".join(answer.err.split())
