"""Oulu-CASIA: six sequences a person, from neutral to the apex, under three lights by two cameras.

Each sequence is rendered once, as the camera for visible light sees it under the strong lamp. What
the others show is made from that: less light scales the pixels (no noise is added), and the
infrared camera, which brings its own lamp, sees the red channel, whatever the room's light is.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from ferbench.datasets.simulated.corpora.blueprint import Blueprint
from ferbench.datasets.simulated.corpora.developing import cut, developed, sized
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.shot import Picture, Shot
from ferbench.datasets.simulated.corpora.studio import Rendered

FOLDERS = {
    "Anger": "anger",
    "Disgust": "disgust",
    "Fear": "fear",
    "Happiness": "happiness",
    "Sadness": "sadness",
    "Surprise": "surprise",
}
LIGHTS = {"Strong": 1.0, "Weak": 0.45, "Dark": 0.12}
"""How much of the strong lamp's light there is; our guess."""

PLACES = tuple((camera, light) for camera in ("VL", "NI") for light in LIGHTS)
SIZE = (320, 240)
SHORTEST, LONGEST = 9, 25


class OuluCASIA(Blueprint):
    """`OriginalImg/{VL,NI}/{Strong,Weak,Dark}`."""

    name = "oulu_casia"
    subjects = most = 80
    field = SIZE[0] / SIZE[1]

    def pictures(self, order: Order) -> Iterator[Picture]:
        """Each frame of each sequence; there is no neutral folder, the first frame is neutral."""
        for person in range(order.subjects):
            for folder, expression in FOLDERS.items():
                draw = order.draw("length", person, expression)
                length = int(draw.integers(SHORTEST, LONGEST + 1))
                for at in range(length):
                    name = f"P{person + 1:03d}/{folder}/{at:03d}.jpeg"
                    files = tuple(f"OriginalImg/{'/'.join(place)}/{name}" for place in PLACES)
                    shot = Shot(person, expression, number=at, frames=length, at=at)
                    yield Picture(shot, files, sized(SIZE, order.size))

    def encode(self, picture: Picture, rendered: Rendered) -> Sequence[bytes]:
        """The frame as each camera sees it under each light."""
        image = cut(rendered.image, rendered.face, picture.size).image
        infrared = np.repeat(image[..., :1], 3, axis=2)
        seen = {
            ("VL", light): np.round(image * share).astype(np.uint8)
            for light, share in LIGHTS.items()
        } | {("NI", light): infrared for light in LIGHTS}
        return [
            developed(seen[place], path, picture.grey)
            for place, path in zip(PLACES, picture.files, strict=True)
        ]
