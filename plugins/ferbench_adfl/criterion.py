"""The four losses of ADFL and what each of them reaches."""

import torch
from torch import nn
from torch.nn import functional as F

from ferbench.losses.am_softmax import AdditiveMarginSoftmax
from ferbench.losses.dispelling import DispellingLoss
from ferbench.training.criteria import Criterion, Losses
from ferbench.training.samplers import TrainingBatch
from ferbench.training.ten_crops import Lesson, true_labels
from ferbench_adfl.config import AdflConfig
from ferbench_adfl.network import AdflNetwork


class AdflCriterion(Criterion):
    """L = l_d + weight (l_a + l_n) + l_r, eq. 8 with lambda_d = lambda_r = 1, in one backward pass.

    l_d  cross-entropy of the splitter on f_e        -> splitter, expressive branch, shared layers
    l_a  cross-entropy of the dispeller on f_n       -> dispeller
    l_n  uniform target, the dispeller frozen        -> neutral branch, shared layers
    l_r  additive-margin softmax on the residual     -> classifier and FC of the residual

    A frame whose label is `classes`, the neutral one, has l_a alone: the other three are means
    over the expressive frames of a batch, and 0 where it has none. The curves have the losses as
    `splitter`, `dispeller`, `uniform` and `residual`.
    """

    def __init__(self, config: AdflConfig, classes: int) -> None:
        super().__init__(config.label_smoothing)
        self.weight, self.classes = config.weight, classes
        self.residual_backprop = config.residual_backprop
        self.margin = AdditiveMarginSoftmax(config.scale, config.margin, config.label_smoothing)
        self.dispelling = DispellingLoss()
        self.lesson: Lesson = true_labels

    def forward(
        self, network: nn.Module, images: torch.Tensor, labels: torch.Tensor, batch: TrainingBatch
    ) -> Losses:
        """See `Criterion`; labels are from 0 to `classes`."""
        assert isinstance(network, AdflNetwork)
        expressive = labels < self.classes
        own = labels.clamp(max=self.classes - 1)
        maps_e, maps_n = network.maps(images)
        split = network.splitter(network.expressive.feature(maps_e))
        l_d = F.cross_entropy(split, own, reduction="none", label_smoothing=self.label_smoothing)
        f_n, taught = network.neutral.feature(maps_n), self.lesson(labels, batch)
        l_a, l_n = self.dispelling(network.dispeller, f_n, taught)
        if not self.residual_backprop:
            maps_e, maps_n = maps_e.detach(), maps_n.detach()
        cosines = network.classifier.cosines(network.residual(maps_e, maps_n))
        l_r = self.margin(cosines, own)
        means = {
            "splitter": masked_mean(l_d, expressive),
            "dispeller": l_a.mean(),
            "uniform": masked_mean(l_n, expressive),
            "residual": masked_mean(l_r, expressive),
        }
        adversarial = means["dispeller"] + means["uniform"]
        total = means["splitter"] + self.weight * adversarial + means["residual"]
        return {"loss": total, **means}


def masked_mean(losses: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
    """The mean of the losses that count; 0 where none does: (B,) and (B,) bool -> ()."""
    return (losses * counted).sum() / counted.sum().clamp(min=1)
