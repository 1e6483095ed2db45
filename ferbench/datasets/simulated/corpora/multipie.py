"""Multi-PIE: four sessions, several recordings each, cameras around the face and lamps."""

from collections.abc import Iterator
from dataclasses import dataclass

from ferbench.datasets.simulated.corpora.blueprint import Blueprint
from ferbench.datasets.simulated.corpora.developing import sized
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.shot import Picture, Shot

SIZE = (640, 480)
YAWS = {"08_0": -45.0, "14_0": -15.0, "05_1": 0.0, "05_0": 15.0, "19_0": 45.0}
"""Degrees of the five cameras, at face height, that are written."""

LAMPS: dict[int, float | None] = {0: None, 1: -60.0, 7: 0.0, 13: 60.0}
"""Number of the shot -> where its lamp flashes, degrees; shot 0 has the room's light alone."""

ATTENDANCE = {1: 249 / 337, 2: 203 / 337, 3: 230 / 337, 4: 239 / 337}
"""Session -> share of the people who came."""


@dataclass(frozen=True, slots=True)
class Act:
    """What is recorded: an expression, with action units on top where it has no common name."""

    expression: str
    units: tuple[tuple[int, float], ...] = ()


NEUTRAL, SMILE = Act("neutral"), Act("happiness")
SQUINT = Act("neutral", ((4, 0.3), (6, 0.5), (7, 1.0), (43, 0.5)))
SCREAM = Act("fear", ((25, 0.6), (27, 1.0)))
RECORDINGS = {
    1: {1: NEUTRAL, 2: SMILE},
    2: {1: NEUTRAL, 2: Act("surprise"), 3: SQUINT},
    3: {1: NEUTRAL, 2: SMILE, 3: Act("disgust")},
    4: {1: NEUTRAL, 2: NEUTRAL, 3: SCREAM},
}
"""Session -> number of the recording -> what it shows."""


class MultiPIE(Blueprint):
    """`session01/multiview/001/01/05_1/001_01_01_051_00.png`."""

    name = "multipie"
    subjects = 20
    most = 346
    field = SIZE[0] / SIZE[1]

    def pictures(self, order: Order) -> Iterator[Picture]:
        """Every recording under all cameras and lamps."""
        for person in range(order.subjects):
            for session in _attended(order, person):
                for number, act in RECORDINGS[session].items():
                    for place, shot in enumerate(_shots(person, session, number, act)):
                        camera, lamp = _aspects()[place]
                        folder = f"session{session:02d}/multiview/{person + 1:03d}"
                        name = f"{person + 1:03d}_{session:02d}_{number:02d}"
                        path = (
                            f"{folder}/{number:02d}/{camera}/"
                            f"{name}_{camera.replace('_', '')}_{lamp:02d}.png"
                        )
                        yield Picture(shot, (path,), sized(SIZE, order.size))


def _aspects() -> list[tuple[str, int]]:
    return [(camera, lamp) for camera in YAWS for lamp in LAMPS]


def _shots(person: int, session: int, number: int, act: Act) -> Iterator[Shot]:
    """One moment, seen by every camera under every lamp."""
    for place, (camera, lamp) in enumerate(_aspects()):
        yield Shot(
            *(person, act.expression, 10 * session + number, place),
            units=act.units,
            yaw=YAWS[camera],
            light=LAMPS[lamp],
        )


def _attended(order: Order, person: int) -> list[int]:
    """The sessions a person came to, one at least."""
    draw = order.draw("sessions", person)
    came = [session for session, share in ATTENDANCE.items() if draw.uniform() < share]
    return came or [1 + int(draw.integers(4))]
