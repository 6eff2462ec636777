"""What was found broken once, each by its smallest example."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from made import NOON

from cli import Desk, run
from ledger import care
from ledger.school import School


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A young school: made up, never verified, never backed up."""
    folder = tmp_path_factory.mktemp("young")
    env = {
        "BLEDGER_DATA": str(folder / "data"),
        "BLEDGER_KEY_FILE": str(folder / "school.key"),
        "BLEDGER_USER": "specialist",
    }
    assert run(["demo", "--students", "60", "--days", "2"], Desk(env, lambda: NOON)) == 0
    opened = School(folder / "data", env=env, now=lambda: NOON, purpose="test")
    yield opened
    opened.views.close()


def test_a_school_that_was_never_verified_or_backed_up_is_looked_at_to_the_end(
    school: School,
) -> None:
    said = {check.name: check.state for check in care.checks(school)}
    assert len(said) == len(list(care.checks(school))), "one answer each"
    assert (said["ledger"], said["backup"]) == ("WARN", "WARN")
    assert "disk" in said
