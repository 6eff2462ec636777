"""Which students of a source look like known ones: proposed to a person, and never decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ledger.domain.student import Facts, another
from ledger.finding import Db, Look, born_key, having, look, search_key
from ledger.imports import RosterStudent
from ledger.imports.linking import Students
from ledger.imports.roster import identity

SEVERAL = "several known ones fit"
CLAIMED = "another row fits the same one"
NUMBER_ONLY = "the number alone"
REUSED = "this id was another student's: taken as another child"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A student of the source, and whom of ours they may be; nobody, when the id is used again."""

    source_id: str = field(repr=False)
    name: str = field(repr=False)
    grade: str
    known: tuple[Look, ...]
    why: str
    sure: bool

    @property
    def one(self) -> str | None:
        """Our id, when it is one student who fits."""
        return self.known[0].student_id if len(self.known) == 1 else None

    @property
    def reused(self) -> bool:
        return self.why == REUSED


def alike(db: Db, row: RosterStudent) -> list[str]:
    """Ids of ours with the same number of any kind, or the same birth date and family name."""
    found = [id for number in _numbers(row) for id in having(db, "number", number)]
    if row.birth_date:
        found += having(db, "born", born_key(row.birth_date, row.family))
    return list(dict.fromkeys(found))


def _numbers(row: RosterStudent) -> list[str]:
    """Every number of a row, as they are compared."""
    numbers = (row.source_id, *(number for _, number in row.numbers))
    return list(dict.fromkeys(number.casefold() for number in numbers))


def proposals(
    db: Db, students: Students, rows: Iterable[RosterStudent], source: str
) -> list[Proposal]:
    """What a person may say yes to: first what is sure, then what is not, then ids used again."""
    found = list(_proposals(db, students, rows, source))
    claims = Counter(one.one for one in found if one.one)
    told = [_once(one) if claims[one.one or ""] > 1 else one for one in found]
    return sorted(told, key=lambda one: (one.reused, not one.sure))


def _once(one: Proposal) -> Proposal:
    return replace(one, why=CLAIMED, sure=False)


def _proposals(
    db: Db, students: Students, rows: Iterable[RosterStudent], source: str
) -> Iterator[Proposal]:
    for row in (row for row in rows if row.active):
        before = students.facts(source, row.source_id)
        if before is not None:
            if another(_said(row, before), before):
                yield _proposal(row, (), REUSED, sure=False)
            continue
        looks = (look(db, id) for id in alike(db, row))
        known = tuple(one for one in looks if one and one.sources and source not in one.sources)
        if known and not students.is_linked(source, row.source_id):
            yield _compared(row, known)


def _said(row: RosterStudent, before: Facts) -> Facts:
    return before.model_copy(update={"who": identity(row)})


def _proposal(row: RosterStudent, known: tuple[Look, ...], why: str, *, sure: bool) -> Proposal:
    return Proposal(row.source_id, identity(row).name, row.grade or "", known, why, sure)


def _compared(row: RosterStudent, known: tuple[Look, ...]) -> Proposal:
    """The one of whom there is no doubt, if there is one; else all of them."""
    certain = tuple(one for one in known if _is_certain(_common(row, one)))
    if len(certain) == 1:
        return _proposal(row, certain, f"same {', '.join(_common(row, *certain))}", sure=True)
    if len(known) > 1:
        return _proposal(row, known, SEVERAL, sure=False)
    common = _common(row, *known)
    why = NUMBER_ONLY if common == ["number"] else f"same {', '.join(common)}"
    return _proposal(row, known, why, sure=False)


def _common(row: RosterStudent, one: Look) -> list[str]:
    """What a row has in common with one of ours."""
    given = {search_key(name) for name in (row.given, row.preferred) if name}
    common = {
        "number": not one.numbers.isdisjoint(_numbers(row)),
        "birth date": row.birth_date is not None and str(row.birth_date) == one.birth_date,
        "family name": search_key(row.family) == search_key(one.family),
        "given name": search_key(one.given) in given,
    }
    return [name for name, same in common.items() if same]


def _is_certain(common: list[str]) -> bool:
    """A number and something of the child, or all that is of the child."""
    return len(common) > 1 if "number" in common else len(common) == 3
