"""MMI: videos and folders of frames, its index, and the draft of one."""

import sys

import av
import numpy as np
import pytest

from ferbench.contracts.dataset import Available, Missing
from ferbench.datasets.mmi import MMI, MMIConfig
from ferbench.datasets.mmi_draft import draft_index, read_times
from ferbench.datasets.video import frame_count, read_frames, write_video
from ferbench.errors import UsageError

HEAD = "sequence,subject,expression,video_or_frames,onset,apex,offset\n"
FRAMES = [f"Sessions/7/S002-004/{n:03d}.png" for n in (1, 2, 3, 4, 10)]
VIDEO = "Sessions/1/S001-001.avi"


@pytest.fixture
def film(plant):
    """Writes a lossless video of grey frames, the n-th of value 10 n, from 1."""

    def make(name=VIDEO, count=8):
        root = plant({name: ""})
        with av.open(str(root / name), "w") as container:
            stream = container.add_stream("ffv1", rate=25, width=16, height=12, pix_fmt="gray")
            for n in range(1, count + 1):
                image = np.full((12, 16), 10 * n, dtype=np.uint8)
                frame = av.VideoFrame.from_ndarray(image, format="gray")
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return root

    return make


def opened(root, **settings):
    return MMI(MMIConfig(str(root), **settings))


def refusal(dataset):
    with pytest.raises(UsageError) as error:
        list(dataset.load(dataset.index()["sample"].to_list()))
    assert "\n" not in str(error.value)
    return str(error.value)


def test_frames_of_a_video(film, plant):
    film()
    root = plant({"index.csv": f"{HEAD}S001-001,S001,Happiness,{VIDEO},3,4,6\n"})
    dataset = opened(root)
    index = dataset.index()
    assert index.select("sample", "subject", "sequence", "frame", "expression").rows() == [
        (f"{VIDEO}#0000{n}", "S001", "S001-001", n - 1, "neutral" if n < 3 else "happiness")
        for n in range(1, 7)
    ]
    assert index["file_hash"].n_unique() == 6
    assert dataset.skipped() == {"frames after the offset": 2}
    for names in ([5, 2, 2, 6], [1, 2, 3]):
        images = list(dataset.load([f"{VIDEO}#0000{n}" for n in names]))
        assert [image.shape for image in images] == [(12, 16, 3)] * len(names)
        assert [int(image.max()) for image in images] == [10 * n for n in names]


def test_a_folder_of_frames_without_times_and_sequences_without_expression(plant):
    lines = "S002-004,S002,fear,Sessions/7/S002-004,,,\nS002-005,S002,,Sessions/7/S002-004,,,\n"
    dataset = opened(plant(FRAMES, {"index.csv": HEAD + lines}))
    index = dataset.index()
    assert index["sample"].to_list() == FRAMES
    assert index["frame"].to_list() == [0, 1, 2, 3, 4]
    assert index["expression"].to_list() == ["neutral", "fear", "fear", "fear", "fear"]
    assert len(list(dataset.load(FRAMES))) == 5
    assert dataset.skipped() == {"sequences without an expression in the index": 1}


def test_the_index_may_lie_elsewhere(plant, tmp_path):
    root = plant(FRAMES)
    state = opened(root).availability()
    assert isinstance(state, Missing)
    assert "has no index (index.csv or mmi.csv" in state.reason
    assert "ferbench data index mmi" in state.how_to_obtain
    with pytest.raises(UsageError, match="has no index"):
        opened(root).index()
    path = tmp_path / "mine.csv"
    path.write_text(f"{HEAD}S002-004,S002,fear,Sessions/7/S002-004,2,3,4\n")
    dataset = opened(root, index=str(path))
    assert dataset.availability() == Available(str(root))
    assert dataset.index()["frame"].to_list() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (",S1,fear,Sessions/7/S002-004,,,", "line 2 has no sequence"),
        ("a,,fear,Sessions/7/S002-004,,,", "line 2 has no subject"),
        ("a,S1,fear,,,,", "line 2 has no video_or_frames"),
        ("a,S1,joy,Sessions/7/S002-004,,,", "line 2 has the unknown expression 'joy'; known: neu"),
        ("a,S1,fear,Sessions/9/none.avi,,,", "line 2 names Sessions/9/none.avi, which is no video"),
        ("a,S1,fear,Sessions/7/S002-004/001.png,,,", "which is no video and no folder of frames"),
        ("a,S1,fear,Sessions,,,", "names Sessions, which holds no frames"),
        ("a,S1,fear,../x,,,", "leads out of the folder"),
        ("a,S1,fear,/etc,,,", "leads out of the folder"),
        ("a,S1,fear,Sessions/7/S002-004,0,,", "has the onset '0'; expected a frame from 1 to 5"),
        ("a,S1,fear,Sessions/7/S002-004,,,6", "has the offset '6'; expected a frame from 1 to 5"),
        ("a,S1,fear,Sessions/7/S002-004,x,,", "has the onset 'x'; expected a frame from 1 to 5"),
        ("a,S1,fear,Sessions/7/S002-004,3,2,4", "onset, apex and offset that do not ascend"),
        ("a,S1,fear,Sessions/7/S002-004,,,\na,S1,fear,Sessions/7/S002-004,,,", "a second time"),
        ("", "lists no sequences"),
    ],
)
def test_lines_that_are_refused(plant, line, says):
    assert says in refusal(opened(plant(FRAMES, {"index.csv": f"{HEAD}{line}\n"})))


