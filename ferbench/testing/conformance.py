"""The conformance kit: every check of the method contract, and running them all on a method."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ferbench.grid.worker import classify
from ferbench.testing.bench import Bench, NotConforming
from ferbench.testing.outputs import (
    alone_as_in_a_batch,
    comparisons_as_declared,
    finite_outputs_of_the_right_shape,
    order_of_faces_irrelevant,
)
from ferbench.testing.registration import (
    configuration_round_trips,
    needs_are_declared,
    registers_without_torch,
    unmet_needs_are_skipped,
)
from ferbench.testing.repetition import (
    fresh_state_per_fold,
    permuted_labels_near_chance,
    resumed_equals_uninterrupted,
    runs_in_a_worker,
    same_seed_same_predictions,
    tiny_takes_seconds,
)

Check = Callable[[Bench], None]
"""Raises NotConforming where the method breaks its rule."""

CHECKS: tuple[Check, ...] = (
    registers_without_torch,
    configuration_round_trips,
    same_seed_same_predictions,
    tiny_takes_seconds,
    runs_in_a_worker,
    fresh_state_per_fold,
    resumed_equals_uninterrupted,
    permuted_labels_near_chance,
    finite_outputs_of_the_right_shape,
    alone_as_in_a_batch,
    order_of_faces_irrelevant,
    comparisons_as_declared,
    unmet_needs_are_skipped,
    needs_are_declared,
)
"""All but the first two and the last two fail a method whose cell is skipped, or fails."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one check; `reason` is None where it passed."""

    check: str
    reason: str | None


def title(check: Check) -> str:
    """The name of a check in words."""
    return check.__name__.replace("_", " ")


def examine(bench: Bench) -> Iterator[Verdict]:
    """Every check, one after the other."""
    for check in CHECKS:
        try:
            check(bench)
        except NotConforming as error:
            yield Verdict(title(check), str(error))
        except Exception as error:
            yield Verdict(title(check), classify(error)[1])
        else:
            yield Verdict(title(check), None)
