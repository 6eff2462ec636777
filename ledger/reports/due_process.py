"""What is on the screen when a rule says no, and what is owed on one incident."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ledger.domain.calendar import Calendar
from ledger.domain.codes import Action, Channel, Relation
from ledger.domain.days import add_business_days
from ledger.domain.rules import Rule
from ledger.reports import beside, wrapped
from ledger.said import show_day

if TYPE_CHECKING:
    from ledger.reading import Card
    from ledger.reading.tried import Tried

SHORT = 7
SENTENCES = {  # rule → what it says to whoever is about to act; its numbers stand in it
    "recess": "Recess may be denied only for an immediate threat to safety",
    "defiance-suspension": "No suspension for disruption or defiance alone in K–{through_grade}",
    "defiance-expulsion": "Nobody is recommended for expulsion for disruption or defiance alone",
    "attendance-suspension": "No suspension only for being truant, tardy or absent",
    "consecutive": "At most {days} school days a suspension",
    "due-process": "A charter must be able to show",
}
CALLED = {Action.CONFERENCE_WITH_STUDENT.value: "conference"}  # in few words


@dataclass(frozen=True)
class Done:
    """What was done before a suspension."""

    notice: bool
    account: bool


def refused(rules: Sequence[Rule], done: Done, name: str) -> list[str]:
    """Each rule that says no, with where it stands."""
    lines: list[str] = []
    for rule in rules:
        said = f"{SENTENCES[rule.id].format_map(rule.numbers)} ({rule.cite})"
        if rule.id == "due-process":
            shown = (
                f"{_sign(done.notice)} notice given   {_sign(done.account)} {name}'s own account"
            )
            lines.append(f"{said}:   {shown}")
        else:
            lines.append(f"{said}.")
    if rules[0].id != "due-process":
        lines[0] = f"Not recorded. {lines[0]}"
    return [part for line in lines for part in wrapped(line, 4)]


def _sign(is_done: bool) -> str:
    return "✓" if is_done else "✗"


def instead(rules: Sequence[str], done: Done, typed: str, other: Sequence[str]) -> list[str]:
    """What to type: the lawful act, what has happened all the same, or something else."""
    lines = []
    if "recess" in rules:
        lines.append(f"  it is one:       {typed} --threat")
    if tuple(rules) == ("due-process",):
        notice = "" if done.notice else ' --notice "11:00 phone"'
        account = "" if done.account else " --pupil-says"
        lines.append(f"  {typed}{notice}{account}")
    lines.append(f'  it happened:     {typed} --happened "reason"')
    return [*lines, f"  something else:  bledger {' '.join(other)}"]


def tried_before(tried: Tried, rule: Rule, incident_id: str, label: str) -> list[str]:
    """Tried before (EC 48900.5):  conference Sep 22, Oct 2 · SST Sep 15 · CICO since Sep 21"""
    if not tried:
        more = f"bledger incident means {incident_id[:SHORT]} --who {label}"
        return beside(f"Nothing else is recorded as tried before: {rule.cite}", more)
    parts = [f"{_called(action)} {_days(on)}" for action, on in tried.actions.items()]
    parts += [f"SST {_days(tried.meetings)}"] if tried.meetings else []
    parts += [f"{kind} since {_days([since])}" for kind, since in tried.plans]
    parts += [f'"{said}"' for said in tried.named]
    return wrapped(f"Tried before ({rule.cite}):  {' · '.join(parts)}", 4)


def _called(action: str) -> str:
    return CALLED.get(action) or Action(action).label


def _days(days: Sequence[str]) -> str:
    """Sep 22, Oct 2"""
    found = [date.fromisoformat(day) for day in days]
    return ", ".join(f"{day:%b} {day.day}" for day in found)


def against(rules: Sequence[str], known: Mapping[str, Rule]) -> str:
    """recorded against EC 49056(a)(4)"""
    cites = dict.fromkeys(known[id].cite if id in known else id for id in rules)
    return f"recorded against {', '.join(cites)}" if cites else ""


# An office referral that was answered


@dataclass(frozen=True)
class Answering:
    """On which business day a referral was answered, of how many."""

    number: int  # 0: on the day of the referral
    most: int
    guessed: bool  # no calendar says which days the office was closed

    @property
    def late(self) -> int:
        """Business days too late."""
        return max(0, self.number - self.most)


def answering(calendar: Calendar, sent: date, answered: date, most: int) -> Answering:
    """Which business day after the referral it was; a day without one belongs to the next."""
    number, day = 0, sent
    while day < answered:
        number, day = number + 1, add_business_days(calendar, day, 1)
    years = {holidays.year for holidays in calendar.holidays}
    return Answering(number, most, number > 0 and not {sent.year, answered.year} <= years)


def answered(how: Answering) -> list[str]:
    """Answered on business day 5 of 5 · in time"""
    day = f"on business day {how.number} of {how.most}" if how.number else "the same day"
    late = f"{how.late} business day{'s' if how.late > 1 else ''} late" if how.late else "in time"
    lines = [f"Answered {day} · {late}"]
    if how.guessed:
        lines.append(
            "  No calendar says when the office was closed: only weekends are left out. "
            "See: bledger calendar"
        )
    return lines


# What is owed, as it stands on one incident


def lines(card: Card, staff: Mapping[str, str], zone: ZoneInfo) -> Iterator[str]:
    """What was told, heard, written and decided, each in a line."""
    yield from _referral(card, staff)
    for told in card.notices:
        who = _words(told.get("relation"), told.get("channel"), told.get("language"))
        yield _noted(f"notice  {told['label']} {_at(told['at'], zone)}{who}", told.get("text"))
    for told in card.accounts:
        said = "asked, and said nothing" if told["declined"] else "own account"
        yield _noted(f"pupil  {told['label']} {said}, {_at(told['at'], zone)}", told.get("text"))
    for told in card.means:
        yield _noted(f"tried before  {told['label']}", told["text"])
    for told in card.emergency:
        yield _emergency(told)
    for told in card.teachers_told:
        names = ", ".join(staff.get(id, "a member of staff") for id in told["told"])
        yield f"teachers told {told['on']}: {names}"
    for told in card.challenges:
        yield from _challenge(told)
    for told in card.attached:
        who = _relation(told.get("relation"))
        yield _noted(f"statement of the {who}, {told['on']}", told["text"])


def _referral(card: Card, staff: Mapping[str, str]) -> Iterator[str]:
    answer = (card.referral or {}).get("answered")
    if answer is not None:
        names = ", ".join(staff.get(id, "a member of staff") for id in answer["told"])
        by = staff.get(answer.get("by") or "", "the office")
        yield _noted(f"answered by {by}, told: {names}", answer.get("text"))


def _emergency(told: Mapping[str, Any]) -> str:
    whose = told["label"] or "(of a child who had no part in it)"
    if told["kind"] == "report":
        return f"emergency report  {whose} {told['on']}"
    return f"IEP meeting  {whose} scheduled {told['on']} for {told['for_day']}"


def _challenge(told: Mapping[str, Any]) -> Iterator[str]:
    what = f"statement {told['statement']}" if told.get("statement") else "the record"
    who = _relation(told.get("relation"))
    yield _noted(f"challenge {told['number']} of {what}, {who}, {told['on']}", told["grounds"])
    if met := told.get("met"):
        yield f"challenge {told['number']}  met about {met['on']}"
    if decided := told.get("decided"):
        yield _noted(f"challenge {told['number']}  {_verdict(decided)}", decided["reason"])
    if appealed := told.get("appealed"):
        yield f"challenge {told['number']}  appealed {appealed['on']}"
    if appeal := told.get("appeal"):
        yield _noted(f"challenge {told['number']}  {_verdict(appeal)} on appeal", appeal["reason"])


def _verdict(decided: Mapping[str, Any]) -> str:
    return f"{'sustained' if decided['sustained'] else 'denied'} {decided['on']}"


def _relation(code: str | None) -> str:
    return Relation(code).label if code else "family"


def _words(relation: str | None, channel: str | None, language: str | None) -> str:
    parts = [
        Relation(relation).label if relation else "",
        Channel(channel).label if channel else "",
    ]
    return "".join(f", {part}" for part in (*parts, language) if part)


def _at(when: Mapping[str, Any], zone: ZoneInfo) -> str:
    local = datetime.fromisoformat(when["at"]).astimezone(zone)
    return show_day(local.date())


def _noted(line: str, text: str | None) -> str:
    return f"{line}: {text}" if text else line
