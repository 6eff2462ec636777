"""California's checks on discipline, as CALPADS publishes them: they warn before the state does.

The records go to the SIS, which makes the state's files; so nothing here is held back. The rules
are those seen in public documentation, and what that left open the sink's settings say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from ledger.exports import Held, Preflight, Sink
from ledger.exports.asked import Case, asked, sends
from ledger.exports.calpads_settings import (
    DEFIANCE,
    EXPULSION,
    IN_SCHOOL,
    OUT_OF_SCHOOL,
    Codes,
    settings_from,
)
from ledger.exports.desk import Back, held, local

if TYPE_CHECKING:
    from ledger.reading import Extract, SisRecord

NAME = "calpads"
T = TypeVar("T")
IEP = "iep"
SUSPENSIONS = frozenset({OUT_OF_SCHOOL, IN_SCHOOL})
REMOVED = SUSPENSIONS | {EXPULSION}
ARMED = frozenset({"100", "101", "103", "104", "105"})  # offenses with a weapon
LONG = 10  # days
K_TO_5 = frozenset({"TK", "K", "1", "2", "3", "4", "5"})  # TK is kindergarten


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
    grade: str = ""  # on the day; empty: not known then


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
        lambda fact: (
            fact.grade in K_TO_5 and fact.result in SUSPENSIONS and DEFIANCE in fact.offenses
        ),
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
            student, day = done.student_id or "", _day(case.incident)
            flags = _then(extract.student_flags.get(student, ()), day) or ()
            grade = _then(extract.student_grades.get(student, ()), day) or ""
            fact = _result(done, result, codes)
            yield replace(fact, offenses=frozenset(own), disabled=IEP in flags, grade=grade)


def _result(done: SisRecord, result: str, codes: Codes) -> Fact:
    body = done.body
    days = body["served_days"] if body["days"] is None else body["days"]
    return Fact(
        done,
        result=result,
        days=None if days is None else Decimal(days),
        authority=codes.authorities.get(body["action"], ""),
        modification=codes.modifications.get(body["difference"] or "", ""),
        supported=body.get("instruction_went_on"),
    )


def _offense(codes: Codes, body: Mapping[str, Any]) -> str:
    """By the source's own word where it has a code, else by ours."""
    foreign = codes.source_offenses.get(body["foreign"] or "")
    return foreign or codes.offenses.get(body["code"], "")


def _result_code(codes: Codes, body: Mapping[str, Any]) -> str:
    foreign = codes.source_results.get(body["foreign"] or "")
    return foreign or codes.results.get(body["action"], "")


def _day(incident: SisRecord) -> str:
    try:
        return local(incident).date().isoformat()
    except Back:
        return incident.occurred_at[:10]


def _then(history: Iterable[tuple[str, T]], day: str) -> T | None:
    """What held on that day; None when nothing was known of it yet."""
    held = None
    for since, value in history:
        held = value if since <= day else held
    return held


CALPADS = Preflight(NAME, settings_from, warnings)
