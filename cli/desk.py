"""The desk: one prompt for the morning, where a name starts an entry and any command works."""

from __future__ import annotations

import copy
import difflib
import gc
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from typing import Any

from cli import COMMANDS, Desk, naming, run
from cli import desk_telling as telling
from cli.desk_history import History
from cli.desk_lines import check, join, named, split, texts_to_ask, without_texts
from cli.desk_offers import Students, of_line
from cli.desk_prompts import CutOff, HangUp, HungUp, Locked, Prompts, Stopped, prompts
from cli.desk_telling import LEAVE, Entry
from cli.desk_watch import Watch
from cli.errors import sentence
from ledger import drafts
from ledger.domain.days import day_kind
from ledger.finding import NoSuch, find, search_key
from ledger.said import show_day
from ledger.school import School

HUNG_UP = 129
ASK_HELP = ("help", "?", "--help", "-h")
CONNECTED = ("record", "access", "views", "roster")
OPENED = ("key_file", "keys", *CONNECTED)  # for the whole morning
FILES = ("school.toml", "ledger.db", "access.db", "views.db")

HELP = """\
A student's name or number starts an entry: did, where, when and saw are asked, Enter leaves one
open, Tab completes. Several students: mateo cruz and jonah wells. Options of log may follow:
  ana rivera --did disrup --where caf
Every command works without the word bledger:
  timeline ana rivera     act last conference 10m     points     undo     spool     help log
last is what you logged last. Ctrl-C leaves an entry: nothing is recorded, what was done or seen is
kept as a draft. quit or Ctrl-D ends.
After {minutes} minutes without a key the screen is cleared and the school closed, until Enter. That
hides a record from a glance at the screen; who may use this computer's account is not asked again,
so lock the computer too when you leave it."""


class Seat(Desk):
    """The desk of one command, at the school that is open for the morning."""

    def __init__(self, at: Desk, opened: School) -> None:
        super().__init__(at.env, at._now)
        self.ascii, self._opened = at.ascii, opened
        self.answered: tuple[str, dict[str, Any]] | None = None

    @cached_property
    def school(self) -> School:
        """The same files, but who acts, what for, and what day it is are asked anew."""
        own = copy.copy(self._opened)
        for name in [name for name in _cached(own) if name not in OPENED]:
            own.__dict__.pop(name, None)
        own.purpose = self.purpose
        return own

    def answer(self, schema: str, fields: dict[str, Any], lines: Sequence[str] = ()) -> None:
        self.answered = (schema, fields)
        super().answer(schema, fields, lines)

    def leave(self) -> None:
        """What this command opened stays open for the next."""
        for name in OPENED:
            if name in self.school.__dict__:
                self._opened.__dict__.setdefault(name, self.school.__dict__[name])


def _cached(school: School) -> list[str]:
    return [n for n, kind in vars(type(school)).items() if isinstance(kind, cached_property)]


def sit_down(at: Desk, words: Sequence[str]) -> int:
    """Open the desk until the person leaves it; the exit code."""
    at.ascii = "--ascii" in words
    watch = Watch(at.school.settings.lock_after, at.clock)
    asks = prompts(watch, at.env, plain="--plain" in words, ascii=at.ascii)
    sitting = Sitting(at, asks, watch)
    with _told_of_hang_up(sitting):
        return sitting.sit()


