"""Pseudo-identities: guessed subject ids for training images of corpora that have none."""

import numpy as np

from ferbench.errors import UsageError

PSEUDO = "pseudo-"
"""Ids that begin so are guesses: who trains with them has adapted the method."""


def pseudo_subjects(embeddings: np.ndarray, count: int) -> list[str]:
    """The cluster of each image, `pseudo-0007`, from embeddings (N, D) of faces: k-means.

    For training images only. The prefix keeps guesses apart from names; no split may rest on them.
    """
    from sklearn.cluster import KMeans

    if not 1 <= count <= len(embeddings):
        raise UsageError(
            f"cannot make {count} pseudo-identities of {len(embeddings)} images: ask for fewer"
        )
    labels = KMeans(count, n_init=1, max_iter=100, random_state=0).fit(embeddings).labels_
    return [f"{PSEUDO}{label:04d}" for label in labels]
