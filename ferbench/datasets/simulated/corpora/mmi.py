"""MMI: videos from neutral over the apex and back, told by an index beside the sessions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from ferbench.datasets.simulated.acting.sequence import draw_sequence
from ferbench.datasets.simulated.corpora.action_unit_files import units_file
from ferbench.datasets.simulated.corpora.blueprint import Blueprint
from ferbench.datasets.simulated.corpora.developing import sized
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.quotas import scaled, shared_out
from ferbench.datasets.simulated.corpora.shot import Picture, Shot
from ferbench.datasets.simulated.levels import LEVELS
from ferbench.datasets.simulated.person.habits import Habits, draw_habits
from ferbench.datasets.video import WRITING, pyav, write_video

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
    def stem(self) -> str:
        """Path and name of its files."""
        return f"Sessions/{self.session}/{self.sequence}"

    @property
    def video(self) -> str:
        """The path of the video."""
        return f"{self.stem}.avi"

    @property
    def peak(self) -> int:
        """Place of the apex in the development that the recording shows to and fro."""
        return self.rise + self.fall

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

    def places(self) -> list[int]:
        """For each frame, its place in the development, from 0 (rest) to `peak`."""
        return [round(stage * self.peak) for stage in self.stages()]


class MMI(Blueprint):
    """`Sessions/<n>/S001-001.avi`, its action units beside it, and the index of the labelled."""

    name = "mmi"
    subjects = PEOPLE
    most = 75
    field = SIZE[0] / SIZE[1]

    def pictures(self, order: Order) -> Iterator[Picture]:
        """The frames, numbered from 1."""
        for recording in _recordings(order):
            for number, place in enumerate(recording.places(), 1):
                yield Picture(
                    Shot(
                        *(recording.person, recording.expression, recording.take, number),
                        frames=recording.peak + 1,
                        at=place,
                    ),
                    (f"{recording.stem}/{number:04d}.png",),
                    sized(SIZE, order.size),
                    into=recording.video,
                )

    def join(self, order: Order, drafts: Sequence[Path], target: Path) -> None:
        """The video of one recording."""
        write_video(target, [np.asarray(Image.open(draft)) for draft in drafts])

    def ready(self) -> None:
        """Videos are written with PyAV."""
        pyav(WRITING)

    def texts(self, order: Order) -> Iterator[tuple[str, str]]:
        """The action units of all sessions, and the index of the labelled ones."""
        lines = [",".join(COLUMNS) + "\n"]
        level = LEVELS[order.level]

        @lru_cache(maxsize=1)
        def habits(person: int) -> Habits:
            return draw_habits(order.population, person, level)

        for recording in _recordings(order):
            key = (recording.person, recording.expression, recording.take)
            shown = draw_sequence(
                *(order.population, *key, habits(recording.person), level, recording.peak + 1)
            )
            yield f"{recording.stem}-oao_aucs.xml", units_file(shown[recording.places()])
            if recording.labelled:
                names = (recording.sequence, f"S{recording.person + 1:03d}", recording.expression)
                lines.append(",".join([*names, recording.video, *map(str, recording.phases)]))
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
