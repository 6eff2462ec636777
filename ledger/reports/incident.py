"""One incident on the screen, with names; and a list of incidents, a line each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ledger.domain.codes import Location
from ledger.domain.rules import Rules
from ledger.reading import Card, Incidents, IncidentView
from ledger.reports import wrapped
from ledger.reports.due_process import against
from ledger.reports.due_process import lines as owed
from ledger.reports.timeline import contacted, doing, origin, restrained, seen
from ledger.said import show_day, show_time

SHORT = 7


def lines(view: IncidentView, zone: ZoneInfo, rules: Rules) -> list[str]:
    """Everything that stands, then what was corrected, then what is open."""
    card = view.card
    told = [f"{card.incident_id[:SHORT]}   {headline(card, zone)}", f"  id {card.incident_id}"]
    if card.standing != "open":
        told.append(f"  {card.standing.upper()}  {card.void_reason or card.merged_into or ''}")
    told += [f"  {line}" for line in _people(view)]
    told += [f"  {line}" for line in _said(view)]
    told += [f"  {line}" for line in (*_done(view, rules), *_held(card))]
    told += [f"  {line}" for line in (*_details(view), *owed(card, view.staff, zone))]
    told += [f"  fixed  {line}" for line in _changes(view)]
    told += [f"  the same as  {other[:SHORT]}" for other in view.same]
    if card.open and card.standing == "open":
        told.append(f"  Open: {' · '.join(card.open)}")
    return [part for line in told for part in wrapped(line, 6)]


def headline(card: Card, zone: ZoneInfo) -> str:
    """minor disruption · cafeteria · Wed Oct 14 2026, 12:10 PM"""
    at = datetime.fromisoformat(card.occurred_at).astimezone(zone)
    what = seen(card)
    level = "MAJOR" if card.level == "major" else card.level
    when = show_day(at) if card.day_only else f"{show_day(at)}, {show_time(at)}"
    return f"{level} {what} · {_place(card)} · {when}"


def _place(card: Card) -> str:
    code = card.details.get("location")
    return card.details.get("place") or (Location(code).label if code else "place not said")


def _people(view: IncidentView) -> Iterator[str]:
    for person in view.card.people.values():
        roles = ", ".join(role.replace("-", " ") for role in person.roles)
        why = f" · why: {person.motivation.replace('-', ' ')}" if person.motivation else ""
        if person.student_id is None:
            name = f"{person.name}, " if person.name else ""
            yield f"{person.label}  {name}{person.outside} (outside the school)   {roles}"
            continue
        student = view.people[person.student_id]
        grade = f"gr {student.grade} {student.teacher}".rstrip()
        yield f"{person.label}  {student.name}   {grade}   {roles}{why}"


def _said(view: IncidentView) -> Iterator[str]:
    for said in view.card.statements:
        who = view.staff.get(said.observer or "", said.observer or "somebody")
        text = said.destroyed or said.text
        if not said.number:
            yield f"{who} says: {text}"
            continue
        yield f"{said.number} {said.verb} {who}: {text}"


def _done(view: IncidentView, rules: Rules) -> Iterator[str]:
    for number, done in view.card.actions.items():
        who = view.staff.get(done.by or "", "somebody")
        yield _noted(f"done {number}  {done.label} {doing(done)}, {done.on}, {who}", done.note)
        if done.against:
            yield _noted(f"done {number}  {against(done.against, rules.by_id)}", done.happened)


NOBODY = "(of a child who had no part in it)"  # once it was somebody else


def _held(card: Card) -> Iterator[str]:
    for contact in card.contacts:
        whose = contact["label"] or NOBODY
        yield _noted(f"contact  {whose} {contacted(contact)}", contact.get("note"))
    for used in card.restraints:
        why = [reason.replace("-", " ") for reason in used.get("reasons", ())]
        yield _noted(", ".join((restrained(used), *why)), used.get("note"))


def _noted(line: str, note: str | None) -> str:
    return f"{line}: {note}" if note else line


def _details(view: IncidentView) -> Iterator[str]:
    card, staff = view.card, view.staff
    if card.details.get("slip"):
        yield f"slip {card.details['slip']}"
    if card.origin:
        yield origin(card)
    if card.reporter:
        yield f"reported by {card.reporter}"
    elif card.reported_by != card.recorded_by:
        by, recorder = card.reported_by or "", card.recorded_by or ""
        yield f"reported by {staff.get(by, by)}, recorded by {staff.get(recorder, recorder)}"
    if card.office:
        to = card.office.get("to", "")
        yield f"sent to the office: {staff.get(to, 'nobody named')}"
    for name in ("others", "weapon", "period", "staff_minutes", "law_enforcement_told"):
        if name in card.details:
            yield f"{name.replace('_', ' ')}: {card.details[name]}"


def _changes(view: IncidentView) -> Iterator[str]:
    for change in view.card.changes:
        who = view.staff.get(change.actor, "somebody")
        what = f"{change.was} → {change.now}" if change.was else change.now
        why = f' ("{change.reason}")' if change.reason else ""
        yield f"{change.recorded_at[:10]}, {who}: {what}{why}"


def table(found: Incidents, zone: ZoneInfo) -> list[str]:
    """A line an incident, the last first."""
    if not found.cards:
        return ["No incident in this time."]
    return [_row(card, found, zone) for card in found.cards]


def _row(card: Card, found: Incidents, zone: ZoneInfo) -> str:
    at = datetime.fromisoformat(card.occurred_at).astimezone(zone)
    people = [found.people[p.student_id].name for p in card.people.values() if p.student_id]
    what = seen(card)
    state = "" if card.standing == "open" else f"  {card.standing}"
    level = "MAJOR" if card.level == "major" else card.level
    day = f"{at:%b} {at.day:>2}"
    left = f"{card.incident_id[:SHORT]}  {day} {show_time(at):>8}  {level:<5}"
    return f"{left}  {what} · {_place(card)} · {', '.join(people)}{state}"


def brief(card: Card) -> dict[str, Any]:
    """An incident of a list, for programs: ids and codes."""
    return {
        "id": card.incident_id,
        "occurred_at": card.occurred_at,
        "level": card.level,
        "behaviors": card.behaviors,
        "location": card.details.get("location"),
        "standing": card.standing,
        "participants": [
            {"label": p.label, "student_id": p.student_id, "roles": p.roles}
            for p in card.people.values()
        ],
        "open": card.open,
    }
