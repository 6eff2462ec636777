"""Every command there is: it answers in the two forms, and from a record only on the record."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import histories
import plans
import pytest
from desk import CLERK, PRINCIPAL, PROGRAM, School, as_expected

from cli import COMMANDS, Desk, bledger
from ledger.store import sqlite
from ledger.store.errors import Full

SEEN = "He said quetzal and left."  # words that stand nowhere but in the record
NOTED, SLIP, PERIOD = "a jaguarundi of a note", "slip-4711", "third bell"
DAYS = "date,kind\n2026-08-12,first-day\n2027-06-11,last-day\n2026-11-20,minimum\n"
CANARIES = ("quetzal", "jaguarundi", "4711", "third bell")


HELP = ("sst request ana rivera --concern 'Lunch is loud.'",)
SET = (*HELP, "sst schedule ana rivera --at 'oct 15 8:00'")
MET = (*HELP, "sst hold ana rivera --chart 'there: okafor' --kind initial")
PROMISED = (*MET, "sst action ana rivera --who okafor --what 'a seat' --meeting 1")


@dataclass(frozen=True)
class Line:
    """How a command is called, and what it does; {…} is filled in from the school."""

    argv: str
    reads: int = 0  # answers from a record: each is one access event
    code: int = 0
    first: tuple[str, ...] = ()
    stdin: str = ""
    env: dict[str, str] = field(default_factory=dict)


DRAFTED = ("plan draft ana rivera --form '{form}'",)
STARTED = (*DRAFTED, "plan approve ana rivera --by mother", "plan start ana rivera")
COUNTED = ("plan draft ana rivera --form '{counted}'", *STARTED[1:])
ASKED = ("records request ana rivera --by mother",)
DECIDED = ("placement decide ana rivera --pattern --reason 'All of it at lunch.'",)
REFERRED = ("incident refer {incident} --by okafor",)
HELD = ("incident restraint {incident} seclusion",)
CHALLENGED = ("incident challenge {incident} --grounds wrong",)
DENIED = (*CHALLENGED, "incident decide {incident} --denied --reason so")
LINES = {
    "log": Line("log leo --did tardy"),
    "undo": Line("undo", first=("log leo --did tardy",)),
    "act": Line("act {incident} loss-of-privilege 10m"),
    "call": Line("call ana rivera reached mother"),
    "praise": Line("praise ana rivera helping"),
    "points": Line("points ana rivera 222221112-22221222", reads=1, first=STARTED),
    "answer": Line(
        "answer {incident} --told okafor",
        first=(*REFERRED, "incident act {incident} conference 10m"),
    ),
    "open": Line("open", reads=1),
    "due": Line("due --all", reads=1, first=ASKED),
    "records request": Line(ASKED[0]),
    "records shown": Line("records shown ana rivera --how in-person", first=ASKED),
    "placement decide": Line(DECIDED[0], reads=1),
    "placement told": Line("placement told ana rivera --whom mother", first=DECIDED),
    "placement determined": Line(
        "placement determined ana rivera --manifestation --reason 'The noise.'", first=DECIDED
    ),
    "same": Line("same {other} {incident}"),
    "plan draft": Line(DRAFTED[0]),
    "plan approve": Line(STARTED[1], first=DRAFTED),
    "plan start": Line(STARTED[2], first=STARTED[:2]),
    "plan revise": Line("plan revise ana rivera --form '{revised}'", first=STARTED),
    "plan manager": Line("plan manager ana rivera --to lund", first=DRAFTED),
    "plan progress": Line("plan progress ana rivera 3", first=COUNTED),
    "plan fidelity": Line("plan fidelity ana rivera 4/5", first=STARTED),
    "plan review": Line(
        "plan review ana rivera --decide continue --why 'It works.' --next 'nov 20'",
        reads=1,
        first=STARTED,
    ),
    "plan end": Line("plan end ana rivera --why 'It worked.' --goal-met", first=STARTED),
    "plan status": Line("plan status", reads=1),
    "plan show": Line("plan show ana rivera", reads=1, code=3),
    "sst request": Line(HELP[0]),
    "sst input": Line("sst input ana rivera --from teacher --text -", first=HELP, stdin="Calm."),
    "sst schedule": Line(SET[1], first=HELP),
    "sst follow-up": Line("sst follow-up ana rivera --at 'nov 12 8:00'", first=MET),
    "sst reschedule": Line("sst reschedule ana rivera --at 'oct 16 8:00'", first=SET),
    "sst cancel": Line("sst cancel ana rivera --reason moved", first=SET),
    "sst invite": Line("sst invite ana rivera --who mother", first=SET),
    "sst confirm": Line(
        "sst confirm ana rivera --who mother", first=(*SET, "sst invite ana rivera --who mother")
    ),
    "sst interpreter": Line("sst interpreter ana rivera --lang es", first=SET),
    "sst hold": Line(MET[1], reads=1, first=HELP),
    "sst correct": Line(
        "sst correct ana rivera --chart 'there: okafor, mother' --reason so", reads=1, first=MET
    ),
    "sst action": Line(PROMISED[2], first=MET),
    "sst done": Line("sst done ana rivera 1", first=PROMISED),
    "sst drop": Line("sst drop ana rivera 1 --reason no", first=PROMISED),
    "sst question": Line("sst question ana rivera --text 'Who sits there?'", first=MET),
    "sst answer": Line(
        "sst answer ana rivera 1 --text nobody",
        first=(*MET, "sst question ana rivera --text 'Who sits there?'"),
    ),
    "sst close": Line("sst close ana rivera --reason met", first=MET),
    "sst prepare": Line("sst prepare ana rivera", reads=1, first=SET),
    "sst recap": Line("sst recap ana rivera", reads=1, first=MET),
    "sst calendar": Line("sst calendar ana rivera --out {new}.ics", reads=1, first=SET),
    "sst show": Line("sst show ana rivera", reads=1, first=SET),
    "sst list": Line("sst list", reads=1, first=SET),
    "timeline": Line("timeline ana rivera", reads=1),
    "packet": Line("packet ana rivera", reads=1),
    "incident show": Line("incident show {incident}", reads=1),
    "incident list": Line("incident list", reads=1),
    "incident statement": Line("incident statement {incident} --saw -", stdin="He ran."),
    "incident fill": Line("incident fill {incident} --lost 10"),
    "incident participant": Line("incident participant {incident} leo --as witness"),
    "incident correct": Line("incident correct {incident} --did fighting --reason -", stdin="So."),
    "incident act": Line("incident act {incident} loss-of-privilege 10m"),
    "incident served": Line("incident served {incident} 5m"),
    "incident contact": Line("incident contact {incident} reached --whom mother"),
    "incident restraint": Line(
        "incident restraint {incident} physical-restraint --because harm-to-self"
    ),
    "incident refer": Line("incident refer {incident}"),
    "incident notice": Line("incident notice {incident} 11:00 phone mother"),
    "incident account": Line("incident account {incident} --says -", stdin="He began."),
    "incident means": Line("incident means {incident} --text -", stdin="A seat by the door."),
    "incident emergency-report": Line("incident emergency-report {incident}", first=HELD),
    "incident iep-meeting": Line("incident iep-meeting {incident} --for 2026-10-16", first=HELD),
    "incident teachers-told": Line("incident teachers-told {incident} --told okafor"),
    "incident challenge": Line("incident challenge {incident} --grounds -", stdin="Nobody saw it."),
    "incident met": Line("incident met {incident}", first=CHALLENGED),
    "incident decide": Line(
        "incident decide {incident} --denied --reason -", stdin="So it was.", first=CHALLENGED
    ),
    "incident appeal": Line("incident appeal {incident}", first=DENIED),
    "incident appeal-decided": Line(
        "incident appeal-decided {incident} --sustained --reason -",
        stdin="Nobody saw it.",
        first=(*DENIED, "incident appeal {incident}"),
    ),
    "incident attach": Line("incident attach {incident} --text -", stdin="It was not so."),
    "incident void": Line("incident void {incident} --reason wrong"),
    "incident merge": Line("incident merge {other} {incident}"),
    "incident adopt": Line(
        "incident adopt last --sink ods", first=("import incidents {history} --source ods",)
    ),
    "roster import": Line("roster import {roster}"),
    "roster link": Line("roster link ana rivera --same-as leo --yes"),
    "roster flags": Line("roster flags {flags}"),
    "import incidents": Line("import incidents {history}"),
    "import example": Line("import example"),
    "roster find": Line("roster find ana"),
    "roster show": Line("roster show ana rivera", reads=1),
    "roster unlisted": Line("roster unlisted", first=("log --not-on-roster Kai --did tardy",)),
    "staff list": Line("staff list"),
    "staff add": Line("staff add nbrandt 'Nadia Brandt' --role aide"),
    "staff role": Line("staff role dana okafor --set counselor"),
    "staff left": Line("staff left dana okafor", reads=1),
    "staff back": Line("staff back dana okafor", first=("staff left dana okafor",)),
    "calendar set": Line("calendar set --first 2026-08-12 --last 2027-06-11"),
    "calendar import": Line("calendar import {days}"),
    "calendar show": Line("calendar show"),
    "export plan": Line("export plan ods", reads=1),
    "export run": Line("export run ods --out {new}", reads=1),
    "export status": Line("export status", reads=1),
    "export map": Line("export map ods"),
    "export example": Line("export example"),
    "access log": Line("access log ana rivera", reads=1, first=("timeline ana rivera",)),
    "spool finish": Line("spool", first=("log bea --did tardy",)),
    "spool export": Line("spool export {new}", first=("log bea --did tardy",)),
    "spool import": Line(
        "spool import {new}", first=("log bea --did tardy", "spool export {new} --move")
    ),
    "forms slips": Line("forms slips --out {new}.html"),
    "init": Line("init --me 'Nadia Brandt'", env={"BLEDGER_DATA": "{new}"}),
    "demo": Line("demo --students 60 --days 1", env={"BLEDGER_DATA": "{new}"}),
    "handover": Line("handover --to 'Nadia Brandt'", reads=1, first=STARTED),
    "verify": Line("verify --full"),
    "rebuild": Line("rebuild"),
    "doctor": Line("doctor"),
    "backup": Line("backup"),
    "restore": Line("restore {backup} --force"),
    "archive": Line("archive {new}"),
    "checkpoint": Line("checkpoint"),
    "key sheet": Line("key sheet --out {sheet}"),
    "key confirm": Line("key confirm {sheet}", first=("key sheet --out {sheet}",)),
    "key restore": Line("key restore {sheet}", code=8, first=("key sheet --out {sheet}",)),
}
READS = {name: line for name, line in LINES.items() if line.reads}


def commands(command: click.Command = bledger, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every command and group by its words."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands(below, f"{path} {name}".strip())


EVERY = dict(commands())


@pytest.fixture
def lived(desk: School) -> School:
    """A school in which something happened."""
    line = "log ana rivera --did disrup --where caf --at"
    desk.ok(*line.split(), "12:12", "--period", PERIOD, "--slip", SLIP, "--saw", SEEN)
    desk.ok("incident", "act", "last", "conference", "10m", "--note", NOTED)
    desk.ok(*line.split(), "12:10", "--by", "okafor")
    desk.ok("backup", "--into", str(desk.root / "backup"))
    (desk.root / "days.csv").write_text(DAYS)
    return desk


def filled(desk: School, text: str) -> str:
    incident, other = (i["id"] for i in desk.incident_cards())
    (backup,) = (desk.root / "backup").iterdir()
    flags = desk.root / "flags.csv"
    flags.write_text("student_id,effective_on,iep\n104233,2026-08-13,yes\n", encoding="utf-8")
    return text.format(
        flags=flags,
        form=plans.FORM,
        revised=plans.REVISED,
        counted=plans.COUNTED,
        incident=incident,
        other=other,
        backup=backup,
        roster=desk.root / "oneroster",
        history=histories.written(desk.root, *histories.an_incident()),
        days=desk.root / "days.csv",
        new=desk.root / "new",
        sheet=desk.root / "sheet.txt",
    )


def begun(desk: School, line: Line) -> list[str]:
    """The words of a line, once what comes before it was done."""
    argv = shlex.split(filled(desk, line.argv))
    for one in [filled(desk, one) for one in line.first]:
        desk(*shlex.split(one))
    return argv


def call(desk: School, line: Line, *more: str) -> tuple[Any, int]:
    """(the answer, how many access events it left)."""
    env = {name: filled(desk, value) for name, value in line.env.items()}
    argv = begun(desk, line)
    before = len(desk.answers())
    answer = desk(*argv, *more, stdin=line.stdin, env=env)
    return answer, len(desk.answers()) - before


def test_the_table_is_of_all_commands_and_no_others() -> None:
    ends = {path for path, command in EVERY.items() if not isinstance(command, click.Group)}
    assert set(LINES) == ends
    assert set(COMMANDS) == {path.split()[0] for path in ends}


@pytest.mark.parametrize("name", LINES)
def test_every_command_answers_and_from_a_record_only_with_an_access_event(
    lived: School, name: str
) -> None:
    line = LINES[name]
    answer, read = call(lived, line)
    assert answer.code == line.code, answer.err
    assert bool(answer.out) == (line.code == 0)
    assert read == line.reads
    if any(word in answer.out for word in CANARIES):
        assert line.reads


@pytest.mark.parametrize("name", LINES)
def test_every_command_answers_programs_with_one_versioned_object(lived: School, name: str) -> None:
    line = LINES[name]
    answer, read = call(lived, line, "--json")
    assert answer.code == line.code, answer.err
    assert read == line.reads
    if line.code:
        return
    assert answer.out.count("\n") == 1
    assert re.fullmatch(r"[a-z-]+/[1-9]", answer.json["schema"])
    assert not [id for id in ids(answer.json) if not WHOLE.fullmatch(id)]
    if any(word in answer.out for word in CANARIES):
        assert line.reads
    as_expected(f"json/{name.replace(' ', '-')}", shape(answer.json) + "\n")


OTHERS = ("short_id", "school_id")
WHOLE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-access)?")


def ids(value: Any, name: str = "") -> Iterator[str]:
    """Every id in an answer but those that are told to be short, or are others'."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from ids(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from ids(one, name)
    elif isinstance(value, str) and re.search(r"(^|_)ids?$", name) and name not in OTHERS:
        yield value


