"""A distance for the losses of pytorch-metric-learning that counts what they compare.

Those losses compute one matrix of all pairs of a batch and read their terms from it. The papers
count a distance for each term (two a triplet), so it is the reading that is counted: no loss can
read an entry that is not. Without such sharing, the terms are what would have to be evaluated. The
matrix itself is reported beside it, as `pairs_evaluated`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from pytorch_metric_learning.distances import LpDistance

from ferbench.errors import PluginError
from ferbench.training.counting import count_comparisons


class CountingDistance(LpDistance):
    """Euclidean distance to the `power`, of features as they are; its terms are counted as read.

    pairs_evaluated: entries of all matrices so far, K x K a call.
    terms_used:      entries read from them so far, which go to the comparison counter.
    """

    def __init__(self, power: int = 2) -> None:
        super().__init__(normalize_embeddings=False, p=2, power=power)
        self.pairs_evaluated = 0
        self.terms_used = 0

    def forward(self, query_emb: torch.Tensor, ref_emb: torch.Tensor | None = None) -> torch.Tensor:
        """(K, D), (L, D) -> (K, L), the same features where the second is left out."""
        matrix = super().forward(query_emb, ref_emb)
        self.pairs_evaluated += matrix.numel()
        counted = matrix.as_subclass(CountedMatrix)
        counted.used = self._use
        return counted

    def _use(self, terms: int) -> None:
        self.terms_used += terms
        count_comparisons(terms)


class CountedMatrix(torch.Tensor):
    """Distances that can be read by index and in no other way, so that none is used uncounted."""

    used: Callable[[int], None]

    @classmethod
    def __torch_function__(
        cls,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Plain tensors out of an index; anything else made of the entries is refused."""
        with torch._C.DisableTorchFunctionSubclass():
            out = func(*args, **(kwargs or {}))
        if func is torch.Tensor.__getitem__:
            args[0].used(out.numel())
        elif isinstance(out, torch.Tensor):
            raise PluginError(
                f"{getattr(func, '__name__', func)} reads a counted distance matrix as a whole, "
                "which tells nothing of the terms used: take a loss that reads pairs by index"
            )
        return out
