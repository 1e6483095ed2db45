"""Encoder, decoder and discriminator of IDFERM's generator."""

import pytest
import torch
from torch import nn

from ferbench.nets.dr_gan import (
    DOWN,
    LATENT,
    UP,
    Decoder,
    Discriminator,
    DrGanShape,
    Encoder,
)

SMALL = DrGanShape(divisor=8)


@pytest.mark.parametrize(
    ("network", "count"), [(Encoder, 2_769_120), (Decoder, 3_821_793), (Discriminator, 2_769_377)]
)
def test_each_has_the_parameters_of_the_table(network, count, parameters):
    assert parameters(network()) == count


def sizes(layers, x, kind):
    """(channels, side) behind each layer of a kind."""
    found = []
    for layer in layers:
        x = layer(x)
        if isinstance(layer, kind):
            found.append(tuple(x.shape[1:3]))
    return found


def test_the_encoder_halves_the_side_where_a_block_begins():
    sides = [64, 32, 16, 8, 4]
    expected = [(w, side) for block, side in zip(DOWN, sides, strict=True) for w in block]
    expected.append((LATENT, 4))
    with torch.no_grad():
        assert sizes(Encoder().layers, torch.zeros(2, 1, 64, 64), nn.Conv2d) == expected


def test_the_decoder_doubles_it():
    sides = [4, 8, 16, 32, 64]
    expected = [(w, side) for block, side in zip(UP, sides, strict=True) for w in block]
    decoder = Decoder()
    with torch.no_grad():
        first = decoder.fc(torch.zeros(2, 256)).unflatten(1, (256, 4, 4))
        assert sizes(decoder.layers, first, nn.ConvTranspose2d) == [*expected, (1, 64)]


@pytest.mark.parametrize("shape", [DrGanShape(), SMALL, DrGanShape(16, 0.075, 24)])
def test_faces_become_latents_faces_and_one_verdict_each(shape):
    torch.manual_seed(0)
    faces = torch.rand(3, 1, 64, 64) * 2 - 1
    z = Encoder(shape)(faces)
    assert z.shape == (3, shape.latent)
    made = Decoder(shape)(z)
    assert made.shape == faces.shape
    assert made.abs().max() <= 1
    assert Discriminator(shape)(faces).shape == (3,)


def test_z_has_both_signs():
    """The last convolution is normalised, not rectified: its maps' mean is not bound to be >= 0."""
    torch.manual_seed(0)
    encoder = Encoder(SMALL)
    assert isinstance(encoder.layers[-1], nn.BatchNorm2d)
    z = encoder(torch.rand(8, 1, 64, 64))
    assert z.min() < -0.01 < 0.01 < z.max()
    torch.testing.assert_close(z.mean(0), torch.zeros(z.shape[1]), atol=1e-4, rtol=0)


def test_the_slope_is_that_of_every_leaky_relu():
    shape = DrGanShape(16, 0.3)
    for network in (Encoder(shape), Decoder(shape), Discriminator(shape)):
        slopes = [m.negative_slope for m in network.modules() if isinstance(m, nn.LeakyReLU)]
        assert slopes
        assert set(slopes) == {0.3}
