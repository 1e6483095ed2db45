"""RAF-DB, basic expressions: single pictures of many people, without subject ids."""

from collections.abc import Iterator, Sequence

from ferbench.datasets.simulated.corpora.blueprint import Blueprint
from ferbench.datasets.simulated.corpora.developing import cut, developed
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.quotas import deal, parted
from ferbench.datasets.simulated.corpora.shot import Picture, Shot
from ferbench.datasets.simulated.corpora.studio import Rendered
from ferbench.datasets.simulated.rendering.landmarks import five_points

CODES = {
    "surprise": 1,
    "fear": 2,
    "disgust": 3,
    "happiness": 4,
    "sadness": 5,
    "anger": 6,
    "neutral": 7,
}
COUNTS = {
    "train": dict(zip(CODES, (1290, 281, 717, 4772, 1982, 705, 2524), strict=True)),
    "test": dict(zip(CODES, (329, 74, 160, 1185, 478, 162, 680), strict=True)),
}
"""Of the release; the proportions are kept."""

PEOPLE = 3000
"""So many people give as many pictures as the release has."""

MARGIN = 0.25
"""What the originals show around the aligned pictures, as a share of the latter's side."""


class RAFDB(Blueprint):
    """`EmoLabel`, `Image/aligned`, `Image/original` and `Annotation/manual`.

    Nobody is in both the training and the test list.
    """

    name = "rafdb"
    subjects = 300
    fewest = 2
    size = 100
    level = "hard"
    field = 1 + 2 * MARGIN
    measured = True

    def pictures(self, order: Order) -> Iterator[Picture]:
        """The aligned picture, the original and its annotation."""
        for name, person, take, label in _listed(order):
            files = (
                f"Image/aligned/{name}_aligned.jpg",
                f"Image/original/{name}.jpg",
                f"Annotation/manual/{name}_manu_attri.txt",
            )
            yield Picture(Shot(person, label, take), files, (order.size, order.size))

    def texts(self, order: Order) -> Iterator[tuple[str, str]]:
        """The list of both parts."""
        lines = [f"{name}.jpg {CODES[label]}\n" for name, _, _, label in _listed(order)]
        yield "EmoLabel/list_patition_label.txt", "".join(lines)

    def encode(self, picture: Picture, rendered: Rendered) -> Sequence[bytes]:
        """Landmarks are those of the original picture, whose frame is wider."""
        side = picture.size[0]
        whole = cut(rendered.image, rendered.face, (round(side * self.field),) * 2, side)
        aligned = cut(rendered.image, rendered.face, picture.size)
        assert rendered.landmarks is not None
        points = whole.place(five_points(rendered.landmarks))
        lines = [f"{x:.6f}\t{y:.6f}" for x, y in points]
        person = rendered.identity
        man, older = person.masculinity > 0, int(person.age * 3)
        lines += [str(0 if man else 1), str(person.texture % 3), str(min(2 + older, 4))]
        aligned_file, original_file, _ = picture.files
        return [
            developed(aligned.image, aligned_file, picture.grey),
            developed(whole.image, original_file, picture.grey),
            ("\n".join(lines) + "\n").encode(),
        ]


def _listed(order: Order) -> Iterator[tuple[str, int, int, str]]:
    """Name, person, take and label of every picture, training first."""
    sizes = {part: sum(counts.values()) for part, counts in COUNTS.items()}
    for part, people in parted(order.subjects, sizes).items():
        total = max(len(CODES), round(sizes[part] * order.subjects / PEOPLE))
        for k, label in enumerate(deal(COUNTS[part], total, order.draw("labels", part))):
            yield f"{part}_{k + 1:05d}", people[k % len(people)], k // len(people), label
