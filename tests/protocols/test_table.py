"""The named protocols on synthetic indexes of the published sizes; counts worked out by hand."""

from itertools import cycle
from pathlib import Path

import polars as pl
import pytest

from ferbench.errors import UsageError
from ferbench.host import discover
from ferbench.protocols.named import find
from ferbench.protocols.split import cut
from ferbench.protocols.table import PROTOCOLS

LEADERBOARD = {name: spec.protocol for name, spec in discover().datasets.items()}
"""The protocol that ranks on each dataset."""
BY_NAME = {protocol.name: protocol for protocol in PROTOCOLS}
DOCUMENT = Path(__file__).parents[2] / "docs" / "protocols.md"

CKPLUS = {"anger": 45, "contempt": 18, "disgust": 59, "fear": 25, "happiness": 69,
          "sadness": 28, "surprise": 83}  # fmt: skip
MMI = {"anger": 33, "disgust": 32, "fear": 28, "happiness": 42, "sadness": 32, "surprise": 41}
SIX = tuple(MMI)
SEVEN = ("neutral", *SIX)


def films(make_index, make_recording, counts, subjects, shown=5):
    """So many recordings of an expression, dealt out to the subjects in turn: one neutral frame,
    then `shown` of the expression."""
    people = [f"S{number:03d}" for number in range(subjects)]
    labels = [label for label, count in counts.items() for _ in range(count)]
    rows = []
    for number, (label, who) in enumerate(zip(labels, cycle(people), strict=False)):
        rows += make_recording(who, f"{who}-{number:03d}", ["neutral"] + [label] * shown)
    return make_index(rows)


@pytest.fixture(scope="module")
def protocol():
    """A protocol by name."""
    return BY_NAME.__getitem__


@pytest.fixture
def ckplus(make_index, make_recording):
    """118 subjects, 327 sequences."""
    return films(make_index, make_recording, CKPLUS, 118)


@pytest.fixture
def mmi(make_index, make_recording):
    """31 subjects, 208 sequences, the expression in the middle."""
    return films(make_index, make_recording, MMI, 31, shown=7)


def in_test(split):
    """All test rows of all folds together."""
    return pl.concat([fold.samples.filter(pl.col("part") == "test") for fold in split.folds])


def people(fold, part):
    return sorted(set(fold.samples.filter(pl.col("part") == part)["subject"]))


@pytest.mark.parametrize(
    ("name", "folds", "images", "units"),
    [
        ("ckplus-7c-last3-8fold", 8, 981, 327),
        ("ckplus-8c-first1last3-8fold", 8, 981 + 327, 327 + 327),
        ("ckplus-7c-last3-10fold-stride", 10, 981, 327),
        ("ckplus-7c-last3-10fold-block", 10, 981, 327),
        ("ckplus-7c-last3-10fold-stride-val", 10, 981, 327),
        ("ckplus-7c-first1last3-10fold-stride", 10, 981, 327),
        ("ckplus-7c-first1last3-10fold-block", 10, 981, 327),
        ("ckplus-6c-last3-10fold-stride-val", 10, 927, 309),
    ],
)
def test_ckplus_counts(ckplus, protocol, name, folds, images, units):
    split = cut(protocol(name), ckplus)
    rows = in_test(split)
    assert (len(split.folds), len(rows), rows["unit"].n_unique()) == (folds, images, units)
    assert rows["sample"].n_unique() == images
    assert len(split.classes) == int(name.split("-")[1][0])
    assert ("contempt" in split.classes) == ("6c" not in name)


def test_ckplus_8fold_trains_on_six_groups_and_validates_on_one(ckplus, protocol):
    split = cut(protocol("ckplus-7c-last3-8fold"), ckplus)
    sizes = [tuple(len(people(fold, part)) for part in ("train", "validation", "test"))
             for fold in split.folds]  # fmt: skip
    # 118 = 8 * 14 + 6: groups 0 to 5 have 15 subjects, 6 and 7 have 14
    assert sizes == [(88, 15, 15)] * 5 + [(89, 14, 15), (90, 14, 14), (89, 15, 14)]
    assert people(split.folds[0], "test")[:3] == ["S000", "S008", "S016"]


def test_stride_and_block_by_hand(ckplus, protocol):
    stride = cut(protocol("ckplus-7c-last3-10fold-stride"), ckplus).folds
    block = cut(protocol("ckplus-7c-last3-10fold-block"), ckplus).folds
    assert people(stride[3], "test") == [f"S{n:03d}" for n in range(3, 118, 10)]
    # boundaries at round(11.8 i): 0 12 24 35 47 59 71 83 94 106 118
    assert people(block[3], "test") == [f"S{n:03d}" for n in range(35, 47)]
    assert people(block[9], "test") == [f"S{n:03d}" for n in range(106, 118)]


