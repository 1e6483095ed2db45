"""What a method is given: copies, labels by name, and one number a person."""

import numpy as np
import polars as pl
import pytest

from ferbench.errors import UsageError
from ferbench.grid.cell import Material
from ferbench.grid.gather import fold_table, training_faces, unlabelled
from ferbench.imaging.prepared import IMAGES, SAMPLES

PEOPLE = {"train": "acd", "validation": "b", "test": "e", "neutral": "cd"}


@pytest.fixture
def material(tmp_path):
    """A fold with three training subjects, two of whom have a neutral reference."""
    rows = [
        (f"{person}-{part}", part, f"person {person}", f"{person}-{part}", shown, "u", 0)
        for part, people in PEOPLE.items()
        for person in people
        for shown in (["neutral"] if part == "neutral" else ["anger"])
    ]
    columns = ["sample", "part", "subject", "sequence", "expression", "unit", "fold"]
    table = pl.DataFrame(rows, schema=columns, orient="row")
    table.write_parquet(tmp_path / "table.parquet")
    samples = sorted(table["sample"])
    folder = tmp_path / "images"
    folder.mkdir()
    images = np.arange(len(samples), dtype=np.uint8).reshape(-1, 1, 1, 1)
    np.save(folder / IMAGES, images)
    (folder / SAMPLES).write_text(str(samples).replace("'", '"'))
    return Material(tmp_path / "table.parquet", {"face": folder}), samples


def test_a_person_has_one_number_in_every_part(material):
    data = training_faces(material[0], 0, ("anger", "fear"))
    assert data.train.subject.tolist() == [0, 2, 3]
    assert data.validation.subject.tolist() == [1]
    assert data.neutral.subject.tolist() == [2, 3]
    assert data.neutral.classes == ("neutral",)


def test_images_belong_to_their_labels_and_are_copies(material):
    found, samples = material
    data = training_faces(found, 0, ("anger", "fear"))
    images = data.train.images()
    assert images.ravel().tolist() == [samples.index(f"{p}-train") for p in "acd"]
    images[:] = 255
    assert data.train.images(np.array([1])).ravel().tolist() == [samples.index("c-train")]


def test_test_faces_have_no_labels(material):
    rows = fold_table(material[0], 0).filter(pl.col("part") == "test")
    faces = unlabelled(material[0], rows)
    assert len(faces) == 1
    assert not {"expression", "subject", "sequence", "classes"} & set(dir(faces))


def test_a_subject_that_is_not_known_leaves_the_part_without_subjects(material):
    path = material[0].table
    pl.read_parquet(path).with_columns(
        subject=pl.when(pl.col("sample") != "a-train").then("subject")
    ).write_parquet(path.with_name("other.parquet"))
    found = Material(path.with_name("other.parquet"), material[0].images)
    data = training_faces(found, 0, ("anger", "fear"))
    assert data.train.subject is None
    assert data.neutral.subject is not None


def test_material_that_another_machine_has_is_named(tmp_path):
    missing = Material(tmp_path / "elsewhere.parquet", {})
    with pytest.raises(UsageError, match=r"elsewhere\.parquet does not exist on this machine"):
        fold_table(missing, 0)
