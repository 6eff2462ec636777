"""Words of the short verbs, told apart by what they mean: whom, what, how long."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import click

from ledger.domain.codes import (
    Action,
    Channel,
    Code,
    CodeT,
    ContactOutcome,
    Positive,
    Relation,
    current,
)
from ledger.said import Unclear, match_code, parse_length

NO_LENGTH = re.compile(
    r"(?ia)[-\u2212](?:\d+[.,]?\d*|[.,]\d+) ?[dhm][a-z]*|0+(?:[.,]0*)? ?[dhm][a-z]*"
)
MORE_THAN_NONE = "a length is more than 0: 0.5d, 10m"
MOST = 4  # words that one code is typed in
SAID = {"suspension": "out-of-school-suspension"}  # what staff say → our code
FAMILY = {"mom": "mother", "mum": "mother", "dad": "father"} | dict.fromkeys(
    ("grandma", "grandmother", "grandpa", "grandfather"), "grandparent"
)


class Told(click.Command):
    """A command whose words are told apart by what they mean; each has an option of its own."""

    def __init__(self, *args: Any, tell: Callable[[dict[str, Any]], None], **how: Any) -> None:
        super().__init__(*args, **how)
        self.tell = tell

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        typed = [*args]
        try:
            rest = super().parse_args(ctx, args)
        except click.NoSuchOption:
            # -1d looks like an option.
            if self.tell is action_and_length and any(map(NO_LENGTH.fullmatch, typed)):
                raise click.UsageError(MORE_THAN_NONE, ctx) from None
            raise
        if not ctx.resilient_parsing:
            self.tell(ctx.params)
        return rest


def _code_at_end(words: Sequence[str], codes: type[Code]) -> int:
    """How many of the last words are a code; Unclear when none are."""
    for size in range(min(MOST, len(words)), 1, -1):
        if _is_code(words[-size:], codes, SAID):
            return size
    match_code(words[-1], current(codes), SAID)
    return 1


def _is_code(words: Sequence[str], codes: type[Code], own: Mapping[str, str] | None = None) -> bool:
    with suppress(Unclear):
        return bool(match_code("-".join(words), current(codes), own or {}))
    return False


def _length_at_end(words: Sequence[str]) -> int:
    """How many of the last words are a length."""
    for size in (2, 1):
        if len(words) > size and _is_length(" ".join(words[-size:])):
            return size
    return 0


def _is_length(said: str) -> bool:
    with suppress(Unclear):
        parse_length(said)
        return True
    return False


def action_and_length(params: dict[str, Any]) -> None:
    """An action at the end of the words, and behind it how long."""
    words = list(params["student"])
    if params["length"] is None and words and NO_LENGTH.fullmatch(words[-1]):
        raise click.UsageError(MORE_THAN_NONE)
    if params["length"] is None and (size := _length_at_end(words)):
        params["length"] = " ".join(words[-size:])
        del words[-size:]
    _code(
        params, words, "action", Action, "what was done? For instance: bledger act last conference"
    )
    # Known by this name to whoever finishes somebody else's draft.
    params["id"] = "last" if not words or words[0] == "last" else None


def outcome_and_relation(params: dict[str, Any]) -> None:
    """The first words after the student that say how it ended, and behind them who it was."""
    if params["outcome"] is not None:
        return
    for student, outcome, who in _parted(params["student"]):
        known = not who or (params["whom"] is None and _is_code(who, Relation, FAMILY))
        if known and _is_code(outcome, ContactOutcome):
            params |= {"student": student, "outcome": "-".join(outcome)}
            params["whom"] = "-".join(who) or params["whom"]
            return
    known_words = ", ".join(code.value for code in ContactOutcome)
    raise click.UsageError(f"how did the call end? call STUDENT and one of: {known_words}")


def _parted(words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Every way to part words into three, the shortest first part and longest second one first."""
    for start in range(1, len(words)):
        for end in range(min(start + MOST, len(words)), start, -1):
            yield words[:start], words[start:end], words[end:]


def notice_parts(said: str) -> tuple[str, Channel | None, Relation | None]:
    """The words of a time, and behind them how somebody was told, and who: `11:00 phone mother`."""
    words = said.split()
    relation = _taken(words, Relation, FAMILY)
    channel = _taken(words, Channel)
    relation = relation or _taken(words, Relation, FAMILY)
    return " ".join(words), channel, relation


def _taken(
    words: list[str], codes: type[CodeT], own: Mapping[str, str] | None = None
) -> CodeT | None:
    """The code at the end of the words, if there is one; it is taken off them."""
    for size in range(min(MOST, len(words)), 0, -1):
        with suppress(Unclear):
            found: CodeT = match_code("-".join(words[-size:]), current(codes), own or {})
            del words[-size:]
            return found
    return None


def strength_of(params: dict[str, Any]) -> None:
    """A strength at the end of the words."""
    words = list(params["student"])
    _code(params, words, "strength", Positive, "for what? For instance: bledger praise ana helping")


def _code(
    params: dict[str, Any], words: list[str], name: str, codes: type[Code], asked: str
) -> None:
    """The code at the end of the words, unless its option says it."""
    if params[name] is None:
        if words in ([], ["last"]):
            raise click.UsageError(asked)
        size = _code_at_end(words, codes)
        params[name] = "-".join(words[-size:])
        del words[-size:]
    params["student"] = tuple(words)
