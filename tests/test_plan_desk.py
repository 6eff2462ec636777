"""Plans at the command line: from the form in the editor to the end, and what each step refuses."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from desk import PRINCIPAL, School, as_expected
from plans import COUNTED, FORM, REVISED, carry_out

from ledger.domain.codes import Channel, Decision, NoData, PlanKind, Relation, Unit

MODIFIED = REVISED.removeprefix("why: The goal was too low.\n")
TELLS_OF_ABUSE = FORM.replace("long seat work", "his dad hits him with a belt at home")
STEPS = """
plan draft ana rivera --on 'sep 18' --form '{form}'
plan approve ana rivera --by mom --how phone --lang es --on 'sep 19'
plan start ana rivera --on 'sep 21'
plan fidelity ana rivera 2/2 --on 'sep 22'
points ana rivera 222221112222221222 --on 'sep 22'
points ana rivera a --on 'sep 23'
plan review ana rivera --decide continue --why 'It works.' --next 'nov 20' --on 'oct 2' --with lund
plan review ana rivera --decide modify --why 'Too easy.' --form '{modified}'
plan manager ana rivera --to lund --reason 'class changed'
plan revise ana rivera --form '{revised}'
plan end ana rivera --goal-met --why 'Four weeks at goal.'
"""


def editor(desk: School, program: str) -> dict[str, str]:
    """An editor that does this with the text of the file."""
    path = desk.root / "editor.py"
    path.write_text(
        "import sys\npath = sys.argv[1]\ntext = open(path, encoding='utf-8').read()\n"
        f"{program}\nopen(path, 'w', encoding='utf-8').write(text)\n"
    )
    return {"EDITOR": shlex.join([sys.executable, str(path)])}


def writes(form: str) -> str:
    return f"open(path + '.seen', 'w', encoding='utf-8').write(text); text = {form!r}"


def run(desk: School, lines: str) -> str:
    """What these lines answer, one after the other."""
    filled = lines.format(form=FORM, modified=MODIFIED, revised=REVISED)
    return "".join(desk.ok(*shlex.split(line)).out for line in _lines(filled))


def _lines(text: str) -> list[str]:
    """Lines, where a form in quotes goes on."""
    lines: list[str] = []
    for line in filter(str.strip, text.splitlines()):
        if lines and lines[-1].count("'") % 2:
            lines[-1] += f"\n{line}"
        else:
            lines.append(line)
    return lines


# The whole way


def test_a_plan_goes_from_draft_to_end_and_each_step_is_told(desk: School) -> None:
    as_expected("plan.steps", run(desk, STEPS))
    kinds = [type(r.event).__name__ for r in desk.events() if r.stream.startswith("plan-")]
    assert kinds == [
        "PlanDrafted",
        "PlanApproved",
        "PlanStarted",
        "FidelityRecorded",
        "PointsRecorded",
        "PointsRecorded",
        "PlanReviewed",
        "PlanReviewed",
        "PlanRevised",
        "ManagerChanged",
        "PlanRevised",
        "PlanEnded",
    ]


def test_what_is_said_of_a_consent_stands_in_it(desk: School) -> None:
    run(desk, "\n".join(_lines(STEPS)[:1]))
    desk.ok(
        "plan", "approve", "ana", "rivera", "--by", "mom", "--how", "phone", "--lang", "spanish"
    )
    (approved,) = desk.of("PlanApproved")
    assert (approved.relation, approved.channel) == (Relation.MOTHER, Channel.PHONE)
    assert approved.language == "es"


def test_a_review_cites_the_days_and_the_position_that_it_rests_on(desk: School) -> None:
    run(desk, "\n".join(_lines(STEPS)[:7]))
    (review,) = desk.of("PlanReviewed")
    events = desk.events()
    assert str(review.data_from) == "2026-09-21"
    assert str(review.data_until) == "2026-10-02"
    assert review.position == events[-2].position
    assert review.days_with_data == 1
    with desk.opened() as at:
        team = [at.school.staff_names[id] for id in review.by]
    assert team == ["Sam Whitlock", "Per Lund"]
    desk.ok(
        *("plan", "review", "ana", "rivera", "--decide", "continue", "--why", "As before."),
        *("--next", "dec 4"),
    )
    assert str(desk.of("PlanReviewed")[-1].data_from) == "2026-10-03"


def test_a_review_without_data_says_so(desk: School) -> None:
    run(desk, "\n".join(_lines(STEPS)[:3]))
    told = desk.ok(
        "plan",
        "review",
        "ana",
        "rivera",
        "--decide",
        "fade",
        "--why",
        "-",
        "--next",
        "nov 20",
        stdin="Nobody had time for cards.",
    )
    assert "no data" in told.out
    assert "the plan stands as it was" in told.out
    assert desk.of("PlanReviewed")[-1].days_with_data == 0


def test_a_review_asks_for_what_was_not_said(desk: School) -> None:
    run(desk, "\n".join(_lines(STEPS)[:3]))
    desk.ok("plan", "review", "ana", "rivera", stdin="cont\nIt works.\nnov 20\n", terminal=True)
    (review,) = desk.of("PlanReviewed")
    assert (review.decision, str(review.why)) == (Decision.CONTINUE, "It works.")
    assert str(review.next_review) == "2026-11-20"


def test_to_modify_opens_the_plan_as_it_stands_and_saves_the_next_version(desk: School) -> None:
    run(desk, "\n".join(_lines(STEPS)[:3]))
    env = editor(desk, "text = text.replace('at least 80', 'at least 85')")
    line = ("plan", "review", "ana", "rivera", "--decide", "modify", "--why", "Too easy.")
    told = desk.ok(*line, "--next", "dec 4", terminal=True, env=env)
    assert "version 2: at least 85 % of points" in told.out
    (revised,) = desk.of("PlanRevised")
    assert str(revised.reason) == "Too easy."
    assert str(revised.review_on) == "2026-12-04"


def test_to_discontinue_ends_the_plan(desk: School) -> None:
    run(desk, "\n".join(_lines(STEPS)[:3]))
    line = ("plan", "review", "ana", "rivera", "--decide", "discontinue", "--why", "Done.")
    desk.ok(*line, "--goal-met")
    (ended,) = desk.of("PlanEnded")
    assert ended.goal_met is True


# Measures


def test_a_measure_is_a_number_or_why_there_is_none_and_is_corrected_with_a_reason(
    desk: School,
) -> None:
    desk.ok("plan", "draft", "leo", "--form", "-", stdin=COUNTED)
    desk.ok("plan", "approve", "leo")
    desk.ok("plan", "start", "leo")
    assert "measured 3 times, goal ≤ 1" in desk.ok("plan", "progress", "leo", "3").out
    assert "recorded already" in desk("plan", "progress", "leo", "2.5").err
    desk.ok("plan", "progress", "leo", "2.5", "--reason", "counted one twice")
    desk.clock.pass_(days=1)
    assert "no data: not participating" in desk.ok("plan", "progress", "leo", "not", "part").out
    said = [(one.value and float(one.value), one.no_data) for one in desk.of("ProgressRecorded")]
    assert said == [(3.0, None), (2.5, None), (None, NoData.NOT_PARTICIPATING)]


def test_of_the_delivery_the_plans_own_parts_are_enough(desk: School) -> None:
    desk.ok("plan", "draft", "leo", "--form", "-", stdin=FORM + "parts: 5\n")
    for step in ("approve", "start"):
        desk.ok("plan", step, "leo")
    desk.ok("plan", "fidelity", "leo", "4")
    (event,) = desk.of("FidelityRecorded")
    assert (event.delivered, event.planned) == (4, 5)
    assert desk("plan", "fidelity", "leo", "6/5", "--reason", "typo").code == 4


# The form


def test_a_plan_is_drafted_in_the_editor(desk: School) -> None:
    told = desk.ok("plan", "draft", "ana", "rivera", terminal=True, env=editor(desk, writes(FORM)))
    assert "drafted: at least 80 % of points, from 55" in told.out
    (drafted,) = desk.of("PlanDrafted")
    assert drafted.kind is PlanKind.CHECK_IN_CHECK_OUT
    assert drafted.goal.unit is Unit.PERCENT_OF_POINTS
    assert not list(desk.root.rglob("form.txt*"))


def test_the_empty_form_names_no_child_and_every_part(desk: School) -> None:
    seen = desk.root / "seen.txt"
    keep = f"open({str(seen)!r}, 'w', encoding='utf-8').write(text)"
    desk("plan", "draft", "ana", "rivera", terminal=True, env=editor(desk, keep))
    form = seen.read_text(encoding="utf-8")
    assert "Ana" not in form
    as_expected("plan.form", form)


def test_a_form_with_faults_is_kept_and_every_fault_is_told(desk: School) -> None:
    wrong = (
        FORM.replace("cico", "sico").replace("nov 20", "someday").replace("behavior", "behaviour")
    )
    told = desk("plan", "draft", "ana", "rivera", terminal=True, env=editor(desk, writes(wrong)))
    assert told.code == 2
    assert told.err.count("  line ") == 4
    assert "kept as draft 1" in told.err
    assert not desk.of("PlanDrafted")
    right = editor(
        desk,
        "text = text.replace('sico', 'cico').replace('someday', 'nov 20')"
        ".replace('behaviour', 'behavior')",
    )
    desk.ok("spool", "1", terminal=True, env=right)
    assert len(desk.of("PlanDrafted")) == 1
    assert desk.ok("spool").out == "No draft waits.\n"


@pytest.mark.parametrize("program", ["sys.exit(3)", "text = ''", "pass"])
def test_an_editor_that_fails_or_changes_nothing_records_nothing(
    desk: School, program: str
) -> None:
    told = desk("plan", "draft", "ana", "rivera", terminal=True, env=editor(desk, program))
    assert told.code == 1
    assert not desk.of("PlanDrafted")
    assert not list(desk.root.rglob("form.txt*"))


def test_without_a_terminal_the_form_comes_from_the_line(desk: School) -> None:
    told = desk("plan", "draft", "ana", "rivera")
    assert (told.code, "--form -" in told.err) == (2, True)


def test_a_form_that_tells_of_abuse_is_neither_recorded_nor_kept(desk: School) -> None:
    told = desk("plan", "draft", "ana", "rivera", "--form", "-", stdin=TELLS_OF_ABUSE)
    assert told.code == 4
    assert "hotline" in told.err
    assert not desk.of("PlanDrafted")
    assert desk.ok("spool").out == "No draft waits.\n"


def test_the_names_of_other_children_are_asked_about_and_put_away(desk: School) -> None:
    named = FORM.replace("without asking", "when Leo Park asks Ana")
    desk.ok(
        "plan",
        "draft",
        "ana",
        "rivera",
        terminal=True,
        stdin="y\n",
        env=editor(desk, writes(named)),
    )
    (drafted,) = desk.of("PlanDrafted")
    assert drafted.design.behavior == "Leaves the seat when another student asks Ana."


def test_revising_shows_the_plan_as_it_stands(desk: School) -> None:
    carry_out(desk, "ana rivera")
    env = editor(
        desk,
        "text = text.replace('(why the plan is changed)', 'Too long.')"
        ".replace('1, 2, 3, 4, 5, 6', '1-4')",
    )
    desk.ok("plan", "revise", "ana", "rivera", terminal=True, env=env)
    (revised,) = desk.of("PlanRevised")
    assert revised.card.periods == ("1", "2", "3", "4")
    assert revised.goal.target == 80
    assert str(revised.reason) == "Too long."


# Which plan


def test_of_several_plans_one_has_to_be_named_by_kind_or_number(desk: School) -> None:
    carry_out(desk, "ana rivera")
    carry_out(desk, "ana rivera", kind=PlanKind.BEHAVIOR_CONTRACT)
    asked = desk("plan", "fidelity", "ana", "rivera", "2/2")
    assert asked.code == 3
    assert "Which plan? plan 1 (CICO, active), plan 2 (contract, active)" in asked.err
    desk.ok("plan", "fidelity", "ana", "rivera", "2/2", "--kind", "cico")
    desk.ok("plan", "end", "ana", "rivera", "2", "--why", "Signed anew.")
    desk.ok("plan", "fidelity", "ana", "rivera", "1/2", "--on", "oct 13")
    assert [event.plan for event in desk.of("FidelityRecorded", "PlanEnded")] == [1, 2, 1]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("approve", "leo"), 3, "That student has no plan."),
        (("approve", "ana", "rivera"), 4, "was recorded already"),
        (("approve", "ana", "rivera", "--by", "butler"), 2, 'There is no relation "butler"'),
        (("start", "ana", "rivera"), 4, "was started already"),
        (("start", "ana", "rivera", "7"), 3, "None of that student's plans"),
        (("progress", "ana", "rivera", "3"), 4, "take in the card instead"),
        (("progress", "ana", "rivera"), 2, "Which value?"),
        (("fidelity", "ana", "rivera", "5/4"), 4, "more than the 4 planned"),
        (("fidelity", "ana", "rivera", "2"), 4, "does not say its parts"),
        (("manager", "ana", "rivera"), 2, "--to"),
        (("manager", "ana", "rivera", "--to", "nobody"), 3, "Nobody on the staff"),
        (("end", "ana", "rivera"), 2, "--why has no text"),
        (("review", "ana", "rivera", "--decide", "wait", "--why", "x"), 2, "no decision"),
        (("review", "ana", "rivera", "--decide", "refer", "--why", "x"), 2, "Say it with --next"),
        (("review", "ana", "rivera", "--why", "x"), 2, "What is decided? One of continue"),
        (("progress", "ana", "rivera", "lots"), 2, "a number, or why there is none"),
        (("progress", "ana", "rivera", "3", "--on", "tomorrow"), 2, "has not come yet"),
        (("fidelity", "ana", "rivera", "4/4", "--on", "tomorrow"), 2, "has not come yet"),
        (("manager", "ana", "rivera", "--to", "lund", "--on", "tomorrow"), 2, "has not come yet"),
        (("end", "ana", "rivera", "--why", "x", "--on", "tomorrow"), 2, "has not come yet"),
        (
            (
                "review",
                "ana",
                "rivera",
                "--decide",
                "refer",
                "--why",
                "x",
                "--next",
                "nov 2",
                "--from",
                "oct 9",
                "--until",
                "oct 2",
            ),
            4,
            "is before",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    desk: School, words: Sequence[str], code: int, says: str
) -> None:
    carry_out(desk, "ana rivera")
    before = len(desk.events())
    answer = desk("plan", *words)
    assert (answer.code, answer.out) == (code, "")
    assert says in answer.err
    assert len(desk.events()) == before


def test_a_plan_may_start_and_change_on_a_day_to_come(desk: School) -> None:
    desk.ok("plan", "draft", "ana", "rivera", "--form", FORM)
    told = desk("plan", "approve", "ana", "rivera", "--by", "mom", "--on", "tomorrow")
    assert (told.code, "has not come yet" in told.err) == (2, True)
    desk.ok("plan", "approve", "ana", "rivera", "--by", "mom")
    desk.ok("plan", "start", "ana", "rivera", "--on", "oct 26")
    desk.ok("plan", "revise", "ana", "rivera", "--form", REVISED, "--from", "nov 2")
    days = [str(event.on) for event in desk.of("PlanStarted", "PlanRevised")]
    assert days == ["2026-10-26", "2026-11-02"]


def test_undo_takes_back_the_last_step(desk: School) -> None:
    carry_out(desk, "ana rivera", user=PRINCIPAL)
    desk.ok("plan", "end", "ana", "rivera", "--why", "wrong child")
    desk.ok("undo")
    desk.ok("plan", "fidelity", "ana", "rivera", "2/2")


def test_a_plan_of_a_child_who_became_another_is_found_under_both(desk: School) -> None:
    desk.ok("log", "--not-on-roster", "Kai Moss", "--did", "tardy")
    carry_out(desk, "kai moss")
    desk.ok("roster", "link", "kai moss", "--same-as", "leo", "--yes")
    desk.ok("points", "leo", "31")
    desk.ok("plan", "fidelity", "leo", "2/2")
    told = desk.ok("plan", "review", "leo", "--decide", "continue", "--why", "x", "--next", "nov 2")
    assert "1 day with data" in told.out


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_form_is_read_in_the_coding_that_the_editor_saved_it_in(
    desk: School, coding: str
) -> None:
    form = FORM.replace("long seat work", "mañana sin señas")
    saves = f"open(path, 'wb').write({form.encode(coding)!r}); sys.exit()"
    desk.ok("plan", "draft", "ana", "rivera", terminal=True, env=editor(desk, saves))
    (drafted,) = desk.of("PlanDrafted")
    assert "mañana sin señas" in str(drafted.design.predictors)


def test_the_form_file_is_private(desk: School) -> None:
    if sys.platform == "win32":
        pytest.skip("modes are of Unix")
    modes = Path(desk.root / "modes.txt")
    program = f"import os\nopen({str(modes)!r}, 'w').write(oct(os.stat(path).st_mode & 0o77))\n"
    desk("plan", "draft", "ana", "rivera", terminal=True, env=editor(desk, program))
    assert modes.read_text() == "0o0"


# A child who stood on the roster twice


@pytest.fixture
def twice(desk: School) -> School:
    """Leo, 104590 too, with a plan numbered 1 of the same kind under each."""
    carry_out(desk, "104590", "leo")
    desk.ok("roster", "link", "104590", "--same-as", "leo", "--yes")
    return desk


def leos_number(desk: School) -> str:
    with desk.opened() as at:
        return str(at.school.find("leo").students[0].number)


@pytest.mark.parametrize(
    "line", ["plan fidelity leo 2/2", "plan show leo 1", "points leo 31"], ids=lambda line: line[:9]
)
def test_plans_with_the_same_number_are_told_apart_by_the_accounts(
    twice: School, line: str
) -> None:
    asked = twice(*line.split())
    assert asked.code == 3
    for number in ("104590", leos_number(twice)):
        assert f"plan 1 of {number} (CICO" in asked.err
        twice.ok(*line.replace("leo", number).split())
    assert "name the student by that number" in asked.err


def test_plans_of_two_accounts_of_which_none_is_carried_out_are_asked_about(twice: School) -> None:
    for number in ("104590", leos_number(twice)):
        twice.ok("plan", "end", number, "--why", "Moved.")
    asked = twice("plan", "show", "leo")
    assert (asked.code, asked.out) == (3, "")
    assert "plan 1 of 104590 (CICO, ended)" in asked.err


def test_a_child_who_was_two_has_one_plan_of_a_kind(desk: School) -> None:
    carry_out(desk, "104590")
    desk.ok("plan", "draft", "leo", "--form", FORM)
    desk.ok("plan", "approve", "leo", "--by", "mother")
    desk.ok("roster", "link", "104590", "--same-as", "leo", "--yes")
    refused = desk("plan", "start", leos_number(desk))
    assert refused.code == 4
    assert "Plan 1 of 104590 (CICO, active) is the same child's: revise it" in refused.err
    desk.ok("plan", "end", "104590", "--why", "Written anew.")
    desk.ok("plan", "start", leos_number(desk))


def test_a_draft_beside_one_that_waits_under_the_other_number_is_refused(desk: School) -> None:
    desk.ok("plan", "draft", "104590", "--form", FORM)
    desk.ok("roster", "link", "104590", "--same-as", "leo", "--yes")
    refused = desk("plan", "draft", "leo", "--form", FORM)
    assert "Plan 1 of 104590 (CICO, draft) is the same child's" in refused.err
    assert len(desk.of("PlanDrafted")) == 1
