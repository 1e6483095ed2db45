"""States of methods: copied, stored and read without pickle."""

import pickle
import string
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ferbench.training.states import (
    copied,
    load_module_state,
    module_state,
    read_state,
    save_state,
)

NAMES = st.text(string.ascii_letters + string.digits + "._- ", min_size=1, max_size=6)
ARRAYS = hnp.arrays(
    st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_, np.float16]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False),
        st.text(max_size=5),
    ),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)  # fmt: skip
STATES = st.recursive(
    st.dictionaries(NAMES, st.one_of(ARRAYS, JSON), max_size=4),
    lambda inner: st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


def same(found, expected):
    """Equal in structure, types, shapes and bits."""
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and found.keys() == expected.keys()
            and all(same(found[name], expected[name]) for name in expected)
        )
    if isinstance(expected, np.ndarray):
        return (
            isinstance(found, np.ndarray)
            and (found.dtype, found.shape) == (expected.dtype, expected.shape)
            and found.tobytes() == expected.tobytes()
        )
    return type(found) is type(expected) and found == expected


@settings(max_examples=80)
@given(state=STATES)
def test_any_state_comes_back_as_it_was(state):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.npz"
        save_state(path, state)
        assert same(read_state(path), state)
        assert [file.name for file in Path(folder).iterdir()] == ["state.npz"]


def test_networks_and_json_side_by_side(tmp_path):
    network = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2), torch.nn.ReLU())
    state = {
        "network": module_state(network),
        "nothing": module_state(torch.nn.ReLU()),
        "means": {"anger": np.arange(3.0)},
        "classes": ["anger", "fear"],
        "threshold": 0.1,
        "fitted": True,
        "note": None,
    }
    save_state(tmp_path / "s.npz", state)
    assert same(read_state(tmp_path / "s.npz"), state)


@pytest.mark.parametrize("state", [{"a/b": 1}, {"a": {"b/c": np.zeros(2)}}, {"/": {"a": 1}}])
def test_a_slash_in_a_name_is_refused(tmp_path, state):
    with pytest.raises(ValueError, match="may not contain '/'"):
        save_state(tmp_path / "s.npz", state)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_pickled(tmp_path):
    class Own:
        pass

    for bad in (np.array([Own()], dtype=object), np.array(["a", None], dtype=object)):
        with pytest.raises(ValueError, match="may not hold Python objects: inner/bad"):
            save_state(tmp_path / "s.npz", {"inner": {"bad": bad}})
    for bad in (Own(), torch.zeros(2), {1, 2}):
        with pytest.raises(TypeError):
            save_state(tmp_path / "s.npz", {"bad": bad})
    assert list(tmp_path.iterdir()) == []


def test_a_file_with_a_pickle_in_it_is_not_read(tmp_path):
    class Harm:
        def __reduce__(self):
            return (pytest.fail, ("a pickle was executed",))

    save_state(tmp_path / "s.npz", {"a": np.zeros(2)})
    array = np.empty(1, dtype=object)
    np.savez(tmp_path / "bad.npz", a=array)
    with zipfile.ZipFile(tmp_path / "bad.npz") as source:
        header = source.read("a.npy").split(b"\n")[0] + b"\n"
    with zipfile.ZipFile(tmp_path / "worse.npz", "w") as target:
        target.writestr("a.npy", header + pickle.dumps(Harm()))
        with zipfile.ZipFile(tmp_path / "s.npz") as source:
            target.writestr("__values__.npy", source.read("__values__.npy"))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        read_state(tmp_path / "worse.npz")


def test_a_write_that_fails_keeps_the_earlier_file(tmp_path, monkeypatch):
    path = tmp_path / "s.npz"
    save_state(path, {"a": 1})

    def fails(file, **arrays):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", fails)
    with pytest.raises(OSError, match="disk full"):
        save_state(path, {"a": 2})
    assert read_state(path) == {"a": 1}


def test_a_copy_shares_nothing_with_a_network_in_training():
    network = torch.nn.Linear(2, 2)
    history = [1, 2]
    state = {"network": module_state(network), "history": history, "deep": {"list": history}}
    kept = copied(state)
    before = network.weight.detach().numpy().copy()
    with torch.no_grad():
        network.weight.add_(1)
    history.append(3)
    assert np.array_equal(kept["network"]["weight"], before)
    assert kept["history"] == kept["deep"]["list"] == [1, 2]
    assert np.array_equal(state["network"]["weight"], before + 1)


def test_a_module_is_filled_with_what_another_gave():
    torch.manual_seed(0)
    one, two = (
        torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2)) for _ in range(2)
    )
    one(torch.rand(4, 1, 5, 5))
    state = module_state(one)
    assert all(isinstance(array, np.ndarray) for array in state.values())
    load_module_state(two, state)
    for name, tensor in one.state_dict().items():
        assert torch.equal(two.state_dict()[name], tensor)
    with torch.no_grad():
        one[0].weight.zero_()
    assert two[0].weight.abs().sum() > 0


def test_a_state_that_does_not_fit_is_refused():
    with pytest.raises(RuntimeError, match="bias"):
        load_module_state(torch.nn.Linear(2, 2), {"weight": np.zeros((2, 2), np.float32)})
