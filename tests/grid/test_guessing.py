"""Pseudo-identities: for training images alone, told wherever results are, and proof of nothing."""

import json

import numpy as np
import polars as pl
import pytest

from ferbench.errors import UsageError
from ferbench.grid.cell import Material
from ferbench.grid.gather import auxiliary_faces, training_faces
from ferbench.grid.guessing import IMAGES_A_PERSON
from ferbench.imaging.draft import IMAGES, PRINTS, SAMPLES

PEOPLE, EACH = 4, IMAGES_A_PERSON
SHOWN = ("anger", "fear")


@pytest.fixture
def nameless(tmp_path):
    """Material of one fold in which four people look unlike each other, and nobody has a name.

    The parts in turn: training images of all four, then a validation and a test image of each.
    Anger and fear look less alike than people do.
    """
    draw = np.random.default_rng(0)
    faces = draw.integers(80, 160, (PEOPLE, 10, 10)).repeat(4, axis=1).repeat(4, axis=2)
    shows = draw.integers(-60, 60, (2, 10, 10)).repeat(4, axis=1).repeat(4, axis=2)
    rows, prints = [], []
    for part, copies in (("train", EACH), ("validation", 1), ("test", 1)):
        for number in range(PEOPLE * copies):
            sample = f"{part}-{number:03d}"
            copy, person = divmod(number, PEOPLE)
            rows.append((sample, part, None, sample, SHOWN[copy % 2], sample, 0))
            noisy = faces[person] + shows[copy % 2] + draw.integers(-9, 10, (40, 40))
            prints.append(noisy.astype(np.uint8))
    columns = ["sample", "part", "subject", "sequence", "expression", "unit", "fold"]
    table = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String) | {"fold": pl.Int64},
                         orient="row")  # fmt: skip
    return _store(tmp_path, "all", table, prints)


def _store(tmp_path, name, table, prints):
    folder = tmp_path / name
    folder.mkdir()
    table.write_parquet(folder / "table.parquet")
    np.save(folder / IMAGES, np.zeros((len(table), 1, 1, 1), np.uint8))
    np.save(folder / PRINTS, np.stack(prints))
    (folder / SAMPLES).write_text(json.dumps(table["sample"].to_list()))
    return Material(folder / "table.parquet", {"face": folder}, pseudo_ids=True)


def test_training_images_of_one_person_are_clustered(nameless):
    data = training_faces(nameless, 0, SHOWN)
    together = [set(data.train.subject[person::PEOPLE].tolist()) for person in range(PEOPLE)]
    assert [len(numbers) for numbers in together] == [1] * PEOPLE
    assert len(set.union(*together)) == PEOPLE
    assert data.validation.subject is None


def test_unless_it_is_asked_for_nobody_is_guessed(nameless):
    plain = Material(nameless.table, nameless.images)
    assert training_faces(plain, 0, SHOWN).train.subject is None


def test_what_is_held_out_changes_no_guess(nameless, tmp_path):
    table = pl.read_parquet(nameless.table)
    prints = np.load(nameless.images["face"] / PRINTS)
    prints[PEOPLE * EACH :] = 255 - prints[PEOPLE * EACH :]
    other = _store(tmp_path, "other", table, prints)
    found, again = (training_faces(m, 0, SHOWN).train.subject for m in (nameless, other))
    assert np.array_equal(found, again)


def test_known_people_keep_their_names(nameless, tmp_path):
    table = pl.read_parquet(nameless.table)
    first = pl.col("sample") == "train-000"
    table = table.with_columns(subject=pl.when(first).then(pl.lit("Ada")))
    prints = np.load(nameless.images["face"] / PRINTS)
    subject = training_faces(_store(tmp_path, "named", table, prints), 0, SHOWN).train.subject
    assert (subject == subject[0]).sum() == 1
    assert len(set(subject.tolist())) == PEOPLE + 1


def test_an_auxiliary_corpus_is_all_training(nameless, tmp_path):
    table = pl.read_parquet(nameless.table).drop("fold", "part", "unit")
    prints = np.load(nameless.images["face"] / PRINTS)
    assert len(set(auxiliary_faces(_store(tmp_path, "aux", table, prints)).subject)) > 1


@pytest.fixture
def without_ids(corpus):
    """A drawn corpus whose manifest names nobody."""
    root = corpus()
    listed = pl.read_csv(root / "manifest.csv", infer_schema=False)
    listed.drop("subject_id").write_csv(root / "manifest.csv")
    return root


def test_methods_that_need_ids_run_and_every_result_says_how(grid, without_ids):
    methods = ("toy", "toy-needs-subjects")
    plain = grid(*methods, root=without_ids, folds=1).records()
    chosen = ("dataset.manifest.pseudo_ids=cluster",)
    guessed = grid(*methods, root=without_ids, folds=1, settings=chosen).records()
    assert plain["toy-needs-subjects/0"].status == "skipped"
    needy = guessed["toy-needs-subjects/0"]
    assert (needy.status, needy.fidelity) == ("ok", "adapted")
    assert guessed["toy/0"].fidelity == plain["toy/0"].fidelity == "inspired"
    assert needy.dataset_config["pseudo_ids"] == "cluster"
    assert "pseudo_ids" not in plain["toy/0"].dataset_config
    assert needy.dataset_fingerprint != plain["toy/0"].dataset_fingerprint
    assert needy.protocol_fingerprint == plain["toy/0"].protocol_fingerprint
    for record in guessed.values():
        assert not record.subjects_provable
        assert record.certificate["subjects"] == 0
        assert record.test_subjects is None
        assert record.probes == {}


@pytest.mark.parametrize(
    ("choice", "says"),
    [("kmeans", "pseudo_ids of dataset.manifest is 'kmeans'"), ("cluster", "has a subject")],
)
def test_where_it_makes_no_sense_it_is_refused(grid, choice, says):
    with pytest.raises(UsageError, match=says):
        grid("toy", settings=(f"dataset.manifest.pseudo_ids={choice}",))
