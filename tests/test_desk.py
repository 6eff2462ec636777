"""The desk: the same answers as the commands give, and nothing that was typed is lost."""

from __future__ import annotations

import gc
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from desk import SPECIALIST, START, School, close
from hypothesis import given
from hypothesis import strategies as st

from cli import Desk
from cli.desk import HELP, HUNG_UP, Sitting
from cli.desk_history import MOST, History
from cli.desk_lines import join, says, split, texts_to_ask, without_texts
from cli.desk_offers import Offers, Students, nothing, of_codes, of_line
from cli.desk_prompts import HungUp, Locked, Stopped
from cli.desk_telling import BEFORE
from cli.desk_watch import SLEPT, Watch
from ledger import drafts
from ledger.domain.codes import Behavior, Location
from ledger.settings import BadSettings, read
from ledger.store.sealing import SchoolKeys

SEEN = "Threw a tray across the room at noon."
ANA = ("ana", "disru", "caf", "1210", SEEN)
OPEN = ("", "", "")  # why, what was done, minor or major


class Script:
    """A person who answers what stands in a script, in its order, and then leaves."""

    def __init__(self, *said: str | Exception | None) -> None:
        self.said, self.asked, self.offered, self.known = [*said], [""], [""], [""]
        self.cleared = 0

    def _next(self, question: str, typed: str) -> str | None:
        self.asked.append(question)
        self.offered.append(typed)
        said = self.said.pop(0) if self.said else None
        if isinstance(said, Exception):
            raise said
        return said

    def line(self, offers: Offers = nothing, typed: str = "") -> str | None:
        return self._next(">", typed)

    def ask(
        self, question: str, offers: Offers = nothing, *, typed: str = "", before: str = ""
    ) -> str | None:
        return self._next(question, typed)

    def row(self, head: str, typed: str = "") -> str | None:
        return self._next(head, typed)

    def text(self, question: str, *, typed: str = "", before: str = "") -> str | None:
        return self._next(question, typed)

    def clear(self) -> None:
        self.cleared += 1

    def remember(self, lines: list[str]) -> None:
        self.known = lines


@contextmanager
def sitting(desk: School, script: Script, user: str = SPECIALIST) -> Iterator[Sitting]:
    """A desk at which this person sits down."""
    at = Desk(desk.env | {"BLEDGER_USER": user}, desk.clock)
    yield Sitting(at, script, Watch(10, desk.clock))
    close(at)


def told(desk: School, *said: str | Exception | None) -> tuple[Script, str, int]:
    """(the script at its end, what was on the screen, the exit code)."""
    script = Script(*said)
    desk.seen.readouterr()
    with sitting(desk, script) as at:
        code = at.sit()
    out, err = desk.seen.readouterr()
    return script, out + err, code


def facts(desk: School) -> list[tuple[str, Any]]:
    """Every event of an incident, as far as it does not hold when it was typed."""
    found = []
    for one in desk.events():
        if one.stream.startswith("incident-"):
            fields = one.event.model_dump(exclude={"occurred"})
            found.append((type(one.event).__name__, fields))
    return found


# The first line, and an entry


def test_the_first_line_says_which_school_who_and_what_day_it_is(desk: School) -> None:
    _, screen, code = told(desk)
    assert screen == "Tannery Hill · Sam Whitlock · Wed Oct 14 2026, regular day    ? help\n"
    assert code == 0


def test_a_name_starts_an_entry_that_says_what_the_command_says(desk: School) -> None:
    script, screen, _ = told(desk, *ANA, *OPEN)
    assert script.asked[1:9] == [
        ">", "did?", "where?", "when? [12:14]", "saw?", "why?", "what was done?", "minor or major?",
    ]  # fmt: skip
    shown = screen.split("\n", 1)[1]
    desk.ok("undo")
    words = ("log", "ana", "--did", "disru", "--where", "caf", "--at", "1210", "--saw", "-")
    command = desk.ok(*words, stdin=SEEN).out
    hide = re.compile(r"\b[0-9a-f]{7}\b")
    assert hide.sub("ID", shown) == hide.sub("ID", command)


