"""What school.toml says of an Ed-Fi sink, in [sink.NAME] and [ids.NAME]."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from ledger.domain.codes import REMOVALS, Action, Level
from ledger.exports import BadSink, Sink

STANDARDS = ("5.0", "5.1", "5.2", "6.0")  # one shape of these records fits them all
TOO_OLD = ("3.0", "3.1", "3.2", "3.3", "4.0")
OLD = (
    "Data Standard {} takes identifiers of 20 characters and ours have 36, so nothing can be sent "
    "to it. Ask the owner of the system for 5.0 or later, or leave this sink out."
)
ACTIONS = {
    "all": frozenset(action.value for action in Action),
    "removals": frozenset(action.value for action in REMOVALS),
}
LEVELS = frozenset(level.value for level in Level)

Laws = Mapping[str, tuple[Callable[[Any], bool], str]]  # key → what holds for it, how to write it


def _namespace(value: Any) -> bool:
    shape = r"uri://(?!ed-fi\.org(/|$))[a-z0-9]([A-Za-z0-9._/-]{0,150}[A-Za-z0-9])?"
    return isinstance(value, str) and re.fullmatch(shape, value) is not None


def _some_of(codes: Iterable[str]) -> Callable[[Any], bool]:
    known = list(codes)
    return lambda said: (
        isinstance(said, list) and len(said) > 0 and all(code in known for code in said)
    )


def _actions(value: Any) -> bool:
    return value in [*ACTIONS] or _some_of(ACTIONS["all"])(value)


SINK_LAWS: Laws = {
    "kind": (lambda said: said == "edfi", 'kind = "edfi"'),
    "standard": (
        lambda said: said in (*STANDARDS, *TOO_OLD),
        f'standard = "5.0" (or {", ".join(STANDARDS[1:])}), in quotes',
    ),
    "namespace": (
        _namespace,
        'namespace = "uri://oakhill.example", your own and not Ed-Fi\'s, without a "/" at the end',
    ),
    "descriptors": (lambda said: said in ("local", "core"), 'descriptors = "local" or "core"'),
    "levels": (_some_of(LEVELS), 'levels = ["minor", "major"] or one of them'),
    "actions": (_actions, 'actions = "all", "removals" or a list of action codes'),
    "since": (lambda said: type(said) is date, "since = 2026-08-12, a day without quotes"),
}
IDS_LAWS: Laws = {
    "school": (
        lambda said: type(said) is int and 0 < said < 2**63,
        "school = 255901, the whole number that the sink has for this school, without quotes",
    ),
    "student": (
        lambda said: (
            isinstance(said, str)
            and re.fullmatch(r"identifier|sourcedId|username|userIds:\S+", said) is not None
        ),
        'student = "identifier", "sourcedId", "username" or "userIds:<type>"',
    ),
    "staff": (
        lambda said: said in ("sourcedId", "username"),
        'staff = "sourcedId" or "username"',
    ),
}


def sink_from(name: str, table: Any, ids: Mapping[str, Any]) -> Sink:
    """The sink of [sink.NAME]; `ids` is the whole of [ids]. BadSink names the key to mend."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name):
        raise BadSink(f"[sink.{name}]: name a sink with small letters, digits and - only.")
    said = _followed(f"[sink.{name}]", table, SINK_LAWS, needed=("kind", "namespace"))
    called = _followed(f"[ids.{name}]", ids.get(name, {}), IDS_LAWS, needed=("school",))
    standard = said.get("standard", STANDARDS[0])
    if standard in TOO_OLD:
        raise BadSink(f"[sink.{name}] standard: {OLD.format(standard)}")
    actions = said.get("actions", "all")
    return Sink(
        name=name,
        kind=said["kind"],
        standard=standard,
        namespace=said["namespace"],
        school_id=called["school"],
        student=called.get("student", "identifier"),
        staff=called.get("staff", "sourcedId"),
        descriptors=said.get("descriptors", "local"),
        levels=frozenset(said.get("levels", LEVELS)),
        actions=ACTIONS[actions] if isinstance(actions, str) else frozenset(actions),
        since=said.get("since"),
    )


def _followed(where: str, table: Any, laws: Laws, needed: Sequence[str]) -> Mapping[str, Any]:
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
