"""The school's code sets: a code is added or retired, never removed or renamed."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar


# Not StrEnum: two StrEnum members of equal value are one dictionary key, and a map loses an entry.
class Code(Enum):
    """One word of a code set; its value is what is stored and sent, its label what people read."""

    _value_: str

    @property
    def label(self) -> str:
        """The words for people."""
        return LABELS.get(self) or self.value.replace("-", " ")

    @property
    def since(self) -> int:
        """The version of the set in which it was added."""
        return ADDED.get(self, 1)

    @property
    def retired(self) -> int | None:
        """The version of the set in which it was retired, if it was."""
        return RETIRED.get(self)


CodeT = TypeVar("CodeT", bound=Code)


def current(codeset: type[CodeT]) -> tuple[CodeT, ...]:
    """The codes of a set that may be used today, in the order of the set."""
    return tuple(code for code in codeset if code.retired is None)


class Level(Code):
    """Who manages a behavior."""

    MINOR = "minor"
    MAJOR = "major"

    @property
    def managed(self) -> str:
        """The school's words for who manages it."""
        return {Level.MINOR: "staff-managed", Level.MAJOR: "office-managed"}[self]


class Behavior(Code):
    """What a student did: the minor and the major list of the SWIS referral form, v5.4."""

    DEFIANCE = "defiance"
    DISRESPECT = "disrespect"
    DISRUPTION = "disruption"
    DRESS_CODE = "dress-code"
    INAPPROPRIATE_LANGUAGE = "inappropriate-language"
    PHYSICAL_CONTACT = "physical-contact"
    PROPERTY_MISUSE = "property-misuse"
    TARDY = "tardy"
    TECHNOLOGY_VIOLATION = "technology-violation"
    ABUSIVE_LANGUAGE = "abusive-language"
    ARSON = "arson"
    BOMB_THREAT = "bomb-threat"
    BULLYING = "bullying"
    FIGHTING = "fighting"
    FORGERY_THEFT_PLAGIARISM = "forgery-theft-plagiarism"
    GANG_DISPLAY = "gang-display"
    HARASSMENT = "harassment"
    INAPPROPRIATE_AFFECTION = "inappropriate-affection"
    INAPPROPRIATE_LOCATION = "inappropriate-location"
    LYING_CHEATING = "lying-cheating"
    PHYSICAL_AGGRESSION = "physical-aggression"
    PROPERTY_DAMAGE = "property-damage"
    SKIP_CLASS = "skip-class"
    TRUANCY = "truancy"
    ALCOHOL = "alcohol"
    COMBUSTIBLES = "combustibles"
    DRUGS = "drugs"
    TOBACCO = "tobacco"
    WEAPONS = "weapons"
    OTHER = "other"


MINOR = frozenset(
    {
        Behavior.DEFIANCE,
        Behavior.DISRESPECT,
        Behavior.DISRUPTION,
        Behavior.DRESS_CODE,
        Behavior.INAPPROPRIATE_LANGUAGE,
        Behavior.PHYSICAL_CONTACT,
        Behavior.PROPERTY_MISUSE,
        Behavior.TARDY,
        Behavior.TECHNOLOGY_VIOLATION,
        Behavior.OTHER,
    }
)
MAJOR = frozenset(Behavior) - {
    Behavior.INAPPROPRIATE_LANGUAGE,
    Behavior.PHYSICAL_CONTACT,
    Behavior.PROPERTY_MISUSE,
}


def certain_level(behavior: Behavior) -> Level | None:
    """The level that follows from the behavior alone; None when it is on both lists."""
    if behavior in MINOR & MAJOR:
        return None
    return Level.MINOR if behavior in MINOR else Level.MAJOR


class Positive(Code):
    """What a student did well."""

    KINDNESS = "kindness"
    PERSISTENCE = "persistence"
    SELF_REGULATION = "self-regulation"
    HELPING = "helping"
    GOAL_MET = "goal-met"
    OTHER = "other"


class Motivation(Code):
    """What the behavior seemed to be for."""

    PEER_ATTENTION = "peer-attention"
    ADULT_ATTENTION = "adult-attention"
    OBTAIN_ITEM_OR_ACTIVITY = "obtain-item-or-activity"
    AVOID_PEER = "avoid-peer"
    AVOID_ADULT = "avoid-adult"
    AVOID_TASK = "avoid-task"
    REVENGE = "revenge"
    UNCLEAR = "unclear"
    OTHER = "other"


class Others(Code):
    """Who else was involved."""

    NONE = "none"
    PEERS = "peers"
    STAFF = "staff"
    TEACHER = "teacher"
    SUBSTITUTE = "substitute"
    UNKNOWN = "unknown"
    OTHER = "other"


