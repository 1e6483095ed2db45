"""What ADFL subtracts: expressive and neutral maps and their residual, over the faces."""

from collections.abc import Mapping, Sequence

import torch

from ferbench.contracts.faces import Faces
from ferbench.contracts.panels import Panel
from ferbench.contracts.run import RunContext
from ferbench.nets.sphereface import SphereFace
from ferbench.training.heat import heat_panels
from ferbench_adfl.method import Adfl, Baseline
from ferbench_adfl.network import AdflNetwork


def residual(method: Adfl, faces: Faces, run: RunContext) -> Sequence[Panel]:
    """The maps of eq. 5, before either FC-256.

    The sum of the residual's channels is the difference of the other two sums; each of the three is
    scaled on its own.
    """
    network = method.network
    assert isinstance(network, AdflNetwork)

    def maps(windows: torch.Tensor) -> Mapping[str, torch.Tensor]:
        expressive, neutral = network.maps(windows)
        return {"expressive": expressive, "neutral": neutral, "residual": expressive - neutral}

    return heat_panels(method, faces, run, maps)


def only_branch(method: Baseline, faces: Faces, run: RunContext) -> Sequence[Panel]:
    """The same maps of the baseline's branch."""
    network = method.network
    assert isinstance(network, SphereFace)
    return heat_panels(
        method, faces, run, lambda windows: {"branch": network.branch.maps(network.shared(windows))}
    )
