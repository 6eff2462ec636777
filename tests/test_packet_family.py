"""A family's copy: nothing of another child is in it, and what would be is not written at all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from desk import ADULTS, PRINCIPAL, PUPILS, School, write_roster
from hypothesis import given
from hypothesis import strategies as st
from papers import Story, when

from ledger.domain.codes import (
    MeetingKind,
    Relation,
    StatementKind,
    Verdict,
)
from ledger.domain.due_process import AttachGuardianStatement, ChallengeStatement
from ledger.domain.incident import INCIDENT
from ledger.domain.meeting import (
    MEETING,
    Agreed,
    Attendee,
    Chart,
    HoldMeeting,
    Person,
    RequestAssistance,
    Tried,
)
from ledger.finding import Found, search_key
from ledger.reports import packet_family as family
from ledger.reports import packet_paper as paper
from ledger.reports.packet_words import catalogue, words

SAW, TOLD, THINKS = StatementKind.OBSERVATION, StatementKind.REPORTED, StatementKind.INFERENCE
INCIDENT_ID = "77777777-0000-4000-8000-000000000000"
# Invented children whose every name, number, class and grade is found at a glance.
CANARIES = (
    ("c-1", "Xanthippe", "Quetzalcoatl", "998877", "06", "c-zed"),
    ("c-2", "Bartholomeus", "Jaguarundi", "887766", "06", "c-zed"),
)
OURS = ("p-ana", "Ana", "Rivera", "104233", "03", "c-okafor")
PARTS = ("Xanthippe", "Quetzalcoatl", "Bartholomeus", "Jaguarundi")
TRACES = (*PARTS, "998877", "887766", "X.Q.", "B. J.", "XQ", "Zedekiah", "sixth", "grade 6", "gr 6")
SAID = (
    (SAW, "Dana Okafor", "P1 pushed P2, and P3 laughed at Xanthippe's shoes."),
    (SAW, "Dana Okafor", "Threw Quetzalcoatl the ball; X.Q. fell over bartholomeus."),
    (SAW, "Dana Okafor", "P2 hit P3 first."),
    (SAW, "Dana Okafor", "Jaguarundi, Bartholomeus cried beside her; B. J. ran."),
    (TOLD, "Dana Okafor", "P3 says that P2 began."),
    (THINKS, "Dana Okafor", "P2 is jealous of P1."),
)


@pytest.fixture
def story(desk: School) -> Story:
    """A school with canaries on its roster, and one incident of three children."""
    files = write_roster(desk.root / "more", [*PUPILS, *CANARIES], ADULTS)
    classes = files / "enrollments.csv"
    classes.write_text(classes.read_text().replace("c-zed", "c-haddad"))
    desk.ok("roster", "import", str(files))
    story = Story(desk)
    story.calendar()
    story.incident(
        INCIDENT_ID, when(10, 12, 12, 10), "Ana Rivera", "Xanthippe Quetzalcoatl",
        "Bartholomeus Jaguarundi", said=SAID,
    )  # fmt: skip
    chart = Chart(
        strengths=("shares with Xanthippe",),
        tried=(
            Tried(what="a seat far from Jaguarundi", verdict=Verdict.WORKED, note="see 998877"),
        ),
    )
    okafor = Person(staff=story.staff["Dana Okafor"])
    story.do(
        MEETING,
        "88888888-0000-4000-8000-000000000000",
        RequestAssistance(
            student_id=story.ids["Ana Rivera"], school_id=story.school_id,
            on=when(10, 12).at.date(), by=okafor, concern="Xanthippe and she do not get on.",
        ),
        HoldMeeting(
            kind=MeetingKind.INITIAL, at=when(10, 13, 8), chart=chart,
            attended=(Attendee(who=okafor),),
            actions=(Agreed(what="talk with Bartholomeus J.", who=(okafor,)),),
        ),
    )  # fmt: skip
    return story


def copy_of(at: School, *more: str) -> str:
    """Every word of a family's copy, as page and as PDF."""
    told = []
    for how in ([], ["--pdf"]):
        answer = at.ok(
            "packet", "ana", "rivera", "--copy", "guardian", *how, *more, "--json", user=PRINCIPAL
        )
        data = Path(answer.json["path"]).read_bytes()
        told.append(paper.text_of_pdf(data) if how else data.decode())
    return "\n".join(told)


def words_of(text: str) -> set[str]:
    return {*re.findall(r"[\w.]+", text.casefold())}


