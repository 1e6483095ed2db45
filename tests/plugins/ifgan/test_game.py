"""The four losses of IF-GAN: their values, what each reaches, and the order of the steps."""

import copy
import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

E = ("network.encoder", "network.classifier")
G = ("network.generator",)
D = ("game.discriminator",)


def test_the_losses_are_those_of_the_paper(case) -> None:
    c = case(lambda1=0.5, lambda2=7.0, lambda3=3.0, lambda4=2.0)
    lot, made = c.lots()[0], c.network.generator(c.faces)
    twin = copy.deepcopy(c.both)
    found = c.game.generation(c.network, lot, made)
    real, fake = (torch.cat([c.faces, other], 1) for other in (c.averages, made))
    verdicts = torch.sigmoid(twin["game"].discriminator(torch.cat([real, fake])))
    adversarial = -torch.log(verdicts[6:]).mean()
    l1 = (c.averages - made).abs().sum() / made.numel()
    x = [twin["network"].encoder(c.faces, other) for other in (made, c.averages)]
    p = [twin["network"].classifier(feature).softmax(1) for feature in x]
    softmax = [-sum(torch.log(q[i, y]) for i, y in enumerate(c.labels)) / 6 for q in p]
    centres = c.game.island.centres
    island = sum(
        ((feature[i] - centres[y]) ** 2).sum() for feature in x for i, y in enumerate(c.labels)
    )
    expected = {
        "adversarial": adversarial,
        "l1": l1,
        "softmax_fake": softmax[0],
        "softmax_real": softmax[1],
        "island": island / 12,
        "island_sum_to_softmax": island / sum(softmax),
        "loss": 0.5 * adversarial + 7 * l1 + 3 * sum(softmax) + 2 * island / 12,
    }
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, msg=name)
    judged = c.game.discrimination(lot, made)
    own = -torch.log(verdicts[:6]).mean() - torch.log(1 - verdicts[6:]).mean()
    torch.testing.assert_close(judged, own)


@pytest.mark.parametrize("cls_to_g", [True, False])
@pytest.mark.parametrize("loss", ["adversarial", "l1", "softmax_fake", "softmax_real", "island"])
def test_every_loss_reaches_what_it_must_and_nothing_else(case, reached, loss, cls_to_g) -> None:
    c = case(cls_to_g=cls_to_g)
    found = c.game.generation(c.network, c.lots()[0], c.network.generator(c.faces))
    of_g = G if cls_to_g else ()
    parts = {
        "adversarial": G,
        "l1": G,
        "softmax_fake": E + of_g,
        "softmax_real": E,
        "island": E[:1] + of_g,
    }
    assert reached(c.both, found[loss], parts[loss]) == []


def test_the_discriminators_loss_reaches_it_alone(case, reached) -> None:
    c = case()
    loss = c.game.discrimination(c.lots()[0], c.network.generator(c.faces))
    assert reached(c.both, loss, D) == []


def test_the_island_loss_may_leave_the_real_tuple_alone(case) -> None:
    """Then neither its value nor the centres depend on the average faces."""
    values = []
    for shift in (0.0, 0.5):
        c = case(island_on="fake")
        c.averages += shift
        losses = c.game.play(c.network, c.lots(), *c.descents())
        c.game.stepped()
        values.append((losses["island"], c.game.island.centres.clone()))
    torch.testing.assert_close(values[0], values[1])


def test_the_discriminator_steps_first(case) -> None:
    """G is judged by the D that has moved; D by faces that G made before it moved."""
    c = case()
    before = copy.deepcopy(c.both)
    order = []
    descents = c.descents(0.05)
    for name, optimiser in zip("DG", descents, strict=True):
        optimiser.register_step_post_hook(lambda *_, name=name: order.append(name))
    losses = c.game.play(c.network, c.lots(), *descents)
    assert order == ["D", "G"]
    made = before["network"].generator(c.faces).detach()
    pairs = torch.cat([torch.cat([c.faces, other], 1) for other in (c.averages, made)])
    untouched = before["game"].discriminator(pairs)
    expected = F.softplus(-untouched[:6]).mean() + F.softplus(untouched[6:]).mean()
    torch.testing.assert_close(losses["discriminator"], expected.detach())
    moved = F.softplus(-c.game.discriminator(pairs)[6:]).mean().detach()
    torch.testing.assert_close(losses["adversarial"], moved)
    assert not torch.isclose(moved, F.softplus(-untouched[6:]).mean(), rtol=1e-3)
    names = dict(before.named_parameters())
    still = [n for n, p in c.both.named_parameters() if torch.equal(p, names[n])]
    assert still == []


def test_the_discriminator_is_not_moved_by_the_generators_step(case) -> None:
    c = case()
    found = []
    for lambda2 in (20.0, 0.0):
        c = case(lambda2=lambda2, lambda3=lambda2)
        c.game.play(c.network, c.lots(), *c.descents(0.05))
        found.append({n: p.clone() for n, p in c.game.discriminator.named_parameters()})
    for name, parameter in found[0].items():
        assert torch.equal(parameter, found[1][name]), name


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_gradients_of_several_lots_add_up_to_those_of_the_batch(case, reduction) -> None:
    """Batch norm at rest: in training each lot has statistics of its own, which is another loss."""
    gradients, values = [], []
    for lots in (1, 4):
        c = case(attention=True, island_reduction=reduction)
        c.both.eval()
        values.append(c.game.play(c.network, c.lots(lots), *c.descents()))
        gradients.append({n: p.grad for n, p in c.both.named_parameters()})
    for name, gradient in gradients[0].items():
        torch.testing.assert_close(gradients[1][name], gradient, rtol=1e-3, atol=1e-4, msg=name)
    for name in set(values[0]) - {"island_sum_to_softmax"}:
        torch.testing.assert_close(values[1][name], values[0][name], msg=name)


