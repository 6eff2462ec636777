"""Forms in the editor: what was written there is read, or kept as a draft; never lost."""

from __future__ import annotations

import codecs
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which
from typing import TypeVar

import click

from cli import Desk, asking, naming
from cli.errors import NOT_ALLOWED, Failed
from ledger import disk, drafts
from ledger.said import Unclear
from ledger.written.lines import Fault, marked, unmarked

T = TypeVar("T")
EDITORS = ("sensible-editor", "nano", "vim")  # the first that is there, when none was said
LARGEST = 1_000_000  # bytes of one form
WAITS = "One that opens a window of its own has to wait: EDITOR='code --wait'"


class Faulty(Unclear):
    """A form with faults; the message tells every one of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        count = "one thing is" if len(faults) == 1 else f"{len(faults)} things are"
        told = [f"  {fault}" for fault in faults]
        super().__init__("\n".join([f"{count} not right:", *told, "Nothing of it is lost"]))
        self.faults = tuple(faults)


def filled(
    desk: Desk,
    option: str,
    said: str | None,
    form: Callable[[], str],
    read: Callable[[str], T | list[Fault]],
) -> T:
    """What a form says: given in the line, on stdin (-), in a draft, or written in the editor.

    It stands below `kept_on_failure`. Faulty with all that is wrong; a draft with faults that is
    taken up at a terminal comes back in the editor, with them on top. `form` is the empty form.
    """
    text = desk.typed.get(option) or asking.text(desk, said, option)
    desk.typed |= {option: text} if text else {}
    text = _heeded(desk, option, text or _written(desk, option, form()))
    found = read(text)
    if isinstance(found, list) and _taken_up(desk) and at_terminal(desk):
        found = read(_heeded(desk, option, _written(desk, option, marked(text, found))))
    if isinstance(found, list):
        raise Faulty(found)
    return found


def _taken_up(desk: Desk) -> bool:
    return desk.draft is not None or desk.replaces is not None


def at_terminal(desk: Desk) -> bool:
    """Whether somebody is there to be asked."""
    return not desk.as_json and sys.stdin is not None and sys.stdin.isatty()


def _heeded(desk: Desk, option: str, text: str) -> str:
    """The form without what may tell of abuse: such a form is neither recorded nor kept."""
    given = click.get_current_context().params
    said = {"not_a_disclosure": given.get("not_a_disclosure"), option: text}
    while told := naming.heard(desk, said):
        for line in naming.instead(desk, {}, told):
            desk.talk(line)
        again = at_terminal(desk) and click.confirm("Take it out of the form?", True, err=True)
        if not again:
            raise click.exceptions.Exit(NOT_ALLOWED)
        said[option] = _written(desk, option, text)
    return str(said[option])


def _written(desk: Desk, option: str, form: str) -> str:
    """The form as it comes back from the editor; it is among what was typed from then on."""
    if not at_terminal(desk):
        raise click.UsageError(
            f"the form is written in an editor, and here is no terminal: give --{option} TEXT, "
            f"or --{option} - to read it from standard input"
        )
    with _private_file(desk, form) as path:
        try:
            _edit(desk, path)
        finally:
            back = _read(path)
            if back is not None and back.strip() and back != form:
                _type(desk, option, unmarked(back))
    if not back or not back.strip():
        raise Failed("the form came back empty, so nothing is recorded")
    if back == form:
        raise Failed(f"the form came back as it was, so nothing is recorded. {WAITS}")
    return desk.typed[option]


def _type(desk: Desk, option: str, text: str) -> None:
    """It takes the place of what a draft said."""
    desk.typed[option] = text
    if desk.draft is not None:
        desk.draft, desk.replaces = None, desk.draft


def _edit(desk: Desk, path: Path) -> None:
    """Have the person write in their editor; Failed when it is not there or goes wrong."""
    editor = _editor(desk)
    try:
        with _uncut():
            done = subprocess.run([*editor, str(path)], check=False)  # noqa: S603 - their own
    except OSError:
        raise Failed(
            f"the editor {editor[0]} did not start: set EDITOR to one that is there"
        ) from None
    if done.returncode:
        raise Failed(f"the editor {editor[0]} ended with an error ({done.returncode})")


@contextmanager
def _uncut() -> Iterator[None]:
    """Ctrl-C is the editor's; a terminal that is closed stops us as Ctrl-C does, in order."""
    names = {"SIGINT": _leave, "SIGTERM": _stop, "SIGHUP": _stop}
    known = {getattr(signal, name): act for name, act in names.items() if hasattr(signal, name)}
    try:
        before = {number: signal.signal(number, act) for number, act in known.items()}
    except ValueError:  # not in the main thread, where signals do not come
        before = {}
    try:
        yield
    finally:
        for number, act in before.items():
            signal.signal(number, act)


def _leave(number: int, frame: object) -> None:
    """Not SIG_IGN: the editor would inherit that."""


def _stop(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _editor(desk: Desk) -> list[str]:
    said = desk.env.get("VISUAL") or desk.env.get("EDITOR")
    try:
        own = shlex.split(said or "")
    except ValueError:
        raise Failed("EDITOR is not a command: its quotes do not match") from None
    if own:
        return own
    if sys.platform == "win32":
        return ["notepad"]
    return [next(filter(which, EDITORS), "vi")]


def _read(path: Path) -> str | None:
    """What is in the file; None when the editor removed it."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST)
    except OSError:
        return None
    return _decoded(raw).replace("\r\n", "\n")


def _decoded(raw: bytes) -> str:
    """UTF-8; UTF-16 where its mark stands at the beginning; of an older editor cp1252."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


@contextmanager
def _private_file(desk: Desk, text: str) -> Iterator[Path]:
    """A file that nobody else opens, in a folder of its own; nothing of either is left."""
    kept = drafts.spool(desk.folder, desk.env).folder
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    disk.private(kept)
    for left in kept.glob("form-*"):
        desk.talk(
            f"{left} holds what somebody wrote. If no editor has it open, the computer stopped: "
            "take it, delete it."
        )
    folder = Path(tempfile.mkdtemp(prefix="form-", dir=kept))
    try:
        path = folder / "form.txt"
        disk.write_synced(path, text.encode("utf-8"))
        yield path
    finally:
        _wipe(desk, folder)


def _wipe(desk: Desk, folder: Path) -> None:
    """Overwrite and remove all that is in the folder: editors leave copies beside a file."""
    for path in [*folder.rglob("*")]:
        with suppress(OSError):
            if path.is_file() and not path.is_symlink():
                _overwrite(path)
            path.unlink()
    with suppress(OSError):
        folder.rmdir()
    if folder.exists():
        desk.talk(f"{folder} could not be removed and holds what you wrote: delete it.")


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\0" * path.stat().st_size)
        file.flush()
        os.fsync(file.fileno())
