"""What a meeting of an SST is prepared with: the case, the plans, and what happened since."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ledger.reading import (
    Card,
    Reading,
    Student,
    Window,
    _incident,
    _refers,
    _Same,
    _staff,
    _students,
    _with,
)
from ledger.reading.cases import Case, cases_in, masked
from ledger.reading.plans import Plan, plans_in
from ledger.reading.plans import _masked as plan_masked


@dataclass(frozen=True, slots=True)
class Prepared:
    """One open case with what else the team wants to see."""

    case: Case
    student: Student
    plans: tuple[Plan, ...]
    incidents: tuple[Card, ...]  # since the last meeting, the last first
    staff: dict[str, str]
    position: int


def open_cases(reading: Reading, student_id: str) -> list[str]:
    """The ids of this student's open cases, and nothing of them."""
    with reading.opened() as (db, _):
        same = _Same(db)
        return [case.case_id for case in cases_in(db, same, same.all(student_id), only_open=True)]


def prepared(reading: Reading, window: Window, case_id: str, student_id: str) -> Prepared | None:
    """The case as it was known then; None when there was none of this id yet."""
    with reading.opened(window.position, lambda: _streams(reading, student_id)) as (db, position):
        same = _Same(db)
        ids = same.all(student_id)
        known = [one for one in cases_in(db, same, ids) if one.case_id == case_id]
        if not known:
            return None
        [case] = known
        answer = Prepared(
            case=masked(reading, case),
            student=_students(db, ids[:1], reading._today)[ids[0]],
            plans=tuple(plan_masked(reading, plan) for plan in plans_in(db, same, ids)),
            incidents=tuple(_since(reading, db, same, ids[0], last_held(case))),
            staff=_staff(db),
            position=position,
        )
    return reading.give("SST preparation", answer, [ids[0]], position)


def last_held(case: Case) -> str | None:
    """When the last meeting was, as the record keeps times."""
    return max((meeting.at for meeting in case.meetings if meeting.state == "held"), default=None)


def _since(
    reading: Reading, db: sa.Connection, same: _Same, student_id: str, since: str | None
) -> list[Card]:
    """The incidents in which the student was referred, after the last meeting."""
    asked = _with(same.all(student_id))
    if since is not None:
        asked = asked.where(_incident.c.occurred_at > since)
    cards = (same.card(text) for text in db.execute(asked).scalars())
    return [reading._hidden(card) for card in cards if _refers(card, student_id)]


def _streams(reading: Reading, student_id: str) -> list[str]:
    """What an earlier answer can rest on."""
    streams = reading._streams_of(student_id)
    own = [s.partition("-")[2] for s in streams if s.startswith("student-")]
    return list(dict.fromkeys([*streams, *(f"plan-{id}" for id in own)]))
