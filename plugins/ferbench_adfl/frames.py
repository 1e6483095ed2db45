"""Neutral frames among or beside the expressive ones."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ferbench.contracts.faces import LabelledFaces, TrainingFaces
from ferbench.contracts.run import BatchShape, RunContext
from ferbench.errors import Unsupported
from ferbench.training.patches import TEN, PatchBatches, Patches, one_each
from ferbench.training.samplers import TrainingBatch

NEUTRAL = "neutral"


def with_neutral(data: TrainingFaces) -> LabelledFaces:
    """The training faces and, after them, the neutral ones with one more class as their label.

    Unsupported where there is nothing for ADFL to take apart.
    """
    train, neutral = data.train, data.neutral
    if NEUTRAL in train.classes:
        raise Unsupported("the protocol scores neutral, which ADFL has no output for")
    if neutral is None or not len(neutral):
        raise Unsupported("the training fold has no neutral frames, which ADFL's dispeller needs")
    shown = np.unique(train.expression)
    if len(shown) < 2:
        names = ", ".join(train.classes[e] for e in shown)
        raise Unsupported(f"the training fold shows one scored expression only ({names})")
    both = (train, neutral)
    named = train.subject is not None and neutral.subject is not None
    return LabelledFaces(
        {name: np.concatenate([f.images(name=name) for f in both]) for name in train.inputs},
        np.arange(len(train) + len(neutral)),
        classes=(*train.classes, NEUTRAL),
        expression=np.append(train.expression, np.full(len(neutral), len(train.classes))),
        subject=np.concatenate([f.subject for f in both]) if named else None,
        sequence=np.append(train.sequence, train.sequence.max() + 1 + neutral.sequence),
    )


@dataclass(frozen=True, slots=True)
class BesideNeutral:
    """The baseline's batches, and beside each of them a share of the neutral frames; a `Sampler`.

    So the expressive frames come in the baseline's order, with its patches, and the optimiser
    takes its steps: a difference to it is none of the order.

    expressive: the baseline's batches.
    neutral:    how many of the faces, the last ones, are neutral.
    """

    expressive: PatchBatches
    neutral: int

    def steps(self, images: int) -> int:
        """See `Sampler`."""
        return self.expressive.steps(images - self.neutral)

    def batches(self, train: LabelledFaces, run: RunContext, epoch: int) -> Iterator[TrainingBatch]:
        """See `Sampler`."""
        assert isinstance(train, Patches)
        count = len(train.faces) - self.neutral
        shown = Patches(train.faces.part(np.arange(count)), train.window)
        batches = list(self.expressive.batches(shown, run, epoch))
        shares = np.array_split(TEN * count + self._order(run, epoch), len(batches))
        for batch, beside in zip(batches, shares, strict=True):
            rows = np.append(batch.rows, beside)
            shape = BatchShape(images=len(rows), classes=batch.shape.classes + bool(len(beside)))
            yield replace(batch, rows=rows, queries=np.arange(len(rows)), shape=shape)

    def full(self, classes: int) -> BatchShape:
        """See `Sampler`."""
        return self.expressive.full(classes)

    def _order(self, run: RunContext, epoch: int) -> np.ndarray:
        """Patches of the neutral frames, counted from the first of them."""
        patches = np.arange(TEN * self.neutral)
        if not self.expressive.every:
            patches = one_each(self.neutral, run.seed("neutral crops", epoch))
        return np.random.default_rng(run.seed("neutral order", epoch)).permutation(patches)