@contextmanager
def _told_of_hang_up(sitting: Sitting) -> Iterator[None]:
    """When the terminal is closed, what was typed is kept before the program ends."""
    names = [name for name in ("SIGHUP", "SIGTERM") if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        names = []
    before = {name: signal.signal(getattr(signal, name), sitting.hang_up) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


class Sitting:
    """One person at the desk, and the school that they opened."""

    def __init__(self, at: Desk, asks: Prompts, watch: Watch) -> None:
        self.at, self.asks, self.watch = at, asks, watch
        self._offered = ""  # what was typed and could not be answered, to be changed
        self._notes: list[str] = []  # what to say once the desk is open again
        self._hung_up = False

    def sit(self) -> int:
        try:
            self._open()
            while self._turn():
                pass
        except HungUp:
            return HUNG_UP
        except OSError:
            if self._hung_up:
                return HUNG_UP  # nobody is there to be told
            raise
        finally:
            self._close()
        return 0

    def hang_up(self, number: int, _: object) -> None:
        """The terminal is gone: whatever runs is interrupted, once."""
        signal.signal(number, signal.SIG_IGN)
        self._hung_up = True
        raise HangUp

    # The school

    def _open(self) -> None:
        """Open the school, and say who sits here."""
        self._files = self._stamps()
        school = self.at.school
        self._name = school.staff_names[school.person.staff_id]
        spool = drafts.spool(self.at.folder, self.at.env)
        self._history = History(spool.folder, school.keys.derived("desk history"), school.user)
        self.watch.limit = school.settings.lock_after * 60
        self.asks.remember(self._history.lines())
        self._roster: tuple[int, Students] | None = None
        self.at.say(self._first_line(school))
        with suppress(Exception):  # what is wrong with them is said when they are asked for
            if waiting := len(spool.list()):
                self.at.say(f"{waiting} draft{'s wait' if waiting > 1 else ' waits'}: spool")
        for note in self._notes:
            self.at.say(note)
        self._notes = []

    def _first_line(self, school: School) -> str:
        today = school.now.date()
        kind = day_kind(school.calendar, today)
        day = f"{show_day(today)}, {f'{kind.label} day' if kind else 'no school'}"
        return f"{school.settings.name} \u00b7 {self._name} \u00b7 {day}    ? help"

    def _close(self) -> None:
        """Let go of the school: its files, its keys, everything that was read."""
        self._roster = None
        school = self.at.__dict__.pop("school", None)
        for name in CONNECTED:
            if school is not None and name in school.__dict__:
                school.__dict__[name].close()
        del school
        gc.collect()

    def _stamps(self) -> list[tuple[int, int]]:
        """Which files these are; settings that were changed count as others."""
        found = []
        for name in FILES:
            with suppress(OSError):
                there = (self.at.folder / name).stat()
                found.append((there.st_ino, there.st_mtime_ns if name == FILES[0] else 0))
        return found

    def _seat(self) -> Seat:
        """A desk for one command; whatever was put in the place of the files is opened first."""
        if self._stamps() != self._files:
            self._close()
            self._open()
        return Seat(self.at, self.at.school)

    def _students(self) -> Students:
        """Who can be offered; looked at again when the views were changed."""
        db = self._seat().school.roster
        ((version,),) = db.execute("PRAGMA data_version")
        if self._roster is None or self._roster[0] != version:
            self._roster = version, Students(db)
        return self._roster[1]

    # One line and its answer

    def _turn(self) -> bool:
        """Read a line and answer it; False when the person leaves."""
        try:
            typed = self._line()
            return typed is not None and self._answer(typed)
        except Stopped:
            return True
        except Locked:
            pass
        # Not in there: what was being done holds on to the school until its error is let go.
        return self._lock()

    def _line(self) -> str | None:
        offered, self._offered = self._offered, ""
        try:
            return self.asks.line(of_line(self._students()), offered)
        except CutOff as cut:
            words = split(cut.typed)
            if without_texts(words) != words or telling.complete(words):
                self._keep(
                    self._seat(), Entry(words if _is_command(words) else ["log", *words]), cut
                )
            else:
                self._offered = cut.typed if isinstance(cut, Locked) else ""
            raise

    def _answer(self, typed: str) -> bool:
        words = split(typed)
        if not words or words[0] in LEAVE:
            return not words
        if words[0] in ASK_HELP:
            self._help(words[1:])
            return True
        try:
            telling.listen(words, typed if not _is_command(words) else join(without_texts(words)))
            self._command_or_student(words)
        except CutOff:
            raise
        except telling.Disclosed as disclosed:  # neither said again nor offered to be changed
            for line in naming.instead(self.at, {}, disclosed.told):
                self.at.talk(line)
        except Exception as error:  # noqa: BLE001 - the desk stays open, with a sentence
            self._say_why(error, typed, words)
        self._check_there()
        return True

    def _check_there(self) -> None:
        if self._hung_up:
            raise HungUp

    def _say_why(self, error: Exception, typed: str, words: list[str]) -> None:
        self._offered = typed
        for line in sentence(error):
            self.at.talk(line)
        near = difflib.get_close_matches(words[0], COMMANDS, n=1)
        if isinstance(error, NoSuch) and near:
            self.at.talk(f"Or did you mean the command {near[0]}?")

    def _help(self, words: list[str]) -> None:
        if words:
            run([*words, "--help"], self._seat())
            return
        for line in HELP.format(minutes=self.at.school.settings.lock_after).splitlines():
            self.at.say(line)

    def _command_or_student(self, words: list[str]) -> None:
        """What a line begins with decides; who is called as a command is, is asked about."""
        words = ["incident", "show", "last"] if words == ["last"] else words
        if not _is_command(words):
            self._tell(words)
        elif (called := self._called(words)) is None:
            self._command(words)
        else:
            self.at.say(f"  1  the command {words[0]}")
            self.at.say(f"  2  {called}")
            chosen = {"1": self._command, "2": self._tell}.get(self.asks.ask("1 or 2?") or "")
            if chosen is not None:
                chosen(words)

    def _called(self, words: list[str]) -> str | None:
        """A student who has the command's name, if all these words fit them."""
        found = find(self._seat().school.roster, " ".join(named(words)))
        fit = (one.name for one in found.students if words[0] in search_key(one.name).split())
        return None if found.near else next(fit, None)

    def _command(self, words: list[str]) -> None:
        """Any command; a log that names no behavior is asked for it."""
        if words[0] == "log" and len(words) > 1 and not {"--help", "-h"} & {*words}:
            self._tell(words[1:])
            return
        if texts_to_ask(words):
            check(words)
        self._remember(words)
        seat, entry = self._seat(), Entry(words)
        self._asked(seat, entry, lambda: True)
        self._done(seat, entry)

    def _tell(self, words: list[str]) -> None:
        """An incident, from whom it is of to what is left open."""
        seat = self._seat()
        found = telling.people(seat, self.asks, words)
        if found is None:
            return
        check(["log", *words])
        self._remember(words)
        entry, who = Entry(["log", *found[0]]), found[1]

        def ask() -> bool:
            return telling.complete(words) or telling.ask(seat, self.asks, entry, who)

        if self._asked(seat, entry, ask) and self._done(seat, entry) == 0 and seat.answered:
            schema, fields = seat.answered
            if schema.startswith("log/") and not fields["repeated"]:
                telling.ask_open(self._seat, self.asks, fields)

    def _asked(self, seat: Seat, entry: Entry, ask: Callable[[], bool]) -> bool:
        """Ask for what is missing; what was typed is kept when the person is cut off."""
        entry.kept = partial(self._journal, seat, entry)
        try:
            telling.ask_texts(self.asks, entry, texts_to_ask(entry.words))
            return ask()
        except CutOff as cut:
            if entry.worth_keeping:
                self._keep(seat, entry, cut)
            elif isinstance(cut, Stopped):
                seat.say("Nothing is recorded.")
            raise
        except telling.Disclosed:
            self._drop(entry)
            raise
        finally:
            entry.kept = telling.nowhere

    def _done(self, seat: Seat, entry: Entry) -> int:
        """Have the line done as the command itself does it."""
        seat.typed, seat.draft, seat.asks = dict(entry.texts), entry.draft, self.asks
        try:
            code = run(entry.argv, seat)
            if seat.cut is not None:
                raise seat.cut
            return code
        finally:
            seat.leave()
            # A power cut leaves it: an entry that was recorded is then only said again.
            if entry.draft is not None and seat.kept is None:
                self._drop(entry)

    def _remember(self, words: list[str]) -> None:
        self._history.add(join(without_texts(words)))

    # What is cut off

    def _journal(self, seat: Seat, entry: Entry) -> None:
        """What was said so far is on the disk before the next question, should the power fail."""
        seat.typed = dict(entry.texts)
        if entry.worth_keeping and naming.heard(seat, {"line": join(entry.argv)}) is None:
            with suppress(Exception):  # it is kept once more when it is cut off, and then said
                entry.draft = self._draft(seat, entry)

    def _draft(self, seat: Seat, entry: Entry) -> int:
        draft = drafts.Draft(entry.argv, dict(entry.texts), seat.school.user, "Abort")
        spool = drafts.spool(self.at.folder, self.at.env)
        return spool.keep(draft, seat.typed_at or seat.clock(), entry.draft)

    def _drop(self, entry: Entry) -> None:
        with suppress(Exception):  # finished at another desk meanwhile, or never on disk
            drafts.spool(self.at.folder, self.at.env).drop(entry.draft or 0)
        entry.draft = None

    def _keep(self, seat: Seat, entry: Entry, cut: CutOff) -> None:
        """What was typed so far, as a draft; on the screen where it cannot be kept."""
        seat.typed = dict(entry.texts)
        said = {"line": join(entry.argv)}
        abuse = naming.heard(seat, said)
        if abuse is not None:
            self._drop(entry)
        told = self._kept(seat, entry) if abuse is None else naming.instead(seat, said, abuse)
        if isinstance(cut, Stopped):
            for line in told:
                seat.say(line)
        self._notes = told if isinstance(cut, Locked) else []

    def _kept(self, seat: Seat, entry: Entry) -> list[str]:
        """What to say once it is kept, or instead."""
        try:
            number = self._draft(seat, entry)
        except Exception:  # noqa: BLE001 - whatever it is, the words stay on the screen
            why = "Nothing is recorded, and what you typed could not be kept. Type it again:"
            texts = [f"  {name}: {text}" for name, text in entry.texts.items()]
            return [why, join(entry.argv), *texts]
        return [
            f"Nothing is recorded; what you typed is kept as draft {number}.",
            f"Finish it:  spool {number}",
        ]

    def _lock(self) -> bool:
        """Clear the screen and close the school until somebody is there; False when they leave."""
        self._close()
        while True:
            self.asks.clear()
            try:
                said = self.asks.ask(f"Locked. Enter to go on as {self._name}.")
            except (Locked, Stopped):
                continue
            if said is None:
                return False
            self._offered = self._offered or said
            self._open()
            return True


def _is_command(words: Sequence[str]) -> bool:
    return bool(words) and words[0] in COMMANDS
