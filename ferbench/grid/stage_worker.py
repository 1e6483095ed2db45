"""Running one stage: a training that several cells share."""

import time

from ferbench.grid.cell import StageCell
from ferbench.grid.environment import device_for_cell
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
    start = time.process_time()
    try:
        with limited_threads(place.threads):
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
        outcome = StageOutcome(stage.label, run.clock.training_cpu(), curve=curve)
    except Exception as error:
        status, reason = classify(error)
        seconds, skipped = time.process_time() - start, status == "skipped"
        outcome, state = StageOutcome(stage.label, seconds, reason, skipped=skipped), None
        if is_sticky(error):
            place.stages.save(stage.id, outcome, None)
            raise
    place.stages.save(stage.id, outcome, state)
    checkpoint.remove()
    return outcome
