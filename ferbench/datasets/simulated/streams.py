"""Random streams: one generator for each thing that is drawn, found by its name."""

import hashlib
import json

import numpy as np


def stream(seed: int, purpose: str, *key: int | str) -> np.random.Generator:
    """The generator for `purpose` of the thing that `key` names (subject, expression, take, ...).

    Equal arguments give equal draws; any other argument gives an independent stream. So a draw that
    is added to one purpose leaves all others as they were, and any frame can be made on its own.
    """
    name = json.dumps([seed, purpose, *key]).encode()
    digest = hashlib.sha256(name).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))
