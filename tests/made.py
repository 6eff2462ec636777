"""Made-up ledgers, reports and people for tests; every name in it is invented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from ledger.domain import When
from ledger.domain.codes import Action, Behavior, Level, Location, Role, StatementKind
from ledger.domain.incident import INCIDENT, DestroyText, ReportIncident, TakeAction
from ledger.domain.particulars import BehaviorSeen, Participant, Saying
from ledger.domain.student import STUDENT, Identity, RecordStudent
from ledger.store import Actor, Done, Ledger, sqlite
from ledger.store.sealing import ROOT_BYTES, SchoolKeys

ZONE = "America/Los_Angeles"
NOON = datetime(2026, 10, 14, 19, 0, tzinfo=UTC)
ID = "5f6d1c0a-4b1e-4a59-9d43-3f0c6a1b2e77"
NAMESPACE = "8c7b5a1e-93d2-4f0b-a6c4-1d2e3f405162"
KEYS = SchoolKeys(bytes(range(ROOT_BYTES)))
TEACHER = Actor("staff-1", "claimed os=teacher")
GIVEN = ("Ana", "Bo", "Cleo", "Dov", "Esi", "Finn", "Gia", "Hope")
FAMILY = ("Rivera", "Lindqvist", "Okoro", "Marsh", "Tam", "Ødegaard", "Vance")


@dataclass
class Clock:
    """A clock that a test sets."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> None:
        """Let this much time go by; less than none puts the clock back."""
        self.at += timedelta(**time)


def new_ledger(
    folder: Path, label: str = "ledger", clock: Callable[[], datetime] | None = None
) -> Ledger:
    """An empty ledger `<label>.db` in this folder, always of the same school and key."""
    id = ID if label == "ledger" else f"{ID}-{label}"
    path = folder / f"{label}.db"
    sqlite.create(path, KEYS.derived(label), id, NAMESPACE, NOON)
    return open_ledger(path, label, clock)


def open_ledger(
    path: Path,
    label: str = "ledger",
    clock: Callable[[], datetime] | None = None,
    *,
    read_only: bool = False,
) -> Ledger:
    """The ledger that is there."""
    return Ledger(path, KEYS, label, clock or Clock(), read_only=read_only)


def student_id(number: int) -> str:
    """The id of the made-up student of this number."""
    return f"00000000-0000-4000-8000-{number:012}"


def a_student(number: int, **more: Any) -> RecordStudent:
    """The roster's words for the student of this number."""
    who = Identity(
        given=GIVEN[number % len(GIVEN)],
        family=FAMILY[number % len(FAMILY)],
        birth_date=date(2018, 1, 1) + timedelta(days=number),
        numbers=(("local", f"10{number:04}"),),
    )
    fields: dict[str, Any] = {
        "student_id": student_id(number),
        "effective_on": date(2026, 8, 13),
        "source": "roster",
        "who": who,
        "grade": "3",
    }
    return RecordStudent(**fields | more)


def a_report(student: int = 1, said: str | None = None, **more: Any) -> ReportIncident:
    """A minor incident of the student of this number, with what somebody saw when `said`."""
    seen = BehaviorSeen(code=Behavior.DISRUPTION, level=Level.MINOR)
    person = Participant(
        label="P1", student_id=student_id(student), roles=(Role.REFERRED,), behaviors=(seen,)
    )
    fields: dict[str, Any] = {
        "occurred": When(at=NOON - timedelta(minutes=10), zone=ZONE),
        "school_id": "9",
        "location": Location.CAFETERIA,
        "participants": (person,),
        "sayings": (a_saying(said),) if said is not None else (),
    }
    return ReportIncident(**fields | more)


def a_saying(text: str) -> Saying:
    return Saying(kind=StatementKind.OBSERVATION, text=text)


def an_action(action: Action = Action.CONFERENCE_WITH_STUDENT) -> TakeAction:
    return TakeAction(label="P1", action=action, on=NOON.date())


def an_order(version: int = 2) -> DestroyText:
    """The order to destroy a statement's text; in `a_report` it is version 2."""
    return DestroyText(version=version, authority="records officer", order="12")


def incident_id(number: int) -> str:
    """The id of the made-up incident of this number."""
    return f"{number:08}-0000-4000-8000-000000000000"


def report(
    ledger: Ledger, number: int, said: str | None = None, student: int | None = None, **how: Any
) -> Done[Any]:
    """Report the incident of this number, about the student of the same number unless told."""
    command = a_report(number if student is None else student, said)
    return ledger.do(INCIDENT, incident_id(number), command, TEACHER, **how)


def enrol(ledger: Ledger, number: int, **how: Any) -> Done[Any]:
    """Put the student of this number on the roster."""
    return ledger.do(STUDENT, student_id(number), a_student(number), TEACHER, **how)


def fill(ledger: Ledger, students: int, incidents: int) -> None:
    """A roster and incidents on it, every second with a sealed statement; in one transaction."""
    with ledger.batch():
        for number in range(students):
            enrol(ledger, number)
        for number in range(incidents):
            said = f"What was seen, {number}." if number % 2 else None
            report(ledger, number, said, student=number % students)


def by_hand(ledger: Ledger, *statements: str, without: tuple[str, ...] = ()) -> None:
    """Change the tables as somebody would who has the key: past the rules, which stay in place."""
    db = ledger.recorder.db
    rules = dict(db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    for name in without:
        db.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        db.execute(statement)
    for name in without:
        db.execute(rules[name])
