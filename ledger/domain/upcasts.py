"""How events that earlier releases wrote are read today.

To change an event's shape, change its class and add the step from its last version here; keep one
stored row of the old version in `tests/golden`. The schema version of an event is 1 + its steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Step = Callable[[dict[str, Any]], dict[str, Any]]


def _names_nobody(fields: dict[str, Any]) -> dict[str, Any]:
    """A statement from before texts were looked through for names."""
    return fields | {"may_name": []}


def _no_interpreter(fields: dict[str, Any]) -> dict[str, Any]:
    """A contact from before it said who interpreted."""
    return fields | {"interpreter": None}


def _no_rule(fields: dict[str, Any]) -> dict[str, Any]:
    """An action from before it said which rules it was recorded against."""
    return fields | {"threat": False, "against": []}


def _no_day(fields: dict[str, Any]) -> dict[str, Any]:
    """A referral from before it said its day: that on which it was recorded."""
    return fields | {"on": None}


def _by_a_source(fields: dict[str, Any]) -> dict[str, Any]:
    """A leaving from before it said on whose word."""
    return fields | {"by_hand": False}


# category.Event → its steps, oldest first: from version 1 to 2, from 2 to 3 …
STEPS: Mapping[str, tuple[Step, ...]] = {
    "incident.StatementAdded": (_names_nobody,),
    "incident.FamilyContacted": (_no_interpreter,),
    "incident.ActionTaken": (_no_rule,),
    "incident.ActionCorrected": (_no_rule,),
    "incident.ReferredToOffice": (_no_day,),
    "staff.StaffLeft": (_by_a_source,),
    "student.ContactMade": (_no_interpreter,),
}


def version(category: str, name: str) -> int:
    """The schema version that is written today."""
    return 1 + len(STEPS.get(f"{category}.{name}", ()))


def upcast(category: str, name: str, stored: int, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a stored event in today's shape."""
    for step in STEPS.get(f"{category}.{name}", ())[stored - 1 :]:
        fields = step(fields)
    return fields
