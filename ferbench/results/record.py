"""The record of one cell: its identity, outcome, cost and environment."""

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ferbench.errors import UsageError

SCHEMA_VERSION = 1

Status = Literal["ok", "failed", "blocked", "oom", "timeout", "skipped"]

FINISHED = ("ok", "skipped")
"""Cells with these statuses are not run again; all others are."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the results. Times in seconds, memory in bytes, accuracies as shares 0..1.

    accuracy_*: for observers of a run; boards compute theirs from the predictions.
    auxiliary: the settings and the fingerprint of each other corpus that the cell learns from.
    probes: `identity` and `expression` of the feature that is classified by; `NAME identity` and
            `NAME expression` of each further feature of `Predictions.features`.
    deterministic: whether torch warned of no operation whose bits may differ from run to run, in
                   the cell and in the stages it reads.
    """

    # --- identity: what was run
    cell_id: str
    method: str
    dataset: str
    protocol: str
    preset: str
    fold: int
    seed: int
    origin: str
    dataset_fingerprint: str
    protocol_fingerprint: str
    dataset_config: dict[str, Any]
    config: dict[str, Any]
    classes: tuple[str, ...]
    folds_total: int
    scoring_unit: str
    scoring_join: Literal["mean", "max"]
    scoring_pooling: str
    subjects_provable: bool
    source_hash: str
    plugin: str
    plugin_version: str
    fidelity: str
    certificate: dict[str, Any] = field(default_factory=dict)
    placebo_of: str | None = None
    baseline: str | None = None
    stages: dict[str, str] = field(default_factory=dict)
    auxiliary: dict[str, dict[str, Any]] = field(default_factory=dict)
    git_commit: str | None = None
    git_dirty: bool | None = None
    schema_version: int = SCHEMA_VERSION

    # --- outcome: what came out
    status: Status = "ok"
    reason: str | None = None
    train_images: int = 0
    validation_images: int = 0
    test_images: int = 0
    test_units: int = 0
    test_subjects: int | None = None
    accuracy_image_last: float | None = None
    accuracy_image_selected: float | None = None
    accuracy_unit_last: float | None = None
    accuracy_unit_selected: float | None = None
    epochs: int | None = None
    epoch_selected: int | None = None
    probes: dict[str, dict[str, float]] = field(default_factory=dict)
    curve: list[dict[str, float]] = field(default_factory=list)

    # --- cost: what it took
    fit_wall_seconds: float | None = None
    fit_cpu_seconds: float | None = None
    predict_wall_seconds: float | None = None
    phase_cpu_seconds: dict[str, float] = field(default_factory=dict)
    stage_cpu_seconds: float = 0.0
    comparisons: int | None = None
    comparisons_expected: int | None = None
    batches: int = 0
    input_passes: int = 0
    parameters: int | None = None
    macs: int | None = None
    peak_memory_bytes: int | None = None
    resumed: int = 0

    # --- environment: where it ran
    hardware_class: str = ""
    shared_device: bool = False
    threads: int = 1
    executor: str = ""
    deterministic: bool = True
    decoder: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    started: str = ""

    def to_json(self) -> str:
        """The record as one JSON document, keys in the order of the fields."""
        values = dataclasses.asdict(self)
        return json.dumps(values, indent=1, allow_nan=False, default=_of_numpy) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Record":
        """The record that `to_json` wrote; ValueError where the text is none."""
        values = json.loads(text)
        if not isinstance(values, dict) or not {"schema_version", "cell_id"} <= values.keys():
            raise ValueError("it is no record")
        if values["schema_version"] != SCHEMA_VERSION:
            raise UsageError(
                f"the record of cell {values['cell_id']} has schema version "
                f"{values['schema_version']}; this ferbench reads {SCHEMA_VERSION}: use the "
                "version that wrote it, or another --out"
            )
        unknown = sorted(values.keys() - {known.name for known in dataclasses.fields(cls)})
        if unknown:
            raise UsageError(
                f"the record of cell {values['cell_id']} has fields that this ferbench does not "
                f"know ({', '.join(unknown)}): use the version that wrote it, or another --out"
            )
        values["classes"] = tuple(values["classes"])
        return cls(**values)

    @property
    def finished(self) -> bool:
        """Whether the cell need not run again."""
        return self.status in FINISHED

    def environment_class(self) -> tuple[str, str, int]:
        """Device and CPU capability, torch, threads: what the bits of a prediction depend on."""
        return self.hardware_class, self.versions.get("torch", ""), self.threads

    def must_agree(self, other: "Record") -> bool:
        """Whether two runs of one cell must have predicted the same bits."""
        same = self.environment_class() == other.environment_class()
        return same and self.deterministic and other.deterministic


def _of_numpy(value: Any) -> Any:
    """A number of numpy's, which methods may count in, as Python's; TypeError for anything else."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a record holds numbers and text, not {value!r}")
