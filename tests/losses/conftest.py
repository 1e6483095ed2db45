"""Random tuples for the losses, and what a call counts."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch

from ferbench.losses.tuplets import Tuplets

Sets = list[list[int]]


@dataclass
class Batch:
    """Features, and each query's positives and negatives as lists of rows."""

    features: torch.Tensor
    positives: Sets
    negatives: Sets

    @property
    def ragged(self) -> Tuplets:
        return Tuplets.ragged(self.positives, self.negatives)

    @property
    def usable(self) -> list[tuple[list[int], list[int]]]:
        pairs = zip(self.positives, self.negatives, strict=True)
        return [(own, others) for own, others in pairs if own and others]


@pytest.fixture(scope="session")
def draw_batch() -> Callable[..., Batch]:
    """Makes tuples of random sizes among 20 rows; the first query's negative sits on its centre.

    So its M* is 0. `least` is the smallest size of a set: 0 leaves some queries without one.
    """

    def draw(seed: int, least: int = 1, positives: int = 5, dtype=torch.float64) -> Batch:
        g = torch.Generator().manual_seed(seed)

        def rows(largest: int) -> list[int]:
            size = int(torch.randint(least, largest + 1, (), generator=g))
            return torch.randperm(19, generator=g)[:size].tolist()

        features = 1.5 * torch.randn(20, 4, generator=g, dtype=dtype)
        own = [[1, 2, 3], *(rows(positives) for _ in range(5))]
        others = [[0, 19], *(rows(6) for _ in range(5))]
        features[19] = features[own[0]].mean(0) + 0.01
        return Batch(features, own, others)

    return draw


@pytest.fixture(scope="session")
def same_with_gradients() -> Callable[..., None]:
    """Asserts that two scalars are equal, and their gradients by each of `leaves`."""

    def check(ours: torch.Tensor, loop: torch.Tensor, *leaves: torch.Tensor) -> None:
        torch.testing.assert_close(ours, loop, atol=1e-10, rtol=1e-8)
        for a, b in zip(
            torch.autograd.grad(ours, leaves), torch.autograd.grad(loop, leaves), strict=True
        ):
            assert torch.isfinite(a).all()
            torch.testing.assert_close(a, b, atol=1e-10, rtol=1e-8)

    return check
