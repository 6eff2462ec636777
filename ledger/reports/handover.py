"""The handover: what whoever takes over has to know, in the order in which they need it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

from ledger.domain.clocks import Due
from ledger.domain.days import ONE_DAY, is_business_day, years_to_set
from ledger.domain.progress import Standing
from ledger.reading.cases import verdicts
from ledger.reading.handovers import Owned, Plan
from ledger.reports import WIDTH, wrapped
from ledger.reports.handover_learned import kinds, strategies
from ledger.reports.handover_learned import rows as learned
from ledger.reports.handover_needs import CHILDREN, Need, needs
from ledger.reports.handover_needs import row as need_row
from ledger.reports.handover_told import (
    Care,
    Paper,
    Row,
    Section,
    Telling,
    cut,
    grade,
    is_legal,
    kind,
    some,
    stands,
)
from ledger.reports.staff_left import counted, joined, word_for
from ledger.said import show_day

INDENT, BESIDE = 10, 66  # columns
PROMISES, PLANS, OWED = 12, 24, 10  # lines on paper
PROMISED = 40  # letters of a promise
FAMILY = frozenset(
    ("record-access", "challenge", "decision-told", "emergency-told", "representatives")
)
COUNTED = {  # of the school's own rules
    "plan-review": "plan review",
    "follow-up": "{team} follow-up",
    "meeting": "{team} meeting",
    "promise": "promise",
}
NOT_RECORDED = Care("ok", "", "not recorded", "")
NO_DRILL = "restore drill: not recorded"
DRILL = "bledger restore PATH"
SHEET = "a file of the recovery sheet is still on disk"  # and no paper says where


def paper(
    told: Telling, care: Sequence[Care], *, school: str, to: str, reader: str, earlier: bool
) -> Paper:
    """The whole of it; `earlier`: of another day, while the folder is known as it is today."""
    if earlier:
        care = [replace(one, says=f"{one.says} (today)") for one in care]
    children = [need_row(told, need) for need in needs(told)]
    sections = (
        Section("YOUR FIRST TEN DAYS", tuple(_first_days(told, care)), "nothing waits"),
        Section(
            "CHILDREN WHO NEED YOU BEFORE THE FIRST BELL",
            some(children, CHILDREN, "bledger due --all"),
            "none, by what is recorded",
        ),
        Section("RUNNING", (Row("", " · ".join(_running(told))),)),
        Section("OWED TO FAMILIES", some(_to_families(told), OWED, "bledger due"), "nothing"),
        Section(
            "PROMISES WHOSE OWNERS LEFT",
            some(_orphaned(told), PROMISES, "bledger handover --json"),
            "none",
        ),
        Section("PLANS", some(_plans(told), PLANS, "bledger plan status"), "none goes on"),
        Section("WHAT WE LEARNED", tuple(learned(told)), "no plan or modification is recorded"),
        Section("KEYS AND COPIES", tuple(_care(told, care))),
    )
    heading = f"HANDOVER · {school} · {show_day(told.today)}"
    whom = f"for {to}, " if to else ""
    return Paper(
        title=f"Handover, {school}, {told.today.isoformat()}",
        heading=heading,
        beside=f"{whom}from the record alone",
        sections=sections,
        foot=_foot(told, reader),
    )


def _foot(told: Telling, reader: str) -> str:
    facts = told.facts
    missing = len(facts.unreadable)
    lost = f" · {missing} streams cannot be read and are missing: bledger doctor" if missing else ""
    return (
        f"As known at position {facts.position:,}, head {facts.head[:16]} · made by {reader}; "
        f"this reading is on the access log of {len(facts.people)} children{lost}"
    )


# The first ten days


def _first_days(told: Telling, care: Sequence[Care]) -> Iterator[Row]:
    """A line a day on which the office is open, as long as there is something to do."""
    day = told.today - ONE_DAY
    for says, do in _to_do(told, care):
        day = _next(told, day)
        yield Row(told.day(day), says, do=do)


def _next(told: Telling, day: date) -> date:
    days = (day + timedelta(days=n) for n in range(1, 15))
    return next((d for d in days if is_business_day(told.facts.calendar, d)), day + ONE_DAY)


def _to_do(told: Telling, care: Sequence[Care]) -> Iterator[tuple[str, str]]:
    key = next((one for one in care if one.name == "key"), NOT_RECORDED)
    confirmed = key.says if key.state != "ok" else f"{key.says}: find it, try it"
    yield f"confirm the key: {confirmed}", "bledger key confirm"
    for year in years_to_set(told.facts.calendar, told.today):
        says = f"calendar {year.name} is missing: every school-day clock is a guess"
        yield says, "bledger calendar import FILE"
    if orphaned := told.facts.orphaned:
        yield _left(told, orphaned)
    late = [line for line in told.lines if is_legal(line) and line.state == "late"]
    if late:
        n = len(late)
        yield f"{n} legal clock{'' if n == 1 else 's'} past the day: look at each", "bledger due"
    for one in care:
        if one.state != "ok" and one.name not in ("key", "calendar"):
            yield f"{one.name}: {SHEET if one.name == 'sheet' else one.says}", one.do
    yield f"{NO_DRILL}; restore a backup into an empty folder", DRILL


def _left(told: Telling, orphaned: Sequence[Owned]) -> tuple[str, str]:
    n = len(orphaned)
    who = word_for(told.facts.staff.get(orphaned[0].staff_id, "")) if n == 1 else "WHO"
    whose = "1 left; they still own" if n == 1 else f"{n} left; they still own"
    do = f"bledger staff left {who} --reassign WHOM"
    return f"of the staff {whose} {joined(_sums(orphaned))}", do


def _sums(orphaned: Sequence[Owned]) -> list[str]:
    sums = Counter[str]()
    for own in orphaned:
        sums["plan"] += len(own.plans)
        sums["promise"] += len(own.promises)
        sums["referral"] += len(own.referrals)
        sums["meeting"] += len(own.meetings)
        sums["question"] += len(own.questions)
        sums["goal"] += len(own.goals)
    return [f"{n} {what}{'' if n == 1 else 's'}" for what, n in sums.items() if n]


# What goes on and what is owed


def _running(told: Telling) -> Iterator[str]:
    legal = [line for line in told.lines if is_legal(line) and line.by is not None]
    yield _number(legal, "legal clock")
    yield _number([line for line in told.lines if line.rule == "plan-review"], "plan review")
    yield _number(
        [line for line in told.lines if line.rule == "follow-up"], f"{told.team} follow-up"
    )
    yield _number([line for line in told.lines if line.rule == "meeting"], f"{told.team} meeting")
    yield _number([line for line in told.lines if line.rule == "promise"], "promise")
    by_law = [line for line in told.lines if line.rule == "referral-answer"]
    others = len(told.facts.referrals) - len({line.stream for line in by_law})
    more = f", {others} other{'' if others == 1 else 's'} without an answer"
    yield _number(by_law, "office referral", " by law") + more * (others > 0)


def _number(lines: Sequence[Due], what: str, more: str = "") -> str:
    late = sum(line.state == "late" for line in lines)
    told = f"{len(lines)} {what}{'' if len(lines) == 1 else 's'}{more}"
    return f"{told} ({late} late)" if late else told


def _to_families(told: Telling) -> list[Row]:
    return [_owed(told, line) for line in told.lines if _is_owed(line)]


def _is_owed(line: Due) -> bool:
    """Whether the school owes it to a family; whether to appeal is for the family to say."""
    return line.rule in FAMILY and line.facts.get("phase") != "appeal"


def _owed(told: Telling, line: Due) -> Row:
    """Aug 20  meet about challenge, Jonah Wells · EC 49070"""
    whose = told.named(line.facts.get("students", [line.student_id]))
    late = ", late" if line.state == "late" else ""
    return Row(told.day(line.by) or "–", f"{line.what}{late} · {whose} · {line.cite}")


# What those who left still own


def _orphaned(told: Telling) -> list[Row]:
    return [row for own in told.facts.orphaned for row in _of_owner(told, own)]


def _of_owner(told: Telling, own: Owned) -> Iterator[Row]:
    """The person with the command that hands all of it over, then each plan and promise."""
    facts = told.facts
    name = facts.staff.get(own.staff_id, "somebody")
    day = told.day(facts.left[own.staff_id])
    do = f"bledger staff left {word_for(name)} --reassign WHOM"
    yield Row(day or "–", f"{name} left: {counted(own)}", do=do)
    for case, one in own.promises:
        ref = f"sst {told.short('meeting', case.case_id)} promise {one.number}"
        says = f"{cut(one.what, PROMISED)} · {told.name(case.student_id)} · {ref}"
        yield Row(told.day(one.due) or "–", says)
    for plan in own.plans:
        by = told.day(plan.review_on)
        yield Row(by, f"review {kind(plan)} · {told.name(plan.student_id)} · plan {plan.number}")
    for plan in own.goals:
        student = told.student(plan.student_id)
        do = f"bledger plan revise {student.number or word_for(student.name)}"
        yield Row("–", f"measures {kind(plan)} · {student.name} · plan {plan.number}", do=do)


# Plans


def _plans(told: Telling) -> list[Row]:
    """Ana Rivera gr 3   CICO       on track, 9 of 10 days at goal · review Dec 4 · Whitlock"""
    wide = max((len(kind(plan)) for plan, _ in told.running), default=0)
    return [
        Row(
            f"{told.name(plan.student_id)} {grade(told.student(plan.student_id))}".rstrip(),
            f"{kind(plan):<{wide}}  {_stands(told, plan, standing)}",
        )
        for plan, standing in told.running
    ]


def _stands(told: Telling, plan: Plan, standing: Standing) -> str:
    since = "" if plan.state == "active" else f" since {told.day(standing.since)}"
    manager = told.last_name(plan.manager)
    gone = " (left)" if plan.manager in told.facts.left else ""
    return f"{stands(standing)}{since} · review {told.day(plan.review_on)} · {manager}{gone}"


# Keys, copies, calendar


def _care(told: Telling, care: Sequence[Care]) -> Iterator[Row]:
    known = {one.name: one for one in reversed(care)}
    for name, of in (("key", "key"), ("backup", "last backup"), ("ledger", "ledger")):
        one = known.get(name, NOT_RECORDED)
        yield Row("", f"{of}: {one.says}", do=one.do)
    yield Row("", NO_DRILL, do=DRILL)
    missing = [year.name for year in years_to_set(told.facts.calendar, told.today)]
    says = f"none for {joined(missing)}" if missing else "set for what is near"
    yield Row("", f"calendar: {says}", do="bledger calendar import FILE" if missing else "")


# On the screen


def lines(of: Paper) -> list[str]:
    """The handover as wide as the screen."""
    gap = " " * max(2, WIDTH - len(of.heading) - len(of.beside))
    told = [*wrapped(f"{of.heading}{gap}{of.beside}", INDENT)]
    for section in of.sections:
        told += _section(section)
    return [*told, *wrapped(of.foot, INDENT)]


def _section(section: Section) -> list[str]:
    if not section.rows:
        return [f"{section.title}   {section.none}"]
    wide = max(len(row.lead) for row in section.rows)
    lead = 0 if any(row.below for row in section.rows) else wide
    alone = len(section.rows) == 1 and not section.rows[0].do
    if alone and not section.rows[0].lead and not section.rows[0].below:
        return wrapped(f"{section.title}   {section.rows[0].text}", INDENT)
    return [section.title, *(line for row in section.rows for line in _row(row, lead))]


def _row(row: Row, wide: int) -> Iterable[str]:
    """The lead and what is said, the command beside it or below when there is no room."""
    head = f"{row.lead:<{wide}}  " if wide else f"{row.lead}  " * bool(row.lead)
    line, below = f"  {head}{row.text}", wide + 4 if wide else 6
    if row.do and len(line) < BESIDE and BESIDE + len(row.do) <= WIDTH:
        yield f"{line:<{BESIDE}}{row.do}"
    else:
        yield from wrapped(line, below)
        yield from [f"{'':{below}}{row.do}"] * bool(row.do)
    for more in row.below:
        yield from wrapped(f"{'':{below}}{more}", below + 2)


# For programs


def fields(told: Telling, care: Sequence[Care]) -> dict[str, Any]:
    """Ids, codes, days and figures of all of it, and the words of strategies; no name is in it."""
    facts = told.facts
    return {
        "day": told.today,
        "position": facts.position,
        "head": facts.head,
        "calendars_missing": [y.name for y in years_to_set(facts.calendar, told.today)],
        "care": [asdict(one) for one in care],
        "restore_drill": None,
        "children": [_child(need) for need in needs(told)],
        "running": dict(sorted(Counter(line.rule for line in told.lines).items())),
        "late": sum(line.state == "late" for line in told.lines),
        "owed_to_families": [_line(one) for one in told.lines if _is_owed(one)],
        "referrals": [one.incident_id for one in facts.referrals],
        "left": [_owner(told, own) for own in facts.orphaned],
        "plans": [
            {"student_id": p.student_id, "plan": p.number, "kind": p.kind, "state": s.state}
            for p, s in told.running
        ],
        "learned": {
            "kinds": [_used(one) for one in kinds(facts.plans)],
            "strategies": [_used(one) for one in strategies(facts.plans)],
            "modifications": [asdict(one) for one in verdicts(facts.cases)],
        },
        "unreadable": facts.unreadable,
    }


def _child(need: Need) -> dict[str, Any]:
    return {
        "student_id": need.student_id,
        "reasons": [reason.kind for reason in need.reasons],
        "ask": need.ask,
    }


def _line(line: Due) -> dict[str, Any]:
    names = ("rule", "student_id", "by", "state", "stream", "ref")
    return {name: getattr(line, name) for name in names}


def _owner(told: Telling, own: Owned) -> dict[str, Any]:
    return {
        "staff_id": own.staff_id,
        "on": told.facts.left[own.staff_id],
        "plans": [{"student_id": p.student_id, "plan": p.number} for p in own.plans],
        "promises": [{"case_id": c.case_id, "number": one.number} for c, one in own.promises],
    }


def _used(used: Any) -> dict[str, Any]:
    return asdict(used) | {"students": sorted(used.students)}
