"""Boxes: hand cases, and non-maximum suppression against a plain loop."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from ferbench.imaging.align.boxes import best, central, moved, patches, squared, windows


def boxes(*rows):
    return torch.tensor(rows, dtype=torch.float32)


def test_windows_of_pnet_lie_two_pixels_apart_and_are_twelve_wide():
    found = windows(torch.tensor([0, 3]), torch.tensor([0, 5]), 1.0)
    assert found.tolist() == [[0, 0, 12, 12], [10, 6, 22, 18]]
    assert windows(torch.tensor([3]), torch.tensor([5]), 0.5).tolist() == [[20, 12, 44, 36]]


def test_edges_move_by_shares_of_width_and_height():
    found = moved(boxes([10, 20, 30, 60]), boxes([0.5, -0.25, 0, 0.1]))
    assert found.tolist() == [[20, 10, 30, 64]]


def test_squares_keep_the_centre_and_the_longer_side():
    found = squared(boxes([10, 20, 30, 60], [0, 0, 8, 2]))
    assert found.tolist() == [[0, 20, 40, 60], [0, -3, 8, 5]]


def overlap(a, b):
    """Intersection over union."""
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return width * height / (sum(areas) - width * height)


def test_of_overlapping_boxes_the_better_one_stays():
    rows = boxes([0, 0, 10, 10], [0, 0, 10, 9], [0, 0, 10, 4], [20, 0, 30, 10])
    scores = torch.tensor([0.8, 0.9, 0.7, 0.6])
    assert best(rows, scores, torch.zeros(4, dtype=torch.int64), 0.5).tolist() == [1, 2, 3]
    assert best(rows, scores, torch.tensor([0, 1, 0, 0]), 0.5).tolist() == [1, 0, 2, 3]


CORNERS = st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(1, 9), st.integers(1, 9))


@given(
    corners=st.lists(st.tuples(CORNERS, st.integers(0, 1)), max_size=12),
    limit=st.sampled_from([0.29, 0.51, 0.73]),
    data=st.data(),
)
def test_suppression_is_the_greedy_loop(corners, limit, data):
    rows = [[x, y, x + width, y + height] for (x, y, width, height), _ in corners]
    groups = [group for _, group in corners]
    order = data.draw(st.permutations(range(len(rows))))
    stay = []
    for one in order:
        rivals = [other for other in stay if groups[other] == groups[one]]
        if all(overlap(rows[one], rows[other]) <= limit for other in rivals):
            stay.append(one)
    scores = torch.empty(len(rows))
    scores[torch.tensor(order, dtype=torch.int64)] = torch.linspace(0.9, 0.1, len(rows))
    table = torch.tensor(rows, dtype=torch.float32).reshape(-1, 4)
    found = best(table, scores, torch.tensor(groups, dtype=torch.int64), limit)
    assert found.tolist() == stay


def test_patches_are_means_over_their_area_and_zero_outside():
    picture = torch.arange(64.0).reshape(1, 1, 8, 8)
    pictures = torch.cat([picture, picture + 1000])
    whole, inner = boxes([0, 0, 8, 8], [2, 4, 6, 8])
    found = patches(pictures, torch.tensor([0, 1]), torch.stack([whole, inner]), 4)
    areas = picture.reshape(4, 2, 4, 2).mean((1, 3))
    assert torch.allclose(found[0, 0], areas, atol=1e-4)
    assert torch.allclose(found[1, 0], picture[0, 0, 4:8, 2:6] + 1000, atol=1e-3)
    outside = patches(pictures + 1, torch.tensor([0]), boxes([-8, 0, 0, 8]) - 2, 4)
    assert (outside == 0).all()


def test_no_boxes_give_no_patches():
    none = torch.zeros(0, dtype=torch.int64)
    found = patches(torch.zeros(1, 3, 9, 9), none, torch.zeros(0, 4), 24)
    assert found.shape == (0, 3, 24, 24)


def test_the_largest_face_is_the_one():
    rows = boxes([45, 45, 55, 55], [0, 0, 30, 40], [70, 70, 90, 90])
    assert central(rows, (100, 100), 0.8) == 1


def test_among_faces_nearly_as_large_it_is_the_most_central():
    rows = boxes([0, 0, 40, 40], [34, 40, 67, 73], [48, 48, 52, 52], [60, 60, 99, 99])
    assert central(rows, (100, 100), 0.8) == 1
    assert central(rows, (100, 100), 0.9) == 3
    assert central(boxes([0, 0, 9, 9], [190, 0, 199, 9]), (10, 300), 0.8) == 1
