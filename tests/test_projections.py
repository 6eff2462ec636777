"""Everything that people look at follows from the ledger: caught up, rebuilt or as of then."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import (
    KEYS,
    TEACHER,
    a_report,
    an_action,
    an_order,
    enrol,
    incident_id,
    new_ledger,
    open_ledger,
    report,
    student_id,
)
from strategies import STUDENTS, Step, commands, do, enrolled

from ledger.domain import Recorded, upcasts
from ledger.domain.codes import Action, Positive, Relation
from ledger.domain.incident import INCIDENT, ReferToOffice, VoidIncident
from ledger.domain.student import (
    DecidePlacement,
    HoldDetermination,
    MergeStudent,
    RecordPraise,
    RequestRecord,
    ShowRecord,
    TellOfDecision,
)
from ledger.projections import Mark, Projection, Views, all_projections, prefix
from ledger.reading import Reader, Reading, Timeline, Window
from ledger.store import Ledger, sqlite
from ledger.store.errors import StorageError
from ledger.store.mapper import CATEGORIES, _topic, kind_of
from ledger.store.sqlite import Entry

Tables = dict[str, list[tuple[Any, ...]]]
OF_PEOPLE = ("incident", "student", "staff", "meeting", "plan")
few = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
many = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


class Crash(BaseException):
    """The process ends here."""


def views_of(folder: Path, projections: Sequence[Projection] = ()) -> Views:
    return Views(folder / "views.db", KEYS.derived("views"), projections)


def tables(views: Views) -> Tables:
    """Every row of every read model, in one order."""
    with views.reader.connect() as db:
        present = set(sa.inspect(db).get_table_names())
        return {
            rows.name: sorted((tuple(row) for row in db.execute(sa.select(rows))), key=repr)
            for projection in views.projections
            for rows in projection.tables.sorted_tables
            if rows.name in present
        }


def rebuilt(ledger: Ledger, projections: Sequence[Projection] = ()) -> Tables:
    """The read models, built from nothing."""
    with built(ledger, ledger.head().position, projections=projections) as views:
        return tables(views)


@contextlib.contextmanager
def built(ledger: Ledger, upto: int, **how: Any) -> Iterator[Views]:
    with contextlib.closing(prefix(ledger, upto, **how)) as views:
        yield views


@contextlib.contextmanager
def a_world(*steps: Step) -> Iterator[tuple[Ledger, Views]]:
    """A ledger in which this was done, and its views, not caught up."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = new_ledger(Path(folder))
        views = views_of(Path(folder))
        try:
            for step in steps:
                do(ledger, step)
            yield ledger, views
        finally:
            views.close()
            ledger.close()


@contextlib.contextmanager
def crashing(views: Views, at: int) -> Iterator[None]:
    """The writer's `at`-th statement, or its commit, is the last thing that happens."""
    left = iter(range(at))

    def statement(*_: Any) -> None:
        if next(left, None) is None:
            raise Crash

    sa.event.listen(views.writer, "before_cursor_execute", statement)
    sa.event.listen(views.writer, "commit", statement)
    try:
        with contextlib.suppress(Crash):
            yield
    finally:
        sa.event.remove(views.writer, "before_cursor_execute", statement)
        sa.event.remove(views.writer, "commit", statement)


# (a) Caught up in any batches, with a crash anywhere, equals the rebuild.


def caught_up_is_rebuilt(steps: list[Step], when: list[bool], crashes: list[int]) -> None:
    with a_world() as (ledger, views):
        crash = iter(crashes)
        for step, catch_up in zip(steps, when, strict=False):
            do(ledger, step)
            if catch_up:
                before = tables(views)
                with crashing(views, next(crash, 1_000)):
                    views.catch_up(ledger)
                    before = rebuilt(ledger)
                assert tables(views) == before
        views.catch_up(ledger)
        assert tables(views) == rebuilt(ledger)
        assert views.marks() == []
        views.rebuild(ledger)
        assert tables(views) == rebuilt(ledger)
        assert views.difference(ledger) == []


