"""What the map of a sheet says: its columns in order, its codes, and how its lines are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.exports import BadSink
from ledger.exports.desk import Back
from ledger.exports.settings import Laws, followed, one_of
from ledger.exports.spreadsheet_cells import (
    ENCODINGS,
    LINE_ENDS,
    QUOTINGS,
    Dialect,
    fitting,
    parts_of,
)
from ledger.exports.spreadsheet_fields import FIELDS, Field

ROWS = ("incident", "behavior", "action")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what its cells say, and how."""

    header: str
    field: str = ""
    constant: str = ""
    form: str = ""
    longest: int | None = None
    required: bool = False
    codes: Mapping[str, str] | None = None  # our code → theirs
    default: str = ""  # for what was not said
    join: str | None = None  # between several values; None: a cell holds one


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file of lines: what a line is about, its columns and its dialect."""

    file: str
    row: str  # one of ROWS
    columns: tuple[Column, ...]
    dialect: Dialect
    header: bool
    decimal_mark: str

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of records that stand in it."""
        return frozenset({self.row, "incident", *(FIELDS[c.field].about for c in self.filled)})

    @property
    def filled(self) -> list[Column]:
        """The columns that say something of a record."""
        return [column for column in self.columns if column.field]


def _text(said: Any) -> bool:
    return isinstance(said, str)


def _name(said: Any) -> bool:
    shape = r"[A-Za-z0-9]([A-Za-z0-9._ -]{0,90}[A-Za-z0-9])?"
    return isinstance(said, str) and re.fullmatch(shape, said) is not None


def _delimiter(said: Any) -> bool:
    return isinstance(said, str) and re.fullmatch(r"[\t!-~]", said) is not None and _apart(said)


def _apart(said: str) -> bool:
    return not said.isalnum() and said not in "\"'=+-@.#"


MAP_LAWS: Laws = {
    "file": (_name, 'file = "referrals.csv", the name of what is written'),
    "row": (one_of(*ROWS), 'row = "incident", "behavior" or "action": what one line is about'),
    "for": (
        one_of("people", "machines"),
        'for = "people" when a person opens it in a spreadsheet, else "machines"',
    ),
    "delimiter": (_delimiter, 'delimiter = ",", ";", "|", "^", "\\t" or another such mark'),
    "quoting": (one_of(*QUOTINGS), 'quoting = "minimal", "all" or "none"'),
    "line_ends": (one_of(*LINE_ENDS), 'line_ends = "crlf" or "lf"'),
    "encoding": (one_of(*ENCODINGS), 'encoding = "utf-8", "utf-8-bom" or "windows-1252"'),
    "header": (lambda said: type(said) is bool, "header = true or false, without quotes"),
    "decimal_mark": (one_of(".", ","), 'decimal_mark = "." or ","'),
    "column": (
        lambda said: isinstance(said, list) and len(said) > 0,
        "a table [[column]] for each column, in their order",
    ),
    "codes": (
        lambda said: isinstance(said, Mapping),
        'disruption = "DR" below [codes.behavior]: our code = theirs',
    ),
}
COLUMN_LAWS: Laws = {
    "header": (lambda said: _text(said) and said.strip() == said != "", 'header = "Date"'),
    "field": (one_of(*FIELDS), f"field = one of {', '.join(FIELDS)}"),
    "constant": (_text, 'constant = "1", what every cell says'),
    "format": (_text, 'format = "%m/%d/%Y" for a day or "%H:%M" for a time'),
    "max_length": (
        lambda said: type(said) is int and said > 0,
        "max_length = 20, characters, without quotes",
    ),
    "required": (lambda said: type(said) is bool, "required = true or false, without quotes"),
    "codes": (_text, 'codes = "behavior", the name of a table [codes.behavior]'),
    "default": (_text, 'default = "Unknown", for what was not said'),
    "join": (_text, 'join = "; ", what stands between several values'),
}


EXAMPLE = Path(__file__).parent / "examples" / "referrals.toml"


def example() -> str:
    """A map with what each line of it means, for a sheet of referrals."""
    return EXAMPLE.read_text(encoding="utf-8")


