"""Ranking rules: what ranks, what does not and why."""

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ferbench.board.render import FORMATS, render
from ferbench.errors import UsageError


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


def test_presets_protocols_origins_data_and_alignments_never_share_a_ranking(bench) -> None:
    variations = [
        {},
        {"preset": "lite"},
        {"preset": "paper"},
        {"protocol": "tenfold"},
        {"protocol_fingerprint": "p2"},
        {"dataset_fingerprint": "d2"},
        {"dataset_config": {"subjects": 20, "align": "detected"}},
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


def test_one_method_with_two_auxiliary_corpora_is_two_rows(bench) -> None:
    for subjects, fingerprint in ((100, "a1"), (1500, "b2")):
        learnt = {"simpairs:pairs": {"subjects": subjects, "size": 64, "fingerprint": fingerprint}}
        bench.add("idferm", {"a/0": [1], "b/0": [0]}, auxiliary=learnt)
    (section,) = bench.board().sections
    assert {row.label for row in section.rows} == {
        "idferm [simpairs:pairs.fingerprint=a1, simpairs:pairs.subjects=100]",
        "idferm [simpairs:pairs.fingerprint=b2, simpairs:pairs.subjects=1500]",
    }


def test_an_incomplete_method_is_listed_unranked_with_the_reason(bench) -> None:
    for fold in range(5):
        bench.add("whole", {"a/0": [0], "b/0": [1]}, fold=fold, folds_total=5)
    for fold in range(3):
        bench.add("part", {"a/0": [1], "b/0": [1]}, fold=fold, folds_total=5)
    bench.add("part", fold=3, folds_total=5, status="failed", reason="ValueError:\n no")
    board = bench.board()
    assert [r.label for r in board.sections[0].rows] == ["whole", "part"]
    part = bench.row("part")
    assert (part.rank, part.unranked) == (None, "3 of 5 folds")
    assert (part.folds_done, part.folds_required, part.accuracy) == (3, 5, 1.0)
    assert [(f.status, f.reason, f.cells) for f in part.failures] == [
        ("failed", "ValueError: no", 1)
    ]
    assert bench.row("whole").rank == 1


def test_every_seed_must_have_every_fold(bench) -> None:
    for seed, fold in ((0, 0), (0, 1), (1, 0)):
        bench.add("softmax", {f"{fold}/0": [1]}, seed=seed, fold=fold, folds_total=2)
    found = bench.row("softmax")
    assert (found.rank, found.unranked) == (None, "1 of 2 folds in seed 1")
    assert (found.seeds_done, found.seeds, found.folds_done) == (1, 2, 1)


def test_a_method_without_results_is_a_row_with_its_status(bench) -> None:
    bench.add("softmax", {"a/0": [1], "b/0": [0]})
    bench.add("ifgan", status="skipped", reason="needs neutral faces")
    found = bench.row("ifgan")
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


def test_the_order_of_the_records_changes_no_byte(
    bench, outcomes: Callable[..., np.ndarray]
) -> None:
    rng = np.random.Generator(np.random.Philox(1))
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
    before = bench.row("m")
    bench.records[0] = replace(bench.records[0], fit_cpu_seconds=900.0, executor="ray")
    after = bench.row("m")
    assert (before.accuracy, before.rank, before.interval) == (
        after.accuracy,
        after.rank,
        after.interval,
    )


def test_no_records_is_said_so(bench) -> None:
    with pytest.raises(UsageError, match="ferbench run"):
        bench.board()
