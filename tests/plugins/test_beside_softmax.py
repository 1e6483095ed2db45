"""Methods that add a loss to softmax on the papers' network, with that loss switched off."""

import numpy as np
import pytest
from ferbench_baselines import METRIC_BASELINES, SOFTMAX
from ferbench_tuplet import METHODS

ADDING = [spec.name for spec in (*METRIC_BASELINES, *METHODS)]
SHORT = {"divisor": 16, "epochs": 3, "batch": 16, "lr": 1.2e-2}


@pytest.mark.parametrize("name", ADDING)
def test_without_weight_it_is_softmax_to_the_bit(name, make_toy, new_run, build):
    """The same start, order and crops: so a difference is one of the loss."""
    toy, states = make_toy(), []
    for chosen, settings in (("softmax", SHORT), (name, {**SHORT, "weight": 0.0})):
        run = new_run(chosen)
        method = build([SOFTMAX, *METRIC_BASELINES, *METHODS], chosen, settings, toy.task)
        run.select(method, None)
        with run.fitting():
            method.fit(toy.data, run)
        states.append(method.state())
    alone, beside = states
    for part, array in alone.items():
        assert np.array_equal(array, beside[part]), part
