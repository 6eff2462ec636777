"""The orgs of a roster: a tree of districts, schools and departments, and who asks for which."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from ledger.imports import RosterSchool, Unreadable
from ledger.imports.oneroster_words import ORGS, active
from ledger.imports.sheets import Reading, Row

Schools = tuple[RosterSchool, ...]
# Words for schools, or who is asked for them once it is known which there are; None: every school.
Wanted = Collection[str] | Callable[[Schools], Collection[str] | None] | None

SCHOOL = "school"
SHOWN = 20  # schools in a sentence


@dataclass(frozen=True)
class Orgs:
    """The orgs by id, in the order of their file, and for each the school that it is or is in."""

    all: Mapping[str, RosterSchool]
    lines: Mapping[str, int]
    school_of: Mapping[str, str]  # the org itself, where no school is above it

    @property
    def schools(self) -> Schools:
        """Those that a person may choose from."""
        return tuple(org for org in self.all.values() if org.type == SCHOOL and org.active)

    def is_school(self, id: str) -> bool:
        return id in self.all and self.all[id].type == SCHOOL


def read_orgs(reading: Reading) -> Orgs:
    """All orgs, each below another that is there, and none below itself."""
    said = dict(reading.each(ORGS, lambda row: (row["sourcedId"], (row.line, _org(row)))))
    lines = {id: line for id, (line, _) in said.items()}
    parents = _uncircled(reading, lines, _known_parents(reading, said))
    all_ = {id: replace(org, parent_id=parents[id]) for id, (_, org) in said.items()}
    return Orgs(all_, lines, _school_of(all_))


def _org(row: Row) -> RosterSchool:
    kind, parent = row["type"].lower(), row["parentSourcedId"] or None
    return RosterSchool(row["sourcedId"], row["name"], kind, row["identifier"], active(row), parent)


def _known_parents(
    reading: Reading, said: Mapping[str, tuple[int, RosterSchool]]
) -> dict[str, str | None]:
    parents: dict[str, str | None] = {}
    for id, (line, org) in said.items():
        parents[id] = org.parent_id if org.parent_id in said else None
        if org.parent_id != parents[id]:
            reading.note(ORGS, line, "parentSourcedId", "names an org that is not here: left out")
    return parents


def _uncircled(
    reading: Reading, lines: Mapping[str, int], parents: dict[str, str | None]
) -> dict[str, str | None]:
    """The parents, each circle of them cut where it closes."""
    sound: set[str] = set()
    for id in parents:
        way: dict[str, None] = {}
        here: str | None = id
        while here is not None and here not in sound:
            way[here] = None
            above = parents[here]
            if above in way:
                odd = "leads back to this org, in a circle: left out"
                reading.note(ORGS, lines[here], "parentSourcedId", odd)
                parents[here] = above = None
            here = above
        sound.update(way)
    return parents


def _school_of(orgs: Mapping[str, RosterSchool]) -> dict[str, str]:
    found: dict[str, str | None] = {}
    for id in orgs:
        way: list[str] = []
        here: str | None = id
        while here is not None and here not in found and orgs[here].type != SCHOOL:
            way.append(here)
            here = orgs[here].parent_id
        school = here if here is None else found.setdefault(here, here)
        found.update(dict.fromkeys(way, school))
    return {id: school or id for id, school in found.items()}


# Which of them are asked for


def chosen(orgs: Orgs, wanted: Wanted) -> frozenset[str] | None:
    """The ids of the schools that are asked for, None for all; raises Unreadable for an unknown."""
    words = wanted(orgs.schools) if callable(wanted) else wanted
    return None if words is None else frozenset(_one(orgs.schools, word) for word in words)


def _one(schools: Schools, word: str) -> str:
    """The one school with this id, else with this identifier or name."""
    asked = word.strip().casefold()
    by_id = [school for school in schools if school.source_id.casefold() == asked]
    named = [s for s in schools if asked in (s.identifier.casefold(), s.name.casefold()) if asked]
    fit = by_id or named
    if len(fit) == 1:
        return fit[0].source_id
    if fit:
        raise Unreadable(f"{len(fit)} schools of the roster are called {word}: {_listed(fit)}")
    if not schools:
        raise Unreadable(f"no school {word} can be chosen: the roster names no school")
    raise Unreadable(f"no school of the roster is called {word}; there is {_listed(schools)}")


def _listed(schools: Iterable[RosterSchool]) -> str:
    names = [f"{school.name} ({school.source_id})" for school in schools]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
