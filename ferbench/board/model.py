"""What a board is made of: sections, one a ranking key, of rows, one a method."""

from dataclasses import dataclass
from typing import Literal

from ferbench.board.published.model import Beside
from ferbench.board.statistics import LEVEL, Difference, Interval, Resolution
from ferbench.results.record import Record

RANKING_PRESETS = ("study", "paper")
"""The presets under which methods are ranked."""
RANKS_NOTHING = "`{}` shows that everything runs; it ranks nothing"
"""What the others are for."""

Level = Literal["image", "unit"]
State = Literal["last", "selected"]
Standing = Literal["leader", "tied", "behind", "no claim"]
Role = Literal["leader", "baseline", "placebo", "asked"]


@dataclass(frozen=True, slots=True)
class RankingKey:
    """Rows are compared with each other only where all of this is the same.

    alignment: how faces were brought onto the template, which no fingerprint of an index tells.
    """

    preset: str
    protocol: str
    protocol_fingerprint: str
    dataset: str
    dataset_fingerprint: str
    origin: str
    alignment: str

    @classmethod
    def of(cls, record: Record) -> "RankingKey":
        """The key of the cell's ranking."""
        return cls(
            record.preset,
            record.protocol,
            record.protocol_fingerprint,
            record.dataset,
            record.dataset_fingerprint,
            record.origin,
            record.dataset_config.get("align", ""),
        )

    def values(self) -> dict[str, str]:
        """The parts that name it, for files."""
        return {
            "dataset": self.dataset,
            "protocol": self.protocol,
            "preset": self.preset,
            "origin": self.origin,
        }

    @property
    def ranks(self) -> bool:
        """Whether rows under this key get a rank."""
        return self.preset in RANKING_PRESETS


@dataclass(frozen=True, slots=True)
class Accuracy:
    """One way to say a row's accuracy, as shares.

    pooled: over all units of all folds; folds_mean and folds_sd: over the folds' accuracies.
    Seeds are averaged first. `folds_sd` is None with a single fold.
    """

    level: Level
    state: State
    pooled: float
    folds_mean: float
    folds_sd: float | None


@dataclass(frozen=True, slots=True)
class Probe:
    """A linear probe of the embeddings: accuracy as a share, beside its controls; means over cells.

    None where no cell reported the value.
    """

    accuracy: float | None
    chance: float | None
    shuffled: float | None
    untrained: float | None


NO_PROBE = Probe(None, None, None, None)


@dataclass(frozen=True, slots=True)
class FeatureProbes:
    """The probes of a feature that a method has and does not classify by."""

    feature: str
    identity: Probe
    expression: Probe


@dataclass(frozen=True, slots=True)
class Cost:
    """What a cell of the row costs; None where nothing was recorded, which is not zero.

    train_seconds: median over cells of `fit`, process-CPU seconds (`cpu`) or elapsed ones (`wall`).
    stage_seconds: median over cells of the CPU seconds of the stages that a cell reads.
    comparisons_per_epoch: distance comparisons, mean over cells.
    macs: multiply-accumulates an image.
    """

    train_seconds: float | None
    train_seconds_kind: Literal["cpu", "wall"]
    stage_seconds: float | None
    comparisons_per_epoch: float | None
    parameters: int | None
    macs: int | None


@dataclass(frozen=True, slots=True)
class Failure:
    """Cells without a result: how they ended, why, and how many."""

    status: str
    reason: str
    cells: int


@dataclass(frozen=True, slots=True)
class Row:
    """One method (in one configuration) of a section."""

    method: str
    label: str
    placebo_of: str | None
    fidelity: str
    status: str
    rank: int | None
    unranked: str | None
    standing: Standing | None
    interval: Interval | None
    accuracy: float | None
    state: State | None
    accuracies: tuple[Accuracy, ...]
    seed_sd: float | None
    macro_f1: float | None
    folds_done: int
    folds_required: int
    seeds_done: int
    seeds: int
    failures: tuple[Failure, ...]
    cost: Cost
    identity: Probe
    expression: Probe
    further: tuple[FeatureProbes, ...]

    @property
    def complete(self) -> bool:
        """Whether every fold of every seed has a result."""
        return self.seeds_done == self.seeds > 0

    def way(self, level: Level, state: State) -> Accuracy | None:
        """The accuracy at that level and state, if there is one."""
        return next((a for a in self.accuracies if (a.level, a.state) == (level, state)), None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The paired difference of two rows, `label` minus `other`, as shares.

    unfit: why these results cannot support a claim, whatever the difference; or None.
    p_holm: p adjusted for the comparisons it was asked for together with; None where it is alone.
    """

    label: str
    other: str
    role: Role
    difference: Difference
    units: int
    unfit: str | None
    p_holm: float | None = None

    @property
    def why_no_claim(self) -> str | None:
        """Why the difference may not be claimed, or None."""
        p = self.difference.p if self.p_holm is None else self.p_holm
        if self.unfit is None and p >= LEVEL:
            return "not distinguishable"
        return self.unfit


@dataclass(frozen=True, slots=True)
class Section:
    """One ranking. `unit` is what is scored, in words; `units` and `subjects` are tested ones."""

    key: RankingKey
    dataset_config: dict[str, object]
    classes: tuple[str, ...]
    unit: str
    join: str
    pooling: str
    units: int
    subjects: int | None
    resolution: Resolution | None
    rows: tuple[Row, ...]
    controls: tuple[Comparison, ...]
    notes: tuple[str, ...]
    published: tuple[Beside, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Every ranking that the records hold."""

    sections: tuple[Section, ...]
