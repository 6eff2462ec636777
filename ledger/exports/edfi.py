"""Ed-Fi Data Standard 5.0 to 6.0: incidents, behaviors and actions as an ODS should hold them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.domain.codes import Action
from ledger.exports import Format, Held, Line, Sink, Wanted, in_order
from ledger.exports.asked import Case, asked
from ledger.exports.desk import Back, held, unreadable
from ledger.exports.edfi_desk import EdFiDesk, desk_of, words
from ledger.exports.edfi_records import (
    action_line,
    association_key,
    association_line,
    descriptor_line,
    incident_line,
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


@dataclass(frozen=True, slots=True)
class Made:
    """The records of one extract as an Ed-Fi sink takes them."""

    resources: Mapping[str, tuple[Line, ...]]  # endpoint → records by key; no endpoint is empty
    held: tuple[Held, ...]
    not_carried: Mapping[str, int]


def wanted(extract: Extract, sink: Sink) -> Wanted:
    """What the sink should hold of this extract, as files that an Ed-Fi client sends."""
    made = records(extract, sink)
    files = {f"send/{to}.jsonl": _jsonl(lines) for to, lines in made.resources.items()}
    beside = {"lightbeam-send.yaml": LIGHTBEAM.encode()} if files else {}
    counts = {to: len(lines) for to, lines in made.resources.items()}
    return Wanted(files | beside, counts, made.held, made.not_carried)


def records(extract: Extract, sink: Sink) -> Made:
    """What the sink should hold of this extract, whatever the order of its records."""
    desk = desk_of(extract, sink)
    found = asked(extract, sink)
    made = [one for case in found.cases for one in _of_case(desk, case)]
    lines = [one for one in made if not isinstance(one, Held)]
    lines += _own_words(lines, sink)
    held = [one for one in made if isinstance(one, Held)] + unreadable(extract)
    return Made(_by_endpoint(lines), in_order(held), found.not_carried)


def _jsonl(lines: Iterable[Line]) -> bytes:
    plain = (json.dumps(line, sort_keys=True, allow_nan=False) for line in lines)
    return "".join(f"{line}\n" for line in plain).encode("ascii")


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


def _of_case(desk: EdFiDesk, case: Case) -> Iterator[Placed | Held]:
    """Each record of the case as the sink takes it, or why it stays here."""
    roles, back = _roles(desk, case.behaviors)
    named = {word for _, word in roles}
    try:
        incident = incident_line(desk, case.incident, named)
    except Back as why:
        yield from (_held(r, WITH_INCIDENT) for r in (*case.behaviors, *case.actions))
        yield _held(case.incident, why)
        return
    yield from back
    if roles:
        yield ENDPOINT_OF["incident"], incident
    else:
        yield _held(case.incident, EVERYBODY if back else NOBODY)
    keys = {pair: association_key(desk, case.incident, *pair) for pair in sorted(roles)}
    for pair, key in keys.items():
        yield ENDPOINT_OF["behavior"], association_line(desk, key, roles[pair])
    for done in case.actions:
        own = [key for (child, _), key in keys.items() if child == done.student_id]
        yield _action(desk, done, own)


def _roles(desk: EdFiDesk, behaviors: Iterable[SisRecord]) -> tuple[Roles, list[Held]]:
    """Codes of a child that map to one descriptor are one record, with all the child's parts."""
    roles: Roles = defaultdict(set)
    back = []
    for seen in behaviors:
        try:
            desk.students.number(seen.student_id)
            pair = seen.student_id or "", desk.word("Behavior", seen.body["code"])
            parts = parts_of(desk, seen)
        except Back as why:
            back.append(_held(seen, why))
        else:
            roles[pair] |= parts
    return roles, back


def _action(desk: EdFiDesk, done: SisRecord, led_to_it: Sequence[Line]) -> Placed | Held:
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
    return [descriptor_line(word) for word in used if word.startswith(f"{sink.own.namespace}/")]


def _held(record: SisRecord, why: object) -> Held:
    return held(record, why, ENDPOINT_OF[record.kind])


EDFI = Format("edfi", sink_from, wanted, words)
