"""The truth beside the pictures is what was rendered, and methods never get it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from ferbench.contracts.dataset import INDEX_COLUMNS
from ferbench.datasets.simulated.acting.action_units import ACTION_UNITS, CONFUSABLE, PROTOTYPES
from ferbench.datasets.simulated.album import TRUTH, missing_people, write_album
from ferbench.datasets.simulated.capture.view import View
from ferbench.datasets.simulated.config import SimFacesConfig
from ferbench.datasets.simulated.dataset import SimFaces
from ferbench.datasets.simulated.frames import Frame, all_frames
from ferbench.datasets.simulated.generator import Generator
from ferbench.datasets.simulated.levels import LEVELS
from ferbench.datasets.simulated.person.identity import Identity
from ferbench.datasets.simulated.rendering.landmarks import five_points
from ferbench.datasets.simulated.truth import truth
from ferbench.errors import UsageError

SMALL = SimFacesConfig(subjects=3, frames=3, size=32)


@pytest.fixture(scope="module")
def known() -> pl.DataFrame:
    return truth(SMALL, landmarks=True)


def units(rows: pl.DataFrame) -> np.ndarray:
    """(rows, 19, 2)."""
    names = [f"au{unit}_{side}" for unit in ACTION_UNITS for side in ("left", "right")]
    return rows.select(names).to_numpy().reshape(len(rows), len(ACTION_UNITS), 2)


def test_rows_are_those_of_the_index(known: pl.DataFrame) -> None:
    shared = ["sample", "subject", "sequence", "frame", "expression"]
    assert known.select(shared).equals(SimFaces(SMALL).index().select(shared))


def test_it_is_what_the_picture_was_rendered_from(known: pl.DataFrame) -> None:
    generator = Generator(SMALL)
    for frame in (Frame(1, "fear", 0, 0), Frame(2, "contempt", 0, 2)):
        row = known.filter(pl.col("sample") == frame.sample)
        recording = generator.recording(frame.subject, frame.expression, frame.take)
        assert np.allclose(units(row)[0], recording.activations[frame.frame])
        view = recording.views[frame.frame]
        turns = row.select("pose_yaw", "pose_pitch", "pose_roll").row(0)
        assert np.allclose(turns, np.degrees(view.pose))
        assert np.allclose(row.select("light_x", "light_y", "light_z").row(0), view.light)
        assert row["blur"].item() == recording.flaws.blur
        assert row["shape_nose_width"].item() == recording.identity.shape.nose_width
        assert row["skin_red"].item() == recording.identity.skin[0]
        assert row["hair_style"].item() == recording.identity.hair_style.name.lower()


def test_nothing_that_a_view_or_a_face_has_is_missing(known: pl.DataFrame) -> None:
    """A field that is added there appears here, under a name of its own."""
    names = known.columns
    for field in (*View.__dataclass_fields__, *Identity.__dataclass_fields__):
        assert any(name == field or name.startswith(f"{field}_") for name in names), field
    assert len(set(names)) == len(names)


def test_intensity_rises_from_none_to_that_of_the_apex(known: pl.DataFrame) -> None:
    for recording in known.partition_by("sequence"):
        onset, middle, apex = recording.sort("frame")["intensity"]
        assert onset == 0 < middle <= apex
        assert LEVELS["medium"].intensity[0] <= apex <= LEVELS["medium"].intensity[1]
    shares = known["mixed_share"]
    assert 0 <= shares.min() <= shares.max() <= LEVELS["medium"].confusion
    pairs = known.select("posed", "mixed_with").rows()
    assert all(other in CONFUSABLE[posed] for posed, other in pairs)


def test_intensity_is_the_share_of_the_prototype_that_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clear = replace(LEVELS["medium"], style=0.0, unit_noise=0.0, confusion=0.0)
    monkeypatch.setitem(LEVELS, "medium", clear)
    made = truth(SimFacesConfig(subjects=5, frames=2)).filter(pl.col("posed") == "happiness")
    onset, apex = (units(made.filter(pl.col("frame") == k)) for k in (0, 1))
    ways = [way.activations() for way in PROTOTYPES["happiness"]]
    for moved, intensity in zip(apex - onset, made["intensity"].to_list()[1::2], strict=True):
        assert any(np.allclose(moved, intensity * way) for way in ways)


def test_the_onset_shows_the_resting_face_that_is_told(known: pl.DataFrame) -> None:
    generator = Generator(SMALL)
    for subject in range(SMALL.subjects):
        habits = generator.person(subject)[1]
        rows = known.filter((pl.col("subject") == f"S{subject:03d}") & (pl.col("frame") == 0))
        assert set(rows["resting_look"]) == {habits.looks}
        assert habits.looks is None or habits.looks in PROTOTYPES
        assert (units(rows) >= habits.resting - 1e-12).all()


def test_landmarks_lie_on_the_face_in_their_order(known: pl.DataFrame) -> None:
    for places in known["landmarks"].to_numpy():
        assert places.shape == (68, 2)
        left, right, nose, mouth_left, mouth_right = five_points(places)
        assert left[0] < nose[0] < right[0]
        assert mouth_left[0] < mouth_right[0]
        assert max(left[1], right[1]) < nose[1] < min(mouth_left[1], mouth_right[1])
        assert 0.1 * SMALL.size < places[36:].min() < places[36:].max() < 0.9 * SMALL.size


def test_landmarks_follow_the_picture() -> None:
    """The iris is darker than the skin between the eyes, where no glasses are in the way."""
    config = SimFacesConfig(subjects=6, frames=2, size=64, level="easy")
    generator = Generator(config)
    frames = [Frame(s, "anger", 0, 0) for s in range(6) if generator.person(s)[0].glasses is None]
    for picture, places in generator.measured_pictures(frames):
        left, right, *_ = five_points(places).round().astype(int)
        between = (left + right) // 2
        grey = picture.mean(2)
        eyes = [grey[y - 2 : y + 3, x - 3 : x + 4].min() for x, y in (left, right)]
        assert max(eyes) < grey[between[1], between[0]]


def test_methods_see_none_of_it() -> None:
    assert SimFaces(SMALL).index().columns == list(INDEX_COLUMNS)


def test_what_only_some_have_is_named_and_described() -> None:
    made = truth(SimFacesConfig(subjects=30, frames=2, level="wild"))
    assert set(made["occluder"]) == {"hand", "mask", "sunglasses", None}
    hands, bare = (made.filter(pl.col("occluder").eq_missing(kind)) for kind in ("hand", None))
    assert hands["occluder_size"].is_not_null().all()
    assert bare["occluder_size"].is_null().all()
    assert (made["glasses"].is_null() == made["glasses_radius"].is_null()).all()


def test_measuring_changes_no_picture() -> None:
    frames = list(all_frames(SMALL))[:5]
    generator = Generator(SMALL)
    measured = [picture for picture, _ in generator.measured_pictures(frames)]
    assert np.array_equal(measured, list(generator.pictures(frames)))


def test_an_album_holds_pictures_and_truth(tmp_path: Path, known: pl.DataFrame) -> None:
    counted: list[int] = []
    config = SimFacesConfig(subjects=2, frames=2, size=24)
    assert write_album(config, tmp_path, 1, counted.append) == 2
    assert counted == [1, 1]
    written = pl.read_parquet(tmp_path / TRUTH)
    assert written["landmarks"].to_numpy().shape == (28, 68, 2)
    plain = truth(config)
    assert written.select(plain.columns).equals(plain)
    images = SimFaces(config).load(written["sample"].to_list())
    for sample, image in zip(written["sample"], images, strict=True):
        with Image.open(tmp_path / f"{sample}.png") as file:
            assert np.array_equal(np.asarray(file), image)


def test_an_album_is_resumed_and_never_mixed(tmp_path: Path) -> None:
    config = SimFacesConfig(subjects=2, frames=2, size=24)

    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_album(config, tmp_path, 1, interrupt)
    assert missing_people(config, tmp_path) == [1]
    assert write_album(config, tmp_path, 1, lambda count: None) == 1
    assert write_album(config, tmp_path, 1, lambda count: None) == 0
    with pytest.raises(UsageError, match="another simulated corpus"):
        write_album(SimFacesConfig(subjects=3, size=24), tmp_path, 1, lambda count: None)
