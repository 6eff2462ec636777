"""`export`: what a sink should hold, written as files it takes in, and in which words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from cli import Desk, answers, asking, pass_desk
from ledger.disk import private, write_synced
from ledger.exports import BadSink, Format, Held, Sink, Wanted, prepared
from ledger.exports.writing import Run, check, runs, write_run
from ledger.folder import entries
from ledger.reading import Extract
from ledger.reports import beside, wrapped
from ledger.said import show_when

SHOWN = 20  # reasons on a screen
NO_WORD = "– no word"
ELSEWHERE = "last-out"  # a file: the folder that a sink's last run was written to


@click.group()
def export() -> None:
    """Files for the student information system, from the ledger at one position.

    \b
    Examples:
      bledger export plan ods
      bledger export run ods --out /mnt/sis
      bledger export status
      bledger export map ods
    """


def _sink(desk: Desk, said: str) -> tuple[Sink, Format]:
    """The sink of this name, or the only one of this kind; unknown ones are said by name."""
    settings = desk.school.settings
    of_kind = [name for name, table in settings.sinks.items() if table.get("kind") == said]
    name = said if said in settings.sinks else of_kind[0] if len(of_kind) == 1 else None
    if name is None:
        known = ", ".join(settings.sinks) or "none is set in school.toml"
        raise BadSink(f"there is no sink {said!r}; there are: {known}")
    table = settings.sinks[name]
    form = _format(name, table.get("kind"))
    folder = desk.school.folder
    return form.sink_from(name, table, settings.ids, settings.school_id, folder), form


def _format(sink: str, kind: object) -> Format:
    forms = {form.name: form for form in entries("ledger.exports", Format)}
    if not isinstance(kind, str) or kind not in forms:
        known = ", ".join(sorted(forms))
        raise BadSink(
            f"[sink.{sink}] kind: {kind!r} is no format that this release writes; it may be {known}"
        )
    return forms[kind]


def at_position(command: Any) -> Any:
    command = click.option("--as-of", metavar="TIME", help="As it was known then.")(command)
    return click.option("--position", type=int, metavar="N", help="As known at it.")(command)


@export.command()
@click.argument("sink")
@at_position
@answers
@pass_desk
def plan(desk: Desk, sink: str, as_of: str | None, position: int | None) -> None:
    """Show what SINK should hold and what is held back; nothing is written.

    \b
    Examples:
      bledger export plan ods
      bledger export plan ods --as-of yesterday
    """
    to, form = _sink(desk, sink)
    extract = desk.school.reading.planned(to.name, asking.position(desk, as_of, position))
    wanted = prepared(form, extract, to)
    lines = [f"{to.name}  at position {extract.position:,}: {_counted(wanted)}"]
    desk.answer("export-plan/1", _fields(extract, wanted), [*lines, *_beside(wanted)])


@export.command("run")
@click.argument("sink")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where; in the data folder if left out."
)
@at_position
@answers
@pass_desk
def run_(desk: Desk, sink: str, out: Path | None, as_of: str | None, position: int | None) -> None:
    """Write the files of SINK: whole under their final name, equal for an equal position.

    \b
    Examples:
      bledger export run ods
      bledger export run ods --out ./to-sis --position 4810
    """
    to, form = _sink(desk, sink)
    reading = desk.school.reading
    extract = reading.extract(to.name, to=to.name, position=asking.position(desk, as_of, position))
    wanted = prepared(form, extract, to)
    folder = out or _own_folder(desk, to.name)
    done = write_run(folder, wanted, extract, to, reading.checkpoint_line(extract.position))
    _remember(_own_folder(desk, to.name) / ELSEWHERE, out)
    state = "written" if done.new else "already written"
    lines = [
        f"{done.name}  {state} at position {extract.position:,}: {_counted(wanted)}",
        f"  {done.folder}",
        *_beside(wanted),
    ]
    fields = {"run": done.number, "folder": str(done.folder), "new": done.new}
    desk.answer("export-run/1", fields | _fields(extract, wanted), lines)


def _own_folder(desk: Desk, sink: str) -> Path:
    return desk.school.folder / "exports" / sink


def _remember(note: Path, out: Path | None) -> None:
    """Where a sink's last run was written to, so that its status can be told."""
    if out is None:
        note.unlink(missing_ok=True)
        return
    for folder in (note.parent.parent, note.parent):
        folder.mkdir(exist_ok=True)
        private(folder)
    note.unlink(missing_ok=True)
    write_synced(note, str(out.absolute()).encode())