def test_what_is_left_open_is_not_recorded_and_when_is_then(desk: School) -> None:
    told(desk, "ana", "disru", "", None, "", *OPEN)
    (report,) = desk.of("IncidentReported")
    assert report.location is None
    assert (report.occurred.at, report.occurred.said) == (START.replace(second=0), "now")
    assert desk.texts() == []


def test_when_left_open_is_the_time_that_was_shown(desk: School) -> None:
    class Slow(Script):
        def text(self, question: str, *, typed: str = "", before: str = "") -> str | None:
            desk.clock.pass_(minutes=5)
            return super().text(question)

    script = Slow("ana", "disru", "", "", SEEN, *OPEN)
    with sitting(desk, script) as at:
        at.sit()
    assert "when? [12:14]" in script.asked
    assert desk.of("IncidentReported")[0].occurred.at == START


def test_what_is_open_is_offered_after_the_append(desk: School) -> None:
    told(desk, *ANA, "peer", "conference 10m", "major")
    names = [type(one.event).__name__ for one in desk.events()][-5:]
    assert names == [
        "IncidentReported", "StatementAdded", "DetailsFilledIn", "ActionTaken", "BehaviorCorrected",
    ]  # fmt: skip
    assert desk.ok("incident", "list", "--open").out.count("disruption") == 0


def test_an_answer_that_does_not_fit_is_said_and_asked_again(desk: School) -> None:
    script, screen, _ = told(desk, *ANA, "noise", "peer", "dance", "no-action", "big", "minor")
    assert [a for a in script.asked if a.startswith(("why", "what", "minor"))] == [
        "why?", "why?", "what was done?", "what was done?", "minor or major?", "minor or major?",
    ]  # fmt: skip
    assert {"noise", "dance", "big"} <= {*script.offered}
    assert "Say minor or major" in screen
    assert len(desk.of("BehaviorCorrected", "ActionTaken", "DetailsFilledIn")) == 3
    assert desk.ok("spool").out == "No draft waits.\n"


def test_several_students_are_asked_about_each(desk: School) -> None:
    line = "mateo and jonah --did fight --where play"
    script, _, _ = told(desk, line, "peer", "adult", "conference 10m", "", "")
    assert [a for a in script.asked if a.startswith("P")] == [
        "P1 why?", "P2 why?", "P1 what was done?", "P2 what was done?",
    ]  # fmt: skip
    assert [event.label for event in desk.of("DetailsFilledIn")] == ["P1", "P2"]


def test_several_behaviors_are_told_by_commas(desk: School) -> None:
    told(desk, "ana", "disrupt, defiance,", "", "", "", *OPEN)
    seen = desk.of("IncidentReported")[0].participants[0].behaviors
    assert [b.code for b in seen] == [Behavior.DISRUPTION, Behavior.DEFIANCE]


def test_options_of_log_may_follow_the_name(desk: School) -> None:
    script, _, _ = told(desk, "ana rivera --did disrup --where caf --at 'today 12:10'", *OPEN)
    assert "did?" not in script.asked
    script, _, _ = told(desk, "ana rivera --with leo --where caf", "defi", "", "", *OPEN)
    assert {"where?"}.isdisjoint(script.asked)
    assert len(desk.of("IncidentReported")[1].participants) == 2


def test_a_time_that_begins_with_a_dash_is_no_option(desk: School) -> None:
    told(desk, "ana", "disru", "", "-10m", "", *OPEN)
    at = desk.of("IncidentReported")[0].occurred
    assert ((START - at.at).total_seconds(), at.said) == (600, "-10m")


# Students


def test_of_several_who_fit_one_is_picked_by_number_or_by_more_words(desk: School) -> None:
    for picked in ("2", "104306"):
        _, screen, _ = told(desk, "bea", picked, "tardy", "", "", "", "", "")
        assert "  1  Bea Novak  gr " in screen
        (person,) = desk.of("IncidentReported")[-1].participants
        found = desk.ok("roster", "find", "bea", "--json").json["students"]
        number = {s["number"]: s["student_id"] for s in found}
        chosen = found[1]["student_id"] if picked == "2" else number[picked]
        assert person.student_id == chosen


