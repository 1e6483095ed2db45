"""A validation part of a corpus that has no protocol of its own: for the stages' pre-training."""

import numpy as np

from ferbench.contracts.faces import LabelledFaces

SHARE = 0.1


def hold_out(faces: LabelledFaces, seed: int) -> tuple[LabelledFaces, LabelledFaces]:
    """Training and validation faces: a tenth of the people, or of the images where none are named.

    At least one is held out, and one kept: of a single person the images are parted.
    """
    unit = np.arange(len(faces)) if faces.subject is None else faces.subject
    units = np.unique(unit)
    if len(units) < 2:
        unit = units = np.arange(len(faces))
    count = min(max(1, round(SHARE * len(units))), len(units) - 1)
    chosen = np.random.default_rng(seed).permutation(units)[:count]
    held = np.isin(unit, chosen)
    return faces.part(np.flatnonzero(~held)), faces.part(np.flatnonzero(held))
