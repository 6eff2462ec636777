"""Ed-Fi's discipline interchange: what is read of it, in any order and damage; what is refused."""

from __future__ import annotations

import random
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from histories import (
    SCHOOL,
    action,
    adult,
    an_incident,
    behavior,
    beside,
    incident,
    interchange,
    led_by,
    of,
    outside,
    parts,
    tag,
    written,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.domain.codes import (
    Action,
    Behavior,
    Code,
    LengthDifference,
    Level,
    Location,
    Role,
    Weapon,
)
from ledger.exports.edfi_words import WORDS
from ledger.imports import Problem, Unreadable, edfi_codes, edfi_discipline
from ledger.imports.incidents import History, Stray, Told

ZONE = ZoneInfo("America/Los_Angeles")


def read(path: Path) -> tuple[list[Told], list[Stray], History]:
    with edfi_discipline.opened(path, ZONE) as history:
        return list(history.incidents), list(history.strays), history


def told(tmp_path: Path, *records: str) -> Told:
    """The only incident of these records, of which nothing is odd."""
    (one,), strays, history = read(written(tmp_path, *records))
    assert (strays, list(history.problems)) == ([], [])
    return one


def refused(history: History) -> list[Problem]:
    return [problem for problem in history.problems if problem.refused]


# What is read


def test_an_incident_is_read_with_all_that_refers_to_it(tmp_path: Path) -> None:
    one = told(tmp_path, *an_incident())
    assert (one.identifier, one.school, one.whole) == ("1", str(SCHOOL), True)
    assert one.occurred.at.astimezone(ZONE).isoformat() == "2026-03-02T10:15:00-08:00"
    assert (one.location, one.place) == (Location.CLASSROOM, None)
    assert [(p.number, p.roles) for p in one.pupils] == [
        ("900101", (Role.REFERRED,)),
        ("900199", (Role.WITNESS,)),
    ]
    (seen,) = one.pupils[0].behaviors
    assert (seen.code, seen.level, seen.assumed) == (Behavior.OTHER, Level.MAJOR, True)
    assert seen.foreign == "State Offense"
    assert [(s.name, s.roles) for s in one.strangers] == [("Orla Quint", (Role.WITNESS,))]
    (deed,) = one.deeds
    assert (deed.identifier, deed.action, str(deed.days)) == (
        "A1",
        Action.IN_SCHOOL_SUSPENSION,
        "2.00",
    )
    assert one.reporters == ("S-7",)
    assert {line.kind for line in one.lines} == {"incident", "behavior", "non-offender", "staff"}


def test_no_order_of_records_changes_what_is_read(tmp_path: Path) -> None:
    records = [record for n in range(1, 5) for record in an_incident(n)]
    whole, _, _ = read(written(tmp_path, *records))
    for seed in range(5):
        random.Random(seed).shuffle(records)
        again, strays, history = read(written(tmp_path, *records))
        assert (strays, list(history.problems)) == ([], [])
        assert [_plain(one) for one in sorted(again, key=_id)] == [_plain(one) for one in whole]


def _id(one: Told) -> str:
    return one.identifier


def _plain(one: Told) -> object:
    deeds = sorted(one.deeds, key=lambda deed: deed.identifier)
    pupils = sorted(one.pupils, key=lambda pupil: pupil.number)
    return one.identifier, one.occurred, deeds, pupils, sorted(one.lines, key=str), one.strangers


def test_what_refers_by_an_id_and_by_identity_is_the_same(tmp_path: Path) -> None:
    def records(reference: str) -> list[str]:
        return [
            incident("1", id="DISC_1"),
            behavior("900101", reference, "State Offense", parts("Perpetrator")),
            beside("900102", reference, "Victim"),
            action("A", "900101", led_by("900101", reference)),
        ]

    assert _plain(told(tmp_path, *records(of(ref="DISC_1")))) == _plain(
        told(tmp_path, *records(of("1")))
    )


def test_an_action_may_refer_to_an_association_by_its_id(tmp_path: Path) -> None:
    name = "StudentDisciplineIncidentBehaviorAssociationReference"
    one = told(
        tmp_path,
        incident("1", id="D"),
        action("A", "900101", f'<{name} ref="X"/>'),
        behavior("900101", of(ref="D"), id="X"),
    )
    assert [deed.identifier for deed in one.deeds] == ["A"]
    assert '"incidentIdentifier":"1"' in one.deeds[0].line


def test_one_action_of_two_incidents_goes_to_each_once(tmp_path: Path) -> None:
    both = [led_by("900101", of("1")), led_by("900101", of("2")), led_by("900101", of("2"))]
    records = [
        *(incident(n) for n in "12"),
        *(behavior("900101", of(n)) for n in "12"),
        action("A", "900101", *both),
    ]
    found, _, _ = read(written(tmp_path, *records))
    assert [[deed.identifier for deed in one.deeds] for one in found] == [["A"], ["A"]]


def test_a_student_on_both_sides_is_one_participant(tmp_path: Path) -> None:
    one = told(
        tmp_path,
        incident("1"),
        behavior("900101", of("1"), "State Offense", parts("Perpetrator")),
        beside("900101", of("1"), "Victim"),
    )
    assert [pupil.roles for pupil in one.pupils] == [(Role.REFERRED, Role.VICTIM)]


def test_a_day_without_a_time_is_that_days_noon(tmp_path: Path) -> None:
    one = told(tmp_path, incident("1", at=""))
    assert one.occurred.day_only
    assert one.occurred.at.astimezone(ZONE).hour == 12


def test_with_whom_something_was_done_took_part(tmp_path: Path) -> None:
    records = [incident("1"), action("A", "900107", led_by("900107", of("1")))]
    (one,), _, history = read(written(tmp_path, *records))
    assert [(p.number, p.roles) for p in one.pupils] == [("900107", (Role.INVOLVED,))]
    assert len(history.problems) == 1
    assert not refused(history)


def test_what_belongs_to_no_incident_of_the_file_is_named(tmp_path: Path) -> None:
    records = [
        incident("1"),
        behavior("900101", of("7")),
        adult("S", of(ref="NO"), "Reporter"),
        action("A", "900101"),
    ]
    _, strays, _ = read(written(tmp_path, *records))
    assert [(stray.kind[:5], stray.identifier) for stray in strays] == [
        ("Stude", "7"),
        ("Staff", ""),
        ("Disci", ""),
    ]


def test_any_minor_version_of_five_is_read(tmp_path: Path) -> None:
    for version in ("5.0.0", "5.1.0", "5.2.0", "5.11.0"):
        path = written(tmp_path, *an_incident(), of=f"http://ed-fi.org/{version}")
        assert len(read(path)[0]) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "cp1252", "us-ascii"])
