"""Planning a grid of 10,000 cells: 2 methods x 5 folds x 1,000 seeds."""

from ferbench.grid.plan import Request, make_plan
from ferbench.host import discover
from ferbench.results.store import Store
from ferbench.settings import read_settings


def test_planning_ten_thousand_cells(benchmark, noise_corpus, tmp_path):
    settings = read_settings([f"dataset.manifest.root={noise_corpus(20)}"], folder=tmp_path)
    registry = discover()
    request = Request(["softmax", "lbp-svm"], ["manifest"], "lite", None, None, 1000)

    def plan() -> int:
        return len(make_plan(request, registry, settings).to_do(Store(tmp_path / "out")))

    assert benchmark.pedantic(plan, rounds=3, warmup_rounds=1) == 10_000
