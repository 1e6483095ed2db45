"""One attempt at one cell: fit, predict with the last and the selected state, probe."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from ferbench.contracts.faces import Predictions, TrainingFaces
from ferbench.contracts.method import Method, MethodSpec
from ferbench.contracts.run import RunContext
from ferbench.errors import Unsupported
from ferbench.grid.building import build
from ferbench.grid.cell import Cell
from ferbench.grid.environment import (
    device_for_cell,
    hardware_class,
    peak_memory,
    reset_peak_memory,
)
from ferbench.grid.gather import fold_table, training_faces, unlabelled
from ferbench.grid.workplace import Observer, Workplace
from ferbench.host import Registry
from ferbench.metrics.probes import every_probe
from ferbench.metrics.units import accuracy, by_image, by_unit
from ferbench.results.predictions import check, frame
from ferbench.results.record import Record
from ferbench.training.context import Run
from ferbench.training.seeding import seed_everything
from ferbench.training.states import save_state

LAST, SELECTED = "last", "selected"


class Attempt:
    """One attempt at one cell."""

    def __init__(
        self, cell: Cell, registry: Registry, place: Workplace, observe: Observer, record: Record
    ) -> None:
        self.cell, self.registry, self.place, self.record = cell, registry, place, record
        self.observe = observe
        self.spec: MethodSpec = registry.method(record.method)
        self.device = device_for_cell()
        self.table = fold_table(cell.material, record.fold)
        self.test_rows = self.table.filter(pl.col("part") == "test")
        self.test = unlabelled(cell.material, self.test_rows)

    def run(self) -> tuple[Record, pl.DataFrame]:
        """Fit, predict, probe; the record and the predictions."""
        record, device = self.record, self.device
        data = training_faces(self.cell.material, record.fold, record.classes, self.cell.auxiliary)
        unmet = unmet_needs(self.spec, data)
        if unmet:
            raise Unsupported(
                f"{record.method} needs {unmet}, which {record.dataset} does not have"
            )
        reset_peak_memory(device)
        run = self._run_context()
        method = build(self.spec, record)
        cost = method.cost()
        untrained = self._untrained(method, run)
        run.select(method, self._validation_score(method, data, run))
        seed_everything(run.seed("fit"))
        with run.fitting():
            method.fit(data, run)
        predicted, seconds = self._predict_states(method, run, data.validation is not None)
        final = predicted[SELECTED if SELECTED in predicted else LAST]
        rows = self.test_rows
        outcome = self._outcome(predicted)
        progress = run.progress
        record = replace(
            record,
            train_images=len(data.train),
            validation_images=len(data.validation) if data.validation else 0,
            test_images=len(rows),
            test_units=rows["unit"].n_unique(),
            test_subjects=None if rows["subject"].is_null().any() else rows["subject"].n_unique(),
            epochs=progress.epochs or None,
            epoch_selected=progress.best_epoch,
            probes=self._probes(final, untrained),
            curve=progress.curve,
            fit_wall_seconds=run.clock.training_wall(),
            fit_cpu_seconds=run.clock.training_cpu(),
            predict_wall_seconds=seconds,
            phase_cpu_seconds=dict(run.clock.cpu),
            stage_cpu_seconds=sum(
                self.place.stages.cpu_seconds(stage) for stage in record.stages.values()
            ),
            comparisons=progress.comparisons.total,
            comparisons_expected=progress.comparisons_expected,
            batches=progress.batches,
            input_passes=progress.input_passes,
            parameters=cost.parameters,
            macs=cost.macs,
            peak_memory_bytes=peak_memory(device),
            resumed=progress.resumed,
            hardware_class=hardware_class(device),
            **outcome,
        )
        frames = [frame(p, rows, record.classes, state) for state, p in predicted.items()]
        return record, pl.concat(frames)

    def _run_context(self) -> Run:
        record, place = self.record, self.place

        def observe(epoch: int, scalars: dict[str, float]) -> None:
            self.observe(epoch, scalars)
            self.registry.observe("epoch_ended", cell_id=self.cell.id, epoch=epoch, scalars=scalars)

        return Run(
            axes=(record.seed, record.fold),
            device=self.device,
            checkpoint=place.checkpoint(self.cell.id),
            stages={name: place.stages.read(stage) for name, stage in record.stages.items()},
            observe=observe,
            checkpoint_every=place.checkpoint_every,
            deadline=None if place.timeout is None else time.monotonic() + place.timeout,
        )

    def _untrained(self, method: Method, run: RunContext) -> Predictions | None:
        """Predictions before `fit`, for the probes; None where the method cannot give them yet."""
        try:
            return self._predict(method, run)
        except Exception:
            return None

    def _validation_score(
        self, method: Method, data: TrainingFaces, run: RunContext
    ) -> Callable[[], float] | None:
        """Accuracy on the validation fold, in the unit that the protocol ranks by."""
        validation = data.validation
        if validation is None:
            return None
        rows = self.table.filter(pl.col("part") == "validation")
        faces = validation.unlabelled()

        def score() -> float:
            predictions = method.predict(faces, run)
            check(predictions, len(faces), self.record.classes)
            return self._accuracy(frame(predictions, rows, self.record.classes, LAST))

        return score

    def _accuracy(self, predictions: pl.DataFrame) -> float:
        by = self.record.scoring_unit
        units = by_image(predictions) if by == "image" else self._by_unit(predictions)
        return accuracy(units)

    def _by_unit(self, predictions: pl.DataFrame) -> pl.DataFrame:
        return by_unit(predictions, self.record.scoring_join)

    def _predict_states(
        self, method: Method, run: Run, validated: bool
    ) -> tuple[dict[str, Predictions], float]:
        """Predictions with the last state and, given a validation fold, with the selected one."""
        start = time.perf_counter()
        predicted = {LAST: self._predict(method, run)}
        seconds = time.perf_counter() - start
        self._keep(method, LAST)
        if validated:
            predicted[SELECTED] = predicted[LAST]
            if run.selected is not None and run.progress.best_epoch != run.progress.epochs - 1:
                method.load_state(run.selected)
                predicted[SELECTED] = self._predict(method, run)
            self._keep(method, SELECTED)
        return predicted, seconds

    def _predict(self, method: Method, run: RunContext) -> Predictions:
        predictions = method.predict(self.test, run)
        check(predictions, len(self.test), self.record.classes)
        return predictions

    def _keep(self, method: Method, state: str) -> None:
        if self.place.keep_models:
            path = self.place.model(self.cell.id, state)
            path.parent.mkdir(parents=True, exist_ok=True)
            save_state(path, method.state())

    def _outcome(self, predicted: Mapping[str, Predictions]) -> dict[str, Any]:
        found = {}
        for state, predictions in predicted.items():
            rows = frame(predictions, self.test_rows, self.record.classes, state)
            found[f"accuracy_image_{state}"] = accuracy(by_image(rows))
            found[f"accuracy_unit_{state}"] = accuracy(self._by_unit(rows))
        return found

    def _probes(
        self, final: Predictions, untrained: Predictions | None
    ) -> dict[str, dict[str, float]]:
        subject = self.test_rows["subject"]
        return every_probe(
            final,
            untrained,
            None if subject.is_null().any() else subject.to_numpy(),
            self.test_rows["expression"].to_numpy(),
        )


def unmet_needs(spec: MethodSpec, data: TrainingFaces) -> str:
    """What the method needs and these data do not have, in words; empty if nothing."""
    has = {
        "subject_id": data.train.subject is not None,
        "neutral": data.neutral is not None,
        "validation": data.validation is not None,
    }
    return " and ".join(sorted(need for need in spec.needs if not has[need]))
