"""A sheet for any system: columns, order, codes and dialect as the school's own map says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ledger.exports import CodeMap, Format, Held, Sink, Wanted, in_order
from ledger.exports.asked import Case, asked, sends
from ledger.exports.desk import Back, Desk, held, numbers, unreadable
from ledger.exports.spreadsheet_cells import cell, shown, would_run, written
from ledger.exports.spreadsheet_fields import FIELDS, Field, Row, Value
from ledger.exports.spreadsheet_map import Column, Sheet
from ledger.exports.spreadsheet_settings import sink_from

if TYPE_CHECKING:
    from ledger.reading import Extract, SisRecord

SEVERAL = "it has several values, and the map gives no join"
BETWEEN = "a value holds what stands between values"
NEEDED = "it is needed and was not said"
BLANK = "it is the only one of its line and empty, and nothing is quoted"


def wanted(extract: Extract, sink: Sink) -> Wanted:
    """The sheet of this extract, whatever the order of its records."""
    sheet: Sheet = sink.own
    found, desk = asked(extract, sink), _desk(extract, sink)
    rows = sorted((row for case in found.cases for row in _rows(case, sink)), key=_order)
    made = [_line(desk, row) for row in rows]
    lines = [line for line in made if not isinstance(line, Held)]
    back = [line for line in made if isinstance(line, Held)] + unreadable(extract)
    left = Counter(found.not_carried) + _beside(found.cases, rows, sink)
    head = [_headers(sheet)] if sheet.header else []
    return Wanted(
        files={f"send/{sheet.file}": written([*head, *lines], sheet.dialect)} if lines else {},
        counts={sheet.file: len(lines)} if lines else {},
        held=in_order(back),
        not_carried=dict(sorted(left.items())),
    )


def _desk(extract: Extract, sink: Sink) -> Desk:
    students = numbers(extract.student_numbers, sink.student)
    return Desk(sink, students, numbers(extract.staff_numbers, sink.staff))


# What one line is about.


def _rows(case: Case, sink: Sink) -> Iterator[Row]:
    behaviors = tuple(seen for seen in case.behaviors if sends(sink, seen))
    sent = (done for done in case.actions if sends(sink, done))
    actions = tuple(sorted(sent, key=lambda done: (done.body["number"], done.student_id)))
    staff = tuple(one for one in case.staff if sends(sink, one))
    if sink.own.row == "incident" and sends(sink, case.incident):
        yield Row(case.incident, case.incident, behaviors, actions, staff)
    if sink.own.row == "behavior":
        for seen in behaviors:
            yield Row(seen, case.incident, (seen,), _of(actions, seen), staff)
    if sink.own.row == "action":
        for done in actions:
            yield Row(done, case.incident, _of(behaviors, done), (done,), staff)


def _of(records: Sequence[SisRecord], one: SisRecord) -> tuple[SisRecord, ...]:
    return tuple(record for record in records if record.student_id == one.student_id)


def _order(row: Row) -> tuple[str, ...]:
    behaviors = [seen.body["code"] for seen in row.behaviors]
    actions = [f"{done.body['number']:06}" for done in row.actions]
    return row.incident.occurred_at, row.incident.incident_id, *row.students, *behaviors, *actions


def _beside(cases: Sequence[Case], rows: Sequence[Row], sink: Sink) -> Counter[str]:
    """The records that the sink asks for and no line is about: an action without a behavior."""
    there = {id(record) for row in rows for record in row}
    left = (record for case in cases for record in case if id(record) not in there)
    return Counter(f"{r.kind} without {_a(sink.own.row)}" for r in left if sends(sink, r))


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'ai' else 'a'} {kind}"


# What stands in a line.


def _line(desk: Desk, row: Row) -> list[str] | Held:
    sheet: Sheet = desk.sink.own
    try:
        cells = [_cell(desk, column, row) for column in sheet.columns]
    except Back as why:
        return held(row.main, why, sheet.file)
    if cells == [""] and sheet.dialect.quoting == "none":
        return held(row.main, f'"{sheet.columns[0].header}": {BLANK}', sheet.file)
    return cells


def _cell(desk: Desk, column: Column, row: Row) -> str:
    """One cell; Back with its header and the reason, and with nothing that stands in it."""
    try:
        text = _said(desk, column, row) if column.field else column.constant
        return cell(text, desk.sink.own.dialect, column.longest)
    except Back as why:
        raise Back(f'"{column.header}": {why}') from None


def _said(desk: Desk, column: Column, row: Row) -> str:
    field = FIELDS[column.field]
    values = [_value(desk.sink.own, column, field, one) for one in field.values(desk, row)]
    if len(values) > 1 and column.join is None:
        raise Back(SEVERAL)
    if len(values) > 1 and any(column.join and column.join in value for value in values):
        raise Back(BETWEEN)
    if column.required and not any(values):
        raise Back(NEEDED)
    return (column.join or "").join(values) if values else column.default


def _value(sheet: Sheet, column: Column, field: Field, value: Value) -> str:
    if value is None or value == "":
        return column.default
    if isinstance(value, datetime):
        return shown(value, column.form)
    if field.codes:
        return _word(sheet, column, field, value)
    return value.replace(".", sheet.decimal_mark) if field.number else value


def _word(sheet: Sheet, column: Column, field: Field, code: str) -> str:
    """The sink's word for a code of ours; people read ours where it has none."""
    word = _words(sheet, column, field, code)
    if word is None and not sheet.dialect.people:
        raise Back(f"{code} has no code in the map")
    return _label(field, code) if word is None else word


def _words(sheet: Sheet, column: Column, field: Field, code: str) -> str | None:
    if column.codes is not None:
        return column.codes.get(code)
    return _label(field, code) if sheet.dialect.people else code


def _label(field: Field, code: str) -> str:
    return field.codes.labels.get(code, code) if field.codes else code


def _headers(sheet: Sheet) -> list[str]:
    """The headers; a machine's are its own affair."""
    guarded = sheet.dialect.people
    headers = (column.header for column in sheet.columns)
    return [f"'{header}" if guarded and would_run(header) else header for header in headers]


def words(sink: Sink) -> CodeMap:
    """Every code of ours that a column can hold, beside what the sheet writes for it."""
    sheet: Sheet = sink.own
    found: dict[str, dict[str, str | None]] = {}
    for column in sheet.filled:
        field = FIELDS[column.field]
        if field.codes:
            name = field.codes.name
            name = f'{name} in "{column.header}"' if name in found else name
            codes = field.codes.labels
            found[name] = {code: _words(sheet, column, field, code) for code in codes}
    return found


SPREADSHEET = Format("csv", sink_from, wanted, words)
