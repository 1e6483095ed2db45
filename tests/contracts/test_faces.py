"""Faces: copies of shared images, and no labels where none may be seen."""

import os
import subprocess
import sys

import numpy as np
import pytest

from ferbench.contracts.faces import Faces, LabelledFaces


@pytest.fixture
def stores():
    """Two inputs of six images whose pixels are their row; read-only, as in a worker."""
    made = {
        "face": np.repeat(np.arange(6, dtype=np.uint8), 12).reshape(6, 3, 4, 1),
        "colour": np.repeat(np.arange(6, dtype=np.uint8) + 100, 12).reshape(6, 2, 2, 3),
    }
    for array in made.values():
        array.setflags(write=False)
    return made


def rows_of(images):
    return images[:, 0, 0, 0].tolist()


def test_images_are_those_of_the_rows(stores):
    faces = Faces(stores, np.array([4, 1, 1, 0]))
    assert len(faces) == 4
    assert faces.inputs == ("face", "colour")
    assert rows_of(faces.images()) == [4, 1, 1, 0]
    assert rows_of(faces.images(np.array([3, 0]))) == [0, 4]
    assert rows_of(faces.images(name="colour")) == [104, 101, 101, 100]
    assert faces.images(np.array([], dtype=int)).shape == (0, 3, 4, 1)


def test_images_are_fresh_writable_copies(stores):
    faces = Faces(stores, np.arange(6))
    images = faces.images()
    images[:] = 255
    assert rows_of(faces.images()) == [0, 1, 2, 3, 4, 5]
    assert images.flags.c_contiguous


def test_only_takes_positions_and_drops_labels(stores):
    labelled = LabelledFaces(
        stores,
        np.array([5, 3, 1]),
        classes=["anger", "fear"],
        expression=np.array([0, 1, 0]),
        subject=None,
        sequence=np.array([0, 1, 2]),
    )
    for faces in (labelled.only(np.array([2, 0])), labelled.unlabelled()):
        assert type(faces) is Faces
        assert not {"expression", "subject", "sequence", "classes"} & set(dir(faces))
    assert rows_of(labelled.only(np.array([2, 0])).images()) == [1, 5]
    assert rows_of(labelled.unlabelled().images()) == [5, 3, 1]
    assert labelled.classes == ("anger", "fear")
    assert labelled.subject is None


def test_contracts_load_without_what_they_describe():
    """A plugin that is listed or planned pays for no torch, ray or polars."""
    program = (
        "import sys, pkgutil, importlib, ferbench.contracts as c\n"
        "for module in pkgutil.iter_modules(c.__path__):\n"
        "    importlib.import_module(f'ferbench.contracts.{module.name}')\n"
        "print(sorted({'torch', 'ray', 'polars', 'omegaconf', 'sklearn'} & set(sys.modules)))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert run.stdout.strip() == "[]"
