"""A small made-up school behind the real command line, with a clock that a test sets."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from made import NOON, Clock

from cli import Desk, run
from ledger.domain import Recorded
from ledger.store import Ledger

USERS = "users.csv"
START = NOON + timedelta(minutes=14)  # Wed Oct 14 2026, 12:14 PM at the school
SPECIALIST, PRINCIPAL, TEACHER, CLERK = "swhitlock", "ralder", "dokafor", "ktran"

# Invented children: two of one name, one of one word, names that are English words.
PUPILS = (  # sourcedId, given, family, identifier, grade, class
    ("p-ana", "Ana", "Rivera", "104233", "03", "c-okafor"),
    ("p-leo", "Leo", "Park", "104234", "03", "c-okafor"),
    ("p-anna", "Anna", "Riviera", "104871", "05", ""),
    ("p-mateo", "Mateo", "Cruz", "104512", "02", "c-haddad"),
    ("p-jonah", "Jonah", "Wells", "104590", "01", "c-lund"),
    ("p-soren", "Søren", "Ørsted", "104300", "04", ""),
    ("p-inigo", "Íñigo", "Ibáñez-Nuñez", "104301", "KG", ""),
    ("p-suryani", "Suryani", "", "104302", "02", "c-haddad"),
    ("p-will", "Will", "Grace", "104303", "01", "c-lund"),
    ("p-grace", "Grace", "Will", "104304", "02", "c-haddad"),
    ("p-bea4", "Bea", "Novak", "104305", "04", ""),
    ("p-bea2", "Bea", "Novak", "104306", "02", "c-haddad"),
)
ADULTS = (  # sourcedId, role, given, family, username
    ("a-okafor", "teacher", "Dana", "Okafor", TEACHER),
    ("a-haddad", "teacher", "Ilse", "Haddad", "ihaddad"),
    ("a-lund", "teacher", "Per", "Lund", "plund"),
    ("a-alder", "principal", "Ruth", "Alder", PRINCIPAL),
    ("a-tran", "aide", "Kim", "Tran", CLERK),
)
CLASSES = {"c-okafor": "a-okafor", "c-haddad": "a-haddad", "c-lund": "a-lund"}
PASSWORD = "Winterapfel-7"  # a column that a ledger has no use for

PROGRAM = (sys.executable, "-c", "from cli import main; main()")


@dataclass
class Answer:
    """What one command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


class Typed(io.TextIOWrapper):
    """Standard input with these bytes on it, of a person at a terminal or of a pipe."""

    def __init__(self, data: bytes, *, terminal: bool = False, stops: bool = False) -> None:
        super().__init__(_Stops(data) if stops else io.BytesIO(data), encoding="utf-8")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


class _Stops(io.BytesIO):
    """What was typed, and then Ctrl-C."""

    def read1(self, size: int | None = -1, /) -> bytes:
        data = super().read1(size)
        if not data:
            raise KeyboardInterrupt
        return data