def test_broken_videos_are_named(film, plant):
    root = film()
    plant({"index.csv": f"{HEAD}S001-001,S001,fear,{VIDEO},,,\n"})
    whole = (root / VIDEO).read_bytes()
    for content in (b"", b"no video", whole[: len(whole) // 3]):
        (root / VIDEO).write_bytes(content)
        assert str(root / VIDEO) in refusal(opened(root))
    with pytest.raises(UsageError, match=r"ends after 8 frames; frame 9 was asked for"):
        list(opened(film()).load([f"{VIDEO}#00009"]))


@pytest.mark.parametrize("shape", [(12, 16), (31, 25), (97, 121)])
def test_written_videos_give_back_every_pixel_and_the_same_bytes(tmp_path, shape):
    noise = np.random.default_rng(0)
    frames = noise.integers(0, 256, (5, *shape, 3), dtype=np.uint8)
    frames[1] = 255  # a plain frame between noisy ones
    paths = [tmp_path / name for name in ("one.avi", "two.avi")]
    for path in paths:
        write_video(path, list(frames))
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert frame_count(paths[0]) == 5
    for found, frame in zip(read_frames(paths[0], range(5)), frames, strict=True):
        assert np.array_equal(found, frame)


def test_without_pyav_the_extra_is_named(film, plant, monkeypatch):
    root = film()
    plant({"index.csv": f"{HEAD}S001-001,S001,fear,{VIDEO},,,\n"})
    monkeypatch.setitem(sys.modules, "av", None)
    assert refusal(opened(root)).startswith(
        "reading videos needs PyAV: pip install 'ferbench[video]'"
    )


AUS = """<?xml version="1.0"?>
<ActionUnitAnnotation>
  <ActionUnit Number="12">
    <Marker Frame="9" Type="onset"/><Marker Frame="21" Type="apex"/>
    <Marker Frame="40" Type="offset"/>
  </ActionUnit>
  <ActionUnit Number="6">
    <Marker Frame="12" Type="onset"/><Marker Frame="25" Type="apex"/>
    <Marker Frame="38" Type="offset"/>
  </ActionUnit>
</ActionUnitAnnotation>
"""


def test_the_draft(film, plant):
    film()
    root = plant(FRAMES, {"Sessions/1/S001-001-oao_aucs.xml": AUS, "Sessions/1/session.xml": ""})
    before = sorted(root.rglob("*"))
    assert draft_index(root) == (
        f"{HEAD}S001-001,S001,,{VIDEO},9,25,40\nS002-004,S002,,Sessions/7/S002-004,,,\n"
    )
    assert sorted(root.rglob("*")) == before
    with pytest.raises(UsageError, match="holds no videos and no folders of frames"):
        draft_index(plant({"x/y.txt": ""}, root="empty"))


@pytest.mark.parametrize(
    ("text", "times"),
    [
        (AUS, {"onset": 9, "apex": 25, "offset": 40}),
        (AUS.replace(' Type="onset"', "").replace(' Type="apex"', "").replace(
            ' Type="offset"', ""), {"onset": 9, "apex": 25, "offset": 40}),
        ('<A><ActionUnit Number="1"><Marker Frame="5"/></ActionUnit></A>', {"onset": 5}),
        ('<A><ActionUnit Number="1"/></A>', {}),
        ("<A/>", {}),
    ],
)  # fmt: skip
def test_times_of_action_units(tmp_path, text, times):
    (tmp_path / "x.xml").write_text(text)
    assert read_times(tmp_path / "x.xml") == times


@pytest.mark.parametrize("text", ["", "<A>", AUS.replace('"9"', '"nine"'), "not xml"])
def test_annotations_that_are_none_are_named(tmp_path, text):
    (tmp_path / "x.xml").write_text(text)
    with pytest.raises(UsageError, match=r"x\.xml"):
        read_times(tmp_path / "x.xml")
