"""The daily entry: recorded once, whole, shown clean; what stops it loses nothing."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from desk import PRINCIPAL, PROGRAM, START, Answer, School, as_expected

from ledger.domain import TEXT_CAP
from ledger.domain.codes import Role
from ledger.store import sqlite

ANA = ("log", "ana", "rivera", "--did", "disrup", "--where", "caf")
HOSTILE = (
    'It cost $5, 100 % of it: "don\'t" `touch` \\n !! $HOME $(rm -rf) {x} <b>&amp;</b>\t'
    "😀👩‍👧 عائشة \u202eabc\u202c \x1b[31mred\x1b[0m \x07 é e\u0301\r\nsecond line, \u2028 third "
)


def long(text: str) -> str:
    """This text over and over, as long as a long statement."""
    return (text * (10_000 // len(text) + 1))[:9_999] + "."


def is_clean(shown: str) -> bool:
    """Whether nothing in it moves the cursor, hides, or turns the direction."""
    kinds = {unicodedata.category(c) for c in shown.replace("\n", "").replace("\u200d", "")}
    return not kinds & {"Cc", "Cf", "Cs"}


def draft_of(answer: Answer) -> str:
    """The line that finishes what was kept."""
    found = re.search(r"^Finish it:  bledger (.*)$", answer.err, re.MULTILINE)
    assert found, answer.err
    return found[1]


# The shapes of the screen


def test_an_entry_looks_as_it_should(desk: School) -> None:
    typed = "Threw a tray after Leo took the seat.\n"
    told = desk.ok(*ANA, "--at", "1210", "--with", "leo", "--saw", stdin=typed, terminal=True)
    assert told.err == "saw: "
    as_expected("log", told.out)


def test_an_entry_looks_the_same_in_plain_letters(desk: School) -> None:
    told = desk.ok("log", "soren", "--did", "disrup", "--where", "caf", "--at", "1210", "--ascii")
    assert told.out.isascii()
    as_expected("log.ascii", told.out)


def test_an_entry_for_programs_holds_ids_and_no_name(desk: School) -> None:
    told = desk.ok(*ANA, "--at", "1210", "--with", "leo", "--saw", "He saw it.", "--json")
    assert told.json["schema"] == "log/1"
    assert not re.search("Ana|Rivera|Leo|Park|saw it", told.out)
    as_expected("log.json", told.out)


def test_two_children_a_major_and_a_slip_look_as_they_should(desk: School) -> None:
    line = "log mateo cruz and jonah wells --did fight --where play --at 10:15 --by okafor"
    as_expected("log.major", desk.ok(*line.split(), "--form", "0147").out)


def test_an_office_referral_for_disruption_says_by_when_it_is_answered(desk: School) -> None:
    told = desk.ok(*ANA, "--major", "--at", "1210").out
    assert "Sent to the office: Ruth Alder answers by Wed Oct 21 · 5 business days" in told


def test_which_student_and_what_behavior_are_asked_in_one(desk: School) -> None:
    line = ("log", "anna", "rivera", "--did", "disrupton", "--where", "caf", "--saw", "-")
    asked = desk(*line, stdin="He left.\n")
    assert (asked.code, asked.out) == (3, "")
    as_expected("log.which", asked.err)


def test_the_same_incident_by_another_adult_is_shown_and_recorded(desk: School) -> None:
    desk.ok(*ANA, "--at", "1210")
    told = desk.ok(*ANA, "--at", "1208", "--by", "okafor")
    as_expected("log.alike", told.out)
    assert desk.incidents() == 2


def test_ones_own_entry_of_a_moment_ago_is_shown_unless_it_was_said_to_be_a_second(
    desk: School,
) -> None:
    desk.ok(*ANA, "--at", "1210")
    told = desk.ok(*ANA, "--at", "1212", "--again").out
    assert "Maybe the same" not in told
    told = desk.ok(*ANA, "--at", "1209").out
    assert re.search(r"Maybe the same as [0-9a-f]{7} \(12:10 PM, yours\)\.", told)


def test_a_word_that_is_no_code_is_answered_in_the_width_of_the_screen(desk: School) -> None:
    told = desk("log", "ana", "--did", "qqqq").err
    assert "There are " in told
    assert max(map(len, told.splitlines())) <= 100


@pytest.mark.parametrize("more", [(), ("--major", "--did", "fight"), ("--saw", long("word "))])
def test_every_line_of_an_entry_fits_the_screen(desk: School, more: tuple[str, ...]) -> None:
    line = "ana and leo and mateo and jonah and suryani --with soren --victim inigo"
    told = desk.ok("log", *line.split(), "--did", "disrup", *more).out
    assert max(map(len, told.splitlines())) <= 100


# Texts


@pytest.mark.parametrize("text", [HOSTILE, long(HOSTILE), long("عائشة قالت "), "x", "-", "\0a"])
def test_a_text_on_standard_input_is_stored_byte_for_byte(desk: School, text: str) -> None:
    told = desk.ok(*ANA, "--saw", "-", stdin=f"{text}\n")
    assert desk.texts() == [text]
    for answer in (
        told,
        desk.ok("timeline", "ana", "rivera"),
        desk.ok("incident", "show", "last"),
        desk.ok("incident", "show", "last", "--json"),
    ):
        assert is_clean(answer.out)
    card = desk.ok("incident", "show", "last", "--json").json["incident"]
    assert card["statements"][0]["text"] == text


def test_a_text_cannot_pass_for_a_line_of_the_screen(desk: School) -> None:
    forged = "He left.\nfixed  Ruth Alder: nothing happened\rRecorded  1234567"
    desk.ok(*ANA, "--saw", "-", stdin=forged)
    for line in (("timeline", "ana", "rivera"), ("incident", "show", "last")):
        shown = desk.ok(*line).out.splitlines()
        assert not any(re.match(r"\s{0,5}(fixed|Recorded)", line) for line in shown)


@pytest.mark.parametrize("option", ["saw", "told", "think"])
@pytest.mark.parametrize("text", ["", "\n", "   \n"])
def test_a_text_that_is_blank_is_no_statement(desk: School, option: str, text: str) -> None:
    desk.ok(*ANA, f"--{option}", "-", stdin=text)
    desk.ok(*ANA, f"--{option}", "--again", stdin=text or "\n", terminal=True)
    assert desk.texts() == []


def test_the_end_of_a_line_is_not_part_of_a_text_but_any_other_blank_is(desk: School) -> None:
    desk.ok(*ANA, "--saw", "-", stdin=" He left. \n\r\n")
    assert desk.texts() == [" He left. \n"]


def test_a_text_at_the_cap_is_taken_and_a_longer_one_kept_as_a_draft(desk: School) -> None:
    desk.ok(*ANA, "--saw", "-", stdin="x" * TEXT_CAP)
    refused = desk(*ANA, "--saw", "-", stdin="y" * (TEXT_CAP + 1))
    assert refused.code == 2
    assert "20,001 characters" in refused.err
    assert draft_of(refused) == "spool 1 --saw -"
    assert "y" * (TEXT_CAP + 1) in desk.ok("spool").out
    desk.ok("spool", "1", "--saw", "-", stdin="y" * TEXT_CAP)
    assert desk.texts() == ["x" * TEXT_CAP, "y" * TEXT_CAP]


@pytest.mark.parametrize("data", [b"\xff\xfeh\x00i", b"caf\xe9"])
def test_what_is_no_text_is_refused_by_name(desk: School, data: bytes) -> None:
    refused = desk(*ANA, "--saw", "-", stdin=data)
    assert (refused.code, desk.texts()) == (2, [])
    assert "not UTF-8" in refused.err


def test_more_than_any_text_is_not_read_to_its_end(desk: School) -> None:
    refused = desk(*ANA, "--saw", "-", stdin="é" * 600_000)
    assert refused.code == 2
    assert "over a megabyte" in refused.err


def test_two_texts_cannot_come_on_one_standard_input(desk: School) -> None:
    refused = desk(*ANA, "--saw", "-", "--told", "-", stdin="one text")
    assert (refused.code, desk.texts()) == (2, [])
    assert "--saw and --told" in refused.err


WRITTEN = "period slip key saw told think where why others injury weapon at by with outside did"


UNCLEAN = ("\x1b[2J\x9b31m\u202e\u2066x", "\udcff", "\r\n\x00\x08", "%s {0}")


@pytest.mark.parametrize("text", UNCLEAN)
def test_no_option_can_write_on_the_screen(desk: School, text: str) -> None:
    desk.ok("log", "ana", "rivera", "--did", "disrup", "--slip", "1")
    for option in WRITTEN.split():
        told = desk("log", "ana", "rivera", "--did", "disrup", f"--{option}={text}")
        assert told.code in (0, 2, 3), option
        assert "Traceback" not in told.err
        assert "unforeseen" not in told.err
        assert is_clean(told.out + told.err), option
    for line in (("spool",), ("timeline", "ana", "rivera"), ("incident", "show", "last")):
        assert is_clean(desk.ok(*line).out)


# Once


def test_the_same_line_twice_is_recorded_once(desk: School) -> None:
    first = desk.ok(*ANA, "--at", "1210", "--json").json
    again = desk.ok(*ANA, "--at", "1210", "--json").json
    assert again == first | {"repeated": True}
    assert desk.ok(*ANA, "--at", "1210").out.startswith(f"Already recorded as {first['short_id']}.")
    assert desk.incidents() == 1


@pytest.mark.parametrize("seconds", [50, 299, 300])
def test_the_same_line_without_a_time_is_the_same_a_few_minutes_later(
    desk: School, seconds: int
) -> None:
    desk.ok(*ANA)
    desk.clock.pass_(seconds=seconds)
    assert desk.ok(*ANA, "--json").json["repeated"]
    assert desk.incidents() == 1


def test_the_same_line_without_a_time_an_hour_later_is_another_incident(desk: School) -> None:
    desk.ok(*ANA)
    desk.clock.pass_(hours=1)
    assert not desk.ok(*ANA, "--json").json["repeated"]
    assert desk.incidents() == 2


def test_a_true_second_one_is_recorded(desk: School) -> None:
    desk.ok(*ANA, "--at", "1210")
    desk.ok(*ANA, "--at", "1210", "--again")
    desk.ok(*ANA, "--at", "1210", "--again")
    assert desk.incidents() == 3


def test_a_key_names_one_entry_for_ever(desk: School) -> None:
    first = desk.ok(*ANA, "--key", "k-1", "--json").json
    desk.clock.pass_(days=3)
    assert desk.ok(*ANA, "--key", "k-1", "--json").json["id"] == first["id"]
    other = desk("log", "leo", "--did", "disrup", "--key", "k-1")
    assert (other.code, desk.incidents()) == (5, 1)
    assert f"already recorded as {first['short_id']}" in other.err


def test_a_slip_that_is_used_already_is_a_conflict_and_nothing_typed_is_lost(desk: School) -> None:
    desk.ok(*ANA, "--slip", "0147")
    other = desk("log", "leo", "--did", "fight", "--slip", "0147", "--saw", "-", stdin="He hit.")
    assert (other.code, desk.incidents()) == (5, 1)
    assert draft_of(other) == "spool 1 --slip NUMBER"
    desk.ok("spool", "1", "--slip", "0148")
    assert (desk.incidents(), desk.texts()) == (2, ["He hit."])


# Taken back


def test_an_entry_is_taken_back_within_ten_minutes_and_not_later(desk: School) -> None:
    desk.ok(*ANA, "--saw", "He left.")
    desk.clock.pass_(minutes=10)
    assert desk.ok("undo").out.startswith("Taken back  ")
    assert desk.incidents() == 0
    desk.ok("log", "leo", "--did", "tardy")
    desk.clock.pass_(minutes=10, seconds=1)
    late = desk("undo")
    assert (late.code, desk.incidents()) == (4, 1)
    assert "correct or void it" in late.err


def test_nothing_is_taken_back_twice_or_from_somebody_else(desk: School) -> None:
    assert desk("undo").code == 4
    desk.ok(*ANA)
    assert desk("undo", user=PRINCIPAL).code == 4
    desk.ok("undo")
    assert desk("undo").code == 4


@pytest.mark.parametrize("more", [(), ("--slip", "0147"), ("--at", "1210", "--saw", "He left.")])
def test_what_was_taken_back_and_is_typed_again_is_recorded_anew(
    desk: School, more: tuple[str, ...]
) -> None:
    for _ in range(3):
        told = desk.ok(*ANA, *more, "--json").json
        assert not told["repeated"]
        assert desk.ok("incident", "show", told["id"], "--json").json["incident"]
        assert desk.ok(*ANA, *more, "--json").json["repeated"]
        desk.ok("undo")
    assert desk.incidents() == 0


# Who


def test_students_are_found_by_any_number_and_any_spelling(desk: School) -> None:
    for words in ("soren orsted", "ØRSTED", "104300", "Søren Ørsted", "ørst sør"):
        told = desk.ok("log", *words.split(), "--did", "tardy", "--again").out
        assert "Søren Ørsted" in told
    for words in ("inigo ibanez", "Íñigo", "nunez", "suryani", "104302"):
        desk.ok("log", *words.split(), "--did", "tardy")


@pytest.mark.parametrize("words", ["bea novak", "novak", "will", "grace will", "a"])
def test_nobody_is_picked_when_several_fit(desk: School, words: str) -> None:
    asked = desk("log", *words.split(), "--did", "tardy")
    assert (asked.code, desk.incidents()) == (3, 0)
    assert "Which student?" in asked.err


def test_a_program_is_asked_by_ids(desk: School) -> None:
    asked = desk("log", "bea", "--did", "tardy", "--json")
    assert (asked.code, asked.json["schema"], asked.json["draft"]) == (3, "which/1", 1)
    assert "Novak" not in asked.out + asked.err
    for student in asked.json["students"]:
        desk.ok("log", student["student_id"], "--did", "tardy")
    assert desk.incidents() == 2


def test_a_trial_asks_who_and_keeps_nothing(desk: School) -> None:
    asked = desk("log", "bea", "--did", "tardy", "--dry-run")
    assert asked.code == 3
    assert asked.err.count("Bea Novak") == 2
    assert desk.ok("spool", "--json").json["drafts"] == []


@pytest.mark.parametrize("option", ["with", "victim", "witness"])
def test_the_choice_is_for_whoever_was_not_clear(desk: School, option: str) -> None:
    asked = desk("log", "ana", "rivera", "--did", "fight", f"--{option}", "bea")
    assert asked.code == 3
    desk.ok(*draft_of(asked).split())
    people = desk.of("IncidentReported")[0].participants
    assert [p.roles for p in people] == [
        (Role.REFERRED,),
        ({"with": Role.INVOLVED}.get(option) or Role(option),),
    ]


def test_every_choice_is_the_one_with_its_number(desk: School) -> None:
    for number in ("1", "2"):
        asked = desk("log", "bea", "--did", "tardy", "--json")
        chosen = asked.json["students"][int(number) - 1]["student_id"]
        told = desk.ok("spool", str(asked.json["draft"]), "--student", number, "--json").json
        assert told["participants"][0]["student_id"] == chosen
    assert desk("log", "bea", "--did", "tardy").code == 3
    assert desk("spool", "1", "--student", "3").code == 3
    desk.ok("spool", "1", "--student", "104305")
    assert desk.incidents() == 3 - 1  # the last is the same child at the same time


def test_roles_are_kept_and_one_person_may_have_several(desk: School) -> None:
    line = "log ana rivera --did fight --with leo --victim leo --witness 104303"
    desk.ok(*line.split(), "--outside", "visitor=victim")
    people = desk.of("IncidentReported")[0].participants
    assert [(p.label, p.roles) for p in people] == [
        ("P1", (Role.REFERRED,)),
        ("P2", (Role.INVOLVED, Role.VICTIM)),
        ("P3", (Role.WITNESS,)),
        ("P4", (Role.VICTIM,)),
    ]


def test_a_major_goes_to_the_office_in_the_same_append(desk: School) -> None:
    desk.ok("log", "ana", "rivera", "--did", "fight", "--saw", "He hit.")
    last = desk.events()[-3:]
    names = [type(r.event).__name__ for r in last]
    assert names == ["IncidentReported", "StatementAdded", "ReferredToOffice"]
    assert len({r.recorded_at for r in last}) == len({r.stream for r in last}) == 1
    desk.ok("undo")
    assert desk.incidents() == 0


def test_it_goes_to_the_office_when_somebody_of_the_office_is_named(desk: School) -> None:
    assert desk.ok(*ANA, "--to", "ruth alder", "--json").json["sent_to_office"]
    assert not desk.ok(*ANA, "--again", "--no-office", "--json").json["sent_to_office"]
    assert not desk.ok(*ANA, "--again", "--json").json["sent_to_office"]


def test_a_trial_records_nothing(desk: School) -> None:
    before = desk.events()
    told = desk.ok(*ANA, "--major", "--saw", "A secret.", "--dry-run")
    assert told.out.count("would append") == 3
    assert "secret" not in told.out
    assert "secret" not in desk.ok(*ANA, "--saw", "A secret.", "--dry-run", "--json").out
    assert desk.events() == before


# What cannot be recorded is kept


REFUSED: dict[str, tuple[tuple[str, ...], int, str, str]] = {  # → exit code, words, the way on
    "the future": (("--at", "tomorrow 10:00"), 2, "not come yet", "--at TIME"),
    "no such time": (("--at", "25:00"), 2, "There is no time", "--at TIME"),
    "no such day": (("--at", "2/30 10:00"), 2, "There is no day", "--at TIME"),
    "no time at all": (("--at", "gestern"), 2, "is not a time", "--at TIME"),
    "a near code": (("--where", "cafetaria"), 2, "Did you mean cafeteria?", "--where cafeteria"),
    "no such code": (("--why", "xyzzy"), 2, "There are peer-attention", "--why MOTIVATION"),
    "no such staff": (("--by", "zorro"), 3, "Nobody on the staff", "--by STAFF"),
    "nobody of the office": (("--to", "zorro"), 3, "Nobody on the staff", "--to STAFF"),
    "no such outsider": (("--outside", "x"), 2, "There are parent", "--OPTION WORDS"),
    "a long slip": (("--slip", "0" * 61), 2, "longer than 60 characters", "--slip TEXT"),
    "nothing done": ((), 2, "What was done?", "--did BEHAVIOR"),
}
ANSWERED = {
    "--at TIME": ("--at", "10:00"),
    "--why MOTIVATION": ("--why", "peer"),
    "--by STAFF": ("--by", "okafor"),
    "--to STAFF": ("--to", "alder"),
    "--OPTION WORDS": ("--outside", "visitor"),
    "--slip TEXT": ("--slip", "12"),
    "--did BEHAVIOR": ("--did", "disrup"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_kept_and_finished_with_one_line(desk: School, case: str) -> None:
    words, code, says, way = REFUSED[case]
    did = () if case == "nothing done" else ("--did", "disrup")
    refused = desk("log", "ana", "rivera", *did, *words, "--saw", "-", stdin=HOSTILE)
    assert (refused.code, refused.out, desk.incidents()) == (code, "", 0)
    assert says in refused.err
    assert draft_of(refused) == f"spool 1 {way}"
    desk.ok("spool", "1", *ANSWERED.get(way, way.split()))
    assert desk.texts() == [HOSTILE]
    assert desk.ok("spool").out == "No draft waits.\n"


def test_a_draft_means_its_times_as_when_it_was_written(desk: School) -> None:
    at = START.replace(second=0)
    for words, minutes in (((), 0), (("--at", "-10m"), 10)):
        asked = desk("log", "bea", "--did", "tardy", *words)
        desk.clock.pass_(days=1, hours=2)
        desk.ok(*draft_of(asked).split())
        reported = desk.of("IncidentReported")[-1].occurred.at
        assert (at - reported).total_seconds() == minutes * 60
        desk.clock.pass_(days=-1, hours=-2)


def test_a_draft_that_was_recorded_meanwhile_is_not_a_second_one(desk: School) -> None:
    asked = desk("log", "bea", "--did", "tardy")
    desk.ok("log", "104306", "--did", "tardy")
    desk.clock.pass_(days=1)
    for number in ("1", "2"):
        if "gr 2" in asked.err.splitlines()[int(number)]:
            told = desk.ok("spool", "1", "--student", number, "--json").json
    assert told["repeated"]
    assert desk.incidents() == 1


def test_what_somebody_else_typed_stays_their_report(desk: School) -> None:
    asked = desk("log", "bea", "--did", "tardy", "--saw", "He left.", user=PRINCIPAL)
    desk.ok(*draft_of(asked).split())
    report, said = desk.of("IncidentReported", "StatementAdded")
    assert report.reported_by == said.observer
    assert report.reported_by != report.recorded_by


def test_a_draft_that_fails_again_is_kept_with_what_was_said_anew(desk: School) -> None:
    desk("log", "bea", "--did", "disrupton", "--saw", "-", stdin="He left.")
    again = desk("spool", "1", "--did", "disrup", "--saw", "-", stdin="She left, then.")
    assert again.code == 3
    desk.ok(*draft_of(again).split())
    assert desk.texts() == ["She left, then."]
    assert desk.ok("spool").out == "No draft waits.\n"


def test_a_draft_is_dropped_only_on_purpose(desk: School) -> None:
    desk("log", "bea", "--did", "tardy", "--saw", "-", stdin="He left.")
    assert desk("spool", "2").code == 3
    assert desk("spool", "1").code == 3
    assert "He left." in desk.ok("spool").out
    desk.ok("spool", "1", "--drop")
    assert desk("spool", "1", "--drop").code == 3
    assert desk.ok("spool", "--json").json["drafts"] == []


@contextmanager
def missing_key(desk: School, _: pytest.MonkeyPatch) -> Iterator[None]:
    away = desk.key.rename(desk.key.with_name("away"))
    yield
    away.rename(desk.key)


@contextmanager
def wrong_key(desk: School, _: pytest.MonkeyPatch) -> Iterator[None]:
    right = desk.key.read_bytes()
    desk.key.write_text("ab" * 32)
    yield
    desk.key.write_bytes(right)


@contextmanager
def damaged_ledger(desk: School, _: pytest.MonkeyPatch) -> Iterator[None]:
    path = desk.folder / "ledger.db"
    whole = path.read_bytes()
    path.write_bytes(os.urandom(len(whole)))
    yield
    path.write_bytes(whole)


@contextmanager
def gone_ledger(desk: School, _: pytest.MonkeyPatch) -> Iterator[None]:
    away = (desk.folder / "ledger.db").rename(desk.root / "ledger.db")
    yield
    away.rename(desk.folder / "ledger.db")


@contextmanager
def _with_pragma(pragma: str, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Connections that the engine itself refuses to write on."""
    opened = sqlite.opened

    def limited(path: Path, *rest: Any, **how: Any) -> Any:
        db = opened(path, *rest, **how)
        if path.name == "ledger.db":
            db.execute(pragma)
        return db

    with patch.context() as while_so:
        while_so.setattr(sqlite, "opened", limited)
        yield


