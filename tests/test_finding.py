"""A student is found by any number or name; of two, or of one who nearly fits, none is taken."""

from __future__ import annotations

import itertools
import sqlite3
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from ledger.domain import Refused
from ledger.finding import (
    Finding,
    NoSuch,
    Which,
    find,
    one,
    person,
    search_key,
    staff_by_username,
    staff_in_role,
    staff_named,
    staff_names,
    twice,
)
from ledger.said import Unclear

# As projections/roster.py fills them.
DDL = """
CREATE TABLE student (student_id TEXT PRIMARY KEY, name TEXT, given TEXT, family TEXT, grade TEXT,
    teacher TEXT, number TEXT, active INTEGER, stream TEXT);
CREATE TABLE student_key (stream TEXT, student_id TEXT, kind TEXT, key TEXT);
CREATE INDEX student_key_key ON student_key (key);
CREATE TABLE staff (staff_id TEXT PRIMARY KEY, name TEXT, given TEXT, family TEXT, username TEXT,
    roles TEXT, active INTEGER, stream TEXT);
"""
LONG = "Wolfeschlegelstein " * 15 + "Quintanilla"
PUPILS = [  # name, number, active, names of earlier years
    ("Ana Rivera", "104233", 1, "Ana Solís"),
    ("Anaya Brooks", "104377", 1, ""),
    ("Anna Riviera", "104871", 1, ""),
    ("Søren Ørsted", "104400", 1, ""),
    ("José Núñez García", "104401", 1, ""),
    ("Mary-Kate O'Neill", "104402", 1, ""),
    ("Suharto", "104403", 1, ""),
    ("Will Grace", "104404", 1, ""),
    ("Hope Park", "104405", 1, ""),
    ("Leo Park", "104406", 1, ""),
    ("Maya Lind", "104407", 1, ""),
    ("Maya Lind", "104408", 1, ""),
    ("Zoe Adler", "104409", 0, ""),
    ("Zoey Marsh", "104410", 1, ""),
    ("Bea Novak", "104411", 0, ""),
    ("Dov Dov", "104412", 1, ""),
    ("Ольга Петрова", "104413", 1, ""),
    (LONG, "104414", 1, ""),
]


def roster(pupils: Iterable[tuple[str, str, int, str]] = PUPILS) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.executescript(DDL)
    for n, (name, number, active, earlier) in enumerate(pupils):
        id = f"{n:08x}-0000-5000-8000-000000000000"
        given, _, family = name.partition(" ")
        row = (id, name, given, family, "3", "Okafor", number, active, f"student-{id}")
        db.execute("INSERT INTO student VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        names = {token for each in (name, earlier) for token in search_key(each).split()}
        keys = [("number", number.casefold()), ("number", f"user-{number}"), ("number", id)]
        keys += [("name", token) for token in names]
        rows = [(f"student-{id}", id, kind, key) for kind, key in keys]
        db.executemany("INSERT INTO student_key VALUES (?, ?, ?, ?)", rows)
    return db


ROSTER = roster()


def names(said: str, db: sqlite3.Connection = ROSTER) -> list[str]:
    found = find(db, said)
    assert not found.near, "nobody fits exactly"
    return [student.name for student in found.students]


def near(said: str, db: sqlite3.Connection = ROSTER) -> set[str]:
    found = find(db, said)
    assert found.near
    return {student.name for student in found.students}


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("ana", "Ana Rivera"),
        ("ana r", "Ana Rivera"),
        ("rivera ana", "Ana Rivera"),
        ("Rivera, Ana", "Ana Rivera"),
        ("ana solis", "Ana Rivera"),
        ("anay", "Anaya Brooks"),
        ("ANAYA", "Anaya Brooks"),
        ("soren orsted", "Søren Ørsted"),
        ("Sören", "Søren Ørsted"),
        ("nunez", "José Núñez García"),
        ("jose garcia", "José Núñez García"),
        ("mary kate oneill", "Mary-Kate O'Neill"),
        ("mary-kate o’neill", "Mary-Kate O'Neill"),
        ("suharto", "Suharto"),
        ("will", "Will Grace"),
        ("hope", "Hope Park"),
        ("l park", "Leo Park"),
        ("olga petrova", "Ольга Петрова"),
        ("dov dov", "Dov Dov"),
        ("quintanilla", LONG),
        ("104233", "Ana Rivera"),
        (" 104233 ", "Ana Rivera"),
        ("USER-104406", "Leo Park"),
        ("00000009-0000-5000-8000-000000000000", "Leo Park"),
        ("00000009", "Leo Park"),
    ],
)
def test_a_student_is_found_by_any_number_or_name(said: str, name: str) -> None:
    assert one(find(ROSTER, said), said).name == name


