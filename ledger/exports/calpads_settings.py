"""What [sink.NAME.calpads] says: which of our codes, and of a source's words, the state knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.domain.codes import Action, Behavior, Code, LengthDifference
from ledger.exports import BadSink
from ledger.exports.settings import Laws, followed

OUT_OF_SCHOOL, IN_SCHOOL, EXPULSION = "100", "110", "200"  # incident result codes
DEFIANCE = "511"  # a student offense code

# What the documentation says of a code of ours; the rest of both lists a school writes itself. A
# recommendation to expel expels nobody, and which of our behaviors is which offense of the
# Education Code only a person knows, but for the one that the law names as we do.
RESULTS: Mapping[str, str] = {
    Action.OUT_OF_SCHOOL_SUSPENSION.value: OUT_OF_SCHOOL,
    Action.IN_SCHOOL_SUSPENSION.value: IN_SCHOOL,
}
OFFENSES: Mapping[str, str] = {
    Behavior.DEFIANCE.value: DEFIANCE,
    Behavior.DISRUPTION.value: DEFIANCE,
}
SOURCE_RESULTS: Mapping[str, str] = {  # Ed-Fi's words, which we have no action for
    "Expulsion": EXPULSION,
    "Expulsion with Services": EXPULSION,
}


@dataclass(frozen=True, slots=True)
class Codes:
    """What [sink.NAME.calpads] says: the state's codes for ours and for a source's own words."""

    results: Mapping[str, str] = field(default_factory=lambda: RESULTS)
    offenses: Mapping[str, str] = field(default_factory=lambda: OFFENSES)
    source_results: Mapping[str, str] = field(default_factory=lambda: SOURCE_RESULTS)
    source_offenses: Mapping[str, str] = field(default_factory=dict)
    authorities: Mapping[str, str] = field(default_factory=dict)  # action → who decides it
    modifications: Mapping[str, str] = field(default_factory=dict)  # why its length changed → code


def _table(value: Callable[[str], bool]) -> Callable[[Any], bool]:
    return lambda said: (
        isinstance(said, Mapping)
        and all(isinstance(one, str) and (one == "" or value(one)) for one in said.values())
    )


def _three(said: str) -> bool:
    return re.fullmatch(r"[0-9]{3}", said) is not None


LAWS: Laws = {
    "results": (_table(_three), 'out-of-school-suspension = "100", our action = its result code'),
    "offenses": (_table(_three), 'defiance = "511", our behavior = its offense code'),
    "source_results": (_table(_three), 'Expulsion = "200", a source\'s own word = its result code'),
    "source_offenses": (_table(_three), 'Fighting = "…", a source\'s own word = its offense code'),
    "authorities": (_table(bool), 'out-of-school-suspension = "…", our action = who decides it'),
    "modifications": (_table(bool), 'term-modified-by-district = "…", our reason = its code'),
}
OURS: Mapping[str, type[Code]] = {
    "results": Action,
    "offenses": Behavior,
    "authorities": Action,
    "modifications": LengthDifference,
}


def settings_from(where: str, table: Any) -> Codes:
    """The codes of a sink, beside those that need no saying; an empty one takes one of them out."""
    said = followed(where, table, LAWS)
    for name, codes in OURS.items():
        ours = [code.value for code in codes]
        for key in said.get(name, {}):
            if key not in ours:
                raise BadSink(
                    f"{where} {name}: {key} is no code of ours; these are: {', '.join(ours)}."
                )
    return Codes(
        results={**RESULTS, **said.get("results", {})},
        offenses={**OFFENSES, **said.get("offenses", {})},
        source_results={**SOURCE_RESULTS, **said.get("source_results", {})},
        source_offenses=said.get("source_offenses", {}),
        authorities=said.get("authorities", {}),
        modifications=said.get("modifications", {}),
    )
