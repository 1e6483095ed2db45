"""ED2L's heat-maps: which layers they are of, and over which window."""

import numpy as np
import pytest
import torch
from ferbench_ed2l import METHODS
from ferbench_ed2l.panels import both_branches, only_branch

from ferbench.contracts.faces import Faces

SHORT = {"divisor": 16, "units": (0, 1, 0, 1), "crop": 40, "crop_width": 36}


@pytest.fixture
def methods(bench):
    return bench(METHODS, SHORT)


def test_the_maps_are_those_of_the_stride_two_layers(make_toy, new_run, methods):
    toy, run = make_toy(), new_run()
    method = methods.built("ed2l", toy.task)
    network, faces = method.network.eval(), toy.test.only(np.arange(3))
    seen, distilling, dispelling = both_branches(method, faces, run)
    window = faces.images()[:, 4:44, 6:42]
    assert np.array_equal(seen.pictures, window)
    assert seen.heat is None
    pixels = torch.from_numpy(window[..., 0]).float()[:, None]
    spread = pixels.std((1, 2, 3), correction=0, keepdim=True)
    with torch.no_grad():
        shared = network.shared((pixels - pixels.mean((1, 2, 3), keepdim=True)) / spread)
    for panel, branch in ((distilling, network.branch), (dispelling, network.dispelling)):
        total = sum(channel for channel in branch.down(shared).detach().unbind(1))
        assert panel.title.endswith(f"16 maps, {total.shape[1]} x {total.shape[2]}")
        assert panel.heat.shape == (3, 40, 36)
        for face, sums in zip(panel.heat, total, strict=True):
            scaled = (sums - sums.min()) / (sums.max() - sums.min())
            corners = face[[0, 0, -1, -1], [0, -1, 0, -1]]
            assert np.allclose(corners, scaled[[0, 0, -1, -1], [0, -1, 0, -1]], atol=1e-4)


def test_a_dead_branch_is_cold_and_the_other_is_not(make_toy, new_run, methods):
    toy, run = make_toy(), new_run()
    method = methods.built("ed2l", toy.task)
    for parameter in method.network.dispelling.down.parameters():
        torch.nn.init.zeros_(parameter)
    _, distilling, dispelling = both_branches(method, toy.test, run)
    assert distilling.heat.max() > 0.5
    assert not dispelling.heat.any()


def test_a_baseline_starts_with_the_maps_of_the_distilling_branch(make_toy, new_run, methods):
    toy, run = make_toy(), new_run()
    _, distilling, _ = both_branches(methods.built("ed2l", toy.task), toy.test, run)
    _, branch = only_branch(methods.built("ed2l-baseline", toy.task), toy.test, run)
    assert np.array_equal(branch.heat, distilling.heat)


def test_colour_pictures_stay_in_colour(make_toy, new_run, methods):
    toy, run = make_toy(), new_run()
    task = type(toy.task)(toy.task.classes, {"face": (48, 48, 3)})
    images = np.random.default_rng(0).integers(0, 256, (2, 48, 48, 3), dtype=np.uint8)
    faces = Faces({"face": images}, np.arange(2))
    seen, *_ = both_branches(methods.built("ed2l", task), faces, run)
    assert np.array_equal(seen.pictures, images[:, 4:44, 6:42])