batches = st.lists(st.booleans(), min_size=20, max_size=20)
crash_points = st.lists(st.integers(0, 60), max_size=6)


@few
@given(steps=commands(*OF_PEOPLE), when=batches, crashes=crash_points)
def test_caught_up_in_any_batches_with_a_crash_anywhere_is_the_rebuild(
    steps: list[Step], when: list[bool], crashes: list[int]
) -> None:
    caught_up_is_rebuilt(steps, when, crashes)


@pytest.mark.slow
@many
@given(steps=commands(*OF_PEOPLE, max_size=25), when=batches, crashes=crash_points)
def test_caught_up_is_the_rebuild_for_longer_stories(
    steps: list[Step], when: list[bool], crashes: list[int]
) -> None:
    caught_up_is_rebuilt(steps, when, crashes)


def test_what_is_owed_is_caught_up_as_it_is_rebuilt() -> None:
    """What commands at random seldom come to: a removal, and all that follows a decision."""
    one, today = student_id(1), a_report().occurred.at.date()
    of: dict[str, Any] = {"student_id": one, "on": today}
    steps: list[Step] = [
        *enrolled(),
        ("incident", incident_id(1), a_report()),
        ("incident", incident_id(1), ReferToOffice()),
        ("incident", incident_id(1), an_action(Action.OUT_OF_SCHOOL_SUSPENSION)),
        ("student", one, DecidePlacement(**of, pattern=True, reason="again")),
        ("student", one, TellOfDecision(**of)),
        ("student", one, RequestRecord(**of, relation=Relation.MOTHER)),
        ("student", one, ShowRecord(**of)),
        ("student", one, HoldDetermination(**of, manifestation=False, reason="no")),
    ]
    caught_up_is_rebuilt(steps, [True] * len(steps), [])
    with a_world(*steps) as (ledger, views):
        views.catch_up(ledger)
        rules = {row[1] for row in tables(views)["duty"]}
        assert rules >= {"referral-answer", "determination", "decision-told", "record-access"}
        assert len(tables(views)["removal"]) == 1


def test_a_catch_up_that_is_cut_off_at_any_statement_leaves_what_was_there() -> None:
    """Every statement of a first build and of a later catch-up, each in turn."""
    with a_world(*enrolled()) as (ledger, views):
        for number in (1, 2, 3):
            report(ledger, number, "P1 threw a tray.")
            before, at = tables(views), 0
            while tables(views) == before:
                with crashing(views, at):
                    views.catch_up(ledger)
                at += 1
            assert at > 10
            assert tables(views) == rebuilt(ledger)


def _die_while_catching_up(folder: str, at: int) -> None:
    """In a process of its own: gone without a word at the `at`-th statement."""
    ledger, views = open_ledger(Path(folder) / "ledger.db"), views_of(Path(folder))
    with crashing(views, at):
        try:
            views.catch_up(ledger)
        except Crash:
            os._exit(9)


@pytest.mark.parametrize("at", [0, 7, 25, 40])
def test_what_a_killed_process_left_is_carried_on_from(tmp_path: Path, at: int) -> None:
    with contextlib.closing(new_ledger(tmp_path)) as ledger:
        enrol(ledger, 1)
        with contextlib.closing(views_of(tmp_path)) as views:
            views.catch_up(ledger)
        report(ledger, 1, "P1 threw a tray.")
        _in_processes(_die_while_catching_up, [(str(tmp_path), at)])
        with contextlib.closing(views_of(tmp_path)) as views:
            views.catch_up(ledger)
            assert tables(views) == rebuilt(ledger)


def _in_processes(target: Callable[..., None], arguments: Sequence[tuple[Any, ...]]) -> list[int]:
    """Run these at once; their exit codes."""
    spawn = multiprocessing.get_context("spawn")
    running = [spawn.Process(target=target, args=args) for args in arguments]
    for process in running:
        process.start()
    for process in running:
        process.join()
    return [process.exitcode or 0 for process in running]


