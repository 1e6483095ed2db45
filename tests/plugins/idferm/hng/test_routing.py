"""Algorithm 1: which loss reaches which network, by parameter, from one forward pass."""

import copy
import math

import pytest
import torch
from ferbench_idferm.hng.features import FeatureNetworks
from ferbench_idferm.hng.routing import HngNetworks, HngObjective, route
from torch.nn import functional as F

from ferbench.losses.perceptual import feature_distance, identity_distance
from ferbench.losses.symmetry import SymmetryLoss
from ferbench.nets.dr_gan import DrGanShape
from ferbench.nets.light_cnn import LightCNN
from ferbench.nets.vgg_face import VggFace

PARTS = ("encoder", "decoder", "discriminator")
WEIGHTS = {"alpha1": 0.5, "alpha2": 0.25, "alpha3": 2.0, "alpha4": 1.5}


@pytest.fixture
def features() -> FeatureNetworks:
    torch.manual_seed(5)
    networks = VggFace(16), LightCNN(16, 64)
    for network in networks:
        network.eval().requires_grad_(False)
    return FeatureNetworks(*networks, {})


@pytest.fixture
def case(small, features):
    """`case(**settings)`: objective, networks, and faces x, y, g."""

    def make(variant: str = "full", **settings):
        config = small(variant=variant, **{**WEIGHTS, **settings})
        kept = FeatureNetworks(
            features.phi if config.has_feature_loss else None,
            features.psi if config.has_identity_loss else None,
            {},
        )
        torch.manual_seed(3)
        networks = HngNetworks(DrGanShape(16, latent=16), variant != "ae-only")
        faces = torch.rand(3, 4, 1, 64, 64) * 2 - 1
        return HngObjective(config, kept), networks, *faces

    return make


def reached(networks: HngNetworks, loss: torch.Tensor) -> set[str]:
    """The networks with a parameter that a loss has a gradient in, followed through the graph."""
    named = list(networks.named_parameters())
    found = torch.autograd.grad(
        loss, [p for _, p in named], retain_graph=True, allow_unused=True, materialize_grads=True
    )
    return {name.partition(".")[0] for (name, _), g in zip(named, found, strict=True) if g.any()}


def test_terms_and_sums_are_those_of_section_3_2(case) -> None:
    objective, networks, x, y, g = case()
    losses = objective(networks, x, y, g)
    twin = copy.deepcopy(networks)
    made = losses.generated.detach()
    phi, psi = objective.features.phi, objective.features.psi
    twin.load_state_dict(networks.state_dict())
    l_feat = feature_distance(phi(made), phi(y))
    l_id = identity_distance(psi(made), psi(x))
    l_pixel = sum((made[i] - y[i]).abs().sum() / 64**2 for i in range(4)) / 4
    real, verdict = twin.discriminator(torch.cat([g, made])).chunk(2)
    l_sym = SymmetryLoss()(made)
    l_adv = -torch.log(torch.sigmoid(verdict)).mean()
    l_dis = -torch.log(torch.sigmoid(real)).mean() - torch.log(1 - torch.sigmoid(verdict)).mean()
    expected = {
        "feature": l_feat,
        "identity": l_id,
        "pixel": l_pixel,
        "symmetry": l_sym,
        "adversarial": l_adv,
        "discriminator": l_dis,
    }
    assert set(losses.terms) == set(expected)
    for name, value in expected.items():
        torch.testing.assert_close(losses.terms[name].detach(), value.detach(), msg=name)
    content = l_feat + 0.5 * l_id + 0.25 * l_pixel
    torch.testing.assert_close(losses.content.detach(), content)
    torch.testing.assert_close(losses.prior.detach(), (2.0 * l_sym + 1.5 * l_adv).detach())


def test_every_gradient_is_that_of_its_own_sum(case) -> None:
    """Against the literal reading: one `autograd.grad` for each network and its own losses."""
    objective, networks, x, y, g = case()
    losses = objective(networks, x, y, g)
    sums = (losses.content, losses.content + losses.prior, losses.discrimination)
    expected = [
        torch.autograd.grad(loss, list(getattr(networks, part).parameters()), retain_graph=True)
        for part, loss in zip(PARTS, sums, strict=True)
    ]
    route(networks, losses)
    for part, gradients in zip(PARTS, expected, strict=True):
        named = getattr(networks, part).named_parameters()
        for (name, parameter), gradient in zip(named, gradients, strict=True):
            torch.testing.assert_close(parameter.grad, gradient, atol=1e-6, rtol=1e-4, msg=name)
            assert gradient.any(), name


@pytest.mark.parametrize("setting", ["alpha3", "alpha4"])
def test_symmetry_and_adversary_leave_the_encoder_alone(case, setting) -> None:
    """Nothing of the encoder's gradient changes with their weight; all of the decoder's does."""
    gradients = []
    for weight in (0.0, 7.0):
        objective, networks, x, y, g = case(**{setting: weight})
        losses = objective(networks, x, y, g)
        if weight:
            assert reached(networks, losses.prior) >= {"encoder", "decoder"}, "but for the routing"
        route(networks, losses)
        gradients.append({n: p.grad.clone() for n, p in networks.named_parameters()})
    for name, gradient in gradients[0].items():
        same = torch.equal(gradient, gradients[1][name])
        assert same == (not name.startswith("decoder.")), name


