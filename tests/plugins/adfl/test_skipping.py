"""Cells that ADFL has nothing to learn from are skipped with the reason, through the harness."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

METHODS = ("adfl", "adfl-shuffled", "adfl-baseline")


@pytest.fixture
def sequences(tmp_path: Path):
    """Makes a corpus of recordings: `shown(person)` are its expressions, each after its onset."""

    def make(shown, onset="neutral", people=8) -> Path:
        root = tmp_path / "sequences"
        root.mkdir()
        noise = np.random.default_rng(0)
        lines = ["file,subject_id,sequence_id,frame,expression"]
        for person in range(people):
            for expression in shown(person):
                sequence = f"{person}-{expression}"
                for frame, name in enumerate((onset, expression) if onset else (expression,)):
                    file = f"{sequence}-{frame}.png"
                    picture = noise.integers(0, 256, (48, 48), dtype=np.uint8)
                    Image.fromarray(picture).save(root / file)
                    lines.append(f"{file},{person},{sequence},{frame},{name}")
        (root / "manifest.csv").write_text("\n".join(lines) + "\n")
        return root

    return make


def outcomes(ran):
    return {r.method: (r.status, r.reason) for r in ran.records().values()}


def both(person):
    return ("anger", "happiness")


def test_with_onsets_all_three_run(grid, sequences):
    found = outcomes(grid(*METHODS, root=sequences(both), folds=1))
    assert found == dict.fromkeys(METHODS, ("ok", None))


def test_without_neutral_frames(grid, sequences):
    found = outcomes(grid(*METHODS, root=sequences(both, onset=None), folds=1))
    assert found["adfl-baseline"] == ("ok", None)
    for name in ("adfl", "adfl-shuffled"):
        assert found[name] == ("skipped", f"{name} needs neutral, which manifest does not have")


def test_with_one_scored_expression_in_the_training_fold(grid, sequences):
    """Even people are tested and alone are angry: training shows happiness only."""
    root = sequences(lambda person: both(person)[person % 2 : person % 2 + 1])
    found = outcomes(grid("adfl", root=root, folds=1, protocol="kfold:2"))
    reason = "the training fold shows one scored expression only (happiness)"
    assert found == {"adfl": ("skipped", reason)}


def test_where_neutral_is_scored(grid, corpus):
    root = corpus("scored")
    manifest = root / "manifest.csv"
    manifest.write_text(manifest.read_text().replace(",anger", ",neutral"))
    found = outcomes(grid("adfl", root=root, folds=1))
    reason = "the protocol scores neutral, which ADFL has no output for"
    assert found == {"adfl": ("skipped", reason)}
