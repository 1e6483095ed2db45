"""Face images as methods see them: gathered copies, with labels in training and without in test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

EXPRESSIONS = (
    "neutral",
    "anger",
    "contempt",
    "disgust",
    "fear",
    "happiness",
    "sadness",
    "surprise",
)
"""The common vocabulary. Class lists keep this order; datasets map their codes to it by name."""

DEFAULT_INPUT = "face"
"""The input name of methods that look at one preparation of each image."""


class Faces:
    """N face images, and nothing else: what `Method.predict` gets.

    `stores` maps an input name to its prepared images, (M, H, W, C) uint8, possibly memory-mapped
    and shared between workers; `rows` selects the N of them that these faces are.
    """

    def __init__(self, stores: Mapping[str, np.ndarray], rows: np.ndarray) -> None:
        self._stores = dict(stores)
        self._rows = np.asarray(rows, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the prepared inputs."""
        return tuple(self._stores)

    def images(self, which: np.ndarray | None = None, name: str = DEFAULT_INPUT) -> np.ndarray:
        """A fresh copy of the images at positions `which` (all by default): (n, H, W, C) uint8."""
        rows = self._rows if which is None else self._rows[np.asarray(which, dtype=np.int64)]
        return np.ascontiguousarray(self._stores[name][rows])

    def only(self, which: np.ndarray) -> "Faces":
        """These faces at the positions `which`, without any label."""
        return Faces(self._stores, self._rows[np.asarray(which, dtype=np.int64)])


class LabelledFaces(Faces):
    """Faces with their labels: what `Method.fit` gets.

    expression: (N,) int64, positions in `classes`.
    subject:    (N,) int64, a number for each person, or None where the corpus has no ids; the same
                person has the same number in `train`, `validation` and `neutral` of a fold.
    sequence:   (N,) int64, numbers of the recordings that the frames come from.
    """

    def __init__(
        self,
        stores: Mapping[str, np.ndarray],
        rows: np.ndarray,
        *,
        classes: Sequence[str],
        expression: np.ndarray,
        subject: np.ndarray | None,
        sequence: np.ndarray,
    ) -> None:
        super().__init__(stores, rows)
        self.classes = tuple(classes)
        self.expression = np.asarray(expression, dtype=np.int64)
        self.subject = None if subject is None else np.asarray(subject, dtype=np.int64)
        self.sequence = np.asarray(sequence, dtype=np.int64)

    def part(self, which: np.ndarray) -> "LabelledFaces":
        """These faces at the positions `which`, with their labels."""
        which = np.asarray(which, dtype=np.int64)
        return LabelledFaces(
            self._stores,
            self._rows[which],
            classes=self.classes,
            expression=self.expression[which],
            subject=None if self.subject is None else self.subject[which],
            sequence=self.sequence[which],
        )

    def unlabelled(self) -> Faces:
        """The same images as `Method.predict` gets them."""
        return Faces(self._stores, self._rows)


@dataclass(frozen=True, slots=True)
class TrainingFaces:
    """Everything that a method may learn from in one cell.

    train:      the training fold.
    validation: the validation fold, or None where the protocol has none.
    neutral:    neutral reference faces of the *training* subjects, or None.
    auxiliary:  other corpora by name, as the method's `MethodSpec.auxiliary` asked.
    """

    train: LabelledFaces
    validation: LabelledFaces | None = None
    neutral: LabelledFaces | None = None
    auxiliary: Mapping[str, LabelledFaces] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a method says of N faces.

    probabilities: (N, C) float, rows summing to 1, columns in the order of `Task.classes`.
    embeddings:    (N, D) float, the feature the method classifies by, or None.
    features:      (N, D) float, other features by name, which it does not classify by; probed as
                   the embeddings are.
    """

    probabilities: np.ndarray
    embeddings: np.ndarray | None = None
    features: Mapping[str, np.ndarray] = field(default_factory=dict)