def test_lots_change_what_batch_norm_sees(case) -> None:
    losses = []
    for lots in (1, 2):
        c = case()
        losses.append(c.game.play(c.network, c.lots(lots), *c.descents())["softmax_fake"])
    assert not torch.isclose(*losses, rtol=1e-4)


def test_lots_make_the_whole_batch(case) -> None:
    c = case()
    lots = c.lots(4)
    assert [len(lot.labels) for lot in lots] == [2, 2, 1, 1]
    assert sum(lot.share for lot in lots) == pytest.approx(1)
    assert torch.equal(torch.cat([lot.faces for lot in lots]), c.faces)
    assert len(c.lots(99)) == 6


@pytest.mark.parametrize("lots", [1, 3])
def test_recomputing_changes_nothing(case, lots) -> None:
    states = []
    for recompute in (False, True):
        c = case(attention=True, recompute=recompute)
        for module in c.network.generator.children():
            if hasattr(module, "gamma"):
                nn.init.ones_(module.gamma)
        c.game.play(c.network, c.lots(lots), *c.descents(0.01))
        states.append(c.both.state_dict())
    for name, value in states[0].items():
        if not name.endswith("num_batches_tracked"):
            torch.testing.assert_close(states[1][name], value, msg=name)


@pytest.mark.parametrize("lots", [1, 3])
@pytest.mark.parametrize(("island_on", "tuples"), [("both", 2), ("fake", 1)])
def test_distances_are_counted_once_a_batch(case, measured, lots, island_on, tuples) -> None:
    c = case(island_on=island_on)
    found = measured(lambda: c.game.play(c.network, c.lots(lots), *c.descents()))
    assert found == tuples * 6 + 3 * 2


def test_centres_follow_the_features_of_both_tuples(case) -> None:
    c = case(rate=0.25)
    twin = copy.deepcopy(c.both)
    x = torch.cat(
        [
            twin["network"].encoder(c.faces, other).detach()
            for other in (twin["network"].generator(c.faces), c.averages)
        ]
    )
    labels = c.labels.repeat(2)
    centres = c.game.island.centres.clone().requires_grad_()
    pairs = sum(
        F.cosine_similarity(centres[j], centres[k], dim=0) + 1
        for j in range(3)
        for k in range(3)
        if j != k
    )
    (slope,) = torch.autograd.grad(pairs, centres)
    expected = []
    for j in range(3):
        own = x[labels == j]
        delta = (centres[j].detach() - own).sum(0) / (1 + len(own)) + 0.03 * slope[j]
        expected.append(centres[j].detach() - 0.25 * delta)
    c.game.play(c.network, c.lots(), *c.descents(0.1))
    assert torch.equal(c.game.island.centres, centres), "not before the step has ended"
    c.game.stepped()
    torch.testing.assert_close(c.game.island.centres, torch.stack(expected))


class Oracle(nn.Module):
    """A "classifier" that reads the class from the corner of the second picture."""

    def forward(self, one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        return other[:, :, 0, 0] * 9 + 0 * one[:, :, 0, 0]


def test_the_real_tuple_does_not_leak_into_the_monitored_accuracy(case) -> None:
    """E is always right on the real tuple and always wrong on the fake one: accuracy 0."""
    c = case(lambda4=0.0)
    c.network.encoder, c.network.classifier = Oracle(), nn.Identity()
    c.game.island.centres = torch.zeros(3, 3)
    c.averages[:, :, 0, 0] = F.one_hot(c.labels, 3).float()
    wrong = torch.zeros(6, 3, 32, 32)
    wrong[:, :, 0, 0] = F.one_hot((c.labels + 1) % 3, 3).float()
    found = c.game.generation(c.network, c.lots()[0], wrong)
    assert found["softmax_real"] < 0.01
    assert found["softmax_fake"] > 5
    assert found["accuracy"] == 0


def test_the_real_tuple_leaves_the_running_statistics_alone(case) -> None:
    statistics = []
    for shift in (0.0, 0.5):
        c = case()
        c.averages += shift
        c.game.generation(c.network, c.lots()[0], c.network.generator(c.faces))
        statistics.append(dict(c.network.encoder.named_buffers()))
    for name, value in statistics[0].items():
        assert torch.equal(value, statistics[1][name]), name
    assert statistics[0]["trunk.bn1.running_mean"].any()


def test_a_game_begins_at_even_odds(case) -> None:
    c = case()
    losses = c.game.play(c.network, c.lots(), *c.descents())
    assert losses["discriminator"] == pytest.approx(2 * math.log(2), abs=0.5)
    assert losses["softmax_fake"] == pytest.approx(math.log(3), abs=0.8)
