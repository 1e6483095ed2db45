"""Named and generic protocols on synthetic indexes."""

import os
import random
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
import torch

from ferbench.contracts.protocol import PARTS, Scoring
from ferbench.errors import UsageError
from ferbench.protocols.named import SEVEN_EXPRESSIVE, NamedProtocol, find, parse_generic
from ferbench.protocols.split import cut

SUBJECTS = [f"S{number:02d}" for number in range(10)]


def part(fold, name):
    return fold.samples.filter(pl.col("part") == name)


def subjects(fold, name):
    return set(part(fold, name)["subject"])


@pytest.mark.parametrize("name", ["kfold:5-val", "kfold:5", "loso", "loso-val"])
def test_folds_are_disjoint_by_subject_and_test_everybody_once(make_corpus, name):
    index = make_corpus(SUBJECTS)
    folds = parse_generic(name).folds(index)
    tested = [subject for fold in folds for subject in sorted(subjects(fold, "test"))]
    assert sorted(tested) == SUBJECTS
    for fold in folds:
        seen = [subjects(fold, side) for side in ("train", "validation", "test")]
        assert set.union(*seen) == set(SUBJECTS)
        assert sum(len(side) for side in seen) == len(SUBJECTS)
        assert bool(seen[1]) == name.endswith("-val")
        assert set(fold.samples["part"]) <= set(PARTS)


def test_the_next_fold_validates(make_corpus):
    folds = parse_generic("kfold:5-val").folds(make_corpus(SUBJECTS))
    for number, fold in enumerate(folds):
        assert fold.number == number
        following = folds[(number + 1) % 5]
        assert subjects(fold, "validation") == subjects(following, "test")


def test_stride_and_block_cut_the_same_subjects_differently(make_corpus):
    index = make_corpus(SUBJECTS)
    stride = NamedProtocol("a", None, "stride", count=5).folds(index)
    block = NamedProtocol("b", None, "block", count=5).folds(index)
    assert subjects(stride[1], "test") == {"S01", "S06"}
    assert subjects(block[1], "test") == {"S02", "S03"}


def test_neutral_references_are_the_onset_frames_of_training_subjects_only(make_corpus):
    for fold in parse_generic("kfold:5-val").folds(make_corpus(SUBJECTS)):
        neutral = part(fold, "neutral")
        assert set(neutral["subject"]) == subjects(fold, "train")
        assert set(neutral["expression"]) == {"neutral"}
        assert all(sample.endswith("/000") for sample in neutral["sample"])
        assert len(neutral) == 6 * 3


def test_apex_protocol_scores_the_last_frame_alone(make_corpus):
    fold = parse_generic("kfold:5").folds(make_corpus(SUBJECTS))[0]
    assert {sample[-4:] for sample in part(fold, "test")["sample"]} == {"/005"}
    assert len(part(fold, "train")) == 8 * 3


def test_last3_scores_sequences_and_first_adds_neutral_units_of_their_own(make_corpus):
    protocol = NamedProtocol(
        "p",
        None,
        "stride",
        count=5,
        rule="last3",
        neutral="scored",
        scoring=Scoring(unit="sequence"),
    )
    index = make_corpus(SUBJECTS)
    assert protocol.classes(index) == ("neutral", "anger", "happiness", "surprise")
    test = part(protocol.folds(index)[0], "test")
    units = test.group_by("unit").agg("expression", "sample", "sequence")
    sizes = {"neutral": 1, "anger": 3, "happiness": 3, "surprise": 3}
    for unit, expressions, samples, sequences in units.iter_rows():
        assert len(set(expressions)) == 1
        assert len(samples) == sizes[expressions[0]]
        assert unit == (samples[0] if expressions[0] == "neutral" else sequences[0])
    assert len(units) == 2 * 3 * 2


def test_classes_follow_the_vocabulary_and_leave_out_the_unscored(make_corpus):
    index = make_corpus(SUBJECTS, shown=("surprise", "contempt", "anger", "sadness"))
    assert parse_generic("loso").classes(index) == ("anger", "contempt", "sadness", "surprise")
    six = NamedProtocol("six", None, "stride", count=5, scored=("surprise", "anger"))
    assert six.classes(index) == ("anger", "surprise")
    for fold in six.folds(index):
        scored = fold.samples.filter(pl.col("part") != "neutral")
        assert set(scored["expression"]) == {"anger", "surprise"}


