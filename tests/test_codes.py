"""The code sets: complete, versioned, stored by value."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pydantic import TypeAdapter, ValidationError

from ledger.domain import codes
from ledger.domain.codes import (
    LABELS,
    MAJOR,
    MINOR,
    REMOVALS,
    VERSIONS,
    Action,
    Behavior,
    Code,
    Injury,
    LengthDifference,
    Level,
    Others,
    StatementKind,
    certain_level,
    current,
)

SETS = sorted(VERSIONS, key=lambda codeset: codeset.__name__)
ALL = [code for codeset in SETS for code in codeset]
EDFI = Path(__file__).parents[2] / "shared/data/edfi/v5.2.0/Descriptors"

# The codes of each release of the sets. A new version is added below; what is here stays.
RELEASED = {
    1: """
Level: minor major
Behavior: defiance disrespect disruption dress-code inappropriate-language physical-contact
    property-misuse tardy technology-violation abusive-language arson bomb-threat bullying
    fighting forgery-theft-plagiarism gang-display harassment inappropriate-affection
    inappropriate-location lying-cheating physical-aggression property-damage skip-class
    truancy alcohol combustibles drugs tobacco weapons other
Positive: kindness persistence self-regulation helping goal-met other
Motivation: peer-attention adult-attention obtain-item-or-activity avoid-peer avoid-adult
    avoid-task revenge unclear other
Others: none peers staff teacher substitute unknown other
Location: classroom playground hallway-breezeway cafeteria restroom gym library bus
    bus-loading-zone parking-lot common-area special-event-assembly-field-trip office
    locker-room off-campus other unknown
Action: conference-with-student guardian-contact loss-of-privilege loss-of-recess
    time-in-office time-out-or-detention restitution community-service
    individualized-instruction restorative-conference counseling-referral sst-request
    removal-from-class sent-home-early in-school-suspension out-of-school-suspension
    bus-suspension saturday-school alternative-placement expulsion-recommendation
    action-pending no-action other
Role: referred victim witness reporter involved
Relation: mother father parent guardian grandparent foster-parent sibling-adult
    education-rights-holder attorney social-worker other
ContactOutcome: reached no-answer voicemail message-left declined wrong-number other
Channel: phone in-person text-message email letter video app other
StatementKind: observation reported inference abc
Injury: none minor needed-care serious unknown
Weapon: knife firearm other-sharp club substance other-object other
RestraintKind: physical-restraint mechanical-restraint seclusion restraint-and-seclusion
RestraintReason: harm-to-others harm-to-self property-destruction
Outside: parent visitor other-school-student volunteer unknown other
LengthDifference: no-difference term-modified-by-district term-modified-by-mutual-agreement
    term-modified-by-court-order completed-term-requirements-sooner-than-expected
    school-year-ended student-withdrew-from-school student-incarcerated
    term-decreased-due-to-health-related-circumstances
    term-modified-by-placement-program-due-to-behavior
    continuation-of-prior-years-disciplinary-action other
StaffRole: specialist principal teacher clerk records-officer auditor aide counselor other
DayKind: regular minimum
MeetingKind: initial follow-up informal manifestation-determination
InputFrom: teacher family student other
Answered: coming by-phone not-coming
Verdict: worked partly did-not
PlanKind: behavior-support-plan behavior-intervention-plan check-in-check-out behavior-contract
    safety-plan
Function: obtain-attention obtain-item obtain-activity obtain-sensory escape-attention
    escape-item escape-activity escape-sensory
Decision: continue modify intensify fade discontinue refer
Unit: percent-of-points times-a-day minutes-a-day percent rating
Direction: at-least at-most
NoData: absent no-school not-participating no-card other
"""
}
MINORS = """
defiance disrespect disruption dress-code inappropriate-language physical-contact property-misuse
tardy technology-violation other
"""
MAJORS = """
abusive-language arson bomb-threat bullying defiance disrespect disruption dress-code fighting
forgery-theft-plagiarism gang-display harassment inappropriate-affection inappropriate-location
lying-cheating physical-aggression property-damage skip-class tardy technology-violation truancy
alcohol combustibles drugs tobacco weapons other
"""
TAKEN_OUT = """
removal-from-class sent-home-early in-school-suspension out-of-school-suspension
alternative-placement
"""


def words(codeset: Iterable[Code]) -> set[str]:
    return {code.value for code in codeset}


def released(version: int) -> dict[str, set[str]]:
    """The values of each set in a version, by the set's name."""
    parts = re.split(r"(\w+):", RELEASED[version])[1:]
    return {name: set(values.split()) for name, values in zip(parts[::2], parts[1::2], strict=True)}


