"""The wall chart as text: what the form says is read again, and nothing that is wrong is missed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.domain.codes import Channel, Relation, Verdict
from ledger.domain.meeting import Agreed, Asked, Attendee, Chart, Person, Tried
from ledger.said import Unclear, parse_when
from ledger.written import chart
from ledger.written.chart import Written
from ledger.written.lines import DASH, Fault, Piece, marked, unmarked

ZONE = ZoneInfo("America/Los_Angeles")
HELD = date(2026, 10, 15)
NOW = datetime(2026, 10, 15, 9, tzinfo=ZONE)
STAFF = {"ruth alder": "s-alder", "okafor": "s-okafor", "per lund": "s-lund"}
PEOPLE = {
    **{name: Person(staff=id) for name, id in STAFF.items()},
    "mother": Person(relation=Relation.MOTHER),
    "social worker": Person(relation=Relation.SOCIAL_WORKER),
    "the student": Person(student=True),
    "outside nurse": Person(role="nurse"),
}
NAMES = {person.key: name for name, person in PEOPLE.items()}
EMPTY = chart.form("SST", Written(), lambda person: NAMES[person.key])


class Words:
    """People by their names here, days by the nearest date."""

    def person(self, said: str) -> Person:
        if said.casefold() not in PEOPLE:
            raise Unclear(f'nobody on the staff is called "{said}".')
        return PEOPLE[said.casefold()]

    def day(self, said: str) -> date:
        return parse_when(f"{said} 12:00", NOW, ZONE, None, allow_future=True).date()

    due = day

    def when(self, said: str) -> datetime:
        return parse_when(said, NOW, ZONE, None, allow_future=True)

    def language(self, said: str) -> str | None:
        return {"spanish": "es", "es": "es"}.get(said.casefold())


def read(text: str) -> Written | list[Fault]:
    return chart.read(text, Words(), HELD)


def well(text: str) -> Written:
    said = read(text)
    assert isinstance(said, Written), said
    return said


def faults(text: str) -> list[Fault]:
    said = read(text)
    assert isinstance(said, list), said
    return said


# Values that a form can say: one line each, without what parts a line

LETTERS = st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="()")
WORDS = st.lists(st.text(LETTERS, min_size=1, max_size=9), min_size=1, max_size=6).map(" ".join)
TEXTS = WORDS.filter(lambda text: DASH.search(text) is None)
LINES = st.lists(WORDS, max_size=4).map(tuple)
SOME = st.lists(st.sampled_from(list(PEOPLE.values())), max_size=3, unique=True).map(tuple)
DAYS = st.dates(HELD, HELD + timedelta(days=3000))
TIMES = st.integers(1, 5_000_000).map(
    lambda n: (NOW.astimezone(UTC) + timedelta(days=1, minutes=n)).astimezone(ZONE)
)
NAMED = (
    st.text("abcdefgh. ", min_size=1, max_size=12)
    .map(lambda said: " ".join(said.split()))
    .filter(bool)
)


@st.composite
def promises(draw: st.DrawFn) -> Agreed:
    ends = sorted(draw(st.lists(DAYS, min_size=2, max_size=2)))
    start, due = (end if draw(st.booleans()) else None for end in ends)
    who = draw(SOME.filter(bool))
    return Agreed(what=draw(TEXTS), who=who, start=start, due=due)


ATTENDEES = st.builds(
    Attendee,
    who=st.sampled_from(list(PEOPLE.values())),
    language=st.sampled_from([None, "es"]),
    interpreted=st.booleans(),
    channel=st.sampled_from([None, *(one for one in Channel if one is not Channel.IN_PERSON)]),
)
CHARTS = st.builds(
    Chart,
    strengths=LINES,
    known=LINES,
    tried=st.lists(
        st.builds(
            Tried, what=WORDS, verdict=st.sampled_from([None, *Verdict]), note=st.just("") | WORDS
        ),
        max_size=4,
    ).map(tuple),
    concerns=LINES,
    strategies=LINES,
)


@st.composite
def sayings(draw: st.DrawFn) -> Written:
    return Written(
        there=tuple(draw(st.lists(ATTENDEES, max_size=4, unique_by=lambda one: one.who.key))),
        interpreter=draw(st.just("") | NAMED),
        chart=draw(CHARTS),
        questions=tuple(draw(st.lists(st.builds(Asked, text=TEXTS, who=SOME), max_size=3))),
        actions=tuple(draw(st.lists(promises(), max_size=3))),
        follow_up=draw(st.none() | TIMES),
    )


@given(sayings())
@example(Written(actions=(Agreed(what="soap, , towels", who=(PEOPLE["okafor"],)),)))
def test_what_a_form_says_is_read_again(said: Written) -> None:
    text = chart.form("SST follow-up", said, lambda person: NAMES[person.key], {"known": ["a #"]})
    back = well(text)
    assert back.follow_up == said.follow_up
    assert (back.there, back.interpreter) == (said.there, said.interpreter)
    assert back.chart == said.chart
    assert (back.questions, back.actions) == (said.questions, said.actions)


@given(sayings(), st.data())
def test_whatever_becomes_of_a_form_it_is_read_or_told_what_is_wrong(
    said: Written, data: st.DataObject
) -> None:
    text = chart.form("SST", said, lambda person: NAMES[person.key])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 12))
        text = text[:at] + data.draw(st.text(max_size=6)) + text[at + cut :]
    back = read(text)
    lines = text.count("\n") + text.count("\r") + 1
    if isinstance(back, list):
        assert back
        assert all(1 <= fault.line <= lines and fault.column >= 1 for fault in back)


@given(st.text(max_size=400))
def test_any_text_is_read_or_told_what_is_wrong(text: str) -> None:
    assert isinstance(read(text), Written | list)


@given(st.text(max_size=200), st.lists(st.integers(1, 40), max_size=4))
def test_what_is_told_on_top_goes_again_and_moves_no_line(text: str, lines: list[int]) -> None:
    text = "".join(line for line in text.splitlines(True) if not line.lstrip().startswith("#!"))
    text = unmarked(text)
    told = [Fault(line, 1, "so") for line in lines]
    assert unmarked(marked(text, told)) == text
    shown = marked(text, told).split("\n")
    for n, fault in enumerate(told):
        assert shown[n] == f"#! line {fault.line + len(told)}: so"


FULL = """\
# SST follow-up · Ana Rivera · Thu Oct 15 2026 8:00.   One line each; lines with # are ignored.
there: ruth alder, okafor, per lund, mother by phone, interpreter r. soto
strengths: helps younger children
  - draws
