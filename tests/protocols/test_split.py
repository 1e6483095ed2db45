"""Certificates: a split that leaks is refused, and its hash says which folds were cut."""

from dataclasses import dataclass, field

import polars as pl
import pytest

from ferbench.contracts.protocol import Fold, Scoring
from ferbench.errors import UsageError
from ferbench.protocols.named import NamedProtocol, parse_generic
from ferbench.protocols.split import cut

SUBJECTS = [f"S{number:02d}" for number in range(8)]


@dataclass
class Given:
    """A third party's protocol: the parts are handed to it, sample by sample."""

    parts: dict[str, str]
    name: str = "given"
    dataset: str | None = None
    scoring: Scoring = field(default_factory=Scoring)
    facts: str = "whatever it is told"

    def classes(self, index):
        return ("anger", "fear")

    def folds(self, index):
        rows = index.filter(pl.col("sample").is_in(list(self.parts))).with_columns(
            part=pl.col("sample").replace_strict(self.parts), unit=pl.col("sample")
        )
        return [Fold(0, rows.select("sample", "part", "subject", "sequence", "expression", "unit"))]


def stills(make_index, *rows):
    """(sample, subject, further columns) -> an index of stills."""
    return make_index(
        [{"sample": s, "subject": who, "expression": "anger", **more} for s, who, more in rows]
    )


@pytest.mark.parametrize("sides", [("train", "test"), ("train", "validation"),
                                   ("validation", "test"), ("neutral", "test")])  # fmt: skip
def test_a_subject_on_two_sides_is_refused(make_index, sides):
    index = stills(make_index, ("a", "S1", {}), ("b", "S1", {}), ("c", "S2", {}))
    protocol = Given({"a": sides[0], "b": sides[1], "c": "train"})
    shown = sorted("train" if side == "neutral" else side for side in sides)
    with pytest.raises(UsageError) as refusal:
        cut(protocol, index)
    text = str(refusal.value)
    assert text.startswith("protocol given, fold 0: subject 'S1' of a is in " + " and ".join(shown))
    assert "nothing was run" in text


def test_a_sequence_on_two_sides_is_refused(make_index):
    index = stills(make_index, ("a", None, {"sequence": "film"}), ("b", None, {"sequence": "film"}))
    with pytest.raises(UsageError, match="sequence 'film' of a is in test and train"):
        cut(Given({"a": "train", "b": "test"}), index)


def test_the_same_picture_on_two_sides_is_refused(make_index):
    index = stills(
        make_index,
        ("a", "S1", {"file_hash": "same"}),
        ("b", "S2", {"file_hash": "same"}),
        ("c", "S3", {}),
    )
    with pytest.raises(UsageError, match=r"the same picture as a is in test and train \(as b\)"):
        cut(Given({"a": "train", "b": "test", "c": "train"}), index)


def test_the_same_picture_twice_on_one_side_is_allowed(make_index):
    index = stills(
        make_index, ("a", "S1", {"file_hash": "same"}), ("b", "S1", {"file_hash": "same"}),
        ("c", "S2", {}),
    )  # fmt: skip
    assert cut(Given({"a": "train", "b": "train", "c": "test"}), index).certificate.images == 3


def test_references_may_repeat_training_images(make_index):
    index = stills(make_index, ("a", "S1", {}), ("b", "S2", {}))
    split = cut(Given({"a": "neutral", "b": "test"}), index)
    (fold,) = split.folds
    again = fold.samples.with_columns(part=pl.lit("train")).filter(pl.col("sample") == "a")

    class Repeats(Given):
        def folds(self, index):
            return [Fold(0, pl.concat([fold.samples, again]))]

    assert cut(Repeats({}), index).certificate.images == 2


def test_a_leak_in_a_later_fold_is_found(make_index):
    index = stills(make_index, ("a", "S1", {}), ("b", "S2", {}), ("c", "S2", {}))

    class Later(Given):
        def folds(self, index):
            clean = Given({"a": "train", "b": "test", "c": "test"}).folds(index)[0]
            leaky = Given({"a": "train", "b": "train", "c": "test"}).folds(index)[0]
            return [clean, Fold(1, leaky.samples)]

    with pytest.raises(UsageError, match="fold 1: subject 'S2'"):
        cut(Later({}), index)


