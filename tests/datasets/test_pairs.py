"""Input-target pairs: what the list means, and what is refused."""

import pytest

from ferbench.contracts.dataset import Available, Missing
from ferbench.datasets.pairs import Pairs, PairsConfig
from ferbench.errors import UsageError

HEAD = "input,neutral_target,subject_id\n"
FILES = "n000001/0001.jpg n000001/0002.jpg n000001/0009.jpg n000002/0001.jpg n000002/0005.jpg"


def opened(root):
    return Pairs(PairsConfig(str(root)))


def test_each_image_is_indexed_once(plant):
    text = HEAD + (
        "n000001/0001.jpg,n000001/0009.jpg,n000001\n"
        "n000001/0002.jpg,./n000001/0009.jpg,n000001\n"
        "n000001/0009.jpg,n000001/0009.jpg,n000001\n"
        "n000002/0001.jpg,n000002/0005.jpg,n000002\n"
    )
    root = plant(FILES, {"pairs.csv": "\ufeff" + text})
    dataset = opened(root)
    assert dataset.availability() == Available(str(root))
    index = dataset.index()
    assert index.select("sample", "subject", "expression", "neutral_target").rows() == [
        ("n000001/0001.jpg", "n000001", None, "n000001/0009.jpg"),
        ("n000001/0002.jpg", "n000001", None, "n000001/0009.jpg"),
        ("n000001/0009.jpg", "n000001", "neutral", "n000001/0009.jpg"),
        ("n000002/0001.jpg", "n000002", None, "n000002/0005.jpg"),
        ("n000002/0005.jpg", "n000002", "neutral", None),
    ]
    assert len(list(dataset.load(index["sample"].to_list()))) == 5


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (",n000001/0009.jpg,n1", ", line 2 has no input"),
        ("n000001/0001.jpg,,n1", ", line 2 has no neutral_target"),
        ("n000001/0001.jpg,n000001/0009.jpg,", ", line 2 has no subject_id"),
        ("../x.jpg,n000001/0009.jpg,n1", ", line 2 names ../x.jpg, which leads out of"),
        ("n000001/0001.jpg,/x.jpg,n1", ", line 2 names /x.jpg, which leads out of"),
        ("n000001/0001.jpg,C:\\x.jpg,n1", ", line 2 names C:\\x.jpg, which leads out of"),
        ("n000001/0001.jpg,n000001/0000.jpg,n1", " names n000001/0000.jpg, which does not exist"),
        ("n000001/0001.jpg,n000001/0009.jpg,n1\n" * 2, ", line 3 names the input n000001/0001.jpg"),
        (
            "n000001/0001.jpg,n000001/0009.jpg,n1\nn000001/0002.jpg,n000001/0009.jpg,n2",
            ", line 3 gives n000001/0009.jpg a second subject: n1 and n2",
        ),
        ("", " lists no pairs"),
    ],
)
def test_what_is_refused(plant, lines, says):
    root = plant(FILES, {"pairs.csv": f"{HEAD}{lines}\n"})
    with pytest.raises(UsageError) as error:
        opened(root).index()
    assert str(error.value).startswith(f"{root}/pairs.csv{says}")


def test_the_wrong_folder(plant):
    state = opened(plant(FILES)).availability()
    assert isinstance(state, Missing)
    assert "expected pairs.csv with the columns input,neutral_target,subject_id" in state.reason