def test_every_code_set_has_a_version() -> None:
    assert {type(code) for code in ALL} == set(Code.__subclasses__())


@pytest.mark.parametrize("codeset", SETS)
def test_a_set_is_not_empty_and_no_two_codes_share_a_value(codeset: type[Code]) -> None:
    assert len(codeset) > 1
    assert len(codeset) == len(codeset.__members__)


@pytest.mark.parametrize("code", ALL)
def test_a_code_is_kebab_case_and_its_name_says_the_same(code: Code) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code.value)
    assert code.name == code.value.upper().replace("-", "_")


@pytest.mark.parametrize("code", ALL)
def test_a_code_is_stored_by_its_value_and_read_back_as_itself(code: Code) -> None:
    stored: TypeAdapter[Any] = TypeAdapter(type(code))
    assert stored.dump_json(code).decode() == f'"{code.value}"'
    assert stored.validate_json(f'"{code.value}"') is code


def test_a_word_that_is_no_code_is_an_error() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Behavior).validate_json('"mischief"')


def test_codes_of_two_sets_are_two_keys_of_a_map_though_their_values_are_equal() -> None:
    assert Others.OTHER.value == Action.OTHER.value
    assert len({Others.OTHER: 1, Action.OTHER: 2}) == 2
    assert len({Injury.MINOR, Level.MINOR}) == 2


@pytest.mark.parametrize("code", ALL)
def test_a_label_is_words_for_people(code: Code) -> None:
    assert code.label.strip()
    assert "_" not in code.label


def test_labels_are_written_only_where_the_plain_words_would_not_do() -> None:
    assert Behavior.PHYSICAL_CONTACT.label == "physical contact"
    assert codes.Location.HALLWAY_BREEZEWAY.label == "hallway/breezeway"
    assert all(label != code.value.replace("-", " ") for code, label in LABELS.items())


@pytest.mark.parametrize("codeset", SETS)
def test_labels_of_one_set_are_told_apart(codeset: type[Code]) -> None:
    assert len({code.label for code in codeset}) == len(codeset)


@pytest.mark.parametrize("code", ALL)
def test_a_code_was_added_in_some_version_of_its_set_and_retired_in_a_later_one(code: Code) -> None:
    assert 1 <= code.since <= VERSIONS[type(code)]
    assert code.retired is None or code.since < code.retired <= VERSIONS[type(code)]


@pytest.mark.parametrize("codeset", SETS)
def test_what_was_released_is_still_there_and_nothing_came_unannounced(
    codeset: type[Code],
) -> None:
    for version in range(1, VERSIONS[codeset] + 1):
        added = words(code for code in codeset if code.since == version)
        assert added == released(version).get(codeset.__name__, set())


def test_a_retired_code_is_read_but_no_longer_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "RETIRED", {Level.MINOR: 2})
    assert current(Level) == (Level.MAJOR,)
    assert Level("minor").retired == 2


def test_every_code_is_current_in_the_first_version() -> None:
    assert current(Behavior) == tuple(Behavior)


def test_the_minor_and_the_major_list_are_those_of_the_referral_form() -> None:
    assert words(MINOR) == set(MINORS.split())
    assert words(MAJOR) == set(MAJORS.split())
    assert set(Behavior) == MINOR | MAJOR


@pytest.mark.parametrize("behavior", list(Behavior))
def test_a_level_is_certain_exactly_when_the_behavior_is_on_one_list(behavior: Behavior) -> None:
    on = {Level.MINOR: behavior in MINOR, Level.MAJOR: behavior in MAJOR}
    certain = certain_level(behavior)
    assert (certain is None) == all(on.values())
    assert certain is None or on[certain]


def test_levels_say_who_manages() -> None:
    assert Level.MINOR.managed == "staff-managed"
    assert Level.MAJOR.managed == "office-managed"


def test_removals_take_the_student_out_of_instruction() -> None:
    assert words(REMOVALS) == set(TAKEN_OUT.split())


def test_statement_kinds_have_their_verbs() -> None:
    assert [kind.verb for kind in StatementKind] == ["saw", "told", "thinks", "abc"]


@pytest.mark.skipif(not EDFI.exists(), reason="the Ed-Fi descriptor files are not beside the clone")
def test_length_differences_are_those_of_ed_fi() -> None:
    file = EDFI / "DisciplineActionLengthDifferenceReasonDescriptor.xml"
    values = [e.text or "" for e in ElementTree.parse(file).iter() if e.tag.endswith("CodeValue")]
    kebab = {value.lower().replace("'", "").replace(" ", "-") for value in values}
    assert words(LengthDifference) == kebab
