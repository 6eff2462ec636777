"""bledger: the command line. One file per noun; a command is imported when it is called."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from cli.errors import exit_code, sentence

if TYPE_CHECKING:
    from ledger.school import School

VERSION = "0.1.0"
F = TypeVar("F", bound=Callable[..., Any])

# command → the file that it is in; in the order of the day.
COMMANDS = {
    "log": "log",
    "undo": "log",
    "timeline": "timeline",
    "incident": "incident",
    "roster": "roster",
    "staff": "staff",
    "calendar": "calendar",
    "export": "export",
    "access": "access",
    "spool": "spool",
    "init": "init",
    "demo": "demo",
    "verify": "verify",
    "rebuild": "verify",
    "doctor": "doctor",
    "backup": "backup",
    "restore": "backup",
    "archive": "backup",
    "checkpoint": "verify",
    "key": "key",
}


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
        self.draft: int | None = None  # the draft that is being finished
        self.told = False  # what went wrong is on the screen already

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
        from ledger.said import clean

        shown = clean(text)
        if self.ascii:
            from anyascii import anyascii

            shown = anyascii(shown)
        click.echo(shown)

    def talk(self, text: str) -> None:
        """A line beside the answer."""
        from ledger.said import clean

        click.echo(clean(text), err=True)

    def answer(self, schema: str, fields: dict[str, Any], lines: Sequence[str] = ()) -> None:
        """The answer: one JSON object, or lines for people."""
        if self.as_json:
            click.echo(json.dumps({"schema": schema} | fields, default=plain, ensure_ascii=False))
            return
        for line in lines:
            self.say(line)


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
        found: click.Command = getattr(module, name)
        return found

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


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(VERSION, prog_name="bledger")
@click.option("--debug", is_flag=True, help="Show where an error came from.")
def bledger(debug: bool) -> None:
    """A school's behavior ledger: every incident is written once, and nothing is lost.

    \b
    Examples:
      bledger log ana rivera --did disruption --where cafeteria --saw
      bledger timeline ana rivera
      bledger export run ods
    """


def run(argv: Sequence[str], desk: Desk) -> int:
    """Run one command line; the exit code. What goes wrong becomes one sentence on stderr."""
    debug = "--debug" in argv
    desk.argv = tuple(word for word in argv if word != "--debug")
    try:
        # Not standalone: click would print and exit by itself.
        result = bledger.main(
            args=list(desk.argv), prog_name="bledger", standalone_mode=False, obj=desk
        )
    except BaseException as error:
        if debug and not isinstance(error, click.exceptions.Exit | click.Abort):
            raise
        for line in sentence(error) if not desk.told else ():
            desk.talk(line)
        return exit_code(error)
    return result if isinstance(result, int) else 0


def main() -> None:
    """The program."""
    _harden()
    sys.exit(run(sys.argv[1:], Desk()))


def _harden() -> None:
    """No core dump may hold a child's name; any console can show any letter."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