def test_a_number_that_is_not_in_the_list_is_asked_again(desk: School) -> None:
    script, screen, _ = told(desk, "bea", "7", "0", "2", "tardy", "", "", "", "", "")
    assert script.asked[1:6] == [">", "which?", "which?", "which?", "did?"]
    assert "There is no 7 in the list: a number from 1 to 2, or more of the name." in screen
    assert desk.incidents() == 1


def test_the_words_that_there_are_fit_the_screen(desk: School) -> None:
    _, screen, _ = told(desk, "ana", "qqqq")
    assert "There are " in screen
    assert max(map(len, screen.splitlines())) <= 100


def test_nobody_is_picked_who_only_nearly_fits(desk: School) -> None:
    script, screen, _ = told(desk, "anna riverra", "")
    assert "None fits exactly" in screen
    assert script.asked[1:3] == [">", "which?"]
    assert desk.incidents() == 0


@pytest.mark.parametrize("line", ["zzyzx", "фтф", "104", "-x", "ana and zzyzx", "\u202e"])
def test_whoever_is_not_here_is_said_so_and_the_words_are_offered_back(
    desk: School, line: str
) -> None:
    script, screen, _ = told(desk, line)
    assert len(screen.splitlines()) == 2
    assert script.offered[-1] == line
    assert desk.incidents() == 0


def test_a_near_miss_of_a_command_is_told(desk: School) -> None:
    assert "Or did you mean the command timeline?" in told(desk, "timelime")[1]


def test_a_student_who_is_called_as_a_command_is_asked_about(desk: School) -> None:
    from desk import PUPILS, write_roster

    pupil = ("p-key", "Key", "Lindqvist", "104399", "03", "")
    desk.ok("roster", "import", str(write_roster(desk.root / "again", [*PUPILS, pupil])))
    script, screen, _ = told(desk, "key", "2", "tardy", "", "", "", "", "")
    assert "  1  the command key\n  2  Key Lindqvist" in screen
    assert script.asked[2:4] == ["1 or 2?", "did?"]
    assert desk.incidents() == 1
    assert "1 or 2?" not in told(desk, "key sheet --help")[0].asked
    assert desk.incidents() == 1


def test_half_a_name_and_half_a_number_are_offered(desk: School) -> None:
    with desk.opened() as at:
        students = Students(at.school.roster)
        offers = of_line(students)
        # Where a name begins so, and then where it is somewhere in one.
        names = [o.text for o in offers("an")]
        assert names[:3] == ["Ana Rivera", "Anna Riviera", "Suryani"]
        assert [o.text for o in offers("rivera a")] == ["Ana Rivera"]
        assert [o.text for o in offers("10423")] == ["Ana Rivera", "Leo Park"]
        assert {o.text for o in offers("bea")} == {"104305", "104306"}
        assert [o.text for o in offers("soren")] == ["Søren Ørsted"]
        assert [(o.text, o.letters) for o in offers("mateo cruz and jon")] == [("Jonah Wells", 3)]
        assert [(o.text, o.letters) for o in offers("timeline ana r")] == [("Ana Rivera", 5)]
        assert [(o.text, o.letters) for o in offers("ana --with le")] == [("Leo Park", 2)]
        assert [o.text for o in offers("timel")] == ["timeline"]
        assert [o.text for o in offers("ana --did x")] == []


def test_every_name_that_is_offered_finds_that_student_and_nobody_else(desk: School) -> None:
    with desk.opened() as at:
        students = Students(at.school.roster)
        for key, one in students.known:
            (text,) = {
                o.text
                for o in students.like(key)
                if o.shown == one.name and (one.number in o.beside)
            }
            found = at.school.find(text)
            assert [s.student_id for s in found.students] == [one.student_id]


def test_codes_and_the_schools_own_words_are_offered(desk: School) -> None:
    path = desk.folder / "school.toml"
    path.write_text(path.read_text().replace("[words]", '[words]\nquad = "playground"', 1))
    with desk.opened() as at:
        places, did = of_codes(at, Location), of_codes(at, Behavior, several=True)
        assert [o.text for o in places("qu")] == ["quad"]
        assert [(o.text, o.letters) for o in did("tardy, fig")] == [("fighting", 3)]
        assert {o.beside for o in did("disr")} == {"minor or major"}