def test_the_discriminator_moves_by_its_own_loss_alone(case) -> None:
    """It sees this step's x' as if detached, and neither content nor prior move it."""
    objective, networks, x, y, g = case()
    losses = objective(networks, x, y, g)
    assert reached(networks, losses.content) == {"encoder", "decoder"}
    twin = copy.deepcopy(networks)
    real, verdict = twin.discriminator(torch.cat([g, losses.generated.detach()])).chunk(2)
    loss = F.softplus(-real).mean() + F.softplus(verdict).mean()
    expected = torch.autograd.grad(loss, list(twin.discriminator.parameters()))
    route(networks, losses)
    own = networks.discriminator.named_parameters()
    for (name, parameter), gradient in zip(own, expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, atol=1e-6, rtol=1e-4, msg=name)


def test_while_warming_there_is_the_pixel_loss_alone(case) -> None:
    """The frozen networks and the discriminator are not even asked."""
    objective, networks, x, y, g = case()

    def asked(*_: object) -> None:
        raise AssertionError("asked")

    for network in (objective.features.phi, objective.features.psi, networks.discriminator):
        network.register_forward_pre_hook(asked)
    losses = objective(networks, x, y, g, warming=True)
    assert (losses.prior, losses.discrimination) == (None, None)
    expected = 0.25 * (losses.generated - y).abs().mean()
    torch.testing.assert_close(losses.content, expected)
    decoder = list(networks.decoder.parameters())
    gradients = torch.autograd.grad(expected, decoder, retain_graph=True)
    route(networks, losses)
    for parameter, gradient in zip(decoder, gradients, strict=True):
        torch.testing.assert_close(parameter.grad, gradient)
    assert all(p.grad is not None for p in networks.encoder.parameters())
    assert all(p.grad is None for p in networks.discriminator.parameters())
    with pytest.raises(AssertionError, match="asked"):
        objective(networks, x, y, g)


def test_both_sides_of_the_game_descend_at_once(case) -> None:
    """A step of all three: each has moved, and x' was judged by the discriminator before it did."""
    objective, networks, x, y, g = case()
    optimiser = torch.optim.SGD(networks.parameters(), lr=0.1)
    before = copy.deepcopy(networks)
    losses = objective(networks, x, y, g)
    route(networks, losses)
    optimiser.step()
    judged = fooled(before.discriminator, g, losses.generated)
    torch.testing.assert_close(losses.terms["adversarial"].detach(), judged.detach())
    for (name, now), then in zip(networks.named_parameters(), before.parameters(), strict=True):
        assert not torch.equal(now, then), name
    assert fooled(networks.discriminator, g, losses.generated) != judged


def fooled(discriminator, g: torch.Tensor, made: torch.Tensor) -> torch.Tensor:
    """-log Dis(x') as a discriminator says it now."""
    return F.softplus(-discriminator(torch.cat([g, made.detach()]))[len(g) :]).mean()


def test_the_discriminator_learns_to_tell_the_sets_apart(case) -> None:
    """Faces that rise against noise: batch norm before the logit must not hide which is which."""
    objective, networks, x, y, _ = case()
    ramp = torch.linspace(-1, 1, 64).expand(4, 1, 64, 64).contiguous()
    optimiser = torch.optim.Adam(networks.discriminator.parameters(), 1e-2)
    found = []
    for _ in range(12):
        losses = objective(networks, x, y, ramp)
        route(networks, losses)
        optimiser.step()
        found.append(float(losses.terms["discriminator"].detach()))
    assert found[0] == pytest.approx(2 * math.log(2), abs=0.1)
    assert found[-1] < 0.7


def test_frozen_networks_stay_as_they_are(case, features) -> None:
    before = copy.deepcopy(features.phi.state_dict()), copy.deepcopy(features.psi.state_dict())
    objective, networks, x, y, g = case()
    route(networks, objective(networks, x, y, g))
    for network, state in zip((features.phi, features.psi), before, strict=True):
        assert all(p.grad is None for p in network.parameters())
        assert all(torch.equal(t, state[n]) for n, t in network.state_dict().items())


@pytest.mark.parametrize("identity", ["input", "target"])
def test_the_identity_loss_is_zero_where_the_face_is_the_compared_one(case, identity) -> None:
    objective, networks, x, y, g = case(identity=identity)
    same = x if identity == "input" else y
    networks.decoder.forward = lambda z: same.clone().requires_grad_()
    assert objective(networks, x, y, g).terms["identity"] == 0


@pytest.mark.parametrize(
    ("variant", "lacking"),
    [
        ("full", set()),
        ("no-id", {"identity"}),
        ("no-feat", {"feature"}),
        ("ae-only", {"identity", "feature", "symmetry", "adversarial", "discriminator"}),
    ],
)
def test_a_variant_lacks_its_losses(case, variant, lacking) -> None:
    objective, networks, x, y, g = case(variant)
    losses = objective(networks, x, y, g)
    every = {"feature", "identity", "pixel", "symmetry", "adversarial", "discriminator"}
    assert set(losses.terms) == every - lacking
    route(networks, losses)
    assert all(p.grad.any() for p in networks.parameters())
    assert (networks.discriminator is None) == (variant == "ae-only")