@pytest.mark.parametrize("lang", ["en", "es"])
def test_nothing_of_the_other_two_children_is_in_it(desk: School, story: Story, lang: str) -> None:
    told = copy_of(desk, "--lang", lang).casefold()
    assert [trace for trace in TRACES if trace.casefold() in told] == []
    assert {"en": "another student", "es": "otro estudiante"}[lang] in told
    assert "sex" not in words_of(told)


def test_what_no_search_can_judge_is_to_be_read_before_it_leaves(
    desk: School, story: Story
) -> None:
    told = desk.ok("packet", "ana", "rivera", "--copy", "guardian")
    assert "read these" not in told.out
    text = "Ana pushed a girl of room 12, a third grader."
    line = ("incident", "statement", INCIDENT_ID, "--saw", "-")
    desk.ok(*line, stdin=text)
    told = desk.ok("packet", "ana", "rivera", "--copy", "guardian")
    assert f"bledger incident show {INCIDENT_ID[:7]}" in told.out
    answer = desk.ok("packet", "ana", "rivera", "--copy", "guardian", "--json")
    assert answer.json["read_first"] == [INCIDENT_ID[:7]]


def test_only_what_was_seen_of_their_child_is_in_it(desk: School, story: Story) -> None:
    told = copy_of(desk)
    assert "Ana pushed another student, and a third student laughed" in told
    assert "hit a third student first" not in told.casefold()
    assert "began" not in told
    assert "jealous" not in told


def test_each_entry_says_who_saw_it_when_and_where(desk: School, story: Story) -> None:
    told = copy_of(desk)
    assert "Mon Oct 12 2026, 12:10 PM · in the cafeteria" in told
    assert "Dana Okafor saw this:" in told


def test_the_others_families_are_shown_nothing_of_this_child(desk: School, story: Story) -> None:
    answer = desk.ok("packet", "998877", "--copy", "guardian", "--json")
    told = Path(answer.json["path"]).read_text()
    for part in ("Ana", "Rivera", "104233", "Bartholomeus", "Jaguarundi"):
        assert part.casefold() not in words_of(told)
    assert "Xanthippe" in told


# What unmasks a child is caught


UNMASKED = {  # what stands for P2 in the incident's texts, where nothing is masked
    "a name": "Xanthippe",
    "a family name in small letters": "quetzalcoatl",
    "both names": "Xanthippe Quetzalcoatl",
    "a possessive": "Jaguarundi\u2019s friend",
    "initials": "X.Q.",
    "a number": "998877",
    "the name of somebody who was not there": "Mateo Cruz",
    "turned round": "Cruz, Mateo",
    "an accent": "Xánthippe",
}


def unmask(patch: pytest.MonkeyPatch, said: str) -> None:
    """The texts of incidents are shown as they are, with this for P2."""

    def bare(text: str, cast: family.Cast, *rest: Any) -> str:
        return text.replace("P2", said) if cast.people else family.masked(text, cast, *rest)

    patch.setattr("ledger.reports.packet_parts.masked", bare)


