"""What the school learned: of each kind of plan, strategy and modification, and how it went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ledger.domain.codes import PlanKind
from ledger.reading.cases import Tally, verdicts
from ledger.reading.handovers import Plan
from ledger.reports.handover_told import Row, Telling, cut, some

STRATEGIES = ("environment", "teaching", "reinforcement")  # parts of a design that are lines
CITED = 3  # reviews or meetings that a line names
LINES = 6  # strategies, and as many modifications, on paper
WORDS = 64
ALL = "bledger handover --json"


@dataclass
class Used:
    """Plans of one kind or with one strategy: how many, and what became of them."""

    what: str
    students: set[str] = field(default_factory=set)
    plans: int = 0
    met: int = 0
    not_met: int = 0
    running: int = 0
    reviews: list[tuple[str, int, str]] = field(default_factory=list)  # (id, plan, its day)

    @property
    def judged(self) -> int:
        """Of how many it was said when they ended whether the goal was met."""
        return self.met + self.not_met


def kinds(plans: Iterable[Plan]) -> list[Used]:
    """Each kind of plan that was ever carried out."""
    found: dict[str, Used] = {}
    for plan in plans:
        if plan.started_on is not None:
            _count(found.setdefault(plan.kind, Used(plan.kind)), plan)
    return [found[kind.value] for kind in PlanKind if kind.value in found]


def strategies(plans: Iterable[Plan]) -> list[Used]:
    """Each strategy that the last version of a plan names, those of most plans first."""
    found: dict[str, Used] = {}
    for plan in plans:
        if plan.started_on is not None:
            for words, line in dict(_strategies(plan)).items():
                _count(found.setdefault(words, Used(line)), plan)
    return sorted(found.values(), key=lambda one: (-one.plans, -one.met, one.what.casefold()))


def _strategies(plan: Plan) -> Iterator[tuple[str, str]]:
    """Each line of a strategy, found again by its words."""
    design = plan.terms["design"]
    for name in STRATEGIES if isinstance(design, Mapping) else ():
        for line in design[name]:
            yield " ".join(line.casefold().split()).strip(" .,;:!"), line


def _count(used: Used, plan: Plan) -> None:
    used.students.add(plan.student_id)
    used.plans += 1
    used.met += plan.goal_met is True
    used.not_met += plan.goal_met is False
    used.running += plan.state != "ended"
    id = plan.stream.partition("-")[2]
    used.reviews += [(id, plan.number, review["on"]) for review in plan.reviews]


# As lines


def rows(told: Telling) -> list[Row]:
    """Kinds of plans, then strategies and modifications as far as there is room."""
    planned = [Row("", _strategy(told, one)) for one in strategies(told.facts.plans)]
    tried = [Row("", _tried(told, one)) for one in verdicts(told.facts.cases)]
    return [
        *(Row("", _kind(told, one)) for one in kinds(told.facts.plans)),
        *some(planned, LINES, ALL, "strategies"),
        *some(tried, LINES, ALL, "modifications"),
    ]


def _kind(told: Telling, used: Used) -> str:
    """CICO: 11 children, goal met by 8 of 9 that ended, 2 running · reviews: 3f2a1bc/1 Oct 9"""
    n = len(used.students)
    parts = [f"{n} {'child' if n == 1 else 'children'}", *_fate(used)]
    return f"{PlanKind(used.what).short}: {', '.join(parts)}{_reviewed(told, used)}"


def _strategy(told: Telling, used: Used) -> str:
    n = used.plans
    parts = [f"{n} plan{'' if n == 1 else 's'}", *_fate(used)]
    return f"{cut(used.what, WORDS)}: {', '.join(parts)}{_reviewed(told, used)}"


def _fate(used: Used) -> Iterator[str]:
    if used.judged:
        yield f"goal met by {used.met} of {used.judged} that ended"
    unsaid = used.plans - used.running - used.judged
    if unsaid:
        yield f"{unsaid} ended, goal not recorded"
    if used.running:
        yield f"{used.running} running"


def _reviewed(told: Telling, used: Used) -> str:
    if not used.reviews:
        return " · no review"
    last = sorted(used.reviews, key=lambda one: one[2], reverse=True)
    refs = [f"{told.short('plan', id)}/{plan} {told.day(on)}" for id, plan, on in last[:CITED]]
    more = f" +{len(last) - CITED}" if len(last) > CITED else ""
    return f" · reviews {', '.join(refs)}{more}"


def _tried(told: Telling, tally: Tally) -> str:
    """picture schedule: tried 9, worked 2, partly 3, did not 4 · sst 5ba12cd/2"""
    named = (("worked", tally.worked), ("partly", tally.partly), ("did not", tally.did_not))
    verdict = [f"{how} {n}" for how, n in named if n]
    unsaid = [f"not said {tally.unsaid}"] if tally.unsaid else []
    seen = list(dict.fromkeys(reversed(tally.cited)))
    refs = ", ".join(f"{told.short('meeting', id)}/{n}" for id, n in seen[:CITED])
    more = f" +{len(seen) - CITED}" if len(seen) > CITED else ""
    counts = ", ".join([f"tried {tally.tried}", *verdict, *unsaid])
    return f"{cut(tally.what, WORDS)}: {counts} · sst {refs}{more}"
