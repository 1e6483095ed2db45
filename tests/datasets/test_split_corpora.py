"""Corpora with a split of their own and no subject ids: RAF-DB, SFEW; `subjects.csv`."""

import pytest

from ferbench.contracts.dataset import Missing
from ferbench.datasets.rafdb import RAFDB, RAFDBConfig
from ferbench.datasets.sfew import SFEW, SFEWConfig
from ferbench.errors import UsageError

LIST = "EmoLabel/list_patition_label.txt"
LINES = """train_00001.jpg 5
train_00002.jpg 1
train_00003.jpg 2
train_00004.jpg 3
train_12271.jpg 7
test_0001.jpg 4
test_0002.jpg 6
"""
RAF = {
    "train_00001": "sadness",
    "train_00002": "surprise",
    "train_00003": "fear",
    "train_00004": "disgust",
    "train_12271": "neutral",
    "test_0001": "happiness",
    "test_0002": "anger",
}
ALIGNED = [f"Image/aligned/{name}_aligned.jpg" for name in RAF]
ORIGINAL = [f"Image/original/{name}.jpg" for name in RAF]
MANUAL = """48.5 60.25
90 61
70 85
52 104
88 105
1
0
3
"""


def rafdb(root, **settings):
    return RAFDB(RAFDBConfig(str(root), **settings))


@pytest.mark.parametrize("above", ["", "basic/"])
def test_rafdb(plant, above):
    names = [above + name for name in [*ALIGNED, "Image/aligned/train_99999_aligned.jpg"]]
    dataset = rafdb(plant(names, {f"{above}{LIST}": LINES}))
    index = dataset.index()
    rows = index.select("sample", "expression", "split").rows()
    assert rows == sorted(
        (f"Image/aligned/{name}_aligned.jpg", expression, name.split("_")[0])
        for name, expression in RAF.items()
    )
    assert index["subject"].null_count() == index["landmarks"].null_count() == 7
    assert dataset.skipped() == {"images that the label list does not name": 1}


def test_rafdb_original_images_come_with_landmarks(plant, refusal):
    text = {LIST: LINES, "Annotation/manual/train_00002_manu_attri.txt": MANUAL}
    root = plant(ALIGNED, ORIGINAL, text)
    index = rafdb(root, images="original").index()
    assert set(index["sample"]) == set(ORIGINAL)
    known = index.filter(index["landmarks"].is_not_null())
    assert known["sample"].to_list() == ["Image/original/train_00002.jpg"]
    assert known["landmarks"].to_list() == [[48.5, 60.25, 90, 61, 70, 85, 52, 104, 88, 105]]
    assert rafdb(root).index()["landmarks"].null_count() == 7
    with pytest.raises(UsageError, match="it must be aligned or original"):
        rafdb(root, images="cropped")
    (root / "Annotation/manual/train_00002_manu_attri.txt").write_text("1 2\n3 4\n")
    assert "train_00002_manu_attri.txt holds no five" in refusal(rafdb(root, images="original"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (LINES + "train_00001.jpg 5\n", ", line 8 names train_00001.jpg a second time"),
        (LINES + "train_00001.jpg 4\n", ", line 8 names train_00001.jpg a second time"),
        ("train_00001.jpg\n", ", line 1 is 'train_00001.jpg'; expected a name and one number"),
        ("train_00001.jpg 5 6\n", ", line 1 is 'train_00001.jpg 5 6'; expected a name and one"),
        ("train_00001.jpg five\n", ", line 1 is 'train_00001.jpg five'; expected a name and one"),
        ("train_00001.jpg 0\n", ", line 1 has the unknown expression code 0; known: 1 surprise"),
        ("train_00001.jpg 8\n", ", line 1 has the unknown expression code 8"),
        ("../x.jpg 5\n", ", line 1 names ../x.jpg; expected train_NNNNN or test_NNNN"),
        (LINES + "train_00009.jpg 5\n", " names train_00009, which does not exist"),
        ("", " names no images"),
    ],
)
def test_rafdb_refuses_lists_by_line(plant, text, says, refusal):
    root = plant(ALIGNED, {LIST: text})
    assert refusal(rafdb(root)).startswith(f"{root}/{LIST}{says}")


@pytest.mark.parametrize("text", ["\ufeff" + LINES, LINES.replace("\n", "\r\n"), LINES + "\n\n"])
def test_rafdb_ways_of_writing_the_list(plant, text):
    expected = rafdb(plant(ALIGNED, {LIST: LINES})).index()
    assert rafdb(plant(ALIGNED, {LIST: text}, root="other")).index().equals(expected)