def full_disk(_: School, patch: pytest.MonkeyPatch) -> AbstractContextManager[None]:
    return _with_pragma("PRAGMA max_page_count = 1", patch)


def read_only(_: School, patch: pytest.MonkeyPatch) -> AbstractContextManager[None]:
    return _with_pragma("PRAGMA query_only = 1", patch)


@contextmanager
def clock_behind(desk: School, _: pytest.MonkeyPatch) -> Iterator[None]:
    desk.clock.pass_(days=-1)
    yield
    desk.clock.pass_(days=1)


BROKEN = {
    missing_key: 8,
    wrong_key: 8,
    full_disk: 8,
    read_only: 8,
    gone_ledger: 8,
    clock_behind: 8,
    damaged_ledger: 6,
}
Breaks = Callable[[School, pytest.MonkeyPatch], AbstractContextManager[None]]


@pytest.mark.parametrize("breaks", BROKEN, ids=lambda f: f.__name__)
def test_whatever_breaks_what_was_typed_is_kept_and_comes_back_byte_for_byte(
    desk: School, monkeypatch: pytest.MonkeyPatch, breaks: Breaks
) -> None:
    desk.ok("log", "leo", "--did", "tardy", "--at", "10:00")
    with breaks(desk, monkeypatch):
        failed = desk(*ANA, "--saw", "-", stdin=long(HOSTILE))
    assert (failed.code, failed.out) == (BROKEN[breaks], "")
    assert "Nothing is recorded yet; what you typed is kept as draft 1." in failed.err
    assert "Traceback" not in failed.err
    assert b"HOME" not in b"".join(p.read_bytes() for p in desk.spool.rglob("*.bin"))
    assert desk.incidents() == 1
    desk.clock.pass_(hours=1)
    desk.ok(*draft_of(failed).replace("TIME", "10:00").split())
    assert desk.texts() == [long(HOSTILE)]