# Wrong answers


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (("1210",), "That is a time, and did? asks for a behavior."),
        (("disru", "1210"), "That is a time, and where? asks for a place."),
        (("disru", "caf", "playground"), "That is a place, and when? asks for a time."),
        (("disru", "tardy"), "That is a behavior, and where? asks for a place."),
        (("dis",), '"dis" fits disrespect and disruption.'),
        (("disru", "caf", "25:00"), "There is no time"),
        (("disru", "caf", "tomorrow 9:00"), "has not come yet"),
        ((SEEN,), "There is no behavior"),
    ],
)
def test_an_answer_to_another_question_is_said_and_offered_back(
    desk: School, answers: tuple[str, ...], sentence: str
) -> None:
    script, screen, _ = told(desk, "ana", *answers, Stopped())
    assert sentence in screen
    assert script.offered[len(answers) + 2] == answers[-1]
    assert desk.incidents() == 0


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("ana --bogus x", "No such option"),
        ("praise ana helpign --saw", 'There is no strength "helpign"'),
        ("call ana reachd mother --note", "How did the call end?"),
    ],
)
def test_what_cannot_be_read_is_said_before_anything_is_asked(
    desk: School, line: str, sentence: str
) -> None:
    script, screen, _ = told(desk, line)
    assert sentence in screen
    assert (script.asked[1:], script.offered[2]) == ([">", ">"], line)


@pytest.mark.parametrize("line", ["--help", "ana --help", "-h"])
def test_help_is_given_wherever_it_is_asked_for(desk: School, line: str) -> None:
    script, screen, _ = told(desk, line)
    assert "timeline" in screen or "--did" in screen
    assert script.asked[1:] == [">", ">"]


def test_a_command_where_an_answer_is_wanted_is_told_apart(desk: School) -> None:
    script, screen, _ = told(desk, "ana", "quit", *ANA[1:], "undo", "peer", "", "", "undo")
    assert "quit is a command: Ctrl-C leaves the questions, then type it." in screen
    assert "undo is a command" in screen
    assert script.asked[7:10] == ["why?", "why?", "what was done?"]
    assert "Taken back" in screen


def test_what_was_done_cannot_be_left_open(desk: School) -> None:
    script, screen, _ = told(desk, "ana", "", "", None)
    assert "What was done is needed" in screen
    assert script.asked[1:6] == [">", "did?", "did?", "did?", ">"]
    assert desk.incidents() == 0


# Cut off


AT_PROMPT = range(1, 6)


@pytest.mark.parametrize("typed", ["", "half"])
@pytest.mark.parametrize("cut", [Stopped, Locked, HungUp])
@pytest.mark.parametrize("at", AT_PROMPT)
def test_cut_off_at_any_prompt_records_nothing_and_keeps_what_was_typed(
    desk: School, at: int, cut: type[Stopped | Locked | HungUp], typed: str
) -> None:
    script, screen, code = told(desk, *ANA[: at - 1], cut(typed), "")
    assert code == (HUNG_UP if cut is HungUp else 0)
    assert desk.incidents() == 0
    kept = desk.ok("spool").out
    worth = at > 2 or (at == 2 and typed)
    assert (kept != "No draft waits.\n") == bool(worth)
    if worth:
        assert all(word in kept for word in [*ANA[1 : at - 1], typed])
    if cut is Locked:
        assert script.cleared == 1
        assert "Locked" in script.asked[at + 1]
        assert screen.count("? help") == 2
    if cut is Stopped:
        assert ("kept as draft 1" in screen) == bool(worth)


def test_what_was_kept_is_finished_as_when_it_was_typed(desk: School) -> None:
    told(desk, *ANA[:4], Stopped("Threw a"))
    desk.clock.pass_(hours=2)
    _, screen, _ = told(desk, "spool 1")
    assert "12:10 PM" in screen
    assert desk.texts() == ["Threw a"]


def test_a_line_that_was_not_sent_is_kept_when_it_tells_of_something(desk: School) -> None:
    told(desk, Stopped("ana rivera"), Stopped('ana --did dis --saw "He hid.'))
    kept = desk.ok("spool").out
    assert kept.count("bledger log") == 1
    assert "He hid." in kept


