"""What `school.toml` says: who the school is, its own words, and what each sink calls people."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.domain.codes import Behavior, Location
from ledger.domain.rules import RULES, Rule, Rules

FILE = "school.toml"
_TABLES = {
    "school": {"name": str, "id": str, "zone": str, "child_abuse_hotline": str},
    "ledger": {"id": str, "key_check": str, "draft_key": str},
    "sst": {"team": str},
}
_LEFT_OUT = frozenset(("child_abuse_hotline", "draft_key", "team"))  # what may be
_OPEN_TABLES = frozenset(("words", "ids", "sink", "rules"))
_NUMBERS = {  # whole numbers that may be left out
    "desk": {"lock_after": range(1, 121)},
    "papers": {"days": range(1, 366)},
}
_OF_A_RULE = range(1001)  # its numbers
CODES = frozenset(code.value for codes in (Behavior, Location) for code in codes)

_TEMPLATE = """\
# One school's ledger. No secret stands here; the key is in a file of its own.

[school]
name = {name}
id = {school_id}
zone = {zone}

[ledger]
id = "{ledger_id}"
key_check = "{key_check}"
draft_key = "{draft_key}"

# The school's own words for places and behaviors: tray = "property-misuse"
[words]

# Minutes without a key after which the desk clears its screen: 1 to 120.
[desk]
lock_after = 10

# What the team that helps a student is called: SST, SSPT, COST …
[sst]
team = "SST"

# How many days a printed packet lies in the folder before `doctor` asks for it to be cleared.
[papers]
days = 7

{rules}
# Which number of the roster each sink calls student and staff: identifier, sourcedId,
# username, userIds:<type>. `school` is the sink's number of this school.
[ids.ods]
student = "identifier"
staff = "sourcedId"
school = {sink_school}

# A system that takes records in. `descriptors` is "local" (our words, made there first) or "core".
[sink.ods]
kind = "edfi"
standard = "5.0"
namespace = "{namespace}"
descriptors = "local"
"""


class BadSettings(Exception):
    """`school.toml` says something that cannot be; the message says where and what to do."""


@dataclass(frozen=True)
class Settings:
    """The settings of one school."""

    name: str
    school_id: str
    zone: ZoneInfo
    ledger_id: str
    key_check: str
    draft_key: str
    words: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sinks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    team: str = "SST"
    lock_after: int = 10  # minutes
    papers_days: int = 7
    child_abuse_hotline: str = ""  # the county's number


def read(folder: Path) -> Settings:
    """The settings of the school in this folder."""
    path = folder / FILE
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path}: {error}. Mend the file, then run it again.") from None
    _check(path, said)
    school, ledger = said["school"], said["ledger"]
    return Settings(
        name=school["name"],
        school_id=school["id"],
        zone=zone(school["zone"], str(path)),
        ledger_id=ledger["id"],
        key_check=ledger["key_check"],
        draft_key=ledger.get("draft_key", ""),
        words=said.get("words", {}),
        ids=said.get("ids", {}),
        sinks=said.get("sink", {}),
        child_abuse_hotline=school.get("child_abuse_hotline", ""),
        rules=Rules({id: _rule(rule, said) for id, rule in RULES.items()}),
        team=said.get("sst", {}).get("team") or "SST",
        lock_after=said.get("desk", {}).get("lock_after", 10),
        papers_days=said.get("papers", {}).get("days", 7),
    )


def _rule(rule: Rule, said: Mapping[str, Any]) -> Rule:
    """A rule as the school has it: what it does not say stays as it is here."""
    own = said.get("rules", {}).get(rule.id, {})
    numbers = {name: own.get(name, number) for name, number in rule.numbers.items()}
    on, cite = own.get("on", rule.on), own.get("cite", rule.cite)
    return replace(rule, on=on, cite=cite, numbers=numbers)


def write(
    *, name: str, school_id: str, zone: str, ledger_id: str, key_check: str, draft_key: str
) -> str:
    """The text of a new school's settings."""
    slug = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.casefold()).strip("-")
    return _TEMPLATE.format(
        name=_quoted(name),
        school_id=_quoted(school_id),
        zone=_quoted(zone),
        ledger_id=ledger_id,
        key_check=key_check,
        draft_key=draft_key,
        sink_school=int(school_id) if school_id.isdecimal() else 1,
        namespace=f"uri://{slug or 'school'}.example",
        rules=_RULES_ABOVE + "".join(map(_written, RULES.values())),
    )


