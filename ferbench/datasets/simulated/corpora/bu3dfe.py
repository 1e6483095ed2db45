"""BU-3DFE: a neutral face and six expressions in four intensities for each person."""

from collections.abc import Iterator

from ferbench.datasets.simulated.corpora.blueprint import Blueprint
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.quotas import spread
from ferbench.datasets.simulated.corpora.shot import Picture, Shot

SUBJECTS = [f"F{k:04d}" for k in range(1, 57)] + [f"M{k:04d}" for k in range(1, 45)]
CODES = {
    "AN": "anger",
    "DI": "disgust",
    "FE": "fear",
    "HA": "happiness",
    "SA": "sadness",
    "SU": "surprise",
}
INTENSITIES = (0.4, 0.6, 0.8, 1.0)
"""Shares of the way to the apex of levels 01 to 04."""

ETHNICITIES = ("WH", "AE", "LA", "BL", "AM", "IN")
"""Codes in the file names; a simulated person's is drawn and says nothing about the picture."""


class BU3DFE(Blueprint):
    """The textures `*_F2D.bmp`; the models of the release are not written."""

    name = "bu3dfe"
    subjects = most = len(SUBJECTS)

    def pictures(self, order: Order) -> Iterator[Picture]:
        """25 pictures a person."""
        size = (order.size, order.size)
        for place in spread(SUBJECTS, order.subjects):
            name = SUBJECTS[place]
            ethnicity = ETHNICITIES[int(order.draw("ethnicity", place).integers(6))]
            path = f"{name}/{name}_NE00{ethnicity}_F2D.bmp"
            yield Picture(Shot(place, "neutral"), (path,), size)
            for code, expression in CODES.items():
                for level, strength in enumerate(INTENSITIES, 1):
                    path = f"{name}/{name}_{code}{level:02d}{ethnicity}_F2D.bmp"
                    shot = Shot(place, expression, number=level, strength=strength)
                    yield Picture(shot, (path,), size)
