"""The packet: one answer at one position, the same bytes again, and what each copy holds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from desk import CLERK, PRINCIPAL, School, as_expected
from papers import Story, when

from ledger.domain.codes import Location, Positive, StatementKind
from ledger.domain.incident import INCIDENT, AddStatement
from ledger.domain.student import STUDENT, RecordPraise
from ledger.reports import packet_family as family

ALL = [
    (copy, lang, end)
    for copy in ("team", "principal", "guardian")
    for lang in ("en", "es")
    for end in ("html", "pdf")
]


@pytest.fixture
def story(desk: School) -> Story:
    story = Story(desk)
    story.autumn()
    return story


def printed(at: School, *more: str, student: str = "ana rivera", **how: Any) -> bytes:
    """The paper, as it lies in the folder."""
    answer = at.ok("packet", *student.split(), "--json", *more, **how)
    return Path(answer.json["path"]).read_bytes()


def text(at: School, *more: str, **how: Any) -> str:
    page = family.text_of(printed(at, *more, **how))
    return "\n".join(line.strip() for line in page.splitlines() if line.strip()) + "\n"


# What each copy holds


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("copy", ["team", "principal", "guardian"])
def test_a_copy_reads_as_it_is_kept(desk: School, story: Story, copy: str, lang: str) -> None:
    told = text(desk, "--copy", copy, "--lang", lang, user=PRINCIPAL)
    as_expected(f"packet/{copy}.{lang}", _same_head(desk, told))


def _same_head(at: School, told: str) -> str:
    """Ids are made anew at every school, and with them the hash of its last row."""
    with at.opened() as opened:
        head = opened.school.record.head().hash.hex()
    return told.replace(f"{head[:4]} {head[4:8]}", "0000 0000")


def test_the_parts_stand_in_their_order(desk: School, story: Story) -> None:
    told = text(desk)
    titles = ["STRENGTHS", "SINCE", "PLAN", "HAPPENED", "ENTRIES"]
    titles += ["TRIED", "PROMISED", "FAMILY", "CLOCKS", "CHART"]
    places = [told.index(title) for title in titles]
    assert places == sorted(places)


def test_conclusions_are_the_principals_unless_they_are_asked_for(
    desk: School, story: Story
) -> None:
    said = "the seat beside the window"
    assert said not in text(desk)
    assert said in text(desk, "--conclusions")
    assert said in text(desk, "--copy", "principal")
    assert said not in text(desk, "--copy", "guardian", "--conclusions")


def test_what_was_told_is_marked_and_left_out_for_the_family(desk: School, story: Story) -> None:
    assert "told by Okafor, who saw it:" in text(desk)
    assert "laughed" not in text(desk, "--copy", "guardian")


def test_figures_are_those_of_the_story(desk: School, story: Story) -> None:
    figures = desk.ok("packet", "ana", "rivera", "--json").json["figures"]
    assert figures["incidents"] == 7
    assert figures["major"] == 1
    assert figures["places"] == {"cafeteria": 4, "classroom": 2, "playground": 1}
    assert figures["minutes_lost"] == 240
    assert figures["minutes_not_said"] == 1
    assert figures["removed_days"] == "0.5"
    assert figures["promises"] == {"kept": 2, "late": 1, "open": 1}
    [plan] = figures["plans"]
    assert (plan["state"], plan["at_goal"], plan["of"]) == ("on track", 7, 8)
    assert plan["days"].count(None) == 5
    assert "0/36" not in plan["days"]


def test_a_child_without_anything_has_a_packet_too(desk: School) -> None:
    told = text(desk, student="suryani")
    for said in ("none noted yet", "No plan", "no incident", "No meeting is set"):
        assert said in told


@pytest.mark.parametrize("copy", ["team", "guardian"])
def test_a_packet_of_before_the_child_was_known_is_not_made(desk: School, copy: str) -> None:
    out = desk.root / "early.html"
    with desk.opened() as opened:
        before = opened.school.record.head().position
    told = desk(
        "packet", "ana", "rivera", "--position", "1", "--copy", copy, "--out", str(out),
        user=PRINCIPAL,
    )  # fmt: skip
    assert told.code
    assert "was not known then" in told.err
    assert not out.exists()
    with desk.opened() as opened:
        assert opened.school.record.head().position == before


def test_a_family_reads_no_word_of_the_trade(desk: School, story: Story) -> None:
    told = text(desk, "--copy", "guardian").casefold()
    for word in ("referred", "cico", "minor", "position", "ledger", "motivation", "104233", "p1 "):
        assert word not in told


# The same bytes


@pytest.mark.parametrize(("copy", "lang", "end"), ALL)
def test_a_packet_printed_twice_at_one_position_is_equal(
    desk: School, story: Story, copy: str, lang: str, end: str
) -> None:
    how = ["--copy", copy, "--lang", lang, *(["--pdf"] if end == "pdf" else [])]
    first = desk.ok("packet", "ana", "rivera", *how, "--json").json
    paper = Path(first["path"]).read_bytes()
    desk.clock.pass_(days=3)
    assert printed(desk, *how) == paper
    later(story)
    assert printed(desk, *how) != paper
    assert printed(desk, *how, "--position", str(first["position"])) == paper


def later(story: Story) -> None:
    """What was recorded after a packet was printed: of the child, of the calendar, of others."""
    at, ana = story.at, story.ids["Ana Rivera"]
    story.do(STUDENT, ana, RecordPraise(student_id=ana, occurred=when(10, 16), code=Positive.OTHER))
    story.incident(
        "aaaaaaaa-0000-4000-8000-000000000000", when(10, 16, 9), "Ana Rivera", "Bea Novak",
        where=Location.GYM, said=((StatementKind.OBSERVATION, "Per Lund", "Ran into P2."),),
    )  # fmt: skip
    at.ok("calendar", "set", "--first", "2026-08-19", "--last", "2027-06-11")
    at.ok("roster", "import", str(at.root / "oneroster"))


def test_as_of_is_the_instant_of_the_last_entry(desk: School, story: Story) -> None:
    before = desk.ok("packet", "ana", "rivera", "--json").json
    desk.clock.pass_(days=1)
    later(story)
    then = desk.ok("packet", "ana", "rivera", "--as-of", "2026-10-14 23:00", "--json").json
    assert (then["position"], then["as_of"]) == (before["position"], before["as_of"])
    assert then["sha256"] == before["sha256"]


def test_a_paper_has_head_position_and_numbered_copies(desk: School, story: Story) -> None:
    answer = desk.ok("packet", "ana", "rivera", "--copies", "3", "--json", user=PRINCIPAL).json
    told = family.text_of(Path(answer["path"]).read_bytes())
    head = answer["head"]
    for n in (1, 2, 3):
        foot = f"position {answer['position']} · head {head[:4]} {head[4:8]} · copy {n} of 3"
        assert f"{foot}, Ruth Alder" in told


# Who read it


def test_one_answer_is_one_access_event(desk: School, story: Story) -> None:
    before = len(desk.answers())
    desk.ok("packet", "ana", "rivera")
    [answer] = desk.answers()[before:]
    assert answer.event.what == "packet, team copy"
    assert story.ids["Ana Rivera"] in answer.event.subjects


def test_a_familys_copy_is_recorded_as_given_to_them(desk: School, story: Story) -> None:
    before = len(desk.answers())
    desk.ok("packet", "ana", "rivera", "--copy", "guardian", "--to", "mother")
    read, given = desk.answers()[before:]
    assert (type(read.event).__name__, type(given.event).__name__) == (
        "RecordViewed",
        "RecordDisclosed",
    )
    assert given.event.to == "mother"
    assert given.event.subjects == (story.ids["Ana Rivera"],)
    assert "mother" in desk.ok("access", "log", "ana", "rivera").out


def test_who_sees_no_words_gets_no_packet(desk: School, story: Story) -> None:
    answer = desk("packet", "ana", "rivera", user=CLERK)
    assert answer.code == 4
    assert not (desk.folder / "papers").exists()


# Where papers lie


def test_papers_lie_in_a_folder_of_nobody_else_without_a_name(desk: School, story: Story) -> None:
    path = Path(desk.ok("packet", "ana", "rivera", "--json").json["path"])
    assert path.parent == desk.folder / "papers"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert not {"ana", "rivera", "104233"} & {*path.stem.replace("-", " ").casefold().split()}


def test_old_papers_are_told_of_and_cleared(desk: School, story: Story) -> None:
    old = Path(desk.ok("packet", "ana", "rivera", "--json").json["path"])
    desk.clock.pass_(days=8)
    assert "1 paper is older than 7 days" in desk.ok("packet", "leo", "park").out
    assert "packets     1 on disk, older than 7 days" in desk("doctor").out
    answer = desk.ok("packet", "clear", "--json").json
    assert (answer["removed"], answer["kept"]) == (1, 1)
    assert not old.exists()
    assert desk.ok("packet", "clear", "--all").out == "1 paper removed.\n"
    assert not [*(desk.folder / "papers").iterdir()]


def test_clear_is_a_command_alone_and_a_word_among_others(desk: School, story: Story) -> None:
    assert desk.ok("packet", "clear").out == "No paper removed.\n"
    assert desk("packet", "clear", "water").code == 3
    assert "Papers of any age" in desk.ok("packet", "clear", "--help").out
    assert "STUDENT" in desk.ok("packet", "--help").out


def test_a_paper_is_opened_by_a_path_without_a_name(
    desk: School, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def no_browser(url: str) -> bool:
        seen.append(url)
        return False

    monkeypatch.setattr("webbrowser.open", no_browser)
    answer = desk.ok("packet", "ana", "rivera", "--open")
    assert seen[0].startswith("file://")
    assert "rivera" not in seen[0].casefold()
    assert "No browser could be opened" in answer.err


def test_out_is_written_once_and_only_as_page_or_pdf(desk: School, story: Story) -> None:
    out = desk.root / "a.html"
    desk.ok("packet", "ana", "rivera", "--out", str(out))
    assert desk("packet", "ana", "rivera", "--out", str(out)).code == 1
    assert desk("packet", "ana", "rivera", "--out", str(desk.root / "a.txt")).code == 2
    assert desk("packet", "ana", "rivera", "--out", str(out), "--pdf").code == 2
    assert not [p for p in desk.root.iterdir() if p.name.endswith(".part")]


def test_the_age_of_a_paper_goes_by_the_schools_clock(desk: School, story: Story) -> None:
    path = Path(desk.ok("packet", "ana", "rivera", "--json").json["path"])
    assert os.path.getmtime(path) == pytest.approx(desk.clock.at.timestamp(), abs=1)


# The school's own words


def test_a_school_says_it_in_its_own_words(desk: School, story: Story) -> None:
    own = '[en]\nteam = "Care Team"\n[en.section]\nstrengths = "SHINES"\n[en.say]\nnonsense = "x"\n'
    (desk.folder / "packet.toml").write_text(own)
    answer = desk.ok("packet", "ana", "rivera", "--json")
    assert "en.say.nonsense is not known" in answer.err
    told = Path(answer.json["path"]).read_text()
    assert "SHINES" in told
    assert "Care Team" in told
    assert "PROMISED" in told


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("[en", "packet.toml"),
        ("[en]\nmonths = [1]\n", "en.months has to be a list of 12 words"),
        ("[en]\nteam = 3\n", "en.team has to be text in quotes"),
        ("[en]\nsay = 3\n", "en.say has to be a table"),
    ],
)
def test_words_that_cannot_be_read_are_said(
    desk: School, story: Story, own: str, said: str
) -> None:
    (desk.folder / "packet.toml").write_text(own)
    answer = desk("packet", "ana", "rivera")
    assert answer.code == 2
    assert said in answer.err


def test_both_languages_have_the_same_words() -> None:
    from ledger.reports.packet_words import catalogue

    table, _ = catalogue()
    for name in ("say", "section", "family_section", "family_rights", "wall", "title"):
        assert table["en"][name].keys() == table["es"][name].keys(), name
    assert table["en"]["family_say"].keys() == table["es"]["family_say"].keys()


def test_a_statement_added_later_is_in_the_next_packet(desk: School, story: Story) -> None:
    one = AddStatement(
        kind=StatementKind.OBSERVATION, observer=story.staff["Per Lund"], text="Said sorry to P2."
    )
    story.do(INCIDENT, "00000007-0000-4000-8000-000000000000", one)
    assert "Said sorry to another student." in text(desk)
