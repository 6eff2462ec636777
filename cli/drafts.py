"""What was typed and could not be recorded stays as a numbered draft that one line finishes."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial, wraps
from typing import Any

import click

from cli import Desk, asking, naming
from cli.asking import ASK
from cli.errors import NOTHING, invalid
from ledger.domain.codes import Behavior, Code, Injury, Location, Motivation, Others, Weapon
from ledger.said import Unclear
from ledger.school import system_user

CODED = {  # option of `log` → the code set of its words
    "did": Behavior,
    "where": Location,
    "why": Motivation,
    "others": Others,
    "injury": Injury,
    "weapon": Weapon,
}
UNFIT = ("Which", "NoSuch", "NotOne", "Unclear", "UsageError", "ValidationError", "Conflict")
READ = {"at": "TIME", "by": "STAFF", "to": "STAFF"}  # option → what its words are read as
DAILY = ("log", "act", "call", "praise", "points")
ASKED = ("Which", "NoSuch")  # by its own name: NotOne is one of an id, or of the staff
LOST = ("StorageError", "OSError", "Damage")  # it is not the words that were wrong


def kept_on_failure(command: Callable[..., None]) -> Callable[..., None]:
    """Whatever stops this command, what was typed is kept; a trial keeps nothing."""

    @wraps(command)
    def careful(desk: Desk, **said: Any) -> None:
        try:
            _check_letters(said)
            # Asked for and read before anything else, so that nothing later can lose them.
            for name in _asked_for(said):
                asking.text(desk, said[name], name)
            command(desk, **said)
        except (Exception, KeyboardInterrupt) as error:
            if not said["dry_run"] and desk.so_far == NOTHING and _worth_keeping(desk, error):
                told = naming.heard(desk, said)
                if told is None:
                    _keep(desk, said, error)
                else:  # of abuse: that is never kept, whatever else was wrong
                    desk.after = naming.instead(desk, said, told)
            raise

    return careful


def _check_letters(said: dict[str, Any]) -> None:
    """What a terminal of another encoding sent is no text that can be kept for ever."""
    for name, value in said.items():
        if not all(_is_text(one) for one in (value if isinstance(value, tuple) else (value,))):
            raise asking.BadText(name, f"what you typed for {name} is not UTF-8 text")


def _is_text(value: object) -> bool:
    return not isinstance(value, str) or value.encode("utf-8", "replace").decode() == value


def _texts() -> list[str]:
    """Options that may be asked for or read from standard input."""
    params = click.get_current_context().command.params
    return [p.name or "" for p in params if getattr(p, "flag_value", None) == ASK]


def _asked_for(said: dict[str, Any]) -> list[str]:
    """Those of them that are; standard input is there but once."""
    texts = _texts()
    piped = [name for name in texts if said[name] == "-"]
    if len(piped) > 1:
        both = " and ".join(f"--{name.replace('_', '-')}" for name in piped)
        raise click.UsageError(f"only one text can come on standard input, not {both}")
    return [name for name in texts if said[name] in (ASK, "-")]


def _worth_keeping(desk: Desk, error: BaseException) -> bool:
    """A report always, unless it was stopped; of what follows one, words that would be lost.

    And a daily line that only waits for which student it is of.
    """
    if isinstance(error, click.exceptions.Exit):
        return False
    if desk.typed or _is(error, LOST):
        return True
    if type(error).__name__ in ASKED and desk.argv[0] in DAILY:
        return True
    stopped = isinstance(error, click.Abort | KeyboardInterrupt)
    return desk.argv[0] == "log" and len(desk.argv) > 1 and not stopped


def _is(error: BaseException, names: tuple[str, ...]) -> bool:
    return any(kind.__name__ in names for kind in type(error).__mro__)


def _keep(desk: Desk, said: dict[str, Any], error: BaseException) -> None:
    """Keep it, or show the line to run again: one of them always."""
    try:
        desk.kept = desk.draft if desk.draft is not None else _new_draft(desk, error)
    except Exception:  # noqa: BLE001 - whatever it is, the words stay on the screen
        desk.after = [
            "Nothing is recorded, and what you typed could not be kept. Run it again:",
            shlex.join(["bledger", *desk.argv]),
            *(f"  {name}: {text}" for name, text in desk.typed.items()),
        ]
        return
    notes: list[str] = []
    options: list[str] = []
    with suppress(Exception):  # the draft is kept, whatever can be said about it
        notes, options = _mended(desk, said, error)
    if type(error).__name__ != "Which":  # the question says so itself
        what = f"what you typed is kept as draft {desk.kept}."
        stopped = isinstance(error, click.Abort | KeyboardInterrupt)
        desk.after = [what.capitalize() if stopped else f"Nothing is recorded yet; {what}"]
    line = " ".join(["bledger spool", str(desk.kept), *options])
    desk.after += [*notes, f"Finish it:  {line}"]


def _new_draft(desk: Desk, error: BaseException) -> int:
    """The number of the draft; one that was changed meanwhile takes the place of the old one."""
    from ledger.drafts import Draft, spool

    kept = spool(desk.folder, desk.env)
    user = desk.env.get("BLEDGER_USER") or system_user()
    draft = Draft(desk.argv, dict(desk.typed), user, type(error).__name__)
    number = kept.keep(draft, desk.typed_at or desk.clock())
    if desk.replaces is not None:
        kept.drop(desk.replaces)
    return number


def _mended(desk: Desk, said: dict[str, Any], error: BaseException) -> tuple[list[str], list[str]]:
    """(what was nearly right, the options that finish a report)."""
    options = [*_of_error(said, error)]
    if desk.argv[0] != "log" or not _is(error, UNFIT) or isinstance(error, asking.BadText):
        return [], options
    coded = [*_coded(desk, said)]
    options += [*(f"--{name} {word}" for name, _, word in coded), *_unread(desk, said)]
    notes = [f'"{typed}" → {word}' for _, typed, word in coded if typed != word and word.islower()]
    return notes, options or ["--OPTION WORDS"]


def _of_error(said: dict[str, Any], error: BaseException) -> Iterator[str]:
    """The options that this error itself asks for."""
    choice = {"Which": "--student 1", "NoSuch": "--student WORDS"}.get(type(error).__name__)
    if choice is not None:
        yield choice
    if _is(error, ("ClockBehind",)) and "at" in said:
        yield "--at TIME"
    if _is(error, ("Conflict",)):
        yield "--key NAME" if said["key"] else "--slip NUMBER"
    if isinstance(error, asking.BadText):
        name = error.option.strip("_").replace("_", "-")
        yield f"--{name} {'-' if error.option in _texts() else 'TEXT'}"
    yield from (f"--{name} TEXT" for name in invalid(error) if name in said)


def _coded(desk: Desk, said: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(option, what was typed, what would do), of all words of an option when one does not fit."""
    for name, codes in CODED.items():
        words = said[name] if isinstance(said[name], tuple) else filter(None, [said[name]])
        fits = [(name, typed, _fit(desk, typed, codes)) for typed in words]
        if any(typed != word for _, typed, word in fits):
            yield from fits


def _unread(desk: Desk, said: dict[str, Any]) -> Iterator[str]:
    """Options that are missing, or that name no time or nobody."""
    if not said["did"]:
        yield "--did BEHAVIOR"
    read: dict[str, Callable[..., object]] = {
        "TIME": partial(asking.when, future=said["allow_future"]),
        "STAFF": asking.staff,
    }
    for name, wanted in READ.items():
        if said[name] is not None and not _fits(read[wanted], desk, said[name]):
            yield f"--{name} {wanted}"


def _fit(desk: Desk, typed: str, codes: type[Code]) -> str:
    """The word itself when it fits, what it nearly is, or the name of what is wanted."""
    try:
        asking.code(desk, typed, codes)
    except Unclear as unclear:
        return unclear.guess or codes.__name__.upper()
    return typed


def _fits(reads: Callable[..., object], desk: Desk, typed: str) -> bool:
    try:
        reads(desk, typed)
    except (Unclear, asking.NotOne):
        return False
    return True
