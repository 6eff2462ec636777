"""What is broken or wrong is told in one sentence, with the documented code and no child's name."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from desk import ADULTS, PUPILS, SPECIALIST, Answer, School, write_roster

from ledger import founding, settings
from ledger.store import sqlite

NAMES = {name for pupil in PUPILS for name in pupil[1:3] if name}
ANA = ("log", "ana", "rivera", "--did", "tardy", "--at", "10:00")
READING = (
    ("timeline", "ana", "rivera"),
    ("incident", "list"),
    ("export", "plan", "ods"),
    ("access", "log", "ana", "rivera"),
    ("roster", "show", "ana", "rivera"),
)
WRITING = (
    ("undo",),
    ("staff", "add", "nbrandt", "Nadia Brandt", "--role", "aide"),
    ("calendar", "set", "--first", "2026-08-12", "--last", "2027-06-11"),
)
PROVING = (("verify",), ("checkpoint",), ("rebuild",), ("backup",))


def told_well(answer: Answer, code: int, says: str = "") -> None:
    """One sentence, that says what and what to do, and names no child."""
    assert answer.code == code, answer.err
    assert answer.out == ""
    lines = answer.err.splitlines()
    assert len(lines) == 1, answer.err
    assert says in lines[0]
    assert len(lines[0]) < 400
    assert "Traceback" not in answer.err
    assert "unforeseen" not in answer.err
    nameless(answer)


def nameless(answer: Answer) -> None:
    assert not [name for name in NAMES if name in answer.err]


def nothing_lost(desk: School, code: int, says: str = "") -> None:
    """An entry says the same and is kept, or is on the screen to be run again."""
    answer = desk(*ANA)
    assert (answer.code, answer.out) == (code, ""), answer.err
    assert says in answer.err.splitlines()[0]
    assert "kept as draft" in answer.err or "bledger log ana rivera --did tardy" in answer.err
    assert "Traceback" not in answer.err


# The data folder


def edited(old: str, new: str) -> Callable[[School], None]:
    def edit(desk: School) -> None:
        path = desk.folder / settings.FILE
        said = path.read_text()
        assert old in said
        path.write_text(said.replace(old, new, 1))

    return edit


def rewritten(name: str, change: Callable[[bytes], bytes]) -> Callable[[School], None]:
    def rewrite(desk: School) -> None:
        path = desk.folder / name
        path.write_bytes(change(path.read_bytes()))

    return rewrite


def gone(name: str) -> Callable[[School], None]:
    return lambda desk: (desk.folder / name).unlink()


def of_schema(name: str, number: int) -> Callable[[School], None]:
    def change(desk: School) -> None:
        with desk.opened() as at:
            label = name.removesuffix(".db")
            db = sqlite.opened(desk.folder / name, at.school.keys.derived(label))
            db.execute("DROP TRIGGER IF EXISTS ledger_no_update")
            db.execute("UPDATE ledger SET schema = ?", [number])
            db.close()

    return change


def key_is(text: str) -> Callable[[School], None]:
    def write(desk: School) -> None:
        desk.key.write_text(text)

    return write


def no_key(desk: School) -> None:
    desk.key.unlink()


def key_is_a_folder(desk: School) -> None:
    desk.key.unlink()
    desk.key.mkdir()


def no_folder(desk: School) -> None:
    desk.env["BLEDGER_DATA"] = str(desk.root / "nowhere")


def empty_folder(desk: School) -> None:
    (desk.root / "empty").mkdir()
    desk.env["BLEDGER_DATA"] = str(desk.root / "empty")


def a_file(desk: School) -> None:
    desk.env["BLEDGER_DATA"] = str(desk.folder / "ledger.db")


def synced(name: str) -> Callable[[School], None]:
    def move(desk: School) -> None:
        (desk.root / name).mkdir()
        there = desk.folder.rename(desk.root / name / "data")
        desk.env["BLEDGER_DATA"] = str(there)

    return move


HEAD = b"\0" * 16
HALF = "whole[: len(whole) // 2]"

# what is broken → how, exit code, what is said
FOLDERS: dict[str, tuple[Callable[[School], None], int, str]] = {
    "no folder": (no_folder, 8, "There is no ledger in"),
    "an empty folder": (empty_folder, 8, "There is no ledger in"),
    "a file instead": (a_file, 8, "There is no ledger in"),
    "in OneDrive": (synced("OneDrive - Tannery Hill"), 8, "a folder that OneDrive copies"),
    "in Dropbox": (synced("Dropbox"), 8, "a folder that Dropbox copies"),
    "no ledger": (gone("ledger.db"), 8, "ledger.db is missing"),
    "an empty ledger": (rewritten("ledger.db", lambda _: b""), 6, "ledger.db is damaged"),
    "a cut ledger": (rewritten("ledger.db", lambda b: b[: len(b) // 2]), 6, "ledger.db is damaged"),
    "a ledger of noise": (rewritten("ledger.db", lambda b: os.urandom(len(b))), 6, "ledger.db"),
    "no head": (rewritten("ledger.db", lambda b: HEAD + b[16:]), 6, "ledger.db is damaged"),
    "a newer ledger": (of_schema("ledger.db", 99), 8, "newer release"),
    "an older ledger": (of_schema("ledger.db", 0), 8, "older release"),
    "no key": (no_key, 8, "school.key is missing"),
    "an empty key": (key_is(""), 8, "holds no school key"),
    "another key": (key_is("ab" * 32), 8, "is not this school's key"),
    "a key of letters": (key_is("schlüssel"), 8, "holds no school key"),
    "a key that is a folder": (key_is_a_folder, 8, "school.key"),
    "no settings": (gone(settings.FILE), 8, "There is no ledger in"),
    "empty settings": (rewritten(settings.FILE, lambda _: b""), 2, "school.toml"),
    "no TOML": (rewritten(settings.FILE, lambda _: b"[school\nname = "), 2, "school.toml"),
    "settings in another encoding": (
        rewritten(settings.FILE, lambda b: b.decode().encode("utf-16")),
        2,
        "school.toml",
    ),
    "an unknown table": (edited("[words]", "[wrods]"), 2, "[wrods] is not known"),
    "an unknown key": (edited("zone =", "tz = 'x'\nzone ="), 2, "tz is not known in [school]"),
    "no such zone": (edited("America/Los_Angeles", "Mars/Base"), 2, "'Mars/Base' is no time zone"),
    "a zone outside": (edited("America/Los_Angeles", "../../etc/passwd"), 2, "is no time zone"),
    "a number for a text": (edited('id = "1001"', "id = 1001"), 2, "[school] needs id, as text"),
    "words that are none": (edited("[words]", "words = 3\n[sink.x]"), 2, "school.toml"),
    "a word for no text": (edited("[words]", "[words]\ntray = 3"), 2, "school.toml"),
    "a rule that is none": (edited("[rules.recess]", "[rules.reces]"), 2, "no rule 'reces'"),
    "rules that are no tables": (
        edited("[rules.recess]\n", "[rules]\nrecess = 1\n[sink.x]\n"),
        2,
        "",
    ),
    "an unknown key of a rule": (
        edited("through_grade", "thru_grade"),
        2,
        "thru_grade is not known in [rules.defiance-suspension]",
    ),
    "a rule half on": (
        edited("[rules.recess]\non = true", "[rules.recess]\non = 1"),
        2,
        "true or false",
    ),
    "a number in words": (
        edited("through_grade = 5", 'through_grade = "five"'),
        2,
        "through_grade is a whole number from 0 to 1000",
    ),
    "a number that is none": (
        edited("through_grade = 5", "through_grade = nan"),
        2,
        "whole number",
    ),
    "papers for no time": (edited("days = 7", "days = 0"), 2, "[papers] days is a whole number"),
    "a team that is none": (edited('team = "SST"', "team = 7"), 2, "[sst] needs team, as text"),
    "a sink that is none": (edited("[sink.ods]", "[sink]\nods = 3\n[ids.x]"), 2, "school.toml"),
}


@pytest.mark.parametrize("case", FOLDERS)
def test_a_broken_folder_is_told_in_one_sentence(desk: School, case: str) -> None:
    breaks, code, says = FOLDERS[case]
    desk.ok(*ANA)
    breaks(desk)
    for argv in (*READING, *WRITING, *PROVING):
        told_well(desk(*argv), code, says)
    desk.clock.pass_(hours=1)
    nothing_lost(desk, code, says)


@pytest.mark.parametrize("case", [case for case in FOLDERS if "ledger" in FOLDERS[case][2]])
def test_doctor_tells_what_is_wrong_with_a_ledger(desk: School, case: str) -> None:
    breaks, code, says = FOLDERS[case]
    breaks(desk)
    told = desk("doctor")
    assert says in " ".join((told.out + told.err).split())
    assert told.code in (1, code)
    assert "Traceback" not in told.err


def test_a_clock_that_has_gone_back_is_refused_until_it_is_right(desk: School) -> None:
    desk.ok(*ANA)
    desk.clock.pass_(days=-1)
    for argv in WRITING[1:]:
        told_well(desk(*argv), 8, "clock says")
    nothing_lost(desk, 8, "clock says")
    assert re.findall(r"^(\w+) +clock ", desk("doctor").out, re.MULTILINE) == ["BAD"]
    desk.clock.pass_(days=1)
    desk.ok("spool", "1", "--at", "9:00")


def test_a_time_that_a_wrong_clock_showed_is_not_recorded(desk: School) -> None:
    desk.ok(*ANA)
    desk.clock.pass_(days=-1)
    kept = desk("log", "leo", "--did", "tardy")
    assert "bledger spool 1 --at TIME" in kept.err
    desk.clock.pass_(days=1)
    desk.ok("spool", "1")
    assert desk.of("IncidentReported")[-1].occurred.at == desk.clock.at


def test_a_clock_that_is_a_little_behind_does_not_matter(desk: School) -> None:
    desk.ok(*ANA)
    desk.clock.pass_(minutes=-4)
    desk.ok("log", "leo", "--did", "tardy", "--at", "10:00")
    times = [r.recorded_at for r in desk.events()]
    assert times == sorted(times)


VIEWS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda b: b[: len(b) // 2],
    "noise": lambda b: os.urandom(len(b)),
    "a changed page": lambda b: b[:8192] + os.urandom(4096) + b[12288:],
}


@pytest.mark.parametrize("case", VIEWS)
def test_damaged_views_are_told_and_built_again(desk: School, case: str) -> None:
    desk.ok(*ANA)
    before = [desk.ok(*argv).out for argv in READING[:2]]
    rewritten("views.db", VIEWS[case])(desk)
    for argv in (*READING, ("roster", "find", "ana")):
        answer = desk(*argv)
        if answer.code:
            told_well(answer, 6, "bledger rebuild")
    assert "Traceback" not in desk("doctor").err
    desk.ok("rebuild")
    assert [desk.ok(*argv).out for argv in READING[:2]] == before
    desk.ok("verify", "--full")


def test_missing_views_are_built_without_a_word(desk: School) -> None:
    desk.ok(*ANA)
    before = desk.ok("incident", "list").out
    gone("views.db")(desk)
    assert desk.ok("incident", "list").out == before


# People


@pytest.mark.parametrize("user", ["zorro", "\x1b[31mzorro", "SWHITLOCK ", "'; --"])
def test_somebody_who_is_not_on_the_staff_list_may_do_nothing(desk: School, user: str) -> None:
    desk.ok(*ANA)
    for argv in (*READING[:3], *WRITING):
        answer = desk(*argv, user=user)
        if user.strip().casefold() != SPECIALIST:
            told_well(answer, 4, "is not on the staff list")
            assert "\x1b" not in answer.err


def test_somebody_who_left_may_do_nothing(desk: School) -> None:
    desk.ok("staff", "left", "dana", "okafor")
    told_well(desk("timeline", "ana", "rivera", user="dokafor"), 4, "is not on the staff list")


@pytest.mark.parametrize("me", ["", "   ", "\t"])
def test_a_school_without_anybody_in_it_is_not_made(desk: School, me: str) -> None:
    no_folder(desk)
    answer = desk("init", "--me", me, user="x")
    assert answer.code in (0, 2)
    if answer.code:
        assert not (desk.root / "nowhere").exists()
        desk.ok("init", "--me", "Nadia Brandt", user="nbrandt")
    desk.ok("staff", "list", user="nbrandt" if answer.code else "x")


def test_a_school_is_not_made_where_something_is(desk: School) -> None:
    before = {path: path.read_bytes() for path in desk.folder.iterdir()}
    told_well(desk("init"), 8, "is not empty")
    told_well(desk("demo", "--students", "60", "--days", "1"), 8, "is not empty")
    assert {path: path.read_bytes() for path in desk.folder.iterdir()} == before
    no_folder(desk)
    desk.env["BLEDGER_KEY_FILE"] = str(desk.root / "nowhere" / "key")
    told_well(desk("init"), 8, "may not lie in the data folder")
    synced_place = str(desk.root / "OneDrive" / "data")
    told_well(desk("init", env={"BLEDGER_DATA": synced_place}), 8, "OneDrive")
    told_well(desk("init", "--zone", "Mars/Base"), 2, "is no time zone")
    assert not (desk.root / "nowhere").exists()


def test_making_a_school_that_was_cut_off_can_be_finished(
    desk: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_folder(desk)
    with monkeypatch.context() as patch:
        patch.setattr("cli.init.enrol", _stop)
        assert desk("init", "--me", "Nadia Brandt").code == 130
    desk.ok("init", "--me", "Nadia Brandt")
    assert "Nadia Brandt" in desk.ok("staff", "list").out


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_folder_that_others_use_too_stays_theirs(desk: School) -> None:
    shared = desk.root / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    desk.ok("checkpoint", "--out", str(shared / "checkpoint.txt"))
    desk.ok("key", "sheet", "--out", str(shared / "sheet.txt"))
    desk.ok("backup", "--into", str(shared))
    desk.ok("archive", str(shared / "archive"))
    desk.ok("export", "run", "ods", "--out", str(shared))
    no_folder(desk)
    desk.env["BLEDGER_KEY_FILE"] = str(shared / "school.key")
    desk.ok("init", "--me", "Nadia Brandt")
    assert shared.stat().st_mode & 0o777 == 0o755


# Rosters


def zipped(*files: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return made.getvalue()


USERS = b"sourcedId,role,givenName,familyName\n"
ROSTERS: dict[str, tuple[bytes | None, str]] = {
    "nothing": (None, "is not there"),
    "an empty file": (b"", "is not a folder, nor a zip"),
    "no zip": (b"hello", "is not a folder, nor a zip"),
    "a cut zip": (zipped(("users.csv", USERS * 50))[:60], "is not a folder, nor a zip"),
    "a zip without users": (zipped(("notes.txt", b"x")), "users.csv"),
    "a bomb": (zipped(("users.csv", USERS + b"0" * 30_000_000)), "200 times its size"),
    "a path outside": (zipped(("../users.csv", USERS)), "a path that leads outside"),
    "no text": (zipped(("users.csv", b"\x00\xff\xfe" * 100)), "users.csv"),
}


@pytest.mark.parametrize("case", ROSTERS)
def test_a_broken_roster_is_told_and_changes_nothing(desk: School, case: str) -> None:
    data, says = ROSTERS[case]
    path = desk.root / "roster.zip"
    if data is not None:
        path.write_bytes(data)
    before = desk.events()
    told_well(desk("roster", "import", str(path)), 1, says)
    assert desk.events() == before
    assert not (desk.root.parent / "users.csv").exists()


def test_rows_that_are_odd_are_told_by_file_line_and_column(desk: School) -> None:
    odd = [*PUPILS, ("p-x", "Odd", "Ones", "9", "grade nine and more than that", "")]
    odd.append(("p-y", "", "", "10", "01", ""))
    files = write_roster(desk.root / "odd", odd)
    answer = desk("roster", "import", str(files))
    assert answer.code == 1
    found = re.findall(r"^  users\.csv line (\d+), (\w+): ", answer.out, re.MULTILINE)
    first = len(ADULTS) + len(PUPILS) + 2
    assert found == [(str(first), "grades"), (str(first + 1), "givenName")]
    nameless(answer)
    assert "Odd" not in answer.out + answer.err


def test_a_roster_that_lacks_most_children_is_refused(desk: School) -> None:
    many = [(f"p-{n}", f"Given{n}", f"Family{n}", str(n), "03", "") for n in range(100, 120)]
    desk.ok("roster", "import", str(write_roster(desk.root / "many", [*PUPILS, *many])))
    before = desk.events()
    told_well(desk("roster", "import", str(write_roster(desk.root / "few", PUPILS[:2]))), 4)
    assert desk.events() == before


# Words


WORDS: dict[str, tuple[tuple[str, ...], int, str]] = {
    "no such incident": (("incident", "show", "ffffffff"), 3, "No incident begins with"),
    "no id at all": (("incident", "show", "'; DROP TABLE event"), 3, "No incident begins with"),
    "too little of an id": (("incident", "act", "a", "conference"), 3, "No incident begins with"),
    "no such position": (("timeline", "ana", "rivera", "--position", "999"), 2, "no position 999"),
    "a negative position": (("incident", "list", "--since", "x"), 2, "is not a time"),
    "no such sink": (("export", "plan", "nowhere"), 2, "There is no sink 'nowhere'"),
    "no such draft": (("spool", "7"), 3, "There is no draft 7"),
    "no such member": (("staff", "left", "nobody"), 3, "Nobody on the staff is called"),
    "somebody twice": (
        ("staff", "add", "dokafor", "Dana Okafor", "--role", "aide"),
        1,
        "is on the staff list already",
    ),
    "no such day": (("calendar", "set", "--first", "2026-02-30", "--last", "x"), 2, "is no day"),
    "no such period": (
        ("calendar", "set", "--first", "2026-08-12", "--last", "2027-06-11", "--period", "x"),
        2,
        "is no period",
    ),
    "a year without an end": (
        ("calendar", "set", "--first", "2026-08-12", "--last", "2026-08-01"),
        4,
        "must come after",
    ),
    "no such checkpoint": (("verify", "--against", "/nowhere/x"), 1, "is not there"),
    "no such copy": (("verify", "--file", "/nowhere/x"), 8, "/nowhere/x"),
    "no such backup": (("restore", "/nowhere/x"), 1, "is not there"),
    "no such sheet": (("key", "confirm", "/nowhere/x"), 1, "is not there"),
    "nowhere to write": (("checkpoint", "--out", "/dev/null/x"), 8, "/dev/null"),
    "nowhere to export": (("export", "run", "ods", "--out", "/dev/null/x"), 8, "/dev/null"),
    "nowhere to archive": (("archive", "/dev/null/x"), 8, "/dev/null"),
    "nowhere to back up": (("backup", "--into", "/dev/null/x"), 8, "/dev/null"),
    "nowhere for the sheet": (("key", "sheet", "--out", "/dev/null/x"), 8, "/dev/null"),
}


@pytest.mark.parametrize("case", WORDS)
def test_a_word_that_means_nothing_is_told(desk: School, case: str) -> None:
    argv, code, says = WORDS[case]
    told_well(desk(*argv), code, says)


def test_a_sheet_that_is_wrong_is_not_confirmed(desk: School) -> None:
    told_well(desk("key", "confirm", stdin=b"\xff\xfe bla"), 2)
    right = (desk.key.parent / founding.SHEET).read_text()
    wrong = re.sub(r"(Line 1:  )(.)", lambda m: f"{m[1]}{'7' if m[2] != '7' else '8'}", right)
    told_well(desk("key", "confirm", stdin=wrong), 2, "Line 1 ")
    assert "never confirmed" in desk.ok("doctor").out
    desk.ok("key", "confirm", stdin=right)
    assert "recovery sheet confirmed" in desk.ok("doctor").out


def test_a_lost_key_comes_back_from_the_sheet(desk: School) -> None:
    sheet = (desk.key.parent / founding.SHEET).read_text()
    key = desk.key.read_bytes()
    for lost in (no_key, key_is("")):
        lost(desk)
        assert desk("log", "leo", "--did", "tardy").code == 8
        desk.ok("key", "restore", stdin=sheet)
        assert desk.key.read_bytes() == key
    desk.ok("spool", "1")
    assert Path(desk.key).stat().st_mode & 0o077 == 0
