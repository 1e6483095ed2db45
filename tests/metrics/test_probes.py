"""Linear probes, on embeddings whose knowledge is known."""

import numpy as np
import pytest

from ferbench.contracts.faces import Predictions
from ferbench.metrics import probes as module
from ferbench.metrics.probes import every_probe, further_features, probes

SUBJECTS, EXPRESSIONS, REPEATS = 12, 6, 3
SUBJECT = np.repeat([f"S{number:02d}" for number in range(SUBJECTS)], EXPRESSIONS * REPEATS)
EXPRESSION = np.tile(
    np.repeat(["anger", "disgust", "fear", "happiness", "sadness", "surprise"], REPEATS), SUBJECTS
)
COUNT = len(SUBJECT)


def one_hot(names):
    return (names[:, None] == np.unique(names)).astype(float)


def noise(seed=0, dimensions=40):
    return np.random.default_rng(seed).normal(size=(COUNT, dimensions))


def near_chance(found):
    """Within four standard errors of naming at random."""
    chance = found["chance"]
    return abs(found["accuracy"] - chance) < 4 * np.sqrt(chance * (1 - chance) / COUNT)


def test_an_embedding_of_the_subject_knows_it_and_nothing_else():
    embedding = one_hot(SUBJECT) + 0.01 * noise(dimensions=SUBJECTS)
    found = probes(embedding, None, SUBJECT, EXPRESSION)
    assert found["identity"]["accuracy"] == 1
    assert found["identity"]["chance"] == 1 / SUBJECTS
    assert found["expression"]["chance"] == 1 / EXPRESSIONS
    assert near_chance(found["expression"])


def test_an_embedding_of_the_expression_knows_it_and_nothing_else():
    embedding = one_hot(EXPRESSION) + 0.01 * noise(dimensions=EXPRESSIONS)
    found = probes(embedding, None, SUBJECT, EXPRESSION)
    assert found["expression"]["accuracy"] == 1
    assert near_chance(found["identity"])


def test_an_embedding_of_both_knows_both():
    found = probes(np.hstack([one_hot(SUBJECT), one_hot(EXPRESSION)]), None, SUBJECT, EXPRESSION)
    assert found["identity"]["accuracy"] == found["expression"]["accuracy"] == 1


@pytest.mark.parametrize("seed", range(5))
def test_a_random_embedding_knows_nothing(seed):
    found = probes(noise(seed), None, SUBJECT, EXPRESSION)
    assert near_chance(found["identity"])
    assert near_chance(found["expression"])


@pytest.mark.parametrize("target", ["identity", "expression"])
def test_shuffled_labels_cannot_be_named(target):
    embedding = np.hstack([one_hot(SUBJECT), one_hot(EXPRESSION)])
    found = probes(embedding, None, SUBJECT, EXPRESSION)[target]
    assert near_chance({**found, "accuracy": found["shuffled"]})


def test_a_face_told_from_its_own_pictures_alone_is_no_leak():
    """One code a subject and expression: what is learnt of some expressions says nothing of the
    others. A probe that were tested on expressions it was taught would find everybody."""
    pairs = np.char.add(SUBJECT, EXPRESSION)
    codes = one_hot(pairs) @ np.random.default_rng(0).normal(size=(len(np.unique(pairs)), 30))
    found = probes(codes, None, SUBJECT, EXPRESSION)
    assert near_chance(found["identity"])
    assert near_chance(found["expression"])


def test_the_untrained_network_is_probed_alike():
    first, second = one_hot(SUBJECT), noise(3)
    found = probes(first, second, SUBJECT, EXPRESSION)
    alone = probes(second, None, SUBJECT, EXPRESSION)
    for target in ("identity", "expression"):
        assert found[target]["untrained"] == alone[target]["accuracy"]
        assert "untrained" not in alone[target]


def test_scale_shift_and_rotation_of_the_embedding_do_not_matter():
    embedding = np.hstack([one_hot(SUBJECT), noise(1, 10)])
    expected = probes(embedding, None, SUBJECT, EXPRESSION)
    rotation = np.linalg.qr(np.random.default_rng(2).normal(size=(SUBJECTS + 10,) * 2))[0]
    for other in (embedding * 1000, embedding / 1000, embedding + 50, embedding @ rotation):
        found = probes(other, None, SUBJECT, EXPRESSION)
        for target in expected:
            for name, value in expected[target].items():
                assert found[target][name] == pytest.approx(value, abs=2 / COUNT)