def test_a_missing_class_is_named(make_corpus):
    protocol = NamedProtocol("ck-7c", None, "stride", count=5, scored=SEVEN_EXPRESSIVE)
    with pytest.raises(UsageError, match="protocol ck-7c scores contempt, disgust, fear, sadness"):
        protocol.folds(make_corpus(SUBJECTS))


@pytest.mark.parametrize("name", ["kfold:5", "loso", "split"])
def test_a_single_class_is_refused_by_name(make_corpus, name):
    index = make_corpus(SUBJECTS, shown=("anger",), split="train")
    says = rf"protocol {name}: only one class \(anger\) among the 10"
    with pytest.raises(UsageError, match=says):
        parse_generic(name).folds(index)


def test_an_unlabelled_index_has_no_class(make_index):
    index = make_index([{"sample": "a", "subject": "S1"}, {"sample": "b", "subject": "S2"}])
    with pytest.raises(UsageError, match=r"only one class \(none\) among the 0 images"):
        parse_generic("loso").folds(index)


def test_too_few_subjects_for_the_folds(make_corpus):
    with pytest.raises(UsageError, match=r"4 subjects cannot be cut into 5 folds.*kfold:4"):
        parse_generic("kfold:5").folds(make_corpus(SUBJECTS[:4]))
    with pytest.raises(UsageError, match="at least 3 folds, not 2"):
        parse_generic("loso-val").folds(make_corpus(SUBJECTS[:2]))


def test_subjects_who_show_no_scored_class_do_not_make_a_fold(make_corpus):
    index = pl.concat(
        [
            make_corpus(SUBJECTS[:6]),
            make_corpus(["T1"], shown=("fear",)).with_columns(
                sample=pl.format("t{}", "sample"), sequence=pl.format("t{}", "sequence")
            ),
        ]
    )
    protocol = NamedProtocol("p", None, "loso", scored=("anger", "happiness"))
    folds = protocol.folds(index)
    assert len(folds) == 6
    assert all("T1" not in set(fold.samples["subject"]) for fold in folds)


def split_index(make_corpus, splits, subjects=SUBJECTS):
    """A corpus whose subject number i has the split `splits[i]`."""
    index = make_corpus(subjects)
    by_subject = dict(zip(subjects, splits, strict=True))
    return index.with_columns(
        split=pl.col("subject").replace_strict(by_subject, return_dtype=pl.String)
    )


def test_split_uses_the_corpus_own_parts(make_corpus):
    splits = ["train"] * 6 + ["validation"] * 2 + ["test"] * 2
    (fold,) = parse_generic("split").folds(split_index(make_corpus, splits))
    assert subjects(fold, "train") == subjects(fold, "neutral") == set(SUBJECTS[:6])
    assert subjects(fold, "validation") == set(SUBJECTS[6:8])
    assert subjects(fold, "test") == set(SUBJECTS[8:])


def test_split_names_a_subject_in_two_parts(make_corpus):
    index = split_index(make_corpus, ["train"] * 8 + ["test"] * 2)
    crossing = (pl.col("subject") == "S03") & (pl.col("sequence") == "003-anger")
    index = index.with_columns(
        split=pl.when(crossing).then(pl.lit("test")).otherwise(pl.col("split"))
    )
    with pytest.raises(UsageError, match=r"'S03' is in two splits \(test and train\)"):
        parse_generic("split").folds(index)


def test_split_names_an_image_without_one(make_corpus):
    index = split_index(make_corpus, ["train"] * 7 + [None] + ["test"] * 2)
    with pytest.raises(UsageError, match=r"007-anger/005 has none.*kfold:5-val"):
        parse_generic("split").folds(index)


@pytest.mark.parametrize("absent", ["train", "test"])
def test_split_needs_training_and_test_images(make_corpus, absent):
    other = {"train": "test", "test": "train"}[absent]
    index = split_index(make_corpus, [other] * 10)
    with pytest.raises(UsageError, match=f"protocol split: no image has the split '{absent}'"):
        parse_generic("split").folds(index)


