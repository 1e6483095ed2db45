"""Checks of what a method predicts, face by face, and of what it counts."""

import numpy as np
import polars as pl

from ferbench.contracts.faces import Faces
from ferbench.errors import InvalidPredictions
from ferbench.grid.attempt import LAST
from ferbench.metrics.units import PREFIX
from ferbench.results import predictions
from ferbench.testing.bench import Bench, NotConforming

TOLERANCE = 1e-4
"""How far the probabilities of a face alone may be from those of the same face in a batch."""


def finite_outputs_of_the_right_shape(bench: Bench) -> None:
    """Any number of faces gives as many finite distributions over the task's classes."""
    faces = bench.fitted.faces
    for count in (len(faces), 2, 1):
        _predict(bench, faces.only(np.arange(count)))


def alone_as_in_a_batch(bench: Bench) -> None:
    """A reloaded method predicts each face alone as it predicted it in the test fold."""
    faces = bench.fitted.faces
    stored = bench.predictions("first").filter(pl.col("state") == LAST)
    together = stored.select(pl.col(f"^{PREFIX}.*$")).to_numpy()
    if np.abs(_predict(bench, faces) - together).max() > TOLERANCE:
        raise NotConforming("a method reloaded from its state predicts differently")
    for number in range(min(len(faces), 5)):
        alone = _predict(bench, faces.only(np.array([number])))
        if np.abs(alone[0] - together[number]).max() > TOLERANCE:
            raise NotConforming(
                "a face alone is predicted differently from the same face in a batch: put batch "
                "normalisation into eval mode, and standardise each image by itself"
            )


def order_of_faces_irrelevant(bench: Bench) -> None:
    """The test faces in another order get the same predictions, in that order."""
    faces = bench.fitted.faces
    order = np.random.default_rng(0).permutation(len(faces))
    mixed, given = _predict(bench, faces.only(order)), _predict(bench, faces)
    if np.abs(mixed - given[order]).max() > TOLERANCE:
        raise NotConforming(
            "the test faces in another order are predicted differently: predict each face by "
            "itself, and draw nothing at random"
        )


def comparisons_as_declared(bench: Bench) -> None:
    """The comparisons counted in the losses are those that the formula gives."""
    record = bench.run("first")
    declared, measured = record.comparisons_expected, record.comparisons
    if declared and not measured:
        raise NotConforming(
            f"{declared} comparisons are declared and none was counted: evaluate distances "
            "through ferbench's losses, or call count_comparisons"
        )
    if declared != measured:
        raise NotConforming(f"{measured} comparisons were counted, {declared} are declared")
    if record.batches == 0:
        raise NotConforming("the method never called run.batch(...), so its cost is unknown")


def _predict(bench: Bench, faces: Faces) -> np.ndarray:
    """Probabilities of some faces, as the harness accepts them."""
    fitted = bench.fitted
    found = fitted.method.predict(faces, fitted.run)
    try:
        predictions.check(found, len(faces), fitted.classes)
    except InvalidPredictions as error:
        raise NotConforming(f"of {len(faces)} faces: {error}") from None
    return np.asarray(found.probabilities)
