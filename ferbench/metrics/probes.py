"""Linear probes: what an embedding knows of the subject, and of the expression.

Identity leakage is the accuracy of a linear classifier that names the subject of a held-out face.
It is trained on some expressions and tested on the others, since a probe tested on the expressions
that it was trained on overstates leakage about threefold. The expression probe is trained on some
subjects and tested on the others. Fixed regularisation, one common dimension.
"""

from collections.abc import Iterable

import numpy as np

from ferbench.contracts.faces import Predictions

PROBES = ("identity", "expression")
DIMENSIONS = 32
"""Embeddings are brought to this many principal components (fewer, where there are fewer)."""
REGULARISATION = 1.0
"""The ridge penalty, for embeddings of root-mean-square length 1."""
PARTS = 2
SHUFFLES = 5


def every_probe(
    predicted: Predictions,
    untrained: Predictions | None,
    subject: np.ndarray | None,
    expression: np.ndarray,
) -> dict[str, dict[str, float]]:
    """The probes of the embeddings and of every further feature, named as `Record.probes` says.

    untrained: what the same method predicted before `fit`, or None; see `probes` for the rest.
    """
    found = {}
    if predicted.embeddings is not None:
        before = untrained.embeddings if untrained else None
        found = probes(np.asarray(predicted.embeddings), before, subject, expression)
    for feature, values in predicted.features.items():
        before = untrained.features.get(feature) if untrained else None
        for probe, shares in probes(np.asarray(values), before, subject, expression).items():
            found[probe_of(feature, probe)] = shares
    return found


def probe_of(feature: str, probe: str) -> str:
    """The name of a further feature's probe in a record: `dispelled identity`.

    No probe's own name has a space in it, so this is never the name of another one.
    """
    return f"{feature} {probe}"


def further_features(names: Iterable[str]) -> list[str]:
    """The further features that a record's probes of these names are of, in order."""
    parts = (name.rpartition(" ") for name in names)
    return sorted({feature for feature, _, probe in parts if feature and probe in PROBES})


def probes(
    embeddings: np.ndarray,
    untrained: np.ndarray | None,
    subject: np.ndarray | None,
    expression: np.ndarray,
) -> dict[str, dict[str, float]]:
    """The identity and the expression probe of held-out faces; one that is undefined is left out.

    embeddings, untrained: (N, D) of the trained method, and of the same one before `fit`, or None.
    subject, expression:   (N,) names. Each probe gives `accuracy`, `chance` (of naming one of
    those it was taught at random), `shuffled` (taught shuffled labels) and `untrained`.
    """
    if subject is None:
        return {}
    found = {
        "identity": _probe(embeddings, untrained, subject, expression),
        "expression": _probe(embeddings, untrained, expression, subject),
    }
    return {name: values for name, values in found.items() if values}


def _probe(
    embeddings: np.ndarray, untrained: np.ndarray | None, target: np.ndarray, split_by: np.ndarray
) -> dict[str, float]:
    """Name `target`, taught on some values of `split_by` and examined on the others."""
    part = np.unique(split_by, return_inverse=True)[1] % PARTS
    if any(len(np.unique(target[part != number])) < 2 for number in range(PARTS)):
        return {}
    rng = np.random.default_rng(0)
    examiner = _Examiner(embeddings, part)
    shuffled = [examiner.accuracy(rng.permutation(target)) for _ in range(SHUFFLES)]
    result = {
        "accuracy": examiner.accuracy(target),
        "chance": 1 / len(np.unique(target)),
        "shuffled": float(np.mean(shuffled)),
    }
    if untrained is not None:
        result["untrained"] = _Examiner(untrained, part).accuracy(target)
    return result


class _Examiner:
    """Ridge classifiers of one set of embeddings, one for each part, taught on the other parts.

    With principal components z of the taught faces, which are centred and orthogonal, the ridge
    solution for the one-against-rest targets y is W = diag(1 / (z^T z + penalty)) z^T (y - mean).
    """

    def __init__(self, embeddings: np.ndarray, part: np.ndarray) -> None:
        self.part = part
        self.projected = [
            self._project(embeddings, part != number, part == number) for number in range(PARTS)
        ]

    @staticmethod
    def _project(
        embeddings: np.ndarray, taught: np.ndarray, examined: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The components of the taught and of the examined faces, at the taught ones' scale."""
        known = embeddings[taught].astype(np.float64)
        centre = known.mean(axis=0)
        _, _, axes = np.linalg.svd(known - centre, full_matrices=False)
        axes = axes[: min(DIMENSIONS, len(known) - 1)]
        known, asked = (known - centre) @ axes.T, (embeddings[examined] - centre) @ axes.T
        size = np.sqrt(np.square(known).sum(axis=1).mean()) or 1.0
        return known / size, asked / size

    def accuracy(self, target: np.ndarray) -> float:
        """Share of faces named rightly."""
        right = 0
        for number, (known, asked) in enumerate(self.projected):
            names, label = np.unique(target[self.part != number], return_inverse=True)
            wanted = 2.0 * (label[:, None] == np.arange(len(names))) - 1.0
            mean = wanted.mean(axis=0)
            weights = known.T @ (wanted - mean)
            weights /= (np.square(known).sum(axis=0) + REGULARISATION)[:, None]
            guess = names[(asked @ weights + mean).argmax(axis=1)]
            right += int((guess == target[self.part == number]).sum())
        return right / len(target)
