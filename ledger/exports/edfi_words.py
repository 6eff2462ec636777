"""Our codes in Ed-Fi's words: the core descriptors of Data Standard 5, and what maps to each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ledger.domain.codes import (
    Action,
    Behavior,
    Code,
    LengthDifference,
    Location,
    RestraintReason,
    Role,
    Weapon,
)

CORE = "uri://ed-fi.org"
DESCRIPTOR = 306  # the length of one
OURS: Mapping[str, type[Code]] = {"Behavior": Behavior, "Discipline": Action}  # local or core


def _by_code(words: Mapping[str, Iterable[Code]]) -> dict[str, str]:
    return {code.value: word for word, codes in words.items() for code in codes}


# Core has four words. What a state's code commonly names is a state offense; the rest of the major
# list is a school violation, the minor list the code of conduct. A school that needs its state's
# own list sends local words, which the state maps.
_BEHAVIOR = {
    "State Offense": (
        Behavior.ALCOHOL,
        Behavior.ARSON,
        Behavior.BOMB_THREAT,
        Behavior.COMBUSTIBLES,
        Behavior.DRUGS,
        Behavior.TOBACCO,
        Behavior.WEAPONS,
    ),
    "School Violation": (
        Behavior.ABUSIVE_LANGUAGE,
        Behavior.BULLYING,
        Behavior.FIGHTING,
        Behavior.FORGERY_THEFT_PLAGIARISM,
        Behavior.GANG_DISPLAY,
        Behavior.HARASSMENT,
        Behavior.INAPPROPRIATE_AFFECTION,
        Behavior.INAPPROPRIATE_LOCATION,
        Behavior.LYING_CHEATING,
        Behavior.PHYSICAL_AGGRESSION,
        Behavior.PROPERTY_DAMAGE,
        Behavior.SKIP_CLASS,
        Behavior.TRUANCY,
    ),
    "School Code of Conduct": (
        Behavior.DEFIANCE,
        Behavior.DISRESPECT,
        Behavior.DISRUPTION,
        Behavior.DRESS_CODE,
        Behavior.INAPPROPRIATE_LANGUAGE,
        Behavior.PHYSICAL_CONTACT,
        Behavior.PROPERTY_MISUSE,
        Behavior.TARDY,
        Behavior.TECHNOLOGY_VIOLATION,
    ),
    "Other": (Behavior.OTHER,),
}

# A child who is sent home is out of the classroom, and suspended only when somebody decides so; a
# recommendation to expel expels nobody. `action-pending` has no word in either set: see edfi.py.
_DISCIPLINE = {
    "Removal from Classroom": (Action.REMOVAL_FROM_CLASS, Action.SENT_HOME_EARLY),
    "In School Suspension": (Action.IN_SCHOOL_SUSPENSION,),
    "Out of School Suspension": (Action.OUT_OF_SCHOOL_SUSPENSION,),
    "Community Service": (Action.COMMUNITY_SERVICE,),
    "No action for incident": (Action.NO_ACTION,),
    "Other": (
        Action.CONFERENCE_WITH_STUDENT,
        Action.GUARDIAN_CONTACT,
        Action.LOSS_OF_PRIVILEGE,
        Action.LOSS_OF_RECESS,
        Action.TIME_IN_OFFICE,
        Action.TIME_OUT_OR_DETENTION,
        Action.RESTITUTION,
        Action.INDIVIDUALIZED_INSTRUCTION,
        Action.RESTORATIVE_CONFERENCE,
        Action.COUNSELING_REFERRAL,
        Action.SST_REQUEST,
        Action.BUS_SUSPENSION,
        Action.SATURDAY_SCHOOL,
        Action.ALTERNATIVE_PLACEMENT,
        Action.EXPULSION_RECOMMENDATION,
        Action.OTHER,
    ),
}

_INCIDENT_LOCATION = {
    "Administrative offices area": (Location.OFFICE,),
    "Athletic field or playground": (Location.PLAYGROUND,),
    "Bus stop": (Location.BUS_LOADING_ZONE,),
    "Cafeteria area": (Location.CAFETERIA,),
    "Classroom": (Location.CLASSROOM,),
    "Hallway or stairs": (Location.HALLWAY_BREEZEWAY,),
    "Library/media center": (Location.LIBRARY,),
    "Locker room or gym areas": (Location.GYM, Location.LOCKER_ROOM),
    "Off campus": (Location.OFF_CAMPUS,),
    "On campus": (Location.COMMON_AREA,),
    "Parking lot": (Location.PARKING_LOT,),
    "Restroom": (Location.RESTROOM,),
    "School bus": (Location.BUS,),
    "Unknown": (Location.UNKNOWN,),
}
# An assembly is on campus and a field trip is not; Ed-Fi has no "other" place. The incident goes
# without a location, which Ed-Fi allows, rather than with a wrong one.
PLACELESS = frozenset(
    {Location.OTHER.value, Location.SPECIAL_EVENT_ASSEMBLY_FIELD_TRIP.value},
)

_WEAPON = {
    "Club": (Weapon.CLUB,),
    "Knife": (Weapon.KNIFE,),
    "Other": (Weapon.OTHER,),
    "Other Firearm": (Weapon.FIREARM,),  # handgun or rifle is not recorded
    "Other Object": (Weapon.OTHER_OBJECT,),
    "Other Sharp Objects": (Weapon.OTHER_SHARP,),
    "Substance Used as Weapon": (Weapon.SUBSTANCE,),
}

_PARTICIPATION = {
    "Perpetrator": (Role.REFERRED,),
    "Reporter": (Role.REPORTER,),
    "Victim": (Role.VICTIM,),
    "Witness": (Role.WITNESS,),
}

_DIFFERENCE = {
    "No Difference": (LengthDifference.NO_DIFFERENCE,),
    "Term Modified By District": (LengthDifference.TERM_MODIFIED_BY_DISTRICT,),
    "Term Modified By Mutual Agreement": (LengthDifference.TERM_MODIFIED_BY_MUTUAL_AGREEMENT,),
    "Term Modified By Court Order": (LengthDifference.TERM_MODIFIED_BY_COURT_ORDER,),
    "Completed Term Requirements Sooner Than Expected": (
        LengthDifference.COMPLETED_TERM_REQUIREMENTS_SOONER_THAN_EXPECTED,
    ),
    "School Year Ended": (LengthDifference.SCHOOL_YEAR_ENDED,),
    "Student Withdrew From School": (LengthDifference.STUDENT_WITHDREW_FROM_SCHOOL,),
    "Student Incarcerated": (LengthDifference.STUDENT_INCARCERATED,),
    "Term Decreased Due To Health-Related Circumstances": (
        LengthDifference.TERM_DECREASED_DUE_TO_HEALTH_RELATED_CIRCUMSTANCES,
    ),
    "Term Modified By Placement Program Due To Behavior": (
        LengthDifference.TERM_MODIFIED_BY_PLACEMENT_PROGRAM_DUE_TO_BEHAVIOR,
    ),
    "Continuation Of Prior Year's Disciplinary Action": (
        LengthDifference.CONTINUATION_OF_PRIOR_YEARS_DISCIPLINARY_ACTION,
    ),
    "Other": (LengthDifference.OTHER,),
}

_REASON = {
    "Imminent Serious Physical Harm To Others": (RestraintReason.HARM_TO_OTHERS,),
    "Imminent Serious Physical Harm To Themselves": (RestraintReason.HARM_TO_SELF,),
    "Imminent Serious Property Destruction": (RestraintReason.PROPERTY_DESTRUCTION,),
}

# The name of a descriptor set, without "Descriptor" → the set of ours that goes there.
SETS: Mapping[str, type[Code]] = {
    **OURS,
    "IncidentLocation": Location,
    "Weapon": Weapon,
    "DisciplineIncidentParticipationCode": Role,
    "DisciplineActionLengthDifferenceReason": LengthDifference,
    "RestraintEventReason": RestraintReason,
}

# The name of a descriptor set, without "Descriptor" → our code → Ed-Fi's word.
WORDS: Mapping[str, Mapping[str, str]] = {
    "Behavior": _by_code(_BEHAVIOR),
    "Discipline": _by_code(_DISCIPLINE),
    "IncidentLocation": _by_code(_INCIDENT_LOCATION),
    "Weapon": _by_code(_WEAPON),
    "DisciplineIncidentParticipationCode": _by_code(_PARTICIPATION),
    "DisciplineActionLengthDifferenceReason": _by_code(_DIFFERENCE),
    "RestraintEventReason": _by_code(_REASON),
    "ReporterDescription": {"staff": "Staff"},
}

# Words of these sets that no code of ours goes to; a sink's own map may.
_BESIDE = {
    "Discipline": (
        "Expulsion",
        "Expulsion under Guns Free School Act",
        "Expulsion under Guns Free School Act with Services",
        "Expulsion with Services",
    ),
    "IncidentLocation": (
        "Auditorium",
        "Computer lab",
        "Off-campus at a school sponsored activity",
        "Off-campus at another location unrelated to school",
        "Off-campus at other school",
        "Off-campus at other school district facility",
        "On-campus other inside area",
        "On-campus other outside area",
        "Online",
        "Stadium",
        "Walking to or from school",
    ),
    "Weapon": ("Handgun", "Rifle/Shotgun", "Unknown"),
}


def known(of: str) -> list[str]:
    """Every word that Ed-Fi has in this set."""
    return sorted({*WORDS[of].values(), *_BESIDE.get(of, ())})


def uri(of: str, word: str) -> str:
    """The descriptor of this word: Ed-Fi's own, unless the word is a whole one already."""
    return word if word.startswith("uri://") else f"{CORE}/{of}Descriptor#{word}"
