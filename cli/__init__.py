"""bledger: the command line. One file per noun; a command is imported when it is called."""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from functools import cached_property
from inspect import cleandoc
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from cli.errors import NOTHING, exit_code, sentence

if TYPE_CHECKING:
    from cli.desk_prompts import CutOff, Prompts
    from ledger.finding import Which
    from ledger.school import School

VERSION = "0.1.0"
F = TypeVar("F", bound=Callable[..., Any])

# command → the file that it is in; in the order of the day.
COMMANDS = {
    "log": "log",
    "undo": "log",
    "act": "day",
    "call": "day",
    "praise": "day",
    "answer": "answer",
    "points": "points",
    "open": "unfinished",
    "due": "due",
    "same": "same",
    "plan": "plan",
    "sst": "sst",
    "timeline": "timeline",
    "packet": "packet",
    "incident": "due_process",
    "records": "records",
    "placement": "records",
    "roster": "roster",
    "import": "import_",
    "staff": "staff",
    "calendar": "calendar",
    "export": "export",
    "access": "access",
    "spool": "spool",
    "forms": "forms",
    "init": "init",
    "demo": "demo",
    "verify": "verify",
    "rebuild": "verify",
    "handover": "handover",
    "doctor": "doctor",
    "backup": "backup",
    "restore": "backup",
    "archive": "backup",
    "checkpoint": "verify",
    "key": "key",
}

FOR_THE_DESK = frozenset(("--plain", "--ascii"))  # what may stand there without a command


