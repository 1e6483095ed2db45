"""MMI: recordings from neutral over the apex and back, told by an index beside the sessions."""

from collections.abc import Iterator
from dataclasses import dataclass

from ferbench.datasets.simulated.corpora.blueprint import Blueprint
from ferbench.datasets.simulated.corpora.developing import sized
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.quotas import scaled, shared_out
from ferbench.datasets.simulated.corpora.shot import Picture, Shot

COUNTS = {
    "fear": 28,
    "disgust": 32,
    "sadness": 32,
    "anger": 33,
    "surprise": 41,
    "happiness": 42,
}
"""Sequences of each class in the published subset, which the default number of people gives."""

PEOPLE = 31
SIZE = (720, 576)
INDEX = "index.csv"
COLUMNS = ("sequence", "subject", "expression", "video_or_frames", "onset", "apex", "offset")
UNLABELLED = 0.2
"""Sessions of single action units, which have no expression, as a share of the labelled ones."""

LENGTHS = {"rest": (1, 2), "rise": (4, 8), "hold": (3, 6), "fall": (3, 6)}
"""Frames of each phase, from and to."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One session: frames at rest, rising, held at the apex, falling, and at rest again."""

    session: int
    person: int
    number: int
    expression: str
    take: int
    labelled: bool
    rest: int
    rise: int
    hold: int
    fall: int

    @property
    def sequence(self) -> str:
        """The name of the recording."""
        return f"S{self.person + 1:03d}-{self.number:03d}"

    @property
    def folder(self) -> str:
        """Where its frames lie."""
        return f"Sessions/{self.session}/{self.sequence}"

    @property
    def phases(self) -> tuple[int, int, int]:
        """First frame that moves, first at the apex, last that moves; counted from 1."""
        onset, apex = self.rest + 1, self.rest + self.rise
        return onset, apex, apex + self.hold + self.fall - 2

    def stages(self) -> list[float]:
        """For each frame, how far it is from rest (0) to the apex (1)."""
        up = [k / self.rise for k in range(1, self.rise)]
        down = [1 - k / self.fall for k in range(1, self.fall)]
        still = [0.0] * self.rest
        return [*still, *up, *[1.0] * self.hold, *down, *still]


class MMI(Blueprint):
    """`Sessions/<n>/S001-001/`, a folder of frames for each video, and the index."""

    name = "mmi"
    subjects = PEOPLE
    most = 75
    field = SIZE[0] / SIZE[1]

    def pictures(self, order: Order) -> Iterator[Picture]:
        """The frames, numbered from 1."""
        for recording in _recordings(order):
            apex = recording.rise + recording.fall
            for number, stage in enumerate(recording.stages(), 1):
                path = f"{recording.folder}/{recording.sequence}_{number:04d}.png"
                yield Picture(
                    Shot(
                        *(recording.person, recording.expression, recording.take, number),
                        frames=apex + 1,
                        at=round(stage * apex),
                    ),
                    (path,),
                    sized(SIZE, order.size),
                )

    def texts(self, order: Order) -> Iterator[tuple[str, str]]:
        """The index of the labelled sessions."""
        lines = [",".join(COLUMNS) + "\n"]
        for recording in _recordings(order):
            if recording.labelled:
                names = (recording.sequence, f"S{recording.person + 1:03d}", recording.expression)
                lines.append(",".join([*names, recording.folder, *map(str, recording.phases)]))
                lines.append("\n")
        yield INDEX, "".join(lines)


def _recordings(order: Order) -> Iterator[Recording]:
    counts = scaled(COUNTS, order.subjects, PEOPLE)
    shown = _rounds(order, counts)
    session = 0
    for person, labels in enumerate(shown):
        draw = order.draw("sessions", person)
        acts = [(name, take, True) for take, name in enumerate(labels)]
        for take, name in enumerate(labels, len(labels)):
            if draw.uniform() < UNLABELLED:
                acts.append((name, take, False))
        for number, chosen in enumerate(draw.permutation(len(acts)).tolist(), 1):
            expression, take, labelled = acts[chosen]
            session += 1
            lengths = order.draw("length", person, expression, take)
            rest, rise, hold, fall = (
                int(lengths.integers(low, high + 1)) for low, high in LENGTHS.values()
            )
            yield Recording(
                *(session, person, number, expression, take, labelled, rest, rise, hold, fall)
            )


def _rounds(order: Order, counts: dict[str, int]) -> list[list[str]]:
    """The labels of each person; a class with more sequences than people is dealt in rounds."""
    labels: list[list[str]] = [[] for _ in range(order.subjects)]
    draw = order.draw("labels")
    while any(counts.values()):
        part = {name: min(count, order.subjects) for name, count in counts.items()}
        for mine, new in zip(labels, shared_out(part, order.subjects, draw), strict=True):
            mine += new
        counts = {name: counts[name] - part[name] for name in counts}
    return labels
