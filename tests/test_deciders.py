"""Laws of every stream, whatever its rules: what it refuses, accepts, stores and folds."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from math import inf
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from made import NOON, new_ledger
from pydantic.fields import FieldInfo
from spec import assert_storable
from strategies import DECIDERS, Played, Step, aimed, answered, commands, do, kinds

from ledger.domain import SEALED, Command, Decider, Event, Undo, Value
from ledger.domain.access import ACCESS
from ledger.folder import entries
from ledger.store.mapper import CATEGORIES

EVERY = [*DECIDERS.values(), ACCESS]
by_category = pytest.mark.parametrize("category", sorted(DECIDERS))
by_decider = pytest.mark.parametrize("decider", EVERY, ids=lambda decider: decider.category)


Look = Callable[[Played, Command, Any, "list[Event] | str"], None]


def played(category: str, steps: list[Step], look: Look) -> None:
    """Play the commands of one stream; `look` sees each, with the state before and the answer."""
    streams: dict[str, Played] = {}
    for _, id, command in steps:
        stream = streams.setdefault(id, Played(DECIDERS[category]))
        aimed, before = stream.aimed(command), stream.state
        answer = stream.do(aimed)
        note(f"{aimed!r} -> {answer!r}")
        look(stream, aimed, before, answer)


@by_category
@settings(max_examples=60)
@given(data=st.data())
def test_a_command_is_refused_with_a_sentence_or_becomes_events_that_fold(
    category: str, data: st.DataObject
) -> None:
    def look(stream: Played, command: Command, before: Any, answer: list[Event] | str) -> None:
        if isinstance(answer, str):
            assert len(answer) > 10
            assert stream.state == before
        for event in answer if isinstance(answer, list) else []:
            assert_storable(stream.decider, event)
            assert str(event)

    played(category, data.draw(commands(category)), look)


@by_category
@settings(max_examples=40)
@given(data=st.data())
def test_the_same_state_and_command_give_the_same_answer(
    category: str, data: st.DataObject
) -> None:
    def look(stream: Played, command: Command, before: Any, answer: list[Event] | str) -> None:
        assert stream.state == stream.state
        assert answered(stream.decider, command, before) == answer

    played(category, data.draw(commands(category)), look)


@by_category
@settings(max_examples=40)
@given(data=st.data())
def test_any_command_may_be_sent_again(category: str, data: st.DataObject) -> None:
    def look(stream: Played, command: Command, before: Any, answer: list[Event] | str) -> None:
        if not isinstance(command, Undo):
            stream.do(command)

    played(category, data.draw(commands(category)), look)


@settings(max_examples=25)
@given(steps=commands())
def test_a_command_that_is_sent_again_is_stored_once(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(new_ledger(Path(folder))) as ledger:
        for step in (aimed(ledger, step) for step in steps):
            done = do(ledger, step)
            head = ledger.head()
            again = do(ledger, step)
            assert ledger.head() == head
            if done is None or isinstance(step[2], Undo):
                assert again is None
            else:
                assert again is not None
                assert again.events == done.events
                assert again.repeated == bool(done.events)


UNDOABLE = [name for name, decider in DECIDERS.items() if Undo in kinds(decider)]


@pytest.mark.parametrize("category", UNDOABLE)
@settings(max_examples=40)
@given(data=st.data())
def test_what_was_taken_back_leaves_the_rules_as_they_were(
    category: str, data: st.DataObject
) -> None:
    def look(stream: Played, command: Command, before: Any, answer: list[Event] | str) -> None:
        lasting = not isinstance(answer, list) or any(event.lasting for event in answer)
        if answer and not lasting and not isinstance(command, Undo):
            back = Undo(versions=(), logged_at=NOON, now=NOON)
            stream.do(stream.aimed(back))
            assert stream.state == before

    played(category, data.draw(commands(category)), look)


def test_every_decider_is_known_to_the_store_by_its_name() -> None:
    found = entries("ledger.domain", Decider)
    assert {decider.category for decider in found} == CATEGORIES
    assert {decider.category for decider in EVERY} == CATEGORIES


# What is stored in the clear.

# Ids, flags, a zone, a language, a digest: words that no sentence fits behind.
CODED = frozenset(
    (
        *("student_id", "school_id", "homeroom", "into", "about", "child", "subjects", "records"),
        *("by", "to", "observer", "reported_by", "recorded_by", "label", "numbers", "flags"),
        *("staff", "facilitator", "told"),
        *("zone", "language", "digest", "manager", "measured_by"),
    )
)
Part = tuple[str, Any, list[Any]]  # dotted name, kind, what limits it


@by_decider
def test_only_fields_of_the_event_itself_are_sealed(decider: Decider[Any, Any, Any]) -> None:
    """The store looks no deeper: what was sealed deeper down would be stored in the clear."""
    for kind in decider.kinds.values():
        assert not [name for name, _, limits in parts(kind) if "." in name and SEALED in limits]


@by_decider
def test_what_is_stored_in_the_clear_is_coded_or_short(decider: Decider[Any, Any, Any]) -> None:
    for kind in decider.kinds.values():
        for name, part, limits in parts(kind):
            first, last = name.partition(".")[0], name.rpartition(".")[2]
            if part is str and last not in CODED and first not in kind.sealed_fields():
                assert longest(limits) <= 400, f"{kind.__name__}.{name}"


def longest(limits: list[Any]) -> float:
    """How long a text may be."""
    short = [limit.max_length for limit in limits if hasattr(limit, "max_length")]
    return min([*short, *(9 for limit in limits if getattr(limit, "pattern", None))], default=inf)


def parts(model: type[Value], before: str = "") -> Iterator[Part]:
    """Every field of a value and of the values in it."""
    for name, field in model.model_fields.items():
        for kind, limits in leaves(field.annotation, list(field.metadata)):
            yield before + name, kind, limits
            if isinstance(kind, type) and issubclass(kind, Value):
                yield from parts(kind, f"{before}{name}.")


def leaves(annotation: Any, limits: list[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """(kind, limits) of every plain part of an annotation."""
    inner = get_args(annotation)
    if get_origin(annotation) is Annotated:
        more = [part.metadata if isinstance(part, FieldInfo) else [part] for part in inner[1:]]
        yield from leaves(inner[0], [*limits, *(limit for some in more for limit in some)])
    elif inner:
        for part in inner:
            yield from leaves(part, limits)
    else:
        yield annotation, limits
