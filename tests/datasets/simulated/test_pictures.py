"""The pictures of the corpus: shape, determinism, and whose face they show."""

import numpy as np
import pytest
import torch

from ferbench.datasets.simulated.acting.action_units import POSED
from ferbench.datasets.simulated.config import SimFacesConfig
from ferbench.datasets.simulated.dataset import SimFaces
from ferbench.datasets.simulated.rendering.texture import noise_planes

SMALL = SimFacesConfig(subjects=12, frames=3, size=32)


def load(config: SimFacesConfig, samples: list[str]) -> np.ndarray:
    return np.stack(list(SimFaces(config).load(samples)))


def apexes(config: SimFacesConfig, subjects: int) -> list[str]:
    last = config.frames - 1
    return [f"S{s:03d}/{e}/0/{last:02d}" for s in range(subjects) for e in POSED]


@pytest.fixture(scope="module")
def medium() -> np.ndarray:
    """(12 subjects, 7 expressions, 32, 32, 3) apex pictures."""
    return load(SMALL, apexes(SMALL, 12)).reshape(12, 7, 32, 32, 3)


@pytest.mark.parametrize("size", [24, 47, 96])
@pytest.mark.parametrize("level", ["easy", "wild"])
def test_every_size_gives_square_uint8_pictures(size: int, level: str) -> None:
    config = SimFacesConfig(subjects=1, frames=2, size=size, level=level)
    pictures = list(SimFaces(config).load(["S000/fear/0/01", "S000/fear/0/00"]))
    assert [picture.shape for picture in pictures] == [(size, size, 3)] * 2
    assert all(picture.dtype == np.uint8 for picture in pictures)
    assert all(20 < picture.mean() < 235 and picture.std() > 15 for picture in pictures)


def test_a_picture_is_the_same_in_any_company_and_order() -> None:
    config = SimFacesConfig(subjects=30, frames=3, size=32, level="wild")
    names = apexes(config, 6)  # more than one batch
    together = dict(zip(names, load(config, names), strict=True))
    backwards = dict(zip(names[::-1], load(config, names[::-1]), strict=True))
    for name in names:
        assert np.array_equal(together[name], backwards[name])
    for name in names[::9]:
        assert np.array_equal(together[name], load(config, [name])[0])


def test_a_larger_corpus_has_the_same_first_subjects(medium: np.ndarray) -> None:
    larger = SimFacesConfig(subjects=40, takes=2, frames=3, size=32)
    assert np.array_equal(load(larger, apexes(larger, 1)), medium[0])


def test_the_number_of_threads_changes_nothing(medium: np.ndarray) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert np.array_equal(load(SMALL, apexes(SMALL, 2)), medium[:2].reshape(14, 32, 32, 3))
    finally:
        torch.set_num_threads(threads)


def test_global_generators_are_neither_used_nor_moved(medium: np.ndarray) -> None:
    noise_planes.cache_clear()  # or what is cached would hide where it was drawn from
    torch.manual_seed(3)
    np.random.seed(3)
    torch_before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()
    assert np.array_equal(load(SMALL, apexes(SMALL, 1)), medium[0])
    assert torch.equal(torch_before, torch.get_rng_state())
    assert np.array_equal(numpy_before, np.random.get_state()[1])


def test_seeds_and_subjects_give_other_faces(medium: np.ndarray) -> None:
    reseeded = load(SimFacesConfig(seed=1, subjects=2, frames=3, size=32), apexes(SMALL, 1))
    assert difference(reseeded[0], medium[0, 0]) > 8
    assert difference(medium[0, 0], medium[1, 0]) > 8


def test_takes_are_new_recordings_of_the_same_person() -> None:
    config = SimFacesConfig(subjects=2, takes=2, frames=2, size=32)
    first, second = load(config, ["S000/fear/0/01", "S000/fear/1/01"])
    assert difference(first, second) > 1


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Mean absolute difference in grey levels."""
    return float(np.abs(one.astype(float) - other.astype(float)).mean())


def test_the_nearest_picture_shows_the_same_person_and_not_the_same_expression(
    medium: np.ndarray,
) -> None:
    """What the methods of the benchmark have to overcome."""
    flat = medium.reshape(84, -1).astype(float)
    flat -= flat.mean(1, keepdims=True)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    likeness = flat @ flat.T
    np.fill_diagonal(likeness, -1)
    nearest = likeness.argmax(1)
    subject, expression = np.divmod(np.arange(84), 7)
    assert (subject[nearest] == subject).mean() > 0.6
    assert (expression[nearest] == expression).mean() < 0.2


def test_frames_of_a_recording_move_away_from_the_onset() -> None:
    config = SimFacesConfig(subjects=4, frames=5, size=32, level="easy")
    for subject, expression in enumerate(("happiness", "surprise", "disgust", "fear")):
        frames = load(config, [f"S{subject:03d}/{expression}/0/{k:02d}" for k in range(5)])
        far = [difference(frame, frames[0]) for frame in frames]
        assert far[-1] > 1.5 * far[1]
        assert np.corrcoef(far, np.arange(5))[0, 1] > 0.85


def test_levels_change_the_same_person(medium: np.ndarray) -> None:
    wild = SimFacesConfig(subjects=1, frames=3, size=32, level="wild")
    assert difference(load(wild, apexes(wild, 1)), medium[0]) > 4
