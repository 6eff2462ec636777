"""The daily entry starts at once: what it has no use for is not imported."""

from __future__ import annotations

import shlex
import subprocess
import sys

import pytest
from desk import School

# Runs one command line at the desk's time; what was imported stands at the end of stderr.
PROGRAM = """
import atexit, sys
from datetime import datetime
import cli, ledger.school
atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))
now = datetime.fromisoformat(sys.argv.pop(1))
ledger.school.clock = lambda: now
cli.main()
"""

# What another command needs, and `log` does not. Each is 5 to 250 ms, or would read a view.
# importlib.metadata is not among them: pydantic imports it for plugins, of which it loads none.
NOT_FOR_LOG = """
anyascii asyncio babel concurrent.futures ctypes dateparser difflib httpx2 jinja2 keyring
ledger.care ledger.demo ledger.domain.access ledger.domain.calendar ledger.domain.days
ledger.domain.staff ledger.domain.student ledger.exports ledger.imports ledger.keeping
ledger.projections ledger.reading ledger.store.checkpoint ledger.store.copies ledger.store.proof
ledger.store.spool lxml multiprocessing platformdirs psycopg pytz rapidfuzz regex rich sqlalchemy
sqlite3 ssl starlette tzlocal urllib.request uvicorn
"""

LINES = {
    "a name and a place": "log ana rivera --did disruption --where cafeteria",
    "a number": "log 104233 --did tardy",
    "two children": "log mateo cruz and jonah wells --did fighting --no-office",
    "a time of today": "log ana rivera --did disruption --at 12:10",
    "a time of yesterday": "log ana rivera --did disruption --at 'yesterday 12:10'",
    "minutes ago": "log ana rivera --did disruption --at -10m",
    "a statement": "log ana rivera --did disruption --saw -",
    "a paper slip": "log ana rivera --did disruption --by okafor --slip 0147",
    "for a program": "log ana rivera --did disruption --json",
    "a trial": "log ana rivera --did disruption --dry-run",
    "undo": "undo",
}


@pytest.mark.parametrize("name", LINES)
def test_log_imports_nothing_that_it_has_no_use_for(desk: School, name: str) -> None:
    desk.ok("log", "104234", "--did", "tardy")  # for undo
    assert sorted(set(NOT_FOR_LOG.split()) & imported(desk, LINES[name])) == []


def test_a_timeline_imports_what_log_does_without(desk: School) -> None:
    assert {"sqlalchemy", "ledger.projections"} <= imported(desk, "timeline ana rivera")


def imported(desk: School, line: str) -> set[str]:
    """Names of all modules that the program has imported at its end."""
    now = desk.clock().isoformat()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, now, *shlex.split(line)],
        env=desk.as_process(),
        input=b"Threw a tray.",
        capture_output=True,
        check=False,
    )
    *said, names = done.stderr.decode().splitlines()
    assert done.returncode == 0, said
    return set(names.split())
