"""A district's files: how fast and in how much memory they come in, and that no kill is seen."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from desk import PROGRAM, START, School
from district import HISTORY_MAP, write_history, write_roster
from made import Clock

STUDENTS = int(os.environ.get("SCALE_STUDENTS", "100000"))
ROWS = int(os.environ.get("SCALE_ROWS", "500000"))
FEW, SOME = 1_000, 3_000  # what is shown at every run of the tests
KILLS, OF_MANY = 5, 2  # of a small file, of a large one
GROWTH = 170  # MiB: the page caches of two databases, 64 each at most, and what one batch holds


@pytest.fixture
def school(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> School:
    """A founded district office, with nobody in it."""
    at = School(tmp_path / "school", Clock(START), capsys, monkeypatch)
    me = ("--me", "Sam Whitlock", "--role", "specialist")
    at.ok("init", "--name", "Valley District", "--school-id", "1", *me)
    return at


def started(school: School, *argv: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *argv, "--json"],
        env=school.as_process(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(school: School, *argv: str) -> tuple[dict[str, Any], float, int]:
    """(the answer, seconds, peak MiB) of a command as its own process."""
    began = time.monotonic()
    process = started(school, *argv)
    assert process.stdout is not None
    out = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.stderr and process.stderr.read()
    return json.loads(out), time.monotonic() - began, used.ru_maxrss // 1024


def killed(school: School, argv: Sequence[str], after: float) -> bool:
    """Whether the command was still at it when it was killed."""
    process = started(school, *argv)
    try:
        process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return True
    return False


def say(school: School, text: str) -> None:
    """A line on the screen of whoever runs the tests with -s."""
    with school.seen.disabled():
        print(text)


def recorded(school: School) -> dict[str, list[str]]:
    """Every stream as what happened in it, without when it was recorded."""
    found: dict[str, list[str]] = {}
    with school.opened() as at:
        for page in at.school.record.since(0):
            for one in page:
                assert not isinstance(one, Exception)
                found.setdefault(one.stream, []).append(one.event.model_dump_json())
    return found


def survives(
    school: School, argv: Sequence[str], tmp_path: Path, kills: int = KILLS
) -> tuple[float, int]:
    """Killed at random points and run again, it ends as if it never had been; (seconds, MiB)."""
    shutil.copytree(school.root, tmp_path / "again")
    _, seconds, peak = run(school, *argv)
    other = School(tmp_path / "again", school.clock, school.seen, school.patch)
    seed = int.from_bytes(os.urandom(4), "big")
    draw = random.Random(seed)
    killed_at = [draw.uniform(0.1, 0.6) * seconds for _ in range(kills)]
    done = sum(killed(other, argv, after) for after in killed_at)
    run(other, *argv)
    say(school, f"seed {seed}: killed {done} times")
    assert done
    assert recorded(other) == recorded(school)
    assert other.ok("verify", "--json").code == 0
    return seconds, peak


def roster_line(folder: Path) -> tuple[str, ...]:
    return "roster", "import", str(folder), "--all-schools"


def history_line(school: School, tmp_path: Path, rows: int, students: int) -> tuple[str, ...]:
    """The files of a history, after the roster that it speaks of."""
    run(school, *roster_line(write_roster(tmp_path / f"oneroster-{students}", students)))
    file, map_ = tmp_path / f"history-{rows}.csv", tmp_path / "map.toml"
    map_.write_text(HISTORY_MAP, "utf-8")
    write_history(file, rows, students)
    return "import", "incidents", str(file), "--map", str(map_), "--source", "old"


@pytest.mark.slow
def test_a_killed_import_of_a_roster_ends_as_if_it_had_not_been(
    school: School, tmp_path: Path
) -> None:
    folder = write_roster(tmp_path / "oneroster", SOME)
    survives(school, roster_line(folder), tmp_path)


@pytest.mark.slow
def test_a_killed_import_of_a_history_ends_as_if_it_had_not_been(
    school: School, tmp_path: Path
) -> None:
    survives(school, history_line(school, tmp_path, SOME, FEW), tmp_path)


@pytest.mark.faults
def test_a_district_comes_in_at_a_steady_rate_in_little_memory(
    school: School, tmp_path: Path
) -> None:
    small = School(tmp_path / "small", school.clock, school.seen, school.patch)
    shutil.copytree(school.root, small.root)
    _, _, least = run(small, *roster_line(write_roster(tmp_path / "few", FEW)))
    folder = write_roster(tmp_path / "oneroster", STUDENTS)
    seconds, peak = survives(school, roster_line(folder), tmp_path, OF_MANY)
    say(school, f"{STUDENTS:,} students: {STUDENTS / seconds:,.0f} a second, peak {peak} MiB")
    say(school, f"{FEW:,} students: peak {least} MiB")
    assert peak < least + GROWTH


@pytest.mark.faults
def test_half_a_million_rows_of_history_come_in_in_little_memory(
    school: School, tmp_path: Path
) -> None:
    small = School(tmp_path / "small", school.clock, school.seen, school.patch)
    shutil.copytree(school.root, small.root)
    _, _, least = run(small, *history_line(small, tmp_path, FEW, FEW))
    argv = history_line(school, tmp_path, ROWS, 20_000)
    seconds, peak = survives(school, argv, tmp_path, OF_MANY)
    say(school, f"{ROWS:,} rows: {ROWS / seconds:,.0f} a second, peak {peak} MiB")
    say(school, f"{FEW:,} rows: peak {least} MiB")
    assert peak < least + GROWTH