# (b) As of then equals the rebuild of a ledger that was only so long.


def copy_row(ledger: Ledger, copy: Ledger, position: int) -> None:
    """Put one row of a ledger, and what is left of its key, at the end of another."""
    names = (("event", sqlite.COLUMNS), ("key", "position, subject, wrapped, destroyed_by"))
    with copy.recorder.transaction():
        for name, columns in names:
            holes = ", ".join("?" * (columns.count(",") + 1))
            asked = f"SELECT {columns} FROM {name} WHERE position = ?"
            for row in ledger.recorder.db.execute(asked, (position,)).fetchall():
                copy.recorder.db.execute(f"INSERT INTO {name} VALUES ({holes})", row)


READER = Reader(TEACHER, frozenset({"teacher"}), "test")


class Whole(Reading):
    """The door without its short cut: an earlier timeline is read from everything."""

    def _streams_of(self, student_id: str) -> Any:
        return None


def as_of_is_the_rebuild_of_the_prefix(steps: list[Step]) -> None:
    with a_world() as (ledger, views), tempfile.TemporaryDirectory() as folder:
        access = new_ledger(Path(folder), "access")
        doors = [kind(ledger, access, views, READER) for kind in (Reading, Whole)]
        answers: list[tuple[int, list[Timeline]]] = []
        for step in (*enrolled(), *steps):
            do(ledger, step)
            answers.append((ledger.head().position, timelines(doors[0], Window())))
        copy = new_ledger(Path(folder))
        for upto in range(ledger.head().position + 1):
            copy_row(ledger, copy, upto)
            with built(ledger, upto) as then:
                assert tables(then) == rebuilt(copy), f"as of {upto}"
                assert then.marks() == []
        copy.close()
        for position, answered in answers:
            for door in doors:
                assert timelines(door, Window(position=position)) == answered
        access.close()


def timelines(door: Reading, window: Window) -> list[Timeline]:
    return [door.timeline(student, window) for student in STUDENTS]


def without_destruction(steps: list[Step]) -> list[Step]:
    """What was destroyed since is gone from what was known then, too."""
    return [step for step in steps if not type(step[2]).__name__.startswith("Destroy")]


@settings(few, max_examples=6)
@given(steps=commands(*OF_PEOPLE, max_size=8).map(without_destruction))
def test_as_of_is_the_rebuild_of_the_prefix_and_what_was_answered_then(steps: list[Step]) -> None:
    as_of_is_the_rebuild_of_the_prefix(steps)


@pytest.mark.slow
@settings(many, max_examples=15)
@given(steps=commands(*OF_PEOPLE, max_size=20).map(without_destruction))
def test_as_of_is_the_rebuild_of_the_prefix_for_longer_stories(steps: list[Step]) -> None:
    as_of_is_the_rebuild_of_the_prefix(steps)


def test_as_of_shows_a_child_under_the_id_of_that_day_also_after_another_merge() -> None:
    one, two, three = (student_id(number) for number in (1, 2, 3))
    praise = RecordPraise(student_id=one, occurred=a_report().occurred, code=Positive.KINDNESS)
    merges = (
        MergeStudent(student_id=one, into=two),
        MergeStudent(student_id=one, into=three, was=two),
    )
    as_of_is_the_rebuild_of_the_prefix([("student", one, step) for step in (praise, *merges)])


def test_as_of_shows_what_was_known_and_not_what_was_corrected_since() -> None:
    with a_world() as (ledger, _):
        report(ledger, 1, "P1 threw a tray.")
        known = ledger.head().position
        ledger.do(INCIDENT, incident_id(1), VoidIncident(reason="another day"), TEACHER)
        for upto, standing in ((known, "open"), (known + 1, "voided")):
            with built(ledger, upto) as then, then.reader.connect() as db:
                assert db.execute(sa.text("SELECT standing FROM incident")).scalars().all() == [
                    standing
                ]


