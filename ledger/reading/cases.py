"""SST cases: what was asked, charted and promised, and which modifications worked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import sqlalchemy as sa

from ledger.domain.codes import Verdict
from ledger.projections import marks
from ledger.projections.concerns import CONCERNS
from ledger.projections.meetings import (
    MEETINGS,
    Case,
    Meeting,
    Member,
    Promise,
    Question,
    case_of,
)
from ledger.projections.roster import SAME, STAFF
from ledger.reading import (
    _HIDDEN,
    Reading,
    Student,
    Window,
    _cover,
    _ever_same,
    _named,
    _Same,
    _staff,
    _students,
)

_case = MEETINGS.tables.tables["sst_case"]
_owner = MEETINGS.tables.tables["promise_owner"]
_concerns = CONCERNS.tables.tables["concerns"]


@dataclass(frozen=True, slots=True)
class Cases:
    """Cases, the last request first, with the people in them."""

    cases: tuple[Case, ...]
    people: dict[str, Student]
    staff: dict[str, str]  # staff id → name
    position: int
    unreadable: tuple[str, ...] = ()


# Questions


def cases(
    reading: Reading,
    window: Window,
    *,
    student_id: str | None = None,
    only_open: bool = False,
    owner: str | None = None,
) -> Cases:
    """Cases: all, a student's, or those with an open promise of this member of staff."""
    with reading.opened(window.position, partial(_streams, reading, student_id)) as (db, position):
        same = _Same(db)
        ids = None if student_id is None else same.all(student_id)
        found = cases_in(db, same, ids, only_open, owner)
        answer = _answer(reading, db, found, position)
    students = dict.fromkeys([*(ids or [])[:1], *answer.people])
    return reading.give("SST cases", answer, students, position)


def case(reading: Reading, window: Window, id: str) -> Cases | None:
    """The one case of this id or unique beginning of one; None when there is no such."""
    with reading.opened(window.position, partial(_streams, reading, None)) as (db, position):
        column = _case.c.case_id
        asked = sa.select(_case.c.card).where(column >= id, column < id + "g").limit(2)
        cards = db.execute(asked).scalars().all()
        if len(cards) != 1:
            return None
        answer = _answer(reading, db, [_kept(_Same(db), cards[0])], position)
    return reading.give("SST case", answer, answer.people, position)


def cases_in(
    db: sa.Connection,
    same: _Same,
    ids: Sequence[str] | None = None,
    only_open: bool = False,
    owner: str | None = None,
) -> list[Case]:
    """Cases of these students or of all, the last request first, as this connection sees them."""
    columns = _case.c
    asked = sa.select(columns.card).order_by(columns.requested_on.desc(), columns.case_id)
    if ids is not None:
        asked = asked.where(columns.student_id.in_(ids))
    if only_open:
        asked = asked.where(columns.state == "open")
    if owner is not None:
        own = sa.select(_owner.c.stream).where(_owner.c.staff_id == owner, _owner.c.state == "open")
        asked = asked.where(columns.stream.in_(own))
    return [_kept(same, card) for card in db.execute(asked).scalars()]


def _kept(same: _Same, card: str) -> Case:
    """A stored case, its student under the id that is shown."""
    found = case_of(card)
    found.student_id = same.kept(found.student_id)
    return found


def _answer(reading: Reading, db: sa.Connection, found: Iterable[Case], position: int) -> Cases:
    shown = tuple(masked(reading, one) for one in found)
    ids = list(dict.fromkeys(one.student_id for one in shown))
    people = _students(db, ids, reading._today)
    return Cases(shown, people, _staff(db), position, _named(marks(db)))


