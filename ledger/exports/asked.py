"""The part of an extract that a sink asks for, incident by incident; the rest is counted."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ledger.exports import KINDS, Sink
from ledger.exports.desk import Back, local

if TYPE_CHECKING:
    from ledger.reading import Extract, SisRecord

FROM_HERE = "imported from here"
SINCE = "imported from here and changed or added to since (incident adopt sends it)"


@dataclass(frozen=True)
class Case:
    """One incident with what hangs on it."""

    incident: SisRecord
    behaviors: tuple[SisRecord, ...] = ()
    others: tuple[SisRecord, ...] = ()  # victims, witnesses, reporters who did nothing
    staff: tuple[SisRecord, ...] = ()
    actions: tuple[SisRecord, ...] = ()
    restraints: tuple[SisRecord, ...] = ()
    whole: bool = True  # no behavior of it was left out

    def __iter__(self) -> Iterator[SisRecord]:
        yield self.incident
        for kind in (self.behaviors, self.others, self.staff, self.actions, self.restraints):
            yield from kind


@dataclass(frozen=True)
class Asked:
    """The cases that a sink asks for, by incident id, and how many records it does not.

    A case is given whole where one of its records refers to others; `sends` says which go.
    """

    cases: tuple[Case, ...]
    not_carried: Mapping[str, int]


def asked(extract: Extract, sink: Sink) -> Asked:
    """What the settings of this sink ask for, whatever the order of the records."""
    known = [record for record in extract.records if record.kind in KINDS]
    left = Counter(record.kind for record in extract.records if record.kind not in KINDS)
    cases = []
    for case in _cases(known):
        part = _part(case, sink)
        kept = set(map(id, part or ()))
        children = {seen.student_id for seen in case.behaviors}
        left.update(
            record.kind
            for record in case
            if id(record) not in kept and not _referred_too(record, children)
        )
        left.update(why for record in part or () if (why := _stays(record, sink)))
        if part:
            cases.append(part)
    return Asked(tuple(cases), dict(sorted(left.items())))


def sends(sink: Sink, record: SisRecord) -> bool:
    """Whether this record of a case goes to the sink, and not only what refers to it."""
    return _stays(record, sink) is None


def _stays(record: SisRecord, sink: Sink) -> str | None:
    came = record.body.get("came") or {}
    if came.get("source") in sink.origins and sink.name not in (came.get("adopted") or ()):
        return SINCE if _changed(record, came) else FROM_HERE
    return None if record.kind in sink.kinds else record.kind


def _changed(record: SisRecord, came: Mapping[str, Any]) -> bool:
    """Whether a record is no longer as it came, or did not come at all."""
    now = {name: said for name, said in record.body.items() if name != "came"}
    return bool(now != came["was"] if came.get("was") else not came.get("line"))


def _cases(records: Iterable[SisRecord]) -> Iterator[Case]:
    def order(record: SisRecord) -> tuple[str, ...]:
        body = json.dumps(record.body, sort_keys=True)
        return record.incident_id, record.kind, record.student_id or "", body

    for _, group in groupby(sorted(records, key=order), key=lambda record: record.incident_id):
        kinds: dict[str, list[SisRecord]] = defaultdict(list)
        for record in group:
            kinds[record.kind].append(record)
        (incident,) = kinds.pop("incident")
        yield Case(
            incident,
            behaviors=tuple(kinds["behavior"]),
            others=tuple(kinds["non-offender"]),
            staff=tuple(kinds["staff"]),
            actions=tuple(kinds["action"]),
            restraints=tuple(kinds["restraint"]),
        )


def _part(case: Case, sink: Sink) -> Case | None:
    levels = {seen.level for seen in case.behaviors} or {case.incident.level}
    if not (levels & sink.levels and _in_time(case.incident, sink)):
        return None
    behaviors = tuple(seen for seen in case.behaviors if seen.level in sink.levels)
    children = {seen.student_id for seen in behaviors}
    return Case(
        case.incident,
        behaviors,
        tuple(one for one in case.others if not _referred_too(one, children)),
        case.staff,
        tuple(
            done
            for done in case.actions
            if done.body["action"] in sink.actions
            and (done.student_id in children or not done.body["behaviors"])
        ),
        case.restraints,
        whole=len(behaviors) == len(case.behaviors),
    )


def _referred_too(other: SisRecord, children: Collection[str | None]) -> bool:
    """Whether a child's parts go with the behavior; what came as two records stays two."""
    came = (other.body.get("came") or {}).get("line")
    return other.kind == "non-offender" and not came and other.student_id in children


def _in_time(incident: SisRecord, sink: Sink) -> bool:
    try:
        return sink.since is None or local(incident).date() >= sink.since
    except Back:
        return True  # it is held back for that, not passed over
