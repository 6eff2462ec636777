"""Clocks: what is owed, by whom and by when, from duties, the calendar and today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that has to be done from a day on, and when it was; no date is counted here yet."""

    rule: str  # an id of `rules.py`
    stream: str  # where it stands: incident-…, meeting-…, plan-…, student-…
    ref: str  # what it is there: an action's or question's number, a label; empty when there is one
    student_id: str
    began: date  # on the school's calendar
    owner: str | None = None  # a staff id
    owners: tuple[str, ...] = ()  # others beside: staff ids, or words like mother
    by: date | None = None  # the day that was set, where no rule counts it
    at: datetime | None = None  # the instant that was set, for a meeting
    settled: date | None = None  # when it was done
    facts: Mapping[str, Any] = field(default_factory=dict)  # codes and ids that its line shows


@dataclass(frozen=True, slots=True)
class Due:
    """A line of what is owed."""

    rule: str
    cite: str
    what: str  # in words, without a name: answer office referral
    student_id: str
    owner: str | None
    by: date | None
    state: str  # late, today, open, done, done late, watch
    stream: str
    ref: str = ""
    days_late: int = 0  # in the days that the rule counts
    late_in: str = ""  # business days, school days, days
    settled: date | None = None
    at: datetime | None = None
    evidence: tuple[str, ...] = ()  # what it counts, a line each; placeholders, codes and dates
    facts: Mapping[str, Any] = field(default_factory=dict)
