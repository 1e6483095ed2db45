"""Drawing: finished cells are opened again, and their features and panels drawn."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from ferbench.board.drawing import caption, file_name, folder_name, save, styled
from ferbench.gallery.choosing import Chosen, Wanted, choose
from ferbench.gallery.feature_figure import LEAST, feature_figure
from ferbench.gallery.panel_figure import panel_figure, some_faces
from ferbench.grid.determinism import deterministic_where_possible
from ferbench.grid.material import Preparing, Supplies
from ferbench.grid.reopening import Reopened, evaluated_on, reopen
from ferbench.grid.workplace import Workplace
from ferbench.host import Registry
from ferbench.loading import load_object
from ferbench.settings import Settings
from ferbench.training.threads import limited_threads


class Gallery:
    """Draws the figures of a run's kept models.

    say: called with a line for what cannot be drawn.
    """

    def __init__(
        self,
        place: Workplace,
        registry: Registry,
        settings: Settings,
        preparing: Preparing,
        say: Callable[[str], None],
    ) -> None:
        self.place, self.registry, self.settings = place, registry, settings
        self.preparing, self.say = preparing, say

    def draw(self, wanted: Wanted, faces: int, folder: Path) -> Iterator[Path]:
        """Draw into one folder a ranking; the files, as they are written."""
        with styled(), limited_threads(1), deterministic_where_possible():
            for chosen in choose(self.place.store.records(), wanted, self.place):
                below = folder / folder_name(chosen.key)
                opened = self._open(chosen)
                yield from self._features(chosen, opened, wanted, below)
                for label, cell in opened.items():
                    yield from self._panels(chosen, label, cell, wanted, faces, below)

    def _open(self, chosen: Chosen) -> dict[str, Reopened]:
        """The cells of a ranking by label; their images come from the cache or are made."""
        first = next(iter(chosen.cells.values()))
        corpus, split = evaluated_on(first, self.registry, self.settings)
        supplies = Supplies(self.settings.cache)
        cells = []
        for label, record in chosen.cells.items():
            spec = self.registry.method(record.method)
            material = supplies.evaluated(corpus, split, spec.inputs[record.preset])
            cells.append((label, record, spec, material))
        with self.preparing(supplies.missing()) as advance:
            supplies.make(advance)
        return {label: reopen(r, spec, m, self.place) for label, r, spec, m in cells}

    def _features(
        self, chosen: Chosen, opened: dict[str, Reopened], wanted: Wanted, below: Path
    ) -> Iterator[Path]:
        """One figure for all methods, side by side."""
        features: dict[str, np.ndarray] = {}
        for label, cell in opened.items():
            found = cell.predictions
            if found.embeddings is None:
                self.say(f"{label} gives no embeddings: it has no column among the features")
                continue
            features[label] = found.embeddings
            features |= {f"{label}\n{name}": f for name, f in found.features.items()}
        rows = next(iter(opened.values())).rows
        if features and len(rows) < LEAST:
            self.say(f"{len(rows)} test faces are too few for a figure of features")
        elif features:
            named = not rows["subject"].is_null().any()
            figure = feature_figure(
                features,
                rows["expression"].to_numpy(),
                rows["subject"].to_numpy() if named else None,
            )
            caption(figure, chosen.key, "", wanted.cell)
            yield from save(figure, below / f"{file_name(wanted.cell)}-features")

    def _panels(
        self, chosen: Chosen, label: str, cell: Reopened, wanted: Wanted, faces: int, below: Path
    ) -> Iterator[Path]:
        """What the method shows of some faces, if it shows anything."""
        spec = self.registry.panels.get(cell.record.method)
        if spec is None:
            self.say(f"{label} registers no panels: there is no figure of its faces")
            return
        which = some_faces(cell.rows, faces)
        panels = load_object(spec.function)(cell.method, cell.faces.only(which), cell.run)
        figure = panel_figure(panels, _names(cell.rows[which]), cell.record.method)
        caption(figure, chosen.key, label, wanted.cell)
        yield from save(figure, below / f"{file_name(f'{wanted.cell}-{label}')}-panels")


def _names(rows: pl.DataFrame) -> list[str]:
    """Person and expression of each face."""
    pairs = zip(rows["subject"], rows["expression"], strict=True)
    return ["\n".join(filter(None, pair)) for pair in pairs]
