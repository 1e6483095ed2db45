"""Eight photographs with hand-placed pupils, and the detector where its weights are installed."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ferbench.imaging.finding import can_detect

LONDON = Path(__file__).parents[1] / "data" / "london"


@pytest.fixture(scope="session")
def photographs():
    """The pictures, each (300, 300, 3) uint8, and their pupils (8, 2, 2)."""
    columns = ("left_image_x", "left_image_y", "right_image_x", "right_image_y")
    with (LONDON / "pupils.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    pictures = [np.asarray(Image.open(LONDON / row["file"]).convert("RGB")) for row in rows]
    pupils = [[float(row[column]) for column in columns] for row in rows]
    return pictures, np.array(pupils).reshape(-1, 2, 2)


@pytest.fixture(scope="session")
def _weights_installed():
    if not can_detect():
        pytest.skip("mtcnn, joblib or lz4 not installed: pip install 'ferbench[align]'")


@pytest.fixture(scope="session")
def detector(_weights_installed):
    from ferbench.imaging.align import Detector

    return Detector()
