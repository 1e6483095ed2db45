"""Figures: what they are drawn from, and that the same records draw the same bytes."""

from pathlib import Path

import numpy as np
import pytest

from ferbench.board.figures import draw, mean_curve

pytest.importorskip("matplotlib")


def test_curves_are_means_over_the_cells_that_got_so_far() -> None:
    curves = [
        [{"epoch": 0, "loss": 1.0}, {"epoch": 1, "loss": 3.0}],
        [{"epoch": 0, "loss": 2.0, "other": 5.0}],
    ]
    assert mean_curve(curves, "loss").tolist() == [[0, 1.5, 0.5], [1, 3.0, 0.0]]
    assert mean_curve(curves, "other").tolist() == [[0, 5.0, 0.0]]


def test_every_row_with_results_is_drawn_and_twice_the_same(bench, tmp_path: Path) -> None:
    curve = [{"epoch": e, "loss": 1 / (e + 1), "validation_accuracy": e / 10} for e in range(5)]
    bench.grid("m", np.array([[1, 0, 1, 1, 0, 1]]), curve=curve, config={"width": 8})
    bench.grid("m", np.array([[1, 0, 0, 1, 0, 1]]), config={"width": 16})
    bench.add("broken", status="failed", reason="no")
    written = [draw(bench.rankings(), tmp_path / run) for run in ("one", "two")]
    names = sorted(path.name for path in written[0])
    assert names == [
        "m-width=16-confusion.png",
        "m-width=16-confusion.svg",
        "m-width=8-confusion.png",
        "m-width=8-confusion.svg",
        "m-width=8-curves.png",
        "m-width=8-curves.svg",
    ]
    for first, second in zip(*written, strict=True):
        assert first.read_bytes() == second.read_bytes()


def test_the_confusion_matrix_shows_shares_of_the_true_class(bench, tmp_path: Path) -> None:
    """Classes take turns: of four angry units three are right, one is called happy."""
    bench.grid("m", np.array([[1, 1, 1] * 3 + [0, 1, 1]]))
    (svg,) = [p for p in draw(bench.rankings(), tmp_path) if p.suffix == ".svg"]
    import re

    texts = re.findall(r"<!-- (.+?) -->", svg.read_text())
    assert texts.count("75") == 1
    assert texts.count("25") == 1
    assert texts.count("100") == 2