def shape(value: Any, indent: str = "") -> str:
    """The names and kinds of an answer's fields."""
    if isinstance(value, dict):
        inner = [f"\n{indent}  {key}: {shape(one, indent + '  ')}" for key, one in value.items()]
        return "".join(inner) if inner else "{}"
    if isinstance(value, list):
        return f"[{shape(value[0], indent)}]" if value else "[]"
    return json.dumps(value) if str(value).endswith("/1") else type(value).__name__


def test_what_a_reader_is_shown_holds_what_was_recorded(lived: School) -> None:
    """So the words above do tell a reading from what is none."""
    for name in ("timeline", "incident show"):
        assert "quetzal" in call(lived, LINES[name])[0].out
        assert "quetzal" in call(lived, LINES[name], "--json")[0].out


# Where nothing can be put on the record


def missing(desk: School) -> None:
    (desk.folder / "access.db").unlink()


def damaged(desk: School) -> None:
    path = desk.folder / "access.db"
    path.write_bytes(b"\0" * path.stat().st_size)


@pytest.mark.parametrize("broken", [missing, damaged])
@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_what_cannot_be_put_on_the_access_log_is_not_answered(
    lived: School, name: str, broken: Any, form: tuple[str, ...]
) -> None:
    argv = begun(lived, READS[name])
    broken(lived)
    answer = lived(*argv, *form)
    assert (answer.code, answer.out) == (8 if broken is missing else 6, "")
    assert "access.db" in answer.err
    assert not list(lived.root.glob("new/*"))