def sheet_from(where: str, table: Mapping[str, Any]) -> Sheet:
    """The sheet of a map; `where` is the map's name, for whoever has to mend it."""
    said = followed(where, table, MAP_LAWS, needed=("file", "row", "for", "column"))
    tables = _tables(where, said.get("codes", {}))
    dialect = _dialect(said)
    return Sheet(
        file=said["file"],
        row=said["row"],
        columns=_columns(where, said["column"], tables, dialect),
        dialect=dialect,
        header=said.get("header", True),
        decimal_mark=said.get("decimal_mark", "."),
    )


def _dialect(said: Mapping[str, Any]) -> Dialect:
    return Dialect(
        delimiter=said.get("delimiter", ","),
        quoting=said.get("quoting", "minimal"),
        line_end=LINE_ENDS[said.get("line_ends", "crlf")],
        encoding=ENCODINGS[said.get("encoding", "utf-8")],
        people=said["for"] == "people",
    )


def _columns(
    where: str, said: Sequence[Any], tables: Mapping[str, Mapping[str, str]], dialect: Dialect
) -> tuple[Column, ...]:
    numbered = enumerate(said, 1)
    columns = tuple(_column(f"{where} column {n}", one, tables) for n, one in numbered)
    _headers(where, [column.header for column in columns], dialect)
    _used(where, tables, said)
    return columns


def _tables(where: str, said: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    for name, table in said.items():
        if not isinstance(table, Mapping) or not all(map(_text, table.values())):
            raise BadSink(
                f'{where} [codes.{name}] cannot be followed: write disruption = "DR", '
                "our code = theirs."
            )
    return dict(said)


def _column(where: str, table: Any, tables: Mapping[str, Mapping[str, str]]) -> Column:
    said = followed(where, table, COLUMN_LAWS, needed=("header",))
    where = f'{where} ("{said["header"]}")'
    _one_thing(where, said)
    field = FIELDS[said["field"]] if "field" in said else None
    return Column(
        header=said["header"],
        field=said.get("field", ""),
        constant=said.get("constant", ""),
        form=_form(where, field, said.get("format")),
        longest=said.get("max_length"),
        required=said.get("required", False),
        codes=_codes(where, field, said.get("codes"), tables),
        default=said.get("default", ""),
        join=said.get("join"),
    )


def _one_thing(where: str, said: Mapping[str, Any]) -> None:
    if ("field" in said) == ("constant" in said):
        raise BadSink(f"{where} needs either field or constant.")
    if "constant" in said and said.keys() > {"header", "constant"}:
        other = sorted(said.keys() - {"header", "constant"})
        raise BadSink(f"{where} has a constant: {', '.join(other)} can go.")


def _form(where: str, field: Field | None, said: str | None) -> str:
    """The format of a day or a time, in directives that mean the same everywhere."""
    if said is None:
        return field.form if field else ""
    known = field.known if field else {}
    unknown = [part for part in parts_of(said) if part[0] == "%" and part not in known]
    if unknown or not known:
        allowed = ", ".join(known) or "none: this is neither a day nor a time"
        raise BadSink(f"{where} format: it may hold {allowed}.")
    return said


def _codes(
    where: str, field: Field | None, said: str | None, tables: Mapping[str, Mapping[str, str]]
) -> Mapping[str, str] | None:
    if said is None:
        return None
    if field is None or field.codes is None:
        coded = ", ".join(name for name, one in FIELDS.items() if one.codes)
        raise BadSink(f"{where} codes: this field holds no code; these do: {coded}.")
    if said not in tables:
        raise BadSink(f'{where} codes = "{said}": there is no table [codes.{said}].')
    for code in tables[said]:
        if code not in field.codes.labels:
            ours = ", ".join(field.codes.labels)
            raise BadSink(f"{where} [codes.{said}] {code} is no code of ours; these are: {ours}.")
    return tables[said]


def _headers(where: str, headers: Sequence[str], dialect: Dialect) -> None:
    small = [header.casefold() for header in headers]  # some readers take no note of case
    for header in headers:
        if small.count(header.casefold()) > 1:
            raise BadSink(f'{where} has two columns "{header}": every header stands once.')
        try:
            fitting(header, dialect)
        except Back as why:
            raise BadSink(f'{where} header "{header}" cannot be written: {why}.') from None


def _used(where: str, tables: Iterable[str], columns: Iterable[Mapping[str, Any]]) -> None:
    asked = {column.get("codes") for column in columns}
    for name in tables:
        if name not in asked:
            raise BadSink(f'{where} [codes.{name}] is used by no column: write codes = "{name}".')
