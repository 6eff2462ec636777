"""Children whom the roster does not have yet: recorded by hand with what they took part in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from cli import Desk, asking
from ledger.domain.codes import Role
from ledger.finding import BY_NUMBER, Finding, Found, Which, called, search_key
from ledger.said import Unclear

DIGITS = frozenset("0123456789")


def named(desk: Desk, said: Mapping[str, Any]) -> list[tuple[Found, Role]]:
    """Whom --not-on-roster names: NAME or NAME=ROLE, referred when no other student is."""
    names: Sequence[str] = said["not_on_roster"]
    if not names and not said["student"]:
        raise click.UsageError(
            "which student? Name one, or with --not-on-roster whom the roster does not have yet"
        )
    role = Role.INVOLVED if said["student"] else Role.REFERRED
    return [_named(desk, words, role) for words in names]


def _named(desk: Desk, words: str, role: Role) -> tuple[Found, Role]:
    name, _, own = words.partition("=")
    return child(desk, name), asking.code(desk, own, Role) if own else role


def child(desk: Desk, words: str) -> Found:
    """Who was recorded under this name before, or somebody new; Which when it may be another."""
    name = " ".join(words.split())
    key = search_key(name)
    if not key:
        raise Unclear("a child who is not on the roster needs a name: --not-on-roster NAME")
    if " " not in name and not DIGITS.isdisjoint(name):
        return asking.student(desk, name)  # somebody known, by an id or a number
    desk.school.views.catch_up(desk.school.record)
    found = called(desk.school.roster, name)
    if not found:
        return Found(_id(desk, key), f"{name} {BY_NUMBER}", "", "", "", True)
    if len(found) > 1 or not found[0].unlisted or search_key(_name(found[0])) != key:
        raise Which(name, Finding(tuple(found)))
    return found[0]


def _id(desk: Desk, key: str) -> str:
    return desk.school.record.id_for("student", f"by hand|{key}")


def _name(found: Found) -> str:
    return found.name.removesuffix(BY_NUMBER).strip()


def record(desk: Desk, people: Iterable[Found]) -> None:
    """Record those of them who are new, in the transaction of what they took part in."""
    for found in filter(lambda one: one.unlisted, people):
        if not desk.school.record.stream(f"student-{found.student_id}"):
            _record(desk, found)


def make_findable(desk: Desk, names: Sequence[str]) -> None:
    """From now on a name means them too, where another child has it as well."""
    if names:
        desk.school.views.catch_up(desk.school.record)


def _record(desk: Desk, found: Found) -> None:
    from ledger.domain.student import BY_HAND, STUDENT, Identity, RecordStudent

    given, _, family = _name(found).partition(" ")
    command = RecordStudent(
        student_id=found.student_id,
        source=BY_HAND,
        effective_on=desk.school.now.date(),
        who=Identity(given=given, family=family),
        school_id=desk.school.settings.school_id,
    )
    desk.school.do(STUDENT, found.student_id, command)