def test_what_follows_the_append_can_be_left_as_a_whole(desk: School) -> None:
    script, screen, _ = told(desk, *ANA, Stopped("pe"))
    assert "It is recorded; the rest stays open." in screen
    assert script.asked[-1] == ">"
    assert desk.incidents() == 1


TELLS = "Said his dad hits him, xylophone-quetzal."
WHERE_TYPED = {
    "at the prompt": (TELLS,),
    "after a name": (f"ana {TELLS}",),
    "after a command": (f"call {TELLS}",),
    "at which?": ("bea", TELLS),
    "at did?": ("ana", TELLS),
    "at where?, when there is a draft": ("ana", "tardy", TELLS),
    "at when?": ("ana", "tardy", "caf", TELLS),
}


@pytest.mark.parametrize("said", WHERE_TYPED.values(), ids=list(WHERE_TYPED))
def test_what_tells_of_abuse_is_heard_wherever_it_is_typed(
    desk: School, said: tuple[str, ...]
) -> None:
    script, screen, _ = told(desk, *said)
    assert "child abuse hotline now" in screen
    assert "xylophone" not in screen
    assert not any("xylophone" in offered for offered in script.offered)
    assert desk.incidents() == 0
    assert desk.ok("spool", "--json").json["drafts"] == []
    assert not any("xylophone" in line for line in told(desk)[0].known)


def test_what_tells_of_abuse_after_the_entry_is_heard_and_the_entry_stands(desk: School) -> None:
    _, screen, _ = told(desk, *ANA, TELLS)
    assert "child abuse hotline now" in screen
    assert "xylophone" not in screen
    assert desk.incidents() == 1


def test_who_knows_that_it_tells_of_none_goes_on(desk: School) -> None:
    line = 'ana --did tardy --saw "The game said his dad hits him." --not-a-disclosure'
    assert "hotline" not in told(desk, line, *OPEN)[1]
    assert desk.texts() == ["The game said his dad hits him."]


def test_what_tells_of_abuse_is_kept_in_no_draft(desk: School) -> None:
    screen = told(desk, *ANA[:4], Stopped("She said her uncle touches her at night"))[1]
    assert "hotline" in screen
    assert desk.ok("spool").out == "No draft waits.\n"
    screen = told(desk, *ANA[:4], "She said her uncle touches her at night")[1]
    assert "hotline" in screen
    assert desk.ok("spool").out == "No draft waits.\n"
    assert desk.incidents() == 0


def test_what_cannot_be_kept_stays_on_the_screen(desk: School) -> None:
    desk.spool.write_text("no folder")
    screen = told(desk, *ANA[:4], Stopped("Threw a"))[1]
    assert "could not be kept" in screen
    assert "Threw a" in screen


# Commands


def test_any_command_works_without_its_first_word(desk: School) -> None:
    _, screen, _ = told(
        desk, *ANA, *OPEN, "timeline ana rivera", "bledger incident act last conference 10m",
        "last", "undo", "help log", "verify",
    )  # fmt: skip
    assert "Read as specialist" in screen
    assert "conference with student, 10 min" in screen
    assert "Taken back" in screen
    assert "Usage: bledger log" in screen


def test_a_text_that_a_command_asks_for_is_asked_at_the_desk(desk: School) -> None:
    desk.ok("log", "ana", "--did", "tardy")
    line = "incident statement last --told - --by okafor"
    script, _, _ = told(desk, line, SEEN, "incident statement last --saw", Stopped("He h"))
    assert script.asked[1:5] == [">", "told?", ">", "saw?"]
    assert desk.texts() == [SEEN]
    assert "He h" in desk.ok("spool").out


def test_the_last_of_the_desk_is_the_last_of_the_command(desk: School) -> None:
    told(desk, *ANA, *OPEN)
    desk.ok("incident", "act", "last", "conference")
    assert "conference with student" in told(desk, "last")[1]


def test_help_says_what_the_lock_is_for(desk: School) -> None:
    screen = told(desk, "?")[1]
    assert "After 10 minutes without a key" in screen
    assert "a glance at the screen" in HELP.replace("\n", " ")
    assert max(map(len, screen.splitlines())) <= 100


def test_a_command_that_fails_leaves_the_desk_open(desk: School) -> None:
    _, screen, code = told(desk, "incident act 7c1e09b dance", "log --nothing", *ANA, *OPEN)
    assert "No incident begins with" in screen
    assert (code, desk.incidents()) == (0, 1)


