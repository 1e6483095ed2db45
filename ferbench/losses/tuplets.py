"""Which rows of a batch form each query's tuple: the common input of the tuplet losses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from ferbench.errors import UsageError


@dataclass(frozen=True, slots=True)
class Tuplets:
    """Q tuples as rows of one batch of features (B, D).

    A row may stand in many tuples, so a batch in which every image is a query is embedded once.

    positives:      (Q, M), int64; the query is the first of its positives.
    negatives:      (Q, N), int64.
    positive_valid: (Q, M), bool, False at padding; None where every set is full.
    negative_valid: (Q, N), likewise.
    """

    positives: torch.Tensor
    negatives: torch.Tensor
    positive_valid: torch.Tensor | None = None
    negative_valid: torch.Tensor | None = None

    def __post_init__(self) -> None:
        if len(self.positives) != len(self.negatives):
            raise UsageError(
                f"{len(self.positives)} positive and {len(self.negatives)} negative sets: give "
                "each query one of both, empty where it has none"
            )

    @classmethod
    def blocks(cls, queries: int, positives: int, negatives: int) -> "Tuplets":
        """The papers' batch: each query's M positives, then its N negatives, query by query."""
        rows = torch.arange(queries * (positives + negatives)).view(queries, positives + negatives)
        return cls(rows[:, :positives], rows[:, positives:])

    @classmethod
    def ragged(
        cls, positives: Sequence[Sequence[int]], negatives: Sequence[Sequence[int]]
    ) -> "Tuplets":
        """Sets of unequal sizes, padded to the longest and masked."""
        (own, own_valid), (other, other_valid) = _padded(positives), _padded(negatives)
        return cls(own, other, own_valid, other_valid)

    def __len__(self) -> int:
        return len(self.positives)

    @property
    def members(self) -> torch.Tensor:
        """(Q, M + N): the positives, then the negatives."""
        return torch.cat([self.positives, self.negatives], dim=1)

    @property
    def valid(self) -> torch.Tensor | None:
        """(Q, M + N), or None where every member is real."""
        if self.positive_valid is None and self.negative_valid is None:
            return None
        own = _or_all(self.positive_valid, self.positives)
        return torch.cat([own, _or_all(self.negative_valid, self.negatives)], dim=1)

    def to(self, device: torch.device | str) -> "Tuplets":
        """The same tuples on `device`."""
        return self._each(lambda part: part.to(device))

    def usable(self, positives: int = 1) -> "Tuplets":
        """Those with at least `positives` positives and one negative: others relate nothing."""
        if self.positives.shape[1] < positives or self.negatives.shape[1] < 1:
            return self._each(lambda part: part[:0])
        if self.positive_valid is None and self.negative_valid is None:
            return self
        own = _or_all(self.positive_valid, self.positives).sum(1) >= positives
        rows = own & _or_all(self.negative_valid, self.negatives).any(1)
        return self._each(lambda part: part[rows])

    def _each(self, change: Callable[[torch.Tensor], torch.Tensor]) -> "Tuplets":
        return Tuplets(
            change(self.positives),
            change(self.negatives),
            None if self.positive_valid is None else change(self.positive_valid),
            None if self.negative_valid is None else change(self.negative_valid),
        )


def take(features: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """`features[rows]`, (B, ...) and (Q, K) -> (Q, K, ...).

    By `index_select`, whose backward adds whole rows; that of `[]` is many times slower on a CPU.
    """
    return features.index_select(0, rows.flatten()).view(*rows.shape, *features.shape[1:])


def nothing(features: torch.Tensor) -> torch.Tensor:
    """The loss of a batch without a usable tuple: zero, with zero gradients to `features`."""
    return (features * 0).sum()


def _or_all(valid: torch.Tensor | None, rows: torch.Tensor) -> torch.Tensor:
    return torch.ones_like(rows, dtype=torch.bool) if valid is None else valid


def _padded(sets: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """(Q, longest) rows, 0 where there is none, and which are real."""
    longest = max(map(len, sets), default=0)
    rows = torch.zeros(len(sets), longest, dtype=torch.int64)
    valid = torch.zeros(len(sets), longest, dtype=torch.bool)
    for query, members in enumerate(sets):
        rows[query, : len(members)] = torch.as_tensor(list(members), dtype=torch.int64)
        valid[query, : len(members)] = True
    return rows, valid
