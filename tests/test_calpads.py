"""California's published checks: each warns of what breaks it, and of nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import sis
from hypothesis import given, settings

from ledger.exports import BadSink, Held, Sink, Wanted, prepared
from ledger.exports.calpads import CALPADS, RULES
from ledger.exports.calpads_settings import Codes
from ledger.exports.edfi import EDFI
from ledger.reading import Extract

AT = "2026-10-14T19:10:00Z"
OUT, IN, RECOMMENDED = (
    "out-of-school-suspension",
    "in-school-suspension",
    "expulsion-recommendation",
)
EXPELLED = {"results": {RECOMMENDED: "200"}, "modifications": {"other": "100"}}
WHOLE: dict[str, Any] = {"days": "2", "instruction_went_on": True}


def a_sink(**codes: Any) -> Sink:
    return sis.sink(preflight=["calpads"], calpads=codes)


def an_extract(
    *actions: tuple[str, dict[str, Any]],
    behaviors: tuple[str, ...] = ("defiance",),
    weapon: str | None = None,
    flags: tuple[tuple[str, tuple[str, ...]], ...] = (),
    grade: str = "",
) -> Extract:
    """One child in one incident, with these behaviors and these actions."""
    incident = sis.incident(sis.FIGHT, AT, weapon=weapon)
    done = [
        sis.action(incident, sis.ANA, number, code, "2026-10-15", **body)
        for number, (code, body) in enumerate(actions, 1)
    ]
    seen = [sis.behavior(incident, sis.ANA, code) for code in behaviors]
    return sis.extract(
        [incident, *seen, *done],
        student_flags={sis.ANA: flags},
        student_grades={sis.ANA: (("2026-08-12", grade),)},
    )


def warned(extract: Extract, sink: Sink) -> set[str]:
    """The numbers of the rules that are broken."""
    return {one.reason.partition(":")[0] for one in CALPADS.warnings(extract, sink)}


IEP = (("2026-08-12", ("iep",)),)
LONG = WHOLE | {"days": "11"}
DECIDED = {"authorities": {OUT: "100"}}
WEAPON = {"offenses": {"weapons": "104"}}
# A rule, what breaks it, and the nearest that does not: an extract and what the sink's table says.
EXAMPLES: list[tuple[str, tuple[Extract, Any], tuple[Extract, Any]]] = [
    (
        "SIRS0489",
        (an_extract((OUT, WHOLE | {"days": None})), {}),
        (an_extract((OUT, WHOLE | {"days": None, "served_days": "1"})), {}),
    ),
    (
        "SIRS0507",
        (an_extract((IN, WHOLE | {"days": "0"})), {}),
        (an_extract((IN, WHOLE | {"days": "0.5"})), {}),
    ),
    (
        "SIRS0491",
        (an_extract((RECOMMENDED, WHOLE)), EXPELLED),
        (an_extract((RECOMMENDED, WHOLE | {"difference": "other"})), EXPELLED),
    ),
    (
        "SIRS0490",
        (an_extract((OUT, WHOLE), flags=IEP), {}),
        (an_extract((OUT, WHOLE), flags=IEP), DECIDED),
    ),
    (
        "CERT162",
        (an_extract((OUT, WHOLE), behaviors=("fighting",)), {}),
        (an_extract((OUT, WHOLE), behaviors=("fighting", "disruption")), {}),
    ),
    (
        "CERT163",
        (an_extract((OUT, WHOLE | {"instruction_went_on": None})), {}),
        (an_extract((OUT, WHOLE | {"instruction_went_on": False})), {}),
    ),
    (
        "SIRS0504",
        (an_extract((OUT, LONG)), {}),
        (an_extract((OUT, LONG | {"days": "10"})), {}),
    ),
    (
        "SOFF0095",
        (an_extract(behaviors=("weapons",)), WEAPON),
        (an_extract(behaviors=("weapons",), weapon="knife"), WEAPON),
    ),
    (
        "CERT151",
        (an_extract((RECOMMENDED, WHOLE)), EXPELLED),
        (an_extract((OUT, WHOLE)), EXPELLED),
    ),
    (
        "CERT152",
        (an_extract((OUT, WHOLE), grade="TK"), {}),
        (an_extract((OUT, WHOLE), grade="6"), {}),
    ),
]


@pytest.mark.parametrize(("rule", "broken", "kept"), EXAMPLES, ids=[e[0] for e in EXAMPLES])
def test_a_rule_warns_of_what_breaks_it_and_not_of_the_nearest_that_does_not(
    rule: str, broken: tuple[Extract, Any], kept: tuple[Extract, Any]
) -> None:
    (extract, codes), (other, other_codes) = broken, kept
    assert rule in warned(extract, a_sink(**codes))
    assert rule not in warned(other, a_sink(**other_codes))


def test_every_rule_has_its_examples() -> None:
    assert [rule.number for rule in RULES] == [rule for rule, _, _ in EXAMPLES]


def test_a_disability_counts_on_the_day_of_the_incident() -> None:
    for since, flags, known in [
        ("2026-10-14", ("iep",), True),
        ("2026-10-15", ("iep",), False),
        ("2026-08-12", ("section-504",), False),
    ]:
        extract = an_extract((OUT, WHOLE), flags=((since, flags),))
        assert ("SIRS0490" in warned(extract, a_sink())) is known
    ended = an_extract((OUT, WHOLE), flags=(*IEP, ("2026-09-01", ())))
    assert "SIRS0490" not in warned(ended, a_sink())


def test_another_childs_offense_is_not_this_childs() -> None:
    extract = an_extract((OUT, WHOLE), behaviors=("fighting",))
    other = sis.behavior(extract.records[0], sis.BO, "defiance")
    assert "CERT162" in warned(replace(extract, records=[*extract.records, other]), a_sink())


def test_a_sources_own_word_may_have_a_code() -> None:
    extract = an_extract(("other", WHOLE | {"foreign": "Expulsion"}))
    assert "SIRS0491" in warned(extract, a_sink())
    assert warned(extract, a_sink(source_results={"Expulsion": ""})) == set()
    knife = an_extract(behaviors=("other",))
    (incident, seen) = knife.records
    named = replace(seen, body=seen.body | {"foreign": "Knife 5 in"})
    came = replace(knife, records=[incident, named])
    assert warned(came, a_sink(source_offenses={"Knife 5 in": "104"})) == {"SOFF0095"}
    assert warned(came, a_sink()) == set()


def test_a_code_can_be_taken_out_of_the_defaults() -> None:
    extract = an_extract((OUT, WHOLE | {"days": None}))
    assert warned(extract, a_sink(results={OUT: ""})) == set()


def test_a_warning_names_the_record_and_nobody() -> None:
    extract = an_extract((OUT, WHOLE | {"days": None}))
    assert list(CALPADS.warnings(extract, a_sink())) == [
        Held(
            f"action 1 of {sis.FIGHT[:7]}",
            sis.FIGHT,
            sis.ANA,
            "SIRS0489: a suspension or an expulsion needs its length in days",
            "calpads",
        )
    ]


def test_what_the_sink_is_not_sent_is_not_looked_at() -> None:
    extract = an_extract((OUT, WHOLE | {"days": None}))
    assert warned(extract, sis.sink(preflight=["calpads"], kinds=["incident", "behavior"])) == set()
    assert warned(extract, sis.sink(preflight=["calpads"], levels=["minor"])) == set()


@given(sis.extracts())
@settings(deadline=None)
def test_a_warning_holds_nothing_back(extract: Extract) -> None:
    wanted = prepared(EDFI, extract, a_sink())
    plain = prepared(EDFI, extract, sis.sink())
    assert replace(wanted, warnings=()) == plain
    assert isinstance(plain, Wanted)
    assert plain.warnings == ()
    assert {one.reason.partition(":")[0] for one in wanted.warnings} <= {r.number for r in RULES}


# What its table may say.


def test_the_table_may_be_left_out() -> None:
    assert sis.sink(preflight=["calpads"]).rules == {"calpads": Codes()}
    assert sis.sink().rules == {}


@pytest.mark.parametrize(
    ("codes", "part"),
    [
        (3, "[sink.ods] calpads cannot be followed"),
        ({"grades": "K-5"}, "[sink.ods.calpads] grades is not known; it may say results, offenses"),
        ({"results": {"detention": "100"}}, "results: detention is no code of ours; these are: c"),
        ({"results": {OUT: "10"}}, "results cannot be followed: write out-of-school-suspension"),
        ({"results": {OUT: 100}}, "results cannot be followed"),
        ({"offenses": {"lunch-tables": "511"}}, "offenses: lunch-tables is no code of ours"),
        ({"offenses": "511"}, "offenses cannot be followed"),
        ({"authorities": {"nobody": "1"}}, "authorities: nobody is no code of ours"),
        ({"modifications": {"none": "1"}}, "modifications: none is no code of ours"),
    ],
)
def test_what_its_table_cannot_say_is_named(codes: Any, part: str) -> None:
    with pytest.raises(BadSink, match=re.escape(part)):
        sis.sink(preflight=["calpads"], calpads=codes)


def test_its_table_needs_that_it_is_asked_for() -> None:
    with pytest.raises(BadSink, match="calpads is not known"):
        sis.sink(calpads={"results": {}})
    with pytest.raises(BadSink, match="preflight cannot be followed"):
        sis.sink(preflight=["texas"])
