"""`idferm` and its placebo, through their own fit."""

import numpy as np
import pytest
import torch
from ferbench_baselines.softmax import Softmax
from ferbench_idferm import METHODS
from ferbench_idferm.config import IdfermConfig
from ferbench_idferm.method import Idferm

from ferbench.contracts.faces import LabelledFaces, TrainingFaces
from ferbench.contracts.method import PRESETS, Task
from ferbench.contracts.run import BatchShape
from ferbench.errors import Unsupported, UsageError
from ferbench.imaging.crops import ten_crop, to_batch
from ferbench.imaging.photometric import standardise
from ferbench.losses.radial import FixedThreshold
from ferbench.nets.statistics import own_statistics
from ferbench.settings import configured
from ferbench.training.recipe import InceptionRecipe
from ferbench.training.seeding import seed_everything
from ferbench.training.states import read_state, save_state

SHORT = {"divisor": 16, "epochs": 2, "batch": 16, "lr": 1.2e-2, "weight": 0.03}
BY_NAME = {spec.name: spec for spec in METHODS}
RADIAL = ("idferm", "idferm-other")


@pytest.fixture
def methods(bench):
    return bench(METHODS, SHORT)


def learnt(name, methods, run_beside, toy, **settings):
    """The state after a short training in a run of its own."""
    return methods.fitted(name, toy, run_beside(48, str(settings) + name), **settings).state()


def same(one, other):
    return all(np.array_equal(array, other[name]) for name, array in one.items())


def batch_of(method, toy, run_beside):
    """The first images and labels that training would see, and their batch."""
    train = method.paired(toy.train, run_beside(48), "references")
    batch = next(iter(method.sampler.batches(train, run_beside(48), 0)))
    generator = torch.Generator().manual_seed(0)
    images = method.view.random(train.images(batch.rows), generator, torch.device("cpu"))
    return images, torch.from_numpy(train.expression[batch.rows]), batch


@pytest.mark.parametrize("sampling", ["batch", "classes"])
@pytest.mark.parametrize("name", RADIAL)
def test_the_comparisons_counted_are_2k(name, sampling, make_toy, run_beside, methods):
    run = run_beside(48)
    methods.fitted(name, make_toy(), run, sampling=sampling)
    progress = run.progress
    queries = 2 * 48
    assert progress.comparisons.total == progress.comparisons_expected == 2 * queries
    assert progress.input_passes == 2 * queries
    assert progress.batches == 2 * (3 if sampling == "batch" else 8)
    point = progress.curve[0]
    assert point["loss"] == pytest.approx(point["softmax"] + 0.03 * point["metric"], rel=1e-5)
    assert point["metric"] > 0


@pytest.mark.parametrize("threshold", ["adaptive", "fixed"])
@pytest.mark.parametrize("name", RADIAL)
def test_without_weight_it_is_softmax_to_the_bit(
    name, threshold, make_toy, new_run, run_beside, methods
):
    """The same start, order and crops, and running statistics that no reference has touched."""
    toy, run = make_toy(), new_run("softmax")
    seed_everything(0)
    alone = Softmax(
        configured(InceptionRecipe, [{k: v for k, v in SHORT.items() if k != "weight"}], "s"),
        toy.task,
    )
    with run.fitting():
        alone.fit(toy.data, run)
    beside = methods.fitted(name, toy, run_beside(48), weight=0.0, threshold=threshold)
    assert any("running" in part for part in alone.state())
    for part, array in alone.state().items():
        assert np.array_equal(array, beside.state()[part]), part


def test_it_learns_the_toy_problem(make_toy, run_beside, methods):
    toy, run = make_toy(), run_beside(48)
    method = methods.fitted("idferm", toy, run, epochs=8, weight=0.1)
    assert toy.accuracy(method, run) >= 0.9
    curve = run.progress.curve
    assert curve[-1]["metric"] < curve[0]["metric"]


class TestRouting:
    def test_references_do_not_reach_softmax(self, make_toy, run_beside, methods):
        method = methods.built("idferm", make_toy().task)
        images, labels, batch = batch_of(method, make_toy(), run_beside)
        images.requires_grad_()
        losses = method.criterion(method.network, images, labels, batch)
        half = len(images) // 2
        by_softmax, by_metric = (
            torch.autograd.grad(losses[term], images, retain_graph=True)[0]
            for term in ("softmax", "metric")
        )
        assert by_softmax[:half].any()
        assert not by_softmax[half:].any()
        assert by_metric[:half].any()
        assert by_metric[half:].any()

    def test_the_radial_loss_leaves_the_classifier_alone(
        self, make_toy, run_beside, reached, methods
    ):
        method = methods.built("idferm", make_toy().task)
        images, labels, batch = batch_of(method, make_toy(), run_beside)
        metric = method.criterion(method.network, images, labels, batch)["metric"]
        assert reached(method.network, metric, ("trunk.", "fc2.")) == []

    def test_both_losses_together_reach_all(self, make_toy, run_beside, methods):
        method = methods.built("idferm", make_toy().task)
        images, labels, batch = batch_of(method, make_toy(), run_beside)
        method.criterion(method.network, images, labels, batch)["loss"].backward()
        for module in (method.network, method.criterion):
            idle = [n for n, p in module.named_parameters() if p.grad is None or not p.grad.any()]
            assert idle == []


