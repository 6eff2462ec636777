"""What it was measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from ledger.store.sqlite import versions

LIBRARIES = ("sqlalchemy", "pydantic", "eventsourcing", "click", "cryptography")


def described() -> Iterator[str]:
    """The machine and the versions, a line each."""
    sqlite, cipher = versions()
    yield f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"
    yield f"Python {platform.python_version()}, SQLite {sqlite}, SQLCipher {cipher}"
    yield ", ".join(f"{name} {version(name)}" for name in LIBRARIES)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
