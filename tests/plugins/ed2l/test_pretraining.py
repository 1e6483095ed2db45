"""The rows "w.": FER2013 as a stage, on a small rendered tree of it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from ferbench_ed2l import METHODS
from ferbench_ed2l.config import Ed2lConfig
from ferbench_ed2l.pretraining import HEADS, built, framework
from ferbench_ed2l.stages import corpora, stages

from ferbench.contracts.method import Task
from ferbench.datasets.simulated.corpora.writing import open_corpus
from ferbench.grid import source
from ferbench.training.pretraining import adopt

SMALL = {"divisor": 32, "units": (0, 0, 0, 0), "epochs": 9, "pretrain_epochs": 2}
PRETRAINED = {**SMALL, "pretrain": "fer2013"}


def test_without_it_no_corpus_is_asked_for():
    assert corpora(Ed2lConfig()) == stages("ed2l", Ed2lConfig()) == ()


@pytest.mark.parametrize("spec", METHODS, ids=lambda spec: spec.name)
def test_each_variant_pretrains_its_own_framework(spec):
    config = spec.config(**PRETRAINED)
    assert [need.dataset for need in spec.auxiliary(config)] == ["fer2013"]
    (stage,) = spec.stages(config)
    assert stage.corpus == "fer2013"
    assert stage.config["method"] == spec.name
    assert stage.config["settings"]["epochs"] == 2
    assert stage.config["settings"]["pretrain"] == "none"


def test_longer_fine_tuning_does_not_repeat_it():
    (one,), (other,), (longer,) = (
        stages("ed2l", Ed2lConfig(pretrain="fer2013", **own))
        for own in ({"epochs": 5}, {"epochs": 50}, {"pretrain_epochs": 99})
    )
    assert one.config == other.config != longer.config


def test_a_change_of_the_method_changes_the_stage():
    """The stage's source leads to the method's: its id is made of all modules it imports."""
    _, imports = source._module("ferbench_ed2l.pretraining")
    assert "ferbench_ed2l.method" in imports


@pytest.mark.parametrize("name", ["ed2l-baseline", "ed2l", "ed2l-shuffled"])
def test_adopting_leaves_the_heads_alone(name, make_toy, new_run):
    """FER2013 has other classes than the corpus that is fine-tuned on."""
    toy = make_toy()
    state = framework({"method": name, "settings": SMALL}, toy.train, new_run("stage"))
    assert not [key for key in state["network"] if key.startswith(HEADS)]
    torch.manual_seed(9)
    method = built(name, SMALL, Task(("a", "b", "c", "d", "e"), toy.task.inputs))
    before = {key: t.clone() for key, t in method.network.state_dict().items()}
    adopt(method, state)
    for key, tensor in method.network.state_dict().items():
        found = before[key] if key.startswith(HEADS) else torch.as_tensor(state["network"][key])
        assert torch.equal(tensor, found), key
    moved = [
        key for key, array in state["network"].items() if not np.array_equal(array, before[key])
    ]
    assert moved


def test_fine_tuning_starts_from_the_stage(make_toy, new_run):
    """With a learning rate of nothing, it ends there too."""
    toy, run = make_toy(), new_run()
    state = framework({"method": "ed2l", "settings": SMALL}, toy.train, new_run("stage"))
    run._stages["fer2013"] = state
    still = {**PRETRAINED, "epochs": 1, "lr": 0.0, "schedule": "constant"}
    method = built("ed2l", still, toy.task)
    method.fit(toy.data, run)
    for key, parameter in method.network.named_parameters():
        if not key.startswith(HEADS):
            assert np.array_equal(parameter.detach(), state["network"][key]), key


def test_it_runs_as_a_stage_of_its_own_for_each_method(grid, tmp_path: Path):
    root = tmp_path / "fer2013"
    open_corpus("fer2013", root, subjects=12, size=None, level="easy").write()
    names = ("ed2l-baseline", "ed2l")
    ran = grid(
        *names,
        settings=(
            f"dataset.fer2013.root={root}",
            *(f"{name}.pretrain=fer2013" for name in names),
        ),
        folds=1,
    )
    for record in ran.records().values():
        assert (record.status, record.reason) == ("ok", None)
        assert record.stage_cpu_seconds > 0
        assert set(record.stages) == {"fer2013"}
    assert len(ran.plan.stages) == 2
