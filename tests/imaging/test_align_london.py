"""The detector on photographs: pupils found where people put them; turned, small, off centre."""

import numpy as np
import pytest
import torch
from PIL import Image

from ferbench.imaging.align import Detector, align_all

GREY = (128, 128, 128)


def pupil_errors(faces, pupils):
    """Mean distance of both pupils over the distance between them; infinite where not found."""
    return np.array(
        [
            np.inf
            if face is None
            else np.linalg.norm(face.landmarks[:2] - two, axis=1).mean()
            / np.linalg.norm(two[1] - two[0])
            for face, two in zip(faces, pupils, strict=True)
        ]
    )


def turned(picture, pupils, degrees):
    """Anticlockwise by Pillow, on a canvas that holds all of it."""
    before = Image.fromarray(picture)
    after = before.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=GREY)
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    rotation = np.array([[cosine, sine], [-sine, cosine]])
    middles = [(np.array(p.size) - 1) / 2 for p in (before, after)]
    return np.asarray(after), (pupils - middles[0]) @ rotation.T + middles[1]


def resized(picture, pupils, side):
    small = Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(small), (pupils + 0.5) * side / picture.shape[0] - 0.5


def pasted(picture, pupils, left, top, size=(480, 400)):
    canvas = Image.new("RGB", size, GREY)
    canvas.paste(Image.fromarray(picture), (left, top))
    return np.asarray(canvas), pupils + np.array([left, top])


def test_pupils_are_found(detector, photographs):
    pictures, pupils = photographs
    errors = pupil_errors(detector(pictures), pupils)
    assert errors.max() < 0.045
    assert errors.mean() < 0.025


@pytest.mark.parametrize(
    "change",
    [
        lambda *shown: turned(*shown, 20),
        lambda *shown: turned(*shown, -20),
        lambda *shown: turned(*shown, 90),
        lambda *shown: resized(*shown, 91),
        lambda *shown: pasted(*shown, -80, -70),
        lambda *shown: pasted(*shown, 250, 170),
    ],
    ids=["+20 degrees", "-20 degrees", "90 degrees", "40 px", "top left", "bottom right"],
)
def test_and_where_that_is_harder(detector, photographs, change):
    changed = [change(*shown) for shown in zip(*photographs, strict=True)]
    errors = pupil_errors(
        detector([shown[0] for shown in changed]), [shown[1] for shown in changed]
    )
    assert errors.max() < 0.06
    assert errors.mean() < 0.03


def test_the_five_points_are_in_order(detector, photographs):
    for face in detector(photographs[0]):
        left, right, nose, mouth_left, mouth_right = face.landmarks
        assert left[0] < nose[0] < right[0]
        assert mouth_left[0] < nose[0] < mouth_right[0]
        assert max(left[1], right[1]) < nose[1] < min(mouth_left[1], mouth_right[1])
        assert 0.9 <= face.score <= 1


def test_sizes_may_be_mixed_and_faces_are_as_if_alone(detector, photographs):
    pictures = [p if n % 2 else p[:280, 10:] for n, p in enumerate(photographs[0][:4])]
    pictures.insert(1, np.full((70, 90, 3), 128, dtype=np.uint8))
    faces = detector(pictures)
    assert [face is None for face in faces] == [False, True, False, False, False]
    for picture, face in zip(pictures, faces, strict=True):
        alone = detector([picture])[0]
        if face is not None:
            assert np.array_equal(alone.landmarks, face.landmarks)


def test_the_same_pictures_give_the_same_bytes(detector, photographs):
    first, second = (detector(photographs[0][:3]) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one.landmarks, other.landmarks)


def test_the_largest_face_is_taken_and_of_equals_the_most_central(detector, photographs):
    pictures, pupils = photographs
    crowd = Image.new("RGB", (900, 400), GREY)
    half = resized(pictures[0], pupils[0], 150)[0]
    crowd.paste(Image.fromarray(half), (360, 120))
    crowd.paste(Image.fromarray(pictures[1]), (600, 60))
    [face] = detector([np.asarray(crowd)])
    assert pupil_errors([face], [pupils[1] + [600, 60]])[0] < 0.06
    crowd.paste(Image.fromarray(pictures[2]), (290, 60))
    [face] = detector([np.asarray(crowd)])
    assert pupil_errors([face], [pupils[2] + [290, 60]])[0] < 0.06


@pytest.mark.parametrize("shape", [(1, 1), (5, 90), (12, 12), (64, 64)])
def test_where_there_is_no_face_none_is_found(detector, shape):
    draw = np.random.default_rng(0)
    noise = draw.integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert detector([np.zeros((*shape, 3), dtype=np.uint8), noise]) == [None, None]


def test_faces_below_the_smallest_size_are_not_sought(detector, photographs, monkeypatch):
    small, _ = resized(photographs[0][0], photographs[1][0], 60)
    assert detector([small])[0] is not None
    monkeypatch.setattr(detector, "smallest", 100)
    assert detector([small])[0] is None


def test_no_pictures_no_faces(detector):
    assert detector([]) == []


@pytest.mark.parametrize(
    ("shape", "kind"),
    [((9, 9), np.uint8), ((9, 9, 1), np.uint8), ((9, 9, 3), float), ((0, 9, 3), np.uint8)],
)
def test_other_than_rgb_bytes_are_refused(detector, shape, kind):
    bad = np.zeros(shape, dtype=kind)
    with pytest.raises(ValueError, match=r"image 0 is .*\(H, W, 3\) uint8 is needed"):
        detector([bad])


@pytest.mark.usefixtures("_weights_installed")
def test_a_smallest_face_without_size_is_refused():
    with pytest.raises(ValueError, match="must have a size"):
        Detector(smallest=0)


def test_aligned_photographs_show_the_eyes_in_one_place(detector, photographs):
    found = align_all(photographs[0], [None] * 8, (112, 96), 0.1, detector)
    assert found.found.all()
    again = detector(
        [np.pad(image, ((40, 40), (40, 40), (0, 0)), "edge") for image in found.images]
    )
    eyes = np.stack([face.landmarks[:2] - 40 for face in again])
    assert np.abs(eyes - eyes.mean(0)).max() < 4
    assert np.abs(eyes.mean(0) - [[31.5, 39.5], [63.5, 39.5]]).max() < 2


@pytest.mark.gpu
def test_a_gpu_finds_the_same(detector, photographs):
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    pictures = [*photographs[0][:3], turned(photographs[0][3], photographs[1][3], 90)[0]]
    for here, there in zip(detector(pictures), Detector(device="cuda")(pictures), strict=True):
        assert np.abs(here.landmarks - there.landmarks).max() < 0.1
