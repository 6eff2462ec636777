"""What school.toml says of a sink that is given a sheet, in [sink.NAME]: where its map is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ledger.exports import BadSink, Sink
from ledger.exports.settings import Laws, one_of, sink_of
from ledger.exports.spreadsheet_fields import FIELDS
from ledger.exports.spreadsheet_map import ROWS, Sheet, sheet_from

CARRIED = frozenset({*ROWS, "staff"})  # kinds of records that a sheet has fields for
SINK_LAWS: Laws = {
    "kind": (one_of("csv"), 'kind = "csv"'),
    "map": (
        lambda said: isinstance(said, str),
        'map = "referrals.toml", a file in the data folder',
    ),
}


def sink_from(name: str, table: Any, ids: Mapping[str, Any], own_school: str, folder: Path) -> Sink:
    """The sink of [sink.NAME] with the sheet that its map says. BadSink names what to mend."""
    sink, said = sink_of(
        name,
        table,
        ids,
        own_school,
        laws=SINK_LAWS,
        needed=("map",),
        needs_school=False,
        kinds=CARRIED,
    )
    sheet = sheet_from(said["map"], _read(name, said["map"], folder))
    if not sink.text:
        _no_text(name, said["map"], sheet)
    return replace(sink, system=f"CSV {sheet.file}", kinds=sink.kinds & sheet.kinds, own=sheet)


def _no_text(name: str, map: str, sheet: Sheet) -> None:
    for column in sheet.filled:
        if FIELDS[column.field].text:
            raise BadSink(
                f'{map} column "{column.header}" is free text: '
                f"[sink.{name}] needs text = true before it may leave."
            )


def _read(name: str, said: str, folder: Path) -> dict[str, Any]:
    """The map as TOML has it; never a file outside the data folder."""
    where = f'[sink.{name}] map = "{said}"'
    try:
        path = (folder / said).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise BadSink(f"{where} is outside the data folder: move the file into it.")
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise BadSink(
            f"{where} cannot be read: {why}. It is a TOML file in the data folder."
        ) from None
