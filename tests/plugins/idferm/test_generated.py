"""`2b-nm-generated`, through its own fit."""

import numpy as np
import pytest
from ferbench_idferm import METHODS
from ferbench_idferm.config import GeneratedConfig
from ferbench_idferm.method import TwoBranchGenerated

from ferbench.contracts.faces import TrainingFaces
from ferbench.contracts.method import Task
from ferbench.settings import configured
from ferbench.training.seeding import seed_everything

SHORT = {"divisor": 16, "epochs": 2, "batch": 16, "lr": 1.2e-2, "weight": 0.03}
(SPEC,) = (spec for spec in METHODS if spec.name == "2b-nm-generated")
WITH_NEUTRAL = ("anger", "neutral", "sadness")


def fitted(toy, run, data=None, **settings):
    seed_everything(0)
    config = configured(GeneratedConfig, [SHORT, settings], SPEC.name)
    method = TwoBranchGenerated(config, toy.task)
    run.select(method, None)
    with run.fitting():
        method.fit(data or toy.data, run)
    return method


@pytest.mark.parametrize("tuples", ["grid", "paper"])
def test_faces_and_references_are_queries_and_counted(tuples, make_toy, run_beside):
    run = run_beside(48)
    fitted(make_toy(), run, tuples=tuples)
    progress = run.progress
    assert progress.comparisons.total == progress.comparisons_expected > 0
    embedded = 96 if tuples == "grid" else 96 * 4
    assert progress.input_passes == 2 * embedded
    assert {"negatives_of_a_positive", "negatives_at_random"} <= set(progress.curve[0])


def test_at_test_the_scored_classes_share_all_probability(make_toy, run_beside):
    toy, run = make_toy(), run_beside(48)
    method = fitted(toy, run, epochs=6)
    found = method.predict(toy.test, run)
    assert method.network.classifier.out_features == 4
    assert found.probabilities.shape == (30, 3)
    assert found.probabilities.sum(1) == pytest.approx(np.ones(30))
    assert toy.accuracy(method, run) >= 0.9


def test_probabilities_are_those_of_softmax_among_the_scored(make_toy, run_beside):
    toy, run = make_toy(), run_beside(48)
    method = fitted(toy, run)
    features = method.predict(toy.test, run).embeddings
    weight, bias = (p.detach().numpy()[:3] for p in method.network.classifier.parameters())
    logits = features @ weight.T + bias
    powers = np.exp(logits - logits.max(1, keepdims=True))
    found = method.predict(toy.test, run).probabilities
    np.testing.assert_allclose(found, powers / powers.sum(1, keepdims=True), atol=1e-5)


def test_a_face_sure_to_be_generated_still_gets_an_answer(make_toy, run_beside):
    toy, run = make_toy(), run_beside(48)
    method = fitted(toy, run)
    method.network.classifier.bias.data[3] = 1e4
    found = method.predict(toy.test, run).probabilities
    assert np.isfinite(found).all()
    assert found.sum(1) == pytest.approx(np.ones(30))


def test_scored_neutral_is_the_class_of_references(make_toy, run_beside):
    toy, run = make_toy(), run_beside(48)
    toy.task = Task(WITH_NEUTRAL, toy.task.inputs)
    train = toy.train.part(np.arange(48))
    train.classes = WITH_NEUTRAL
    method = fitted(toy, run, TrainingFaces(train=train))
    assert method.network.classifier.out_features == 3
    assert method.predict(toy.test, run).probabilities.shape == (30, 3)
    assert run.progress.comparisons.total == run.progress.comparisons_expected


@pytest.mark.parametrize(("classes", "comparisons"), [(7, 288), (6, 240)])
def test_costs_of_the_papers_preset(classes, comparisons):
    inputs = {name: p.shape for name, p in SPEC.inputs["paper"].items()}
    config = configured(SPEC.config, [SPEC.presets["paper"]], SPEC.name)
    cost = TwoBranchGenerated(config, Task(tuple("abcdefg"[:classes]), inputs)).cost()
    assert cost.comparisons == comparisons
    assert cost.parameters == 7_348_233 + 4_850_946 + 1025 * (classes + 1 - 7)


def test_it_needs_people_and_is_measured_against_2b_nm():
    assert SPEC.needs == {"subject_id"}
    assert SPEC.baseline == "2b-nm"
