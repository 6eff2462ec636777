"""Words of the short verbs: which of them are a length, and which can be none."""

from __future__ import annotations

import pytest
from desk import School


@pytest.mark.parametrize("said", ["0d", "-1d", "0m", "0.0d", "-0.5d", "0h", "−1d", "0min"])
def test_a_length_of_nothing_is_told_so(desk: School, said: str) -> None:
    desk.ok("log", "leo", "--did", "tardy")
    before = len(desk.events())
    refused = desk("act", "last", "suspension", said)
    assert (refused.code, refused.out) == (2, ""), refused
    assert "length is more than 0: 0.5d, 10m" in refused.err
    refused = desk("act", "last", "suspension", f"--length={said}")
    assert (refused.code, refused.out) == (2, ""), refused
    assert len(desk.events()) == before
