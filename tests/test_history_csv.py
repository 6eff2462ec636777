"""A CSV of referrals and its map: what is read, what is counted, what is refused and where."""

from __future__ import annotations

import csv
import io
import random
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from histories import COLUMNS, MAP, ROW, csv_written, sheet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.domain.codes import (
    Action,
    Behavior,
    LengthDifference,
    Level,
    Location,
    Motivation,
    Others,
    Role,
    Weapon,
)
from ledger.imports import Problem, Unreadable, history_csv, history_map
from ledger.imports.history_map import BadMap
from ledger.imports.incidents import History, Told

ZONE = ZoneInfo("America/Los_Angeles")
WIDE = """
[file]
date = ["%m/%d/%Y", "%Y-%m-%d"]
zone = "America/New_York"
separator = ","
numbers = "local"

[columns]
identifier = "id"
school = "school"
date = "date"
time = "time"
student = "student"
outside = "other person"
role = "role"
behavior = "behavior"
level = "level"
motivation = "why"
others = "others"
weapon = "weapon"
law_enforcement = "police"
minutes_lost = "lost"
action = "action"
action_identifier = "action id"
action_date = "action date"
action_days = "days"
action_minutes = "minutes"
served_days = "served"
difference = "difference"
reporter = "by"
reporter_name = "by name"
description = "notes"
location = "where"
"""


def read(path: Path, map_: Path) -> tuple[list[Told], History]:
    with history_csv.opened(path, history_map.read(map_), ZONE) as history:
        return list(history.incidents), history


def wide(folder: Path, *rows: dict[str, str]) -> tuple[list[Told], History]:
    """What is read of rows with any of the columns there are."""
    columns = list(history_map.read(_said(folder, WIDE)).columns.values())
    path = folder / "wide.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, columns, restval="")
        table.writeheader()
        table.writerows({"id": "1", "date": "10/14/2026"} | row for row in rows)
    return read(path, folder / "map.toml")


def _said(folder: Path, text: str) -> Path:
    path = folder / "map.toml"
    path.write_text(text, "utf-8")
    return path


def problems(history: History) -> list[str]:
    return [str(problem) for problem in history.problems]


# What is read


def test_a_row_is_an_incident(tmp_path: Path) -> None:
    (one,), history = read(*csv_written(tmp_path))
    assert problems(history) == []
    assert (one.identifier, one.school, one.location) == ("1", "", Location.CAFETERIA)
    assert one.occurred.at.astimezone(ZONE).isoformat() == "2026-10-14T12:10:00-07:00"
    (pupil,) = one.pupils
    assert (pupil.number, pupil.roles) == ("104233", (Role.REFERRED,))
    (seen,) = pupil.behaviors
    assert (seen.code, seen.level, seen.assumed) == (Behavior.DISRUPTION, Level.MINOR, False)
    assert [(deed.action, deed.on) for deed in one.deeds] == [
        (Action.TIME_IN_OFFICE, date(2026, 10, 14))
    ]


def test_every_column_there_is_is_read(tmp_path: Path) -> None:
    row = {
        "school": "77",
        "time": "13:05",
        "student": "104233",
        "role": "victim",
        "behavior": "fighting, tardy",
        "level": "major",
        "why": "avoid-task",
        "others": "peers",
        "weapon": "knife",
        "police": "Yes",
        "lost": "25",
        "action": "in-school-suspension, restitution",
        "action id": "A1,A2",
        "action date": "2026-10-15",
        "days": "1.5",
        "served": "1",
        "difference": "school-year-ended",
        "by": "S-7",
        "by name": "Bram Oosting",
        "notes": "What was written.",
        "where": "gym",
    }
    (one,), history = wide(tmp_path, row)
    assert problems(history) == []
    (pupil,) = one.pupils
    assert pupil.roles == (Role.REFERRED, Role.VICTIM)
    assert [(b.code, b.level) for b in pupil.behaviors] == [
        (Behavior.FIGHTING, Level.MAJOR),
        (Behavior.TARDY, Level.MAJOR),
    ]
    assert (pupil.motivation, pupil.minutes_lost) == (Motivation.AVOID_TASK, 25)
    assert (one.school, one.others, one.weapon) == ("77", Others.PEERS, Weapon.KNIFE)
    assert (one.law_enforcement_told, one.location) == (True, Location.GYM)
    assert (one.reporters, one.reporter_name) == (("S-7",), "Bram Oosting")
    assert (one.description, history.kind) == ("What was written.", "local")
    assert one.occurred.zone == "America/New_York"
    assert [(d.identifier, str(d.days), str(d.served_days), d.on) for d in one.deeds] == [
        ("A1", "1.50", "1.00", date(2026, 10, 15)),
        ("A2", "1.50", "1.00", date(2026, 10, 15)),
    ]
    assert {deed.difference for deed in one.deeds} == {LengthDifference.SCHOOL_YEAR_ENDED}


