"""Names and narratives are where they are due, and nowhere else: not in logs, files, processes."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from desk import PASSWORD, PROGRAM, PUPILS, Answer, School, write_roster

from ledger.store import sqlite

GIVEN, FAMILY, OTHER = "Zaubertine", "Quillfeather", "Obsidianna"
NAMES = (GIVEN, FAMILY, OTHER)
SEEN, REASON, WHOM, NOTE = "xylophone sky", "wombat wisdom", "Grandma Umbrellina", "velvet anvil"
NARRATIVES = (SEEN, REASON, WHOM, NOTE)
CANARIES = (*NAMES, *NARRATIVES, PASSWORD)
CHILDREN = (
    ("p-canary", GIVEN, FAMILY, "777001", "03", "c-okafor"),
    ("p-other", OTHER, FAMILY, "777002", "02", ""),
)
DUE_NAMES = ("roster find", "roster show")  # --json of these carries names


@pytest.fixture
def told(desk: School, monkeypatch: pytest.MonkeyPatch) -> Iterator[School]:
    """A school with canaries in every field, and a folder for temporary files."""
    (desk.root / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(desk.root / "tmp"))
    files = write_roster(desk.root / "oneroster", [*PUPILS, *CHILDREN])
    before = os.umask(0)  # a person's own habit must not open the files
    desk.ok("roster", "import", str(files))
    yield desk
    os.umask(before)


def session(desk: School) -> Iterator[tuple[str, Answer]]:
    """A day at the desk: every line with its answer."""
    lines: tuple[tuple[str, str], ...] = (
        ("log 777001 --did disrup --where caf --with 777002 --saw -", SEEN),
        (f"log {GIVEN} --did fight --major --saw -", SEEN),
        ("incident contact last reached --whom grandparent --name -", WHOM),
        ("incident act last conference 10m --note -", NOTE),
        ("incident correct last --did disrespect --reason -", REASON),
        ("log 777002 --did tardy --saw -", SEEN),
        ("incident void last --reason -", REASON),
        ("undo", ""),
        (f"log {FAMILY} --did disrupton --saw -", SEEN),
        ("log 777001 --did disrupton --saw -", SEEN),
        ("spool", ""),
        ("spool 1 --student 777002 --did disruption", ""),
        (f"log nobody{GIVEN} --did tardy", ""),
        (f"timeline {FAMILY}", ""),
        (f"timeline {GIVEN}", ""),
        ("incident show last", ""),
        ("incident list", ""),
        (f"roster find {FAMILY}", ""),
        (f"roster show {GIVEN}", ""),
        (f"access log {GIVEN}", ""),
        ("export plan ods", ""),
        ("export run ods", ""),
        ("export status", ""),
        (f"export run ods --out {desk.root}/out", ""),
        ("verify --full", ""),
        ("rebuild", ""),
        ("doctor", ""),
        ("backup", ""),
        (f"archive {desk.root}/archive", ""),
        (f"checkpoint --out {desk.root}/out/checkpoint.txt", ""),
        (f"key sheet --out {desk.root}/out/sheet.txt", ""),
        (f"roster import {desk.root}/oneroster", ""),
    )
    for line, typed in lines:
        for form in ((), ("--json",)):
            name = " ".join(line.split()[:2])
            yield f"{name} {' '.join(form)}".strip(), desk(*line.split(), *form, stdin=typed)


def test_programs_are_told_names_and_narratives_only_where_they_are_due(told: School) -> None:
    for line, answer in session(told):
        if not line.endswith("--json"):
            continue
        assert not any(name in answer.err for name in CANARIES), line
        if not line.startswith(DUE_NAMES):
            assert not any(name in answer.out for name in (*NAMES, PASSWORD)), line
        if not line.startswith(("timeline", "incident show")):
            assert not any(text in answer.out for text in NARRATIVES), line


def test_people_are_told_no_narrative_but_in_what_they_read_or_just_wrote(told: School) -> None:
    due = ("timeline", "incident show", "log", "spool")
    for line, answer in session(told):
        assert not any(text in answer.err for text in (*NARRATIVES, PASSWORD)), line
        if not line.startswith(due):
            assert not any(text in answer.out for text in NARRATIVES), line
        assert PASSWORD not in answer.out


def test_no_file_holds_a_name_or_a_narrative(told: School) -> None:
    list(session(told))
    told.key.rename(told.key.with_name("away"))
    assert told("log", GIVEN, "--did", "tardy", "--saw", "-", stdin=SEEN).code == 8
    searched = 0
    for path in told.root.rglob("*"):
        if path.is_file() and path.parent.name != "oneroster":
            data = path.read_bytes()
            searched += 1
            for canary in CANARIES:
                assert canary.encode() not in data, path
                assert canary.encode("utf-16-le") not in data, path
    assert searched > 20
    assert not list((told.root / "tmp").iterdir())


def test_with_the_key_no_column_but_the_sealed_one_tells_them(told: School) -> None:
    list(session(told))
    found = {"sealed": 0, "other": 0}
    with told.opened() as at:
        for name in ("ledger", "access"):
            key = at.school.keys.derived(name)
            db = sqlite.opened(told.folder / f"{name}.db", key)
            for table in ("ledger", "event", "key"):
                asked = db.execute(f"SELECT * FROM {table}")
                columns = [column[0] for column in asked.description]
                for row in asked:
                    for column, value in zip(columns, row, strict=True):
                        data = value if isinstance(value, bytes) else str(value).encode()
                        found["sealed" if column == "sealed" else "other"] += 1
                        assert not any(canary.encode() in data for canary in CANARIES), column
            db.close()
    assert found["sealed"] > 20
    # The words are there all the same, for whoever may read them.
    assert SEEN in told.texts()


def test_every_file_is_its_owners_alone(told: School) -> None:
    list(session(told))
    told("log", "bea", "--did", "tardy")
    for folder in (told.folder, told.key.parent, told.spool, told.root / "archive"):
        for path in filter(Path.is_file, folder.rglob("*")):
            assert mode(path) == 0o600, path
            assert any(mode(above) == 0o700 for above in path.parents), path
    for path in (told.folder, told.key.parent, told.root / "archive", *told.spool.iterdir()):
        assert mode(path) == 0o700, path
    for name in ("checkpoint.txt", "sheet.txt"):
        assert mode(told.root / "out" / name) == 0o600, name


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


FAILING: dict[str, tuple[str, str]] = {
    "which": (f"log {FAMILY} --did tardy --saw -", SEEN),
    "nobody": (f"log nobody{GIVEN} --did tardy --saw -", SEEN),
    "a code": (f"log {GIVEN} --did disrupton --saw -", SEEN),
    "a time": (f"log {GIVEN} --did tardy --at 25:00 --saw -", SEEN),
    "a long text": (f"log {GIVEN} --did tardy --saw -", SEEN * 2_000),
    "a long slip": (f"log {GIVEN} --did tardy --slip {'9' * 70} --saw -", SEEN),
    "refused": ("incident participant last leo --did tardy", ""),
    "a conflict": (f"log {GIVEN} --did tardy --slip taken --saw -", SEEN),
    "broken views": (f"timeline {GIVEN}", ""),
    "broken names": (f"timeline {GIVEN}", ""),
}


BROKEN = {"broken views": "timeline", "broken names": "student"}


@pytest.mark.parametrize("case", FAILING)
def test_no_traceback_tells_them(told: School, case: str) -> None:
    line, typed = FAILING[case]
    told.ok("log", "leo", "--did", "tardy", "--slip", "taken")
    if case.startswith("broken"):
        with told.opened() as at:
            key = at.school.keys.derived("views")
        db = sqlite.opened(told.folder / "views.db", key)
        asked = "SELECT type, name FROM sqlite_master WHERE name = ?"
        kind, name = db.execute(asked, [BROKEN[case]]).fetchone()
        db.execute(f"DROP {kind} {name}")
        db.close()
    plain = told(*line.split(), stdin=typed)
    shown = told("--debug", *line.split(), stdin=typed)
    assert shown.code == plain.code
    assert shown.err.startswith("Traceback")
    for answer in (plain, shown):
        assert not any(text in answer.err for text in (*NARRATIVES, PASSWORD))
        # But whom the screen asks to choose from.
        assert case == "which" or not any(name in answer.err for name in NAMES)
    if case == "which":
        assert not any(name in shown.err.partition("Which student?")[0] for name in NAMES)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc")
def test_what_is_typed_at_a_prompt_is_in_no_process_list(told: School) -> None:
    import pty

    screen, line = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "log", "777001", "--did", "tardy", "--saw", "--told"],
        env=told.as_process(),
        stdin=line,
        stdout=line,
        stderr=line,
    )
    os.close(line)
    shown = b""
    while b"saw: " not in shown:
        shown += os.read(screen, 1_000)
    os.write(screen, f"{SEEN}\n".encode())
    while b"told: " not in shown:
        shown += os.read(screen, 1_000)
    proc = Path(f"/proc/{process.pid}")
    public = (proc / "cmdline").read_bytes() + (proc / "environ").read_bytes()
    assert SEEN.encode() not in public
    assert told.key.read_bytes().strip() not in public
    # Nothing of it is left behind by a crash either.
    assert re.search(r"Max core file size +0 ", (proc / "limits").read_text())
    os.write(screen, b"\n")
    with suppress(OSError):  # that it is closed is how its end is told
        while os.read(screen, 1_000):
            pass
    assert process.wait(20) == 0
    os.close(screen)
    assert told.texts() == [SEEN]
