"""What is owed on an incident: refused before it happens, recorded after, answered in time."""

from __future__ import annotations

import subprocess
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from desk import CLERK, PRINCIPAL, PROGRAM, School, as_expected
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st
from made import NOON, ZONE, a_report, student_id
from spec import Given, given
from strategies import built

from ledger.demo import year
from ledger.domain import When
from ledger.domain.calendar import CALENDAR, Calendar, HolidaysSet
from ledger.domain.codes import (
    Action,
    Behavior,
    Channel,
    Level,
    Relation,
    RestraintKind,
    Role,
)
from ledger.domain.days import add_business_days, is_business_day
from ledger.domain.due_process import (
    SUSPENSIONS,
    AgainstRules,
    AnswerReferral,
    AppealChallenge,
    AppealDecided,
    ChallengeAppealed,
    ChallengeDecided,
    ChallengeMet,
    ChallengeStatement,
    DecideAppeal,
    DecideChallenge,
    MeetAboutChallenge,
    Notice,
    NoticeGiven,
    PupilAccount,
    PupilAccountTaken,
    ReferralAnswered,
    ReportEmergency,
    ScheduleIepMeeting,
    StatementChallenged,
    TakeAccount,
)
from ledger.domain.incident import (
    INCIDENT,
    ActionCorrected,
    ActionTaken,
    CorrectAction,
    Incident,
    IncidentCommand,
    IncidentEvent,
    IncidentReported,
    ParticipantReplaced,
    ReferredToOffice,
    RestraintOrSeclusionUsed,
    TakeAction,
)
from ledger.domain.particulars import BehaviorSeen, Participant
from ledger.domain.rules import RULES
from ledger.reading import Reading
from ledger.reports.due_process import answering
from ledger.store.errors import ReadOnly

Story = Given[IncidentCommand, Incident, IncidentEvent]

ANA, BO, CLEO = (student_id(number) for number in (1, 2, 3))
AT = When(at=NOON, zone=ZONE)
TODAY = NOON.date()
ALL = tuple(RULES)
OUT, IN = Action.OUT_OF_SCHOOL_SUSPENSION, Action.IN_SCHOOL_SUSPENSION
RECESS, EXPULSION = Action.LOSS_OF_RECESS, Action.EXPULSION_RECOMMENDATION
NOTICE, ACCOUNT = NoticeGiven(label="P1", at=AT), PupilAccountTaken(label="P1", at=AT)
CANARY = "canary-7f3a"


def pupil(label: str, id: str, *did: Behavior) -> Participant:
    seen = tuple(BehaviorSeen(code=code, level=Level.MAJOR) for code in did)
    return Participant(label=label, student_id=id, roles=(Role.REFERRED,), behaviors=seen)


def did(*behaviors: Behavior) -> Story:
    """An incident of Ana's with these behaviors, and of Bo's who fought."""
    people = (pupil("P1", ANA, *behaviors), pupil("P2", BO, Behavior.FIGHTING))
    return given(INCIDENT, a_report(participants=people).became(IncidentReported))


def fought() -> Story:
    return did(Behavior.FIGHTING)


def after(story: Story, *events: IncidentEvent) -> Story:
    return Given(INCIDENT, (*story.history, *events))


def act(action: Action, **more: Any) -> TakeAction:
    fields: dict[str, Any] = {
        "label": "P1",
        "action": action,
        "on": TODAY,
        "rules": ALL,
        "grade": "3",
    }
    return TakeAction(**fields | more)


def against(story: Story, command: TakeAction) -> tuple[str, ...]:
    """The rules for which it is refused; and it is recorded against the same when it happened."""
    refused: tuple[str, ...] = ()
    try:
        INCIDENT.decide(command, story.state)
    except AgainstRules as no:
        refused = no.rules
    happened = command.model_copy(update={"happened": "It was done."})
    decided = INCIDENT.decide(happened, story.state)
    assert [e.against for e in decided if isinstance(e, ActionTaken)] == [refused]
    return refused


# What a rule refuses before it happens


