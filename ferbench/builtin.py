"""The plugin of the core itself: its datasets, protocols and metrics."""

from collections.abc import Callable

from ferbench.contracts.dataset import DatasetSpec
from ferbench.contracts.hookspecs import hookimpl
from ferbench.contracts.metric import Metric
from ferbench.contracts.protocol import EvaluationProtocol
from ferbench.datasets.catalogue import CATALOGUE
from ferbench.datasets.simulated.config import SimFacesConfig, SimPairsConfig

SIMFACES = DatasetSpec(
    name="simfaces",
    summary="procedural faces: identity, action units, sequences from neutral to apex",
    factory="ferbench.datasets.simulated.dataset:SimFaces",
    config=SimFacesConfig,
    protocol="simfaces-7c-apex-5fold-stride-val",
    licence="MIT, as ferbench",
    framed=True,
)

SIMPAIRS = DatasetSpec(
    name="simpairs",
    summary="procedural faces from several sides, each with its person's portrait, for generators",
    factory="ferbench.datasets.simulated.simpairs:SimPairs",
    config=SimPairsConfig,
    protocol="kfold:5-val",
    licence="MIT, as ferbench",
    framed=True,
)


@hookimpl
def register_datasets(register: Callable[[DatasetSpec], None]) -> None:
    """Register the adapters of the core."""
    for dataset in (SIMFACES, SIMPAIRS, *CATALOGUE):
        register(dataset)


@hookimpl
def register_protocols(register: Callable[[EvaluationProtocol], None]) -> None:
    """Register the named protocols."""
    from ferbench.protocols.table import PROTOCOLS

    for protocol in PROTOCOLS:
        register(protocol)


@hookimpl
def register_metrics(register: Callable[[Metric], None]) -> None:
    """Register the metrics."""
    from ferbench.metrics.builtin import BUILTIN_METRICS

    for metric in BUILTIN_METRICS:
        register(metric)
