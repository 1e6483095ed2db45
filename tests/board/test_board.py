"""Ranking rules: what ranks, what does not and why, and what the accuracies are."""

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ferbench.board.model import Board, Row
from ferbench.board.render import FORMATS, render
from ferbench.errors import UsageError


def row(board: Board, label: str) -> Row:
    """The one row of that label."""
    (found,) = [r for section in board.sections for r in section.rows if r.label == label]
    return found


def generator() -> np.random.Generator:
    """The same numbers every time."""
    return np.random.Generator(np.random.Philox(1))


def test_rows_rank_by_accuracy_and_equals_share_a_rank(bench) -> None:
    bench.add("second", {"a/0": [1], "b/0": [1], "c/0": [0]})
    bench.add("other-second", {"a/0": [0], "b/0": [1], "c/0": [1]})
    bench.add("first", {"a/0": [1], "b/0": [1], "c/0": [1]})
    bench.add("fourth", {"a/0": [0], "b/0": [1], "c/0": [0]})
    (section,) = bench.board().sections
    ranks = [(r.label, r.rank) for r in section.rows]
    assert ranks == [("first", 1), ("other-second", 2), ("second", 2), ("fourth", 4)]


@pytest.mark.parametrize("preset", ["tiny", "lite"])
def test_small_presets_rank_nothing_but_are_sorted(bench, preset: str) -> None:
    bench.add("worse", {"a/0": [0], "b/0": [1]}, preset=preset)
    bench.add("better", {"a/0": [1], "b/0": [1]}, preset=preset)
    (section,) = bench.board().sections
    assert [(r.label, r.rank) for r in section.rows] == [("better", None), ("worse", None)]
    assert all(r.unranked and r.standing is None for r in section.rows)
    assert f"`{preset}` shows that everything runs; it ranks nothing." in section.notes


def test_presets_protocols_origins_and_data_never_share_a_ranking(bench) -> None:
    variations = [
        {},
        {"preset": "lite"},
        {"preset": "paper"},
        {"protocol": "tenfold"},
        {"protocol_fingerprint": "p2"},
        {"dataset_fingerprint": "d2"},
        {"dataset": "ckplus", "origin": "real"},
    ]
    for fields in variations:
        bench.add("softmax", {"a/0": [1], "b/0": [0]}, **fields)
    sections = bench.board().sections
    assert [len(s.rows) for s in sections] == [1] * len(variations)
    assert sections[0].key.dataset == "ckplus"
    table = render(bench.board(), "table")
    assert "ckplus (real faces) · fivefold · study" in table
    assert "simfaces (simulated faces) · fivefold · lite" in table


def test_an_incomplete_method_is_listed_unranked_with_the_reason(bench) -> None:
    for fold in range(5):
        bench.add("whole", {"a/0": [0], "b/0": [1]}, fold=fold, folds_total=5)
    for fold in range(3):
        bench.add("part", {"a/0": [1], "b/0": [1]}, fold=fold, folds_total=5)
    bench.add("part", fold=3, folds_total=5, status="failed", reason="ValueError:\n no")
    board = bench.board()
    assert [r.label for r in board.sections[0].rows] == ["whole", "part"]
    part = row(board, "part")
    assert (part.rank, part.unranked) == (None, "3 of 5 folds")
    assert (part.folds_done, part.folds_required, part.accuracy) == (3, 5, 1.0)
    assert [(f.status, f.reason, f.cells) for f in part.failures] == [
        ("failed", "ValueError: no", 1)
    ]
    assert row(board, "whole").rank == 1


def test_every_seed_must_have_every_fold(bench) -> None:
    for seed, fold in ((0, 0), (0, 1), (1, 0)):
        bench.add("softmax", {f"{fold}/0": [1]}, seed=seed, fold=fold, folds_total=2)
    found = row(bench.board(), "softmax")
    assert (found.rank, found.unranked) == (None, "1 of 2 folds in seed 1")
    assert (found.seeds_done, found.seeds, found.folds_done) == (1, 2, 1)


def test_a_method_without_results_is_a_row_with_its_status(bench) -> None:
    bench.add("softmax", {"a/0": [1], "b/0": [0]})
    bench.add("ifgan", status="skipped", reason="needs neutral faces")
    found = row(bench.board(), "ifgan")
    assert (found.status, found.rank, found.accuracy, found.interval) == (
        "skipped",
        None,
        None,
        None,
    )
    assert found.cost.train_seconds is None
    for format_ in FORMATS:
        assert "needs neutral faces" in render(bench.board(), format_)


