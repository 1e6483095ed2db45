"""States of methods and stages: copying, storing and reading them without pickle."""

import copy
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ferbench.contracts.method import State

VALUES = "__values__"
"""The entry of the stored file that holds the JSON values."""


def module_state(module: torch.nn.Module) -> State:
    """A module's parameters and buffers as arrays."""
    return {name: tensor.detach().cpu().numpy() for name, tensor in module.state_dict().items()}


def load_module_state(module: torch.nn.Module, state: State) -> None:
    """Fill a module with what `module_state` gave."""
    module.load_state_dict({name: torch.as_tensor(array) for name, array in state.items()})


def copied(state: State) -> State:
    """A state that no longer shares memory with a network in training."""
    return copy.deepcopy(state)


def save_state(path: Path, state: State) -> None:
    """Store a state as one `.npz` file, whole or not at all."""
    arrays: dict[str, Any] = {}
    values: dict[str, Any] = {}
    _flatten(state, "", arrays, values)
    arrays[VALUES] = np.frombuffer(json.dumps(values).encode(), dtype=np.uint8)
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        np.savez(file, **arrays)
    os.replace(draft, path)


def read_state(path: Path) -> State:
    """Read what `save_state` stored."""
    with np.load(path, allow_pickle=False) as stored:
        flat: dict[str, Any] = {name: stored[name] for name in stored.files if name != VALUES}
        flat |= json.loads(stored[VALUES].tobytes())
    state: State = {}
    for path_name, value in flat.items():
        *parents, leaf = path_name.split("/")
        place = state
        for parent in parents:
            place = place.setdefault(parent, {})
        place[leaf] = value
    return state


def _flatten(
    state: State, prefix: str, arrays: dict[str, np.ndarray], values: dict[str, Any]
) -> None:
    for name, value in state.items():
        if "/" in name:
            raise ValueError(f"state names may not contain '/': {name!r}")
        if isinstance(value, dict) and value:
            _flatten(value, f"{prefix}{name}/", arrays, values)
        elif isinstance(value, np.ndarray):
            if value.dtype.hasobject:
                raise ValueError(f"state arrays may not hold Python objects: {prefix}{name}")
            arrays[prefix + name] = value
        else:
            values[prefix + name] = value
