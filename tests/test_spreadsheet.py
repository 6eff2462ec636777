"""A sheet of the school's own: its map, its cells, and what is held back rather than altered."""

from __future__ import annotations

import csv
import io
import random
import re
import shutil
import tomllib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sis
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import exports
from ledger.domain.codes import Behavior
from ledger.exports import BadSink, Sink, Wanted
from ledger.exports.desk import Back
from ledger.exports.spreadsheet import SPREADSHEET
from ledger.exports.spreadsheet_cells import MOMENT, Dialect, cell, shown, would_run, written
from ledger.exports.spreadsheet_fields import FIELDS
from ledger.exports.spreadsheet_map import Sheet, sheet_from
from ledger.folder import entries
from ledger.reading import Extract

EXAMPLE = Path(exports.__file__).parent / "examples" / "referrals.toml"
IDS = {"swis": {"school": 255901}}


def a_map(*columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A map for machines with these columns."""
    return {"file": "out.csv", "row": "behavior", "for": "machines", "column": [*columns]} | more


def column(field: str, **more: Any) -> dict[str, Any]:
    return {"header": field, "field": field} | more


def a_sink(said: dict[str, Any], **more: Any) -> Sink:
    """A sink with this map, as a file would have said it."""
    sheet = sheet_from("swis.toml", said)
    sink = replace(example_sink(), own=sheet, kinds=sheet.kinds)
    return replace(sink, **more)


def example_sink(folder: Path = EXAMPLE.parent, **more: Any) -> Sink:
    table = {"kind": "csv", "map": EXAMPLE.name} | more
    return SPREADSHEET.sink_from("swis", table, IDS, "oakhill", folder)


def read(wanted: Wanted, sink: Sink) -> list[list[str]]:
    """The lines of the file, as another program reads them."""
    sheet: Sheet = sink.own
    if not wanted.files:
        return []
    (data,) = wanted.files.values()
    return rows_of(data, sheet.dialect)


def rows_of(data: bytes, dialect: Dialect) -> list[list[str]]:
    quoting: Any = csv.QUOTE_NONE if dialect.quoting == "none" else csv.QUOTE_MINIMAL
    text = io.StringIO(data.decode(dialect.encoding), newline="")
    return list(csv.reader(text, delimiter=dialect.delimiter, quoting=quoting))


def why(wanted: Wanted) -> dict[str, str]:
    return {held.record: held.reason for held in wanted.held}


# The example.


def test_the_format_is_found_among_the_others() -> None:
    assert "csv" in {form.name for form in entries("ledger.exports", exports.Format)}


def test_the_example_writes_a_week_as_its_map_says() -> None:
    sink = example_sink()
    wanted = SPREADSHEET.wanted(sis.extract(sis.week().records), sink)
    assert list(wanted.files) == ["send/referrals.csv"]
    assert wanted.files["send/referrals.csv"].startswith(b"\xef\xbb\xbfReferral,Student ID,Date,")
    head, *lines = read(wanted, sink)
    assert head[-1] == "Program"
    assert lines == [
        ["88fd210", "104233", "10/14/2026", "12:10 PM", "Playground", "Bullying", "Major",
         "out-of-school suspension", "1.5", "T-18", "Discipline"],
        ["88fd210", "104233", "10/14/2026", "12:10 PM", "Playground", "Fighting", "Major",
         "out-of-school suspension", "1.5", "T-18", "Discipline"],
        ["88fd210", "104512", "10/14/2026", "12:10 PM", "Playground", "Fighting", "Major",
         "in-school suspension; action pending", "2; ", "T-18", "Discipline"],
        ["231c0d5", "104590", "10/14/2026", "11:59 PM", "Other", "Disrespect", "Minor",
         "loss of recess", "", "", "Discipline"],
        ["231c0d5", "104590", "10/14/2026", "11:59 PM", "Other", "Disruption", "Minor",
         "loss of recess", "", "", "Discipline"],
    ]  # fmt: skip
    assert why(wanted) == {
        "behavior disruption of 88fd210": '"Student ID": not on the roster yet',
        "behavior disruption of 231c0d5": '"Student ID": the identifier on the roster is longer '
        "than 32 characters",
        "behavior tardy of c0ffee0": '"Student ID": the identifier on the roster is longer '
        "than 32 characters",
    }
    assert wanted.counts == {"referrals.csv": 5}


def test_every_field_is_named_in_the_example() -> None:
    comments = EXAMPLE.read_text(encoding="utf-8")
    assert [name for name in FIELDS if name not in comments] == []


def test_a_map_of_codes_shows_what_has_none() -> None:
    words = SPREADSHEET.words(example_sink())
    assert words["Level"] == {"minor": "Minor", "major": "Major"}
    assert words["Behavior"]["fighting"] == "Fighting"
    assert words["Behavior"]["arson"] is None
    assert words["Action"]["no-action"] == "no action"  # no table: our words
    assert set(words["Behavior"]) == {code.value for code in Behavior}


# Cells.

dialects = st.builds(
    Dialect,
    delimiter=st.sampled_from([",", ";", "|", "^", "\t", "~"]),
    quoting=st.sampled_from(["minimal", "all", "none"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    people=st.booleans(),
)
FORMULAS = [
    *("=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", "\0=1", " =1", " \t+1"),
    *("\uff1d1", "\uff0b1", "\uff0d1", "\uff20a", "\u3000\uff1d1"),  # full-width
    *("\u00a0-1", "\ufeff=1", "\u200b@a"),  # after what nobody sees
]
awkward = st.one_of(
    st.text(max_size=12),
    st.sampled_from(FORMULAS),
    st.text(st.sampled_from(list("=+-@,;|^~\t\r\n\0\"' aé€\uff1d\uff0d")), max_size=8),
)


def neutral(text: str, dialect: Dialect) -> str:
    return f"'{text}" if dialect.people and would_run(text) else text


@given(st.lists(st.lists(awkward, min_size=2, max_size=4), min_size=1, max_size=4), dialects)
@settings(deadline=None)
def test_any_cell_is_read_back_as_it_was_or_held_back(
    lines: list[list[str]], dialect: Dialect
) -> None:
    kept = []
    for line in lines:
        try:
            kept.append([cell(text, dialect) for text in line])
        except Back:
            continue
        assert kept[-1] == [neutral(text, dialect) for text in line]
    back = rows_of(written(kept, dialect), dialect)
    assert back == kept
    assert not any(would_run(text) for line in back for text in line)


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_is_neutralised_for_people_and_refused_to_machines(
    text: str,
) -> None:
    people = Dialect(",", "minimal", "\n", "utf-8", people=True)
    assert cell(text, people) == f"'{text}"
    with pytest.raises(Back, match="a spreadsheet would run it"):
        cell(text, replace(people, people=False))


@pytest.mark.parametrize("text", ["", "a=1", "1-2", "'=1", "a@b", "x +1", "5", "é"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert cell(text, Dialect(",", "minimal", "\n", "utf-8", people=True)) == text


@pytest.mark.parametrize(
    ("text", "dialect", "reason"),
    [
        ("12345", Dialect(",", "all", "\n", "utf-8", people=False), "longer than 4 characters"),
        ("=aaa", Dialect(",", "all", "\n", "utf-8", people=True), "longer than 4 characters"),
        ("ł", Dialect(",", "all", "\n", "cp1252", people=True), "windows-1252 cannot write"),
        ("\ud800", Dialect(",", "all", "\n", "utf-8", people=False), "utf-8 cannot write"),
        ("a,b", Dialect(",", "none", "\n", "utf-8", people=False), "holds the delimiter"),
        ('a"b', Dialect(",", "none", "\n", "utf-8", people=False), "a quote"),
        ("a\nb", Dialect(",", "none", "\n", "utf-8", people=True), "a line end"),
    ],
)
def test_a_cell_that_cannot_be_written_is_held_back_and_not_named(
    text: str, dialect: Dialect, reason: str
) -> None:
    with pytest.raises(Back, match=reason) as no:
        cell(text, dialect, 4)
    assert text not in str(no.value)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("%Y-%m-%dT%H:%M:%S", "2026-01-05T00:07:09"),
        ("%-m/%-d/%y %-I:%M %p", "1/5/26 12:07 AM"),
        ("%I.%-H", "12.0"),
    ],
)
def test_a_moment_is_written_as_its_format_says(form: str, written: str) -> None:
    assert shown(datetime(2026, 1, 5, 0, 7, 9, tzinfo=UTC), form) == written


@given(st.datetimes())
def test_a_format_means_what_strftime_means(at: datetime) -> None:
    for directive in set(MOMENT) - {"%p", "%Y"}:  # which differ by language and before year 1000
        plain = at.strftime(directive.replace("-", ""))
        assert shown(at, directive) == (str(int(plain)) if "-" in directive else plain)


# Lines.


def test_a_machine_is_not_sent_a_code_without_a_word() -> None:
    said = a_map(
        column("student.number"),
        column("behavior.code", codes="behavior"),
        codes={"behavior": {"fighting": "F"}},
    )
    wanted = SPREADSHEET.wanted(sis.week(), a_sink(said))
    assert read(wanted, a_sink(said))[1:] == [["104233", "F"], ["104512", "F"]]
    assert why(wanted)["behavior bullying of 88fd210"] == (
        '"behavior.code": bullying has no code in the map'
    )
    assert wanted.not_carried == {"action": 6}


def test_a_person_reads_our_word_for_a_code_without_one() -> None:
    said = a_map(column("behavior.code", codes="b"), codes={"b": {"fighting": "F"}})
    sink = a_sink(said | {"for": "people"})
    _, *lines = read(SPREADSHEET.wanted(sis.week(), sink), sink)
    assert {line[0] for line in lines} == {"F", "bullying", "disrespect", "disruption", "tardy"}


def test_a_line_about_an_incident_says_all_that_hangs_on_it() -> None:
    said = a_map(
        column("incident.short_id"),
        column("student.number", join="+"),
        column("behavior.code", join="+"),
        column("action.code", join="+"),
        column("action.days", join="+", default="0"),
        row="incident",
        decimal_mark=",",
        header=False,
    )
    fight = [record for record in sis.week().records if record.incident_id == sis.FIGHT]
    known = [record for record in fight if record.student_id != sis.NEW]
    sink = a_sink(said)
    assert read(SPREADSHEET.wanted(sis.extract(known), sink), sink) == [
        ["88fd210", "104233+104512", "bullying+fighting",
         "out-of-school-suspension+in-school-suspension+action-pending", "1,5+2+0"],
    ]  # fmt: skip


def test_a_line_about_an_action_says_what_led_to_it() -> None:
    said = a_map(
        column("student.number"),
        column("behavior.code", join=" "),
        column("action.code"),
        column("action.date", format="%d.%m.%Y"),
        column("action.served"),
        column("action.minutes"),
        row="action",
    )
    sink = a_sink(said)
    wanted = SPREADSHEET.wanted(sis.week(), sink)
    assert read(wanted, sink)[1:] == [
        ["104233", "bullying fighting", "out-of-school-suspension", "15.10.2026", "no", ""],
        ["104512", "fighting", "in-school-suspension", "15.10.2026", "yes", ""],
        ["104512", "fighting", "action-pending", "16.10.2026", "no", ""],
        ["104590", "disrespect disruption", "loss-of-recess", "15.10.2026", "yes", "15"],
    ]


def test_what_no_column_reads_is_counted_by_its_kind() -> None:
    fight = sis.week().records[0]
    staff = replace(fight, kind="staff", body={"staff_id": sis.TEACHER, "roles": ["reporter"]})
    beside = replace(fight, kind="non-offender", student_id=sis.CLEO, body={"roles": ["witness"]})
    extract = sis.extract([*sis.week().records, staff, beside])
    plain = SPREADSHEET.wanted(extract, a_sink(a_map(column("behavior.code"))))
    assert plain.not_carried == {"action": 6, "non-offender": 1, "staff": 1}
    named = a_sink(a_map(column("reporter.number"), row="action"))
    assert SPREADSHEET.wanted(extract, named).not_carried == {"behavior": 8, "non-offender": 1}


def test_a_record_that_no_line_is_about_is_counted_apart() -> None:
    records = [r for r in sis.week().records if r.incident_id == sis.HALL]
    (hall, _, done) = records
    sink = a_sink(a_map(column("behavior.code", join=" "), column("action.code", join=" ")))
    wanted = SPREADSHEET.wanted(
        sis.extract([hall, replace(done, body=done.body | {"behaviors": []})]), sink
    )
    assert wanted.not_carried == {"action without a behavior": 1, "incident without a behavior": 1}
    assert not wanted.files


def test_several_values_need_a_join_that_stands_in_none_of_them() -> None:
    fields = [column("action.code")]
    wanted = SPREADSHEET.wanted(sis.week(), a_sink(a_map(*fields)))
    assert why(wanted)["behavior fighting of 88fd210"] == (
        '"action.code": it has several values, and the map gives no join'
    )
    fields = [column("action.code", join="-")]
    wanted = SPREADSHEET.wanted(sis.week(), a_sink(a_map(*fields)))
    assert why(wanted)["behavior fighting of 88fd210"] == (
        '"action.code": a value holds what stands between values'
    )


def test_what_is_needed_and_was_not_said_holds_its_line_back() -> None:
    needed = a_map(column("incident.time", required=True))
    wanted = SPREADSHEET.wanted(sis.week(), a_sink(needed))
    assert why(wanted) == {
        "behavior tardy of c0ffee0": '"incident.time": it is needed and was not said'
    }
    filled = a_map(column("incident.time", required=True, default="00:00"))
    wanted = SPREADSHEET.wanted(sis.week(), a_sink(filled))
    assert not wanted.held


def test_an_only_cell_that_is_empty_is_no_line_when_nothing_is_quoted() -> None:
    said = a_map(column("incident.weapon"), quoting="none")
    wanted = SPREADSHEET.wanted(sis.week(), a_sink(said))
    assert wanted.counts == {"out.csv": 4}
    assert len(wanted.held) == 4


def test_a_moment_of_which_only_the_day_is_known_says_no_time() -> None:
    columns = column("incident.date"), column("incident.moment", default="?")
    sink = a_sink(a_map(*columns))
    assert read(SPREADSHEET.wanted(sis.week(), sink), sink)[1:3] == [
        ["2026-10-13", "?"],
        ["2026-10-14", "2026-10-14T12:10"],
    ]


def test_what_was_imported_from_this_system_is_not_sent_back_unless_adopted() -> None:
    records = list(sis.week().records)

    def came(**more: Any) -> Extract:
        origin = {"source": "old-sis", "adopted": [], "identifier": "77", "line": {}} | more
        return sis.extract(
            [replace(r, body=r.body | {"came": origin | {"was": r.body}}) for r in records]
        )

    said = a_map(column("incident.identifier"), column("student.number"))
    own = a_sink(said, origins=frozenset({"old-sis"}))
    wanted = SPREADSHEET.wanted(came(), own)
    assert not wanted.files
    assert not wanted.held
    assert wanted.not_carried == {"imported from here": len(records)}
    adopted = SPREADSHEET.wanted(came(adopted=["swis"]), own)
    elsewhere = SPREADSHEET.wanted(came(), replace(own, origins=frozenset({"swis"})))
    assert adopted == elsewhere
    assert adopted.counts == {"out.csv": 5}
    assert {line[0] for line in read(adopted, own)[1:]} == {"77"}


def test_a_school_without_a_number_holds_its_lines_back() -> None:
    sink = replace(a_sink(a_map(column("school"))), schools={})
    wanted = SPREADSHEET.wanted(sis.week(), sink)
    assert set(why(wanted).values()) == {
        '"school": its school has no number here: add it to [ids.swis.schools]'
    }


# Laws of any extract.

ANY_COLUMNS = [
    column(
        name, **({"join": "+"} if name.split(".")[0] in ("action", "behavior", "student") else {})
    )
    for name, field in FIELDS.items()
]


@st.composite
def sheets(draw: st.DrawFn) -> Sink:
    columns = draw(st.lists(st.sampled_from(ANY_COLUMNS), min_size=1, unique_by=str))
    return a_sink(
        a_map(
            *columns,
            row=draw(st.sampled_from(["incident", "behavior", "action"])),
            quoting=draw(st.sampled_from(["minimal", "all", "none"])),
            **{"for": draw(st.sampled_from(["people", "machines"]))},
        ),
        levels=draw(st.sampled_from([frozenset({"minor"}), frozenset({"minor", "major"})])),
        actions=draw(st.sampled_from([frozenset({"no-action"}), example_sink().actions])),
    )


@given(sis.extracts(), sheets())
@settings(deadline=None)
def test_the_order_of_the_records_changes_no_byte(extract: Extract, sink: Sink) -> None:
    shuffled = list(extract.records)
    random.Random(7).shuffle(shuffled)
    backwards = replace(extract, records=shuffled)
    assert SPREADSHEET.wanted(backwards, sink) == SPREADSHEET.wanted(extract, sink)


@given(sis.extracts(), sheets())
@settings(deadline=None)
def test_every_record_is_a_line_or_held_back_or_counted(extract: Extract, sink: Sink) -> None:
    wanted = SPREADSHEET.wanted(extract, sink)
    lines = read(wanted, sink)
    kind = sink.own.row
    assert {len(line) for line in lines} <= {len(sink.own.columns)}
    assert not any(would_run(text) for line in lines for text in line)
    given = Counter(record.kind for record in extract.records)[kind]
    held = sum(one.record.startswith(f"{kind} ") for one in wanted.held if one.endpoint)
    assert given == max(len(lines) - 1, 0) + held + wanted.not_carried.get(kind, 0)
    assert wanted.counts == ({"out.csv": len(lines) - 1} if lines else {})


# What a map may say.


def test_the_map_is_read_from_the_data_folder(tmp_path: Path) -> None:
    shutil.copy(EXAMPLE, tmp_path / "swis.toml")
    sink = example_sink(tmp_path, map="swis.toml")
    assert sink.system == "CSV referrals.csv"
    assert sink.own == example_sink().own


@pytest.mark.parametrize(
    "map", ["../swis.toml", "/etc/passwd", "link.toml", "deep/../../swis.toml"]
)
def test_a_map_outside_the_data_folder_is_refused(tmp_path: Path, map: str) -> None:
    folder = tmp_path / "school"
    folder.mkdir()
    shutil.copy(EXAMPLE, tmp_path / "swis.toml")
    (folder / "link.toml").symlink_to(tmp_path / "swis.toml")
    with pytest.raises(BadSink, match="outside the data folder"):
        example_sink(folder, map=map)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (None, "cannot be read: No such file"),
        (b"file = ", "cannot be read: "),
        (b"file = '\xff'", "cannot be read: "),
        (b"", "swis.toml needs file"),
    ],
)
def test_a_map_that_cannot_be_read_is_named(tmp_path: Path, text: bytes | None, part: str) -> None:
    if text is not None:
        (tmp_path / "swis.toml").write_bytes(text)
    with pytest.raises(BadSink, match=re.escape(part)):
        example_sink(tmp_path, map="swis.toml")


DATE = {"header": "Date", "field": "incident.date"}
CODE = {"header": "Code", "field": "behavior.code", "codes": "b"}


@pytest.mark.parametrize(
    ("said", "part"),
    [
        (a_map(DATE, colour="red"), "swis.toml colour is not known; it may say file, row, for"),
        (a_map(DATE, row="child"), 'swis.toml row cannot be followed: write row = "incident"'),
        (a_map(DATE, file="../out.csv"), "swis.toml file cannot be followed"),
        (a_map(DATE, file="a/b.csv"), "swis.toml file cannot be followed"),
        (a_map(DATE, delimiter=",,"), "swis.toml delimiter cannot be followed"),
        (a_map(DATE, delimiter="a"), "swis.toml delimiter cannot be followed"),
        (a_map(DATE, delimiter='"'), "swis.toml delimiter cannot be followed"),
        (a_map(DATE, delimiter="\n"), "swis.toml delimiter cannot be followed"),
        (a_map(DATE, quoting="some"), "swis.toml quoting cannot be followed"),
        (a_map(DATE, line_ends="cr"), "swis.toml line_ends cannot be followed"),
        (a_map(DATE, encoding="utf-7"), "swis.toml encoding cannot be followed"),
        (a_map(DATE, header="yes"), "swis.toml header cannot be followed"),
        (a_map(DATE, decimal_mark=" "), "swis.toml decimal_mark cannot be followed"),
        (a_map(), "swis.toml column cannot be followed: write a table [[column]]"),
        (a_map(3), "swis.toml column 1 is a table"),  # type: ignore[arg-type]
        ({"file": "a", "row": "action", "column": [DATE]}, "swis.toml needs for"),
        (a_map(DATE | {"wide": 3}), "swis.toml column 1 wide is not known; it may say header"),
        (a_map({"field": "school"}), "swis.toml column 1 needs header"),
        (a_map({"header": " a"} | DATE | {"header": " a"}), "header cannot be followed"),
        (a_map({"header": "A"}), 'column 1 ("A") needs either field or constant'),
        (a_map(DATE | {"constant": "1"}), 'column 1 ("Date") needs either field or constant'),
        (
            a_map({"header": "A", "constant": "1", "join": ",", "default": "2"}),
            'column 1 ("A") has a constant: default, join can go',
        ),
        (a_map(column("student.name")), "field cannot be followed: write field = one of incident"),
        (a_map(DATE, DATE), 'swis.toml has two columns "Date": every header stands once'),
        (
            a_map(DATE, DATE | {"header": "date"}),
            'two columns "Date": every header stands once',
        ),
        (a_map(DATE | {"format": "%B"}), "format: it may hold %Y, %y, %m, %-m, %d, %-d."),
        (a_map(DATE | {"format": "%H"}), "format: it may hold %Y, %y, %m, %-m, %d, %-d."),
        (a_map(DATE | {"format": "%"}), "format: it may hold %Y"),
        (a_map(column("incident.time", format="%d")), "format: it may hold %H, %-H"),
        (a_map(column("school", format="%d")), "this is neither a day nor a time"),
        (a_map(DATE | {"max_length": 0}), "max_length cannot be followed: write max_length = 20"),
        (a_map(DATE | {"max_length": True}), "max_length cannot be followed"),
        (a_map(CODE), 'column 1 ("Code") codes = "b": there is no table [codes.b]'),
        (
            a_map(CODE, codes={"b": {"flying": "F"}}),
            'column 1 ("Code") [codes.b] flying is no code of ours; these are: defiance',
        ),
        (a_map(CODE, codes={"b": {"fighting": 7}}), "[codes.b] cannot be followed"),
        (a_map(CODE, codes={"b": "F"}), "[codes.b] cannot be followed"),
        (a_map(DATE | {"codes": "b"}, codes={"b": {}}), "codes: this field holds no code"),
        (a_map(DATE, codes={"b": {}}), "[codes.b] is used by no column"),
        (a_map(DATE | {"header": "A,B"}, quoting="none"), 'header "A,B" cannot be written'),
        (a_map(DATE | {"header": "ł"}, encoding="windows-1252"), "cannot be written"),
    ],
)  # fmt: skip
def test_what_a_map_cannot_say_is_named_with_what_it_can(said: dict[str, Any], part: str) -> None:
    with pytest.raises(BadSink, match=re.escape(part)):
        sheet_from("swis.toml", said)


@pytest.mark.parametrize("field", ["incident.place", "behavior.word", "action.word"])
def test_free_text_leaves_only_where_the_sink_says_so(tmp_path: Path, field: str) -> None:
    said = EXAMPLE.read_text(encoding="utf-8")
    text = f'{said}\n[[column]]\nheader = "Place"\nfield = "{field}"\n'
    (tmp_path / "swis.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadSink, match=r'"Place" is free text: \[sink.swis\] needs text = true'):
        example_sink(tmp_path, map="swis.toml")
    assert example_sink(tmp_path, map="swis.toml", text=True).text


@pytest.mark.parametrize(
    ("table", "part"),
    [
        ({"kind": "csv"}, "[sink.swis] needs map"),
        ({"kind": "csv", "map": 3}, "[sink.swis] map cannot be followed"),
        ({"kind": "csv", "map": EXAMPLE.name, "standard": "5.0"}, "standard is not known"),
    ],
)
def test_what_a_sink_of_this_kind_cannot_say_is_named(table: dict[str, Any], part: str) -> None:
    with pytest.raises(BadSink, match=re.escape(part)):
        SPREADSHEET.sink_from("swis", table, IDS, "oakhill", EXAMPLE.parent)


def test_the_example_is_toml_that_a_person_can_change() -> None:
    assert tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["row"] == "behavior"
