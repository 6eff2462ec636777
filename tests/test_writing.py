"""A run is whole under its name or it is not there; equal records give equal bytes."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import shutil
import signal
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sis

from ledger.exports import Unwritable
from ledger.exports.edfi import EDFI
from ledger.exports.writing import Run, check, runs, write_run
from ledger.reading import Extract

LINE = "5f6d1c0a 48090 abab"
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals and no modes")


def write(folder: Path, extract: Extract | None = None, line: str = LINE, **settings: Any) -> Run:
    extract, sink = extract or sis.week(), sis.sink(**settings)
    return write_run(folder, EDFI.wanted(extract, sink), extract, sink, line)


def later() -> Extract:
    """The week, one incident and some positions later."""
    week = sis.week()
    more = sis.incident("aaaaaaaa-4444-4a59-9d43-3f0c6a1b2e77", "2026-10-16T19:00:00Z")
    records = [*week.records, more, sis.behavior(more, sis.ANA, "arson")]
    return replace(week, records=records, position=48_100, head="cd" * 32)


def tree(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


# What a run holds.


def test_a_run_says_what_it_holds_and_proves_it(tmp_path: Path) -> None:
    run = write(tmp_path)
    assert (run.name, run.new, run.manifest["position"]) == ("run-1", True, 48_090)
    assert run.manifest["time"] == "2026-10-15T09:06:00Z"
    assert run.manifest["held"] == len(json.loads((run.folder / "held.json").read_bytes()))
    assert (run.folder / "checkpoint.txt").read_text() == f"{LINE}\n"
    for endpoint, count in run.manifest["counts"].items():
        lines = (run.folder / "send" / f"{endpoint}.jsonl").read_bytes().splitlines()
        assert len(lines) == count
    assert check(run) == []
    assert runs(tmp_path) == [replace(run, new=False)]


def test_every_line_is_one_ascii_object_with_sorted_keys_and_no_file_is_empty(
    tmp_path: Path,
) -> None:
    unusual = {sis.ANA: {"identifier": "ñ\u2028\U0001f600"}}
    week = sis.week()
    run = write(tmp_path, replace(week, student_numbers=week.student_numbers | unusual))
    sent = list((run.folder / "send").iterdir())
    assert sent
    for path in sent:
        data = path.read_bytes()
        assert data.isascii()
        assert data.endswith(b"}\n")
        assert b"\n\n" not in data
        assert b"\r" not in data
        for line in data.decode().splitlines():
            assert list(json.loads(line)) == sorted(json.loads(line))


def test_equal_records_give_equal_bytes_wherever_and_in_whatever_order(tmp_path: Path) -> None:
    week = sis.week()
    backwards = replace(week, records=list(reversed(week.records)))
    first, second = write(tmp_path / "one", week), write(tmp_path / "two", backwards)
    assert tree(first.folder) == tree(second.folder)


def test_another_number_of_the_run_changes_no_byte(tmp_path: Path) -> None:
    first = write(tmp_path)
    write(tmp_path, later())
    again = write(tmp_path)
    assert (first.name, again.name) == ("run-1", "run-3")
    assert tree(first.folder) == tree(again.folder)


def test_the_same_run_is_not_written_twice(tmp_path: Path) -> None:
    first, before = write(tmp_path), tree(tmp_path)
    second = write(tmp_path)
    assert (second.folder, first.new, second.new) == (first.folder, True, False)
    assert tree(tmp_path) == before


def test_other_settings_or_a_damaged_newest_run_are_a_new_run(tmp_path: Path) -> None:
    write(tmp_path)
    run = write(tmp_path, descriptors="core")
    assert run.name == "run-2"
    next((run.folder / "send").iterdir()).write_bytes(b"{}\n")
    assert write(tmp_path, descriptors="core").name == "run-3"


def test_a_run_with_nothing_to_send_has_nothing_to_send(tmp_path: Path) -> None:
    run = write(tmp_path, sis.extract([]))
    assert sorted(tree(run.folder)) == ["checkpoint.txt", "held.json", "manifest.json"]
    assert check(run) == []


@posix
def test_only_this_user_or_the_group_of_a_group_folder_can_open_a_run(tmp_path: Path) -> None:
    run = write(tmp_path / "alone" / "ods")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in run.folder.rglob("*")}
    assert modes == {0o700, 0o600}
    for made in (run.folder, tmp_path / "alone", tmp_path / "alone" / "ods"):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o2770)
    run = write(shared / "ods")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in run.folder.rglob("*")}
    assert modes == {0o2770, 0o660}


# What is found later.


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda f: (f / "held.json").unlink(), "run-1/held.json is missing."),
        (lambda f: (f / "held.json").write_text("[]"), "run-1/held.json is not as it was written."),
        (lambda f: (f / "send" / "x.jsonl").touch(), "run-1/send/x.jsonl was added later."),
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_named(
    tmp_path: Path, harm: Callable[[Path], Any], sentence: str
) -> None:
    run = write(tmp_path)
    harm(run.folder)
    assert check(run) == [sentence]


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b"\xff", b'{"position": "1"}', b"null"],
)
def test_a_damaged_manifest_is_a_sentence_and_its_number_stays_taken(
    tmp_path: Path, damage: bytes
) -> None:
    run = write(tmp_path)
    (run.folder / "manifest.json").write_bytes(damage)
    (found,) = runs(tmp_path)
    assert "write a new run" in found.damage
    assert check(found) == [found.damage]
    assert write(tmp_path).name == "run-2"


def test_runs_are_in_the_order_of_their_numbers_and_other_files_are_none(tmp_path: Path) -> None:
    run = write(tmp_path)
    for name in ("run-10", "run-9", "run-x", "run-01", ".run.part", "notes"):
        shutil.copytree(run.folder, tmp_path / name)
    (tmp_path / "run-11").touch()
    assert [found.number for found in runs(tmp_path)] == [1, 9, 10, 11]
    assert runs(tmp_path / "not there") == []
    assert write(tmp_path).name == "run-12"


def test_a_file_in_place_of_the_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "exports").touch()
    for folder in (tmp_path / "exports", tmp_path / "exports" / "ods"):
        with pytest.raises(Unwritable, match="exports cannot be a folder, a file is in its place"):
            write(folder)


# What happens in the middle.


@pytest.mark.parametrize("call", ["rename", "fsync"])
def test_a_full_disk_leaves_no_run_and_no_half_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, call, full)
        with pytest.raises(OSError, match="No space left"):
            write(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert check(write(tmp_path)) == []


@posix
def test_a_kill_at_any_step_leaves_whole_runs_only(tmp_path: Path) -> None:
    write(tmp_path)
    kept, step, killed = tree(tmp_path), 0, 0
    while True:
        step += 1
        if not _killed_at(step, lambda: write(tmp_path, later())):
            break
        killed += 1
        for run in runs(tmp_path):
            assert check(run) == []
        assert kept.items() <= tree(tmp_path).items()
        if len(runs(tmp_path)) == 2:  # killed after the rename: it stands
            shutil.rmtree(tmp_path / "run-2")
    assert killed > 12
    assert [run.name for run in runs(tmp_path)] == ["run-1", "run-2"]
    assert {path.name for path in tmp_path.iterdir()} == {"run-1", "run-2"}


def _killed_at(step: int, write: Callable[[], Any]) -> bool:
    """Whether a process of its own was killed at this one of its calls that change the disk."""
    child = os.fork()
    if child == 0:
        left = [step]
        for module, name in ((os, "fsync"), (os, "rename"), (os, "mkdir"), (Path, "open")):
            setattr(module, name, _counted(getattr(module, name), left))
        write()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _counted(call: Callable[..., Any], left: list[int]) -> Callable[..., Any]:
    def counted(*args: Any, **more: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **more)

    return counted


@posix
def test_writers_at_once_write_each_run_once_and_whole(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    weeks = [replace(sis.week(), position=position) for position in range(1, 5)]
    writers = [fork.Process(target=write, args=(tmp_path, week)) for week in weeks * 2]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    found = runs(tmp_path)
    assert {run.manifest["position"] for run in found} == {1, 2, 3, 4}
    assert all(check(run) == [] for run in found)
    assert [run.number for run in found] == [*range(1, len(found) + 1)]
