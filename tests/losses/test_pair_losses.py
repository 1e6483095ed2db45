"""Triplet and contrastive losses of pytorch-metric-learning: values, gradients, counts."""

import itertools

import pytest
import torch
from pytorch_metric_learning import losses as library

from ferbench.errors import PluginError
from ferbench.losses.contrastive import ContrastiveLoss
from ferbench.losses.counting_distance import CountingDistance
from ferbench.losses.triplet import TripletLoss

CLASSES = torch.tensor([0, 0, 0, 1, 1, 2, 2, 2, 3])
"""The last class has one image: an anchor of no triplet."""
TRIPLETS = [
    (a, p, n)
    for a, p, n in itertools.product(range(9), repeat=3)
    if a != p and CLASSES[a] == CLASSES[p] and CLASSES[a] != CLASSES[n]
]


@pytest.fixture
def features():
    g = torch.Generator().manual_seed(0)
    return (0.8 * torch.randn(9, 4, generator=g, dtype=torch.float64)).requires_grad_()


def squared(features, i, j):
    return ((features[i] - features[j]) ** 2).sum()


def mean_positive(hinges):
    hinges = [h for h in hinges if h > 0]
    return sum(hinges) / len(hinges)


def test_all_triplets_are_the_loop(features, same_with_gradients):
    hinges = [
        (squared(features, a, p) + 1 - squared(features, a, n)).relu() for a, p, n in TRIPLETS
    ]
    same_with_gradients(TripletLoss("all")(features, CLASSES), mean_positive(hinges), features)


def test_semihard_triplets_are_the_loop(features, same_with_gradients):
    hinges = []
    for a, p, n in TRIPLETS:
        near, far = squared(features, a, p), squared(features, a, n)
        if near < far <= near + 1:
            hinges.append((near + 1 - far).relu())
    assert 0 < len(hinges) < len(TRIPLETS)
    ours = TripletLoss("semihard")(features, CLASSES)
    same_with_gradients(ours, mean_positive(hinges), features)


def test_random_triplets_are_among_all(features):
    hinges = {
        round((squared(features, a, p) + 1e3 - squared(features, a, n)).item(), 6)
        for a, p, n in TRIPLETS
    }
    for seed in range(5):
        torch.manual_seed(seed)
        total = 8 * TripletLoss("random", tau=1e3)(features, CLASSES).item()
        assert 8 * min(hinges) <= total <= 8 * max(hinges)
    torch.manual_seed(0)
    same = TripletLoss("random")
    first = same(features, CLASSES)
    torch.manual_seed(0)
    assert same(features, CLASSES) == first


@pytest.mark.parametrize("margin", [1.0, 2.5])
def test_contrastive_is_the_loop(margin, features, same_with_gradients):
    terms = []
    for i, j in itertools.combinations(range(9), 2):
        d = squared(features, i, j).sqrt()
        same = CLASSES[i] == CLASSES[j]
        terms.append(0.5 * d**2 if same else 0.5 * (margin - d).relu() ** 2)
    ours = ContrastiveLoss(margin)(features, CLASSES)
    same_with_gradients(ours, sum(terms) / len(terms), features)


@pytest.mark.parametrize(
    ("loss", "terms"),
    [
        (TripletLoss("all"), 2 * len(TRIPLETS)),
        (TripletLoss("semihard"), 2 * len(TRIPLETS)),
        (TripletLoss("random"), 2 * 8),
        (ContrastiveLoss(), 9 * 8 // 2),
    ],
    ids=["all", "semihard", "random", "contrastive"],
)
def test_terms_are_counted_and_matrices_reported(loss, terms, features, measured):
    assert measured(lambda: loss(features, CLASSES).backward()) == terms
    assert (loss.distance.terms_used, loss.distance.pairs_evaluated) == (terms, 81)


def test_a_stock_loss_of_the_library_counts_its_own_terms(features, measured):
    """Each pair twice, as the library takes them; nothing in the loss knows of counting."""
    loss = library.ContrastiveLoss(distance=CountingDistance(power=1))
    assert measured(lambda: loss(features, CLASSES)) == 9 * 8


def test_the_distance_is_squared_euclidean_of_features_as_they_are(features):
    distance = CountingDistance()
    i, j = torch.tensor([0, 4]), torch.tensor([3, 4])
    expected = torch.stack([squared(features, 0, 3), torch.zeros((), dtype=torch.float64)])
    torch.testing.assert_close(distance(features)[i, j], expected)
    assert distance.terms_used == 2


def test_terms_that_are_not_counted_cannot_be_used(features):
    matrix = CountingDistance()(features)
    for whole in (torch.exp, torch.Tensor.sum, lambda m: m + 1, lambda m: m.clone()):
        with pytest.raises(PluginError, match="reads a counted distance matrix as a whole"):
            whole(matrix)
    with pytest.raises(PluginError):
        library.MultiSimilarityLoss(distance=CountingDistance())(features, CLASSES)


@pytest.mark.parametrize("loss", [TripletLoss("all"), TripletLoss("semihard"), ContrastiveLoss()])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_precision_is_kept(loss, dtype, features):
    ours = loss(features.detach().to(dtype), CLASSES)
    assert ours.dtype == dtype
    torch.testing.assert_close(ours.double(), loss(features, CLASSES), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("mining", ["random", "all", "semihard"])
@pytest.mark.parametrize("labels", [torch.zeros(9, dtype=torch.int64), torch.arange(9)])
def test_a_batch_without_a_triplet_is_zero_with_a_graph(mining, labels, features):
    loss = TripletLoss(mining)(features, labels)
    loss.backward()
    assert loss == 0
    assert not features.grad.any()


def test_equal_images_have_finite_gradients():
    features = torch.ones(4, 3, requires_grad=True)
    labels = torch.tensor([0, 0, 1, 1])
    (ContrastiveLoss()(features, labels) + TripletLoss("all")(features, labels)).backward()
    assert torch.isfinite(features.grad).all()