def _streams(reading: Reading, student_id: str | None) -> list[str]:
    """Every stream that an earlier look at these cases can rest on."""
    with reading.views.reader.connect() as db:
        asked = sa.select(_concerns.c.stream, _concerns.c.student_id)
        asked = asked.where(_concerns.c.stream.like("meeting-%"))
        if student_id is not None:
            own = _ever_same(db, _Same(db).all(student_id))
            asked = asked.where(_concerns.c.student_id.in_(own))
        rows = db.execute(asked).all()
        students = _ever_same(db, [*(row.student_id for row in rows), *filter(None, [student_id])])
        staff = db.execute(sa.select(STAFF.c.stream)).scalars()
        # Others may be shown under another id by then, and nobody knows whom a stream that
        # cannot be read speaks of.
        doubles = db.execute(sa.select(SAME.c.stream)).scalars()
        own_streams = (f"student-{id}" for id in students)
        meetings = (row.stream for row in rows)
        return list(dict.fromkeys([*meetings, *own_streams, *staff, *doubles, *_named(marks(db))]))


# What is hidden from a reader who does not see words


def masked(reading: Reading, case: Case) -> Case:
    """The case, without texts for a reader who does not see them."""
    if reading.reader.sees_words:
        return case
    _cover(case, "concern", "tried", "close_reason")
    for said in case.inputs:
        _cover_in(said, "text")
    for meeting in case.meetings:
        _mask_meeting(meeting)
    for question in case.questions:
        _cover(question, "text", "answer")
    for promise in case.promises:
        _cover(promise, "what", "note")
        for handed in promise.handed:
            _cover_in(handed, "reason")
    return case


def _mask_meeting(meeting: Meeting) -> None:
    _cover(meeting, "interpreter", "reason")
    _mask_chart(meeting.chart)
    for move in meeting.moves:
        _cover_in(move, "reason")
    for correction in meeting.corrections:
        _cover_in(correction, "reason")
        _mask_chart(correction["was"]["chart"])


def _mask_chart(chart: dict[str, Any] | None) -> None:
    for name, lines in (chart or {}).items():
        if name == "tried":
            for tried in lines:
                _cover_in(tried, "what", "note")
        elif name != "destroyed":
            lines[:] = [_HIDDEN for _ in lines]


def _cover_in(held: dict[str, Any], *names: str) -> None:
    held |= {name: _HIDDEN for name in names if held.get(name)}


# What worked


@dataclass
class Tally:
    """One modification over all cases: how often it was tried, and what became of it.

    Each case counts once, with its last verdict: the same child's chart says it again.
    """

    what: str  # as it was written first
    worked: int = 0
    partly: int = 0
    did_not: int = 0
    unsaid: int = 0
    cited: list[tuple[str, int]] = field(default_factory=list)  # (case id, number of the meeting)

    @property
    def tried(self) -> int:
        return self.worked + self.partly + self.did_not + self.unsaid


def verdicts(known: Iterable[Case]) -> list[Tally]:
    """Each modification that any chart names, the most tried first, then the most successful."""
    tallies: dict[str, Tally] = {}
    for case in sorted(known, key=lambda case: (case.requested_on, case.case_id)):
        last: dict[str, str | None] = {}
        for meeting, tried in _tried(case):
            name = _same_words(tried["what"])
            tally = tallies.setdefault(name, Tally(tried["what"]))
            tally.cited.append((case.case_id, meeting.number))
            last[name] = tried["verdict"] or last.get(name)
        for name, verdict in last.items():
            _count(tallies[name], verdict)
    return sorted(tallies.values(), key=lambda t: (-t.tried, -t.worked, t.what.casefold()))


def _tried(case: Case) -> Iterator[tuple[Meeting, dict[str, Any]]]:
    """What was tried, by the meetings in the order in which they were held."""
    held = [meeting for meeting in case.meetings if meeting.chart is not None]
    for meeting in sorted(held, key=lambda meeting: meeting.at):
        for tried in (meeting.chart or {})["tried"]:
            yield meeting, tried


def _same_words(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .,;:!")


_COUNTED = {Verdict.WORKED: "worked", Verdict.PARTLY: "partly", Verdict.DID_NOT: "did_not"}


def _count(tally: Tally, verdict: str | None) -> None:
    name = "unsaid" if verdict is None else _COUNTED[Verdict(verdict)]
    setattr(tally, name, getattr(tally, name) + 1)


__all__ = [
    "Case",
    "Cases",
    "Meeting",
    "Member",
    "Promise",
    "Question",
    "Tally",
    "case",
    "cases",
    "cases_in",
    "masked",
    "verdicts",
]
