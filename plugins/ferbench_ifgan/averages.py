"""The average-expression images I_AE: one picture of each expression, of nobody."""

import numpy as np
import torch

from ferbench.contracts.faces import LabelledFaces, TrainingFaces
from ferbench.errors import Unsupported
from ferbench.imaging.crops import centre_crop
from ferbench.imaging.photometric import scale
from ferbench.training.batches import ordered_batches
from ferbench.training.joined_faces import with_corpora
from ferbench_ifgan.config import IfGanConfig

BATCH = 256


def averages(data: TrainingFaces, config: IfGanConfig) -> torch.Tensor:
    """The centre window of each class's pixel mean, (C, 3, S, S), with grey v as (v - 127.5) / 128.

    Of all same-label images as they were prepared, neither turned nor mirrored: the training
    fold's or, with `averages=posed`, those of the posed corpora and no other. Validation and test
    people are in neither: `TrainingFaces` has no test face, its validation is not read, and a
    corpus with a person or picture of theirs is refused by the plan. A class without images is
    grey.
    """
    faces = data.train
    if config.averages == "posed":
        none = data.train.part(np.empty(0, dtype=np.int64))
        faces = with_corpora(none, data.auxiliary, config.posed)
        for number in np.unique(data.train.expression):
            if not (faces.expression == number).any():
                raise Unsupported(
                    f"no image of {', '.join(config.posed)} shows {data.train.classes[number]}, so "
                    "it has no average: name other corpora as `posed`, or set averages=train"
                )
    means = torch.from_numpy(pixel_means(faces)).permute(0, 3, 1, 2)
    return scale(centre_crop(means, config.crop))


def pixel_means(faces: LabelledFaces) -> np.ndarray:
    """The mean image of each class, (C, H, W, 3) float32; 127.5 for a class without images."""
    shape = faces.images(np.empty(0, dtype=np.int64)).shape[1:]
    sums = np.zeros((len(faces.classes), *shape))
    for rows in ordered_batches(len(faces), BATCH):
        np.add.at(sums, faces.expression[rows], faces.images(rows).astype(np.float64))
    counts = np.bincount(faces.expression, minlength=len(faces.classes))
    means = sums / np.maximum(counts, 1)[:, None, None, None]
    means[counts == 0] = 127.5
    return means.astype(np.float32)
