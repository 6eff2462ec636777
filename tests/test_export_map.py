"""`export map`: every code of ours beside the word that a sink has for it, and what has none."""

from __future__ import annotations

import re

import pytest
import sis
from desk import School
from hypothesis import given
from test_edfi import core_descriptors, needs_schemas

from ledger.domain.codes import Behavior
from ledger.exports import Format, Sink
from ledger.exports.edfi import EDFI, records
from ledger.exports.edfi_words import SETS
from ledger.folder import entries
from ledger.reading import Extract

OWN = """
[sink.ods.core.DisciplineIncidentParticipationCode]
involved = "uri://state.example/DisciplineIncidentParticipationCodeDescriptor#Involved"
"""


@given(sis.extracts(), sis.sinks())
def test_a_code_that_the_map_has_no_word_for_is_one_that_is_held_back(
    extract: Extract, sink: Sink
) -> None:
    without = {code for words in EDFI.words(sink).values() for code, to in words.items() if not to}
    reasons = {held.reason for held in records(extract, sink).held}
    said = {m[1] for reason in reasons if (m := re.match(r'"(.+)" has no Ed-Fi word', reason))}
    assert {code for one in said for code in one.split('" and "')} <= without


@pytest.mark.parametrize("descriptors", ["local", "core"])
def test_every_code_of_every_set_is_in_the_map(descriptors: str) -> None:
    words = EDFI.words(sis.sink(descriptors=descriptors))
    assert {of: list(codes) for of, codes in words.items()} == {
        of: [code.value for code in codes] for of, codes in SETS.items()
    }


@needs_schemas
def test_every_word_of_the_core_map_is_published() -> None:
    words = EDFI.words(sis.sink(descriptors="core"))
    assert {to for codes in words.values() for to in codes.values() if to} <= core_descriptors()


def test_every_format_has_a_map() -> None:
    assert {form.name for form in entries("ledger.exports", Format)} >= {"edfi"}
    for form in entries("ledger.exports", Format):
        assert callable(form.words)


# At the desk.


def lines(desk: School) -> list[str]:
    return desk.ok("export", "map", "ods").out.splitlines()


def test_each_set_is_listed_with_what_its_words_begin_with_said_once(desk: School) -> None:
    title, *told = lines(desk)
    assert title == "ods  Ed-Fi DS 5.0"
    assert any(re.match(r"Behavior  uri://\S+/BehaviorDescriptor#$", line) for line in told)
    assert "IncidentLocation  uri://ed-fi.org/IncidentLocationDescriptor#" in told
    fighting = next(line for line in told if line.split()[:1] == ["fighting"])
    assert fighting.split() == ["fighting", "fighting"]
    assert sum(line.startswith("  ") for line in told) >= sum(map(len, SETS.values()))


def test_what_has_no_word_is_named_and_counted(desk: School) -> None:
    told = lines(desk)
    assert [line.split()[0] for line in told if line.endswith("no word")] == [
        "action-pending",
        "special-event-assembly-field-trip",
        "other",
        "involved",
    ]
    assert told[-1] == (
        "4 codes have no word there: Discipline 1, IncidentLocation 2, "
        "DisciplineIncidentParticipationCode 1"
    )


def test_a_word_that_the_sink_was_given_is_in_the_map(desk: School) -> None:
    path = desk.folder / "school.toml"
    path.write_text(path.read_text("utf-8") + OWN, "utf-8")
    found = desk.ok("export", "map", "ods", "--json").json
    assert found["sets"]["DisciplineIncidentParticipationCode"]["involved"].endswith("#Involved")
    assert found["without"] == {
        "Discipline": ["action-pending"],
        "IncidentLocation": ["special-event-assembly-field-trip", "other"],
    }
    assert list(found["sets"]["Behavior"]) == [code.value for code in Behavior]


def test_the_map_tells_of_nobody_and_is_no_reading_of_a_record(desk: School) -> None:
    desk.ok("log", "ana rivera", "--did", "tardy")
    assert "Ana" not in desk.ok("export", "map", "ods").out
    assert "map" not in desk.ok("access", "log", "ana rivera").out


def test_the_map_fits_the_screen(desk: School) -> None:
    assert max(map(len, lines(desk))) <= 100


def test_a_sink_that_is_not_there_is_named(desk: School) -> None:
    answer = desk("export", "map", "aeries")
    assert answer.code != 0
    assert "There is no sink 'aeries'; there are: ods" in answer.err