def test_a_reading_at_the_desk_is_on_the_access_log_with_its_purpose(desk: School) -> None:
    told(desk, "timeline ana --purpose SST", "timeline ana")
    assert [str(one.event.purpose) for one in desk.answers()] == ["SST", "school work"]


def test_whoever_left_the_school_can_do_nothing_more_at_an_open_desk(desk: School) -> None:
    class Leaves(Script):
        def line(self, offers: Offers = nothing, typed: str = "") -> str | None:
            if self.asked[-1] == ">":
                desk.ok("staff", "left", "ihaddad")
                desk.ok("timeline", "ana")
            return super().line()

    script = Leaves("help", *ANA)
    with sitting(desk, script, "ihaddad") as at:
        at.sit()
    assert desk.incidents() == 0


MORNING = [
    (who, *said)
    for who in ("ana", "leo park", "104512", "jonah", "soren", "mateo cruz and jonah wells")
    for said in (
        ("tardy", "", "", ""),
        ("disru", "caf", "1210", SEEN),
        ("defiance, disresp", "play", "-10m", 'He said: "don\'t" -- and left.\nTwice.'),
        ("fight", "bus", "today 10:15", "x"),
        ("physical-contact", "hall", "yesterday 9:40", "--saw 100 % of it"),
    )
]


def test_a_morning_is_the_same_by_desk_and_by_lines(desk: School) -> None:
    other = School(desk.root / "other", desk.clock, desk.seen, desk.patch)
    for part in ("data", "key"):
        shutil.copytree(desk.root / part, other.root / part)
    assert len(MORNING) == 30
    answers = [one for entry in MORNING for one in (*entry, Stopped())]
    told(desk, *answers)
    for who, did, where, at, saw in MORNING:
        words = [f"--did={one.strip()}" for one in did.split(",")]
        words += [f"--where={where}"] * bool(where) + [f"--at={at}"] * bool(at)
        other.ok("log", *who.split(), *words, *["--saw", "-"] * bool(saw), stdin=saw)
    assert facts(desk) == facts(other)
    assert len(desk.of("IncidentReported")) == 30


# Two desks, and a ledger that changes


def test_two_desks_are_open_at_once(desk: School) -> None:
    def both() -> Iterator[str | None]:
        yield from ANA[:3]
        told(desk, *ANA[:4], "Another.", *OPEN)
        yield from (*ANA[3:], *OPEN, "timeline ana")

    lines = both()

    class Other(Script):
        def _next(self, question: str, typed: str) -> str | None:
            return next(lines, None)

    with sitting(desk, Other()) as at:
        assert at.sit() == 0
    assert sorted(desk.texts()) == sorted(["Another.", SEEN])
    assert "2 incidents" in desk.ok("timeline", "ana").out


def test_a_student_who_came_meanwhile_is_offered_and_found(desk: School) -> None:
    from desk import PUPILS, write_roster

    pupil = ("p-new", "Zenobia", "Quill", "104400", "03", "")
    seen: list[str] = []

    class Watches(Script):
        def line(self, offers: Offers = nothing, typed: str = "") -> str | None:
            if len(self.asked) == 2:
                files = write_roster(desk.root / "again", [*PUPILS, pupil])
                desk.ok("roster", "import", str(files))
            seen.extend(o.text for o in offers("zen"))
            return super().line()

    script = Watches("", "zenobia", "tardy", "", "", "", "", "", "")
    with sitting(desk, script) as at:
        at.sit()
    assert desk.incidents() == 1
    assert "Zenobia Quill" in seen


def test_files_that_were_put_in_their_place_are_opened_anew(desk: School) -> None:
    class Swaps(Script):
        def line(self, offers: Offers = nothing, typed: str = "") -> str | None:
            if len(self.asked) == 2:
                for name in ("ledger.db", "views.db", "access.db"):
                    path = desk.folder / name
                    copy = path.with_name("copy")
                    copy.write_bytes(path.read_bytes())
                    path.unlink()
                    for side in ("-wal", "-shm"):
                        with suppress(FileNotFoundError):
                            path.with_name(name + side).unlink()
                    copy.rename(path)
            return super().line()

    script = Swaps("help", *ANA, *OPEN)
    with sitting(desk, script) as at:
        at.sit()
    assert desk.incidents() == 1


