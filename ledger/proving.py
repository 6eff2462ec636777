"""Proof for a whole school: both ledgers, their checkpoints, and the views that follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ledger import founding
from ledger.store import Ledger, proof
from ledger.store.copies import verify_file
from ledger.store.errors import Damage, Full, Missing, ReadOnly, StorageError
from ledger.store.place import synced_file_replace
from ledger.store.proof import Checkpoint, Finding, Verdict

if TYPE_CHECKING:
    from ledger.school import School


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found of one ledger."""

    name: str
    verdict: Verdict

    def lines(self) -> list[str]:
        """ok    record      48,112 events, whole · head 9f3a77c1…"""
        verdict = self.verdict
        if verdict.whole:
            told = f"{verdict.events:,} events, whole · head {verdict.head[:16]}"
            return [f"ok    {self.name:<11} {told}"]
        first = [f"BAD   {self.name:<11} {verdict.events:,} events, {len(verdict.damage)} faults"]
        return first + [f"      {_where(fault)}{fault.says}" for fault in verdict.damage]


def _where(fault: Finding) -> str:
    return "" if fault.position is None else f"position {fault.position}: "


def of_school(
    school: School,
    known: str | None,
    *,
    full: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[Proof]:
    """Both ledgers, read again; with `full` the views too."""
    against = proof.parse(known) if known is not None else []
    _same_school(school, against)
    found = [
        Proof(
            name, proof.verify(ledger, against=_own(ledger, against), full=full, progress=progress)
        )
        for name, ledger in (("record", school.record), ("access", school.access))
    ]
    found = [_of_one_space(school, found[0]), *found[1:]]
    return [*found, *_views(school, found[0].verdict)] if full else found


def of_copy(school: School, path: Path, known: str | None) -> list[Proof]:
    """A copy of either ledger, opened without writing beside it."""
    if not path.is_file():
        raise Missing(f"{path} is not there. Name the ledger.db of a backup.")
    against = proof.parse(known) if known is not None else []
    return [Proof(path.name, verify_file(path, school.keys, against=against))]


def _own(ledger: Ledger, against: Sequence[Checkpoint]) -> list[Checkpoint]:
    return [one for one in against if one.ledger_id == ledger.id]


def _of_one_space(school: School, record: Proof) -> Proof:
    """Both ledgers were founded with one namespace, from which every id follows."""
    if school.record.namespace == school.access.namespace:
        return record
    fault = Finding(None, "the namespace that ids follow from is not the one of the access ledger")
    return Proof(record.name, replace(record.verdict, damage=(*record.verdict.damage, fault)))


def _same_school(school: School, against: Sequence[Checkpoint]) -> None:
    ours = {school.record.id, school.access.id}
    if against and not any(one.ledger_id in ours for one in against):
        raise Damage("the checkpoint file is of another ledger than this one")


def _views(school: School, verdict: Verdict) -> list[Proof]:
    """The views, compared with what the ledger gives when it is read from nothing."""
    school.views.catch_up(school.record)
    differ = tuple(Finding(None, one) for one in school.views.difference(school.record))
    return [Proof("views", replace(verdict, damage=differ))]


def rebuild(school: School) -> int:
    """Every view, built again; the position that they stand at. Useless ones are put aside."""
    try:
        return school.views.rebuild(school.record)
    except (Damage, StorageError) as error:
        if founding.VIEWS not in str(error) or isinstance(error, Full | Missing | ReadOnly):
            raise
        school.views.discard()
        return school.views.rebuild(school.record)


def checkpoint_lines(school: School) -> list[str]:
    """A line for each ledger."""
    return [proof.checkpoint(ledger).line() for ledger in (school.record, school.access)]


def write_checkpoint(path: Path, lines: Sequence[str]) -> None:
    founding.make_folder(path.parent)
    synced_file_replace(path, "".join(f"{line}\n" for line in lines).encode())
