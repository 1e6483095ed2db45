"""Online positive mining against Algorithm 1."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ferbench.losses.mining import mean_of, mine_positives
from ferbench.losses.tuplets import take

seeds = st.integers(0, 2**31 - 1)


def algorithm_1(own, others):
    """Vectors of one query -> positions of the kept positives, and the updated centre."""
    centre = sum(own) / len(own)
    to_own = [((f - centre) ** 2).sum().item() for f in own]
    to_others = [((f - centre) ** 2).sum().item() for f in others]
    kept = [i for i, distance in enumerate(to_own) if not distance > min(to_others)]
    if not kept:
        kept = [to_own.index(min(to_own))]
    return kept, sum(own[i] for i in kept) / len(kept)


def members_of(batch):
    tuplets = batch.ragged.usable()
    return take(batch.features, tuplets.members), tuplets.positives.shape[1], tuplets.valid


@settings(max_examples=60)
@given(seed=seeds)
def test_it_is_algorithm_1_on_ragged_sets(seed, draw_batch, same_with_gradients):
    batch = draw_batch(seed, least=0)
    batch.features.requires_grad_()
    mined = mine_positives(*members_of(batch))
    weights = torch.randn(mined.centre.shape, dtype=torch.float64)
    total = 0.0
    for query, (own, others) in enumerate(batch.usable):
        kept, centre = algorithm_1([batch.features[i] for i in own], batch.features[others])
        assert mined.kept[query].nonzero().flatten().tolist() == kept
        total = total + (weights[query] * centre).sum()
    same_with_gradients((weights * mined.centre).sum(), total, batch.features)


def test_the_batches_exercise_every_case(draw_batch):
    """Else the test above could pass without it: none, some and all positives dropped."""
    seen = set()
    for seed in range(20):
        batch = draw_batch(seed)
        for own, others in batch.usable:
            centre = batch.features[own].mean(0)
            nearest = (batch.features[others] - centre).square().sum(1).min()
            stay = int(((batch.features[own] - centre).square().sum(1) <= nearest).sum())
            seen.add("none" if stay == 0 else "all" if stay == len(own) else "some")
    assert seen == {"none", "some", "all"}


def line(*positions):
    return torch.tensor(positions, dtype=torch.float64).unsqueeze(-1).unsqueeze(0)


def test_a_case_by_hand():
    """Positives 0, 1, 5: centre 2, distances 4, 1, 9. Nearest negative 4.5: 6.25. Drops the 5."""
    mined = mine_positives(line(0, 1, 5, 4.5, -9), positives=3)
    assert mined.kept.tolist() == [[True, True, False]]
    assert mined.centre.tolist() == [[0.5]]


def test_a_positive_as_far_as_the_nearest_negative_stays():
    mined = mine_positives(line(0, 2, 2), positives=2)
    assert mined.kept.tolist() == [[True, True]]


def test_where_all_would_go_the_closest_stays():
    """Positives 0, 1, 5: centre 2, which a negative occupies; 1 is the closest."""
    mined = mine_positives(line(0, 1, 5, 2), positives=3)
    assert mined.kept.tolist() == [[False, True, False]]
    assert mined.centre.tolist() == [[1.0]]


def test_the_closest_is_a_valid_one():
    """Padding at the very centre is not kept."""
    valid = torch.tensor([[True, True, False, True]])
    mined = mine_positives(line(0, 3, 1.5, 1.5), 3, valid)
    assert mined.kept.tolist() == [[True, False, False]]


def test_a_padded_negative_drops_nothing():
    valid = torch.tensor([[True, True, True, False]])
    assert mine_positives(line(0, 2, 9, 1), 2, valid).kept.tolist() == [[True, True]]


def test_the_gradient_passes_through_the_new_centre_alone():
    members = line(0, 1, 5, 4.5).requires_grad_()
    mine_positives(members, positives=3).centre.sum().backward()
    assert members.grad.flatten().tolist() == [0.5, 0.5, 0.0, 0.0]


def test_each_valid_member_is_one_comparison(measured):
    members = torch.randn(12, 12, 4)
    assert measured(lambda: mine_positives(members, 6)) == 144
    valid = torch.ones(12, 12, dtype=torch.bool)
    valid[0, 4:6] = valid[5, 11] = False
    assert measured(lambda: mine_positives(members, 6, valid)) == 141


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_mean_keeps_its_type(dtype):
    kept = torch.tensor([[True, True, False]])
    mean = mean_of(torch.tensor([[[1.0], [4.0], [100.0]]], dtype=dtype), kept)
    assert mean.dtype == dtype
    assert mean.tolist() == [[2.5]]
