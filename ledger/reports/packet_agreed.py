"""What was tried and promised, whom the family reached, what comes next, what they can do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.domain.clocks import Due, due
from ledger.domain.codes import (
    Answered,
    ContactOutcome,
    Relation,
    Verdict,
)
from ledger.domain.days import school_year_of
from ledger.domain.removals import counted, halves
from ledger.domain.rules import Rules
from ledger.reading.cases import Promise
from ledger.reading.packets import Packet
from ledger.reports.packet_parts import (
    SHORT,
    Row,
    Section,
    Telling,
    held,
    local,
    next_meeting,
)
from ledger.reports.packet_words import fill
from ledger.said import clean

SIGNS = {"kept": "✓", "late": "✗", "open": "·", "dropped": "–"}
APART = frozenset(("promise", "services", "no-card"))  # told elsewhere on the paper


def promises(facts: Packet) -> list[Promise]:
    """Those that are open, and those that were settled since the meeting before the last."""
    days = [meeting.day for _, meeting in held(facts)][-2:]
    since = days[0] if days else facts.since.isoformat()
    every = [promise for case in reversed(facts.cases) for promise in case.promises]
    return [p for p in every if p.state == "open" or (p.settled or "") >= since]


def state_of(promise: Promise, today: date) -> str:
    """kept, dropped, late or open, on this day."""
    late = promise.state == "open" and promise.due and promise.due < today.isoformat()
    return "late" if late else promise.state


def tried(told: Telling) -> Iterator[Row]:
    """Each modification once, with its last verdict: what worked first."""
    last: dict[str, tuple[dict[str, Any], str]] = {}
    for case, meeting in held(told.facts):
        for tried in (meeting.chart or {}).get("tried", ()):
            key = " ".join(tried["what"].casefold().split())
            before = last.get(key, ({}, ""))[0]
            said = tried | {"verdict": tried["verdict"] or before.get("verdict")}
            last[key] = said, f"sst show {case.case_id[:SHORT]}"
    order = [*(verdict.value for verdict in Verdict), None]
    for tried, ref in sorted(last.values(), key=lambda one: order.index(one[0]["verdict"])):
        verdict = Verdict(tried["verdict"]) if tried["verdict"] else None
        note = told.text(tried["note"])
        text = f"{told.text(tried['what'])}{f' ({note})' if note else ''}"
        yield Row(_verdict(told, verdict), text, ref)


def _verdict(told: Telling, verdict: Verdict | None) -> str:
    if verdict is None:
        return "·"
    return told.words.word("verdict", verdict.value) if told.words.plain else verdict.sign


def promised(told: Telling) -> Iterator[Row]:
    for promise in promises(told.facts):
        state = state_of(promise, told.facts.today)
        day = told.words.short(date.fromisoformat(promise.due)) if promise.due else ""
        due = f" ({told.words.say('by', day=day)})" if day and state in ("late", "open") else ""
        text = f"{told.who(promise.who)}: {told.text(promise.what)}{due}"
        names = {"kept": "kept", "late": "is_late", "open": "open", "dropped": "dropped"}
        sign = told.words.say(names[state]) if told.words.plain else SIGNS[state]
        yield Row(sign, text)


def family(told: Telling) -> Iterator[Row]:
    """Every contact and invitation since the papers begin, by day."""
    said = sorted((*contacts(told), *_invited(told)))
    if told.words.plain:
        yield from (Row(told.words.short(day), text) for day, text in said)
    elif said:
        yield Row("", " · ".join(f"{told.words.short(day)} {text}" for day, text in said))


def contacts(told: Telling) -> Iterator[tuple[date, str]]:
    for contact in told.facts.contacts:
        yield contact.on, _reached(told, contact.outcome, contact.language)
    for entry in told.facts.entries:
        for one in entry.card.contacts if entry.card and entry.kind == "incident" else ():
            if one["label"] == entry.label:
                on = local(told, one["at"]["at"]).date()
                yield on, _reached(told, one["outcome"], one.get("language"))


def _reached(told: Telling, outcome: str, language: str | None) -> str:
    said = told.words.code(ContactOutcome(outcome))
    return f"{said}, {told.words.word('language', clean(language))}" if language else said


def _invited(told: Telling) -> Iterator[tuple[date, str]]:
    for case in told.facts.cases:
        for meeting in case.meetings:
            for member in meeting.members:
                if "relation" in member.who:
                    yield from _answers(told, member)


def _answers(told: Telling, member: Any) -> Iterator[tuple[date, str]]:
    who = told.words.code(Relation(member.who["relation"]))
    if member.invited_on:
        yield date.fromisoformat(member.invited_on), told.words.say("was_invited", who=who)
    if member.confirmed_on and member.answer:
        answer = told.words.code(Answered(member.answer))
        yield date.fromisoformat(member.confirmed_on), f"{who}: {answer}"


def clocks(told: Telling) -> Iterator[Row]:
    """Days of removal, and what is owed; promises stand above."""
    yield Row("", _removed(told))
    if told.words.plain:
        yield from _coming(told)
        return
    for line in owed(told):
        if line.rule not in APART and not _is_set(line):
            yield Row("", _owed(told, line))


def _is_set(line: Due) -> bool:
    """Whether it is a meeting that is set, which stands at the head of the paper."""
    return line.rule in ("follow-up", "meeting") and bool(line.facts.get("kind"))


def owed(told: Telling) -> list[Due]:
    """What is late, owed or to be watched, by its day."""
    facts = told.facts
    removals = {facts.ids[0]: facts.removals} if facts.removals else {}
    flags = {facts.ids[0]: facts.student.flags}
    lines = due(facts.duties, removals, facts.calendar, told.rules, facts.today, flags=flags)
    return [line for line in lines if not line.state.startswith("done")]


def _owed(told: Telling, line: Due) -> str:
    """answer office referral Oct 13, late"""
    what = told.words.word("rule", line.rule) if told.words.lang != "en" else line.what
    if line.by is None:
        return what
    name = "due_late" if line.state == "late" else "due"
    return told.words.say(name, what=what, day=told.words.short(line.by))


def removed(told: Telling) -> Decimal:
    """Days of removal of this school year, as they count."""
    facts = told.facts
    year = school_year_of(facts.calendar, facts.today)
    return counted(facts.removals, facts.calendar, told.rules, year, facts.today).total


def _removed(told: Telling) -> str:
    days = removed(told)
    most = int(told.rules.number("services", "days"))
    name = {Decimal(0): "removed_none", Decimal(1): "removed_one"}.get(days, "removed")
    if days == Decimal("0.5"):
        name = "removed_half"
    return told.words.say(name, days=halves(days), most=most)


def _coming(told: Telling) -> Iterator[Row]:
    """What a family waits for."""
    coming = next_meeting(told.facts)
    if coming is not None:
        when = told.words.when(local(told, coming.at))
        yield Row("", told.words.say("meeting_family", when=when))
    for line in owed(told):
        said = told.words.table["family_rule"].get(line.rule)
        if said and line.by is not None:
            yield Row("", fill(said, {"day": told.words.day(line.by)}))


def rights(told: Telling) -> Section:
    """What a family can do, whom to call and by when."""
    words, rules = told.words, told.rules
    coming = next_meeting(told.facts)
    name = "by_when" if coming else "no_deadline"
    day = words.day(local(told, coming.at)) if coming else ""
    principal = told.facts.principal
    lines = (
        words.of(
            "family_rights", "whole", business_days=_count(rules, "record-access", "business_days")
        ),
        words.of("family_rights", "correct", days=_count(rules, "challenge", "days")),
        words.of("family_rights", "add"),
        words.of(
            "family_rights", "call" if principal else "call_nobody", principal=clean(principal)
        ),
        words.of("family_rights", name, day=day),
        words.of("family_rights", "as_written"),
    )
    rows = tuple(Row("", line) for line in lines if line)
    return Section("rights", words.section("rights"), rows=rows)


def _count(rules: Rules, id: str, name: str) -> int:
    return int(rules.number(id, name))