def test_rows_of_one_identifier_are_one_incident_with_several_people(tmp_path: Path) -> None:
    (one,), history = wide(
        tmp_path,
        {"student": "1", "behavior": "fighting"},
        {"student": "2", "role": "victim"},
        {"other person": "Orla Quint", "role": "witness"},
        {"other person": "Bram Oosting"},
    )
    assert problems(history) == []
    assert [(pupil.number, pupil.roles) for pupil in one.pupils] == [
        ("1", (Role.REFERRED,)),
        ("2", (Role.VICTIM,)),
    ]
    assert [(one.name, one.roles) for one in one.strangers] == [
        ("Orla Quint", (Role.WITNESS,)),
        ("Bram Oosting", (Role.INVOLVED,)),
    ]


def test_rows_that_lie_apart_are_one_incident_all_the_same(tmp_path: Path) -> None:
    rows = [{"id": str(n % 7), "student": str(n)} for n in range(70)]
    found, _ = wide(tmp_path, *rows)
    assert [len(one.pupils) for one in found] == [10] * 7


def test_rows_that_contradict_each_other_are_named_and_the_first_holds(tmp_path: Path) -> None:
    (one,), history = wide(
        tmp_path,
        {"student": "1", "behavior": "tardy", "where": "gym", "time": "10:00"},
        {"student": "2", "behavior": "tardy", "where": "bus", "time": "10:00"},
        {"student": "3", "behavior": "tardy", "date": "10/15/2026"},
    )
    assert (one.location, len(one.pupils)) == (Location.GYM, 3)
    odd = "is not what line 2 says of the same incident: that holds"
    assert problems(history) == [f"wide.csv line 3, where: {odd}", f"wide.csv line 4, date: {odd}"]
    assert not any(problem.refused for problem in history.problems)


def test_the_same_row_twice_is_one(tmp_path: Path) -> None:
    (one,), history = read(*csv_written(tmp_path, ROW, ROW))
    assert (len(one.pupils), len(one.deeds), problems(history)) == (1, 1, [])


def test_a_word_without_a_code_is_kept_and_counted(tmp_path: Path) -> None:
    (one,), history = wide(
        tmp_path, {"student": "1", "behavior": "Gum", "where": "Roof", "action": "Lines"}
    )
    (seen,) = one.pupils[0].behaviors
    assert (seen.code, seen.foreign, seen.assumed) == (Behavior.OTHER, "Gum", True)
    assert (one.location, one.place) == (Location.OTHER, "Roof")
    assert (one.deeds[0].action, one.deeds[0].foreign) == (Action.OTHER, "Lines")
    assert sorted(history.words) == [("action", "Lines"), ("behavior", "Gum"), ("location", "Roof")]


def test_a_level_follows_from_its_column_its_word_or_the_behavior(tmp_path: Path) -> None:
    def level(behavior: str, said: str = "") -> tuple[Level, bool]:
        (one,), _ = wide(tmp_path, {"student": "1", "behavior": behavior, "level": said})
        (seen,) = one.pupils[0].behaviors
        return seen.level, seen.assumed

    assert level("fighting") == (Level.MAJOR, False)
    assert level("defiance") == (Level.MINOR, True)
    assert level("defiance", "Major") == (Level.MAJOR, False)


