"""`sst hold` and `sst correct`: the wall chart in the editor, and what the meeting came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import click

from cli import Desk, asking, editing, others
from cli.sst_doing import (
    case_of,
    do,
    fields,
    meeting_option,
    needed,
    reasoned,
    record,
    the_meeting,
)
from cli.sst_words import (
    Meant,
    coming,
    coming_day,
    language,
    meant,
    meeting_number,
    person,
    shown,
)
from ledger.domain import Command, When
from ledger.domain.codes import MeetingKind, Verdict
from ledger.domain.meeting import (
    Attendee,
    Chart,
    CorrectMeeting,
    FollowUp,
    FollowUpSet,
    HoldMeeting,
    Person,
    Tried,
    day_of,
    holding_faults,
)
from ledger.domain.progress import Standing
from ledger.reading import Window
from ledger.reading.cases import Meeting
from ledger.reading.plans import standing_of
from ledger.reading.preparing import Prepared, prepared
from ledger.reports import sst as report
from ledger.reports import sst_prepare as preparing
from ledger.reports.recap import LANGUAGES
from ledger.said import show_day
from ledger.written import chart as form
from ledger.written.chart import Written
from ledger.written.lines import Fault

C = TypeVar("C", bound=Command)
chart_option = click.option("--chart", metavar="TEXT|-", help="The chart; the editor if left out.")


@click.command()
@chart_option
@click.option("--at", metavar="TIME", help="When it was; as it was set if left out, or else now.")
@click.option("--kind", metavar="KIND", help="initial, follow-up, informal, manifestation …")
@meeting_option
@case_of
def hold(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Record that the team met: the wall chart opens in your editor.

    Everything that is wrong with it is told at once, and what was written stays as a draft. A
    meeting that was not set before is held all the same, as a walk-in.

    \b
    Examples:
      bledger sst hold ana rivera
      bledger sst hold ana rivera --chart - --at "today 8:00"
      bledger sst hold ana rivera --kind informal
    """
    case = meant(desk, student)
    number = _number(desk, case, said)
    sitting = Sitting(
        desk,
        case,
        seen(desk, case),
        number,
        asking.maybe(desk, said["kind"], MeetingKind) or _kind(case, number),
        _held_at(desk, case, number, said["at"]),
    )
    command = editing.filled(desk, "chart", said["chart"], sitting.form, sitting.read)
    command = without_names(desk, case, command)
    done = do(desk, case, command, said)
    if done is not None:
        sitting.tell(done)


def _number(desk: Desk, case: Meant, said: dict[str, Any]) -> int | None:
    """The meeting that was set, once its day has come; None for one that had not been set."""
    number = meeting_number(case, said["meeting"], "set", desk.school.clock())
    met = case.case.meetings.get(number or 0)
    held = asking.when(desk, said["at"])
    if said["meeting"] or met is None or met.day <= day_of(held):
        return number
    if said["kind"]:
        return None
    raise click.UsageError(
        f"the meeting is set for {show_day(met.day)}, which has not come. It was held before that: "
        f"--meeting {number}. It was another one: --kind informal"
    )


def seen(desk: Desk, case: Meant) -> Prepared:
    """The case with what the form begins with; the reading is on the access log."""
    found = prepared(desk.school.reading, Window(), case.id, case.case.student_id)
    if found is None:
        raise asking.NotOne("there is no such SST case, or its request was taken back")
    return found


def _kind(case: Meant, number: int | None) -> MeetingKind:
    """As it was set; of a walk-in initial, or a follow-up when the team has met before."""
    if number in case.case.meetings:
        return case.case.meetings[number or 0].kind
    return MeetingKind.FOLLOW_UP if case.case.last_held else MeetingKind.INITIAL


def _held_at(desk: Desk, case: Meant, number: int | None, said: str | None) -> When:
    """When it was: as somebody says, as it was set if that day has come, or now."""
    met = case.case.meetings.get(number or 0)
    if said is None and met is not None and met.day <= asking.day(desk, None):
        return When(at=met.at, zone=desk.school.settings.zone.key)
    return asking.when(desk, said)