@pytest.mark.parametrize("name", READS)
def test_what_the_access_log_has_no_room_for_is_not_answered(
    lived: School, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    argv = begun(lived, READS[name])
    flush = sqlite.SQLiteRecorder.flush

    def full(recorder: sqlite.SQLiteRecorder) -> None:
        if recorder.path.name == "access.db" and recorder._waiting:
            raise Full("The disk is full.")
        flush(recorder)

    monkeypatch.setattr(sqlite.SQLiteRecorder, "flush", full)
    answer = lived(*argv)
    assert (answer.code, answer.out) == (8, "")
    assert answer.err.startswith("The disk is full.\n")  # and that what was typed is kept
    assert not list(lived.root.glob("new/*"))


def test_who_reads_for_what_is_on_the_record(lived: School) -> None:
    lived.ok("timeline", "ana", "rivera", "--purpose", "SST meeting", user=PRINCIPAL)
    told = lived.ok("access", "log", "ana", "rivera", user=PRINCIPAL)
    assert re.search(r"Ruth Alder +timeline · SST meeting$", told.out, re.MULTILINE)
    assert "Leo" not in lived.ok("access", "log", "leo").out.partition("\n")[2]


def test_a_clerk_is_shown_no_narrative(lived: School) -> None:
    incident = filled(lived, "{incident}")
    for argv in (
        ("timeline", "ana", "rivera"),
        ("incident", "show", incident),
        ("incident", "list"),
        ("export", "plan", "ods"),
    ):
        for form in ((), ("--json",)):
            shown = lived.ok(*argv, *form, user=CLERK).out
            assert not any(word in shown for word in ("quetzal", "jaguarundi"))


# Help


@pytest.mark.parametrize("width", ["80", "100", "200"])
def test_every_help_ends_with_examples_and_fits_the_screen(
    desk: School, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    for path in EVERY:
        told = desk.ok(*path.split(), "--help").out
        assert max(map(len, told.splitlines())) <= 100, path
        *_, examples = told.split("\n\n")
        title, *lines = examples.rstrip().splitlines()
        assert title == "  Examples:", path
        assert lines, path
        assert all(line.startswith(f"    bledger {path}".rstrip()) for line in lines), path


@pytest.mark.parametrize("path", EVERY)
def test_every_example_is_a_line_that_can_be_typed(path: str) -> None:
    for line in re.findall(r"^ +bledger (.*)$", EVERY[path].epilog, re.MULTILINE):
        found: click.Command | None = bledger
        words = shlex.split(line)
        with click.Context(bledger, obj=Desk({})) as ctx:
            while isinstance(found, click.Group):
                _, found, words = found.resolve_command(ctx, words)
            assert found is not None
            found.make_context(found.name, words, parent=ctx)


def test_without_a_command_the_help_is_shown(desk: School) -> None:
    assert desk.ok().out == desk.ok("--help").out == desk.ok("-h").out
    assert re.fullmatch(r"bledger, version \d+\.\d+\.\d+\n", desk.ok("--version").out)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("lgo",), "There is no command 'lgo'. Did you mean log?"),
        (("timline", "ana"), "There is no command 'timline'. Did you mean timeline?"),
        (("xyzzy",), "There is no command 'xyzzy'. See: bledger --help"),
        (("incident", "shw", "last"), "No such command 'shw'. Did you mean 'show'?"),
        (("log", "ana", "--dib", "tardy"), "'--did'"),
        (("log",), "Which student?"),
        (("incident",), "Usage: bledger incident "),
    ],
)
def test_a_near_miss_is_told(desk: School, typed: tuple[str, ...], says: str) -> None:
    answer = desk(*typed)
    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err


@pytest.mark.parametrize("coding", ["cp1252", "ascii", "utf-16"])
def test_a_console_of_another_encoding_is_no_failure(desk: School, coding: str) -> None:
    env = desk.as_process() | {"PYTHONIOENCODING": coding, "LC_ALL": "C", "PYTHONUTF8": "0"}
    for more in ((), ("--ascii",)):
        line = [*PROGRAM, "log", "104300", "--did", "tardy", "--again", *more]
        done = subprocess.run(line, env=env, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        assert ("Soren Orsted" if more else "Søren Ørsted") in done.stdout.decode("utf-8")


def test_no_test_school_is_made_where_a_person_keeps_theirs(desk: School) -> None:
    assert Path(desk.env["BLEDGER_DATA"]).is_relative_to(desk.root)
