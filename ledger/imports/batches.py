"""What comes in is recorded so many at a time: a transaction for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

BATCH = 1_000
T = TypeVar("T")


def batches(some: Iterable[T]) -> Iterator[list[T]]:
    """All of them in order, no more than BATCH of them held at once."""
    left = iter(some)
    while batch := list(islice(left, BATCH)):
        yield batch
