"""What is written at the made-up school about help: charts, plans, answers; never a name."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.codes import Direction, Function, PlanKind, Unit
from ledger.domain.plan import Design

Texts = tuple[str, ...]

CONCERNS: Texts = (
    "Calls out or leaves the seat when the work is long and alone, most often after lunch.",
    "Pushes others in lines and at the start of games; three reports in two weeks.",
    "Puts the head down during writing and says nothing when asked.",
    "Shouts at others when a turn is lost, then needs ten minutes to come back.",
    "Work is finished in small group and hardly begun at the own desk.",
)
TRIED_BEFORE: Texts = (
    "Seat near the teacher, a reminder card, two calls home.",
    "Talked it through each time; a break card since the second week.",
    "A partner for transitions, and a visual schedule on the desk.",
    "A private signal, and praise for each quarter of an hour of work.",
)
INPUTS: Texts = (
    "Mornings go well. It starts when the class moves to writing or to the yard.",
    "With one clear task and a check after five minutes, most work is done.",
    "Helps younger children without being asked; seeks adults out at recess.",
)
FAMILY_SAYS: Texts = (
    "At home it is calm with one task at a time. Homework takes long after 6 PM.",
    "Sleeps late since the move. Would like to hear about good days, too.",
    "Loves to draw and to take care of a younger cousin.",
)
CHILD_SAYS: Texts = (
    "Lunch is too loud. Likes math when it is with a partner.",
    "Wants to be line leader again. Does not like to write alone.",
)

STRENGTHS: Texts = (
    "helps younger children",
    "draws, and explains the drawing in order",
    "asks for help when the adult is near",
    "quick with numbers",
    "comes back to say sorry without being asked",
    "takes care of the class plants",
)
KNOWN: Texts = (
    "new at this school since August",
    "reads at grade level, writes a sentence in ten minutes",
    "English learner, second year",
    "lives with two grandparents during the week",
    "vision was last checked two years ago",
)
URGENT: Texts = (
    "leaves the group at lunch, four of five times between 12:10 and 12:18",
    "hits or pushes when a turn is lost",
    "hardly any writing gets done without an adult beside",
    "shouts when asked to stop a game",
)
QUESTIONS: Texts = (
    "who sits near at lunch on the days when it goes well?",
    "can the board be read from the back row?",
    "what was different in the two quiet weeks?",
)
ANSWERS: Texts = (
    "On quiet days the seat is at the end of the table, beside a helper.",
    "The board is read from the third row, not from the last.",
    "A substitute was there, and the schedule was on the desk.",
)
STRATEGIES: Texts = (
    "check-in with an adult before the first bell",
    "a seat at the end of the lunch table",
    "work cut into parts of ten minutes",
    "a job during transitions",
    "practice of asking for a break",
)
TRIED: Texts = (
    "seat by the door",
    "picture schedule",
    "partner for transitions",
    "break card",
    "private signal",
    "short tasks with a timer",
    "lunch seat beside an adult",
    "daily note home",
)
NOTES: Texts = ("mornings only", "the first week", "when the adult had time", "")
PROMISED: Texts = (
    "seat by the door",
    "work cut into parts, a check after each",
    "lunch seat with an adult near",
    "two calls home about good days each week",
    "watch recess twice and count",
    "practice the break card in class",
)
OF_FAMILY: Texts = ("homework right after school", "the same bedtime on school nights")
KEPT: Texts = ("", "", "began two days early", "went well from the first day")
DROPPED: Texts = ("the child changed tables anyway", "the family asked us to wait")
SCREEN = "vision and hearing screen"
CANCELLED: Texts = ("the family could not come", "the teacher was out sick")
MOVED: Texts = ("the family asked for another day", "the interpreter was not free")
CLOSED: Texts = (
    "The goal was met for six weeks; the teacher goes on alone.",
    "The team agreed that the plan is enough; no further meeting is needed.",
)

BEHAVIOR: Mapping[PlanKind, Texts] = {
    PlanKind.CHECK_IN_CHECK_OUT: (
        "Leaves the assigned place or calls out without being called on.",
        "Pushes, grabs or blocks another child.",
    ),
    PlanKind.BEHAVIOR_SUPPORT_PLAN: (
        "Hits, pushes or grabs another child with the hands.",
        "Leaves the room or the group without asking.",
    ),
    PlanKind.BEHAVIOR_INTERVENTION_PLAN: (
        "Throws or sweeps objects off the desk when a task is handed out.",
    ),
    PlanKind.BEHAVIOR_CONTRACT: ("Does not begin a written task within five minutes.",),
    PlanKind.SAFETY_PLAN: ("Runs out of the supervised area.",),
}
MEASURES: Mapping[PlanKind, str] = {
    PlanKind.BEHAVIOR_SUPPORT_PLAN: "hands on others",
    PlanKind.BEHAVIOR_CONTRACT: "tasks begun within five minutes, of all",
    PlanKind.SAFETY_PLAN: "out of the area",
}
# unit, direction, target, baseline
AIMS: Mapping[PlanKind, tuple[Unit, Direction, int, int]] = {
    PlanKind.CHECK_IN_CHECK_OUT: (Unit.PERCENT_OF_POINTS, Direction.AT_LEAST, 80, 58),
    PlanKind.BEHAVIOR_INTERVENTION_PLAN: (Unit.PERCENT_OF_POINTS, Direction.AT_LEAST, 70, 50),
    PlanKind.BEHAVIOR_SUPPORT_PLAN: (Unit.TIMES_A_DAY, Direction.AT_MOST, 1, 4),
    PlanKind.BEHAVIOR_CONTRACT: (Unit.PERCENT, Direction.AT_LEAST, 80, 40),
    PlanKind.SAFETY_PLAN: (Unit.TIMES_A_DAY, Direction.AT_MOST, 0, 2),
}
FUNCTIONS = {
    Function.OBTAIN_ATTENTION: 45,
    Function.ESCAPE_ACTIVITY: 35,
    Function.OBTAIN_ACTIVITY: 12,
    Function.OBTAIN_ITEM: 8,
}
EXPECTATIONS = ("Be safe", "Be kind", "Be ready")


def design(kind: PlanKind, behavior: str, *, again: bool = False) -> Design:
    """What a plan of this kind says; `again`: as it is revised after a review."""
    more = ("a job at the start of each transition",) if again else ()
    return Design(
        behavior=behavior,
        impedes="Misses the start of about one lesson in three.",
        measure=MEASURES.get(kind, ""),
        predictors=("long work alone", "waiting in a line", "the last ten minutes of lunch"),
        environment=("a seat near the door: the teacher", "the schedule on the desk: the teacher"),
        replacement=("asks for a break with the card", "raises the hand and waits"),
        teaching=("practice of the card on Mondays, five minutes", *more),
        reinforcement=("five minutes of drawing when the goal of the day is met",),
        reactive=("one short reminder, then wait; no talk until calm",),
    )


CHECKED: Texts = (
    "Above the goal on most days; the family sees it at home, too.",
    "The line is flat: better with the check-in, the same without it.",
    "Too few days with data to say.",
    "Below the goal on most days, though the plan was carried out.",
)
REVISED: Texts = (
    "The afternoon was the hard part: a job before each transition was added.",
    "The goal of the day is now shown on the desk.",
)
GOAL_MET = "At the goal for four weeks; the teacher goes on without a card."
GOAL_NOT_MET = "Six weeks without a change: another kind of support is tried."
NOT_AGREED = "The family does not want a plan now."
AGREED: Texts = ("", "asked for a copy of each week's card", "would like a call on Fridays")

OFFICE_ANSWER: Texts = (
    "Talked it through with the child, who will make it right today; back in class since.",
    "The child practiced the way to ask; the seat is changed from tomorrow on.",
    "Called home and agreed on a plan for the week.",
    "Nothing was taken beside the talk in class: it was the first time.",
)
CHARGES: Texts = (
    "Told what was seen, by whom, and that a suspension is considered.",
    "The charge, the evidence and the right to answer, read out.",
)
ACCOUNT: Texts = (
    "It began in the line. I was called a name first.",
    "I did it. I was angry about the game.",
    "I only wanted the ball back.",
)
NOT_HEARD = "The family came at once and left before the child could be asked."
ASKED_FOR: Texts = ("all of this year", "the reports of the last month")
SHOWN: Texts = ("read it in the office, took two copies", "")
GROUNDS: Texts = (
    "Nobody saw the start of it; the second sentence says what somebody thinks.",
    "The time cannot be right: the child was with the nurse.",
)
DECIDED: Texts = (
    "The observer was there and saw it; the sentence stays.",
    "The nurse's log shows the time: the record was corrected.",
)
HELD = "Held by both arms after P1 ran at another child again; released when calm."
SERIES = "Removed from the group again and again within a short time."