def test_what_was_destroyed_since_is_gone_from_what_was_known_then() -> None:
    with a_world() as (ledger, views):
        report(ledger, 1, "canary-7f3a was seen.")
        known = ledger.head().position
        views.catch_up(ledger)
        assert "canary-7f3a" in repr(tables(views))
        ledger.do(INCIDENT, incident_id(1), an_order(), TEACHER)
        views.catch_up(ledger)
        with built(ledger, known) as then:
            for gone in (tables(then), tables(views)):
                assert "canary-7f3a" not in repr(gone)
                assert "[destroyed under records officer, 12]" in repr(gone)


# (c) Applying it twice, or at once, is harmless.


@few
@given(steps=commands(), back=st.integers(0, 30))
def test_catching_up_again_from_any_earlier_position_changes_nothing(
    steps: list[Step], back: int
) -> None:
    with a_world(*steps) as (ledger, views):
        views.catch_up(ledger)
        before = tables(views)
        for position in (max(0, ledger.head().position - back), ledger.head().position):
            put_back(views, ledger, position)
            views.catch_up(ledger)
            assert tables(views) == before


def put_back(views: Views, ledger: Ledger, position: int) -> None:
    """As if what came after this position had not been taken in yet."""
    at = {"p": position, "h": ledger.head(position).hash.hex()}
    with views.writer.begin() as db:
        db.execute(sa.text("UPDATE projection SET position = :p, head = :h"), at)


def _log_and_look(folder: str, first: int) -> None:
    """In a process of its own: log, and catch up after each."""
    ledger, views = open_ledger(Path(folder) / "ledger.db"), views_of(Path(folder))
    for number in range(first, first + 25):
        report(ledger, number, "P1 threw a tray.", student=number % 5)
        views.catch_up(ledger)
    os._exit(0)


def test_processes_that_log_and_catch_up_at_once_double_nothing(tmp_path: Path) -> None:
    with contextlib.closing(new_ledger(tmp_path)) as ledger:
        enrol(ledger, 1)
        with contextlib.closing(views_of(tmp_path)) as views:
            views.catch_up(ledger)
            arguments = [(str(tmp_path), first) for first in (100, 200, 300)]
            assert _in_processes(_log_and_look, arguments) == [0, 0, 0]
            assert ledger.head().position == 1 + 3 * 25 * 2
            views.catch_up(ledger)
            assert tables(views) == rebuilt(ledger)


def test_a_head_that_was_passed_while_waiting_is_not_an_older_backup(tmp_path: Path) -> None:
    """Another process logs and catches up between our look at the ledger and our turn to write."""
    with contextlib.closing(new_ledger(tmp_path)) as ledger:
        report(ledger, 1)
        with (
            contextlib.closing(views_of(tmp_path)) as mine,
            contextlib.closing(views_of(tmp_path)) as theirs,
        ):
            mine.catch_up(ledger)
            report(ledger, 2)

            @sa.event.listens_for(mine.writer, "begin", insert=True)
            def meanwhile(_: sa.Connection) -> None:
                if not ledger.known("later"):
                    report(ledger, 3, key="later")
                    theirs.catch_up(ledger)

            assert mine.catch_up(ledger) == ledger.head().position
            assert tables(mine) == rebuilt(ledger)


def test_a_reader_does_not_wait_for_somebody_elses_catch_up(tmp_path: Path) -> None:
    with contextlib.closing(new_ledger(tmp_path)) as ledger:
        report(ledger, 1)
        with (
            contextlib.closing(views_of(tmp_path)) as mine,
            contextlib.closing(views_of(tmp_path)) as theirs,
        ):
            mine.catch_up(ledger)
            before = tables(mine)
            with theirs.writer.begin():
                report(ledger, 2)
                assert mine.catch_up(ledger) == 1
                assert tables(mine) == before
            assert mine.catch_up(ledger) == 2


