"""Corpora of stills whose labels stand in file names: BU-3DFE, JAFFE, KDEF, Multi-PIE."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferbench.contracts.dataset import INDEX_COLUMNS, Missing
from ferbench.datasets.bu3dfe import BU3DFE, BU3DFEConfig
from ferbench.datasets.jaffe import JAFFE, JAFFEConfig
from ferbench.datasets.kdef import KDEF, KDEFConfig
from ferbench.datasets.multipie import MultiPIE, MultiPIEConfig
from ferbench.errors import UsageError

BU = {
    "F0001/F0001_AN01WH_F2D.bmp": ("F0001", "anger", 1),
    "F0001/F0001_DI04WH_F2D.bmp": ("F0001", "disgust", 4),
    "F0001/F0001_NE00WH_F2D.bmp": ("F0001", "neutral", 0),
    "F0056/F0056_FE03AE_F2D.bmp": ("F0056", "fear", 3),
    "M0001/M0001_HA02LA_F2D.bmp": ("M0001", "happiness", 2),
    "M0044/M0044_SA03BL_F2D.bmp": ("M0044", "sadness", 3),
    "M0044/M0044_SU04IN_F2D.bmp": ("M0044", "surprise", 4),
}


def test_bu3dfe(plant):
    other = {
        "F0001/F0001_AN01WH_F3D.wrl": "", "F0001/F0001_AN01WH_F3D.bnd": "",
        "F0001/F0001_AN01WH_RAW.wrl": "", "F0001/Thumbs.db": "", "docs/x.txt": "",
    }  # fmt: skip
    plant(other, "F0001/F0001_AN01WH_F3D.bmp")
    root = plant(list(BU))
    dataset = BU3DFE(BU3DFEConfig(str(root)))
    index = dataset.index()
    assert index.columns == [*INDEX_COLUMNS, "intensity"]
    found = index.select("sample", "subject", "expression", "intensity").rows()
    assert {row[0]: row[1:] for row in found} == BU
    assert index["sequence"].to_list() == index["sample"].to_list()
    assert dataset.skipped() == {
        "files that are no images": 3,
        "system files and read-mes (._*, .DS_Store, Thumbs.db, README)": 1,
        "folders that are no subjects": 1,
        "images that are no textures (_F2D)": 1,
    }
    assert BU3DFE(BU3DFEConfig(str(root.parent))).index().equals(index)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("F0001/F0001_XX01WH_F2D.bmp", "has the unknown expression code 'XX'; known: AN anger"),
        ("F0001/F0001_AN05WH_F2D.bmp", "has the unknown intensity 05"),
        ("F0001/F0001_NE01WH_F2D.bmp", "has the unknown intensity 01"),
        ("F0001/F0002_AN01WH_F2D.bmp", "lies in the folder of another subject"),
    ],
)
def test_bu3dfe_refuses_by_name(plant, name, says, refusal):
    root = plant(list(BU), name)
    assert refusal(BU3DFE(BU3DFEConfig(str(root)))).startswith(f"{root}/{name} {says}")


JAFFE_FILES = {
    "KA.AN1.39.tiff": ("KA", "anger"),
    "KA.DI3.44.tiff": ("KA", "disgust"),
    "KL.FE2.175.tiff": ("KL", "fear"),
    "KM.HA1.4.tiff": ("KM", "happiness"),
    "KR.NE2.72.tiff": ("KR", "neutral"),
    "UY.SA1.143.tiff": ("UY", "sadness"),
    "YM.SU3.60.tiff": ("YM", "surprise"),
}


@pytest.mark.parametrize("above", ["", "jaffe/", "jaffedbase/jaffe/"])
def test_jaffe(plant, above):
    clutter = {f"{above}README_FIRST.txt": "", f"{above}._KA.AN1.39.tiff": "x"}
    root = plant([above + name for name in JAFFE_FILES], clutter, f"{above}face.tiff")
    dataset = JAFFE(JAFFEConfig(str(root)))
    found = dataset.index().select("sample", "subject", "expression").rows()
    assert {row[0]: row[1:] for row in found} == JAFFE_FILES
    assert dataset.skipped() == {
        "system files and read-mes (._*, .DS_Store, Thumbs.db, README)": 2,
        "images whose names are not JAFFE's": 1,
    }


def test_jaffe_refuses_unknown_codes_and_wrong_folders(plant, refusal):
    root = plant(list(JAFFE_FILES), "KA.XX1.40.tiff")
    assert f"{root}/KA.XX1.40.tiff has the unknown" in refusal(JAFFE(JAFFEConfig(str(root))))
    state = JAFFE(JAFFEConfig(str(plant("a/x.png", root="wrong")))).availability()
    assert isinstance(state, Missing)
    assert state.reason.endswith("holds a; expected jaffe/KA.AN1.39.tiff")


KDEF_FILES = {
    "AF01/AF01AFS.JPG": ("F01", "fear", 0),
    "AF01/AF01ANHL.JPG": ("F01", "anger", -45),
    "BF01/BF01DIHR.JPG": ("F01", "disgust", 45),
    "BF01/BF01HAFL.JPG": ("F01", "happiness", -90),
    "AM35/AM35NEFR.JPG": ("M35", "neutral", 90),
    "AM35/AM35SAS.JPG": ("M35", "sadness", 0),
    "BM35/BM35SUS.JPG": ("M35", "surprise", 0),
}


@pytest.mark.parametrize("above", ["", "KDEF/", "KDEF_and_AKDEF/KDEF/"])
def test_kdef_subjects_are_people_and_not_sessions(plant, above):
    root = plant([above + name for name in KDEF_FILES], f"{above}AM35/AM31H.JPG")
    dataset = KDEF(KDEFConfig(str(root)))
    found = dataset.index().select("sample", "subject", "expression", "view").rows()
    assert {row[0]: row[1:] for row in found} == KDEF_FILES
    assert dataset.skipped() == {"images whose names are not KDEF's": 1}


def test_kdef_poses(plant):
    root = plant(list(KDEF_FILES))
    dataset = KDEF(KDEFConfig(str(root), ["S"]))
    assert dataset.index()["expression"].to_list() == ["fear", "sadness", "surprise"]
    assert dataset.skipped() == {"images of poses that are not asked for": 4}
    with pytest.raises(UsageError, match=r"kdef.poses names 'X'; known: FL, HL, S, HR, FR"):
        KDEF(KDEFConfig(str(root), ["X"]))


def test_kdef_refuses_by_name(plant, refusal):
    root = plant(list(KDEF_FILES), "AF01/AF01XXS.JPG")
    assert "AF01/AF01XXS.JPG has the unknown expression" in refusal(KDEF(KDEFConfig(str(root))))
    root = plant(list(KDEF_FILES), "AF01/AF02ANS.JPG", root="other")
    assert "AF02ANS.JPG lies in the folder of another" in refusal(KDEF(KDEFConfig(str(root))))


PIE = {
    "session01/multiview/001/01/05_1/001_01_01_051_00.png": ("001", "neutral", 0, 0),
    "session01/multiview/001/01/08_0/001_01_01_080_07.png": ("001", "neutral", -45, 7),
    "session01/multiview/001/02/14_0/001_01_02_140_19.png": ("001", "happiness", -15, 19),
    "session02/multiview/250/01/05_0/250_02_01_050_01.png": ("250", "neutral", 15, 1),
    "session02/multiview/250/02/19_0/250_02_02_190_01.png": ("250", "surprise", 45, 1),
    "session03/multiview/337/01/05_1/337_03_01_051_00.png": ("337", "neutral", 0, 0),
    "session03/multiview/337/02/05_1/337_03_02_051_00.png": ("337", "happiness", 0, 0),
    "session03/multiview/337/03/05_1/337_03_03_051_00.png": ("337", "disgust", 0, 0),
    "session04/multiview/346/01/05_1/346_04_01_051_00.png": ("346", "neutral", 0, 0),
    "session04/multiview/346/02/05_1/346_04_02_051_00.png": ("346", "neutral", 0, 0),
}
PIE_LEFT_OUT = """
session02/multiview/250/03/05_1/250_02_03_051_00.png
session04/multiview/346/03/05_1/346_04_03_051_00.png
session01/multiview/001/01/11_0/001_01_01_110_00.png
session01/multiview/001/01/08_1/001_01_01_081_00.png
"""


@pytest.mark.parametrize("above", ["", "Multi-Pie/data/"])
def test_multipie(plant, above):
    root = plant([above + name for name in [*PIE, *PIE_LEFT_OUT.split()]])
    dataset = MultiPIE(MultiPIEConfig(str(root)))
    found = dataset.index().select("sample", "subject", "expression", "view", "light").rows()
    assert {row[0]: row[1:] for row in found} == PIE
    assert dataset.skipped() == {
        "recordings of squint and scream": 2,
        "camera folders of other views": 2,
    }


def test_multipie_views(plant):
    root = plant(list(PIE), "session01/multiview/001/01/24_0/001_01_01_240_00.png")
    index = MultiPIE(MultiPIEConfig(str(root), [90])).index()
    assert index["view"].to_list() == [90]
    with pytest.raises(UsageError, match=r"multipie.views names 10; known: -90, -75"):
        MultiPIE(MultiPIEConfig(str(root), [10]))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("session01/multiview/001/03/05_1/001_01_03_051_00.png", "is recording 3 of session 1"),
        ("session01/multiview/001/01/05_1/001_02_01_051_00.png", "in the folder of another"),
        ("session01/multiview/001/01/05_1/002_01_01_051_00.png", "in the folder of another"),
        ("session01/multiview/001/01/05_1/001_01_01_050_00.png", "in the folder of another"),
    ],
)
def test_multipie_refuses_by_name(plant, name, says, refusal):
    assert says in refusal(MultiPIE(MultiPIEConfig(str(plant(list(PIE), name)))))


CASES = {
    "F0001/F0001_{}01WH_F2D.bmp": (BU3DFE, BU3DFEConfig),
    "KA.{}1.39.tiff": (JAFFE, JAFFEConfig),
    "AF01/AF01{}S.JPG": (KDEF, KDEFConfig),
}
NAMES = {"AN": "anger", "DI": "disgust", "FE": "fear", "HA": "happiness", "SA": "sadness"}


@given(st.sampled_from(sorted(CASES)), st.from_regex("[A-Z]{2}", fullmatch=True))
def test_two_letters_are_a_known_expression_or_an_error(tmp_path_factory, refusal, pattern, code):
    root = tmp_path_factory.mktemp("codes")
    path = root / pattern.format(code)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    kind, config = CASES[pattern]
    known = NAMES | {"NE": "neutral", "SU": "surprise"}
    known |= {"AF": "fear"} if kind is KDEF else {}
    if kind is KDEF:
        known.pop("FE", None)
    if kind is BU3DFE:
        known.pop("NE")
    dataset = kind(config(str(root)))
    if code in known:
        assert dataset.index()["expression"].to_list() == [known[code]]
    else:
        assert refusal(dataset).startswith(str(path))
