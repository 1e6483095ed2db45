"""How near the predictions of a cell are to others of the same cell."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from ferbench.metrics.units import PREFIX, by_image, class_names


@dataclass(frozen=True, slots=True)
class Agreement:
    """How near predictions are to the recorded ones: all of the images, of the same states.

    alike:    the share of images that get the same class.
    farthest: the largest difference of a probability.
    """

    alike: float
    farthest: float


NONE = Agreement(0.0, 1.0)
"""Of predictions of other images or classes."""


def compare(found: pl.DataFrame, stored: pl.DataFrame) -> Agreement:
    """How near two frames of predictions are, whatever the order of their rows and columns."""
    ordered = [frame.sort("state", "sample") for frame in (found, stored)]
    if not ordered[0].select("state", "sample").equals(ordered[1].select("state", "sample")):
        return NONE
    names = class_names(found)
    if set(names) != set(class_names(stored)):
        return NONE
    one, other = (frame.select(PREFIX + name for name in names).to_numpy() for frame in ordered)
    decided = [by_image(frame)["predicted"].to_numpy() for frame in ordered]
    return Agreement(float((decided[0] == decided[1]).mean()), float(np.abs(one - other).max()))