def test_the_names_of_classes_and_the_order_of_rows_do_not_matter():
    embedding = np.hstack([one_hot(SUBJECT), 3 * noise(1, 10)])
    expected = probes(embedding, None, SUBJECT, EXPRESSION)["identity"]["accuracy"]
    order = np.random.default_rng(0).permutation(COUNT)
    found = probes(embedding[order], None, SUBJECT[order], EXPRESSION[order])
    assert found["identity"]["accuracy"] == pytest.approx(expected, abs=2 / COUNT)


def test_only_the_directions_of_most_variance_are_looked_at(monkeypatch):
    embedding = np.hstack([2 * noise(dimensions=4), one_hot(SUBJECT)])
    assert probes(embedding, None, SUBJECT, EXPRESSION)["identity"]["accuracy"] > 0.9
    monkeypatch.setattr(module, "DIMENSIONS", 4)
    assert near_chance(probes(embedding, None, SUBJECT, EXPRESSION)["identity"])


@pytest.mark.parametrize("embedding", [np.zeros((COUNT, 4)), np.ones((COUNT, 1)), noise(0, 1)])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_poor_embeddings_are_at_most_chance(embedding):
    found = probes(embedding, None, SUBJECT, EXPRESSION)
    for target in ("identity", "expression"):
        assert found[target]["accuracy"] <= found[target]["chance"] + 0.08


def test_without_subjects_there_is_no_probe():
    assert probes(noise(), None, None, EXPRESSION) == {}


@pytest.mark.parametrize(
    ("subject", "expression", "defined"),
    [
        (["A"] * 4, ["x", "x", "y", "y"], set()),
        (["A", "A", "B", "B"], ["x"] * 4, set()),
        (["A", "A", "B", "B"], ["x", "y", "x", "y"], {"identity", "expression"}),
        (["A", "A", "B", "B"], ["x", "y", "y", "z"], {"identity", "expression"}),
        (["A", "A", "B", "C"], ["x", "x", "y", "y"], set()),
    ],
)
def test_a_probe_that_could_not_be_taught_is_left_out(subject, expression, defined):
    embedding = np.random.default_rng(0).normal(size=(4, 3))
    found = probes(embedding, None, np.array(subject), np.array(expression))
    assert set(found) == defined


def test_the_result_is_plain_numbers_and_does_not_vary():
    first = probes(noise(), noise(1), SUBJECT, EXPRESSION)
    np.random.seed(1)
    assert probes(noise(), noise(1), SUBJECT, EXPRESSION) == first
    for values in first.values():
        assert set(values) == {"accuracy", "chance", "shuffled", "untrained"}
        assert {type(value) for value in values.values()} == {float}


def test_further_features_are_probed_as_the_embedding_is_under_names_of_their_own():
    """Beside each its own control, and none for a feature that is there after training alone."""
    person, face = one_hot(SUBJECT), one_hot(EXPRESSION)
    shares = np.full((COUNT, 2), 0.5)
    after = Predictions(shares, face, {"dispelled": person, "of noise": noise()})
    before = Predictions(shares, noise(1), {"dispelled": noise(2)})
    found = every_probe(after, before, SUBJECT, EXPRESSION)
    assert found == {
        **probes(face, noise(1), SUBJECT, EXPRESSION),
        **_named("dispelled", probes(person, noise(2), SUBJECT, EXPRESSION)),
        **_named("of noise", probes(noise(), None, SUBJECT, EXPRESSION)),
    }
    assert found["dispelled identity"]["accuracy"] == found["expression"]["accuracy"] == 1
    assert "untrained" not in found["of noise identity"]
    assert further_features(found) == ["dispelled", "of noise"]


def test_without_an_embedding_further_features_are_probed_still():
    after = Predictions(np.full((COUNT, 2), 0.5), None, {"one": noise()})
    found = every_probe(after, None, SUBJECT, EXPRESSION)
    assert set(found) == {"one identity", "one expression"}
    assert every_probe(Predictions(after.probabilities), None, SUBJECT, EXPRESSION) == {}
    assert every_probe(after, after, None, EXPRESSION) == {}


def test_features_named_as_probes_are_do_not_clash():
    after = Predictions(
        np.full((COUNT, 2), 0.5), noise(), {"identity": noise(1), "expression": noise(2)}
    )
    found = every_probe(after, None, SUBJECT, EXPRESSION)
    assert len(found) == 6
    assert further_features([*found, "something else"]) == ["expression", "identity"]


def _named(feature, found):
    return {f"{feature} {name}": values for name, values in found.items()}
