"""Names that are typed do not stand in texts; what tells of abuse is neither recorded nor kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from desk import Answer, School, as_expected

from cli import naming
from ledger.domain import Refused
from ledger.domain.codes import Role
from ledger.domain.incident import INCIDENT
from ledger.domain.student import STUDENT, SettleNames

ANA = ("log", "ana rivera", "--did", "disrup", "--where", "caf", "--at", "1210", "--no-office")
STANDS = "Threw a tray after Leo took the seat."
CANARY = "xylophone-quetzal"
ABUSE = f"Said his dad hits him, {CANARY}."


def typed(desk: School, *lines: str, option: str = "--saw") -> Answer:
    """An entry with this text and these answers, at a terminal."""
    text = "".join(f"{line}\n" for line in lines)
    return desk.ok(*ANA, option, stdin=text, terminal=True)


def taking_part(desk: School) -> dict[str, list[str]]:
    """The roles of each participant of the last incident."""
    people = desk.ok("incident", "show", "last", "--json").json["incident"]["people"]
    return {label: person["roles"] for label, person in people.items()}


def open_(desk: School) -> list[str]:
    """What is open of the last incident."""
    found: list[str] = desk.incident_cards()[0]["open"]
    return found


# Log, at a terminal


def test_a_participants_name_becomes_a_placeholder_without_a_question(desk: School) -> None:
    told = desk.ok(*ANA, "--with", "leo", "--saw", stdin=f"{STANDS}\n", terminal=True)
    assert desk.texts() == ["Threw a tray after P2 took the seat."]
    assert "involved   Leo → P2 in the text" in told.out
    assert "?" not in told.err
    assert "a name in the text" not in told.out


def test_another_name_is_asked_about(desk: School) -> None:
    told = typed(desk, "Threw a tray after Leo took the seat; Leo’s tray. Leo Park fell.", "")
    as_expected("log.name-asked", told.err)
    as_expected("log.name", told.out)
    assert desk.texts() == ["Threw a tray after P2 took the seat; P2’s tray. P2 fell."]


@pytest.mark.parametrize(
    ("answer", "role"),
    [("", "involved"), ("Y", "involved"), ("v", "victim"), ("w", "witness"), ("r", "referred")],
)
def test_the_answer_says_which_part_they_had(desk: School, answer: str, role: str) -> None:
    typed(desk, STANDS, answer)
    assert taking_part(desk) == {"P1": ["referred"], "P2": [role]}
    [report] = desk.of("IncidentReported")
    did = report.participants[0].behaviors if role == "referred" else ()
    assert report.participants[1].behaviors == did


def test_a_name_that_is_none_stays_and_is_asked_about_once(desk: School) -> None:
    told = typed(desk, "Leo the lion. Then Leo roared, Leo's roar.", "n")
    assert told.err.count("Leo = ") == 1
    assert desk.texts() == ["Leo the lion. Then Leo roared, Leo's roar."]
    assert taking_part(desk) == {"P1": ["referred"]}
    assert "a name in the text" not in open_(desk)


def test_of_several_of_a_name_one_is_chosen(desk: School) -> None:
    told = typed(desk, "Then Bea cried.", "3", "x", "2v")
    assert "Bea: which student?" in told.err
    assert told.err.count("Type a number, n for no") == 2
    assert taking_part(desk)["P2"] == ["victim"]
    assert desk.texts() == ["Then P2 cried."]


def test_which_of_several_may_be_left_open(desk: School) -> None:
    told = typed(desk, "Then Bea cried.", "")
    assert "Bea (Bea Novak or 1 more?) stands in the text: bledger open" in told.out
    assert "a name in the text" in open_(desk)


def test_a_misspelt_name_of_a_participant_is_asked_about(desk: School) -> None:
    told = desk.ok(*ANA, "--with", "jonah", "--saw", stdin="Then Jonha cried.\n\n", terminal=True)
    assert "Jonha = Jonah Wells, gr 1, same class → P2   [Y]es  n no" in told.err
    assert desk.texts() == ["Then P2 cried."]
    assert taking_part(desk) == {"P1": ["referred"], "P2": ["involved"]}


def test_one_who_was_added_is_known_in_the_next_text(desk: School) -> None:
    desk.ok(
        *ANA, "--saw", "--think", stdin="Then Mateo cried.\nMateo was tired.\n\n", terminal=True
    )
    assert desk.texts() == ["Then P2 cried.", "P2 was tired."]


def test_a_wrong_answer_is_asked_again(desk: School) -> None:
    told = typed(desk, STANDS, "12:10", "maybe", "w")
    assert told.err.count("Type Enter for yes, n for no, or") == 2
    assert taking_part(desk)["P2"] == ["witness"]


def test_who_answers_no_more_leaves_the_rest_open(desk: School) -> None:
    told = typed(desk, "Then Leo and Mateo cried.", "n")
    assert "Mateo (Mateo Cruz, gr 2?) stands in the text: bledger open" in told.out
    assert "Leo (" not in told.out
    [said] = desk.of("StatementAdded")
    assert len(said.may_name) == 1


def test_ctrl_c_at_the_question_records_nothing_and_loses_nothing(desk: School) -> None:
    told = desk(*ANA, "--saw", stdin=f"{STANDS}\n", stops=True)
    assert told.code == 130
    assert "Stopped. Nothing is recorded." in told.err
    assert desk.events() == [r for r in desk.events() if not r.stream.startswith("incident-")]
    desk.ok("spool", "1", stdin="\n", terminal=True)
    assert desk.texts() == ["Threw a tray after P2 took the seat."]


def test_a_retry_is_the_same_entry(desk: School) -> None:
    typed(desk, STANDS, "")
    assert typed(desk, STANDS, "").out.startswith("Already recorded")
    assert desk.incidents() == 1


def test_a_trial_asks_and_records_nothing(desk: School) -> None:
    desk.ok(*ANA, "--saw", "--dry-run", stdin=f"{STANDS}\n\n", terminal=True)
    assert desk.incidents() == 0


def test_will_you_names_nobody(desk: School) -> None:
    text = 'I said "Will you stop, will you?" Grace period over. Grace cried.'
    told = typed(desk, text)
    assert desk.texts() == [text]
    assert "?" not in told.err


def test_grace_at_the_start_of_a_sentence_is_she_when_she_takes_part(desk: School) -> None:
    desk.ok(*ANA, "--victim", "104304", "--saw", stdin="Grace cried.\n", terminal=True)
    assert desk.texts() == ["P2 cried."]


# Log, where nobody is asked


@pytest.mark.parametrize("how", ["pipe", "line", "json", "terminal"])
def test_where_nobody_can_be_asked_a_name_is_flagged(desk: School, how: str) -> None:
    piped = how in ("pipe", "terminal")
    more = ["--json"] if how == "json" else []
    text = "-" if piped else STANDS
    told = desk.ok(
        *ANA, "--saw", text, *more, stdin=STANDS if piped else "", terminal=how == "terminal"
    )
    assert desk.texts() == [STANDS]
    [said] = desk.of("StatementAdded")
    [leo] = said.may_name
    assert "a name in the text" in open_(desk)
    if how == "json":
        assert told.json["may_name"] == [leo]
        assert told.json["replaced"] == []
        assert "Leo" not in told.out
    else:
        assert "Leo (Leo Park, gr 3?) stands in the text: bledger open" in told.out


def test_programs_are_told_of_placeholders_by_label(desk: School) -> None:
    told = desk.ok(*ANA, "--with", "leo", "--saw", "-", "--json", stdin=STANDS)
    assert told.json["replaced"] == ["P2"]
    assert told.json["may_name"] == []
    assert "a name in the text" not in told.json["open"]


def test_a_flag_is_gone_once_they_are_known_to_take_part(desk: School) -> None:
    desk.ok(*ANA, "--saw", "-", stdin=STANDS)
    desk.ok("incident", "participant", "last", "leo park", "--as", "victim")
    assert "a name in the text" not in open_(desk)


def test_a_flag_is_gone_once_the_text_is(desk: School) -> None:
    desk.ok(*ANA, "--saw", "-", stdin=STANDS)
    desk.ok("undo")
    assert desk.incidents() == 0


@pytest.mark.parametrize(("answer", "left"), [("v\n", []), ("n\n", []), ("", [1])])
def test_what_was_flagged_is_settled_later(desk: School, answer: str, left: list[int]) -> None:
    desk.ok(*ANA, "--saw", "-", stdin=STANDS)
    id = desk.ok("incident", "show", "last", "--json").json["incident"]["incident_id"]
    desk.ok("log", "104512", "--did", "tardy")  # sets standard input for what follows
    desk.patch.setattr("sys.stdin", desk_stdin(answer))
    with desk.opened() as at:
        commands = naming.settled(at, id)
        for command in commands:
            at.school.do(INCIDENT, id, command)
    cleared = [event.number for event in desk.of("NamesCleared")]
    assert cleared == ([] if left else [1])
    added = [event.participant.roles for event in desk.of("ParticipantAdded")]
    assert added == ([(Role.VICTIM,)] if answer == "v\n" else [])
    cards = {card["id"]: card["open"] for card in desk.incident_cards()}
    assert ("a name in the text" in cards[id]) == bool(left)


def desk_stdin(text: str) -> object:
    from desk import Typed

    return Typed(text.encode(), terminal=True)


# Statements


def test_a_name_in_a_statement_adds_whoever_it_names(desk: School) -> None:
    desk.ok(*ANA)
    told = desk.ok(
        "incident", "statement", "last", "--saw", stdin="Ana hit Leo and Mateo.\nv\nr\n",
        terminal=True,
    )  # fmt: skip
    assert desk.texts() == ["P1 hit P2 and P3."]
    assert taking_part(desk) == {"P1": ["referred"], "P2": ["victim"], "P3": ["referred"]}
    assert "Leo → P2 in the text" in told.err
    assert "Ana → P1 in the text" in told.err


def test_a_name_in_a_piped_statement_is_flagged(desk: School) -> None:
    desk.ok(*ANA)
    told = desk.ok("incident", "statement", "last", "--told", "-", stdin="Ana hit Leo.")
    assert desk.texts() == ["P1 hit Leo."]
    assert "Leo (Leo Park, gr 3?) stands in the text: bledger open" in told.err
    assert "a name in the text" in open_(desk)


def test_a_trial_of_a_statement_adds_nobody(desk: School) -> None:
    desk.ok(*ANA)
    line = ("incident", "statement", "last", "--saw", "--dry-run")
    desk.ok(*line, stdin="Hit Leo.\n\n", terminal=True)
    assert taking_part(desk) == {"P1": ["referred"]}
    assert desk.texts() == []


def test_nobody_is_added_when_the_statement_is_refused(desk: School) -> None:
    desk.ok(*ANA)
    id = desk.ok("incident", "show", "last", "--json").json["incident"]["incident_id"]
    desk.ok("incident", "void", id, "--reason", "the wrong child")
    told = desk("incident", "statement", id, "--saw", stdin="Hit Leo.\n\n", terminal=True)
    assert told.code == 4
    assert desk.of("ParticipantAdded") == []


# Notes of what was done, and of who was called

NOTED = {
    "act": ("act", "last", "conference", "--note"),
    "act, of what the pupil says": ("act", "last", "conference", "--pupil-says"),
    "act on an incident": ("incident", "act", "last", "conference", "--note"),
    "call": ("call", "ana", "reached", "mother", "--note"),
    "a contact": ("incident", "contact", "last", "reached", "--note"),
    "a restraint": ("incident", "restraint", "last", "seclusion", "--note"),
}
NOTES = ("ActionTaken", "FamilyContacted", "RestraintOrSeclusionUsed", "PupilAccountTaken")


def noted(desk: School) -> list[str]:
    """The text of every note."""
    texts = [getattr(event, "note", None) or getattr(event, "text", None)
             for event in desk.of(*NOTES)]  # fmt: skip
    return [text for text in texts if text]


@pytest.mark.parametrize("how", NOTED)
def test_a_name_in_a_note_adds_whoever_it_names(desk: School, how: str) -> None:
    desk.ok(*ANA)
    desk.ok(*NOTED[how], stdin="Ana said that Leo began.\nw\n", terminal=True)
    assert noted(desk) == ["P1 said that P2 began."]
    assert taking_part(desk) == {"P1": ["referred"], "P2": ["witness"]}
    assert desk.of("NamesFlagged") == []


@pytest.mark.parametrize("how", NOTED)
def test_a_name_in_a_piped_note_is_flagged_until_it_is_settled(desk: School, how: str) -> None:
    desk.ok(*ANA, "--saw", "Loud.", "--why", "peer", "--minor")
    told = desk.ok(*NOTED[how], "-", stdin="Ana said that Leo began.")
    assert noted(desk) == ["P1 said that Leo began."]
    assert "Leo (Leo Park, gr 3?) stands in the text: bledger open" in told.err
    assert "a name in the text" in open_(desk)
    if "what was done" in open_(desk):
        desk.ok("act", "last", "conference")
    desk.ok("open", stdin="n\n", terminal=True)
    assert [event.number for event in desk.of("NamesCleared")] == [0]
    assert open_(desk) == []


def test_a_flag_on_a_note_is_taken_back_with_it(desk: School) -> None:
    desk.ok(*ANA)
    desk.ok(*NOTED["act"], "-", stdin="Leo began.")
    desk.ok("undo")
    assert "a name in the text" not in open_(desk)


def test_a_flag_on_a_note_goes_where_the_note_goes(desk: School) -> None:
    desk.ok(*ANA)
    desk.ok("log", "ana", "--did", "disrup", "--where", "caf", "--at", "1211", "--by", "okafor")
    desk.ok(*NOTED["act"], "-", stdin="Leo began.")
    one, other = (card["id"] for card in desk.incident_cards())
    desk.ok("same", one, other)
    [left] = [card for card in desk.incident_cards() if card["standing"] == "open"]
    assert "a name in the text" in left["open"]


def test_nobody_is_added_when_the_action_is_refused(desk: School) -> None:
    desk.ok(*ANA)
    told = desk("act", "last", "recess", "--note", stdin="Leo began.\n\n", terminal=True)
    assert told.code == 4
    assert desk.of("ParticipantAdded") == []


# Due process

CHALLENGED = ("challenge", "last", "--grounds", "It is wrong.")
DENIED = ("decide", "last", "--denied", "--reason", "It is right.")
OWED = {  # what goes before on the incident; the line itself
    "an answer": ((), ("answer", "last", "--told", "whitlock", "--text")),
    "why nothing was done": ((), ("answer", "last", "--told", "whitlock", "--nothing-done")),
    "a notice": ((), ("incident", "notice", "last", "phone mother", "--text")),
    "an account": ((), ("incident", "account", "last", "--says")),
    "other means": ((), ("incident", "means", "last", "--text")),
    "a challenge": ((), ("incident", "challenge", "last", "--grounds")),
    "a decision": ((CHALLENGED,), ("incident", "decide", "last", "--denied", "--reason")),
    "an appeal": (
        (CHALLENGED, DENIED, ("appeal", "last")),
        ("incident", "appeal-decided", "last", "--sustained", "--reason"),
    ),
}
OF_PROCESS = {
    "an answer": "ReferralAnswered",
    "why nothing was done": "ReferralAnswered",
    "a notice": "NoticeGiven",
    "an account": "PupilAccountTaken",
    "other means": "OtherMeansNamed",
    "a challenge": "StatementChallenged",
    "a decision": "ChallengeDecided",
    "an appeal": "AppealDecided",
}


def owing(desk: School, how: str) -> tuple[str, ...]:
    """The line that writes it, once whatever goes before it has happened."""
    before, line = OWED[how]
    desk.ok(*ANA[:-1], "--office", "--saw", "Loud.", "--why", "peer", "--minor")
    for step in before:
        desk.ok("incident", *step)
    return line


def of_process(desk: School, how: str) -> str:
    [event] = desk.of(OF_PROCESS[how])
    fields = (getattr(event, name, None) for name in ("text", "grounds", "reason"))
    return next(str(text) for text in fields if text)


@pytest.mark.parametrize("how", OWED)
def test_a_name_in_due_process_adds_whoever_it_names(desk: School, how: str) -> None:
    line = owing(desk, how)
    desk.ok(*line, stdin="Ana said that Leo began.\nw\n", terminal=True)
    assert of_process(desk, how) == "P1 said that P2 began."
    assert taking_part(desk) == {"P1": ["referred"], "P2": ["witness"]}
    assert desk.of("NamesFlagged") == []


@pytest.mark.parametrize("how", OWED)
def test_a_name_piped_into_due_process_is_flagged_until_it_is_settled(
    desk: School, how: str
) -> None:
    line = owing(desk, how)
    told = desk.ok(*line, "-", stdin="Ana said that Leo began.")
    assert of_process(desk, how) == "P1 said that Leo began."
    assert "Leo (Leo Park, gr 3?) stands in the text: bledger open" in told.err
    assert "a name in the text" in open_(desk)
    desk.ok("act", "last", "conference")
    desk.ok("open", stdin="n\n", terminal=True)
    assert [event.number for event in desk.of("NamesCleared")] == [0]
    assert "a name in the text" not in open_(desk)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_familys_own_words_stay_and_others_in_them_are_flagged(
    desk: School, terminal: bool
) -> None:
    text = "Ana was pushed by Leo."
    desk.ok(*ANA)
    said = ("--text",) if terminal else ("--text", "-")
    told = desk.ok("incident", "attach", "last", *said, stdin=f"{text}\n", terminal=terminal)
    [statement] = desk.of("GuardianStatementAttached")
    assert statement.text == text
    assert "Leo (Leo Park, gr 3?) stands in the text: bledger open" in told.err
    assert "Ana" not in told.err
    assert "a name in the text" in open_(desk)


# Praise, and calls about no incident: nobody but the child has a place there

ALONE = {
    "praise": ("praise", "ana", "helping", "--saw"),
    "call": ("call", "ana", "reached", "mother", "--about", "none", "--note"),
}


def words(desk: School) -> list[str]:
    """What stands on the child's timeline."""
    entries = desk.ok("timeline", "ana", "--json").json["entries"]
    return [entry["body"]["words"] for entry in entries]


