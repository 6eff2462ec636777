"""`spool`: drafts of what could not be recorded, finished with one line."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from click.core import ParameterSource

from cli import Desk, answers, bledger, pass_desk, unlisted
from cli.asking import ASK, NotOne
from ledger import drafts, settings
from ledger.finding import Finding, NoSuch, Which, staff_by_username
from ledger.said import show_when, split_students

TOLD = ("action", "outcome", "strength")  # what a short verb told from its words
NAMED = ("student", "with_", "victim_", "witness_")  # where a line names students, in its order

WHY = {  # what stopped it
    "Which": "which student?",
    "NoSuch": "no such student",
    "Unclear": "a word or a time does not fit",
    "BadText": "the text does not fit",
    "Conflict": "its number or key is of something else",
    "Refused": "refused",
    "UsageError": "something is missing",
    "NotOne": "nobody is called so, or several are",
}


class Drafts(click.Group):
    """`spool` and a number finishes that draft, without a word between them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, self._named(args))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        return super().resolve_command(ctx, self._named(args))

    def _named(self, args: list[str]) -> list[str]:
        named = args and (args[0] in self.commands or args[0] == "--help")
        return args if named else ["finish", *args]


# Without -h, which would be found in a time: --at -1h.
ANY_OPTION = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


@click.group(cls=Drafts, context_settings={"help_option_names": ["--help"]})
def spool() -> None:
    """Drafts of what could not be recorded: list them, finish one, carry them to the ledger.

    \b
    Examples:
      bledger spool
      bledger spool 1 --student 2
      bledger spool 2 --did disruption --where cafeteria
      bledger spool 4 --drop
      bledger spool export stick/drafts.bin
    """


@spool.command(context_settings=ANY_OPTION)
@click.argument("number", type=click.IntRange(1), required=False)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--student", metavar="N|WORDS", help="Which of those that fit: its number, or a name."
)
@click.option("--drop", is_flag=True, help="Throw the draft away.")
@answers
@pass_desk
def finish(
    desk: Desk, number: int | None, options: tuple[str, ...], student: str | None, drop: bool
) -> None:
    """List the drafts, or finish draft NUMBER, with OPTIONS of its line said anew.

    Times in a draft are meant as when it was written. The word `finish` may be left out.

    \b
    Examples:
      bledger spool finish 1 --student 2
      bledger spool finish 2 --did disruption --where cafeteria
      bledger spool finish 3 --saw -
      bledger spool finish 4 --drop
    """
    kept = drafts.spool(desk.folder, desk.env)
    if number is None:
        _list(desk, kept)
    elif drop:
        kept.drop(number)
        desk.answer("spool-drop/1", {"dropped": number}, [f"Draft {number} is gone."])
    else:
        _finish(desk, number, kept.get(number), options, student)
        with suppress(drafts.NoSuchDraft):  # finished at another desk meanwhile
            kept.drop(number)


@spool.command("export")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--move", is_flag=True, help="They are no longer here once the file is written.")
@answers
@pass_desk
def export(desk: Desk, path: Path, move: bool) -> None:
    """Write all drafts of this computer into one sealed file, for the one with the ledger.

    It opens with the school's key alone; without it here, it is sealed all the same.

    \b
    Examples:
      bledger spool export stick/drafts.bin
      bledger spool export stick/drafts.bin --move
    """
    carried = drafts.carry_out(desk.folder, desk.env, path)
    if move:
        kept = drafts.spool(desk.folder, desk.env)
        for number in carried.numbers:
            kept.remove(number)
    fields = {"drafts": carried.numbers, "moved": move, "left": carried.left}
    desk.answer("spool-export/1", fields, [*_written(path, carried, move)])


def _written(path: Path, carried: drafts.Carried, moved: bool) -> Iterator[str]:
    if carried.numbers:
        stay = "none of them is here now" if moved else "they stay here too"
        yield f"{_count(carried.numbers)} written to {path}; {stay}."
        yield f"Where the ledger is:  bledger spool import {path.name}"
    else:
        yield "No draft waits; nothing is written."
    for number in carried.left:
        yield f"Draft {number} is damaged and not among them: bledger spool {number} --drop"


def _count(numbers: Sequence[int]) -> str:
    return f"{len(numbers)} draft{'' if len(numbers) == 1 else 's'}"


@spool.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@answers
@pass_desk
def import_(desk: Desk, path: Path) -> int:
    """Take in the drafts of another computer; the same file again adds nothing.

    They are numbered anew and stay their writer's, as of when they were written.

    \b
    Examples:
      bledger spool import stick/drafts.bin
    """
    taken = drafts.carry_in(desk.folder, desk.env, path)
    fields = {"drafts": taken.added, "known": taken.known, "closed": taken.closed}
    lines = [f"{_count(taken.added)} taken in, {taken.known} here already or finished"]
    lines += [f"  finish it:  bledger spool {number}" for number in taken.added]
    if taken.closed:
        lines.append(f"  {taken.closed} damaged: nothing of them can be read; keep the file")
    desk.answer("spool-import/1", fields, lines)
    return 1 if taken.closed else 0


def _list(desk: Desk, kept: drafts.Spool) -> None:
    found, zone = kept.list(), settings.read(desk.folder).zone
    fields = {
        "drafts": [
            {"number": n, "written_at": d.written_at, "reason": d.reason} if d else {"number": n}
            for n, d in found
        ]
    }
    lines = [line for n, draft in found for line in _told(n, draft, zone)]
    desk.answer("spool/1", fields, lines or ["No draft waits."])


