"""The contract of a method: one class with `fit` and `predict`, and a spec that describes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ferbench.contracts.faces import DEFAULT_INPUT, Faces, Predictions, TrainingFaces
from ferbench.contracts.run import BatchShape, RunContext

PRESETS = ("tiny", "lite", "study", "paper")
"""tiny: tests; lite: the default run; study: trained to the plateau; paper: as in the papers."""

State = dict[str, Any]
"""A trained method as NumPy arrays and JSON values, nested in dicts by name; nothing pickled."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """How each image is made once, before training: `height` x `width` pixels.

    Where faces are aligned, five landmarks are moved onto one template that all methods share, and
    `margin` says how much is seen around the face, in units of the face (0: it fills the image).
    Elsewhere the middle of the picture is resized. `colour` is `grey` (C = 1, ITU-R 601 luma) or
    `rgb` (C = 3). Crops, flips and photometric normalisation are the method's own, since they
    differ between training and test.
    """

    height: int
    width: int
    colour: Literal["grey", "rgb"] = "grey"
    margin: float = 0.15

    @property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, C) of a prepared image."""
        return self.height, self.width, 1 if self.colour == "grey" else 3


@dataclass(frozen=True, slots=True)
class Task:
    """What a method is built for: the scored classes, in order, and its inputs' (H, W, C)."""

    classes: tuple[str, ...]
    inputs: Mapping[str, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a method costs by its make-up; None where a notion does not apply.

    parameters:  trainable ones of the whole network that is trained.
    macs:        multiply-accumulates of one image at test.
    comparisons: distance comparisons of one full training batch, by the paper's formula.
    """

    parameters: int | None
    macs: int | None
    comparisons: int | None = None


@dataclass(frozen=True, slots=True)
class Resources:
    """What one cell needs: CPU cores, and a share of a GPU where there is one."""

    cpus: float = 1
    gpus: float = 1


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How close an implementation is to its paper, and each deviation in words."""

    level: Literal["faithful", "adapted", "inspired"]
    deviations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuxiliaryNeed:
    """Another corpus that a method learns from.

    dataset: its registered name; with `:pairs` behind it, the corpus as pairs of `input` and
             `target` (a frontal neutral face of the same person), see `grid.pairing`.
    classes: corpus class -> name the method uses; classes left out are dropped. Empty: all, as is.
    """

    dataset: str
    classes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StageSpec:
    """A costly training that several cells share, such as a generator or a pre-trained trunk.

    name:    how `RunContext.stage(name)` finds its result.
    factory: `module:function`; called as `function(config, data, run)`, returns a `State`.
    config:  JSON values; part of the stage's identity.
    corpus:  `train` (the fold's own training faces) or the name of one of `MethodSpec.auxiliary`;
             a stage on an auxiliary corpus is trained once for all folds.
    inputs:  the image preparations it reads; empty: those of the method in the preset.
    after:   names of stages it reads through `run.stage`.
    seeded:  one result per seed of the grid (True), or one for all seeds.
    """

    name: str
    factory: str
    config: Mapping[str, Any]
    corpus: str
    inputs: Mapping[str, Preparation] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    seeded: bool = False


def no_stages(config: Any) -> tuple[StageSpec, ...]:
    """The stages of a method that trains everything in its own `fit`: none."""
    return ()


def no_auxiliary(config: Any) -> tuple[AuxiliaryNeed, ...]:
    """The other corpora of a method that learns from its training fold alone: none."""
    return ()


@dataclass(frozen=True, slots=True)
class MethodSpec:
    """A method as registered: everything the plan needs, without importing what it computes with.

    factory: `module:Class`; called as `Class(config, task)` in the worker only.
    config:  a dataclass; presets and `--set` may only name its fields.
    presets: preset -> {field: value}; a preset that is left out cannot be run.
    inputs:  preset -> the image preparations by name.
    needs:   any of `subject_id`, `neutral`, `validation`; unmet: the cell is `skipped`.
    stages:  resolved configuration -> its stages; pure, and without torch.
    auxiliary: resolved configuration -> the other corpora that it learns from; pure likewise.
    placebo_of: for a control that keeps a method's machinery and removes its idea.
    baseline:   the method that a claim about this one is made against.
    """

    name: str
    summary: str
    factory: str
    config: type
    presets: Mapping[str, Mapping[str, Any]]
    inputs: Mapping[str, Mapping[str, Preparation]]
    fidelity: Fidelity
    paper: str | None = None
    needs: frozenset[str] = frozenset()
    resources: Resources = Resources()
    stages: Callable[[Any], tuple[StageSpec, ...]] = no_stages
    auxiliary: Callable[[Any], tuple[AuxiliaryNeed, ...]] = no_auxiliary
    placebo_of: str | None = None
    baseline: str | None = None


def one_input(
    height: int, width: int, colour: Literal["grey", "rgb"] = "grey"
) -> dict[str, Preparation]:
    """The `inputs` of a method that looks at each image in one preparation."""
    return {DEFAULT_INPUT: Preparation(height, width, colour)}


class Method(Protocol):
    """One method, built fresh for every cell as `factory(config, task)`."""

    def fit(self, data: TrainingFaces, run: RunContext) -> None:
        """Learn from `data`. Called once."""
        ...

    def predict(self, faces: Faces, run: RunContext) -> Predictions:
        """Class probabilities of each face, independent of the other faces in the call."""
        ...

    def state(self) -> State:
        """All that `predict` needs, as arrays (none of Python objects) and JSON values.

        Names have no `/`. ValueError otherwise, when it is stored.
        """
        ...

    def load_state(self, state: State) -> None:
        """Take over what `state` gave, so that `predict` answers the same."""
        ...

    def cost(self) -> Cost:
        """Parameters, multiply-accumulates and comparisons by the method's make-up."""
        ...

    def expected_comparisons(self, batch: BatchShape) -> int | None:
        """Distance comparisons of one training batch by the paper's formula; None: makes none."""
        ...