_RULES_ABOVE = """\
# The limits that this school goes by. The ledger reminds and records; this is no legal advice.
# Whether a limit binds a charter school depends on its petition and policy: `on = false` turns
# one off, `cite` is what the screens name, and the numbers may be the school's own.
"""


def _written(rule: Rule) -> str:
    """A rule as a table of its own, below what it asks for."""
    numbers = "".join(f"{name} = {number}\n" for name, number in rule.numbers.items())
    on, cite = str(rule.on).lower(), _quoted(rule.cite)
    return f"\n# {rule.says}\n[rules.{rule.id}]\non = {on}\ncite = {cite}\n{numbers}"


def zone(name: str, where: str) -> ZoneInfo:
    """The time zone of this name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadSettings(
            f"{where}: {name!r} is no time zone. Write one like America/Los_Angeles."
        ) from None


def _check(path: Path, said: Mapping[str, Any]) -> None:
    for table in said:
        if table not in {*_TABLES, *_OPEN_TABLES, *_NUMBERS}:
            raise BadSettings(f"{path}: [{table}] is not known. Is it misspelt?")
        if not isinstance(said[table], dict):
            raise BadSettings(f"{path}: {table} is a table; write it as [{table}].")
    _check_open(path, said)
    _check_numbers(path, said)
    _check_rules(path, said)
    for table, keys in _TABLES.items():
        for key in said.get(table, {}):
            if key not in keys:
                raise BadSettings(f"{path}: {key} is not known in [{table}]. Is it misspelt?")
        for key, kind in keys.items():
            value = said.get(table, {}).get(key, "" if key in _LEFT_OUT else None)
            if not isinstance(value, kind):
                raise BadSettings(f"{path}: [{table}] needs {key}, as text in quotes.")


def _check_open(path: Path, said: Mapping[str, Any]) -> None:
    """Tables whose keys are the school's own: words mean codes, sinks are tables."""
    for word, code in said.get("words", {}).items():
        if code not in CODES:
            raise BadSettings(f"{path}: [words] {word}: {code!r} is no code. Is it misspelt?")
    for table in ("ids", "sink", "rules"):
        for name, own in said.get(table, {}).items():
            if not isinstance(own, dict):
                raise BadSettings(f"{path}: {name} in [{table}] is a table: [{table}.{name}].")


def _check_numbers(path: Path, said: Mapping[str, Any]) -> None:
    for table, keys in _NUMBERS.items():
        for key, value in said.get(table, {}).items():
            if key not in keys:
                raise BadSettings(f"{path}: {key} is not known in [{table}]. Is it misspelt?")
            if type(value) is not int or value not in keys[key]:
                most = keys[key][-1]
                raise BadSettings(
                    f"{path}: [{table}] {key} is a whole number from {keys[key][0]} to {most}."
                )


def _check_rules(path: Path, said: Mapping[str, Any]) -> None:
    for id, own in said.get("rules", {}).items():
        if id not in RULES:
            raise BadSettings(f"{path}: there is no rule {id!r}. Is it misspelt?")
        for key, value in own.items():
            if key not in ("on", "cite", *RULES[id].numbers):
                raise BadSettings(f"{path}: {key} is not known in [rules.{id}]. Is it misspelt?")
            if wanted := _unfit(key, value):
                raise BadSettings(f"{path}: [rules.{id}] {key} is {wanted}.")


def _unfit(key: str, value: object) -> str:
    """What a setting of a rule has to be, when it is not."""
    if key == "on":
        return "" if isinstance(value, bool) else "true or false"
    if key == "cite":
        return "" if isinstance(value, str) else "text in quotes"
    most = _OF_A_RULE[-1]
    fits = type(value) is int and value in _OF_A_RULE
    return "" if fits else f"a whole number from 0 to {most}"


def _quoted(text: str) -> str:
    """A TOML string of any text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04X}" for c in escaped) + '"'
    )