def test_nothing_is_answered_while_somebody_else_builds_the_views_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.projections.TRIES", 2)
    with contextlib.closing(new_ledger(tmp_path)) as ledger:
        report(ledger, 1)
        with (
            contextlib.closing(views_of(tmp_path)) as mine,
            contextlib.closing(views_of(tmp_path)) as theirs,
            theirs.writer.begin(),
            pytest.raises(StorageError, match="being built"),
        ):
            mine.catch_up(ledger)


# (d) A stream that cannot be read keeps its rows and gets a mark.


def append_unreadable(ledger: Ledger, number: int, topic: str = "IncidentExploded.1") -> str:
    """An event that this release does not know, on the stream of an incident."""
    stream = f"incident-{incident_id(number)}"
    version = len(ledger.recorder.of_stream(stream)) + 1
    with ledger.recorder.transaction():
        ledger.recorder.append([Entry(stream, version, topic, b'{"reason":"x"}')])
    return stream


def of_stream(tables: Tables, stream: str) -> Tables:
    return {name: [row for row in rows if row[0] == stream] for name, rows in tables.items()}


def test_a_stream_that_cannot_be_read_keeps_its_rows_and_is_marked() -> None:
    with a_world() as (ledger, views):
        for number in (1, 2):
            report(ledger, number)
        views.catch_up(ledger)
        before = tables(views)
        stream = append_unreadable(ledger, 1)
        other = f"incident-{incident_id(2)}"
        ledger.do(INCIDENT, incident_id(2), an_action(), TEACHER)
        head = views.catch_up(ledger)
        assert of_stream(tables(views), stream) == of_stream(before, stream)
        assert of_stream(tables(views), other) != of_stream(before, other)
        of_incidents = [p.name for p in all_projections() if "incident" in p.categories]
        assert sorted(mark.projection for mark in views.marks()) == of_incidents
        assert {(m.stream, m.position) for m in views.marks()} == {(stream, head)}
        assert all("position 3: Unreadable" in mark.reason for mark in views.marks())


def test_a_build_marks_what_it_cannot_read_and_goes_on() -> None:
    with a_world() as (ledger, views):
        for number in (1, 2):
            report(ledger, number)
        stream = append_unreadable(ledger, 1)
        views.catch_up(ledger)
        assert {mark.stream for mark in views.marks()} == {stream}
        assert not any(of_stream(tables(views), stream).values())
        assert all(of_stream(tables(views), f"incident-{incident_id(2)}")["incident"])
        views.rebuild(ledger)
        assert {mark.stream for mark in views.marks()} == {stream}


