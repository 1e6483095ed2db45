"""Methods that each break one rule of the contract, for the tests of the conformance kit."""

import multiprocessing
import os
import sys
from dataclasses import dataclass

import numpy as np
from toys import Nearest, ToyConfig, spec

from ferbench.contracts.hookspecs import hookimpl
from ferbench.contracts.method import Predictions
from ferbench.contracts.run import BatchShape
from ferbench.training.counting import count_comparisons

seen = []


class Unseeded(Nearest):
    """Draws from the operating system."""

    def fit(self, data, run):
        super().fit(data, run)
        self.means.data += int.from_bytes(os.urandom(2), "big") / 2**20


class Remembers(Nearest):
    """Keeps what it saw in the module."""

    def fit(self, data, run):
        super().fit(data, run)
        seen.append(0.01)
        self.means.data[0] += sum(seen)


class Peeks(Nearest):
    """Reads the labels of the test faces off the harness that calls it."""

    def predict(self, faces, run):
        frame = sys._getframe()
        while frame:
            attempt = frame.f_locals.get("self")
            rows = getattr(attempt, "test_rows", None)
            if rows is not None and len(rows) == len(faces):
                names = list(attempt.record.classes)
                labels = [names.index(name) for name in rows["expression"]]
                return Predictions(np.eye(self.classes)[labels])
            frame = frame.f_back
        return super().predict(faces, run)


class Forgets(Nearest):
    """Leaves what it trains out of its checkpoints."""

    def fit(self, data, run):
        class Leaky:
            def epochs(self, total, **parts):
                return run.epochs(total)

            def __getattr__(self, name):
                return getattr(run, name)

        super().fit(data, Leaky())


class Mixes(Nearest):
    """Normalises each face by the others in the call."""

    def predict(self, faces, run):
        p = super().predict(faces, run).probabilities
        p = p / p.mean(axis=0, keepdims=True)
        return Predictions(p / p.sum(axis=1, keepdims=True))


class Incomplete(Nearest):
    """Leaves half of what it needs out of its state."""

    def load_state(self, state):
        super().load_state(state)
        self.means.data[0] = 0 * self.means.data[0]


class Claims(Nearest):
    """Declares comparisons and counts none."""

    def expected_comparisons(self, batch):
        return 2 * batch.images


class Miscounts(Claims):
    """Counts other comparisons than it declares."""

    def fit(self, data, run):
        super().fit(data, run)
        count_comparisons(1)


class Silent(Nearest):
    """Reports no batches."""

    def fit(self, data, run):
        self.means.data += 1.0


class Positioned(Nearest):
    """Predicts by the place of a face among the others, from the sixth on."""

    def predict(self, faces, run):
        p = super().predict(faces, run).probabilities.copy()
        p[5:] = np.roll(p[5:], 1, axis=1)
        return Predictions(p)


class Squeezes(Nearest):
    """Loses the first axis where there is one face."""

    def predict(self, faces, run):
        return Predictions(np.squeeze(super().predict(faces, run).probabilities))


class Chokes(Nearest):
    """Cannot do with one face."""

    def predict(self, faces, run):
        if len(faces) == 1:
            raise ValueError("one face is not enough")
        return super().predict(faces, run)


class Homesick(Nearest):
    """Runs in the process of the program alone."""

    def fit(self, data, run):
        if multiprocessing.parent_process() is not None:
            raise RuntimeError("where am I?")
        super().fit(data, run)


class Assumes(Nearest):
    """Needs people, and does not say so."""

    def fit(self, data, run):
        assert len(data.train.subject) == len(data.train)
        super().fit(data, run)


@dataclass
class DriftingConfig(ToyConfig):
    """Doubles its scale whenever it is built."""

    def __post_init__(self):
        self.scale *= 2


class Drifts(Nearest):
    """Its configuration is another one when it is read again."""


class Misnames(Nearest):
    """Needs what no corpus can have."""


class Declares(Nearest):
    """Counts just what it declares: an honest method."""

    def fit(self, data, run):
        super().fit(data, run)
        count_comparisons(3)
        run.batch(BatchShape(images=0, queries=3))

    def expected_comparisons(self, batch):
        return batch.queries


FURTHER = {
    Drifts: {"config": DriftingConfig},
    Misnames: {"needs": frozenset({"subject"})},
}
"""What some of them register beside their names."""


@hookimpl
def register_methods(register):
    """Register one method a class, named after it."""
    for cheat in (
        *(Unseeded, Remembers, Peeks, Forgets, Mixes, Incomplete, Claims, Miscounts, Silent),
        *(Positioned, Squeezes, Chokes, Homesick, Assumes, Drifts, Misnames, Declares),
    ):
        register(spec(cheat.__name__.lower(), f"cheats:{cheat.__name__}", **FURTHER.get(cheat, {})))
