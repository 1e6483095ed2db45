"""Corpora written out by hand: literal paths, literal label texts, tiny pictures."""

import io
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest
from PIL import Image

from ferbench.contracts.dataset import Dataset
from ferbench.errors import UsageError

FORMATS = {
    ".bmp": "BMP",
    ".jpeg": "JPEG",
    ".jpg": "JPEG",
    ".png": "PNG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}


def picture(name: str) -> bytes:
    """A picture of 6 x 5 pixels whose colour is its own."""
    seed = zlib.crc32(name.encode())
    colour = (seed & 255, seed >> 8 & 255, seed >> 16 & 255)
    buffer = io.BytesIO()
    Image.new("RGB", (6, 5), colour).save(buffer, FORMATS[Path(name).suffix.lower()])
    return buffer.getvalue()


@pytest.fixture
def plant(tmp_path: Path) -> Callable[..., Path]:
    """Writes files below `tmp_path/corpus`: pictures by their paths, texts as path -> content."""

    def make(*what: str | Iterable[str] | Mapping[str, str | bytes], root: str = "corpus") -> Path:
        top = tmp_path / root
        for entry in what:
            content: Mapping[str, str | bytes]
            if isinstance(entry, Mapping):
                content = entry
            else:
                names = entry.split() if isinstance(entry, str) else entry
                content = {name: picture(name) for name in names}
            for name, data in content.items():
                path = top / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data.encode() if isinstance(data, str) else data)
        return top

    return make


@pytest.fixture(scope="session")
def refusal() -> Callable[[Dataset], str]:
    """The one line that says why a dataset's index is refused."""

    def message(dataset: Dataset) -> str:
        with pytest.raises(UsageError) as error:
            dataset.index()
        assert "\n" not in str(error.value)
        return str(error.value)

    return message
