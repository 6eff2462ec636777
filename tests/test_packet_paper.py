"""A packet as page and as PDF: no text is ever markup, the PDF is tagged, nothing is clipped."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from desk import PRINCIPAL, School
from lxml import etree
from lxml import html as lxml_html
from papers import Story, when

from ledger.domain.codes import MeetingKind, Positive, StatementKind, Verdict
from ledger.domain.incident import INCIDENT, AddStatement, CorrectBehavior
from ledger.domain.meeting import MEETING, Agreed, Attendee, Chart, HoldMeeting, Person, Tried
from ledger.domain.student import STUDENT, RecordPraise
from ledger.reports import packet_paper as paper
from ledger.reports import packet_words as wording
from ledger.said import clean

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
ENDS = ("html", "pdf")
PAYLOADS = (
    '<script>alert("h")</script>',
    "</style></svg></title><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "{{ 7 * 7 }} {% for x in y %}",
    '#import "/etc/passwd": x $ a^2 $ #panic("h") *b* _i_ @ref <l> \\ ` [c]',
    "&lt;b&gt; &amp; <!-- c --> ]]> <![CDATA[ c ]]>",
    "\x1b[31mred\u202etxet\u200b",
    "words " * 40 + "L" * 300,
    "Привет עברית Nguyễn ñandú ½ ✓ ✗",
)
NO_TYPE = "日本語 العربية 🎈"
SAW = StatementKind.OBSERVATION


@pytest.fixture
def story(desk: School) -> Story:
    story = Story(desk)
    story.autumn()
    return story


def made(at: School, *more: str, **how: Any) -> bytes:
    answer = at.ok("packet", "ana", "rivera", "--json", *more, user=PRINCIPAL, **how)
    return Path(answer.json["path"]).read_bytes()


def parsed(page: str | bytes) -> Any:
    return lxml_html.fromstring(page)


def tell(story: Story, text: str) -> None:
    """The text in every place of the record that a packet shows."""
    ana, okafor = story.ids["Ana Rivera"], Person(staff=story.staff["Dana Okafor"])
    last = "00000007-0000-4000-8000-000000000000"
    story.do(
        INCIDENT,
        last,
        AddStatement(kind=SAW, observer=story.staff["Per Lund"], text=text),
        AddStatement(kind=StatementKind.ABC, text=text, antecedent=text, consequence=text),
        AddStatement(kind=StatementKind.REPORTED, text=text),
        AddStatement(kind=StatementKind.INFERENCE, text=text),
    )
    praise = RecordPraise(student_id=ana, occurred=when(10, 14, 9), code=Positive.OTHER, text=text)
    story.do(STUDENT, ana, praise)
    chart = Chart(strengths=(text,), tried=(Tried(what=text, verdict=Verdict.WORKED, note=text),))
    held = HoldMeeting(
        kind=MeetingKind.INFORMAL,
        at=when(10, 14, 11),
        attended=(Attendee(who=okafor),),
        chart=chart,
        actions=(Agreed(what=text, who=(Person(role="county worker <b>"),)),),
    )
    story.do(MEETING, "00000032-0000-4000-8000-000000000000", held)


# No text is markup


@pytest.mark.parametrize("text", PAYLOADS, ids=range(len(PAYLOADS)))
@pytest.mark.parametrize("copy", ["principal", "guardian"])
def test_no_text_is_markup_in_a_page(desk: School, story: Story, text: str, copy: str) -> None:
    tell(story, text)
    page = made(desk, "--copy", copy)
    tree = parsed(page.decode())
    assert not tree.xpath("//script | //img | //link | //iframe | //object | //b/b")
    assert not tree.xpath("//@*[starts-with(name(), 'on')] | //@src | //@href")
    assert "49" not in "".join(tree.xpath("//article//text()"))
    assert "\x1b" not in page.decode()
    assert "\u202e" not in page.decode()
    shown = " ".join(tree.text_content().split())
    assert " ".join(clean(text).split()) in shown


@pytest.mark.parametrize("text", PAYLOADS, ids=range(len(PAYLOADS)))
def test_no_text_is_markup_in_a_pdf(desk: School, story: Story, text: str) -> None:
    tell(story, text)
    told = paper.text_of_pdf(made(desk, "--copy", "principal", "--pdf"))
    assert "root:" not in told
    if text.isascii() and text.isprintable() and "LLL" not in text:
        assert "".join(text.split()) in "".join(told.split())


@pytest.mark.parametrize("end", ENDS)
def test_names_and_words_of_the_school_are_no_markup(desk: School, story: Story, end: str) -> None:
    toml = desk.folder / "school.toml"
    toml.write_text(toml.read_text().replace('"Tannery Hill"', "'<b>T</b> #panic(1) {{ x }}'"))
    own = desk.folder / "packet.toml"
    own.write_text("[en]\nteam = '<i>T</i> {0.__class__} {{ 7*7 }} #panic()'\n")
    data = made(desk, *(["--pdf"] if end == "pdf" else []))
    told = paper.text_of_pdf(data) if end == "pdf" else parsed(data).text_content()
    assert "{0.__class__}" in told or "{0.__CLASS__}" in told
    assert "<b>" in told.casefold()


def test_a_corrected_reason_and_a_late_promise_are_no_markup(desk: School, story: Story) -> None:
    one = desk.of("BehaviorCorrected")[0]
    again = CorrectBehavior(label="P1", behaviors=one.behaviors, reason="<script>")
    assert again.reason
    page = made(desk)
    assert b"<script" not in page


def test_letters_that_a_pdf_has_no_type_for_are_said_and_stand_in_the_page(
    desk: School, story: Story
) -> None:
    tell(story, NO_TYPE)
    answer = desk("packet", "ana", "rivera", "--pdf")
    assert answer.code == 1
    assert "print the web page" in answer.err
    assert NO_TYPE[:2] not in answer.err
    assert not [*desk.folder.glob("papers/*")]
    assert NO_TYPE in made(desk).decode()


# The page


def test_a_page_is_whole_by_itself_and_well_formed(desk: School, story: Story) -> None:
    for copy in wording.COPIES:
        page = made(desk, "--copy", copy).decode()
        tree = parsed(page)
        assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in page
        assert tree.get("lang") == "en"
        assert len(tree.xpath("//h1")) == 1
        svgs = tree.xpath("//*[local-name()='svg']")
        assert svgs
        for svg in svgs:
            etree.fromstring(etree.tostring(svg))
            assert svg.get("role") == "img"
            assert [child.tag for child in svg[:2]] == ["title", "desc"]
        assert tree.xpath("//figure/table//th[@scope='col']")


def test_a_chart_and_its_table_have_the_same_days(desk: School, story: Story) -> None:
    tree = parsed(made(desk).decode())
    [figure] = tree.xpath("//figure")
    cells = figure.xpath(".//table/tr[2]/td[not(@class)]/text()")
    assert [cell for cell in cells if cell != "–"] == [str(p) for p in papers_points()]
    assert len(figure.xpath(".//*[local-name()='circle']")) == len(papers_points())
    gaps = cells.count("–")
    assert len(figure.xpath(".//*[local-name()='rect']")) == gaps + 1  # and the one that explains


def papers_points() -> list[int]:
    from papers import POINTS

    return [points for points in POINTS if points is not None]


def test_copies_of_one_page_have_no_id_twice(desk: School, story: Story) -> None:
    tree = parsed(made(desk, "--copies", "5").decode())
    ids = tree.xpath("//@id")
    assert len(ids) == len({*ids})
    assert len(tree.xpath("//main")) == 10


# The PDF


@pytest.fixture
def pdf(desk: School, story: Story) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(made(desk, "--pdf", "--copy", "guardian", "--lang", "es"))) as one:
        yield one


def test_a_pdf_declares_ua_1_with_language_and_title(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata() as meta:
        assert meta["pdfuaid:part"] == "1"
        assert "Ana Rivera" in str(meta["dc:title"])
    assert str(pdf.Root.Lang) == "es"
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)


def test_a_pdf_has_a_structure_tree_with_alternative_texts(pdf: pikepdf.Pdf) -> None:
    kinds: list[str] = []
    alts: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, pikepdf.Array):
            for kid in node:
                walk(kid)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                kinds.append(str(node.S))
                if node.S == "/Figure":
                    alts.append(str(node.get("/Alt", "")))
            if "/K" in node:
                walk(node.K)

    walk(pdf.Root.StructTreeRoot.K)
    assert {"/H1", "/H2", "/H3", "/Figure", "/Table", "/TH", "/L"} <= {*kinds}
    assert alts
    for alt in alts:
        assert "meta 80" in alt
        assert "28/36" in alt


def test_a_pdf_has_no_day_of_its_making(pdf: pikepdf.Pdf) -> None:
    assert "/CreationDate" not in pdf.docinfo or "1970" in str(pdf.docinfo["/CreationDate"])


def test_the_words_of_a_pdf_are_those_of_the_page(desk: School, story: Story) -> None:
    for copy in wording.COPIES:
        page = parsed(made(desk, "--copy", copy).decode())
        told = "".join(paper.text_of_pdf(made(desk, "--copy", copy, "--pdf")).split()).casefold()
        for part in page.xpath("//main//h2 | //article/p | //article/h3 | //dd | //li"):
            text = "".join(part.xpath("./text() | ./b/text() | ./span/text()"))
            assert "".join(text.split()).casefold() in told, text


def test_without_the_extra_a_pdf_is_refused_before_anything_is_read(
    desk: School, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    before = len(desk.answers())
    answer = desk("packet", "ana", "rivera", "--pdf")
    assert answer.code == 1
    assert "behavior-ledger[pdf]" in answer.err
    assert len(desk.answers()) == before


# In a browser


@pytest.mark.slow
def test_a_page_prints_on_letter_without_a_clipped_line(desk: School, story: Story) -> None:
    if not CHROMIUM.exists():
        pytest.skip("there is no /usr/bin/chromium here")
    from playwright.sync_api import sync_playwright

    tell(story, "words " * 30 + "L" * 120)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for copy in wording.COPIES:
            for lang in wording.LANGUAGES:
                page = browser.new_page(viewport={"width": 710, "height": 960})
                page.set_content(made(desk, "--copy", copy, "--lang", lang).decode())
                page.emulate_media(media="print")
                assert page.evaluate(CLIPPED) == []
                printed = page.pdf(format="Letter", prefer_css_page_size=True)
                with pikepdf.open(io.BytesIO(printed)) as one:
                    assert len(one.pages) <= 4
                    assert [float(n) for n in one.pages[0].mediabox] == [0, 0, 612, 792]
                page.close()
        browser.close()


CLIPPED = """() => [...document.querySelectorAll('body *')]
  .filter(e => !e.closest('svg, .unseen') && getComputedStyle(e).display != 'inline')
  .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
  .map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40))"""
