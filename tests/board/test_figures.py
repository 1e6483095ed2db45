"""Figures: what they are drawn from, and that the same records draw the same bytes."""

import re
from pathlib import Path

import numpy as np
import pytest

from ferbench.board.curve_figures import ranking_figure, row_figure
from ferbench.board.curves import mean_curve
from ferbench.board.figures import draw

pytest.importorskip("matplotlib")


def words(svg: Path) -> list[str]:
    """The texts of a figure."""
    return re.findall(r"<!-- (.+?) -->", svg.read_text())


def test_curves_are_means_over_the_cells_that_got_so_far() -> None:
    curves = [
        [{"epoch": 0, "loss": 1.0}, {"epoch": 1, "loss": 3.0}],
        [{"epoch": 0, "loss": 2.0, "other": 5.0}],
    ]
    assert mean_curve(curves, "loss").tolist() == [[0, 1.5, 0.5, 2], [1, 3.0, 0.0, 1]]
    assert mean_curve(curves, "other").tolist() == [[0, 5.0, 0.0, 1]]


def test_every_row_with_results_is_drawn_and_twice_the_same(bench, tmp_path: Path) -> None:
    curve = [{"epoch": e, "loss": 1 / (e + 1), "validation_accuracy": e / 10} for e in range(5)]
    bench.grid("m", np.array([[1, 0, 1, 1, 0, 1]]), curve=curve, config={"width": 8})
    bench.grid("m", np.array([[1, 0, 0, 1, 0, 1]]), config={"width": 16})
    bench.add("broken", status="failed", reason="no")
    written = [draw(bench.rankings(), tmp_path / run) for run in ("one", "two")]
    names = sorted(path.name for path in written[0])
    assert names == [
        "all-curves.png",
        "all-curves.svg",
        "m-width=16-confusion.png",
        "m-width=16-confusion.svg",
        "m-width=8-confusion.png",
        "m-width=8-confusion.svg",
        "m-width=8-curves.png",
        "m-width=8-curves.svg",
    ]
    for first, second in zip(*written, strict=True):
        assert first.read_bytes() == second.read_bytes()


def test_the_legend_names_lines_and_not_their_bands(bench) -> None:
    curve = [{"epoch": e, "loss": 3.0, "metric": 2.0, "softmax": 1.0} for e in range(3)]
    bench.grid("m", np.array([[1, 0, 1, 1, 0, 1]]), curve=curve)
    (ranking,) = bench.rankings()
    (axes,) = row_figure(ranking.entries[0]).axes
    named = {line.get_label(): line.get_ydata()[0] for line in axes.get_lines()}
    assert named == {"loss": 3.0, "metric": 2.0, "softmax": 1.0}
    colours = {line.get_label(): line.get_color() for line in axes.get_lines()}
    legend = axes.get_legend()
    texts = [text.get_text() for text in legend.get_texts()]
    assert dict(zip(texts, [h.get_color() for h in legend.legend_handles], strict=True)) == colours


def test_the_confusion_matrix_shows_shares_of_the_true_class(bench, tmp_path: Path) -> None:
    """Classes take turns: of four angry units three are right, one is called happy."""
    bench.grid("m", np.array([[1, 1, 1] * 3 + [0, 1, 1]]))
    (svg,) = [p for p in draw(bench.rankings(), tmp_path) if p.suffix == ".svg"]
    texts = words(svg)
    assert texts.count("75") == 1
    assert texts.count("25") == 1
    assert texts.count("100") == 2
    assert (texts.count("3"), texts.count("1"), texts.count("4")) == (1, 1, 2)


def test_all_methods_are_in_one_figure_with_losses_on_one_scale(bench, tmp_path: Path) -> None:
    """A loss of 200 and one of 2 that halve are the same line; seconds are no loss."""

    def curve(first: float) -> list[dict[str, float]]:
        return [
            {"epoch": e, "loss": first / 2**e, "validation_accuracy": 0.5, "cpu_seconds": 2.0 * e}
            for e in range(3)
        ]

    outcome = np.array([[1, 0, 1, 1, 0, 1]])
    bench.grid("small", outcome, curve=curve(2.0))
    bench.grid("large", outcome, curve=curve(200.0), placebo_of="small")
    files = {path.name: path for path in draw(bench.rankings(), tmp_path)}
    texts = words(files["all-curves.svg"])
    assert {"small", "large"} <= set(texts)
    assert "100" not in texts, "the axis of the loss ends near 1"
    assert "cpu seconds" not in words(files["small-curves.svg"])


def test_the_legend_of_many_methods_is_whole(bench) -> None:
    curve = [{"epoch": e, "loss": 1.0, "validation_accuracy": 0.5} for e in range(3)]
    for number in range(30):
        bench.grid(f"a-long-name-{number}", np.array([[1, 0, 1, 1, 0, 1]]), curve=curve)
    (ranking,) = bench.rankings()
    figure = ranking_figure(ranking.entries)
    figure.draw_without_rendering()
    (legend,) = figure.legends
    box = legend.get_window_extent()
    assert len(legend.get_texts()) == 30
    assert 0 <= box.x0 < box.x1 <= figure.bbox.x1
    assert 0 <= box.y0 < box.y1 <= figure.bbox.y1
    assert min(ax.get_window_extent().width for ax in figure.axes) > 200


def test_a_placebo_is_dashed_in_the_colour_of_its_method_and_no_other_line_is_like_another(
    bench,
) -> None:
    curve = [{"epoch": e, "loss": 1.0, "validation_accuracy": 0.5} for e in range(3)]
    outcome = np.array([[1, 0, 1, 1, 0, 1]])
    bench.grid("m0", outcome, curve=curve, config={"width": 16})
    for number in range(13):
        bench.grid(f"m{number}", outcome, curve=curve)
    bench.grid("placebo", outcome, curve=curve, placebo_of="m1")
    bench.grid("other", outcome, curve=curve, placebo_of="m10")
    bench.grid("orphan", outcome, curve=curve, placebo_of="absent")
    bench.grid("waif", outcome, curve=curve, placebo_of="gone")
    (ranking,) = bench.rankings()
    figure = ranking_figure(ranking.entries)
    drawn = {
        line.get_label(): (line.get_color(), line.get_linestyle())
        for line in figure.axes[0].get_lines()
    }
    assert len(set(drawn.values())) == len(drawn) == 18
    for placebo, method in (("placebo", "m1"), ("other", "m10")):
        (label,) = (label for label in drawn if label.startswith(placebo))
        assert drawn[label] == (drawn[method][0], "--")


@pytest.mark.parametrize(("last", "scale"), [(0.001, "log"), (-0.1, "linear")])
def test_losses_that_stay_positive_are_on_a_logarithmic_scale(bench, last, scale) -> None:
    """One that grew a hundredfold for an epoch leaves the others to be seen."""
    outcome = np.array([[1, 0, 1, 1, 0, 1]])
    for name, losses in (("spike", [1.0, 100.0, 0.5]), ("plain", [1.0, 0.5, last])):
        curve = [{"epoch": e, "loss": loss} for e, loss in enumerate(losses)]
        bench.grid(name, outcome, curve=curve)
    (ranking,) = bench.rankings()
    assert ranking_figure(ranking.entries).axes[0].get_yscale() == scale
