"""The desk as hands meet it: a real terminal, its keys counted, cut off, closed and locked."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from desk import PUPILS, START, School, write_roster

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is of Unix", allow_module_level=True)

import fcntl
import pty
import struct
import termios

# The program at the desk's time; SKIP moves the seconds since the last key on, when it is there.
PROGRAM = """
import os, sys, time
from datetime import datetime
import cli, ledger.school
now = datetime.fromisoformat(sys.argv.pop(1))
ledger.school.clock = lambda: now
real, skip = time.monotonic, sys.argv.pop(1)
time.monotonic = lambda: real() + 3_600 * os.path.exists(skip)
cli.main()
"""
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[=>()][0-9A-Z]?|\][^\x07]*\x07)")
MARK = "\u203a"
SENTENCE = "Threw a tray after the bell at the door."
REFERENCE = ("ana\r", "disru\r", "caf\r", "1210\r", f"{SENTENCE}\r")
ASKED = ("did?", "where?", "when?", "saw?", "why?")
PLAIN, MENU = ("--plain",), ()
GIVEN, FAMILY, SEEN, REASON = "Zaubertine", "Quillfeather", "xylophone sky", "wombat wisdom"


class Terminal:
    """A terminal of 100 columns with the program in it; keys are counted as they are sent."""

    def __init__(self, desk: School, *argv: str, **env: str) -> None:
        self.screen, line = pty.openpty()
        fcntl.ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.skip = desk.root / "skip"
        around = {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", "TMPDIR": str(desk.root)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, START.isoformat(), str(self.skip), *argv],
            env=desk.as_process() | around | env,
            stdin=line,
            stdout=line,
            stderr=line,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(line)
        self.all, self.left, self.keys = "", "", 0

    def type(self, keys: str) -> None:
        self.keys += len(keys.encode())
        os.write(self.screen, keys.encode())

    def until(self, *shown: str, seconds: float = 30) -> str:
        """What is shown until it has all these, in their order; what follows is for the next."""
        end, wanted = time.monotonic() + seconds, ".*?".join(map(re.escape, shown))
        while (found := re.search(wanted, self.left, re.DOTALL)) is None:
            ready, _, _ = select.select([self.screen], [], [], max(0, end - time.monotonic()))
            assert ready, f"{shown} is not shown, but:\n{self.left}"
            new = os.read(self.screen, 65_536).decode("utf-8", "replace")
            self.all += new
            self.left += ESCAPES.sub("", new)
        seen, self.left = self.left[: found.end()], self.left[found.end() :]
        return seen

    def answer(self, keys: str, *then: str) -> str:
        """Type, and wait for what is shown and asked then."""
        self.type(keys)
        return self.until(*then)

    def end(self, keys: str = "\x04") -> int:
        self.type(keys)
        with suppress(OSError):  # that it is closed is how its end is told
            while select.select([self.screen], [], [], 30)[0]:
                self.all += os.read(self.screen, 65_536).decode("utf-8", "replace")
        return self.process.wait(5)

    def hang_up(self) -> int:
        os.close(self.screen)
        self.screen = -1
        return self.process.wait(30)


@contextmanager
def terminal(desk: School, *argv: str, **env: str) -> Iterator[Terminal]:
    opened = Terminal(desk, *argv, **env)
    try:
        plain = "--plain" in argv or {*env} & {"TERM", "NO_COLOR"}
        opened.until("? help", ">" if plain else MARK)
        yield opened
    finally:
        opened.process.kill()
        opened.process.wait()
        if opened.screen >= 0:
            os.close(opened.screen)


def tell(at: Terminal, count: int = 5) -> None:
    """The first so many answers of the reference incident."""
    for keys, then in zip(REFERENCE[:count], ASKED, strict=False):
        at.answer(keys, then)


def leave_open(at: Terminal, mark: str) -> None:
    for then in ("what was done?", "minor or major?", mark):
        at.answer("\r", then)


# Keystrokes


def test_the_reference_incident_takes_at_most_sixty_keystrokes(desk: School) -> None:
    assert len(SENTENCE) == 40
    with terminal(desk) as at:
        tell(at)
        keys = at.keys
        leave_open(at, MARK)
        assert at.end() == 0
    assert keys <= 60
    (report,) = desk.of("IncidentReported")
    assert report.location.value == "cafeteria"
    assert report.occurred.said == "1210"
    assert desk.texts() == [SENTENCE]


def test_as_one_line_it_takes_at_most_ninety(desk: School) -> None:
    line = "log ana -d disru -w caf -a 1210 -s"
    assert len(f"bledger {line}\r{SENTENCE}\r") <= 90
    desk.ok(*line.split(), stdin=f"{SENTENCE}\n", terminal=True)
    assert desk.texts() == [SENTENCE]


@pytest.mark.parametrize("argv", [MENU, PLAIN])
def test_with_and_without_a_menu_the_same_is_recorded_and_shown(
    desk: School, argv: tuple[str, ...]
) -> None:
    with terminal(desk, *argv) as at:
        tell(at, 4)
        told = at.answer(REFERENCE[4], "why?")
        leave_open(at, ">" if argv else MARK)
        at.end()
    desk.ok("undo")
    words = ("log", "ana", "--did", "disru", "--where", "caf", "--at", "1210", "--saw", "-")
    command = desk.ok(*words, stdin=SENTENCE).out
    shown = [re.sub(r"\b[0-9a-f]{7}\b", "ID", line.rstrip()) for line in told.splitlines()]
    for line in filter(None, command.splitlines()):
        assert re.sub(r"\b[0-9a-f]{7}\b", "ID", line) in shown


def test_tab_completes_a_name_and_a_code(desk: School) -> None:
    with terminal(desk) as at:
        at.answer("jon\t", "Jonah Wells")
        at.answer("\r", "did?")
        at.answer("tar\t", "tardy")
        at.answer("\r", "where?")
        at.answer("\x04", "when?")
        at.answer("\x04", "saw?")
        at.answer("\x04", "why?")
        at.end("\x03\x04")
    assert desk.incidents() == 1


def test_the_answer_is_there_at_once(desk: School) -> None:
    took: list[float] = []
    with terminal(desk) as at:
        for _ in range(5):
            tell(at, 4)
            began = time.monotonic()
            at.answer(REFERENCE[4], "Recorded" if not took else "lready recorded")
            took.append(time.monotonic() - began)
            if len(took) == 1:
                at.until("why?")
                leave_open(at, MARK)
            else:
                at.until(MARK)
        at.end()
    assert sorted(took)[2] < 0.25, took


# Cut off


@pytest.mark.parametrize("argv", [MENU, PLAIN])
@pytest.mark.parametrize("count", range(5))
def test_ctrl_c_at_any_prompt_records_nothing_and_keeps_what_was_typed(
    desk: School, count: int, argv: tuple[str, ...]
) -> None:
    mark = ">" if argv else MARK
    with terminal(desk, *argv) as at:
        tell(at, count)
        at.answer("half a w", "half a w")
        at.answer("\x03", mark)
        assert at.end() == 0
    assert desk.incidents() == 0
    kept = desk.ok("spool").out
    if count:
        assert "half a w" in kept
        assert all(keys.strip() in kept for keys in REFERENCE[1:count])
    else:
        assert kept == "No draft waits.\n"


@pytest.mark.parametrize("argv", [MENU, PLAIN])
@pytest.mark.parametrize("count", range(5))
def test_a_terminal_that_is_closed_loses_nothing_and_records_nothing(
    desk: School, count: int, argv: tuple[str, ...]
) -> None:
    with terminal(desk, *argv) as at:
        tell(at, count)
        at.answer("half", "half")
        at.hang_up()
    assert desk.incidents() == 0
    kept = desk.ok("spool").out
    assert all(keys.strip() in kept for keys in REFERENCE[1:count])
    if count and not argv:  # of a plain line, the terminal takes what was not sent with it
        assert "half" in kept


@pytest.mark.parametrize("argv", [MENU, PLAIN])
@pytest.mark.parametrize("count", range(6))
def test_a_power_cut_loses_no_answer_that_was_given_and_nothing_that_was_recorded(
    desk: School, argv: tuple[str, ...], count: int
) -> None:
    with terminal(desk, *argv) as at:
        tell(at, count)
        at.process.kill()
        at.process.wait()
    assert desk.incidents() == (1 if count == 5 else 0)
    (draft,) = desk.ok("spool", "--json").json["drafts"] if 1 < count < 5 else [{"number": 0}]
    if draft["number"]:
        told = desk.ok("spool").out
        assert all(keys.strip() in told for keys in REFERENCE[:count])
        desk.ok("spool", str(draft["number"]))
        assert desk.incidents() == 1


@pytest.mark.parametrize("sent", [signal.SIGHUP, signal.SIGTERM])
def test_whoever_ends_it_from_outside_loses_nothing(desk: School, sent: signal.Signals) -> None:
    with terminal(desk) as at:
        tell(at, 4)
        at.answer("half", "half")
        at.process.send_signal(sent)
        at.end("")
    assert "half" in desk.ok("spool").out
    assert desk.incidents() == 0


# The lock


@pytest.mark.parametrize("argv", [MENU, PLAIN])
def test_a_desk_that_is_left_alone_clears_its_screen_and_keeps_what_was_typed(
    desk: School, argv: tuple[str, ...]
) -> None:
    with terminal(desk, *argv) as at:
        tell(at, 4)
        at.answer("Threw a", "Threw a")
        at.skip.touch()
        shown = at.until("Locked. Enter to go on as Sam Whitlock.")
        assert "\x1b[3J" in at.all
        assert "\x1b[2J" in at.all
        assert "Ana Rivera" not in shown.partition("Locked")[2]
        at.answer("\r", "? help", "kept as draft 1", ">" if argv else MARK)
        assert at.end() == 0
    assert "Threw a" in desk.ok("spool").out


# What is typed oddly


@pytest.mark.parametrize("argv", [MENU, PLAIN])
def test_a_pasted_text_of_several_lines_is_one(desk: School, argv: tuple[str, ...]) -> None:
    lines = ("First line.", "undo", "mateo cruz")
    with terminal(desk, *argv) as at:
        tell(at, 4)
        if argv:
            at.type("\n".join(lines) + "\n")
        else:
            at.type("\x1b[200~" + "\r\n".join(lines) + "\x1b[201~")
            at.until("mateo cruz")
            at.type("\r")
        at.until("involved")  # a name in small letters is asked about too
        at.type("n\r")
        at.until("why?")
        at.answer("\x03", ">" if argv else MARK)
        at.end()
    assert desk.texts() == ["\n".join(lines)]


def test_letters_that_are_none_do_not_get_into_the_ledger(desk: School) -> None:
    with terminal(desk) as at:
        tell(at, 4)
        at.type("\x1b[200~He \x1b[31mran\x07 \u202eaway\x1b[201~\r")
        at.until("why?")
        at.end("\x03\x04")
    assert desk.texts() == ["He ran away"]


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_a_plain_terminal_is_sent_no_escapes(desk: School, env: dict[str, str]) -> None:
    with terminal(desk, **env) as at:
        tell(at)
        leave_open(at, ">")
        assert at.end() == 0
    assert "\x1b" not in at.all
    assert desk.incidents() == 1


def test_earlier_lines_come_back_with_the_arrow(desk: School) -> None:
    with terminal(desk) as at:
        at.answer("timeline ana rivera\r", "access log.", MARK)
        at.end()
    with terminal(desk) as at:
        at.answer("\x1b[A", "timeline ana rivera")
        at.answer("\r", "access log.", MARK)
        at.end()
    assert len(desk.answers()) == 2


# What is left behind


def test_names_and_texts_that_were_typed_are_nowhere_in_clear(desk: School) -> None:
    pupil = ("p-canary", GIVEN, FAMILY, "777001", "03", "")
    desk.ok("roster", "import", str(write_roster(desk.root / "oneroster", [*PUPILS, pupil])))
    canaries = (GIVEN, FAMILY, SEEN, REASON)
    with terminal(desk, HOME=str(desk.root / "home")) as at:
        at.answer(f"{GIVEN}\r", "did?")
        at.answer("disru\r", "where?")
        at.answer("\r", "when?")
        at.answer("\r", "saw?")
        at.answer(SEEN, SEEN)
        assert_in_no_process(at.process.pid, canaries)
        at.answer("\r", "why?")
        at.answer("\x03", MARK)
        at.answer(f"timeline {GIVEN} {FAMILY}\r", "access log.", MARK)
        at.answer("incident correct last --did tardy --reason\r", "reason?")
        at.answer(f"{REASON}\r", "tardy")
        at.answer(f"{FAMILY}\r", "did?")
        at.answer(f"{SEEN}\x03", "draft 1", MARK)
        assert_in_no_process(at.process.pid, canaries)
        assert at.end() == 0
    assert desk.texts() == [SEEN]
    searched = 0
    for path in desk.root.rglob("*"):
        if path.is_file() and path.parent.name != "oneroster":
            searched += 1
            data = path.read_bytes()
            for word in canaries:
                assert word.encode() not in data, path
                assert word.encode("utf-16-le") not in data, path
    assert searched > 6


def assert_in_no_process(pid: int, canaries: tuple[str, ...]) -> None:
    """No process list tells them, and a crash would leave no core."""
    if not Path("/proc/self/cmdline").exists():
        return
    for words in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            assert not [one for one in canaries if one.encode() in words.read_bytes()]
    own = Path(f"/proc/{pid}")
    assert not [one for one in canaries if one.encode() in (own / "environ").read_bytes()]
    assert re.search(r"Max core file size +0 ", (own / "limits").read_text())


def test_the_screens_program_is_not_opened_by_a_command_or_a_pipe(desk: School) -> None:
    line = [sys.executable, "-c", "from cli import main; main()"]
    done = subprocess.run(line, env=desk.as_process(), stdin=-3, capture_output=True, check=False)
    assert done.stdout.startswith(b"Usage: bledger")