def test_whole_names_outrank_beginnings() -> None:
    assert names("ana") == ["Ana Rivera"]
    assert names("an") == ["Ana Rivera", "Anaya Brooks", "Anna Riviera"]


def test_two_children_of_one_name_are_both_found_and_neither_is_picked() -> None:
    found = find(ROSTER, "maya lind")
    assert [s.number for s in found.students] == ["104407", "104408"]
    with pytest.raises(Which):
        one(found, "maya lind")


def test_one_name_that_begins_another_is_asked() -> None:
    db = roster([("Ana Rivera", "1", 1, ""), ("Ana Rivera Lopez", "2", 1, "")])
    assert names("ana rivera", db) == ["Ana Rivera", "Ana Rivera Lopez"]
    assert names("ana rivera l", db) == ["Ana Rivera Lopez"]


def test_one_name_stands_for_one_word() -> None:
    db = roster([("Ana Rivera", "1", 1, ""), ("Ana Ana", "2", 1, "")])
    assert names("ana a", db) == names("ana ana", db) == ["Ana Ana"]
    assert not names_or_none("rivera r", db)
    assert not names_or_none("a a a", db)


def names_or_none(said: str, db: sqlite3.Connection) -> list[str]:
    found = find(db, said)
    return [] if found.near else [student.name for student in found.students]


def test_who_left_is_found_when_nobody_else_fits() -> None:
    assert names("bea") == ["Bea Novak"]
    assert not find(ROSTER, "bea").students[0].active


def test_who_left_is_asked_for_when_the_words_are_their_whole_name() -> None:
    assert names("zo") == ["Zoey Marsh"]
    assert names("zoe") == ["Zoey Marsh", "Zoe Adler"]


def test_who_left_does_not_stand_in_the_way_of_a_namesake() -> None:
    db = roster([("Ana Rivera", "1", 0, ""), ("Ana Marsh", "2", 1, "")])
    assert names("ana", db) == ["Ana Marsh"]
    assert names("ana rivera", db) == ["Ana Rivera"]


def test_a_number_outranks_a_name_and_needs_no_activity() -> None:
    db = roster([("May Lind", "hope", 0, ""), ("Hope Park", "2", 1, "")])
    assert names("hope", db) == ["May Lind"]


def test_a_number_of_two_children_is_asked() -> None:
    db = roster([("May Lind", "7", 0, ""), ("Hope Park", "7", 1, "")])
    assert names("7", db) == ["Hope Park", "May Lind"]


def test_the_beginning_of_an_id_counts_from_seven_letters_and_only_of_ids() -> None:
    assert len(names("0000000")) == 16
    assert find(ROSTER, "000000").near
    assert find(ROSTER, "10423").near


def test_a_name_that_nobody_has_is_near_and_never_taken() -> None:
    assert near("anna rivera") == {"Ana Rivera", "Anna Riviera"}
    assert near("mateoo") == set()
    assert near("leo parc") == {"Leo Park"}
    with pytest.raises(Which) as asked:
        one(find(ROSTER, "leo parc"), "leo parc")
    assert [s.name for s in asked.value.candidates] == ["Leo Park"]


