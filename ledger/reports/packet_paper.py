"""A packet on paper: one web page without a script, or a tagged PDF; the same bytes again."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ledger.reports.packet import SIGNATURES, STEPS, WALL
from ledger.reports.packet_charts import Chart
from ledger.reports.packet_parts import Sheet
from ledger.reports.slips import NoTypesetter, typesetter

HERE = Path(__file__).parent
MARKED = {"told", "thinks"}  # kinds of statement that are marked: not seen by who says so
NO_GLYPH = "could not be displayed"  # in any font: a PDF/UA has a letter for every glyph
NO_LETTERS = (
    "there are letters or pictures in it that a PDF has no type for here: print the web page, "
    "without --pdf"
)
NO_READER = (
    "a PDF for a family is read again before it leaves, which needs the extra `pdf` "
    "(pip install 'behavior-ledger[pdf]'): install it, or print the web page"
)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def html(sheet: Sheet) -> bytes:
    """One page that any browser prints on US Letter."""
    page = (
        _templates()
        .get_template("packet.html")
        .render(
            sheet=sheet,
            style=(HERE / "packet.css").read_text(encoding="utf-8"),
            wall=WALL,
            steps=range(STEPS),
            signatures=range(SIGNATURES),
            marked=MARKED,
        )
    )
    return page.encode()


def pdf(sheet: Sheet) -> bytes:
    """The same as PDF/UA-1; NoTypesetter without the extra `pdf`."""
    typst = typesetter()
    try:
        made: bytes = typst.compile(
            HERE / "packet.typ",
            format="pdf",
            sys_inputs={"sheet": json.dumps(_plain(sheet))},
            pdf_standards=["ua-1"],
            ignore_system_fonts=True,
            timestamp=0,
        )
    except typst.TypstError as error:
        # Its message quotes the text that it could not set.
        if NO_GLYPH not in str(error):
            raise
        raise NoTypesetter(NO_LETTERS) from None
    return made


def _plain(sheet: Sheet) -> dict[str, Any]:
    """The sheet as JSON, its charts as pictures; nothing of it is ever read as markup."""
    fields: dict[str, Any] = asdict(sheet)
    for section, told in zip(sheet.sections, fields["sections"], strict=True):
        told["charts"] = [_drawn(chart) for chart in section.charts]
    return fields | {"marked": sorted(MARKED), "walls": WALL, "steps": STEPS, "lines": SIGNATURES}


def _drawn(chart: Chart) -> dict[str, Any]:
    labels = [day.label for day in chart.days]
    table = {"labels": labels, "cells": chart.cells, "of": chart.of_says}
    return {"title": chart.title, "says": chart.says, "svg": chart.svg, "table": table}


def text_of_pdf(paper: bytes) -> str:
    """The words of a PDF, read back from it with its title and its alternative texts."""
    try:
        import pypdf
    except ImportError:
        raise NoTypesetter(NO_READER) from None
    reader = pypdf.PdfReader(io.BytesIO(paper))
    said = [str(value) for value in (reader.metadata or {}).values()]
    alts = [str(o["/Alt"]) for o in _objects(reader) if "/Alt" in o]
    told = [*said, *alts, *(page.extract_text() for page in reader.pages)]
    return "\n".join(told).replace("\u200b", "")


def _objects(reader: Any) -> list[Any]:
    """Every dictionary of the file."""
    found = (reader.get_object(n) for n in range(1, reader.trailer["/Size"]))
    return [one for one in found if hasattr(one, "keys")]


__all__ = ["NoTypesetter", "html", "pdf", "text_of_pdf", "typesetter"]
