"""Ed-Fi's words in our codes, where a word means one of ours for certain."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.codes import (
    Action,
    Behavior,
    CodeT,
    LengthDifference,
    Level,
    Location,
    Role,
    Weapon,
    certain_level,
)

SHORT = 60  # letters of a word that is kept beside a code

LOCATIONS: Mapping[str, Location] = {
    "Administrative offices area": Location.OFFICE,
    "Athletic field or playground": Location.PLAYGROUND,
    "Bus stop": Location.BUS_LOADING_ZONE,
    "Cafeteria area": Location.CAFETERIA,
    "Classroom": Location.CLASSROOM,
    "Hallway or stairs": Location.HALLWAY_BREEZEWAY,
    "Library/media center": Location.LIBRARY,
    "Off campus": Location.OFF_CAMPUS,
    "Parking lot": Location.PARKING_LOT,
    "Restroom": Location.RESTROOM,
    "School bus": Location.BUS,
    "Unknown": Location.UNKNOWN,
}
# Ours is one of several that the word may mean, or is wider: the word is kept beside it.
WIDER_LOCATIONS: Mapping[str, Location] = {
    "Locker room or gym areas": Location.GYM,
    "Off-campus at a school sponsored activity": Location.OFF_CAMPUS,
    "Off-campus at another location unrelated to school": Location.OFF_CAMPUS,
    "Off-campus at other school": Location.OFF_CAMPUS,
    "Off-campus at other school district facility": Location.OFF_CAMPUS,
    "On campus": Location.COMMON_AREA,
}
ACTIONS: Mapping[str, Action] = {
    "Removal from Classroom": Action.REMOVAL_FROM_CLASS,
    "In School Suspension": Action.IN_SCHOOL_SUSPENSION,
    "Out of School Suspension": Action.OUT_OF_SCHOOL_SUSPENSION,
    "Community Service": Action.COMMUNITY_SERVICE,
    "No action for incident": Action.NO_ACTION,
}
WEAPONS: Mapping[str, Weapon] = {
    "Club": Weapon.CLUB,
    "Handgun": Weapon.FIREARM,
    "Knife": Weapon.KNIFE,
    "Other Firearm": Weapon.FIREARM,
    "Other Object": Weapon.OTHER_OBJECT,
    "Other Sharp Objects": Weapon.OTHER_SHARP,
    "Rifle/Shotgun": Weapon.FIREARM,
    "Substance Used as Weapon": Weapon.SUBSTANCE,
}
ROLES: Mapping[str, Role] = {
    "Perpetrator": Role.REFERRED,
    "Reporter": Role.REPORTER,
    "Victim": Role.VICTIM,
    "Witness": Role.WITNESS,
}
DIFFERENCES: Mapping[str, LengthDifference] = {
    code.value.replace("-", " "): code for code in LengthDifference
} | {
    "term decreased due to health-related circumstances": (
        LengthDifference.TERM_DECREASED_DUE_TO_HEALTH_RELATED_CIRCUMSTANCES
    ),
    "continuation of prior year's disciplinary action": (
        LengthDifference.CONTINUATION_OF_PRIOR_YEARS_DISCIPLINARY_ACTION
    ),
}
MAJOR = frozenset(("State Offense", "School Violation"))  # the office's, as a state reads them


def word_of(descriptor: str) -> str:
    """The code of a descriptor: what follows the # of its URI."""
    return descriptor.rpartition("#")[2].strip()


def ours(word: str, codes: type[CodeT]) -> CodeT | None:
    """The code that a local word is, whatever the namespace it stands in."""
    return next((code for code in codes if code.value == word and word != "other"), None)


def _kept(word: str) -> str | None:
    """What stands beside `other`, unless it says no more than that."""
    return None if word.lower() == "other" else word[:SHORT]


def behavior(word: str) -> tuple[Behavior, Level, bool, str | None]:
    """(our behavior, its level, whether that is assumed, the word that is kept beside it)."""
    code = ours(word, Behavior)
    level = certain_level(code) if code else None
    if code is not None:
        return code, level or Level.MINOR, level is None, None
    assumed = Level.MAJOR if word in MAJOR else Level.MINOR
    return Behavior.OTHER, assumed, True, _kept(word)


def action(word: str) -> tuple[Action, str | None]:
    """(our action, the word that is kept beside it)."""
    code = ours(word, Action) or ACTIONS.get(word)
    return (code, None) if code else (Action.OTHER, _kept(word))


def location(word: str) -> tuple[Location, str | None]:
    """(our location, the word that is kept beside it)."""
    code = ours(word, Location) or LOCATIONS.get(word)
    return (code, None) if code else (WIDER_LOCATIONS.get(word, Location.OTHER), word[:SHORT])


def weapon(word: str) -> Weapon:
    return ours(word, Weapon) or WEAPONS.get(word, Weapon.OTHER)


def difference(word: str) -> LengthDifference:
    found = ours(word, LengthDifference) or DIFFERENCES.get(word.lower())
    return found or LengthDifference.OTHER
