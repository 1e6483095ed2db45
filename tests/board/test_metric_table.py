"""Registered metrics over stored predictions."""

import pytest

from ferbench.board.build import build_rankings
from ferbench.board.metric_table import metric_values
from ferbench.metrics.accuracy import AccuracyByImage


class OnlyAnger:
    """A metric that is not defined on folds without anger."""

    name, unit, higher_is_better = "anger", "share", True

    def compute(self, predictions):
        rows = predictions.filter(predictions["expression"] == "anger")
        return None if rows.is_empty() else float(rows["p_anger"].mean())


def test_the_mean_and_spread_over_cells_of_the_state_that_ranks(grid):
    ran = grid("toy", folds=3)
    store, records = ran.place.store, list(ran.records().values())
    values = metric_values(
        build_rankings(records, store.predictions), [AccuracyByImage()], store.predictions
    )
    accuracies = [record.accuracy_image_selected for record in records]
    assert [(v.method, v.state, v.metric, v.cells) for v in values] == [
        ("toy", "selected", "accuracy_image", 3)
    ]
    assert values[0].mean == pytest.approx(sum(accuracies) / 3)


def test_undefined_is_none_and_one_value_has_no_spread(grid):
    ran = grid("toy", folds=1)
    store, records = ran.place.store, list(ran.records().values())

    def without_anger(cell_id):
        frame = store.predictions(cell_id)
        return frame.filter(frame["expression"] != "anger")

    rankings = build_rankings(records, store.predictions)
    (whole,) = metric_values(rankings, [OnlyAnger()], store.predictions)
    (none,) = metric_values(rankings, [OnlyAnger()], without_anger)
    assert whole.mean is not None
    assert whole.sd is None
    assert (none.mean, none.cells) == (None, 0)
