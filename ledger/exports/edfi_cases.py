"""One incident with all that hangs on it, as an Ed-Fi sink takes it; what cannot go says why."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ledger.domain.codes import Action
from ledger.exports import Line
from ledger.exports.asked import Case
from ledger.exports.desk import Back
from ledger.exports.edfi_desk import EdFiDesk, settled
from ledger.exports.edfi_origin import LED_TO_IT, as_it_stands, original_of, was_of
from ledger.exports.edfi_records import (
    action_line,
    association_key,
    behavior_line,
    incident_line,
    other_line,
    reference_to,
    restraint_line,
    staff_line,
)

if TYPE_CHECKING:
    from ledger.reading import SisRecord

ENDPOINT_OF = {  # the kind of our record → where it goes
    "incident": "disciplineIncidents",
    "behavior": "studentDisciplineIncidentBehaviorAssociations",
    "non-offender": "studentDisciplineIncidentNonOffenderAssociations",
    "staff": "staffDisciplineIncidentAssociations",
    "action": "disciplineActions",
    "restraint": "restraintEvents",
}
REFERENCES = (  # always as the sink has them
    "incidentIdentifier",
    "disciplineActionIdentifier",
    "schoolReference",
    "responsibilitySchoolReference",
    "studentReference",
    "staffReference",
    "disciplineIncidentReference",
)
OTHERWISE = "otherwise"  # what no line says: so what stands beside it is a change

NOBODY = "no student of this school is referred in it"
EVERYBODY = "every student who is referred in it is held back"
WITH_INCIDENT = "its incident is held back"
WITH_BEHAVIOR = "the behavior that led to it is held back"
NO_BEHAVIOR = "no behavior of this student stands in the incident"
NO_ASSOCIATION = "Data Standard 6.0 takes no action without the behavior that led to it"
PENDING = "not decided yet: it goes when the action that was taken is known"

PARTS, PART = (
    "disciplineIncidentParticipationCodes",
    "disciplineIncidentParticipationCodeDescriptor",
)


@dataclass(frozen=True)
class Placed:
    """A record as the sink takes it, and those of ours that it is made of."""

    endpoint: str
    line: Line
    of: tuple[SisRecord, ...]


@dataclass(frozen=True)
class Stays:
    """A record of ours that cannot go, and why."""

    record: SisRecord
    why: str
    placeless: bool = False  # Ed-Fi has no place for it, so nothing is there to be mended


Outcome = Placed | Stays


def of_case(desk: EdFiDesk, case: Case, why_not: str | None = None) -> Iterator[Outcome]:
    """Each record of the case as the sink takes it, or why it stays here.

    With `why_not`, nothing goes that refers to the incident.
    """
    yield from (_one(desk, used, partial(restraint_line, desk)) for used in case.restraints)
    try:
        reference = reference_to(desk, case.incident)
    except Back as why:
        why_not = str(why)
    if why_not:
        yield Stays(case.incident, why_not)
        yield from _with_it(case.behaviors, case.others, case.staff, case.actions)
    else:
        yield from _with_reference(desk, case, reference)


def _with_it(*parts: Iterable[SisRecord]) -> Iterator[Stays]:
    return (Stays(record, WITH_INCIDENT) for part in parts for record in part)


def _with_reference(desk: EdFiDesk, case: Case, reference: Line) -> Iterator[Outcome]:
    """The incident first, then what refers to it, if it goes."""
    behaviors = [*_behaviors(desk, reference, case.behaviors)]
    sound = [one for one in behaviors if isinstance(one, Placed)]
    incident = _incident(desk, case, [one.line for one in sound])
    yield incident
    if isinstance(incident, Placed):
        yield from behaviors
        yield from (_other(desk, reference, other) for other in case.others)
        yield from (_one(desk, one, partial(staff_line, desk, reference)) for one in case.staff)
    else:
        yield from (one for one in behaviors if isinstance(one, Stays))
        yield from _with_it(*(one.of for one in sound), case.others, case.staff)
    if sound and isinstance(incident, Stays):
        yield from _with_it(case.actions)
    else:
        yield from (_action(desk, case, done, _led_to(done, sound)) for done in case.actions)


def _led_to(done: SisRecord, behaviors: Iterable[Placed]) -> list[Line]:
    """The behaviors of the child whom this was done with."""
    return [one.line for one in behaviors if one.of[0].student_id == done.student_id]


def _one(desk: EdFiDesk, record: SisRecord, line_of: Callable[[SisRecord], Line]) -> Outcome:
    endpoint = ENDPOINT_OF[record.kind]
    try:
        line = settled(as_it_stands(desk, endpoint, record, line_of, REFERENCES))
    except Back as why:
        return Stays(record, str(why))
    return Placed(endpoint, line, (record,))


def _incident(desk: EdFiDesk, case: Case, behaviors: Sequence[Line]) -> Outcome:
    record, was = case.incident, was_of(case.incident)
    if not behaviors and (case.behaviors or not record.body.get("came")):
        return Stays(record, EVERYBODY if case.behaviors else NOBODY)
    same = case.whole and was.get("behaviors") == record.body["behaviors"]
    named = {line["behaviorDescriptor"] for line in behaviors}
    return _one(
        desk,
        record,
        lambda one: incident_line(desk, one, named if one is record or same else [OTHERWISE]),
    )


def _behaviors(
    desk: EdFiDesk, reference: Line, behaviors: Iterable[SisRecord]
) -> Iterator[Outcome]:
    """Codes of a child that map to one descriptor are one record, with all the child's parts."""
    there: dict[str, list[Placed]] = defaultdict(list)
    for seen in behaviors:
        one = _one(desk, seen, partial(behavior_line, desk, reference))
        if isinstance(one, Stays):
            yield one
        else:
            there[json.dumps(association_key(one.line), sort_keys=True)].append(one)
    yield from map(_joined, there.values())


