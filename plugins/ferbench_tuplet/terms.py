"""The (N+1)-tuplet loss as a term beside cross-entropy."""

from dataclasses import replace

from ferbench.contracts.run import BatchShape
from ferbench.losses.tuplets import Tuplets
from ferbench.training.tuplet_term import TupletTerm


class NPlusOneTerm(TupletTerm):
    """The (N+1)-tuplet loss: the query, its first other positive, and the same negatives."""

    def of(self, tuplets: Tuplets) -> Tuplets:
        """The first two of the positives, the query among them."""
        valid = tuplets.positive_valid
        return replace(
            tuplets,
            positives=tuplets.positives[:, :2],
            positive_valid=None if valid is None else valid[:, :2],
        )

    def comparisons(self, shape: BatchShape) -> int:
        """N a tuple in the paper's counting: one positive and N - 1 negatives."""
        return (shape.negatives + 1) * shape.queries
