"""One student's timeline with what it stands on today: plans, SST cases, days of removal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from ledger.domain.removals import Removal
from ledger.reading import Entry, Reading, Timeline, Window, _ids, _Same
from ledger.reading.cases import Case, cases_in
from ledger.reading.cases import masked as masked_case
from ledger.reading.duties import removals_in
from ledger.reading.plans import Plan, plans_in
from ledger.reading.plans import _masked as masked_plan


@dataclass(frozen=True, slots=True)
class Standing:
    """A timeline, and what goes on with the student at the position at which it is known."""

    timeline: Timeline
    plans: tuple[Plan, ...]
    cases: tuple[Case, ...]  # the last request first
    removals: tuple[Removal, ...]


def of_student(reading: Reading, student_id: str, window: Window) -> Standing:
    """All of it as of one position, under one access event."""
    streams = partial(reading._streams_of, student_id)
    with reading.opened(window.position, streams) as (db, position):
        same = _Same(db)
        ids = same.all(student_id)
        answer = Standing(
            reading._timeline(db, student_id, window, position),
            tuple(masked_plan(reading, plan) for plan in plans_in(db, same, ids)),
            tuple(masked_case(reading, case) for case in cases_in(db, same, ids)),
            tuple(removals_in(db, same, ids).get(ids[0], ())),
        )
    others = _ids(entry.card for entry in answer.timeline.entries if entry.card)
    return reading.give("timeline", answer, dict.fromkeys([ids[0], *others]), position)


__all__ = ["Case", "Entry", "Plan", "Removal", "Standing", "Timeline", "of_student"]