def _joined(ones: Sequence[Placed]) -> Placed:
    if len(ones) == 1:
        return ones[0]
    parts = {part[PART]: part for one in ones for part in one.line.get(PARTS, ())}
    line = {name: said for one in reversed(ones) for name, said in one.line.items()}
    of = tuple(record for one in ones for record in one.of)
    return Placed(ones[0].endpoint, line | {PARTS: [parts[part] for part in sorted(parts)]}, of)


def _other(desk: EdFiDesk, reference: Line, record: SisRecord) -> Outcome:
    one = _one(desk, record, partial(other_line, desk, reference))
    if isinstance(one, Stays) or PARTS in one.line or original_of(record):
        return one
    named = " and ".join(record.body["roles"])
    if not named:
        return Stays(record, NO_BEHAVIOR)
    return Stays(record, f"non-offender who was {named}", placeless=True)


def _action(desk: EdFiDesk, case: Case, done: SisRecord, led_to_it: Sequence[Line]) -> Outcome:
    behaviors, original, was = done.body["behaviors"], original_of(done), was_of(done)
    as_it_came = bool(original) and was.get("action") == done.body["action"]
    if done.body["action"] == Action.ACTION_PENDING.value and not as_it_came:
        return Stays(done, PENDING)
    if not (behaviors or original):
        return Stays(done, NO_BEHAVIOR)
    same = case.whole and was.get("behaviors") == behaviors
    keys = [association_key(line) for line in led_to_it]
    one = _one(
        desk,
        done,
        lambda one: action_line(desk, one, keys if one is done or same else [{OTHERWISE: ""}]),
    )
    if isinstance(one, Stays) or LED_TO_IT in one.line:
        return one
    lacking = _lacking(desk) if original and same else WITH_BEHAVIOR
    return Stays(done, lacking) if lacking else one


def _lacking(desk: EdFiDesk) -> str | None:
    """Why an action that refers to no behavior where it came from cannot go, if so."""
    return NO_ASSOCIATION if desk.sink.own.standard >= "6.0" else None
