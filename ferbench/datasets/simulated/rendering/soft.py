"""The soft shapes that faces are painted with."""

from torch import Tensor


def smoothstep(x: Tensor) -> Tensor:
    """0 below 0, 1 above 1, smooth between."""
    x = x.clamp(0, 1)
    return x * x * (3 - 2 * x)


def edge(inside: Tensor, width: float) -> Tensor:
    """Coverage of a half-plane: 0 where `inside` is negative, 1 where positive, ramp of `width`."""
    return (inside / width + 0.5).clamp(0, 1)


def bump(*offsets: Tensor) -> Tensor:
    """A Gaussian hill of height 1; `offsets` are distances in standard deviations, one an axis."""
    square = offsets[0] * offsets[0]
    for offset in offsets[1:]:
        square = square + offset * offset
    return square.mul_(-0.5).exp_()


def blend(under: Tensor, over: Tensor | float, cover: Tensor) -> Tensor:
    """`over` painted on `under` where `cover` is 1."""
    return under + (over - under) * cover


def power(base: Tensor, exponent: float | Tensor) -> Tensor:
    """base ** exponent for a base from 0, rounded alike wherever an element lies in its tensor.

    `torch.pow` rounds the last elements of a tensor, which do not fill a vector of the processor,
    in another way than those before, so that a picture would depend on the others of its batch.
    """
    return (base.log() * exponent).exp_()
