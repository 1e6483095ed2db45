"""Plateaus, and the training until one is reached, from curves drawn by hand."""

import json
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from ferbench.board.curves import ValidationCurve
from ferbench.board.plateau import plateau_row, plateaus
from ferbench.board.reach import first_time, plateaus_of, reach
from ferbench.board.survival import Time
from ferbench.board.tables import render_tables
from ferbench.board.training_tables import plateau_tables, reach_tables
from ferbench.errors import UsageError

Curve = list[dict[str, float]]


def drawn(accuracies: Sequence[float], pace: float | None = 1.0) -> Curve:
    """A record's curve, an epoch taking `pace` CPU seconds."""
    times = [{} if pace is None else {"cpu_seconds": pace * (e + 1)} for e in range(99)]
    return [
        {"epoch": e, "loss": 1.0, "validation_accuracy": a} | times[e]
        for e, a in enumerate(accuracies)
    ]


def curve(accuracies: Sequence[float]) -> ValidationCurve:
    return ValidationCurve(np.array(accuracies), np.arange(1.0, len(accuracies) + 1))


@pytest.fixture
def trained(bench) -> Callable[..., None]:
    """`trained(method, curve_of(fold, seed))`: five folds, two seeds."""

    def add(method: str, curve_of: Callable[[int, int], Curve], **fields: object) -> None:
        for seed in range(2):
            for fold in range(5):
                units = {f"p{fold}{u}/0": [u % 2] for u in range(4)}
                bench.add(
                    method, units, units, fold=fold, seed=seed, folds_total=5,
                    curve=curve_of(fold, seed), **fields,
                )  # fmt: skip

    return add


def test_the_time_is_when_the_mean_of_three_epochs_reaches_the_level() -> None:
    """Means of three: .37 after the third epoch, .47, .37, .57, .47."""
    accuracies = [0.1, 0.9, 0.1, 0.4, 0.6, 0.7, 0.1]
    assert first_time(curve(accuracies), 0.4) == Time(4, True)
    assert first_time(curve(accuracies), 0.5) == Time(6, True)
    assert first_time(curve(accuracies), 0.6) == Time(7, False), "ends without"


def test_a_plateau_is_the_last_quarter_over_the_seeds_of_a_fold() -> None:
    rising, flat = curve([0, 0, 0, 0, 0, 0, 0.4, 0.6]), curve([0.3] * 8)
    found = plateaus_of({(0, 0): rising, (0, 1): flat, (1, 0): flat})
    assert found == {0: pytest.approx(0.4), 1: pytest.approx(0.3)}


def test_a_method_half_as_fast_takes_twice_as_long(bench, trained) -> None:
    climb = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.6, 0.6]
    trained("softmax", lambda fold, seed: drawn(climb))
    trained("slow", lambda fold, seed: drawn(climb, pace=2.0))
    trained("never", lambda fold, seed: drawn([0.1] * 8, pace=3.0))
    trained("some", lambda fold, seed: drawn(climb if fold < 2 else [0.1] * 8, pace=4.0))
    (found,) = reach(bench.rankings(), "softmax", "softmax")
    rows = {row.label: row for row in found.rows}
    assert found.plateaus == dict.fromkeys(range(5), pytest.approx(0.6))
    assert (rows["softmax"].median, rows["softmax"].ratio) == (8.0, None)
    slow = rows["slow"].ratio
    assert (rows["slow"].median, slow.median_low, slow.low, slow.high) == (16.0, 2.0, 2.0, 2.0)
    assert (rows["never"].reached, rows["never"].median, rows["never"].at_least) == (0, None, 24.0)
    assert (rows["some"].reached, rows["some"].median) == (4, None)
    assert rows["some"].ratio.median_low == 4.0
    lines = {line[0]: line for line in reach_tables([found])[0].lines}
    assert lines["slow"][1:5] == ("10/10", "16.0 s", "2.00", "[2.00, 2.00]")
    assert lines["never"][1:5] == ("0/10", "> 24.0 s", "> 3.00", "[3.00, \N{INFINITY}]")
    assert lines["softmax"][3:5] == ("\N{EN DASH}", "\N{EN DASH}")