def test_settings_that_were_changed_hold_for_the_next_line(desk: School) -> None:
    path = desk.folder / "school.toml"

    class Changes(Script):
        def line(self, offers: Offers = nothing, typed: str = "") -> str | None:
            if len(self.asked) == 2:
                path.write_text(path.read_text().replace("[words]", '[words]\nquad = "gym"', 1))
            return super().line()

    with sitting(desk, Changes("help", "ana", "tardy", "quad", "", "", "", "", "")) as at:
        at.sit()
    assert desk.of("IncidentReported")[0].location is Location.GYM


# The lock


def keys_alive() -> dict[int, SchoolKeys]:
    gc.collect()
    return {id(one): one for one in gc.get_objects() if isinstance(one, SchoolKeys)}


def test_a_locked_desk_has_let_go_of_the_school(desk: School) -> None:
    open_then: list[bool] = []
    others = keys_alive()  # of whatever ran in this process

    class Looks(Script):
        def ask(
            self, question: str, offers: Offers = nothing, *, typed: str = "", before: str = ""
        ) -> str | None:
            open_then.append(not keys_alive().keys() <= others.keys())
            return super().ask(question, offers, typed=typed, before=before)

    script = Looks(Locked("ana ri"), Locked(), Stopped(), "", "ana", Locked(), "", *ANA, *OPEN)
    with sitting(desk, script) as at:
        at.sit()
    # Three times at the first lock, then at did?, where it locks again.
    assert open_then[:5] == [False, False, False, True, False]
    assert script.cleared == 4
    assert script.offered[5] == "ana ri"
    assert desk.incidents() == 1


def test_leaving_a_locked_desk_ends_it(desk: School) -> None:
    assert told(desk, Locked(), None)[2] == 0


