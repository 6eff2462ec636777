"""Which children need somebody first: ranked from facts, each with what worked and whom to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ledger.domain.codes import Decision, RestraintKind
from ledger.domain.removals import counted, halves
from ledger.reading import Student
from ledger.reading.cases import Tally, verdicts
from ledger.reading.handovers import Case, Plan
from ledger.reports.handover_told import Row, Telling, cut, grade, is_legal, kind, stands

CHILDREN = 10
WORDS = 60  # letters of somebody's words
NOBODY = "whom to ask: not recorded"
MODIFICATIONS = 2  # that worked with one child


@dataclass(frozen=True)
class Reason:
    """Why a child needs somebody; `kind` is one of REASONS."""

    kind: str
    student_id: str
    says: str


@dataclass(frozen=True)
class Need:
    """A child who needs somebody, why so, and what is known to help."""

    student_id: str
    reasons: tuple[Reason, ...]  # the gravest first
    worked: tuple[str, ...]
    ask: str | None  # a staff id


def needs(told: Telling) -> list[Need]:
    """The children, those with the gravest reasons first, then those with more of them."""
    found: dict[str, list[Reason]] = {}
    for look in REASONS.values():
        for reason in look(told):
            found.setdefault(reason.student_id, []).append(reason)
    listed = [
        Need(id, tuple(reasons), tuple(_worked(told, id)), _ask(told, id))
        for id, reasons in found.items()
    ]
    order = [*REASONS]

    def place(need: Need) -> tuple[int, int, str]:
        gravest = order.index(need.reasons[0].kind)
        return gravest, -len(need.reasons), told.name(need.student_id)

    return sorted(listed, key=place)


# Why


def _late_clocks(told: Telling) -> Iterator[Reason]:
    for line in told.lines:
        if is_legal(line) and line.state == "late":
            for id in line.facts.get("students", [line.student_id]):
                yield Reason("late clock", id, f"{line.what} late since {told.day(line.by)}")


def _determinations(told: Telling) -> Iterator[Reason]:
    for line in told.lines:
        if line.rule == "determination" and line.state != "late":
            by = f" by {told.day(line.by)}" if line.by else ""
            yield Reason("determination", line.student_id, f"manifestation determination{by}")


def _removed(told: Telling) -> Iterator[Reason]:
    if not told.rules.on("services"):
        return
    near, most = (told.rules.number("services", name) for name in ("watch_from", "days"))
    for id, rows in told.facts.removals.items():
        for year in told.years:
            found = counted(rows, told.facts.calendar, told.rules, year, told.today)
            if found.total >= near:
                says = f"removed {halves(found.total)} of {most} days in {year.name}"
                yield Reason("removals", id, says)


def _restrained(told: Telling) -> Iterator[Reason]:
    """Each restraint or seclusion: of each the family had to be told."""
    since = min(year.start for year in told.years)
    for duty in told.facts.duties:
        if duty.rule == "emergency-told" and duty.began >= since:
            what = RestraintKind(duty.facts["kind"]).label
            yield Reason("restraint", duty.student_id, f"{what} {told.day(duty.began)}")


def _of_plans(state: str) -> Callable[[Telling], Iterator[Reason]]:
    def look(told: Telling) -> Iterator[Reason]:
        for plan, standing in told.running:
            if standing.state == state:
                yield Reason(state, plan.student_id, f"{kind(plan)} {stands(standing)}")

    return look


def _late_reviews(told: Telling) -> Iterator[Reason]:
    for line in told.lines:
        if line.rule == "plan-review" and line.state == "late":
            says = f"{line.what}: was due {told.day(line.by)}"
            yield Reason("review overdue", line.student_id, says)


def _late_promises(told: Telling) -> Iterator[Reason]:
    for line in told.lines:
        if line.rule == "promise" and line.state == "late":
            says = f"promised by {told.day(line.by)}: {cut(line.what, WORDS)}"
            yield Reason("late promise", line.student_id, says)


REASONS: Mapping[str, Callable[[Telling], Iterator[Reason]]] = {  # the gravest first
    "late clock": _late_clocks,
    "determination": _determinations,
    "removals": _removed,
    "restraint": _restrained,
    "off track": _of_plans("off track"),
    "review overdue": _late_reviews,
    "late promise": _late_promises,
    "no recent data": _of_plans("no recent data"),
}


# What is known to help


def _worked(told: Telling, id: str) -> Iterator[str]:
    """What worked by the team's verdicts, a goal that was met, the last review; each cited."""
    cases = [case for case in told.facts.cases if case.student_id == id]
    tallies = verdicts(cases)
    good = [one for one in tallies if one.worked] or [one for one in tallies if one.partly]
    for tally in good[:MODIFICATIONS]:
        how = "worked" if tally.worked else "partly worked"
        yield f"{how}: {cut(tally.what, WORDS)} ({cited(told, tally)})"
    plans = [plan for plan in told.facts.plans if plan.student_id == id]
    for plan in plans:
        if plan.goal_met:
            yield f"goal met: {kind(plan)}, {told.day(plan.ended_on)} (plan {plan.number})"
    yield from _last_review(told, plans)


def cited(told: Telling, tally: Tally) -> str:
    """The meeting whose chart says so last."""
    case_id, number = tally.cited[-1]
    return f"sst {told.short('meeting', case_id)} meeting {number}"


def _last_review(told: Telling, plans: list[Plan]) -> Iterator[str]:
    reviews = [(review["on"], plan, review) for plan in plans for review in plan.reviews]
    if reviews:
        on, plan, review = max(reviews, key=lambda one: one[0])
        decision = Decision(review["decision"]).label
        why = cut(review["why"], WORDS)
        yield f"{kind(plan)} reviewed {told.day(on)}: {decision}, “{why}” (plan {plan.number})"


def _ask(told: Telling, id: str) -> str | None:
    """Who of those still here knows the child best by the record."""
    gone = told.facts.left
    return next((who for who in _know(told, id) if who and who not in gone), None)


def _know(told: Telling, id: str) -> Iterator[str | None]:
    plans = [plan for plan in told.facts.plans if plan.student_id == id]
    yield from (plan.manager for plan in reversed(plans) if plan.state != "ended")
    cases = [case for case in told.facts.cases if case.student_id == id]
    for case in cases:
        yield from _of_case(case)
    yield from (plan.manager for plan in reversed(plans))


def _of_case(case: Case) -> Iterator[str | None]:
    yield from (meeting.facilitator for meeting in reversed(case.meetings))
    yield from (who.get("staff") for one in case.promises for who in one.who)
    yield case.requested_by.get("staff")


# As a line


def row(told: Telling, need: Need) -> Row:
    """A child: why, and below it what worked and whom to ask."""
    student = told.student(need.student_id)
    says = "; ".join(dict.fromkeys(reason.says for reason in need.reasons))
    helped = need.worked or ("what worked: not recorded",)
    ask = f"ask {told.last_name(need.ask)}" if need.ask else _teacher(told, student)
    lead = f"{student.name}  {grade(student)}".rstrip()
    return Row(lead, says, (" · ".join((*helped, ask)),))


def _teacher(told: Telling, student: Student) -> str:
    """The homeroom's, whom the roster knows by the family name, unless they left."""
    gone = {told.facts.staff.get(id, "").rpartition(" ")[2] for id in told.facts.left}
    here = student.teacher and student.teacher not in gone
    return f"ask the teacher, {student.teacher}" if here else NOBODY