class Location(Code):
    """Where it happened; a school maps its own words to these."""

    CLASSROOM = "classroom"
    PLAYGROUND = "playground"
    HALLWAY_BREEZEWAY = "hallway-breezeway"
    CAFETERIA = "cafeteria"
    RESTROOM = "restroom"
    GYM = "gym"
    LIBRARY = "library"
    BUS = "bus"
    BUS_LOADING_ZONE = "bus-loading-zone"
    PARKING_LOT = "parking-lot"
    COMMON_AREA = "common-area"
    SPECIAL_EVENT_ASSEMBLY_FIELD_TRIP = "special-event-assembly-field-trip"
    OFFICE = "office"
    LOCKER_ROOM = "locker-room"
    OFF_CAMPUS = "off-campus"
    OTHER = "other"
    UNKNOWN = "unknown"


class Action(Code):
    """What was done about it."""

    CONFERENCE_WITH_STUDENT = "conference-with-student"
    GUARDIAN_CONTACT = "guardian-contact"
    LOSS_OF_PRIVILEGE = "loss-of-privilege"
    LOSS_OF_RECESS = "loss-of-recess"
    TIME_IN_OFFICE = "time-in-office"
    TIME_OUT_OR_DETENTION = "time-out-or-detention"
    RESTITUTION = "restitution"
    COMMUNITY_SERVICE = "community-service"
    INDIVIDUALIZED_INSTRUCTION = "individualized-instruction"
    RESTORATIVE_CONFERENCE = "restorative-conference"
    COUNSELING_REFERRAL = "counseling-referral"
    SST_REQUEST = "sst-request"
    REMOVAL_FROM_CLASS = "removal-from-class"
    SENT_HOME_EARLY = "sent-home-early"
    IN_SCHOOL_SUSPENSION = "in-school-suspension"
    OUT_OF_SCHOOL_SUSPENSION = "out-of-school-suspension"
    BUS_SUSPENSION = "bus-suspension"
    SATURDAY_SCHOOL = "saturday-school"
    ALTERNATIVE_PLACEMENT = "alternative-placement"
    EXPULSION_RECOMMENDATION = "expulsion-recommendation"
    ACTION_PENDING = "action-pending"
    NO_ACTION = "no-action"
    OTHER = "other"


# The actions that take the student out of instruction. A bus suspension by itself does not (where
# the bus is in the IEP it may count: 71 FR 46715, so a person decides), nor does an expulsion
# recommendation: it removes nobody until it is decided.
REMOVALS = frozenset(
    {
        Action.REMOVAL_FROM_CLASS,
        Action.SENT_HOME_EARLY,
        Action.IN_SCHOOL_SUSPENSION,
        Action.OUT_OF_SCHOOL_SUSPENSION,
        Action.ALTERNATIVE_PLACEMENT,
    }
)


class Role(Code):
    """How somebody took part in an incident."""

    REFERRED = "referred"
    VICTIM = "victim"
    WITNESS = "witness"
    REPORTER = "reporter"
    INVOLVED = "involved"


class Relation(Code):
    """What an adult is to a student."""

    MOTHER = "mother"
    FATHER = "father"
    PARENT = "parent"
    GUARDIAN = "guardian"
    GRANDPARENT = "grandparent"
    FOSTER_PARENT = "foster-parent"
    SIBLING_ADULT = "sibling-adult"
    EDUCATION_RIGHTS_HOLDER = "education-rights-holder"
    ATTORNEY = "attorney"
    SOCIAL_WORKER = "social-worker"
    OTHER = "other"


class ContactOutcome(Code):
    """How an attempt to reach somebody ended."""

    REACHED = "reached"
    NO_ANSWER = "no-answer"
    VOICEMAIL = "voicemail"
    MESSAGE_LEFT = "message-left"
    DECLINED = "declined"
    WRONG_NUMBER = "wrong-number"
    OTHER = "other"


class Channel(Code):
    """By what way somebody was reached or told."""

    PHONE = "phone"
    IN_PERSON = "in-person"
    TEXT_MESSAGE = "text-message"
    EMAIL = "email"
    LETTER = "letter"
    VIDEO = "video"
    APP = "app"
    OTHER = "other"


