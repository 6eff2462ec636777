"""A behavior plan as a form in the editor: written for a person, and read back with every fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from ledger.domain import TEXT_CAP
from ledger.domain.codes import Direction, Function, PlanKind, Unit, current
from ledger.domain.plan import EXPECTATIONS, PERIODS, SCALE, Design, Goal, PointCard, Terms
from ledger.said import Unclear, match_code, show_day
from ledger.written.lines import BULLET, Fault, Part, Piece, line_of, parts, words

T = TypeVar("T")
KIND, WHY = "kind", "why"
ABOUT = {  # section → what stands beside it when nothing is said
    WHY: "(why the plan is changed)",
    KIND: "(BSP, BIP, CICO, contract or safety)",
    "behavior": "(what two observers would both see)",
    "impedes": "(why it impedes learning)",
    "function": "(obtain or escape: attention, item, activity, sensory)",
    "predictors": "",
    "environment": "(what changes around the student, and who changes it)",
    "replacement": "",
    "teaching": "",
    "reinforcement": "",
    "reactive": "",
    "measure": "(what is counted, when it is not points)",
    "goal": "(at least 80 % of points, from 55, by Dec 18, measured by NAME)",
    "card": "(0-2; periods: 1, 2, 3, 4, 5, 6; expectations: safe, kind, ready)",
    "parts": "(how many parts are delivered on a day)",
    "manager": "",
    "review": "(a day)",
}
DRAFTED = tuple(name for name in ABOUT if name != WHY)
REVISED = tuple(name for name in ABOUT if name != KIND)
REVIEWED = tuple(name for name in REVISED if name != WHY)  # why is said by the review
TEXTS = ("behavior", "impedes", "measure")
LINES = ("predictors", "environment", "replacement", "teaching", "reinforcement", "reactive")
NEEDED = {
    WHY: "why is the plan changed? Say it under why",
    KIND: "which kind of plan is it? BSP, BIP, CICO, contract or safety",
    "behavior": "the target behavior is not said",
    "goal": "the goal is not said: at least 80 % of points, from 55, by Dec 18",
    "manager": "the case manager is not said",
    "review": "the day of the next review is not said",
}
KINDS = {  # what staff say → the code
    "bsp": PlanKind.BEHAVIOR_SUPPORT_PLAN.value,
    "bip": PlanKind.BEHAVIOR_INTERVENTION_PLAN.value,
    "cico": PlanKind.CHECK_IN_CHECK_OUT.value,
}
UNITS = {  # as it is written, the longest first
    "% of points": Unit.PERCENT_OF_POINTS,
    "percent of points": Unit.PERCENT_OF_POINTS,
    "times a day": Unit.TIMES_A_DAY,
    "minutes a day": Unit.MINUTES_A_DAY,
    "min a day": Unit.MINUTES_A_DAY,
    "percent": Unit.PERCENT,
    "rating": Unit.RATING,
    "%": Unit.PERCENT,
}
DIRECTIONS = {
    "at least": Direction.AT_LEAST,
    "\u2265": Direction.AT_LEAST,
    ">=": Direction.AT_LEAST,
    "at most": Direction.AT_MOST,
    "\u2264": Direction.AT_MOST,
    "<=": Direction.AT_MOST,
}
PERCENT = (Unit.PERCENT_OF_POINTS, Unit.PERCENT)
NUMBER = re.compile(r"(\d{1,6}(?:\.\d{1,2})?)(?!\d)", re.ASCII)
SCALE_IS = re.compile(r"0 ?[-\u2013] ?(\d{1,3})", re.ASCII)
SPAN = re.compile(r"(\d{1,2}) ?[-\u2013] ?(\d{1,2})", re.ASCII)
PART = re.compile(r"[,;]")
YEAR = re.compile(r",\s*(?=\d{4}\b)")
NAME_CAP = 60  # characters of a period's or an expectation's name
MOST_PARTS = 50
SAY_GOAL = "say the goal as: at least 80 % of points, from 55, by Dec 18, measured by NAME"


@dataclass(frozen=True)
class Form:
    """What a form says; the domain takes it from here."""

    design: Design = field(repr=False)
    goal: Goal
    manager: str
    review_on: date
    kind: PlanKind | None = None  # of a plan that is drafted
    why: str = field(default="", repr=False)  # of a plan that is revised
    function: Function | None = None
    card: PointCard | None = None
    parts: int | None = None

    @property
    def terms(self) -> dict[str, Any]:
        """The fields of `Terms`."""
        names = ("design", "function", "goal", "card", "parts", "manager", "review_on")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Reads:
    """How a day and a member of staff are read; each raises Unclear."""

    day: Callable[[str], date]
    staff: Callable[[str], str]


# What is written


def new(manager: str, title: str, kind: PlanKind | None = None) -> str:
    """The empty form of a plan that is drafted."""
    said = {"manager": manager, KIND: kind.value if kind else ""}
    return _form(title, {name: said.get(name, "") for name in DRAFTED})


def again(
    terms: Terms, names: Mapping[str, str], title: str, sections: tuple[str, ...] = REVISED
) -> str:
    """The form of a plan as it stands, to be changed; `names` of the staff by id."""
    said = _said(terms, names)
    return _form(title, {name: said.get(name, "") for name in sections})


def _form(title: str, said: Mapping[str, str | tuple[str, ...]]) -> str:
    top = f"# {title}   Lines with # are left out, and so are the hints in ( ).\n"
    return top + "".join(_section(name, value) for name, value in said.items())


def _section(name: str, value: str | tuple[str, ...]) -> str:
    if isinstance(value, str):
        return f"{name}: {value or ABOUT[name]}".rstrip() + "\n"
    under = "".join(f"  {line_of(line, ABOUT)}\n" for line in value)
    return f"{name}: {ABOUT[name]}".rstrip() + f"\n{under}"


def _said(terms: Terms, names: Mapping[str, str]) -> dict[str, str | tuple[str, ...]]:
    design = terms.design if isinstance(terms.design, Design) else Design(behavior="")
    texts = {name: (text,) if (text := getattr(design, name)) else "" for name in TEXTS}
    lines = {name: getattr(design, name) or "" for name in LINES}
    return (
        texts
        | lines
        | {
            "function": terms.function.value if terms.function else "",
            "goal": goal_said(terms.goal, names),
            "card": card_said(terms.card) if terms.card else "",
            "parts": str(terms.parts or ""),
            "manager": names.get(terms.manager, terms.manager),
            "review": show_day(terms.review_on),
        }
    )


def goal_said(goal: Goal, names: Mapping[str, str]) -> str:
    """A goal as it is written, and read again."""
    way = goal.direction.value.replace("-", " ")
    unit = next(word for word, unit in UNITS.items() if unit is goal.unit)
    said = [f"{way} {goal.target.normalize():f} {unit}"]
    said += [f"from {goal.baseline.normalize():f}"] if goal.baseline is not None else []
    said += [f"by {show_day(goal.by)}"] if goal.by else []
    measured = goal.measured_by
    return ", ".join([*said, f"measured by {names.get(measured, measured)}"] if measured else said)


def card_said(card: PointCard) -> str:
    """A card as it is written, and read again."""
    periods, expectations = ", ".join(card.periods), ", ".join(card.expectations)
    return f"0-{card.most}; periods: {periods}; expectations: {expectations}"


# What is read


def read(
    text: str, reads: Reads, sections: tuple[str, ...] = DRAFTED
) -> tuple[Form | None, list[Fault]]:
    """The form, or every fault of it in the order of its lines."""
    hints = {name: ABOUT[name] for name in sections}
    found, faults = parts(text, hints)
    reader = _Reader(found, reads, faults)
    values = reader.values()
    faults += [
        Fault(reader.line(name), 1, reason)
        for name, reason in NEEDED.items()
        if name in hints and not reader.says(name)
    ]
    if faults:
        return None, sorted(faults, key=lambda fault: (fault.line, fault.column))
    return Form(**values), []


class _Reader:
    """Reads each part of one form; what is wrong is noted, and the rest is read."""

    def __init__(self, found: Mapping[str, Part], reads: Reads, faults: list[Fault]) -> None:
        self.found, self.reads, self.faults = found, reads, faults

    def says(self, name: str) -> bool:
        return name in self.found and bool(self.found[name].lines)

    def line(self, name: str) -> int:
        return self.found[name].head.line if name in self.found else 1

    def values(self) -> dict[str, Any]:
        read: dict[str, Callable[[Piece], Any]] = {
            KIND: lambda one: kind_of(one.text),
            "function": lambda one: match_code(one.text, current(Function)),
            "goal": self._goal,
            "card": _card,
            "parts": _parts,
            "manager": lambda one: self.reads.staff(one.text),
            "review": lambda one: self.reads.day(one.text),
        }
        values = {name: self._value(name, how) for name, how in read.items()}
        values["review_on"] = values.pop("review")
        self._check_points(values)
        return values | {"design": self._design(), WHY: self._text(WHY)}

    def _value(self, name: str, how: Callable[[Piece], T]) -> T | None:
        """What the one line of a part means; None when it says nothing, or is wrong."""
        if not self.says(name):
            return None
        first, *more = self.found[name].lines
        if more:
            self.faults.append(more[0].fault(f"{name} takes one line"))
        try:
            return how(first)
        except Unclear as unclear:
            self.faults.append(first.fault(f"{name}: {unclear}"))
            return None

    def _text(self, name: str) -> str:
        lines = self.found[name].lines if name in self.found else ()
        return self._capped(lines, " ".join(map(words, lines)))

    def _capped(self, lines: Sequence[Piece], text: str) -> str:
        if len(text) > TEXT_CAP:
            self.faults.append(lines[0].fault(f"longer than {TEXT_CAP:,} characters"))
        return text[:TEXT_CAP]

    def _lines(self, name: str) -> tuple[str, ...]:
        lines = self.found[name].lines if name in self.found else ()
        return tuple(self._capped([line], words(line.without(BULLET))) for line in lines)

    def _design(self) -> Design:
        texts: dict[str, Any] = {name: self._text(name) for name in TEXTS}
        return Design(**texts | {name: self._lines(name) for name in LINES})

    def _goal(self, piece: Piece) -> Goal:
        first, *rest = YEAR.sub(" ", piece.text).split(",")
        direction, unit, target = _aim(first)
        more = dict(self._of_goal(part.strip()) for part in rest if part.strip())
        return Goal(direction=direction, unit=unit, target=target, **more)

    def _of_goal(self, said: str) -> tuple[str, Any]:
        """One more thing that a goal says: (field, value)."""
        if said.startswith("measured by "):
            return "measured_by", self.reads.staff(said.removeprefix("measured by "))
        if said.startswith("by "):
            return "by", self.reads.day(said.removeprefix("by "))
        if said.startswith("from "):
            return "baseline", _number(said.removeprefix("from "))
        raise Unclear(SAY_GOAL)

    def _check_points(self, values: Mapping[str, Any]) -> None:
        goal = values["goal"]
        if goal and goal.unit is Unit.PERCENT_OF_POINTS and not self.says("card"):
            reason = "the goal is counted in points, so the plan needs a card"
            self.faults.append(Fault(self.line("goal"), 1, reason))


def kind_of(said: str) -> PlanKind:
    """The kind of plan that somebody names: CICO, or the beginning of its word; or Unclear."""
    return match_code(said, current(PlanKind), KINDS)


def _number(said: str) -> Decimal:
    found = NUMBER.match(said.strip())
    if found is None:
        raise Unclear(SAY_GOAL)
    return Decimal(found[1])


def _aim(said: str) -> tuple[Direction, Unit, Decimal]:
    """(at least or at most, of what, how much)."""
    text = " ".join(said.casefold().split())
    way = next((word for word in DIRECTIONS if text.startswith(word)), None)
    found = NUMBER.match(text.removeprefix(way).strip()) if way else None
    if way is None or found is None:
        raise Unclear(SAY_GOAL)
    unit = _unit(text.removeprefix(way).strip()[found.end() :].strip())
    target = Decimal(found[1])
    if unit in PERCENT and target > 100:
        raise Unclear("a goal in per cent is 100 at most")
    return DIRECTIONS[way], unit, target


def _unit(said: str) -> Unit:
    for word, unit in UNITS.items():
        if said in (word, unit.value):
            return unit
    raise Unclear(f"a goal is counted in one of: {', '.join(UNITS)}")


def _parts(piece: Piece) -> int:
    if not (piece.text.isascii() and piece.text.isdigit() and 0 < int(piece.text) <= MOST_PARTS):
        raise Unclear(f"say a number from 1 to {MOST_PARTS}")
    return int(piece.text)


# The card


def _card(piece: Piece) -> PointCard:
    scale, lists = 0, dict[str, tuple[str, ...]]()
    for part in piece.text.split(";"):
        name, colon, rest = part.strip().partition(":")
        if found := SCALE_IS.fullmatch(part.strip()):
            scale = int(found[1])
        elif colon and name.strip() in ("periods", "expectations") and name not in lists:
            lists[name.strip()] = tuple(_names(rest))
        elif part.strip():
            raise Unclear("say the card as: 0-2; periods: 1-6; expectations: safe, kind, ready")
    _check_card(scale, lists)
    return PointCard(most=scale, **lists)


def _names(said: str) -> Iterator[str]:
    for name in filter(None, map(str.strip, said.split(","))):
        found = SPAN.fullmatch(name)
        yield from map(str, range(int(found[1]), int(found[2]) + 1)) if found else (name,)


def _check_card(scale: int, lists: Mapping[str, tuple[str, ...]]) -> None:
    faults = [] if scale in range(1, SCALE + 1) else [f"its scale is 0-1 to 0-{SCALE}, as in 0-2"]
    for name, most in (("periods", PERIODS), ("expectations", EXPECTATIONS)):
        own = lists.get(name, ())
        if not 0 < len(own) <= most:
            faults.append(f"it has 1 to {most} {name}")
        if len({one.casefold() for one in own}) < len(own) or any(len(o) > NAME_CAP for o in own):
            faults.append(f"its {name} have short names that differ")
    if faults:
        raise Unclear("; ".join(faults))
