"""Paper slips: a number is given out once, whatever happens; the page and the PDF show it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from desk import School
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html
from spec import enveloped

import cli.forms
from ledger.domain.codes import Action, Behavior, Location, current
from ledger.domain.forms import (
    FIRST,
    FORMS,
    PrintSlips,
    SlipsPrinted,
    as_printed,
    number_of,
    span,
    spelled,
)
from ledger.reports import slips as paper

OWN_WORDS = {"lunch-tables": "cafeteria", "room-12": "classroom", "tray": "property-misuse"}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which somebody prints."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def sheet(*numbers: int, lang: str = "en") -> paper.Sheet:
    return paper.sheet(numbers, school="Tannery Hill", own_words=OWN_WORDS, lang=lang)


def parsed(page: bytes) -> Any:
    return lxml_html.fromstring(page.decode())


def shown(page: bytes) -> list[str]:
    """The numbers of the slips on a page."""
    return [text.strip() for text in parsed(page).xpath("//h2/text()")]


# The numbers


@given(st.lists(st.tuples(st.integers(1, 40), st.frozensets(st.integers(90, 200))), max_size=6))
def test_no_number_is_given_out_twice_nor_one_that_was_used_by_hand(
    prints: list[tuple[int, frozenset[int]]],
) -> None:
    events: list[SlipsPrinted] = []
    given_out: list[int] = []
    for count, taken in prints:
        state = FORMS.fold(enveloped(events, "forms"))
        new = FORMS.decide(PrintSlips(count=count, taken=tuple(taken)), state)
        numbers = [n for event in new for n in range(event.first, event.last + 1)]
        assert len(numbers) == count
        assert not taken & {*numbers}
        assert numbers == sorted(numbers)
        assert min(numbers) > max(given_out, default=FIRST - 1)
        events += new
        given_out += numbers
    assert len(given_out) == len(set(given_out))


def test_what_was_printed_is_what_can_be_printed_again() -> None:
    printed = [SlipsPrinted(first=101, last=104), SlipsPrinted(first=106, last=107)]
    state = FORMS.fold(enveloped(printed, "forms"))
    assert state.of(range(100, 110)) == [101, 102, 103, 104, 106, 107]


@given(st.integers(1, 999_999))
def test_a_number_is_read_as_it_was_printed(number: int) -> None:
    assert number_of(spelled(number)) == number_of(str(number)) == number
    assert number_of(f" #{spelled(number)} ") == number


@pytest.mark.parametrize("said", ["", "A-12", "0", "12a", "-3", "\u0663", "1" * 7, "1.5"])
def test_what_is_no_number_of_a_slip_is_none(said: str) -> None:
    assert number_of(said) is None


def test_prints_follow_each_other_and_skip_what_was_written_by_hand(desk: School) -> None:
    for slip in ("0104", "#132", "133", "A-9"):
        desk.ok("log", "leo", "--did", "tardy", "--slip", slip, "--again")
    desk.ok("undo")
    desk.ok("log", "ana rivera", "--did", "tardy")
    desk.ok("incident", "fill", "last", "--slip", "134")
    told = desk.ok("forms", "slips", "--json").json["numbers"]
    assert told == [spelled(n) for n in range(101, 132) if n != 104]
    ranges = [SlipsPrinted(first=101, last=103), SlipsPrinted(first=105, last=131)]
    assert desk.of("SlipsPrinted") == ranges
    more = desk.ok("forms", "slips", "--count", "2", "--json").json["numbers"]
    assert more == ["0135", "0136"]


def test_the_same_line_twice_gives_other_numbers(desk: School) -> None:
    first, second = (desk.ok("forms", "slips", "--json").json["numbers"] for _ in range(2))
    assert not {*first} & {*second}


def test_one_page_is_one(desk: School, here: Path) -> None:
    assert "4 on 1 page: " in desk.ok("forms", "slips", "--count", "4").out
    assert "5 on 2 pages: " in desk.ok("forms", "slips", "--count", "5").out


def test_a_slip_is_printed_again_without_a_new_number(desk: School, here: Path) -> None:
    desk.ok("forms", "slips", "--count", "8")
    events = len(desk.events())
    desk.ok("forms", "slips", "--reprint", "0103", "--out", "again.html")
    desk.ok("forms", "slips", "--reprint", "0103-0106", "--out", "four.html")
    assert len(desk.events()) == events
    assert shown((here / "again.html").read_bytes()) == ["0103"]
    assert shown((here / "four.html").read_bytes()) == ["0103", "0104", "0105", "0106"]
    never = desk("forms", "slips", "--reprint", "0109")
    assert (never.code, "was never printed" in never.err) == (4, True)


@pytest.mark.parametrize("said", ["", "x", "0", "0110-0101", "1-9999", "-5", "0101-"])
def test_what_is_no_number_cannot_be_printed_again(desk: School, said: str) -> None:
    desk.ok("forms", "slips", "--count", "8")
    answer = desk("forms", "slips", f"--reprint={said}", "--out", "x.html")
    assert answer.code == (0 if said == "0101-" else 2), answer.err


# The file


def test_the_page_lies_in_the_folder_one_works_in(desk: School, here: Path) -> None:
    told = desk.ok("forms", "slips").out
    assert "slips-0101-0130.html" in told
    assert shown((here / "slips-0101-0130.html").read_bytes()) == [
        spelled(n) for n in range(101, 131)
    ]


@pytest.mark.parametrize("out", ["slips.txt", "slips", "there.html", "nowhere/slips.html"])
def test_a_file_that_cannot_be_written_costs_no_number(desk: School, here: Path, out: str) -> None:
    (here / "there.html").write_text("mine")
    assert desk("forms", "slips", "--out", out).code in (1, 2)
    assert desk.of("SlipsPrinted") == []
    assert (here / "there.html").read_text() == "mine"


def test_without_what_makes_pdfs_no_number_is_given_out(
    desk: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    answer = desk("forms", "slips", "--out", "slips.pdf")
    assert answer.code == 1
    assert "behavior-ledger[pdf]" in answer.err
    assert desk.of("SlipsPrinted") == []


def test_killed_before_the_file_is_there_the_numbers_are_lost_and_not_doubled(
    desk: School, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as then:
        then.setattr(cli.forms, "_write", killed)
        assert desk("forms", "slips", "--count", "4").code != 0
    assert list(here.iterdir()) == []
    assert desk.ok("forms", "slips", "--count", "4", "--json").json["numbers"][0] == "0105"


def test_on_a_full_disk_it_says_how_to_print_the_same_numbers(
    desk: School, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "slips.html")

    with monkeypatch.context() as then:
        then.setattr(os, "replace", full)
        failed = desk("forms", "slips", "--count", "4")
    assert failed.code == 8
    assert "0101–0104 are given out" in failed.err
    assert "bledger forms slips --reprint 0101-0104" in failed.err
    assert list(here.iterdir()) == []
    desk.ok("forms", "slips", "--reprint", "0101-0104")
    assert [p.name for p in here.iterdir()] == ["slips-0101-0104.html"]


def test_two_desks_at_once_give_out_different_numbers(desk: School) -> None:
    """The numbers are taken and recorded in one transaction."""
    with desk.opened() as one, desk.opened() as two:
        numbers = [*cli.forms._given_out(one, 5), *cli.forms._given_out(two, 5)]
        numbers += cli.forms._given_out(one, 5)
    assert numbers == list(range(101, 116))


# What is on it


@pytest.mark.parametrize("lang", paper.LANGUAGES)
def test_the_page_is_html_with_headings_and_a_language_and_needs_nothing_else(lang: str) -> None:
    page = paper.html(sheet(101, 102, 103, 104, 105, lang=lang))
    etree.fromstring(
        page.replace(b"<!DOCTYPE html>", b"")
        .replace(b"<br>", b"<br/>")
        .replace(b'<meta charset="utf-8">', b"")
    )  # every element is closed
    tree = parsed(page)
    assert tree.get("lang") == lang
    assert len(tree.xpath("//h1")) == 1
    assert tree.xpath("//title/text()") == tree.xpath("//h1/text()")
    assert len(tree.xpath("//h2")) == 5
    assert len(tree.xpath("//*[@class='page']")) == 2
    assert not tree.xpath("//script | //link | //img | //@src | //@href | //@onload")
    assert b"http" not in page
    assert b"url(" not in page
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert tree.xpath("//section/@aria-labelledby") == ids


@pytest.mark.parametrize("lang", paper.LANGUAGES)
def test_a_slip_says_its_number_aloud_and_how_it_is_typed_in(lang: str) -> None:
    text = parsed(paper.html(sheet(147, lang=lang))).text_content()
    aloud = {"en": "zero one four seven", "es": "cero uno cuatro siete"}[lang]
    assert aloud in text
    assert "bledger log … --slip 0147" in text


def test_every_code_has_its_box_and_the_school_its_own_words() -> None:
    english = sheet(101)
    assert len(english.behaviors) == len(current(Behavior))
    assert len(english.places) == len(current(Location)) + 2
    assert {"lunch-tables", "room-12"} < {*english.places}
    assert "tray" not in english.places
    assert english.places[-1] == "other:"


def test_the_words_of_every_language_are_of_codes_that_there_are() -> None:
    for lang in paper.LANGUAGES:
        words = paper._catalogue()[lang]
        assert {*words["behavior"]} <= {code.value for code in Behavior}
        assert {*words["location"]} <= {code.value for code in Location}
        assert {*words["action"]} <= {code.value for code in Action}
        assert words.keys() == paper._catalogue()["en"].keys()
    spanish = paper._catalogue()["es"]
    assert {*spanish["behavior"]} == {code.value for code in current(Behavior)}
    assert {*spanish["location"]} == {code.value for code in current(Location)}
    assert {*spanish["action"]} == {*paper._catalogue()["en"]["action"]}


MARKUP = '<b>&"\'#include "/etc/passwd" $x$ \u202e ]] #'


def test_what_the_school_calls_itself_is_no_markup() -> None:
    made = paper.sheet([101], school=MARKUP, own_words={MARKUP[:20]: "gym"}, lang="en")
    page = paper.html(made)
    assert b"<b>" not in page
    assert "\u202e" not in page.decode()
    assert not parsed(page).xpath("//b")


def test_many_long_words_of_a_school_keep_to_their_room() -> None:
    words = {f"place {n} with a long name": "gym" for n in range(60)}
    made = paper.sheet([101], school="x", own_words=words, lang="en")
    assert len(made.places) == len(current(Location)) + paper.OWN_WORDS
    assert max(map(len, made.places)) <= paper.LONGEST


def test_equal_numbers_are_equal_bytes(desk: School, here: Path) -> None:
    desk.ok("forms", "slips", "--count", "5")
    desk.ok("forms", "slips", "--reprint", "0101-0105", "--out", "again.html")
    again = (here / "again.html").read_bytes()
    assert (here / "slips-0101-0105.html").read_bytes() == again


# The PDF


def texts(pdf: bytes) -> list[str]:
    """The text of each page of a PDF."""
    pypdf: Any = pytest.importorskip("pypdf", reason="pypdf reads PDFs")
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


@pytest.fixture(scope="module")
def typst() -> None:
    pytest.importorskip("typst", reason="a PDF needs the extra `pdf`")


@pytest.mark.usefixtures("typst")
@pytest.mark.parametrize("lang", paper.LANGUAGES)
def test_the_pdf_has_the_numbers_as_text_and_four_slips_on_a_page(lang: str) -> None:
    made = texts(paper.pdf(sheet(*range(101, 111), lang=lang)))
    assert len(made) == 3
    for n in range(101, 111):
        assert f"--slip {spelled(n)}" in made[(n - 101) // 4]


@pytest.mark.usefixtures("typst")
def test_equal_numbers_are_equal_bytes_of_a_pdf_too() -> None:
    assert paper.pdf(sheet(101, 102)) == paper.pdf(sheet(101, 102))
    assert paper.pdf(sheet(101, 102)) != paper.pdf(sheet(101, 103))


@pytest.mark.usefixtures("typst")
def test_the_pdf_says_its_language_and_title_and_is_tagged() -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf reads PDFs")
    read = pypdf.PdfReader(io.BytesIO(paper.pdf(sheet(101, 102, lang="es"))))
    assert read.trailer["/Root"]["/Lang"] == "es"
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "0101–0102" in read.metadata.title


@pytest.mark.usefixtures("typst")
def test_what_the_school_calls_itself_is_no_markup_of_a_pdf() -> None:
    made = paper.sheet([101], school=MARKUP, own_words={MARKUP[:20]: "gym"}, lang="en")
    assert "#include" in texts(paper.pdf(made))[0]


@pytest.mark.usefixtures("typst")
def test_a_pdf_is_printed_by_its_ending(desk: School, here: Path) -> None:
    told = desk.ok("forms", "slips", "--count", "4", "--out", "a.PDF", "--lang", "es", "--json")
    assert told.json["path"] == "a.PDF"
    assert (here / "a.PDF").read_bytes().startswith(b"%PDF-")


def test_a_span_is_one_number_or_two() -> None:
    assert (span(101, 101), span(101, 130)) == ("0101", "0101–0130")


@pytest.mark.parametrize("said", ["147", "0147", "#147", " 0147 "])
def test_a_printed_slip_is_one_key_however_it_is_typed(desk: School, said: str) -> None:
    desk.ok("log", "leo", "--did", "tardy", "--slip", "0147")
    told = desk.ok("log", "leo", "--did", "tardy", "--slip", said).out
    assert "Already recorded" in told
    assert desk("log", "ana rivera", "--did", "tardy", "--slip", said).code == 5
    assert desk.of("IncidentReported")[0].slip == "0147"


@pytest.mark.parametrize("said", ["A-12", "", "00147", "1/2", "slip 9"])
def test_other_numbers_of_slips_stay_as_they_were_typed(said: str) -> None:
    assert as_printed(said) == said


@pytest.mark.parametrize("seed", range(3))
def test_prints_and_slips_by_hand_in_any_order_share_no_number(desk: School, seed: int) -> None:
    draw = Random(seed)
    printed: list[int] = []
    typed: set[int] = set()
    for step in range(14):
        if draw.random() < 0.4:
            told = desk.ok("forms", "slips", "--count", str(draw.randint(1, 5)), "--json").json
            printed += map(int, told["numbers"])
            assert not typed & {*map(int, told["numbers"])}
        else:
            slip = draw.choice(printed) if printed and draw.random() < 0.3 else 100 + step
            typed.add(slip)
            said = draw.choice((str(slip), spelled(slip), f"#{slip}"))
            desk("log", "leo", "--did", "tardy", "--slip", said, "--at", "12:10")
            if draw.random() < 0.3:
                desk("undo")
    assert len(printed) == len(set(printed))


# The program at the desk's time, which dies when it would write its file.
DIES = """
import os, sys
from datetime import datetime
import cli, cli.forms, ledger.school
now = datetime.fromisoformat(sys.argv.pop(1))
ledger.school.clock = lambda: now
cli.forms._write = lambda *_: os._exit(9)
cli.main()
"""


def test_the_numbers_outlive_a_process_that_is_killed_before_its_file(
    desk: School, here: Path
) -> None:
    line = [sys.executable, "-c", DIES, desk.clock().isoformat(), "forms", "slips", "--count", "3"]
    done = subprocess.run(line, env=desk.as_process(), cwd=here, capture_output=True, check=False)
    assert (done.returncode, [*here.iterdir()]) == (9, [])
    assert desk.ok("forms", "slips", "--count", "1", "--json").json["numbers"] == ["0104"]


def test_a_ledger_with_forms_is_whole_and_can_be_built_again(desk: School) -> None:
    desk.ok("forms", "slips")
    desk.ok("verify", "--full")
    desk.ok("rebuild")
    assert desk.ok("forms", "slips", "--count", "1", "--json").json["numbers"] == ["0131"]
