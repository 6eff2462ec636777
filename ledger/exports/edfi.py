"""Ed-Fi Data Standard 5.0 to 6.0: incidents, behaviors and actions as an ODS should hold them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from ledger.domain.codes import RestraintKind
from ledger.exports import Format, Held, Line, Sink, Wanted, in_order
from ledger.exports.asked import Case, asked, sends
from ledger.exports.desk import Back, held, unreadable
from ledger.exports.edfi_cases import ENDPOINT_OF, Placed, Stays, of_case
from ledger.exports.edfi_desk import desk_of, words
from ledger.exports.edfi_keys import ENDPOINTS, key_of, once, taken_keys, with_what_led_to_them
from ledger.exports.edfi_records import day_of, descriptor_line, words_of
from ledger.exports.edfi_settings import sink_from
from ledger.exports.edfi_words import OURS

if TYPE_CHECKING:
    from ledger.reading import Extract, SisRecord

SECLUSION = "seclusion"
NO_IEP = "restraint of a student without an IEP"
RESTRAINTS = frozenset(kind.value for kind in RestraintKind) - {RestraintKind.SECLUSION.value}
IEP = "iep"

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

At = tuple[str, Line]  # an endpoint and a record that it takes


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
    desk, found = desk_of(extract, sink), asked(extract, sink)
    left = Counter(found.not_carried)
    cases = [_restrained(case, extract, sink, left) for case in found.cases]
    taken = taken_keys(desk, [case.incident for case in cases])
    made = [of_case(desk, case, taken.get(case.incident.incident_id)) for case in cases]
    outcomes = with_what_led_to_them(once(sink, chain.from_iterable(made)))
    placed = [one for one in outcomes if isinstance(one, Placed) and _goes(sink, one)]
    stay = [one for one in outcomes if isinstance(one, Stays) and sends(sink, one.record)]
    left.update(one.why for one in stay if one.placeless)
    held_back = [
        held(one.record, one.why, ENDPOINT_OF[one.record.kind]) for one in stay if not one.placeless
    ]
    lines = [(one.endpoint, one.line) for one in placed]
    return Made(
        _by_endpoint([*lines, *_own_words(lines, sink)]),
        in_order([*held_back, *unreadable(extract)]),
        dict(sorted(left.items())),
    )


def _goes(sink: Sink, one: Placed) -> bool:
    return any(sends(sink, record) for record in one.of)


def _restrained(case: Case, extract: Extract, sink: Sink, left: Counter[str]) -> Case:
    """The case with the restraints that Ed-Fi knows; the others are counted."""
    kinds = [(used, _unknown(extract, used)) for used in case.restraints]
    left.update(why for used, why in kinds if why and sends(sink, used))
    return replace(case, restraints=tuple(used for used, why in kinds if not why))


def _unknown(extract: Extract, used: SisRecord) -> str | None:
    if used.body["kind"] not in RESTRAINTS:
        return SECLUSION
    try:
        on = day_of(used).isoformat()
    except Back:
        return None  # it is held back for that, not passed over
    history = extract.student_flags.get(used.student_id or "", ())
    flags = [flags for since, flags in history if since <= on]
    return None if flags and IEP in flags[-1] else NO_IEP


def _jsonl(lines: Iterable[Line]) -> bytes:
    plain = (json.dumps(line, sort_keys=True, allow_nan=False) for line in lines)
    return "".join(f"{line}\n" for line in plain).encode("ascii")


def _by_endpoint(lines: Sequence[At]) -> dict[str, tuple[Line, ...]]:
    there = {endpoint: [line for at, line in lines if at == endpoint] for endpoint in ENDPOINTS}
    return {
        endpoint: tuple(sorted(found, key=lambda line: key_of(endpoint, line)))
        for endpoint, found in there.items()
        if found
    }


def _own_words(lines: Iterable[At], sink: Sink) -> list[At]:
    """The local words that these lines use: they are made at the sink first."""
    own = tuple(f"{sink.own.namespace}/{of}Descriptor#" for of in OURS)
    used = {word for _, line in lines for word in words_of(line)}
    return [descriptor_line(word) for word in used if word.startswith(own)]


EDFI = Format("edfi", sink_from, wanted, words)
