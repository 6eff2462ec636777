"""`roster import`: whole districts and single schools, one source or two, and what is refused."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from desk import ADULTS, PROGRAM, PUPILS, Answer, School, close, write_roster
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from made import TEACHER, Clock, new_ledger

from cli import Desk, run
from ledger.domain.staff import STAFF
from ledger.domain.student import STUDENT
from ledger.imports import HeldRoster, RosterStudent
from ledger.imports.linking import Students
from ledger.imports.roster import Incomplete, Taken, take_in
from ledger.store import Ledger

TODAY = date(2026, 10, 14)
TWO = "sourcedId,name,type,identifier\nb-1,Birch School,school,2001\nc-1,Cedar School,school,2002\n"


def pupil(n: int, **more: object) -> RosterStudent:
    fields: dict[str, object] = {
        "source_id": f"p-{n}",
        "given": "Otis",
        "family": f"Vance{n}",
        "middle": None,
        "preferred": None,
        "numbers": (("identifier", f"{n:05}"),),
        "grade": "3",
        "school_id": None,
        "homeroom_staff": None,
        "birth_date": date(2017, 1, 1),
        "sex": None,
        "active": True,
    }
    return RosterStudent(**fields | more)  # type: ignore[arg-type]


def roster(students: Iterable[RosterStudent]) -> HeldRoster:
    found = tuple(students)
    return HeldRoster(
        students=found,
        staff=(),
        schools=(),
        sessions=(),
        problems=(),
        rows=len(found),
        counts={"student": len(found)},
        unread=frozenset(),
        whole=True,
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(new_ledger(tmp_path)) as ledger:
        yield ledger


def take(ledger: Ledger, students: Iterable[RosterStudent], source: str, **how: object) -> Taken:
    return take_in(
        ledger,
        roster(students),
        TEACHER,
        today=TODAY,
        source=source,
        **how,  # type: ignore[arg-type]
    )


def here(ledger: Ledger) -> int:
    streams = ledger.streams_of("student")
    return sum(STUDENT.fold(ledger.stream(stream)).here for stream in streams)


# Sources, each for itself


@settings(max_examples=15, deadline=None)
@for_all(
    st.lists(st.tuples(st.sampled_from("AB"), st.sets(st.integers(0, 5), min_size=1)), max_size=8)
)
def test_a_source_withdraws_its_own_and_what_is_imported_again_adds_nothing(
    tmp_path_factory: pytest.TempPathFactory, days: list[tuple[str, set[int]]]
) -> None:
    """Two sources of other children: each has whom its last roster had."""
    folder = tmp_path_factory.mktemp("ledger")
    with closing(new_ledger(folder)) as ledger:
        for source, those in days:
            rows = [pupil(n) for n in sorted(those)]
            take(ledger, rows, source, withdraw_many=True)
            assert take(ledger, rows, source).appended == 0
        last = dict(days)
        assert here(ledger) == sum(map(len, last.values()))
        for source, those in last.items():
            assert take(ledger, [pupil(n) for n in sorted(those)], source).appended == 0


def test_a_roster_of_one_school_withdraws_nobody_of_another(ledger: Ledger) -> None:
    birch = [pupil(n, school_id="b") for n in range(20)]
    cedar = [pupil(n, school_id="c") for n in range(20, 40)]
    take(ledger, [*birch, *cedar], "district")
    assert take(ledger, birch, "district", schools=["b"]).appended == 0
    done = take(ledger, cedar[1:], "district", schools=["c"])
    assert (done.appended, done.withdrawn, here(ledger)) == (1, 1, 39)


def test_who_moved_to_a_school_that_is_not_asked_for_has_left_this_one(ledger: Ledger) -> None:
    birch = [pupil(n, school_id="b") for n in range(20)]
    take(ledger, birch, "district")
    assert take(ledger, birch[1:], "district", schools=["b"]).withdrawn == 1


def test_a_child_who_comes_back_is_recorded_once(ledger: Ledger) -> None:
    rows = [pupil(n) for n in range(20)]
    take(ledger, rows, "a")
    take(ledger, rows[1:], "a")
    done = take(ledger, rows, "a")
    assert (done.appended, done.unchanged, here(ledger)) == (1, 19, 20)


def test_whom_the_school_let_go_no_roster_brings_back(desk: School) -> None:
    desk.ok("staff", "left", "dana", "okafor")
    assert desk.ok("roster", "import", str(desk.root / "oneroster"), "--json").json["appended"] == 0
    here = {p["name"]: p["active"] for p in desk.ok("staff", "list", "--json").json["staff"]}
    assert here["Dana Okafor"] is False
    desk.ok("staff", "back", "dana", "okafor")
    here = {p["name"]: p["active"] for p in desk.ok("staff", "list", "--json").json["staff"]}
    assert here["Dana Okafor"] is True
    assert desk("staff", "back", "dana", "okafor").code == 1


def test_a_row_with_an_id_of_another_child_is_left_out_by_its_line(ledger: Ledger) -> None:
    take(ledger, [pupil(n) for n in range(20)], "a")
    other = pupil(
        3, given="Iris", family="Tam", birth_date=date(2012, 2, 2), place=("users.csv", 9)
    )
    done = take(ledger, [*(pupil(n) for n in range(20) if n != 3), other], "a")
    assert done.appended == 0
    (problem,) = done.problems
    assert (problem.file, problem.line, problem.refused) == ("users.csv", 9, True)
    assert not any(word in str(problem) for word in ("Iris", "Tam", "p-3", "Otis"))
    assert here(ledger) == 20


def test_many_rows_in_doubt_are_counted_and_not_all_listed(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.imports.sheets.PROBLEMS_CAP", 5)
    take(ledger, [pupil(n) for n in range(20)], "a")
    other = {"given": "Iris", "birth_date": date(2012, 2, 2)}
    rows = [pupil(n, family=f"Tam{n}", place=("users.csv", n), **other) for n in range(20)]
    done = take(ledger, rows, "a")
    assert (done.appended, here(ledger), len(done.problems)) == (0, 20, 6)
    assert "15 more problems are not listed" in done.problems[-1].reason


# Staff


def test_who_of_the_staff_left_and_returns_has_every_role_again(desk: School) -> None:
    files = desk.root / "oneroster"
    gone = [one for one in ADULTS if one[0] != "a-lund"]
    write_roster(files, adults=gone)
    roles = "userSourcedId,roleType,role,orgSourcedId\n" + "".join(
        f"{id},primary,{role},org-1\n" for id, role, *_ in ADULTS
    )
    both = roles + "a-lund,secondary,counselor,org-1\n"

    def imported(said: str, status: str) -> None:
        write_roster(files)
        users = (files / "users.csv").read_text(encoding="utf-8").splitlines()
        told = [f"{line},{'status' if n == 0 else 'active'}" for n, line in enumerate(users)]
        told = [line.replace(",active", f",{status}") if "plund" in line else line for line in told]
        (files / "users.csv").write_text("\n".join(told) + "\n", encoding="utf-8")
        students = "".join(f"{one[0]},primary,student,org-1\n" for one in PUPILS)
        (files / "roles.csv").write_text(said + students, encoding="utf-8")
        desk.ok("roster", "import", str(files))

    def shown() -> tuple[list[str], bool]:
        told = desk.ok("staff", "list", "--json").json["staff"]
        (lund,) = (one for one in told if one["username"] == "plund")
        return lund["roles"], lund["active"]

    imported(both, "active")
    assert shown() == (["teacher", "counselor"], True)
    imported(both, "tobedeleted")
    assert shown() == (["teacher", "counselor"], False)
    imported(both, "active")
    assert shown() == (["teacher", "counselor"], True)
    with desk.opened() as at:
        streams = at.school.record.streams_of("staff")
        known = [STAFF.fold(at.school.record.stream(one)).who for one in streams]
    assert len(known) == len(ADULTS) + 1


# On the screen


def district(desk: School, name: str = "district") -> Path:
    """Two schools in one folder: three without a homeroom go to the second one."""
    folder = write_roster(desk.root / name)
    (folder / "orgs.csv").write_text(TWO, encoding="utf-8")
    users = (folder / "users.csv").read_text(encoding="utf-8").splitlines()
    told = [
        line.replace("org-1", "c-1" if line.startswith(("p-anna", "p-soren", "p-bea4")) else "b-1")
        for line in users
    ]
    (folder / "users.csv").write_text("\n".join(told) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def empty(desk: School) -> School:
    """A school of its own, with nobody in it but the person who made it."""
    desk.env["BLEDGER_DATA"] = str(desk.root / "other" / "data")
    desk.env["BLEDGER_KEY_FILE"] = str(desk.root / "other" / "school.key")
    desk.ok("init", "--name", "Oakhill", "--school-id", "9", "--me", "Sam Whitlock")
    return desk


def imported(desk: School, *more: str) -> Answer:
    return desk("roster", "import", str(desk.root / "district"), *more)


def test_of_several_schools_none_is_taken_until_somebody_says_which(empty: School) -> None:
    district(empty)
    refused = imported(empty)
    assert refused.code == 2
    assert "The roster is of 2 schools: Birch School (b-1), Cedar School (c-1)." in refused.err
    assert empty.of("StudentRecorded") == []
    both = imported(empty, "--school", "b-1", "--all-schools")
    assert (both.code, "give one of them" in both.err) == (2, True)
    wrong = imported(empty, "--school", "Maple")
    assert wrong.code != 0
    assert "Maple" in wrong.err
    assert empty.of("StudentRecorded") == []


@pytest.mark.parametrize("word", ["c-1", "cedar school", "2002"])
def test_one_of_several_schools_is_chosen_by_id_name_or_number(empty: School, word: str) -> None:
    district(empty)
    done = imported(empty, "--school", word, "--json")
    assert (done.code, done.json["students"]) == (0, 3)
    assert imported(empty, "--all-schools", "--json").json["students"] == 12
    again = imported(empty, "--school", word, "--json").json
    assert (again["appended"], again["withdrawn"]) == (0, 0)


def test_the_school_of_the_ledger_needs_not_be_named(empty: School) -> None:
    district(empty)
    settings = Path(empty.env["BLEDGER_DATA"]) / "school.toml"
    text = settings.read_text(encoding="utf-8").replace('"9"', '"2002"')
    assert "2002" in text
    settings.write_text(text, encoding="utf-8")
    assert imported(empty, "--json").json["students"] == 3


def test_all_problems_are_in_the_report(desk: School) -> None:
    files = desk.root / "oneroster"
    with (files / "users.csv").open("a", encoding="utf-8") as users:
        users.writelines(f"x-{n},student,,,org-1,,{n},03,\n" for n in range(40))
    report = desk.root / "report.csv"
    told = desk("roster", "import", str(files), "--report", str(report))
    assert told.code == 1
    assert f"… and 10 more: {report}" in told.out
    with report.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40
    assert list(rows[0]) == ["file", "line", "column", "reason", "left out"]
    assert {row["left out"] for row in rows} == {"yes"}


def test_a_dry_run_records_nothing_and_says_who_would_be_read(desk: School) -> None:
    before = len(desk.events())
    write_roster(desk.root / "oneroster", PUPILS[:4])
    told = desk("roster", "import", str(desk.root / "oneroster"), "--dry-run")
    assert told.code == 4
    assert "8 of 12 known students are not in this file" in told.err
    write_roster(desk.root / "oneroster", [*PUPILS[1:], ("p-new", "Otis", "Vance", "1", "02", "")])
    told = desk.ok("roster", "import", str(desk.root / "oneroster"), "--dry-run")
    unchanged = len(PUPILS) - 1 + len(ADULTS)
    first, *more = told.out.splitlines()
    assert first == f"12 read, 2 would be appended, {unchanged} unchanged, 0 left out, 0 odd"
    assert "  1 would leave: no roster has them any longer" in more
    assert len(desk.events()) == before
    done = desk.ok("roster", "import", str(desk.root / "oneroster"), "--json").json
    assert (done["appended"], done["unchanged"], done["withdrawn"]) == (2, unchanged, 1)


def test_a_dry_run_says_who_is_not_linked(desk: School) -> None:
    other = [(f"n-{n}", *one[1:]) for n, one in enumerate(PUPILS)]
    files = str(write_roster(desk.root / "new", other))
    told = desk("roster", "import", files, "--source", "new", "--dry-run")
    assert (told.code, "look like known ones" in told.err) == (4, True)


def test_a_roster_that_lacks_many_is_refused_before_anything_is_recorded(desk: School) -> None:
    many = [(f"s-{n}", "Otis", f"Vance{n}", f"9{n:03}", "02", "") for n in range(60)]
    files = write_roster(desk.root / "oneroster", [*PUPILS, *many])
    desk.ok("roster", "import", str(files))
    before = len(desk.events())
    changed = [(*one[:4], "03", "") for one in many[:30]]
    write_roster(files, [*PUPILS, *changed])
    refused = desk("roster", "import", str(files))
    assert (refused.code, len(desk.events())) == (4, before)
    assert "30 of 72 known students are not in this file" in refused.err
    done = desk.ok("roster", "import", str(files), "--withdraw-missing", "--json").json
    assert (done["appended"], done["withdrawn"]) == (60, 30)


@pytest.mark.parametrize(("known", "left", "stopped"), [(3, 1, False), (4, 2, False), (4, 1, True)])
def test_a_small_roster_that_lacks_more_than_half_is_refused(
    ledger: Ledger, known: int, left: int, stopped: bool
) -> None:
    take(ledger, map(pupil, range(known)), "a")
    if not stopped:
        assert take(ledger, map(pupil, range(left)), "a").withdrawn == known - left
        return
    with pytest.raises(Incomplete, match="3 of 4 known students are not in this file"):
        take(ledger, map(pupil, range(left)), "a")


# Killed

STUDENTS, KILLS = 3_000, 2


def pupils(changed: bool) -> list[Sequence[str]]:
    """A large school's children; later some are in another grade, some left, and some are new."""
    known = range(40, STUDENTS + 40) if changed else range(STUDENTS)
    return [
        (f"s-{n}", "Otis", f"Vance{n}", f"9{n:05}", "04" if changed and n % 3 else "03", "")
        for n in known
    ]