def test_recess_is_denied_only_for_a_threat_and_what_happened_is_recorded_against_the_rule() -> (
    None
):
    fought().when(act(RECESS)).refused("EC 49056(a)(4)")
    taken = ActionTaken(number=1, label="P1", action=RECESS, on=TODAY, threat=True)
    fought().when(act(RECESS, threat=True)).then(taken)
    flagged = {"threat": False, "happened": "It was over.", "against": ("recess",)}
    fought().when(act(RECESS, happened="It was over.")).then(taken.model_copy(update=flagged))


def test_a_threat_is_said_of_a_recess_alone() -> None:
    fought().when(act(Action.RESTITUTION, threat=True)).refused("of a recess that is denied")


@pytest.mark.parametrize("action", sorted(SUSPENSIONS, key=str))
@pytest.mark.parametrize("grade", ["TK", "K", "1", "2", "3", "4", "5"])
def test_no_one_is_suspended_for_defiance_alone_through_grade_5(action: Action, grade: str) -> None:
    for behaviors in ((Behavior.DEFIANCE,), (Behavior.DISRUPTION, Behavior.DEFIANCE)):
        story = after(did(*behaviors), NOTICE, ACCOUNT)
        assert against(story, act(action, grade=grade)) == ("defiance-suspension",)
    both = after(did(Behavior.DEFIANCE, Behavior.FIGHTING), NOTICE, ACCOUNT)
    assert against(both, act(action, grade=grade)) == ()


@pytest.mark.parametrize(
    ("grade", "through", "refused"),
    [("6", 5, False), ("6", 8, True), ("8", 8, True), ("9", 8, False), (None, 12, False)],
)
def test_the_rule_reaches_through_the_grade_that_the_school_says(
    grade: str | None, through: int, refused: bool
) -> None:
    story = after(did(Behavior.DEFIANCE), NOTICE, ACCOUNT)
    assert bool(against(story, act(OUT, grade=grade, through_grade=through))) == refused


def test_nobody_is_recommended_for_expulsion_for_defiance_in_any_grade() -> None:
    for grade in ("K", "8", "12", None):
        assert against(did(Behavior.DISRUPTION), act(EXPULSION, grade=grade)) == (
            "defiance-expulsion",
        )
    assert against(fought(), act(EXPULSION)) == ()


@pytest.mark.parametrize("behavior", [Behavior.TARDY, Behavior.TRUANCY, Behavior.SKIP_CLASS])
def test_nobody_is_suspended_only_for_being_absent(behavior: Behavior) -> None:
    story = after(did(behavior), NOTICE, ACCOUNT)
    assert against(story, act(OUT, grade="11")) == ("attendance-suspension",)


def test_two_grounds_that_are_none_are_none_together() -> None:
    story = after(did(Behavior.TARDY, Behavior.DEFIANCE), NOTICE, ACCOUNT)
    assert against(story, act(OUT)) == ("defiance-suspension", "attendance-suspension")
    assert against(story, act(OUT, grade="9")) == ()
    assert against(story, act(OUT, rules=("defiance-suspension",))) == ()


def test_a_suspension_comes_after_notice_and_the_pupils_own_account() -> None:
    assert against(fought(), act(OUT)) == ("due-process",)
    assert against(after(fought(), NOTICE), act(OUT)) == ("due-process",)
    assert against(after(fought(), ACCOUNT), act(IN)) == ("due-process",)
    assert against(after(fought(), NOTICE, ACCOUNT), act(OUT)) == ()
    others = (event.model_copy(update={"label": "P2"}) for event in (NOTICE, ACCOUNT))
    assert against(after(fought(), *others), act(OUT)) == ("due-process",)


def test_notice_and_account_may_be_said_together_with_the_suspension() -> None:
    notice = Notice(at=AT, relation=Relation.MOTHER, channel=Channel.PHONE)
    command = act(OUT, notice=notice, account=PupilAccount(at=AT, text="P2 began."))
    fought().when(command).then(
        NOTICE.model_copy(update={"relation": Relation.MOTHER, "channel": Channel.PHONE}),
        ACCOUNT.model_copy(update={"text": "P2 began."}),
        ActionTaken(number=1, label="P1", action=OUT, on=TODAY),
    )
    both = PupilAccount(at=AT, text="No.", declined=True)
    fought().when(act(OUT, notice=notice, account=both)).refused("say one of both")
    fought().when(TakeAccount(label="P1", **dict(both))).refused("say one of both")


