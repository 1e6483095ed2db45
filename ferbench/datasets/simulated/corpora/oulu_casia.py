"""Oulu-CASIA: six sequences a person, from neutral to the apex, visible light, strong lamp."""

from collections.abc import Iterator

from ferbench.datasets.simulated.corpora.blueprint import Blueprint
from ferbench.datasets.simulated.corpora.developing import sized
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.shot import Picture, Shot

FOLDERS = {
    "Anger": "anger",
    "Disgust": "disgust",
    "Fear": "fear",
    "Happiness": "happiness",
    "Sadness": "sadness",
    "Surprise": "surprise",
}
SIZE = (320, 240)
SHORTEST, LONGEST = 9, 25


class OuluCASIA(Blueprint):
    """`OriginalImg/VL/Strong`; the other lights and the infrared camera are left out."""

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
                    path = f"OriginalImg/VL/Strong/P{person + 1:03d}/{folder}/{at:03d}.jpeg"
                    shot = Shot(person, expression, number=at, frames=length, at=at)
                    yield Picture(shot, (path,), sized(SIZE, order.size))
