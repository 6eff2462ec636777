"""What happened has a day that has come; what is still to be may have a later one."""

from __future__ import annotations

import shlex

import pytest
from desk import School

READY = (
    "sst request ana rivera --concern 'Lunch is loud for her.'",
    "sst schedule ana rivera --at 'oct 22 8:00'",
    "sst invite ana rivera --who mother",
    "sst action ana rivera --who okafor --what 'a seat by the door'",
    "log mateo cruz --did fight --at 10:15",
)
HAPPENED = """
sst request leo --concern loud
sst input ana rivera --from teacher --text calm
sst invite ana rivera --who okafor
sst confirm ana rivera --who mother
sst interpreter ana rivera --lang es
sst action ana rivera --who okafor --what call
sst done ana rivera 1
sst drop ana rivera 1 --reason moved
sst close ana rivera --reason done
incident refer last
incident emergency-report last
incident iep-meeting last --for 'oct 16'
incident teachers-told last --told okafor
incident challenge last --from mother --grounds untrue
incident met last
incident decide last --denied --reason seen
incident appeal last
incident appeal-decided last --denied --reason seen
incident attach last --from mother --text ill
points ana rivera 31
records request leo --by father
"""


@pytest.mark.parametrize("line", HAPPENED.split("\n")[1:-1])
def test_what_happened_is_of_a_day_that_has_come(desk: School, line: str) -> None:
    for made in READY:
        desk.ok(*shlex.split(made))
    before = len(desk.events())
    told = desk(*shlex.split(line), "--on", "tomorrow")
    assert (told.code, len(desk.events())) == (2, before)
    assert "Thu Oct 15 2026 has not come yet. Say on which day it was" in told.err


@pytest.mark.parametrize(
    ("said", "day"), [("nov 2", "2026-11-02"), ("jan 5", "2027-01-05"), ("friday", "2026-10-16")]
)
def test_a_promise_begins_on_the_next_such_day(desk: School, said: str, day: str) -> None:
    desk.ok(*shlex.split(READY[0]))
    desk.ok(*shlex.split(READY[3]), "--from", said)
    [agreed] = desk.of("ActionAgreed")
    assert str(agreed.start) == day


def test_a_time_to_come_is_offered_where_it_can_be_said(desk: School) -> None:
    for line, offered in (("incident account last --silent", False), ("log leo --did fight", True)):
        desk.ok(*shlex.split(READY[4]))
        told = desk(*shlex.split(line), "--at", "2027-01-05 8:00")
        assert (told.code, "--allow-future" in told.err) == (2, offered)
