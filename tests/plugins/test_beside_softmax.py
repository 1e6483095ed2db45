"""Methods that add a loss to softmax on the papers' network, with that loss switched off."""

import numpy as np
import pytest
from ferbench_baselines import METRIC_BASELINES, SOFTMAX
from ferbench_tuplet import METHODS as TUPLET_METHODS

ADDING = (*METRIC_BASELINES, *TUPLET_METHODS)
SHORT = {"divisor": 16, "epochs": 3, "batch": 16, "lr": 1.2e-2}


@pytest.mark.parametrize("name", [spec.name for spec in ADDING])
def test_without_weight_it_is_softmax_to_the_bit(name, make_toy, new_run, bench):
    """The same start, order and crops: so a difference is one of the loss."""
    toy, methods = make_toy(), bench([SOFTMAX, *ADDING], SHORT)
    alone = methods.fitted("softmax", toy, new_run("softmax")).state()
    beside = methods.fitted(name, toy, new_run(name), weight=0.0).state()
    for part, array in alone.items():
        assert np.array_equal(array, beside[part]), part
