"""Checks that a cell predicts the same however, whenever and wherever it is run."""

import numpy as np
import polars as pl
from scipy.stats import binom

from ferbench.testing.bench import Bench, NotConforming

CHANCE_TAIL = 1e-4
"""How rarely an honest method exceeds the bound of the permuted-labels check."""
TINY_SECONDS = 10.0
"""Process-CPU seconds that a cell of `tiny` may take, its stages included."""


class Interruption(BaseException):
    """Stands for a kill: nothing in the harness catches it."""


def same_seed_same_predictions(bench: Bench) -> None:
    """The same cell run twice predicts the same bits."""
    bench.run("first")
    bench.run("again")
    if not bench.predictions("first").equals(bench.predictions("again")):
        raise NotConforming(
            "two runs with the same seed predict differently: draw every random number from "
            "run.seed(...) or the global generators"
        )


def tiny_takes_seconds(bench: Bench) -> None:
    """A cell of the preset `tiny` takes less than ten seconds, stages included."""
    record = bench.run("first")
    spent = (record.fit_cpu_seconds or 0.0) + record.stage_cpu_seconds
    if spent > TINY_SECONDS:
        raise NotConforming(
            f"a cell of `tiny` took {spent:.1f} CPU seconds, more than {TINY_SECONDS:.0f}: give "
            "that preset fewer epochs or a smaller network"
        )


def runs_in_a_worker(bench: Bench) -> None:
    """A cell pickles to another process, which finds the plugin and finishes the cell."""
    bench.run_elsewhere("alone", fold=1)


def fresh_state_per_fold(bench: Bench) -> None:
    """A fold predicts the same whether or not another one ran before it in the process."""
    bench.run_elsewhere("alone", fold=1)
    bench.run("first")
    bench.run("after", fold=1)
    if not bench.predictions("alone", 1).equals(bench.predictions("after", 1)):
        raise NotConforming(
            "a fold's predictions change when another fold ran before it, or from process to "
            "process: keep no state in modules or classes, and order nothing by hash"
        )


def permuted_labels_near_chance(bench: Bench) -> None:
    """Taught and examined on permuted labels, the method is no better than chance."""
    table = pl.read_parquet(bench.cell().material.table)
    draw = np.random.default_rng(0)
    scored = pl.col("part") != "neutral"
    kept, neutral = table.filter(scored), table.filter(~scored)
    shuffled = dict(
        zip(
            kept["sample"].unique().sort(),
            draw.permutation(kept.unique("sample").sort("sample")["expression"].to_numpy()),
            strict=True,
        )
    )
    permuted = kept.with_columns(
        expression=pl.col("sample").replace_strict(shuffled, return_dtype=pl.String)
    )
    cell = bench.altered("permuted", pl.concat([permuted, neutral]))
    record = bench.run("permuted", cell=cell)
    labels = permuted.filter((pl.col("part") == "test") & (pl.col("fold") == 0))["expression"]
    likeliest = max(labels.value_counts()["count"].to_list()) / len(labels)
    bound = binom.ppf(1 - CHANCE_TAIL, len(labels), likeliest) / len(labels)
    accuracy = record.accuracy_image_last or 0.0
    if accuracy > bound:
        raise NotConforming(
            f"accuracy {accuracy:.2f} on permuted labels is above chance (bound {bound:.2f}): the "
            "method learns test labels from somewhere"
        )


def resumed_equals_uninterrupted(bench: Bench) -> None:
    """Killed in its second epoch and continued, a cell predicts the same bits."""
    epochs = bench.run("first").epochs
    if not epochs or epochs < 2:
        return

    def kill(epoch: int, scalars: dict[str, float]) -> None:
        if epoch == 1:
            raise Interruption

    try:
        bench.attempt("resumed", bench.cell(), kill)
    except Interruption:
        pass
    else:
        raise NotConforming("the method counts epochs but never calls run.offer")
    record = bench.run("resumed")
    if not record.resumed:
        raise NotConforming("the cell started anew instead of continuing from its checkpoint")
    if not bench.predictions("first").equals(bench.predictions("resumed")):
        raise NotConforming(
            "a resumed cell predicts differently: pass everything that training changes to "
            "run.epochs(...), and create it before that call"
        )
