"""Ed-Fi Data Standard 5.0 to 6.0: incidents, behaviors and actions as an ODS should hold them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from ledger.domain.codes import Action
from ledger.exports import Format, Held, Line, Sink, Wanted
from ledger.exports.edfi_desk import Back, Desk, numbers
from ledger.exports.edfi_records import (
    action_line,
    association_key,
    association_line,
    descriptor_line,
    incident_line,
    local,
    parts_of,
    words_of,
)
from ledger.exports.edfi_settings import sink_from

if TYPE_CHECKING:
    from ledger.reading import Extract, SisRecord

# In the order in which they are sent, each with the fields that make its key.
ENDPOINTS: Mapping[str, tuple[str, ...]] = {
    "behaviorDescriptors": ("namespace", "codeValue"),
    "disciplineDescriptors": ("namespace", "codeValue"),
    "disciplineIncidents": ("incidentIdentifier", "schoolReference"),
    "studentDisciplineIncidentBehaviorAssociations": (
        "disciplineIncidentReference",
        "studentReference",
        "behaviorDescriptor",
    ),
    "disciplineActions": ("disciplineActionIdentifier", "disciplineDate", "studentReference"),
}
ENDPOINT_OF = {  # the kind of our record → where it goes
    "incident": "disciplineIncidents",
    "behavior": "studentDisciplineIncidentBehaviorAssociations",
    "action": "disciplineActions",
}

NOBODY = "no student of this school is referred in it"
EVERYBODY = "every student who is referred in it is held back"
WITH_INCIDENT = "its incident is held back"
WITH_BEHAVIOR = "the behavior that led to it is held back"
NO_BEHAVIOR = "no behavior of this student stands in the incident"
PENDING = "not decided yet: it goes when the action that was taken is known"
UNREADABLE = "its events cannot be read: run bledger doctor"

LIGHTBEAM = """\
# In this folder: lightbeam send -c lightbeam-send.yaml --results-file ../results.json
# The address and the secrets come from the environment. For another mode of the API add
# --set edfi_api.mode year_specific edfi_api.year 2027
data_dir: ./send/
namespace: ed-fi
edfi_api:
  base_url: ${EDFI_BASE_URL}
  version: 3
  mode: shared_instance
  client_id: ${EDFI_CLIENT_ID}
  client_secret: ${EDFI_CLIENT_SECRET}
connection:
  verify_ssl: True
"""

Placed = tuple[str, Line]  # an endpoint and a record that it takes
Roles = dict[tuple[str, str], set[str]]  # (student, behavior's descriptor) → participation codes


def wanted(extract: Extract, sink: Sink) -> Wanted:
    """What the sink should hold of this extract, whatever the order of its records."""
    desk = Desk(
        sink,
        numbers(extract.student_numbers, sink.student),
        numbers(extract.staff_numbers, sink.staff),
    )
    records = [record for record in extract.records if record.kind in ENDPOINT_OF]
    asked = [_asked(case, sink) for case in _cases(records)]
    made = [one for case, _ in asked if case for one in _of_case(desk, case)]
    lines = [one for one in made if not isinstance(one, Held)]
    lines += _own_words(lines, sink)
    held = [one for one in made if isinstance(one, Held)] + _unreadable(extract)
    other = Counter(record.kind for record in extract.records if record.kind not in ENDPOINT_OF)
    left = sum((dropped for _, dropped in asked), other)
    return Wanted(
        resources=_by_endpoint(lines),
        held=tuple(sorted(held, key=lambda h: (h.incident_id, h.endpoint, h.record, h.reason))),
        not_carried=dict(sorted(left.items())),
        beside={"lightbeam-send.yaml": LIGHTBEAM} if lines else {},
    )


def key_of(endpoint: str, line: Line) -> str:
    """What makes this record that record at the sink."""
    return json.dumps([line[part] for part in ENDPOINTS[endpoint]], sort_keys=True)


def _by_endpoint(lines: Sequence[Placed]) -> dict[str, tuple[Line, ...]]:
    there = {endpoint: [line for at, line in lines if at == endpoint] for endpoint in ENDPOINTS}
    return {
        endpoint: tuple(sorted(found, key=lambda line: key_of(endpoint, line)))
        for endpoint, found in there.items()
        if found
    }


# One incident with what hangs on it.


@dataclass(frozen=True)
class _Case:
    incident: SisRecord
    behaviors: tuple[SisRecord, ...]
    actions: tuple[SisRecord, ...]

    def __iter__(self) -> Iterator[SisRecord]:
        return iter((self.incident, *self.behaviors, *self.actions))


def _cases(records: Iterable[SisRecord]) -> Iterator[_Case]:
    def order(record: SisRecord) -> tuple[str, ...]:
        body = json.dumps(record.body, sort_keys=True)
        return record.incident_id, record.kind, record.student_id or "", body

    for _, group in groupby(sorted(records, key=order), key=lambda record: record.incident_id):
        kinds: dict[str, list[SisRecord]] = defaultdict(list)
        for record in group:
            kinds[record.kind].append(record)
        (incident,) = kinds["incident"]
        yield _Case(incident, tuple(kinds["behavior"]), tuple(kinds["action"]))


def _asked(case: _Case, sink: Sink) -> tuple[_Case | None, Counter[str]]:
    """The part of a case that the sink's settings ask for, and how many records they do not."""
    levels = {seen.level for seen in case.behaviors} or {case.incident.level}
    if not (levels & sink.levels and _in_time(case.incident, sink)):
        return None, Counter(record.kind for record in case)
    behaviors = [seen for seen in case.behaviors if seen.level in sink.levels]
    children = {seen.student_id for seen in behaviors}
    actions = [
        done
        for done in case.actions
        if done.body["action"] in sink.actions
        and (done.student_id in children or not done.body["behaviors"])
    ]
    asked = _Case(case.incident, tuple(behaviors), tuple(actions))
    return asked, Counter(r.kind for r in case) - Counter(r.kind for r in asked)


