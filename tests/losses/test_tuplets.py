"""Tuples as rows of a batch."""

import pytest
import torch

from ferbench.errors import UsageError
from ferbench.losses.tuplets import Tuplets, nothing, take


def test_blocks_lay_each_query_out_in_turn():
    tuplets = Tuplets.blocks(queries=3, positives=2, negatives=3)
    assert tuplets.positives.tolist() == [[0, 1], [5, 6], [10, 11]]
    assert tuplets.negatives.tolist() == [[2, 3, 4], [7, 8, 9], [12, 13, 14]]
    assert tuplets.members.flatten().tolist() == list(range(15))
    assert tuplets.valid is None


def test_ragged_sets_are_padded_and_masked():
    tuplets = Tuplets.ragged([[4], [7, 8, 9]], [[1, 2], []])
    assert tuplets.members.shape == tuplets.valid.shape == (2, 5)
    for query, expected in enumerate([[4, 1, 2], [7, 8, 9]]):
        assert tuplets.members[query][tuplets.valid[query]].tolist() == expected


def test_usable_ones_have_both_sets():
    own, others = [[1, 2], [3], [], [4, 5]], [[6], [7], [8], []]
    tuplets = Tuplets.ragged(own, others)
    assert len(tuplets) == 4
    assert tuplets.usable().positives[:, 0].tolist() == [1, 3]
    assert tuplets.usable(positives=2).positives.tolist() == [[1, 2]]
    assert tuplets.usable(positives=3).positives.tolist() == []


@pytest.mark.parametrize(("positives", "negatives"), [(0, 3), (3, 0), (0, 0)])
def test_full_sets_without_a_member_are_unusable(positives, negatives):
    tuplets = Tuplets.blocks(4, positives, negatives)
    assert (len(tuplets), len(tuplets.usable())) == (4, 0)
    assert len(Tuplets.ragged([[]] * 4, [[]] * 4).usable()) == 0
    assert len(Tuplets.ragged([], []).usable()) == 0


def test_one_mask_alone_is_enough():
    rows = torch.arange(8).view(2, 4)
    valid = torch.tensor([[True, False], [False, False]])
    tuplets = Tuplets(rows[:, :2], rows[:, 2:], positive_valid=valid)
    assert tuplets.valid.tolist() == [[True, False, True, True], [False, False, True, True]]
    assert tuplets.usable().members.tolist() == [[0, 1, 2, 3]]


def test_unequal_numbers_of_sets_are_refused():
    with pytest.raises(UsageError, match="2 positive and 1 negative sets"):
        Tuplets.ragged([[0], [1]], [[2]])


def test_moving_keeps_all_parts():
    tuplets = Tuplets.ragged([[1], [2, 3]], [[4], [5]]).to("meta")
    parts = [tuplets.positives, tuplets.negatives, tuplets.positive_valid, tuplets.negative_valid]
    assert {part.device.type for part in parts} == {"meta"}


def test_take_is_indexing_and_adds_gradients_of_repeated_rows():
    features = torch.randn(4, 3, requires_grad=True)
    rows = torch.tensor([[2, 2, 0], [1, 2, 2]])
    assert torch.equal(take(features, rows), features[rows])
    take(features, rows).sum().backward()
    assert features.grad[:, 0].tolist() == [1, 1, 4, 0]


def test_no_tuple_gives_zero_with_a_graph():
    features = torch.randn(3, 2, requires_grad=True)
    loss = nothing(features)
    loss.backward()
    assert loss == 0
    assert features.grad.tolist() == [[0, 0]] * 3
