"""Finished stages: one folder each below `DIR/stages`, written whole or not at all."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ferbench.contracts.method import State
from ferbench.errors import UsageError
from ferbench.files import whole_folder
from ferbench.results.store import TRACE
from ferbench.training.states import read_state, save_state

OUTCOME = "stage.json"
STATE = "state.npz"


@dataclass(frozen=True, slots=True)
class StageOutcome:
    """How a stage ended; `reason` is None where it succeeded. curve: of the epochs it offered.

    skipped: whether it did not run because the corpus has not what it needs.
    started: when; of one whose worker died, when that was noted. deterministic: as in `Record`.
    """

    label: str
    cpu_seconds: float
    reason: str | None = None
    curve: list[dict[str, float]] = field(default_factory=list)
    skipped: bool = False
    started: str = ""
    deterministic: bool = True


@dataclass(frozen=True, slots=True)
class StageStore:
    """The stages trained below one folder."""

    root: Path

    def outcome(self, stage_id: str) -> StageOutcome | None:
        """How a stage ended, or None if it has not been run."""
        path = self.root / stage_id / OUTCOME
        if not path.exists():
            return None
        try:
            return StageOutcome(**json.loads(path.read_text()))
        except (ValueError, TypeError) as error:
            raise UsageError(
                f"{path} cannot be read ({error}): delete its folder, and the stage is run again"
            ) from None

    def done(self, stage_id: str) -> bool:
        """Whether a stage has succeeded."""
        outcome = self.outcome(stage_id)
        return outcome is not None and outcome.reason is None

    def cpu_seconds(self, stage_id: str) -> float:
        """Process-CPU seconds that a finished stage took."""
        outcome = self.outcome(stage_id)
        return 0.0 if outcome is None else outcome.cpu_seconds

    def read(self, stage_id: str) -> State:
        """The state that a finished stage returned."""
        return read_state(self.root / stage_id / STATE)

    def trace(self, stage_id: str) -> Path:
        """Where the traceback of a stage that raised is kept."""
        return self.root / stage_id / TRACE

    def save(
        self,
        stage_id: str,
        outcome: StageOutcome,
        state: State | None = None,
        trace: str | None = None,
    ) -> None:
        """Store a stage's outcome, replacing an earlier attempt. trace: see `Store.save`."""
        with whole_folder(self.root / stage_id) as draft:
            if state is not None:
                save_state(draft / STATE, state)
            if trace is not None:
                (draft / TRACE).write_text(trace)
            (draft / OUTCOME).write_text(json.dumps(asdict(outcome)))