@pytest.mark.parametrize(
    ("name", "folding", "count", "validation"),
    [
        ("kfold:5", "stride", 5, False),
        ("kfold:12-val", "stride", 12, True),
        ("loso", "loso", 0, False),
        ("loso-val", "loso", 0, True),
        ("split", "split", 0, False),
    ],
)
def test_generic_names(name, folding, count, validation):
    protocol = parse_generic(name)
    assert (protocol.name, protocol.dataset) == (name, None)
    assert (protocol.folding, protocol.count, protocol.validation) == (folding, count, validation)


@pytest.mark.parametrize(
    "name",
    ["", "kfold", "kfold:", "kfold:x", "kfold:-5", "kfold:5-vl", "kfold:5 ", "split-val", "losoo"],
)
def test_names_that_are_not_generic(name):
    assert parse_generic(name) is None


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("kfold5-val", "kfold:5-val"), ("los", "loso"), ("splt", "split"), ("own-3fld", "own-3fold")],
)
def test_a_misspelt_protocol_gets_a_suggestion(asked, meant):
    own = NamedProtocol("own-3fold", "mine", "stride", count=3)
    with pytest.raises(UsageError, match=f"unknown protocol of mine '{asked}': .* '{meant}'"):
        find(asked, "mine", {own.name: own})


def test_a_protocol_of_another_dataset_is_refused():
    own = NamedProtocol("own-3fold", "mine", "stride", count=3)
    serves_all = NamedProtocol("any-3fold", None, "stride", count=3)
    registered = {p.name: p for p in (own, serves_all)}
    assert find("own-3fold", "mine", registered) is own
    assert find("any-3fold", "other", registered) is serves_all
    with pytest.raises(UsageError, match="own-3fold belongs to mine, not to other"):
        find("own-3fold", "other", registered)
    with pytest.raises(UsageError) as refusal:
        find("zzz", "other", registered)
    assert "own-3fold" not in str(refusal.value)


def test_images_without_subjects_are_cut_by_sequence(make_corpus):
    index = make_corpus([None] * 6)
    split = cut(parse_generic("kfold:3-val"), index)
    for fold in split.folds:
        sequences = [set(part(fold, side)["sequence"]) for side in ("train", "validation", "test")]
        assert [len(side) for side in sequences] == [6, 6, 6]
        assert len(set.union(*sequences)) == 18
        assert set(part(fold, "neutral")["sequence"]) == sequences[0]


def test_folds_do_not_depend_on_any_generator(make_corpus):
    index = make_corpus(SUBJECTS)
    hashes = set()
    for seed in range(3):
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        hashes.add(cut(parse_generic("kfold:4-val"), index).certificate.fold_hash)
    assert len(hashes) == 1


def test_folds_do_not_depend_on_the_hash_seed_of_the_process():
    program = (
        "import polars as pl\n"
        "from ferbench.protocols.named import parse_generic\n"
        "from ferbench.protocols.split import cut\n"
        "rows = [(f's{s}{e}', f'S{s}', f's{s}{e}', 0, e, f'{s}{e}', None)\n"
        "        for s in range(9) for e in ('anger', 'fear', 'neutral')]\n"
        "names = ['sample', 'subject', 'sequence', 'frame', 'expression', 'file_hash', 'split']\n"
        "index = pl.DataFrame(rows, schema=names, orient='row')\n"
        "print(cut(parse_generic('kfold:4-val'), index).certificate.fold_hash)\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1
    assert len(printed.pop().strip()) == 64


@pytest.mark.parametrize(
    ("protocol", "words"),
    [
        (parse_generic("loso-val"), ["classes found", "apex", "one fold a subject", "next fold"]),
        (parse_generic("split"), ["the dataset's own split", "the split's own validation"]),
        (
            NamedProtocol(
                "p",
                None,
                "block",
                count=8,
                rule="mid3",
                scored=("anger", "fear"),
                neutral="scored",
                scoring=Scoring("sequence", "max", "folds"),
            ),
            ["2 classes", "mid3", "neutral", "8 folds", "contiguous", "no validation fold",
             "by sequence (max", "mean of folds"],
        ),
    ],
)  # fmt: skip
def test_facts_state_every_choice(protocol, words):
    assert [word for word in words if word not in protocol.facts] == []
