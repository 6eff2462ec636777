"""Killed whenever: what was acknowledged is stored, once, and nothing is there by halves."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from made import new_ledger, open_ledger, report

from ledger.store import Ledger, sqlite
from ledger.store.proof import verify

HERE = Path(__file__).parent
WRITERS, EACH = 8, 60
SAMPLE = 4  # instants of an append that the ordinary run kills at
STRACE = shutil.which("strace")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by signal")
traced = pytest.mark.skipif(STRACE is None, reason="strace, which kills at a write, is absent")


def command(folder: Path, name: str, count: int, *more: str) -> list[str]:
    return [sys.executable, str(HERE / "writer.py"), str(folder), name, str(count), *more]


def started(arguments: list[str]) -> subprocess.Popen[str]:
    paths = os.pathsep.join((str(HERE.parent), str(HERE)))
    return subprocess.Popen(
        arguments,
        env={**os.environ, "PYTHONPATH": paths, "COVERAGE_PROCESS_START": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def acknowledged(folder: Path) -> dict[str, set[int]]:
    """Each key that a process was told is recorded, and at which positions it was told so."""
    told: dict[str, set[int]] = {}
    for path in folder.glob("*.ack"):
        for line in path.read_text().splitlines():
            key, _, position = line.partition(" ")
            told.setdefault(key, set()).add(int(position))
    return told


def stored(ledger: Ledger) -> dict[str, int]:
    rows = ledger.recorder.rows("command_key IS NOT NULL")
    return {row[sqlite.COMMAND_KEY]: row[sqlite.POSITION] for row in rows}


def lost(folder: Path) -> set[str]:
    """Keys that were acknowledged but are not stored."""
    with_ledger = open_ledger(folder / "ledger.db")
    try:
        return acknowledged(folder).keys() - stored(with_ledger).keys()
    finally:
        with_ledger.close()


def test_eight_processes_of_which_a_third_is_killed_and_repeats_itself(tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}")
    pick = random.Random(seed)
    new_ledger(tmp_path).close()
    names = [f"desk-{number}" for number in range(WRITERS)]
    writers = {name: started(command(tmp_path, name, EACH)) for name in names}
    victims = pick.sample(names, WRITERS // 3 + 1)
    kills = 0
    for name in victims:
        _until_some_work(tmp_path, name)
        time.sleep(pick.random() * 0.02)
        kills += writers[name].poll() is None
        writers[name].kill()
        writers[name].communicate()
        writers[name] = started(command(tmp_path, name, EACH))
    ledger = open_ledger(tmp_path / "ledger.db")
    while any(writer.poll() is None for writer in writers.values()):
        assert verify(ledger).damage == ()
    refused = {name: writer.communicate(timeout=60)[1] for name, writer in writers.items()}
    assert {name: said for name, said in refused.items() if said} == {}
    assert kills, "the control: nobody was still at work when the kill came"

    told, there = acknowledged(tmp_path), stored(ledger)
    assert there.keys() == {f"{name}:{number}" for name in names for number in range(EACH)}
    assert told == {key: {position} for key, position in there.items()}
    assert verify(ledger, full=True).whole
    assert [row[0] for row in ledger.recorder.rows("1")] == list(range(1, _events() + 1))


def _until_some_work(folder: Path, name: str) -> None:
    for _ in range(2_000):
        if (folder / f"{name}.ack").exists() and (folder / f"{name}.ack").stat().st_size:
            return
        time.sleep(0.005)


def _events() -> int:
    """Every second incident has a statement."""
    return WRITERS * (EACH + EACH // 2)


# Killed at a chosen write.


def killed_at(folder: Path, write: int, *more: str) -> bool:
    """Whether one append of two events was killed at that write, or was done before it."""
    assert STRACE is not None
    inject = f"inject=pwrite64:signal=SIGKILL:when={write}"
    trace = [STRACE, "-f", "-qq", "-e", "trace=pwrite64", "-e", inject, "-o", "/dev/null"]
    tracing = started([*trace, *command(folder, "desk", 2, *more)])
    said = tracing.communicate(timeout=60)[1]
    assert tracing.returncode in (0, -signal.SIGKILL, 128 + signal.SIGKILL), said
    return tracing.returncode != 0


@pytest.fixture
def school(tmp_path: Path) -> Path:
    """A ledger in which something stands already, as after a clean end."""
    ledger = new_ledger(tmp_path)
    report(ledger, 1, "What was seen.")
    ledger.close()
    return tmp_path


def fresh(school: Path, number: int) -> Path:
    folder = school / f"at-{number}"
    folder.mkdir()
    shutil.copy(school / "ledger.db", folder)
    return folder


def writes(school: Path) -> int:
    """How many writes there are in the whole of it."""
    assert STRACE is not None
    folder, seen = fresh(school, 0), school / "seen"
    trace = [STRACE, "-f", "-qq", "-e", "trace=pwrite64", "-o", str(seen)]
    tracing = started([*trace, *command(folder, "desk", 2)])
    said = tracing.communicate(timeout=60)[1]
    if tracing.returncode:
        pytest.skip(f"strace may not trace here: {said.strip()[:80]}")
    return len(re.findall(r"^\d+\s+pwrite64\(", seen.read_text(), re.MULTILINE))


def after(folder: Path) -> None:
    """What holds after any kill: it opens, it is whole, nothing is lost, and work goes on."""
    assert lost(folder) == set()
    assert not any(b"What was seen" in path.read_bytes() for path in folder.iterdir())
    ledger = open_ledger(folder / "ledger.db")
    before = stored(ledger)
    assert verify(ledger, full=True).whole
    ledger.close()
    again = started(command(folder, "desk", 2))
    assert again.communicate(timeout=60)[1] == ""
    ledger = open_ledger(folder / "ledger.db")
    assert {"desk:0", "desk:1"} <= stored(ledger).keys()
    assert before.items() <= stored(ledger).items()
    assert ledger.head().position == 5
    assert verify(ledger, full=True).whole
    ledger.close()
    assert not any(b"What was seen" in path.read_bytes() for path in folder.iterdir())


def _sweep(school: Path, instants: Iterator[int]) -> int:
    kills = 0
    for write in instants:
        folder = fresh(school, write)
        kills += killed_at(folder, write)
        after(folder)
    return kills


@traced
def test_killed_at_some_writes_of_an_append_nothing_acknowledged_is_lost(school: Path) -> None:
    total = writes(school)
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}, {total} writes")
    assert _sweep(school, iter(random.Random(seed).sample(range(1, total + 1), SAMPLE))) == SAMPLE


@traced
@pytest.mark.faults
def test_killed_at_every_write_of_an_append_nothing_acknowledged_is_lost(school: Path) -> None:
    total = writes(school)
    print(f"{total} writes")
    assert _sweep(school, iter(range(1, total + 1))) == total


@traced
@pytest.mark.faults
def test_an_acknowledgement_before_the_write_is_caught(school: Path) -> None:
    """The negative control: the sweep finds a writer that speaks too soon."""
    caught = set()
    for write in range(1, writes(school) + 1):
        folder = fresh(school, write)
        killed_at(folder, write, "too-soon")
        caught |= lost(folder)
    assert caught