@dataclass(frozen=True)
class Sitting:
    """One meeting while its chart is written."""

    desk: Desk
    case: Meant
    prepared: Prepared
    number: int | None  # None: it had not been set
    kind: MeetingKind
    at: When

    @property
    def meeting(self) -> Meeting | None:
        """As it was set."""
        known = (one for one in self.prepared.case.meetings if one.number == self.number)
        return next(known, None)

    # The form

    @property
    def title(self) -> str:
        at = self.at.at.astimezone(self.desk.school.settings.zone)
        team = self.desk.school.settings.team
        when = f"{show_day(at)} {at.hour}:{at.minute:02}"
        return f"{team} {self.kind.label} · {self.prepared.student.name} · {when}"

    def form(self) -> str:
        said = Written(
            there=tuple(Attendee(who=one) for one in self._expected()),
            interpreter=self.meeting.interpreter if self.meeting else "",
            chart=Chart(tried=self._running()),
        )
        return form.form(self.title, said, self.name, {"actions": self._open()})

    def name(self, who: Person) -> str:
        said = report.name(who, self.prepared.staff)
        return said.casefold() if who.staff else f"outside {said}" if who.role else said

    def _expected(self) -> list[Person]:
        """Who leads it, and who was invited and did not say no."""
        if self.meeting is None:
            return [Person(staff=self.desk.school.actor.id)]
        coming = [m.who for m in self.meeting.members if m.answer != "not-coming"]
        leads = [{"staff": self.meeting.facilitator}] if self.meeting.facilitator else []
        people = [Person.model_validate(one) for one in (*leads, *coming)]
        return list(dict.fromkeys(people))

    def _running(self) -> tuple[Tried, ...]:
        """The plans that run, worked when they are on track."""
        states = standings(self.desk, self.prepared, day_of(self.at))
        return tuple(
            Tried(what=word, verdict=Verdict.WORKED if one.state == "on track" else None)
            for word, one in states.items()
        )

    def _open(self) -> list[str]:
        """What was promised and is still open, told beside the actions."""
        staff = self.prepared.staff
        return [
            f"open: {one.number} {report.names(one.who, staff)}, {one.what}"
            + (f", by {report.day(one.due)}" if one.due else "")
            for one in self.prepared.case.promises
            if one.state == "open"
        ]

    # What was written into it

    def read(self, text: str) -> HoldMeeting | list[Fault]:
        said = form.read(text, Reads(self.desk, day_of(self.at)), day_of(self.at))
        if isinstance(said, list):
            return said
        command = self._command(said)
        faults = holding_faults(command, self.case.case)
        return [Fault(0, 0, fault) for fault in faults] or command

    def _command(self, said: Written) -> HoldMeeting:
        return HoldMeeting(
            number=self.number,
            kind=self.kind,
            at=self.at,
            attended=tuple(self._attended(one, said) for one in said.there),
            interpreter=said.interpreter or None,
            chart=said.chart,
            questions=said.questions,
            actions=said.actions,
            follow_up=self._following(said),
        )

    def _following(self, said: Written) -> FollowUp | None:
        """The next meeting: at the same place, led by the same person, until somebody says else."""
        if said.follow_up is None:
            return None
        zone = self.desk.school.settings.zone.key
        return FollowUp(
            at=When(at=said.follow_up, zone=zone, said=said.follow_up_said),
            place=self.meeting.place if self.meeting else None,
            facilitator=self.meeting.facilitator if self.meeting else None,
        )

    def _attended(self, one: Attendee, said: Written) -> Attendee:
        """With the language in which they were invited, when no other was said."""
        members = self.meeting.members if self.meeting else []
        invited = next((m for m in members if Person.model_validate(m.who) == one.who), None)
        if invited is None:
            return one
        heard = one.interpreted or (invited.needs_interpreter and bool(said.interpreter))
        language = one.language or invited.language
        return one.model_copy(update={"language": language, "interpreted": heard})

    # What it came to

    def tell(self, done: Any) -> None:
        school, events = self.desk.school, [r.event for r in done.events]
        short = school.record.short("meeting", self.case.id)
        lines = [report.held(short, events, school.settings.zone, repeated=done.repeated)]
        for event in events:
            if isinstance(event, FollowUpSet):
                at = event.at.at.astimezone(school.settings.zone)
                lines += report.reminder(at, day_of(self.at), school.settings.rules)
        lang = f" --lang {family}" if (family := self._language()) in LANGUAGES else ""
        whose = shown(self.desk, self.case)
        lines.append(f"  family recap:  bledger sst recap {whose} --copy guardian{lang}")
        self.desk.answer("sst-event/1", fields(self.case, done), lines)

    def _language(self) -> str:
        """The one that the family was invited in."""
        members = self.meeting.members if self.meeting else []
        return next((m.language or "" for m in members if m.who.get("relation")), "")


