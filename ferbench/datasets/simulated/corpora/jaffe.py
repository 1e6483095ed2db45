"""JAFFE: ten women, seven expressions, three or four grey pictures of each."""

from collections.abc import Iterator

from ferbench.datasets.simulated.corpora.blueprint import Blueprint
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.shot import Picture, Shot

SUBJECTS = ("KA", "KL", "KM", "KR", "MK", "NA", "NM", "TM", "UY", "YM")
CODES = {
    "AN": "anger",
    "DI": "disgust",
    "FE": "fear",
    "HA": "happiness",
    "NE": "neutral",
    "SA": "sadness",
    "SU": "surprise",
}
USUAL, FOURTHS = 3, 3
"""Pictures of each person and expression, and how many in all have a fourth: 213 pictures."""


class JAFFE(Blueprint):
    """`jaffe/KA.AN1.39.tiff`: person, expression and take, then a number over all pictures."""

    name = "jaffe"
    subjects = most = len(SUBJECTS)
    size = 256

    def pictures(self, order: Order) -> Iterator[Picture]:
        """21 pictures a person, and a few more."""
        kinds = [(p, code) for p in range(order.subjects) for code in CODES]
        extra = round(FOURTHS * order.subjects / len(SUBJECTS))
        fourths = order.draw("fourths").permutation(len(kinds))[:extra].tolist()
        number = 0
        for position, (person, code) in enumerate(kinds):
            for take in range(USUAL + (position in fourths)):
                number += 1
                path = f"jaffe/{SUBJECTS[person]}.{code}{take + 1}.{number}.tiff"
                shot = Shot(person, CODES[code], take)
                yield Picture(shot, (path,), (order.size, order.size), grey=True)