def test_a_time_or_none(tmp_path: Path) -> None:
    for said, day_only, odd in (("", True, 0), ("25:99", True, 1), ("1:05 PM", False, 0)):
        (one,), history = wide(tmp_path, {"student": "1", "time": said})
        assert (one.occurred.day_only, len(problems(history)) - 1) == (day_only, odd)


def test_no_order_of_columns_or_rows_changes_what_is_read(tmp_path: Path) -> None:
    rows = [(str(n), *ROW[1:3], str(n % 3), *ROW[4:]) for n in range(20)]
    whole, _ = read(*csv_written(tmp_path, *rows))
    for seed in range(5):
        order = random.Random(seed).sample(range(len(COLUMNS)), len(COLUMNS))
        mixed = random.Random(seed).sample(rows, len(rows))
        text = sheet([[row[n] for n in order] for row in mixed], [COLUMNS[n] for n in order])
        (tmp_path / "referrals.csv").write_text(text, "utf-8")
        again, history = read(tmp_path / "referrals.csv", tmp_path / "map.toml")
        assert problems(history) == []
        assert {one.identifier: _plain(one) for one in again} == {
            one.identifier: _plain(one) for one in whole
        }


def _plain(one: Told) -> object:
    return one.occurred, one.location, one.pupils, one.deeds, one.lines


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_dialect_is_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path, map_ = csv_written(tmp_path)
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([COLUMNS, (*ROW[:5], "Café", ROW[6])])
    path.write_bytes(text.getvalue().encode(encoding))
    (one,), _ = read(path, map_)
    assert one.place == "Café"


def test_an_encoding_that_the_map_says_is_read(tmp_path: Path) -> None:
    path, map_ = csv_written(tmp_path, map_=MAP.replace("[file]", '[file]\nencoding = "cp850"'))
    path.write_bytes(sheet([(*ROW[:5], "Café", ROW[6])]).encode("cp850"))
    assert read(path, map_)[0][0].place == "Café"


# What is wrong in a row


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({0: ""}, "Referral ID: is blank: the row is left out"),
        ({0: "9" * 101}, "Referral ID: is too long: the row is left out"),
        ({0: "1.04E+05"}, "Referral ID: is a number that a spreadsheet shortened"),
        ({1: ""}, "Date: is blank: the row is left out"),
        ({1: "02/30/2026"}, "Date: is not a day in the form that the map says"),
        ({1: "46309"}, "Date: looks like the number that a spreadsheet makes of a date"),
        ({1: "#REF!"}, "Date"),
        ({3: ""}, "Student ID: is blank: the row is left out"),
        ({3: "1.04E+05"}, "Student ID: is a number that a spreadsheet shortened"),
        ({3: "9" * 61}, "Student ID: is too long: the row is left out"),
        ({5: '"A b'}, "quote"),
        ({6: "x,y"}, "8 cells where the header has 7"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_rest_goes_in(
    tmp_path: Path, changed: dict[int, str], says: str
) -> None:
    row = tuple(changed.get(n, cell) for n, cell in enumerate(("2", *ROW[1:])))
    found, history = read(*csv_written(tmp_path, ROW, row, ("3", *ROW[1:])))
    assert [one.identifier for one in found] == ["1", "3"]
    assert [p.line for p in history.problems if p.refused] == [3]
    assert any(says in str(problem) for problem in history.problems)
    assert not any("104233" in str(problem) for problem in history.problems)


def test_an_incident_with_a_row_that_cannot_be_read_is_not_whole(tmp_path: Path) -> None:
    found, _ = wide(tmp_path, {"student": "1"}, {"student": "2", "date": "x"})
    assert [(one.identifier, one.whole) for one in found] == [("1", False)]


def test_an_incident_of_which_no_row_can_be_read_is_none(tmp_path: Path) -> None:
    path, map_ = csv_written(tmp_path, (*ROW[:1], "x", *ROW[2:]))
    with history_csv.opened(path, history_map.read(map_), ZONE) as history:
        assert list(history.incidents) == []
        assert list(history.unread()) == [("", "1")]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"lost": "long"}, "lost"),
        ({"lost": "2.5"}, "lost"),
        ({"police": "perhaps"}, "police"),
        ({"action": "restitution", "days": "many"}, "days"),
        ({"action": "restitution", "days": "500"}, "days"),
        ({"action": "restitution", "minutes": "-1"}, "minutes"),
        ({"action": "restitution", "action date": "soon"}, "action date"),
        ({"action": "restitution, tardy, other", "days": "1,2"}, "days"),
    ],
)
def test_what_is_odd_in_a_cell_costs_that_cell_alone(
    tmp_path: Path, row: dict[str, str], column: str
) -> None:
    found, history = wide(tmp_path, {"student": "1", "behavior": "fighting"} | row)
    assert len(found) == 1
    assert {problem.column for problem in history.problems} == {column}
    assert not any(problem.refused for problem in history.problems)


