"""P-, R- and O-Net: sizes, and the same numbers as a channels-last network written out in NumPy."""

import numpy as np
import pytest
import torch

from ferbench.imaging.align.cascade import pyramid, shrunk
from ferbench.imaging.align.networks import ONet, PNet, RNet, fill

LAYERS = {
    "pnet": [("conv", 3, 3, 10), ("pool", 2), ("conv", 3, 10, 16), ("conv", 3, 16, 32)],
    "rnet": [
        ("conv", 3, 3, 28), ("pool", 3), ("conv", 3, 28, 48), ("pool", 3), ("conv", 2, 48, 64),
        ("dense", 576, 128),
    ],
    "onet": [
        ("conv", 3, 3, 32), ("pool", 3), ("conv", 3, 32, 64), ("pool", 3), ("conv", 3, 64, 64),
        ("pool", 2), ("conv", 2, 64, 128), ("dense", 1152, 256),
    ],
}  # fmt: skip
HEADS = {"pnet": (32, [4, 2]), "rnet": (128, [4, 2]), "onet": (256, [4, 10, 2])}
NETWORKS = {"pnet": PNet, "rnet": RNet, "onet": ONet}


@pytest.mark.parametrize(("network", "count"), [(PNet, 6_632), (RNet, 100_178), (ONet, 389_040)])
def test_parameter_counts(network, count):
    assert sum(p.numel() for p in network().parameters()) == count


def test_shapes():
    with torch.no_grad():
        probability, offsets = PNet()(torch.zeros(2, 3, 12, 12))
        assert (probability.shape, offsets.shape) == ((2, 1, 1), (2, 4, 1, 1))
        probability, offsets = PNet()(torch.zeros(1, 3, 31, 44))
        assert (probability.shape, offsets.shape) == ((1, 11, 17), (1, 4, 11, 17))
        probability, offsets = RNet()(torch.zeros(5, 3, 24, 24))
        assert (probability.shape, offsets.shape) == ((5,), (5, 4))
        probability, offsets, points = ONet()(torch.zeros(0, 3, 48, 48))
        assert (probability.shape, offsets.shape, points.shape) == ((0,), (0, 4), (0, 5, 2))


def stored(name, seed=0):
    """Random arrays in the order and the shapes of the wheel's files."""
    draw = np.random.default_rng(seed)
    arrays = []

    def add(*shape):
        arrays.append((draw.normal(size=shape) / np.sqrt(np.prod(shape[:-1]))).astype(np.float32))

    for kind, *sizes in LAYERS[name]:
        if kind == "conv":
            side, channels, maps = sizes
            add(side, side, channels, maps), add(maps), add(1, 1, maps)
        elif kind == "dense":
            add(*sizes), add(sizes[1]), add(sizes[1])
    features, heads = HEADS[name]
    for units in heads:
        add(*([1, 1] if name == "pnet" else []), features, units), add(units)
    return arrays


def pooled(values, side):
    """Maximum over windows with stride 2; the last ones hang over the edge if need be."""
    height, width = (-(-(length - side) // 2) + 1 for length in values.shape[:2])
    return np.stack(
        [
            [values[2 * y : 2 * y + side, 2 * x : 2 * x + side].max((0, 1)) for x in range(width)]
            for y in range(height)
        ]
    )


def convolved(values, kernel, bias):
    side = kernel.shape[0]
    height, width = (length - side + 1 for length in values.shape[:2])
    return bias + sum(
        values[y : y + height, x : x + width] @ kernel[y, x]
        for y in range(side)
        for x in range(side)
    )


def literal(name, picture, arrays):
    """The heads' outputs for one picture (H, W, 3), channels last, layer by layer."""
    left, values = iter(arrays), picture.astype(np.float64)
    for kind, *sizes in LAYERS[name]:
        if kind == "pool":
            values = pooled(values, sizes[0])
            continue
        weights, bias, slope = next(left), next(left), next(left)
        if kind == "conv":
            values = convolved(values, weights, bias)
        else:
            values = values.transpose(1, 0, 2).ravel() @ weights + bias
        values = np.maximum(values, 0) + slope.reshape(-1) * np.minimum(values, 0)
    heads = [values @ w.reshape(w.shape[-2:]) + b for w, b in zip(left, left, strict=True)]
    odds = np.exp(heads[-1])
    return [*heads[:-1], odds[..., 1] / odds.sum(-1)]


@pytest.mark.parametrize(
    ("name", "shape"), [("pnet", (23, 30)), ("rnet", (24, 24)), ("onet", (48, 48))]
)
def test_the_stored_arrays_give_the_network_that_they_were_stored_from(name, shape):
    arrays = stored(name)
    network = NETWORKS[name]()
    fill(network, arrays)
    picture = np.random.default_rng(1).normal(size=(*shape, 3)).astype(np.float32)
    expected = literal(name, picture, arrays)
    with torch.no_grad():
        found = network(torch.from_numpy(picture).permute(2, 0, 1)[None])
    assert np.abs(found[0][0].numpy() - expected[-1]).max() < 1e-5
    offsets = found[1][0].numpy() if name != "pnet" else found[1][0].permute(1, 2, 0).numpy()
    assert np.abs(offsets - expected[0]).max() < 1e-4
    if name == "onet":
        assert np.abs(found[2][0].numpy() - expected[1].reshape(2, 5).T).max() < 1e-4


@pytest.mark.parametrize(
    "change", [lambda arrays: arrays[:-1], lambda arrays: [*arrays, arrays[0]]]
)
def test_too_few_or_too_many_arrays_are_refused(change):
    with pytest.raises(ValueError, match="zip"):
        fill(RNet(), change(stored("rnet")))


def test_the_pyramid_goes_from_the_smallest_face_to_the_whole_picture():
    scales = pyramid(100, 160, 24)
    assert scales[0] == 0.5
    assert np.allclose(np.divide(scales[1:], scales[:-1]), 0.709)
    assert 100 * scales[-1] >= 12 > 100 * scales[-1] * 0.709
    assert pyramid(19, 500, 20) == []
    assert pyramid(12, 12, 12) == [1.0]


def test_levels_of_the_pyramid_do_not_alias():
    checks = torch.from_numpy((np.indices((96, 96)).sum(0) % 2).astype(np.float32))
    found = shrunk(checks[None, None], 0.25)
    assert found.shape == (1, 1, 24, 24)
    assert (found - 0.5).abs().max() < 0.05