@pytest.mark.parametrize("breaks", BROKEN, ids=lambda f: f.__name__)
def test_when_even_the_draft_cannot_be_kept_the_line_is_on_the_screen(
    desk: School, monkeypatch: pytest.MonkeyPatch, breaks: Breaks
) -> None:
    desk.ok("log", "leo", "--did", "tardy", "--at", "10:00")
    spool = {"BLEDGER_SPOOL": "/dev/null/spool"}
    text = long("He left. ")
    with breaks(desk, monkeypatch):
        failed = desk(*ANA, "--by", "dana okafor", "--saw", "-", stdin=text, env=spool)
    assert failed.code == BROKEN[breaks]
    line = "bledger log ana rivera --did disrup --where caf --by 'dana okafor' --saw -\n"
    assert f"could not be kept. Run it again:\n{line}  saw: {text}\n" in failed.err


@pytest.mark.parametrize("breaks", [missing_key, full_disk], ids=lambda f: f.__name__)
def test_what_was_typed_for_what_follows_an_incident_is_kept_too(
    desk: School, monkeypatch: pytest.MonkeyPatch, breaks: Breaks
) -> None:
    desk.ok(*ANA)
    text = long("He left. ")
    with breaks(desk, monkeypatch):
        failed = desk("incident", "statement", "last", "--saw", stdin=f"{text}\n", terminal=True)
    assert failed.code == 8
    desk.clock.pass_(minutes=20)
    meant = desk.ok("incident", "list", "--json").json["incidents"][0]["id"]
    desk.ok("log", "leo", "--did", "tardy")  # `last` is another one by now
    assert desk.ok(*draft_of(failed).split(), "--json").json["id"] == meant
    assert desk.texts() == [text]


