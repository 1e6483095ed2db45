"""The weights' files: what is missing is named, what is not the known file is never unpickled."""

import importlib
import pickle
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest

from ferbench.errors import UsageError
from ferbench.imaging.align import weights
from ferbench.imaging.align.networks import ONet, PNet, RNet, fill


class Wheel:
    """Stands in for an installed distribution whose files lie in `folder`."""

    def __init__(self, folder):
        self.folder = folder

    def locate_file(self, path):
        return self.folder / path


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "distribution", lambda name: Wheel(tmp_path))
    path = tmp_path / "mtcnn/assets/weights/pnet.lz4"
    path.parent.mkdir(parents=True)
    return path


def test_without_the_wheel_the_error_names_the_extra(monkeypatch):
    def absent(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(weights, "distribution", absent)
    with pytest.raises(UsageError, match=r"needs mtcnn, .*: pip install 'ferbench\[align\]'"):
        weights.read_weights("pnet")


def test_a_wheel_without_the_file_is_an_error_that_names_it(wheel):
    with pytest.raises(UsageError, match=r"needs pnet\.lz4, .*pip install 'ferbench\[align\]'"):
        weights.read_weights("pnet")


class Bomb:
    """Its unpickling would be noticed."""

    def __reduce__(self):
        return (pytest.fail, ("the file was unpickled",))


def test_another_file_is_refused_unopened(wheel):
    wheel.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(UsageError, match=r"pnet\.lz4 is not the file of mtcnn 1\.0\.0 .*reinstall"):
        weights.read_weights("pnet")


@pytest.mark.parametrize("module", ["joblib", "lz4.frame"])
def test_each_package_that_reading_needs_is_named_if_missing(wheel, monkeypatch, module):
    wheel.write_bytes(b"anything")
    known = weights.hashlib.sha256(b"anything").hexdigest()
    monkeypatch.setattr(weights, "SHA256", {"pnet": known})
    true_import = importlib.import_module

    def without(name):
        if name == module:
            raise ImportError(name)
        return true_import("json") if name in ("joblib", "lz4.frame") else true_import(name)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(UsageError, match=rf"needs {module[:3]}.*pip install 'ferbench\[align\]'"):
        weights.read_weights("pnet")


@pytest.mark.usefixtures("_weights_installed")
@pytest.mark.parametrize(("name", "network"), [("pnet", PNet), ("rnet", RNet), ("onet", ONet)])
def test_the_wheel_fits_the_networks(name, network):
    arrays = weights.read_weights(name)
    assert all(type(array) is np.ndarray and np.isfinite(array).all() for array in arrays)
    fill(network(), arrays)
