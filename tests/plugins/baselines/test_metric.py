"""The metric-learning baselines: what they form of a batch, and what they share with softmax."""

import itertools

import numpy as np
import pytest
import torch
from ferbench_baselines import METRIC_BASELINES, terms
from ferbench_baselines.config import TripletConfig
from ferbench_baselines.metric import Triplet
from hypothesis import given
from hypothesis import strategies as st

from ferbench.contracts.method import PRESETS, Task
from ferbench.errors import UsageError
from ferbench.loading import load_object
from ferbench.settings import configured

SHORT = {"divisor": 16, "epochs": 3, "batch": 16, "lr": 1.2e-2}
SPECS = pytest.mark.parametrize("spec", METRIC_BASELINES, ids=lambda spec: spec.name)


@pytest.fixture
def methods(bench):
    return bench(METRIC_BASELINES, SHORT)


@SPECS
def test_the_comparisons_counted_are_those_of_the_formula(spec, make_toy, new_run, methods):
    run = new_run()
    methods.fitted(spec.name, make_toy(), run)
    assert run.progress.comparisons.total == run.progress.comparisons_expected > 0
    point = run.progress.curve[0]
    weight = spec.config().weight
    assert point["loss"] == pytest.approx(point["softmax"] + weight * point["metric"], rel=1e-5)
    assert point["metric"] > 0


@pytest.mark.parametrize("mining", ["random", "all", "semihard"])
def test_each_mining_of_triplets_is_counted(mining, make_toy, new_run, methods):
    run = new_run()
    methods.fitted("triplet", make_toy(), run, mining=mining, epochs=1)
    images = 48 if mining == "random" else 0
    assert run.progress.comparisons.total == run.progress.comparisons_expected
    if images:
        assert run.progress.comparisons.total == 2 * images


def test_an_unknown_mining_is_refused():
    with pytest.raises(UsageError, match="mining is 'hard'; known: random, all, semihard"):
        configured(TripletConfig, [{"mining": "hard"}], "triplet")


@pytest.mark.parametrize("name", ["center", "island"])
def test_centres_move_with_each_step(name, make_toy, new_run, methods):
    toy, run = make_toy(), new_run()
    method = methods.fitted(name, toy, run, epochs=2)
    centres = method.criterion.term.loss.centres
    assert centres.norm(dim=1).min() > 0
    content = torch.load(run._checkpoint.folder / "epoch.pt", weights_only=True)
    assert torch.equal(content["parts"]["criterion"]["term.loss.centres"], centres)
    again = methods.fitted(name, toy, new_run("half"), epochs=1).criterion.term.loss.centres
    assert not torch.equal(again, centres)


def test_the_state_holds_what_prediction_needs_and_no_more(make_toy, new_run, methods):
    toy = make_toy()
    method = methods.fitted("center", toy, new_run(), epochs=1)
    assert not [name for name in method.state() if "centres" in name]
    assert method.cost().parameters == sum(p.numel() for p in method.network.parameters())


@given(labels=st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_tuples_are_those_of_a_loop(labels):
    expression = np.array(labels)
    triples = [
        (a, p, n)
        for a, p, n in itertools.product(range(len(labels)), repeat=3)
        if a != p and labels[a] == labels[p] != labels[n]
    ]
    assert terms.triplets(expression) == len(triples)
    assert terms.anchors(expression) == len({a for a, _, _ in triples})
    couples = list(itertools.combinations(range(len(labels)), 2))
    assert terms.pairs(expression) == (len(couples) if len(labels) > 2 else 0)
    assert terms.clusters(expression) == (len(set(labels)) if len(set(labels)) > 1 else 0)


@SPECS
@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_can_be_built(spec, preset):
    config = configured(spec.config, [spec.presets[preset]], spec.name)
    inputs = {name: p.shape for name, p in spec.inputs[preset].items()}
    cost = load_object(spec.factory)(config, Task(tuple("abcdefg"), inputs)).cost()
    if preset == "paper":
        assert (cost.parameters, cost.macs) == (7_348_233, 25_084_480)
    assert cost.comparisons > 0


def test_the_cost_of_a_full_batch_of_triplets():
    """28 images, 4 of each of 7 classes: 28 x 3 x 24 triplets, two comparisons each."""
    inputs = {"face": (48, 48, 1)}
    cost = Triplet(TripletConfig(), Task(tuple("abcdefg"), inputs)).cost()
    assert cost.comparisons == 2 * 28 * 3 * 24