@dataclass
class School:
    """The folder, key and drafts of a school, and whoever sits at its desk."""

    root: Path
    clock: Clock
    seen: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.env |= {
            "BLEDGER_DATA": str(self.folder),
            "BLEDGER_KEY_FILE": str(self.key),
            "BLEDGER_SPOOL": str(self.spool),
            "BLEDGER_USER": SPECIALIST,
        }

    @property
    def folder(self) -> Path:
        return self.root / "data"

    @property
    def key(self) -> Path:
        return self.root / "key" / "school.key"

    @property
    def spool(self) -> Path:
        return self.root / "spool"

    def __call__(
        self,
        *argv: str,
        stdin: str | bytes = b"",
        terminal: bool = False,
        stops: bool = False,
        user: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Answer:
        """Run one command line, as somebody types it; one who `stops` presses Ctrl-C at the end."""
        data = stdin.encode() if isinstance(stdin, str) else stdin
        typed = Typed(data, terminal=terminal or stops, stops=stops)
        self.patch.setattr(sys, "stdin", typed)
        acting = {"BLEDGER_USER": user} if user else {}
        at = Desk(self.env | acting | dict(env or {}), self.clock)
        self.seen.readouterr()
        code = run(argv, at)
        close(at)
        out, err = self.seen.readouterr()
        return Answer(code, out, err)

    def ok(self, *argv: str, **how: Any) -> Answer:
        """A line that has to work."""
        answer = self(*argv, **how)
        assert answer.code == 0, f"exit {answer.code}\n{answer.err}{answer.out}"
        return answer

    def as_process(self) -> dict[str, str]:
        """The environment in which the program itself runs."""
        return {**os.environ, **self.env, "PYTHONPATH": str(Path(__file__).parents[1])}

    @contextmanager
    def opened(self, user: str = SPECIALIST) -> Iterator[Desk]:
        """The school as a program opens it, to look behind the command line."""
        at = Desk(self.env | {"BLEDGER_USER": user}, self.clock)
        yield at
        close(at)

    def events(self) -> list[Recorded[Any]]:
        """Every recorded event of the ledger, in order."""
        with self.opened() as at:
            return _all(at.school.record)

    def answers(self) -> list[Recorded[Any]]:
        """Every access event, in order."""
        with self.opened() as at:
            return _all(at.school.access)

    def of(self, *names: str) -> list[Any]:
        """The events of these names, without their envelopes."""
        return [r.event for r in self.events() if type(r.event).__name__ in names]

    def incident_cards(self) -> list[dict[str, Any]]:
        """The incidents, the last first."""
        found: list[dict[str, Any]] = self.ok("incident", "list", "--json").json["incidents"]
        return found

    def incidents(self) -> int:
        """How many incidents there are that were not taken back."""
        return len(self.incident_cards())

    def texts(self) -> list[str]:
        """The text of every statement, as the ledger gives it back."""
        return [str(event.text) for event in self.of("StatementAdded")]


def _all(ledger: Ledger) -> list[Recorded[Any]]:
    found = [one for page in ledger.since(0) for one in page]
    assert not [one for one in found if isinstance(one, Exception)]
    return [one for one in found if isinstance(one, Recorded)]


def close(at: Desk) -> None:
    """Let go of the files that a desk opened."""
    school = at.__dict__.get("school")
    for name in ("record", "access", "views", "roster"):
        if school is not None and name in school.__dict__:
            school.__dict__[name].close()


def write_roster(
    folder: Path,
    pupils: Sequence[Sequence[str]] = PUPILS,
    adults: Sequence[Sequence[str]] = ADULTS,
) -> Path:
    """OneRoster files of these people."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "orgs.csv", "sourcedId name type identifier", [ORG])
    _write(folder / USERS, USER_COLUMNS, [*map(_adult, adults), *map(_pupil, pupils)])
    _write(folder / "classes.csv", "sourcedId classType", [(id, "homeroom") for id in CLASSES])
    _write(
        folder / "enrollments.csv",
        "classSourcedId userSourcedId role primary",
        [
            *((room, adult, "teacher", "true") for room, adult in CLASSES.items()),
            *((pupil[5], pupil[0], "student", "") for pupil in pupils if pupil[5]),
        ],
    )
    return folder


ORG = ("org-1", "Tannery Hill Elementary", "school", "1001")
USER_COLUMNS = (
    "sourcedId role givenName familyName orgSourcedIds username identifier grades password"
)


def _pupil(pupil: Sequence[str]) -> tuple[str, ...]:
    id, given, family, number, grade, _ = pupil
    return id, "student", given, family, "org-1", "", number, grade, PASSWORD


def _adult(adult: Sequence[str]) -> tuple[str, ...]:
    id, role, given, family, username = adult
    return id, role, given, family, "org-1", username, "", "", PASSWORD


def _write(path: Path, columns: str, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(columns.split())
        table.writerows(rows)


def found_school(at: School) -> None:
    """Make the school through the command line, as a person does."""
    files = write_roster(at.root / "oneroster")
    me = ("--me", "Sam Whitlock", "--role", "specialist")
    at.ok("init", "--name", "Tannery Hill", "--school-id", "1001", *me)
    at.ok("roster", "import", str(files))
    at.ok("staff", "role", PRINCIPAL, "--set", "principal")
    at.ok("staff", "role", CLERK, "--set", "clerk")


@pytest.fixture(scope="session")
def first_school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the school is kept that every test begins with a copy of."""
    return tmp_path_factory.mktemp("school")


@pytest.fixture
def desk(
    first_school: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> School:
    """A desk at a small school, at 12:14 PM of a school day."""
    if not (first_school / "data").exists():
        found_school(School(first_school, Clock(START), capsys, monkeypatch))
    shutil.copytree(first_school, tmp_path, dirs_exist_ok=True)
    return School(tmp_path, Clock(START), capsys, monkeypatch)


EXPECTED = Path(__file__).parent / "expected" / "cli"
ID = re.compile(r"\b([0-9a-f]{7})([0-9a-f]-[0-9a-f]{4}-[0-9a-f-]{21,28})?\b")


def as_expected(name: str, told: str) -> None:
    """What is told is what is kept in `expected/cli`; EXPECTED=write keeps it anew, on purpose."""
    path, shown = EXPECTED / f"{name}.txt", _same_ids(told)
    if os.environ.get("EXPECTED") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == shown


def _same_ids(told: str) -> str:
    """Ids by the order in which they come, as wide as they are."""
    seen: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        short = seen.setdefault(found[1], f"id-{len(seen) + 1:04}")
        return f"{short}-whole" if found[2] else short

    return ID.sub(numbered, told)