def test_times_are_paired_by_fold_and_seed(bench, trained) -> None:
    """Folds differ in pace by up to five; the ratio within each is exactly 1.5."""
    climb = [0.2, 0.4, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]
    trained("a", lambda fold, seed: drawn(climb, pace=1.0 + fold))
    trained("b", lambda fold, seed: drawn(climb, pace=1.5 * (1.0 + fold)))
    (found,) = reach(bench.rankings(), "a", "a")
    ratio = {row.label: row for row in found.rows}["b"].ratio
    assert (ratio.low, ratio.median_low, ratio.high) == (1.5, 1.5, 1.5)


def test_the_level_and_the_divisor_may_be_of_different_methods(bench, trained) -> None:
    trained("softmax", lambda fold, seed: drawn([0.5] * 8))
    trained("fast", lambda fold, seed: drawn([0.6] * 8, pace=0.5))
    trained("slow", lambda fold, seed: drawn([0.6] * 8, pace=2.0))
    (found,) = reach(bench.rankings(), "softmax", "fast")
    ratios = {row.label: row.ratio and row.ratio.median_low for row in found.rows}
    assert ratios == {"softmax": 2.0, "fast": None, "slow": 4.0}


def test_cells_without_seconds_are_left_out_and_counted(bench, trained) -> None:
    trained("softmax", lambda fold, seed: drawn([0.5] * 8, pace=None if seed else 1.0))
    (found,) = reach(bench.rankings(), "softmax", "softmax")
    assert (found.untimed, found.rows[0].cells) == (5, 5)
    assert any("5 cells left out" in note for note in reach_tables([found])[0].notes)


def test_unknown_and_uncurved_methods_are_named(bench, trained) -> None:
    trained("softmax", lambda fold, seed: [])
    with pytest.raises(UsageError, match="did you mean 'softmax'"):
        reach(bench.rankings(), "softmx", "softmax")
    with pytest.raises(UsageError, match="no validation curves"):
        reach(bench.rankings(), "softmax", "softmax")
    with pytest.raises(UsageError, match="no cell has a validation curve"):
        plateaus(bench.rankings())


def test_a_rise_is_the_last_quarter_minus_the_one_before() -> None:
    row = plateau_row("m", [curve([0, 0, 0, 0, 0.1, 0.3, 0.5, 0.5]), curve([0.5] * 8)])
    assert (row.final, row.rise) == (pytest.approx(0.5), pytest.approx(0.15))
    assert row.low < 0 < row.high
    assert row.verdict == "not clear"


@pytest.mark.parametrize(
    ("rises", "verdict"),
    [
        ([0.04, 0.05, 0.06], "still rising"),
        ([0.001, 0.002, 0.001], "on its plateau"),
        ([-0.02, -0.03, -0.02], "on its plateau"),
        ([-0.05, 0.05, 0.03], "not clear"),
        ([0.04], "too few cells"),
    ],
)
def test_verdicts(rises: list[float], verdict: str) -> None:
    curves = [curve([0.5] * 6 + [0.5 + rise] * 2) for rise in rises]
    assert plateau_row("m", curves).verdict == verdict


@pytest.mark.parametrize("format_", ["table", "markdown", "csv", "json"])
def test_every_format_holds_the_numbers(bench, trained, format_: str) -> None:
    trained("softmax", lambda fold, seed: drawn([0.5] * 8))
    trained("never", lambda fold, seed: drawn([0.1] * 8))
    rankings = bench.rankings()
    times = render_tables(reach_tables(reach(rankings, "softmax", "softmax")), format_, "Times")
    levels = render_tables(plateau_tables(plateaus(rankings)), format_, "Plateaus")
    assert ("never" in times, "on its plateau" in levels) == (True, True)
    if format_ == "json":
        row = {r["method"]: r for r in json.loads(times)}["never"]
        assert (row["reached"], row["median_cpu_seconds"], row["median_at_least"]) == (0, None, 8.0)
        assert (row["ratio_median_low"], row["ratio_median_high"]) == (pytest.approx(8 / 3), None)