def test_configurations_are_rows_told_apart_by_what_differs(bench) -> None:
    for width, accuracy in ((8, 0), (16, 1)):
        config = {"width": width, "loss": {"margin": 0.35, "scale": 15.0}}
        bench.add("softmax", {"a/0": [accuracy], "b/0": [1]}, config=config)
    bench.add("softmax", {"a/0": [0], "b/0": [0]}, config={"width": 8, "loss": {"margin": 0.5}})
    labels = [r.label for r in bench.board().sections[0].rows]
    assert labels == [
        "softmax [loss.margin=0.35, loss.scale=15.0, width=16]",
        "softmax [loss.margin=0.35, loss.scale=15.0, width=8]",
        "softmax [loss.margin=0.5, loss.scale=\N{EN DASH}, width=8]",
    ]


def test_the_newest_of_repeated_cells_counts(bench) -> None:
    bench.add("softmax", {"a/0": [1], "b/0": [1]}, started="2025-02-01", source_hash="old")
    bench.add("softmax", {"a/0": [0], "b/0": [1]}, started="2025-03-01", source_hash="new")
    bench.add("softmax", {"a/0": [1], "b/0": [1]}, started="2025-01-01", source_hash="oldest")
    (section,) = bench.board().sections
    assert section.rows[0].accuracy == 0.5
    assert any(note.startswith("2 older cells left out") for note in section.notes)


def test_cells_of_mixed_sources_are_noted(bench) -> None:
    for fold, source in enumerate(("s1", "s2")):
        bench.add("softmax", {f"{fold}/0": [1]}, fold=fold, folds_total=2, source_hash=source)
    assert "Cells of more than one source version: softmax." in bench.board().sections[0].notes


def test_the_accuracies_are_the_ones_computed_by_hand(bench) -> None:
    """Fold 0 has two sequences of 3 and 1 frames, fold 1 one of 2; joined by the mean.

    a: frames 1 1 0, the mean is right. b: 0. c: 1 0; its wrong frame is less sure, so right.
    Selected: a 0 0 1 is wrong, b right, c right in both frames.
    """
    fields = {"folds_total": 2, "scoring_pooling": "folds"}
    bench.add("m", {"a/0": [1, 1, 0], "b/0": [0]}, {"a/0": [0, 0, 1], "b/0": [1]}, **fields)
    bench.add("m", {"c/0": [1, 0]}, {"c/0": [1, 1]}, fold=1, **fields)
    found = row(bench.board(), "m")

    image_last = found.way("image", "last")
    assert image_last.pooled == pytest.approx(3 / 6)
    assert image_last.folds_mean == pytest.approx((2 / 4 + 1 / 2) / 2)
    assert image_last.folds_sd == pytest.approx(0)
    image_selected = found.way("image", "selected")
    assert image_selected.pooled == pytest.approx(4 / 6)
    assert image_selected.folds_mean == pytest.approx((2 / 4 + 2 / 2) / 2)
    assert image_selected.folds_sd == pytest.approx(np.std([0.5, 1.0], ddof=1))
    unit_last = found.way("unit", "last")
    assert unit_last.pooled == pytest.approx(2 / 3)
    assert unit_last.folds_mean == pytest.approx((1 / 2 + 1) / 2)
    unit_selected = found.way("unit", "selected")
    assert unit_selected.pooled == pytest.approx(2 / 3)
    assert unit_selected.folds_mean == pytest.approx((1 / 2 + 1) / 2)

    assert found.state == "selected"
    assert found.accuracy == pytest.approx(3 / 4)


def test_pooling_and_unit_of_the_protocol_rank(bench) -> None:
    cells = [({"a/0": [1, 1, 0], "b/0": [0]}, 0), ({"c/0": [1, 0]}, 1)]
    expected = {
        ("image", "pooled"): 3 / 6,
        ("image", "folds"): 1 / 2,
        ("sequence", "pooled"): 2 / 3,
        ("sequence", "folds"): 3 / 4,
    }
    for (unit, pooling), accuracy in expected.items():
        bench.records.clear()
        for outcomes, fold in cells:
            bench.add(
                "m",
                outcomes,
                fold=fold,
                folds_total=2,
                scoring_unit=unit,
                scoring_pooling=pooling,
            )
        found = row(bench.board(), "m")
        assert found.accuracy == pytest.approx(accuracy)
        assert found.state == "last"


