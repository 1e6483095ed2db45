"""The `simfaces` adapter."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ferbench.contracts.dataset import Available, Missing, Origin
from ferbench.datasets.simulated.config import SimFacesConfig, together
from ferbench.datasets.simulated.frames import Frame, all_frames, hash_frames, parse_sample

if TYPE_CHECKING:
    import polars as pl


class SimFaces:
    """Procedural faces, rendered on demand: nothing is downloaded and nothing lies on disk."""

    name = "simfaces"

    def __init__(self, config: SimFacesConfig) -> None:
        self.config = config

    @property
    def origin(self) -> Origin:
        """Always `simulated`."""
        return "simulated"

    def availability(self) -> Available | Missing:
        """Always there."""
        return Available(f"rendered on demand, level {self.config.level}, seed {self.config.seed}")

    def index(self) -> "pl.DataFrame":
        """One row a frame; the onset of each recording is `neutral`."""
        import polars as pl

        frames = list(all_frames(self.config))
        return pl.DataFrame(
            {
                "sample": [frame.sample for frame in frames],
                "subject": [frame.person for frame in frames],
                "sequence": [frame.sequence for frame in frames],
                "frame": pl.Series([frame.frame for frame in frames], dtype=pl.Int64),
                "expression": [frame.shown for frame in frames],
                "file_hash": hash_frames(frames, self.config),
                "split": pl.Series([None] * len(frames), dtype=pl.String),
            }
        ).sort("sample")

    def load(self, samples: Sequence[str]) -> Iterator[np.ndarray]:
        """The pictures, (size, size, 3) uint8 RGB, `together` of them drawn at once."""
        frames = [parse_sample(sample, self.config) for sample in samples]
        return self._render(frames)

    @property
    def together(self) -> int:
        """Pictures that are drawn at once; their bytes are the same in the same company only."""
        return together(self.config.size)

    def _render(self, frames: Sequence[Frame]) -> Iterator[np.ndarray]:
        from ferbench.datasets.simulated.generator import Generator

        yield from Generator(self.config).pictures(frames)
