"""What somebody who leaves still answers for: how much, what went over, and what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ledger.domain.codes import MeetingKind, PlanKind
from ledger.reading import Student
from ledger.reading.handovers import Belongings, Owned, Plan
from ledger.reports import WIDTH, wrapped

KIND = 12  # column of whose it is
BESIDE = 58  # column of the command


@dataclass(frozen=True)
class Look:
    """What the lines are shown with."""

    team: str
    short: Callable[[str, str], str]  # (category, id) → as short as it is understood


def counted(owned: Owned) -> str:
    """3 plans and 6 promises"""
    some = [
        _many(len(owned.plans), "plan"),
        _many(len(owned.promises), "promise"),
        _many(len(owned.goals), "goal to measure", "goals to measure"),
        _many(len(owned.referrals), "referral to answer", "referrals to answer"),
        _many(len(owned.meetings), "meeting to lead", "meetings to lead"),
        _many(len(owned.questions), "question to find out", "questions to find out"),
    ]
    return joined([one for one in some if one])


def _many(n: int, one: str, more: str = "") -> str:
    return f"{n} {one if n == 1 else more or f'{one}s'}" if n else ""


def joined(parts: Sequence[str]) -> str:
    """a, b and c"""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def word_for(name: str) -> str:
    """A member of staff as a command takes them; a shell may not take every name as it is."""
    return name.casefold() if all(c.isalnum() or c in " -" for c in name) and name else "WHO"


def lines(found: Belongings, look: Look, *, handed: bool = False) -> list[str]:
    """A line for each; of what was handed over, without what to do about it."""
    told: list[str] = []
    for kind, what, command in _each(found, look):
        told += _beside(f"  {kind:<{KIND - 2}}{what}", "" if handed else command)
    return told


def _beside(line: str, command: str) -> list[str]:
    """The command in its column, or below the line when there is no room."""
    if len(line) < BESIDE and BESIDE + len(command) <= WIDTH:
        return [f"{line:<{BESIDE}}{command}".rstrip()]
    return [*wrapped(line, KIND), *([f"{'':{KIND}}{command}"] if command else [])]


def _each(found: Belongings, look: Look) -> Iterator[tuple[str, str, str]]:
    """(what kind, of whom and what, the command that goes on from it)."""
    owned, people = found.owned, found.people
    for plan in owned.plans:
        yield "plan", _plan(people, plan), f"bledger plan manager {_of(people, plan)} --to WHO"
    for case, promise in owned.promises:
        due = f" · due {promise.due}" if promise.due else ""
        told = f"{people[case.student_id].name} · {promise.what}{due}"
        number = promise.number
        yield "promise", told, f"bledger sst done {_word(people[case.student_id])} {number}"
    for plan in owned.goals:
        yield "goal", _plan(people, plan), f"bledger plan revise {_of(people, plan)}"
    for referral in owned.referrals:
        names = ", ".join(people[id].name for id in referral.students)
        short = look.short("incident", referral.incident_id)
        yield "referral", f"{names} · sent {referral.on}", f"bledger answer {short}"
    for case, meeting in owned.meetings:
        student = people[case.student_id]
        what = f"{look.team} {MeetingKind(meeting.kind).label}, {meeting.day}"
        yield "meeting", f"{student.name} · {what}", f"bledger sst prepare {_word(student)}"
    for case, question in owned.questions:
        student = people[case.student_id]
        command = f"bledger sst answer {_word(student)} {question.number}"
        yield "question", f"{student.name} · {question.text}", command


def _plan(people: dict[str, Student], plan: Plan) -> str:
    return f"{people[plan.student_id].name} · {PlanKind(plan.kind).short}, {plan.state}"


def _of(people: dict[str, Student], plan: Plan) -> str:
    return f"{_word(people[plan.student_id])} {plan.number}"


def _word(student: Student) -> str:
    return student.number or student.student_id
