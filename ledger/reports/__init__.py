"""What people look at: lines of text as wide as the screen, from what reading gives."""

from __future__ import annotations

import textwrap

from ledger.said import clean

WIDTH = 100


def wrapped(line: str, indent: int = 28) -> list[str]:
    """A line in the width of the screen; what does not fit goes on below, further in.

    A line end in it goes on below too, so that no text can pass for a line of the report.
    """
    first, *more = clean(line).split("\n")
    told = _folded(first, "", indent)
    for part in more:
        told += _folded(part.strip(), " " * indent, indent)
    return told


def _folded(line: str, before: str, indent: int) -> list[str]:
    if len(before + line) <= WIDTH:
        return [(before + line).rstrip()]
    return textwrap.wrap(
        line,
        WIDTH,
        initial_indent=before,
        subsequent_indent=" " * indent,
        break_long_words=any(len(word) > 2 * WIDTH for word in line.split()),  # but no path
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=False,
        tabsize=1,
    )


def beside(line: str, command: str, indent: int = 8) -> list[str]:
    """A line with the command that goes on from it beside it, or below when both do not fit."""
    both = f"{line}       {command}"
    return [both] if len(both) <= WIDTH else [*wrapped(line, indent), f"{' ' * indent}{command}"]
