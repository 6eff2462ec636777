"""The one door for reads: the access event first, then the answer, masked for this reader."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any, TypeVar

import sqlalchemy as sa

from ledger.domain import Event, standing
from ledger.domain.access import ACCESS, AccessCommand, Answer, DiscloseRecord, ViewRecord
from ledger.domain.codes import ContactOutcome, StaffRole
from ledger.domain.student import ContactMade, PraiseRecorded
from ledger.projections import Mark, Views, marks, prefix
from ledger.projections.concerns import CONCERNS
from ledger.projections.incidents import INCIDENTS, Card, card_of
from ledger.projections.roster import FACTS, FLAGS, SAME, STAFF, STUDENT
from ledger.projections.sis_records import SIS_RECORDS
from ledger.projections.timeline import TIMELINE
from ledger.store import Actor, Ledger
from ledger.store.proof import checkpoint
from ledger.store.sealing import digest

_concerns = CONCERNS.tables.tables["concerns"]
_incident = INCIDENTS.tables.tables["incident"]
_participant = INCIDENTS.tables.tables["participant"]
_timeline = TIMELINE.tables.tables["timeline"]
_timeline_of = TIMELINE.tables.tables["timeline_of"]
_sis = SIS_RECORDS.tables.tables["sis_record"]
T = TypeVar("T")
E = TypeVar("E", bound=Event)
GradeHistory = tuple[tuple[str, str], ...]  # (effective on, grade), oldest first
FlagHistory = tuple[tuple[str, tuple[str, ...]], ...]  # (effective on, flags), oldest first
NAMED = 1_000  # students that one access event names; a larger answer is several, at once
FEW, LAST, YEAR = 3, 5, timedelta(days=365)  # fewer this month: the last five of a year
_REACHED = ContactOutcome.REACHED.value
_HIDDEN = "[not shown to this reader]"
_SEALED = frozenset(("words", "whom", "reason"))  # fields of an entry that hold sealed text


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, in which roles, and what for."""

    actor: Actor
    roles: frozenset[str]
    purpose: str

    @property
    def sees_words(self) -> bool:
        """Whether narratives are shown: a clerk delivers coded facts, an auditor the chain."""
        without = {StaffRole.CLERK.value, StaffRole.AUDITOR.value}
        return bool(self.roles - without) or not self.roles


