"""Batches of images and of tuples."""

import random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ferbench.contracts.faces import LabelledFaces
from ferbench.errors import Unsupported
from ferbench.training.samplers import GridTuplets, ImageBatches, PaperTuplets
from ferbench.training.seeding import derive_seed


class Seeds:
    """As much of a run as a sampler needs."""

    def __init__(self, seed=0):
        self.number = seed

    def seed(self, *axes):
        return derive_seed(self.number, *axes)


def faces(labels, named=True):
    expression, subject = np.array(labels).T
    return LabelledFaces(
        {},
        np.arange(len(labels)),
        classes=[str(e) for e in range(7)],
        expression=expression,
        subject=subject if named else None,
        sequence=np.arange(len(labels)),
    )


FULL = [(e, s) for s in range(8) for e in range(7)]
LABELS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5)), min_size=1, max_size=50)
SAMPLERS = [
    GridTuplets(28, "own"),
    GridTuplets(28, "other"),
    PaperTuplets(12, True, "own"),
    PaperTuplets(12, False, "other"),
]


def epoch(sampler, train, number=0, seed=0):
    return list(sampler.batches(train, Seeds(seed), number))


@pytest.mark.parametrize("sampler", [*SAMPLERS, ImageBatches(28, True), ImageBatches(9, False)])
@given(labels=LABELS)
def test_every_image_is_a_query_once_an_epoch(sampler, labels):
    batches = epoch(sampler, faces(labels))
    queries = np.concatenate([batch.rows[batch.queries] for batch in batches])
    assert sorted(queries) == list(range(len(labels)))
    assert len(batches) <= sampler.steps(len(labels))
    for batch in batches:
        assert batch.shape.images == len(batch.rows)


@pytest.mark.parametrize("sampler", SAMPLERS)
@given(labels=LABELS)
def test_tuples_hold_the_query_its_expression_and_others(sampler, labels):
    expression = np.array(labels)[:, 0]
    for batch in epoch(sampler, faces(labels)):
        shown, tuplets = expression[batch.rows], batch.tuplets
        own, others = (
            torch.ones_like(rows, dtype=torch.bool) if valid is None else valid
            for rows, valid in (
                (tuplets.positives, tuplets.positive_valid),
                (tuplets.negatives, tuplets.negative_valid),
            )
        )
        for row, query in enumerate(batch.queries):
            assert tuplets.positives[row, 0] == query
            assert (shown[tuplets.positives[row][own[row]]] == shown[query]).all()
            assert (shown[tuplets.negatives[row][others[row]]] != shown[query]).all()


def test_the_papers_batch_is_144_images_and_156_where_the_query_stands_beside():
    for query_in_m, images, m in ((True, 144, 6), (False, 156, 7)):
        sampler = PaperTuplets(12, query_in_m, "own")
        batches = epoch(sampler, faces(FULL * 3))
        assert [b.shape.images for b in batches] == [images] * 14
        assert batches[0].shape.positives == m
        assert batches[0].shape.negatives == 6
        full = sampler.full(7)
        assert (full.images, full.queries, full.positives) == (images, 12, m)
    mmi = PaperTuplets(12, True, "own").full(6)
    assert (mmi.images, mmi.positives, mmi.negatives) == (120, 5, 5)


def test_the_negatives_of_the_papers_batch_are_the_querys_own_person():
    people = np.array(FULL)[:, 1]
    for batch in epoch(PaperTuplets(12, True, "own"), faces(FULL)):
        query = people[batch.rows[batch.queries]]
        negatives = people[batch.rows[batch.tuplets.negatives]]
        positives = people[batch.rows[batch.tuplets.positives[:, 1:]]]
        assert (negatives == query[:, None]).all()
        assert (positives != query[:, None]).all()
        assert set(batch.scalars.values()) == {0.0}


def test_the_placebo_shares_order_and_positives_and_no_negative():
    people = np.array(FULL)[:, 1]
    for make in (lambda i: PaperTuplets(12, True, i), lambda i: GridTuplets(28, i)):
        pairs = zip(epoch(make("own"), faces(FULL)), epoch(make("other"), faces(FULL)), strict=True)
        for own, other in pairs:
            rows = [
                np.array(batch.rows)[batch.tuplets.positives].tolist() for batch in (own, other)
            ]
            assert rows[0] == rows[1]
            query = people[other.rows[other.queries]]
            assert (people[other.rows[other.tuplets.negatives]] != query[:, None]).all()


def test_all_methods_on_the_trunk_see_one_order():
    plain = [b.rows.tolist() for b in epoch(ImageBatches(28, True), faces(FULL))]
    assert plain == [b.rows.tolist() for b in epoch(GridTuplets(28, "own"), faces(FULL))]
    assert plain == [b.rows.tolist() for b in epoch(GridTuplets(28, "other"), faces(FULL))]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_seed_and_epoch_decide(sampler):
    def members(number, seed):
        batches = epoch(sampler, faces(FULL), number, seed)
        return [b.rows[b.tuplets.members].tolist() for b in batches]

    state = random.getstate()
    assert members(0, 0) == members(0, 0)
    assert members(0, 0) != members(1, 0)
    assert members(0, 0) != members(0, 1)
    assert random.getstate() == state


def test_a_full_grid_batch():
    sampler = GridTuplets(28, "own")
    batches = epoch(sampler, faces(FULL))
    assert [b.shape for b in batches] == [sampler.full(7)] * 2
    shape = sampler.full(7)
    assert (shape.images, shape.queries, shape.positives, shape.negatives) == (28, 28, 4, 6)


def test_a_class_with_one_image_repeats_it_in_the_papers_batch():
    labels = [(0, 0), (1, 0), (1, 1)]
    batch, *rest = epoch(PaperTuplets(12, False, "own"), faces(labels))
    assert not rest
    row = batch.rows[batch.queries].tolist().index(0)
    assert batch.rows[batch.tuplets.positives[row]].tolist() == [0, 0]


def test_one_expression_alone_makes_batches_without_a_usable_tuple():
    for sampler in SAMPLERS:
        for batch in epoch(sampler, faces([(2, s) for s in range(5)])):
            assert len(batch.tuplets.usable()) == 0
            assert len(batch.queries) == 5


def test_a_person_with_one_expression_borrows_and_the_rate_says_so():
    labels = [(0, 0), *((e, s) for s in (1, 2) for e in (0, 1, 2))]
    (batch,) = epoch(GridTuplets(28, "own"), faces(labels))
    assert batch.scalars == {"negatives_of_a_positive": 2 / 14, "negatives_at_random": 0.0}


def test_a_corpus_that_names_no_people():
    nameless = faces(FULL, named=False)
    for sampler in SAMPLERS:
        with pytest.raises(Unsupported, match="names no people"):
            epoch(sampler, nameless)
    sizes = [len(b.rows) for b in epoch(ImageBatches(28, True), nameless)]
    assert sizes == [28, 28]


def test_tuples_of_a_loss_are_counted_from_the_labels():
    sampler = ImageBatches(28, True, lambda expression: int((expression == 0).sum()))
    assert [b.shape.queries for b in epoch(sampler, faces(FULL))] == [4, 4]
    assert sampler.full(7).queries == 4