# Stopped


def test_ctrl_c_at_a_prompt_records_nothing(desk: School) -> None:
    before = desk.events()
    stopped = desk(*ANA, "--saw", stops=True)
    assert (stopped.code, stopped.out) == (130, "")
    assert stopped.err == "saw: \nStopped. Nothing is recorded.\n"
    assert desk.events() == before
    assert desk.ok("spool").out == "No draft waits.\n"


def test_ctrl_c_at_a_later_prompt_loses_nothing_that_was_typed(desk: School) -> None:
    stopped = desk(*ANA, "--saw", "--told", stdin="He left.\n", stops=True)
    assert (stopped.code, desk.incidents()) == (130, 0)
    desk.ok(*draft_of(stopped).split(), stdin="So said Leo.\n", terminal=True)
    assert desk.texts() == ["He left.", "So said Leo."]


def test_ctrl_c_while_it_is_being_recorded_loses_nothing(
    desk: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sqlite.SQLiteRecorder, "flush", stop)
        stopped = desk(*ANA, "--saw", "-", stdin="He left.")
    assert (stopped.code, desk.incidents()) == (130, 0)
    desk.ok(*draft_of(stopped).split())
    assert desk.texts() == ["He left."]


def test_what_goes_wrong_after_it_is_recorded_is_not_called_unrecorded(
    desk: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("ledger.reports.logged.lines", fail)
        told = desk(*ANA)
    assert told.code == 8
    assert told.err.startswith("It is recorded, as ")
    assert "Nothing is recorded" not in told.err
    assert desk.ok("spool").out == "No draft waits.\n"
    assert desk.incidents() == 1


LATER = {
    "incident act last conference": "It is recorded.",
    "staff add nbrandt Nadia --role aide": "It is recorded.",
    "staff left dana okafor": "It is recorded.",
    "undo": "It is taken back.",
}


@pytest.mark.parametrize("line", LATER)
def test_ctrl_c_after_it_is_recorded_says_that_it_is(
    desk: School, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    desk.ok(*ANA)
    monkeypatch.setattr("cli.Desk.answer", stop)
    stopped = desk(*line.split())
    assert (stopped.code, stopped.err.strip()) == (130, f"Stopped. {LATER[line]}")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_a_person_at_a_terminal_may_press_ctrl_c(desk: School) -> None:
    import pty
    import select

    screen, line = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *ANA, "--saw"],
        env=desk.as_process(),
        stdin=line,
        stdout=line,
        stderr=line,
        process_group=0,
    )
    os.close(line)
    shown = b""
    while b"saw: " not in shown:
        assert select.select([screen], [], [], 20)[0], shown
        shown += os.read(screen, 1_000)
    while process.poll() is None:  # one that comes just before it listens is not heard
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
    assert process.returncode == 130
    assert b"Stopped. Nothing is recorded." in os.read(screen, 1_000)
    os.close(screen)
    assert desk.incidents() == 0