known:
tried:          (+ worked   - did not   ~ partly)
  + CICO
  ~ seat by the door (mornings)
  − picture schedule
concerns:       (most urgent first)
questions:      (question — who finds out)
  who sits with her at lunch? -- okafor and mother
strategies:
  1. a seat with an adult
actions:        (who and who — what — from — by)
  okafor — lunch seat with an adult — Oct 16 — Oct 30
  ruth alder and mother - homework routine - - Nov 1
follow-up: Thu Nov 12 8:00
"""


def test_a_chart_is_read_as_people_write_it() -> None:
    said = well(FULL)
    assert [one.who.key for one in said.there] == ["s-alder", "s-okafor", "s-lund", "mother"]
    assert said.there[3].channel is Channel.PHONE
    assert said.interpreter == "r. soto"
    assert said.chart == Chart(
        strengths=("helps younger children", "draws"),
        tried=(
            Tried(what="CICO", verdict=Verdict.WORKED),
            Tried(what="seat by the door", verdict=Verdict.PARTLY, note="mornings"),
            Tried(what="picture schedule", verdict=Verdict.DID_NOT),
        ),
        strategies=("a seat with an adult",),
    )
    okafor, alder, mother = PEOPLE["okafor"], PEOPLE["ruth alder"], PEOPLE["mother"]
    assert said.questions == (Asked(text="who sits with her at lunch?", who=(okafor, mother)),)
    assert said.actions == (
        Agreed(
            what="lunch seat with an adult",
            who=(okafor,),
            start=date(2026, 10, 16),
            due=date(2026, 10, 30),
        ),
        Agreed(what="homework routine", who=(alder, mother), due=date(2026, 11, 1)),
    )
    assert said.follow_up == datetime(2026, 11, 12, 8, tzinfo=ZONE)


@pytest.mark.parametrize("dash", ["—", " — ", " – ", " - ", " -- ", " --- ", " ― "])
def test_every_dash_parts_an_action(dash: str) -> None:
    said = well("actions:\n  " + dash.join(["okafor", "a seat", "Oct 16", "Oct 30"]))
    assert said.actions[0].due == date(2026, 10, 30)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_will_do(end: str) -> None:
    assert well(f"\ufeff{FULL}".replace("\n", end)) == well(FULL)


def test_what_is_left_out_is_empty() -> None:
    assert well("") == well("# nothing\n") == well(EMPTY) == Written()


@pytest.mark.parametrize(
    ("line", "start", "due"),
    [
        ("okafor — a seat — Oct 30", None, "10-30"),
        ("okafor — a seat — from Oct 16", "10-16", None),
        ("okafor — a seat — Oct 16 —", "10-16", None),
        ("okafor — a seat — — Oct 30", None, "10-30"),
        ("okafor — a seat — from Oct 16 — by Oct 30", "10-16", "10-30"),
        ("okafor — a seat", None, None),
    ],
)
def test_one_date_alone_is_that_by_which_it_is_done(
    line: str, start: str | None, due: str | None
) -> None:
    [action] = well(f"actions:\n  {line}\n").actions
    shown = tuple(day and f"{day:%m-%d}" for day in (action.start, action.due))
    assert shown == (start, due)


WRONG = [  # form, line, words of what is told
    ("hello\n", 1, "no part"),
    ("streghts: x\n", 1, "Did you mean strengths?"),
    ("lunch: rain\n", 1, "There are there, strengths"),
    ("known:\n  a\nknown:\n  b\n", 3, "second part"),
    ("there: okafor, bob\n", 1, '"bob"'),
    ("there: okafor, okafor\n", 1, "twice"),
    ("there: mother (loudly)\n", 1, "no language"),
    ("actions:\n  okafor\n", 2, "who does it, and what"),
    ("actions:\n  — a seat — Oct 30\n", 2, "who does it?"),
    ("actions:\n  a seat — okafor — Oct 30\n", 2, "who comes first"),
    ("actions:\n  okafor — — Oct 30\n", 2, "what is promised?"),
    ("actions:\n  okafor — a seat — Octt 30\n", 2, "Octt"),
    ("actions:\n  okafor — a seat — Oct 30 — Oct 16\n", 2, "before it starts"),
    ("actions:\n  okafor — a seat — Sep 30\n", 2, "before the meeting"),
    ("actions:\n  okafor — a — b — c — d\n", 2, "5 fields"),
    ("actions:\n  bob — a seat\n", 2, '"bob"'),
    ("questions:\n  okafor — who sits there?\n", 2, "question comes first"),
    ("questions:\n  who sits there? — bob\n", 2, '"bob"'),
    ("questions:\n  — okafor\n", 2, "what is the question?"),
    ("tried:\n  +\n", 2, "what was tried?"),
    ("follow-up: Sep 3 8:00\n", 1, "not after the meeting"),
    ("follow-up: Nov 12\n", 1, "Say the time too"),
    ("follow-up: Nov 12 8:00\n  Nov 13 8:00\n", 2, "one line"),
]


@pytest.mark.parametrize(("text", "line", "told"), WRONG)
def test_what_is_wrong_is_told_where_it_stands(text: str, line: int, told: str) -> None:
    [fault] = faults(text)
    assert fault.line == line
    assert told in fault.reason


def test_everything_that_is_wrong_is_told_at_once() -> None:
    text = "there: bob\nactions:\n  ann — a seat\n  okafor\nfollow-up: Sep 3 8:00\nx: y\n"
    assert [fault.line for fault in faults(text)] == [1, 3, 4, 5, 6]


def test_a_fault_points_at_its_words() -> None:
    line = "there: ruth alder, bob"
    [fault] = faults(f"{line}\n")
    assert fault.column == line.index("bob") + 1


def test_no_part_of_a_line_is_lost_between_its_pieces() -> None:
    piece = Piece(3, 5, "a — b—c")
    assert [(one.column, one.text) for one in piece.split(DASH)] == [
        (5, "a"),
        (9, "b"),
        (11, "c"),
    ]


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (20, "20 days after the meeting; the rule is 3 to 6 weeks"),
        (21, ""),
        (42, ""),
        (49, "7 weeks after the meeting; the rule is 3 to 6 weeks"),
    ],
)
def test_a_follow_up_outside_the_rule_is_a_reminder(days: int, told: str) -> None:
    at = NOW + timedelta(days=days)
    assert chart.outside(at, HELD, (3, 6)) == told


@pytest.mark.parametrize(
    ("line", "text", "who"),
    [
        ("who sits with her? (okafor)", "who sits with her?", ("okafor",)),
        ("who sits with her? (okafor and per lund)", "who sits with her?", ("okafor", "per lund")),
        ("who sits with her (at lunch)", "who sits with her (at lunch)", ()),
        ("what helps at home? (mother)", "what helps at home? (mother)", ()),
        ("who was it (okafor) — per lund", "who was it (okafor)", ("per lund",)),
        ("who was it (okafor) —", "who was it (okafor)", ()),
    ],
)
def test_staff_in_brackets_at_the_end_of_a_question_find_out(
    line: str, text: str, who: tuple[str, ...]
) -> None:
    asked = Asked(text=text, who=tuple(PEOPLE[name] for name in who))
    assert well(f"questions:\n  {line}\n").questions == (asked,)
    again = chart.form("SST", Written(questions=(asked,)), lambda person: NAMES[person.key])
    assert well(again).questions == (asked,)