def test_an_encoding_that_is_said_is_read(tmp_path: Path, encoding: str) -> None:
    family = "Quint" if encoding == "us-ascii" else "Müller"
    text = interchange(incident("1", outside("Orla", family)))
    path = tmp_path / "history.xml"
    path.write_bytes(text.replace("UTF-8", encoding.replace("-sig", "")).encode(encoding))
    assert read(path)[0][0].strangers[0].name == f"Orla {family}"


# Codes


def test_every_word_that_means_one_of_ours_goes_out_as_the_same_word() -> None:
    tables: dict[str, dict[str, Code]] = {
        "IncidentLocation": {**edfi_codes.LOCATIONS},
        "Discipline": {**edfi_codes.ACTIONS},
        "DisciplineIncidentParticipationCode": {**edfi_codes.ROLES},
    }
    for name, table in tables.items():
        assert {word: WORDS[name][code.value] for word, code in table.items()} == {
            word: word for word in table
        }


def test_every_word_that_goes_out_comes_in_as_what_it_was() -> None:
    for code, word in WORDS["IncidentLocation"].items():
        back, kept = edfi_codes.location(word)
        assert kept == word if word in edfi_codes.WIDER_LOCATIONS else back.value == code
    for code, word in WORDS["Weapon"].items():
        assert edfi_codes.weapon(word) is Weapon(code)
    for code, word in WORDS["DisciplineActionLengthDifferenceReason"].items():
        assert edfi_codes.difference(word) is LengthDifference(code)


def test_a_local_word_is_our_code_whatever_its_namespace() -> None:
    for code in Behavior:
        if code is not Behavior.OTHER:
            assert edfi_codes.behavior(code.value)[0] is code
    for done in Action:
        if done is not Action.OTHER:
            assert edfi_codes.action(done.value) == (done, None)
    assert edfi_codes.action("Expulsion") == (Action.OTHER, "Expulsion")
    assert edfi_codes.location("Auditorium") == (Location.OTHER, "Auditorium")


def test_local_behaviors_need_no_word_beside_them(tmp_path: Path) -> None:
    record = behavior("900101", of("1"), "fighting", source="uri://oakhill.example")
    (seen,) = told(tmp_path, incident("1"), record).pupils[0].behaviors
    assert (seen.code, seen.level, seen.assumed) == (Behavior.FIGHTING, Level.MAJOR, False)
    assert seen.foreign is None


