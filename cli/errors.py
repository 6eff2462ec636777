"""How what goes wrong becomes one sentence and an exit code; nothing of a record is in it."""

from __future__ import annotations

from typing import Any

import click

FAILED, USAGE, WHICH, NOT_ALLOWED, CONFLICT, DAMAGED, LATER, STORAGE = range(1, 9)
INTERRUPTED = 130
NOTHING, RECORDED = "Nothing is recorded.", "It is recorded."
SOME = "What was taken in so far is recorded; run it again for the rest."

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
    "Unlinked": NOT_ALLOWED,
    "Conflict": CONFLICT,
    "IntegrityError": CONFLICT,
    "Damage": DAMAGED,
    "StorageError": STORAGE,
    "OSError": STORAGE,
    "Unreadable": FAILED,
    "Unwritable": STORAGE,
    "BadSheet": USAGE,
    "BadMap": USAGE,
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


def sentence(error: BaseException, so_far: str = NOTHING) -> list[str]:
    """What to tell the person; for what nobody foresaw, no word of its content.

    `so_far`: what stands in the ledger all the same.
    """
    match error:
        case click.exceptions.Exit():
            return []
        case click.Abort() | KeyboardInterrupt() | EOFError():
            return [f"Stopped. {so_far}"]
        case click.UsageError():
            helped = isinstance(error, click.exceptions.NoArgsIsHelpError)
            where = f"See: {error.ctx.command_path} --help" if error.ctx and not helped else ""
            told = [line for line in (_ended(error.format_message()), where) if line]
        case click.ClickException():
            told = [_ended(error.format_message())]
        case OSError():
            told = [_of_system(error)]
        case _:
            told = _by_name(error)
    return told if so_far == NOTHING else [so_far, *told]


def _by_name(error: BaseException) -> list[str]:
    if type(error).__name__ == "ValidationError":
        return list(invalid(error).values())
    if lines := getattr(error, "lines", None):  # it tells by itself how to go on
        return [*lines]
    if any(kind.__name__ in CODES for kind in type(error).__mro__):
        return _folded(_ended(str(error)), type(error).__name__)
    return [f"Something unforeseen went wrong ({type(error).__name__}). See: bledger --debug …"]


def _folded(told: str, kind: str) -> list[str]:
    """All the words that there are, in the width of the screen; nothing else is so long."""
    if kind != "Unclear":
        return [told]
    from ledger.reports import wrapped

    return wrapped(told, 2)


def _of_system(error: OSError) -> str:
    what = error.filename or "a file"
    return f"{what}: {error.strerror or type(error).__name__}. Check it, then run it again."


INVALID = {  # pydantic's word → ours
    "string_too_long": "is longer than {max_length} characters",
    "string_unicode": "is not UTF-8 text",
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is more than {le}",
    "too_long": "are more than {max_length}",
}


def invalid(error: Any) -> dict[str, str]:
    """Which fields are wrong and why, without what was in them."""
    said: dict[str, str] = {}
    if type(error).__name__ != "ValidationError":
        return said
    for found in error.errors(include_url=False, include_input=False):
        # A loc also holds indices, and names of types where several would do.
        names = (part for part in found["loc"] if isinstance(part, str) and part.islower())
        field = next((n for n in reversed([*names]) if n.isidentifier()), "this")
        why = INVALID.get(found["type"], "is not right: {msg}")
        told = why.format_map(found | found.get("ctx", {}))
        said.setdefault(field, f"{field.replace('_', ' ').capitalize()} {told}.")
    return said


def _ended(text: str) -> str:
    """A sentence, as one begins and ends; a command at its end stays one to copy."""
    last = text.rpartition(". ")[2]
    dot = "." if text.rstrip(')"')[-1:] not in ".!?…" and "bledger" not in last else ""
    first, _, rest = text.partition(" ")
    name = not first.rstrip("?:,").isalpha()  # of a file or an option: it stays as it is
    return f"{first if name else _capital(first)} {rest}{dot}" if rest else f"{text}{dot}"


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]