def test_who_turns_out_to_be_somebody_else_was_not_told_nor_heard() -> None:
    replaced = ParticipantReplaced(label="P1", student_id=CLEO, reason="The other Ana.")
    assert against(after(fought(), NOTICE, ACCOUNT, replaced), act(OUT)) == ("due-process",)


def test_a_suspension_is_of_so_many_school_days_at_most() -> None:
    story = after(fought(), NOTICE, ACCOUNT)
    assert against(story, act(OUT, days=Decimal(5))) == ()
    assert against(story, act(OUT, days=Decimal("5.5"))) == ("consecutive",)
    assert against(story, act(OUT, days=Decimal(5), most_days=3)) == ("consecutive",)


def test_what_is_off_neither_refuses_nor_flags() -> None:
    for id in RULES:
        others = tuple(rule for rule in RULES if rule != id)
        for command in (act(RECESS), act(OUT, days=Decimal(6)), act(EXPULSION)):
            story = did(Behavior.DEFIANCE)
            left = against(story, command.model_copy(update={"rules": others}))
            assert left == tuple(rule for rule in against(story, command) if rule != id)


@settings(max_examples=150)
@over(st.data())
def test_whatever_has_happened_is_recorded_against_what_refuses_it(data: st.DataObject) -> None:
    command = data.draw(built(TakeAction)).model_copy(
        update={
            "label": "P1",
            "minutes": None,
            "motivation": None,
            "against": (),
            "account": None,
            "rules": tuple(data.draw(st.sets(st.sampled_from(ALL)))),
        }
    )
    if command.action is not RECESS:
        command = command.model_copy(update={"threat": False})
    behaviors = data.draw(st.sets(st.sampled_from(Behavior), min_size=1))
    assert set(against(did(*behaviors), command.model_copy(update={"happened": None}))) <= {
        *command.rules
    }


def test_a_correction_is_never_refused_and_stays_flagged() -> None:
    taken = ActionTaken(number=1, label="P1", action=RECESS, on=TODAY, against=("recess",))
    story = after(did(Behavior.DEFIANCE), taken)
    command = CorrectAction(
        number=1, action=OUT, on=TODAY, reason="Typed wrongly.", rules=ALL, grade="2"
    )
    story.when(command).then(
        ActionCorrected(
            number=1,
            action=OUT,
            on=TODAY,
            reason="Typed wrongly.",
            against=("defiance-suspension", "due-process"),
        )
    )


# A referral that is answered


def answer(*told: str, text: str | None = None) -> AnswerReferral:
    return AnswerReferral(at=AT, told=told or ("staff-1",), text=text)


def test_an_answer_documents_what_was_done_and_tells_who_sent_it() -> None:
    sent = after(fought(), ReferredToOffice(to="staff-3", by="staff-1"))
    sent.when(answer()).refused("nothing is documented as done")
    sent.when(answer("staff-2", text="P1 was ill.")).refused("whoever sent it")
    done = ActionTaken(number=1, label="P1", action=Action.RESTITUTION, on=TODAY)
    answered = ReferralAnswered(at=AT, told=("staff-1",))
    after(sent, done).when(answer()).then(answered).when(answer()).refused("answered already")
    why = answered.model_copy(update={"text": "P1 was ill."})
    sent.when(answer(text="P1 was ill.")).then(why)


def test_there_is_no_answer_without_a_referral_and_a_new_referral_wants_a_new_one() -> None:
    fought().when(answer(text="So.")).refused("not sent to the office")
    sent, answered = ReferredToOffice(by="staff-1"), ReferralAnswered(at=AT, told=("staff-1",))
    again = after(fought(), sent, answered, sent)
    assert again.when(answer(text="So.")).events


calendars = st.builds(
    lambda days: Calendar(
        holidays=(
            HolidaysSet(year=2026, closed=tuple(d for d in sorted(days) if d.year == 2026)),
            HolidaysSet(year=2027, closed=tuple(d for d in sorted(days) if d.year == 2027)),
        )
    ),
    st.sets(st.dates(date(2026, 10, 1), date(2027, 3, 1)), max_size=40),
)


