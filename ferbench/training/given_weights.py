"""Weights that a user gives, in a file with a checksum."""

import hashlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import nn

from ferbench.errors import UsageError

UNTRAINED = "num_batches_tracked"
"""What older files of networks with batch norm lack, and nothing depends on."""


def give_weights(
    network: nn.Module, file: str, sha256: str, names: Mapping[str, tuple[str, ...]]
) -> str:
    """Fill a network from a file; nothing of it runs, other layers in it are ignored.

    names: our layers -> the names that they may have in the file. Returns what was given, in words.
    """
    path = Path(file).expanduser()
    if not path.is_file():
        raise UsageError(f"the weights {path} do not exist: say where they lie, or leave them out")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256.lower():
        raise UsageError(
            f"{path} has SHA-256 {found[:12]}..., not {sha256[:12]}...: it was not opened"
        )
    try:
        stored = torch.load(BytesIO(content), map_location="cpu", weights_only=True)
    except UnpicklingError:
        raise UsageError(
            f"{path} holds more than weights and was not read: store the network's `state_dict()`"
        ) from None
    own = network.state_dict()
    for name, shape in {name: tensor.shape for name, tensor in own.items()}.items():
        layer, _, kind = name.rpartition(".")
        if kind == UNTRAINED:
            continue
        known = [f"{other}.{kind}" for other in names[layer]]
        other = next((key for key in known if key in stored), None)
        if other is None or stored[other].shape != shape:
            raise UsageError(
                f"{path} has no {' or '.join(known)} of shape {tuple(shape)}: it is not "
                "the network that is meant, or its layers have other names"
            )
        own[name] = stored[other]
    network.load_state_dict(own)
    return f"given, SHA-256 {found[:12]}"


def same_names(network: nn.Module) -> dict[str, tuple[str, ...]]:
    """For `give_weights`: every layer has our name in the file."""
    return {layer: (layer,) for layer in {n.rpartition(".")[0] for n in network.state_dict()}}
