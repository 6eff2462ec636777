"""Members of staff: recorded, given other roles, gone, back."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from spec import Given, given

from ledger.domain import Destroyed, Refused
from ledger.domain.codes import StaffRole
from ledger.domain.staff import (
    STAFF,
    LeaveStaff,
    RecordStaff,
    SetStaffRoles,
    Staff,
    StaffCommand,
    StaffEvent,
    StaffIdentity,
    StaffLeft,
    StaffRecorded,
    StaffRolesSet,
)

AUGUST, OCTOBER, JANUARY = date(2026, 8, 12), date(2026, 10, 14), date(2027, 1, 4)
TEACHER, SPECIALIST, AIDE = StaffRole.TEACHER, StaffRole.SPECIALIST, StaffRole.AIDE
MARLO = StaffIdentity(given="Marlo", family="Quist", username="mquist", source_id="t-14")
RENAMED = MARLO.model_copy(update={"family": "Quist-Abara"})


def record(
    *roles: StaffRole, who: StaffIdentity | Destroyed = MARLO, on: date = AUGUST
) -> RecordStaff:
    return RecordStaff(who=who, roles=roles, effective_on=on, source="oneroster")


def recorded(*roles: StaffRole, who: StaffIdentity = MARLO, on: date = AUGUST) -> StaffRecorded:
    return StaffRecorded(who=who, roles=roles, effective_on=on, source="oneroster")


def roles_set(*roles: StaffRole, on: date = OCTOBER) -> StaffRolesSet:
    return StaffRolesSet(roles=roles, effective_on=on)


def give(*roles: StaffRole, on: date = OCTOBER) -> SetStaffRoles:
    return SetStaffRoles(roles=roles, effective_on=on)


LEFT = StaffLeft(effective_on=OCTOBER)
LEAVE = LeaveStaff(effective_on=OCTOBER)


def test_the_same_facts_again_add_nothing() -> None:
    given(STAFF).when(record(TEACHER)).then(recorded(TEACHER)).when(record(TEACHER)).then()


def test_the_same_facts_on_a_later_day_or_from_another_source_add_nothing() -> None:
    later = RecordStaff(who=MARLO, roles=(TEACHER,), effective_on=OCTOBER, source="by hand")
    given(STAFF, recorded(TEACHER)).when(later).then()


def test_roles_are_kept_once_and_in_the_order_of_the_code_set() -> None:
    said = record(AIDE, TEACHER, AIDE)
    given(STAFF).when(said).then(recorded(TEACHER, AIDE)).when(said).then()


def test_another_name_is_recorded() -> None:
    changed = recorded(TEACHER, who=RENAMED, on=OCTOBER)
    given(STAFF, recorded(TEACHER)).when(record(TEACHER, who=RENAMED, on=OCTOBER)).then(changed)


def test_who_was_recorded_before_numbers_were_kept_has_none() -> None:
    stored = {"given": "Marlo", "family": "Quist", "username": "mquist", "source_id": "t-14"}
    assert StaffIdentity.model_validate(stored) == MARLO


@pytest.mark.parametrize("who", [StaffIdentity(), StaffIdentity(given=" ", username="x")])
def test_a_member_of_staff_without_a_name_is_refused(who: StaffIdentity) -> None:
    given(STAFF).when(record(TEACHER, who=who)).refused("needs a name")


def test_one_name_is_enough() -> None:
    who = StaffIdentity(family="Oyelaran")
    given(STAFF).when(record(TEACHER, who=who)).then(recorded(TEACHER, who=who))


def test_what_was_destroyed_is_not_recorded_as_a_name() -> None:
    who = Destroyed(under="a court", position=7)
    given(STAFF).when(record(TEACHER, who=who)).refused("needs a name")


def test_nobody_is_on_the_staff_without_a_role() -> None:
    given(STAFF).when(record()).refused("no role given")
    given(STAFF, recorded(TEACHER)).when(give()).refused("no role given")


def test_the_school_gives_other_roles_than_the_source() -> None:
    after = given(STAFF, recorded(TEACHER)).when(give(SPECIALIST, TEACHER))
    after.then(roles_set(SPECIALIST, TEACHER)).when(give(TEACHER, SPECIALIST)).then()


def test_the_nightly_import_does_not_take_back_roles_that_the_school_gave() -> None:
    here = given(STAFF, recorded(TEACHER), roles_set(SPECIALIST))
    here.when(record(TEACHER, on=JANUARY)).then()
    after = here.when(record(TEACHER, who=RENAMED, on=JANUARY)).then(
        recorded(TEACHER, who=RENAMED, on=JANUARY), roles_set(SPECIALIST, on=JANUARY)
    )
    assert after.state == Staff(RENAMED, (TEACHER,), (SPECIALIST,))
    here.when(record(AIDE, on=JANUARY)).then(
        recorded(AIDE, on=JANUARY), roles_set(SPECIALIST, on=JANUARY)
    )


def test_roles_follow_the_source_when_the_school_gave_none() -> None:
    given(STAFF, recorded(TEACHER)).when(record(AIDE)).then(recorded(AIDE))


def test_leaving_is_recorded_once_and_its_day_can_be_corrected() -> None:
    gone = given(STAFF, recorded(TEACHER)).when(LEAVE).then(LEFT).when(LEAVE).then()
    other = LeaveStaff(effective_on=JANUARY)
    gone.when(other).then(StaffLeft(effective_on=JANUARY))


def test_a_roster_that_lists_them_still_brings_nobody_back_whom_the_school_let_go() -> None:
    listed = record(TEACHER, on=JANUARY).model_copy(update={"listed": True})
    by_hand = StaffLeft(effective_on=OCTOBER, by_hand=True)
    gone = given(STAFF, recorded(TEACHER), by_hand)
    gone.when(listed).then()
    gone.when(record(TEACHER, on=JANUARY)).then(recorded(TEACHER, on=JANUARY))
    given(STAFF, recorded(TEACHER), LEFT).when(listed).then(recorded(TEACHER, on=JANUARY))


def test_who_was_never_recorded_neither_leaves_nor_gets_roles() -> None:
    given(STAFF).when(LEAVE).refused("no such member of staff")
    given(STAFF).when(give(TEACHER)).refused("no such member of staff")


def test_who_left_gets_no_roles() -> None:
    given(STAFF, recorded(TEACHER), LEFT).when(give(AIDE)).refused("they left on 2026-10-14")


def test_who_left_and_is_recorded_again_is_back_with_the_roles_of_the_source() -> None:
    gone = given(STAFF, recorded(TEACHER), roles_set(SPECIALIST), LEFT)
    again = recorded(TEACHER, on=JANUARY)
    back = gone.when(record(TEACHER, on=JANUARY)).then(again)
    assert back.state == Staff(MARLO, (TEACHER,), (TEACHER,))
    back.when(record(TEACHER, on=JANUARY)).then()


def test_who_is_recorded_from_the_day_of_leaving_on_is_back() -> None:
    gone = given(STAFF, recorded(TEACHER), LEFT)
    gone.when(record(TEACHER, on=OCTOBER)).then(recorded(TEACHER, on=OCTOBER))


def test_facts_of_before_the_leaving_bring_nobody_back() -> None:
    gone = given(STAFF, recorded(TEACHER), LEFT)
    gone.when(record(TEACHER)).then()
    gone.when(record(TEACHER, who=RENAMED)).refused("record them from that day on")


def test_an_identity_that_was_destroyed_is_recorded_anew() -> None:
    ashes = StaffRecorded(
        who=Destroyed(under="a court", position=7),
        roles=(TEACHER,),
        effective_on=AUGUST,
        source="oneroster",
    )
    given(STAFF, ashes).when(record(TEACHER)).then(recorded(TEACHER))


def test_a_name_is_sealed_in_no_students_name_and_stands_in_no_sentence() -> None:
    event = recorded(SPECIALIST, TEACHER)
    assert StaffRecorded.sealed_fields() == {"who"}
    assert event.subject == ""
    assert event.students == frozenset()
    assert str(event) == "on the staff: specialist, teacher"
    assert str(roles_set(AIDE)) == "now aide"
    assert str(LEFT) == "left the staff"


days = st.sampled_from([AUGUST, OCTOBER, JANUARY])
some_roles = st.lists(st.sampled_from([TEACHER, SPECIALIST, AIDE]), min_size=1, max_size=3)
commands: st.SearchStrategy[StaffCommand] = st.one_of(
    st.builds(
        lambda roles, who, on: record(*roles, who=who, on=on),
        some_roles,
        st.sampled_from([MARLO, RENAMED]),
        days,
    ),
    st.builds(lambda roles, on: give(*roles, on=on), some_roles, days),
    st.builds(LeaveStaff, effective_on=days),
)


@for_all(st.lists(commands, max_size=12))
def test_every_command_is_safe_to_retry(said: list[StaffCommand]) -> None:
    story: Given[StaffCommand, Staff, StaffEvent] = given(STAFF)
    for command in said:
        try:
            events = STAFF.decide(command, story.state)
        except Refused:
            continue
        story = Given(STAFF, (*story.history, *events))
        assert STAFF.decide(command, story.state) == []