SFEW_FILES = {
    "Train_Aligned_Faces/Angry/Airheads_000519240_00000005.png": ("anger", "train"),
    "Train_Aligned_Faces/Disgust/BadSanta_011348814_00000040.png": ("disgust", "train"),
    "Train_Aligned_Faces/Fear/Hangover_000238280_00000012.png": ("fear", "train"),
    "Train_Aligned_Faces/Happy/LittleManhattan_001525640_00000040.png": ("happiness", "train"),
    "Val_Aligned_Faces_new/Neutral/Juno_001244000_00000019.png": ("neutral", "validation"),
    "Val_Aligned_Faces_new/Sad/Juno_001244000_00000020.png": ("sadness", "validation"),
    "Val_Aligned_Faces_new/Surprise/Terminal_004216680_00000050.png": ("surprise", "validation"),
}
TEST = ["Test_Aligned_Faces/0a1b.png", "Test_Aligned_Faces/0a1c.png"]


def test_sfew_leaves_the_unlabelled_test_set_out(plant):
    hidden = {"Test_Aligned_Faces/._0a1b.png": "x"}
    dataset = SFEW(SFEWConfig(str(plant(list(SFEW_FILES), TEST, hidden))))
    rows = dataset.index().select("sample", "expression", "split").rows()
    assert {row[0]: row[1:] for row in rows} == SFEW_FILES
    assert dataset.skipped() == {
        "unlabelled test images": 2,
        "system files and read-mes (._*, .DS_Store, Thumbs.db, README)": 1,
    }


def test_sfew_variants(plant):
    names = [
        "Train/Train_Aligned_Faces/ANGRY/Airheads_000519240_00000005.png",
        "Val/Val_Aligned_Faces_new/Val_Aligned_Faces_new/happy/Juno_001244000_00000019.png",
    ]
    index = SFEW(SFEWConfig(str(plant(names)))).index().sort("split")
    assert index.select("expression", "split").rows() == [
        ("anger", "train"),
        ("happiness", "validation"),
    ]
    root = plant(list(SFEW_FILES), "Train_Aligned_Faces/Bored/x.png", root="odd")
    with pytest.raises(UsageError, match="Train_Aligned_Faces/Bored has the unknown expression"):
        SFEW(SFEWConfig(str(root))).index()
    state = SFEW(SFEWConfig(str(root / "Train_Aligned_Faces"))).availability()
    assert isinstance(state, Missing)
    assert f"the folder above, {root}, looks right" in state.reason


AIRHEADS = "Train_Aligned_Faces/Angry/Airheads_000519240_00000005.png"


def test_subjects_by_the_user(plant):
    text = (
        "\ufefffile,subject_id\r\n"
        f"{AIRHEADS},Brendan\r\n"
        "Juno_001244000_00000019.png,Ellen\r\n"
        "Juno_001244000_00000020.png,Ellen\r\n"
    )
    dataset = SFEW(SFEWConfig(str(plant(list(SFEW_FILES), {"subjects.csv": text}))))
    found = dict(dataset.index().select("sample", "subject").rows())
    assert found.pop(AIRHEADS) == "Brendan"
    assert [s for s in found.values() if s] == ["Ellen", "Ellen"]
    assert "4 images without a line in " in dataset.warnings()[0]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("gone.png,P1", "names gone.png, which is no image of the corpus"),
        (f"{AIRHEADS},P1\n{AIRHEADS},P2", "gives Train_Aligned_Faces/Angry/Airheads_000519240_"),
        (f"{AIRHEADS},", "line 2 lacks a file or a subject_id"),
        (",P1", "line 2 lacks a file or a subject_id"),
    ],
)
def test_subjects_that_do_not_fit_are_refused(plant, lines, says, refusal):
    root = plant(list(SFEW_FILES), {"subjects.csv": f"file,subject_id\n{lines}\n"})
    assert says in refusal(SFEW(SFEWConfig(str(root))))


def test_a_bare_name_of_two_images_is_refused(plant, refusal):
    twin = AIRHEADS.replace("Angry", "Sad")
    text = {"subjects.csv": "file,subject_id\nAirheads_000519240_00000005.png,P1\n"}
    root = plant(list(SFEW_FILES), twin, text)
    assert "2 images have that name: write its folder too" in refusal(SFEW(SFEWConfig(str(root))))
