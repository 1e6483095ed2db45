"""A plain person and a plain view, so that a picture shows what a test changes and nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from ferbench.datasets.simulated.acting.action_units import ACTION_UNITS, ROW
from ferbench.datasets.simulated.capture.view import View
from ferbench.datasets.simulated.corpora.writing import Corpus, open_corpus
from ferbench.datasets.simulated.person.identity import HairStyle, Identity, draw_identity
from ferbench.datasets.simulated.person.shape import SHAPE_NAMES, Shape
from ferbench.datasets.simulated.rendering.batch import Scene
from ferbench.datasets.simulated.rendering.renderer import render

SIZE = 64

FEWEST = {"rafdb": 5, "sfew": 3, "fer2013": 12}
"""People of a written corpus, where two are too few for all its parts."""

Picture = Callable[..., np.ndarray]


@pytest.fixture(scope="session")
def plain_person() -> Identity:
    """The average face: no glasses, no beard, short hair."""
    return replace(
        draw_identity(seed=0, subject=0, spread=1.0),
        shape=Shape(*[0.0] * len(SHAPE_NAMES)),
        masculinity=0.0,
        age=0.3,
        skin=(0.88, 0.68, 0.55),
        hair_style=HairStyle.SHORT,
        beard=0.0,
        moustache=0.0,
        glasses=None,
        freckles=0.0,
    )


@pytest.fixture(scope="session")
def picture(plain_person: Identity) -> Picture:
    """`picture({12: 1.0})`: (64, 64, 3) float in 0..1, without blur and noise."""

    def draw(
        units: Mapping[int, float] | None = None,
        *,
        sides: tuple[int, ...] = (0, 1),
        person: Identity = plain_person,
        view: View | None = None,
    ) -> np.ndarray:
        activations = np.zeros((len(ACTION_UNITS), 2))
        for unit, strength in (units or {}).items():
            activations[ROW[unit], list(sides)] = strength
        scene = Scene(person, activations, view or View())
        return render([scene], SIZE)[0].permute(1, 2, 0).numpy()

    return draw


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Corpus]:
    """Writes a small corpus, once for all tests; they leave it as it is."""
    corpora: dict[str, Corpus] = {}

    def write(name: str) -> Corpus:
        if name not in corpora:
            corpora[name] = open_corpus(
                name,
                tmp_path_factory.mktemp("corpora") / name,
                subjects=FEWEST.get(name, 2),
                size=None if name == "fer2013" else 24,
                level="easy",
            )
            corpora[name].write()
        return corpora[name]

    return write