def as_it_stands(env: dict[str, str]) -> dict[str, list[str]]:
    """The events of every stream, without when they were recorded."""
    desk = Desk(os.environ | env, lambda: datetime.now(UTC))
    record = desk.school.record
    names = (name for kind in ("student", "staff") for name in record.streams_of(kind))
    told = {name: [r.event.model_dump_json() for r in record.stream(name)] for name in names}
    close(desk)
    return told


def imported_by_process(env: dict[str, str], files: Path, kills: Iterable[float]) -> None:
    """Import; before that, begin as often and be killed after so many seconds."""
    line = [*PROGRAM, "roster", "import", str(files), "--json"]
    for seconds in kills:
        process = subprocess.Popen(line, env=env, stdout=subprocess.DEVNULL)
        time.sleep(seconds)
        process.kill()
        process.wait()
    done = subprocess.run(line, env=env, capture_output=True, check=True)
    assert json.loads(done.stdout)["students"] == STUDENTS


def test_an_import_that_was_killed_and_run_again_ends_as_one_that_was_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}")
    chance, ends = random.Random(seed), []
    files = [write_roster(tmp_path / f"{changed}", pupils(changed)) for changed in (False, True)]
    first = School(tmp_path / "first", Clock(), capsys, monkeypatch)
    now = Desk(os.environ | first.env, lambda: datetime.now(UTC))
    assert run(["init", "--me", "Sam Whitlock"], now) == 0
    close(now)
    shutil.copytree(first.root, tmp_path / "other")
    other = School(tmp_path / "other", Clock(), capsys, monkeypatch)
    for at, kills in ((first, 0), (other, KILLS)):
        for folder in files:
            killed = [chance.uniform(0.3, 1.6) for _ in range(kills)]
            imported_by_process(at.as_process(), folder, killed)
        ends.append(as_it_stands(at.env))
    assert ends[0] == ends[1]
    assert len(ends[0]) == STUDENTS + 40 + len(ADULTS) + 1


# Ed-Fi

SAMPLES = Path(__file__).parents[2] / "shared/data/edfi/v5.2.0/Samples"
needs_samples = pytest.mark.skipif(
    not (SAMPLES / "Student.xml").exists(), reason="the samples are not in ../shared/data/edfi"
)


@needs_samples
def test_the_published_students_give_their_names_to_whom_a_number_was_known(empty: School) -> None:
    with empty.opened("swhitlock") as at:
        students, actor = Students(at.school.record), at.school.actor
        id = students.of_number("605266", "studentUniqueId", "old slips", actor=actor)
    file = str(SAMPLES / "Student.xml")
    done = empty.ok("roster", "import", file, "--json").json
    assert (done["appended"], done["students"]) == (961, 960)
    (found,) = empty.ok("roster", "find", "605266", "--json").json["students"]
    assert (found["student_id"], found["active"]) == (id, True)
    assert "605266" not in found["name"]
    assert empty.ok("roster", "import", file, "--json").json["appended"] == 0
