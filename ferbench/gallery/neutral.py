"""Frontal neutral faces of photographs, by a generator that a run trained."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ferbench.contracts.generators import FaceGenerator, GeneratorSpec
from ferbench.contracts.method import Preparation
from ferbench.errors import UsageError
from ferbench.files import whole_file
from ferbench.grid.environment import device_for_cell
from ferbench.grid.workplace import Workplace
from ferbench.host import Registry
from ferbench.imaging.decode import read_picture
from ferbench.imaging.finding import Faces, can_detect
from ferbench.imaging.prepared import Decoded, prepare_image
from ferbench.loading import load_object

ENDING = "-neutral.png"
"""What follows a photograph's name in the name of its neutral face."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished stage that gives a generator, and a cell that read it."""

    spec: GeneratorSpec
    stage_id: str
    dataset: str
    fold: int

    @property
    def trained(self) -> str:
        """What it was trained for, in words."""
        return f"{self.dataset} fold {self.fold}"


def kept_generators(place: Workplace, registry: Registry) -> list[Kept]:
    """Every generator of a run once, with the first dataset and fold that read it."""
    found: dict[str, Kept] = {}
    for record in place.store.records():
        for name, stage_id in record.stages.items():
            spec = registry.generators.get(name)
            if spec is not None and place.stages.done(stage_id):
                found.setdefault(stage_id, Kept(spec, stage_id, record.dataset, record.fold))
    return list(found.values())


def choose(place: Workplace, registry: Registry, dataset: str | None, fold: int | None) -> Kept:
    """The one generator of a run that fits; UsageError where there is none, or more than one."""
    kept = kept_generators(place, registry)
    fitting = [one for one in kept if dataset in (None, one.dataset) and fold in (None, one.fold)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UsageError(
            f"{place.out} has {len(fitting)} generators ({', '.join(o.trained for o in fitting)}): "
            "choose one with --dataset and --fold"
        )
    if kept:
        there = ", ".join(one.trained for one in kept)
        raise UsageError(f"{place.out} has no such generator; it has those of {there}")
    raise UsageError(
        f"{place.out} has no generator: run a method that trains one, such as idferm, with --out "
        f"{place.out}"
    )


def open_generator(kept: Kept, place: Workplace) -> FaceGenerator:
    """The generator as its stage left it."""
    opened: FaceGenerator = load_object(kept.spec.function)(
        place.stages.read(kept.stage_id), device_for_cell()
    )
    return opened


def targets(images: Sequence[Path], into: Path | None) -> list[Path]:
    """The file that each photograph's neutral face is written to; UsageError where two share one.

    Beside the photograph, or in the folder `into`.
    """
    files = [(into or image.parent) / f"{image.stem}{ENDING}" for image in images]
    for place, file in enumerate(files):
        if file in files[:place]:
            raise UsageError(
                f"{images[files.index(file)]} and {images[place]} would both be written to {file}: "
                "call generate for each, with another --into"
            )
    return files


def framed(image: Path, preparation: Preparation, whole: bool) -> np.ndarray:
    """The face of a photograph as the generator reads it; UsageError where none is found.

    whole: the picture is framed on the face already, as those of simfaces are.
    """
    decoded = Decoded(read_picture(image))
    if whole:
        return prepare_image(decoded, preparation)
    if not can_detect():
        raise UsageError(
            "finding faces needs the extra `align`: pip install 'ferbench[align]', or --whole for "
            "pictures that are framed on the face already"
        )
    points = Faces({}, detect=True).find(str(image), decoded.image)
    if points is None:
        raise UsageError(
            f"no face was found in {image}: take it out, or --whole if it is framed on the face"
        )
    return prepare_image(decoded, preparation, points)


def write_png(face: np.ndarray, file: Path) -> None:
    """Write (H, W, 1 or 3) uint8: never seen in part."""
    picture = Image.fromarray(face[..., 0] if face.shape[2] == 1 else face)
    with whole_file(file) as draft:
        picture.save(draft, format="PNG")
