"""Running one stage: a training that several cells share."""

import time
import traceback

from ferbench.grid.cell import StageCell
from ferbench.grid.determinism import deterministic_where_possible
from ferbench.grid.environment import device_for_cell, now
from ferbench.grid.gather import auxiliary_faces, training_faces
from ferbench.grid.stage_store import StageOutcome
from ferbench.grid.worker import classify, is_sticky
from ferbench.grid.workplace import Observer, Workplace
from ferbench.loading import load_object
from ferbench.training.context import Run
from ferbench.training.seeding import seed_everything
from ferbench.training.threads import limited_threads


def run_stage(stage: StageCell, place: Workplace, observe: Observer) -> StageOutcome:
    """Run a stage and store its state or the reason why there is none."""
    checkpoint = place.checkpoint(stage.id)
    started, start = now(), time.process_time()
    state, trace = None, None
    try:
        with limited_threads(place.threads), deterministic_where_possible() as warned:
            run = Run(
                axes=(stage.seed, "stage", stage.name, -1 if stage.fold is None else stage.fold),
                device=device_for_cell(),
                checkpoint=checkpoint,
                stages={name: place.stages.read(other) for name, other in stage.after.items()},
                observe=observe,
                checkpoint_every=place.checkpoint_every,
            )
            data = (
                auxiliary_faces(stage.material)
                if stage.fold is None
                else training_faces(stage.material, stage.fold, stage.classes)
            )
            seed_everything(run.seed("fit"))
            with run.fitting():
                state = load_object(stage.factory)(stage.config, data, run)
        curve = run.progress.curve
        seconds = run.clock.training_cpu()
        outcome = StageOutcome(
            stage.label, seconds, curve=curve, started=started, deterministic=not warned
        )
    except Exception as error:
        trace = traceback.format_exc()
        status, reason = classify(error)
        seconds, skipped = time.process_time() - start, status == "skipped"
        outcome = StageOutcome(stage.label, seconds, reason, skipped=skipped, started=started)
        if is_sticky(error):
            place.stages.save(stage.id, outcome, trace=trace)
            raise
    place.stages.save(stage.id, outcome, state, trace)
    checkpoint.remove()
    return outcome
