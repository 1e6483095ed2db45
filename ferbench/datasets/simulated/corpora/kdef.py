"""KDEF: two sessions, seven expressions, five angles; one person has two folders."""

from collections.abc import Iterator

from ferbench.datasets.simulated.corpora.blueprint import Blueprint
from ferbench.datasets.simulated.corpora.developing import sized
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.quotas import spread
from ferbench.datasets.simulated.corpora.shot import Picture, Shot

SUBJECTS = [f"F{k:02d}" for k in range(1, 36)] + [f"M{k:02d}" for k in range(1, 36)]
CODES = {
    "AF": "fear",
    "AN": "anger",
    "DI": "disgust",
    "HA": "happiness",
    "NE": "neutral",
    "SA": "sadness",
    "SU": "surprise",
}
YAWS = {"S": 0.0, "HL": -30.0, "HR": 30.0, "FL": -50.0, "FR": 50.0}
"""Degrees. The release turns to 45 and 90; the renderer's painted eyes end at 50."""

SIZE = (562, 762)


class KDEF(Blueprint):
    """`AF01/AF01ANS.JPG`: session, sex and number, expression, angle."""

    name = "kdef"
    subjects = most = len(SUBJECTS)
    field = SIZE[1] / SIZE[0]

    def pictures(self, order: Order) -> Iterator[Picture]:
        """70 pictures a person; both sessions show the same one."""
        for place in spread(SUBJECTS, order.subjects):
            for take, session in enumerate("AB"):
                folder = f"{session}{SUBJECTS[place]}"
                for code, expression in CODES.items():
                    for number, (pose, yaw) in enumerate(YAWS.items()):
                        path = f"{folder}/{folder}{code}{pose}.JPG"
                        shot = Shot(place, expression, take, number, yaw=yaw)
                        yield Picture(shot, (path,), sized(SIZE, order.size))
