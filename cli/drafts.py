"""What was typed and could not be recorded stays as a numbered draft that one line finishes."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from cli import Desk, asking
from cli.errors import exit_code
from ledger.domain import Refused
from ledger.finding import NoSuch, Which
from ledger.said import Unclear
from ledger.school import drafts

TEXTS = ("saw", "told", "think")
UNFINISHED = (Which, NoSuch, Unclear, Refused)


def kept_on_failure(command: Callable[..., None]) -> Callable[..., None]:
    """Whatever stops this command, what was typed is kept; a trial keeps nothing."""

    @wraps(command)
    def careful(desk: Desk, **said: Any) -> None:
        said |= _typed(desk, said)
        try:
            command(desk, **said)
        except (click.UsageError, click.exceptions.Exit):
            raise
        except Exception as error:
            if not said["dry_run"] and type(error).__name__ != "Conflict":
                _keep(desk, said, error)
            raise

    return careful


def _typed(desk: Desk, said: dict[str, Any]) -> dict[str, str | None]:
    """The texts, asked for or read now, so that nothing later can lose them."""
    return {name: asking.text(desk, said[name], name) for name in TEXTS}


def _keep(desk: Desk, said: dict[str, Any], error: Exception) -> None:
    fields = {name: value for name, value in said.items() if value not in (None, (), False)}
    try:
        number = drafts(desk.folder, desk.env).keep(
            command="log", said=fields, reason=type(error).__name__, at=desk.clock()
        )
    except Exception:
        _print_again(desk, fields)
        return
    desk.talk(_told(error))
    for line in asking.candidates(error) if isinstance(error, Which) else []:
        desk.talk(line)
    desk.talk(f"Nothing is recorded yet; what you typed is kept as draft {number}.")
    choice = " --student 1" if isinstance(error, Which) else ""
    desk.talk(f"Finish it:  bledger spool {number}{choice}")


def _told(error: Exception) -> str:
    return "Which student?" if isinstance(error, Which) else ""


def _print_again(desk: Desk, fields: dict[str, Any]) -> None:
    """Nowhere could it be kept: the line to run again, on the screen."""
    words = ["bledger", "log", *fields.pop("student", ())]
    for name, value in fields.items():
        for one in value if isinstance(value, tuple | list) else (value,):
            words += [f"--{name.strip('_').replace('_', '-')}", str(one)]
    desk.talk("Nothing is recorded, and what you typed could not be kept. Run it again:")
    desk.talk(shlex.join(words))


__all__ = ["UNFINISHED", "exit_code", "kept_on_failure"]
