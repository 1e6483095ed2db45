"""VGG-Face to conv3_1 and Light CNN-4, layer by layer."""

import pytest
import torch
from torch.nn import functional as F

from ferbench.nets.light_cnn import LightCNN, max_feature_map
from ferbench.nets.vgg_face import VGG_FACE, VggFace


def test_vgg_face_to_its_fifth_convolution(parameters):
    network = VggFace()
    assert parameters(network) == 555_328
    assert network(torch.zeros(1, 1, 64, 64)).shape == (1, 256, 16, 16)
    counts = [parameters(layer) for layer in network.layers if parameters(layer)]
    assert counts == [1_792, 36_928, 73_856, 147_584, 295_168]
    assert VggFace(divisor=8)(torch.zeros(2, 1, 64, 64)).shape == (2, 32, 16, 16)


def test_grey_levels_are_normalised_as_the_network_was_trained():
    """[-1, 1] as it is for our own networks; 0 .. 255 minus the colours' means for VGG-Face."""
    faces = torch.rand(2, 1, 8, 8) * 2 - 1
    own, given = VggFace(16), VggFace(16, VGG_FACE)
    given.load_state_dict(own.state_dict())
    repeated = faces.expand(-1, 3, -1, -1)
    torch.testing.assert_close(own(faces), own.layers(repeated))
    mean = torch.tensor([129.1863, 104.7624, 93.5940]).reshape(3, 1, 1)
    expected = given.layers((repeated + 1) * 127.5 - mean)
    torch.testing.assert_close(given(faces), expected)


def test_light_cnn_4_at_its_own_size(parameters):
    network = LightCNN()
    assert parameters(network) == 4_098_048
    maps, feature = network(torch.zeros(1, 1, 128, 128))
    assert (maps.shape, feature.shape) == ((1, 192, 5, 5), (1, 256))
    counts = [parameters(layer) for layer in network.convolutions]
    assert counts == [96 * 82, 192 * (48 * 25 + 1), 256 * (96 * 25 + 1), 384 * (128 * 16 + 1)]
    assert parameters(network.fc1) == 512 * (4800 + 1)


def test_each_of_its_layers_has_the_size_of_the_table():
    network, sides = LightCNN(), []
    for layer in network.convolutions:
        layer.register_forward_hook(lambda m, i, o: sides.append(tuple(o.shape[1:3])))
    network(torch.zeros(1, 1, 128, 128))
    assert sides == [(96, 120), (192, 56), (256, 24), (384, 9)]


def test_smaller_faces_are_enlarged_bilinearly():
    torch.manual_seed(0)
    network, faces = LightCNN(16), torch.rand(2, 1, 64, 64)
    larger = F.interpolate(faces, (128, 128), mode="bilinear", align_corners=False)
    for ours, expected in zip(network(faces), network(larger), strict=True):
        assert torch.equal(ours, expected)


def test_at_64_pixels_one_place_is_left():
    maps, feature = LightCNN(divisor=4, side=64)(torch.zeros(2, 1, 64, 64))
    assert (maps.shape, feature.shape) == ((2, 48, 1, 1), (2, 64))


@pytest.mark.parametrize("shape", [(2, 6), (2, 4, 3, 5)])
def test_max_feature_map_against_a_loop(shape):
    torch.manual_seed(0)
    x = torch.randn(shape)
    half = shape[1] // 2
    found = max_feature_map(x)
    assert found.shape[1] == half
    for channel in range(half):
        assert torch.equal(found[:, channel], x[:, [channel, channel + half]].max(1).values)
