"""The house stands as drawn: floors, one clock, a pure domain, a quick start; all can fail."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
TOOLS = Path(sys.executable).parent
SETTINGS = tomllib.loads((HOUSE / "pyproject.toml").read_text())
CONTRACTS = [contract["name"] for contract in SETTINGS["tool"]["importlinter"]["contracts"]]

# A line that must not be written, where, and the contract that refuses it.
BREACHES = [
    ("ledger/folder.py", "import ledger.domain", "The floors"),
    ("ledger/domain/codes.py", "import ledger.store", "The floors"),
    ("ledger/store/chain.py", "import ledger.projections", "The floors"),
    ("ledger/reading/__init__.py", "import ledger.school", "The floors"),
    ("ledger/imports/oneroster.py", "import ledger.reports", "The floors"),
    ("ledger/without_a_floor.py", "", "The floors"),
    ("ledger/folder.py", "import cli", "The command line is on top"),
    ("ledger/domain/days.py", "import socket", "The domain is pure"),
    ("ledger/domain/upcasts.py", "from pathlib import Path", "The domain is pure"),
    ("ledger/domain/access.py", "import eventsourcing.persistence", "The domain is pure"),
    ("cli/timeline.py", "from ledger.store import sqlite", "Who opens the record"),
    ("ledger/reports/timeline.py", "import ledger.store", "Who opens the record"),
    ("ledger/web/__init__.py", "import ledger.store", "Who opens the record"),
    ("cli/timeline.py", "import ledger.projections.timeline", "Who opens the views"),
    ("ledger/delivery/__init__.py", "from ledger.projections import Views", "Who opens the views"),
    (
        "ledger/reading/__init__.py",
        "import eventsourcing",
        "One place knows the event store's library",
    ),
    ("cli/log.py", "import sqlalchemy", "Only the views and their door know SQLAlchemy"),
    ("ledger/said.py", "from click import echo", "Only the command line knows click"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """The import contracts, asked of the tree in this folder."""
    command = [str(TOOLS / "lint-imports"), "--no-cache", "--config", "pyproject.toml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house that a test may damage and must mend."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copy(HOUSE / "pyproject.toml", copy)
    for part in ("ledger", "cli"):
        shutil.copytree(HOUSE / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def test_every_import_keeps_the_floors() -> None:
    answer = lint(HOUSE)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(("file", "line", "contract"), BREACHES)
def test_a_breach_is_refused(tree: Path, file: str, line: str, contract: str) -> None:
    path = tree / file
    was = path.read_text() if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{was or ''}\n{line}\n")
    try:
        answer = lint(tree)
    finally:
        mend(path, was)
    assert answer.returncode == 1
    assert f"{contract} BROKEN" in answer.stdout, answer.stdout + answer.stderr


def mend(path: Path, was: str | None) -> None:
    if was is not None:
        path.write_text(was)
    elif path.name == "__init__.py":
        shutil.rmtree(path.parent)
    else:
        path.unlink()


def test_every_contract_is_seen_to_fail() -> None:
    assert {contract for _, _, contract in BREACHES} == set(CONTRACTS)


CLOCKS = [
    ("from datetime import datetime, UTC", "datetime.now(UTC)"),
    ("import datetime", "datetime.datetime.now(datetime.UTC)"),
    ("from datetime import date", "date.today()"),
    ("import time", "time.time()"),
    ("from time import time", "time()"),
]


def clock_bans(place: str, line: str, use: str) -> list[str]:
    """What ruff says of the clock in a file that reads it."""
    command = [str(TOOLS / "ruff"), "check", "--select", "TID251", "--output-format", "json"]
    answer = subprocess.run(
        [*command, "--stdin-filename", place, "-"],
        cwd=HOUSE,
        input=f"{line}\n\nNOW = {use}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    return [found["message"] for found in json.loads(answer.stdout)]


@pytest.mark.parametrize(("line", "use"), CLOCKS)
@pytest.mark.parametrize(
    "place", ["ledger/reading/__init__.py", "ledger/domain/new.py", "cli/log.py"]
)
def test_the_clock_is_read_in_one_place(place: str, line: str, use: str) -> None:
    assert any("the clock is School's" in said for said in clock_bans(place, line, use))


@pytest.mark.parametrize(("line", "use"), CLOCKS)
def test_school_may_read_the_clock(line: str, use: str) -> None:
    assert clock_bans("ledger/school.py", line, use) == []


def test_school_is_wiring_only() -> None:
    text = (HOUSE / "ledger/school.py").read_text()
    assert len(text.splitlines()) < 150
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.For | ast.While)]


@pytest.mark.parametrize(
    "file", sorted((HOUSE / "ledger/domain").glob("*.py")), ids=lambda f: f.stem
)
def test_the_domain_touches_nothing_by_builtins_either(file: Path) -> None:
    called = {
        node.func.id
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called & {"open", "print", "input", "exec", "eval", "__import__"} == set()


# What costs time at the start, and what a part of the house must not bring in.
SLOW = frozenset({"dateparser", "keyring", "lxml", "psycopg", "rapidfuzz", "rich", "sqlalchemy"})
STORED = frozenset({"cryptography", "eventsourcing", "sqlcipher3"})
STARTS = [
    ("cli", SLOW | STORED | {"anyascii", "ledger", "pydantic"}),
    ("ledger.folder", SLOW | STORED | {"pydantic"}),
    ("ledger.domain.incident", SLOW | STORED | {"ledger.domain.student", "ledger.domain.calendar"}),
    ("ledger.domain.student", SLOW | STORED | {"ledger.domain.incident"}),
    ("ledger.said", SLOW | STORED),
    ("ledger.finding", SLOW | STORED),
    ("ledger.store", SLOW | {"ledger.domain.incident", "ledger.domain.student"}),
    ("ledger.school", SLOW | {"ledger.projections", "ledger.reading"}),
    ("cli.log", SLOW | {"ledger.projections", "ledger.reading"}),
]


def imported_by(module: str) -> set[str]:
    """All modules that are there once this one is imported in a new interpreter."""
    code = f"import sys; import {module}; print('\\n'.join(sys.modules))"
    command = [sys.executable, "-c", code]
    answer = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
    return set(answer.stdout.split())


@pytest.mark.parametrize(("module", "kept_out"), STARTS, ids=[module for module, _ in STARTS])
def test_a_part_starts_without_what_it_does_not_need(module: str, kept_out: frozenset[str]) -> None:
    assert imported_by(module) & kept_out == set()


def test_what_is_imported_is_seen() -> None:
    assert {"sqlalchemy", "ledger.store", "ledger.domain"} <= imported_by("ledger.projections")
