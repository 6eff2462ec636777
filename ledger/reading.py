"""The one door for reads: the access event first, then the answer, masked for this reader."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SisRecord:
    """One coded fact that an SIS may want; `body` as `projections/sis_records.py` makes it."""

    kind: str  # incident, behavior, action
    incident_id: str
    student_id: str | None
    level: str  # minor, major
    occurred_at: str  # ISO 8601, UTC
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Extract:
    """What a sink is given at one position of the record: coded facts and numbers, no names."""

    ledger_id: str
    position: int
    head: str  # hash of the last row, hex
    recorded_at: str  # of that row
    records: Sequence[SisRecord]
    student_numbers: dict[str, dict[str, str]]  # student id → kind of number → number
    staff_numbers: dict[str, dict[str, str]]  # staff id → sourcedId, username …
    unreadable: Sequence[str] = ()  # streams that a projection could not read