@pytest.mark.parametrize("how", ALONE)
def test_another_childs_name_is_asked_about_and_replaced(desk: School, how: str) -> None:
    told = desk.ok(*ALONE[how], stdin="Ana helped Leo. Leo's tray.\n\n", terminal=True)
    assert "Leo = Leo Park, gr 3, Okafor → another child   [Y]es  n no" in told.err
    assert words(desk) == ["Ana helped another child. another child's tray."]
    assert desk.of("NamesFlagged") == []
    told = desk.ok(*ALONE[how], "--again", stdin="Leo the lion.\nn\n", terminal=True)
    assert desk.of("NamesFlagged") == []


@pytest.mark.parametrize("how", ALONE)
@pytest.mark.parametrize(
    ("answer", "left"),
    [("\n", "Ana helped another child."), ("n\n", "Ana helped Leo."), ("", "Ana helped Leo.")],
)
def test_where_nobody_is_asked_it_is_listed_until_it_is_settled(
    desk: School, how: str, answer: str, left: str
) -> None:
    told = desk.ok(*ALONE[how], "-", stdin="Ana helped Leo.")
    assert "Leo (Leo Park, gr 3?) stands in the text: bledger open" in told.err
    assert "Ana Rivera   open: a name in the text" in desk.ok("open").out
    assert len(desk.ok("open", "--json").json["texts"]) == 1
    desk.ok("open", stdin=answer, terminal=True)
    assert words(desk) == [left]
    assert (desk.ok("open").out == "Nothing is open.\n") == bool(answer)