@dataclass(frozen=True, slots=True)
class SisRecord:
    """One coded fact that an SIS may want; `body` as `projections/sis_records.py` makes it."""

    kind: str  # incident, behavior, non-offender, action, staff, restraint
    incident_id: str
    student_id: str | None
    level: str  # minor, major
    occurred_at: str  # ISO 8601, UTC
    body: dict[str, Any]
    recorded_at: str = ""  # when its incident was first recorded


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
    student_flags: dict[str, FlagHistory] = field(default_factory=dict)  # student id → its flags
    student_grades: dict[str, GradeHistory] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Student:
    """A student as the roster shows them."""

    student_id: str
    name: str
    given: str
    grade: str
    teacher: str
    number: str
    active: bool
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline; an incident carries its card."""

    kind: str
    stream: str
    occurred_at: str
    recorded_at: str
    label: str | None
    line: str
    actor: str
    body: dict[str, Any]
    card: Card | None = None

    @property
    def id(self) -> str:
        return self.stream.partition("-")[2]


@dataclass(frozen=True, slots=True)
class Timeline:
    """What the record holds about one student, between two times, as known at a position."""

    student: Student
    position: int
    behind: bool  # somebody else was still catching up
    entries: tuple[Entry, ...]
    earlier: int  # entries before `since` that are not shown
    staff: dict[str, str]  # staff id → name
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentView:
    """One incident, with the people in it."""

    card: Card
    people: dict[str, Student]
    staff: dict[str, str]
    position: int
    same: tuple[str, ...] = ()  # ids of incidents that were merged into it


@dataclass(frozen=True, slots=True)
class Incidents:
    """A list of incidents, the last first."""

    cards: tuple[Card, ...]
    people: dict[str, Student]
    position: int


@dataclass(frozen=True, slots=True)
class Episode:
    """When and where an incident was, and which other students took part; no texts."""

    incident_id: str
    occurred_at: str
    day_only: bool
    location: str | None
    place: str | None  # the school's own word for it
    others: tuple[str, ...]  # student ids


@dataclass(frozen=True, slots=True)
class Pattern:
    """The incidents of this month in which a student was referred, or the last few of a year."""

    student_id: str
    this_month: int
    episodes: tuple[Episode, ...]  # the last first
    people: dict[str, Student]  # the other students


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One reading or disclosure of a record."""

    at: str
    who: str
    what: str
    purpose: str
    to: str | None
    position: int


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of the record is asked for."""

    position: int | None = None  # as known then
    since: str | None = None  # happened at or after, ISO 8601 UTC
    until: str | None = None  # happened before
    kinds: frozenset[str] = field(default_factory=frozenset)


class Reading:
    """Answers from the record, each after its access event was stored."""

    def __init__(self, record: Ledger, access: Ledger, views: Views, reader: Reader) -> None:
        self.record, self.access, self.views, self.reader = record, access, views, reader

    # Answers

    def timeline(self, student_id: str, window: Window) -> Timeline:
        streams = partial(self._streams_of, student_id)
        with self.opened(window.position, streams) as (db, position):
            answer = self._timeline(db, student_id, window, position)
        others = _ids(entry.card for entry in answer.entries if entry.card)
        shown = answer.student.student_id
        return self.give("timeline", answer, dict.fromkeys([shown, *others]), position)

    def incident(self, id: str, window: Window) -> IncidentView | None:
        """The incident of this id or unique beginning of one; None when there is no such."""
        streams = partial(self._streams_of_incident, id)
        with self.opened(window.position, streams) as (db, position):
            rows = db.execute(_begins(id).limit(2)).all()
            if len(rows) != 1:
                return None
            card = self._hidden(_Same(db).card(rows[0].card))
            merged = sa.select(_incident.c.incident_id).where(
                _incident.c.merged_into == card.incident_id
            )
            answer = IncidentView(
                card=card,
                people=_students(db, _ids([card]), self._today),
                staff=_staff(db),
                position=position,
                same=tuple(db.execute(merged).scalars()),
            )
        return self.give("incident", answer, _ids([card]), position, cards=[card])

    def incidents(
        self,
        window: Window,
        *,
        student_id: str | None = None,
        by: str | None = None,
        only_open: bool = False,
        limit: int,
    ) -> Incidents:
        """The last ones: all, a student's, or those that a member of staff reported or recorded."""
        asked = sa.select(_incident.c.card).order_by(_incident.c.occurred_at.desc()).limit(limit)
        asked = _between(asked, _incident.c.occurred_at, window)
        if by is not None:
            asked = asked.where(
                sa.or_(_incident.c.reported_by == by, _incident.c.recorded_by == by)
            )
        if only_open:
            asked = asked.where(_incident.c.is_open == 1, _incident.c.standing == "open")
        with self.opened(window.position) as (db, position):
            same = _Same(db)
            if student_id is not None:
                theirs = _participant.c.student_id.in_(same.all(student_id))
                own = sa.select(_participant.c.stream).where(theirs)
                asked = asked.where(_incident.c.stream.in_(own))
            cards = tuple(self._hidden(same.card(c)) for c in db.execute(asked).scalars())
            ids = _ids(cards)
            answer = Incidents(cards, _students(db, ids, self._today), position)
        return self.give("incidents", answer, ids, position, cards=cards)

    def pattern(self, student_id: str, now: datetime) -> Pattern:
        """What may repeat itself with this student, for whoever makes an entry; `now` is local."""
        month = _stored(now.replace(day=1, hour=0, minute=0, second=0, microsecond=0))
        with self.opened() as (db, position):
            same = _Same(db)
            own, *_ = ids = same.all(student_id)
            asked = _with(ids).where(_incident.c.occurred_at >= _stored(now - YEAR))
            cards = (same.card(text) for text in db.execute(asked).scalars())
            episodes = [_episode(card, own) for card in cards if _refers(card, own)]
            recent = [episode for episode in episodes if episode.occurred_at >= month]
            shown = tuple(recent if len(recent) >= FEW else episodes[:LAST])
            others = list(dict.fromkeys(id for episode in shown for id in episode.others))
            people = _students(db, others, self._today)
        answer = Pattern(own, len(recent), shown, people)
        return self.give("pattern", answer, [own, *others], position, purpose="entry")

    def extract(self, sink: str, to: str, position: int | None = None) -> Extract:
        """Everything that a sink may want; recorded as a disclosure to it."""
        answer = self._extract(position)
        students = sorted({r.student_id for r in answer.records if r.student_id})
        return self.give(f"export {sink}", answer, students, answer.position, to=to)

    def planned(self, sink: str, position: int | None = None) -> Extract:
        """The same, looked at by somebody of the school and sent nowhere."""
        answer = self._extract(position)
        students = sorted({r.student_id for r in answer.records if r.student_id})
        return self.give(f"export plan {sink}", answer, students, answer.position)

    def checkpoint_line(self, position: int) -> str:
        """What the record comes down to at a position; it holds nothing of a student."""
        return checkpoint(self.record, position).line()

    def beside_incidents(self) -> dict[str, int]:
        """How many entries of each kind never leave as discipline; counts alone."""
        self.views.catch_up(self.record)
        asked = sa.select(_timeline.c.kind, sa.func.count()).group_by(_timeline.c.kind)
        with self.views.reader.connect() as db:
            found: dict[str, int] = dict(db.execute(asked).all())
        return {kind: found.get(kind, 0) for kind in ("praise", "contact", "observation")}

    def latest(self, student_id: str, window: Window, *, only_open: bool = False) -> str | None:
        """The id of the last incident that stands with this student in it, and nothing of it.

        `only_open`: in which they are referred, and something is not said yet.
        """
        incident, people = _incident.c, _participant.c
        with self.opened() as (db, _):
            asked = (
                sa.select(incident.incident_id)
                .join(_participant, people.stream == incident.stream)
                .where(people.student_id.in_(_Same(db).all(student_id)))
                .where(incident.standing == "open")
                .order_by(incident.occurred_at.desc(), incident.recorded_at.desc())
            )
            if only_open:
                asked = asked.where(incident.is_open == 1, people.referred == 1)
            return db.execute(_between(asked, incident.occurred_at, window).limit(1)).scalar()

    def left_open(self, id: str) -> list[str]:
        """What has not been said of an incident yet, and nothing that has."""
        with self.opened() as (db, _):
            asked = sa.select(_incident.c.card).where(_incident.c.incident_id == id)
            return [phrase for text in db.execute(asked).scalars() for phrase in card_of(text).open]

    def attempts(self, student_id: str, since: datetime) -> int:
        """How often since then this student's family was called and not reached; a count alone."""
        with self.opened() as (db, _):
            same = _Same(db)
            ids = same.all(student_id)
            cards = [same.card(text) for text in db.execute(_with(ids)).scalars()]
        calls = [(_stored(e.at.at), e.outcome.value) for e in self._own(ids, ContactMade)]
        calls += [(c["at"]["at"], c["outcome"]) for card in cards for c in _calls(card, ids[0])]
        return sum(at >= _stored(since) and how != _REACHED for at, how in calls)

    def praised(self, student_id: str, since: datetime) -> list[datetime]:
        """When since then a strength of this student was seen, the first first; no more of it."""
        with self.opened() as (db, _):
            ids = _Same(db).all(student_id)
        seen = (event.occurred.at for event in self._own(ids, PraiseRecorded))
        return sorted(at for at in seen if at >= since)

    def access_log(self, student_id: str) -> list[AccessLine]:
        """Who read or received this student's record; itself a reading of it."""
        with self.opened() as (db, position):
            staff, ids = _staff(db), frozenset(_Same(db).all(student_id))
        lines = [
            AccessLine(
                at=found.recorded_at.isoformat().replace("+00:00", "Z"),
                who=staff.get(found.actor, found.actor),
                what=found.event.what,
                purpose=str(found.event.purpose),
                to=getattr(found.event, "to", None),
                position=found.event.position,
            )
            for page in self.access.since(0)
            for found in page
            if not isinstance(found, Exception) and not ids.isdisjoint(found.event.students)
        ]
        return self.give("access log", lines, [student_id], position)

    def facts(self, student_id: str) -> list[dict[str, Any]]:
        """What was said of a student, and from which day each holds; flags have no grade."""
        with self.opened() as (db, position):
            answer = _told_facts(db, student_id)
        return self.give("roster facts", answer, [student_id], position)

    def staff(self) -> list[dict[str, Any]]:
        """The staff list; it holds nothing of a student."""
        self.views.catch_up(self.record)
        with self.views.reader.connect() as db:
            return [
                dict(row._mapping) for row in db.execute(sa.select(STAFF).order_by(STAFF.c.name))
            ]

    # The door

    def give(
        self,
        what: str,
        answer: T,
        students: Iterable[str],
        position: int,
        *,
        cards: Iterable[Card] = (),
        to: str | None = None,
        purpose: str | None = None,
    ) -> T:
        """Store who is given what and why; only then give it."""
        given = Answer(
            what=what,
            purpose=purpose or self.reader.purpose,
            records=tuple(f"incident-{card.incident_id}" for card in cards if not _ids([card])),
            position=position,
            digest=digest(json.dumps(answer, default=_plain, sort_keys=True).encode())[:32],
        )
        day = self.access.recorder.clock().date().isoformat()
        with self.access.batch():
            for part in _parts(students):
                fields = dict(given) | {"subjects": part}
                command: AccessCommand = (
                    ViewRecord(**fields) if to is None else DiscloseRecord(**fields, to=to)
                )
                self.access.do(ACCESS, day, command, self.reader.actor, again=True)
        return answer

    @contextlib.contextmanager
    def opened(
        self, position: int | None = None, streams: Callable[[], list[str] | None] = lambda: None
    ) -> Iterator[tuple[sa.Connection, int]]:
        """The views of today, or of what was known then, and the position that they stand at.

        `streams` are those that an earlier answer can rest on; None stands for all.
        """
        self.views.catch_up(self.record)
        with self.views.reader.connect() as db:
            # Asked of this connection: another process may carry the views on meanwhile.
            reached = self.views.reached(db)
            if position is None or position >= reached:
                yield db, reached
                return
        with (
            contextlib.closing(prefix(self.record, position, streams())) as views,
            views.reader.connect() as db,
        ):
            yield db, views.reached(db)

    @property
    def _today(self) -> str:
        return self.access.recorder.clock().date().isoformat()

    def _timeline(
        self, db: sa.Connection, student_id: str, window: Window, position: int
    ) -> Timeline:
        """A timeline as this connection sees it; for who stores the access event."""
        same = _Same(db)
        student_id, ids = same.kept(student_id), same.all(student_id)
        return Timeline(
            student=_students(db, [student_id], self._today)[student_id],
            position=position,
            behind=window.position is None and position < self.record.head().position,
            entries=tuple(self._masked(entry) for entry in _entries(db, ids, window)),
            earlier=_earlier(db, ids, window),
            staff=_staff(db),
            unreadable=_named(marks(db)),
        )

    def _streams_of(self, student_id: str) -> list[str]:
        """Every stream that an earlier timeline of this student can rest on."""
        with self.views.reader.connect() as db:
            ids = _ever_same(db, _Same(db).all(student_id))
            asked = sa.select(_concerns.c.stream).where(_concerns.c.student_id.in_(ids))
            concerned = db.execute(asked).scalars()
            staff = db.execute(sa.select(STAFF.c.stream)).scalars()
            # Nobody knows whom a stream that cannot be read speaks of.
            unreadable = _named(marks(db))
            own = [f"student-{id}" for id in ids]
            # Others who took part may be shown under another id by then.
            doubles = db.execute(sa.select(SAME.c.stream)).scalars()
            return list(dict.fromkeys([*concerned, *staff, *unreadable, *own, *doubles]))

    def _streams_of_incident(self, id: str) -> list[str]:
        """Every stream that an earlier look at this incident can rest on."""
        own = [f"incident-{one}" for one in self.record.begins("incident", id)]
        with self.views.reader.connect() as db:
            concerned = sa.select(_concerns.c.student_id).where(_concerns.c.stream.in_(own))
            students = db.execute(concerned).scalars().all()
            into = _incident.c.merged_into.in_([stream.partition("-")[2] for stream in own])
            same = db.execute(sa.select(_incident.c.stream).where(into)).scalars().all()
        beside = (stream for student in students for stream in self._streams_of(student))
        return list(dict.fromkeys([*own, *same, *beside]))

    def _own(self, ids: Iterable[str], kind: type[E]) -> list[E]:
        """What stands of a kind in the student's own streams."""
        streams = (standing(self.record.stream(f"student-{id}")) for id in ids)
        return [r.event for own in streams for r in own if isinstance(r.event, kind)]

    def _masked(self, entry: Entry) -> Entry:
        if self.reader.sees_words:
            return entry
        body = {k: _HIDDEN if k in _SEALED and v else v for k, v in entry.body.items()}
        card = self._hidden(entry.card) if entry.card else None
        fields = {name: getattr(entry, name) for name in Entry.__dataclass_fields__}
        return Entry(**(fields | {"body": body, "card": card}))

    def _hidden(self, card: Card) -> Card:
        """The card, without narratives for a reader who does not see them."""
        if self.reader.sees_words:
            return card
        for said in card.statements:
            _cover(said, "text", "antecedent", "consequence")
        for change in card.changes:
            _cover(change, "reason")
        for done in card.actions.values():
            _cover(done, "note", "happened")
        for held in (*card.contacts, *card.restraints, *card.owed):
            names = ("note", "with_whom", "interpreter", "text", "grounds", "reason")
            held |= {name: _HIDDEN for name in names if name in held}
        for person in card.people.values():
            _cover(person, "name")
        _cover(card, "void_reason", "reporter")
        return card

    def _extract(self, position: int | None) -> Extract:
        with self.opened(position) as (db, reached):
            head = self.record.head(reached)
            asked = (
                sa.select(_sis, _incident.c.recorded_at)
                .join(_incident, _incident.c.stream == _sis.c.stream)
                .order_by(_sis.c.stream, _sis.c.kind, _sis.c.body)
            )
            unreadable, same = _named(marks(db)), _Same(db)
            return Extract(
                ledger_id=self.record.id,
                position=reached,
                head=head.hash.hex(),
                recorded_at=head.recorded_at,
                records=[
                    SisRecord(
                        r.kind,
                        r.incident_id,
                        same.kept(r.student_id),
                        r.level,
                        r.occurred_at,
                        json.loads(r.body),
                        r.recorded_at,
                    )
                    for r in db.execute(asked)
                    if r.stream not in unreadable  # what is left of it is of an earlier day
                ],
                student_numbers=_numbers(db),
                staff_numbers=_staff_numbers(db),
                unreadable=unreadable,
                student_flags=_flag_histories(db),
                student_grades=_grade_histories(db),
            )


