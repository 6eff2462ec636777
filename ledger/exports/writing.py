"""One run on disk: every file of it whole under its name `run-N`, or nothing there at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger import disk
from ledger.exports import Held, Sink, Unwritable, Wanted

if TYPE_CHECKING:
    from ledger.reading import Extract

MANIFEST, CHECKPOINT = "manifest.json", "checkpoint.txt"
HELD, WARNINGS = "held.json", "warnings.json"
PART = ".run.part"
SHAPE = {  # of a manifest
    "ledger": str,
    "position": int,
    "head": str,
    "time": str,
    "sink": str,
    "counts": dict,
    "held": int,
    "not_carried": dict,
    "files": dict,
}
DAMAGED = "{}: its manifest is missing or cannot be read; do not send it, write a new run."


@dataclass(frozen=True, slots=True)
class Run:
    """One run as it lies in its folder; `damage` is a sentence when its manifest cannot be read."""

    number: int
    folder: Path
    manifest: Mapping[str, Any]
    damage: str = ""
    new: bool = False  # written by this very call, not there already

    @property
    def name(self) -> str:
        return self.folder.name


def write_run(
    folder: Path, wanted: Wanted, extract: Extract, sink: Sink, checkpoint_line: str
) -> Run:
    """The run of these records in `exports/<sink>`; no new one when the newest holds just them."""
    files = _files(wanted, extract, sink, checkpoint_line)
    _make(folder)
    with _alone(folder):
        there = runs(folder)
        if there and _holds(there[-1], files):
            return there[-1]
        number = max((run.number for run in there), default=0) + 1
        _write(folder, f"run-{number}", files)
    return Run(number, folder / f"run-{number}", json.loads(files[MANIFEST]), new=True)


def runs(folder: Path) -> list[Run]:
    """The runs of a sink, the newest last."""
    found = list(folder.iterdir()) if folder.is_dir() else []
    numbered = ((re.fullmatch(r"run-([1-9][0-9]*)", path.name), path) for path in found)
    return sorted((_run(int(m[1]), path) for m, path in numbered if m), key=lambda run: run.number)


def check(run: Run) -> list[str]:
    """A sentence for each file of a run that is not as it was written; empty when all are."""
    if run.damage:
        return [run.damage]
    said = run.manifest["files"]
    there = {
        path.relative_to(run.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in run.folder.rglob("*")
        if path.is_file() and path != run.folder / MANIFEST
    }
    missing = [f"{run.name}/{file} is missing." for file in sorted(said.keys() - there.keys())]
    changed = [
        f"{run.name}/{file} is not as it was written."
        for file in sorted(said.keys() & there.keys())
        if said[file] != there[file]
    ]
    added = [f"{run.name}/{file} was added later." for file in sorted(there.keys() - said.keys())]
    return missing + changed + added


# What a run holds: equal bytes for an equal position and equal settings, so no clock, no number.


def _files(wanted: Wanted, extract: Extract, sink: Sink, checkpoint_line: str) -> dict[str, bytes]:
    files = {
        **wanted.files,
        HELD: _listed(wanted.held),
        CHECKPOINT: checkpoint_line.strip().encode() + b"\n",
    }
    if wanted.warnings:
        files[WARNINGS] = _listed(wanted.warnings)
    manifest = {
        "ledger": extract.ledger_id,
        "position": extract.position,
        "head": extract.head,
        "time": extract.recorded_at,
        "sink": sink.name,
        "system": sink.system,
        "counts": dict(wanted.counts),
        "held": len(wanted.held),
        "warnings": len(wanted.warnings),
        "not_carried": dict(wanted.not_carried),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    return {**files, MANIFEST: _json(manifest)}


def _listed(held: tuple[Held, ...]) -> bytes:
    return _json([asdict(one) for one in held])


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, indent=2).encode("ascii") + b"\n"


def _run(number: int, folder: Path) -> Run:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        manifest = None
    known = isinstance(manifest, dict) and all(
        isinstance(manifest.get(key), kind) for key, kind in SHAPE.items()
    )
    return (
        Run(number, folder, manifest) if known else Run(number, folder, {}, DAMAGED.format(folder))
    )


def _holds(run: Run, files: Mapping[str, bytes]) -> bool:
    """Whether this run is whole and holds these files and no others."""
    return run.manifest == json.loads(files[MANIFEST]) and not check(run)


# Writing: into a folder that no one takes for a run, then one rename.


def _write(folder: Path, name: str, files: Mapping[str, bytes]) -> None:
    part = folder / PART
    if part.exists():
        shutil.rmtree(part)  # what a killed writer left
    try:
        _make(part)
        for file, data in files.items():
            _make((part / file).parent)
            disk.write_synced(part / file, data)
        for inside in (*(path for path in part.rglob("*") if path.is_dir()), part):
            disk.sync_folder(inside)
        os.rename(part, folder / name)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
        raise
    disk.sync_folder(folder)


def _make(folder: Path) -> None:
    """The folder, open to this user only, or to the group whose folder it is in."""
    if folder.is_dir():
        return
    _make(folder.parent)
    try:
        folder.mkdir()
        disk.private(folder)
    except FileExistsError:
        raise Unwritable(
            f"{folder} cannot be a folder, a file is in its place: move that file away, "
            "then run the same line again."
        ) from None


# One writer at a time, the next one waits; a killed writer's lock falls with it.
if sys.platform == "win32":
    import msvcrt

    @contextmanager
    def _alone(folder: Path) -> Iterator[None]:
        with (folder / ".lock").open("ab") as lock:
            msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
            yield

else:
    import fcntl

    @contextmanager
    def _alone(folder: Path) -> Iterator[None]:
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