def test_a_flag_on_praise_is_taken_back_with_it(desk: School) -> None:
    desk.ok(*ALONE["praise"], "-", stdin="Ana helped Leo.")
    desk.ok("undo")
    assert desk.ok("open").out == "Nothing is open.\n"


def test_a_text_is_settled_once(desk: School) -> None:
    desk.ok(*ALONE["praise"], "-", stdin="Ana helped Leo.")
    [flag] = desk.of("NamesFlagged")
    settle = SettleNames(student_id=flag.student_id, number=flag.number)
    with desk.opened() as at:
        at.school.do(STUDENT, flag.student_id, settle)
        with pytest.raises(Refused, match="no name is asked about in this text"):
            at.school.do(STUDENT, flag.student_id, settle, again=True)


# Disclosures


@pytest.fixture
def careful(desk: School, monkeypatch: pytest.MonkeyPatch) -> School:
    """A desk whose temporary files lie under its own folder."""
    (desk.root / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(desk.root / "tmp"))
    monkeypatch.setenv("TMPDIR", str(desk.root / "tmp"))
    return desk


def holding(folder: Path, words: str) -> list[Path]:
    """Files under a folder in which these words stand in clear."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if words.encode() in path.read_bytes()]


def nothing_is_kept(desk: School, told: Answer) -> None:
    assert CANARY not in told.out + told.err
    assert holding(desk.root, CANARY) == []
    assert desk.ok("spool", "--json").json["drafts"] == []
    assert not list(desk.spool.rglob("*.draft"))
    assert desk.texts() == []


STATEMENT = ("incident", "statement", "last")
GOES_WRONG = {  # besides: what would keep a draft of any other text
    "nothing": (*ANA,),
    "which student": ("log", "bea", "--did", "tardy"),
    "no such student": ("log", "nobody", "--did", "tardy"),
    "no behavior": ("log", "ana rivera"),
    "a wrong word": ("log", "ana rivera", "--did", "disrupton"),
    "a wrong time": ("log", "ana rivera", "--did", "tardy", "--at", "yestermorrow"),
    "another word for a name": ("log", *ABUSE.split()),
    "a statement": STATEMENT,
    "a statement of nothing": ("incident", "statement", "ffff"),
}


@pytest.mark.parametrize("how", GOES_WRONG)
@pytest.mark.parametrize("piped", [False, True])
def test_what_may_be_a_disclosure_is_neither_recorded_nor_kept(
    careful: School, how: str, piped: bool
) -> None:
    if GOES_WRONG[how] == STATEMENT:
        careful.ok(*ANA)
    line = (*GOES_WRONG[how], "--saw", *(["-"] if piped else []))
    told = careful(*line, stdin=f"{ABUSE}\n", terminal=not piped)
    assert told.code == 4
    assert "hotline" in told.err
    nothing_is_kept(careful, told)


def test_what_to_do_instead(careful: School) -> None:
    told = careful(*ANA, "--saw", "-", stdin=ABUSE)
    as_expected("log.disclosure", told.err)
    assert told.out == ""


def test_a_child_who_wants_to_die_is_not_left_alone(careful: School) -> None:
    told = careful(*ANA, "--saw", "-", stdin="He said he wants to die.")
    assert "do not leave the child alone" in told.err
    assert "988" in told.err


def test_the_schools_own_hotline_is_named(careful: School) -> None:
    path = careful.folder / "school.toml"
    said = path.read_text().replace("[school]", '[school]\nchild_abuse_hotline = "555-0134"')
    path.write_text(said)
    told = careful(*ANA, "--saw", "-", stdin=ABUSE)
    assert "hotline now: 555-0134;" in told.err
    assert "1-800-540-4000" not in told.err


@pytest.mark.parametrize("stops", ["at the next prompt", "because it is too long"])
def test_nothing_is_kept_of_it_whatever_else_went_wrong(careful: School, stops: str) -> None:
    if stops == "at the next prompt":
        told = careful(*ANA, "--saw", "--think", stdin=f"{ABUSE}\n", stops=True)
        assert told.code == 130
    else:
        told = careful(*ANA, "--saw", "-", stdin=ABUSE + "x" * 20_000)
        assert told.code == 2
    assert "hotline" in told.err
    nothing_is_kept(careful, told)


def test_nothing_is_kept_of_it_when_the_ledger_is_gone(careful: School) -> None:
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (careful.folder / name).unlink(missing_ok=True)
    told = careful(*ANA, "--saw", "-", stdin=ABUSE)
    assert told.code == 4
    assert "hotline" in told.err
    assert holding(careful.root, CANARY) == []
    assert not [path for path in careful.spool.rglob("*") if path.is_file()]


def test_a_text_in_the_line_is_to_be_taken_out_of_the_history(careful: School) -> None:
    told = careful(*ANA, "--saw", ABUSE)
    assert told.code == 4
    assert "may stand in your shell's history" in told.err
    nothing_is_kept(careful, told)


def test_it_is_recorded_when_somebody_says_that_it_is_none(careful: School) -> None:
    text = "The game said his dad hits him."
    assert careful(*ANA, "--saw", "-", stdin=text).code == 4
    careful.ok(*ANA, "--saw", "-", "--not-a-disclosure", stdin=text)
    careful.ok("incident", "statement", "last", "--saw", "-", "--not-a-disclosure", stdin=text)
    assert careful.texts() == [text, text]


def test_a_draft_of_what_is_none_is_finished_with_the_same_word(careful: School) -> None:
    text = "The game said his dad hits him."
    line = ("log", "bea", "--did", "tardy", "--saw", "-", "--not-a-disclosure")
    assert careful(*line, stdin=text).code == 3
    careful.ok("spool", "1", "--student", "1")
    assert careful.texts() == [text]


def test_a_hotline_that_is_no_text_is_refused(careful: School) -> None:
    path = careful.folder / "school.toml"
    path.write_text(path.read_text().replace("[school]", "[school]\nchild_abuse_hotline = 555"))
    told = careful("spool")
    assert told.code == 2
    assert "needs child_abuse_hotline, as text in quotes" in told.err