def test_a_student_without_a_behavior_is_said(tmp_path: Path) -> None:
    (one,), history = wide(tmp_path, {"student": "1"})
    assert [b.code for b in one.pupils[0].behaviors] == [Behavior.OTHER]
    assert problems(history) == ["wide.csv line 2, behavior: is blank: taken as other"]


def test_an_incident_of_endless_rows_ends(tmp_path: Path) -> None:
    rows = [(*ROW[:3], str(n), *ROW[4:]) for n in range(5_000)]
    (one,), history = read(*csv_written(tmp_path, *rows))
    assert (len(one.pupils), one.whole) == (2_000, False)
    assert [problem.line for problem in history.problems] == [2_002]


# Maps


def test_the_example_is_a_map_and_says_every_column(tmp_path: Path) -> None:
    text = history_map.example()
    map_ = history_map.read(_said(tmp_path, text))
    assert map_.codes["behavior"]["minor disruption"] == (Behavior.DISRUPTION, Level.MINOR)
    shown = {line.lstrip("# ").split(" = ")[0] for line in text.splitlines() if " = " in line}
    assert {*history_map.COLUMNS, *history_map.FILE} <= shown
    path = tmp_path / "referrals.csv"
    row = dict.fromkeys(map_.columns.values(), "") | {
        "Referral ID": "7",
        "Date": "10/14/2026",
        "Time": "12:10 PM",
        "Student ID": "104233",
        "Problem Behavior": "Minor Disruption",
        "Action Taken": "In-School Suspension",
        "Days": "1",
    }
    path.write_text(sheet([row.values()], row), "utf-8")
    (one,), history = read(path, tmp_path / "map.toml")
    assert (problems(history), history.words) == ([], {})
    assert one.deeds[0].action is Action.IN_SCHOOL_SUSPENSION


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[file", "is no TOML"),
        ("[colums]", "colums is not known. Is it misspelt? Known are: file, columns, codes"),
        ("[columns]\nidentifer = 'a'", "[columns] identifer is not known"),
        ("[columns]\nidentifier = 'a'", "[columns] date is missing"),
        ("[columns]\nidentifier = 1\ndate = 'b'", "[columns] identifier is to be text in quotes"),
        ("columns = 1", "columns is not known"),
        ("[file]\ndelimiter = ','", "[file] delimiter is not known"),
        ("[file]\ndate = [1]", "[file] date is to be text in quotes"),
        ("[file]\ndate = '%q'", "[file] date: '%q' is no form of a date. Write one like %m/%d/%Y"),
        ("[file]\ndate = '%d/%d/%Y'", "[file] date: '%d/%d/%Y' is no form of a date"),
        ("[file]\ndate = ['%m/%d/%Y', '%B %Y']", "[file] date: '%B %Y' is no form of a date"),
        ("[file]\ntime = '%H:%'", "[file] time: '%H:%' is no form of a time. Write one like %H:%M"),
        ("[file]\nzone = 'Mars'", "[file] zone: 'Mars' is no time zone"),
        ("[file]\nencoding = 'none'", "[file] encoding: 'none' is not known"),
        ("[codes.mood]\na = 'b'", "[codes.mood] is not known"),
        ("[codes]\nbehavior = 1", "[codes.behavior] is to be a table"),
        ("[codes.behavior]\n'Gum' = 'gum'", "[codes.behavior] Gum: 'gum' is no code. Known are:"),
        ("[codes.action]\n'Gum' = 'major other'", "[codes.action] Gum: 'major other' is no code"),
        ("[codes.role]\n'Gum' = 1", "[codes.role] Gum: 1 is no code"),
    ],
)
def test_a_map_that_cannot_be_is_refused_with_its_file_and_key(
    tmp_path: Path, text: str, says: str
) -> None:
    needed = "" if "columns" in text or "colums" in text else MAP.replace("[file]", "", 1)
    needed = needed[needed.find("[columns]") : needed.find("[codes")] if needed else ""
    with pytest.raises(BadMap, match=r"map\.toml") as raised:
        history_map.read(_said(tmp_path, f"{text}\n{needed}"))
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("key", "form"),
    [
        *(("date", form) for form in ("%m/%d/%y", "%d %B %Y", "%j.%Y", "%Y-%m-%dT%H:%M:%S%z")),
        *(("time", form) for form in ("%H%M", "%I:%M", "%I:%M %p", "%m/%d/%Y %H:%M")),
    ],
)
def test_every_form_that_gives_a_day_or_a_time_back_is_taken(
    tmp_path: Path, key: str, form: str
) -> None:
    columns = "[columns]\nidentifier = 'a'\ndate = 'b'"
    map_ = history_map.read(_said(tmp_path, f"[file]\n{key} = '{form}'\n{columns}"))
    assert (map_.dates, map_.times) == (((form,), ()) if key == "date" else ((), (form,)))


