"""Reading a picture file."""

import struct
import zlib
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageOps

from ferbench.errors import UsageError

DECODER = f"Pillow {PIL.__version__}"

UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What Pillow raises on files that are no pictures, or are broken ones."""


def read_picture(path: Path) -> Image.Image:
    """The picture in mode RGB, or L where it is grey; turned upright by its EXIF orientation.

    Transparency is dropped, of an animation the first frame is taken, and 16 bits are scaled.
    """
    try:
        with Image.open(path) as picture:
            ImageOps.exif_transpose(picture, in_place=True)
            shown = _eight_bits(picture)
            shown = shown if shown.mode in ("RGB", "L") else shown.convert("RGB")
            shown.info.pop("transparency", None)
            return shown
    except UNREADABLE as error:
        raise UsageError(
            f"cannot read the image {path}: {_first_line(error)}; replace the file or take it "
            "out of the list"
        ) from None


def pixels(picture: Image.Image) -> np.ndarray:
    """A picture that was read as (H, W, 3) uint8 RGB."""
    return np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"))


def _eight_bits(picture: Image.Image) -> Image.Image:
    """16-bit grey scaled to 8 bits, which `convert` would clip to white instead."""
    if picture.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    if picture.mode in ("I", "F"):
        raise ValueError("32-bit pixels have no known white; convert it to 8 or 16 bits")
    return picture


def _first_line(error: BaseException) -> str:
    """What the error says, in one line."""
    return (str(error).splitlines() or [type(error).__name__])[0]
