"""The plan: which cells and stages a command asks for, and which of them are still to do."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl

from ferbench.contracts.method import PRESETS, MethodSpec
from ferbench.errors import unknown
from ferbench.grid.cell import Cell, StageCell, identity_hash
from ferbench.grid.corpus import Corpus, open_corpus
from ferbench.grid.material import Supplies
from ferbench.grid.revision import git_revision
from ferbench.grid.source import source_hash
from ferbench.grid.stages import StagePlanner, auxiliary_corpus, refuse_overlap
from ferbench.host import Registry
from ferbench.imaging.prepared import IMAGING_VERSION
from ferbench.protocols.named import find
from ferbench.protocols.split import Split, cut
from ferbench.results.store import Store
from ferbench.settings import Settings, configured, plain


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for. folds: at most so many, from the first; seeds: 0 .. seeds-1."""

    methods: Sequence[str]
    datasets: Sequence[str]
    preset: str = "lite"
    protocol: str | None = None
    folds: int | None = None
    seeds: int = 1


@dataclass
class Plan:
    """Every cell asked for, the stages they need, and what must be prepared first."""

    supplies: Supplies
    cells: list[Cell] = field(default_factory=list)
    stages: dict[str, StageCell] = field(default_factory=dict)
    splits: list[tuple[Corpus, Split]] = field(default_factory=list)

    def to_do(self, store: Store) -> list[Cell]:
        """The cells without a finished record in `store`, in the order of the plan."""
        return [cell for cell in self.cells if not store.finished(cell.id)]

    def stages_for(self, cells: Sequence[Cell]) -> dict[str, StageCell]:
        """The stages that these cells read, directly or not."""
        wanted: dict[str, StageCell] = {}
        pending = [stage for cell in cells for stage in cell.identity["stages"].values()]
        while pending:
            stage = self.stages[pending.pop()]
            if stage.id not in wanted:
                wanted[stage.id] = stage
                pending += stage.after.values()
        return wanted


def make_plan(request: Request, registry: Registry, settings: Settings) -> Plan:
    """The plan of a request; UsageError where a name, a setting or the data are wrong."""
    if request.preset not in PRESETS:
        raise unknown("preset", request.preset, PRESETS)
    for name in settings.methods:
        registry.method(name)
    for name in settings.datasets:
        registry.dataset(name)
    methods = _requested_methods(request, registry)
    plan = Plan(Supplies(settings.cache))
    revision = git_revision()
    for name in request.datasets:
        spec = registry.dataset(name)
        corpus = open_corpus(spec, settings.datasets.get(name, {}))
        split = cut(find(request.protocol or spec.protocol, name, registry.protocols), corpus.index)
        plan.splits.append((corpus, split))
        for method in methods:
            _add_cells(plan, method, corpus, split, request, registry, settings, revision)
    return plan


def method_config(spec: MethodSpec, preset: str, settings: Settings) -> Any:
    """The method's configuration: its defaults, the preset, then the user's settings."""
    layers = [spec.presets[preset], settings.methods.get(spec.name, {})]
    return configured(spec.config, layers, spec.name)


def _requested_methods(request: Request, registry: Registry) -> list[MethodSpec]:
    if list(request.methods) == ["all"]:
        return [spec for spec in registry.methods.values() if request.preset in spec.presets]
    specs = [registry.method(name) for name in dict.fromkeys(request.methods)]
    for spec in specs:
        if request.preset not in spec.presets:
            raise unknown(f"preset of {spec.name}", request.preset, spec.presets)
    return specs


def _add_cells(
    plan: Plan,
    spec: MethodSpec,
    corpus: Corpus,
    split: Split,
    request: Request,
    registry: Registry,
    settings: Settings,
    revision: dict[str, Any],
) -> None:
    """Add one method's cells on one dataset, and the stages they need."""
    folds = split.folds[: request.folds]
    config = method_config(spec, request.preset, settings)
    inputs = spec.inputs[request.preset]
    auxiliary = {
        need.dataset: auxiliary_corpus(
            need,
            open_corpus(registry.dataset(need.dataset), settings.datasets.get(need.dataset, {})),
        )
        for need in spec.auxiliary
    }
    order = plan.supplies.order
    split_name = f"{corpus.fingerprint}-{split.fingerprint}"
    table = pl.concat([f.samples.with_columns(fold=pl.lit(f.number)) for f in split.folds])
    material = order(corpus, split_name, table, inputs)
    others = {
        name: order(other.corpus, identity_hash(other.fingerprint), other.table, inputs)
        for name, other in auxiliary.items()
    }
    planner = StagePlanner(spec, spec.stages(config), auxiliary, plan.stages)
    stage_materials = {
        (stage.name, stage.corpus): order(corpus, split_name, table, stage.inputs)
        if stage.corpus not in auxiliary
        else order(
            auxiliary[stage.corpus].corpus,
            identity_hash(auxiliary[stage.corpus].fingerprint),
            auxiliary[stage.corpus].table,
            stage.inputs,
        )
        for stage in planner.declared
    }
    shared = _identity(spec, corpus, split, config, request.preset, registry)
    what = {
        "inputs": {name: asdict(preparation) for name, preparation in inputs.items()},
        "imaging": IMAGING_VERSION,
        "auxiliary": {name: other.fingerprint for name, other in auxiliary.items()},
    }
    for fold in folds:
        for other in auxiliary.values():
            refuse_overlap(other, corpus, fold)
        for seed in range(request.seeds):
            stages = planner.plan(fold, seed, split.fingerprint, split.classes, stage_materials)
            own = {"fold": fold.number, "seed": seed, "stages": stages}
            cell_id = identity_hash({**_decisive(shared), **what, **own})
            plan.cells.append(
                Cell({**shared, **revision, **own, "cell_id": cell_id}, material, others)
            )


def _decisive(shared: dict[str, Any]) -> dict[str, Any]:
    """Those identity facts that decide what a cell computes."""
    names = (
        "method",
        "preset",
        "dataset_fingerprint",
        "protocol_fingerprint",
        "config",
        "source_hash",
    )
    return {name: shared[name] for name in names}


def _identity(
    spec: MethodSpec,
    corpus: Corpus,
    split: Split,
    config: Any,
    preset: str,
    registry: Registry,
) -> dict[str, Any]:
    """The identity facts that one method's cells on one dataset share, as Record names them."""
    plugin = registry.owner["methods", spec.name]
    scoring = split.protocol.scoring
    return {
        "method": spec.name,
        "dataset": corpus.name,
        "protocol": split.protocol.name,
        "preset": preset,
        "origin": corpus.origin,
        "dataset_fingerprint": corpus.fingerprint,
        "protocol_fingerprint": split.fingerprint,
        "dataset_config": corpus.config,
        "config": plain(config),
        "classes": split.classes,
        "folds_total": len(split.folds),
        "scoring_unit": scoring.unit,
        "scoring_join": scoring.join,
        "scoring_pooling": scoring.pooling,
        "subjects_provable": split.certificate.subjects_provable,
        "source_hash": source_hash(spec.factory.partition(":")[0]),
        "plugin": plugin.distribution,
        "plugin_version": plugin.version,
        "fidelity": spec.fidelity.level,
        "placebo_of": spec.placebo_of,
        "baseline": spec.baseline,
    }
