"""CK+: labels, frames, landmarks, the variants of its tree, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferbench.contracts.dataset import INDEX_COLUMNS, Available, Missing
from ferbench.datasets.ckplus import CKPlus, CKPlusConfig, read_label
from ferbench.errors import UsageError

FRAMES = """
cohn-kanade-images/S005/001/S005_001_00000001.png
cohn-kanade-images/S005/001/S005_001_00000002.png
cohn-kanade-images/S005/001/S005_001_00000003.png
cohn-kanade-images/S010/002/S010_002_00000001.png
cohn-kanade-images/S010/002/S010_002_00000014.png
cohn-kanade-images/S010/004/S010_004_00000001.png
cohn-kanade-images/S502/001/S502_001_00000001.png
cohn-kanade-images/S502/001/S502_001_00000009.png
cohn-kanade-images/S999/003/S999_003_00000001.png
cohn-kanade-images/S999/003/S999_003_00000055.png
"""
LABELS = {
    "Emotion/S005/001/S005_001_00000003_emotion.txt": "   3.0000000e+00\n",
    "Emotion/S010/002/S010_002_00000014_emotion.txt": "   7.0000000e+00\n",
    "Emotion/S999/003/S999_003_00000055_emotion.txt": "   2.0000000e+00\n",
}


def opened(root):
    return CKPlus(CKPlusConfig(str(root)))


def refusal(root):
    with pytest.raises(UsageError) as error:
        opened(root).index()
    assert "\n" not in str(error.value)
    return str(error.value).replace(str(root) + "/", "")


def test_labelled_sequences_with_neutral_onsets(plant):
    root = plant(FRAMES, LABELS)
    (root / "Emotion/S502/001").mkdir(parents=True)
    dataset = opened(root)
    assert dataset.availability() == Available(str(root))
    assert dataset.origin == "real"
    index = dataset.index()
    assert index.columns == [*INDEX_COLUMNS, "landmarks"]
    assert index.select("sample", "subject", "sequence", "frame", "expression").rows() == [
        (f"cohn-kanade-images/S005/001/S005_001_0000000{n}.png", "S005", "S005/001", n - 1, shows)
        for n, shows in [(1, "neutral"), (2, "disgust"), (3, "disgust")]
    ] + [
        ("cohn-kanade-images/S010/002/S010_002_00000001.png", "S010", "S010/002", 0, "neutral"),
        ("cohn-kanade-images/S010/002/S010_002_00000014.png", "S010", "S010/002", 1, "surprise"),
        ("cohn-kanade-images/S999/003/S999_003_00000001.png", "S999", "S999/003", 0, "neutral"),
        ("cohn-kanade-images/S999/003/S999_003_00000055.png", "S999", "S999/003", 1, "contempt"),
    ]
    assert index["split"].null_count() == index["landmarks"].null_count() == 7
    assert dataset.skipped() == {"sequences without an emotion label": 2}
    assert dataset.warnings() == (
        "2 sequences with gaps in their frame numbers: S010/002, S999/003",
    )


@pytest.mark.parametrize(
    ("code", "expression"),
    [
        (0, "neutral"), (1, "anger"), (2, "contempt"), (3, "disgust"), (4, "fear"),
        (5, "happiness"), (6, "sadness"), (7, "surprise"),
    ],
)  # fmt: skip
def test_every_code(tmp_path, code, expression):
    for text in (f"   {code}.0000000e+00\n", f"{code}", f"\ufeff{code}.0\r\n\r\n"):
        (tmp_path / "x_emotion.txt").write_text(text, encoding="utf-8")
        assert read_label(tmp_path / "x_emotion.txt") == expression


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds 0 numbers where one label should be"),
        (" \n\n", "holds 0 numbers where one label should be"),
        ("   3.0000000e+00   5.0000000e+00\n", "holds 2 numbers where one label should be"),
        ("3\n3\n", "holds 2 numbers where one label should be"),
        ("happy", "holds 'happy', which is no whole number"),
        ("3.5", "holds '3.5', which is no whole number"),
        ("nan", "holds 'nan', which is no whole number"),
        ("inf", "holds 'inf', which is no whole number"),
        ("8.0000000e+00", "has the unknown expression code 8; known: 0 neutral, 1 anger"),
        ("-1", "has the unknown expression code -1"),
    ],
)
def test_labels_that_are_none_are_refused_by_name(plant, text, says):
    name = "Emotion/S010/002/S010_002_00000014_emotion.txt"
    assert refusal(plant(FRAMES, LABELS | {name: text})).startswith(f"{name} {says}")


@given(st.text(max_size=20))
def test_any_text_is_a_label_or_an_error_of_ours(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any_emotion.txt"
    path.write_text(text, encoding="utf-8")
    found, refused = None, ""
    try:
        found = read_label(path)
    except UsageError as error:
        refused = str(error)
    if found is None:
        assert str(path) in refused
    else:
        code = float(text.removeprefix("\ufeff"))
        assert code == int(code)
        assert found == (
            "neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise"
        )[int(code)]  # fmt: skip


@given(st.integers(0, 7), st.sampled_from(["{:.7e}", "   {:.7e}", "{:d}", "{:.1f}\n", "\t{:g} "]))
def test_every_way_of_writing_a_code(tmp_path_factory, code, style):
    path = tmp_path_factory.getbasetemp() / "styled_emotion.txt"
    path.write_text(style.format(code))
    assert read_label(path) == (
        "neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise"
    )[code]  # fmt: skip


@pytest.mark.parametrize("folder", ["emotion", "Emotion_labels", "Emotion_Labels/Emotion"])
def test_the_labels_may_lie_elsewhere(plant, folder):
    expected = opened(plant(FRAMES, LABELS)).index()
    moved = {name.replace("Emotion", folder, 1): text for name, text in LABELS.items()}
    assert opened(plant(FRAMES, moved, root="other")).index().equals(expected)


def test_the_folder_above_will_do_and_names_stay(plant):
    root = plant(FRAMES, LABELS, root="data/CK+")
    assert opened(root.parent).index().equals(opened(root).index())
    assert opened(root.parent).availability() == Available(str(root))


def test_wrong_folders_say_what_was_expected(plant, tmp_path):
    root = plant(FRAMES, LABELS, {"elsewhere/x.txt": ""})
    inner = opened(root / "cohn-kanade-images").availability()
    assert isinstance(inner, Missing)
    assert inner.reason == (
        f"folder {root}/cohn-kanade-images holds S005, S010, S502, S999; expected "
        "cohn-kanade-images/S005/001/*.png and Emotion/S005/001/*_emotion.txt; "
        f"the folder above, {root}, looks right"
    )
    empty = opened(root / "elsewhere").availability()
    assert isinstance(empty, Missing)
    assert empty.reason.startswith(f"folder {root}/elsewhere holds no folders; expected cohn-")
    assert "--set dataset.ckplus.root=DIR" in empty.how_to_obtain
    gone = opened(tmp_path / "gone").availability()
    assert isinstance(gone, Missing)
    assert gone.reason == f"folder {tmp_path}/gone does not exist"
    none = CKPlus(CKPlusConfig()).availability()
    assert isinstance(none, Missing)
    assert none.reason == "no folder given"
    with pytest.raises(UsageError, match=r"dataset ckplus: folder .* expected cohn-kanade-images"):
        opened(root / "elsewhere").index()


def test_two_copies_in_one_folder_are_not_guessed_between(plant):
    plant(FRAMES, LABELS, root="data/one")
    found = opened(plant(FRAMES, LABELS, root="data/two").parent).availability()
    assert isinstance(found, Missing)
    assert found.reason.startswith("several folders could be meant: ")


def test_a_missing_frame_in_between_is_told_and_a_missing_peak_refused(plant):
    root = plant(FRAMES, LABELS)
    (root / "cohn-kanade-images/S005/001/S005_001_00000002.png").unlink()
    dataset = opened(root)
    frames = dataset.index().filter(sequence="S005/001")
    assert frames["frame"].to_list() == [0, 1]
    assert "S005/001" in dataset.warnings()[0]
    (root / "cohn-kanade-images/S005/001/S005_001_00000003.png").unlink()
    says = refusal(root)
    assert says.startswith("Emotion/S005/001/S005_001_00000003_emotion.txt names the peak frame")
    assert "S005_001_00000003, which cohn-kanade-images/S005/001 lacks" in says


def test_frames_after_the_peak_are_kept_and_told(plant):
    root = plant(FRAMES, "cohn-kanade-images/S005/001/S005_001_00000004.png", LABELS)
    dataset = opened(root)
    assert len(dataset.index().filter(sequence="S005/001")) == 4
    assert "1 sequences that go on after their peak frame: S005/001" in dataset.warnings()


def test_a_frame_of_another_person_is_refused(plant):
    stray = "cohn-kanade-images/S005/001/S010_001_00000002.png"
    assert refusal(plant(FRAMES, stray, LABELS)) == (
        f"{stray} lies in the folder of sequence S005/001"
    )


def test_two_labels_for_a_sequence_are_refused(plant):
    second = {"Emotion/S005/001/S005_001_00000002_emotion.txt": "1"}
    assert "holds 2 label files; a sequence has one" in refusal(plant(FRAMES, LABELS | second))


def test_a_label_whose_sequence_has_no_images(plant):
    root = plant(FRAMES, LABELS | {"Emotion/S011/001/S011_001_00000005_emotion.txt": "5"})
    assert opened(root).skipped()["labels without images"] == 1
    (root / "cohn-kanade-images/S011/001").mkdir(parents=True)
    assert "S011_001_00000005_emotion.txt labels a sequence, and" in refusal(root)


def test_system_files_are_counted_and_unknown_ones_too(plant):
    clutter = {
        "cohn-kanade-images/S005/001/._S005_001_00000001.png": "x",
        "cohn-kanade-images/S005/001/.DS_Store": "x",
        "cohn-kanade-images/S005/001/Thumbs.db": "x",
        "cohn-kanade-images/S005/001/notes.doc": "x",
        "cohn-kanade-images/.DS_Store": "x",
        "cohn-kanade-images/extra/x.txt": "x",
        "Emotion/S005/001/._S005_001_00000003_emotion.txt": "x",
    }
    dataset = opened(plant(FRAMES, "cohn-kanade-images/S005/001/face.png", LABELS, clutter))
    expected = opened(plant(FRAMES, LABELS, root="clean")).index()
    assert dataset.index().equals(expected)
    assert dataset.skipped() == {
        "system files and read-mes (._*, .DS_Store, Thumbs.db, README)": 5,
        "sequences without an emotion label": 2,
        "files that are no images": 1,
        "folders that are no subjects": 1,
        "images whose names are no CK+ frames": 1,
    }


POINTS = "\n".join(f"   {1.0 * n:.7e}   {100.0 + n:.7e}" for n in range(68)) + "\n"
POINTS_FILE = "Landmarks/S005/001/S005_001_00000002_landmarks.txt"


def test_five_points_of_the_sixty_eight(plant):
    index = opened(plant(FRAMES, LABELS, {POINTS_FILE: POINTS})).index()
    first, second, *_ = index["landmarks"].to_list()
    assert first is None
    assert second == [38.5, 138.5, 44.5, 144.5, 30, 130, 48, 148, 54, 154]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (POINTS + "1 2\n", "holds 138 numbers where 68 points should be"),
        ("", "holds 0 numbers where 68 points should be"),
        (POINTS.replace("6.7000000e+01", "NaN"), "holds 'NaN' where a number should be"),
    ],
)
def test_landmarks_that_are_none_are_refused_by_name(plant, text, says):
    assert refusal(plant(FRAMES, LABELS, {POINTS_FILE: text})) == f"{POINTS_FILE} {says}"


def test_pictures_load_in_the_asked_order_and_only_from_the_folder(plant):
    dataset = opened(plant(FRAMES, LABELS))
    names = dataset.index()["sample"].to_list()
    shapes = [image.shape for image in dataset.load(names)]
    assert shapes == [(5, 6, 3)] * 7
    one, two, again = dataset.load([names[1], names[0], names[1]])
    assert (one == again).all()
    assert (one != two).any()
    with pytest.raises(UsageError, match="leads out of the folder"):
        next(dataset.load(["../secret.png"]))


def test_the_mark_makes_it_simulated(plant):
    assert opened(plant(FRAMES, LABELS, {".ferbench-simulated.json": "{}"})).origin == "simulated"


def test_published_counts_add_up():
    assert sum(CKPlus.published.classes.values()) == CKPlus.published.sequences == 327
    assert CKPlus.published.subjects == 118
