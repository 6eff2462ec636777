"""What was typed and could not be recorded stays as a numbered draft that one line finishes."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from cli import Desk, asking
from ledger.drafts import Draft, spool
from ledger.finding import Which
from ledger.school import system_user

TEXTS = ("saw", "told", "think")


def kept_on_failure(command: Callable[..., None]) -> Callable[..., None]:
    """Whatever stops this command, what was typed is kept; a trial keeps nothing."""

    @wraps(command)
    def careful(desk: Desk, **said: Any) -> None:
        # Asked for and read before anything else, so that nothing later can lose them.
        texts = {name: asking.text(desk, said[name], name) for name in TEXTS}
        try:
            command(desk, **(said | texts))
        except click.exceptions.Exit:
            raise
        except Exception as error:
            if not said["dry_run"] and type(error).__name__ != "Conflict":
                _keep(desk, {name: text for name, text in texts.items() if text}, error)
            raise

    return careful


def _keep(desk: Desk, texts: dict[str, str], error: Exception) -> None:
    """Keep it, or show the line to run again: one of them always."""
    number = desk.draft
    try:
        if number is None:
            user = desk.env.get("BLEDGER_USER") or system_user()
            draft = Draft(desk.argv, texts, user, type(error).__name__)
            number = spool(desk.folder, desk.env).keep(draft, desk.clock())
    except Exception:  # noqa: BLE001 - whatever it is, the words stay on the screen
        desk.talk("Nothing is recorded, and what you typed could not be kept. Run it again:")
        desk.talk(shlex.join(["bledger", *desk.argv]))
        for name, text in texts.items():
            desk.talk(f"  {name}: {text}")
        return
    if isinstance(error, Which):
        desk.talk(
            f"Which student? Nothing is recorded yet; what you typed is kept as draft {number}."
        )
        for line in asking.candidates(error):
            desk.talk(line)
        desk.told = True
    else:
        desk.talk(f"Nothing is recorded yet; what you typed is kept as draft {number}.")
    choice = " --student 1" if isinstance(error, Which) else ""
    desk.talk(f"Finish it:  bledger spool {number}{choice}")
