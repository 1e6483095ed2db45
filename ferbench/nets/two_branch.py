"""The metric-learning branch of 2B(N+M) Softmax and IDFERM, with its connecting layer."""

import torch
from torch import nn

from ferbench.nets.inception import PAPER, InceptionClassifier, TrunkShape, he_initialise

FC4 = 256
"""Width of the connecting layer's output at full width; the papers print none."""


class MetricBranch(nn.Module):
    """FC_3 beside the expression branch's FC_2, and the connecting layer FC_4 (2B, eq. 13).

    FC_4 = P^T [FC_2; FC_3] = P_1^T FC_2 + P_2^T FC_3, linear and without bias. FC_2 is not
    detached: the classification's knowledge flows in, and the metric's gradients flow back. The
    branch's last layer is the learned similarity H in the loss. IDFERM calls these layers FC2-2,
    FC2-3 and FC2-4. The branch serves training alone.
    """

    def __init__(self, network: InceptionClassifier, shape: TrunkShape = PAPER) -> None:
        super().__init__()
        self.fc3 = nn.Sequential(nn.Linear(network.trunk.features, network.features), nn.PReLU())
        self.features = shape.width(FC4)
        self.connect = nn.Linear(2 * network.features, self.features, bias=False)
        he_initialise(self.fc3)
        nn.init.xavier_normal_(self.connect.weight)

    def forward(self, fc1: torch.Tensor, fc2: torch.Tensor) -> torch.Tensor:
        """FC_1 and FC_2 of the same N images -> FC_4, (N, features)."""
        return self.connect(torch.cat([fc2, self.fc3(fc1)], dim=1))
