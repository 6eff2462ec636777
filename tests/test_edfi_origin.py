"""What came from elsewhere goes out as it came, but for what was changed here since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import sis
from hypothesis import given, settings
from hypothesis import strategies as st
from test_edfi import OTHERS, STAFF, lines, needs_schemas, validator, why

from ledger.exports import Line, Sink
from ledger.exports.asked import FROM_HERE, SINCE, asked
from ledger.exports.edfi import Made, records
from ledger.exports.edfi_cases import Placed, of_case
from ledger.exports.edfi_desk import desk_of
from ledger.exports.edfi_origin import TEXT, merged
from ledger.reading import Extract, SisRecord

INCIDENTS = "disciplineIncidents"
BEHAVIORS = "studentDisciplineIncidentBehaviorAssociations"
ACTIONS = "disciplineActions"
THERE = "uri://other.example"
SCHOOL = 255901044
OFFENSE = f"{THERE}/BehaviorDescriptor#Offense 7"
REFERENCE = {"incidentIdentifier": "18", "schoolId": SCHOOL}
ANA_THERE = {"studentUniqueId": "605266"}
PARTS = "disciplineIncidentParticipationCodes"
VICTIM = "uri://ed-fi.org/DisciplineIncidentParticipationCodeDescriptor#Victim"
PERPETRATOR = "uri://ed-fi.org/DisciplineIncidentParticipationCodeDescriptor#Perpetrator"


def part(word: str) -> list[Line]:
    return [{"disciplineIncidentParticipationCodeDescriptor": word}]


# The merge, field by field.

FIELDS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2) | st.lists(st.integers(0, 1)))


@given(FIELDS, FIELDS)
def test_where_nothing_changed_the_original_stands(made: Line, original: Line) -> None:
    assert merged(made, made, original) == original


@given(FIELDS, FIELDS, FIELDS)
def test_a_field_is_mine_where_it_changed_and_never_a_mix(
    mine: Line, base: Line, original: Line
) -> None:
    found = merged(mine, base, original)
    for name in {*mine, *base, *original}:
        of = mine if mine.get(name) != base.get(name) else original
        assert found.get(name) == of.get(name)


@given(FIELDS, FIELDS, FIELDS, st.sets(st.sampled_from("abcdef")))
def test_what_is_always_ours_is_mine(
    mine: Line, base: Line, original: Line, ours: set[str]
) -> None:
    found = merged(mine, base, original, ours)
    assert {name: found.get(name) for name in ours} == {name: mine.get(name) for name in ours}


@given(FIELDS, FIELDS)
def test_what_was_not_known_at_first_is_mine_beside_the_original(
    mine: Line, original: Line
) -> None:
    assert merged(mine, {}, original) == original | mine


# A fight as another system had it.

INCIDENT_THERE = {
    "incidentIdentifier": "18",
    "incidentDate": "2026-10-14",
    "incidentTime": "12:10:30",
    "schoolReference": {"schoolId": SCHOOL},
    "behaviors": [{"behaviorDescriptor": OFFENSE, "behaviorDetailedDescription": "CANARY blow"}],
    "incidentLocationDescriptor": f"{THERE}/IncidentLocationDescriptor#Blacktop",
    "incidentDescription": "CANARY description",
    "reporterName": "CANARY, Nadia",
    "caseNumber": "CANARY 12",
    "incidentCost": 12.5,
    "externalParticipants": [
        {
            "disciplineIncidentParticipationCodeDescriptor": VICTIM,
            "firstName": "CANARY",
            "lastSurname": "Marsh",
        }
    ],
    "id": "00000000000000000000000000000001",
    "_etag": "5250549148480118032",
}
BEHAVIOR_THERE = {
    "behaviorDescriptor": OFFENSE,
    "behaviorDetailedDescription": "CANARY blow",
    "disciplineIncidentReference": REFERENCE | {"link": {"rel": "x", "href": "/y"}},
    "studentReference": ANA_THERE,
    PARTS: part(PERPETRATOR),
    "weapons": [{"weaponDescriptor": "uri://ed-fi.org/WeaponDescriptor#Knife"}],
}
BESIDE_THERE = {
    "disciplineIncidentReference": REFERENCE,
    "studentReference": ANA_THERE,
    PARTS: part(VICTIM),
}
STAFF_THERE = {
    "disciplineIncidentReference": REFERENCE,
    "staffReference": {"staffUniqueId": "207288"},
    PARTS: part("uri://ed-fi.org/DisciplineIncidentParticipationCodeDescriptor#Reporter"),
}
KEY_THERE = {"behaviorDescriptor": OFFENSE, **REFERENCE, **ANA_THERE}
LED_TO_IT = "studentDisciplineIncidentBehaviorAssociations"
KEYS_THERE = [{"studentDisciplineIncidentBehaviorAssociationReference": KEY_THERE}]
ACTION_THERE = {
    "disciplineActionIdentifier": "77",
    "disciplineDate": "2026-10-15",
    "disciplines": [
        {"disciplineDescriptor": f"{THERE}/DisciplineDescriptor#Detention"},
        {"disciplineDescriptor": f"{THERE}/DisciplineDescriptor#Letter"},
    ],
    "actualDisciplineActionLength": 0.75,
    "relatedToZeroTolerancePolicy": False,
    "responsibilitySchoolReference": {"schoolId": SCHOOL},
    "assignmentSchoolReference": {"schoolId": SCHOOL},
    "staffs": [{"staffReference": {"staffUniqueId": "207288"}}],
    "studentReference": ANA_THERE,
    LED_TO_IT: KEYS_THERE,
}
NUMBERS = {sis.ANA: {"studentUniqueId": "605266", "identifier": "104233"}}
STAFF_NUMBERS = {sis.TEACHER: {"staffUniqueId": "207288", "sourcedId": "T-18"}}


def fight(**changed: Mapping[str, Any]) -> list[SisRecord]:
    """The fight as it was imported, with what was changed here by kind of record."""
    whole = sis.incident(
        sis.FIGHT, "2026-10-14T19:10:30Z", school_id=str(SCHOOL), behaviors=["other"]
    )
    seen = sis.behavior(whole, sis.ANA, "other")
    done = sis.action(
        whole, sis.ANA, 1, "other", "2026-10-15", days="1", behaviors=["other"], identifier="77"
    )
    came = {
        "incident": sis.came(whole, INCIDENT_THERE, **changed.get("incident", {})),
        "behavior": sis.came(seen, BEHAVIOR_THERE, **changed.get("behavior", {})),
        "action": sis.came(done, ACTION_THERE, **changed.get("action", {})),
        "staff": sis.came(sis.reporter(whole, None, "207288"), STAFF_THERE),
        "non-offender": sis.came(sis.other(whole, sis.ANA), BESIDE_THERE),
    }
    return [
        only_there(one) if one.kind in ("staff", "non-offender") else one for one in came.values()
    ]


def only_there(record: SisRecord) -> SisRecord:
    """A record of the source of which we made none."""
    return replace(record, body=record.body | {"came": record.body["came"] | {"was": None}})


def extract(found: list[SisRecord], **more: Any) -> Extract:
    return sis.extract(found, student_numbers=NUMBERS, staff_numbers=STAFF_NUMBERS, **more)


def to(standard: str = "5.2", *, text: bool = True, **more: Any) -> Sink:
    sink = sis.sink("state", school=SCHOOL, standard=standard, text=text, **more)
    return replace(sink, student="studentUniqueId", staff="staffUniqueId")


def sent(found: list[SisRecord], sink: Sink | None = None) -> Made:
    return records(extract(found), sink or to())


def only(made: Made, endpoint: str) -> Line:
    (line,) = lines(made, endpoint)
    return line


# As it came.


def test_what_was_not_changed_goes_out_as_it_came_key_by_key_and_field_by_field() -> None:
    made = sent(fight())
    never = {"id", "_etag"}  # what the other system calls its own copy
    assert only(made, INCIDENTS) == {k: v for k, v in INCIDENT_THERE.items() if k not in never}
    assert only(made, BEHAVIORS) == BEHAVIOR_THERE | {"disciplineIncidentReference": REFERENCE}
    assert only(made, OTHERS) == BESIDE_THERE
    assert only(made, STAFF) == STAFF_THERE
    assert only(made, ACTIONS) == ACTION_THERE
    assert not made.held
    assert not made.not_carried
    assert list(made.resources) == [INCIDENTS, BEHAVIORS, OTHERS, STAFF, ACTIONS]


@given(sis.extracts(), sis.sinks())
@settings(deadline=None)
def test_whatever_one_sink_holds_goes_to_another_as_it_came(extract: Extract, sink: Sink) -> None:
    first = replace(sink, own=replace(sink.own, descriptors="local"))
    desk, cases = desk_of(extract, first), asked(extract, first).cases
    placed = [one for case in cases for one in of_case(desk, case) if isinstance(one, Placed)]
    whole = {one.of[0].incident_id for one in placed if one.endpoint == INCIDENTS}
    placed = [one for one in placed if one.of[0].incident_id in whole]
    again = [sis.came(one.of[0], one.line) for one in placed]
    there = replace(first, name="state", own=replace(first.own, namespace="uri://state.example"))
    made = records(replace(extract, records=again, unreadable=()), there)
    here = {"behaviorDescriptors", "disciplineDescriptors", "restraintEvents"}  # no source's lines
    before = records(extract, first).resources
    assert {to: found for to, found in made.resources.items() if to not in here} == {
        to: found for to, found in before.items() if to not in here
    }
    assert not made.held


@needs_schemas
@pytest.mark.parametrize("text", [True, False])
def test_what_came_is_valid_at_a_sink_of_the_published_standard(text: bool) -> None:
    made = sent(fight(), to("5.0", text=text))
    assert len(made.resources) == 5
    for endpoint, found in made.resources.items():
        for line in found:
            validator(endpoint).validate(line)


def test_a_standard_without_a_place_for_a_field_is_not_sent_it() -> None:
    assert "weapons" not in only(sent(fight(), to("5.1")), BEHAVIORS)
    assert "weapons" in only(sent(fight(), to("6.0")), BEHAVIORS)


def test_without_consent_no_text_and_no_name_leaves() -> None:
    made = sent(fight(), to(text=False))
    assert "CANARY" not in json.dumps(made.resources)
    incident = only(made, INCIDENTS)
    assert incident["incidentCost"] == 12.5
    assert not TEXT & incident.keys()
    assert "CANARY" in json.dumps(sent(fight()).resources)


def test_whom_it_refers_to_is_in_the_numbers_of_the_sink() -> None:
    sink = replace(sis.sink("state", school=4, text=True), schools={str(SCHOOL): 7})
    made = sent(fight(), sink)
    written = json.dumps(made.resources)
    assert not any(number in written for number in ("605266", "207288", str(SCHOOL)))
    (led,) = only(made, ACTIONS)[LED_TO_IT]
    key = led["studentDisciplineIncidentBehaviorAssociationReference"]
    assert key == KEY_THERE | {"schoolId": 7, "studentUniqueId": "104233"}
    assert only(made, ACTIONS)["staffs"] == [{"staffReference": {"staffUniqueId": "T-18"}}]
    assert only(made, ACTIONS)["assignmentSchoolReference"] == {"schoolId": 7}


def test_staff_whom_nobody_knows_here_keep_their_number_where_it_is_the_same_kind() -> None:
    unknown = replace(extract(fight()), staff_numbers={})
    assert only(records(unknown, to()), STAFF)["staffReference"] == {"staffUniqueId": "207288"}
    other = replace(to(), staff="sourcedId")
    made = records(unknown, other)
    assert why(made) == {"staff 88fd210": "not on the staff list"}
    assert "staffs" not in only(made, ACTIONS)


# What was changed here.


def test_a_field_that_was_changed_here_is_ours_and_the_others_stay() -> None:
    changed = {"location": "cafeteria", "law_enforcement_told": True}
    line = only(sent(fight(incident=changed)), INCIDENTS)
    ours = {
        "incidentLocationDescriptor": "uri://ed-fi.org/IncidentLocationDescriptor#Cafeteria area",
        "reportedToLawEnforcement": True,
    }
    assert line == only(sent(fight()), INCIDENTS) | ours


def test_a_corrected_behavior_is_ours_with_all_that_refers_to_it() -> None:
    whole, _, done, *beside = fight(
        incident={"behaviors": ["fighting"]}, action={"behaviors": ["fighting"]}
    )
    seen = sis.came(sis.behavior(whole, sis.ANA, "fighting"), {})
    made = sent([whole, only_there(seen), done, *beside])
    ours = "uri://oakhill.example/BehaviorDescriptor#fighting"
    assert only(made, BEHAVIORS)["behaviorDescriptor"] == ours
    assert only(made, INCIDENTS)["behaviors"] == [{"behaviorDescriptor": ours}]
    (led,) = only(made, ACTIONS)[LED_TO_IT]
    key = led["studentDisciplineIncidentBehaviorAssociationReference"]
    assert key == KEY_THERE | {"behaviorDescriptor": ours}
    assert only(made, "behaviorDescriptors")["codeValue"] == "fighting"


def test_an_action_that_was_not_decided_there_goes_as_it_came_and_not_once_it_is_here() -> None:
    pending = fight()
    pending[2] = sis.came(
        replace(pending[2], body=pending[2].body["came"]["was"] | {"action": "action-pending"}),
        ACTION_THERE,
    )
    assert only(sent(pending), ACTIONS) == ACTION_THERE
    changed = sent(fight(action={"action": "action-pending"}))
    assert "not decided yet" in why(changed)["action 1 of 88fd210"]


@pytest.mark.parametrize("none", [{}, {LED_TO_IT: []}])
def test_an_action_without_a_behavior_goes_to_5_and_is_held_back_from_6(none: Line) -> None:
    found = fight()
    bare = {name: said for name, said in ACTION_THERE.items() if name != LED_TO_IT}
    found[2] = sis.came(replace(found[2], body=found[2].body["came"]["was"]), bare | none)
    assert only(sent(found), ACTIONS) == bare
    assert why(sent(found, to("6.0"))) == {
        "action 1 of 88fd210": (
            "Data Standard 6.0 takes no action without the behavior that led to it"
        )
    }


def test_an_action_that_refers_to_a_behavior_that_is_nowhere_is_held_back() -> None:
    found = fight()
    lost = json.loads(json.dumps(ACTION_THERE).replace("Offense 7", "Offense 8"))
    found[2] = sis.came(replace(found[2], body=found[2].body["came"]["was"]), lost)
    assert why(sent(found)) == {"action 1 of 88fd210": "the behavior that led to it is held back"}


def test_a_source_that_is_no_ed_fi_gives_its_identifiers_and_our_words() -> None:
    plain = [
        replace(one, body=one.body | {"came": one.body["came"] | {"line": {}}}) for one in fight()
    ]
    made = sent([one for one in plain if one.kind in ("incident", "behavior", "action")])
    assert only(made, INCIDENTS)["incidentIdentifier"] == "18"
    assert only(made, ACTIONS)["disciplineActionIdentifier"] == "77"
    assert only(made, BEHAVIORS)["behaviorDescriptor"].endswith("BehaviorDescriptor#other")
    assert "CANARY" not in json.dumps(made.resources)


@pytest.mark.parametrize(
    ("field", "longest"),
    [("incidentDescription", 1024), ("reporterName", 75), ("caseNumber", 20)],
)
def test_what_is_too_long_is_held_back_and_never_cut(field: str, longest: int) -> None:
    def with_length(length: int) -> Made:
        whole, *rest = fight()
        line = INCIDENT_THERE | {field: "é" * length}
        return sent([sis.came(replace(whole, body=whole.body["came"]["was"]), line), *rest])

    assert only(with_length(longest), INCIDENTS)[field] == "é" * longest
    reasons = why(with_length(longest + 1))
    assert reasons["incident 88fd210"] == f"its {field} is longer than {longest} characters"
    assert set(reasons.values()) == {reasons["incident 88fd210"], "its incident is held back"}


@pytest.mark.parametrize(
    "damage",
    [
        {"staffs": [{}]},
        {"staffs": [None]},
        {"staffs": 3},
        {"assignmentSchoolReference": {}},
        {LED_TO_IT: [{}]},
        {LED_TO_IT: [{"studentDisciplineIncidentBehaviorAssociationReference": {"schoolId": 1}}]},
        {LED_TO_IT: [{"studentDisciplineIncidentBehaviorAssociationReference": None}]},
    ],
)
def test_an_original_of_another_shape_is_held_back_and_stops_nothing(damage: Line) -> None:
    found = fight()
    was = replace(found[2], body=found[2].body["came"]["was"])
    made = sent([*found[:2], sis.came(was, ACTION_THERE | damage)])
    assert "not in the shape of Ed-Fi's" in why(made)["action 1 of 88fd210"]
    assert list(made.resources) == [INCIDENTS, BEHAVIORS]


# Where it came from.


def test_nothing_goes_back_to_where_it_came_from_unless_it_was_adopted() -> None:
    back = to(origins=["sis"])
    made = sent(fight(), back)
    assert not made.resources
    assert not made.held
    assert made.not_carried == {FROM_HERE: 5}
    kept = sent([sis.adopted(one, "state") for one in fight()], back)
    assert len(kept.resources) == 5
    assert not kept.not_carried
    elsewhere = sent([sis.adopted(one, "county") for one in fight()], back)
    assert elsewhere.not_carried == {FROM_HERE: 5}


def test_what_cannot_be_sent_back_is_not_told_as_held_back() -> None:
    nobody = replace(extract(fight()), student_numbers={})
    assert not records(nobody, to(origins=["sis"])).held
    assert records(nobody, to()).held


def test_what_was_changed_or_added_here_is_told_apart_and_goes_once_it_was_adopted() -> None:
    whole, seen, *_ = fight(incident={"location": "bus"})
    own = sis.action(whole, sis.ANA, 2, "loss-of-recess", "2026-10-16", behaviors=["other"])
    own = only_there(sis.came(own, {}))
    found, back = [whole, seen, own], to(origins=["sis"])
    made = sent(found, back)
    assert not made.resources
    assert made.not_carried == {FROM_HERE: 1, SINCE: 2}
    adopted = sent([sis.adopted(one, "state") for one in found], back)
    (led,) = only(adopted, ACTIONS)[LED_TO_IT]
    assert led == KEYS_THERE[0]


# One key, one incident.


def second(at: str, id: str = sis.LUNCH, source: str = "swis") -> list[SisRecord]:
    """Another incident that is 18, too, where it came from."""
    whole = sis.incident(id, "2026-10-15T19:00:00Z", school_id=str(SCHOOL), behaviors=["tardy"])
    seen = sis.behavior(whole, sis.ANA, "tardy", "minor")
    return [replace(sis.came(one, {}, source), recorded_at=at) for one in (whole, seen)]


@given(st.sampled_from(["2026-10-15T00:00:00Z", "2026-10-17T00:00:00Z"]))
@settings(max_examples=4)
def test_of_two_incidents_with_one_identifier_the_earlier_goes(at: str) -> None:
    first = [replace(one, recorded_at="2026-10-16T00:00:00Z") for one in fight()]
    made = sent([*second(at), *first])
    later = sis.FIGHT if at < first[0].recorded_at else sis.LUNCH
    reasons = {held.reason for held in made.held if held.incident_id == later}
    assert reasons == {
        "its identifier is another incident's at this sink too",
        "its incident is held back",
    }
    assert {held.incident_id for held in made.held} == {later}
    assert len(lines(made, INCIDENTS)) == 1


def test_an_identifier_that_is_there_already_is_given_to_no_other() -> None:
    earlier = second("2026-10-15T00:00:00Z")
    there = [replace(one, recorded_at="2026-10-16T00:00:00Z") for one in fight()]
    made = sent([*earlier, *there], to(origins=["sis"]))
    assert not made.resources
    assert {held.incident_id for held in made.held} == {sis.LUNCH}


def test_the_same_identifier_at_another_school_is_another_incident() -> None:
    other = [
        replace(one, body=one.body | {"school_id": "255901001"})
        for one in second("2026-10-15T00:00:00Z")
    ]
    made = sent([*fight(), *other])
    assert not made.held
    assert len(lines(made, INCIDENTS)) == 2


def again(found: list[SisRecord], at: str, source: str, number: str) -> list[SisRecord]:
    """The same fight under another identifier, of another source, with the same action."""
    told = json.loads(json.dumps([one.body for one in found]).replace('"18"', f'"{number}"'))
    bodies = [body | {"came": body["came"] | {"source": source}} for body in told]
    whole = [replace(one, body=body) for one, body in zip(found, bodies, strict=True)]
    return [replace(one, incident_id=sis.LUNCH, recorded_at=at) for one in whole]


def test_an_action_that_is_there_already_is_not_written_over() -> None:
    found = [replace(one, recorded_at="2026-10-16T00:00:00Z") for one in fight()]
    earlier = again(found, "2026-10-15T00:00:00Z", "swis", "19")
    made = sent([*found, *earlier], to(origins=["sis"]))
    assert why(made) == {"action 1 of 231c0d5": "another record has its key at this sink too"}
    assert ACTIONS not in made.resources
    assert only(made, INCIDENTS)["incidentIdentifier"] == "19"


@pytest.mark.parametrize("word", ["BehaviorDescriptor#Offense 7", "FooDescriptor#x", "x"])
def test_a_word_that_came_in_our_namespace_goes_as_it_came(word: str) -> None:
    own = f"uri://oakhill.example/{word}"
    found = [
        replace(one, body=json.loads(json.dumps(one.body).replace(OFFENSE, own))) for one in fight()
    ]
    made = sent(found)
    assert not made.held
    assert only(made, BEHAVIORS)["behaviorDescriptor"] == own
