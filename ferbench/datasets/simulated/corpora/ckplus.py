"""CK+: sequences from neutral to the peak, of which some carry an emotion label."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ferbench.datasets.simulated.acting.action_units import POSED
from ferbench.datasets.simulated.corpora.blueprint import Blueprint
from ferbench.datasets.simulated.corpora.developing import cut, developed, sized
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.quotas import scaled, shared_out, spread
from ferbench.datasets.simulated.corpora.shot import Picture, Shot
from ferbench.datasets.simulated.corpora.studio import Rendered

RANGES = (
    *((5, 5), (10, 11), (14, 14), (22, 22), (26, 26), (28, 29), (32, 32), (34, 35), (37, 37)),
    *((42, 42), (44, 46), (50, 122), (124, 139), (147, 149), (151, 151), (154, 158), (160, 160)),
    *((501, 506), (895, 895), (999, 999)),
)
SUBJECTS = [f"S{number:03d}" for low, high in RANGES for number in range(low, high + 1)]

CODES = {
    "anger": 1,
    "contempt": 2,
    "disgust": 3,
    "fear": 4,
    "happiness": 5,
    "sadness": 6,
    "surprise": 7,
}
LABELLED = {
    "contempt": 18,
    "fear": 25,
    "sadness": 28,
    "anger": 45,
    "disgust": 59,
    "happiness": 69,
    "surprise": 83,
}
"""Sequences of each class in the release, which the default number of subjects reproduces."""

LABELLED_SUBJECTS, SEQUENCES = 118, 593
SHORTEST, LONGEST = 6, 30
COLOUR_SUBJECTS = ("S5", "S8", "S9")
"""Subjects whose names begin so were filmed in colour and at another size."""

GREY_SIZE, COLOUR_SIZE = (640, 490), (640, 480)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recording: the numbers of its frames, and its label, if it has one."""

    place: int
    number: int
    expression: str
    take: int
    frames: tuple[int, ...]
    labelled: bool

    @property
    def folder(self) -> str:
        """As in every tree of the release."""
        return f"{SUBJECTS[self.place]}/{self.number:03d}"

    def stem(self, frame: int) -> str:
        """The name of a frame, without what it is."""
        return f"{self.folder}/{SUBJECTS[self.place]}_{self.number:03d}_{frame:08d}"


class CKPlus(Blueprint):
    """`cohn-kanade-images`, `Emotion` and `Landmarks`."""

    name = "ckplus"
    subjects = most = len(SUBJECTS)
    field = COLOUR_SIZE[0] / COLOUR_SIZE[1]
    measured = True

    def pictures(self, order: Order) -> Iterator[Picture]:
        """Each frame and its landmarks."""
        for recording in _sequences(order):
            coloured = SUBJECTS[recording.place].startswith(COLOUR_SUBJECTS)
            size = sized(COLOUR_SIZE if coloured else GREY_SIZE, order.size)
            for at, frame in enumerate(recording.frames):
                stem = recording.stem(frame)
                yield Picture(
                    Shot(
                        *(recording.place, recording.expression, recording.take),
                        number=at,
                        frames=len(recording.frames),
                        at=at,
                        strength=1.0 if recording.labelled else 0.8,
                    ),
                    (f"cohn-kanade-images/{stem}.png", f"Landmarks/{stem}_landmarks.txt"),
                    size,
                    grey=not coloured,
                )

    def texts(self, order: Order) -> Iterator[tuple[str, str]]:
        """The label of each labelled sequence, in the file named after its peak frame."""
        for recording in _sequences(order):
            if recording.labelled:
                path = f"Emotion/{recording.stem(recording.frames[-1])}_emotion.txt"
                yield path, f"   {CODES[recording.expression]:.7e}\n"

    def folders(self, order: Order) -> Iterator[str]:
        """Half of the unlabelled sequences have an empty label folder, the others none."""
        for recording in _sequences(order):
            if not recording.labelled and recording.number % 2:
                yield f"Emotion/{recording.folder}"

    def encode(self, picture: Picture, rendered: Rendered) -> Sequence[bytes]:
        """The picture, and a line `x y` for each landmark."""
        part = cut(rendered.image, rendered.face, picture.size)
        assert rendered.landmarks is not None
        points = part.place(rendered.landmarks)
        lines = "".join(f"   {x:.7e}   {y:.7e}\n" for x, y in points)
        return [developed(part.image, picture.files[0], picture.grey), lines.encode()]


def _sequences(order: Order) -> Iterator[Recorded]:
    """All recordings; a subject's pictures do not depend on how many others there are."""
    places = spread(SUBJECTS, order.subjects)
    people = max(1, round(order.subjects * LABELLED_SUBJECTS / len(SUBJECTS)))
    draw = order.draw("labels")
    labels = shared_out(scaled(LABELLED, people, LABELLED_SUBJECTS), people, draw)
    silent = set(draw.permutation(order.subjects)[people:].tolist())
    sequences = round(order.subjects * SEQUENCES / len(SUBJECTS))
    others = max(0, sequences - sum(map(len, labels)) - len(silent))
    unlabelled = draw.multinomial(others, [1 / order.subjects] * order.subjects)
    shown = iter(labels)
    for position, place in enumerate(places):
        own = [] if position in silent else next(shown)
        count = int(unlabelled[position]) + (position in silent)
        yield from _of_one(order, place, own, count)


def _of_one(order: Order, place: int, labels: list[str], unlabelled: int) -> Iterator[Recorded]:
    draw = order.draw("sequences", place)
    acts = [(name, 0, True) for name in labels]
    for take in range(unlabelled):
        acts.append((POSED[int(draw.integers(len(POSED)))], take + 1, False))
    for number, chosen in enumerate(draw.permutation(len(acts)).tolist(), 1):
        expression, take, labelled = acts[chosen]
        lengths = order.draw("length", place, expression, take)
        length = int(SHORTEST + (LONGEST - SHORTEST) * lengths.beta(2, 2))
        gap = int(lengths.integers(2, length)) if lengths.uniform() < 0.05 else length
        frames = tuple(k + (k > gap) for k in range(1, length + 1))
        yield Recorded(place, number, expression, take, frames, labelled)