@pytest.mark.parametrize("how", UNMASKED)
@pytest.mark.parametrize("form", ["html", "pdf"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_copy_that_would_show_another_child_is_not_written(
    desk: School,
    story: Story,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    form: str,
    lang: str,
) -> None:
    unmask(monkeypatch, UNMASKED[how])
    before = len(desk.answers())
    line = ["packet", "ana", "rivera", "--copy", "guardian", "--lang", lang]
    answer = desk(*line, *(["--pdf"] if form == "pdf" else []))
    assert answer.code == 4
    assert "bledger incident show 7777777" in answer.err
    assert not words_of(answer.err + answer.out) & words_of(" ".join(TRACES))
    assert "mateo" not in answer.err.casefold()
    assert not [*desk.folder.glob("papers/*")]
    given = desk.answers()[before:]
    assert [type(one.event).__name__ for one in given] == ["RecordViewed"]


def test_the_pdf_is_searched_by_itself(
    desk: School, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    unmask(monkeypatch, "Xanthippe")
    monkeypatch.setattr("cli.packet.family.text_of", lambda page: "")
    assert desk("packet", "ana", "rivera", "--copy", "guardian").code == 0
    assert desk("packet", "ana", "rivera", "--copy", "guardian", "--pdf").code == 4


@pytest.mark.parametrize("end", ["html", "pdf"])
def test_a_picture_is_searched_too(
    desk: School, story: Story, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    story.plan()
    monkeypatch.setattr("ledger.reports.packet_words.Words.tiny", lambda self, day: "Quetzalcoatl")
    more = ["--pdf"] if end == "pdf" else []
    answer = desk("packet", "ana", "rivera", "--copy", "guardian", *more)
    assert answer.code == 4
    assert "packet.toml" in answer.err


# The family's own words


def test_a_familys_statement_stands_with_what_it_answers(desk: School, story: Story) -> None:
    alone = story.incident("66666666-0000-4000-8000-000000000000", when(10, 13, 9), "Ana Rivera")
    words = AttachGuardianStatement(
        relation=Relation.MOTHER, on=when(10, 14).at.date(), text="She was ill that day."
    )
    story.do(INCIDENT, alone, words)
    for copy in ("team", "principal", "guardian"):
        answer = desk.ok("packet", "ana", "rivera", "--copy", copy, "--json")
        told = Path(answer.json["path"]).read_text()
        assert "She was ill that day." in told, copy
        assert "mother wrote on Oct 14" in told, copy


def test_another_familys_statement_is_not_shown(desk: School, story: Story) -> None:
    words = AttachGuardianStatement(
        relation=Relation.FATHER, on=when(10, 14).at.date(), text="My daughter was hurt."
    )
    story.do(INCIDENT, INCIDENT_ID, words)
    told = copy_of(desk)
    assert "My daughter" not in told
    assert "father" not in told
    assert "own words" in told
    team = desk.ok("packet", "ana", "rivera", "--json").json
    assert "My daughter was hurt." in Path(team["path"]).read_text()


def test_a_challenged_statement_is_marked(desk: School, story: Story) -> None:
    alone = story.incident(
        "66666666-0000-4000-8000-000000000000", when(10, 13, 9), "Ana Rivera",
        said=((SAW, "Dana Okafor", "Tore a page."),),
    )  # fmt: skip
    one = ChallengeStatement(
        statement=1, on=when(10, 14).at.date(), relation=Relation.MOTHER, grounds="She did not."
    )
    story.do(INCIDENT, alone, one)
    told = copy_of(desk)
    assert "challenged by the mother on Oct 14" in told
    assert "She did not." not in told


# The laws of masking and searching


def book_of(*children: tuple[str, str, str, str]) -> Any:
    """A roster of these children: id, given name, family name, number."""
    import sqlite3

    book = sqlite3.connect(":memory:")
    book.execute(
        "CREATE TABLE student (student_id, name, given, family, grade, teacher, number, active)"
    )
    book.execute("CREATE TABLE student_key (student_id, kind, key)")
    for id, first, last, number in children:
        row = (id, f"{first} {last}", first, last, "3", "Okafor", number, 1)
        book.execute("INSERT INTO student VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        keys = [("name", key) for key in search_key(f"{first} {last}").split()]
        for kind, key in [*keys, ("number", number)]:
            book.execute("INSERT INTO student_key VALUES (?, ?, ?)", (id, kind, key))
    return book


CHILDREN = (
    ("a", "Ana", "Rivera", "104233"),
    ("b", "Leo", "Park", "104234"),
    ("c", "Grace", "Will", "104304"),
    ("d", "Søren", "Ørsted", "104300"),
    ("e", "Íñigo", "Ibáñez-Nuñez", "104301"),
    ("f", "Mateo", "Rivera", "104512"),
)
BOOK = book_of(*CHILDREN)
NAMES = family.whose(BOOK, ["a"], ["b", "c", "d", "e", "f"], ["Dana Okafor", "Sam Park-Lane"])
CAST = family.Cast("P1", {"P1": "a", "P2": "b", "P3": "c", "P4": None})
TABLE, _ = catalogue()
PLAIN = words(TABLE, "en", "guardian")
NAME_PARTS = re.split(
    "; ",
    "Leo; leo; LEO; Grace; Will; Søren; Orsted; Ørsted; Íñigo; Inigo; Ibáñez; Nunez; Mateo; Leo's; "
    "L. P.; Leo P.; Park, Leo; Mateo Rivera",
)
FILLING = re.split(
    " ", "ran P1 P2 P3 P4 P9 and the Ana hit . , Dana saw park will rivera 2026 “ Okafor \n"
)
TEXTS = st.lists(st.sampled_from(NAME_PARTS + FILLING), max_size=12).map(" ".join)


@given(TEXTS)
def test_what_is_masked_has_nothing_to_be_found(text: str) -> None:
    made = family.masked(text, CAST, "Ana", PLAIN, NAMES)
    assert not family.leaks(made, NAMES, frozenset())
    assert not re.search(r"\bP\d", made)


@given(TEXTS, st.sampled_from(["Leo", "Søren", "orsted", "Ibáñez", "Mateo", "104301", "L.P."]))
def test_a_name_put_in_afterwards_is_found(text: str, name: str) -> None:
    made = family.masked(text, CAST, "Ana", PLAIN, NAMES)
    assert family.leaks(f"{made} {name} {made}", NAMES, frozenset())


@pytest.mark.parametrize(
    "text",
    [
        "Ana will walk to the car with grace.",
        "Dana Okafor saw Ana; Sam came.",
        "104233, room 12, 4 of 5",
        "She will read. Then I will.",
    ],
)
def test_the_childs_names_the_staffs_and_common_words_stay(text: str) -> None:
    assert family.masked(text, CAST, "Ana", PLAIN, NAMES) == text
    assert not family.leaks(text, NAMES, frozenset())


ODD = book_of(
    ("a", "Ana", "Rivera", "104233"),
    ("m", "Al", "Mo", "104310"),
    ("h", "Hope", "Young", "104311"),
    ("i", "Ian Eli", "Perez", "104312"),
    ("w", "伟", "李", "104313"),
)
ODDLY = family.whose(ODD, ["a"], ["m", "h", "i", "w"], ["Dana Okafor"])


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Al P2 ran. Al hid.", "Another student ran. Another student hid."),
        ("We saw Hop P3 and H. P3.", "We saw a third student and a third student."),
        ("H. Young left.", "Another student left."),
        ("She hit hope young.", "She hit another student."),
        ("Not hope young's bag, ", "Not another student's bag, "),
        ("He ran at 10:20 AM, not 11 a.m.", "He ran at 10:20 AM, not 11 a.m."),
        ("李伟 ran; 他打李伟了", "Another student ran; 他打another student了"),
        ("A.M. ran; AM hid.", "Another student ran; another student hid."),
        ("Hit P3. I hope so. Ana P3", "Hit a third student. I hope so. Ana a third student"),
    ],
)
def test_names_that_are_particles_slips_initials_and_times_are_told_apart(
    text: str, made: str
) -> None:
    cast = family.Cast("P1", {"P1": "a", "P2": "m", "P3": "h"})
    assert family.masked(text, cast, "Ana", PLAIN, ODDLY) == made
    assert not family.leaks(made, ODDLY, frozenset())


def test_a_time_and_the_papers_own_words_are_nobodys_initials() -> None:
    assert not family.leaks("Tue 8:00 AM, 9:10 a. m., part of the IEP", ODDLY, frozenset({"IEP"}))
    assert family.leaks("他打李伟了", ODDLY, frozenset())
    assert family.leaks("AM ran", ODDLY, frozenset({"AM"}))
    assert family.leaks("part of the IEP", ODDLY, frozenset())


def test_parts_that_the_staff_have_too_may_stand() -> None:
    assert not family.leaks("Sam Park-Lane saw Ana Rivera.", NAMES, frozenset())
    assert family.leaks("Sam Park-Lane saw Leo Park.", NAMES, frozenset())


@given(st.text(max_size=200))
def test_any_text_can_be_masked_and_searched(text: str) -> None:
    family.leaks(family.masked(text, CAST, "Ana", PLAIN, NAMES), NAMES, frozenset())


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_the_words_of_a_page_are_those_that_it_shows(text: str) -> None:
    from html import escape

    page = f'<p title="{escape(text)}">{escape(text)}</p><style>p {{ color: red }}</style>'
    told = family.text_of(page.encode())
    assert told.count(text.replace("\r\n", "\n").replace("\r", "\n")) >= 1 or "\r" in text
    assert "color" not in told or "color" in text


def test_placeholders_are_said_in_order_and_begin_a_sentence() -> None:
    made = family.masked("P2 hit P3. P3 hit P4.", CAST, "Ana", PLAIN, NAMES)
    assert made == "Another student hit a third student. A third student hit another person."


def test_nobody_shows_names_of_the_book_in_a_traceback() -> None:
    assert "Leo" not in repr(NAMES)
    assert "leo" not in repr(NAMES)
    assert isinstance(NAMES.own, Found)


def test_a_number_is_looked_for_from_three_figures_on() -> None:
    assert family.NUMBER.findall("88 or 907") == ["907"]
    assert family._is_searched("907")
    assert not family._is_searched("88")
    assert not family._is_searched("2026")
