"""What the columns and words of a school's CSV mean: a TOML file of its own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.domain.codes import (
    Action,
    Behavior,
    Code,
    LengthDifference,
    Level,
    Location,
    Motivation,
    Others,
    Role,
    Weapon,
)
from ledger.imports import Unreadable
from ledger.imports.sources import cause

EXAMPLE = Path(__file__).parent / "examples" / "history.toml"
CODES: Mapping[str, type[Code]] = {
    "behavior": Behavior,
    "level": Level,
    "location": Location,
    "motivation": Motivation,
    "others": Others,
    "action": Action,
    "role": Role,
    "weapon": Weapon,
    "difference": LengthDifference,
}
NEEDED = ("identifier", "date")
COLUMNS = (
    *NEEDED,
    "student",
    "outside",
    "school",
    "time",
    "location",
    "role",
    "behavior",
    "level",
    "motivation",
    "others",
    "weapon",
    "law_enforcement",
    "minutes_lost",
    "action",
    "action_identifier",
    "action_date",
    "action_days",
    "action_minutes",
    "served_days",
    "difference",
    "reporter",
    "reporter_name",
    "description",
)
SAMPLE = datetime(2026, 10, 28, 9, 45, tzinfo=UTC)  # its day is no month, and no year
FILE = ("encoding", "separator", "date", "time", "zone", "numbers")
TABLES = ("file", "columns", "codes")


class BadMap(Unreadable):
    """The map says something that cannot be; the message names the file and the key."""


@dataclass(frozen=True)
class HistoryMap:
    """What a CSV's columns, dates and words mean."""

    path: Path
    columns: Mapping[str, str]  # ours → the file's
    codes: Mapping[str, Mapping[str, tuple[Code, ...]]]  # set → their word as `spelt` → ours
    dates: tuple[str, ...]
    times: tuple[str, ...]
    separator: str
    numbers: str  # what the students' numbers are called
    zone: ZoneInfo | None
    encoding: str | None


def example() -> str:
    """A map with what each line means, for an export of one row a referral."""
    return EXAMPLE.read_text(encoding="utf-8")


def read(path: Path) -> HistoryMap:
    """The map in a file; raises BadMap with the key that is wrong."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadMap(f"{path} cannot be read: {cause(error)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadMap(f"{path} is no TOML: {error}. Mend it, then run it again") from None
    for table in said:
        _check(path, table, table in TABLES and isinstance(said[table], dict), TABLES)
    file, columns = said.get("file", {}), said.get("columns", {})
    for key, value in file.items():
        _check(path, f"[file] {key}", key in FILE, FILE)
        listed = key in ("date", "time") and _texts(value)
        _check_text(path, f"[file] {key}", value, good=listed)
    for key, value in columns.items():
        _check(path, f"[columns] {key}", key in COLUMNS, COLUMNS)
        _check_text(path, f"[columns] {key}", value)
    for key in NEEDED:
        if key not in columns:
            raise BadMap(f"{path}: [columns] {key} is missing: name the column that holds it")
    return HistoryMap(
        path=path,
        columns=columns,
        codes=_codes(path, said.get("codes", {})),
        dates=_forms(path, "date", file),
        times=_forms(path, "time", file),
        separator=file.get("separator", ";"),
        numbers=file.get("numbers", "identifier"),
        zone=_zone(path, file.get("zone")),
        encoding=_encoding(path, file.get("encoding")),
    )


def _check(path: Path, key: str, good: bool, known: tuple[str, ...]) -> None:
    if not good:
        raise BadMap(f"{path}: {key} is not known. Is it misspelt? Known are: {', '.join(known)}")


def _check_text(path: Path, key: str, value: Any, *, good: bool = False) -> None:
    if not good and not (isinstance(value, str) and value):
        raise BadMap(f"{path}: {key} is to be text in quotes")


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one for one in value)


def _listed(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _forms(path: Path, key: str, file: Mapping[str, Any]) -> tuple[str, ...]:
    """How days or times are written: each form gives back a day, or a time, that it was given."""
    forms = _listed(file.get(key, ()))
    for form in forms:
        if not _gives_back(form, key):
            raise BadMap(
                f"{path}: [file] {key}: {form!r} is no form of a {key}. Write one like "
                f"{'%m/%d/%Y' if key == 'date' else '%H:%M'}, with % before each letter that "
                "stands for a part"
            )
    return forms


def _gives_back(form: str, key: str) -> bool:
    try:
        found = datetime.strptime(SAMPLE.strftime(form), form)  # noqa: DTZ007 - the zone is set later
    except (ValueError, re.error):
        return False
    if key == "date":
        return found.date() == SAMPLE.date()
    return found.hour == SAMPLE.hour


def spelt(word: str) -> str:
    """A word as it is compared: capitals, spaces and hyphens do not matter."""
    return " ".join(word.replace("-", " ").casefold().split())


def _codes(path: Path, said: Mapping[str, Any]) -> dict[str, dict[str, tuple[Code, ...]]]:
    """Their words and ours; our own codes and labels need not be mapped."""
    for name in said:
        _check(path, f"[codes.{name}]", name in CODES, tuple(CODES))
        if not isinstance(said[name], dict):
            raise BadMap(f"{path}: [codes.{name}] is to be a table: their word = our code")
    return {
        name: {spelt(word): (code,) for code in codes for word in (code.value, code.label)}
        | {
            spelt(word): _meant(f"{path}: [codes.{name}] {word}", name, codes, code)
            for word, code in said.get(name, {}).items()
        }
        for name, codes in CODES.items()
    }


def _meant(where: str, name: str, codes: type[Code], said: Any) -> tuple[Code, ...]:
    """The code that a word means; of a behavior with its level, where the word says that too."""
    words = said.split() if isinstance(said, str) else []
    levels = {level.value: level for level in Level}
    told = [levels[word] for word in words[:1] if name == "behavior" and word in levels]
    found = next((code for code in codes if [code.value] == words[len(told) :]), None)
    if found is None:
        raise BadMap(
            f"{where}: {said!r} is no code. Known are: {', '.join(code.value for code in codes)}"
        )
    return found, *told


def _zone(path: Path, name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadMap(
            f"{path}: [file] zone: {name!r} is no time zone. Write one like America/Los_Angeles"
        ) from None


def _encoding(path: Path, name: str | None) -> str | None:
    try:
        "".encode(name or "utf-8")
    except LookupError:
        raise BadMap(
            f"{path}: [file] encoding: {name!r} is not known. Write one like cp1252, or leave it "
            "out: most are recognised"
        ) from None
    return name