def test_a_duplicate_file_of_two_subjects_is_found_in_a_named_protocol(make_corpus):
    index = make_corpus(SUBJECTS)
    copies = pl.col("sample").is_in(["002-anger/005", "005-fear/005", "005-anger/005"])
    index = index.with_columns(
        file_hash=pl.when(copies).then(pl.lit("copy")).otherwise(pl.col("file_hash"))
    )
    with pytest.raises(UsageError, match=r"the same picture as 002-anger/005 .*\(as 005-anger"):
        cut(parse_generic("loso"), index)


def used(split):
    return {sample for fold in split.folds for sample in fold.samples["sample"]}


def test_the_certificate_counts_and_says_what_is_proven(make_corpus):
    split = cut(parse_generic("kfold:4-val"), make_corpus(SUBJECTS))
    certificate = split.certificate
    assert certificate.subjects_provable
    assert (certificate.folds, certificate.subjects, certificate.sequences) == (4, 8, 24)
    assert certificate.images == 8 * 3 * 2
    text = " ".join(certificate.lines())
    assert "no subject of 8 crosses train, validation and test" in text
    assert certificate.fold_hash in text
    assert len(used(split)) == certificate.images


@pytest.mark.parametrize("subjects", [[None] * 8, [*SUBJECTS[:7], None]])
def test_without_every_subject_disjointness_is_not_provable(make_corpus, subjects):
    certificate = cut(parse_generic("kfold:4"), make_corpus(subjects)).certificate
    assert not certificate.subjects_provable
    assert certificate.subjects == sum(subject is not None for subject in subjects)
    assert "not provable" in certificate.lines()[1]
    assert not any("no subject" in line for line in certificate.lines())


def test_the_hash_is_that_of_the_folds_and_not_of_the_order_of_rows(make_corpus):
    index = make_corpus(SUBJECTS)
    expected = cut(parse_generic("kfold:4-val"), index)
    for seed in range(3):
        shuffled = index.sample(fraction=1, shuffle=True, seed=seed)
        found = cut(parse_generic("kfold:4-val"), shuffled)
        assert found.certificate == expected.certificate
        assert found.fingerprint == expected.fingerprint
        assert used(found) == used(expected)


def test_the_hash_changes_with_the_folds(make_corpus):
    index = make_corpus(SUBJECTS)
    protocols = [
        parse_generic("kfold:4-val"),
        parse_generic("kfold:4"),
        parse_generic("kfold:3"),
        parse_generic("loso"),
        NamedProtocol("kfold:4", None, "block", count=4),
        NamedProtocol("kfold:4", None, "stride", count=4, rule="last3"),
    ]
    hashes = {cut(protocol, index).certificate.fold_hash for protocol in protocols}
    hashes.add(cut(parse_generic("kfold:4"), make_corpus(SUBJECTS[:7])).certificate.fold_hash)
    assert len(hashes) == len(protocols) + 1


def test_the_hash_changes_with_a_label(make_corpus):
    index = make_corpus(SUBJECTS)
    relabelled = index.with_columns(
        expression=pl.when(pl.col("sequence") == "000-anger")
        .then(pl.col("expression").replace("anger", "happiness"))
        .otherwise(pl.col("expression"))
    )
    protocol = parse_generic("kfold:4")
    assert cut(protocol, index).certificate != cut(protocol, relabelled).certificate


def test_the_fingerprint_tells_scorings_and_names_apart(make_corpus):
    index = make_corpus(SUBJECTS)
    scorings = [Scoring(), Scoring(unit="sequence"), Scoring(unit="sequence", join="max"),
                Scoring(pooling="folds")]  # fmt: skip
    splits = [
        cut(NamedProtocol("p", None, "loso", scoring=scoring), index) for scoring in scorings
    ] + [cut(NamedProtocol("q", None, "loso"), index)]
    assert len({split.certificate.fold_hash for split in splits}) == 1
    assert len({split.fingerprint for split in splits}) == len(splits)


def test_the_hash_does_not_depend_on_how_a_protocol_orders_its_rows(make_index):
    index = stills(make_index, ("a", "S1", {}), ("b", "S2", {}), ("c", "S3", {}))
    parts = {"a": "train", "b": "test", "c": "train"}

    class Backwards(Given):
        def folds(self, index):
            return [Fold(fold.number, fold.samples.reverse()) for fold in super().folds(index)]

    assert cut(Backwards(parts), index).certificate == cut(Given(parts), index).certificate
