"""The screens that people look at most, line by line, at 100 columns."""

from __future__ import annotations

import re
import shlex

import pytest
from desk import PRINCIPAL, School, as_expected

from ledger import founding

DAY = """
log ana rivera --did fight --where play --at 'oct 9 10:20' --with leo --by okafor --saw 'He pushed.'
incident act last in-school 1d --who P1 --on 'oct 9' --note 'Her mother knows.' --happened 'unheard'
incident served last 0.5d --because term-modified-by-district
incident contact last reached --whom mother --lang es --name 'Elena Rivera' --at 'oct 9 15:10'
log ana rivera --did disrup --where caf --at 12:10 --with leo --saw 'Threw a tray after P2 left.'
incident correct last --did physical-contact --reason 'pushed, not noise'
incident fill last --why peer-att --lost 15
incident statement last --told 'I fell.' --pupil P2
log leo --did disrup --where caf --at 11:00 --victim ana
log ana rivera --did tardy --at 8:10
incident void last --reason 'the wrong child'
log ana rivera --did disrup --at 9:00 --where caf
incident restraint last physical-restraint --minutes 2 --because harm-to-others --note 'By the arm.'
"""
LINES = {
    "timeline": "timeline ana rivera",
    "timeline.of-another": "timeline leo",
    "timeline.fixed": "timeline ana rivera --kind fixed",
    "timeline.before": "timeline ana rivera --as-of 'oct 9'",
    "incident.show": "incident show {first}",
    "incident.list": "incident list",
    "export.status": "export status",
    "access.log": "access log leo",
    "doctor": "doctor",
    "verify": "verify",
}


@pytest.fixture
def after(desk: School) -> School:
    """The school after a day."""
    for line in filter(None, DAY.splitlines()):
        desk.ok(*shlex.split(line))
    desk.ok("export", "run", "ods", "--out", str(desk.root / "out"))
    desk.ok("timeline", "leo", "--purpose", "SST meeting", user=PRINCIPAL)
    desk.ok("backup")
    sheet = desk.key.with_name(founding.SHEET)
    desk.ok("key", "confirm", str(sheet))
    sheet.unlink()
    desk.ok("log", "ana", "rivera", "--did", "fight", "--where", "other", "--at", "12:00")
    return desk


def same_everywhere(desk: School, told: str) -> str:
    """Without what another machine or another day would show."""
    told = told.replace(str(desk.root), "/school")
    told = re.sub(r"SQLite [\d.]+, SQLCipher [\d.]+", "SQLite 3, SQLCipher 4", told)
    return re.sub(r"[\d.]+ GiB free|head [0-9a-f]{16}", "…", told)


def test_the_screens_look_as_they_should(after: School) -> None:
    first = after.incident_cards()[-1]["id"]
    for name, line in LINES.items():
        told = same_everywhere(after, after.ok(*shlex.split(line.format(first=first))).out)
        assert max(map(len, told.splitlines())) <= 100
        as_expected(name, told)


def test_a_timeline_shows_what_was_done_with_this_child_and_no_other(after: School) -> None:
    own, other = (after.ok("timeline", name).out for name in ("ana rivera", "leo"))
    for words in ("in-school suspension", "Elena Rivera", "PHYSICAL RESTRAINT"):
        assert words in own
        assert words not in other


def test_letters_of_every_console_are_enough(after: School) -> None:
    first = after.incident_cards()[-1]["id"]
    for line in LINES.values():
        assert after.ok(*shlex.split(line.format(first=first)), "--ascii").out.isascii()
