"""The plan: which cells and stages a command asks for, and which of them are still to do."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ferbench.contracts.method import PRESETS, MethodSpec, Preparation
from ferbench.errors import unknown
from ferbench.grid.cell import Cell, Material, StageCell, identity_hash
from ferbench.grid.certifying import certified
from ferbench.grid.corpus import FINGERPRINT, Corpus, open_corpus
from ferbench.grid.material import Supplies
from ferbench.grid.pairing import split_need
from ferbench.grid.revision import git_revision
from ferbench.grid.source import source_hash
from ferbench.grid.stages import TRAIN, StagePlanner, auxiliary_corpus, refuse_overlap
from ferbench.host import Registry
from ferbench.imaging.prepared import IMAGING_VERSION
from ferbench.protocols.named import find
from ferbench.protocols.split import Split, cut
from ferbench.results.store import Store
from ferbench.settings import Settings, configured, plain

DECISIVE = (
    "method",
    "preset",
    "dataset_fingerprint",
    "protocol_fingerprint",
    "config",
    "source_hash",
)
"""The identity facts, besides fold, seed and stages, that decide what a cell computes."""


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
    planner = _Planner(plan, request, registry, settings)
    for name in dict.fromkeys(request.datasets):
        corpus = planner.corpus(name)
        protocol = find(request.protocol or corpus.spec.protocol, name, registry.protocols)
        split = certified(corpus, cut(protocol, corpus.index), settings.cache)
        plan.splits.append((corpus, split))
        for method in methods:
            planner.add(method, corpus, split)
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


def _fidelity(spec: MethodSpec, corpus: Corpus) -> str:
    """How close to its paper a method is on a corpus: guessed ids adapt one that needs ids."""
    guesses = corpus.pseudo_ids and "subject_id" in spec.needs
    return "adapted" if guesses and spec.fidelity.level == "faithful" else spec.fidelity.level


class _Planner:
    """Adds the cells and stages of one method on one dataset after the other to a plan."""

    def __init__(
        self, plan: Plan, request: Request, registry: Registry, settings: Settings
    ) -> None:
        self.plan, self.request, self.registry, self.settings = plan, request, registry, settings
        self.revision = git_revision()
        self._corpora: dict[str, Corpus] = {}

    def corpus(self, name: str) -> Corpus:
        """The dataset of that name, opened and indexed once."""
        if name not in self._corpora:
            spec = self.registry.dataset(name)
            self._corpora[name] = open_corpus(spec, self.settings.datasets.get(name, {}))
        return self._corpora[name]

    def add(self, spec: MethodSpec, corpus: Corpus, split: Split) -> None:
        """Add a method's cells on a dataset, and the stages they need."""
        config = method_config(spec, self.request.preset, self.settings)
        inputs = spec.inputs[self.request.preset]
        auxiliary = {
            need.dataset: auxiliary_corpus(need, self.corpus(split_need(need)[0]))
            for need in spec.auxiliary(config)
        }
        supplies = self.plan.supplies

        def material(name: str, preparations: Mapping[str, Preparation]) -> Material:
            if name == TRAIN:
                return supplies.evaluated(corpus, split, preparations)
            other = auxiliary[name]
            known_as = identity_hash(other.fingerprint)
            return supplies.order(other.corpus, known_as, other.table, preparations)

        stages = StagePlanner(
            spec, corpus, spec.stages(config), inputs, auxiliary, material, self.plan.stages
        )
        own = material(TRAIN, inputs)
        others = {name: material(name, inputs) for name in auxiliary}
        learnt = {
            name: {**other.corpus.config, FINGERPRINT: identity_hash(other.fingerprint)}
            for name, other in auxiliary.items()
        }
        shared = {**self._identity(spec, corpus, split, config), "auxiliary": learnt}
        decisive = {
            **{name: shared[name] for name in DECISIVE},
            "inputs": {name: asdict(preparation) for name, preparation in inputs.items()},
            "imaging": [IMAGING_VERSION, corpus.alignment],
            "auxiliary": {name: other.fingerprint for name, other in auxiliary.items()},
        }
        for fold in split.folds[: self.request.folds]:
            for other in auxiliary.values():
                refuse_overlap(other, corpus, fold)
            for seed in range(self.request.seeds):
                axes = {
                    "fold": fold.number,
                    "seed": seed,
                    "stages": stages.plan(fold, seed, split),
                }
                identity = {**shared, **axes, "cell_id": identity_hash({**decisive, **axes})}
                self.plan.cells.append(Cell(identity, own, others))

    def _identity(
        self, spec: MethodSpec, corpus: Corpus, split: Split, config: Any
    ) -> dict[str, Any]:
        """The identity facts that a method's cells on a dataset share, as Record names them."""
        plugin = self.registry.owner["methods", spec.name]
        scoring = split.protocol.scoring
        return {
            "method": spec.name,
            "dataset": corpus.name,
            "protocol": split.protocol.name,
            "preset": self.request.preset,
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
            "certificate": json.loads(json.dumps(asdict(split.certificate))),
            "source_hash": source_hash(spec.factory.partition(":")[0]),
            "plugin": plugin.distribution,
            "plugin_version": plugin.version,
            "fidelity": _fidelity(spec, corpus),
            "placebo_of": spec.placebo_of,
            "baseline": spec.baseline,
            **self.revision,
        }
