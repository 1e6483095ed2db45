"""Linear probes: what an embedding knows of the subject, and of the expression.

Identity leakage is the accuracy of a linear classifier that names the subject of a held-out face.
It is trained on some expressions and tested on the others, since a probe tested on the expressions
that it was trained on overstates leakage about threefold. The expression probe is trained on some
subjects and tested on the others. Fixed regularisation, one common dimension.
"""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import RidgeClassifier

DIMENSIONS = 32
"""Embeddings are brought to this many principal components (fewer, where there are fewer)."""
REGULARISATION = 1.0
"""The ridge penalty, for embeddings of root-mean-square length 1."""
PARTS = 2
SHUFFLES = 5


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
    values = np.unique(split_by)
    part = np.searchsorted(values, split_by) % PARTS
    if any(len(np.unique(target[part != number])) < 2 for number in range(PARTS)):
        return {}
    rng = np.random.default_rng(0)
    result = {
        "accuracy": _accuracy(embeddings, target, part),
        "chance": 1 / len(np.unique(target)),
        "shuffled": float(
            np.mean([_accuracy(embeddings, rng.permutation(target), part) for _ in range(SHUFFLES)])
        ),
    }
    if untrained is not None:
        result["untrained"] = _accuracy(untrained, target, part)
    return result


def _accuracy(embeddings: np.ndarray, target: np.ndarray, part: np.ndarray) -> float:
    """Share of faces named rightly, each part examined by a probe taught on the other parts."""
    right = 0
    for number in range(PARTS):
        taught, examined = part != number, part == number
        dimensions = min(DIMENSIONS, embeddings.shape[1], int(taught.sum()) - 1)
        pca = PCA(dimensions, svd_solver="full").fit(embeddings[taught])
        known, asked = pca.transform(embeddings[taught]), pca.transform(embeddings[examined])
        size = np.sqrt(np.square(known).sum(axis=1).mean()) or 1.0
        probe = RidgeClassifier(alpha=REGULARISATION).fit(known / size, target[taught])
        right += int((probe.predict(asked / size) == target[examined]).sum())
    return right / len(target)
