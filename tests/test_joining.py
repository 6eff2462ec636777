"""Two accounts of one incident become one, whatever stands in them: each fact once, none lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from made import incident_id
from spec import enveloped
from strategies import Played, step

from ledger.domain import Refused
from ledger.domain.incident import INCIDENT
from ledger.joining import Account, Joining, account, join, relabelled, related

ONE, OTHER = incident_id(1), incident_id(2)


def told(played: Played, id: str, since: int = 1) -> Account:
    found = account(id, enveloped(played.events, "incident"))
    found.since = since
    return found


@st.composite
def stories(draw: st.DrawFn, id: str) -> Played:
    """An incident as it was logged, and what followed."""
    played = Played(INCIDENT)
    played.do(draw(step("incident", id))[2])
    for _ in range(draw(st.integers(0, 8))):
        command = draw(step("incident", id, played.state))[2]
        if type(command).__name__ not in ("MergeIncident", "VoidIncident", "ImportIncident"):
            played.do(played.aimed(command))
    assume(played.state.reported)
    return played


def joined(one: Played, other: Played) -> tuple[Joining, Account, Account]:
    """(what joined them, the one that went as it was, the one that stays as it is now)."""
    accounts = told(one, ONE), told(other, OTHER, 2)
    assume(not accounts[0].students.isdisjoint(accounts[1].students))
    made = join(*accounts)
    there = {ONE: one, OTHER: other}
    for id, command in made.steps:
        answer = there[id].do(command)
        assert isinstance(answer, list), f"{command!r}: {answer}"
    gone = next(found for found in accounts if found.id == made.gone)
    return made, gone, told(there[made.stays], made.stays)


BOTH = stories(ONE), stories(OTHER)


@given(*BOTH)
def test_two_accounts_that_stand_are_always_made_one(one: Played, other: Played) -> None:
    made, gone, _ = joined(one, other)
    assert (made.gone, made.stays) == (OTHER, ONE)
    assert told(other, OTHER).into == ONE
    assert related(told(other, OTHER), told(one, ONE))
    assert gone.into is None


@given(*BOTH)
def test_nobody_and_nothing_that_was_said_is_lost(one: Played, other: Played) -> None:
    before = len(told(one, ONE).sayings)
    _, gone, stays = joined(one, other)
    assert gone.students <= stays.students
    assert len(stays.sayings) >= before
    added = {(s.kind, _plain(s.text)) for s in stays.sayings.values()}
    assert {(s.kind, _plain(s.text)) for s in gone.sayings.values()} <= added
    assert gone.details.keys() - {"place"} <= stays.details.keys()


def _plain(text: Any) -> str:
    return relabelled(str(text), {})


@given(*BOTH)
def test_every_action_stands_once(one: Played, other: Played) -> None:
    before = {_action(done, told(one, ONE)) for done in told(one, ONE).actions.values()}
    _, gone, stays = joined(one, other)
    moved = {_action(done, gone) for done in gone.actions.values()}
    assert {_action(done, stays) for done in stays.actions.values()} == before | moved
    assert told(other, OTHER).actions == {}


def _action(done: dict[str, Any], of: Account) -> tuple[Any, ...]:
    names = ("action", "on", "minutes", "days")
    return of.people[done["label"]].student_id, *(done[name] for name in names)


@given(*BOTH)
def test_what_the_one_that_stays_said_stays(one: Played, other: Played) -> None:
    before = told(one, ONE)
    _, _, stays = joined(one, other)
    assert before.details.items() <= stays.details.items()
    assert stays.occurred == before.occurred
    for label, person in before.people.items():
        assert set(person.roles) <= set(stays.people[label].roles)
        assert set(person.behaviors) <= set(stays.people[label].behaviors)


@given(*BOTH)
def test_it_is_not_done_twice(one: Played, other: Played) -> None:
    joined(one, other)
    with pytest.raises(Refused, match="nothing follows it"):
        join(told(one, ONE), told(other, OTHER, 2))
