"""Epoch checkpoints."""

import os
import random

import numpy as np
import pytest
import torch

from ferbench.training.checkpoint import Checkpoint


class Count:
    """The smallest thing that a checkpoint can hold."""

    def __init__(self, value):
        self.value = value

    def state_dict(self):
        return {"value": self.value}

    def load_state_dict(self, state):
        self.value = state["value"]


def test_parts_books_and_generators_come_back(tmp_path):
    checkpoint = Checkpoint(tmp_path / "cell")
    torch.manual_seed(0)
    network = torch.nn.Linear(3, 2)
    weight = network.weight.detach().clone()
    books = {"progress": {"curve": [{"epoch": 4, "loss": 0.5}], "best": None}, "clock": {"a": 1.5}}
    checkpoint.save(4, {"network": network, "count": Count(7)}, books)
    expected = (torch.rand(3).tolist(), np.random.rand(), random.random())

    other, count = torch.nn.Linear(3, 2), Count(0)
    assert checkpoint.restore({"network": other, "count": count}) == (4, books)
    assert torch.equal(other.weight, weight)
    assert count.value == 7
    assert (torch.rand(3).tolist(), np.random.rand(), random.random()) == expected


def test_without_a_checkpoint_nothing_is_touched(tmp_path):
    count = Count(3)
    torch.manual_seed(5)
    state = torch.get_rng_state()
    assert Checkpoint(tmp_path / "cell").restore({"count": count}) is None
    assert count.value == 3
    assert torch.equal(torch.get_rng_state(), state)
    assert os.listdir(tmp_path) == []


def test_the_last_epoch_replaces_the_one_before(tmp_path):
    checkpoint = Checkpoint(tmp_path / "cell")
    for epoch in range(3):
        checkpoint.save(epoch, {"count": Count(epoch * 10)}, {"epoch": epoch})
    count = Count(0)
    assert checkpoint.restore({"count": count}) == (2, {"epoch": 2})
    assert count.value == 20
    assert os.listdir(tmp_path / "cell") == ["epoch.pt"]


def test_a_kill_while_writing_keeps_the_epoch_before(tmp_path, monkeypatch, killed):
    checkpoint = Checkpoint(tmp_path / "cell")
    checkpoint.save(1, {"count": Count(10)}, {})

    def dies(content, path):
        path.write_bytes(b"half a checkpoint")
        raise killed

    monkeypatch.setattr(torch, "save", dies)
    with pytest.raises(killed):
        checkpoint.save(2, {"count": Count(20)}, {})
    count = Count(0)
    assert checkpoint.restore({"count": count}) == (1, {})
    assert count.value == 10


def test_the_selected_state_is_kept_beside_and_removed_with_it(tmp_path):
    checkpoint = Checkpoint(tmp_path / "cell")
    state = {"network": {"weight": np.arange(4.0)}, "classes": ["a"]}
    checkpoint.save(2, {}, {}, (1, state))
    found = checkpoint.selected(1)
    assert np.array_equal(found["network"]["weight"], state["network"]["weight"])
    assert found["classes"] == ["a"]
    checkpoint.remove()
    assert os.listdir(tmp_path) == []
    checkpoint.remove()
    assert checkpoint.restore({}) is None


def test_an_end_between_the_two_files_leaves_what_belongs_together(tmp_path, monkeypatch):
    checkpoint = Checkpoint(tmp_path / "cell")
    checkpoint.save(0, {}, {"best": 0}, (0, {"weight": np.zeros(2)}))

    def dies(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("torch.save", dies)
        with pytest.raises(KeyboardInterrupt):
            checkpoint.save(1, {}, {"best": 1}, (1, {"weight": np.ones(2)}))
    assert checkpoint.restore({}) == (0, {"best": 0})
    assert checkpoint.selected(0)["weight"].tolist() == [0, 0]
    checkpoint.save(1, {}, {"best": 1}, (1, {"weight": np.ones(2)}))
    assert checkpoint.selected(1)["weight"].tolist() == [1, 1]
    assert sorted(path.name for path in (tmp_path / "cell").iterdir()) == [
        "epoch.pt",
        "selected-1.npz",
    ]


def test_checkpoints_are_read_to_the_cpu_and_without_pickle(tmp_path, monkeypatch):
    """Generator states may not be read to a GPU, nor anything by pickle."""
    checkpoint = Checkpoint(tmp_path / "cell")
    checkpoint.save(0, {}, {})
    asked, load = [], torch.load

    def spy(path, **how):
        asked.append(how)
        return load(path, **how)

    monkeypatch.setattr(torch, "load", spy)
    checkpoint.restore({})
    assert asked == [{"map_location": "cpu", "weights_only": True}]
