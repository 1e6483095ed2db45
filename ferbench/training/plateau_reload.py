"""The learning-rate policy of the papers' pre-training: halve, and go back to the best network."""

import copy
import math
from collections.abc import Mapping
from typing import Any

import torch

from ferbench.contracts.run import Snapshot

RISE = 1.25
"""A training loss above the lowest so far times this has gone wrong."""
PATIENCE = 10
"""Epochs without a higher validation accuracy that are waited for."""
FACTOR = 0.5


class PlateauReload:
    """2B(N+M) Softmax section 5.1 (IDFERM likewise): "If the training loss increased more than 25%
    or the validation accuracy does not improve for ten epochs, the learning rate is halved and the
    previous network with the best loss is reloaded."

    The paper leaves open what is compared with what. Here: the training loss with the lowest one,
    the validation accuracy with the highest one, both since the last reload; the best loss is the
    lowest validation loss of an epoch whose training loss had not risen. A reload takes back the
    weights and the optimiser's state (momentum) and counts anew: the accuracy from that of the
    reloaded network, the training loss from `untrained_loss`, for an epoch's mean loss says little
    of the network at its end, and held against the epochs after a reload would halve the rate
    again and again. A loss that is not finite has risen, and the untrained network is the best one
    at first: so a rate that is too high halves itself.

    parts: all that training changes besides `optimiser`.
    untrained_loss, validation_loss: of the untrained network.
    """

    def __init__(
        self,
        optimiser: torch.optim.Optimizer,
        parts: Mapping[str, Snapshot],
        untrained_loss: float,
        validation_loss: float,
    ) -> None:
        self._parts: dict[str, Snapshot] = {**parts, "optimiser": optimiser}
        self._optimiser = optimiser
        self.reloads = 0
        self._best_loss = validation_loss
        self._lowest = self._untrained_loss = untrained_loss
        self._highest = self._best_highest = -math.inf
        self._waited = 0
        self._best = self._snapshot()

    @property
    def learning_rate(self) -> float:
        """The present rate, the same in all groups."""
        return float(self._optimiser.param_groups[0]["lr"])

    def step(
        self, training_loss: float, validation_loss: float, validation_accuracy: float
    ) -> bool:
        """What an epoch came to; whether the rate was halved and the best network reloaded."""
        sound = math.isfinite(training_loss) and math.isfinite(validation_loss)
        risen = not sound or training_loss > RISE * self._lowest
        if not risen:
            self._lowest = min(self._lowest, training_loss)
        gained = not risen and validation_accuracy > self._highest
        self._waited = 0 if gained else self._waited + 1
        self._highest = validation_accuracy if gained else self._highest
        if not risen and validation_loss < self._best_loss:
            self._best_loss, self._best = validation_loss, self._snapshot()
            self._best_highest = validation_accuracy
        if risen or self._waited >= PATIENCE:
            self._reload()
            return True
        return False

    def state_dict(self) -> dict[str, Any]:
        """Counters and the best network, for checkpoints."""
        left_out = ("_parts", "_optimiser")
        return {name: value for name, value in vars(self).items() if name not in left_out}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state_dict`."""
        vars(self).update(state)

    def _snapshot(self) -> dict[str, Any]:
        return copy.deepcopy({name: part.state_dict() for name, part in self._parts.items()})

    def _reload(self) -> None:
        rate = FACTOR * self.learning_rate
        for name, part in self._parts.items():
            part.load_state_dict(copy.deepcopy(self._best[name]))
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        self.reloads += 1
        self._lowest, self._highest, self._waited = self._untrained_loss, self._best_highest, 0