def _in_time(incident: SisRecord, sink: Sink) -> bool:
    try:
        return sink.since is None or local(incident).date() >= sink.since
    except Back:
        return True  # it is held back for that, not passed over


def _of_case(desk: Desk, case: _Case) -> Iterator[Placed | Held]:
    """Each record of the case as the sink takes it, or why it stays here."""
    roles, held = _roles(desk, case.behaviors)
    words = {word for _, word in roles}
    try:
        incident = incident_line(desk, case.incident, words)
    except Back as back:
        yield from (_held(r, WITH_INCIDENT) for r in (*case.behaviors, *case.actions))
        yield _held(case.incident, back)
        return
    yield from held
    if roles:
        yield ENDPOINT_OF["incident"], incident
    else:
        yield _held(case.incident, EVERYBODY if held else NOBODY)
    of = case.incident.incident_id
    keys = {pair: association_key(desk, of, *pair) for pair in sorted(roles)}
    for pair, key in keys.items():
        yield ENDPOINT_OF["behavior"], association_line(desk, key, roles[pair])
    for done in case.actions:
        own = [key for (child, _), key in keys.items() if child == done.student_id]
        yield _action(desk, done, own)


def _roles(desk: Desk, behaviors: Iterable[SisRecord]) -> tuple[Roles, list[Held]]:
    """Codes of a child that map to one descriptor are one record, with all the child's parts."""
    roles: Roles = defaultdict(set)
    held = []
    for seen in behaviors:
        try:
            desk.students.number(seen.student_id)
            pair = seen.student_id or "", desk.word("Behavior", seen.body["code"])
            parts = parts_of(desk, seen)
        except Back as back:
            held.append(_held(seen, back))
        else:
            roles[pair] |= parts
    return roles, held


def _action(desk: Desk, done: SisRecord, led_to_it: Sequence[Line]) -> Placed | Held:
    if done.body["action"] == Action.ACTION_PENDING.value:
        return _held(done, PENDING)
    if not done.body["behaviors"]:
        return _held(done, NO_BEHAVIOR)
    try:
        line = action_line(desk, done, led_to_it)
    except Back as back:
        return _held(done, back)
    return (ENDPOINT_OF["action"], line) if led_to_it else _held(done, WITH_BEHAVIOR)


def _own_words(lines: Iterable[Placed], sink: Sink) -> list[Placed]:
    """The local words that these lines use: they are made at the sink first."""
    used = {word for _, line in lines for word in words_of(line)}
    return [descriptor_line(word) for word in used if word.startswith(f"{sink.namespace}/")]


def _held(record: SisRecord, why: object) -> Held:
    own = {"behavior": "code", "action": "number"}.get(record.kind)
    what = f"{record.kind} {record.body[own]} of" if own else record.kind
    name = f"{what} {record.incident_id[:7]}"
    return Held(name, record.incident_id, record.student_id, str(why), ENDPOINT_OF[record.kind])


def _unreadable(extract: Extract) -> list[Held]:
    split = (stream.partition("-") for stream in extract.unreadable)
    return [Held(f"{kind} {id[:7]}", id, None, UNREADABLE, "") for kind, _, id in split]


EDFI = Format("edfi", sink_from, wanted)
