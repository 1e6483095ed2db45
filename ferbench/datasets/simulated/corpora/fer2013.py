"""FER2013: a table of grey pictures of 48 x 48 pixels; and FERPlus, ten votes on each of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ferbench.datasets.simulated.acting.action_units import CONFUSABLE
from ferbench.datasets.simulated.corpora.blueprint import Blueprint
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.quotas import deal, parted
from ferbench.datasets.simulated.corpora.shot import Picture, Shot
from ferbench.datasets.simulated.corpora.studio import Rendered
from ferbench.errors import UsageError

SIDE = 48
TABLE = "fer2013.csv"
LABELS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
"""In the order of their codes, 0 to 6."""

COUNTS = {
    "Training": dict(zip(LABELS, (3995, 436, 4097, 7215, 4830, 3171, 4965), strict=True)),
    "PublicTest": dict(zip(LABELS, (467, 56, 496, 895, 653, 415, 607), strict=True)),
    "PrivateTest": dict(zip(LABELS, (491, 55, 528, 879, 594, 416, 626), strict=True)),
}
PEOPLE = 3600
"""So many people give as many pictures as the release has."""

VOTED = (
    *("neutral", "happiness", "surprise", "sadness", "anger"),
    *("disgust", "fear", "contempt", "unknown", "NF"),
)
VOTERS = 10
CONTEMPT = 0.03
"""Share of the neutral pictures that show contempt, which FER2013 has no code for."""

UNNAMED = 173 / 35_887
"""Share of pictures that FERPlus leaves without a name, its voters seeing no face."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: its label, and what is shown."""

    usage: str
    label: str
    shown: str
    person: int
    take: int


class FER2013(Blueprint):
    """`fer2013.csv` and `fer2013new.csv`. Nobody is in two of the three parts."""

    name = "fer2013"
    subjects = 360
    fewest = 3
    size = SIDE
    level = "hard"

    def order(self, subjects: int | None, level: str | None, size: int | None, seed: int) -> Order:
        """The format fixes the size."""
        if size not in (None, SIDE):
            raise UsageError(f"--size is {size}; pictures of fer2013 have {SIDE} x {SIDE} pixels")
        return super().order(subjects, level, size, seed)

    def pictures(self, order: Order) -> Iterator[Picture]:
        """The pixels of each row."""
        for number, row in enumerate(_rows(order)):
            shot, draft = Shot(row.person, row.shown, row.take), f"{number:07d}.txt"
            yield Picture(shot, (f"{number // 1000:02d}/{draft}",), (SIDE, SIDE), into=TABLE)

    def encode(self, picture: Picture, rendered: Rendered) -> Sequence[bytes]:
        """Grey levels, row by row."""
        pixels = np.asarray(Image.fromarray(rendered.image).convert("L"))
        return [" ".join(map(str, pixels.ravel().tolist())).encode()]

    def join(self, order: Order, drafts: Sequence[Path], target: Path) -> None:
        """The lines of the table."""
        with target.open("w", encoding="utf-8", newline="") as file:
            file.write("emotion,pixels,Usage\n")
            for draft, row in zip(drafts, _rows(order), strict=True):
                file.write(f"{LABELS.index(row.label)},{draft.read_text()},{row.usage}\n")

    def texts(self, order: Order) -> Iterator[tuple[str, str]]:
        """The votes."""
        lines = [",".join(("Usage", "Image name", *VOTED)) + "\n"]
        for number, row in enumerate(_rows(order)):
            draw = order.draw("votes", number)
            name = f"fer{number:07d}.png"
            if draw.uniform() < UNNAMED:
                name, votes = "", {"NF": VOTERS}
            else:
                votes = _votes(row.shown, draw)
            numbers = (str(votes.get(column, 0)) for column in VOTED)
            lines.append(f"{row.usage},{name},{','.join(numbers)}\n")
        yield "fer2013new.csv", "".join(lines)


def _rows(order: Order) -> Iterator[Row]:
    sizes = {part: sum(counts.values()) for part, counts in COUNTS.items()}
    for usage, people in parted(order.subjects, sizes).items():
        total = max(len(LABELS), round(sizes[usage] * order.subjects / PEOPLE))
        draw = order.draw("labels", usage)
        for k, label in enumerate(deal(COUNTS[usage], total, draw)):
            sneers = label == "neutral" and draw.uniform() < CONTEMPT
            shown = "contempt" if sneers else label
            yield Row(usage, label, shown, people[k % len(people)], k // len(people))


def _votes(shown: str, draw: np.random.Generator) -> dict[str, int]:
    """Most voters see what is shown, the others what it is confused with, or cannot say."""
    others = (*CONFUSABLE.get(shown, ("sadness", "happiness")), "neutral", "unknown")
    others = tuple(name for name in others if name != shown)
    agreed = int(draw.binomial(VOTERS, 0.8))
    votes = {shown: agreed}
    for seen in draw.choice(len(others), size=VOTERS - agreed).tolist():
        votes[others[seen]] = votes.get(others[seen], 0) + 1
    return votes
