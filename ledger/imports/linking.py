"""Which of our students a source means: by its own id, by a number, by what a person linked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import cached_property

from ledger.domain import Refused
from ledger.domain.student import (
    STUDENT,
    Facts,
    Identity,
    LinkStudent,
    MergeStudent,
    NumberStudent,
    RecordStudent,
    Student,
)
from ledger.store import Actor, Ledger, natural_key

REMEMBERED = 20_000  # answers about numbers that are kept at hand
LINK, NUMBER, SAME = "student-link:", "student-number:", "student-same:"
WithNumber = Callable[[str], str | None]  # the only student of the roster with a number


def student_id(ledger: Ledger, source: str, source_id: str) -> str:
    """Our id of a source's student, unless somebody linked them: it follows from the source's."""
    return ledger.id_for("student", f"{source}|{source_id}")


class Students:
    """Our ids of the students that sources speak of, as the record itself says.

    `with_number` gives the only student of the roster who has a number of any kind, if one has.
    After a batch that failed, `forget`: what was answered meanwhile may not be recorded.
    """

    def __init__(self, ledger: Ledger, with_number: WithNumber = lambda number: None) -> None:
        self.ledger, self._with_number = ledger, with_number
        self._known: OrderedDict[str, str] = OrderedDict()

    def forget(self) -> None:
        self._known.clear()

    def of_source(self, source: str, source_id: str) -> str:
        """The id of a source's student: as somebody linked them, or as follows from their own."""
        return self.kept(self.own(source, source_id))

    def own(self, source: str, source_id: str) -> str:
        """The same, whether or not this child is shown as another one since."""
        linked = self._keyed(LINK, (source, source_id))
        return linked or student_id(self.ledger, source, source_id)

    def waiting(self, source: str, source_id: str, numbers: Iterable[str]) -> frozenset[str]:
        """Students known by one of these numbers alone, when the source's own id is new."""
        if not self._any_numbered or self._is_known(source, source_id):
            return frozenset()
        found = {self.numbered(number) for number in (source_id, *numbers)}
        return frozenset(id for id in found if id and not self.state(id).facts)

    @cached_property
    def _any_numbered(self) -> bool:
        return self.ledger.keys_begin(NUMBER)

    def _is_known(self, source: str, source_id: str) -> bool:
        return self.is_linked(source, source_id) or self.facts(source, source_id) is not None

    def is_linked(self, source: str, source_id: str) -> bool:
        """Whether somebody said who this student of a source is."""
        return self._keyed(LINK, (source, source_id)) is not None

    def facts(self, source: str, source_id: str) -> Facts | None:
        """What the source last said under this id of its own."""
        return self.state(self.of_source(source, source_id)).facts.get(source)

    def numbered(self, number: str) -> str | None:
        """The student who was first known by this number alone."""
        found = self._keyed(NUMBER, (number.casefold(),))
        return None if found is None else self.kept(found)

    def of_number(self, number: str, kind: str, source: str, *, actor: Actor) -> str:
        """The id of the student with this number; nobody knows them: recorded by it alone."""
        number = number.strip()
        if number not in self._known:
            found = self.numbered(number) or self._with_number(number)
            self._known[number] = found or self._number(number, kind, source, actor)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(number)
        return self._known[number]

    def kept(self, id: str) -> str:
        """The id under which this child is shown: another one's, when they were found the same."""
        if self.ledger.stream_of_key(SAME + id) is None:
            return id
        return self.state(id).merged_into or id

    def state(self, id: str) -> Student:
        return STUDENT.fold(self.ledger.stream(f"student-{id}"))

    def link(
        self, source: str, source_id: str, id: str, actor: Actor, instead_of: str | None = None
    ) -> int:
        """Have a source's student be ours; how many events it took. Refused when they are another.

        The key is a fingerprint: whose number it is cannot be read from it.
        """
        linked = self._keyed(LINK, (source, source_id))
        if linked is not None and linked != id:
            raise Refused("that student of the source is linked with another one already")
        command = LinkStudent(
            student_id=id, source=source, source_id=source_id, instead_of=instead_of
        )
        key = None if linked else self._key(LINK, (source, source_id))
        return len(self.ledger.do(STUDENT, id, command, actor, key=key, again=True).events)

    def split(self, source: str, source_id: str, actor: Actor) -> int:
        """Have an id that was another student's mean a new one from now on."""
        new = self.ledger.id_for("student", self._key("again:", (source, source_id)))
        return self.link(source, source_id, new, actor)

    def merge(self, double: str, kept: str, actor: Actor, others: Iterable[str] = ()) -> int:
        """Have a double shown as `kept` from now on; how many events it took.

        `others` are shown as the double today, and go with it. What sources say of the double is
        said of the kept one, so that nobody seems to have left.
        """
        with self.ledger.batch():
            if self.kept(kept) != kept:
                raise Refused("the one to keep is itself the same as another: name that one")
            said = self._take_over(self.state(double), kept, actor)
            return said + sum(
                self._merge(one, kept, was, actor)
                for one, was in [*((other, double) for other in others), (double, None)]
            )

    def _take_over(self, double: Student, kept: str, actor: Actor) -> int:
        theirs = double.listed - self.state(kept).listed
        return sum(
            len(self.ledger.do(STUDENT, kept, command, actor, again=True).events)
            for command in (
                RecordStudent(student_id=kept, **dict(double.facts[source]))
                for source in sorted(theirs)
            )
        )

    def _merge(self, double: str, kept: str, was: str | None, actor: Actor) -> int:
        command = MergeStudent(student_id=double, into=kept, was=was)
        known = self.ledger.known(SAME + double)
        key = None if known else SAME + double
        return len(self.ledger.do(STUDENT, double, command, actor, key=key, again=True).events)

    def _number(self, number: str, kind: str, source: str, actor: Actor) -> str:
        id = self.ledger.id_for("student", f"number|{number.casefold()}")
        who = Identity(given="", family="", numbers=((kind, number),))
        command = NumberStudent(student_id=id, source=source, who=who)
        key = self._key(NUMBER, (number.casefold(),))
        self.ledger.do(STUDENT, id, command, actor, key=key)
        return id

    def _keyed(self, start: str, words: Iterable[str]) -> str | None:
        stream = self.ledger.stream_of_key(self._key(start, words))
        return None if stream is None else stream.partition("-")[2]

    def _key(self, start: str, words: Iterable[str]) -> str:
        return start + self.ledger.keys.fingerprint(natural_key(words).encode()).hex()[:32]
