"""Pictures prepared straight from Pillow against the long way, by pixels in numpy and back.

What is expected is written out here: decode, turn upright, RGB, numpy, Pillow again, luma, resize.
"""

import warnings

import numpy as np
import pytest
from PIL import Image, ImageOps

from ferbench.contracts.method import Preparation
from ferbench.datasets.folder import FolderDataset
from ferbench.imaging.draft import PRINTS
from ferbench.imaging.prepared import open_prepared
from ferbench.imaging.preparing import Pictured, prepare

SIZES = [(420, 400), (97, 131), (1, 1), (1, 50), (48, 48), (211, 40), (150, 210)]
WANTED = [Preparation(48, 48), Preparation(96, 96, "rgb"), Preparation(30, 71, "rgb")]


class Folder(FolderDataset):
    """Any files of a folder, by name."""

    name, layout, obtain = "any", "files", "write them"

    def fits(self, folder):
        return True

    def scan(self, survey):
        return iter(())


class Config:
    def __init__(self, root):
        self.root = str(root)


def photograph(size, seed):
    draw = np.random.default_rng(seed)
    shapes = Image.fromarray(draw.integers(0, 256, (6, 8, 3), dtype=np.uint8))
    smooth = np.asarray(shapes.resize(size, Image.Resampling.BICUBIC), dtype=np.float32)
    noisy = smooth + draw.normal(0, 9, smooth.shape)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def files_of(folder, size, seed):
    """Files of many kinds, modes and orientations."""
    colour = photograph(size, seed)
    grey, palette = colour.convert("L"), colour.quantize(60)
    wide = Image.fromarray(np.asarray(grey).astype(np.uint16) * 251 + seed)
    clear = colour.convert("RGBA")
    clear.putalpha(grey)
    turned = Image.Exif()
    turned[0x0112] = 2 + seed % 7
    more = {"save_all": True, "append_images": [Image.new("RGB", size)]}
    exact = {"lossless": True, "quality": 0, "method": 0}
    kinds = {
        "colour.jpg": (colour, {}),
        "turned.jpg": (colour, {"exif": turned}),
        "grey.jpg": (grey, {}),
        "grey-turned.jpg": (grey, {"exif": turned}),
        "cmyk.jpg": (colour.convert("CMYK"), {}),
        "progressive.jpg": (colour, {"progressive": True, "subsampling": 0}),
        "colour.png": (colour, {}),
        "one-clear.png": (colour, {"transparency": (300, 20, 30)}),
        "grey.png": (grey, {}),
        "grey-clear.png": (grey, {"transparency": 7}),
        "palette.png": (palette, {"transparency": b"\x00\x80\xff"}),
        "bits.png": (grey.convert("1"), {}),
        "sixteen.png": (wide, {}),
        "alpha.png": (clear, {}),
        "grey-alpha.png": (clear.convert("LA"), {}),
        "animated.png": (colour, more),
        "sixteen.tif": (wide, {}),
        "pages.tif": (colour, more),
        "ycbcr.tif": (colour.convert("YCbCr"), {}),
        "grey.gif": (grey, {}),
        "animated.gif": (palette, more),
        "colour.bmp": (colour, {}),
        "grey.pgm": (grey, {}),
        "colour.webp": (colour, {**exact, "exif": turned}),
        "animated.webp": (colour, {**more, **exact}),
    }
    for name, (picture, options) in kinds.items():
        picture.save(folder / name, **options)
    return list(kinds)


def the_long_way(path):
    """The pixels (H, W, 3) uint8."""
    with Image.open(path) as picture:
        ImageOps.exif_transpose(picture, in_place=True)
        if picture.mode.startswith("I;16"):
            return np.repeat((np.asarray(picture) >> 8).astype(np.uint8)[..., None], 3, axis=2)
        return np.array(picture.convert("RGB"))


def resized(image, wanted):
    height, width, _ = wanted.shape
    scale = min(image.shape[0] / height, image.shape[1] / width)
    high, wide = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = (image.shape[0] - high) // 2, (image.shape[1] - wide) // 2
    picture = Image.fromarray(image).convert("L" if wanted.colour == "grey" else "RGB")
    box = (left, top, left + wide, top + high)
    small = picture.resize((width, height), Image.Resampling.BILINEAR, box=box, reducing_gap=2.0)
    return np.asarray(small).reshape(wanted.shape)


@pytest.mark.parametrize(("seed", "size"), list(enumerate(SIZES)))
def test_no_pixel_and_no_fingerprint_differs(tmp_path, seed, size):
    root = tmp_path / "files"
    root.mkdir()
    dataset, names = Folder(Config(root)), files_of(root, size, seed)
    assert isinstance(dataset, Pictured)
    folders = {tmp_path / str(place): wanted for place, wanted in enumerate(WANTED)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, of transparency that is dropped
        prepare(dataset, names, folders)
        expected = {name: the_long_way(root / name) for name in names}
        loaded = dict(zip(names, dataset.load(names), strict=True))
    for name, image in expected.items():
        assert np.array_equal(loaded[name], image), name
    for folder, wanted in folders.items():
        images, row_of = open_prepared(folder)
        prints = np.load(folder / PRINTS)
        for name, image in expected.items():
            assert np.array_equal(images[row_of[name]], resized(image, wanted)), name
            grey = Image.fromarray(image).convert("L")
            thumbnail = grey.resize((40, 40), Image.Resampling.BOX, reducing_gap=2.0)
            assert np.array_equal(prints[row_of[name]], np.asarray(thumbnail)), name
