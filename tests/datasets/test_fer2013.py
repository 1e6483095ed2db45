"""FER2013 as csv and folders, and the majority rule of FERPlus."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferbench.contracts.dataset import Missing
from ferbench.datasets.fer2013 import FER2013, FER2013Config
from ferbench.datasets.ferplus import majority
from ferbench.errors import UsageError


def grey(value, count=48 * 48):
    return " ".join([str(value)] * count)


HEAD = "emotion,pixels,Usage\n"
CSV = HEAD + "".join(
    f"{code},{grey(10 + code)},{usage}\n"
    for code, usage in enumerate(
        ["Training", "Training", "Training", "Training", "PublicTest", "PublicTest", "PrivateTest"]
    )
)
PLUS_HEAD = (
    "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n"
)
PLUS = PLUS_HEAD + (
    "Training,fer0000000.png,4,0,0,1,3,2,0,0,0,0\n"
    "Training,fer0000001.png,6,0,1,1,0,0,0,0,2,0\n"
    "Training,,0,0,0,0,0,0,0,0,0,10\n"
    "Training,fer0000003.png,0,10,0,0,0,0,0,0,0,0\n"
    "PublicTest,fer0000004.png,0,0,0,0,0,0,2,8,0,0\n"
    "PublicTest,fer0000005.png,0,0,1,0,0,1,0,0,8,0\n"
    "PrivateTest,fer0000006.png,5,0,0,5,0,0,0,0,0,0\n"
)


def opened(root, **settings):
    return FER2013(FER2013Config(str(root), **settings))


@pytest.mark.parametrize("name", ["fer2013.csv", "fer2013/fer2013.csv"])
def test_the_csv(plant, name):
    dataset = opened(plant({name: CSV}))
    rows = dataset.index().select("sample", "expression", "split").rows()
    assert rows == [
        ("fer0000000.png", "anger", "train"),
        ("fer0000001.png", "disgust", "train"),
        ("fer0000002.png", "fear", "train"),
        ("fer0000003.png", "happiness", "train"),
        ("fer0000004.png", "sadness", "validation"),
        ("fer0000005.png", "surprise", "validation"),
        ("fer0000006.png", "neutral", "test"),
    ]
    five, two = dataset.load(["fer0000005.png", "fer0000002.png"])
    assert five.shape == two.shape == (48, 48, 3)
    assert (np.unique(five), np.unique(two)) == ([15], [12])
    assert next(opened(dataset.root).load(["fer0000001.png"])).max() == 11


def test_pixels_lie_row_by_row(plant):
    pixels = " ".join(str(n % 251) for n in range(48 * 48))
    image = next(opened(plant({"fer2013.csv": f"{HEAD}0,{pixels},Training\n"})).load(
        ["fer0000000.png"]
    ))  # fmt: skip
    assert image[0, :3, 0].tolist() == [0, 1, 2]
    assert image[1, 0].tolist() == [48] * 3


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + CSV,
        CSV.replace("\n", "\r\n"),
        CSV.replace("emotion,pixels,Usage", "emotion, pixels, Usage"),
        CSV + "\n",
        "Usage,emotion,pixels\n" + "".join(
            ",".join(line.split(",")[i] for i in (2, 0, 1)) + "\n" for line in CSV.split("\n")[1:-1]
        ),
    ],
    ids=["BOM", "CRLF", "spaces", "blank line", "columns in another order"],
)  # fmt: skip
def test_ways_of_writing_the_csv(plant, text):
    expected = opened(plant({"fer2013.csv": CSV})).index()
    assert opened(plant({"fer2013.csv": text}, root="other")).index().equals(expected)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (f"0,{grey(1, 48 * 47)},Training", "line 2 has 2256 pixels; 48 x 48 are 2304"),
        (f"0,{grey(1, 2305)},Training", "line 2 has 2305 pixels; 48 x 48 are 2304"),
        ("0,,Training", "line 2 has 0 pixels"),
        (f"0,{grey(256)},Training", "line 2 has a pixel that is no whole number from 0 to 255"),
        (f"0,{grey(-1)},Training", "line 2 has a pixel that is no whole number from 0 to 255"),
        (f"0,{grey('x')},Training", "line 2 has a pixel that is no whole number"),
        (f"7,{grey(1)},Training", "line 2 has the unknown expression code 7; known: 0 anger"),
        (f",{grey(1)},Training", "line 2 has the emotion None, no whole number"),
        (f"0,{grey(1)},training", "line 2 has the unknown Usage 'training'; known: Training,"),
        ("", " lists no images"),
    ],
)
def test_lines_that_are_refused(plant, line, says, refusal):
    root = plant({"fer2013.csv": f"{HEAD}{line}\n"})
    assert refusal(opened(root)).startswith(f"{root}/fer2013.csv")
    assert says in refusal(opened(root))


def test_images_that_repeat_are_told(plant):
    dataset = opened(plant({"fer2013.csv": f"{CSV}3,{grey(10)},PrivateTest\n"}))
    assert len(dataset.index()) == 8
    assert dataset.warnings() == ("1 images that repeat another, pixel for pixel: fer0000007.png",)


def test_folders(plant, refusal):
    names = """
    train/angry/Training_1.jpg train/Disgust/Training_2.jpg train/FEAR/Training_3.jpg
    train/happy/Training_4.jpg train/sad/Training_5.jpg train/4/Training_9.png
    test/surprise/PrivateTest_6.jpg test/neutral/PublicTest_7.png
    """
    dataset = opened(plant(names))
    rows = dataset.index().select("expression", "split").sort("split", "expression").rows()
    assert rows == [
        ("neutral", "test"), ("surprise", "test"), ("anger", "train"), ("disgust", "train"),
        ("fear", "train"), ("happiness", "train"), ("sadness", "train"), ("sadness", "train"),
    ]  # fmt: skip
    assert next(dataset.load(["train/angry/Training_1.jpg"])).shape == (5, 6, 3)
    assert "ferplus needs fer2013.csv" in refusal(opened(dataset.root, labels="ferplus"))
    odd = plant(names, "train/contempt/x.jpg", root="odd")
    assert "train/contempt has the unknown expression" in refusal(opened(odd))
    state = opened(plant("x/y.png", root="wrong")).availability()
    assert isinstance(state, Missing)
    assert "expected fer2013.csv (emotion,pixels,Usage), or train/angry" in state.reason


def test_ferplus_labels(plant):
    dataset = opened(plant({"fer2013.csv": CSV, "fer2013new.csv": PLUS}), labels="ferplus")
    assert dataset.index().select("sample", "expression", "split").rows() == [
        ("fer0000001.png", "neutral", "train"),
        ("fer0000003.png", "happiness", "train"),
        ("fer0000004.png", "contempt", "validation"),
    ]
    assert dataset.skipped() == {
        "FERPlus: images without a majority": 2,
        "FERPlus: lines without an image name (no face)": 1,
        "FERPlus: images voted unknown": 1,
    }


@pytest.mark.parametrize(
    ("plus", "says"),
    [
        (PLUS.removesuffix("PrivateTest,fer0000006.png,5,0,0,5,0,0,0,0,0,0\n"), "has 6 lines, and"),
        (PLUS.replace("fer0000003", "fer0000009"), "the files do not belong together"),
        (PLUS.replace("PublicTest,fer0000004", "Training,fer0000004"), "do not belong together"),
        (PLUS.replace(",6,0,1,1", ",6,0,x,1"), "line 3 has 'x' votes for surprise"),
        (PLUS.replace(",6,0,1,1", ",6,0,-1,1"), "line 3 has '-1' votes for surprise"),
        (PLUS.replace(",6,0,1,1", ",6,,1,1"), "line 3 has None votes for happiness"),
        (PLUS.replace("contempt", "disdain"), "has no column 'contempt'"),
    ],
)
def test_ferplus_that_does_not_fit(plant, plus, says, refusal):
    root = plant({"fer2013.csv": CSV, "fer2013new.csv": plus})
    assert says in refusal(opened(root, labels="ferplus"))


def test_ferplus_must_be_there(plant, refusal):
    root = plant({"fer2013.csv": CSV})
    assert "needs fer2013new.csv in" in refusal(opened(root, labels="ferplus"))
    with pytest.raises(UsageError, match="it must be fer2013 or ferplus"):
        opened(root, labels="plus")


COLUMNS = PLUS_HEAD.strip().split(",")[2:]


@given(st.lists(st.integers(0, 10), min_size=10, max_size=10))
def test_the_majority_rule(counts):
    votes = dict(zip(COLUMNS, counts, strict=True))
    total = sum(count for count in counts if count != 1)
    winners = [name for name in COLUMNS if votes[name] > 1 and votes[name] > total / 2]
    assert majority(votes) == (winners[0] if winners else None)
    assert len(winners) <= 1


@pytest.mark.parametrize(
    ("counts", "winner"),
    [
        ([5, 5, 0, 0, 0, 0, 0, 0, 0, 0], None),
        ([5, 4, 1, 0, 0, 0, 0, 0, 0, 0], "neutral"),
        ([0, 0, 0, 0, 0, 0, 0, 0, 3, 7], "NF"),
        ([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], None),
        ([0, 0, 0, 0, 0, 0, 0, 2, 1, 1], "contempt"),
    ],
)
def test_majorities_by_hand(counts, winner):
    assert majority(dict(zip(COLUMNS, counts, strict=True))) == winner