def standings(desk: Desk, found: Prepared, today: date) -> dict[str, Standing]:
    """Where the running plans stood on a day, by the letters that staff say."""
    school = desk.school
    return {
        preparing.plan_word(plan): standing_of(plan, school.calendar, school.settings.rules, today)
        for plan in found.plans
        if plan.state == "active"
    }


@dataclass(frozen=True)
class Reads:
    """How the words of a chart become people and times."""

    desk: Desk
    held: date

    def person(self, said: str) -> Person:
        return person(self.desk, said)

    def day(self, said: str) -> date:
        return coming_day(self.desk, said)

    def due(self, said: str) -> date:
        return coming_day(self.desk, said, self.held)

    def when(self, said: str) -> datetime:
        return coming(self.desk, said, self.held + timedelta(days=1)).at

    def language(self, said: str) -> str | None:
        return language(said)


# Names of other children


def without_names(desk: Desk, case: Meant, command: C) -> C:
    """The chart without them; each is asked about once."""
    held = command.model_dump()
    texts = list(dict.fromkeys(_texts(held)))
    new = dict(zip(texts, others.put_away(desk, texts, case.case.student_id), strict=True))
    return command if new == {one: one for one in texts} else _put(command, new)


SAID = ("strengths", "known", "concerns", "strategies", "what", "note", "text", "interpreter")


def _texts(held: Any, said: bool = False) -> Iterator[str]:
    """Every text that somebody wrote."""
    if isinstance(held, str):
        yield from [held] * (said and bool(held))
    elif isinstance(held, dict):
        for name, value in held.items():
            yield from _texts(value, name in SAID)
    elif isinstance(held, tuple | list):
        for one in held:
            yield from _texts(one, said)


def _put(command: C, new: Mapping[str, str]) -> C:
    """The same command with these texts in the place of those."""
    return command.model_validate(_changed(command.model_dump(), new))


def _changed(held: Any, new: Mapping[str, str], said: bool = False) -> Any:
    if isinstance(held, str):
        return new.get(held, held) if said else held
    if isinstance(held, dict):
        return {name: _changed(value, new, name in SAID) for name, value in held.items()}
    if isinstance(held, tuple | list):
        return tuple(_changed(one, new, said) for one in held)
    return held


# A chart that was written down wrongly


@click.command()
@chart_option
@meeting_option
@reasoned
@case_of
def correct(desk: Desk, student: tuple[str, ...], **said: Any) -> None:
    """Say what the chart of a meeting should have held: it opens as it stands.

    Questions, promises and the next meeting have commands of their own.

    \b
    Examples:
      bledger sst correct ana rivera --reason "the picture schedule did work"
    """
    case = meant(desk, student)
    number = the_meeting(desk, case, said["meeting"], "held")
    reason = needed(desk, case, said, "reason")
    found = seen(desk, case)
    held = found.case.meeting(number)
    at = When(at=datetime.fromisoformat(held.at), zone=desk.school.settings.zone.key)
    sitting = Sitting(desk, case, found, number, MeetingKind(held.kind), at)
    as_it_stands, read = partial(_standing, sitting, held), partial(_mended, sitting, reason)
    command = editing.filled(desk, "chart", said["chart"], as_it_stands, read)
    record(desk, case, without_names(desk, case, command), said)


def _standing(sitting: Sitting, held: Meeting) -> str:
    """The form with what the chart says now."""
    lines = {name: value for name, value in (held.chart or {}).items() if name != "destroyed"}
    there = tuple(Attendee.model_validate(one) for one in held.attended)
    said = Written(there=there, chart=Chart.model_validate(lines))
    return form.form(sitting.title, said, sitting.name, ELSEWHERE)


def _mended(sitting: Sitting, reason: str, text: str) -> CorrectMeeting | list[Fault]:
    said = form.read(text, Reads(sitting.desk, day_of(sitting.at)), day_of(sitting.at))
    if isinstance(said, list):
        return said
    if said.questions or said.actions or said.follow_up or said.interpreter:
        return [Fault(0, 0, "here only who was there and the chart are corrected")]
    return CorrectMeeting(
        number=sitting.number or 0, attended=said.there, chart=said.chart, reason=reason
    )


ELSEWHERE = {
    "questions": ("they go on: bledger sst question, bledger sst answer",),
    "actions": ("they go on: bledger sst action, done, drop",),
    "follow-up": ("it goes on: bledger sst reschedule, cancel",),
}
COMMANDS = (hold, correct)
