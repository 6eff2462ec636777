"""How an SST case at the made-up school goes: asked for, prepared, held, kept, followed up."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from typing import Any

from ledger.demo import support_words as words
from ledger.demo.helped import Course, Helped, days, family, staff
from ledger.demo.plans import plan
from ledger.demo.year import days_on
from ledger.domain.codes import (
    Answered,
    Channel,
    InputFrom,
    MeetingKind,
    StaffRole,
    Verdict,
)
from ledger.domain.meeting import (
    MEETING,
    Agreed,
    AnswerQuestion,
    Asked,
    Attendee,
    BookInterpreter,
    CancelMeeting,
    Chart,
    CloseCase,
    CompleteAction,
    ConfirmMember,
    DropAction,
    FollowUp,
    HoldMeeting,
    InviteMember,
    MeetingCommand,
    Person,
    ReceiveInput,
    RequestAssistance,
    RescheduleMeeting,
    ScheduleMeeting,
    Tried,
)

BEFORE_SCHOOL = 8 * 60
ROOM = "room 4"
LATEST = 4  # meetings, and then the case is closed
VERDICTS = {Verdict.WORKED: 35, Verdict.PARTLY: 40, Verdict.DID_NOT: 25}
ANSWERED = {Answered.COMING: 75, Answered.BY_PHONE: 20, Answered.NOT_COMING: 5}
MOVED, CANCELLED, WALK_IN, ASKED_CHILD, BOOKED = 0.15, 0.08, 0.15, 0.3, 0.85
ANOTHER = 0.2  # the share of cases in which a second adult says what they see
KEPT, DROPPED, LATE = 0.9, 0.06, 0.3


MovedTo = Generator[None, None, date]  # the day on which the meeting is in the end

Spoken = tuple[InputFrom, Person, words.Texts, str | None]  # who, from what, in which language


class Case:
    """One case while it is told: which meeting is set, what was promised and is open."""

    def __init__(self, helped: Helped) -> None:
        self.helped, self.world = helped, helped.world
        self.id = self.world.ids.meeting(f"demo:{helped.ref}")
        self.set = self.meetings = self.held = self.promises = self.questions = 0
        self.open: set[int] = set()  # promises
        self.closed = False

    def say(self, command: MeetingCommand, by: str) -> None:
        self.helped.say(MEETING, self.id, command, by)

    # Asked for and prepared

    def whole(self) -> Course:
        """The case, a step a school day."""
        helped, world = self.helped, self.world
        self._request()
        yield from days(world.rng.randint(1, 2))
        meets = self._schedule(MeetingKind.INITIAL, max(2, helped.help.lead - 1))
        yield from self._prepare(meets)
        meets = yield from self._moved(meets)
        while helped.day.on < meets:
            yield
        follows = self._hold(first=True)
        if helped.help.starts is not None:
            helped.courses.append(plan(helped))
        if world.chance(WALK_IN):
            helped.courses.append(self._walk_in())
        done = False
        while not done:
            yield from self._prepare(follows, again=True)
            while helped.day.on < follows:
                yield
            done = helped.over or self.held >= LATEST - 1
            follows = self._hold(first=False, done=done)
        yield from days(12)
        self._close()

    def _request(self) -> None:
        helped, world = self.helped, self.world
        command = RequestAssistance(
            student_id=helped.student,
            school_id=world.school.school_id,
            on=helped.day.on,
            by=staff(helped.teacher),
            concern=world.one(words.CONCERNS),
            tried=world.one(words.TRIED_BEFORE) if world.chance(0.8) else None,
        )
        self.say(command, helped.specialist)

    def _schedule(self, kind: MeetingKind, lead: int) -> date:
        on = days_on(self.helped.day.on, lead)
        self.meetings += 1
        self.set = self.meetings
        at = self.helped.when(BEFORE_SCHOOL, on)
        by = self.helped.principal
        self.say(ScheduleMeeting(kind=kind, at=at, place=ROOM, facilitator=by), by)
        return on

    def _prepare(self, meets: date, *, again: bool = False) -> Course:
        """Who is invited and answers; what each says before; an interpreter where one is needed."""
        helped = self.helped
        while (meets - helped.day.on) > timedelta(days=14):
            yield
        self._invite()
        yield from days(2)
        if helped.day.on >= meets:
            return
        self._answer_invitations(booked=not (again and helped.help.late))
        yield
        if helped.help.prepared and helped.day.on < meets:
            self._inputs(again=again)

    def _invite(self) -> None:
        helped = self.helped
        needs = helped.language is not None
        for who in (family(helped.relation), staff(helped.teacher)):
            of_family = who.relation is not None
            command = InviteMember(
                number=self.set,
                who=who,
                on=helped.day.on,
                channel=Channel.PHONE if of_family else Channel.EMAIL,
                language=helped.language if of_family else None,
                needs_interpreter=needs and of_family,
            )
            self.say(command, helped.specialist)

    def _answer_invitations(self, *, booked: bool) -> None:
        helped, world = self.helped, self.world
        own: dict[str, Any] = {"number": self.set, "on": helped.day.on}
        answer = world.pick(ANSWERED)
        who = family(helped.relation)
        self.say(ConfirmMember(who=who, answer=answer, **own), helped.specialist)
        teacher = staff(helped.teacher)
        coming = ConfirmMember(who=teacher, answer=Answered.COMING, **own)
        self.say(coming, helped.specialist)
        if helped.language and booked and helped.help.prepared and world.chance(BOOKED):
            self.say(BookInterpreter(language=helped.language, **own), helped.specialist)

    def _inputs(self, *, again: bool) -> None:
        """Before a first meeting of everybody, before a later one of the teacher."""
        helped, world = self.helped, self.world
        teacher = staff(helped.teacher)
        said: list[Spoken] = [(InputFrom.TEACHER, teacher, words.INPUTS, None)]
        if not again and world.chance(ANOTHER):
            aide = staff(world.staff(StaffRole.AIDE))
            said.append((InputFrom.TEACHER, aide, words.INPUTS, None))
        if not again and world.chance(0.6):
            who = family(helped.relation)
            said.append((InputFrom.FAMILY, who, words.FAMILY_SAYS, helped.language))
        if not again and world.chance(ASKED_CHILD):
            said.append((InputFrom.STUDENT, Person(student=True), words.CHILD_SAYS, None))
        for source, who, texts, language in said:
            text = world.one(texts)
            on = helped.day.on
            command = ReceiveInput(source=source, on=on, by=who, language=language, text=text)
            self.say(command, helped.specialist)

    def _moved(self, meets: date) -> MovedTo:
        """Sometimes another day is found, sometimes the meeting is called off and set anew."""
        helped, world = self.helped, self.world
        moves = helped.help.moves
        stays = not world.chance(MOVED + CANCELLED) if moves is None else not moves
        if stays or helped.day.on >= meets:
            return meets
        yield
        if moves or world.chance(MOVED / (MOVED + CANCELLED)):
            on = days_on(meets, world.rng.randint(2, 5))
            at = helped.when(BEFORE_SCHOOL, on)
            reason = world.one(words.MOVED)
            moved = RescheduleMeeting(number=self.set, at=at, reason=reason)
            self.say(moved, helped.specialist)
            return on
        reason = world.one(words.CANCELLED)
        self.say(CancelMeeting(number=self.set, reason=reason), helped.principal)
        yield
        meets = self._schedule(MeetingKind.INITIAL, world.rng.randint(5, 9))
        yield from self._prepare(meets, again=True)
        return meets

    # The meeting

    def _hold(self, *, first: bool, done: bool = False) -> date:
        """The team meets and promises; the day on which it meets again."""
        helped, world = self.helped, self.world
        follows = days_on(helped.day.on, helped.help.follow_up)
        actions = () if done else tuple(self._actions(first=first))
        text = words.QUESTIONS[self.questions % len(words.QUESTIONS)]
        asked = Asked(text=text, who=(staff(helped.specialist),))
        following = FollowUp(
            at=helped.when(BEFORE_SCHOOL, follows), place=ROOM, facilitator=helped.principal
        )
        command = HoldMeeting(
            number=self.set,
            at=helped.when(BEFORE_SCHOOL),
            attended=tuple(self._there()),
            chart=self._chart(first=first),
            questions=(asked,) if first or world.chance(0.3) else (),
            actions=actions,
            follow_up=None if done else following,
        )
        self.say(command, helped.principal)
        self.held += 1
        for agreed in actions:
            self.promises += 1
            self.open.add(self.promises)
            helped.courses.append(self._promise(self.promises, agreed))
        for _ in command.questions:
            self.questions += 1
            helped.courses.append(self._question(self.questions))
        if not done:
            self.meetings += 1
            self.set = self.meetings
        return follows

    def _walk_in(self) -> Course:
        """The family comes by, and it is a meeting, too."""
        helped = self.helped
        yield from days(self.world.rng.randint(5, 15))
        if self.closed:
            return
        command = HoldMeeting(
            kind=MeetingKind.INFORMAL,
            at=helped.when(14 * 60 + 50),
            attended=(
                Attendee(who=family(helped.relation)),
                Attendee(who=staff(helped.specialist)),
            ),
            chart=Chart(known=(self.world.one(words.FAMILY_SAYS),)),
        )
        self.meetings += 1
        self.say(command, helped.specialist)

    def _there(self) -> list[Attendee]:
        helped, world = self.helped, self.world
        by_phone = world.chance(0.25)
        own = Attendee(
            who=family(helped.relation),
            language=helped.language,
            interpreted=helped.language is not None and world.chance(0.8),
            channel=Channel.PHONE if by_phone else None,
        )
        adults = dict.fromkeys((helped.teacher, helped.specialist, helped.principal))
        there = [Attendee(who=staff(id)) for id in adults]
        return [own, *there] if world.chance(0.92) else there

    def _chart(self, *, first: bool) -> Chart:
        world = self.world
        tried = [self._tried(what) for what in world.rng.sample(words.TRIED, 2 if first else 1)]
        if self.helped.running:
            tried.insert(0, Tried(what=self.helped.running, verdict=self._verdict()))
        return Chart(
            strengths=tuple(world.rng.sample(words.STRENGTHS, 2)),
            known=tuple(world.rng.sample(words.KNOWN, 2)) if first else (),
            tried=tuple(tried),
            concerns=tuple(world.rng.sample(words.URGENT, 2 if first else 1)),
            strategies=tuple(world.rng.sample(words.STRATEGIES, 3 if first else 1)),
        )

    def _tried(self, what: str) -> Tried:
        world = self.world
        verdict = world.pick(VERDICTS)
        return Tried(what=what, verdict=verdict, note=world.one(words.NOTES))

    def _verdict(self) -> Verdict:
        at_goal, of = self.helped.given
        share = at_goal / of if of else 0
        return (
            Verdict.WORKED if share > 0.7 else Verdict.PARTLY if share > 0.35 else Verdict.DID_NOT
        )

    # What was promised and asked

    def _actions(self, *, first: bool) -> list[Agreed]:
        helped, world = self.helped, self.world
        today = helped.day.on
        whats = world.rng.sample(words.PROMISED, 2 if first else 1)
        promised = [(what, staff(helped.teacher)) for what in whats]
        if first:
            promised.append((words.SCREEN, staff(helped.principal)))
            promised.append((world.one(words.OF_FAMILY), family(helped.relation)))
        return [
            Agreed(
                what=what,
                who=(who,),
                start=days_on(today, 1),
                due=days_on(today, world.rng.randint(6, 18)),
            )
            for what, who in promised
        ]

    def _promise(self, number: int, agreed: Agreed) -> Course:
        """Mostly kept by its day, sometimes later, seldom dropped, now and then left open."""
        helped, world = self.helped, self.world
        due = agreed.due or helped.day.on
        office = agreed.what == words.SCREEN
        if office and helped.help.late:
            return
        late = world.rng.randint(2, 6) if world.chance(LATE) else -world.rng.randint(0, 3)
        fate = world.rng.random()
        while helped.day.on < due + timedelta(days=late):
            yield
        if self.closed:
            return
        by = next((who.staff for who in agreed.who if who.staff), helped.specialist)
        if fate < KEPT:
            note = world.one(words.KEPT) or None
            self.open.remove(number)
            self.say(CompleteAction(number=number, on=helped.day.on, note=note), by)
        elif fate < KEPT + DROPPED:
            self._drop(number, by)

    def _drop(self, number: int, by: str) -> None:
        self.open.remove(number)
        reason = self.world.one(words.DROPPED)
        self.say(DropAction(number=number, on=self.helped.day.on, reason=reason), by)

    def _question(self, number: int) -> Course:
        helped, world = self.helped, self.world
        yield from days(world.rng.randint(4, 12))
        if not self.closed and world.chance(0.7):
            text = words.ANSWERS[(number - 1) % len(words.ANSWERS)]
            answer = AnswerQuestion(number=number, on=helped.day.on, text=text)
            self.say(answer, helped.specialist)

    def _close(self) -> None:
        """What nobody kept is dropped first."""
        helped = self.helped
        for number in sorted(self.open):
            self._drop(number, helped.specialist)
        self.closed = True
        reason = self.world.one(words.CLOSED)
        self.say(CloseCase(on=helped.day.on, reason=reason), helped.principal)


def case(helped: Helped) -> Course:
    """One case, a step a school day; the plan that the team agrees on goes beside it."""
    return Case(helped).whole()
