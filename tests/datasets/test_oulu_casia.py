"""Oulu-CASIA: its trees, its settings, and what is refused."""

import pytest

from ferbench.contracts.dataset import Missing
from ferbench.datasets.oulu_casia import OuluCasia, OuluCasiaConfig
from ferbench.errors import UsageError

FILES = [
    "VL/Strong/P001/Anger/000.jpeg",
    "VL/Strong/P001/Anger/001.jpeg",
    "VL/Strong/P001/Anger/002.jpeg",
    "VL/Strong/P001/Surprise/000.jpeg",
    "VL/Strong/P001/Surprise/001.jpeg",
    "VL/Strong/P080/Happiness/000.jpeg",
    "VL/Strong/P080/Happiness/009.jpeg",
    "VL/Strong/P080/Happiness/010.jpeg",
    "VL/Weak/P001/Fear/000.jpeg",
    "VL/Weak/P001/Fear/001.jpeg",
    "NI/Strong/P001/Sadness/000.jpeg",
    "NI/Strong/P001/Sadness/001.jpeg",
]


def below(folder, names=FILES):
    return [f"{folder}/{name}" for name in names]


def opened(root, **settings):
    return OuluCasia(OuluCasiaConfig(str(root), **settings))


def test_sequences_start_neutral(plant):
    dataset = opened(plant(below("OriginalImg")))
    index = dataset.index()
    columns = ("sample", "subject", "sequence", "frame", "expression")
    anger, happy, surprise = (
        "VL/Strong/P001/Anger", "VL/Strong/P080/Happiness", "VL/Strong/P001/Surprise",
    )  # fmt: skip
    assert index.select(columns).rows() == [
        (f"{anger}/000.jpeg", "P001", anger, 0, "neutral"),
        (f"{anger}/001.jpeg", "P001", anger, 1, "anger"),
        (f"{anger}/002.jpeg", "P001", anger, 2, "anger"),
        (f"{surprise}/000.jpeg", "P001", surprise, 0, "neutral"),
        (f"{surprise}/001.jpeg", "P001", surprise, 1, "surprise"),
        (f"{happy}/000.jpeg", "P080", happy, 0, "neutral"),
        (f"{happy}/009.jpeg", "P080", happy, 1, "happiness"),
        (f"{happy}/010.jpeg", "P080", happy, 2, "happiness"),
    ]
    assert dataset.warnings() == (
        "1 sequences with gaps in their frame numbers: VL/Strong/P080/Happiness",
    )


@pytest.mark.parametrize(
    "folder",
    [".", "B_OriginalImg", "B_OriginalImg/OriginalImg", "Oulu_CASIA_NIR_VIS/OriginalImg",
     "Oulu_CASIA_NIR_VIS/B_OriginalImg/OriginalImg"],
)  # fmt: skip
def test_every_variant_of_the_tree_gives_the_same_index(plant, folder):
    expected = opened(plant(below("OriginalImg"))).index().drop("file_hash")
    found = opened(plant(below(folder), root="other")).index()
    assert found.drop("file_hash").equals(expected)


def test_camera_light_and_cropped_images_are_settings(plant):
    cropped = [
        "PreProcess_Img/VL_Acropped/Strong/P001/Disgust/000.jpeg",
        "PreProcess_Img/VL_Acropped/Strong/P001/Disgust/001.jpeg",
    ]
    root = plant(below("OriginalImg"), cropped)
    assert opened(root, light="Weak").index()["expression"].to_list() == ["neutral", "fear"]
    assert opened(root, camera="NI").index()["expression"].to_list() == ["neutral", "sadness"]
    assert opened(root, images="preprocessed").index()["sample"].to_list() == [
        "VL_Acropped/Strong/P001/Disgust/000.jpeg",
        "VL_Acropped/Strong/P001/Disgust/001.jpeg",
    ]
    dark = opened(root, light="Dark").availability()
    assert isinstance(dark, Missing)
    assert "expected OriginalImg/VL/Dark/P001/Anger/000.jpeg" in dark.reason
    with pytest.raises(UsageError, match=r"oulu_casia.camera is 'vl'; it must be VL or NI"):
        opened(root, camera="vl")


def test_folders_of_any_case_and_unknown_ones(plant):
    mixed = [name.replace("Anger", "ANGER").replace("Surprise", "surprise") for name in FILES]
    assert opened(plant(mixed)).index()["expression"].to_list().count("anger") == 2
    odd = plant(FILES, "VL/Strong/P001/Contempt/000.jpeg", root="odd")
    with pytest.raises(UsageError, match="P001/Contempt has the unknown expression code 'contempt"):
        opened(odd).index()
    twice = plant(FILES, "VL/Strong/P001/anger/000.jpeg", root="twice")
    with pytest.raises(UsageError, match="hold the same expression"):
        opened(twice).index()


def test_short_and_empty_sequences_are_told(plant):
    root = plant(FILES, "VL/Strong/P002/Fear/000.jpeg", {"VL/Strong/P003/Fear/x.txt": ""})
    dataset = opened(root)
    assert dataset.index().filter(subject="P002")["expression"].to_list() == ["fear"]
    assert dataset.skipped() == {"files that are no images": 1, "sequences without images": 1}
    assert any("of one frame" in line for line in dataset.warnings())
    (root / "VL/Strong/P002/Fear/000.png").write_bytes(b"x")
    with pytest.raises(UsageError, match="P002/Fear holds a frame in two formats"):
        opened(root).index()


def test_a_link_out_of_the_corpus_is_refused(plant, tmp_path):
    root = plant(FILES)
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "000.jpeg").write_bytes((root / FILES[0]).read_bytes())
    (root / "VL/Strong/P001/Fear").symlink_to(secret)
    with pytest.raises(UsageError, match=f"P001/Fear leads out of the folder {root}"):
        opened(root).index()
    (root / "VL/Strong/P001/Fear").unlink()
    (root / "VL/Strong/P001/Anger/003.jpeg").symlink_to(secret / "000.jpeg")
    with pytest.raises(UsageError, match=r"Anger/003.jpeg leads out of the folder"):
        opened(root).index()
    (root / "VL/Strong/P001/Anger/003.jpeg").unlink()
    (root / "VL/Strong/P001/Anger/003.jpeg").symlink_to(root / FILES[2])
    assert len(opened(root).index()) == 9
    (tmp_path / "way").symlink_to(root)
    assert len(opened(tmp_path / "way").index()) == 9