@over(calendars, st.dates(date(2026, 10, 1), date(2027, 1, 1)), st.integers(0, 40))
def test_the_business_day_of_an_answer_agrees_with_counting_on_the_fingers(
    calendar: Calendar, sent: date, more: int
) -> None:
    answered = sent + timedelta(days=more)
    how = answering(calendar, sent, answered, 5)
    between = [sent + timedelta(days=n) for n in range(1, more)]
    passed = sum(is_business_day(calendar, day) for day in between)
    assert how.number == (0 if answered == sent else passed + 1)
    assert bool(how.late) == (answered > add_business_days(calendar, sent, 5))


# A restraint, and a challenge


def test_what_follows_a_restraint_is_of_who_was_restrained() -> None:
    held = RestraintOrSeclusionUsed(label="P1", kind=RestraintKind.SECLUSION, began=AT)
    story = after(fought(), held)
    assert story.when(ReportEmergency(label="P1", on=TODAY)).events
    story.when(ReportEmergency(label="P2", on=TODAY)).refused("no restraint or seclusion of P2")
    early = ScheduleIepMeeting(label="P1", on=TODAY, for_day=TODAY - timedelta(days=1))
    story.when(early).refused("before the scheduling")


CHALLENGED = StatementChallenged(number=1, on=TODAY, grounds="Nobody saw it.")
DENIED = ChallengeDecided(number=1, on=TODAY, sustained=False, reason="It was seen.")
STAGES: dict[str, tuple[IncidentEvent, ...]] = {
    "open": (CHALLENGED,),
    "met": (CHALLENGED, ChallengeMet(number=1, on=TODAY)),
    "sustained": (CHALLENGED, DENIED.model_copy(update={"sustained": True})),
    "denied": (CHALLENGED, DENIED),
    "appealed": (CHALLENGED, DENIED, ChallengeAppealed(number=1, on=TODAY)),
    "closed": (
        *(CHALLENGED, DENIED, ChallengeAppealed(number=1, on=TODAY)),
        AppealDecided(number=1, on=TODAY, sustained=False, reason="It was seen."),
    ),
}
STEPS: dict[str, IncidentCommand] = {
    "met": MeetAboutChallenge(number=1, on=TODAY),
    "decided": DecideChallenge(number=1, on=TODAY, sustained=False, reason="So."),
    "appealed": AppealChallenge(number=1, on=TODAY),
    "heard": DecideAppeal(number=1, on=TODAY, sustained=True, reason="So."),
}
FOLLOWS = {
    "open": {"met", "decided"},
    "met": {"decided"},
    "denied": {"appealed"},
    "appealed": {"heard"},
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("step", STEPS)
def test_a_challenge_goes_its_way_and_no_other(stage: str, step: str) -> None:
    answer = after(fought(), *STAGES[stage]).when(STEPS[step])
    assert (answer.events is not None) == (step in FOLLOWS.get(stage, ()))


def test_no_step_of_a_challenge_comes_before_the_one_that_it_follows() -> None:
    early = STEPS["met"].model_copy(update={"on": TODAY - timedelta(days=1)})
    after(fought(), CHALLENGED).when(early).refused("open since Wed Oct 14 2026: not before")
    fought().when(STEPS["met"]).refused("no challenge 1; those that there are: none")


def test_only_a_statement_that_there_is_is_challenged() -> None:
    command = ChallengeStatement(statement=1, on=TODAY, grounds="Nobody saw it.")
    fought().when(command).refused("no statement 1")
    assert fought().when(command.model_copy(update={"statement": None})).events


# At the desk


FIGHT = ("log", "mateo", "cruz", "--did", "fight", "--at", "10:15", "--by", "okafor")
DEFIED = ("log", "mateo", "cruz", "--did", "defiance", "--major", "--at", "10:15", "--by", "okafor")
SUSPEND = ("act", "last", "mateo", "suspension", "0.5d")


def test_recess_denied_is_refused_then_recorded_as_it_happened_and_flagged_for_ever(
    desk: School,
) -> None:
    desk.ok(*FIGHT)
    before = len(desk.events())
    refused = desk("act", "last", "mateo", "recess")
    assert (refused.code, refused.out, len(desk.events())) == (4, "", before)
    as_expected("act.recess", refused.err)
    told = desk.ok("act", "last", "mateo", "recess", "--happened", "-", stdin="Mateo ran off.")
    assert "recorded against EC 49056(a)(4)" in told.out
    (taken,) = desk.of("ActionTaken")
    assert (taken.against, taken.happened) == (("recess",), "P1 ran off.")
    shown = "recorded against EC 49056(a)(4): P1 ran off."
    assert shown in desk.ok("incident", "show", "last").out
    correct = ("incident", "correct", "last", "--action", "1", "--to", "restitution")
    desk.ok(*correct, "--reason", "It was the rake.")
    assert shown in desk.ok("incident", "show", "last").out


def test_a_threat_denies_recess_without_a_flag(desk: School) -> None:
    desk.ok(*FIGHT)
    assert desk.ok("act", "last", "recess", "--threat", "--json").json["against"] == []


def test_a_suspension_for_defiance_alone_is_refused_then_recorded_and_flagged(
    desk: School,
) -> None:
    desk.ok(*DEFIED)
    heard = ("--notice", "11:00 phone mother", "--pupil-silent")
    refused = desk(*SUSPEND, *heard)
    assert refused.code == 4
    assert desk.of("ActionTaken", "NoticeGiven", "PupilAccountTaken") == []
    as_expected("act.defiance", refused.err)
    told = desk.ok(*SUSPEND, *heard, "--happened", "he was sent home before I came")
    assert "recorded against EC 48901.1(a)" in told.out


def test_a_suspension_asks_for_notice_and_the_pupils_account_and_takes_them_in_one(
    desk: School,
) -> None:
    desk.ok(*FIGHT)
    desk.ok("act", "last", "mateo", "conference", "10m", "--on", "oct 2")
    desk.ok("incident", "means", "last", "--text", "A seat by the door, in May.")
    refused = desk(*SUSPEND)
    assert refused.code == 4
    as_expected("act.suspension", refused.err)
    desk.clock.pass_(minutes=12)
    line = (*SUSPEND, "--notice", "11:00 phone", "--pupil-says", "-", "--key", "k1")
    told = desk.ok(*line, stdin="Mateo says that it was a game.")
    as_expected("act.suspended", told.out)
    desk.clock.pass_(minutes=3)
    again = desk.ok(
        *line,
        stdin="Mateo says that it was a game.",
    )
    assert "already recorded" in again.out
    notice, account, taken = desk.of("NoticeGiven", "PupilAccountTaken", "ActionTaken")[-3:]
    assert (notice.channel, notice.at.at.hour) == (Channel.PHONE, 18)
    assert account.text == "P1 says that it was a game."
    assert (taken.action, taken.days, taken.against) == (OUT, Decimal("0.5"), ())
    desk.ok("undo")
    assert desk("act", "last", "mateo", "suspension", "0.5d").code == 4


def test_notice_and_account_may_be_recorded_before(desk: School) -> None:
    desk.ok(*FIGHT)
    desk.ok("incident", "notice", "last", "11:00", "phone", "mother", "--lang", "es")
    assert "✓ notice given   ✗ Mateo's own account" in desk(*SUSPEND).err
    desk.ok("incident", "account", "last", "--says", "-", stdin="It was a game.")
    desk.ok(*SUSPEND)
    assert desk.of("ActionTaken")[0].against == ()


def test_a_grade_that_the_school_leaves_out_and_a_rule_that_it_turns_off_bind_nobody(
    desk: School,
) -> None:
    desk.ok(*DEFIED)
    desk.ok("incident", "notice", "last")
    desk.ok("incident", "account", "last", "--silent")
    rule(desk, "through_grade = 5", "through_grade = 1")
    desk.ok(*SUSPEND)  # Mateo is in grade 2
    rule(desk, "[rules.recess]\non = true", "[rules.recess]\non = false")
    desk.ok("act", "last", "recess")
    assert [taken.against for taken in desk.of("ActionTaken")] == [(), ()]


def test_the_schools_own_citation_is_named(desk: School) -> None:
    desk.ok(*FIGHT)
    rule(desk, "EC 49056(a)(4)", "our policy 12")
    assert "(our policy 12)" in desk("act", "last", "recess").err
    desk.ok("act", "last", "recess", "--happened", "so")
    assert "recorded against our policy 12" in desk.ok("incident", "show", "last").out


def test_reminders_that_are_off_are_not_said(desk: School) -> None:
    desk.ok(*FIGHT)
    assert "EC 48900.5" in desk(*SUSPEND).err
    rule(desk, "[rules.other-means]\non = true", "[rules.other-means]\non = false")
    assert "48900.5" not in desk(*SUSPEND).err
    long = ("act", "last", "suspension", "2d", "--notice", "--pupil-silent")
    assert "homework" in desk.ok(*long).out


def test_an_access_log_that_cannot_be_written_is_said_with_what_is_recorded(
    desk: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ReadOnly("the access log cannot be written")

    desk.ok(*FIGHT)
    monkeypatch.setattr(Reading, "give", fails)
    refused = desk(*SUSPEND)
    assert refused.code not in (0, 4)
    assert "access log cannot be written" in refused.err
    assert "Nothing is recorded" in refused.err
    happened = desk(*SUSPEND, "--happened", "so")
    assert happened.code != 0
    assert "access log cannot be written" in happened.err
    assert "It is recorded." in happened.err
    assert len(desk.of("ActionTaken")) == 1


def rule(desk: School, here: str, there: str) -> None:
    """Write this into school.toml instead."""
    path = desk.folder / "school.toml"
    text = path.read_text("utf-8")
    assert text.count(here) == 1
    path.write_text(text.replace(here, there), "utf-8")


def test_words_of_a_refused_line_are_not_shown_again_but_kept(desk: School) -> None:
    desk.ok(*FIGHT)
    told = desk("act", "last", "recess", "--note", CANARY)
    assert told.code == 4
    assert CANARY not in told.out + told.err
    told = desk("act", "last", "recess", "--note", "-", stdin=f"It was {CANARY}.")
    assert CANARY not in told.out + told.err
    assert "bledger spool 1" in told.err
    desk.ok("spool", "1", "--threat")
    assert desk.of("ActionTaken")[0].note == f"It was {CANARY}."


def test_who_sees_no_words_sees_none_of_these(desk: School) -> None:
    desk.ok(*DEFIED)
    desk.ok(*SUSPEND, "--notice", "--pupil-says", f"{CANARY} 1", "--happened", f"{CANARY} 2")
    texts = {
        "notice": ("--text",),
        "means": ("--text",),
        "challenge": ("--grounds",),
        "decide": ("--denied", "--reason"),
        "attach": ("--text",),
    }
    for name, options in texts.items():
        desk.ok("incident", name, "last", *options, "-", stdin=f"{CANARY} {name}")
    desk.ok("incident", "appeal", "last")
    desk.ok("incident", "appeal-decided", "last", "--denied", "--reason", f"{CANARY} 8")
    desk.ok("answer", "last", "--told", "okafor", "--text", f"{CANARY} 9")
    (id,) = (card["id"] for card in desk.incident_cards())
    for more in ((), ("--json",)):
        assert desk.ok("incident", "show", id, *more).out.count(CANARY) == 9
        assert CANARY not in desk.ok("incident", "show", id, *more, user=CLERK).out


def test_whose_family_speaks_is_said_where_several_may_be_meant(desk: School) -> None:
    desk.ok("log", "ana", "rivera", "and", "leo", "park", "--did", "tardy")
    refused = desk("incident", "attach", "last", "--from", "mother", "--text", "She was ill.")
    assert (refused.code, "Say which with --who" in refused.err) == (3, True)
    desk.ok("incident", "attach", "last", "--who", "leo park", "--text", "He was ill.")
    desk.ok("incident", "challenge", "last", "--who", "P1", "--grounds", "She was here.")
    told = desk.of("GuardianStatementAttached", "StatementChallenged")
    assert [event.label for event in told] == ["P2", "P1"]


def test_a_whole_challenge_and_the_familys_statement_are_shown(desk: School) -> None:
    desk.ok(*FIGHT, "--saw", "He pushed.")
    said = ("incident", "challenge", "last", "--statement", "1", "--from", "mother")
    assert "meet about it by Fri Nov 13 (EC 49070)" in desk.ok(*said, "--grounds", "No.").out
    desk.ok("incident", "met", "last")
    desk.ok("incident", "decide", "last", "--sustained", "--reason", "She was not there.")
    desk.ok("incident", "attach", "last", "--from", "mother", "--text", "He was at home.")
    desk.ok("incident", "teachers-told", "last", "--told", "okafor and haddad")
    desk.ok("incident", "restraint", "last", "seclusion")
    desk.ok("incident", "emergency-report", "last")
    desk.ok("incident", "iep-meeting", "last", "--for", "2026-10-16")
    as_expected("incident.owed", desk.ok("incident", "show", "last").out)


# Answered in time, and late


def with_calendar(desk: School, start: int = 2026) -> None:
    """The made-up school's calendar: Thanksgiving closes the office, winter break does not."""
    with desk.opened() as at:
        for command in year.calendar(start, first=True):
            at.school.do(CALENDAR, at.school.settings.school_id, command)


def put(desk: School, day: str) -> None:
    """Noon of a day at the school."""
    desk.clock.at = datetime.fromisoformat(f"{day}T20:00:00+00:00").astimezone(UTC)


CASES = {  # day of the referral, business day 5, business day 6
    "across Thanksgiving": ("2026-11-20", "2026-12-01", "2026-12-02"),
    "inside winter break": ("2026-12-18", "2026-12-28", "2026-12-29"),
    "in a week without holidays": ("2026-10-14", "2026-10-21", "2026-10-22"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_referral_is_answered_in_time_on_business_day_5_and_late_on_day_6(
    desk: School, case: str
) -> None:
    sent, fifth, sixth = CASES[case]
    put(desk, sent)
    with_calendar(desk)
    logged = desk.ok(*DEFIED)
    by = date.fromisoformat(fifth)
    assert f"answers by {by:%a %b} {by.day} · 5 business days, EC 48901.1(d)(2)" in logged.out
    desk.ok("act", "last", "conference", "10m")
    put(desk, fifth)
    told = desk.ok("answer", "mateo", "cruz", "--told", "okafor", "--dry-run")
    assert "ReferralAnswered" in told.out
    told = desk.ok("answer", "mateo", "cruz", "--told", "okafor", user=PRINCIPAL)
    assert "Answered on business day 5 of 5 · in time\n" in told.out
    desk.ok("undo", user=PRINCIPAL)
    put(desk, sixth)
    told = desk.ok("answer", "mateo", "cruz", "--told", "okafor", user=PRINCIPAL)
    assert "Answered on business day 6 of 5 · 1 business day late\n" in told.out
    as_expected("answer.late", told.out)
    again = desk("answer", "mateo", "cruz", "--told", "okafor")
    assert (again.code, "no referral of that student waits" in again.err.lower()) == (3, True)


def test_an_answer_on_a_saturday_is_as_late_where_it_is_given_as_in_what_was_due(
    desk: School,
) -> None:
    put(desk, "2026-10-16")
    with_calendar(desk)
    desk.ok(*DEFIED)
    desk.ok("act", "last", "conference", "10m")
    put(desk, "2026-10-24")  # business day 5 was the Friday before
    answer = desk.ok("answer", "mateo", "cruz", "--told", "okafor", user=PRINCIPAL)
    assert "Answered on business day 6 of 5 · 1 business day late\n" in answer.out
    assert "done Oct 24, 1 business day late" in " ".join(desk.ok("due", "--all").out.split())


def test_an_answer_needs_what_was_done_or_why_nothing_was(desk: School) -> None:
    desk.ok(*DEFIED)
    refused = desk("answer", "last", "--told", "okafor")
    assert (refused.code, "--nothing-done" in refused.err) == (4, True)
    line = ("answer", "last", "--told", "okafor", "and", "haddad", "--nothing-done", "-", "--json")
    told = desk.ok(*line, stdin="Mateo had gone home.").json
    assert (told["business_day"], told["of"], told["late"]) == (0, 5, 0)
    (answered,) = desk.of("ReferralAnswered")
    assert (len(answered.told), answered.text) == (2, "P1 had gone home.")


def test_a_missing_calendar_is_said_with_the_answer(desk: School) -> None:
    desk.ok(*DEFIED)
    desk.clock.pass_(days=1)
    told = desk.ok("answer", "mateo", "--told", "okafor", "--nothing-done", "so")
    assert "No calendar says when the office was closed" in told.out


def test_several_referrals_that_wait_are_never_chosen_from(desk: School) -> None:
    desk.ok(*DEFIED)
    desk.ok("log", "mateo", "cruz", "--did", "defiance", "--major", "--at", "9:00")
    told = desk("answer", "mateo", "--told", "okafor", "--nothing-done", "so")
    assert (told.code, "Give the id of one" in told.err) == (3, True)


def test_a_referral_sent_later_runs_from_its_own_day(desk: School) -> None:
    desk.ok("log", "mateo", "cruz", "--did", "defiance", "--minor", "--at", "9:00")
    told = desk.ok("incident", "refer", "last", "--by", "okafor", "--on", "2026-10-12")
    assert "answer it by Mon Oct 19 (EC 48901.1(d)(2))" in told.out
    told = desk.ok("answer", "last", "--told", "okafor", "--nothing-done", "so")
    assert "business day 2 of 5 · in time" in told.out


def test_the_pupils_words_are_never_dropped_for_their_silence(desk: School) -> None:
    desk.ok(*FIGHT)
    told = desk("incident", "account", "last", "--silent", "--says", "-", stdin="He began.")
    assert (told.code, "say one of both" in told.err, desk.of("PupilAccountTaken")) == (2, True, [])
    assert "He began." in desk.ok("spool").out


def test_the_pupils_words_come_by_a_pipe_and_stand_in_no_line_of_a_process(desk: School) -> None:
    desk.ok(*FIGHT)
    argv = (*PROGRAM, *SUSPEND, "--notice", "11:00 phone", "--pupil-says", "-", "--dry-run")
    done = subprocess.run(
        argv, env=desk.as_process(), input=CANARY.encode(), capture_output=True, check=False
    )
    assert (done.returncode, CANARY in " ".join(argv)) == (0, False)
    assert CANARY.encode() not in done.stderr


def test_what_is_owed_and_every_flag_is_carried_over_when_two_accounts_become_one(
    desk: School,
) -> None:
    desk.ok("log", "mateo", "cruz", "--did", "defiance", "--minor", "--at", "10:15")
    desk.ok("act", "last", "recess", "--threat")
    (stays,) = (card["id"] for card in desk.incident_cards())
    line = (*DEFIED[:-1], "haddad", "--saw", "He would not stop.")
    goes = desk.ok(*line, "--json").json["id"]
    desk.ok("act", goes, "recess", "--happened", "he was told to sit")
    desk.ok("act", goes, "suspension", "1d", "--notice", "--pupil-silent", "--happened", "so")
    desk.ok("answer", goes, "--told", "haddad")
    desk.ok("incident", "challenge", goes, "--statement", "1", "--grounds", "Mateo sat.")
    desk.ok("incident", "decide", goes, "--denied", "--reason", "It was seen.")
    desk.clock.pass_(days=1)
    desk.ok("same", goes, stays)
    card = desk.ok("incident", "show", stays, "--json").json["incident"]
    done = {action["action"]: action for action in card["actions"].values()}
    assert done["loss-of-recess"]["against"] == ["recess"]
    assert done["out-of-school-suspension"]["against"] == ["defiance-suspension"]
    assert done["out-of-school-suspension"]["happened"] == "so"
    assert [told["label"] for told in (*card["notices"], *card["accounts"])] == ["P1", "P1"]
    assert (card["office"]["on"], bool(card["office"]["answered"])) == ("2026-10-14", True)
    (challenge,) = card["challenges"]
    assert (challenge["statement"], challenge["grounds"]) == (1, "P1 sat.")
    assert challenge["decided"]["sustained"] is False


def test_what_somebody_else_was_told_is_not_shown_with_who_it_was_after_all(desk: School) -> None:
    desk.ok(*FIGHT)
    desk.ok("incident", "notice", "last", "--text", CANARY)
    desk.ok("incident", "account", "last", "--says", CANARY)
    other = ("incident", "participant", "last", "jonah", "wells", "--replace", "P1")
    desk.ok(*other, "--reason", "The other boy.")
    assert CANARY not in desk.ok("incident", "show", "last").out
    assert "✗ notice given   ✗ Jonah's own account" in desk("act", "last", "suspension").err