def test_max_joins_by_the_surest_frame(bench) -> None:
    """One right frame at 0.8, two wrong ones at 0.6: the mean is wrong, the maximum right."""
    for join, accuracy in (("mean", 0), ("max", 1)):
        bench.records.clear()
        bench.add("m", {"a/0": [0, 1, 0]}, scoring_join=join)
        assert row(bench.board(), "m").accuracy == accuracy


def test_nothing_selected_without_a_validation_fold_is_ranked(bench) -> None:
    bench.add("m", {"a/0": [0], "b/0": [1]}, {"a/0": [1], "b/0": [1]}, validation_images=0)
    found = row(bench.board(), "m")
    assert (found.accuracy, found.state) == (0.5, "last")
    assert found.way("image", "selected") is None


def test_seed_spread_is_of_the_seeds_means(bench) -> None:
    for seed, second in ((0, 1), (1, 0), (2, 0)):
        bench.add("m", {"a/0": [1], "b/0": [second]}, seed=seed)
    assert row(bench.board(), "m").seed_sd == pytest.approx(np.std([1, 0.5, 0.5], ddof=1))
    bench.records = bench.records[:1]
    assert row(bench.board(), "m").seed_sd is None


def test_uncounted_is_none_and_counted_nothing_is_zero(bench) -> None:
    bench.add("uncounted", {"a/0": [1]}, comparisons=None)
    bench.add("none-made", {"a/0": [1]}, comparisons=0)
    for seed, comparisons in ((0, 1000), (1, 3000)):
        bench.add("counted", {"a/0": [1]}, seed=seed, comparisons=comparisons, epochs=10)
    for seed, comparisons in ((0, 1000), (1, None)):
        bench.add("once", {"a/0": [1]}, seed=seed, comparisons=comparisons, epochs=10)
    bench.add("no-epochs", {"a/0": [1]}, epochs=None, comparisons=5, fit_cpu_seconds=None)
    board = bench.board()
    labels = ("uncounted", "none-made", "counted", "once", "no-epochs")
    counts = {label: row(board, label).cost.comparisons_per_epoch for label in labels}
    assert counts == {
        "uncounted": None,
        "none-made": 0,
        "counted": 200,
        "once": None,
        "no-epochs": None,
    }
    assert row(board, "no-epochs").cost.train_seconds is None


def test_training_time_is_cpu_time_on_a_cpu_and_elapsed_time_on_a_gpu(bench) -> None:
    for fold, seconds in enumerate((5.0, 7.0, 60.0)):
        bench.add("m", {"a/0": [1]}, fold=fold, folds_total=3, fit_cpu_seconds=seconds)
    bench.add("g", {"a/0": [1]}, hardware_class="cuda NVIDIA H100", fit_wall_seconds=2.0)
    board = bench.board()
    cpu, gpu = row(board, "m").cost, row(board, "g").cost
    assert (cpu.train_seconds, cpu.train_seconds_kind) == (7.0, "cpu")
    assert (gpu.train_seconds, gpu.train_seconds_kind) == (2.0, "wall")
    assert any("different hardware" in note for note in board.sections[0].notes)


def test_probes_are_averaged_over_the_cells_that_have_them(bench) -> None:
    identity = {"accuracy": 0.2, "chance": 0.05, "shuffled": 0.06}
    bench.add("m", {"a/0": [1]}, fold=0, folds_total=3, probes={"identity": identity})
    bench.add("m", {"b/0": [1]}, fold=1, folds_total=3)
    other = {"identity": identity | {"accuracy": 0.3}, "expression": {"accuracy": 0.5}}
    bench.add("m", {"c/0": [1]}, fold=2, folds_total=3, probes=other)
    found = row(bench.board(), "m")
    assert found.identity.accuracy == pytest.approx(0.25)
    assert (found.identity.chance, found.identity.untrained) == (0.05, None)
    assert (found.expression.accuracy, found.expression.chance) == (0.5, None)


def test_macro_f1_is_pooled_over_folds(bench) -> None:
    """Three classes in turn; the second class's only unit is called the third class."""
    bench.add("m", {"a/0": [1], "a/1": [0]}, folds_total=2)
    bench.add("m", {"b/0": [1]}, fold=1, folds_total=2)
    angry, happy, sad = 1.0, 0.0, 0.0
    assert row(bench.board(), "m").macro_f1 == pytest.approx((angry + happy + sad) / 3)


