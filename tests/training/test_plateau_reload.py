"""The pre-training's learning-rate policy on losses made by hand."""

import math

import pytest
import torch

from ferbench.training.plateau_reload import PlateauReload


class Trained:
    """One weight that an epoch moves by the learning rate, and a momentum that it sets."""

    def __init__(self, rate: float = 1.0, untrained: float = 3.0) -> None:
        self.module = torch.nn.Linear(1, 1, bias=False)
        torch.nn.init.zeros_(self.module.weight)
        self.optimiser = torch.optim.SGD(self.module.parameters(), lr=rate, momentum=0.9)
        self.policy = PlateauReload(self.optimiser, {"module": self.module}, untrained, untrained)

    @property
    def weight(self) -> float:
        return self.module.weight.item()

    @property
    def momentum(self) -> float | None:
        buffers = self.optimiser.state_dict()["state"]
        return buffers[0]["momentum_buffer"].item() if buffers else None

    def epoch(self, training: float, accuracy: float, validation: float | None = None) -> bool:
        """A step with gradient 1, then what the epoch came to."""
        self.module.weight.grad = torch.ones(1, 1)
        self.optimiser.step()
        return self.policy.step(training, training if validation is None else validation, accuracy)


def test_a_loss_that_falls_changes_nothing() -> None:
    it = Trained()
    assert not any(it.epoch(1 / n, n / 100) for n in range(1, 30))
    assert (it.policy.learning_rate, it.policy.reloads) == (1.0, 0)


def test_a_rise_of_more_than_a_quarter_reloads_weights_and_momentum() -> None:
    it = Trained()
    it.epoch(2.0, 0.1)
    it.epoch(1.0, 0.2)
    best = it.weight, it.momentum
    assert not it.epoch(1.25, 0.3), "25 % is not more than 25 %"
    assert (it.weight, it.momentum) != best
    assert it.epoch(1.26, 0.4)
    assert (it.weight, it.momentum) == best
    assert it.policy.learning_rate == 0.5


def test_ten_epochs_without_gain_reload_and_count_anew() -> None:
    it = Trained()
    it.epoch(1.0, 0.5)
    assert [it.epoch(1.0, 0.5) for _ in range(10)] == [False] * 9 + [True]
    assert [it.epoch(1.0, 0.5) for _ in range(10)] == [False] * 9 + [True]
    assert it.policy.learning_rate == 0.25


def test_a_gain_starts_the_count_again() -> None:
    it = Trained()
    it.epoch(1.0, 0.5)
    assert not any(it.epoch(1.0, 0.5) for _ in range(9))
    assert not it.epoch(1.0, 0.51)
    assert not any(it.epoch(1.0, 0.5) for _ in range(9))
    assert it.epoch(1.0, 0.5)


def test_the_best_network_is_that_of_the_lowest_validation_loss() -> None:
    """The training loss goes on falling while the network overfits."""
    it = Trained()
    it.epoch(1.0, 0.5, validation=1.0)
    it.epoch(0.9, 0.6, validation=0.8)
    best = it.weight
    it.epoch(0.1, 0.6, validation=3.0)
    assert it.epoch(0.2, 0.6, validation=3.0), "0.2 is twice the lowest training loss, 0.1"
    assert it.weight == best
    assert not it.epoch(0.9, 0.6, validation=0.9), "the loss is compared anew after a reload"


def test_a_rate_that_diverges_at_once_halves_itself() -> None:
    it = Trained(rate=0.4)
    assert it.epoch(math.nan, 0.1)
    assert (it.weight, it.momentum) == (0.0, None)
    assert it.epoch(math.inf, 0.1)
    assert it.policy.learning_rate == pytest.approx(0.1)
    assert not it.epoch(3.0, 0.1)


def test_a_loss_far_above_that_of_the_untrained_network_is_never_the_best() -> None:
    """Weights that blew up may give finite losses; going back to them would be no way out."""
    it = Trained(rate=0.4, untrained=2.0)
    assert it.epoch(3853.0, 0.2, validation=22.0)
    assert (it.weight, it.momentum) == (0.0, None)
    assert not it.epoch(2.4, 0.2, validation=30.0)
    assert it.weight != 0.0
    assert it.epoch(4.0, 0.2, validation=30.0)
    assert it.weight == 0.0, "30 is worse than the untrained network's 2"


def test_a_policy_restored_from_its_state_goes_on_alike(tmp_path) -> None:
    """Through a file, as checkpoints go: losses that lead to reloads before and after."""
    epochs = [(1.0, 0.2), (0.5, 0.4), (0.7, 0.4), (0.6, 0.4), (0.5, 0.4), (0.9, 0.4), (0.2, 0.5)]
    whole = Trained()
    expected = [(whole.epoch(*e), whole.weight, whole.momentum) for e in epochs]
    for cut in range(1, len(epochs)):
        first = Trained()
        found = [(first.epoch(*e), first.weight, first.momentum) for e in epochs[:cut]]
        parts = {"module": first.module, "optimiser": first.optimiser, "policy": first.policy}
        torch.save({name: part.state_dict() for name, part in parts.items()}, tmp_path / "c.pt")
        second = Trained(rate=9.0)
        stored = torch.load(tmp_path / "c.pt", weights_only=True)
        for name in parts:
            part = second.policy if name == "policy" else getattr(second, name)
            part.load_state_dict(stored[name])
        found += [(second.epoch(*e), second.weight, second.momentum) for e in epochs[cut:]]
        assert found == expected
    assert sum(reloaded for reloaded, _, _ in expected) == 2
