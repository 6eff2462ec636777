"""What people write down at the made-up school: observations, never a name, only P1 and P2."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from ledger.domain.codes import Behavior, Location, Positive

Texts = tuple[str, ...]

DURING: Mapping[Location, Texts] = {
    Location.CLASSROOM: (
        "during read-aloud",
        "during math stations",
        "on the carpet",
        "while the class was writing",
        "during the spelling check",
        "in small group",
        "while the table was cleaning up",
        "at the start of science",
    ),
    Location.PLAYGROUND: (
        "by the swings",
        "at the four-square court",
        "during kickball",
        "near the slide",
        "at the monkey bars",
        "on the grass",
        "in the line for tetherball",
    ),
    Location.CAFETERIA: (
        "in the lunch line",
        "at the lunch table",
        "while trays were collected",
        "near the milk cart",
        "while the table was waiting to be dismissed",
    ),
    Location.HALLWAY_BREEZEWAY: (
        "in the line to class",
        "by the drinking fountain",
        "on the way back from recess",
        "by the coat hooks",
    ),
    Location.RESTROOM: ("at the sinks", "by the restroom door"),
    Location.LIBRARY: ("at the book return", "during book choice"),
    Location.GYM: ("during the relay", "while equipment was handed out"),
    Location.BUS_LOADING_ZONE: ("in the bus line", "at pick-up"),
}
THING: Mapping[Location, Texts] = {
    Location.CLASSROOM: ("pencil box", "ruler", "workbook", "glue bottle", "marker", "whiteboard"),
    Location.PLAYGROUND: ("ball", "jump rope", "hoop", "jacket", "cone"),
    Location.CAFETERIA: ("tray", "milk carton", "spoon", "juice box", "water bottle"),
    Location.HALLWAY_BREEZEWAY: ("backpack", "lunch box", "jacket"),
    Location.RESTROOM: ("roll of paper towels", "soap bottle"),
    Location.LIBRARY: ("book", "bookend"),
    Location.GYM: ("foam ball", "hoop", "beanbag"),
    Location.BUS_LOADING_ZONE: ("backpack", "water bottle"),
}
TIMES = ("twice", "three times", "four times", "again and again")
MINUTES = ("2", "3", "5", "8", "10", "15")

SEEN: Mapping[Behavior, Texts] = {
    Behavior.DISRUPTION: (
        "P1 called out {times} {during}.",
        "P1 drummed with a {thing} {during} and went on after a reminder.",
        "P1 walked off {times} {during} and came back laughing.",
        "P1 made animal noises {during}; the others turned around.",
        "P1 dropped a {thing} on purpose {during}, looked around and laughed.",
        "P1 slid a {thing} across the floor {during}.",
        "P1 and P2 shouted at each other {during}.",
        "P1 threw a {thing} after P2 took the spot.",
        "P1 poked P2 with a {thing} until P2 turned around.",
    ),
    Behavior.DEFIANCE: (
        "Asked to put the {thing} away {during}, P1 said no and held on to it.",
        "P1 was asked {times} to join the group {during} and did not come.",
        "P1 walked away {during} while being spoken to.",
        "P1 crossed arms and did not move for {minutes} minutes {during}.",
        "Told to line up {during}, P1 ran the other way.",
        "P1 would not give the {thing} back to P2 when asked.",
    ),
    Behavior.DISRESPECT: (
        "P1 rolled eyes and imitated the adult's voice {during}.",
        'P1 said "you can\'t tell me what to do" {during}.',
        "P1 pushed the {thing} away while instructions were given.",
        "P1 laughed and turned away when asked to stop {during}.",
        "P1 said that P2's drawing was ugly and would not stop {during}.",
    ),
    Behavior.PHYSICAL_CONTACT: (
        "P1 bumped into the child in front {times} {during}.",
        "P1 pulled on another child's hood {during}.",
        "P1 pushed to the front {during}.",
        "P1 pushed P2 {during}; P2 stepped back and told an adult.",
        "P1 and P2 wrestled {during} and stopped when asked.",
        "P1 grabbed P2's sleeve {during} and held on.",
        "P1 tripped P2 {during}. P2 got up again.",
    ),
    Behavior.INAPPROPRIATE_LANGUAGE: (
        "P1 used a swear word {during} when the {thing} fell.",
        "P1 sang a rude song {times} {during}.",
        "P1 called P2 a name {during}.",
        "P1 swore at P2 over a {thing}.",
    ),
    Behavior.PROPERTY_MISUSE: (
        "P1 broke a {thing} {during}.",
        "P1 stuffed a {thing} into the trash can.",
        "P1 threw a {thing} as far as it would go.",
        "P1 poured water on a {thing} {during}.",
        "P1 took P2's {thing} and hid it {during}.",
    ),
    Behavior.TECHNOLOGY_VIOLATION: (
        "P1 opened a game on the tablet {during} after two reminders.",
        "P1 took pictures of others with a tablet {during}.",
        "P1 logged in with P2's card {during}.",
    ),
    Behavior.TARDY: (
        "P1 came back {minutes} minutes after the bell.",
        "P1 stayed {during} after the bell and had to be fetched.",
    ),
    Behavior.DRESS_CODE: ("P1 kept the hood up {during} after being asked {times}.",),
    Behavior.PHYSICAL_AGGRESSION: (
        "P1 threw a {thing} at an adult {during}.",
        "P1 kicked and hit the adult who stood in the way.",
        "P1 bit another child on the arm {during}.",
        "P1 hit P2 in the face with a closed hand {during}.",
        "P1 kicked P2 {times} {during}. P2 was on the ground.",
        "P1 pulled P2 down by the hair {during}.",
        "P1 scratched P2's arm over a {thing}; the skin was broken.",
    ),
    Behavior.FIGHTING: (
        "P1 and another child hit each other {during} until an adult stepped between.",
        "P1 and P2 hit each other {during}; both went on after being told to stop.",
        "P2 pushed P1, P1 hit back, and they fell {during}.",
        "P1 and P2 kicked at each other over a {thing}.",
    ),
    Behavior.ABUSIVE_LANGUAGE: (
        "P1 swore at an adult {times} {during}.",
        'P1 shouted "I will hurt you" at the others {during}.',
        "P1 used a slur against P2 {during}.",
        'P1 told P2 "I hate you, get out" and swore {times}.',
    ),
    Behavior.BULLYING: (
        "P1 told others not to let one child play, for the third day in a row.",
        "P1 took P2's {thing} {times} this week and laughed when P2 cried.",
        "P1 waited for P2 {during} and blocked the way.",
    ),
    Behavior.HARASSMENT: (
        "P1 made fun of how another child speaks {during}, {times}.",
        "P1 followed P2 {during} and repeated a remark about P2's family.",
    ),
    Behavior.PROPERTY_DAMAGE: (
        "P1 tore a sign down {during}.",
        "P1 threw a {thing} at the window; the pane cracked.",
        "P1 stamped on P2's {thing} until it broke.",
    ),
    Behavior.FORGERY_THEFT_PLAGIARISM: (
        "P1 had a {thing} of the classroom in the backpack and said it was bought.",
        "P1 took money out of P2's bag {during}.",
    ),
    Behavior.INAPPROPRIATE_LOCATION: (
        "P1 ran off {during} and was found behind the portable.",
        "P1 slipped away {during} and came back after {minutes} minutes.",
    ),
    Behavior.LYING_CHEATING: (
        "P1 signed the reading log with the mother's name.",
        "P1 said that P2 had done it {during}; P1 had.",
    ),
    Behavior.WEAPONS: ("P1 showed a pocketknife {during}. It was handed over at once.",),
    Behavior.OTHER: (
        "P1 hid {during} and cried for {minutes} minutes.",
        "P1 hid a {thing} and would not say where.",
    ),
}

TAILS: Texts = (
    "P1 stopped after one reminder.",
    "It lasted about {minutes} minutes.",
    "P1 apologized without being asked.",
    "P1 went back to the group after {minutes} minutes.",
    "P1 said nothing when asked about it.",
    "P1 was calm again {minutes} minutes later.",
)
SAW: Texts = ("P2 stood next to it and saw it.", "P2 came to tell an adult.")
TOLD: Texts = ("As told at the end of the day: ", "As the yard duty told it: ", "By radio: ")
CONCLUDED: Texts = (
    "It seems to start when P1 has to wait for a turn.",
    "P1 seems to want the others to laugh.",
    "Probably tired: P1 said there was little sleep.",
    "It seems to happen when the work is long and alone.",
    "P1 seems to be looking for a way out of writing.",
)
BEFORE: Texts = (
    "The class was told to put things away.",
    "Another child took the place.",
    "A writing task was handed out.",
    "The line had to wait at the door.",
)
AFTER: Texts = (
    "The adult moved closer and waited.",
    "P1 was offered a break and took it.",
    "The others were asked to go on.",
    "P1 was given a choice of two seats.",
)
LATER: Texts = (
    "Spoke with P1 the next morning: P1 said it began in the line.",
    "Another adult saw the start of it: P1 had been called a name first.",
    "P1 drew what happened and explained it in order.",
    "The bus driver saw the same this morning.",
)

PRAISED: Mapping[Positive, Texts] = {
    Positive.KINDNESS: (
        "Shared a snack with a child who had none.",
        "Invited a new child into the game.",
        "Waited for a classmate who was still tying shoes.",
    ),
    Positive.PERSISTENCE: (
        "Went back to the long division and finished it.",
        "Read the whole page aloud, slowly, to the end.",
        "Tried the cartwheel until it worked.",
    ),
    Positive.SELF_REGULATION: (
        "Asked for a break before getting loud.",
        "Took three breaths and came back to the table.",
        "Walked away from an argument at four square.",
    ),
    Positive.HELPING: (
        "Walked a kindergartner to class.",
        "Picked up spilled crayons without being asked.",
        "Held the door for the whole line.",
    ),
    Positive.GOAL_MET: (
        "A whole week without a reminder in the lunch line.",
        "All points on the card today.",
    ),
    Positive.OTHER: ("Drew a thank-you card for the custodian.",),
}
CALLED_HOME: Texts = (
    "Told about lunch; will talk at dinner.",
    "Asked what was done; agreed that a quiet seat may help.",
    "Said that mornings have been hard since the move.",
    "Thanked for the call, wants to be told by text next time.",
    "Will come in on Friday at 8:00.",
    "Said there is a new baby at home.",
    "Asked for the work that was missed.",
)
WHY_FIXED: Texts = (
    "pushed, not noise",
    "the wrong word was picked at entry",
    "the other adult had a better view",
    "looked at the slip again",
)
WHY_MOVED: Texts = ("it was before the bell", "the clock was misread", "the slip says otherwise")
WHO_ELSE: Texts = ("mixed up two children", "the other one was in class at that time")
WHY_VOIDED: Texts = (
    "entered for the wrong child",
    "it was a game that both had agreed on",
    "a test entry",
)
SAME: Texts = ("two adults logged the same", "the same moment, seen from the other side")
DONE: Texts = (
    "Talked through what to do next time.",
    "Practiced asking for help.",
    "Wrote a note to make it right.",
    "Cleaned up together.",
)
HELD: Texts = (
    "Held by both arms after P1 ran at another child again; released when calm.",
    "Guided out of the group by the arm; let go as soon as P1 sat down.",
)
WATCHED: Mapping[Location, Texts] = {
    Location.CLASSROOM: (
        "Watched a writing lesson from the back of the room.",
        "Watched math stations; sat two tables away.",
    ),
    Location.PLAYGROUND: ("Watched the four-square game from the bench.",),
    Location.CAFETERIA: ("Watched the lunch line and the first minutes at the table.",),
}


def observed(rng: Random, code: Behavior, where: Location, *, two: bool) -> str:
    """A sentence or two of what was seen there; of P2 only when there is one."""
    with_two = [text for text in SEEN[code] if "P2" in text]
    alone = [text for text in SEEN[code] if "P2" not in text]
    first = rng.choice(with_two if two and with_two else alone)
    rest = [rng.choice(TAILS)] if rng.random() < 0.35 else []
    if two and not with_two:
        rest.insert(0, rng.choice(SAW))
    return " ".join((first, *rest)).format(
        during=rng.choice(DURING[where]),
        thing=rng.choice(THING[where]),
        times=rng.choice(TIMES),
        minutes=rng.choice(MINUTES),
    )