def test_first1_differs_from_the_plain_protocol_by_needing_references(
    ckplus, protocol, make_recording, make_index
):
    plain = cut(protocol("ckplus-7c-last3-10fold-stride"), ckplus)
    first = cut(protocol("ckplus-7c-first1last3-10fold-stride"), ckplus)
    assert plain.certificate.fold_hash == first.certificate.fold_hash
    assert plain.fingerprint != first.fingerprint
    for fold in first.folds:
        references = fold.samples.filter(pl.col("part") == "neutral")
        assert set(references["subject"]) == set(people(fold, "train"))
        assert set(fold.samples.filter(pl.col("part") == "test")["expression"]) <= set(CKPLUS)
    lacking = ckplus.filter(
        ~((pl.col("sequence") == "S004-004") & (pl.col("expression") == "neutral"))
    )
    assert len(cut(protocol("ckplus-7c-last3-10fold-stride"), lacking).folds) == 10
    with pytest.raises(UsageError, match="1 have none, such as 'S004-004'"):
        cut(protocol("ckplus-7c-first1last3-10fold-stride"), lacking)


def test_scored_neutral_is_a_unit_of_its_own(ckplus, protocol):
    rows = in_test(cut(protocol("ckplus-8c-first1last3-8fold"), ckplus))
    neutral = rows.filter(pl.col("expression") == "neutral")
    assert len(neutral) == 327
    assert neutral["unit"].to_list() == neutral["sample"].to_list()
    assert {sample[-3:] for sample in neutral["sample"]} == {"000"}


@pytest.mark.parametrize("name", [n for n in BY_NAME if n.startswith("mmi")])
def test_mmi_counts_and_the_middle_frames(mmi, protocol, name):
    rows = in_test(cut(protocol(name), mmi))
    assert (len(rows), rows["sequence"].n_unique()) == (624, 208)
    assert {sample[-3:] for sample in rows["sample"]} == {"003", "004", "005"}


@pytest.mark.parametrize("name", [n for n in BY_NAME if n.startswith("oulu")])
def test_oulu_counts(make_index, make_recording, protocol, name):
    index = films(make_index, make_recording, dict.fromkeys(SIX, 80), 80)
    rows = in_test(cut(protocol(name), index))
    assert (len(rows), rows["unit"].n_unique()) == (1440, 480)


def bu3dfe(make_index):
    rows = []
    for who in [f"F{n:04d}" for n in range(1, 57)] + [f"M{n:04d}" for n in range(1, 45)]:
        shown = [("neutral", 0)] + [(label, level) for label in SIX for level in (1, 2, 3, 4)]
        rows += [
            {"sample": f"{who}-{label}{level}", "subject": who, "expression": label, "level": level}
            for label, level in shown
        ]
    plain = make_index([{k: v for k, v in row.items() if k != "level"} for row in rows])
    return plain.with_columns(intensity=pl.Series([row["level"] for row in rows]))


@pytest.mark.parametrize("name", [n for n in BY_NAME if n.startswith("bu3dfe")])
def test_bu3dfe_scores_the_two_high_intensities(make_index, protocol, name):
    index = bu3dfe(make_index)
    assert len(index) == 2500
    split = cut(protocol(name), index)
    rows = in_test(split)
    assert len(rows) == rows["unit"].n_unique() == 1200
    assert {sample[-1] for sample in rows["sample"]} == {"3", "4"}
    assert [len(people(fold, "test")) for fold in split.folds] == [10] * 10
    references = split.folds[0].samples.filter(pl.col("part") == "neutral")
    assert len(references) == (80 if name.endswith("-val") else 90)


def test_high_needs_intensities(make_corpus, protocol):
    with pytest.raises(UsageError, match="needs the column 'intensity'"):
        protocol("bu3dfe-6c-high-10fold-stride").folds(make_corpus(["a"] * 12, shown=SIX))


def stills(make_index, sets, per_class, subject=None):
    """Images without subjects: so many of each class in each set."""
    return make_index(
        [
            {"sample": f"{part}-{label}-{n:03d}", "expression": label, "split": part,
             "subject": subject and subject(part, n)}
            for part in sets
            for label in SEVEN
            for n in range(per_class)
        ]
    )  # fmt: skip


def counts(fold):
    return dict(fold.samples.filter(pl.col("part") != "neutral")["part"].value_counts().iter_rows())


def test_rafdb_holds_out_a_tenth_of_each_class_of_the_training_set(make_index, protocol):
    index = stills(make_index, ("train", "test"), 30)
    (fold,) = cut(protocol("rafdb-7c-standard"), index).folds
    assert counts(fold) == {"train": 7 * 27, "validation": 7 * 3, "test": 7 * 30}
    held = fold.samples.filter(pl.col("part") == "validation")
    assert set(held["expression"].value_counts()["count"]) == {3}
    assert all(sample.startswith("train") for sample in held["sample"])
    shuffled = index.sample(fraction=1, shuffle=True, seed=4)
    (again,) = cut(protocol("rafdb-7c-standard"), shuffled).folds
    assert again.samples.sort("sample", "part").equals(fold.samples.sort("sample", "part"))


def test_the_held_out_share_is_cut_by_subject_where_subjects_are_known(make_index, protocol):
    index = stills(make_index, ("train", "test"), 40, lambda part, n: f"{part}{n // 2}")
    (fold,) = cut(protocol("rafdb-7c-standard"), index).folds
    held, taught = set(people(fold, "validation")), set(people(fold, "train"))
    assert len(held) == 2
    assert not held & taught
    assert len(held | taught) == 20


