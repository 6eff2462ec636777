"""The words of the papers in one language: the house's, or the school's own where it has some."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from ledger.domain.codes import Code
from ledger.said import clean

HERE = Path(__file__).parent
FILE = "packet.toml"
LANGUAGES = ("en", "es")
GUARDIAN = "guardian"
COPIES = ("team", "principal", GUARDIAN)
GAP = re.compile(r"\{([a-z_]+)\}")
Table = Mapping[str, Any]


class BadSheet(Exception):
    """The school's own words cannot be read; the message says where and what to do."""


@cache
def _house() -> Table:
    return tomllib.loads((HERE / FILE).read_text(encoding="utf-8"))


def catalogue(folder: Path | None = None) -> tuple[Table, list[str]]:
    """The words of every language, the school's own over those of the house; what is not known."""
    house = _house()
    path = None if folder is None else folder / FILE
    if path is None or not path.exists():
        return house, []
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSheet(f"{path}: {error}. Mend the file, then run it again.") from None
    unknown = [f"{path}: {name} is not known, and is left out." for name in _unknown(own, house)]
    return _over(house, own, str(path)), unknown


def _unknown(own: Table, house: Table, above: str = "") -> Iterator[str]:
    for key, value in own.items():
        name = f"{above}{key}"
        if key not in house and not _is_code(above):
            yield name
        elif isinstance(value, dict) and isinstance(house.get(key), dict):
            yield from _unknown(value, house[key], f"{name}.")


def _is_code(above: str) -> bool:
    """Whether a table's keys are codes, which a school may add words for."""
    return above.rstrip(".").rpartition(".")[2] in _codesets()


@cache
def _codesets() -> frozenset[str]:
    return frozenset(kind.__name__.lower() for kind in Code.__subclasses__()) | {"language"}


def _over(house: Table, own: Table, path: str, above: str = "") -> Table:
    """Key by key; what is not known is left out."""
    made = dict(house)
    for key, value in own.items():
        name = f"{above}{key}"
        if key not in house and not _is_code(above):
            continue
        before = house.get(key, "")
        if type(value) is not type(before) or not _fits(value, before):
            raise BadSheet(
                f"{path}: {name} has to be {_wanted(before)}. Mend it, then run it again."
            )
        made[key] = _over(before, value, path, f"{name}.") if isinstance(value, dict) else value
    return made


def _fits(value: Any, before: Any) -> bool:
    if not isinstance(value, list):
        return True
    return len(value) == len(before) and all(isinstance(one, str) for one in value)


def _wanted(before: Any) -> str:
    if isinstance(before, list):
        return f"a list of {len(before)} words in quotes"
    return "a table" if isinstance(before, dict) else "text in quotes"


@dataclass(frozen=True)
class Words:
    """What one copy says, in one language."""

    lang: str
    copy: str
    table: Table

    @property
    def plain(self) -> bool:
        """Whether it is for a family: no codes, no words of the trade."""
        return self.copy == GUARDIAN

    def say(self, name: str, **values: object) -> str:
        """A line, filled in."""
        own = self.table["family_say"] if self.plain else {}
        return fill(own.get(name) or self.table["say"][name], values)

    def top(self, name: str, **values: object) -> str:
        return fill(self.table[name], values)

    def of(self, table: str, name: str, **values: object) -> str:
        return fill(self.table[table][name], values)

    def section(self, name: str, **values: object) -> str:
        return fill(self.table["family_section" if self.plain else "section"][name], values)

    def code(self, code: Code) -> str:
        """The words for a code: on a family's paper the plain ones, else the trade's own."""
        said = self.table.get(type(code).__name__.lower(), {}).get(code.value)
        return said if said and (self.plain or self.lang != "en") else code.label

    def word(self, table: str, said: str) -> str:
        """A word of a closed list that is no code set."""
        return str(self.table.get(table, {}).get(said.casefold().replace(" ", "-"), said))

    def other(self, n: int) -> str:
        """The n-th other child, from 0 on."""
        others = self.table["others"]
        return str(others[min(n, len(others) - 1)])

    def day(self, day: date) -> str:
        return fill(self.table["day"], self._day(day))

    def short(self, day: date) -> str:
        return fill(self.table["short_day"], self._day(day))

    def tiny(self, day: date) -> str:
        return fill(self.table["tiny_day"], self._day(day))

    def time(self, at: datetime, *, half: bool = True) -> str:
        """12:10 PM, or 12:10 beside another of the same half of the day."""
        said = self.table["halves"][at.hour >= 12] if half else ""
        values = {"hour": at.hour % 12 or 12, "minute": f"{at.minute:02}", "half": said}
        return fill(self.table["time"], values).strip()

    def when(self, at: datetime) -> str:
        return f"{self.day(at)}, {self.time(at)}"

    def _day(self, day: date) -> dict[str, object]:
        month, weekday = self.table["months"][day.month - 1], self.table["weekdays"][day.weekday()]
        return {
            "weekday": weekday,
            "month": month,
            "day": day.day,
            "year": day.year,
            "number": day.month,
        }

    def all(self) -> Iterator[str]:
        """Every text that the house or the school wrote."""
        return _texts(self.table)


def words(table: Table, lang: str, copy: str) -> Words:
    return Words(lang, copy, table[lang])


def fill(text: str, values: Mapping[str, object]) -> str:
    """The text with these in the places of their names; other braces stay as they are."""
    filled = clean(GAP.sub(lambda gap: str(values.get(gap[1], gap[0])), text))
    return filled[:-1] if filled.endswith("..") else filled  # 8:00 a. m. ends a sentence


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    else:
        for one in value:
            yield from _texts(one)