class Desk:
    """What every command works at: the school, the clock, and where answers go."""

    def __init__(
        self,
        env: dict[str, str] | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.env = dict(os.environ) if env is None else env
        self._now = now
        self.as_json = self.ascii = False
        self.argv: tuple[str, ...] = ()
        self.purpose = "school work"
        self.so_far = NOTHING  # what stands in the ledger, should it stop here
        self.typed: dict[str, str] = {}  # texts from prompts and standard input, by option
        self.typed_at: datetime | None = None  # when the words of a draft were typed
        self.draft: int | None = None  # the draft that is finished as it stands …
        self.replaces: int | None = None  # … or with other words
        self.kept: int | None = None  # the draft that what was typed is kept as
        self.after: list[str] = []  # what to say after what went wrong
        self.asks: Prompts | None = None  # how the desk asks, for a command that asks more …
        self.cut: CutOff | None = None  # … and how its questions were cut off

    @property
    def folder(self) -> Path:
        """The data folder: BLEDGER_DATA, or the one in the user's own data."""
        said = self.env.get("BLEDGER_DATA")
        if said:
            return Path(said)
        from platformdirs import user_data_path

        return user_data_path("bledger")

    @property
    def clock(self) -> Callable[[], datetime]:
        from ledger.school import clock

        return self._now or clock

    @cached_property
    def school(self) -> School:
        from ledger.school import School

        return School(self.folder, env=self.env, now=self.clock, purpose=self.purpose)

    def say(self, text: str) -> None:
        """A line of the answer, safe to print."""
        click.echo(self.shown(text))

    def talk(self, text: str) -> None:
        """A line beside the answer."""
        click.echo(self.shown(text), err=True)

    def shown(self, text: str) -> str:
        """A text as this console can show it."""
        from ledger.said import clean

        if not self.ascii:
            return clean(text)
        from anyascii import anyascii

        apart = re.sub(r"(?<=\d)½", " ½", clean(text))  # 8½ is no 81/2
        return str(anyascii(apart))

    def answer(self, schema: str, fields: dict[str, Any], lines: Sequence[str] = ()) -> None:
        """The answer: one JSON object, or lines for people."""
        if self.as_json:
            said = json.dumps({"schema": schema} | fields, default=plain, ensure_ascii=self.ascii)
            click.echo(said if said.isprintable() else "".join(map(_escaped, said)))
            return
        for line in lines:
            self.say(line)


def _escaped(letter: str) -> str:
    """A letter of a JSON text; what would move the cursor is spelled out, and so stays exact."""
    return letter if letter.isprintable() else json.dumps(letter)[1:-1]


def plain(value: Any) -> Any:
    """What `json` cannot write by itself."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    return value.value if hasattr(value, "value") else str(value)


def pass_desk(command: F) -> F:
    """Give the command its desk."""
    return cast(F, click.make_pass_decorator(Desk)(command))


def _switch(name: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    def turn(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        if value:
            setattr(ctx.ensure_object(Desk), name, True)

    return turn


def answers(command: F) -> F:
    """Options of every command that answers: --json and --ascii."""
    for flag, name, text in (
        ("--ascii", "ascii", "For consoles that show no other letters."),
        ("--json", "as_json", "One JSON object, for programs."),
    ):
        option = click.option(
            flag, is_flag=True, expose_value=False, callback=_switch(name), help=text
        )
        command = option(command)
    return command


def purposed(command: F) -> F:
    """The option that says what a reading is for."""

    def keep(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
        if value:
            ctx.ensure_object(Desk).purpose = value

    option = click.option(
        "--purpose", metavar="TEXT", expose_value=False, callback=keep, help="What you read it for."
    )
    return option(command)


class Commands(click.Group):
    """The list of commands; each is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"cli.{COMMANDS[name]}")
        return examples_last(getattr(module, name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"there is no command {args[0]!r}.{_near(args[0])}")
        return super().resolve_command(ctx, args)


def _near(word: str) -> str:
    import difflib

    near = difflib.get_close_matches(word, COMMANDS, n=1)
    return f" Did you mean {near[0]}?" if near else " See: bledger --help"


def examples_last(command: click.Command) -> click.Command:
    """The command, and those under it, with their examples at the end of --help."""
    text, mark, examples = cleandoc(command.help or "").partition("\b\nExamples:")
    if mark:
        command.help, command.epilog = text.rstrip(), mark + examples
    for below in getattr(command, "commands", {}).values():
        examples_last(below)
    return command


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(VERSION, prog_name="bledger")
@click.option("--debug", is_flag=True, help="Show where an error came from.")
def bledger(debug: bool) -> None:
    """A school's behavior ledger: every incident is written once, and nothing is lost.

    Alone on a terminal it opens the desk, one prompt for the morning; with --plain the desk asks
    line by line, as a screen reader takes it.

    \b
    Examples:
      bledger log ana rivera --did disruption --where cafeteria --saw
      bledger timeline ana rivera
      bledger export run ods
    """


examples_last(bledger)


def run(argv: Sequence[str], desk: Desk) -> int:
    """Run one command line; the exit code. What goes wrong becomes one sentence on stderr."""
    debug = "--debug" in argv
    desk.argv = tuple(word for word in argv if word != "--debug")
    try:
        result = _sit_down(desk) if _opens_the_desk(desk.argv) else _command(desk)
    except BaseException as error:  # noqa: BLE001 - every way out has its sentence and its code
        if _reader_left(error):
            return 0
        if debug:
            import traceback

            desk.talk("".join(traceback.format_exception(error)).rstrip())
        _tell(desk, error)
        return exit_code(error)
    return result if isinstance(result, int) else 0


def _command(desk: Desk) -> Any:
    words = [] if FOR_THE_DESK.issuperset(desk.argv) else list(desk.argv)
    # Not standalone: click would print and exit by itself.
    return bledger.main(
        args=words or ["--help"], prog_name="bledger", standalone_mode=False, obj=desk
    )


def _opens_the_desk(argv: Sequence[str]) -> bool:
    at_terminal = (stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
    return FOR_THE_DESK.issuperset(argv) and all(at_terminal)


def _sit_down(desk: Desk) -> int:
    from cli.desk import sit_down

    return sit_down(desk, desk.argv)


def _reader_left(error: BaseException) -> bool:
    """Whether only the answer was cut off, as by `| head`: click exits by itself then alone."""
    return isinstance(error, BrokenPipeError | SystemExit)


def _tell(desk: Desk, error: BaseException) -> None:
    """What went wrong, what is recorded all the same, and how to go on."""
    lines = sentence(error, desk.so_far)
    if type(error).__name__ == "Which":
        from cli.asking import which

        lines = which(desk, cast("Which", error))
    for line in [*lines, *desk.after]:
        desk.talk(line)


def main() -> None:
    """The program."""
    _harden()
    code = run(sys.argv[1:], Desk())
    try:
        sys.stdout and sys.stdout.flush()
    except BrokenPipeError:
        # Or Python says at its end that it could not flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _harden() -> None:
    """No core dump and no plugin gets a child's name; any console can show any letter."""
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # there is none when it was closed
            stream.reconfigure(encoding="utf-8", errors="replace")