def _told(number: int, draft: drafts.Draft | None, zone: ZoneInfo) -> list[str]:
    """A draft as it was typed, so that none of it is lost even if it can never be recorded."""
    if draft is None:
        return [f"{number:>3}  does not open"]
    line = shlex.join(["bledger", *draft.argv])
    texts = [f"     {name}: {text}" for name, text in draft.texts.items()]
    at = datetime.fromisoformat(draft.written_at).astimezone(zone)
    why = WHY.get(draft.reason, "not recorded")
    return [f"{number:>3}  {show_when(at, zone, at)} · {why}", f"     {line}", *texts]


def _finish(
    desk: Desk, number: int, draft: drafts.Draft, options: tuple[str, ...], student: str | None
) -> None:
    """Run the draft's line again, as it was typed but for what is said now."""
    path, command, words = _command(draft.argv)
    desk.argv, desk.draft, desk.typed = draft.argv, number, dict(draft.texts)
    if draft.reason != "ClockBehind":
        desk.typed_at = datetime.fromisoformat(draft.written_at)
    root = click.get_current_context().find_root()
    with command.make_context(" ".join(path), words, parent=root) as ctx:
        _change(desk, ctx, options)
        if student is not None:
            _choose(desk, ctx.params, student)
        _as_its_writer(desk, ctx.params, draft.user)
        if options or student is not None:
            desk.draft, desk.replaces = None, number
            desk.argv = (*path, *_line(ctx))
        command.invoke(ctx)


def _command(argv: tuple[str, ...]) -> tuple[list[str], click.Command, list[str]]:
    """(the words that name a command, the command, the words that follow)."""
    command: click.Command = bledger
    path, rest = [], list(argv)
    while isinstance(command, click.Group):
        path.append(rest.pop(0))
        found = command.get_command(click.Context(command), path[-1])
        if found is None:
            raise click.UsageError(f"this release has no command {path[-1]!r}")
        command = found
    return path, command, rest


def _change(desk: Desk, ctx: click.Context, options: tuple[str, ...]) -> None:
    """What is said now takes the place of all that was said under the same option."""
    if not options:
        return
    needed = [word for p in ctx.command.params for word in _argument(ctx, p)]
    told = [word for p in ctx.command.params if p.name in TOLD for word in _option(ctx, p)]
    line = [*told, *options, "--", *needed]
    with ctx.command.make_context(ctx.info_name, line, parent=ctx.parent) as said:
        for name, value in said.params.items():
            if said.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                ctx.params[name] = value
                desk.typed.pop(name, None)
                desk.typed_at = None if name in ("at", "on") else desk.typed_at


def _choose(desk: Desk, params: dict[str, Any], student: str) -> None:
    """The first student who is not clear is the one that is chosen."""
    for name in NAMED:
        named = params.get(name) or ()
        each = split_students(named) if name == "student" else list(named)
        for n, said in enumerate(each):
            found = desk.school.find(said)
            if len(found.students) != 1 or found.near:
                each[n] = _pick(found, said, student)
                params[name] = tuple(" and ".join(each).split()) if name == "student" else each
                return
    new = params.get("not_on_roster")
    if new:
        params["not_on_roster"] = _chosen(desk, new, student)
    elif not params.get("student"):
        params["student"] = tuple(student.split())


def _chosen(desk: Desk, named: Sequence[str], student: str) -> Sequence[str]:
    """The same of those who may be known already: the chosen one has the role that was said."""
    each = list(named)
    for n, words in enumerate(named):
        name, equals, role = words.partition("=")
        try:
            unlisted.child(desk, name)
        except Which as error:
            each[n] = _pick(Finding(error.candidates), name, student) + equals + role
            break
    return each


def _pick(found: Finding, said: str, student: str) -> str:
    if not student.isdecimal() or len(student) > 2:
        return student
    if not found.students:
        raise NoSuch(said)
    if not 1 <= int(student) <= len(found.students):
        raise Which(said, found)
    return found.students[int(student) - 1].student_id


def _as_its_writer(desk: Desk, params: dict[str, Any], writer: str) -> None:
    """What somebody else typed is their report, and their `last`, whoever finishes it."""
    if writer == desk.school.user or staff_by_username(desk.school.roster, writer) is None:
        return
    if "last" in (params.get("id"), params.get("like")):
        raise NotOne(f"last is what {writer} logged last, who typed this: finish it as {writer}")
    if "by" in params and params["by"] is None:
        params["by"] = writer


def _line(ctx: click.Context) -> list[str]:
    """The words that a line of these values is typed with."""
    options = [word for p in ctx.command.params for word in _option(ctx, p)]
    return [*(word for p in ctx.command.params for word in _argument(ctx, p)), *options]


def _argument(ctx: click.Context, param: click.Parameter) -> list[str]:
    value = ctx.params.get(param.name or "")
    if value is None or not isinstance(param, click.Argument):
        return []
    return [*value] if isinstance(value, tuple) else [str(value)]


def _option(ctx: click.Context, param: click.Parameter) -> list[str]:
    value = ctx.params.get(param.name or "")
    if value in (None, ()) or not isinstance(param, click.Option):
        return []
    if param.is_flag:
        on = value == param.flag_value if param.flag_value is not None else value
        return param.opts[:1] if on else param.secondary_opts[:1] * (value is False)
    each = value if param.multiple else (value,)
    return [param.opts[0] if one == ASK else f"{param.opts[0]}={one}" for one in each]
