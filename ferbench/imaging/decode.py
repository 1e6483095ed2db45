"""Reading a picture file."""

from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageOps

from ferbench.errors import UsageError

DECODER = f"Pillow {PIL.__version__}"


def read_rgb(path: Path) -> np.ndarray:
    """The picture as (H, W, 3) uint8 RGB, turned upright by its EXIF orientation."""
    try:
        with Image.open(path) as picture:
            return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UsageError(
            f"cannot read the image {path}: {error}; replace the file or take it out of the list"
        ) from None
