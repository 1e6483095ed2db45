"""The symmetry loss of a generated face (IDFERM section 3.2)."""

import torch
from torch import nn
from torch.nn import functional as F


class SymmetryLoss(nn.Module):
    """L_sym = 1 / (W/2 H) sum_{n <= W/2} sum_m |L x_{n,m} - L x_{W-(n-1),m}|, mean over faces.

    L is the 3 x 3 Laplacian [0 1 0; 1 -4 1; 0 1 0], for which the paper argues: local differences
    stay where light falls from one side. Pixels beyond the border count as zero. Without
    `laplacian`, L is the identity, as the formula is printed. Corrected: the paper pairs n with
    W-(n+1), which is one column off, and divides by W H; half the weight gives that.
    """

    kernel: torch.Tensor

    def __init__(self, laplacian: bool = True) -> None:
        super().__init__()
        self.laplacian = laplacian
        kernel = torch.tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]])
        self.register_buffer("kernel", kernel[None, None], persistent=False)

    def forward(self, faces: torch.Tensor) -> torch.Tensor:
        """(N, 1, H, W), W even -> ()."""
        values = F.conv2d(faces, self.kernel.to(faces), padding=1) if self.laplacian else faces
        left, right = values.chunk(2, dim=3)
        return (left - right.flip(3)).abs().mean()
