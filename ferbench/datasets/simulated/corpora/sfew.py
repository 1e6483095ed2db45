"""SFEW 2.0: stills of films; nobody appears in two of the parts, and ids are not given."""

from collections.abc import Iterator

from ferbench.datasets.simulated.corpora.blueprint import Blueprint
from ferbench.datasets.simulated.corpora.developing import sized
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.quotas import deal, parted
from ferbench.datasets.simulated.corpora.shot import Picture, Shot

FOLDERS = {
    "anger": "Angry",
    "disgust": "Disgust",
    "fear": "Fear",
    "happiness": "Happy",
    "neutral": "Neutral",
    "sadness": "Sad",
    "surprise": "Surprise",
}
TRAIN, VALIDATION, TEST = "Train_Aligned_Faces", "Val_Aligned_Faces_new", "Test_Aligned_Faces"
COUNTS = {
    TRAIN: dict(zip(FOLDERS, (178, 66, 98, 198, 150, 172, 96), strict=True)),
    VALIDATION: dict(zip(FOLDERS, (77, 23, 47, 73, 86, 73, 57), strict=True)),
    TEST: dict(zip(FOLDERS, (66, 18, 42, 70, 68, 61, 47), strict=True)),
}
"""Of the release in sum; the test part's labels are not public, and its shares are made up."""

PEOPLE = 95
SIZE = (143, 181)
FILMS = ("Lighthouse", "Nightbus", "Orchard", "Quarry", "Saltmarsh", "Viaduct", "Windmill")
PEOPLE_A_FILM = 2


class SFEW(Blueprint):
    """Three folders; the test part has no class folders, its labels being secret."""

    name = "sfew"
    subjects = PEOPLE
    fewest = 3
    size = 143
    level = "hard"
    field = SIZE[1] / SIZE[0]

    def pictures(self, order: Order) -> Iterator[Picture]:
        """The aligned faces."""
        sizes = {part: sum(counts.values()) for part, counts in COUNTS.items()}
        for part, people in parted(order.subjects, sizes).items():
            total = max(len(FOLDERS), round(sizes[part] * order.subjects / PEOPLE))
            labels = deal(COUNTS[part], total, order.draw("labels", part))
            for k, label in enumerate(labels):
                person, take = people[k % len(people)], k // len(people)
                folder = part if part == TEST else f"{part}/{FOLDERS[label]}"
                path = f"{folder}/{_still(order, person, take)}.png"
                yield Picture(Shot(person, label, take), (path,), sized(SIZE, order.size))


def _still(order: Order, person: int, take: int) -> str:
    """Film, time in it (hours, minutes, seconds, thousandths) and number of the still."""
    film, role = divmod(person, PEOPLE_A_FILM)
    part, title = divmod(film, len(FILMS))
    seconds = 60 * take + int(order.draw("time", person, take).integers(60))
    time = f"{seconds // 3600:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}"
    thousandths = int(order.draw("thousandths", person, take).integers(500)) * 2 + role
    name = FILMS[title] + (str(part + 1) if part else "")
    return f"{name}_{time}{thousandths:03d}_{role + 1:08d}"