# Questions to the views


class _Same:
    """Under which id each child is shown, as far as this connection sees."""

    def __init__(self, db: sa.Connection) -> None:
        asked = sa.select(SAME.c.student_id, SAME.c.same_as)
        self.shown: dict[str, str] = dict(db.execute(asked).all())

    def kept(self, id: T) -> T | str:
        return self.shown.get(id, id) if isinstance(id, str) else id

    def all(self, id: str) -> list[str]:
        """Every id of the child who has this one; the one that is shown first."""
        kept = self.kept(id)
        return [kept, *sorted(one for one, shown in self.shown.items() if shown == kept)]

    def card(self, text: str) -> Card:
        """A stored card, its people under the ids that are shown."""
        card = card_of(text)
        for person in card.people.values():
            person.student_id = self.kept(person.student_id)
        return card


def _entries(db: sa.Connection, ids: Sequence[str], window: Window) -> list[Entry]:
    same = _Same(db)
    both = (_timeline.c.stream == _timeline_of.c.stream) & (_timeline.c.seq == _timeline_of.c.seq)
    asked = (
        sa.select(_timeline, _timeline_of.c.label, _incident.c.card)
        .select_from(_timeline_of)
        .join(_timeline, both)
        .outerjoin(_incident, _incident.c.stream == _timeline.c.stream)
        .where(_timeline_of.c.student_id.in_(ids))
        .order_by(_timeline.c.occurred_at.desc(), _timeline.c.stream, _timeline.c.seq.desc())
    )
    asked = _between(asked, _timeline_of.c.occurred_at, window)
    if window.kinds:
        asked = asked.where(_timeline.c.kind.in_(window.kinds))
    # A child who was two in one incident has it once.
    rows = {(row.stream, row.seq): row for row in db.execute(asked)}
    return [
        Entry(
            kind=row.kind,
            stream=row.stream,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            label=row.label,
            line=row.line,
            actor=row.actor,
            body=json.loads(row.body) if row.body else {},
            card=same.card(row.card) if row.card else None,
        )
        for row in rows.values()
    ]