# Ed Code 49070(a) parts the personal observation of a named person from inference and hearsay.
class StatementKind(Code):
    """On what a statement rests."""

    OBSERVATION = "observation"
    REPORTED = "reported"
    INFERENCE = "inference"
    ABC = "abc"

    @property
    def verb(self) -> str:
        """The word that introduces the statement: a person saw, was told, thinks."""
        return {
            StatementKind.OBSERVATION: "saw",
            StatementKind.REPORTED: "told",
            StatementKind.INFERENCE: "thinks",
            StatementKind.ABC: "abc",
        }[self]


class Injury(Code):
    """How badly somebody was hurt."""

    NONE = "none"
    MINOR = "minor"
    NEEDED_CARE = "needed-care"
    SERIOUS = "serious"
    UNKNOWN = "unknown"


class Weapon(Code):
    """What was used or carried as a weapon."""

    KNIFE = "knife"
    FIREARM = "firearm"
    OTHER_SHARP = "other-sharp"
    CLUB = "club"
    SUBSTANCE = "substance"
    OTHER_OBJECT = "other-object"
    OTHER = "other"


class RestraintKind(Code):
    """How a student was held or kept apart."""

    PHYSICAL_RESTRAINT = "physical-restraint"
    MECHANICAL_RESTRAINT = "mechanical-restraint"
    SECLUSION = "seclusion"
    RESTRAINT_AND_SECLUSION = "restraint-and-seclusion"


class RestraintReason(Code):
    """What imminent danger a restraint or seclusion answered."""

    HARM_TO_OTHERS = "harm-to-others"
    HARM_TO_SELF = "harm-to-self"
    PROPERTY_DESTRUCTION = "property-destruction"


class Outside(Code):
    """Who somebody is that is on no roster of this school."""

    PARENT = "parent"
    VISITOR = "visitor"
    OTHER_SCHOOL_STUDENT = "other-school-student"
    VOLUNTEER = "volunteer"
    UNKNOWN = "unknown"
    OTHER = "other"


class LengthDifference(Code):
    """Why less or more was served than assigned: Ed-Fi's reasons, one for one."""

    NO_DIFFERENCE = "no-difference"
    TERM_MODIFIED_BY_DISTRICT = "term-modified-by-district"
    TERM_MODIFIED_BY_MUTUAL_AGREEMENT = "term-modified-by-mutual-agreement"
    TERM_MODIFIED_BY_COURT_ORDER = "term-modified-by-court-order"
    COMPLETED_TERM_REQUIREMENTS_SOONER_THAN_EXPECTED = (
        "completed-term-requirements-sooner-than-expected"
    )
    SCHOOL_YEAR_ENDED = "school-year-ended"
    STUDENT_WITHDREW_FROM_SCHOOL = "student-withdrew-from-school"
    STUDENT_INCARCERATED = "student-incarcerated"
    TERM_DECREASED_DUE_TO_HEALTH_RELATED_CIRCUMSTANCES = (
        "term-decreased-due-to-health-related-circumstances"
    )
    TERM_MODIFIED_BY_PLACEMENT_PROGRAM_DUE_TO_BEHAVIOR = (
        "term-modified-by-placement-program-due-to-behavior"
    )
    CONTINUATION_OF_PRIOR_YEARS_DISCIPLINARY_ACTION = (
        "continuation-of-prior-years-disciplinary-action"
    )
    OTHER = "other"


class MeetingKind(Code):
    """What an SST meeting is for."""

    INITIAL = "initial"
    FOLLOW_UP = "follow-up"
    INFORMAL = "informal"
    MANIFESTATION_DETERMINATION = "manifestation-determination"


class InputFrom(Code):
    """Who says before an SST meeting what they see."""

    TEACHER = "teacher"
    FAMILY = "family"
    STUDENT = "student"
    OTHER = "other"


class Answered(Code):
    """How somebody answered an invitation."""

    COMING = "coming"
    BY_PHONE = "by-phone"
    NOT_COMING = "not-coming"


class Verdict(Code):
    """Whether a modification worked."""

    WORKED = "worked"
    PARTLY = "partly"
    DID_NOT = "did-not"

    @property
    def sign(self) -> str:
        """The sign on the wall chart."""
        return {Verdict.WORKED: "+", Verdict.PARTLY: "~", Verdict.DID_NOT: "-"}[self]


class PlanKind(Code):
    """What kind of behavior plan it is."""

    BEHAVIOR_SUPPORT_PLAN = "behavior-support-plan"  # without an IEP
    BEHAVIOR_INTERVENTION_PLAN = "behavior-intervention-plan"  # of an IEP
    CHECK_IN_CHECK_OUT = "check-in-check-out"
    BEHAVIOR_CONTRACT = "behavior-contract"
    SAFETY_PLAN = "safety-plan"

    @property
    def short(self) -> str:
        """The letters that staff say."""
        return {
            PlanKind.BEHAVIOR_SUPPORT_PLAN: "BSP",
            PlanKind.BEHAVIOR_INTERVENTION_PLAN: "BIP (IEP)",
            PlanKind.CHECK_IN_CHECK_OUT: "CICO",
            PlanKind.BEHAVIOR_CONTRACT: "contract",
            PlanKind.SAFETY_PLAN: "safety",
        }[self]


