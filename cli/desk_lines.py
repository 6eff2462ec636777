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


def check(words: Sequence[str]) -> None:
    """UsageError when a line cannot be read as it stands, before anything is asked for it."""
    command, rest = command_of(words)
    if command is not None:
        root = click.Context(bledger, help_option_names=["-h", "--help"])
        command.make_context(words[0], rest, parent=root)


def says(words: Sequence[str]) -> set[str]:
    """The options that a line says something for, by what they are called."""
    return {name for name in map(_options(command_of(words)[0]).get, map(_typed, words)) if name}


def _typed(word: str) -> str:
    """The option that a word is: `--at=1210` and `-a1210` are --at and -a."""
    return word.partition("=")[0] if word.startswith("--") else word[:2]


def _options(command: click.Command | None) -> dict[str, str]:
    """Options as they are typed → as they are called."""
    params = command.params if command is not None else ()
    return {name: p.name or "" for p in params for name in p.opts if name.startswith("-")}


def _texts(command: click.Command | None) -> set[str]:
    """The options whose value is a text, by what they are called."""
    params = command.params if command is not None else ()
    return {p.name or "" for p in params if _is_asked(p) or "TEXT" in (p.metavar or "")}


def _is_asked(param: click.Parameter) -> bool:
    return getattr(param, "flag_value", None) == ASK


def texts_to_ask(words: Sequence[str]) -> list[str]:
    """The texts that a line wants asked for: `--saw` without a value, or with `-`."""
    command, rest = command_of(words)
    options = _options(command)
    asked = {p.name for p in command.params if _is_asked(p)} if command is not None else set()
    pairs = zip(rest, [*rest[1:], "--"], strict=True) if rest else ()
    return [
        options[word]
        for word, after in pairs
        if options.get(word) in asked and after.startswith("-")
    ]


def without_texts(words: Sequence[str]) -> list[str]:
    """The same line without what its texts say, for the history."""
    command, _ = command_of(words)
    options, texts = _options(command), _texts(command)
    return [*_without(words, {typed for typed, name in options.items() if name in texts})]


def _without(words: Sequence[str], texts: set[str]) -> Iterator[str]:
    hidden = False
    for word in words:
        name = _typed(word) if word.startswith("-") else ""
        hidden = hidden and not name.startswith("--")
        if not hidden:
            yield name if name in texts else word
        hidden = hidden or (name in texts and name == word)
