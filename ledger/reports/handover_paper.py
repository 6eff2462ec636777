"""A handover on paper: one web page without a script, or a tagged PDF."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ledger.reports.handover_told import Paper
from ledger.reports.packet_paper import NO_GLYPH, NO_LETTERS
from ledger.reports.slips import NoTypesetter, typesetter
from ledger.said import clean

HERE = Path(__file__).parent


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )


def html(paper: Paper) -> bytes:
    """One page that any browser prints on US Letter."""
    return _templates().get_template("handover.html").render(paper=paper).encode()


def pdf(paper: Paper) -> bytes:
    """The same as PDF/UA-1; NoTypesetter without the extra `pdf`."""
    typst = typesetter()
    try:
        made: bytes = typst.compile(
            HERE / "handover.typ",
            format="pdf",
            sys_inputs={"paper": json.dumps(_cleaned(asdict(paper)))},
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


def _cleaned(value: object) -> object:
    """Every text without letters that steer a screen; nothing of it is ever read as markup."""
    if isinstance(value, dict):
        return {name: _cleaned(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    return clean(value) if isinstance(value, str) else value


__all__ = ["NoTypesetter", "html", "pdf", "typesetter"]
