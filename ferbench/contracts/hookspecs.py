"""The hooks a plugin may implement. Decorate a function of the same name with `hookimpl`.

Two more are in modules of their own: `register_panels` in `contracts.panels`, and
`register_generators` in `contracts.generators`.
"""

from collections.abc import Callable
from typing import Any

import pluggy

from ferbench.contracts.dataset import DatasetSpec
from ferbench.contracts.method import MethodSpec
from ferbench.contracts.metric import Metric
from ferbench.contracts.protocol import EvaluationProtocol

hookspec = pluggy.HookspecMarker("ferbench")
hookimpl = pluggy.HookimplMarker("ferbench")


@hookspec
def register_methods(register: Callable[[MethodSpec], None]) -> None:
    """Register methods: call `register(MethodSpec(...))` for each."""


@hookspec
def register_datasets(register: Callable[[DatasetSpec], None]) -> None:
    """Register datasets: call `register(DatasetSpec(...))` for each."""


@hookspec
def register_protocols(register: Callable[[EvaluationProtocol], None]) -> None:
    """Register named protocols: call `register(protocol)` for each."""


@hookspec
def register_metrics(register: Callable[[Metric], None]) -> None:
    """Register metrics: call `register(metric)` for each."""


@hookspec
def cell_started(cell_id: str, cell: dict[str, Any]) -> None:
    """Observe, in the worker, that a cell starts."""


@hookspec
def epoch_ended(cell_id: str, epoch: int, scalars: dict[str, float]) -> None:
    """Observe, in the worker, that an epoch was offered."""


@hookspec
def cell_finished(cell_id: str, record: dict[str, Any]) -> None:
    """Observe, in the worker, the record of a cell before it is stored."""