def test_a_stream_is_marked_once_however_often_it_is_looked_at() -> None:
    with a_world() as (ledger, views):
        report(ledger, 1)
        views.catch_up(ledger)
        for _ in range(3):
            append_unreadable(ledger, 1)
            views.catch_up(ledger)
        marked = [(mark.projection, mark.stream) for mark in views.marks()]
        assert len(marked) == len(set(marked))


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Install the release that knows `IncidentVoided.2`."""

    def install() -> None:
        step: upcasts.Step = lambda fields: fields  # noqa: E731 - a table of functions
        monkeypatch.setattr(upcasts, "STEPS", {"incident.IncidentVoided": (step,)})
        forget()

    def forget() -> None:
        kind_of.cache_clear()
        _topic.cache_clear()

    yield install
    forget()


@pytest.mark.parametrize("how", ["the next event of another stream", "rebuild"])
def test_a_mark_goes_away_once_the_stream_can_be_read(
    release: Callable[[], None], how: str
) -> None:
    with a_world() as (ledger, views):
        report(ledger, 1)
        views.catch_up(ledger)
        append_unreadable(ledger, 1, "IncidentVoided.2")
        views.catch_up(ledger)
        assert views.marks()
        release()
        if how == "rebuild":
            views.rebuild(ledger)
        else:
            report(ledger, 2)
            views.catch_up(ledger)
        assert views.marks() == []
        assert tables(views) == rebuilt(ledger)


def failing(projection: Projection, stream: str) -> Projection:
    """The projection, with a fault in it that one stream shows."""

    def rows(name: str, history: Sequence[Recorded[Any]]) -> Any:
        if name == stream:
            raise ZeroDivisionError
        return projection.rows(name, history)

    return replace(projection, rows=rows)


@pytest.mark.parametrize("projection", all_projections(), ids=lambda p: p.name)
def test_a_fault_in_a_projection_marks_a_stream_in_that_projection_alone(
    projection: Projection, tmp_path: Path
) -> None:
    category = min(projection.categories)
    id = {"incident": incident_id(1), "meeting": CASE, "staff": "staff-1"}.get(category, ANA)
    stream = f"{category}-{id}"
    others = [p for p in all_projections() if p.name != projection.name]
    with a_world(*enrolled()) as (ledger, _):
        report(ledger, 1)
        do(ledger, ("staff", "staff-1", a_teacher()))
        do(ledger, ("meeting", CASE, a_request()))
        do(ledger, ("plan", ANA, a_plan()))
        views = views_of(tmp_path, [*others, failing(projection, stream)])
        views.catch_up(ledger)
        why = "its rows could not be made: ZeroDivisionError"
        assert views.marks() == [Mark(projection.name, stream, ledger.head().position, why)]
        views.close()


CASE, ANA = incident_id(7), student_id(1)


def a_request() -> Any:
    from ledger.domain.meeting import Person, RequestAssistance

    by, on = Person(staff="staff-1"), a_report().occurred.at.date()
    return RequestAssistance(
        student_id=ANA, school_id="9", on=on, by=by, concern="Alone at recess."
    )


def a_plan() -> Any:
    from ledger.domain.codes import Direction, PlanKind, Unit
    from ledger.domain.plan import Design, DraftPlan, Goal

    on = a_report().occurred.at.date()
    return DraftPlan(
        student_id=ANA,
        school_id="9",
        kind=PlanKind.BEHAVIOR_CONTRACT,
        on=on,
        design=Design(behavior="Leaves the room."),
        goal=Goal(unit=Unit.TIMES_A_DAY, direction=Direction.AT_MOST, target=Decimal(1)),
        manager="staff-1",
        review_on=on,
    )


def a_teacher() -> Any:
    from ledger.domain.codes import StaffRole
    from ledger.domain.staff import RecordStaff, StaffIdentity

    return RecordStaff(
        who=StaffIdentity(given="Marlo", family="Quist"),
        roles=(StaffRole.TEACHER,),
        effective_on=a_report().occurred.at.date(),
        source="roster",
    )


# (e) Views of another ledger, another length, another release.


def test_views_ahead_of_the_ledger_are_refused() -> None:
    with a_world() as (ledger, views):
        report(ledger, 1)
        views.catch_up(ledger)
        put_back(views, ledger, 5)
        before = tables(views)
        with pytest.raises(
            StorageError, match=r"views are at position 5, the ledger at 1, .* an older backup"
        ):
            views.catch_up(ledger)
        assert tables(views) == before
        views.rebuild(ledger)
        assert views.catch_up(ledger) == 1


def test_views_of_a_ledger_that_went_another_way_are_refused(tmp_path: Path) -> None:
    """An older backup was restored and written to until it was as long as before."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    with (
        contextlib.closing(new_ledger(tmp_path / "one")) as one,
        contextlib.closing(new_ledger(tmp_path / "other")) as other,
        contextlib.closing(views_of(tmp_path)) as views,
    ):
        report(one, 1)
        report(one, 2)
        views.catch_up(one)
        report(other, 1)
        report(other, 3)
        for more in (4, 5):
            with pytest.raises(StorageError, match="an older backup was restored"):
                views.catch_up(other)
            report(other, more)
        views.rebuild(other)
        assert tables(views) == rebuilt(other)
        assert views.catch_up(other) == 4


def test_views_of_another_ledger_are_built_again(tmp_path: Path) -> None:
    with a_world() as (ledger, _), contextlib.closing(views_of(tmp_path)) as views:
        access = new_ledger(tmp_path, "access")
        report(ledger, 1)
        report(access, 2)
        for one in (ledger, access):
            views.catch_up(one)
            assert tables(views) == rebuilt(one)
        access.close()


