"""A row's numbers: accuracies, spread, costs and probes, against values computed by hand."""

import numpy as np
import pytest

from ferbench.board.model import NO_PROBE


def test_the_accuracies_are_the_ones_computed_by_hand(bench) -> None:
    """Fold 0 has two sequences of 3 and 1 frames, fold 1 one of 2; joined by the mean.

    a: frames 1 1 0, the mean is right. b: 0. c: 1 0; its wrong frame is less sure, so right.
    Selected: a 0 0 1 is wrong, b right, c right in both frames.
    """
    fields = {"folds_total": 2, "scoring_pooling": "folds"}
    bench.add("m", {"a/0": [1, 1, 0], "b/0": [0]}, {"a/0": [0, 0, 1], "b/0": [1]}, **fields)
    bench.add("m", {"c/0": [1, 0]}, {"c/0": [1, 1]}, fold=1, **fields)
    found = bench.row("m")

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
        found = bench.row("m")
        assert found.accuracy == pytest.approx(accuracy)
        assert found.state == "last"


def test_max_joins_by_the_surest_frame(bench) -> None:
    """One right frame at 0.8, two wrong ones at 0.6: the mean is wrong, the maximum right."""
    for join, accuracy in (("mean", 0), ("max", 1)):
        bench.records.clear()
        bench.add("m", {"a/0": [0, 1, 0]}, scoring_join=join)
        assert bench.row("m").accuracy == accuracy


def test_nothing_selected_without_a_validation_fold_is_ranked(bench) -> None:
    bench.add("m", {"a/0": [0], "b/0": [1]}, {"a/0": [1], "b/0": [1]}, validation_images=0)
    found = bench.row("m")
    assert (found.accuracy, found.state) == (0.5, "last")
    assert found.way("image", "selected") is None


def test_seed_spread_is_of_the_seeds_means(bench) -> None:
    for seed, second in ((0, 1), (1, 0), (2, 0)):
        bench.add("m", {"a/0": [1], "b/0": [second]}, seed=seed)
    assert bench.row("m").seed_sd == pytest.approx(np.std([1, 0.5, 0.5], ddof=1))
    bench.records = bench.records[:1]
    assert bench.row("m").seed_sd is None


def test_uncounted_is_none_and_counted_nothing_is_zero(bench) -> None:
    bench.add("uncounted", {"a/0": [1]}, comparisons=None)
    bench.add("none-made", {"a/0": [1]}, comparisons=0)
    for seed, comparisons in ((0, 1000), (1, 3000)):
        bench.add("counted", {"a/0": [1]}, seed=seed, comparisons=comparisons, epochs=10)
    for seed, comparisons in ((0, 1000), (1, None)):
        bench.add("once", {"a/0": [1]}, seed=seed, comparisons=comparisons, epochs=10)
    bench.add("no-epochs", {"a/0": [1]}, epochs=None, comparisons=5, fit_cpu_seconds=None)
    labels = ("uncounted", "none-made", "counted", "once", "no-epochs")
    counts = {label: bench.row(label).cost.comparisons_per_epoch for label in labels}
    assert counts == {
        "uncounted": None,
        "none-made": 0,
        "counted": 200,
        "once": None,
        "no-epochs": None,
    }
    assert bench.row("no-epochs").cost.train_seconds is None


def test_training_time_is_cpu_time_on_a_cpu_and_elapsed_time_on_a_gpu(bench) -> None:
    for fold, seconds in enumerate((5.0, 7.0, 60.0)):
        bench.add("m", {"a/0": [1]}, fold=fold, folds_total=3, fit_cpu_seconds=seconds)
    bench.add("g", {"a/0": [1]}, hardware_class="cuda NVIDIA H100", fit_wall_seconds=2.0)
    board = bench.board()
    cpu, gpu = bench.row("m").cost, bench.row("g").cost
    assert (cpu.train_seconds, cpu.train_seconds_kind) == (7.0, "cpu")
    assert (gpu.train_seconds, gpu.train_seconds_kind) == (2.0, "wall")
    assert any("different hardware" in note for note in board.sections[0].notes)
    assert any(
        "Hardware: " in note and "H100, 1 thread" in note for note in board.sections[0].notes
    )


def test_probes_are_averaged_over_the_cells_that_have_them(bench) -> None:
    identity = {"accuracy": 0.2, "chance": 0.05, "shuffled": 0.06}
    bench.add("m", {"a/0": [1]}, fold=0, folds_total=3, probes={"identity": identity})
    bench.add("m", {"b/0": [1]}, fold=1, folds_total=3)
    other = {"identity": identity | {"accuracy": 0.3}, "expression": {"accuracy": 0.5}}
    bench.add("m", {"c/0": [1]}, fold=2, folds_total=3, probes=other)
    found = bench.row("m")
    assert found.identity.accuracy == pytest.approx(0.25)
    assert (found.identity.chance, found.identity.untrained) == (0.05, None)
    assert (found.expression.accuracy, found.expression.chance) == (0.5, None)


def test_macro_f1_is_pooled_over_folds(bench) -> None:
    """Three classes in turn; the second class's only unit is called the third class."""
    bench.add("m", {"a/0": [1], "a/1": [0]}, folds_total=2)
    bench.add("m", {"b/0": [1]}, fold=1, folds_total=2)
    angry, happy, sad = 1.0, 0.0, 0.0
    assert bench.row("m").macro_f1 == pytest.approx((angry + happy + sad) / 3)


def test_without_known_people_each_image_stands_for_itself(bench) -> None:
    units = {f"?/{i}": [i % 2] for i in range(12)}
    bench.add("m", units, subjects_provable=False)
    (section,) = bench.board().sections
    assert section.subjects is None
    assert section.rows[0].interval.subjects == 12
    assert any("not provable" in note for note in section.notes)


def test_guessed_subject_ids_are_told_beside_the_numbers(bench) -> None:
    bench.add("m", {"?/0": [1], "?/1": [0]}, dataset_config={"pseudo_ids": "cluster"})
    (section,) = bench.board().sections
    assert any("pseudo-identities" in note and "adapted" in note for note in section.notes)
    bench.records.clear()
    bench.add("m", {"?/0": [1], "?/1": [0]})
    (section,) = bench.board().sections
    assert not any("pseudo-identities" in note for note in section.notes)


def test_further_features_are_averaged_over_the_cells_that_have_them(bench) -> None:
    def probed(feature: str, accuracy: float) -> dict[str, dict[str, float]]:
        return {f"{feature} identity": {"accuracy": accuracy, "chance": 0.1}}

    own = {"identity": {"accuracy": 0.9}}
    first = own | probed("of two words", 0.2) | probed("dispelled", 0.5)
    bench.add("m", {"a/0": [1]}, fold=0, folds_total=2, probes=first)
    bench.add("m", {"b/0": [1]}, fold=1, folds_total=2, probes=own | probed("dispelled", 0.7))
    bench.add("plain", {"a/0": [1]}, probes=own)
    found = bench.row("m").further
    assert [probes.feature for probes in found] == ["dispelled", "of two words"]
    assert found[0].identity.accuracy == pytest.approx(0.6)
    assert (found[1].identity.accuracy, found[1].identity.chance) == (0.2, 0.1)
    assert found[0].expression == NO_PROBE
    assert bench.row("m").identity.accuracy == 0.9
    assert bench.row("plain").further == ()
