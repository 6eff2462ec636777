"""One member of staff: who it is, what they do here, and whether they still do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, assert_never

from pydantic import Field

from ledger.domain import Command, Decider, Destroyed, Event, Refused, Sealed, Value
from ledger.domain.codes import StaffRole

Name = Annotated[str, Field(max_length=300)]
Roles = tuple[StaffRole, ...]


# What is known of a member of staff.


class StaffIdentity(Value):
    """Who it is; an empty username signs nobody in, an empty source id is of no roster."""

    given: Name = ""
    family: Name = ""
    username: Name = ""
    source_id: Name = ""
    numbers: tuple[tuple[str, str], ...] = ()  # (what kind of number, the number)


class Employment(Value):
    """What a source says of a member of staff, from a date on."""

    who: Sealed[StaffIdentity]
    roles: Roles
    effective_on: date
    source: Annotated[str, Field(max_length=60)]


class Duties(Value):
    """The roles that the school itself gives, from a date on."""

    roles: Roles
    effective_on: date


# Events


class StaffRecorded(Employment, Event):
    """A source described the member of staff so; who had left is back."""

    def __str__(self) -> str:
        return f"on the staff: {_words(self.roles)}"


class StaffRolesSet(Duties, Event):
    """The school gave other roles than the source did; they stand until it gives others."""

    def __str__(self) -> str:
        return f"now {_words(self.roles)}"


class StaffLeft(Event):
    """The member of staff left, by the word of a source or of the school itself."""

    effective_on: date
    by_hand: bool = False

    def __str__(self) -> str:
        return "left the staff"


StaffEvent = StaffRecorded | StaffRolesSet | StaffLeft


def _words(roles: Roles) -> str:
    return ", ".join(role.label for role in roles)


# State


@dataclass(frozen=True)
class Staff:
    """What the rules of a member of staff need to know."""

    who: StaffIdentity | Destroyed | None = None
    told: Roles = ()  # by the source
    roles: Roles = ()
    left_on: date | None = None
    left_by_hand: bool = False

    @property
    def by_hand(self) -> bool:
        """Whether the school gave other roles than the source."""
        return self.roles != self.told


def evolve(staff: Staff, event: StaffEvent) -> Staff:
    """What the source says starts afresh; what the school sets comes on top."""
    match event:
        case StaffRecorded():
            return Staff(who=event.who, told=event.roles, roles=event.roles)
        case StaffRolesSet():
            return replace(staff, roles=event.roles)
        case StaffLeft():
            return replace(staff, left_on=event.effective_on, left_by_hand=event.by_hand)
        case _:
            assert_never(event)


# Commands


class RecordStaff(Employment, Command):
    """Record what a source says of a member of staff."""

    listed: bool = False  # by a roster, which does not know whom the school itself let go


class SetStaffRoles(Duties, Command):
    """Give a member of staff these roles, whatever the source says."""


class LeaveStaff(Command):
    """Record that a member of staff left."""

    effective_on: date
    by_hand: bool = False


StaffCommand = RecordStaff | SetStaffRoles | LeaveStaff


def decide(command: StaffCommand, staff: Staff) -> list[StaffEvent]:
    """What changed, or nothing; roles that the school gave outlast what the source says."""
    match command:
        case RecordStaff():
            return _record(command, staff)
        case SetStaffRoles():
            _check_here(staff)
            roles = _in_order(command.roles)
            return [] if roles == staff.roles else [command.became(StaffRolesSet, roles=roles)]
        case LeaveStaff():
            _check_known(staff)
            unchanged = command.effective_on == staff.left_on
            return [] if unchanged else [command.became(StaffLeft)]
        case _:
            assert_never(command)


def _record(command: RecordStaff, staff: Staff) -> list[StaffEvent]:
    _check_named(command.who)
    if command.listed and staff.left_by_hand:
        return []
    said = command.became(StaffRecorded, roles=_in_order(command.roles))
    unchanged = (said.who, said.roles) == (staff.who, staff.told)
    back = staff.left_on is not None and said.effective_on >= staff.left_on
    if unchanged and not back:
        return []
    if staff.left_on is not None:
        _check_back(back, staff.left_on)
        return [said]
    return [said, *_kept_duties(said, staff)]


def _kept_duties(said: StaffRecorded, staff: Staff) -> list[StaffEvent]:
    """The roles that the school had given, given again on top of what the source says now."""
    if not staff.by_hand or said.roles == staff.roles:
        return []
    return [StaffRolesSet(roles=staff.roles, effective_on=said.effective_on)]


def _in_order(roles: Roles) -> Roles:
    """Each role once, in the order of the code set."""
    if not roles:
        raise Refused("no role given: give at least one, or record that they left")
    return tuple(role for role in StaffRole if role in roles)


def _check_named(who: StaffIdentity | Destroyed) -> None:
    if not isinstance(who, StaffIdentity) or not (who.given.strip() or who.family.strip()):
        raise Refused("a member of staff needs a name: give the first or the family name")


def _check_known(staff: Staff) -> None:
    if staff.who is None:
        raise Refused("no such member of staff: record them first")


def _check_here(staff: Staff) -> None:
    _check_known(staff)
    if staff.left_on is not None:
        raise Refused(f"they left on {staff.left_on}: record them again first")


def _check_back(back: bool, left_on: date) -> None:
    if not back:
        raise Refused(f"they left on {left_on}: to bring them back, record them from that day on")


STAFF = Decider("staff", Staff(), decide, evolve, StaffEvent)