def test_a_projection_of_a_new_version_is_built_again_and_the_others_are_not(
    tmp_path: Path,
) -> None:
    asked: list[str] = []

    def counted(projection: Projection, version: int) -> Projection:
        def rows(stream: str, history: Sequence[Recorded[Any]]) -> Any:
            asked.append(projection.name)
            return projection.rows(stream, history)

        return replace(projection, version=version, rows=rows)

    with a_world() as (ledger, _):
        report(ledger, 1)
        first, *others = all_projections()
        for version, expected in ((1, None), (1, set()), (2, {first.name}), (3, {first.name})):
            asked.clear()
            now = [counted(first, version), *(counted(p, 1) for p in others)]
            with contextlib.closing(views_of(tmp_path, now)) as views:
                views.catch_up(ledger)
                assert expected is None or set(asked) == expected
                assert tables(views) == rebuilt(ledger)


def test_a_projection_that_is_no_more_holds_nobody_up(tmp_path: Path) -> None:
    with a_world() as (ledger, _):
        report(ledger, 1)
        with contextlib.closing(views_of(tmp_path)) as views:
            views.catch_up(ledger)
        report(ledger, 2)
        fewer = all_projections()[1:]
        with contextlib.closing(views_of(tmp_path, fewer)) as views:
            views.catch_up(ledger)
            assert views.position(ledger) == 2


# (f) A projection is pure.


@few
@given(steps=commands())
def test_the_same_history_gives_the_same_rows_and_is_left_as_it_was(steps: list[Step]) -> None:
    with a_world(*steps) as (ledger, _):
        for projection in all_projections():
            for stream, history in histories(ledger, projection):
                before = list(history)
                first, second = (projection.rows(stream, history) for _ in range(2))
                assert first == second
                assert history == before
                assert_rows_fit(projection, stream, first)


def histories(ledger: Ledger, projection: Projection) -> Iterator[tuple[str, list[Recorded[Any]]]]:
    """Every stream of the projection: as it is, and before it was."""
    for category in projection.categories:
        for name in ledger.streams_of(category):
            yield name, ledger.stream(name)
            yield name, []


def assert_rows_fit(
    projection: Projection, stream: str, rows: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    """Each row is of its stream and says something for every column of its table."""
    for name, some in rows.items():
        columns = {column.name for column in projection.tables.tables[name].columns}
        for row in some:
            assert row.keys() == columns
            assert row["stream"] == stream


@pytest.mark.parametrize("projection", all_projections(), ids=lambda p: p.name)
def test_every_table_says_of_which_stream_a_row_is(projection: Projection) -> None:
    assert projection.categories <= CATEGORIES
    for rows in projection.tables.sorted_tables:
        assert rows.columns.keys()[0] == "stream"


def test_no_two_projections_share_a_table() -> None:
    names = [name for p in all_projections() for name in p.tables.tables]
    assert len(names) == len(set(names))


# What was taken back


@few
@given(steps=commands("incident", max_size=6))
def test_what_was_taken_back_leaves_no_row_and_its_events_remain(steps: list[Step]) -> None:
    from ledger import entry

    with a_world(*steps) as (ledger, views):
        views.catch_up(ledger)
        before, position = tables(views), ledger.head().position
        report(ledger, 77, "canary-7f3a was seen.")
        views.catch_up(ledger)
        assert "canary-7f3a" in repr(tables(views))
        entry.undo(ledger, TEACHER, ledger.recorder.clock())
        views.catch_up(ledger)
        gone = tables(views)
        concerned = gone.pop("concerns")
        before.pop("concerns")
        assert gone == before
        stream = f"incident-{incident_id(77)}"
        assert [row[0] for row in concerned].count(stream) == 1
        kinds = [type(r.event).__name__ for r in ledger.stream(stream)]
        assert kinds == ["IncidentReported", "StatementAdded", "Undone"]
        assert ledger.head().position == position + 3
