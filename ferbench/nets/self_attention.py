"""Self-attention over the positions of a feature map, as IF-GAN's figure 4 draws it."""

import torch
from torch import nn
from torch.nn import functional as F

NARROWING = 8
"""C1 / C2; the figure prints letters only, this is that of the self-attention GAN."""


class SelfAttention(nn.Module):
    """x + gamma o, with o_i = W_o sum_j softmax_j(q_i . k_j) v_j over the L = W H positions.

    q = W_q x and k = W_k x are 1 x 1 convolutions from C1 to C2 channels, v = W_v x and W_o from C1
    to C1 (the figure's "magenta boxes"). Rows are normalised; q . k is not scaled. gamma starts at
    0, where the module leaves its input alone.

    The L x L matrix (39 MB a picture at 56 x 56) is never held: see `forward`.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.narrow = max(1, channels // NARROWING)
        self.query = nn.Conv2d(channels, self.narrow, 1)
        self.key = nn.Conv2d(channels, self.narrow, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.out = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C1, H, W) -> the same shape.

        The kernels that work by blocks want q, k and v of one width: zeros fill q and k up to C1,
        which leaves q . k as it is.
        """
        q, k = (
            F.pad(_tokens(project(x)), (0, x.shape[1] - self.narrow))
            for project in (self.query, self.key)
        )
        o = F.scaled_dot_product_attention(q, k, _tokens(self.value(x)), scale=1.0)
        return x + self.gamma * self.out(o.transpose(2, 3).reshape(x.shape))

    def row(self, x: torch.Tensor, y: int, at: int) -> torch.Tensor:
        """The weights with which position (y, at) looks at all others: (N, C1, H, W) -> (N, H, W).

        The softmax row itself, which the fused kernels do not give.
        """
        scores = torch.einsum("nc,nchw->nhw", self.query(x)[:, :, y, at], self.key(x))
        return scores.flatten(1).softmax(1).view_as(scores)


def _tokens(maps: torch.Tensor) -> torch.Tensor:
    """(N, D, H, W) -> (N, 1, H * W, D): one head, whose values lie side by side."""
    return maps.flatten(2).transpose(1, 2).unsqueeze(1).contiguous()