def test_who_is_here_is_nearer_than_who_left() -> None:
    db = roster([("Leo Park", "1", 0, ""), ("Leon Park", "2", 1, "")])
    assert near("leo parc", db) == {"Leon Park"}


def test_a_destroyed_name_is_near_to_nothing() -> None:
    db = roster([("Leo Park", "1", 1, "")])
    db.execute("UPDATE student SET name = '[destroyed under order 7]'")
    db.execute("DELETE FROM student_key WHERE kind = 'name'")
    assert near("destroyed under order", db) == set()
    assert names("1", db) == ["[destroyed under order 7]"]


@pytest.mark.parametrize(
    "said",
    [
        "'; DROP TABLE student; --", "%", "_", "a%", '"', "ana' OR '1'='1", "*", "\x00", "\ud800",
        "rivera\x00", "🙂", "x" * 100_000, "a " * 5_000, "0" * 5_000, "\u202eana", "nobody at all",
    ],
)  # fmt: skip
def test_whatever_is_typed_finds_or_does_not(said: str) -> None:
    found = find(ROSTER, said)
    assert len(found.students) <= 20
    assert names("ana") == ["Ana Rivera"]


def test_a_name_of_three_hundred_letters_is_found_by_all_of_it() -> None:
    assert len(LONG) > 290
    assert names(LONG) == [LONG]


def test_more_than_the_limit_says_so() -> None:
    db = roster((f"Mia Lind{chr(97 + n)}", str(n), 1, "") for n in range(25))
    found = find(db, "mia")
    assert (len(found.students), found.more) == (20, True)
    assert not find(db, "mia", limit=25).more
    with pytest.raises(Which, match="20 and more fit"):
        one(found, "mia")


def test_nobody_and_nothing_typed_are_refused_with_a_sentence() -> None:
    with pytest.raises(NoSuch, match="No student here fits"):
        one(find(ROSTER, "zzz"), "zzz")
    with pytest.raises(Unclear, match=r"Which student\?"):
        one(find(ROSTER, " "), " ")


@pytest.mark.parametrize("said", ["maya lind", "anna rivera", "zzz", "an"])
def test_no_error_shows_a_child(said: str) -> None:
    found = find(ROSTER, said)
    with pytest.raises((Which, NoSuch)) as refused:
        one(found, said)
    shown = (str(refused.value) + repr(refused.value) + repr(found)).casefold()
    words = {word for name, *_ in PUPILS for word in name.casefold().split()} | {said}
    assert not [word for word in words if word in shown]


@for_all(st.text(max_size=40))
def test_both_spellings_of_a_letter_have_one_key(name: str) -> None:
    keys = {search_key(unicodedata.normalize(form, name)) for form in ("NFC", "NFD")}
    assert len(keys) == 1


@for_all(st.text(max_size=40))
def test_a_key_is_plain_words_and_its_own_key(name: str) -> None:
    key = search_key(name)
    assert key == " ".join(key.split()) == search_key(key)
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in key.split())


NAMES = st.lists(st.sampled_from("ana anaya an rivera riv r bo".split()), min_size=1, max_size=3)  # noqa: SIM905


@for_all(st.lists(NAMES, min_size=1, max_size=5), NAMES)
def test_who_is_found_has_every_word_and_who_has_it_whole_is_found(
    children: list[list[str]], typed: list[str]
) -> None:
    db = roster((" ".join(own), str(n), 1, "") for n, own in enumerate(children))
    whole = [own for own in children if fits(typed, own, whole=True)]
    begun = [own for own in children if fits(typed, own, whole=False)]
    found = find(db, " ".join(typed))
    expected = sorted(" ".join(own) for own in whole or begun)
    assert found.near == (not expected)
    assert found.near or [s.name for s in found.students] == expected


