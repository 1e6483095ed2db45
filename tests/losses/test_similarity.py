"""The learned similarity against its formula."""

import pytest
import torch
from torch import nn

from ferbench.losses.similarity import LearnedSimilarity, parameter_groups
from ferbench.nets.inception import he_initialise


def randomised(features, h_sign="corrected"):
    torch.manual_seed(0)
    similarity = LearnedSimilarity(features, h_sign).double()
    with torch.no_grad():
        for parameter in similarity.parameters():
            parameter.copy_(torch.randn_like(parameter))
    return similarity


def by_formula(s, f1, f2, sign):
    """H of two vectors, number by number."""

    def product(matrix, f):
        return [sum(matrix[r, k] * f[k] for k in range(len(f))) for r in range(len(f))]

    a1, a2, b1, b2 = (product(m, f) for m in (s.l_a, s.l_b) for f in (f1, f2))
    h = s.b + sum(s.c[k] * (f1[k] + f2[k]) for k in range(len(f1)))
    h = h + sign * 0.5 * sum(v * v for v in a1) + sign * 0.5 * sum(v * v for v in a2)
    return h + sum(u * v for u, v in zip(b1, b2, strict=True))


@pytest.mark.parametrize(("h_sign", "sign"), [("corrected", -1), ("eq8_literal", 1)])
def test_it_is_the_formula(h_sign, sign, same_with_gradients):
    similarity = randomised(3, h_sign)
    f1 = torch.randn(2, 4, 3, dtype=torch.float64, requires_grad=True)
    f2 = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    h = similarity(f1, f2)
    assert h.shape == (2, 4)
    loop = [[by_formula(similarity, f1[q, k], f2[q], sign) for k in range(4)] for q in range(2)]
    weights = torch.randn(2, 4, dtype=torch.float64)
    total = sum(weights[q, k] * loop[q][k] for q in range(2) for k in range(4))
    same_with_gradients((weights * h).sum(), total, f1, f2, *similarity.parameters())


def test_it_is_a_threshold_minus_a_mahalanobis_distance():
    """H = T - D (eq. 6): T has the matrices A~ and B~, D has M; A = A~ - 2M and B = B~ + 2M."""
    similarity = randomised(4)
    g = torch.Generator().manual_seed(1)
    f1, f2 = torch.randn(2, 4, generator=g, dtype=torch.float64)
    root = torch.randn(4, 4, generator=g, dtype=torch.float64)
    m = root.T @ root
    a = -similarity.l_a.T @ similarity.l_a
    b = similarity.l_b.T @ similarity.l_b
    a_tilde, b_tilde = a + 2 * m, b - 2 * m
    t = 0.5 * f1 @ a_tilde @ f1 + 0.5 * f2 @ a_tilde @ f2 + f1 @ b_tilde @ f2
    t = t + similarity.c @ (f1 + f2) + similarity.b
    d = (f1 - f2) @ m @ (f1 - f2)
    torch.testing.assert_close(similarity(f1[None, None], f2[None])[0, 0], t - d)


def test_it_starts_as_a_threshold_of_two_minus_a_scaled_distance():
    similarity = LearnedSimilarity(5)
    f1, f2 = torch.randn(3, 2, 5), torch.randn(3, 5)
    expected = 2 - 0.5 * 0.01 * (f1 - f2[:, None]).square().sum(-1)
    torch.testing.assert_close(similarity(f1, f2), expected)


def test_it_is_symmetric():
    similarity = randomised(6)
    a, b = torch.randn(2, 7, 6, dtype=torch.float64)
    torch.testing.assert_close(similarity(a[:, None], b), similarity(b[:, None], a))


def test_comparisons_are_counted_without_padding(measured):
    similarity = LearnedSimilarity(3)
    f1, f2 = torch.randn(2, 4, 3), torch.randn(2, 3)
    assert measured(lambda: similarity(f1, f2)) == 8
    own1, own2 = similarity.own(f1), similarity.own(f2)
    valid = torch.tensor([[True, True, False, False], [True, True, True, False]])
    assert measured(lambda: similarity.compare(f1, own1, f2, own2, valid)) == 5


def test_parameters_are_those_of_the_table():
    """The metric branch adds 4,850,946, of which FC_3 and FC_4 are the rest."""
    similarity = LearnedSimilarity(256)
    fc3, fc4 = 4096 * 1024 + 1024 + 1, 2048 * 256
    assert sum(p.numel() for p in similarity.parameters()) == 4_850_946 - fc3 - fc4


def test_an_initialisation_of_layers_passes_it_by():
    network = nn.ModuleList([nn.Linear(4, 4), LearnedSimilarity(4)])
    he_initialise(network)
    assert torch.equal(network[1].l_a, 0.1 * torch.eye(4))


def test_decay_spares_the_thresholds_alone():
    network = nn.ModuleDict({"one": LearnedSimilarity(2), "deep": nn.Sequential(nn.Linear(2, 2))})
    decayed, spared = parameter_groups(network, 1e-4)
    assert (decayed["weight_decay"], spared["weight_decay"]) == (1e-4, 0.0)
    assert [id(p) for p in spared["params"]] == [id(network["one"].b)]
    both = decayed["params"] + spared["params"]
    assert {id(p) for p in both} == {id(p) for p in network.parameters()}
    assert len(both) == len(list(network.parameters()))
    optimiser = torch.optim.SGD(parameter_groups(network, 0.5), lr=1.0)
    for parameter in network.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimiser.step()
    assert network["one"].b == 2.0
    assert torch.equal(network["one"].l_a, 0.05 * torch.eye(2))
