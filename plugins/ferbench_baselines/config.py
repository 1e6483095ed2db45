"""Settings of the baselines; importable without torch."""

from dataclasses import dataclass


@dataclass
class SoftmaxConfig:
    """network:         `cnn` (four convolutions, `width` channels first) or `inception`.
    normalisation:   of each crop, `standardise` or `equalise_plane_standardise`.
    crop:            side of the square training and test window, in pixels.
    schedule:        `one_cycle` up to `lr`, or `constant`.
    """

    network: str = "cnn"
    width: int = 8
    dropout: float = 0.2
    normalisation: str = "standardise"
    crop: int = 44
    epochs: int = 24
    batch: int = 32
    lr: float = 4e-3
    weight_decay: float = 1e-3
    schedule: str = "one_cycle"
    label_smoothing: float = 0.05


@dataclass
class LbpSvmConfig:
    """radii: of the 8-neighbour patterns, in pixels. rows, columns: cells of the grid.
    penalty: the SVM's C.
    """

    radii: tuple[int, ...] = (1, 2)
    rows: int = 7
    columns: int = 6
    penalty: float = 1.0
