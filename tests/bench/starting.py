"""Starting: `bledger log` as a whole process, against one that only imports what it rests on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from itertools import chain, count
from pathlib import Path
from sysconfig import get_path

from bench.measuring import Measured, in_turns

TURNS = 25
MAIN = "from cli import main; main()"
FLOOR = """
from datetime import datetime
from typing import Annotated, Literal

import click, sqlcipher3.dbapi2, eventsourcing.persistence
from pydantic import BaseModel, ConfigDict, Field

class Report(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    at: datetime
    student: Annotated[str, Field(min_length=1, max_length=60)]
    behavior: Literal["disruption", "defiance", "fighting"]
    minutes: Annotated[int, Field(ge=0)] | None = None
    text: Annotated[str, Field(max_length=20_000)] = ""

Report(at="2026-10-14T19:00:00Z", student="104233", behavior="disruption", text="seen")
"""
SAID = {"--did": "disruption", "--where": "cafeteria", "--at": "yesterday 12:10", "--saw": "-"}
LINE = ("log", "ana", "rivera", *chain.from_iterable(SAID.items()), "--key")


def process(folder: Path) -> Measured:
    """One incident with a statement, on the demo's school of one term."""
    env, number = _environment(folder), count(1)
    _run(env, MAIN, "demo")
    return in_turns(
        lambda: _run(env, MAIN, *LINE, f"{next(number)}", typed="Threw a tray."),
        lambda: _run(env, FLOOR),
        TURNS,
        "processes without site, bytecode cached",
    )


def _environment(folder: Path) -> Mapping[str, str]:
    root = Path(__file__).parents[2]
    libraries = dict.fromkeys((get_path("purelib"), get_path("platlib")))
    return {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ} | {
        "PYTHONPATH": os.pathsep.join([str(root), *libraries]),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "BLEDGER_DATA": str(folder / "data"),
        "BLEDGER_KEY_FILE": str(folder / "school.key"),
        "BLEDGER_SPOOL": str(folder / "spool"),
        "BLEDGER_USER": "specialist",
    }


def _run(env: Mapping[str, str], code: str, *words: str, typed: str = "") -> None:
    # Without site: what else is installed in this environment is no part of either side.
    command = [sys.executable, "-S", "-c", code, *words]
    subprocess.run(command, env=env, input=typed, text=True, check=True, stdout=subprocess.DEVNULL)
