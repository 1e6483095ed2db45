"""The losses' frozen networks, phi (VGG-Face) and psi (Light CNN-4): given, trained or off."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import nn

from ferbench.contracts.method import State
from ferbench.contracts.run import RunContext
from ferbench.nets.light_cnn import LightCNN
from ferbench.nets.vgg_face import IMAGENET, VGG_FACE, VggFace
from ferbench.training.given_weights import give_weights
from ferbench.training.states import load_module_state
from ferbench_idferm.hng.config import HngConfig
from ferbench_idferm.hng.identities import NETWORK
from ferbench_idferm.hng.stages import PHI, PSI

OFF = "off"
LEVELS = {"vgg_face": VGG_FACE, "imagenet": IMAGENET}

NAMES_OF_PHI = {
    f"layers.conv{layer}": (f"conv{layer}", f"features.{number}")
    for layer, number in zip(("1_1", "1_2", "2_1", "2_2", "3_1"), (0, 2, 5, 7, 10), strict=True)
}
NAMES_OF_PSI = {
    **{f"convolutions.{number}": (f"conv{number + 1}",) for number in range(4)},
    "fc1": ("fc1",),
}
"""Our layers -> the names they may have in a file: the authors', for VGG-16 torchvision's too."""


@dataclass(frozen=True, slots=True)
class FeatureNetworks:
    """phi and psi, each None where its loss is off; `source` says where each comes from."""

    phi: VggFace | None
    psi: LightCNN | None
    source: Mapping[str, str]


def feature_networks(config: HngConfig, run: RunContext) -> FeatureNetworks:
    """Those of the losses that take part, in eval mode and without gradients of their own.

    Given weights come first, then those trained on the corpus's people; where there were no two
    people to tell apart, the loss is off.
    """
    phi = psi = None
    source = {"phi": OFF, "psi": OFF}
    if config.has_feature_loss:
        if config.phi_weights:
            phi = VggFace(levels=LEVELS[config.phi_input])
            source["phi"] = give_weights(phi, config.phi_weights, config.phi_sha256, NAMES_OF_PHI)
        elif NETWORK in run.stage(PHI):
            phi = VggFace(**run.stage(PHI)["shape"])
            source["phi"] = _fill(phi, run.stage(PHI))
    if config.has_identity_loss:
        if config.psi_weights:
            psi = LightCNN(side=config.psi_side)
            source["psi"] = give_weights(psi, config.psi_weights, config.psi_sha256, NAMES_OF_PSI)
        elif NETWORK in run.stage(PSI):
            psi = LightCNN(**run.stage(PSI)["shape"])
            source["psi"] = _fill(psi, run.stage(PSI))
    for network in (phi, psi):
        if network is not None:
            network.to(run.device).to(memory_format=torch.channels_last).eval()
            network.requires_grad_(False)
    return FeatureNetworks(phi, psi, source)


def _fill(network: nn.Module, state: State) -> str:
    load_module_state(network, state[NETWORK])
    return f"trained on {state['people']} people"