# What is wrong in a record


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (incident("2", day="2026-02-30"), "IncidentDate cannot be read"),
        (incident("2", day="0001-01-01"), "IncidentDate cannot be read"),
        (incident(""), "IncidentIdentifier cannot be read"),
        (incident("2").replace(str(SCHOOL), "Oak Hill"), "SchoolId cannot be read"),
        (behavior("", of("1")), "StudentUniqueId cannot be read"),
        (adult("", of("1"), "Reporter"), "StaffUniqueId cannot be read"),
        (action("", "900101", led_by("900101", of("1"))), "DisciplineActionIdentifier cannot"),
        (action("A", "900101", led_by("900101", of("1")), day="soon"), "DisciplineDate cannot"),
        (tag("StudentAcademicRecord"), "is no record of this interchange"),
        (incident("1", day="2026-03-04"), "the same incident stands on line 3 with other facts"),
        (tag("DisciplineIncident", "x" * 200_000), "holds more than a record can"),
        (tag("DisciplineIncident", tag("Weapon") * 6_000), "holds more than a record can"),
    ],
)
def test_a_record_that_cannot_be_read_is_named_and_the_rest_goes_in(
    tmp_path: Path, record: str, says: str
) -> None:
    found, _, history = read(written(tmp_path, incident("1"), record, incident("9")))
    assert [one.identifier for one in found] == ["1", "9"]
    (problem,) = refused(history)
    assert says in problem.reason
    assert (problem.file, problem.line) == ("history.xml", 4)


def test_the_incident_of_a_record_that_cannot_be_read_is_not_whole(tmp_path: Path) -> None:
    records = [incident("1", id="D"), incident("2"), action("A", "9", led_by("9", of("1")), day="")]
    assert [one.whole for one in read(written(tmp_path, *records))[0]] == [False, True]
    records[2] = behavior("", of(ref="D"))
    assert [one.whole for one in read(written(tmp_path, *records))[0]] == [False, True]
    records[2] = behavior("", of(ref="LOST"))
    assert [one.whole for one in read(written(tmp_path, *records))[0]] == [False, False]


def test_what_is_odd_in_a_field_costs_that_field_alone(tmp_path: Path) -> None:
    odd = incident("1", tag("ReportedToLawEnforcement", "maybe"), tag("Mood", "x"), at="25:00:00")
    (one,), _, history = read(written(tmp_path, odd))
    assert (one.law_enforcement_told, one.occurred.day_only) == (None, True)
    assert sorted(problem.column.rpartition("/")[2] for problem in history.problems) == [
        "IncidentTime",
        "Mood",
        "ReportedToLawEnforcement",
    ]
    assert not refused(history)


def test_the_same_record_twice_is_one(tmp_path: Path) -> None:
    records = an_incident()
    again = told(tmp_path, *records, *records)
    assert _plain(again) == _plain(told(tmp_path, *records))


def test_an_incident_of_endless_records_ends(tmp_path: Path) -> None:
    crowd = [beside(str(n), of("1"), "Witness") for n in range(2_500)]
    (one,), _, history = read(written(tmp_path, incident("1"), *crowd))
    assert (len(one.pupils), one.whole) == (2_000, False)
    assert [problem.line for problem in refused(history)] == [2_004]


def test_no_problem_quotes_a_person(tmp_path: Path) -> None:
    records = [
        incident("1", outside("Orla", "Quint"), tag("ReporterName", "Bram Oosting"), day="x"),
        behavior("900101", of("1")),
        *an_incident(2),
        behavior("900101", of("2"), "State Offense", tag("BehaviorDetailedDescription", "hush")),
    ]
    _, _, history = read(written(tmp_path, *records))
    said = " ".join(map(str, history.problems))
    assert history.problems
    assert not [word for word in ("Orla", "Quint", "Bram", "900101", "hush") if word in said]


# What is no interchange

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><x>&l9;</x>',
    "quadratic": f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]><x>{"&a;" * 50_000}</x>',
    "external": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>',
    "parameter": '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://example.invalid/x"> %a;]><x/>',
    "remote": '<!DOCTYPE x SYSTEM "http://example.invalid/x.dtd"><x/>',
    "bare": "<!DOCTYPE x><x/>",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_at_once(tmp_path: Path, name: str) -> None:
    path = tmp_path / "history.xml"
    path.write_text(BOMBS[name], "utf-8")
    began = time.perf_counter()
    with pytest.raises(Unreadable, match="document type or an entity"):
        read(path)
    assert time.perf_counter() - began < 1
    assert not edfi_discipline.sniff(path)


