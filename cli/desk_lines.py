"""A line as it is typed at the desk: its words, whom it names, and what of it may be kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

import click

from cli import COMMANDS, bledger
from cli.asking import ASK

# No shell reads a line of the desk: an apostrophe is a letter, and only what a quote begins is
# one word, to its end or to the end of the line.
QUOTED = r"""(?<![^\s=])(?:"([^"]*)(?:"|$)|'([^']*)'(?!\S))"""
WORD = re.compile(rf"(?:{QUOTED}|\S)+")
FRAMED = re.compile(QUOTED)


def split(line: str) -> list[str]:
    """The words of a line; what stands in quotes is one, and `bledger` before them is none."""
    words = [FRAMED.sub(_inside, found[0]) for found in WORD.finditer(line)]
    return words[1:] if words[:1] == ["bledger"] else words


def _inside(found: re.Match[str]) -> str:
    return found[1] if found[1] is not None else found[2]


def join(words: Sequence[str]) -> str:
    """A line that has these words."""
    return " ".join(f'"{word}"' if not word or " " in word else word for word in words)


def named(words: Sequence[str]) -> list[str]:
    """The words before the first option: whom it is about."""
    return list(takewhile(lambda word: not word.startswith("-"), words))


def command_of(words: Sequence[str]) -> tuple[click.Command | None, list[str]]:
    """(the command that these words name, the words after it); a student's name means `log`."""
    if not words or words[0] not in COMMANDS:
        return bledger.get_command(click.Context(bledger), "log"), list(words)
    command, rest = bledger.get_command(click.Context(bledger), words[0]), list(words[1:])
    while isinstance(command, click.Group) and rest:
        command = command.get_command(click.Context(command), rest.pop(0))
    return command, rest


def _texts(command: click.Command | None) -> dict[str, str]:
    """Options whose value is a text, as they are typed → as they are called."""
    params = command.params if command is not None else ()
    return {name: p.name or "" for p in params if _is_text(p) for name in p.opts}


def _is_text(param: click.Parameter) -> bool:
    return getattr(param, "flag_value", None) == ASK or "TEXT" in (param.metavar or "")


def texts_to_ask(words: Sequence[str]) -> list[str]:
    """The texts that a line wants asked for: `--saw` without a value, or with `-`."""
    command, rest = command_of(words)
    asked = {name for name, one in _texts(command).items() if _may_be_asked(command, one)}
    texts = _texts(command)
    ends = [*rest[1:], "--"]
    pairs = zip(rest, ends, strict=True) if rest else ()
    return [texts[word] for word, after in pairs if word in asked and after.startswith("-")]


def _may_be_asked(command: click.Command | None, name: str) -> bool:
    params = command.params if command is not None else ()
    return any(getattr(p, "flag_value", None) == ASK for p in params if p.name == name)


def without_texts(words: Sequence[str]) -> list[str]:
    """The same line without what its texts say, for the history."""
    command, _ = command_of(words)
    return [*_without(words, _texts(command))]


def _without(words: Sequence[str], texts: dict[str, str]) -> Iterator[str]:
    hidden = False
    for word in words:
        name, equals, _ = word.partition("=")
        hidden = hidden and not word.startswith("--")
        if not hidden:
            yield name if equals and name in texts else word
        hidden = hidden or (name in texts and not equals)
