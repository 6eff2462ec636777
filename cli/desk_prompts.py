"""How the desk asks: with a menu and editing, or one plain line after the other."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

import click

from cli.desk_offers import Offers, nothing
from cli.desk_watch import LOOK, Watch
from ledger.said import clean

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

PASTED = 0.05  # seconds within which a line follows that nobody typed


class CutOff(Exception):
    """The answer was not ended; `typed` is what stood there."""

    def __init__(self, typed: str = "") -> None:
        super().__init__()
        self.typed = clean(typed).strip()


class Stopped(CutOff):
    """Ctrl-C."""


class Locked(CutOff):
    """Nobody was there for too long."""


class HungUp(CutOff):
    """The terminal is gone."""


class HangUp(KeyboardInterrupt):
    """The signal that it is; an interruption to whatever runs."""


class Prompts(Protocol):
    """One line or text from the person; None when they left it with Ctrl-D."""

    def line(self, offers: Offers = nothing, typed: str = "") -> str | None:
        """The next line of the desk; `typed` is offered to be changed."""

    def ask(
        self, question: str, offers: Offers = nothing, *, typed: str = "", before: str = ""
    ) -> str | None:
        """One answer; `before` is what was said so far on this line."""

    def row(self, head: str, typed: str = "") -> str | None:
        """One answer on a line of a table, which begins with `head`."""

    def text(self, question: str, *, typed: str = "", before: str = "") -> str | None:
        """A text of one line or several."""

    def clear(self) -> None:
        """Nothing of what was shown stays on the screen, or above it."""

    def remember(self, lines: list[str]) -> None:
        """The earlier lines, the oldest first."""


def prompts(watch: Watch, env: Mapping[str, str], *, plain: bool, ascii: bool) -> Prompts:
    """Plain where it is wished for, or where nothing else can be shown."""
    if plain or env.get("TERM") in ("dumb", "unknown") or env.get("NO_COLOR"):
        return Plain(watch)
    try:
        return Edited(watch, ">" if ascii else "\u203a")
    except Exception:  # noqa: BLE001 - whatever is wrong with this terminal, a line can be read
        return Plain(watch)


def _one_line(said: str | None) -> str | None:
    return None if said is None else " ".join(clean(said).split())


def _text(said: str | None) -> str | None:
    return None if said is None else clean(said).strip()


class Edited:
    """Lines that can be edited, with a menu of what would do and the earlier lines."""

    def __init__(self, watch: Watch, mark: str) -> None:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import DummyHistory

        self._watch, self._mark = watch, mark
        self._lines: PromptSession[str | None] = self._watched(
            PromptSession(reserve_space_for_menu=6)
        )
        self._answers = self._watched(
            PromptSession(history=DummyHistory(), erase_when_done=True, reserve_space_for_menu=6)
        )
        self._texts = self._watched(PromptSession(history=DummyHistory()))
        self.remember([])

    def _watched(self, session: PromptSession[str | None]) -> PromptSession[str | None]:
        session.app.key_processor.after_key_press += lambda _: self._watch.touched()
        return session

    def remember(self, lines: list[str]) -> None:
        from prompt_toolkit.history import InMemoryHistory

        self._lines.history = self._lines.default_buffer.history = InMemoryHistory(lines)

    def line(self, offers: Offers = nothing, typed: str = "") -> str | None:
        return _one_line(self._prompt(self._lines, f"{self._mark} ", offers, typed))

    def ask(
        self, question: str, offers: Offers = nothing, *, typed: str = "", before: str = ""
    ) -> str | None:
        head = f"{self._mark} {before}   " if before else "  "
        return _one_line(self._prompt(self._answers, f"{head}{question} ", offers, typed))

    def row(self, head: str, typed: str = "") -> str | None:
        return _one_line(self._prompt(self._answers, f"{head} ", nothing, typed))

    def text(self, question: str, *, typed: str = "", before: str = "") -> str | None:
        if before:
            click.echo(f"{self._mark} {before}")  # what was erased, as one line
        return _text(self._prompt(self._texts, f"  {question} ", nothing, typed))

    def clear(self) -> None:
        for session in (self._lines, self._answers, self._texts):
            session.default_buffer.reset()
            session.completer, session.message = None, ""
        self.remember([])
        out = self._lines.app.output
        out.erase_screen()
        out.cursor_goto(0, 0)
        out.write_raw("\x1b[3J")
        out.flush()

    def _prompt(
        self, session: PromptSession[str | None], message: str, offers: Offers, typed: str
    ) -> str | None:
        self._watch.touched()
        try:
            return session.prompt(
                message,
                completer=_completer(offers),
                key_bindings=_keys(),
                default=typed,
                pre_run=lambda: self._start_watching(session),
            )
        # Ctrl-D is a key like any other here, so an end of file is the end of the terminal.
        except (HangUp, EOFError, OSError):
            raise HungUp(session.default_buffer.text) from None
        except KeyboardInterrupt:
            raise Stopped(session.default_buffer.text) from None
        except Locked:
            raise Locked(session.default_buffer.text) from None
        finally:
            session.default_buffer.reset()  # it is nowhere else than where it is due

    def _start_watching(self, session: PromptSession[str | None]) -> None:
        import asyncio

        async def watch() -> None:
            while not self._watch.due():
                await asyncio.sleep(LOOK)
            session.app.exit(exception=Locked())

        session.app.create_background_task(watch())


def _completer(offers: Offers) -> Any:
    from prompt_toolkit.completion import Completer, Completion

    class Offered(Completer):
        def get_completions(self, document: Any, _: Any) -> Iterator[Completion]:
            for one in offers(document.text_before_cursor):
                yield Completion(one.text, -one.letters, display=one.shown, display_meta=one.beside)

    return Offered()


def _keys() -> Any:
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()

    def nothing_typed() -> bool:
        from prompt_toolkit.application import get_app

        return not get_app().current_buffer.text

    @keys.add("c-d", filter=Condition(nothing_typed))
    def leave(event: Any) -> None:
        event.app.exit(result=None)

    return keys


class Plain:
    """One line after the other, as a screen reader or a plain terminal takes them."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def remember(self, lines: list[str]) -> None:
        pass

    def line(self, offers: Offers = nothing, typed: str = "") -> str | None:
        return _one_line(self._read("> "))

    def ask(
        self, question: str, offers: Offers = nothing, *, typed: str = "", before: str = ""
    ) -> str | None:
        return _one_line(self._read(f"{question} "))

    def row(self, head: str, typed: str = "") -> str | None:
        return _one_line(self._read(f"{head} "))

    def text(self, question: str, *, typed: str = "", before: str = "") -> str | None:
        said = self._read(f"{question} ")
        while said is not None and _ready(PASTED):
            said += f"\n{self._read('') or ''}"
        return _text(said)

    def clear(self) -> None:
        click.echo("\x1b[2J\x1b[3J\x1b[H", nl=False)

    def _read(self, prompt: str) -> str | None:
        self._watch.touched()
        with _kept_at_ctrl_c():
            try:
                click.echo(prompt, nl=False)
                while not _ready(LOOK):
                    if self._watch.due():
                        raise Locked(_pending())
                return input()
            except (HangUp, OSError):  # a terminal that is gone takes and gives nothing
                raise HungUp from None
            except KeyboardInterrupt:
                raise Stopped(_pending()) from None
            except EOFError:
                if not sys.stdin.isatty():
                    raise HungUp from None
                return None
            except UnicodeDecodeError:  # keys of another encoding
                return "\N{REPLACEMENT CHARACTER}"


