"""`bledger log`, killed at its writes: no file holds what was typed, and the next one works."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli import Desk, run

STRACE = shutil.which("strace")
ROOT = Path(__file__).parents[1]
NAME, WORDS = b"Quagmire", b"Hid the canary in a lunchbox."
MAIN = "from cli import main; main()"
SAMPLE = 5
traced = pytest.mark.skipif(STRACE is None, reason="strace is missing: install it")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A school with one child of an unlikely name."""
    own = {
        "BLEDGER_DATA": str(tmp_path / "data"),
        "BLEDGER_KEY_FILE": str(tmp_path / "key" / "school.key"),
        "BLEDGER_SPOOL": str(tmp_path / "spool"),
        "BLEDGER_USER": "whitlock",
        "TMPDIR": str(tmp_path / "tmp"),
    }
    (tmp_path / "tmp").mkdir()
    files = tmp_path / "roster"
    files.mkdir()
    (files / "users.csv").write_text(
        "sourcedId,status,role,username,givenName,familyName,identifier,grades\n"
        f"s1,active,student,zed,Zebedee,{NAME.decode()},104999,3\n",
        encoding="utf-8",
    )
    desk = Desk(os.environ | own, lambda: datetime.now(UTC))
    assert run(["init", "--me", "Sam Whitlock", "--role", "specialist"], desk) == 0
    desk = Desk(os.environ | own, lambda: datetime.now(UTC))
    assert run(["roster", "import", str(files)], desk) == 0
    shutil.rmtree(files)
    return own


def log(env: dict[str, str], *trace: str) -> subprocess.CompletedProcess[bytes]:
    """One entry by a process of its own, perhaps under strace."""
    line = [
        "log",
        "quagmire",
        "--did",
        "disruption",
        "--at",
        "yesterday 8:10",
        "--key",
        "k1",
        "--saw",
        "-",
    ]
    return subprocess.run(
        [*trace, sys.executable, "-c", MAIN, *line],
        input=WORDS,
        capture_output=True,
        env=os.environ | env | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=60,
    )


def writes(env: dict[str, str], seen: Path) -> int:
    """How many writes to files one entry makes; it is taken back by nobody, as a key names it."""
    assert STRACE is not None
    done = log(env, STRACE, "-f", "-qq", "-e", "trace=pwrite64", "-o", str(seen))
    if done.returncode:
        pytest.skip(f"strace may not trace here: {done.stderr[:80]!r}")
    return len(re.findall(r"pwrite64\(", seen.read_text()))


def killed_at(env: dict[str, str], write: int) -> bool:
    assert STRACE is not None
    inject = f"inject=pwrite64:signal=SIGKILL:when={write}"
    trace = (STRACE, "-f", "-qq", "-e", "trace=pwrite64", "-e", inject, "-o", os.devnull)
    return log(env, *trace).returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)


def in_clear(folder: Path) -> set[str]:
    """Names of the files that hold what was typed, or whose."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {p.name for p in files if {NAME, WORDS} & set(_held(p.read_bytes()))}


def _held(content: bytes) -> list[bytes]:
    return [secret for secret in (NAME, WORDS) if secret in content]


def _sweep(env: dict[str, str], tmp_path: Path, instants: list[int] | None) -> int:
    fresh = tmp_path / "fresh"
    shutil.copytree(tmp_path / "data", fresh)
    total = writes(env, tmp_path / "seen")
    kills = 0
    for write in instants or range(1, total + 1):
        shutil.rmtree(tmp_path / "data")
        shutil.copytree(fresh, tmp_path / "data")
        kills += killed_at(env, min(write, total))
        assert in_clear(tmp_path) == set()
        assert log(env).returncode == 0
        assert in_clear(tmp_path) == set()
    return kills


@traced
def test_killed_at_some_writes_of_a_log_no_file_holds_what_was_typed(
    env: dict[str, str], tmp_path: Path
) -> None:
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}")
    instants = random.Random(seed).sample(range(1, 12), SAMPLE)
    assert _sweep(env, tmp_path, instants) == SAMPLE


@traced
@pytest.mark.faults
def test_killed_at_every_write_of_a_log_no_file_holds_what_was_typed(
    env: dict[str, str], tmp_path: Path
) -> None:
    assert _sweep(env, tmp_path, None) > SAMPLE


def test_the_search_finds_what_is_in_clear(tmp_path: Path) -> None:
    """The negative control."""
    (tmp_path / "note.txt").write_bytes(b"..." + NAME)
    assert in_clear(tmp_path) == {"note.txt"}
