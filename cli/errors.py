"""How what goes wrong becomes one sentence and an exit code; nothing of a record is in it."""

from __future__ import annotations

from typing import Any

import click

FAILED, USAGE, WHICH, NOT_ALLOWED, CONFLICT, DAMAGED, LATER, STORAGE = range(1, 9)
INTERRUPTED = 130

# By name, so that looking at an error imports nothing.
CODES = {
    "Exit": 0,
    "Abort": INTERRUPTED,
    "KeyboardInterrupt": INTERRUPTED,
    "EOFError": INTERRUPTED,
    "ClickException": FAILED,
    "UsageError": USAGE,
    "BadSettings": USAGE,
    "BadSink": USAGE,
    "Unclear": USAGE,
    "ValidationError": USAGE,
    "Which": WHICH,
    "NoSuch": WHICH,
    "NoSuchDraft": WHICH,
    "Refused": NOT_ALLOWED,
    "Incomplete": NOT_ALLOWED,
    "Conflict": CONFLICT,
    "IntegrityError": CONFLICT,
    "Damage": DAMAGED,
    "StorageError": STORAGE,
    "OSError": STORAGE,
    "Unreadable": FAILED,
    "BadSheet": USAGE,
    "Failed": FAILED,
}


class Failed(click.ClickException):
    """It did not work; the message says what and what to do."""


def exit_code(error: BaseException) -> int:
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    for kind in type(error).__mro__:
        if kind.__name__ in CODES:
            return CODES[kind.__name__]
    return FAILED


def sentence(error: BaseException) -> list[str]:
    """What to tell the person; for what nobody foresaw, no word of its content."""
    match error:
        case click.exceptions.Exit():
            return []
        case click.UsageError():
            where = f"See: {error.ctx.command_path} --help" if error.ctx else ""
            return [line for line in (_capital(error.format_message()), where) if line]
        case click.ClickException():
            return [error.format_message()]
        case click.Abort() | KeyboardInterrupt() | EOFError():
            return ["Stopped. Nothing is recorded."]
        case OSError():
            return [_of_system(error)]
        case _:
            return _by_name(error)


def _by_name(error: BaseException) -> list[str]:
    if type(error).__name__ == "ValidationError":
        return _invalid(error)
    if any(kind.__name__ in CODES for kind in type(error).__mro__):
        return [_capital(str(error))]
    return [f"Something unforeseen went wrong ({type(error).__name__}). See: bledger --debug …"]


def _of_system(error: OSError) -> str:
    what = error.filename or "a file"
    return f"{what}: {error.strerror or type(error).__name__}. Check it, then run it again."


def _invalid(error: Any) -> list[str]:
    """Which field is wrong and why, without what was in it."""
    said = []
    for found in error.errors(include_url=False, include_input=False, include_context=False):
        field = ".".join(str(part) for part in found["loc"] if not isinstance(part, int))
        said.append(f"{field or 'this'}: {found['msg']}.")
    return said


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