@pytest.mark.parametrize(
    "text",
    [
        interchange("<DisciplineIncident>" + "<a>" * 10_000),
        interchange("<DisciplineIncident " + " ".join(f'a{n}="1"' for n in range(9_999)) + "/>"),
        interchange(f'<DisciplineIncident id="{"9" * 5_000_000}"/>'),
        interchange(f"<{'D' * 3_000_000}/>"),
        interchange(f"<!--{'-x' * 3_000_000}-->"),
    ],
    ids=["deep", "attributes", "attribute", "name", "comment"],
)
def test_what_no_school_writes_ends_the_reading_at_once(tmp_path: Path, text: str) -> None:
    path = tmp_path / "history.xml"
    path.write_text(text.replace("\n<Disc", f"\n{incident('1')}\n<Disc"), "utf-8")
    began = time.perf_counter()
    found, _, history = read(path)
    assert time.perf_counter() - began < 1
    assert len(found) == text.count("\n<Disc")
    assert [problem.refused for problem in history.problems] == [True]
    assert not any(one.whole for one in found)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "line 1, column 1: the file ends before its interchange does"),
        (b"PK\x03\x04rest", "is a zip: unpack it"),
        (b"Referral ID,Date\n1,2\n", "line 1, column 1: what stands there is not XML"),
        (b"\x00\x01\x02\x03", "is no XML that can be read"),
        (b'<?xml version="1.0" encoding="x-none"?><a/>', "an encoding that is not known"),
        (b"<InterchangeStaff/>", "is of the kind InterchangeStaff: Interchange"),
        (b"<InterchangeStudentDiscipline/>", "is not of Ed-Fi's Data Standard 5"),
        (
            b'<InterchangeStudentDiscipline xmlns="http://ed-fi.org/0400"/>',
            "is not of Ed-Fi's Data Standard 5",
        ),
    ],
)
def test_what_is_no_interchange_is_said_in_one_sentence(
    tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "history.xml"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=r"history\.xml") as raised:
        read(path)
    assert says in str(raised.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"none\.xml is not there: give the XML file"):
        read(tmp_path / "none.xml")
    with pytest.raises(Unreadable, match="is a folder: give the XML file itself"):
        read(tmp_path)


# Damage

WHOLE = interchange(*(record for n in range(1, 6) for record in an_incident(n))).encode()


def test_a_letter_of_another_encoding_ends_the_reading_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "history.xml"
    path.write_bytes(WHOLE.replace(b"Quint", b"Q\xfcint", 3).replace(b"Q\xfcint", b"Quint", 2))
    found, _, history = read(path)
    assert [one.identifier for one in found] == ["1", "2"]
    (problem,) = refused(history)
    assert problem.line == 13
    assert "column " in problem.reason
    assert "What follows is missing" in problem.reason


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.integers(0, len(WHOLE) - 1))
def test_of_a_file_that_is_cut_what_was_whole_is_read(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "history.xml"
    path.write_bytes(WHOLE[:cut])
    try:
        found, _, history = read(path)
    except Unreadable:
        assert cut < WHOLE.index(b">\n<Disc") + 1
        return
    before = WHOLE[:cut].count(b"</DisciplineIncident>")
    assert [one.identifier for one in found] == [str(n + 1) for n in range(before)]
    complete = cut >= len(WHOLE) - 1
    assert bool(refused(history)) != complete
    assert all(one.whole == complete for one in found)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_damage_raises_anything_of_its_own(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(WHOLE)
    places = data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4))
    for place in places:
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "history.xml"
    path.write_bytes(bytes(content))
    try:
        found, strays, history = read(path)
    except Unreadable:
        return
    untouched = WHOLE[: min(places)].count(b"</DisciplineIncident>")
    assert [one.identifier for one in found][:untouched] == [str(n + 1) for n in range(untouched)]
    assert history.total == len(found)
    assert all(isinstance(stray.line, int) for stray in strays)


LEAVES = WHOLE.decode().replace("><", ">\0<").split("\0")


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_elements_dropped_doubled_or_changed_cost_their_record_at_most(
    tmp_path: Path, data: st.DataObject
) -> None:
    pieces = [*LEAVES]
    inner = [n for n, piece in enumerate(pieces) if "</" in piece and not piece.startswith("</")]
    for n in data.draw(st.sets(st.sampled_from(inner), min_size=1, max_size=5)):
        how = data.draw(st.sampled_from(["", pieces[n] * 2, _other(pieces[n])]))
        pieces[n] = how
    path = tmp_path / "history.xml"
    path.write_text("".join(pieces), "utf-8")
    found, _, history = read(path)
    assert history.rows == 25
    assert {one.identifier for one in found} <= {"1", "2", "3", "4", "5", "£"}
    assert len(found) + sum("Incident" in p.column for p in refused(history)) >= 4


def _other(piece: str) -> str:
    start, _, rest = piece.partition(">")
    return f"{start}>£{rest[rest.index('<') :]}"