def _with(ids: Sequence[str]) -> sa.Select[Any]:
    """The cards of what stands with this student in it, the last first."""
    own = sa.select(_participant.c.stream).where(_participant.c.student_id.in_(ids))
    asked = sa.select(_incident.c.card).where(_incident.c.standing == "open")
    return asked.where(_incident.c.stream.in_(own)).order_by(_incident.c.occurred_at.desc())


def _calls(card: Card, student_id: str) -> list[dict[str, Any]]:
    """The contacts with this student's family in one incident."""
    labels = {p.label for p in card.people.values() if p.student_id == student_id}
    return [contact for contact in card.contacts if contact["label"] in labels]


def _refers(card: Card, student_id: str) -> bool:
    return any(p.referred and p.student_id == student_id for p in card.people.values())


def _episode(card: Card, student_id: str) -> Episode:
    people = (person.student_id for person in card.people.values())
    others = dict.fromkeys(id for id in people if id and id != student_id)
    place, location = card.details.get("place"), card.details.get("location")
    return Episode(
        card.incident_id, card.occurred_at, card.day_only, location, place, tuple(others)
    )


def _earlier(db: sa.Connection, ids: Sequence[str], window: Window) -> int:
    if window.since is None:
        return 0
    asked = sa.select(sa.func.count()).where(
        _timeline_of.c.student_id.in_(ids), _timeline_of.c.occurred_at < window.since
    )
    return int(db.execute(asked).scalar_one())


