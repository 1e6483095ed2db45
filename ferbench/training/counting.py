"""Counting distance comparisons where they are evaluated.

A loss calls `count_comparisons` with the number of distances it has just evaluated, masked ones
included. The count goes to the counter of the cell that is running; outside one, nowhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class ComparisonCounter:
    """Distances evaluated so far; None until the first is counted: uncounted is not zero."""

    total: int | None = None

    def add(self, distances: int) -> None:
        """Count `distances` more."""
        self.total = (self.total or 0) + int(distances)


_active: ContextVar[ComparisonCounter | None] = ContextVar("ferbench_counter", default=None)


def count_comparisons(distances: int) -> None:
    """Count distances that were just evaluated."""
    counter = _active.get()
    if counter is not None:
        counter.add(distances)


@contextmanager
def counting(counter: ComparisonCounter) -> Iterator[None]:
    """Send counts to `counter` inside the block."""
    token = _active.set(counter)
    try:
        yield
    finally:
        _active.reset(token)
