"""A school's history into the ledger: an incident of a source is one event, a correction one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from ledger.domain import Refused
from ledger.domain.incident import INCIDENT, ImportIncident, Incident, OfSource
from ledger.domain.particulars import Past, Report
from ledger.finding import Db, with_number
from ledger.imports import Problem
from ledger.imports.batches import batches
from ledger.imports.incidents import BadRecord, Here, History, Told, command
from ledger.imports.linking import Students
from ledger.imports.sheets import Problems, lost_zeros
from ledger.store import Actor, Ledger, natural_key

A_DAY = timedelta(days=1)  # a day without a time is kept as its noon
SHORTENED_CAP = 10_000
Schools = Collection[str] | None  # numbers at the source; None: all

REUSED = (
    "this number is another incident's already: other students, another day, another behavior. It "
    "is left out. If the source counts anew each year, import with a --source of its own"
)
KNOWN_IN_PART = "is known, and part of it cannot be read here: it is left as it was"
TO_COME = "is of a day that is still to come: taken as it is, correct it at its source"


@dataclass
class TakenIn:
    """What an import of history did; counts of incidents."""

    appended: int = 0
    corrected: int = 0
    unchanged: int = 0
    kept: int = 0  # known, told in part only, and left as they were
    waiting: int = 0  # known and left as they were, as a row of nobody may belong to them
    elsewhere: int = 0  # of schools that were not asked for
    missing: int = 0  # known from this source and not in this file
    at: set[str] = field(default_factory=set)  # the schools that the file names
    problems: Problems = field(default_factory=Problems)

    @property
    def known(self) -> int:
        return self.corrected + self.unchanged + self.kept + self.waiting

    @property
    def read(self) -> int:
        return self.appended + self.known


class Roster:
    """Students of the roster by number, and numbers that seem to have lost their first zeros."""

    def __init__(self, db: Db) -> None:
        self.db, self.shortened = db, set[str]()

    def __call__(self, number: str) -> str | None:
        """The only student who has the number."""
        found = with_number(self.db, number)
        if found is None and self._lost_zeros(number):
            self.shortened.add(number)
        return found

    def _lost_zeros(self, number: str) -> bool:
        room = len(self.shortened) < SHORTENED_CAP
        return room and lost_zeros(number, partial(with_number, self.db))


@dataclass(frozen=True)
class Taking:
    """Whose word it is, what the ledger knows, and which schools are asked for."""

    ledger: Ledger
    actor: Actor
    source: str
    here: Here
    now: datetime
    schools: Schools = None
    kept: Callable[[str], str] = str  # under which id the child of an id is shown

    def stream_id(self, school: str, identifier: str) -> str:
        """Our id of a source's incident: it follows from the source's own."""
        natural = natural_key(["import", self.source, school, identifier])
        return self.ledger.id_for("incident", natural)

    def wants(self, school: str) -> bool:
        return self.schools is None or bool({school, self.here.school_of(school)} & {*self.schools})


def take_in(
    taking: Taking,
    history: History,
    students: Students,
    *,
    known: int = 0,
    progress: Callable[[int], None] = lambda count: None,
) -> TakenIn:
    """Record what is new and what was corrected; `known`: incidents of this source before it.

    What was recorded before an interruption is unchanged the next time.
    """
    taken, done = TakenIn(problems=history.problems), 0
    for told in batches(history.incidents):
        try:
            with taking.ledger.batch():
                for one in told:
                    _take(taking, history, one, taken)
        except BaseException:
            students.forget()
            raise
        progress(done := done + len(told))
    _say_strays(taking, history, taken)
    lost = sum(_is_known(taking, *one) for one in history.unread())
    taken.missing = max(0, known - taken.known - lost)
    return taken


def survey(taking: Taking, history: History, roster: Roster) -> TakenIn:
    """What would be read of it; nothing is recorded."""
    taken = TakenIn(problems=history.problems)
    here = replace(taking.here, student=lambda number: roster(number) or number)
    for told in history.incidents:
        taken.at.add(told.school)
        if not taking.wants(told.school):
            taken.elsewhere += 1
            continue
        try:
            command(told, taking.source, here)
            _say_to_come(taking, history, told, taken)
            taken.appended += 1
        except BadRecord as bad:
            _note(taken, history, told.line, *bad.args)
    _say_strays(taking, history, taken)
    return taken


def _take(taking: Taking, history: History, told: Told, taken: TakenIn) -> None:
    taken.at.add(told.school)
    if not taking.wants(told.school):
        taken.elsewhere += 1
        return
    try:
        _record(taking, history, told, taken)
    except BadRecord as bad:
        _note(taken, history, told.line, *bad.args)
    except Refused as refused:
        _note(taken, history, told.line, "", f"{refused}: it is left out")


def _record(taking: Taking, history: History, told: Told, taken: TakenIn) -> None:
    id = taking.stream_id(told.school, told.identifier)
    _say_to_come(taking, history, told, taken)
    stands = INCIDENT.fold(taking.ledger.stream(f"incident-{id}"))
    said = command(told, taking.source, taking.here)
    if stands.past is not None and _changes(said, stands):
        said = command(told, taking.source, _as_then(taking, stands.past))
    in_doubt = not told.whole or bool(told.astray)
    if stands.past is not None and in_doubt and _loses(said, stands.past):
        taken.kept, taken.waiting = taken.kept + (not told.whole), taken.waiting + told.whole
        why = told.astray if told.whole else KNOWN_IN_PART
        return _note(taken, history, told.line, "", why, refused=False)
    if stands.past is None:
        taking.ledger.do(INCIDENT, id, said, taking.actor, again=True)
        taken.appended += 1
    elif not _changes(said, stands):
        taken.unchanged += 1
    elif _another(said, stands.past):
        raise BadRecord("", REUSED)
    else:
        taking.ledger.do(INCIDENT, id, said, taking.actor, again=True)
        taken.corrected += 1
    return None


def _as_then(taking: Taking, past: OfSource) -> Here:
    """Finds students under the ids that this incident has, whomever they were found to be since."""
    own = {taking.kept(id): id for id in sorted(_students(past))}
    found = taking.here.student
    return replace(taking.here, student=lambda number: own.get(id := found(number), id))


def _say_to_come(taking: Taking, history: History, told: Told, taken: TakenIn) -> None:
    if told.occurred.at - taking.now > A_DAY:
        _note(taken, history, told.line, "", TO_COME, refused=False)


def _changes(said: ImportIncident, stands: Incident) -> bool:
    return bool(INCIDENT.decide(said, stands))


def _loses(said: ImportIncident, before: OfSource) -> bool:
    """Whether something that was told before is not told now."""
    actions = ({done.identifier for done in one.actions} for one in (said, before))
    now, then = actions
    return not (
        _students(before) <= _students(said)
        and _behaviors(before) <= _behaviors(said)
        and _lines(before) <= _lines(said)
        and then <= now
    )


def _lines(past: Past) -> set[tuple[str, str]]:
    lines = past.original if isinstance(past.original, tuple) else ()
    return {(one.kind, one.of) for one in lines}


def _another(said: ImportIncident, before: OfSource) -> bool:
    """Whether these are two incidents: nobody, no behavior and no day in common."""
    students = _students(said), _students(before)
    same_day = said.occurred.at.date() == before.occurred.at.date()
    return (
        all(students)
        and students[0].isdisjoint(students[1])
        and _behaviors(said).isdisjoint(_behaviors(before))
        and not same_day
    )


def _students(report: Report) -> set[str]:
    return {person.student_id for person in report.participants if person.student_id}


def _behaviors(report: Report) -> set[tuple[str, str | None]]:
    return {(b.code.value, b.foreign) for p in report.participants for b in p.behaviors}


def _note(
    taken: TakenIn, history: History, line: int, column: str, reason: str, *, refused: bool = True
) -> None:
    taken.problems.append(Problem(history.file, line, column, reason, refused))


def _say_strays(taking: Taking, history: History, taken: TakenIn) -> None:
    """What belongs to no incident of the file, and whether the ledger knows that incident."""
    for stray in history.strays:
        if not taking.wants(stray.school):
            continue
        known = _is_known(taking, stray.school, stray.identifier)
        there = "which is known from this source and stays as it was" if known else "nor known here"
        why = f"is of an incident that is not in this file, {there}: it is left out"
        _note(taken, history, stray.line, stray.kind, why)


def _is_known(taking: Taking, school: str, identifier: str) -> bool:
    id = taking.stream_id(school, identifier)
    return bool(identifier) and bool(taking.ledger.begins("incident", id))


def known_of(db: Db, source: str, schools: Schools = None) -> int:
    """How many incidents of this source the views hold, at these schools of it or at any."""
    sql = "SELECT source_school, count(*) FROM incident WHERE source = ? GROUP BY source_school"
    rows = db.execute(sql, [source])
    return sum(count for school, count in rows if schools is None or school in schools)


def numbered_only(db: Db) -> int:
    """How many students are known by a number alone, as no roster has them yet."""
    sql = (
        "SELECT count(*) FROM pupil WHERE NOT EXISTS "
        "(SELECT 1 FROM student_source WHERE student_source.student_id = pupil.student_id)"
    )
    ((count,),) = db.execute(sql, [])
    return int(count)


def staff_with(db: Db, number: str) -> str | None:
    """The only member of staff with this number at a source, or this user name."""
    sql = "SELECT DISTINCT staff_id FROM staff WHERE source_id = ? OR username = ? LIMIT 2"
    found = [id for (id,) in db.execute(sql, [number, number.casefold()])]
    return str(found[0]) if len(found) == 1 else None
