"""ED2L's figure 5: what its branches respond to, over the faces."""

from collections.abc import Mapping, Sequence

import torch

from ferbench.contracts.faces import Faces
from ferbench.contracts.panels import Panel
from ferbench.contracts.run import RunContext
from ferbench.nets.sphereface import SphereFace
from ferbench.training.heat import heat_panels
from ferbench_ed2l.method import Baseline, Ed2l
from ferbench_ed2l.network import Ed2lNetwork


def both_branches(method: Ed2l, faces: Faces, run: RunContext) -> Sequence[Panel]:
    """The maps of each branch's stride-2 layer, which the paper calls its down sample layer."""
    network = method.network
    assert isinstance(network, Ed2lNetwork)

    def maps(windows: torch.Tensor) -> Mapping[str, torch.Tensor]:
        shared = network.shared(windows)
        return {
            "distilling": network.branch.down(shared),
            "dispelling": network.dispelling.down(shared),
        }

    return heat_panels(method, faces, run, maps)


def only_branch(method: Baseline, faces: Faces, run: RunContext) -> Sequence[Panel]:
    """The same layer of the baseline."""
    network = method.network
    assert isinstance(network, SphereFace)
    return heat_panels(
        method, faces, run, lambda windows: {"branch": network.branch.down(network.shared(windows))}
    )
