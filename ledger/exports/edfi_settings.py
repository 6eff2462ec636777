"""What school.toml says of an Ed-Fi sink, in [sink.NAME], beside what every sink may say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ledger.exports import BadSink, Sink
from ledger.exports.edfi_words import DESCRIPTOR, OURS, SETS, known
from ledger.exports.settings import Laws, followed, one_of, sink_of

STANDARDS = ("5.0", "5.1", "5.2", "6.0")
TOO_OLD = ("3.0", "3.1", "3.2", "3.3", "4.0")
OLD = (
    "Data Standard {} takes identifiers of 20 characters and ours have 36, so nothing can be sent "
    "to it. Ask the owner of the system for 5.0 or later, or leave this sink out."
)


@dataclass(frozen=True, slots=True)
class EdFi:
    """What an Ed-Fi sink is asked beside."""

    standard: str
    namespace: str = ""  # of the school's own words, uri://…
    descriptors: str = "local"  # local: the school's words, made there first; core: Ed-Fi's own
    core: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # set → code → its word


def _namespace(value: Any) -> bool:
    shape = r"uri://(?!ed-fi\.org(/|$))[a-z0-9]([A-Za-z0-9._/-]{0,150}[A-Za-z0-9])?"
    return isinstance(value, str) and re.fullmatch(shape, value) is not None


def _word(of: str) -> Callable[[Any], bool]:
    """Whether it is a word of Ed-Fi's for this set, or a whole descriptor of anybody's."""
    whole = re.compile(rf"uri://[!-~]+/{of}Descriptor#[^#]*[^#\s]")

    def holds(said: Any) -> bool:
        if not isinstance(said, str) or said in known(of):
            return isinstance(said, str)
        return len(said) <= DESCRIPTOR and said.isprintable() and bool(whole.fullmatch(said))

    return holds


ANY_TABLE = (lambda _: True, "")  # it is looked at by itself
WORD = '{0} = "uri://…/{1}Descriptor#a word", or a word of Ed-Fi\'s: {2}'
NEEDS = {  # a kind of record → the kind that it refers to
    "behavior": "incident",
    "non-offender": "incident",
    "staff": "incident",
    "action": "behavior",
}


def laws(kind: str) -> Laws:
    """The laws of the keys that a sink of this kind may say beside the common ones."""
    return {
        "kind": (lambda said: bool(said == kind), f'kind = "{kind}"'),
        "standard": (
            one_of(*STANDARDS, *TOO_OLD),
            f'standard = "5.0" (or {", ".join(STANDARDS[1:])}), in quotes',
        ),
        "namespace": (
            _namespace,
            """namespace = "uri://oakhill.example", your own and not Ed-Fi's, no "/" at the end""",
        ),
        "descriptors": (one_of("local", "core"), 'descriptors = "local" or "core"'),
        "core": (
            lambda said: isinstance(said, Mapping),
            '"fighting" = "State Offense" below a line [sink.NAME.core.Behavior]',
        ),
    }


def sink_from(name: str, table: Any, ids: Mapping[str, Any], own_school: str, folder: Path) -> Sink:
    """The sink of [sink.NAME]; `ids` is the whole of [ids]. BadSink names the key to mend."""
    return edfi_sink("edfi", name, table, ids, own_school)


def edfi_sink(kind: str, name: str, table: Any, ids: Mapping[str, Any], own_school: str) -> Sink:
    """The same for another format that writes Ed-Fi's records."""
    sink, said = sink_of(name, table, ids, own_school, laws=laws(kind), needed=("namespace",))
    standard = said.get("standard", STANDARDS[0])
    if standard in TOO_OLD:
        raise BadSink(f"[sink.{name}] standard: {OLD.format(standard)}")
    for kind_of, refers_to in NEEDS.items():
        if kind_of in sink.kinds and refers_to not in sink.kinds:
            raise BadSink(
                f'[sink.{name}] kinds cannot be followed: "{kind_of}" refers to "{refers_to}", '
                f'so add "{refers_to}".'
            )
    own = EdFi(
        standard=standard,
        namespace=said["namespace"],
        descriptors=said.get("descriptors", "local"),
        core=_core(f"[sink.{name}.core", said),
    )
    return replace(sink, system=f"Ed-Fi DS {standard}", own=own)


def _core(where: str, said: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """What the sink calls codes of ours where that is not Ed-Fi's usual word."""
    core = followed(f"{where}]", said.get("core", {}), dict.fromkeys(SETS, ANY_TABLE))
    for of, own in core.items():
        words = ", ".join(known(of))
        codes = {code.value: (_word(of), WORD.format(code.value, of, words)) for code in SETS[of]}
        followed(f"{where}.{of}]", own, codes)
        if of in OURS and said.get("descriptors", "local") == "local":
            raise BadSink(f'{where}.{of}] is for descriptors = "core"; here our own words go out.')
    return core
