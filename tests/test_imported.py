"""An incident as another system has it: taken in once, followed when its source corrects it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st
from made import a_report, student_id
from spec import Answer, enveloped, given
from strategies import past

from ledger.domain import Destroyed
from ledger.domain.codes import Action, Behavior, Level, Location, Outside, Role
from ledger.domain.incident import (
    INCIDENT,
    ActionTaken,
    AddStatement,
    AdoptIncident,
    BehaviorCorrected,
    CircumstancesCorrected,
    CorrectBehavior,
    ImportCorrected,
    ImportIncident,
    IncidentAdopted,
    IncidentImported,
    IncidentReported,
    IncidentVoided,
    ParticipantReplaced,
    RemoveParticipant,
    TakeAction,
    VoidAction,
    VoidIncident,
)
from ledger.domain.particulars import (
    BehaviorSeen,
    Origin,
    OriginalLine,
    Participant,
    PastAction,
    followed,
    number_there,
    unnumbered,
)
from ledger.projections.incidents import Card, told
from ledger.projections.sis_records import SIS_RECORDS

STREAM = "incident-4f1c2aa0-0000-4000-8000-000000000000"
ANA, BO = student_id(1), student_id(2)
OFFENSE = BehaviorSeen(
    code=Behavior.OTHER, level=Level.MAJOR, assumed=True, foreign="State Offense"
)
HIT = BehaviorSeen(code=Behavior.PHYSICAL_AGGRESSION, level=Level.MAJOR)


def person(label: str, student: str | None, *seen: BehaviorSeen, **more: Any) -> Participant:
    roles = (Role.REFERRED,) if seen else (Role.WITNESS,)
    outside = None if student else Outside.UNKNOWN
    return Participant(
        **{"label": label, "student_id": student, "outside": outside, "roles": roles}
        | {"behaviors": seen}
        | more
    )


def action(identifier: str, label: str = "P1", **more: Any) -> PastAction:
    fields: dict[str, Any] = {"action": Action.IN_SCHOOL_SUSPENSION, "on": date(2022, 1, 18)}
    return PastAction(**fields | {"identifier": identifier, "label": label} | more)


def had(*people: Participant, actions: tuple[PastAction, ...] = (), **more: Any) -> ImportIncident:
    """What the source has; one referred child unless said otherwise."""
    fields: dict[str, Any] = {
        "occurred": a_report().occurred,
        "school_id": "255901001",
        "origin": Origin(source="sis", school="255901001", identifier="10"),
    }
    return ImportIncident(
        **fields
        | {"participants": people or (person("P1", ANA, OFFENSE),), "actions": actions}
        | more
    )


def imported(*people: Participant, **more: Any) -> IncidentImported:
    (event,) = INCIDENT.decide(had(*people, **more), INCIDENT.initial)
    assert isinstance(event, IncidentImported)
    return event


def only(answer: Answer[Any, Any, Any]) -> Any:
    """The one event that was decided."""
    (event,) = answer.events or [None]
    assert event is not None, answer.refusal
    return event


def card(*events: Any) -> Card:
    return told(STREAM, enveloped(list(events), "incident"))


def records(*events: Any) -> list[dict[str, Any]]:
    rows = SIS_RECORDS.rows(STREAM, enveloped(list(events), "incident"))["sis_record"]
    return [{**row, "body": json.loads(row["body"])} for row in rows]


def test_what_a_source_has_is_one_event_and_again_none() -> None:
    first = imported(actions=(action("18"),))
    assert [done.number for done in first.actions] == [1]
    given(INCIDENT, first).when(had(actions=(action("18"),))).then()


def test_nothing_of_a_source_is_ever_taken_back() -> None:
    assert imported().lasting


def test_what_the_source_corrected_is_one_event() -> None:
    later = had(actions=(action("18", days=Decimal(2)),), location=Location.BUS)
    event = only(given(INCIDENT, imported(actions=(action("18"),))).when(later))
    assert isinstance(event, ImportCorrected)
    seen = card(imported(actions=(action("18"),)), event)
    assert seen.details["location"] == "bus"
    assert seen.actions[1].days == "2"
    (change,) = seen.changes
    assert change.now == "location: not said → bus, what was done (as sis says)"


def test_a_correction_of_the_source_says_in_words_what_stood_here_and_what_it_is() -> None:
    first = imported(location=Location.CAFETERIA)
    stands = had(location=Location.CAFETERIA).occurred
    here = CircumstancesCorrected(location=Location.GYM, reason="it was in the gym")
    later = imported(
        location=Location.BUS,
        law_enforcement_told=True,
        occurred=stands.model_copy(update={"at": stands.at + timedelta(hours=1)}),
    )
    event = ImportCorrected(**dict(later))
    *_, change = card(first, here, event).changes
    assert change.now == (
        "location: gym → bus, law enforcement told: not said → yes, "
        "when: Wed Oct 14 2026, 11:50 AM → Wed Oct 14 2026, 12:50 PM (as sis says)"
    )


def test_people_and_actions_keep_their_labels_and_numbers_whatever_their_order() -> None:
    first = imported(actions=(action("18"),))
    later = had(
        person("P1", BO, HIT),
        person("P2", ANA, OFFENSE),
        actions=(action("19", "P1"), action("18", "P2")),
    )
    event = only(given(INCIDENT, first).when(later))
    assert isinstance(event, ImportCorrected)
    assert {p.student_id: p.label for p in event.participants} == {ANA: "P1", BO: "P2"}
    assert {a.identifier: (a.number, a.label) for a in event.actions} == {
        "18": (1, "P1"),
        "19": (2, "P2"),
    }


def test_what_was_corrected_here_stays_when_the_source_corrects_something_else() -> None:
    first = imported()
    here = BehaviorCorrected(label="P1", behaviors=(HIT,), reason="It was a blow.")
    event = only(given(INCIDENT, first, here).when(had(location=Location.BUS)))
    assert card(first, here, event).behaviors == ["physical-aggression"]
    state = given(INCIDENT, first, here, event).state
    assert state.people["P1"].behaviors == (HIT,)


def test_who_was_acted_upon_here_stays_though_the_source_dropped_them() -> None:
    first = imported(person("P1", ANA, OFFENSE), person("P2", BO, HIT))
    story = given(INCIDENT, first).when(
        TakeAction(label="P2", action=Action.GUARDIAN_CONTACT, on=date(2022, 1, 19))
    )
    event = only(story.then(*(story.events or ())).when(had()))
    assert {*card(first, *(story.events or ()), event).people} == {"P1", "P2"}


def test_a_voided_incident_says_that_its_source_went_on() -> None:
    story = given(INCIDENT, imported(), IncidentVoided(reason="entered for the wrong child"))
    story.when(had()).then()
    story.when(had(location=Location.BUS)).refused("changed at its source, and here it is voided")


def test_what_was_logged_here_is_of_no_source() -> None:
    logged = a_report().became(IncidentReported)
    given(INCIDENT, logged).when(had()).refused("logged here")
    given(INCIDENT, logged).when(AdoptIncident(sink="ods")).refused("logged here")


def test_an_imported_incident_is_adopted_once() -> None:
    story = given(INCIDENT, imported()).when(AdoptIncident(sink="ods"))
    story.then(IncidentAdopted(sink="ods")).when(AdoptIncident(sink="ods")).refused("already")
    adopted = card(imported(), IncidentAdopted(sink="ods"))
    assert adopted.origin is not None
    assert adopted.origin["adopted"] == ["ods"]


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (had(person("P1", ANA, HIT), person("P2", ANA, HIT)), "named twice"),
        (had(person("P1", ANA, HIT), person("P1", BO, HIT)), "named twice"),
        (had(actions=(action("18", "P7"),)), "nobody who took part"),
        (had(actions=(action("18"), action("18"))), "an action is named twice"),
    ],
)
def test_what_contradicts_itself_is_refused(command: ImportIncident, why: str) -> None:
    given(INCIDENT).when(command).refused(why)


def test_no_more_people_than_there_are_labels() -> None:
    events: list[Any] = [imported(*(person(f"P{n}", student_id(n), HIT) for n in range(1, 51)))]
    later = had(*(person(f"P{n - 50}", student_id(n), HIT) for n in range(51, 101)))
    given(INCIDENT, *events).when(later).refused("more than 99 people")


def test_a_destroyed_text_does_not_come_back_with_the_next_import() -> None:
    gone = Destroyed(under="a court, 12", position=9)
    first = imported(description="He was told to wait.")
    read = first.model_copy(update={"description": gone, "original": gone})
    given(INCIDENT, read).when(had(description="He was told to wait.")).then()
    later = had(description="He was told to wait.", location=Location.BUS)
    event = only(given(INCIDENT, read).when(later))
    assert isinstance(event, ImportCorrected)
    assert event.description is None
    given(INCIDENT, read, event).when(
        had(description="He was told to wait.", location=Location.BUS)
    ).then()


def test_what_follows_a_report_follows_an_import() -> None:
    story = given(INCIDENT, imported(actions=(action("18"),)))
    assert story.when(AddStatement(kind="observation", text="P1 ran.")).events  # type: ignore[arg-type]
    assert story.when(CorrectBehavior(label="P1", behaviors=(HIT,), reason="So.")).events
    assert story.when(VoidAction(number=1, reason="Never.")).events
    assert story.when(VoidIncident(reason="No.")).events
    story.when(RemoveParticipant(label="P1", reason="No.")).refused("nobody referred would be left")


def test_an_imported_incident_is_not_asked_about() -> None:
    assert card(imported()).open == []


def test_outside_people_and_the_reporter_keep_the_names_that_the_source_gave() -> None:
    people = person("P1", ANA, OFFENSE), person("P2", None), person("P3", None)
    original = (
        OriginalLine(kind="outside", of="1", line="Dov Marsh"),
        OriginalLine(kind="outside", of="2", line="Esi Tam"),
        OriginalLine(kind="reporter", line="Nadia Brandt"),
    )
    seen = card(imported(*people, original=original, description="Told by the office."))
    assert [p.name for p in seen.people.values()] == [None, "Dov Marsh", "Esi Tam"]
    assert seen.reporter == "Nadia Brandt"
    (said,) = seen.statements
    assert (said.number, said.observer, said.text) == (0, "sis", "Told by the office.")


def test_each_record_carries_its_sources_own_line_and_what_we_made_of_it() -> None:
    lines = {
        ("incident", ""): {"incidentIdentifier": "10"},
        ("behavior", f"{ANA}|State Offense"): {"behaviorDescriptor": "uri://x#State Offense"},
        ("action", "18"): {"disciplineActionIdentifier": "18"},
        ("staff", "207288"): {"staffReference": {"staffUniqueId": "207288"}},
        ("non-offender", ANA): {"studentReference": {"studentUniqueId": "605266"}},
    }
    original = tuple(
        OriginalLine(kind=kind, of=of, line=json.dumps(line)) for (kind, of), line in lines.items()
    )
    first = imported(actions=(action("18"),), original=original)
    found = {row["kind"]: row["body"] for row in records(first)}
    assert {kind: body["came"]["line"] for kind, body in found.items()} == {
        kind: line for (kind, _), line in lines.items()
    }
    for kind in ("incident", "behavior", "action"):
        assert found[kind]["came"]["was"] == {k: v for k, v in found[kind].items() if k != "came"}
        assert found[kind]["came"]["source"] == "sis"


def test_what_was_corrected_here_is_told_apart_from_what_came() -> None:
    first = imported()
    here = BehaviorCorrected(label="P1", behaviors=(HIT,), reason="It was a blow.")
    found = {row["kind"]: row["body"] for row in records(first, here)}
    assert found["behavior"]["came"]["was"] is None
    assert found["incident"]["behaviors"] == ["physical-aggression"]
    assert found["incident"]["came"]["was"]["behaviors"] == ["State Offense"]


def test_a_word_of_a_source_that_was_corrected_to_other_is_a_change() -> None:
    plain = BehaviorSeen(code=Behavior.OTHER, level=Level.MAJOR)
    here = BehaviorCorrected(label="P1", behaviors=(plain,), reason="No offense.")
    for row in records(imported(actions=(action("18"),)), here):
        was = row["body"]["came"]["was"]
        assert was is None or was["behaviors"] != row["body"]["behaviors"]


def test_an_action_taken_here_does_not_replace_one_whose_identifier_is_its_number() -> None:
    taken = ActionTaken(number=2, label="P1", action=Action.LOSS_OF_RECESS, on=date(2022, 1, 19))
    found = records(imported(actions=(action("2"),)), taken)
    told = {row["body"]["action"]: row["body"] for row in found if row["kind"] == "action"}
    assert told["in-school-suspension"]["came"]["was"]["identifier"] == "2"
    assert told["loss-of-recess"]["came"]["was"] is None


def test_a_name_that_only_tells_actions_apart_here_goes_nowhere() -> None:
    named = unnumbered(ANA, "Sat on the =stairs, crying")
    (seen,) = (
        row for row in records(imported(actions=(action(named),))) if row["kind"] == "action"
    )
    assert seen["body"]["identifier"] is None
    assert seen["body"]["came"]["was"]["identifier"] is None
    assert number_there("18") == "18"


def test_what_was_done_is_the_same_though_it_was_somebody_else() -> None:
    line = OriginalLine(kind="behavior", of=f"{ANA}|State Offense", line='{"weapons": []}')
    here = ParticipantReplaced(label="P1", student_id=BO, reason="The other one.")
    (seen,) = (
        row for row in records(imported(original=(line,)), here) if row["kind"] == "behavior"
    )
    assert seen["student_id"] == BO
    assert seen["body"]["came"]["line"] == {"weapons": []}
    assert seen["body"]["came"]["was"]["foreign"] == "State Offense"


NAMES = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 2))


@examples(was=NAMES, now=NAMES)
def test_following_a_source_that_nobody_corrected_gives_what_the_source_has(
    was: dict[str, int], now: dict[str, int]
) -> None:
    assert followed(was, was, now, lambda value: value) == now


@examples(here=NAMES, was=NAMES)
def test_a_source_that_says_the_same_changes_nothing(
    here: dict[str, int], was: dict[str, int]
) -> None:
    assert followed(here, was, was, lambda value: value) == here


@settings(max_examples=60)
@examples(commands=st.lists(past(), min_size=1, max_size=4))
def test_whatever_a_source_says_the_last_word_is_what_stands(
    commands: list[ImportIncident],
) -> None:
    story = given(INCIDENT)
    for command in commands:
        answer = story.when(command)
        story = story if answer.events is None else given(INCIDENT, *story.history, *answer.events)
    last = story.history[-1]
    assert isinstance(last, IncidentImported | ImportCorrected)
    alone, seen = card(last), card(*story.history)
    assert {**alone.people} == {**seen.people}
    assert alone.details == seen.details
    assert {n: (d.action, d.days) for n, d in alone.actions.items()} == {
        n: (d.action, d.days) for n, d in seen.actions.items()
    }
    assert INCIDENT.decide(commands[-1], story.state) == []