def _written_to(desk: Desk, sink: str) -> Path:
    own = _own_folder(desk, sink)
    try:
        return Path((own / ELSEWHERE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return own


@export.command()
@answers
@pass_desk
def example(desk: Desk) -> None:
    """Print a map for a sink of kind csv, with what each line of it means.

    \b
    Examples:
      bledger export example
    """
    from ledger.exports import spreadsheet_map

    text = spreadsheet_map.example()
    desk.answer("export-example/1", {"map": text}, text.splitlines())


@export.command()
@answers
@pass_desk
def status(desk: Desk) -> int:
    """Show for each sink its last run, what is held back and why, and what it does not carry.

    \b
    Examples:
      bledger export status
    """
    names = list(desk.school.settings.sinks)
    if not names:
        desk.answer("export-status/1", {"sinks": []}, ["No sink is set in school.toml."])
        return 0
    extract = desk.school.reading.planned(", ".join(names))
    found = [_found(desk, name, extract) for name in names]
    told = [line for _, lines in found for line in lines]
    sinks = [fields for fields, _ in found]
    desk.answer("export-status/1", {"sinks": sinks}, [*told, *_never(desk)])
    return 1 if any(sink["faults"] for sink in sinks) else 0


def _found(desk: Desk, name: str, extract: Extract) -> tuple[dict[str, Any], list[str]]:
    """One sink, as fields and as lines; a sink that cannot be followed hides no other."""
    try:
        to, form = _sink(desk, name)
    except BadSink as bad:
        fields: dict[str, Any] = {"sink": name, "last_run": None, "faults": [str(bad)]}
        return fields, wrapped(f"{name:<8} {bad}", 9)
    wanted = prepared(form, extract, to)
    ran = runs(_written_to(desk, name))
    last = ran[-1] if ran else None
    faults = check(last) if last else []
    state = _state(to, last, faults) | _fields(extract, wanted)
    return state, _status(desk, to, wanted, last, extract, faults)


def _state(to: Sink, last: Run | None, faults: list[str]) -> dict[str, Any]:
    ran = {"run": last.number, "position": last.manifest.get("position")} if last else None
    return {"sink": to.name, "system": to.system, "last_run": ran, "faults": faults}


def _status(
    desk: Desk,
    to: Sink,
    wanted: Wanted,
    last: Run | None,
    extract: Extract,
    faults: list[str],
) -> list[str]:
    """ods      Ed-Fi DS 5.0 · run 42 …"""
    what = f"{to.name:<8} {to.system}"
    if last is None:
        told = beside(f"{what} · no run yet", f"bledger export run {to.name}")
        told += wrapped(f"         Waiting: {_counted(wanted)}", 11)
    elif last.damage:
        told = [f"{what} · {last.damage}"]
    else:
        counts, at = sum(last.manifest["counts"].values()), last.manifest["position"]
        day = _when(desk, last.manifest["time"])
        told = [f"{what} · run {last.number}, the record of {day}: {counts} records"]
        same = last.manifest["counts"] == wanted.counts and at == extract.position
        told.append(f"         {_behind(same, at, extract.position, to.name)}")
    told += [f"         {fault}" for fault in faults]
    told += [f"         {line.strip()}" for line in _reasons(wanted)]
    if wanted.not_carried:
        told += wrapped(f"         Not carried by this sink: {_kinds(wanted.not_carried)}", 11)
    return told


def _never(desk: Desk) -> list[str]:
    """What goes to no sink."""
    never = desk.school.reading.beside_incidents()
    told = _kinds({kind: count for kind, count in never.items() if count})
    return [f"         Stays in the ledger: {told}"] if told else []


def _kinds(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in counts.items())


def _behind(same: bool, at: int, position: int, name: str) -> str:
    if same:
        return f"Equals the ledger at position {position:,}"
    return f"The ledger went on from position {at:,} to {position:,}    bledger export run {name}"


def _when(desk: Desk, stored: str) -> str:
    if not stored:
        return "an empty ledger"
    return show_when(datetime.fromisoformat(stored), desk.school.settings.zone, desk.school.now)


def _counted(wanted: Wanted) -> str:
    counts = ", ".join(f"{count} {endpoint}" for endpoint, count in wanted.counts.items())
    warned = f"; warnings {len(wanted.warnings)}" if wanted.warnings else ""
    return f"{counts or 'no record'}; held back {len(wanted.held)}{warned}"


def _beside(wanted: Wanted) -> list[str]:
    """What is not sent, and what is sent with a warning."""
    told = _reasons(wanted)
    if wanted.not_carried:
        told += wrapped(f"  not carried by this sink: {_kinds(wanted.not_carried)}", 4)
    return told


def _reasons(wanted: Wanted) -> list[str]:
    return _grouped("held back", wanted.held) + _grouped("warning", wanted.warnings)


def _grouped(what: str, held: Sequence[Held]) -> list[str]:
    """The reasons, the most frequent first, with one example each."""
    by_reason = Counter(one.reason for one in held)
    example = {one.reason: one.record for one in reversed(held)}
    lines = [
        f"  {what:<9} {count:>4}  {reason}  ({example[reason]})"
        for reason, count in by_reason.most_common(SHOWN)
    ]
    more = len(by_reason) - SHOWN
    return [*lines, f"  … and {more} more reasons: --json lists all"] if more > 0 else lines


def _fields(extract: Extract, wanted: Wanted) -> dict[str, Any]:
    return {
        "position": extract.position,
        "head": extract.head,
        "counts": wanted.counts,
        "held": wanted.held,
        "warnings": wanted.warnings,
        "not_carried": wanted.not_carried,
    }


@export.command("map")
@click.argument("sink")
@answers
@pass_desk
def map_(desk: Desk, sink: str) -> None:
    """Show every code of ours beside the word that SINK has for it, and what has none.

    \b
    Examples:
      bledger export map ods
    """
    to, form = _sink(desk, sink)
    sets = form.words(to)
    lacking = {of: lack for of, words in sets.items() if (lack := _without(words))}
    fields = {"sink": to.name, "system": to.system, "sets": sets, "without": lacking}
    told = [line for of, words in sets.items() for line in _set(of, words)]
    desk.answer(
        "export-map/1", fields, [f"{to.name}  {to.system}", *told, *wrapped(_lacking(lacking), 4)]
    )


def _without(words: Mapping[str, str | None]) -> list[str]:
    return [code for code, word in words.items() if word is None]


def _lacking(lacking: Mapping[str, Sequence[str]]) -> str:
    count = sum(map(len, lacking.values()))
    if not count:
        return "Every code has a word there."
    sets = ", ".join(f"{of} {len(codes)}" for of, codes in lacking.items())
    return f"{count} {'code has' if count == 1 else 'codes have'} no word there: {sets}"


def _set(of: str, words: Mapping[str, str | None]) -> list[str]:
    """The codes of a set, with what their words all begin with said once."""
    begins = {word[: word.find("#") + 1] for word in words.values() if word is not None}
    shared = min(begins) if len(begins) == 1 else ""
    wide = min(max(map(len, words), default=0), 50)
    told = wrapped(f"{of}  {shared}".rstrip(), 4)
    for code, word in words.items():
        here = NO_WORD if word is None else word.removeprefix(shared)
        told += wrapped(f"  {code:<{wide}}  {here}", wide + 6)
    return told