class Ticks:
    """Seconds that a test counts."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_it_locks_after_the_minutes_that_were_said_without_a_key(desk: School) -> None:
    ticks = Ticks()
    watch = Watch(10, desk.clock, ticks)
    due = []
    for second in range(1, 700):
        ticks.at = second
        desk.clock.pass_(seconds=1)
        if second == 50:
            watch.touched()
        due.append(watch.due())
    assert due.index(True) == 50 + 600 - 1


@pytest.mark.parametrize("both", [True, False])
def test_it_locks_at_once_when_the_computer_slept(desk: School, both: bool) -> None:
    ticks = Ticks()
    watch = Watch(10, desk.clock, ticks)
    desk.clock.pass_(seconds=SLEPT + 1)
    ticks.at += SLEPT + 1 if both else 1
    assert watch.due()
    assert not watch.due()


def test_a_clock_that_is_put_back_locks_nothing(desk: School) -> None:
    watch = Watch(10, desk.clock, Ticks())
    desk.clock.pass_(hours=-1)
    assert not watch.due()


@pytest.mark.parametrize("said", ["0", "121", "1.5", '"10"', "true", "-1"])
def test_a_lock_that_cannot_be_is_refused(desk: School, said: str) -> None:
    path = desk.folder / "school.toml"
    path.write_text(path.read_text().replace("lock_after = 10", f"lock_after = {said}"))
    with pytest.raises(BadSettings, match="lock_after is a whole number from 1 to 120"):
        read(desk.folder)


def test_a_school_that_says_nothing_of_the_desk_locks_after_ten_minutes(desk: School) -> None:
    path = desk.folder / "school.toml"
    path.write_text(path.read_text().replace("[desk]\nlock_after = 10\n", ""))
    assert read(desk.folder).lock_after == 10
    path.write_text(path.read_text() + "\n[desk]\nlock_at = 3\n")
    with pytest.raises(BadSettings, match="lock_at is not known"):
        read(desk.folder)


# The history


def test_earlier_lines_are_known_again_but_no_text_is(desk: School) -> None:
    told(desk, 'ana --did tardy --saw "He hid."', *OPEN, "timeline ana", "timeline ana", "zzyzx",
         *ANA, *OPEN)  # fmt: skip
    known = told(desk)[0].known
    assert known == ["ana --did tardy --saw", "timeline ana", "ana"]


def test_it_is_of_one_person_and_in_no_file_in_clear(desk: School) -> None:
    told(desk, "timeline ana rivera")
    (path,) = desk.spool.rglob("desk-*.bin")
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"rivera" not in path.read_bytes()
    script = Script()
    with sitting(desk, script, "ralder") as at:
        at.sit()
    assert script.known == []


def test_it_holds_so_many_lines_and_one_that_does_not_open_is_none(tmp_path: Any) -> None:
    history = History(tmp_path / "new", bytes(32), "swhitlock")
    for number in range(MOST + 3):
        history.add(f"line {number}")
    assert (len(history.lines()), history.lines()[0]) == (MOST, "line 3")
    swapped = History(tmp_path / "new", bytes(32), "ralder")
    swapped.path.write_bytes(history.path.read_bytes())
    assert swapped.lines() == []
    history.path.write_bytes(history.path.read_bytes()[:-1])
    assert history.lines() == []
    assert len(list(history.folder.iterdir())) == 2


WORDS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\"'"), max_size=8))


@given(WORDS)
def test_a_line_has_the_words_that_it_was_joined_of(words: list[str]) -> None:
    plain = [" ".join(word.split()) for word in words]
    assert split(join(["x", *plain])) == ["x", *plain]


@given(st.text())
def test_any_line_has_words(line: str) -> None:
    assert all(isinstance(word, str) for word in split(line))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("o'brien --did tardy", ["o'brien", "--did", "tardy"]),
        ("ana --at 'today 12:10' x", ["ana", "--at", "today 12:10", "x"]),
        ('ana --at="today 12:10"', ["ana", "--at=today 12:10"]),
        ('6" tall', ['6"', "tall"]),
        ("bledger undo", ["undo"]),
        ('ana --saw "He hid', ["ana", "--saw", "He hid"]),
    ],
)
def test_a_line_is_read_without_a_shell(line: str, words: list[str]) -> None:
    assert split(line) == words


def test_a_text_is_cut_out_of_a_line_wherever_it_stands() -> None:
    line = 'ana --saw "a b" --did tardy --told=xx --where caf --think one two'
    assert join(without_texts(split(line))) == "ana --saw --did tardy --told --where caf --think"
    line = 'incident correct last --did tardy --reason "So." --key x'
    assert join(without_texts(split(line))) == "incident correct last --did tardy --reason --key x"
    assert texts_to_ask(split("ana --saw --did tardy --told -")) == ["saw", "told"]
    assert texts_to_ask(split("ana -d tardy -s")) == ["saw"]
    assert says(split("ana -dtardy --at=1210 -w caf")) == {"did", "at", "where"}


def test_every_question_before_the_append_is_an_option_of_the_command() -> None:
    from cli.log import log

    options = {name for param in log.params for name in param.opts}
    assert {f"--{question.option}" for question in BEFORE} <= options


def test_what_is_said_is_on_the_disk_before_the_next_question(desk: School) -> None:
    """A power cut is a process that is gone: what it had on the disk is all that is left."""
    seen: list[list[tuple[str, ...]]] = []

    class Watched(Script):
        def _next(self, question: str, typed: str) -> str | None:
            found = drafts.spool(desk.folder, desk.env).list()
            seen.append([(*d.argv, *d.texts.values()) for _, d in found if d])
            return super()._next(question, typed)

    script = Watched(*ANA, *OPEN)
    with sitting(desk, script) as at:
        at.sit()
    did = ("log", "ana", "--did=disru")
    assert seen[2:5] == [[did], [(*did, "--where=caf")], [(*did, "--where=caf", "--at=1210")]]
    assert desk.texts() == [SEEN]
    assert drafts.spool(desk.folder, desk.env).list() == []


def test_what_a_power_cut_left_waits_at_the_next_desk(desk: School) -> None:
    class Gone(BaseException):
        pass

    script = Script("ana", "disru")
    with sitting(desk, script) as at, suppress(Gone):
        script.said.append(Gone())  # type: ignore[arg-type]
        at.sit()
    _, screen, _ = told(desk, "spool 1")
    assert "1 draft waits: spool\n" in screen
    assert desk.incidents() == 1
