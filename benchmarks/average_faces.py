"""Whose average face is next to the one that IF-GAN makes of a test face: counted over kept models.

    ferbench run --methods ifgan,ifgan-noattention,ifgan-random --preset study --folds 0 \\
        --keep-models --out runs/ifgan
    python benchmarks/average_faces.py runs/ifgan

For each method, over all test faces of its cells: `nearest`, how often the average next to the made
face (mean absolute difference of pixels, the loss that G is trained with) is that of the input's
expression; `made`, the mean distance to that average; `mean face`, the distance that one and the
same face for everybody has, the mean of all averages.
"""

import argparse
from collections import defaultdict
from pathlib import Path

import torch
from ferbench_ifgan.method import IfGan

from ferbench.grid.material import Supplies
from ferbench.grid.reopening import Reopened, evaluated_on, kept_state, reopen
from ferbench.grid.workplace import Workplace
from ferbench.host import Registry, discover
from ferbench.results.record import Record
from ferbench.settings import Settings, read_settings


def opened(record: Record, place: Workplace, registry: Registry, settings: Settings) -> Reopened:
    """A finished cell's method and test faces."""
    corpus, split = evaluated_on(record, registry, settings)
    spec, supplies = registry.method(record.method), Supplies(settings.cache)
    material = supplies.evaluated(corpus, split, spec.inputs[record.preset])
    supplies.make()
    return reopen(record, spec, material, place)


@torch.no_grad()
def distances(cell: Reopened) -> tuple[torch.Tensor, torch.Tensor]:
    """Of each test face what was made of it to each average, (N, C), and its own class, (N,)."""
    method = cell.method
    assert isinstance(method, IfGan)
    network = method.network.eval()
    made = network.generator(method.view.centre(cell.faces.images(), torch.device("cpu")))
    own = [cell.record.classes.index(name) for name in cell.rows["expression"]]
    return (made[:, None] - network.averages).abs().mean((2, 3, 4)), torch.tensor(own)


def main() -> None:
    """Print a line for each method."""
    parser = argparse.ArgumentParser(description="Counts which average face is next to a made one.")
    parser.add_argument("run", type=Path, help="results with models of IF-GAN")
    place = Workplace(parser.parse_args().run.absolute(), "inline")
    settings = read_settings([], [])
    registry = discover(settings.plugins)
    found: dict[str, list[Reopened]] = defaultdict(list)
    for record in place.store.records():
        if record.method.startswith("ifgan") and kept_state(place, record):
            found[record.method].append(opened(record, place, registry, settings))
    for name, cells in sorted(found.items()):
        pairs = [distances(cell) for cell in cells]
        to_each, own = (torch.cat(parts) for parts in zip(*pairs, strict=True))
        averages = [cell.method.network.averages for cell in cells]
        constant = torch.stack([(a - a.mean(0)).abs().mean() for a in averages]).mean()
        print(
            f"{name}: {len(cells)} cells, {len(own)} faces, "
            f"nearest {(to_each.argmin(1) == own).float().mean():.2f}, "
            f"made {to_each.gather(1, own[:, None]).mean():.3f}, mean face {constant:.3f}"
        )


if __name__ == "__main__":
    main()
