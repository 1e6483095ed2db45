"""ADFL's heat-maps: the residual is what its name says."""

import numpy as np
import pytest
import torch
from ferbench_adfl import METHODS
from ferbench_adfl.panels import only_branch, residual

SHORT = {"divisor": 16, "units": (0, 1, 0, 1)}


@pytest.fixture
def methods(bench):
    return bench(METHODS, SHORT)


def test_without_a_neutral_branch_the_residual_is_the_expressive_map(make_toy, new_run, methods):
    toy, run = make_toy(), new_run()
    method = methods.built("adfl", toy.task)
    titles = [panel.title.split("\n")[0] for panel in residual(method, toy.test, run)]
    assert titles == ["input", "expressive", "neutral", "residual"]
    for parameter in method.network.neutral.parameters():
        torch.nn.init.zeros_(parameter)
    _, expressive, neutral, difference = residual(method, toy.test, run)
    assert not neutral.heat.any()
    assert expressive.heat.max() > 0.5
    assert np.array_equal(difference.heat, expressive.heat)


def test_equal_branches_leave_nothing(make_toy, new_run, methods):
    toy, run = make_toy(), new_run()
    method = methods.built("adfl", toy.task)
    network = method.network
    network.neutral.load_state_dict(network.expressive.state_dict())
    _, expressive, neutral, difference = residual(method, toy.test, run)
    assert np.array_equal(expressive.heat, neutral.heat)
    assert not difference.heat.any()


def test_a_baseline_starts_with_the_expressive_map(make_toy, new_run, methods):
    toy, run = make_toy(), new_run()
    _, expressive, *_ = residual(methods.built("adfl", toy.task), toy.test, run)
    _, branch = only_branch(methods.built("adfl-baseline", toy.task), toy.test, run)
    assert np.array_equal(branch.heat, expressive.heat)
