"""Referral slips on paper, four to a page, with the school's words: a web page or a PDF."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from ledger.domain.codes import MAJOR, MINOR, Action, Behavior, Code, Location, current
from ledger.domain.forms import span, spelled
from ledger.said import clean

TO_A_PAGE = 4
OWN_WORDS = 11  # of the school for places; more have no room
LONGEST = 22  # letters of a word that fit beside its box
LINES, BLANK_LINE = 4, '<p class="text"></p>'
HERE = Path(__file__).parent
LANGUAGES = ("en", "es")


@dataclass(frozen=True)
class Slip:
    """One slip: its number, the number as it is read aloud, and how it is typed in."""

    number: str
    aloud: str
    line: str


@dataclass(frozen=True)
class Sheet:
    """All slips of one print, and the words on them."""

    lang: str
    title: str
    school: str
    words: Mapping[str, str]
    places: Sequence[str]
    behaviors: Sequence[tuple[str, bool, bool]]  # its word; whether it may be minor, and major
    actions: Sequence[str]
    slips: Sequence[Slip]


def sheet(numbers: Sequence[int], *, school: str, own_words: Mapping[str, str], lang: str) -> Sheet:
    """The slips of these numbers; `own_words` are the school's for our codes."""
    words = _catalogue()[lang]
    said = {name: word for name, word in words.items() if isinstance(word, str)}
    name = clean(school)
    return Sheet(
        lang=lang,
        title=f"{said['sheet']} {listed(numbers)} · {name}",
        school=name,
        words=said,
        places=_places(words["location"], own_words),
        behaviors=[
            (_word(code, words["behavior"]), code in MINOR, code in MAJOR)
            for code in current(Behavior)
        ],
        actions=[words["action"][code.value] for code in _done(words["action"])],
        slips=[_slip(number, words["digits"]) for number in numbers],
    )


@cache
def _catalogue() -> Mapping[str, Any]:
    return tomllib.loads((HERE / "slips.toml").read_text(encoding="utf-8"))


def listed(numbers: Sequence[int]) -> str:
    """The numbers in words; those between the first and the last may lack some."""
    return span(numbers[0], numbers[-1])


def _places(words: Mapping[str, str], own_words: Mapping[str, str]) -> list[str]:
    """Our places and the school's own words for some of them, `other` last."""
    codes = {code.value for code in Location}
    own = [word for word, code in own_words.items() if code in codes]
    ours = [_word(code, words) for code in current(Location) if code is not Location.OTHER]
    short = [_short(word) for word in own[:OWN_WORDS]]
    return [*dict.fromkeys([*ours, *short]), _word(Location.OTHER, words)]


def _short(word: str) -> str:
    said = clean(word)
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def _word(code: Code, words: Mapping[str, str]) -> str:
    return words.get(code.value, code.label)


def _done(words: Mapping[str, str]) -> Iterable[Action]:
    return (code for code in current(Action) if code.value in words)


def _slip(number: int, digits: Sequence[str]) -> Slip:
    shown = spelled(number)
    aloud = " ".join(digits[int(digit)] for digit in shown)
    return Slip(shown, aloud, f"bledger log … --slip {shown}")


# As a web page: no script, nothing from elsewhere, the same bytes for the same numbers.


def html(sheet: Sheet) -> bytes:
    """One page that any browser prints."""
    pages = [sheet.slips[n : n + TO_A_PAGE] for n in range(0, len(sheet.slips), TO_A_PAGE)]
    style = (HERE / "slips.css").read_text(encoding="utf-8")
    title = escape(sheet.title)
    body = "\n".join(_page(sheet, slips) for slips in pages)
    return (
        f'<!DOCTYPE html>\n<html lang="{sheet.lang}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    ).encode()


def _page(sheet: Sheet, slips: Iterable[Slip]) -> str:
    each = "\n".join(_section(sheet, slip) for slip in slips)
    return f'<div class="page">\n{each}\n</div>'


def _section(sheet: Sheet, slip: Slip) -> str:
    word = {name: escape(said) for name, said in sheet.words.items()}
    id = f"slip-{slip.number}"
    behaviors = (
        f"{_box(minor)}{_box(major)}{escape(said)}" for said, minor, major in sheet.behaviors
    )
    return f"""\
<section class="slip" aria-labelledby="{id}">
<header><h2 id="{id}"><small>{word["number"]}</small> {slip.number}</h2>
<p>{escape(slip.aloud)}<br>{escape(sheet.school)}</p></header>
{_blanks(word, "date", "time", "grade")}
{_blanks(word, "student", "saw")}
<h3>{word["where"]}</h3>
{_boxes("places", (f"{_box()}{escape(place)}" for place in sheet.places))}
<h3>{word["what"]} <span class="note">{word["level"]}</span></h3>
{_boxes("behaviors", behaviors)}
<h3>{word["seen"]}</h3>
{BLANK_LINE * LINES}
{_blanks(word, "others")}
<h3>{word["done"]}</h3>
{_boxes("actions", (f"{_box()}{escape(done)}" for done in sheet.actions))}
<p class="office">{_box()}{word["office"]}</p>
<footer>{word["enter"]} {escape(slip.line)}</footer>
</section>"""


def _blanks(word: Mapping[str, str], *names: str) -> str:
    spans = "".join(f"<span>{word[name]}</span>" for name in names)
    return f'<p class="line">{spans}</p>'


def _box(there: bool = True) -> str:
    return "<i></i>" if there else '<i class="none"></i>'


def _boxes(kind: str, items: Iterable[str]) -> str:
    return f'<ul class="{kind}">' + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


# As a PDF, tagged for screen readers (PDF/UA-1).


class NoTypesetter(Exception):
    """What makes PDFs is not installed."""


def pdf(sheet: Sheet) -> bytes:
    """The same as a PDF; NoTypesetter without the extra `pdf`."""
    typst = typesetter()
    made: bytes = typst.compile(
        HERE / "slips.typ",
        format="pdf",
        sys_inputs={"sheet": json.dumps(asdict(sheet))},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        timestamp=0,
    )
    return made


def typesetter() -> Any:
    """What makes PDFs, imported when one is asked for."""
    try:
        import typst
    except ImportError:
        raise NoTypesetter(
            "a PDF needs the extra `pdf` (pip install 'behavior-ledger[pdf]'): install it, or "
            "print the web page: --out slips.html"
        ) from None
    return typst