def _between(asked: Any, column: sa.Column[Any], window: Window) -> Any:
    if window.since is not None:
        asked = asked.where(column >= window.since)
    return asked if window.until is None else asked.where(column < window.until)


def _begins(id: str) -> sa.Select[Any]:
    """Incidents whose id begins so."""
    column = _incident.c.incident_id
    return sa.select(_incident).where(column >= id, column < id + "g").order_by(column)


def _students(db: sa.Connection, ids: Sequence[str], today: str) -> dict[str, Student]:
    columns = STUDENT.c
    found: dict[str, Student] = {}
    for start in range(0, len(ids), 500):
        chunk = ids[start : start + 500]
        flags = _flag_histories(db, chunk, today)
        for row in db.execute(sa.select(STUDENT).where(columns.student_id.in_(chunk))):
            *_, (_, held) = (("", ()), *flags.get(row.student_id, ()))
            found[row.student_id] = Student(
                row.student_id,
                row.name,
                row.given,
                row.grade,
                row.teacher,
                row.number,
                bool(row.active),
                held,
            )
    unknown = (i for i in ids if i not in found)
    return found | {i: Student(i, "not on the roster", "", "", "", "", False) for i in unknown}


def _told_facts(db: sa.Connection, student_id: str) -> list[dict[str, Any]]:
    names = ("effective_on", "source", "grade", "flags")
    asked = sa.select(FACTS).where(FACTS.c.student_id == student_id)
    told = {row.position: {n: row._mapping[n] for n in names} for row in db.execute(asked)}
    asked = sa.select(FLAGS).where(FLAGS.c.student_id == student_id)
    for position, rows in groupby(db.execute(asked.order_by(FLAGS.c.position)), _position):
        some = list(rows)
        flags = ",".join(row.flag for row in some if row.holds)
        values = (some[0].effective_on, some[0].source, None, flags)
        told.setdefault(position, dict(zip(names, values, strict=True)))
    return [told[position] for position in sorted(told)]