def fits(typed: Sequence[str], own: Sequence[str], *, whole: bool) -> bool:
    """By trying every way to give each word a name of its own."""
    return any(
        all(name == word if whole else name.startswith(word) for word, name in pairs)
        for some in itertools.permutations(own, len(typed))
        if (pairs := list(zip(typed, some, strict=True)))
    )


def test_a_second_look_finds_who_was_not_there_at_the_first() -> None:
    late = roster([("Leo Park", "1", 1, "")])
    early = roster([("Lea Park", "2", 1, "")])
    assert twice("leo park", lambda: iter((early, late))).students[0].name == "Leo Park"
    assert twice("lea park", lambda: iter((early, late))).students[0].name == "Lea Park"
    assert twice("leo park", lambda: iter(())) == Finding(())


STAFF = [
    ("s1", "Dana Okafor", "dokafor", "teacher", 1),
    ("s2", "Ruth Alder", "ralder", "principal,records-officer", 1),
    ("s3", "Ruth Aldersen", "raldersen", "teacher", 1),
    ("s4", "Dana Soto", "dsoto", "teacher", 0),
]


def staffed() -> sqlite3.Connection:
    db = roster([])
    for id, name, username, roles, active in STAFF:
        row = (id, name, "", "", username, roles, active, f"staff-{id}")
        db.execute("INSERT INTO staff VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    return db


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("okafor", ["s1"]),
        ("dana", ["s1"]),
        ("ralder", ["s2"]),
        ("ruth alder", ["s2"]),
        ("ruth", ["s2", "s3"]),
        ("alde", ["s2", "s3"]),
        ("dsoto", []),
        ("", []),
    ],
)
def test_staff_are_found_by_user_name_or_name(said: str, ids: list[str]) -> None:
    assert staff_named(staffed(), said) == ids


def test_the_acting_person_is_on_the_staff_list_or_refused() -> None:
    db = staffed()
    acting = person("RAlder", lambda: [db])
    assert acting.roles == {"principal", "records-officer"}
    known = staff_by_username(db, "dsoto")
    assert known
    assert not known.active
    for nobody in ("dsoto", "nobody", "", "x\ud800"):
        with pytest.raises(Refused, match="is not on the staff list"):
            person(nobody, lambda: [db, db])


def test_staff_are_named_and_found_by_role_while_they_are_here() -> None:
    db = staffed()
    assert staff_names(db)["s4"] == "Dana Soto"
    assert staff_in_role(db, "principal") == "s2"
    assert staff_in_role(db, "teacher") == "s1"
    assert staff_in_role(db, "teach") is None


LIGHT = """
import sys
sys.path.insert(0, "tests")
from ledger.finding import find, one, search_key
import sqlite3
db = sqlite3.connect(":memory:")
db.executescript(%r)
db.execute("INSERT INTO student VALUES ('1', 'Ana Rivera', 'Ana', 'Rivera', '3', '', '', 1, 's')")
db.execute("INSERT INTO student_key VALUES ('s', '1', 'name', 'ana')")
one(find(db, "ana"), "ana")
heavy = "rapidfuzz anyascii dateparser pydantic sqlalchemy".split()
print(*(name for name in heavy if name in sys.modules))
"""


def test_a_student_is_found_without_a_heavy_library() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LIGHT % DDL],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == []


@pytest.mark.slow
def test_one_in_a_hundred_thousand_is_found_in_milliseconds() -> None:
    db = roster((f"Mia{n % 331:x} Lind{n // 331:x}", f"n{n}", 1, "") for n in range(100_000))
    for said in ("mia7 lind7", "mia7 lind9", "n77777"):
        best = min(timed(db, said) for _ in range(5))
        assert best < 0.005, f"{said}: {best * 1000:.1f} ms"


def timed(db: sqlite3.Connection, said: str) -> float:
    start = perf_counter()
    assert not find(db, said).near
    return perf_counter() - start