class TestNeutral:
    """Class 1 of the toy taken for neutral, as in a protocol of eight classes."""

    TASK = Task(("anger", "neutral", "sadness"), {"face": (48, 48, 1)})

    def metric_by_references(self, methods, toy, run_beside, **settings):
        method = methods.built("idferm", self.TASK, **settings)
        images, labels, batch = batch_of(method, toy, run_beside)
        images.requires_grad_()
        metric = method.criterion.eval()(method.network.eval(), images, labels, batch)["metric"]
        (moved,) = torch.autograd.grad(metric, images)
        each = moved[len(images) // 2 :].flatten(1).abs().sum(1) > 0
        return each, labels

    def test_references_of_neutral_queries_are_left_in_peace(self, make_toy, run_beside, methods):
        each, labels = self.metric_by_references(methods, make_toy(), run_beside)
        assert torch.equal(each, labels != 1)

    def test_or_are_not(self, make_toy, run_beside, methods):
        each, _ = self.metric_by_references(methods, make_toy(), run_beside, mask_neutral=False)
        assert each.all()

    def test_2k_comparisons_all_the_same(self, make_toy, run_beside, methods):
        run, toy = run_beside(48), make_toy()
        data = TrainingFaces(train=relabelled(toy.train, self.TASK.classes))
        toy.task = self.TASK
        methods.fitted("idferm", toy, run, data)
        assert run.progress.comparisons.total == run.progress.comparisons_expected == 4 * 48


def relabelled(train: LabelledFaces, classes) -> LabelledFaces:
    part = train.part(np.arange(len(train)))
    part.classes = classes
    return part


@pytest.mark.parametrize("sampling", ["batch", "classes"])
def test_a_fold_that_lacks_a_class_is_learnt_from(sampling, make_toy, run_beside, methods):
    run = run_beside(48)
    methods.fitted("idferm", make_toy(absent=2), run, sampling=sampling)
    assert np.isfinite(run.progress.curve[-1]["loss"])
    assert run.progress.comparisons.total == run.progress.comparisons_expected


class TestView:
    def test_face_and_reference_are_cropped_and_mirrored_alike(self, make_toy, run_beside, methods):
        """Of faces that are their own references, both halves are the same."""
        method = methods.built("idferm", make_toy().task)
        faces = make_toy().train.images()
        pairs = np.concatenate([faces, faces], axis=-1)
        generator = torch.Generator().manual_seed(1)
        images = method.view.random(pairs, generator, torch.device("cpu"))
        assert images.shape == (96, 1, 44, 44)
        assert torch.equal(images[:48], images[48:])

    def test_each_is_one_of_the_ten_windows(self, make_toy, methods):
        method = methods.built("idferm", make_toy().task, crops="ten")
        faces = make_toy().train.images()
        generator = torch.Generator().manual_seed(1)
        pairs = np.concatenate([faces, 255 - faces], axis=-1)
        images = method.view.random(pairs, generator, torch.device("cpu"))
        all_ten = ten_crop(to_batch(torch.from_numpy(faces)), 44)
        shown = set()
        for image, reference, windows in zip(images[:48], images[48:], all_ten, strict=True):
            ready = standardise(windows)
            (found,) = [k for k in range(10) if torch.allclose(ready[k], image, atol=1e-5)]
            assert torch.allclose(image, -reference, atol=1e-5)
            shown.add(found)
        assert len(shown) == 10

    def test_at_test_the_reference_is_not_looked_at(self, make_toy, methods):
        method = methods.built("idferm", make_toy().task)
        faces = make_toy().train.images()
        pairs = np.concatenate([faces, 255 - faces], axis=-1)
        cpu = torch.device("cpu")
        assert torch.equal(method.view.centre(pairs, cpu), method.view.centre(faces, cpu))


def test_prediction_needs_the_query_and_softmax_alone(make_toy, run_beside, tmp_path, methods):
    toy, run = make_toy(), run_beside(48)
    method = methods.fitted("idferm", toy, run)
    expected = method.predict(toy.test, run)
    save_state(tmp_path / "state.npz", method.state())
    assert not [part for part in method.state() if "fc3" in part or "l_a" in part]
    plain = Softmax(configured(InceptionRecipe, [{"divisor": 16}], "softmax"), toy.task)
    plain.load_state(read_state(tmp_path / "state.npz"))
    assert np.array_equal(plain.predict(toy.test, run).probabilities, expected.probabilities)


def test_own_statistics_are_forgotten_and_tracking_comes_back(make_toy, methods):
    network = methods.built("idferm", make_toy().task).network.train()
    before = {name: t.clone() for name, t in network.state_dict().items()}
    images = torch.randn(6, 1, 44, 44)
    with own_statistics(network):
        inside = network(images)
    assert all(torch.equal(t, before[name]) for name, t in network.state_dict().items())
    assert torch.equal(network(images), inside)
    changed = [n for n, t in network.state_dict().items() if not torch.equal(t, before[n])]
    assert changed
    assert all("running" in name or "tracked" in name for name in changed)


def test_the_placebo_differs_from_its_method_in_the_references_alone(make_toy, run_beside, methods):
    toy = make_toy()
    own, other = (learnt(name, methods, run_beside, toy) for name in RADIAL)
    assert not same(own, other)
    assert BY_NAME["idferm-other"].placebo_of == "idferm"
    assert BY_NAME["idferm-other"].presets == BY_NAME["idferm"].presets
    paired = [
        methods.built(name, toy.task).paired(toy.train, run_beside(48), "references").images()
        for name in RADIAL
    ]
    assert np.array_equal(paired[0][..., :1], paired[1][..., :1])
    assert not (paired[0] == paired[1]).all(axis=(1, 2, 3)).any()


def test_settings_change_what_is_learnt(make_toy, run_beside, methods):
    toy = make_toy()
    plain = learnt("idferm", methods, run_beside, toy, epochs=1)
    for setting in (
        {"threshold": "fixed"},
        {"h_sign": "eq8_literal"},
        {"sampling": "classes"},
        {"crops": "ten"},
        {"weight": 0.3},
    ):
        assert not same(plain, learnt("idferm", methods, run_beside, toy, epochs=1, **setting)), (
            setting
        )
    longer = learnt("idferm", methods, run_beside, toy, epochs=2)
    assert not same(longer, learnt("idferm", methods, run_beside, toy, epochs=2, momentum=0.9))


def test_a_fixed_threshold_is_that_of_eq8(make_toy, methods):
    loss = methods.built(
        "idferm", make_toy().task, threshold="fixed", boundary=3.0, tau=0.5
    ).criterion.loss
    assert isinstance(loss.similarity, FixedThreshold)
    assert (loss.similarity.threshold, loss.margin) == (3.0, 0.25)


def test_running_centres_are_checkpointed_with_the_criterion(make_toy, run_beside, methods):
    toy = make_toy()
    method = methods.fitted("idferm", toy, run_beside(48), momentum=0.9)
    assert method.criterion.loss.placed.all()
    assert "loss.centres" in method.criterion.state_dict()


def test_costs_of_the_papers_preset():
    """37.3 M operations at 60 x 60; the parameters of `2b-nm`, which the side does not change."""
    spec = BY_NAME["idferm"]
    for classes, comparisons in ((6, 24), (7, 28), (8, 32)):
        inputs = {name: p.shape for name, p in spec.inputs["paper"].items()}
        config = configured(spec.config, [spec.presets["paper"]], spec.name)
        cost = Idferm(config, Task(tuple("abcdefgh"[:classes]), inputs)).cost()
        assert cost.comparisons == comparisons
        assert cost.parameters == 7_348_233 + 4_850_946 + 1025 * (classes - 7)
        assert cost.macs == pytest.approx(37.3e6, rel=2e-3)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_placebo_and_the_method_are_trained_alike(preset):
    for name in RADIAL:
        spec = BY_NAME[name]
        config = configured(spec.config, [spec.presets[preset]], name)
        assert config.sampling == ("classes" if preset == "paper" else "batch")
        assert (config.weight == 1) == (preset == "paper")
        assert config.pretrain == "none"
        assert spec.baseline == "softmax"
    assert BY_NAME["idferm"].needs == frozenset()
    assert BY_NAME["idferm-other"].needs == {"subject_id"}


def test_without_people_the_method_learns_and_the_placebo_does_not(make_toy, run_beside, methods):
    toy = make_toy()
    nameless = toy.train.part(np.arange(48))
    nameless.subject = None
    data = TrainingFaces(train=nameless)
    methods.fitted("idferm", toy, run_beside(48, "own"), data)
    with pytest.raises(Unsupported, match="names no people"):
        methods.fitted("idferm-other", toy, run_beside(48, "other"), data)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"threshold": "none"}, "threshold is 'none'; known: adaptive, fixed"),
        ({"sampling": "grid"}, "sampling is 'grid'; known: batch, classes"),
        ({"crops": "five"}, "crops is 'five'; known: uniform, ten"),
        ({"momentum": 1.0}, "momentum is 1.0; it must be at least 0 and below 1"),
        ({"pretrain": "fer2013"}, "pretrain is 'fer2013'; known: none, multipie"),
        ({"hng": {"corpus": "none"}}, "corpus is 'none'; known: multipie"),
    ],
)
def test_settings_without_meaning_are_refused(setting, says):
    with pytest.raises(UsageError, match=says):
        configured(IdfermConfig, [setting], "idferm")


def test_expected_comparisons_are_of_the_queries(make_toy, methods):
    method = methods.built("idferm", make_toy().task)
    assert method.expected_comparisons(BatchShape(32, 16, classes=8)) == 32