def _position(row: Any) -> int:
    return int(row.position)


def _flag_histories(
    db: sa.Connection, ids: Sequence[str] | None = None, until: str | None = None
) -> dict[str, FlagHistory]:
    """What held for these students, or for all, from which day on, as their sources said it."""
    asked = sa.select(FLAGS).order_by(FLAGS.c.student_id, FLAGS.c.effective_on, FLAGS.c.position)
    if ids is not None:
        asked = asked.where(FLAGS.c.student_id.in_(ids))
    if until is not None:
        asked = asked.where(FLAGS.c.effective_on <= until)
    rows = groupby(db.execute(asked), key=lambda row: str(row.student_id))
    return {id: _flag_history(own) for id, own in rows}


def _ever_same(db: sa.Connection, ids: Iterable[str]) -> list[str]:
    """These ids, and those under which any of them was ever shown."""
    found: set[str] = set()
    new = {*ids}
    while new:
        found |= new
        own = [f"student-{id}" for id in new]
        asked = sa.select(_concerns.c.student_id).where(_concerns.c.stream.in_(own))
        new = {*db.execute(asked).scalars()} - found
    return sorted(found)


def _grade_histories(db: sa.Connection) -> dict[str, GradeHistory]:
    """The grade of every student, from each day on which a source said one."""
    columns = FACTS.c.student_id, FACTS.c.effective_on, FACTS.c.grade
    asked = (
        sa.select(*columns)
        .where(FACTS.c.grade.is_not(None))
        .order_by(*columns[:2], FACTS.c.position)
    )
    rows = groupby(db.execute(asked), key=lambda row: str(row.student_id))
    return {id: tuple((row.effective_on, row.grade) for row in own) for id, own in rows}


