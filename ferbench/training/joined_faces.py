"""Faces of several corpora as those of one."""

from collections.abc import Mapping, Sequence

import numpy as np

from ferbench.contracts.faces import DEFAULT_INPUT, Faces, LabelledFaces


class JoinedFaces(LabelledFaces):
    """The faces of `parts` one after the other, of the classes of the first; nothing is copied.

    Faces of another class are left out. Whose faces they are is told by none of them: the numbers
    of people are each corpus's own.

    which: their positions among those that are not left out, or None for all.
    """

    def __init__(self, parts: Sequence[LabelledFaces], which: np.ndarray | None = None) -> None:
        classes = parts[0].classes
        self.parts: list[LabelledFaces] = []
        expression = []
        for part in parts:
            code = np.array([classes.index(n) if n in classes else -1 for n in part.classes])
            shown = code[part.expression]
            self.parts.append(part.part(np.flatnonzero(shown >= 0)))
            expression.append(shown[shown >= 0])
        self._starts = np.cumsum([0, *(len(part) for part in self.parts)])
        rows = np.arange(self._starts[-1]) if which is None else np.asarray(which, dtype=np.int64)
        before = np.cumsum([0, *(part.sequence.max(initial=-1) + 1 for part in self.parts)])
        sequence = [part.sequence + first for part, first in zip(self.parts, before, strict=False)]
        super().__init__(
            {},
            rows,
            classes=classes,
            expression=np.concatenate(expression)[rows],
            subject=None,
            sequence=np.concatenate(sequence)[rows],
        )

    @property
    def inputs(self) -> tuple[str, ...]:
        """See `Faces`."""
        return self.parts[0].inputs

    def images(self, which: np.ndarray | None = None, name: str = DEFAULT_INPUT) -> np.ndarray:
        """See `Faces`."""
        rows = self._rows if which is None else self._rows[np.asarray(which, dtype=np.int64)]
        shape = self.parts[0].images(rows[:0], name).shape[1:]
        found = np.empty((len(rows), *shape), dtype=np.uint8)
        for part, start, end in zip(self.parts, self._starts, self._starts[1:], strict=False):
            own = (rows >= start) & (rows < end)
            found[own] = part.images(rows[own] - start, name)
        return found

    def only(self, which: np.ndarray) -> Faces:
        """See `Faces`; the images are read."""
        return Faces(
            {name: self.images(which, name) for name in self.inputs}, np.arange(len(which))
        )

    def part(self, which: np.ndarray) -> "JoinedFaces":
        """See `LabelledFaces`."""
        return JoinedFaces(self.parts, self._rows[np.asarray(which, dtype=np.int64)])

    def unlabelled(self) -> Faces:
        """See `LabelledFaces`; the images are read."""
        return self.only(np.arange(len(self)))


def with_corpora(
    train: LabelledFaces, others: Mapping[str, LabelledFaces], names: Sequence[str]
) -> LabelledFaces:
    """The training faces, and behind them those of the named corpora that show their classes."""
    return JoinedFaces([train, *(others[name] for name in names)]) if names else train