def _ready(seconds: float) -> bool:
    """Whether a line can be read; where that cannot be known, reading waits for it."""
    try:
        return bool(select.select([sys.stdin], [], [], seconds)[0])
    except (OSError, ValueError):
        return seconds == LOOK


if sys.platform == "win32":

    @contextmanager
    def _kept_at_ctrl_c() -> Iterator[None]:
        yield

    def _pending() -> str:
        """What was typed of a line that was not ended: it cannot be asked for here."""
        return ""

else:

    @contextmanager
    def _kept_at_ctrl_c() -> Iterator[None]:
        """The terminal throws nothing away when a line is interrupted."""
        import termios

        try:
            was = termios.tcgetattr(sys.stdin)
        except (termios.error, OSError, ValueError):
            yield
            return
        now = [*was[:3], was[3] | termios.NOFLSH, *was[4:]]
        termios.tcsetattr(sys.stdin, termios.TCSANOW, now)
        try:
            yield
        finally:
            with suppress(termios.error):  # it is gone
                termios.tcsetattr(sys.stdin, termios.TCSANOW, was)

    def _pending() -> str:
        """What was typed of a line that was not ended."""
        import termios

        try:
            was = termios.tcgetattr(sys.stdin)
            controls = [*was[6]]
            controls[termios.VMIN] = controls[termios.VTIME] = 0
            letters = was[3] & ~termios.ICANON & ~termios.ECHO
            termios.tcsetattr(sys.stdin, termios.TCSANOW, [*was[:3], letters, *was[4:6], controls])
            try:
                return os.read(sys.stdin.fileno(), 65_536).decode("utf-8", "replace")
            finally:
                termios.tcsetattr(sys.stdin, termios.TCSANOW, was)
        except (termios.error, OSError, ValueError):
            return ""
