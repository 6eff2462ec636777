"""What makes a record that record at an Ed-Fi sink: one record a key, none that refers to none."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from ledger.exports import Line, Sink
from ledger.exports.asked import sends
from ledger.exports.edfi_cases import ENDPOINT_OF, WITH_BEHAVIOR, Outcome, Placed, Stays
from ledger.exports.edfi_desk import EdFiDesk
from ledger.exports.edfi_origin import ASSOCIATION, LED_TO_IT
from ledger.exports.edfi_records import association_key, identifier_of

if TYPE_CHECKING:
    from ledger.reading import SisRecord

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
    "studentDisciplineIncidentNonOffenderAssociations": (
        "disciplineIncidentReference",
        "studentReference",
    ),
    "staffDisciplineIncidentAssociations": ("disciplineIncidentReference", "staffReference"),
    "disciplineActions": ("disciplineActionIdentifier", "disciplineDate", "studentReference"),
    "restraintEvents": ("restraintEventIdentifier", "schoolReference", "studentReference"),
}
SAME_INCIDENT = "its identifier is another incident's at this sink too"
SAME_KEY = "another record has its key at this sink too"


def key_of(endpoint: str, line: Line) -> str:
    """What makes this record that record at the sink."""
    return json.dumps([line[part] for part in ENDPOINTS[endpoint]], sort_keys=True)


def taken_keys(desk: EdFiDesk, incidents: Iterable[SisRecord]) -> dict[str, str]:
    """Incidents whose key another has at the sink: what is there already, then the earlier, goes.

    Some servers compare without case.
    """
    first: dict[tuple[str, int | None], str] = {}
    for one in sorted(incidents, key=partial(_age, desk.sink)):
        number = desk.sink.school(one.body["school_id"])
        first.setdefault((identifier_of(one).casefold(), number), one.incident_id)
    own = set(first.values())
    return {one.incident_id: SAME_INCIDENT for one in incidents if one.incident_id not in own}


def _age(sink: Sink, record: SisRecord) -> tuple[bool, str, str]:
    return sends(sink, record), record.recorded_at, record.incident_id


def once(sink: Sink, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Each key once: equal records are one; of others what is there already, or is earlier."""
    there: dict[str, Placed] = {}
    for one in sorted(outcomes, key=partial(_order, sink)):
        if isinstance(one, Stays):
            yield one
            continue
        first = there.setdefault(f"{one.endpoint} {key_of(one.endpoint, one.line)}", one)
        if first is one:
            yield one
        elif first.line != one.line:
            yield from (Stays(record, SAME_KEY) for record in one.of)


def _order(sink: Sink, one: Outcome) -> tuple[bool, str, str, str]:
    record = one.record if isinstance(one, Stays) else one.of[0]
    return *_age(sink, record), json.dumps(record.body, sort_keys=True)


def with_what_led_to_them(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The same, but an action stays when a behavior that it refers to is nowhere."""
    found = [*outcomes]
    known = {
        json.dumps(association_key(one.line), sort_keys=True)
        for one in found
        if isinstance(one, Placed) and one.endpoint == ENDPOINT_OF["behavior"]
    }
    return [_with_behavior(one, known) for one in found]


def _with_behavior(one: Outcome, known: Container[str]) -> Outcome:
    if isinstance(one, Stays) or one.endpoint != ENDPOINT_OF["action"]:
        return one
    led = (json.dumps(key[ASSOCIATION], sort_keys=True) for key in one.line.get(LED_TO_IT, ()))
    return one if all(key in known for key in led) else Stays(one.of[0], WITH_BEHAVIOR)