def test_without_known_people_each_image_stands_for_itself(bench) -> None:
    units = {f"?/{i}": [i % 2] for i in range(12)}
    bench.add("m", units, subjects_provable=False)
    (section,) = bench.board().sections
    assert section.subjects is None
    assert section.rows[0].interval.subjects == 12
    assert any("not provable" in note for note in section.notes)


def test_tied_is_not_distinguishable_from_the_leader(
    bench, outcomes: Callable[..., np.ndarray]
) -> None:
    rng = generator()
    leader = outcomes(rng, 5, 120, 0.9)
    near = leader.copy()
    near[:, :4] = 0
    bench.grid("leader", leader)
    bench.grid("near", near)
    bench.grid("far", outcomes(rng, 5, 120, 0.6))
    (section,) = bench.board().sections
    assert {r.label: r.standing for r in section.rows} == {
        "leader": "leader",
        "near": "tied",
        "far": "behind",
    }


def test_few_seeds_claim_nothing_however_large_the_gap(
    bench, outcomes: Callable[..., np.ndarray]
) -> None:
    rng = generator()
    bench.grid("good", outcomes(rng, 4, 120, 0.95))
    bench.grid("bad", outcomes(rng, 4, 120, 0.3))
    (section,) = bench.board().sections
    assert [r.standing for r in section.rows] == ["leader", "no claim"]
    assert [r.rank for r in section.rows] == [1, 2]
    assert any("fewer than 5 seeds" in note for note in section.notes)


def test_holm_makes_the_tie_group_larger_than_single_tests_do(
    bench, outcomes: Callable[..., np.ndarray]
) -> None:
    """Alone, p = .02 is behind; beside eight hopeless comparisons of p near 1 it is tied."""
    rng = generator()
    leader = outcomes(rng, 5, 120, 0.9)
    near = leader.copy()
    near[:, np.flatnonzero(leader.all(axis=0))[:6]] = 0
    bench.grid("leader", leader)
    bench.grid("near", near)
    assert row(bench.board(), "near").standing == "behind"
    for number in range(8):
        bench.grid(f"same-{number}", leader * (np.arange(120) != number), config={})
    assert row(bench.board(), "near").standing == "tied"


def test_a_method_is_set_against_its_baseline_and_its_placebo(
    bench, outcomes: Callable[..., np.ndarray]
) -> None:
    rng = generator()
    idea = outcomes(rng, 5, 150, 0.9)
    bench.grid("idea", idea, baseline="plain")
    bench.grid("idea-shuffled", idea, placebo_of="idea")
    bench.grid("plain", outcomes(rng, 5, 150, 0.6))
    (section,) = bench.board().sections
    baseline, placebo = section.controls
    assert (baseline.label, baseline.other, baseline.role) == ("idea", "plain", "baseline")
    assert baseline.why_no_claim is None
    assert baseline.difference.low > 0.15
    assert (placebo.other, placebo.role, placebo.difference.mean) == (
        "idea-shuffled",
        "placebo",
        0.0,
    )
    assert placebo.why_no_claim == "not distinguishable"


def test_the_order_of_the_records_changes_no_byte(
    bench, outcomes: Callable[..., np.ndarray]
) -> None:
    rng = generator()
    for method in ("one", "two", "three"):
        bench.grid(method, outcomes(rng, 5, 60, 0.7), folds=3, images=2, baseline="one")
    bench.grid("one", outcomes(rng, 2, 60, 0.7), folds=3, config={"width": 16})
    bench.grid("two", outcomes(rng, 2, 60, 0.7), folds=3, preset="lite")
    bench.add("four", status="failed", reason="b", config={})
    bench.add("four", status="oom", reason="a", seed=1, config={})
    written = {format_: render(bench.board(), format_) for format_ in FORMATS}
    for seed in range(3):
        records = list(bench.records)
        random.Random(seed).shuffle(records)
        board = bench.board(records)
        assert {format_: render(board, format_) for format_ in FORMATS} == written


def test_cost_and_environment_do_not_move_the_ranking(bench) -> None:
    bench.add("m", {"a/0": [1], "b/0": [0]})
    before = row(bench.board(), "m")
    bench.records[0] = replace(bench.records[0], fit_cpu_seconds=900.0, executor="ray")
    after = row(bench.board(), "m")
    assert (before.accuracy, before.rank, before.interval) == (
        after.accuracy,
        after.rank,
        after.interval,
    )


def test_no_records_is_said_so(bench) -> None:
    with pytest.raises(UsageError, match="ferbench run"):
        bench.board()