class Function(Code):
    """What a behavior gets the student, or gets them out of."""

    OBTAIN_ATTENTION = "obtain-attention"
    OBTAIN_ITEM = "obtain-item"
    OBTAIN_ACTIVITY = "obtain-activity"
    OBTAIN_SENSORY = "obtain-sensory"
    ESCAPE_ATTENTION = "escape-attention"
    ESCAPE_ITEM = "escape-item"
    ESCAPE_ACTIVITY = "escape-activity"
    ESCAPE_SENSORY = "escape-sensory"


class Decision(Code):
    """What a review of a plan decides."""

    CONTINUE = "continue"
    MODIFY = "modify"
    INTENSIFY = "intensify"
    FADE = "fade"
    DISCONTINUE = "discontinue"
    REFER = "refer"


class Unit(Code):
    """What the goal of a plan counts."""

    PERCENT_OF_POINTS = "percent-of-points"
    TIMES_A_DAY = "times-a-day"
    MINUTES_A_DAY = "minutes-a-day"
    PERCENT = "percent"
    RATING = "rating"


class Direction(Code):
    """On which side of the target the goal is met."""

    AT_LEAST = "at-least"
    AT_MOST = "at-most"

    @property
    def sign(self) -> str:
        """As in a table of goals."""
        return {Direction.AT_LEAST: "\u2265", Direction.AT_MOST: "\u2264"}[self]


class NoData(Code):
    """Why there is no number for a day; it is never 0."""

    ABSENT = "absent"
    NO_SCHOOL = "no-school"
    NOT_PARTICIPATING = "not-participating"
    NO_CARD = "no-card"
    OTHER = "other"


class StaffRole(Code):
    """What a member of staff does here."""

    SPECIALIST = "specialist"
    PRINCIPAL = "principal"
    TEACHER = "teacher"
    CLERK = "clerk"
    RECORDS_OFFICER = "records-officer"
    AUDITOR = "auditor"
    AIDE = "aide"
    COUNSELOR = "counselor"
    OTHER = "other"


class DayKind(Code):
    """What kind of school day it is: which bell schedule rings."""

    REGULAR = "regular"
    MINIMUM = "minimum"


# Today's version of each set; raised when a code is added (ADDED) or retired (RETIRED).
VERSIONS: dict[type[Code], int] = dict.fromkeys(Code.__subclasses__(), 1)
ADDED: dict[Code, int] = {}
RETIRED: dict[Code, int] = {}

LABELS: dict[Code, str] = {
    Behavior.FORGERY_THEFT_PLAGIARISM: "forgery, theft or plagiarism",
    Behavior.LYING_CHEATING: "lying or cheating",
    Positive.SELF_REGULATION: "self-regulation",
    Location.HALLWAY_BREEZEWAY: "hallway/breezeway",
    Location.SPECIAL_EVENT_ASSEMBLY_FIELD_TRIP: "special event, assembly or field trip",
    Action.TIME_OUT_OR_DETENTION: "time-out or detention",
    Action.SST_REQUEST: "SST request",
    Action.IN_SCHOOL_SUSPENSION: "in-school suspension",
    Action.OUT_OF_SCHOOL_SUSPENSION: "out-of-school suspension",
    Action.SATURDAY_SCHOOL: "Saturday school",
    Relation.SIBLING_ADULT: "adult sibling",
    StatementKind.REPORTED: "reported to me",
    StatementKind.ABC: "ABC",
    Weapon.OTHER_SHARP: "other sharp object",
    Weapon.SUBSTANCE: "substance used as a weapon",
    Outside.OTHER_SCHOOL_STUDENT: "student of another school",
    PlanKind.CHECK_IN_CHECK_OUT: "check-in/check-out",
    MeetingKind.FOLLOW_UP: "follow-up",
    Unit.PERCENT_OF_POINTS: "% of points",
    LengthDifference.TERM_DECREASED_DUE_TO_HEALTH_RELATED_CIRCUMSTANCES: (
        "term decreased due to health-related circumstances"
    ),
    LengthDifference.CONTINUATION_OF_PRIOR_YEARS_DISCIPLINARY_ACTION: (
        "continuation of prior year's disciplinary action"
    ),
}
