"""The ten windows as training images, in batches and at test."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from ferbench.contracts.faces import LabelledFaces
from ferbench.imaging.crops import centre_crop, ten_crop, to_batch
from ferbench.training.patches import TEN, PatchBatches, Patches, PatchView, one_each
from ferbench.training.samplers import ImageBatches
from ferbench.training.seeding import derive_seed
from ferbench.training.sphere_recipe import SphereRecipe

COUNT, HEIGHT, WIDTH, WINDOW = 12, 23, 20, (16, 11)


@dataclass
class Seeds:
    """As much of a run as a sampler needs."""

    number: int = 0

    def seed(self, *axes):
        return derive_seed(self.number, *axes)


@pytest.fixture
def faces():
    pictures = np.random.default_rng(0).integers(0, 256, (COUNT, HEIGHT, WIDTH, 1), dtype=np.uint8)
    return LabelledFaces(
        {"face": pictures},
        np.arange(COUNT)[::-1],
        classes=("anger", "fear", "joy"),
        expression=np.arange(COUNT) % 3,
        subject=np.arange(COUNT) // 3,
        sequence=np.arange(COUNT),
    )


def sampler(size=5, every=False, grid=False):
    return PatchBatches(ImageBatches(size, grid), every)


def rows(batches, faces, run, epoch=0):
    return [b.rows for b in batches.batches(Patches(faces, WINDOW), run, epoch)]


def test_the_patches_are_the_ten_crops_in_their_order(faces):
    crops = ten_crop(to_batch(torch.from_numpy(faces.images())), WINDOW)
    expected = crops.flatten(0, 1).permute(0, 2, 3, 1).numpy()
    patches = Patches(faces, WINDOW)
    assert len(patches) == TEN * COUNT
    assert np.array_equal(patches.images(), expected)
    which = np.array([7, 93, 7, 110])
    assert np.array_equal(patches.images(which), expected[which])


def test_128_x_110_is_cut_where_the_papers_cut():
    """Corners at y 0 and 16, x 0 and 14, centre (8, 7); read off pixels that say where they are."""
    places = np.stack(np.meshgrid(np.arange(128), np.arange(110), indexing="ij"), -1)
    places = places[None].astype(np.uint8)
    faces = LabelledFaces(
        {"face": places},
        np.arange(1),
        classes=("joy",),
        expression=np.zeros(1),
        subject=None,
        sequence=np.zeros(1),
    )
    patches = Patches(faces, (112, 96)).images()
    assert patches.shape == (10, 112, 96, 2)
    corners = [(0, 0), (0, 14), (16, 0), (16, 14), (8, 7)]
    for number, (top, left) in enumerate(corners):
        window = places[0, top : top + 112, left : left + 96]
        assert np.array_equal(patches[number], window)
        assert np.array_equal(patches[number + 5], window[:, ::-1])


def test_every_patch_has_the_labels_of_its_image(faces):
    patches = Patches(faces, WINDOW)
    for name in ("expression", "subject", "sequence"):
        whole, cut = getattr(faces, name), getattr(patches, name)
        assert cut.tolist() == [value for value in whole for _ in range(TEN)]
    assert patches.classes == faces.classes


def test_a_part_of_the_patches_keeps_windows_and_labels(faces):
    patches, which = Patches(faces, WINDOW), np.array([31, 4, 110])
    part = patches.part(which).part(np.array([2, 0]))
    assert np.array_equal(part.images(), patches.images(which[[2, 0]]))
    assert part.expression.tolist() == [faces.expression[11], faces.expression[3]]
    assert len(part) == 2


def test_all_ten_of_each_image_once_an_epoch(faces):
    batches = rows(sampler(16, every=True), faces, Seeds())
    assert sorted(np.concatenate(batches).tolist()) == list(range(TEN * COUNT))
    assert len(batches) == sampler(16, every=True).steps(COUNT) == 8
    assert any(len(set(batch // TEN)) > 1 for batch in batches)


@pytest.mark.parametrize("grid", [False, True])
def test_one_of_each_image_an_epoch(faces, grid):
    batches = rows(sampler(grid=grid), faces, Seeds())
    assert sorted((np.concatenate(batches) // TEN).tolist()) == list(range(COUNT))
    assert len(batches) <= sampler(grid=grid).steps(COUNT) == 3


def test_which_patch_depends_on_image_and_epoch_alone(faces):
    """So methods with other batches see the same patches."""
    small, large, grid = (
        sorted(np.concatenate(rows(batches, faces, Seeds())).tolist())
        for batches in (sampler(2), sampler(12), sampler(5, grid=True))
    )
    assert small == large == grid
    later = sorted(np.concatenate(rows(sampler(2), faces, Seeds(), 1)).tolist())
    other = sorted(np.concatenate(rows(sampler(2), faces, Seeds(1))).tolist())
    assert small not in (later, other)


def test_the_ten_are_drawn_evenly():
    drawn = np.bincount(one_each(5000, seed=3) % TEN, minlength=TEN)
    assert drawn.sum() == 5000
    assert drawn.min() > 420
    assert drawn.max() < 580


def test_batches_say_what_they_hold(faces):
    for batch in sampler(5).batches(Patches(faces, WINDOW), Seeds(), 0):
        assert batch.shape.images == len(batch.rows) == len(batch.queries)
        assert batch.shape.classes == len(np.unique(faces.expression[batch.rows // TEN]))


@pytest.mark.parametrize("normalisation", ["scale", "standardise"])
def test_at_test_a_face_is_seen_as_in_training(faces, normalisation):
    crop, width = WINDOW
    view = PatchView(SphereRecipe(normalisation=normalisation, crop=crop, crop_width=width))
    cpu = torch.device("cpu")
    trained = view.random(Patches(faces, WINDOW).images(), torch.Generator(), cpu)
    tested = view.at_test(faces.images(), cpu)
    assert view.tested == TEN
    assert torch.allclose(trained, tested, atol=1e-6)
    assert trained.dtype == torch.float32


def test_the_centre_alone_where_it_is_asked_for(faces):
    view = PatchView(
        SphereRecipe(normalisation="scale", crop=WINDOW[0], crop_width=WINDOW[1], tested="centre")
    )
    seen = view.at_test(faces.images(), torch.device("cpu"))
    expected = centre_crop(to_batch(torch.from_numpy(faces.images())), WINDOW)
    assert view.tested == 1
    assert torch.equal(seen, (expected.float() - 127.5) / 128)