def _flag_history(rows: Iterable[Any]) -> FlagHistory:
    """All that held by any source's word, from each day on which one said something."""
    said: dict[tuple[str, str], bool] = {}
    held: dict[str, tuple[str, ...]] = {}
    for row in rows:
        said[row.source, row.flag] = bool(row.holds)
        held[row.effective_on] = tuple(sorted({flag for (_, flag), holds in said.items() if holds}))
    return tuple(held.items())


def _staff(db: sa.Connection) -> dict[str, str]:
    return dict(db.execute(sa.select(STAFF.c.staff_id, STAFF.c.name)).all())


def _numbers(db: sa.Connection) -> dict[str, dict[str, str]]:
    asked = sa.select(STUDENT.c.student_id, STUDENT.c.numbers)
    return {row.student_id: dict(json.loads(row.numbers)) for row in db.execute(asked)}


def _staff_numbers(db: sa.Connection) -> dict[str, dict[str, str]]:
    asked = sa.select(STAFF.c.staff_id, STAFF.c.username, STAFF.c.source_id, STAFF.c.numbers)
    return {
        row.staff_id: {
            **dict(json.loads(row.numbers)),
            "username": row.username,
            "sourcedId": row.source_id,
        }
        for row in db.execute(asked)
    }


def _cover(held: Any, *names: str) -> None:
    """Hide these texts, where there are any."""
    for name in names:
        if getattr(held, name):
            setattr(held, name, _HIDDEN)


def _ids(cards: Iterable[Card]) -> list[str]:
    """The students in these incidents, each once."""
    people = (person for card in cards for person in card.people.values())
    return list(dict.fromkeys(p.student_id for p in people if p.student_id))


def _parts(students: Iterable[str]) -> list[tuple[str, ...]]:
    """As many as one event can name, and then the next; at least one part, which may be empty."""
    left = tuple(students)
    return [left[n : n + NAMED] for n in range(0, len(left), NAMED)] or [()]


def _named(marks: Iterable[Mark]) -> tuple[str, ...]:
    return tuple(sorted({mark.stream for mark in marks}))


def _stored(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _plain(value: Any) -> Any:
    """What `json` cannot write by itself."""
    if is_dataclass(value) and not isinstance(value, type):
        return {own.name: getattr(value, own.name) for own in fields(value)}
    return value.isoformat() if isinstance(value, datetime) else str(value)


__all__ = [
    "AccessLine",
    "Card",
    "Entry",
    "Episode",
    "Extract",
    "IncidentView",
    "Incidents",
    "Pattern",
    "Reader",
    "Reading",
    "SisRecord",
    "Student",
    "Timeline",
    "Window",
]
