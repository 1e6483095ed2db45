"""The trained weights of P-, R- and O-Net, read from the wheel `mtcnn` 1.0.0 (MIT licence).

The wheel carries each network as a joblib file of NumPy arrays. Its own code needs TensorFlow and
is never imported. Such files are pickles, so each is checked against a known hash before it is
read.
"""

import hashlib
import importlib
import io
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np

from ferbench.errors import UsageError

WHEEL = "mtcnn"
INSTALL = "pip install 'ferbench[align]'"
SHA256: Mapping[str, str] = {
    "pnet": "ea6b0c3e685ebee3165326ad6484acc95f2ef78f1c94fbf40a55704fa989f7b5",
    "rnet": "cb00e6460f3c98b0bfafaba3c0a0ded4bdf6e62cee7174d969e8670d7e757fee",
    "onet": "94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3",
}


def read_weights(network: str) -> list[np.ndarray]:
    """The arrays of `pnet`, `rnet` or `onet`, layer by layer as stored (channels last)."""
    path = weights_file(network)
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256[network]:
        raise UsageError(
            f"{path} is not the file of mtcnn 1.0.0 (SHA-256 {found[:12]}..., expected "
            f"{SHA256[network][:12]}...) and was not opened; reinstall it: "
            f"pip install --force-reinstall --no-deps mtcnn==1.0.0"
        )
    _need("lz4.frame")
    return _need("joblib").load(io.BytesIO(content))


def weights_file(network: str) -> Path:
    """Where the wheel put the weights of `network`."""
    try:
        path = Path(str(distribution(WHEEL).locate_file(f"mtcnn/assets/weights/{network}.lz4")))
    except PackageNotFoundError:
        raise _missing(WHEEL) from None
    if not path.is_file():
        raise _missing(path.name)
    return path


def _need(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise _missing(module.partition(".")[0]) from None


def _missing(what: str) -> UsageError:
    return UsageError(f"finding faces needs {what}, which is not installed: {INSTALL}")
