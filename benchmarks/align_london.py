"""How well faces are found and their pupils placed, on photographs with hand-placed pupils.

    python benchmarks/align_london.py FOLDER

FOLDER holds `pupils.csv` (file, left_image_x, left_image_y, right_image_x, right_image_y) and the
pictures it names. Prints a Markdown table: one row for the pictures as they are, and one for each
way of making them harder. A face counts as found if its pupils lie within a quarter of their
distance; errors are the mean of both pupils over the distance between them.
"""

import csv
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ferbench.imaging.align import Detector

Shown = tuple[Image.Image, np.ndarray]
"""A picture and its pupils (2, 2)."""

FACE = 2.8
"""Height of a face, forehead to chin, in distances between the pupils."""

RIGHT = 0.25
GREY = (128, 128, 128)


def photographs(folder: Path) -> list[Shown]:
    """The pictures of `folder` and their pupils."""
    columns = ("left_image_x", "left_image_y", "right_image_x", "right_image_y")
    with (folder / "pupils.csv").open(newline="") as file:
        return [
            (
                Image.open(folder / row["file"]).convert("RGB"),
                np.array([float(row[column]) for column in columns]).reshape(2, 2),
            )
            for row in csv.DictReader(file)
        ]


def turned(degrees: float) -> Callable[[Shown], Shown]:
    """Anticlockwise, on a canvas that holds all of it."""

    def change(shown: Shown) -> Shown:
        picture, pupils = shown
        result = picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=GREY)
        cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
        rotation = np.array([[cosine, sine], [-sine, cosine]])
        before, after = ((np.array(p.size) - 1) / 2 for p in (picture, result))
        return result, (pupils - before) @ rotation.T + after

    return change


def small(face: float) -> Callable[[Shown], Shown]:
    """So that the face is `face` pixels high."""

    def change(shown: Shown) -> Shown:
        picture, pupils = shown
        factor = face / (FACE * np.linalg.norm(pupils[1] - pupils[0]))
        size = tuple(round(side * factor) for side in picture.size)
        factors = np.array(size) / picture.size
        return picture.resize(size, Image.Resampling.BICUBIC), (pupils + 0.5) * factors - 0.5

    return change


def placed(left: int, top: int, size: tuple[int, int] = (640, 480)) -> Callable[[Shown], Shown]:
    """On a grey canvas, with the picture's corner at (left, top); what sticks out is lost."""

    def change(shown: Shown) -> Shown:
        canvas = Image.new("RGB", size, GREY)
        canvas.paste(shown[0], (left, top))
        return canvas, shown[1] + [left, top]

    return change


def both(
    first: Callable[[Shown], Shown], second: Callable[[Shown], Shown]
) -> Callable[[Shown], Shown]:
    """One change after the other."""
    return lambda shown: second(first(shown))


CHANGES: dict[str, Callable[[Shown], Shown]] = {
    "as they are": lambda shown: shown,
    **{f"turned by {d:+d} degrees": turned(d) for d in (20, -20, 45, -45, 90, -90, 180)},
    "face 40 px": small(40),
    "face 40 px, in the corner of 640 x 480": both(small(40), placed(540, 380)),
    "face 24 px": small(24),
    "off centre: top left of 640 x 480, cut": placed(-110, -110),
    "off centre: bottom right of 640 x 480, cut": placed(350, 210),
    "off centre: bottom left of 640 x 480, cut": placed(-110, 210),
    "face 40 px, turned by +20 degrees": both(small(40), turned(20)),
}


def measured(detector: Detector, shown: Sequence[Shown]) -> str:
    """The cells of one row of the table."""
    images = [np.asarray(picture) for picture, _ in shown]
    started = time.process_time()
    faces = detector(images)
    speed = len(images) / (time.process_time() - started)
    errors = np.array(
        [
            np.linalg.norm(face.landmarks[:2] - pupils, axis=1).mean()
            / np.linalg.norm(pupils[1] - pupils[0])
            for face, (_, pupils) in zip(faces, shown, strict=True)
            if face is not None
        ]
    )
    right = errors[errors < RIGHT]
    summary = [f"{number:.4f}" for number in (right.mean(), np.median(right), right.max())]
    counts = f"{len(right)} of {len(shown)} | {len(errors) - len(right)}"
    return f"{counts} | {' | '.join(summary)} | {speed:.0f}"


def main(folder: Path) -> None:
    """Print the table."""
    torch.set_num_threads(1)
    detector, shown = Detector(), photographs(folder)
    print("| pictures | found | elsewhere | mean error | median | largest | images/s |")
    print("|---|---|---|---|---|---|---|")
    for name, change in CHANGES.items():
        print(f"| {name} | {measured(detector, [change(one) for one in shown])} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
