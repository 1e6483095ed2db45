"""Decoding: any usual picture becomes upright 8-bit RGB; any other is an error that names it."""

import io
import random
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from ferbench.errors import UsageError
from ferbench.imaging.decode import pixels, read_picture

RAMP = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20


def read_rgb(path):
    return pixels(read_picture(path))


def test_rgb_keeps_its_channels_in_order(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    Image.fromarray(image).save(tmp_path / "x.png")
    found = read_rgb(tmp_path / "x.png")
    assert found.dtype == np.uint8
    assert np.array_equal(found, image)


def test_grey_becomes_three_equal_channels(tmp_path):
    Image.fromarray(RAMP).save(tmp_path / "x.png")
    assert np.array_equal(read_rgb(tmp_path / "x.png"), np.repeat(RAMP[..., None], 3, axis=2))


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path, suffix):
    Image.fromarray(RAMP.astype(np.uint16) * 257).save(tmp_path / f"x.{suffix}")
    found = read_rgb(tmp_path / f"x.{suffix}")
    assert np.array_equal(found, np.repeat(RAMP[..., None], 3, axis=2))


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_pixels_of_unknown_range_are_refused(tmp_path, kind):
    Image.fromarray(RAMP.astype(kind)).save(tmp_path / "x.tif")
    with pytest.raises(UsageError, match=r"x\.tif: 32-bit pixels have no known white"):
        read_rgb(tmp_path / "x.tif")


def test_a_palette_is_looked_up(tmp_path):
    picture = Image.new("P", (2, 1))
    picture.putpalette([10, 20, 30, 200, 100, 50])
    picture.putdata([1, 0])
    picture.save(tmp_path / "x.png")
    assert read_rgb(tmp_path / "x.png").tolist() == [[[200, 100, 50], [10, 20, 30]]]


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_dropped(tmp_path, mode):
    picture = Image.fromarray(np.repeat(RAMP[..., None], 3, axis=2)).convert(mode)
    picture.putalpha(Image.fromarray(RAMP))
    picture.save(tmp_path / "x.png")
    assert np.array_equal(read_rgb(tmp_path / "x.png"), np.repeat(RAMP[..., None], 3, axis=2))


def test_one_bit_pictures_are_black_and_white(tmp_path):
    Image.fromarray(np.array([[0, 255]], dtype=np.uint8)).convert("1").save(tmp_path / "x.png")
    assert read_rgb(tmp_path / "x.png").tolist() == [[[0] * 3, [255] * 3]]


@pytest.mark.parametrize(
    ("orientation", "stored"),
    [(1, lambda a: a), (2, np.fliplr), (3, lambda a: np.rot90(a, 2)), (4, np.flipud),
     (5, lambda a: np.rot90(a[:, ::-1])), (6, np.rot90), (7, lambda a: np.rot90(a[:, ::-1], -1)),
     (8, lambda a: np.rot90(a, -1))],
)  # fmt: skip
def test_exif_orientation_is_undone(tmp_path, orientation, stored):
    upright = np.repeat(RAMP[..., None], 3, axis=2)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(stored(upright))).save(tmp_path / "x.png", exif=exif)
    assert np.array_equal(read_rgb(tmp_path / "x.png"), upright)


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"])
def test_what_is_no_picture_is_named(tmp_path, content):
    path = tmp_path / "x.png"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=f"cannot read the image {path}: .*; replace the file"):
        read_rgb(path)


def encoded(suffix):
    noise = np.random.default_rng(0).integers(0, 256, (24, 20, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, suffix)
    return buffer.getvalue()


FORMATS = ["png", "jpeg", "bmp", "tiff", "gif", "webp", "ppm"]


def attempt(path, content):
    """`read` if the content gives a picture, `refused` if it gives an error that names the file."""
    path.write_bytes(content)
    try:
        image = read_rgb(path)
    except UsageError as error:
        return "refused" if str(path) in str(error) and "\n" not in str(error) else str(error)
    return "read" if image.ndim == 3 and image.dtype == np.uint8 else str(image.shape)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_cut_short_is_an_error_of_ours(tmp_path, suffix):
    whole, path = encoded(suffix), tmp_path / f"x.{suffix}"
    lengths = range(0, len(whole) - 1, max(1, len(whole) // 40))
    outcomes = [attempt(path, whole[:length]) for length in lengths]
    assert outcomes.count("refused") >= 30


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("suffix", FORMATS)
def test_damaged_bytes_give_a_picture_or_an_error_of_ours(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    whole, path = encoded(suffix), tmp_path / f"x.{suffix}"
    draw, outcomes = random.Random(0), set()
    for _ in range(120):
        damaged = bytearray(whole)
        for _ in range(draw.randint(1, 6)):
            place = draw.randrange(min(len(whole), 400) if draw.random() < 0.7 else len(whole))
            damaged[place] = draw.randrange(256)
        outcomes.add(attempt(path, bytes(damaged)))
    assert outcomes <= {"read", "refused"}


def test_cmyk_becomes_rgb(tmp_path):
    colours = [(0, 0, 0, 0), (0, 0, 0, 255), (0, 255, 255, 0)]
    picture = Image.new("CMYK", (3, 1))
    picture.putdata(colours)
    picture.save(tmp_path / "x.tif")
    assert read_rgb(tmp_path / "x.tif").tolist() == [[[255] * 3, [0] * 3, [255, 0, 0]]]
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "x.jpg", quality=95)
    red = read_rgb(tmp_path / "x.jpg")
    assert red.shape == (8, 8, 3)
    assert red[..., 0].min() > 240
    assert red[..., 1:].max() < 15


@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "tiff"])
def test_of_an_animation_the_first_frame_is_taken(tmp_path, suffix):
    frames = [Image.new("RGB", (6, 5), colour) for colour in ("red", "blue", "lime")]
    options = {"lossless": True} if suffix == "webp" else {}
    path = tmp_path / f"x.{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)
    assert read_rgb(path).reshape(-1, 3).tolist() == [[255, 0, 0]] * 30


def test_a_gif_without_its_ending_is_read(tmp_path):
    path = tmp_path / "x.gif"
    Image.fromarray(RAMP).save(path)
    whole = path.read_bytes()
    expected = read_rgb(path)
    assert whole.endswith(b";")
    path.write_bytes(whole[:-1])
    assert np.array_equal(read_rgb(path), expected)


def test_sixteen_bit_colour_keeps_its_high_bytes(tmp_path):
    """A PNG of 2 x 1 pixels with 16 bits a channel, which Pillow itself cannot write."""
    rows = b"\0" + bytes.fromhex("0a00 14ff 1e80 c801 6402 32fe".replace(" ", ""))

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0)
    (tmp_path / "x.png").write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    found = read_rgb(tmp_path / "x.png").astype(int)
    assert np.abs(found - [[[10, 20, 30], [200, 100, 50]]]).max() <= 1