def test_sfew_tests_its_validation_set(make_index, protocol):
    index = stills(make_index, ("train", "validation", "test"), 20)
    (fold,) = cut(protocol("sfew-7c-trainval"), index).folds
    assert counts(fold) == {"train": 7 * 18, "validation": 7 * 2, "test": 7 * 20}
    test = fold.samples.filter(pl.col("part") == "test")
    assert all(sample.startswith("validation") for sample in test["sample"])
    assert not any(sample.startswith("test") for sample in fold.samples["sample"])


def test_fer2013_validates_on_its_own_set_and_else_on_a_share(make_index, protocol):
    three = stills(make_index, ("train", "validation", "test"), 20)
    (fold,) = cut(protocol("fer2013-7c-standard"), three).folds
    assert counts(fold) == {"train": 140, "validation": 140, "test": 140}
    (fold,) = cut(
        protocol("fer2013-7c-standard"), three.filter(pl.col("split") != "validation")
    ).folds
    assert counts(fold) == {"train": 7 * 18, "validation": 7 * 2, "test": 140}


def test_copies_of_evaluated_files_are_left_out_of_training(make_index, protocol):
    index = stills(make_index, ("train", "validation", "test"), 20)
    same = {"train-fear-003": "x", "test-fear-001": "x", "train-neutral-002": "y",
            "validation-neutral-000": "y", "validation-anger-001": "z", "test-anger-001": "z",
            "train-anger-004": "w", "train-anger-005": "w"}  # fmt: skip
    index = index.with_columns(
        file_hash=pl.col("sample").replace_strict(same, default=pl.col("file_hash"))
    )
    split = cut(protocol("fer2013-7c-standard"), index)
    used = {sample for fold in split.folds for sample in fold.samples["sample"]}
    gone = {"train-fear-003", "train-neutral-002", "validation-anger-001"}
    assert set(index["sample"]) - used == gone
    with pytest.raises(UsageError, match="the same picture as"):
        cut(find("split", "fer2013", {}), index)


def test_kdef_uses_the_frontal_view_only(make_index, protocol):
    rows = [
        {"sample": f"{who}-{label}-{view}", "subject": who, "expression": label}
        for who in [f"F{n:02d}" for n in range(20)] for label in SEVEN for view in (-90, 0, 45)
    ]  # fmt: skip
    index = make_index(rows).with_columns(
        view=pl.col("sample").str.extract(r"-(-?\d+)$", 1).cast(int)
    )
    rows = in_test(cut(protocol("kdef-7c-10fold-stride-val"), index))
    assert len(rows) == 20 * 7
    assert all(sample.endswith("-0") for sample in rows["sample"])


@pytest.mark.parametrize("name", ["jaffe-7c-loso", "jaffe-7c-loso-val"])
def test_jaffe_leaves_each_person_out(make_index, protocol, name):
    people_ = ["KA", "KL", "KM", "KR", "MK", "NA", "NM", "TM", "UY", "YM"]
    index = make_index(
        [{"sample": f"{who}.{label}", "subject": who, "expression": label}
         for who in people_ for label in SEVEN]
    )  # fmt: skip
    split = cut(protocol(name), index)
    assert [people(fold, "test") for fold in split.folds] == [[who] for who in people_]
    assert {len(people(fold, "train")) for fold in split.folds} == {8 if "-val" in name else 9}


def test_names_are_unique_and_belong_to_their_dataset():
    assert len(BY_NAME) == len(PROTOCOLS)
    assert all(name.split("-")[0] == p.dataset for name, p in BY_NAME.items())


def test_names_say_what_the_protocols_do():
    for name, p in BY_NAME.items():
        words = name.split("-")
        assert len(p.scored) == int(words[1][0])
        if p.folding != "split":
            assert p.validation == (name.endswith("-val") or "8fold" in words)
        if p.count:
            assert f"{p.count}fold" in words
        assert ("block" in words) == (p.folding == "block")
        assert ("first1" in name) == (p.neutral != "offered")
        for rule in ("last3", "mid3", "high"):
            assert (rule in name) == (p.rule == rule)


def test_every_leaderboard_protocol_exists_and_validates():
    for dataset, name in LEADERBOARD.items():
        p = find(name, dataset, BY_NAME)
        assert p.validation or p.own.held > 0, name


def test_every_protocol_states_its_source_and_is_documented():
    text = DOCUMENT.read_text()
    rows = {line.split("|")[1].strip(" `"): line for line in text.splitlines() if "|" in line}
    for name, p in BY_NAME.items():
        assert p.source, name
        assert p.facts in rows[name]
        assert p.source in rows[name]
        assert ("**" in rows[name]) == (LEADERBOARD[p.dataset] == name)


def test_the_document_lists_no_other_protocol():
    lines = DOCUMENT.read_text().splitlines()
    listed = [line.split("|")[1].strip(" `") for line in lines if line.startswith("| `")]
    assert listed == list(BY_NAME)
