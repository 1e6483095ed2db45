"""Pairs of an input and the frontal neutral face of the same person, and how they are drawn."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ferbench.contracts.faces import LabelledFaces, TrainingFaces
from ferbench.errors import Unsupported, UsageError
from ferbench.training.batches import shuffled_batches

TARGET = "target"
"""The class of an auxiliary corpus of pairs whose faces are to be made; the others are inputs."""


@dataclass(frozen=True, slots=True)
class PairBatch:
    """Faces (B, H, W, C) uint8: inputs x, their targets y and as many guiding ones g."""

    inputs: np.ndarray
    targets: np.ndarray
    guiding: np.ndarray


@dataclass(frozen=True, slots=True)
class Pairs:
    """Inputs, each with its candidates for a target; the guiding set is all targets.

    inputs:   the faces that are inputs.
    targets:  frontal neutral faces of their people, sorted by the person or
              group that they share with their inputs.
    first, count: of the candidates of each input among the targets.
    people:   how many have a target.
    left_out: people who have none.
    """

    inputs: LabelledFaces
    targets: LabelledFaces
    first: np.ndarray
    count: np.ndarray
    people: int
    left_out: int

    def wanted(self, pairs: int) -> int:
        """How many pairs an epoch has for which `pairs` are asked (0: every input once)."""
        total = len(self.inputs)
        return min(pairs, total) if pairs else total

    def batches(self, pairs: int, size: int, seed: int) -> Iterator[PairBatch]:
        """The pairs of an epoch: `pairs` of them (0: every input once) in batches of `size`.

        An input's target is drawn from its candidates, guiding faces from all targets; an input is
        mirrored together with its target, half of the time.
        """
        draw = np.random.default_rng(seed)
        wanted = self.wanted(pairs)
        order = draw.permutation(len(self.inputs))[:wanted]
        for rows in shuffled_batches(wanted, size, int(draw.integers(2**31))):
            chosen = order[rows]
            target = self.first[chosen] + draw.integers(self.count[chosen])
            guiding = draw.integers(len(self.targets), size=len(chosen))
            flip = draw.random(len(chosen)) < 0.5
            yield PairBatch(
                mirrored(self.inputs.images(chosen), flip),
                mirrored(self.targets.images(target), flip),
                self.targets.images(guiding),
            )


def pairs_of(data: LabelledFaces | TrainingFaces) -> Pairs:
    """The pairs of an auxiliary corpus of pairs, or of a training fold."""
    return _of_fold(data) if isinstance(data, TrainingFaces) else _of_corpus(data)


def _of_corpus(data: LabelledFaces) -> Pairs:
    """Targets of an input are those of its sequence, else all of its person.

    Targets are inputs as well: a neutral face is to stay as it is.
    """
    assert data.subject is not None, "a corpus of pairs has subjects"
    is_target = data.expression == data.classes.index(TARGET)
    grouped = np.unique(data.sequence[is_target])
    in_group = np.isin(data.sequence, grouped)
    # both kinds of candidates as keys of one list: groups first, then people
    offset = data.sequence.max(initial=-1) + 1
    key = np.where(in_group, data.sequence, offset + data.subject)
    rows = np.flatnonzero(is_target)
    both = np.concatenate([rows, rows])
    keys = np.concatenate([data.sequence[rows], offset + data.subject[rows]])
    return _joined(data, data.subject, key, data.part(both), keys)


def _of_fold(data: TrainingFaces) -> Pairs:
    """The training faces, and the neutral references of their people."""
    train, neutral = data.train, data.neutral
    if neutral is None or train.subject is None or neutral.subject is None:
        what = "neutral references" if neutral is None else "subject ids"
        raise Unsupported(
            f"pairs of the training fold need {what}, which this dataset does not have: set "
            "hng.corpus=multipie or hng.corpus=pairs"
        )
    return _joined(train, train.subject, train.subject, neutral, neutral.subject)


def _joined(
    inputs: LabelledFaces,
    people: np.ndarray,
    key: np.ndarray,
    targets: LabelledFaces,
    target_key: np.ndarray,
) -> Pairs:
    """Each input beside the targets of its key; people whose faces find none are left out."""
    order = np.argsort(target_key, kind="stable")
    ordered = target_key[order]
    first = np.searchsorted(ordered, key, side="left")
    count = np.searchsorted(ordered, key, side="right") - first
    kept = np.flatnonzero(count)
    served = np.unique(people[kept])
    if not len(kept):
        raise UsageError(
            "nobody has a frontal neutral face beside another one, so there is no pair to learn "
            "from: see `ferbench data inspect`"
        )
    left_out = len(np.setdiff1d(people, served))
    return Pairs(
        inputs.part(kept), targets.part(order), first[kept], count[kept], len(served), left_out
    )


def mirrored(images: np.ndarray, which: np.ndarray) -> np.ndarray:
    """The images (N, H, W, C), in place, those where `which` (N,) says so with sides changed."""
    images[which] = images[which, :, ::-1]
    return images
