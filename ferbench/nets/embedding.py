"""What a network must offer to be trained and asked as a classifier."""

from abc import ABC, abstractmethod

import torch
from torch import nn


class EmbeddingNetwork(nn.Module, ABC):
    """A feature of each image, and a linear classifier of the feature."""

    classifier: nn.Linear

    @abstractmethod
    def embed(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, S, S) -> the feature, (N, D)."""