@pytest.mark.parametrize("redirect", ["| true", ">&-", "> /dev/full", "| head -c 5"])
def test_where_the_answer_goes_does_not_matter_to_what_is_recorded(
    desk: School, redirect: str
) -> None:
    if redirect == "> /dev/full" and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    script = f"{shlex.join([*PROGRAM, *ANA, '--json'])} {redirect}"
    done = subprocess.run(
        ["sh", "-c", script], env=desk.as_process(), capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert "Nothing is recorded" not in done.stderr
    assert ("It is recorded" in done.stderr) == (redirect == "> /dev/full")
    assert desk.incidents() == 1
    assert desk.ok("spool").out == "No draft waits.\n"


def test_a_corrected_action_is_as_it_stood_but_for_what_was_said_to_be_different(
    desk: School,
) -> None:
    desk.ok(*ANA)
    act = "incident act last in-school 2d --on 2026-10-12 --by okafor --instruction --happened so"
    desk.ok(*act.split())
    correct = ("incident", "correct", "last", "--action", "1", "--reason", "Typed wrongly.")
    (before,) = _actions(desk)
    desk.ok(*correct, "--to", "out-of-school")
    desk.ok(*correct, "--length", "1d")
    (after,) = _actions(desk)
    assert after == before | {"action": "out-of-school-suspension", "days": "1"}
    assert "What was it?" in desk(*correct).err
    other = desk(*(*correct[:4], "2", *correct[5:]), "--length", "1d")
    assert "There is no action 2" in other.err


def _actions(desk: School) -> list[dict[str, Any]]:
    card = desk.ok("incident", "show", "last", "--json").json["incident"]
    return [dict(done) for done in card["actions"].values()]


def test_a_line_without_any_word_is_no_draft(desk: School) -> None:
    assert desk("log").code == 2
    assert desk.ok("spool", "--json").json["drafts"] == []
