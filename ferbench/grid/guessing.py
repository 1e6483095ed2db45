"""Pseudo-identities of training images, where the user asked for them (`pseudo_ids=cluster`).

They are made from the training images of one fold, neutral references included, when the fold is
handed to a method. Indexes, splits, certificates and probes never see them.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl

from ferbench.datasets.pseudo import pseudo_subjects
from ferbench.grid.cell import Material
from ferbench.imaging.prepared import open_prints
from ferbench.protocols.perceptual import Hasher
from ferbench.protocols.thumbnails import IN_PLACE

IMAGES_A_PERSON = 12
"""Images a pseudo-identity has on average: about the batch of one query in the (N+M) losses."""

TAUGHT = ("train", "neutral")


def with_guesses(material: Material, taught: pl.DataFrame) -> pl.DataFrame:
    """Training rows with a guessed subject where none is known, if the material asks for that."""
    nameless = taught.filter(pl.col("subject").is_null()).unique("sample").sort("sample")
    if not material.pseudo_ids or nameless.is_empty():
        return taught
    samples, shown = tuple(nameless["sample"]), tuple(nameless["expression"])
    folder = next(iter(material.images.values()))
    guess = dict(zip(samples, _clusters(folder, samples, shown), strict=True))
    guessed = pl.col("sample").replace_strict(guess, default=None, return_dtype=pl.String)
    return taught.with_columns(subject=pl.coalesce("subject", guessed))


@lru_cache(maxsize=8)
def _clusters(folder: Path, samples: tuple[str, ...], shown: tuple[str, ...]) -> list[str]:
    """Clusters of the thumbnails' lowest frequencies, less the mean of each training expression.

    Without that subtraction look-alikes are those who show the same: of the pairs that shared a
    cluster on London (204 faces of 102 people), 80 % then showed one expression and 2 % one person;
    with it 48 % and 5 %, where all pairs have 50 % and 0.5 %. Thumbnails are those of the whole
    pictures, so that the clusters are the same for every preparation that a method asks for.
    """
    known, prints = open_prints(folder)
    row_of = {sample: row for row, sample in enumerate(known)}
    embeddings = Hasher(prints[[row_of[sample] for sample in samples]]).coefficients(IN_PLACE)
    expression = np.array(shown)
    for name in set(shown):
        embeddings[expression == name] -= embeddings[expression == name].mean(axis=0)
    return pseudo_subjects(embeddings, max(1, round(len(samples) / IMAGES_A_PERSON)))