def test_columns_that_the_file_lacks_are_named_with_their_keys(tmp_path: Path) -> None:
    map_ = MAP.replace('"Time"', '"Hour"').replace('"Action"', '"Consequence"')
    with pytest.raises(BadMap) as raised:
        read(*csv_written(tmp_path, map_=map_))
    said = "map.toml: [columns] time = 'Hour', action = 'Consequence': referrals.csv has no such"
    assert said in str(raised.value)


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "Number,Day\n", "<?xml version='1.0'?>\n<a/>\n"])
def test_a_file_of_which_no_column_is_on_the_map_is_refused(tmp_path: Path, text: str) -> None:
    path, map_ = csv_written(tmp_path)
    path.write_text(text, "utf-8")
    with pytest.raises(BadMap, match="has no such column"):
        read(path, map_)


def test_a_file_that_is_not_there_or_empty_is_said(tmp_path: Path) -> None:
    path, map_ = csv_written(tmp_path)
    path.write_bytes(b"")
    with pytest.raises(Unreadable, match="header"):
        read(path, map_)
    path.write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(Unreadable, match="is a zip: unpack it"):
        read(path, map_)
    path.unlink()
    with pytest.raises(Unreadable, match="is not there: give the CSV file"):
        read(path, map_)
    with pytest.raises(Unreadable, match="is a folder: give the CSV file itself"):
        read(tmp_path, map_)


# Anything


CELL = st.text(max_size=12) | st.sampled_from(
    ["", "1", "10/14/2026", "12:10 PM", '"', ",", "\n", "=1+1", "\x00", "£", "fighting", "9" * 300]
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.lists(CELL, min_size=7, max_size=7), max_size=8), quoted=st.booleans())
def test_any_cells_are_read_or_named(tmp_path: Path, rows: list[list[str]], quoted: bool) -> None:
    path, map_ = csv_written(tmp_path)
    text = io.StringIO(newline="")
    table = csv.writer(text, quoting=csv.QUOTE_ALL) if quoted else csv.writer(text)
    table.writerows([COLUMNS, ROW, *rows])
    path.write_bytes(text.getvalue().encode("utf-8", "surrogatepass"))
    found, history = read(path, map_)
    assert "1" in {one.identifier for one in found}
    assert all(isinstance(problem, Problem) for problem in history.problems)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_bytes_are_read_or_named(tmp_path: Path, data: st.DataObject) -> None:
    path, map_ = csv_written(tmp_path, *((str(n), *ROW[1:]) for n in range(6)))
    content = bytearray(path.read_bytes())
    header = content.index(b"\n") + 1
    for place in data.draw(st.lists(st.integers(header, len(content) - 1), max_size=5)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content))
    found, history = read(path, map_)
    assert len(found) <= 7
    assert len(found) + len(history.problems) >= 1
