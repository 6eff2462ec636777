"""California's checks on discipline, as CALPADS publishes them: they warn before the state does.

The records go to the SIS, which makes the state's files; so nothing here is held back. The rules
are those seen in public documentation, and what that left open the sink's settings say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ledger.domain.codes import Action, Behavior, LengthDifference
from ledger.exports import BadSink, Held, Preflight, Sink
from ledger.exports.asked import Case, asked, sends
from ledger.exports.desk import Back, held, local
from ledger.exports.settings import Laws, followed

if TYPE_CHECKING:
    from ledger.reading import Extract, SisRecord

NAME = "calpads"
OUT_OF_SCHOOL, IN_SCHOOL, EXPULSION = "100", "110", "200"  # incident result codes
SUSPENSIONS = frozenset({OUT_OF_SCHOOL, IN_SCHOOL})
REMOVED = SUSPENSIONS | {EXPULSION}
ARMED = frozenset({"100", "101", "103", "104", "105"})  # offenses with a weapon
DEFIANCE = "511"
LONG = 10  # days

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
    k5: bool = False  # every student of the school is in kindergarten to grade 5


@dataclass(frozen=True, slots=True)
class Fact:
    """One result or one offense of one student, with what the rules ask beside."""

    record: SisRecord
    result: str = ""
    offense: str = ""
    offenses: frozenset[str] = frozenset()  # of the student in this incident
    days: Decimal | None = None
    disabled: bool = False  # in special education on the day
    authority: str = ""
    modification: str = ""
    supported: bool | None = None  # whether instruction went on; None: not said
    armed: bool = False
    k5: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One published check: its number there, what it asks, and what breaks it."""

    number: str
    sentence: str
    broken: Callable[[Fact], bool]


RULES = (
    Rule(
        "SIRS0489",
        "a suspension or an expulsion needs its length in days",
        lambda fact: fact.result in REMOVED and fact.days is None,
    ),
    Rule(
        "SIRS0507",
        "a suspension is longer than 0 days",
        lambda fact: fact.result in SUSPENSIONS and fact.days is not None and fact.days <= 0,
    ),
    Rule(
        "SIRS0491",
        "an expulsion needs a modification code",
        lambda fact: fact.result == EXPULSION and not fact.modification,
    ),
    Rule(
        "SIRS0490",
        "the removal of a student with a disability needs the authority that decided it",
        lambda fact: fact.result in REMOVED and fact.disabled and not fact.authority,
    ),
    Rule(
        "CERT162",
        "a suspension or an expulsion needs an offense of the student that the state has a code of",
        lambda fact: fact.result in REMOVED and not fact.offenses,
    ),
    Rule(
        "CERT163",
        "a suspension or an expulsion needs to say whether instruction went on",
        lambda fact: fact.result in REMOVED and fact.supported is None,
    ),
    Rule(
        "SIRS0504",
        f"a result of more than {LONG} days: check its length and the instruction meanwhile",
        lambda fact: fact.result != "" and fact.days is not None and fact.days > LONG,
    ),
    Rule(
        "SOFF0095",
        "an offense with a weapon needs the weapon",
        lambda fact: fact.offense in ARMED and not fact.armed,
    ),
    Rule(
        "CERT151",
        "nobody is expelled for disruption or defiance",
        lambda fact: fact.result == EXPULSION and DEFIANCE in fact.offenses,
    ),
    Rule(
        "CERT152",
        "nobody in kindergarten to grade 5 is suspended for disruption or defiance "
        "(Education Code 48900(k), 48901.1)",
        lambda fact: fact.k5 and fact.result in SUSPENSIONS and DEFIANCE in fact.offenses,
    ),
)


def warnings(extract: Extract, sink: Sink) -> Iterator[Held]:
    """What the state would say of the records that the sink is sent."""
    codes: Codes = sink.rules[NAME]
    for case in asked(extract, sink).cases:
        for fact in _facts(case, codes, extract):
            if sends(sink, fact.record):
                yield from _broken(fact)


def _broken(fact: Fact) -> Iterator[Held]:
    for rule in RULES:
        if rule.broken(fact):
            yield held(fact.record, f"{rule.number}: {rule.sentence}", NAME)


def _facts(case: Case, codes: Codes, extract: Extract) -> Iterator[Fact]:
    """The results and offenses of an incident that the state has a code of."""
    offenses = [(seen, _offense(codes, seen.body)) for seen in case.behaviors]
    for seen, offense in offenses:
        if offense:
            yield Fact(seen, offense=offense, armed=case.incident.body["weapon"] is not None)
    for done in case.actions:
        own = {code for seen, code in offenses if seen.student_id == done.student_id and code}
        if result := _result_code(codes, done.body):
            yield _result(case, done, result, frozenset(own), codes, extract)


def _result(
    case: Case,
    done: SisRecord,
    result: str,
    offenses: frozenset[str],
    codes: Codes,
    extract: Extract,
) -> Fact:
    body = done.body
    days = body["served_days"] if body["days"] is None else body["days"]
    return Fact(
        done,
        result=result,
        offenses=offenses,
        days=None if days is None else Decimal(days),
        disabled=_disabled(case.incident, done.student_id, extract),
        authority=codes.authorities.get(body["action"], ""),
        modification=codes.modifications.get(body["difference"] or "", ""),
        supported=body.get("instruction_went_on"),
        k5=codes.k5,
    )


def _offense(codes: Codes, body: Mapping[str, Any]) -> str:
    """By the source's own word where it has a code, else by ours."""
    foreign = codes.source_offenses.get(body["foreign"] or "")
    return foreign or codes.offenses.get(body["code"], "")


def _result_code(codes: Codes, body: Mapping[str, Any]) -> str:
    foreign = codes.source_results.get(body["foreign"] or "")
    return foreign or codes.results.get(body["action"], "")


def _disabled(incident: SisRecord, student: str | None, extract: Extract) -> bool:
    try:
        day = local(incident).date().isoformat()
    except Back:
        day = incident.occurred_at[:10]
    held_then = [
        flags for since, flags in extract.student_flags.get(student or "", ()) if since <= day
    ]
    return bool(held_then) and "iep" in held_then[-1]


# What [sink.NAME.calpads] may say.


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
    "k5": (
        lambda said: type(said) is bool,
        "k5 = true when every student of the school is in kindergarten to grade 5, else false",
    ),
}
OURS: Mapping[str, Iterable[Any]] = {
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
        k5=said.get("k5", False),
    )


CALPADS = Preflight(NAME, settings_from, warnings)
