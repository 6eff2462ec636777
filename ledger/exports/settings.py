"""What school.toml says of any sink, in [sink.NAME] and [ids.NAME]."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from ledger.domain.codes import REMOVALS, Action, Level
from ledger.exports import KINDS, BadSink, Preflight, Sink
from ledger.folder import entry

ACTIONS = {
    "all": frozenset(action.value for action in Action),
    "removals": frozenset(action.value for action in REMOVALS),
}
LEVELS = frozenset(level.value for level in Level)

Laws = Mapping[str, tuple[Callable[[Any], bool], str]]  # key → what holds for it, how to write it


def some_of(codes: Iterable[str]) -> Callable[[Any], bool]:
    known = list(codes)
    return lambda said: (
        isinstance(said, list) and len(said) > 0 and all(code in known for code in said)
    )


def one_of(*words: str) -> Callable[[Any], bool]:
    return lambda said: isinstance(said, str) and said in words


def _actions(said: Any) -> bool:
    return said in [*ACTIONS] or some_of(ACTIONS["all"])(said)


def _names(said: Any) -> bool:
    return isinstance(said, list) and all(isinstance(name, str) and name for name in said)


def _preflights(said: Any) -> bool:
    return _names(said) and all(map(_is_preflight, said))


def _is_preflight(name: str) -> bool:
    try:
        return bool(entry("ledger.exports", name, Preflight))
    except LookupError:
        return False


def _kind_of_number(said: Any) -> bool:
    return isinstance(said, str) and re.fullmatch(r"[A-Za-z]+(:\S+)?", said) is not None


def _number(said: Any) -> bool:
    return type(said) is int and 0 < said < 2**63


NUMBER = "the whole number that the sink has for {} school, without quotes"
COMMON_LAWS: Laws = {
    "levels": (some_of(LEVELS), 'levels = ["minor", "major"] or one of them'),
    "actions": (_actions, 'actions = "all", "removals" or a list of action codes'),
    "kinds": (some_of(KINDS), f"kinds = a list of some of {', '.join(KINDS)}"),
    "since": (lambda said: type(said) is date, "since = 2026-08-12, a day without quotes"),
    "origins": (_names, 'origins = ["sis"], names of the sources whose records are its own'),
    "text": (lambda said: type(said) is bool, "text = true or false, without quotes"),
    "preflight": (_preflights, 'preflight = ["calpads"]'),
}
ANY_TABLE = (lambda said: isinstance(said, Mapping), "a table of its own")
IDS_LAWS: Laws = {
    "school": (_number, f"school = 255901, {NUMBER.format('this')}"),
    "schools": (
        lambda said: isinstance(said, Mapping) and all(map(_number, said.values())),
        f'"255901044" = 255901044 below [ids.NAME.schools], {NUMBER.format("that")}',
    ),
    "student": (
        _kind_of_number,
        'student = "identifier", "sourcedId", "username", "userIds:<type>" or "studentUniqueId"',
    ),
    "staff": (
        _kind_of_number,
        'staff = "sourcedId", "username", "identifier", "userIds:<type>" or "staffUniqueId"',
    ),
}


def sink_of(
    name: str,
    table: Any,
    ids: Mapping[str, Any],
    own_school: str,
    *,
    laws: Laws,
    needed: Sequence[str] = (),
    needs_school: bool = True,
    kinds: Iterable[str] = KINDS,
) -> tuple[Sink, Mapping[str, Any]]:
    """The sink of [sink.NAME] as far as every sink is alike, and its table.

    `laws` are those of the format's own keys, `kind` among them; `kinds` the records that it
    carries. BadSink names the key to mend.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name):
        raise BadSink(f"[sink.{name}]: name a sink with small letters, digits and - only.")
    rules = _rules(table)
    own_laws = {**laws, **COMMON_LAWS, **dict.fromkeys(rules, ANY_TABLE)}
    said = followed(f"[sink.{name}]", table, own_laws, needed=("kind", *needed))
    needs = ("school",) if needs_school else ()
    called = followed(f"[ids.{name}]", ids.get(name, {}), IDS_LAWS, needed=needs)
    own = {own_school: called["school"]} if "school" in called else {}
    actions = said.get("actions", "all")
    carried = frozenset(kinds)
    return Sink(
        name=name,
        kind=said["kind"],
        system=said["kind"],
        student=called.get("student", "identifier"),
        staff=called.get("staff", "sourcedId"),
        schools={**called.get("schools", {}), **own},
        levels=frozenset(said.get("levels", LEVELS)),
        actions=ACTIONS[actions] if isinstance(actions, str) else frozenset(actions),
        kinds=frozenset(said.get("kinds", carried)) & carried,
        since=said.get("since"),
        origins=frozenset(said.get("origins", (name,))),
        text=said.get("text", False),
        preflight=tuple(rules),
        rules={
            rule.name: rule.settings_from(f"[sink.{name}.{rule.name}]", said.get(rule.name, {}))
            for rule in rules.values()
        },
    ), said


def _rules(table: Any) -> dict[str, Preflight]:
    """The rules that a sink's table asks for; what it cannot ask for is said by its law."""
    asked = table.get("preflight", []) if isinstance(table, Mapping) else []
    names = asked if _preflights(asked) else []
    return {name: entry("ledger.exports", name, Preflight) for name in names}


def followed(where: str, table: Any, laws: Laws, needed: Sequence[str] = ()) -> Mapping[str, Any]:
    """The table as it was written, when every key of it is known and can be followed."""
    if not isinstance(table, Mapping):
        raise BadSink(f"{where} is a table: write its keys below a line {where}.")
    for key in table:
        if key not in laws:
            raise BadSink(f"{where} {key} is not known; it may say {', '.join(laws)}.")
        holds, write = laws[key]
        if not holds(table[key]):
            raise BadSink(f"{where} {key} cannot be followed: write {write}.")
    for key in needed:
        if key not in table:
            raise BadSink(f"{where} needs {key}: write {laws[key][1]}.")
    return table
